//! Reads what the sinks wrote, as a consumer would: of several lines with one key the last one counts.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use capture_core::conformance::{Grave, Rows};
use capture_core::{Key, StreamDescriptor};
use serde_json::Value;

pub(crate) fn key(stream: &StreamDescriptor, fields: &Value) -> String {
    let parts: Vec<Bytes> =
        stream.key.iter().map(|field| Bytes::from(fields[field].as_str().unwrap().to_owned())).collect();
    Key::from_parts(&parts).unwrap().as_str().to_owned()
}

/// Folds lines; `read` tells key and record (none for a tombstone) of each.
pub(crate) fn fold(text: &str, read: impl Fn(Value) -> Option<(String, Option<Value>)>) -> Rows {
    assert!(text.is_empty() || text.ends_with('\n'), "the last line is not finished");
    let lines = text.lines().map(|line| serde_json::from_str(line).expect("every line is JSON"));
    let rows: BTreeMap<String, Option<Value>> = lines.filter_map(read).collect();
    rows.into_iter().collect()
}

/// What lines tell of records that are gone; `names` are those of why, since when and into what.
pub(crate) fn graves(lines: Vec<(String, Value)>, names: [&str; 3]) -> Vec<Grave> {
    let text = |line: &Value, name: &str| line[name].as_str().map(str::to_owned);
    let grave = |(key, line): (String, Value)| {
        let [why, at, merged_into] = names.map(|name| text(&line, name));
        Grave { key, why: why.unwrap(), at: at.unwrap(), merged_into }
    };
    lines.into_iter().map(grave).collect()
}

pub(crate) fn parsed(text: &str) -> impl Iterator<Item = Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("every line is JSON"))
}

fn away(state: &Path) -> PathBuf {
    state.with_extension("away")
}

/// Puts a directory where the state is, so that no commit succeeds.
pub(crate) fn break_state(state: &Path) -> bool {
    std::fs::rename(state, away(state)).unwrap();
    std::fs::create_dir(state).unwrap();
    true
}

/// Puts the state back.
pub(crate) fn mend_state(state: &Path) {
    if away(state).exists() {
        std::fs::remove_dir(state).unwrap();
        std::fs::rename(away(state), state).unwrap();
    }
}
