//! What changed, and what follows from it.

use rusqlite::Connection;

use crate::build::{Applications, BuildReport, Work};
use crate::options::Options;
use crate::raw::Raw;
use crate::table::Table;
use crate::tables::activity::OBJECTS;

/// How far an update came.
pub(crate) enum Step {
    Done(BuildReport),
    /// Everything must be built anew, and why.
    All(&'static str),
}

pub(crate) fn update(_connection: &Connection, _raw: &Raw, _options: &Options) -> rusqlite::Result<Step> {
    Ok(Step::All("not yet"))
}

/// Notes which applications depend on what a changed setting means.
pub(crate) fn meanings(_work: &mut Work<'_>, _table: &Table, _new: &str) -> rusqlite::Result<()> {
    Ok(())
}

/// Marks rows of a table that are not live.
pub(crate) fn liveness(work: &mut Work<'_>, table: &Table) -> rusqlite::Result<()> {
    let stored = table.stored();
    let mut dead: Vec<String> = table
        .owners
        .iter()
        .map(|(column, owner)| {
            let owner = crate::tables::find(owner).expect("owners are tables");
            format!("{column} IN (SELECT {} FROM {} WHERE NOT is_live)", owner.key[0], owner.stored())
        })
        .collect();
    if table.name == "custom_field_values" {
        dead.extend(OBJECTS.iter().map(|(kind, owner, key)| {
            format!("object_type = '{kind}' AND object_id IN (SELECT {key} FROM _{owner} WHERE NOT is_live)")
        }));
    }
    if dead.is_empty() || work.applications != Applications::All {
        return Ok(());
    }
    let sql = format!("UPDATE {stored} SET is_live = 0 WHERE is_live AND ({})", dead.join(" OR "));
    work.connection.execute(&sql, [])?;
    Ok(())
}
