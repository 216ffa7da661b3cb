//! Many calls of one operation: none of them twice, whatever happens.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::time::Duration;

use ashby_client::catalog::Operation;
use ashby_client::{Client, ErrorKind as Refusal, Response};
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tokio_util::sync::CancellationToken;

use crate::send::send;
use crate::{Confirmation, Entry, Error, ErrorKind, Journal, Plan, Row, Status};

/// A row that Ashby had no time for is sent again this often: it certainly was not carried out.
const MAX_THROTTLED: u32 = 10;

/// What becomes of rows of which an earlier start cannot tell whether they were carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unknown {
    /// They are left: they may never have happened.
    Skip,
    /// They are sent again: they may happen twice.
    Retry,
}

/// How a batch is run.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct BatchOptions {
    /// What becomes of rows whose fate is unknown; `None` refuses to begin if there are any.
    pub unknown: Option<Unknown>,
    /// Rows under way at once. Above one, they happen in no particular order.
    pub at_once: NonZeroUsize,
}

impl Default for BatchOptions {
    fn default() -> Self {
        Self { unknown: None, at_once: NonZeroUsize::MIN }
    }
}

/// What happens in a batch.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// It begins.
    Started {
        /// All rows.
        rows: usize,
        /// Those that are to be sent.
        pending: usize,
    },
    /// A row was settled before; it is not sent.
    Skipped {
        /// Its number, from 1.
        row: usize,
        /// What Ashby had made of it.
        id: Option<&'a str>,
    },
    /// Ashby confirmed a row.
    Done {
        /// Its number, from 1.
        row: usize,
        /// What Ashby made of it.
        id: Option<&'a str>,
        /// The answer.
        response: &'a Response,
    },
    /// A row certainly did not happen. A later start tries it again.
    Failed {
        /// Its number, from 1.
        row: usize,
        /// Why.
        error: &'a Error,
    },
    /// A row was sent, and no answer settled what became of it.
    Ambiguous {
        /// Its number, from 1.
        row: usize,
        /// What went wrong.
        error: &'a Error,
    },
}

/// Why a batch ended.
#[derive(Debug)]
#[non_exhaustive]
pub enum Ended {
    /// All rows were tried.
    Finished,
    /// It was cancelled; what was under way was waited for.
    Cancelled,
    /// Whoever was told what happens wanted no more.
    Stopped,
    /// No further row would have fared better, or none may be sent.
    Refused(Error),
}

/// How many rows ended how.
#[derive(Debug)]
#[non_exhaustive]
pub struct Summary {
    /// All rows.
    pub rows: usize,
    /// Confirmed by Ashby in this run.
    pub done: usize,
    /// Certainly did not happen.
    pub failed: usize,
    /// Sent, with unknown fate.
    pub ambiguous: usize,
    /// Settled before.
    pub skipped: usize,
    /// Why it ended.
    pub ended: Ended,
}

impl Summary {
    /// Rows that were not tried.
    pub fn left(&self) -> usize {
        self.rows.saturating_sub(self.done + self.failed + self.ambiguous + self.skipped)
    }
}

/// Checked rows, and the journal that knows of them.
#[derive(Debug)]
pub struct Batch {
    operation: &'static Operation,
    rows: Vec<Row>,
    journal: Journal,
}

impl Batch {
    /// A batch of rows of one operation.
    ///
    /// # Errors
    /// [`ErrorKind::OtherBatch`] if the journal speaks of other rows; [`ErrorKind::Rows`] without any row.
    pub fn new(rows: Vec<Row>, journal: Journal) -> Result<Self, Error> {
        let operation = match rows.first() {
            Some(row) => row.plan.operation(),
            None => return Err(Error::new(ErrorKind::Rows, "there are no rows")),
        };
        let by_number: HashMap<usize, &Row> = rows.iter().map(|row| (row.number, row)).collect();
        for entry in journal.entries().values().filter(|entry| entry.status != Status::Failed) {
            if by_number.get(&entry.row).is_none_or(|row| row.plan.digest() != entry.digest) {
                let message = format!(
                    "row {} is not what it was when the journal {} was written",
                    entry.row,
                    journal.path().display()
                );
                return Err(Error::new(ErrorKind::OtherBatch, message));
            }
        }
        Ok(Self { operation, rows, journal })
    }

    /// What is called.
    pub fn operation(&self) -> &'static Operation {
        self.operation
    }

    /// The numbers of the rows of which it is not known whether they were carried out.
    pub fn unknown(&self) -> Vec<usize> {
        let entries = self.journal.entries().values();
        entries.filter(|entry| self.is_unknown(entry.status)).map(|entry| entry.row).collect()
    }

    /// How many rows would be sent.
    pub fn pending(&self, unknown: Unknown) -> usize {
        self.rows.iter().filter(|row| self.settled(row, unknown).is_none()).count()
    }

    /// Why somebody must want it before it is sent; `None` if nobody needs to, or somebody has.
    pub fn confirmation(&self) -> Option<Confirmation> {
        self.rows.iter().find_map(|row| row.plan.confirmation())
    }

    /// Somebody wants all rows.
    #[must_use]
    pub fn approve(mut self) -> Self {
        let approved = |row: Row| Row { plan: row.plan.approve(), ..row };
        self.rows = self.rows.into_iter().map(approved).collect();
        self
    }

    /// Sends the rows that are not settled, noting each before and after. `on` is told what happens, and may break
    /// the batch off. After a cancellation no further row is sent; what is under way is waited for. Dropping
    /// this future leaves the rows under way with unknown fate, which the next start asks about.
    pub async fn run(
        mut self,
        client: &Client,
        options: &BatchOptions,
        cancel: &CancellationToken,
        on: &mut (dyn FnMut(Event<'_>) -> ControlFlow<()> + Send),
    ) -> Summary {
        let rows = std::mem::take(&mut self.rows);
        let mut run = Run { batch: self, client, cancel, on, summary: Summary::new(rows.len()), ended: None };
        if let Err(error) = run.begin(&rows, options) {
            run.end(Ended::Refused(error));
        }
        run.go(&rows, options).await;
        run.summary.ended = run.ended.unwrap_or(Ended::Finished);
        run.summary
    }

    /// Reads may be repeated as one likes.
    fn is_unknown(&self, status: Status) -> bool {
        matches!(status, Status::Sending | Status::Ambiguous) && !self.operation.is_read()
    }

    /// What is known of a row that is not to be sent.
    fn settled(&self, row: &Row, unknown: Unknown) -> Option<&Entry> {
        let entry = self.journal.entries().get(&row.number)?;
        let is_settled = match entry.status {
            Status::Done | Status::Skipped => true,
            status => self.is_unknown(status) && unknown == Unknown::Skip,
        };
        is_settled.then_some(entry)
    }
}

impl Summary {
    fn new(rows: usize) -> Self {
        Self { rows, done: 0, failed: 0, ambiguous: 0, skipped: 0, ended: Ended::Finished }
    }
}

/// A batch that runs.
struct Run<'a> {
    batch: Batch,
    client: &'a Client,
    cancel: &'a CancellationToken,
    on: &'a mut (dyn FnMut(Event<'_>) -> ControlFlow<()> + Send),
    summary: Summary,
    /// Why no further row is sent.
    ended: Option<Ended>,
}

impl Run<'_> {
    /// The first reason counts.
    fn end(&mut self, why: Ended) {
        self.ended.get_or_insert(why);
    }

    fn tell(&mut self, event: Event<'_>) {
        if (self.on)(event).is_break() {
            self.end(Ended::Stopped);
        }
    }

    /// Makes sure that it may begin.
    fn begin(&mut self, rows: &[Row], options: &BatchOptions) -> Result<(), Error> {
        let unknown = self.batch.unknown();
        if options.unknown.is_none() && !unknown.is_empty() {
            let numbers = unknown.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            let name = self.batch.operation.name;
            let message = format!("of row {numbers} it is not known whether {name} was carried out");
            return Err(Error::new(ErrorKind::Undecided, message));
        }
        let choice = options.unknown.unwrap_or(Unknown::Skip);
        let pending = || rows.iter().filter(|row| self.batch.settled(row, choice).is_none());
        pending().try_for_each(|row| row.plan.require_approval())?;
        let pending = pending().count();
        self.tell(Event::Started { rows: rows.len(), pending });
        Ok(())
    }

    async fn go(&mut self, rows: &[Row], options: &BatchOptions) {
        let unknown = options.unknown.unwrap_or(Unknown::Skip);
        let mut left = rows.iter();
        let mut under_way = FuturesUnordered::new();
        loop {
            while self.ended.is_none() && under_way.len() < options.at_once.get() {
                let Some(row) = left.next() else { break };
                if self.skip(row, unknown) {
                    continue;
                }
                if self.cancel.is_cancelled() {
                    self.end(Ended::Cancelled);
                    break;
                }
                match self.batch.journal.announce(row.number, &row.plan.digest()) {
                    Ok(true) => {
                        let client = self.client;
                        under_way.push(async move { (row, send_unless_throttled(client, &row.plan).await) });
                    }
                    Ok(false) => drop(self.skip(row, unknown)),
                    Err(error) => self.end(Ended::Refused(error)),
                }
            }
            let Some((row, answered)) = under_way.next().await else { break };
            if let Err(error) = self.settle(row, answered) {
                self.end(Ended::Refused(error));
            }
        }
    }

    /// Tells of a row that is settled; `false` if it is not.
    fn skip(&mut self, row: &Row, unknown: Unknown) -> bool {
        let Some(known) = self.batch.settled(row, unknown).cloned() else { return false };
        if self.batch.is_unknown(known.status)
            && let Err(error) = self.batch.journal.note(Entry { status: Status::Skipped, ..known.clone() })
        {
            self.end(Ended::Refused(error));
            return true;
        }
        self.summary.skipped += 1;
        self.tell(Event::Skipped { row: row.number, id: known.id.as_deref() });
        true
    }

    /// Notes and tells what became of a row.
    fn settle(&mut self, row: &Row, answered: Result<Response, Error>) -> Result<(), Error> {
        let entry = |status| Entry::new(row.number, status, row.plan.digest());
        match answered {
            Ok(response) => {
                let id = id(&response);
                self.batch.journal.note(Entry { id: id.clone(), ..entry(Status::Done) })?;
                self.summary.done += 1;
                self.tell(Event::Done { row: row.number, id: id.as_deref(), response: &response });
            }
            Err(error) => {
                let in_doubt = error.ashby().is_some_and(ashby_client::Error::may_have_taken_effect);
                let status = if in_doubt { Status::Ambiguous } else { Status::Failed };
                self.batch.journal.note(entry(status))?;
                let row = row.number;
                if in_doubt {
                    self.summary.ambiguous += 1;
                    self.tell(Event::Ambiguous { row, error: &error });
                } else {
                    self.summary.failed += 1;
                    self.tell(Event::Failed { row, error: &error });
                }
                if concerns_all(&error) {
                    self.end(Ended::Refused(error));
                }
            }
        }
        Ok(())
    }
}

/// A 429 comes before anything is done, so that a write, too, may be sent again after it.
async fn send_unless_throttled(client: &Client, plan: &Plan) -> Result<Response, Error> {
    let mut throttled = 0;
    loop {
        match send(client, plan).await {
            Err(error)
                if error.ashby().is_some_and(|error| error.kind() == Refusal::RateLimited)
                    && throttled < MAX_THROTTLED =>
            {
                throttled += 1;
                // The client holds the next request back for as long as Ashby asks; this is for when it does not.
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            ended => return ended,
        }
    }
}

/// Whether the other rows would meet the same fate.
fn concerns_all(error: &Error) -> bool {
    use Refusal::{Configuration, Connect, Credentials, Dns, Permission, RateLimited, Tls};
    error.ashby().is_none_or(|error| {
        matches!(error.kind(), Configuration | Connect | Credentials | Dns | Permission | RateLimited | Tls)
    })
}

/// No id is longer.
const MAX_ID_BYTES: usize = 64;

/// The id of what was made or changed. It goes into the journal, which holds nothing else of anybody: what is no id does not.
fn id(response: &Response) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Made {
        id: String,
    }
    let is_of_ids = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    let is_id = |id: &str| (1..=MAX_ID_BYTES).contains(&id.len()) && id.bytes().all(is_of_ids);
    json_slices::read::<Made>(&response.results).ok().map(|made| made.id).filter(|id| is_id(id))
}

#[cfg(test)]
mod tests;
