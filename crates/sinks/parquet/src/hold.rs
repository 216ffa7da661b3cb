//! One run at a time: a lock where the system has one, elsewhere a lease in the state, which is replaced only as long as it
//! is what this run knows.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use capture_core::{Error, ErrorKind, Result};

use crate::document::{Document, Lease};
use crate::files::STATE;
use crate::store::{Held, Store, Tag};

/// A destination that is taken.
pub(crate) struct Hold {
    store: Arc<dyn Store>,
    shared: Arc<Shared>,
    renewing: Option<JoinHandle<()>>,
    /// Whether the run before gave it up itself.
    pub(crate) was_left_in_order: bool,
    is_first: bool,
    /// Given up last.
    _held: Option<Held>,
}

struct Shared {
    kept: Mutex<Kept>,
    ended: Condvar,
}

struct Kept {
    document: Document,
    tag: Option<Tag>,
    /// Which run this is, if a lease says so.
    lease: Option<Lease>,
    renewed: Instant,
    is_lost: bool,
    has_ended: bool,
}

impl Hold {
    /// Takes the destination.
    ///
    /// # Errors
    /// [`ErrorKind::Busy`] if another run has it; of one that was killed that is known once it has been silent for as long
    /// as it said. [`ErrorKind::State`] if the state cannot be read.
    pub(crate) fn take(store: &Arc<dyn Store>, lease: Duration) -> Result<Self> {
        let held = store.take()?;
        let read = || -> Result<(Document, Option<Tag>)> {
            match store.read(STATE)? {
                Some((content, tag)) => Ok((Document::read(&content, &store.place())?, Some(tag))),
                None => Ok((Document::default(), None)),
            }
        };
        let (document, tag) = read()?;
        // Read before anything is made of it: what cannot be read is not written over.
        document.state()?;
        let mut kept =
            Kept { document, tag, lease: None, renewed: Instant::now(), is_lost: false, has_ended: false };
        let mut was_left_in_order = !kept.document.is_unsettled;
        let is_first = kept.tag.is_none();
        if store.needs_lease() {
            if let Some(other) = kept.document.lease.clone() {
                wait_for(&**store, &other, kept.tag.as_ref())?;
                was_left_in_order = false;
                // One commit of the other run may be on its way, and no more: the next one finds out that it is over.
                kept.document.commit += 1;
                kept.document.void.push(kept.document.commit);
            }
            let holder = holder();
            let run = format!("{holder} {:?}", jiff::Timestamp::now());
            kept.lease = Some(Lease { run, holder, seconds: lease.as_secs(), beat: 0 });
            let document = kept.document.clone();
            kept.save(&**store, document)?;
            if is_first {
                check_conditions(&**store)?;
            }
        } else if kept.document.lease.take().is_some() {
            was_left_in_order = false;
        }
        let shared = Arc::new(Shared { kept: Mutex::new(kept), ended: Condvar::new() });
        let renewing = store.needs_lease().then(|| {
            let (store, shared) = (Arc::clone(store), Arc::clone(&shared));
            thread::spawn(move || renew(&*store, &shared, lease / 3))
        });
        Ok(Self { store: Arc::clone(store), shared, renewing, was_left_in_order, is_first, _held: held })
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        lock(&self.shared.kept)
    }

    /// What counts.
    pub(crate) fn document(&self) -> Document {
        self.kept().document.clone()
    }

    /// Makes a change of it durable.
    ///
    /// # Errors
    /// [`ErrorKind::Busy`] if another run has taken over: then nothing has changed.
    pub(crate) fn save(&self, change: impl FnOnce(&mut Document)) -> Result<()> {
        let mut kept = self.kept();
        let mut document = kept.document.clone();
        change(&mut document);
        kept.save(&*self.store, document)
    }

    /// Makes sure that this run still has it, before something is written that no condition guards.
    ///
    /// # Errors
    /// [`ErrorKind::Busy`] if another run has taken over.
    pub(crate) fn confirm(&self) -> Result<()> {
        let mut kept = self.kept();
        if kept.is_lost {
            return Err(lost(&*self.store));
        }
        let Some(lease) = &kept.lease else {
            // A lock, which somebody may have removed.
            let there = self.store.read(STATE)?.map(|(_, tag)| tag);
            kept.is_lost = there != kept.tag;
            return if kept.is_lost { Err(lost(&*self.store)) } else { Ok(()) };
        };
        if kept.renewed.elapsed().as_secs() * 4 < lease.seconds {
            return Ok(());
        }
        let document = kept.document.clone();
        kept.save(&*self.store, document)
    }

    /// Whether nothing was there before this run.
    pub(crate) fn is_first(&self) -> bool {
        self.is_first
    }

    /// Removes files that others have replaced; that they are gone is noted with the next change.
    pub(crate) fn clear_away(&self, store: &dyn Store) -> Result<()> {
        let obsolete = self.document().obsolete;
        for path in &obsolete {
            store.delete(path)?;
        }
        self.kept().document.obsolete.retain(|path| !obsolete.contains(path));
        Ok(())
    }

    /// What the last run had left is removed.
    pub(crate) fn settled(&self) {
        self.kept().document.is_unsettled = false;
    }

    /// Gives it up in order.
    pub(crate) fn release(mut self) -> Result<()> {
        self.stop();
        let mut kept = self.kept();
        if kept.lease.take().is_none() || kept.is_lost {
            return Ok(());
        }
        if kept.document.is_new() {
            return self.store.delete(STATE);
        }
        let document = kept.document.clone();
        kept.save(&*self.store, document)
    }

    fn stop(&mut self) {
        self.kept().has_ended = true;
        self.shared.ended.notify_all();
        if let Some(renewing) = self.renewing.take() {
            let _ = renewing.join();
        }
    }
}

impl Drop for Hold {
    /// Whoever drops it after an error may have no store to talk to, and may not be allowed to wait. A lease is given up all
    /// the same if that works soon, so that the next run need not wait.
    fn drop(&mut self) {
        self.kept().has_ended = true;
        self.shared.ended.notify_all();
        if self.kept().lease.is_none() {
            return;
        }
        let (store, shared) = (Arc::clone(&self.store), Arc::clone(&self.shared));
        let (done, is_done) = mpsc::channel();
        thread::spawn(move || {
            let mut kept = lock(&shared.kept);
            if kept.lease.take().is_some() && !kept.is_lost {
                let mut document = kept.document.clone();
                document.is_unsettled = true;
                let _ = kept.save(&*store, document);
            }
            let _ = done.send(());
        });
        let _ = is_done.recv_timeout(Duration::from_secs(2));
    }
}

impl Kept {
    fn save(&mut self, store: &dyn Store, mut document: Document) -> Result<()> {
        if self.is_lost {
            return Err(lost(store));
        }
        if let Some(lease) = &mut self.lease {
            lease.beat += 1;
        }
        document.lease.clone_from(&self.lease);
        let replaced = store.replace(STATE, document.to_bytes()?, self.tag.as_ref());
        let tag = match replaced {
            Ok(Some(tag)) => tag,
            // Ours may have arrived although its answer did not.
            other => match (self.found(store, &document), other) {
                (Ok(Some(tag)), _) => tag,
                (_, Err(error)) => return Err(error),
                (Err(error), _) => return Err(error),
                (Ok(None), Ok(_)) => {
                    self.is_lost = true;
                    return Err(lost(store));
                }
            },
        };
        (self.document, self.tag, self.renewed) = (document, Some(tag), Instant::now());
        Ok(())
    }

    /// The version that is there, if it is this document.
    fn found(&self, store: &dyn Store, document: &Document) -> Result<Option<Tag>> {
        let Some((content, tag)) = store.read(STATE)? else { return Ok(None) };
        let is_ours = self.lease.is_some() && content == document.to_bytes()?;
        Ok(is_ours.then_some(tag))
    }
}

fn lock(kept: &Mutex<Kept>) -> MutexGuard<'_, Kept> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Gives signs of life until it is told to stop.
fn renew(store: &dyn Store, shared: &Shared, pause: Duration) {
    let mut kept = lock(&shared.kept);
    while !kept.has_ended && !kept.is_lost {
        let waited = pause.saturating_sub(kept.renewed.elapsed());
        if waited.is_zero() {
            let document = kept.document.clone();
            if let Err(error) = kept.save(store, document) {
                tracing::warn!(error = %error.chain(), "no sign of life could be given");
                // Tried again soon; whether it is over shows with the next commit.
                let (again, _) =
                    shared.ended.wait_timeout(kept, pause / 4).unwrap_or_else(PoisonError::into_inner);
                kept = again;
            }
            continue;
        }
        let (again, _) = shared.ended.wait_timeout(kept, waited).unwrap_or_else(PoisonError::into_inner);
        kept = again;
    }
}

/// Watches another run's lease, by our own clock, for as long as it may be silent.
///
/// # Errors
/// [`ErrorKind::Busy`] if it gives a sign of life.
fn wait_for(store: &dyn Store, other: &Lease, tag: Option<&Tag>) -> Result<()> {
    let silence = Duration::from_secs(other.seconds.clamp(1, 3_600));
    let start = Instant::now();
    tracing::info!(seconds = other.seconds, "waiting whether the run that has it gives a sign of life");
    while start.elapsed() < silence {
        thread::sleep((silence / 20).min(Duration::from_secs(1)));
        match store.read(STATE)? {
            Some((_, now)) if Some(&now) == tag => {}
            Some((content, _)) => {
                // It has ended meanwhile, or another one came in between; whoever asks again finds out.
                let holder = Document::read(&content, &store.place())?.lease.map(|lease| lease.holder);
                return Err(busy(store, holder.as_deref().unwrap_or(&other.holder)));
            }
            None => return Ok(()),
        }
    }
    Ok(())
}

/// A store that does not mind conditions would let two runs write at once.
fn check_conditions(store: &dyn Store) -> Result<()> {
    if store.replace(STATE, bytes::Bytes::from_static(b"{}"), None)?.is_none() {
        return Ok(());
    }
    store.delete(STATE)?;
    let message = format!("{} lets anybody write over what another has written", store.place());
    Err(Error::new(ErrorKind::Configuration, message).with_hint(
        "the object store must take conditional writes (If-None-Match, If-Match), as S3 does since 2024",
    ))
}

fn busy(store: &dyn Store, holder: &str) -> Error {
    Error::new(ErrorKind::Busy, format!("another run has {}: {holder}", store.place()))
        .with_hint("wait for it to end, or name another place")
}

fn lost(store: &dyn Store) -> Error {
    let message = format!("another run has taken over {}; nothing more was written", store.place());
    Error::new(ErrorKind::Busy, message).with_hint("one run at a time: see what else is started there")
}

/// This run, for people.
fn holder() -> String {
    format!("process {} on {}", std::process::id(), capture_core::system::host_name())
}
