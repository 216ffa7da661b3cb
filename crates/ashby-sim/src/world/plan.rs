//! What became of an application: everything else about it follows from this.

use super::{DAY_MS, HOUR_MS, NOW_MS, STAGES_PER_PLAN, World};
use crate::kind::Kind;

/// The positions of stages in every plan.
pub(crate) const APPLICATION_REVIEW: u32 = 1;
pub(crate) const OFFER: u32 = 5;
pub(crate) const HIRED: u32 = 6;
pub(crate) const ARCHIVED: u32 = 7;

/// The course of an application.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) candidate: u32,
    pub(crate) job: u32,
    /// The position of the current stage in the job's plan.
    pub(crate) stage: u32,
    /// The furthest stage reached, [`HIRED`] at most.
    pub(crate) reached: u32,
    pub(crate) source: u32,
    pub(crate) created_ms: i64,
    /// Time spent in each stage.
    pub(crate) pace_ms: i64,
    pub(crate) recruiter: u32,
}

impl Plan {
    pub(crate) fn status(&self) -> &'static str {
        match self.stage {
            0 => "Lead",
            HIRED => "Hired",
            ARCHIVED => "Archived",
            _ => "Active",
        }
    }

    /// When the application came into the nth stage that it went through.
    pub(crate) fn entered_ms(&self, step: u32) -> i64 {
        self.created_ms + self.pace_ms * i64::from(step)
    }

    /// The stages gone through, in order.
    pub(crate) fn path(&self) -> impl Iterator<Item = u32> {
        let first = APPLICATION_REVIEW.min(self.reached);
        (first..=self.reached).chain((self.stage == ARCHIVED).then_some(ARCHIVED))
    }

    pub(crate) fn updated_ms(&self) -> i64 {
        self.entered_ms(self.path().count() as u32 - 1)
    }

    /// How many interview stages were reached.
    pub(crate) fn interviews(&self) -> u32 {
        self.reached.saturating_sub(APPLICATION_REVIEW).min(3)
    }
}

impl World {
    /// The candidate of a base application: the first applications go round, the rest go to anybody.
    pub(crate) fn candidate_of(&self, application: u32) -> u32 {
        let candidates = self.count(Kind::Candidate);
        if application < candidates {
            return application;
        }
        if self.life.is_some() {
            return self.known_candidate(application);
        }
        self.dice(Kind::Application, application ^ 0x4000_0000).below(candidates)
    }

    /// The course of an application; one that was made later has only just arrived.
    pub(crate) fn plan(&self, application: u32, candidate: u32) -> Plan {
        let mut dice = self.dice(Kind::Application, application);
        let job = self.advertised_job(dice.next() as u32);
        let source = dice.weighted(&[30, 24, 14, 12, 6, 2, 2, 1, 1, 2, 1, 1, 1, 1, 1, 1]) as u32;
        let recruiter = dice.below((self.count(Kind::User) / 6).max(1));
        let mut plan = Plan {
            candidate,
            job,
            stage: APPLICATION_REVIEW,
            reached: APPLICATION_REVIEW,
            source: source % self.count(Kind::Source).max(1),
            created_ms: NOW_MS,
            pace_ms: DAY_MS,
            recruiter,
        };
        if application >= self.count(Kind::Application) {
            return plan;
        }
        plan.created_ms = self.made_ms(Kind::Application, application);
        let age_ms = (NOW_MS - plan.created_ms).max(HOUR_MS);
        // Lead, review, screen, manager, final round, offer; then: hired, archived.
        let outcome = match age_ms / DAY_MS {
            0..=45 => dice.weighted(&[6, 38, 16, 9, 5, 2, 1, 23]),
            46..=120 => dice.weighted(&[3, 8, 7, 6, 4, 2, 3, 67]),
            _ => dice.weighted(&[1, 0, 0, 0, 1, 0, 3, 95]),
        } as u32;
        plan.stage = outcome;
        plan.reached = outcome;
        if outcome == ARCHIVED {
            plan.reached = APPLICATION_REVIEW + dice.weighted(&[58, 22, 11, 6, 3]) as u32;
        }
        let steps = plan.path().count() as i64;
        plan.pace_ms = (dice.between(2, 11) * DAY_MS + dice.between(0, DAY_MS)).min(age_ms / steps);
        plan
    }

    /// A job that people can apply to: not a draft.
    fn advertised_job(&self, throw: u32) -> u32 {
        let jobs = self.count(Kind::Job).max(1);
        // Popular jobs get more: the smaller of two numbers is small more often.
        let job = (throw % jobs).min((throw >> 12) % jobs);
        if self.job_status(job) == "Draft" { (job + 1) % jobs } else { job }
    }

    /// The plan that a job uses by default.
    pub(crate) fn interview_plan_of(&self, job: u32) -> u32 {
        // The last plan is archived; no job uses it.
        job % self.count(Kind::InterviewPlan).saturating_sub(1).max(1)
    }

    /// The stage at a position of the plan that a job uses by default, in a plain world.
    pub(crate) fn stage_of(&self, job: u32, stage: u32) -> u32 {
        self.interview_plan_of(job) * STAGES_PER_PLAN + stage
    }
}
