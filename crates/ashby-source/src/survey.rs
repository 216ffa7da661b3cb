//! What a key may read.

use std::collections::{BTreeMap, BTreeSet};

use ashby_client::catalog::{self, Permission};
use ashby_client::{ApiKeyInfo, Client, CycleGuard};
use capture_core::{Error, ErrorKind, Identity, Result};
use serde::Serialize;

use crate::error::from_client;
use crate::record::key_fields;
use crate::request::Requests;
use crate::table::{Plan, Row, STREAMS, row};

/// Whether a stream can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Readable {
    /// The key has the permission.
    Yes,
    /// It has not.
    No,
    /// Only trying tells: the key may not read its own permissions, or Ashby has not documented how it spells this
    /// one.
    Unknown,
}

/// What can be known of a key before it is used.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Survey {
    /// The key's name, creation date and permissions, unless it may not read them itself.
    pub key: Option<ApiKeyInfo>,
    /// By stream name.
    pub streams: BTreeMap<&'static str, Readable>,
}

impl Survey {
    /// Nothing is known of the key.
    pub fn unknown() -> Self {
        Self { key: None, streams: STREAMS.iter().map(|row| (row.name, Readable::Unknown)).collect() }
    }

    /// Who asks through this client, for [`Runner::run`](capture_core::Runner::run).
    pub fn identity(&self, client: &Client) -> Identity {
        let identity = Identity::new(client.key_fingerprint(), client.base_url());
        match &self.key {
            Some(key) => identity.with_grants(key.scopes.iter().cloned()),
            None => identity,
        }
    }
}

/// Asks Ashby what the key may read: one request. A key without the permission to read that is fine; it is tried on
/// first use instead.
///
/// # Errors
/// [`ErrorKind::Credentials`] if Ashby refuses the key itself, otherwise what kept the answer from coming.
pub async fn survey(client: &Client) -> Result<Survey> {
    let key = match client.api_key_info().await {
        Ok(key) => Some(key),
        Err(error) if error.missing_permission() => None,
        Err(error) => {
            let kind = match error.kind() {
                // It takes nothing but the key: whatever the words, only the key can be what Ashby refuses.
                ashby_client::ErrorKind::Credentials | ashby_client::ErrorKind::Rejected => {
                    ErrorKind::Credentials
                }
                kind if error.is_retryable() || kind == ashby_client::ErrorKind::Tls => ErrorKind::Transient,
                ashby_client::ErrorKind::Malformed | ashby_client::ErrorKind::NotFound => ErrorKind::Data,
                _ => ErrorKind::Configuration,
            };
            let hint = error.hint().map(|hint| hint.to_string());
            let message = match kind {
                ErrorKind::Credentials => "Ashby refused the API key",
                _ => "cannot ask Ashby what the API key may read",
            };
            let wrapped = Error::new(kind, message).with_requests(error.requests());
            let wrapped = match hint {
                Some(hint) => wrapped.with_hint(hint),
                None => wrapped,
            };
            return Err(wrapped.with_source(error));
        }
    };
    let scopes = key.as_ref().map(|key| key.scopes.iter().map(String::as_str).collect());
    let streams = STREAMS.iter().map(|row| (row.name, readable(row, scopes.as_ref()))).collect();
    Ok(Survey { key, streams })
}

/// As [`survey`], and what a key may read that may not read its own permissions is [found out by trying](probe). One
/// operation that fails is not all of Ashby.
///
/// # Errors
/// [`ErrorKind::Credentials`] if Ashby refuses the key, and what keeps every answer from coming.
pub async fn explore(client: &Client) -> Result<Survey> {
    let (mut survey, unanswered) = match survey(client).await {
        Ok(survey) => (survey, None),
        Err(error) if matches!(error.kind(), ErrorKind::Transient | ErrorKind::Data) => {
            tracing::warn!("what the API key may read is not known: {}", error.chain());
            (Survey::unknown(), Some(error))
        }
        Err(error) => return Err(error),
    };
    if survey.key.is_none() {
        probe(client, &mut survey).await.map_err(|error| match (error.kind(), unanswered) {
            (ErrorKind::Transient | ErrorKind::Data, Some(first)) => first,
            _ => error,
        })?;
    }
    Ok(survey)
}

/// Who asks with this client. A key that may not read its own permissions asks all the same, and so does one of which they
/// cannot be learned at this moment.
///
/// # Errors
/// [`ErrorKind::Credentials`] if Ashby refuses the key.
pub async fn who_asks(client: &Client) -> Result<Identity> {
    match survey(client).await {
        Ok(survey) => Ok(survey.identity(client)),
        Err(error) if error.kind() == ErrorKind::Credentials => Err(error),
        Err(error) => {
            tracing::warn!("what the API key may read is not known: {}", error.chain());
            Ok(Identity::new(client.key_fingerprint(), client.base_url()))
        }
    }
}

/// How many records a stream that Ashby lists has: lists it, a request for each 100 records.
///
/// # Errors
/// [`ErrorKind::Configuration`] if it is not listed by an operation of its own; [`ErrorKind::Data`] if the pages go in
/// circles; what keeps a page from coming.
pub async fn count(client: &Client, stream: &str) -> Result<u64> {
    let row = row(stream).filter(|row| matches!(row.plan, Plan::List(_)));
    let row = row.ok_or_else(|| {
        Error::new(ErrorKind::Configuration, format!("there is no list of {stream} to count"))
    })?;
    let mut list = Requests::default().list(row, key_fields(row, None))?;
    let mut guard = CycleGuard::new();
    let mut records = 0;
    loop {
        let page = client.page(&list).await.map_err(|error| from_client(row, error))?;
        records += page.split().len() as u64;
        if let Some(circle) = guard.check(&page) {
            return Err(Error::new(ErrorKind::Data, format!("{}: {circle}", row.operation)));
        }
        match page.next_cursor {
            Some(cursor) => list.cursor = Some(cursor),
            None => return Ok(records),
        }
    }
}

/// Permissions whose spelling in `apiKey.info` has been seen. Of others, absence proves nothing.
const SEEN_SCOPES: [&str; 7] = [
    "approvals:read",
    "candidates:read",
    "hiringProcessMetadata:read",
    "interviews:read",
    "jobs:read",
    "offers:read",
    "organization:read",
];

fn readable(row: &Row, scopes: Option<&BTreeSet<&str>>) -> Readable {
    let (Some(permission), Some(scopes)) = (row.permission(), scopes) else { return Readable::Unknown };
    let scope = permission.scope();
    if scopes.contains(scope.as_str()) || scopes.contains(permission.name()) {
        Readable::Yes
    } else if SEEN_SCOPES.contains(&scope.as_str()) && knows_any(scopes) {
        Readable::No
    } else {
        Readable::Unknown
    }
}

/// Whether some of these words are permissions as we know them. Where none is, Ashby spells them in a new way, and no word
/// that is not there proves anything.
fn knows_any(scopes: &BTreeSet<&str>) -> bool {
    catalog::operations()
        .filter_map(|operation| operation.permission)
        .any(|known| scopes.contains(known.name()) || scopes.contains(known.scope().as_str()))
}

/// Finds out what is [unknown](Readable::Unknown) by trying: one small request for each permission, and one for each
/// experimental stream. What stays unknown is not there for this organisation, or cannot be read at present.
///
/// # Errors
/// [`ErrorKind::Credentials`] if Ashby refuses the key, and what keeps every answer from coming.
pub async fn probe(client: &Client, survey: &mut Survey) -> Result<()> {
    let mut tried: BTreeMap<Option<Permission>, Readable> = BTreeMap::new();
    let mut failure = None;
    let mut is_answered = false;
    let smallest = Requests { page_limit: Some(1), ..Requests::default() };
    for row in STREAMS {
        let Some(readable) =
            survey.streams.get_mut(row.name).filter(|readable| **readable == Readable::Unknown)
        else {
            continue;
        };
        if let Some(known) = tried.get(&row.permission()).filter(|_| !row.experimental) {
            *readable = *known;
            continue;
        }
        // Streams that need a parent's key follow those of the same permission that do not.
        if !matches!(row.plan, Plan::List(_)) {
            continue;
        }
        *readable = match client.page(&smallest.list(row, Vec::new())?).await {
            Ok(_) => Readable::Yes,
            Err(error) if error.missing_permission() => Readable::No,
            Err(_) if row.experimental => Readable::Unknown,
            // Nobody answers: the next request would wait for as long.
            Err(error) if error.status().is_none() => return Err(from_client(row, error)),
            Err(error) => {
                let error = from_client(row, error);
                if !error.kind().is_stream_only() {
                    return Err(error);
                }
                failure = Some(error);
                Readable::Unknown
            }
        };
        is_answered |= *readable != Readable::Unknown;
        if !row.experimental && *readable != Readable::Unknown {
            tried.insert(row.permission(), *readable);
        }
    }
    match failure {
        Some(error) if !is_answered => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permissions_are_known_in_both_spellings_and_new_ones_prove_nothing() {
        let candidates = row("candidates").unwrap();
        let readable =
            |scopes: &[&'static str]| readable(candidates, Some(&scopes.iter().copied().collect()));
        for (scopes, expected) in [
            (&["candidates:read"][..], Readable::Yes),
            (&["candidatesRead"][..], Readable::Yes),
            (&["jobs:read"][..], Readable::No),
            (&["jobsRead", "something:new"][..], Readable::No),
            (&[][..], Readable::Unknown),
            (&["read_candidates", "read_jobs"][..], Readable::Unknown),
        ] {
            assert_eq!(readable(scopes), expected, "{scopes:?}");
        }
        assert_eq!(super::readable(candidates, None), Readable::Unknown);
    }
}
