//! Where a run stands, for Prometheus. Names of streams and numbers only.

use std::fmt;

use jiff::Timestamp;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric as _};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;

use super::{Standing, StreamStanding};

/// Asks a run when it is asked.
pub struct Metrics(pub Standing);

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

/// A figure of a stream.
struct Figure {
    name: &'static str,
    help: &'static str,
    kind: MetricType,
    /// `None` if there is nothing to say of this stream.
    of: fn(&StreamStanding, Timestamp) -> Option<f64>,
}

const fn gauge(
    name: &'static str,
    help: &'static str,
    of: fn(&StreamStanding, Timestamp) -> Option<f64>,
) -> Figure {
    Figure { name, help, kind: MetricType::Gauge, of }
}

const fn counter(
    name: &'static str,
    help: &'static str,
    of: fn(&StreamStanding, Timestamp) -> Option<f64>,
) -> Figure {
    Figure { name, help, kind: MetricType::Counter, of }
}

fn since(then: Option<Timestamp>, now: Timestamp) -> Option<f64> {
    then.map(|then| now.duration_since(then).as_secs_f64().max(0.0))
}

const FIGURES: &[Figure] = &[
    gauge(
        "ashby_stream_lag_seconds",
        "Time since everything that there was had been committed",
        |of, now| since(of.up_to_date_at.or(of.token_saved_at), now),
    ),
    gauge(
        "ashby_stream_token_age_seconds",
        "Time since the place from which changes go on was saved; Ashby forgets places after about a month",
        |of, now| since(of.token_saved_at, now),
    ),
    gauge("ashby_stream_failing", "Whether its newest poll failed", |of, _| {
        Some(f64::from(u8::from(of.trouble.is_some())))
    }),
    gauge("ashby_stream_listing_everything", "Whether a listing of everything is under way", |of, _| {
        Some(f64::from(u8::from(of.listing_everything)))
    }),
    gauge(
        "ashby_stream_set_aside",
        "Records or parents that could not be read and are tried again",
        |of, _| Some(of.set_aside as f64),
    ),
    gauge("ashby_stream_kept_rows", "Rows that a full listing did not see and that were kept", |of, _| {
        Some(of.kept as f64)
    }),
    gauge(
        "ashby_stream_reconciled_age_seconds",
        "Time since a listing of everything in the stream's turn, in this run",
        |of, now| since(of.reconciled.map(|found| found.at), now),
    ),
    gauge("ashby_stream_reconciled_checked_records", "Records that it showed", |of, _| {
        of.reconciled.map(|found| found.checked as f64)
    }),
    gauge(
        "ashby_stream_reconciled_missed_records",
        "Records that it showed and that polls should have brought before",
        |of, _| of.reconciled.map(|found| found.missed as f64),
    ),
    gauge("ashby_stream_reconciled_gone_records", "Records that it found to be gone", |of, _| {
        of.reconciled.map(|found| found.gone as f64)
    }),
    counter("ashby_stream_polls", "Polls that brought everything", |of, _| Some(of.polls as f64)),
    counter("ashby_stream_failed_polls", "Polls that were given up", |of, _| Some(of.failures as f64)),
    counter("ashby_stream_records", "Records received", |of, _| Some(of.records as f64)),
    counter("ashby_stream_new_records", "Records that were not there before", |of, _| Some(of.new as f64)),
    counter("ashby_stream_changed_records", "Records that were there and differed", |of, _| {
        Some(of.changed as f64)
    }),
    counter("ashby_stream_tombstones", "Records that became tombstones", |of, _| Some(of.gone as f64)),
];

impl Collector for Metrics {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let now = Timestamp::now();
        let streams = self.0.streams();
        for figure in FIGURES {
            let mut metric = encoder.encode_descriptor(figure.name, figure.help, None, figure.kind)?;
            for (stream, of) in &streams {
                let Some(value) = (figure.of)(of, now) else { continue };
                let labels = [("stream", stream.as_str())];
                let metric = metric.encode_family(&labels)?;
                match figure.kind {
                    MetricType::Counter => ConstCounter::new(value).encode(metric)?,
                    _ => ConstGauge::new(value).encode(metric)?,
                }
            }
        }
        let usage = (self.0.0.usage)();
        let (commits, trouble) = {
            let live = self.0.live();
            (live.commits, live.trouble.is_some())
        };
        let mut polled = streams.values().filter(|of| of.polls + of.failures > 0).peekable();
        let trouble = trouble || (polled.peek().is_some() && polled.all(|of| of.trouble.is_some()));
        let limit = usage.configured_requests_per_minute.map(f64::from);
        let limit_now = usage.effective_requests_per_minute.map(f64::from);
        let whole: [(&str, &str, MetricType, Option<f64>); 9] = [
            ("ashby_requests", "Requests sent", MetricType::Counter, Some(usage.requests as f64)),
            ("ashby_request_retries", "Requests sent again", MetricType::Counter, Some(usage.retries as f64)),
            (
                "ashby_requests_throttled",
                "Requests refused for their number",
                MetricType::Counter,
                Some(usage.throttled as f64),
            ),
            (
                "ashby_requests_last_minute",
                "Requests of the last minute",
                MetricType::Gauge,
                Some(f64::from(usage.requests_last_minute)),
            ),
            ("ashby_requests_per_minute_limit", "The configured limit", MetricType::Gauge, limit),
            (
                "ashby_requests_per_minute_limit_now",
                "The limit that is kept now",
                MetricType::Gauge,
                limit_now,
            ),
            ("ashby_commits", "Commits that are durable", MetricType::Counter, Some(commits as f64)),
            (
                "ashby_run_in_trouble",
                "Whether the run as a whole cannot go on, or no stream can be captured",
                MetricType::Gauge,
                Some(f64::from(u8::from(trouble))),
            ),
            (
                "ashby_events_pending",
                "Received events of which something is still to be done",
                MetricType::Gauge,
                self.0.pending_events().map(|events| events as f64),
            ),
        ];
        for (name, help, kind, value) in whole {
            let Some(value) = value else { continue };
            let metric = encoder.encode_descriptor(name, help, None, kind)?;
            match kind {
                MetricType::Counter => ConstCounter::new(value).encode(metric)?,
                _ => ConstGauge::new(value).encode(metric)?,
            }
        }
        Ok(())
    }
}
