//! Bindings that are listed whole each time: a document's key is its row number.
//!
//! A listing is held back until it is complete (in memory, beyond some megabytes in a file), then compared by digest
//! with the one before, and sent only if it differs. The digest is the one that Estuary's Python connectors make: over
//! the lines in which the documents would be sent.

use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _};

use bytes::Bytes;
use capture_core::{Error, ErrorKind, Result, Stamp};
use jiff::Timestamp;
use tempfile::SpooledTempFile;
use tokio::io::AsyncWrite;
use xxhash_rust::xxh3::Xxh3;

use crate::document::{Documents, Numbers};
use crate::output::Output;

/// A listing larger than this goes to a file.
const MEMORY_BYTES: usize = 4 << 20;

/// What is kept of the listing before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Summary {
    /// When it began.
    pub(crate) updated_at: Option<Timestamp>,
    /// Its rows.
    pub(crate) count: u64,
    /// Of its documents, if they are known.
    pub(crate) digest: Option<String>,
}

/// What became of a listing.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Delivered {
    pub(crate) summary: Summary,
    /// Documents sent.
    pub(crate) written: u64,
    /// Tombstones sent.
    pub(crate) deleted: u64,
}

/// Rows that wait for the end of their listing.
pub(crate) struct Waiting {
    binding: u32,
    documents: Documents,
    /// The rows' documents from behind their `_meta` on, each on a line.
    rows: SpooledTempFile,
    /// What was written together, in order.
    chunks: Vec<Chunk>,
    row: Vec<u8>,
}

/// Rows that were seen at the same time.
#[derive(Debug, Clone, Copy)]
struct Chunk {
    seen: Stamp,
    count: u64,
    bytes: u64,
}

impl Waiting {
    pub(crate) fn new(binding: u32, numbers: Numbers) -> Self {
        Self {
            binding,
            documents: Documents::new(numbers),
            rows: SpooledTempFile::new(MEMORY_BYTES),
            chunks: Vec::new(),
            row: Vec::new(),
        }
    }

    /// Takes the next rows, JSON objects.
    pub(crate) fn push<'a>(&mut self, seen: Stamp, bodies: impl Iterator<Item = &'a Bytes>) -> Result<()> {
        let mut chunk = Chunk { seen, count: 0, bytes: 0 };
        for body in bodies {
            self.row.clear();
            // A record's own `_meta` would stand beside ours.
            self.documents.push_row(&mut self.row, body);
            // `{"a":1}` goes behind `{"_meta":{…}` as `,"a":1}`, and `{}` as `}`.
            match self.row.get_mut(..2) {
                Some([open, b'}']) => *open = b' ',
                Some([open, _]) => *open = b',',
                _ => {}
            }
            self.row.push(b'\n');
            let row = self.row.trim_ascii_start();
            self.rows.write_all(row).map_err(spool)?;
            chunk.count += 1;
            chunk.bytes += row.len() as u64;
        }
        self.chunks.push(chunk);
        Ok(())
    }

    /// Forgets rows that were seen earlier: their listing was given up.
    pub(crate) fn keep_since(&mut self, since: Stamp) -> Result<()> {
        if self.chunks.iter().all(|chunk| chunk.seen >= since) {
            return Ok(());
        }
        let mut kept = SpooledTempFile::new(MEMORY_BYTES);
        let mut from = 0;
        for chunk in &self.chunks {
            if chunk.seen >= since {
                self.rows.seek(SeekFrom::Start(from)).map_err(spool)?;
                io::copy(&mut (&mut self.rows).take(chunk.bytes), &mut kept).map_err(spool)?;
            }
            from += chunk.bytes;
        }
        self.rows = kept;
        self.chunks.retain(|chunk| chunk.seen >= since);
        Ok(())
    }

    /// Its rows.
    pub(crate) fn count(&self) -> u64 {
        self.chunks.iter().map(|chunk| chunk.count).sum()
    }

    /// The listing that began at `since` is complete: sends it if it differs from the one before.
    pub(crate) async fn deliver<W: AsyncWrite + Send + Unpin>(
        mut self,
        since: Stamp,
        before: &Summary,
        output: &mut Output<W>,
    ) -> Result<Delivered> {
        self.keep_since(since)?;
        let count = self.count();
        let Digests { as_updates, as_creations } = self.digests()?;
        let unchanged = before.count == count
            && before.digest.as_ref().is_some_and(|before| [&as_updates, &as_creations].contains(&before));
        let summary = Summary { updated_at: Some(instant_of(since)), count, digest: Some(as_updates) };
        if unchanged {
            return Ok(Delivered { summary, written: 0, deleted: 0 });
        }
        let mut rows = self.read()?;
        for index in 0..count {
            let op = if index < before.count { 'u' } else { 'c' };
            self.row.clear();
            self.row.extend_from_slice(meta(op, index).as_bytes());
            rows.read_until(b'\n', &mut self.row).map_err(spool)?;
            let document = self.row.strip_suffix(b"\n").unwrap_or(&self.row);
            output.document(self.binding, document).await?;
        }
        for index in count..before.count {
            output.document(self.binding, format!("{}}}", meta('d', index)).as_bytes()).await?;
        }
        Ok(Delivered { summary, written: count, deleted: before.count.saturating_sub(count) })
    }

    /// The rows from the first one on.
    fn read(&mut self) -> Result<BufReader<SpooledTempFile>> {
        let mut rows = std::mem::replace(&mut self.rows, SpooledTempFile::new(0));
        rows.rewind().map_err(spool)?;
        Ok(BufReader::new(rows))
    }

    fn digests(&mut self) -> Result<Digests> {
        let (mut as_updates, mut as_creations) = (Box::<Xxh3>::default(), Box::<Xxh3>::default());
        let mut rows = self.read()?;
        let mut index = 0;
        loop {
            self.row.clear();
            if rows.read_until(b'\n', &mut self.row).map_err(spool)? == 0 {
                break;
            }
            let row = self.row.strip_suffix(b"\n").unwrap_or(&self.row);
            for (hash, op) in [(&mut as_updates, 'u'), (&mut as_creations, 'c')] {
                let beginning =
                    format!(r#"{{"captured":{{"binding":{},"doc":{}"#, self.binding, meta(op, index));
                hash.update(beginning.as_bytes());
                hash.update(row);
                hash.update(b"}}");
            }
            index += 1;
        }
        self.rows = rows.into_inner();
        let hex = |hash: &Xxh3| format!("{:032x}", hash.digest128());
        Ok(Digests { as_updates: hex(&as_updates), as_creations: hex(&as_creations) })
    }
}

/// Digests of the same documents as updates and as creations. The state keeps the former: it is what a Python connector
/// finds when it lists again.
struct Digests {
    as_updates: String,
    as_creations: String,
}

/// When a listing began: stamps are milliseconds since 1970 as long as the clock is not set back.
pub(crate) fn instant_of(stamp: Stamp) -> Timestamp {
    let now = Timestamp::now();
    let began = i64::try_from(stamp.get()).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok());
    began.map_or(now, |began| began.min(now))
}

/// How a row's document begins.
fn meta(op: char, row_id: u64) -> String {
    format!(r#"{{"_meta":{{"op":"{op}","row_id":{row_id}}}"#)
}

fn spool(error: io::Error) -> Error {
    Error::new(ErrorKind::Storage, "cannot keep a listing in a temporary file")
        .with_hint("the connector needs room in the directory for temporary files")
        .with_source(error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::Codec;

    const NOTHING: Summary = Summary { updated_at: None, count: 0, digest: None };

    async fn deliver(rows: &[&str], before: &Summary) -> (Delivered, String) {
        deliver_since(Stamp::new(1), &[(1, rows)], before).await
    }

    /// Rows by when they were seen.
    async fn deliver_since(since: Stamp, chunks: &[(u64, &[&str])], before: &Summary) -> (Delivered, String) {
        let mut listing = Waiting::new(1, Numbers::Strings);
        for (seen, rows) in chunks {
            let rows: Vec<Bytes> = rows.iter().map(|row| Bytes::copy_from_slice(row.as_bytes())).collect();
            listing.push(Stamp::new(*seen), rows.iter()).unwrap();
        }
        let mut sent = Vec::new();
        let mut output = Output::new(Codec::Json, &mut sent);
        let delivered = listing.deliver(since, before, &mut output).await.unwrap();
        output.respond(&crate::Response::Applied).await.unwrap();
        let sent = String::from_utf8(sent).unwrap();
        let sent = sent.strip_suffix("{\"applied\":{\"actionDescription\":\"\"}}\n").unwrap().to_owned();
        (delivered, sent)
    }

    const ROWS: [&str; 2] = [r#"{"id": "r1", "text": "\u00e9", "n": 1.5}"#, r#"{"id":"r2","text":null}"#];
    /// Digests that a Python connector was seen to make of `ROWS`.
    const CREATED: &str = "82de77887cfa5caa3299c8af31401e90";
    const UPDATED: &str = "cc3af0e34d0f092442b7a2e480c090fb";
    const EMPTY: &str = "99aa06d3014798d86001c324468d497f";

    #[tokio::test]
    async fn a_first_listing_is_sent_whole_and_remembered_as_its_successor_would_see_it() {
        let (delivered, sent) = deliver(&ROWS, &NOTHING).await;
        assert_eq!(
            sent,
            "{\"captured\":{\"binding\":1,\"doc\":{\"_meta\":{\"op\":\"c\",\"row_id\":0},\"id\":\"r1\",\"text\":\"é\",\"n\":\"1.5\"}}}\n\
             {\"captured\":{\"binding\":1,\"doc\":{\"_meta\":{\"op\":\"c\",\"row_id\":1},\"id\":\"r2\",\"text\":null}}}\n"
        );
        assert_eq!((delivered.written, delivered.summary.count), (2, 2));
        assert_eq!(delivered.summary.digest.as_deref(), Some(UPDATED));
    }

    #[tokio::test]
    async fn what_a_python_connector_sent_is_not_sent_again() {
        for digest in [CREATED, UPDATED] {
            let before = Summary { count: 2, digest: Some(digest.to_owned()), ..NOTHING };
            let (delivered, sent) = deliver(&ROWS, &before).await;
            assert_eq!((sent.as_str(), delivered.written), ("", 0));
            assert_eq!(delivered.summary.digest.as_deref(), Some(UPDATED));
        }
        let (delivered, sent) =
            deliver(&[], &Summary { count: 0, digest: Some(EMPTY.to_owned()), ..NOTHING }).await;
        assert_eq!((sent.as_str(), delivered.summary.digest.as_deref()), ("", Some(EMPTY)));
    }

    #[tokio::test]
    async fn a_shorter_listing_ends_in_tombstones_and_a_longer_one_in_creations() {
        let before = Summary { count: 4, digest: Some("0".repeat(32)), ..NOTHING };
        let (delivered, sent) = deliver(&ROWS, &before).await;
        let tail: Vec<_> = sent.lines().skip(2).collect();
        assert_eq!(
            tail,
            [2, 3].map(|row| format!(
                "{{\"captured\":{{\"binding\":1,\"doc\":{{\"_meta\":{{\"op\":\"d\",\"row_id\":{row}}}}}}}}}"
            ))
        );
        assert_eq!((delivered.written, delivered.deleted), (2, 2));

        let before = Summary { count: 1, digest: Some(UPDATED.to_owned()), ..NOTHING };
        let (_, sent) = deliver(&ROWS, &before).await;
        let ops: Vec<_> = sent.lines().map(|line| line.contains("\"op\":\"c\"")).collect();
        assert_eq!(ops, [false, true]);
    }

    #[tokio::test]
    async fn a_record_s_own_meta_gives_way_to_ours() {
        let (_, sent) = deliver(&[r#"{"_meta":{"op":"d"},"id":"a","x":1,"x":2}"#], &NOTHING).await;
        assert_eq!(
            sent,
            "{\"captured\":{\"binding\":1,\"doc\":{\"_meta\":{\"op\":\"c\",\"row_id\":0},\"id\":\"a\",\"x\":2}}}\n"
        );
    }

    #[tokio::test]
    async fn an_empty_record_is_a_document_too() {
        let (_, sent) = deliver(&["{ }"], &NOTHING).await;
        assert_eq!(sent, "{\"captured\":{\"binding\":1,\"doc\":{\"_meta\":{\"op\":\"c\",\"row_id\":0}}}}\n");
    }

    #[tokio::test]
    async fn rows_of_a_listing_that_was_given_up_are_dropped() {
        let long = format!(r#"{{"id":"{}"}}"#, "x".repeat(MEMORY_BYTES));
        let given_up = [long.as_str(), "{}", "{}"];
        let chunks: [(u64, &[&str]); 4] = [(5, &given_up), (6, &given_up), (7, &ROWS[..1]), (9, &ROWS[1..])];
        let (delivered, sent) = deliver_since(Stamp::new(7), &chunks, &NOTHING).await;
        assert_eq!(delivered.summary.digest.as_deref(), Some(UPDATED));
        assert_eq!((delivered.written, sent), (2, deliver(&ROWS, &NOTHING).await.1));
        assert_eq!(delivered.summary.updated_at, Timestamp::from_millisecond(7).ok(), "when it began");
    }

    #[tokio::test]
    async fn a_listing_larger_than_memory_should_be_goes_through_a_file() {
        let row = format!(r#"{{"id":"{}"}}"#, "x".repeat(MEMORY_BYTES / 4));
        let rows = vec![row.as_str(); 6];
        let (delivered, sent) = deliver(&rows, &NOTHING).await;
        assert_eq!((delivered.written, sent.lines().count()), (6, 6));
        assert!(sent.lines().all(|line| line.ends_with("x\"}}}")));
    }
}
