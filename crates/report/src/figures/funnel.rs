//! How far applications came.

use maud::html;

use super::nothing;
use crate::error::Error;
use crate::figure::{Body, Cell, Figure, Table, column, note};
use crate::model::{Model, line, whole};
use crate::numbers::{percent, thousands};
use crate::scale::Scale;
use crate::svg::{Panel, ROOMY, Said, keys};

struct Milestone {
    order: i64,
    name: Option<String>,
    kind: Option<String>,
    reached: u64,
    ended_reached: u64,
    entered: u64,
    by_evidence: u64,
}

pub(super) fn figure(model: &Model) -> Result<Figure, Error> {
    let (months, scope) = (model.window.months("cohort_month"), model.scope("job_id"));
    let sql = format!(
        "SELECT milestone_order, max(milestone), max(milestone_type), sum(reached), sum(ended_reached), \
         sum(entered), sum(by_evidence) FROM metric_funnel WHERE milestone_order IS NOT NULL{months}{scope} \
         GROUP BY milestone_order ORDER BY milestone_order"
    );
    let milestones = model.rows(&sql, [], |row| {
        let number = |index| whole(row, index);
        Ok(Milestone {
            order: row.get(0)?,
            name: line(row.get(1)?),
            kind: row.get(2)?,
            reached: number(3)?,
            ended_reached: number(4)?,
            entered: number(5)?,
            by_evidence: number(6)?,
        })
    })?;
    let n = model.count(&format!(
        "SELECT count(*) FROM applications WHERE 1{}{}",
        model.window.months("created_month"),
        model.scope("job_id")
    ))?;
    let is_lead = |milestone: &Milestone| milestone.kind.as_deref() == Some("Lead");
    let mut notes = Vec::new();
    let by_evidence = milestones.iter().map(|milestone| milestone.by_evidence).max().unwrap_or(0);
    notes.extend(note(
        by_evidence,
        "application",
        "without stage history counted by what else is known of them: a lower bound.",
    ));
    let figure = |body, notes| {
        Figure {
        chart: "funnel",
        title: "Funnel",
        sentence: "Of the applications created in the period, how many ever reached each milestone. Skipped milestones count \
                   as passed; the hatched part is of applications that have not ended yet."
            .to_owned(),
        notes,
        n,
        body,
    }
    };
    if milestones.iter().all(|milestone| milestone.reached == 0) {
        return Ok(figure(nothing(model, "No application was created"), notes));
    }
    let mut table = Table::new(
        "Milestone",
        vec![
            column("reached", "Reached"),
            column("ended_reached", "Of these ended"),
            column("entered", "Seen there"),
            column("share", "Of the first"),
            column("step", "Of the step before"),
            column("step_interval", "95% interval"),
        ],
    );
    let first = milestones.iter().find(|milestone| !is_lead(milestone)).map(|milestone| milestone.order);
    let base = milestones.iter().find(|milestone| Some(milestone.order) == first);
    let base = base.map_or(0, |milestone| milestone.reached);
    let mut before: Option<u64> = None;
    for milestone in &milestones {
        let name = milestone.name.clone().unwrap_or_else(|| format!("Milestone {}", milestone.order));
        let key = match table.rows.iter().any(|row| row.key == name) {
            true => format!("{name} ({})", milestone.order),
            false => name,
        };
        // Nobody is a lead first of necessity: leads stand before the funnel, not at its mouth.
        let [share, step, sure] = match before {
            _ if is_lead(milestone) => [Cell::missing(), Cell::missing(), Cell::missing()],
            None => [Cell::rate(milestone.reached, base), Cell::missing(), Cell::missing()],
            Some(before) => [
                Cell::rate(milestone.reached, base),
                Cell::rate(milestone.reached, before),
                Cell::interval(milestone.reached, before),
            ],
        };
        before = if is_lead(milestone) { before } else { Some(milestone.reached) };
        let (reached, ended) = (Cell::count(milestone.reached), Cell::count(milestone.ended_reached));
        let entered = Cell::count(milestone.entered);
        table.push(key.clone(), key, vec![reached, ended, entered, share, step, sure]);
    }
    let panel = Panel::whole(Scale::exact(table.largest("reached")));
    let head = 20;
    let picture = html! {
        (keys(11, &[("solid", "ended"), ("hatched", "not yet ended")]))
        @for (index, row) in table.rows.iter().enumerate() {
            @let top = head + ROOMY.pitch * index as u32;
            @let reached = table.value(row, "reached");
            (ROOMY.label(top, &row.heading))
            (ROOMY.figures(top, &said(reached, table.cell(row, "share"), base), None))
            (ROOMY.track(top, 0.0, 1.0))
            (ROOMY.bar(top, "hatched", &panel, 0.0, table.mark(row, "reached")))
            (ROOMY.bar(top, "solid", &panel, 0.0, table.mark(row, "ended_reached")))
        }
    };
    let height = head + ROOMY.pitch * table.rows.len() as u32;
    Ok(figure(Body::Shown { picture, height, table }, notes))
}

fn said(reached: f64, share: Option<&Cell>, base: u64) -> Said {
    let count = thousands(reached as u64);
    let share = share.filter(|share| share.value.is_some());
    let is_few = share.is_some_and(|share| share.is_few);
    let text = match share.and_then(|share| share.value) {
        Some(share) => {
            let few = if is_few { " few" } else { "" };
            format!("{count} · {}{few}", percent(share.as_f64()))
        }
        None if base > 0 && base < crate::numbers::RATE_MIN => format!("{count} of {base}"),
        None => count,
    };
    Said { long: text.clone(), short: text, is_few }
}
