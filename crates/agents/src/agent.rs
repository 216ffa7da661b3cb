//! What the tools work with.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use ashby_client::catalog::{Class, Operation};
use ashby_client::{Client, Lane};
use document_text::Reader;
use local_copy::{Cancel, LocalCopy, Snapshot};
use privacy::{Policy, Veil};
use serde_json::{Map, Value, json};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::error::Error;
use crate::measures::Measures;
use crate::outside;
use crate::resumes::Resumes;
use crate::sight::{Live, Sight};
use crate::tools::{self, Tool};
use crate::writes::Writes;

/// How an agent is set up.
#[derive(Debug, Default)]
pub struct Options {
    /// The local copy, which may come to be later.
    pub copy: Option<LocalCopy>,
    /// Asks Ashby; `None` without a key.
    pub client: Option<Client>,
    /// What may be written, and where that is noted; `None` for nothing.
    pub writes: Option<Writes>,
    /// Operations that are tools of their own.
    pub operations: Vec<&'static Operation>,
    /// Whether there is a `fetch`, which ChatGPT wants beside `search`.
    pub fetch: bool,
    /// Reads files; `None` where nothing can.
    pub documents: Option<Reader>,
    /// What the copy says of lists and single records is too old after this time: with a key, Ashby is asked.
    pub max_age: Option<Duration>,
}

/// Tools over a local copy and the live API. Clones are the same agent.
#[derive(Debug, Clone)]
pub struct Agent {
    pub(crate) inner: Arc<Inner>,
}

#[derive(Debug, Clone)]
pub(crate) struct Inner {
    /// As far as it may be seen.
    copy: Option<LocalCopy>,
    client: Option<Client>,
    pub(crate) writes: Option<Arc<Writes>>,
    /// Others may write here; whoever this is for may not.
    pub(crate) is_reader: bool,
    documents: Option<Reader>,
    pub(crate) max_age: Option<Duration>,
    pub(crate) measures: Measures,
    pub(crate) tools: Vec<Tool>,
    sight: Sight,
    turns: Arc<Turns>,
}

/// How many read the copy at once: each takes a connection with its memory, and more than the cores there are bring nothing.
#[derive(Debug)]
struct Turns {
    /// Of reads that are short.
    reads: Arc<Semaphore>,
    /// Of queries, which may take their time.
    queries: Arc<Semaphore>,
}

impl Default for Turns {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        let places = || Arc::new(Semaphore::new(2 * cores));
        Self { reads: places(), queries: places() }
    }
}

/// Who asks, and until when.
#[derive(Debug, Clone)]
pub struct Call {
    /// Tells callers apart: a plan is applied by whom it was made for.
    pub caller: String,
    /// By which door it came: `mcp`, `execute`.
    pub door: &'static str,
    /// What the caller says it is for; stands in the journal of writes.
    pub intent: Option<String>,
    /// Nobody waits for the answer any more.
    pub cancel: CancellationToken,
    /// What is sent of a write meanwhile.
    pub sent: Sent,
}

/// Whether a write was sent: who stops waiting for the answer is told so. Clones are the same.
#[derive(Debug, Clone, Default)]
pub struct Sent(Arc<OnceLock<&'static Operation>>);

impl Sent {
    /// From now on it may have happened.
    pub(crate) fn note(&self, operation: &'static Operation) {
        // One call sends one write.
        let _ = self.0.set(operation);
    }

    /// What was sent.
    pub(crate) fn operation(&self) -> Option<&'static Operation> {
        self.0.get().copied()
    }
}

/// What a tool answers: one object.
pub type Answer = Map<String, Value>;

impl Agent {
    /// An agent with these options.
    pub fn new(options: Options) -> Self {
        let Options { copy, client, writes, operations, fetch, documents, max_age } = options;
        let tools = tools::all(writes.as_ref(), &operations, fetch);
        let client = client.map(|client| client.in_lane(Lane::Interactive));
        let measures = Measures::default();
        let sight = Sight::whole(copy.clone());
        let writes = writes.map(Arc::new);
        let turns = Arc::default();
        Self {
            inner: Arc::new(Inner {
                copy,
                client,
                writes,
                is_reader: false,
                documents,
                max_age,
                measures,
                tools,
                sight,
                turns,
            }),
        }
    }

    /// The same, which sees no more than a veil lets through.
    #[must_use]
    pub fn behind(&self, veil: Arc<Veil>) -> Self {
        let sight = self.inner.sight.behind(veil);
        let (copy, writes) = (sight.copy(), self.inner.writes.clone());
        self.but(copy, writes, self.inner.tools.clone(), sight)
    }

    /// The same, which sees no more than a policy leaves of what it sees now.
    #[must_use]
    pub fn under(&self, policy: Policy) -> Self {
        self.behind(Arc::new(self.inner.sight.veil.and(policy)))
    }

    /// The same but for these.
    fn but(
        &self,
        copy: Option<LocalCopy>,
        writes: Option<Arc<Writes>>,
        tools: Vec<Tool>,
        sight: Sight,
    ) -> Self {
        Self { inner: Arc::new(Inner { copy, writes, tools, sight, ..Inner::clone(&self.inner) }) }
    }

    /// Reads résumés, if this one of a candidate may be seen.
    ///
    /// # Errors
    /// If it may not.
    pub(crate) async fn resumes_of(&self, candidate: &str) -> Result<Resumes, Error> {
        let Inner { copy, client, documents, sight, .. } = &*self.inner;
        let plan = sight.veil.plan("candidates");
        if !sight.keeps(Class::File) || !plan.shows(&["resumeFileHandle"]) {
            return Err(
                Error::new("not_visible", "files may not be seen here").hint("a person may say --privacy")
            );
        }
        if plan.has_rows() || !plan.keeps_keys() {
            let id = candidate.to_owned();
            let seen = self.locally(move |copy| Ok(copy.get("candidates", &id)?)).await?.flatten();
            if seen.is_none() || !plan.keeps_keys() {
                return Err(Error::new(
                    "not_found",
                    "there is no such candidate, or none that may be seen here",
                )
                .field("candidate_id"));
            }
        }
        Ok(Resumes { copy: copy.clone(), client: client.clone(), reader: documents.clone() })
    }

    /// The same, for those who may only read.
    #[must_use]
    pub fn reader(&self) -> Self {
        let tools = self.inner.tools.iter().filter(|tool| !tool.is_of_writes()).cloned().collect();
        let inner = Inner { writes: None, is_reader: true, tools, ..Inner::clone(&self.inner) };
        Self { inner: Arc::new(inner) }
    }

    /// Waits until every write that was begun has ended and was noted, whoever still waits for its answer.
    pub async fn writes_ended(&self) {
        if let Some(writes) = &self.inner.writes {
            writes.ended().await;
        }
    }

    /// Its tools, by name.
    pub fn tools(&self) -> &[Tool] {
        &self.inner.tools
    }

    /// Offers figures of what is asked to monitoring.
    pub fn register(&self, registry: &mut prometheus_client::registry::Registry) {
        self.inner.measures.register(registry);
    }

    /// What of the copy was committed at this instant is too old to be told, where Ashby can be asked.
    pub(crate) fn is_too_old(&self, as_of: Option<jiff::Timestamp>) -> bool {
        let (Some(most), Some(as_of), true) = (self.inner.max_age, as_of, self.inner.client.is_some()) else {
            return false;
        };
        jiff::Timestamp::now().duration_since(as_of).unsigned_abs() > most
    }

    /// Calls a tool; `None` if there is none of that name.
    ///
    /// # Errors
    /// What keeps it from answering, for the model to read.
    pub async fn call(
        &self,
        name: &str,
        arguments: Option<Map<String, Value>>,
        call: &Call,
    ) -> Option<Result<Answer, Error>> {
        let tool = self.inner.tools.iter().find(|tool| tool.name == name)?;
        let started = std::time::Instant::now();
        let answer = tool.call(self, arguments, call).await;
        let outcome = answer.as_ref().err().map_or("ok", |error| error.code);
        self.inner.measures.called(call.door, name, outcome, started.elapsed());
        if answer
            .as_ref()
            .is_ok_and(|answer| answer.contains_key("cursor") || answer.contains_key("next_offset"))
        {
            self.inner.measures.was_cut(name);
        }
        Some(answer.map(|answer| {
            let mut answer = Value::Object(answer);
            let hidden = outside::clean(&mut answer);
            let Value::Object(mut answer) = answer else { return Answer::new() };
            let policy = self.inner.sight.veil.name();
            if !policy.is_empty() {
                answer.insert("privacy".to_owned(), policy.into());
            }
            if hidden > 0 {
                answer.insert("hidden_characters".to_owned(), hidden.into());
            }
            answer
        }))
    }

    /// Asks Ashby.
    pub(crate) fn client(&self, what: &str) -> Result<Live<'_>, Error> {
        self.live().ok_or_else(|| Error::not_synced(what))
    }

    /// The same; `None` without a key.
    pub(crate) fn live(&self) -> Option<Live<'_>> {
        let client = self.inner.client.as_ref()?;
        Some(Live { client, sight: &self.inner.sight })
    }

    /// Whether there is something to read locally.
    pub(crate) fn copy(&self) -> Option<&LocalCopy> {
        self.inner.copy.as_ref().filter(|copy| copy.exists())
    }

    /// Reads the copy on a thread that may block; `None` if there is none.
    pub(crate) async fn locally<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Snapshot) -> Result<T, Error> + Send + 'static,
    ) -> Result<Option<T>, Error> {
        let Some(copy) = self.copy().cloned() else { return Ok(None) };
        let turn = Arc::clone(&self.inner.turns.reads).acquire_owned().await;
        // The turn ends with the work, whoever still waits for it.
        let work = move || {
            let _turn = turn;
            work(&copy.snapshot()?)
        };
        blocking(work).await.map(Some)
    }

    /// Runs a query on the copy, until nobody waits for it any more.
    pub(crate) async fn query(
        &self,
        query: local_copy::Query,
        call: &Call,
    ) -> Result<local_copy::Answer, Error> {
        let copy = self.copy().cloned().ok_or_else(|| {
            Error::new("not_synced", "there is no local copy to query").hint("run `ashby sync`")
        })?;
        let cancel = Cancel::default();
        let stop = cancel.clone();
        let gone = call.cancel.clone();
        let turn = tokio::select! {
            turn = Arc::clone(&self.inner.turns.queries).acquire_owned() => turn,
            () = gone.cancelled() => return Err(local_copy::Error::GivenUp.into()),
        };
        let work = blocking(move || {
            let _turn = turn;
            Ok(copy.query(&query, &cancel)?)
        });
        tokio::pin!(work);
        tokio::select! {
            answer = &mut work => answer,
            () = gone.cancelled() => {
                stop.cancel();
                work.await
            }
        }
    }
}

pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(_) => Err(Error::new("internal", "the work on the local copy ended unexpectedly")),
    }
}

/// Why Ashby was asked although there is a copy.
pub(crate) const TOO_OLD: &str = "the local copy is older than it may be";

/// Says that an answer comes from the copy, and how old that is.
pub(crate) fn local(answer: &mut Answer, as_of: Option<jiff::Timestamp>) {
    answer.insert("source".to_owned(), "local".into());
    if let Some(as_of) = as_of {
        let age = jiff::Timestamp::now().duration_since(as_of).as_secs().max(0);
        answer.insert("as_of".to_owned(), as_of.strftime("%FT%TZ").to_string().into());
        answer.insert("age_s".to_owned(), age.into());
    }
}

/// Says that an answer comes from Ashby, and why not from the copy.
pub(crate) fn live(answer: &mut Answer, why: &str) {
    answer.insert("source".to_owned(), "live".into());
    if !why.is_empty() {
        answer.insert("note".to_owned(), why.into());
    }
}

/// An object as an answer.
pub(crate) fn answer(value: Value) -> Answer {
    match value {
        Value::Object(members) => members,
        other => [("result".to_owned(), other)].into_iter().collect(),
    }
}

/// A record as JSON, whatever half characters are in it.
pub(crate) fn record(bytes: &[u8]) -> Value {
    json_slices::read(bytes).unwrap_or_else(|_| json!({}))
}
