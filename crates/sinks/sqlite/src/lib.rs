//! A SQLite database that holds records and state, committed together.
//!
//! For each stream there is a view to query, named as the stream. It shows the newest version of every record:
//!
//! | column | |
//! |---|---|
//! | `_key` | the record's key |
//! | one per top-level field | its value, as SQLite's `->>` gives it: text, number, `NULL`, or JSON for lists and objects |
//! | `_captured_at` | when this version was written, or the record was found to be gone (RFC 3339, UTC) |
//! | `_deleted_at` | when it was found to be gone, else `NULL`; such rows keep their last record |
//! | `_scope` | the key of the record it belongs to, for streams that are listed parent by parent |
//! | `_record` | the record, byte for byte as it was received |
//!
//! Fields that records bring along later become columns by themselves. Looking up a row by `_key`, or by the field
//! that is the key, uses an index. `_record` holds the truth, and all of SQLite's JSON functions work on it.
//!
//! # What is where
//! The rows of the view `jobs` are in the table `_rows_jobs`. That is a table with a view over it, rather than one
//! with generated columns, because SQLite computes generated columns on every insert even where it does not store
//! them, which for records of twenty fields takes longer than all the rest. Rows are found by a hash of their key, whose
//! index is a third as large as one over the keys, so that a first listing of millions writes less; the index over the
//! keys, for queries, is made when the first listing ends. Which rows exist, and which listing saw
//! them last, is in the small table `_capture_live`: a listing that changes nothing does not rewrite the records,
//! and finding what has gone does not read them. `_capture_state` and `_capture_access` hold the state,
//! `_capture_streams` the streams and their columns, and `_capture_run` the number of the last run that wrote: one whose
//! number is no longer the newest writes nothing more, even if no lock kept the newer one out.
//!
//! # Durability
//! A transaction lasts from the first write after a commit to the next commit, which also moves the state: after a
//! crash of the process the database is as its last commit left it. The database is in WAL mode with
//! `synchronous=NORMAL`: a power cut may take the newest commits with it, records and state alike, so that the next
//! run brings them again. Other programs may read at any time; they see the last commit. A run that ends leaves WAL mode
//! if nobody is reading just then, so that whoever may read the file but not write beside it can open it.
//!
//! The database is made for its owner only (mode 0600), and so are the files beside it.

mod database;
mod failure;
mod fence;
mod fields;
mod place;
mod read;
mod session;
mod table;

pub use read::{Answer, TableInfo, query, tables};
pub use session::{SqliteSink, SqliteStateStore, open, open_with};

/// Marks a database as one of these (`PRAGMA application_id`): "CAPT".
const APPLICATION_ID: i32 = 0x4341_5054;

/// Version of the tables' layout (`PRAGMA user_version`).
const LAYOUT_VERSION: i32 = 2;
