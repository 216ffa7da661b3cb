//! The client: calls, their retries, and what their answers mean.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep};
use tracing::{Instrument, Span, field};

use crate::envelope::{self, Answer, Expected, NoAnswer};
use crate::pace::{Pace, Permit};
use crate::refusal::{Cleaner, Refusal};
use crate::request::{Operation, RequestBody};
use crate::retry::Attempts;
use crate::transport::Transport;
use crate::usage::Counters;
use crate::{
    ClientBuilder, Cursor, Error, ErrorKind, ListRequest, Page, Pages, ReadOperation, RetryPolicy, SyncToken,
    Usage, WriteOperation,
};

/// Sends operations to Ashby under one key. Cheap to clone; clones share connections, pace and counters.
///
/// All its futures can be dropped at any time. A dropped read leaves nothing behind; a dropped write may or may
/// not have reached Ashby.
#[derive(Clone)]
pub struct Client {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) transport: Transport,
    pub(crate) pace: Pace,
    pub(crate) retry: RetryPolicy,
    pub(crate) counters: Counters,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base_url", &self.inner.transport.base_url.as_str())
            .field("key", &self.inner.transport.key)
            .finish_non_exhaustive()
    }
}

/// A successful answer.
#[derive(Clone)]
#[non_exhaustive]
pub struct Response {
    /// The member `results`, byte for byte; `null` if there was none.
    pub results: Bytes,
    /// What Ashby remarked beside the success.
    pub warnings: Vec<String>,
    /// The id under which Ashby's support finds the request.
    pub request_id: Option<String>,
    /// How many requests it took.
    pub requests: u32,
    /// Whether the answer is one page of several.
    pub more_data_available: bool,
    /// Where the next page begins, if there is one.
    pub next_cursor: Option<Cursor>,
    /// From where an incremental listing continues, if this was the last page of one.
    pub sync_token: Option<SyncToken>,
}

/// Shows everything but the results themselves.
impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("results_bytes", &self.results.len())
            .field("warnings", &self.warnings.len())
            .field("request_id", &self.request_id)
            .field("requests", &self.requests)
            .field("more_data_available", &self.more_data_available)
            .finish_non_exhaustive()
    }
}

/// What a key is and may do (`apiKey.info`).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ApiKeyInfo {
    /// The name it was given.
    #[serde(default)]
    pub title: Option<String>,
    /// When it was made, as Ashby writes it (RFC 3339).
    #[serde(default)]
    pub created_at: Option<String>,
    /// Its permissions in Ashby's colon form, such as `candidates:read`.
    pub scopes: Vec<String>,
}

/// An answer and how it came.
pub(crate) struct Answered {
    pub(crate) answer: Answer,
    pub(crate) body: Bytes,
    pub(crate) request_id: Option<String>,
    pub(crate) requests: u32,
}

impl Client {
    /// Settings for a new client.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// Sends a read and, if it fails in a way that may pass, sends it again as the [`RetryPolicy`] says.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidRequest`] without sending anything if `body` is not a JSON object or has a member
    /// that is null (an optional parameter is left out). Otherwise the last attempt's failure.
    pub async fn read<B>(&self, operation: &ReadOperation, body: &B) -> Result<Response, Error>
    where
        B: Serialize + ?Sized + Sync,
    {
        let operation = Operation::Read(operation);
        let body = RequestBody::new(operation, body)?;
        self.call(operation, &body, Expected::Anything).await.map(Response::from)
    }

    /// Sends a write, once: Ashby could not tell a repetition from a second wish. After a failure
    /// [`Error::may_have_taken_effect`] tells whether Ashby may have carried it out nevertheless.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidRequest`] without sending anything if `body` is not a JSON object. Otherwise what
    /// became of the request.
    pub async fn write<B>(&self, operation: &WriteOperation, body: &B) -> Result<Response, Error>
    where
        B: Serialize + ?Sized + Sync,
    {
        let operation = Operation::Write(operation);
        let body = RequestBody::new(operation, body)?;
        self.call(operation, &body, Expected::Anything).await.map(Response::from)
    }

    /// Reads one page of a list; retried like any read.
    ///
    /// # Errors
    /// As for [`read`](Self::read); [`ErrorKind::Malformed`] also if there is no list of results, if more pages
    /// are announced without a cursor, or if a record is not an object or lacks a key field.
    pub async fn page(&self, request: &ListRequest) -> Result<Page, Error> {
        let operation = Operation::Read(&request.operation);
        let body = RequestBody::new(operation, &request.body())?;
        let expected = Expected::Records { key_fields: &request.key_fields };
        Ok(Page::from(self.call(operation, &body, expected).await?))
    }

    /// Reads a list page by page, from the cursor in `request` or else from its first page.
    pub fn pages(&self, request: ListRequest) -> Pages {
        Pages::new(self.clone(), request)
    }

    /// Asks what the key is and may do. The key needs a permission of its own for this: an
    /// [`ErrorKind::Permission`] here does not mean that the key is bad.
    ///
    /// # Errors
    /// As for [`read`](Self::read); [`ErrorKind::Malformed`] also if the answer does not describe a key.
    pub async fn api_key_info(&self) -> Result<ApiKeyInfo, Error> {
        const INFO: ReadOperation = ReadOperation::new("apiKey.info");
        let response = self.read(&INFO, &serde_json::Map::new()).await?;
        serde_json::from_slice(&response.results).map_err(|_| {
            let what = "the answer does not describe a key";
            let mut error = Error::new(ErrorKind::Malformed, INFO.as_str(), what);
            error.0.request_id = response.request_id;
            error.0.requests = response.requests;
            error
        })
    }

    /// What this client and its clones have used so far.
    pub fn usage(&self) -> Usage {
        self.inner.counters.usage(&self.inner.pace.snapshot())
    }

    /// Sends a call until it is answered or given up.
    async fn call(
        &self,
        operation: Operation<'_>,
        body: &RequestBody,
        expected: Expected<'_>,
    ) -> Result<Answered, Error> {
        let began = Instant::now();
        let mut attempts = Attempts { made: 0, malformed: 0, elapsed: Duration::ZERO };
        loop {
            attempts.made += 1;
            let permit = self.inner.pace.permit().await;
            self.inner.counters.request(attempts.made > 1, permit.waited);
            let span = tracing::debug_span!(
                "request",
                operation = operation.name(),
                attempt = attempts.made,
                status = field::Empty,
                request_id = field::Empty,
                bytes = field::Empty,
                elapsed_ms = field::Empty,
            );
            let attempt = self.attempt(operation, body, expected, attempts.made, &permit).instrument(span);
            // Boxed to keep the futures of all callers small.
            let (mut error, pause) = match Box::pin(attempt).await {
                Ok(answered) => return Ok(answered),
                Err(failed) => failed,
            };
            drop(permit);

            attempts.elapsed = began.elapsed();
            attempts.malformed += u32::from(error.0.kind == ErrorKind::Malformed);
            let delay = match operation {
                Operation::Read(_) => self.inner.retry.delay(error.0.kind, attempts, rand::random()),
                Operation::Write(_) => None,
            };
            if delay.is_some() || error.0.kind == ErrorKind::RateLimited {
                let milliseconds =
                    |duration: Option<Duration>| duration.map(|duration| duration.as_millis() as u64);
                tracing::warn!(
                    operation = operation.name(),
                    attempt = attempts.made,
                    kind = ?error.0.kind,
                    status = error.0.status,
                    code = error.0.code,
                    request_id = error.0.request_id,
                    rate_limit_scope = error.0.rate_limit_scope,
                    pause_ms = milliseconds(pause),
                    retry_in_ms = milliseconds(delay),
                    "the request failed",
                );
            }
            match delay {
                Some(delay) => sleep(delay).await,
                None => {
                    error.0.requests = attempts.made;
                    error.0.elapsed = attempts.elapsed;
                    error.0.is_write = operation.is_write();
                    return Err(error);
                }
            }
        }
    }

    /// Sends a call once, in a span of its own. A failure comes with the pause that it imposed on everything under the key.
    async fn attempt(
        &self,
        operation: Operation<'_>,
        body: &RequestBody,
        expected: Expected<'_>,
        attempt: u32,
        permit: &Permit<'_>,
    ) -> Result<Answered, (Error, Option<Duration>)> {
        let Inner { transport, pace, retry, counters } = &*self.inner;
        let began = Instant::now();
        let (head, received) = transport.exchange(operation.name(), body.json.clone()).await;
        let span = Span::current();
        span.record("status", head.status);
        span.record("request_id", &head.request_id);
        let judged = match received {
            Ok(received) => {
                span.record("bytes", received.len());
                let cleaner = body.cleaner(&transport.key);
                judge(operation.name(), head.status, &received, expected, &cleaner)
                    .map(|answer| (answer, received))
            }
            Err(failure) => {
                let mut error = Error::new(failure.kind, operation.name(), failure.what);
                error.0.source = failure.source.map(Into::into);
                Err(error)
            }
        };
        span.record("elapsed_ms", began.elapsed().as_millis() as u64);
        tracing::debug!("request done");

        let mut error = match judged {
            Ok((answer, body)) => {
                return Ok(Answered { answer, body, request_id: head.request_id, requests: attempt });
            }
            Err(error) => error,
        };
        error.0.status = Some(head.status).filter(|status| *status > 0);
        error.0.request_id = head.request_id.or(error.0.request_id.take());
        error.0.rate_limit_scope = head.rate_limit_scope;
        if error.kind() == ErrorKind::RateLimited {
            counters.throttled();
            pace.slow_down(permit);
        }
        let pause = retry.pause(error.kind(), head.retry_after, attempt);
        if let Some(pause) = pause {
            pace.pause(pause);
        }
        Err((error, pause))
    }
}

/// What a complete response means.
fn judge(
    operation: &str,
    status: u16,
    body: &Bytes,
    expected: Expected<'_>,
    cleaner: &Cleaner<'_>,
) -> Result<Answer, Error> {
    let decoded = envelope::decode(body, expected);
    if !(200..300).contains(&status) {
        // Whatever the body says, this is no success; but it may say why.
        let refusal = match decoded {
            Err(NoAnswer::Refused(refusal)) => refusal,
            Ok(_) | Err(NoAnswer::Malformed { .. }) => Refusal::default(),
        };
        return Err(refused(operation, kind_of_status(status, &refusal), &refusal, cleaner));
    }
    accept(operation, decoded, cleaner)
}

/// What an envelope means that came with a status of success.
pub(crate) fn accept(
    operation: &str,
    decoded: Result<Answer, NoAnswer>,
    cleaner: &Cleaner<'_>,
) -> Result<Answer, Error> {
    match decoded {
        Ok(mut answer) => {
            answer.warnings = answer.warnings.iter().map(|warning| cleaner.clean(warning)).collect();
            Ok(answer)
        }
        Err(NoAnswer::Refused(refusal)) => {
            let kind = refusal.kind().unwrap_or(ErrorKind::Rejected);
            Err(refused(operation, kind, &refusal, cleaner))
        }
        Err(NoAnswer::Malformed { what, source }) => {
            let error = Error::new(ErrorKind::Malformed, operation, what);
            Err(match source {
                Some(source) => error.with_source(source),
                None => error,
            })
        }
    }
}

/// The kind of error behind a status that is no success. Ashby's codes are more telling than 4xx statuses.
fn kind_of_status(status: u16, refusal: &Refusal) -> ErrorKind {
    let kind = match status {
        300..400 => return ErrorKind::Configuration,
        408 => return ErrorKind::Timeout,
        429 => return ErrorKind::RateLimited,
        500.. => return ErrorKind::Server,
        401 | 403 => ErrorKind::Credentials,
        404 => ErrorKind::NotFound,
        400 | 405..=407 | 411..=417 | 422 => ErrorKind::InvalidRequest,
        400..500 => ErrorKind::Rejected,
        _ => ErrorKind::Malformed,
    };
    refusal.kind().unwrap_or(kind)
}

fn refused(operation: &str, kind: ErrorKind, refusal: &Refusal, cleaner: &Cleaner<'_>) -> Error {
    let what = match kind {
        ErrorKind::Configuration => "the address answered with a redirect, which is not followed",
        ErrorKind::Credentials => "Ashby did not accept the API key",
        ErrorKind::Permission => "the API key lacks a permission",
        ErrorKind::NotFound => "Ashby found nothing there",
        ErrorKind::RateLimited => "too many requests",
        ErrorKind::Timeout => "Ashby gave up waiting for the request",
        ErrorKind::Server => "Ashby failed",
        _ => "Ashby refused the request",
    };
    let clean = |text: &Option<String>| text.as_deref().map(|text| cleaner.clean(text));
    let mut error = Error::new(kind, operation, what);
    error.0.code = clean(&refusal.code);
    error.0.message = clean(&refusal.message);
    error.0.request_id = clean(&refusal.request_id);
    error.0.recovery = refusal.recovery();
    error
}

impl From<Answered> for Response {
    fn from(answered: Answered) -> Self {
        let Answered { answer, request_id, requests, .. } = answered;
        Self {
            results: answer.results,
            warnings: answer.warnings,
            request_id,
            requests,
            more_data_available: answer.more_data_available,
            next_cursor: answer.next_cursor,
            sync_token: answer.sync_token,
        }
    }
}
