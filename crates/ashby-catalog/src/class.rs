//! What members of answers are in the eyes of privacy.

use crate::{Field, Type};

/// What a member of an answer holds, for those who must leave out, mask or keep apart some of it. It is a judgement
/// on what usually stands there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Class {
    /// Nothing about a person that the other classes speak of: states, times, titles of jobs.
    Plain,
    /// Names a record, and means nothing by itself.
    Identifier,
    /// Names a person, or says how and where to reach them or who they are: name, e-mail, phone, address, profile.
    Contact,
    /// Pay and what belongs to it.
    Compensation,
    /// Written by people, or filled in by them: anything can stand there.
    FreeText,
    /// Characteristics that law protects, such as answers to diversity surveys.
    Protected,
    /// From where and with what somebody came: IP address, browser.
    NetworkAddress,
    /// A file, or what leads to it.
    File,
    /// An object or list whose members are of several of these classes.
    Nested,
    /// Nobody has said; to be treated like the worst. What is sent, as opposed to answered, is never classified.
    Unclassified,
}

impl Class {
    /// The word for it: `free_text`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Identifier => "identifier",
            Self::Contact => "contact",
            Self::Compensation => "compensation",
            Self::FreeText => "free_text",
            Self::Protected => "protected",
            Self::NetworkAddress => "network_address",
            Self::File => "file",
            Self::Nested => "nested",
            Self::Unclassified => "unclassified",
        }
    }
}

/// A place in answers, and what stands there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// A JSON pointer in which `*` stands for each item of a list: `/emailAddresses/*/value`.
    pub path: String,
    /// What stands there, in the eyes of privacy.
    pub class: Class,
    /// What it is made of.
    pub holds: Holds,
}

/// What the values at a place are made of, as far as that matters to those who write less of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Holds {
    /// Text.
    Text,
    /// The id of a record, with the name of its type: `CandidateId`; of no particular type: `Uuid`.
    Id(&'static str),
    /// One of several words.
    Word,
    /// A number.
    Number,
    /// `true` or `false`.
    Truth,
    /// An instant or a day, as text.
    Time,
    /// Anything: objects and lists, too.
    Anything,
}

impl Holds {
    fn of(kind: &Type) -> Self {
        match kind {
            Type::Boolean => Self::Truth,
            Type::Integer | Type::Number => Self::Number,
            Type::String | Type::Email | Type::Url => Self::Text,
            Type::Uuid => Self::Id("Uuid"),
            Type::Id(name) => Self::Id(name),
            Type::Instant | Type::Date => Self::Time,
            Type::Enumeration(_) => Self::Word,
            // Instants in milliseconds are as exact as others and do not look like one.
            Type::Milliseconds
            | Type::Json
            | Type::Object
            | Type::Record(_)
            | Type::List { .. }
            | Type::Either(_) => Self::Anything,
        }
    }
}

/// All places in values of a type that hold no further objects that are described, in the order of their members. An
/// object inside an object of the same type is one place.
pub fn places(kind: &Type) -> Vec<Place> {
    let mut walk = Walk { path: String::new(), under_way: Vec::new(), found: Vec::new() };
    walk.value(kind, Class::Unclassified);
    walk.found
}

impl Field {
    /// All places in values of the object's member that it describes; see [`places`].
    pub fn places(&self) -> Vec<Place> {
        let mut walk = Walk { path: String::new(), under_way: Vec::new(), found: Vec::new() };
        walk.member(self);
        walk.found
    }
}

struct Walk {
    path: String,
    /// Names of the shapes that the walk is in.
    under_way: Vec<&'static str>,
    found: Vec<Place>,
}

impl Walk {
    /// `class` is that of the member which holds the value.
    fn value(&mut self, kind: &Type, class: Class) {
        match kind {
            Type::Record(shape) if !self.under_way.contains(&shape.name) => {
                self.under_way.push(shape.name);
                shape.fields.iter().for_each(|field| self.member(field));
                self.under_way.pop();
            }
            Type::List { of, .. } => self.step("*", |walk| walk.value(of, class)),
            _ => self.found.push(Place { path: self.path.clone(), class, holds: Holds::of(kind) }),
        }
    }

    fn member(&mut self, field: &Field) {
        let name = field.name.replace('~', "~0").replace('/', "~1");
        self.step(&name, |walk| walk.value(&field.kind, field.class));
    }

    fn step(&mut self, name: &str, work: impl FnOnce(&mut Self)) {
        let length = self.path.len();
        self.path.push('/');
        self.path.push_str(name);
        work(self);
        self.path.truncate(length);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::find;

    fn answered(operation: &str) -> Vec<Place> {
        let returns = find(operation).unwrap().returns.unwrap();
        match returns {
            Type::List { of, .. } => places(of),
            kind => places(&kind),
        }
    }

    fn class(operation: &str, path: &str) -> Class {
        let places = answered(operation);
        places.iter().find(|place| place.path == path).unwrap_or_else(|| panic!("{operation} {path}")).class
    }

    #[test]
    fn nothing_about_people_is_unclassified() {
        for operation in [
            "application.info",
            "application.list",
            "application.listCriteriaEvaluations",
            "application.listHistory",
            "applicationFeedback.list",
            "candidate.info",
            "candidate.listClientInfo",
            "candidate.listFraudChecks",
            "candidate.listNotes",
            "interviewSchedule.list",
            "offer.info",
            "offer.list",
            "surveySubmission.list",
            "user.info",
            "user.list",
        ] {
            for Place { path, class, .. } in answered(operation) {
                assert_ne!(class, Class::Unclassified, "{operation}: {path}");
            }
        }
    }

    #[test]
    fn places_have_the_classes_that_people_expect() {
        for (operation, path, expected) in [
            ("candidate.info", "/name", Class::Contact),
            ("candidate.info", "/emailAddresses/*/value", Class::Contact),
            ("candidate.info", "/emailAddresses/*/isPrimary", Class::Plain),
            ("candidate.info", "/resumeFileHandle/handle", Class::File),
            ("candidate.info", "/customFields/*/value", Class::FreeText),
            ("candidate.listNotes", "/content", Class::FreeText),
            ("candidate.listClientInfo", "/ipAddress", Class::NetworkAddress),
            ("application.info", "/submitterUserAgent", Class::NetworkAddress),
            ("application.info", "/candidate/name", Class::Contact),
            ("application.info", "/candidate/id", Class::Identifier),
            ("application.info", "/status", Class::Plain),
            ("offer.info", "/latestVersion/salary/value", Class::Compensation),
            ("applicationFeedback.list", "/submittedValues", Class::FreeText),
            ("surveySubmission.list", "/submittedValues", Class::Protected),
            ("user.list", "/email", Class::Contact),
        ] {
            assert_eq!(class(operation, path), expected, "{operation} {path}");
        }
    }
}
