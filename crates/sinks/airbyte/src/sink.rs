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
use crate::state::{SavedState, document};

/// Prints what is read.
///
/// Every commit is a state message for each stream that it is about, behind its records: what a destination has kept
/// when it gets one is not read again. Nothing is known of what was sent before, so that nothing is swept; a stream that
/// is read whole replaces what the destination had, as the platform was told to.
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
            let mut prefix = br#"{"type":"RECORD","record":{"stream":"#.to_vec();
            push_string(&mut prefix, &name);
            prefix.extend_from_slice(br#","data":"#);
            let reading = Reading {
                shape,
                is_incremental,
                state,
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
        let now = Timestamp::now();
        let suffix = format!(r#","emitted_at":{}}}}}"#, now.as_millisecond());
        let output = self.output.clone();
        let reading = self.reading(&write.stream.name)?;
        for record in &write.records {
            let scope = record.scope.as_ref();
            if record.body().is_none() && !reading.is_incremental {
                // What is read whole is without it anyhow.
                continue;
            }
            if !reading.is_running {
                output.stream_status(&write.stream.name, StreamStatus::Running)?;
                reading.is_running = true;
            }
            let mut misfits = 0;
            output.push(|line| {
                line.extend_from_slice(&reading.prefix);
                match &record.op {
                    Op::Upsert(body) => misfits = reading.shape.push(line, body, scope).misfits,
                    Op::Gone(_) => {
                        push_tombstone(line, &write.stream, &reading.shape, (&record.key, scope), now);
                    }
                }
                line.extend_from_slice(suffix.as_bytes());
                line.push(b'\n');
            })?;
            reading.misfits += misfits;
            reading.records += 1;
            match &record.op {
                Op::Upsert(_) => reading.counts.written += 1,
                Op::Gone(_) => reading.counts.deleted += 1,
            }
        }
        Ok(())
    }

    async fn sweep(&mut self, _: Sweep) -> Result<()> {
        Ok(())
    }

    async fn unseen(&mut self, _: &Sweep) -> Result<Share> {
        Ok(Share::default())
    }

    async fn known(&mut self, _: &StreamDescriptor, _: &[Key]) -> Result<Option<u64>> {
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
    fn tell_state(&mut self, name: &str, output: &Output) -> Result<()> {
        output.state(name, &document(name, self.state.as_ref()), self.records)?;
        self.has_state_been_told = true;
        self.records = 0;
        Ok(())
    }
}
