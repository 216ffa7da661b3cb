//! Every operation that the server answers, in one table ([`lists`] and [`others`]): who may ask, with what, for what.

mod build;
mod lists;
mod others;

use crate::kind::Kind;

/// An operation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Operation {
    pub(crate) name: &'static str,
    /// The scope that a key needs, in the form of `apiKey.info`; none for what every key may ask.
    pub(crate) scope: Option<&'static str>,
    pub(crate) answer: Answer,
    pub(crate) parameters: &'static [Parameter],
    /// The error code when the record that a parameter names does not exist.
    pub(crate) not_found: &'static str,
}

/// What an operation answers with.
#[derive(Debug, Clone, Copy, PartialEq)]
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
#[derive(Debug)]
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
    Choice(&'static [&'static str]),
    /// A list of choices, with at least this many.
    Choices(&'static [&'static str], usize),
    Texts,
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
    lists::LISTS.iter().chain(others::OTHERS)
}

/// Finds an operation by its name.
pub(crate) fn find(name: &str) -> Option<&'static Operation> {
    all().find(|operation| operation.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_there_once() {
        let names: std::collections::BTreeSet<_> = all().map(|operation| operation.name).collect();
        assert_eq!(names.len(), all().count());
        let lists = all().filter(|operation| matches!(operation.answer, Answer::List { .. })).count();
        assert_eq!(lists, 46);
    }
}
