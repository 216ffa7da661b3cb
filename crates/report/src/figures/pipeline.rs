//! Who is where now, job by job.

use std::collections::BTreeMap;

use maud::html;

use super::nothing;
use crate::error::Error;
use crate::figure::{Body, Cell, Figure, Table, column, note};
use crate::model::{Model, whole};
use crate::numbers::thousands;
use crate::scale::Scale;
use crate::svg::{DENSE, Panel, Said, keys};

const MOST: usize = 20;

/// Types of milestones, in order: how Ashby calls them, the table's column, what is shown, the mark's class.
const TYPES: [(&str, &str, &str, &str); 5] = [
    ("Lead", "lead", "Leads", "hollow-bar"),
    ("PreInterviewScreen", "pre_interview_screen", "Screening", "third"),
    ("Active", "active", "Interviews", "solid"),
    ("Offer", "offer", "Offer", "second"),
    ("", "elsewhere", "Elsewhere", "fourth"),
];

#[derive(Default)]
struct Job {
    total: u64,
    by_type: [u64; TYPES.len()],
}

pub(super) fn figure(model: &Model) -> Result<Figure, Error> {
    let sql = format!(
        "SELECT p.job_id, coalesce(m.milestone_type, s.stage_type), sum(p.applications) FROM metric_pipeline AS p \
         LEFT JOIN interview_stages AS s USING (stage_id) LEFT JOIN milestones AS m USING (milestone_order) \
         WHERE p.job_id IS NOT NULL{} GROUP BY 1, 2",
        model.scope("p.job_id")
    );
    let mut jobs: BTreeMap<String, Job> = BTreeMap::new();
    for (id, kind, count) in model.rows(&sql, [], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, Option<String>>(1)?, whole(row, 2)?))
    })? {
        let place = TYPES.iter().position(|(known, ..)| Some(*known) == kind.as_deref());
        let job = jobs.entry(id).or_default();
        job.total += count;
        job.by_type[place.unwrap_or(TYPES.len() - 1)] += count;
    }
    jobs.retain(|_, job| job.total > 0);
    let n = jobs.values().map(|job| job.total).sum();
    let mut jobs: Vec<(String, Job)> = jobs.into_iter().collect();
    jobs.sort_by(|(one_id, one), (other_id, other)| (other.total, one_id).cmp(&(one.total, other_id)));
    let others = jobs.split_off(jobs.len().min(MOST));
    let rest: u64 = others.iter().map(|(_, job)| job.total).sum();
    let mut notes = Vec::new();
    notes.extend(note(others.len() as u64, "smaller job", "together in the last row."));
    let figure = |body, notes| Figure {
        chart: "pipeline-by-job",
        title: "Pipeline by job",
        sentence: format!(
            "Applications that are active or leads now, by job and how far they are: the {MOST} largest jobs. Not of the period, \
             but of the moment."
        ),
        notes,
        n,
        body,
    };
    if jobs.is_empty() {
        return Ok(figure(nothing(model, "Nobody is in the pipeline"), notes));
    }
    let used: Vec<usize> = (0..TYPES.len())
        .filter(|place| jobs.iter().chain(&others).any(|(_, job)| job.by_type[*place] > 0))
        .collect();
    let mut columns = vec![column("applications", "Applications")];
    columns.extend(used.iter().map(|place| column(TYPES[*place].1, TYPES[*place].2)));
    let mut table = Table::new("Job", columns);
    let cells = |job: &Job| {
        let each = used.iter().map(|place| Cell::count(job.by_type[*place]));
        std::iter::once(Cell::count(job.total)).chain(each).collect::<Vec<_>>()
    };
    for (id, job) in &jobs {
        table.push(id.clone(), model.job(id), cells(job));
    }
    let panel = Panel::whole(Scale::exact(table.largest("applications")));
    let head = 22;
    if rest > 0 {
        let mut other = Job { total: rest, ..Job::default() };
        for (_, job) in &others {
            job.by_type.iter().zip(&mut other.by_type).for_each(|(one, all)| *all += one);
        }
        table.push("other", format!("Other jobs ({})", thousands(others.len() as u64)), cells(&other));
    }
    let names: Vec<(&str, &str)> = used.iter().map(|place| (TYPES[*place].3, TYPES[*place].2)).collect();
    let picture = html! {
        (keys(11, &names))
        @for (index, row) in table.rows.iter().enumerate() {
            @let top = head + DENSE.pitch * index as u32;
            @let is_drawn = index < jobs.len();
            (DENSE.label_within(top, &row.heading, 54, 36))
            (DENSE.figures(top, &said(table.value(row, "applications")), table.mark(row, "applications").as_ref()))
            @if is_drawn {
                (DENSE.track(top, 0.0, 1.0))
                @for (place, start) in starts(&table, row, &used) {
                    @if table.value(row, TYPES[place].1) > 0.0 {
                        (DENSE.bar(top, TYPES[place].3, &panel, start, table.mark(row, TYPES[place].1)))
                    }
                }
            }
        }
    };
    let height = head + DENSE.pitch * table.rows.len() as u32;
    Ok(figure(Body::Shown { picture, height, table }, notes))
}

/// Where each type's part of a bar begins.
fn starts(table: &Table, row: &crate::figure::Row, used: &[usize]) -> Vec<(usize, f64)> {
    let mut start = 0.0;
    used.iter()
        .map(|place| {
            let begins = start;
            start += table.value(row, TYPES[*place].1);
            (*place, begins)
        })
        .collect()
}

fn said(total: f64) -> Said {
    let text = thousands(total as u64);
    Said { long: text.clone(), short: text, is_few: false }
}
