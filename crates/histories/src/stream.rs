//! The streams that a history is about: one of each kind that the tool has.

/// A stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Stream {
    Candidates,
    Applications,
    Jobs,
    Offers,
    Schedules,
    Events,
    Plans,
    Stages,
    Reasons,
    Sources,
    Notes,
    History,
    Details,
    Versions,
    Audit,
}

/// How Ashby hands a stream out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Pages, and a sync token at their end.
    Token,
    /// Everything in one answer.
    Snapshot,
    /// In the array `interviewEvents` of each schedule.
    Embedded,
    /// Asked for by the parent's id, in this parameter.
    Children { parameter: &'static str, paged: bool },
    /// What the parent's own `info` answers, asked for by the parent's id in this parameter.
    ParentItself { parameter: &'static str },
    /// In the array `versions` of what `offer.info` answers.
    InInfo { parameter: &'static str },
    /// Pages without a token, newest first.
    NewestFirst,
}

impl Shape {
    /// The parameter with the parent's id, where each parent is asked for its own.
    pub(crate) fn parameter(self) -> Option<&'static str> {
        match self {
            Self::Children { parameter, .. }
            | Self::ParentItself { parameter }
            | Self::InInfo { parameter } => Some(parameter),
            _ => None,
        }
    }
}

/// What is known of a stream.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) stream: Stream,
    pub(crate) name: &'static str,
    pub(crate) operation: &'static str,
    /// The operation that answers one record, and its parameter.
    pub(crate) info: Option<(&'static str, &'static str)>,
    pub(crate) scope: &'static str,
    pub(crate) shape: Shape,
    pub(crate) parent: Option<Stream>,
    /// The member with the parent's id that the tool puts in front of each record.
    pub(crate) prefix: Option<&'static str>,
    /// The code with which Ashby says that a record (of the parent, for children) is not there.
    pub(crate) missing: &'static str,
}

const ROW: Row = Row {
    stream: Stream::Audit,
    name: "",
    operation: "",
    info: None,
    scope: "",
    shape: Shape::Token,
    parent: None,
    prefix: None,
    missing: "record_not_found",
};

#[rustfmt::skip]
pub(crate) static ROWS: [Row; 15] = [
    Row { stream: Stream::Candidates, name: "candidates", operation: "candidate.list", info: Some(("candidate.info", "id")),
        scope: "candidates:read", missing: "candidate_not_found", ..ROW },
    Row { stream: Stream::Applications, name: "applications", operation: "application.list", info: Some(("application.info", "applicationId")),
        scope: "candidates:read", missing: "application_not_found", ..ROW },
    Row { stream: Stream::Jobs, name: "jobs", operation: "job.list", info: Some(("job.info", "id")),
        scope: "jobs:read", missing: "job_not_found", ..ROW },
    Row { stream: Stream::Offers, name: "offers", operation: "offer.list", info: Some(("offer.info", "offerId")),
        scope: "offers:read", missing: "offer_not_found", ..ROW },
    Row { stream: Stream::Schedules, name: "interview_schedules", operation: "interviewSchedule.list",
        scope: "interviews:read", ..ROW },
    Row { stream: Stream::Events, name: "interview_events", operation: "interviewSchedule.list",
        scope: "interviews:read", shape: Shape::Embedded, parent: Some(Stream::Schedules), ..ROW },
    Row { stream: Stream::Plans, name: "interview_plans", operation: "interviewPlan.list",
        scope: "interviews:read", ..ROW },
    Row { stream: Stream::Stages, name: "interview_stages", operation: "interviewStage.list",
        scope: "interviews:read", shape: Shape::Children { parameter: "interviewPlanId", paged: false },
        parent: Some(Stream::Plans), missing: "interview_plan_not_found", ..ROW },
    Row { stream: Stream::Reasons, name: "archive_reasons", operation: "archiveReason.list",
        scope: "hiringProcessMetadata:read", shape: Shape::Snapshot, ..ROW },
    Row { stream: Stream::Sources, name: "sources", operation: "source.list",
        scope: "hiringProcessMetadata:read", shape: Shape::Snapshot, ..ROW },
    Row { stream: Stream::Notes, name: "candidate_notes", operation: "candidate.listNotes",
        scope: "candidates:read", shape: Shape::Children { parameter: "candidateId", paged: true },
        parent: Some(Stream::Candidates), prefix: Some("candidateId"), missing: "candidate_not_found", ..ROW },
    Row { stream: Stream::History, name: "application_history", operation: "application.listHistory",
        scope: "candidates:read", shape: Shape::Children { parameter: "applicationId", paged: true },
        parent: Some(Stream::Applications), prefix: Some("applicationId"), missing: "application_not_found", ..ROW },
    Row { stream: Stream::Details, name: "application_details", operation: "application.info",
        scope: "candidates:read", shape: Shape::ParentItself { parameter: "applicationId" },
        parent: Some(Stream::Applications), missing: "application_not_found", ..ROW },
    Row { stream: Stream::Versions, name: "offer_versions", operation: "offer.info",
        scope: "offers:read", shape: Shape::InInfo { parameter: "offerId" },
        parent: Some(Stream::Offers), prefix: Some("offerId"), missing: "offer_not_found", ..ROW },
    Row { stream: Stream::Audit, name: "audit_log", operation: "auditLog.list",
        scope: "auditLogs:read", shape: Shape::NewestFirst, ..ROW },
];

/// Every scope there is here, besides the one for reading them.
pub(crate) const SCOPES: [&str; 6] = [
    "candidates:read",
    "jobs:read",
    "offers:read",
    "interviews:read",
    "hiringProcessMetadata:read",
    "auditLogs:read",
];

/// The scope of `apiKey.info`.
pub(crate) const OWN_SCOPE: &str = "apiKeys:read";

impl Stream {
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        ROWS.iter().map(|row| row.stream)
    }

    pub(crate) fn row(self) -> &'static Row {
        &ROWS[self as usize]
    }

    pub(crate) fn name(self) -> &'static str {
        self.row().name
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        ROWS.iter().find(|row| row.name == name).map(|row| row.stream)
    }

    /// Synced without being named: what costs a request per parent is not, unless there are few parents.
    pub(crate) fn is_on_by_default(self) -> bool {
        !self.costs_a_request_per_parent() || matches!(self, Self::Stages | Self::Versions)
    }

    pub(crate) fn costs_a_request_per_parent(self) -> bool {
        self.row().shape.parameter().is_some()
    }

    pub(crate) fn children(self) -> impl Iterator<Item = Self> {
        ROWS.iter().filter(move |row| row.parent == Some(self)).map(|row| row.stream)
    }

    /// Whether one record can be asked for, so that a listing which skips it can be checked.
    pub(crate) fn has_info(self) -> bool {
        self.row().info.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_stand_in_the_order_of_the_streams() {
        for (index, row) in ROWS.iter().enumerate() {
            assert_eq!(row.stream as usize, index);
            assert_eq!(Stream::named(row.name), Some(row.stream));
        }
    }
}
