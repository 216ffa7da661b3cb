//! What others make of the records, in a schema beside theirs: they read and write in one transaction.

use bytes::Bytes;
use capture_core::{Error, ErrorKind, Result, State};
use futures_util::SinkExt as _;
use tokio::runtime::Runtime;

use crate::address::Address;
use crate::family::read;
use crate::layout::{Contents, Layout};
use crate::link::{self, End, Link};
use crate::names::{literal, quoted};

/// Pieces in which rows go to the server.
const PIECE_BYTES: usize = 128 * 1024;

/// A transaction that sees records as they are at one moment, and what is in a schema beside theirs. Nothing that it writes
/// is there for others before [`commit`](Self::commit). Calls block, and must not come from within a runtime's task.
pub struct Beside {
    runtime: Runtime,
    link: Link,
    layout: Layout,
    address: Address,
    contents: Contents,
    schema: String,
}

impl std::fmt::Debug for Beside {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Beside").field("schema", &self.schema).finish_non_exhaustive()
    }
}

impl Beside {
    /// Begins at an address as [`Family`](crate::Family) takes it; `None` if it is not one. The other schema has the name of
    /// the records', with `ending` behind it.
    ///
    /// # Errors
    /// As for [`Place::peek`](capture_core::Place::peek); [`ErrorKind::Busy`] if somebody else is about it.
    pub fn begin(address: &str, ending: &str) -> Option<Result<Self>> {
        Some(read(address)?.and_then(|address| Self::at(address, ending)))
    }

    fn at(address: Address, ending: &str) -> Result<Self> {
        let cannot = || Error::new(ErrorKind::Contract, format!("cannot look at {}", address.place()));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| cannot().with_source(error))?;
        let schema = format!("{}{ending}", address.schema);
        let layout = Layout::new(&address);
        let opened: link::Result<(Link, Contents)> = runtime.block_on(async {
            let link = Link::connect(&address).await?;
            link.begin("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ").await?;
            let lock = format!(
                "SELECT pg_catalog.pg_try_advisory_xact_lock(pg_catalog.hashtextextended({}, 0))",
                literal(&format!("ashby beside {schema}"))
            );
            let is_ours = link.row(&lock, &[]).await?.map_or(Ok(false), |row| row.try_get(0))?;
            if !is_ours {
                let message = format!("somebody else is writing the schema {}", quoted(&schema));
                return Err(Error::new(ErrorKind::Busy, message).with_hint("wait until that is done").into());
            }
            if layout.run(&link, &address).await?.is_none() {
                let message = format!("there are no records in {}", address.place());
                return Err(Error::new(ErrorKind::Configuration, message)
                    .with_hint("bring them with `ashby sync --to …`, or name another schema")
                    .into());
            }
            let contents = layout.contents(&link).await?;
            Ok((link, contents))
        });
        match opened {
            Ok((link, contents)) => Ok(Self { runtime, link, layout, address, contents, schema }),
            Err(failure) => Err(failure.of(&address)),
        }
    }

    fn wait<T>(&self, work: impl AsyncFnOnce(&Link) -> link::Result<T>) -> Result<T> {
        self.runtime.block_on(work(&self.link)).map_err(|failure| failure.of(&self.address))
    }

    /// The name of the schema beside.
    pub fn schema(&self) -> &str {
        &self.schema
    }

    /// The state that the records were committed with.
    ///
    /// # Errors
    /// As for [`Place::peek`](capture_core::Place::peek); so for all that follow.
    pub fn state(&self) -> Result<State> {
        self.wait(async |link| self.layout.state(link, &self.address).await)
    }

    /// The streams that have a table.
    pub fn streams(&self) -> Vec<String> {
        let noted = self.contents.noted.iter();
        let there = noted.filter(|(_, noted)| self.contents.relations.contains_key(&noted.table));
        there.map(|(stream, _)| stream.clone()).collect()
    }

    /// Streams, and their tables as SQL names them.
    pub fn tables(&self) -> Vec<(String, String)> {
        let of = |stream: &String| self.layout.table(&self.contents.noted[stream].table);
        self.streams().into_iter().map(|stream| (stream.clone(), of(&stream))).collect()
    }

    /// Shows each record of a stream, and when it was known to be gone (RFC 3339), until `show` says that it is enough.
    pub fn each_record(&self, stream: &str, show: &mut dyn FnMut(&str, Option<&str>) -> bool) -> Result<()> {
        let Some(noted) = self.contents.noted.get(stream) else { return Ok(()) };
        let sql = format!(
            "SELECT coalesce(_original::text, _record::text),
                to_char(_deleted_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') FROM {}",
            self.layout.table(&noted.table)
        );
        let mut is_enough = false;
        self.wait(async |link| {
            link.each_row(&sql, |row| {
                is_enough = is_enough || !show(row.try_get(0)?, row.try_get(1)?);
                Ok(())
            })
            .await
        })
    }

    /// Runs statements.
    pub fn run(&self, sql: &str) -> Result<u64> {
        self.wait(async |link| link.run_counting(sql).await)
    }

    /// Runs a statement that may fail, and undoes what it did if it does; whether it succeeded.
    pub fn attempt(&self, sql: &str) -> Result<bool> {
        self.run("SAVEPOINT attempt")?;
        let is_done = self.run(sql).is_ok();
        self.run(if is_done { "RELEASE attempt" } else { "ROLLBACK TO attempt; RELEASE attempt" })?;
        Ok(is_done)
    }

    /// The rows of a query whose columns are text.
    pub fn rows(&self, sql: &str) -> Result<Vec<Vec<Option<String>>>> {
        self.wait(async |link| {
            let rows = link.rows(sql, &[]).await?;
            rows.iter().map(|row| (0..row.len()).map(|place| Ok(row.try_get(place)?)).collect()).collect()
        })
    }

    /// `COPY … FROM STDIN` in text form; `fill` adds rows to what it is given, and says whether there are more.
    pub fn copy(&self, sql: &str, fill: &mut dyn FnMut(&mut Vec<u8>) -> Result<bool>) -> Result<()> {
        if self.link.server.is_pooled {
            let message = "rows cannot be copied through a pooler";
            return Err(Error::new(ErrorKind::Configuration, message).with_hint("name the server itself"));
        }
        self.wait(async |link| {
            let mut sink = std::pin::pin!(link.copy(sql).await?);
            let mut has_more = true;
            while has_more {
                let mut piece = Vec::with_capacity(PIECE_BYTES + 4_096);
                while has_more && piece.len() < PIECE_BYTES {
                    has_more = fill(&mut piece)?;
                }
                sink.as_mut().send(Bytes::from(piece)).await?;
            }
            sink.as_mut().finish().await?;
            Ok(())
        })
    }

    /// Lets others see it.
    pub fn commit(self) -> Result<()> {
        self.wait(async |link| link.end(End::Commit).await)?;
        let Self { runtime, link, .. } = self;
        runtime.block_on(link.close());
        Ok(())
    }
}

/// A name in SQL.
pub fn identifier(name: &str) -> String {
    quoted(name)
}

/// A text in SQL.
pub fn text(text: &str) -> String {
    literal(text)
}
