//! A watch that also receives webhooks: what an event names is read at once, polling brings the rest.
//! `cargo run -p ashby-source --example hybrid` needs `ASHBY_API_KEY` and `WEBHOOK_SECRET` (that of webhooks in Ashby, which
//! deliver to port 8787, path /webhooks/ashby). The destination is memory here; any [`Sink`] takes its place.

use std::path::Path;
use std::time::Duration;

use ashby_client::Client;
use ashby_source::{AshbySource, hybrid};
use ashby_webhooks::{Inbox, InboxOptions, Intake, Keyring, PATH, Secrets, router};
use async_trait::async_trait;
use bytes::Bytes;
use capture_core::{MemorySink, Report, Result, Runner, RunnerOptions, Selection, Sink};
use http_service::{Limits, bind, serve};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// The inbox of `ashby-webhooks`, as hybrid capture sees it.
struct Events(Inbox);

#[async_trait]
impl hybrid::Inbox for Events {
    async fn pending_after(&self, sequence: u64, limit: usize) -> Result<Vec<hybrid::Delivery>> {
        let pending = self.0.pending_after(sequence, limit).await?;
        let delivery = |delivery: ashby_webhooks::Delivery| {
            let data = Bytes::copy_from_slice(delivery.event.data());
            hybrid::Delivery::new(delivery.sequence, delivery.received_at, delivery.event.action(), data)
        };
        Ok(pending.into_iter().map(delivery).collect())
    }

    async fn done(&self, sequences: Vec<u64>) -> Result<()> {
        self.0.done(sequences).await
    }

    async fn arrival(&self, sequence: u64) {
        let mut arrivals = self.0.arrivals();
        while *arrivals.borrow_and_update() <= sequence {
            if arrivals.changed().await.is_err() {
                return std::future::pending().await;
            }
        }
    }
}

/// Where webhooks come in.
struct Door<'a> {
    listener: TcpListener,
    secret: &'a str,
    /// The file that keeps what came until it has been seen to.
    inbox: &'a Path,
}

/// Keeps a destination up to date until it is cancelled.
async fn watch(
    client: &Client,
    sink: impl Sink + 'static,
    streams: &[&str],
    door: Door<'_>,
    cancel: CancellationToken,
) -> std::result::Result<Report, Box<dyn std::error::Error>> {
    let inbox = Inbox::open(door.inbox, InboxOptions::default())?;
    let intake = Intake::new(Keyring::fixed(Secrets::new([door.secret])?));
    intake.keep_in(inbox.clone());
    let limits = Limits::default();
    let server = tokio::spawn(serve(door.listener, router(intake, PATH, limits), limits, cancel.clone()));

    let survey = ashby_source::survey(client).await?;
    let options = RunnerOptions::default().interval(Some(Duration::from_secs(15 * 60)));
    let runner = Runner::new(AshbySource::new(client.clone()), sink).options(options);
    let (handle, run) =
        runner.start(streams.iter().copied().map(Selection::new), survey.identity(client), cancel.clone());
    let events = Events(inbox.clone());
    let report = tokio::select! {
        report = run => report,
        // It ends by itself only when the run has.
        ended = async {
            hybrid::follow(&events, &handle).await?;
            std::future::pending().await
        } => ended,
    };
    cancel.cancel();
    let _ = server.await;
    inbox.close().await;
    Ok(report?)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let client = Client::from_env()?;
    let secret = std::env::var("WEBHOOK_SECRET")?;
    let listener = bind("127.0.0.1:8787".parse()?).await?;
    let door = Door { listener, secret: &secret, inbox: Path::new("inbox.db") };
    watch(&client, MemorySink::new(), &["candidates", "applications"], door, CancellationToken::new())
        .await?;
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use ashby_sim::{Kind, Mutation, Organisation, Server, ServerOptions, Shape, Subscription};

    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn what_an_event_says_is_there_long_before_the_next_poll() {
        let shape = Shape { candidates: 20, applications: 20, ..Shape::small() };
        let server = Server::start(Organisation::new(&shape), ServerOptions::default()).await.unwrap();
        let client = Client::builder().base_url(&server.base_url()).api_key("sim-key").build().unwrap();
        let directory = tempfile::tempdir().unwrap();
        let listener = bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (sink, cancel) = (MemorySink::new(), CancellationToken::new());
        let inbox = directory.path().join("inbox.db");
        let door = Door { listener, secret: "a secret", inbox: &inbox };
        let streams = ["candidates", "applications"];
        let check = async {
            let subscription = Subscription {
                webhook_type: "candidateDelete".to_owned(),
                request_url: format!("http://{address}{PATH}"),
                secret_token: Some("a secret".to_owned()),
            };
            while sink.rows("candidates").len() < 20 {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            assert!(server.subscribe(&subscription).await.unwrap().1, "its ping is answered");
            let all = server.organisation().truth("candidate.list", &Default::default());
            let id = all[0]["id"].as_str().unwrap().to_owned();
            server.organisation().mutate(&Mutation::Delete { kind: Kind::Candidate, id }).unwrap();
            while sink.rows("candidates").len() == 20 {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            cancel.cancel();
        };
        let (report, ()) = tokio::join!(watch(&client, sink.clone(), &streams, door, cancel.clone()), check);
        assert!(report.unwrap().interrupted);
        assert_eq!(sink.rows("candidates").len(), 19);
    }
}
