//! A schema of a PostgreSQL database (13 or newer) with a table per stream.
//!
//! [`Family`] reads addresses (`postgres://etl@db.example/warehouse?schema=ashby`), [`PostgresSink`] writes, [`Foreign`] looks
//! at tables of others, [`Beside`] writes what follows from records beside them.
//!
//! # What is where
//! The table of a stream has its name. `_key` is the record's key; each top-level member that records have shown has a
//! column in snake case (`createdAt` is `created_at`; its comment says what the member is called); `_record` (`jsonb`) is
//! the whole record. A column holds the member's value if that fits its type, else null; `_record` has it in any case.
//! `_captured_at` says when the row last changed; `_deleted_at`, `_deleted_why` and `_merged_into` what is known of a
//! record that is gone; `_scope` to which record it belongs.
//!
//! `jsonb` cannot hold everything: U+0000 and halves of characters are U+FFFD there, numbers of more digits than `numeric`
//! has are null, and of members with one name the last is left. Where it would not give back what came, `_original` has
//! the record's exact text. A key with U+0000 has U+FDD0 and `0` in its place.
//!
//! `_ashby_state` holds the state, `_ashby_streams` and `_ashby_columns` which table and column is whose, `_ashby_run` which
//! run writes. When a row was last seen stands in it (`_seen`); if it is seen again unchanged, that is noted in the
//! narrow table `_ashby_seen`, so that a listing which brings nothing new rewrites no record.
//!
//! # One run at a time
//! A run holds an advisory lock, which the server gives up as soon as the connection ends. Each transaction also makes
//! sure that `_ashby_run` still names the run: where a pooler shares connections out (then there is no such lock), and after
//! a connection was lost, a run that another one has followed writes nothing more.
//!
//! # Commits
//! Records and the state that speaks of them are one transaction. If the connection is lost in the middle, what was not
//! committed is still here: it is written again over the next connection, within a minute.
//!
//! Columns and tables are added, never dropped or changed: a column whose type somebody has changed is filled as far as
//! values fit it.

mod address;
mod beside;
mod columns;
mod failure;
mod family;
mod foreign;
mod grave;
mod key;
mod layout;
mod link;
mod lock;
mod mend;
mod names;
mod numeric;
mod password;
mod pending;
mod purge;
mod rehearsal;
mod rows;
mod session;
mod sink;
mod statements;
mod system;
mod table;
mod tls;
mod transit;
mod value;

pub use beside::{Beside, identifier, text};
pub use family::Family;
pub use foreign::Foreign;
pub use sink::PostgresSink;
