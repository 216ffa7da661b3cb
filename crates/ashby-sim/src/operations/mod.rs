//! Every operation that the server answers, in one table, a file per domain: who may ask, with what, for what.

pub(crate) mod applications;
mod build;
mod candidates;
pub(crate) mod interviews;
mod jobs;
mod lists;
mod offers;
pub(crate) mod organisation;
mod others;
mod projects;
mod settings;

use std::collections::HashMap;
use std::sync::LazyLock;

use serde_json::Value;

use crate::check::Refusal;
use crate::kind::Kind;
use crate::writing::Writing;

/// An operation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Operation {
    pub(crate) name: &'static str,
    /// The scope that a key needs, in the form of `apiKey.info`; none for what every key may ask. Where one of
    /// several will do, they stand with a bar between them.
    pub(crate) scope: Option<&'static str>,
    pub(crate) answer: Answer,
    pub(crate) parameters: &'static [Parameter],
    /// The error code when the record that a parameter names does not exist.
    pub(crate) not_found: &'static str,
}

/// What an operation answers with.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Answer {
    /// Records of a list.
    List { source: Origin, paging: Paging },
    /// One record, named by a parameter.
    Info { kind: Kind, parameter: &'static str },
    /// The records that match, 100 at most.
    Search { kind: Kind },
    /// The key that asks.
    KeyInfo,
    /// Where a file lies.
    FileInfo,
    /// The stages and activities of a job's plan.
    JobInterviewPlan,
    /// An interview event for its interviewers.
    InterviewBriefing,
    /// The transcript of an interview event.
    NotetakerTranscript,
    /// The organisation's only referral form.
    ReferralForm,
    /// How often a user interviews at most.
    InterviewerSettings,
    /// A report, now or later.
    Report,
    /// What a change made.
    Write(Change),
}

/// What a write changes. Parameters say the rest by their [`Effect`]s.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Change {
    /// Makes a record, below the one that the parameter `parent` names.
    Create { kind: Kind, parent: Option<&'static str>, with: Members },
    /// Changes the record that the parameter `id` names.
    Update { kind: Kind, id: &'static str, with: Members },
    /// Puts what the parameter `item` names into an array of the record that `id` names, or takes it out.
    Member {
        kind: Kind,
        id: &'static str,
        array: &'static str,
        item: &'static str,
        shape: Shape,
        present: bool,
    },
    /// Deletes the record that the parameter `id` names, and answers with that id, as the member `shown`.
    Delete { kind: Kind, id: &'static str, shown: &'static str },
    /// What fits no pattern; answers with what it returns.
    Act(fn(&mut Writing<'_, '_>) -> Result<Value, Refusal>),
}

/// Members with fixed values, as JSON literals; the first part is a path, and null clears.
pub(crate) type Members = &'static [(&'static str, &'static str)];

/// How an array holds records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// By id.
    Ids,
    /// Whole.
    Records,
}

/// Where a list's records come from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Origin {
    /// All of a kind.
    All(Kind),
    /// All of a kind, the latest first.
    LatestFirst(Kind),
    /// Those that belong to the record that a parameter names.
    Children { kind: Kind, parent: Kind, parameter: &'static str },
    /// An array inside the record that a parameter names.
    Embedded { parent: Kind, parameter: &'static str, member: &'static str },
    /// The projects that a candidate is in.
    ProjectsOfCandidate,
    /// E-mails with the candidate that a parameter names.
    EmailsOfCandidate,
    /// Addresses from which e-mails can be sent: those of users.
    EmailSenders,
}

/// How a list is cut into pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Paging {
    /// All at once.
    None,
    /// All at once, with `moreDataAvailable: false` beside it.
    Flagged,
    /// Pages.
    Cursor,
    /// Pages, and sync tokens.
    Token,
}

/// A parameter of an operation. `cursor`, `limit` and `syncToken` come with [`Paging`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Parameter {
    pub(crate) name: &'static str,
    pub(crate) form: Form,
    pub(crate) need: Need,
    pub(crate) effect: Effect,
}

/// Whether a parameter must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    Optional,
    Required,
    /// One of the parameters with this need must be there.
    OneOf,
}

/// What a parameter's value looks like.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Form {
    Uuid,
    Text,
    Flag,
    /// An integer, for instants in Unix milliseconds.
    Integer,
    Number,
    /// An instant as text.
    Instant,
    Choice(&'static [&'static str]),
    /// A list of choices, with at least this many.
    Choices(&'static [&'static str], usize),
    Texts,
    Each(&'static Form),
    Object(&'static [Member]),
    /// An object with any members.
    Map,
    Either(&'static Form, &'static Form),
    OrNull(&'static Form),
    /// Anything but null.
    Any,
}

/// A member of a parameter that is an object.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) name: &'static str,
    pub(crate) form: Form,
    pub(crate) required: bool,
}

/// What a parameter does to the records. Paths are JSON pointers.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Effect {
    /// Nothing, or something particular to the operation.
    None,
    /// Keeps records whose member equals the value.
    Equals(&'static str),
    /// Keeps records whose member contains the value, whatever the case.
    Contains(&'static str),
    /// Keeps records whose member is one of the values; `Some`: of these, when the parameter is absent.
    AnyOf(&'static str, Option<&'static [&'static str]>),
    /// Keeps records whose instant is later than the value.
    After(&'static str),
    /// Keeps records whose instant is earlier than the value.
    Before(&'static str),
    /// Unless true, leaves out records whose member is this JSON literal; `*` for any.
    Reveals(&'static str, &'static str),
    /// When true, leaves out records whose member is this JSON literal.
    Hides(&'static str, &'static str),
    /// Adds what a reference leads to: (value, path of the reference, kind, member).
    Expands(&'static [Expansion]),
    /// Unless true, leaves archived stages out of training paths.
    TrainingStages,
    /// Unless false, titles alone.
    NamesOnly,
    /// Becomes the member at this path of the record that is written; null clears it.
    Sets(&'static str),
    /// Names a record, whose id becomes the member at this path.
    Refers(&'static str, Kind),
    /// Names a record, which becomes the member at this path.
    Embeds(&'static str, Kind),
    /// Names a record, or several, that must exist.
    Names(Kind),
}

/// A value of an `expand` parameter.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Expansion {
    pub(crate) value: &'static str,
    pub(crate) how: Expand,
}

/// What an expansion adds, as a member named like its value.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Expand {
    /// The record that the member at this path names.
    Reference(&'static str, Kind),
    /// The openings of the job whose id stands at this path.
    Openings(&'static str),
    /// Nothing that is not there anyway, or a member that is shown only when asked for.
    Detail,
}

/// Every operation.
pub(crate) fn all() -> impl Iterator<Item = &'static Operation> {
    const TABLES: [&[Operation]; 10] = [
        lists::LISTS,
        others::OTHERS,
        applications::WRITES,
        candidates::WRITES,
        interviews::WRITES,
        jobs::WRITES,
        offers::WRITES,
        organisation::WRITES,
        projects::WRITES,
        settings::WRITES,
    ];
    TABLES.into_iter().flatten()
}

/// Finds an operation by its name.
pub(crate) fn find(name: &str) -> Option<&'static Operation> {
    static BY_NAME: LazyLock<HashMap<&'static str, &'static Operation>> =
        LazyLock::new(|| all().map(|operation| (operation.name, operation)).collect());
    BY_NAME.get(name).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_there_once() {
        let names: std::collections::BTreeSet<_> = all().map(|operation| operation.name).collect();
        assert_eq!(names.len(), all().count());
        let lists = all().filter(|operation| matches!(operation.answer, Answer::List { .. })).count();
        assert_eq!(lists, 49);
    }

    #[test]
    fn what_changes_needs_a_scope_for_changes() {
        for operation in all() {
            let reads = operation.scope.is_none_or(|scope| scope.ends_with(":read"));
            assert_eq!(matches!(operation.answer, Answer::Write(_)), !reads, "{}", operation.name);
        }
    }
}
