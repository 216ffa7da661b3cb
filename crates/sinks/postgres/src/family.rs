//! `postgres://USER@HOST/DATABASE?schema=NAME`.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::thread;

use capture_core::{
    Error, ErrorKind, Finding, Place, Purge, Purging, Result, Sink, State, StreamDescriptor,
    keeps_its_own_state,
};

use typed_records::ColumnType;

use crate::address::Address;
use crate::layout::Layout;
use crate::link::{self, Link};
use crate::purge::Purger;
use crate::session::Session;
use crate::sink::{Kept, PATIENCE};
use crate::value::ServerType as _;
use crate::{PostgresSink, lock, password};

/// Schemas of PostgreSQL databases.
#[derive(Debug, Clone, Copy)]
pub struct Family;

/// The address, if it is one of these.
pub(crate) fn read(address: &str) -> Option<Result<Address>> {
    let rest = ["postgres://", "postgresql://"].iter().find_map(|scheme| address.strip_prefix(scheme))?;
    Some(Address::parse(rest, &|name| std::env::var(name).ok()))
}

impl capture_core::Family for Family {
    fn usage(&self) -> &'static str {
        "postgres://USER@HOST/DATABASE"
    }

    fn about(&self) -> &'static str {
        "a schema of a PostgreSQL database with a table per stream"
    }

    fn place(&self, address: &str, state: Option<&Path>) -> Option<Result<Box<dyn Place>>> {
        let address = read(address)?;
        if state.is_some() {
            return Some(Err(keeps_its_own_state("a database keeps")));
        }
        Some(address.map(|address| Box::new(Schema { address, rehearsal: None }) as Box<dyn Place>))
    }
}

/// Looks at a schema over a connection of its own, without taking it. Whoever asks waits.
pub(crate) fn look_with<T: Send>(
    address: &Address,
    look: impl AsyncFnOnce(&Link, &Layout) -> link::Result<T> + Send,
) -> Result<T> {
    let cannot = || Error::new(ErrorKind::Contract, format!("cannot look at {}", address.place()));
    let work = move || -> Result<T> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| cannot().with_source(error))?;
        let looked: link::Result<T> = runtime.block_on(async {
            let link = Link::connect(address).await?;
            link.begin("SET TRANSACTION READ ONLY").await?;
            let looked = look(&link, &Layout::new(address)).await;
            link.close().await;
            looked
        });
        looked.map_err(|failure| failure.of(address))
    };
    // A runtime that is busy with the caller cannot be waited on.
    let looked = thread::scope(|scope| scope.spawn(work).join());
    looked.unwrap_or_else(|_| Err(cannot()))
}

struct Schema {
    address: Address,
    /// Of a rehearsal: what runs on it see of each other.
    rehearsal: Option<Kept>,
}

impl Schema {
    fn look_with<T: Send>(
        &self,
        look: impl AsyncFnOnce(&Link, &Layout) -> link::Result<T> + Send,
    ) -> Result<T> {
        look_with(&self.address, look)
    }

    /// What can be found out over a connection.
    fn findings(&self) -> Result<Vec<Finding>> {
        self.look_with(async |link, layout| {
            let server = &link.server;
            let mut findings = Vec::new();
            let is_encrypted = if server.is_encrypted { "encrypted" } else { "not encrypted" };
            let pooled = if server.is_pooled { ", through a pooler" } else { "" };
            let about = format!("PostgreSQL {}, {is_encrypted}{pooled}", server.version_text);
            findings.push(match server.is_encrypted || self.address.host.is_here() {
                true => Finding::note(about),
                false => {
                    Finding::warning(about, "add sslmode=require, or better verify-full with sslrootcert")
                }
            });
            if server.is_read_only {
                findings
                    .push(Finding::warning("it takes no writes", "name the primary server, not a replica"));
            }
            if let Some(lacking) = layout.lacking_right(link, &self.address).await? {
                findings.push(lacking);
            }
            let Some(run) = layout.run(link, &self.address).await? else { return Ok(findings) };
            if lock::is_taken(link, &self.address).await? {
                findings.push(Finding::note(format!("a run has it: {}", run.holder)));
            }
            let contents = layout.contents(link).await?;
            for (stream, noted) in &contents.noted {
                let Some(columns) = contents.relations.get(&noted.table) else {
                    findings.push(Finding::warning(
                        format!("the table of {stream} is gone"),
                        "the next sync makes it anew and lists the stream again",
                    ));
                    continue;
                };
                let unusable = noted.columns.iter().filter(|(_, name)| {
                    columns
                        .get(name)
                        .is_some_and(|found| ColumnType::of_column(found.type_oid, found.modifier).is_none())
                });
                let unusable: Vec<&str> = unusable.map(|(_, name)| &**name).collect();
                if !unusable.is_empty() {
                    findings.push(Finding::note(format!(
                        "columns of {stream} have a type that is not filled: {}",
                        unusable.join(", ")
                    )));
                }
            }
            Ok(findings)
        })
    }
}

impl Place for Schema {
    fn address(&self) -> String {
        self.address.to_string()
    }

    /// One that cannot be asked is not there; [`look`](Self::look) says why.
    fn exists(&self) -> bool {
        let run = self.look_with(async |link, layout| layout.run(link, &self.address).await);
        run.is_ok_and(|run| run.is_some())
    }

    fn open(&self) -> Result<Box<dyn Sink>> {
        let address = self.address.clone();
        Ok(Box::new(match &self.rehearsal {
            Some(kept) => PostgresSink::rehearsing(address, Arc::clone(kept)),
            None => PostgresSink::at(address),
        }))
    }

    fn purge(&self, purge: Purge, streams: &[Arc<StreamDescriptor>]) -> Result<Box<dyn Purging>> {
        let session = Session::new(self.address.clone(), PATIENCE);
        Ok(Box::new(Purger::new(self.address.clone(), session, purge, streams)))
    }

    fn rehearsal(&self) -> Option<Box<dyn Place>> {
        Some(Box::new(Self { address: self.address.clone(), rehearsal: Some(Kept::default()) }))
    }

    fn peek(&self) -> Result<State> {
        self.look_with(async |link, layout| match layout.run(link, &self.address).await? {
            Some(_) => layout.state(link, &self.address).await,
            None => Ok(State::default()),
        })
    }

    fn rows(&self) -> Result<Option<BTreeMap<String, u64>>> {
        self.look_with(async |link, layout| {
            let mut rows = BTreeMap::new();
            if layout.run(link, &self.address).await?.is_none() {
                return Ok(Some(rows));
            }
            let contents = layout.contents(link).await?;
            for (stream, noted) in &contents.noted {
                if !contents.relations.contains_key(&noted.table) {
                    continue;
                }
                let sql =
                    format!("SELECT count(*) FROM {} WHERE _deleted_at IS NULL", layout.table(&noted.table));
                let count: i64 = link.row(&sql, &[]).await?.map_or(Ok(0), |row| row.try_get(0))?;
                rows.insert(stream.clone(), count.unsigned_abs());
            }
            Ok(Some(rows))
        })
    }

    fn keys(&self, stream: &str, each: &mut (dyn FnMut(&str, bool) + Send)) -> Result<bool> {
        self.look_with(async |link, layout| {
            if layout.run(link, &self.address).await?.is_none() {
                return Ok(true);
            }
            let contents = layout.contents(link).await?;
            let Some(noted) = contents.noted.get(stream) else { return Ok(true) };
            if contents.relations.contains_key(&noted.table) {
                let table = layout.table(&noted.table);
                let sql = format!("SELECT _key, _deleted_at IS NULL FROM {table}");
                link.each_row(&sql, |row| {
                    each(row.try_get(0)?, row.try_get(1)?);
                    Ok(())
                })
                .await?;
            }
            Ok(true)
        })
    }

    fn look(&self) -> Result<Vec<Finding>> {
        let mut findings: Vec<Finding> = password::shared(&self.address).into_iter().collect();
        match self.findings() {
            Ok(found) => findings.extend(found),
            Err(error) => {
                let hint = error.hint().unwrap_or("see the cause").to_owned();
                findings.push(Finding::warning(error.chain(), hint));
            }
        }
        Ok(findings)
    }
}
