//! How many offers are accepted.

use std::collections::BTreeMap;

use maud::html;

use super::nothing;
use crate::error::Error;
use crate::figure::{Body, Cell, Figure, Table, column, note};
use crate::model::{Model, whole};
use crate::numbers::{counted, thousands};
use crate::period::{Month, Window};
use crate::scale::Scale;
use crate::svg::{Panel, ROOMY, Said, keys};

#[derive(Default, Clone, Copy)]
struct Offers {
    accepted: u64,
    declined: u64,
    cancelled: u64,
    open: u64,
}

pub(super) fn figure(model: &Model) -> Result<Figure, Error> {
    let sql = format!(
        "SELECT month, sum(accepted), sum(declined), sum(cancelled), sum(open) FROM metric_offers WHERE 1{}{} GROUP BY month",
        model.window.months("month"),
        model.scope("job_id")
    );
    let months = model.rows(&sql, [], |row| {
        let number = |index| whole(row, index);
        let offers =
            Offers { accepted: number(1)?, declined: number(2)?, cancelled: number(3)?, open: number(4)? };
        Ok((row.get::<_, Option<String>>(0)?.as_deref().and_then(Month::parse), offers))
    })?;
    let all = model.window.all_months(months.iter().filter_map(|(month, _)| *month));
    let mut quarters: BTreeMap<String, Offers> =
        all.iter().map(|month| (month.quarter(), Offers::default())).collect();
    let (mut total, mut undated) = (Offers::default(), 0);
    for (month, offers) in months {
        total.accepted += offers.accepted;
        total.declined += offers.declined;
        total.cancelled += offers.cancelled;
        total.open += offers.open;
        let Some(month) = month else {
            undated += offers.accepted + offers.declined + offers.cancelled;
            continue;
        };
        let quarter = quarters.entry(month.quarter()).or_default();
        quarter.accepted += offers.accepted;
        quarter.declined += offers.declined;
        quarter.cancelled += offers.cancelled;
    }
    let mut notes = Vec::new();
    notes.extend(note(total.open, "offer", "still open, and in no rate."));
    notes.extend(note(undated, "offer", "without a date in no quarter."));
    let figure = |body, notes| {
        Figure {
        chart: "offer-acceptance",
        title: "Offer acceptance",
        sentence: "Of the applications whose offer was accepted or declined, how many accepted, by the quarter of the decision. \
                   One offer an application: the one that decided it. Cancelled ones stand apart."
            .to_owned(),
        notes,
        n: total.accepted + total.declined,
        body,
    }
    };
    if total.accepted + total.declined + total.cancelled == 0 {
        return Ok(figure(nothing(model, "No offer was decided"), notes));
    }
    let mut table = Table::new(
        "Quarter",
        vec![
            column("accepted", "Accepted"),
            column("declined", "Declined"),
            column("cancelled", "Cancelled"),
            column("rate", "Accepted of decided"),
            column("interval", "95% interval"),
        ],
    );
    table.is_open = true;
    for (quarter, offers) in &quarters {
        let decided = offers.accepted + offers.declined;
        let cells = vec![
            Cell::count(offers.accepted),
            Cell::count(offers.declined),
            Cell::count(offers.cancelled),
            Cell::rate(offers.accepted, decided),
            Cell::interval(offers.accepted, decided),
        ];
        table.push(quarter.clone(), named(quarter, &model.window), cells);
    }
    let decided = |row| table.value(row, "accepted") + table.value(row, "declined");
    let panel = Panel::whole(Scale::exact(table.rows.iter().map(decided).fold(0.0, f64::max)));
    let head = 20;
    let picture = html! {
        (keys(11, &[("solid", "accepted"), ("second", "declined")]))
        @for (index, row) in table.rows.iter().enumerate() {
            @let top = head + ROOMY.pitch * index as u32;
            (ROOMY.label(top, &row.heading))
            (ROOMY.figures(top, &said(&table, row), table.mark(row, "rate").as_ref()))
            (ROOMY.track(top, 0.0, 1.0))
            (ROOMY.bar(top, "solid", &panel, 0.0, table.mark(row, "accepted")))
            (ROOMY.bar(top, "second", &panel, table.value(row, "accepted"), table.mark(row, "declined")))
        }
    };
    let height = head + ROOMY.pitch * table.rows.len() as u32;
    Ok(figure(Body::Shown { picture, height, table }, notes))
}

/// `2026 Q3`, and whether it is the whole quarter.
fn named(quarter: &str, window: &Window) -> String {
    let is_whole =
        |month: Option<Month>| month.is_none_or(|month| month.plus(-1).quarter() != month.quarter());
    let name = quarter.replace('-', " ");
    if quarter == window.unfinished.quarter() && window.last >= window.unfinished {
        format!("{name} (so far)")
    } else if window.first.is_some_and(|first| first.quarter() == quarter) && !is_whole(window.first) {
        format!("{name} (from {})", window.first.map_or("", Month::short))
    } else if quarter == window.last.quarter() && window.last.plus(1).quarter() == quarter {
        format!("{name} (to {})", window.last.short())
    } else {
        name
    }
}

fn said(table: &Table, row: &crate::figure::Row) -> Said {
    let (accepted, declined) = (table.value(row, "accepted") as u64, table.value(row, "declined") as u64);
    let decided = accepted + declined;
    let Some(rate) = table.cell(row, "rate").filter(|_| decided > 0) else {
        let text = "none decided".to_owned();
        return Said { long: text.clone(), short: text, is_few: false };
    };
    if rate.value.is_none() {
        let text = format!("{} of {}", thousands(accepted), thousands(decided));
        return Said { long: format!("{text} accepted"), short: text, is_few: true };
    }
    Said {
        long: format!("{} of {}", rate.shown, counted(decided, "decision")),
        short: format!("{} of {}", rate.shown, thousands(decided)),
        is_few: rate.is_few,
    }
}
