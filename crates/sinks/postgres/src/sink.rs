//! The sink: one run's handle on one schema.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use capture_core::{
    CommitPace, Committed, Error, ErrorKind, Key, Result, Share, Sink, State, StateUpdate, StreamDescriptor,
    Sweep, Write,
};

use crate::address::Address;
use crate::session::{Done, Job, Session};

/// How long a server may be away in the middle of a run.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Writes records into a table per stream, and keeps the state beside them. See the [crate] documentation for what is
/// where.
///
/// Nothing is opened or made before the first call. [`load`](Sink::load) connects, takes the schema for this run (a second
/// one gets [`ErrorKind::Busy`]) and reads the state if there is one; what is not there is made by [`open`](Sink::open),
/// or by the first [`commit`](Sink::commit). A connection that is lost on the way is made again, and what was not
/// committed is worked off again; only if the server stays away for a minute that is [`ErrorKind::Unavailable`].
pub struct PostgresSink {
    address: Address,
    session: Session,
    /// Where the session goes afterwards, if others go on with it.
    kept: Option<Kept>,
}

/// The session of a rehearsal between two runs.
pub(crate) type Kept = Arc<Mutex<Option<Session>>>;

/// Shows where it leads.
impl fmt::Debug for PostgresSink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PostgresSink({})", self.address)
    }
}

impl PostgresSink {
    /// A sink on the schema that an address (`postgres://…`) names.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] for an address that cannot be.
    pub fn new(address: &str) -> Result<Self> {
        match crate::family::read(address) {
            Some(address) => Ok(Self::at(address?)),
            None => Err(Error::new(ErrorKind::Configuration, "this is no address of a PostgreSQL database")
                .with_hint("postgres://USER@HOST/DATABASE?schema=NAME")),
        }
    }

    pub(crate) fn at(address: Address) -> Self {
        Self { session: Session::new(address.clone(), PATIENCE), address, kept: None }
    }

    /// One of several that follow each other and commit nothing.
    pub(crate) fn rehearsing(address: Address, kept: Kept) -> Self {
        let session = kept.lock().unwrap_or_else(PoisonError::into_inner).take();
        let session = session.unwrap_or_else(|| Session::rehearsal(address.clone()));
        Self { session, address, kept: Some(kept) }
    }

    /// How long the server may be away in the middle of a run; a minute unless this says otherwise.
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Self {
        self.session = Session::new(self.address.clone(), patience);
        self
    }

    async fn job(&mut self, job: Job<'_>) -> Result<Done> {
        Box::pin(self.session.steadily(job)).await
    }
}

#[async_trait]
impl Sink for PostgresSink {
    async fn load(&mut self) -> Result<State> {
        Box::pin(self.session.load()).await
    }

    async fn open(&mut self, streams: &[Arc<StreamDescriptor>]) -> Result<()> {
        self.job(Job::Open(streams)).await.map(drop)
    }

    async fn write(&mut self, write: Write) -> Result<()> {
        Box::pin(self.session.write(write)).await
    }

    async fn sweep(&mut self, sweep: Sweep) -> Result<()> {
        Box::pin(self.session.sweep(sweep)).await
    }

    async fn unseen(&mut self, sweep: &Sweep) -> Result<Share> {
        match self.job(Job::Unseen(sweep)).await? {
            Done::Share(share) => Ok(share),
            _ => Err(other_answer()),
        }
    }

    async fn known(&mut self, stream: &StreamDescriptor, keys: &[Key]) -> Result<Option<u64>> {
        match self.job(Job::Known(&stream.name, keys)).await? {
            Done::Known(known) => Ok(Some(known)),
            _ => Err(other_answer()),
        }
    }

    async fn commit(&mut self, update: &StateUpdate) -> Result<Committed> {
        match self.job(Job::Commit(update)).await? {
            Done::Committed(committed) => Ok(committed),
            _ => Err(other_answer()),
        }
    }

    async fn close(&mut self) -> Result<()> {
        self.session.close().await;
        if let Some(kept) = &self.kept {
            let ended = Session::rehearsal(self.address.clone());
            let session = std::mem::replace(&mut self.session, ended);
            *kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(session);
        }
        Ok(())
    }

    /// Each commit waits for the server's disk; what is kept for the case that the connection is lost is bounded by it.
    fn pace(&self) -> CommitPace {
        CommitPace::new(16 << 20, Duration::from_secs(1))
    }
}

fn other_answer() -> Error {
    Error::new(ErrorKind::Contract, "the database answered another question than was asked")
}
