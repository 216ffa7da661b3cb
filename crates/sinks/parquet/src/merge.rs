//! Files that are each sorted by key, as one that is: of each key the newest row, or all of them.

use arrow_array::{RecordBatch, UInt32Array};
use arrow_select::interleave::interleave_record_batch;
use arrow_select::take::take_record_batch;
use capture_core::{Error, ErrorKind, Result};

use crate::reading::{Batches, numbers, texts};

/// Rows that are handed on at once, and bytes after which fewer are.
const ROWS: usize = 1_024;
const BYTES: usize = 2 << 20;

/// Which of several rows of a key are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Versions {
    /// The one of the newest commit.
    Newest,
    /// All, but of each commit one.
    All,
}

/// A batch that is being read, and where.
struct Cursor<'a> {
    batches: Batches<'a>,
    batch: Option<RecordBatch>,
    row: usize,
    /// Where the batch is among those that the next ones handed on are made of.
    place: Option<usize>,
}

impl Cursor<'_> {
    fn key(&self) -> Result<Option<&str>> {
        let Some(batch) = &self.batch else { return Ok(None) };
        Ok(Some(texts(batch, "_key")?.value(self.row)))
    }

    fn commit(&self) -> Result<i64> {
        self.batch.as_ref().map_or(Ok(0), |batch| Ok(numbers(batch, "_commit")?.value(self.row)))
    }

    fn advance(&mut self) -> Result<()> {
        self.row += 1;
        while self.batch.as_ref().is_none_or(|batch| self.row >= batch.num_rows()) {
            (self.batch, self.row, self.place) = (self.batches.next().transpose()?, 0, None);
            if self.batch.is_none() {
                break;
            }
        }
        Ok(())
    }
}

/// Files merged; all have the same columns, and rows in the order of keys, of one key the newest first.
pub(crate) struct Merge<'a> {
    cursors: Vec<Cursor<'a>>,
    versions: Versions,
    /// Batches of which rows are to be handed on, and these.
    used: Vec<RecordBatch>,
    rows: Vec<(usize, usize)>,
    used_bytes: usize,
    has_failed: bool,
}

impl<'a> Merge<'a> {
    /// # Errors
    /// Those of reading the first rows.
    pub(crate) fn new(sources: Vec<Batches<'a>>, versions: Versions) -> Result<Self> {
        let mut cursors = Vec::with_capacity(sources.len());
        for batches in sources {
            let mut cursor = Cursor { batches, batch: None, row: 0, place: None };
            cursor.advance()?;
            cursors.push(cursor);
        }
        let (used, rows) = (Vec::new(), Vec::new());
        Ok(Self { cursors, versions, used, rows, used_bytes: 0, has_failed: false })
    }

    /// The file whose next row comes next: that with the smallest key, and of those the newest commit.
    fn first(&self) -> Result<Option<usize>> {
        let mut first: Option<(usize, &str, i64)> = None;
        for (index, cursor) in self.cursors.iter().enumerate() {
            let Some(key) = cursor.key()? else { continue };
            let is_first = match first {
                None => true,
                Some((_, other, _)) if key != other => key < other,
                Some((_, _, commit)) => cursor.commit()? > commit,
            };
            if is_first {
                first = Some((index, key, cursor.commit()?));
            }
        }
        Ok(first.map(|(index, ..)| index))
    }

    fn keep(&mut self, index: usize) {
        let cursor = &mut self.cursors[index];
        let Some(batch) = &cursor.batch else { return };
        let place = *cursor.place.get_or_insert_with(|| {
            self.used.push(batch.clone());
            self.used_bytes += batch.get_array_memory_size();
            self.used.len() - 1
        });
        self.rows.push((place, cursor.row));
    }

    /// Passes over rows of this key that are older, or of the same commit.
    fn pass(&mut self, key: &str, commit: i64) -> Result<()> {
        for cursor in &mut self.cursors {
            while cursor.key()? == Some(key)
                && (self.versions == Versions::Newest || cursor.commit()? == commit)
            {
                cursor.advance()?;
            }
        }
        Ok(())
    }

    fn next_batch(&mut self) -> Result<Option<RecordBatch>> {
        while let Some(first) = self.first()? {
            self.keep(first);
            let cursor = &self.cursors[first];
            let key = cursor.key()?.unwrap_or_default().to_owned();
            let commit = cursor.commit()?;
            self.cursors[first].advance()?;
            self.pass(&key, commit)?;
            if self.rows.len() >= ROWS || self.used_bytes >= BYTES {
                return self.hand_on().map(Some);
            }
        }
        if self.rows.is_empty() { Ok(None) } else { self.hand_on().map(Some) }
    }

    fn hand_on(&mut self) -> Result<RecordBatch> {
        let used: Vec<&RecordBatch> = self.used.iter().collect();
        let merged = interleave_record_batch(&used, &self.rows).map_err(unfit)?;
        self.used.clear();
        self.rows.clear();
        self.used_bytes = 0;
        self.cursors.iter_mut().for_each(|cursor| cursor.place = None);
        Ok(merged)
    }
}

impl Iterator for Merge<'_> {
    type Item = Result<RecordBatch>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.has_failed {
            return None;
        }
        let next = self.next_batch();
        self.has_failed = next.is_err();
        next.transpose()
    }
}

/// The rows of a batch that are kept.
pub(crate) fn only(batch: &RecordBatch, is_kept: impl Fn(usize) -> bool) -> Result<RecordBatch> {
    let rows: Vec<u32> = (0..batch.num_rows()).filter(|row| is_kept(*row)).map(|row| row as u32).collect();
    if rows.len() == batch.num_rows() {
        return Ok(batch.clone());
    }
    take_record_batch(batch, &UInt32Array::from(rows)).map_err(unfit)
}

fn unfit(error: arrow_schema::ArrowError) -> Error {
    Error::new(ErrorKind::Storage, "rows of several files do not fit together").with_source(error)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{Int64Array, StringArray};
    use arrow_schema::{DataType, Field, Schema};

    use super::*;

    fn file(rows: &[(&str, i64)], size: usize) -> Batches<'static> {
        let fields =
            [Field::new("_key", DataType::Utf8, false), Field::new("_commit", DataType::Int64, false)];
        let schema = Arc::new(Schema::new(fields.to_vec()));
        let batches: Vec<_> = rows
            .chunks(size)
            .map(|rows| {
                let keys: StringArray = rows.iter().map(|(key, _)| Some(*key)).collect();
                let commits: Int64Array = rows.iter().map(|(_, commit)| Some(*commit)).collect();
                Ok(RecordBatch::try_new(Arc::clone(&schema), vec![Arc::new(keys), Arc::new(commits)])
                    .unwrap())
            })
            .collect();
        Box::new(batches.into_iter())
    }

    fn merged(versions: Versions, size: usize) -> Vec<(String, i64)> {
        let files = vec![
            file(&[("a", 1), ("b", 1), ("d", 1)], size),
            file(&[], size),
            file(&[("b", 2), ("c", 2)], size),
            file(&[("a", 3), ("b", 2), ("b", 1), ("e", 3)], size),
        ];
        let mut all = Vec::new();
        for batch in Merge::new(files, versions).unwrap() {
            let batch = batch.unwrap();
            let (keys, commits) = (texts(&batch, "_key").unwrap(), numbers(&batch, "_commit").unwrap());
            all.extend((0..batch.num_rows()).map(|row| (keys.value(row).to_owned(), commits.value(row))));
        }
        all
    }

    #[test]
    fn of_each_key_the_newest_row_is_left_or_each_once() {
        for size in [1, 2, 10] {
            let newest = [("a", 3), ("b", 2), ("c", 2), ("d", 1), ("e", 3)];
            assert_eq!(merged(Versions::Newest, size), newest.map(|(key, commit)| (key.to_owned(), commit)));
            let mut all = merged(Versions::All, size);
            all.sort();
            let expected = [("a", 1), ("a", 3), ("b", 1), ("b", 2), ("c", 2), ("d", 1), ("e", 3)];
            assert_eq!(all, expected.map(|(key, commit)| (key.to_owned(), commit)), "size {size}");
        }
    }

    #[test]
    fn rows_are_left_out() {
        let batch = file(&[("a", 1), ("b", 1), ("c", 1)], 3).next().unwrap().unwrap();
        let left = only(&batch, |row| row != 1).unwrap();
        assert_eq!((texts(&left, "_key").unwrap().value(1), left.num_rows()), ("c", 2));
        assert_eq!(only(&batch, |_| true).unwrap().num_rows(), 3);
    }
}
