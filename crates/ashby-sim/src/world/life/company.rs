//! The lives of jobs and openings.

use std::collections::HashMap;

use super::super::{DAY_MS, NOW_MS, World};
use super::calendar::{at_work, skewed};
use super::course::Course;
use super::{Life, thousand};
use crate::dice::Dice;
use crate::kind::Kind;
use crate::rates::Rates;

const WEEK_MS: i64 = 7 * DAY_MS;

/// When a job was open.
#[derive(Debug, Clone)]
pub(crate) struct JobLife {
    pub(crate) status: &'static str,
    pub(crate) created_ms: i64,
    /// When people could apply: once, or again later.
    spans: Vec<(i64, i64)>,
    /// What the record says.
    pub(crate) opened_ms: Option<i64>,
    pub(crate) closed_ms: Option<i64>,
    /// A plan that it has beside its own.
    pub(crate) second_plan: Option<u32>,
    /// How many people want it.
    popularity: u32,
}

/// What became of an opening.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OpeningLife {
    pub(crate) job: u32,
    pub(crate) opened_ms: i64,
    pub(crate) closed_ms: Option<i64>,
    pub(crate) state: &'static str,
}

/// Jobs and openings, by when they were open.
#[derive(Debug, Default)]
pub(super) struct Company {
    pub(super) jobs: Vec<JobLife>,
    /// For each week of the past the jobs that are open in it, each with the sum of popularities up to it.
    weeks: Vec<Vec<(u32, u32)>>,
    pub(super) openings: Vec<OpeningLife>,
    /// The openings of each job.
    by_job: Vec<Vec<u32>>,
    /// The opening that a hired application fills.
    pub(super) filled: HashMap<u32, u32>,
}

impl Company {
    pub(super) fn new(world: &World, rates: &Rates, begin_ms: i64) -> Self {
        let count = world.count(Kind::Job).max(1);
        let jobs: Vec<JobLife> = (0..count).map(|job| job_life(world, rates, begin_ms, job, count)).collect();
        let mut weeks = vec![Vec::new(); ((NOW_MS - begin_ms) / WEEK_MS + 1) as usize];
        for (week, open) in weeks.iter_mut().enumerate() {
            let from = begin_ms + week as i64 * WEEK_MS;
            let mut sum = 0;
            for (job, life) in (0..).zip(&jobs) {
                if life.spans.iter().any(|&(begin, end)| begin < from + WEEK_MS && end > from) {
                    sum += life.popularity;
                    open.push((job, sum));
                }
            }
        }
        Self { by_job: vec![Vec::new(); jobs.len()], jobs, weeks, ..Self::default() }
    }

    /// A job that was open at an instant.
    pub(super) fn open_job(&self, at_ms: i64, begin_ms: i64, dice: &mut Dice) -> u32 {
        let week = ((at_ms - begin_ms) / WEEK_MS).clamp(0, self.weeks.len() as i64 - 1);
        let open = &self.weeks[week as usize];
        let sum = open.last().map_or(0, |(_, sum)| *sum);
        for _ in 0..6 {
            let throw = dice.below(sum);
            let at = open.partition_point(|(_, sum)| *sum <= throw);
            let Some(&(job, _)) = open.get(at) else { break };
            if self.jobs[job as usize].spans.iter().any(|&(begin, end)| (begin..end).contains(&at_ms)) {
                return job;
            }
        }
        // The first job is always open.
        0
    }

    /// Opens an opening for every hire, and a few that nobody has filled.
    pub(super) fn open_openings(&mut self, world: &World, rates: &Rates, mut hires: Vec<Hire>) {
        hires.sort_unstable_by_key(|hire| (hire.job, hire.decided_ms, hire.application));
        let mut hires = hires.into_iter().peekable();
        for job in 0..self.jobs.len() as u32 {
            let life = self.jobs[job as usize].clone();
            let mut dice = world.dice(Kind::Opening, job ^ 0x1000_0000);
            let add = |company: &mut Self, opening: OpeningLife| {
                let index = company.openings.len() as u32;
                company.openings.push(opening);
                company.by_job[job as usize].push(index);
                index
            };
            let mut last = None;
            while let Some(hire) = hires.next_if(|hire| hire.job == job) {
                // Some offers name no opening.
                if dice.chance(5) {
                    continue;
                }
                let index = match last {
                    Some(index) if thousand(&mut dice, rates.doubled_openings) => index,
                    _ => {
                        let late = thousand(&mut dice, rates.late_openings);
                        let before = skewed(55 * DAY_MS, &mut dice);
                        let opened_ms = match late {
                            true => hire.decided_ms + dice.between(1, 6) * DAY_MS,
                            false => (hire.decided_ms - before).max(life.created_ms),
                        };
                        let opened_ms = opened_ms.min(NOW_MS - DAY_MS);
                        let closed_ms = Some(hire.decided_ms.max(opened_ms));
                        add(self, OpeningLife { job, opened_ms, closed_ms, state: "Filled" })
                    }
                };
                self.filled.insert(hire.application, index);
                last = Some(index);
            }
            let opened_ms = life.opened_ms.unwrap_or(life.created_ms);
            let (state, more) = match life.status {
                "Draft" => ("Draft", 1),
                "Open" => (dice.pick(&["Open", "Open", "Open", "Approved"]), 1 + dice.below(3)),
                _ => ("Closed", u32::from(dice.chance(30))),
            };
            for _ in 0..more {
                let opened_ms = opened_ms + dice.between(0, (NOW_MS - opened_ms).clamp(1, 90 * DAY_MS));
                let closed_ms =
                    (state == "Closed").then(|| life.closed_ms.unwrap_or(opened_ms).max(opened_ms));
                add(self, OpeningLife { job, opened_ms, closed_ms, state });
            }
        }
    }

    /// An opening that an offer of a job may name.
    pub(super) fn some_opening(&self, job: u32, dice: &mut Dice) -> Option<u32> {
        let openings = self.by_job.get(job as usize).filter(|openings| !openings.is_empty())?;
        Some(openings[dice.below(openings.len() as u32) as usize])
    }
}

/// Somebody was hired.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hire {
    pub(super) job: u32,
    pub(super) application: u32,
    pub(super) decided_ms: i64,
}

impl Hire {
    pub(super) fn of(application: u32, course: &Course) -> Option<Self> {
        let accepted = course.offers.iter().rfind(|offer| offer.acceptance == "Accepted")?;
        Some(Self { job: course.job, application, decided_ms: accepted.decided_ms? })
    }
}

fn job_life(world: &World, rates: &Rates, begin_ms: i64, job: u32, count: u32) -> JobLife {
    let mut dice = world.dice(Kind::Job, job ^ 0x2000_0000);
    let span = NOW_MS - begin_ms;
    let evergreen = job == 0 || job % 24 == 9;
    // Some were there before the records begin; the others came one after the other.
    let came = match evergreen || job % 9 == 1 {
        true => begin_ms - dice.between(1, 30) * DAY_MS,
        false => begin_ms + span / i64::from(count) * i64::from(job) + dice.between(0, 10 * DAY_MS),
    };
    let created_ms = at_work(came.min(NOW_MS - 9 * DAY_MS), &mut dice);
    let draft = !evergreen && job % 21 == 11;
    let opens_ms = at_work(created_ms + skewed(4 * DAY_MS, &mut dice), &mut dice).min(NOW_MS - 2 * DAY_MS);
    let mut spans = vec![(opens_ms, i64::MAX)];
    let mut closed_ms = None;
    if !evergreen {
        let closes_ms = at_work(opens_ms + skewed(95 * DAY_MS, &mut dice), &mut dice);
        if closes_ms < NOW_MS {
            spans = vec![(opens_ms, closes_ms)];
            closed_ms = Some(closes_ms);
            let again_ms = at_work(closes_ms + skewed(50 * DAY_MS, &mut dice), &mut dice);
            if thousand(&mut dice, rates.re_opened_jobs) && again_ms < NOW_MS - 20 * DAY_MS {
                let end_ms = at_work(again_ms + skewed(120 * DAY_MS, &mut dice), &mut dice);
                spans.push((again_ms, if end_ms < NOW_MS { end_ms } else { i64::MAX }));
                // A job that is open again still says when it was closed.
                closed_ms = Some(if end_ms < NOW_MS { end_ms } else { closes_ms });
            }
        }
    }
    if draft {
        spans.clear();
        closed_ms = None;
    }
    let is_open = spans.iter().any(|&(_, end)| end > NOW_MS);
    let status = match (draft, is_open) {
        (true, _) => "Draft",
        (_, true) => "Open",
        _ => dice.pick(&["Closed", "Closed", "Archived"]),
    };
    let late = thousand(&mut dice, rates.late_openings);
    let late_ms = opens_ms + skewed(20 * DAY_MS, &mut dice);
    let opened_ms = if late && late_ms < NOW_MS - DAY_MS { late_ms } else { opens_ms };
    let plans = world.count(Kind::InterviewPlan).max(1);
    let second_plan =
        dice.chance(20).then(|| (world.interview_plan_of(job) + 1 + dice.below(plans - 1)) % plans);
    JobLife {
        status,
        created_ms,
        spans,
        opened_ms: (!draft).then_some(opened_ms),
        closed_ms,
        second_plan: second_plan.filter(|&plan| plan != world.interview_plan_of(job)),
        popularity: [2, 3, 4, 6, 9, 14, 22, 34][dice.below(8) as usize],
    }
}

impl Life {
    pub(crate) fn job(&self, job: u32) -> &JobLife {
        &self.company.jobs[job as usize % self.company.jobs.len()]
    }

    pub(crate) fn opening(&self, opening: u32) -> OpeningLife {
        let openings = &self.company.openings;
        openings.get(opening as usize).copied().unwrap_or(OpeningLife {
            job: opening % self.company.jobs.len() as u32,
            opened_ms: NOW_MS,
            closed_ms: None,
            state: "Open",
        })
    }
}
