//! What the tools work with.

use std::sync::Arc;

use ashby_client::catalog::Class;
use ashby_client::{Client, Lane};
use local_copy::{Cancel, LocalCopy, Snapshot};
use privacy::{Policy, Veil};
use serde_json::{Map, Value, json};
use tokio_util::sync::CancellationToken;

use crate::error::Error;
use crate::outside;
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
    pub operations: Vec<&'static ashby_client::catalog::Operation>,
}

/// Tools over a local copy and the live API. Clones are the same agent.
#[derive(Debug, Clone)]
pub struct Agent {
    pub(crate) inner: Arc<Inner>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    /// As far as it may be seen.
    copy: Option<LocalCopy>,
    client: Option<Client>,
    pub(crate) writes: Option<Arc<Writes>>,
    pub(crate) tools: Vec<Tool>,
    sight: Sight,
}

/// Who asks, and until when.
#[derive(Debug, Clone)]
pub struct Call {
    /// Tells callers apart: a plan is applied by whom it was made for.
    pub caller: String,
    /// By which door it came: `mcp`, `execute`.
    pub door: &'static str,
    /// Nobody waits for the answer any more.
    pub cancel: CancellationToken,
}

/// What a tool answers: one object.
pub type Answer = Map<String, Value>;

impl Agent {
    /// An agent with these options.
    pub fn new(options: Options) -> Self {
        let Options { copy, client, writes, operations } = options;
        let tools = tools::all(writes.as_ref(), &operations);
        let client = client.map(|client| client.in_lane(Lane::Interactive));
        let sight = Sight::whole(copy.clone());
        Self { inner: Arc::new(Inner { copy, client, writes: writes.map(Arc::new), tools, sight }) }
    }

    /// The same, which sees no more than a veil lets through.
    #[must_use]
    pub fn behind(&self, veil: Arc<Veil>) -> Self {
        let Inner { client, writes, tools, sight, .. } = &*self.inner;
        let sight = sight.behind(veil);
        let (client, writes, tools) = (client.clone(), writes.clone(), tools.clone());
        Self { inner: Arc::new(Inner { copy: sight.copy(), client, writes, tools, sight }) }
    }

    /// The same, which sees no more than a policy leaves of what it sees now.
    #[must_use]
    pub fn under(&self, policy: Policy) -> Self {
        self.behind(Arc::new(self.inner.sight.veil.and(policy)))
    }

    /// Whether it may see what is of a class, and no member of a record: the text of a file.
    pub fn may_see(&self, class: Class) -> bool {
        self.inner.sight.keeps(class)
    }

    /// The same, for those who may only read.
    #[must_use]
    pub fn reader(&self) -> Self {
        let Inner { copy, client, tools, sight, .. } = &*self.inner;
        let tools = tools.iter().filter(|tool| !tool.is_of_writes()).cloned().collect();
        let (copy, client, sight) = (copy.clone(), client.clone(), sight.clone());
        Self { inner: Arc::new(Inner { copy, client, writes: None, tools, sight }) }
    }

    /// Its tools, by name.
    pub fn tools(&self) -> &[Tool] {
        &self.inner.tools
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
        let answer = tool.call(self, arguments, call).await;
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
        blocking(move || work(&copy.snapshot()?)).await.map(Some)
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
        let work = blocking(move || Ok(copy.query(&query, &cancel)?));
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

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(_) => Err(Error::new("internal", "the work on the local copy ended unexpectedly")),
    }
}

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
