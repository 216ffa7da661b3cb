//! Applications, their histories and what stands around them, as a lifelike company has them.

use serde_json::{Map, Value, json};

use super::super::people::ApplicationRecord;
use super::super::words::{PROSE, USER_AGENTS};
use super::super::{DAY_MS, Document, HOUR_MS, NOW_MS, World, form, instant, object};
use super::{Course, thousand};
use crate::dice::Dice;
use crate::edit::status_of_type;
use crate::kind::Kind;

/// The reason that was called by another type when it was given to the first half of all applications.
const RECLASSIFIED: u32 = 1;

impl World {
    pub(crate) fn lived_taken(&self, kind: Kind, application: u32, dice: &mut Dice) -> u32 {
        let course = self.course_of(application);
        let interviewed =
            course.visits.iter().any(|visit| self.plan_stage(visit.stage).stage_type == "Active");
        let moved = course.visits.len() > 1;
        match kind {
            Kind::SurveyRequest => u32::from(interviewed && dice.chance(60)),
            Kind::SurveySubmission => u32::from((interviewed || moved && dice.chance(25)) && dice.chance(45)),
            Kind::TakeHome => u32::from(interviewed && dice.chance(30)),
            Kind::CriteriaEvaluation if dice.chance(40) => 1 + dice.below(3),
            _ => 0,
        }
    }

    /// The number of a history's next entry: its position, in a plain world that of its stage.
    pub(crate) fn stage_number(&self, entries: usize, stage: &Map<String, Value>) -> Value {
        match &self.life {
            Some(_) => json!(entries),
            None => stage.get("orderInInterviewPlan").cloned().unwrap_or_default(),
        }
    }

    pub(crate) fn render_lived_application(&self, index: u32, parent: u32, out: &mut Vec<u8>) {
        let course = self.course(index, parent);
        let mut dice = self.dice(Kind::Application, index ^ 0x2000_0000);
        let custom_fields = self.lived_fields("Application", &mut dice);
        let (job, hiring_team) = &self.job_embeds[course.job as usize % self.job_embeds.len()];
        let status = status_of_type(self.plan_stage(course.stage()).stage_type);
        let rates = self.life.as_ref().map_or(0, |life| life.rates.missing_reasons);
        let reason = course.reason.filter(|_| !thousand(&mut dice, rates));
        let archived_ms = (status == "Archived" && !thousand(&mut dice, rates)).then(|| course.updated_ms());
        let source = course.source.map(|source| source % self.count(Kind::Source).max(1));
        let record = ApplicationRecord {
            id: self.id(Kind::Application, index),
            created_at: instant(course.created_ms),
            // Anything moves it, and not everything.
            updated_at: instant((course.updated_ms() + dice.between(0, 20) * HOUR_MS).min(NOW_MS)),
            status,
            candidate: self.candidate_embed(course.candidate),
            current_interview_stage: self.embedded(Kind::InterviewStage, course.stage()),
            source: source.map(|source| self.embedded(Kind::Source, source)),
            archive_reason: reason.map(|reason| self.reason_of(reason, index, &mut dice)),
            archived_at: archived_ms.map(instant),
            job,
            credited_to_user: dice.chance(45).then(|| self.embedded(Kind::User, course.recruiter)),
            hiring_team,
            applied_via_job_posting_id: (matches!(source, Some(0 | 1 | 4 | 9))
                && self.exists(Kind::JobPosting, course.first_job))
            .then(|| self.id(Kind::JobPosting, course.first_job)),
            submitter_client_ip: format!("203.0.113.{}", dice.below(255)),
            submitter_user_agent: dice.pick(USER_AGENTS),
            custom_fields,
        };
        let start = out.len();
        serde_json::to_writer(&mut *out, &record).expect("a record can be written to memory");
        self.pad(10, start, record.custom_fields.is_empty(), out);
    }

    /// A reason as applications hold it: a copy, made when it was given.
    fn reason_of(&self, reason: u32, application: u32, dice: &mut Dice) -> Value {
        let mut copy = self.archive_reason(reason);
        if reason == RECLASSIFIED && application < self.count(Kind::Application) / 2 {
            copy["reasonType"] = json!("Other");
        }
        if dice.chance(10) {
            copy["customFields"] = json!([{
                "id": self.ids.part(Kind::ArchiveReason, 0, 7), "title": "Who heard of it", "isPrivate": false,
                "value": dice.pick(&["The candidate", "The agency"]),
            }]);
        }
        copy
    }

    pub(crate) fn lived_application_detail(&self, index: u32, parent: u32) -> Map<String, Value> {
        let course = self.course(index, parent);
        let mut dice = self.dice(Kind::Application, index ^ 0x2400_0000);
        let submission = json!({
            "id": self.ids.part(Kind::Application, index, 60),
            "formDefinition": form(self, Kind::Application, index, &[
                ("_systemfield_name", "Name", "String", &[]),
                ("_systemfield_email", "Email", "Email", &[]),
                ("why", "Why this role?", "LongText", &[]),
                ("permit", "May you work here?", "Boolean", &[]),
                ("heard", "How have you heard of us?", "ValueSelect", &["A friend", "An advert", "The press"]),
                ("skills", "What do you bring?", "MultiValueSelect", &["Rust", "SQL", "Writing"]),
                ("start", "When could you start?", "Date", &[]),
            ]),
            "submittedValues": {
                "_systemfield_name": self.candidate_embed(course.candidate).name,
                "why": PROSE[..140].to_owned(),
                "permit": dice.chance(80),
                "heard": dice.pick(&["A friend", "An advert", "The press"]),
                "skills": dice.pick(&[&["Rust", "SQL"] as &[&str], &["Writing"], &[]]),
                "start": dice.chance(60).then(|| super::super::date(course.created_ms + 30 * DAY_MS)),
            },
        });
        let referrals = if course.source == Some(2) {
            json!([{"user": self.embedded_value(Kind::User, course.recruiter), "referredAt": instant(course.created_ms)}])
        } else {
            json!([])
        };
        object(json!({
            "applicationHistory": self.lived_history(index, &course),
            "applicationFormSubmissions":
                if matches!(course.source, Some(0 | 1)) { json!([submission]) } else { json!([]) },
            "referrals": referrals,
            "resumeFileHandle": self.file(course.candidate, 1, "resume.pdf"),
        }))
    }

    /// The history, with what people have done to it since.
    fn lived_history(&self, index: u32, course: &Course) -> Vec<Value> {
        let Some(life) = &self.life else { return Vec::new() };
        let mut dice = self.dice(Kind::Application, index ^ 0x2800_0000);
        let rates = &life.rates;
        if index < self.count(Kind::Application) && thousand(&mut dice, rates.missing_histories) {
            return Vec::new();
        }
        let mut entries: Vec<Value> = (0_usize..)
            .zip(&course.visits)
            .map(|(step, visit)| {
                let by_person = step > 0 || dice.chance(20);
                Value::Object(object(json!({
                    "id": self.ids.part(Kind::Application, index, step as u32 + 1),
                    "stageId": self.id(Kind::InterviewStage, visit.stage),
                    "title": self.plan_stage(visit.stage).title,
                    "enteredStageAt": instant(visit.entered_ms),
                    "leftStageAt": course.left_ms(step).map(instant),
                    "stageNumber": step,
                    "allowedActions": if step == 0 { json!(["none"]) } else { json!(["delete", "set_entered_at"]) },
                    "actorId": by_person.then(|| self.id(Kind::User, course.recruiter)),
                })))
            })
            .collect();
        if thousand(&mut dice, rates.stale_histories) && entries.len() > 1 {
            entries.pop();
        }
        if thousand(&mut dice, rates.edited_histories) && entries.len() > 2 {
            let middle = 1 + dice.below(entries.len() as u32 - 2) as usize;
            if dice.chance(50) {
                entries.remove(middle);
            } else {
                entries[middle]["enteredStageAt"] = entries[middle - 1]["enteredStageAt"].clone();
            }
        }
        if thousand(&mut dice, rates.missing_ends) {
            let one = dice.below(entries.len() as u32) as usize;
            if let Some(entry) = entries[one].as_object_mut() {
                entry.remove("leftStageAt");
            }
        }
        if thousand(&mut dice, rates.shuffled_histories) {
            entries.reverse();
        }
        entries
    }

    pub(crate) fn lived_activity(&self, kind: Kind, index: u32, parent: u32) -> Option<Document> {
        let mut detail = Map::new();
        let record = match kind {
            Kind::InterviewSchedule => self.lived_schedule(index, parent),
            Kind::Feedback => self.lived_feedback(index, parent),
            Kind::Offer => {
                let (record, versions) = self.lived_offer(index, parent);
                detail = versions;
                record
            }
            Kind::Approval => self.lived_approval(index, parent),
            Kind::CriteriaEvaluation => self.evaluation(index, self.any_course(parent).created_ms),
            Kind::SurveyRequest | Kind::SurveySubmission => self.lived_survey(kind, index, parent),
            Kind::TakeHome => self.lived_take_home(index, parent),
            _ => return None,
        };
        Some(Document { record: object(record), detail })
    }

    /// The course of an application, also of one that was made later.
    pub(super) fn any_course(&self, application: u32) -> Course {
        let base = application < self.count(Kind::Application);
        self.course(application, if base { self.candidate_of(application) } else { 0 })
    }

    pub(crate) fn lived_survey_form(&self, index: u32) -> Value {
        form(
            self,
            Kind::SurveyForm,
            index,
            &[
                ("recommend", "How likely would you recommend us?", "Score", &["1", "2", "3", "4", "5"]),
                ("comment", "Anything else?", "RichText", &[]),
                ("channels", "Where would you look?", "MultiValueSelect", &["Boards", "Friends", "Press"]),
                ("again", "Would you apply again?", "Boolean", &[]),
            ],
        )
    }

    fn lived_survey(&self, kind: Kind, index: u32, application: u32) -> Value {
        let mut dice = self.dice(kind, index);
        let course = self.any_course(application);
        let id = self.id(kind, index);
        let candidate = self.id(Kind::Candidate, course.candidate);
        let application_id = self.id(Kind::Application, application);
        if kind == Kind::SurveyRequest {
            return json!({
                "candidateId": candidate, "applicationId": application_id,
                "surveyFormDefinitionId": self.id(Kind::SurveyForm, 0),
                "surveyUrl": format!("https://surveys.example.com/{id}"), "id": id,
            });
        }
        let form = u32::from(dice.chance(25));
        let score = 1 + dice.weighted(&[4, 8, 18, 40, 30]);
        let mut values = object(json!({
            "recommend": spelled(score, dice.below(3)),
            "comment": dice.chance(60).then(|| json!({"type": "PlainText", "value": &PROSE[..90]})),
            "channels": dice.pick(&[&["Boards", "Friends"] as &[&str], &["Press"], &[]]),
        }));
        // An answer of null is no answer, and neither is an absent one.
        if dice.chance(70) {
            values.insert(
                "again".to_owned(),
                if dice.chance(8) { Value::Null } else { json!(dice.chance(75)) },
            );
        }
        json!({
            "id": id, "surveyFormDefinitionId": self.id(Kind::SurveyForm, form),
            "submittedAt": instant((course.updated_ms() + DAY_MS).min(NOW_MS - HOUR_MS)),
            "candidateId": candidate, "applicationId": application_id,
            "surveyType": if form == 0 { "CandidateExperience" } else { "Questionnaire" },
            "formDefinition": self.lived_survey_form(form),
            "submittedValues": values,
        })
    }

    fn lived_take_home(&self, index: u32, application: u32) -> Value {
        let course = self.any_course(application);
        let entered = course.visits.iter().find(|visit| self.plan_stage(visit.stage).stage_type == "Active");
        let made_ms = entered.map_or(course.created_ms, |visit| visit.entered_ms).min(NOW_MS - HOUR_MS);
        let done = made_ms + 4 * DAY_MS < NOW_MS;
        json!({
            "id": self.id(Kind::TakeHome, index), "applicationId": self.id(Kind::Application, application),
            "candidateId": self.id(Kind::Candidate, course.candidate),
            "interviewId": self.id(Kind::Interview, 23 % self.count(Kind::Interview).max(1)),
            "status": if done { "Completed" } else { "Assigned" },
            "createdAt": instant(made_ms), "updatedAt": instant(made_ms + if done { DAY_MS } else { 0 }),
            "submittedAt": done.then(|| instant(made_ms + DAY_MS)),
        })
    }
}

/// A score, spelled in one of the ways that Ashby does.
pub(super) fn spelled(score: usize, way: u32) -> Value {
    match way {
        0 => json!(score.to_string()),
        1 => json!(score),
        _ => json!({"score": score}),
    }
}
