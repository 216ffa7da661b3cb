//! The analyst's model of a company of 200,000 applications: how long building takes, how large it is, and how fast the twelve
//! questions are answered, by it and by what it is made of.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use models::QUESTIONS;
use serde::Deserialize;

use super::process::{Cost, ResultOn, Simulator, measure};
use super::report::{Figure, Report};
use super::{Bench, KEY};
use crate::Result;

/// Records that change before the model follows.
const CHANGES: usize = 1_000;
/// How often each question is asked; the median counts.
const TIMES: usize = 3;
/// How long a question may take of raw records.
const RAW_SECONDS: u64 = 20;

/// What the model answers from its tables, asked of raw records where that is one statement: the name of the question, the
/// statement for the views of SQLite, and for the files of Parquet in DuckDB.
const RAW: &[(&str, &str, &str)] = &[
    (
        "funnel of twelve months",
        "SELECT s.type, count(DISTINCT h.applicationId) FROM ashby.applications a
            JOIN ashby.application_history h ON h.applicationId = a.id JOIN ashby.interview_stages s ON s.id = h.stageId
            WHERE a._deleted_at IS NULL AND h._deleted_at IS NULL AND a.createdAt > (
                SELECT strftime('%Y-%m-%d', max(createdAt), '-12 months') FROM ashby.applications) GROUP BY 1",
        "SELECT s.type, count(DISTINCT h.application_id) FROM applications a
            JOIN application_history h ON h.application_id = a.id JOIN interview_stages s ON s.id = h.stage_id
            WHERE a.created_at > (SELECT max(created_at) - INTERVAL 12 MONTH FROM applications) GROUP BY 1",
    ),
    (
        "time in stage",
        "SELECT title, count(*), avg(julianday(leftStageAt) - julianday(enteredStageAt)) FROM ashby.application_history
            WHERE _deleted_at IS NULL AND leftStageAt IS NOT NULL GROUP BY 1",
        "SELECT title, count(*), median(epoch(left_stage_at - entered_stage_at)) / 86400 FROM application_history
            WHERE left_stage_at IS NOT NULL GROUP BY 1",
    ),
    (
        "median time to hire by month",
        "SELECT substr(h.enteredStageAt, 1, 7), count(*), avg(julianday(h.enteredStageAt) - julianday(a.createdAt))
            FROM ashby.application_history h JOIN ashby.interview_stages s ON s.id = h.stageId AND s.type = 'Hired'
            JOIN ashby.applications a ON a.id = h.applicationId AND a.status = 'Hired' GROUP BY 1",
        "SELECT strftime(h.entered_stage_at, '%Y-%m'), count(*), median(epoch(h.entered_stage_at - a.created_at)) / 86400
            FROM application_history h JOIN interview_stages s ON s.id = h.stage_id AND s.type = 'Hired'
            JOIN applications a ON a.id = h.application_id AND a.status = 'Hired' GROUP BY 1",
    ),
    (
        "offer acceptance by quarter",
        "SELECT substr(decidedAt, 1, 7), acceptanceStatus, count(DISTINCT applicationId) FROM ashby.offers
            WHERE _deleted_at IS NULL GROUP BY 1, 2",
        "SELECT date_trunc('quarter', decided_at), acceptance_status, count(DISTINCT application_id) FROM offers GROUP BY 1, 2",
    ),
    (
        "yield by type of source",
        "SELECT json_extract(source, '$.sourceType.title'), count(*), sum(status = 'Hired') FROM ashby.applications
            WHERE _deleted_at IS NULL GROUP BY 1",
        "SELECT json_extract_string(source, '$.sourceType.title'), count(*), count_if(status = 'Hired') FROM applications
            GROUP BY 1",
    ),
    (
        "pipeline by job",
        "SELECT json_extract(job, '$.id'), count(*) FROM ashby.applications
            WHERE _deleted_at IS NULL AND status IN ('Active', 'Lead') GROUP BY 1",
        "SELECT json_extract_string(job, '$.id'), count(*) FROM applications WHERE status IN ('Active', 'Lead') GROUP BY 1",
    ),
    (
        "the 100 applications that stand still longest",
        "SELECT a.id, max(h.enteredStageAt) AS since FROM ashby.applications a
            JOIN ashby.application_history h ON h.applicationId = a.id
            WHERE a.status = 'Active' AND a._deleted_at IS NULL GROUP BY a.id ORDER BY since LIMIT 100",
        "SELECT a.id, max(h.entered_stage_at) AS since FROM applications a
            JOIN application_history h ON h.application_id = a.id WHERE a.status = 'Active'
            GROUP BY a.id ORDER BY since LIMIT 100",
    ),
    (
        "mean score by question",
        "SELECT v.key, count(*), avg(CASE WHEN json_valid(v.value) THEN coalesce(json_extract(v.value, '$.score'), v.value) END)
            FROM ashby.application_feedback f, json_each(f.submittedValues) v WHERE f._deleted_at IS NULL GROUP BY 1",
        "SELECT k, count(*), avg(TRY_CAST(coalesce(json_extract_string(v, '$.score'), v ->> '$') AS double)) FROM (
            SELECT unnest(json_keys(submitted_values)) AS k, submitted_values -> ('$.\"' || k || '\"') AS v
            FROM application_feedback) GROUP BY 1",
    ),
];

/// Runs each statement in DuckDB three times; prints the median in milliseconds, or what went wrong.
const DUCKDB: &str = r#"
import json, sys, time, duckdb
views, questions = open(sys.argv[1]).read(), json.load(sys.stdin)
connection = duckdb.connect()
connection.execute(views)
connection.execute("SET threads = 2")
told = {}
for name, sql in questions.items():
    try:
        times = []
        for _ in range(3):
            begun = time.perf_counter()
            connection.execute(sql).fetchall()
            times.append((time.perf_counter() - begun) * 1000)
        told[name] = f"{sorted(times)[1]:.0f} ms"
    except Exception as error:
        told[name] = "fails: " + str(error).splitlines()[0][:60]
print(json.dumps(told))
"#;

#[derive(Deserialize)]
struct Built {
    mode: String,
    tables: BTreeMap<String, Rows>,
}

#[derive(Deserialize)]
struct Rows {
    written: u64,
    removed: u64,
}

/// Lets the simulated organisation change.
fn churn(simulator: &Simulator) -> Result<()> {
    let address = simulator.base_url.trim_start_matches("http://").split('/').next().unwrap_or_default();
    let body = format!("{{\"churn\": {CHANGES}}}");
    let mut stream = TcpStream::connect(address)?;
    let head = format!(
        "POST /_sim/admin HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all((head + &body).as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    if answer.starts_with("HTTP/1.1 200") { Ok(()) } else { Err(answer.into()) }
}

fn bytes_of(path: &Path) -> u64 {
    path.metadata().map_or(0, |metadata| metadata.len())
}

fn median_ms(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

impl Bench {
    fn modelling(&self, simulator: &Simulator, folder: &Path, to: &str) -> Command {
        let mut command = super::clean(&self.ashby, folder);
        command.env("ASHBY_API_KEY", KEY).env("ASHBY_BASE_URL", &simulator.base_url);
        command.env("ASHBY_MAX_RPM", "0").env("ASHBY_NO_PROGRESS", "true").env("ASHBY_MODELS", "off");
        command.env("ASHBY_TO", to);
        command
    }

    /// All that the model is made of, into `to`.
    fn bring(&self, simulator: &Simulator, folder: &Path, to: &str) -> Result<()> {
        for streams in [&[][..], &["application_history", "job_board_postings"]] {
            let mut command = self.modelling(simulator, folder, to);
            crate::workspace::run(command.args(["sync", "--quiet", "--log", "error"]).args(streams))?;
        }
        Ok(())
    }

    fn build(&self, simulator: &Simulator, folder: &Path, more: &[&str]) -> Result<(Cost, Built)> {
        let mut command = self.modelling(simulator, folder, "sqlite:ashby.db");
        command.args(["models", "build", "--output", "json"]).args(more);
        let (cost, printed) = measure(&mut command, ResultOn::Stdout)?;
        Ok((cost, serde_json::from_str(&printed)?))
    }

    /// How long a query takes, start of the process included; `None` if it takes longer than it may.
    fn asked(
        &self,
        simulator: &Simulator,
        folder: &Path,
        sql: &str,
        timeout_seconds: u64,
        times: usize,
    ) -> Result<Option<f64>> {
        let timeout = format!("{timeout_seconds}s");
        let mut all = Vec::new();
        for _ in 0..times {
            let mut command = self.modelling(simulator, folder, "sqlite:ashby.db");
            command.args(["query", "--timeout", &timeout, "--output", "csv", sql]);
            let begun = Instant::now();
            match measure(&mut command, ResultOn::Stdout) {
                Ok((cost, _)) => all.push(cost.wall.as_secs_f64() * 1e3),
                Err(_) if begun.elapsed().as_secs() + 1 >= timeout_seconds => return Ok(None),
                Err(error) => return Err(error),
            }
        }
        Ok(Some(median_ms(all)))
    }

    /// Building, and the twelve questions. Returns the answers as a table.
    pub(super) fn models(&self, report: &mut Report) -> Result<String> {
        let simulator = Simulator::start(&self.ashby, "large", &[])?;
        let folder = self.folder()?;
        let here = folder.path();
        self.bring(&simulator, here, "sqlite:ashby.db")?;
        let mut keep = |name: &str, cost: Cost| {
            let mut figure = Figure::new(name, 0);
            figure.add((cost, 0));
            eprintln!("{name}: {:.2} s, {:.0} MiB", figure.wall_seconds(), figure.peak_mebibytes());
            report.figures.push(figure.clone());
            figure
        };
        let (cost, _) = self.build(&simulator, here, &["--full"])?;
        let full = keep("model, full", cost);
        let (cost, _) = self.build(&simulator, here, &[])?;
        let quiet = keep("model, nothing changed", cost);
        churn(&simulator)?;
        self.bring(&simulator, here, "sqlite:ashby.db")?;
        let (cost, built) = self.build(&simulator, here, &[])?;
        let changed = keep("model, after 1,000 changes", cost);
        let rows: u64 = built.tables.values().map(|table| table.written + table.removed).sum();
        eprintln!("{}: {rows} rows written and removed", built.mode);
        let (model, records) = (bytes_of(&here.join("ashby.model.db")), bytes_of(&here.join("ashby.db")));
        let gigabytes = |bytes: u64| bytes as f64 / 1e9;

        let seconds = |figure: &Figure| format!("{:.2} s", figure.wall_seconds());
        report.target(
            "a model of 200,000 applications is built in 30 s",
            full.wall_seconds() <= 30.0,
            seconds(&full),
        );
        report.target(
            "building it takes at most 128 MiB",
            full.peak_mebibytes() <= 128.0,
            format!("{:.0} MiB", full.peak_mebibytes()),
        );
        report.target(
            "a build when nothing changed takes at most 50 ms",
            quiet.wall_seconds() <= 0.05,
            format!("{:.0} ms", quiet.wall_seconds() * 1e3),
        );
        report.target(
            "a build after 1,000 changes takes at most 1 s",
            built.mode == "incremental" && changed.wall_seconds() <= 1.0,
            format!("{}, {}", built.mode, seconds(&changed)),
        );
        report.target(
            "the model is at most half as large as the records",
            model * 2 <= records,
            format!("{:.2} of {:.2} GB", gigabytes(model), gigabytes(records)),
        );
        self.questions(&simulator, here, report)
    }

    fn questions(&self, simulator: &Simulator, folder: &Path, report: &mut Report) -> Result<String> {
        let sql = "SELECT column_name FROM model_columns WHERE table_name = 'candidate_custom_fields'
            AND column_name <> 'candidate_id' ORDER BY column_name LIMIT 2";
        let mut command = self.modelling(simulator, folder, "sqlite:ashby.db");
        let (_, printed) = measure(command.args(["query", "--output", "csv", sql]), ResultOn::Stdout)?;
        let fields: Vec<&str> = printed.lines().skip(1).map(str::trim).collect();
        let [first, second] = fields[..] else { return Err("candidates have no two custom fields".into()) };
        let mut command = self.modelling(simulator, folder, "sqlite:ashby.db");
        let sql = "SELECT value FROM model_info WHERE key = 'as_of'";
        let (_, told) = measure(command.args(["query", "--output", "csv", sql]), ResultOn::Stdout)?;
        let as_of = told.lines().nth(1).unwrap_or_default().trim();
        let in_duckdb = self.duckdb(simulator)?;
        let mut slowest = ("", 0.0);
        let mut rows = Vec::new();
        for question in QUESTIONS {
            let sql = question.sql(as_of, first, second);
            let took = self.asked(simulator, folder, &sql, 60, TIMES)?.unwrap_or(f64::INFINITY);
            if took > slowest.1 {
                slowest = (question.name, took);
            }
            let raw = match RAW.iter().find(|(name, ..)| *name == question.name) {
                Some((_, sql, _)) => match self.asked(simulator, folder, sql, RAW_SECONDS, 1)? {
                    Some(took) => format!("{took:.0} ms"),
                    None => format!("over {RAW_SECONDS} s"),
                },
                None => "-".to_owned(),
            };
            let lake = in_duckdb.get(question.name).cloned().unwrap_or_else(|| "-".to_owned());
            eprintln!("{}: {took:.0} ms; raw {raw}, DuckDB {lake}", question.name);
            rows.push(vec![question.name.to_owned(), format!("{took:.0} ms"), raw, lake]);
        }
        report.target(
            "each of the twelve questions is answered in 200 ms",
            slowest.1 <= 200.0,
            format!("{}: {:.0} ms", slowest.0, slowest.1),
        );
        let header = ["question", "model", "raw views", "DuckDB over Parquet"];
        Ok(crate::workspace::table(&header, rows))
    }

    /// The same of Parquet files, where `ASHBY_LAKE_PYTHON` names a Python with DuckDB.
    fn duckdb(&self, simulator: &Simulator) -> Result<BTreeMap<String, String>> {
        let Some(python) = std::env::var_os("ASHBY_LAKE_PYTHON") else {
            eprintln!("DuckDB is left out: ASHBY_LAKE_PYTHON names no Python that has it");
            return Ok(BTreeMap::new());
        };
        let folder = self.folder()?;
        self.bring(simulator, folder.path(), "parquet:lake")?;
        let mut command = self.modelling(simulator, folder.path(), "parquet:lake");
        command.args(["schema", "--all", "--format", "views", "--dialect", "duckdb"]);
        let (_, mut views) = measure(&mut command, ResultOn::Stdout)?;
        // Streams that were not brought have no files.
        let statements: Vec<&str> = views.split_inclusive(';').collect();
        let names: Vec<&str> = RAW.iter().flat_map(|(_, _, sql)| sql.split([' ', '\n', '(', ')'])).collect();
        let mut wanted = String::new();
        for statement in statements {
            let is_used = statement.split(['"', ' ', '.']).any(|word| names.contains(&word));
            if is_used || !statement.contains("CREATE") {
                write!(wanted, "{statement}")?;
            }
        }
        views = wanted;
        let script = folder.path().join("views.sql");
        std::fs::write(&script, views)?;
        let questions: BTreeMap<&str, &str> = RAW.iter().map(|(name, _, sql)| (*name, *sql)).collect();
        let mut child = Command::new(python)
            .args(["-c", DUCKDB])
            .arg(&script)
            .current_dir(folder.path())
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .spawn()?;
        let input = child.stdin.take().ok_or("no input")?;
        serde_json::to_writer(input, &questions)?;
        let output = child.wait_with_output()?;
        if !output.status.success() {
            return Err("DuckDB did not take the views".into());
        }
        Ok(serde_json::from_slice(&output.stdout)?)
    }
}
