//! The statements that work on a stream's rows.

use typed_records::Column;

use crate::columns::OWN;
use crate::names::quoted;

/// Texts of the statements that name the table, made anew when it has another column.
#[derive(Debug)]
pub(crate) struct Statements {
    /// Of keys: key, hash, scope, whether it is gone, why.
    pub(crate) find: String,
    /// Of keys: key, and the record as it came.
    pub(crate) stored: String,
    /// Keys, hashes: rows whose records came in another order.
    pub(crate) rehash: String,
    /// Rows, by `COPY`.
    pub(crate) copy: String,
    /// Rows, as arrays.
    pub(crate) insert: String,
    /// Rows that are there, as arrays.
    pub(crate) replace: String,
    /// Arrays of keys, times, since when, why, merged into what, scopes: what is said of rows, not what they hold.
    pub(crate) mark: String,
    /// Stream, keys, stamps.
    pub(crate) see: String,
    /// Stream, keys.
    pub(crate) forget: String,
    /// Stream, since, from, now, since when, why, merged into what: rows that were not seen are gone.
    pub(crate) sweep: String,
    /// Stream, since, from: how many these are, and of how many.
    pub(crate) share: String,
    /// Stream, since, from: keys of the first.
    pub(crate) unseen_keys: String,
    /// The three again, with scopes as a further parameter.
    pub(crate) sweep_scopes: String,
    pub(crate) share_of_scopes: String,
    pub(crate) unseen_keys_of_scopes: String,
    /// Keys: how many are rows that are not gone.
    pub(crate) known: String,
}

impl Statements {
    pub(crate) fn new(table: &str, seen: &str, columns: &[Column]) -> Self {
        let written = columns.iter().filter(|column| column.column_type.is_some());
        let names: Vec<String> = OWN
            .iter()
            .map(|(name, _)| quoted(name))
            .chain(written.map(|column| quoted(&column.name)))
            .collect();
        let list = names.join(", ");
        let arrays: Vec<String> = (1..=names.len()).map(|number| format!("${number}")).collect();
        let arrays = arrays.join(", ");
        // What cannot be filled must not show what was there before, either.
        let unfilled = columns.iter().filter(|column| column.column_type.is_none());
        let unfilled = unfilled.map(|column| format!("{} = NULL", quoted(&column.name)));
        let filled =
            names.iter().skip(1).enumerate().map(|(index, name)| format!("{name} = n.c{}", index + 2));
        let sets: Vec<String> = filled.chain(unfilled).collect();
        let given: Vec<String> = (1..=names.len()).map(|number| format!("c{number}")).collect();
        // When a row was last seen: as noted since, or when it was written.
        let stamp = "coalesce(s.stamp, t._seen)";
        let from = format!(
            "FROM {table} t LEFT JOIN {seen} s ON s.stream = $1 AND s.key = t._key WHERE t._deleted_at IS NULL"
        );
        let unseen = format!("{stamp} < $2 AND {stamp} >= $3");
        let sweep = |within: &str| {
            format!(
                "WITH gone AS MATERIALIZED (SELECT t._key {from} AND {unseen} {within}),
                 forgotten AS (DELETE FROM {seen} s USING gone WHERE s.stream = $1 AND s.key = gone._key)
                 UPDATE {table} t SET _captured_at = $4, _deleted_at = $5, _deleted_why = $6, _merged_into = $7
                 FROM gone WHERE t._key = gone._key"
            )
        };
        let share =
            |within: &str| format!("SELECT count(*) FILTER (WHERE {unseen}), count(*) {from} {within}");
        let keys = |within: &str| format!("SELECT t._key {from} AND {unseen} {within} LIMIT 200");
        Self {
            find: format!(
                "SELECT _key, _hash, _scope, _deleted_at IS NOT NULL, _deleted_why FROM {table} WHERE _key = ANY ($1)"
            ),
            stored: format!("SELECT _key, coalesce(_original, _record::pg_catalog.text) FROM {table} WHERE _key = ANY ($1)"),
            rehash: format!(
                "UPDATE {table} t SET _hash = n.hash FROM unnest($1, $2) AS n (key, hash) WHERE t._key = n.key"
            ),
            copy: format!("COPY {table} ({list}) FROM STDIN (FORMAT binary)"),
            insert: format!("INSERT INTO {table} ({list}) SELECT * FROM unnest({arrays})"),
            replace: format!(
                "UPDATE {table} t SET {} FROM unnest({arrays}) AS n ({}) WHERE t._key = n.c1",
                sets.join(", "),
                given.join(", "),
            ),
            mark: format!(
                "UPDATE {table} t SET _captured_at = coalesce(n.captured_at, t._captured_at), _deleted_at = n.deleted_at,
                    _deleted_why = n.why, _merged_into = n.merged_into, _scope = n.scope
                 FROM unnest($1, $2, $3, $4, $5, $6) AS n (key, captured_at, deleted_at, why, merged_into, scope)
                 WHERE t._key = n.key"
            ),
            see: format!(
                "INSERT INTO {seen} AS s (stream, key, stamp) SELECT $1, n.key, n.stamp FROM unnest($2, $3) AS n (key, stamp)
                 ON CONFLICT (stream, key) DO UPDATE SET stamp = excluded.stamp WHERE s.stamp <> excluded.stamp"
            ),
            forget: format!("DELETE FROM {seen} WHERE stream = $1 AND key = ANY ($2)"),
            sweep: sweep(""),
            share: share(""),
            unseen_keys: keys(""),
            sweep_scopes: sweep("AND t._scope = ANY ($8)"),
            share_of_scopes: share("AND t._scope = ANY ($4)"),
            unseen_keys_of_scopes: keys("AND t._scope = ANY ($4)"),
            known: format!("SELECT count(*) FROM {table} WHERE _key = ANY ($1) AND _deleted_at IS NULL"),
        }
    }
}
