//! Ashby's envelope: what a response body says about the call, before anything in it counts as a result.
//!
//! The envelope's members may come in any order, and `success` may come last, so the records are found in the
//! same pass and thrown away if there turn out to be none. Duplicates of a member that matters are an error:
//! which of two `results` is meant cannot be known.

use bytes::Bytes;
use json_slices::{RecordIndex, Records, ScanError, ScanErrorKind, Scanner, Span};
use serde::de::DeserializeOwned;

use crate::refusal::{self, Codes, Refusal};
use crate::{Cursor, SyncToken};

/// Longest cursor and sync token that are taken: they are sent again with every request.
const MAX_POSITION_BYTES: usize = 64 * 1024;

/// What is expected of `results`.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Expected<'a> {
    /// Anything, also nothing.
    Anything,
    /// Anything but nothing: the operation is known to answer something.
    Something,
    /// An array of records with these key fields.
    Records {
        key_fields: &'a [String],
        /// What is no record or lacks a key field is left out.
        leave_out_unusable: bool,
        /// None may be longer.
        max_record_bytes: usize,
    },
}

/// A body that says `success: true`.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) results: Bytes,
    /// Empty unless records were expected.
    pub(crate) records: Option<Records>,
    pub(crate) more_data_available: bool,
    pub(crate) next_cursor: Option<Cursor>,
    /// Only if no more data is available: a token is true once everything before it has been read.
    pub(crate) sync_token: Option<SyncToken>,
    /// Word for word: not fit for logs until cleaned.
    pub(crate) warnings: Vec<String>,
}

/// A body that is not an answer.
#[derive(Debug)]
pub(crate) enum NoAnswer {
    /// `success: false`.
    Refused(Refusal),
    /// Not Ashby's envelope, or one that contradicts itself.
    Malformed { what: &'static str, source: Option<ScanError> },
    /// More than can be dealt with.
    TooLarge { what: String },
}

impl NoAnswer {
    fn malformed(what: &'static str) -> Self {
        Self::Malformed { what, source: None }
    }
}

impl From<ScanError> for NoAnswer {
    fn from(error: ScanError) -> Self {
        let what = match error.kind() {
            ScanErrorKind::TooManyRecords => return Self::TooLarge { what: format!("Ashby sent {error}") },
            ScanErrorKind::NotAnObject { .. } | ScanErrorKind::InvalidKey { .. } => {
                "Ashby sent a record that cannot be used"
            }
            _ => "the answer is not one of Ashby's",
        };
        Self::Malformed { what, source: Some(error) }
    }
}

/// Where the envelope's members lie.
#[derive(Default)]
struct Members {
    success: Option<Span>,
    results: Option<Span>,
    more_data_available: Option<Span>,
    next_cursor: Option<Span>,
    sync_token: Option<Span>,
    warnings: Option<Span>,
    errors: Option<Span>,
    error_info: Option<Span>,
}

impl Members {
    /// The place for the member of this name, if it is one of the envelope's.
    fn named(&mut self, name: &str) -> Option<(&'static str, &mut Option<Span>)> {
        Some(match name {
            "success" => ("success", &mut self.success),
            "results" => ("results", &mut self.results),
            "moreDataAvailable" => ("moreDataAvailable", &mut self.more_data_available),
            "nextCursor" => ("nextCursor", &mut self.next_cursor),
            "syncToken" => ("syncToken", &mut self.sync_token),
            "warnings" => ("warnings", &mut self.warnings),
            "errors" => ("errors", &mut self.errors),
            "errorInfo" => ("errorInfo", &mut self.error_info),
            _ => return None,
        })
    }
}

/// Reads a body in one pass; `codes` is how refusals are read.
pub(crate) fn decode(body: &Bytes, expected: Expected<'_>, codes: Codes) -> Result<Answer, NoAnswer> {
    if body.is_empty() {
        return Err(NoAnswer::malformed("the answer is empty"));
    }
    let mut index = None;
    let members = scan(body, expected, &mut index)?;
    match member::<bool>(body, members.success) {
        Ok(Some(true)) => {}
        Ok(Some(false)) => {
            let errors = members.errors.map(|span| span.of(body));
            let error_info = members.error_info.map(|span| span.of(body));
            return Err(NoAnswer::Refused(refusal::read(errors, error_info, codes)));
        }
        Ok(None) | Err(_) => {
            return Err(NoAnswer::malformed("the answer does not say whether it succeeded"));
        }
    }

    let results = match members.results {
        Some(span) => span.slice(body),
        None => Bytes::from_static(b"null"),
    };
    let records = match (expected, index) {
        (Expected::Anything, _) => None,
        (Expected::Something, _) if &results[..] == b"null" => {
            return Err(NoAnswer::malformed("the answer has no results"));
        }
        (Expected::Something, _) => None,
        (Expected::Records { leave_out_unusable: true, .. }, Some(index)) => {
            Some(index.bind_usable(body.clone()))
        }
        (Expected::Records { .. }, Some(index)) => Some(index.bind(body.clone())?),
        (Expected::Records { .. }, None) => {
            return Err(NoAnswer::malformed("the answer has no list of results"));
        }
    };
    if let (Expected::Records { max_record_bytes, .. }, Some(records)) = (expected, &records)
        && let Some(index) = records.iter().position(|record| record.len() > max_record_bytes)
    {
        let what = format!("record {index} of the page is longer than {max_record_bytes} bytes");
        return Err(NoAnswer::TooLarge { what });
    }

    let bad_paging = |_| NoAnswer::malformed("the answer's paging members have unexpected types");
    let flag = member::<bool>(body, members.more_data_available).map_err(bad_paging)?;
    let is_endless = |span: Option<Span>| span.is_some_and(|span| span.of(body).len() > MAX_POSITION_BYTES);
    if is_endless(members.next_cursor) || is_endless(members.sync_token) {
        return Err(NoAnswer::malformed("the answer's cursor or sync token is longer than any can be"));
    }
    let next_cursor = member::<String>(body, members.next_cursor).map_err(bad_paging)?;
    let sync_token = member::<String>(body, members.sync_token).map_err(bad_paging)?;
    let next_cursor = next_cursor.filter(|cursor| !cursor.is_empty());
    // The cursor decides: to stop at one is to lose what lies behind it. A flag that says otherwise settles nothing.
    match (flag, &next_cursor) {
        (Some(true), None) if records.is_some() => {
            return Err(NoAnswer::malformed("the answer announces more pages but has no cursor to them"));
        }
        (Some(false), Some(_)) => {
            return Err(NoAnswer::malformed(
                "the answer has a cursor to more pages but says that there are none",
            ));
        }
        _ => {}
    }
    let more_data_available = flag == Some(true) || next_cursor.is_some();
    Ok(Answer {
        results,
        records,
        more_data_available,
        next_cursor: next_cursor.map(Cursor::from),
        sync_token: sync_token.filter(|token| !more_data_available && !token.is_empty()).map(SyncToken::from),
        warnings: refusal::texts(members.warnings.map(|span| span.of(body))),
    })
}

fn scan(body: &Bytes, expected: Expected<'_>, index: &mut Option<RecordIndex>) -> Result<Members, ScanError> {
    let mut members = Members::default();
    let mut scanner = Scanner::new(body)?;
    scanner.object(|scanner, name| {
        let text = scanner.text(name).exact();
        let Some((name, place)) = text.as_deref().and_then(|text| members.named(text)) else {
            return scanner.value(1).map(|_| ());
        };
        if place.is_some() {
            return Err(scanner.error(ScanErrorKind::DuplicateMember(name)));
        }
        *place = Some(match (expected, scanner.peek()) {
            (Expected::Records { key_fields, .. }, b'[') if name == "results" => {
                index.insert(RecordIndex::new(key_fields.len())).array(scanner, 1, key_fields)?
            }
            _ => scanner.value(1)?,
        });
        Ok(())
    })?;
    scanner.finish()?;
    Ok(members)
}

/// A small member's value; null is as good as absent.
fn member<T: DeserializeOwned>(body: &Bytes, span: Option<Span>) -> Result<Option<T>, serde_json::Error> {
    span.map_or(Ok(None), |span| serde_json::from_slice(span.of(body)))
}
