use async_trait::async_trait;
use capture_core::conformance::{self, Rows, SinkHarness};
use capture_core::{Sink, StreamDescriptor};
use rusqlite::Connection;
use sink_sqlite::SqliteSink;

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
}

#[tokio::test]
async fn the_sink_obeys_the_laws_of_sinks() {
    conformance::sink(Place::new).await;
}
