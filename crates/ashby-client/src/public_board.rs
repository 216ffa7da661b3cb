//! Public job boards: what a company shows on `jobs.ashbyhq.com`, read without a key.
//!
//! Ashby describes them at <https://developers.ashbyhq.com/docs/public-job-posting-api>. A board comes whole, in
//! one response.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use json_slices::{RecordIndex, ScanError, ScanErrorKind, Scanner, Span};
use reqwest::Url;
use serde::{Deserialize, Deserializer, Serialize};

use crate::cleaner::Cleaner;
use crate::client::kind_of_status;
use crate::exchange::{Exchange, Exchanged, Inner};
use crate::refusal::Refusal;
use crate::{ClientBuilder, Error, ErrorKind, Lane, Records, Usage};

/// Where boards are, below the base URL.
const PATH: [&str; 2] = ["posting-api", "job-board"];
const KEY_FIELDS: [&str; 1] = ["id"];
const NAME_HINT: &str =
    "the name is what follows jobs.ashbyhq.com/ in the board's address; the whole address will do, too";

/// What stands in front of a board's name in addresses.
const HOSTS: [&str; 2] = ["jobs.ashbyhq.com/", "api.ashbyhq.com/posting-api/job-board/"];

/// The name of a board, from the name itself or from what an address bar shows: `The Flex`, `The%20Flex` and
/// `https://jobs.ashbyhq.com/The%20Flex/…` are the same. Case does not tell boards apart, but is kept.
pub fn job_board_name(given: &str) -> String {
    let given = given.trim();
    let without_scheme = given.split_once("://").map_or(given, |(_, rest)| rest);
    let lower = without_scheme.to_ascii_lowercase();
    let of_host =
        HOSTS.iter().find(|host| lower.starts_with(**host)).map(|host| &without_scheme[host.len()..]);
    // Of an address elsewhere (a simulator's, a proxy's) only its last part can be a name.
    let of_other = || without_scheme.split(['?', '#']).next()?.trim_end_matches('/').rsplit('/').next();
    let path = match of_host {
        None if without_scheme.len() < given.len() => of_other().unwrap_or(without_scheme),
        None => given,
        Some(path) => path.split(['/', '?', '#']).next().unwrap_or(path),
    };
    let path = path.trim_end_matches('/');
    percent_decoded(path).unwrap_or_else(|| path.to_owned())
}

/// What `%20` and the like stand for; `None` if that is no text. A `%` that begins nothing stays.
fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let digits = after.get(..2).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        let escaped = digits.filter(|_| byte == b'%').and_then(|digits| std::str::from_utf8(digits).ok());
        match escaped.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(escaped) => {
                bytes.push(escaped);
                rest = &after[2..];
            }
            None => {
                bytes.push(byte);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).ok()
}

/// Reads public job boards. Cheap to clone; clones share connections, pace and counters.
///
/// ```no_run
/// # async fn example() -> Result<(), ashby_client::Error> {
/// let boards = ashby_client::JobBoardClient::builder().build_job_board_client()?;
/// for posting in boards.board("Ashby", false).await?.postings()? {
///     // … only if `posting.is_listed == Some(true)` may it be shown
///     # let _ = posting;
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct JobBoardClient {
    inner: Arc<Inner>,
}

impl fmt::Debug for JobBoardClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JobBoardClient")
            .field("base_url", &self.inner.transport.base_url.as_str())
            .finish_non_exhaustive()
    }
}

impl JobBoardClient {
    pub(crate) fn new(inner: Inner) -> Self {
        Self { inner: Arc::new(inner) }
    }

    /// Settings for a new client, to be ended by
    /// [`build_job_board_client`](ClientBuilder::build_job_board_client).
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// Reads a board, with what its postings pay if `include_compensation`. `name` is the last part of the
    /// board's address, `jobs.ashbyhq.com/NAME`, or the address ([`job_board_name`]). Retried like any read.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidRequest`] without sending anything if `name` cannot be one; [`ErrorKind::NotFound`] if
    /// there is no such board; [`ErrorKind::Malformed`] if the answer has no list of jobs, or none of the jobs in it
    /// has an id. Otherwise the last attempt's failure.
    pub async fn board(&self, name: &str, include_compensation: bool) -> Result<JobBoard, Error> {
        let name = &*job_board_name(name);
        let operation = format!("job board {name}");
        let url = self.url(name, include_compensation).ok_or_else(|| {
            let mut error = Error::new(ErrorKind::InvalidRequest, "", "this cannot be a job board's name");
            error.0.hint = Some(NAME_HINT);
            error
        })?;
        let request = self.inner.transport.connections.shared().get(url);
        let cleaner = Cleaner::default();
        let exchange =
            Exchange { operation: &operation, is_write: false, lane: Lane::Normal, request, cleaner };
        let judge = |status, body| judge(&operation, status, body);
        let Exchanged { answer, requests, .. } = self.inner.exchange(exchange, judge).await?;
        let BoardBody { api_version, records } = answer;
        Ok(JobBoard { name: name.to_owned(), api_version, requests, records })
    }

    /// What this client and its clones have used so far.
    pub fn usage(&self) -> Usage {
        self.inner.counters.usage(&self.inner.pace.snapshot())
    }

    /// The name becomes one segment of the path, whatever is in it.
    fn url(&self, name: &str, include_compensation: bool) -> Option<Url> {
        // A URL cannot hold these as a segment.
        if matches!(name, "" | "." | "..") {
            return None;
        }
        let mut url = self.inner.transport.base_url.clone();
        url.path_segments_mut().ok()?.pop_if_empty().extend(PATH).push(name);
        let flag = if include_compensation { "true" } else { "false" };
        url.query_pairs_mut().append_pair("includeCompensation", flag);
        Some(url)
    }
}

struct BoardBody {
    api_version: Option<String>,
    records: Records,
}

/// What a complete response means.
fn judge(operation: &str, status: u16, body: Bytes) -> Result<BoardBody, Error> {
    if !(200..300).contains(&status) {
        // No key was sent that could be at fault.
        let kind = match kind_of_status(status, &Refusal::default()) {
            ErrorKind::Credentials => ErrorKind::Rejected,
            kind => kind,
        };
        let what = match kind {
            ErrorKind::NotFound => "there is no board of this name",
            ErrorKind::Configuration => "the address answered with a redirect, which is not followed",
            ErrorKind::RateLimited => "too many requests",
            ErrorKind::Timeout => "Ashby gave up waiting for the request",
            ErrorKind::Server => "Ashby failed",
            _ => "Ashby refused the request",
        };
        let mut error = Error::new(kind, operation, what);
        error.0.hint = (kind == ErrorKind::NotFound).then_some(NAME_HINT);
        return Err(error);
    }
    let malformed = |what| Error::new(ErrorKind::Malformed, operation, what);
    let (api_version, index) =
        scan(&body).map_err(|error| malformed("the answer cannot be read").with_source(error))?;
    let index = index.ok_or_else(|| malformed("the answer has no list of jobs"))?;
    let api_version = api_version.and_then(|span| json_slices::read(span.of(&body)).ok());
    let records = index.bind_usable(body);
    match records.unusable().first() {
        // Nothing of it is as it should be: it is the answer that is wrong, not a job.
        Some(error) if records.is_empty() => {
            Err(malformed("Ashby sent no job that can be used").with_source(error.clone()))
        }
        _ => Ok(BoardBody { api_version, records }),
    }
}

/// Checks the whole body in one pass and finds the jobs in it.
fn scan(body: &Bytes) -> Result<(Option<Span>, Option<RecordIndex>), ScanError> {
    let mut api_version = None;
    let mut index = None;
    let mut scanner = Scanner::new(body)?;
    scanner.object(|scanner, name| {
        if scanner.is_named(name, "jobs") {
            if index.is_some() {
                return Err(scanner.error(ScanErrorKind::DuplicateMember("jobs")));
            }
            if scanner.peek() == b'[' {
                let records = index.insert(RecordIndex::new(KEY_FIELDS.len()));
                return records.array(scanner, 1, &KEY_FIELDS).map(drop);
            }
        }
        let is_version = scanner.is_named(name, "apiVersion");
        let value = scanner.value(1)?;
        api_version = if is_version { Some(value) } else { api_version };
        Ok(())
    })?;
    scanner.finish()?;
    Ok((api_version, index))
}

/// A public job board: all its postings, checked to the last byte.
#[derive(Clone)]
#[non_exhaustive]
pub struct JobBoard {
    /// The name it was asked for by, as [`job_board_name`] reads it.
    pub name: String,
    /// What Ashby calls this form of its answer.
    pub api_version: Option<String>,
    /// How many requests it took.
    pub requests: u32,
    records: Records,
}

/// Shows sizes, not postings.
impl fmt::Debug for JobBoard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JobBoard")
            .field("name", &self.name)
            .field("api_version", &self.api_version)
            .field("requests", &self.requests)
            .field("postings", &self.len())
            .finish()
    }
}

impl JobBoard {
    /// Reads a board from a body that is already at hand, as if it had been asked for by `name`.
    ///
    /// # Errors
    /// [`ErrorKind::Malformed`] if it is no board.
    pub fn from_body(name: &str, body: Bytes) -> Result<Self, Error> {
        let BoardBody { api_version, records } = judge(&format!("job board {name}"), 200, body)?;
        Ok(Self { name: name.to_owned(), api_version, requests: 0, records })
    }

    /// The postings as they were received, with their `id` as the only key field.
    pub fn split(&self) -> &Records {
        &self.records
    }

    /// How many postings there are.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// The postings, read. Not all of them need be meant for the public: see [`Posting::is_listed`].
    ///
    /// # Errors
    /// [`ErrorKind::Malformed`] if a member of a posting has another type than Ashby documents.
    pub fn postings(&self) -> Result<Vec<Posting>, Error> {
        (0..self.len()).map(|index| self.posting(index)).collect()
    }

    /// The posting at `index`, read.
    ///
    /// # Errors
    /// As [`postings`](Self::postings), of this posting alone.
    ///
    /// # Panics
    /// If `index` is not below [`len`](Self::len).
    pub fn posting(&self, index: usize) -> Result<Posting, Error> {
        json_slices::read(&self.records.record(index)).map_err(|error| {
            let operation = format!("job board {}", self.name);
            let what = format!("job {index} is not as Ashby describes jobs");
            // The parser's own words could quote the job.
            let place = format!("line {} column {} of the job", error.line(), error.column());
            Error::new(ErrorKind::Malformed, &operation, what).with_source(place)
        })
    }

    /// Jobs that have no id or are no objects, each with what it lacks. They are not among the postings.
    pub fn unusable(&self) -> &[ScanError] {
        self.records.unusable()
    }
}

/// A posting of a public job board. Members that Ashby left out or sent as null are `None`.
#[derive(Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Posting {
    /// Identifies the posting; a UUID.
    pub id: String,
    /// What the job is called.
    pub title: Option<String>,
    /// The department.
    pub department: Option<String>,
    /// The team; the department again if that has no teams.
    pub team: Option<String>,
    /// `FullTime`, `PartTime`, `Intern`, `Contract` or `Temporary`.
    pub employment_type: Option<String>,
    /// The name of the main place of work.
    pub location: Option<String>,
    /// Where the main place of work is.
    pub address: Option<Address>,
    /// The other places.
    #[serde(default, deserialize_with = "null_is_empty")]
    pub secondary_locations: Vec<SecondaryLocation>,
    /// Whether the work can be done from anywhere.
    pub is_remote: Option<bool>,
    /// `OnSite`, `Hybrid` or `Remote`.
    pub workplace_type: Option<String>,
    /// When it was published (RFC 3339).
    pub published_at: Option<String>,
    /// Whether the public may see it. Anything but `Some(true)` means no.
    pub is_listed: Option<bool>,
    /// Where it is shown.
    pub job_url: Option<String>,
    /// Where one applies.
    pub apply_url: Option<String>,
    /// What it says, as HTML.
    pub description_html: Option<String>,
    /// What it says, as text.
    pub description_plain: Option<String>,
    /// Whether the public may see what it pays. Anything but `Some(true)` means no.
    pub should_display_compensation_on_job_postings: Option<bool>,
    /// What it pays, if that was asked for.
    pub compensation: Option<Compensation>,
}

/// Where a place of work is.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Address {
    /// As postal services see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postal_address: Option<PostalAddress>,
}

/// Shows that there is one, not which.
impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Address").finish_non_exhaustive()
    }
}

/// A postal address, as far as postings tell it.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct PostalAddress {
    /// The town.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address_locality: Option<String>,
    /// The region or state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address_region: Option<String>,
    /// The country.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address_country: Option<String>,
}

/// Shows that there is one, not which.
impl fmt::Debug for PostalAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostalAddress").finish_non_exhaustive()
    }
}

/// Shows which posting, not what it says.
impl fmt::Debug for Posting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Posting")
            .field("id", &self.id)
            .field("is_listed", &self.is_listed)
            .finish_non_exhaustive()
    }
}

/// A further place of work.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct SecondaryLocation {
    /// Its name.
    pub location: Option<String>,
    /// Where it is.
    pub address: Option<Address>,
}

/// Shows that there is one, not which.
impl fmt::Debug for SecondaryLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecondaryLocation").finish_non_exhaustive()
    }
}

/// What a job pays. The tiers behind the summary are in the record itself.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Compensation {
    /// All tiers in one line, as Ashby's own boards show them.
    pub compensation_tier_summary: Option<String>,
    /// The salary alone, such as `EUR 70K - 90K`.
    pub scrapeable_compensation_salary_summary: Option<String>,
}

/// Shows that there is something, not what.
impl fmt::Debug for Compensation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Compensation").finish_non_exhaustive()
    }
}

fn null_is_empty<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_board_is_named_as_its_address_names_it() {
        for (given, name) in [
            ("acme", "acme"),
            (" The Flex ", "The Flex"),
            ("The%20Flex", "The Flex"),
            ("https://jobs.ashbyhq.com/The%20Flex/9d1b7c0e?utm=x#top", "The Flex"),
            ("HTTPS://Jobs.AshbyHQ.com/Acme/", "Acme"),
            ("jobs.ashbyhq.com/acme", "acme"),
            ("https://api.ashbyhq.com/posting-api/job-board/acme?includeCompensation=true", "acme"),
            ("http://127.0.0.1:8080/posting-api/job-board/acme", "acme"),
            ("100%", "100%"),
            ("100%25", "100%"),
            ("a%ff", "a%ff"),
            ("../x", "../x"),
            ("Z%C3%BCrich", "Zürich"),
            ("", ""),
        ] {
            assert_eq!(job_board_name(given), name, "{given}");
        }
    }
}
