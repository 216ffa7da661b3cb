//! The sink and the state store: two handles on one database, for one run.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use capture_core::{
    Capabilities, Counts, Error, ErrorKind, Lock, Locking, Result, Sink, SnapshotDelivery, State, StateStore,
    StateUpdate, StreamDescriptor, Write,
};

use crate::database::Database;
use crate::failure::Failure;
use crate::place::Place;

/// The sink and the state store of the database at `path`. Nothing is opened or made yet.
///
/// Whichever of them is used first takes the database for this process (a second run gets
/// [`ErrorKind::Busy`]) and opens it; it stays so until the sink is closed or both are dropped.
pub fn open(path: impl Into<PathBuf>) -> (SqliteSink, SqliteStateStore) {
    open_with(path, Locking::default())
}

/// As [`open`], with a choice for file systems that cannot lock.
pub fn open_with(path: impl Into<PathBuf>, locking: Locking) -> (SqliteSink, SqliteStateStore) {
    let handle = Handle::new(path.into(), locking);
    (SqliteSink(handle.clone()), SqliteStateStore(handle))
}

/// Writes records into a table per stream. See the [crate] documentation for what is where.
#[derive(Debug)]
pub struct SqliteSink(Handle);

/// Keeps the state in the same database as the records.
///
/// A run commits records and state through the [`SqliteSink`]; [`save`](StateStore::save) is for those who only have
/// a state to change, and makes durable what the sink has written, too.
#[derive(Debug)]
pub struct SqliteStateStore(Handle);

impl SqliteSink {
    /// A sink on its own; with a state store beside it, see [`open`].
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(Handle::new(path.into(), Locking::default()))
    }
}

impl SqliteStateStore {
    /// A store on its own; with a sink beside it, see [`open`].
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(Handle::new(path.into(), Locking::default()))
    }
}

/// Work on the database, one piece at a time, on threads that may block.
#[derive(Debug, Clone)]
struct Handle {
    path: Arc<Path>,
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

impl Handle {
    fn new(path: PathBuf, locking: Locking) -> Self {
        let path: Arc<Path> = path.into();
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
                Err(Error::new(ErrorKind::Storage, message).with_source(error))
            }
        }
    }
}

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

#[async_trait]
impl Sink for SqliteSink {
    fn capabilities(&self) -> Capabilities {
        Capabilities { snapshots: SnapshotDelivery::Reconcile, stores_state: true }
    }

    async fn open(&mut self, streams: &[Arc<StreamDescriptor>]) -> Result<()> {
        let streams = streams.to_vec();
        self.0.run(move |session| session.database()?.prepare(&streams)).await
    }

    async fn write(&mut self, write: Write<'_>) -> Result<Counts> {
        // Copies handles, not records.
        let (stream, records) = (Arc::clone(write.stream), write.records.to_vec());
        let (pass, completion) = (write.pass, write.completion.cloned());
        self.0
            .run(move |session| session.database()?.write(&stream.name, pass, &records, completion.as_ref()))
            .await
    }

    async fn commit(&mut self, update: &StateUpdate) -> Result<()> {
        let update = update.clone();
        self.0.run(move |session| session.database()?.commit(&update)).await
    }

    async fn close(&mut self) -> Result<()> {
        self.0
            .run(|session| {
                let closed = session.database.take().map_or(Ok(()), Database::close);
                session.lock = None;
                closed
            })
            .await
    }
}

#[async_trait]
impl StateStore for SqliteStateStore {
    async fn load(&mut self) -> Result<State> {
        self.0
            .run(|session| {
                session.take_lock()?;
                // Reading a state is no reason to make a database.
                if session.database.is_none() && !session.path.exists() {
                    return Ok(State::default());
                }
                session.database()?.state()
            })
            .await
    }

    async fn save(&mut self, update: &StateUpdate) -> Result<()> {
        let update = update.clone();
        self.0.run(move |session| session.database()?.commit(&update)).await
    }
}
