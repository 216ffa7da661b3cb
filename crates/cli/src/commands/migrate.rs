//! `ashby migrate check`: the tables that another connector has filled, beside what is held here.

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::{Hash as _, Hasher as _};
use std::path::PathBuf;
use std::process::ExitCode;

use ashby_source::{Mode, Stream, streams};
use capture_core::{Key, Place};
use clap::{Args, Subcommand};
use serde::Serialize;
use sink_postgres::Foreign;

use super::sync;
use crate::destination;
use crate::failure::{FAILED, Failure, USAGE};
use crate::output::{self, counted, explain, thousands};
use crate::settings::Settings;
use crate::table::Table;

/// Columns that Airbyte adds.
const ADDED: [&str; 2] = ["_airbyte_", "_ab_"];

/// So many keys that are missing here are told by name.
const KEYS_TOLD: usize = 3;

/// Coming from another tool.
#[derive(Debug, Subcommand)]
pub(crate) enum MigrateAction {
    /// Compare the tables that Airbyte's connector has filled in PostgreSQL with what is held here: records, keys, fields.
    /// Nothing is changed in either
    Check(CheckFlags),
}

/// What to compare.
#[derive(Debug, Args)]
pub(crate) struct CheckFlags {
    /// Streams to compare [default: each that has a table there]
    #[arg(value_name = "STREAM")]
    names: Vec<String>,
    /// The schema with the other connector's tables: postgres://USER@HOST/DATABASE?schema=NAME. The password comes from
    /// PGPASSWORD or ~/.pgpass
    #[arg(long, value_name = "ADDRESS")]
    from: String,
    /// What the names of its tables begin with, before that of the stream
    #[arg(long, value_name = "TEXT", default_value = "")]
    prefix: String,
}

/// A stream on both sides.
#[derive(Debug, Serialize)]
struct Compared {
    stream: String,
    table: String,
    /// Records there, each counted once.
    there: u64,
    /// Further rows there with keys that were counted.
    repeated: u64,
    /// Rows there without a key.
    without_key: u64,
    /// Live rows here.
    here: u64,
    both: u64,
    /// There, and known here to be gone.
    gone: u64,
    /// There, and unknown here.
    missing: u64,
    /// Some of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    missing_keys: Vec<String>,
    /// Here, and not there.
    new: u64,
    /// Columns there that no field is for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    missing_fields: Vec<String>,
    /// Columns there that are members of the record it belongs to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    in_the_parent: Vec<String>,
}

/// What its connector copies from a parent into what belongs to it, by stream: here the parent has it.
const COPIED: [(&str, &[&str]); 2] = [
    ("application_history", &["application_status", "application_created_at", "application_updated_at"]),
    ("interview_stages", &["interview_plan_is_archived"]),
];

impl Compared {
    fn is_covered(&self) -> bool {
        self.missing == 0 && self.missing_fields.is_empty()
    }
}

impl MigrateAction {
    pub(crate) fn run(self, settings: &Settings) -> Result<ExitCode, Failure> {
        let Self::Check(flags) = self;
        flags.run(settings)
    }
}

impl CheckFlags {
    fn run(self, settings: &Settings) -> Result<ExitCode, Failure> {
        let Some(there) = Foreign::at(&self.from) else {
            // It may be a password in the wrong place.
            return Err(Failure::new(USAGE, "`--from` names no PostgreSQL schema")
                .with_hint("postgres://USER@HOST/DATABASE?schema=NAME"));
        };
        let there = there?;
        let place = destination::from_settings(settings)?;
        let held = Held::of(settings)?;
        let tables = there.tables()?;
        let mut compared = Vec::new();
        for stream in self.wanted()? {
            let name = format!("{}{}", self.prefix, stream.name());
            match tables.iter().find(|(table, _)| table.eq_ignore_ascii_case(&name)) {
                Some((table, columns)) => {
                    compared.push(compare(&there, table, columns, (&*place, &held), &stream)?)
                }
                None if self.names.is_empty() => {}
                None => {
                    let message = format!("{} has no table {name}", there.address());
                    return Err(Failure::new(USAGE, message).with_hint("--prefix says how names begin there"));
                }
            }
        }
        if compared.is_empty() {
            let message = format!("no table at {} has the name of a stream", there.address());
            return Err(Failure::new(USAGE, message)
                .with_hint("?schema= names another schema, and --prefix how names begin there"));
        }
        tell(settings, &compared)?;
        let is_covered = compared.iter().all(Compared::is_covered);
        Ok(if is_covered { ExitCode::SUCCESS } else { ExitCode::from(FAILED) })
    }

    fn wanted(&self) -> Result<Vec<Stream>, Failure> {
        if self.names.is_empty() {
            return Ok(streams());
        }
        self.names.iter().map(|name| sync::find(name)).collect()
    }
}

fn compare(
    there: &Foreign,
    table: &str,
    columns: &BTreeSet<String>,
    (place, held): (&dyn Place, &Held),
    stream: &Stream,
) -> Result<Compared, Failure> {
    let by_name: BTreeMap<String, &str> = columns.iter().map(|column| (plain(column), &**column)).collect();
    let key: Option<Vec<&str>> =
        stream.descriptor.key.iter().map(|field| by_name.get(&plain(field)).copied()).collect();
    let Some(key) = key else {
        let message = format!(
            "the table {table} lacks a column for {}, which tells records apart",
            stream.descriptor.key.join(", ")
        );
        return Err(Failure::new(FAILED, message)
            .with_hint("compare final tables, not raw ones; STREAM… leaves this one out"));
    };
    let mut ours: HashMap<u64, bool> = HashMap::new();
    let mut here = 0;
    let is_told = place.keys(stream.name(), &mut |key, is_live| {
        here += u64::from(is_live);
        ours.insert(hash(key), is_live);
    })?;
    if !is_told {
        let message = format!("{} cannot be asked for its keys", place.address());
        return Err(Failure::new(USAGE, message)
            .with_hint("compare with a database: --to sqlite:PATH or --to postgres://…"));
    }
    let (in_the_parent, missing_fields) = missing_fields(columns, stream, &held.columns(stream.name())?)
        .into_iter()
        .partition(|column| is_copied(stream, column));
    let mut compared = Compared {
        stream: stream.name().to_owned(),
        table: table.to_owned(),
        there: 0,
        repeated: 0,
        without_key: 0,
        here,
        both: 0,
        gone: 0,
        missing: 0,
        missing_keys: Vec::new(),
        new: 0,
        missing_fields,
        in_the_parent,
    };
    let mut met = HashSet::new();
    there.each_row(table, &key, &mut |parts| {
        let parts: Option<Vec<_>> =
            parts.into_iter().map(|part| part.map(|part| part.to_owned().into())).collect();
        let Some(key) = parts.and_then(|parts| Key::from_parts(&parts).ok()) else {
            compared.without_key += 1;
            return;
        };
        if !met.insert(hash(key.as_str())) {
            compared.repeated += 1;
            return;
        }
        compared.there += 1;
        match ours.get(&hash(key.as_str())) {
            Some(true) => compared.both += 1,
            Some(false) => compared.gone += 1,
            None => {
                compared.missing += 1;
                if compared.missing_keys.len() < KEYS_TOLD {
                    compared.missing_keys.push(key.as_str().to_owned());
                }
            }
        }
    })?;
    compared.new = compared.here - compared.both;
    Ok(compared)
}

/// What the destination has beside what the catalog knows.
struct Held {
    /// A database file, or the tables of a schema with their columns.
    file: Option<PathBuf>,
    tables: BTreeMap<String, BTreeSet<String>>,
}

impl Held {
    fn of(settings: &Settings) -> Result<Self, Failure> {
        let tables = match Foreign::at(settings.to()) {
            Some(here) => here?.tables()?,
            None => BTreeMap::new(),
        };
        let file = settings.to().strip_prefix("sqlite:").map(PathBuf::from).filter(|path| path.exists());
        Ok(Self { file, tables })
    }

    /// The columns of a stream.
    fn columns(&self, stream: &str) -> Result<BTreeSet<String>, Failure> {
        let Some(file) = &self.file else {
            return Ok(self.tables.get(stream).cloned().unwrap_or_default());
        };
        // The names of streams are ours.
        let sql = format!("SELECT name FROM pragma_table_info('{stream}')");
        let rows = sink_sqlite::query(file, &sql, usize::MAX)?.rows;
        Ok(rows.into_iter().flatten().flatten().collect())
    }
}

fn is_copied(stream: &Stream, column: &str) -> bool {
    let of_stream = COPIED.iter().filter(|(name, _)| *name == stream.name());
    of_stream.flat_map(|(_, columns)| *columns).any(|copied| plain(copied) == plain(column))
}

/// Columns that are neither Airbyte's own nor of a field, nor held here.
fn missing_fields(columns: &BTreeSet<String>, stream: &Stream, held: &BTreeSet<String>) -> Vec<String> {
    let of_catalog = stream.descriptor.fields.iter().map(|field| plain(&field.name));
    let fields: BTreeSet<String> = of_catalog.chain(held.iter().map(|column| plain(column))).collect();
    // What a record belongs to is no member of it; here it stands in `_scope`.
    let is_scope = |column: &str| stream.descriptor.mode == Mode::Child && column.ends_with("_id");
    let is_missing = |column: &&String| {
        let is_added = ADDED.iter().any(|prefix| column.starts_with(prefix));
        !is_added && !is_scope(column) && !fields.contains(&plain(column))
    };
    columns.iter().filter(is_missing).cloned().collect()
}

/// Names without what destinations change in them: case, and what stands between words.
fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
}

fn hash(key: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish()
}

fn tell(settings: &Settings, compared: &[Compared]) -> Result<(), Failure> {
    let rows = compared.iter().map(|of| {
        let counts = [of.there, of.here, of.both, of.gone, of.missing, of.new].map(thousands);
        let fields = of.missing_fields.join(", ");
        [of.stream.clone()].into_iter().chain(counts).chain([fields]).collect()
    });
    let header =
        ["stream", "there", "here", "both", "gone here", "missing here", "new here", "missing fields"];
    let table = Table::new(&header).numeric(&[1, 2, 3, 4, 5, 6]).rows(rows);
    output::print_listed(settings, compared, table)?;
    let lacking: Vec<&str> = compared.iter().filter(|of| !of.is_covered()).map(|of| &*of.stream).collect();
    for of in compared.iter().filter(|of| !of.in_the_parent.is_empty()) {
        explain(&format!("{}: {} in the parent here; join it\n", of.stream, of.in_the_parent.join(", ")));
    }
    let repeated: u64 = compared.iter().map(|of| of.repeated).sum();
    if repeated > 0 {
        explain(&format!("{} there repeat keys: what is appended, not replaced\n", counted(repeated, "row")));
    }
    let without_key: u64 = compared.iter().map(|of| of.without_key).sum();
    if without_key > 0 {
        explain(&format!("{} there without a key, and not compared\n", counted(without_key, "row")));
    }
    explain(&match lacking[..] {
        [] => "everything there is here, or known to be gone\n".to_owned(),
        _ => format!(
            "not everything there is here: {}; after `ashby reconcile` what is still missing is gone from Ashby, or the \
             key may not read it (`ashby check`)\n",
            lacking.join(", ")
        ),
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_same_whatever_a_destination_makes_of_them() {
        for name in ["createdAt", "createdat", "created_at", "CREATED_AT"] {
            assert_eq!(plain(name), "createdat");
        }
    }

    #[test]
    fn columns_are_of_fields_of_airbyte_or_missing() {
        let stream = ashby_source::stream("candidates").unwrap();
        let columns =
            ["id", "createdat", "email_addresses", "_airbyte_raw_id", "_ab_cdc_deleted_at", "shoe_size"];
        let columns = columns.map(str::to_owned).into();
        assert_eq!(missing_fields(&columns, &stream, &BTreeSet::new()), ["shoe_size"]);
        assert!(missing_fields(&columns, &stream, &["shoeSize".to_owned()].into()).is_empty());
        let history = ashby_source::stream("application_history").unwrap();
        assert!(
            missing_fields(
                &["id".to_owned(), "application_id".to_owned()].into(),
                &history,
                &BTreeSet::new()
            )
            .is_empty()
        );
        assert!(is_copied(&history, "application_createdat") && !is_copied(&stream, "application_status"));
    }
}
