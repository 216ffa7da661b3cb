//! When rows were last seen that have not changed: noted in the state while it is little, so that a run that brings nothing
//! writes no file, and else in files.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use arrow_array::cast::AsArray as _;
use arrow_array::{FixedSizeBinaryArray, Int64Array, RecordBatch};
use arrow_schema::{DataType, Field, Schema};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use capture_core::{Error, ErrorKind, Result, Stamp};
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use serde::{Deserialize, Serialize};

use crate::document::Stream as Files;
use crate::files;
use crate::known::KeyId;
use crate::reading::{Source, missing, numbers};
use crate::store::Store;
use crate::writing::Writer;

/// As many of a stream as the state holds.
const IN_STATE: usize = 1_000;

/// More files than these are put together when a run ends.
const FILES: usize = 8;

/// Of one commit, as the state holds them: 24 bytes a row, key and stamp.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Sightings {
    commit: u64,
    rows: String,
}

/// A row, the commit that noted it, and when it was seen.
pub(crate) struct Sighting {
    pub(crate) key: KeyId,
    pub(crate) commit: u64,
    pub(crate) seen: Stamp,
}

const ROW_BYTES: usize = 24;

impl Sightings {
    fn new(commit: u64, rows: &[(KeyId, Stamp)]) -> Self {
        let mut bytes = Vec::with_capacity(rows.len() * ROW_BYTES);
        for (key, seen) in rows {
            bytes.extend_from_slice(&key.to_bytes());
            bytes.extend_from_slice(&seen.get().to_be_bytes());
        }
        Self { commit, rows: STANDARD_NO_PAD.encode(bytes) }
    }

    fn rows(&self) -> Vec<(KeyId, Stamp)> {
        let bytes = STANDARD_NO_PAD.decode(&self.rows).unwrap_or_default();
        let row = |row: &[u8]| {
            let seen = row.get(16..ROW_BYTES)?.try_into().ok().map(u64::from_be_bytes)?;
            Some((KeyId::from_bytes(row)?, Stamp::new(seen)))
        };
        bytes.chunks(ROW_BYTES).filter_map(row).collect()
    }
}

/// Notes what a commit has seen, in the state or in a file; whether the commit needs a number for it.
pub(crate) fn note(
    files: &mut Files,
    folder: &str,
    store: &dyn Store,
    commit: u64,
    seen: &[(KeyId, Stamp)],
) -> Result<bool> {
    if seen.is_empty() {
        return Ok(false);
    }
    let new: HashSet<KeyId> = seen.iter().map(|(key, _)| *key).collect();
    let mut kept: Vec<Sightings> = Vec::new();
    let mut count = seen.len();
    for of in &files.sightings {
        let mut rows = of.rows();
        rows.retain(|(key, _)| !new.contains(key));
        count += rows.len();
        if !rows.is_empty() {
            kept.push(Sightings::new(of.commit, &rows));
        }
    }
    if count <= IN_STATE {
        kept.push(Sightings::new(commit, seen));
        files.sightings = kept;
        return Ok(true);
    }
    put(store, &files::seen(folder, commit), seen.iter().map(|(key, seen)| (*key, commit, *seen)))?;
    files.seen.push(commit);
    Ok(true)
}

/// Forgets them all, and says which files are not needed then.
pub(crate) fn forget(files: &mut Files, folder: &str) -> Vec<String> {
    files.sightings.clear();
    files.seen.drain(..).map(|commit| files::seen(folder, commit)).collect()
}

/// All that are noted, in the order of commits.
pub(crate) fn each(
    files: &Files,
    folder: &str,
    store: &dyn Store,
    mut sighting: impl FnMut(Sighting),
) -> Result<()> {
    enum Noted<'a> {
        State(&'a Sightings),
        File,
    }
    let in_state = files.sightings.iter().map(|of| (of.commit, Noted::State(of)));
    let in_files = files.seen.iter().map(|commit| (*commit, Noted::File));
    let mut all: Vec<(u64, Noted<'_>)> = in_state.chain(in_files).collect();
    all.sort_by_key(|(commit, _)| *commit);
    for (commit, noted) in all {
        match noted {
            Noted::State(of) => {
                of.rows().into_iter().for_each(|(key, seen)| sighting(Sighting { key, commit, seen }));
            }
            Noted::File => read(store, &files::seen(folder, commit), &mut sighting)?,
        }
    }
    Ok(())
}

/// Whether there are any, and the oldest commit that noted some.
pub(crate) fn oldest(files: &Files) -> Option<u64> {
    files.sightings.iter().map(|of| of.commit).chain(files.seen.iter().copied()).min()
}

/// Puts files together if there are many; those that are not needed then.
pub(crate) fn fewer(files: &mut Files, folder: &str, store: &dyn Store) -> Result<Vec<String>> {
    let Some(newest) = files.seen.iter().copied().max().filter(|_| files.seen.len() > FILES) else {
        return Ok(Vec::new());
    };
    let mut rows: BTreeMap<KeyId, (u64, Stamp)> = BTreeMap::new();
    each(files, folder, store, |of| _ = rows.insert(of.key, (of.commit, of.seen)))?;
    let path = files::seen(folder, newest);
    let spool = filled(store, &path, rows.into_iter().map(|(key, (commit, seen))| (key, commit, seen)))?;
    store.put(&path, spool)?;
    let mut obsolete = forget(files, folder);
    obsolete.retain(|other| *other != path);
    files.seen.push(newest);
    Ok(obsolete)
}

fn put(store: &dyn Store, path: &str, rows: impl Iterator<Item = (KeyId, u64, Stamp)>) -> Result<()> {
    store.put_in_place(path, filled(store, path, rows)?, false)
}

fn filled(
    store: &dyn Store,
    path: &str,
    rows: impl Iterator<Item = (KeyId, u64, Stamp)>,
) -> Result<crate::store::Spool> {
    let rows: Vec<(KeyId, u64, Stamp)> = rows.collect();
    let fields = vec![
        Field::new("key", DataType::FixedSizeBinary(16), false),
        Field::new("commit", DataType::Int64, false),
        Field::new("seen", DataType::Int64, false),
    ];
    let schema = Arc::new(Schema::new(fields));
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_statistics_enabled(EnabledStatistics::None)
        .set_dictionary_enabled(false)
        .build();
    let whole = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let batches = rows.chunks(8_192).map(|rows| {
        let keys = FixedSizeBinaryArray::try_from_iter(rows.iter().map(|(key, ..)| key.to_bytes()));
        let commits: Int64Array = rows.iter().map(|(_, commit, _)| Some(whole(*commit))).collect();
        let seen: Int64Array = rows.iter().map(|(.., seen)| Some(whole(seen.get()))).collect();
        let batch = keys.and_then(|keys| {
            RecordBatch::try_new(Arc::clone(&schema), vec![Arc::new(keys), Arc::new(commits), Arc::new(seen)])
        });
        batch.map_err(|error| {
            Error::new(ErrorKind::Contract, "when rows were seen does not fit together").with_source(error)
        })
    });
    Writer::new(store, path, Arc::clone(&schema), properties)?.filled(batches)
}

fn read(store: &dyn Store, path: &str, sighting: &mut impl FnMut(Sighting)) -> Result<()> {
    for batch in Source::whole(store, path)?.some(store, &["key", "commit", "seen"])? {
        let batch = batch?;
        let keys = batch.column_by_name("key").and_then(|keys| keys.as_fixed_size_binary_opt());
        let keys = keys.ok_or_else(|| missing("key"))?;
        let (commits, seen) = (numbers(&batch, "commit")?, numbers(&batch, "seen")?);
        for row in 0..batch.num_rows() {
            if let Some(key) = KeyId::from_bytes(keys.value(row)) {
                let (commit, seen) =
                    (commits.value(row).unsigned_abs(), Stamp::new(seen.value(row).unsigned_abs()));
                sighting(Sighting { key, commit, seen });
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Directory;

    fn seen(range: std::ops::Range<u64>, at: u64) -> Vec<(KeyId, Stamp)> {
        range.map(|number| (KeyId::of(&number.to_string()), Stamp::new(at + number))).collect()
    }

    fn noted(files: &Files, store: &dyn Store) -> BTreeMap<KeyId, (u64, u64)> {
        let mut all = BTreeMap::new();
        each(files, "pets", store, |of| _ = all.insert(of.key, (of.commit, of.seen.get()))).unwrap();
        all
    }

    #[test]
    fn little_is_noted_in_the_state_and_much_in_files_which_become_few() {
        let directory = tempfile::tempdir().unwrap();
        let store = Directory::new(directory.path());
        let mut files = Files::default();
        assert!(!note(&mut files, "pets", &store, 1, &[]).unwrap());
        for commit in 2..20 {
            assert!(note(&mut files, "pets", &store, commit, &seen(0..900, commit * 10_000)).unwrap());
        }
        assert_eq!((files.sightings.len(), files.seen.len()), (1, 0), "the same rows again");
        for commit in 20..30 {
            note(&mut files, "pets", &store, commit, &seen(500..2_000, commit * 10_000)).unwrap();
        }
        assert_eq!(files.seen.len(), 10);
        let before = noted(&files, &store);
        assert_eq!(before.len(), 2_000);
        assert_eq!(before[&KeyId::of("7")], (19, 190_007));
        assert_eq!(before[&KeyId::of("700")], (29, 290_700));
        let obsolete = fewer(&mut files, "pets", &store).unwrap();
        assert_eq!((obsolete.len(), &*files.seen, oldest(&files)), (9, &[29][..], Some(29)));
        assert_eq!(noted(&files, &store), before);
        assert_eq!(forget(&mut files, "pets"), ["_ashby/seen/pets/000000000029.parquet"]);
        assert_eq!(files, Files::default());
    }
}
