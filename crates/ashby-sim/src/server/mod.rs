//! The organisation behind HTTP.

mod access;
mod admin;
mod board;
mod connection;
mod files;
mod outcome;
mod reports;
mod tamper;
mod webhooks;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use hyper::header::{ACCEPT_ENCODING, AUTHORIZATION, CONTENT_TYPE};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{HeaderMap, Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};
use tokio_util::sync::CancellationToken;

use crate::answer::{Query, Rules};
use crate::check::check;
use crate::faults::{Fault, Faults};
use crate::files::UploadForm;
use crate::listing::Viewer;
use crate::log::{RequestEntry, RequestLog};
use crate::operations::{Answer, Operation, find};
use crate::options::{Key, ServerOptions};
use crate::organisation::Organisation;
use crate::webhooks::{Deliveries, Subscription};
use access::RateLimit;
use connection::{Connection, Dropped, ReplyBody, Reset};
use outcome::Outcome;
pub use reports::{FAILING_REPORT, SLOW_REPORT};
use reports::{ReportRefusal, Reports};

/// Request bodies beyond this are refused.
const REQUEST_BYTES: usize = 1 << 20;
/// Uploads beyond this are.
const UPLOAD_BYTES: usize = 64 << 20;
/// The version of the API that is simulated.
const VERSION: &str = "2026-01-01";

/// A running server. Dropping it stops it.
#[derive(Debug)]
pub struct Server {
    shared: Arc<Shared>,
    address: SocketAddr,
    stopping: CancellationToken,
    task: JoinHandle<()>,
}

#[derive(Debug)]
struct Shared {
    organisation: Organisation,
    options: ServerOptions,
    base_url: String,
    faults: Faults,
    log: RequestLog,
    rate_limit: RateLimit,
    reports: Reports,
    deliveries: Deliveries,
    started: Instant,
    requests: AtomicU64,
    churned: AtomicU64,
}

impl Server {
    /// Starts to listen, on the runtime that it is called from.
    ///
    /// # Errors
    /// When the address cannot be listened on.
    pub async fn start(organisation: Organisation, options: ServerOptions) -> io::Result<Server> {
        let listener = TcpListener::bind(options.address).await?;
        let address = listener.local_addr()?;
        let stopping = CancellationToken::new();
        let (deliveries, outbox) = Deliveries::start(options.deliveries.clone(), stopping.clone());
        organisation.deliver_by(outbox);
        let shared = Arc::new(Shared {
            organisation,
            deliveries,
            rate_limit: RateLimit::new(options.requests_per_minute),
            reports: Reports::default(),
            options,
            base_url: format!("http://{address}"),
            faults: Faults::default(),
            log: RequestLog::default(),
            started: Instant::now(),
            requests: AtomicU64::new(0),
            churned: AtomicU64::new(0),
        });
        let task = tokio::spawn(accept(listener, Arc::clone(&shared), stopping.clone()));
        Ok(Self { shared, address, stopping, task })
    }

    /// The address to send requests to, such as `http://127.0.0.1:40913`, without a slash at the end.
    pub fn base_url(&self) -> String {
        self.shared.base_url.clone()
    }

    /// Where the server listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The organisation that it serves.
    pub fn organisation(&self) -> &Organisation {
        &self.shared.organisation
    }

    /// The faults in force.
    pub fn faults(&self) -> &Faults {
        &self.shared.faults
    }

    /// The requests so far: a handle that sees later ones too.
    pub fn log(&self) -> RequestLog {
        self.shared.log.clone()
    }

    /// What webhooks are told: a handle.
    pub fn deliveries(&self) -> Deliveries {
        self.shared.deliveries.clone()
    }

    /// Makes a webhook and sends the ping, as Ashby's pages do; it is disabled if that was not answered with success.
    /// Returns its identifier and whether it is enabled; `None` for an unknown type.
    pub async fn subscribe(&self, subscription: &Subscription) -> Option<(String, bool)> {
        self.shared.subscribe(subscription).await
    }

    /// Stops listening and drops every connection, whether or not it has a request under way.
    pub async fn stop(mut self) {
        self.stopping.cancel();
        // The task ends by itself now; that it was aborted or panicked changes nothing for the caller.
        let _ = (&mut self.task).await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stopping.cancel();
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

impl Shared {
    /// Milliseconds since the server's start.
    fn now_ms(&self) -> u64 {
        milliseconds(self.started.elapsed())
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>, stopping: CancellationToken) {
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            biased;
            () = stopping.cancelled() => return,
            Some(_) = connections.join_next() => continue,
            accepted = listener.accept() => accepted,
        };
        // A connection that failed before it was accepted is no concern of ours.
        let Ok((stream, peer)) = accepted else { continue };
        let _ = stream.set_nodelay(true);
        let shared = Arc::clone(&shared);
        connections.spawn(async move {
            let reset = Reset::default();
            let connection = Connection::new(stream, reset.clone());
            let service =
                service_fn(move |request| handle(Arc::clone(&shared), peer, reset.clone(), request));
            // Errors here are clients that hang up, and our own cut bodies and resets.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(connection), service).await;
        });
    }
}

async fn handle(
    shared: Arc<Shared>,
    peer: SocketAddr,
    reset: Reset,
    request: Request<Incoming>,
) -> Result<Response<ReplyBody>, Dropped> {
    let (head, body) = request.into_parts();
    let path = head.uri.path().trim_start_matches('/').to_owned();
    let is_upload = path.starts_with(files::UPLOAD);
    let body = Limited::new(body, if is_upload { UPLOAD_BYTES } else { REQUEST_BYTES })
        .collect()
        .await
        .map(http_body_util::Collected::to_bytes)
        .unwrap_or_default();
    if path == "_sim/admin" {
        return Ok(shared.admin(peer, &body).await.respond(None));
    }
    let form = if is_upload { files::read_form(&head.headers, &body).await } else { None };
    let stored = [files::UPLOAD, files::DOWNLOAD].into_iter().find(|prefix| path.starts_with(prefix));
    let name = stored.unwrap_or(&path);
    let id = format!("01KSIM{:020X}", shared.requests.fetch_add(1, Ordering::Relaxed));
    let parameters = match serde_json::from_slice(&body) {
        Ok(Value::Object(parameters)) => Some(parameters),
        Err(_) if body.is_empty() => Some(Map::new()),
        _ => None,
    };
    let call = Call {
        shared: &shared,
        id: &id,
        path: &path,
        method: &head.method,
        query: head.uri.query(),
        headers: &head.headers,
        parameters,
    };
    let has = |name: &str| call.parameters.as_ref().is_some_and(|parameters| parameters.contains_key(name));
    let (has_cursor, has_token) = (has("cursor"), has("syncToken"));
    let (fault, applied) = match shared.faults.choose(name, has_cursor, has_token) {
        Some((fault, applied)) => (Some(fault), applied),
        None => (None, false),
    };
    if let Some(latency) = shared.options.latency {
        tokio::time::sleep(latency).await;
    }
    match &fault {
        Some(Fault::Latency { milliseconds }) => {
            tokio::time::sleep(Duration::from_millis(*milliseconds)).await
        }
        Some(Fault::Hold) => shared.faults.hold().await,
        _ => {}
    }
    let title = call.key().map(|key| key.title.clone());
    let outcome = match fault.as_ref().and_then(|fault| tamper::instead(fault, &id)) {
        Some(outcome) => {
            if applied {
                // The client does not get to see what came of its request.
                drop(call.outcome(fault.as_ref(), form));
            }
            outcome
        }
        None => {
            let outcome = shared.confirm(&path, call.outcome(fault.as_ref(), form)).await;
            tamper::after(fault.as_ref(), call.parameters.as_ref(), outcome)
        }
    };
    let resets = fault == Some(Fault::Reset);
    shared.log.push(RequestEntry {
        operation: name.to_owned(),
        key_title: title,
        on_behalf_of: call.on_behalf_of().map(str::to_owned),
        has_cursor,
        has_token,
        status: if resets { 0 } else { outcome.status.as_u16() },
        code: outcome.code.clone(),
        records: outcome.records,
        parameters: call.parameters.unwrap_or_default(),
    });
    if resets {
        return Err(reset.reset());
    }
    let gzip = shared.options.compress
        && stored.is_none()
        && head
            .headers
            .get(ACCEPT_ENCODING)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|value| value.contains("gzip"));
    let outcome = if gzip { outcome.compressed() } else { outcome };
    let outcome = outcome.with_header("x-ashby-request-id", &id);
    let outcome = outcome.with_header("ashby-version", VERSION).with_header("ashby-version-status", "active");
    let headers = &shared.options.headers;
    let outcome = headers.iter().fold(outcome, |outcome, (name, value)| outcome.with_header(name, value));
    let cut = match fault {
        Some(Fault::CutBody { after_bytes }) => Some(after_bytes),
        _ => None,
    };
    Ok(outcome.respond(cut))
}

/// A request for an operation.
struct Call<'a> {
    shared: &'a Shared,
    id: &'a str,
    path: &'a str,
    method: &'a Method,
    query: Option<&'a str>,
    headers: &'a HeaderMap,
    /// None when the body is not a JSON object.
    parameters: Option<Map<String, Value>>,
}

impl Call<'_> {
    fn key(&self) -> Option<&Key> {
        let token = access::basic_user(self.headers.get(AUTHORIZATION)?)?;
        self.shared.options.keys.iter().find(|key| key.token == token)
    }

    fn on_behalf_of(&self) -> Option<&str> {
        self.headers.get("x-on-behalf-of")?.to_str().ok()
    }

    fn outcome(&self, fault: Option<&Fault>, form: Option<UploadForm>) -> Outcome {
        if let Some(outcome) = self.job_board(fault).or_else(|| self.object_store(form)) {
            return outcome;
        }
        let options = &self.shared.options;
        let Some(operation) = find(self.path).filter(|_| self.method == Method::POST) else {
            return Outcome::error(StatusCode::NOT_FOUND, self.id, "not_found", "There is no such endpoint");
        };
        if !self.headers.contains_key(AUTHORIZATION) {
            return Outcome::text(
                StatusCode::UNAUTHORIZED,
                "Send an API key as the user name of HTTP Basic authentication.",
            );
        }
        let Some(key) = self.key() else {
            return Outcome::text(StatusCode::FORBIDDEN, "The API key is wrong or was deactivated.");
        };
        if let Err(seconds) = self.shared.rate_limit.admit(&key.token, Instant::now()) {
            return Outcome::error(
                StatusCode::TOO_MANY_REQUESTS,
                self.id,
                "rate_limit_exceeded",
                "Rate limit exceeded",
            )
            .with_header("retry-after", &seconds.to_string());
        }
        if options.strict {
            let content_type =
                self.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
            if !content_type.starts_with("application/json") {
                return Outcome::error(
                    StatusCode::BAD_REQUEST,
                    self.id,
                    "invalid_input",
                    "Content-Type must be application/json",
                );
            }
            let version = self.headers.get("ashby-version").map(hyper::header::HeaderValue::as_bytes);
            if version.is_some_and(|version| version != VERSION.as_bytes()) {
                return Outcome::error(
                    StatusCode::BAD_REQUEST,
                    self.id,
                    "invalid_input",
                    "There is no such API version",
                );
            }
        }
        let Some(parameters) = &self.parameters else {
            return Outcome::error(
                StatusCode::BAD_REQUEST,
                self.id,
                "invalid_input",
                "The body must be a JSON object",
            );
        };
        let permitted = match operation.answer {
            Answer::KeyInfo => key.can_read_key_info,
            _ => operation.scope.is_none_or(|scope| scope.split('|').any(|scope| key.scopes.contains(scope))),
        };
        if !permitted {
            return Outcome::missing_permission(self.id, operation.scope.unwrap_or_default());
        }
        match operation.answer {
            Answer::Report => self.report(operation, parameters),
            Answer::KeyInfo if parameters.is_empty() || !options.strict => self.key_info(key),
            _ => self.answer(operation, key, parameters, fault),
        }
    }

    fn answer(
        &self,
        operation: &'static Operation,
        key: &Key,
        parameters: &Map<String, Value>,
        fault: Option<&Fault>,
    ) -> Outcome {
        let options = &self.shared.options;
        let (cursor_generation, token_generation) = self.shared.organisation.generations();
        let query = Query {
            operation,
            parameters,
            viewer: Viewer { confidential: key.confidential, private_fields: key.private_fields },
            rules: Rules {
                strict: options.strict,
                page_limit: options.page_limit.max(1),
                cursor_lifetime_ms: options.cursor_lifetime.map(milliseconds),
                incremental_pages: options.incremental_pages,
                now_ms: self.shared.now_ms(),
                cursor_generation,
                token_generation,
            },
            hold_back: fault == Some(&Fault::EmptyPageWithCursor),
            base_url: &self.shared.base_url,
            on_behalf_of: self.on_behalf_of(),
        };
        match self.shared.organisation.answer(&query) {
            Ok(reply) => Outcome::success(reply.body, reply.records),
            Err(refusal) => Outcome::error(StatusCode::OK, self.id, refusal.code, &refusal.message),
        }
    }

    fn report(&self, operation: &'static Operation, parameters: &Map<String, Value>) -> Outcome {
        if let Err(refusal) = check(operation, parameters, self.shared.options.strict) {
            return Outcome::error(StatusCode::OK, self.id, refusal.code, &refusal.message);
        }
        let waits = operation.name == "report.synchronous";
        let rows = || self.shared.organisation.report_rows();
        let (status, code, message) =
            match self.shared.reports.answer(parameters, waits, Instant::now(), rows) {
                Ok(run) => {
                    let body = json!({"success": true, "results": run}).to_string();
                    return Outcome::success(body.into_bytes(), 1);
                }
                Err(ReportRefusal::TooManyStarts) => {
                    (StatusCode::TOO_MANY_REQUESTS, "rate_limit_exceeded", "Rate limit exceeded")
                }
                Err(ReportRefusal::TooManyRunning) => {
                    (StatusCode::TOO_MANY_REQUESTS, "concurrent_limit_exceeded", "Concurrent limit exceeded")
                }
                Err(ReportRefusal::UnknownRun) => {
                    (StatusCode::OK, "invalid_input", "requestId names no run of this report")
                }
            };
        Outcome::error(status, self.id, code, message)
    }

    fn key_info(&self, key: &Key) -> Outcome {
        let info = json!({
            "success": true,
            "results": {"title": key.title, "createdAt": "2025-02-03T10:15:00.000Z", "scopes": key.scopes},
        });
        Outcome::success(info.to_string().into_bytes(), 1)
    }
}
