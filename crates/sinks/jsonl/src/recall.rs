//! What a file holds, read back as records.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Take};

use bytes::Bytes;
use capture_core::{Gone, Key, Record};
use serde_json::value::RawValue;

use crate::BUFFER_BYTES;

/// So many bytes of lines are read at once.
const PIECE_BYTES: usize = 4 << 20;

/// Reads the lines of a file.
#[derive(Debug)]
pub(crate) struct Recall(BufReader<Take<File>>);

impl Recall {
    /// Reads the first `length` bytes.
    pub(crate) fn new(file: File, length: u64) -> Self {
        Self(BufReader::with_capacity(BUFFER_BYTES, file.take(length)))
    }

    /// The next records; none at the end. `key` names the fields of the key.
    pub(crate) fn next(&mut self, key: &[String]) -> io::Result<Vec<Record>> {
        let (mut records, mut bytes, mut line) = (Vec::new(), 0, Vec::new());
        while bytes < PIECE_BYTES || records.is_empty() {
            line.clear();
            let length = self.0.read_until(b'\n', &mut line)?;
            if length == 0 {
                break;
            }
            bytes += length;
            records.extend(record(line.strip_suffix(b"\n").unwrap_or(&line), key));
        }
        Ok(records)
    }
}

fn record(line: &[u8], key: &[String]) -> Option<Record> {
    let fields: BTreeMap<String, &RawValue> = serde_json::from_slice(line).ok()?;
    let part = |name: &String| {
        let raw = fields.get(name)?.get();
        if raw.starts_with('"') { serde_json::from_str(raw).ok() } else { Some(raw.to_owned()) }
    };
    let parts: Option<Vec<Bytes>> = key.iter().map(|name| part(name).map(Bytes::from)).collect();
    let key = Key::from_parts(&parts?).ok()?;
    let is_gone = fields.get("_deleted").is_some_and(|value| value.get() == "true");
    Some(if is_gone { Record::gone(key, Gone::Unseen) } else { Record::upsert(key, line.to_vec()) })
}
