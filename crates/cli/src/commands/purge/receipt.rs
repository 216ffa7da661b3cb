//! What goes, and what went: an account for people and for files.

use std::collections::BTreeSet;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use capture_core::{Removal, private_file};
use serde::Serialize;

use super::{person, records};
use crate::failure::{FAILED, Failure, USAGE};
use crate::output::{self, counted, table, thousands};

/// What is never looked into.
const NOT_COVERED: [&str; 4] = [
    "copies and backups that were made of these files",
    "what a database server keeps besides its tables: its log, replicas and backups",
    "files written by other commands: reports, lists, journals of --each and the files given to it, downloads outside of \
     the candidate's folder",
    "whatever other programs took from here",
];

/// The account of a purge.
#[derive(Serialize)]
pub(super) struct Receipt {
    program: &'static str,
    /// Nothing was taken out if it is not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) purged_at: Option<String>,
    destination: String,
    what: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    candidate: Option<String>,
    /// How many are anonymised, where it is about them.
    #[serde(skip_serializing_if = "is_none")]
    pub(super) candidates: u64,
    #[serde(flatten)]
    pub(super) removal: Removal,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) inboxes: Vec<InboxPart>,
    /// Texts of their résumés that are kept beside the copy.
    #[serde(skip_serializing_if = "is_none")]
    pub(super) resume_texts: u64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) downloads: Vec<Downloads>,
    /// What was found afterwards.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) found: Option<Found>,
    not_covered: [&'static str; 4],
    #[serde(skip)]
    pub(super) note: Option<&'static str>,
}

/// What an inbox holds.
#[derive(Serialize)]
pub(super) struct InboxPart {
    pub(super) file: PathBuf,
    pub(super) deliveries: u64,
}

/// What was downloaded.
#[derive(Serialize)]
pub(super) struct Downloads {
    directory: String,
    files: u64,
}

/// Where contacts of theirs stand afterwards.
#[derive(Serialize)]
pub(super) struct Found {
    /// How many e-mail addresses and telephone numbers were looked for: those that no other record has.
    contacts: usize,
    files: Vec<FoundIn>,
}

#[derive(Serialize)]
struct FoundIn {
    file: String,
    /// How many of them are in it.
    found: u64,
}

/// Where a receipt is to be written: made before anything is taken out, and gone again if nothing comes of it.
pub(super) struct ReceiptFile {
    path: PathBuf,
    file: File,
    is_written: bool,
}

impl ReceiptFile {
    /// # Errors
    /// If something is there already, or nothing can be made there.
    pub(super) fn claim(path: &Path) -> Result<Self, Failure> {
        match private_file::options().write(true).create_new(true).open(path) {
            Ok(file) => Ok(Self { path: path.to_owned(), file, is_written: false }),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                let message = format!("{} is there already; nothing was taken out", path.display());
                Err(Failure::new(USAGE, message)
                    .with_hint("name another file: a receipt is proof, and is kept"))
            }
            Err(error) => Err(Self::not_written(path, error)
                .with_hint("name another file for the receipt; nothing was taken out")),
        }
    }

    /// # Errors
    /// If it cannot be written.
    pub(super) fn write(mut self, receipt: &Receipt) -> Result<(), Failure> {
        use std::io::Write as _;

        let text = output::json(receipt)?;
        let written = self.file.write_all(text.as_bytes()).and_then(|()| self.file.sync_all());
        self.is_written = written.is_ok();
        written.map_err(|error| Self::not_written(&self.path, error))
    }

    fn not_written(path: &Path, error: io::Error) -> Failure {
        Failure::new(FAILED, format!("cannot write the receipt {}", path.display())).with_source(error)
    }
}

impl Drop for ReceiptFile {
    fn drop(&mut self) {
        if !self.is_written {
            let _ = fs::remove_file(&self.path);
        }
    }
}

impl Receipt {
    pub(super) fn new(destination: String, what: &'static str, candidate: Option<String>) -> Self {
        Self {
            program: concat!("ashby ", env!("CARGO_PKG_VERSION")),
            purged_at: None,
            destination,
            what,
            candidate,
            candidates: 0,
            removal: Removal::default(),
            inboxes: Vec::new(),
            resume_texts: 0,
            downloads: Vec::new(),
            found: None,
            not_covered: NOT_COVERED,
            note: None,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        records(&self.removal) == 0
            && self.inboxes.iter().all(|inbox| inbox.deliveries == 0)
            && self.resume_texts == 0
            && self.downloads.is_empty()
    }
}

impl fmt::Display for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = self.removal.streams.iter().map(|(stream, removed)| {
            let numbers = [removed.live, removed.gone, removed.lines].map(thousands);
            std::iter::once(stream.clone()).chain(numbers).collect()
        });
        if !self.removal.streams.is_empty() {
            f.write_str(&table(&["stream", "live", "gone", "lines"], &[1, 2, 3], rows))?;
        }
        let went = if self.purged_at.is_some() { "went from" } else { "would go from" };
        if self.what == "anonymized" {
            let lines = self.removal.streams.values().map(|removed| removed.lines).sum();
            let candidates = counted(self.candidates, "candidate");
            let (lines, of) = (counted(lines, "earlier version"), &self.destination);
            writeln!(
                f,
                "{candidates} here without any contact, as anonymised ones are; {lines} {went} {of}"
            )?;
        } else {
            writeln!(f, "{} {went} {}", counted(records(&self.removal), "record"), self.destination)?;
        }
        for inbox in &self.inboxes {
            let (deliveries, file) = (counted(inbox.deliveries, "delivery"), inbox.file.display());
            writeln!(f, "{deliveries} {went} the inbox {file}")?;
        }
        if self.resume_texts > 0 {
            writeln!(f, "{} of résumés {went} beside the copy", counted(self.resume_texts, "text"))?;
        }
        for downloads in &self.downloads {
            writeln!(f, "{} {went} {}", counted(downloads.files, "file"), downloads.directory)?;
        }
        for name in &self.removal.unread {
            writeln!(f, "not looked into: {}", crate::text::line(name))?;
        }
        if let Some(found) = &self.found {
            let left: Vec<&FoundIn> = found.files.iter().filter(|file| file.found > 0).collect();
            match left[..] {
                [] if found.contacts == 0 => {}
                [] => writeln!(
                    f,
                    "afterwards no e-mail address or telephone number of theirs ({}) is found; looked into: {}",
                    counted(found.contacts as u64, "contact"),
                    counted(found.files.len() as u64, "place")
                )?,
                _ => {
                    for file in left {
                        let contacts = counted(file.found, "contact");
                        writeln!(
                            f,
                            "warning: {} still has {contacts} of theirs, which nobody else here has",
                            file.file
                        )?;
                    }
                }
            }
        }
        if let Some(note) = self.note {
            writeln!(f, "{note}")?;
        }
        Ok(())
    }
}

fn is_none(count: &u64) -> bool {
    *count == 0
}

impl Downloads {
    /// What was downloaded into the folders that are named by one of these ids.
    pub(super) fn of(downloads: &Path, ids: &[String]) -> Result<Vec<Self>, Failure> {
        let Ok(folders) = fs::read_dir(downloads) else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        for folder in folders.flatten() {
            let is_theirs = folder.file_name().to_str().is_some_and(|name| ids.iter().any(|id| id == name));
            if let (true, Ok(entries)) = (is_theirs, fs::read_dir(folder.path())) {
                let files = entries.flatten().filter(|entry| entry.path().is_file()).count() as u64;
                found.push(Self { directory: folder.path().display().to_string(), files });
            }
        }
        Ok(found)
    }

    pub(super) fn remove(&self) -> Result<(), Failure> {
        fs::remove_dir_all(&self.directory).map_err(|error| {
            Failure::new(FAILED, format!("cannot remove {}", self.directory)).with_source(error)
        })
    }
}

impl Found {
    /// So many of them are still in something that is no file.
    pub(super) fn add(&mut self, place: String, found: u64) {
        self.files.push(FoundIn { file: place, found });
    }

    /// Looks into every byte of these files.
    pub(super) fn look(files: &[PathBuf], contacts: &BTreeSet<String>) -> Result<Self, Failure> {
        let mut found = Vec::new();
        for path in files {
            let is_in = in_file(path, contacts).map_err(|error| {
                Failure::new(FAILED, format!("cannot read {}", path.display())).with_source(error)
            })?;
            found.push(FoundIn { file: path.display().to_string(), found: is_in });
        }
        Ok(Self { contacts: contacts.len(), files: found })
    }
}

/// How many of the texts are in a file.
fn in_file(path: &Path, texts: &BTreeSet<String>) -> std::io::Result<u64> {
    const PIECE: usize = 1 << 20;
    let longest = texts.iter().map(String::len).max().unwrap_or(0);
    let mut missing: BTreeSet<&String> = texts.iter().collect();
    let mut file = File::open(path)?;
    // Each piece begins with the end of the one before, where a text may have begun.
    let mut piece = Vec::new();
    loop {
        let read = file.by_ref().take(PIECE as u64).read_to_end(&mut piece)?;
        missing.retain(|text| !person::contains(&piece, text));
        if read == 0 {
            return Ok((texts.len() - missing.len()) as u64);
        }
        let kept = piece.len().saturating_sub(longest);
        piece.drain(..kept);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_found_wherever_they_stand() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("x");
        let mut bytes = vec![b'.'; (1 << 20) - 3];
        bytes.extend_from_slice(b"a@example.com");
        bytes.extend_from_slice(&[b'.'; 100]);
        fs::write(&path, bytes).unwrap();
        let texts = ["a@example.com", "b@example.com"].map(str::to_owned).into();
        assert_eq!(in_file(&path, &texts).unwrap(), 1);
    }
}
