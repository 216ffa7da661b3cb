//! From what somebody gave (flags, JSON, a row of a table) to the body of a request that the catalog accepts.

use std::collections::BTreeSet;
use std::fmt;

use ashby_client::catalog::{self, Field, Operation, Problem, Type};
use serde_json::{Map, Value};

use crate::names::{flag, kebab};
use crate::values::{items, list_item, members, value};
use crate::{Error, ErrorKind, Plan};

/// A request that is being put together. What is put in later wins; what is wrong is kept until the end, so that
/// everything wrong is said at once.
#[derive(Clone)]
pub struct Draft {
    operation: &'static Operation,
    body: Map<String, Value>,
    user: Option<String>,
    problems: Vec<Problem>,
    trust: Trust,
}

/// What is sent although the catalog does not know it: Ashby may be newer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Trust {
    /// These places, whatever stands there.
    places: BTreeSet<String>,
    /// Words that are not among those known.
    words: bool,
}

impl Trust {
    fn covers(&self, problem: &Problem) -> bool {
        let is_below = |place: &String| {
            problem
                .path
                .strip_prefix(place.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        };
        self.words && problem.is_unknown_word || self.places.iter().any(is_below)
    }
}

/// What is wrong with a request: places and what belongs there, never the values that stand there.
#[derive(Debug)]
pub struct Problems {
    operation: &'static Operation,
    found: Vec<Problem>,
}

/// How the places of a request are called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spelling {
    /// `--candidate-id`
    Flags,
    /// `candidateId`
    Members,
}

impl Draft {
    /// A request without parameters.
    pub fn new(operation: &'static Operation) -> Self {
        Self { operation, body: Map::new(), user: None, problems: Vec::new(), trust: Trust::default() }
    }

    pub(crate) fn of(
        operation: &'static Operation,
        body: Map<String, Value>,
        user: Option<String>,
        trust: Trust,
    ) -> Self {
        Self { operation, body, user, problems: Vec::new(), trust }
    }

    /// The members as they are so far.
    pub fn body_mut(&mut self) -> &mut Map<String, Value> {
        &mut self.body
    }

    /// Takes members as they are.
    pub fn merge(&mut self, members: Map<String, Value>) {
        self.body.extend(members);
    }

    /// The operation that it is of.
    pub fn operation(&self) -> &'static Operation {
        self.operation
    }

    /// Sets the parameter `place` (`candidateId`, or `location.city` for a member of one that is an object) to a
    /// value as it is.
    pub fn set(&mut self, place: &str, value: Value) {
        if field_at(self.operation, place).is_none() {
            return self.unknown(place);
        }
        self.put(place, value);
    }

    /// Sets the parameter `place` (`candidateId`, or `location.city` for a member of one that is an object) to what
    /// its type makes of a text; several texts are the items of a list.
    pub fn set_texts(&mut self, place: &str, texts: &[impl AsRef<str>]) {
        let Some(field) = field_at(self.operation, place) else {
            return self.unknown(place);
        };
        let value = match (list_item(&field.kind), texts) {
            (Some(item), texts) => items(item, texts),
            (None, [text]) => value(&field.kind, text.as_ref()),
            (None, _) => Err("takes one value".to_owned()),
        };
        let value = value.unwrap_or_else(|what| {
            self.problem(place, what, Vec::new());
            // It is there, only wrong: what is missing is something else.
            Value::Null
        });
        self.put(place, value);
    }

    fn put(&mut self, place: &str, value: Value) {
        match place.split_once('.') {
            None => drop(self.body.insert(place.to_owned(), value)),
            Some((name, member)) => {
                let object = self.body.entry(name).or_insert_with(|| Map::new().into());
                if !object.is_object() {
                    *object = Map::new().into();
                }
                object[member] = value;
            }
        }
    }

    /// Sets a parameter to null, which takes back what was set in Ashby.
    pub fn clear(&mut self, name: &str) {
        let found = self.operation.parameters.iter().find(|field| is_called(field.name, name));
        let nullable =
            || self.operation.parameters.iter().filter(|field| field.nullable).map(|field| field.name);
        match found {
            Some(field) if self.body.contains_key(field.name) => {
                self.problem(field.name, "cannot be both given and cleared", Vec::new());
            }
            Some(field) if field.nullable => drop(self.body.insert(field.name.to_owned(), Value::Null)),
            Some(field) => {
                let near = nullable().collect();
                self.problem(field.name, "cannot be cleared", near);
            }
            None => {
                let near = catalog::nearest(name, nullable());
                self.problem(name, "is not a parameter of this operation, and cannot be cleared", near);
            }
        }
    }

    /// Sets a parameter, or a member of one that is an object, from `name=JSON` and believes it: it may be newer than the
    /// catalog. What the catalog has against it is among the [doubts](Plan::doubts) of the plan.
    pub fn set_other(&mut self, assignment: &str) {
        let Some((name, json)) = assignment.split_once('=').filter(|(name, _)| !name.is_empty()) else {
            return self.problem("--set", "must be NAME=JSON", Vec::new());
        };
        match json_slices::read(json.as_bytes()) {
            Ok(value) => {
                self.trust.places.insert(name.to_owned());
                self.put(name, value);
            }
            Err(_) => {
                let what = "must be given as JSON: text in double quotes, numbers and true as they are";
                self.problem(name, what, Vec::new());
            }
        }
    }

    /// Believes words that are not among those that the catalog knows; they are among the [doubts](Plan::doubts) of the
    /// plan.
    pub fn trust_words(&mut self) {
        self.trust.words = true;
    }

    /// Lets Ashby attribute the change to a user.
    ///
    /// # Errors
    /// [`ErrorKind::Request`](crate::ErrorKind::Request) if it is no id of a user, or if nothing is changed.
    pub fn on_behalf_of(&mut self, user: &str) -> Result<(), Error> {
        if self.operation.is_read() {
            let name = self.operation.name;
            let message = format!("{name} changes nothing that could be attributed to a user");
            return Err(Error::new(ErrorKind::Request, message));
        }
        if catalog::check_value("", &Type::Uuid, &user.into()).is_err() {
            return Err(Error::new(ErrorKind::Request, "the user to act for must be named by a UUID"));
        }
        self.user = Some(user.to_owned());
        Ok(())
    }

    /// The body, as the catalog wants it.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn finish(self) -> Result<Map<String, Value>, Problems> {
        self.checked().map(|(body, _)| body)
    }

    /// The body, and what the catalog has against it that is believed nevertheless.
    fn checked(self) -> Result<(Map<String, Value>, Vec<Problem>), Problems> {
        let Self { operation, body, problems: mut found, trust, .. } = self;
        let mut doubts = Vec::new();
        if let Err(more) = catalog::check(operation, &body) {
            // What a text could not become is said already.
            let is_known = |problem: &Problem| found.iter().any(|known| known.path == problem.path);
            let more: Vec<_> = more.into_iter().filter(|problem| !is_known(problem)).collect();
            for problem in more {
                if trust.covers(&problem) { doubts.push(problem) } else { found.push(problem) }
            }
        }
        if found.is_empty() { Ok((body, doubts)) } else { Err(Problems { operation, found }) }
    }

    /// The request, ready to be looked at and sent.
    ///
    /// # Errors
    /// As for [`finish`](Self::finish).
    pub fn plan(self) -> Result<Plan, Problems> {
        let (operation, user, trust) = (self.operation, self.user.clone(), self.trust.clone());
        let (body, doubts) = self.checked()?;
        Ok(Plan::checked(operation, body, user, trust, doubts))
    }

    fn unknown(&mut self, place: &str) {
        let nearest = catalog::nearest(place, self.operation.parameters.iter().map(|field| field.name));
        self.problem(place, "is not a parameter of this operation", nearest);
    }

    fn problem(&mut self, path: &str, what: impl Into<String>, nearest: Vec<&'static str>) {
        self.problems.push(Problem::new(path, what, nearest));
    }
}

impl Problems {
    /// Whether some name is none that is known.
    pub fn names_what_is_unknown(&self) -> bool {
        let place = |problem: &Problem| problem.path.split('[').next().unwrap_or_default().to_owned();
        let is_unknown = |place: &String| !place.is_empty() && field_at(self.operation, place).is_none();
        self.found.iter().map(place).any(|place| is_unknown(&place))
    }

    /// Whether nothing is wrong but words that are not known.
    pub fn is_about_words(&self) -> bool {
        self.found.iter().all(|problem| problem.is_unknown_word)
    }

    /// A line for each.
    pub fn lines(&self, spelling: Spelling) -> impl Iterator<Item = String> + '_ {
        self.found.iter().map(move |problem| match spelling {
            Spelling::Members => problem.to_string(),
            Spelling::Flags => self.with_flags(problem),
        })
    }

    /// The operation whose request it is.
    pub fn operation(&self) -> &'static Operation {
        self.operation
    }

    fn with_flags(&self, problem: &Problem) -> String {
        let is_parameter = |name: &str| self.operation.parameter(name).is_some();
        let spell = |name: &str| if is_parameter(name) { flag(name) } else { name.to_owned() };
        // Rules name several parameters in their text.
        let what = if problem.path.is_empty() || problem.what.starts_with("needs ") {
            let words = problem.what.split(' ').map(|word| match word.strip_suffix(',') {
                Some(word) => format!("{},", spell(word)),
                None => spell(word),
            });
            words.collect::<Vec<_>>().join(" ")
        } else {
            problem.what.clone()
        };
        let name = problem.path.split(['.', '[']).next().unwrap_or_default();
        let path = match problem.path.strip_prefix(name) {
            Some(rest) if is_parameter(name) => match rest.strip_prefix('.') {
                Some(member) if !member.contains(['.', '[']) => format!("{}.{}", flag(name), kebab(member)),
                _ => format!("{}{rest}", flag(name)),
            },
            _ => problem.path.clone(),
        };
        let nearest = problem.nearest.iter().map(|name| spell(name)).collect::<Vec<_>>();
        let mut text = if path.is_empty() { what } else { format!("{path} {what}") };
        if !nearest.is_empty() {
            text.push_str(&format!("; did you mean {}?", nearest.join(" or ")));
        }
        text
    }
}

impl std::error::Error for Problems {}

/// As in JSON.
impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.lines(Spelling::Members).collect::<Vec<_>>().join("; "))
    }
}

/// Whether a person means this parameter: `candidateId`, `candidate-id` and `--candidate-id` are the same.
fn is_called(name: &str, given: &str) -> bool {
    given == name || given.trim_start_matches('-') == kebab(name)
}

/// The parameter or the member of one that `place` names.
fn field_at(operation: &Operation, place: &str) -> Option<&'static Field> {
    match place.split_once('.') {
        None => operation.parameter(place),
        Some((name, member)) => {
            members(&operation.parameter(name)?.kind).iter().find(|field| field.name == member)
        }
    }
}

#[cfg(test)]
mod tests;
