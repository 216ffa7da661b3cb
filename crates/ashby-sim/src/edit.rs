//! How changes are made.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use crate::dice::Dice;
use crate::files::Files;
use crate::kind::Kind;
use crate::mutation::{Mutation, SimError};
use crate::operations::{self, Answer, Origin};
use crate::view::{Content, State, Version, View};
use crate::webhooks::{self, Changed, Event};
use crate::world::{Document, NOW_MS, World, instant, write};

/// Write access; remembers what it touched and, if somebody wants to know, what webhooks are told of it.
pub(crate) struct Editor<'a> {
    world: &'a World,
    state: &'a mut State,
    touched: Vec<(Kind, u32)>,
    told: Option<Told>,
}

/// What webhooks are told.
#[derive(Default)]
struct Told {
    /// Records as they were before the present change.
    before: Vec<(Kind, u32, Option<Document>)>,
    /// Of these nothing is told: what was deleted with something else, or is told in another way.
    silent: HashSet<(Kind, u32)>,
    events: Vec<Event>,
}

/// The member that archives a record of a kind, and its value then.
fn archiving(kind: Kind) -> Option<(&'static str, Value)> {
    Some(match kind {
        Kind::ArchiveReason
        | Kind::CandidateTag
        | Kind::CloseReason
        | Kind::CustomField
        | Kind::Department
        | Kind::FeedbackForm
        | Kind::Interview
        | Kind::InterviewPlan
        | Kind::InterviewerPool
        | Kind::Location
        | Kind::Opening
        | Kind::Project
        | Kind::SequenceTemplate
        | Kind::Source
        | Kind::SurveyForm => ("isArchived", json!(true)),
        Kind::InterviewSchedule => ("status", json!("Cancelled")),
        Kind::Job => ("status", json!("Archived")),
        Kind::JobPosting => ("isListed", json!(false)),
        Kind::JobTemplate => ("status", json!("Inactive")),
        Kind::SourceTrackingLink => ("enabled", json!(false)),
        Kind::User => ("isEnabled", json!(false)),
        _ => return None,
    })
}

/// Whether a kind's records can be listed only one parent at a time.
fn listed_by_parent(kind: Kind) -> bool {
    operations::all().any(|operation| {
        matches!(operation.answer, Answer::List { source: Origin::Children { kind: listed, .. }, .. } if listed == kind)
    })
}

impl<'a> Editor<'a> {
    /// Events are only made if they are `told`: that costs a copy of every record that changes.
    pub(crate) fn new(world: &'a World, state: &'a mut State, told: bool) -> Self {
        Self { world, state, touched: Vec::new(), told: told.then(Told::default) }
    }

    pub(crate) fn view(&self) -> View<'_> {
        View { world: self.world, state: self.state }
    }

    /// What was touched, in order, deleted records included, and what is told of it.
    pub(crate) fn finish(mut self) -> (Vec<(Kind, u32)>, Vec<Event>) {
        self.conclude();
        (self.touched, self.told.map(|told| told.events).unwrap_or_default())
    }

    /// Ends a change: what has happened to each record since the last one is told as one event and its consequences.
    pub(crate) fn conclude(&mut self) {
        let Some(mut told) = self.told.take() else { return };
        for (kind, index, before) in std::mem::take(&mut told.before) {
            if told.silent.contains(&(kind, index)) {
                continue;
            }
            let view = self.view();
            let after = view.alive(kind, index).then(|| view.document(kind, index));
            let changed = Changed { kind, index, before: before.as_ref(), after: after.as_ref() };
            let events = webhooks::changed(view, &changed);
            self.number(&mut told.events, events);
        }
        told.silent.clear();
        self.told = Some(told);
    }

    /// Tells what no difference between two records says.
    pub(crate) fn tell(&mut self, action: &'static str, data: Value) {
        if let Some(mut told) = self.told.take() {
            self.number(&mut told.events, vec![(action, data)]);
            self.told = Some(told);
        }
    }

    /// Says nothing of what the present change does to a record.
    fn hush(&mut self, kind: Kind, index: u32) {
        if let Some(told) = &mut self.told {
            told.silent.insert((kind, index));
        }
    }

    fn number(&mut self, events: &mut Vec<Event>, of_one_cause: Vec<(&'static str, Value)>) {
        if of_one_cause.is_empty() {
            return;
        }
        self.state.events += 1;
        let id = self.world.ids.part(Kind::Webhook, self.state.events, 1);
        let events_of_it = of_one_cause.into_iter();
        events.extend(events_of_it.map(|(action, data)| Event { action, id: id.clone(), data }));
    }

    /// Makes a change; returns the record that it is about.
    pub(crate) fn apply(&mut self, mutation: &Mutation) -> Result<(Kind, u32), SimError> {
        Ok(match mutation {
            Mutation::Create { kind, parent, fields } => {
                let parent = match (parent, self.parent_kind(*kind)) {
                    (Some(id), Some(parent)) => Some(self.find(parent, id)?),
                    _ => None,
                };
                (*kind, self.create(*kind, parent, fields))
            }
            Mutation::Update { kind, id, patch } => {
                let index = self.find(*kind, id)?;
                self.update(*kind, index, patch);
                (*kind, index)
            }
            Mutation::Delete { kind, id } => {
                let index = self.find(*kind, id)?;
                self.delete(*kind, index);
                (*kind, index)
            }
            Mutation::Archive { kind, id } => {
                let index = self.find(*kind, id)?;
                self.archive(*kind, index)?;
                (*kind, index)
            }
            Mutation::MergeCandidates { from, into } => {
                let (from, into) = (self.find(Kind::Candidate, from)?, self.find(Kind::Candidate, into)?);
                self.merge(from, into);
                (Kind::Candidate, into)
            }
            Mutation::Anonymize { candidate } => {
                let index = self.find(Kind::Candidate, candidate)?;
                self.anonymize(index);
                (Kind::Candidate, index)
            }
            Mutation::ChangePlan { job, plan } => {
                let (index, plan) = (self.find(Kind::Job, job)?, self.find(Kind::InterviewPlan, plan)?);
                self.change_plan(index, plan);
                (Kind::Job, index)
            }
            Mutation::MoveStage { application, stage } => {
                let index = self.find(Kind::Application, application)?;
                let stage = match stage {
                    Some(stage) => self.find(Kind::InterviewStage, stage)?,
                    None => self.next_stage(index)?,
                };
                self.move_stage(index, stage, None);
                (Kind::Application, index)
            }
            Mutation::AddNote { candidate, content, private } => {
                let candidate = self.find(Kind::Candidate, candidate)?;
                let fields = Map::from_iter([
                    ("content".to_owned(), json!(content)),
                    ("isPrivate".to_owned(), json!(private)),
                ]);
                (Kind::Note, self.create(Kind::Note, Some(candidate), &fields))
            }
        })
    }

    fn find(&self, kind: Kind, id: &str) -> Result<u32, SimError> {
        self.view().find(kind, id).ok_or_else(|| SimError::NotFound { kind, id: id.to_owned() })
    }

    pub(crate) fn id(&self, kind: Kind, index: u32) -> String {
        self.world.ids.record(kind, index)
    }

    /// The kind that a kind belongs to.
    pub(crate) fn parent_kind(&self, kind: Kind) -> Option<Kind> {
        self.view().parent_kind(kind)
    }

    /// The identifier of a part of a record that this change makes. Generated ones have parts below 64.
    pub(crate) fn new_part(&self, kind: Kind, index: u32) -> String {
        self.world.ids.part(kind, index, 64 + self.state.sequence as u32 % (1 << 20))
    }

    /// What was uploaded.
    pub(crate) fn files(&mut self) -> &mut Files {
        &mut self.state.files
    }

    /// Says in which projects a candidate is.
    pub(crate) fn set_projects(&mut self, candidate: u32, projects: Vec<u32>) {
        self.state.projects.insert(candidate, projects);
        self.change(Kind::Candidate, candidate, |_| {});
    }

    /// The time of the next change: one second apart, after all that was generated.
    pub(crate) fn now(&self) -> String {
        instant(NOW_MS + 1_000 * i64::try_from(self.state.sequence + 1).unwrap_or(i64::MAX / 2_000))
    }

    /// Some living record of a kind.
    pub(crate) fn some(&self, kind: Kind, dice: &mut Dice) -> Option<u32> {
        let end = self.state.store(kind).next;
        let start = dice.below(end);
        let view = self.view();
        view.indices(kind, start).next().or_else(|| view.indices(kind, 0).next())
    }

    fn save(&mut self, kind: Kind, index: u32, parent: u32, mut document: Document) {
        let now = self.now();
        if let Some(updated) = document.record.get_mut("updatedAt") {
            *updated = json!(now);
        }
        let mut record = Vec::new();
        write(&document.record, &mut record);
        self.set(
            kind,
            index,
            parent,
            Some(Content { record: record.into_boxed_slice(), detail: document.detail }),
        );
        if listed_by_parent(kind) {
            self.touch_parent(kind, parent);
        }
    }

    fn set(&mut self, kind: Kind, index: u32, parent: u32, content: Option<Content>) {
        self.remember(kind, index);
        self.state.sequence += 1;
        let sequence = self.state.sequence;
        let alive = content.is_some();
        let base_parent = self.world.exists(kind, index).then(|| self.world.parent(kind, index));
        let store = self.state.store_mut(kind);
        store.latest = sequence;
        let before = store.versions.insert(index, Version { sequence, parent, content });
        if let Some(before) = &before {
            store.changes.remove(&before.sequence);
        }
        if alive {
            store.changes.insert(sequence, index);
            if before.map(|before| before.parent).or(base_parent) != Some(parent) {
                store.added.entry(parent).or_default().push(index);
            }
        }
        self.touched.push((kind, index));
    }

    /// Keeps a record as it is before it changes, unless nobody wants to know.
    fn remember(&mut self, kind: Kind, index: u32) {
        let Some(told) = &self.told else { return };
        let known = |(known, at, _): &(Kind, u32, _)| (*known, *at) == (kind, index);
        if !webhooks::is_told(kind) || told.before.iter().any(known) {
            return;
        }
        let view = self.view();
        let before = view.alive(kind, index).then(|| view.document(kind, index));
        if let Some(told) = &mut self.told {
            told.before.push((kind, index, before));
        }
    }

    fn touch_parent(&mut self, kind: Kind, parent: u32) {
        let Some((parent_kind, _)) = self.world.places(kind) else {
            return;
        };
        if self.view().alive(parent_kind, parent) {
            let document = self.view().document(parent_kind, parent);
            let grandparent = self.view().parent(parent_kind, parent);
            self.save(parent_kind, parent, grandparent, document);
        }
    }

    pub(crate) fn create(&mut self, kind: Kind, parent: Option<u32>, fields: &Map<String, Value>) -> u32 {
        self.create_with(kind, parent, |document| lay_over(document, fields))
    }

    /// Makes a record as the generator would, then adapts it.
    pub(crate) fn create_with(
        &mut self,
        kind: Kind,
        parent: Option<u32>,
        adapt: impl FnOnce(&mut Document),
    ) -> u32 {
        let parent = match (parent, self.parent_kind(kind)) {
            (Some(parent), _) => parent,
            (None, None) => 0,
            (None, Some(parent_kind)) => {
                let mut dice = Dice::seeded(self.state.sequence ^ self.world.shape.seed);
                self.some(parent_kind, &mut dice)
                    .unwrap_or_else(|| self.create(parent_kind, None, &Map::new()))
            }
        };
        let store = self.state.store_mut(kind);
        let index = store.next;
        store.next += 1;
        self.create_at(kind, index, parent, adapt);
        index
    }

    fn create_at(&mut self, kind: Kind, index: u32, parent: u32, adapt: impl FnOnce(&mut Document)) {
        let mut document = self.world.document(kind, index, parent);
        let now = json!(self.now());
        for name in ["createdAt", "submittedAt"] {
            if let Some(member) = document.record.get_mut(name) {
                *member = now.clone();
            }
        }
        if let Some(created) =
            document.record.get_mut("latestVersion").and_then(|version| version.get_mut("createdAt"))
        {
            *created = now;
        }
        if self.parent_kind(kind) == Some(Kind::Application) && document.record.contains_key("candidateId") {
            let candidate = self.view().parent(Kind::Application, parent);
            document.record.insert("candidateId".to_owned(), json!(self.id(Kind::Candidate, candidate)));
        }
        if kind == Kind::Application {
            document.record.insert("candidate".to_owned(), self.candidate_embed(parent));
        }
        if kind == Kind::Approval {
            let offer = self.view().record(Kind::Offer, parent);
            let version = offer.get("latestVersion").map(|version| version["id"].clone());
            document.record.insert("entityId".to_owned(), version.unwrap_or_default());
        }
        adapt(&mut document);
        let references = document.record.clone();
        self.save(kind, index, parent, document);
        self.make_missing(&Value::Object(references));
        if kind == Kind::Application {
            self.list_applications(parent);
        }
    }

    /// Makes what a record refers to and what never was: in an organisation that began empty.
    fn make_missing(&mut self, value: &Value) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.make_missing(item)),
            Value::Object(members) => members.values().for_each(|member| self.make_missing(member)),
            Value::String(text) => {
                let Some((kind, index)) = self.world.ids.read(text) else {
                    return;
                };
                let known =
                    self.view().alive(kind, index) || self.state.store(kind).versions.contains_key(&index);
                if !known && index < self.state.store(kind).next {
                    self.create_at(kind, index, self.world.parent(kind, index), |_| {});
                }
            }
            _ => {}
        }
    }

    fn candidate_embed(&self, candidate: u32) -> Value {
        let record = self.view().record(Kind::Candidate, candidate);
        let shown = ["id", "name", "primaryEmailAddress", "primaryPhoneNumber"];
        record.into_iter().filter(|(name, _)| shown.contains(&name.as_str())).collect()
    }

    /// Writes a candidate's list of applications anew.
    fn list_applications(&mut self, candidate: u32) {
        let applications = self.view().children(Kind::Application, candidate);
        let ids: Vec<String> =
            applications.into_iter().map(|index| self.id(Kind::Application, index)).collect();
        let mut document = self.view().document(Kind::Candidate, candidate);
        document.record.insert("applicationIds".to_owned(), json!(ids));
        self.save(Kind::Candidate, candidate, 0, document);
    }

    pub(crate) fn update(&mut self, kind: Kind, index: u32, patch: &Map<String, Value>) {
        let mut document = self.view().document(kind, index);
        if let (Kind::Offer, Some(version)) = (kind, patch.get("latestVersion"))
            && let Some(Value::Array(versions)) = document.detail.get_mut("versions")
        {
            versions.insert(0, version.clone());
        }
        lay_over(&mut document, patch);
        let parent = self.view().parent(kind, index);
        self.save(kind, index, parent, document);
        let shown = ["name", "primaryEmailAddress", "primaryPhoneNumber"];
        if kind == Kind::Candidate && shown.iter().any(|name| patch.contains_key(*name)) {
            let embed = Map::from_iter([("candidate".to_owned(), self.candidate_embed(index))]);
            for application in self.view().children(Kind::Application, index) {
                self.update(Kind::Application, application, &embed);
            }
        }
    }

    /// Changes a record in place.
    pub(crate) fn change(&mut self, kind: Kind, index: u32, adapt: impl FnOnce(&mut Document)) {
        let mut document = self.view().document(kind, index);
        adapt(&mut document);
        let parent = self.view().parent(kind, index);
        self.save(kind, index, parent, document);
    }

    /// Deletes a record, what belongs to it, and its traces in what it belongs to.
    pub(crate) fn delete(&mut self, kind: Kind, index: u32) {
        let parent = self.view().parent(kind, index);
        for &child in Kind::ALL {
            if self.parent_kind(child) == Some(kind) {
                for record in self.view().children(child, index) {
                    let record_parent = self.view().parent(child, record);
                    self.delete_below(child, record, record_parent);
                }
            }
        }
        self.set(kind, index, parent, None);
        match kind {
            Kind::Application => self.list_applications(parent),
            _ if listed_by_parent(kind) => self.touch_parent(kind, parent),
            _ => {}
        }
    }

    fn delete_below(&mut self, kind: Kind, index: u32, parent: u32) {
        self.hush(kind, index);
        for &child in Kind::ALL {
            if self.parent_kind(child) == Some(kind) {
                for record in self.view().children(child, index) {
                    self.delete_below(child, record, index);
                }
            }
        }
        self.set(kind, index, parent, None);
    }

    pub(crate) fn archive(&mut self, kind: Kind, index: u32) -> Result<(), SimError> {
        if kind == Kind::Application {
            self.move_stage(index, self.world.archive_of(self.stage(index)), None);
            return Ok(());
        }
        let (name, value) = archiving(kind).ok_or(SimError::NotArchivable(kind))?;
        let mut patch = Map::from_iter([(name.to_owned(), value)]);
        if kind == Kind::Opening {
            patch.insert("archivedAt".to_owned(), json!(self.now()));
        }
        self.update(kind, index, &patch);
        Ok(())
    }

    fn stage(&self, application: u32) -> u32 {
        let record = self.view().record(Kind::Application, application);
        let id =
            record.get("currentInterviewStage").and_then(|stage| stage["id"].as_str()).unwrap_or_default();
        self.world.ids.read(id).map_or(0, |(_, stage)| stage)
    }

    pub(crate) fn next_stage(&self, application: u32) -> Result<u32, SimError> {
        let next = self.world.stage_after(self.stage(application));
        next.ok_or_else(|| SimError::NoNextStage(self.id(Kind::Application, application)))
    }

    /// Moves an application to a stage; into the archive for a reason, or for any.
    pub(crate) fn move_stage(&mut self, application: u32, stage: u32, reason: Option<u32>) {
        let now = self.now();
        let stage_record = self.view().record(Kind::InterviewStage, stage);
        let mut document = self.view().document(Kind::Application, application);
        let status = status_in(&stage_record);
        let reason = (status == "Archived").then(|| {
            let any = application % self.world.count(Kind::ArchiveReason).max(1);
            let mut reason = self.view().record(Kind::ArchiveReason, reason.unwrap_or(any));
            reason.insert("customFields".to_owned(), json!([]));
            reason
        });
        let id = self.new_part(Kind::Application, application);
        if let Some(Value::Array(history)) = document.detail.get_mut("applicationHistory") {
            if let Some(last) = history.last_mut() {
                last["leftStageAt"] = json!(now);
            }
            history.push(json!({
                "id": id, "stageId": stage_record.get("id"), "title": stage_record.get("title"), "enteredStageAt": now,
                "stageNumber": self.world.stage_number(history.len(), &stage_record),
                "allowedActions": ["delete", "set_entered_at"],
            }));
        }
        let archived_at = reason.as_ref().map(|_| now);
        let patch = Map::from_iter([
            ("status".to_owned(), json!(status)),
            ("currentInterviewStage".to_owned(), Value::Object(stage_record)),
            ("archiveReason".to_owned(), json!(reason)),
            ("archivedAt".to_owned(), json!(archived_at)),
        ]);
        lay_over(&mut document, &patch);
        let parent = self.view().parent(Kind::Application, application);
        self.save(Kind::Application, application, parent, document);
    }

    /// Whether records are as untidy as in life.
    pub(crate) fn is_lifelike(&self) -> bool {
        self.world.life.is_some()
    }

    /// Some stage of the plan that an application is in.
    pub(crate) fn any_stage(&self, application: u32, dice: &mut Dice) -> u32 {
        let plan = self.stage(application) / self.world.stages_per_plan();
        plan * self.world.stages_per_plan() + dice.below(self.world.stages_in(plan))
    }

    /// Moves an application over to another job, into the stage that is most like its present one.
    pub(crate) fn transfer(&mut self, application: u32, job: u32) {
        let record = self.view().record(Kind::Job, job);
        let plan = record.get("defaultInterviewPlanId").and_then(Value::as_str);
        let Some((Kind::InterviewPlan, plan)) = plan.and_then(|plan| self.world.ids.read(plan)) else {
            return;
        };
        self.move_stage(application, self.world.counterpart(self.stage(application), plan), None);
        let embed: Map<String, Value> = ["id", "title", "locationId", "departmentId"]
            .into_iter()
            .filter_map(|name| Some((name.to_owned(), record.get(name)?.clone())))
            .collect();
        let team = record.get("hiringTeam").cloned().unwrap_or_else(|| json!([]));
        let patch = [("job".to_owned(), Value::Object(embed)), ("hiringTeam".to_owned(), team)];
        self.update(Kind::Application, application, &Map::from_iter(patch));
    }

    /// Takes an entry out of an application's history, or gives it the time of the one before.
    pub(crate) fn edit_history(&mut self, application: u32, dice: &mut Dice) {
        let (throw, takes) = (dice.below(1 << 16) as usize, dice.chance(50));
        self.change(Kind::Application, application, |document| {
            let history = document.detail.get_mut("applicationHistory").and_then(Value::as_array_mut);
            let Some(history) = history.filter(|history| history.len() > 1) else { return };
            let at = 1 + throw % (history.len() - 1);
            if takes {
                history.remove(at);
            } else {
                history[at]["enteredStageAt"] = history[at - 1]["enteredStageAt"].clone();
            }
        });
    }

    pub(crate) fn merge(&mut self, from: u32, into: u32) {
        if from == into {
            return;
        }
        let embed = self.candidate_embed(into);
        for &kind in Kind::ALL {
            if self.parent_kind(kind) == Some(Kind::Candidate) {
                for index in self.view().children(kind, from) {
                    self.hand_over(kind, index, into, &embed);
                }
            }
        }
        self.list_applications(into);
        self.delete(Kind::Candidate, from);
        self.hush(Kind::Candidate, from);
        let merge = webhooks::merge(&self.id(Kind::Candidate, from), &self.id(Kind::Candidate, into));
        self.tell("candidateMerge", merge);
    }

    /// Forgets who a candidate is; that there was one, and what came of the applications, stays.
    pub(crate) fn anonymize(&mut self, candidate: u32) {
        let before = self.view().record(Kind::Candidate, candidate);
        let mut document = Document { record: before.clone(), ..Document::default() };
        blank(&mut document);
        let mut patch = document.record;
        patch.extend(
            before
                .keys()
                .filter(|name| !patch.contains_key(*name))
                .map(|name| (name.clone(), Value::Null))
                .collect::<Vec<_>>(),
        );
        patch.insert("name".to_owned(), json!("Anonymized Candidate"));
        patch.insert("applicationIds".to_owned(), json!(before.get("applicationIds")));
        self.update(Kind::Candidate, candidate, &patch);
    }

    /// Gives a job another plan, and its applications the stages in the places of those they were in.
    fn change_plan(&mut self, job: u32, plan: u32) {
        let before = self.view().record(Kind::Job, job);
        let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
        let from =
            self.world.ids.read(&text(before.get("defaultInterviewPlanId"))).map_or(0, |(_, plan)| plan);
        let job_id = self.id(Kind::Job, job);
        let concerned: Vec<u32> = self
            .view()
            .indices(Kind::Application, 0)
            .filter(|&index| {
                let record = self.view().record(Kind::Application, index);
                record.get("job").is_some_and(|job| job["id"] == job_id.as_str())
                    && self.stage(index) / self.world.stages_per_plan() == from
            })
            .collect();
        for application in concerned {
            self.hush(Kind::Application, application);
            let stage = self.world.counterpart(self.stage(application), plan);
            self.move_stage(application, stage, None);
        }
        let transition = webhooks::transition(self.view(), job, from, plan);
        self.tell("interviewPlanTransition", transition);
        let plan = json!(self.id(Kind::InterviewPlan, plan));
        let mut plans = before.get("interviewPlanIds").and_then(Value::as_array).cloned().unwrap_or_default();
        if !plans.contains(&plan) {
            plans.push(plan.clone());
        }
        let patch =
            [("defaultInterviewPlanId".to_owned(), plan), ("interviewPlanIds".to_owned(), json!(plans))];
        self.update(Kind::Job, job, &Map::from_iter(patch));
    }

    /// Gives a record, and what belongs to it, to another candidate.
    fn hand_over(&mut self, kind: Kind, index: u32, candidate: u32, embed: &Value) {
        let mut document = self.view().document(kind, index);
        if let Some(id) = document.record.get_mut("candidateId") {
            *id = embed["id"].clone();
        }
        if kind == Kind::Application {
            document.record.insert("candidate".to_owned(), embed.clone());
            for &child in Kind::ALL {
                if self.parent_kind(child) == Some(kind) {
                    for record in self.view().children(child, index) {
                        let mut document = self.view().document(child, record);
                        if let Some(id) = document.record.get_mut("candidateId") {
                            *id = embed["id"].clone();
                            self.save(child, record, index, document);
                        }
                    }
                }
            }
        }
        self.save(kind, index, candidate, document);
    }
}

/// The status of an application in a stage.
pub(crate) fn status_in(stage: &Map<String, Value>) -> &'static str {
    status_of_type(stage.get("type").and_then(Value::as_str).unwrap_or_default())
}

/// The status of an application in a stage of this type.
pub(crate) fn status_of_type(stage_type: &str) -> &'static str {
    ["Lead", "Hired", "Archived"].into_iter().find(|name| stage_type == *name).unwrap_or("Active")
}

/// Replaces members; null removes them. What only `info` shows is replaced there.
pub(crate) fn lay_over(document: &mut Document, patch: &Map<String, Value>) {
    for (name, value) in patch {
        let members =
            if document.detail.contains_key(name) { &mut document.detail } else { &mut document.record };
        if value.is_null() {
            members.remove(name);
        } else {
            members.insert(name.clone(), value.clone());
        }
    }
}

/// Takes away what the generator would say about somebody of whom nothing is known yet.
pub(crate) fn blank(document: &mut Document) {
    let unknown = [
        "primaryEmailAddress",
        "primaryPhoneNumber",
        "position",
        "company",
        "school",
        "resumeFileHandle",
        "source",
        "creditedToUser",
        "timezone",
        "location",
    ];
    for name in unknown {
        document.record.remove(name);
    }
    for name in [
        "emailAddresses",
        "phoneNumbers",
        "socialLinks",
        "tags",
        "applicationIds",
        "fileHandles",
        "customFields",
    ] {
        document.record.insert(name.to_owned(), json!([]));
    }
    document.record.insert("fraudStatus".to_owned(), json!("Unreviewed"));
}
