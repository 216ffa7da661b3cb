//! How old the copy is, for monitoring.

use std::time::Duration;

use http_service::Vitals;
use jiff::Timestamp;
use local_copy::LocalCopy;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric as _};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::gauge::ConstGauge;

/// Answers `/readyz` and `/metrics` for a copy, which may be so old at most; with a key, what it lacks is asked of Ashby.
pub(super) fn watch(vitals: &Vitals, copy: &LocalCopy, max_age: Option<Duration>, has_key: bool) {
    let own = copy.clone();
    vitals.check("data", move || judge(&own, max_age, has_key));
    let age = Age(copy.clone());
    vitals.register(|registry| registry.register_collector(Box::new(age)));
}

fn judge(copy: &LocalCopy, max_age: Option<Duration>, has_key: bool) -> Result<(), String> {
    if !copy.exists() {
        return if has_key { Ok(()) } else { Err("there is neither a copy nor a key".to_owned()) };
    }
    let as_of = as_of(copy).map_err(|_| "the copy cannot be read".to_owned())?;
    let (Some(most), Some(as_of)) = (max_age, as_of) else { return Ok(()) };
    let age = Timestamp::now().duration_since(as_of).unsigned_abs();
    match age > most {
        true => Err(format!(
            "the copy is {} s old, and {} s are allowed (--max-age)",
            age.as_secs(),
            most.as_secs()
        )),
        false => Ok(()),
    }
}

/// When the stream of the copy that was committed longest ago was; `None` if none was ever listed whole.
fn as_of(copy: &LocalCopy) -> Result<Option<Timestamp>, local_copy::Error> {
    let copy = copy.snapshot()?;
    let streams = copy.streams()?;
    Ok(streams.into_iter().filter_map(|stream| stream.as_of).min())
}

/// The age of the copy.
#[derive(Debug)]
struct Age(LocalCopy);

impl Collector for Age {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        let Ok(Some(as_of)) = as_of(&self.0) else { return Ok(()) };
        let age = Timestamp::now().duration_since(as_of).as_secs_f64().max(0.0);
        let metric = encoder.encode_descriptor(
            "ashby_copy_age_seconds",
            "Seconds since the stream of the copy that was committed longest ago was",
            None,
            MetricType::Gauge,
        )?;
        ConstGauge::new(age).encode(metric)
    }
}
