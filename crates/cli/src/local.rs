//! The copy that the settings name, for commands that read it.

use ashby_source::streams;
use capture_core::Searchable;
use local_copy::LocalCopy;

use crate::failure::{FAILED, Failure, USAGE};
use crate::settings::Settings;

/// Its file is there only after a sync.
pub(crate) fn copy(settings: &Settings) -> Result<LocalCopy, Failure> {
    settings.check_destination()?;
    match settings.to().strip_prefix("sqlite:").filter(|path| !path.is_empty()) {
        Some(path) => Ok(LocalCopy::new(path)),
        None => Err(Failure::new(USAGE, "`--to` names no SQLite database, and this reads no other")
            .with_hint("name the one that `ashby sync` fills: --to sqlite:PATH")),
    }
}

/// The streams of which an index of words is kept.
pub(crate) fn searchable() -> Vec<(String, Searchable)> {
    let streams = streams().into_iter().map(|stream| stream.descriptor);
    streams.filter_map(|stream| Some((stream.name, stream.searchable?))).collect()
}

impl From<local_copy::Error> for Failure {
    fn from(error: local_copy::Error) -> Self {
        match error {
            local_copy::Error::Copy(error) => error.into(),
            error => {
                let is_absent = matches!(error, local_copy::Error::NoCopy(_));
                let failure = Failure::new(if is_absent { USAGE } else { FAILED }, error.to_string());
                match error.hint().map(str::to_owned) {
                    Some(hint) => failure.with_hint(hint),
                    None => failure.with_source(error),
                }
            }
        }
    }
}
