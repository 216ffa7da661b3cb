//! Which streams a sync is about.

use std::collections::{BTreeMap, BTreeSet};

use ashby_source::{Cost, Readable, Stream, Survey, lacks_permission, near_matches, stream, streams};
use capture_core::{ErrorKind, Outcome, Place, Report, Selection, StreamState, has_its_turn};
use jiff::Timestamp;
use std::time::Duration;

use crate::failure::{Failure, USAGE};
use crate::settings::Settings;
use crate::veil;

/// What was asked for.
pub(crate) struct Wanted {
    streams: Vec<Stream>,
    /// They were named one by one.
    explicit: bool,
    /// Somebody said which they should be: by name, by exception, or all.
    chosen: bool,
    /// They are all that were asked for: by name, or all there are.
    takes_all: bool,
}

impl Wanted {
    /// Their names.
    pub(super) fn names(&self) -> Vec<String> {
        self.streams.iter().map(|stream| stream.name().to_owned()).collect()
    }

    /// Whether streams were named.
    pub(super) fn is_explicit(&self) -> bool {
        self.explicit
    }
}

impl Wanted {
    /// Where nobody chose: also what the destination holds in full, where only parents that have changed cost a request.
    pub(super) fn kept_up(mut self, except: &[String], place: &dyn Place) -> Self {
        if self.takes_all || !place.keeps_state() {
            return self;
        }
        let state = place.peek().unwrap_or_default();
        let is_held = |stream: &Stream| {
            let saved = state.streams.get(stream.name());
            saved.is_some_and(|saved| {
                let has_been_listed = saved.listed.last_full.is_some() || saved.listed.last_full_at.is_some();
                has_been_listed && saved.listing.is_none()
            })
        };
        let is_kept_up = |stream: &Stream| {
            stream.cost == Cost::PerChangedParent
                && is_held(stream)
                && !self.streams.contains(stream)
                && !except.iter().any(|name| name == stream.name())
        };
        let more: Vec<Stream> = streams().into_iter().filter(is_kept_up).collect();
        self.streams.extend(more);
        self
    }
}

/// A stream that the destination holds and this run was not about.
#[derive(Debug, Clone, serde::Serialize)]
pub(crate) struct LeftOut {
    pub(crate) stream: String,
    /// As of when it is.
    pub(crate) committed_at: Timestamp,
}

/// Streams of Ashby that the destination holds and that were not asked for, the oldest first.
pub(super) fn left_out(wanted: &Wanted, place: &dyn Place) -> Vec<LeftOut> {
    if wanted.explicit || !place.keeps_state() {
        return Vec::new();
    }
    let Ok(state) = place.peek() else { return Vec::new() };
    let is_wanted = |name: &str| wanted.streams.iter().any(|stream| stream.name() == name);
    let held = state.streams.into_iter().filter(|(name, _)| stream(name).is_some() && !is_wanted(name));
    let mut left_out: Vec<LeftOut> =
        held.map(|(stream, saved)| LeftOut { stream, committed_at: saved.committed_at }).collect();
    left_out.sort_by_key(|stream| stream.committed_at);
    left_out
}

/// A stream that is off unless asked for.
#[derive(Debug, Clone, serde::Serialize)]
pub(crate) struct Off {
    pub(crate) stream: String,
    /// Of whose records each costs a request.
    pub(crate) parent: &'static str,
    /// Requests of its first sync, if the number of parents is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) requests: Option<u64>,
}

/// Streams that this run left off because nobody chose any, that the destination does not hold either, and that the
/// key may read for all that the run has found.
pub(super) fn off(wanted: &Wanted, place: &dyn Place, report: &Report) -> Vec<Off> {
    if wanted.chosen {
        return Vec::new();
    }
    let state = place.peek().unwrap_or_default();
    let denied: BTreeSet<&str> = report
        .streams
        .iter()
        .filter(|(_, of)| matches!(of.outcome, Outcome::Skipped { kind: ErrorKind::Denied, .. }))
        .filter_map(|(name, _)| Some(stream(name)?.permission))
        .collect();
    let is_off = |stream: &Stream| {
        let is_held = state.streams.contains_key(stream.name());
        !stream.is_default() && !is_held && !denied.contains(stream.permission)
    };
    let off = streams().into_iter().filter(is_off).filter_map(|stream| {
        let parent = stream.parent?;
        let parents = state.streams.get(parent).and_then(|saved| saved.listed.last_full);
        Some(Off { stream: stream.name().to_owned(), parent, requests: parents })
    });
    off.collect()
}

/// Resolves names.
pub(super) fn wanted(settings: &Settings) -> Result<Wanted, Failure> {
    let except = settings.except().iter().map(|name| find(name)).collect::<Result<Vec<_>, _>>()?;
    let selected = veil::selected_streams(settings)?;
    let explicit = !settings.streams().is_empty() || selected.is_some();
    let mut wanted = if !settings.streams().is_empty() {
        settings.streams().iter().map(|name| find(name)).collect::<Result<Vec<_>, _>>()?
    } else if let Some(selected) = &selected {
        // A pattern for all streams is no wish for those that are off.
        let is_named = |name: &String| {
            settings
                .select()
                .iter()
                .any(|pattern| pattern.starts_with(&format!("{name}.")) || pattern == name)
        };
        let named = selected
            .iter()
            .filter(|name| is_named(name) || stream(name).is_some_and(|stream| stream.is_default()));
        named.map(|name| find(name)).collect::<Result<Vec<_>, _>>()?
    } else {
        streams().into_iter().filter(|stream| settings.all() || stream.is_default()).collect()
    };
    wanted.retain(|stream| !except.contains(stream));
    let mut seen = BTreeSet::new();
    wanted.retain(|stream| seen.insert(stream.name().to_owned()));
    if wanted.is_empty() {
        return Err(Failure::new(USAGE, "no stream is left to sync").with_hint("`ashby streams` lists them"));
    }
    let takes_all = explicit || settings.all();
    for name in settings.intervals().keys() {
        find(name)?;
    }
    Ok(Wanted { streams: wanted, explicit, chosen: takes_all || !except.is_empty(), takes_all })
}

/// The stream of this name.
pub(crate) fn find(name: &str) -> Result<Stream, Failure> {
    stream(name).ok_or_else(|| {
        let failure = Failure::new(USAGE, format!("there is no stream named `{name}`"));
        match near_matches(name).as_slice() {
            [] => failure.with_hint("`ashby streams` lists them all"),
            near => failure.meaning(near),
        }
    })
}

/// What will be done.
pub(crate) struct Selected {
    /// To be captured.
    pub(crate) streams: Vec<Stream>,
    /// Not readable with this key.
    skipped: Vec<Stream>,
    pub(crate) full: bool,
    /// Of a watch: how often streams are polled, if not as often as others.
    intervals: BTreeMap<String, Duration>,
    /// How often everything is listed again, and whether somebody said so.
    full_every: (Option<Duration>, bool),
}

impl Selected {
    /// What keeps no state would get everything again with each full listing: such are made where somebody asks for them.
    pub(crate) fn new(wanted: &Wanted, survey: &Survey, settings: &Settings, keeps_state: bool) -> Self {
        let readable = |stream: &Stream| survey.streams.get(stream.name()) != Some(&Readable::No);
        let (streams, skipped) = wanted.streams.iter().cloned().partition(readable);
        Self {
            streams,
            skipped,
            full: settings.full(),
            intervals: settings.intervals().clone(),
            full_every: match settings.full_every() {
                (_, false) if !keeps_state => (None, false),
                full_every => full_every,
            },
        }
    }

    /// These streams, whole or by what changed.
    pub(crate) fn of(streams: Vec<Stream>, full: bool) -> Self {
        Self { streams, skipped: Vec::new(), full, intervals: BTreeMap::new(), full_every: (None, false) }
    }

    /// How often everything of a stream is listed again. What costs a request for each of many records is where somebody
    /// wants it.
    fn full_every(&self, stream: &Stream) -> Option<Duration> {
        let (full_every, is_said) = self.full_every;
        let is_cheap = matches!(stream.cost, Cost::Pages | Cost::One | Cost::Shared);
        full_every.filter(|_| is_said || is_cheap)
    }

    /// Whether a stream of which this is saved is listed whole now, since it is its turn.
    pub(super) fn has_its_turn(&self, stream: &Stream, saved: &StreamState) -> bool {
        let every = self.full_every(stream);
        every.is_some_and(|every| has_its_turn(every, stream.name(), saved, Timestamp::now()))
    }

    pub(crate) fn selections(&self) -> Vec<Selection> {
        let selection = |stream: &Stream| {
            let selection = Selection::new(stream.name()).full(self.full).full_every(self.full_every(stream));
            match self.intervals.get(stream.name()) {
                Some(interval) => selection.every(*interval),
                None => selection,
            }
        };
        self.streams.iter().map(selection).collect()
    }

    /// Of a watch: the streams that are polled most often, and how often that is.
    pub(super) fn round(&self, settings: &Settings) -> Option<(BTreeSet<String>, Duration)> {
        let usual = settings.interval()?;
        let interval = |stream: &Stream| self.intervals.get(stream.name()).copied().unwrap_or(usual);
        let shortest = self.streams.iter().map(interval).min()?;
        let members = self.streams.iter().filter(|stream| interval(stream) == shortest);
        Some((members.map(|stream| stream.name().to_owned()).collect(), shortest))
    }

    /// Adds the streams that were not even tried.
    pub(super) fn add_skipped(&self, report: &mut Report) {
        for stream in &self.skipped {
            let reason = lacks_permission(stream.permission);
            let outcome = Outcome::Skipped { kind: ErrorKind::Denied, reason };
            report.streams.insert(stream.name().to_owned(), super::untried(outcome));
        }
    }
}
