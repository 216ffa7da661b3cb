//! The file in which webhooks' ids and secrets are kept: Ashby lists neither.

use std::path::{Path, PathBuf};

use capture_core::{Lock, private_file};
use serde::{Deserialize, Serialize};

use crate::failure::{FAILED, Failure, USAGE};

const VERSION: u32 = 1;

/// What is kept.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Kept {
    version: u32,
    /// Signs the events of webhooks that are set up from here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) secret: Option<String>,
    /// Valid still, since deliveries may be under way.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) earlier_secrets: Vec<String>,
    /// When the secret was replaced last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) rotated_at: Option<jiff::Timestamp>,
    #[serde(default)]
    pub(crate) webhooks: Vec<Webhook>,
}

/// A webhook.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Webhook {
    pub(crate) id: String,
    /// Of which events.
    pub(crate) kind: String,
    pub(crate) url: String,
    /// As Ashby last said.
    pub(crate) enabled: bool,
    pub(crate) created_at: jiff::Timestamp,
    /// What signs its events, if it is known here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) secret: Option<String>,
}

impl Default for Kept {
    fn default() -> Self {
        Self {
            version: VERSION,
            secret: None,
            earlier_secrets: Vec::new(),
            rotated_at: None,
            webhooks: Vec::new(),
        }
    }
}

impl Kept {
    /// Reads the file; nothing is kept if it is not there.
    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        let text = match private_file::read_small_file(path).map(String::from_utf8) {
            Ok(Ok(text)) => text,
            Ok(Err(_)) => String::new(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => {
                return Err(
                    Failure::new(FAILED, format!("cannot read {}", path.display())).with_source(error)
                );
            }
        };
        // One that lay there before, from a checkout or an archive, would say whose events are believed.
        if let Ok(Some(mode)) = private_file::permissions_wider_than_private(path) {
            let message =
                format!("{} holds secrets, and others may read or write it (mode {mode:o})", path.display());
            return Err(Failure::new(USAGE, message).with_hint(format!(
                "this program makes it for its owner only: if it is yours, `chmod 600 {0}`; else take it away",
                path.display()
            )));
        }
        // What the parser says could quote a secret.
        match serde_json::from_str::<Self>(&text) {
            Ok(kept) if kept.version == VERSION => Ok(kept),
            _ => Err(Failure::new(
                USAGE,
                format!("{} keeps no webhooks that this version knows", path.display()),
            )
            .with_hint(
                "it was left untouched; name another with --webhooks-file, or restore it from a copy",
            )),
        }
    }

    /// Every secret that is valid.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = &str> {
        let of_webhooks = self.webhooks.iter().filter_map(|webhook| webhook.secret.as_deref());
        self.secret
            .as_deref()
            .into_iter()
            .chain(of_webhooks)
            .chain(self.earlier_secrets.iter().map(String::as_str))
    }
}

/// The file, held while it is changed.
pub(crate) struct Held {
    pub(crate) kept: Kept,
    path: PathBuf,
    /// A secret was made that nothing is signed with yet: it goes again if nothing comes of it.
    is_provisional: bool,
    _lock: Lock,
}

impl Held {
    /// Takes the file, which need not be there.
    pub(crate) fn take(path: &Path) -> Result<Self, Failure> {
        let lock = Lock::acquire(path)?;
        Ok(Self { kept: Kept::read(path)?, path: path.to_owned(), is_provisional: false, _lock: lock })
    }

    /// The secret to sign with. If there is none it is made and kept, for good only once it is said to be
    /// ([`keep`](Self::keep)) or signs what a webhook is sent.
    pub(crate) fn secret(&mut self) -> Result<String, Failure> {
        if let Some(secret) = &self.kept.secret {
            return Ok(secret.clone());
        }
        let is_new = !self.path.exists();
        let secret = super::random();
        self.kept.secret = Some(secret.clone());
        self.save()?;
        self.is_provisional = is_new;
        Ok(secret)
    }

    /// Keeps the secret that was made.
    pub(crate) fn keep(&mut self) {
        self.is_provisional = false;
    }

    /// Writes it: for its owner only, the old or the new whatever happens.
    pub(crate) fn save(&self) -> Result<(), Failure> {
        let failed = |error: std::io::Error| {
            Failure::new(FAILED, format!("cannot write {}", self.path.display())).with_source(error)
        };
        let mut text = serde_json::to_vec_pretty(&self.kept).map_err(|error| failed(error.into()))?;
        text.push(b'\n');
        private_file::replace(&self.path, &text).map_err(failed)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if self.is_provisional && self.kept.webhooks.is_empty() {
            // If it stays, the next start takes its secret.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}
