//! Who is let in.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, header};
use axum::middleware::Next;
use axum::response::Response;
use percent_encoding::percent_decode_str;
use prometheus_client::metrics::gauge::Gauge;
use tokio::sync::Semaphore;

use super::{TOKEN_PATH, refused, unauthorized};
use crate::agent::Sent;
use crate::error::Error;
use crate::measures::Measures;
use crate::tokens::{Identity, PREFIX, Tokens};
use crate::{request, writes};

/// How many are served at once, and how long each may take.
#[derive(Debug, Clone, Copy)]
pub struct Crowd {
    /// Requests that are worked on at once.
    pub at_once: usize,
    /// Requests that wait for that. What comes beyond them is refused.
    pub waiting: usize,
    /// How long a request may take in all.
    pub time: Duration,
}

impl Default for Crowd {
    fn default() -> Self {
        Self { at_once: 64, waiting: 512, time: Duration::from_secs(60) }
    }
}

/// Methods that monitoring is told by their names.
const KNOWN: [Method; 4] = [Method::GET, Method::POST, Method::HEAD, Method::OPTIONS];

/// Probes say nothing that is anybody's business; who asks for a token has none yet.
const OPEN: [&str; 3] = ["/healthz", "/readyz", TOKEN_PATH];

#[derive(Clone)]
pub(super) struct Door(Arc<Inner>);

struct Inner {
    tokens: Arc<Tokens>,
    /// Nobody is let in without a token, because there are some, or have been.
    needs_token: AtomicBool,
    hosts: Vec<String>,
    origins: Vec<String>,
    crowd: Crowd,
    places: Semaphore,
    waiting: AtomicUsize,
    measures: Measures,
}

impl Door {
    pub(super) fn new(
        (tokens, needs_token): (Arc<Tokens>, bool),
        hosts: Vec<String>,
        origins: Vec<String>,
        crowd: Crowd,
        measures: Measures,
    ) -> Self {
        let lower = |texts: Vec<String>| {
            texts.into_iter().map(|text| text.trim_end_matches('/').to_ascii_lowercase()).collect()
        };
        Self(Arc::new(Inner {
            tokens,
            needs_token: AtomicBool::new(needs_token),
            hosts: lower(hosts),
            origins: lower(origins),
            crowd,
            places: Semaphore::new(crowd.at_once),
            waiting: AtomicUsize::new(0),
            measures,
        }))
    }

    /// Serves a request that was let in, in its turn.
    pub(super) async fn serve(&self, request: Request, next: Next) -> Response {
        in_turn(self, request, next).await
    }

    /// Whether the host that was asked for is ours: a page elsewhere can make its own name lead here.
    pub(super) fn check_host(&self, request: &Request) -> Result<(), Error> {
        let named = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
        let authority = named.or_else(|| request.uri().authority().map(|authority| authority.as_str()));
        let is_known =
            authority.and_then(host_of).is_some_and(|host| is_local(&host) || self.0.hosts.contains(&host));
        if is_known {
            return Ok(());
        }
        Err(Error::new("host_refused", "this server is not asked for by that name")
            .hint("a person may add it: ashby serve --allow-host NAME"))
    }

    pub(super) fn check_origin(&self, headers: &HeaderMap) -> Result<(), Error> {
        let Some(origin) = headers.get(header::ORIGIN) else { return Ok(()) };
        let origin = origin.to_str().unwrap_or_default().to_ascii_lowercase();
        let own = origin.parse::<Uri>().ok().filter(|uri| uri.scheme_str() == Some("http"));
        let own = own.and_then(|uri| host_of(uri.authority()?.as_str())).is_some_and(|host| is_local(&host));
        if own || self.0.origins.contains(&origin) {
            return Ok(());
        }
        Err(Error::new("origin_refused", "pages from there may not ask")
            .hint("a person may add it: ashby serve --allow-origin ORIGIN"))
    }

    pub(super) fn identify(&self, request: &Request) -> Result<Identity, Error> {
        // Addresses are logged everywhere: what is in one is no secret any more.
        let is_token = |pair: &str| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, pair));
            matches!(name, "token" | "access_token" | "api_key")
                || percent_decode_str(value).take(PREFIX.len()).eq(PREFIX.bytes())
        };
        if request.uri().query().is_some_and(|query| query.split('&').any(is_token)) {
            return Err(unauthorized());
        }
        let bearer = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let bearer =
            bearer.and_then(|text| text.strip_prefix("Bearer ").or_else(|| text.strip_prefix("bearer ")));
        let is_closed = self.is_closed()?;
        match bearer {
            Some(token) => self.0.tokens.check(token.trim()).ok_or_else(unauthorized),
            None if is_closed => Err(unauthorized()),
            None => Ok(Identity { name: "local".to_owned(), read_only: false, privacy: None }),
        }
    }

    /// Whether a token is needed. Once there was one it stays so: who revokes the last token, or loses the file, opens
    /// nothing by that.
    fn is_closed(&self) -> Result<bool, Error> {
        let needs_token = &self.0.needs_token;
        if !needs_token.load(Ordering::Relaxed) && !self.0.tokens.list()?.is_empty() {
            needs_token.store(true, Ordering::Relaxed);
        }
        Ok(needs_token.load(Ordering::Relaxed))
    }
}

/// The host of an authority, without port and brackets.
fn host_of(authority: &str) -> Option<String> {
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split_once(']')?.0,
        None => authority.rsplit_once(':').map_or(authority, |(host, port)| {
            if port.bytes().all(|byte| byte.is_ascii_digit()) { host } else { authority }
        }),
    };
    let is_plain = |host: &str| !host.is_empty() && !host.contains(['@', '/', '\\', ' ']);
    Some(host.to_ascii_lowercase()).filter(|host| is_plain(host))
}

fn is_local(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Lets a request in, or says why not.
pub(super) async fn guard(State(door): State<Door>, mut request: Request, next: Next) -> Response {
    let checked = door.check_host(&request).and_then(|()| door.check_origin(request.headers()));
    if let Err(error) = checked {
        return refused(&error);
    }
    if !OPEN.contains(&request.uri().path()) {
        match door.identify(&request) {
            Ok(identity) => _ = request.extensions_mut().insert(identity),
            Err(error) => return refused(&error),
        }
    }
    door.serve(request, next).await
}

async fn in_turn(door: &Door, mut request: Request, next: Next) -> Response {
    let busy = || refused(&Error::busy("too many requests are under way"));
    let Crowd { at_once, waiting, time } = door.0.crowd;
    if door.0.waiting.fetch_add(1, Ordering::Relaxed) >= at_once + waiting {
        door.0.waiting.fetch_sub(1, Ordering::Relaxed);
        return busy();
    }
    let _left = Leaving(&door.0.waiting);
    let measures = &door.0.measures;
    let sent = Sent::default();
    request.extensions_mut().insert(sent.clone());
    let served = async {
        let waits = Counted::new(&measures.waiting);
        match door.0.places.acquire().await {
            Ok(_place) => {
                drop(waits);
                let _works = Counted::new(&measures.at_work);
                next.run(request).await
            }
            Err(_) => busy(),
        }
    };
    match tokio::time::timeout(time, served).await {
        Ok(response) => response,
        Err(_) => refused(&match sent.operation() {
            Some(operation) => writes::open_fate(operation, "no answer came in time"),
            None => Error::new("timed_out", format!("it took longer than {} s", time.as_secs_f64()))
                .hint("ask for less at once"),
        }),
    }
}

/// Counts a request out, also if nobody waits for it any more.
struct Leaving<'a>(&'a AtomicUsize);

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// One more, for as long as it is there.
struct Counted<'a>(&'a Gauge);

impl<'a> Counted<'a> {
    fn new(gauge: &'a Gauge) -> Self {
        gauge.inc();
        Self(gauge)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// Gives each answer an id, and its request a line in the log: no bodies, no tokens, no ids of records.
pub(super) async fn mark(State(measures): State<Measures>, mut request: Request, next: Next) -> Response {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let id = format!("{:08x}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let started = std::time::Instant::now();
    let route =
        request.extensions().get::<MatchedPath>().map_or("other".to_owned(), |path| path.as_str().to_owned());
    let method = if KNOWN.contains(request.method()) {
        request.method().as_str().to_owned()
    } else {
        "other".to_owned()
    };
    request.extensions_mut().insert(request::Id(id.clone()));
    let mut response = request::with_id(id.clone(), next.run(request)).await;
    let (status, took) = (response.status().as_u16(), started.elapsed());
    measures.answered(&route, &method, status, took);
    tracing::info!(request = id, route, status, ms = took.as_millis() as u64, "answered");
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(HeaderName::from_static("x-request-id"), value);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_read_as_they_are_written() {
        let host = |text: &str| host_of(text);
        assert_eq!(host("LocalHost:8080").as_deref(), Some("localhost"));
        assert_eq!(host("[::1]:80").as_deref(), Some("::1"));
        assert_eq!(host("evil@localhost"), None);
        assert_eq!(host(""), None);
        assert!(is_local("127.0.0.1") && is_local("::1") && is_local("localhost"));
        for other in
            ["localhost.evil.example", "127.0.0.1.evil.example", "0.0.0.0", "10.0.0.1", "evil.example"]
        {
            assert!(!is_local(other), "{other}");
        }
    }
}
