//! The connector as a child process.

use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Nothing here takes that long unless it hangs.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Set where a test has started its own program again, to be alone in a process.
pub(crate) const ALONE: &str = "SOURCE_ASHBY_TEST_ALONE";

/// A running connector.
pub(crate) struct Process {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    /// Lines so far; the task ends with the connector.
    log: watch::Receiver<Vec<Value>>,
    logging: JoinHandle<()>,
}

/// How a connector ended.
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    /// What it wrote beyond what was read.
    pub(crate) output: Vec<u8>,
    /// Its log lines.
    pub(crate) log: Vec<Value>,
}

impl Ended {
    pub(crate) fn assert_success(&self) {
        assert!(self.status.success(), "{:?}: {:?}", self.status, self.log);
    }

    /// The last line of the log: what a person sees of a failure.
    pub(crate) fn explanation(&self) -> String {
        let last = self.log.last().expect("a failure is explained");
        assert_eq!(last["level"], "ERROR", "{last}");
        last["message"].as_str().expect("there is a message").to_owned()
    }

    /// Messages of status events.
    pub(crate) fn statuses(&self) -> Vec<&str> {
        let statuses = self.log.iter().filter(|line| line["eventType"] == "connectorStatus");
        statuses.filter_map(|line| line["message"].as_str()).collect()
    }
}

impl Process {
    pub(crate) fn start(environment: &[(&str, &str)]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_source-ashby"))
            .env_remove("FLOW_RUNTIME_CODEC")
            .env_remove("LOG_LEVEL")
            .envs(environment.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the connector starts");
        let mut lines = BufReader::new(child.stderr.take().expect("it is piped")).lines();
        let (sender, log) = watch::channel(Vec::new());
        let logging = tokio::spawn(async move {
            while let Some(line) = lines.next_line().await.expect("logs are text") {
                let line = serde_json::from_str(&line).unwrap_or_else(|_| panic!("not a log line: {line}"));
                sender.send_modify(|log: &mut Vec<Value>| log.push(line));
            }
        });
        let output = BufReader::new(child.stdout.take().expect("it is piped"));
        Self { input: child.stdin.take(), output, child, log, logging }
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id().expect("it runs")
    }

    /// Writes as it is. A connector that has ended takes nothing.
    pub(crate) async fn write(&mut self, bytes: &[u8]) {
        if let Some(input) = &mut self.input {
            let _ = input.write_all(bytes).await;
            let _ = input.flush().await;
        }
    }

    pub(crate) async fn send(&mut self, request: &Value) {
        self.write(format!("{request}\n").as_bytes()).await;
    }

    /// The next message; `None` at the end.
    pub(crate) async fn next(&mut self) -> Option<Value> {
        let mut line = String::new();
        let read = tokio::time::timeout(PATIENCE, self.output.read_line(&mut line)).await;
        read.expect("a message comes").expect("messages are text");
        if line.is_empty() {
            return None;
        }
        assert!(line.ends_with('\n'), "a cut message: {line}");
        Some(serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}")))
    }

    /// The next message over protobuf.
    pub(crate) async fn next_frame(&mut self) -> Vec<u8> {
        let length = self.output.read_u32_le();
        let length =
            tokio::time::timeout(PATIENCE, length).await.expect("a message comes").expect("it has a length");
        let mut frame = vec![0; length as usize];
        self.output.read_exact(&mut frame).await.expect("it is whole");
        frame
    }

    /// Waits until so many log lines are as they should be.
    pub(crate) async fn logged(&self, count: usize, matches: impl Fn(&Value) -> bool) {
        let mut log = self.log.clone();
        let enough = log.wait_for(|lines| lines.iter().filter(|line| matches(line)).count() >= count);
        tokio::time::timeout(PATIENCE, enough).await.expect("it is logged").expect("the connector runs");
    }

    /// Its log lines so far.
    pub(crate) fn log(&self) -> Vec<Value> {
        self.log.borrow().clone()
    }

    pub(crate) async fn ask(&mut self, request: &Value) -> Value {
        self.send(request).await;
        self.next().await.expect("there is an answer")
    }

    /// Ends its input.
    pub(crate) fn hang_up(&mut self) {
        self.input = None;
    }

    /// Sends SIGTERM.
    pub(crate) async fn terminate(&self) {
        let status = Command::new("kill").args(["-TERM", &self.id().to_string()]).status().await;
        assert!(status.expect("there is a kill command").success());
    }

    /// As the runtime does it: at once.
    pub(crate) async fn kill(mut self) {
        self.child.kill().await.expect("it can be killed");
    }

    /// Waits for it to end by itself.
    pub(crate) async fn wait(mut self) -> Ended {
        let mut output = Vec::new();
        let read = self.output.read_to_end(&mut output);
        tokio::time::timeout(PATIENCE, read).await.expect("it ends").expect("it can be read");
        self.ended(output).await
    }

    /// Waits for it to end although nobody reads what it writes.
    pub(crate) async fn end_unread(self) -> Ended {
        self.ended(Vec::new()).await
    }

    async fn ended(mut self, output: Vec<u8>) -> Ended {
        let status = tokio::time::timeout(PATIENCE, self.child.wait())
            .await
            .expect("it ends")
            .expect("it can be waited for");
        self.logging.await.expect("the log is read");
        Ended { status, output, log: self.log.borrow().clone() }
    }

    pub(crate) async fn end(mut self) -> Ended {
        self.hang_up();
        self.wait().await
    }
}
