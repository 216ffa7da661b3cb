//! Reports: begun, asked for, done; and their own limits, which all keys share.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use crate::world::{HOUR_MS, NOW_MS, instant};

/// The id of a report that fails: its runs end in `status: "failed"`.
pub const FAILING_REPORT: &str = "00000000-0000-4000-8000-00000000fa11";
/// The id of a report that takes so long that `report.synchronous` gives up waiting.
pub const SLOW_REPORT: &str = "00000000-0000-4000-8000-000000005107";

/// How many requests begin a run in any 60 seconds, and how many runs go on at once.
const STARTS: usize = 15;
const RUNNING: usize = 3;
const WINDOW: Duration = Duration::from_secs(60);
/// How often a client asks until a run is done.
const POLLS: u32 = 2;
const SLOW_POLLS: u32 = 4;

/// The runs of reports.
#[derive(Debug, Default)]
pub(super) struct Reports(Mutex<Runs>);

#[derive(Debug, Default)]
struct Runs {
    starts: VecDeque<Instant>,
    by_id: HashMap<String, Run>,
}

#[derive(Debug)]
struct Run {
    report: String,
    polls_left: u32,
    began: Instant,
}

/// Why a report is not run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ReportRefusal {
    TooManyStarts,
    TooManyRunning,
    /// The request id is unknown, or of another report.
    UnknownRun,
}

impl Reports {
    /// Begins a run, or asks for one; `waits` says whether the request waits for its end.
    pub(super) fn answer(
        &self,
        parameters: &Map<String, Value>,
        waits: bool,
        now: Instant,
        rows: impl FnOnce() -> Vec<Value>,
    ) -> Result<Value, ReportRefusal> {
        let mut runs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let text = |name: &str| parameters.get(name).and_then(Value::as_str);
        let report = text("reportId").unwrap_or_default();
        let id = match text("requestId") {
            Some(id) => {
                let run = runs.by_id.get_mut(id).filter(|run| run.report == report);
                let run = run.ok_or(ReportRefusal::UnknownRun)?;
                run.polls_left = run.polls_left.saturating_sub(1);
                id.to_owned()
            }
            None => runs.start(report, waits, now)?,
        };
        let done = runs.by_id.get(&id).is_some_and(|run| run.polls_left == 0);
        let headed = parameters.get("includeHeadersInData") != Some(&Value::Bool(false));
        Ok(match done {
            false => {
                json!({"requestId": id, "status": "in_progress", "reportData": null, "failureReason": null})
            }
            true if report == FAILING_REPORT => {
                json!({"requestId": id, "status": "failed", "reportData": null, "failureReason": "QueryTimeout"})
            }
            true => {
                let names = json!(["Job", "Status", "Hiring team"]);
                let data: Vec<Value> = headed.then(|| names.clone()).into_iter().chain(rows()).collect();
                json!({
                    "requestId": id, "status": "complete", "failureReason": null,
                    "reportData": {
                        "data": data, "columnNames": names,
                        "metadata": {
                            "title": "Jobs and their teams", "updatedAt": instant(NOW_MS - 24 * HOUR_MS),
                            "reportGeneratedAt": instant(NOW_MS), "cacheExpiresAt": instant(NOW_MS + HOUR_MS),
                        },
                    },
                })
            }
        })
    }
}

impl Runs {
    fn start(&mut self, report: &str, waits: bool, now: Instant) -> Result<String, ReportRefusal> {
        while self.starts.front().is_some_and(|first| now.duration_since(*first) >= WINDOW) {
            self.starts.pop_front();
        }
        if self.starts.len() >= STARTS {
            return Err(ReportRefusal::TooManyStarts);
        }
        // A run that nobody asks for ends, too.
        let running = self
            .by_id
            .values()
            .filter(|run| run.polls_left > 0 && now.duration_since(run.began) < WINDOW)
            .count();
        if running >= RUNNING {
            return Err(ReportRefusal::TooManyRunning);
        }
        self.starts.push_back(now);
        let polls_left = match (waits, report == SLOW_REPORT) {
            (true, false) => 0,
            (_, true) => SLOW_POLLS,
            (false, false) => POLLS,
        };
        let id = format!("sim-report-{}", self.by_id.len() + 1);
        self.by_id.insert(id.clone(), Run { report: report.to_owned(), polls_left, began: now });
        Ok(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start(reports: &Reports, waits: bool, now: Instant) -> Result<Value, ReportRefusal> {
        let parameters = Map::from_iter([("reportId".to_owned(), json!("r"))]);
        reports.answer(&parameters, waits, now, Vec::new)
    }

    #[test]
    fn runs_are_limited_and_asking_is_not() {
        let (reports, now) = (Reports::default(), Instant::now());
        let run = start(&reports, false, now).expect("it starts");
        assert_eq!(run["status"], "in_progress");
        assert!(start(&reports, false, now).is_ok() && start(&reports, false, now).is_ok());
        assert_eq!(start(&reports, false, now), Err(ReportRefusal::TooManyRunning));
        let poll = Map::from_iter([
            ("reportId".to_owned(), json!("r")),
            ("requestId".to_owned(), run["requestId"].clone()),
        ]);
        let statuses: Vec<Value> = (0..3)
            .map(|_| reports.answer(&poll, false, now, Vec::new).expect("it is known")["status"].clone())
            .collect();
        assert_eq!(statuses, ["in_progress", "complete", "complete"]);
        for _ in 0..STARTS - 3 {
            assert_eq!(start(&reports, true, now).expect("one has ended")["status"], "complete");
        }
        assert_eq!(start(&reports, true, now), Err(ReportRefusal::TooManyStarts));
        assert!(reports.answer(&poll, false, now, Vec::new).is_ok());
        assert!(start(&reports, false, now + WINDOW).is_ok());
    }
}
