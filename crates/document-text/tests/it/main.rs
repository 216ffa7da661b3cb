//! Documents, read by a process of its own.

// Clippy takes only the test functions themselves for tests, not what they call.
#![allow(clippy::unwrap_used)]

mod confinement;
mod documents;
mod hostile;

use document_text::{Error, Reader, Text};

/// Who reads them.
fn reader() -> Reader {
    Reader::new(env!("CARGO_BIN_EXE_document-text"))
}

async fn read(bytes: impl Into<Vec<u8>>) -> Result<Text, Error> {
    reader().read(bytes.into()).await
}

/// A file of `tests/files`. The PDF of two pages was made by ReportLab (with an embedded font), `word.docx` by python-docx,
/// those with passwords by pypdf.
fn file(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/files/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}
