//! A target.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// Tables, and the state that was told last.
#[derive(Debug, Default)]
pub(crate) struct Target {
    members: BTreeMap<String, BTreeSet<String>>,
    keys: BTreeMap<String, Vec<String>>,
    tables: BTreeMap<String, BTreeMap<String, (u64, Value)>>,
    /// How often older rows were said to be gone.
    pub(crate) activated: BTreeMap<String, u64>,
    pub(crate) state: Option<Value>,
}

impl Target {
    /// Takes a message; what a real target would end its run at is an error.
    pub(crate) fn take(&mut self, message: &Value) {
        let stream = message["stream"].as_str().unwrap_or_default().to_owned();
        match message["type"].as_str() {
            Some("SCHEMA") => {
                let members =
                    message["schema"]["properties"].as_object().expect("properties").keys().cloned();
                self.members.insert(stream.clone(), members.collect());
                let key = message["key_properties"].as_array().expect("a key");
                let key = key.iter().map(|part| part.as_str().expect("a name").to_owned());
                self.keys.insert(stream, key.collect());
            }
            Some("RECORD") => {
                let members = self.members.get(&stream).expect("a schema comes first");
                let record = message["record"].as_object().expect("a record");
                let undeclared: Vec<&String> =
                    record.keys().filter(|name| !members.contains(*name)).collect();
                assert!(undeclared.is_empty(), "{stream}: {undeclared:?} would be dropped");
                assert!(message["time_extracted"].as_str().is_some_and(|time| time.ends_with('Z')));
                let key: Vec<&str> =
                    self.keys[&stream].iter().map(|part| record[part].as_str().expect("a key")).collect();
                let row = (message["version"].as_u64().expect("a version"), message["record"].clone());
                self.tables.entry(stream).or_default().insert(key.join(" "), row);
            }
            Some("ACTIVATE_VERSION") => {
                let version = message["version"].as_u64().expect("a version");
                *self.activated.entry(stream.clone()).or_default() += 1;
                self.tables.entry(stream).or_default().retain(|_, (of_row, _)| *of_row >= version);
            }
            Some("STATE") => self.state = Some(message["value"].clone()),
            other => panic!("{other:?} is no message"),
        }
    }

    pub(crate) fn rows(&self, stream: &str) -> BTreeMap<String, Value> {
        let rows = self.tables.get(stream).into_iter().flatten();
        rows.map(|(key, (_, record))| (key.clone(), record.clone())).collect()
    }
}
