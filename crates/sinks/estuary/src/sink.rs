//! Records as captured documents, commits as checkpoints.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use capture_core::{
    CommitPace, Committed, Counts, Error, ErrorKind, Key, Mode, Op, Record, Result, Share, Sink, Stamp,
    State, StateUpdate, StreamDescriptor, StreamState, Sweep, Within, Write,
};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use tokio::io::AsyncWrite;

use crate::acknowledgements::Acknowledgements;
use crate::document::{Documents, Numbers};
use crate::doubts::Doubts;
use crate::output::Output;
use crate::protocol::Response;
use crate::snapshot::{Delivered, Summary, Waiting, instant_of};
use crate::state::{Binding, Doubt, Note, Origin, SavedBinding, SavedState, bindings_patch, instant};

/// Sends documents and checkpoints to Estuary's runtime.
///
/// Records of streams that are listed whole ([`Mode::Snapshot`]) get a row number as their key. They are sent with the
/// sweep that follows a complete listing, those that it brought, and only if they differ from those of the one before.
/// One that lacks nearly all that was there before is sent once listings have agreed on it for an hour.
/// Everything else goes out as it comes, keyed by its own fields; there is nothing to sweep, for what was sent is not
/// known any more. One checkpoint covers everything that was sent before it, of whichever binding.
///
/// After a crash the runtime forgets documents that no checkpoint followed; the next session sends them again.
pub struct EstuarySink<W> {
    output: Output<W>,
    /// By stream.
    bindings: HashMap<String, Bound>,
    restarts: Vec<String>,
    documents: Documents,
    acknowledgements: Acknowledgements,
    origin: Option<Origin>,
    doubts: Doubts,
    /// Documents have been sent that no checkpoint has followed.
    is_dirty: bool,
    /// By stream, since the commit before.
    counts: BTreeMap<String, Counts>,
}

struct Bound {
    binding: Binding,
    saved: SavedBinding,
    /// Of a stream that is listed whole: rows that wait for the end of their listing.
    listing: Option<Waiting>,
    /// What the next checkpoint says of the binding.
    patch: Option<Value>,
}

impl Bound {
    /// Drops rows of a listing that was given up.
    fn forget_abandoned(&mut self, state: Option<&StreamState>) -> Result<()> {
        let owed = |state: &StreamState| state.sweep_due.as_ref().map(|due| due.since);
        let since = state.and_then(|state| state.listing.or_else(|| owed(state)));
        match (&mut self.listing, since) {
            (Some(listing), Some(since)) => listing.keep_since(since),
            (listing, _) => {
                *listing = None;
                Ok(())
            }
        }
    }
}

impl<W: AsyncWrite + Send + Unpin> EstuarySink<W> {
    /// A sink for these bindings, which continue from `saved`.
    pub fn new(
        output: Output<W>,
        bindings: Vec<Binding>,
        saved: &SavedState,
        numbers: Numbers,
        acknowledgements: Acknowledgements,
    ) -> Self {
        let bound = |binding: Binding| {
            let saved = saved.binding(&binding.state_key);
            (binding.stream.clone(), Bound { binding, saved, listing: None, patch: None })
        };
        Self {
            output,
            bindings: bindings.into_iter().map(bound).collect(),
            restarts: saved.restarts.clone(),
            documents: Documents::new(numbers),
            acknowledgements,
            origin: None,
            doubts: Doubts::default(),
            is_dirty: false,
            counts: BTreeMap::new(),
        }
    }

    /// With which connector the capture began. Its state tells it from now on.
    #[must_use]
    pub fn began_with(mut self, origin: Origin) -> Self {
        self.origin = Some(origin);
        self
    }

    /// Where it is to be seen which listings are doubted.
    #[must_use]
    pub fn doubts(mut self, doubts: Doubts) -> Self {
        self.doubts = doubts;
        self
    }

    async fn checkpoint(&mut self, patch: Value) -> Result<()> {
        self.acknowledgements.checkpoint().await;
        self.is_dirty = false;
        self.output.respond(&Response::Checkpoint(patch)).await
    }

    async fn send(&mut self, write: Write) -> Result<()> {
        let index = bound(&mut self.bindings, &write.stream)?.binding.index;
        let mut counts = Counts::default();
        for record in &write.records {
            let document = match &record.op {
                Op::Upsert(body) => {
                    counts.written += 1;
                    self.documents.of(body)
                }
                Op::Gone(_) => {
                    counts.deleted += 1;
                    Cow::Owned(tombstone(&write.stream, &record.key))
                }
            };
            self.is_dirty = true;
            self.output.document(index, &document).await?;
        }
        self.count(&write.stream, counts);
        Ok(())
    }

    fn hold_back(&mut self, write: &Write) -> Result<()> {
        let numbers = self.documents.numbers();
        let bound = bound(&mut self.bindings, &write.stream)?;
        let index = bound.binding.index;
        let listing = bound.listing.get_or_insert_with(|| Waiting::new(index, numbers));
        listing.push(write.seen, write.records.iter().filter_map(Record::body))
    }

    async fn deliver(&mut self, sweep: &Sweep) -> Result<()> {
        let bound = bound(&mut self.bindings, &sweep.stream)?;
        let mut listing = bound
            .listing
            .take()
            .unwrap_or_else(|| Waiting::new(bound.binding.index, self.documents.numbers()));
        listing.keep_since(sweep.since)?;
        let nothing = Summary { updated_at: None, count: 0, digest: None };
        let before = bound.saved.snapshot.clone().unwrap_or(nothing);
        let listed_at = instant_of(sweep.since);
        let doubt = Doubt::of_listing(before.count, listing.count(), listed_at, bound.saved.note.doubt);
        self.doubts.note(&sweep.stream.name, doubt.map(|_| (listing.count(), before.count)));
        let note = Note { origin: self.origin, doubt };
        if doubt.is_some() {
            let unchanged = before.count;
            let as_it_was = Summary { updated_at: Some(listed_at), ..before };
            bound.patch = Some(bound.saved.list(as_it_was, note));
            self.count(&sweep.stream, Counts { unchanged, ..Counts::default() });
            return Ok(());
        }
        let Delivered { summary, written, deleted } =
            listing.deliver(sweep.since, &before, &mut self.output).await?;
        self.is_dirty |= written + deleted > 0;
        let unchanged = summary.count - written;
        bound.patch = Some(bound.saved.list(summary, note));
        self.count(&sweep.stream, Counts { written, deleted, unchanged, ..Counts::default() });
        Ok(())
    }

    fn count(&mut self, stream: &StreamDescriptor, counts: Counts) {
        *self.counts.entry(stream.name.clone()).or_default() += counts;
    }
}

/// Not a method, so that the rest of the sink stays free.
fn bound<'a>(bindings: &'a mut HashMap<String, Bound>, stream: &StreamDescriptor) -> Result<&'a mut Bound> {
    bindings.get_mut(&stream.name).ok_or_else(|| {
        Error::new(ErrorKind::Configuration, format!("the stream {} is captured by no binding", stream.name))
    })
}

/// `{"_meta":{"op":"d"},"id":"…"}`
fn tombstone(stream: &StreamDescriptor, key: &Key) -> Vec<u8> {
    let parts = stream.key.iter().cloned().zip(key.parts(stream.key.len()));
    let mut members: Map<String, Value> = parts.map(|(field, part)| (field, part.into())).collect();
    members.insert("_meta".to_owned(), json!({"op": "d"}));
    serde_json::to_vec(&members).expect("text is always JSON")
}

#[async_trait]
impl<W: AsyncWrite + Send + Unpin> Sink for EstuarySink<W> {
    /// What the open request brought. Streams that are listed whole begin anew.
    async fn load(&mut self) -> Result<State> {
        let saved = self.bindings.values().filter_map(|bound| {
            let state = bound.saved.state.clone()?;
            Some((bound.binding.stream.clone(), state))
        });
        Ok(State::new(saved))
    }

    /// Checkpoints the beginnings of bindings that have none.
    async fn open(&mut self, streams: &[Arc<StreamDescriptor>]) -> Result<()> {
        if !self.restarts.is_empty() {
            let nulls: Map<String, Value> = self.restarts.drain(..).map(|key| (key, Value::Null)).collect();
            let patch = json!({"bindingStateV1": nulls, "backfillRequests": nulls});
            self.checkpoint(patch).await?;
        }
        let now = instant(Timestamp::now());
        let mut patches = Map::new();
        for stream in streams {
            let bound = bound(&mut self.bindings, stream)?;
            let mut patch = Map::new();
            if stream.mode != Mode::Snapshot && bound.saved.cursor.is_none() {
                bound.saved.cursor = Some(String::new());
                patch.insert("inc".to_owned(), json!({"cursor": [""]}));
            }
            if !bound.saved.exists || !bound.saved.has_last_initialized {
                patch.insert("last_initialized".to_owned(), now.clone().into());
            }
            if !patch.is_empty() {
                patches.insert(bound.binding.state_key.clone(), patch.into());
            }
        }
        if !patches.is_empty() {
            self.checkpoint(bindings_patch(patches)).await?;
        }
        Ok(())
    }

    async fn write(&mut self, write: Write) -> Result<()> {
        match write.stream.mode {
            Mode::Snapshot => self.hold_back(&write),
            Mode::Incremental | Mode::Child => self.send(write).await,
        }
    }

    async fn sweep(&mut self, sweep: Sweep) -> Result<()> {
        let is_whole = sweep.within == Within::Everything && sweep.from == Stamp::NEVER;
        if is_whole && sweep.stream.mode == Mode::Snapshot { self.deliver(&sweep).await } else { Ok(()) }
    }

    /// Nothing: what was sent is not known any more.
    async fn unseen(&mut self, _: &Sweep) -> Result<Share> {
        Ok(Share::default())
    }

    async fn known(&mut self, _: &StreamDescriptor, _: &[Key]) -> Result<Option<u64>> {
        Ok(None)
    }

    async fn commit(&mut self, update: &StateUpdate) -> Result<Committed> {
        for (stream, state) in &update.streams {
            let Some(bound) = self.bindings.get_mut(stream) else { continue };
            if bound.saved.cursor.is_some() {
                bound.patch = bound.saved.advance(state.as_ref(), self.origin);
            } else {
                // Only complete listings count; the place within one is not kept.
                bound.forget_abandoned(state.as_ref())?;
            }
        }
        let patched = self.bindings.values_mut().filter_map(|bound| {
            let patch = bound.patch.take()?;
            Some((bound.binding.state_key.clone(), patch))
        });
        let patches: Map<String, Value> = patched.collect();
        // If nothing is new, a transaction of the runtime can be saved.
        if !patches.is_empty() || self.is_dirty {
            let patch = if patches.is_empty() { json!({}) } else { bindings_patch(patches) };
            self.checkpoint(patch).await?;
        }
        Ok(Committed::new(std::mem::take(&mut self.counts)))
    }

    async fn close(&mut self) -> Result<()> {
        Ok(())
    }

    fn pace(&self) -> CommitPace {
        // Small transactions: a restart repeats little, and the runtime joins what comes quickly.
        CommitPace::new(4 << 20, Duration::from_secs(1))
    }
}
