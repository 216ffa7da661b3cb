//! A destination with a veil around it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use capture_core::{Finding, Locking, Place, Purge, Purging, Result, Sink, State, StreamDescriptor};

use crate::layer::{Run, Veiled};
use crate::veil::Veil;

/// The same place, to which no more comes than the veil lets through.
pub fn veiled(place: Box<dyn Place>, veil: Arc<Veil>, run: Run) -> Box<dyn Place> {
    Box::new(Veiling { place: place.into(), veil, run, may_rewrite: true })
}

struct Veiling {
    place: Arc<dyn Place>,
    veil: Arc<Veil>,
    run: Run,
    may_rewrite: bool,
}

impl Veiling {
    fn around(&self, place: Box<dyn Place>, may_rewrite: bool) -> Box<dyn Place> {
        Box::new(Self {
            place: place.into(),
            veil: Arc::clone(&self.veil),
            run: self.run.clone(),
            may_rewrite,
        })
    }
}

impl Place for Veiling {
    fn address(&self) -> String {
        self.place.address()
    }

    fn exists(&self) -> bool {
        self.place.exists()
    }

    fn takes_stdout(&self) -> bool {
        self.place.takes_stdout()
    }

    fn keeps_state(&self) -> bool {
        self.place.keeps_state()
    }

    fn path(&self) -> Option<&Path> {
        self.place.path()
    }

    fn is_locked(&self) -> Option<bool> {
        self.place.is_locked()
    }

    fn lock_with(&mut self, locking: Locking) {
        // It is shared from when it is open on.
        if let Some(place) = Arc::get_mut(&mut self.place) {
            place.lock_with(locking);
        }
    }

    fn open(&self) -> Result<Box<dyn Sink>> {
        let sink = Veiled::new(Arc::clone(&self.place), Arc::clone(&self.veil), self.run.clone())?;
        Ok(Box::new(if self.may_rewrite { sink } else { sink.without_rewriting() }))
    }

    fn peek(&self) -> Result<State> {
        self.place.peek()
    }

    fn rows(&self) -> Result<Option<BTreeMap<String, u64>>> {
        self.place.rows()
    }

    fn keys(&self, stream: &str, each: &mut (dyn FnMut(&str, bool) + Send)) -> Result<bool> {
        self.place.keys(stream, each)
    }

    fn purge(&self, purge: Purge, streams: &[Arc<StreamDescriptor>]) -> Result<Box<dyn Purging>> {
        self.place.purge(purge, streams)
    }

    fn copy(&self, path: &Path) -> Result<Option<Box<dyn Place>>> {
        Ok(self.place.copy(path)?.map(|copy| self.around(copy, false)))
    }

    fn rehearsal(&self) -> Option<Box<dyn Place>> {
        // What is taken out of it would be gone for good.
        self.place.rehearsal().map(|rehearsal| self.around(rehearsal, false))
    }

    fn look(&self) -> Result<Vec<Finding>> {
        self.place.look()
    }
}
