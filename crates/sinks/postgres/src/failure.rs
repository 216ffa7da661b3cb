//! From the server's errors to ours.
//!
//! What a server says can quote values (`invalid input syntax for type json`, the key of a row that is there twice), so
//! its words are repeated only where they speak of roles, rights and itself; of all else its code is said.

use std::error::Error as _;
use std::fmt;
use std::io;

use capture_core::{Error, ErrorKind};

use crate::address::Address;
use crate::names::quoted;

/// What a step of work fails with, before it is known which database it was.
#[derive(Debug)]
pub(crate) enum Failure {
    Server(tokio_postgres::Error),
    Ours(Error),
}

impl From<tokio_postgres::Error> for Failure {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Server(error)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Ours(error)
    }
}

/// Classes of codes whose words hold no values: connections, roles, places, transactions, rights, resources, operators,
/// the system.
const PLAIN_CLASSES: [&str; 11] = ["08", "28", "3D", "3F", "25", "40", "42", "53", "55", "57", "58"];

/// What a code means for us: codes or their first two letters, first come first served.
const MEANINGS: [(&str, Meaning); 19] = [
    ("28", Meaning::LoggedOut),
    ("3D000", Meaning::NoDatabase),
    ("42501", Meaning::NoRight),
    ("53100", Meaning::Full),
    ("53", Meaning::Passing),
    ("08P01", Meaning::Other),
    ("08", Meaning::Passing),
    ("57P04", Meaning::NoDatabase),
    ("57P", Meaning::Passing),
    ("57014", Meaning::Passing),
    ("40001", Meaning::Passing),
    ("40P01", Meaning::Passing),
    ("55P03", Meaning::Locked),
    ("55000", Meaning::Other),
    ("25006", Meaning::ReadOnly),
    ("25P03", Meaning::Passing),
    ("25P04", Meaning::Passing),
    ("58", Meaning::Broken),
    ("XX", Meaning::Broken),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meaning {
    /// It may work a moment later.
    Passing,
    /// Somebody else's lock was waited for in vain.
    Locked,
    LoggedOut,
    NoDatabase,
    NoRight,
    ReadOnly,
    Full,
    Broken,
    /// The connection never came about, or not as it was asked for.
    Refused,
    Other,
}

impl Meaning {
    fn of(error: &tokio_postgres::Error) -> Self {
        if let Some(code) = error.code() {
            let found = MEANINGS.iter().find(|(prefix, _)| code.code().starts_with(prefix));
            return found.map_or(Self::Other, |(_, meaning)| *meaning);
        }
        if error.is_closed()
            || capture_core::cause::<io::Error>(error)
                .is_some_and(|error| error.kind() != io::ErrorKind::InvalidData)
        {
            return Self::Passing;
        }
        // The library asks for one, and does not say so otherwise.
        if error.source().is_some_and(|error| error.to_string() == "password missing") {
            return Self::LoggedOut;
        }
        // TLS, kinds of authentication, what is no PostgreSQL.
        Self::Refused
    }
}

impl Failure {
    /// Whether everything may go on a moment later over a new connection.
    pub(crate) fn may_pass(&self) -> bool {
        match self {
            // A server that takes over is read-only for a moment.
            Self::Server(error) => {
                matches!(
                    Meaning::of(error),
                    Meaning::Passing | Meaning::Locked | Meaning::ReadOnly | Meaning::Full
                )
            }
            Self::Ours(error) => error.kind() == ErrorKind::Unavailable,
        }
    }

    /// Whether the server answered that it is just starting or ending, or has no connection left.
    pub(crate) fn is_not_ready(&self) -> bool {
        matches!(self, Self::Server(error) if error.code().is_some_and(|code| code.code().starts_with("57P")))
    }

    /// Whether the connection never came about, or not as it was asked for.
    pub(crate) fn is_refused(&self) -> bool {
        matches!(self, Self::Server(error) if Meaning::of(error) == Meaning::Refused)
    }

    /// Whether that is the code of the failure.
    pub(crate) fn has_code(&self, code: &str) -> bool {
        matches!(self, Self::Server(error) if error.code().is_some_and(|found| found.code() == code))
    }

    /// Says where it was, what kind of trouble it is, and what to do.
    pub(crate) fn of(self, address: &Address) -> Error {
        let error = match self {
            Self::Server(error) => error,
            Self::Ours(error) => return error,
        };
        let (server, user) = (address.server(), quoted(&address.user));
        let (schema, database) = (quoted(&address.schema), quoted(&address.database));
        let (kind, message, hint) = match Meaning::of(&error) {
            Meaning::Passing => (
                ErrorKind::Unavailable,
                format!("the database server at {server} cannot be had at this moment"),
                "see that it runs and can be reached from here; the next run goes on from the last commit".to_owned(),
            ),
            Meaning::Locked => (
                ErrorKind::Unavailable,
                format!("another session has locked something in {}", address.place()),
                "see pg_stat_activity for who; a new column waits for queries of its table to end".to_owned(),
            ),
            Meaning::Refused => (
                ErrorKind::Configuration,
                format!("the database server at {server} and this program cannot agree on a connection"),
                "check sslmode and its certificates, and that the port is PostgreSQL's".to_owned(),
            ),
            Meaning::LoggedOut => (
                ErrorKind::Credentials,
                format!("the database server at {server} does not let the role {user} in"),
                "give its password by PGPASSWORD, ~/.pgpass or ?password_file=FILE, and look into pg_hba.conf".to_owned(),
            ),
            Meaning::NoDatabase => (
                ErrorKind::Configuration,
                format!("there is no database {database} at {server}"),
                format!("correct --to, or make it: CREATE DATABASE {database}"),
            ),
            Meaning::NoRight => (
                ErrorKind::Storage,
                format!("the role {user} lacks a right in {}", address.place()),
                format!("somebody who may: CREATE SCHEMA {schema} AUTHORIZATION {user}; or if it is there: ALTER SCHEMA {schema} OWNER TO {user}"),
            ),
            Meaning::ReadOnly => (
                ErrorKind::Unavailable,
                format!("the database server at {server} takes no writes"),
                "name the primary server, not a replica".to_owned(),
            ),
            Meaning::Full => (
                ErrorKind::Storage,
                format!("the disk of the database server at {server} is full"),
                "make room there; the next run goes on from the last commit".to_owned(),
            ),
            Meaning::Broken => (
                ErrorKind::Storage,
                format!("the database server at {server} has trouble of its own"),
                "look into its log; the next run goes on from the last commit".to_owned(),
            ),
            Meaning::Other => (
                ErrorKind::Storage,
                format!("the database server at {server} refused an operation in {}", address.place()),
                "look into its log for what it says of it".to_owned(),
            ),
        };
        Error::new(kind, message).with_hint(hint).with_source(Cause::of(&error))
    }
}

/// What the server said, as far as it may be repeated.
#[derive(Debug)]
struct Cause(String);

impl Cause {
    fn of(error: &tokio_postgres::Error) -> Self {
        let Some(said) = error.as_db_error() else {
            let mut text = error.to_string();
            if let Some(cause) = error.source() {
                text.push_str(&format!(": {cause}"));
            }
            return Self(text);
        };
        let code = said.code().code();
        let is_plain = PLAIN_CLASSES.iter().any(|class| code.starts_with(class));
        let table = said.table().map(|table| format!(", table {table}")).unwrap_or_default();
        let constraint = said.constraint().map(|name| format!(", constraint {name}")).unwrap_or_default();
        Self(match is_plain {
            true => format!("{} (SQLSTATE {code}{table})", said.message()),
            false => format!("SQLSTATE {code}{table}{constraint}"),
        })
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Cause {}
