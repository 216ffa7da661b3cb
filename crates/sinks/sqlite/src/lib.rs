//! A SQLite database that holds records and state, committed together.
//!
//! For each stream there is a view to query, named as the stream. It shows the newest version of every record:
//!
//! | column | |
//! |---|---|
//! | `_key` | the record's key |
//! | one per top-level field | its value, as SQLite's `json_extract` gives it: text, number, `NULL`, or JSON for lists and objects |
//! | `_captured_at` | when this version was written, or the record was found to be gone (RFC 3339, UTC) |
//! | `_deleted_at` | since when it is gone, or when that was found, else `NULL`; such rows keep their last record |
//! | `_deleted_why` | how it is known to be gone: `unseen` (a complete listing did not show it), `not_found` (asked for by itself, it was not there), `reported` (the other side said so), `merged`, `erased` (only the key is left of its record); `NULL` also where an earlier version did not say |
//! | `_merged_into` | the key of the record it was merged into |
//! | `_scope` | the key of the record it belongs to, if that is known |
//! | `_record` | the record, byte for byte as it was received |
//!
//! Fields that records bring along later become columns by themselves. Looking up a row by `_key`, or by the field
//! that is the key, uses an index. `_record` holds the truth, and all of SQLite's JSON functions work on it.
//!
//! Half a character (`\ud83d`, text that was cut in the middle of a pair) is legal JSON, but as a column's value it would
//! be no UTF-8, and many programs refuse the whole column; U+0000 is the end of the text for many others, earlier
//! versions of SQLite among them. Columns show U+FFFD in the place of either, `_record` does not: what is dug out of it is yours to
//! mend.
//!
//! # What is where
//! The rows of the view `jobs` are in the table `_rows_jobs`. That is a table with a view over it, rather than one
//! with generated columns, because SQLite computes generated columns on every insert even where it does not store
//! them, which for records of twenty fields takes longer than all the rest. Rows are found by a hash of their key in the
//! table `_capture_keys`, which is a third as large as an index over the keys, and which a first listing fills in sorted
//! batches, so that it writes less; the index over the keys, for queries, is made when the first listing ends. Which rows exist, and when they were last seen, is in the
//! small table `_capture_live`: a listing that changes nothing does not rewrite the records, and finding what has gone
//! does not read them. `_capture_state` holds the state, `_capture_streams` the streams and their columns, and
//! `_capture_run` the number of the last run that wrote: one whose number is no longer the newest writes nothing more,
//! even if no lock kept the newer one out. Streams that say what people look for in their records have an index of words,
//! `_search_candidates` (FTS5, without the texts themselves, of rows that are not gone); `_capture_search` says of which
//! texts it is. Every row has the number of the transaction that changed it last (`_change`, indexed once the first listing
//! has ended; `change` of `_capture_streams` is a stream's newest), so that who reads the rows finds what is new since he was
//! here, as long as the mark of `_capture_changes` beside his number is what it was.
//!
//! # Durability
//! A transaction lasts from the first write after a commit to the next commit, which also moves the state: after a
//! crash of the process the database is as its last commit left it. The database is in WAL mode with
//! `synchronous=NORMAL`: a power cut may take the newest commits with it, records and state alike, so that the next
//! run brings them again. Other programs may read at any time; they see the last commit. A run that ends leaves WAL mode
//! if nobody is reading just then, so that whoever may read the file but not write beside it can open it.
//!
//! A database that an earlier version made (layout 2 to 5) is brought up to date when it is opened, in one transaction. Any
//! SQLite with JSON functions (3.9) can read it.
//!
//! The database is made for its owner only (mode 0600), and so are the files beside it.

mod changes;
mod database;
mod failure;
mod family;
mod fence;
mod fields;
mod grave;
mod keys;
mod layout;
mod met;
mod names;
mod place;
mod purge;
mod read;
mod search;
mod sink;
mod statements;
mod table;

pub use family::Family;
pub use names::{quoted, rows_table, search_table};
pub use read::{Answer, TableInfo, copy, live_rows, query, reader, state, state_in, tables};
pub use search::{Texts, Words, words};
pub use sink::{SqliteSink, rebuild};

/// What the README shows runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
