//! JSON read in place: a validating scanner and the record splitter built on it.
//!
//! A page is megabytes of records of which only the envelope and the keys matter here. So nothing is parsed
//! into a tree: one pass checks the grammar and notes where records and keys lie.

mod records;
mod scan;

pub use records::{Records, split_array};
pub use scan::{ScanError, ScanErrorKind};

pub(crate) use records::{RecordIndex, Span};
pub(crate) use scan::Scanner;

#[cfg(test)]
mod tests;
