//! What monitoring is told: how much is asked, by which door, how long it took. No values, no ids, no names of callers.

use std::fmt::Debug;
use std::time::Duration;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

/// Names and words of ours, in the order of the metric.
type Labels<const N: usize> = [(&'static str, String); N];

/// From what a copy answers to what Ashby takes its time for.
const SECONDS: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0, 30.0];

type Timed<const N: usize> = Family<Labels<N>, Histogram, fn() -> Histogram>;

fn histogram() -> Histogram {
    Histogram::new(SECONDS)
}

/// Figures of an agent and its doors. Clones are the same.
#[derive(Clone)]
pub(crate) struct Measures {
    requests: Family<Labels<3>, Counter>,
    request_seconds: Timed<1>,
    calls: Family<Labels<3>, Counter>,
    call_seconds: Timed<2>,
    cut: Family<Labels<1>, Counter>,
    /// Requests that are worked on, and those that wait for it.
    pub(crate) at_work: Gauge,
    pub(crate) waiting: Gauge,
}

impl Default for Measures {
    fn default() -> Self {
        Self {
            requests: Family::default(),
            request_seconds: Family::new_with_constructor(histogram),
            calls: Family::default(),
            call_seconds: Family::new_with_constructor(histogram),
            cut: Family::default(),
            at_work: Gauge::default(),
            waiting: Gauge::default(),
        }
    }
}

impl Debug for Measures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Measures")
    }
}

impl Measures {
    /// Offers them to monitoring.
    pub(crate) fn register(&self, registry: &mut Registry) {
        registry.register(
            "ashby_http_requests",
            "Requests answered, by address, method and status",
            self.requests.clone(),
        );
        registry.register_with_unit(
            "ashby_http_request_duration",
            "How long requests took, by address",
            Unit::Seconds,
            self.request_seconds.clone(),
        );
        registry.register(
            "ashby_agent_calls",
            "Calls by door, tool or entity and action, and outcome: ok, or the code of the error",
            self.calls.clone(),
        );
        registry.register_with_unit(
            "ashby_agent_call_duration",
            "How long calls took, by door and tool or entity and action",
            Unit::Seconds,
            self.call_seconds.clone(),
        );
        registry.register(
            "ashby_agent_answers_cut",
            "Answers that end before everything was said, with a cursor",
            self.cut.clone(),
        );
        registry.register("ashby_http_at_work", "Requests that are worked on", self.at_work.clone());
        registry.register("ashby_http_waiting", "Requests that wait to be worked on", self.waiting.clone());
    }

    /// A request was answered. The route is that of the table, not the address that was asked for.
    pub(crate) fn answered(&self, route: &str, method: &str, status: u16, took: Duration) {
        let route = ("route", route.to_owned());
        let labels = [route.clone(), ("method", method.to_owned()), ("status", status.to_string())];
        self.requests.get_or_create(&labels).inc();
        self.request_seconds.get_or_create(&[route]).observe(took.as_secs_f64());
    }

    /// A tool or an action was called, by its name in our tables.
    pub(crate) fn called(&self, door: &str, name: &str, outcome: &str, took: Duration) {
        let (door, name) = (("door", door.to_owned()), ("name", name.to_owned()));
        let outcome = ("outcome", outcome.to_owned());
        self.calls.get_or_create(&[door.clone(), name.clone(), outcome]).inc();
        self.call_seconds.get_or_create(&[door, name]).observe(took.as_secs_f64());
    }

    /// An answer has more behind it.
    pub(crate) fn was_cut(&self, name: &str) {
        self.cut.get_or_create(&[("name", name.to_owned())]).inc();
    }
}
