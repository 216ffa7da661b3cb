//! A sink of one's own for a service that takes batches over HTTP: each commit's lines in one request, `PUT /batches/N`. A
//! request that failed in a passing way is made again, and does no harm if it had been carried out: it carries the same
//! number. `cargo run -p capture-ledger --example own_http_sink URL STATE_FILE`

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use capture_core::memory::MemorySource;
use capture_core::{
    Appender, Appending, Error, ErrorKind, FileStateStore, Identity, Op, Result, Runner, Selection, Sink,
    StreamDescriptor, Watermark, Write, retried,
};
use capture_ledger::SqliteLedger;
use reqwest::{Client, RequestBuilder, StatusCode};
use serde_json::json;

struct Batches {
    client: Client,
    url: String,
    /// Batches that the service has.
    sent: u64,
    /// Lines of the next one.
    lines: Vec<u8>,
}

impl Batches {
    fn new(url: &str) -> Self {
        Self { client: Client::new(), url: url.to_owned(), sent: 0, lines: Vec::new() }
    }

    /// What passes: no connection, a service that is busy or out of order.
    async fn send(&self, request: impl Fn() -> RequestBuilder) -> Result<()> {
        retried(|| async {
            let answer = request().send().await.map_err(|error| {
                Error::new(ErrorKind::Unavailable, "cannot reach the service").with_source(error)
            })?;
            match answer.status() {
                status if status.is_success() => Ok(()),
                status if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS => {
                    Err(Error::new(ErrorKind::Unavailable, format!("the service answered {status}")))
                }
                status => Err(Error::new(ErrorKind::Storage, format!("the service answered {status}"))),
            }
        })
        .await
    }
}

#[async_trait]
impl Appender for Batches {
    /// What no commit has spoken of is taken back: no line is there twice.
    async fn open(&mut self, _: &[Arc<StreamDescriptor>], watermark: Option<&Watermark>) -> Result<()> {
        self.sent = watermark.and_then(|Watermark(sent)| sent.as_u64()).unwrap_or(0);
        let rest = format!("{}/batches/{}", self.url, self.sent);
        self.send(|| self.client.delete(&rest)).await
    }

    async fn append(&mut self, write: &Write) -> Result<()> {
        for record in &write.records {
            let (stream, key) = (json!(write.stream.name), json!(record.key.as_str()));
            self.lines.extend_from_slice(format!(r#"{{"stream":{stream},"key":{key},"#).as_bytes());
            match &record.op {
                Op::Upsert(body) => {
                    self.lines.extend_from_slice(br#""record":"#);
                    json_slices::push_line(&mut self.lines, body);
                }
                Op::Gone(gone) => {
                    self.lines.extend_from_slice(format!(r#""gone":"{}""#, gone.why()).as_bytes());
                }
            }
            self.lines.extend_from_slice(b"}\n");
        }
        Ok(())
    }

    async fn flush(&mut self) -> Result<Option<Watermark>> {
        if !self.lines.is_empty() {
            let batch = format!("{}/batches/{}", self.url, self.sent);
            self.send(|| self.client.put(&batch).body(self.lines.clone())).await?;
            self.sent += 1;
            self.lines.clear();
        }
        Ok(Some(Watermark(json!(self.sent))))
    }

    async fn close(&mut self) -> Result<()> {
        Ok(())
    }
}

/// The sink: the service, and in files of our own the state and the ledger.
fn batches(url: &str, state: &Path) -> impl Sink + 'static {
    Appending::new(Batches::new(url), FileStateStore::new(state), SqliteLedger::beside(state))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (url, state) = arguments.next().zip(arguments.next()).ok_or("name a URL and a file")?;
    let source = MemorySource::new("pets", [("1", r#"{"id":"1","name":"Mia"}"#)]);
    let runner = Runner::new(source, batches(&url, state.as_ref()));
    runner.run([Selection::new("pets")], Identity::anyone("pets"), Default::default()).await?;
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Mutex;

    use axum::Router;
    use axum::extract::{DefaultBodyLimit, Path as PathOf, State};
    use axum::routing::put;
    use capture_core::conformance::{self, Rows, SinkHarness};
    use serde_json::Value;
    use tempfile::TempDir;

    use super::*;

    /// What the service has, and how many of the next requests it refuses after it carried them out.
    #[derive(Default)]
    struct Service {
        batches: BTreeMap<u64, String>,
        refuses: u32,
    }

    type Shared = Arc<Mutex<Service>>;

    fn answer(service: &mut Service) -> StatusCode {
        match service.refuses {
            0 => StatusCode::OK,
            _ => {
                service.refuses -= 1;
                StatusCode::SERVICE_UNAVAILABLE
            }
        }
    }

    async fn take(State(service): State<Shared>, PathOf(number): PathOf<u64>, lines: String) -> StatusCode {
        let mut service = service.lock().unwrap();
        service.batches.insert(number, lines);
        answer(&mut service)
    }

    async fn take_back(State(service): State<Shared>, PathOf(number): PathOf<u64>) -> StatusCode {
        let mut service = service.lock().unwrap();
        service.batches.split_off(&number);
        answer(&mut service)
    }

    struct Place {
        state: TempDir,
        url: String,
        service: Shared,
    }

    impl Place {
        fn new() -> Self {
            let service = Shared::default();
            let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            listener.set_nonblocking(true).unwrap();
            let url = format!("http://{}", listener.local_addr().unwrap());
            let routes = Router::new().route("/batches/{number}", put(take).delete(take_back));
            let routes = routes.layer(DefaultBodyLimit::disable()).with_state(Arc::clone(&service));
            tokio::spawn(async move {
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                axum::serve(listener, routes).await
            });
            Self { state: tempfile::tempdir().unwrap(), url, service }
        }
    }

    #[async_trait]
    impl SinkHarness for Place {
        async fn open(&self) -> Box<dyn Sink> {
            Box::new(batches(&self.url, &self.state.path().join("state.json")))
        }

        /// Of several lines with one key the last one counts.
        async fn rows(&self, stream: &StreamDescriptor) -> Rows {
            let text: String = self.service.lock().unwrap().batches.values().cloned().collect();
            let mut rows = BTreeMap::new();
            for line in text.split('\n').filter(|line| !line.is_empty()) {
                let line: Value = json_slices::read(line.as_bytes()).unwrap();
                if line["stream"] == stream.name.as_str() {
                    rows.insert(line["key"].as_str().unwrap().to_owned(), line.get("record").cloned());
                }
            }
            rows.into_iter().collect()
        }

        async fn fail_once(&self) -> bool {
            self.service.lock().unwrap().refuses = 1;
            true
        }

        fn shows_uncommitted(&self) -> bool {
            true
        }
    }

    #[tokio::test]
    async fn it_keeps_the_laws_of_sinks() {
        conformance::sink(Place::new).await;
    }
}
