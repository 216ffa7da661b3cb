//! What happens around candidates and applications: interviews, feedback, offers, notes, surveys, the audit log.

use serde_json::{Map, Value, json};

use super::words::{FEEDBACK_REMARKS, INTERVIEWS, NOTE_ENDINGS, NOTE_OPENINGS, PROSE, USER_AGENTS};
use super::{
    APPLICATION_REVIEW, ARCHIVED, DAY_MS, Document, HIRED, HOUR_MS, NOW_MS, OFFER, Plan, World, form,
    instant, object,
};
use crate::kind::Kind;

impl World {
    pub(super) fn activity(&self, kind: Kind, index: u32, parent: u32) -> Document {
        if self.life.is_some()
            && let Some(document) = self.lived_activity(kind, index, parent)
        {
            return document;
        }
        let mut detail = Map::new();
        let record = match kind {
            Kind::Approval => self.approval(index, parent),
            Kind::AuditEvent => self.audit_event(index),
            Kind::ClientInfo => self.client_info(index, parent),
            Kind::CriteriaEvaluation => self.evaluation(index, self.plan_of(parent).created_ms),
            Kind::Feedback => self.feedback(index, parent),
            Kind::FraudCheck => self.fraud_check(index, parent),
            Kind::InterviewSchedule => self.schedule(index, parent),
            Kind::InterviewerPause => self.pause(index, parent),
            Kind::Note => self.note(index, parent),
            Kind::Sequence => self.sequence(index, parent),
            Kind::Offer => {
                let (offer, versions) = self.offer(index, parent);
                detail = versions;
                offer
            }
            Kind::SurveyRequest | Kind::SurveySubmission => self.survey(kind, index, parent),
            _ => self.take_home(index, parent),
        };
        Document { record: object(record), detail }
    }

    /// The course of an application, also of one that was made later.
    fn plan_of(&self, application: u32) -> Plan {
        let base = application < self.count(Kind::Application);
        self.plan(application, if base { self.candidate_of(application) } else { 0 })
    }

    pub(super) fn some_user(&self, kind: Kind, index: u32) -> u32 {
        self.one_of(Kind::User, &mut self.dice(kind, index ^ 0x0400_0000))
    }

    fn note(&self, index: u32, candidate: u32) -> Value {
        let mut dice = self.dice(Kind::Note, index);
        let author = self.embedded_value(Kind::User, self.some_user(Kind::Note, index));
        let made_ms =
            (self.made_ms(Kind::Candidate, candidate) + dice.between(1, 30) * DAY_MS).min(NOW_MS - HOUR_MS);
        json!({
            "id": self.id(Kind::Note, index), "createdAt": instant(made_ms), "isPrivate": dice.chance(12),
            "content": format!("<p>{}; {}</p>", dice.pick(NOTE_OPENINGS), dice.pick(NOTE_ENDINGS)),
            "author": {
                "id": author["id"], "firstName": author["firstName"], "lastName": author["lastName"], "email": author["email"],
            },
        })
    }

    fn sequence(&self, index: u32, candidate: u32) -> Value {
        let mut dice = self.dice(Kind::Sequence, index);
        let made = instant(self.made_ms(Kind::Candidate, candidate).min(NOW_MS - HOUR_MS));
        let stages: Vec<Value> = (1..=3)
            .map(|stage| {
                let subject = dice.pick(&["A role for you", "Following up", "One last note"]);
                json!({
                    "id": self.ids.part(Kind::Sequence, index, stage), "subject": subject,
                    "body": format!("<p>{}</p>", &PROSE[..90]),
                })
            })
            .collect();
        json!({
            "id": self.id(Kind::Sequence, index), "candidateId": self.id(Kind::Candidate, candidate),
            "sequenceTemplateId": self.id(Kind::SequenceTemplate, self.one_of(Kind::SequenceTemplate, &mut dice)),
            "status": dice.pick(&["Draft", "Running", "Finished", "Finished", "Cancelled"]),
            "createdAt": made, "updatedAt": made, "stages": stages,
        })
    }

    fn client_info(&self, index: u32, candidate: u32) -> Value {
        let mut dice = self.dice(Kind::ClientInfo, index);
        let application = self.children(Kind::Application, candidate).first().copied().unwrap_or(0);
        json!({
            "id": self.id(Kind::ClientInfo, index), "ipAddress": format!("198.51.100.{}", dice.below(255)),
            "userAgent": dice.pick(USER_AGENTS), "relatedEntityType": "application",
            "relatedEntityId": self.id(Kind::Application, application),
            "candidateId": self.id(Kind::Candidate, candidate),
            "createdAt": instant(self.made_ms(Kind::Candidate, candidate)),
        })
    }

    fn fraud_check(&self, index: u32, candidate: u32) -> Value {
        let mut dice = self.dice(Kind::FraudCheck, index);
        let application = self.children(Kind::Application, candidate).first().copied();
        let signal = json!({
            "id": self.ids.part(Kind::FraudCheck, index, 1), "category": "Email", "name": "Disposable domain",
            "description": "Whether the e-mail domain is known for throw-away addresses", "value": "No",
        });
        let mut check = object(json!({
            "id": self.id(Kind::FraudCheck, index), "candidateId": self.id(Kind::Candidate, candidate),
            "createdAt": instant(self.made_ms(Kind::Candidate, candidate) + HOUR_MS),
            "fraudSignals": if dice.chance(30) { json!([signal]) } else { json!([]) },
        }));
        check.insert(
            "applicationId".to_owned(),
            json!(application.map(|application| self.id(Kind::Application, application))),
        );
        Value::Object(check)
    }

    /// Made an hour after its application.
    pub(super) fn evaluation(&self, index: u32, created_ms: i64) -> Value {
        let mut dice = self.dice(Kind::CriteriaEvaluation, index);
        let criteria =
            ["Five years in a similar role", "Has led a project end to end", "Writes about their work"];
        let position = index % 3;
        json!({
            "id": self.id(Kind::CriteriaEvaluation, index),
            "criterion": {
                "id": self.ids.part(Kind::CriteriaEvaluation, position, 1), "title": criteria[position as usize],
                "type": "ResumePrompt", "prompt": format!("{}?", criteria[position as usize]),
            },
            "status": "Completed", "outcome": dice.pick(&["Meets", "DoesNotMeet", "Unclear"]),
            "reasoning": "Judged from the resume alone.",
            "evaluatedAt": instant(created_ms + HOUR_MS),
        })
    }

    /// The nth interview stage of an application is its nth schedule's.
    fn schedule(&self, index: u32, application: u32) -> Value {
        let mut dice = self.dice(Kind::InterviewSchedule, index);
        let plan = self.plan_of(application);
        let stage = APPLICATION_REVIEW + 1 + index % 3;
        let entered_ms = plan.entered_ms(stage - APPLICATION_REVIEW);
        let created_ms = entered_ms.min(NOW_MS - 2 * HOUR_MS);
        let done = plan.stage != stage;
        let status = if done {
            dice.pick(&["Complete", "Complete", "Complete", "Complete", "Cancelled"])
        } else {
            dice.pick(&[
                "NeedsScheduling",
                "WaitingOnCandidateAvailability",
                "Scheduled",
                "Scheduled",
                "WaitingOnFeedback",
            ])
        };
        let events = if matches!(status, "NeedsScheduling" | "WaitingOnCandidateAvailability") {
            0
        } else {
            1 + index % 2
        };
        let user = self.some_user(Kind::InterviewSchedule, index);
        let events: Vec<Value> =
            (0..events).map(|part| self.event(index, part, status, created_ms)).collect();
        json!({
            "id": self.id(Kind::InterviewSchedule, index), "status": status,
            "applicationId": self.id(Kind::Application, application),
            "interviewStageId": self.id(Kind::InterviewStage, self.stage_of(plan.job, stage)),
            "scheduledBy": self.embedded_value(Kind::User, user),
            "createdAt": instant(created_ms), "updatedAt": instant(created_ms + HOUR_MS), "interviewEvents": events,
        })
    }

    pub(super) fn event_id(&self, schedule: u32, event: u32) -> String {
        self.ids.part(Kind::InterviewSchedule, schedule, event + 1)
    }

    fn interview_of_event(&self, schedule: u32, event: u32) -> u32 {
        (schedule * 5 + event) % self.count(Kind::Interview).clamp(1, INTERVIEWS.len() as u32)
    }

    fn event(&self, schedule: u32, event: u32, status: &str, created_ms: i64) -> Value {
        let mut dice = self.dice(Kind::InterviewSchedule, schedule.wrapping_mul(4) + event + 0x2000_0000);
        let starts_ms = created_ms + dice.between(1, 4) * DAY_MS + i64::from(event) * HOUR_MS;
        let mut interviewer = self.embedded_value(Kind::User, self.one_of(Kind::User, &mut dice));
        let user = interviewer["id"].clone();
        interviewer["trainingRole"] = Value::Null;
        interviewer["interviewerPool"] = Value::Null;
        interviewer["isFeedbackRequired"] = json!(true);
        let complete = status == "Complete";
        let transcript = (complete && dice.chance(40))
            .then(|| self.ids.part(Kind::InterviewSchedule, schedule, event + 40));
        let id = self.event_id(schedule, event);
        let mut record = json!({
            "interviewId": self.id(Kind::Interview, self.interview_of_event(schedule, event)),
            "interviewScheduleId": self.id(Kind::InterviewSchedule, schedule),
            "interviewerUserIds": [user], "interviewers": [interviewer],
            "createdAt": instant(created_ms), "updatedAt": instant(created_ms + HOUR_MS),
            "startTime": instant(starts_ms), "endTime": instant(starts_ms + HOUR_MS),
            "feedbackLink": format!("https://app.ashbyhq.example.com/interview-briefings/{id}/feedback"),
            "location": if dice.chance(80) { Value::Null } else { json!("Room Fern") },
            "meetingLink": format!("https://meet.example.com/{}", &id[..8]),
            "interviewerCalendarEventId": format!("cal{:x}", dice.next()),
            "hasSubmittedFeedback": complete, "extraData": {}, "id": id,
        });
        if let Some(transcript) = transcript {
            record["notetakerTranscriptId"] = json!(transcript);
        }
        record
    }

    fn feedback(&self, index: u32, application: u32) -> Value {
        let mut dice = self.dice(Kind::Feedback, index);
        let plan = self.plan_of(application);
        // The fourth form is an extra opinion on the first interview.
        let place = index % 4 % plan.interviews().max(1);
        let schedule = application.saturating_mul(3) + place;
        let interview = self.interview_of_event(schedule, 0);
        let form = interview % self.count(Kind::FeedbackForm).saturating_sub(2).max(1);
        let entered_ms = plan.entered_ms(place + 1);
        let has_event = self.exists(Kind::InterviewSchedule, schedule)
            && self.schedule(schedule, application)["interviewEvents"]
                .as_array()
                .is_some_and(|events| !events.is_empty());
        json!({
            "id": self.id(Kind::Feedback, index), "formDefinition": self.scorecard(form),
            "submittedValues": {
                "overall_recommendation": (1 + dice.weighted(&[12, 30, 42, 16])).to_string(),
                "strengths": dice.pick(FEEDBACK_REMARKS), "concerns": dice.pick(FEEDBACK_REMARKS),
                "would_work_with": dice.chance(65),
            },
            "submittedByUser": self.embedded_value(Kind::User, self.some_user(Kind::Feedback, index)),
            "interviewId": self.id(Kind::Interview, interview),
            "interviewEventId": has_event.then(|| self.event_id(schedule, 0)),
            "feedbackFormDefinitionId": self.id(Kind::FeedbackForm, form),
            "applicationHistoryId": self.ids.part(Kind::Application, application, place + 2),
            "applicationId": self.id(Kind::Application, application),
            "submittedAt": instant((entered_ms + 3 * HOUR_MS).min(NOW_MS - HOUR_MS)),
        })
    }

    fn offer(&self, index: u32, application: u32) -> (Value, Map<String, Value>) {
        let mut dice = self.dice(Kind::Offer, index);
        let plan = self.plan_of(application);
        let made_ms = plan.entered_ms(OFFER - APPLICATION_REVIEW).min(NOW_MS - HOUR_MS);
        let (acceptance, status, approval) = match plan.stage {
            HIRED => ("Accepted", "CandidateAccepted", "Approved"),
            ARCHIVED if dice.chance(70) => ("Declined", "CandidateRejected", "Approved"),
            ARCHIVED => ("Cancelled", "OfferCancelled", "Approved"),
            _ if dice.chance(50) => ("WaitingOnResponse", "WaitingOnCandidateResponse", "Approved"),
            _ => ("Created", "WaitingOnOfferApproval", "WaitingOnApprovals"),
        };
        let decided = matches!(plan.stage, HIRED | ARCHIVED).then(|| instant(plan.updated_ms()));
        let count = 1 + u32::from(dice.chance(25));
        let salary = 70_000 + 2_500 * dice.below(60);
        let mut versions: Vec<Value> = (0..count)
            .map(|version| {
                json!({
                    "id": self.ids.part(Kind::Offer, index, version + 1),
                    "startDate": instant(made_ms + 45 * DAY_MS),
                    "salary": {"currencyCode": "USD", "value": salary + 5_000 * version},
                    "createdAt": instant(made_ms + i64::from(version) * HOUR_MS),
                    "openingId": self.id(Kind::Opening, plan.job),
                    "customFields": self.custom_fields(&[(16, 30), (17, 60), (18, 80)], &mut dice),
                    "fileHandles": [self.file(plan.candidate, 30 + version, "offer.pdf")],
                    "author": self.embedded_value(Kind::User, plan.recruiter),
                    "approvalStatus": approval,
                })
            })
            .collect();
        // The latest version comes first.
        versions.reverse();
        let decision = [json!(decided), json!(acceptance), json!(status)];
        self.offer_of((index, application), decision, &versions)
    }

    /// An offer and its detail: when it was decided, its acceptance status, its status; the latest version first.
    pub(super) fn offer_of(
        &self,
        (index, application): (u32, u32),
        [decided_at, acceptance, status]: [Value; 3],
        versions: &[Value],
    ) -> (Value, Map<String, Value>) {
        let record = json!({
            "id": self.id(Kind::Offer, index), "decidedAt": decided_at,
            "applicationId": self.id(Kind::Application, application), "acceptanceStatus": acceptance,
            "offerStatus": status, "latestVersion": versions.first(),
        });
        let detail = object(json!({
            "versions": versions,
            "formDefinition": form(self, Kind::Offer, 0, &[
                ("salary", "Salary", "Currency", &[]),
                ("contract", "Contract type", "ValueSelect", &["Permanent", "Fixed term"]),
            ]),
        }));
        (record, detail)
    }

    fn approval(&self, index: u32, offer: u32) -> Value {
        // There is one place for an offer per application, so an offer's index is its application's.
        let plan = self.plan_of(offer);
        let made_ms = plan.entered_ms(OFFER - APPLICATION_REVIEW).min(NOW_MS - HOUR_MS);
        let done = plan.stage >= HIRED;
        let completed = done.then(|| instant(made_ms + HOUR_MS));
        json!({
            "id": self.id(Kind::Approval, index), "approvalDefinitionId": self.ids.part(Kind::Approval, 0, 9),
            "entityId": self.offer(offer, offer).0["latestVersion"]["id"], "entityType": "offer", "createdAt": instant(made_ms),
            "submittedAt": instant(made_ms), "completedAt": completed,
            "steps": [object(json!({
                "id": self.ids.part(Kind::Approval, index, 1), "approvalsRequired": 1, "completedAt": completed,
                "approvers": [object(json!({
                    "id": self.ids.part(Kind::Approval, index, 2),
                    "userId": self.id(Kind::User, self.some_user(Kind::Approval, index)),
                    "decision": if done { "approve" } else { "pending" }, "decidedAt": completed,
                    "requestedAt": instant(made_ms),
                }))],
            }))],
        })
    }

    fn survey(&self, kind: Kind, index: u32, application: u32) -> Value {
        let mut dice = self.dice(kind, index);
        let plan = self.plan_of(application);
        let id = self.id(kind, index);
        let candidate = self.id(Kind::Candidate, plan.candidate);
        let application_id = self.id(Kind::Application, application);
        if kind == Kind::SurveyRequest {
            return json!({
                "candidateId": candidate, "applicationId": application_id,
                "surveyFormDefinitionId": self.id(Kind::SurveyForm, 0),
                "surveyUrl": format!("https://surveys.example.com/{id}"), "id": id,
            });
        }
        let form = u32::from(dice.chance(25));
        json!({
            "id": id, "surveyFormDefinitionId": self.id(Kind::SurveyForm, form),
            "submittedAt": instant((plan.updated_ms() + DAY_MS).min(NOW_MS - HOUR_MS)),
            "candidateId": candidate, "applicationId": application_id,
            "surveyType": if form == 0 { "CandidateExperience" } else { "Questionnaire" },
            "formDefinition": self.survey_form(form),
            "submittedValues": {"recommend": (1 + dice.weighted(&[4, 8, 18, 40, 30])).to_string(), "comment": &PROSE[..90]},
        })
    }

    fn take_home(&self, index: u32, application: u32) -> Value {
        let plan = self.plan_of(application);
        let made_ms = plan.entered_ms(2).min(NOW_MS - HOUR_MS);
        let done = plan.stage > APPLICATION_REVIEW + 2;
        json!({
            "id": self.id(Kind::TakeHome, index), "applicationId": self.id(Kind::Application, application),
            "candidateId": self.id(Kind::Candidate, plan.candidate),
            "interviewId": self.id(Kind::Interview, 23 % self.count(Kind::Interview).max(1)),
            "status": if done { "Completed" } else { "Assigned" },
            "createdAt": instant(made_ms), "updatedAt": instant(made_ms + if done { DAY_MS } else { 0 }),
            "submittedAt": done.then(|| instant(made_ms + DAY_MS)),
        })
    }

    fn pause(&self, index: u32, user: u32) -> Value {
        let mut dice = self.dice(Kind::InterviewerPause, index);
        let starts_ms = NOW_MS - dice.between(1, 20) * DAY_MS;
        json!({
            "id": self.id(Kind::InterviewerPause, index), "userId": self.id(Kind::User, user),
            "startsAt": instant(starts_ms), "endsAt": instant(starts_ms + 40 * DAY_MS),
            "comment": dice.pick(&["Parental leave", "Product launch", "Long holiday"]),
            "createdAt": instant(starts_ms - DAY_MS),
        })
    }

    fn audit_event(&self, index: u32) -> Value {
        let mut dice = self.dice(Kind::AuditEvent, index);
        let (category, action, target) = dice.pick(&[
            ("Authentication", "user.signedIn", "User"),
            ("Candidates", "candidate.viewed", "Candidate"),
            ("Jobs", "job.updated", "Job"),
            ("Administration", "permission.changed", "User"),
            ("Reports", "report.exported", "Report"),
        ]);
        let created_ms = self.made_ms(Kind::AuditEvent, index);
        let target_id = match target {
            "Candidate" => self.id(Kind::Candidate, self.one_of(Kind::Candidate, &mut dice)),
            "Job" => self.id(Kind::Job, self.one_of(Kind::Job, &mut dice)),
            "User" => self.id(Kind::User, self.one_of(Kind::User, &mut dice)),
            _ => self.ids.part(Kind::AuditEvent, index, 1),
        };
        // Where a request came from is forgotten after 30 days.
        let address = (NOW_MS - created_ms < 30 * DAY_MS).then(|| format!("192.0.2.{}", dice.below(255)));
        json!({
            "id": self.id(Kind::AuditEvent, index), "createdAt": instant(created_ms), "category": category, "action": action,
            "actor": {"type": "User", "id": self.id(Kind::User, self.one_of(Kind::User, &mut dice))},
            "target": {"type": target, "id": target_id},
            "request": {"id": address.is_some().then(|| self.ids.part(Kind::AuditEvent, index, 2)), "ipAddress": address},
        })
    }
}
