//! What a reader of the files sees, with the library alone.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use arrow_array::cast::AsArray as _;
use arrow_array::types::{Int64Type, TimestampMicrosecondType};
use arrow_array::{Array as _, RecordBatch};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::Value;

/// A row as it was read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    pub(crate) key: String,
    pub(crate) record: Value,
    pub(crate) deleted_at_us: Option<i64>,
    pub(crate) why: Option<String>,
    pub(crate) merged_into: Option<String>,
    pub(crate) scope: Option<String>,
    pub(crate) commit: i64,
    pub(crate) captured_at_us: i64,
}

pub(crate) fn batches(path: &Path) -> Vec<RecordBatch> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap();
    reader.build().unwrap().map(Result::unwrap).collect()
}

pub(crate) fn rows(path: &Path) -> Vec<Row> {
    let mut all = Vec::new();
    for batch in batches(path) {
        let text = |name: &str, row: usize| {
            let column = batch.column_by_name(name).unwrap().as_string::<i32>();
            (!column.is_null(row)).then(|| column.value(row).to_owned())
        };
        let at = |name: &str, row: usize| {
            let column = batch.column_by_name(name).unwrap().as_primitive::<TimestampMicrosecondType>();
            (!column.is_null(row)).then(|| column.value(row))
        };
        for row in 0..batch.num_rows() {
            let exact = text("_original", row).or_else(|| text("_record", row)).unwrap();
            all.push(Row {
                key: text("_key", row).unwrap(),
                record: serde_json::from_str(&exact).unwrap_or(Value::Null),
                deleted_at_us: at("_deleted_at", row),
                why: text("_deleted_why", row),
                merged_into: text("_merged_into", row),
                scope: text("_scope", row),
                commit: batch.column_by_name("_commit").unwrap().as_primitive::<Int64Type>().value(row),
                captured_at_us: at("_captured_at", row).unwrap(),
            });
        }
    }
    all
}

/// The folder of a stream; names of streams here are simple, but for their length.
pub(crate) fn folder(root: &Path, of: &str, stream: &str) -> Option<PathBuf> {
    let within = root.join(of);
    let exact = within.join(stream);
    if exact.is_dir() {
        return Some(exact);
    }
    let names = fs::read_dir(within).ok()?;
    names.map(|name| name.unwrap().path()).find(|path| {
        let name = path.file_name().unwrap().to_str().unwrap();
        name.len() > 100 && stream.len() > 90 && name[..90] == stream[..90]
    })
}

pub(crate) fn current(root: &Path, stream: &str) -> Vec<Row> {
    let Some(folder) = folder(root, "current", stream) else { return Vec::new() };
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    assert_eq!(files.len(), 1, "one file a stream: {files:?}");
    rows(&files.remove(0))
}

/// The files of changes, by name.
pub(crate) fn change_files(root: &Path, stream: &str) -> Vec<PathBuf> {
    let Some(folder) = folder(root, "changes", stream) else { return Vec::new() };
    let days = fs::read_dir(folder).unwrap().map(|day| day.unwrap().path());
    let mut files: Vec<PathBuf> =
        days.flat_map(|day| fs::read_dir(day).unwrap().map(|file| file.unwrap().path())).collect();
    files.sort();
    files
}

/// All changes up to a commit, the newest of each key.
pub(crate) fn replayed(root: &Path, stream: &str, until: i64) -> BTreeMap<String, Row> {
    newest(change_files(root, stream).iter().flat_map(|file| rows(file)), until)
}

fn newest(rows: impl Iterator<Item = Row>, until: i64) -> BTreeMap<String, Row> {
    let mut newest: BTreeMap<String, Row> = BTreeMap::new();
    for row in rows.filter(|row| row.commit <= until) {
        let known = newest.get(&row.key).map_or(0, |row| row.commit);
        if row.commit >= known {
            newest.insert(row.key.clone(), row);
        }
    }
    newest
}

/// The newest commit that counts.
pub(crate) fn commit(root: &Path) -> i64 {
    let state = ["_ashby/state.json", "_ashby/away.json"].map(|name| fs::read(root.join(name)));
    let Some(Ok(state)) = state.into_iter().find(Result::is_ok) else { return 0 };
    serde_json::from_slice::<Value>(&state).unwrap()["commit"].as_i64().unwrap()
}

/// What stands, and what has changed since then.
pub(crate) fn now(root: &Path, stream: &str) -> BTreeMap<String, Row> {
    let changes = change_files(root, stream);
    let all = current(root, stream).into_iter().chain(changes.iter().flat_map(|file| rows(file)));
    newest(all, commit(root))
}
