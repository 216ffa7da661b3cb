//! The analyst's picture of the records: typed tables and metrics, defined once as data ([`TABLES`]), built in a SQLite file
//! beside the records.
//!
//! Rows come about in two ways. What a record says is read by following the paths of the definitions; what follows from
//! several records is SQL. Both stand in the definitions, so that tables, columns, types, descriptions, indexes and views are
//! in one place. A build holds the records only while it reads them, and never for writing.
//!
//! In the file, `_<table>` holds rows of records, live and gone; `<table>` is a view of what is live, `<table>_all` of
//! everything. What depends on the clock is computed in views, against `as_of`.

mod build;
mod check;
mod counting;
mod custom;
mod dates;
mod ddl;
mod derive;
mod document;
mod elsewhere;
mod error;
mod extract;
mod fresh;
mod functions;
mod incremental;
mod info;
mod json;
mod options;
mod place;
mod questions;
mod raw;
mod script;
mod special;
mod sql;
mod table;
mod tables;
mod values;
mod wide;

pub use build::{BuildReport, Mode, TableReport, build, build_of};
pub use check::{Finding, check};
pub use document::markdown;
pub use elsewhere::{Shown, Stored, StoredColumn, shown, stored};
pub use error::{Error, Result};
pub use fresh::current;
pub use options::{CATEGORIES, Options};
pub use place::{open, path_of, schema_version};
pub use questions::{QUESTIONS, Question};
pub use raw::{Records, as_of};
pub use script::{script, type_of};
pub use sql::Dialect;
pub use table::{Column, Count, Kind, Making, Table};
pub use tables::{TABLES, find};
pub use values::written;
pub use wide::{Wide, columns_of, rename, wide_tables};
