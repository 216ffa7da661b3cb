//! `--notify`: word of trouble, and of its end.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use capture_core::{Event, Observer};
use jiff::Timestamp;
use serde::Serialize;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use url::Url;

use crate::failure::Failure;
use crate::ills::Ills;
use crate::outgoing;

/// How many messages may wait; more is more trouble than anybody reads.
const WAITING: usize = 64;

/// How long an answer may take.
const ANSWERING: Duration = Duration::from_secs(10);

/// How often a message is sent, with these pauses between.
const PAUSES: [Duration; 3] = [Duration::from_secs(1), Duration::from_secs(5), Duration::from_secs(30)];

/// How long the end of a run waits for what is under way.
const PATIENCE: Duration = Duration::from_secs(5);

/// A message, as Slack and most others take it: `text` says it all.
#[derive(Debug, Clone, Serialize)]
struct Message {
    text: String,
    /// `failing` or `recovered`.
    event: &'static str,
    /// None if it is about the run as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    stream: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    at: Timestamp,
}

/// Sends word when a stream begins to fail, and when it no longer does.
pub(crate) struct Notifier {
    messages: mpsc::Sender<Message>,
    ills: Mutex<Ills>,
}

/// What ends when everything was sent.
pub(crate) struct Sending(JoinHandle<()>);

impl Notifier {
    /// To this address.
    pub(crate) fn start(url: &str) -> Result<(Self, Sending), Failure> {
        let (url, client) = (outgoing::address(url, "--notify")?, outgoing::client(ANSWERING)?);
        let (messages, mut waiting) = mpsc::channel::<Message>(WAITING);
        let sending = tokio::spawn(async move {
            while let Some(message) = waiting.recv().await {
                send(&client, &url, &message).await;
            }
        });
        Ok((Self { messages, ills: Mutex::default() }, Sending(sending)))
    }

    fn say(&self, message: Message) {
        if self.messages.try_send(message).is_err() {
            tracing::warn!("too many notifications wait: one is left out");
        }
    }
}

impl Sending {
    /// Waits a little for what is under way, once the notifier is gone.
    pub(crate) async fn end(self) {
        let _ = tokio::time::timeout(PATIENCE, self.0).await;
    }
}

async fn send(client: &reqwest::Client, url: &Url, message: &Message) {
    let Ok(body) = serde_json::to_vec(message) else { return };
    let mut pauses = PAUSES.iter();
    loop {
        let request = client.post(url.clone()).header("content-type", "application/json").body(body.clone());
        let why = match request.send().await {
            Ok(answer) if answer.status().is_success() => return,
            Ok(answer) => format!("the answer was {}", answer.status()),
            Err(error) => error.without_url().to_string(),
        };
        match pauses.next() {
            Some(pause) => tokio::time::sleep(*pause).await,
            None => {
                let host = outgoing::host(url);
                return tracing::warn!("a notification could not be sent to {host}: {why}");
            }
        }
    }
}

impl Observer for Notifier {
    fn observe(&self, event: &Event<'_>) {
        let at = Timestamp::now();
        let mut ills = self.ills.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            // What is not there for this key is left out, not failing.
            Event::Failed { stream, kind, message, ends_poll: true, .. }
                if !kind.is_left_out() && ills.falls_ill(stream, message) =>
            {
                self.say(Message {
                    text: format!("Ashby: the stream {stream} is failing: {message}"),
                    event: "failing",
                    stream: Some((*stream).to_owned()),
                    kind: Some(kind.name().to_owned()),
                    at,
                });
            }
            Event::UpToDate { stream } if ills.is_well(stream) => self.say(Message {
                text: format!("Ashby: the stream {stream} is up to date again"),
                event: "recovered",
                stream: Some((*stream).to_owned()),
                kind: None,
                at,
            }),
            Event::Trouble { kind, message, again: false, .. } => self.say(Message {
                text: format!("Ashby: nothing can be captured at present: {message}"),
                event: "failing",
                stream: None,
                kind: Some(kind.name().to_owned()),
                at,
            }),
            Event::Recovered { after } => self.say(Message {
                text: format!("Ashby: it works again, after {} s", after.as_secs()),
                event: "recovered",
                stream: None,
                kind: None,
                at,
            }),
            _ => {}
        }
    }
}
