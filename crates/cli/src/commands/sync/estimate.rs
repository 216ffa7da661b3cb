//! `ashby sync --dry-run`: what would be requested, and about how long it takes.

use std::collections::{BTreeMap, BTreeSet};
use std::process::ExitCode;

use ashby_client::Client;
use ashby_source::{Cost, PUBLIC_POSTINGS, Stream};
use capture_core::{Place, State};
use serde::Serialize;

use super::{Asks, Selected};
use crate::failure::Failure;
use crate::output::{self, counted, duration, table, thousands};
use crate::settings::Settings;

/// Records of a page.
const PAGE_RECORDS: u64 = 100;

/// What a sync would request.
#[derive(Serialize)]
pub(crate) struct Estimate {
    streams: Vec<StreamEstimate>,
    /// Requests in all, as far as known.
    requests: u64,
    /// Whether some streams may need more.
    at_least: bool,
    /// Whether of some streams nothing is known.
    is_unknown: bool,
    /// At the configured rate; `None` without one, and while something is unknown.
    seconds: Option<f64>,
}

#[derive(Serialize)]
struct StreamEstimate {
    stream: String,
    operation: &'static str,
    lists: String,
    /// `None` if unknown.
    requests: Option<u64>,
    at_least: bool,
    /// They are those for everything, of which only what is not older than a date is listed.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    at_most: bool,
    /// Everything is listed, not only what changed.
    #[serde(skip)]
    is_whole: bool,
    /// How many requests a thousand records of `of` cost, where their number decides.
    #[serde(skip_serializing_if = "Option::is_none")]
    rate: Option<Rate>,
}

#[derive(Serialize)]
struct Rate {
    of: String,
    requests_per_thousand: u64,
}

pub(super) async fn run(
    settings: &Settings,
    place: &dyn Place,
    selected: &Selected,
    client: &Client,
) -> Result<ExitCode, Failure> {
    let estimate = of(settings, place, selected, client, settings.count()).await?;
    show(settings, &estimate)
}

/// What it would be; `counts` lists the parents of streams that cost a request for each, to know how many there are.
pub(super) async fn of(
    settings: &Settings,
    place: &dyn Place,
    selected: &Selected,
    client: &Client,
    counts: bool,
) -> Result<Estimate, Failure> {
    let state = place.peek()?;
    let mut counted = BTreeMap::new();
    if counts {
        let per_parent = selected.streams.iter().filter(|stream| stream.cost.is_per_parent());
        let parents: BTreeSet<&str> = per_parent.filter_map(|stream| stream.parent).collect();
        for parent in parents {
            counted.insert(parent.to_owned(), ashby_source::count(client, parent).await?);
        }
    }
    let source = Asks::of(settings).source(client);
    let since = settings.since().map(|since| since.strftime("%FT%TZ").to_string().replace("T00:00:00Z", ""));
    let mut estimates = Vec::new();
    for stream in &selected.streams {
        let saved = state.streams.get(stream.name()).map(|saved| &saved.checkpoint);
        let is_anew = match saved.filter(|checkpoint| !checkpoint.is_empty()) {
            Some(checkpoint) => source.lists_anew(stream.name(), checkpoint)?,
            None => false,
        };
        let saved = state.streams.get(stream.name());
        let has_its_turn = saved.is_some_and(|saved| selected.has_its_turn(stream, saved));
        let is_whole = selected.full || is_anew || has_its_turn;
        let mut estimate = estimate(stream, &state, is_whole, &counted);
        if let Some(since) = since.as_ref().filter(|_| stream.has_start_date && estimate.is_whole) {
            // How many are younger nobody knows.
            estimate.lists = format!("{} since {since}", estimate.lists);
            estimate.at_most = estimate.requests.is_some();
        }
        estimates.push(estimate);
    }
    Ok(Estimate::new(settings, estimates))
}

/// The same for public job boards.
pub(super) fn boards(settings: &Settings) -> Result<ExitCode, Failure> {
    let stream = StreamEstimate {
        stream: PUBLIC_POSTINGS.to_owned(),
        operation: "posting-api/job-board",
        lists: "everything".to_owned(),
        is_whole: true,
        at_most: false,
        requests: Some(settings.boards().len() as u64),
        at_least: false,
        rate: None,
    };
    show(settings, &Estimate::new(settings, vec![stream]))
}

/// How long so many requests take at the configured rate, if there is one.
fn seconds(settings: &Settings, requests: u64) -> Option<f64> {
    settings.max_rpm().map(|rpm| requests as f64 * 60.0 / f64::from(rpm))
}

impl Estimate {
    fn new(settings: &Settings, streams: Vec<StreamEstimate>) -> Self {
        let requests = streams.iter().filter_map(|stream| stream.requests).sum();
        let is_unknown = streams.iter().any(|stream| stream.requests.is_none());
        Self {
            requests,
            at_least: streams.iter().any(|stream| stream.at_least),
            is_unknown,
            seconds: seconds(settings, requests).filter(|_| !is_unknown),
            streams,
        }
    }
}

fn show(settings: &Settings, estimate: &Estimate) -> Result<ExitCode, Failure> {
    if settings.json() {
        output::print_json(estimate)?;
    } else {
        output::print(&describe(settings, estimate))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// For people: a line a stream, and what they come to.
pub(super) fn describe(settings: &Settings, estimate: &Estimate) -> String {
    let is_unknown = estimate.is_unknown;
    let rows = estimate.streams.iter().map(|stream| {
        let requests = spell(stream);
        vec![stream.stream.clone(), stream.operation.to_owned(), stream.lists.to_owned(), requests]
    });
    let listed = table(&["stream", "operation", "lists", "requests"], &[], rows);
    let total = counted(estimate.requests, "request");
    let total = match (is_unknown, estimate.at_least) {
        (true, _) => format!("{total} and those that are unknown"),
        (false, true) => format!("{total}, and more for what changed"),
        (false, false) => total,
    };
    let time = match (estimate.seconds, seconds(settings, 1000)) {
        (Some(seconds), _) if estimate.at_least => {
            format!("{total}; about {} at the configured rate if nothing changed\n", duration(seconds))
        }
        (Some(seconds), _) => format!("{total}, about {} at the configured rate\n", duration(seconds)),
        (None, Some(thousand)) => {
            format!("{total}; 1,000 take about {} at the configured rate\n", duration(thousand))
        }
        (None, None) => format!("{total}\n"),
    };
    listed + &time
}

fn spell(stream: &StreamEstimate) -> String {
    match (stream.requests, &stream.rate) {
        (Some(requests), _) => {
            let most = if stream.at_most { " at most" } else { "" };
            format!("{}{}", thousands(requests), if stream.at_least { " or more" } else { most })
        }
        (None, Some(rate)) => {
            let requests = thousands(rate.requests_per_thousand);
            format!("unknown; about {requests} per 1,000 {}", rate.of)
        }
        (None, None) => "unknown".to_owned(),
    }
}

fn estimate(stream: &Stream, state: &State, full: bool, counted: &BTreeMap<String, u64>) -> StreamEstimate {
    let saved = state.streams.get(stream.name());
    // A full listing that is under way goes on where it is.
    let under_way = saved.filter(|saved| !full && saved.listing.is_some());
    let everything = full || saved.is_none() || under_way.is_some();
    let count = |name: &str| {
        let listed = |name: &str| state.streams.get(name).and_then(|saved| saved.listed.last_full);
        counted.get(name).copied().or_else(|| listed(name))
    };
    let pages = |records: u64| records.div_ceil(PAGE_RECORDS).max(1);
    let parent = stream.parent.unwrap_or_default();
    let per_parent = || {
        // The parents are listed, too, and each costs one.
        let is_paged = ashby_source::stream(parent).is_some_and(|parent| parent.cost == Cost::Pages);
        count(parent).map(|parents| parents + if is_paged { pages(parents) } else { 1 })
    };
    let (lists, requests, at_least, rate) = match stream.cost {
        Cost::Shared => ("with its parent", Some(0), false, None),
        Cost::One => ("everything", Some(1), false, None),
        Cost::Pages if everything => {
            let done = under_way.map_or(0, |saved| saved.listed.so_far);
            let requests = count(stream.name()).map(|records| pages(records.saturating_sub(done)));
            let lists = if under_way.is_some() { "what is left" } else { "everything" };
            (lists, requests, false, Some((stream.name(), 1000 / PAGE_RECORDS)))
        }
        Cost::Pages => ("what changed", Some(1), true, None),
        Cost::PerChangedParent if !everything => ("changed parents", Some(1), true, None),
        Cost::PerParent | Cost::PerChangedParent => {
            ("every parent", per_parent(), false, Some((parent, 1000)))
        }
    };
    let rate = rate.map(|(of, requests_per_thousand)| Rate { of: of.to_owned(), requests_per_thousand });
    StreamEstimate {
        stream: stream.name().to_owned(),
        operation: stream.operation,
        lists: lists.to_owned(),
        is_whole: everything,
        requests,
        at_least,
        at_most: false,
        rate,
    }
}
