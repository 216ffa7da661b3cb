//! What a history consists of.

use crate::fault::{Armed, Curse};
use crate::keys::{KeyName, Right};
use crate::site::Stop;
use crate::stream::Stream;
use crate::world::Change;

/// Where records go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Sqlite,
    /// On machines that have a server.
    Postgres,
    Parquet,
    Jsonl,
    Stdout,
}

/// Which streams a sync is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Selection {
    /// All that have anything, by name.
    World,
    Some(Vec<Stream>),
    /// What is on unless told otherwise.
    Default,
    /// `--all`.
    All,
}

/// A run of `ashby sync`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sync {
    pub(crate) key: KeyName,
    /// 1 is the address of another organisation.
    pub(crate) address: usize,
    pub(crate) selection: Selection,
    pub(crate) full: bool,
    /// `--reconcile accept`.
    pub(crate) accept: bool,
    pub(crate) faults: Vec<Armed>,
    pub(crate) during: Vec<(&'static str, u32, Change)>,
    pub(crate) stop: Option<Stop>,
}

impl Sync {
    /// Nothing goes wrong with it.
    pub(crate) fn quiet(key: KeyName) -> Self {
        Self {
            key,
            address: 0,
            selection: Selection::World,
            full: false,
            accept: false,
            faults: Vec::new(),
            during: Vec::new(),
            stop: None,
        }
    }
}

/// What happens to a file of JSON lines between two runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Loss {
    Deleted,
    /// Cut within a line.
    Torn,
    /// Half of the lines are gone.
    Shortened,
    /// Taken away, and read elsewhere.
    Rotated,
}

/// How a second run reaches the destination of the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Alias {
    Symlink,
    /// Somebody removed the lock files.
    WithoutLock,
}

/// A step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    Change(Change),
    Sync(Sync),
    Right(KeyName, Right),
    /// Tokens (or cursors) given out until now are refused from now on, with this code.
    RefuseTokens(&'static str),
    RefuseCursors(&'static str),
    Curse(Stream, u32, Curse),
    /// A record without an id among those of this operation.
    Spoil(&'static str),
    /// Curses and spoilt lists are over.
    Mend,
    Lose(Loss, u32),
    Export,
    /// The exported state takes the place of the present one, or (`true`) is put beside an empty destination.
    Import(bool),
    Reset(Stream),
    /// Two runs at once; the changes happen when the second has ended and the first has not.
    Two(Alias, Vec<Change>),
    /// A run that stays up: it must become true by itself, and again after the changes, whatever has passed.
    Watch(Sync, Vec<Change>),
}

/// What a history may be about; each has a few of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Feature {
    /// Several keys with different views, and rotation.
    Keys,
    /// Rights of keys change.
    Rights,
    /// Another company's key, and the same key at another company's address.
    Organisations,
    /// Answers without what they should hold.
    Hollow,
    /// Server pages by offset, and rows move while they are listed.
    Offset,
    /// Two runs at once.
    Two,
    /// Files are deleted, cut, shortened, rotated.
    Loss,
    /// Runs are interrupted and killed.
    Stops,
    /// Statuses, cut connections, truncated JSON.
    Faults,
    /// `success: false`.
    Refusals,
    /// Tokens and cursors are refused.
    Expiry,
    /// Listings without end.
    Endless,
    /// Pages that contradict themselves or end too early.
    Contradictions,
    /// One parent whose children cannot be read.
    Curses,
    /// Records without id, half surrogate pairs.
    Odd,
    /// A schedule twice in a page.
    Twice,
    /// Events that appear below the newest in the audit log.
    Late,
    /// State is exported, imported, reset.
    State,
    /// Some streams, default streams, `--all`.
    Subsets,
    /// `--full` in the middle.
    Full,
    /// Changes while a run is on.
    During,
    /// Children change while their parent does not, or move to another one.
    Children,
    /// Runs that stay up.
    Watch,
}

impl Feature {
    /// All of them.
    pub const ALL: [Self; 23] = [
        Self::Keys,
        Self::Rights,
        Self::Organisations,
        Self::Hollow,
        Self::Offset,
        Self::Two,
        Self::Loss,
        Self::Stops,
        Self::Faults,
        Self::Refusals,
        Self::Expiry,
        Self::Endless,
        Self::Contradictions,
        Self::Curses,
        Self::Odd,
        Self::Twice,
        Self::Late,
        Self::State,
        Self::Subsets,
        Self::Full,
        Self::During,
        Self::Children,
        Self::Watch,
    ];

    /// Its name on the command line: `keys`.
    pub fn name(self) -> String {
        format!("{self:?}").to_lowercase()
    }

    /// The feature of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|feature| feature.name() == name)
    }
}

/// A history, before it happens.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) seed: u64,
    pub(crate) kind: Kind,
    pub(crate) features: Vec<Feature>,
    pub(crate) page_size: usize,
    /// Most records of each stream at the beginning.
    pub(crate) size: usize,
    pub(crate) steps: Vec<Step>,
}

impl Plan {
    pub(crate) fn has(&self, feature: Feature) -> bool {
        self.features.contains(&feature)
    }
}
