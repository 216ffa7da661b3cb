//! Lists: what to ask for, one page of it, and all pages in turn.

use std::fmt;

use bytes::Bytes;
use serde_json::{Map, Value};

use crate::cleaner::Cleaner;
use crate::client::{Answered, accept};
use crate::envelope::{self, Expected};
use crate::refusal::Codes;
use crate::{Client, Cursor, CycleGuard, Error, ErrorKind, ReadOperation, Records, SyncToken};

/// A request for a page of a list.
#[derive(Clone)]
#[non_exhaustive]
pub struct ListRequest {
    /// The list.
    pub operation: ReadOperation,
    /// Filters and flags of the operation. The four below have places of their own.
    pub parameters: Map<String, Value>,
    /// Records per page; `None` for Ashby's default. Not for lists without pages: they reject it.
    pub limit: Option<u32>,
    /// Where the page begins; `None` for the first one.
    pub cursor: Option<Cursor>,
    /// From where an incremental listing continues; `None` for a full one. Sent with every page.
    pub sync_token: Option<SyncToken>,
    /// Top-level members of each record whose values make up its key; may be empty. A record without one of
    /// them is an error.
    pub key_fields: Vec<String>,
    /// A record that is not an object or lacks a key field is left out, and named by [`Records::unusable`], instead of
    /// making the page an error.
    pub leave_out_unusable: bool,
}

/// Shows names, not values.
impl fmt::Debug for ListRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ListRequest")
            .field("operation", &self.operation.as_str())
            .field("parameters", &self.parameters.keys().collect::<Vec<_>>())
            .field("limit", &self.limit)
            .field("cursor", &self.cursor)
            .field("sync_token", &self.sync_token)
            .field("key_fields", &self.key_fields)
            .finish()
    }
}

impl ListRequest {
    /// A full listing from its first page, without parameters and keys.
    pub fn new(operation: ReadOperation) -> Self {
        Self {
            operation,
            parameters: Map::new(),
            limit: None,
            cursor: None,
            sync_token: None,
            key_fields: Vec::new(),
            leave_out_unusable: false,
        }
    }

    /// Filters and flags of the operation.
    #[must_use]
    pub fn parameters(mut self, parameters: Map<String, Value>) -> Self {
        self.parameters = parameters;
        self
    }

    /// So many records a page.
    #[must_use]
    pub fn limit(mut self, limit: Option<u32>) -> Self {
        self.limit = limit;
        self
    }

    /// Begins there.
    #[must_use]
    pub fn cursor(mut self, cursor: Option<Cursor>) -> Self {
        self.cursor = cursor;
        self
    }

    /// Lists what changed since then.
    #[must_use]
    pub fn sync_token(mut self, sync_token: Option<SyncToken>) -> Self {
        self.sync_token = sync_token;
        self
    }

    /// Finds the keys of records in these members.
    #[must_use]
    pub fn key_fields(mut self, key_fields: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.key_fields = key_fields.into_iter().map(Into::into).collect();
        self
    }

    /// Leaves out records that are no object or lack a key field.
    #[must_use]
    pub fn leave_out_unusable(mut self, leave_out_unusable: bool) -> Self {
        self.leave_out_unusable = leave_out_unusable;
        self
    }

    /// The parameters as they are sent: cursor and token both, on every page.
    pub(crate) fn body(&self) -> Map<String, Value> {
        let mut body = self.parameters.clone();
        let own = [
            ("limit", self.limit.map(Value::from)),
            ("cursor", self.cursor.as_ref().map(|cursor| cursor.as_str().into())),
            ("syncToken", self.sync_token.as_ref().map(|token| token.as_str().into())),
        ];
        body.extend(own.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
        body
    }
}

/// One page of a list, successful and checked to the last byte.
#[derive(Clone)]
#[non_exhaustive]
pub struct Page {
    /// The whole body, which the records are slices of.
    pub body: Bytes,
    /// Where the next page begins; `None` on the last page. A page can be empty and yet not the last.
    pub next_cursor: Option<Cursor>,
    /// From where an incremental listing continues; on the last page only.
    pub sync_token: Option<SyncToken>,
    /// What Ashby remarked beside the success.
    pub warnings: Vec<String>,
    /// The id under which Ashby's support finds the request.
    pub request_id: Option<String>,
    /// How many requests it took.
    pub requests: u32,
    records: Records,
}

/// Shows sizes, not records.
impl fmt::Debug for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Page")
            .field("records", &self.len())
            .field("bytes", &self.body.len())
            .field("next_cursor", &self.next_cursor)
            .field("sync_token", &self.sync_token)
            .field("warnings", &self.warnings.len())
            .field("request_id", &self.request_id)
            .field("requests", &self.requests)
            .finish()
    }
}

impl Page {
    /// Reads a page from a body that is already at hand, as if `operation` had been answered with it (HTTP 200).
    ///
    /// # Errors
    /// As for [`Client::page`], without those of the transport.
    pub fn from_body(operation: &str, body: Bytes, key_fields: &[String]) -> Result<Self, Error> {
        let expected =
            Expected::Records { key_fields, leave_out_unusable: false, max_record_bytes: usize::MAX };
        let decoded = envelope::decode(&body, expected, Codes::InProse);
        let answer = accept(operation, decoded, &Cleaner::default())?;
        Ok(Self::from(Answered { answer, body, request_id: None, requests: 0 }))
    }

    /// The records, split.
    pub fn split(&self) -> &Records {
        &self.records
    }

    /// How many records there are.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// The record at `index`: a slice of the body.
    ///
    /// # Panics
    /// If `index` is not below [`len`](Self::len).
    pub fn record(&self, index: usize) -> Bytes {
        self.records.record(index)
    }

    /// The text of a record's key field: see [`Records::key_part`].
    ///
    /// # Panics
    /// If `record` is not below [`len`](Self::len) or `field` not below the number of key fields.
    pub fn key_part(&self, record: usize, field: usize) -> Bytes {
        self.records.key_part(record, field)
    }

    /// All records in order.
    pub fn records(&self) -> impl ExactSizeIterator<Item = Bytes> + '_ {
        self.records.iter()
    }
}

impl From<Answered> for Page {
    fn from(answered: Answered) -> Self {
        let Answered { answer, body, request_id, requests } = answered;
        // Asked for records, the envelope has them or is an error.
        let records = answer.records.unwrap_or_default();
        Self {
            body,
            next_cursor: answer.next_cursor,
            sync_token: answer.sync_token,
            warnings: answer.warnings,
            request_id,
            requests,
            records,
        }
    }
}

/// The pages of a list in turn.
#[derive(Debug)]
pub struct Pages {
    client: Client,
    request: ListRequest,
    guard: CycleGuard,
    is_finished: bool,
}

impl Pages {
    pub(crate) fn new(client: Client, request: ListRequest) -> Self {
        Self { client, request, guard: CycleGuard::new(), is_finished: false }
    }

    /// The next page; `None` after the last one.
    ///
    /// Cancel-safe: a page that was not returned is asked for again. After an error the same page is asked for
    /// again, too.
    ///
    /// # Errors
    /// As for [`Client::page`]; [`ErrorKind::Malformed`] also if the list has no end ([`Circle`](crate::Circle)). See
    /// [`Error::recovery`] for a cursor or token that Ashby no longer knows.
    pub async fn next(&mut self) -> Result<Option<Page>, Error> {
        if self.is_finished {
            return Ok(None);
        }
        let page = self.client.page(&self.request).await?;
        if let Some(circle) = self.guard.check(&page) {
            let operation = self.request.operation.as_str();
            let mut error = Error::new(ErrorKind::Malformed, operation, circle.to_string());
            error.0.request_id = page.request_id;
            error.0.requests = page.requests;
            return Err(error);
        }
        match &page.next_cursor {
            Some(cursor) => self.request.cursor = Some(cursor.clone()),
            None => self.is_finished = true,
        }
        Ok(Some(page))
    }
}
