//! One exchange over HTTP: the request as Ashby wants it, the response as bytes or as a classified failure.

use std::error::Error as StdError;
use std::io;
use std::time::{Duration, SystemTime};

use bytes::{Bytes, BytesMut};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{DATE, HeaderMap, LOCATION, RETRY_AFTER};
use reqwest::{RequestBuilder, Response, Url};

use crate::budget::Room;
use crate::connections::Connections;
use crate::decode::{Content, Packed};
use crate::way::{Way, host_of};
use crate::{Error, ErrorKind, ServerNote, retry};

/// Of bodies that are not answers no more than this is looked at.
const MAX_REFUSAL_BYTES: usize = 64 * 1024;
/// No more than this is set aside on a server's word for how long its body will be.
const MAX_RESERVED_BYTES: usize = 16 * 1024 * 1024;

/// How requests get to Ashby.
pub(crate) struct Transport {
    pub(crate) connections: Connections,
    /// What is said with each request.
    pub(crate) headers: HeaderMap,
    /// Ends in a slash.
    pub(crate) base_url: Url,
    /// How that is told.
    pub(crate) way: Way,
    pub(crate) max_body_bytes: usize,
    /// What to do about a body that is larger.
    pub(crate) too_large_hint: Option<&'static str>,
}

/// What a response says before its body.
#[derive(Debug, Default)]
pub(crate) struct Head {
    /// 0 if no response arrived.
    pub(crate) status: u16,
    pub(crate) request_id: Option<String>,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) rate_limit_scope: Option<String>,
    /// To which host it leads, if it leads elsewhere.
    pub(crate) redirected: Option<String>,
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
    /// The server has said that it did not begin with the request.
    pub(crate) is_untouched: bool,
    pub(crate) source: Option<Box<dyn StdError + Send + Sync>>,
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

    async fn body(&self, response: Response, room: Room<'_>) -> Result<Received, Failure> {
        let is_success = response.status().is_success();
        let limit_bytes = if is_success { self.max_body_bytes } else { MAX_REFUSAL_BYTES };
        let announced = usize::try_from(response.content_length().unwrap_or(0)).unwrap_or(usize::MAX);
        let received = match Content::of(response) {
            _ if announced > limit_bytes => None,
            Content::Packed(packed) => unpacked(packed, room, limit_bytes).await?,
            Content::Plain(response) => plain(response, room, limit_bytes, announced).await?,
        };
        match (received, is_success) {
            (Some(received), _) => Ok(received),
            (None, true) => {
                Err(Failure { kind: ErrorKind::TooLarge, what: "the answer is too large", ..Failure::NONE })
            }
            // The status says enough.
            (None, false) => Ok(Received::Body(Bytes::new())),
        }
    }
}

/// A body as it comes; `None` if it is too long.
async fn plain(
    mut response: Response,
    mut room: Room<'_>,
    limit_bytes: usize,
    announced: usize,
) -> Result<Option<Received>, Failure> {
    if !room.takes(announced) {
        return Ok(Some(Received::NoRoom));
    }
    // Most pages come in one piece, or in many: only the latter are copied together.
    let Some(first) = response.chunk().await.map_err(Failure::of)? else {
        return Ok(Some(Received::Body(room.keep(Bytes::new()))));
    };
    let mut next = response.chunk().await.map_err(Failure::of)?;
    if first.len() > limit_bytes {
        return Ok(None);
    }
    if !room.takes(first.len()) {
        return Ok(Some(Received::NoRoom));
    }
    if next.is_none() {
        return Ok(Some(Received::Body(room.keep(first))));
    }
    // Where large bodies come one at a time, the whole can be set aside: what is not filled costs nothing.
    let reserved = if room.is_whole() { announced } else { announced.min(MAX_RESERVED_BYTES) };
    let mut body = BytesMut::with_capacity(reserved);
    body.extend_from_slice(&first);
    drop(first);
    while let Some(chunk) = next {
        let length = body.len() + chunk.len();
        if length > limit_bytes {
            return Ok(None);
        }
        if !room.takes(length) {
            return Ok(Some(Received::NoRoom));
        }
        body.extend_from_slice(&chunk);
        next = response.chunk().await.map_err(Failure::of)?;
    }
    Ok(Some(Received::Body(room.keep(body.freeze()))))
}

/// A compressed body, decompressed; `None` if it is too long.
async fn unpacked(
    mut packed: Packed,
    mut room: Room<'_>,
    limit_bytes: usize,
) -> Result<Option<Received>, Failure> {
    let mut body = BytesMut::new();
    while packed.read(&mut body).await? > 0 {
        if body.len() > limit_bytes {
            return Ok(None);
        }
        if !room.takes(body.len()) {
            return Ok(Some(Received::NoRoom));
        }
    }
    Ok(Some(Received::Body(room.keep(body.freeze()))))
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
            redirected: redirected(response),
            note: ServerNote::read(text, SystemTime::now()),
        }
    }
}

/// To which host a response leads that is a redirect.
pub(crate) fn redirected(response: &Response) -> Option<String> {
    let location = response.headers().get(LOCATION).filter(|_| response.status().is_redirection())?;
    response.url().join(location.to_str().ok()?).ok().map(|url| host_of(&url))
}

/// A header's value if it is printable ASCII of a sensible length.
pub(crate) fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    let value = headers.get(name)?.to_str().ok()?;
    (!value.is_empty() && value.len() <= 128).then(|| value.to_owned())
}

impl Failure {
    /// Nothing is known.
    pub(crate) const NONE: Self = Self {
        kind: ErrorKind::Transport,
        what: "the connection broke before the answer was complete",
        is_untouched: false,
        source: None,
    };

    pub(crate) fn into_error(self, operation: &str) -> Error {
        let mut error = Error::new(self.kind, operation, self.what);
        error.0.is_untouched = self.is_untouched;
        match self.source {
            Some(source) => error.with_source(source),
            None => error,
        }
    }

    pub(crate) fn of(error: reqwest::Error) -> Self {
        // The address is known; the operation is named by the caller.
        let error = error.without_url();
        let is_untouched = was_not_begun(&error);
        let (kind, what) = if is_untouched {
            (ErrorKind::Transport, "the server did not begin with the request")
        } else if error.is_builder() {
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
            (Self::NONE.kind, Self::NONE.what)
        };
        Self { kind, what, is_untouched, source: Some(error.into()) }
    }
}

/// Whether the server said over HTTP/2 that nothing was done (RFC 9113, section 8.7): it refused the stream, or went away
/// naming an earlier one as the last that it looked at. Of others h2 does not tell that.
#[cfg(feature = "http2")]
fn was_not_begun(error: &reqwest::Error) -> bool {
    find::<h2::Error>(error).is_some_and(|error| {
        error.is_remote()
            && (error.is_go_away() || error.is_reset() && error.reason() == Some(h2::Reason::REFUSED_STREAM))
    })
}

#[cfg(not(feature = "http2"))]
fn was_not_begun(_: &reqwest::Error) -> bool {
    false
}

/// Whether an error of type `E` is at the bottom of it.
fn caused_by<E: StdError + 'static>(error: &(dyn StdError + 'static)) -> bool {
    find::<E>(error).is_some()
}

/// The error of type `E` at the bottom of it. I/O errors hide what they wrap from `source`.
pub(crate) fn find<'a, E: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a E> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<E>() {
            return Some(found);
        }
        let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if let Some(found) = wrapped.and_then(|wrapped| find::<E>(wrapped)) {
            return Some(found);
        }
        next = error.source();
    }
    None
}

/// The system's resolver, with failures of a type that can be recognised.
pub(crate) struct SystemResolver;

#[derive(Debug, thiserror::Error)]
#[error("no address was found for {name}")]
struct ResolveError {
    name: String,
    #[source]
    why: io::Error,
}

impl Resolve for SystemResolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let unresolved = |why| ResolveError { name: name.as_str().to_owned(), why };
            let addresses = tokio::net::lookup_host((name.as_str(), 0)).await.map_err(unresolved)?;
            Ok(Box::new(addresses.collect::<Vec<_>>().into_iter()) as Addrs)
        })
    }
}
