//! What agents wait for: tools over a large copy, requests over HTTP, and memory while a sync runs in the same process.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::process::Simulator;
use super::report::Report;
use super::{Bench, KEY};
use crate::Result;

/// Candidates of the copy.
const CANDIDATES: u64 = 100_000;
const STREAMS: [&str; 4] = ["candidates", "applications", "jobs", "interview_stages"];
/// Calls of each tool.
const CALLS: usize = 200;
/// Connections over which requests come, and for how long.
const CONNECTIONS: usize = 16;
const SECONDS: u64 = 10;

/// What is looked for: common words, rare ones, a begun one, two at once.
const WORDS: [&str; 8] =
    ["berlin", "engineer", "khoury", "software engineer", "example", "sal", "zoë", "design london"];

/// A conversation over standard input and output.
struct Host {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    id: u64,
}

impl Host {
    fn start(mut command: Command) -> Result<Self> {
        let mut child = command.arg("mcp").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let input = child.stdin.take().ok_or("no input")?;
        let output = BufReader::new(child.stdout.take().ok_or("no output")?);
        Ok(Self { child, input, output, id: 0 })
    }

    fn call(&mut self, tool: &str, arguments: &Value) -> Result<(Duration, Value)> {
        self.id += 1;
        let meta = json!({
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {},
            "io.modelcontextprotocol/clientInfo": {"name": "bench", "version": "1"},
        });
        let params = json!({"name": tool, "arguments": arguments, "_meta": meta});
        let message = json!({"jsonrpc": "2.0", "id": self.id, "method": "tools/call", "params": params});
        let started = Instant::now();
        writeln!(self.input, "{message}")?;
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        let took = started.elapsed();
        let mut answer: Value = serde_json::from_str(&line)?;
        if answer["result"]["isError"] != false {
            return Err(format!("{tool}: {line}").into());
        }
        Ok((took, answer["result"]["structuredContent"].take()))
    }

    /// How long it takes: the median, and what 95 of 100 do not exceed, in milliseconds.
    fn time(&mut self, tool: &str, arguments: impl Fn(usize) -> Value) -> Result<(f64, f64)> {
        let mut all = Vec::with_capacity(CALLS);
        for turn in 0..CALLS {
            all.push(self.call(tool, &arguments(turn))?.0.as_secs_f64() * 1e3);
        }
        all.sort_by(f64::total_cmp);
        Ok((all[CALLS / 2], all[CALLS * 95 / 100]))
    }

    fn end(mut self) -> Result<()> {
        drop(self.input);
        self.child.wait()?;
        Ok(())
    }
}

/// A server that is ended when it is dropped.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(mut command: Command, more: &[&str]) -> Result<Self> {
        command.args(["serve", "--listen", "127.0.0.1:0"]).args(more);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
        let mut lines = BufReader::new(child.stderr.take().ok_or("no output")?).lines();
        let address = loop {
            let line = lines.next().ok_or("the server ended")??;
            if let Some((_, rest)) = line.split_once("http://").filter(|_| line.starts_with("serving ")) {
                break rest.split(": ").next().unwrap_or_default().to_owned();
            }
        };
        // What it says further must go somewhere.
        std::thread::spawn(move || lines.for_each(drop));
        Ok(Self { child, address })
    }

    fn peak_bytes(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse::<u64>().ok()).unwrap_or(0)
            * 1024
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One request on a connection that stays open; the status.
fn ask(stream: &mut BufReader<TcpStream>, body: &str) -> Result<u16> {
    let head = format!(
        "POST /execute HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.get_mut().write_all((head + body).as_bytes())?;
    let (mut status, mut length) = (0, 0);
    loop {
        let mut line = String::new();
        stream.read_line(&mut line)?;
        let line = line.trim_end();
        if status == 0 {
            status = line.split(' ').nth(1).and_then(|text| text.parse().ok()).ok_or("no answer")?;
        } else if line.is_empty() {
            break;
        } else if let Some(text) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = text.trim().parse()?;
        }
    }
    let mut content = vec![0; length];
    stream.read_exact(&mut content)?;
    Ok(status)
}

/// Gets single records over several connections; requests a second.
fn drive(address: &str, ids: &[String]) -> Result<f64> {
    let (count, stop) = (AtomicU64::new(0), AtomicBool::new(false));
    let started = Instant::now();
    std::thread::scope(|scope| -> Result<()> {
        let connections: Vec<_> = (0..CONNECTIONS)
            .map(|connection| {
                let (count, stop) = (&count, &stop);
                scope.spawn(move || -> Result<(), String> {
                    let told = |error: &dyn std::fmt::Display| error.to_string();
                    let stream = TcpStream::connect(address).map_err(|error| told(&error))?;
                    stream.set_nodelay(true).map_err(|error| told(&error))?;
                    let mut stream = BufReader::new(stream);
                    for id in ids.iter().cycle().skip(connection * 7) {
                        if stop.load(Ordering::Relaxed) {
                            return Ok(());
                        }
                        let body = json!({"entity": "candidates", "action": "get", "params": {"id": id}})
                            .to_string();
                        match ask(&mut stream, &body) {
                            Ok(200) => count.fetch_add(1, Ordering::Relaxed),
                            Ok(status) => return Err(format!("status {status}")),
                            Err(error) => return Err(error.to_string()),
                        };
                    }
                    Ok(())
                })
            })
            .collect();
        std::thread::sleep(Duration::from_secs(SECONDS));
        stop.store(true, Ordering::Relaxed);
        for connection in connections {
            connection.join().map_err(|_| "a connection's thread ended unexpectedly")??;
        }
        Ok(())
    })?;
    Ok(count.load(Ordering::Relaxed) as f64 / started.elapsed().as_secs_f64())
}

impl Bench {
    fn at(&self, simulator: &Simulator, folder: &Path) -> Command {
        let mut command = Command::new(&self.ashby);
        command.current_dir(folder).env("ASHBY_API_KEY", KEY).env("ASHBY_BASE_URL", &simulator.base_url);
        command.env("ASHBY_MAX_RPM", "0").env("ASHBY_NO_PROGRESS", "true");
        command
    }

    /// Tools, requests and memory on a copy of so many candidates.
    pub(super) fn agents(&self, report: &mut Report) -> Result<()> {
        let simulator = self.simulator(CANDIDATES)?;
        let folder = self.folder()?;
        crate::workspace::run(self.at(&simulator, folder.path()).arg("sync").args(STREAMS).arg("--quiet"))?;

        let mut host = Host::start(self.at(&simulator, folder.path()))?;
        let all = json!({"sql": "SELECT id FROM candidates ORDER BY random() LIMIT 500", "limit": 500});
        let ids: Vec<String> = host.call("query", &all)?.1["rows"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|row| row["id"].as_str().map(str::to_owned))
            .collect();
        let figures = [
            ("search", 20.0, host.time("search", |turn| json!({"query": WORDS[turn % WORDS.len()]}))?),
            (
                "get",
                2.0,
                host.time("get", |turn| json!({"stream": "candidates", "id": ids[turn % ids.len()]}))?,
            ),
            ("list", 10.0, host.time("list", |_| json!({"stream": "candidates", "limit": 20}))?),
            ("pipeline_overview", 200.0, host.time("pipeline_overview", |_| json!({}))?),
            ("query", 5.0, host.time("query", |_| json!({"sql": "SELECT 1 AS one FROM jobs LIMIT 1"}))?),
        ];
        host.end()?;
        for (tool, most_ms, (median, p95)) in figures {
            let promise: &'static str = match tool {
                "search" => "`search` on 100,000 candidates: p95 under 20 ms",
                "get" => "`get`: p95 under 2 ms",
                "list" => "`list`: p95 under 10 ms",
                "query" => "what `query` costs beside the query: p95 under 5 ms",
                _ => "`pipeline_overview`: p95 under 200 ms",
            };
            report.target(promise, p95 < most_ms, format!("{p95:.2} ms (median {median:.2})"));
        }

        let server = Server::start(self.at(&simulator, folder.path()), &[])?;
        let rate = drive(&server.address, &ids)?;
        report.target("`get` over HTTP: 500 requests/s", rate >= 500.0, format!("{rate:.0} requests/s"));
        drop(server);

        // A first sync of everything in the process that serves, asked all the while.
        let fresh = self.folder()?;
        let mut more = vec!["--sync", "--interval", "1h"];
        more.extend(STREAMS.iter().flat_map(|stream| ["--stream", *stream]));
        let server = Server::start(self.at(&simulator, fresh.path()), &more)?;
        let rate = drive(&server.address, &ids)?;
        let peak = server.peak_bytes() as f64 / f64::from(1 << 20);
        report.target(
            "memory while a first sync runs in the process that serves: under 64 MiB",
            peak < 64.0,
            format!("{peak:.1} MiB, at {rate:.0} `get` requests/s"),
        );
        Ok(())
    }
}
