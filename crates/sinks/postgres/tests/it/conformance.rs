use async_trait::async_trait;
use capture_core::conformance::{self, Grave, Rows, SinkHarness};
use capture_core::{Sink, StreamDescriptor};
use serde_json::Value;

use crate::Place;

/// The table of a stream: the one name that its long name cannot have.
fn table(place: &Place, stream: &str) -> Option<String> {
    let exists = place.sql("SELECT to_regclass('_ashby_streams')::text");
    if exists.is_empty() {
        return None;
    }
    let sql = format!("SELECT table_name FROM _ashby_streams WHERE stream = '{stream}'");
    Some(place.sql(&sql)).filter(|name| !name.is_empty())
}

/// Keys as they were: the database cannot hold U+0000.
fn key(stored: &str) -> String {
    stored.replace("\u{fdd0}0", "\0").replace("\u{fdd0}1", "\u{fdd0}")
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[async_trait]
impl SinkHarness for Place {
    async fn open(&self) -> Box<dyn Sink> {
        Box::new(self.sink())
    }

    async fn rows(&self, stream: &StreamDescriptor) -> Rows {
        let Some(table) = table(self, &stream.name) else { return Vec::new() };
        let sql = format!(
            "SELECT json_build_array(_key, _deleted_at IS NULL, coalesce(_original, _record::text)) FROM \"{table}\""
        );
        let row = |row: &Value| {
            let record =
                row[1].as_bool().unwrap().then(|| serde_json::from_str(row[2].as_str().unwrap()).unwrap());
            (key(row[0].as_str().unwrap()), record)
        };
        lines(&self.sql(&sql)).iter().map(row).collect()
    }

    async fn graves(&self, stream: &StreamDescriptor) -> Option<Vec<Grave>> {
        let table = table(self, &stream.name)?;
        let sql = format!(
            "SELECT json_build_array(_key, _deleted_why, to_json(_deleted_at), _merged_into) FROM \"{table}\"
             WHERE _deleted_at IS NOT NULL"
        );
        let grave = |row: &Value| Grave {
            key: key(row[0].as_str().unwrap()),
            why: row[1].as_str().unwrap().to_owned(),
            at: row[2].as_str().unwrap().to_owned(),
            merged_into: row[3].as_str().map(key),
        };
        Some(lines(&self.sql(&sql)).iter().map(grave).collect())
    }

    async fn break_writes(&self) -> bool {
        self.break_tables("relname NOT LIKE '\\_%'");
        true
    }

    async fn break_commits(&self) -> bool {
        // The last thing that a commit writes.
        self.break_tables("relname = '_ashby_state'");
        true
    }

    async fn mend(&self) {
        self.sql(&format!(
            "DO $$ DECLARE t record; BEGIN
                FOR t IN SELECT tgname, tgrelid::regclass AS name FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid
                    WHERE relnamespace = '{}'::regnamespace AND NOT tgisinternal
                LOOP EXECUTE format('DROP TRIGGER %I ON %s', t.tgname, t.name); END LOOP;
            END $$",
            self.schema
        ));
    }
}

impl Place {
    /// Lets every statement fail that writes to these tables.
    fn break_tables(&self, which: &str) {
        self.sql(&format!(
            "CREATE OR REPLACE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN RAISE EXCEPTION 'broken by a test'; END $$;
             DO $$ DECLARE t record; BEGIN
                FOR t IN SELECT oid::regclass AS name FROM pg_class
                    WHERE relnamespace = '{schema}'::regnamespace AND relkind = 'r' AND {which}
                LOOP EXECUTE format('CREATE TRIGGER broken BEFORE INSERT OR UPDATE ON %s FOR EACH STATEMENT
                    EXECUTE FUNCTION {schema}.broken()', t.name); END LOOP;
             END $$",
            schema = self.schema
        ));
    }
}

#[tokio::test]
async fn the_sink_obeys_the_laws_of_sinks() {
    if Place::new().is_none() {
        return;
    }
    conformance::sink(|| Place::new().unwrap()).await;
}
