//! Streams of which nobody asks more than what their records say: a table each, with their scalar members, from the catalog.

use std::sync::LazyLock;

use ashby_catalog::{Type, find};

use crate::table::{Column, Kind, Making, TABLE, Table};

/// A stream: its operation, which member is its key and what that is called here, a further member that tells what it belongs to,
/// and the rows that it belongs to.
struct Other {
    stream: &'static str,
    operation: &'static str,
    member: &'static str,
    id: &'static str,
    parent: Option<(&'static str, &'static str)>,
    owners: &'static [(&'static str, &'static str)],
}

const fn other(stream: &'static str, operation: &'static str, id: &'static str) -> Other {
    Other { stream, operation, member: "id", id, parent: None, owners: &[] }
}

const OF_APPLICATION: &[(&str, &str)] = &[("application_id", "applications")];
const OF_CANDIDATE: &[(&str, &str)] = &[("candidate_id", "candidates")];

/// Names of people's devices and the texts of notes and messages are left to the records.
const LEFT_OUT: &[&str] = &[
    "ipAddress",
    "userAgent",
    "content",
    "body",
    "instructionsHtml",
    "reasoning",
    "surveyUrl",
    "descriptionHtml",
    "descriptionPlain",
    "descriptionSocial",
    "applicationLimitCalloutHtml",
];

static OTHERS: &[Other] = &[
    other("projects", "project.list", "project_id"),
    other("application_hiring_team_roles", "applicationHiringTeamRole.list", "role_id"),
    Other { owners: OF_CANDIDATE, ..other("survey_requests", "surveyRequest.list", "survey_request_id") },
    Other {
        parent: Some(("applicationId", "application_id")),
        owners: OF_APPLICATION,
        ..other("application_criteria_evaluations", "application.listCriteriaEvaluations", "evaluation_id")
    },
    Other {
        parent: Some(("candidateId", "candidate_id")),
        owners: OF_CANDIDATE,
        ..other("candidate_notes", "candidate.listNotes", "note_id")
    },
    Other {
        owners: OF_CANDIDATE,
        ..other("candidate_client_info", "candidate.listClientInfo", "client_info_id")
    },
    Other {
        owners: OF_CANDIDATE,
        ..other("candidate_fraud_checks", "candidate.listFraudChecks", "fraud_check_id")
    },
    Other {
        owners: OF_APPLICATION,
        ..other("take_home_assignments", "takeHomeAssignment.list", "assignment_id")
    },
    other("job_postings", "jobPosting.list", "job_posting_id"),
    other("job_templates", "jobTemplate.list", "job_template_id"),
    other("approvals", "approval.list", "approval_id"),
    other("candidate_tags", "candidateTag.list", "tag_id"),
    other("communication_templates", "communicationTemplate.list", "template_id"),
    other("feedback_form_definitions", "feedbackFormDefinition.list", "form_definition_id"),
    other("survey_form_definitions", "surveyFormDefinition.list", "form_definition_id"),
    other("interviewer_pools", "interviewerPool.list", "interviewer_pool_id"),
    other("source_tracking_links", "sourceTrackingLink.list", "tracking_link_id"),
    other("brands", "brand.list", "brand_id"),
    other("hiring_team_roles", "hiringTeamRole.list", "role_id"),
    other("interviewer_pauses", "user.listInterviewerPauses", "pause_id"),
    other("sequences", "sequence.list", "sequence_id"),
    other("sequence_templates", "sequenceTemplate.list", "sequence_template_id"),
    other("audit_log", "auditLog.list", "event_id"),
    other("job_posting_details", "jobPosting.info", "job_posting_id"),
    Other { member: "jobId", ..other("job_interview_plans", "jobInterviewPlan.info", "job_id") },
    Other { member: "email", ..other("email_senders", "emailSender.list", "email") },
    Other { member: "version", ..other("api_versions", "version.list", "version") },
];

/// `someMember` as `some_member`.
fn snake(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

fn kind(of: &Type) -> Option<Kind> {
    Some(match of {
        Type::Boolean => Kind::Bool,
        Type::Integer | Type::Milliseconds => Kind::Int,
        Type::Number => Kind::Real,
        Type::Instant => Kind::Instant,
        Type::Date => Kind::Date,
        Type::String | Type::Uuid | Type::Id(_) | Type::Email | Type::Url | Type::Enumeration(_) => {
            Kind::Text
        }
        _ => return None,
    })
}

/// What a member is called here: instants end in `_at`, dates in `_date`, booleans begin with `is_` or `has_`.
fn named(name: &str, kind: Kind) -> String {
    let snake = snake(name);
    match kind {
        Kind::Bool if !snake.starts_with("is_") && !snake.starts_with("has_") => format!("is_{snake}"),
        Kind::Instant if !snake.ends_with("_at") => {
            format!("{}_at", snake.trim_end_matches("_time").trim_end_matches("_date"))
        }
        Kind::Date if !snake.ends_with("_date") => format!("{snake}_date"),
        _ => snake,
    }
}

/// Text that lives as long as the process; each is made once.
fn kept(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

fn table(other: &'static Other) -> Option<Table> {
    let operation = find(other.operation)?;
    let column = |name, kind, from, about| Column { name, kind, from, about };
    let mut columns = vec![column(other.id, Kind::Text, other.member, "What tells it from others")];
    if let Some((from, name)) = other.parent {
        columns.push(column(name, Kind::Text, from, "What it belongs to"));
    }
    for member in operation.members().filter(|member| !LEFT_OUT.contains(&member.name)) {
        let Some(kind) = kind(&member.kind) else { continue };
        let name = named(member.name, kind);
        if member.name == other.member || columns.iter().any(|column| column.name == name) {
            continue;
        }
        let about = if member.about.is_empty() {
            kept(format!("{} of the record", member.name))
        } else {
            member.about
        };
        columns.push(column(kept(name), kind, member.name, about));
    }
    let origins = Box::leak(vec![(other.stream, "")].into_boxed_slice());
    let key: &'static [&'static str] = Box::leak(vec![other.id].into_boxed_slice());
    let owners = if other.owners.iter().all(|(name, _)| columns.iter().any(|column| column.name == *name)) {
        other.owners
    } else {
        &[]
    };
    Some(Table {
        name: other.stream,
        row: kept(format!("A record of the stream {}, with its scalar members", other.stream)),
        making: Making::Records { origins },
        key,
        record: key,
        owners,
        indexes: Box::leak(owners.iter().map(|(column, _)| *column).collect::<Vec<_>>().into_boxed_slice()),
        columns: Box::leak(columns.into_boxed_slice()),
        ..TABLE
    })
}

/// These tables.
pub(crate) static TABLES: LazyLock<Vec<Table>> = LazyLock::new(|| OTHERS.iter().filter_map(table).collect());

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stream_has_a_table_whose_columns_are_named_as_elsewhere() {
        assert_eq!(TABLES.len(), OTHERS.len());
        for table in TABLES.iter() {
            assert!(table.columns.len() > 1, "{}", table.name);
            let snake = |name: &str| {
                name.chars()
                    .all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_')
            };
            assert!(table.columns.iter().all(|column| snake(column.name)), "{}", table.name);
        }
    }
}
