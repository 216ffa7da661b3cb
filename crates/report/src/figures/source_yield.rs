//! Which sources bring people who are hired.

use maud::html;

use super::nothing;
use crate::error::Error;
use crate::figure::{Body, Cell, Figure, Table, column};
use crate::model::{Model, line, whole};
use crate::numbers::{thousands, wilson};
use crate::scale::Scale;
use crate::svg::{Panel, ROOMY, Said, Share, heading, point};

struct Source {
    kind: Option<String>,
    has_source: bool,
    applications: u64,
    reached_interview: u64,
    reached_offer: u64,
    hires: u64,
}

/// Where the second panel begins.
const MIDDLE: f64 = 0.56;

pub(super) fn figure(model: &Model) -> Result<Figure, Error> {
    let mut sources = if model.is_scoped { of_some(model)? } else { of_all(model)? };
    let n = sources.iter().map(|source| source.applications).sum();
    let figure = |body| {
        Figure {
        chart: "source-yield",
        title: "Source yield",
        sentence: "Of the applications created in the period, how many each type of source brought, and how many of each hundred \
                   were hired so far, with the 95% interval of that."
            .to_owned(),
        notes: Vec::new(),
        n,
        body,
    }
    };
    if n == 0 {
        return Ok(figure(nothing(model, "No application was created")));
    }
    sources.sort_by_key(|source| {
        (std::cmp::Reverse(source.hires), std::cmp::Reverse(source.applications), source.kind.clone())
    });
    let mut table = Table::new(
        "Type of source",
        vec![
            column("applications", "Applications"),
            column("reached_interview", "Reached interview"),
            column("reached_offer", "Reached offer"),
            column("hires", "Hires"),
            column("hires_per_100", "Hires per 100"),
            column("interval", "95% interval"),
        ],
    );
    for source in &sources {
        let heading = match (source.kind.clone(), source.has_source) {
            (Some(kind), _) => kind,
            (None, true) => "Source without a type".to_owned(),
            (None, false) => "No source".to_owned(),
        };
        let cells = vec![
            Cell::count(source.applications),
            Cell::count(source.reached_interview),
            Cell::count(source.reached_offer),
            Cell::count(source.hires),
            Cell::per_hundred(source.hires, source.applications),
            Cell::interval(source.hires, source.applications),
        ];
        table.push(heading.clone(), heading, cells);
    }
    let counts = Panel::new(0.0, MIDDLE - 0.06, Scale::exact(table.largest("applications")));
    // Intervals of those with few cases may leave the panel; the points do not.
    let rates = Panel::new(MIDDLE, 1.0, Scale::new(table.largest("hires_per_100") * 1.15, 3.0));
    let head = 22;
    let bottom = head + ROOMY.pitch * table.rows.len() as u32;
    let picture = html! {
        (heading(0.0, 11, "Applications"))
        (heading(MIDDLE, 11, "Hires per 100"))
        (rates.grid(head, bottom, ""))
        @for (index, (row, source)) in table.rows.iter().zip(&sources).enumerate() {
            @let top = head + ROOMY.pitch * index as u32;
            @let middle = ROOMY.middle(top);
            (ROOMY.label_within(top, &row.heading, 34, 19))
            (ROOMY.figures(top, &said(&table, row, source), table.mark(row, "hires").as_ref()))
            (ROOMY.track(top, 0.0, MIDDLE - 0.06))
            (ROOMY.bar(top, "solid", &counts, 0.0, table.mark(row, "applications")))
            @if let Some(mark) = table.mark(row, "hires_per_100") {
                @let few = table.cell(row, "hires_per_100").is_some_and(|cell| cell.is_few);
                @if let Some((low, high)) = wilson(source.hires, source.applications) {
                    line class="whisker" x1=(rates.x(low * 100.0)) x2=(rates.x(high * 100.0)) y1=(middle) y2=(middle) {}
                }
                (point(if few { "hollow" } else { "dot" }, rates.x(mark.value.as_f64()), middle, 5, &mark))
            } @else {
                text class="tick" x=(Share(MIDDLE)) y=(middle + 4) { "too few for a rate" }
            }
        }
    };
    Ok(figure(Body::Shown { picture, height: bottom + 20, table }))
}

fn said(table: &Table, row: &crate::figure::Row, source: &Source) -> Said {
    let hires =
        if source.hires == 1 { "1 hire".to_owned() } else { format!("{} hires", thousands(source.hires)) };
    let applications = thousands(source.applications);
    let is_few = table.cell(row, "hires_per_100").is_some_and(|cell| cell.is_few);
    let rate = table.cell(row, "hires_per_100").filter(|cell| cell.value.is_some());
    let long = match rate {
        Some(rate) => {
            format!("{hires} of {applications} · {} per 100", rate.shown.replace(" few", ""))
                + if is_few { " few" } else { "" }
        }
        None => format!("{hires} of {applications}"),
    };
    Said { long, short: format!("{hires} of {applications}"), is_few }
}

fn row(row: &rusqlite::Row<'_>) -> rusqlite::Result<Source> {
    let number = |index| whole(row, index);
    Ok(Source {
        kind: line(row.get(0)?),
        has_source: row.get(1)?,
        applications: number(2)?,
        reached_interview: number(3)?,
        reached_offer: number(4)?,
        hires: number(5)?,
    })
}

fn of_all(model: &Model) -> Result<Vec<Source>, Error> {
    let sql = format!(
        "SELECT source_type_title, source_id IS NOT NULL, sum(applications), sum(reached_interview), \
         sum(reached_offer), sum(hires) FROM metric_source_yield WHERE 1{} GROUP BY 1, \
         source_type_title IS NULL AND source_id IS NOT NULL",
        model.window.months("cohort_month")
    );
    model.rows(&sql, [], row)
}

/// The same of some jobs: an interview is the first milestone of stages of the type Active, an offer that of the type Offer.
fn of_some(model: &Model) -> Result<Vec<Source>, Error> {
    let sql = format!(
        "SELECT s.source_type_title, a.source_id IS NOT NULL, count(*), \
         sum(a.reached_milestone_order >= (SELECT min(milestone_order) FROM milestones WHERE milestone_type = 'Active')), \
         sum(a.reached_milestone_order >= (SELECT min(milestone_order) FROM milestones WHERE milestone_type = 'Offer')), \
         sum(a.outcome = 'hired') FROM applications AS a LEFT JOIN sources AS s USING (source_id) WHERE 1{}{} \
         GROUP BY 1, s.source_type_title IS NULL AND a.source_id IS NOT NULL",
        model.window.months("a.created_month"),
        model.scope("a.job_id")
    );
    model.rows(&sql, [], row)
}
