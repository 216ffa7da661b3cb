//! Taking rows out for good: they are deleted, or emptied but for their keys, in one transaction; then the tables are
//! written anew, so that nothing of them stays in pages that are free.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use capture_core::{
    Error, ErrorKind, Gone, Held, Key, Purge, Purging, Record, Removal, Removed, Result as Outcome, Stamp,
    StateUpdate, StreamDescriptor, Write,
};
use tokio_postgres::types::Type;

use crate::address::Address;
use crate::key;
use crate::layout::{Contents, Layout};
use crate::link::{Link, Result};
use crate::session::{Job, Session};

/// Rows that are shown at a time to whoever chooses.
const SHOWN: i64 = 2_000;

/// A schema that is taken for it.
pub(crate) struct Purger {
    address: Address,
    session: Session,
    is_taken: bool,
    purge: Purge,
    descriptors: Vec<Arc<StreamDescriptor>>,
    /// What was chosen, once it was looked for.
    chosen: Option<Chosen>,
}

type Chosen = BTreeMap<String, BTreeSet<Key>>;

impl Purger {
    pub(crate) fn new(
        address: Address,
        session: Session,
        purge: Purge,
        streams: &[Arc<StreamDescriptor>],
    ) -> Self {
        Self { address, session, is_taken: false, purge, descriptors: streams.to_vec(), chosen: None }
    }

    /// Takes the schema, and looks for what is to go.
    async fn take(&mut self) -> Outcome<()> {
        if !self.is_taken {
            self.session.load().await?;
            if !self.session.has_found_a_run() {
                let message = format!("there is nothing at {}", self.address.place());
                return Err(Error::new(ErrorKind::Configuration, message));
            }
            self.is_taken = true;
        }
        if self.chosen.is_none() && self.purge.chooser().is_some() {
            let (session, purge) = (&mut self.session, &mut self.purge);
            self.chosen = Some(session.look(async |link, layout| choose(link, layout, purge).await).await?);
        }
        Ok(())
    }

    /// Deletes or empties what is to go, in one transaction, and returns the tables that then hold what is free.
    async fn take_out(&mut self) -> Outcome<Vec<String>> {
        match (self.chosen.take(), &self.purge) {
            // There is one version of each; what they were before may stand in what is free.
            (Some(chosen), Purge::Earlier(_)) => {
                return self.tables_of(chosen.keys().cloned().collect()).await;
            }
            (Some(chosen), _) => return self.erase(chosen).await,
            (None, _) => {}
        }
        let purge = &self.purge;
        self.session.change(async |link, layout| delete(link, layout, purge).await).await
    }

    /// As the sink does when it is told that a record was erased.
    async fn erase(&mut self, chosen: Chosen) -> Outcome<Vec<String>> {
        let descriptor = |stream: &String| {
            let known = self.descriptors.iter().find(|known| known.name == *stream);
            known.map_or_else(|| Arc::new(StreamDescriptor::new(stream, ["id"])), Arc::clone)
        };
        let names: Vec<String> = chosen.keys().cloned().collect();
        let streams: Vec<Arc<StreamDescriptor>> = names.iter().map(descriptor).collect();
        self.session.steadily(Job::Open(&streams)).await?;
        for (stream, (_, keys)) in streams.iter().zip(chosen) {
            let records = keys.into_iter().map(|key| Record::gone(key, Gone::Erased)).collect();
            self.session.write(Write::new(Arc::clone(stream), Stamp::NEVER, records)).await?;
        }
        self.session.steadily(Job::Commit(&StateUpdate::default())).await?;
        self.tables_of(names).await
    }

    /// The tables of these streams.
    async fn tables_of(&mut self, streams: Vec<String>) -> Outcome<Vec<String>> {
        self.session
            .look(async |link, layout| {
                let contents = layout.contents(link).await?;
                let tables = streams.iter().filter_map(|stream| contents.noted.get(stream));
                Ok(tables.map(|noted| layout.table(&noted.table)).collect())
            })
            .await
    }
}

#[async_trait]
impl Purging for Purger {
    async fn removal(&mut self) -> Outcome<Removal> {
        self.take().await?;
        let (purge, chosen) = (&self.purge, &self.chosen);
        self.session.look(async |link, layout| count(link, layout, purge, chosen.as_ref()).await).await
    }

    async fn going(&mut self, stream: &str) -> Outcome<BTreeSet<Key>> {
        self.take().await?;
        if let Some(chosen) = &self.chosen {
            return Ok(chosen.get(stream).cloned().unwrap_or_default());
        }
        let purge = &self.purge;
        self.session.look(async |link, layout| going(link, layout, purge, stream).await).await
    }

    async fn carry_out(&mut self) -> Outcome<()> {
        self.take().await?;
        let tables = self.take_out().await?;
        self.session.rewrite(&tables).await.map_err(|error| {
            Error::new(error.kind(), "the rows are gone; the tables could not be written anew")
                .with_source(error)
                .with_hint(format!(
                    "what the server keeps of them goes with: VACUUM FULL {}",
                    tables.join(", ")
                ))
        })
    }

    /// None that can be looked into.
    fn files(&self) -> Vec<PathBuf> {
        Vec::new()
    }

    async fn holding(&mut self, texts: &BTreeSet<String>) -> Outcome<Option<u64>> {
        self.take().await?;
        let holding = self.session.look(async |link, layout| {
            let mut found = BTreeSet::new();
            for (_, table) in tables(&layout.contents(link).await?, layout) {
                // In a column of ours, or in the record as it came.
                let sql = format!(
                    "SELECT t.text FROM unnest($1) AS t (text) WHERE EXISTS (SELECT FROM {table} r
                     WHERE position(t.text IN r._record::pg_catalog.text) > 0 OR position(t.text IN r._original) > 0)"
                );
                let texts: Vec<&String> = texts.iter().collect();
                for row in link.rows(&sql, &[(&texts, Type::TEXT_ARRAY)]).await? {
                    found.insert(row.try_get::<_, String>(0)?);
                }
            }
            Ok(found.len() as u64)
        });
        holding.await.map(Some)
    }
}

/// The streams that have a table, with that ready for SQL.
fn tables<'a>(contents: &'a Contents, layout: &Layout) -> Vec<(&'a str, String)> {
    let there = contents.noted.iter().filter(|(_, noted)| contents.relations.contains_key(&noted.table));
    there.map(|(stream, noted)| (&**stream, layout.table(&noted.table))).collect()
}

/// The keys of all that is chosen: everything that is held is shown until nothing more is.
async fn choose(link: &Link, layout: &Layout, purge: &mut Purge) -> Result<Chosen> {
    let Some(choose) = purge.chooser() else { return Ok(Chosen::new()) };
    let contents = layout.contents(link).await?;
    let tables = tables(&contents, layout);
    let mut chosen = Chosen::new();
    loop {
        let before: usize = chosen.values().map(BTreeSet::len).sum();
        for (stream, table) in &tables {
            let sql = format!(
                "SELECT _key, _scope, _merged_into, coalesce(_original, _record::pg_catalog.text) FROM {table}
                 WHERE _deleted_why IS DISTINCT FROM 'erased' AND _key > $1 ORDER BY _key LIMIT {SHOWN}"
            );
            let mut after = String::new();
            loop {
                let rows = link.rows(&sql, &[(&after, Type::TEXT)]).await?;
                for row in &rows {
                    let key = key::read(row.try_get(0)?);
                    let named = |column| -> Result<Option<Key>> {
                        Ok(row.try_get::<_, Option<&str>>(column)?.map(key::read))
                    };
                    let (scope, merged_into) = (named(1)?, named(2)?);
                    let record: &str = row.try_get(3)?;
                    let held = Held::new(stream, key.as_str(), record.as_bytes())
                        .of(scope.as_ref().map(Key::as_str), merged_into.as_ref().map(Key::as_str));
                    if choose.chooses(&held) {
                        chosen.entry((*stream).to_owned()).or_default().insert(key);
                    }
                }
                match rows.last() {
                    Some(last) if rows.len() == usize::try_from(SHOWN).unwrap_or(0) => {
                        after = last.try_get(0)?
                    }
                    _ => break,
                }
            }
        }
        if chosen.values().map(BTreeSet::len).sum::<usize>() == before {
            return Ok(chosen);
        }
    }
}

/// The condition for rows that have been gone long enough; its parameter is a time or null.
const IS_GONE: &str = "_deleted_at IS NOT NULL AND ($1 IS NULL OR _deleted_at < $1::pg_catalog.timestamptz)";

/// The keys of what goes of a stream where nobody chooses.
async fn going(link: &Link, layout: &Layout, purge: &Purge, stream: &str) -> Result<BTreeSet<Key>> {
    let contents = layout.contents(link).await?;
    let table = tables(&contents, layout).into_iter().find(|(name, _)| *name == stream);
    let Some((_, table)) = table.filter(|_| purge.concerns(stream)) else { return Ok(BTreeSet::new()) };
    let select = format!("SELECT _key FROM {table}");
    let rows = match purge {
        Purge::Gone { before, .. } => {
            let before = before.map(|before| before.to_string());
            link.rows(&format!("{select} WHERE {IS_GONE}"), &[(&before, Type::TEXT)]).await?
        }
        _ => link.rows(&select, &[]).await?,
    };
    rows.iter().map(|row| Ok(key::read(row.try_get(0)?))).collect()
}

async fn count(link: &Link, layout: &Layout, purge: &Purge, chosen: Option<&Chosen>) -> Result<Removal> {
    let mut removal = Removal::default();
    for (stream, table) in tables(&layout.contents(link).await?, layout) {
        if !purge.concerns(stream) {
            continue;
        }
        let select = format!(
            "SELECT count(*) FILTER (WHERE _deleted_at IS NULL), count(*) FILTER (WHERE _deleted_at IS NOT NULL) FROM {table}"
        );
        let row = match (purge, chosen) {
            (Purge::Gone { before, .. }, _) => {
                let before = before.map(|before| before.to_string());
                link.row(&format!("{select} WHERE {IS_GONE}"), &[(&before, Type::TEXT)]).await?
            }
            (Purge::Chosen(_), chosen) => {
                let Some(keys) = chosen.and_then(|chosen| chosen.get(stream)) else { continue };
                let keys: Vec<_> = keys.iter().map(|key| key::stored(key.as_str())).collect();
                let sql = format!("{select} WHERE _key = ANY ($1)");
                link.row(&sql, &[(&keys, Type::TEXT_ARRAY)]).await?
            }
            (Purge::Earlier(_), _) => continue,
            _ => link.row(&select, &[]).await?,
        };
        let Some(row) = row else { continue };
        let (live, gone): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
        let removed = Removed::new(live.unsigned_abs(), gone.unsigned_abs());
        if removed.records() > 0 {
            removal.streams.insert(stream.to_owned(), removed);
        }
    }
    Ok(removal)
}

/// Deletes what is gone, or empties whole tables: what depends on those, and who may read them, stays.
async fn delete(link: &Link, layout: &Layout, purge: &Purge) -> Result<Vec<String>> {
    let contents = layout.contents(link).await?;
    let mut touched = Vec::new();
    for (stream, table) in tables(&contents, layout) {
        match purge {
            purge if !purge.concerns(stream) => {}
            Purge::Gone { before, .. } => {
                let before = before.map(|before| before.to_string());
                let sql = format!("DELETE FROM {table} WHERE {IS_GONE}");
                if link.change(&sql, &[(&before, Type::TEXT)]).await? > 0 {
                    touched.push(table);
                }
            }
            _ => {
                link.run(&format!("TRUNCATE {table}")).await?;
                let forget = format!("DELETE FROM {} WHERE stream = $1", layout.seen);
                link.change(&forget, &[(&contents.noted[stream].id, Type::INT4)]).await?;
                layout.save(link, stream, None).await?;
            }
        }
    }
    Ok(touched)
}
