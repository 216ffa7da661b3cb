//! The figures of the analyst's model, computed once more: plain Rust over raw records, no SQL, written from the
//! definitions of the columns and metrics alone. Where it and the model differ, one of them is wrong.
//!
//! ```
//! use models_golden::{Options, Records};
//! let mut records = Records::default();
//! records.put("applications", "a", r#"{"id": "a", "status": "Active"}"#.parse().unwrap());
//! let golden = models_golden::compute(&records, &Options::default());
//! assert_eq!(golden.applications["a"].outcome, "active");
//! ```

mod applications;
mod company;
mod interviews;
mod metrics;
mod numbers;
mod offers;
mod records;
mod visits;

#[cfg(test)]
mod tests;

pub use applications::{Application, Basis};
pub use company::{Milestone, Stage};
pub use interviews::Load;
pub use metrics::{Conversion, Durations, Funnel, Metrics, OffersOf, OpenJob, Pipeline, TimeToHire, Yield};
pub use numbers::percentile;
pub use offers::Offer;
pub use records::{Options, Records};
pub use visits::{Transition, Visit};

use std::collections::BTreeMap;

/// A hired application.
#[derive(Debug, Clone, PartialEq)]
pub struct Hire {
    /// The job that it is for.
    pub job_id: Option<String>,
    /// The accepted offer that was decided last.
    pub offer_id: Option<String>,
    /// The opening that the offer's latest version names.
    pub opening_id: Option<String>,
    /// When, in Unix milliseconds, if that is known.
    pub hired_at: Option<i64>,
    /// From the application to the hire, in days.
    pub time_to_hire_days: Option<f64>,
    /// From the first stage that is neither a lead's nor the archive to the hire, in days.
    pub active_to_hire_days: Option<f64>,
    /// `opening` or `job`: from when on the time to fill counts.
    pub time_to_fill_basis: Option<&'static str>,
    /// In days.
    pub time_to_fill_days: Option<f64>,
    /// `hired_before_opened`, where it would be negative.
    pub time_to_fill_problem: Option<&'static str>,
}

/// All figures.
#[derive(Debug, Clone, Default)]
pub struct Golden {
    /// The milestones, by order.
    pub milestones: BTreeMap<i64, Milestone>,
    /// Live applications.
    pub applications: BTreeMap<String, Application>,
    /// The visits of each live application that has a history, in order.
    pub visits: BTreeMap<String, Vec<Visit>>,
    /// The moves, by the id of the visit that each leads to.
    pub transitions: BTreeMap<String, Transition>,
    /// Live offers.
    pub offers: BTreeMap<String, Offer>,
    /// Hired applications.
    pub hires: BTreeMap<String, Hire>,
    /// The application that fills an opening, and when its offer was decided, or else made.
    pub filled: BTreeMap<String, (String, Option<i64>)>,
    /// Metric tables.
    pub metrics: Metrics,
}

/// Computes everything from records as they are, and as of when.
pub fn compute(records: &Records, options: &Options) -> Golden {
    let company = company::Company::read(records);
    let visits = visits::read(records, &company);
    let transitions = visits::transitions(&visits, &company);
    let mut offers = offers::read(records);
    let applications = applications::read(records, &company, &visits, &mut offers);
    let (hires, filled) = offers::hires(records, &applications, &offers);
    let seen = metrics::Seen {
        records,
        options,
        company: &company,
        visits: &visits,
        offers: &offers,
        applications: &applications,
        hires: &hires,
    };
    let metrics = seen.metrics();
    Golden {
        milestones: company.milestones,
        applications,
        visits,
        transitions,
        offers,
        hires,
        filled,
        metrics,
    }
}
