//! A [`Ledger`] in a SQLite file: for each record that was appended its key, a hash of its bytes, when it was last
//! seen, and what it belongs to. Never the record itself.
//!
//! The file is hidden beside the state (`.NAME.ledger.db` beside `NAME`), for its owner only, and guarded by the lock on
//! that state: whoever has taken the state has the ledger. It is made with the first commit.

mod database;
mod table;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use capture_core::{
    Account, Counts, Error, ErrorKind, Key, Ledger, Record, Result, Share, Stamp, StreamDescriptor, Sweep,
    Watermark, Write, private_file,
};
use own_database::Failure;

use crate::database::{Database, KIND};

/// Remembers in a SQLite file what was appended. See the [crate] documentation.
#[derive(Debug)]
pub struct SqliteLedger {
    state_path: PathBuf,
    /// Work on it is done one piece at a time, on threads that may block.
    session: Arc<Mutex<Session>>,
}

/// Nothing until it is known where the ledger is.
#[derive(Debug, Default)]
struct Session {
    path: PathBuf,
    database: Option<Database>,
}

impl SqliteLedger {
    /// The ledger that belongs to the state file at `state_path`. Nothing is opened or made yet.
    pub fn beside(state_path: impl Into<PathBuf>) -> Self {
        Self { state_path: state_path.into(), session: Arc::default() }
    }

    /// Where the ledger of that state file is.
    ///
    /// # Errors
    /// If the directory of the state does not exist or cannot be looked into.
    pub fn path(state_path: &Path) -> std::io::Result<PathBuf> {
        // By the state's one canonical name, as its lock is.
        private_file::beside(state_path, "ledger.db")
    }

    /// How many rows the ledger of that state file knows, by stream; `None` if it is in use, or if there is none.
    ///
    /// # Errors
    /// [`ErrorKind::State`] if it is not one of ours, [`ErrorKind::Storage`] if it cannot be read.
    pub fn rows(state_path: &Path) -> Result<Option<BTreeMap<String, u64>>> {
        let Ok(path) = Self::path(state_path) else { return Ok(None) };
        match path.try_exists() {
            Ok(true) => database::rows(&path).map_err(|failure| failure.of(&KIND, &path)),
            _ => Ok(None),
        }
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Session) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T> {
        let session = Arc::clone(&self.session);
        let work = move || {
            // A piece of work that panicked ended the run; whoever comes after it only closes.
            let mut session = session.lock().unwrap_or_else(PoisonError::into_inner);
            work(&mut session).map_err(|failure| failure.of(&KIND, &session.path))
        };
        match tokio::task::spawn_blocking(work).await {
            Ok(done) => done,
            Err(error) => {
                let state = self.state_path.display();
                let message = format!("the work on the ledger beside {state} ended unexpectedly");
                Err(Error::new(ErrorKind::Storage, message).with_source(error))
            }
        }
    }
}

impl Session {
    /// The database, if there is one.
    fn existing(&mut self) -> Result<Option<&mut Database>, Failure> {
        if self.database.is_none() && self.path.exists() {
            self.database = Some(Database::open(&self.path)?);
        }
        Ok(self.database.as_mut())
    }

    /// The database, made if need be.
    fn database(&mut self) -> Result<&mut Database, Failure> {
        Ok(match &mut self.database {
            Some(database) => database,
            none => none.insert(Database::open(&self.path)?),
        })
    }
}

#[async_trait]
impl Ledger for SqliteLedger {
    async fn load(&mut self) -> Result<Option<Account>> {
        let path = Self::path(&self.state_path).map_err(|error| {
            let message = format!("cannot find the place of {}", self.state_path.display());
            Error::new(ErrorKind::Storage, message)
                .with_source(error)
                .with_hint("check that its directory exists and that this user may look into it")
        })?;
        self.run(move |session| {
            session.path = path;
            let account = session.existing()?.map(|database| database.account()).transpose()?;
            Ok(Some(account.unwrap_or_default()))
        })
        .await
    }

    async fn open(&mut self, _: &[Arc<StreamDescriptor>]) -> Result<()> {
        // A table is made with its first record.
        Ok(())
    }

    async fn forget(&mut self, stream: &StreamDescriptor) -> Result<()> {
        let name = stream.name.clone();
        self.run(move |session| match session.existing()? {
            Some(database) => database.table(&name)?.forget(),
            None => Ok(()),
        })
        .await
    }

    async fn adopt(&mut self, stream: &StreamDescriptor, records: Vec<Record>) -> Result<()> {
        let name = stream.name.clone();
        self.run(move |session| session.database()?.table(&name)?.adopt(&records)).await
    }

    async fn sift(&mut self, write: &mut Write) -> Result<Counts> {
        let name = write.stream.name.clone();
        let (records, seen) = (std::mem::take(&mut write.records), write.seen);
        let work = move |session: &mut Session| session.database()?.table(&name)?.sift(records, seen);
        let counts;
        (write.records, counts) = self.run(work).await?;
        Ok(counts)
    }

    async fn known(&mut self, stream: &StreamDescriptor, keys: &[Key]) -> Result<Option<u64>> {
        let (name, keys) = (stream.name.clone(), keys.to_vec());
        self.run(move |session| match session.existing()? {
            Some(database) => Ok(Some(database.table(&name)?.known(&keys)?)),
            None => Ok(Some(0)),
        })
        .await
    }

    async fn unseen(&mut self, sweep: &Sweep) -> Result<Share> {
        let sweep = sweep.clone();
        self.run(move |session| match session.existing()? {
            Some(database) => database.table(&sweep.stream.name)?.unseen(&sweep),
            None => Ok(Share::default()),
        })
        .await
    }

    async fn take_unseen(&mut self, sweep: &Sweep, limit: usize) -> Result<Vec<Record>> {
        let sweep = sweep.clone();
        self.run(move |session| match session.existing()? {
            Some(database) => database.table(&sweep.stream.name)?.take_unseen(&sweep, limit),
            None => Ok(Vec::new()),
        })
        .await
    }

    async fn commit(
        &mut self,
        watermark: Option<&Watermark>,
        stamps: &BTreeMap<String, Option<Stamp>>,
    ) -> Result<()> {
        let (watermark, stamps) = (watermark.cloned(), stamps.clone());
        self.run(move |session| {
            let says_something = watermark.is_some() || stamps.values().any(Option::is_some);
            let database = if says_something { Some(session.database()?) } else { session.existing()? };
            database.map_or(Ok(()), |database| database.commit(watermark.as_ref(), &stamps))
        })
        .await
    }

    async fn close(&mut self) -> Result<()> {
        self.run(|session| session.database.take().map_or(Ok(()), Database::close)).await
    }
}

/// What the README shows runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
