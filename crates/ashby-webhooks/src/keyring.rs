//! Secrets that can change while the program runs.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use crate::signature::{Secrets, Signature};

/// How often the file is looked at, so that a secret that was taken out of it is soon valid no more. One that came is
/// noticed at the first delivery that it signed.
const LOOK: Duration = Duration::from_secs(1);

type Read = dyn Fn(&Path) -> Option<Secrets> + Send + Sync;

/// The secrets of a receiver, from a file that it follows. Clones are of the same keyring.
#[derive(Clone)]
pub struct Keyring(Arc<Inner>);

struct Inner {
    state: Mutex<State>,
    file: Option<(PathBuf, Box<Read>)>,
}

struct State {
    secrets: Arc<Secrets>,
    seen: Option<Seen>,
    looked: Instant,
}

/// By what a file is known to have changed.
#[derive(Debug, PartialEq, Eq)]
struct Seen(Option<SystemTime>, u64, Option<(u64, u64)>);

fn look(path: &Path) -> Option<Seen> {
    let metadata = std::fs::metadata(path).ok()?;
    Some(Seen(metadata.modified().ok(), metadata.len(), capture_core::private_file::identity(&metadata)))
}

impl std::fmt::Debug for Keyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keyring").field("file", &self.0.file.as_ref().map(|(path, _)| path)).finish()
    }
}

impl Keyring {
    /// Secrets that stay.
    pub fn fixed(secrets: Secrets) -> Self {
        Self::with(secrets, None, None)
    }

    /// The secrets that `read` finds in a file, and those that it finds after the file has changed. When it finds none
    /// then, those before stay valid. `None` if it finds none now.
    pub fn following(
        path: impl Into<PathBuf>,
        read: impl Fn(&Path) -> Option<Secrets> + Send + Sync + 'static,
    ) -> Option<Self> {
        let path = path.into();
        let seen = look(&path);
        let secrets = read(&path)?;
        Some(Self::with(secrets, seen, Some((path, Box::new(read)))))
    }

    fn with(secrets: Secrets, seen: Option<Seen>, file: Option<(PathBuf, Box<Read>)>) -> Self {
        let state = State { secrets: Arc::new(secrets), seen, looked: Instant::now() };
        Self(Arc::new(Inner { state: Mutex::new(state), file }))
    }

    /// Whether a secret that is valid now signed this body.
    pub fn verify(&self, signature: &Signature, body: &[u8]) -> bool {
        let secrets = self.secrets(LOOK);
        if secrets.verify(signature, body) {
            return true;
        }
        // Whoever rotates a secret writes the file first, and Ashby's ping comes right after.
        let now = self.secrets(Duration::ZERO);
        !Arc::ptr_eq(&secrets, &now) && now.verify(signature, body)
    }

    fn secrets(&self, at_most: Duration) -> Arc<Secrets> {
        let mut state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((path, read)) = &self.0.file
            && state.looked.elapsed() >= at_most
        {
            state.looked = Instant::now();
            let seen = look(path);
            if seen != state.seen {
                let is_there = seen.is_some();
                state.seen = seen;
                match is_there.then(|| read(path)).flatten() {
                    Some(secrets) => state.secrets = Arc::new(secrets),
                    None => tracing::warn!(
                        file = %path.display(),
                        "the file of secrets has changed or gone, and no secret was found in it: those before stay valid"
                    ),
                }
            }
        }
        Arc::clone(&state.secrets)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_valid_as_soon_as_it_stands_in_the_file() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("secrets");
        let read = |path: &Path| Secrets::parse(&std::fs::read_to_string(path).ok()?).ok();
        assert!(Keyring::following(&path, read).is_none());
        std::fs::write(&path, "one\n").unwrap();
        let keyring = Keyring::following(&path, read).unwrap();
        let is_valid = |secret| keyring.verify(&Signature::of(secret, b"body"), b"body");
        assert!(is_valid("one") && !is_valid("second"));
        std::fs::write(&path, "one\nsecond\n").unwrap();
        assert!(is_valid("second") && is_valid("one"));
        std::fs::write(&path, "").unwrap();
        assert!(!is_valid("third") && is_valid("one"), "half a file takes nothing away");
        std::fs::write(&path, "second and last\n").unwrap();
        assert!(is_valid("second and last") && !is_valid("one"));
    }
}
