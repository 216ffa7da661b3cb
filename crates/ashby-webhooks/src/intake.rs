//! From the bytes of a request to a verdict.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric as _};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Registry;
use tokio::sync::watch;

use crate::counters::Counters;
use crate::event::{Event, Malformed};
use crate::inbox::{Added, Inbox};
use crate::keyring::Keyring;
use crate::signature::Signature;

/// How often bad signatures are said: they can come by the thousand.
const SAY_EVERY: Duration = Duration::from_secs(60);

/// How long a delivery waits for the disk before its sender is told to come again.
const PATIENCE: Duration = Duration::from_secs(10);

/// What becomes of a delivery.
#[derive(Debug)]
#[non_exhaustive]
pub enum Verdict {
    /// It asks whether this address answers.
    Ping,
    /// It is durable, or was before.
    Kept(Added),
    /// Nobody who knows a secret signed it.
    Unsigned(Unsigned),
    /// It is signed, and no event.
    Malformed(Malformed),
    /// It could not be made durable, or not yet: it must be sent again.
    Unavailable,
}

/// What is wrong with a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unsigned {
    /// There is none, or more than one.
    Missing,
    /// It is not `sha256=` and 64 lower-case hexadecimal digits.
    OtherForm,
    /// None of the secrets made it.
    Wrong,
}

impl fmt::Display for Unsigned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "it has no signature",
            Self::OtherForm => "its signature has another form than Ashby's",
            Self::Wrong => "none of the secrets made its signature",
        })
    }
}

/// Takes deliveries: verifies, decodes, keeps, counts. Clones are the same intake.
#[derive(Debug, Clone)]
pub struct Intake(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    keyring: Keyring,
    inbox: watch::Sender<Option<Inbox>>,
    counters: Counters,
    pinged: watch::Sender<u64>,
    said: Mutex<Said>,
}

/// How much is pending, asked for when it is wanted.
#[derive(Debug)]
struct Pending(watch::Receiver<Option<Inbox>>);

impl Collector for Pending {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let pending = self.0.borrow().as_ref().map(Inbox::pending_count);
        let Some(pending) = pending else { return Ok(()) };
        let gauge = ConstGauge::new(i64::try_from(pending).unwrap_or(i64::MAX));
        let help = "Deliveries that nothing was done about yet";
        gauge.encode(encoder.encode_descriptor("inbox_pending", help, None, MetricType::Gauge)?)
    }
}

/// What was said of bad signatures.
#[derive(Debug, Default)]
struct Said {
    last: Option<Instant>,
    unsaid: u64,
}

impl Intake {
    /// With no inbox yet: what is valid is told to come again.
    pub fn new(keyring: Keyring) -> Self {
        Self(Arc::new(Inner {
            keyring,
            inbox: watch::Sender::new(None),
            counters: Counters::default(),
            pinged: watch::Sender::new(0),
            said: Mutex::default(),
        }))
    }

    /// From now on deliveries are kept here.
    pub fn keep_in(&self, inbox: Inbox) {
        self.0.inbox.send_replace(Some(inbox));
    }

    /// From now on what is valid is told to come again.
    pub fn keep_no_more(&self) {
        self.0.inbox.send_replace(None);
    }

    /// What it counts.
    pub fn counters(&self) -> &Counters {
        &self.0.counters
    }

    /// Registers its counters, and how much is pending, under `ashby_webhook_…`.
    pub fn register(&self, registry: &mut Registry) {
        let registry = registry.sub_registry_with_prefix("ashby_webhook");
        self.0.counters.register(registry);
        registry.register_collector(Box::new(Pending(self.0.inbox.subscribe())));
    }

    /// Tells when a ping was answered: how many there were.
    pub fn pings(&self) -> watch::Receiver<u64> {
        self.0.pinged.subscribe()
    }

    /// What a request's signature headers claim.
    ///
    /// # Errors
    /// If they claim nothing that could be true; its body need not be read then.
    pub fn signature<'a>(&self, headers: impl IntoIterator<Item = &'a [u8]>) -> Result<Signature, Unsigned> {
        let mut headers = headers.into_iter();
        let claimed = match (headers.next(), headers.next()) {
            (Some(header), None) => Signature::parse(header).ok_or(Unsigned::OtherForm),
            _ => Err(Unsigned::Missing),
        };
        claimed.inspect_err(|unsigned| self.refuse(*unsigned))
    }

    /// Takes a delivery. On return, what was kept is durable.
    pub async fn take(&self, signature: Signature, body: Bytes) -> Verdict {
        let counters = &self.0.counters;
        if !self.0.keyring.verify(&signature, &body) {
            self.refuse(Unsigned::Wrong);
            return Verdict::Unsigned(Unsigned::Wrong);
        }
        counters.verified.inc();
        let event = match Event::parse(body) {
            Ok(event) => event,
            Err(malformed) => {
                counters.malformed.inc();
                tracing::warn!(%malformed, "a signed delivery is no event, and is refused");
                return Verdict::Malformed(malformed);
            }
        };
        if event.is_ping() {
            counters.pings.inc();
            self.0.pinged.send_modify(|pings| *pings += 1);
            if let Some(inbox) = &*self.0.inbox.borrow() {
                inbox.pinged();
            }
            return Verdict::Ping;
        }
        let inbox = self.0.inbox.borrow().clone();
        let Some(inbox) = inbox else {
            counters.refused.inc();
            return Verdict::Unavailable;
        };
        let (began, kind) = (Instant::now(), event.kind());
        match tokio::time::timeout(PATIENCE, inbox.add(event, Some(signature))).await {
            Ok(Ok(added)) => {
                counters.seconds.observe(began.elapsed().as_secs_f64());
                if added.is_copy {
                    counters.duplicate.inc();
                } else {
                    counters.kept(kind);
                }
                Verdict::Kept(added)
            }
            // The inbox has said why.
            Ok(Err(_)) | Err(_) => {
                counters.refused.inc();
                Verdict::Unavailable
            }
        }
    }

    /// Counts a forgery and says it, but not each of thousands.
    fn refuse(&self, unsigned: Unsigned) {
        self.0.counters.failed.inc();
        let mut said = self.0.said.lock().unwrap_or_else(PoisonError::into_inner);
        if said.last.is_some_and(|last| last.elapsed() < SAY_EVERY) {
            said.unsaid += 1;
            return;
        }
        said.last = Some(Instant::now());
        let others = std::mem::take(&mut said.unsaid);
        tracing::error!(
            others_since_the_last_word = others,
            "a delivery was refused (401): {unsigned}. Ashby does not send it again. If it was Ashby's, its webhook has \
             another secret than this receiver, or something on the way changes bodies; the next listing makes good what \
             was lost"
        );
    }
}
