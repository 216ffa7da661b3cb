//! A member of an answer that need not be there.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A member of an answer: absent, null, or a value. Ashby uses all three, and they are kept apart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Member<T> {
    /// Not in the answer.
    #[default]
    Absent,
    /// In the answer, as null.
    Null,
    /// In the answer.
    Value(T),
}

impl<T> Member<T> {
    /// The value, if there is one.
    pub fn value(&self) -> Option<&T> {
        self.as_ref().into_value()
    }

    /// The value by itself, if there is one.
    pub fn into_value(self) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Null => None,
        }
    }

    /// The same, borrowed.
    pub fn as_ref(&self) -> Member<&T> {
        match self {
            Self::Absent => Member::Absent,
            Self::Null => Member::Null,
            Self::Value(value) => Member::Value(value),
        }
    }

    /// Whether it is there as null.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Whether it is not there.
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }
}

impl<T> From<T> for Member<T> {
    fn from(value: T) -> Self {
        Self::Value(value)
    }
}

impl<T: Serialize> Serialize for Member<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value().serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Member<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Self::Null, Self::Value))
    }
}
