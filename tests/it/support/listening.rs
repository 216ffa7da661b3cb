//! A program that receives webhooks, and what is delivered to it.

use std::path::Path;
use std::process::Stdio;

use ashby_webhooks::{PATH, Signature};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::net::TcpStream;
use tokio::process::{Child, ChildStderr, ChildStdout, Command};

use super::{bare, signal};

pub(crate) const SECRET: &str = "a secret of the tests";

pub(crate) fn body(id: &str, action: &str) -> String {
    format!(r#"{{"webhookActionId":"{id}","action":"{action}","data":{{"candidate":{{"id":"c-{id}"}}}}}}"#)
}

/// Asks for something and reads the whole answer.
pub(crate) async fn ask(address: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer).await;
    answer
}

pub(crate) async fn get(address: &str, path: &str) -> String {
    ask(address, &format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")).await
}

/// Delivers as Ashby does; gives the status.
pub(crate) async fn deliver_signed(address: &str, body: &str, signature: &str) -> u16 {
    let request = format!(
        "POST {PATH} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAshby-Signature: {signature}\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let answer = ask(address, &request).await;
    answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0)
}

pub(crate) async fn deliver(address: &str, body: &str) -> u16 {
    deliver_signed(address, body, &Signature::of(SECRET, body.as_bytes()).to_string()).await
}

/// A running `ashby listen`.
pub(crate) struct Listening {
    pub(crate) child: Child,
    pub(crate) address: String,
    pub(crate) metrics: Option<String>,
    pub(crate) lines: Lines<BufReader<ChildStdout>>,
    pub(crate) said: Lines<BufReader<ChildStderr>>,
}

impl Listening {
    pub(crate) async fn start(directory: &Path, arguments: &str) -> Self {
        std::fs::write(directory.join("s"), format!("older\n{SECRET}\n")).unwrap();
        let arguments = format!("listen --secret-file s --listen 127.0.0.1:0 {arguments}");
        Self::of(bare(directory, &arguments)).await
    }

    pub(crate) async fn of(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut said = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut metrics = None;
        let address = loop {
            let line = said.next_line().await.unwrap().expect("it says where it listens");
            let host = |line: &str| {
                line.split("http://").nth(1).and_then(|rest| rest.split('/').next()).map(str::to_owned)
            };
            if line.starts_with("metrics are at") {
                metrics = host(&line);
            } else if line.starts_with("listening on") {
                break host(&line).unwrap();
            }
        };
        Self { child, address, metrics, lines, said }
    }

    pub(crate) async fn line(&mut self) -> Value {
        serde_json::from_str(&self.lines.next_line().await.unwrap().expect("another line")).unwrap()
    }

    /// Ends it as systemd does; what it said since its start, and its code.
    pub(crate) async fn stop(mut self) -> (String, Option<i32>) {
        signal(&self.child, "TERM");
        let mut text = String::new();
        while let Some(line) = self.said.next_line().await.unwrap() {
            text.push_str(&line);
            text.push('\n');
        }
        (text, self.child.wait().await.unwrap().code())
    }
}
