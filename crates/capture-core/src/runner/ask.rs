//! What a run is asked for while it runs, and what comes of it.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use tokio::sync::oneshot;

use crate::{Batch, Ends, Error, ErrorKind, Extent, Gone, Key, Op, Part, Purpose, Result};

/// Records that are to be read again.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReadAgain {
    /// The stream.
    pub stream: String,
    /// Which of its records.
    pub what: Again,
    /// Why.
    pub purpose: Purpose,
}

/// A poll of a stream out of turn.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PollNow {
    /// The stream.
    pub stream: String,
    /// Whoever asks wants to know which of these are shown.
    pub awaited: Vec<Key>,
    /// Also what changed up to so long ago is to be shown again, where that is possible.
    pub look_back: Duration,
}

impl PollNow {
    /// For what is new.
    pub fn new(stream: impl Into<String>) -> Self {
        Self { stream: stream.into(), awaited: Vec::new(), look_back: Duration::ZERO }
    }

    /// Says which of these are shown.
    #[must_use]
    pub fn awaiting(mut self, keys: impl IntoIterator<Item = Key>) -> Self {
        self.awaited = keys.into_iter().collect();
        self
    }

    /// Shows again what changed up to so long ago ([`Capture::look_back`](crate::Capture::look_back)).
    #[must_use]
    pub fn looking_back(mut self, span: Duration) -> Self {
        self.look_back = span;
        self
    }
}

/// Which records are read again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Again {
    /// These. Each with how it is known to be gone, should it not be there.
    Records(Vec<(Key, Gone)>),
    /// All that belong to these ([`Record::scope`](crate::Record::scope)). Each with how it is known to be gone, should it not be
    /// there.
    Within(Vec<(Key, Gone)>),
}

impl ReadAgain {
    /// These records, to have them as they are now.
    pub fn records(stream: impl Into<String>, keys: impl IntoIterator<Item = (Key, Gone)>) -> Self {
        let what = Again::Records(keys.into_iter().collect());
        Self { stream: stream.into(), what, purpose: Purpose::Refresh }
    }

    /// All that belong to these.
    pub fn within(stream: impl Into<String>, scopes: impl IntoIterator<Item = (Key, Gone)>) -> Self {
        let what = Again::Within(scopes.into_iter().collect());
        Self { stream: stream.into(), what, purpose: Purpose::Refresh }
    }

    /// The same, for another purpose.
    #[must_use]
    pub fn for_purpose(mut self, purpose: Purpose) -> Self {
        self.purpose = purpose;
        self
    }
}

/// What came of records that were read again. It is durable.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReadBack {
    /// Of the records that were asked for, those that are not there.
    pub gone: Vec<Key>,
    /// Of the records to which others were to belong, those that are not there.
    pub gone_scopes: Vec<Key>,
    /// Records of the stream that came.
    pub shown: Vec<Key>,
    /// How many records came, those of other streams that were read with them included, and without those that are not
    /// there.
    pub records: u64,
}

/// What came of a poll that began after it was asked for. It is durable.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Polled {
    /// Of the keys that were waited for, those that a listing showed which began with it or later.
    pub shown: Vec<Key>,
    /// Whether such a listing was of everything and has ended.
    pub everything: bool,
    /// How many requests its listing of changes took; none for one of everything, or one that had begun before.
    pub requests: u32,
    /// Whether it looked back as it was asked to.
    pub looked_back: bool,
}

/// A question to a run.
pub(super) enum Ask {
    Poll { ask: PollNow, reply: Reply<Polled> },
    Reread { ask: ReadAgain, reply: Reply<ReadBack> },
    Belonging { stream: String, owner: Key, reply: Reply<Vec<Key>> },
    OwnerGone { stream: String, owner: Key, gone: Gone, reply: Reply<()> },
    Note { stream: String, note: String },
}

/// Where an answer goes; to nobody, if nobody waits for it.
#[derive(Debug)]
pub(super) struct Reply<T>(Option<oneshot::Sender<Result<T>>>);

impl<T> Reply<T> {
    pub(super) fn new() -> (Self, oneshot::Receiver<Result<T>>) {
        let (sender, receiver) = oneshot::channel();
        (Self(Some(sender)), receiver)
    }

    pub(super) fn to_nobody() -> Self {
        Self(None)
    }

    /// Whether anybody got it.
    pub(super) fn send(self, answer: Result<T>) -> bool {
        self.0.is_some_and(|sender| sender.send(answer).is_ok())
    }
}

/// An error once more, for whoever asked: the run keeps its own.
pub(super) fn told(error: &Error) -> Error {
    let told = Error::new(error.kind(), error.chain());
    match error.hint() {
        Some(hint) => told.with_hint(hint.to_owned()),
        None => told,
    }
}

/// Nobody can be asked any more, or too many wait.
pub(super) fn unanswered(stream: &str) -> Error {
    Error::new(ErrorKind::Transient, format!("too much is asked of {stream} at once"))
}

/// Somebody waits for records to be read again.
pub(super) struct Rereading {
    pub(super) reasons: HashMap<Key, Gone>,
    pub(super) reply: Reply<ReadBack>,
}

impl Rereading {
    pub(super) fn new(what: &Again, reply: Reply<ReadBack>) -> Self {
        let (Again::Records(asked) | Again::Within(asked)) = what;
        Self { reasons: asked.iter().cloned().collect(), reply }
    }

    /// Says of what is not there how that is known, and sums up.
    pub(super) fn judge(&self, batch: &mut Batch, stream: usize) -> ReadBack {
        let mut back = ReadBack::default();
        for part in &mut batch.parts {
            back.records += part.records_there();
            if part.stream != stream {
                continue;
            }
            for (scope, gone) in &mut part.gone_scopes {
                back.gone_scopes.push(scope.clone());
                self.explain(scope, gone);
            }
            for record in &mut part.records {
                let Op::Gone(gone) = &mut record.op else {
                    back.shown.push(record.key.clone());
                    continue;
                };
                back.gone.push(record.key.clone());
                self.explain(&record.key, gone);
            }
        }
        back
    }

    /// Of what is not there, whoever asked may know more.
    fn explain(&self, key: &Key, gone: &mut Gone) {
        if let Some(reason) = self.reasons.get(key).filter(|_| *gone == Gone::NotFound) {
            gone.clone_from(reason);
        }
    }
}

/// Somebody waits for a poll, and perhaps for what it shows.
pub(super) struct Awaited {
    stream: usize,
    keys: HashSet<Key>,
    polled: Polled,
    /// The extent of the listing that has begun since.
    listing: Option<Extent>,
    reply: Reply<Polled>,
}

impl Awaited {
    pub(super) fn new(stream: usize, keys: Vec<Key>, reply: Reply<Polled>) -> Self {
        Self { stream, keys: keys.into_iter().collect(), polled: Polled::default(), listing: None, reply }
    }

    /// Takes note of what a listing has cost.
    pub(super) fn costs(&mut self, requests: u32) {
        if self.listing == Some(Extent::Changes) {
            self.polled.requests += requests;
        }
    }

    pub(super) fn looks_back(&mut self) {
        self.polled.looked_back = true;
    }

    /// Takes note of what a poll has brought.
    pub(super) fn note(&mut self, part: &Part) {
        if part.stream != self.stream {
            return;
        }
        if part.begins.is_some() {
            self.listing = part.begins;
        }
        // What was listed before may be older than the question.
        let Some(extent) = self.listing else { return };
        self.polled.everything |= extent == Extent::Everything && part.ends == Some(Ends::Complete);
        if !self.keys.is_empty() {
            let shown = part.records.iter().filter_map(|record| self.keys.take(&record.key));
            self.polled.shown.extend(shown);
        }
    }

    pub(super) fn fails(self, error: &Error) {
        self.reply.send(Err(told(error)));
    }

    pub(super) fn into_answer(self) -> Due {
        Due::Polled(self.reply, self.polled)
    }
}

/// An answer that becomes true with the next commit.
pub(super) enum Due {
    Polled(Reply<Polled>, Polled),
    ReadBack(Reply<ReadBack>, ReadBack),
    Marked(Reply<()>),
}

impl Due {
    pub(super) fn send(self) {
        match self {
            Self::Polled(reply, polled) => _ = reply.send(Ok(polled)),
            Self::ReadBack(reply, back) => _ = reply.send(Ok(back)),
            Self::Marked(reply) => _ = reply.send(Ok(())),
        }
    }
}
