//! How often what makes a company's records untidy occurs.

/// How often each oddity of real records occurs in an [`Organisation`](crate::Organisation); all of it follows from the
/// seed. Rates are counts per thousand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rates {
    /// How far back the company's records go, in days.
    pub past_days: u32,
    /// Applications that come back to a stage in which they were before.
    pub re_entries: u32,
    /// Moves forward that leave out a stage.
    pub skips: u32,
    /// Applications that leave the archive again.
    pub re_openings: u32,
    /// Applications that go over to another job in the middle of their history.
    pub transfers: u32,
    /// Hires that come to nothing: archived, or back to the offer.
    pub un_hires: u32,
    /// Applications with an offer that get a second one, after the first was declined or cancelled.
    pub second_offers: u32,
    /// Applications that nobody has looked at for long.
    pub stalled: u32,
    /// Applications of which no history is left.
    pub missing_histories: u32,
    /// Histories that lack their last entry, so that they end in another stage than the current one.
    pub stale_histories: u32,
    /// Histories in which somebody deleted an entry or set its time; some entries begin at the same instant then.
    pub edited_histories: u32,
    /// Histories in which an entry that was left does not say when.
    pub missing_ends: u32,
    /// Histories that are not listed in their order.
    pub shuffled_histories: u32,
    /// Archived applications without a reason, and as many that do not say when they were archived.
    pub missing_reasons: u32,
    /// Applications without a source.
    pub missing_sources: u32,
    /// Rounds of interviews that were cancelled; their interviews stay in the records.
    pub cancelled_schedules: u32,
    /// Interviewers who owe feedback and never give it.
    pub missing_feedback: u32,
    /// Closed jobs that were opened again.
    pub re_opened_jobs: u32,
    /// Jobs whose opening is dated later than their first applications.
    pub late_openings: u32,
    /// Openings that two hires fill.
    pub doubled_openings: u32,
    /// Custom fields whose value is null, which Ashby's document does not know.
    pub null_values: u32,
}

impl Rates {
    /// Those of a company that has used Ashby for so many days.
    pub fn lifelike(past_days: u32) -> Self {
        Self {
            past_days,
            re_entries: 30,
            skips: 100,
            re_openings: 20,
            transfers: 20,
            un_hires: 30,
            second_offers: 40,
            stalled: 12,
            missing_histories: 8,
            stale_histories: 6,
            edited_histories: 10,
            missing_ends: 10,
            shuffled_histories: 10,
            missing_reasons: 10,
            missing_sources: 20,
            cancelled_schedules: 150,
            missing_feedback: 90,
            re_opened_jobs: 80,
            late_openings: 20,
            doubled_openings: 10,
            null_values: 30,
        }
    }
}
