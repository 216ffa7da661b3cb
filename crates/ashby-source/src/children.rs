//! The capture of a child stream: one request (or a few) for each parent.
//!
//! The parents are listed page by page; a page's keys are put into the checkpoint before the first child is asked
//! for, so that nothing of the parents' listing is held open and a crash resumes with the parents that are left.
//! Children are asked for side by side and handed out in the order of their parents, each parent's all at once: then
//! a sink can tell which children of that parent are gone.

use std::collections::VecDeque;
use std::sync::Arc;

use ashby_client::{CycleGuard, ErrorKind as ClientErrorKind, ListRequest, ReadOperation, split_array};
use async_trait::async_trait;
use bytes::Bytes;
use capture_core::{
    Batch, Capture, Completion, Error, ErrorKind, Key, Part, Record, Result, Step, StreamDescriptor,
};
use futures_util::future::BoxFuture;
use futures_util::stream::{FuturesOrdered, StreamExt};
use json_slices::Prefix;
use serde::{Deserialize, Serialize};

use crate::AshbySource;
use crate::error::from_client;
use crate::listing::{Listing, to_checkpoint};
use crate::record::{Owner, assemble, key_fields};
use crate::table::{Follow, Plan, Refresh, Row};
use crate::walk::{Tally, Walk};

/// Parents asked about side by side. The client's own limits on rate and concurrency apply on top.
const PARENTS_AT_ONCE: usize = 8;

/// How often the cursor of one parent's children may be refused.
const MAX_RESTARTS: u32 = 3;

/// Persisted in the checkpoint.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Progress {
    /// Of the parents.
    pub(crate) parents: Listing,
    /// Set from the first page of parents until the last child is handed out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    round: Option<Round>,
}

/// One listing of parents and their children.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Round {
    /// Every parent is asked about, not only those that changed.
    full: bool,
    /// The parents' listing has come to its last page.
    listed: bool,
    /// Keys of parents whose children are still to come.
    pending: VecDeque<String>,
    /// Parents done.
    done: u64,
    /// Of these, parents that were gone when their children were asked for.
    vanished: u64,
    /// The children of some parent are not known to be all.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    hollow: bool,
}

impl Progress {
    pub(crate) fn new(fingerprint: &str) -> Self {
        Self { parents: Listing::new(fingerprint), round: None }
    }

    /// See [`Listing::restored`].
    pub(crate) fn restored(mut self, fingerprint: &str) -> Result<(Self, Option<&'static str>)> {
        let (parents, note) = self.parents.restored(fingerprint)?;
        if note.is_some() {
            self.round = None;
        }
        Ok((Self { parents, ..self }, note))
    }

    pub(crate) fn forget(&mut self) {
        self.parents.forget();
        self.round = None;
    }
}

/// The children of one parent, or what went wrong, and the requests it took.
struct Fetched {
    requests: u32,
    children: Result<Children>,
}

enum Children {
    Found(Vec<Record>),
    /// The answer lacked a list of them: these may not be all.
    Some(Vec<Record>),
    /// The parent is gone.
    ParentVanished,
}

pub(crate) struct ChildCapture {
    /// Of the parents.
    walk: Walk,
    row: &'static Row,
    descriptors: [Arc<StreamDescriptor>; 1],
    progress: Progress,
    /// Requests under way for the first so many of the pending parents, in their order.
    under_way: FuturesOrdered<BoxFuture<'static, Fetched>>,
    complete: bool,
    tally: Tally,
}

impl ChildCapture {
    pub(crate) fn new(
        source: AshbySource,
        row: &'static Row,
        parent: &'static Row,
        descriptor: Arc<StreamDescriptor>,
        progress: Progress,
        notes: Vec<String>,
    ) -> Self {
        let follow_changes = matches!(row.plan, Plan::PerParent { follow: Follow::Changed, .. });
        let refresh = match parent.plan {
            Plan::List(refresh) if follow_changes => refresh,
            _ => Refresh::Snapshot,
        };
        Self {
            walk: Walk::new(source, parent, refresh),
            row,
            descriptors: [descriptor],
            progress,
            under_way: FuturesOrdered::new(),
            complete: false,
            tally: Tally { requests: 0, notes },
        }
    }

    fn batch(&mut self, records: Vec<Record>, completion: Option<Completion>) -> Result<Step> {
        let part = Part { stream: 0, pass: self.progress.parents.pass(), records, completion };
        let Tally { requests, notes } = std::mem::take(&mut self.tally);
        let round = self.progress.round.as_ref();
        Ok(Step::Batch(Batch {
            parts: vec![part],
            checkpoint: to_checkpoint(&self.progress)?,
            requests,
            notes,
            progress: round
                .filter(|round| round.listed)
                .map(|round| (round.done, round.done + round.pending.len() as u64)),
        }))
    }

    /// The next page of parents into the checkpoint; `false` if their listing has failed.
    async fn list_parents(&mut self) -> Result<bool> {
        let Some(page) = self.walk.next_page(&mut self.progress.parents, &mut self.tally).await? else {
            self.progress.round = None;
            return Ok(false);
        };
        let parents =
            assemble(self.walk.row, page.split(), None).inspect_err(|_| self.walk.forget_cursors())?;
        let step = self.progress.parents.page(page.next_cursor, page.sync_token);
        let round = self.progress.round.get_or_insert_default();
        round.full = step.full;
        round.listed = step.last;
        round.pending.extend(parents.into_iter().map(|parent| parent.key.as_str().to_owned()));
        Ok(true)
    }

    /// Asks about pending parents, as many at once as is good.
    fn ask(&mut self) -> Result<()> {
        let Some(round) = &self.progress.round else { return Ok(()) };
        let waiting = round.pending.iter().skip(self.under_way.len());
        let parents: Vec<String> = waiting.take(PARENTS_AT_ONCE - self.under_way.len()).cloned().collect();
        for parent in parents {
            let request = ParentRequest::new(self.walk.source.clone(), self.row, &parent)?;
            self.under_way.push_back(Box::pin(request.fetch()));
        }
        Ok(())
    }

    /// The first pending parent is done with.
    fn take_parent(&mut self, vanished: bool, complete: bool) -> Option<String> {
        let round = self.progress.round.as_mut()?;
        round.done += 1;
        round.hollow |= !complete;
        round.vanished += u64::from(vanished);
        round.pending.pop_front()
    }

    /// The last child of the last parent is handed out.
    fn finish(&mut self) -> Result<Step> {
        let round = self.progress.round.take().unwrap_or_default();
        if round.vanished > 0 {
            self.tally
                .notes
                .push(format!("{} parents were gone when their children were asked for", round.vanished));
        }
        self.complete = true;
        self.batch(Vec::new(), (round.full && !round.hollow).then_some(Completion::Everything))
    }
}

#[async_trait]
impl Capture for ChildCapture {
    fn streams(&self) -> &[Arc<StreamDescriptor>] {
        &self.descriptors
    }

    async fn next(&mut self) -> Result<Step> {
        self.walk.take_failure()?;
        if std::mem::take(&mut self.complete) {
            self.walk.forget_cursors();
            return Ok(Step::UpToDate { requests: 0 });
        }
        loop {
            self.ask()?;
            if let Some(fetched) = self.under_way.next().await {
                self.tally.requests += fetched.requests;
                let children = fetched.children.inspect_err(|_| self.under_way = FuturesOrdered::new())?;
                let (records, vanished, complete) = match children {
                    Children::Found(records) => (records, false, true),
                    Children::Some(records) => (records, false, false),
                    Children::ParentVanished => (Vec::new(), true, true),
                };
                let parent = self.take_parent(vanished, complete).filter(|_| complete);
                return self.batch(records, parent.map(|parent| Completion::Scopes(vec![Key::from(parent)])));
            }
            if self.progress.round.as_ref().is_some_and(|round| round.listed) {
                return self.finish();
            }
            if !self.list_parents().await? {
                return self.batch(Vec::new(), None);
            }
        }
    }
}

/// Everything needed to fetch one parent's children.
struct ParentRequest {
    source: AshbySource,
    row: &'static Row,
    list: ListRequest,
    key: Key,
    field: Option<&'static str>,
    arrays: &'static [(&'static str, Option<(&'static str, &'static str)>)],
}

impl ParentRequest {
    fn new(source: AshbySource, row: &'static Row, parent: &str) -> Result<Self> {
        let Plan::PerParent { parameter, add_parent_as, arrays, .. } = row.plan else {
            return Err(Error::new(
                ErrorKind::Configuration,
                format!("{} is not listed by parent", row.name),
            ));
        };
        let mut list = source.requests.list(row, key_fields(row, add_parent_as))?;
        list.parameters.insert(parameter.to_owned(), parent.into());
        Ok(Self { source, row, list, key: Key::from(parent), field: add_parent_as, arrays })
    }

    async fn fetch(self) -> Fetched {
        let mut requests = 0;
        let children = match self.try_fetch(&mut requests).await {
            Ok(children) => Ok(children),
            Err(Failure::Client(error)) => {
                requests += error.requests();
                let gone = error.kind() == ClientErrorKind::NotFound && error.code().is_some();
                if gone {
                    Ok(Children::ParentVanished)
                } else {
                    Err(from_client(self.row, error).with_requests(0))
                }
            }
            Err(Failure::Data(error)) => Err(error),
        };
        Fetched { requests, children }
    }

    async fn try_fetch(&self, requests: &mut u32) -> Result<Children, Failure> {
        if self.row.operation.contains(".list") {
            self.pages(requests).await.map(Children::Found)
        } else {
            self.info(requests).await
        }
    }

    async fn pages(&self, requests: &mut u32) -> Result<Vec<Record>, Failure> {
        let prefix = self.prefix(None);
        let mut records = Vec::new();
        let mut list = self.list.clone();
        let mut guard = CycleGuard::new();
        let mut restarts = 0;
        loop {
            let page = match self.source.client.page(&list).await {
                Ok(page) => page,
                Err(error)
                    if error.recovery().is_some() && list.cursor.is_some() && restarts < MAX_RESTARTS =>
                {
                    *requests += error.requests();
                    restarts += 1;
                    records.clear();
                    list.cursor = None;
                    guard = CycleGuard::new();
                    continue;
                }
                Err(error) => return Err(Failure::Client(error)),
            };
            *requests += page.requests;
            records.extend(assemble(self.row, page.split(), Some(self.owner(&prefix)))?);
            if let Some(circle) = guard.check(&page) {
                let message = format!("the children of a parent have no end: {circle}");
                let message = format!("{}: {message}", self.row.operation);
                return Err(Error::new(ErrorKind::Data, message).into());
            }
            match page.next_cursor {
                Some(cursor) => list.cursor = Some(cursor),
                None => return Ok(records),
            }
        }
    }

    async fn info(&self, requests: &mut u32) -> Result<Children, Failure> {
        let operation: &ReadOperation = &self.list.operation;
        let response =
            self.source.client.read(operation, &self.list.parameters).await.map_err(Failure::Client)?;
        *requests += response.requests;
        Ok(self.embedded(&response.results)?)
    }

    /// The children in the arrays of `results`. One that is absent or null says nothing of children, not that there are
    /// none.
    fn embedded(&self, results: &Bytes) -> Result<Children> {
        let mut records = Vec::new();
        let mut complete = true;
        for (array, tag) in self.arrays {
            let path: &[&str] = if array.is_empty() { &[] } else { &[array] };
            let split = split_array(results, path, &self.list.key_fields).map_err(|error| {
                let message = format!("cannot read the results of {}", self.list.operation);
                Error::new(ErrorKind::Data, message).with_source(error)
            })?;
            match split {
                Some(split) => {
                    records.extend(assemble(self.row, &split, Some(self.owner(&self.prefix(*tag))))?);
                }
                None => complete = false,
            }
        }
        Ok(if complete { Children::Found(records) } else { Children::Some(records) })
    }

    fn owner<'a>(&'a self, prefix: &'a Prefix) -> Owner<'a> {
        Owner { key: &self.key, field: self.field, prefix }
    }

    fn prefix(&self, tag: Option<(&str, &str)>) -> Prefix {
        let parent = self.field.map(|field| (field, self.key.as_str()));
        Prefix::new(parent.into_iter().chain(tag))
    }
}

enum Failure {
    Client(ashby_client::Error),
    Data(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Data(error)
    }
}

#[cfg(test)]
mod tests {
    use ashby_client::Client;

    use super::*;
    use crate::table::row;

    #[test]
    fn a_round_with_such_an_answer_is_not_complete() {
        let source = AshbySource::new(Client::builder().api_key("key").build().unwrap());
        let (versions, offers) = (row("offer_versions").unwrap(), row("offers").unwrap());
        for complete in [true, false] {
            let mut progress = Progress::new("a");
            let pending = ["o1".to_owned(), "o2".to_owned()].into();
            progress.round = Some(Round { full: true, listed: true, pending, ..Round::default() });
            let descriptor = Arc::new(crate::board::public_postings());
            let mut capture =
                ChildCapture::new(source.clone(), versions, offers, descriptor, progress, Vec::new());
            capture.take_parent(false, complete);
            capture.take_parent(false, true);
            let Step::Batch(batch) = capture.finish().unwrap() else { panic!("a batch") };
            assert_eq!(batch.parts[0].completion, complete.then_some(Completion::Everything));
        }
    }

    #[test]
    fn an_answer_without_the_list_says_nothing_of_the_children() {
        let source = AshbySource::new(Client::builder().api_key("key").build().unwrap());
        for (stream, results, found, complete) in [
            ("offer_versions", r#"{"id":"o","versions":[{"id":"v"}]}"#, 1, true),
            ("offer_versions", r#"{"id":"o","versions":[]}"#, 0, true),
            ("offer_versions", r#"{"id":"o","versions":null}"#, 0, false),
            ("offer_versions", r#"{"id":"o"}"#, 0, false),
            ("offer_versions", "null", 0, false),
            ("interviewer_pool_members", r#"{"qualifiedMembers":[{"id":"u"}]}"#, 1, false),
        ] {
            let request = ParentRequest::new(source.clone(), row(stream).unwrap(), "parent").unwrap();
            let (records, all) = match request.embedded(&Bytes::from_static(results.as_bytes())).unwrap() {
                Children::Found(records) => (records, true),
                Children::Some(records) => (records, false),
                Children::ParentVanished => panic!("the parent is there"),
            };
            assert_eq!((records.len(), all), (found, complete), "{stream} {results}");
        }
    }
}
