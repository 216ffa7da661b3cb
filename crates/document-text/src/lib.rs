//! The text of documents that strangers wrote: résumés, for instance.
//!
//! Whoever writes a file decides what its reader does: a page that unpacks to gigabytes, a font that takes for ever, an
//! encoding that nobody thought of. So files are read in a process of their own ([`Reader`]), the same program started again
//! with [`FLAG`] as its only argument, which calls [`serve_if_asked`] before anything else. It gets the file by standard input
//! and answers by standard output; it has no environment, and before it looks at the first byte it has given up the right to
//! open files, sockets and processes, and all memory and time beyond [`Limits`] (`confinement.rs` says by which means). What
//! goes wrong in there, goes wrong in there.
//!
//! The text is what the file says, in the order of the file. It is text from outside, whatever it says.

mod confinement;
mod docx;
mod html;
mod kind;
mod pdf;
mod plain;
mod reader;
mod rtf;
mod serve;
mod system;

use serde::{Deserialize, Serialize};

pub use crate::kind::Kind;
pub use crate::reader::{Limits, Reader};
pub use crate::serve::{FLAG, serve_if_asked};

/// What a document says.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// What kind of file it is, whatever its name says.
    pub kind: Kind,
    /// The text; pages follow one another with an empty line between them.
    pub text: String,
    /// How many pages it has, where the file says so.
    pub pages: Option<u32>,
    /// How many pages could not be read and are left out.
    pub unreadable_pages: u32,
    /// Whether there was more than [`Limits::text_bytes`].
    pub is_cut: bool,
}

/// Shows no text.
impl std::fmt::Debug for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Text({:?}, {} bytes, {:?} pages)", self.kind, self.text.len(), self.pages)
    }
}

/// Why there is no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Error {
    /// It is larger than [`Limits::file_bytes`].
    #[error("the file is larger than is read")]
    TooLarge,
    /// It can be read with a password only.
    #[error("the file is encrypted")]
    Encrypted,
    /// It is of no kind that is read: a picture, an old Word file.
    #[error("files of this kind are not read; PDF, DOCX, RTF, HTML and plain text are")]
    Unknown,
    /// It is not what it begins as, or damaged.
    #[error("the file is damaged, or not what it claims to be")]
    Malformed,
    /// To read it takes more memory or time than a document needs, or it unpacks to more.
    #[error("the file asks for more memory or time than a document needs")]
    TooCostly,
    /// There are pages, and no text in them: scans, mostly.
    #[error("there is no text in the file; it may be a picture of text")]
    NoText,
    /// The process that reads could not be started or spoken to.
    #[error("the process that reads files could not be started")]
    NoReader,
}
