//! `ashby sync --dry-run`: what would be requested, and about how long it takes.

use std::process::ExitCode;

use ashby_source::{Cost, PUBLIC_POSTINGS, Stream};
use capture_core::{Place, State};
use serde::Serialize;

use super::Selected;
use crate::failure::Failure;
use crate::output::{self, duration, table, thousands};
use crate::settings::Settings;

/// Records of a page.
const PAGE_RECORDS: u64 = 100;

#[derive(Serialize)]
struct Estimate {
    streams: Vec<StreamEstimate>,
    /// Requests in all, as far as known.
    requests: u64,
    /// Whether some streams may need more.
    at_least: bool,
    /// At the configured rate; `None` without one.
    seconds: Option<f64>,
}

#[derive(Serialize)]
struct StreamEstimate {
    stream: String,
    operation: &'static str,
    lists: &'static str,
    requests: u64,
    at_least: bool,
}

pub(super) fn run(settings: &Settings, place: &dyn Place, selected: &Selected) -> Result<ExitCode, Failure> {
    let state = place.peek()?;
    let streams = selected.streams.iter().map(|stream| estimate(stream, &state, selected.full)).collect();
    show(settings, streams)
}

/// The same for public job boards.
pub(super) fn boards(settings: &Settings) -> Result<ExitCode, Failure> {
    let stream = StreamEstimate {
        stream: PUBLIC_POSTINGS.to_owned(),
        operation: "posting-api/job-board",
        lists: "everything",
        requests: settings.boards().len() as u64,
        at_least: false,
    };
    show(settings, vec![stream])
}

fn show(settings: &Settings, streams: Vec<StreamEstimate>) -> Result<ExitCode, Failure> {
    let requests = streams.iter().map(|stream| stream.requests).sum();
    let estimate = Estimate {
        requests,
        at_least: streams.iter().any(|stream| stream.at_least),
        seconds: settings.max_rpm().map(|rpm| requests as f64 * 60.0 / f64::from(rpm)),
        streams,
    };
    if settings.json() {
        output::print_json(&estimate)?;
        return Ok(ExitCode::SUCCESS);
    }
    let rows = estimate.streams.iter().map(|stream| {
        let requests = spell(stream.requests, stream.at_least);
        vec![stream.stream.clone(), stream.operation.to_owned(), stream.lists.to_owned(), requests]
    });
    output::print(&table(&["stream", "operation", "lists", "requests"], &[3], rows))?;
    let total = spell(estimate.requests, estimate.at_least);
    output::print(&match estimate.seconds {
        Some(seconds) => format!("{total} requests, about {} at the configured rate\n", duration(seconds)),
        None => format!("{total} requests\n"),
    })?;
    Ok(ExitCode::SUCCESS)
}

fn spell(requests: u64, at_least: bool) -> String {
    format!("{}{}", thousands(requests), if at_least { " or more" } else { "" })
}

fn estimate(stream: &Stream, state: &State, full: bool) -> StreamEstimate {
    let saved = state.streams.get(stream.name());
    let everything = full || saved.is_none();
    let count = |name: &str| state.streams.get(name).and_then(|saved| saved.listed.last_full);
    let parents = stream.parent.and_then(count);
    let (lists, requests, at_least) = match stream.cost {
        Cost::Shared => ("with its parent", 0, false),
        Cost::One => ("everything", 1, false),
        Cost::Pages if everything => match count(stream.name()) {
            Some(records) => ("everything", records.div_ceil(PAGE_RECORDS).max(1), false),
            None => ("everything", 1, true),
        },
        Cost::Pages => ("what changed", 1, true),
        Cost::PerParent => ("every parent", parents.unwrap_or(0) + 1, parents.is_none()),
        Cost::PerChangedParent if everything => ("every parent", parents.unwrap_or(0) + 1, parents.is_none()),
        Cost::PerChangedParent => ("changed parents", 1, true),
    };
    StreamEstimate {
        stream: stream.name().to_owned(),
        operation: stream.operation,
        lists,
        requests,
        at_least,
    }
}
