//! Files over HTTP: what is behind handles, and uploads, both as an object store does it.

use std::convert::Infallible;

use bytes::Bytes;
use futures_util::stream;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE};
use hyper::{HeaderMap, Method, StatusCode};

use super::Call;
use super::outcome::Outcome;
use crate::files::{StoredFile, UploadForm, UploadRefusal};

/// The names under which rules and logs know the two, and the beginnings of their paths.
pub(super) const UPLOAD: &str = "_sim/upload";
pub(super) const DOWNLOAD: &str = "_sim/files";

/// Reads a multipart form; none when the body is not one.
pub(super) async fn read_form(headers: &HeaderMap, body: &Bytes) -> Option<UploadForm> {
    let boundary = multer::parse_boundary(headers.get(CONTENT_TYPE)?.to_str().ok()?).ok()?;
    let whole = stream::iter([Ok::<_, Infallible>(body.clone())]);
    let mut parts = multer::Multipart::new(whole, boundary);
    let mut form = UploadForm::default();
    while let Some(part) = parts.next_field().await.ok()? {
        form.file_is_last = part.name() == Some("file");
        if form.file_is_last {
            form.file = Some(part.bytes().await.ok()?);
        } else {
            let name = part.name()?.to_owned();
            form.fields.push((name, part.text().await.ok()?));
        }
    }
    Some(form)
}

impl Call<'_> {
    /// The answer of the object store, if the path leads there.
    pub(super) fn object_store(&self, form: Option<UploadForm>) -> Option<Outcome> {
        let id = |prefix: &str| self.path.strip_prefix(prefix)?.strip_prefix('/');
        let (upload, download) = (id(UPLOAD), id(DOWNLOAD));
        upload.or(download)?;
        if self.shared.options.strict && self.headers.contains_key(AUTHORIZATION) {
            return Some(refusal(&UploadRefusal {
                status: 400,
                code: "InvalidArgument",
                message: "Only one auth mechanism allowed; the URL is signed already.",
            }));
        }
        Some(match (upload, download) {
            (Some(_), _) if *self.method != Method::POST => refusal(&UploadRefusal {
                status: 405,
                code: "MethodNotAllowed",
                message: "Uploads are posted.",
            }),
            (Some(id), _) => {
                let received =
                    self.shared.organisation.receive(self.shared.now_ms(), id, form.unwrap_or_default());
                match received {
                    Ok(()) => Outcome::new(StatusCode::NO_CONTENT, "application/xml", Vec::new()),
                    Err(reason) => refusal(&reason),
                }
            }
            (None, id) => match self.shared.organisation.file(id.unwrap_or_default()) {
                Some(file) => download_of(file),
                None => refusal(&UploadRefusal {
                    status: 404,
                    code: "NoSuchKey",
                    message: "The specified key does not exist.",
                }),
            },
        })
    }
}

fn download_of(file: StoredFile) -> Outcome {
    let plain: String = file
        .name
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() || ".- ".contains(letter) { letter } else { '_' })
        .collect();
    let exact: String = file
        .name
        .bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() || b".-_".contains(&byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect();
    let disposition = format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{exact}");
    Outcome::new(StatusCode::OK, "application/octet-stream", file.content)
        .with_header("content-type", &file.content_type)
        .with_header("content-disposition", &disposition)
}

fn refusal(reason: &UploadRefusal) -> Outcome {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{}</Code><Message>{}</Message></Error>",
        reason.code, reason.message
    );
    let status = StatusCode::from_u16(reason.status).unwrap_or(StatusCode::BAD_REQUEST);
    Outcome { code: Some(reason.code.to_owned()), ..Outcome::new(status, "application/xml", body) }
}
