//! Faults: what the server does wrong on purpose, and to which requests.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use tokio::sync::watch;

/// One misbehaviour. In JSON: `{"kind": "status", "status": 503}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Fault {
    /// Answers with this HTTP status and a short text.
    Status {
        /// The HTTP status.
        status: u16,
    },
    /// Answers with this HTTP status and a `Retry-After` header.
    RetryAfter {
        /// The HTTP status, usually 429.
        status: u16,
        /// How long the client shall wait, in seconds.
        seconds: u64,
        /// Whether the header is an HTTP date instead of a number of seconds.
        #[serde(default)]
        date: bool,
    },
    /// Answers with an Ashby error.
    Error {
        /// The error code.
        code: String,
        /// Where in the envelope the code stands.
        #[serde(default)]
        shape: ErrorShape,
        /// The HTTP status; Ashby mostly sends 200.
        #[serde(default = "ok_status")]
        status: u16,
    },
    /// Answers rightly, but late.
    Latency {
        /// The delay in milliseconds.
        milliseconds: u64,
    },
    /// Announces the whole body, sends this many bytes of it, and closes the connection.
    CutBody {
        /// How many bytes are sent; at most one less than the body has.
        after_bytes: usize,
    },
    /// Resets the connection without an answer.
    Reset,
    /// Answers 200 with bytes that are neither JSON nor UTF-8.
    Garbage,
    /// Answers 200 with a gateway's HTML page.
    Html,
    /// Answers 403 with a proxy's HTML page, which has no code.
    Forbidden,
    /// Answers 200 with nothing.
    EmptyBody,
    /// Leaves `success` out of the envelope.
    MissingSuccess,
    /// Says that there is more data, but sends no cursor.
    MoreWithoutCursor,
    /// Sends the request's own cursor as the next one. A first page is left as it is.
    CursorLoop,
    /// Repeats the first record at the end of the page.
    DuplicateRecords,
    /// Leaves one record out of the page, as when data moves between two pages.
    VanishRecord,
    /// Sends a last page without any records: an answer that is sound, empty, and wrong.
    NoRecords,
    /// Adds members that nobody documented to the envelope and to every record.
    UnknownFields,
    /// Makes `moreDataAvailable` a string and the first record's `id` an array.
    WrongTypes,
    /// Sends the same JSON with line breaks, indentation and sorted members.
    PrettyPrint,
    /// Sends a page without records whose cursor leads to the records it should have had.
    EmptyPageWithCursor,
    /// Leaves the sync token out of the last page.
    NoSyncToken,
    /// Shows on the public job board what is not listed, too, with `isListed: false`.
    UnlistedPostings,
    /// Keeps the request waiting until [`Faults::release`] or [`Faults::clear`], then answers rightly.
    Hold,
}

/// Where an error answer carries its code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ErrorShape {
    /// `errors: ["code"]`, no `errorInfo`.
    Strings,
    /// `errors: [{"message": "code: …", "parameter": null}]`, no `errorInfo`.
    Objects,
    /// `errorInfo` alone.
    InfoOnly,
    /// `errors` as strings and `errorInfo`: what Ashby sends today.
    #[default]
    Both,
    /// `errors: null` and `errorInfo`.
    NullErrors,
}

/// Which page of a listing a rule is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum PagePosition {
    /// Requests without a cursor.
    First,
    /// Requests with a cursor.
    Later,
}

/// A fault and the requests that it happens to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct FaultRule {
    /// The operation, or `*` for all.
    #[serde(default = "any_operation")]
    pub operation: String,
    /// How many matching requests pass unharmed first.
    #[serde(default)]
    pub skip: u32,
    /// How many requests it happens to after that; `None` for all.
    #[serde(default)]
    pub times: Option<u32>,
    /// Only requests for this page.
    #[serde(default)]
    pub page: Option<PagePosition>,
    /// `Some(true)`: only requests with a sync token; `Some(false)`: only those without.
    #[serde(default)]
    pub token: Option<bool>,
    /// Whether the request is carried out before it fails: the client cannot know that its write happened.
    ///
    /// For faults that replace the answer. Those that spoil it come after the effect anyway.
    #[serde(default)]
    pub applied: bool,
    /// What happens.
    pub fault: Fault,
}

impl FaultRule {
    /// A rule for every request of an operation (`*` for all operations).
    pub fn new(operation: impl Into<String>, fault: Fault) -> Self {
        Self {
            operation: operation.into(),
            skip: 0,
            times: None,
            page: None,
            token: None,
            applied: false,
            fault,
        }
    }

    /// Lets the first `skip` matching requests pass.
    #[must_use]
    pub fn after(mut self, skip: u32) -> Self {
        self.skip = skip;
        self
    }

    /// Carries the request out before it fails.
    #[must_use]
    pub fn applied(mut self) -> Self {
        self.applied = true;
        self
    }

    /// Ends after this many requests.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }

    /// Only for requests of this page.
    #[must_use]
    pub fn page(mut self, page: PagePosition) -> Self {
        self.page = Some(page);
        self
    }

    /// Only for requests with (or without) a sync token.
    #[must_use]
    pub fn token(mut self, token: bool) -> Self {
        self.token = Some(token);
        self
    }
}

/// The rules in force. A clone is another handle to the same rules.
#[derive(Debug, Clone)]
pub struct Faults(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    rules: Mutex<Vec<Armed>>,
    holding: watch::Sender<Holding>,
}

#[derive(Debug)]
struct Armed {
    rule: FaultRule,
    matched: u32,
}

#[derive(Debug, Clone, Copy, Default)]
struct Holding {
    waiting: usize,
    releases: u64,
}

impl Default for Faults {
    fn default() -> Self {
        Self(Arc::new(Inner { rules: Mutex::default(), holding: watch::Sender::new(Holding::default()) }))
    }
}

impl Faults {
    /// Adds a rule. When several match a request, the one added first that is not used up acts, alone.
    pub fn add(&self, rule: FaultRule) {
        self.rules().push(Armed { rule, matched: 0 });
    }

    /// Removes every rule and releases what is held.
    pub fn clear(&self) {
        self.rules().clear();
        self.release();
    }

    /// Lets every request go on that [`Fault::Hold`] keeps waiting. The rule stays in force.
    pub fn release(&self) {
        self.0.holding.send_modify(|holding| holding.releases += 1);
    }

    /// Waits until at least `count` requests are held. Cancel-safe.
    pub async fn wait_held(&self, count: usize) {
        let mut holding = self.0.holding.subscribe();
        // The sender lives in `self`, so the wait cannot fail.
        let _ = holding.wait_for(|holding| holding.waiting >= count).await;
    }

    /// Chooses the fault for a request, and whether the request is carried out all the same; counts the request for every rule that it matches.
    pub(crate) fn choose(&self, operation: &str, has_cursor: bool, has_token: bool) -> Option<(Fault, bool)> {
        let mut chosen = None;
        for armed in self.rules().iter_mut() {
            let rule = &armed.rule;
            let page_matches = rule.page.is_none_or(|page| (page == PagePosition::Later) == has_cursor);
            let token_matches = rule.token.is_none_or(|token| token == has_token);
            if (rule.operation != "*" && rule.operation != operation) || !page_matches || !token_matches {
                continue;
            }
            let turn = armed.matched;
            armed.matched = armed.matched.saturating_add(1);
            let ended = rule.times.is_some_and(|times| turn >= rule.skip.saturating_add(times));
            if chosen.is_none() && turn >= rule.skip && !ended {
                chosen = Some((rule.fault.clone(), rule.applied));
            }
        }
        chosen
    }

    /// Waits for the next release.
    pub(crate) async fn hold(&self) {
        let mut holding = self.0.holding.subscribe();
        let before = holding.borrow_and_update().releases;
        let _place = Place::take(&self.0.holding);
        let _ = holding.wait_for(|holding| holding.releases > before).await;
    }

    fn rules(&self) -> MutexGuard<'_, Vec<Armed>> {
        self.0.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts a held request for as long as it lives: a client that hangs up gives its place back.
struct Place<'a>(&'a watch::Sender<Holding>);

impl<'a> Place<'a> {
    fn take(holding: &'a watch::Sender<Holding>) -> Self {
        holding.send_modify(|holding| holding.waiting += 1);
        Self(holding)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|holding| holding.waiting = holding.waiting.saturating_sub(1));
    }
}

fn ok_status() -> u16 {
    200
}

fn any_operation() -> String {
    "*".to_owned()
}
