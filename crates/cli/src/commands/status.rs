//! `ashby status`: how fresh what was captured is, and what the run that keeps it up is doing.

use std::collections::BTreeSet;
use std::process::ExitCode;

use capture_core::Place;
use jiff::Timestamp;
use serde::Serialize;
use standing::{Ended, Saved, StreamStanding, Trouble};

use crate::failure::Failure;
use crate::output::{age, counted, explain, print, print_json, thousands};
use crate::settings::{OutputFormat, Settings};
use crate::table::Table;
use crate::{ages, destination, output, webhooks};

/// Ashby forgets from where changes go on after about a month; so much before that it is said.
const TOKEN_WARNING_SECONDS: u64 = 21 * 24 * 60 * 60;

/// What is known of a stream.
#[derive(Debug, Serialize)]
struct Stream {
    stream: String,
    /// Everything that there was then is in the destination; null while the first listing is under way.
    as_of: Option<Timestamp>,
    lag_seconds: Option<u64>,
    /// Rows that are not gone; null where the destination does not count.
    records: Option<u64>,
    /// Since when the place is saved from which changes go on.
    token_age_seconds: Option<u64>,
    /// When everything of it was listed last, as far as that is known.
    full_at: Option<Timestamp>,
    /// What the newest listing of everything in its turn has found, as far as the run has had one.
    reconciled: Option<standing::Reconciled>,
    /// `idle`, `polling`, `listing`, `waiting` (until something is tried again), or `no run`.
    state: &'static str,
    next_poll_at: Option<Timestamp>,
    set_aside: u64,
    last_error: Option<Trouble>,
}

/// A run, as its file says.
#[derive(Debug, Serialize)]
struct Run {
    process: u32,
    is_on: bool,
    is_watch: bool,
    began_at: Timestamp,
    /// When it last wrote where it stands.
    seen_at: Timestamp,
    ended_at: Option<Timestamp>,
    /// How, as far as it could say.
    ended: Option<Ended>,
    requests: u64,
    commits: u64,
    trouble: Option<Trouble>,
}

#[derive(Debug, Serialize)]
struct Status {
    destination: String,
    run: Option<Run>,
    /// Received events of which something is still to be done; null where none are received.
    pending_events: Option<u64>,
    streams: Vec<Stream>,
}

pub(crate) fn run(settings: &Settings) -> Result<ExitCode, Failure> {
    let place = destination::with_state(settings)?;
    let now = Timestamp::now();
    let status = status(settings, &*place, now)?;
    match settings.output() {
        Some(OutputFormat::Json) => print_json(&status)?,
        None | Some(OutputFormat::Table) => print(&told(&status, now))?,
        Some(_) => {
            let table = table(&status.streams, now);
            output::print_listed(settings, &status.streams, table)?;
        }
    }
    if let Some(behind) = ages::behind(&place.peek()?, now) {
        explain(&format!("warning: {behind}\nhint: {}\n", ages::HINT));
    }
    if status.streams.is_empty() {
        explain("nothing is captured yet: `ashby sync` begins\n");
    }
    Ok(ExitCode::SUCCESS)
}

fn status(settings: &Settings, place: &dyn Place, now: Timestamp) -> Result<Status, Failure> {
    let state = place.peek()?;
    let rows = place.rows()?;
    let saved =
        place.path().and_then(|path| standing::beside(path).ok()).and_then(|path| standing::read(&path));
    let is_on = saved.as_ref().is_some_and(|saved| saved.is_on(now));
    let names: BTreeSet<&String> =
        state.streams.keys().chain(saved.iter().flat_map(|saved| saved.streams.keys())).collect();
    let seconds = |then: Timestamp| now.duration_since(then).as_secs().max(0).unsigned_abs();
    let stream = |name: &String| {
        let seen = saved.as_ref().and_then(|saved| saved.streams.get(name));
        let of = state.streams.get(name);
        let full_at = of.and_then(|of| of.listed.last_full_at);
        let is_listed = of
            .is_some_and(|of| of.listed.last_full.is_some() || full_at.is_some() || of.listing.is_none())
            && of.is_some_and(|of| !ashby_source::is_listing(&of.checkpoint));
        // A single record that was read again says nothing of the others: what counts is the last listing.
        let told = seen.and_then(|seen| seen.up_to_date_at.or(seen.token_saved_at));
        let told_at = saved.as_ref().map(|saved| saved.updated_at);
        // A later run may have said nothing.
        let committed_at = of.filter(|_| is_listed).map(|of| of.committed_at);
        let is_later =
            committed_at.is_some_and(|committed_at| told_at.is_none_or(|told_at| committed_at > told_at));
        let as_of = if is_later { committed_at } else { told.or(committed_at) };
        Stream {
            stream: name.clone(),
            as_of,
            lag_seconds: as_of.map(seconds),
            records: rows.as_ref().map(|rows| rows.get(name).copied().unwrap_or(0)),
            token_age_seconds: as_of.map(seconds),
            full_at,
            reconciled: seen.and_then(|seen| seen.reconciled),
            state: doing(seen, is_on),
            next_poll_at: seen.filter(|_| is_on).and_then(|seen| seen.next_poll_at),
            set_aside: seen.map_or(0, |seen| seen.set_aside),
            last_error: seen.and_then(|seen| seen.trouble.clone()),
        }
    };
    let streams = names.into_iter().map(stream).collect();
    let pending_events = match saved.as_ref().filter(|_| is_on) {
        Some(saved) => saved.pending_events,
        None => {
            settings.inbox()?;
            let inbox = webhooks::inbox_of(settings, place).ok().filter(|path| path.exists());
            inbox
                .map(|path| Ok::<_, Failure>(ashby_webhooks::Reader::open(path)?.kept()?.pending))
                .transpose()?
        }
    };
    let run = saved.map(|saved| described(saved, is_on));
    Ok(Status { destination: place.address(), run, pending_events, streams })
}

fn doing(seen: Option<&StreamStanding>, is_on: bool) -> &'static str {
    match seen {
        Some(seen) if is_on => match (seen.listing_everything, seen.polling, &seen.trouble) {
            (true, _, _) => "listing",
            (false, true, _) => "polling",
            (false, false, Some(_)) => "waiting",
            (false, false, None) => "idle",
        },
        _ => "no run",
    }
}

fn described(saved: Saved, is_on: bool) -> Run {
    Run {
        process: saved.process,
        is_on,
        is_watch: saved.watch,
        began_at: saved.began_at,
        seen_at: saved.updated_at,
        ended_at: saved.ended_at,
        ended: saved.ended,
        requests: saved.requests,
        commits: saved.commits,
        trouble: saved.trouble,
    }
}

/// The status, for people.
fn told(status: &Status, now: Timestamp) -> String {
    let mut text = format!("{}\n", status.destination);
    match &status.run {
        None => text.push_str("no run has said where it stands\n"),
        Some(run) if run.is_on => {
            let what = if run.is_watch { "a watch is on" } else { "a sync is on" };
            text.push_str(&format!(
                "{what}: process {}, for {}; {}, {}\n",
                run.process,
                age(run.began_at, now),
                counted(run.requests, "request"),
                counted(run.commits, "commit")
            ));
        }
        Some(run) => match run.ended_at {
            Some(ended_at) => {
                let how = match &run.ended {
                    Some(Ended::Failed(why)) => format!(" and failed: {why}"),
                    Some(Ended::Interrupted) => ", interrupted".to_owned(),
                    Some(Ended::Done) | None => String::new(),
                };
                text.push_str(&format!("no run is on; the last ended {} ago{how}\n", age(ended_at, now)))
            }
            None => text.push_str(&format!(
                "no run is on; the last was seen {} ago and did not end in order\n",
                age(run.seen_at, now)
            )),
        },
    }
    if let Some(trouble) = status.run.as_ref().and_then(|run| run.trouble.as_ref()) {
        text.push_str(&format!("in trouble for {}: {}\n", age(trouble.since, now), trouble.message));
    }
    if let Some(pending) = status.pending_events {
        text.push_str(&format!("pending: {}\n", counted(pending, "received event")));
    }
    if !status.streams.is_empty() {
        text.push('\n');
        text.push_str(&table(&status.streams, now).draw(output::width()));
    }
    let failing: Vec<&Stream> = status.streams.iter().filter(|stream| stream.last_error.is_some()).collect();
    if !failing.is_empty() {
        text.push('\n');
    }
    for stream in failing {
        let Some(error) = &stream.last_error else { continue };
        text.push_str(&format!("{} for {}: {}\n", stream.stream, age(error.since, now), error.message));
    }
    let old = |stream: &&Stream| stream.token_age_seconds.is_some_and(|age| age > TOKEN_WARNING_SECONDS);
    let old: Vec<&str> = status.streams.iter().filter(old).map(|stream| stream.stream.as_str()).collect();
    if !old.is_empty() {
        text.push_str(&format!(
            "\nsync soon: Ashby forgets after about a month from where changes go on, and then everything is listed again: \
             {}\n",
            old.join(", ")
        ));
    }
    text
}

fn table(streams: &[Stream], now: Timestamp) -> Table {
    let shown =
        |time: Option<Timestamp>| time.map(|time| time.strftime("%FT%TZ").to_string()).unwrap_or_default();
    let rows = streams.iter().map(|stream| {
        let error = stream.last_error.as_ref().map(|error| error.kind.clone()).unwrap_or_default();
        vec![
            stream.stream.clone(),
            stream.as_of.map(|as_of| age(as_of, now)).unwrap_or_else(|| "not listed yet".to_owned()),
            stream.records.map(thousands).unwrap_or_default(),
            stream.state.to_owned(),
            error,
            shown(stream.as_of),
            shown(stream.next_poll_at),
        ]
    });
    let header = ["stream", "lag", "records", "state", "last error", "as of", "next poll"];
    Table::new(&header).numeric(&[2]).ranked().rows(rows)
}
