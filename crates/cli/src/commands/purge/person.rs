//! Which records are somebody's: the candidate, and whatever names the candidate, an application of theirs, or anything
//! else that is theirs alone. No record of Ashby's that is not about a person names one of these.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use capture_core::{Choose, Held};
use serde_json::Value;

/// Streams whose records are one candidate's, and are named by others that are, too.
pub(super) const NAMED: [&str; 11] = [
    "candidates",
    "applications",
    "application_feedback",
    "offers",
    "offer_versions",
    "interview_schedules",
    "interview_events",
    "survey_requests",
    "survey_submissions",
    "take_home_assignments",
    "sequences",
];

/// Shorter texts occur by chance.
const SHORTEST_CONTACT: usize = 6;

/// Somebody, as far as they are known.
#[derive(Default)]
pub(super) struct Person {
    ids: BTreeSet<String>,
    /// E-mail addresses and telephone numbers, to look for afterwards.
    contacts: BTreeSet<String>,
    /// Those of them that records of others have, too.
    shared: BTreeSet<String>,
}

impl Person {
    pub(super) fn new(id: &str) -> Self {
        Self { ids: BTreeSet::from([id.to_ascii_lowercase()]), ..Self::default() }
    }

    /// Several, by their ids.
    pub(super) fn all(ids: BTreeSet<String>) -> Self {
        Self { ids, ..Self::default() }
    }

    /// The same, by another name.
    pub(super) fn or_called(mut self, id: &str) -> Self {
        self.ids.insert(id.to_owned());
        self
    }

    /// Contacts that are theirs alone.
    pub(super) fn own_contacts(&self) -> BTreeSet<String> {
        self.contacts.difference(&self.shared).cloned().collect()
    }

    /// A record of others: all that is held is shown once more after the last that is theirs was found.
    fn leaves(&mut self, held: &Held<'_>) {
        let has = |contact: &&String| !self.shared.contains(*contact) && contains(held.record, contact);
        let more: Vec<String> = self.contacts.iter().filter(has).cloned().collect();
        self.shared.extend(more);
    }

    /// What they and what is theirs is called.
    pub(super) fn ids(&self) -> Vec<String> {
        self.ids.iter().cloned().collect()
    }

    fn is_named_by(&self, held: &Held<'_>) -> bool {
        let is_it = |id: Option<&str>| id.is_some_and(|id| self.ids.contains(id));
        let is_named = || texts(held.record).any(|text| self.ids.contains(text));
        is_it(Some(held.key)) || is_it(held.scope) || is_it(held.merged_into) || is_named()
    }

    fn meets(&mut self, held: &Held<'_>) {
        if NAMED.contains(&held.stream) {
            self.ids.insert(held.key.to_owned());
        }
        if held.stream == "candidates"
            && let Ok(candidate) = json_slices::read::<Value>(held.record)
        {
            for name in ["primaryEmailAddress", "emailAddresses", "primaryPhoneNumber", "phoneNumbers"] {
                gather(&candidate[name], &mut self.contacts);
            }
        }
    }
}

/// All that stands between two quotation marks that follow each other: every text that has none itself, and more.
fn texts(record: &[u8]) -> impl Iterator<Item = &str> {
    let mut marks = memchr::memchr_iter(b'"', record);
    let mut before = marks.next();
    marks.filter_map(move |mark| {
        let begin = before.replace(mark)? + 1;
        std::str::from_utf8(&record[begin..mark]).ok()
    })
}

/// What a candidate has who can be reached, or was known by more than a name.
const PERSONAL: [&str; 10] = [
    "primaryEmailAddress",
    "emailAddresses",
    "primaryPhoneNumber",
    "phoneNumbers",
    "socialLinks",
    "resumeFileHandle",
    "fileHandles",
    "location",
    "company",
    "position",
];

/// Whether a value says nothing.
fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.iter().all(is_blank),
        Value::Object(members) => members.values().all(is_blank),
        Value::String(text) => text.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Candidates of whom the newest version tells nothing by which anybody could be reached. Ashby has no mark for those whom
/// it made anonymous; of somebody who was never more than a name nothing else is held either.
#[derive(Default)]
pub(super) struct Anonymous(BTreeMap<String, bool>);

impl Anonymous {
    pub(super) fn ids(self) -> BTreeSet<String> {
        self.0.into_iter().filter_map(|(id, is_anonymous)| is_anonymous.then_some(id)).collect()
    }
}

/// Looks for them, and chooses nothing.
pub(super) struct Looking(pub(super) Arc<Mutex<Anonymous>>);

impl Choose for Looking {
    fn chooses(&mut self, held: &Held<'_>) -> bool {
        if held.stream == "candidates" {
            let is_anonymous = json_slices::read::<Value>(held.record)
                .is_ok_and(|candidate| PERSONAL.iter().all(|name| is_blank(&candidate[*name])));
            let mut found = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            found.0.insert(held.key.to_owned(), is_anonymous);
        }
        false
    }
}

/// The values of contacts, one or several.
fn gather(value: &Value, contacts: &mut BTreeSet<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| gather(item, contacts)),
        Value::Object(members) => {
            let text =
                members.get("value").and_then(Value::as_str).filter(|text| text.len() >= SHORTEST_CONTACT);
            contacts.extend(text.map(str::to_owned));
        }
        _ => {}
    }
}

/// Whether bytes have these among them.
pub(super) fn contains(bytes: &[u8], text: &str) -> bool {
    memchr::memmem::find(bytes, text.as_bytes()).is_some()
}

/// Chooses what is theirs.
pub(super) struct Chooser(pub(super) Arc<Mutex<Person>>);

impl Choose for Chooser {
    fn chooses(&mut self, held: &Held<'_>) -> bool {
        let mut person = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_theirs = person.is_named_by(held);
        if is_theirs {
            person.meets(held);
        } else {
            person.leaves(held);
        }
        is_theirs
    }
}

#[cfg(test)]
mod tests {
    use ashby_client::catalog::{self, Field};
    use ashby_source::stream;

    use super::*;

    #[test]
    fn streams_whose_records_are_named_are_there_and_have_ids() {
        for name in NAMED {
            assert_eq!(stream(name).unwrap().descriptor.key, ["id"], "{name}");
        }
    }

    /// If Ashby's jobs named their candidates, erasing one would erase the job.
    #[test]
    fn no_record_but_a_persons_names_a_person() {
        fn names_person(fields: &[Field], depth: u8) -> bool {
            fields.iter().any(|field| {
                let name = field.kind.name();
                let kind = ashby_calls::list_item(&field.kind).unwrap_or(&field.kind);
                name.contains("CandidateId")
                    || name.contains("ApplicationId")
                    || (depth > 0 && names_person(ashby_calls::members(kind), depth - 1))
            })
        }
        let theirs = |name: &str| {
            let parent = stream(name).and_then(|stream| stream.parent);
            NAMED.contains(&name)
                || parent.is_some_and(|parent| NAMED.contains(&parent))
                || name == "questionnaire_submissions"
        };
        for stream in ashby_source::streams() {
            let operation = catalog::find(stream.operation).unwrap();
            let Some(returns) = &operation.returns else { continue };
            let fields = ashby_calls::members(ashby_calls::list_item(returns).unwrap_or(returns));
            assert!(!names_person(fields, 4) || theirs(stream.name()), "{} names a person", stream.name());
        }
    }

    #[test]
    fn what_belongs_to_what_is_theirs_is_theirs() {
        let person = Arc::new(Mutex::new(Person::new("C1")));
        let mut chooser = Chooser(Arc::clone(&person));
        let mut chooses = |stream: &str, key: &str, record: &str| {
            chooser.chooses(&Held::new(stream, key, record.as_bytes()))
        };
        let offer = r#"{"id":"o1","applicationId":"a1"}"#;
        assert!(!chooses("offers", "o1", offer), "not known yet");
        assert!(chooses(
            "candidates",
            "c1",
            r#"{"id":"c1","primaryEmailAddress":{"value":"a@example.com"}}"#
        ));
        assert!(chooses("applications", "a1", r#"{"id":"a1","candidate":{"id":"c1"}}"#));
        assert!(chooses("offers", "o1", offer));
        assert!(!chooses("applications", "a2", r#"{"id":"a2","candidate":{"id":"c10"}}"#));
        assert!(chooses("candidate_projects", "c1/p1", r#"{"id":"p1","candidateId":"c1"}"#));
        assert!(!chooses("projects", "p1", r#"{"id":"p1"}"#), "the project is everybody's");
        assert!(person.lock().unwrap().own_contacts().contains("a@example.com"));
    }
}
