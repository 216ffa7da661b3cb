//! Where something lies in a text.

use bytes::Bytes;

/// A range of bytes in a text of at most 4 GiB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    start: u32,
    end: u32,
}

impl Span {
    /// Stands for "not there": no value can be found here, because none is empty.
    pub(crate) const ABSENT: Self = Self { start: 0, end: 0 };

    /// The scanner refuses texts whose positions do not fit.
    #[inline]
    pub(crate) fn new(start: usize, end: usize) -> Self {
        Self { start: start as u32, end: end as u32 }
    }

    /// The bytes there.
    ///
    /// # Panics
    /// If `bytes` is shorter than the text that the span was found in.
    #[inline]
    pub fn of<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        &bytes[self.start as usize..self.end as usize]
    }

    /// Without the first and the last byte, which are a string's quotes.
    #[inline]
    pub(crate) fn inner_of<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        &bytes[self.start as usize + 1..self.end as usize - 1]
    }

    /// From the beginning of this one to the end of another.
    pub(crate) fn to(self, end: Self) -> Self {
        Self { start: self.start, end: end.end }
    }

    /// The bytes there, without a copy.
    ///
    /// # Panics
    /// If `bytes` is shorter than the text that the span was found in.
    pub fn slice(&self, bytes: &Bytes) -> Bytes {
        bytes.slice(self.start as usize..self.end as usize)
    }
}
