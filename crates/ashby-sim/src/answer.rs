//! From a request to an answer, HTTP apart.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use serde_json::{Map, Value, json};

use crate::check::{Refusal, check, paging};
use crate::cursor::{Cursor, Token};
use crate::kind::Kind;
use crate::listing::{Listing, Span, Viewer};
use crate::operations::applications::{BLOCKED_PART, SUBMISSION_PART};
use crate::operations::{Answer, Operation, Origin, Paging, interviews, organisation};
use crate::view::View;

/// The most records that a search returns.
const SEARCH_LIMIT: usize = 100;

/// A request whose key and scope are in order.
pub(crate) struct Query<'a> {
    pub(crate) operation: &'static Operation,
    pub(crate) parameters: &'a Map<String, Value>,
    pub(crate) viewer: Viewer,
    pub(crate) rules: Rules,
    /// Sends a page without records whose cursor leads to them.
    pub(crate) hold_back: bool,
    pub(crate) base_url: &'a str,
    /// The id of the user on whose behalf somebody writes.
    pub(crate) on_behalf_of: Option<&'a str>,
}

/// How requests are treated.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules {
    pub(crate) strict: bool,
    pub(crate) page_limit: usize,
    pub(crate) cursor_lifetime_ms: Option<u64>,
    pub(crate) incremental_pages: Option<usize>,
    /// Milliseconds since the server's start.
    pub(crate) now_ms: u64,
    pub(crate) cursor_generation: u64,
    pub(crate) token_generation: u64,
}

/// The body of a success.
#[derive(Debug, Default)]
pub(crate) struct Reply {
    pub(crate) body: Vec<u8>,
    pub(crate) records: usize,
}

impl Query<'_> {
    pub(crate) fn answer(&self, view: View<'_>) -> Result<Reply, Refusal> {
        check(self.operation, self.parameters, self.rules.strict)?;
        let listing = self.listing(view);
        match self.operation.answer {
            Answer::List { source, paging: Paging::Cursor | Paging::Token } => self.page(&listing, source),
            Answer::List { source, paging } => {
                let slice =
                    listing.slice(source, Span { since: None, start: view.state.sequence }, 0, usize::MAX)?;
                let more = if paging == Paging::Flagged { r#","moreDataAvailable":false"# } else { "" };
                Ok(Reply { body: envelope(&slice.records, more), records: slice.count })
            }
            Answer::Search { kind } => {
                let span = Span { since: None, start: view.state.sequence };
                let slice = listing.slice(Origin::All(kind), span, 0, SEARCH_LIMIT)?;
                Ok(Reply { body: envelope(&slice.records, ""), records: slice.count })
            }
            Answer::Info { kind, parameter } => {
                let index = match self.parameters.get("submittedFormInstanceId") {
                    Some(id) if !self.parameters.contains_key(parameter) => submitted(&listing, id)?,
                    _ => listing.named(kind, parameter)?,
                };
                one(self.info(&listing, kind, index))
            }
            Answer::KeyInfo | Answer::Report | Answer::Write(_) => {
                Err(Refusal::new("invalid_input", "Answered elsewhere"))
            }
            Answer::InterviewerSettings => {
                let user = listing.named(Kind::User, "userId")?;
                one(interviews::settings(&self.parameters["userId"], &view.document(Kind::User, user)))
            }
            Answer::FileInfo => {
                let handle = self.parameters.get("fileHandle").and_then(Value::as_str).unwrap_or_default();
                let id = view.file_of_handle(handle).ok_or_else(|| listing.not_found())?;
                one(json!({"url": format!("{}/_sim/files/{id}", self.base_url)}))
            }
            Answer::JobInterviewPlan => one(job_interview_plan(&listing)?),
            Answer::InterviewBriefing => one(briefing(&listing)?),
            Answer::NotetakerTranscript => one(transcript(&listing, self.base_url)?),
            Answer::ReferralForm => {
                let form = view.indices(Kind::ReferralForm, 0).next().ok_or_else(|| listing.not_found())?;
                one(Value::Object(view.record(Kind::ReferralForm, form)))
            }
        }
    }

    pub(crate) fn listing<'v>(&'v self, view: View<'v>) -> Listing<'v> {
        Listing { view, operation: self.operation, parameters: self.parameters, viewer: self.viewer }
    }

    /// A record with all that `info` shows.
    pub(crate) fn info(&self, listing: &Listing<'_>, kind: Kind, index: u32) -> Value {
        let mut document = listing.view.document(kind, index);
        let is_true = |name: &str| self.parameters.get(name) == Some(&Value::Bool(true));
        for hidden in [interviews::SETTINGS, organisation::SECRET] {
            document.detail.remove(hidden);
        }
        if is_true("excludeFormDefinition") {
            document.detail.remove("formDefinition");
        }
        if kind == Kind::Application {
            let expanded =
                self.parameters.get("expand").and_then(Value::as_array).cloned().unwrap_or_default();
            for name in ["applicationFormSubmissions", "referrals"] {
                if !expanded.iter().any(|value| value == name) {
                    document.detail.remove(name);
                }
            }
        }
        document.record.append(&mut document.detail);
        listing.present(&mut document.record)
    }

    fn page(&self, listing: &Listing<'_>, origin: Origin) -> Result<Reply, Refusal> {
        let rules = &self.rules;
        let secret = listing.view.world.shape.seed;
        let fingerprint = self.fingerprint();
        let text = |name: &str| self.parameters.get(name).and_then(Value::as_str);
        let token = match text("syncToken") {
            Some(token) if paging(self.operation) == Paging::Token => {
                Some(self.read_token(secret, fingerprint, token)?)
            }
            _ => None,
        };
        let cursor = match text("cursor") {
            Some(cursor) => self.read_cursor(secret, fingerprint, cursor, token)?,
            None => Cursor {
                fingerprint,
                since: token.map(|token| token.sequence),
                start: listing.view.state.sequence,
                position: 0,
                pages: 0,
                generation: rules.cursor_generation,
                issued_ms: rules.now_ms,
            },
        };
        if cursor.since.is_some() && rules.incremental_pages.is_some_and(|pages| cursor.pages >= pages as u64)
        {
            return Err(Refusal::new(
                "incremental_sync_too_large",
                "Too much has changed since this sync token; discard it and do a full sync.",
            ));
        }
        let asked = self
            .parameters
            .get("limit")
            .and_then(Value::as_f64)
            .map_or(usize::MAX, |limit| limit.max(1.0) as usize);
        let limit = if self.hold_back { 0 } else { asked.min(rules.page_limit) };
        let slice = listing.slice(
            origin,
            Span { since: cursor.since, start: cursor.start },
            cursor.position,
            limit,
        )?;
        let tail = match slice.next {
            Some(position) => {
                let pages = cursor.pages + u64::from(!self.hold_back);
                let next = Cursor {
                    position,
                    pages,
                    issued_ms: rules.now_ms,
                    generation: rules.cursor_generation,
                    ..cursor
                };
                format!(r#","moreDataAvailable":true,"nextCursor":"{}""#, next.write(secret))
            }
            None if paging(self.operation) == Paging::Token => {
                let token = Token { fingerprint, sequence: cursor.start, generation: rules.token_generation };
                format!(r#","moreDataAvailable":false,"syncToken":"{}""#, token.write(secret))
            }
            None => r#","moreDataAvailable":false"#.to_owned(),
        };
        Ok(Reply { body: envelope(&slice.records, &tail), records: slice.count })
    }

    fn read_token(&self, secret: u64, fingerprint: u64, text: &str) -> Result<Token, Refusal> {
        let token =
            Token::read(secret, text).filter(|token| token.fingerprint == fingerprint).ok_or_else(|| {
                Refusal::new(
                    "sync_token_invalid",
                    "The sync token cannot be read; discard it and do a full sync.",
                )
            })?;
        if token.generation < self.rules.token_generation {
            return Err(Refusal::new(
                "sync_token_expired",
                "The sync token has expired; discard it and do a full sync.",
            ));
        }
        Ok(token)
    }

    fn read_cursor(
        &self,
        secret: u64,
        fingerprint: u64,
        text: &str,
        token: Option<Token>,
    ) -> Result<Cursor, Refusal> {
        // The audit log has a code of its own.
        let audit_log = self.operation.name == "auditLog.list";
        let invalid = if audit_log { "cursor_invalid" } else { "invalid_next_cursor" };
        let expired = if audit_log { "cursor_invalid" } else { "next_cursor_expired" };
        let cursor = Cursor::read(secret, text)
            .filter(|cursor| cursor.fingerprint == fingerprint)
            .filter(|cursor| token.is_none_or(|token| cursor.since == Some(token.sequence)))
            .ok_or_else(|| {
                Refusal::new(invalid, "The cursor cannot be read; start this sync again without it.")
            })?;
        let age_ms = self.rules.now_ms.saturating_sub(cursor.issued_ms);
        if cursor.generation < self.rules.cursor_generation
            || self.rules.cursor_lifetime_ms.is_some_and(|lifetime_ms| age_ms > lifetime_ms)
        {
            return Err(Refusal::new(expired, "The cursor has expired; start this sync again without it."));
        }
        Ok(cursor)
    }

    /// What tells lists apart: cursors and tokens work for the same operation with the same filters only.
    fn fingerprint(&self) -> u64 {
        let mut filters: Vec<(&String, &Value)> = self
            .parameters
            .iter()
            .filter(|(name, _)| !matches!(name.as_str(), "cursor" | "limit" | "syncToken"))
            .collect();
        filters.sort_by_key(|(name, _)| *name);
        let mut hasher = DefaultHasher::new();
        self.operation.name.hash(&mut hasher);
        for (name, value) in filters {
            name.hash(&mut hasher);
            value.to_string().hash(&mut hasher);
        }
        hasher.finish()
    }
}

fn envelope(records: &[u8], tail: &str) -> Vec<u8> {
    let mut body = Vec::with_capacity(records.len() + tail.len() + 32);
    body.extend_from_slice(br#"{"success":true,"results":["#);
    body.extend_from_slice(records);
    body.push(b']');
    body.extend_from_slice(tail.as_bytes());
    body.push(b'}');
    body
}

/// An answer with one result.
#[expect(clippy::unnecessary_wraps, clippy::needless_pass_by_value, reason = "it ends the arms of a match")]
pub(crate) fn one(result: Value) -> Result<Reply, Refusal> {
    Ok(Reply { body: json!({"success": true, "results": result}).to_string().into_bytes(), records: 1 })
}

/// The application that came of a submitted form.
fn submitted(listing: &Listing<'_>, id: &Value) -> Result<u32, Refusal> {
    let view = listing.view;
    match id.as_str().and_then(|id| view.world.ids.read_part(id)) {
        Some((Kind::Application, _, Some(BLOCKED_PART))) => {
            Err(Refusal::new("application_blocked", "The submission was blocked; there is no application"))
        }
        Some((Kind::Application, index, Some(SUBMISSION_PART)))
            if view.alive(Kind::Application, index)
                && (listing.viewer.confidential || !view.confidential(Kind::Application, index)) =>
        {
            Ok(index)
        }
        _ => Err(listing.not_found()),
    }
}

fn job_interview_plan(listing: &Listing<'_>) -> Result<Value, Refusal> {
    let view = listing.view;
    let job = view.record(Kind::Job, listing.named(Kind::Job, "jobId")?);
    let plan_id = job.get("defaultInterviewPlanId").and_then(Value::as_str).unwrap_or_default();
    let plan = view.find(Kind::InterviewPlan, plan_id).ok_or_else(|| listing.not_found())?;
    let stages: Vec<Value> = view
        .children(Kind::InterviewStage, plan)
        .into_iter()
        .map(|index| {
            let places = view.world.stages_per_plan();
            let mut stage = view.record(Kind::InterviewStage, index);
            stage.remove("interviewPlanId");
            let interviews =
                view.indices(Kind::Interview, 0).filter(|interview| interview % places == index % places);
            let activities: Vec<Value> = interviews
                .map(|interview| {
                    let record = view.record(Kind::Interview, interview);
                    json!({
                        "id": view.world.ids.part(Kind::InterviewStage, index, interview * 2),
                        "title": record.get("title"),
                        "interviews": [{
                            "id": view.world.ids.part(Kind::InterviewStage, index, interview * 2 + 1),
                            "title": record.get("title"), "interviewId": record.get("id"),
                            "interviewDurationMinutes": 45, "isSchedulable": true,
                        }],
                    })
                })
                .collect();
            stage.insert("activities".to_owned(), json!(activities));
            Value::Object(stage)
        })
        .collect();
    Ok(json!({"jobId": job.get("id"), "interviewPlanId": plan_id, "stages": stages}))
}

/// Finds the interview event that a parameter names by one of its members, with its schedule.
fn event(
    listing: &Listing<'_>,
    parameter: &str,
    member: &str,
) -> Result<(Map<String, Value>, Value), Refusal> {
    let view = listing.view;
    let id = listing.parameters.get(parameter).and_then(Value::as_str).unwrap_or_default();
    let schedule = view
        .world
        .ids
        .read_part(id)
        .and_then(|(kind, index, _)| (kind == Kind::InterviewSchedule).then_some(index));
    let schedule = schedule
        .filter(|&index| view.alive(Kind::InterviewSchedule, index))
        .filter(|&index| listing.viewer.confidential || !view.confidential(Kind::InterviewSchedule, index))
        .map(|index| view.record(Kind::InterviewSchedule, index))
        .ok_or_else(|| listing.not_found())?;
    let events = schedule.get("interviewEvents").and_then(Value::as_array);
    let event = events.and_then(|events| events.iter().find(|event| event[member] == id)).cloned();
    Ok((schedule, event.ok_or_else(|| listing.not_found())?))
}

fn briefing(listing: &Listing<'_>) -> Result<Value, Refusal> {
    let view = listing.view;
    let (schedule, event) = event(listing, "interviewEventId", "id")?;
    let record = |kind: Kind, id: &Value| {
        id.as_str().and_then(|id| view.find(kind, id)).map(|index| Value::Object(view.record(kind, index)))
    };
    let interview = record(Kind::Interview, &event["interviewId"]).unwrap_or_default();
    let application = record(Kind::Application, &schedule["applicationId"]).unwrap_or_default();
    let form = interview["feedbackFormDefinitionId"].clone();
    let expanded = listing.parameters.get("expand").and_then(Value::as_array).cloned().unwrap_or_default();
    let asked = |name: &str| expanded.iter().any(|value| value == name);
    let interviewers: Vec<Value> = event["interviewers"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|interviewer| {
            let mut shown = json!({
                "userId": interviewer["id"], "isFeedbackRequired": interviewer["isFeedbackRequired"],
                "hasSubmittedFeedback": event["hasSubmittedFeedback"], "trainingRole": interviewer["trainingRole"],
            });
            if asked("interviewers") {
                shown["user"] = record(Kind::User, &interviewer["id"]).unwrap_or_default();
                shown["interviewerPool"] = interviewer["interviewerPool"].clone();
            }
            shown
        })
        .collect();
    let mut briefing = json!({
        "id": event["id"], "applicationId": schedule["applicationId"], "interviewId": event["interviewId"],
        "interviewStageId": schedule["interviewStageId"], "interviewers": interviewers,
        "hasSubmittedFeedback": event["hasSubmittedFeedback"], "feedbackFormDefinitionId": form,
    });
    let expansions = [
        ("feedbackFormDefinition", record(Kind::FeedbackForm, &form)),
        ("candidate", record(Kind::Candidate, &application["candidate"]["id"])),
        ("job", record(Kind::Job, &application["job"]["id"])),
        ("interview", Some(interview)),
        ("application", Some(application)),
    ];
    for (name, value) in expansions {
        if let (true, Some(value)) = (asked(name), value) {
            briefing[name] = value;
        }
    }
    Ok(briefing)
}

fn transcript(listing: &Listing<'_>, base_url: &str) -> Result<Value, Refusal> {
    let (schedule, event) = event(listing, "notetakerTranscriptId", "notetakerTranscriptId")?;
    let participants: Vec<Value> = event["interviewers"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|interviewer| {
            let name = [&interviewer["firstName"], &interviewer["lastName"]].map(|part| part.as_str().unwrap_or_default()).join(" ");
            json!({"id": interviewer["id"], "type": "interviewer", "name": name, "email": interviewer["email"]})
        })
        .collect();
    let id = event["notetakerTranscriptId"].as_str().unwrap_or_default();
    Ok(json!({
        "id": id, "interviewEventId": event["id"], "interviewScheduleId": schedule["id"], "createdAt": event["endTime"],
        "participants": participants, "transcriptUrl": format!("{base_url}/_sim/files/{id}"),
    }))
}
