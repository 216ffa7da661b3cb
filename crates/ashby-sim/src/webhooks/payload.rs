//! What events say: the `data` of each type.

use serde_json::{Map, Value, json};

use crate::kind::Kind;
use crate::view::View;

/// Every type, with the kind of record that it is about.
const TYPES: &[(&str, Kind)] = &[
    ("applicationSubmit", Kind::Application),
    ("applicationUpdate", Kind::Application),
    ("candidateDelete", Kind::Candidate),
    ("candidateHire", Kind::Application),
    ("candidateMerge", Kind::Candidate),
    ("candidateRecentEmailMessagesUpdated", Kind::Candidate),
    ("candidateStageChange", Kind::Application),
    ("interviewPlanTransition", Kind::Job),
    ("interviewScheduleCreate", Kind::InterviewSchedule),
    ("interviewScheduleUpdate", Kind::InterviewSchedule),
    ("jobCreate", Kind::Job),
    ("jobPostingDelete", Kind::JobPosting),
    ("jobPostingPublish", Kind::JobPosting),
    ("jobPostingUnpublish", Kind::JobPosting),
    ("jobPostingUpdate", Kind::JobPosting),
    ("jobUpdate", Kind::Job),
    ("offerCreate", Kind::Offer),
    ("offerDelete", Kind::Offer),
    ("offerUpdate", Kind::Offer),
    ("openingCreate", Kind::Opening),
    ("ping", Kind::Webhook),
    ("pushToHRIS", Kind::Application),
    ("signatureRequestUpdate", Kind::Offer),
    ("surveySubmit", Kind::SurveySubmission),
    ("takeHomeAssignmentAssigned", Kind::TakeHome),
    ("takeHomeAssignmentCancelled", Kind::TakeHome),
    ("takeHomeAssignmentCompleted", Kind::TakeHome),
    ("takeHomeAssignmentSubmitted", Kind::TakeHome),
];

/// The types of events, by name.
pub(crate) fn types() -> impl Iterator<Item = &'static str> {
    TYPES.iter().map(|(name, _)| *name)
}

/// The type of this name.
pub(crate) fn find(name: &str) -> Option<(&'static str, Kind)> {
    TYPES.iter().copied().find(|(known, _)| *known == name)
}

/// What an event of a type says of a record; of one that is gone, as it was.
pub(crate) fn data(view: View<'_>, action: &str, index: u32, subject: Option<&Map<String, Value>>) -> Value {
    let Some((action, kind)) = find(action) else { return json!({}) };
    let id = view.world.ids.record(kind, index);
    let shown = || json!(subject.cloned().unwrap_or_else(|| view.record(kind, index)));
    let member = |name: &str| subject.and_then(|subject| subject.get(name)).cloned().unwrap_or_default();
    match action {
        "candidateDelete" => json!({"candidate": {"id": id}}),
        "candidateHire" => {
            let mut data = json!({"application": shown()});
            if let Some(offer) = accepted_offer(view, index) {
                data["offer"] = whole(view, Kind::Offer, offer);
            }
            data
        }
        "candidateRecentEmailMessagesUpdated" => {
            json!({"candidate": {"id": id}, "watermark": watermark(&id, 1)})
        }
        "interviewScheduleUpdate" => {
            let mut schedule = shown();
            let application = view.parent(kind, index);
            let candidate = view.parent(Kind::Application, application);
            schedule["candidateId"] = json!(view.world.ids.record(Kind::Candidate, candidate));
            json!({"interviewSchedule": schedule})
        }
        "jobPostingDelete" => json!({"jobPosting": {"id": id, "jobId": member("jobId")}}),
        "offerCreate" | "offerUpdate" => json!({"offer": whole(view, kind, index)}),
        "offerDelete" => json!({"offer": {"id": id, "applicationId": member("applicationId")}}),
        "ping" => json!({"webhookActionType": "ping"}),
        "signatureRequestUpdate" => {
            let offer = shown();
            json!({
                "relatedEntityType": "offer", "offerId": id, "offerVersionId": offer["latestVersion"]["id"],
                "eventType": "sent",
            })
        }
        _ => json!({(member_of(kind)): shown()}),
    }
}

/// The member of `data` that holds a record.
fn member_of(kind: Kind) -> &'static str {
    match kind {
        Kind::TakeHome => "takeHomeAssignment",
        kind => kind.name(),
    }
}

/// A record as `info` shows it.
fn whole(view: View<'_>, kind: Kind, index: u32) -> Value {
    let document = view.document(kind, index);
    let mut whole = document.record;
    whole.extend(document.detail);
    Value::Object(whole)
}

/// The latest offer of an application that was accepted.
fn accepted_offer(view: View<'_>, application: u32) -> Option<u32> {
    let mut offers = view.children(Kind::Offer, application).into_iter().rev();
    offers.find(|&offer| view.record(Kind::Offer, offer).get("acceptanceStatus") == Some(&json!("Accepted")))
}

/// What reads a candidate's e-mails from one attempt of a delivery on: each has one of its own.
pub(crate) fn watermark(candidate: &str, attempt: u32) -> String {
    format!("wm_{}_{attempt}", candidate.replace('-', ""))
}

/// What an event of a type could say of this organisation; `None` for an unknown type, or without such a record.
pub(crate) fn example(view: View<'_>, action: &str, choice: usize) -> Option<Value> {
    let (action, kind) = find(action)?;
    let ids = view.world.ids;
    let fits = |&index: &u32| {
        let status = |member: &str| view.record(kind, index).get(member).cloned().unwrap_or_default();
        match action {
            "candidateHire" => status("status") == "Hired" && accepted_offer(view, index).is_some(),
            "pushToHRIS" => status("status") == "Hired",
            _ => true,
        }
    };
    if action == "ping" {
        return Some(data(view, action, 0, None));
    }
    let mut all: Vec<u32> = view.indices(kind, 0).filter(fits).take(choice.saturating_add(2)).collect();
    let count = all.len();
    let index = *all.get(choice % count.max(1))?;
    all.retain(|&other| other != index);
    match action {
        "candidateMerge" => Some(merge(&ids.record(kind, index), &ids.record(kind, *all.first()?))),
        "interviewPlanTransition" => {
            let mut plans = view.indices(Kind::InterviewPlan, 0);
            Some(transition(view, index, plans.next()?, plans.next()?))
        }
        _ => {
            let mut record = view.record(kind, index);
            if let Some(status) = action.strip_prefix("takeHomeAssignment") {
                record.insert("status".to_owned(), json!(status));
            }
            Some(data(view, action, index, Some(&record)))
        }
    }
}

/// What is said of two candidates who became one.
pub(crate) fn merge(from: &str, into: &str) -> Value {
    json!({"deletedCandidate": {"id": from}, "mergedCandidate": {"id": into}})
}

/// What is said of a job that went over to another plan: each stage to the one in its place.
pub(crate) fn transition(view: View<'_>, job: u32, from: u32, to: u32) -> Value {
    let plan = |index: u32| {
        let plan = view.record(Kind::InterviewPlan, index);
        json!({"id": plan.get("id"), "title": plan.get("title")})
    };
    let stages = |plan: u32| {
        let stages = view.children(Kind::InterviewStage, plan).into_iter();
        stages.map(|stage| view.world.ids.record(Kind::InterviewStage, stage))
    };
    let mappings: Vec<Value> = stages(from)
        .zip(stages(to))
        .map(|(from, to)| json!({"fromInterviewStageId": from, "toInterviewStageId": to}))
        .collect();
    json!({
        "jobId": view.world.ids.record(Kind::Job, job), "fromInterviewPlan": plan(from), "toInterviewPlan": plan(to),
        "interviewStageMappings": mappings,
    })
}
