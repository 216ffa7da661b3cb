//! How long applications stay in a stage.

use std::collections::{BTreeMap, HashMap};

use maud::html;

use super::nothing;
use crate::error::Error;
use crate::figure::{Body, Cell, Figure, Number, Table, column};
use crate::model::{Model, line, whole};
use crate::numbers::{counted, percentile, rounded};
use crate::scale::Scale;
use crate::svg::{Panel, ROOMY, Said, point};

/// Types in the order in which they are gone through.
const TYPES: [&str; 4] = ["Lead", "PreInterviewScreen", "Active", "Offer"];

#[derive(Default)]
struct Stage {
    n: u64,
    p50: Option<f64>,
    p90: Option<f64>,
    open: u64,
}

type Stages = BTreeMap<(String, String), Stage>;

pub(super) fn figure(model: &Model) -> Result<Figure, Error> {
    let is_whole = model.window.is_all() && !model.is_scoped;
    let stages = if is_whole { of_all(model)? } else { of_some(model)? };
    let n: u64 = stages.values().map(|stage| stage.n).sum();
    let (applications, with_history) = model.coverage()?;
    let when = if model.window.is_all() { "" } else { " in the period" };
    let mut notes = Vec::new();
    if with_history < applications && with_history > 0 {
        notes.push(format!(
            "The history of {} of {} is known.",
            crate::numbers::thousands(with_history),
            counted(applications, "application")
        ));
    }
    let figure = |body, notes| Figure {
        chart: "time-in-stage",
        title: "Time in stage",
        sentence: format!(
            "Days that applications spent in a stage which they left{when}, all their visits together: from the median (the \
             point) to the 90th percentile (the end of the line). Those still in it are counted apart."
        ),
        notes,
        n,
        body,
    };
    // Without a duration there is no axis to draw; those who are in a stage now stand in the pipeline.
    if n == 0 {
        let body = if applications > 0 && with_history == 0 {
            let stream = match model.lacks("application_details") && !model.lacks("application_history") {
                true => "application_details",
                false => "application_history",
            };
            Body::Empty(format!("Time in stage needs the stage history: `ashby sync {stream}` brings it."))
        } else {
            nothing(model, "No application left a stage")
        };
        return Ok(figure(body, notes));
    }
    let mut stages: Vec<_> = stages.into_iter().collect();
    let places: HashMap<String, i64> = model
        .rows("SELECT title, min(order_in_plan) FROM interview_stages GROUP BY title", [], |row| {
            Ok((row.get::<_, Option<String>>(0)?, row.get::<_, Option<i64>>(1)?))
        })?
        .into_iter()
        .filter_map(|(title, place)| Some((title?, place?)))
        .collect();
    stages.sort_by_cached_key(|((title, kind), _)| {
        let kind = TYPES.iter().position(|known| known == kind).unwrap_or(TYPES.len());
        (kind, places.get(title).copied().unwrap_or(i64::MAX), title.clone())
    });
    let mut table = Table::new(
        "Stage",
        vec![
            column("n", "Left it"),
            column("p50_days", "Median days"),
            column("p90_days", "90th percentile, days"),
            column("open_n", "Still in it"),
        ],
    );
    for ((title, kind), stage) in stages {
        let title = line(Some(title)).unwrap_or_else(|| "Stage without a title".to_owned());
        let key = match table.rows.iter().any(|row| row.key == title) {
            true => format!("{title} ({})", if kind.is_empty() { "gone" } else { &kind }),
            false => title,
        };
        let cells = vec![
            Cell::count(stage.n),
            Cell::real_of(stage.p50, stage.n),
            Cell::real_of(stage.p90, stage.n),
            Cell::count(stage.open),
        ];
        table.push(key.clone(), key, cells);
    }
    let panel = Panel::whole(Scale::new(table.largest("p90_days").max(table.largest("p50_days")), 5.0));
    let bottom = ROOMY.pitch * table.rows.len() as u32;
    let picture = html! {
        (panel.grid(0, bottom, " days"))
        @for (index, row) in table.rows.iter().enumerate() {
            @let top = ROOMY.pitch * index as u32;
            @let middle = ROOMY.middle(top);
            (ROOMY.label(top, &row.heading))
            (ROOMY.figures(top, &said(&table, row), table.mark(row, "open_n").as_ref()))
            @if let (Some(median), Some(high)) = (table.mark(row, "p50_days"), table.mark(row, "p90_days")) {
                @let is_few = table.cell(row, "p50_days").is_some_and(|cell| cell.is_few);
                line class="whisker" x1=(panel.x(median.value.as_f64())) x2=(panel.x(high.value.as_f64()))
                    y1=(middle) y2=(middle) {}
                rect class="end" x=(panel.x(high.value.as_f64())) y=(middle - 5) width="2" height="10"
                    data-key=(high.key) data-col=(high.col) data-value=(high.value) { title { (high.tip) } }
                (point(if is_few { "hollow" } else { "dot" }, panel.x(median.value.as_f64()), middle, 5, &median))
            }
        }
    };
    Ok(figure(Body::Shown { picture, height: bottom + 20, table }, notes))
}

fn said(table: &Table, row: &crate::figure::Row) -> Said {
    let value = |col| table.cell(row, col).and_then(|cell| cell.value).map(Number::as_f64);
    let open = counted_now(table.value(row, "open_n") as u64);
    let days = match (value("p50_days"), value("p90_days")) {
        (Some(median), Some(high)) => Some(format!("{}–{} days", rounded(median), rounded(high))),
        _ => None,
    };
    let is_few = table.cell(row, "p50_days").is_some_and(|cell| cell.is_few);
    match days {
        Some(days) => {
            let few = if is_few { " few" } else { "" };
            Said {
                long: format!("{days}{few} · {open} in it now"),
                short: format!("{}{few} · {open} now", days.trim_end_matches("ays")),
                is_few,
            }
        }
        None => Said { long: format!("{open} in it now"), short: format!("{open} now"), is_few },
    }
}

fn counted_now(number: u64) -> String {
    crate::numbers::thousands(number)
}

fn of_all(model: &Model) -> Result<Stages, Error> {
    let sql = "SELECT stage_title, stage_type, n, p50_days, p90_days, open_n FROM metric_time_in_stage";
    let rows = model.rows(sql, [], |row| {
        let stage = Stage { n: whole(row, 2)?, p50: row.get(3)?, p90: row.get(4)?, open: whole(row, 5)? };
        Ok((name(row)?, stage))
    })?;
    Ok(rows.into_iter().collect())
}

fn name(row: &rusqlite::Row<'_>) -> rusqlite::Result<(String, String)> {
    let text = |index| Ok::<_, rusqlite::Error>(row.get::<_, Option<String>>(index)?.unwrap_or_default());
    Ok((text(0)?, text(1)?))
}

fn of_some(model: &Model) -> Result<Stages, Error> {
    let scope = model.scope("a.job_id");
    // Half a million look-ups of applications that nobody asked about.
    let join = if model.is_scoped { " JOIN applications AS a USING (application_id)" } else { "" };
    let from = format!(
        "FROM application_stage_durations AS d{join} WHERE coalesce(d.stage_type, '') NOT IN ('Hired', 'Archived')"
    );
    let left = model.window.instants("d.last_left_at");
    let mut days: BTreeMap<(String, String), Vec<f64>> = BTreeMap::new();
    let sql = format!(
        "SELECT d.stage_title, d.stage_type, d.days {from} AND d.is_open = 0 AND d.days IS NOT NULL{left}{scope}"
    );
    for (stage, spent) in model.rows(&sql, [], |row| Ok((name(row)?, row.get::<_, f64>(2)?)))? {
        days.entry(stage).or_default().push(spent);
    }
    let mut stages = Stages::new();
    for (stage, mut days) in days {
        days.sort_unstable_by(f64::total_cmp);
        let (p50, p90) = (percentile(&days, 0.5), percentile(&days, 0.9));
        stages.insert(stage, Stage { n: days.len() as u64, p50, p90, open: 0 });
    }
    let sql =
        format!("SELECT d.stage_title, d.stage_type, count(*) {from} AND d.is_open = 1{scope} GROUP BY 1, 2");
    for (stage, open) in model.rows(&sql, [], |row| Ok((name(row)?, whole(row, 2)?)))? {
        stages.entry(stage).or_default().open = open;
    }
    Ok(stages)
}
