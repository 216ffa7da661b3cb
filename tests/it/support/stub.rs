//! A server that answers each operation as a test says.

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;

/// Ends with it.
pub(crate) struct Stub {
    pub(crate) url: String,
    task: AbortHandle,
}

impl Drop for Stub {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Stub {
    /// Answers an operation with HTTP 200 and the JSON that `answer` has for it.
    pub(crate) async fn start(answer: impl Fn(&str) -> String + Send + Sync + 'static) -> Self {
        Self::asked(move |operation, _| answer(operation)).await
    }

    /// The same, also by what is asked for.
    pub(crate) async fn asked(answer: impl Fn(&str, &Value) -> String + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let url = format!("http://{}", listener.local_addr().expect("it has an address"));
        let task = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let Some((head, body)) = request(&mut stream).await else { continue };
                let path = head.split(' ').nth(1).unwrap_or_default();
                let asked = serde_json::from_slice(&body).unwrap_or_default();
                let body = answer(path.trim_start_matches('/'), &asked);
                let head = format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                    body.len()
                );
                // A client that goes away is no matter.
                let _ = stream.write_all((head + &body).as_bytes()).await;
            }
        });
        Self { url, task: task.abort_handle() }
    }
}

/// The head of a request, and its body; `None` if it does not come whole.
pub(crate) async fn request(stream: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    let mut request = Vec::new();
    let body_at = loop {
        if let Some(at) = request.windows(4).position(|window| window == b"\r\n\r\n") {
            break at + 4;
        }
        if stream.read_buf(&mut request).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8_lossy(&request[..body_at]).into_owned();
    let length: usize = header(&head, "content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    while request.len() < body_at + length {
        if stream.read_buf(&mut request).await.ok()? == 0 {
            return None;
        }
    }
    Some((head, request.split_off(body_at)))
}

/// What a header of a request says.
pub(crate) fn header(head: &str, wanted: &str) -> Option<String> {
    let mut pairs = head.lines().filter_map(|line| line.split_once(": "));
    pairs.find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value.trim().to_owned())
}
