//! What is done with a value.

use std::fmt;

/// What is done with a value before it leaves, from the mildest on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// It leaves as it is.
    Keep,
    /// It is made coarser: of a time the year is left, of an address the country, words and numbers stay; what cannot be
    /// made coarser is dropped.
    Generalise,
    /// A hash under a key leaves in its place, the same for the same value.
    Hash,
    /// Three stars leave in its place.
    Mask,
    /// It does not leave.
    Drop,
}

impl Action {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Keep, Self::Generalise, Self::Hash, Self::Mask, Self::Drop];

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Generalise => "generalise",
            Self::Hash => "hash",
            Self::Mask => "mask",
            Self::Drop => "drop",
        }
    }

    /// The action of this name.
    pub fn named(name: &str) -> Option<Self> {
        let name = if name == "generalize" { "generalise" } else { name };
        Self::ALL.into_iter().find(|action| action.name() == name)
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
