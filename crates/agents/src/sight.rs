//! What of the data may be seen: the one way by which tools and the execute API get records. Those of the copy come through
//! a view ([`Sight::copy`]), those of Ashby through [`Live`]; neither hands out anything else.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use ashby_calls::Plan as Call;
use ashby_client::catalog::{Class, Operation};
use ashby_client::{Client, ListRequest};
use bytes::Bytes;
use capture_core::{Key, State};
use local_copy::{Glass, LocalCopy, View};
use privacy::{JobFacts, Plan, Reach, Unknown, Veil};

use crate::error::Error;

/// What may be seen, and what tells whose records are.
#[derive(Debug, Clone)]
pub(crate) struct Sight {
    pub(crate) veil: Arc<Veil>,
    known: Arc<Known>,
}

impl Sight {
    /// Everything may be seen.
    pub(crate) fn whole(copy: Option<LocalCopy>) -> Self {
        Self { veil: Arc::new(Veil::open()), known: Arc::new(Known { copy, facts: Mutex::default() }) }
    }

    /// No more than a veil lets through.
    pub(crate) fn behind(&self, veil: Arc<Veil>) -> Self {
        Self { veil, known: Arc::clone(&self.known) }
    }

    /// The copy, as far as it may be seen.
    pub(crate) fn copy(&self) -> Option<LocalCopy> {
        let copy = self.known.copy.clone()?;
        Some(if self.veil.is_open() { copy } else { copy.seen_through(Arc::new(self.clone())) })
    }

    /// Whether what is of a class, and no member of a record, may be seen as it is.
    pub(crate) fn keeps(&self, class: Class) -> bool {
        self.veil.keeps(class)
    }

    /// What tells whose records are, from the copy. It may have to read it: not for threads that may not block.
    fn reach(&self) -> Arc<dyn Reach> {
        if self.veil.has_rows() { self.known.facts() } else { Arc::new(Unknown) }
    }

    /// What may be seen of what an operation answered; `None` if that is one record which may not.
    pub(crate) async fn shown(
        &self,
        operation: &'static Operation,
        results: Bytes,
    ) -> Result<Option<Bytes>, Error> {
        let plan = self.veil.operation(operation);
        if plan.is_open() {
            return Ok(Some(results));
        }
        let reach = self.reach_in_time(&plan).await?;
        let shown = plan.answer(&results, &*reach).map_err(|_| unreadable())?;
        Ok(shown.map(|shown| match shown {
            Cow::Borrowed(whole) if whole.len() == results.len() => results.clone(),
            shown => Bytes::from(shown.into_owned()),
        }))
    }

    async fn reach_in_time(&self, plan: &Plan) -> Result<Arc<dyn Reach>, Error> {
        if !plan.has_rows() {
            return Ok(Arc::new(Unknown));
        }
        let sight = self.clone();
        let reading = tokio::task::spawn_blocking(move || sight.reach());
        reading.await.map_err(|_| Error::new("internal", "the work on the local copy ended unexpectedly"))
    }

    /// Refuses to ask for something by what may not be seen of it: the answer would tell.
    fn check(&self, call: &Call) -> Result<(), Error> {
        let operation = call.operation();
        let plan = self.veil.operation(operation);
        if plan.is_open() || !operation.is_read() {
            return Ok(());
        }
        let has = |name: &str| operation.members().any(|member| member.name == name);
        for name in call.parameters().keys() {
            let path: &[&str] = match name.as_str() {
                "email" if has("primaryEmailAddress") => &["primaryEmailAddress", "value"],
                name if has(name) => &[name],
                _ => continue,
            };
            if !plan.shows(path) {
                let message = format!("{name} may not be seen here, and so not be asked for");
                return Err(Error::new("not_visible", message).field("params"));
            }
        }
        Ok(())
    }
}

/// A copy of which no more is seen than a veil lets through.
pub fn behind(copy: LocalCopy, veil: Arc<Veil>) -> LocalCopy {
    let seen = Sight::whole(Some(copy.clone())).behind(veil).copy();
    seen.unwrap_or(copy)
}

impl View for Sight {
    fn glass(&self, stream: &str, state: &State) -> Option<Arc<dyn Glass>> {
        let plan = self.veil.plan(stream);
        let written = state.streams.get(stream).and_then(|state| state.policy.as_ref());
        // What was written under the same is not hidden, or hashed, a second time.
        let is_written_so = written.is_some_and(|mark| Some(&*mark.fingerprint) == plan.fingerprint());
        if plan.is_open() || is_written_so {
            return None;
        }
        let reach = if plan.has_rows() { self.reach() } else { Arc::new(Unknown) };
        Some(Arc::new(Pane { plan, reach }))
    }
}

/// Through which the records of one stream are seen.
struct Pane {
    plan: Arc<Plan>,
    reach: Arc<dyn Reach>,
}

impl Glass for Pane {
    fn shown<'a>(&self, record: &'a [u8]) -> Option<Cow<'a, [u8]>> {
        if !self.plan.allows(record, &*self.reach) {
            return None;
        }
        self.plan.apply(record).ok()
    }

    fn member(&self, name: &str) -> local_copy::Sight {
        match self.plan.fate(&[name]) {
            privacy::Fate::Keep => local_copy::Sight::Whole,
            privacy::Fate::Drop => local_copy::Sight::Hidden,
            _ => local_copy::Sight::Changed,
        }
    }

    fn may_be_asked(&self, path: &[String]) -> bool {
        self.plan.shows(path)
    }

    fn key(&self, key: &str) -> Option<String> {
        (!self.plan.keeps_keys()).then(|| self.plan.key(&Key::from(key)).as_str().to_owned())
    }

    fn owner(&self, key: &str) -> Option<String> {
        (!self.plan.keeps_keys()).then(|| self.plan.owner(&Key::from(key)).as_str().to_owned())
    }

    fn hides_records(&self) -> bool {
        self.plan.has_rows() || self.plan.is_withheld()
    }
}

/// What the copy says of jobs, and of what belongs to them.
#[derive(Debug)]
struct Known {
    copy: Option<LocalCopy>,
    /// As of when jobs and applications were committed.
    facts: Mutex<Option<(Moment, Arc<Facts>)>>,
}

type Moment = [Option<jiff::Timestamp>; 2];

#[derive(Debug, Default)]
struct Facts {
    jobs: HashMap<String, JobFacts>,
    applications: HashMap<String, String>,
    candidates: HashMap<String, Vec<String>>,
}

impl Known {
    fn facts(&self) -> Arc<Facts> {
        let Some(snapshot) = self.copy.as_ref().and_then(|copy| copy.snapshot().ok()) else {
            return Arc::default();
        };
        let committed = |stream: &str| snapshot.state().streams.get(stream).map(|state| state.committed_at);
        let moment = [committed("jobs"), committed("applications")];
        let mut known = self.facts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, facts)) = &*known
            && *of == moment
        {
            return Arc::clone(facts);
        }
        let mut facts = Facts::default();
        // What is not in the copy is not known.
        let _ = snapshot.each("jobs", |record| facts.learn_job(record));
        let _ = snapshot.each("applications", |record| facts.learn_application(record));
        let facts = Arc::new(facts);
        *known = Some((moment, Arc::clone(&facts)));
        facts
    }
}

fn text(record: &[u8], path: &[&str]) -> Option<String> {
    let found = json_slices::find(record, path).ok()??;
    json_slices::Text::of(found)?.exact().map(Cow::into_owned)
}

impl Facts {
    fn learn_job(&mut self, record: &[u8]) {
        let Some(id) = text(record, &["id"]) else { return };
        let confidential = json_slices::find(record, &["confidential"]).ok().flatten();
        let is_confidential = match confidential {
            Some(b"true") => Some(true),
            Some(b"false") => Some(false),
            _ => None,
        };
        self.jobs.insert(id, JobFacts { department: text(record, &["departmentId"]), is_confidential });
    }

    fn learn_application(&mut self, record: &[u8]) {
        let (Some(id), Some(job)) = (text(record, &["id"]), text(record, &["job", "id"])) else { return };
        if let Some(candidate) = text(record, &["candidate", "id"]) {
            self.candidates.entry(candidate).or_default().push(job.clone());
        }
        self.applications.insert(id, job);
    }
}

impl Reach for Facts {
    fn job(&self, id: &str) -> Option<JobFacts> {
        self.jobs.get(id).cloned()
    }

    fn job_of_application(&self, id: &str) -> Option<String> {
        self.applications.get(id).cloned()
    }

    fn jobs_of_candidate(&self, id: &str) -> Vec<String> {
        self.candidates.get(id).cloned().unwrap_or_default()
    }
}

/// Asks Ashby, and hands out what may be seen of what it answers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Live<'a> {
    pub(crate) client: &'a Client,
    pub(crate) sight: &'a Sight,
}

impl Live<'_> {
    /// What a call answers.
    pub(crate) async fn send(&self, call: &Call) -> Result<Bytes, Error> {
        self.sight.check(call)?;
        let response = ashby_calls::send(self.client, call).await?;
        let shown = self.sight.shown(call.operation(), response.results).await?;
        shown.ok_or_else(|| Error::new("not_found", "there is no such record, or none that may be seen here"))
    }

    /// A page of a list: its records, and where the next begins.
    pub(crate) async fn page(
        &self,
        call: &Call,
        request: &ListRequest,
    ) -> Result<(Vec<Bytes>, Option<String>), Error> {
        self.sight.check(call)?;
        let page = self.client.page(request).await?;
        let plan = self.sight.veil.operation(call.operation());
        let next = page.next_cursor.as_ref().map(|cursor| cursor.as_str().to_owned());
        if plan.is_open() {
            return Ok((page.records().collect(), next));
        }
        let reach = self.sight.reach_in_time(&plan).await?;
        let mut records = Vec::new();
        for record in page.records() {
            // Each as a list of one, which is what the operation answers.
            let list = [b"[", &record[..], b"]"].concat();
            let shown = plan.answer(&list, &*reach).map_err(|_| unreadable())?.unwrap_or_default();
            if let Some(inside) = shown.strip_prefix(b"[").and_then(|shown| shown.strip_suffix(b"]"))
                && !inside.is_empty()
            {
                records.push(Bytes::copy_from_slice(inside));
            }
        }
        Ok((records, next))
    }
}

fn unreadable() -> Error {
    Error::new("ashby_refused", "what Ashby answered is no JSON")
}
