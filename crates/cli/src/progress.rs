//! What a run shows while it runs: a line per running stream on a terminal, a line now and then elsewhere; of a
//! watch a line a round, and trouble once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ashby_client::Usage;
use capture_core::{Counts, Event, Observer};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use serde_json::json;

use crate::logging::Screen;
use crate::output::{self, counted, duration, thousands};
use crate::rounds::{Round, Rounds};
use crate::said::{self, Level};
use crate::settings::Settings;

/// How often a terminal is redrawn.
const REDRAW: Duration = Duration::from_millis(200);

/// How often the progress of a long round is told where a watch has no terminal, at most.
const WATCHED: Duration = Duration::from_secs(60);

/// Watches a run.
pub(crate) struct Progress {
    usage: Box<dyn Fn() -> Usage + Send + Sync>,
    screen: Screen,
    /// `None` shows nothing.
    interval: Option<Duration>,
    /// Only trouble is told.
    is_quiet: bool,
    live: Mutex<Live>,
}

#[derive(Default)]
struct Live {
    running: BTreeMap<String, Running>,
    /// Streams whose newest poll has ended.
    done: BTreeSet<String>,
    summary: Option<ProgressBar>,
    /// Of a watch.
    rounds: Option<Rounds>,
    last: Option<Round>,
    totals: BTreeMap<String, Total>,
    is_troubled: bool,
}

struct Running {
    started: Instant,
    records: u64,
    requests: u64,
    expected_records: Option<u64>,
    steps: Option<Steps>,
    bar: Option<ProgressBar>,
}

/// Steps of a listing, since the first of which this run has heard.
struct Steps {
    since: Instant,
    before: u64,
    done: u64,
    total: u64,
}

/// What came of a stream, over all attempts at a watch.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Total {
    pub(crate) records: u64,
    pub(crate) bytes: u64,
    pub(crate) counts: Counts,
    pub(crate) requests: u64,
}

impl Progress {
    /// As the settings say. `usage` tells what the client has used so far.
    pub(crate) fn new(
        usage: impl Fn() -> Usage + Send + Sync + 'static,
        screen: &Screen,
        settings: &Settings,
    ) -> Arc<Self> {
        let live = Live { rounds: settings.interval().map(Rounds::new), ..Live::default() };
        Arc::new(Self {
            usage: Box::new(usage),
            screen: screen.clone(),
            interval: settings.progress_interval(),
            is_quiet: settings.quiet(),
            live: Mutex::new(live),
        })
    }

    /// A watch begins anew: these streams are polled most often, at this interval.
    pub(crate) fn expect(&self, members: BTreeSet<String>, interval: Duration) {
        let mut live = self.live();
        if let Some(rounds) = &mut live.rounds {
            rounds.expect(members, interval);
        }
        live.done.clear();
        live.running.clear();
    }

    /// How many rounds there were, and what came of each stream.
    pub(crate) fn totals(&self) -> (u64, BTreeMap<String, Total>) {
        let live = self.live();
        (live.rounds.as_ref().map_or(0, Rounds::number), live.totals.clone())
    }

    /// Whether the newest poll of a stream that has ended brought it up to date.
    pub(crate) fn was_up_to_date(&self, stream: &str) -> bool {
        self.live().rounds.as_ref().is_some_and(|rounds| rounds.was_up_to_date(stream))
    }

    /// Whether the run as a whole cannot go on at present.
    pub(crate) fn is_troubled(&self) -> bool {
        self.live().is_troubled
    }

    /// Keeps the display alive until the returned guard is dropped.
    pub(crate) fn display(self: &Arc<Self>) -> Display {
        let progress = Arc::clone(self);
        let Some(interval) = self.interval else { return Display { progress, ticker: None } };
        let period = match self.screen.is_terminal {
            true => REDRAW,
            false if self.live().rounds.is_some() => interval.max(WATCHED),
            false => interval,
        };
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
        let live = &mut *live;
        let summary = match &live.last {
            // Nothing is under way: what was, and when it will be.
            Some(last) if live.running.is_empty() => last.to_string(),
            _ => self.summary(live),
        };
        if self.screen.is_terminal {
            let bar = live.summary.get_or_insert_with(|| self.bar());
            bar.set_message(summary);
            bar.tick();
            for (name, running) in &mut live.running {
                let message = format!("{name:<32} {}", running.describe());
                let bar = running.bar.get_or_insert_with(|| self.bar());
                bar.set_message(message);
                bar.tick();
            }
        } else if !live.running.is_empty() {
            let streams: Vec<String> =
                live.running.iter().map(|(name, running)| format!("{name} {}", running.describe())).collect();
            said::event("progress", Level::Info, &format!("{summary} · {}\n", streams.join(" · ")), &());
        }
    }

    fn summary(&self, live: &Live) -> String {
        let usage = (self.usage)();
        let rate = match usage.effective_requests_per_minute {
            Some(limit) => format!(
                "{} of {} a minute",
                thousands(usage.requests_last_minute.into()),
                counted(limit.into(), "request")
            ),
            None => format!("{} in the last minute", counted(usage.requests_last_minute.into(), "request")),
        };
        format!(
            "{} done, {} running · {rate}",
            counted(live.done.len() as u64, "stream"),
            thousands(live.running.len() as u64)
        )
    }

    fn bar(&self) -> ProgressBar {
        let bar = self.screen.bars.add(ProgressBar::new_spinner());
        bar.set_style(
            ProgressStyle::with_template("{spinner} {wide_msg}")
                .unwrap_or_else(|_| ProgressStyle::default_spinner()),
        );
        bar
    }

    /// Says a line above the display.
    fn say(&self, event: &str, level: Level, text: &str, fields: &impl Serialize) {
        if !self.is_quiet || !matches!(level, Level::Info) {
            self.screen.bars.suspend(|| said::event(event, level, &format!("{text}\n"), fields));
        }
    }

    /// On a terminal its line stands there anyway.
    fn say_round(&self, round: &Round) {
        if !self.screen.is_terminal {
            let level = if round.has_failed() { Level::Warn } else { Level::Info };
            if !self.is_quiet {
                self.say("round", level, &round.to_string(), round);
            }
        }
    }

    /// A stream's poll is over, or waits to be tried again.
    fn ends(live: &mut Live, stream: &str, is_done: bool) {
        if !is_done {
            return;
        }
        if let Some(bar) = live.running.remove(stream).and_then(|running| running.bar) {
            bar.finish_and_clear();
        }
        live.done.insert(stream.to_owned());
    }
}

impl Running {
    fn new() -> Self {
        Self {
            started: Instant::now(),
            records: 0,
            requests: 0,
            expected_records: None,
            steps: None,
            bar: None,
        }
    }

    fn describe(&self) -> String {
        let seconds = self.started.elapsed().as_secs_f64().max(0.001);
        let mut text = format!(
            "{}, {}, {}/s",
            counted(self.records, "record"),
            counted(self.requests, "page"),
            thousands((self.records as f64 / seconds) as u64)
        );
        // What an earlier run has done says nothing of how fast this one is.
        let (done, total, seconds) = match (&self.steps, self.expected_records) {
            (Some(steps), _) => (
                steps.done - steps.before,
                steps.total.saturating_sub(steps.before),
                steps.since.elapsed().as_secs_f64(),
            ),
            (None, Some(total)) => (self.records, total, seconds),
            (None, None) => return text,
        };
        if done > 0 && total > done {
            let left = seconds * (total - done) as f64 / done as f64;
            text.push_str(&format!(", about {} left", duration(left)));
        }
        text
    }

    fn steps(&mut self, steps: Option<(u64, u64)>) {
        let Some((done, total)) = steps else { return self.steps = None };
        let (since, before) = match &self.steps {
            Some(steps) if steps.done <= done => (steps.since, steps.before),
            _ => (Instant::now(), done),
        };
        self.steps = Some(Steps { since, before, done, total });
    }
}

/// What a listing of everything has found, and how serious that is.
fn reconciled(stream: &str, [checked, missed, gone, kept]: [u64; 4]) -> (String, Level) {
    let mut text =
        format!("reconciled: {stream}: {} checked, {} gone", counted(checked, "record"), thousands(gone));
    if kept > 0 {
        text.push_str(&format!(", {} not listed and kept", thousands(kept)));
    }
    if missed == 0 {
        return (text, Level::Info);
    }
    text.push_str(&format!("; {} had changed, and polls did not bring them", thousands(missed)));
    (text, Level::Warn)
}

impl Observer for Progress {
    fn observe(&self, event: &Event<'_>) {
        let requests = (self.usage)().requests;
        let mut live = self.live();
        let live = &mut *live;
        match event {
            Event::Started { stream } => {
                live.done.remove(*stream);
                live.running.insert((*stream).to_owned(), Running::new());
                if let Some(rounds) = &mut live.rounds {
                    rounds.started();
                }
            }
            Event::ListsAgain { stream, since, every } => {
                let text = format!(
                    "{stream}: everything is listed again, as it is every {} (the last time was at {})",
                    output::span(*every),
                    since.strftime("%FT%TZ")
                );
                let fields = json!({"stream": stream, "since": since, "every_seconds": every.as_secs()});
                self.say("lists_again", Level::Info, &text, &fields);
            }
            Event::Reconciled { stream, checked, missed, gone, kept } => {
                let (text, level) = reconciled(stream, [*checked, *missed, *gone, *kept]);
                let fields = json!({"stream": stream, "checked": checked, "missed": missed, "gone": gone, "kept": kept});
                self.say("reconciled", level, &text, &fields);
            }
            Event::Listing { stream, expected_records } => {
                if let Some(running) = live.running.get_mut(*stream) {
                    running.expected_records = *expected_records;
                }
            }
            Event::Trouble { message, hint, retry_in, again, .. } => {
                live.is_troubled = true;
                if *again {
                    return;
                }
                let mut text =
                    format!("trouble: {message}; trying again in {}", duration(retry_in.as_secs_f64()));
                if let Some(hint) = hint {
                    text.push_str(&format!("\n         hint: {hint}"));
                }
                self.say("trouble", Level::Error, &text, &json!({"hint": hint}));
            }
            Event::Recovered { after } => {
                live.is_troubled = false;
                let text = format!("recovered after {}", duration(after.as_secs_f64()));
                self.say("recovered", Level::Warn, &text, &());
            }
            Event::Written { stream, records, bytes, requests, steps } => {
                if let Some(running) = live.running.get_mut(*stream) {
                    running.records += records;
                    running.requests += u64::from(*requests);
                    running.steps(*steps);
                }
                let total = live.totals.entry((*stream).to_owned()).or_default();
                total.records += records;
                total.bytes += bytes;
                total.requests += u64::from(*requests);
            }
            Event::Committed { counts, mended, .. } => {
                crate::text::note_mended(*mended > 0);
                for (stream, counts) in counts.iter() {
                    live.totals.entry(stream.clone()).or_default().counts += *counts;
                    if let Some(rounds) = &mut live.rounds {
                        rounds.committed(*counts);
                    }
                }
            }
            Event::Note { stream, message }
                if live.rounds.as_mut().is_some_and(|rounds| rounds.is_news(stream, message)) =>
            {
                self.say(
                    "note",
                    Level::Warn,
                    &format!("note: {stream}: {message}"),
                    &json!({"stream": stream}),
                );
            }
            Event::Kept { stream, kept } => {
                let (rows, of) = (thousands(kept.rows), counted(kept.of, "row"));
                let text = format!("{rows} of {of} not listed and kept all the same: {}", kept.reason);
                if live.rounds.as_mut().is_some_and(|rounds| rounds.is_news(stream, &text)) {
                    let word = if kept.needs_decision { "decide" } else { "note" };
                    self.say(
                        word,
                        Level::Warn,
                        &format!("{word}: {stream}: {text}"),
                        &json!({"stream": stream}),
                    );
                }
            }
            Event::UpToDate { stream } => {
                Self::ends(live, stream, true);
                if let Some(rounds) = &mut live.rounds {
                    let (was_ill, round) = rounds.up_to_date(stream, requests);
                    if was_ill {
                        let text = format!("{stream} is up to date again");
                        self.say("well", Level::Info, &text, &json!({"stream": stream}));
                    }
                    if let Some(round) = round {
                        self.say_round(&round);
                        live.last = Some(round);
                    }
                }
            }
            Event::Failed { stream, kind, message, hint, retry_in, ends_poll } => {
                Self::ends(live, stream, *ends_poll);
                let Some(rounds) = &mut live.rounds else { return };
                let is_skipped = kind.is_left_out();
                if is_skipped && rounds.is_news(stream, message) {
                    let text = format!("skipped: {stream}: {message}");
                    self.say("skipped", Level::Warn, &text, &json!({"stream": stream}));
                }
                if !is_skipped && rounds.is_new_trouble(stream, message) {
                    let mut text = format!("trouble: {stream}: {message}");
                    if let Some(pause) = retry_in {
                        text.push_str(&format!("; trying again in {}", duration(pause.as_secs_f64())));
                    }
                    if let Some(hint) = hint {
                        text.push_str(&format!("\n         hint: {hint}"));
                    }
                    self.say("trouble", Level::Error, &text, &json!({"stream": stream, "hint": hint}));
                }
                if *ends_poll && let Some(round) = rounds.failed(stream, *kind, requests) {
                    self.say_round(&round);
                    live.last = Some(round);
                }
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

    fn ago(seconds: u64) -> Instant {
        Instant::now().checked_sub(Duration::from_secs(seconds)).unwrap_or_else(Instant::now)
    }

    #[test]
    fn the_time_left_is_said_where_it_can_be_known() {
        let running = |steps: Option<(u64, u64, u64)>, expected_records| Running {
            started: ago(60),
            records: 1_230,
            requests: 12,
            expected_records,
            steps: steps.map(|(before, done, total)| Steps { since: ago(60), before, done, total }),
            bar: None,
        };
        assert_eq!(running(None, None).describe(), "1,230 records, 12 pages, 20/s");
        // What was done before this run began does not make it faster.
        for known in [
            running(Some((0, 10, 30)), None),
            running(Some((900, 910, 930)), None),
            running(None, Some(3_690)),
        ] {
            assert_eq!(known.describe(), "1,230 records, 12 pages, 20/s, about 2 min 0 s left");
        }
        for (steps, expected) in [
            (Some((0, 0, 30)), None),
            (Some((0, 30, 30)), None),
            (Some((20, 20, 30)), None),
            (None, Some(1_000)),
        ] {
            assert!(!running(steps, expected).describe().contains("left"), "{steps:?} {expected:?}");
        }
    }

    #[test]
    fn steps_count_from_the_first_that_was_heard_of() {
        let mut running = Running::new();
        running.steps(Some((900, 1_000)));
        assert!(!running.describe().contains("left"), "nothing has been done yet");
        running.steps(Some((910, 1_000)));
        let steps = running.steps.as_ref().unwrap();
        assert_eq!((steps.before, steps.done, steps.total), (900, 910, 1_000));
        // Another listing.
        running.steps(Some((0, 5)));
        assert_eq!(running.steps.as_ref().unwrap().before, 0);
    }
}
