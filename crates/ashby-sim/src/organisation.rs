//! The organisation: generated records, changes on top, one handle for everybody.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use serde_json::{Map, Value, json};

use crate::answer::{Query, Reply, Rules};
use crate::check::Refusal;
use crate::churn;
use crate::edit::Editor;
use crate::files::{StoredFile, UploadForm, UploadRefusal};
use crate::kind::Kind;
use crate::listing::{Listing, Viewer};
use crate::mutation::{Mutation, SimError};
use crate::operations::{self, Answer, Operation, Origin, find};
use crate::shape::Shape;
use crate::view::{State, View};
use crate::webhooks::{self, Event, Outbox, Outgoing, Subscription};
use crate::world::World;

/// An organisation's data. A clone is another handle to the same organisation.
///
/// Everything in it follows from its [`Shape`], seed included, and from the changes made since, one after the
/// other: two organisations with the same history are equal to the byte.
#[derive(Clone)]
pub struct Organisation(Arc<Inner>);

struct Inner {
    world: World,
    state: RwLock<State>,
    /// Who delivers events, if somebody does.
    outbox: Mutex<Option<Outbox>>,
    cursor_generation: AtomicU64,
    token_generation: AtomicU64,
}

impl Organisation {
    /// Makes the organisation that follows from a shape.
    pub fn new(shape: &Shape) -> Self {
        let world = World::new(shape);
        let state = RwLock::new(State::new(&world));
        Self(Arc::new(Inner {
            world,
            state,
            outbox: Mutex::new(None),
            cursor_generation: AtomicU64::new(0),
            token_generation: AtomicU64::new(0),
        }))
    }

    /// What a perfect client with a full key must end up with: every record that a list operation shows now for
    /// these parameters, over all pages, or the record that another one shows. Empty when the operation shows none,
    /// or the named parent is unknown.
    ///
    /// Filters apply to records as they are now. A client that lists incrementally with a filter cannot learn
    /// that a record has left it (neither could it from Ashby), so compare without filters, or with those
    /// that include archived records.
    pub fn truth(&self, operation: &str, parameters: &Map<String, Value>) -> Vec<Value> {
        let Some(operation) = find(operation) else {
            return Vec::new();
        };
        let Answer::List { source, .. } = operation.answer else {
            return self.shown(operation, parameters);
        };
        self.read(|view| Listing { view, operation, parameters, viewer: Viewer::FULL }.all(source))
            .unwrap_or_default()
    }

    /// What an operation answers that lists nothing.
    fn shown(&self, operation: &'static Operation, parameters: &Map<String, Value>) -> Vec<Value> {
        let rules = Rules {
            strict: true,
            page_limit: usize::MAX,
            cursor_lifetime_ms: None,
            incremental_pages: None,
            now_ms: 0,
            cursor_generation: 0,
            token_generation: 0,
        };
        let query = Query {
            operation,
            parameters,
            viewer: Viewer::FULL,
            rules,
            hold_back: false,
            base_url: "",
            on_behalf_of: None,
        };
        let answer = self.read(|view| query.answer(view)).ok();
        let body = answer.and_then(|reply| serde_json::from_slice::<Value>(&reply.body).ok());
        match body.and_then(|mut body| body.get_mut("results").map(Value::take)) {
            Some(Value::Array(records)) => records,
            record => record.into_iter().collect(),
        }
    }

    /// Makes one change, with all that follows from it, and returns the identifiers of the records touched,
    /// deleted ones included. The first is the record that the change is about (after a merge, the candidate
    /// that stays); the others follow in the order in which they were touched.
    ///
    /// # Errors
    /// When a record is unknown, or the change is not one that its kind knows. Nothing has changed then.
    pub fn mutate(&self, mutation: &Mutation) -> Result<Vec<String>, SimError> {
        let (subject, touched) = self.edit(|editor| editor.apply(mutation))?;
        let mut seen = BTreeSet::new();
        let distinct = std::iter::once(subject).chain(touched).filter(|record| seen.insert(*record));
        Ok(distinct.map(|(kind, index)| self.0.world.ids.record(kind, index)).collect())
    }

    /// Every operation that the server answers.
    pub fn operations(&self) -> Vec<&'static str> {
        operations::all().map(|operation| operation.name).collect()
    }

    /// Makes `count` believable changes that follow from a seed: stage moves, archivings, new applications
    /// with their candidates, edited fields, notes, feedback, offers and so on. Returns how many distinct
    /// records, over all list operations without a required parent, are new or changed. Nothing is deleted.
    pub fn churn(&self, count: usize, seed: u64) -> usize {
        let Ok(((), touched)) = self.edit(|editor| {
            churn::churn(editor, count, seed);
            Ok::<_, std::convert::Infallible>(())
        });
        let listed = |kind: Kind| {
            operations::all().any(|operation| {
                matches!(
                    operation.answer,
                    Answer::List { source: Origin::All(of) | Origin::LatestFirst(of), .. } if of == kind
                )
            })
        };
        let distinct: BTreeSet<_> = touched.into_iter().filter(|(kind, _)| listed(*kind)).collect();
        distinct.len()
    }

    /// Makes records go, `count` times: candidates are deleted, merged and anonymised, offers, applications and job
    /// postings deleted. What goes follows from a seed.
    pub fn erode(&self, count: usize, seed: u64) {
        let Ok(_) = self.edit(|editor| {
            churn::erode(editor, count, seed);
            Ok::<_, std::convert::Infallible>(())
        });
    }

    /// Every type of event that webhooks can be told of.
    pub fn event_types() -> impl Iterator<Item = &'static str> {
        webhooks::types()
    }

    /// What an event of a type could say of this organisation: its `data`, of the nth record that fits, over and over
    /// again. `None` for an unknown type, or if there is no such record.
    pub fn event_data(&self, action: &str, choice: usize) -> Option<Value> {
        self.read(|view| webhooks::example(view, action, choice))
    }

    /// Makes a webhook, as somebody does in Ashby's pages: for every type, and without a secret if need be. Returns its
    /// identifier; `None` for an unknown type. No ping is sent; see [`Server::subscribe`](crate::Server::subscribe).
    pub fn subscribe(&self, subscription: &Subscription) -> Option<String> {
        let (action, _) = webhooks::find(&subscription.webhook_type)?;
        let fields = Map::from_iter([
            ("webhookType".to_owned(), json!(action)),
            ("requestUrl".to_owned(), json!(subscription.request_url)),
            ("enabled".to_owned(), json!(true)),
        ]);
        let Ok((id, _)) = self.edit(|editor| {
            let index = editor.create(Kind::Webhook, None, &fields);
            if let Some(secret) = &subscription.secret_token {
                editor.change(Kind::Webhook, index, |document| {
                    document.detail.insert(operations::organisation::SECRET.to_owned(), json!(secret));
                });
            }
            Ok::<_, std::convert::Infallible>(editor.id(Kind::Webhook, index))
        });
        Some(id)
    }

    /// Tells every webhook of a type this, which need not be true. Returns how many there are.
    pub fn tell(&self, action: &str, data: Value) -> usize {
        let Some((action, _)) = webhooks::find(action) else { return 0 };
        let outbox = self.0.outbox.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let id = self.write(|state| {
            state.events += 1;
            self.0.world.ids.part(Kind::Webhook, state.events, 1)
        });
        let outgoing = self.read(|view| view.addressed(&Event { action, id, data }));
        let count = outgoing.len();
        if let Some(outbox) = outbox {
            outgoing.into_iter().for_each(|event| outbox.put(event));
        }
        count
    }

    pub(crate) fn deliver_by(&self, outbox: Outbox) {
        *self.0.outbox.lock().unwrap_or_else(PoisonError::into_inner) = Some(outbox);
    }

    /// The ping for a webhook, if it exists and is enabled.
    pub(crate) fn ping(&self, webhook: &str) -> Option<Outgoing> {
        self.read(|view| {
            let index = view.find(Kind::Webhook, webhook)?;
            let data = webhooks::data(view, "ping", index, None);
            view.address(index, &Event { action: "ping", id: String::new(), data })
        })
    }

    pub(crate) fn disable_webhook(&self, webhook: &str) {
        let Ok(_) = self.edit(|editor| {
            if let Some(index) = editor.view().find(Kind::Webhook, webhook) {
                editor.update(Kind::Webhook, index, &Map::from_iter([("enabled".to_owned(), json!(false))]));
            }
            Ok::<_, std::convert::Infallible>(())
        });
    }

    /// Makes every page cursor issued so far expire.
    pub fn expire_cursors(&self) {
        self.0.cursor_generation.fetch_add(1, Ordering::Relaxed);
    }

    /// Makes every sync token issued so far expire.
    pub fn expire_tokens(&self) {
        self.0.token_generation.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn generations(&self) -> (u64, u64) {
        (self.0.cursor_generation.load(Ordering::Relaxed), self.0.token_generation.load(Ordering::Relaxed))
    }

    /// Makes every upload expire that a handle was made for so far and that has not happened yet.
    pub fn expire_uploads(&self) {
        self.write(|state| state.files.expire());
    }

    pub(crate) fn answer(&self, query: &Query<'_>) -> Result<Reply, Refusal> {
        match query.operation.answer {
            Answer::Write(change) => self.edit(|editor| query.write(change, editor)).map(|(reply, _)| reply),
            _ => self.read(|view| query.answer(view)),
        }
    }

    pub(crate) fn receive(&self, now_ms: u64, id: &str, form: UploadForm) -> Result<(), UploadRefusal> {
        self.write(|state| state.files.receive(self.0.world.ids, now_ms, id, form))
    }

    pub(crate) fn file(&self, id: &str) -> Option<StoredFile> {
        self.read(|view| view.file(id))
    }

    /// The rows of a report: jobs, their states, the sizes of their hiring teams.
    pub(crate) fn report_rows(&self) -> Vec<Value> {
        self.read(|view| {
            let jobs = view.indices(Kind::Job, 0).map(|job| view.record(Kind::Job, job));
            jobs.map(|job| {
                let team = job.get("hiringTeam").and_then(Value::as_array).map_or(0, Vec::len);
                json!([job.get("title"), job.get("status"), team])
            })
            .collect()
        })
    }

    fn write<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.0.state.write().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn read<T>(&self, act: impl FnOnce(View<'_>) -> T) -> T {
        let state = self.0.state.read().unwrap_or_else(PoisonError::into_inner);
        act(View { world: &self.0.world, state: &state })
    }

    fn edit<T, E>(
        &self,
        act: impl FnOnce(&mut Editor<'_>) -> Result<T, E>,
    ) -> Result<(T, Vec<(Kind, u32)>), E> {
        let mut state = self.0.state.write().unwrap_or_else(PoisonError::into_inner);
        let outbox = self.0.outbox.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let subscribed = View { world: &self.0.world, state: &state }.has_webhooks();
        let mut editor = Editor::new(&self.0.world, &mut state, outbox.is_some() && subscribed);
        let result = act(&mut editor)?;
        let (touched, events) = editor.finish();
        if let Some(outbox) = outbox {
            // Still under the lock: events leave in the order of the changes.
            let view = View { world: &self.0.world, state: &state };
            events.into_iter().flat_map(|event| view.addressed(&event)).for_each(|event| outbox.put(event));
        }
        Ok((result, touched))
    }
}

impl fmt::Debug for Organisation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Organisation").field("shape", &self.0.world.shape).finish_non_exhaustive()
    }
}
