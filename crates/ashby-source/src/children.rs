//! The capture of a child stream: one request (or a few) for each parent.
//!
//! The parents are listed page by page; a page's keys are put into the checkpoint before the first child is asked
//! for, so that nothing of the parents' listing is held open and a crash resumes with the parents that are left.
//! Children are asked for side by side and handed out in the order of their parents, each parent's all at once: then
//! a sink can tell which children of that parent are gone.
//!
//! A parent whose children cannot be read is [set aside](crate::aside), and the others go on.

use std::collections::VecDeque;
use std::sync::Arc;

use ashby_client::Lane;
use async_trait::async_trait;
use capture_core::{
    Batch, Capture, Checkpoint, Ends, Extent, Gone, Key, Part, Result, Step, StreamDescriptor,
};
use futures_util::future::BoxFuture;
use futures_util::stream::{self, FuturesOrdered, StreamExt};
use serde::{Deserialize, Serialize};

use crate::AshbySource;
use crate::aside::{Aside, Patience};
use crate::checkpoint;
use crate::clock::now_ms;
use crate::going;
use crate::listing::{Arrived, Listing, Place, is_zero, without_key};
use crate::parent::{Children, Fetched, ParentRequest};
use crate::record::{Assembled, count};
use crate::request::Requests;
use crate::table::{Follow, Plan, Refresh, Row};
use crate::walk::{Tally, Walk};

/// Parents asked about side by side. The client's own limits on rate and concurrency apply on top.
const PARENTS_AT_ONCE: usize = 8;

/// Where a child stream stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Progress {
    /// The listing of the parents.
    pub(crate) parents: Listing,
    /// Set from the first page of parents until the last child is handed out.
    round: Option<Round>,
    /// Parents whose children could not be read.
    aside: Aside,
}

/// What is persisted of it beside the token.
#[derive(Serialize, Deserialize)]
struct Saved {
    parents: Place,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    round: Option<Round>,
    #[serde(default, skip_serializing_if = "Aside::is_empty")]
    aside: Aside,
}

/// One listing of parents and their children.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Round {
    /// Every parent is asked about, not only those that changed.
    full: bool,
    /// The parents' listing has come to its last page, which proves of the parents …
    listed: bool,
    /// … nothing, for this reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    doubt: Option<String>,
    /// … or everything, but for this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    suspicion: Option<String>,
    /// Keys of parents whose children are still to come.
    pending: VecDeque<String>,
    /// Parents done.
    done: u64,
    /// Of these, parents that were gone when their children were asked for.
    vanished: u64,
    /// The children of some parent are not known to be all.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    hollow: bool,
    /// Children that could not be used: they have no key.
    #[serde(default, skip_serializing_if = "is_zero")]
    unusable: u32,
    /// Parents that were set aside have been asked about again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    retried: bool,
}

impl Progress {
    /// Nothing yet; the parents' listing never ran.
    pub(crate) fn new(parents: Listing) -> Self {
        Self { parents, round: None, aside: Aside::default() }
    }

    pub(crate) fn from_checkpoint(stream: &str, saved: &Checkpoint) -> Result<Self> {
        let (token, saved) = checkpoint::read::<Saved>(stream, saved)?;
        let (parents, round, aside) = match saved {
            Some(saved) => (Some(saved.parents), saved.round, saved.aside),
            None => (None, None, Aside::default()),
        };
        Ok(Self { parents: Listing::of(token, parents, None), round, aside })
    }

    fn to_checkpoint(&self) -> Result<Checkpoint> {
        let (token, parents) = self.parents.parts();
        let (round, aside) = (self.round.clone(), self.aside.clone());
        checkpoint::write(token, &Saved { parents: parents.clone(), round, aside })
    }

    /// See [`Requests::restored`].
    pub(crate) fn restored(self, requests: &Requests, rows: &[&Row]) -> Result<(Self, Option<&'static str>)> {
        let (parents, note) = requests.restored(self.parents, rows)?;
        if note.is_some() {
            return Ok((Self::new(parents), note));
        }
        Ok((Self { parents, ..self }, None))
    }

    pub(crate) fn forget(&mut self) {
        self.parents.forget();
        self.round = None;
        self.aside = Aside::default();
    }
}

pub(crate) struct ChildCapture {
    /// Of the parents.
    walk: Walk,
    row: &'static Row,
    descriptors: [Arc<StreamDescriptor>; 1],
    progress: Progress,
    patience: Patience,
    /// Requests under way for the first so many of the pending parents, in their order. They go on between two steps.
    under_way: FuturesOrdered<BoxFuture<'static, Fetched>>,
    /// The listing begins with the next batch.
    begins: Option<Extent>,
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
            patience: Patience::default(),
            under_way: FuturesOrdered::new(),
            begins: None,
            complete: false,
            tally: Tally { requests: 0, notes },
        }
    }

    fn batch(&mut self, mut part: Part) -> Result<Step> {
        part.begins = self.begins.take();
        let unusable = self.progress.round.as_ref().map_or(0, |round| round.unusable);
        part.set_aside.get_or_insert(self.progress.aside.len() + u64::from(unusable));
        let Tally { requests, notes } = std::mem::take(&mut self.tally);
        let mut batch = Batch::new(vec![part], self.progress.to_checkpoint()?);
        (batch.requests, batch.notes) = (requests, notes);
        let round = self.progress.round.as_ref();
        batch.steps = round
            .filter(|round| round.listed)
            .map(|round| (round.done, round.done + round.pending.len() as u64));
        Ok(Step::Batch(batch))
    }

    /// The next page of parents into the checkpoint; `false` if their listing has failed.
    async fn list_parents(&mut self) -> Result<bool> {
        let Some(page) = self.walk.next_page(&mut self.progress.parents, &mut self.tally).await? else {
            self.progress.round = None;
            return Ok(false);
        };
        let Assembled { records: parents, unusable } = self.walk.records(&self.progress.parents, &page);
        self.tally.note_unusable(&unusable, &format!("a page of {}", self.walk.row.operation));
        let arrived = Arrived {
            next: page.next_cursor,
            token: page.sync_token,
            records: u32::try_from(parents.len()).unwrap_or(u32::MAX),
            unusable: count(&unusable),
            gives_token: matches!(self.walk.row.plan, Plan::List(Refresh::Token)),
            ..Arrived::default()
        };
        let step = self.progress.parents.page(self.walk.refresh, arrived);
        let is_new = self.progress.round.is_none();
        // Also where it begins anew because Ashby refused its cursor: then every parent comes once more.
        if let Some(extent) = step.begins.or_else(|| is_new.then_some(Extent::Changes)) {
            self.progress.round = Some(Round { full: extent == Extent::Everything, ..Round::default() });
            self.begins = Some(extent);
        }
        let round = self.progress.round.get_or_insert_default();
        match step.ends {
            None => {}
            Some(_) if step.is_to_be_confirmed => self.walk.forget_cursors(),
            Some(Ends::Complete) => round.listed = true,
            Some(Ends::Doubtful(why)) => {
                round.listed = true;
                round.suspicion = Some(why);
            }
            Some(Ends::Incomplete(why)) => {
                round.listed = true;
                round.doubt = Some(why);
            }
        }
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
            self.under_way.push_back(going::begin(request.fetch()));
        }
        Ok(())
    }

    /// The first pending parent is done with.
    fn take_parent(&mut self, children: Children) -> Part {
        let mut part = Part::new(0, Vec::new());
        let Some(round) = self.progress.round.as_mut() else { return part };
        round.done += 1;
        let parent = round.pending.pop_front().unwrap_or_default();
        self.progress.aside.resolved(&parent);
        match children {
            Children::All(records) => {
                part.records = records;
                part.whole_scopes.push(Key::from(parent));
            }
            Children::Some(records, gaps) => {
                part.records = records;
                // Once in a listing: each parent may have some.
                if round.unusable == 0 {
                    self.tally.note_unusable(&gaps.unusable, &format!("an answer of {}", self.row.operation));
                }
                round.unusable = round.unusable.saturating_add(count(&gaps.unusable));
                round.hollow |= gaps.hollow;
            }
            Children::ParentVanished => {
                part.gone_scopes.push((Key::from(parent), Gone::NotFound));
                round.vanished += 1;
            }
        }
        part
    }

    /// What came of asking about the first pending parent.
    fn judge(&mut self, fetched: Fetched) -> Result<Step> {
        self.tally.requests += fetched.requests;
        let part = match fetched.children {
            Ok(children) => self.take_parent(children),
            Err(failure) => {
                let error = match self.patience.is_the_parents(failure) {
                    Ok(error) => error,
                    // The others would fare no better: the poll fails, and goes on here.
                    Err(error) => {
                        self.under_way = FuturesOrdered::new();
                        return Err(error);
                    }
                };
                let pending = self.progress.round.as_mut().map(|round| &mut round.pending);
                let parent = pending.and_then(VecDeque::pop_front);
                let is_news = parent.is_some_and(|parent| self.progress.aside.add(parent, now_ms()));
                if is_news {
                    let cause = error.chain();
                    self.tally.note(format!("a parent whose children cannot be read is set aside: {cause}"));
                }
                return self.batch(Part::new(0, Vec::new()));
            }
        };
        self.patience.restore();
        self.batch(part)
    }

    /// Parents that were set aside, and whose time has come, are asked about once more before the round ends.
    fn retry_aside(&mut self) -> bool {
        let Some(round) = self.progress.round.as_mut().filter(|round| !round.retried) else { return false };
        round.retried = true;
        round.pending.extend(self.progress.aside.due(now_ms()));
        !round.pending.is_empty()
    }

    /// The last child of the last parent is handed out.
    fn finish(&mut self) -> Result<Step> {
        let round = self.progress.round.take().unwrap_or_default();
        if round.vanished > 0 {
            self.tally.note(format!(
                "parents that were gone when their children were asked for: {}",
                round.vanished
            ));
        }
        self.complete = true;
        self.walk.has_time_no_more();
        let aside = self.progress.aside.len();
        let ends = if aside > 0 {
            Ends::Incomplete(format!("parents whose children could not be read: {aside}"))
        } else if round.hollow {
            Ends::Incomplete("Ashby left out lists of children".to_owned())
        } else if round.unusable > 0 {
            without_key(round.unusable)
        } else if let Some(why) = round.doubt {
            Ends::Incomplete(why)
        } else {
            round.suspicion.map_or(Ends::Complete, Ends::Doubtful)
        };
        let mut part = Part::new(0, Vec::new()).ends(ends);
        part.set_aside = Some(aside + u64::from(round.unusable));
        self.batch(part)
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
                return self.judge(fetched);
            }
            if self.progress.round.as_ref().is_some_and(|round| round.listed) {
                if self.retry_aside() {
                    continue;
                }
                return self.finish();
            }
            if !self.list_parents().await? {
                return self.batch(Part::new(0, Vec::new()));
            }
        }
    }

    fn list_again(&mut self) -> bool {
        let is_under_way = self.progress.round.as_ref().is_some_and(|round| round.full);
        if self.walk.refresh == Refresh::Snapshot || is_under_way || self.progress.parents.lists_everything()
        {
            return false;
        }
        self.progress.forget();
        self.under_way = FuturesOrdered::new();
        self.walk.forget_cursors();
        self.walk.has_time();
        self.complete = false;
        true
    }

    fn rereads_within(&self, _: usize) -> bool {
        true
    }

    async fn reread_within(&mut self, _: usize, scopes: &[Key]) -> Result<Batch> {
        // What was asked before must not come after what is asked now.
        let pending = self.progress.round.iter().flat_map(|round| &round.pending);
        if pending.take(self.under_way.len()).any(|parent| scopes.iter().any(|key| key.as_str() == parent)) {
            self.under_way = FuturesOrdered::new();
        }
        let source = self.walk.source.in_lane(Lane::Interactive);
        let mut requests = Vec::with_capacity(scopes.len());
        for parent in scopes {
            requests.push(ParentRequest::new(source.clone(), self.row, parent.as_str())?.fetch());
        }
        let answers: Vec<Fetched> = stream::iter(requests).buffered(PARENTS_AT_ONCE).collect().await;
        let mut part = Part::new(0, Vec::new());
        let mut spent = 0;
        for (fetched, parent) in answers.into_iter().zip(scopes) {
            spent += fetched.requests;
            match fetched.children.map_err(|failure| failure.error)? {
                Children::All(records) => {
                    part.records.extend(records);
                    part.whole_scopes.push(parent.clone());
                }
                Children::Some(records, _) => part.records.extend(records),
                Children::ParentVanished => part.gone_scopes.push((parent.clone(), Gone::NotFound)),
            }
        }
        let mut batch = Batch::new(vec![part], self.progress.to_checkpoint()?);
        batch.requests = spent;
        Ok(batch)
    }
}
