//! Records as captured documents, commits as checkpoints.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use capture_core::{
    Capabilities, Completion, Counts, Error, ErrorKind, Key, Mode, Op, Result, Sink, SnapshotDelivery,
    StateUpdate, StreamDescriptor, Write,
};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use tokio::io::AsyncWrite;

use crate::acknowledgements::Acknowledgements;
use crate::document::{Numbers, push_document};
use crate::output::Output;
use crate::protocol::Response;
use crate::snapshot::{Listing, Summary};
use crate::state::{Binding, Positions, SavedBinding, SavedState, bindings_patch, instant};

/// Sends documents and checkpoints to Estuary's runtime.
///
/// Records of streams that are listed whole ([`Mode::Snapshot`]) get a row number as their key and are sent when their
/// listing is complete, and only if it differs from the one before; everything else goes out as it comes, keyed by its
/// own fields. One checkpoint covers everything that was sent before it, of whichever binding.
///
/// After a crash the runtime forgets documents that no checkpoint followed; the next session sends them again.
pub struct EstuarySink<W> {
    output: Output<W>,
    /// By stream.
    bindings: HashMap<String, Bound>,
    restarts: Vec<String>,
    positions: Arc<dyn Positions>,
    numbers: Numbers,
    acknowledgements: Acknowledgements,
    /// Documents have been sent that no checkpoint has followed.
    is_dirty: bool,
    document: Vec<u8>,
}

struct Bound {
    binding: Binding,
    saved: SavedBinding,
    /// Of a stream that is listed whole: the listing that is under way.
    listing: Option<Listing>,
    /// What the next checkpoint says of the binding.
    patch: Option<Value>,
}

impl<W: AsyncWrite + Send + Unpin> EstuarySink<W> {
    /// A sink for these bindings, which continue from `saved`.
    pub fn new(
        output: Output<W>,
        bindings: Vec<Binding>,
        saved: &SavedState,
        positions: Arc<dyn Positions>,
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
            positions,
            numbers,
            acknowledgements,
            is_dirty: false,
            document: Vec::new(),
        }
    }

    async fn checkpoint(&mut self, patch: Value) -> Result<()> {
        self.acknowledgements.checkpoint().await;
        self.is_dirty = false;
        self.output.respond(&Response::Checkpoint(patch)).await
    }

    async fn write_keyed(&mut self, write: Write<'_>) -> Result<Counts> {
        let index = bound(&mut self.bindings, write.stream)?.binding.index;
        let mut counts = Counts::default();
        for record in write.records {
            self.document.clear();
            match &record.op {
                Op::Upsert(body) => {
                    push_document(&mut self.document, body, self.numbers);
                    counts.written += 1;
                }
                Op::Delete => {
                    push_tombstone(&mut self.document, write.stream, &record.key);
                    counts.deleted += 1;
                }
            }
            self.is_dirty = true;
            self.output.document(index, &self.document).await?;
        }
        Ok(counts)
    }

    async fn write_listing(&mut self, write: Write<'_>) -> Result<Counts> {
        let bound = bound(&mut self.bindings, write.stream)?;
        let index = bound.binding.index;
        let mut listing = match bound.listing.take() {
            Some(listing) if listing.pass == write.pass => listing,
            // One of another pass was given up.
            _ => Listing::new(write.pass, index, self.numbers),
        };
        for body in write.records.iter().filter_map(capture_core::Record::body) {
            listing.push(body)?;
        }
        if write.completion != Some(&Completion::Everything) {
            bound.listing = Some(listing);
            return Ok(Counts::default());
        }
        let nothing = Summary { updated_at: None, count: 0, digest: None };
        let before = bound.saved.snapshot.take().unwrap_or(nothing);
        let delivered = listing.deliver(&before, &mut self.output).await?;
        self.is_dirty |= delivered.written + delivered.deleted > 0;
        let count = delivered.summary.count;
        bound.patch = Some(delivered.summary.patch());
        bound.saved.snapshot = Some(delivered.summary);
        Ok(Counts {
            written: delivered.written,
            deleted: delivered.deleted,
            unchanged: count - delivered.written,
            ..Counts::default()
        })
    }
}

/// Not a method, so that the rest of the sink stays free.
fn bound<'a>(bindings: &'a mut HashMap<String, Bound>, stream: &StreamDescriptor) -> Result<&'a mut Bound> {
    bindings.get_mut(&stream.name).ok_or_else(|| {
        Error::new(ErrorKind::Configuration, format!("the stream {} is captured by no binding", stream.name))
    })
}

/// `{"_meta":{"op":"d"},"id":"…"}`
fn push_tombstone(document: &mut Vec<u8>, stream: &StreamDescriptor, key: &Key) {
    let parts = stream.key.iter().cloned().zip(key.parts(stream.key.len()));
    let mut members: Map<String, Value> = parts.map(|(field, part)| (field, part.into())).collect();
    members.insert("_meta".to_owned(), json!({"op": "d"}));
    serde_json::to_writer(document, &members).expect("text is always JSON and memory takes it");
}

#[async_trait]
impl<W: AsyncWrite + Send + Unpin> Sink for EstuarySink<W> {
    fn capabilities(&self) -> Capabilities {
        Capabilities { snapshots: SnapshotDelivery::Listings, stores_state: true }
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

    async fn write(&mut self, write: Write<'_>) -> Result<Counts> {
        match write.stream.mode {
            Mode::Snapshot => self.write_listing(write).await,
            Mode::Incremental | Mode::Child => self.write_keyed(write).await,
        }
    }

    async fn commit(&mut self, update: &StateUpdate) -> Result<()> {
        for (stream, state) in &update.streams {
            let Some(bound) = self.bindings.get_mut(stream) else { continue };
            // Of a stream that is listed whole, only complete listings count; its place within one is not kept.
            if let Some(state) = state
                && bound.saved.cursor.is_some()
            {
                let position = self.positions.split(stream, &state.checkpoint)?;
                bound.patch = bound.saved.advance(position);
            }
        }
        let patched = self.bindings.values_mut().filter_map(|bound| {
            let patch = bound.patch.take()?;
            Some((bound.binding.state_key.clone(), patch))
        });
        let patches: Map<String, Value> = patched.collect();
        // Nothing is new: a transaction of the runtime can be saved.
        if patches.is_empty() && !self.is_dirty {
            return Ok(());
        }
        let patch = if patches.is_empty() { json!({}) } else { bindings_patch(patches) };
        self.checkpoint(patch).await
    }

    async fn close(&mut self) -> Result<()> {
        Ok(())
    }
}
