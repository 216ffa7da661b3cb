//! Who is let in.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, header};
use axum::middleware::Next;
use axum::response::Response;
use prometheus_client::metrics::gauge::Gauge;
use tokio::sync::Semaphore;

use super::{refused, unauthorized};
use crate::error::Error;
use crate::measures::Measures;
use crate::tokens::{Identity, Tokens};

/// Requests that are worked on at once, and those that may wait for that.
const AT_ONCE: usize = 64;
const WAITING: usize = 512;

/// How long a request may take in all.
const TIME: Duration = Duration::from_secs(60);

/// Methods that monitoring is told by their names.
const KNOWN: [Method; 4] = [Method::GET, Method::POST, Method::HEAD, Method::OPTIONS];

/// Probes say nothing that is anybody's business.
const OPEN: [&str; 2] = ["/healthz", "/readyz"];

#[derive(Clone)]
pub(super) struct Door(Arc<Inner>);

struct Inner {
    tokens: Arc<Tokens>,
    hosts: Vec<String>,
    origins: Vec<String>,
    places: Semaphore,
    waiting: AtomicUsize,
    measures: Measures,
}

impl Door {
    pub(super) fn new(
        tokens: Arc<Tokens>,
        hosts: Vec<String>,
        origins: Vec<String>,
        measures: Measures,
    ) -> Self {
        let lower = |texts: Vec<String>| {
            texts.into_iter().map(|text| text.trim_end_matches('/').to_ascii_lowercase()).collect()
        };
        Self(Arc::new(Inner {
            tokens,
            hosts: lower(hosts),
            origins: lower(origins),
            places: Semaphore::new(AT_ONCE),
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
        let is_in_address = request.uri().query().is_some_and(|query| {
            query
                .split('&')
                .any(|pair| matches!(pair.split('=').next(), Some("token" | "access_token" | "api_key")))
        });
        if is_in_address {
            return Err(unauthorized());
        }
        let bearer = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let bearer =
            bearer.and_then(|text| text.strip_prefix("Bearer ").or_else(|| text.strip_prefix("bearer ")));
        match bearer {
            Some(token) => self.0.tokens.check(token.trim()).ok_or_else(unauthorized),
            None if self.0.tokens.list()?.is_empty() => {
                Ok(Identity { name: "local".to_owned(), read_only: false, privacy: None })
            }
            None => Err(unauthorized()),
        }
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

async fn in_turn(door: &Door, request: Request, next: Next) -> Response {
    let busy =
        || refused(&Error::new("busy", "too many requests are under way").hint("try again in a second"));
    if door.0.waiting.fetch_add(1, Ordering::Relaxed) >= AT_ONCE + WAITING {
        door.0.waiting.fetch_sub(1, Ordering::Relaxed);
        return busy();
    }
    let _left = Leaving(&door.0.waiting);
    let measures = &door.0.measures;
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
    match tokio::time::timeout(TIME, served).await {
        Ok(response) => response,
        Err(_) => refused(&Error::new("busy", "it took too long").hint("ask for less at once")),
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
pub(super) async fn mark(State(measures): State<Measures>, request: Request, next: Next) -> Response {
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
    let mut response = crate::request::with_id(id.clone(), next.run(request)).await;
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
