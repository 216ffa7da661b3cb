//! What becomes of an application: the stages it goes through, and its offers. Everything else follows from this.

use super::super::{DAY_MS, HOUR_MS, NOW_MS, World};
use super::calendar::{at_work, skewed};
use super::{Life, thousand};
use crate::dice::Dice;
use crate::kind::Kind;

/// No history is longer; the parts of applications below 60 are their entries.
const MOST_VISITS: usize = 26;

/// A visit of an application to a stage.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Visit {
    pub(crate) stage: u32,
    pub(crate) entered_ms: i64,
}

/// An offer of an application.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OfferCourse {
    pub(crate) made_ms: i64,
    pub(crate) decided_ms: Option<i64>,
    pub(crate) acceptance: &'static str,
    pub(crate) status: &'static str,
    pub(crate) approval: &'static str,
    pub(crate) versions: u32,
}

/// The course of an application.
#[derive(Debug, Clone)]
pub(crate) struct Course {
    pub(crate) candidate: u32,
    /// The job that it is considered for now.
    pub(crate) job: u32,
    /// The job that the candidate applied to.
    pub(crate) first_job: u32,
    pub(crate) source: Option<u32>,
    pub(crate) recruiter: u32,
    pub(crate) created_ms: i64,
    pub(crate) visits: Vec<Visit>,
    pub(crate) offers: Vec<OfferCourse>,
    pub(crate) reason: Option<u32>,
}

impl Course {
    pub(crate) fn stage(&self) -> u32 {
        self.visits.last().map_or(0, |visit| visit.stage)
    }

    /// When the last thing happened to it.
    pub(crate) fn updated_ms(&self) -> i64 {
        let moved = self.visits.last().map_or(self.created_ms, |visit| visit.entered_ms);
        let decided = self.offers.iter().filter_map(|offer| offer.decided_ms).max();
        moved.max(decided.unwrap_or(moved))
    }

    /// When it left the nth visit; `None` while it is there.
    pub(crate) fn left_ms(&self, visit: usize) -> Option<i64> {
        self.visits.get(visit + 1).map(|next| next.entered_ms)
    }
}

/// What an application makes of its way, and what it still has to do of it.
struct Way {
    back: bool,
    transfer: bool,
    reopen: bool,
    stalled: bool,
    second_offer: bool,
    /// How good it is, in hundredths of others' chances.
    promise: u32,
}

impl World {
    /// The course of an application that the organisation began with.
    pub(crate) fn course_of(&self, application: u32) -> Course {
        self.course(application, self.candidate_of(application))
    }

    /// The course of an application; one that was made later has only just arrived.
    pub(crate) fn course(&self, application: u32, candidate: u32) -> Course {
        let Some(life) = &self.life else { return self.arrival(application, candidate) };
        if application >= self.count(Kind::Application) {
            return self.arrival(application, candidate);
        }
        let mut dice = self.dice(Kind::Application, application ^ 0x4800_0000);
        let created_ms = self.applied_ms(life, application);
        let begin_ms = life.calendar.begin_ms();
        let job = life.company.open_job(created_ms, begin_ms, &mut dice);
        let source = dice.weighted(&[30, 24, 10, 12, 6, 2, 2, 2, 1, 2, 2, 1, 3, 1, 2, 1]) as u32;
        let source = (!thousand(&mut dice, life.rates.missing_sources)).then_some(source);
        let plan = match life.job(job).second_plan {
            Some(second) if dice.chance(30) => second,
            _ => self.interview_plan_of(job),
        };
        let found = matches!(source, Some(3 | 7 | 8 | 12 | 15));
        let types: &[&str] = if found && dice.chance(70) { &["Lead"] } else { &["PreInterviewScreen"] };
        // Somebody who is referred may be called at once.
        let types = if source == Some(2) && dice.chance(15) { &["Active"] } else { types };
        let first = self
            .first_of_type(plan, types)
            .or_else(|| self.first_of_type(plan, &["PreInterviewScreen", "Active"]))
            .unwrap_or(0);
        let mut course = Course {
            candidate,
            job,
            first_job: job,
            source,
            recruiter: dice.below((self.count(Kind::User) / 8).max(1)),
            created_ms,
            visits: vec![Visit { stage: first, entered_ms: created_ms }],
            offers: Vec::new(),
            reason: None,
        };
        let rates = &life.rates;
        let way = Way {
            back: thousand(&mut dice, rates.re_entries),
            transfer: thousand(&mut dice, rates.transfers),
            // A few of them are still in the process, and can not leave the archive yet.
            reopen: thousand(&mut dice, rates.re_openings * 21 / 20),
            stalled: thousand(&mut dice, rates.stalled),
            second_offer: thousand(&mut dice, rates.second_offers),
            promise: match source {
                Some(2 | 10 | 14) => 150,
                Some(3 | 7 | 8 | 12) => 120,
                _ => 94,
            },
        };
        self.go(life, &mut course, way, &mut dice);
        course
    }

    fn arrival(&self, application: u32, candidate: u32) -> Course {
        let mut dice = self.dice(Kind::Application, application);
        let job = match &self.life {
            Some(life) => life.company.open_job(NOW_MS - HOUR_MS, life.calendar.begin_ms(), &mut dice),
            None => 0,
        };
        let plan = self.interview_plan_of(job);
        let stage = self.first_of_type(plan, &["PreInterviewScreen"]).unwrap_or(0);
        Course {
            candidate,
            job,
            first_job: job,
            source: Some(dice.below(4)),
            recruiter: dice.below((self.count(Kind::User) / 8).max(1)),
            created_ms: NOW_MS,
            visits: vec![Visit { stage, entered_ms: NOW_MS }],
            offers: Vec::new(),
            reason: None,
        }
    }

    fn go(&self, life: &Life, course: &mut Course, mut way: Way, dice: &mut Dice) {
        while course.visits.len() < MOST_VISITS {
            let Visit { stage, entered_ms } = course.visits[course.visits.len() - 1];
            let stage_type = self.plan_stage(stage).stage_type;
            let dwell = match stage_type {
                "Lead" => 9 * DAY_MS,
                "PreInterviewScreen" => 80 * HOUR_MS,
                "Offer" => 90 * HOUR_MS,
                "Hired" => 20 * DAY_MS,
                "Archived" => 25 * DAY_MS,
                _ => (60 + i64::from(stage % 5) * 24) * HOUR_MS,
            };
            let next_ms = at_work(entered_ms + skewed(dwell, dice), dice);
            let mut next_ms = next_ms.max(entered_ms + 60_000);
            if way.back && course.visits.len() > 1 && dice.chance(30) {
                // A slip that is undone a minute later.
                next_ms = entered_ms + 60_000;
            }
            if stage_type == "Offer" {
                self.offer_course(course, &mut way, entered_ms, next_ms, dice);
            }
            if next_ms >= NOW_MS - HOUR_MS {
                return;
            }
            let Some(to) = self.step(life, course, &mut way, stage, next_ms, dice) else { return };
            course.visits.push(Visit { stage: to, entered_ms: next_ms });
            if self.plan_stage(to).stage_type == "Archived" {
                course.reason = Some(reason(stage_type, dice));
            } else {
                course.reason = None;
            }
        }
    }

    /// Where an application goes from a stage; `None` where it stays.
    fn step(
        &self,
        life: &Life,
        course: &mut Course,
        way: &mut Way,
        stage: u32,
        at_ms: i64,
        dice: &mut Dice,
    ) -> Option<u32> {
        let rates = &life.rates;
        let plan = stage / self.stages_per_plan();
        let stage_type = self.plan_stage(stage).stage_type;
        match stage_type {
            "Hired" => {
                // They never came, or it was a slip.
                return match thousand(dice, rates.un_hires) {
                    true if dice.chance(65) => Some(self.archive_of(stage)),
                    true => self.first_of_type(plan, &["Offer"]),
                    false => None,
                };
            }
            "Archived" => {
                if !std::mem::take(&mut way.reopen) {
                    return None;
                }
                let before = course.visits.iter().rev().map(|visit| visit.stage).find(|&before| {
                    !matches!(self.plan_stage(before).stage_type, "Archived" | "Hired" | "Offer")
                        && before / self.stages_per_plan() == plan
                        && before % self.stages_per_plan() < self.stages_in(plan)
                });
                way.promise = 150;
                return before.or_else(|| self.first_of_type(plan, &["PreInterviewScreen", "Active"]));
            }
            _ => {}
        }
        if way.stalled && stage_type != "Lead" {
            return None;
        }
        if std::mem::take(&mut way.transfer) {
            let job = life.company.open_job(at_ms, life.calendar.begin_ms(), dice);
            if job != course.job {
                course.job = job;
                return Some(self.counterpart(stage, self.interview_plan_of(job)));
            }
        }
        let moved = course.visits.len() > 1;
        if way.back && moved && stage_type != "Offer" {
            let mut earlier = course.visits[..course.visits.len() - 1].iter().map(|visit| visit.stage);
            let earlier = earlier.find(|&earlier| {
                earlier != stage
                    && earlier / self.stages_per_plan() == plan
                    && earlier % self.stages_per_plan() < self.stages_in(plan)
                    && !matches!(self.plan_stage(earlier).stage_type, "Archived" | "Hired")
            });
            if let Some(earlier) = earlier {
                way.back = false;
                way.promise = 160;
                return Some(earlier);
            }
        }
        let chance = match stage_type {
            "Lead" => 42,
            "PreInterviewScreen" => 25,
            "Offer" => return self.after_offer(course, stage),
            // Many interviews are passed as seldom as few.
            _ => match self.interviews_in(plan) {
                0..=2 => 42,
                3 => 50,
                4 => 57,
                5 => 63,
                _ => 68,
            },
        };
        if stage_type == "Lead" && dice.chance(25) {
            // Nobody answers, and nobody archives it.
            return None;
        }
        if dice.below(100) < chance * way.promise / 100 || way.back {
            let mut to = self.stage_after(stage)?;
            if at_ms < life.calendar.begin_ms() + (NOW_MS - life.calendar.begin_ms()) / 3 {
                to = self.formerly(to);
            }
            if let Some(further) = self.stage_after(to)
                && thousand(dice, rates.skips)
                && !matches!(self.plan_stage(further).stage_type, "Hired" | "Archived")
            {
                to = further;
            }
            return Some(to);
        }
        Some(self.archive_of(stage))
    }

    /// The offer or offers that are made in a stay at the offer stage.
    fn offer_course(
        &self,
        course: &mut Course,
        way: &mut Way,
        entered_ms: i64,
        next_ms: i64,
        dice: &mut Dice,
    ) {
        let stage = course.stage();
        if course.offers.len() >= 2 || course.offers.last().is_some_and(|offer| offer.decided_ms.is_none()) {
            return;
        }
        // Of two offer stages the offer is made in the last.
        if self.stage_after(stage).is_some_and(|next| self.plan_stage(next).stage_type == "Offer") {
            return;
        }
        let versions = 1 + dice.weighted(&[72, 20, 8]) as u32;
        let open = |made_ms: i64, versions: u32, dice: &mut Dice| {
            let (acceptance, status, approval) = dice.pick(&[
                ("WaitingOnResponse", "WaitingOnCandidateResponse", "Approved"),
                ("WaitingOnResponse", "WaitingOnCandidateResponse", "Approved"),
                ("Created", "WaitingOnOfferApproval", "WaitingOnApprovals"),
                ("Pending", "WaitingOnApprovalStart", "WaitingOnApprovals"),
            ]);
            OfferCourse { made_ms, decided_ms: None, acceptance, status, approval, versions }
        };
        let made_ms = entered_ms + (next_ms - entered_ms) / 5;
        if next_ms >= NOW_MS - HOUR_MS || way.stalled {
            if made_ms < NOW_MS - HOUR_MS {
                course.offers.push(open(made_ms, versions, dice));
            }
            return;
        }
        let decide = |made_ms: i64, decided_ms: i64, versions: u32, outcome: usize| {
            let (acceptance, status) = [
                ("Accepted", "CandidateAccepted"),
                ("Declined", "CandidateRejected"),
                ("Cancelled", "OfferCancelled"),
            ][outcome];
            let decided_ms = (outcome < 2).then_some(decided_ms);
            OfferCourse { made_ms, decided_ms, acceptance, status, approval: "Approved", versions }
        };
        let decided_ms = made_ms + (next_ms - made_ms) / 4 * 3;
        let outcome = dice.weighted(&[80, 14, 6]);
        if std::mem::take(&mut way.second_offer) && course.offers.is_empty() {
            let first = dice.weighted(&[0, 60, 40]);
            let half_ms = made_ms + (decided_ms - made_ms) / 2;
            course.offers.push(decide(made_ms, half_ms - 1_000, versions, first));
            course.offers.push(decide(half_ms, decided_ms, 1, dice.weighted(&[85, 10, 5])));
            return;
        }
        course.offers.push(decide(made_ms, decided_ms, versions, outcome));
    }

    fn after_offer(&self, course: &Course, stage: u32) -> Option<u32> {
        let next = self.stage_after(stage)?;
        if self.plan_stage(next).stage_type == "Offer" {
            return Some(next);
        }
        match course.offers.last().map(|offer| offer.acceptance) {
            Some("Accepted") => Some(next),
            Some("Declined" | "Cancelled") => Some(self.archive_of(stage)),
            _ => None,
        }
    }
}

/// Why somebody is archived from a stage of this type: a position in the table of reasons.
fn reason(from: &str, dice: &mut Dice) -> u32 {
    const BY_ORGANISATION: [u32; 8] = [0, 0, 0, 1, 2, 5, 6, 9];
    const BY_CANDIDATE: [u32; 5] = [3, 4, 7, 8, 15];
    const OTHER: [u32; 5] = [10, 11, 13, 14, 17];
    let weights: [u32; 3] = match from {
        "Lead" => [30, 60, 10],
        "PreInterviewScreen" => [84, 8, 8],
        "Offer" | "Hired" => [10, 85, 5],
        _ => [62, 32, 6],
    };
    match dice.weighted(&weights) {
        0 => dice.pick(&BY_ORGANISATION),
        1 => dice.pick(&BY_CANDIDATE),
        _ => dice.pick(&OTHER),
    }
}
