//! Writes of offers and their approval.

use serde_json::{Map, Value, json};

use super::build::*;
use super::{Form, Operation};
use crate::check::Refusal;
use crate::kind::Kind;
use crate::writing::{Writing, place};

/// The part of an application's place for an offer that identifies the process, and the one of its form.
const PROCESS_PART: u32 = 1 << 21;
const FORM_PART: u32 = 1 << 22;

/// Acceptance statuses, and the offer status that Ashby derives from each.
const ACCEPTANCE: [(&str, &str); 6] = [
    ("Accepted", "CandidateAccepted"),
    ("Declined", "CandidateRejected"),
    ("Cancelled", "OfferCancelled"),
    ("Pending", "WaitingOnCandidateResponse"),
    ("WaitingOnResponse", "WaitingOnCandidateResponse"),
    ("Created", "WaitingOnApprovalStart"),
];
const ACCEPTANCES: &[&str] =
    &["Accepted", "Declined", "Cancelled", "Pending", "WaitingOnResponse", "Created"];
const EXCLUDE_FORM: super::Parameter = may("excludeFormDefinition", Form::Flag);

pub(super) const WRITES: &[Operation] = &[
    write(
        "offerProcess.start",
        OFFERS_WRITE,
        act(start_process),
        &[names("applicationId", Kind::Application)],
    ),
    write("offer.start", OFFERS_WRITE, act(start_offer), &[needed(may("offerProcessId", Form::Uuid))]),
    write(
        "offer.create",
        OFFERS_WRITE,
        act(create_offer),
        &[
            needed(may("offerProcessId", Form::Uuid)),
            needed(may("offerFormId", Form::Uuid)),
            needed(may("offerForm", FORM_ANSWERS)),
            EXCLUDE_FORM,
        ],
    ),
    write(
        "offer.update",
        OFFERS_WRITE,
        act(update_offer),
        &[names("offerId", Kind::Offer), needed(may("offerForm", FORM_ANSWERS)), EXCLUDE_FORM],
    ),
    write(
        "offer.startApprovalProcess",
        OFFERS_WRITE,
        act(start_approval),
        &[needed(may("offerVersionId", Form::Uuid)), may("note", Form::Text), EXCLUDE_FORM],
    ),
    write(
        "offer.approve",
        OFFERS_WRITE,
        act(approve),
        &[
            needed(may("offerVersionId", Form::Uuid)),
            may("approvalStepId", Form::Uuid),
            optional("userId", Form::Uuid, super::Effect::Names(Kind::User)),
            EXCLUDE_FORM,
        ],
    ),
    write(
        "offer.setStatus",
        OFFERS_WRITE,
        act(set_status),
        &[
            names("offerId", Kind::Offer),
            needed(may("acceptanceStatus", Form::Choice(ACCEPTANCES))),
            EXCLUDE_FORM,
        ],
    ),
    write(
        "offer.setDecidedAt",
        OFFERS_WRITE,
        update(Kind::Offer, "offerId", &[]),
        &[
            names("offerId", Kind::Offer),
            needed(sets("decidedAt", Form::Instant, "/decidedAt")),
            EXCLUDE_FORM,
        ],
    ),
    write(
        "approvalDefinition.update",
        "approvals:write",
        act(define_approval),
        &[
            needed(may("entityType", Form::Choice(&["offer"]))),
            needed(may("entityId", Form::Uuid)),
            needed(may(
                "approvalStepDefinitions",
                Form::Each(&Form::Object(&[
                    needs("approvalsRequired", Form::Integer),
                    needs(
                        "approvers",
                        Form::Each(&Form::Object(&[
                            needs("userId", Form::Uuid),
                            needs("type", Form::Choice(&["user"])),
                        ])),
                    ),
                ])),
            )),
            may("submitApprovalRequest", Form::Flag),
        ],
    ),
];

/// The application whose offer process or form an identifier is.
fn application_of(writing: &Writing<'_, '_>, parameter: &str, part: u32) -> Result<u32, Refusal> {
    let read = writing.text(parameter).and_then(|id| writing.editor.view().world.ids.read_part(id));
    match read {
        Some((Kind::Offer, application, Some(found))) if found == part => {
            writing.find(Kind::Application, &json!(writing.editor.id(Kind::Application, application)))
        }
        _ => Err(Refusal::input(format!("{parameter} is unknown; start the process anew"))),
    }
}

fn start_process(writing: &mut Writing<'_, '_>) -> Result<Value, Refusal> {
    let application = writing.named(Kind::Application, "applicationId")?;
    let id = writing.editor.view().world.ids.part(Kind::Offer, application, PROCESS_PART);
    Ok(json!({"id": id, "applicationId": writing.value("applicationId"), "status": "WaitingOnOfferCreation"}))
}

fn start_offer(writing: &mut Writing<'_, '_>) -> Result<Value, Refusal> {
    let application = application_of(writing, "offerProcessId", PROCESS_PART)?;
    let world = writing.editor.view().world;
    let form = world.document(Kind::Offer, 0, 0).detail.remove("formDefinition");
    Ok(json!({"id": world.ids.part(Kind::Offer, application, FORM_PART), "formDefinition": form}))
}

/// The members of an offer's version that a form's answers name.
fn terms(answers: &Map<String, Value>) -> Map<String, Value> {
    let known =
        answers.iter().filter(|(path, _)| ["salary", "startDate", "openingId"].contains(&path.as_str()));
    known
        .map(|(path, value)| match value.as_str() {
            // Forms take days, offers show instants.
            Some(day) if path == "startDate" && day.len() == 10 => {
                (path.clone(), json!(format!("{day}T00:00:00.000Z")))
            }
            _ => (path.clone(), value.clone()),
        })
        .collect()
}

/// An opening can be filled by one offer, and only while it is open.
fn check_opening(writing: &Writing<'_, '_>, answers: &Map<String, Value>) -> Result<(), Refusal> {
    let Some(id) = answers.get("openingId").filter(|id| !id.is_null()) else { return Ok(()) };
    let opening = writing.record(Kind::Opening, writing.find(Kind::Opening, id)?);
    if !matches!(opening.get("openingState").and_then(Value::as_str), Some("Open" | "Approved")) {
        return Err(Refusal::new("opening_state_invalid", "The opening is neither open nor approved"));
    }
    let view = writing.editor.view();
    let in_use = view.indices(Kind::Offer, 0).map(|offer| view.record(Kind::Offer, offer)).any(|offer| {
        let dead = ["CandidateRejected", "OfferCancelled"].map(|status| json!(status));
        let alive = offer.get("offerStatus").is_some_and(|status| !dead.contains(status));
        alive && offer.get("latestVersion").is_some_and(|version| version["openingId"] == *id)
    });
    if in_use {
        return Err(Refusal::new("opening_in_use", "Another offer is for this opening"));
    }
    Ok(())
}

fn create_offer(writing: &mut Writing<'_, '_>) -> Result<Value, Refusal> {
    let application = application_of(writing, "offerProcessId", PROCESS_PART)?;
    if application_of(writing, "offerFormId", FORM_PART)? != application {
        return Err(Refusal::input("offerFormId is of another offer process"));
    }
    let answers = Writing::answers(writing.value("offerForm"));
    check_opening(writing, &answers)?;
    let (now, author) = (writing.editor.now(), writing.actor_record());
    let application_id = writing.editor.id(Kind::Application, application);
    let index = writing.editor.create_with(Kind::Offer, Some(application), |document| {
        let mut version = document.record.get("latestVersion").cloned().unwrap_or_default();
        if let Some(members) = version.as_object_mut() {
            members.retain(|name, _| ["id", "author"].contains(&name.as_str()));
            members.extend(terms(&answers));
            members.insert("createdAt".to_owned(), json!(now));
            members.insert("customFields".to_owned(), json!([]));
            members.insert("fileHandles".to_owned(), json!([]));
            if let Some(author) = author {
                members.insert("author".to_owned(), json!(author));
            }
        }
        document.record.remove("decidedAt");
        document.record.extend([
            ("applicationId".to_owned(), json!(application_id)),
            ("acceptanceStatus".to_owned(), json!("Created")),
            ("offerStatus".to_owned(), json!("WaitingOnApprovalStart")),
            ("latestVersion".to_owned(), version.clone()),
        ]);
        document.detail.insert("versions".to_owned(), json!([version]));
    });
    Ok(writing.show(Kind::Offer, index))
}

fn update_offer(writing: &mut Writing<'_, '_>) -> Result<Value, Refusal> {
    let offer = writing.named(Kind::Offer, "offerId")?;
    let answers = Writing::answers(writing.value("offerForm"));
    let mut version = writing.record(Kind::Offer, offer).remove("latestVersion").unwrap_or_default();
    if answers.get("openingId").is_some_and(|opening| *opening != version["openingId"]) {
        check_opening(writing, &answers)?;
    }
    let id = writing.editor.new_part(Kind::Offer, offer);
    if let Some(members) = version.as_object_mut() {
        members.extend(terms(&answers));
        members.insert("id".to_owned(), json!(id));
        members.insert("createdAt".to_owned(), json!(writing.editor.now()));
        members.remove("approvalStatus");
    }
    let patch = Map::from_iter([
        ("latestVersion".to_owned(), version),
        ("offerStatus".to_owned(), json!("WaitingOnApprovalStart")),
        ("acceptanceStatus".to_owned(), json!("Created")),
    ]);
    writing.editor.update(Kind::Offer, offer, &patch);
    Ok(writing.show(Kind::Offer, offer))
}

/// The offer whose latest version a request names.
fn offer_of_version(writing: &Writing<'_, '_>, parameter: &str) -> Result<u32, Refusal> {
    let missing = || Refusal::new(Kind::Offer.not_found(), "No offer has this as its latest version");
    let id = writing.text(parameter).unwrap_or_default();
    let (kind, index, _) = writing.editor.view().world.ids.read_part(id).ok_or_else(missing)?;
    let offer = writing.find(Kind::Offer, &json!(writing.editor.id(kind, index))).map_err(|_| missing())?;
    let version = writing.record(Kind::Offer, offer).remove("latestVersion").unwrap_or_default();
    if version["id"] == id { Ok(offer) } else { Err(missing()) }
}

/// Changes the state of an offer and of its latest version.
fn enter(writing: &mut Writing<'_, '_>, offer: u32, [status, acceptance, approval]: [&str; 3]) {
    writing.editor.change(Kind::Offer, offer, |document| {
        document.record.insert("offerStatus".to_owned(), json!(status));
        document.record.insert("acceptanceStatus".to_owned(), json!(acceptance));
        if approval.is_empty() {
            return;
        }
        *place(document, "/latestVersion/approvalStatus") = json!(approval);
        if let Some(Value::Array(versions)) = document.detail.get_mut("versions")
            && let Some(latest) = versions.first_mut()
        {
            latest["approvalStatus"] = json!(approval);
        }
    });
}

/// The offer's approval, made if there is none, with these steps or its own.
fn change_approval(writing: &mut Writing<'_, '_>, offer: u32, steps: Option<Value>, decided: bool) -> u32 {
    let known = writing.editor.view().children(Kind::Approval, offer).first().copied();
    let index = known.unwrap_or_else(|| writing.editor.create(Kind::Approval, Some(offer), &Map::new()));
    // What is approved is the version.
    let version = writing.record(Kind::Offer, offer).remove("latestVersion").unwrap_or_default();
    let now = writing.editor.now();
    writing.editor.change(Kind::Approval, index, |document| {
        let record = &mut document.record;
        record.insert("entityId".to_owned(), version["id"].clone());
        if let Some(steps) = steps {
            record.insert("steps".to_owned(), steps);
        }
        let steps = record.get_mut("steps").and_then(Value::as_array_mut);
        for step in steps.into_iter().flatten().filter_map(Value::as_object_mut) {
            set_or_remove(step, "completedAt", decided.then_some(&now));
            let approvers = step.get_mut("approvers").and_then(Value::as_array_mut);
            for approver in approvers.into_iter().flatten().filter_map(Value::as_object_mut) {
                approver.insert("decision".to_owned(), json!(if decided { "approve" } else { "pending" }));
                set_or_remove(approver, "decidedAt", decided.then_some(&now));
            }
        }
        set_or_remove(record, "completedAt", decided.then_some(&now));
    });
    index
}

fn set_or_remove(members: &mut Map<String, Value>, name: &str, value: Option<&String>) {
    match value {
        Some(value) => members.insert(name.to_owned(), json!(value)),
        None => members.remove(name),
    };
}

const APPROVING: [&str; 3] = ["WaitingOnOfferApproval", "Created", "WaitingOnApprovals"];

fn start_approval(writing: &mut Writing<'_, '_>) -> Result<Value, Refusal> {
    let offer = offer_of_version(writing, "offerVersionId")?;
    enter(writing, offer, APPROVING);
    change_approval(writing, offer, None, false);
    Ok(writing.show(Kind::Offer, offer))
}

fn approve(writing: &mut Writing<'_, '_>) -> Result<Value, Refusal> {
    let offer = offer_of_version(writing, "offerVersionId")?;
    enter(writing, offer, ["WaitingOnCandidateResponse", "WaitingOnResponse", "Approved"]);
    change_approval(writing, offer, None, true);
    Ok(writing.show(Kind::Offer, offer))
}

fn set_status(writing: &mut Writing<'_, '_>) -> Result<Value, Refusal> {
    let offer = writing.named(Kind::Offer, "offerId")?;
    let wanted = writing.text("acceptanceStatus").unwrap_or_default();
    let (acceptance, status) =
        ACCEPTANCE.into_iter().find(|(acceptance, _)| *acceptance == wanted).unwrap_or(ACCEPTANCE[5]);
    enter(writing, offer, [status, acceptance, ""]);
    if matches!(acceptance, "Accepted" | "Declined") {
        let decided = Map::from_iter([("decidedAt".to_owned(), json!(writing.editor.now()))]);
        writing.editor.update(Kind::Offer, offer, &decided);
    }
    Ok(writing.show(Kind::Offer, offer))
}

fn define_approval(writing: &mut Writing<'_, '_>) -> Result<Value, Refusal> {
    let offer = offer_of_version(writing, "entityId")?;
    let definitions = writing.value("approvalStepDefinitions").clone();
    let now = writing.editor.now();
    let ids = writing.editor.view().world.ids;
    let mut steps = Vec::new();
    let mut part = 1 << 20;
    let mut next_id = || {
        part += 1;
        ids.part(Kind::Approval, offer, part)
    };
    for definition in definitions.as_array().into_iter().flatten() {
        let mut approvers = Vec::new();
        for approver in definition["approvers"].as_array().into_iter().flatten() {
            writing.find(Kind::User, &approver["userId"])?;
            approvers.push(json!({"id": next_id(), "userId": approver["userId"], "requestedAt": now}));
        }
        let step = json!({
            "id": next_id(), "approvalsRequired": definition["approvalsRequired"], "approvers": approvers,
        });
        steps.push(step);
    }
    let submits = writing.is_true("submitApprovalRequest");
    enter(writing, offer, if submits { APPROVING } else { ["WaitingOnApprovalStart", "Created", ""] });
    let index = change_approval(writing, offer, Some(json!(steps)), false);
    let id = writing.record(Kind::Approval, index).remove("approvalDefinitionId");
    Ok(json!({
        "id": id, "entityType": "Offer", "entityId": writing.value("entityId"), "approvalStepDefinitions": definitions,
    }))
}
