//! Writes: from a request to a change.

use serde_json::{Map, Value, json};

use crate::answer::{Query, Reply, one};
use crate::check::{Refusal, check};
use crate::edit::Editor;
use crate::kind::Kind;
use crate::operations::{Change, Effect, Members, Shape};
use crate::world::Document;

/// A write while it happens. Everything is checked before the first change: what is refused changes nothing.
pub(crate) struct Writing<'a, 'w> {
    pub(crate) editor: &'a mut Editor<'w>,
    pub(crate) query: &'a Query<'a>,
    /// The user on whose behalf it happens.
    pub(crate) actor: Option<u32>,
}

impl Query<'_> {
    /// Makes a change and answers with what it made.
    pub(crate) fn write(&self, change: Change, editor: &mut Editor<'_>) -> Result<Reply, Refusal> {
        check(self.operation, self.parameters, self.rules.strict)?;
        let mut writing = Writing { actor: None, editor, query: self };
        writing.actor = match self.on_behalf_of {
            Some(user) => Some(writing.editor.view().find(Kind::User, user).ok_or_else(|| {
                Refusal::input("X-On-Behalf-Of must be the id of a user of this organisation")
            })?),
            None => None,
        };
        writing.check_references()?;
        one(writing.make(change)?)
    }
}

impl Writing<'_, '_> {
    /// Whatever a parameter names must exist, and the key must see it.
    fn check_references(&self) -> Result<(), Refusal> {
        for parameter in self.query.operation.parameters {
            let (Effect::Refers(_, kind) | Effect::Embeds(_, kind) | Effect::Names(kind)) = parameter.effect
            else {
                continue;
            };
            match self.query.parameters.get(parameter.name) {
                Some(Value::Array(ids)) => {
                    for id in ids {
                        self.find(kind, id)?;
                    }
                }
                None | Some(Value::Null) => {}
                Some(id) => drop(self.find(kind, id)?),
            }
        }
        Ok(())
    }

    fn make(&mut self, change: Change) -> Result<Value, Refusal> {
        match change {
            Change::Create { kind, parent, with } => {
                let parent = match parent {
                    Some(parameter) => self.parent(kind, parameter)?,
                    None => None,
                };
                let assignments = self.assignments(with);
                let index = self.editor.create_with(kind, parent, |document| assign(document, assignments));
                Ok(self.show(kind, index))
            }
            Change::Update { kind, id, with } => {
                let index = self.named(kind, id)?;
                let assignments = self.assignments(with);
                self.editor.change(kind, index, |document| assign(document, assignments));
                Ok(self.show(kind, index))
            }
            Change::Member { kind, id, array, item, shape, present } => {
                let index = self.named(kind, id)?;
                let item = self.value(item).clone();
                let entry = match (shape, self.reference(&item)) {
                    (Shape::Records, Some((kind, index))) => {
                        Value::Object(self.editor.view().record(kind, index))
                    }
                    _ => item.clone(),
                };
                self.editor.change(kind, index, |document| {
                    let Value::Array(entries) = place(document, array) else { return };
                    entries.retain(|entry| *entry != item && entry.get("id") != Some(&item));
                    if present {
                        entries.push(entry);
                    }
                });
                Ok(self.show(kind, index))
            }
            Change::Delete { kind, id, shown } => {
                let index = self.named(kind, id)?;
                self.editor.delete(kind, index);
                Ok(json!({shown: self.value(id)}))
            }
            Change::Act(act) => act(self),
        }
    }

    fn parent(&self, kind: Kind, parameter: &str) -> Result<Option<u32>, Refusal> {
        let parent = self.editor.parent_kind(kind);
        parent.map(|parent| self.named(parent, parameter)).transpose()
    }

    /// The record that an identifier is of, whatever its kind.
    fn reference(&self, id: &Value) -> Option<(Kind, u32)> {
        self.editor.view().world.ids.read(id.as_str()?)
    }

    /// The members that the parameters and the table set.
    pub(crate) fn assignments(&self, with: Members) -> Vec<(&'static str, Value)> {
        let fixed = with.iter().map(|(path, literal)| {
            (*path, serde_json::from_str(literal).expect("the table holds JSON literals"))
        });
        let given = self.query.operation.parameters.iter().filter_map(|parameter| {
            let value = self.query.parameters.get(parameter.name)?;
            Some(match parameter.effect {
                Effect::Sets(path) | Effect::Refers(path, _) => (path, value.clone()),
                Effect::Embeds(path, _) => {
                    let record =
                        self.reference(value).map(|(kind, index)| self.editor.view().record(kind, index));
                    (path, json!(record))
                }
                _ => return None,
            })
        });
        fixed.chain(given).collect()
    }

    /// The record with this id, if the key sees it.
    pub(crate) fn find(&self, kind: Kind, id: &Value) -> Result<u32, Refusal> {
        let view = self.editor.view();
        id.as_str()
            .and_then(|id| view.find(kind, id))
            .filter(|&index| self.query.viewer.confidential || !view.confidential(kind, index))
            .ok_or_else(|| {
                let what = format!("No such {kind}; does the key lack a permission?");
                Refusal::new(kind.not_found(), what)
            })
    }

    /// The record that a parameter names.
    pub(crate) fn named(&self, kind: Kind, parameter: &str) -> Result<u32, Refusal> {
        self.find(kind, self.value(parameter))
    }

    /// The record that a parameter names, unless it is absent.
    pub(crate) fn named_if_given(&self, kind: Kind, parameter: &str) -> Result<Option<u32>, Refusal> {
        match self.value(parameter) {
            Value::Null => Ok(None),
            id => self.find(kind, id).map(Some),
        }
    }

    /// A parameter's value; null when it is absent.
    pub(crate) fn value(&self, parameter: &str) -> &Value {
        self.query.parameters.get(parameter).unwrap_or(&Value::Null)
    }

    pub(crate) fn text(&self, parameter: &str) -> Option<&str> {
        self.value(parameter).as_str()
    }

    pub(crate) fn is_true(&self, parameter: &str) -> bool {
        *self.value(parameter) == Value::Bool(true)
    }

    pub(crate) fn record(&self, kind: Kind, index: u32) -> Map<String, Value> {
        self.editor.view().record(kind, index)
    }

    /// The actor's record.
    pub(crate) fn actor_record(&self) -> Option<Map<String, Value>> {
        self.actor.map(|user| self.record(Kind::User, user))
    }

    /// A record as its `info` operation shows it.
    pub(crate) fn show(&self, kind: Kind, index: u32) -> Value {
        self.query.info(&self.query.listing(self.editor.view()), kind, index)
    }

    /// A form's answers by path, from a member `fieldSubmissions`.
    pub(crate) fn answers(form: &Value) -> Map<String, Value> {
        let answers = form["fieldSubmissions"].as_array().into_iter().flatten();
        answers
            .filter_map(|answer| Some((answer["path"].as_str()?.to_owned(), answer["value"].clone())))
            .collect()
    }
}

/// Sets members by their paths; null removes them.
pub(crate) fn assign(document: &mut Document, assignments: Vec<(&str, Value)>) {
    for (path, value) in assignments {
        match (path.rsplit_once('/'), value) {
            (Some((parent, name)), Value::Null) => {
                if let Some(members) = members_at(document, parent) {
                    members.remove(name);
                }
            }
            (_, value) => *place(document, path) = value,
        }
    }
}

fn members_at<'d>(document: &'d mut Document, path: &str) -> Option<&'d mut Map<String, Value>> {
    match path {
        "" => Some(&mut document.record),
        path => place(document, path).as_object_mut(),
    }
}

/// The member at a path, made if there is none. What only `info` shows is found there.
pub(crate) fn place<'d>(document: &'d mut Document, path: &str) -> &'d mut Value {
    let mut names = path.split('/').skip(1);
    let first = names.next().unwrap_or_default();
    let members =
        if document.detail.contains_key(first) { &mut document.detail } else { &mut document.record };
    names.fold(members.entry(first).or_insert(Value::Null), |value, name| {
        if !value.is_object() {
            *value = json!({});
        }
        &mut value[name]
    })
}
