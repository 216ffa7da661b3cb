//! What of a copy may be seen. Whoever reads through a [`View`] reads no record otherwise: one by one, page by page, by words
//! and by SQL.

use std::borrow::Cow;
use std::sync::Arc;

use capture_core::State;

/// Says for each stream what of it may be seen.
pub trait View: Send + Sync {
    /// Through what the records of a stream are seen; `None` if they are seen as they are. `state` is that of this moment.
    fn glass(&self, stream: &str, state: &State) -> Option<Arc<dyn Glass>>;
}

/// Through this records of a stream are seen.
pub trait Glass: Send + Sync {
    /// What is seen of a record; `None` if it is not seen at all.
    fn shown<'a>(&self, record: &'a [u8]) -> Option<Cow<'a, [u8]>>;

    /// How a member of a record is seen.
    fn member(&self, name: &str) -> Sight;

    /// Whether what stands at these member names is seen as it is, so that it may be asked for.
    fn may_be_asked(&self, path: &[String]) -> bool;

    /// How a key is seen; `None` if keys are seen as they are.
    fn key(&self, key: &str) -> Option<String>;

    /// The same, of a record that others belong to.
    fn owner(&self, key: &str) -> Option<String>;

    /// Whether some records are not seen at all.
    fn hides_records(&self) -> bool;
}

/// How a member is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    /// As it is.
    Whole,
    /// Not as it is.
    Changed,
    /// Not at all.
    Hidden,
}

/// Of which a copy shows everything.
#[derive(Clone)]
pub(crate) struct Seen(Option<Arc<dyn View>>);

impl Seen {
    pub(crate) fn whole() -> Self {
        Self(None)
    }

    pub(crate) fn through(view: Arc<dyn View>) -> Self {
        Self(Some(view))
    }

    pub(crate) fn glass(&self, stream: &str, state: &State) -> Option<Arc<dyn Glass>> {
        self.0.as_ref()?.glass(stream, state)
    }
}

impl std::fmt::Debug for Seen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_some() { "Seen(in part)" } else { "Seen(whole)" })
    }
}
