//! The definitions as they are printed for DuckDB, run by DuckDB: they compute what the model in SQLite says.

#![allow(clippy::print_stderr, clippy::unwrap_used, reason = "what fails here fails a test")]

mod support;

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::Command;

use ashby_sim::{Organisation, Server, ServerOptions, Shape};
use models::{Dialect, Kind, Making, TABLES};
use rusqlite::Connection;
use rusqlite::types::ValueRef;
use serde_json::{Map, Value, json};
use support::{AS_OF, STREAMS, sync};

/// Runs the definitions, gives the tables of records the model's rows, computes what follows, and compares each table with
/// what the model says; numbers may differ in their last digits.
const RUN: &str = r#"
import json, sys
import duckdb
folder = sys.argv[1]
told = json.load(open(f"{folder}/told.json"))
c = duckdb.connect()
c.execute("set timezone = 'UTC'")
c.execute(told["script"])
def read(table):
    columns = ", ".join(f"{name}: '{kind}'" for name, kind in table["columns"])
    names = ", ".join(name for name, _ in table["columns"])
    return f"select {names} from read_json('{folder}/{table['name']}.jsonl', format = 'newline_delimited', columns = {{{columns}}})"
for name in told["computed"]:
    c.execute(f"delete from ashby_model.{name}")
for table in told["stored"]:
    names = ", ".join(name for name, _ in table["columns"])
    c.execute(f"insert into ashby_model.{table['name']} ({names}) {read(table)}")
for insert in told["inserts"]:
    c.execute(insert)
def rows(source, columns):
    cells = ", ".join(f"epoch_ms({name})" if kind == "timestamptz" else f"cast({name} as varchar)" if kind == "date" else name for name, kind in columns)
    reals = [place for place, (_, kind) in enumerate(columns) if kind == "double precision"]
    rest = [place for place in range(len(columns)) if place not in reals]
    split = [(tuple(str(row[place]) for place in rest), tuple(row[place] for place in reals)) for row in c.execute(f"select {cells} from {source}").fetchall()]
    return sorted(split, key = lambda row: (row[0], tuple(-1 if number is None else round(number, 6) for number in row[1])))
def close(a, b):
    return a is b or (a is not None and b is not None and abs(a - b) <= 1e-9 * max(1, abs(a)))
count = 0
for table in told["shown"]:
    there = rows(f"ashby_model.{table['name']}", table["columns"])
    here = rows(f"({read(table)})", table["columns"])
    if len(there) != len(here):
        sys.exit(f"{table['name']}: {len(there)} rows, not {len(here)}")
    for one, other in zip(there, here):
        if one[0] != other[0] or not all(close(a, b) for a, b in zip(one[1], other[1])):
            sys.exit(f"{table['name']}: {one}\n not {other}")
    count += len(there)
print(count)
"#;

type Columns = Vec<(String, Kind)>;

fn type_of(kind: Kind) -> &'static str {
    models::type_of(kind, &Dialect::Duckdb { zone: String::new() })
}

fn lines(model: &Connection, table: &str, columns: &Columns) -> String {
    let names: Vec<String> = columns.iter().map(|(name, _)| format!("\"{name}\"")).collect();
    let mut select = model.prepare(&format!("SELECT {} FROM {table}", names.join(", "))).unwrap();
    let mut rows = select.query([]).unwrap();
    let mut lines = String::new();
    while let Some(row) = rows.next().unwrap() {
        let cells = columns.iter().enumerate().map(|(place, (name, kind))| {
            let value = match (row.get_ref(place).unwrap(), kind) {
                (ValueRef::Integer(number), Kind::Bool) => json!(number != 0),
                (ValueRef::Integer(number), _) => json!(number),
                (ValueRef::Real(number), _) => json!(number),
                (ValueRef::Text(text), _) => json!(std::str::from_utf8(text).unwrap()),
                _ => Value::Null,
            };
            (name.clone(), value)
        });
        writeln!(lines, "{}", Value::Object(Map::from_iter(cells))).unwrap();
    }
    lines
}

#[tokio::test(flavor = "multi_thread")]
async fn the_definitions_as_printed_compute_the_same() {
    let Some(python) = std::env::var_os("ASHBY_LAKE_PYTHON").map(PathBuf::from) else {
        assert!(std::env::var_os("ASHBY_NEEDS_LAKE").is_none(), "ASHBY_LAKE_PYTHON names no Python");
        eprintln!("skipped: ASHBY_LAKE_PYTHON names no Python with duckdb");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let records = folder.path().join("ashby.db");
    let server =
        Server::start(Organisation::new(&Shape::lifelike(150, 79)), ServerOptions::default()).await.unwrap();
    sync(&server, &records, STREAMS).await;
    server.organisation().erode(5, 6);
    sync(&server, &records, STREAMS).await;
    server.stop().await;
    let mut options = models::Options::default();
    options.as_of = Some(AS_OF.parse().unwrap());
    options.zone = jiff::tz::TimeZone::get("Europe/Berlin").unwrap();
    options.zone_name = "Europe/Berlin".to_owned();
    models::build(&records, &models::path_of(&records), &options).unwrap();
    let model = models::open(&models::path_of(&records)).unwrap();

    let write = |name: &str, columns: &Columns| {
        std::fs::write(folder.path().join(format!("{name}.jsonl")), lines(&model, name, columns)).unwrap();
        let columns: Vec<_> = columns.iter().map(|(name, kind)| json!([name, type_of(*kind)])).collect();
        json!({"name": name, "columns": columns})
    };
    let (mut stored, mut computed, mut shown) = (Vec::new(), Vec::new(), Vec::new());
    for table in models::stored(&model).unwrap() {
        let making = TABLES.iter().find(|one| one.stored() == table.name).map(|one| one.making);
        let columns: Columns = table.columns.iter().map(|one| (one.name.clone(), one.kind)).collect();
        match making {
            Some(Making::Whole(_) | Making::Counted(_) | Making::PerApplication(_)) => {
                computed.push(table.name)
            }
            None if table.name.ends_with("_custom_fields") => {}
            _ => stored.push(write(&table.name, &columns)),
        }
    }
    for table in TABLES.iter() {
        let mut columns: Columns = Vec::new();
        columns.extend(
            table.columns.iter().filter(|one| one.is_shown()).map(|one| (one.name.to_owned(), one.kind)),
        );
        shown.push(write(table.name, &columns));
        if table.is_of_records() {
            columns.push(("is_live".to_owned(), Kind::Bool));
            shown.push(write(&format!("{}_all", table.name), &columns));
        }
    }
    let script = models::script(&Dialect::Duckdb { zone: "Europe/Berlin".to_owned() });
    let inserts: Vec<String> = script
        .split(";\n")
        .filter_map(|statement| statement.split_once("INSERT INTO "))
        .map(|(_, rest)| format!("INSERT INTO {rest}"))
        .collect();
    assert!(inserts.len() >= computed.len(), "{inserts:?}");
    let told =
        json!({"script": script, "stored": stored, "computed": computed, "inserts": inserts, "shown": shown});
    std::fs::write(folder.path().join("told.json"), told.to_string()).unwrap();
    let ran = Command::new(python).args(["-c", RUN]).arg(folder.path()).output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let count: u64 = String::from_utf8_lossy(&ran.stdout).trim().parse().unwrap();
    assert!(count > 5_000, "{count} rows");
}
