//! The model against figures that were computed without it: lifelike companies that change and lose records, synced,
//! built, and compared row for row.

#![allow(clippy::unwrap_used, reason = "what fails here fails a test")]

mod support;

use std::collections::BTreeMap;
use std::path::Path;

use ashby_sim::{Organisation, Server, ServerOptions, Shape};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use models_golden::{Basis, Golden, Options, Records};
use rusqlite::Connection;
use rusqlite::types::ValueRef;
use support::{AS_OF, STREAMS, sync};

#[derive(Debug, Clone, PartialEq)]
enum Cell {
    Null,
    Text(String),
    Number(f64),
}

impl Cell {
    fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Number(one), Self::Number(other)) => (one - other).abs() <= 1e-9 * one.abs().max(1.0),
            (one, other) => one == other,
        }
    }
}

/// What a cell can hold.
trait Shown {
    fn cell(&self) -> Cell;
}

macro_rules! shown {
    ($($kind:ty: $one:ident => $cell:expr),* $(,)?) => {
        $(impl Shown for $kind {
            fn cell(&self) -> Cell {
                let $one = self;
                $cell
            }
        })*
    };
}

shown! {
    usize: number => Cell::Number(*number as f64),
    i64: number => Cell::Number(*number as f64),
    f64: number => Cell::Number(*number),
    bool: is => Cell::Number(f64::from(u8::from(*is))),
    str: text => Cell::Text(text.to_owned()),
    String: text => Cell::Text(text.clone()),
}

impl<T: Shown> Shown for Option<T> {
    fn cell(&self) -> Cell {
        self.as_ref().map_or(Cell::Null, Shown::cell)
    }
}

impl<T: Shown + ?Sized> Shown for &T {
    fn cell(&self) -> Cell {
        (*self).cell()
    }
}

/// An instant, as the model spells it.
fn at(instant_ms: Option<i64>) -> Cell {
    instant_ms.map_or(Cell::Null, |instant_ms| {
        let instant = Timestamp::from_millisecond(instant_ms).unwrap();
        Cell::Text(instant.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string())
    })
}

/// Rows by grain.
type Rows = BTreeMap<String, Vec<Cell>>;

macro_rules! cells {
    ($($cell:expr),* $(,)?) => { vec![$(Shown::cell(&$cell)),*] };
}

fn grain(cells: &[Cell]) -> String {
    let texts: Vec<String> = cells
        .iter()
        .map(|cell| match cell {
            Cell::Null => "∅".to_owned(),
            Cell::Text(text) => text.clone(),
            Cell::Number(number) => number.to_string(),
        })
        .collect();
    texts.join(" · ")
}

fn read(connection: &Connection, table: &str, key: &[&str], columns: &[&str]) -> Rows {
    let all = [key, columns].concat().join(", ");
    let mut select = connection.prepare(&format!("SELECT {all} FROM {table}")).unwrap();
    let mut rows = select.query([]).unwrap();
    let mut read = Rows::new();
    while let Some(row) = rows.next().unwrap() {
        let cells: Vec<Cell> = (0..key.len() + columns.len())
            .map(|column| match row.get_ref(column).unwrap() {
                ValueRef::Null => Cell::Null,
                ValueRef::Integer(number) => number.cell(),
                ValueRef::Real(number) => number.cell(),
                ValueRef::Text(text) => std::str::from_utf8(text).unwrap().cell(),
                ValueRef::Blob(_) => panic!("a blob in {table}"),
            })
            .collect();
        let (key, values) = cells.split_at(key.len());
        assert!(read.insert(grain(key), values.to_vec()).is_none(), "two rows of {table} for {}", grain(key));
    }
    read
}

/// Says how rows differ, a few of them.
fn differences(table: &str, columns: &[&str], model: &Rows, golden: &Rows) -> Vec<String> {
    let mut found = Vec::new();
    for key in model.keys().chain(golden.keys().filter(|key| !model.contains_key(*key))) {
        match (model.get(key), golden.get(key)) {
            (Some(model), Some(golden)) => {
                let differ =
                    columns.iter().zip(model.iter().zip(golden)).filter(|(_, (one, other))| !one.is(other));
                let differ: Vec<String> = differ
                    .map(|(column, (model, golden))| format!("{column}: model {model:?}, golden {golden:?}"))
                    .collect();
                if !differ.is_empty() {
                    found.push(format!("{table} [{key}] {}", differ.join("; ")));
                }
            }
            (Some(model), None) => found.push(format!("{table} [{key}] only in the model: {model:?}")),
            (None, golden) => found.push(format!("{table} [{key}] only in golden: {golden:?}")),
        }
    }
    let count = found.len();
    found.truncate(6);
    if count > found.len() {
        found.push(format!("{table}: {count} rows differ"));
    }
    found
}

/// Every table, as both have it.
fn compare(connection: &Connection, golden: &Golden) -> Vec<String> {
    let mut found = Vec::new();
    let mut table = |name: &str, key: &[&str], columns: &[&str], rows: Rows| {
        found.extend(differences(name, columns, &read(connection, name, key, columns), &rows));
    };
    let keyed = |rows: Vec<(Vec<Cell>, Vec<Cell>)>| -> Rows {
        rows.into_iter().map(|(key, cells)| (grain(&key), cells)).collect()
    };

    table(
        "milestones",
        &["milestone_order"],
        &["milestone", "milestone_type"],
        keyed(
            golden
                .milestones
                .iter()
                .map(|(order, of)| (cells![order], cells![&of.title, &of.milestone_type]))
                .collect(),
        ),
    );
    let visits = golden
        .visits
        .iter()
        .flat_map(|(application, visits)| visits.iter().map(move |visit| (application, visit)));
    table(
        "application_stage_intervals",
        &["interval_id"],
        &[
            "application_id",
            "sequence",
            "visit_number",
            "stage_id",
            "stage_title",
            "stage_type",
            "entered_at",
            "left_at",
            "is_open",
            "duration_days",
        ],
        keyed(
            visits
                .map(|(application, visit)| {
                    let mut row = cells![
                        application,
                        visit.sequence,
                        visit.visit_number,
                        &visit.stage_id,
                        &visit.title,
                        &visit.stage_type
                    ];
                    row.extend([
                        at(Some(visit.entered_at)),
                        at(visit.left_at),
                        visit.left_at.is_none().cell(),
                        visit.duration_days.cell(),
                    ]);
                    (cells![&visit.id], row)
                })
                .collect(),
        ),
    );
    table(
        "stage_transitions",
        &["transition_id"],
        &[
            "application_id",
            "from_stage_id",
            "to_stage_id",
            "direction",
            "skipped_stages",
            "days_in_from_stage",
        ],
        keyed(
            golden
                .transitions
                .iter()
                .map(|(id, of)| {
                    let row = cells![
                        &of.application_id,
                        &of.from_stage_id,
                        &of.to_stage_id,
                        &of.direction,
                        &of.skipped_stages,
                        &of.days_in_from_stage
                    ];
                    (cells![id], row)
                })
                .collect(),
        ),
    );
    table(
        "applications",
        &["application_id"],
        &[
            "job_id",
            "source_id",
            "outcome",
            "hired_at",
            "hired_at_source",
            "ended_at",
            "reopened_at",
            "activated_at",
            "current_stage_entered_at",
            "last_stage_id",
            "reached_milestone_order",
            "reached_basis",
            "has_history",
            "is_history_stale",
            "time_to_hire_days",
        ],
        keyed(
            golden
                .applications
                .iter()
                .map(|(id, of)| {
                    let is_known = of.basis == Basis::History;
                    let mut row = cells![&of.job_id, &of.source_id, of.outcome];
                    row.extend([
                        at(of.hired_at),
                        of.hired_at_source.cell(),
                        at(of.ended_at),
                        at(of.reopened_at),
                        at(of.activated_at),
                    ]);
                    row.extend([
                        at(of.current_stage_entered_at),
                        of.last_stage_id.cell(),
                        of.reached_milestone_order.cell(),
                    ]);
                    row.extend(cells![
                        if is_known { "history" } else { "evidence" },
                        is_known,
                        of.is_history_stale,
                        &of.time_to_hire_days
                    ]);
                    (cells![id], row)
                })
                .collect(),
        ),
    );
    table(
        "offers",
        &["offer_id"],
        &["application_id", "outcome", "is_decisive", "created_at", "decided_at", "opening_id"],
        keyed(
            golden
                .offers
                .iter()
                .map(|(id, of)| {
                    let mut row = cells![&of.application_id, of.outcome, of.is_decisive];
                    row.extend([at(of.created_at), at(of.decided_at), of.opening_id.cell()]);
                    (cells![id], row)
                })
                .collect(),
        ),
    );
    table(
        "hires",
        &["application_id"],
        &[
            "job_id",
            "offer_id",
            "opening_id",
            "hired_at",
            "time_to_hire_days",
            "active_to_hire_days",
            "time_to_fill_basis",
            "time_to_fill_days",
            "time_to_fill_problem",
        ],
        keyed(
            golden
                .hires
                .iter()
                .map(|(id, of)| {
                    let mut row = cells![&of.job_id, &of.offer_id, &of.opening_id];
                    row.push(at(of.hired_at));
                    row.extend(cells![
                        &of.time_to_hire_days,
                        &of.active_to_hire_days,
                        &of.time_to_fill_basis,
                        &of.time_to_fill_days,
                        &of.time_to_fill_problem
                    ]);
                    (cells![id], row)
                })
                .collect(),
        ),
    );
    let filled = golden
        .filled
        .iter()
        .map(|(id, (application, decided))| (cells![id], vec![application.cell(), at(*decided)]));
    table(
        "(SELECT * FROM openings WHERE filled_by_application_id IS NOT NULL)",
        &["opening_id"],
        &["filled_by_application_id", "filled_at"],
        keyed(filled.collect()),
    );

    let metrics = &golden.metrics;
    table(
        "metric_funnel",
        &["cohort_month", "job_id", "source_id", "milestone_order"],
        &["reached", "entered", "ended_reached", "by_evidence"],
        keyed(
            metrics
                .funnel
                .iter()
                .map(|((month, job, source, order), of)| {
                    (
                        cells![month, job, source, order],
                        cells![of.reached, of.entered, of.ended_reached, of.by_evidence],
                    )
                })
                .collect(),
        ),
    );
    table(
        "metric_stage_conversion",
        &["entered_month", "job_id", "stage_id"],
        &["entered", "progressed", "rejected", "withdrew", "archived_other", "pending"],
        keyed(
            metrics
                .stage_conversion
                .iter()
                .map(|((month, job, stage), of)| {
                    let row = cells![
                        of.entered,
                        of.progressed,
                        of.rejected,
                        of.withdrew,
                        of.archived_other,
                        of.pending
                    ];
                    (cells![month, job, stage], row)
                })
                .collect(),
        ),
    );
    table(
        "metric_time_in_stage",
        &["stage_title", "stage_type"],
        &["n", "p50_days", "p90_days", "open_n"],
        keyed(
            metrics
                .time_in_stage
                .iter()
                .map(|((title, kind), of)| {
                    (cells![title, kind], cells![of.n, &of.p50_days, &of.p90_days, of.open_n])
                })
                .collect(),
        ),
    );
    table(
        "metric_time_to_hire",
        &["hired_month"],
        &["hires", "n", "p50_days", "p90_days"],
        keyed(
            metrics
                .time_to_hire
                .iter()
                .map(|(month, of)| (cells![month], cells![of.hires, of.n, &of.p50_days, &of.p90_days]))
                .collect(),
        ),
    );
    table(
        "metric_offers",
        &["month", "job_id"],
        &["accepted", "declined", "cancelled", "open"],
        keyed(
            metrics
                .offers
                .iter()
                .map(|((month, job), of)| {
                    (cells![month, job], cells![of.accepted, of.declined, of.cancelled, of.open])
                })
                .collect(),
        ),
    );
    table(
        "metric_source_yield",
        &["cohort_month", "source_id"],
        &["applications", "reached_interview", "reached_offer", "hires", "rejected", "withdrew"],
        keyed(
            metrics
                .source_yield
                .iter()
                .map(|((month, source), of)| {
                    let row = cells![
                        of.applications,
                        of.reached_interview,
                        of.reached_offer,
                        of.hires,
                        of.rejected,
                        of.withdrew
                    ];
                    (cells![month, source], row)
                })
                .collect(),
        ),
    );
    table(
        "metric_outcomes",
        &["ended_month", "job_id", "last_stage_id", "archive_reason_id", "outcome"],
        &["applications"],
        keyed(
            metrics
                .outcomes
                .iter()
                .map(|((month, job, stage, reason, outcome), of)| {
                    (cells![month, job, stage, reason, outcome], cells![of])
                })
                .collect(),
        ),
    );
    table(
        "metric_interviewer_load",
        &["user_id", "week_start"],
        &["interviews", "debriefs", "minutes", "upcoming", "feedback_due", "feedback_missing"],
        keyed(
            metrics
                .interviewer_load
                .iter()
                .map(|((user, week), of)| {
                    let row = cells![
                        of.interviews,
                        of.debriefs,
                        of.minutes,
                        of.upcoming,
                        of.feedback_due,
                        of.feedback_missing
                    ];
                    (cells![user, week], row)
                })
                .collect(),
        ),
    );
    table(
        "metric_pipeline",
        &["job_id", "stage_id"],
        &["applications", "p50_days_in_stage", "oldest_days_in_stage"],
        keyed(
            metrics
                .pipeline
                .iter()
                .map(|((job, stage), of)| {
                    (
                        cells![job, stage],
                        cells![of.applications, &of.p50_days_in_stage, &of.oldest_days_in_stage],
                    )
                })
                .collect(),
        ),
    );
    table(
        "metric_open_jobs",
        &["job_id"],
        &[
            "age_days",
            "openings_open",
            "active_applications",
            "applications_30_days",
            "hires",
            "last_application_at",
        ],
        keyed(
            metrics
                .open_jobs
                .iter()
                .map(|(job, of)| {
                    let mut row = cells![
                        &of.age_days,
                        of.openings_open,
                        of.active_applications,
                        of.applications_30_days,
                        of.hires
                    ];
                    row.push(at(of.last_application_at));
                    (cells![job], row)
                })
                .collect(),
        ),
    );
    found
}

/// Records as they lie in the database.
fn records(path: &Path) -> Records {
    let connection = Connection::open(path).unwrap();
    let mut records = Records::default();
    for stream in STREAMS {
        let table = sink_sqlite::rows_table(stream);
        let sql = format!("SELECT _record, _deleted_at IS NOT NULL FROM {table}");
        // A stream that nobody has asked for has no table.
        let Ok(mut select) = connection.prepare(&sql) else { continue };
        let mut rows = select.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let bytes = row.get_ref(0).unwrap().as_bytes().unwrap().to_vec();
            let record: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
            let id = record["id"].as_str().unwrap().to_owned();
            match row.get::<_, bool>(1).unwrap() {
                true => records.bury(stream, &id),
                false => records.put(stream, &id, record),
            }
        }
    }
    records
}

fn check(path: &Path, zone: &str, what: &str) {
    let as_of: Timestamp = AS_OF.parse().unwrap();
    let mut options = models::Options::default();
    options.as_of = Some(as_of);
    options.zone = TimeZone::get(zone).unwrap();
    options.zone_name = zone.to_owned();
    let model = models::path_of(path);
    models::build(path, &model, &options).unwrap();
    let timezone = TimeZone::get(zone).unwrap();
    let golden = models_golden::compute(&records(path), &Options { as_of: as_of.as_millisecond(), timezone });
    let connection = models::open(&model).unwrap();
    let found = compare(&connection, &golden);
    assert!(found.is_empty(), "{what}: {} differences\n{}", found.len(), found.join("\n"));
    assert!(golden.applications.len() > 300 && !golden.hires.is_empty() && golden.metrics.funnel.len() > 100);
}

async fn company(seed: u64, zone: &str) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("ashby.db");
    let organisation = Organisation::new(&Shape::lifelike(600, seed));
    let server = Server::start(organisation, ServerOptions::default()).await.unwrap();
    sync(&server, &path, STREAMS).await;
    check(&path, zone, "at first");
    for round in 0..4 {
        server.organisation().churn(120, seed ^ round);
        server.organisation().erode(6, seed ^ round);
        sync(&server, &path, STREAMS).await;
        check(&path, zone, &format!("after round {round}"));
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_of_a_first_company_are_the_golden_ones() {
    company(101, "UTC").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_of_a_second_company_are_the_golden_ones() {
    company(202, "America/Los_Angeles").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_of_a_third_company_are_the_golden_ones() {
    company(303, "Asia/Kolkata").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_histories_the_funnel_rests_on_evidence() {
    without("application_history", 404).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_groups_the_types_of_stages_are_milestones() {
    without("interview_stage_groups", 505).await;
}

/// A stream that a key cannot read.
async fn without(stream: &str, seed: u64) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("ashby.db");
    let organisation = Organisation::new(&Shape::lifelike(600, seed));
    let server = Server::start(organisation, ServerOptions::default()).await.unwrap();
    let streams: Vec<&str> = STREAMS.iter().copied().filter(|known| *known != stream).collect();
    sync(&server, &path, &streams).await;
    check(&path, "UTC", stream);
    server.stop().await;
}
