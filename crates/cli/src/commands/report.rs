//! `ashby report`: a report of Ashby's, as a table, CSV or JSON; and the page of the model.

pub(crate) mod html;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use ashby_client::catalog::{self, Type};
use ashby_client::{Report, ReportOptions};
use capture_core::private_file;
use clap::{Args, Subcommand};
use indexmap::IndexMap;
use outside_text::push_row;
use serde::Serialize;
use serde_json::Value;

use crate::call::send;
use crate::commands::Context;
use crate::commands::file::is_configuration;
use crate::failure::{FAILED, Failure, INTERRUPTED, USAGE};
use crate::output::{self, counted, explain};
use crate::settings::{OutputFormat, Settings, duration, user_file};
use crate::table::Table;
use crate::{signals, text};

/// What `ashby report` is to do.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum ReportAction {
    /// Run a report and print it: a table on a terminal, JSON otherwise, or as --output says
    Run(RunFlags),
    /// List the reports that your settings name (reports.pipeline = "ID"); Ashby's API lists none
    List,
    /// Write one page that shows the model: funnel, times, sources, offers, interviewers, pipeline, open jobs; needs no key
    Html(html::HtmlFlags),
}

/// Which report, and how.
#[derive(Debug, Clone, Args)]
pub(crate) struct RunFlags {
    /// The report: the id in its address in Ashby, or a name that your settings give it (reports.pipeline = "ID")
    #[arg(value_name = "REPORT")]
    report: String,
    /// Write to this file, in the format of its name (.csv, .json, .ndjson) or as --output says, which is CSV if neither
    /// says [default: standard output]. Standard output is empty then
    #[arg(short = 'o', long = "out", value_name = "FILE")]
    out: Option<PathBuf>,
    /// Replace a file that is there already
    #[arg(long, requires = "out")]
    force: bool,
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
        let flags = match self {
            Self::Run(flags) => flags,
            Self::List => return list(settings),
            Self::Html(flags) => return flags.run(settings),
        };
        let id = id_of(settings, &flags.report)?;
        if let Some(path) = &flags.out {
            may_write(path, flags.force)?;
        }
        let timeout = match &flags.timeout {
            Some(text) => Some(duration(text).ok_or_else(|| {
                Failure::new(USAGE, "--timeout must be a duration such as 5m, 90s or PT5M")
            })?),
            None => ReportOptions::default().timeout,
        };
        let format = match (settings.output(), &flags.out) {
            (Some(format), _) => format,
            (None, Some(path)) => format_of(path),
            (None, None) => output::records_format(settings),
        };
        let client = settings.client()?;
        // Rows only: which names the columns have is said apart from them.
        let options = ReportOptions::default().include_headers(false).timeout(timeout);
        let cancel = signals::cancellation_in_person(
            "interrupted: Ashby goes on with the report and keeps it for an hour\n",
        )?;
        let report = tokio::select! {
            report = client.run_report(&id, &options) => report,
            () = cancel.cancelled() => return Ok(ExitCode::from(INTERRUPTED)),
        };
        let operation = crate::call::flags::operation("report.generate")?;
        let report = report.map_err(|error| match error.code() {
            // The client knows better than the catalog what to do about a report that failed.
            Some(_) if !error.missing_permission() => Failure::from(error),
            _ => send::of_ashby(operation, error),
        })?;
        text::note_mended(report.is_mended);
        let text = formatted(&report, format, !flags.no_headers)?;
        match &flags.out {
            Some(path) => private_file::replace(path, text.as_bytes()).map_err(|error| {
                Failure::new(FAILED, format!("cannot write {}", path.display())).with_source(error)
            })?,
            None => output::print(&text)?,
        }
        let title = text::line(report.title.as_deref().unwrap_or("the report"));
        let rows = report.rows.len() as u64;
        let since = report
            .generated_at
            .as_deref()
            .map(|at| format!(", as of {}", text::line(at)))
            .unwrap_or_default();
        explain(&format!("{title}: {}{since}\n", counted(rows, "row")));
        Ok(ExitCode::SUCCESS)
    }
}

/// Asked before Ashby is: nothing that is there is replaced unasked, and nothing at all where settings are read from.
fn may_write(path: &Path, force: bool) -> Result<(), Failure> {
    if path.file_name().is_some_and(is_configuration) || user_file().as_deref() == Some(path) {
        return Err(Failure::new(USAGE, "a report is not written where settings are read from")
            .with_hint("name another file with -o"));
    }
    if !force && path.exists() {
        let message = format!("there is a file {} already", path.display());
        return Err(Failure::new(USAGE, message).with_hint("--force replaces it, -o writes elsewhere"));
    }
    Ok(())
}

fn is_id(text: &str) -> bool {
    catalog::check_value("", &Type::Uuid, &text.into()).is_ok()
}

/// The id of a report that is meant by it or by its name.
fn id_of(settings: &Settings, report: &str) -> Result<String, Failure> {
    if is_id(report) {
        return Ok(report.to_owned());
    }
    let names = settings.reports();
    match names.get(report) {
        Some(id) if is_id(id) => return Ok(id.clone()),
        Some(_) => {
            return Err(Failure::new(
                USAGE,
                format!("reports.{} is no id of a report, a UUID", text::line(report)),
            )
            .with_hint(WHERE));
        }
        None => {}
    }
    let failure = Failure::new(USAGE, "a report is named by its id, a UUID, or by a name in your settings");
    Err(match &catalog::nearest(report, names.keys().map(String::as_str))[..] {
        [] => failure.with_hint(WHERE),
        near => failure.meaning(near),
    })
}

const WHERE: &str = "open the report in Ashby: the id is in the address; with reports.NAME = \"ID\" in \
                     ~/.config/ashby/config.toml it has a name here. Ashby's API lists no reports";

/// The reports that have a name here.
fn list(settings: &Settings) -> Result<ExitCode, Failure> {
    #[derive(Serialize)]
    struct Named<'a> {
        name: &'a str,
        id: &'a str,
    }
    let named: Vec<Named<'_>> = settings.reports().iter().map(|(name, id)| Named { name, id }).collect();
    let rows = named.iter().map(|report| vec![report.name.to_owned(), report.id.to_owned()]);
    output::print_listed(settings, &named, Table::new(&["name", "id"]).rows(rows))?;
    if named.is_empty() {
        explain(&format!("your settings name no reports: {WHERE}\n"));
    }
    Ok(ExitCode::SUCCESS)
}

/// What a file's name says of its format.
fn format_of(path: &Path) -> OutputFormat {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    match extension.to_ascii_lowercase().as_str() {
        "json" => OutputFormat::Json,
        "ndjson" | "jsonl" => OutputFormat::Ndjson,
        _ => OutputFormat::Csv,
    }
}

/// A name for each column, none twice.
fn names(report: &Report) -> Vec<String> {
    let width = report.rows.iter().map(Vec::len).max().unwrap_or(0).max(report.columns.len());
    let mut names: Vec<String> = Vec::with_capacity(width);
    for index in 0..width {
        let number = index + 1;
        let name = report.columns.get(index).cloned().unwrap_or_else(|| format!("column {number}"));
        let is_taken = names.contains(&name);
        names.push(if is_taken { format!("{name} ({number})") } else { name });
    }
    names
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
        OutputFormat::Ndjson => {
            let names = names(report);
            output::json_lines(
                report.rows.iter().map(|row| names.iter().zip(row).collect::<IndexMap<_, _>>()),
            )
        }
        // The others are not this command's (`Command::formats`).
        _ => {
            let mut csv = Vec::new();
            if headers {
                push_row(&mut csv, &report.columns);
            }
            report.rows.iter().for_each(|row| push_row(&mut csv, cells(row)));
            Ok(String::from_utf8(csv).unwrap_or_default())
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
