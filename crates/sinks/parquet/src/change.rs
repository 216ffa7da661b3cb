//! What a commit brings of a stream: rows that came, and rows that are found to be gone, in the order of their keys.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use capture_core::{Error, ErrorKind, Key, Result};

use crate::encode::Encoded;
use crate::grave::Grave;
use crate::known::KeyId;
use crate::merge::{Merge, Versions};
use crate::reading::{Batches, texts};
use crate::schema::{self, Of};
use crate::store::Store;
use crate::stream::{Pending, Stream};
use crate::writing::Writer;

/// Rows that are made at once, and bytes after which fewer are.
const ROWS: usize = 256;
const BYTES: usize = 1 << 20;

/// Writes the file of a commit, if there is anything to be said.
pub(crate) fn put(
    stream: &mut Stream,
    store: &dyn Store,
    path: &str,
    commit: u64,
    now_us: i64,
) -> Result<bool> {
    if stream.news.rows.is_empty() && stream.news.graves.is_empty() {
        return Ok(false);
    }
    let buried = buried(stream, store, commit, now_us)?;
    let mut order: Vec<usize> = (0..stream.news.rows.len()).collect();
    let rows = &stream.news.rows;
    order.sort_unstable_by(|one, other| rows[*one].key.cmp(&rows[*other].key));
    let told: Vec<(u64, u64)> = order.iter().map(|row| stream.seen_and_hash(rows[*row].place)).collect();
    let schema = schema::schema(stream.encoder.columns(), Of::Changes);
    let properties = schema::properties(&stream.descriptor.name, stream.encoder.columns(), commit);
    let writer = Writer::new(store, path, schema, properties)?;
    let (rows, encoder) = (&stream.news.rows, &mut stream.encoder);
    let mut next = 0;
    let came: Batches<'_> = Box::new(std::iter::from_fn(move || {
        let start = next;
        let mut bytes = 0;
        while next < order.len() && next - start < ROWS && bytes < BYTES {
            bytes += rows[order[next]].body.len();
            next += 1;
        }
        (start < next).then(|| {
            let encoded: Vec<Encoded<'_>> =
                (start..next).map(|index| encoded(&rows[order[index]], told[index])).collect();
            encoder.batch(&encoded, commit, now_us)
        })
    }));
    let spool = match buried {
        None => writer.filled(came)?,
        Some(buried) => writer.filled(Merge::new(vec![came, buried], Versions::All)?)?,
    };
    // Nothing can be there yet: this number was never used.
    store.put_in_place(path, spool, false)?;
    Ok(true)
}

fn encoded(row: &Pending, (seen, hash): (u64, u64)) -> Encoded<'_> {
    Encoded {
        key: row.key.as_str(),
        body: &row.body,
        shape: row.shape,
        scope: row.scope.as_ref().map(Key::as_str),
        grave: row.grave.as_ref(),
        hash,
        seen,
    }
}

/// The rows in files that are gone by now, as they are to be written.
fn buried(
    stream: &mut Stream,
    store: &dyn Store,
    commit: u64,
    now_us: i64,
) -> Result<Option<Batches<'static>>> {
    if stream.news.graves.is_empty() {
        return Ok(None);
    }
    let graves = stream.news.graves.clone();
    let schema = schema::schema(stream.encoder.columns(), Of::Changes);
    let mut found = Vec::new();
    for source in stream.sources(store, true)? {
        if let Some(batches) = source.chosen(store, &schema, |key| graves.contains_key(&key))? {
            found.push(batches);
        }
    }
    if found.is_empty() {
        return Ok(None);
    }
    let merged = Merge::new(found, Versions::Newest)?;
    Ok(Some(Box::new(merged.map(move |batch| marked(&batch?, &graves, commit, now_us)))))
}

/// Rows with what is to be said of them that are gone.
fn marked(
    batch: &RecordBatch,
    graves: &HashMap<KeyId, Arc<Grave>>,
    commit: u64,
    now_us: i64,
) -> Result<RecordBatch> {
    let found: Vec<&Grave> = texts(batch, "_key")?
        .iter()
        .filter_map(|key| graves.get(&KeyId::of(key.unwrap_or_default())).map(|grave| &**grave))
        .collect();
    let rows = batch.num_rows();
    let told = |text: for<'a> fn(&'a Grave) -> Option<&'a str>| -> ArrayRef {
        Arc::new(found.iter().map(|grave| text(grave)).collect::<StringArray>())
    };
    let at: TimestampMicrosecondArray = found.iter().map(|grave| Some(grave.at_us)).collect();
    let now = TimestampMicrosecondArray::from(vec![now_us; rows]);
    let schema = batch.schema();
    let arrays =
        schema.fields().iter().zip(batch.columns()).map(|(field, column)| match field.name().as_str() {
            "_captured_at" => Arc::new(now.clone().with_timezone("UTC")),
            "_deleted_at" => Arc::new(at.clone().with_timezone("UTC")),
            "_deleted_why" => told(|grave| Some(grave.why)),
            "_merged_into" => told(|grave| grave.merged_into.as_deref()),
            "_commit" => Arc::new(Int64Array::from(vec![i64::try_from(commit).unwrap_or(i64::MAX); rows])),
            "_op" => Arc::new(StringArray::from(vec!["delete"; rows])) as ArrayRef,
            _ => Arc::clone(column),
        });
    RecordBatch::try_new(Arc::clone(&schema), arrays.collect()).map_err(|error| {
        Error::new(ErrorKind::Storage, "rows that are gone cannot be marked").with_source(error)
    })
}
