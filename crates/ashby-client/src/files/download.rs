//! Downloading: a link from Ashby, the file from the storage.

use std::fmt;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use reqwest::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use serde::Deserialize;
use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::time::sleep;

use super::{FileHandle, name};
use crate::storage;
use crate::transport::{header, redirected};
use crate::way::Way;
use crate::{Client, Error, ErrorKind, ReadOperation};

const OPERATION: &str = "file download";
const INFO: ReadOperation = ReadOperation::new("file.info");

/// A file whose first bytes are on their way. `Debug` does not show its name, which often is a person's.
pub struct FileDownload {
    /// What type the storage says it is of.
    pub content_type: Option<String>,
    /// How long the storage says it is.
    pub length_bytes: Option<u64>,
    /// What the storage calls it: a mere name, which no directory or terminal is harmed by.
    pub suggested_name: Option<String>,
    response: reqwest::Response,
    received_bytes: u64,
    limit_bytes: u64,
    patience: storage::Patience,
}

/// The largest file that is taken unless [`FileDownload::limit_bytes`] says otherwise.
pub const DEFAULT_MAX_FILE_BYTES: u64 = 1_000_000_000;

/// A file that was downloaded, whole.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DownloadedFile {
    /// Where it is.
    pub path: PathBuf,
    /// How large it is.
    pub length_bytes: u64,
    /// What type the storage said it is of.
    pub content_type: Option<String>,
}

impl fmt::Debug for FileDownload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileDownload")
            .field("content_type", &self.content_type)
            .field("length_bytes", &self.length_bytes)
            .field("received_bytes", &self.received_bytes)
            .finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
struct Link {
    url: String,
}

impl Client {
    /// Begins the download of a file. A link that has expired meanwhile is asked for once more.
    ///
    /// # Errors
    /// As for [`read`](Self::read) if Ashby gives no link; [`ErrorKind::NotFound`] or [`ErrorKind::Rejected`] if the
    /// storage does not give the file out.
    pub async fn open_file(&self, handle: &FileHandle) -> Result<FileDownload, Error> {
        let error = match Box::pin(self.open_once(handle)).await {
            Ok(download) => return Ok(download),
            Err(error) => error,
        };
        let may_pass = error.is_retryable() || error.status() == Some(403);
        if error.operation() != OPERATION || !may_pass || self.inner.retry.max_attempts < 2 {
            return Err(error);
        }
        tracing::warn!(kind = ?error.kind(), status = error.status(), code = error.code(), "the download failed: once more");
        sleep(self.inner.retry.base_delay).await;
        Box::pin(self.open_once(handle)).await
    }

    /// Downloads a file to a path, replacing what is there. The file appears under its name when it is complete and
    /// durable; whatever fails before leaves nothing behind.
    ///
    /// # Errors
    /// As for [`open_file`](Self::open_file) and [`FileDownload::save`].
    pub async fn download(&self, handle: &FileHandle, destination: &Path) -> Result<DownloadedFile, Error> {
        Box::pin(self.open_file(handle).await?.save(destination, true)).await
    }

    async fn open_once(&self, handle: &FileHandle) -> Result<FileDownload, Error> {
        let response = self.read(&INFO, &json!({"fileHandle": handle})).await?;
        let link: Link = json_slices::read(&response.results).map_err(|_| {
            Error::new(ErrorKind::Malformed, INFO.as_str(), "the answer has no link to the file")
        })?;
        let storage = &self.inner.storage;
        let (http, url) = storage.client(OPERATION, &link.url)?;
        let way = Way::to(&url, None);
        let patience = storage.patience();
        let mut response = storage.next(http.get(url).send()).await.map_err(|failure| {
            let mut error = failure.into_error(OPERATION);
            way.tell(&mut error, None);
            error
        })?;
        let status = response.status().as_u16();
        if status != 200 {
            let leads_to = redirected(&response);
            let body = storage.next(response.chunk()).await.ok().flatten().unwrap_or_default();
            let mut error = refused(status, &body).with_status(status);
            way.tell_of_storage(&mut error, leads_to.as_deref());
            return Err(error);
        }
        let text = |name: &str| header(response.headers(), name);
        let disposition = response.headers().get(CONTENT_DISPOSITION);
        let disposition = disposition.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        Ok(FileDownload {
            content_type: text(CONTENT_TYPE.as_str()),
            length_bytes: response.content_length(),
            suggested_name: disposition.as_deref().and_then(name::suggested),
            response,
            received_bytes: 0,
            limit_bytes: DEFAULT_MAX_FILE_BYTES,
            patience,
        })
    }
}

impl FileDownload {
    /// Takes no larger file than this; [`DEFAULT_MAX_FILE_BYTES`] by default.
    #[must_use]
    pub fn limit_bytes(mut self, limit_bytes: u64) -> Self {
        self.limit_bytes = limit_bytes;
        self
    }

    /// The next bytes; `None` once the file is complete.
    ///
    /// # Errors
    /// [`ErrorKind::Transport`] if the file was cut, [`ErrorKind::Timeout`] if the storage fell silent or sends less
    /// than 16 KiB a second for good, [`ErrorKind::TooLarge`] if the file is larger than it may be.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        let too_large = self.length_bytes.unwrap_or(0).max(self.received_bytes) > self.limit_bytes;
        if too_large {
            return Err(self.too_large());
        }
        let chunk = storage::next(self.patience.after(self.received_bytes), self.response.chunk()).await;
        let chunk = chunk.map_err(|failure| failure.into_error(OPERATION))?;
        match &chunk {
            Some(chunk) => {
                self.received_bytes += chunk.len() as u64;
                if self.received_bytes > self.limit_bytes {
                    return Err(self.too_large());
                }
            }
            None if self.length_bytes.is_some_and(|length| length != self.received_bytes) => {
                return Err(Error::new(ErrorKind::Transport, OPERATION, "the file was cut on the way"));
            }
            None => {}
        }
        Ok(chunk)
    }

    fn too_large(&self) -> Error {
        let what = format!("the file is larger than {} bytes", self.limit_bytes);
        Error::new(ErrorKind::TooLarge, OPERATION, what).with_hint("allow larger files, or leave it")
    }

    /// Writes the file beside `path` and, once it is complete and durable, gives it that name. Dropped or failed,
    /// it leaves nothing behind. On Unix only its owner may read it.
    ///
    /// # Errors
    /// [`ErrorKind::LocalFile`] if it cannot be written, or if there is something at `path` and `overwrite` is not
    /// set; otherwise as for [`chunk`](Self::chunk).
    pub async fn save(mut self, path: &Path, overwrite: bool) -> Result<DownloadedFile, Error> {
        if !overwrite && path.exists() {
            return Err(exists());
        }
        let directory = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let partial = tempfile::Builder::new().prefix(".ashby-").suffix(".part").tempfile_in(directory);
        let partial = partial.map_err(cannot_write)?;
        let mut file = tokio::fs::File::from_std(partial.reopen().map_err(cannot_write)?);
        while let Some(chunk) = self.chunk().await? {
            file.write_all(&chunk).await.map_err(cannot_write)?;
        }
        file.flush().await.map_err(cannot_write)?;
        file.sync_all().await.map_err(cannot_write)?;
        let named = if overwrite { partial.persist(path) } else { partial.persist_noclobber(path) };
        named.map_err(|failed| match failed.error.kind() {
            std::io::ErrorKind::AlreadyExists => exists(),
            _ => cannot_write(failed.error),
        })?;
        // The name is durable too where directories can be synced; elsewhere the file system sees to it.
        if let Ok(directory) = tokio::fs::File::open(directory).await {
            let _ = directory.sync_all().await;
        }
        Ok(DownloadedFile {
            path: path.to_owned(),
            length_bytes: self.received_bytes,
            content_type: self.content_type,
        })
    }
}

fn cannot_write(error: std::io::Error) -> Error {
    Error::new(ErrorKind::LocalFile, OPERATION, "the file cannot be written").with_source(error)
}

fn exists() -> Error {
    Error::new(ErrorKind::LocalFile, OPERATION, "there is a file of this name already")
        .with_hint("choose another name, or say that it may be replaced")
}

/// What it means that the storage did not give a file out.
fn refused(status: u16, body: &[u8]) -> Error {
    let (kind, what) = match status {
        404 | 410 => (ErrorKind::NotFound, "the file is not in the storage"),
        403 => (ErrorKind::Rejected, "the storage did not accept the link to the file"),
        300..400 => (ErrorKind::Rejected, "the storage answered with a redirect, which is not followed"),
        408 => (ErrorKind::Timeout, "the storage gave up waiting"),
        500.. => (ErrorKind::Server, "the storage failed"),
        _ => (ErrorKind::Rejected, "the storage did not give the file out"),
    };
    let mut error = Error::new(kind, OPERATION, what);
    error.0.code = storage::refusal_code(body);
    if status == 403 {
        return error
            .with_hint("links last for minutes only: run again; files of Ashby's demo data are refused");
    }
    error
}
