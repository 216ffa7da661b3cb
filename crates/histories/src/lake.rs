//! Parquet files as a reader with the library alone sees them: what stands, and what commits have brought since then.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use arrow_array::Array as _;
use arrow_array::cast::AsArray as _;
use arrow_array::types::Int64Type;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::Value;

/// A record, whether it is not gone, and the commit that brought it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The record as it came.
    pub body: String,
    /// Whether it is there.
    pub live: bool,
    /// Why it is gone, if it is.
    pub why: Option<String>,
    commit: i64,
}

/// The rows of a stream in the files below `root`.
///
/// # Errors
/// What cannot be read.
pub fn rows(root: &Path, stream: &str) -> Result<BTreeMap<String, Kept>, String> {
    let newest_commit = commit(root)?;
    let mut files: Vec<PathBuf> = below(&root.join("current").join(stream));
    files.extend(below(&root.join("changes").join(stream)));
    let mut rows: BTreeMap<String, Kept> = BTreeMap::new();
    for file in files {
        let told = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
        let opened = File::open(&file).map_err(|error| told(&error))?;
        let reader = ParquetRecordBatchReaderBuilder::try_new(opened).and_then(|builder| builder.build());
        for batch in reader.map_err(|error| told(&error))? {
            let batch = batch.map_err(|error| told(&error))?;
            let column = |name: &str| batch.column_by_name(name).ok_or_else(|| told(&format!("no {name}")));
            let (keys, records, originals) = (column("_key")?, column("_record")?, column("_original")?);
            let (deleted, whys, commits) =
                (column("_deleted_at")?, column("_deleted_why")?, column("_commit")?);
            for row in 0..batch.num_rows() {
                let kept = Kept {
                    body: match originals.is_null(row) {
                        true => records.as_string::<i32>().value(row).to_owned(),
                        false => originals.as_string::<i32>().value(row).to_owned(),
                    },
                    live: deleted.is_null(row),
                    why: (!whys.is_null(row)).then(|| whys.as_string::<i32>().value(row).to_owned()),
                    commit: commits.as_primitive::<Int64Type>().value(row),
                };
                let key = keys.as_string::<i32>().value(row);
                // What was written beyond that never counted.
                let is_newest = rows.get(key).is_none_or(|known| known.commit <= kept.commit);
                if kept.commit <= newest_commit && is_newest {
                    rows.insert(key.to_owned(), kept);
                }
            }
        }
    }
    Ok(rows)
}

/// The newest commit that counts.
fn commit(root: &Path) -> Result<i64, String> {
    match fs::read(root.join("_ashby/state.json")) {
        Ok(state) => {
            let state: Value = serde_json::from_slice(&state).map_err(|error| error.to_string())?;
            Ok(state["commit"].as_i64().unwrap_or(0))
        }
        Err(_) => Ok(0),
    }
}

/// Every Parquet file in a folder and those below it.
fn below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(below(&path));
        } else if path.extension().is_some_and(|extension| extension == "parquet") {
            found.push(path);
        }
    }
    found
}
