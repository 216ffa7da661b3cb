//! Records as record messages, commits as state messages.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use capture_core::{
    CommitPace, Committed, Counts, Error, ErrorKind, Key, Op, Outcome, Result, Share, Sink, State,
    StateUpdate, StreamDescriptor, StreamState, Sweep, Write,
};
use jiff::Timestamp;
use json_slices::push_string;
use typed_records::Shape;

use crate::message::{FailureType, Output, StreamStatus};
use crate::record::push_tombstone;
use crate::rows::{ROWS_MAX, Rows};
use crate::state::{SavedState, document};

/// Prints what is read.
///
/// Every commit is a state message for each stream that it is about, behind its records: what a destination has kept
/// when it gets one is not read again. The state of a stream that goes on from it names the rows that were sent, as long
/// as they are few: those that a sweep takes are told to be gone. Of larger streams nothing is known, and nothing is
/// swept; a stream that is read whole replaces what the destination had, as the platform was told to.
#[derive(Debug)]
pub struct AirbyteSink {
    output: Output,
    streams: BTreeMap<String, Reading>,
}

/// A stream that is read.
#[derive(Debug)]
struct Reading {
    shape: Shape,
    is_incremental: bool,
    /// The newest state that is known.
    state: Option<StreamState>,
    /// What the destination has; `None` if that is not known.
    rows: Option<Rows>,
    has_state_been_told: bool,
    is_running: bool,
    /// Records since the newest state.
    records: u64,
    misfits: u64,
    counts: Counts,
    /// How a line begins.
    prefix: Vec<u8>,
}

impl AirbyteSink {
    /// A sink that prints these streams to `output`: each with how its records look, and whether it goes on from what
    /// is saved or is read whole.
    pub fn new(
        output: Output,
        streams: impl IntoIterator<Item = (String, Shape, bool)>,
        mut saved: SavedState,
    ) -> Self {
        let reading = |(name, shape, is_incremental): (String, Shape, bool)| {
            let state = saved.streams.remove(&name).filter(|_| is_incremental);
            let rows = match &state {
                Some(_) => saved.rows.remove(&name),
                None => is_incremental.then(Rows::default),
            };
            let mut prefix = br#"{"type":"RECORD","record":{"stream":"#.to_vec();
            push_string(&mut prefix, &name);
            prefix.extend_from_slice(br#","data":"#);
            let reading = Reading {
                shape,
                is_incremental,
                state,
                rows,
                has_state_been_told: false,
                is_running: false,
                records: 0,
                misfits: 0,
                counts: Counts::default(),
                prefix,
            };
            (name, reading)
        };
        Self { output, streams: streams.into_iter().map(reading).collect() }
    }

    fn reading(&mut self, stream: &str) -> Result<&mut Reading> {
        self.streams
            .get_mut(stream)
            .ok_or_else(|| Error::new(ErrorKind::Contract, format!("the stream {stream} was not asked for")))
    }
}

/// Whose trouble an error is.
pub fn failure_type(kind: ErrorKind) -> FailureType {
    match kind {
        ErrorKind::Configuration | ErrorKind::Credentials | ErrorKind::Denied | ErrorKind::State => {
            FailureType::ConfigError
        }
        ErrorKind::Transient | ErrorKind::Unavailable | ErrorKind::Closed => FailureType::TransientError,
        _ => FailureType::SystemError,
    }
}

#[async_trait]
impl Sink for AirbyteSink {
    async fn load(&mut self) -> Result<State> {
        let states =
            self.streams.iter().filter_map(|(name, reading)| Some((name.clone(), reading.state.clone()?)));
        Ok(State::new(states))
    }

    async fn open(&mut self, streams: &[Arc<StreamDescriptor>]) -> Result<()> {
        for stream in streams {
            self.reading(&stream.name)?;
            self.output.stream_status(&stream.name, StreamStatus::Started)?;
        }
        Ok(())
    }

    async fn write(&mut self, write: Write) -> Result<()> {
        let output = self.output.clone();
        let reading = self.reading(&write.stream.name)?;
        for record in &write.records {
            let scope = record.scope.as_ref().or_else(|| reading.rows.as_ref()?.scope(&record.key)).cloned();
            match &record.op {
                Op::Upsert(body) => reading.tell(&write.stream, &output, |line, reading| {
                    reading.misfits += reading.shape.push(line, body, scope.as_ref()).misfits;
                    reading.counts.written += 1;
                })?,
                // What is read whole is without it anyhow.
                Op::Gone(_) if reading.is_incremental => {
                    reading.tell_gone(&write.stream, &output, &record.key, scope.as_ref())?;
                }
                Op::Gone(_) => {}
            }
            if reading.rows.as_mut().is_some_and(|rows| !rows.note(record, write.seen)) {
                tracing::info!(
                    "{}: of more than {ROWS_MAX} rows, those that vanish are not told; refresh it now and then",
                    write.stream.name
                );
                reading.rows = None;
            }
        }
        Ok(())
    }

    async fn sweep(&mut self, sweep: Sweep) -> Result<()> {
        let output = self.output.clone();
        let reading = self.reading(&sweep.stream.name)?;
        let taken = reading.rows.as_mut().map(|rows| rows.take(&sweep)).unwrap_or_default();
        for (key, scope) in taken {
            reading.tell_gone(&sweep.stream, &output, &key, scope.as_ref())?;
        }
        Ok(())
    }

    async fn unseen(&mut self, sweep: &Sweep) -> Result<Share> {
        let rows = self.reading(&sweep.stream.name)?.rows.as_ref();
        Ok(rows.map(|rows| rows.unseen(sweep)).unwrap_or_default())
    }

    async fn known(&mut self, _: &StreamDescriptor, _: &[Key]) -> Result<Option<u64>> {
        // Whose organisation it is, whoever set the connection up knows.
        Ok(None)
    }

    async fn commit(&mut self, update: &StateUpdate) -> Result<Committed> {
        let output = self.output.clone();
        for (name, state) in &update.streams {
            let Some(reading) = self.streams.get_mut(name) else { continue };
            reading.state.clone_from(state);
            reading.tell_state(name, &output)?;
        }
        let counts = self
            .streams
            .iter_mut()
            .map(|(name, reading)| (name.clone(), std::mem::take(&mut reading.counts)));
        Ok(Committed::new(counts.collect()))
    }

    async fn ended(&mut self, stream: &StreamDescriptor, outcome: &Outcome) -> Result<()> {
        let output = self.output.clone();
        let name = &stream.name;
        let reading = self.reading(name)?;
        if reading.misfits > 0 {
            tracing::warn!(
                stream = name,
                "{} values were not of their declared type and became null",
                reading.misfits
            );
            reading.misfits = 0;
        }
        let status = match outcome {
            Outcome::UpToDate => StreamStatus::Complete,
            Outcome::Interrupted | Outcome::Skipped { .. } | Outcome::Failed { .. } => {
                StreamStatus::Incomplete
            }
        };
        if status == StreamStatus::Complete && !reading.has_state_been_told {
            reading.tell_state(name, &output)?;
        }
        if let Outcome::Skipped { kind, reason } | Outcome::Failed { kind, reason, .. } = outcome {
            let hint = match outcome {
                Outcome::Failed { hint: Some(hint), .. } => format!("; {hint}"),
                _ => String::new(),
            };
            output.error(Some(name), failure_type(*kind), &format!("{name}: {reason}{hint}"), reason)?;
        }
        output.stream_status(name, status)
    }

    async fn close(&mut self) -> Result<()> {
        Ok(())
    }

    fn pace(&self) -> CommitPace {
        // Each is a place from where a broken sync goes on.
        CommitPace::new(4 << 20, Duration::from_secs(5))
    }
}

impl Reading {
    /// A record message, whose record is pushed.
    fn tell(
        &mut self,
        stream: &StreamDescriptor,
        output: &Output,
        push: impl FnOnce(&mut Vec<u8>, &mut Self),
    ) -> Result<()> {
        if !self.is_running {
            output.stream_status(&stream.name, StreamStatus::Running)?;
            self.is_running = true;
        }
        output.push(|line| {
            line.extend_from_slice(&self.prefix);
            push(line, self);
            let now = Timestamp::now().as_millisecond();
            line.extend_from_slice(format!(",\"emitted_at\":{now}}}}}\n").as_bytes());
        })?;
        self.records += 1;
        Ok(())
    }

    fn tell_gone(
        &mut self,
        stream: &StreamDescriptor,
        output: &Output,
        key: &Key,
        scope: Option<&Key>,
    ) -> Result<()> {
        self.tell(stream, output, |line, reading| {
            push_tombstone(line, stream, &reading.shape, (key, scope), Timestamp::now());
            reading.counts.deleted += 1;
        })
    }

    fn tell_state(&mut self, name: &str, output: &Output) -> Result<()> {
        output.state(name, &document(name, self.state.as_ref(), self.rows.as_ref()), self.records)?;
        self.has_state_been_told = true;
        self.records = 0;
        Ok(())
    }
}
