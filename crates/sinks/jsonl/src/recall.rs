//! What a file holds, read back as records.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Take};

use bytes::Bytes;
use capture_core::{Gone, Key, Record};
use json_slices::{Text, members};

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
    let mut parts: Vec<Option<Bytes>> = vec![None; key.len()];
    let mut is_gone = false;
    let take = |name: Text<'_>, value: &[u8]| {
        let Some(name) = name.exact() else { return };
        is_gone |= name == "_deleted" && value == b"true";
        if let Some(index) = key.iter().position(|field| *field == name) {
            parts[index] = match Text::of(value) {
                Some(text) => text.exact().map(|text| Bytes::from(text.into_owned())),
                None => Some(Bytes::copy_from_slice(value)),
            };
        }
    };
    members(line, take).ok()?;
    let key = Key::from_parts(&parts.into_iter().collect::<Option<Vec<_>>>()?).ok()?;
    Some(if is_gone { Record::gone(key, Gone::Unseen) } else { Record::upsert(key, line.to_vec()) })
}
