//! `ashby schema`.

use std::process::ExitCode;

use ashby_source::{Stream, streams};
use clap::{Args, ValueEnum};
use serde_json::{Map, Value};
use typed_records::{DBT_BEFORE, Dialect, Table, schema, views_before};

use crate::failure::{Failure, USAGE};
use crate::output;
use crate::settings::Settings;

/// Of what, and how.
#[derive(Debug, Clone, Args)]
pub(crate) struct SchemaFlags {
    /// The streams
    #[arg(value_name = "STREAM")]
    streams: Vec<String>,
    /// All streams
    #[arg(long)]
    all: bool,
    /// In which language
    #[arg(long, value_name = "FORMAT", value_enum, default_value = "sql")]
    format: Format,
    /// Whose SQL: sqlite, postgres, duckdb, bigquery, snowflake, athena or spark [default: of the destination, or duckdb]
    #[arg(long, value_name = "DIALECT", value_parser = dialect)]
    dialect: Option<Dialect>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Tables, as destinations have them
    Sql,
    /// What Airbyte and Singer are told
    Jsonschema,
    /// Of Parquet files
    Arrow,
    /// An Avro record
    Avro,
    /// sources.yml
    Dbt,
    /// Statements that show the Parquet files of --to as tables
    Views,
}

fn dialect(text: &str) -> Result<Dialect, String> {
    let found = Dialect::ALL.iter().find(|(name, _)| *name == text).map(|(_, dialect)| *dialect);
    found.ok_or_else(|| {
        let names: Vec<&str> = Dialect::ALL.iter().map(|(name, _)| *name).collect();
        format!("it is one of {}", names.join(", "))
    })
}

impl SchemaFlags {
    pub(crate) fn run(&self, settings: &Settings) -> Result<ExitCode, Failure> {
        let chosen = self.chosen()?;
        let tables = || chosen.iter().map(|stream| Table::new(&stream.descriptor));
        match self.format {
            Format::Sql => {
                let dialect = self.dialect.unwrap_or_else(|| of_destination(settings.to()));
                let tables: Vec<String> = tables().map(|table| table.sql(dialect)).collect();
                output::print(&tables.join("\n"))?;
            }
            Format::Dbt => {
                let dialect = self.dialect.unwrap_or_else(|| of_destination(settings.to()));
                let tables: String = tables().map(|table| table.dbt(dialect)).collect();
                output::print(&format!("{DBT_BEFORE}{tables}"))?;
            }
            Format::Views => {
                let root = root(settings.to())?;
                let dialect = self.dialect.unwrap_or(Dialect::DuckDb);
                if matches!(dialect, Dialect::Sqlite | Dialect::Postgres) {
                    return Err(Failure::new(USAGE, "no view of Parquet files is known for this dialect")
                        .with_hint("--dialect duckdb, bigquery, snowflake, athena or spark"));
                }
                let views: String = tables().map(|table| table.views(dialect, &root)).collect();
                output::print(&format!("{}{views}", views_before(dialect, &root)))?;
            }
            Format::Jsonschema => print(chosen.iter().map(|stream| {
                let descriptor = &stream.descriptor;
                (descriptor.name.clone(), schema(&descriptor.fields))
            }))?,
            Format::Arrow => print(tables().map(|table| (table.name.clone(), table.arrow())))?,
            Format::Avro => print(tables().map(|table| (table.name.clone(), table.avro())))?,
        }
        Ok(ExitCode::SUCCESS)
    }

    fn chosen(&self) -> Result<Vec<Stream>, Failure> {
        if self.all != self.streams.is_empty() {
            return Err(Failure::new(USAGE, "it is not said of which streams")
                .with_hint("name streams, or --all: ashby schema applications"));
        }
        if self.all {
            return Ok(streams());
        }
        let one = |name: &String| {
            ashby_source::stream(name).ok_or_else(|| {
                Failure::new(USAGE, format!("there is no stream named `{name}`"))
                    .with_hint("ashby streams lists them")
            })
        };
        self.streams.iter().map(one).collect()
    }
}

/// One document: that of the only stream, or those of all by name.
fn print(documents: impl Iterator<Item = (String, Value)>) -> Result<(), Failure> {
    let documents: Map<String, Value> = documents.collect();
    match documents.values().next() {
        Some(only) if documents.len() == 1 => output::print_json(only),
        _ => output::print_json(&documents),
    }
}

fn of_destination(to: &str) -> Dialect {
    match to.split(':').next() {
        Some("sqlite") => Dialect::Sqlite,
        Some("postgres" | "postgresql") => Dialect::Postgres,
        _ => Dialect::DuckDb,
    }
}

/// Where the Parquet files of a destination lie.
fn root(to: &str) -> Result<String, Failure> {
    let refused = || {
        Failure::new(USAGE, "views show Parquet files, and --to names none")
            .with_hint("ashby schema --all --format views --to parquet:DIR")
    };
    let path = to.strip_prefix("parquet:").filter(|path| !path.is_empty()).ok_or_else(refused)?;
    let path = if path.contains("://") { path.split('?').next().unwrap_or(path) } else { path };
    Ok(path.trim_end_matches('/').to_owned())
}
