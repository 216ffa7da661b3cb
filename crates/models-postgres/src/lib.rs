//! The analyst's model in PostgreSQL, in a schema beside the records': `ashby` → `ashby_model`.
//!
//! It is built in a file first, by what builds it for SQLite, so that both have the same rows. Then what differs goes into the
//! tables, in the transaction in which the records were read: others see the old model or the new one, and their views and
//! grants stay. What follows from rows by the clock or by names are views there, too, of the same definitions.

mod tables;
mod value;

use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Instant;

use capture_core::Result as Captured;
use jiff::Timestamp;
use models::{BuildReport, Mode, Options, Records, TableReport};
use rusqlite::Connection;
use sink_postgres::{Beside, identifier, text};

/// What is behind the records' schema in the name of the model's.
const ENDING: &str = "_model";

/// Why a model could not be built.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The server, or what is in it.
    Server(capture_core::Error),
    /// Building it in a file.
    Model(models::Error),
    /// There is something else in the model's place; its schema.
    Foreign(String),
    /// The file cannot be made or read.
    File(Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// What to do next, if that is known.
    pub fn hint(&self) -> Option<&str> {
        match self {
            Self::Server(error) => error.hint(),
            Self::Model(error) => error.hint(),
            Self::Foreign(_) => {
                Some("rename that schema, or keep the records in another: --to 'postgres://…?schema=NAME'")
            }
            Self::File(_) => {
                Some("check that there is room in the folder for temporary files, or set TMPDIR")
            }
        }
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Server(error) => error.fmt(f),
            Self::Model(error) => error.fmt(f),
            Self::Foreign(schema) => {
                write!(f, "the schema {schema} is not a model that `ashby models build` made")
            }
            Self::File(_) => f.write_str("the model cannot be built in a temporary file"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Server(error) => Some(error),
            Self::Model(error) => Some(error),
            Self::Foreign(_) => None,
            Self::File(error) => Some(&**error),
        }
    }
}

impl From<capture_core::Error> for Error {
    fn from(error: capture_core::Error) -> Self {
        Self::Server(error)
    }
}

impl From<models::Error> for Error {
    fn from(error: models::Error) -> Self {
        Self::Model(error)
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        Self::File(Box::new(error))
    }
}

/// What fails as [`Error`].
pub type Result<T> = std::result::Result<T, Error>;

/// Records in PostgreSQL, as one transaction sees them.
struct There {
    beside: Rc<Beside>,
    as_of: Option<Timestamp>,
}

impl Records for There {
    fn streams(&self) -> Vec<String> {
        self.beside.streams()
    }

    fn as_of(&self) -> Option<Timestamp> {
        self.as_of
    }

    fn each(&self, stream: &str, show: &mut dyn FnMut(&[u8], Option<&str>) -> bool) -> Captured<()> {
        self.beside.each_record(stream, &mut |record, deleted_at| show(record.as_bytes(), deleted_at))
    }
}

/// Whether somebody has built a model of the records at this address.
///
/// # Errors
/// What the server says; `None` if the address is not one of PostgreSQL.
pub fn exists(address: &str) -> Option<Result<bool>> {
    alone(address, |beside| {
        let there = tables::Found::look(&beside)?;
        Ok(there.is_model())
    })
}

/// Builds the model of the records at an address; `None` if it is not one of PostgreSQL. Where nothing changed, nothing is
/// written. It blocks.
///
/// # Errors
/// [`Error::Foreign`] if there is something else in its place, [`Error::Server`] with
/// [`Busy`](capture_core::ErrorKind::Busy) if another build is under way, and what the server and SQLite refuse. The old model
/// stays.
pub fn build(address: &str, options: &Options) -> Option<Result<BuildReport>> {
    let begun = Instant::now();
    let built = alone(address, |beside| build_beside(beside, options))?;
    Some(built.map(|mut report| {
        report.seconds = begun.elapsed().as_secs_f64();
        report
    }))
}

/// Works in a thread of its own: one that belongs to a runtime cannot wait for another.
fn alone<T: Send>(address: &str, work: impl FnOnce(Beside) -> Result<T> + Send) -> Option<Result<T>> {
    std::thread::scope(|scope| {
        let worked = scope.spawn(|| {
            Some(match Beside::begin(address, ENDING)? {
                Ok(beside) => work(beside),
                Err(error) => Err(error.into()),
            })
        });
        worked.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

fn build_beside(beside: Beside, options: &Options) -> Result<BuildReport> {
    let state = beside.state()?;
    let as_of = options.as_of.or_else(|| models::as_of(&state));
    let found = tables::Found::look(&beside)?;
    if !found.is_model() && !found.is_empty() {
        return Err(Error::Foreign(beside.schema().to_owned()));
    }
    let marks = tables::marks(&beside, options)?;
    if found.is_model() && !options.full && found.info("records").as_ref() == Some(&marks) {
        return quiet(beside, &found, as_of);
    }
    let names = found.names(&beside)?;
    let folder = tempfile::Builder::new()
        .prefix("ashby-model-")
        .tempdir()
        .map_err(|error| Error::File(Box::new(error)))?;
    let file = folder.path().join("ashby.model.db");
    let beside = Rc::new(beside);
    let records = Rc::new(There { beside: Rc::clone(&beside), as_of });
    let mut report = models::build_of(records, &file, options, &names)?;
    let model = models::open(&file)?;
    report.tables = write(&beside, &model, found, &marks, &options.zone_name)?;
    report.reason = Some("of records in PostgreSQL it is not known which changed");
    if let Some(beside) = Rc::into_inner(beside) {
        beside.commit()?;
    }
    Ok(report)
}

/// Nothing changed but the moment against which ages are measured.
fn quiet(beside: Beside, found: &tables::Found, as_of: Option<Timestamp>) -> Result<BuildReport> {
    let as_of = as_of.map(models::written);
    if found.info("as_of") != as_of {
        let value = as_of.as_deref().map_or_else(|| "NULL".to_owned(), text);
        beside.run(&format!(
            "UPDATE {}.model_info SET value = {value} WHERE key = 'as_of'",
            identifier(beside.schema())
        ))?;
    }
    beside.commit()?;
    let missing = found.info("missing_streams").unwrap_or_default();
    Ok(BuildReport {
        mode: Mode::Incremental,
        reason: None,
        as_of,
        seconds: 0.0,
        missing_streams: missing.split(", ").filter(|name| !name.is_empty()).map(str::to_owned).collect(),
        tables: BTreeMap::new(),
    })
}

/// Brings what differs into the tables there.
fn write(
    beside: &Beside,
    model: &Connection,
    found: tables::Found,
    marks: &str,
    zone: &str,
) -> Result<BTreeMap<String, TableReport>> {
    let schema = tables::Schema::new(beside, found, zone);
    let stored = models::stored(model)?;
    schema.make(&stored)?;
    let mut reports = BTreeMap::new();
    for table in &stored {
        let own: &[(&str, &str)] = match table.name.as_str() {
            "model_info" => &[("records", marks), ("definitions", schema.definitions())],
            _ => &[],
        };
        let report = schema.fill(model, table, own)?;
        let name = table.name.trim_start_matches('_').to_owned();
        reports.insert(name, report);
    }
    schema.show(&stored)?;
    Ok(reports)
}

/// Where a model in a file would be of no use: what addresses of PostgreSQL look like.
pub fn is_address(address: &str) -> bool {
    ["postgres://", "postgresql://"].iter().any(|scheme| address.starts_with(scheme))
}
