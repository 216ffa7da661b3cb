//! What is known of Ashby's API, as data: every operation, who may call it, with what, what it answers and does.
//!
//! The entries stand in `catalog/*.toml` beside this crate's source, a file for each category of operations, and
//! `cargo xtask codegen` turns them into the tables here. What knows operations by name works from these tables: the
//! command line's flags and help, the check of a request before it is sent, the reference page.
//!
//! ```
//! use ashby_catalog as catalog;
//! use serde_json::json;
//!
//! let operation = catalog::find("candidate.createNote").expect("it is in the catalog");
//! assert_eq!(operation.permission.expect("it needs one").scope(), "candidates:write");
//! let body = json!({"candidateId": "9d1b7c0e-2f5e-4d9c-8b1a-3c2f5e4d9c8b"});
//! let problems = catalog::check(operation, body.as_object().expect("an object")).unwrap_err();
//! assert_eq!(problems[0].to_string(), "note is missing");
//! ```

mod check;
mod class;
mod event;
mod generated;
mod near;
mod permission;
mod schema;

use std::borrow::Cow;

pub use check::{Problem, check, check_value};
pub use class::{Class, Holds, Place, places};
pub use event::{Change, Event, Reread, Touch, event, events};
pub use generated::CATEGORIES;
pub use near::nearest;
pub use permission::Permission;
pub use schema::{describe, json_schema, request_schema};

/// Operations on one kind of thing: those whose names begin alike.
#[derive(Debug)]
#[non_exhaustive]
pub struct Category {
    /// What the names begin with, such as `candidate`.
    pub name: &'static str,
    /// One line on the thing.
    pub about: &'static str,
    /// By name.
    pub operations: &'static [Operation],
}

/// An operation.
#[derive(Debug)]
pub struct Operation {
    /// Its name, which is its path too: `candidate.createNote`.
    pub name: &'static str,
    /// What it does, in a line without a full stop.
    pub summary: &'static str,
    /// What the key must be allowed; `None` if every key may call it, or if that is not known.
    pub permission: Option<Permission>,
    /// What calling it does to the world.
    pub kind: Kind,
    /// What will have happened afterwards, in a sentence.
    pub effect: Option<&'static str>,
    /// What a caller should know beforehand, in sentences.
    pub warning: Option<&'static str>,
    /// Refusals after which it may have been carried out nevertheless, by their codes.
    pub open_codes: &'static [&'static str],
    /// What may be sent, the required ones first; `cursor`, `syncToken` and `limit` included where they are taken.
    pub parameters: &'static [Field],
    /// What holds between parameters.
    pub rules: &'static [Rule],
    /// How long lists are cut.
    pub paging: Paging,
    /// Which limit it counts towards.
    pub rate: Rate,
    /// What it answers; `None` if nothing is known of that.
    pub returns: Option<Type>,
    /// Members of what it answers that only other operations answer.
    pub omits: &'static [&'static str],
    /// The operation to call instead.
    pub deprecated: Option<&'static str>,
    /// Whether Ashby may still change it.
    pub is_beta: bool,
    /// The day it appeared, if it is younger than Ashby's changelog.
    pub since: Option<&'static str>,
    /// Whether it may take parameters that are not listed here: Ashby's description of it is not complete.
    pub is_open: bool,
    /// Its page in Ashby's reference.
    pub documentation: &'static str,
}

impl Operation {
    /// What the name begins with: `candidate`.
    pub fn category(&self) -> &'static str {
        self.name.split_once('.').map_or(self.name, |(category, _)| category)
    }

    /// What the name ends with: `createNote`.
    pub fn action(&self) -> &'static str {
        self.name.split_once('.').map_or(self.name, |(_, action)| action)
    }

    /// Whether it changes nothing.
    pub fn is_read(&self) -> bool {
        self.kind == Kind::Read
    }

    /// Whether it answers a list of records, and not one record.
    pub fn is_list(&self) -> bool {
        matches!(self.returns, Some(Type::List { .. }))
    }

    /// What is known of the records that it answers: their members, in order.
    pub fn members(&self) -> impl Iterator<Item = &'static Field> {
        let shape = self.returns.as_ref().and_then(Type::shape);
        let members = shape.map_or(&[][..], |shape| shape.fields);
        members.iter().filter(|field| !self.omits.contains(&field.name))
    }

    /// The parameter of this name.
    pub fn parameter(&self, name: &str) -> Option<&'static Field> {
        self.parameters.iter().find(|field| field.name == name)
    }
}

/// What calling an operation does to the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Nothing.
    Read,
    /// It changes something that can be changed again.
    Write,
    /// It changes something for good.
    Destructive,
    /// It changes something, and people or other systems may be told at once.
    Notifies,
}

impl Kind {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Destructive => "destructive",
            Self::Notifies => "notifies",
        }
    }

    /// Whether a person should confirm it first.
    pub fn needs_confirmation(self) -> bool {
        matches!(self, Self::Destructive | Self::Notifies)
    }
}

/// How an operation cuts long lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Paging {
    /// Not at all: everything comes at once, or it is no list.
    None,
    /// Into pages.
    Cursor,
    /// Into pages; the last brings a token from which later changes can be asked for.
    Token,
}

/// The limit that a call counts towards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rate {
    /// The key's requests a minute.
    Key,
    /// Those of the organisation's reports as well: 15 a minute, 3 at a time.
    Reports,
}

/// A parameter, or a member of an object.
#[derive(Debug)]
#[non_exhaustive]
pub struct Field {
    /// Its name in JSON.
    pub name: &'static str,
    /// What it is, in a few words; may be empty for members of answers.
    pub about: &'static str,
    /// What its values are.
    pub kind: Type,
    /// Whether it must be sent, or is always answered.
    pub required: bool,
    /// Whether it may be null; sent as a parameter, that clears what was set.
    pub nullable: bool,
    /// What a member of an answer holds in the eyes of privacy.
    pub class: Class,
}

/// What a value is.
#[derive(Debug, Clone, Copy)]
pub enum Type {
    /// `true` or `false`.
    Boolean,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// Text.
    String,
    /// Any JSON.
    Json,
    /// An object with any members.
    Object,
    /// A UUID of something that has no type of its own here.
    Uuid,
    /// The id of a record, a UUID, with the name of its type: `CandidateId`.
    Id(&'static str),
    /// An instant (RFC 3339).
    Instant,
    /// A day (`2026-01-31`).
    Date,
    /// An instant in milliseconds since 1970.
    Milliseconds,
    /// An e-mail address.
    Email,
    /// A URL with its scheme.
    Url,
    /// One of several words.
    Enumeration(&'static Enumeration),
    /// An object.
    Record(&'static Shape),
    /// A list.
    List {
        /// What its items are.
        of: &'static Type,
        /// How many items there must be.
        min: usize,
        /// How many items there may be.
        max: usize,
    },
    /// One of several types.
    Either(&'static [Type]),
}

/// A set of words.
#[derive(Debug)]
pub struct Enumeration {
    /// Its name: `ApplicationStatus`.
    pub name: &'static str,
    /// The words known so far; Ashby may answer others.
    pub values: &'static [&'static str],
}

/// What an object is made of.
#[derive(Debug)]
pub struct Shape {
    /// Its name: `CandidateNote`.
    pub name: &'static str,
    /// What it is, in a few words.
    pub about: &'static str,
    /// Its members.
    pub fields: &'static [Field],
}

/// What holds between the parameters of an operation.
#[derive(Debug, Clone, Copy)]
pub enum Rule {
    /// One of them must be there, and no other.
    ExactlyOne(&'static [&'static str]),
    /// At most one of them may be there.
    AtMostOne(&'static [&'static str]),
    /// One or more of them must be there.
    AtLeastOne(&'static [&'static str]),
    /// The first must not be there without the others.
    Requires(&'static str, &'static [&'static str]),
}

impl Type {
    /// The object that it is, or that it is a list of.
    pub fn shape(&self) -> Option<&'static Shape> {
        match self {
            Self::Record(shape) => Some(shape),
            Self::List { of, .. } => of.shape(),
            Self::Either(types) => types.iter().find_map(Self::shape),
            _ => None,
        }
    }

    /// How it is called in help and messages: `list of ApplicationStatus`.
    pub fn name(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Boolean => "boolean",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::String => "text",
            Self::Json => "any JSON",
            Self::Object => "object",
            Self::Uuid => "UUID",
            Self::Id(name) => name,
            Self::Instant => "instant",
            Self::Date => "date",
            Self::Milliseconds => "milliseconds",
            Self::Email => "e-mail address",
            Self::Url => "URL",
            Self::Enumeration(enumeration) => enumeration.name,
            Self::Record(shape) => shape.name,
            Self::List { of, .. } => return format!("list of {}", of.name()).into(),
            Self::Either(types) => {
                return types.iter().map(Self::name).collect::<Vec<_>>().join(" or ").into();
            }
        })
    }
}

/// All operations, by name.
pub fn operations() -> impl Iterator<Item = &'static Operation> {
    CATEGORIES.iter().flat_map(|category| category.operations)
}

/// The operation of this name.
pub fn find(name: &str) -> Option<&'static Operation> {
    let category = category(name.split_once('.')?.0)?;
    category.operations.iter().find(|operation| operation.name == name)
}

/// The category of this name.
pub fn category(name: &str) -> Option<&'static Category> {
    CATEGORIES.iter().find(|category| category.name == name)
}

/// What the README shows runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
