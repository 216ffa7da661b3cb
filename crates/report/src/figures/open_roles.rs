//! How long jobs have been open.

use std::collections::HashMap;

use jiff::civil::Date;
use maud::html;

use super::nothing;
use crate::error::Error;
use crate::figure::{Body, Cell, Figure, Table, column, note};
use crate::model::{Model, known, whole};
use crate::numbers::{days, thousands};
use crate::scale::Scale;
use crate::svg::{DENSE, Panel, Said, flag};

/// Rows of the picture; the table has all.
const MOST: usize = 20;

struct Role {
    id: String,
    age_days: Option<f64>,
    openings: Option<u64>,
    active: u64,
    hires: u64,
}

pub(super) fn figure(model: &Model) -> Result<Figure, Error> {
    let sql = format!(
        "SELECT job_id, age_days, openings_open, active_applications, hires FROM metric_open_jobs WHERE 1{} \
         ORDER BY age_days IS NULL, age_days DESC, job_id",
        model.scope("job_id")
    );
    let roles = model.rows(&sql, [], |row| {
        Ok(Role {
            id: row.get(0)?,
            age_days: row.get(1)?,
            openings: known(row, 2)?,
            active: whole(row, 3)?,
            hires: whole(row, 4)?,
        })
    })?;
    let n = roles.len() as u64;
    let targets = targets(model)?;
    let mut notes = Vec::new();
    let hidden = roles.len().saturating_sub(MOST) as u64;
    notes.extend(note(hidden, "younger job", "in the table only."));
    let undated = roles.iter().filter(|role| role.age_days.is_none()).count() as u64;
    notes.extend(note(undated, "job", "of unknown age: no date of opening is known."));
    let figure = |body, notes| {
        Figure {
        chart: "open-roles-ageing",
        title: "Age of open jobs",
        sentence: "Days since each open job was opened, oldest first, with its active applications. A triangle marks jobs whose \
                   target date for hiring has passed. Not of the period, but of the moment."
            .to_owned(),
        notes,
        n,
        body,
    }
    };
    if roles.is_empty() {
        return Ok(figure(nothing(model, "No job is open"), notes));
    }
    let mut table = Table::new(
        "Job",
        vec![
            column("age_days", "Days open"),
            column("active_applications", "Active applications"),
            column("openings_open", "Open openings"),
            column("hires", "Hires"),
            column("target", "Target date"),
        ],
    );
    let today = model.window.as_of.to_zoned(model.window.zone.clone()).date();
    for role in &roles {
        let target = match targets.get(&role.id) {
            Some(date) if *date < today => Cell::text(format!("{date}, passed")),
            Some(date) => Cell::text(date.to_string()),
            None => Cell::missing(),
        };
        let cells = vec![
            Cell::real(role.age_days),
            Cell::count(role.active),
            role.openings.map_or_else(Cell::missing, Cell::count),
            Cell::count(role.hires),
            target,
        ];
        table.push(role.id.clone(), model.job(&role.id), cells);
    }
    let is_dated = table.largest("age_days") > 0.0;
    let panel = Panel::whole(Scale::new(table.largest("age_days"), 5.0));
    let drawn = table.rows.len().min(MOST);
    let bottom = DENSE.pitch * drawn as u32;
    let picture = html! {
        @if is_dated { (panel.grid(0, bottom, " days")) }
        @for (index, row) in table.rows.iter().take(MOST).enumerate() {
            @let top = DENSE.pitch * index as u32;
            @let is_late = targets.get(&row.key).is_some_and(|date| *date < today);
            (DENSE.label(top, &row.heading))
            (DENSE.figures(top, &said(&table, row, is_late), table.mark(row, "active_applications").as_ref()))
            (DENSE.bar(top, "solid", &panel, 0.0, table.mark(row, "age_days")))
            @if is_late && table.mark(row, "age_days").is_some() {
                (flag(panel.x(table.value(row, "age_days")), top + DENSE.bar - 3, "The target date has passed"))
            }
        }
    };
    Ok(figure(Body::Shown { picture, height: bottom + 20, table }, notes))
}

fn said(table: &Table, row: &crate::figure::Row, is_late: bool) -> Said {
    let age = match table.cell(row, "age_days").and_then(|cell| cell.value) {
        Some(age) => days(age.as_f64()),
        None => "age unknown".to_owned(),
    };
    let active = table.value(row, "active_applications") as u64;
    let late = if is_late { " · late" } else { "" };
    Said {
        long: format!("{age}{late} · {} active", thousands(active)),
        short: format!("{} · {} active", age.replace(" days", " d").replace(" day", " d"), thousands(active)),
        is_few: false,
    }
}

/// The earliest date by which somebody was to be hired, of the openings that still wait for somebody.
fn targets(model: &Model) -> Result<HashMap<String, Date>, Error> {
    let sql = "SELECT j.job_id, min(o.target_hire_date) FROM opening_jobs AS j JOIN openings AS o USING (opening_id) \
               WHERE coalesce(o.is_archived, 0) = 0 AND o.filled_by_application_id IS NULL AND o.closed_at IS NULL \
               AND coalesce(o.opening_state, '') NOT IN ('Closed', 'Filled') AND o.target_hire_date IS NOT NULL GROUP BY j.job_id";
    let rows = model.rows(sql, [], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
    Ok(rows.into_iter().filter_map(|(job, date)| Some((job, date.get(..10)?.parse().ok()?))).collect())
}
