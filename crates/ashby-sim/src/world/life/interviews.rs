//! Rounds of interviews: panels, lengths, cancellations, and the feedback of those who were there.

use serde_json::{Value, json};

use super::super::words::{FEEDBACK_FORMS, FEEDBACK_REMARKS, INTERVIEWS};
use super::super::{DAY_MS, HOUR_MS, NOW_MS, World, form, instant, object};
use super::calendar::{at_work, skewed};
use super::records::spelled;
use super::{Course, PLACES, thousand};
use crate::dice::Dice;
use crate::kind::Kind;

const SCHEDULES: u32 = PLACES[0].1;
const FEEDBACK: u32 = PLACES[1].1;
const MINUTE_MS: i64 = 60_000;
/// The position of the kind of interview in which interviewers compare notes.
const DEBRIEF: u32 = 12;

/// A round of interviews of an application.
#[derive(Debug, Clone)]
pub(crate) struct Schedule {
    /// Which of the visits it belongs to, and the stage then.
    visit: usize,
    stage: u32,
    created_ms: i64,
    status: &'static str,
    events: Vec<Event>,
}

#[derive(Debug, Clone)]
struct Event {
    interview: u32,
    starts_ms: i64,
    minutes: i64,
    panel: Vec<Interviewer>,
}

#[derive(Debug, Clone, Copy)]
struct Interviewer {
    user: u32,
    role: Option<&'static str>,
    is_required: bool,
    /// When the feedback came, if it did.
    submitted_ms: Option<i64>,
}

/// Whose feedback on what.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Feedback {
    schedule: usize,
    /// The interview, and who gives it; of somebody who was not there no interview.
    event: Option<usize>,
    user: u32,
    submitted_ms: i64,
}

impl Event {
    fn ends_ms(&self) -> i64 {
        self.starts_ms + self.minutes * MINUTE_MS
    }
}

impl World {
    /// The rounds of interviews of an application.
    pub(crate) fn schedules_of(&self, application: u32, course: &Course) -> Vec<Schedule> {
        let Some(life) = &self.life else { return Vec::new() };
        let mut dice = self.dice(Kind::InterviewSchedule, application ^ 0x5000_0000);
        let mut schedules = Vec::new();
        for (visit, at) in course.visits.iter().enumerate() {
            let is_interview = matches!(self.plan_stage(at.stage).stage_type, "Active" | "Assessment");
            if !is_interview || !dice.chance(88) {
                continue;
            }
            let left_ms = course.left_ms(visit);
            let cancelled = thousand(&mut dice, life.rates.cancelled_schedules);
            // What was cancelled is often made up for.
            let rounds = if cancelled && dice.chance(65) { 2 } else { 1 };
            for round in 0..rounds {
                if schedules.len() >= SCHEDULES as usize {
                    return schedules;
                }
                let cancelled = cancelled && round == 0;
                schedules.push(self.round(course, visit, left_ms, round, cancelled, &mut dice));
            }
        }
        schedules
    }

    fn round(
        &self,
        course: &Course,
        visit: usize,
        left_ms: Option<i64>,
        round: i64,
        cancelled: bool,
        dice: &mut Dice,
    ) -> Schedule {
        let at = course.visits[visit];
        let created_ms = (at.entered_ms + HOUR_MS + round * 26 * HOUR_MS).min(NOW_MS - 2 * HOUR_MS);
        let mut starts_ms = at_work(created_ms + skewed(40 * HOUR_MS, dice), dice);
        // Whoever has moved on was interviewed before.
        if let Some(left_ms) = left_ms {
            starts_ms = starts_ms.min((left_ms - 6 * HOUR_MS).max(created_ms));
        }
        let place = at.stage % self.stages_per_plan();
        let events = if place > 4 { 2 + dice.below(3) } else { 1 + u32::from(dice.chance(15)) };
        let waiting = left_ms.is_none() && !cancelled && dice.chance(20);
        let mut planned = Vec::new();
        for event in 0..events {
            if waiting {
                break;
            }
            let minutes = i64::from(dice.pick(&[30, 30, 45, 45, 60, 60, 60, 90]));
            let kinds = self.count(Kind::Interview).clamp(1, INTERVIEWS.len() as u32);
            let last = event + 1 == events && events > 2;
            let interview = if last { DEBRIEF } else { at.stage * 5 + event + dice.below(2) } % kinds;
            let size = if last { 3 + dice.weighted(&[3, 1]) } else { 1 + dice.weighted(&[56, 26, 12, 6]) };
            let mut event = Event { interview, starts_ms, minutes, panel: Vec::new() };
            event.panel = self.panel(course, &event, size, cancelled, dice);
            starts_ms = event.ends_ms() + dice.between(0, 3) * 15 * MINUTE_MS;
            planned.push(event);
        }
        let ended = planned.iter().all(|event| event.ends_ms() < NOW_MS);
        let owed = planned.iter().any(|event| {
            event.panel.iter().any(|person| person.is_required && person.submitted_ms.is_none())
        });
        let status = match (cancelled, planned.is_empty(), ended) {
            (true, ..) => "Cancelled",
            (_, true, _) => dice.pick(&["NeedsScheduling", "WaitingOnCandidateAvailability"]),
            (.., false) => "Scheduled",
            _ if owed && left_ms.is_none() => "WaitingOnFeedback",
            _ => "Complete",
        };
        Schedule { visit, stage: at.stage, created_ms, status, events: planned }
    }

    /// Who interviews: people of the same few teams, the same ones more often than others.
    fn panel(
        &self,
        course: &Course,
        event: &Event,
        size: usize,
        cancelled: bool,
        dice: &mut Dice,
    ) -> Vec<Interviewer> {
        let users = self.count(Kind::User).max(1);
        let missing = self.life.as_ref().map_or(0, |life| life.rates.missing_feedback);
        let mut panel: Vec<Interviewer> = Vec::new();
        while panel.len() < size.min(users as usize) {
            let near = (course.job * 7 + dice.below(9).min(dice.below(9))) % users;
            let user = if dice.chance(80) { near } else { dice.below(users) };
            if panel.iter().any(|known| known.user == user) {
                continue;
            }
            let role =
                (!panel.is_empty() && dice.chance(12)).then(|| dice.pick(&["Shadow", "Reverse-Shadow"]));
            let is_required = role.is_none() && event.interview != DEBRIEF;
            let gives = is_required && !thousand(dice, missing) || dice.chance(3);
            let submitted_ms = event.ends_ms() + skewed(9 * HOUR_MS, dice);
            let gives = gives && !cancelled && submitted_ms < NOW_MS - HOUR_MS && event.ends_ms() < NOW_MS;
            panel.push(Interviewer { user, role, is_required, submitted_ms: gives.then_some(submitted_ms) });
        }
        panel
    }

    /// The feedback on an application, of all rounds.
    pub(crate) fn feedback_of(&self, application: u32, schedules: &[Schedule]) -> Vec<Feedback> {
        let mut dice = self.dice(Kind::Feedback, application ^ 0x5000_0000);
        let mut all = Vec::new();
        for (position, schedule) in schedules.iter().enumerate() {
            for (event, held) in schedule.events.iter().enumerate() {
                for person in &held.panel {
                    let Some(submitted_ms) = person.submitted_ms else { continue };
                    all.push(Feedback {
                        schedule: position,
                        event: Some(event),
                        user: person.user,
                        submitted_ms,
                    });
                }
            }
            // An opinion that nobody asked for.
            if schedule.status == "Complete" && dice.chance(5) {
                let user = dice.below(self.count(Kind::User).max(1));
                let submitted_ms = (schedule.created_ms + 3 * DAY_MS).min(NOW_MS - HOUR_MS);
                all.push(Feedback { schedule: position, event: None, user, submitted_ms });
            }
        }
        all.truncate(FEEDBACK as usize);
        all
    }

    /// A round that was made later is that of the stage in which the application is.
    fn round_now(&self, course: &Course, dice: &mut Dice) -> Schedule {
        self.round(course, course.visits.len() - 1, None, 0, false, dice)
    }

    fn schedule_at(&self, index: u32, application: u32, course: &Course) -> Schedule {
        let base = index < self.base_end(Kind::InterviewSchedule);
        let known = self.schedules_of(application, course).into_iter().nth((index % SCHEDULES) as usize);
        known
            .filter(|_| base)
            .unwrap_or_else(|| self.round_now(course, &mut self.dice(Kind::InterviewSchedule, index)))
    }

    pub(crate) fn lived_schedule(&self, index: u32, application: u32) -> Value {
        let course = self.any_course(application);
        let schedule = self.schedule_at(index, application, &course);
        let mut dice = self.dice(Kind::InterviewSchedule, index);
        let events: Vec<Value> = (0..)
            .zip(&schedule.events)
            .map(|(part, event)| self.lived_event(index, part, &schedule, event, &mut dice))
            .collect();
        json!({
            "id": self.id(Kind::InterviewSchedule, index), "status": schedule.status,
            "applicationId": self.id(Kind::Application, application),
            "interviewStageId": self.id(Kind::InterviewStage, schedule.stage),
            "scheduledBy": self.embedded_value(Kind::User, course.recruiter),
            "createdAt": instant(schedule.created_ms), "updatedAt": instant(schedule.created_ms + HOUR_MS),
            "interviewEvents": events,
        })
    }

    fn lived_event(&self, schedule: u32, part: u32, of: &Schedule, event: &Event, dice: &mut Dice) -> Value {
        let submitted = event.panel.iter().any(|person| person.submitted_ms.is_some());
        let pool = dice.below(self.count(Kind::InterviewerPool).max(1));
        let interviewers: Vec<Value> = event
            .panel
            .iter()
            .map(|person| {
                let mut interviewer = self.embedded_value(Kind::User, person.user);
                interviewer["trainingRole"] = json!(person.role);
                interviewer["interviewerPool"] = match dice.chance(40) {
                    true => json!({
                        "id": self.id(Kind::InterviewerPool, pool),
                        "title": super::super::words::POOLS[pool as usize % super::super::words::POOLS.len()],
                        "isArchived": false,
                    }),
                    false => Value::Null,
                };
                interviewer["isFeedbackRequired"] = json!(person.is_required);
                interviewer
            })
            .collect();
        let users: Vec<&Value> = interviewers.iter().map(|interviewer| &interviewer["id"]).collect();
        let transcript = (of.status == "Complete" && dice.chance(40))
            .then(|| self.ids.part(Kind::InterviewSchedule, schedule, part + 40));
        let id = self.event_id(schedule, part);
        Value::Object(object(json!({
            "interviewId": self.id(Kind::Interview, event.interview),
            "interviewScheduleId": self.id(Kind::InterviewSchedule, schedule),
            "interviewerUserIds": users, "interviewers": interviewers,
            "createdAt": instant(of.created_ms), "updatedAt": instant(of.created_ms + HOUR_MS),
            "startTime": instant(event.starts_ms), "endTime": instant(event.ends_ms()),
            "feedbackLink": format!("https://app.ashbyhq.example.com/interview-briefings/{id}/feedback"),
            "location": dice.chance(20).then_some("Room Fern"),
            "meetingLink": format!("https://meet.example.com/{}", &id[..8]),
            "interviewerCalendarEventId": format!("cal{:x}", dice.next()),
            "hasSubmittedFeedback": submitted, "extraData": {}, "id": id,
            "notetakerTranscriptId": transcript,
        })))
    }

    pub(crate) fn lived_scorecard(&self, index: u32) -> Value {
        form(
            self,
            Kind::FeedbackForm,
            index % FEEDBACK_FORMS.len() as u32,
            &[
                ("overall_recommendation", "Overall recommendation", "Score", &["1", "2", "3", "4"]),
                ("strengths", "Strengths", "RichText", &[]),
                ("concerns", "Concerns", "LongText", &[]),
                ("would_work_with", "Would you like to work with them?", "Boolean", &[]),
                (
                    "topics",
                    "What have you talked about?",
                    "MultiValueSelect",
                    &["Code", "Design", "People", "Values"],
                ),
                ("level", "Which level?", "ValueSelect", &["Junior", "Senior", "Staff"]),
            ],
        )
    }

    pub(crate) fn lived_feedback(&self, index: u32, application: u32) -> Value {
        let mut dice = self.dice(Kind::Feedback, index);
        let course = self.any_course(application);
        let schedules = self.schedules_of(application, &course);
        let base = index < self.base_end(Kind::Feedback);
        let all = self.feedback_of(application, &schedules);
        let known = all.get((index % FEEDBACK) as usize).filter(|_| base).copied();
        let schedule = known.map(|known| &schedules[known.schedule]);
        let event = known.and_then(|known| known.event);
        let interview = match (schedule, event) {
            (Some(schedule), Some(event)) => schedule.events[event].interview,
            _ => dice.below(self.count(Kind::Interview).clamp(1, INTERVIEWS.len() as u32)),
        };
        let form = interview % self.count(Kind::FeedbackForm).saturating_sub(2).max(1);
        // Some forms were filled in when scores were spelled in another way.
        let way = if application < self.count(Kind::Application) / 3 { form + 1 } else { form } % 3;
        let mut values = object(json!({
            "overall_recommendation": spelled(1 + dice.weighted(&[12, 30, 42, 16]), way),
            "strengths": {"type": "PlainText", "value": dice.pick(FEEDBACK_REMARKS)},
            "would_work_with": dice.chance(65),
            "topics": dice.pick(&[&["Code", "Design"] as &[&str], &["People"], &[], &["Code", "People", "Values"]]),
            "level": dice.pick(&["Junior", "Senior", "Senior", "Staff"]),
        }));
        if dice.chance(70) {
            let concerns = if dice.chance(10) { Value::Null } else { json!(dice.pick(FEEDBACK_REMARKS)) };
            values.insert("concerns".to_owned(), concerns);
        }
        if dice.chance(1) {
            // A question that the form no longer has.
            values.insert("legacy_impression".to_owned(), json!("Good"));
        }
        let user = known.map_or_else(|| self.some_user(Kind::Feedback, index), |known| known.user);
        let visit = schedule.map_or(course.visits.len() - 1, |schedule| schedule.visit);
        let at = index / FEEDBACK * SCHEDULES + known.map_or(0, |known| known.schedule as u32);
        json!({
            "id": self.id(Kind::Feedback, index), "formDefinition": self.lived_scorecard(form),
            "submittedValues": values,
            "submittedByUser": self.embedded_value(Kind::User, user),
            "interviewId": event.map(|_| self.id(Kind::Interview, interview)),
            "interviewEventId": event.map(|event| self.event_id(at, event as u32)),
            "feedbackFormDefinitionId": self.id(Kind::FeedbackForm, form),
            "applicationHistoryId": self.ids.part(Kind::Application, application, visit as u32 + 1),
            "applicationId": self.id(Kind::Application, application),
            "submittedAt": instant(known.map_or(NOW_MS - HOUR_MS, |known| known.submitted_ms)),
        })
    }
}
