//! A router on a socket, within bounds.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::{AbortHandle, JoinSet};
use tokio_util::sync::CancellationToken;

use crate::activity::{Activity, Watched};
use crate::leftover;

/// How long to wait when the system has no more files or memory for a connection.
const EXHAUSTED: Duration = Duration::from_millis(100);

/// How long whoever comes waits for room, before somebody else has to make some; and for how long nothing must have been
/// answered to that one, which so has had its chance.
const CROWDED: Duration = Duration::from_millis(250);
const CHANCE: Duration = Duration::from_secs(2);

/// What strangers can cost.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Limits {
    /// Connections at once. More wait with the operating system, and are taken as others end; those to which nothing has
    /// been answered for longest are ended for them.
    pub connections: usize,
    /// Bytes of a request's head.
    pub head_bytes: usize,
    /// How long a head may take; a connection also waits no longer than this for its next request.
    pub head_patience: Duration,
    /// Bytes of a request's body.
    pub body_bytes: usize,
    /// How long a body may take.
    pub body_patience: Duration,
    /// How long a connection may stand still, in whatever direction.
    pub stall_patience: Duration,
    /// How long what is under way may take when it is asked to stop.
    pub stop_patience: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 256,
            head_bytes: 16 << 10,
            head_patience: Duration::from_secs(15),
            body_bytes: 1 << 20,
            body_patience: Duration::from_secs(20),
            stall_patience: Duration::from_secs(60),
            stop_patience: Duration::from_secs(5),
        }
    }
}

/// Takes an address to listen on; port 0 takes a free one.
///
/// # Errors
/// If the address cannot be had.
pub async fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    TcpListener::bind(address).await
}

/// Serves until `stop` is cancelled, then answers what is under way and returns.
pub async fn serve(listener: TcpListener, router: Router, limits: Limits, stop: CancellationToken) {
    let router =
        router.layer(from_fn(move |request: Request, next: Next| leftover::answer(request, next, limits)));
    let permits = Arc::new(Semaphore::new(limits.connections.max(1)));
    let mut connections = JoinSet::new();
    let mut held: Vec<(Activity, AbortHandle)> = Vec::new();
    loop {
        let permit = tokio::select! {
            biased;
            () = stop.cancelled() => break,
            permit = Arc::clone(&permits).acquire_owned() => permit,
            () = tokio::time::sleep(CROWDED) => {
                make_room(&held);
                continue;
            }
        };
        // Nobody closes the semaphore.
        let Ok(permit) = permit else { break };
        let accepted = tokio::select! {
            biased;
            () = stop.cancelled() => break,
            Some(_) = connections.join_next() => continue,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, _)) => {
                let (router, stop) = (router.clone(), stop.clone());
                // Answers are small: they go at once.
                let _ = stream.set_nodelay(true);
                let (stream, activity) = Watched::new(stream);
                let watched = activity.clone();
                let handle = connections.spawn(async move {
                    connection(stream, watched, router, limits, stop).await;
                    drop(permit);
                });
                held.retain(|(_, handle)| !handle.is_finished());
                held.push((activity, handle));
            }
            Err(error) if is_its_own(&error) => {}
            Err(error) => {
                tracing::warn!(%error, "a connection could not be taken");
                tokio::time::sleep(EXHAUSTED).await;
            }
        }
    }
    drop(listener);
    let ended = async { while connections.join_next().await.is_some() {} };
    let _ = tokio::time::timeout(limits.stop_patience, ended).await;
    connections.shutdown().await;
}

/// Ends the connection that has been without an answer for longest, if it has had its chance: whoever holds connections open
/// with heads and bodies that never end must not keep others out.
fn make_room(held: &[(Activity, AbortHandle)]) {
    let open = held.iter().filter(|(_, handle)| !handle.is_finished());
    let longest = open.max_by_key(|(activity, _)| activity.unanswered());
    if let Some((_, handle)) = longest.filter(|(activity, _)| activity.unanswered() >= CHANCE) {
        handle.abort();
    }
}

/// Whether a connection failed by itself before it was taken.
fn is_its_own(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}

async fn connection(
    stream: Watched,
    activity: Activity,
    router: Router,
    limits: Limits,
    stop: CancellationToken,
) {
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head_patience)
        .max_buf_size(limits.head_bytes.max(8 << 10))
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    tokio::pin!(served);
    let mut is_stopping = false;
    loop {
        tokio::select! {
            // Errors are strangers that hang up, dawdle or speak no HTTP.
            _ = served.as_mut() => return,
            () = activity.stalled(limits.stall_patience) => return,
            () = stop.cancelled(), if !is_stopping => {
                is_stopping = true;
                served.as_mut().graceful_shutdown();
            }
        }
    }
}
