//! Tokens: who may ask over HTTP. Kept as hashes, in a file that is its owner's only; a random token needs no slow hash.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use capture_core::private_file;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::error::Error;

/// What tokens begin with: those who look for leaked secrets find them by it.
pub(crate) const PREFIX: &str = "ashby_";

/// A token, as it is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Kept {
    /// Who has it.
    pub name: String,
    /// Of the whole token, hexadecimal.
    sha256: String,
    /// When it was made.
    pub created: Timestamp,
    /// Until when it is good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Timestamp>,
    /// Whether it may only read, whatever the server allows.
    #[serde(default)]
    pub read_only: bool,
    /// The privacy policy under which it stands, beside the server's: a preset, or a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub privacy: Option<String>,
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) name: String,
    pub(crate) read_only: bool,
    pub(crate) privacy: Option<String>,
}

/// The tokens in a file. What another process changes there counts at once.
#[derive(Debug)]
pub struct Tokens {
    path: PathBuf,
    /// As they were read, and of which state of the file.
    read: Mutex<Option<(Stamp, Vec<Kept>)>>,
}

type Stamp = (Option<SystemTime>, u64);

impl Tokens {
    /// Those in this file, which need not be there.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), read: Mutex::new(None) }
    }

    /// All of them.
    ///
    /// # Errors
    /// If the file cannot be read, or is something else.
    pub fn list(&self) -> Result<Vec<Kept>, Error> {
        let stamp = match self.path.metadata() {
            Ok(found) => (found.modified().ok(), found.len()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(self.not_opened(&error)),
        };
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((before, kept)) = &*read
            && *before == stamp
        {
            return Ok(kept.clone());
        }
        let bytes = std::fs::read(&self.path).map_err(|error| self.not_opened(&error))?;
        let kept: Vec<Kept> = serde_json::from_slice(&bytes).map_err(|_| self.unreadable())?;
        *read = Some((stamp, kept.clone()));
        Ok(kept)
    }

    /// Makes a token. It is shown this once.
    ///
    /// # Errors
    /// If there is one of that name, or the file cannot be written.
    pub fn create(&self, name: &str, expires: Option<Timestamp>, read_only: bool) -> Result<String, Error> {
        self.create_under(name, expires, read_only, None)
    }

    /// The same, of a token that stands under a privacy policy, a preset or a file.
    ///
    /// # Errors
    /// As [`create`](Self::create).
    pub fn create_under(
        &self,
        name: &str,
        expires: Option<Timestamp>,
        read_only: bool,
        privacy: Option<String>,
    ) -> Result<String, Error> {
        let is_odd = |letter: char| !(letter.is_ascii_alphanumeric() || "-_.@".contains(letter));
        if name.is_empty() || name.len() > 64 || name.contains(is_odd) {
            return Err(Error::new(
                "invalid_parameter",
                "a token's name has 1 to 64 letters, digits and - _ . @",
            )
            .field("name"));
        }
        let mut all = self.list()?;
        if all.iter().any(|kept| kept.name == name) {
            return Err(Error::new("invalid_parameter", format!("there is a token {name} already"))
                .field("name")
                .hint("revoke it, or rotate it"));
        }
        let token = random();
        all.push(Kept {
            name: name.to_owned(),
            sha256: hash(&token),
            created: Timestamp::now(),
            expires,
            read_only,
            privacy,
        });
        self.save(&all)?;
        Ok(token)
    }

    /// Makes a token good no more.
    ///
    /// # Errors
    /// If there is none of that name, or the file cannot be written.
    pub fn revoke(&self, name: &str) -> Result<(), Error> {
        let mut all = self.list()?;
        let before = all.len();
        all.retain(|kept| kept.name != name);
        if all.len() == before {
            return Err(no_token(name));
        }
        self.save(&all)
    }

    /// Gives a token's name another one. The one before is good no more.
    ///
    /// # Errors
    /// As [`revoke`](Self::revoke).
    pub fn rotate(&self, name: &str) -> Result<String, Error> {
        let mut all = self.list()?;
        let kept = all.iter_mut().find(|kept| kept.name == name);
        let kept = kept.ok_or_else(|| no_token(name))?;
        let token = random();
        kept.sha256 = hash(&token);
        kept.created = Timestamp::now();
        self.save(&all)?;
        Ok(token)
    }

    /// Whose token it is. All are looked at, in the same time whichever it is.
    pub(crate) fn check(&self, token: &str) -> Option<Identity> {
        self.check_hash(&hash(token))
    }

    /// The same, by the token's hash.
    pub(crate) fn check_hash(&self, asked: &str) -> Option<Identity> {
        let now = Timestamp::now();
        let mut found = None;
        for kept in self.list().ok()? {
            let differs = kept
                .sha256
                .bytes()
                .zip(asked.bytes())
                .fold(kept.sha256.len() ^ asked.len(), |all, (one, other)| all | usize::from(one ^ other));
            let is_good = kept.expires.is_none_or(|expires| expires > now);
            if differs == 0 && is_good {
                found = Some(Identity { name: kept.name, read_only: kept.read_only, privacy: kept.privacy });
            }
        }
        found
    }

    fn save(&self, all: &[Kept]) -> Result<(), Error> {
        let text = serde_json::to_vec_pretty(all).unwrap_or_default();
        private_file::replace(&self.path, &text).map_err(|error| {
            Error::new(
                "configuration",
                format!("the file of tokens {} cannot be written: {error}", self.path.display()),
            )
            .hint("check that its directory exists and that this user may write there")
        })?;
        *self.read.lock().unwrap_or_else(PoisonError::into_inner) = None;
        Ok(())
    }

    fn not_opened(&self, error: &std::io::Error) -> Error {
        let path = self.path.display();
        Error::new("configuration", format!("the file of tokens {path} cannot be opened: {error}"))
            .hint("check that it is a file and that this user may read it")
    }

    fn unreadable(&self) -> Error {
        Error::new("configuration", format!("the file of tokens {} cannot be read", self.path.display()))
            .hint("restore it, or move it away and make tokens anew")
    }
}

fn random() -> String {
    let bytes: [u8; 32] = rand::random();
    format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes))
}

/// As tokens are kept: SHA-256, hexadecimal.
pub(crate) fn hash(token: &str) -> String {
    Sha256::digest(token).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn no_token(name: &str) -> Error {
    Error::new("not_found", format!("there is no token {}", outside_text::name(name)))
        .field("name")
        .hint("`ashby token list` shows them")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_good_until_it_is_not() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("tokens.json");
        let (tokens, other) = (Tokens::new(&path), Tokens::new(&path));
        assert!(tokens.list().unwrap().is_empty() && tokens.check("").is_none());
        let token = tokens.create("bot", None, true).unwrap();
        assert!(token.starts_with("ashby_") && token.len() == 49);
        assert_eq!(
            other.check(&token),
            Some(Identity { name: "bot".into(), read_only: true, privacy: None })
        );
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(!text.contains(&token[6..]));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        for wrong in ["", "ashby_", &token[..48], &format!("{token}x"), &token.to_uppercase()] {
            assert!(tokens.check(wrong).is_none());
        }
        assert!(tokens.create("bot", None, false).is_err() && tokens.create("a b", None, false).is_err());
        let past = Timestamp::now() - jiff::SignedDuration::from_secs(1);
        let expired = tokens.create("old", Some(past), false).unwrap();
        assert!(tokens.check(&expired).is_none());
        let turned = tokens.rotate("bot").unwrap();
        assert!(
            other.check(&token).is_none() && other.check(&turned).is_some(),
            "what another process did counts"
        );
        tokens.revoke("bot").unwrap();
        assert!(other.check(&turned).is_none());
        assert!(tokens.revoke("bot").is_err() && tokens.rotate("none").is_err());
        std::fs::write(&path, "{").unwrap();
        assert!(tokens.list().is_err() && tokens.check(&expired).is_none());
    }
}
