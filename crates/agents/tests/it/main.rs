//! Tests of the crate from outside, against a simulated organisation.

// Clippy takes only the test functions themselves for tests, not what they call.
#![allow(clippy::unwrap_used)]

mod copies;
mod doors;
mod plans;
mod sights;

use std::time::Duration;

use agents::{Agent, Allowed, Answer, Call, Error, Options, Sent, Writes};
use ashby_client::{Client, RetryPolicy};
use ashby_sim::{Organisation, Server, ServerOptions, Shape};
use serde_json::Value;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

/// An organisation, and an agent that may write.
struct Site {
    server: Server,
    agent: Agent,
    directory: TempDir,
}

impl Site {
    async fn new(plans_are_good_for: Duration) -> Self {
        let server =
            Server::start(Organisation::new(&Shape::small()), ServerOptions::default()).await.unwrap();
        let directory = tempfile::tempdir().unwrap();
        let client = Client::builder()
            .api_key("sim-key")
            .base_url(&server.base_url())
            .retry(RetryPolicy::default().max_attempts(1))
            .build()
            .unwrap();
        let writes =
            Writes::new(Allowed::parse("write,destructive").unwrap(), directory.path().join("journal.jsonl"));
        let options = Options {
            client: Some(client),
            writes: Some(writes.good_for(plans_are_good_for)),
            ..Options::default()
        };
        Self { server, agent: Agent::new(options), directory }
    }

    async fn call(&self, caller: &str, tool: &str, arguments: Value) -> Result<Answer, Error> {
        let call = Call {
            caller: caller.to_owned(),
            door: "test",
            intent: None,
            cancel: CancellationToken::new(),
            sent: Sent::default(),
        };
        let Value::Object(arguments) = arguments else { panic!("arguments are an object") };
        self.agent.call(tool, Some(arguments), &call).await.unwrap()
    }

    async fn candidate(&self) -> String {
        let listed =
            self.call("x", "list", serde_json::json!({"stream": "candidates", "limit": 1})).await.unwrap();
        listed["records"][0]["id"].as_str().unwrap().to_owned()
    }

    /// What the journal says of each line.
    fn journal(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.directory.path().join("journal.jsonl")).unwrap_or_default();
        let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        lines.map(|line| line["what"].as_str().unwrap().to_owned()).collect()
    }
}
