//! API keys and what they see.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use crate::stream::{OWN_SCOPE, SCOPES, Stream};
use crate::world::{Organisation, Record};

/// A key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum KeyName {
    /// Sees everything; the last word of each history.
    Wide,
    /// Sees everything, too: the old one rotated.
    Rotated,
    /// Sees nothing confidential.
    Narrow,
    /// Has not all permissions.
    Limited,
    /// May not read its own permissions.
    Blind,
    /// Another organisation's.
    Other,
    /// Nobody's.
    Wrong,
}

impl KeyName {
    /// What the process gets.
    pub(crate) fn secret(self) -> String {
        format!("key-{self:?}").to_lowercase()
    }

    fn authorization(self) -> String {
        format!("Basic {}", BASE64_STANDARD.encode(format!("{}:", self.secret())))
    }
}

/// A key's rights, which may change.
#[derive(Debug, Clone)]
pub(crate) struct Key {
    pub(crate) name: KeyName,
    authorization: String,
    pub(crate) organisation: usize,
    pub(crate) scopes: BTreeSet<&'static str>,
    pub(crate) sees_confidential: bool,
}

/// A change of a key's rights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Right {
    Grant(&'static str),
    Revoke(&'static str),
    /// The switch that shows what is confidential.
    Confidential(bool),
}

impl Key {
    fn new(name: KeyName) -> Self {
        let mut scopes: BTreeSet<&'static str> = SCOPES.into_iter().chain([OWN_SCOPE]).collect();
        match name {
            KeyName::Limited => {
                scopes.retain(|scope| !scope.starts_with("offers") && !scope.starts_with("audit"))
            }
            KeyName::Blind => _ = scopes.remove(OWN_SCOPE),
            _ => {}
        }
        Self {
            name,
            authorization: name.authorization(),
            organisation: usize::from(name == KeyName::Other),
            scopes,
            sees_confidential: name != KeyName::Narrow,
        }
    }

    pub(crate) fn change(&mut self, right: Right) {
        match right {
            Right::Grant(scope) => _ = self.scopes.insert(scope),
            Right::Revoke(scope) => _ = self.scopes.remove(scope),
            Right::Confidential(sees) => self.sees_confidential = sees,
        }
    }

    /// Whether it sees at least what the other one does.
    pub(crate) fn covers(&self, other: &Key) -> bool {
        self.scopes.is_superset(&other.scopes.iter().copied().filter(|scope| *scope != OWN_SCOPE).collect())
            && (self.sees_confidential || !other.sees_confidential)
    }

    pub(crate) fn reads(&self, stream: Stream) -> bool {
        self.scopes.contains(stream.row().scope)
    }

    /// Whether it sees a record in the lists.
    pub(crate) fn sees(&self, organisation: &Organisation, stream: Stream, record: &Record) -> bool {
        self.reads(stream) && self.views(organisation, stream, record)
    }

    /// Whether it would, with the permission.
    pub(crate) fn views(&self, organisation: &Organisation, stream: Stream, record: &Record) -> bool {
        organisation.is_live(stream, record)
            && (self.sees_confidential || organisation.is_open(stream, record))
    }
}

/// All keys of a history.
#[derive(Debug)]
pub(crate) struct Keys(Vec<Key>);

impl Keys {
    pub(crate) fn new() -> Self {
        use KeyName::{Blind, Limited, Narrow, Other, Rotated, Wide};
        Self([Wide, Rotated, Narrow, Limited, Blind, Other].map(Key::new).to_vec())
    }

    /// The key of a request, by its header.
    pub(crate) fn authorized(&self, header: &str) -> Option<&Key> {
        self.0.iter().find(|key| key.authorization == header)
    }

    pub(crate) fn get(&self, name: KeyName) -> Option<&Key> {
        self.0.iter().find(|key| key.name == name)
    }

    pub(crate) fn change(&mut self, name: KeyName, right: Right) {
        if let Some(key) = self.0.iter_mut().find(|key| key.name == name) {
            key.change(right);
        }
    }
}
