//! A server that answers one request after another as a script says, and remembers what it was asked.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ashby_client::{Client, ClientBuilder, ReadOperation, RetryPolicy, WriteOperation};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;

pub(crate) const READ: ReadOperation = ReadOperation::new("candidate.info");
pub(crate) const WRITE: WriteOperation = WriteOperation::new("candidate.createNote");
pub(crate) const KEY: &str = "key-1234567890";

/// What happens to one request.
#[derive(Clone)]
pub(crate) enum Step {
    /// These bytes, then the connection is closed.
    Send(Vec<u8>),
    /// These bytes, then silence.
    Stall(Vec<u8>),
    /// These bytes one by one, without haste.
    Drip(Vec<u8>),
    /// These bytes, a hundred in a second.
    Trickle(Vec<u8>),
    /// The connection is reset without a word.
    Reset,
}

/// What the server was asked.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) line: String,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

pub(crate) struct Server {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<Request>>>,
    task: AbortHandle,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    /// Starts a server for as many requests as there are steps; any more are reset.
    pub(crate) async fn start(steps: impl IntoIterator<Item = Step>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let steps: Arc<Mutex<VecDeque<Step>>> = Arc::new(Mutex::new(steps.into_iter().collect()));
        let seen = Arc::clone(&requests);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&steps), Arc::clone(&seen)));
            }
        });
        Self { address, requests, task: task.abort_handle() }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// A client of this server that does not wait long for anything.
    pub(crate) fn client(&self) -> Client {
        self.builder().build().unwrap()
    }

    pub(crate) fn builder(&self) -> ClientBuilder {
        Client::builder()
            .api_key(KEY)
            .base_url(&self.url())
            .requests_per_minute(None)
            .concurrency(NonZeroUsize::MIN)
            .read_timeout(Duration::from_millis(300))
            .retry(quick())
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }
}

/// The default policy with waits too short to notice.
pub(crate) fn quick() -> RetryPolicy {
    let moment = Duration::from_millis(1);
    RetryPolicy::default().base_delay(moment).max_delay(moment).throttle_delay(moment)
}

/// A complete response with a body.
pub(crate) fn response(status: u16, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Step {
    let body = body.as_ref();
    let mut head = format!("HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in headers {
        write!(head, "{name}: {value}\r\n").unwrap();
    }
    Step::Send([head.as_bytes(), b"\r\n", body].concat())
}

/// HTTP 200 with this body.
pub(crate) fn ok(body: impl AsRef<[u8]>) -> Step {
    response(200, &[], body)
}

async fn serve(mut stream: TcpStream, steps: Arc<Mutex<VecDeque<Step>>>, seen: Arc<Mutex<Vec<Request>>>) {
    let Some(request) = read(&mut stream).await else {
        return;
    };
    seen.lock().unwrap().push(request);
    let step = steps.lock().unwrap().pop_front().unwrap_or(Step::Reset);
    // The client may be gone before it has read everything; that is its business.
    match step {
        Step::Send(bytes) => {
            let _ = stream.write_all(&bytes).await;
            let _ = stream.shutdown().await;
        }
        Step::Stall(bytes) => {
            let _ = stream.write_all(&bytes).await;
            std::future::pending::<()>().await;
        }
        Step::Drip(bytes) => {
            for byte in bytes {
                let _ = stream.write_all(&[byte]).await;
                tokio::task::yield_now().await;
            }
        }
        Step::Trickle(bytes) => {
            for byte in bytes {
                if stream.write_all(&[byte]).await.is_err() {
                    break;
                }
                // Being slow is what this step is for.
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
        Step::Reset => stream.set_zero_linger().unwrap(),
    }
}

async fn read(stream: &mut TcpStream) -> Option<Request> {
    let mut bytes = Vec::new();
    loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
            let mut lines = head.split("\r\n");
            let line = lines.next()?.to_owned();
            let headers: Vec<_> = lines
                .map(|line| line.split_once(": ").unwrap())
                .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
                .collect();
            let length = headers.iter().find(|(name, _)| name == "content-length");
            let length = length.map_or(0, |(_, value)| value.parse().unwrap());
            if bytes.len() - end - 4 >= length {
                let body = String::from_utf8(bytes.split_off(end + 4)).unwrap();
                return Some(Request { line, headers, body });
            }
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}
