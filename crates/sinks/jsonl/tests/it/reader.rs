//! Reads what the sinks wrote, as a consumer would: of several lines with one key the last one counts.

use std::collections::BTreeMap;

use bytes::Bytes;
use capture_core::conformance::Rows;
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
