//! What the organisation looks like now: the generated records with all changes on top.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::files::Files;
use crate::kind::Kind;
use crate::operations::organisation::SECRET;
use crate::webhooks::{Event, Outgoing};
use crate::world::{Document, World};

/// Everything that changed since the organisation was made.
#[derive(Debug)]
pub(crate) struct State {
    /// The number of the latest change. Generated records count as change 0.
    pub(crate) sequence: u64,
    /// How many events were told.
    pub(crate) events: u32,
    stores: Vec<Store>,
    /// The projects of candidates for whom they changed.
    pub(crate) projects: HashMap<u32, Vec<u32>>,
    pub(crate) files: Files,
    /// All openings by the ids of their jobs, as of the change of that number.
    openings: Mutex<Option<(u64, Arc<OpeningsByJob>)>>,
}

pub(crate) type OpeningsByJob = HashMap<String, Vec<Value>>;

/// The changes of one kind.
#[derive(Debug, Default)]
pub(crate) struct Store {
    pub(crate) versions: HashMap<u32, Version>,
    /// The latest change of each living, changed record.
    pub(crate) changes: BTreeMap<u64, u32>,
    /// Children that came to a parent later, by parent.
    pub(crate) added: HashMap<u32, Vec<u32>>,
    /// The next free index.
    pub(crate) next: u32,
    /// The number of the latest change.
    pub(crate) latest: u64,
}

/// The current version of a changed record.
#[derive(Debug)]
pub(crate) struct Version {
    pub(crate) sequence: u64,
    pub(crate) parent: u32,
    /// None when the record was deleted.
    pub(crate) content: Option<Content>,
}

/// What is kept of a changed record.
#[derive(Debug)]
pub(crate) struct Content {
    /// The record as its list shows it, in JSON.
    pub(crate) record: Box<[u8]>,
    /// What `info` adds.
    pub(crate) detail: Map<String, Value>,
}

impl State {
    pub(crate) fn new(world: &World) -> Self {
        let next =
            |&kind: &Kind| world.base_end(kind).max(world.places(kind).map_or(1, |(_, places)| places));
        let stores = Kind::ALL.iter().map(|kind| Store { next: next(kind), ..Store::default() }).collect();
        Self {
            sequence: 0,
            events: 0,
            stores,
            projects: HashMap::new(),
            files: Files::default(),
            openings: Mutex::default(),
        }
    }

    pub(crate) fn store(&self, kind: Kind) -> &Store {
        &self.stores[kind as usize]
    }

    pub(crate) fn store_mut(&mut self, kind: Kind) -> &mut Store {
        &mut self.stores[kind as usize]
    }
}

/// Read access.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    pub(crate) world: &'a World,
    pub(crate) state: &'a State,
}

impl<'a> View<'a> {
    fn version(self, kind: Kind, index: u32) -> Option<&'a Version> {
        self.state.store(kind).versions.get(&index)
    }

    pub(crate) fn alive(self, kind: Kind, index: u32) -> bool {
        match self.version(kind, index) {
            Some(version) => version.content.is_some(),
            None => self.world.exists(kind, index),
        }
    }

    pub(crate) fn parent(self, kind: Kind, index: u32) -> u32 {
        self.version(kind, index).map_or_else(|| self.world.parent(kind, index), |version| version.parent)
    }

    /// The number of the record's latest change.
    pub(crate) fn sequence(self, kind: Kind, index: u32) -> u64 {
        self.version(kind, index).map_or(0, |version| version.sequence)
    }

    /// The living records of a kind that belong to a parent, by index.
    pub(crate) fn children(self, kind: Kind, parent: u32) -> Vec<u32> {
        let added = self.state.store(kind).added.get(&parent).into_iter().flatten().copied();
        let mut all: Vec<u32> = self
            .world
            .children(kind, parent)
            .into_iter()
            .chain(added)
            .filter(|&index| self.alive(kind, index) && self.parent(kind, index) == parent)
            .collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The living records of a kind, by index, from an index on.
    pub(crate) fn indices(self, kind: Kind, from: u32) -> impl DoubleEndedIterator<Item = u32> + 'a {
        (from..self.state.store(kind).next).filter(move |&index| self.alive(kind, index))
    }

    /// The living records of a kind, newest first, from an index downwards.
    pub(crate) fn indices_down(self, kind: Kind, from: u32) -> impl Iterator<Item = u32> + 'a {
        let end = self.state.store(kind).next.min(from.saturating_add(1));
        (0..end).rev().filter(move |&index| self.alive(kind, index))
    }

    /// The kind that a kind belongs to.
    pub(crate) fn parent_kind(self, kind: Kind) -> Option<Kind> {
        match kind {
            Kind::Application => Some(Kind::Candidate),
            _ => self.world.places(kind).map(|(parent, _)| parent),
        }
    }

    /// The living records of a kind that belong to a record of another, through whatever is between them, by index;
    /// `None` if records of that kind do not.
    pub(crate) fn below(self, kind: Kind, (owner, index): (Kind, u32)) -> Option<Vec<u32>> {
        let parent = self.parent_kind(kind)?;
        if parent == owner {
            return Some(self.children(kind, index));
        }
        let parents = self.below(parent, (owner, index))?;
        let mut all: Vec<u32> = parents.into_iter().flat_map(|parent| self.children(kind, parent)).collect();
        all.sort_unstable();
        Some(all)
    }

    /// All openings, by the ids of their jobs.
    pub(crate) fn openings_by_job(self) -> Arc<OpeningsByJob> {
        let latest = self.state.store(Kind::Opening).latest;
        let mut kept = self.state.openings.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, openings)) = &*kept
            && *of == latest
        {
            return Arc::clone(openings);
        }
        let mut by_job = OpeningsByJob::new();
        for index in self.indices(Kind::Opening, 0) {
            let opening = self.record(Kind::Opening, index);
            let jobs = opening.get("latestVersion").and_then(|version| version["jobIds"].as_array()).cloned();
            for job in jobs.iter().flatten().filter_map(Value::as_str) {
                by_job.entry(job.to_owned()).or_default().push(Value::Object(opening.clone()));
            }
        }
        let openings = Arc::new(by_job);
        *kept = Some((latest, Arc::clone(&openings)));
        openings
    }

    /// The living record that an identifier names.
    pub(crate) fn find(self, kind: Kind, id: &str) -> Option<u32> {
        let (found, index) = self.world.ids.read(id)?;
        (found == kind && self.alive(kind, index)).then_some(index)
    }

    /// Whether anybody is told of changes. The webhooks that the organisation was made with lead nowhere.
    pub(crate) fn has_webhooks(self) -> bool {
        self.webhooks().next().is_some()
    }

    fn webhooks(self) -> impl Iterator<Item = u32> + 'a {
        let webhooks = self.state.store(Kind::Webhook).versions.iter();
        webhooks.filter(|(_, version)| version.content.is_some()).map(|(index, _)| *index)
    }

    /// An event for every webhook that wants it.
    pub(crate) fn addressed(self, event: &Event) -> Vec<Outgoing> {
        let mut webhooks: Vec<u32> = self.webhooks().collect();
        webhooks.sort_unstable();
        let wanted = |index: &u32| {
            self.record(Kind::Webhook, *index).get("webhookType").and_then(Value::as_str)
                == Some(event.action)
        };
        webhooks.into_iter().filter(wanted).filter_map(|index| self.address(index, event)).collect()
    }

    /// An event for a webhook, unless that is disabled.
    pub(crate) fn address(self, webhook: u32, event: &Event) -> Option<Outgoing> {
        let document = self.document(Kind::Webhook, webhook);
        let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
        if document.record.get("enabled") != Some(&Value::Bool(true)) {
            return None;
        }
        Some(Outgoing {
            webhook: self.world.ids.record(Kind::Webhook, webhook),
            url: text(document.record.get("requestUrl"))?,
            secret: text(document.detail.get(SECRET)),
            action: event.action,
            action_id: event.id.clone(),
            data: event.data.clone(),
        })
    }

    /// The living projects that a candidate is in, in order.
    pub(crate) fn projects_of(self, candidate: u32) -> Vec<u32> {
        let changed = self.state.projects.get(&candidate).cloned();
        let mut projects = changed.unwrap_or_else(|| self.world.projects_of(candidate));
        projects.retain(|&project| self.alive(Kind::Project, project));
        projects
    }

    /// Appends a living record as its list shows it.
    pub(crate) fn render(self, kind: Kind, index: u32, out: &mut Vec<u8>) {
        match self.version(kind, index) {
            Some(Version { content: Some(content), .. }) => out.extend_from_slice(&content.record),
            Some(_) => {}
            None => self.world.render(kind, index, self.world.parent(kind, index), out),
        }
    }

    pub(crate) fn document(self, kind: Kind, index: u32) -> Document {
        match self.version(kind, index) {
            Some(Version { content: Some(content), .. }) => Document {
                record: serde_json::from_slice(&content.record).expect("what was stored is a JSON object"),
                detail: content.detail.clone(),
            },
            Some(_) => Document::default(),
            None => self.world.document(kind, index, self.world.parent(kind, index)),
        }
    }

    pub(crate) fn record(self, kind: Kind, index: u32) -> Map<String, Value> {
        self.document(kind, index).record
    }

    /// Whether a record is hidden from keys without access to confidential jobs and projects.
    pub(crate) fn confidential(self, kind: Kind, index: u32) -> bool {
        let mut record = Vec::new();
        match kind {
            Kind::Job | Kind::Project => {
                self.render(kind, index, &mut record);
                member(&record, "/confidential").is_some_and(|raw| raw == "true")
            }
            Kind::Application => {
                self.render(kind, index, &mut record);
                let job: Option<String> =
                    member(&record, "/job/id").and_then(|raw| serde_json::from_str(raw).ok());
                let job = job.and_then(|id| self.find(Kind::Job, &id));
                job.is_some_and(|job| self.confidential(Kind::Job, job))
            }
            // Somebody who is considered for confidential jobs only.
            Kind::Candidate => {
                let applications = self.children(Kind::Application, index);
                !applications.is_empty()
                    && applications
                        .into_iter()
                        .all(|application| self.confidential(Kind::Application, application))
            }
            _ => self
                .world
                .places(kind)
                .is_some_and(|(parent, _)| self.confidential(parent, self.parent(kind, index))),
        }
    }
}

/// The JSON text of a member, found by a JSON pointer of plain names, without building a tree.
pub(crate) fn member<'a>(record: &'a [u8], pointer: &str) -> Option<&'a str> {
    let mut raw: Option<&RawValue> = None;
    for name in pointer.split('/').skip(1) {
        let json = raw.map_or(record, |raw| raw.get().as_bytes());
        raw = Member(name).deserialize(&mut serde_json::Deserializer::from_slice(json)).ok()?;
        raw?;
    }
    raw.map(RawValue::get)
}

struct Member<'n>(&'n str);

impl<'de> DeserializeSeed<'de> for Member<'_> {
    type Value = Option<&'de RawValue>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Member<'_> {
    type Value = Option<&'de RawValue>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        while let Some(name) = members.next_key::<Cow<'de, str>>()? {
            if name == self.0 {
                found = Some(members.next_value()?);
            } else {
                members.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::member;

    #[test]
    fn members_are_found_by_their_path() {
        let record = br#"{"a": {"b": [1, 2], "c": "x"}, "d": true}"#;
        assert_eq!(member(record, "/a/b"), Some("[1, 2]"));
        assert_eq!(member(record, "/d"), Some("true"));
        assert_eq!(member(record, "/a/e"), None);
        assert_eq!(member(record, "/d/e"), None);
    }
}
