//! Keys as text of the database, which holds every character but U+0000.

use std::borrow::Cow;

use capture_core::Key;

/// Stands before what is written otherwise. No character: Unicode promises that it means nothing.
const ESCAPE: char = '\u{fdd0}';

/// A key as the columns have it: itself, unless it holds U+0000 (or the escape). Different keys stay different.
pub(crate) fn stored(key: &str) -> Cow<'_, str> {
    if !key.contains(['\0', ESCAPE]) {
        return Cow::Borrowed(key);
    }
    Cow::Owned(key.replace(ESCAPE, "\u{fdd0}1").replace('\0', "\u{fdd0}0"))
}

/// The key that is stored like this.
pub(crate) fn read(stored: &str) -> Key {
    if !stored.contains(ESCAPE) {
        return Key::from(stored);
    }
    Key::from(stored.replace("\u{fdd0}0", "\0").replace("\u{fdd0}1", "\u{fdd0}"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_key_comes_back(key in r"[\x00\x{fdd0}01a]{0,8}") {
            let stored = stored(&key);
            prop_assert!(!stored.contains('\0'));
            let back = read(&stored);
            prop_assert_eq!(back.as_str(), &key);
        }
    }
}
