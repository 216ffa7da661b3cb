//! Custom fields as columns: a table for each kind of object, with a row for each that has a value.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use capture_core::Lock;
use rusqlite::{Connection, params};

use crate::build::{TableReport, Work};
use crate::error::{Error, Result};
use crate::place;

/// Kinds of objects, and their wide tables.
pub(crate) const OBJECTS: [&str; 7] =
    ["application", "candidate", "job", "offer", "opening", "project", "user"];

/// The wide table of a kind of object.
pub(crate) fn view_of(object: &str) -> String {
    format!("{object}_custom_fields")
}

/// A field and its columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Field {
    pub(crate) id: String,
    object: String,
    kind: String,
    pub(crate) column: String,
}

impl Field {
    /// Names of its columns, their types, and what is selected for them of values `v`.
    fn columns(&self) -> Vec<(String, &'static str, String)> {
        let name = &self.column;
        let first = |value: &str| {
            format!(
                "max(CASE WHEN v.custom_field_id = {} AND v.value_index = 0 THEN v.{value} END)",
                literal(&self.id)
            )
        };
        let one = |end: &str, kind, value| (format!("{name}{end}"), kind, first(value));
        match self.kind.as_str() {
            "Currency" => vec![one("_amount", "REAL", "value_number"), one("_currency", "TEXT", "value_currency")],
            "NumberRange" => vec![one("_min", "REAL", "value_min"), one("_max", "REAL", "value_max")],
            "CompensationRange" => vec![
                one("_min", "REAL", "value_min"),
                one("_max", "REAL", "value_max"),
                one("_currency", "TEXT", "value_currency"),
                one("_interval", "TEXT", "value_interval"),
            ],
            "Number" => vec![one("", "REAL", "value_number")],
            "Boolean" => vec![one("", "INTEGER", "value_bool")],
            "Date" | "DateTime" => vec![one("", "TEXT", "value_date")],
            "MultiValueSelect" => vec![(
                name.clone(),
                "TEXT",
                format!(
                    "(SELECT group_concat(x, ', ') FROM (SELECT coalesce(m.value_label, m.value_text) AS x
                     FROM _custom_field_values m WHERE m.object_type = {} AND m.object_id = v.object_id
                     AND m.custom_field_id = {} AND m.is_live ORDER BY 1))",
                    literal(&self.object),
                    literal(&self.id)
                ),
            )],
            _ => vec![(
                name.clone(),
                "TEXT",
                format!(
                    "max(CASE WHEN v.custom_field_id = {} AND v.value_index = 0 THEN coalesce(v.value_label, v.value_text,
                     v.value_number, v.value_bool, v.value_json) END)",
                    literal(&self.id)
                ),
            )],
        }
    }
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A title as the name of a column: ASCII letters, digits and underscores, the first a letter.
pub(crate) fn named(title: &str) -> String {
    let mut name = String::new();
    for letter in title.chars().flat_map(folded) {
        match letter {
            letter if letter.is_ascii_alphanumeric() => name.push(letter.to_ascii_lowercase()),
            _ if !name.is_empty() && !name.ends_with('_') => name.push('_'),
            _ => {}
        }
    }
    let name = name.trim_end_matches('_');
    match name.chars().next() {
        None => "field".to_owned(),
        Some(first) if first.is_ascii_alphabetic() => name.to_owned(),
        Some(_) => format!("f_{name}"),
    }
}

/// Letters of Latin alphabets without their marks.
fn folded(letter: char) -> std::vec::IntoIter<char> {
    const FOLDS: &[(&str, &str)] = &[
        ("a", "àáâãåāăą"),
        ("ae", "äæ"),
        ("c", "çćĉċč"),
        ("d", "ďđð"),
        ("e", "èéêëēĕėęě"),
        ("g", "ĝğġģ"),
        ("h", "ĥħ"),
        ("i", "ìíîïĩīĭįı"),
        ("j", "ĵ"),
        ("k", "ķ"),
        ("l", "ĺļľŀł"),
        ("n", "ñńņňŋ"),
        ("o", "òóôõøōŏő"),
        ("oe", "öœ"),
        ("r", "ŕŗř"),
        ("s", "śŝşšș"),
        ("ss", "ß"),
        ("t", "ţťŧțþ"),
        ("u", "ùúûũūŭůűų"),
        ("ue", "ü"),
        ("w", "ŵ"),
        ("y", "ýÿŷ"),
        ("z", "źżž"),
    ];
    let lower = letter.to_lowercase().next().unwrap_or(letter);
    let fold = FOLDS.iter().find(|(_, letters)| letters.contains(lower)).map(|(fold, _)| *fold);
    fold.map_or_else(|| vec![letter], |fold| fold.chars().collect()).into_iter()
}

/// The fields of the organisation, with columns: those that have a name keep it.
fn fields(connection: &Connection, kept: &BTreeMap<String, String>) -> rusqlite::Result<Vec<Field>> {
    // Defined ones, and those of which only values are known.
    let sql = "SELECT custom_field_id, object_type, field_type, title FROM _custom_fields
        UNION ALL
        SELECT v.custom_field_id, v.object_type, min(v.field_type), max(v._title) FROM _custom_field_values v
        WHERE v.custom_field_id IN (SELECT custom_field_id FROM u_fields) AND v.object_type NOT IN ('offer_version', 'archive_detail')
        GROUP BY 1, 2
        UNION ALL
        SELECT c.custom_field_id, c.object_type, c.field_type, c.column_name FROM custom_field_columns c
        WHERE c.custom_field_id NOT IN (SELECT custom_field_id FROM _custom_fields)
        ORDER BY 1, 2";
    let mut select = connection.prepare(sql)?;
    let mut rows = select.query([])?;
    let mut fields: Vec<Field> = Vec::new();
    let mut taken: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut waiting: Vec<(Field, String)> = Vec::new();
    while let Some(row) = rows.next()? {
        let (id, object): (String, Option<String>) = (row.get(0)?, row.get(1)?);
        let kind: Option<String> = row.get(2)?;
        let Some(object) = object.filter(|object| OBJECTS.contains(&object.as_str())) else { continue };
        if fields.iter().any(|field| field.id == id) || waiting.iter().any(|(field, _)| field.id == id) {
            continue;
        }
        let title: Option<String> = row.get(3)?;
        let mut field = Field { id, object, kind: kind.unwrap_or_default(), column: String::new() };
        let kept = kept.get(&field.id);
        field.column = kept.cloned().unwrap_or_default();
        let names =
            taken.entry(field.object.clone()).or_insert_with(|| [format!("{}_id", field.object)].into());
        let columns: Vec<String> = field.columns().into_iter().map(|(name, ..)| name).collect();
        // A field that became one of another kind may not fit under its name any more.
        if kept.is_some() && columns.iter().all(|column| !names.contains(column)) {
            names.extend(columns);
            fields.push(field);
        } else {
            waiting.push((field, named(title.as_deref().unwrap_or_default())));
        }
    }
    for (mut field, name) in waiting {
        let names = taken.entry(field.object.clone()).or_default();
        for number in 1.. {
            field.column = if number == 1 { name.clone() } else { format!("{name}_{number}") };
            let columns: Vec<String> = field.columns().into_iter().map(|(name, ..)| name).collect();
            if columns.iter().all(|column| !names.contains(column)) {
                names.extend(columns);
                break;
            }
        }
        fields.push(field);
    }
    fields.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(fields)
}

/// Names that fields have.
pub(crate) fn names(connection: &Connection) -> rusqlite::Result<BTreeMap<String, String>> {
    let mut select = connection.prepare("SELECT custom_field_id, column_name FROM custom_field_columns")?;
    let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.collect()
}

/// Rows of a kind of object, of all or of those in `w_objects`.
fn fill(
    connection: &Connection,
    into: &str,
    object: &str,
    fields: &[&Field],
    only: bool,
) -> rusqlite::Result<usize> {
    let (mut names, mut values) = (vec![format!("{object}_id")], vec!["v.object_id".to_owned()]);
    for (name, _, value) in fields.iter().flat_map(|field| field.columns()) {
        names.push(sink_sqlite::quoted(&name));
        values.push(value);
    }
    let condition = if only { " AND v.object_id IN (SELECT id FROM w_objects)" } else { "" };
    let sql = format!(
        "INSERT INTO {} ({}) SELECT {} FROM _custom_field_values v
         WHERE v.object_type = '{object}' AND v.is_live{condition} GROUP BY v.object_id",
        into,
        names.join(", "),
        values.join(", ")
    );
    connection.execute(&sql, [])
}

fn make(connection: &Connection, object: &str, fields: &[&Field]) -> rusqlite::Result<usize> {
    let view = view_of(object);
    let mut columns = vec![format!("{object}_id TEXT")];
    connection.execute("DELETE FROM model_columns WHERE table_name = ?1", [&view])?;
    connection.execute(
        "INSERT INTO model_columns VALUES (?1, ?2, 'text', 'What has the values')",
        params![view, format!("{object}_id")],
    )?;
    for field in fields {
        for (name, kind, _) in field.columns() {
            columns.push(format!("{} {kind}", sink_sqlite::quoted(&name)));
            let kind = match kind {
                "REAL" => "real",
                "INTEGER" => "boolean",
                _ if field.kind.starts_with("Date") => "date",
                _ => "text",
            };
            let about = format!("Custom field {} ({})", field.id, field.kind);
            connection.execute(
                "INSERT INTO model_columns VALUES (?1, ?2, ?3, ?4)",
                params![view, name, kind, about],
            )?;
        }
    }
    connection.execute_batch(&format!(
        "DROP TABLE IF EXISTS {view}; CREATE TABLE {view} ({})",
        columns.join(", ")
    ))?;
    let rows = fill(connection, &view, object, fields, false)?;
    connection.execute_batch(&format!("CREATE UNIQUE INDEX k_{view} ON {view} ({object}_id)"))?;
    Ok(rows)
}

fn note(connection: &Connection, fields: &[Field]) -> rusqlite::Result<()> {
    let sql = "INSERT INTO custom_field_columns (custom_field_id, object_type, view, column_name, field_type)
        VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET object_type = excluded.object_type, view = excluded.view,
            column_name = excluded.column_name, field_type = excluded.field_type
        WHERE column_name <> excluded.column_name OR field_type <> excluded.field_type OR view <> excluded.view";
    let mut insert = connection.prepare(sql)?;
    for field in fields {
        insert.execute(params![field.id, field.object, view_of(&field.object), field.column, field.kind])?;
    }
    Ok(())
}

/// Makes all of them. Fields keep the names that they had.
pub(crate) fn create(work: &mut Work<'_>, kept: &BTreeMap<String, String>) -> rusqlite::Result<()> {
    let connection = work.connection;
    connection.execute_batch(
        "CREATE UNIQUE INDEX IF NOT EXISTS k_custom_field_columns ON custom_field_columns (custom_field_id);
         CREATE TEMP TABLE u_fields AS SELECT DISTINCT custom_field_id FROM _custom_field_values
            WHERE custom_field_id NOT IN (SELECT custom_field_id FROM _custom_fields);",
    )?;
    let fields = fields(connection, kept)?;
    note(connection, &fields)?;
    for object in OBJECTS {
        let of: Vec<&Field> = fields.iter().filter(|field| field.object == object).collect();
        make(connection, object, &of)?;
    }
    Ok(())
}

/// Follows what changed.
pub(crate) fn update(work: &mut Work<'_>) -> rusqlite::Result<()> {
    let connection = work.connection;
    connection.execute_batch(
        "CREATE TEMP TABLE u_fields AS
            SELECT DISTINCT custom_field_id FROM s_custom_field_values
                WHERE custom_field_id NOT IN (SELECT custom_field_id FROM _custom_fields)
            UNION SELECT custom_field_id FROM custom_field_columns
                WHERE custom_field_id NOT IN (SELECT custom_field_id FROM _custom_fields);
         CREATE TEMP TABLE w_objects (id TEXT PRIMARY KEY) WITHOUT ROWID;",
    )?;
    let before = names(connection)?;
    let fields = fields(connection, &before)?;
    let known: Vec<Field> = {
        let sql = "SELECT custom_field_id, object_type, field_type, column_name FROM custom_field_columns ORDER BY 1";
        let mut select = connection.prepare(sql)?;
        let rows = select.query_map([], |row| {
            Ok(Field { id: row.get(0)?, object: row.get(1)?, kind: row.get(2)?, column: row.get(3)? })
        })?;
        rows.collect::<rusqlite::Result<_>>()?
    };
    note(connection, &fields)?;
    for object in OBJECTS {
        let of: Vec<&Field> = fields.iter().filter(|field| field.object == object).collect();
        let view = view_of(object);
        if !known.iter().filter(|field| field.object == object).eq(of.iter().copied()) {
            let removed = connection
                .query_row(&format!("SELECT count(*) FROM {view}"), [], |row| row.get::<_, i64>(0))?;
            let written = make(connection, object, &of)?;
            report(work, object, written, removed.unsigned_abs());
            continue;
        }
        let dependents = match object {
            "application" => "SELECT application_id FROM dirty".to_owned(),
            "candidate" => "SELECT id FROM touched WHERE of = 'candidates'".to_owned(),
            "offer" => {
                "SELECT offer_id FROM _offers WHERE application_id IN (SELECT application_id FROM dirty)"
                    .to_owned()
            }
            _ => "SELECT NULL WHERE 0".to_owned(),
        };
        connection.execute_batch(&format!(
            "DELETE FROM w_objects;
             INSERT OR IGNORE INTO w_objects SELECT id FROM touched WHERE of = 'field.{object}' UNION {dependents}"
        ))?;
        let (written, removed) = renew(connection, &view, object, &of)?;
        report(work, object, written, removed as u64);
    }
    Ok(())
}

/// Lets rows of the objects in `w_objects` be what their values say; those that stay the same are not written.
fn renew(
    connection: &Connection,
    view: &str,
    object: &str,
    fields: &[&Field],
) -> rusqlite::Result<(usize, usize)> {
    connection.execute_batch(&format!("CREATE TEMP TABLE w_new AS SELECT * FROM {view} LIMIT 0"))?;
    fill(connection, "w_new", object, fields, true)?;
    connection.execute_batch(&format!("CREATE INDEX temp.k_w_new ON w_new ({object}_id)"))?;
    let names: Vec<String> = std::iter::once(format!("{object}_id"))
        .chain(fields.iter().flat_map(|field| field.columns()).map(|(name, ..)| sink_sqlite::quoted(&name)))
        .collect();
    let same: Vec<String> = names.iter().map(|name| format!("x.{name} IS n.{name}")).collect();
    let removed = connection.execute(
        &format!(
            "DELETE FROM {view} AS x WHERE {object}_id IN (SELECT id FROM w_objects)
             AND NOT EXISTS (SELECT 1 FROM w_new n WHERE {})",
            same.join(" AND ")
        ),
        [],
    )?;
    let columns = names.join(", ");
    let written = connection.execute(
        &format!(
            "INSERT INTO {view} ({columns}) SELECT {columns} FROM w_new n
             WHERE NOT EXISTS (SELECT 1 FROM {view} x WHERE x.{object}_id = n.{object}_id)"
        ),
        [],
    )?;
    connection.execute_batch("DROP TABLE temp.w_new")?;
    Ok((written, removed))
}

fn report(work: &mut Work<'_>, object: &str, written: usize, removed: u64) {
    let at = OBJECTS.iter().position(|one| *one == object).unwrap_or_default();
    const VIEWS: [&str; 7] = [
        "application_custom_fields",
        "candidate_custom_fields",
        "job_custom_fields",
        "offer_custom_fields",
        "opening_custom_fields",
        "project_custom_fields",
        "user_custom_fields",
    ];
    let entry: &mut TableReport = work.reports.entry(VIEWS[at]).or_default();
    entry.written += written as u64;
    entry.removed += removed;
}

/// A column of a wide table.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Wide {
    /// The field.
    pub custom_field_id: String,
    /// The table.
    pub view: String,
    /// The column, or how its columns begin.
    pub column_name: String,
    /// The field's type.
    pub field_type: String,
}

/// The columns of wide tables.
///
/// # Errors
/// As [`open`](crate::open).
pub fn wide_tables(model: &Path) -> Result<Vec<Wide>> {
    let connection = place::open(model)?;
    let attempt = || -> rusqlite::Result<Vec<Wide>> {
        let sql = "SELECT custom_field_id, view, column_name, field_type FROM custom_field_columns ORDER BY view, column_name";
        let mut select = connection.prepare(sql)?;
        let rows = select.query_map([], |row| {
            Ok(Wide {
                custom_field_id: row.get(0)?,
                view: row.get(1)?,
                column_name: row.get(2)?,
                field_type: row.get(3)?,
            })
        })?;
        rows.collect()
    };
    attempt().map_err(Error::sqlite(model))
}

/// Columns of a table or view, as the model describes them: name, type, what it is.
///
/// # Errors
/// As [`open`](crate::open).
pub fn columns_of(model: &Path, table: &str) -> Result<Vec<(String, String, String)>> {
    let connection = place::open(model)?;
    let attempt = || -> rusqlite::Result<Vec<(String, String, String)>> {
        let sql = "SELECT column_name, type, description FROM model_columns WHERE table_name = ?1 ORDER BY 1";
        let mut select = connection.prepare(sql)?;
        let rows = select.query_map([table], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        rows.collect()
    };
    attempt().map_err(Error::sqlite(model))
}

/// Gives a custom field's column another name, by which it is known from now on.
///
/// # Errors
/// [`Error::Option`] if there is no such field, or the name cannot be had; as [`open`](crate::open).
pub fn rename(model: &Path, field: &str, column: &str) -> Result<Wide> {
    let _lock = Lock::acquire(model)?;
    let connection = place::existing(model)?.ok_or_else(|| Error::Missing(model.to_owned()))?;
    if named(column) != column {
        let message =
            format!("a column is named in small letters, digits and underscores: {}", named(column));
        return Err(Error::Option(message));
    }
    let attempt = || -> rusqlite::Result<std::result::Result<(), String>> {
        connection.execute_batch("BEGIN IMMEDIATE; CREATE TEMP TABLE u_fields (custom_field_id TEXT)")?;
        let before = names(&connection)?;
        if !before.contains_key(field) {
            return Ok(Err("there is no custom field of this id in the model".to_owned()));
        }
        let mut kept = before;
        kept.insert(field.to_owned(), column.to_owned());
        let all = fields(&connection, &kept)?;
        let renamed = all.iter().find(|one| one.id == field);
        let Some(renamed) = renamed.filter(|one| one.column == column).cloned() else {
            return Ok(Err(format!("the table has another column named {column}")));
        };
        note(&connection, &all)?;
        let of: Vec<&Field> = all.iter().filter(|one| one.object == renamed.object).collect();
        make(&connection, &renamed.object, &of)?;
        connection.execute_batch("COMMIT")?;
        Ok(Ok(()))
    };
    let ended = attempt();
    if !connection.is_autocommit() {
        let _ = connection.execute_batch("ROLLBACK");
    }
    ended.map_err(Error::sqlite(model))?.map_err(Error::Option)?;
    drop(connection);
    let all = wide_tables(model)?;
    all.into_iter().find(|one| one.custom_field_id == field).ok_or_else(|| Error::Missing(model.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_become_names() {
        for (title, name) in [
            ("Years of experience", "years_of_experience"),
            ("  Notice – period (days) ", "notice_period_days"),
            ("Führungs-Größe", "fuehrungs_groesse"),
            ("1st choice?", "f_1st_choice"),
            ("\u{65e5}\u{672c}", "field"),
            ("", "field"),
        ] {
            assert_eq!(named(title), name, "{title}");
        }
    }
}
