//! The journal of a batch: which rows were sent, and what became of them. It outlives the process, so that a second
//! start repeats nothing. Of the rows themselves it holds digests only.
//!
//! The file is JSON, a line each: a heading, and then what happened in the order in which it did. Every start adds a line
//! with its run number. Two locks keep a second process out, one beside the file's true name and one on the file
//! itself, whatever name it was opened by. Where locks do not hold (they were removed, or the file system has none),
//! the run number does: a row is announced first and read back then, and whoever finds the line of a newer run in
//! between stops before it sends. Lines are appended, so that of two runs either the newer one read the row's
//! announcement when it began, or the older one reads the newer one's line.

use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use capture_core::Lock;
use serde::{Deserialize, Serialize};

use crate::file;
use crate::{Error, ErrorKind};

/// Version 1 had no runs.
const VERSION: u32 = 2;

/// What is known of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
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

/// What is noted of a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Entry {
    /// The row's number, from 1.
    pub row: usize,
    /// What is known of it.
    pub status: Status,
    /// Of the request that was made of the row.
    pub digest: String,
    /// What Ashby made of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

impl Entry {
    /// What is known of the row with this number and digest.
    pub fn new(row: usize, status: Status, digest: impl Into<String>) -> Self {
        Self { row, status, digest: digest.into(), id: None }
    }
}

/// The first line.
#[derive(Serialize, Deserialize)]
struct Heading {
    version: u32,
    operation: String,
}

/// A start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Run {
    /// From 1. Two starts that raced can have the same.
    run: u64,
    /// Tells these apart.
    nonce: String,
}

/// Any line but the first.
#[derive(Deserialize)]
#[serde(untagged)]
enum Line {
    Run(Run),
    Entry(Entry),
}

/// A journal that this process alone writes to.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
    /// The newest of each row.
    entries: BTreeMap<usize, Entry>,
    run: Run,
    /// As far as its lines are known.
    known_bytes: u64,
    _lock: Lock,
}

impl Journal {
    /// Takes the journal of a batch, or begins one (readable by its owner only).
    ///
    /// # Errors
    /// [`ErrorKind::Busy`] if another process has it, by whatever name; [`ErrorKind::NoJournal`] if it is a symbolic
    /// link, no regular file, or no journal that can be read; [`ErrorKind::OtherBatch`] if it is that of another
    /// operation; [`ErrorKind::Storage`]. What is refused is left untouched.
    pub fn open(path: &Path, operation: &str) -> Result<Self, Error> {
        let path = file::canonical(path)?;
        let lock = Lock::acquire(&path).map_err(|error| {
            let kind = match error.kind() {
                capture_core::ErrorKind::Busy => ErrorKind::Busy,
                _ => ErrorKind::Storage,
            };
            let refused = Error::new(kind, error.to_string());
            let refused = match kind {
                ErrorKind::Busy => refused.with_hint("wait for that run to end, or stop it"),
                _ => refused,
            };
            match error.into_source() {
                Some(source) => refused.with_source(source),
                None => refused,
            }
        })?;
        let mut file = file::open(&path)?;
        let in_use = || {
            let message = format!("{} is in use by another process, by another name", path.display());
            Error::new(ErrorKind::Busy, message).with_hint("wait for that run to end, or stop it")
        };
        // Held as long as the file is open. A file system without locks has the run number.
        if let Err(TryLockError::WouldBlock) = file.try_lock() {
            return Err(in_use());
        }
        let failed = |error| storage("open", &path, error);
        let mut text = Vec::new();
        file.read_to_end(&mut text).map_err(failed)?;
        // A line that was cut in the middle was not followed by anything: what it announced had not begun.
        let complete = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let begins = |version| {
            let heading = Heading { version, operation: operation.to_owned() };
            serde_json::to_vec(&heading).is_ok_and(|begun| begun.starts_with(&text))
        };
        let mut known = Known::default();
        if complete > 0 {
            known.read_all(&path, &text[..complete], operation)?;
        } else if !(1..=VERSION).any(begins) {
            return Err(unreadable(&path, 1));
        }
        // Only now that it is known to be a journal.
        if complete < text.len() {
            file.set_len(complete as u64).map_err(failed)?;
        }
        let nonce = format!("{:016x}", RandomState::new().build_hasher().finish());
        let run = Run { run: known.newest.map_or(1, |newest| newest.run + 1), nonce };
        let mut journal = Self { path, file, entries: BTreeMap::new(), run, known_bytes: 0, _lock: lock };
        if complete == 0 {
            journal.append(&Heading { version: VERSION, operation: operation.to_owned() })?;
        }
        let run = journal.run.clone();
        journal.append(&run)?;
        if complete == 0 {
            file::sync_directory(&journal.path);
        }
        journal.begin(operation)?;
        Ok(journal)
    }

    /// Reads everything once more: another run may have written before this one's line was there.
    fn begin(&mut self, operation: &str) -> Result<(), Error> {
        let text = self.read_from(0)?;
        let complete = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let mut known = Known::default();
        known.read_all(&self.path, &text[..complete], operation)?;
        self.known_bytes = complete as u64;
        self.entries = known.entries;
        match known.newest {
            Some(newest) if newest == self.run => Ok(()),
            _ => Err(self.taken_over()),
        }
    }

    /// What is known of the rows, by number.
    pub fn entries(&self) -> &BTreeMap<usize, Entry> {
        &self.entries
    }

    /// Where it is, by its true name.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Announces that a row is about to be sent, and makes sure that this is still the newest run. When this returns
    /// `true`, the row may be sent, and the announcement survives a power cut; `false` if an older run has finished
    /// the row meanwhile.
    ///
    /// # Errors
    /// [`ErrorKind::TakenOver`] if another process has begun meanwhile, or another file lies where the journal was:
    /// nothing may be sent any more. [`ErrorKind::Storage`] if it cannot be written or read.
    pub fn announce(&mut self, row: usize, digest: &str) -> Result<bool, Error> {
        if !file::is_still(&self.file, &self.path) {
            return Err(self.taken_over());
        }
        let entry = Entry::new(row, Status::Sending, digest);
        self.append(&entry)?;
        self.catch_up()?;
        if self.entries.get(&row).is_some_and(|entry| entry.status == Status::Done) {
            // It is settled: the announcement must not be the last that is said of it.
            let done = self.entries[&row].clone();
            self.append(&done)?;
            return Ok(false);
        }
        self.entries.insert(row, entry);
        Ok(true)
    }

    /// Notes what became of a row. When this returns, it survives a power cut.
    ///
    /// # Errors
    /// [`ErrorKind::Storage`] if it cannot be written.
    pub fn note(&mut self, entry: Entry) -> Result<(), Error> {
        self.append(&entry)?;
        self.entries.insert(entry.row, entry);
        Ok(())
    }

    /// Reads what was appended since the last time, by this run and by others.
    fn catch_up(&mut self) -> Result<(), Error> {
        let text = self.read_from(self.known_bytes)?;
        let complete = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        for line in text[..complete].split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            match serde_json::from_slice(line) {
                Ok(Line::Run(run)) if run == self.run => {}
                Ok(Line::Run(_)) | Err(_) => return Err(self.taken_over()),
                // An older run had it under way.
                Ok(Line::Entry(entry)) if entry.status == Status::Done => {
                    self.entries.insert(entry.row, entry);
                }
                Ok(Line::Entry(_)) => {}
            }
        }
        self.known_bytes += complete as u64;
        Ok(())
    }

    fn read_from(&mut self, offset: u64) -> Result<Vec<u8>, Error> {
        let mut text = Vec::new();
        let read = self.file.seek(SeekFrom::Start(offset)).and_then(|_| self.file.read_to_end(&mut text));
        read.map_err(|error| storage("read", &self.path, error))?;
        Ok(text)
    }

    fn append(&mut self, line: &impl Serialize) -> Result<(), Error> {
        let mut text = serde_json::to_vec(line).map_err(|error| storage("write", &self.path, error))?;
        text.push(b'\n');
        let written = self.file.write_all(&text).and_then(|()| self.file.sync_data());
        written.map_err(|error| storage("write", &self.path, error))
    }

    fn taken_over(&self) -> Error {
        let message = format!(
            "the journal {} was taken over by another process, or replaced; this one stopped before it sent the row",
            self.path.display()
        );
        Error::new(ErrorKind::TakenOver, message)
            .with_hint("let the other one finish; the same command again then does what is left")
    }
}

/// What the lines of a journal say.
#[derive(Default)]
struct Known {
    entries: BTreeMap<usize, Entry>,
    newest: Option<Run>,
}

impl Known {
    fn read_all(&mut self, path: &Path, text: &[u8], operation: &str) -> Result<(), Error> {
        let shown = path.display();
        let mut lines = text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let heading: Heading = lines
            .next()
            .and_then(|line| serde_json::from_slice(line).ok())
            .ok_or_else(|| unreadable(path, 1))?;
        if heading.version > VERSION {
            let message =
                format!("the journal {shown} has version {}; this program reads {VERSION}", heading.version);
            return Err(
                Error::new(ErrorKind::NoJournal, message).with_hint("use the newer program that wrote it")
            );
        }
        if heading.operation != operation {
            let message = format!("the journal {shown} is that of {}, not of {operation}", heading.operation);
            return Err(Error::new(ErrorKind::OtherBatch, message));
        }
        for (index, line) in lines.enumerate() {
            match serde_json::from_slice(line) {
                Ok(Line::Run(run)) => self.newest = Some(run),
                Ok(Line::Entry(entry)) => drop(self.entries.insert(entry.row, entry)),
                Err(_) => return Err(unreadable(path, index + 2)),
            }
        }
        Ok(())
    }
}

fn unreadable(path: &Path, line: usize) -> Error {
    let message = format!("{} is not a journal that can be read (line {line})", path.display());
    Error::new(ErrorKind::NoJournal, message)
}

fn storage(what: &str, path: &Path, error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::new(ErrorKind::Storage, format!("cannot {what} the journal {}", path.display())).with_source(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(row: usize, status: Status) -> Entry {
        Entry::new(row, status, "d")
    }

    #[test]
    fn what_was_noted_is_there_again_and_a_cut_line_is_not() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("rows.journal");
        let mut journal = Journal::open(&path, "candidate.create").unwrap();
        journal.note(entry(1, Status::Sending)).unwrap();
        journal.note(entry(1, Status::Done)).unwrap();
        journal.note(entry(2, Status::Sending)).unwrap();
        assert!(Journal::open(&path, "candidate.create").is_err(), "one process at a time");
        drop(journal);

        let whole = std::fs::read(&path).unwrap();
        let expected = [(1, Status::Done), (2, Status::Sending)];
        let statuses = |journal: &Journal| -> Vec<_> {
            journal.entries().iter().map(|(row, entry)| (*row, entry.status)).collect()
        };
        for cut in 0..=whole.len() {
            std::fs::write(&path, &whole[..cut]).unwrap();
            let mut journal = Journal::open(&path, "candidate.create").unwrap();
            let found = statuses(&journal);
            assert!(found.len() <= 2 && (cut < whole.len() || found == expected), "{cut}: {found:?}");
            journal.note(entry(3, Status::Failed)).unwrap();
            drop(journal);
            let again = Journal::open(&path, "candidate.create").unwrap();
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
            "{\"version\":3,\"operation\":\"candidate.create\"}\n",
            "{\"version\":1,\"operation\":\"job.create\"}\n",
            "{\"version\":1,\"operation\":\"candidate.create\"}\nsecret\n",
        ] {
            std::fs::write(&path, text).unwrap();
            let failure = Journal::open(&path, "candidate.create").unwrap_err();
            assert!(!format!("{failure:?}").contains("secret"));
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        }
    }

    #[test]
    fn journals_of_version_1_go_on() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("rows.journal");
        let old = concat!(
            "{\"version\":1,\"operation\":\"candidate.create\"}\n",
            "{\"row\":1,\"status\":\"sending\",\"digest\":\"d\"}\n",
            "{\"row\":1,\"status\":\"done\",\"digest\":\"d\",\"id\":\"i\"}\n",
        );
        std::fs::write(&path, old).unwrap();
        let journal = Journal::open(&path, "candidate.create").unwrap();
        assert_eq!(journal.entries()[&1].status, Status::Done);
        assert_eq!(journal.run.run, 1);
        drop(journal);
        assert_eq!(Journal::open(&path, "candidate.create").unwrap().run.run, 2);
    }

    /// A second run that no lock kept out.
    fn intruder(path: &Path, lines: &str) {
        let mut file = std::fs::OpenOptions::new().append(true).open(path).unwrap();
        file.write_all(lines.as_bytes()).unwrap();
    }

    #[test]
    fn a_newer_run_stops_the_older_one_before_it_sends() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("rows.journal");
        let mut journal = Journal::open(&path, "candidate.create").unwrap();
        assert!(journal.announce(1, "d").unwrap());
        // What it wrote itself is nobody's trouble.
        journal.note(entry(1, Status::Done)).unwrap();
        assert!(journal.announce(2, "d").unwrap());
        intruder(&path, "{\"run\":2,\"nonce\":\"another\"}\n");
        assert_eq!(journal.announce(3, "d").unwrap_err().kind(), ErrorKind::TakenOver);
        assert_eq!(journal.announce(4, "d").unwrap_err().kind(), ErrorKind::TakenOver);
    }

    #[test]
    fn a_run_of_the_same_number_is_another() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("rows.journal");
        let mut journal = Journal::open(&path, "candidate.create").unwrap();
        intruder(&path, "{\"run\":1,\"nonce\":\"another\"}\n");
        assert_eq!(journal.announce(1, "d").unwrap_err().kind(), ErrorKind::TakenOver);
    }

    #[test]
    fn what_an_older_run_finished_meanwhile_is_not_sent_again() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("rows.journal");
        let mut journal = Journal::open(&path, "candidate.create").unwrap();
        intruder(&path, "{\"row\":1,\"status\":\"done\",\"digest\":\"d\",\"id\":\"i\"}\n");
        assert!(!journal.announce(1, "d").unwrap());
        drop(journal);
        assert_eq!(Journal::open(&path, "candidate.create").unwrap().entries()[&1].status, Status::Done);
    }

    #[test]
    #[cfg(unix)]
    fn a_journal_that_was_moved_away_is_not_written_for_nobody() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("rows.journal");
        let mut journal = Journal::open(&path, "candidate.create").unwrap();
        std::fs::rename(&path, directory.path().join("elsewhere")).unwrap();
        assert_eq!(journal.announce(1, "d").unwrap_err().kind(), ErrorKind::TakenOver);
        std::fs::write(&path, "").unwrap();
        assert_eq!(journal.announce(1, "d").unwrap_err().kind(), ErrorKind::TakenOver);
    }

    #[test]
    #[cfg(unix)]
    fn one_journal_has_one_writer_whatever_it_is_called() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("rows.journal");
        let journal = Journal::open(&path, "candidate.create").unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let kind = |path: &Path| Journal::open(path, "candidate.create").unwrap_err().kind();

        symlink(directory.path(), directory.path().join("other")).unwrap();
        assert_eq!(kind(&directory.path().join("other/rows.journal")), ErrorKind::Busy);
        let hard = directory.path().join("hard");
        std::fs::hard_link(&path, &hard).unwrap();
        assert_eq!(kind(&hard), ErrorKind::Busy);
        let soft = directory.path().join("soft");
        symlink(&path, &soft).unwrap();
        assert_eq!(kind(&soft), ErrorKind::NoJournal);
        drop(journal);
        assert_eq!(kind(&soft), ErrorKind::NoJournal, "also when nobody has it");
        assert_eq!(kind(directory.path()), ErrorKind::NoJournal);
        let dangling = directory.path().join("dangling");
        symlink(directory.path().join("absent"), &dangling).unwrap();
        assert_eq!(kind(&dangling), ErrorKind::NoJournal);
        assert!(!directory.path().join("absent").exists());
    }
}
