//! One run at a time: a lock that the server gives up when the connection ends, so that a run which was killed keeps
//! nobody waiting. Where a pooler shares connections out it would be another's; there the number in `_ashby_run` alone
//! keeps runs apart.

use std::time::{Duration, Instant};

use capture_core::{Error, ErrorKind};
use tokio_postgres::types::Type;
use xxhash_rust::xxh3::xxh3_64;

use crate::address::Address;
use crate::link::{Backend, Link, Result};

/// How long a server may take to notice that the last run has ended.
const PATIENCE: Duration = Duration::from_secs(2);
/// … and that we have lost our own connection, and ended it ourselves.
const OWN_PATIENCE: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(50);

/// The lock's number; it belongs to the database, so the schema is what is to be told apart.
fn number(address: &Address) -> i64 {
    xxh3_64(format!("ashby\0{}", address.schema).as_bytes()).cast_signed()
}

/// Takes the place for this connection. `own` is the process that served an earlier connection of this run, which may
/// still hold it.
///
/// # Errors
/// [`ErrorKind::Busy`] if another run has it; `holder` says which, as far as is known.
pub(crate) async fn take(link: &Link, address: &Address, own: Option<&Backend>, holder: &str) -> Result<()> {
    let number = number(address);
    let start = Instant::now();
    loop {
        // Through a pooler: for this transaction, which tells whether somebody has it beside the pooler.
        let sql = match link.server.is_pooled {
            true => "SELECT pg_catalog.pg_try_advisory_xact_lock($1)",
            false => "SELECT pg_catalog.pg_try_advisory_lock($1)",
        };
        let row = link.row(sql, &[(&number, Type::INT8)]).await?;
        if row.map_or(Ok(false), |row| row.try_get(0))? {
            return Ok(());
        }
        let patience = match own {
            Some(own) => {
                end(link, own).await?;
                OWN_PATIENCE
            }
            None => PATIENCE,
        };
        if start.elapsed() > patience {
            return Err(busy(address, holder).into());
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Whether a run holds the place at this moment, by the lock.
pub(crate) async fn is_taken(link: &Link, address: &Address) -> Result<bool> {
    const LOOK: &str =
        "SELECT 1 FROM pg_catalog.pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1
        AND database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
        AND classid = (($1 >> 32) & 4294967295)::oid AND objid = ($1 & 4294967295)::oid";
    Ok(link.row(LOOK, &[(&number(address), Type::INT8)]).await?.is_some())
}

/// Ends a process that served an earlier connection of this run, if it is that one still: the network
/// may have lost the connection without telling the server.
async fn end(link: &Link, own: &Backend) -> Result<()> {
    const END: &str = "SELECT pg_catalog.pg_terminate_backend(a.pid) FROM pg_catalog.pg_stat_activity a
        WHERE a.pid = $1 AND a.backend_start::pg_catalog.text = $2 AND a.usename = current_user";
    link.rows(END, &[(&own.process, Type::INT4), (&own.started, Type::TEXT)]).await?;
    Ok(())
}

pub(crate) fn busy(address: &Address, holder: &str) -> Error {
    let holder = if holder.is_empty() { "another run".to_owned() } else { format!("another run ({holder})") };
    Error::new(ErrorKind::Busy, format!("{holder} has {}", address.place()))
        .with_hint("wait until it ends, or stop it; each schema belongs to one run at a time")
}
