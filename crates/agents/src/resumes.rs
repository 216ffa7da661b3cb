//! The texts of résumés: of the file that a candidate's record names, read in a process of its own (`document-text`), and kept
//! beside the copy for as long as the copy's candidate names that file (`kept.rs`).

mod kept;

use ashby_client::{Client, FileHandle};
use document_text::{Reader, Text};
use local_copy::LocalCopy;
use serde::Deserialize;
use serde_json::Value;

pub use self::kept::Texts;
use crate::agent;
use crate::error::Error;
use crate::tools::live;

/// The largest file that is fetched.
const FILE_BYTES: u64 = 20 << 20;

/// Reads candidates' résumés.
#[derive(Debug, Clone)]
pub struct Resumes {
    /// The local copy, beside which texts are kept.
    pub copy: Option<LocalCopy>,
    /// Fetches the files; `None` without a key.
    pub client: Option<Client>,
    /// Reads them; `None` where nothing can.
    pub reader: Option<Reader>,
}

/// A résumé's text. It was written by an outsider.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Resume {
    /// The file's id and name.
    pub file_id: String,
    /// What the file is called.
    pub file_name: Option<String>,
    /// What it says.
    pub text: Text,
    /// When the copy that it was kept beside was committed; `None` if it was fetched from Ashby.
    pub as_of: Option<jiff::Timestamp>,
}

/// A file as candidates name it.
#[derive(Clone, Deserialize)]
struct Attached {
    id: String,
    name: Option<String>,
    handle: FileHandle,
}

impl Resumes {
    /// The text of a candidate's résumé.
    ///
    /// # Errors
    /// `not_found` without a candidate or résumé, `too_large`, `unreadable_file`; and what Ashby says.
    pub async fn read(&self, candidate: &str) -> Result<Resume, Error> {
        let held = self.held(candidate).await?;
        if let Some((file, as_of)) = &held
            && let Some(text) = self.kept(candidate, &file.id).await
        {
            let (file_id, file_name) = (file.id.clone(), file.name.clone());
            return Ok(Resume { file_id, file_name, text, as_of: *as_of });
        }
        let client = self.client.as_ref().ok_or_else(|| Error::not_synced("the text of this résumé"))?;
        let (file, bytes) = match &held {
            // The copy's may have expired, or be another one by now.
            Some((file, _)) => match fetch(client, &file.handle).await {
                Ok(bytes) => (file.clone(), bytes),
                Err(error) if error.code == "too_large" => return Err(error),
                Err(_) => self.fetch_of(client, candidate).await?,
            },
            None => self.fetch_of(client, candidate).await?,
        };
        let reader = self.reader.as_ref().ok_or_else(|| refused(document_text::Error::NoReader))?;
        let text = reader.read(bytes).await.map_err(refused)?;
        self.keep(candidate, &file.id, &text).await;
        Ok(Resume { file_id: file.id, file_name: file.name, text, as_of: None })
    }

    async fn fetch_of(&self, client: &Client, candidate: &str) -> Result<(Attached, Vec<u8>), Error> {
        let (operation, parameter) =
            live::info_of("candidates").ok_or_else(|| Error::new("internal", "candidates cannot be read"))?;
        let params = [(parameter.to_owned(), candidate.into())].into_iter().collect();
        let record = live::unseen(client, operation, params).await?;
        let file = attached(&record).ok_or_else(none)?;
        let bytes = fetch(client, &file.handle).await?;
        Ok((file, bytes))
    }

    /// What the copy says of the candidate's résumé.
    async fn held(&self, candidate: &str) -> Result<Option<(Attached, Option<jiff::Timestamp>)>, Error> {
        let Some(copy) = self.copy.clone().filter(LocalCopy::exists) else { return Ok(None) };
        let candidate = candidate.to_owned();
        let found = agent::blocking(move || {
            let copy = copy.snapshot()?;
            match copy.get("candidates", &candidate) {
                Ok(held) => Ok(held.map(|held| (held, copy.as_of(["candidates"])))),
                Err(local_copy::Error::UnknownStream(_)) => Ok(None),
                Err(error) => Err(error.into()),
            }
        });
        match found.await? {
            Some((held, _)) if held.gone.is_some() => {
                Err(Error::new("not_found", "this candidate is gone").field("candidate_id"))
            }
            Some((held, as_of)) => match attached(&agent::record(&held.record)) {
                Some(file) => Ok(Some((file, as_of))),
                // One that came since is not in the copy.
                None if self.client.is_some() => Ok(None),
                None => Err(none()),
            },
            None => Ok(None),
        }
    }

    /// What goes wrong with what is kept costs a request, and nothing else.
    async fn kept(&self, candidate: &str, file: &str) -> Option<Text> {
        let texts = Texts::beside(self.copy.as_ref()?).ok()?;
        let (candidate, file) = (candidate.to_owned(), file.to_owned());
        let found = agent::blocking(move || Ok(texts.get(&candidate, &file)));
        match found.await.ok()? {
            Ok(text) => text,
            Err(error) => {
                tracing::warn!("kept texts cannot be read: {}", error.chain());
                None
            }
        }
    }

    async fn keep(&self, candidate: &str, file: &str, text: &Text) {
        let Some(texts) = self.copy.as_ref().and_then(|copy| Texts::beside(copy).ok()) else { return };
        let (candidate, file, text) = (candidate.to_owned(), file.to_owned(), text.clone());
        let kept = agent::blocking(move || Ok(texts.keep(&candidate, &file, &text)));
        if let Ok(Err(error)) = kept.await {
            tracing::warn!("the text of a résumé could not be kept: {}", error.chain());
        }
    }
}

async fn fetch(client: &Client, handle: &FileHandle) -> Result<Vec<u8>, Error> {
    let fetched = async {
        let mut download = Box::pin(client.open_file(handle)).await?.limit_bytes(FILE_BYTES);
        let mut bytes = Vec::new();
        while let Some(chunk) = download.chunk().await? {
            bytes.extend_from_slice(&chunk);
        }
        Ok::<_, ashby_client::Error>(bytes)
    };
    fetched.await.map_err(|error| match error.kind() {
        ashby_client::ErrorKind::TooLarge => {
            Error::new("too_large", format!("the file is larger than {} MB", FILE_BYTES >> 20))
                .hint("`ashby resume download CANDIDATE_ID` gets the file itself")
        }
        _ => error.into(),
    })
}

/// The résumé that a candidate's record names.
fn attached(record: &Value) -> Option<Attached> {
    Attached::deserialize(record.get("resumeFileHandle")?).ok()
}

fn none() -> Error {
    Error::new("not_found", "this candidate has no résumé").field("candidate_id")
}

fn refused(error: document_text::Error) -> Error {
    let code = match error {
        document_text::Error::TooLarge => "too_large",
        _ => "unreadable_file",
    };
    Error::new(code, format!("the résumé cannot be read: {error}"))
        .hint("`ashby resume download CANDIDATE_ID` gets the file itself")
}
