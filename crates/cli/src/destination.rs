//! `--to`: which destination.

use std::path::Path;

use capture_core::{Family, Place};

use crate::failure::{Failure, USAGE};
use crate::settings::Settings;
use crate::text;

/// Every kind of destination. Adding one is adding a line.
pub(crate) const FAMILIES: &[&dyn Family] = &[
    &sink_sqlite::Family,
    #[cfg(feature = "postgres")]
    &sink_postgres::Family,
    #[cfg(feature = "parquet")]
    &sink_parquet::Family,
    &sink_jsonl::Directories,
    &sink_jsonl::StandardOutput,
];

/// The place that the settings name.
pub(crate) fn from_settings(settings: &Settings) -> Result<Box<dyn Place>, Failure> {
    settings.check_destination()?;
    let address = settings.to();
    let state = settings.state().map(std::path::PathBuf::as_path);
    let mut places = FAMILIES.iter().filter_map(|family| family.place(address, state));
    match places.next() {
        Some(place) => {
            let mut place = place?;
            place.lock_with(settings.locking());
            Ok(place)
        }
        // What it was may be a password in the wrong place.
        None => {
            let near = likely(address).map(|likely| format!("perhaps {}; ", text::word(&likely)));
            let hint = format!("{}destinations are {}", near.unwrap_or_default(), usages());
            Err(Failure::new(USAGE, "`--to` names no destination that there is").with_hint(hint))
        }
    }
}

/// What somebody probably meant who wrote a path alone. What has a colon may hold a password, and is not repeated.
fn likely(address: &str) -> Option<String> {
    if address.is_empty() || address.contains([':', '@']) {
        return None;
    }
    let path = Path::new(address);
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    match extension.to_ascii_lowercase().as_str() {
        "db" | "sqlite" | "sqlite3" | "db3" => Some(format!("sqlite:{address}")),
        "jsonl" | "ndjson" | "json" => {
            let parent = path.parent().and_then(Path::to_str).filter(|parent| !parent.is_empty());
            Some(format!("jsonl:{}", parent.unwrap_or(".")))
        }
        "" if address.ends_with('/') || path.is_dir() => Some(format!("jsonl:{address}")),
        _ => None,
    }
}

/// The same, for whoever needs what is saved there.
pub(crate) fn with_state(settings: &Settings) -> Result<Box<dyn Place>, Failure> {
    let place = from_settings(settings)?;
    if place.keeps_state() {
        return Ok(place);
    }
    Err(Failure::new(USAGE, format!("`--to {}` keeps no state", place.address()))
        .with_hint("name its file with --state, or another destination with --to"))
}

/// The same, for whoever takes records out of it.
pub(crate) fn to_be_purged(settings: &Settings) -> Result<Box<dyn Place>, Failure> {
    let place = from_settings(settings)?;
    let is_it = |family: &&&dyn Family| family.place(settings.to(), None).is_some();
    if FAMILIES.iter().find(is_it).is_none_or(|family| family.can_be_purged()) {
        return Ok(place);
    }
    let purged = joined(FAMILIES.iter().filter(|family| family.can_be_purged()));
    Err(Failure::new(USAGE, format!("nothing can be taken out of {}: it holds nothing", place.address()))
        .with_hint(format!("what was written can be taken out of {purged}")))
}

/// All spellings, for help and hints.
pub(crate) fn usages() -> String {
    joined(FAMILIES.iter())
}

fn joined<'a>(families: impl Iterator<Item = &'a &'static dyn Family>) -> String {
    let usages: Vec<&str> = families.map(|family| family.usage()).collect();
    match usages.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} and {last}", others.join(", ")),
        _ => usages.join(""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn destinations_are_spelled_kind_colon_path() {
        let address = |text: &str| {
            let mut places = FAMILIES.iter().filter_map(|family| family.place(text, None));
            places.next().map(|place| place.map(|place| place.address()).ok())
        };
        assert_eq!(address("sqlite:a:b.db"), Some(Some("sqlite:a:b.db".to_owned())));
        assert_eq!(address("jsonl:out/"), Some(Some("jsonl:out/".to_owned())));
        assert_eq!(address("stdout"), Some(Some("stdout".to_owned())));
        assert_eq!(address("-"), Some(Some("stdout".to_owned())));
        assert_eq!([address("mysql://u:SECRET@h/x"), address("")], [None, None]);
        #[cfg(feature = "parquet")]
        for text in
            ["parquet:out/", "parquet:s3://lake/ashby?region=x", "parquet:gs://lake", "parquet:az://lake/x"]
        {
            assert_eq!(address(text), Some(Some(text.to_owned())));
        }
        #[cfg(feature = "parquet")]
        assert_eq!(address("parquet:s3://KEY:SECRET@lake/x"), Some(None), "everybody could read it");
        assert_eq!(address("sqlite::memory:"), Some(None), "it would keep nothing");
        #[cfg(feature = "postgres")]
        for scheme in ["postgres", "postgresql"] {
            let whole = "postgres://u@h:5432/x?schema=ashby".to_owned();
            assert_eq!(address(&format!("{scheme}://u@h/x")), Some(Some(whole)));
            assert_eq!(address(&format!("{scheme}://u:SECRET@h/x")), Some(None), "everybody could read it");
        }
    }

    #[test]
    fn a_path_alone_brings_its_destination() {
        let likely = |address: &str| likely(address).unwrap_or_default();
        assert_eq!(likely("foo.db"), "sqlite:foo.db");
        assert_eq!(likely("data/foo.SQLITE3"), "sqlite:data/foo.SQLITE3");
        assert_eq!(likely("out/"), "jsonl:out/");
        assert_eq!([likely("out/users.jsonl"), likely("x.ndjson")], ["jsonl:out", "jsonl:."]);
        assert_eq!([likely("user:SECRET@host/x.db"), likely("nosuch"), likely("")], ["", "", ""]);
    }

    #[test]
    fn only_standard_output_takes_a_state_file() {
        let state = std::path::Path::new("state.json");
        let is_fine = |text: &str| {
            FAMILIES
                .iter()
                .find_map(|family| family.place(text, Some(state)))
                .is_some_and(|place| place.is_ok())
        };
        assert!(is_fine("stdout") && !is_fine("sqlite:x.db") && !is_fine("jsonl:out"));
    }
}
