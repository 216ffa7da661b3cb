//! Files of a stream, written.

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use capture_core::{Error, ErrorKind, Result};
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;

use crate::schema;
use crate::store::{Spool, Store};

/// A file that is being written.
pub(crate) struct Writer {
    path: String,
    place: String,
    writer: ArrowWriter<Spool>,
}

impl Writer {
    /// A file that will have this path.
    pub(crate) fn new(
        store: &dyn Store,
        path: &str,
        schema: SchemaRef,
        properties: WriterProperties,
    ) -> Result<Self> {
        let place = store.place();
        let writer = ArrowWriter::try_new(store.spool()?, schema, Some(properties));
        let writer = writer.map_err(|error| unwritten(path, &place, error))?;
        Ok(Self { path: path.to_owned(), place, writer })
    }

    pub(crate) fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        let written = self.writer.write(batch).and_then(|()| {
            if schema::is_group_full(self.writer.in_progress_size()) { self.writer.flush() } else { Ok(()) }
        });
        written.map_err(|error| unwritten(&self.path, &self.place, error))
    }

    /// The whole file, which does not count yet.
    pub(crate) fn finish(self) -> Result<Spool> {
        self.writer.into_inner().map_err(|error| unwritten(&self.path, &self.place, error))
    }

    /// Writes all of these.
    pub(crate) fn filled(mut self, batches: impl Iterator<Item = Result<RecordBatch>>) -> Result<Spool> {
        for batch in batches {
            self.write(&batch?)?;
        }
        self.finish()
    }
}

fn unwritten(path: &str, place: &str, error: parquet::errors::ParquetError) -> Error {
    Error::new(ErrorKind::Storage, format!("cannot write {path} in {place}"))
        .with_source(error)
        .with_hint("is there room, here (TMPDIR) and there?")
}
