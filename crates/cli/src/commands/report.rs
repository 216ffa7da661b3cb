//! `ashby report`: a report of Ashby's, as a table, CSV or JSON.

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::process::ExitCode;

use ashby_client::catalog::{self, Type};
use ashby_client::{Report, ReportOptions};
use ashby_postings::render;
use clap::{Args, Subcommand};
use serde::Serialize;
use serde_json::Value;

use crate::call::send;
use crate::commands::Context;
use crate::failure::{FAILED, Failure, INTERRUPTED, USAGE};
use crate::output::{self, explain, thousands};
use crate::settings::{OutputFormat, duration};
use crate::signals;

/// What `ashby report` is to do.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum ReportAction {
    /// Run a report and print it: a table on a terminal, CSV otherwise, or as --output says
    Run(RunFlags),
}

/// Which report, and how.
#[derive(Debug, Clone, Args)]
pub(crate) struct RunFlags {
    /// The report: the id in its address in Ashby
    #[arg(value_name = "REPORT_ID")]
    report: String,
    /// Write to this file; the key and `--output` decide in which format [default: standard output]
    #[arg(short = 'o', long = "out", value_name = "FILE")]
    out: Option<PathBuf>,
    /// Without the columns' names
    #[arg(long)]
    no_headers: bool,
    /// How long to wait for it [default: 10m]
    #[arg(long, value_name = "DURATION")]
    timeout: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown<'a> {
    title: Option<&'a str>,
    updated_at: Option<&'a str>,
    generated_at: Option<&'a str>,
    columns: &'a [String],
    rows: &'a [Vec<Value>],
}

impl ReportAction {
    pub(crate) async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let settings = &context.settings;
        let Self::Run(flags) = self;
        if catalog::check_value("", &Type::Uuid, &flags.report.as_str().into()).is_err() {
            return Err(Failure::new(USAGE, "a report is named by its id, a UUID")
                .with_hint("open the report in Ashby: the id is in the address"));
        }
        let timeout = match &flags.timeout {
            Some(text) => Some(duration(text).ok_or_else(|| {
                Failure::new(USAGE, "--timeout must be a duration such as 5m, 90s or PT5M")
            })?),
            None => ReportOptions::default().timeout,
        };
        let format = match settings.output() {
            Some(format) => format,
            None if flags.out.is_none() && std::io::stdout().is_terminal() => OutputFormat::Table,
            None => OutputFormat::Csv,
        };
        let client = settings.client()?;
        // Rows only: which names the columns have is said apart from them.
        let options = ReportOptions { include_headers: false, timeout, ..ReportOptions::default() };
        let cancel = signals::cancellation_with(
            "interrupted: Ashby goes on with the report and keeps it for an hour\n",
        )?;
        let report = tokio::select! {
            report = client.run_report(&flags.report, &options) => report,
            () = cancel.cancelled() => return Ok(ExitCode::from(INTERRUPTED)),
        };
        let operation = crate::call::flags::operation("report.generate")?;
        let report = report.map_err(|error| match error.code() {
            // The client knows better than the catalog what to do about a report that failed.
            Some(_) if !error.missing_permission() => Failure::from(error),
            _ => send::of_ashby(operation, error),
        })?;
        let text = formatted(&report, format, !flags.no_headers)?;
        match &flags.out {
            Some(path) => std::fs::write(path, &text).map_err(|error| {
                Failure::new(FAILED, format!("cannot write {}", path.display())).with_source(error)
            })?,
            None => output::print(&text)?,
        }
        let title = report.title.as_deref().unwrap_or("the report");
        let rows = report.rows.len() as u64;
        let since = report.generated_at.as_deref().map(|at| format!(", as of {at}")).unwrap_or_default();
        explain(&format!("{title}: {} row{}{since}\n", thousands(rows), if rows == 1 { "" } else { "s" }));
        Ok(ExitCode::SUCCESS)
    }
}

fn formatted(report: &Report, format: OutputFormat, headers: bool) -> Result<String, Failure> {
    let cells = |row: &Vec<Value>| row.iter().map(cell).collect::<Vec<_>>();
    match format {
        OutputFormat::Json => output::json(&Shown {
            title: report.title.as_deref(),
            updated_at: report.updated_at.as_deref(),
            generated_at: report.generated_at.as_deref(),
            columns: &report.columns,
            rows: &report.rows,
        }),
        OutputFormat::Table => {
            let header: Vec<&str> = report.columns.iter().map(String::as_str).filter(|_| headers).collect();
            let is_number = |column: &usize| {
                let mut values = report.rows.iter().filter_map(|row| row.get(*column));
                values.all(Value::is_number) && !report.rows.is_empty()
            };
            let numeric: Vec<usize> = (0..report.columns.len()).filter(is_number).collect();
            Ok(output::table(&header, &numeric, report.rows.iter().map(cells)))
        }
        // The others are not this command's (`Command::formats`).
        _ => {
            let failed = |error| Failure::new(FAILED, "cannot write the report as CSV").with_source(error);
            let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
            if headers {
                writer
                    .write_record(report.columns.iter().map(|name| render::guarded(name).into_owned()))
                    .map_err(failed)?;
            }
            for row in &report.rows {
                let guarded = row.iter().map(|value| match value {
                    Value::String(text) => render::guarded(text).into_owned(),
                    other => cell(other),
                });
                writer.write_record(guarded).map_err(failed)?;
            }
            let bytes = writer.into_inner().unwrap_or_default();
            Ok(String::from_utf8(bytes).unwrap_or_default())
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
