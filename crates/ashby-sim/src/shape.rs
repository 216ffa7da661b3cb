//! How large an organisation is.

use crate::rates::Rates;

/// How many records an [`Organisation`](crate::Organisation) starts with.
///
/// Records that belong to others (notes, feedback, schedules, offers, surveys …) follow from the number of
/// candidates and applications when `activity` is set; settings (stages, sources, tags …) come as one
/// fixed set when `settings` is set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    /// Candidates. Zero when there are no applications either.
    pub candidates: usize,
    /// Applications. The first ones go to the candidates in turn, the rest are second applications.
    pub applications: usize,
    /// Jobs of every status, some of them confidential.
    pub jobs: usize,
    /// Users, some of them deactivated.
    pub users: usize,
    /// Talent projects, some of them archived or confidential.
    pub projects: usize,
    /// Entries in the audit log.
    pub audit_events: usize,
    /// Whether applications and candidates have schedules, feedback, offers, notes, surveys and so on.
    pub activity: bool,
    /// Whether settings exist: plans, stages, departments, locations, sources, tags, forms, roles …
    pub settings: bool,
    /// The seed from which every record, identifier and date follows.
    pub seed: u64,
    /// When set, candidate and application records are padded to about this many bytes.
    pub record_bytes: Option<usize>,
    /// What makes the records of real companies untidy, and how often. Without it histories are straight lines,
    /// plans are all alike, and an interview is an hour with one person.
    pub rates: Option<Rates>,
}

impl Shape {
    /// A company of a few hundred people after two years of hiring: 15,000 candidates, 20,000 applications, with
    /// everything that happens to records in such a time.
    pub fn demo() -> Self {
        Self { rates: Some(Rates::lifelike(2 * 365)), ..Self::plain() }
    }

    /// A company of thousands after four years of hiring: 150,000 candidates, 200,000 applications.
    pub fn large() -> Self {
        Self {
            candidates: 150_000,
            applications: 200_000,
            jobs: 1_200,
            users: 2_400,
            projects: 90,
            audit_events: 20_000,
            rates: Some(Rates::lifelike(4 * 365)),
            ..Self::plain()
        }
    }

    /// The demo's company, much smaller, with all that happens there.
    pub fn lifelike(applications: usize, seed: u64) -> Self {
        Self {
            candidates: applications * 3 / 4,
            applications,
            jobs: (applications / 160).max(12),
            users: (applications / 60).max(40),
            audit_events: applications / 20,
            seed,
            ..Self::demo()
        }
    }

    fn plain() -> Self {
        Self {
            candidates: 15_000,
            applications: 20_000,
            jobs: 120,
            users: 320,
            projects: 36,
            audit_events: 4_000,
            activity: true,
            settings: true,
            seed: 2026,
            record_bytes: None,
            rates: None,
        }
    }

    /// Tens of records in every list, several pages of applications, candidates and schedules.
    pub fn small() -> Self {
        Self {
            candidates: 520,
            applications: 760,
            jobs: 36,
            users: 120,
            projects: 24,
            audit_events: 260,
            seed: 7,
            ..Self::plain()
        }
    }

    /// Nothing at all in any list.
    pub fn empty() -> Self {
        Self {
            candidates: 0,
            applications: 0,
            jobs: 0,
            users: 0,
            projects: 0,
            audit_events: 0,
            activity: false,
            settings: false,
            seed: 1,
            record_bytes: None,
            rates: None,
        }
    }

    /// For benches: this many applications of 2 KB, each with a candidate of its own, and little else.
    pub fn bulk(applications: usize) -> Self {
        Self {
            candidates: applications,
            applications,
            projects: 0,
            audit_events: 0,
            activity: false,
            seed: 42,
            record_bytes: Some(2_048),
            ..Self::small()
        }
    }
}
