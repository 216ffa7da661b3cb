//! What a build may be told.

use std::collections::{BTreeMap, BTreeSet};

use capture_core::Locking;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// What the model depends on besides records. Changing one of these rebuilds it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Options {
    /// The zone in which months, weeks and dates are cut.
    pub zone: TimeZone,
    /// Its IANA name.
    pub zone_name: String,
    /// Dates from Monday to Friday that are no business days.
    pub holidays: BTreeSet<Date>,
    /// Categories of source types, by title; those that are not named follow from words in the title.
    pub source_categories: BTreeMap<String, String>,
    /// Roles of hiring teams that make somebody the recruiter.
    pub recruiter_roles: Vec<String>,
    /// Roles of hiring teams that make somebody the hiring manager.
    pub hiring_manager_roles: Vec<String>,
    /// Build everything anew.
    pub full: bool,
    /// The moment against which ages are measured, instead of the start of the last complete sync of applications.
    pub as_of: Option<Timestamp>,
    /// What to do where the model's file system cannot lock.
    pub locking: Locking,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            zone: TimeZone::UTC,
            zone_name: "UTC".to_owned(),
            holidays: BTreeSet::new(),
            source_categories: BTreeMap::new(),
            recruiter_roles: vec!["Recruiter".to_owned()],
            hiring_manager_roles: vec!["Hiring Manager".to_owned()],
            full: false,
            as_of: None,
            locking: Locking::default(),
        }
    }
}

/// The categories of sources.
pub const CATEGORIES: [&str; 7] = ["inbound", "referral", "sourced", "agency", "internal", "event", "other"];

/// Words in titles of source types, in lower case, and what they mean; the first that is found counts.
const WORDS: &[(&str, &str)] = &[
    ("internal", "internal"),
    ("referral", "referral"),
    ("referred", "referral"),
    ("agenc", "agency"),
    ("recruiting firm", "agency"),
    ("event", "event"),
    ("conference", "event"),
    ("meetup", "event"),
    ("universit", "event"),
    ("campus", "event"),
    ("inbound", "inbound"),
    ("job board", "inbound"),
    ("job posting", "inbound"),
    ("career", "inbound"),
    ("applied", "inbound"),
    ("website", "inbound"),
    ("social", "inbound"),
    ("advert", "inbound"),
    ("sourc", "sourced"),
    ("outbound", "sourced"),
    ("prospect", "sourced"),
];

impl Options {
    /// The category of sources of a type.
    pub(crate) fn category(&self, title: &str) -> String {
        if let Some(category) = self.source_categories.get(title) {
            return category.clone();
        }
        let lower = title.to_lowercase();
        let found = WORDS.iter().find(|(word, _)| lower.contains(word));
        found.map_or("other", |(_, category)| category).to_owned()
    }

    /// All that the stored model depends on, as text to compare.
    pub fn fingerprint(&self) -> String {
        let holidays: Vec<String> = self.holidays.iter().map(ToString::to_string).collect();
        serde_json::json!([
            self.zone_name,
            holidays,
            self.source_categories,
            self.recruiter_roles,
            self.hiring_manager_roles
        ])
        .to_string()
    }
}
