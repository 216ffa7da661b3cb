//! The organisation before anything changed: every record as a pure function of its kind and index.
//!
//! Nothing is stored but the settings' renderings, so a million applications cost no memory. Kinds that belong
//! to another kind have a fixed number of places per parent, of which the first few are taken: the index of a
//! record tells its parent, and the parent tells its records.

mod activity;
mod hiring;
pub(crate) mod life;
mod people;
mod plan;
mod settings;
mod words;

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::fmt::temporal::DateTimePrinter;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use crate::dice::{Dice, Ids};
use crate::kind::Kind;
use crate::shape::Shape;
use life::Life;
pub(crate) use plan::{APPLICATION_REVIEW, ARCHIVED, HIRED, OFFER, Plan};

/// The instant at which the generated past ends: 2026-11-01T09:00:00Z, in Unix milliseconds.
pub(crate) const NOW_MS: i64 = 1_793_523_600_000;
/// How far back the generated past goes.
const PAST_MS: i64 = 2 * 365 * DAY_MS;
pub(crate) const DAY_MS: i64 = 24 * HOUR_MS;
pub(crate) const HOUR_MS: i64 = 3_600_000;
/// Stages per interview plan of a plain world.
const STAGES_PER_PLAN: u32 = 8;

/// A record together with the members that only its `info` operation shows.
#[derive(Debug, Clone, Default)]
pub(crate) struct Document {
    pub(crate) record: Map<String, Value>,
    pub(crate) detail: Map<String, Value>,
}

/// The generator.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) shape: Shape,
    pub(crate) ids: Ids,
    /// The settings' records, rendered once.
    rendered: HashMap<Kind, Vec<Box<RawValue>>>,
    /// Each base job as applications embed it, with its hiring team.
    job_embeds: Vec<(Box<RawValue>, Box<RawValue>)>,
    /// Candidates with more than one application: the later ones.
    later_applications: HashMap<u32, Vec<u32>>,
    /// What a lifelike company has lived through.
    pub(crate) life: Option<Life>,
}

/// Formats Unix milliseconds as Ashby does: UTC, three decimals.
pub(crate) fn instant(milliseconds: i64) -> String {
    const PRINTER: DateTimePrinter = DateTimePrinter::new().precision(Some(3));
    PRINTER.timestamp_to_string(&Timestamp::from_millisecond(milliseconds).unwrap_or(Timestamp::MAX))
}

/// Formats Unix milliseconds as a date.
fn date(milliseconds: i64) -> String {
    let mut text = instant(milliseconds);
    text.truncate(10);
    text
}

/// A member that is absent when it has no value.
fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members.into_iter().filter(|(_, member)| !member.is_null()).collect(),
        _ => Map::new(),
    }
}

impl World {
    pub(crate) fn new(shape: &Shape) -> Self {
        let mut world = Self {
            shape: shape.clone(),
            ids: Ids::new(shape.seed),
            rendered: HashMap::new(),
            job_embeds: Vec::new(),
            later_applications: HashMap::new(),
            life: None,
        };
        if let Some(rates) = &shape.rates {
            Life::begin(&mut world, rates);
        }
        for index in world.count(Kind::Candidate)..world.count(Kind::Application) {
            let candidate = world.candidate_of(index);
            world.later_applications.entry(candidate).or_default().push(index);
        }
        // In this order: users are embedded in others.
        for kind in [Kind::User, Kind::InterviewStage, Kind::Source, Kind::ArchiveReason] {
            let all = (0..world.base_end(kind).max(world.places(kind).map_or(1, |(_, places)| places)))
                .map(|index| raw(&Value::Object(world.document(kind, index, 0).record)))
                .collect();
            world.rendered.insert(kind, all);
        }
        world.job_embeds = (0..world.count(Kind::Job).max(1)).map(|job| world.job_embed(job)).collect();
        world
    }

    /// How many base records a kind has that belongs to no other.
    pub(crate) fn count(&self, kind: Kind) -> u32 {
        use words::{
            ARCHIVE_REASONS, BRANDS, CLOSE_REASONS, CUSTOM_FIELDS, DEPARTMENTS, FEEDBACK_FORMS, INTERVIEWS,
            PLACES, PLANS, POOLS, ROLES, SEQUENCES, SOURCES, SURVEYS, TAGS, TEMPLATES,
        };
        let shape = &self.shape;
        let settings = |count: usize| if shape.settings { count } else { 0 };
        let count = match kind {
            Kind::Application if shape.candidates == 0 => 0,
            Kind::Application => shape.applications,
            Kind::ApplicationHiringTeamRole => settings(ROLES.len() - 1),
            Kind::ArchiveReason => settings(ARCHIVE_REASONS.len()),
            Kind::AuditEvent => shape.audit_events,
            Kind::Brand => settings(BRANDS.len()),
            Kind::Candidate => shape.candidates,
            Kind::CandidateTag => settings(TAGS.len()),
            Kind::CloseReason => settings(CLOSE_REASONS.len()),
            Kind::CommunicationTemplate => settings(TEMPLATES.len()),
            Kind::CustomField if self.life.is_some() => settings(life::fields::count()),
            Kind::CustomField => settings(CUSTOM_FIELDS.len()),
            Kind::Department => settings(DEPARTMENTS.len()),
            Kind::FeedbackForm => settings(FEEDBACK_FORMS.len()),
            Kind::HiringTeamRole => settings(ROLES.len()),
            Kind::Interview => settings(INTERVIEWS.len()),
            Kind::InterviewPlan => settings(PLANS.len()),
            Kind::InterviewStageGroup => settings(self.stage_groups().len()),
            Kind::InterviewerPool => settings(POOLS.len()),
            Kind::Job => shape.jobs,
            Kind::JobBoard => settings(3),
            Kind::JobTemplate => settings(14),
            Kind::Location => settings(PLACES.len()),
            Kind::Opening => match &self.life {
                Some(life) => life.openings(),
                None => shape.jobs + shape.jobs / 2,
            },
            Kind::Project => shape.projects,
            Kind::ReferralForm => settings(1),
            Kind::SequenceTemplate => settings(SEQUENCES.len()),
            Kind::Source => settings(SOURCES.len()),
            Kind::SourceTrackingLink => settings(16),
            Kind::SurveyForm => settings(SURVEYS.len()),
            Kind::User => shape.users,
            Kind::Version => 1,
            Kind::Webhook => settings(2),
            _ => 0,
        };
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    /// The kind that a kind belongs to, and the places that each such parent has.
    pub(crate) fn places(&self, kind: Kind) -> Option<(Kind, u32)> {
        let lived = life::PLACES.iter().find(|(of, _)| *of == kind).filter(|_| self.life.is_some());
        if let Some(&(_, places)) = lived {
            return Some((Kind::Application, places));
        }
        Some(match kind {
            Kind::Approval => (Kind::Offer, 1),
            Kind::ClientInfo => (Kind::Candidate, 2),
            Kind::CriteriaEvaluation => (Kind::Application, 3),
            Kind::Feedback => (Kind::Application, 4),
            Kind::FraudCheck => (Kind::Candidate, 1),
            Kind::InterviewSchedule => (Kind::Application, 3),
            Kind::InterviewStage => (Kind::InterviewPlan, self.stages_per_plan()),
            Kind::InterviewerPause => (Kind::User, 1),
            Kind::JobPosting => (Kind::Job, 1),
            Kind::Note => (Kind::Candidate, 4),
            Kind::Sequence => (Kind::Candidate, 1),
            Kind::Offer | Kind::SurveyRequest | Kind::SurveySubmission | Kind::TakeHome => {
                (Kind::Application, 1)
            }
            _ => return None,
        })
    }

    /// The index after the last base record of a kind. Not every index below is taken.
    pub(crate) fn base_end(&self, kind: Kind) -> u32 {
        match self.places(kind) {
            Some((parent, places)) => self.base_end(parent).saturating_mul(places),
            None => self.count(kind),
        }
    }

    /// Whether an index is taken by a base record.
    pub(crate) fn exists(&self, kind: Kind, index: u32) -> bool {
        match self.places(kind) {
            _ if index >= self.base_end(kind) => false,
            Some((parent, places)) => {
                let (owner, place) = (index / places, index % places);
                self.exists(parent, owner) && place < self.taken(kind, owner)
            }
            None => true,
        }
    }

    /// The parent of a base record: the candidate of an application, the application of an offer.
    pub(crate) fn parent(&self, kind: Kind, index: u32) -> u32 {
        match self.places(kind) {
            Some((_, places)) => index / places,
            None if kind == Kind::Application => self.candidate_of(index),
            None => 0,
        }
    }

    /// The base records of a kind that belong to a parent, in order.
    pub(crate) fn children(&self, kind: Kind, parent: u32) -> Vec<u32> {
        match self.places(kind) {
            Some((_, places)) => {
                let first = parent.saturating_mul(places);
                (first..first.saturating_add(places)).filter(|&index| self.exists(kind, index)).collect()
            }
            None => {
                let first = (parent < self.count(kind).min(self.count(Kind::Candidate))).then_some(parent);
                let later = self.later_applications.get(&parent).into_iter().flatten().copied();
                first.into_iter().chain(later).collect()
            }
        }
    }

    /// How many of a parent's places are taken.
    fn taken(&self, kind: Kind, parent: u32) -> u32 {
        if let Some(taken) = self.life.as_ref().and_then(|life| life.taken(kind, parent)) {
            return taken;
        }
        let mut dice = Dice::new(self.shape.seed, kind, parent.wrapping_add(1 << 31));
        let activity = self.shape.activity;
        match kind {
            Kind::InterviewStage => self.stages_in(parent),
            Kind::JobPosting => u32::from(dice.chance(92)),
            Kind::Approval => 1,
            Kind::InterviewerPause => u32::from(dice.chance(8)),
            _ if !activity => 0,
            Kind::Note => [0, 0, 0, 1, 1, 2, 3, 4][dice.below(8) as usize],
            Kind::ClientInfo => 1 + u32::from(dice.chance(15)),
            Kind::FraudCheck => u32::from(dice.chance(20)),
            Kind::Sequence => u32::from(dice.chance(9)),
            _ => self.taken_of_application(kind, parent, &mut dice),
        }
    }

    fn taken_of_application(&self, kind: Kind, application: u32, dice: &mut Dice) -> u32 {
        if self.life.is_some() {
            return self.lived_taken(kind, application, dice);
        }
        let plan = self.plan(application, self.candidate_of(application));
        let interviews = plan.interviews();
        match kind {
            Kind::InterviewSchedule => interviews,
            Kind::Feedback => (interviews + u32::from(dice.chance(30))).min(4) * u32::from(interviews > 0),
            Kind::Offer => u32::from(plan.reached >= OFFER),
            Kind::SurveyRequest => u32::from(plan.reached > APPLICATION_REVIEW && dice.chance(60)),
            Kind::SurveySubmission => u32::from(plan.reached > APPLICATION_REVIEW && dice.chance(35)),
            Kind::TakeHome => u32::from(plan.reached > APPLICATION_REVIEW + 1 && dice.chance(40)),
            Kind::CriteriaEvaluation if plan.reached > 0 && dice.chance(40) => 1 + dice.below(3),
            _ => 0,
        }
    }

    /// A record as it was made. `parent` is what [`World::parent`] says, for records made later what it was
    /// made for.
    pub(crate) fn document(&self, kind: Kind, index: u32, parent: u32) -> Document {
        match kind {
            Kind::Application => self.parse(
                |out| self.render_application(index, parent, out),
                || self.application_detail(index, parent),
            ),
            Kind::Candidate => self.parse(|out| self.render_candidate(index, out), Map::new),
            Kind::Job | Kind::JobPosting | Kind::JobTemplate | Kind::Opening | Kind::Project => {
                self.hiring(kind, index, parent)
            }
            Kind::Approval
            | Kind::AuditEvent
            | Kind::ClientInfo
            | Kind::CriteriaEvaluation
            | Kind::Feedback
            | Kind::FraudCheck
            | Kind::InterviewSchedule
            | Kind::InterviewerPause
            | Kind::Note
            | Kind::Offer
            | Kind::Sequence
            | Kind::SurveyRequest
            | Kind::SurveySubmission
            | Kind::TakeHome => self.activity(kind, index, parent),
            _ => self.setting(kind, index, parent),
        }
    }

    /// Writes a record as its list shows it.
    pub(crate) fn render(&self, kind: Kind, index: u32, parent: u32, out: &mut Vec<u8>) {
        match kind {
            Kind::Application => self.render_application(index, parent, out),
            Kind::Candidate => self.render_candidate(index, out),
            _ => match self.rendered.get(&kind).and_then(|all| all.get(index as usize)) {
                Some(rendered) if index < self.base_end(kind) => {
                    out.extend_from_slice(rendered.get().as_bytes())
                }
                _ => write(&self.document(kind, index, parent).record, out),
            },
        }
    }

    fn parse(
        &self,
        render: impl FnOnce(&mut Vec<u8>),
        detail: impl FnOnce() -> Map<String, Value>,
    ) -> Document {
        let mut rendered = Vec::new();
        render(&mut rendered);
        let record = serde_json::from_slice(&rendered).expect("what the generator renders is a JSON object");
        Document { record, detail: detail() }
    }

    fn id(&self, kind: Kind, index: u32) -> String {
        self.ids.record(kind, index)
    }

    fn dice(&self, kind: Kind, index: u32) -> Dice {
        Dice::new(self.shape.seed, kind, index)
    }

    /// Chooses one of a kind's base records; the first when there is none yet.
    fn one_of(&self, kind: Kind, dice: &mut Dice) -> u32 {
        dice.below(self.base_end(kind).max(1))
    }

    /// A rendered setting, to embed in another record.
    fn embedded(&self, kind: Kind, index: u32) -> &RawValue {
        let all = &self.rendered[&kind];
        &all[index as usize % all.len()]
    }

    fn embedded_value(&self, kind: Kind, index: u32) -> Value {
        serde_json::to_value(self.embedded(kind, index)).unwrap_or_default()
    }

    /// When a base record of a kind without dates of its own in the plan was made: the first ones long ago.
    fn made_ms(&self, kind: Kind, index: u32) -> i64 {
        if let (Some(life), Kind::Candidate | Kind::Application) = (&self.life, kind) {
            return self.applied_ms(life, index);
        }
        let jitter = self.dice(kind, index ^ 0x4000_0000).between(0, DAY_MS);
        let count = i64::from(self.count(kind)).max(1);
        let (span, end) = match kind {
            Kind::Candidate | Kind::Application | Kind::AuditEvent => (PAST_MS, NOW_MS - DAY_MS),
            Kind::Job | Kind::Opening | Kind::Project => (PAST_MS, NOW_MS - 14 * DAY_MS),
            _ => (PAST_MS, NOW_MS - 200 * DAY_MS),
        };
        end - span + span * i64::from(index).min(count) / count + jitter
    }
}

/// Serialises a record.
pub(crate) fn write(record: &Map<String, Value>, out: &mut Vec<u8>) {
    serde_json::to_writer(out, record).expect("a JSON object can be written to memory");
}

fn raw(value: &Value) -> Box<RawValue> {
    serde_json::value::to_raw_value(value).expect("a JSON value can be written to memory")
}

/// A section of a form with these fields: (path, title, type, values to select from).
fn form(world: &World, kind: Kind, index: u32, fields: &[(&str, &str, &str, &[&str])]) -> Value {
    let fields: Vec<Value> = (1..)
        .zip(fields)
        .map(|(part, (path, title, field_type, values))| {
            let mut field = object(json!({
                "id": world.ids.part(kind, index, part),
                "type": field_type,
                "path": path,
                "humanReadablePath": title,
                "title": title,
                "isNullable": false,
            }));
            if !values.is_empty() {
                let values: Vec<Value> =
                    values.iter().map(|value| json!({"label": value, "value": value})).collect();
                field.insert("selectableValues".to_owned(), Value::Array(values));
            }
            json!({"isRequired": part == 1, "field": field})
        })
        .collect();
    json!({"sections": [{"fields": fields}]})
}
