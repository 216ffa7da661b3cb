//! The twelve questions on a lifelike company: how SQLite answers them, and that old ones can.

#![allow(clippy::print_stderr, clippy::unwrap_used, reason = "what fails here fails a test")]

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;

use ashby_sim::{Organisation, Server, ServerOptions, Shape};
use models::{Making, QUESTIONS};
use rusqlite::Connection;
use serde_json::{Value, json};
use support::{AS_OF, STREAMS, sync};

/// SQLite 3.31, compiled for node.
const OLD_SQLITE: &str = "sql.js@1.2.2";

async fn company(folder: &Path) -> PathBuf {
    let path = folder.join("ashby.db");
    let server = Server::start(Organisation::new(&Shape::lifelike(1_500, 313)), ServerOptions::default())
        .await
        .unwrap();
    let streams = [STREAMS, &["custom_fields"]].concat();
    sync(&server, &path, &streams).await;
    server.stop().await;
    let mut options = models::Options::default();
    options.as_of = Some(AS_OF.parse().unwrap());
    models::build(&path, &models::path_of(&path), &options).unwrap();
    path
}

/// The questions, with the organisation's fields.
fn questions(model: &Connection) -> Vec<(&'static str, String)> {
    let sql =
        "SELECT name FROM pragma_table_info('candidate_custom_fields') WHERE cid > 0 ORDER BY cid LIMIT 2";
    let mut select = model.prepare(sql).unwrap();
    let fields: Vec<String> =
        select.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap();
    let [first, second] = &fields[..] else { panic!("candidates have two fields") };
    QUESTIONS.iter().map(|question| (question.name, question.sql(AS_OF, first, second))).collect()
}

/// Tables that grow with applications, as they are stored.
fn facts() -> Vec<String> {
    const DIMENSIONS: &[&str] = &["dates", "custom_field_columns", "milestones"];
    let metrics = |name: &str| name.starts_with("metric_");
    models::TABLES
        .iter()
        .filter(|table| !matches!(table.making, Making::Settings { .. } | Making::View(_)))
        .filter(|table| {
            !metrics(table.name) || matches!(table.name, "metric_funnel" | "metric_stage_conversion")
        })
        .filter(|table| !DIMENSIONS.contains(&table.name))
        .map(|table| table.stored())
        .chain(["candidate_custom_fields".to_owned()])
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_read_no_fact_table_from_end_to_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = company(folder.path()).await;
    let model = models::open(&models::path_of(&path)).unwrap();
    let facts = facts();
    for (name, sql) in questions(&model) {
        let mut explain = model.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let plan: Vec<String> =
            explain.query_map([], |row| row.get(3)).unwrap().collect::<Result<_, _>>().unwrap();
        let scans: Vec<&String> = plan
            .iter()
            .filter(|step| {
                let table = step.strip_prefix("SCAN ").and_then(|rest| rest.split(' ').next());
                // A plan names what a table is called in the query, or else the table: `t` is that of a view.
                let table = table.unwrap_or_default();
                let asked = sql.split("FROM ").nth(1).and_then(|rest| rest.split([' ', '\n']).next());
                let is_of_facts = asked.and_then(models::find).is_some_and(|of| facts.contains(&of.stored()));
                facts.iter().any(|fact| fact == table)
                    || ["a", "w", "i", "e"].contains(&table)
                    || (table == "t" && is_of_facts)
            })
            .collect();
        // Which values occur, how often, can be told of all rows only; of a table of few columns, whose rows are short.
        let is_of_all = name == "candidates by two custom fields";
        assert!(scans.is_empty() || is_of_all, "{name} reads all of {scans:?}: {plan:#?}");
    }
}

/// The folder into which npm installed it; `None` (and a word on standard error) if nobody says so.
fn old_sqlite() -> Option<PathBuf> {
    let folder = std::env::var_os("ASHBY_OLD_SQLITE").map(PathBuf::from);
    if folder.is_none() {
        assert!(std::env::var_os("ASHBY_NEEDS_OLD_SQLITE").is_none(), "ASHBY_OLD_SQLITE names no folder");
        eprintln!("skipped: ASHBY_OLD_SQLITE names no folder into which npm installed {OLD_SQLITE}");
    }
    folder
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_3_31_opens_both_files_and_answers_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let Some(packages) = old_sqlite() else { return };
    let path = company(folder.path()).await;
    let model = models::path_of(&path);
    let connection = models::open(&model).unwrap();
    let records: Vec<(&str, String)> = STREAMS
        .iter()
        .map(|stream| (*stream, format!("SELECT count(*) FROM {stream} WHERE _deleted_at IS NULL")))
        .collect();
    // Each view of the model, too: what one shows is what old ones can show.
    let views = "SELECT name FROM sqlite_schema WHERE type = 'view' ORDER BY name";
    let names: Vec<String> = {
        let mut select = connection.prepare(views).unwrap();
        select.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
    };
    let looked = names.iter().map(|name| format!("SELECT * FROM {name} LIMIT 3"));
    let asked: Vec<String> = questions(&connection).into_iter().map(|(_, sql)| sql).chain(looked).collect();
    let script = r#"
        const [packages, task] = [process.argv[1], JSON.parse(process.argv[2])];
        const fs = require("fs");
        const made = packages + "/node_modules/sql.js/dist/";
        const wasmBinary = fs.readFileSync(made + "sql-wasm.wasm");
        // This build was made without the functions for JSON that others of its age have.
        const extract = (text, path) => {
            let value = JSON.parse(text);
            for (const [, name] of path.matchAll(/\."?([^."]+)"?/g)) value = value?.[name] ?? null;
            if (typeof value === "boolean") return Number(value);
            return typeof value === "object" && value !== null ? JSON.stringify(value) : value;
        };
        require(made + "sql-wasm.js")({ wasmBinary }).then((SQL) => {
            const told = { version: "", answers: [] };
            for (const { file, asked } of task) {
                const database = new SQL.Database(fs.readFileSync(file));
                database.create_function("json_extract", extract);
                told.version = database.exec("SELECT sqlite_version()")[0].values[0][0];
                for (const sql of asked) {
                    const answer = database.exec(sql);
                    told.answers.push(answer.length ? answer[0].values : []);
                }
            }
            console.log(JSON.stringify(told));
        });
    "#;
    let raw: Vec<&String> = records.iter().map(|(_, sql)| sql).collect();
    let task = json!([{"file": path, "asked": raw}, {"file": model, "asked": asked}]);
    let ran =
        Command::new("node").args(["-e", script]).arg(&packages).arg(task.to_string()).output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let told: Value = serde_json::from_slice(&ran.stdout).unwrap();
    let version = told["version"].as_str().unwrap();
    assert!(version.starts_with("3.31."), "this is SQLite {version}");
    let answers = told["answers"].as_array().unwrap();
    let here = |file: &Path, sql: &str| -> Value {
        let connection = Connection::open(file).unwrap();
        let mut select = connection.prepare(sql).unwrap();
        let width = select.column_count();
        let mut rows = select.query([]).unwrap();
        let mut all = Vec::new();
        while let Some(row) = rows.next().unwrap() {
            use rusqlite::types::ValueRef::{Blob, Integer, Null, Real, Text};
            let cells = (0..width).map(|place| match row.get_ref(place).unwrap() {
                Null => Value::Null,
                Integer(number) => json!(number as f64),
                Real(number) => json!(number),
                Text(text) | Blob(text) => json!(String::from_utf8_lossy(text)),
            });
            all.push(Value::Array(cells.collect()));
        }
        Value::Array(all)
    };
    let asked: Vec<(&Path, &String)> = raw
        .iter()
        .map(|sql| (path.as_path(), *sql))
        .chain(asked.iter().map(|sql| (model.as_path(), sql)))
        .collect();
    assert_eq!(asked.len(), answers.len());
    for ((file, sql), answer) in asked.into_iter().zip(answers) {
        assert_eq!(rounded(answer), rounded(&here(file, sql)), "{sql}");
        // Of views it is enough that they can be read.
        assert!(sql.contains("LIMIT 3") || answer.as_array().is_some_and(|rows| !rows.is_empty()), "{sql}");
    }
}

/// Numbers that two versions may compute in another order.
fn rounded(value: &Value) -> Value {
    match value {
        Value::Array(all) => Value::Array(all.iter().map(rounded).collect()),
        Value::Number(number) => json!((number.as_f64().unwrap() * 1e6).round()),
        other => other.clone(),
    }
}
