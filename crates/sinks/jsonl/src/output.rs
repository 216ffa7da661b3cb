//! All streams down one pipe.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, IoSlice, IsTerminal as _};
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use capture_core::{
    Appender, Appending, Error, ErrorKind, FileStateStore, Locking, MemoryStateStore, NoLedger, Op, Record,
    Result, Sink, StreamDescriptor, Watermark, Write,
};
use capture_ledger::SqliteLedger;
use json_slices::{push_line, push_string};
use memchr::memchr2;

use crate::BUFFER_BYTES;
use crate::failure::not_opened;
use crate::line::{push_key, push_reason};
use crate::system::{OutputReader, file_behind};

/// How a line of a record goes on, and how each ends.
const UPSERT: &str = r#"upsert","record":"#;
const END: &str = "}\n";

/// Records of a batch that are so long together are not gathered first.
const PIECES_BYTES: usize = 64 << 10;

/// A sink that writes lines to `output`, which needs no buffer of its own. With a state file it has a ledger beside it;
/// without one it remembers nothing.
pub fn lines(output: impl io::Write + Send + 'static, state: Option<PathBuf>) -> Box<dyn Sink> {
    with_state(Lines::new(output), state, Locking::default())
}

/// A sink that writes lines to standard output, synced with each commit if that is a file. See [`lines`].
pub fn standard_output(state: Option<PathBuf>) -> Box<dyn Sink> {
    standard_output_with(state, Locking::default())
}

/// As [`standard_output`], with a choice for a state file where the file system cannot lock.
pub fn standard_output_with(state: Option<PathBuf>, locking: Locking) -> Box<dyn Sink> {
    if io::stdout().is_terminal() {
        return with_state(Lines::new(Shown(io::stdout())), state, locking);
    }
    let mut lines = Lines::new(io::stdout()).in_pieces().synced_by(file_behind(io::stdout()));
    lines.reader = OutputReader::of(io::stdout());
    with_state(lines, state, locking)
}

/// A terminal, which would obey what records hold: there it is written as escapes, and so stays the same JSON.
struct Shown<W>(W);

impl<W: io::Write> io::Write for Shown<W> {
    /// Takes whole lines.
    fn write(&mut self, lines: &[u8]) -> io::Result<usize> {
        self.0.write_all(outside_text::json(&String::from_utf8_lossy(lines)).as_bytes())?;
        Ok(lines.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

fn with_state<W: io::Write + Send + 'static>(
    lines: Lines<W>,
    state: Option<PathBuf>,
    locking: Locking,
) -> Box<dyn Sink> {
    match state {
        Some(path) => {
            let ledger = SqliteLedger::beside(&path);
            let store = FileStateStore::new(path).with_locking(locking);
            Box::new(Appending::new(lines, store, ledger))
        }
        None => Box::new(Appending::new(lines, MemoryStateStore::new(), NoLedger)),
    }
}

/// Writes lines to any [`std::io::Write`], such as standard output:
///
/// ```json
/// {"stream":"jobs","op":"upsert","record":{"id":"j1","title":"Gardener"}}
/// {"stream":"jobs","op":"delete","key":{"id":"j1"},"why":"unseen","at":"2026-01-02T03:04:05.678Z"}
/// ```
///
/// Lines are gathered and handed over in large pieces that end with a line, at the latest when a commit is due.
///
/// It writes in place, without a thread of its own: a reader that is slow or stopped stops the writing, and with it
/// the run, which is what a pipe is for. Whoever has other work on the same thread gives the run one of its own.
///
/// A reader that has gone is [`ErrorKind::Closed`].
///
/// What is handed over cannot be taken back. Lines of a run that was killed before it committed them come again with the
/// next run, or, if their records are gone by then, stay without a tombstone. [Files](crate::Directory) are cut back.
pub struct Lines<W> {
    output: W,
    /// Many pieces at once cost it no more than one.
    takes_pieces: bool,
    /// What is synced with a flush.
    file: Option<Arc<File>>,
    /// Who reads it, where that is known.
    reader: Option<OutputReader>,
    buffer: Vec<u8>,
    /// How a line of each stream begins.
    prefixes: HashMap<String, String>,
}

impl<W: io::Write + Send> Lines<W> {
    /// An appender that writes to `output`, which needs no buffer of its own.
    pub fn new(output: W) -> Self {
        Self {
            output,
            takes_pieces: false,
            file: None,
            reader: None,
            buffer: Vec::with_capacity(BUFFER_BYTES),
            prefixes: HashMap::new(),
        }
    }

    /// The output is one of the operating system's, which takes records from where they are
    /// ([`Write::write_vectored`](io::Write::write_vectored)): long batches need not be copied.
    #[must_use]
    pub fn in_pieces(mut self) -> Self {
        self.takes_pieces = true;
        self
    }

    /// Syncs this file, which the output ends up in, with every flush.
    #[must_use]
    pub fn synced_by(mut self, file: Option<File>) -> Self {
        self.file = file.map(Arc::new);
        self
    }
}

fn hand_over(buffer: &mut Vec<u8>, output: &mut impl io::Write) -> Result<()> {
    let written = output.write_all(buffer);
    buffer.clear();
    written.map_err(refused)
}

/// The lines of these records, which all begin alike; `None` if one of them is no record, or has to be changed to be a line.
fn pieces<'a>(start: &'a str, records: &'a [Record]) -> Option<Vec<IoSlice<'a>>> {
    let mut pieces = Vec::with_capacity(records.len() * 3);
    for record in records {
        let body = record.body().filter(|body| memchr2(b'\n', b'\r', body).is_none())?;
        pieces.extend([start.as_bytes(), body, END.as_bytes()].map(IoSlice::new));
    }
    Some(pieces)
}

fn write_all(mut pieces: &mut [IoSlice<'_>], output: &mut impl io::Write) -> io::Result<()> {
    while !pieces.is_empty() {
        match output.write_vectored(pieces) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => IoSlice::advance_slices(&mut pieces, written),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn refused(error: io::Error) -> Error {
    if error.kind() == io::ErrorKind::BrokenPipe {
        return Error::new(ErrorKind::Closed, "the reader of the output has gone");
    }
    Error::new(ErrorKind::Storage, "cannot write the output").with_source(error)
}

fn prefix(stream: &str) -> String {
    let mut line = br#"{"stream":"#.to_vec();
    push_string(&mut line, stream);
    line.extend_from_slice(br#","op":""#);
    String::from_utf8_lossy(&line).into_owned()
}

#[async_trait]
impl<W: io::Write + Send> Appender for Lines<W> {
    async fn open(&mut self, streams: &[Arc<StreamDescriptor>], _: Option<&Watermark>) -> Result<()> {
        self.prefixes = streams.iter().map(|stream| (stream.name.clone(), prefix(&stream.name))).collect();
        Ok(())
    }

    async fn append(&mut self, write: &Write) -> Result<()> {
        let prefix = self.prefixes.get(&write.stream.name).ok_or_else(|| not_opened(&write.stream.name))?;
        if self.takes_pieces && write.records.iter().map(Record::len_bytes).sum::<usize>() >= PIECES_BYTES {
            let start = format!("{prefix}{UPSERT}");
            if let Some(mut pieces) = pieces(&start, &write.records) {
                hand_over(&mut self.buffer, &mut self.output)?;
                return write_all(&mut pieces, &mut self.output).map_err(refused);
            }
        }
        for record in &write.records {
            let line = &mut self.buffer;
            if line.len() + record.len_bytes() > BUFFER_BYTES && !line.is_empty() {
                hand_over(line, &mut self.output)?;
            }
            line.extend_from_slice(prefix.as_bytes());
            match &record.op {
                Op::Upsert(body) => {
                    line.extend_from_slice(UPSERT.as_bytes());
                    push_line(line, body);
                    line.extend_from_slice(END.as_bytes());
                }
                Op::Gone(gone) => {
                    line.extend_from_slice(br#"delete","key":{"#);
                    push_key(line, &write.stream.key, &record.key);
                    line.push(b'}');
                    push_reason(line, ["why", "at", "merged_into"], gone);
                    line.extend_from_slice(END.as_bytes());
                }
            }
        }
        Ok(())
    }

    async fn flush(&mut self) -> Result<Option<Watermark>> {
        hand_over(&mut self.buffer, &mut self.output)?;
        self.output.flush().map_err(refused)?;
        // A round without news writes nothing, and would go on for nobody.
        if self.reader.as_ref().is_some_and(OutputReader::has_gone) {
            return Err(refused(io::ErrorKind::BrokenPipe.into()));
        }
        if let Some(file) = self.file.clone() {
            let synced = tokio::task::spawn_blocking(move || file.sync_data()).await;
            synced.unwrap_or_else(|error| Err(io::Error::other(error))).map_err(refused)?;
        }
        Ok(None)
    }

    async fn close(&mut self) -> Result<()> {
        self.buffer.clear();
        Ok(())
    }
}

#[cfg(all(test, unix))]
mod tests {
    use capture_core::{Gone, Stamp};

    use super::*;

    #[tokio::test]
    async fn a_terminal_is_shown_lines_that_it_does_not_obey() {
        let mut shown = Vec::new();
        let mut lines = Lines::new(Shown(&mut shown));
        let stream = Arc::new(StreamDescriptor::new("pets", ["id"]));
        lines.open(&[Arc::clone(&stream)], None).await.unwrap();
        let record = Record::upsert("a", "{\"id\":\"a\",\"name\":\"x\u{202e}\u{9b}2J\u{7f}\"}");
        lines.append(&Write::new(stream, Stamp::new(1), vec![record])).await.unwrap();
        lines.flush().await.unwrap();
        drop(lines);
        let line = "{\"stream\":\"pets\",\"op\":\"upsert\",\"record\":{\"id\":\"a\",\"name\":\"x\\u202e\\u009b2J\\u007f\"}}\n";
        assert_eq!(String::from_utf8(shown).unwrap(), line);
    }

    /// Takes a few bytes at a time.
    struct Slow(Arc<std::sync::Mutex<Vec<u8>>>);

    impl io::Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let some = &bytes[..bytes.len().min(1_000)];
            self.0.lock().expect("nobody panics with it").extend_from_slice(some);
            Ok(some.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn records_in_pieces_are_the_same_lines() {
        let stream = Arc::new(StreamDescriptor::new("pets", ["id"]));
        let long = format!("{{\"id\":\"a\",\"name\":\"{}\"}}", "x".repeat(PIECES_BYTES / 2));
        let with_break = format!("{{\"id\":\"b\",\n\"name\":\"{}\"}}", "y".repeat(PIECES_BYTES));
        let upserts = |bodies: &[&str]| {
            bodies.iter().map(|body| Record::upsert("k", (*body).to_owned())).collect::<Vec<_>>()
        };
        let batches = [
            upserts(&["{\"id\":\"c\"}"]),
            upserts(&[&long, &long, "{\"id\":\"c\"}"]),
            upserts(&[&long, &with_break]),
            upserts(&[&long, &long]).into_iter().chain([Record::gone("c", Gone::NotFound)]).collect(),
        ];
        let mut written = Vec::new();
        for in_pieces in [false, true] {
            let output = Arc::default();
            let mut lines = Lines::new(Slow(Arc::clone(&output)));
            lines.takes_pieces = in_pieces;
            lines.open(&[Arc::clone(&stream)], None).await.unwrap();
            for batch in &batches {
                lines.append(&Write::new(Arc::clone(&stream), Stamp::new(1), batch.clone())).await.unwrap();
            }
            lines.flush().await.unwrap();
            let text = String::from_utf8(output.lock().unwrap().clone()).unwrap();
            // When a record was found to be gone differs.
            written.push(
                text.lines().map(|line| line.split(",\"at\"").next().unwrap().to_owned()).collect::<Vec<_>>(),
            );
        }
        assert_eq!(written[0].len(), 9);
        assert!(written[0] == written[1]);
    }

    #[tokio::test]
    async fn a_reader_that_has_gone_is_noticed_without_anything_to_write() {
        let (read, write) = io::pipe().expect("a pipe can be made");
        let mut lines = Lines::new(io::sink());
        lines.reader = OutputReader::of(&write);
        lines.flush().await.unwrap();
        drop(read);
        assert_eq!(lines.flush().await.unwrap_err().kind(), ErrorKind::Closed);
        let mut lines = Lines::new(io::sink());
        lines.reader = OutputReader::of(tempfile::tempfile().expect("a file can be made"));
        lines.flush().await.unwrap();
    }

    #[test]
    fn only_a_file_is_synced() {
        let file = tempfile::tempfile().expect("a file can be made");
        assert!(file_behind(&file).is_some());
        let (_, pipe) = io::pipe().expect("a pipe can be made");
        assert!(file_behind(&pipe).is_none());
    }
}
