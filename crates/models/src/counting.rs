//! Counts of facts in groups, kept up: the groups that something left, and those that it came into, are counted anew.

use rusqlite::Connection;

use crate::build::Work;
use crate::table::{Count, Making, Table};
use crate::tables::TABLES;

/// Groups that are counted anew, and where they stand: a column for each expression.
fn noted(table: &Table) -> String {
    format!("g_{}", table.name)
}

/// Notes in which groups facts of the applications in `dirty` are now: once before these are made anew, and once after it.
pub(crate) fn note_groups(connection: &Connection) -> rusqlite::Result<()> {
    for table in TABLES.iter() {
        let Making::Counted(count) = table.making else { continue };
        note(connection, table, &count)?;
    }
    Ok(())
}

fn note(connection: &Connection, table: &Table, count: &Count) -> rusqlite::Result<()> {
    let names: Vec<String> = (0..count.groups.len()).map(|place| format!("k{place}")).collect();
    let (noted, names) = (noted(table), names.join(", "));
    connection.execute_batch(&format!(
        "CREATE TEMP TABLE IF NOT EXISTS {noted} ({names});
         INSERT INTO {noted} SELECT DISTINCT {} FROM dirty CROSS JOIN {} WHERE a.application_id = dirty.application_id AND {}",
        count.groups.join(", "),
        count.facts,
        count.only
    ))
}

/// Counts all facts, or those in groups that were noted before and are touched now.
pub(crate) fn count(work: &mut Work<'_>, table: &'static Table, count: &Count) -> rusqlite::Result<()> {
    if work.is_all() {
        let select = work.sql(&count.of_all());
        return work.replace(table, &select, None);
    }
    note(work.connection, table, count)?;
    let (noted, stored) = (noted(table), table.stored());
    // What was noted may be noted twice; null is a group like another.
    let groups = format!("(SELECT DISTINCT * FROM {noted})");
    let same = |columns: &[&str]| {
        let same: Vec<String> =
            columns.iter().enumerate().map(|(place, column)| format!("{column} IS g.k{place}")).collect();
        same.join(" AND ")
    };
    let facts =
        format!("FROM {groups} g CROSS JOIN {} WHERE {} AND {}", count.facts, count.only, same(count.groups));
    let select = work.sql(&count.sql.replace("{facts}", &facts));
    let columns: Vec<String> =
        table.key[..count.groups.len()].iter().map(|column| format!("t.{column}")).collect();
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    let within =
        format!("x.rowid IN (SELECT t.rowid FROM {groups} g CROSS JOIN {stored} t WHERE {})", same(&columns));
    // The planner would rather make an index of all facts than take the one that is there for a few groups.
    work.connection.pragma_update(None, "automatic_index", false)?;
    let replaced = work.replace(table, &select, Some(&within));
    work.connection.pragma_update(None, "automatic_index", true)?;
    replaced
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_the_beginning_of_the_key() {
        for table in TABLES.iter() {
            let Making::Counted(count) = table.making else { continue };
            assert!(count.groups.len() <= table.key.len() && count.sql.contains("{facts}"), "{}", table.name);
            let selected = count.sql.trim_start_matches("SELECT ");
            for (group, column) in count.groups.iter().zip(selected.split(", ")) {
                // What is selected first is what groups have in common.
                let name = |text: &str| text.rsplit('.').next().unwrap_or_default().to_owned();
                assert_eq!(name(group), name(column), "{}", table.name);
            }
        }
    }
}
