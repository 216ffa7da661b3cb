//! Lists: which records, in which order, how they are filtered and shown.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::check::Refusal;
use crate::kind::Kind;
use crate::operations::{Effect, Expand, Operation, Origin};
use crate::view::{View, member};

/// What a key may see beside its scopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Viewer {
    pub(crate) confidential: bool,
    pub(crate) private_fields: bool,
}

impl Viewer {
    pub(crate) const FULL: Self = Self { confidential: true, private_fields: true };
}

/// The changes that a listing is about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    /// Only what changed after this; everything when none.
    pub(crate) since: Option<u64>,
    /// Changes after this are left to the next incremental listing.
    pub(crate) start: u64,
}

/// A list as one request asks for it.
#[derive(Clone)]
pub(crate) struct Listing<'a> {
    pub(crate) view: View<'a>,
    pub(crate) operation: &'static Operation,
    pub(crate) parameters: &'a Map<String, Value>,
    pub(crate) viewer: Viewer,
}

/// Some records of a list, as JSON separated by commas.
#[derive(Debug, Default)]
pub(crate) struct Slice {
    pub(crate) records: Vec<u8>,
    pub(crate) count: usize,
    /// Where the next record stands, if there is one.
    pub(crate) next: Option<u64>,
}

enum Item {
    Record(Kind, u32),
    Part(Value),
}

type Items<'a> = Box<dyn Iterator<Item = (u64, Item)> + 'a>;

impl<'a> Listing<'a> {
    /// Takes up to `limit` records from a position on.
    pub(crate) fn slice(
        &self,
        origin: Origin,
        span: Span,
        position: u64,
        limit: usize,
    ) -> Result<Slice, Refusal> {
        let mut slice = Slice { records: Vec::with_capacity(limit.min(100) * 2_600), ..Slice::default() };
        let mut record = Vec::new();
        for (place, item) in self.items(origin, span, position)? {
            record.clear();
            match item {
                Item::Record(kind, index) => {
                    if !self.viewer.confidential && self.view.confidential(kind, index) {
                        continue;
                    }
                    self.view.render(kind, index, &mut record);
                }
                Item::Part(value) => record = value.to_string().into_bytes(),
            }
            if !self.matches(&record, span) {
                continue;
            }
            if slice.count == limit {
                slice.next = Some(place);
                break;
            }
            if slice.count > 0 {
                slice.records.push(b',');
            }
            slice.count += 1;
            match self.shown(&record) {
                Some(value) => slice.records.extend_from_slice(value.to_string().as_bytes()),
                None => slice.records.extend_from_slice(&record),
            }
        }
        Ok(slice)
    }

    /// The records of a list from a position on, unfiltered, each with its position.
    ///
    /// A full listing goes by creation, an incremental one by change. What changes meanwhile is not lost: a
    /// full listing shows it as it is when it comes by or has come by already, and the token that the listing
    /// ends with lies before the change; an incremental one leaves it to that token.
    fn items(&self, origin: Origin, span: Span, position: u64) -> Result<Items<'a>, Refusal> {
        let view = self.view;
        let from = u32::try_from(position).unwrap_or(u32::MAX);
        let changed = |kind: Kind, since: u64| {
            let changes = &view.state.store(kind).changes;
            changes.range((since + 1).max(position)..=span.start.max(since + 1).max(position)).filter_map(
                move |(&sequence, &index)| {
                    (sequence <= span.start).then_some((sequence, Item::Record(kind, index)))
                },
            )
        };
        Ok(match (origin, span.since) {
            (Origin::All(kind), None) => {
                let place = move |index: u32| (u64::from(index), Item::Record(kind, index));
                match self.narrowed(kind) {
                    Some(few) => Box::new(few.into_iter().filter(move |&index| index >= from).map(place)),
                    None => Box::new(view.indices(kind, from).map(place)),
                }
            }
            (Origin::LatestFirst(kind), _) => {
                let place = |index: u32| u64::from(u32::MAX - index);
                let latest_first = view.indices_down(kind, u32::MAX - from);
                Box::new(latest_first.map(move |index| (place(index), Item::Record(kind, index))))
            }
            (Origin::All(kind), Some(since)) => Box::new(changed(kind, since)),
            (Origin::Children { kind, parent, parameter }, None) => {
                let children = view.children(kind, self.named(parent, parameter)?).into_iter();
                Box::new(
                    children
                        .filter(move |&index| index >= from)
                        .map(move |index| (u64::from(index), Item::Record(kind, index))),
                )
            }
            (Origin::Children { kind, parent, parameter }, Some(since)) => {
                let parent = self.named(parent, parameter)?;
                Box::new(changed(kind, since).filter(
                    move |(_, item)| matches!(item, Item::Record(kind, index) if view.parent(*kind, *index) == parent),
                ))
            }
            (Origin::Embedded { parent, parameter, member }, since) => {
                let index = self.named(parent, parameter)?;
                let sequence = view.sequence(parent, index);
                let mut document = view.document(parent, index);
                let parts = document.record.remove(member).or_else(|| document.detail.remove(member));
                let parts = match parts {
                    Some(Value::Array(parts))
                        if since.is_none_or(|since| since < sequence && sequence <= span.start) =>
                    {
                        parts
                    }
                    _ => Vec::new(),
                };
                let skipped = usize::try_from(position).unwrap_or(usize::MAX);
                Box::new((0_u64..).zip(parts.into_iter().map(Item::Part)).skip(skipped))
            }
            (Origin::EmailSenders, _) => {
                let users = view.indices(Kind::User, 0).map(move |user| view.record(Kind::User, user));
                let enabled = users.filter(|user| user.get("isEnabled") == Some(&json!(true)));
                let sender = |user: Map<String, Value>| json!({"email": user.get("email"), "type": "User"});
                Box::new((0_u64..).zip(enabled.map(sender).map(Item::Part)))
            }
            (Origin::EmailsOfCandidate, _) => {
                let candidate = view.record(Kind::Candidate, self.named(Kind::Candidate, "candidateId")?);
                let message = json!({
                    "recordId": candidate.get("id"), "source": "ashby", "subject": "Your application",
                    "body": "<p>Thank you!</p>", "bodyTruncated": false, "sentAt": candidate.get("createdAt"),
                    "bcc": null, "receivedReply": false, "sequenceId": null,
                });
                Box::new([(0_u64, Item::Part(message))].into_iter().filter(move |_| from == 0))
            }
            (Origin::ProjectsOfCandidate, _) => {
                let projects = view.projects_of(self.named(Kind::Candidate, "candidateId")?);
                Box::new(
                    projects
                        .into_iter()
                        .filter(move |&index| index >= from)
                        .map(|index| (u64::from(index), Item::Record(Kind::Project, index))),
                )
            }
        })
    }

    /// The only records that can pass the filters, if one of these names something that records belong to: an
    /// organisation has a thousand times as many.
    fn narrowed(&self, kind: Kind) -> Option<Vec<u32>> {
        self.operation.parameters.iter().find_map(|parameter| {
            let Effect::Equals(_) = parameter.effect else { return None };
            let id = self.parameters.get(parameter.name)?.as_str()?;
            // A part of a record stands for the record.
            let (owner, index, _) = self.view.world.ids.read_part(id)?;
            self.view.below(kind, (owner, index))
        })
    }

    /// The record that a parameter names, if the viewer may see it.
    pub(crate) fn named(&self, kind: Kind, parameter: &str) -> Result<u32, Refusal> {
        let id = self.parameters.get(parameter).and_then(Value::as_str).unwrap_or_default();
        self.view
            .find(kind, id)
            .filter(|&index| self.viewer.confidential || !self.view.confidential(kind, index))
            .ok_or_else(|| self.not_found())
    }

    pub(crate) fn not_found(&self) -> Refusal {
        Refusal::new(self.operation.not_found, "No such record; does the key lack a permission?")
    }

    /// Whether a record passes every filter. `createdAfter` is not held against changes: Ashby promises nothing of how it
    /// acts together with a sync token, so that who asks had better not lean on it.
    fn matches(&self, record: &[u8], span: Span) -> bool {
        if !self.viewer.private_fields
            && member(record, "/isPrivate") == Some("true")
            && member(record, "/author").is_some()
        {
            return false;
        }
        self.operation
            .parameters
            .iter()
            .filter(|parameter| span.since.is_none() || parameter.name != "createdAfter")
            .all(|parameter| passes(parameter.effect, self.parameters.get(parameter.name), record))
    }

    /// A record as it is shown, if that differs from how it is kept.
    fn shown(&self, record: &[u8]) -> Option<Value> {
        let changes_nothing = |effect: Effect, value: Option<&Value>| match effect {
            Effect::Expands(_) => value.is_none(),
            Effect::TrainingStages => value == Some(&Value::Bool(true)),
            Effect::NamesOnly => value == Some(&Value::Bool(false)),
            _ => true,
        };
        let parameters = self.operation.parameters;
        let has_private = !self.viewer.private_fields && contains(record, br#""isPrivate":true"#);
        if !has_private
            && parameters
                .iter()
                .all(|parameter| changes_nothing(parameter.effect, self.parameters.get(parameter.name)))
        {
            return None;
        }
        let mut record: Map<String, Value> = serde_json::from_slice(record).ok()?;
        Some(self.present(&mut record))
    }

    /// Applies what changes a record's looks.
    pub(crate) fn present(&self, record: &mut Map<String, Value>) -> Value {
        if !self.viewer.private_fields {
            for name in ["customFields", "customFieldEntries"] {
                if let Some(Value::Array(entries)) = record.get_mut(name) {
                    entries.retain(|entry| entry["isPrivate"] != Value::Bool(true));
                }
            }
        }
        for parameter in self.operation.parameters {
            let value = self.parameters.get(parameter.name);
            match parameter.effect {
                Effect::NamesOnly if value != Some(&Value::Bool(false)) => {
                    return record.remove("title").unwrap_or_default();
                }
                Effect::TrainingStages if value != Some(&Value::Bool(true)) => {
                    let stages =
                        record.get_mut("trainingPath").and_then(|path| path.get_mut("trainingStages"));
                    if let Some(Value::Array(stages)) = stages {
                        stages.retain(|stage| stage["isArchived"] != Value::Bool(true));
                    }
                }
                Effect::Expands(expansions) => {
                    let asked = |name: &str| {
                        value
                            .and_then(Value::as_array)
                            .is_some_and(|values| values.iter().any(|value| value == name))
                    };
                    for expansion in expansions.iter().filter(|expansion| asked(expansion.value)) {
                        if let Some(addition) = self.expansion(expansion.how, record) {
                            record.insert(expansion.value.to_owned(), addition);
                        }
                    }
                }
                _ => {}
            }
        }
        Value::Object(std::mem::take(record))
    }

    fn expansion(&self, how: Expand, record: &Map<String, Value>) -> Option<Value> {
        let at = |path: &str| {
            path.split('/').skip(1).try_fold(None::<&Value>, |value, name| {
                Some(Some(value.map_or_else(|| record.get(name), |value| value.get(name))?))
            })
        };
        match how {
            Expand::Reference(path, kind) => {
                let index = self.view.find(kind, at(path)??.as_str()?)?;
                Some(Value::Object(self.view.record(kind, index)))
            }
            Expand::Openings(path) => {
                let job = at(path)??.as_str()?;
                let openings = self.view.openings_by_job();
                let of_job = openings.get(job).map_or(&[] as &[Value], Vec::as_slice);
                let world = self.view.world;
                // A job has one opening for each hire in years; an application is for those that are open.
                let filled = at("/id")
                    .flatten()
                    .and_then(|id| id.as_str().map(str::to_owned))
                    .and_then(|id| world.opening_filled_by(&id));
                let fits = |opening: &&Value| {
                    path == "/id"
                        || world.life.is_none()
                        || matches!(opening["openingState"].as_str(), Some("Open" | "Approved"))
                        || filled.as_deref().is_some_and(|filled| opening["id"] == filled)
                };
                Some(of_job.iter().filter(fits).cloned().collect())
            }
            Expand::Detail => None,
        }
    }
}

fn contains(record: &[u8], text: &[u8]) -> bool {
    record.windows(text.len()).any(|window| window == text)
}

fn passes(effect: Effect, value: Option<&Value>, record: &[u8]) -> bool {
    let found = |path: &str| member(record, path).and_then(|raw| serde_json::from_str::<Value>(raw).ok());
    let instant_ms = |path: &str| {
        let found = found(path)?;
        found.as_str()?.parse::<Timestamp>().ok().map(Timestamp::as_millisecond)
    };
    let is_true = value == Some(&Value::Bool(true));
    match (effect, value) {
        (Effect::Equals(path), Some(value)) => found(path).as_ref() == Some(value),
        (Effect::Contains(path), Some(value)) => {
            let wanted = value.as_str().unwrap_or_default().to_lowercase();
            found(path).is_some_and(|found| {
                found.as_str().is_some_and(|found| found.to_lowercase().contains(&wanted))
            })
        }
        (Effect::AnyOf(path, _), Some(Value::Array(values))) => {
            found(path).is_some_and(|found| values.contains(&found))
        }
        (Effect::AnyOf(path, Some(default)), None) => {
            found(path).is_some_and(|found| default.iter().any(|known| found == *known))
        }
        (Effect::After(path), Some(value)) => {
            instant_ms(path).zip(value.as_i64()).is_some_and(|(found, value)| found >= value)
        }
        (Effect::Before(path), Some(value)) => {
            instant_ms(path).zip(value.as_i64()).is_some_and(|(found, value)| found <= value)
        }
        (Effect::Reveals(path, hidden), _) if !is_true => match member(record, path) {
            Some(raw) => raw != hidden && hidden != "*",
            None => true,
        },
        (Effect::Hides(path, hidden), _) if is_true => member(record, path) != Some(hidden),
        _ => true,
    }
}

impl Listing<'_> {
    /// All records of a list, for comparison.
    pub(crate) fn all(&self, origin: Origin) -> Result<Vec<Value>, Refusal> {
        let span = Span { since: None, start: self.view.state.sequence };
        let slice = self.slice(origin, span, 0, usize::MAX)?;
        let mut all = Vec::with_capacity(slice.count + 2);
        all.push(b'[');
        all.extend_from_slice(&slice.records);
        all.push(b']');
        Ok(serde_json::from_slice(&all).unwrap_or_else(|_| vec![json!("unreadable records")]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operations::{self, Answer};
    use crate::shape::Shape;
    use crate::view::State;
    use crate::world::World;

    #[test]
    fn a_list_of_what_belongs_to_a_record_looks_at_nothing_else() {
        let world = World::new(&Shape::small());
        let state = State::new(&world);
        let view = View { world: &world, state: &state };
        let mut narrowed = Vec::new();
        for operation in operations::all() {
            let Answer::List { source: Origin::All(kind), .. } = operation.answer else { continue };
            for (parameter, owner) in [
                ("applicationId", Kind::Application),
                ("candidateId", Kind::Candidate),
                ("entityId", Kind::Offer),
            ] {
                let known = operation.parameters.iter().find(|known| known.name == parameter);
                let Some(Effect::Equals(path)) = known.map(|known| known.effect) else { continue };
                for index in view.indices(kind, 0) {
                    let mut record = Vec::new();
                    view.render(kind, index, &mut record);
                    let Some(id) = member(&record, path).map(|raw| raw.trim_matches('"').to_owned()) else {
                        continue;
                    };
                    let parameters = Map::from_iter([(parameter.to_owned(), json!(id))]);
                    let listing = Listing { view, operation, parameters: &parameters, viewer: Viewer::FULL };
                    let few = listing.narrowed(kind).expect("it is narrowed");
                    assert!(few.contains(&index), "{} {parameter}", operation.name);
                    let (_, owned, _) = world.ids.read_part(&id).unwrap();
                    assert!(few.len() <= view.below(kind, (owner, owned)).unwrap().len());
                }
                narrowed.push((operation.name, parameter));
            }
        }
        assert!(narrowed.len() >= 9, "{narrowed:?}");
    }
}
