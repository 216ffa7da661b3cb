//! What Estuary's runtime holds of a capture: the durable state and the collections.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::process::{Ended, Process};

/// A capture task.
pub(crate) struct Task {
    pub(crate) config: Value,
    pub(crate) bindings: Vec<String>,
    pub(crate) state: Value,
    /// When it was published first, where the runtime says so.
    pub(crate) created_at: Option<&'static str>,
    /// Documents by binding and key, deletions applied.
    pub(crate) collections: BTreeMap<String, BTreeMap<String, Value>>,
    /// Documents committed.
    pub(crate) committed: usize,
    pub(crate) checkpoints: usize,
    environment: Vec<(&'static str, &'static str)>,
}

/// An open session of a task.
pub(crate) struct Session {
    pub(crate) process: Process,
    /// Documents that no checkpoint has followed.
    pending: Vec<(usize, Value)>,
}

impl Task {
    pub(crate) fn new(base_url: &str, bindings: &[&str]) -> Self {
        Self {
            config: json!({
                "credentials": {"access_token": "sim-key"},
                "advanced": {"base_url": base_url, "requests_per_minute": 0},
            }),
            bindings: bindings.iter().map(|name| (*name).to_owned()).collect(),
            state: json!({}),
            created_at: None,
            collections: BTreeMap::new(),
            committed: 0,
            checkpoints: 0,
            environment: Vec::new(),
        }
    }

    pub(crate) fn with_environment(mut self, name: &'static str, value: &'static str) -> Self {
        self.environment.push((name, value));
        self
    }

    pub(crate) fn open_request(&self) -> Value {
        let bindings = self.bindings.iter().map(|name| {
            json!({
                "resourceConfig": {"name": name, "interval": "PT5M"},
                "resourcePath": [name],
                "stateKey": name,
                "collection": {"name": format!("acmeCo/{name}")},
            })
        });
        let mut capture = json!({
            "name": "acmeCo/ashby",
            "connectorType": "IMAGE",
            "config": self.config,
            "bindings": bindings.collect::<Vec<_>>(),
            "intervalSeconds": 300,
        });
        if let Some(created_at) = self.created_at {
            capture["createdAt"] = json!(created_at);
        }
        json!({"open": {
            "capture": capture,
            "version": "v1",
            "range": {"keyEnd": u32::MAX, "rClockEnd": u32::MAX},
            "state": self.state,
        }})
    }

    /// Opens a session as the runtime does.
    pub(crate) async fn open(&self) -> Session {
        let mut process = Process::start(&self.environment);
        let spec = process.ask(&json!({"spec": {"connectorType": "IMAGE", "config": {}}})).await;
        assert_eq!(spec["spec"]["protocol"], 3_032_023);
        let opened = process.ask(&self.open_request()).await;
        assert!(opened["opened"].is_object(), "{opened}");
        Session { process, pending: Vec::new() }
    }

    /// Takes messages until a checkpoint makes `done` true.
    pub(crate) async fn run_until(&mut self, session: &mut Session, done: impl Fn(&Self) -> bool) {
        while self.step(session).await {
            if session.pending.is_empty() && done(self) {
                return;
            }
        }
        panic!("the session ended before its time");
    }

    /// Takes one message; `false` at the end.
    pub(crate) async fn step(&mut self, session: &mut Session) -> bool {
        let Some(message) = session.process.next().await else { return false };
        self.take(session, message);
        true
    }

    fn take(&mut self, session: &mut Session, mut message: Value) {
        assert_eq!(message.as_object().map(Map::len), Some(1), "{message}");
        if let Some(captured) = message.get_mut("captured") {
            let binding = captured["binding"].as_u64().expect("a binding") as usize;
            session.pending.push((binding, captured["doc"].take()));
            return;
        }
        let state = &message["checkpoint"]["state"];
        assert_eq!(state["mergePatch"], true, "{message}");
        let is_empty = session.pending.is_empty() && state["updated"] == json!({});
        assert!(!is_empty, "a checkpoint of nothing");
        merge(&mut self.state, &state["updated"]);
        assert_python_accepts(&self.state);
        self.checkpoints += 1;
        for (binding, document) in session.pending.drain(..) {
            self.committed += 1;
            let name = &self.bindings[binding];
            let collection = self.collections.entry(name.clone()).or_default();
            let (key, is_deleted) = match document.pointer("/_meta/row_id") {
                Some(row) => (row.to_string(), document["_meta"]["op"] == "d"),
                None => (document["id"].as_str().expect("a key").to_owned(), false),
            };
            match is_deleted {
                true => drop(collection.remove(&key)),
                false => drop(collection.insert(key, document)),
            }
        }
    }

    /// Runs a session until everything is complete, and ends it.
    pub(crate) async fn catch_up(&mut self) -> Ended {
        let mut session = self.open().await;
        self.run_until(&mut session, Self::is_complete).await;
        self.end(session).await
    }

    /// Ends a session and takes what it still writes.
    pub(crate) async fn end(&mut self, mut session: Session) -> Ended {
        session.process.hang_up();
        self.drain(session).await
    }

    /// Takes everything until the end.
    pub(crate) async fn drain(&mut self, mut session: Session) -> Ended {
        while self.step(&mut session).await {}
        assert!(session.pending.is_empty(), "documents without a checkpoint before the end");
        session.process.wait().await
    }

    pub(crate) fn binding_state(&self, name: &str) -> &Value {
        &self.state["bindingStateV1"][name]
    }

    pub(crate) fn token(&self, name: &str) -> &str {
        self.binding_state(name)["inc"]["cursor"][0].as_str().unwrap_or_default()
    }

    /// Every binding has been listed to its end, and none is within a listing.
    pub(crate) fn is_complete(&self) -> bool {
        self.bindings.iter().all(|name| {
            let state = self.binding_state(name);
            state["snapshot"].is_object() || (!self.token(name).is_empty() && self.page(name).is_null())
        })
    }

    /// What is kept of a binding beside its token.
    pub(crate) fn parked(&self, name: &str) -> Value {
        let text = self.binding_state(name)["backfill"]["next_page"].as_str().unwrap_or("null");
        serde_json::from_str(text).expect("it is JSON")
    }

    /// Its place within a listing.
    pub(crate) fn page(&self, name: &str) -> Value {
        self.parked(name)["page"].take()
    }

    /// Makes bindings that are listed whole due again.
    pub(crate) fn forget_when_listed(&mut self) {
        for state in self.state["bindingStateV1"].as_object_mut().expect("there is state").values_mut() {
            if state["snapshot"].is_object() {
                state["snapshot"]["updated_at"] = json!("2020-01-01T00:00:00.000000Z");
            }
        }
    }

    /// The documents of a binding, without what the connector adds.
    pub(crate) fn records(&self, name: &str) -> BTreeMap<String, Value> {
        let records = self.collections.get(name).into_iter().flatten().map(|(_, document)| {
            let mut record = document.clone();
            record.as_object_mut().expect("an object").remove("_meta");
            (record["id"].as_str().expect("an id").to_owned(), record)
        });
        records.collect()
    }
}

/// RFC 7396.
pub(crate) fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = json!({});
    }
    let members = target.as_object_mut().expect("it is one now");
    for (name, value) in patch {
        if value.is_null() {
            members.remove(name);
        } else {
            merge(members.entry(name.clone()).or_insert(Value::Null), value);
        }
    }
}

/// The Python connector refuses a state with any member that it does not know.
fn assert_python_accepts(state: &Value) {
    let only = |value: &Value, known: &[&str]| {
        let members: BTreeSet<&str> =
            value.as_object().expect("an object").keys().map(String::as_str).collect();
        assert!(
            members.is_subset(&known.iter().copied().collect()),
            "{members:?} are not all among {known:?}"
        );
    };
    only(state, &["bindingStateV1", "backfillRequests"]);
    for binding in state["bindingStateV1"].as_object().into_iter().flat_map(Map::values) {
        only(binding, &["inc", "backfill", "snapshot", "last_initialized"]);
        assert!(binding["last_initialized"].as_str().is_some_and(|at| at.ends_with('Z')));
        if let Some(inc) = binding.get("inc") {
            only(inc, &["cursor"]);
            assert!(
                inc["cursor"].as_array().is_some_and(|cursor| cursor.len() == 1 && cursor[0].is_string())
            );
        }
        if let Some(backfill) = binding.get("backfill") {
            only(backfill, &["cutoff", "next_page"]);
            assert!(backfill["cutoff"].is_array() && backfill["next_page"].is_string());
        }
        if let Some(snapshot) = binding.get("snapshot") {
            only(snapshot, &["updated_at", "last_count", "last_digest"]);
            assert!(snapshot["updated_at"].as_str().is_some_and(|at| at.ends_with('Z')));
            assert!(
                snapshot["last_count"].is_u64()
                    && snapshot["last_digest"].as_str().is_some_and(|hex| hex.len() == 32)
            );
        }
    }
}
