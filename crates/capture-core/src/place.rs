//! Destinations as a user names them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use crate::{Error, ErrorKind, Locking, Purge, Purging, Result, Sink, State, StreamDescriptor};

/// A kind of destination. Each crate with a sink exports one for each way in which its destinations are named; whoever
/// offers destinations keeps a table of them.
pub trait Family: Sync {
    /// How addresses look: `sqlite:PATH`.
    fn usage(&self) -> &'static str;

    /// Whether records can be taken out of its places ([`Place::purge`]).
    fn can_be_purged(&self) -> bool {
        true
    }

    /// What it is, in a few words.
    fn about(&self) -> &'static str;

    /// The place that an address names; `None` if it is another family's. `state` names a file for the state, which is
    /// [`Configuration`](crate::ErrorKind::Configuration) for families that keep it themselves.
    fn place(&self, address: &str, state: Option<&Path>) -> Option<Result<Box<dyn Place>>>;
}

/// A destination that has been named and not yet been touched.
pub trait Place: Send + Sync {
    /// Its address without secrets, for messages.
    fn address(&self) -> String;

    /// Whether there is anything at it yet.
    fn exists(&self) -> bool;

    /// Whether standard output carries its records, so that nothing else may be printed there.
    fn takes_stdout(&self) -> bool {
        false
    }

    /// Whether a later run finds the state of an earlier one.
    fn keeps_state(&self) -> bool {
        true
    }

    /// The file or directory that it is, or in which its state is kept, if it is on this machine: what belongs to it and
    /// is kept apart stands beside that.
    fn path(&self) -> Option<&Path> {
        None
    }

    /// Whether another program has it for itself at this moment, as SQLite lets one do while it writes; `None` if there is
    /// no such thing. Not to be asked while a sink is open on it. It may block for a moment.
    fn is_locked(&self) -> Option<bool> {
        None
    }

    /// Chooses what to do if its file system cannot lock. Places that take no lock of a file have no choice.
    fn lock_with(&mut self, locking: Locking) {
        let _ = locking;
    }

    /// A sink for it. Nothing is taken or made before [`Sink::load`].
    ///
    /// # Errors
    /// [`Configuration`](crate::ErrorKind::Configuration) for a place where there cannot be one.
    fn open(&self) -> Result<Box<dyn Sink>>;

    /// The committed state, without taking the destination: also while a run is on, and without making anything.
    ///
    /// # Errors
    /// As for [`Sink::load`], without [`Busy`](crate::ErrorKind::Busy).
    fn peek(&self) -> Result<State>;

    /// Rows that are not gone, by stream; `None` if that cannot be told.
    ///
    /// # Errors
    /// As for [`peek`](Self::peek).
    fn rows(&self) -> Result<Option<BTreeMap<String, u64>>> {
        Ok(None)
    }

    /// Tells of each row of a stream its key, and whether it is live; `false` if the place cannot. A stream that it does not
    /// have has no rows.
    ///
    /// # Errors
    /// As for [`peek`](Self::peek).
    fn keys(&self, stream: &str, each: &mut (dyn FnMut(&str, bool) + Send)) -> Result<bool> {
        let _ = (stream, each);
        Ok(false)
    }

    /// Takes the destination, to take out of it what is named. `streams` says what the keys of records are.
    ///
    /// # Errors
    /// As for [`Sink::load`]; [`Configuration`](crate::ErrorKind::Configuration) where nothing can be taken out.
    fn purge(&self, purge: Purge, streams: &[Arc<StreamDescriptor>]) -> Result<Box<dyn Purging>> {
        let _ = (purge, streams);
        Err(Error::new(ErrorKind::Configuration, format!("nothing can be taken out of {}", self.address()))
            .with_hint("name a destination that holds records"))
    }

    /// A copy of it as it is now at `path`, where nothing is yet, to try things on: also while a run is on. `None` if there
    /// is no such thing.
    ///
    /// # Errors
    /// As for [`peek`](Self::peek), and if the copy cannot be written.
    fn copy(&self, path: &Path) -> Result<Option<Box<dyn Place>>> {
        let _ = path;
        Ok(None)
    }

    /// The same place, of which nothing stays of what is done there: runs that follow each other see it, nobody else does,
    /// and it is gone when this is dropped. `None` if there is no such thing; then [`copy`](Self::copy) may do.
    fn rehearsal(&self) -> Option<Box<dyn Place>> {
        None
    }

    /// What a person should know of it: who else can read it, what is odd about it.
    ///
    /// # Errors
    /// As for [`peek`](Self::peek).
    fn look(&self) -> Result<Vec<Finding>> {
        Ok(Vec::new())
    }
}

/// What is wrong with a file for the state where `what` keeps it itself.
pub fn keeps_its_own_state(what: &str) -> Error {
    Error::new(ErrorKind::Configuration, format!("{what} its state itself"))
        .with_hint("leave --state out; only `--to stdout` takes a state file")
}

/// Something that was found out about a destination.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// Whether it should be changed.
    pub is_warning: bool,
    /// One line.
    pub message: String,
    /// What to do, if something can be done.
    pub hint: Option<String>,
}

impl Finding {
    /// Something good to know.
    pub fn note(message: impl Into<String>) -> Self {
        Self { is_warning: false, message: message.into(), hint: None }
    }

    /// Something that should be changed, and how.
    pub fn warning(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { is_warning: true, message: message.into(), hint: Some(hint.into()) }
    }
}
