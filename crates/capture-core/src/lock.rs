//! One run at a time on one state.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use crate::{Error, ErrorKind, Result, private_file, system};

/// How our note in a lock file begins.
const NOTE: &str = "process ";

/// No note is longer.
const MAX_NOTE_BYTES: u64 = 200;

/// Each attempt after the first means that another process came or went in this very moment.
const MAX_ATTEMPTS: usize = 100;

/// What to do on a file system that cannot lock, as some network file systems.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Locking {
    /// Refuse to run there.
    #[default]
    Required,
    /// Run without a lock (`--without-lock`): whoever says so sees to it that nothing else runs there at the same time.
    WhereSupported,
}

/// An exclusive hold on a file, by whatever name or link it was named, given up when dropped and by the operating
/// system when the process dies.
///
/// What is locked is a hidden file beside it (`.NAME.lock`, with one dot also where NAME has one), with a note of who holds it. It is removed when the hold
/// is given up; whoever locked a file that has lost its name meanwhile tries again.
#[derive(Debug)]
pub struct Lock {
    /// `None` if the file system cannot lock and need not.
    _held: Option<Held>,
    /// Locks by the names that earlier versions used (`PATH.lock`, `..NAME.lock`).
    _earlier: Vec<File>,
}

/// A lock file that is ours, by lock and by content.
#[derive(Debug)]
struct Held {
    path: PathBuf,
    file: File,
}

impl Drop for Held {
    /// Removes the name, while it is still locked.
    fn drop(&mut self) {
        // Elsewhere nobody could tell afterwards that the name leads to another file.
        if cfg!(unix) && private_file::still_leads_to(&self.path, &self.file).unwrap_or(false) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

impl Lock {
    /// Takes the lock that guards `path`, which need not exist; its directory must.
    ///
    /// # Errors
    /// [`ErrorKind::Busy`], naming the holder, if another process has it; [`ErrorKind::Storage`] if the lock file
    /// cannot be made or locked, or is something else, which is then left untouched.
    pub fn acquire(path: &Path) -> Result<Self> {
        Self::acquire_with(path, Locking::Required)
    }

    /// As [`acquire`](Self::acquire), with a choice for file systems that cannot lock.
    ///
    /// # Errors
    /// As [`acquire`](Self::acquire).
    pub fn acquire_with(path: &Path, locking: Locking) -> Result<Self> {
        acquire(path, locking, File::try_lock)
    }
}

fn acquire(
    path: &Path,
    locking: Locking,
    try_lock: impl Fn(&File) -> Result<(), TryLockError>,
) -> Result<Lock> {
    let canonical = private_file::canonical(path).map_err(|error| {
        Error::new(ErrorKind::Storage, format!("cannot find the place of {}", path.display()))
            .with_source(error)
            .with_hint("check that its directory exists and that this user may look into it")
    })?;
    let hidden = hidden(&canonical);
    for _ in 0..MAX_ATTEMPTS {
        let Some((file, is_new)) = open(&hidden)? else { continue };
        match try_lock(&file) {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) if leads_to(&hidden, &file)? => return Err(busy(path, &file)),
            Err(TryLockError::WouldBlock) => continue,
            Err(TryLockError::Error(error)) => {
                if is_new {
                    let _ = fs::remove_file(&hidden);
                }
                return match locking {
                    Locking::WhereSupported if cannot_lock(&error) => {
                        Ok(Lock { _held: None, _earlier: Vec::new() })
                    }
                    _ => Err(refused(path, &hidden, error)),
                };
            }
        }
        // Otherwise another process removed the name, and a third may have made and locked it anew.
        if leads_to(&hidden, &file)? {
            let held = sign(hidden, file)?;
            let earlier = earlier(path, &canonical, &held.path)?;
            return Ok(Lock { _held: Some(held), _earlier: earlier });
        }
    }
    Err(Error::new(ErrorKind::Busy, format!("{} is taken and given up all the time", path.display()))
        .with_hint("try again when the other runs on it have ended"))
}

/// The lock file, and whether it was made; nothing if it vanished meanwhile.
fn open(path: &Path) -> Result<Option<(File, bool)>> {
    let mut options = private_file::options();
    options.read(true).write(true);
    match options.clone().create_new(true).open(path) {
        Ok(file) => return Ok(Some((file, true))),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(unusable(path, error)),
    }
    match fs::symlink_metadata(path) {
        Ok(metadata) if !metadata.is_file() => return Err(foreign(path)),
        _ => {}
    }
    match options.open(path) {
        Ok(file) => Ok(Some((file, false))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unusable(path, error)),
    }
}

/// Leaves our note in a locked file, if nothing else is in it.
fn sign(path: PathBuf, mut file: File) -> Result<Held> {
    let content = read_note(&file).map_err(|error| unusable(&path, error))?;
    if !content.is_empty() && !is_note(&content) {
        return Err(foreign(&path));
    }
    let mut note =
        format!("{NOTE}{} (since {})", std::process::id(), jiff::Timestamp::now().strftime("%FT%TZ"));
    note.push('\n');
    let written = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| file.write_all(note.as_bytes()));
    let held = Held { path, file };
    written.map_err(|error| unusable(&held.path, error))?;
    Ok(held)
}

/// Locks of earlier versions, held too where they exist, so that such a version and this one do not run together.
fn earlier(path: &Path, canonical: &Path, present: &Path) -> Result<Vec<File>> {
    let mut names = vec![with_suffix(canonical), private_file::hidden_name(canonical, "lock")];
    if path != canonical {
        names.push(with_suffix(path));
    }
    names.retain(|name| name != present);
    let mut held: Vec<File> = Vec::new();
    for name in names {
        if !fs::symlink_metadata(&name).is_ok_and(|metadata| metadata.is_file()) {
            continue;
        }
        let Ok(file) = private_file::options().read(true).open(&name) else { continue };
        let is_held = held.iter().any(|held| leads_to(&name, held).unwrap_or(false));
        if is_held || !read_note(&file).is_ok_and(|content| is_note(&content)) {
            continue;
        }
        match file.try_lock() {
            Ok(()) => held.push(file),
            Err(TryLockError::WouldBlock) => return Err(busy(path, &file)),
            Err(TryLockError::Error(_)) => {}
        }
    }
    Ok(held)
}

/// Where the lock is: hidden as well as what it guards, with one dot.
fn hidden(canonical: &Path) -> PathBuf {
    let is_hidden = canonical.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
    if is_hidden { with_suffix(canonical) } else { private_file::hidden_name(canonical, "lock") }
}

fn with_suffix(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    PathBuf::from(name)
}

fn leads_to(path: &Path, file: &File) -> Result<bool> {
    private_file::still_leads_to(path, file).map_err(|error| unusable(path, error))
}

/// One byte more than a note has, at most.
fn read_note(mut file: &File) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    file.rewind()?;
    file.take(MAX_NOTE_BYTES + 1).read_to_end(&mut content)?;
    Ok(content)
}

fn is_note(content: &[u8]) -> bool {
    content.len() as u64 <= MAX_NOTE_BYTES
        && content.starts_with(NOTE.as_bytes())
        && content.iter().filter(|byte| **byte == b'\n').count() <= 1
}

fn busy(path: &Path, file: &File) -> Error {
    // The note is a courtesy: a holder that has not written it yet is still a holder.
    let content = read_note(file).ok().filter(|content| is_note(content)).unwrap_or_default();
    let holder = match str::from_utf8(&content).unwrap_or_default().trim() {
        "" => "another process",
        holder => holder,
    };
    Error::new(ErrorKind::Busy, format!("{} is in use by {holder}", path.display()))
        .with_hint("wait for that run to end or stop it, or give this one a place of its own")
}

fn unusable(lock_path: &Path, error: io::Error) -> Error {
    Error::new(ErrorKind::Storage, format!("cannot use the lock file {}", lock_path.display()))
        .with_source(error)
        .with_hint("check that this user may write it and its directory")
}

fn foreign(lock_path: &Path) -> Error {
    let message = format!("{} is not a lock file of this program", lock_path.display());
    Error::new(ErrorKind::Storage, message)
        .with_hint("it was left untouched; move it away, or choose another place")
}

/// Whether the file system has no locks, rather than refusing this one.
fn cannot_lock(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::Unsupported || system::has_no_lock_service(error)
}

fn refused(path: &Path, lock_path: &Path, error: io::Error) -> Error {
    if !cannot_lock(&error) {
        return unusable(lock_path, error);
    }
    let message = format!("the file system of {} cannot lock files", path.display());
    Error::new(ErrorKind::Storage, message).with_source(error).with_hint(
        "choose a place on another file system, or see to it that nothing else runs there at the same time and add \
         --without-lock where the command has it",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_holder_is_refused_and_told_who_has_it() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("state.json");
        let held = Lock::acquire(&path).unwrap();
        let error = Lock::acquire(&path).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Busy);
        assert!(error.to_string().contains(&format!("process {}", std::process::id())), "{error}");
        drop(held);
        Lock::acquire(&path).unwrap();
    }

    #[test]
    fn a_file_system_without_locks_is_named_and_can_be_insisted_on() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("state.json");
        let unsupported = |_: &File| Err(TryLockError::Error(io::ErrorKind::Unsupported.into()));
        let error = acquire(&path, Locking::Required, unsupported).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Storage);
        assert!(error.to_string().contains("cannot lock files"), "{error}");
        assert!(error.hint().unwrap().contains("--without-lock"));
        acquire(&path, Locking::WhereSupported, unsupported).unwrap();
        #[cfg(unix)]
        {
            let no_service = |_: &File| Err(TryLockError::Error(rustix::io::Errno::NOLCK.into()));
            acquire(&path, Locking::WhereSupported, no_service).unwrap();
        }
        // Only what the file system cannot do may be gone without.
        let failing = |_: &File| Err(TryLockError::Error(io::ErrorKind::Interrupted.into()));
        acquire(&path, Locking::WhereSupported, failing).unwrap_err();
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0, "a refused start left something");
    }

    #[cfg(unix)]
    #[test]
    fn a_lock_file_that_loses_its_name_while_it_is_being_locked_is_no_hold() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("x.db");
        let hidden = directory.path().join(".x.db.lock");
        // Another process gives up what it held, and a third takes it, just before this one locks.
        let third = std::cell::RefCell::new(None);
        let try_lock = |file: &File| {
            if third.borrow().is_none() {
                fs::remove_file(&hidden).unwrap();
                *third.borrow_mut() = Some(Lock::acquire(&path).unwrap());
            }
            file.try_lock()
        };
        let error = acquire(&path, Locking::Required, try_lock).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Busy);
        // One that goes away while it is in the way is no holder any more.
        let try_lock = |file: &File| {
            let tried = file.try_lock();
            third.borrow_mut().take();
            tried
        };
        acquire(&path, Locking::Required, try_lock).unwrap();
    }
}
