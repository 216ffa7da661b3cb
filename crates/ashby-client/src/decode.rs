//! Compressed bodies. Decompressed here and not by the HTTP client, which takes a gzip body of several members (RFC 1952,
//! section 2.2) for a broken one.

use std::io;
use std::pin::Pin;

use bytes::BytesMut;
use reqwest::Response;
use reqwest::header::CONTENT_ENCODING;
use tokio::io::{AsyncRead, AsyncReadExt};

use crate::transport::Failure;

/// What is asked for.
pub(crate) const ACCEPTED: Option<&str> = match (cfg!(feature = "gzip"), cfg!(feature = "brotli")) {
    (true, true) => Some("gzip, br"),
    (true, false) => Some("gzip"),
    (false, true) => Some("br"),
    (false, false) => None,
};
/// So much is decompressed at a time.
const STEP_BYTES: usize = 32 * 1024;

/// A body, as it came.
pub(crate) enum Content {
    /// It is not compressed.
    Plain(Response),
    Packed(Packed),
}

/// A compressed body.
pub(crate) struct Packed(Pin<Box<dyn AsyncRead + Send>>);

impl Content {
    /// The body of a response.
    pub(crate) fn of(response: Response) -> Self {
        let encoding = response.headers().get(CONTENT_ENCODING).and_then(|value| value.to_str().ok());
        match encoding.map(str::trim).map(str::to_ascii_lowercase).as_deref() {
            #[cfg(feature = "gzip")]
            Some("gzip" | "x-gzip") => {
                let mut decoder = async_compression::tokio::bufread::GzipDecoder::new(reader(response));
                decoder.multiple_members(true);
                Self::Packed(Packed(Box::pin(decoder)))
            }
            #[cfg(feature = "brotli")]
            Some("br") => {
                let decoder = async_compression::tokio::bufread::BrotliDecoder::new(reader(response));
                Self::Packed(Packed(Box::pin(decoder)))
            }
            _ => Self::Plain(response),
        }
    }
}

impl Packed {
    /// Appends some of the body; 0 at its end.
    pub(crate) async fn read(&mut self, body: &mut BytesMut) -> Result<usize, Failure> {
        if body.capacity() - body.len() < STEP_BYTES {
            body.reserve(STEP_BYTES.max(body.len() / 2));
        }
        self.0.read_buf(body).await.map_err(failure)
    }
}

/// The bytes of a response.
#[cfg(any(feature = "gzip", feature = "brotli"))]
fn reader(response: Response) -> impl tokio::io::AsyncBufRead + Send {
    use futures_util::TryStreamExt as _;
    tokio_util::io::StreamReader::new(response.bytes_stream().map_err(io::Error::other))
}

/// Either the way broke, or what came over it is not what it says it is.
fn failure(error: io::Error) -> Failure {
    match error.get_ref().is_some_and(|inner| inner.is::<reqwest::Error>()) {
        true => match error.into_inner().map(|inner| inner.downcast::<reqwest::Error>()) {
            Some(Ok(inner)) => Failure::of(*inner),
            _ => Failure::NONE,
        },
        false => Failure { source: Some(error.into()), ..Failure::NONE },
    }
}
