//! How long hires took, by the month in which they were made.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::nothing;
use crate::error::Error;
use crate::figure::{Body, Cell, Figure, Table, column, note};
use crate::model::Model;
use crate::numbers::percentile;
use crate::period::Month;
use crate::scale::Scale;
use crate::svg::{Share, point};

/// Heights of the two plots, and between which of them months are written.
const HEAD: u32 = 20;
const MEDIANS: u32 = 150;
const HIRES: u32 = 70;

#[derive(Default)]
struct Hires {
    count: u64,
    days: Vec<f64>,
}

/// All hires of the period, by month; those without a date under `None`.
fn hires(model: &Model) -> Result<BTreeMap<Option<Month>, Hires>, Error> {
    let sql = format!(
        "SELECT hired_month, time_to_hire_days FROM hires WHERE 1{}{}",
        model.window.months("hired_month"),
        model.scope("job_id")
    );
    let mut months: BTreeMap<Option<Month>, Hires> = BTreeMap::new();
    for (month, days) in model.rows(&sql, [], |row| Ok((row.get::<_, Option<String>>(0)?, row.get(1)?)))? {
        let hires = months.entry(month.as_deref().and_then(Month::parse)).or_default();
        hires.count += 1;
        hires.days.extend::<Option<f64>>(days);
    }
    for hires in months.values_mut() {
        hires.days.sort_unstable_by(f64::total_cmp);
    }
    Ok(months)
}

/// How many hires there are in the period, and how long those took of which it is known, sorted.
pub(super) fn days(model: &Model) -> Result<(u64, Vec<f64>), Error> {
    let hires = hires(model)?;
    let mut days: Vec<f64> = hires.values().flat_map(|hires| hires.days.iter().copied()).collect();
    days.sort_unstable_by(f64::total_cmp);
    Ok((hires.values().map(|hires| hires.count).sum(), days))
}

pub(super) fn figure(model: &Model) -> Result<Figure, Error> {
    let mut hires = hires(model)?;
    let n = hires.values().map(|hires| hires.count).sum();
    let undated = hires.remove(&None).unwrap_or_default();
    let months: BTreeMap<Month, Hires> =
        hires.into_iter().filter_map(|(month, hires)| Some((month?, hires))).collect();
    let mut notes = Vec::new();
    notes.extend(note(undated.count, "hire", "without a known date in no month."));
    let unknown = months.values().map(|hires| hires.count - hires.days.len() as u64).sum();
    notes.extend(note(unknown, "hire", "without a known duration counted and not measured."));
    let figure = |body, notes| {
        Figure {
        chart: "time-to-hire",
        title: "Time to hire",
        sentence: "Days from application to hire, by the month of the hire: the median of each month, and below how many hires \
                   it is of. Hollow points are of fewer than five."
            .to_owned(),
        notes,
        n,
        body,
    }
    };
    if months.is_empty() {
        return Ok(figure(nothing(model, "Nobody was hired"), notes));
    }
    let mut table = Table::new(
        "Month",
        vec![
            column("hires", "Hires"),
            column("p50_days", "Median days"),
            column("p90_days", "90th percentile, days"),
        ],
    );
    let all = model.window.all_months(months.keys().copied());
    for month in &all {
        let none = Hires::default();
        let hires = months.get(month).unwrap_or(&none);
        let known = hires.days.len() as u64;
        let heading = match *month == model.window.unfinished {
            true => format!("{} (so far)", month.name()),
            false => month.name(),
        };
        let cells = vec![
            Cell::count(hires.count),
            Cell::real_of(percentile(&hires.days, 0.5), known),
            Cell::real_of(percentile(&hires.days, 0.9), known),
        ];
        table.push(month.key(), heading, cells);
    }
    let picture = picture(&table, &all, model.window.unfinished);
    let height = HEAD + MEDIANS + 34 + HIRES + 22;
    Ok(figure(Body::Shown { picture, height, table }, notes))
}

fn picture(table: &Table, months: &[Month], unfinished: Month) -> Markup {
    let left = 0.11;
    let slot = (1.0 - left) / months.len().max(1) as f64;
    let x = |index: usize| left + slot * (index as f64 + 0.5);
    let (days, hires) =
        (Scale::new(table.largest("p50_days"), 4.0), Scale::of_counts(table.largest("hires"), 3.0));
    let floor = HEAD + MEDIANS;
    let (ceiling, ground) = (floor + 34, floor + 34 + HIRES);
    let y = |value: f64| floor - (f64::from(MEDIANS) * days.share(value)).round() as u32;
    let tall = |value: f64| (f64::from(HIRES) * hires.share(value)).round() as u32;
    let solid: Vec<bool> = table
        .rows
        .iter()
        .map(|row| table.cell(row, "p50_days").is_some_and(|cell| cell.value.is_some() && !cell.is_few))
        .collect();
    // Rows of names that touch each other are no names.
    let (all, some) = (months.len().div_ceil(12), months.len().div_ceil(5));
    html! {
        text class="heading" x="0" y="11" { "Median days" }
        @for tick in days.ticks() {
            line class=(if tick == 0.0 { "axis" } else { "grid" }) x1=(Share(left)) x2="100%" y1=(y(tick)) y2=(y(tick)) {}
            text class="tick" x=(Share(left)) dx="-6" y=(y(tick) + 4) text-anchor="end" { (tick) }
        }
        @for index in 1..months.len() {
            @if solid[index - 1] && solid[index] {
                line class="link" x1=(Share(x(index - 1))) x2=(Share(x(index)))
                    y1=(y(table.value(&table.rows[index - 1], "p50_days")))
                    y2=(y(table.value(&table.rows[index], "p50_days"))) {}
            }
        }
        @for (index, row) in table.rows.iter().enumerate() {
            @if let Some(mark) = table.mark(row, "p50_days") {
                (point(if solid[index] { "dot" } else { "hollow" }, Share(x(index)), y(mark.value.as_f64()), 5, &mark))
            }
        }
        text class="heading" x="0" y=(ceiling - 10) { "Hires" }
        text class="tick" x=(Share(left)) dx="-6" y=(ceiling + 4) text-anchor="end" { (hires.ticks().last().copied().unwrap_or(0.0)) }
        line class="grid" x1=(Share(left)) x2="100%" y1=(ceiling) y2=(ceiling) {}
        @for (index, row) in table.rows.iter().enumerate() {
            @if let Some(mark) = table.mark(row, "hires") {
                @let height = tall(mark.value.as_f64());
                rect class=(if months[index] == unfinished { "hatched" } else { "solid" })
                    x=(Share(x(index) - slot * 0.32)) width=(Share(slot * 0.64)) y=(ground - height) height=(height)
                    data-key=(mark.key) data-col=(mark.col) data-value=(mark.value) { title { (mark.tip) } }
            }
        }
        line class="axis" x1=(Share(left)) x2="100%" y1=(ground) y2=(ground) {}
        @for (index, month) in months.iter().enumerate() {
            @let back = months.len() - 1 - index;
            @if back.is_multiple_of(all) {
                @let class = if back.is_multiple_of(some) { "tick" } else { "tick long" };
                @let (end, anchor) = if back == 0 && all > 1 { (1.0, "end") } else { (x(index), "middle") };
                text class=(class) x=(Share(end)) y=(ground + 15) text-anchor=(anchor) { (short(*month, months, all)) }
            }
        }
    }
}

/// A month below its bar: the year where it begins, or where every month is named by its year.
fn short(month: Month, months: &[Month], step: usize) -> String {
    let year = month.key()[..4].to_owned();
    match step {
        1 if month.month() == 0 => year,
        1 => month.short().to_owned(),
        _ if months.len() > 36 => year,
        _ => format!("{} ’{}", month.short(), &year[2..]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_have_names_that_fit() {
        let months: Vec<Month> =
            (0..24).map(|number| Month::parse("2025-01").unwrap().plus(number)).collect();
        assert_eq!(short(months[0], &months[..12], 1), "2025");
        assert_eq!(short(months[1], &months[..12], 1), "Feb");
        assert_eq!(short(months[1], &months, 2), "Feb ’25");
    }
}
