//! Why a JSON text could not be read.

use std::fmt;

use crate::records::MAX_RECORDS;
use crate::scan::MAX_DEPTH;

/// Why a JSON text could not be read. Names positions, never content.
// Boxed, for it is part of every result in the hottest loop and almost never there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScanError(Box<Fault>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Fault {
    kind: ScanErrorKind,
    offset_bytes: usize,
}

/// What is wrong with a JSON text.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ScanErrorKind {
    /// The text ends too early.
    UnexpectedEnd,
    /// A byte that JSON does not allow here.
    UnexpectedByte,
    /// Something other than whitespace follows the document.
    TrailingBytes,
    /// An escape sequence that JSON does not know.
    InvalidEscape,
    /// A raw control character inside a string.
    ControlCharacter,
    /// A malformed number.
    InvalidNumber,
    /// The text is not UTF-8.
    InvalidUtf8,
    /// More than 128 arrays and objects inside each other.
    TooDeep,
    /// More than 4 GiB.
    TooLong,
    /// A member that decides the meaning of the document occurs twice.
    DuplicateMember(&'static str),
    /// An array or object was expected at the place asked for.
    WrongType,
    /// More than 250,000 records in one array.
    TooManyRecords,
    /// A record is not a JSON object.
    NotAnObject {
        /// Index of the record in its array.
        record: usize,
    },
    /// A record lacks a key field, or its value is neither a readable string nor a number.
    InvalidKey {
        /// Index of the record in its array.
        record: usize,
        /// The key field's name, as it was asked for.
        field: String,
    },
}

impl ScanError {
    #[cold]
    pub(crate) fn new(kind: ScanErrorKind, offset_bytes: usize) -> Self {
        Self(Box::new(Fault { kind, offset_bytes }))
    }

    /// What is wrong.
    pub fn kind(&self) -> &ScanErrorKind {
        &self.0.kind
    }

    /// Where, in bytes from the start of the text.
    pub fn offset_bytes(&self) -> usize {
        self.0.offset_bytes
    }
}

impl fmt::Display for ScanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.kind {
            ScanErrorKind::UnexpectedEnd => f.write_str("the JSON text ends too early"),
            ScanErrorKind::UnexpectedByte => f.write_str("not JSON"),
            ScanErrorKind::TrailingBytes => f.write_str("something follows the JSON text"),
            ScanErrorKind::InvalidEscape => f.write_str("invalid escape in a JSON string"),
            ScanErrorKind::ControlCharacter => f.write_str("control character in a JSON string"),
            ScanErrorKind::InvalidNumber => f.write_str("malformed JSON number"),
            ScanErrorKind::InvalidUtf8 => f.write_str("not UTF-8"),
            ScanErrorKind::TooDeep => write!(f, "JSON nested deeper than {MAX_DEPTH} levels"),
            ScanErrorKind::TooLong => f.write_str("JSON text longer than 4 GiB"),
            ScanErrorKind::DuplicateMember(name) => write!(f, "`{name}` occurs twice"),
            ScanErrorKind::WrongType => f.write_str("neither an array nor an object"),
            ScanErrorKind::TooManyRecords => write!(f, "more than {MAX_RECORDS} records"),
            ScanErrorKind::NotAnObject { record } => write!(f, "record {record} is not an object"),
            ScanErrorKind::InvalidKey { record, field } => {
                write!(f, "record {record} has no string or number in its key field `{field}`")
            }
        }?;
        write!(f, " (at byte {})", self.0.offset_bytes)
    }
}

impl std::error::Error for ScanError {}
