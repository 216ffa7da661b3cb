//! A server that quotes back what it was sent: every text of the request, the key, and its `Authorization`.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;

use super::stub::{header, request};

/// What becomes of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// Refused as Ashby does it, with HTTP 200.
    Refuse,
    /// Refused as the key is.
    RefuseKey,
    /// Refused with 400, and with members that nobody knows.
    Status,
    /// 500, and no JSON.
    Text,
    /// Carried out, with a warning.
    Warn,
    /// An answer whose types are wrong and whose values are the request's.
    WrongTypes,
    /// Passed on to the simulator, but refused once it has a cursor or a sync token.
    RefuseLaterPages,
}

pub(crate) const MANNERS: [Manner; 6] =
    [Manner::Refuse, Manner::RefuseKey, Manner::Status, Manner::Text, Manner::Warn, Manner::WrongTypes];

pub(crate) struct Hostile {
    pub(crate) url: String,
    heard: Arc<Mutex<Heard>>,
    task: AbortHandle,
}

#[derive(Default)]
struct Heard {
    texts: BTreeSet<String>,
    requests: usize,
}

impl Drop for Hostile {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Hostile {
    /// `behind` is where requests are passed on to, `host:port`.
    pub(crate) async fn start(manner: Manner, behind: Option<String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let url = format!("http://{}", listener.local_addr().expect("it has one"));
        let heard = Arc::new(Mutex::new(Heard::default()));
        let hears = Arc::clone(&heard);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (hears, behind) = (Arc::clone(&hears), behind.clone());
                // A client that goes away is no matter.
                tokio::spawn(async move { serve(stream, manner, behind, &hears).await });
            }
        });
        Self { url, heard, task: task.abort_handle() }
    }

    pub(crate) fn requests(&self) -> usize {
        self.heard.lock().expect("nobody panicked").requests
    }

    /// Texts of the requests that are secrets of whoever sent them: those for which `is_secret` holds.
    pub(crate) fn texts(&self, is_secret: impl Fn(&str) -> bool) -> Vec<String> {
        self.heard
            .lock()
            .expect("nobody panicked")
            .texts
            .iter()
            .filter(|text| is_secret(text))
            .cloned()
            .collect()
    }
}

async fn serve(
    mut stream: TcpStream,
    manner: Manner,
    behind: Option<String>,
    heard: &Mutex<Heard>,
) -> Option<()> {
    let (head, sent) = request(&mut stream).await?;
    let header = |wanted: &str| header(&head, wanted);
    let body = String::from_utf8_lossy(&sent).into_owned();
    let parameters: Value = serde_json::from_str(&body).unwrap_or_default();
    let goes_on = parameters.get("cursor").is_some() || parameters.get("syncToken").is_some();
    let mut texts = BTreeSet::new();
    strings(&parameters, &mut texts);
    if parameters.is_null() {
        // A form, or a file: line by line.
        texts.extend(body.lines().filter(|line| line.len() >= 8).map(str::to_owned));
    }
    {
        let mut heard = heard.lock().expect("nobody panicked");
        heard.requests += 1;
        heard.texts.extend(texts.iter().cloned());
    }
    if let Some(behind) = behind.filter(|_| manner == Manner::RefuseLaterPages && !goes_on) {
        let mut other = TcpStream::connect(behind).await.ok()?;
        // One answer a connection, so that its end is known.
        let head = head.replacen("\r\n", "\r\nConnection: close\r\n", 1);
        other.write_all(head.as_bytes()).await.ok()?;
        other.write_all(&sent).await.ok()?;
        let mut answer = Vec::new();
        other.read_to_end(&mut answer).await.ok()?;
        return stream.write_all(&answer).await.ok();
    }
    let authorization = header("authorization").unwrap_or_default();
    let quoted: Vec<String> =
        texts.iter().cloned().chain([authorization.clone(), KEY.to_owned(), body.clone()]).collect();
    let echo = quoted.join(" | ");
    let refusal = |code: &str| {
        json!({
            "success": false,
            "errors": [code, format!("{code}: cannot take {echo}")],
            "errorInfo": {"code": code, "message": echo, "requestId": authorization, "extra": quoted},
            "warnings": [echo],
        })
        .to_string()
    };
    let (status, kind, text) = match manner {
        Manner::Refuse | Manner::RefuseLaterPages => (200, "application/json", refusal("invalid_input")),
        Manner::RefuseKey => (200, "application/json", refusal("invalid_api_key")),
        Manner::Status => (400, "application/json", refusal(&echo)),
        Manner::Text => (500, "text/html", format!("<h1>{echo}</h1>")),
        Manner::Warn => {
            let answer = json!({"success": true, "results": {"id": echo, "url": echo}, "warnings": [echo]});
            (200, "application/json", answer.to_string())
        }
        Manner::WrongTypes => {
            let answer =
                json!({"success": echo, "results": [echo], "moreDataAvailable": echo, "nextCursor": [echo]});
            (200, "application/json", answer.to_string())
        }
    };
    let shown = echo.replace(['\r', '\n'], " ");
    let head = format!(
        "HTTP/1.1 {status} No\r\ncontent-type: {kind}\r\nx-request-id: {shown}\r\nx-ratelimit-scope: {shown}\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n",
        text.len()
    );
    stream.write_all(head.as_bytes()).await.ok()?;
    stream.write_all(text.as_bytes()).await.ok()
}

/// The key that is sent to it.
pub(crate) const KEY: &str = "k3y-0f-a-c0mpany";
/// The key as HTTP Basic authentication has it, without the last digits, which depend on what follows.
pub(crate) const ENCODED_KEY: &str = "azN5LTBmLWEtYzBtcGFue";

fn strings(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => _ = found.insert(text.clone()),
        Value::Array(values) => values.iter().for_each(|value| strings(value, found)),
        Value::Object(members) => members.values().for_each(|value| strings(value, found)),
        _ => {}
    }
}
