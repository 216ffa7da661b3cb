//! The sink: one run's handle on one place.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use capture_core::{
    CommitPace, Committed, Error, ErrorKind, Key, Result, Share, Sink, State, StateUpdate, StreamDescriptor,
    Sweep, Write,
};

use crate::address::Address;
use crate::session::Session;
use crate::store::{Directory, Objects, Overlay, Store};

/// Rows of a commit wait in memory. Fewer and larger commits are fewer and larger files.
const PACE: CommitPace = CommitPace::new(16 << 20, Duration::from_secs(5));

/// Writes records into files, a folder per stream, and keeps the state beside them. See the [crate] documentation for what
/// is where.
///
/// Nothing is taken or made before the first call. [`load`](Sink::load) takes the place for this run (a second one gets
/// [`ErrorKind::Busy`]) and reads the state. [`close`](Sink::close) makes streams that have changed stand as they are; after
/// an error, or a kill, the next run does.
pub struct ParquetSink {
    address: Address,
    /// Made when it is first needed: settings that cannot be are an error of the first call.
    session: Arc<Mutex<Option<Session>>>,
    rehearsed: Option<Arc<dyn Store>>,
}

/// Shows where it leads.
impl fmt::Debug for ParquetSink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ParquetSink({})", self.address)
    }
}

/// The store that an address names.
pub(crate) fn store(address: &Address) -> Result<Arc<dyn Store>> {
    Ok(match address {
        Address::Directory(path, locking) => Arc::new(Directory::new(path).with_locking(*locking)),
        Address::Bucket(bucket) => Arc::new(Objects::new(bucket)?),
    })
}

pub(crate) fn lease(address: &Address) -> Duration {
    match address {
        Address::Directory(..) => Duration::ZERO,
        Address::Bucket(bucket) => bucket.lease,
    }
}

/// One on which things are tried.
pub(crate) fn overlay(address: &Address) -> Result<Arc<dyn Store>> {
    Ok(Arc::new(Overlay::new(store(address)?)))
}

impl ParquetSink {
    /// A sink on the place that an address (`parquet:DIR`, `parquet:s3://BUCKET/PREFIX`) names.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] for an address that cannot be.
    pub fn new(address: &str) -> Result<Self> {
        match address.strip_prefix("parquet:") {
            Some(rest) => Ok(Self::at(Address::parse(rest)?, None)),
            None => Err(Error::new(ErrorKind::Configuration, "this is no address of Parquet files")
                .with_hint("parquet:DIR, or parquet:s3://BUCKET/PREFIX")),
        }
    }

    pub(crate) fn at(address: Address, rehearsed: Option<Arc<dyn Store>>) -> Self {
        Self { address, session: Arc::default(), rehearsed }
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Session) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (session, address, rehearsed) =
            (Arc::clone(&self.session), self.address.clone(), self.rehearsed.clone());
        let work = move || {
            // A piece of work that panicked ended the run; whoever comes after it only closes.
            let mut session = session.lock().unwrap_or_else(PoisonError::into_inner);
            let session = match &mut *session {
                Some(session) => session,
                none => {
                    let is_rehearsal = rehearsed.is_some();
                    let store = rehearsed.map_or_else(|| store(&address), Ok)?;
                    none.insert(Session::new(store, lease(&address), is_rehearsal))
                }
            };
            work(session)
        };
        match tokio::task::spawn_blocking(work).await {
            Ok(done) => done,
            Err(error) => {
                let message = format!("the work on {} ended unexpectedly", self.address);
                Err(Error::new(ErrorKind::Contract, message).with_source(error))
            }
        }
    }
}

#[async_trait]
impl Sink for ParquetSink {
    async fn load(&mut self) -> Result<State> {
        self.run(Session::load).await
    }

    async fn open(&mut self, streams: &[Arc<StreamDescriptor>]) -> Result<()> {
        let streams = streams.to_vec();
        self.run(move |session| session.open(&streams)).await
    }

    async fn write(&mut self, write: Write) -> Result<()> {
        self.run(move |session| session.write(&write)).await
    }

    async fn sweep(&mut self, sweep: Sweep) -> Result<()> {
        self.run(move |session| session.sweep(&sweep)).await
    }

    async fn unseen(&mut self, sweep: &Sweep) -> Result<Share> {
        let sweep = sweep.clone();
        self.run(move |session| session.unseen(&sweep)).await
    }

    async fn known(&mut self, stream: &StreamDescriptor, keys: &[Key]) -> Result<Option<u64>> {
        let (stream, keys) = (stream.name.clone(), keys.to_vec());
        self.run(move |session| session.known(&stream, &keys).map(Some)).await
    }

    async fn commit(&mut self, update: &StateUpdate) -> Result<Committed> {
        let update = update.clone();
        self.run(move |session| session.commit(&update)).await
    }

    async fn close(&mut self) -> Result<()> {
        self.run(Session::close).await
    }

    fn pace(&self) -> CommitPace {
        PACE
    }
}
