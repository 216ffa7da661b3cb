//! The only place that writes: batches into the sink, then the commit, then the state.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

use super::RunnerOptions;
use super::poll::{Content, Message};
use crate::{
    Access, Batch, Capabilities, Checkpoint, Completion, Counts, Error, ErrorKind, Event, Mode, Observer,
    Outcome, Part, ReconcilePolicy, Record, Report, Result, Sink, SnapshotDelivery, SnapshotIndex, State,
    StateStore, StateUpdate, StreamDescriptor, StreamReport, StreamState, Write,
};

/// One stream, as the writer sees it.
struct Stream {
    descriptor: Arc<StreamDescriptor>,
    report: StreamReport,
    /// Set while a poll runs.
    started: Option<Instant>,
    /// The checkpoint that the next commit makes durable.
    pending: Option<Checkpoint>,
    snapshot: Option<SnapshotIndex>,
    /// The present pass, and how many records it had so far.
    pass: (u64, u64),
    full_listing_records: Option<u64>,
}

pub(super) struct Writer<K, T> {
    sink: K,
    store: T,
    capabilities: Capabilities,
    /// By capture, then by the capture's own order.
    captures: Vec<Vec<Stream>>,
    /// Streams that had a checkpoint before this run.
    known: BTreeSet<String>,
    access: Option<Access>,
    withheld: Option<String>,
    uncommitted_bytes: u64,
    commit_due: Option<Instant>,
    options: RunnerOptions,
    observer: Arc<dyn Observer>,
}

impl<K: Sink, T: StateStore> Writer<K, T> {
    pub(super) fn new(
        sink: K,
        store: T,
        state: &State,
        streams: Vec<Vec<Arc<StreamDescriptor>>>,
        access: Access,
        options: &RunnerOptions,
        observer: Arc<dyn Observer>,
    ) -> Self {
        let withheld = match (options.reconcile, &state.access) {
            (ReconcilePolicy::Auto, Some(before)) => access.narrower_than(before),
            (ReconcilePolicy::Never, _) => Some("as configured".to_owned()),
            _ => None,
        };
        let remembered = match options.reconcile {
            ReconcilePolicy::Accept => access,
            _ => access.widest(state.access.clone()),
        };
        let capabilities = sink.capabilities();
        let keep_index = capabilities.snapshots == SnapshotDelivery::Differences;
        let open_stream = |descriptor: Arc<StreamDescriptor>| {
            let saved = state.streams.get(&descriptor.name);
            let snapshot = (keep_index && descriptor.mode == Mode::Snapshot)
                .then(|| saved.and_then(|saved| saved.snapshot.clone()).unwrap_or_default());
            Stream {
                report: StreamReport::default(),
                started: None,
                pending: None,
                snapshot,
                pass: (0, 0),
                full_listing_records: saved.and_then(|saved| saved.full_listing_records),
                descriptor,
            }
        };
        Self {
            sink,
            store,
            capabilities,
            captures: streams
                .into_iter()
                .map(|streams| streams.into_iter().map(open_stream).collect())
                .collect(),
            known: state.streams.keys().cloned().collect(),
            access: (Some(&remembered) != state.access.as_ref()).then_some(remembered),
            withheld,
            uncommitted_bytes: 0,
            commit_due: None,
            options: options.clone(),
            observer,
        }
    }

    /// Writes until all stream tasks have ended, then commits the rest.
    pub(super) async fn run(&mut self, mut receiver: mpsc::Receiver<Message>) -> Result<()> {
        loop {
            let received = match self.commit_due {
                Some(due) => match timeout_at(due, receiver.recv()).await {
                    Ok(received) => received,
                    Err(_) => {
                        self.commit().await?;
                        continue;
                    }
                },
                None => receiver.recv().await,
            };
            let Some(Message { capture, content }) = received else {
                break;
            };
            match content {
                Content::Started => self.started(capture),
                Content::Batch(batch, permit) => {
                    self.write(capture, batch).await?;
                    drop(permit);
                    // A stream that never pauses must not put the commit off for ever.
                    let overdue = self.commit_due.is_some_and(|due| due <= Instant::now());
                    if overdue || self.uncommitted_bytes >= self.options.commit_bytes {
                        self.commit().await?;
                    }
                }
                Content::UpToDate { requests } => {
                    if let Some(first) = self.captures[capture].first_mut() {
                        first.report.requests += u64::from(requests);
                    }
                    self.ended(capture, &Outcome::UpToDate);
                    for stream in &self.captures[capture] {
                        self.observer.observe(&Event::UpToDate { stream: &stream.descriptor.name });
                    }
                }
                Content::Failed { error, retry_in } => {
                    if !error.kind().is_stream_only() {
                        self.commit().await?;
                        return Err(error);
                    }
                    self.failed(capture, &error, retry_in);
                }
            }
        }
        self.commit().await
    }

    fn started(&mut self, capture: usize) {
        for stream in &mut self.captures[capture] {
            stream.started = Some(Instant::now());
            let expected_records = stream.full_listing_records;
            self.observer.observe(&Event::Started { stream: &stream.descriptor.name, expected_records });
        }
    }

    fn ended(&mut self, capture: usize, outcome: &Outcome) {
        for stream in &mut self.captures[capture] {
            stream.report.outcome = outcome.clone();
            if let Some(started) = stream.started.take() {
                stream.report.seconds += started.elapsed().as_secs_f64();
            }
        }
    }

    fn failed(&mut self, capture: usize, error: &Error, retry_in: Option<std::time::Duration>) {
        let reason = error.chain();
        let kind = error.kind();
        let skipped = matches!(kind, ErrorKind::Denied | ErrorKind::Unsupported);
        let outcome = if skipped {
            Outcome::Skipped { kind, reason: reason.clone() }
        } else {
            Outcome::Failed { kind, reason: reason.clone(), hint: error.hint().map(str::to_owned) }
        };
        self.ended(capture, &outcome);
        if let Some(first) = self.captures[capture].first_mut() {
            first.report.requests += u64::from(error.requests());
        }
        for stream in &mut self.captures[capture] {
            let name = &stream.descriptor.name;
            // A retried poll goes on where it stopped.
            stream.started = retry_in.map(|_| Instant::now()).filter(|_| !skipped);
            self.observer.observe(&Event::Failed {
                stream: name,
                kind,
                message: &reason,
                hint: error.hint(),
                retry_in,
            });
            // A stream that could be read in an earlier run: the key sees less than before.
            let lost = kind == ErrorKind::Denied && self.known.contains(name);
            if lost && self.options.reconcile == ReconcilePolicy::Auto && self.withheld.is_none() {
                self.withheld = Some(format!("{name} could be read before and cannot be read now"));
            }
        }
    }

    async fn write(&mut self, capture: usize, batch: Batch) -> Result<()> {
        let Batch { parts, checkpoint, mut requests, notes, progress } = batch;
        // What the batch as a whole cost and said is told once, with the capture's first stream.
        let first = parts.iter().map(|part| part.stream).min();
        for part in parts {
            // A stream may have several parts.
            let told = if Some(part.stream) == first { std::mem::take(&mut requests) } else { 0 };
            self.write_part(capture, part, told, progress).await?;
        }
        let streams = &mut self.captures[capture];
        if let (None, Some(stream)) = (first, streams.first_mut()) {
            stream.report.requests += u64::from(requests);
        }
        for note in notes {
            if let Some(stream) = streams.first_mut() {
                tracing::warn!(stream = stream.descriptor.name, "{note}");
                self.observer.observe(&Event::Note { stream: &stream.descriptor.name, message: &note });
                stream.report.add_note(note);
            }
        }
        for stream in streams {
            stream.pending = Some(checkpoint.clone());
        }
        self.commit_due.get_or_insert_with(|| Instant::now() + self.options.commit_interval);
        Ok(())
    }

    async fn write_part(
        &mut self,
        capture: usize,
        part: Part,
        requests: u32,
        progress: Option<(u64, u64)>,
    ) -> Result<()> {
        let Part { stream, pass, mut records, completion } = part;
        let stream = &mut self.captures[capture][stream];
        let bytes: u64 = records.iter().map(|record| record.len_bytes() as u64).sum();
        let received = records.len() as u64;
        if stream.pass.0 != pass {
            stream.pass = (pass, 0);
        }
        stream.pass.1 += received;
        if completion == Some(Completion::Everything) {
            stream.full_listing_records = Some(stream.pass.1);
        }
        let completion = completion.filter(|_| self.withheld.is_none());

        let mut counts = Counts::default();
        let completion = match (&mut stream.snapshot, self.capabilities.snapshots) {
            (Some(index), _) => {
                counts.unchanged = index.retain_changed(pass, &mut records);
                if completion == Some(Completion::Everything) {
                    records.extend(index.take_unseen(pass));
                }
                None
            }
            (None, SnapshotDelivery::Differences) => None,
            (None, SnapshotDelivery::Reconcile | SnapshotDelivery::Listings) => completion,
        };
        if !records.is_empty() || completion.is_some() {
            let descriptor = Arc::clone(&stream.descriptor);
            let write =
                Write { stream: &descriptor, pass, records: &records, completion: completion.as_ref() };
            counts += self.sink.write(write).await?;
        }
        let stream = &mut self.captures[capture][part.stream];
        stream.report.records += received;
        stream.report.bytes += bytes;
        stream.report.requests += u64::from(requests);
        stream.report.counts += counts;
        self.uncommitted_bytes += records.iter().map(Record::len_bytes).sum::<usize>() as u64;
        self.observer.observe(&Event::Written {
            stream: &stream.descriptor.name,
            records: received,
            bytes,
            requests,
            counts,
            progress,
        });
        Ok(())
    }

    /// Records first, then the checkpoints that speak of them (I1).
    async fn commit(&mut self) -> Result<()> {
        self.commit_due = None;
        let mut update = StateUpdate { streams: BTreeMap::new(), access: self.access.take() };
        for stream in self.captures.iter_mut().flatten() {
            let Some(checkpoint) = stream.pending.take() else {
                continue;
            };
            let state = StreamState {
                checkpoint,
                committed_at: Timestamp::now(),
                full_listing_records: stream.full_listing_records,
                snapshot: stream.snapshot.clone(),
            };
            update.streams.insert(stream.descriptor.name.clone(), Some(state));
        }
        if update.is_empty() {
            return Ok(());
        }
        let started = Instant::now();
        self.sink.commit(&update).await?;
        if !self.capabilities.stores_state {
            self.store.save(&update).await?;
        }
        let bytes = std::mem::take(&mut self.uncommitted_bytes);
        self.observer.observe(&Event::Committed { bytes, elapsed: started.elapsed() });
        Ok(())
    }

    /// Closes the sink and reports.
    pub(super) async fn finish(mut self, interrupted: bool) -> Result<Report> {
        self.sink.close().await?;
        Ok(self.into_report(interrupted, false))
    }

    pub(super) fn into_report(self, interrupted: bool, output_closed: bool) -> Report {
        let now = Instant::now();
        let reports = self.captures.into_iter().flatten().map(|mut stream| {
            if let Some(started) = stream.started {
                stream.report.seconds += (now - started).as_secs_f64();
                stream.report.outcome = if interrupted || output_closed {
                    Outcome::Interrupted
                } else {
                    let reason = "its task ended unexpectedly; this is a bug".to_owned();
                    Outcome::Failed { kind: ErrorKind::Transient, reason, hint: None }
                };
            }
            (stream.descriptor.name.clone(), stream.report)
        });
        Report { streams: reports.collect(), interrupted, output_closed, reconcile_withheld: self.withheld }
    }
}
