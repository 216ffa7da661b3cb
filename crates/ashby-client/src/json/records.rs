//! Records: the elements of a JSON array as slices of the text they came in, with their key fields found.

use bytes::Bytes;

use super::scan::{ScanError, ScanErrorKind, Scanner, unquote};

/// A range of bytes in a text of at most 4 GiB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    start: u32,
    end: u32,
}

impl Span {
    /// Stands for "not there": no value can be found here, because none is empty.
    const ABSENT: Self = Self { start: 0, end: 0 };

    /// The scanner refuses texts whose positions do not fit.
    #[inline]
    pub(crate) fn new(start: usize, end: usize) -> Self {
        Self { start: start as u32, end: end as u32 }
    }

    #[inline]
    pub(crate) fn of<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        &bytes[self.start as usize..self.end as usize]
    }

    /// Without the first and the last byte, which are a string's quotes.
    #[inline]
    pub(crate) fn inner_of<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        &bytes[self.start as usize + 1..self.end as usize - 1]
    }

    pub(crate) fn slice(&self, bytes: &Bytes) -> Bytes {
        bytes.slice(self.start as usize..self.end as usize)
    }
}

/// Where the records of an array lie, and where in each its key fields' values lie.
#[derive(Debug, Default)]
pub(crate) struct RecordIndex {
    records: Vec<Span>,
    /// `fields` spans per record.
    keys: Vec<Span>,
    fields: usize,
    /// The first record that is none or lacks a key. Kept apart from grammar errors: it only matters once the
    /// envelope said that these are records at all.
    defect: Option<ScanError>,
}

impl RecordIndex {
    pub(crate) fn new(fields: usize) -> Self {
        Self { fields, ..Self::default() }
    }

    /// Reads the array at the scanner's position. `depth` containers are open around it.
    pub(crate) fn array(
        &mut self,
        scanner: &mut Scanner<'_>,
        depth: u32,
        key_fields: &[impl AsRef<str>],
    ) -> Result<(), ScanError> {
        scanner.array(|scanner| self.record(scanner, depth + 1, key_fields))
    }

    fn record(
        &mut self,
        scanner: &mut Scanner<'_>,
        depth: u32,
        key_fields: &[impl AsRef<str>],
    ) -> Result<(), ScanError> {
        let is_object = scanner.peek() == b'{';
        let start = scanner.position();
        let first_key = self.keys.len();
        self.keys.resize(first_key + self.fields, Span::ABSENT);
        if is_object && self.fields > 0 {
            let keys = &mut self.keys[first_key..];
            scanner.object(|scanner, name| {
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
        self.records.push(Span::new(start, scanner.position()));
        if self.defect.is_none() {
            self.defect = self.defect_of_last(scanner, is_object, start, key_fields);
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
        let record = self.records.len() - 1;
        if !is_object {
            return Some(ScanError::new(ScanErrorKind::NotAnObject { record }, start));
        }
        let keys = &self.keys[self.keys.len() - self.fields..];
        let unusable = keys.iter().position(|key| !scanner.is_key(*key))?;
        let field = key_fields[unusable].as_ref().to_owned();
        Some(ScanError::new(ScanErrorKind::InvalidKey { record, field }, start))
    }

    /// Binds the index to the text it was made from. Fails if a record is no object or lacks a key.
    pub(crate) fn bind(self, body: Bytes) -> Result<Records, ScanError> {
        match self.defect {
            Some(defect) => Err(defect),
            None => Ok(Records { body, records: self.records, keys: self.keys, fields: self.fields }),
        }
    }
}

impl Scanner<'_> {
    fn is_key(&self, span: Span) -> bool {
        let token = self.slice(span);
        match token.first() {
            Some(b'"') => !token.contains(&b'\\') || unquote(token).is_some(),
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
    records: Vec<Span>,
    keys: Vec<Span>,
    fields: usize,
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

    /// The record at `index`, byte for byte as it was received.
    ///
    /// # Panics
    /// If `index` is not below [`len`](Self::len).
    pub fn record(&self, index: usize) -> Bytes {
        self.records[index].slice(&self.body)
    }

    /// All records in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Bytes> + '_ {
        self.records.iter().map(|span| span.slice(&self.body))
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
        match unquote(token) {
            Some(std::borrow::Cow::Owned(text)) => Bytes::from(text),
            Some(std::borrow::Cow::Borrowed(text)) => self.body.slice_ref(text.as_bytes()),
            None => span.slice(&self.body),
        }
    }
}

/// Finds the records inside `json`, at the member names `path`: the elements of the array there, or the single
/// object there. A member of the path that is absent or null means no records. With an empty path `json`
/// itself is that array or object.
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
) -> Result<Records, ScanError> {
    let mut scanner = Scanner::new(json)?;
    let mut index = RecordIndex::new(key_fields.len());
    descend(&mut scanner, 0, path, key_fields, &mut index)?;
    scanner.finish()?;
    index.bind(json.clone())
}

fn descend(
    scanner: &mut Scanner<'_>,
    depth: u32,
    path: &[&str],
    key_fields: &[impl AsRef<str>],
    index: &mut RecordIndex,
) -> Result<(), ScanError> {
    // Of a member that occurs twice the last occurrence counts.
    *index = RecordIndex::new(key_fields.len());
    match (scanner.peek(), path) {
        (b'n', _) => scanner.value(depth).map(|_| ()),
        (b'[', []) => index.array(scanner, depth, key_fields),
        (b'{', []) => index.record(scanner, depth, key_fields),
        (b'{', [name, rest @ ..]) => scanner.object(|scanner, member| {
            if scanner.is_named(member, name) {
                descend(scanner, depth + 1, rest, key_fields, index)
            } else {
                scanner.value(depth + 1).map(|_| ())
            }
        }),
        _ => {
            scanner.value(depth)?;
            Err(scanner.error(ScanErrorKind::WrongType))
        }
    }
}
