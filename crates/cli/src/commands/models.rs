//! `ashby models`: the analyst's model beside the copy.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Subcommand, ValueEnum};
use models::{Dialect, Making, Mode, TABLES};
use serde::Serialize;

use crate::failure::{FAILED, Failure, USAGE};
use crate::output::{self, counted, thousands};
use crate::settings::Settings;
use crate::table::Table;
use crate::{local, modelling, text};

/// What to do with it.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum ModelsAction {
    /// Bring the model up to date with the records; `sync` does it by itself, in PostgreSQL once there is one
    Build {
        /// Everything anew
        #[arg(id = "models_full", long = "full")]
        full: bool,
    },
    /// List the tables: what a row is, what tells rows apart
    List,
    /// Say all that is known of a table: its columns, their types, what they hold
    Describe {
        /// The table
        table: String,
    },
    /// Print the definitions as SQL
    Sql {
        /// Whose SQL
        #[arg(long, value_name = "DIALECT", value_enum, default_value = "sqlite")]
        dialect: Words,
    },
    /// Look whether the model holds what it promises; exit code 1 if it does not
    Check,
    /// Give the column of a custom field another name; without one, list the fields and their columns
    Rename {
        /// The field's id
        #[arg(value_name = "CUSTOM_FIELD_ID", requires = "column")]
        field: Option<String>,
        /// The column: small letters, digits, underscores
        #[arg(value_name = "COLUMN")]
        column: Option<String>,
    },
}

/// A dialect, by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Words {
    Sqlite,
    Postgres,
    Duckdb,
}

#[derive(Serialize)]
struct Listed {
    table: &'static str,
    row: &'static str,
    key: &'static [&'static str],
}

#[derive(Serialize)]
struct Described {
    column: String,
    r#type: String,
    description: String,
}

impl ModelsAction {
    pub(crate) fn run(self, settings: &Settings) -> Result<ExitCode, Failure> {
        match self {
            Self::Build { full } => build(settings, full),
            Self::List => list(settings),
            Self::Describe { table } => describe(settings, &table),
            Self::Sql { dialect } => {
                let zone = settings.timezone().to_owned();
                let dialect = match dialect {
                    Words::Sqlite => Dialect::Sqlite,
                    Words::Postgres => Dialect::Postgres { zone },
                    Words::Duckdb => Dialect::Duckdb { zone },
                };
                output::print(&models::script(&dialect))?;
                Ok(ExitCode::SUCCESS)
            }
            Self::Check => check(settings),
            Self::Rename { field: Some(field), column: Some(column) } => {
                let renamed = models::rename(&model(settings)?, &field, &column)?;
                let told =
                    format!("{} is {}.{} now\n", text::line(&field), renamed.view, renamed.column_name);
                output::print_done(settings, &told, &renamed)?;
                Ok(ExitCode::SUCCESS)
            }
            Self::Rename { .. } => {
                let columns = models::wide_tables(&model(settings)?)?;
                let cells = |wide: &models::Wide| {
                    [&wide.view, &wide.column_name, &wide.field_type, &wide.custom_field_id]
                        .map(Clone::clone)
                        .to_vec()
                };
                let table =
                    Table::new(&["table", "column", "type", "custom field"]).rows(columns.iter().map(cells));
                output::print_listed(settings, &columns, table)?;
                Ok(ExitCode::SUCCESS)
            }
        }
    }
}

/// Where the model of the copy is.
fn model(settings: &Settings) -> Result<PathBuf, Failure> {
    Ok(models::path_of(local::copy(settings)?.path()))
}

fn build(settings: &Settings, full: bool) -> Result<ExitCode, Failure> {
    let mut options = modelling::options(settings)?;
    options.full = full;
    let report = match in_postgres(settings, &options)? {
        Some(report) => report,
        None => {
            let copy = local::copy(settings)?;
            if !copy.exists() {
                return Err(local_copy::Error::NoCopy(copy.path().to_owned()).into());
            }
            models::build(copy.path(), &models::path_of(copy.path()), &options)?
        }
    };
    let rows: u64 = report.tables.values().map(|table| table.written).sum();
    let mut told = match report.mode {
        Mode::Full => format!("built whole: {}", counted(rows, "row")),
        Mode::Incremental if report.changes() == 0 => "up to date: nothing was written".to_owned(),
        Mode::Incremental => {
            format!(
                "up to date: {} written, {} removed",
                counted(rows, "row"),
                thousands(report.changes() - rows)
            )
        }
    };
    told.push_str(&format!(" in {}\n", output::duration(report.seconds)));
    if let Some(why) = report.reason {
        told.push_str(&format!("all of it, since {why}\n"));
    }
    if !report.missing_streams.is_empty() {
        told.push_str(&format!(
            "not captured, so their tables are empty: {}\n",
            report.missing_streams.join(", ")
        ));
    }
    output::print_done(settings, &told, &report)?;
    Ok(ExitCode::SUCCESS)
}

/// Builds in a schema beside the records', if that is where they are.
#[cfg(feature = "postgres")]
fn in_postgres(
    settings: &Settings,
    options: &models::Options,
) -> Result<Option<models::BuildReport>, Failure> {
    settings.check_destination()?;
    Ok(models_postgres::build(settings.to(), options).transpose()?)
}

#[cfg(not(feature = "postgres"))]
#[allow(clippy::unnecessary_wraps, reason = "as where it can")]
fn in_postgres(_: &Settings, _: &models::Options) -> Result<Option<models::BuildReport>, Failure> {
    Ok(None)
}

fn list(settings: &Settings) -> Result<ExitCode, Failure> {
    let all: Vec<Listed> =
        TABLES.iter().map(|table| Listed { table: table.name, row: table.row, key: table.key }).collect();
    let cells = |listed: &Listed| {
        let row = listed.row.split(". ").next().unwrap_or_default();
        vec![listed.table.to_owned(), row.to_owned(), listed.key.join(", ")]
    };
    let table = Table::new(&["table", "a row is", "key"]).rows(all.iter().map(cells));
    output::print_listed(settings, &all, table)?;
    Ok(ExitCode::SUCCESS)
}

fn describe(settings: &Settings, name: &str) -> Result<ExitCode, Failure> {
    let mut columns: Vec<Described> = Vec::new();
    if let Some(table) = models::find(name) {
        columns.extend(table.columns.iter().filter(|column| column.is_shown()).map(|column| Described {
            column: column.name.to_owned(),
            r#type: column.kind.name().to_owned(),
            description: column.about.to_owned(),
        }));
        let kind = if matches!(table.making, Making::View(_)) { "view" } else { "table" };
        output::explain(&format!("{kind} {name}: {}; key: {}\n", table.row, table.key.join(", ")));
    } else if let Ok(known) = models::columns_of(&model(settings)?, name) {
        // The wide ones are the organisation's.
        let described = |(column, r#type, description)| Described { column, r#type, description };
        columns = known.into_iter().map(described).collect();
    }
    if columns.is_empty() {
        return Err(Failure::new(USAGE, format!("the model has no table named {}", text::line(name)))
            .with_hint("`ashby models list` lists them; those of custom fields are there once it is built"));
    }
    let cells = |one: &Described| vec![one.column.clone(), one.r#type.clone(), one.description.clone()];
    let table = Table::new(&["column", "type", "what it is"]).rows(columns.iter().map(cells));
    output::print_listed(settings, &columns, table)?;
    Ok(ExitCode::SUCCESS)
}

fn check(settings: &Settings) -> Result<ExitCode, Failure> {
    let findings = models::check(&model(settings)?)?;
    let broken = findings.iter().filter(|finding| finding.broken > 0);
    let shown: Vec<_> = if settings.verbose() { findings.iter().collect() } else { broken.clone().collect() };
    let cells = |finding: &&models::Finding| vec![finding.invariant.clone(), thousands(finding.broken)];
    let table = Table::new(&["what must hold", "rows that break it"]).rows(shown.iter().map(cells));
    if broken.clone().count() == 0 {
        output::explain(&format!("all {} hold\n", counted(findings.len() as u64, "invariant")));
    }
    output::print_listed(settings, &findings, table)?;
    Ok(if broken.count() > 0 { ExitCode::from(FAILED) } else { ExitCode::SUCCESS })
}

impl From<models::Error> for Failure {
    fn from(error: models::Error) -> Self {
        match error {
            models::Error::Records(error) => error.into(),
            error => {
                let code = if matches!(error, models::Error::Option(_)) { USAGE } else { FAILED };
                let hint = error.hint().map(str::to_owned);
                let failure = Self::new(code, error.to_string()).with_source(error);
                match hint {
                    Some(hint) => failure.with_hint(hint),
                    None => failure,
                }
            }
        }
    }
}

#[cfg(feature = "postgres")]
impl From<models_postgres::Error> for Failure {
    fn from(error: models_postgres::Error) -> Self {
        match error {
            models_postgres::Error::Server(error) => error.into(),
            models_postgres::Error::Model(error) => error.into(),
            error => {
                let hint = error.hint().map(str::to_owned);
                let failure = Self::new(FAILED, error.to_string()).with_source(error);
                match hint {
                    Some(hint) => failure.with_hint(hint),
                    None => failure,
                }
            }
        }
    }
}
