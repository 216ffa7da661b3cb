//! The journal of writes: one JSON object a line, durable before anything is sent, and after the answer. No bodies, no
//! values.

use std::fs::File;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use ashby_client::Response;
use capture_core::private_file;
use serde::Serialize;

use crate::agent::Call;
use crate::error::Error;

#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    file: Mutex<Option<File>>,
}

/// What is noted of a write.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Entry {
    at: String,
    what: &'static str,
    caller: String,
    door: &'static str,
    operation: &'static str,
    /// A hash of operation, parameters and user.
    request: String,
    plan: String,
    /// What the caller said that it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    intent: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ashby_request_id: Option<String>,
}

impl Entry {
    pub(super) fn new(call: &Call, operation: &'static str, request: &str, plan: &str) -> Self {
        Self {
            at: String::new(),
            what: "begun",
            caller: call.caller.clone(),
            door: call.door,
            operation,
            request: request.to_owned(),
            plan: plan.to_owned(),
            intent: call.intent.clone(),
            error: None,
            ashby_request_id: None,
        }
    }

    pub(super) fn begun(&self) -> Self {
        Self { at: now(), ..self.clone() }
    }

    pub(super) fn ended(&self, sent: &Result<Response, ashby_calls::Error>) -> Self {
        let mut entry = Self { at: now(), what: "done", ..self.clone() };
        match sent {
            Ok(response) => entry.ashby_request_id.clone_from(&response.request_id),
            Err(error) => {
                let ashby = error.ashby();
                let is_open = ashby.is_some_and(ashby_client::Error::may_have_taken_effect);
                entry.what = if is_open { "unknown" } else { "refused" };
                entry.error = Some(match ashby {
                    Some(error) => error.code().map_or_else(|| format!("{:?}", error.kind()), str::to_owned),
                    None => format!("{:?}", error.kind()),
                });
                entry.ashby_request_id = ashby.and_then(ashby_client::Error::request_id).map(str::to_owned);
            }
        }
        entry
    }
}

fn now() -> String {
    jiff::Timestamp::now().strftime("%FT%T.%3fZ").to_string()
}

impl Journal {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, file: Mutex::new(None) }
    }

    /// Notes it; on return it is durable.
    pub(super) async fn note(self: &Arc<Self>, entry: Entry) -> Result<(), Error> {
        let journal = Arc::clone(self);
        let written = tokio::task::spawn_blocking(move || journal.append(&entry)).await;
        match written {
            Ok(Ok(())) => Ok(()),
            _ => Err(Error::new(
                "journal_unwritable",
                format!("the journal {} cannot be written", self.path.display()),
            )
            .hint("give this user the right to write it, or make room; without it nothing is sent")),
        }
    }

    fn append(&self, entry: &Entry) -> std::io::Result<()> {
        let mut line = serde_json::to_vec(entry)?;
        line.push(b'\n');
        let mut held = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let file = match &mut *held {
            Some(file) => file,
            none => {
                let file = private_file::options().append(true).create(true).open(&self.path)?;
                private_file::sync_directory(private_file::directory_of(&self.path))?;
                none.insert(file)
            }
        };
        // In one piece, so that two servers on one journal do not write into each other's lines.
        file.write_all(&line)?;
        file.sync_data()
    }
}
