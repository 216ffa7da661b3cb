use async_trait::async_trait;
use capture_core::conformance::{self, Rows, SinkHarness, StateStoreHarness};
use capture_core::{Sink, State, StateStore, StreamDescriptor};
use rusqlite::Connection;
use sink_sqlite::{SqliteSink, SqliteStateStore};

use crate::Place;

#[async_trait]
impl SinkHarness for Place {
    async fn open(&self) -> Box<dyn Sink> {
        Box::new(SqliteSink::new(self.path()))
    }

    async fn rows(&self, stream: &StreamDescriptor) -> Rows {
        let connection = Connection::open(self.path()).unwrap();
        let sql = format!("SELECT _key, _deleted_at IS NOT NULL, _record FROM \"{}\"", stream.name);
        let mut statement = connection.prepare(&sql).unwrap();
        let rows = statement.query_map([], |row| {
            let (key, deleted, record): (String, bool, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok((key, (!deleted).then(|| serde_json::from_str(&record).unwrap())))
        });
        rows.unwrap().collect::<rusqlite::Result<_>>().unwrap()
    }

    async fn state(&self) -> Option<State> {
        Some(SqliteStateStore::new(self.path()).load().await.unwrap())
    }
}

struct StatePlace(Place);

#[async_trait]
impl StateStoreHarness for StatePlace {
    async fn open(&self) -> Box<dyn StateStore> {
        Box::new(SqliteStateStore::new(self.0.path()))
    }

    async fn damage(&self) -> bool {
        let connection = Connection::open(self.0.path()).unwrap();
        let sql = "UPDATE _capture_state SET state = substr(state, 1, length(state) - 1)";
        assert_eq!(connection.execute(sql, []).unwrap(), 1);
        true
    }

    fn is_exclusive(&self) -> bool {
        true
    }
}

#[tokio::test]
async fn the_sink_obeys_the_laws_of_sinks() {
    conformance::sink(Place::new).await;
}

#[tokio::test]
async fn the_store_obeys_the_laws_of_state_stores() {
    conformance::state_store(|| StatePlace(Place::new())).await;
}
