//! The client: calls, and what their answers mean.

use std::fmt;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use reqwest::RequestBuilder;
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::multipart::Form;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::catalog;
use crate::cleaner::Cleaner;
use crate::envelope::{self, Answer, Expected, NoAnswer};
use crate::exchange::{Exchange, Exchanged, Inner};
use crate::refusal::{self, Codes, Refusal, mentions};
use crate::request::{Operation, RequestBody};
use crate::{
    ApiKey, ClientBuilder, Cursor, Error, ErrorKind, Lane, ListRequest, Page, Pages, ReadOperation,
    ServerNote, SyncToken, Usage, WriteOperation,
};

/// Sends operations to Ashby under one key. Cheap to clone; clones share connections, pace and counters.
///
/// All its futures can be dropped at any time. A dropped read leaves nothing behind; a dropped write may or may
/// not have reached Ashby.
#[derive(Clone)]
pub struct Client {
    pub(crate) inner: Arc<Inner>,
    pub(crate) key: Arc<ApiKey>,
    /// The user to whom writes are attributed.
    pub(crate) on_behalf_of: Option<HeaderValue>,
    pub(crate) lane: Lane,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base_url", &self.inner.transport.base_url.as_str())
            .field("key", &self.key)
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
#[derive(Clone, PartialEq, Eq, Deserialize)]
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
    /// What else Ashby says, such as whose key it is, as it says it. None of it is documented.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// Shows the names of what is not documented, not the values.
impl fmt::Debug for ApiKeyInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiKeyInfo")
            .field("title", &self.title)
            .field("created_at", &self.created_at)
            .field("scopes", &self.scopes)
            .field("other", &self.other.keys().collect::<Vec<_>>())
            .finish()
    }
}

/// An answer and how it came.
pub(crate) struct Answered {
    pub(crate) answer: Answer,
    pub(crate) body: Bytes,
    pub(crate) request_id: Option<String>,
    pub(crate) requests: u32,
}

impl Client {
    /// A client with the key and the base URL that the environment says: see [`ClientBuilder::from_env`].
    ///
    /// # Errors
    /// As for [`ClientBuilder::from_env`] and [`ClientBuilder::build`].
    pub fn from_env() -> Result<Self, Error> {
        ClientBuilder::from_env()?.build()
    }

    /// Settings for a new client.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// This client with writes attributed to an Ashby user (`X-On-Behalf-Of`, which is in beta): same key, pace,
    /// connections and counters. Reads are sent as before.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidRequest`] if `user_id` is not a UUID.
    pub fn on_behalf_of(&self, user_id: &str) -> Result<Self, Error> {
        let is_uuid = crate::catalog::check_value("", &crate::catalog::Type::Uuid, &user_id.into()).is_ok();
        let user = HeaderValue::from_str(user_id).ok().filter(|_| is_uuid);
        let user = user.ok_or_else(|| {
            let what = "the user to act on behalf of must be given by id, which is a UUID";
            let mut error = Error::new(ErrorKind::InvalidRequest, "", what);
            error.0.hint = Some("user.list and user.search answer the ids of users");
            error
        })?;
        Ok(Self { on_behalf_of: Some(user), ..self.clone() })
    }

    /// This client with requests of another urgency: same key, pace, connections and counters. A new client is in
    /// [`Lane::Normal`].
    #[must_use]
    pub fn in_lane(&self, lane: Lane) -> Self {
        if lane == Lane::Interactive {
            self.inner.pace.keep_slot();
        }
        Self { lane, ..self.clone() }
    }

    /// How urgent its requests are.
    pub fn lane(&self) -> Lane {
        self.lane
    }

    /// Sends a read and, if it fails in a way that may pass, sends it again as the [`RetryPolicy`](crate::RetryPolicy) says.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidRequest`] without sending anything if `body` is not a JSON object or has a member
    /// that is null (an optional parameter is left out). Otherwise the last attempt's failure;
    /// [`ErrorKind::Malformed`] also if the operation is known to answer something and did not.
    pub async fn read<B>(&self, operation: &ReadOperation, body: &B) -> Result<Response, Error>
    where
        B: Serialize + ?Sized + Sync,
    {
        let known = catalog::find(operation.as_str());
        let answers = known.is_some_and(|operation| operation.returns.is_some());
        let expected = if answers { Expected::Something } else { Expected::Anything };
        let operation = Operation::Read(operation);
        let body = RequestBody::new(operation, body)?;
        self.call(operation, &body, expected).await.map(Response::from)
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
    /// are announced without a cursor, or if a record is not an object or lacks a key field (unless
    /// that is to be [left out](ListRequest::leave_out_unusable)).
    pub async fn page(&self, request: &ListRequest) -> Result<Page, Error> {
        let operation = Operation::Read(&request.operation);
        let body = RequestBody::new(operation, &request.body())?;
        let expected = Expected::Records {
            key_fields: &request.key_fields,
            leave_out_unusable: request.leave_out_unusable,
            // A page that is one record is none.
            max_record_bytes: self.inner.transport.max_body_bytes / 2,
        };
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
        json_slices::read(&response.results).map_err(|_| {
            let what = "the answer does not describe a key";
            let mut error = Error::new(ErrorKind::Malformed, INFO.as_str(), what);
            error.0.request_id = response.request_id;
            error.0.requests = response.requests;
            error
        })
    }

    /// Which key it sends under, without giving it away: see [`ApiKey::fingerprint`].
    pub fn key_fingerprint(&self) -> String {
        self.key.fingerprint()
    }

    /// Where it sends to, without a user name and password that the address may hold.
    pub fn base_url(&self) -> String {
        let mut url = self.inner.transport.base_url.clone();
        // Addresses with a host, as all of ours are, take both.
        let _ = url.set_username("").and_then(|()| url.set_password(None));
        url.to_string()
    }

    /// What this client and its clones have used so far.
    pub fn usage(&self) -> Usage {
        self.inner.counters.usage(&self.inner.pace.snapshot())
    }

    /// What the newest answer said of the server; `None` before the first.
    pub fn server_note(&self) -> Option<ServerNote> {
        self.inner.note.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Sends a write as a form, once.
    pub(crate) async fn send_form(
        &self,
        operation: Operation<'_>,
        body: &RequestBody,
        form: Form,
        timeout: Duration,
    ) -> Result<Response, Error> {
        let transport = &self.inner.transport;
        let http = self.inner.storage.client_for_ashby()?;
        let mut request = http.post(transport.url(operation.name())).multipart(form).timeout(timeout);
        for (name, value) in &transport.headers {
            if name != CONTENT_TYPE {
                request = request.header(name, value);
            }
        }
        self.send(operation, body, request, Expected::Anything).await.map(Response::from)
    }

    /// Sends a call until it is answered or given up.
    async fn call(
        &self,
        operation: Operation<'_>,
        body: &RequestBody,
        expected: Expected<'_>,
    ) -> Result<Answered, Error> {
        let transport = &self.inner.transport;
        let http = match operation.is_write() {
            true => transport.connections.own().clone(),
            false => transport.connections.shared(),
        };
        let request = http.post(transport.url(operation.name())).body(body.json.clone());
        self.send(operation, body, request, expected).await
    }

    /// Sends a request in the name of the key, and perhaps of a user.
    async fn send(
        &self,
        operation: Operation<'_>,
        body: &RequestBody,
        request: RequestBuilder,
        expected: Expected<'_>,
    ) -> Result<Answered, Error> {
        let request = request.basic_auth(self.key.expose(), Some(""));
        let request = match self.on_behalf_of.as_ref().filter(|_| operation.is_write()) {
            Some(user) => request.header("x-on-behalf-of", user),
            None => request,
        };
        let (name, is_write) = (operation.name(), operation.is_write());
        let cleaner = body.cleaner(&self.key);
        let exchange = Exchange { operation: name, is_write, lane: self.lane, request, cleaner };
        let judge = |status, received: Bytes| {
            let answer = judge(operation, status, &received, expected, &cleaner)?;
            Ok((answer, received))
        };
        let exchanged = self.inner.exchange(exchange, judge).await.map_err(|mut error| {
            error.0.position = body.position;
            error
        });
        let Exchanged { answer: (answer, body), request_id, requests } = exchanged?;
        Ok(Answered { answer, body, request_id, requests })
    }
}

/// What a complete response means.
fn judge(
    operation: Operation<'_>,
    status: u16,
    body: &Bytes,
    expected: Expected<'_>,
    cleaner: &Cleaner<'_>,
) -> Result<Answer, Error> {
    let codes = if operation.is_write() { Codes::Exact } else { Codes::InProse };
    let decoded = envelope::decode(body, expected, codes);
    let mut judged = if (200..300).contains(&status) {
        accept(operation.name(), decoded, cleaner)
    } else {
        // Whatever the body says, this is no success; but it may say why.
        let refusal = match decoded {
            Err(NoAnswer::Refused(refusal)) => refusal,
            Ok(_) | Err(_) => Refusal::default(),
        };
        Err(refused(operation.name(), kind_of_status(status, &refusal), &refusal, cleaner))
    };
    if let (Err(error), true) = (&mut judged, operation.is_write()) {
        settle_write(error, status);
    }
    judged
}

/// A write is repeated after a 429, so it must be one: the status says so, or `errorInfo.code` and nothing else. And some
/// codes leave open whether it was carried out, also where they only stand in the text of a refusal that has no other: to
/// doubt costs a look, to be sure of what is wrong makes it happen twice.
fn settle_write(error: &mut Error, status: u16) {
    if error.kind() == ErrorKind::RateLimited && status != 429 && !error.0.is_certain {
        error.0.kind = ErrorKind::Rejected;
        error.0.what = "Ashby refused the request".to_owned();
    }
    let open_codes = catalog::find(error.operation()).map_or(&[][..], |operation| operation.open_codes);
    let message = error.0.message.as_deref().unwrap_or_default();
    error.0.leaves_open = match error.code() {
        Some(code) => open_codes.contains(&code),
        None => open_codes.iter().chain(&["generic_internal_error"]).any(|code| mentions(message, code)),
    };
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
        Err(NoAnswer::TooLarge { what }) => Err(Error::new(ErrorKind::TooLarge, operation, what)),
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
pub(crate) fn kind_of_status(status: u16, refusal: &Refusal) -> ErrorKind {
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
    // A code that is known gives nothing away.
    let is_known = refusal.code.as_deref().is_some_and(refusal::is_known_code);
    error.0.code = if is_known { refusal.code.clone() } else { clean(&refusal.code) };
    error.0.message = clean(&refusal.message);
    error.0.request_id = clean(&refusal.request_id);
    error.0.recovery = refusal.recovery();
    error.0.is_certain = refusal.is_certain;
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
