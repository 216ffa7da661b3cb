//! What a destination holds, and what it ought to hold.

use std::collections::BTreeMap;
use std::path::Path;

use ashby_sim::Organisation;
use ashby_source::Nested;
use rusqlite::{Connection, OpenFlags};
use serde_json::{Map, Value, json};

/// Records by key.
pub(crate) type Records = BTreeMap<String, Value>;

fn id(record: &Value) -> String {
    record["id"].as_str().unwrap().to_owned()
}

/// The key of a record whose key has these members.
fn key(members: &[String], record: &Value) -> String {
    let parts: Vec<&str> = members.iter().map(|member| record[member].as_str().unwrap()).collect();
    if let [only] = parts[..] { only.to_owned() } else { json!(parts).to_string() }
}

fn keyed(records: impl IntoIterator<Item = Value>) -> Records {
    records.into_iter().map(|record| (id(&record), record)).collect()
}

/// Without what an application shows of other records: it does not count as changed when they change.
pub(crate) fn own(stream: &str, mut records: Records) -> Records {
    if stream == "applications" {
        records.values_mut().for_each(|record| _ = record.as_object_mut().unwrap().remove("openings"));
    }
    records
}

/// What a stream must hold when it is up to date.
pub(crate) fn truth(organisation: &Organisation, stream: &str) -> Records {
    let list = |operation: &str, parameters: &Map<String, Value>| organisation.truth(operation, parameters);
    match stream {
        "interview_events" => {
            let schedules = list("interviewSchedule.list", &Map::new());
            keyed(
                schedules.iter().flat_map(|schedule| schedule["interviewEvents"].as_array().unwrap().clone()),
            )
        }
        _ => {
            let about = ashby_source::stream(stream).unwrap();
            let parameters = ashby_source::parameters(stream).unwrap();
            let Some(Nested::PerParent { parameter, .. }) = ashby_source::nested(stream) else {
                return own(stream, keyed(list(about.operation, &parameters)));
            };
            let of = |owner: String| {
                let mut parameters = parameters.clone();
                parameters.insert(parameter.to_owned(), json!(owner));
                let mut records = list(about.operation, &parameters);
                if stream == "offer_versions" {
                    records = records
                        .iter()
                        .flat_map(|offer| offer["versions"].as_array().unwrap().clone())
                        .collect();
                }
                records.into_iter().map(move |mut record| {
                    // The owner itself, in more words, needs no more of them.
                    if record["id"] != *owner {
                        record.as_object_mut().unwrap().entry(parameter).or_insert(json!(owner));
                    }
                    record
                })
            };
            let records = truth(organisation, about.parent.unwrap()).into_keys().flat_map(of);
            records.map(|record| (key(&about.descriptor.key, &record), record)).collect()
        }
    }
}

/// The live rows of a stream in a database.
pub(crate) fn sqlite(path: &Path, stream: &str) -> Records {
    sqlite_in(&Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap(), stream)
}

/// The same of a database that is open.
pub(crate) fn sqlite_in(connection: &Connection, stream: &str) -> Records {
    let sql = format!("SELECT _key, _record FROM {stream} WHERE _deleted_at IS NULL");
    let mut statement = connection.prepare_cached(&sql).unwrap();
    let row = |row: &rusqlite::Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?));
    let rows = statement.query_map([], row).unwrap().map(|row| {
        let (key, record) = row.unwrap();
        (key, serde_json::from_str(&record).unwrap())
    });
    own(stream, rows.collect())
}

/// The rows that a query gives, as text.
pub(crate) fn query(path: &Path, sql: &str) -> Vec<Vec<String>> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let mut statement = connection.prepare(sql).unwrap();
    let columns = statement.column_count();
    let text = |value: rusqlite::types::Value| match value {
        rusqlite::types::Value::Null => String::new(),
        rusqlite::types::Value::Integer(number) => number.to_string(),
        rusqlite::types::Value::Real(number) => number.to_string(),
        rusqlite::types::Value::Text(text) => text,
        rusqlite::types::Value::Blob(_) => panic!("nothing here is a blob"),
    };
    let rows = statement.query_map([], |row| (0..columns).map(|column| row.get(column).map(text)).collect());
    rows.unwrap().collect::<Result<_, _>>().unwrap()
}

/// What the lines of a stream's file come to: of several with one key the last one counts.
pub(crate) fn jsonl(directory: &Path, stream: &str) -> Records {
    let path = directory.join(format!("{stream}.jsonl"));
    let mut records = Records::new();
    for line in std::fs::read_to_string(&path).unwrap_or_default().lines() {
        let record: Value = serde_json::from_str(line).unwrap();
        if record["_deleted"] == true {
            records.remove(&id(&record));
        } else {
            records.insert(id(&record), record);
        }
    }
    own(stream, records)
}

/// The live rows of a stream in Parquet files.
pub(crate) fn parquet(root: &Path, stream: &str) -> Records {
    let rows = histories::lake::rows(root, stream).unwrap().into_iter().filter(|(_, row)| row.live);
    own(stream, rows.map(|(key, row)| (key, serde_json::from_str(&row.body).unwrap())).collect())
}
