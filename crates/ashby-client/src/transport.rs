//! One exchange over HTTP: the request as Ashby wants it, the response as bytes or as a classified failure.

use std::error::Error as StdError;
use std::io;
use std::time::{Duration, SystemTime};

use bytes::{Bytes, BytesMut};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};
use reqwest::{RequestBuilder, Response, Url};

use crate::budget::Room;
use crate::{Error, ErrorKind, ServerNote, retry};

/// Of bodies that are not answers no more than this is looked at.
const MAX_REFUSAL_BYTES: usize = 64 * 1024;
/// No more than this is set aside on a server's word for how long its body will be.
const MAX_RESERVED_BYTES: usize = 16 * 1024 * 1024;

/// How requests get to Ashby.
pub(crate) struct Transport {
    pub(crate) http: reqwest::Client,
    /// What `http` says with each request.
    pub(crate) headers: HeaderMap,
    /// Ends in a slash.
    pub(crate) base_url: Url,
    pub(crate) max_body_bytes: usize,
}

/// What a response says before its body.
#[derive(Debug, Default)]
pub(crate) struct Head {
    /// 0 if no response arrived.
    pub(crate) status: u16,
    pub(crate) request_id: Option<String>,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) rate_limit_scope: Option<String>,
    pub(crate) note: ServerNote,
}

/// What came of a response's body.
#[derive(Debug)]
pub(crate) enum Received {
    /// It is complete.
    Body(Bytes),
    /// It turned out to be large while another large one was held, and was given up.
    NoRoom,
}

/// An exchange that brought no complete body.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) kind: ErrorKind,
    pub(crate) what: &'static str,
    pub(crate) source: Option<reqwest::Error>,
}

impl Transport {
    /// Where an operation is.
    pub(crate) fn url(&self, operation: &str) -> Url {
        // The name was checked: it is one path segment.
        let mut url = self.base_url.clone();
        url.set_path(&format!("{}{operation}", self.base_url.path()));
        url
    }

    /// Sends a request and reads the response, if there is room for it. The head counts also if the body failed.
    pub(crate) async fn exchange(
        &self,
        request: RequestBuilder,
        room: Room<'_>,
    ) -> (Head, Result<Received, Failure>) {
        match request.send().await {
            Ok(response) => {
                let head = Head::of(&response);
                let body = self.body(response, room).await;
                (head, body)
            }
            Err(error) => (Head::default(), Err(Failure::of(error))),
        }
    }

    async fn body(&self, mut response: Response, mut room: Room<'_>) -> Result<Received, Failure> {
        let is_success = response.status().is_success();
        let limit_bytes = if is_success { self.max_body_bytes } else { MAX_REFUSAL_BYTES };
        let too_large = || match is_success {
            true => Err(Failure { kind: ErrorKind::TooLarge, what: "the answer is too large", source: None }),
            // The status says enough.
            false => Ok(Received::Body(Bytes::new())),
        };
        let announced = usize::try_from(response.content_length().unwrap_or(0)).unwrap_or(usize::MAX);
        if announced > limit_bytes {
            return too_large();
        }
        if !room.takes(announced) {
            return Ok(Received::NoRoom);
        }
        // Most pages come in one piece, or in many: only the latter are copied together.
        let Some(first) = response.chunk().await.map_err(Failure::of)? else {
            return Ok(Received::Body(room.keep(Bytes::new())));
        };
        let mut next = response.chunk().await.map_err(Failure::of)?;
        if first.len() > limit_bytes {
            return too_large();
        }
        if !room.takes(first.len()) {
            return Ok(Received::NoRoom);
        }
        if next.is_none() {
            return Ok(Received::Body(room.keep(first)));
        }
        // Where large bodies come one at a time, the whole can be set aside: what is not filled costs nothing.
        let reserved = if room.is_whole() { announced } else { announced.min(MAX_RESERVED_BYTES) };
        let mut body = BytesMut::with_capacity(reserved);
        body.extend_from_slice(&first);
        drop(first);
        while let Some(chunk) = next {
            let length = body.len() + chunk.len();
            if length > limit_bytes {
                return too_large();
            }
            if !room.takes(length) {
                return Ok(Received::NoRoom);
            }
            body.extend_from_slice(&chunk);
            next = response.chunk().await.map_err(Failure::of)?;
        }
        Ok(Received::Body(room.keep(body.freeze())))
    }
}

impl Head {
    fn of(response: &Response) -> Self {
        let text = |name: &str| header(response.headers(), name);
        Self {
            status: response.status().as_u16(),
            request_id: text("x-ashby-request-id"),
            retry_after: text(RETRY_AFTER.as_str()).and_then(|value| {
                retry::retry_after(&value, text(DATE.as_str()).as_deref(), SystemTime::now())
            }),
            rate_limit_scope: text("x-ratelimit-scope"),
            note: ServerNote::read(text, SystemTime::now()),
        }
    }
}

/// A header's value if it is printable ASCII of a sensible length.
pub(crate) fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    let value = headers.get(name)?.to_str().ok()?;
    (!value.is_empty() && value.len() <= 128).then(|| value.to_owned())
}

impl Failure {
    pub(crate) fn into_error(self, operation: &str) -> Error {
        let error = Error::new(self.kind, operation, self.what);
        match self.source {
            Some(source) => error.with_source(source),
            None => error,
        }
    }

    pub(crate) fn of(error: reqwest::Error) -> Self {
        // The address is known; the operation is named by the caller.
        let error = error.without_url();
        let (kind, what) = if error.is_builder() {
            (ErrorKind::Configuration, "the request could not be made")
        } else if error.is_connect() && caused_by::<rustls::Error>(&error) {
            (ErrorKind::Tls, "no secure connection")
        } else if error.is_connect() && caused_by::<ResolveError>(&error) {
            (ErrorKind::Dns, "the server's name was not found")
        } else if error.is_connect() {
            (ErrorKind::Connect, "no connection")
        } else if error.is_timeout() {
            (ErrorKind::Timeout, "no answer in time")
        } else {
            (ErrorKind::Transport, "the connection broke before the answer was complete")
        };
        Self { kind, what, source: Some(error) }
    }
}

/// Whether an error of type `E` is at the bottom of it. I/O errors hide what they wrap from `source`.
fn caused_by<E: StdError + 'static>(error: &(dyn StdError + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if error.is::<E>() {
            return true;
        }
        let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if wrapped.is_some_and(|wrapped| caused_by::<E>(wrapped)) {
            return true;
        }
        next = error.source();
    }
    false
}

/// The system's resolver, with failures of a type that can be recognised.
pub(crate) struct SystemResolver;

#[derive(Debug, thiserror::Error)]
#[error("name resolution failed")]
struct ResolveError(#[source] io::Error);

impl Resolve for SystemResolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let addresses = tokio::net::lookup_host((name.as_str(), 0)).await.map_err(ResolveError)?;
            Ok(Box::new(addresses.collect::<Vec<_>>().into_iter()) as Addrs)
        })
    }
}
