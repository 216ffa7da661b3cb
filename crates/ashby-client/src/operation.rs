//! Operations: which endpoint is called, and whether calling it twice is harmless.

use std::borrow::Cow;
use std::fmt;

macro_rules! operation {
    ($(#[$documentation:meta])* $name:ident) => {
        $(#[$documentation])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        pub struct $name(Cow<'static, str>);

        impl $name {
            /// The operation of this name, such as `candidate.list`.
            pub const fn new(name: &'static str) -> Self {
                Self(Cow::Borrowed(name))
            }

            /// The operation of a name that is known only at run time. The caller vouches for its class: whether
            /// it reads or writes. A name that cannot be one is refused when it is sent.
            pub fn from_string(name: String) -> Self {
                Self(Cow::Owned(name))
            }

            /// The name.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

operation! {
    /// An operation that changes nothing, so that sending it again is harmless. Only these are ever retried.
    ///
    /// A write cannot take this way:
    ///
    /// ```compile_fail,E0308
    /// # async fn example(client: ashby_client::Client) {
    /// use ashby_client::WriteOperation;
    /// const CREATE_NOTE: WriteOperation = WriteOperation::new("candidate.createNote");
    /// client.read(&CREATE_NOTE, &serde_json::json!({})).await.ok();
    /// # }
    /// ```
    ///
    /// while a read can:
    ///
    /// ```no_run
    /// # async fn example(client: ashby_client::Client) {
    /// use ashby_client::ReadOperation;
    /// const INFO: ReadOperation = ReadOperation::new("candidate.info");
    /// client.read(&INFO, &serde_json::json!({"id": "…"})).await.ok();
    /// # }
    /// ```
    ReadOperation
}

operation! {
    /// An operation that changes something. Ashby has no idempotency keys, so it is sent once, whatever happens.
    WriteOperation
}

/// Whether `name` can be the name of an operation, and so a path segment.
pub(crate) fn is_valid_name(name: &str) -> bool {
    let is_word = |word: &str| {
        !word.is_empty()
            && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
    };
    name.split('.').all(is_word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_would_change_the_address_are_refused() {
        for (name, valid) in [
            ("candidate.list", true),
            ("application.change_stage", true),
            ("version", true),
            ("", false),
            ("..", false),
            (".list", false),
            ("candidate.list/", false),
            ("candidate.list?x=1", false),
            ("candidate list", false),
            ("kandidät.list", false),
        ] {
            assert_eq!(is_valid_name(name), valid, "{name:?}");
        }
    }
}
