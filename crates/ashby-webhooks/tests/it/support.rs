//! Events, and a receiver on a free port.

use std::path::Path;
use std::time::Duration;

use ashby_webhooks::{Event, Inbox, InboxOptions, Intake, Keyring, PATH, Secrets, Signature, router};
use http_service::{Limits, bind, serve};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Longer than anything here takes on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) const SECRET: &str = "a secret";

/// The body of an event.
pub(crate) fn body(id: &str, action: &str) -> String {
    format!(r#"{{"webhookActionId":"{id}","action":"{action}","data":{{"candidate":{{"id":"c-{id}"}}}}}}"#)
}

pub(crate) fn event(id: &str, action: &str) -> Event {
    Event::parse(body(id, action).into()).unwrap()
}

pub(crate) fn open(path: &Path) -> Inbox {
    Inbox::open(path, InboxOptions::default()).unwrap()
}

/// A receiver.
pub(crate) struct Site {
    /// Where the inbox is, for as long as the site is there.
    pub(crate) _directory: TempDir,
    pub(crate) intake: Intake,
    pub(crate) inbox: Inbox,
    pub(crate) address: std::net::SocketAddr,
    pub(crate) stop: CancellationToken,
    pub(crate) server: JoinHandle<()>,
}

/// What came back; a status of 0 when the connection was just closed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
}

impl Site {
    pub(crate) async fn new() -> Self {
        Self::with(Limits::default()).await
    }

    pub(crate) async fn with(limits: Limits) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let intake = Intake::new(Keyring::fixed(Secrets::new(["older", SECRET]).unwrap()));
        let inbox = open(&directory.path().join("inbox.db"));
        intake.keep_in(inbox.clone());
        let listener = bind(([127, 0, 0, 1], 0).into()).await.unwrap();
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let server =
            tokio::spawn(serve(listener, router(intake.clone(), PATH, limits), limits, stop.clone()));
        Self { _directory: directory, intake, inbox, address, stop, server }
    }

    pub(crate) async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Delivers a body as Ashby does.
    pub(crate) async fn deliver(&self, body: &str) -> u16 {
        self.post(body.as_bytes(), Some(&Signature::of(SECRET, body.as_bytes()).to_string())).await.status
    }

    pub(crate) async fn post(&self, body: &[u8], signature: Option<&str>) -> Answer {
        let signature = signature.map(|value| format!("Ashby-Signature: {value}\r\n")).unwrap_or_default();
        let head = format!(
            "POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\nConnection: close\r\n{signature}\r\n",
            body.len()
        );
        self.raw(&[head.as_bytes(), body].concat()).await
    }

    /// Sends bytes and reads the answer to its end.
    pub(crate) async fn raw(&self, request: &[u8]) -> Answer {
        let mut stream = self.connect().await;
        // It may be refused before it has all come.
        let _ = stream.write_all(request).await;
        answer(&mut stream).await
    }
}

/// Reads an answer until the connection ends.
pub(crate) async fn answer(stream: &mut TcpStream) -> Answer {
    let mut read = Vec::new();
    let ended = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut read)).await;
    let _ = ended.expect("the connection ends");
    let head = String::from_utf8_lossy(&read).into_owned();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    Answer { status, head }
}
