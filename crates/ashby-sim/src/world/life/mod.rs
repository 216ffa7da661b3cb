//! A company's life with all that makes its records untidy. What happens how often is said by [`Rates`]; everything
//! follows from the seed, record by record, as in the plain world.

mod calendar;
mod company;
mod course;
pub(crate) mod fields;
mod interviews;
mod offers;
pub(crate) mod plans;
mod records;

use std::collections::HashMap;

use super::{NOW_MS, World};
use crate::dice::Dice;
use crate::kind::Kind;
use crate::rates::Rates;
use calendar::Calendar;
use company::{Company, Hire};
pub(crate) use course::Course;

/// The places for schedules, feedback and offers that an application has.
pub(super) const PLACES: [(Kind, u32); 3] =
    [(Kind::InterviewSchedule, 12), (Kind::Feedback, 48), (Kind::Offer, 2)];

/// What is known of the company as a whole.
#[derive(Debug)]
pub(crate) struct Life {
    rates: Rates,
    calendar: Calendar,
    company: Company,
    /// How many of its places each application takes, by kind: lists pass over the others.
    taken: HashMap<Kind, Vec<u8>>,
}

/// Whether something happens that happens so many times in a thousand.
fn thousand(dice: &mut Dice, times: u32) -> bool {
    dice.below(1_000) < times
}

impl Life {
    /// Lets the company live: every application once, to see who was hired on which opening.
    pub(super) fn begin(world: &mut World, rates: &Rates) {
        let calendar = Calendar::new(rates.past_days);
        world.life =
            Some(Self { rates: rates.clone(), calendar, company: Company::default(), taken: HashMap::new() });
        let begin_ms = world.life.as_ref().map_or(NOW_MS, |life| life.calendar.begin_ms());
        let mut company = Company::new(world, rates, begin_ms);
        if let Some(life) = &mut world.life {
            life.company = std::mem::take(&mut company);
        }
        let applications = world.count(Kind::Application);
        let mut taken = PLACES.map(|(kind, _)| (kind, vec![0; applications as usize]));
        let mut hires = Vec::new();
        for application in 0..applications {
            let course = world.course_of(application);
            hires.extend(Hire::of(application, &course));
            if !world.shape.activity {
                continue;
            }
            let schedules = world.schedules_of(application, &course);
            let feedback: usize = world.feedback_of(application, &schedules).len();
            for ((_, counts), count) in taken.iter_mut().zip([schedules.len(), feedback, course.offers.len()])
            {
                counts[application as usize] = u8::try_from(count).unwrap_or(u8::MAX);
            }
        }
        if let Some(life) = &mut world.life {
            let mut company = std::mem::take(&mut life.company);
            company.open_openings(world, rates, hires);
            if let Some(life) = &mut world.life {
                life.company = company;
                life.taken = taken.into_iter().collect();
            }
        }
    }

    /// How many openings there are.
    pub(super) fn openings(&self) -> usize {
        self.company.openings.len()
    }

    /// The opening that a hired application fills.
    pub(super) fn filled_by(&self, application: u32) -> Option<u32> {
        self.company.filled.get(&application).copied()
    }

    /// How many places of a kind an application takes; `None` for kinds of which that is known otherwise.
    pub(super) fn taken(&self, kind: Kind, application: u32) -> Option<u32> {
        let counts = self.taken.get(&kind)?;
        Some(counts.get(application as usize).copied().map_or(0, u32::from))
    }
}

impl World {
    /// The opening that the application of an identifier fills, in a lifelike company.
    pub(crate) fn opening_filled_by(&self, application: &str) -> Option<String> {
        let (Kind::Application, index) = self.ids.read(application)? else { return None };
        let opening = self.life.as_ref()?.filled_by(index)?;
        Some(self.id(Kind::Opening, opening))
    }

    /// When an application came in.
    pub(super) fn applied_ms(&self, life: &Life, application: u32) -> i64 {
        let (candidates, all) = (self.count(Kind::Candidate), self.count(Kind::Application));
        let mut dice = self.dice(Kind::Application, application ^ 0x4400_0000);
        match application.checked_sub(candidates) {
            _ if application >= all => NOW_MS,
            None => life.calendar.at(application, candidates, &mut dice),
            Some(later) => life.calendar.at(later, all - candidates, &mut dice),
        }
    }

    /// Who applies again: somebody who was known by then.
    pub(super) fn known_candidate(&self, application: u32) -> u32 {
        let (candidates, all) = (self.count(Kind::Candidate), self.count(Kind::Application));
        let later = application.saturating_sub(candidates);
        let known = u64::from(candidates) * u64::from(later) / u64::from((all - candidates).max(1));
        self.dice(Kind::Application, application ^ 0x4000_0000).below((known as u32).max(1))
    }
}
