//! What this process was given: its arguments, its variables, and what files say. What may be a secret among them is not
//! repeated in what the process says.

use std::borrow::Cow;
use std::path::Path;
use std::sync::{PoisonError, RwLock};

use outside_text::Blots;

/// One for the process, as its arguments and its standard error are.
static GIVEN: RwLock<Blots> = RwLock::new(Blots::new());

/// A key that is as short as this could be any word.
const SHORTEST_KEY: usize = 12;

/// Looks for what may be a secret in what somebody gave at a place: `argument 2`, `variable ASHBY_TO`.
pub fn look(text: &str, place: &str) {
    if outside_text::may_be_secret(text) {
        GIVEN.write().unwrap_or_else(PoisonError::into_inner).look(text, place, leads_somewhere);
    }
}

/// What is said, without what may be a secret among what was given; where it was given is said instead.
pub fn blotted(text: &str) -> Cow<'_, str> {
    GIVEN.read().unwrap_or_else(PoisonError::into_inner).blotted(text)
}

/// What the process begins with.
pub(crate) fn look_at_process() {
    for (at, argument) in std::env::args_os().enumerate().skip(1) {
        look(&argument.to_string_lossy(), &format!("argument {at}"));
    }
    for (name, value) in std::env::vars_os() {
        let Some(name) = name.to_str().filter(|name| name.contains("ASHBY_")) else { continue };
        let (value, place) = (value.to_string_lossy(), format!("variable {name}"));
        look(&value, &place);
        let key = value.trim();
        if name.ends_with("ASHBY_API_KEY") && key.len() >= SHORTEST_KEY {
            GIVEN.write().unwrap_or_else(PoisonError::into_inner).add(key, &place);
        }
    }
}

/// Whether a word is a path to something, or to where something could be made.
fn leads_somewhere(word: &str) -> bool {
    let path = Path::new(word);
    let is_in_a_directory = || path.parent().is_some_and(|above| above.parent().is_some() && above.is_dir());
    path.exists() || is_in_a_directory()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_told_from_keys() {
        let directory = std::env::temp_dir();
        let inside = |name: &str| directory.join(name).display().to_string();
        assert!(leads_somewhere(&inside("0123456789abcdef0123.db")));
        assert!(!leads_somewhere(&inside("nowhere/0123456789abcdef0123.db")));
        assert!(!leads_somewhere("/0123456789abcdef0123") && !leads_somewhere("0123456789abcdef0123"));
    }
}
