//! Interview plans that differ: stages, their types, groups and gaps in their order.

use super::super::words::{GROUP_OF_STAGE, STAGES};
use super::super::{ARCHIVED, STAGES_PER_PLAN, World};
use crate::kind::Kind;

/// The places for stages that a plan has.
pub(super) const PLACES: u32 = 12;

/// A stage of a plan.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stage {
    pub(crate) title: &'static str,
    pub(crate) stage_type: &'static str,
    pub(crate) group: Option<u32>,
    pub(crate) order: u32,
}

/// Groups of stages, in their order, with the type of their stages.
pub(crate) const GROUPS: &[(&str, &str)] = &[
    ("Leads", "Lead"),
    ("Application review", "PreInterviewScreen"),
    ("Screening", "Active"),
    ("Interviews", "Active"),
    ("Offer", "Offer"),
    ("Hired", "Hired"),
    ("Archived", "Archived"),
];

const fn stage(title: &'static str, stage_type: &'static str, group: u32, order: u32) -> Stage {
    Stage { title, stage_type, group: Some(group), order }
}

const fn ungrouped(title: &'static str, stage_type: &'static str, order: u32) -> Stage {
    Stage { title, stage_type, group: None, order }
}

/// The stages of each plan. The twelfth is one that was deleted: only old histories know it.
const PLANS: [&[Stage]; 8] = [
    &[
        stage("New lead", "Lead", 0, 0),
        stage("Application review", "PreInterviewScreen", 1, 1),
        stage("Recruiter screen", "Active", 2, 2),
        stage("Coding exercise", "Active", 3, 3),
        stage("Hiring manager interview", "Active", 3, 4),
        stage("Onsite", "Active", 3, 5),
        stage("Team conversation", "Active", 3, 6),
        ungrouped("Reference check", "Active", 1_006),
        stage("Offer", "Offer", 4, 1_007),
        stage("Hired", "Hired", 5, 1_008),
        stage("Archived", "Archived", 6, 1_009),
        stage("Phone chat", "Active", 2, 2),
    ],
    &[
        stage("New lead", "Lead", 0, 0),
        stage("Application review", "PreInterviewScreen", 1, 1),
        stage("Recruiter screen", "Active", 2, 2),
        stage("Role play", "Active", 3, 3),
        stage("Hiring manager interview", "Active", 3, 4),
        stage("Offer", "Offer", 4, 5),
        stage("Hired", "Hired", 5, 6),
        stage("Archived", "Archived", 6, 7),
    ],
    &[
        stage("New lead", "Lead", 0, 0),
        stage("Application review", "PreInterviewScreen", 1, 1),
        stage("Recruiter screen", "Active", 2, 2),
        stage("Portfolio review", "Active", 3, 3),
        stage("Final round", "Active", 3, 4),
        stage("Offer", "Offer", 4, 5),
        stage("Hired", "Hired", 5, 6),
        stage("Archived", "Archived", 6, 7),
    ],
    &[
        stage("New lead", "Lead", 0, 0),
        stage("Application review", "PreInterviewScreen", 1, 1),
        stage("Recruiter screen", "Active", 2, 2),
        stage("Hiring manager interview", "Active", 3, 3),
        stage("Final round", "Active", 3, 4),
        stage("Offer", "Offer", 4, 5),
        stage("Hired", "Hired", 5, 6),
        stage("Archived", "Archived", 6, 7),
    ],
    &[
        stage("Longlist", "Lead", 0, 0),
        stage("Shortlist", "Lead", 0, 1),
        stage("Approach", "PreInterviewScreen", 1, 2),
        stage("Executive conversation", "Active", 3, 3),
        stage("Board conversation", "Active", 3, 4),
        ungrouped("Reference check", "Active", 1_006),
        stage("Negotiation", "Offer", 4, 1_007),
        stage("Offer", "Offer", 4, 1_008),
        stage("Hired", "Hired", 5, 1_009),
        stage("Archived", "Archived", 6, 1_010),
    ],
    &[
        stage("Application review", "PreInterviewScreen", 1, 0),
        ungrouped("Online assessment", "Assessment", 1),
        stage("Campus interview", "Active", 3, 2),
        stage("Offer", "Offer", 4, 3),
        stage("Hired", "Hired", 5, 4),
        stage("Archived", "Archived", 6, 5),
    ],
    &[
        stage("New lead", "Lead", 0, 0),
        stage("Application review", "PreInterviewScreen", 1, 1),
        stage("Recruiter screen", "Active", 2, 2),
        stage("Take-home project", "Active", 3, 3),
        stage("Data deep dive", "Active", 3, 4),
        stage("Final round", "Active", 3, 5),
        stage("Offer", "Offer", 4, 6),
        stage("Hired", "Hired", 5, 7),
        stage("Archived", "Archived", 6, 8),
    ],
    &[
        stage("New lead", "Lead", 0, 0),
        stage("Phone screen", "Active", 2, 1),
        stage("Onsite", "Active", 3, 2),
        stage("Offer", "Offer", 4, 3),
        stage("Hired", "Hired", 5, 4),
        stage("Archived", "Archived", 6, 5),
    ],
];

/// Where the deleted stage was: in the first plan, in the place of the recruiter's screen.
const GONE: u32 = 11;
const INSTEAD_OF_GONE: u32 = 2;

impl World {
    pub(crate) fn stages_per_plan(&self) -> u32 {
        if self.life.is_some() { PLACES } else { STAGES_PER_PLAN }
    }

    /// How many stages a plan has.
    pub(crate) fn stages_in(&self, plan: u32) -> u32 {
        match &self.life {
            Some(_) => (PLANS[plan as usize % PLANS.len()].len() as u32).min(GONE),
            None => STAGES_PER_PLAN,
        }
    }

    /// A stage of a plan that the organisation began with.
    pub(crate) fn plan_stage(&self, stage: u32) -> Stage {
        let (plan, place) = (stage / self.stages_per_plan(), stage % self.stages_per_plan());
        if self.life.is_some() {
            let stages = PLANS[plan as usize % PLANS.len()];
            return stages[(place as usize).min(stages.len() - 1)];
        }
        let (title, stage_type) = STAGES[place as usize % STAGES.len()];
        Stage { title, stage_type, group: Some(GROUP_OF_STAGE[place as usize]), order: place }
    }

    /// The groups of stages.
    pub(crate) fn stage_groups(&self) -> &'static [(&'static str, &'static str)] {
        if self.life.is_some() { GROUPS } else { super::super::words::STAGE_GROUPS }
    }

    /// The first stage of a plan that has one of these types.
    pub(crate) fn first_of_type(&self, plan: u32, types: &[&str]) -> Option<u32> {
        let first = plan * self.stages_per_plan();
        (first..first + self.stages_in(plan))
            .find(|&stage| types.contains(&self.plan_stage(stage).stage_type))
    }

    /// How many interviews stand between review and offer.
    pub(super) fn interviews_in(&self, plan: u32) -> usize {
        let first = plan * self.stages_per_plan();
        let stages = (first..first + self.stages_in(plan)).map(|stage| self.plan_stage(stage).stage_type);
        stages.filter(|stage_type| matches!(*stage_type, "Active" | "Assessment")).count()
    }

    /// Where applications of a plan are archived.
    pub(crate) fn archive_of(&self, stage: u32) -> u32 {
        let plan = stage / self.stages_per_plan();
        match &self.life {
            Some(_) => self.first_of_type(plan, &["Archived"]).unwrap_or(stage),
            None => plan * STAGES_PER_PLAN + ARCHIVED,
        }
    }

    /// The stage after one, up to where people are hired.
    pub(crate) fn stage_after(&self, stage: u32) -> Option<u32> {
        if stage >= self.base_end(Kind::InterviewStage).max(self.stages_per_plan()) {
            return None;
        }
        if matches!(self.plan_stage(stage).stage_type, "Hired" | "Archived") {
            return None;
        }
        match stage % self.stages_per_plan() {
            GONE if self.life.is_some() => Some(stage - GONE + INSTEAD_OF_GONE + 1),
            _ => Some(stage + 1),
        }
    }

    /// What was in the place of a stage long ago.
    pub(super) fn formerly(&self, stage: u32) -> u32 {
        if stage == INSTEAD_OF_GONE { GONE } else { stage }
    }

    /// The stage of another plan that is most like one.
    pub(crate) fn counterpart(&self, stage: u32, plan: u32) -> u32 {
        let place = stage % self.stages_per_plan();
        let same_place = plan * self.stages_per_plan() + place;
        if self.life.is_none() {
            return same_place;
        }
        let stage_type = self.plan_stage(stage).stage_type;
        if place < self.stages_in(plan) && self.plan_stage(same_place).stage_type == stage_type {
            return same_place;
        }
        self.first_of_type(plan, &[stage_type])
            .or_else(|| self.first_of_type(plan, &["PreInterviewScreen", "Active"]))
            .unwrap_or(plan * PLACES)
    }
}
