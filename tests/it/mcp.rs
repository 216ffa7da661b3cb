//! `ashby mcp`: the process, spoken to as a host does.

mod guides;
mod local;
mod session;
mod writes;

use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use crate::support::Site;

/// The version of the protocol that begins without `initialize`.
const MODERN: &str = "2026-07-28";

/// A conversation with the server.
pub(crate) struct Host {
    child: Child,
    input: Option<ChildStdin>,
    output: Lines<BufReader<ChildStdout>>,
    /// What every request carries.
    meta: Option<Value>,
    id: u64,
}

impl Host {
    fn start(mut command: Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let (input, output) = (child.stdin.take(), child.stdout.take().unwrap());
        Self { child, input, output: BufReader::new(output).lines(), meta: None, id: 0 }
    }

    /// With `initialize`, at this version.
    pub(crate) async fn legacy(command: Command, version: &str) -> (Self, Value) {
        let mut host = Self::start(command);
        let params = json!({
            "protocolVersion": version, "capabilities": {}, "clientInfo": {"name": "test", "version": "1"},
        });
        let answer = host.request("initialize", params).await;
        host.send(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}).to_string()).await;
        (host, answer["result"].clone())
    }

    /// Without.
    pub(crate) fn modern(command: Command) -> Self {
        let mut host = Self::start(command);
        host.meta = Some(json!({
            "io.modelcontextprotocol/protocolVersion": MODERN,
            "io.modelcontextprotocol/clientCapabilities": {},
            "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
        }));
        host
    }

    async fn send(&mut self, line: &str) {
        let input = self.input.as_mut().unwrap();
        input.write_all(format!("{line}\n").as_bytes()).await.unwrap();
        input.flush().await.unwrap();
    }

    /// The next line, which must be a message.
    pub(crate) async fn receive(&mut self) -> Value {
        let line = tokio::time::timeout(Duration::from_secs(60), self.output.next_line()).await;
        let line = line.expect("an answer in time").unwrap().expect("no end of output");
        assert!(line.len() <= 100_000, "{} bytes", line.len());
        serde_json::from_str(&line).unwrap_or_else(|_| panic!("not a message: {line}"))
    }

    /// Asks and does not wait.
    pub(crate) async fn post(&mut self, method: &str, mut params: Value) {
        self.id += 1;
        if let Some(meta) = &self.meta {
            params["_meta"] = meta.clone();
        }
        self.send(&json!({"jsonrpc": "2.0", "id": self.id, "method": method, "params": params}).to_string())
            .await;
    }

    /// Asks it to stop, and waits until it has heard that.
    #[cfg(unix)]
    pub(crate) async fn terminate(&mut self) {
        crate::support::signal(&self.child, "TERM");
        let mut lines = BufReader::new(self.child.stderr.take().unwrap()).lines();
        crate::support::said(&mut lines, "stopping").await;
    }

    /// It ends well by itself, though nobody ended its input.
    #[cfg(unix)]
    pub(crate) async fn ends(mut self) {
        let ended = tokio::time::timeout(Duration::from_secs(60), self.child.wait_with_output()).await;
        assert_eq!(ended.unwrap().unwrap().status.code(), Some(0));
        drop(self.input.take());
    }

    /// Ends it where it stands.
    pub(crate) async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }

    pub(crate) async fn request(&mut self, method: &str, params: Value) -> Value {
        self.post(method, params).await;
        let answer = self.receive().await;
        assert_eq!(answer["id"], self.id);
        answer
    }

    /// What a tool answers; panics if that is an error.
    pub(crate) async fn call(&mut self, name: &str, arguments: Value) -> Value {
        let answer = self.request("tools/call", json!({"name": name, "arguments": arguments})).await;
        let result = &answer["result"];
        assert_eq!(result["isError"], false, "{name}: {answer}");
        let text: Value = serde_json::from_str(result["content"][0]["text"].as_str().unwrap()).unwrap();
        assert_eq!(text, result["structuredContent"], "some hosts show the text, others the structure");
        text
    }

    /// The error that a tool answers, for the model to read.
    pub(crate) async fn refused(&mut self, name: &str, arguments: Value) -> Value {
        let answer = self.request("tools/call", json!({"name": name, "arguments": arguments})).await;
        let result = &answer["result"];
        assert_eq!(result["isError"], true, "{name}: {answer}");
        assert!(result.get("structuredContent").is_none());
        let error = result["_meta"]["ashby/error"].clone();
        let text = result["content"][0]["text"].as_str().unwrap();
        assert!(text.starts_with(error["code"].as_str().unwrap()), "{text}");
        error
    }

    /// Ends the input; the process must end well, and nothing else may have been printed.
    pub(crate) async fn end(mut self) -> String {
        drop(self.input.take());
        let left =
            tokio::time::timeout(Duration::from_secs(60), self.output.next_line()).await.unwrap().unwrap();
        assert_eq!(left, None);
        let ended = tokio::time::timeout(Duration::from_secs(60), self.child.wait_with_output())
            .await
            .unwrap()
            .unwrap();
        assert_eq!(ended.status.code(), Some(0));
        String::from_utf8(ended.stderr).unwrap()
    }
}

#[tokio::test]
async fn both_eras_of_the_protocol_are_spoken() {
    let site = Site::new().await;
    let mut modern = Host::modern(site.ashby("mcp"));
    let discovered = modern.request("server/discover", json!({})).await;
    let versions = discovered["result"]["supportedVersions"].as_array().unwrap().clone();
    assert!(versions.iter().any(|version| version == MODERN), "{discovered}");
    let tools = modern.request("tools/list", json!({})).await["result"].clone();
    assert_eq!((&tools["ttlMs"], &tools["cacheScope"]), (&json!(300_000), &json!("private")));
    assert!(tools["tools"].to_string().len() < 32 * 1024);
    let unknown = modern.request("tools/call", json!({"name": "nothing", "arguments": {}})).await;
    assert_eq!(unknown["error"]["code"], -32602);
    modern.end().await;

    for version in versions.iter().filter_map(Value::as_str).filter(|version| *version < MODERN) {
        let (mut legacy, agreed) = Host::legacy(site.ashby("mcp"), version).await;
        assert_eq!(agreed["protocolVersion"], version);
        assert!(agreed["instructions"].as_str().is_some_and(|text| text.len() <= 1_024), "{agreed}");
        assert_eq!(legacy.request("ping", json!({})).await["result"], json!({}));
        assert_eq!(legacy.request("tools/list", json!({})).await["result"]["tools"], tools["tools"]);
        let unknown = legacy.request("tools/call", json!({"name": "nothing"})).await;
        assert_eq!(unknown["error"]["code"], -32602);
        legacy.send("this is no message").await;
        legacy.send("{\"jsonrpc\":\"2.0\"").await;
        // Whatever is said to those, the conversation goes on.
        legacy.id += 1;
        legacy.send(&json!({"jsonrpc": "2.0", "id": legacy.id, "method": "ping"}).to_string()).await;
        loop {
            let answer = legacy.receive().await;
            if answer["id"] == legacy.id {
                break;
            }
        }
        legacy.end().await;
    }
}

#[tokio::test]
async fn whoever_says_nothing_is_left_in_peace() {
    let site = Site::new().await;
    let stderr = Host::start(site.ashby("mcp")).end().await;
    assert_eq!(stderr, "");
}

#[tokio::test]
async fn what_is_misspelled_on_the_command_line_starts_nothing() {
    let site = Site::new().await;
    for (arguments, said) in [
        ("mcp --allow-writes=candidate.creatNote", "candidate.createNote"),
        ("mcp --allow-writes=candidate.info", "changes nothing"),
        ("mcp --tools candidates.list", "candidate.list"),
        ("mcp --to jsonl:out", "sqlite:PATH"),
    ] {
        let ran = site.run(arguments).await;
        assert_eq!(ran.code, Some(2), "{arguments}: {}", ran.stderr);
        assert!(ran.stderr.contains(said) && ran.stdout.is_empty(), "{arguments}: {}", ran.stderr);
    }
}
