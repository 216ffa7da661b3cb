//! Logs on standard error, above the progress display.

use std::io::{IsTerminal as _, Write};

use indicatif::MultiProgress;
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::said;
use crate::settings::{LogLevel, Settings};
use crate::text;

/// Standard error, shared by logs and progress.
#[derive(Clone)]
pub(crate) struct Screen {
    pub(crate) bars: MultiProgress,
    pub(crate) is_terminal: bool,
}

/// Starts logging.
pub(crate) fn start(settings: &Settings) -> Screen {
    said::choose(settings.log_format());
    let is_terminal = std::io::stderr().is_terminal() && !said::is_json();
    let screen = Screen { bars: MultiProgress::new(), is_terminal };
    let level = match settings.log() {
        LogLevel::Off => LevelFilter::OFF,
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    };
    // Other crates' debug output could hold what ours never does (headers, bodies), so it stays off.
    let ours = [
        "agents",
        "ashby_calls",
        "ashby_client",
        "ashby_source",
        "ashby_sim",
        "ashby_webhooks",
        "capture_core",
        "http_service",
        "privacy",
        "standing",
        // All destinations.
        "sink_",
        "ashby",
    ];
    // What a stream's notes say is said by who shows the run, once.
    let filter = Targets::new()
        .with_targets(ours.map(|name| (name, level)))
        .with_target(capture_core::NOTES, LevelFilter::OFF);
    let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let lines = tracing_subscriber::fmt::layer().with_target(false).with_writer(screen.clone());
    let layer = match said::are_objects() {
        true => lines.json().flatten_event(true).with_current_span(false).with_span_list(false).boxed(),
        false => lines.with_ansi(screen.is_terminal && !no_color).boxed(),
    };
    // A second subscriber can only come from a second call, which there is not.
    let _ = tracing_subscriber::registry().with(layer).with(filter).try_init();
    screen
}

impl<'a> MakeWriter<'a> for Screen {
    type Writer = Line;

    fn make_writer(&'a self) -> Line {
        Line { bars: self.bars.clone(), text: Vec::new() }
    }
}

/// One log line, printed when it is complete.
pub(crate) struct Line {
    bars: MultiProgress,
    text: Vec<u8>,
}

impl Write for Line {
    fn write(&mut self, text: &[u8]) -> std::io::Result<usize> {
        self.text.extend_from_slice(text);
        Ok(text.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        let text = std::mem::take(&mut self.text);
        let text = String::from_utf8_lossy(&text);
        let text = text::log_line(&text);
        let text = connecting::given::blotted(&text);
        self.bars.suspend(|| {
            let _ = std::io::stderr().lock().write_all(text.as_bytes());
        });
    }
}
