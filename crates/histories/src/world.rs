//! The truth: what an organisation has, what it ever had, and who may see it.

use std::collections::{BTreeMap, HashMap};

use crate::body::{Style, body, compact, prefixed};
use crate::dice::Dice;
use crate::stream::Stream;

/// A record as it stands now.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    pub(crate) key: String,
    pub(crate) version: u64,
    pub(crate) style: Style,
    pub(crate) parent: Option<String>,
    /// Only for keys that may see what is confidential.
    pub(crate) confidential: bool,
    pub(crate) deleted: bool,
    /// When incremental lists have it as changed.
    pub(crate) touched: u64,
    /// When anything about it last changed that decides where it is seen.
    pub(crate) altered: u64,
    /// Its place among all that was ever made.
    pub(crate) created: u64,
    /// It was in another parent's hands once.
    pub(crate) has_moved: bool,
}

/// A change in the organisation. Picks choose among the records that are there then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    /// `quietly`: the parent does not count as changed.
    Create {
        stream: Stream,
        pick: u32,
        quietly: bool,
    },
    Edit {
        stream: Stream,
        pick: u32,
        quietly: bool,
    },
    Delete {
        stream: Stream,
        pick: u32,
        quietly: bool,
    },
    /// A child to another parent.
    Move {
        stream: Stream,
        pick: u32,
        to: u32,
    },
    Hide {
        stream: Stream,
        pick: u32,
    },
    Show {
        stream: Stream,
        pick: u32,
    },
    /// An event of the audit log that appears below the newest.
    AuditLate,
}

impl Change {
    /// What it is about.
    fn stream(self) -> Stream {
        match self {
            Self::Create { stream, .. }
            | Self::Edit { stream, .. }
            | Self::Delete { stream, .. }
            | Self::Move { stream, .. }
            | Self::Hide { stream, .. }
            | Self::Show { stream, .. } => stream,
            Self::AuditLate => Stream::Audit,
        }
    }
}

/// Which record a body is, and which version of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) organisation: usize,
    pub(crate) key: String,
    pub(crate) version: u64,
    /// It was never the whole truth: an answer that was made wrong on purpose.
    pub(crate) made_up: bool,
}

/// Every body that any server of this history ever had; white space does not count.
#[derive(Debug, Default)]
pub(crate) struct Ever {
    known: HashMap<(Stream, String), Known>,
    /// The bodies by what they say, for destinations that write it in their own way.
    by_value: HashMap<(Stream, String), String>,
}

impl Ever {
    pub(crate) fn add(&mut self, stream: Stream, body: &str, known: Known) {
        self.known.insert((stream, compact(body)), known);
        if let Some(value) = value(body) {
            self.by_value.insert((stream, value), body.to_owned());
        }
    }

    pub(crate) fn get(&self, stream: Stream, body: &str) -> Option<&Known> {
        self.known.get(&(stream, compact(body)))
    }

    /// The body that says the same, as it was sent.
    pub(crate) fn alike(&self, stream: Stream, body: &str) -> Option<&str> {
        self.by_value.get(&(stream, value(body)?)).map(String::as_str)
    }
}

/// What a body says, always written alike; `None` for what is no Unicode.
fn value(body: &str) -> Option<String> {
    serde_json::from_str::<serde_json::Value>(body).ok().map(|value| value.to_string())
}

/// One organisation.
#[derive(Debug)]
pub(crate) struct Organisation {
    pub(crate) number: usize,
    /// Grows with each change.
    pub(crate) now: u64,
    /// In the order in which they were made; the audit log in the order in which it is told, oldest first.
    records: BTreeMap<Stream, Vec<Record>>,
    styles: Vec<Style>,
    dice: Dice,
    /// Records that no incremental listing will bring although they changed.
    pub(crate) unannounced: Vec<(Stream, String)>,
    /// Events that appeared late since the log was last read to its end.
    pub(crate) late: usize,
}

impl Organisation {
    pub(crate) fn new(
        number: usize,
        styles: Vec<Style>,
        dice: &mut Dice,
        size: usize,
        ever: &mut Ever,
    ) -> Self {
        let mut organisation = Self {
            number,
            now: 0,
            records: Stream::all().map(|stream| (stream, Vec::new())).collect(),
            styles,
            dice: Dice::new(dice.next()),
            unannounced: Vec::new(),
            late: 0,
        };
        for stream in Stream::all() {
            let few = stream.row().parent.is_none();
            let count = if few { dice.between(1, size) } else { dice.between(0, size + 3) };
            for _ in 0..count {
                let pick = dice.pick();
                organisation.apply(Change::Create { stream, pick, quietly: false }, ever);
                if few && stream != Stream::Audit && dice.chance(20) {
                    let pick = dice.pick();
                    organisation.apply(Change::Hide { stream, pick }, ever);
                }
            }
        }
        organisation.unannounced.clear();
        organisation
    }

    pub(crate) fn records(&self, stream: Stream) -> &[Record] {
        &self.records[&stream]
    }

    pub(crate) fn find(&self, stream: Stream, key: &str) -> Option<&Record> {
        self.records[&stream].iter().find(|record| record.key == key)
    }

    fn parent_of(&self, stream: Stream, record: &Record) -> Option<&Record> {
        self.find(stream.row().parent?, record.parent.as_deref()?)
    }

    /// Whether it is there at all.
    pub(crate) fn is_live(&self, stream: Stream, record: &Record) -> bool {
        !record.deleted && self.parent_of(stream, record).is_none_or(|parent| !parent.deleted)
    }

    /// Whether it is there for keys that may not see what is confidential.
    pub(crate) fn is_open(&self, stream: Stream, record: &Record) -> bool {
        !record.confidential && self.parent_of(stream, record).is_none_or(|parent| !parent.confidential)
    }

    /// When it, or what it belongs to, last changed in a way that decides where it is seen.
    pub(crate) fn altered(&self, stream: Stream, record: &Record) -> u64 {
        record.altered.max(self.parent_of(stream, record).map_or(0, |parent| parent.altered))
    }

    /// The record as its operation answers it.
    pub(crate) fn body(&self, stream: Stream, record: &Record) -> String {
        match stream {
            Stream::Schedules => {
                let array = format!(r#""interviewEvents":[{}]"#, self.events(&record.key).join(","));
                body(&record.key, record.version, record.style, Some(&array))
            }
            _ => body(&record.key, record.version, record.style, None),
        }
    }

    /// A schedule whose array of events is replaced.
    pub(crate) fn schedule_with(&self, record: &Record, array: Option<&str>) -> String {
        body(&record.key, record.version, record.style, array)
    }

    pub(crate) fn events(&self, schedule: &str) -> Vec<String> {
        let events = self.records[&Stream::Events].iter();
        let of_schedule = events.filter(|event| !event.deleted && event.parent.as_deref() == Some(schedule));
        of_schedule.map(|event| self.body(Stream::Events, event)).collect()
    }

    /// The record as it ought to arrive.
    pub(crate) fn delivered(&self, stream: Stream, record: &Record) -> String {
        let body = self.body(stream, record);
        match (stream.row().prefix, &record.parent) {
            (Some(member), Some(parent)) => prefixed(member, parent, &body),
            _ => body,
        }
    }

    fn pick(&self, stream: Stream, pick: u32, fits: impl Fn(&Record) -> bool) -> Option<usize> {
        let records = &self.records[&stream];
        let fitting: Vec<usize> = (0..records.len())
            .filter(|index| self.is_live(stream, &records[*index]) && fits(&records[*index]))
            .collect();
        (!fitting.is_empty()).then(|| fitting[pick as usize % fitting.len()])
    }

    /// Makes a change; `false` if there is nothing that it could be about.
    pub(crate) fn apply(&mut self, change: Change, ever: &mut Ever) -> bool {
        self.now += 1;
        // Details change with what they are of.
        let is_made = change.stream() != Stream::Details && self.make(change, ever);
        self.detail(ever);
        is_made
    }

    /// An application's details are the application, by itself.
    fn detail(&mut self, ever: &mut Ever) {
        let own =
            |application: &Record| Record { parent: Some(application.key.clone()), ..application.clone() };
        let details = self.records[&Stream::Applications].iter().map(own).collect();
        self.records.insert(Stream::Details, details);
        for detail in &self.records[&Stream::Details] {
            self.register(Stream::Details, &detail.key, ever);
        }
    }

    fn make(&mut self, change: Change, ever: &mut Ever) -> bool {
        match change {
            Change::Create { stream, pick, quietly } => self.create(stream, pick, quietly, None, ever),
            Change::AuditLate => {
                let below_newest = self.records[&Stream::Audit].len().checked_sub(1);
                self.late += 1;
                below_newest.is_some_and(|place| self.create(Stream::Audit, 0, false, Some(place), ever))
            }
            Change::Edit { stream: Stream::Audit, .. } | Change::Delete { stream: Stream::Audit, .. } => {
                false
            }
            Change::Edit { stream, pick, quietly } => {
                self.alter(stream, pick, quietly, ever, |_| true, |record| record.version += 1)
            }
            Change::Delete { stream, pick, quietly } => {
                self.alter(stream, pick, quietly, ever, |_| true, |record| record.deleted = true)
            }
            Change::Hide { stream, pick } => self.alter(
                stream,
                pick,
                false,
                ever,
                |record| !record.confidential,
                |record| record.confidential = true,
            ),
            Change::Show { stream, pick } => self.alter(
                stream,
                pick,
                false,
                ever,
                |record| record.confidential,
                |record| record.confidential = false,
            ),
            Change::Move { stream, pick, to } => self.relocate(stream, pick, to, ever),
        }
    }

    fn create(
        &mut self,
        stream: Stream,
        pick: u32,
        quietly: bool,
        place: Option<usize>,
        ever: &mut Ever,
    ) -> bool {
        let parent = match stream.row().parent {
            None => None,
            Some(parent) => match self.pick(parent, pick, |_| true) {
                Some(index) => Some(self.records[&parent][index].key.clone()),
                None => return false,
            },
        };
        let letter = if self.number == 0 { 'a' } else { 'b' };
        let record = Record {
            key: format!("{}-{letter}{:04}", &stream.name()[..4], self.now),
            version: 1,
            style: self.dice.of(&self.styles),
            parent,
            confidential: false,
            deleted: false,
            touched: self.now,
            altered: self.now,
            created: self.now,
            has_moved: false,
        };
        let key = record.key.clone();
        let records = self.records.entry(stream).or_default();
        records.insert(place.unwrap_or(records.len()), record);
        self.announce(stream, &key, quietly, ever);
        true
    }

    fn alter(
        &mut self,
        stream: Stream,
        pick: u32,
        quietly: bool,
        ever: &mut Ever,
        fits: impl Fn(&Record) -> bool,
        change: impl Fn(&mut Record),
    ) -> bool {
        let Some(index) = self.pick(stream, pick, fits) else { return false };
        let now = self.now;
        let Some(record) = self.records.get_mut(&stream).and_then(|records| records.get_mut(index)) else {
            return false;
        };
        change(record);
        record.altered = now;
        record.touched = now;
        let key = record.key.clone();
        self.announce(stream, &key, quietly, ever);
        true
    }

    fn relocate(&mut self, stream: Stream, pick: u32, to: u32, ever: &mut Ever) -> bool {
        let Some(parents) = stream.row().parent else { return false };
        let Some(index) = self.pick(stream, pick, |_| true) else { return false };
        let old = self.records[&stream][index].parent.clone();
        let Some(new) = self.pick(parents, to, |parent| Some(&parent.key) != old.as_ref()) else {
            return false;
        };
        let new = self.records[&parents][new].key.clone();
        let now = self.now;
        let Some(record) = self.records.get_mut(&stream).and_then(|records| records.get_mut(index)) else {
            return false;
        };
        record.parent = Some(new);
        record.version += 1;
        record.altered = now;
        record.touched = now;
        record.has_moved = true;
        let key = record.key.clone();
        self.announce(stream, &key, false, ever);
        // The parent that lost it has changed as well.
        if let Some(old) = old {
            self.now += 1;
            self.touch(parents, &old, ever);
        }
        true
    }

    /// What follows from a change of a record: its parent counts as changed, unless nobody says so.
    fn announce(&mut self, stream: Stream, key: &str, quietly: bool, ever: &mut Ever) {
        self.register(stream, key, ever);
        let parent = self.find(stream, key).and_then(|record| record.parent.clone());
        let Some((parents, parent)) = stream.row().parent.zip(parent) else { return };
        // Events are part of their schedule.
        if quietly && stream != Stream::Events {
            if stream != Stream::Stages {
                self.unannounced.push((stream, key.to_owned()));
            }
            return;
        }
        self.now += 1;
        self.touch(parents, &parent, ever);
    }

    fn touch(&mut self, stream: Stream, key: &str, ever: &mut Ever) {
        let now = self.now;
        let records = self.records.entry(stream).or_default();
        if let Some(record) = records.iter_mut().find(|record| record.key == key) {
            record.touched = now;
            if stream == Stream::Schedules {
                record.version += 1;
            }
            self.register(stream, key, ever);
        }
    }

    fn register(&self, stream: Stream, key: &str, ever: &mut Ever) {
        let Some(record) = self.find(stream, key) else { return };
        let known = Known {
            organisation: self.number,
            key: record.key.clone(),
            version: record.version,
            made_up: false,
        };
        ever.add(stream, &self.delivered(stream, record), known);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::USUAL;

    fn organisation(ever: &mut Ever) -> Organisation {
        Organisation::new(0, USUAL.to_vec(), &mut Dice::new(1), 8, ever)
    }

    #[test]
    fn whatever_stands_in_the_truth_is_known() {
        let mut ever = Ever::default();
        let mut organisation = organisation(&mut ever);
        let mut dice = Dice::new(2);
        for _ in 0..300 {
            let stream = dice.of(&[Stream::Candidates, Stream::Notes, Stream::Events, Stream::Schedules]);
            let (pick, to, quietly) = (dice.pick(), dice.pick(), dice.chance(30));
            let change = match dice.below(5) {
                0 | 1 => Change::Create { stream, pick, quietly },
                2 => Change::Edit { stream, pick, quietly },
                3 => Change::Delete { stream, pick, quietly },
                _ => Change::Move { stream, pick, to },
            };
            organisation.apply(change, &mut ever);
            for stream in Stream::all() {
                for record in organisation.records(stream).iter().filter(|record| !record.deleted) {
                    let known = ever.get(stream, &organisation.delivered(stream, record));
                    assert_eq!(
                        known.map(|known| known.version),
                        Some(record.version),
                        "{stream:?} {record:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn children_go_with_their_parent() {
        let mut ever = Ever::default();
        let mut organisation = organisation(&mut ever);
        while organisation
            .apply(Change::Delete { stream: Stream::Candidates, pick: 0, quietly: false }, &mut ever)
        {
        }
        let notes = organisation.records(Stream::Notes);
        assert!(!notes.is_empty() && notes.iter().all(|note| !organisation.is_live(Stream::Notes, note)));
    }
}
