//! What a query may do: an allow-list, limits, and a watch over time and memory.
//!
//! No single one of SQLite's means suffices. A connection that was opened for reading attaches and so makes files; filters
//! on the text of a query fall to comments and `WITH`; and who reads through which view the authorizer tells by a name
//! that a common table expression may bear as well. So: all of them, and the tables beneath the views are read only by
//! views whose names nobody can know ([`Names`]).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::limits::Limit;
use rusqlite::{Connection, ErrorCode};

use crate::error::Error;
use crate::{like, linear};

/// Bytes of a value, and of a row.
const VALUE_BYTES_MAX: i32 = 1_000_000;

/// Instructions between two looks at clock and memory. In each of them a value of the largest size may be made.
const INSTRUCTIONS: i32 = 50;

/// What is limited beside the length of values.
const LIMITS: [(Limit, i32); 9] = [
    (Limit::SQLITE_LIMIT_SQL_LENGTH, 100_000),
    (Limit::SQLITE_LIMIT_COLUMN, 2_000),
    (Limit::SQLITE_LIMIT_EXPR_DEPTH, 100),
    (Limit::SQLITE_LIMIT_COMPOUND_SELECT, 50),
    (Limit::SQLITE_LIMIT_VDBE_OP, 250_000),
    (Limit::SQLITE_LIMIT_FUNCTION_ARG, 100),
    (Limit::SQLITE_LIMIT_ATTACHED, 0),
    (Limit::SQLITE_LIMIT_TRIGGER_DEPTH, 0),
    (Limit::SQLITE_LIMIT_WORKER_THREADS, 0),
];

/// Functions that compute, in order. What reads or writes anything else, or loads code, is not among them.
const FUNCTIONS: &[&str] = &[
    "->",
    "->>",
    "abs",
    "avg",
    "char",
    "coalesce",
    "concat",
    "concat_ws",
    "count",
    "cume_dist",
    "current_date",
    "current_time",
    "current_timestamp",
    "date",
    "datetime",
    "dense_rank",
    "first_value",
    "format",
    "glob",
    "group_concat",
    "hex",
    "if",
    "ifnull",
    "iif",
    "instr",
    "json",
    "json_array",
    "json_array_length",
    "json_error_position",
    "json_extract",
    "json_group_array",
    "json_group_object",
    "json_insert",
    "json_object",
    "json_patch",
    "json_pretty",
    "json_quote",
    "json_remove",
    "json_replace",
    "json_set",
    "json_type",
    "json_valid",
    "julianday",
    "lag",
    "last_value",
    "lead",
    "length",
    "like",
    "likelihood",
    "likely",
    "lower",
    "ltrim",
    "max",
    "min",
    "nth_value",
    "ntile",
    "nullif",
    "octet_length",
    "percent_rank",
    "printf",
    "quote",
    "random",
    "rank",
    "replace",
    "round",
    "row_number",
    "rtrim",
    "sign",
    "soundex",
    "strftime",
    "string_agg",
    "substr",
    "substring",
    "subtype",
    "sum",
    "time",
    "timediff",
    "total",
    "trim",
    "typeof",
    "unhex",
    "unicode",
    "unistr",
    "unixepoch",
    "unlikely",
    "upper",
];

/// The tables that a query may name beside the views: they are made of their arguments.
const TABLES: [&str; 2] = ["json_each", "json_tree"];

/// What a query may cost.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Limits {
    /// How long it may take.
    pub time: Duration,
    /// Memory that it may have beside what the process has already, in bytes.
    pub memory_bytes: u64,
    /// Bytes of all values of an answer, from which on it is cut.
    pub answer_bytes: usize,
}

impl Default for Limits {
    /// 5 s, 64 MiB, 1 MiB.
    fn default() -> Self {
        Self { time: Duration::from_secs(5), memory_bytes: 64 << 20, answer_bytes: 1 << 20 }
    }
}

/// Tells a query that nobody waits for it any more.
#[derive(Debug, Clone, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// A query that runs ends soon; one that begins later does not begin.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// The names of the views between those that a query reads and the tables, made anew for each connection.
#[derive(Debug, Clone)]
pub(crate) struct Names(Arc<str>);

impl Names {
    pub(crate) fn new() -> Self {
        let random: u128 = rand::random();
        Self(format!("beneath_{random:032x}_").into())
    }

    /// Of the view beneath that of a stream.
    pub(crate) fn beneath(&self, stream: &str) -> String {
        format!("{}{stream}", self.0)
    }

    /// Of the function that shows a record.
    pub(crate) fn shows(&self) -> String {
        format!("{}/shows", self.0)
    }

    /// Of the function that shows a key.
    pub(crate) fn names(&self) -> String {
        format!("{}/names", self.0)
    }

    fn is_one(&self, name: &str) -> bool {
        name.starts_with(&*self.0)
    }
}

/// What of a connection a query may read.
#[derive(Debug, Clone)]
pub(crate) enum Reach {
    /// Temporary views, and through those of these names what is beneath them.
    Views(Names),
    /// All that is in the databases of these names.
    Files(Vec<&'static str>),
}

/// Why a query was stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum Stop {
    No,
    Time,
    Memory,
    Cancelled,
}

/// Watches over a query.
#[derive(Debug)]
pub(crate) struct Watch {
    stop: Arc<AtomicU8>,
    limits: Limits,
}

/// Leaves the connection to one query. What it needs of views must be made before.
pub(crate) fn guard(
    connection: &mut Connection,
    reach: &Reach,
    limits: Limits,
    cancel: &Cancel,
) -> rusqlite::Result<Watch> {
    like::replace(connection)?;
    linear::replace(connection)?;
    // A query goes over many pages, and few run at once.
    connection
        .execute_batch("PRAGMA query_only = ON; PRAGMA cell_size_check = ON; PRAGMA cache_size = -2048")?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
    // A text in double quotes is a column that does not exist, and not a text.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
    connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, VALUE_BYTES_MAX)?;
    for (limit, most) in LIMITS {
        connection.set_limit(limit, most)?;
    }
    let watch = Watch { stop: Arc::new(AtomicU8::new(Stop::No as u8)), limits };
    let (stop, cancel, started, before) =
        (Arc::clone(&watch.stop), cancel.clone(), Instant::now(), memory_bytes());
    connection.progress_handler(
        INSTRUCTIONS,
        Some(move || {
            let why = if cancel.is_cancelled() {
                Stop::Cancelled
            } else if started.elapsed() > limits.time {
                Stop::Time
            } else if memory_bytes().saturating_sub(before) > limits.memory_bytes {
                Stop::Memory
            } else {
                return false;
            };
            stop.store(why as u8, Ordering::Relaxed);
            true
        }),
    )?;
    let reach = reach.clone();
    let modules: Vec<String> = connection
        .prepare("SELECT name FROM pragma_module_list")?
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    connection.authorizer(Some(move |asked: AuthContext<'_>| {
        let is_allowed = match &reach {
            Reach::Views(names) => is_of_views(names, &modules, &asked),
            Reach::Files(databases) => is_of_files(databases, &asked),
        };
        if is_allowed { Authorization::Allow } else { Authorization::Deny }
    }))?;
    Ok(watch)
}

fn is_of_files(databases: &[&str], asked: &AuthContext<'_>) -> bool {
    match asked.action {
        AuthAction::Select | AuthAction::Recursive => true,
        AuthAction::Function { function_name } => {
            FUNCTIONS.binary_search(&&*function_name.to_ascii_lowercase()).is_ok()
        }
        // Of rows that are only counted no database is told; there is none but these.
        AuthAction::Read { table_name, .. } => {
            !table_name.to_ascii_lowercase().starts_with("pragma_")
                && (TABLES.contains(&&*table_name.to_ascii_lowercase())
                    || asked.database_name.is_none_or(|database| databases.contains(&database)))
        }
        _ => false,
    }
}

fn is_of_views(names: &Names, modules: &[String], asked: &AuthContext<'_>) -> bool {
    match asked.action {
        AuthAction::Select | AuthAction::Recursive => true,
        AuthAction::Function { function_name } => {
            let is_beneath = asked.accessor.is_some_and(|accessor| names.is_one(accessor));
            FUNCTIONS.binary_search(&&*function_name.to_ascii_lowercase()).is_ok()
                || names.is_one(function_name) && is_beneath
        }
        AuthAction::Read { table_name, column_name } => {
            let table = table_name.to_ascii_lowercase();
            let is_own = ["_", "sqlite_", "pragma_"].iter().any(|prefix| table.starts_with(prefix));
            let is_view = asked.database_name == Some("temp") && !is_own;
            // Of rows that are only counted nothing but the name as it is written is told, be it that of an expression.
            let is_counted = column_name.is_empty()
                && asked.database_name.is_none()
                && !is_own
                && !modules.contains(&table);
            let is_beneath = asked.accessor.is_some_and(|accessor| names.is_one(accessor));
            is_view || is_counted || is_beneath || TABLES.contains(&&*table)
        }
        _ => false,
    }
}

impl Watch {
    /// What went wrong with a query, in our words.
    pub(crate) fn explain(&self, error: rusqlite::Error) -> Error {
        match self.stop.load(Ordering::Relaxed) {
            stop if stop == Stop::Time as u8 => return Error::TooSlow(self.limits.time),
            stop if stop == Stop::Memory as u8 => return Error::TooLarge(self.limits.memory_bytes),
            stop if stop == Stop::Cancelled as u8 => return Error::GivenUp,
            _ => {}
        }
        let said = |error: &rusqlite::Error| match error {
            rusqlite::Error::SqliteFailure(_, Some(message)) => message.clone(),
            rusqlite::Error::SqlInputError { msg, .. } => msg.clone(),
            error => error.to_string(),
        };
        match error.sqlite_error_code() {
            _ if matches!(error, rusqlite::Error::MultipleStatement) => {
                Error::Refused("it is more than one statement".to_owned())
            }
            Some(ErrorCode::AuthorizationForStatementDenied | ErrorCode::ReadOnly) => {
                Error::Refused(said(&error))
            }
            Some(ErrorCode::TooBig) => {
                Error::Sql(format!("a value would have more than {VALUE_BYTES_MAX} bytes"))
            }
            Some(ErrorCode::Unknown | ErrorCode::ConstraintViolation | ErrorCode::TypeMismatch) => {
                Error::Sql(said(&error))
            }
            None => Error::Sql(said(&error)),
            Some(_) => Error::Sqlite(error),
        }
    }
}

/// What SQLite has of memory, in the whole process.
fn memory_bytes() -> u64 {
    // SAFETY: it takes nothing, reads one number under SQLite's own lock, and may be called from any thread at any time
    // (https://www.sqlite.org/c3ref/memory_highwater.html).
    #[allow(unsafe_code)]
    let bytes = unsafe { rusqlite::ffi::sqlite3_memory_used() };
    bytes.unsigned_abs()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_found_and_none_of_them_reaches_out() {
        assert!(FUNCTIONS.is_sorted());
        for name in
            ["load_extension", "fts5", "sqlite_offset", "readfile", "writefile", "randomblob", "zeroblob"]
        {
            assert!(FUNCTIONS.binary_search(&name).is_err(), "{name}");
        }
        let connection = Connection::open_in_memory().unwrap();
        let mut select = connection.prepare("SELECT DISTINCT name FROM pragma_function_list").unwrap();
        let known: Vec<String> =
            select.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        let unknown: Vec<_> =
            FUNCTIONS.iter().filter(|name| !known.iter().any(|known| known == *name)).collect();
        assert!(unknown.is_empty(), "{unknown:?}");
    }
}
