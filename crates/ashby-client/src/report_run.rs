//! Reports: started, waited for, read.

use std::borrow::Cow;
use std::fmt;
use std::num::NonZeroUsize;
use std::time::Duration;

use json_slices::{Token, tokens};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::{Client, Error, ErrorKind, ReadOperation};

const GENERATE: ReadOperation = ReadOperation::new("report.generate");
/// What Ashby allows an organisation, all its keys together.
pub(crate) const REPORTS_PER_MINUTE: u32 = 15;
/// What Ashby allows an organisation at once.
pub(crate) const REPORTS_AT_ONCE: NonZeroUsize = NonZeroUsize::new(3).expect("3 is not 0");

/// More than this no report may take once it is read: what is printed of it takes about as much again.
const MAX_HELD_BYTES: usize = 128 << 20;

/// How a report is run.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReportOptions {
    /// Whether the first of [`Report::rows`] holds the columns' names.
    pub include_headers: bool,
    /// How long to wait for it altogether, for its turn as well; `None` for as long as it takes.
    pub timeout: Option<Duration>,
    /// How long to wait before asking again whether it is ready; Ashby recommends a second.
    pub poll_interval: Duration,
}

/// With headers, for up to ten minutes, asking each second.
impl Default for ReportOptions {
    fn default() -> Self {
        Self {
            include_headers: true,
            timeout: Some(Duration::from_secs(600)),
            poll_interval: Duration::from_secs(1),
        }
    }
}

impl ReportOptions {
    /// Whether the columns' names are the first row.
    #[must_use]
    pub fn include_headers(mut self, include_headers: bool) -> Self {
        self.include_headers = include_headers;
        self
    }

    /// Waits so long altogether; `None` for as long as it takes.
    #[must_use]
    pub fn timeout(mut self, timeout: Option<Duration>) -> Self {
        self.timeout = timeout;
        self
    }

    /// Asks again after this time.
    #[must_use]
    pub fn poll_interval(mut self, poll_interval: Duration) -> Self {
        self.poll_interval = poll_interval;
        self
    }
}

/// What a report says. `Debug` shows sizes, not content.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Report {
    /// What it is called.
    pub title: Option<String>,
    /// The columns' names.
    pub columns: Vec<String>,
    /// Its rows, of texts and numbers.
    pub rows: Vec<Vec<Value>>,
    /// When its definition was last changed (RFC 3339).
    pub updated_at: Option<String>,
    /// When this result was made (RFC 3339); results are kept for an hour.
    pub generated_at: Option<String>,
    /// Whether some text held half a character, in whose place U+FFFD is, or U+0000.
    pub is_mended: bool,
}

impl fmt::Debug for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Report")
            .field("columns", &self.columns.len())
            .field("rows", &self.rows.len())
            .finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    request_id: Option<String>,
    status: Status,
    report_data: Option<Data>,
    failure_reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    InProgress,
    Complete,
    Failed,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    data: Vec<Vec<Value>>,
    #[serde(default)]
    column_names: Vec<String>,
    #[serde(default)]
    metadata: Metadata,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    title: Option<String>,
    updated_at: Option<String>,
    report_generated_at: Option<String>,
}

impl Client {
    /// Runs a report, whose id is part of its address in Ashby, and waits for the result. An organisation may start
    /// 15 a minute and run 3 at a time: this waits for its turn, and where others have used the limits up, until
    /// Ashby lets it. Dropped, it leaves the report to Ashby, which keeps the result for an hour.
    ///
    /// # Errors
    /// [`ErrorKind::Rejected`] with Ashby's reason as [`Error::code`] if the report failed, [`ErrorKind::Timeout`]
    /// if it took longer than allowed, [`ErrorKind::TooLarge`] if it has more cells than can be held (128 MB, about a million and
    /// a half). Otherwise as for [`read`](Self::read).
    pub async fn run_report(&self, report_id: &str, options: &ReportOptions) -> Result<Report, Error> {
        let run = Box::pin(self.run_report_unbounded(report_id, options));
        let Some(timeout) = options.timeout else { return run.await };
        tokio::time::timeout(timeout, run).await.unwrap_or_else(|_| {
            let what = format!("the report was not ready within {} s", timeout.as_secs());
            Err(Error::new(ErrorKind::Timeout, GENERATE.as_str(), what)
                .with_hint("allow it more time; if Ashby goes on with it, the next run is quick"))
        })
    }

    async fn run_report_unbounded(&self, report_id: &str, options: &ReportOptions) -> Result<Report, Error> {
        let malformed = |what: &str| Error::new(ErrorKind::Malformed, GENERATE.as_str(), what);
        // Held until the report has ended: then another may start.
        let _turn = self.inner.reports.permit(self.lane).await;
        let mut parameters = json!({"reportId": report_id, "includeHeadersInData": options.include_headers});
        loop {
            let response = self.read(&GENERATE, &parameters).await?;
            if held_bytes(&response.results) > MAX_HELD_BYTES {
                let what = "the report has more cells than can be held";
                return Err(Error::new(ErrorKind::TooLarge, GENERATE.as_str(), what)
                    .with_hint("narrow the report in Ashby, or its dates"));
            }
            let is_mended = matches!(json_slices::storable(&response.results), Cow::Owned(_));
            let run: Run = json_slices::read(&response.results)
                .map_err(|_| malformed("the answer is not that of a report"))?;
            match run.status {
                Status::InProgress => {
                    if let Some(request_id) = run.request_id {
                        parameters["requestId"] = request_id.into();
                    }
                    if parameters.get("requestId").is_none() {
                        return Err(malformed("the report was started, but cannot be asked for"));
                    }
                    sleep(options.poll_interval).await;
                }
                Status::Complete => {
                    let data = run.report_data.ok_or_else(|| malformed("the report is ready, but empty"))?;
                    return Ok(Report { is_mended, ..data.into() });
                }
                Status::Failed => {
                    let mut error = Error::new(ErrorKind::Rejected, GENERATE.as_str(), "the report failed");
                    error.0.code = run.failure_reason.map(|reason| {
                        crate::cleaner::Cleaner::new(parameters.to_string().as_bytes(), &self.key)
                            .clean(&reason)
                    });
                    error.0.request_id = response.request_id;
                    return Err(error.with_hint(
                        "narrow the report in Ashby, or its dates; a failure is remembered for 15 minutes",
                    ));
                }
            }
        }
    }
}

/// What JSON takes once it is read into values, about: three bytes of it can become two hundred.
fn held_bytes(json: &[u8]) -> usize {
    const VALUE: usize = size_of::<Value>();
    let of = |token: Token<'_>| match token {
        Token::String(text) => VALUE + text.len(),
        Token::Number(_) => 0,
        // A list has room for four with its first, and for twice as many as it holds if it has just grown.
        Token::Other(bytes) => bytes
            .iter()
            .map(|byte| match byte {
                b'[' | b'{' => 5 * VALUE,
                b',' => 2 * VALUE,
                _ => 0,
            })
            .sum(),
    };
    tokens(json).map(of).sum()
}

impl From<Data> for Report {
    fn from(data: Data) -> Self {
        Self {
            title: data.metadata.title,
            columns: data.column_names,
            rows: data.data,
            updated_at: data.metadata.updated_at,
            generated_at: data.metadata.report_generated_at,
            is_mended: false,
        }
    }
}
