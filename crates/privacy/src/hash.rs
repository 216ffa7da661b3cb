//! Hashes in the place of values: HMAC-SHA-256 under a key of the policy's own, so that who has the values and not the key
//! cannot try them out.

use std::fmt;
use std::path::Path;

use capture_core::private_file;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

/// Bytes of a hash that are shown: enough to tell any two values apart.
const SHOWN_BYTES: usize = 16;

/// A key needs so many bytes at least.
const KEY_BYTES: usize = 32;

/// The key of a policy's hashes.
#[derive(Clone)]
pub struct HashKey(Hmac<Sha256>, [u8; 8]);

/// Shows nothing of it.
impl fmt::Debug for HashKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HashKey([masked])")
    }
}

impl HashKey {
    /// The key that is this text, without white space around it; `None` if it is too short to be one.
    pub fn new(text: &[u8]) -> Option<Self> {
        let text = text.trim_ascii();
        if text.len() < KEY_BYTES {
            return None;
        }
        let digest = Sha256::new().chain_update(b"ashby privacy key\0").chain_update(text).finalize();
        let mut id = [0; 8];
        id.copy_from_slice(&digest[..8]);
        Hmac::new_from_slice(text).ok().map(|key| Self(key, id))
    }

    /// Makes a key at random, in a file for its owner only, which must not be there.
    ///
    /// # Errors
    /// If the file is there, or cannot be written.
    pub fn make(path: &Path) -> std::io::Result<()> {
        use std::io::Write as _;
        let bytes: [u8; KEY_BYTES] = rand::random();
        let text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let mut file = private_file::options().write(true).create_new(true).open(path)?;
        file.write_all(text.as_bytes())?;
        file.write_all(b"\n")?;
        file.sync_all()
    }

    /// The hash of a value, in hexadecimal.
    pub fn hash(&self, value: &[u8]) -> String {
        let hash = self.0.clone().chain_update(value).finalize().into_bytes();
        hash[..SHOWN_BYTES].iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Tells keys apart, and tells nothing of them.
    pub(crate) fn id(&self) -> String {
        self.1.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl PartialEq for HashKey {
    fn eq(&self, other: &Self) -> bool {
        self.1 == other.1
    }
}

impl Eq for HashKey {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_the_same_for_the_same_value_and_key() {
        let [one, other] = [b'a', b'b'].map(|letter| HashKey::new(&[letter; 40]).unwrap());
        assert_eq!(one.hash(b"x"), one.hash(b"x"));
        assert_ne!(one.hash(b"x"), one.hash(b"y"));
        assert_ne!(one.hash(b"x"), other.hash(b"x"));
        assert_eq!(one.hash(b"x").len(), 32);
        assert!(one != other && HashKey::new(b"  short  ").is_none());
        assert!(!format!("{one:?}").contains('a'.to_string().repeat(8).as_str()));
    }

    #[test]
    fn a_key_is_made_once() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("privacy.key");
        HashKey::make(&path).unwrap();
        let text = std::fs::read(&path).unwrap();
        assert!(HashKey::new(&text).is_some());
        assert!(HashKey::make(&path).is_err());
        assert_eq!(std::fs::read(&path).unwrap(), text);
        assert_eq!(private_file::shared_with_others(&path), None);
    }
}
