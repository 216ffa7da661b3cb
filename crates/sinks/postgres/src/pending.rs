//! What records make of rows: worked out here, one record after the other, before anything is sent.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use capture_core::{Counts, Gone, Key, Op, Record, Shape, Write};
use xxhash_rust::xxh3::xxh3_64;

use crate::grave::Grave;
use crate::key;

/// A row as it is, or as it is to be.
#[derive(Debug, Default)]
pub(crate) struct Row<'a> {
    /// Whether the table has it.
    pub(crate) is_there: bool,
    pub(crate) hash: i64,
    /// The hash of a record that comes, if it says what the row's says, in another order.
    pub(crate) alias: Option<i64>,
    /// Whether the row is to have another hash, and nothing else.
    pub(crate) is_rehashed: bool,
    pub(crate) scope: Option<Cow<'a, str>>,
    /// How much is known of why it is gone, if it is.
    pub(crate) rank: Option<u8>,
    /// What is to be said of that, if it is new.
    pub(crate) grave: Option<Grave>,
    /// What it is to hold, if that is new.
    pub(crate) body: Option<(Cow<'a, [u8]>, Option<Shape>)>,
    /// When it was seen, if that is new.
    pub(crate) seen: Option<i64>,
    /// Whether anything is to be said of it that is not in its record.
    pub(crate) is_marked: bool,
}

impl Row<'_> {
    fn exists(&self) -> bool {
        self.is_there || self.body.is_some()
    }

    pub(crate) fn is_live(&self) -> bool {
        self.exists() && self.rank.is_none()
    }
}

/// The keys that writes are about, each once.
pub(crate) fn keys<'a>(writes: &[&'a Write]) -> HashMap<&'a str, Row<'a>> {
    let records = writes.iter().flat_map(|write| &write.records);
    records.map(|record| (record.key.as_str(), Row::default())).collect()
}

/// What of rows that are there comes with other bytes, by key: by them it is not told whether it is a change, for the
/// members of a record may only come in another order. Of a key the first record counts.
pub(crate) fn rewritten<'a>(
    writes: &[&'a Write],
    rows: &HashMap<&'a str, Row<'a>>,
) -> HashMap<&'a str, &'a [u8]> {
    let mut met = HashSet::new();
    let first =
        writes.iter().flat_map(|write| &write.records).filter(|record| met.insert(record.key.as_str()));
    let rewritten = first.filter_map(|record| {
        let row = rows.get(record.key.as_str())?;
        let Op::Upsert(body) = &record.op else { return None };
        (row.is_live() && row.hash != hash_of(body)).then(|| (record.key.as_str(), &**body))
    });
    rewritten.collect()
}

/// A hash of a record's bytes.
pub(crate) fn hash_of(body: &[u8]) -> i64 {
    xxh3_64(body).cast_signed()
}

/// Lets the records of writes, in order, change rows; what became of them.
pub(crate) fn apply<'a>(
    writes: &[&'a Write],
    rows: &mut HashMap<&'a str, Row<'a>>,
    key_fields: &[String],
    now_us: i64,
) -> Counts {
    let mut counts = Counts::default();
    for write in writes {
        let seen = i64::try_from(write.seen.get()).unwrap_or(i64::MAX);
        for record in &write.records {
            let Some(row) = rows.get_mut(record.key.as_str()) else { continue };
            match &record.op {
                Op::Upsert(body) => upsert(row, record, body, seen, &mut counts),
                Op::Gone(gone) => bury(row, &record.key, gone, key_fields, now_us, &mut counts),
            }
        }
    }
    counts
}

fn upsert<'a>(row: &mut Row<'a>, record: &'a Record, body: &'a [u8], seen: i64, counts: &mut Counts) {
    let hash = hash_of(body);
    let scope = record.scope.as_ref().map(|scope| key::stored(scope.as_str()));
    row.seen = Some(seen);
    if row.is_live() && row.alias == Some(hash) {
        (row.hash, row.alias, row.is_rehashed) = (hash, None, true);
    }
    if row.is_live() && row.hash == hash {
        counts.unchanged += 1;
        row.is_marked |= row.scope != scope;
        row.scope = scope;
        return;
    }
    match row.is_live() {
        true => counts.changed += 1,
        false => counts.new += 1,
    }
    (row.hash, row.scope, row.rank, row.grave) = (hash, scope, None, None);
    row.body = Some((Cow::Borrowed(body), record.shape));
}

/// One that is gone already hears a reason that says more.
fn bury(row: &mut Row<'_>, key: &Key, gone: &Gone, key_fields: &[String], now_us: i64, counts: &mut Counts) {
    let rank = Gone::rank_of(Some(gone.why()));
    if !row.exists() || row.rank.is_some_and(|before| before >= rank) {
        return;
    }
    counts.deleted += u64::from(row.rank.is_none());
    (row.rank, row.grave, row.is_marked) = (Some(rank), Some(Grave::new(gone, now_us)), true);
    if matches!(gone, Gone::Erased) {
        let left = key_only(key, key_fields).into_bytes();
        row.hash = hash_of(&left);
        row.body = Some((Cow::Owned(left), None));
    }
}

/// A record that holds its key and nothing else.
fn key_only(key: &Key, key_fields: &[String]) -> String {
    let parts = key.parts(key_fields.len());
    let fields = key_fields.iter().cloned().zip(parts.into_iter().map(Into::into));
    serde_json::Value::Object(fields.collect()).to_string()
}
