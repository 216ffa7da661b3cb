//! What a run shows while it runs: a line per running stream on a terminal, a log line now and then elsewhere.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ashby_client::Usage;
use capture_core::{Event, Observer};
use indicatif::{ProgressBar, ProgressStyle};

use crate::logging::Screen;
use crate::output::{duration, explain, thousands};

/// How often a terminal is redrawn.
const REDRAW: Duration = Duration::from_millis(200);

/// Watches a run.
pub(crate) struct Progress {
    usage: Box<dyn Fn() -> Usage + Send + Sync>,
    screen: Screen,
    /// `None` shows nothing.
    interval: Option<Duration>,
    live: Mutex<Live>,
}

#[derive(Default)]
struct Live {
    running: BTreeMap<String, Running>,
    done: u64,
    summary: Option<ProgressBar>,
}

struct Running {
    started: Instant,
    records: u64,
    requests: u64,
    expected_records: Option<u64>,
    steps: Option<(u64, u64)>,
    bar: Option<ProgressBar>,
}

impl Progress {
    /// Shows nothing if there is no interval. `usage` tells what the client has used so far.
    pub(crate) fn new(
        usage: impl Fn() -> Usage + Send + Sync + 'static,
        screen: &Screen,
        interval: Option<Duration>,
    ) -> Arc<Self> {
        Arc::new(Self { usage: Box::new(usage), screen: screen.clone(), interval, live: Mutex::default() })
    }

    /// Keeps the display alive until the returned guard is dropped.
    pub(crate) fn display(self: &Arc<Self>) -> Display {
        let progress = Arc::clone(self);
        let Some(interval) = self.interval else { return Display { progress, ticker: None } };
        let period = if self.screen.is_terminal { REDRAW } else { interval };
        let ticking = Arc::clone(self);
        let ticker = tokio::spawn(async move {
            let mut ticks = tokio::time::interval(period);
            ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
            ticks.tick().await;
            loop {
                ticks.tick().await;
                ticking.show();
            }
        });
        Display { progress, ticker: Some(ticker) }
    }

    fn live(&self) -> MutexGuard<'_, Live> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn show(&self) {
        let mut live = self.live();
        let usage = (self.usage)();
        let rate = match usage.effective_requests_per_minute {
            Some(limit) => format!(
                "{} of {} requests a minute",
                thousands(usage.requests_last_minute.into()),
                thousands(limit.into())
            ),
            None => format!("{} requests in the last minute", thousands(usage.requests_last_minute.into())),
        };
        let summary = format!(
            "{} streams done, {} running · {rate}",
            thousands(live.done),
            thousands(live.running.len() as u64)
        );
        if self.screen.is_terminal {
            let bar = live.summary.get_or_insert_with(|| self.bar());
            bar.set_message(summary);
            for (name, running) in &mut live.running {
                let message = format!("{name:<32} {}", running.describe());
                let bar = running.bar.get_or_insert_with(|| self.bar());
                bar.set_message(message);
                bar.tick();
            }
        } else if !live.running.is_empty() {
            let streams: Vec<String> =
                live.running.iter().map(|(name, running)| format!("{name} {}", running.describe())).collect();
            explain(&format!("{summary} · {}\n", streams.join(" · ")));
        }
    }

    fn bar(&self) -> ProgressBar {
        let bar = self.screen.bars.add(ProgressBar::new_spinner());
        bar.set_style(
            ProgressStyle::with_template("{spinner} {wide_msg}")
                .unwrap_or_else(|_| ProgressStyle::default_spinner()),
        );
        bar
    }
}

impl Running {
    fn describe(&self) -> String {
        let seconds = self.started.elapsed().as_secs_f64().max(0.001);
        let mut text = format!(
            "{} records, {} pages, {}/s",
            thousands(self.records),
            thousands(self.requests),
            thousands((self.records as f64 / seconds) as u64)
        );
        let (done, total) = match (self.steps, self.expected_records) {
            (Some((done, total)), _) => (done, total),
            (None, Some(total)) => (self.records, total),
            (None, None) => return text,
        };
        if done > 0 && total > done {
            let left = seconds * (total - done) as f64 / done as f64;
            text.push_str(&format!(", about {} left", duration(left)));
        }
        text
    }
}

impl Observer for Progress {
    fn observe(&self, event: &Event<'_>) {
        let mut live = self.live();
        match event {
            Event::Started { stream } => {
                let running = Running {
                    started: Instant::now(),
                    records: 0,
                    requests: 0,
                    expected_records: None,
                    steps: None,
                    bar: None,
                };
                live.running.insert((*stream).to_owned(), running);
            }
            Event::Listing { stream, expected_records } => {
                if let Some(running) = live.running.get_mut(*stream) {
                    running.expected_records = *expected_records;
                }
            }
            Event::Trouble { message, hint, retry_in, again: false, .. } => {
                let seconds = retry_in.as_secs_f64();
                let mut text = format!("trouble: {message}; trying again in {}\n", duration(seconds));
                if let Some(hint) = hint {
                    text.push_str(&format!("         hint: {hint}\n"));
                }
                self.screen.bars.suspend(|| explain(&text));
            }
            Event::Recovered { after } => {
                let text = format!("recovered after {}\n", duration(after.as_secs_f64()));
                self.screen.bars.suspend(|| explain(&text));
            }
            Event::Written { stream, records, requests, progress, .. } => {
                if let Some(running) = live.running.get_mut(*stream) {
                    running.records += records;
                    running.requests += u64::from(*requests);
                    running.steps = *progress;
                }
            }
            Event::UpToDate { stream } | Event::Failed { stream, .. } => {
                if let Some(bar) = live.running.remove(*stream).and_then(|running| running.bar) {
                    bar.finish_and_clear();
                }
                live.done += 1;
            }
            _ => {}
        }
    }
}

/// Ends the display when dropped.
pub(crate) struct Display {
    progress: Arc<Progress>,
    ticker: Option<tokio::task::JoinHandle<()>>,
}

impl Drop for Display {
    fn drop(&mut self) {
        if let Some(ticker) = self.ticker.take() {
            ticker.abort();
        }
        // The report that follows has nothing above it but what is worth keeping.
        let _ = self.progress.screen.bars.clear();
        let mut live = self.progress.live();
        let bars = live.summary.take().into_iter();
        let running = std::mem::take(&mut live.running);
        for bar in bars.chain(running.into_values().filter_map(|running| running.bar)) {
            bar.finish_and_clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_left_is_said_where_it_can_be_known() {
        let running = |steps, expected_records| Running {
            started: Instant::now().checked_sub(Duration::from_secs(60)).unwrap_or_else(Instant::now),
            records: 1_230,
            requests: 12,
            expected_records,
            steps,
            bar: None,
        };
        assert_eq!(running(None, None).describe(), "1,230 records, 12 pages, 20/s");
        for known in [running(Some((10, 30)), None), running(None, Some(3_690))] {
            assert_eq!(known.describe(), "1,230 records, 12 pages, 20/s, about 2 min 0 s left");
        }
        for (steps, expected) in [(Some((0, 30)), None), (Some((30, 30)), None), (None, Some(1_000))] {
            assert!(!running(steps, expected).describe().contains("left"), "{steps:?} {expected:?}");
        }
    }
}
