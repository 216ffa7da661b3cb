//! Files of a stream, read back.

use std::collections::HashSet;
use std::sync::Arc;

use arrow_array::cast::AsArray as _;
use arrow_array::types::Int64Type;
use arrow_array::{Array as _, Int64Array, RecordBatch, StringArray, new_null_array};
use arrow_schema::SchemaRef;
use capture_core::{Error, ErrorKind, Result};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReaderBuilder, RowSelection, RowSelector};

use crate::known::KeyId;
use crate::schema::COMMIT;
use crate::store::{Blob, Store};

/// Rows that are read at once: whole ones, and some columns of them.
const WHOLE_ROWS: usize = 128;
const PART_ROWS: usize = 4_096;

/// What a file in a place says cannot be read.
pub(crate) fn unreadable(
    store: &dyn Store,
    path: &str,
    error: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> Error {
    let message = format!("cannot read {path} in {}", store.place());
    Error::new(ErrorKind::Storage, message).with_source(error).with_hint(
        "if the file was damaged: `ashby compact` makes what is in `current` anew from `changes`; those come from a backup",
    )
}

fn is_gone(store: &dyn Store, path: &str) -> Error {
    let message = format!("{path} is gone from {}", store.place());
    Error::new(ErrorKind::State, message).with_hint(
        "put it back, or forget the stream (`ashby purge STREAM --everything`), so that it is listed again",
    )
}

/// A file that can be read several times.
pub(crate) struct Source {
    path: String,
    blob: Blob,
}

pub(crate) type Batches<'a> = Box<dyn Iterator<Item = Result<RecordBatch>> + 'a>;

impl Source {
    /// # Errors
    /// [`ErrorKind::State`] if there is no such file.
    pub(crate) fn whole(store: &dyn Store, path: &str) -> Result<Self> {
        Self::found(store.whole(path)?, store, path)
    }

    /// One of which little is read.
    pub(crate) fn part(store: &dyn Store, path: &str) -> Result<Self> {
        Self::found(store.part(path)?, store, path)
    }

    fn found(blob: Option<Blob>, store: &dyn Store, path: &str) -> Result<Self> {
        Ok(Self { blob: blob.ok_or_else(|| is_gone(store, path))?, path: path.to_owned() })
    }

    /// The same again.
    pub(crate) fn again(&self) -> Result<Self> {
        let blob = self.blob.again().map_err(|error| {
            Error::new(ErrorKind::Storage, format!("cannot read {} again", self.path)).with_source(error)
        })?;
        Ok(Self { path: self.path.clone(), blob })
    }

    pub(crate) fn of_blob(path: &str, blob: Blob) -> Self {
        Self { path: path.to_owned(), blob }
    }

    fn builder(&self, store: &dyn Store) -> Result<ParquetRecordBatchReaderBuilder<Blob>> {
        let blob = self.blob.again().map_err(|error| unreadable(store, &self.path, error))?;
        ParquetRecordBatchReaderBuilder::try_new(blob).map_err(|error| unreadable(store, &self.path, error))
    }

    fn batches(
        &self,
        store: &dyn Store,
        builder: ParquetRecordBatchReaderBuilder<Blob>,
    ) -> Result<Batches<'static>> {
        let reader = builder.build().map_err(|error| unreadable(store, &self.path, error))?;
        let message = format!("cannot read {} in {}", self.path, store.place());
        Ok(Box::new(reader.map(move |batch| {
            batch.map_err(|error| Error::new(ErrorKind::Storage, message.clone()).with_source(error))
        })))
    }

    /// The commit up to which it goes, as it says itself.
    pub(crate) fn commit(&self, store: &dyn Store) -> Result<Option<u64>> {
        let builder = self.builder(store)?;
        let said = builder.metadata().file_metadata().key_value_metadata();
        let commit = said.into_iter().flatten().find(|said| said.key == COMMIT);
        Ok(commit.and_then(|said| said.value.as_ref()?.parse().ok()))
    }

    /// Some of its columns, in the order of the file.
    pub(crate) fn some(&self, store: &dyn Store, columns: &[&str]) -> Result<Batches<'static>> {
        self.projected(store, columns, PART_ROWS)
    }

    /// The same, where one of them is wide.
    pub(crate) fn few(&self, store: &dyn Store, columns: &[&str]) -> Result<Batches<'static>> {
        self.projected(store, columns, WHOLE_ROWS)
    }

    fn projected(&self, store: &dyn Store, columns: &[&str], rows: usize) -> Result<Batches<'static>> {
        let builder = self.builder(store)?;
        let mask = ProjectionMask::columns(builder.parquet_schema(), columns.iter().copied());
        self.batches(store, builder.with_projection(mask).with_batch_size(rows))
    }

    /// All rows, with the columns of a schema.
    pub(crate) fn all(&self, store: &dyn Store, schema: &SchemaRef) -> Result<Batches<'static>> {
        let builder = self.builder(store)?.with_batch_size(WHOLE_ROWS);
        Ok(fitted(self.batches(store, builder)?, schema))
    }

    /// The rows with these keys, with the columns of a schema.
    pub(crate) fn chosen(
        &self,
        store: &dyn Store,
        schema: &SchemaRef,
        is_chosen: impl Fn(KeyId) -> bool,
    ) -> Result<Option<Batches<'static>>> {
        let mut selectors: Vec<RowSelector> = Vec::new();
        let mut is_any = false;
        for batch in self.some(store, &["_key"])? {
            let batch = batch?;
            let keys = batch.column(0).as_string::<i32>();
            for key in keys {
                let is_chosen = is_chosen(KeyId::of(key.unwrap_or_default()));
                is_any |= is_chosen;
                match selectors.last_mut() {
                    Some(last) if last.skip != is_chosen => last.row_count += 1,
                    _ if is_chosen => selectors.push(RowSelector::select(1)),
                    _ => selectors.push(RowSelector::skip(1)),
                }
            }
        }
        if !is_any {
            return Ok(None);
        }
        let builder = self.builder(store)?.with_batch_size(WHOLE_ROWS);
        let builder = builder.with_row_selection(RowSelection::from(selectors));
        Ok(Some(fitted(self.batches(store, builder)?, schema)))
    }
}

/// Batches with the columns of a schema: what a file does not have is null, `_op` follows from whether the row is gone.
pub(crate) fn fitted<'a>(batches: Batches<'a>, schema: &SchemaRef) -> Batches<'a> {
    let schema = Arc::clone(schema);
    Box::new(batches.map(move |batch| {
        let batch = batch?;
        if batch.schema() == schema {
            return Ok(batch);
        }
        let arrays = schema.fields().iter().map(|field| match batch.column_by_name(field.name()) {
            Some(found) if found.data_type() == field.data_type() => Arc::clone(found),
            _ if field.name() == "_op" => Arc::new(operations(&batch)) as _,
            _ => new_null_array(field.data_type(), batch.num_rows()),
        });
        RecordBatch::try_new(Arc::clone(&schema), arrays.collect()).map_err(|error| {
            Error::new(ErrorKind::Storage, "a file has other columns than it should").with_source(error)
        })
    }))
}

fn operations(batch: &RecordBatch) -> StringArray {
    let deleted = batch.column_by_name("_deleted_at");
    let is_gone = |row| deleted.is_some_and(|deleted| !deleted.is_null(row));
    (0..batch.num_rows()).map(|row| Some(if is_gone(row) { "delete" } else { "upsert" })).collect()
}

/// A column of texts.
pub(crate) fn texts<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a StringArray> {
    let column = batch.column_by_name(name).and_then(|column| column.as_string_opt::<i32>());
    column.ok_or_else(|| missing(name))
}

/// A column of whole numbers.
pub(crate) fn numbers<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a Int64Array> {
    let column = batch.column_by_name(name).and_then(|column| column.as_primitive_opt::<Int64Type>());
    column.ok_or_else(|| missing(name))
}

pub(crate) fn missing(name: &str) -> Error {
    Error::new(ErrorKind::State, format!("a file has no column {name} as this program writes it"))
        .with_hint("was it written by another program? put back what was there")
}

/// A value of a column that may have none.
pub(crate) fn text(column: &StringArray, row: usize) -> Option<&str> {
    (!column.is_null(row)).then(|| column.value(row))
}

/// Keys that are searched for until all are found, or the end.
pub(crate) fn keys_of(
    source: &Source,
    store: &dyn Store,
    wanted: &mut HashSet<KeyId>,
    mut found: impl FnMut(&str),
) -> Result<()> {
    for batch in source.some(store, &["_key"])? {
        if wanted.is_empty() {
            break;
        }
        let batch = batch?;
        for key in texts(&batch, "_key")?.iter().flatten() {
            if wanted.remove(&KeyId::of(key)) {
                found(key);
            }
        }
    }
    Ok(())
}
