//! Reads what waits of one stream, in the cheapest way that proves something.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use capture_core::{Error, ErrorKind, Gone, Handle, Key, PollNow, Polled, Purpose, ReadAgain, Result};
use tokio::time::Instant;

use super::pause_after;
use super::plan::{Task, What, owned_by};
use crate::reread::{Single, filter};
use crate::table::{Plan, Refresh, Row, row};

/// From so many records on, a listing of what changed costs less than to ask for each.
const LISTED_FROM: usize = 4;

/// An event comes a while after its change, which another listing may have shown meanwhile. So a listing for events looks
/// back: at first so far, and further if it did not show what it should, but no further than this.
const LOOK_BACK: Duration = Duration::from_secs(1);
const LONGEST_LOOK_BACK: Duration = Duration::from_secs(1200);

/// How much further each time. It may cost as much more.
const FURTHER: u32 = 4;

/// Lists may lag behind events, and one that looked back may have shown a record as it was before the event: so long after it, what
/// is new is listed once more. Nothing waits for it.
const LAG: Duration = Duration::from_secs(3);

/// So many records are asked for before others may have their turn.
const AT_ONCE: usize = 16;

/// What Ashby refuses to tell of a single record, or does not show, is asked for again so often; then the next listings
/// have to do.
const REFUSALS: u32 = 3;

/// By what is to be read.
pub(super) type Waiting = HashMap<What, Wanted>;

/// Something that is to be read.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    /// How it may be gone.
    pub(super) gone: Gone,
    /// For which events.
    pub(super) events: Vec<u64>,
    /// How often what should have shown it did not: a listing may lag behind an event.
    in_vain: u32,
    /// It has time until then.
    pub(super) not_before: Option<Instant>,
}

impl Wanted {
    pub(super) fn new(gone: Gone) -> Self {
        Self { gone, events: Vec::new(), in_vain: 0, not_before: None }
    }

    /// Another event asks for it.
    pub(super) fn is_news(&mut self) {
        (self.in_vain, self.not_before) = (0, None);
    }
}

/// What came of it.
pub(super) struct Worked {
    pub(super) stream: &'static str,
    pub(super) began: Instant,
    /// Events of which a piece is done.
    pub(super) done: Vec<u64>,
    /// What is to be tried again.
    pub(super) again: Waiting,
    /// What follows from it.
    pub(super) follows: Vec<(Task, Vec<u64>)>,
    /// What changed was listed because that costs less.
    pub(super) listed: Option<ListedInstead>,
    /// Why something could not be read.
    pub(super) error: Option<Error>,
}

/// What changed was listed instead of asking for each record.
#[derive(Debug, Clone, Copy)]
pub(super) struct ListedInstead {
    /// How far back the next one looks.
    look_back: Duration,
    /// How many requests it took.
    requests: u32,
}

/// What was before.
pub(super) struct Before {
    /// How often in a row something could not be read.
    pub(super) tries: u32,
    /// The last time what changed was listed because that costs less: it was said then.
    pub(super) listed: Option<ListedInstead>,
}

struct Work<'a> {
    handle: &'a Handle,
    captured: HashSet<String>,
    before: Option<ListedInstead>,
    waiting: Waiting,
    worked: Worked,
}

pub(super) async fn work(
    handle: &Handle,
    stream: &'static str,
    waiting: Waiting,
    Before { tries, listed: before }: Before,
    began: Instant,
) -> Worked {
    let worked = Worked {
        stream,
        began,
        done: Vec::new(),
        again: Waiting::new(),
        follows: Vec::new(),
        listed: None,
        error: None,
    };
    let captured = handle.status().into_keys().collect();
    let mut work = Work { handle, captured, before, waiting, worked };
    if let Err(error) = work.run(tries).await {
        work.worked.error = Some(error);
    }
    work.worked.again.extend(work.waiting);
    work.worked
}

impl Work<'_> {
    async fn run(&mut self, tries: u32) -> Result<()> {
        // One that cannot be read must not keep the others from being read.
        let at_once = if tries > 1 { 1 } else { AT_ONCE };
        if let Err(error) = self.list().await {
            if tries < REFUSALS || !is_for_good(&error) {
                return Err(error);
            }
            self.leave(&error, |_| true);
            return Ok(());
        }
        for what in self.named(|what| matches!(what, What::Of(_))) {
            self.of_owner(&what).await?;
        }
        let mut first_error = None;
        for chunk in self.named(|what| matches!(what, What::Confirm(_))).chunks(at_once) {
            let read = self.read(chunk, Purpose::Confirm).await;
            note(&mut first_error, self.unless_refused(chunk, tries, read))?;
        }
        for chunk in self.named(|what| matches!(what, What::Record(_))).chunks(at_once) {
            let read = self.read(chunk, Purpose::Refresh).await;
            note(&mut first_error, self.unless_refused(chunk, tries, read))?;
        }
        for chunk in self.named(|what| matches!(what, What::Within(..))).chunks(at_once) {
            let read = self.read_within(chunk).await;
            note(&mut first_error, self.unless_refused(chunk, tries, read))?;
        }
        first_error.map_or(Ok(()), Err)
    }

    /// Who delivers decides what an event names, so it need not be a record, or not one of this kind: what is refused for
    /// good, asked for by itself and several times, is let go of.
    fn unless_refused(&mut self, chunk: &[What], tries: u32, read: Result<()>) -> Result<()> {
        match (read, chunk) {
            (Err(error), [refused]) if tries >= REFUSALS && is_for_good(&error) => {
                self.leave(&error, |what| what == refused);
                Ok(())
            }
            (read, _) => read,
        }
    }

    /// Leaves what cannot be read to the next listings.
    fn leave(&mut self, error: &Error, is_such: impl Fn(&What) -> bool) {
        let stream = self.worked.stream;
        tracing::warn!(
            stream,
            "what an event named cannot be read, and is left to listings: {}",
            error.chain()
        );
        for what in self.named(is_such) {
            self.is_done(&what);
        }
    }

    fn named(&self, is_such: impl Fn(&What) -> bool) -> Vec<What> {
        self.waiting.keys().filter(|what| is_such(what)).cloned().collect()
    }

    /// Lists what changed if something needs it, or if that costs less.
    async fn list(&mut self) -> Result<()> {
        let stream = self.worked.stream;
        let awaited: HashMap<Key, What> = self
            .waiting
            .keys()
            .filter_map(|what| match what {
                What::Record(key) | What::Listed(key) | What::Within(_, Some(key)) => {
                    Some((key.clone(), what.clone()))
                }
                _ => None,
            })
            .collect();
        let needs_one = self.waiting.keys().any(|what| matches!(what, What::Changes | What::Listed(_)));
        let cost = self.before.map_or(0, |before| before.requests as usize);
        let is_cheaper = awaited.len() >= LISTED_FROM
            && awaited.len() > cost
            && row(stream).is_some_and(|row| matches!(row.plan, Plan::List(Refresh::Token)))
            && self.handle.status().get(stream).is_some_and(|status| !status.listing_everything);
        if !needs_one && !is_cheaper {
            return Ok(());
        }
        if is_cheaper && self.before.is_none() {
            let note = format!(
                "events named {} records at once: what changed is listed instead of asking for each",
                awaited.len()
            );
            self.handle.note(stream, note).await?;
        }
        let look_back = self.before.map_or(LOOK_BACK, |before| before.look_back);
        let ask = PollNow::new(stream).awaiting(awaited.keys().cloned());
        let ask = if is_cheaper { ask.looking_back(look_back) } else { ask };
        let polled = self.handle.poll(ask).await?;
        for key in &polled.shown {
            if let Some(what) = awaited.get(key) {
                self.is_done(what);
            }
        }
        self.is_done(&What::Changes);
        if is_cheaper {
            self.listed(awaited, look_back, &polled);
        }
        for what in self.named(|what| matches!(what, What::Listed(_))) {
            self.was_not_shown(what);
        }
        Ok(())
    }

    /// What changed was listed, which costs less than to ask for each. What it has not shown was perhaps shown by one before,
    /// earlier than this one looks back.
    fn listed(&mut self, awaited: HashMap<Key, What>, look_back: Duration, polled: &Polled) {
        let missing: Vec<What> =
            awaited.into_values().filter(|what| self.waiting.contains_key(what)).collect();
        let next = next_look_back(look_back, missing.len(), polled);
        let looks_further = next > look_back;
        self.worked.listed = Some(ListedInstead { look_back: next, requests: polled.requests });
        if polled.looked_back {
            let mut later = Wanted::new(Gone::NotFound);
            later.not_before = Some(Instant::now() + LAG);
            self.worked.again.insert(What::Changes, later);
        }
        for what in missing.into_iter().filter(|_| looks_further) {
            if let Some(wanted) = self.waiting.remove(&what) {
                self.worked.again.insert(what, wanted);
            }
        }
    }

    /// A listing that may lag behind the event has not shown it: it is looked for again, with longer and longer pauses.
    fn was_not_shown(&mut self, what: What) {
        let Some(mut wanted) = self.waiting.remove(&what) else { return };
        if wanted.in_vain >= REFUSALS {
            tracing::info!(
                stream = self.worked.stream,
                "what an event named is shown by nothing, and is left to listings"
            );
            self.worked.done.extend(wanted.events);
            return;
        }
        wanted.in_vain += 1;
        wanted.not_before = Some(Instant::now() + pause_after(wanted.in_vain));
        self.worked.again.insert(what, wanted);
    }

    async fn read(&mut self, chunk: &[What], purpose: Purpose) -> Result<()> {
        let stream = self.worked.stream;
        let by_key: HashMap<Key, &What> = chunk
            .iter()
            .filter_map(|what| match what {
                What::Record(key) | What::Confirm(key) => Some((key.clone(), what)),
                _ => None,
            })
            .collect();
        let asked = by_key.iter().map(|(key, what)| {
            let gone = self.waiting.get(*what).map_or(Gone::NotFound, |wanted| wanted.gone.clone());
            (key.clone(), gone)
        });
        let ask = ReadAgain::records(stream, asked.collect::<Vec<_>>()).for_purpose(purpose);
        let back = self.handle.read_again(ask).await?;
        for key in &back.gone {
            if let Some(what) = by_key.get(key) {
                self.follow(key, what).await?;
            }
        }
        // What is there after all may have come back, or changed: where a record shows less by itself, a listing decides.
        if purpose == Purpose::Confirm {
            for (key, what) in by_key.iter().filter(|(key, _)| !back.gone.contains(key)) {
                let events = self.events(what);
                let again = if is_as_listed(stream) { What::Record(key.clone()) } else { What::Changes };
                self.follows(stream, again, Gone::NotFound, &events);
            }
        }
        chunk.iter().for_each(|what| self.is_done(what));
        Ok(())
    }

    async fn read_within(&mut self, chunk: &[What]) -> Result<()> {
        let mut owners: HashMap<Key, Gone> = HashMap::new();
        for what in chunk {
            if let (What::Within(owner, _), Some(wanted)) = (what, self.waiting.get(what)) {
                says_more(owners.entry(owner.clone()).or_insert(Gone::NotFound), &wanted.gone);
            }
        }
        let stream = self.worked.stream;
        let back = self.handle.read_again(ReadAgain::within(stream, owners)).await?;
        let settled: HashSet<Key> = back.shown.into_iter().chain(back.gone).collect();
        for what in chunk {
            let What::Within(owner, key) = what else { continue };
            let is_settled = key.as_ref().is_none_or(|key| settled.contains(key));
            if is_settled || back.gone_scopes.contains(owner) {
                self.is_done(what);
            } else {
                self.was_not_shown(what.clone());
            }
        }
        Ok(())
    }

    /// What belongs to a record that is said to be gone, which nobody here can ask for: each of them can tell, or what is
    /// listed of it.
    async fn of_owner(&mut self, what: &What) -> Result<()> {
        let (What::Of(owner), Some(wanted)) = (what, self.waiting.get(what).cloned()) else { return Ok(()) };
        let Some(row) = row(self.worked.stream) else { return Ok(()) };
        let Wanted { gone, events, .. } = wanted;
        if Single::of(row).is_some() {
            for key in self.handle.belonging_to(row.name, owner.clone()).await? {
                if let Gone::MergedInto(_) = gone {
                    self.shows_more_of(row.name, &key, &events);
                    self.follows(row.name, What::Record(key), Gone::NotFound, &events);
                } else {
                    self.follows(row.name, What::Confirm(key), gone.clone(), &events);
                }
            }
        } else if matches!(row.plan, Plan::PerParent { .. }) || filter(row).is_some() {
            if let Gone::MergedInto(into) = &gone {
                self.follows(row.name, What::Within(into.clone(), None), Gone::NotFound, &events);
            }
            self.follows(row.name, What::Within(owner.clone(), None), of_what_belonged(&gone), &events);
        } else if matches!(gone, Gone::MergedInto(_)) {
            self.follows(row.name, What::Changes, Gone::NotFound, &events);
        }
        self.is_done(what);
        Ok(())
    }

    /// What belongs to a record that is gone: after a merge it belongs to the other one, else it is gone, too.
    async fn follow(&mut self, key: &Key, what: &What) -> Result<()> {
        let Some(Wanted { gone, events, .. }) = self.waiting.get(what).cloned() else { return Ok(()) };
        let mut owners = vec![(self.worked.stream, key.clone())];
        while let Some((owner_stream, owner)) = owners.pop() {
            let owned: Vec<_> =
                owned_by(owner_stream).filter(|owned| self.captured.contains(owned.name)).collect();
            for owned in owned {
                let is_list = matches!(owned.plan, Plan::List(_));
                let rows = if is_list || owned_by(owned.name).next().is_some() {
                    self.handle.belonging_to(owned.name, owner.clone()).await?
                } else {
                    Vec::new()
                };
                match &gone {
                    Gone::MergedInto(into) => {
                        for row in rows {
                            owners.push((owned.name, row.clone()));
                            if Single::of(owned).is_some() {
                                self.shows_more_of(owned.name, &row, &events);
                                self.follows(owned.name, What::Record(row), Gone::NotFound, &events);
                            }
                        }
                        if !is_list && owner_stream == self.worked.stream {
                            let (within, of_it) =
                                (What::Within(owner.clone(), None), of_what_belonged(&gone));
                            self.follows(owned.name, within, of_it, &events);
                            let within = What::Within(into.clone(), None);
                            self.follows(owned.name, within, Gone::NotFound, &events);
                        } else if is_list && Single::of(owned).is_none() {
                            self.follows(owned.name, What::Changes, Gone::NotFound, &events);
                        }
                    }
                    // Each of them can tell.
                    _ if Single::of(owned).is_some() => {
                        for row in rows {
                            self.follows(owned.name, What::Confirm(row), gone.clone(), &events);
                        }
                    }
                    _ => {
                        owners.extend(rows.into_iter().map(|row| (owned.name, row)));
                        self.handle.owner_is_gone(owned.name, owner.clone(), gone.clone()).await?;
                    }
                }
            }
        }
        Ok(())
    }

    /// A record belongs to another now: so does what shows more of it than its list.
    fn shows_more_of(&mut self, stream: &'static str, key: &Key, events: &[u64]) {
        let is_it = |row: &&Row| matches!(row.plan, Plan::PerParent { add_parent_as: None, .. });
        for row in owned_by(stream).filter(is_it) {
            if self.captured.contains(row.name) {
                self.follows(row.name, What::Within(key.clone(), None), Gone::NotFound, events);
            }
        }
    }

    fn follows(&mut self, stream: &'static str, what: What, gone: Gone, events: &[u64]) {
        self.worked.follows.push((Task { stream, what, gone }, events.to_vec()));
    }

    fn events(&self, what: &What) -> Vec<u64> {
        self.waiting.get(what).map(|wanted| wanted.events.clone()).unwrap_or_default()
    }

    fn is_done(&mut self, what: &What) {
        if let Some(wanted) = self.waiting.remove(what) {
            self.worked.done.extend(wanted.events);
        }
    }
}

/// How far back the next listing looks: further, if that may show what is missing and promises to cost less than to ask for each.
fn next_look_back(look_back: Duration, missing: usize, polled: &Polled) -> Duration {
    let pays = missing > polled.requests.saturating_mul(FURTHER) as usize;
    let further = (look_back * FURTHER).min(LONGEST_LOOK_BACK).max(look_back);
    if polled.looked_back && pays { further } else { look_back }
}

/// How what belonged to a record is known to be gone, if it is not there any more: it was not merged itself.
fn of_what_belonged(gone: &Gone) -> Gone {
    match gone {
        Gone::MergedInto(_) => Gone::Reported { at: None },
        gone => gone.clone(),
    }
}

/// Takes the reason that says more.
pub(super) fn says_more(reason: &mut Gone, other: &Gone) {
    let rank = |gone: &Gone| Gone::rank_of(Some(gone.why()));
    if rank(other) > rank(reason) {
        reason.clone_from(other);
    }
}

/// Whether a record that is read by itself is what a listing shows.
fn is_as_listed(stream: &str) -> bool {
    row(stream).and_then(Single::of).is_some_and(|single| single.is_as_listed())
}

/// Whether asking again is in vain: the stream is not read by this run or with this key, or Ashby refuses the question.
fn is_for_good(error: &Error) -> bool {
    let kind = error.kind();
    kind == ErrorKind::Configuration || (kind.is_stream_only() && !kind.may_pass())
}

/// Goes on after a failure that may be about one record; not after the end of the run.
fn note(first: &mut Option<Error>, result: Result<()>) -> Result<()> {
    match result {
        Err(error) if error.kind() == ErrorKind::Closed => Err(error),
        Err(error) => {
            first.get_or_insert(error);
            Ok(())
        }
        Ok(()) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listing_looks_further_back_while_that_pays() {
        let next = |look_back_s: u64, missing: usize, requests: u32, looked_back: bool| {
            let mut polled = Polled::default();
            (polled.requests, polled.looked_back) = (requests, looked_back);
            next_look_back(Duration::from_secs(look_back_s), missing, &polled).as_secs()
        };
        assert_eq!(next(2, 2_000, 100, true), 8);
        assert_eq!(next(512, 5, 1, true), 1200);
        assert_eq!(next(1200, 2_000, 1, true), 1200, "no further than that");
        assert_eq!(next(2, 4, 1, true), 2, "to ask for each costs no more");
        assert_eq!(next(2, 400, 100, true), 2);
        assert_eq!(next(2, 2_000, 1, false), 2, "it could not");
    }

    #[test]
    fn of_two_reasons_the_one_that_says_more_counts() {
        let (into, reported) = (Gone::MergedInto("c".into()), Gone::Reported { at: None });
        for (first, then, counts) in [
            (&Gone::NotFound, &reported, &reported),
            (&reported, &Gone::NotFound, &reported),
            (&reported, &into, &into),
            (&into, &reported, &into),
        ] {
            let mut reason = first.clone();
            says_more(&mut reason, then);
            assert_eq!(reason, *counts);
        }
        assert_eq!(of_what_belonged(&into), reported);
    }
}
