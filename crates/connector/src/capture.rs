//! An open session.

use std::cell::OnceCell;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use ashby_client::Client;
use ashby_source::AshbySource;
use capture_core::{
    Error, ErrorKind, Identity, Observer, ReconcilePolicy, Report, Result, Runner, RunnerOptions, Selection,
    StreamRetry,
};
use http_service::Vitals;
use jiff::Timestamp;
use sink_estuary::{
    Acknowledgements, Binding, Doubts, EstuarySink, Numbers, OpenRequest, Origin, Output, Request, Response,
    SavedState,
};
use standing::Standing;
use tokio::io::AsyncWrite;
use tokio_util::sync::CancellationToken;

use crate::endpoint::Endpoint;
use crate::predecessor::PREDECESSOR;
use crate::protocol::Requests;
use crate::resources::Resource;
use crate::status::Status;

/// How long what has been read may take to be written once the session is to end.
const DRAIN: Duration = Duration::from_secs(10);
/// How often the status is looked at.
const STATUS_TICK: Duration = Duration::from_secs(5);
/// How long the key is not asked about again after it was found to be good.
const KEY_CHECK: Duration = Duration::from_secs(60);
/// Asks for explicit acknowledgements, and names how many checkpoints may wait for them.
const ACKNOWLEDGEMENTS_VARIABLE: &str = "SOURCE_ASHBY_UNACKNOWLEDGED_CHECKPOINTS";

/// Captures that were created before this connector was begun with another one.
const FIRST_BUILT: Timestamp = Timestamp::constant(1_795_392_000, 0); // 2026-11-23T00:00:00Z

/// How a session of so many bindings runs.
pub fn runner_options(bindings: usize) -> RunnerOptions {
    RunnerOptions::default()
        .streams_at_once(bindings)
        .in_flight_bytes(8 << 20)
        // However long Ashby is away, it is asked again every few minutes, not only after an interval of a day.
        .retry(StreamRetry::default().attempts(u32::MAX).max_pause(Duration::from_secs(300)))
        // Nothing is deleted for not having been seen, and what was sent is not known any more: nothing is in doubt.
        // A snapshot's rows are told apart by number.
        .reconcile(ReconcilePolicy::Accept)
}

/// Captures until the requests end, a signal comes, or nothing can go on.
pub(crate) async fn run<W: AsyncWrite + Send + Unpin>(
    open: OpenRequest,
    mut output: Output<W>,
    requests: Requests,
    stop: CancellationToken,
) -> Result<()> {
    let endpoint = Endpoint::parse(open.capture.config.get())?;
    let resources = Resource::of_all(&open.capture.bindings)?;
    let bindings: Vec<Binding> = bindings(&open, &resources);
    let saved = SavedState::read(&open.state, &bindings)?;
    let client = endpoint.client()?;
    let acknowledgements = acknowledgements();
    output.respond(&Response::Opened { explicit_acknowledgements: acknowledgements.are_explicit() }).await?;

    if bindings.is_empty() {
        tracing::info!(eventType = "connectorStatus", "Capture started. No bindings are enabled.");
        return Ok(());
    }
    if open.key_begin != 0 {
        tracing::info!(eventType = "connectorStatus", "Idle: another shard captures everything.");
        return idle(requests, stop).await;
    }
    tracing::info!(eventType = "connectorStatus", "Capture started.");

    let mut session = Session { requests, is_listening: true, stop, acknowledgements };
    let asking = who_asks(&client, session.stop.clone());
    let Some(identity) = session.attend(asking, || {}).await? else { return Ok(()) };
    let is_backfilled = |binding| saved.is_backfilled(binding, &identity);
    let standing = bindings.iter().map(|binding| (&*binding.stream, is_backfilled(binding)));
    let doubts = Doubts::default();
    let status = Arc::new(Status::new(standing).with_doubts(doubts.clone()));
    let selections = selections(&resources, &bindings, &saved);
    let options = runner_options(bindings.len());
    let source = AshbySource::new(client.clone())
        .with_overlay(PREDECESSOR)
        .created_after_ms(endpoint.created_after_ms);
    let origin = origin(&saved, open.capture.created_at);
    let numbers = endpoint.numbers(origin);
    if numbers == Numbers::Strings {
        tracing::info!(
            "numbers with a fraction or an exponent are captured as strings, as by the Python connector"
        );
    }
    let sink = EstuarySink::new(output, bindings, &saved, numbers, session.acknowledgements.clone())
        .began_with(origin)
        .doubts(doubts);
    let stop = session.stop.clone();
    let mut observers: Vec<Arc<dyn Observer>> = vec![Arc::clone(&status) as _];
    // Also when the session ends by itself.
    let listening = stop.child_token();
    let _listening = listening.clone().drop_guard();
    let standing = match endpoint.metrics_listen {
        Some(address) => Some(monitor(address, &client, listening, &mut observers).await?),
        None => None,
    };
    let runner = Runner::new(source, sink).options(options).observer(Arc::new(observers));
    let (handle, run) = runner.start(selections, identity, stop.clone());
    if let Some(standing) = standing {
        standing.follows(handle);
    }
    let work = async {
        tokio::select! {
            report = run => report,
            error = refused_key(&client, &status) => Err(error),
        }
    };
    let failure = OnceCell::new();
    let look = || {
        status.log();
        if let Some(error) = endpoint.fail_after.and_then(|time| status.lasting_trouble(time)) {
            // What has been read is written and checkpointed first.
            let _ = failure.set(error);
            stop.cancel();
        }
    };
    let report = session.attend(work, look).await.map_err(explained)?;
    match failure.into_inner() {
        Some(error) => Err(error),
        None => finish(&report),
    }
}

/// Answers monitoring until `stop`, of what these observers see.
async fn monitor(
    address: SocketAddr,
    client: &Client,
    stop: CancellationToken,
    observers: &mut Vec<Arc<dyn Observer>>,
) -> Result<Standing> {
    let usage = client.clone();
    let standing = Standing::new(move || usage.usage(), Default::default());
    let vitals = Vitals::new();
    observers.push(Arc::new(standing.clone()));
    observers.push(standing::monitor(&vitals, &standing));
    let at = vitals.serve(address, stop).await.map_err(|error| {
        Error::new(ErrorKind::Configuration, format!("cannot listen on {address} for monitoring"))
            .with_source(error)
            .with_hint("choose another address in /advanced/metrics_listen, or leave it out")
    })?;
    tracing::info!("metrics are at http://{at}/metrics");
    Ok(standing)
}

/// Waits until Ashby refuses the key. It may refuse the key in the words of any other refusal; then what fails looks
/// like a stream's trouble, and whether it is only that, the key's own operation tells.
async fn refused_key(client: &Client, status: &Status) -> Error {
    loop {
        status.suspicion().await;
        loop {
            match ashby_source::survey(client).await {
                Err(error) if error.kind() == ErrorKind::Credentials => return error,
                // It was not answered, which says nothing.
                Err(error) if error.kind() == ErrorKind::Transient => {}
                _ => break,
            }
            tokio::time::sleep(KEY_CHECK).await;
        }
        tokio::time::sleep(KEY_CHECK).await;
    }
}

/// With which connector the capture began: what its state says, or else when it was created.
fn origin(saved: &SavedState, created_at: Option<Timestamp>) -> Origin {
    let is_older = created_at.is_some_and(|created_at| created_at < FIRST_BUILT);
    saved.origin().unwrap_or(if is_older { Origin::Python } else { Origin::Ours })
}

/// See [`ashby_source::who_asks`]. `None` if the session ends first.
async fn who_asks(client: &Client, stop: CancellationToken) -> Result<Option<Identity>> {
    tokio::select! {
        biased;
        () = stop.cancelled() => Ok(None),
        identity = ashby_source::who_asks(client) => identity.map(Some),
    }
}

/// What the runtime still wants while something is done.
struct Session {
    requests: Requests,
    is_listening: bool,
    stop: CancellationToken,
    acknowledgements: Acknowledgements,
}

impl Session {
    /// Serves the runtime until `work` is done. `tick` is called every few seconds.
    async fn attend<T>(&mut self, work: impl Future<Output = Result<T>>, tick: impl Fn()) -> Result<T> {
        let Self { requests, is_listening, stop, acknowledgements } = self;
        let mut work = pin!(work);
        let mut drained = pin!(async {
            stop.cancelled().await;
            acknowledgements.stop_waiting();
            tokio::time::sleep(DRAIN).await;
        });
        let mut ticks = tokio::time::interval(STATUS_TICK);
        loop {
            tokio::select! {
                done = &mut work => return done,
                request = requests.recv(), if *is_listening => match request.transpose()? {
                    Some(Request::Acknowledge(checkpoints)) => acknowledgements.acknowledge(checkpoints)?,
                    Some(request) => return Err(unexpected(&request)),
                    None => {
                        *is_listening = false;
                        stop.cancel();
                    }
                },
                _ = ticks.tick() => tick(),
                () = &mut drained => {
                    return Err(Error::new(ErrorKind::Closed, "the runtime does not take what the connector writes")
                        .with_hint("what was not checkpointed is captured again by the next session"));
                }
            }
        }
    }
}

/// What a saved state is called where it is kept.
fn explained(error: Error) -> Error {
    match error.kind() {
        ErrorKind::State => error.with_hint(
            "it was left untouched; backfill the binding in Estuary to list it again from the beginning",
        ),
        _ => error,
    }
}

fn bindings(open: &OpenRequest, resources: &[Resource]) -> Vec<Binding> {
    let requests = open.capture.bindings.iter().zip(resources);
    (0..)
        .zip(requests)
        .map(|(index, (request, resource))| {
            let stream = resource.stream.name().to_owned();
            // Runtimes of long ago did not say; it is the resource's path.
            let state_key =
                if request.state_key.is_empty() { stream.clone() } else { request.state_key.clone() };
            Binding { stream, index, state_key }
        })
        .collect()
}

/// Streams that are listed whole wait until their interval has passed since the last session listed them. The others
/// ask at once what changed.
fn selections(resources: &[Resource], bindings: &[Binding], saved: &SavedState) -> Vec<Selection> {
    let now = Timestamp::now();
    let selection = |(resource, binding): (&Resource, &Binding)| {
        let since = saved.listed_at(binding).map(|listed_at| now.duration_since(listed_at));
        let since = since.map(|since| Duration::try_from(since).unwrap_or_default());
        let first_poll_delay = since.map_or(Duration::ZERO, |since| resource.interval.saturating_sub(since));
        Selection::new(&*binding.stream).every(resource.interval).after(first_poll_delay)
    };
    resources.iter().zip(bindings).map(selection).collect()
}

fn acknowledgements() -> Acknowledgements {
    let limit = std::env::var(ACKNOWLEDGEMENTS_VARIABLE).ok().and_then(|limit| limit.parse().ok());
    limit.map_or_else(Acknowledgements::none, Acknowledgements::at_most)
}

/// Waits for the end of the session.
async fn idle(mut requests: Requests, stop: CancellationToken) -> Result<()> {
    loop {
        let request = tokio::select! {
            () = stop.cancelled() => return Ok(()),
            request = requests.recv() => request.transpose()?,
        };
        match request {
            Some(Request::Acknowledge(_)) => {}
            Some(request) => return Err(unexpected(&request)),
            None => return Ok(()),
        }
    }
}

fn unexpected(request: &Request) -> Error {
    Error::new(
        ErrorKind::Configuration,
        format!("a request of the kind {} came into an open session", request.kind()),
    )
}

fn finish(report: &Report) -> Result<()> {
    if report.output_closed {
        return Err(Error::new(ErrorKind::Closed, "the runtime has closed the connector's output"));
    }
    if !report.interrupted {
        return Err(Error::new(ErrorKind::Data, "the capture ended by itself; this is a bug"));
    }
    tracing::info!("stopped; everything read is checkpointed");
    Ok(())
}
