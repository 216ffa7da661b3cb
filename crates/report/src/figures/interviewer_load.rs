//! Who interviews most, and whose feedback is missing.

use maud::html;

use super::nothing;
use crate::error::Error;
use crate::figure::{Body, Cell, Figure, Table, column};
use crate::model::{Model, line, whole};
use crate::numbers::{counted, rounded, thousands};
use crate::scale::Scale;
use crate::svg::{DENSE, Panel, heading};

const MOST: usize = 15;

/// Where the second panel begins.
const MIDDLE: f64 = 0.7;

struct Person {
    id: String,
    name: Option<String>,
    interviews: u64,
    minutes: f64,
    due: u64,
    missing: u64,
}

pub(super) fn figure(model: &Model) -> Result<Figure, Error> {
    let mut people = if model.is_scoped { of_some(model)? } else { of_all(model)? };
    people.retain(|person| person.interviews > 0);
    let n = people.iter().map(|person| person.interviews).sum();
    let weeks = weeks(model)?;
    people.sort_by(|one, other| (other.interviews, &one.id).cmp(&(one.interviews, &other.id)));
    let count = people.len();
    people.truncate(MOST);
    let mut notes = Vec::new();
    if count > MOST {
        notes.push(format!(
            "{} interviewed; these are the {MOST} busiest.",
            counted(count as u64, "person").replace("persons", "people")
        ));
    }
    let figure = |body, notes| Figure {
        chart: "interviewer-load",
        title: "Interviewer load",
        sentence: format!(
            "Interviews a week that each of the {MOST} busiest interviewers held in the period, and how many of these still lack \
             feedback that is required. Cancelled interviews and debriefs do not count."
        ),
        notes,
        n,
        body,
    };
    if people.is_empty() {
        let body = if model.lacks("interview_schedules") || model.lacks("interview_events") {
            Body::Empty("Interviewer load needs the interviews: `ashby sync interview_schedules interview_events` brings them.".to_owned())
        } else {
            nothing(model, "No interview was held")
        };
        return Ok(figure(body, notes));
    }
    let mut table = Table::new(
        "Interviewer",
        vec![
            column("interviews", "Interviews"),
            column("per_week", "A week"),
            column("minutes", "Minutes"),
            column("feedback_due", "Feedback due"),
            column("feedback_missing", "Feedback missing"),
        ],
    );
    for person in people {
        let name = person.name.unwrap_or_else(|| "Person who is gone".to_owned());
        let cells = vec![
            Cell::count(person.interviews),
            Cell::real(Some(person.interviews as f64 / weeks)),
            Cell::real(Some(person.minutes)),
            Cell::count(person.due),
            Cell::count(person.missing),
        ];
        table.push(person.id, name, cells);
    }
    let load = Panel::new(0.0, MIDDLE - 0.06, Scale::exact(table.largest("interviews")));
    let missing = Panel::new(MIDDLE, 1.0, Scale::exact(table.largest("feedback_missing")));
    let head = 22;
    let picture = html! {
        (heading(0.0, 11, "Interviews a week"))
        (heading(1.0, 11, "Missing feedback"))
        @for (index, row) in table.rows.iter().enumerate() {
            @let top = head + DENSE.pitch * index as u32;
            (DENSE.label_within(top, &row.heading, 34, 20))
            (DENSE.number(top, MIDDLE - 0.06, &rounded(table.value(row, "per_week"))))
            (DENSE.number(top, 1.0, &thousands(table.value(row, "feedback_missing") as u64)))
            (DENSE.track(top, 0.0, MIDDLE - 0.06))
            (DENSE.track(top, MIDDLE, 1.0))
            (DENSE.bar(top, "solid", &load, 0.0, table.mark(row, "interviews")))
            (DENSE.bar(top, "second", &missing, 0.0, table.mark(row, "feedback_missing")))
        }
    };
    let height = head + DENSE.pitch * table.rows.len() as u32;
    Ok(figure(Body::Shown { picture, height, table }, notes))
}

/// Weeks of the period that are over, or begun.
fn weeks(model: &Model) -> Result<f64, Error> {
    let window = &model.window;
    let today = window.as_of.to_zoned(window.zone.clone()).date();
    let first = match window.first {
        Some(first) => Some(first.first_day()),
        None => {
            let first =
                model.one::<Option<String>>("SELECT min(week_start) FROM metric_interviewer_load", [])?;
            first.flatten().and_then(|first| first.parse().ok())
        }
    };
    let last = window.last.plus(1).first_day().min(today);
    let days = first.map_or(7.0, |first| f64::from((last - first).get_days()));
    Ok((days / 7.0).max(1.0))
}

fn row(row: &rusqlite::Row<'_>) -> rusqlite::Result<Person> {
    let number = |index| whole(row, index);
    Ok(Person {
        id: row.get(0)?,
        name: line(row.get(1)?),
        interviews: number(2)?,
        minutes: row.get::<_, Option<f64>>(3)?.unwrap_or(0.0),
        due: number(4)?,
        missing: number(5)?,
    })
}

fn of_all(model: &Model) -> Result<Vec<Person>, Error> {
    let sql = format!(
        "SELECT l.user_id, max(u.name), sum(l.interviews), CAST(sum(l.minutes) AS REAL), sum(l.feedback_due), sum(l.feedback_missing) \
         FROM metric_interviewer_load AS l LEFT JOIN users AS u USING (user_id) WHERE l.user_id IS NOT NULL{} GROUP BY l.user_id",
        model.window.dates("l.week_start")
    );
    model.rows(&sql, [], row)
}

/// The same of some jobs: held is what is neither cancelled nor a debrief and had ended.
fn of_some(model: &Model) -> Result<Vec<Person>, Error> {
    let as_of = model.window.as_of.strftime("%Y-%m-%dT%H:%M:%S.999Z").to_string();
    let sql = format!(
        "SELECT i.user_id, max(u.name), count(*), CAST(sum(e.duration_minutes) AS REAL), \
         sum(coalesce(i.is_feedback_required, 0)), \
         sum(coalesce(i.is_feedback_required, 0) AND i.feedback_id IS NULL) \
         FROM interview_event_interviewers AS i JOIN interview_events AS e USING (interview_event_id) \
         JOIN applications AS a ON a.application_id = e.application_id LEFT JOIN users AS u ON u.user_id = i.user_id \
         WHERE coalesce(e.is_cancelled, 0) = 0 AND coalesce(e.is_debrief, 0) = 0 AND e.ends_at <= ?1{}{} GROUP BY i.user_id",
        model.window.weeks("e.starts_at"),
        model.scope("a.job_id")
    );
    model.rows(&sql, [as_of], row)
}
