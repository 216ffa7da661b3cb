//! What it costs to receive webhooks, with the real binary:
//!
//! ```sh
//! cargo build --release -p ashby-cli
//! cargo run --release -p xtask --example deliveries                 # all of it; --only floor,listen,quiet,steady,burst
//! cargo run --release -p xtask --example deliveries -- --only listen --events 1000000
//! ```
//!
//! `floor` and `listen` are sent the same signed deliveries over as many connections: to a server that does no more than to
//! answer 200 once the body is in a file, with one fsync for all that wait, and to `ashby listen`. `quiet` counts the requests
//! of an hour in which nothing happens, which goes faster than others. `steady` changes a large organisation again and again,
//! and tells how long after its receipt an event was done, that is: what it tells of was read and committed. `burst`
//! changes it at once, and waits until every event is done. Both keep to Ashby's limit of requests.

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
    #[arg(long, default_value_t = 12_000)]
    changes: usize,
    /// Changes of the steady part, each second
    #[arg(long, default_value_t = 60)]
    changes_per_second: usize,
    /// How long the steady part lasts
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// The limit of requests that `ashby` keeps to
    #[arg(long, default_value_t = 1_000)]
    requests_per_minute: u32,
    /// Be the floor, and keep bodies in this file
    #[arg(long, hide = true)]
    serve: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    Floor,
    Listen,
    Quiet,
    Steady,
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
    if wants(Part::Steady) {
        steady(&binary, place.path(), &options).await?;
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

impl Receiver {
    /// Reads what it says and forgets it: nobody may wait for a full pipe.
    fn unheard(self) -> (Child, String) {
        let Self { child, address, mut said } = self;
        tokio::spawn(async move { while let Ok(Some(_)) = said.next_line().await {} });
        (child, address)
    }
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
    let (mut child, address) = started(command).await?.unheard();
    let process = child.id().ok_or("it has ended")?;
    let next = Arc::new(AtomicU64::new(0));
    let began = Instant::now();
    let senders: Vec<_> = (0..options.connections)
        .map(|_| tokio::spawn(send(address.clone(), Arc::clone(&next), options.events)))
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
    child.kill().await?;
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
async fn watching(
    binary: &Path,
    directory: &Path,
    server: &Server,
    arguments: &[&str],
) -> Result<(Child, String)> {
    let mut command = ashby(binary, directory);
    command
        .env("ASHBY_API_KEY", "sim-key")
        .env("ASHBY_BASE_URL", server.base_url())
        .args(["sync", "--watch", "--webhooks", "--listen", "127.0.0.1:0", "--secret-file", "s"])
        .args(arguments);
    let mut receiver = started(command).await?;
    while !receiver.said.next_line().await?.ok_or("it ended in its first round")?.starts_with("round 1 ") {}
    Ok(receiver.unheard())
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
    let (_watch, address) =
        watching(binary, directory, &server, &["--to", "sqlite:quiet.db", "--interval", &interval]).await?;
    subscribe(&server, &address).await?;
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

/// A large organisation, and a watch that has listed it and is told of its changes.
async fn large(
    binary: &Path,
    directory: &Path,
    database: &str,
    options: &Options,
) -> Result<(Server, Child)> {
    let shape = Shape {
        candidates: options.applications * 2 / 3,
        applications: options.applications,
        jobs: 100,
        users: 100,
        ..Shape::small()
    };
    let server = Server::start(Organisation::new(&shape), ServerOptions::default()).await?;
    let streams = "candidates applications application_feedback offers approvals jobs interview_schedules interview_events";
    let (to, limit) = (format!("sqlite:{database}"), options.requests_per_minute.to_string());
    let mut arguments = vec!["--to", &to, "--interval", "1h", "--max-rpm", &limit];
    arguments.extend(streams.split(' '));
    let (watch, address) = watching(binary, directory, &server, &arguments).await?;
    subscribe(&server, &address).await?;
    server.deliveries().set(DeliverySettings { concurrency: 64, ..DeliverySettings::default() });
    server.log().clear();
    Ok((server, watch))
}

/// Waits until every event is done.
async fn all_done(inbox: &Reader) -> Result<()> {
    while inbox.kept()?.pending > 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

async fn steady(binary: &Path, directory: &Path, options: &Options) -> Result<()> {
    const TICKS_PER_SECOND: u64 = 10;
    let (server, _watch) = large(binary, directory, "steady.db", options).await?;
    let inbox = Reader::open(Inbox::beside(&directory.join("steady.db"))?)?;
    all_done(&inbox).await?;
    let before = inbox.history(0, None, &[], usize::MAX)?.last().map_or(0, |last| last.sequence);
    let began = Instant::now();
    let mut tick = tokio::time::interval(Duration::from_secs(1) / TICKS_PER_SECOND as u32);
    let mut changed = 0;
    for number in 1..=options.seconds * TICKS_PER_SECOND {
        tick.tick().await;
        let due = options.changes_per_second * number as usize / TICKS_PER_SECOND as usize;
        server.organisation().churn(due - changed, number);
        changed = due;
    }
    let took = began.elapsed().as_secs_f64();
    server.deliveries().settled().await;
    all_done(&inbox).await?;
    let mut lags_ms = Vec::new();
    for delivery in inbox.history(before, None, &[], usize::MAX)? {
        let done = delivery.done_at.ok_or("an event is not done")?;
        lags_ms.push(done.as_millisecond() - delivery.received_at.as_millisecond());
    }
    lags_ms.sort_unstable();
    let at = |hundredths: usize| lags_ms.get((lags_ms.len() * hundredths).div_ceil(100).saturating_sub(1));
    println!(
        "{:.0} events/s for {took:.0} s ({} events): done {:?} ms after receipt at the median, {:?} ms at 99 %, {:?} ms at most; {} requests: {:?}",
        lags_ms.len() as f64 / took,
        lags_ms.len(),
        at(50).unwrap_or(&0),
        at(99).unwrap_or(&0),
        at(100).unwrap_or(&0),
        server.log().total(),
        server.log().counts(),
    );
    Ok(())
}

async fn burst(binary: &Path, directory: &Path, options: &Options) -> Result<()> {
    let (server, _watch) = large(binary, directory, "burst.db", options).await?;
    let delivered = server.deliveries().counts().values().sum::<u64>();
    let began = Instant::now();
    server.organisation().churn(options.changes, 1);
    server.deliveries().settled().await;
    let arrived = began.elapsed().as_secs_f64();
    let inbox = Reader::open(Inbox::beside(&directory.join("burst.db"))?)?;
    all_done(&inbox).await?;
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
