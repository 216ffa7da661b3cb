//! Uploading: an address from Ashby, the file to the storage.

use std::fmt;
use std::path::PathBuf;

use bytes::Bytes;
use reqwest::multipart::{Form, Part};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::time::sleep;
use tokio_util::io::ReaderStream;

use super::{FileContext, FileHandle, name};
use crate::budget::Room;
use crate::request::{Operation, RequestBody};
use crate::storage::refusal_code;
use crate::transport::Received;
use crate::way::Way;
use crate::{Client, Error, ErrorKind, ReadOperation, Response, WriteOperation};

const OPERATION: &str = "file upload";
/// A place for an upload changes nothing that anybody sees, so asking for another one is harmless.
const CREATE_HANDLE: ReadOperation = ReadOperation::new("file.createFileUploadHandle");
const SUBMIT_FORM: WriteOperation = WriteOperation::new("applicationForm.submit");
/// A file is sent in pieces of this size.
const PIECE_BYTES: usize = 64 * 1024;
/// Of files that are nothing else.
const ANY_TYPE: &str = "application/octet-stream";

/// A file to be uploaded. `Debug` does not show its name, which often is a person's.
pub struct Upload {
    name: String,
    content_type: String,
    length_bytes: u64,
    source: Source,
}

enum Source {
    Path(PathBuf),
    Bytes(Bytes),
    /// Can be read once only.
    Reader(Box<dyn AsyncRead + Send + Unpin>),
}

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload")
            .field("content_type", &self.content_type)
            .field("length_bytes", &self.length_bytes)
            .finish_non_exhaustive()
    }
}

impl Upload {
    /// A file on this machine, by its own name, which also tells what type it is of.
    ///
    /// # Errors
    /// [`ErrorKind::LocalFile`] if there is no such file, it cannot be looked at, or there is nothing in it.
    pub async fn from_path(path: impl Into<PathBuf>) -> Result<Self, Error> {
        let path = path.into();
        let metadata = tokio::fs::metadata(&path).await.map_err(cannot_read)?;
        if !metadata.is_file() {
            return Err(Error::new(ErrorKind::LocalFile, OPERATION, "this is not a file"));
        }
        if metadata.len() == 0 {
            return Err(Error::new(ErrorKind::LocalFile, OPERATION, "this file is empty"));
        }
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Ok(Self::new(&name, metadata.len(), Source::Path(path)))
    }

    /// A file in memory.
    pub fn from_bytes(name: impl Into<String>, content: impl Into<Bytes>) -> Self {
        let content = content.into();
        Self::new(&name.into(), content.len() as u64, Source::Bytes(content))
    }

    /// A file of this many bytes that can be read once, so that a failed upload is not tried again.
    pub fn from_reader(
        name: impl Into<String>,
        length_bytes: u64,
        reader: impl AsyncRead + Send + Unpin + 'static,
    ) -> Self {
        Self::new(&name.into(), length_bytes, Source::Reader(Box::new(reader)))
    }

    fn new(name: &str, length_bytes: u64, source: Source) -> Self {
        let name = name::safe_file_name(name).unwrap_or_else(|| "file".to_owned());
        let content_type = mime_guess::from_path(&name).first_raw().unwrap_or(ANY_TYPE).to_owned();
        Self { name, content_type, length_bytes, source }
    }

    /// Of another type than its name tells, such as `application/pdf`.
    #[must_use]
    pub fn with_content_type(mut self, content_type: &str) -> Self {
        content_type.clone_into(&mut self.content_type);
        self
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What type it is of.
    pub fn content_type(&self) -> &str {
        &self.content_type
    }

    /// How large it is.
    pub fn length_bytes(&self) -> u64 {
        self.length_bytes
    }

    /// The file as a part of a form.
    async fn part(&mut self) -> Result<Part, Error> {
        let reader: Box<dyn AsyncRead + Send + Unpin> = match &mut self.source {
            Source::Bytes(content) => Box::new(std::io::Cursor::new(content.clone())),
            Source::Path(path) => Box::new(tokio::fs::File::open(path).await.map_err(cannot_read)?),
            Source::Reader(reader) => std::mem::replace(reader, Box::new(tokio::io::empty())),
        };
        // No more than was announced, should it have grown. Should it have shrunk, the request fails.
        let pieces = ReaderStream::with_capacity(reader.take(self.length_bytes), PIECE_BYTES);
        let part = Part::stream_with_length(reqwest::Body::wrap_stream(pieces), self.length_bytes)
            .file_name(self.name.clone())
            .mime_str(&self.content_type);
        part.map_err(|_| {
            let what = format!("`{}` is not a content type such as application/pdf", self.content_type);
            Error::new(ErrorKind::InvalidRequest, OPERATION, what)
        })
    }

    fn can_be_repeated(&self) -> bool {
        !matches!(self.source, Source::Reader(_))
    }
}

fn cannot_read(error: std::io::Error) -> Error {
    Error::new(ErrorKind::LocalFile, OPERATION, "the file cannot be read").with_source(error)
}

/// Where an upload goes.
#[derive(Deserialize)]
struct Place {
    handle: FileHandle,
    url: String,
    fields: Map<String, Value>,
}

impl Client {
    /// Uploads a file and returns the handle by which it can then be attached: `candidate.uploadResume`,
    /// `candidate.uploadFile` or `applicationForm.submit`. Until then nobody sees it, so a failure leaves nothing
    /// behind; where trying again may help, the whole is tried a second time.
    ///
    /// # Errors
    /// [`ErrorKind::LocalFile`] if the file cannot be read; [`ErrorKind::TooLarge`] if the storage does not take so
    /// much; [`ErrorKind::Rejected`] if it refuses the upload. Otherwise what became of the requests.
    pub async fn upload(&self, context: FileContext, mut file: Upload) -> Result<FileHandle, Error> {
        // Boxed to keep the futures of all callers small.
        let error = match Box::pin(self.upload_once(context, &mut file)).await {
            Ok(handle) => return Ok(handle),
            Err(error) => error,
        };
        let from_storage = error.operation() == OPERATION;
        let may_pass = error.is_retryable() || error.status() == Some(403);
        if !from_storage || !may_pass || !file.can_be_repeated() || self.inner.retry.max_attempts < 2 {
            return Err(error);
        }
        tracing::warn!(kind = ?error.kind(), status = error.status(), code = error.code(), "the upload failed: once more");
        sleep(self.inner.retry.base_delay).await;
        Box::pin(self.upload_once(context, &mut file)).await
    }

    async fn upload_once(&self, context: FileContext, file: &mut Upload) -> Result<FileHandle, Error> {
        let wanted = json!({
            "fileUploadContext": context.name(),
            "filename": file.name,
            "contentType": file.content_type,
            "contentLength": file.length_bytes,
        });
        let response = self.read(&CREATE_HANDLE, &wanted).await?;
        let place: Place = json_slices::read(&response.results).map_err(|_| {
            let what = "the answer does not say where to upload";
            Error::new(ErrorKind::Malformed, CREATE_HANDLE.as_str(), what)
        })?;
        // The storage takes what comes before the file for what it was signed for, and ignores what comes after.
        let mut form = Form::new();
        for (name, value) in place.fields {
            let value = match value {
                Value::String(text) => text,
                other => other.to_string(),
            };
            form = form.text(name, value);
        }
        form = form.part("file", file.part().await?);
        let (http, url) = self.inner.storage.client(OPERATION, &place.url)?;
        let way = Way::to(&url, None);
        let request = http.post(url).timeout(self.inner.storage.timeout(file.length_bytes)).multipart(form);
        let (head, received) = self.inner.transport.exchange(request, Room::unlimited()).await;
        let mut error = match received {
            Ok(_) if (200..300).contains(&head.status) => return Ok(place.handle),
            Ok(Received::Body(body)) => refused(head.status, &body, file.length_bytes),
            Ok(Received::NoRoom) => refused(head.status, &[], file.length_bytes),
            Err(failure) => failure.into_error(OPERATION),
        }
        .with_status(head.status);
        match head.status {
            0 => way.tell(&mut error, None),
            _ => way.tell_of_storage(&mut error, head.redirected.as_deref()),
        }
        Err(error)
    }

    /// Submits an application form together with its files, in one request and once: in `body`, the value of each
    /// file's field is the name under which the file stands in `files`. The other way is to
    /// [`upload`](Self::upload) each file first ([`FileContext::ApplicationForm`]), which large files survive
    /// better, and to [`write`](Self::write) the form with the handles as values.
    ///
    /// # Errors
    /// As for [`write`](Self::write); [`ErrorKind::LocalFile`] if a file cannot be read, and then nothing was sent.
    pub async fn submit_application_form<B>(
        &self,
        body: &B,
        files: Vec<(String, Upload)>,
    ) -> Result<Response, Error>
    where
        B: Serialize + ?Sized + Sync,
    {
        let operation = Operation::Write(&SUBMIT_FORM);
        let body = RequestBody::new(operation, body)?;
        let members: Map<String, Value> = serde_json::from_slice(&body.json).unwrap_or_default();
        let mut form = Form::new();
        for (name, value) in members {
            form = form.text(name, value.as_str().map_or_else(|| value.to_string(), str::to_owned));
        }
        let mut length_bytes = 0;
        for (name, mut file) in files {
            length_bytes += file.length_bytes;
            form = form.part(name, file.part().await?);
        }
        self.send_form(operation, &body, form, self.inner.storage.timeout(length_bytes)).await
    }
}

/// What it means that the storage did not take a file.
fn refused(status: u16, body: &[u8], length_bytes: u64) -> Error {
    let code = refusal_code(body);
    let refusal = |kind, what: &str| Error::new(kind, OPERATION, what);
    let mut error = match (status, code.as_deref()) {
        (413, _) | (_, Some("EntityTooLarge")) => {
            let what = format!("a file of {length_bytes} bytes is too large");
            refusal(ErrorKind::TooLarge, &what).with_hint("upload a smaller version of it")
        }
        (300..400, _) => {
            refusal(ErrorKind::Rejected, "the storage answered with a redirect, which is not followed")
        }
        (403, _) => refusal(ErrorKind::Rejected, "the storage refused the upload")
            .with_hint("the upload address is valid for ten minutes: run again"),
        (408, _) | (_, Some("RequestTimeout")) => refusal(ErrorKind::Timeout, "the storage gave up waiting"),
        (500.., _) => refusal(ErrorKind::Server, "the storage failed"),
        _ => refusal(ErrorKind::Rejected, "the storage refused the upload"),
    };
    error.0.code = code;
    error
}
