//! What it costs to receive webhooks, with the real binary:
//!
//! ```sh
//! cargo build --release -p ashby-cli
//! cargo run --release -p xtask --example deliveries                 # all of it; --only floor,listen,quiet,burst
//! cargo run --release -p xtask --example deliveries -- --only listen --events 1000000
//! ```
//!
//! `floor` and `listen` are sent the same signed deliveries over as many connections: to a server that does no more than to
//! answer 200 once the body is in a file, with one fsync for all that wait, and to `ashby listen`. `quiet` counts the requests
//! of an hour in which nothing happens, which goes faster than others. `burst` changes a large organisation at once, and
//! waits until every event is done.

#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::convert::Infallible;
use std::error::Error;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use ashby_client::catalog;
use ashby_sim::{DeliverySettings, Organisation, Server, ServerOptions, Shape, Subscription};
use ashby_webhooks::{Inbox, PATH, Reader, Signature};
use bytes::Bytes;
use clap::{Parser, ValueEnum};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};
use tokio::sync::oneshot;

type Result<T, E = Box<dyn Error + Send + Sync>> = std::result::Result<T, E>;

const SECRET: &str = "a secret of the benchmark";

#[derive(Debug, Clone, Parser)]
struct Options {
    /// The binary to measure
    #[arg(long, env = "ASHBY_BIN", default_value = "target/release/ashby")]
    binary: PathBuf,
    /// Measure only these
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Part>,
    /// Deliveries to send
    #[arg(long, default_value_t = 200_000)]
    events: u64,
    /// Connections to send them over
    #[arg(long, default_value_t = 64)]
    connections: u64,
    /// How many times faster the quiet hour goes
    #[arg(long, default_value_t = 60)]
    faster: u32,
    /// Applications of the organisation of the burst
    #[arg(long, default_value_t = 20_000)]
    applications: usize,
    /// Its changes
    #[arg(long, default_value_t = 6_000)]
    changes: usize,
    /// Be the floor, and keep bodies in this file
    #[arg(long, hide = true)]
    serve: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    Floor,
    Listen,
    Quiet,
    Burst,
}

#[tokio::main]
async fn main() -> Result<()> {
    let options = Options::parse();
    if let Some(path) = &options.serve {
        return serve(path).await;
    }
    let binary = options.binary.canonicalize().map_err(|error| {
        format!("{}: {error}; `cargo build --release -p ashby-cli` makes it", options.binary.display())
    })?;
    let wants = |part| options.only.is_empty() || options.only.contains(&part);
    let place = tempfile::tempdir()?;
    std::fs::write(place.path().join("s"), format!("{SECRET}\n"))?;
    if wants(Part::Floor) {
        let mut floor = Command::new(std::env::current_exe()?);
        floor.arg("--serve").arg(place.path().join("floor"));
        received("floor", floor, &options).await?;
    }
    if wants(Part::Listen) {
        let mut listen = ashby(&binary, place.path());
        listen.args(["listen", "--listen", "127.0.0.1:0", "--secret-file", "s"]);
        received("ashby listen", listen, &options).await?;
    }
    if wants(Part::Quiet) {
        quiet(&binary, place.path(), options.faster).await?;
    }
    if wants(Part::Burst) {
        burst(&binary, place.path(), &options).await?;
    }
    Ok(())
}

fn ashby(binary: &Path, directory: &Path) -> Command {
    let mut command = Command::new(binary);
    command.current_dir(directory).env("ASHBY_NO_PROGRESS", "true");
    command
}

/// A receiver, and where it listens.
struct Receiver {
    child: Child,
    address: String,
    said: tokio::io::Lines<BufReader<tokio::process::ChildStderr>>,
}

async fn started(mut command: Command) -> Result<Receiver> {
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true).spawn()?;
    let mut said = BufReader::new(child.stderr.take().ok_or("no standard error")?).lines();
    loop {
        let line = said.next_line().await?.ok_or("it ended before it listened")?;
        if let Some(rest) = line.strip_prefix("listening on http://") {
            let address = rest.split(['/', ';']).next().unwrap_or_default().to_owned();
            return Ok(Receiver { child, address, said });
        }
    }
}

/// Sends deliveries, and says how that went.
async fn received(name: &str, command: Command, options: &Options) -> Result<()> {
    let mut receiver = started(command).await?;
    // Nobody may wait for a full pipe.
    let mut said = receiver.said;
    tokio::spawn(async move { while let Ok(Some(_)) = said.next_line().await {} });
    let process = receiver.child.id().ok_or("it has ended")?;
    let next = Arc::new(AtomicU64::new(0));
    let began = Instant::now();
    let senders: Vec<_> = (0..options.connections)
        .map(|_| tokio::spawn(send(receiver.address.clone(), Arc::clone(&next), options.events)))
        .collect();
    let mut memory = Vec::new();
    let mut taken_us: Vec<u32> = Vec::new();
    let mut all = Box::pin(async {
        let mut taken = Vec::new();
        for sender in senders {
            taken.extend(sender.await??);
        }
        Ok::<_, Box<dyn Error + Send + Sync>>(taken)
    });
    loop {
        tokio::select! {
            taken = &mut all => {
                taken_us.extend(taken?);
                break;
            }
            () = tokio::time::sleep(Duration::from_millis(50)) => {
                let tenth = next.load(Ordering::Relaxed) * 10 / options.events.max(1);
                if memory.len() < tenth as usize {
                    memory.push(resident_mib(process, "VmRSS"));
                }
            }
        }
    }
    let seconds = began.elapsed().as_secs_f64();
    taken_us.sort_unstable();
    let at = |share: f64| f64::from(taken_us[((taken_us.len() - 1) as f64 * share) as usize]) / 1_000.0;
    println!(
        "{name}: {} deliveries in {seconds:.1} s, {:.0} a second; answered in {:.1} ms at the median, {:.1} ms at 99 %, {:.1} ms at most",
        taken_us.len(),
        taken_us.len() as f64 / seconds,
        at(0.5),
        at(0.99),
        at(1.0),
    );
    println!(
        "{name}: memory at each tenth of them: {} MiB; at most {:.1} MiB",
        memory.iter().map(|mib| format!("{mib:.1}")).collect::<Vec<_>>().join(" "),
        resident_mib(process, "VmHWM"),
    );
    receiver.child.kill().await?;
    Ok(())
}

/// Sends deliveries one after another over a connection; how long each took, in microseconds.
async fn send(address: String, next: Arc<AtomicU64>, events: u64) -> Result<Vec<u32>> {
    let example = catalog::event("candidateHire").ok_or("there is no such event")?.example;
    let mut stream = BufReader::new(TcpStream::connect(&address).await?);
    stream.get_ref().set_nodelay(true)?;
    let mut taken = Vec::new();
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= events {
            return Ok(taken);
        }
        let body = format!(r#"{{"webhookActionId":"{number}","action":"candidateHire","data":{example}}}"#);
        let signature = Signature::of(SECRET, body.as_bytes());
        let request = format!(
            "POST {PATH} HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nAshby-Signature: {signature}\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let began = Instant::now();
        stream.write_all(request.as_bytes()).await?;
        let (mut line, mut length, mut is_first) = (String::new(), 0, true);
        loop {
            line.clear();
            stream.read_line(&mut line).await?;
            if std::mem::take(&mut is_first) && !line.contains(" 200") {
                return Err(format!("it was answered: {}", line.trim()).into());
            }
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse()?;
            }
            if line == "\r\n" {
                break;
            }
        }
        stream.read_exact(&mut vec![0; length]).await?;
        taken.push(u32::try_from(began.elapsed().as_micros()).unwrap_or(u32::MAX));
    }
}

/// Memory of a process, where the system tells.
fn resident_mib(process: u32, what: &str) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let kib =
        status.lines().find_map(|line| line.strip_prefix(what)?.split_whitespace().nth(1)?.parse().ok());
    kib.unwrap_or(0.0_f64) / 1024.0
}

/// The least that a receiver can do: it answers 200 once the body is in the file, for all that wait at once.
async fn serve(path: &Path) -> Result<()> {
    let mut file = File::create(path)?;
    let (keep, waiting) = mpsc::channel::<(Bytes, oneshot::Sender<()>)>();
    std::thread::spawn(move || {
        while let Ok(first) = waiting.recv() {
            let mut group = vec![first];
            group.extend(waiting.try_iter().take(1023));
            for (body, _) in &group {
                file.write_all(body).unwrap();
            }
            file.sync_data().unwrap();
            for (_, answer) in group {
                let _ = answer.send(());
            }
        }
    });
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    eprintln_address(&listener)?;
    loop {
        let (stream, _) = listener.accept().await?;
        let keep = keep.clone();
        tokio::spawn(async move {
            let answer = |request: Request<Incoming>| {
                let keep = keep.clone();
                async move {
                    let body = request.into_body().collect().await.map(|body| body.to_bytes());
                    let (answer, kept) = oneshot::channel();
                    let is_kept = match body {
                        Ok(body) => keep.send((body, answer)).is_ok() && kept.await.is_ok(),
                        Err(_) => false,
                    };
                    let mut response = Response::new(Full::<Bytes>::default());
                    if !is_kept {
                        *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
                    }
                    Ok::<_, Infallible>(response)
                }
            };
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service_fn(answer))
                .await;
        });
    }
}

#[allow(clippy::print_stderr)]
fn eprintln_address(listener: &TcpListener) -> Result<()> {
    eprintln!("listening on http://{}/", listener.local_addr()?);
    Ok(())
}

/// A watch with webhooks past its first round.
async fn watching(binary: &Path, directory: &Path, server: &Server, arguments: &[&str]) -> Result<Receiver> {
    let mut command = ashby(binary, directory);
    command
        .env("ASHBY_API_KEY", "sim-key")
        .env("ASHBY_BASE_URL", server.base_url())
        .args(["sync", "--watch", "--webhooks", "--listen", "127.0.0.1:0", "--secret-file", "s"])
        .args(arguments);
    let mut receiver = started(command).await?;
    while !receiver.said.next_line().await?.ok_or("it ended in its first round")?.starts_with("round 1 ") {}
    Ok(receiver)
}

async fn subscribe(server: &Server, address: &str) -> Result<()> {
    for kind in Organisation::event_types().filter(|kind| *kind != "ping") {
        let subscription = Subscription {
            webhook_type: kind.to_owned(),
            request_url: format!("http://{address}{PATH}"),
            secret_token: Some(SECRET.to_owned()),
        };
        server.subscribe(&subscription).await.ok_or("no webhook was made")?;
    }
    Ok(())
}

async fn quiet(binary: &Path, directory: &Path, faster: u32) -> Result<()> {
    let server = Server::start(Organisation::new(&Shape::small()), ServerOptions::default()).await?;
    let interval = format!("{}s", (15 * 60 / faster.max(1)).max(1));
    let watch =
        watching(binary, directory, &server, &["--to", "sqlite:quiet.db", "--interval", &interval]).await?;
    subscribe(&server, &watch.address).await?;
    server.log().clear();
    tokio::time::sleep(Duration::from_secs(3600) / faster.max(1)).await;
    let counts = server.log().counts();
    println!(
        "a quiet hour at --interval 15m: {} requests, {} operations",
        counts.values().sum::<u64>(),
        counts.len()
    );
    Ok(())
}

async fn burst(binary: &Path, directory: &Path, options: &Options) -> Result<()> {
    let shape = Shape {
        candidates: options.applications * 2 / 3,
        applications: options.applications,
        jobs: 100,
        users: 100,
        ..Shape::small()
    };
    let server = Server::start(Organisation::new(&shape), ServerOptions::default()).await?;
    let streams = "candidates applications application_feedback offers approvals jobs interview_schedules interview_events";
    let mut arguments = vec!["--to", "sqlite:burst.db", "--interval", "1h"];
    arguments.extend(streams.split(' '));
    let watch = watching(binary, directory, &server, &arguments).await?;
    subscribe(&server, &watch.address).await?;
    server.deliveries().set(DeliverySettings { concurrency: 64, ..DeliverySettings::default() });
    let delivered = server.deliveries().counts().values().sum::<u64>();
    server.log().clear();
    let began = Instant::now();
    server.organisation().churn(options.changes, 1);
    server.deliveries().settled().await;
    let arrived = began.elapsed().as_secs_f64();
    let inbox = Reader::open(Inbox::beside(&directory.join("burst.db"))?)?;
    while inbox.kept()?.pending > 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    println!(
        "{} changes at once in an organisation of {} applications: {} events, all received after {arrived:.1} s, all done after {:.1} s; {} requests: {:?}",
        options.changes,
        options.applications,
        server.deliveries().counts().values().sum::<u64>() - delivered,
        began.elapsed().as_secs_f64(),
        server.log().total(),
        server.log().counts(),
    );
    Ok(())
}
