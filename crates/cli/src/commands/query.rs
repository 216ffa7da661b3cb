//! `ashby query`: SQL over the model and the records, which it cannot change.

use std::io::Read as _;
use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use indexmap::IndexMap;
use jiff::Timestamp;
use local_copy::{Cancel, Error, FilesAnswer, Limits, Query, query_files};
use serde_json::Value;

use crate::failure::{FAILED, Failure, USAGE};
use crate::output::{self, age, counted, explain};
use crate::settings::{OutputFormat, Settings, duration};
use crate::table::Table;
use crate::{local, text};

/// A query is taken from standard input, by this.
const STANDARD_INPUT: &str = "-";

/// Bytes of a query at most.
const QUERY_BYTES_MAX: u64 = 100_000;

/// Memory for one, beside what the program has: its owner waits for it, and nobody else.
const MEMORY_BYTES: u64 = 1 << 30;

/// What is asked.
#[derive(Debug, Args)]
pub(crate) struct QueryFlags {
    /// One SELECT, with or without WITH before it; - reads it from standard input. Tables of the model need no name before
    /// theirs; the records are ashby.applications and so on, with tombstones (_deleted_at)
    #[arg(value_name = "SQL")]
    sql: String,
    /// How long it may take
    #[arg(long, value_name = "DURATION", default_value = "60s", value_parser = time)]
    timeout: Duration,
    /// Rows at most
    #[arg(long, value_name = "N", default_value = "10000", value_parser = rows)]
    limit: NonZeroUsize,
}

fn time(text: &str) -> Result<Duration, String> {
    duration(text).ok_or_else(|| "write a duration such as 60s or 5m".to_owned())
}

fn rows(text: &str) -> Result<NonZeroUsize, String> {
    text.parse().map_err(|_| "it must be a number above 0".to_owned())
}

impl QueryFlags {
    pub(crate) fn run(&self, settings: &Settings) -> Result<ExitCode, Failure> {
        let copy = local::copy(settings)?;
        if settings.privacy()?.is_some() {
            return Err(Failure::new(USAGE, "`query` reads the files as they are, and a privacy policy is set")
                .with_hint("leave `privacy` out for this, or ask through `ashby mcp`, which shows no more than the policy"));
        }
        let mut limits = Limits::default();
        limits.time = self.timeout;
        limits.memory_bytes = MEMORY_BYTES;
        limits.answer_bytes = usize::MAX;
        let query = Query { rows_max: self.limit.get(), limits, ..Query::new(self.sql()?) };
        let model = models::path_of(copy.path());
        let model = Some(model).filter(|model| model.is_file());
        let answer = query_files(model.as_deref(), copy.path(), &query, &Cancel::default());
        let answer = answer.map_err(failed)?;
        print(settings, &answer)?;
        let records = copy.snapshot().ok().and_then(|snapshot| snapshot.as_of(snapshot.listed_streams()));
        explain(&self.fresh(&answer, model.is_some(), records));
        Ok(ExitCode::SUCCESS)
    }

    fn sql(&self) -> Result<String, Failure> {
        if self.sql != STANDARD_INPUT {
            return Ok(self.sql.clone());
        }
        let mut sql = String::new();
        let read = std::io::stdin().lock().take(QUERY_BYTES_MAX).read_to_string(&mut sql);
        read.map_err(|error| Failure::new(FAILED, "cannot read standard input").with_source(error))?;
        Ok(sql)
    }

    /// What one must know of an answer: how much of it there is, and how old it is.
    fn fresh(&self, answer: &FilesAnswer, has_model: bool, records: Option<Timestamp>) -> String {
        let now = Timestamp::now();
        let rows = counted(answer.rows.len() as u64, "row");
        let more =
            if answer.truncated { ", and there are more: narrow it down, or raise --limit" } else { "" };
        let model = match (has_model, answer.model_as_of.as_deref().and_then(|text| text.parse().ok())) {
            (true, Some(as_of)) => format!("; the model is {} old", age(as_of, now)),
            (true, None) => {
                "; the model has no age: what it is made of has not all been listed (`ashby sync`)".to_owned()
            }
            (false, _) => "; there is no model, only records (`ashby models build` makes it)".to_owned(),
        };
        let records = match records {
            Some(as_of) => format!("; the records are {} old", age(as_of, now)),
            None => String::new(),
        };
        format!("{rows}{more}{model}{records}\n")
    }
}

fn failed(error: Error) -> Failure {
    let hint = match &error {
        Error::Sql(_) => Some(
            "tables and columns: ashby query \"select table_name, column_name, description from model_columns\"",
        ),
        Error::Refused(_) => Some("one SELECT, with or without WITH before it: nothing is changed here"),
        Error::TooSlow(_) => Some("narrow it down, or give it more time: --timeout 5m"),
        _ => None,
    };
    match hint {
        Some(hint) => {
            let code = if matches!(error, Error::TooSlow(_)) { FAILED } else { USAGE };
            Failure::new(code, text::line(&error.to_string()).into_owned()).with_hint(hint)
        }
        None => error.into(),
    }
}

fn print(settings: &Settings, answer: &FilesAnswer) -> Result<(), Failure> {
    let named = || answer.rows.iter().map(|row| answer.columns.iter().zip(row).collect::<IndexMap<_, _>>());
    match output::records_format(settings) {
        OutputFormat::Json => output::print_json(&named().collect::<Vec<_>>()),
        OutputFormat::Ndjson => output::print(&output::json_lines(named())?),
        format => {
            let is_number = |column: &usize| {
                let mut values = answer.rows.iter().filter_map(|row| row.get(*column));
                values.all(|value| value.is_number() || value.is_null()) && !answer.rows.is_empty()
            };
            let numeric: Vec<usize> = (0..answer.columns.len()).filter(is_number).collect();
            let rows = answer.rows.iter().map(|row| row.iter().map(cell).collect());
            let table = Table::new(&answer.columns).numeric(&numeric).rows(rows);
            output::print(&match format {
                OutputFormat::Csv => table.csv(),
                _ => table.draw(output::width()),
            })
        }
    }
}

fn cell(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}
