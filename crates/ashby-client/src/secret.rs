//! Values that open something: the API key, page cursors, sync tokens. None of them can be printed by accident.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::secret_file::bare;

/// An Ashby API key. Its clones share one copy of it in memory, which is zeroed when the last of them goes.
#[derive(Clone)]
pub struct ApiKey(Arc<SecretString>);

impl ApiKey {
    /// Takes the key; what copying leaves around it (white space, such as the newline at the end of a file, a byte order
    /// mark, quotes) does not count.
    pub fn new(key: impl Into<SecretString>) -> Self {
        let key = key.into();
        let trimmed = bare(key.expose_secret());
        let key = if trimmed.len() == key.expose_secret().len() { key } else { trimmed.into() };
        Self(Arc::new(key))
    }

    /// Sixteen hexadecimal digits that tell one key from another without giving it away: the beginning of the
    /// key's SHA-256.
    pub fn fingerprint(&self) -> String {
        use std::fmt::Write as _;
        let digest = Sha256::digest(self.expose().as_bytes());
        digest.iter().take(8).fold(String::with_capacity(16), |mut text, byte| {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
    }

    pub(crate) fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// Every form in which a server may have seen it: bare, and as HTTP Basic authentication encodes it.
    pub(crate) fn forms(&self) -> [Zeroizing<String>; 3] {
        let encoded = |text: &str| {
            let mut encoded = STANDARD_NO_PAD.encode(text);
            // The last digits depend on what follows.
            encoded.truncate(text.len() * 4 / 3);
            Zeroizing::new(encoded)
        };
        // With room for all of it: what outgrows its place leaves a copy there.
        let mut header = Zeroizing::new(String::with_capacity(self.expose().len() + 1));
        header.push_str(self.expose());
        header.push(':');
        let header = Zeroizing::new(STANDARD_NO_PAD.encode(header.as_bytes()));
        [Zeroizing::new(self.expose().to_owned()), header, encoded(self.expose())]
    }

    /// Whether the key can be the user name of HTTP Basic authentication.
    pub(crate) fn is_usable(&self) -> bool {
        let key = self.expose();
        !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_graphic() && byte != b':')
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey([masked])")
    }
}

impl From<SecretString> for ApiKey {
    fn from(key: SecretString) -> Self {
        Self::new(key)
    }
}

impl From<String> for ApiKey {
    fn from(key: String) -> Self {
        Self::new(key)
    }
}

impl From<&str> for ApiKey {
    fn from(key: &str) -> Self {
        Self::new(key)
    }
}

macro_rules! opaque_text {
    ($(#[$documentation:meta])* $name:ident) => {
        $(#[$documentation])*
        #[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The text, to send or to store; not for logs.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "([masked])"))
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }
    };
}

opaque_text! {
    /// Where the next page of a listing begins: Ashby's `nextCursor`. Opaque, and short-lived.
    Cursor
}

opaque_text! {
    /// From where an incremental listing continues: Ashby's `syncToken`. Opaque, bound to the operation and the
    /// filters it came from, and it ages when it is not used.
    SyncToken
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_told_apart_by_fingerprints_that_ignore_surrounding_whitespace() {
        // sha256("secret") = 2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b
        for key in ["secret\n", "\u{feff}secret", "\"secret\"", " 'secret' \r\n"] {
            assert_eq!(ApiKey::from(key).fingerprint(), "2bb80d537b1da3e3", "{key:?}");
        }
        assert_ne!(ApiKey::from("secret").fingerprint(), ApiKey::from("Secret").fingerprint());
    }

    #[test]
    fn nothing_secret_is_printed() {
        let shown = format!(
            "{:?}{:?}{:?}",
            ApiKey::from("secret"),
            Cursor::from("secret"),
            SyncToken::from("secret")
        );
        assert_eq!(shown, "ApiKey([masked])Cursor([masked])SyncToken([masked])");
    }

    #[test]
    fn keys_that_would_break_the_header_are_unusable() {
        for (key, usable) in [("abc123", true), ("", false), ("  ", false), ("a:b", false), ("a b", false)] {
            assert_eq!(ApiKey::from(key).is_usable(), usable, "{key:?}");
        }
    }
}
