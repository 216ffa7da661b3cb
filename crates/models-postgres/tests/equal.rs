//! The model in PostgreSQL says what that in SQLite says, of the same company.

#![allow(clippy::unwrap_used, reason = "what fails here fails a test")]

use std::path::{Path, PathBuf};

use ashby_client::Client;
use ashby_sim::{Organisation, Server, ServerOptions, Shape};
use ashby_source::AshbySource;
use capture_core::{Identity, Runner, Selection, Sink};
use models::{Dialect, Kind, Making, Mode, Options, TABLES};
use private_postgres::{Cluster, SUPERUSER, fresh_name};
use rusqlite::types::ValueRef;
use sink_postgres::PostgresSink;
use sink_sqlite::SqliteSink;
use tokio_util::sync::CancellationToken;

/// Streams without parents, and the history.
const STREAMS: &[&str] = &[
    "applications",
    "candidates",
    "application_history",
    "application_feedback",
    "survey_submissions",
    "projects",
    "interview_schedules",
    "interview_events",
    "interviews",
    "interview_plans",
    "interview_stages",
    "interview_stage_groups",
    "jobs",
    "openings",
    "offers",
    "offer_versions",
    "archive_reasons",
    "close_reasons",
    "custom_fields",
    "feedback_form_definitions",
    "sources",
    "departments",
    "locations",
    "users",
    "job_boards",
    "candidate_tags",
];

async fn sync(server: &Server, sink: impl Sink + 'static) {
    let client = Client::builder()
        .api_key("sim-key")
        .base_url(&server.base_url())
        .requests_per_minute(None)
        .build()
        .unwrap();
    let identity = Identity::new(client.key_fingerprint(), client.base_url());
    let selections: Vec<_> = STREAMS.iter().map(|stream| Selection::new(*stream)).collect();
    Runner::new(AshbySource::new(client), sink)
        .run(selections, identity, CancellationToken::new())
        .await
        .unwrap();
}

/// A cell, so that both databases write it alike; numbers apart.
type Row = (Vec<String>, Vec<Option<f64>>);

fn sorted(mut rows: Vec<Row>) -> Vec<Row> {
    rows.sort_by(|one, other| one.partial_cmp(other).unwrap());
    rows
}

fn in_sqlite(model: &rusqlite::Connection, table: &str, columns: &[(String, Kind)]) -> Vec<Row> {
    let names: Vec<String> = columns.iter().map(|(name, _)| format!("\"{name}\"")).collect();
    let mut select = model.prepare(&format!("SELECT {} FROM {table}", names.join(", "))).unwrap();
    let mut rows = select.query([]).unwrap();
    let mut all = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        let (mut texts, mut numbers) = (Vec::new(), Vec::new());
        for (place, (_, kind)) in columns.iter().enumerate() {
            match (row.get_ref(place).unwrap(), kind) {
                (ValueRef::Null, Kind::Real) => numbers.push(None),
                (ValueRef::Real(number), _) => numbers.push(Some(number)),
                (ValueRef::Integer(number), Kind::Real) => numbers.push(Some(number as f64)),
                (ValueRef::Null, _) => texts.push("-".to_owned()),
                (ValueRef::Integer(number), Kind::Bool) => texts.push((number != 0).to_string()),
                (ValueRef::Integer(number), _) => texts.push(number.to_string()),
                (ValueRef::Text(text) | ValueRef::Blob(text), _) => {
                    texts.push(String::from_utf8_lossy(text).into_owned());
                }
            }
        }
        all.push((texts, numbers));
    }
    sorted(all)
}

fn in_postgres(cluster: &Cluster, database: &str, table: &str, columns: &[(String, Kind)]) -> Vec<Row> {
    let cells: Vec<String> = columns
        .iter()
        .map(|(name, kind)| match kind {
            Kind::Instant => {
                format!("to_char(\"{name}\" AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')")
            }
            _ => format!("\"{name}\"::text"),
        })
        .map(|cell| format!("replace(replace(coalesce({cell}, '-'), E'\\n', ' '), '|', '/')"))
        .collect();
    let text = cluster.sql(database, &format!("SELECT {} FROM ashby_model.{table}", cells.join(", ")));
    let rows = text.lines().map(|line| {
        let cells: Vec<&str> = line.split('|').collect();
        assert_eq!(cells.len(), columns.len(), "{table}: {line}");
        let (mut texts, mut numbers) = (Vec::new(), Vec::new());
        for (cell, (_, kind)) in cells.into_iter().zip(columns) {
            match kind {
                Kind::Real => numbers.push(if cell == "-" { None } else { Some(cell.parse().unwrap()) }),
                _ => texts.push(cell.to_owned()),
            }
        }
        (texts, numbers)
    });
    sorted(rows.collect())
}

/// Compares every table and view; returns how many rows that were.
fn assert_same(cluster: &Cluster, database: &str, model: &Path) -> usize {
    let model = models::open(model).unwrap();
    let mut tables: Vec<(String, Vec<(String, Kind)>)> = Vec::new();
    for table in TABLES.iter() {
        let shown = table.columns.iter().filter(|column| column.is_shown());
        let columns: Vec<(String, Kind)> =
            shown.map(|column| (column.name.to_owned(), column.kind)).collect();
        if table.is_of_records() {
            // When something was found to be gone, each of both has seen by itself.
            let all = [&columns[..], &[("is_live".to_owned(), Kind::Bool)]].concat();
            tables.push((format!("{}_all", table.name), all));
        }
        tables.push((table.name.to_owned(), columns));
    }
    for stored in models::stored(&model).unwrap() {
        if stored.name.ends_with("_custom_fields") && stored.name != "_custom_fields" {
            tables.push((stored.name, stored.columns.into_iter().map(|one| (one.name, one.kind)).collect()));
        }
    }
    let mut count = 0;
    for (table, columns) in tables {
        let here = in_sqlite(&model, &table, &columns);
        let here: Vec<Row> = here
            .into_iter()
            .map(|(texts, numbers)| {
                (texts.iter().map(|text| text.replace('\n', " ").replace('|', "/")).collect(), numbers)
            })
            .collect();
        let there = in_postgres(cluster, database, &table, &columns);
        assert_eq!(here.len(), there.len(), "{table}");
        for (one, other) in sorted(here).iter().zip(&there) {
            let close = one.1.iter().zip(&other.1).all(|pair| match pair {
                (Some(one), Some(other)) => (one - other).abs() <= 1e-9 * one.abs().max(1.0),
                (one, other) => one == other,
            });
            assert!(one.0 == other.0 && close, "{table}:\n{one:?}\n{other:?}");
        }
        count += there.len();
    }
    count
}

/// An organisation, and where its records and models are to be, here and there.
struct Both {
    database: String,
    address: String,
    folder: tempfile::TempDir,
    records: PathBuf,
    model: PathBuf,
    server: Server,
    options: Options,
}

impl Both {
    async fn of(cluster: &Cluster, shape: &Shape) -> Self {
        let database = cluster.database();
        let address = cluster.address(SUPERUSER, &database, "schema=ashby");
        let folder = tempfile::tempdir().unwrap();
        let records = folder.path().join("ashby.db");
        let model = models::path_of(&records);
        let server = Server::start(Organisation::new(shape), ServerOptions::default()).await.unwrap();
        let mut options = Options::default();
        options.as_of = Some("2026-11-02T12:00:00Z".parse().unwrap());
        options.zone = jiff::tz::TimeZone::get("Europe/Berlin").unwrap();
        options.zone_name = "Europe/Berlin".to_owned();
        Self { database, address, folder, records, model, server, options }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_table_is_the_same_in_both() {
    let Some(cluster) = private_postgres::shared() else { return };
    let Both { database, address, folder: _folder, records, model, server, options } =
        Both::of(cluster, &Shape::lifelike(400, 77)).await;

    assert!(models_postgres::build("sqlite:x", &options).is_none());
    sync(&server, SqliteSink::new(&records)).await;
    sync(&server, PostgresSink::new(&address).unwrap()).await;
    assert!(!models_postgres::exists(&address).unwrap().unwrap());
    models::build(&records, &model, &options).unwrap();
    let built = models_postgres::build(&address, &options).unwrap().unwrap();
    assert_eq!(built.mode, Mode::Full);
    assert!(models_postgres::exists(&address).unwrap().unwrap());
    assert!(assert_same(cluster, &database, &model) > 20_000);

    // Nothing changed, nothing is written.
    let built = models_postgres::build(&address, &options).unwrap().unwrap();
    assert_eq!((built.mode, built.changes()), (Mode::Incremental, 0));

    // What others made of it stays, and only what differs is written.
    cluster.sql(
        &database,
        "CREATE VIEW public.mine AS SELECT job_id, applications FROM ashby_model.metric_pipeline",
    );
    server.organisation().churn(60, 7);
    server.organisation().erode(10, 7);
    sync(&server, SqliteSink::new(&records)).await;
    sync(&server, PostgresSink::new(&address).unwrap()).await;
    models::build(&records, &model, &options).unwrap();
    let built = models_postgres::build(&address, &options).unwrap().unwrap();
    let applications = &built.tables["applications"];
    assert!(applications.written > 0 && applications.written < 200, "{applications:?}");
    assert_same(cluster, &database, &model);
    assert!(cluster.sql(&database, "SELECT count(*) > 0 FROM public.mine").starts_with('t'));
    let comment = "SELECT col_description('ashby_model.applications'::regclass, attnum) FROM pg_attribute
        WHERE attrelid = 'ashby_model.applications'::regclass AND attname = 'candidate_id'";
    assert_eq!(cluster.sql(&database, comment).trim(), "The person");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_definitions_as_printed_compute_the_same() {
    let Some(cluster) = private_postgres::shared() else { return };
    let Both { database, address, folder: _folder, records, model, server, options } =
        Both::of(cluster, &Shape::lifelike(150, 78)).await;
    sync(&server, SqliteSink::new(&records)).await;
    sync(&server, PostgresSink::new(&address).unwrap()).await;
    server.stop().await;
    models::build(&records, &model, &options).unwrap();
    models_postgres::build(&address, &options).unwrap().unwrap();

    // What records say is taken over; what follows from it is computed there.
    cluster.sql(&database, "ALTER SCHEMA ashby_model RENAME TO built");
    let script = models::script(&Dialect::Postgres { zone: "Europe/Berlin".to_owned() });
    cluster.sql(&database, &script);
    let mut fill = "SET search_path TO ashby_model;\n".to_owned();
    for stored in models::stored(&models::open(&model).unwrap()).unwrap() {
        let name = &stored.name;
        let computed = TABLES.iter().find(|table| table.stored() == *name).map(|table| table.making);
        if matches!(computed, Some(Making::Whole(_) | Making::Counted(_) | Making::PerApplication(_))) {
            fill.push_str(&format!("DELETE FROM {name};\n"));
        } else if name.ends_with("_custom_fields") && computed.is_none() {
            fill.push_str(&format!("CREATE TABLE {name} AS TABLE built.{name};\n"));
        } else {
            let columns: Vec<&str> = stored.columns.iter().map(|column| column.name.as_str()).collect();
            let columns = columns.join(", ");
            fill.push_str(&format!("INSERT INTO {name} ({columns}) SELECT {columns} FROM built.{name};\n"));
        }
    }
    fill.push_str("ANALYZE;\n");
    for insert in script.split(";\n").filter_map(|statement| statement.split_once("INSERT INTO ")) {
        fill.push_str(&format!("INSERT INTO {};\n", insert.1));
    }
    cluster.sql(&database, &fill);
    assert!(assert_same(cluster, &database, &model) > 5_000);
    let comment = "SELECT obj_description('ashby_model.applications_all'::regclass)";
    assert!(cluster.sql(&database, comment).contains("what is gone, too"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_model_is_left_alone() {
    let Some(cluster) = private_postgres::shared() else { return };
    let database = cluster.database();
    let schema = fresh_name("records");
    let address = cluster.address(SUPERUSER, &database, &format!("schema={schema}"));
    let error = models_postgres::build(&address, &Options::default()).unwrap().unwrap_err();
    assert!(error.to_string().contains("there are no records"), "{error}");

    let server =
        Server::start(Organisation::new(&Shape::lifelike(12, 7)), ServerOptions::default()).await.unwrap();
    sync(&server, PostgresSink::new(&address).unwrap()).await;
    server.stop().await;
    cluster.sql(
        &database,
        &format!("CREATE SCHEMA {schema}_model; CREATE TABLE {schema}_model.precious (a int)"),
    );
    let error = models_postgres::build(&address, &Options::default()).unwrap().unwrap_err();
    assert!(matches!(error, models_postgres::Error::Foreign(_)), "{error}");
    assert!(error.hint().is_some());
    assert_eq!(cluster.sql(&database, &format!("SELECT count(*) FROM {schema}_model.precious")).trim(), "0");
}
