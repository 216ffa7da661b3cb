use async_trait::async_trait;
use capture_core::conformance::{self, Grave, Rows, SinkHarness};
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

    async fn graves(&self, stream: &StreamDescriptor) -> Option<Vec<Grave>> {
        let connection = Connection::open(self.path()).unwrap();
        let sql = format!(
            "SELECT _key, _deleted_why, _deleted_at, _merged_into FROM \"{}\" WHERE _deleted_at IS NOT NULL",
            stream.name
        );
        let mut statement = connection.prepare(&sql).unwrap();
        let graves = statement.query_map([], |row| {
            let (key, why, at, merged_into) = (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
            Ok(Grave { key, why, at, merged_into })
        });
        Some(graves.unwrap().collect::<rusqlite::Result<_>>().unwrap())
    }

    async fn break_writes(&self) -> bool {
        break_tables(self, "_rows_*");
        true
    }

    async fn break_commits(&self) -> bool {
        // The last thing that a commit writes.
        break_tables(self, "_capture_state");
        true
    }

    async fn mend(&self) {
        let connection = Connection::open(self.path()).unwrap();
        for trigger in names(&connection, "trigger", "*") {
            connection.execute_batch(&format!("DROP TRIGGER \"{trigger}\"")).unwrap();
        }
    }
}

fn names(connection: &Connection, kind: &str, pattern: &str) -> Vec<String> {
    let sql = "SELECT name FROM sqlite_schema WHERE type = ?1 AND name GLOB ?2";
    let mut statement = connection.prepare(sql).unwrap();
    statement.query_map([kind, pattern], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

/// Lets every statement fail that writes to these tables.
fn break_tables(place: &Place, pattern: &str) {
    let connection = Connection::open(place.path()).unwrap();
    for table in names(&connection, "table", pattern) {
        for what in ["INSERT", "UPDATE"] {
            let sql = format!(
                "CREATE TRIGGER \"{what} {table}\" BEFORE {what} ON \"{table}\"
                 BEGIN SELECT RAISE(ABORT, 'broken by a test'); END"
            );
            connection.execute_batch(&sql).unwrap();
        }
    }
}

#[tokio::test]
async fn the_sink_obeys_the_laws_of_sinks() {
    conformance::sink(Place::new).await;
}
