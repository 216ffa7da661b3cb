//! Metrics and readiness of a run.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use capture_core::{Event, Observer};
use http_service::{Part, Vitals};

use crate::{Metrics, Standing};

/// Lets monitoring ask where the run stands, and whether it is ready: what this gives is to observe it.
pub fn monitor(vitals: &Vitals, standing: &Standing) -> Arc<dyn Observer> {
    let metrics = Metrics(standing.clone());
    vitals.register(|registry| registry.register_collector(Box::new(metrics)));
    Arc::new(Readiness { part: vitals.part("capture", NOTHING_YET), failing: Mutex::default() })
}

const NOTHING_YET: &str = "nothing has been captured yet";
const TROUBLE: &str = "the run as a whole cannot go on at present";

const NO_STREAM: &str = "no stream can be captured at present";

/// Ready once something was captured, and while the run can go on and some stream works.
struct Readiness {
    part: Part,
    /// The streams by whether their newest poll failed.
    failing: Mutex<BTreeMap<String, bool>>,
}

impl Observer for Readiness {
    fn observe(&self, event: &Event<'_>) {
        let mut failing = self.failing.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            Event::Committed { .. } | Event::Recovered { .. } => {}
            Event::UpToDate { stream } => _ = failing.insert((*stream).to_owned(), false),
            Event::Failed { stream, kind, ends_poll: true, .. } if !kind.is_left_out() => {
                failing.insert((*stream).to_owned(), true);
            }
            Event::Trouble { .. } => return self.part.waits(TROUBLE),
            _ => return,
        }
        match !failing.is_empty() && failing.values().all(|is_failing| *is_failing) {
            true => self.part.waits(NO_STREAM),
            false => self.part.ready(),
        }
    }
}
