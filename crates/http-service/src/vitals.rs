//! `/healthz`, `/readyz`, `/metrics`.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use prometheus_client::registry::Registry;
use tokio_util::sync::CancellationToken;

use crate::memory::Process;
use crate::serve::{Limits, bind, serve};

/// What Prometheus asks for.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// What a long run tells of itself: whether it lives, whether it is ready, and its metrics. Clones speak of the same run.
#[derive(Debug, Clone, Default)]
pub struct Vitals(Arc<Inner>);

struct Inner {
    registry: Mutex<Registry>,
    /// Parts that are not ready, and why.
    waiting: Mutex<BTreeMap<&'static str, &'static str>>,
    /// Parts that are looked at when somebody asks.
    checks: Mutex<Vec<(&'static str, Check)>>,
}

/// What is wrong with a part now, in words without anything that came from outside.
type Check = Arc<dyn Fn() -> Result<(), String> + Send + Sync>;

impl Default for Inner {
    fn default() -> Self {
        let mut registry = Registry::default();
        registry.register_collector(Box::new(Process));
        Self { registry: Mutex::new(registry), waiting: Mutex::default(), checks: Mutex::default() }
    }
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vitals").field("waiting", &self.waiting).finish_non_exhaustive()
    }
}

/// A part of a run that can be ready or not. Dropped, it counts no more.
#[derive(Debug)]
pub struct Part {
    vitals: Vitals,
    name: &'static str,
}

impl Part {
    /// It does what it is there for.
    pub fn ready(&self) {
        self.vitals.waiting().remove(self.name);
    }

    /// It does not, for this reason: a few words without anything that came from outside.
    pub fn waits(&self, why: &'static str) {
        self.vitals.waiting().insert(self.name, why);
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        self.ready();
    }
}

impl Vitals {
    /// Of a run that has no parts yet, and is ready.
    pub fn new() -> Self {
        Self::default()
    }

    /// Registers metrics.
    pub fn register(&self, register: impl FnOnce(&mut Registry)) {
        register(&mut self.0.registry.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// A part, which is not ready for this reason until it says so.
    pub fn part(&self, name: &'static str, why: &'static str) -> Part {
        let part = Part { vitals: self.clone(), name };
        part.waits(why);
        part
    }

    /// A part that is looked at whenever somebody asks whether the run is ready, on a thread that may block. What is wrong is
    /// said in words without anything that came from outside.
    pub fn check(&self, name: &'static str, check: impl Fn() -> Result<(), String> + Send + Sync + 'static) {
        self.0.checks.lock().unwrap_or_else(PoisonError::into_inner).push((name, Arc::new(check)));
    }

    fn waiting(&self) -> std::sync::MutexGuard<'_, BTreeMap<&'static str, &'static str>> {
        self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The three addresses.
    pub fn router(&self) -> Router {
        let (ready, metrics) = (self.clone(), self.clone());
        Router::new()
            .route("/healthz", get(async || "alive\n"))
            .route("/readyz", get(async move || ready.readiness().await))
            .route("/metrics", get(async move || metrics.metrics()))
    }

    /// Serves them on an address until `stop`; gives the address, whose port may have been 0. They are answered on the
    /// runtime that this is called from: a runtime that is stuck answers no probe.
    ///
    /// # Errors
    /// If the address cannot be had.
    pub async fn serve(&self, address: SocketAddr, stop: CancellationToken) -> io::Result<SocketAddr> {
        let listener = bind(address).await?;
        let address = listener.local_addr()?;
        tokio::spawn(serve(listener, self.router(), Limits { connections: 32, ..Limits::default() }, stop));
        Ok(address)
    }

    async fn readiness(&self) -> Response {
        let checks = self.0.checks.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut lines: String = self.waiting().iter().map(|(name, why)| format!("{name}: {why}\n")).collect();
        if !checks.is_empty() {
            let checked = tokio::task::spawn_blocking(move || {
                let wrong = checks.iter().filter_map(|(name, check)| Some((*name, check().err()?)));
                wrong.map(|(name, why)| format!("{name}: {why}\n")).collect::<String>()
            });
            lines.push_str(&checked.await.unwrap_or_else(|_| "a part could not be looked at\n".to_owned()));
        }
        if lines.is_empty() {
            return "ready\n".into_response();
        }
        (StatusCode::SERVICE_UNAVAILABLE, lines).into_response()
    }

    fn metrics(&self) -> Response {
        let mut text = String::new();
        let registry = self.0.registry.lock().unwrap_or_else(PoisonError::into_inner);
        match prometheus_client::encoding::text::encode(&mut text, &registry) {
            Ok(()) => ([(header::CONTENT_TYPE, OPEN_METRICS)], text).into_response(),
            Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        }
    }
}
