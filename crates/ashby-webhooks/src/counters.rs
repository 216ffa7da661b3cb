//! What a receiver counts. Without ids, names or values of anything.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

/// From a request to its answer, in seconds.
const LATENCIES: [f64; 10] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0];

/// Counters of a receiver. Clones count together.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Counters {
    /// Requests that wanted to deliver something, whatever came of them.
    pub received: Counter,
    /// Deliveries with a valid signature, copies included.
    pub verified: Counter,
    /// Copies of what was there already.
    pub duplicate: Counter,
    /// Deliveries without a valid signature.
    pub failed: Counter,
    /// Signed deliveries that are no event.
    pub malformed: Counter,
    /// Signed deliveries that could not be kept.
    pub refused: Counter,
    /// Signed pings.
    pub pings: Counter,
    /// What was kept, by kind.
    by_kind: Family<Kind, Counter>,
    /// How long it took to keep a delivery.
    pub seconds: Histogram,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Kind {
    kind: &'static str,
}

impl Default for Counters {
    fn default() -> Self {
        Self {
            received: Counter::default(),
            verified: Counter::default(),
            duplicate: Counter::default(),
            failed: Counter::default(),
            malformed: Counter::default(),
            refused: Counter::default(),
            pings: Counter::default(),
            by_kind: Family::default(),
            seconds: Histogram::new(LATENCIES),
        }
    }
}

impl Counters {
    /// One more of this kind was kept. Kinds that the catalog does not know are one.
    pub(crate) fn kept(&self, kind: Option<&'static ashby_catalog::Event>) {
        self.by_kind.get_or_create(&Kind { kind: kind.map_or("other", |kind| kind.name) }).inc();
    }

    /// Puts them into a registry.
    pub(crate) fn register(&self, registry: &mut Registry) {
        for (name, help, counter) in [
            ("events_received", "Requests to deliver something, whatever came of them", &self.received),
            ("events_verified", "Deliveries with a valid signature, copies included", &self.verified),
            ("events_duplicate", "Copies of deliveries that were there already", &self.duplicate),
            ("events_failed", "Deliveries without a valid signature", &self.failed),
            ("events_malformed", "Signed deliveries that are no event", &self.malformed),
            ("events_refused", "Signed deliveries that could not be kept", &self.refused),
            ("pings", "Signed pings", &self.pings),
        ] {
            registry.register(name, help, counter.clone());
        }
        registry.register("events_kept", "Deliveries that were kept, by kind", self.by_kind.clone());
        registry.register(
            "keeping_seconds",
            "From a delivery's last byte until it was durable",
            self.seconds.clone(),
        );
    }
}
