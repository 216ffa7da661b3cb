//! `ashby resume download --all`: the résumés of all candidates, each once.
//!
//! Each candidate has a folder, named by the id, with the file and a note of what it is. The note is written when the file
//! is whole and durable; so a start goes on where the last one ended, whatever ended it, and fetches only what is missing or
//! another file by now. That the notes are not one file for all is for `ashby purge`: with the folder goes everything.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use ashby_client::{Client, ListRequest, ReadOperation};
use capture_core::private_file;
use futures_util::stream::{self, StreamExt as _};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Attached, make, of_download, safe_name};
use crate::failure::{FAILED, Failure, PARTIAL};
use crate::output::{self, counted, explain};
use crate::settings::Settings;
use crate::text;

/// Files on their way at once.
const AT_ONCE: usize = 4;

/// A line is said after so many candidates.
const TELL_EVERY: u64 = 500;

/// In a candidate's folder: what the file beside it is.
const NOTE: &str = ".ashby-resume.json";

/// Where to, and how.
pub(super) struct Bulk<'a> {
    pub(super) settings: &'a Settings,
    pub(super) directory: PathBuf,
    pub(super) max_size_bytes: u64,
    /// Also what is there already.
    pub(super) force: bool,
}

/// A record of `candidate.list`, as far as it matters.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    id: String,
    resume_file_handle: Option<Attached>,
}

/// What a folder's file is.
#[derive(Serialize, Deserialize)]
struct Note {
    /// By which the file is known in Ashby: its id, or its name where it has none.
    of: String,
    name: String,
    length_bytes: u64,
    content_type: Option<String>,
    downloaded_at: Timestamp,
}

/// What became of a candidate's résumé.
enum Became {
    Downloaded(u64),
    There,
    None,
    Failed(Failure),
}

/// What it came to.
#[derive(Default, Serialize)]
struct Account {
    directory: PathBuf,
    candidates: u64,
    downloaded: u64,
    downloaded_bytes: u64,
    /// They had been downloaded before.
    there_already: u64,
    without: u64,
    failed: Vec<Missing>,
}

/// A résumé that could not be had.
#[derive(Serialize)]
struct Missing {
    candidate: String,
    error: String,
}

impl Bulk<'_> {
    pub(super) async fn run(&self) -> Result<ExitCode, Failure> {
        let client = self.settings.client()?;
        let _made = make(&self.directory, "--dir")?;
        let mut account = Account { directory: self.directory.clone(), ..Account::default() };
        let mut pages = client
            .pages(ListRequest::new(ReadOperation::new("candidate.list")).limit(self.settings.page_size()));
        while let Some(page) = pages.next().await? {
            let listed: Vec<Listed> =
                page.records().filter_map(|record| json_slices::read(&record).ok()).collect();
            let unread = page.len() - listed.len();
            if unread > 0 {
                return Err(Failure::new(FAILED, "candidate.list: a record does not describe a candidate"));
            }
            let fetched = listed.into_iter().map(|listed| self.fetch(&client, listed));
            let mut fetched = stream::iter(fetched).buffer_unordered(AT_ONCE);
            while let Some((candidate, became)) = fetched.next().await {
                account.take(candidate, became).inspect_err(|_| explain(&format!("{}\n", account.told())))?;
                if account.candidates.is_multiple_of(TELL_EVERY) && !self.settings.quiet() {
                    explain(&format!("{}\n", account.told()));
                }
            }
        }
        output::print_done(self.settings, &format!("{}\n", account.told()), &account)?;
        Ok(if account.failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(PARTIAL) })
    }

    async fn fetch(&self, client: &Client, listed: Listed) -> (String, Became) {
        let became = match &listed.resume_file_handle {
            None => Became::None,
            Some(resume) => {
                Box::pin(self.fetch_file(client, &listed.id, resume)).await.unwrap_or_else(Became::Failed)
            }
        };
        (listed.id, became)
    }

    async fn fetch_file(
        &self,
        client: &Client,
        candidate: &str,
        resume: &Attached,
    ) -> Result<Became, Failure> {
        // The id is a folder's name: nothing that leads elsewhere is one.
        if ashby_client::safe_file_name(candidate).as_deref() != Some(candidate) {
            return Err(Failure::new(FAILED, "its id cannot be the name of a folder"));
        }
        let folder = self.directory.join(candidate);
        let before = note_in(&folder);
        let of = resume.id.clone().or_else(|| resume.name.clone()).unwrap_or_default();
        if let Some(before) = before.as_ref().filter(|before| !self.force && before.of == of) {
            let there = std::fs::metadata(folder.join(&before.name));
            if there.is_ok_and(|there| there.is_file() && there.len() == before.length_bytes) {
                return Ok(Became::There);
            }
        }
        let open = client.open_file(&resume.handle).await?.limit_bytes(self.max_size_bytes);
        let _made = make(&folder, "--dir")?;
        let name = safe_name(&open, resume);
        let name = if name == NOTE { format!("file {name}") } else { name };
        let path = folder.join(&name);
        let saved = Box::pin(open.save(&path, true)).await.map_err(|error| of_download(error, &path))?;
        let note = Note {
            of,
            name,
            length_bytes: saved.length_bytes,
            content_type: saved.content_type,
            downloaded_at: Timestamp::now(),
        };
        write(&folder.join(NOTE), &note)?;
        // An earlier résumé by another name is no longer the candidate's.
        if let Some(before) = before.filter(|before| before.name != note.name) {
            let _ = std::fs::remove_file(folder.join(before.name));
        }
        Ok(Became::Downloaded(note.length_bytes))
    }
}

impl Account {
    /// Counts what became of one.
    ///
    /// # Errors
    /// If it says nothing of that one alone.
    fn take(&mut self, candidate: String, became: Became) -> Result<(), Failure> {
        self.candidates += 1;
        match became {
            Became::Downloaded(bytes) => {
                self.downloaded += 1;
                self.downloaded_bytes += bytes;
            }
            Became::There => self.there_already += 1,
            Became::None => self.without += 1,
            // A key or settings: it would be the same for all others.
            Became::Failed(failure) if failure.code() != FAILED => return Err(failure),
            Became::Failed(failure) if failure.is_of_the_disk() => {
                return Err(failure.with_hint(
                    "make room, or name another directory; the same command goes on where it stopped",
                ));
            }
            Became::Failed(failure) => {
                let error = failure.with_causes();
                explain(&format!("failed: {}: {}\n", text::line(&candidate), text::line(&error)));
                self.failed.push(Missing { candidate, error });
            }
        }
        Ok(())
    }

    fn told(&self) -> String {
        let mut told = format!(
            "{}: {} downloaded ({}), {} there already, {} without",
            counted(self.candidates, "candidate"),
            output::thousands(self.downloaded),
            counted(self.downloaded_bytes, "byte"),
            output::thousands(self.there_already),
            output::thousands(self.without),
        );
        if !self.failed.is_empty() {
            told.push_str(&format!(
                ", {} failed (the same command tries those again)",
                output::thousands(self.failed.len() as u64)
            ));
        }
        told
    }
}

/// The note in a folder; what cannot be read is none, and the file comes again.
fn note_in(folder: &Path) -> Option<Note> {
    let note: Note = serde_json::from_slice(&std::fs::read(folder.join(NOTE)).ok()?).ok()?;
    // It is a name in that folder and nothing else, whoever wrote it.
    (ashby_client::safe_file_name(&note.name).as_deref() == Some(note.name.as_str())).then_some(note)
}

fn write(path: &Path, note: &Note) -> Result<(), Failure> {
    let failed = |error: std::io::Error| {
        Failure::new(FAILED, format!("cannot write {}", path.display())).with_source(error)
    };
    let json = serde_json::to_vec(note).map_err(|error| failed(error.into()))?;
    private_file::replace(path, &json).map_err(failed)
}

#[cfg(test)]
mod tests {
    use std::io::{Error, ErrorKind};

    use super::*;

    #[test]
    fn what_would_be_the_same_for_all_others_ends_it() {
        let failed = |kind: ErrorKind| {
            Became::Failed(Failure::new(FAILED, "cannot be written").with_source(Error::from(kind)))
        };
        let mut account = Account::default();
        assert!(account.take("a".to_owned(), failed(ErrorKind::InvalidFilename)).is_ok());
        for kind in [ErrorKind::StorageFull, ErrorKind::QuotaExceeded, ErrorKind::ReadOnlyFilesystem] {
            let ended = account.take("b".to_owned(), failed(kind)).unwrap_err();
            assert_eq!((ended.code(), account.failed.len()), (FAILED, 1), "{ended:?}");
        }
    }
}
