//! A place to try things on: temporary tables that hold what the schema's tables hold, and that nobody else sees. So a run
//! that has the schema goes on undisturbed: no lock is taken, no row of it is touched, and the copy is of one moment.

use capture_core::{Error, ErrorKind};

use crate::address::Address;
use crate::layout::{Layout, OURS};
use crate::link::{End, Link, Result};
use crate::names::quoted;

/// Copies the tables. Returns the connection, on which nothing is committed any more, and where the copies are.
///
/// # Errors
/// [`ErrorKind::Configuration`] if the role may make no temporary tables.
pub(crate) async fn begin(link: Link, layout: &Layout, address: &Address) -> Result<(Link, Layout)> {
    // Elsewhere it ends with the copying, lest what is read of the tables keep a run from adding columns to them.
    let is_one_transaction = link.server.is_pooled;
    let link = link.rehearsing(is_one_transaction);
    link.begin("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ").await?;
    check_right(&link, address).await?;
    link.run("CREATE TEMPORARY TABLE _ashby_rehearsal ()").await?;
    let schema = "SELECT nspname::pg_catalog.text FROM pg_catalog.pg_namespace
        WHERE oid = pg_catalog.pg_my_temp_schema()";
    let schema: Option<String> = link.row(schema, &[]).await?.map(|row| row.try_get(0)).transpose()?;
    if layout.run(&link, address).await?.is_some() {
        let contents = layout.contents(&link).await?;
        let noted = contents.noted.values().map(|noted| noted.table.as_str());
        for table in OURS.into_iter().chain(noted).filter(|table| contents.relations.contains_key(*table)) {
            let (theirs, copy) = (layout.table(table), format!("pg_temp.{}", quoted(table)));
            let sql = format!(
                "CREATE TEMPORARY TABLE {copy} (LIKE {theirs} INCLUDING ALL); INSERT INTO {copy} SELECT * FROM {theirs}"
            );
            link.run(&sql).await?;
        }
    }
    link.end(End::Commit).await?;
    let schema = schema.unwrap_or_else(|| "pg_temp".to_owned());
    Ok((link.rehearsing(true), Layout::new(&Address { schema, ..address.clone() })))
}

async fn check_right(link: &Link, address: &Address) -> Result<()> {
    const RIGHT: &str =
        "SELECT pg_catalog.has_database_privilege(pg_catalog.current_database(), 'TEMPORARY')";
    if link.row(RIGHT, &[]).await?.map_or(Ok(true), |row| row.try_get(0))? {
        return Ok(());
    }
    let (user, database) = (quoted(&address.user), quoted(&address.database));
    let message = format!("a dry run works on temporary tables, of which the role {user} may make none");
    Err(Error::new(ErrorKind::Configuration, message)
        .with_hint(format!("somebody who may: GRANT TEMPORARY ON DATABASE {database} TO {user}"))
        .into())
}
