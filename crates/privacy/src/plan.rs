//! A plan: for every place in a kind of records, what becomes of it. Made once, walked beside each record.

use std::collections::BTreeMap;
use std::sync::Arc;

use ashby_catalog::{Class, Holds, Place};
use bytes::Bytes;
use capture_core::{FieldKind, Gone, Key, Searchable, StreamDescriptor};

use crate::action::Action;
use crate::contract::names;
use crate::hash::HashKey;
use crate::rows::RowPlan;
use crate::veil::Veil;

/// What becomes of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It stays, with all that is in it.
    Keep,
    /// It goes.
    Drop,
    /// Three stars in its place.
    Mask,
    /// A hash in its place.
    Hash(Arc<HashKey>),
    /// Of a time the year.
    Year,
    /// It stays if what it stands in says that it is a country.
    Country,
    /// What is in it has fates of its own.
    Into(Box<Node>),
}

/// An object or a list, and what becomes of what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    pub(crate) members: BTreeMap<String, Fate>,
    /// Of a list's items.
    pub(crate) items: Option<Fate>,
    /// What is not known.
    pub(crate) other: Fate,
    /// Whether a member stays only if this is a country.
    pub(crate) may_be_country: bool,
}

/// What becomes of records of one kind.
#[derive(Debug, Clone)]
pub struct Plan {
    pub(crate) root: Fate,
    pub(crate) rows: Option<RowPlan>,
    /// For each part of the key: what hashes it, if it is hashed.
    pub(crate) keys: Vec<Option<Arc<HashKey>>>,
    /// What hashes the keys of other records.
    pub(crate) ids: Option<Arc<HashKey>>,
    /// Nothing leaves: what tells the records apart may not.
    pub(crate) is_withheld: bool,
    pub(crate) fingerprint: Option<String>,
}

/// A place on its way into a plan.
#[derive(Default)]
struct Draft {
    leaf: Option<(Fate, Holds)>,
    members: BTreeMap<String, Draft>,
    items: Option<Box<Draft>>,
}

/// What is left of an object.
#[derive(Clone, Copy, Default)]
struct Left {
    /// Something of it goes.
    loses: bool,
    /// What stays says something without what goes: more than words and switches.
    says: bool,
}

impl Draft {
    fn put(&mut self, path: &[&str], fate: Fate, holds: Holds) {
        match path {
            [] => self.leaf = Some((fate, holds)),
            ["*", rest @ ..] => self.items.get_or_insert_default().put(rest, fate, holds),
            [name, rest @ ..] => {
                let name = name.replace("~1", "/").replace("~0", "~");
                self.members.entry(name).or_default().put(rest, fate, holds);
            }
        }
    }

    /// The fate of what stands at `path`, and of all below.
    fn fate(self, path: &mut Vec<String>, other: &dyn Fn(&[String]) -> Fate) -> (Fate, Left) {
        if self.members.is_empty() && self.items.is_none() {
            let (fate, holds) = self.leaf.unwrap_or((other(path), Holds::Anything));
            let says = fate != Fate::Drop && !matches!(holds, Holds::Word | Holds::Truth);
            return (fate.clone(), Left { loses: fate == Fate::Drop, says });
        }
        let unknown = other(path);
        let mut left = Left { loses: false, says: unknown == Fate::Keep };
        let mut add = |of: Left| {
            left.loses |= of.loses;
            left.says |= of.says;
        };
        let is_record = path.is_empty();
        let mut members = BTreeMap::new();
        for (name, draft) in self.members {
            path.push(name);
            let (fate, of) = draft.fate(path, other);
            add(of);
            members.insert(path.pop().unwrap_or_default(), fate);
        }
        let items = self.items.map(|draft| {
            let (fate, of) = draft.fate(path, other);
            add(of);
            fate
        });
        let stays = |fate: &Fate| *fate == Fate::Keep;
        if stays(&unknown) && members.values().all(stays) && items.iter().all(stays) {
            return (Fate::Keep, left);
        }
        // Of an e-mail address "it is the primary one" says only that there is one.
        if !is_record && left.loses && !left.says {
            return (Fate::Drop, left);
        }
        let may_be_country = members.values().any(|fate| *fate == Fate::Country);
        (Fate::Into(Box::new(Node { members, items, other: unknown, may_be_country })), left)
    }
}

/// The tree for these places.
pub(crate) fn tree(veil: &Veil, streams: &[&str], key: &[String], places: &[Place]) -> Fate {
    let mut draft = Draft::default();
    for place in places {
        let path = names(&place.path);
        // What tells records apart stays, as long as it means nothing.
        let is_key = path.len() == 1
            && key.contains(&path[0])
            && matches!(place.class, Class::Identifier | Class::Plain);
        let fate = match veil.action(streams, &path, place.class) {
            (Action::Hash, Some(hash)) => Fate::Hash(hash),
            _ if is_key => Fate::Keep,
            (action, _) => coarse(action, place.holds, &path),
        };
        let steps: Vec<&str> = place.path.split('/').skip(1).collect();
        draft.put(&steps, fate, place.holds);
    }
    let other = |path: &[String]| match veil.unknown(streams, path) {
        (Action::Keep, _) => Fate::Keep,
        (Action::Hash, Some(hash)) => Fate::Hash(hash),
        (Action::Mask, _) => Fate::Mask,
        _ => Fate::Drop,
    };
    draft.fate(&mut Vec::new(), &other).0
}

/// What an action makes of what stands at a place.
fn coarse(action: Action, holds: Holds, path: &[String]) -> Fate {
    let last = path.last().map(String::as_str).unwrap_or_default();
    match action {
        Action::Keep => Fate::Keep,
        Action::Mask => Fate::Mask,
        Action::Hash | Action::Drop => Fate::Drop,
        Action::Generalise => match holds {
            Holds::Time => Fate::Year,
            Holds::Word | Holds::Number | Holds::Truth => Fate::Keep,
            Holds::Text if last == "addressCountry" || last == "country" => Fate::Keep,
            Holds::Text if last == "name" && path.iter().any(|name| name == "locationComponents") => {
                Fate::Country
            }
            Holds::Text | Holds::Id(_) | Holds::Anything => Fate::Drop,
        },
    }
}

impl Plan {
    /// Whether every record leaves as it is.
    pub fn is_open(&self) -> bool {
        self.root == Fate::Keep && self.rows.is_none() && !self.is_withheld && self.keeps_keys()
    }

    /// Whether no record leaves, since what tells them apart may not.
    pub fn is_withheld(&self) -> bool {
        self.is_withheld
    }

    /// Whether some records leave and others do not.
    pub fn has_rows(&self) -> bool {
        self.rows.is_some()
    }

    /// Whether keys leave as they are.
    pub fn keeps_keys(&self) -> bool {
        self.ids.is_none() && self.keys.iter().all(Option::is_none)
    }

    /// Tells apart plans that leave something else of the same records; `None` for one that leaves everything.
    pub fn fingerprint(&self) -> Option<&str> {
        self.fingerprint.as_deref()
    }

    /// What becomes of what stands at these member names, through lists and objects.
    pub fn fate<S: AsRef<str>>(&self, path: &[S]) -> &Fate {
        let mut fate = &self.root;
        for name in path {
            while let Fate::Into(node) = fate
                && let (Some(items), true) = (&node.items, node.members.is_empty())
            {
                fate = items;
            }
            let Fate::Into(node) = fate else { return fate };
            fate = node.members.get(name.as_ref()).unwrap_or(&node.other);
        }
        fate
    }

    /// Whether what stands there is seen as it is, with all that is in it: what a reader may filter by.
    pub fn shows<S: AsRef<str>>(&self, path: &[S]) -> bool {
        !self.is_withheld && *self.fate(path) == Fate::Keep
    }

    /// The key under which a record leaves.
    pub fn key(&self, key: &Key) -> Key {
        if self.keys.iter().all(Option::is_none) {
            return key.clone();
        }
        let parts = key.parts(self.keys.len());
        let parts = parts.into_iter().zip(&self.keys).map(|(part, hash)| match hash {
            Some(hash) => Bytes::from(hash.hash(part.as_bytes())),
            None => Bytes::from(part),
        });
        let parts: Vec<Bytes> = parts.collect();
        // Parts of a key are text, and so are hashes.
        Key::from_parts(&parts).unwrap_or_else(|_| key.clone())
    }

    /// The key of another record to which one belongs.
    pub fn owner(&self, key: &Key) -> Key {
        match &self.ids {
            Some(hash) => Key::from(hash.hash(key.as_str().as_bytes())),
            None => key.clone(),
        }
    }

    /// The same fact, of records as they leave.
    pub(crate) fn gone(&self, gone: Gone) -> Gone {
        match gone {
            Gone::MergedInto(key) => Gone::MergedInto(self.key(&key)),
            gone => gone,
        }
    }

    /// A stream as those see it who get what leaves.
    pub fn descriptor(&self, stream: &StreamDescriptor) -> StreamDescriptor {
        if self.root == Fate::Keep {
            return stream.clone();
        }
        let mut left = stream.clone();
        left.fields.retain_mut(|field| match self.fate(&[&field.name]) {
            Fate::Drop => false,
            Fate::Keep | Fate::Into(_) => true,
            Fate::Mask | Fate::Hash(_) | Fate::Year | Fate::Country => {
                field.kind = FieldKind::String;
                true
            }
        });
        left.searchable = stream.searchable.as_ref().and_then(|searchable| {
            let shown = |pointers: &[String]| -> Vec<String> {
                let is_shown = |pointer: &&String| {
                    matches!(self.fate(&names(pointer)), Fate::Keep | Fate::Into(_) | Fate::Country)
                };
                pointers.iter().filter(is_shown).cloned().collect()
            };
            let left = Searchable { title: shown(&searchable.title), body: shown(&searchable.body) };
            (!left.title.is_empty() || !left.body.is_empty()).then_some(left)
        });
        left
    }
}
