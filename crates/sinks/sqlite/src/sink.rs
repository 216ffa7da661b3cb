//! The sink: one handle on one database, for one run.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use capture_core::{
    CommitPace, Committed, Error, ErrorKind, Key, Lock, Locking, Result, Searchable, Share, Sink, State,
    StateUpdate, StreamDescriptor, Sweep, Write,
};

use crate::database::Database;
use crate::failure::Failure;
use crate::place::Place;

/// Writes records into a table per stream, and keeps the state beside them. See the [crate] documentation for what is
/// where.
///
/// Nothing is opened or made before the first call. [`load`](Sink::load) takes the database for this process (a second
/// run gets [`ErrorKind::Busy`]) and reads it if it is there; one that is not is made by [`open`](Sink::open), or by the
/// first [`commit`](Sink::commit). It stays taken until the sink is closed or dropped.
#[derive(Debug)]
pub struct SqliteSink {
    path: Arc<Path>,
    /// Work on it is done one piece at a time, on threads that may block.
    session: Arc<Mutex<Session>>,
}

#[derive(Debug)]
struct Session {
    path: Arc<Path>,
    /// Declared before the lock, so that it is closed before the lock is given up.
    database: Option<Database>,
    lock: Option<Lock>,
    locking: Locking,
}

impl SqliteSink {
    /// A sink on the database at `path`.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self::with_locking(path, Locking::default())
    }

    /// The same, with a choice for file systems that cannot lock.
    pub fn with_locking(path: impl Into<PathBuf>, locking: Locking) -> Self {
        let path: Arc<Path> = path.into().into();
        let session = Session { path: Arc::clone(&path), database: None, lock: None, locking };
        Self { path, session: Arc::new(Mutex::new(session)) }
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Session) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T> {
        let session = Arc::clone(&self.session);
        // A piece of work that panicked ended the run; whoever comes after it only closes.
        let work = move || work(&mut session.lock().unwrap_or_else(PoisonError::into_inner));
        match tokio::task::spawn_blocking(work).await {
            Ok(done) => done.map_err(|failure| failure.of(&self.path)),
            Err(error) => {
                let message = format!("the work on the database {} ended unexpectedly", self.path.display());
                Err(Error::new(ErrorKind::Contract, message).with_source(error))
            }
        }
    }
}

/// As many bytes as one log holds. Keys of a first listing wait in memory, so that commits may be many.
const PACE: CommitPace = CommitPace::new(16 << 20, Duration::from_secs(1));

impl Session {
    fn take_lock(&mut self) -> Result<()> {
        if self.lock.is_none() {
            let place = Place::new(&self.path)?;
            self.lock = Some(Lock::acquire_with(&place.name, self.locking)?);
        }
        Ok(())
    }

    /// The database, opened and made if need be.
    fn database(&mut self) -> Result<&mut Database, Failure> {
        self.take_lock()?;
        Ok(match &mut self.database {
            Some(database) => database,
            none => none.insert(Database::open(&self.path)?),
        })
    }
}

/// Makes the indexes of words of these streams anew in the database at `path`, as far as it has them; returns how many
/// records each has. Blocks.
///
/// # Errors
/// [`ErrorKind::Busy`] while a run has the database, [`ErrorKind::Storage`] if there is none or it cannot be written.
pub fn rebuild(
    path: &Path,
    locking: Locking,
    streams: &[(String, Searchable)],
) -> Result<Vec<(String, u64)>> {
    if !path.exists() {
        let message = format!("there is no database {}", path.display());
        return Err(Error::new(ErrorKind::Storage, message).with_hint("make it with `ashby sync`"));
    }
    let mut session = Session { path: path.into(), database: None, lock: None, locking };
    let counts = session.database().and_then(|database| database.rebuild(streams));
    let closed = session.database.take().map_or(Ok(()), Database::close);
    counts.and_then(|counts| closed.map(|()| counts)).map_err(|failure| failure.of(path))
}

#[async_trait]
impl Sink for SqliteSink {
    async fn load(&mut self) -> Result<State> {
        self.run(|session| {
            session.take_lock()?;
            // Reading a state is no reason to make a database.
            if session.database.is_none() && !session.path.exists() {
                return Ok(State::default());
            }
            session.database()?.state()
        })
        .await
    }

    async fn open(&mut self, streams: &[Arc<StreamDescriptor>]) -> Result<()> {
        let streams = streams.to_vec();
        self.run(move |session| session.database()?.prepare(&streams)).await
    }

    async fn write(&mut self, write: Write) -> Result<()> {
        self.run(move |session| session.database()?.write(&write)).await
    }

    async fn sweep(&mut self, sweep: Sweep) -> Result<()> {
        self.run(move |session| session.database()?.sweep(&sweep)).await
    }

    async fn unseen(&mut self, sweep: &Sweep) -> Result<Share> {
        let sweep = sweep.clone();
        self.run(move |session| session.database()?.unseen(&sweep)).await
    }

    async fn known(&mut self, stream: &StreamDescriptor, keys: &[Key]) -> Result<Option<u64>> {
        let (stream, keys) = (stream.name.clone(), keys.to_vec());
        self.run(move |session| session.database()?.known(&stream, &keys).map(Some)).await
    }

    async fn commit(&mut self, update: &StateUpdate) -> Result<Committed> {
        let update = update.clone();
        self.run(move |session| session.database()?.commit(&update)).await
    }

    fn pace(&self) -> CommitPace {
        PACE
    }

    async fn close(&mut self) -> Result<()> {
        self.run(|session| {
            let closed = session.database.take().map_or(Ok(()), Database::close);
            session.lock = None;
            closed
        })
        .await
    }
}
