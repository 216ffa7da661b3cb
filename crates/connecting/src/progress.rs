//! A word now and then while a read takes long.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use capture_core::{Event, Observer};

/// How often a stream is spoken of.
const EVERY: Duration = Duration::from_secs(30);

/// Logs how far each stream has come, every half a minute while records come.
#[derive(Default)]
pub struct Progress {
    streams: Mutex<BTreeMap<String, Stream>>,
    others: Vec<Arc<dyn Observer>>,
}

struct Stream {
    records: u64,
    expected_records: Option<u64>,
    told_at: Instant,
}

impl Progress {
    /// Another observer of the same run.
    #[must_use]
    pub fn beside(mut self, other: impl Observer + 'static) -> Self {
        self.others.push(Arc::new(other));
        self
    }

    /// What is to be said at this moment.
    fn word(&self, event: &Event<'_>, now: Instant) -> Option<String> {
        let (name, records, expected_records) = match event {
            Event::Written { stream, records, .. } => (*stream, *records, None),
            Event::Listing { stream, expected_records } => (*stream, 0, *expected_records),
            _ => return None,
        };
        let mut streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        let nothing_yet = || Stream { records: 0, expected_records: None, told_at: now };
        let stream = streams.entry(name.to_owned()).or_insert_with(nothing_yet);
        stream.records += records;
        if let Some(to_come) = expected_records {
            stream.expected_records = Some(stream.records + to_come);
        }
        if now.duration_since(stream.told_at) < EVERY {
            return None;
        }
        stream.told_at = now;
        let of = stream.expected_records.filter(|expected| *expected >= stream.records);
        let of = of.map(|expected| format!(" of about {expected}")).unwrap_or_default();
        Some(format!("{name}: {}{of} records so far", stream.records))
    }
}

impl Observer for Progress {
    fn observe(&self, event: &Event<'_>) {
        if let Some(word) = self.word(event, Instant::now()) {
            tracing::info!("{word}");
        }
        self.others.iter().for_each(|other| other.observe(event));
    }
}

impl fmt::Debug for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Progress").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_spoken_of_twice_a_minute() {
        let progress = Progress::default();
        let began = Instant::now();
        let written =
            |records| Event::Written { stream: "jobs", records, bytes: 0, requests: 1, steps: None };
        let at = |seconds| began + Duration::from_secs(seconds);
        assert_eq!(
            progress.word(&Event::Listing { stream: "jobs", expected_records: Some(250) }, began),
            None
        );
        assert_eq!(progress.word(&written(100), at(1)), None);
        assert_eq!(
            progress.word(&written(100), at(31)).as_deref(),
            Some("jobs: 200 of about 250 records so far")
        );
        assert_eq!(progress.word(&written(100), at(60)), None);
        assert_eq!(
            progress.word(&written(1), at(61)).as_deref(),
            Some("jobs: 301 records so far"),
            "it was more"
        );
    }
}
