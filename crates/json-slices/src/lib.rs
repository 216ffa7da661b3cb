//! JSON read in place: a validating scanner, and what is built on it.
//!
//! A page is megabytes of records of which only the envelope, the keys and the member names matter. So nothing is
//! parsed into a tree: one pass checks the grammar and notes where records and keys lie ([`split_array`],
//! [`Records`]) and which member names a record has ([`Shape`]). The rest are walks over the bytes of JSON that was
//! checked before: [`push_line`], [`tokens`], [`Prefix`].
//!
//! # Strings that JSON allows and Unicode does not
//!
//! An escape can name half a character (a lone surrogate, `"\ud83d"`); servers do send them, for text that was cut
//! in the middle of a pair. There is one rule for them, and [`Text`] holds it:
//!
//! - The JSON itself is valid and stays what it is, byte for byte.
//! - Text derived from it has U+FFFD in the place of each half: single strings by [`Text::lossy`], whole documents by
//!   [`unicode`], and what is read into types of Rust by [`read`]. Where U+0000 ends a text (SQLite's columns, CSV),
//!   it is replaced as well ([`storable`]).
//! - Where a text must be exact there is none ([`Text::exact`]): two different strings must not become the same key
//!   or the same column. A record whose key is such a string is refused; one with such a member name is kept, and
//!   only that name is passed over.

mod below;
mod compact;
mod content;
mod error;
mod find;
mod mend;
mod prefix;
mod records;
mod repeats;
mod same;
mod scan;
mod shape;
mod span;
mod text;
mod wide_bytes;

pub use below::{Path, texts_below};
pub use compact::{Token, Tokens, push_line, tokens};
pub use content::content_hash;
pub use error::{ScanError, ScanErrorKind};
pub use find::{find, members, without};
pub use mend::{read, storable, unicode};
pub use prefix::Prefix;
pub use records::{RecordIndex, Records, split_array, split_usable};
pub use repeats::Repeats;
pub use same::is_same;
pub use scan::{Scanner, StringToken};
pub use shape::Shape;
pub use span::Span;
pub use text::{Text, push_string};

#[cfg(test)]
mod tests;
