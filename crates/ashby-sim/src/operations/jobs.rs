//! Writes of jobs, job postings and openings.

use serde_json::{Map, Value, json};

use super::build::*;
use super::settings::{set_value, set_values};
use super::{Change, Effect, Form, Operation, Parameter, Shape};
use crate::check::Refusal;
use crate::edit::lay_over;
use crate::kind::Kind;
use crate::world::Document;
use crate::writing::{Writing, assign, place};

const OPENING: (Kind, &str) = (Kind::Opening, "openingId");
const OF_JOB: &[Parameter] = &[names("openingId", Kind::Opening), names("jobId", Kind::Job)];
const AT_LOCATION: &[Parameter] = &[names("openingId", Kind::Opening), names("locationId", Kind::Location)];

const fn opening_array(array_path: &'static str, item: &'static str, present: bool) -> Change {
    array(OPENING, array_path, (item, Shape::Ids), present)
}

pub(super) const WRITES: &[Operation] = &[
    write(
        "job.create",
        JOBS_WRITE,
        act(create_job),
        &[
            needed(sets("title", Form::Text, "/title")),
            needed(refers("teamId", "/departmentId", Kind::Department)),
            needed(refers("locationId", "/locationId", Kind::Location)),
            refers("defaultInterviewPlanId", "/defaultInterviewPlanId", Kind::InterviewPlan),
            optional("jobTemplateId", Form::Uuid, Effect::Names(Kind::JobTemplate)),
            refers("brandId", "/brandId", Kind::Brand),
            sets("employmentType", Form::Choice(EMPLOYMENT_TYPES), "/employmentType"),
        ],
    ),
    write(
        "job.update",
        JOBS_WRITE,
        update(Kind::Job, "jobId", &[]),
        &[
            names("jobId", Kind::Job),
            sets("title", Form::Text, "/title"),
            refers("teamId", "/departmentId", Kind::Department),
            refers("locationId", "/locationId", Kind::Location),
            refers("defaultInterviewPlanId", "/defaultInterviewPlanId", Kind::InterviewPlan),
            sets("employmentType", Form::Choice(EMPLOYMENT_TYPES), "/employmentType"),
            sets("customRequisitionId", Form::Text, "/customRequisitionId"),
        ],
    ),
    write(
        "job.setStatus",
        JOBS_WRITE,
        act(set_job_status),
        &[names("jobId", Kind::Job), needed(may("status", Form::Choice(JOB_STATUSES)))],
    ),
    write(
        "job.updateCompensation",
        JOBS_WRITE,
        act(|writing| set_compensation(writing, Kind::Job, "jobId")),
        &[names("jobId", Kind::Job), needed(may("compensationTiers", COMPENSATION_TIERS))],
    ),
    write(
        "jobPosting.update",
        JOBS_WRITE,
        act(update_posting),
        &[
            names("jobPostingId", Kind::JobPosting),
            sets("title", Form::Text, "/title"),
            sets("workplaceType", Form::Choice(WORKPLACE_TYPES), "/workplaceType"),
            optional("locationId", Form::OrNull(&Form::Uuid), Effect::Names(Kind::Location)),
            optional(
                "secondaryLocationIds",
                Form::Each(&Form::Uuid),
                Effect::Refers("/locationIds/secondaryLocationIds", Kind::Location),
            ),
            may("applicationFormDefinitionId", Form::OrNull(&Form::Uuid)),
            optional(
                "applicationConfirmationEmailTemplateId",
                Form::Uuid,
                Effect::Names(Kind::CommunicationTemplate),
            ),
            may("suppressDescriptionOpening", Form::Flag),
            may("suppressDescriptionClosing", Form::Flag),
            may(
                "description",
                Form::Object(&[needs("type", Form::Choice(&["text/html"])), needs("content", Form::Text)]),
            ),
            may("includeUnpublishedJobPostings", Form::Flag),
        ],
    ),
    write(
        "jobPosting.setStatus",
        JOBS_WRITE,
        act(set_posting_status),
        &[
            names("jobPostingId", Kind::JobPosting),
            needed(may("status", Form::Choice(&["Draft", "Published"]))),
        ],
    ),
    write(
        "jobPosting.updateCompensation",
        JOBS_WRITE,
        act(|writing| set_compensation(writing, Kind::JobPosting, "jobPostingId")),
        &[
            names("jobPostingId", Kind::JobPosting),
            needed(may("compensationTiers", COMPENSATION_TIERS)),
            may("includeUnpublishedJobPostings", Form::Flag),
        ],
    ),
    write(
        "job.updateCompensationSettings",
        JOBS_WRITE,
        update(Kind::Job, "jobId", &[]),
        &[names("jobId", Kind::Job)],
    ),
    write(
        "jobPosting.updateCompensationSettings",
        JOBS_WRITE,
        update(Kind::JobPosting, "jobPostingId", &[]),
        &[names("jobPostingId", Kind::JobPosting)],
    ),
    write(
        "jobPosting.setCustomFieldValue",
        JOBS_WRITE,
        act(set_value),
        &[
            names("jobPostingId", Kind::JobPosting),
            names("fieldId", Kind::CustomField),
            needed(may("fieldValue", FIELD_VALUE)),
        ],
    ),
    write(
        "jobPosting.setCustomFieldValues",
        JOBS_WRITE,
        act(set_values),
        &[names("jobPostingId", Kind::JobPosting), needed(may("values", FIELD_VALUES))],
    ),
    write(
        "opening.create",
        JOBS_WRITE,
        act(create_opening),
        &[
            sets("identifier", Form::Text, "/latestVersion/identifier"),
            sets("description", Form::Text, "/latestVersion/description"),
            refers("teamId", "/latestVersion/teamId", Kind::Department),
            optional(
                "locationIds",
                Form::Each(&Form::Uuid),
                Effect::Refers("/latestVersion/locationIds", Kind::Location),
            ),
            optional("jobIds", Form::Each(&Form::Uuid), Effect::Refers("/latestVersion/jobIds", Kind::Job)),
            sets("targetHireDate", Form::Text, "/latestVersion/targetHireDate"),
            sets("targetStartDate", Form::Text, "/latestVersion/targetStartDate"),
            sets("isBackfill", Form::Flag, "/latestVersion/isBackfill"),
            sets("employmentType", Form::Choice(EMPLOYMENT_TYPES), "/latestVersion/employmentType"),
            may("openingState", Form::Choice(OPENING_STATES)),
        ],
    ),
    write(
        "opening.update",
        JOBS_WRITE,
        update(Kind::Opening, "openingId", &[]),
        &[
            names("openingId", Kind::Opening),
            sets("identifier", Form::Text, "/latestVersion/identifier"),
            sets("description", Form::Text, "/latestVersion/description"),
            refers("teamId", "/latestVersion/teamId", Kind::Department),
            sets("targetHireDate", Form::Text, "/latestVersion/targetHireDate"),
            sets("targetStartDate", Form::Text, "/latestVersion/targetStartDate"),
            sets("isBackfill", Form::Flag, "/latestVersion/isBackfill"),
            sets("employmentType", Form::Choice(EMPLOYMENT_TYPES), "/latestVersion/employmentType"),
        ],
    ),
    write("opening.addJob", JOBS_WRITE, opening_array("/latestVersion/jobIds", "jobId", true), OF_JOB),
    write("opening.removeJob", JOBS_WRITE, opening_array("/latestVersion/jobIds", "jobId", false), OF_JOB),
    write(
        "opening.addLocation",
        JOBS_WRITE,
        opening_array("/latestVersion/locationIds", "locationId", true),
        AT_LOCATION,
    ),
    write(
        "opening.removeLocation",
        JOBS_WRITE,
        opening_array("/latestVersion/locationIds", "locationId", false),
        AT_LOCATION,
    ),
    write(
        "opening.setArchived",
        JOBS_WRITE,
        act(archive_opening),
        &[names("openingId", Kind::Opening), needed(may("archive", Form::Flag))],
    ),
    write(
        "opening.setOpeningState",
        JOBS_WRITE,
        act(set_opening_state),
        &[
            names("openingId", Kind::Opening),
            needed(may("openingState", Form::Choice(OPENING_STATES))),
            refers("closeReasonId", "/closeReasonId", Kind::CloseReason),
        ],
    ),
];

const OPENING_STATES: &[&str] = &["Draft", "Approved", "Open", "Closed"];

fn create_job(writing: &mut Writing<'_, '_>) -> Result<Value, Refusal> {
    let template = writing.named_if_given(Kind::JobTemplate, "jobTemplateId")?;
    let template = template.map(|template| writing.record(Kind::JobTemplate, template)).unwrap_or_default();
    let assignments = writing.assignments(&[
        ("/status", "\"Draft\""),
        ("/confidential", "false"),
        ("/employmentType", "\"FullTime\""),
        ("/customFields", "[]"),
        ("/jobPostingIds", "[]"),
        ("/hiringTeam", "[]"),
        ("/openedAt", "null"),
        ("/closedAt", "null"),
    ]);
    let author = writing.actor_record();
    let index = writing.editor.create_with(Kind::Job, None, |document| {
        if let Some(plan) = template.get("defaultInterviewPlanId") {
            document.record.insert("defaultInterviewPlanId".to_owned(), plan.clone());
        }
        assign(document, assignments);
        let plan = document.record.get("defaultInterviewPlanId").cloned();
        document.record.insert("interviewPlanIds".to_owned(), json!([plan]));
        if let Some(author) = author {
            document.record.insert("author".to_owned(), json!(author));
        }
    });
    Ok(writing.show(Kind::Job, index))
}

fn set_job_status(writing: &mut Writing<'_, '_>) -> Result<Value, Refusal> {
    let index = writing.named(Kind::Job, "jobId")?;
    let status = writing.text("status").unwrap_or_default().to_owned();
    let before = writing.record(Kind::Job, index).remove("status").unwrap_or_default();
    let may_follow = match before.as_str().unwrap_or_default() {
        "Draft" => &["Open", "Archived"][..],
        "Open" => &["Closed"],
        "Closed" => &["Draft", "Archived"],
        _ => &["Draft"],
    };
    if !may_follow.contains(&status.as_str()) {
        return Err(Refusal::input("A job of this status cannot go to that one"));
    }
    let now = json!(writing.editor.now());
    writing.editor.change(Kind::Job, index, |document| {
        let patch = match status.as_str() {
            "Draft" => json!({"openedAt": null, "closedAt": null}),
            "Open" => json!({"openedAt": now, "closedAt": null}),
            _ => json!({"closedAt": now}),
        };
        lay_over(document, patch.as_object().expect("it is an object"));
        document.record.insert("status".to_owned(), json!(status));
    });
    Ok(writing.show(Kind::Job, index))
}

/// Compensation as it is shown: tiers with identifiers and summaries.
fn tiers(writing: &Writing<'_, '_>, kind: Kind, index: u32) -> Value {
    let ids = writing.editor.view().world.ids;
    let given = writing.value("compensationTiers").as_array().into_iter().flatten();
    let tiers = (0_u32..).zip(given).map(|(place, tier)| {
        let mut tier = tier.clone();
        let part = |of: u32| ids.part(kind, index, 1_000 + 100 * place + of);
        let components = tier["components"].as_array_mut().into_iter().flatten();
        let mut summaries = Vec::new();
        for (number, component) in (1..).zip(components) {
            let bound = |name: &str| {
                component[name].as_f64().map_or_else(|| "?".to_owned(), |bound| bound.to_string())
            };
            let summary = format!("{} – {}", bound("minValue"), bound("maxValue"));
            component["id"] = json!(part(number));
            component["summary"] = json!(summary);
            summaries.push(summary);
        }
        tier["id"] = json!(part(0));
        tier["tierSummary"] = json!(summaries.join(" • "));
        tier
    });
    tiers.collect()
}

fn set_compensation(writing: &mut Writing<'_, '_>, kind: Kind, parameter: &str) -> Result<Value, Refusal> {
    let index = writing.named(kind, parameter)?;
    let tiers = tiers(writing, kind, index);
    let summary = tiers[0]["tierSummary"].clone();
    writing.editor.change(kind, index, |document| match kind {
        Kind::Job => drop(document.detail.insert("compensationTiers".to_owned(), tiers)),
        _ => {
            document.record.insert("compensationTierSummary".to_owned(), summary.clone());
            if let Some(compensation) = document.detail.get_mut("compensation") {
                compensation["compensationTiers"] = tiers;
                compensation["compensationTierSummary"] = summary;
            }
        }
    });
    Ok(writing.show(kind, index))
}

fn update_posting(writing: &mut Writing<'_, '_>) -> Result<Value, Refusal> {
    let index = writing.named(Kind::JobPosting, "jobPostingId")?;
    let assignments = writing.assignments(&[]);
    let html = writing.value("description").get("content").and_then(Value::as_str).map(str::to_owned);
    let suppressed: Vec<&str> = [
        ("suppressDescriptionOpening", "descriptionOpening"),
        ("suppressDescriptionClosing", "descriptionClosing"),
    ]
    .into_iter()
    .filter_map(|(parameter, part)| writing.is_true(parameter).then_some(part))
    .collect();
    let location = writing.named_if_given(Kind::Location, "locationId")?;
    let location = location.map(|location| writing.record(Kind::Location, location));
    writing.editor.change(Kind::JobPosting, index, |document| {
        assign(document, assignments);
        if let Some(location) = location {
            let id = location.get("id").cloned();
            *place(document, "/locationIds/primaryLocationId") = id.unwrap_or_default();
            document
                .record
                .insert("locationName".to_owned(), location.get("name").cloned().unwrap_or_default());
        }
        let detail = &mut document.detail;
        if let Some(html) = html {
            let plain = without_tags(&html);
            detail.insert("descriptionPlain".to_owned(), json!(plain));
            detail.insert("descriptionHtml".to_owned(), json!(html));
            if let Some(parts) = detail.get_mut("descriptionParts") {
                parts["descriptionBody"] = json!({"html": html, "plain": plain});
            }
        }
        if let Some(Value::Object(parts)) = detail.get_mut("descriptionParts") {
            parts.retain(|name, _| !suppressed.contains(&name.as_str()));
        }
    });
    Ok(writing.show(Kind::JobPosting, index))
}

fn set_posting_status(writing: &mut Writing<'_, '_>) -> Result<Value, Refusal> {
    let index = writing.named(Kind::JobPosting, "jobPostingId")?;
    let status = writing.text("status").unwrap_or_default().to_owned();
    let published = (status == "Published").then(|| writing.editor.now()[..10].to_owned());
    let patch = Map::from_iter([
        ("status".to_owned(), json!(status)),
        ("publishedDate".to_owned(), json!(published)),
    ]);
    writing.editor.update(Kind::JobPosting, index, &patch);
    Ok(writing.show(Kind::JobPosting, index))
}

fn without_tags(html: &str) -> String {
    let mut inside = false;
    let text = html.chars().filter(|letter| {
        inside = (inside || *letter == '<') && *letter != '>';
        !inside && *letter != '>'
    });
    text.collect()
}

/// The state of an opening, and the instants that go with it.
fn enter_state(document: &mut Document, state: &str, now: &str) {
    let record = &mut document.record;
    record.insert("openingState".to_owned(), json!(state));
    if state != "Draft" && !record.contains_key("openedAt") {
        record.insert("openedAt".to_owned(), json!(now));
    }
    if state == "Closed" {
        record.insert("closedAt".to_owned(), json!(now));
    } else {
        record.remove("closedAt");
        record.remove("closeReasonId");
    }
}

fn create_opening(writing: &mut Writing<'_, '_>) -> Result<Value, Refusal> {
    for (parameter, kind) in [("jobIds", Kind::Job), ("locationIds", Kind::Location)] {
        for id in writing.value(parameter).as_array().into_iter().flatten() {
            writing.find(kind, id)?;
        }
    }
    let state = writing.text("openingState").unwrap_or("Draft").to_owned();
    let assignments = writing.assignments(&[
        ("/openedAt", "null"),
        ("/isArchived", "false"),
        ("/archivedAt", "null"),
        ("/latestVersion/description", "\"\""),
        ("/latestVersion/teamId", "null"),
        ("/latestVersion/jobIds", "[]"),
        ("/latestVersion/locationIds", "[]"),
        ("/latestVersion/targetHireDate", "null"),
        ("/latestVersion/targetStartDate", "null"),
        ("/latestVersion/isBackfill", "false"),
        ("/latestVersion/hiringTeam", "[]"),
        ("/latestVersion/customFields", "[]"),
    ]);
    let (now, author) = (writing.editor.now(), writing.actor_record());
    let index = writing.editor.create_with(Kind::Opening, None, |document| {
        assign(document, assignments);
        enter_state(document, &state, &now);
        if let Some(author) = author {
            let id = author.get("id").cloned();
            *place(document, "/latestVersion/authorId") = id.unwrap_or_default();
        }
    });
    Ok(writing.show(Kind::Opening, index))
}

fn archive_opening(writing: &mut Writing<'_, '_>) -> Result<Value, Refusal> {
    let index = writing.named(Kind::Opening, "openingId")?;
    let archived = writing.is_true("archive");
    let at = archived.then(|| writing.editor.now());
    let patch =
        Map::from_iter([("isArchived".to_owned(), json!(archived)), ("archivedAt".to_owned(), json!(at))]);
    writing.editor.update(Kind::Opening, index, &patch);
    Ok(writing.show(Kind::Opening, index))
}

fn set_opening_state(writing: &mut Writing<'_, '_>) -> Result<Value, Refusal> {
    let index = writing.named(Kind::Opening, "openingId")?;
    let state = writing.text("openingState").unwrap_or_default().to_owned();
    let (now, assignments) = (writing.editor.now(), writing.assignments(&[]));
    writing.editor.change(Kind::Opening, index, |document| {
        enter_state(document, &state, &now);
        assign(document, assignments);
    });
    Ok(writing.show(Kind::Opening, index))
}
