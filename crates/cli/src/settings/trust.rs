//! Which files that lie where a program is started may decide where a key and records go: those that their owner has looked
//! at, as they were then.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use capture_core::private_file;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::file::directory;
use crate::failure::{FAILED, Failure, USAGE};

/// How much a file is trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trust {
    Trusted,
    /// It was, and is another now.
    Changed,
    Unknown,
}

/// The files that are trusted, by path, each with a hash of what it said.
#[derive(Default, Serialize, Deserialize)]
struct Trusted {
    version: u32,
    files: BTreeMap<String, String>,
}

const VERSION: u32 = 1;

/// Where that is recorded.
fn record() -> Option<PathBuf> {
    Some(directory("XDG_STATE_HOME", ".local/state", "LOCALAPPDATA")?.join("trusted.json"))
}

fn hash(content: &[u8]) -> String {
    Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What the record says; nothing if there is none.
fn read(record: &Path) -> Result<Trusted, Failure> {
    let unusable = |what: &str| {
        let message = format!("{} {what}", record.display());
        Failure::new(FAILED, message).with_hint("remove it, and trust again what is to be trusted")
    };
    let content = match std::fs::read(record) {
        Ok(content) => content,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Trusted::default()),
        Err(error) => return Err(unusable("cannot be read").with_source(error)),
    };
    let trusted: Trusted = serde_json::from_slice(&content).map_err(|_| unusable("is damaged"))?;
    if trusted.version == VERSION { Ok(trusted) } else { Err(unusable("was written by another version")) }
}

/// Whether a file is trusted with this content. What cannot be found out is not trusted.
pub(crate) fn of(file: &Path, content: &[u8]) -> Trust {
    let known = || {
        let path = private_file::canonical(file).ok()?;
        read(&record()?).ok()?.files.remove(path.to_str()?)
    };
    match known() {
        Some(known) if known == hash(content) => Trust::Trusted,
        Some(_) => Trust::Changed,
        None => Trust::Unknown,
    }
}

/// Trusts a file with this content, or no longer (`None`). Returns the path that was recorded.
///
/// # Errors
/// If that cannot be recorded.
pub(crate) fn set(file: &Path, content: Option<&[u8]>) -> Result<PathBuf, Failure> {
    let Some(record) = record() else {
        return Err(Failure::new(USAGE, "there is no place to record what is trusted")
            .with_hint("set HOME or XDG_STATE_HOME; or name the file with --config each time"));
    };
    let path = private_file::canonical(file)
        .map_err(|error| Failure::new(USAGE, format!("cannot find {}", file.display())).with_source(error))?;
    let Some(name) = path.to_str() else {
        return Err(Failure::new(USAGE, "the path of the file is not UTF-8 text"));
    };
    let mut trusted = read(&record)?;
    trusted.version = VERSION;
    match content {
        Some(content) => drop(trusted.files.insert(name.to_owned(), hash(content))),
        None => drop(trusted.files.remove(name)),
    }
    let failed = |error: std::io::Error| {
        Failure::new(FAILED, format!("cannot write {}", record.display())).with_source(error)
    };
    let text = serde_json::to_vec_pretty(&trusted).map_err(|error| failed(error.into()))?;
    let _made = private_file::make_directories(private_file::directory_of(&record)).map_err(failed)?;
    private_file::replace(&record, &text).map_err(failed)?;
    Ok(path)
}
