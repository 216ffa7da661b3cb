//! `ashby compact`.

use std::process::ExitCode;

use serde_json::json;

use crate::failure::{Failure, USAGE};
use crate::output::{self, counted};
use crate::settings::Settings;

pub(crate) async fn run(settings: &Settings) -> Result<ExitCode, Failure> {
    settings.check_destination()?;
    let address = settings.to().to_owned();
    let locking = settings.locking();
    let compacted = tokio::task::spawn_blocking(move || sink_parquet::compact(&address, locking)).await;
    let compacted = match compacted {
        Ok(Some(compacted)) => compacted?,
        Ok(None) => {
            return Err(Failure::new(USAGE, "only Parquet files are made fewer")
                .with_hint("name them: ashby compact --to parquet:DIR"));
        }
        Err(error) => {
            return Err(Failure::new(crate::failure::FAILED, format!("it ended unexpectedly: {error}")));
        }
    };
    let told = format!(
        "{} made to stand as they are; {} of changes are now {}\n",
        counted(compacted.streams.len() as u64, "stream"),
        counted(compacted.files_before, "file"),
        compacted.files_after
    );
    let made_of = json!({
        "streams": compacted.streams, "files_before": compacted.files_before, "files_after": compacted.files_after,
    });
    output::print_done(settings, &told, &made_of)?;
    Ok(ExitCode::SUCCESS)
}
