//! The statements that work on a stream's rows.

use std::sync::LazyLock;

use crate::names::rows_table;

/// A row is seen: stream, row, stamp.
pub(crate) const SEE: &str = "INSERT INTO _capture_live (stream, row, seen) VALUES (?1, ?2, ?3)
    ON CONFLICT DO UPDATE SET seen = excluded.seen WHERE seen <> excluded.seen";

/// How many rows [`see_many`] is about.
pub(crate) const SEE_AT_ONCE: usize = 32;

/// Rows are seen: stream, stamp, rows.
pub(crate) fn see_many() -> &'static str {
    static TEXT: LazyLock<String> = LazyLock::new(|| {
        let values: Vec<String> = (0..SEE_AT_ONCE).map(|row| format!("(?1, ?{}, ?2)", row + 3)).collect();
        SEE.replace("(?1, ?2, ?3)", &values.join(", "))
    });
    &TEXT
}

/// A row is not live any more: stream, row.
pub(crate) const FORGET: &str = "DELETE FROM _capture_live WHERE stream = ?1 AND row = ?2";

/// Texts of the statements that name the table, made once.
#[derive(Debug)]
pub(crate) struct Statements {
    /// By key, hash and stream: row, whether it is gone, why, scope, record.
    pub(crate) find: String,
    /// By key and row: the same.
    pub(crate) look: String,
    /// Key, hash, time, scope, record, mended record, change.
    pub(crate) insert: String,
    /// Row, time, scope, record, mended record, change.
    pub(crate) replace: String,
    /// Row, scope.
    pub(crate) rescope: String,
    /// Row, time, since when, why, merged into what, change.
    pub(crate) bury: String,
    /// Row, what is left of its record, the same mended.
    pub(crate) erase: String,
    /// Of a stream, before a stamp: row numbers.
    pub(crate) unseen: String,
    /// Of a stream, before a stamp: how many, of how many.
    pub(crate) share: String,
    /// Of a stream, before a stamp: keys.
    pub(crate) unseen_keys: String,
    /// The three again, with the scope as a third parameter.
    pub(crate) unseen_of_scope: String,
    pub(crate) share_of_scope: String,
    pub(crate) unseen_keys_of_scope: String,
}

impl Statements {
    pub(crate) fn new(stream: &str) -> Self {
        let table = rows_table(stream);
        // Where each query starts is said (CROSS JOIN): at the small table for all rows, at the index for a scope.
        let look = "SELECT _row, _deleted_at IS NOT NULL, _deleted_why, _scope, _record";
        let live = "FROM _capture_live WHERE stream = ?1";
        let live_keys = format!("FROM _capture_live CROSS JOIN {table} ON _row = row WHERE stream = ?1");
        let scope =
            format!("FROM {table} CROSS JOIN _capture_live ON stream = ?1 AND row = _row WHERE _scope = ?3");
        Self {
            find: format!(
                "{look} FROM _capture_keys CROSS JOIN {table} ON _row = row
                 WHERE stream = ?3 AND hash = ?2 AND +_key = ?1"
            ),
            look: format!("{look} FROM {table} WHERE _row = ?2 AND +_key = ?1"),
            insert: format!(
                "INSERT INTO {table} (_key, _hash, _captured_at, _scope, _record, _mended, _change)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
            ),
            replace: format!(
                "UPDATE {table} SET _captured_at = ?2, _deleted_at = NULL, _deleted_why = NULL,
                 _merged_into = NULL, _scope = ?3, _record = ?4, _mended = ?5, _change = ?6 WHERE _row = ?1"
            ),
            rescope: format!("UPDATE {table} SET _scope = ?2 WHERE _row = ?1"),
            bury: format!(
                "UPDATE {table} SET _captured_at = ?2, _deleted_at = ?3, _deleted_why = ?4, _merged_into = ?5,
                 _change = ?6 WHERE _row = ?1"
            ),
            erase: format!("UPDATE {table} SET _record = ?2, _mended = ?3 WHERE _row = ?1"),
            unseen: format!("SELECT row {live} AND seen < ?2 AND seen >= ?3"),
            share: format!("SELECT count(*) FILTER (WHERE seen < ?2 AND seen >= ?3), count(*) {live}"),
            unseen_keys: format!("SELECT _key {live_keys} AND seen < ?2 AND seen >= ?3 ORDER BY row"),
            unseen_of_scope: format!("SELECT row {scope} AND seen < ?2 AND seen >= ?4"),
            share_of_scope: format!(
                "SELECT count(*) FILTER (WHERE seen < ?2 AND seen >= ?4), count(*) {scope}"
            ),
            unseen_keys_of_scope: format!("SELECT _key {scope} AND seen < ?2 AND seen >= ?4 ORDER BY row"),
        }
    }
}
