//! The journal of a batch: which rows were sent, and what became of them. It outlives the process, so that a second
//! start repeats nothing. Of the rows themselves it holds digests only.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use capture_core::Lock;
use serde::{Deserialize, Serialize};

use crate::failure::{FAILED, Failure, USAGE};

const VERSION: u32 = 1;

/// What is known of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Status {
    /// It is about to be sent. If nothing else follows, nobody knows whether it was.
    Sending,
    /// Ashby confirmed it.
    Done,
    /// It certainly did not happen.
    Failed,
    /// It was sent, and no answer settled what became of it.
    Ambiguous,
    /// It was ambiguous, and shall not be sent again.
    Skipped,
}

/// A line of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    /// The row's number, from 1.
    pub(super) row: usize,
    pub(super) status: Status,
    /// Of the request that was made of the row.
    pub(super) digest: String,
    /// What Ashby made of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<String>,
}

/// The first line.
#[derive(Serialize, Deserialize)]
struct Heading {
    version: u32,
    operation: String,
}

/// A journal that this process alone writes to.
pub(super) struct Journal {
    path: PathBuf,
    file: File,
    /// The newest of each row.
    entries: BTreeMap<usize, Entry>,
    _lock: Lock,
}

impl Journal {
    /// Takes the journal of a batch, or begins one.
    ///
    /// # Errors
    /// If another process has it, if it is not a journal, or if it is that of another operation.
    pub(super) fn open(path: &Path, operation: &str) -> Result<Self, Failure> {
        let lock = Lock::acquire(path)?;
        let failed = |error| {
            Failure::new(FAILED, format!("cannot open the journal {}", path.display())).with_source(error)
        };
        let file = OpenOptions::new().read(true).append(true).create(true).open(path).map_err(failed)?;
        let mut journal = Self { path: path.to_owned(), file, entries: BTreeMap::new(), _lock: lock };
        let mut text = Vec::new();
        journal.file.read_to_end(&mut text).map_err(failed)?;
        // A line that was cut in the middle was not followed by anything: what it announced had not begun.
        let complete = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let heading = Heading { version: VERSION, operation: operation.to_owned() };
        if complete > 0 {
            journal.entries = journal.read(&text[..complete], operation)?;
        } else if !serde_json::to_vec(&heading).is_ok_and(|begun| begun.starts_with(&text)) {
            return Err(journal.unreadable(1));
        }
        // Only now that it is known to be a journal.
        if complete < text.len() {
            journal.file.set_len(complete as u64).map_err(failed)?;
        }
        if complete == 0 {
            journal.append(&heading)?;
            journal.sync_directory();
        }
        Ok(journal)
    }

    fn read(&self, text: &[u8], operation: &str) -> Result<BTreeMap<usize, Entry>, Failure> {
        let path = self.path.display();
        let mut lines = text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let heading: Heading = lines
            .next()
            .and_then(|line| serde_json::from_slice(line).ok())
            .ok_or_else(|| self.unreadable(1))?;
        if heading.version > VERSION {
            let message =
                format!("the journal {path} has version {}; this program reads {VERSION}", heading.version);
            return Err(Failure::new(FAILED, message).with_hint("use the newer program that wrote it"));
        }
        if heading.operation != operation {
            let message = format!("the journal {path} is that of {}, not of {operation}", heading.operation);
            return Err(Failure::new(USAGE, message).with_hint("name another with --journal"));
        }
        let mut entries = BTreeMap::new();
        for (index, line) in lines.enumerate() {
            let entry: Entry = serde_json::from_slice(line).map_err(|_| self.unreadable(index + 2))?;
            entries.insert(entry.row, entry);
        }
        Ok(entries)
    }

    fn unreadable(&self, line: usize) -> Failure {
        let path = self.path.display();
        Failure::new(FAILED, format!("{path} is not a journal that can be read (line {line})"))
            .with_hint("it was left untouched; name another with --journal, or restore it from a copy")
    }

    /// What is known of the rows, by number.
    pub(super) fn entries(&self) -> &BTreeMap<usize, Entry> {
        &self.entries
    }

    /// Notes what became of a row. When this returns, it survives a power cut.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(super) fn note(&mut self, entry: Entry) -> Result<(), Failure> {
        self.append(&entry)?;
        self.entries.insert(entry.row, entry);
        Ok(())
    }

    fn append(&mut self, line: &impl Serialize) -> Result<(), Failure> {
        let path = self.path.display();
        let failed = || Failure::new(FAILED, format!("cannot write the journal {path}"));
        let mut text = serde_json::to_vec(line).map_err(|error| failed().with_source(error))?;
        text.push(b'\n');
        let written = self.file.write_all(&text).and_then(|()| self.file.sync_data());
        written.map_err(|error| failed().with_source(error))
    }

    /// The file's name is durable too, where directories can be synced.
    fn sync_directory(&self) {
        let directory = self.path.parent().filter(|parent| !parent.as_os_str().is_empty());
        if let Ok(directory) = File::open(directory.unwrap_or(Path::new("."))) {
            let _ = directory.sync_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(row: usize, status: Status) -> Entry {
        Entry { row, status, digest: "d".to_owned(), id: None }
    }

    #[test]
    fn what_was_noted_is_there_again_and_a_cut_line_is_not() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("rows.journal");
        let mut journal = Journal::open(&path, "candidate.create").ok().unwrap();
        journal.note(entry(1, Status::Sending)).ok().unwrap();
        journal.note(entry(1, Status::Done)).ok().unwrap();
        journal.note(entry(2, Status::Sending)).ok().unwrap();
        assert!(Journal::open(&path, "candidate.create").is_err(), "one process at a time");
        drop(journal);

        let whole = std::fs::read(&path).unwrap();
        let expected = [(1, Status::Done), (2, Status::Sending)];
        let statuses = |journal: &Journal| -> Vec<_> {
            journal.entries().iter().map(|(row, entry)| (*row, entry.status)).collect()
        };
        for cut in 0..=whole.len() {
            std::fs::write(&path, &whole[..cut]).unwrap();
            let mut journal = Journal::open(&path, "candidate.create").ok().unwrap();
            let found = statuses(&journal);
            assert!(found.len() <= 2 && (cut < whole.len() || found == expected), "{cut}: {found:?}");
            journal.note(entry(3, Status::Failed)).ok().unwrap();
            drop(journal);
            let again = Journal::open(&path, "candidate.create").ok().unwrap();
            assert_eq!(again.entries().get(&3).map(|entry| entry.status), Some(Status::Failed), "{cut}");
        }
    }

    #[test]
    fn what_is_no_journal_of_this_operation_is_left_alone() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("rows.journal");
        for text in [
            "secret",
            "secret\n",
            "{\"version\":1,\"operation\":\"candidate.create\"}\nsecret\ncut",
            "{\"version\":2,\"operation\":\"candidate.create\"}\n",
            "{\"version\":1,\"operation\":\"job.create\"}\n",
            "{\"version\":1,\"operation\":\"candidate.create\"}\nsecret\n",
        ] {
            std::fs::write(&path, text).unwrap();
            let failure = Journal::open(&path, "candidate.create").err().unwrap();
            assert!(!format!("{failure:?}").contains("secret"));
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        }
    }
}
