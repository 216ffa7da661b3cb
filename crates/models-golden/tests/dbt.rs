//! The dbt package, run with dbt on DuckDB and PostgreSQL: its own tests, and that its marts equal the built-in model.

#![allow(clippy::print_stderr, clippy::unwrap_used, reason = "what fails here fails a test")]

mod support;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use ashby_sim::{Organisation, Server, ServerOptions, Shape};
use models::{Kind, Table};
use rusqlite::Connection;
use rusqlite::types::ValueRef;
use serde_json::{Map, Value, json};
use support::{AS_OF, STREAMS, sync};

/// Where dbt is; `None` (and a word on standard error) if nobody says so.
fn dbt() -> Option<PathBuf> {
    let program = std::env::var_os("ASHBY_DBT").map(PathBuf::from);
    if program.is_none() {
        assert!(std::env::var_os("ASHBY_NEEDS_DBT").is_none(), "ASHBY_DBT names no dbt");
        eprintln!("skipped: ASHBY_DBT names no dbt with adapters for duckdb and postgres");
    }
    program
}

fn project() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../dbt/ashby")
}

/// The tables of the model that the package has, too.
fn marts() -> Vec<&'static Table> {
    let folder = project().join("models/marts");
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
        .iter()
        .filter_map(|name| name.strip_suffix(".sql"))
        .map(|name| models::find(name).expect(name))
        .collect()
}

/// A folder with records and the model of a company, a file of JSON lines for each table.
struct Company {
    folder: tempfile::TempDir,
}

impl Company {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ashby.db");
        let server = Server::start(Organisation::new(&Shape::lifelike(600, 606)), ServerOptions::default())
            .await
            .unwrap();
        sync(&server, &path, STREAMS).await;
        server.organisation().churn(150, 6);
        server.organisation().erode(10, 6);
        sync(&server, &path, STREAMS).await;
        server.stop().await;
        let mut options = models::Options::default();
        options.as_of = Some(AS_OF.parse().unwrap());
        options.zone = jiff::tz::TimeZone::get("Europe/Berlin").unwrap();
        options.zone_name = "Europe/Berlin".to_owned();
        models::build(&path, &models::path_of(&path), &options).unwrap();
        let company = Self { folder };
        company.export(&path);
        company
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn export(&self, path: &Path) {
        let connection = Connection::open(path).unwrap();
        for stream in STREAMS {
            let sql = format!("SELECT _key, _record, _captured_at, _deleted_at FROM {stream}");
            let mut select = connection.prepare(&sql).unwrap();
            let mut rows = select.query([]).unwrap();
            let mut lines = String::new();
            while let Some(row) = rows.next().unwrap() {
                let record = row.get_ref(1).unwrap().as_bytes().unwrap().to_vec();
                let record: Value = serde_json::from_slice(&record).unwrap();
                let text = |place: usize| row.get::<_, Option<String>>(place).unwrap();
                let line = json!({
                    "_key": text(0), "_record": record, "_captured_at": text(2), "_deleted_at": text(3),
                });
                writeln!(lines, "{line}").unwrap();
            }
            std::fs::write(self.file(&format!("ashby.{stream}.jsonl")), lines).unwrap();
        }
        let model = models::open(&models::path_of(path)).unwrap();
        for table in marts() {
            let columns: Vec<_> = table.columns.iter().filter(|column| column.is_shown()).collect();
            let names: Vec<&str> = columns.iter().map(|column| column.name).collect();
            let mut select =
                model.prepare(&format!("SELECT {} FROM {}", names.join(", "), table.name)).unwrap();
            let mut rows = select.query([]).unwrap();
            let mut lines = String::new();
            while let Some(row) = rows.next().unwrap() {
                let cells = columns.iter().enumerate().map(|(place, column)| {
                    let value = match (row.get_ref(place).unwrap(), column.kind) {
                        (ValueRef::Integer(number), Kind::Bool) => json!(number != 0),
                        (ValueRef::Integer(number), _) => json!(number),
                        (ValueRef::Real(number), _) => json!(number),
                        (ValueRef::Text(text), _) => json!(std::str::from_utf8(text).unwrap()),
                        _ => Value::Null,
                    };
                    (column.name.to_owned(), value)
                });
                writeln!(lines, "{}", Value::Object(Map::from_iter(cells))).unwrap();
            }
            std::fs::write(self.file(&format!("ashby_model.{}.jsonl", table.name)), lines).unwrap();
        }
    }

    /// Tables to load: schema, name, columns with their types.
    fn tables(&self, json: &str) -> Vec<(String, Vec<(String, String)>)> {
        let own = [
            ("_key", "text"),
            ("_record", json),
            ("_captured_at", "timestamptz"),
            ("_deleted_at", "timestamptz"),
        ];
        let own: Vec<_> = own.iter().map(|(name, kind)| ((*name).to_owned(), (*kind).to_owned())).collect();
        let mut all: Vec<_> = STREAMS.iter().map(|stream| (format!("ashby.{stream}"), own.clone())).collect();
        for table in marts() {
            let shown = table.columns.iter().filter(|column| column.is_shown());
            let columns = shown.map(|column| {
                let kind = match column.kind {
                    Kind::Instant => "timestamptz",
                    Kind::Date => "date",
                    Kind::Bool => "boolean",
                    Kind::Int => "bigint",
                    Kind::Real => "double precision",
                    _ => "text",
                };
                (column.name.to_owned(), kind.to_owned())
            });
            all.push((format!("ashby_model.{}", table.name), columns.collect()));
        }
        all
    }

    /// Runs dbt, and shows what it says if something fails.
    fn build(&self, dbt: &Path, target: &str, profile: &str) {
        let profiles = self.file("profiles");
        std::fs::create_dir_all(&profiles).unwrap();
        let text = format!("ashby:\n  target: {target}\n  outputs:\n    {target}: {profile}\n");
        std::fs::write(profiles.join("profiles.yml"), text).unwrap();
        let variables = json!({
            "ashby_timezone": "Europe/Berlin", "ashby_as_of": AS_OF, "ashby_model_schema": "ashby_model",
            "ashby_using_users": false,
        });
        let mut variables = variables;
        for table in models::TABLES.iter() {
            for (stream, _) in table.origins().iter().filter(|(stream, _)| !STREAMS.contains(stream)) {
                variables[format!("ashby_using_{stream}")] = json!(false);
            }
        }
        let ran = Command::new(dbt)
            .args(["--no-use-colors", "build", "--target", target, "--vars", &variables.to_string()])
            .arg("--project-dir")
            .arg(project())
            .arg("--profiles-dir")
            .arg(&profiles)
            .arg("--target-path")
            .arg(self.file(&format!("target-{target}")))
            .arg("--log-path")
            .arg(self.file("logs"))
            .env("DBT_SEND_ANONYMOUS_USAGE_STATS", "false")
            .env("DO_NOT_TRACK", "1")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&ran.stdout).into_owned();
        if !ran.status.success()
            && let Some(kept) = std::env::var_os("ASHBY_DBT_KEEP")
        {
            let kept = Path::new(&kept);
            std::fs::create_dir_all(kept).unwrap();
            for entry in std::fs::read_dir(self.folder.path()).unwrap() {
                let path = entry.unwrap().path();
                if path.is_file() {
                    std::fs::copy(&path, kept.join(path.file_name().unwrap())).unwrap();
                }
            }
        }
        assert!(ran.status.success(), "{said}\n{}", String::from_utf8_lossy(&ran.stderr));
        assert!(said.contains("ERROR=0"), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn marts_equal_the_model_on_duckdb() {
    let Some(dbt) = dbt() else { return };
    let company = Company::new().await;
    let database = company.file("lake.duckdb");
    let mut script = format!(
        "import duckdb\nc = duckdb.connect({:?})\nc.execute('create schema ashby; create schema ashby_model')\n",
        database.to_str().unwrap()
    );
    for (table, columns) in company.tables("json") {
        let columns: Vec<String> = columns.iter().map(|(name, kind)| format!("{name}: '{kind}'")).collect();
        let file = company.file(&format!("{table}.jsonl"));
        let sql = format!(
            "create table {table} as select * from read_json('{}', format = 'newline_delimited', columns = {{{}}})",
            file.display(),
            columns.join(", ")
        );
        writeln!(script, "c.execute({sql:?})").unwrap();
    }
    let python = dbt.with_file_name("python");
    let loaded = Command::new(python).arg("-c").arg(script).output().unwrap();
    assert!(loaded.status.success(), "{}", String::from_utf8_lossy(&loaded.stderr));
    let profile =
        format!("{{type: duckdb, path: {:?}, schema: analytics, threads: 2}}", database.to_str().unwrap());
    company.build(&dbt, "duckdb", &profile);
}

#[tokio::test(flavor = "multi_thread")]
async fn marts_equal_the_model_on_postgres() {
    let Some(dbt) = dbt() else { return };
    let Some(cluster) = private_postgres::shared() else { return };
    let company = Company::new().await;
    let database = cluster.database();
    cluster.sql(&database, "create schema ashby; create schema ashby_model; create table line (line jsonb)");
    for (table, columns) in company.tables("jsonb") {
        let text = std::fs::read_to_string(company.file(&format!("{table}.jsonl"))).unwrap();
        let file = cluster.put(&format!("{table}.jsonl"), &text);
        let columns: Vec<String> = columns
            .iter()
            .map(|(name, kind)| match kind.as_str() {
                "jsonb" => format!("line -> '{name}' as {name}"),
                kind => format!("cast(line ->> '{name}' as {kind}) as {name}"),
            })
            .collect();
        let sql = format!(
            "truncate line; copy line from '{}' with (format csv, quote e'\\x01', delimiter e'\\x02');
             create table {table} as select {} from line",
            file.display(),
            columns.join(", ")
        );
        cluster.sql(&database, &sql);
    }
    cluster.sql(&database, "analyze");
    let profile = format!(
        "{{type: postgres, host: 127.0.0.1, port: {}, user: {}, password: none, dbname: {database}, schema: analytics, threads: 2}}",
        cluster.port(),
        private_postgres::SUPERUSER
    );
    company.build(&dbt, "postgres", &profile);
}
