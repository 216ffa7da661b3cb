//! Records as `RECORD`, commits as `STATE`, full listings as versions.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use capture_core::{
    CommitPace, Committed, Counts, Error, ErrorKind, Event, Key, Observer, Op, Outcome, Result, Share, Sink,
    Stamp, State, StateUpdate, StreamDescriptor, StreamState, Sweep, Within, Write,
};
use jiff::Timestamp;
use json_slices::push_string;
use serde_json::{Value, json};
use typed_records::{Shape, schema};

use crate::bookmarks::Bookmarks;

/// A member of this name keeps a widespread target (on SQLAlchemy) from doing what `ACTIVATE_VERSION` says: it ends there.
/// Of records that have it, nothing is said to be gone.
const VERSION: &str = "version";

/// Bytes that are gathered before they are handed over.
const BUFFER_BYTES: usize = 256 << 10;

/// Which streams have begun a full listing: to be made an observer of the run, and given to the sink.
#[derive(Debug, Clone, Default)]
pub struct Listings(Arc<Mutex<BTreeSet<String>>>);

impl Observer for Listings {
    fn observe(&self, event: &Event<'_>) {
        if let Event::Listing { stream, .. } = event {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).insert((*stream).to_owned());
        }
    }
}

impl Listings {
    fn take(&self, stream: &str) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(stream)
    }
}

/// Prints what is read.
///
/// Rows have a version: that of the full listing that was under way when they came, or of the newest before. Once such a
/// listing is through, `ACTIVATE_VERSION` says that rows of older versions are gone. Before that it is never said, since
/// the table would look empty until then.
///
/// A member that nobody has declared gets a new `SCHEMA` before the first record that has it.
pub struct SingerSink {
    output: Box<dyn io::Write + Send>,
    buffer: Vec<u8>,
    bookmarks: Bookmarks,
    streams: BTreeMap<String, Reading>,
    listings: Listings,
    has_said_state: bool,
}

#[derive(Debug)]
struct Reading {
    shape: Shape,
    key: Vec<String>,
    state: Option<StreamState>,
    version: Option<u64>,
    misfits: u64,
    counts: Counts,
    /// How a line begins.
    prefix: Vec<u8>,
}

impl SingerSink {
    /// A sink that prints these streams to `output`, which needs no buffer of its own.
    ///
    /// # Errors
    /// [`ErrorKind::State`] if a bookmark of theirs cannot be read.
    pub fn new(
        output: impl io::Write + Send + 'static,
        streams: impl IntoIterator<Item = (String, Vec<String>, Shape)>,
        bookmarks: Bookmarks,
        listings: Listings,
    ) -> Result<Self> {
        let reading = |(name, key, shape): (String, Vec<String>, Shape)| {
            let (state, version) = bookmarks.of(&name)?;
            let mut prefix = br#"{"type":"RECORD","stream":"#.to_vec();
            push_string(&mut prefix, &name);
            prefix.extend_from_slice(br#","record":"#);
            let counts = Counts::default();
            Ok((name, Reading { shape, key, state, version, misfits: 0, counts, prefix }))
        };
        Ok(Self {
            output: Box::new(output),
            buffer: Vec::new(),
            streams: streams.into_iter().map(reading).collect::<Result<_>>()?,
            bookmarks,
            listings,
            has_said_state: false,
        })
    }

    fn say(&mut self, message: &Value) {
        self.buffer.extend_from_slice(message.to_string().as_bytes());
        self.buffer.push(b'\n');
    }

    fn say_state(&mut self) {
        self.say(&json!({"type": "STATE", "value": self.bookmarks.value()}));
        self.has_said_state = true;
    }

    fn hand_over(&mut self) -> Result<()> {
        let written = self.output.write_all(&self.buffer).and_then(|()| self.output.flush());
        self.buffer.clear();
        written.map_err(|error| {
            if error.kind() == io::ErrorKind::BrokenPipe {
                return Error::new(ErrorKind::Closed, "the target has gone");
            }
            Error::new(ErrorKind::Storage, "cannot write the output").with_source(error)
        })
    }
}

/// `SCHEMA` of a stream's records.
pub fn schema_message(stream: &str, key: &[String], shape: &Shape) -> Value {
    let mut schema = schema(&shape.fields());
    for part in key {
        if let Some(types) = schema["properties"].get_mut(part).and_then(|part| part.get_mut("type")) {
            *types = json!(["string"]);
        }
    }
    json!({"type": "SCHEMA", "stream": stream, "schema": schema, "key_properties": key})
}

impl std::fmt::Debug for SingerSink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SingerSink").field("streams", &self.streams).finish_non_exhaustive()
    }
}

fn reading<'a>(streams: &'a mut BTreeMap<String, Reading>, name: &str) -> Result<&'a mut Reading> {
    let unknown = || Error::new(ErrorKind::Contract, format!("the stream {name} was not asked for"));
    streams.get_mut(name).ok_or_else(unknown)
}

#[async_trait]
impl Sink for SingerSink {
    async fn load(&mut self) -> Result<State> {
        let states =
            self.streams.iter().filter_map(|(name, reading)| Some((name.clone(), reading.state.clone()?)));
        Ok(State::new(states))
    }

    async fn open(&mut self, streams: &[Arc<StreamDescriptor>]) -> Result<()> {
        for stream in streams {
            let reading = reading(&mut self.streams, &stream.name)?;
            let message = schema_message(&stream.name, &reading.key, &reading.shape);
            self.say(&message);
        }
        self.hand_over()
    }

    async fn write(&mut self, write: Write) -> Result<()> {
        let name = &write.stream.name;
        let begins = self.listings.take(name);
        let reading = reading(&mut self.streams, name)?;
        if begins || reading.version.is_none() {
            reading.version = Some(write.seen.get());
        }
        let version = reading.version.unwrap_or_default();
        let suffix = format!(r#","version":{version},"time_extracted":"{}"}}"#, Timestamp::now());
        let mut line = Vec::new();
        for record in &write.records {
            // Only what is listed whole shows what is gone: a key alone would blank the other columns.
            let Op::Upsert(body) = &record.op else { continue };
            line.clear();
            line.extend_from_slice(&reading.prefix);
            let mut pushed = reading.shape.push(&mut line, body, record.scope.as_ref());
            if !pushed.undeclared.is_empty() {
                pushed.undeclared.iter().for_each(|member| reading.shape.declare(member));
                // Once more, now that it is known what they are called.
                line.truncate(reading.prefix.len());
                pushed = reading.shape.push(&mut line, body, record.scope.as_ref());
                let message = schema_message(name, &reading.key, &reading.shape).to_string();
                self.buffer.extend_from_slice(message.as_bytes());
                self.buffer.push(b'\n');
            }
            line.extend_from_slice(suffix.as_bytes());
            line.push(b'\n');
            self.buffer.extend_from_slice(&line);
            reading.misfits += pushed.misfits;
            reading.counts.written += 1;
        }
        if self.buffer.len() >= BUFFER_BYTES { self.hand_over() } else { Ok(()) }
    }

    async fn sweep(&mut self, sweep: Sweep) -> Result<()> {
        if sweep.within != Within::Everything || sweep.from != Stamp::NEVER {
            return Ok(());
        }
        let name = &sweep.stream.name;
        let begins = self.listings.take(name);
        let reading = reading(&mut self.streams, name)?;
        if begins || reading.version.is_none() {
            // Nothing came with it.
            reading.version = Some(sweep.since.get());
        }
        if reading.shape.fields().iter().any(|field| field.name == VERSION) {
            tracing::info!("{name}: what is gone is not said, since it has a member `{VERSION}`");
            return Ok(());
        }
        let message = json!({"type": "ACTIVATE_VERSION", "stream": name, "version": reading.version});
        self.say(&message);
        Ok(())
    }

    async fn unseen(&mut self, _: &Sweep) -> Result<Share> {
        Ok(Share::default())
    }

    async fn known(&mut self, _: &StreamDescriptor, _: &[Key]) -> Result<Option<u64>> {
        Ok(None)
    }

    async fn commit(&mut self, update: &StateUpdate) -> Result<Committed> {
        for (name, state) in &update.streams {
            let Some(reading) = self.streams.get_mut(name) else { continue };
            reading.state.clone_from(state);
            self.bookmarks.set(name, state.as_ref(), reading.version);
        }
        if !update.streams.is_empty() {
            self.say_state();
        }
        self.hand_over()?;
        let counts = self
            .streams
            .iter_mut()
            .map(|(name, reading)| (name.clone(), std::mem::take(&mut reading.counts)));
        Ok(Committed::new(counts.collect()))
    }

    async fn ended(&mut self, stream: &StreamDescriptor, _: &Outcome) -> Result<()> {
        let reading = reading(&mut self.streams, &stream.name)?;
        let misfits = std::mem::take(&mut reading.misfits);
        if misfits > 0 {
            let name = &stream.name;
            tracing::warn!("{name}: {misfits} values were not of their declared type and became null");
        }
        Ok(())
    }

    async fn close(&mut self) -> Result<()> {
        // Targets print the state that they were told last, and some forget it when something follows.
        if !self.has_said_state {
            self.say_state();
        }
        self.hand_over()
    }

    fn pace(&self) -> CommitPace {
        CommitPace::new(4 << 20, Duration::from_secs(5))
    }
}
