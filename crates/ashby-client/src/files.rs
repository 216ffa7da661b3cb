//! Files: résumés and other attachments, up and down.
//!
//! Files do not travel through Ashby's API but to and from a storage, at signed addresses that Ashby hands out. A
//! file is streamed from and to disk, so its size does not matter for memory.

mod download;
mod name;
mod upload;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use download::{DEFAULT_MAX_FILE_BYTES, DownloadedFile, FileDownload};
pub use name::safe_file_name;
pub use upload::Upload;

/// Stands for a file: one that is there, or one that was [uploaded](crate::Client::upload) and is to be attached. Ashby
/// signs handles: whoever has one, and a key, can read the file.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FileHandle(String);

impl FileHandle {
    /// The handle itself. Not for logs.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for FileHandle {
    fn from(handle: String) -> Self {
        Self(handle)
    }
}

impl From<&str> for FileHandle {
    fn from(handle: &str) -> Self {
        Self(handle.to_owned())
    }
}

impl From<&FileHandle> for FileHandle {
    fn from(handle: &FileHandle) -> Self {
        handle.clone()
    }
}

impl From<FileHandle> for serde_json::Value {
    fn from(handle: FileHandle) -> Self {
        handle.0.into()
    }
}

impl fmt::Debug for FileHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FileHandle([masked])")
    }
}

/// What an upload is for. A handle of one context does not serve another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FileContext {
    /// `candidate.uploadResume`.
    CandidateResume,
    /// `candidate.uploadFile`.
    CandidateFiles,
    /// A file that answers a question of `applicationForm.submit`.
    ApplicationForm,
}

impl FileContext {
    /// Ashby's word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::CandidateResume => "CandidateResume",
            Self::CandidateFiles => "CandidateFiles",
            Self::ApplicationForm => "ApplicationForm",
        }
    }
}
