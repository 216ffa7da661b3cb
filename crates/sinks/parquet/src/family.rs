//! `parquet:DIR`, `parquet:s3://BUCKET/PREFIX`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::thread;

use capture_core::{
    Error, ErrorKind, Finding, Locking, Place, Purge, Purging, Result, Sink, State, StreamDescriptor,
    keeps_its_own_state, private_file,
};
use jiff::Timestamp;

use crate::address::Address;
use crate::document::Document;
use crate::files::{OURS, STATE};
use crate::purge::Purger;
use crate::store::Store;
use crate::{ParquetSink, sink};

/// Directories and folders of object stores.
#[derive(Debug, Clone, Copy)]
pub struct Family;

impl capture_core::Family for Family {
    fn usage(&self) -> &'static str {
        "parquet:DIR"
    }

    fn about(&self) -> &'static str {
        "Parquet files, a folder per stream; also parquet:s3://BUCKET/PREFIX, gs:// and az://"
    }

    fn place(&self, address: &str, state: Option<&Path>) -> Option<Result<Box<dyn Place>>> {
        let rest = address.strip_prefix("parquet:")?;
        if state.is_some() {
            return Some(Err(keeps_its_own_state("a folder of Parquet files keeps")));
        }
        Some(
            Address::parse(rest).map(|address| Box::new(Lake { address, rehearsed: None }) as Box<dyn Place>),
        )
    }
}

struct Lake {
    address: Address,
    /// Of a rehearsal: what runs on it see of each other.
    rehearsed: Option<Arc<dyn Store>>,
}

impl Lake {
    /// Looks at it without taking it. Whoever asks waits.
    fn look_with<T: Send>(&self, look: impl FnOnce(&dyn Store) -> Result<T> + Send) -> Result<T> {
        let work = || {
            let store = match &self.rehearsed {
                Some(store) => Arc::clone(store),
                None => sink::store(&self.address)?,
            };
            look(&*store)
        };
        // A runtime that is busy with the caller cannot be waited on.
        let looked = thread::scope(|scope| scope.spawn(work).join());
        looked.unwrap_or_else(|_| {
            Err(Error::new(ErrorKind::Contract, format!("cannot look at {}", self.address)))
        })
    }

    fn document(&self) -> Result<Option<Document>> {
        self.look_with(|store| match store.read(STATE)? {
            Some((content, _)) => Document::read(&content, &store.place()).map(Some),
            None => Ok(None),
        })
    }

    fn findings(&self) -> Result<Vec<Finding>> {
        let document = self.document()?;
        let mut findings = Vec::new();
        if matches!(self.address, Address::Bucket(_)) {
            self.look_with(|store| try_out(store))?;
            findings.push(Finding::note("it can be read, written to on conditions, and removed from"));
        }
        let Some(document) = document else { return Ok(findings) };
        if let Some(lease) = &document.lease {
            findings.push(Finding::note(format!(
                "a run has it, or was killed less than {} s ago: {}",
                lease.seconds, lease.holder
            )));
        }
        let state = document.state()?;
        if let Some(newest) = state.streams.values().map(|stream| stream.committed_at).max() {
            let seconds = Timestamp::now().duration_since(newest).as_secs().max(0);
            findings.push(Finding::note(format!(
                "{} commits with records, format 1; the newest state is {seconds} s old",
                document.commit
            )));
        }
        let behind: Vec<&str> = document
            .streams
            .iter()
            .filter(|(_, stream)| !stream.changes.is_empty())
            .map(|(name, _)| name.as_str())
            .collect();
        if !behind.is_empty() {
            findings.push(Finding::warning(
                format!("`current` is behind `changes` for {}", behind.join(", ")),
                "the run that is on, or else the next, makes it good; `ashby compact` does at once",
            ));
        }
        Ok(findings)
    }
}

/// Writes, replaces, reads and removes a document of no meaning: nothing else tells whether that is allowed.
///
/// # Errors
/// What is not allowed; [`ErrorKind::Configuration`] for a store that does not mind conditions.
fn try_out(store: &dyn Store) -> Result<()> {
    let path = format!("{OURS}/doctor-{}.json", std::process::id());
    store.delete(&path)?;
    let content = || bytes::Bytes::from_static(b"{}");
    let tag = store.replace(&path, content(), None)?;
    let again = store.replace(&path, content(), None)?;
    let changed = tag.as_ref().map(|tag| store.replace(&path, content(), Some(tag))).transpose()?.flatten();
    store.read(&path)?;
    store.list(OURS)?;
    store.delete(&path)?;
    if tag.is_none() || again.is_some() || changed.is_none() {
        let message = format!("{} does not mind conditions", store.place());
        return Err(Error::new(ErrorKind::Configuration, message)
            .with_hint("it must take conditional writes (If-None-Match, If-Match), as S3 does since 2024"));
    }
    Ok(())
}

impl Place for Lake {
    fn address(&self) -> String {
        self.address.to_string()
    }

    /// One that cannot be asked is not there; [`look`](Self::look) says why.
    fn exists(&self) -> bool {
        match (&self.address, &self.rehearsed) {
            (Address::Directory(path, _), None) => path.join(STATE).exists(),
            _ => self.look_with(|store| store.read(STATE)).is_ok_and(|found| found.is_some()),
        }
    }

    fn path(&self) -> Option<&Path> {
        match &self.address {
            Address::Directory(path, _) => Some(path),
            Address::Bucket(_) => None,
        }
    }

    fn lock_with(&mut self, locking: Locking) {
        self.address.lock_with(locking);
    }

    fn open(&self) -> Result<Box<dyn Sink>> {
        Ok(Box::new(ParquetSink::at(self.address.clone(), self.rehearsed.clone())))
    }

    fn peek(&self) -> Result<State> {
        self.document()?.map_or(Ok(State::default()), |document| document.state())
    }

    fn rows(&self) -> Result<Option<BTreeMap<String, u64>>> {
        let streams = self.document()?.unwrap_or_default().streams;
        Ok(Some(streams.into_iter().map(|(name, stream)| (name, stream.live)).collect()))
    }

    fn purge(&self, purge: Purge, streams: &[Arc<StreamDescriptor>]) -> Result<Box<dyn Purging>> {
        if !self.exists() {
            // Why it cannot be asked, if that is it.
            self.document()?;
            let message = format!("there is nothing at {}", self.address);
            return Err(Error::new(ErrorKind::Configuration, message).with_hint("name another with --to"));
        }
        Ok(Box::new(Purger::new(self.address.clone(), self.rehearsed.clone(), purge, streams)))
    }

    fn rehearsal(&self) -> Option<Box<dyn Place>> {
        // What cannot be set up is said when it is opened.
        let rehearsed = self.look_with(|_| sink::overlay(&self.address)).ok()?;
        Some(Box::new(Self { address: self.address.clone(), rehearsed: Some(rehearsed) }))
    }

    fn look(&self) -> Result<Vec<Finding>> {
        let mut findings = Vec::new();
        if let Address::Directory(path, _) = &self.address {
            if !self.exists() {
                let directory = private_file::directory_of(path);
                let missing = || {
                    let message = format!("there is no directory {} for it", directory.display());
                    Finding::warning(message, "make it, or correct --to")
                };
                let is_there = path.is_dir() || directory.is_dir();
                return Ok(if is_there { Vec::new() } else { vec![missing()] });
            }
            findings.extend(private_file::shared_with_others(&path.join(STATE)));
        }
        match self.findings() {
            Ok(found) => findings.extend(found),
            Err(error) => {
                let hint = error.hint().unwrap_or("see the cause").to_owned();
                findings.push(Finding::warning(error.chain(), hint));
            }
        }
        Ok(findings)
    }
}

/// What [`compact`] did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Compacted {
    /// Streams that stand anew.
    pub streams: BTreeSet<String>,
    /// Files of changes before and after.
    pub files_before: u64,
    /// …
    pub files_after: u64,
}

/// Takes the place that an address names, makes every stream stand as it is, checks what stands, and makes files of changes
/// fewer. `None` for an address that is not one of these. Blocks.
///
/// # Errors
/// As for [`Sink::load`](capture_core::Sink::load), and those of reading and writing.
pub fn compact(address: &str, locking: Locking) -> Option<Result<Compacted>> {
    let rest = address.strip_prefix("parquet:")?;
    Some(Address::parse(rest).and_then(|mut address| {
        address.lock_with(locking);
        let store = sink::store(&address)?;
        if store.read(STATE)?.is_none() {
            let message = format!("there is nothing at {address}");
            return Err(Error::new(ErrorKind::Configuration, message).with_hint("make it with `ashby sync`"));
        }
        crate::upkeep::compact(&store, sink::lease(&address))
    }))
}
