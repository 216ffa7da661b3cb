//! A bot that tells a Slack channel who was hired, as soon as Ashby tells it. `cargo run -p ashby-webhooks --example slack_bot`
//! needs `SLACK_URL` (an incoming webhook of Slack's) and `WEBHOOK_SECRET` (that of the webhook in Ashby, which delivers to
//! port 8787, path /webhooks/ashby).
//!
//! An event is kept before it is acknowledged, and done only when Slack has taken it: what fails is tried again, also after a
//! restart.

use std::error::Error;
use std::path::Path;
use std::time::Duration;

use ashby_webhooks::{Event, Inbox, InboxOptions, Intake, Keyring, PATH, Payload, Secrets, router};
use http_service::{Limits, bind, serve};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

type Failed = Box<dyn Error + Send + Sync>;

/// What the channel is told of an event, if anything.
fn words(event: &Event) -> Option<String> {
    let Ok(Payload::CandidateHire(hire)) = event.payload() else { return None };
    let application = hire.application.value()?;
    Some(format!("{} was hired as {} :tada:", application.candidate.name, application.job.title))
}

/// Tells of everything that is pending.
async fn tell(inbox: &Inbox, slack: &reqwest::Client, url: &str) -> Result<(), Failed> {
    for delivery in inbox.pending(100).await? {
        if let Some(text) = words(&delivery.event) {
            let body = serde_json::json!({ "text": text }).to_string();
            let request = slack.post(url).header("content-type", "application/json").body(body);
            request.send().await?.error_for_status()?;
        }
        inbox.done(vec![delivery.sequence]).await?;
    }
    Ok(())
}

/// Receives and tells, until `stop` is cancelled.
async fn run(
    listener: TcpListener,
    keeps: &Path,
    secret: &str,
    url: &str,
    stop: CancellationToken,
) -> Result<(), Failed> {
    let inbox = Inbox::open(keeps, InboxOptions::default())?;
    let intake = Intake::new(Keyring::fixed(Secrets::new([secret])?));
    intake.keep_in(inbox.clone());
    let limits = Limits::default();
    let server = tokio::spawn(serve(listener, router(intake, PATH, limits), limits, stop.clone()));
    let slack = reqwest::Client::builder().timeout(Duration::from_secs(10)).build()?;
    let mut arrivals = inbox.arrivals();
    while !stop.is_cancelled() {
        arrivals.mark_unchanged();
        let pause = match tell(&inbox, &slack, url).await {
            Ok(()) => Duration::from_secs(60),
            // Slack is away: what waits is told later.
            Err(_) => Duration::from_secs(5),
        };
        tokio::select! {
            () = stop.cancelled() => {}
            _ = arrivals.changed() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
    let _ = server.await;
    inbox.close().await;
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failed> {
    let (url, secret) = (std::env::var("SLACK_URL")?, std::env::var("WEBHOOK_SECRET")?);
    let listener = bind("127.0.0.1:8787".parse()?).await?;
    run(listener, Path::new("slack-bot.db"), &secret, &url, CancellationToken::new()).await
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use ashby_sim::{Organisation, Server, ServerOptions, Shape, Subscription};
    use axum::Router;
    use axum::http::StatusCode;
    use axum::routing::post;
    use tokio::sync::mpsc;

    use super::*;

    /// A stand-in for Slack, and what it is told.
    async fn slack() -> (String, mpsc::UnboundedReceiver<String>) {
        let listener = bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let (heard, messages) = mpsc::unbounded_channel();
        let take = move |body: String| {
            let heard = heard.clone();
            async move {
                heard.send(body).unwrap();
                StatusCode::OK
            }
        };
        let routes = Router::new().route("/hook", post(take));
        tokio::spawn(serve(listener, routes, Limits::default(), CancellationToken::new()));
        (url, messages)
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_hire_is_told_and_nothing_else() {
        let organisation = Organisation::new(&Shape::small());
        let server = Server::start(organisation, ServerOptions::default()).await.unwrap();
        let (url, mut messages) = slack().await;
        let directory = tempfile::tempdir().unwrap();
        let listener = bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let keeps = directory.path().join("bot.db");
        let bot = {
            let (keeps, url, stop) = (keeps.clone(), url.clone(), stop.clone());
            tokio::spawn(async move { run(listener, &keeps, "a secret", &url, stop).await })
        };
        for webhook_type in ["candidateHire", "candidateDelete"] {
            let subscription = Subscription {
                webhook_type: webhook_type.to_owned(),
                request_url: format!("http://{address}{PATH}"),
                secret_token: Some("a secret".to_owned()),
            };
            let (_, is_enabled) = server.subscribe(&subscription).await.unwrap();
            assert!(is_enabled, "its ping is answered");
        }
        let organisation = server.organisation();
        for action in ["candidateDelete", "candidateHire"] {
            assert_eq!(organisation.tell(action, organisation.event_data(action, 0).unwrap()), 1);
        }
        let hired = organisation.event_data("candidateHire", 0).unwrap();
        let name = hired["application"]["candidate"]["name"].as_str().unwrap();
        let heard = messages.recv().await.unwrap();
        assert!(heard.contains(name) && heard.contains("was hired as"), "{heard}");
        stop.cancel();
        bot.await.unwrap().unwrap();
        assert!(messages.try_recv().is_err(), "nothing was told twice");
    }
}
