//! Requests and their answers.

use std::io::BufReader;

use ashby_client::Client;
use ashby_source::{Readable, Survey};
use capture_core::{Error, ErrorKind, Result};
use jiff::{SignedDuration, Timestamp};
use sink_estuary::{
    CaptureRequest, Codec, DiscoverRequest, Discovered, Output, PROTOCOL_VERSION, Request, Response, Spec,
    Validated, ValidatedBinding,
};
use tokio::io::Stdout;
use tokio::sync::mpsc;

use crate::capture;
use crate::endpoint::{self, Endpoint};
use crate::resources::{self, Resource};

const DOCUMENTATION_URL: &str = "https://go.estuary.dev/source-ashby";

/// What comes in; ends with standard input.
pub(crate) type Requests = mpsc::Receiver<Result<Request>>;

/// Answers requests until there are no more, or a signal says so.
pub(crate) async fn serve() -> Result<()> {
    let codec = Codec::from_name(std::env::var("FLOW_RUNTIME_CODEC").ok().as_deref());
    let mut requests = read_requests(codec)?;
    let mut output = Output::new(codec, tokio::io::stdout());
    let stop = connecting::stop_on_signal("written and checkpointed")?;
    loop {
        let request = tokio::select! {
            biased;
            () = stop.cancelled() => return Ok(()),
            request = requests.recv() => request,
        };
        let Some(request) = request.transpose()? else { return Ok(()) };
        tracing::debug!("request: {}", request.kind());
        if let Request::Open(open) = request {
            // Nothing comes after it but acknowledgements.
            return Box::pin(capture::run(open, output, requests, stop)).await;
        }
        if let Request::Acknowledge(_) = request {
            tracing::debug!("an acknowledgement that nobody asked for is passed over");
            continue;
        }
        answer(request, &mut output).await?;
    }
}

async fn answer(request: Request, output: &mut Output<Stdout>) -> Result<()> {
    let response = match request {
        Request::Spec => Response::Spec(spec()),
        Request::Discover(request) => Response::Discovered(discover(&request).await?),
        Request::Validate(capture) => Response::Validated(validate(&capture).await?),
        Request::Apply => Response::Applied,
        Request::Open(_) | Request::Acknowledge(_) => {
            return Err(Error::new(ErrorKind::Configuration, "a request that is not answered alone"));
        }
    };
    output.respond(&response).await
}

/// Reads on a thread of its own, so that nothing waits for a request that never comes.
fn read_requests(codec: Codec) -> Result<Requests> {
    let (sender, receiver) = mpsc::channel(1);
    let read = move || {
        let mut input = BufReader::new(std::io::stdin());
        while let Some(request) = codec.read(&mut input).transpose() {
            let is_last = request.is_err();
            if sender.blocking_send(request).is_err() || is_last {
                return;
            }
        }
    };
    std::thread::Builder::new()
        .name("requests".to_owned())
        .spawn(read)
        .map_err(|error| Error::new(ErrorKind::Storage, "cannot start a thread").with_source(error))?;
    Ok(receiver)
}

fn spec() -> Spec {
    Spec {
        protocol: PROTOCOL_VERSION,
        config_schema: endpoint::schema(),
        resource_config_schema: resources::config_schema(),
        documentation_url: DOCUMENTATION_URL.to_owned(),
        resource_path_pointers: vec!["/name".to_owned()],
    }
}

async fn discover(request: &DiscoverRequest) -> Result<Discovered> {
    let survey = survey(&Endpoint::parse(request.config.get())?).await?;
    let bindings = resources::discover(survey.as_ref(), is_new(request, Timestamp::now()));
    Ok(Discovered { bindings })
}

/// Whether it is known that nothing is captured yet: the runtime names the capture, and it was not published before
/// today. Older runtimes do not say; theirs may be captures that have long been running.
fn is_new(request: &DiscoverRequest, now: Timestamp) -> bool {
    match request.created_at {
        Some(created_at) => now.duration_since(created_at) < SignedDuration::from_hours(24),
        None => request.name.is_some(),
    }
}

async fn validate(capture: &CaptureRequest) -> Result<Validated> {
    let endpoint = Endpoint::parse(capture.config.get())?;
    let bound = Resource::of_all(&capture.bindings)?;
    let survey = survey(&endpoint).await?;
    for resource in &bound {
        let name = resource.stream.name();
        if survey.as_ref().is_some_and(|survey| survey.streams.get(name) == Some(&Readable::No)) {
            // Not an error: a permission that was taken away must not keep the others from being published.
            let permission = ashby_source::screen_name(resource.stream.permission);
            tracing::warn!(
                stream = name,
                "the API key lacks the permission {permission}: {name} will not be captured"
            );
        }
    }
    let path =
        |resource: Resource| ValidatedBinding { resource_path: vec![resource.stream.name().to_owned()] };
    Ok(Validated { bindings: bound.into_iter().map(path).collect() })
}

/// What the key may read; `None` if it is a stand-in. It also shows that the key works.
async fn survey(endpoint: &Endpoint) -> Result<Option<Survey>> {
    if endpoint.is_offline {
        return Ok(None);
    }
    let client: Client = endpoint.client()?;
    let invalid = |error: Error| match error.kind() {
        ErrorKind::Credentials => {
            let message = "Invalid API key. Please confirm the provided API key is correct.";
            let wrapped = Error::new(ErrorKind::Credentials, message);
            let wrapped = match error.hint() {
                Some(hint) => wrapped.with_hint(hint),
                None => wrapped,
            };
            wrapped.with_source(error)
        }
        _ => error,
    };
    ashby_source::explore(&client).await.map(Some).map_err(invalid)
}
