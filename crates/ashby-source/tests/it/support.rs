//! A simulated organisation, a keyed sink in memory, and a state that survives between runs.

use std::collections::BTreeMap;

use ashby_client::Client;
use ashby_sim::{Organisation, Server, ServerOptions, Shape};
use ashby_source::{AshbySource, Stream, streams};
use capture_core::{Identity, MemorySink, Outcome, Report, Runner, RunnerOptions, Selection, StreamRetry};
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;

pub(crate) struct World {
    pub(crate) server: Server,
    pub(crate) client: Client,
    pub(crate) sink: MemorySink,
}

impl World {
    pub(crate) async fn new(shape: &Shape) -> Self {
        Self::with(shape, ServerOptions::default()).await
    }

    pub(crate) async fn with(shape: &Shape, options: ServerOptions) -> Self {
        let server = Server::start(Organisation::new(shape), options).await.unwrap();
        let client = client(&server);
        Self { server, client, sink: MemorySink::new() }
    }

    pub(crate) async fn sync(&self, names: &[&str]) -> Report {
        self.run(names.iter().map(|name| Selection::new(*name)).collect()).await
    }

    pub(crate) async fn run(&self, selections: Vec<Selection>) -> Report {
        let retry = StreamRetry::default().attempts(1);
        Runner::new(AshbySource::new(self.client.clone()), self.sink.clone())
            .options(RunnerOptions::default().retry(retry))
            .run(selections, identity(&self.client), CancellationToken::new())
            .await
            .unwrap()
    }

    /// Rows of a stream as the sink has them.
    pub(crate) fn rows(&self, stream: &str) -> BTreeMap<String, Value> {
        let rows = self.sink.rows(stream);
        rows.iter()
            .map(|(key, row)| (key.as_str().to_owned(), serde_json::from_slice(&row.body).unwrap()))
            .collect()
    }

    /// Records that Ashby would list, by their `id`.
    pub(crate) fn truth(&self, operation: &str, parameters: &Value) -> BTreeMap<String, Value> {
        let parameters: Map<String, Value> = parameters.as_object().cloned().unwrap_or_default();
        let records = self.server.organisation().truth(operation, &parameters);
        records.into_iter().map(|record| (record["id"].as_str().unwrap().to_owned(), record)).collect()
    }
}

pub(crate) fn client(server: &Server) -> Client {
    Client::builder()
        .api_key("sim-key")
        .base_url(&server.base_url())
        .requests_per_minute(None)
        .build()
        .unwrap()
}

/// Who asks through this client.
pub(crate) fn identity(client: &Client) -> Identity {
    Identity::new(client.key_fingerprint(), client.base_url())
}

pub(crate) fn names(filter: impl Fn(&Stream) -> bool) -> Vec<String> {
    streams().iter().filter(|stream| filter(stream)).map(|stream| stream.name().to_owned()).collect()
}

/// Every stream ended well, or was skipped politely.
pub(crate) fn assert_up_to_date(report: &Report) {
    for (name, stream) in &report.streams {
        assert!(matches!(stream.outcome, Outcome::UpToDate), "{name}: {:?}", stream.outcome);
    }
}
