//! What can go wrong with an answer.

use crate::stream::{ROWS, Shape, Stream};

/// An answer that is not what it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// A status without a body of Ashby's, and `Retry-After`.
    Status(u16, Option<u32>),
    /// A page of a proxy's with status 403.
    ProxyForbids,
    /// The connection ends within the body.
    Cut,
    /// JSON that ends too early.
    Truncated,
    /// `success: false` with this code.
    Refused(&'static str),
    /// No `results`.
    NoResults,
    NullResults,
    /// The array of each record (`interviewEvents`, `versions`) is absent, or null.
    NoArray,
    NullArray,
    /// A cursor, and no (a null, a false) word of more pages.
    CursorWithoutFlag,
    CursorWithNullFlag,
    CursorWithFalseFlag,
    /// The word of more pages, and no cursor.
    FlagWithoutCursor,
    /// A last page without its token.
    NoToken,
    /// A page that claims to be the last one and has no token, although more would follow.
    EndsEarly,
    /// An empty page that claims to be all there is, with a token.
    Empty,
    /// From here on the same page again, each time under another cursor.
    SamePage,
    /// From here on empty pages, each with a new cursor.
    EmptyPages,
    /// A schedule twice in a page, first with an event that is not its own.
    Twice,
    /// A record without an id among the others.
    WithoutId,
}

impl Fault {
    /// A name for counting.
    pub(crate) fn name(self) -> String {
        let text = format!("{self:?}");
        text.split_once("(\"")
            .map_or(text.clone(), |(kind, code)| format!("{kind} {}", code.trim_end_matches("\")")))
    }

    /// Whether it can happen to an answer of this operation.
    pub(crate) fn fits(self, operation: &str) -> bool {
        let rows = || ROWS.iter().filter(|row| row.operation == operation);
        let any = |fits: fn(Shape) -> bool| rows().any(|row| fits(row.shape));
        match self {
            Self::NoArray | Self::NullArray => {
                any(|shape| matches!(shape, Shape::Embedded | Shape::InInfo { .. }))
            }
            Self::CursorWithoutFlag
            | Self::CursorWithNullFlag
            | Self::CursorWithFalseFlag
            | Self::FlagWithoutCursor
            | Self::SamePage
            | Self::EmptyPages => any(|shape| {
                matches!(shape, Shape::Token | Shape::NewestFirst | Shape::Children { paged: true, .. })
            }),
            Self::NoToken | Self::EndsEarly => any(|shape| shape == Shape::Token),
            // What no `info` can contradict cannot be told from the truth.
            Self::Empty => rows().any(|row| row.info.is_some() && row.shape == Shape::Token),
            Self::Twice => operation == Stream::Schedules.row().operation,
            Self::WithoutId => {
                !any(|shape| matches!(shape, Shape::ParentItself { .. } | Shape::InInfo { .. }))
            }
            _ => true,
        }
    }
}

/// A fault for the `nth` request of an operation within a run, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Armed {
    pub(crate) operation: &'static str,
    pub(crate) nth: u32,
    pub(crate) fault: Fault,
}

/// Why the children of one parent cannot be read, until somebody mends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Curse {
    Status500,
    Refused,
    Malformed,
}
