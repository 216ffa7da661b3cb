//! Records: the elements of a JSON array as slices of the text they came in, with their key fields found.

use std::borrow::Cow;

use bytes::Bytes;
use memchr::memchr;

use crate::error::{ScanError, ScanErrorKind};
use crate::scan::Scanner;
use crate::shape::Shape;
use crate::span::Span;
use crate::text::Text;

/// Most records in one array. What is known of each takes room whatever its own length, and an array of nothing but
/// commas and digits would take twenty times its own.
pub(crate) const MAX_RECORDS: usize = 250_000;

/// Where the records of an array lie, and where in each its key fields' values lie.
#[derive(Debug, Default)]
pub struct RecordIndex {
    records: Vec<Found>,
    /// `fields` spans per record.
    keys: Vec<Span>,
    fields: usize,
    /// Elements that are no records or lack a key. Kept apart from grammar errors: they only matter once the envelope
    /// said that these are records at all.
    unusable: Vec<ScanError>,
}

/// A record.
#[derive(Debug, Clone, Copy)]
struct Found {
    span: Span,
    shape: Shape,
}

impl RecordIndex {
    /// For records with so many key fields.
    pub fn new(fields: usize) -> Self {
        Self { fields, ..Self::default() }
    }

    /// Reads the array at the scanner's position and returns where it lies. `depth` containers are open around it.
    ///
    /// # Errors
    /// [`ScanError`] if it is not valid JSON.
    pub fn array(
        &mut self,
        scanner: &mut Scanner<'_>,
        depth: u32,
        key_fields: &[impl AsRef<str>],
    ) -> Result<Span, ScanError> {
        scanner.peek();
        let start = scanner.position();
        scanner.array(|scanner| self.record(scanner, depth + 1, key_fields))?;
        Ok(Span::new(start, scanner.position()))
    }

    fn record(
        &mut self,
        scanner: &mut Scanner<'_>,
        depth: u32,
        key_fields: &[impl AsRef<str>],
    ) -> Result<(), ScanError> {
        let is_object = scanner.peek() == b'{';
        let start = scanner.position();
        if self.records.len() + self.unusable.len() >= MAX_RECORDS {
            return Err(ScanError::new(ScanErrorKind::TooManyRecords, start));
        }
        let first_key = self.keys.len();
        self.keys.resize(first_key + self.fields, Span::ABSENT);
        let mut shape = Shape::EMPTY;
        if is_object {
            let keys = &mut self.keys[first_key..];
            scanner.object(|scanner, name| {
                shape = shape.with_name(scanner.raw(name));
                let value = scanner.value(depth + 1)?;
                for (key, field) in keys.iter_mut().zip(key_fields) {
                    // A name that occurs twice counts as its last occurrence, as in JavaScript.
                    if scanner.is_named(name, field.as_ref()) {
                        *key = value;
                    }
                }
                Ok(())
            })?;
        } else {
            scanner.value(depth)?;
        }
        match self.defect_of_last(scanner, is_object, start, key_fields) {
            None => self.records.push(Found { span: Span::new(start, scanner.position()), shape }),
            Some(defect) => {
                self.keys.truncate(first_key);
                self.unusable.push(defect);
            }
        }
        Ok(())
    }

    #[inline]
    fn defect_of_last(
        &self,
        scanner: &Scanner<'_>,
        is_object: bool,
        start: usize,
        key_fields: &[impl AsRef<str>],
    ) -> Option<ScanError> {
        let record = self.records.len() + self.unusable.len();
        if !is_object {
            return Some(ScanError::new(ScanErrorKind::NotAnObject { record }, start));
        }
        let keys = &self.keys[self.keys.len() - self.fields..];
        let unusable = keys.iter().position(|key| !scanner.is_key(*key))?;
        let field = key_fields[unusable].as_ref().to_owned();
        Some(ScanError::new(ScanErrorKind::InvalidKey { record, field }, start))
    }

    /// Binds the index to the text it was made from.
    ///
    /// # Errors
    /// [`ScanError`] if a record is no object or lacks a key field.
    pub fn bind(self, body: Bytes) -> Result<Records, ScanError> {
        match self.unusable.first() {
            Some(defect) => Err(defect.clone()),
            None => Ok(self.bind_usable(body)),
        }
    }

    /// The same, leaving out what is no object or lacks a key field: see [`Records::unusable`].
    pub fn bind_usable(self, body: Bytes) -> Records {
        let Self { records, keys, fields, unusable } = self;
        Records { body, records, keys, fields, unusable }
    }
}

impl Scanner<'_> {
    fn is_key(&self, span: Span) -> bool {
        let token = self.slice(span);
        match token.first() {
            // The whole text is UTF-8: only escapes can say something else.
            Some(b'"') => memchr(b'\\', token).is_none() || Text::new(token).exact().is_some(),
            Some(b'-' | b'0'..=b'9') => true,
            _ => false,
        }
    }
}

/// The records of one array: exact slices of the text they came in, which they keep alive.
///
/// Cloning and slicing copy no bytes.
#[derive(Clone, Default)]
pub struct Records {
    body: Bytes,
    records: Vec<Found>,
    keys: Vec<Span>,
    fields: usize,
    unusable: Vec<ScanError>,
}

/// Shows the number of records only: their values are nobody's business in a log.
impl std::fmt::Debug for Records {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Records").field("len", &self.len()).finish_non_exhaustive()
    }
}

impl Records {
    /// How many records there are.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// Elements that were left out, each with what it lacks; the error names its position among all elements. Empty
    /// unless that was asked for ([`split_usable`]).
    pub fn unusable(&self) -> &[ScanError] {
        &self.unusable
    }

    /// The record at `index`, byte for byte as it was received.
    ///
    /// # Panics
    /// If `index` is not below [`len`](Self::len).
    pub fn record(&self, index: usize) -> Bytes {
        self.records[index].span.slice(&self.body)
    }

    /// All records in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Bytes> + '_ {
        self.records.iter().map(|record| record.span.slice(&self.body))
    }

    /// All records with what is between them, from the first to the last.
    pub fn as_bytes(&self) -> &[u8] {
        match (self.records.first(), self.records.last()) {
            (Some(first), Some(last)) => first.span.to(last.span).of(&self.body),
            _ => &[],
        }
    }

    /// What the members of the record at `index` are called, as a number.
    ///
    /// # Panics
    /// If `index` is not below [`len`](Self::len).
    pub fn shape(&self, index: usize) -> Shape {
        self.records[index].shape
    }

    /// The text of key field `field` (its index among the key fields asked for) of the record at `record`: a
    /// string without quotes and escapes, a number as written. A slice of the text unless there were escapes.
    ///
    /// # Panics
    /// If `record` is not below [`len`](Self::len) or `field` not below the number of key fields.
    pub fn key_part(&self, record: usize, field: usize) -> Bytes {
        assert!(field < self.fields, "key field {field} was not asked for");
        let span = self.keys[record * self.fields + field];
        let token = span.of(&self.body);
        match Text::of(token).and_then(Text::exact) {
            Some(Cow::Owned(text)) => Bytes::from(text),
            Some(Cow::Borrowed(text)) => self.body.slice_ref(text.as_bytes()),
            None => span.slice(&self.body),
        }
    }
}

/// The same as [`split_array`], leaving out records that are no object or lack a key field: see [`Records::unusable`].
///
/// # Errors
/// As for [`split_array`], without those.
pub fn split_usable(
    json: &Bytes,
    path: &[&str],
    key_fields: &[impl AsRef<str>],
) -> Result<Option<Records>, ScanError> {
    Ok(index_of(json, path, key_fields)?.map(|index| index.bind_usable(json.clone())))
}

/// Finds the records inside `json`, at the member names `path`: the elements of the array there, or the single
/// object there. `None` if a member of the path is absent or null, which is not the same as an array without elements:
/// nobody has said that there are no records. With an empty path `json` itself is that array or object.
///
/// `key_fields` name the top-level members of each record whose values make up its key; each must be a string
/// or a number. The whole text is checked in the same pass.
///
/// # Errors
/// [`ScanError`] if `json` is not valid JSON, if a member on the path is something else than an object (or, at
/// its end, an array), if a record is not an object or lacks a key field.
pub fn split_array(
    json: &Bytes,
    path: &[&str],
    key_fields: &[impl AsRef<str>],
) -> Result<Option<Records>, ScanError> {
    index_of(json, path, key_fields)?.map(|index| index.bind(json.clone())).transpose()
}

fn index_of(
    json: &Bytes,
    path: &[&str],
    key_fields: &[impl AsRef<str>],
) -> Result<Option<RecordIndex>, ScanError> {
    let mut scanner = Scanner::new(json)?;
    let mut index = None;
    descend(&mut scanner, 0, path, key_fields, &mut index)?;
    scanner.finish()?;
    Ok(index)
}

fn descend(
    scanner: &mut Scanner<'_>,
    depth: u32,
    path: &[&str],
    key_fields: &[impl AsRef<str>],
    index: &mut Option<RecordIndex>,
) -> Result<(), ScanError> {
    // Of a member that occurs twice the last occurrence counts.
    *index = None;
    match (scanner.peek(), path) {
        (b'n', _) => scanner.value(depth).map(drop),
        (b'[', []) => {
            index.insert(RecordIndex::new(key_fields.len())).array(scanner, depth, key_fields).map(drop)
        }
        (b'{', []) => index.insert(RecordIndex::new(key_fields.len())).record(scanner, depth, key_fields),
        (b'{', [name, rest @ ..]) => scanner.object(|scanner, member| {
            if scanner.is_named(member, name) {
                descend(scanner, depth + 1, rest, key_fields, index)
            } else {
                scanner.value(depth + 1).map(drop)
            }
        }),
        _ => {
            scanner.value(depth)?;
            Err(scanner.error(ScanErrorKind::WrongType))
        }
    }
}
