//! A sink of one's own that can look its rows up: rows and state in one JSON file, which each commit replaces whole. So they move together, and a crash
//! leaves the file as it was. `cargo run -p capture-core --example own_database FILE`

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use capture_core::memory::MemorySource;
use capture_core::{
    Committed, Counts, Error, ErrorKind, Identity, Key, Lock, Op, Result, Runner, Selection, Share, Sink,
    Stamp, State, StateUpdate, StreamDescriptor, Sweep, Within, Write, private_file,
};
use serde::{Deserialize, Serialize};

#[derive(Clone, Default, Serialize, Deserialize)]
struct Row {
    body: String,
    scope: Option<String>,
    seen: Stamp,
}

type Table = BTreeMap<String, Row>;

#[derive(Default, Serialize, Deserialize)]
struct Content {
    state: serde_json::Value,
    tables: BTreeMap<String, Table>,
}

struct OneFile {
    path: PathBuf,
    lock: Option<Lock>,
    state: State,
    tables: BTreeMap<String, Table>,
    counts: BTreeMap<String, Counts>,
}

impl OneFile {
    fn new(path: impl Into<PathBuf>) -> Self {
        let (tables, counts) = Default::default();
        Self { path: path.into(), lock: None, state: State::default(), tables, counts }
    }

    fn table(&mut self, stream: &str) -> (&mut Table, &mut Counts) {
        let table = self.tables.entry(stream.to_owned()).or_default();
        (table, self.counts.entry(stream.to_owned()).or_default())
    }
}

/// Whether a sweep is about a row, whenever that was seen.
fn is_within(sweep: &Sweep, row: &Row) -> bool {
    match &sweep.within {
        Within::Everything => true,
        Within::Scopes(scopes) => scopes.iter().any(|scope| row.scope.as_deref() == Some(scope.as_str())),
    }
}

#[async_trait]
impl Sink for OneFile {
    async fn load(&mut self) -> Result<State> {
        // A second run is told who has it.
        self.lock = Some(Lock::acquire(&self.path)?);
        let text = match std::fs::read_to_string(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(State::default()),
            Err(error) => {
                return Err(Error::new(ErrorKind::Storage, "cannot read the file").with_source(error));
            }
        };
        // What does not parse is never taken for nothing.
        let damaged = |_| Error::new(ErrorKind::State, "the file is damaged");
        let Content { state, tables } = serde_json::from_str(&text).map_err(damaged)?;
        (self.state, self.tables) = (State::from_document(&state.to_string())?, tables);
        Ok(self.state.clone())
    }

    async fn open(&mut self, streams: &[Arc<StreamDescriptor>]) -> Result<()> {
        for stream in streams {
            self.table(&stream.name);
        }
        Ok(())
    }

    async fn write(&mut self, write: Write) -> Result<()> {
        let (table, counts) = self.table(&write.stream.name);
        for record in write.records {
            let key = record.key.as_str().to_owned();
            match record.op {
                Op::Upsert(body) => {
                    let body = String::from_utf8_lossy(&body).into_owned();
                    match table.get(&key) {
                        Some(row) if row.body == body => counts.unchanged += 1,
                        Some(_) => counts.changed += 1,
                        None => counts.new += 1,
                    }
                    let scope = record.scope.map(|scope| scope.as_str().to_owned());
                    table.insert(key, Row { body, scope, seen: write.seen });
                }
                Op::Gone(_) => counts.deleted += u64::from(table.remove(&key).is_some()),
            }
        }
        Ok(())
    }

    async fn sweep(&mut self, sweep: Sweep) -> Result<()> {
        let (table, counts) = self.table(&sweep.stream.name);
        let before = table.len();
        table.retain(|_, row| !(is_within(&sweep, row) && sweep.takes(row.seen)));
        counts.deleted += (before - table.len()) as u64;
        Ok(())
    }

    async fn unseen(&mut self, sweep: &Sweep) -> Result<Share> {
        let (table, _) = self.table(&sweep.stream.name);
        let within: Vec<_> = table.iter().filter(|(_, row)| is_within(sweep, row)).collect();
        let unseen: Vec<Key> = within
            .iter()
            .filter(|(_, row)| sweep.takes(row.seen))
            .map(|(key, _)| Key::from(key.as_str()))
            .collect();
        let count = unseen.len() as u64;
        Ok(Share::new(count, within.len() as u64, unseen.into_iter().take(Share::KEYS).collect()))
    }

    async fn known(&mut self, stream: &StreamDescriptor, keys: &[Key]) -> Result<Option<u64>> {
        let (table, _) = self.table(&stream.name);
        Ok(Some(keys.iter().filter(|key| table.contains_key(key.as_str())).count() as u64))
    }

    async fn commit(&mut self, update: &StateUpdate) -> Result<Committed> {
        for (stream, _) in update.streams.iter().filter(|(_, state)| state.is_none()) {
            // A stream that is forgotten keeps its rows, as if nothing had seen them.
            self.table(stream).0.values_mut().for_each(|row| row.seen = Stamp::NEVER);
        }
        self.state.apply(update);
        let content = serde_json::json!({ "state": self.state.to_document(), "tables": self.tables });
        private_file::replace(&self.path, content.to_string().as_bytes())
            .map_err(|error| Error::new(ErrorKind::Storage, "cannot write the file").with_source(error))?;
        Ok(Committed::new(std::mem::take(&mut self.counts)))
    }

    async fn close(&mut self) -> Result<()> {
        self.lock = None;
        Ok(())
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("name a file")?;
    let source = MemorySource::new("pets", [("1", r#"{"id":"1","name":"Mia"}"#)]);
    let runner = Runner::new(source, OneFile::new(path));
    runner.run([Selection::new("pets")], Identity::anyone("pets"), Default::default()).await?;
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use capture_core::conformance::{self, Rows, SinkHarness};
    use tempfile::TempDir;

    use super::*;

    struct Place(TempDir);

    impl Place {
        fn path(&self) -> PathBuf {
            self.0.path().join("rows.json")
        }
    }

    #[async_trait]
    impl SinkHarness for Place {
        async fn open(&self) -> Box<dyn Sink> {
            Box::new(OneFile::new(self.path()))
        }

        async fn rows(&self, stream: &StreamDescriptor) -> Rows {
            let Ok(text) = std::fs::read_to_string(self.path()) else { return Rows::new() };
            let content: Content = serde_json::from_str(&text).unwrap();
            let table = content.tables.get(&stream.name).cloned().unwrap_or_default();
            let value = |row: Row| serde_json::from_str(&row.body).unwrap();
            table.into_iter().map(|(key, row)| (key, Some(value(row)))).collect()
        }
    }

    #[tokio::test]
    async fn it_keeps_the_laws_of_sinks() {
        conformance::sink(|| Place(tempfile::tempdir().unwrap())).await;
    }
}
