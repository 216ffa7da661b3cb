//! The eight figures, in the page's order.

mod funnel;
mod interviewer_load;
mod offer_acceptance;
mod open_roles;
mod pipeline;
mod source_yield;
mod time_in_stage;
mod time_to_hire;

use crate::error::Error;
use crate::figure::{Body, Figure};
use crate::model::{Model, whole};

/// All of them.
pub(crate) fn all(model: &Model) -> Result<Vec<Figure>, Error> {
    [
        funnel::figure,
        time_in_stage::figure,
        time_to_hire::figure,
        source_yield::figure,
        offer_acceptance::figure,
        interviewer_load::figure,
        pipeline::figure,
        open_roles::figure,
    ]
    .into_iter()
    .map(|figure| figure(model))
    .collect()
}

/// What stands in for a figure for which there is nothing in the period, though perhaps elsewhere.
fn nothing(model: &Model, what: &str) -> Body {
    let is_empty = model.count("SELECT count(*) FROM (SELECT 1 FROM applications LIMIT 1)").unwrap_or(0) == 0;
    Body::Empty(if is_empty {
        "There are no applications in the model yet: `ashby sync` brings them.".to_owned()
    } else if model.is_scoped {
        format!("{what} for these jobs in this period. Choose more of them, or a longer period.")
    } else if model.window.is_all() {
        format!("{what} yet.")
    } else {
        format!("{what} in this period. A longer one, such as `--period all`, may have more.")
    })
}

/// The headline: what one would say first.
#[derive(Debug, Default)]
pub(crate) struct Headline {
    pub(crate) name: &'static str,
    pub(crate) shown: String,
    pub(crate) beside: String,
}

/// Five figures before the eight; each of them is made of rows of theirs.
pub(crate) fn headlines(model: &Model) -> Result<Vec<Headline>, Error> {
    use crate::numbers::{RATE_MIN, counted, percent, percentile, rounded, thousands};
    let (months, scope) = (|column: &str| model.window.months(column), model.scope("job_id"));
    let applications = model
        .count(&format!("SELECT count(*) FROM applications WHERE 1{}{scope}", months("created_month")))?;
    let (hires, sorted) = time_to_hire::days(model)?;
    let offers: Vec<(u64, u64)> = model.rows(
        &format!(
            "SELECT coalesce(sum(accepted), 0), coalesce(sum(declined), 0) FROM metric_offers WHERE 1{}{scope}",
            months("month")
        ),
        [],
        |row| Ok((whole(row, 0)?, whole(row, 1)?)),
    )?;
    let (accepted, declined) = offers.into_iter().next().unwrap_or_default();
    let decided = accepted + declined;
    let open: Vec<(u64, u64)> = model.rows(
        &format!(
            "SELECT count(*), coalesce(sum(active_applications), 0) FROM metric_open_jobs WHERE 1{scope}"
        ),
        [],
        |row| Ok((whole(row, 0)?, whole(row, 1)?)),
    )?;
    let (open, active) = open.into_iter().next().unwrap_or_default();
    let headline = |name, shown: String, beside: String| Headline { name, shown, beside };
    Ok(vec![
        headline("Applications", thousands(applications), "received".to_owned()),
        headline("Hires", thousands(hires), "made".to_owned()),
        match percentile(&sorted, 0.5).filter(|_| sorted.len() as u64 >= RATE_MIN) {
            Some(median) => headline("Median time to hire", rounded(median), "days".to_owned()),
            None => headline("Median time to hire", "–".to_owned(), "too few hires".to_owned()),
        },
        match decided {
            0 => headline("Offers accepted", "–".to_owned(), "none decided".to_owned()),
            1..RATE_MIN => {
                headline("Offers accepted", format!("{accepted} of {decided}"), "decided".to_owned())
            }
            _ => headline(
                "Offers accepted",
                percent(accepted as f64 / decided as f64),
                format!("of {} decided", thousands(decided)),
            ),
        },
        headline("Open jobs", thousands(open), counted(active, "active application")),
    ])
}
