//! Records: a key, what to do with it, and the JSON as it came.

use std::fmt;
use std::num::NonZeroU64;

use bytes::Bytes;
use bytestring::ByteString;

/// Identifies a record within its stream. A key of one field is that field's text; a key of several is their
/// JSON array (`["a","b"]`), so that no two different keys look alike.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(ByteString);

impl Key {
    /// The key of a record whose key has the given parts, in the order of the stream's key fields.
    ///
    /// # Errors
    /// Returns the invalid part's position if a part is not UTF-8.
    pub fn from_parts(parts: &[Bytes]) -> Result<Self, usize> {
        if let [only] = parts {
            return Self::from_part(only.clone()).ok_or(0);
        }
        let mut texts = Vec::with_capacity(parts.len());
        for (position, part) in parts.iter().enumerate() {
            texts.push(std::str::from_utf8(part).map_err(|_| position)?);
        }
        let joined = serde_json::Value::from(texts).to_string();
        Ok(Self(joined.into()))
    }

    /// The key of a record whose key is one part; `None` if that is not UTF-8. Copies nothing.
    pub fn from_part(part: Bytes) -> Option<Self> {
        ByteString::try_from(part).ok().map(Self)
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The parts again, given how many key fields the stream has.
    pub fn parts(&self, fields: usize) -> Vec<String> {
        if fields <= 1 {
            return vec![self.0.to_string()];
        }
        serde_json::from_str(&self.0).unwrap_or_else(|_| vec![self.0.to_string()])
    }
}

impl From<&str> for Key {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<String> for Key {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

/// Keys are record values: they stay out of logs.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({} bytes)", self.0.len())
    }
}

/// What a sink does with a record.
#[derive(Clone, PartialEq, Eq)]
pub enum Op {
    /// Insert or replace the record. The bytes are one JSON object, exactly as it was received; white space
    /// between its tokens, line breaks included, is the sender's.
    Upsert(Bytes),
    /// The record is gone.
    Gone(Gone),
}

/// How it is known that a record is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Gone {
    /// A complete listing did not show it.
    Unseen,
    /// Asked for by itself, it was not there.
    NotFound,
    /// The other side said so.
    Reported {
        /// When, if it said that too.
        at: Option<jiff::Timestamp>,
    },
    /// It was merged into another record, which has this key.
    MergedInto(Key),
    /// Its content is to be forgotten, not only marked.
    Erased,
}

impl Gone {
    /// How it is known, in a word that destinations write down: `unseen`, `not_found`, `reported`, `merged`, `erased`.
    pub fn why(&self) -> &'static str {
        match self {
            Self::Unseen => "unseen",
            Self::NotFound => "not_found",
            Self::Reported { .. } => "reported",
            Self::MergedInto(_) => "merged",
            Self::Erased => "erased",
        }
    }

    /// How much a word of [`why`](Self::why) says, from 1: a reason that says more takes the place of one that says less. 0 for
    /// none, as tombstones of earlier versions have, and for what is no word of ours.
    pub fn rank_of(why: Option<&str>) -> u8 {
        const WORDS: [&str; 5] = ["unseen", "not_found", "reported", "merged", "erased"];
        WORDS.iter().zip(1..).find(|(word, _)| Some(**word) == why).map_or(0, |(_, rank)| rank)
    }

    /// Whether the other side said so, rather than not to show it: to one that sees less, that looks the same.
    pub fn is_reported(&self) -> bool {
        !matches!(self, Self::Unseen | Self::NotFound)
    }

    /// Since when it is gone, if the other side said so.
    pub fn at(&self) -> Option<jiff::Timestamp> {
        match self {
            Self::Reported { at } => *at,
            _ => None,
        }
    }

    /// The key of the record that it became part of.
    pub fn merged_into(&self) -> Option<&Key> {
        match self {
            Self::MergedInto(key) => Some(key),
            _ => None,
        }
    }
}

impl fmt::Debug for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Upsert(body) => write!(f, "Upsert({} bytes)", body.len()),
            Self::Gone(gone) => write!(f, "Gone({gone:?})"),
        }
    }
}

/// What the top-level members of a record's JSON are called, as a number: records of one shape have the same names in
/// the same order. Whoever has read the JSON anyway says so, and saves others a second look.
///
/// Shapes mean something within one process only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Shape(NonZeroU64);

impl Shape {
    /// Of a hash over the names.
    pub fn new(hash: u64) -> Self {
        // One value of 2^64 is given up, so that a record without a shape takes no more room than one with.
        Self(NonZeroU64::new(hash).unwrap_or(NonZeroU64::MAX))
    }
}

/// One record on its way from a source to a sink.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Record {
    /// Which record.
    pub key: Key,
    /// The record it belongs to (its parent's key), if the stream is listed parent by parent.
    /// [`Within::Scopes`](crate::Within::Scopes) speaks of these.
    pub scope: Option<Key>,
    /// What to do.
    pub op: Op,
    /// The shape of the JSON, if whoever made the record knows it: then the JSON is known to be one object, too.
    pub shape: Option<Shape>,
}

impl Record {
    /// An upsert without a scope.
    pub fn upsert(key: impl Into<Key>, body: impl Into<Bytes>) -> Self {
        Self { key: key.into(), scope: None, op: Op::Upsert(body.into()), shape: None }
    }

    /// A tombstone without a scope.
    pub fn gone(key: impl Into<Key>, gone: Gone) -> Self {
        Self { key: key.into(), scope: None, op: Op::Gone(gone), shape: None }
    }

    /// The same record, of a shape that is known.
    #[must_use]
    pub fn with_shape(mut self, shape: Shape) -> Self {
        self.shape = Some(shape);
        self
    }

    /// The same record, belonging to another one.
    #[must_use]
    pub fn in_scope(mut self, scope: impl Into<Key>) -> Self {
        self.scope = Some(scope.into());
        self
    }

    /// The record's JSON, unless it is a tombstone.
    pub fn body(&self) -> Option<&Bytes> {
        match &self.op {
            Op::Upsert(body) => Some(body),
            Op::Gone(_) => None,
        }
    }

    /// Bytes of JSON it carries.
    pub fn len_bytes(&self) -> usize {
        self.body().map_or(0, Bytes::len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn different_parts_make_different_keys(a in any::<[String; 2]>(), b in any::<[String; 2]>()) {
            let key = |parts: &[String; 2]| Key::from_parts(&parts.clone().map(Bytes::from)).unwrap();
            prop_assert_eq!(key(&a) == key(&b), a == b);
            prop_assert_eq!(key(&a).parts(2), a.to_vec());
        }
    }

    #[test]
    fn each_reason_has_a_word_with_a_rank() {
        let reasons = [
            Gone::Unseen,
            Gone::NotFound,
            Gone::Reported { at: None },
            Gone::MergedInto("b".into()),
            Gone::Erased,
        ];
        let ranks: Vec<u8> = reasons.iter().map(|gone| Gone::rank_of(Some(gone.why()))).collect();
        assert_eq!(ranks, [1, 2, 3, 4, 5]);
        assert_eq!((Gone::rank_of(None), Gone::rank_of(Some("x"))), (0, 0));
    }

    #[test]
    fn a_single_part_is_the_key_itself_and_must_be_text() {
        assert_eq!(Key::from_parts(&[Bytes::from("x\"y")]).unwrap().as_str(), "x\"y");
        assert_eq!(Key::from_parts(&[Bytes::from_static(b"\xff")]), Err(0));
        assert_eq!(Key::from_parts(&[Bytes::from("a"), Bytes::from_static(b"\xff")]), Err(1));
    }

    #[test]
    fn debug_output_holds_no_values() {
        let text = format!("{:?}", Record::upsert("secret-key", r#"{"name":"Ada"}"#));
        assert!(!text.contains("Ada") && !text.contains("secret-key"), "{text}");
    }
}
