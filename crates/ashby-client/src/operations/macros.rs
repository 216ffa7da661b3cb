//! What generated types have in common.

/// Text with a type of its own.
macro_rules! textual {
    ($(#[$documentation:meta])* $name:ident) => {
        $(#[$documentation])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(String);

        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer).map(Self)
            }
        }

        impl From<$name> for serde_json::Value {
            fn from(text: $name) -> Self {
                text.0.into()
            }
        }
    };
}

/// Ids.
macro_rules! ids {
    ($($(#[$documentation:meta])* $name:ident,)*) => { $(
        crate::operations::textual! { $(#[$documentation])* $name }

        impl From<String> for $name {
            fn from(id: String) -> Self {
                Self(id)
            }
        }

        impl From<&str> for $name {
            fn from(id: &str) -> Self {
                Self(id.to_owned())
            }
        }

        impl From<&$name> for $name {
            fn from(id: &$name) -> Self {
                id.clone()
            }
        }
    )* };
}

/// Sets of words.
macro_rules! words {
    ($($(#[$documentation:meta])* $name:ident { $($word:ident = $text:literal,)* })*) => { $(
        $(#[$documentation])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum $name {
            $(
                #[doc = concat!("`", $text, "`.")]
                $word,
            )*
            /// A word that this version does not list.
            Unrecognized(String),
        }

        impl $name {
            /// The word as Ashby spells it.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$word => $text,)*
                    Self::Unrecognized(word) => word,
                }
            }
        }

        impl From<String> for $name {
            fn from(word: String) -> Self {
                match &word[..] {
                    $($text => Self::$word,)*
                    _ => Self::Unrecognized(word),
                }
            }
        }

        impl From<&str> for $name {
            fn from(word: &str) -> Self {
                Self::from(word.to_owned())
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::convert::Infallible;

            fn from_str(word: &str) -> Result<Self, Self::Err> {
                Ok(Self::from(word))
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer).map(Self::from)
            }
        }

        impl From<$name> for serde_json::Value {
            fn from(word: $name) -> Self {
                word.as_str().into()
            }
        }
    )* };
}

/// Values of one of several types.
macro_rules! alternatives {
    ($($(#[$attribute:meta])* $name:ident {
        $($(#[$documentation:meta])* $variant:ident($kind:ty),)*
    })*) => { $(
        $(#[$attribute])*
        #[derive(Clone)]
        #[non_exhaustive]
        pub enum $name {
            $(
                $(#[$documentation])*
                $variant($kind),
            )*
        }

        $(
            impl From<$kind> for $name {
                fn from(value: $kind) -> Self {
                    Self::$variant(value)
                }
            }
        )*

        crate::operations::records! { $name {} }
    )* };
}

/// Shows the types of answers and the ids in them, nothing else of what is in them.
macro_rules! records {
    ($($name:ident { $($id:ident),* }),* $(,)?) => { $(
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name))
                    $(.field(stringify!($id), &self.$id))*
                    .finish_non_exhaustive()
            }
        }
    )* };
}

/// What operations take.
macro_rules! requests {
    ($($(#[$attribute:meta])* $name:ident)*) => { $(
        $(#[$attribute])*
        #[derive(Debug, Clone)]
        #[must_use = "a request does nothing until it is handed to its operation"]
        pub struct $name(pub(crate) crate::operations::Parameters);

        impl $name {
            /// Sets a parameter that is not listed here, or sets one to what is not listed for it. It is sent as
            /// it is, without the check that the others undergo.
            pub fn with(self, name: impl Into<String>, value: impl Into<serde_json::Value>) -> Self {
                Self(self.0.with_newer(name.into(), value.into()))
            }
        }
    )* };
}

/// Lists to be read page by page.
macro_rules! listings {
    ($($(#[$documentation:meta])* $name:ident of $record:ty)*) => { $(
        $(#[$documentation])*
        #[derive(Debug, Clone)]
        #[must_use = "nothing is asked for before `page`, `pages` or `all`"]
        pub struct $name(crate::operations::Listing<$record>);

        impl $name {
            /// Sets a parameter that is not listed here, or sets one to what is not listed for it. It is sent as
            /// it is, without the check that the others undergo.
            pub fn with(self, name: impl Into<String>, value: impl Into<serde_json::Value>) -> Self {
                Self(self.0.with_newer(name.into(), value.into()))
            }

            /// Sets how many records a page has at most, 100 by default.
            pub fn limit(self, records: u32) -> Self {
                Self(self.0.limit(records))
            }

            /// Begins with the page that [`next_cursor`](crate::TypedPage::next_cursor) of another leads to.
            pub fn cursor(self, cursor: impl Into<crate::Cursor>) -> Self {
                Self(self.0.cursor(cursor.into()))
            }

            /// Reads one page.
            ///
            /// # Errors
            /// As for [`Client::page`](crate::Client::page);
            /// [`ErrorKind::InvalidRequest`](crate::ErrorKind::InvalidRequest) without sending anything if a
            /// parameter is not what it should be, and [`ErrorKind::Malformed`](crate::ErrorKind::Malformed) if a
            /// record is not.
            pub async fn page(&self) -> Result<crate::TypedPage<$record>, crate::Error> {
                self.0.page().await
            }

            /// Reads page by page.
            pub fn pages(self) -> crate::TypedPages<$record> {
                self.0.pages()
            }

            /// Reads all pages and holds all their records in memory.
            ///
            /// # Errors
            /// Those of [`page`](Self::page), for the first page that cannot be read.
            pub async fn all(self) -> Result<Vec<$record>, crate::Error> {
                self.0.all().await
            }
        }
    )* };
}

pub(crate) use {alternatives, ids, listings, records, requests, textual, words};
