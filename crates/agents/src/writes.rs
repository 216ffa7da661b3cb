//! Writes: a plan, then its application.
//!
//! A plan is a checked request, what is known of whom and what it is about, and until when it is good. It is kept here; the
//! caller gets its name only, so nobody can alter it. It is taken out of the table before anything is sent: whatever happens
//! then, a crash too, it is not sent a second time. What it is about is read again, and if that has changed since, nothing
//! is sent. A journal says before and after what is done.

mod allowed;
mod journal;
mod subjects;

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use ashby_calls::{Draft, Plan};
use ashby_client::catalog::{Kind, Operation};
use serde_json::{Map, Value, json};
use tokio_util::task::TaskTracker;

pub use self::allowed::Allowed;
use self::journal::{Entry, Journal};
use self::subjects::Subject;
use crate::agent::{self, Agent, Answer, Call};
use crate::budget;
use crate::error::Error;

/// How long a plan is good.
const TIME: Duration = Duration::from_secs(5 * 60);

/// The door of `ashby execute`.
const SHELL: &str = "shell";

/// A caller has no more open plans.
const PLANS_MAX: usize = 100;

/// So many plans that were applied are remembered, to say so.
const USED_MAX: usize = 1_000;

/// What may be written, where that is noted, and the plans that are open.
#[derive(Debug)]
pub struct Writes {
    allowed: Allowed,
    journal: Arc<Journal>,
    time: Duration,
    open: Mutex<Open>,
    /// Those that were begun.
    under_way: TaskTracker,
}

#[derive(Debug, Default)]
struct Open {
    plans: HashMap<String, Planned>,
    used: VecDeque<String>,
}

#[derive(Debug)]
struct Planned {
    plan: Plan,
    caller: String,
    made: Instant,
    subjects: Vec<Subject>,
}

impl Writes {
    /// Writes of what is allowed, noted in this file, which is made when the first is sent.
    pub fn new(allowed: Allowed, journal: impl Into<std::path::PathBuf>) -> Self {
        let journal = Arc::new(Journal::new(journal.into()));
        let under_way = TaskTracker::new();
        Self { allowed, journal, time: TIME, open: Mutex::default(), under_way }
    }

    /// Plans that are good for another time than 5 minutes.
    #[must_use]
    pub fn good_for(mut self, time: Duration) -> Self {
        self.time = time;
        self
    }

    /// Waits until nothing is under way. What is begun meanwhile is waited for as well.
    pub(crate) async fn ended(&self) {
        self.under_way.close();
        self.under_way.wait().await;
    }

    fn open(&self) -> std::sync::MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn check(&self, operation: &Operation) -> Result<(), Error> {
        if self.allowed.allows(operation) {
            return Ok(());
        }
        let message = format!(
            "{} ({}) is not among the writes that were allowed",
            operation.name,
            operation.kind.name()
        );
        let hint = format!("a person may start the server with --allow-writes={}", operation.name);
        Err(Error::new("writes_not_allowed", message).field("operation").hint(hint))
    }

    fn keep(&self, planned: Planned) -> Result<String, Error> {
        let mut open = self.open();
        let time = self.time;
        open.plans.retain(|_, other| other.made.elapsed() < time);
        if open.plans.values().filter(|other| other.caller == planned.caller).count() >= PLANS_MAX {
            return Err(Error::busy(format!("{PLANS_MAX} plans are open already"))
                .hint("apply some of them, or wait until they expire"));
        }
        let id = format!("plan_{:032x}", rand::random::<u128>());
        open.plans.insert(id.clone(), planned);
        Ok(id)
    }

    /// Takes a plan out of the table. Whoever has it may send it, and nobody else can.
    /// One that is asked for by another request than its own stays there.
    fn take(&self, id: &str, caller: &str, request: Option<&Plan>) -> Result<Planned, Error> {
        let mut open = self.open();
        if open.used.iter().any(|used| used == id) {
            return Err(Error::new(
                "plan_used",
                "this plan was applied already, or its application was begun",
            )
            .field("plan_id")
            .hint("look whether it has happened; plan_write makes another"));
        }
        let unknown = || {
            Error::new("plan_unknown", "there is no open plan of that id")
                .field("plan_id")
                .hint("plan_write makes one; it is good for a few minutes, and for whom it was made")
        };
        let Some(kept) = open.plans.get(id).filter(|planned| planned.caller == caller) else {
            return Err(unknown());
        };
        if request.is_some_and(|request| request.digest() != kept.plan.digest()) {
            return Err(Error::new(
                "invalid_parameter",
                "the plan of that id is of another request; nothing was sent",
            )
            .field("plan_id")
            .hint("send the request again as it was planned, or plan this one: without plan_id"));
        }
        let planned = open.plans.remove(id).ok_or_else(unknown)?;
        open.used.push_back(id.to_owned());
        if open.used.len() > USED_MAX {
            open.used.pop_front();
        }
        if planned.made.elapsed() >= self.time {
            return Err(Error::new("plan_expired", "this plan is too old; nothing was sent")
                .field("plan_id")
                .hint("plan_write makes another"));
        }
        Ok(planned)
    }
}

fn writes<'a>(agent: &'a Agent, operation: Option<&Operation>, call: &Call) -> Result<&'a Writes, Error> {
    agent.inner.writes.as_deref().ok_or_else(|| {
        if agent.inner.is_reader {
            return Error::new("writes_not_allowed", "this token may only read")
                .hint("one that was made without --read-only may write, where the server allows it");
        }
        let error = Error::new("writes_not_allowed", "nothing may be written here");
        match operation.filter(|_| call.door == SHELL) {
            // Plans live as long as their process; a person has another command.
            Some(operation) => error.hint(format!("`ashby call {}` sends it", operation.name)),
            None => error.hint("start with --allow-writes"),
        }
    })
}

/// It was sent, and nobody knows what became of it.
pub(crate) fn open_fate(operation: &'static Operation, why: &str) -> Error {
    let look = match ashby_calls::shows(operation) {
        Some(read) => format!("look with {} whether it has happened before planning it again", read.name),
        None => "look whether it has happened before planning it again".to_owned(),
    };
    let message = format!("it was sent, and whether it took effect is not known: {why}");
    Error::new("fate_unknown", message).hint(look)
}

/// Plans a write; sends nothing but reads.
pub(crate) async fn plan(
    agent: &Agent,
    operation: &'static Operation,
    params: Map<String, Value>,
    on_behalf_of: Option<&str>,
    call: &Call,
) -> Result<Answer, Error> {
    let writes = writes(agent, Some(operation), call)?;
    if operation.is_read() {
        return Err(Error::new("invalid_parameter", format!("{} changes nothing", operation.name))
            .field("operation")
            .hint("use call_operation"));
    }
    writes.check(operation)?;
    let mut draft = Draft::new(operation);
    draft.merge(params);
    if let Some(user) = on_behalf_of {
        draft.on_behalf_of(user)?;
    }
    let plan = draft.plan()?;
    let client = agent.client("what the write is about")?;
    let subjects = subjects::read(client, &plan).await?;
    let notifies = match operation.kind {
        Kind::Notifies => "people or other systems may be told at once",
        Kind::Destructive => "nobody; it cannot be undone",
        Kind::Read | Kind::Write => "nobody that is known of",
    };
    let mut request = Value::Object(plan.parameters().clone());
    budget::shorten_request(&mut request);
    let omitted = budget::fit(&mut request, budget::LETTERS / 2);
    let mut about: Vec<Value> = subjects.iter().map(Subject::told).collect();
    about.iter_mut().for_each(budget::shorten);
    let mut answer = agent::answer(json!({
        "operation": operation.name,
        "summary": operation.summary,
        "kind": operation.kind.name(),
        "effect": plan.effect(),
        "notifies": notifies,
        "request": request,
        "about": about,
        "untrusted": true,
    }));
    if !omitted.is_empty() {
        answer.insert("omitted_fields".to_owned(), omitted.into());
    }
    if let Some(user) = plan.user() {
        answer.insert("on_behalf_of".to_owned(), user.into());
    }
    let expires = jiff::Timestamp::now() + writes.time;
    let planned = Planned { plan, caller: call.caller.clone(), made: Instant::now(), subjects };
    answer.insert("plan_id".to_owned(), writes.keep(planned)?.into());
    answer.insert("expires_at".to_owned(), expires.strftime("%FT%TZ").to_string().into());
    answer.insert(
        "next".to_owned(),
        "show this to the person, then apply_plan; nothing was changed yet".into(),
    );
    agent::live(&mut answer, "");
    Ok(answer)
}

/// Carries a plan out. Where the request is said as well, it must be the plan's own.
pub(crate) async fn apply(
    agent: &Agent,
    id: &str,
    request: Option<(&'static Operation, Map<String, Value>)>,
    call: &Call,
) -> Result<Answer, Error> {
    let operation = request.as_ref().map(|(operation, _)| *operation);
    let writes = writes(agent, operation, call)?;
    let live = agent.client("what the write is about")?;
    let request = request.map(|(operation, params)| Plan::new(operation, params)).transpose()?;
    let Planned { plan, subjects, .. } = writes.take(id, &call.caller, request.as_ref())?;
    let operation = plan.operation();
    for subject in &subjects {
        if !subject.is_unmoved(live.client).await? {
            let message = format!("{} has changed since the plan was made; nothing was sent", subject.name());
            return Err(Error::new("precondition_moved", message)
                .field("plan_id")
                .hint("plan_write again, and show the new plan to the person"));
        }
    }
    let entry = Entry::new(call, operation.name, &plan.digest(), id);
    let (journal, client) = (Arc::clone(&writes.journal), live.client.clone());
    // Whether somebody stops waiting or not: what was begun is carried to its end and noted.
    call.sent.note(operation);
    let carried = writes.under_way.spawn(async move {
        journal.note(entry.begun()).await?;
        let sent = ashby_calls::send(&client, &plan.approve()).await;
        let noted = journal.note(entry.ended(&sent)).await;
        Ok::<_, Error>((sent, noted))
    });
    let (sent, noted) =
        carried.await.map_err(|_| Error::new("fate_unknown", "the write ended unexpectedly"))??;
    match sent {
        Ok(response) => {
            let shown = live.sight.shown(operation, response.results).await?;
            let mut result = shown.map_or(Value::Null, |shown| agent::record(&shown));
            let omitted = budget::fit(&mut result, budget::LETTERS);
            let mut answer = agent::answer(json!({
                "operation": operation.name, "applied": true, "result": result, "untrusted": true,
            }));
            if !omitted.is_empty() {
                answer.insert("omitted_fields".to_owned(), omitted.into());
            }
            if !response.warnings.is_empty() {
                answer.insert("warnings".to_owned(), response.warnings.into());
            }
            if noted.is_err() {
                answer.insert("note".to_owned(), "it was done, but the journal could not be written".into());
            }
            agent::live(&mut answer, "");
            Ok(answer)
        }
        Err(error) => {
            let is_open = error.ashby().is_some_and(ashby_client::Error::may_have_taken_effect);
            let told = Error::from(error);
            if !is_open {
                return Err(told);
            }
            let mut open = open_fate(operation, &told.message);
            open.ashby_request_id = told.ashby_request_id;
            Err(open)
        }
    }
}
