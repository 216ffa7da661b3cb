//! A checked request that has not been sent: what it would do, and whether somebody must want it first.

use std::fmt;

use ashby_client::catalog::{Kind, Operation, Paging, Problem, Type};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use crate::draft::Trust;
use crate::{Draft, Error, ErrorKind, Problems};

/// Why an operation must be wanted before it is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Confirmation {
    /// It cannot be undone.
    Irreversible,
    /// People or other systems may notice it.
    Noticed,
}

impl Confirmation {
    /// Of an operation; `None` for what can be called without asking.
    pub fn of(operation: &Operation) -> Option<Self> {
        match operation.kind {
            Kind::Destructive => Some(Self::Irreversible),
            kind if kind.needs_confirmation() => Some(Self::Noticed),
            _ => None,
        }
    }

    /// The rest of a sentence that begins with the operation.
    pub fn why(self) -> &'static str {
        match self {
            Self::Irreversible => "cannot be undone",
            Self::Noticed => "may be noticed by people or other systems at once",
        }
    }
}

/// A checked request. What it would do can be shown; [`send`](crate::send) does it.
#[derive(Clone)]
pub struct Plan {
    operation: &'static Operation,
    parameters: Map<String, Value>,
    on_behalf_of: Option<String>,
    is_approved: bool,
    trust: Trust,
    doubts: Vec<Problem>,
}

impl Plan {
    /// A plan of these parameters.
    ///
    /// # Errors
    /// Everything in which they are not what the operation takes.
    pub fn new(operation: &'static Operation, parameters: Map<String, Value>) -> Result<Self, Problems> {
        let mut draft = Draft::new(operation);
        draft.merge(parameters);
        draft.plan()
    }

    pub(crate) fn checked(
        operation: &'static Operation,
        parameters: Map<String, Value>,
        on_behalf_of: Option<String>,
        trust: Trust,
        doubts: Vec<Problem>,
    ) -> Self {
        Self { operation, parameters, on_behalf_of, is_approved: false, trust, doubts }
    }

    /// What the catalog has against the request, and is believed nevertheless because somebody said so
    /// ([`set_other`](Draft::set_other), [`trust_words`](Draft::trust_words)). Names places, never values.
    pub fn doubts(&self) -> &[Problem] {
        &self.doubts
    }

    /// The request as a draft again, to change it. It must be approved anew.
    pub fn into_draft(self) -> Draft {
        Draft::of(self.operation, self.parameters, self.on_behalf_of, self.trust)
    }

    /// What is called.
    pub fn operation(&self) -> &'static Operation {
        self.operation
    }

    /// The body of the request.
    pub fn parameters(&self) -> &Map<String, Value> {
        &self.parameters
    }

    /// The user to whom the change is attributed.
    pub fn user(&self) -> Option<&str> {
        self.on_behalf_of.as_deref()
    }

    /// What it would do, as a sentence or the beginning of one.
    pub fn effect(&self) -> &'static str {
        self.operation.effect.unwrap_or(self.operation.summary)
    }

    /// The ids in the request: what it would happen to.
    pub fn target(&self) -> String {
        let is_id = |kind: &Type| matches!(kind, Type::Id(_) | Type::Uuid);
        let ids = self.operation.parameters.iter().filter(|field| is_id(&field.kind));
        let ids = ids.filter_map(|field| {
            Some(format!("{} {}", field.name, self.parameters.get(field.name)?.as_str()?))
        });
        ids.collect::<Vec<_>>().join(", ")
    }

    /// Why somebody must want it before it is sent; `None` if nobody needs to, or somebody has.
    pub fn confirmation(&self) -> Option<Confirmation> {
        let noticed = || self.notifies().then_some(Confirmation::Noticed);
        Confirmation::of(self.operation).or_else(noticed).filter(|_| !self.is_approved)
    }

    /// Whether it asks for people to be told.
    fn notifies(&self) -> bool {
        self.parameters.get("sendNotifications") == Some(&Value::Bool(true))
    }

    /// Somebody wants it.
    #[must_use]
    pub fn approve(self) -> Self {
        Self { is_approved: true, ..self }
    }

    /// Somebody wants what has this digest. For those who show a plan and get the answer later.
    ///
    /// # Errors
    /// [`ErrorKind::Unconfirmed`] if this plan is another.
    pub fn approve_digest(self, digest: &str) -> Result<Self, Error> {
        if self.digest() == digest {
            return Ok(self.approve());
        }
        let message =
            format!("{}: what was confirmed is not this request; nothing was sent", self.operation.name);
        Err(Error::new(ErrorKind::Unconfirmed, message))
    }

    /// Refuses a plan that must be wanted and is not.
    pub(crate) fn require_approval(&self) -> Result<(), Error> {
        match self.confirmation() {
            None => Ok(()),
            Some(confirmation) => {
                let message = format!(
                    "{} {}: it must be confirmed; nothing was sent",
                    self.operation.name,
                    confirmation.why()
                );
                Err(Error::new(ErrorKind::Unconfirmed, message).with_hint(self.effect()))
            }
        }
    }

    /// Whether the answer comes in pages.
    pub fn is_paged(&self) -> bool {
        self.operation.is_read() && self.operation.paging != Paging::None
    }

    /// Tells requests apart: the same operation, parameters and user have the same digest, in whatever order the
    /// parameters were given. 32 hexadecimal digits.
    pub fn digest(&self) -> String {
        use std::fmt::Write as _;
        let mut body = String::new();
        write_sorted(&mut body, &self.parameters);
        let mut digest = Sha256::new().chain_update(self.operation.name).chain_update([0]).chain_update(body);
        if let Some(user) = &self.on_behalf_of {
            digest = digest.chain_update([0]).chain_update(user);
        }
        digest.finalize().iter().take(16).fold(String::with_capacity(32), |mut text, byte| {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}

/// Parameters may be about people.
impl fmt::Debug for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plan")
            .field("operation", &self.operation.name)
            .field("parameters", &self.parameters.keys().collect::<Vec<_>>())
            .field("is_approved", &self.is_approved)
            .finish_non_exhaustive()
    }
}

/// JSON with members in the order of their names, whatever features the JSON library was built with.
fn write_sorted(text: &mut String, members: &Map<String, Value>) {
    let mut names: Vec<&String> = members.keys().collect();
    names.sort();
    text.push('{');
    for (index, name) in names.into_iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        text.push_str(&Value::from(name.as_str()).to_string());
        text.push(':');
        write_value(text, &members[name]);
    }
    text.push('}');
}

fn write_value(text: &mut String, value: &Value) {
    match value {
        Value::Object(members) => write_sorted(text, members),
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                write_value(text, item);
            }
            text.push(']');
        }
        other => text.push_str(&other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use ashby_client::catalog;
    use serde_json::json;

    use super::*;

    const ID: &str = "9d1b7c0e-2f5e-4d9c-8b1a-3c2f5e4d9c8b";
    const USER: &str = "1d1b7c0e-2f5e-4d9c-8b1a-3c2f5e4d9c8b";

    fn plan(operation: &str, parameters: Value) -> Plan {
        let Value::Object(parameters) = parameters else { panic!("parameters are an object") };
        Plan::new(catalog::find(operation).unwrap(), parameters).unwrap()
    }

    fn behalf(plan: Plan, user: &str) -> Result<Plan, Error> {
        let mut draft = plan.into_draft();
        draft.on_behalf_of(user)?;
        Ok(draft.plan().unwrap())
    }

    #[test]
    fn what_cannot_be_taken_back_or_is_noticed_must_be_wanted() {
        let read = plan("candidate.info", json!({"id": ID}));
        assert_eq!(read.confirmation(), None);
        let note = plan("candidate.createNote", json!({"candidateId": ID, "note": "x"}));
        assert_eq!(note.confirmation(), None);
        let gone = plan("candidate.anonymize", json!({"candidateId": ID}));
        assert_eq!(gone.confirmation(), Some(Confirmation::Irreversible));
        assert!(gone.effect().contains("for good"), "{}", gone.effect());
        assert_eq!(gone.target(), format!("candidateId {ID}"));
        assert_eq!(gone.require_approval().unwrap_err().kind(), ErrorKind::Unconfirmed);
        assert_eq!(gone.clone().approve_digest(&note.digest()).unwrap_err().kind(), ErrorKind::Unconfirmed);
        let digest = gone.digest();
        let wanted = gone.approve_digest(&digest).unwrap();
        assert!(wanted.require_approval().is_ok());
        assert!(behalf(wanted, USER).unwrap().require_approval().is_err(), "that was not what was wanted");
    }

    #[test]
    fn the_digest_is_of_what_would_be_sent() {
        let note = |text: &str| plan("candidate.createNote", json!({"note": text, "candidateId": ID}));
        let turned = serde_json::from_str(&format!(r#"{{"candidateId":"{ID}","note":"a"}}"#)).unwrap();
        assert_eq!(note("a").digest(), plan("candidate.createNote", turned).digest());
        assert_ne!(note("a").digest(), note("b").digest());
        assert_ne!(note("a").digest(), behalf(note("a"), USER).unwrap().digest());
        assert_eq!(note("a").digest().len(), 32);
    }

    #[test]
    fn nobody_reads_on_behalf_of_another_and_users_have_ids() {
        assert!(behalf(plan("candidate.info", json!({"id": ID})), USER).is_err());
        assert!(behalf(plan("candidate.anonymize", json!({"candidateId": ID})), "me").is_err());
    }

    #[test]
    fn what_it_is_about_is_not_for_logs() {
        let note = plan("candidate.createNote", json!({"candidateId": ID, "note": "in confidence"}));
        let text = format!("{note:?}");
        assert!(text.contains("candidate.createNote") && !text.contains("confidence"), "{text}");
    }
}
