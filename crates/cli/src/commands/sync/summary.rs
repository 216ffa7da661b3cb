//! What a sync came to: the table at the end, or one JSON object.

use std::collections::BTreeMap;
use std::fmt;
use std::process::ExitCode;
use std::time::Duration;

use ashby_client::Usage;
use capture_core::{Counts, ErrorKind, Outcome, Report};
use jiff::Timestamp;
use serde::Serialize;

use super::selection::{LeftOut, Off};
use crate::failure::{self, CREDENTIALS, FAILED, Failure, INTERRUPTED, PARTIAL, USAGE};
use crate::output::{age, counted, duration, table_to_say, thousands};
use crate::progress::Progress;
use crate::rounds::{endings, requests};
use crate::said;

#[derive(Serialize)]
pub(crate) struct Summary {
    #[serde(flatten)]
    pub(crate) report: Report,
    /// Streams by outcome.
    up_to_date: usize,
    failed: usize,
    skipped: usize,
    requests: u64,
    retries: u64,
    throttled: u64,
    seconds: f64,
    /// Streams that the destination holds and this run was not about.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    left_out: Vec<LeftOut>,
    /// Streams that nobody asked for and the destination does not hold.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    off: Vec<Off>,
    /// Of a watch.
    #[serde(skip_serializing_if = "Option::is_none")]
    rounds: Option<u64>,
    /// A watch was stopped while it could not work.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    in_trouble: bool,
    /// Also of streams that have nothing to tell.
    #[serde(skip)]
    is_verbose: bool,
}

impl Summary {
    pub(crate) fn new(report: Report, usage: &Usage, elapsed: Duration) -> Self {
        let count = |matches: fn(&Outcome) -> bool| {
            report.streams.values().filter(|stream| matches(&stream.outcome)).count()
        };
        Self {
            up_to_date: count(|outcome| matches!(outcome, Outcome::UpToDate)),
            failed: count(|outcome| matches!(outcome, Outcome::Failed { .. })),
            skipped: count(|outcome| matches!(outcome, Outcome::Skipped { .. })),
            requests: usage.requests,
            retries: usage.retries,
            throttled: usage.throttled,
            seconds: elapsed.as_secs_f64(),
            left_out: Vec::new(),
            off: Vec::new(),
            rounds: None,
            in_trouble: false,
            is_verbose: false,
            report,
        }
    }

    /// Adds what the destination holds besides.
    pub(crate) fn left_out(mut self, streams: Vec<LeftOut>) -> Self {
        self.left_out = streams;
        self
    }

    /// Adds what there would be besides.
    pub(crate) fn off(mut self, streams: Vec<Off>) -> Self {
        self.off = streams;
        self
    }

    /// Tells of every stream, or only of those of which there is something to tell.
    pub(crate) fn verbose(mut self, is_verbose: bool) -> Self {
        self.is_verbose = is_verbose;
        self
    }

    /// It was a watch: what came of all of it, not only since it was last started anew.
    pub(crate) fn watched(mut self, progress: &Progress) -> Self {
        let (rounds, totals) = progress.totals();
        self.rounds = Some(rounds);
        self.in_trouble = progress.is_troubled();
        // Who stops a watch in the middle of a round wants to know how things stood.
        let is_between = |outcome: &Outcome| matches!(outcome, Outcome::Interrupted);
        let between = self.report.streams.iter().filter(|(_, stream)| is_between(&stream.outcome));
        self.up_to_date += between.filter(|(name, _)| progress.was_up_to_date(name)).count();
        for (name, total) in totals {
            if let Some(stream) = self.report.streams.get_mut(&name) {
                (stream.records, stream.bytes, stream.requests) =
                    (total.records, total.bytes, total.requests);
                stream.counts = total.counts;
            }
        }
        self
    }

    /// Whether something went wrong, or a person has to decide.
    pub(crate) fn is_trouble(&self) -> bool {
        self.failed > 0 || self.in_trouble || self.report.needs_decision()
    }

    /// Whether the destination told new records from others.
    fn keeps_count(&self) -> bool {
        self.report.streams.values().all(|stream| stream.counts.written == 0)
    }

    /// Whether its exit code says that something is wrong, which is then said, too.
    pub(crate) fn is_failure(&self, is_explicit: bool) -> bool {
        !matches!(self.exit_code(is_explicit), 0 | INTERRUPTED)
    }

    /// How the process ends. Who reads failures as JSON is told of one; people and logs have it in what was told.
    pub(crate) fn ended(&self, is_explicit: bool) -> ExitCode {
        let code = self.exit_code(is_explicit);
        match self.failure(code) {
            Some(failure) if failure::are_told_as_json() && !said::is_json() => failure.report(),
            _ => ExitCode::from(code),
        }
    }

    /// See the list of exit codes in `ashby --help`. An interrupt is the ordinary end of `--watch`.
    fn exit_code(&self, is_explicit: bool) -> u8 {
        if self.report.interrupted && self.rounds.is_none() {
            return INTERRUPTED;
        }
        if self.in_trouble {
            return FAILED;
        }
        let denied = |outcome: &Outcome| matches!(outcome, Outcome::Skipped { kind: ErrorKind::Denied, .. });
        let denied = is_explicit && self.report.streams.values().any(|stream| denied(&stream.outcome));
        match (self.failed > 0, denied, self.up_to_date > 0) {
            // Nothing failed, and nothing more can be done without a word.
            (false, false, _) if self.report.needs_decision() => USAGE,
            (false, false, _) => 0,
            (_, _, true) => PARTIAL,
            (true, _, false) => FAILED,
            (false, true, false) => CREDENTIALS,
        }
    }

    /// What programs are told that read failures: which streams could not be read, and the first one's reason.
    fn failure(&self, code: u8) -> Option<Failure> {
        let has_failed = |outcome: &Outcome| {
            matches!(outcome, Outcome::Failed { .. } | Outcome::Skipped { kind: ErrorKind::Denied, .. })
        };
        let failed: Vec<(&String, &Outcome)> = self
            .report
            .streams
            .iter()
            .map(|(name, stream)| (name, &stream.outcome))
            .filter(|(_, outcome)| has_failed(outcome))
            .collect();
        let names: Vec<&str> = failed.iter().map(|(name, _)| name.as_str()).collect();
        let message = match code {
            0 => return None,
            INTERRUPTED => "interrupted: the next run goes on here".to_owned(),
            USAGE => {
                "rows are kept until somebody decides: `--reconcile accept` marks them as deleted".to_owned()
            }
            _ if names.is_empty() => "the run ended in trouble".to_owned(),
            _ => format!("{} could not be read: {}", counted(names.len() as u64, "stream"), names.join(", ")),
        };
        // An interrupt and a question to a person are what they are, whatever failed beside them.
        let is_of_streams = !matches!(code, INTERRUPTED | USAGE);
        let failure = Failure::new(code, message);
        Some(match failed.first() {
            Some((name, Outcome::Failed { kind, reason, hint, code, request_id })) => {
                let failure = failure.with_source(format!("{name}: {reason}"));
                let failure = match is_of_streams {
                    true => failure.of_stream(*kind, code.as_deref(), request_id.as_deref()),
                    false => failure,
                };
                if let Some(hint) = hint { failure.with_hint(hint) } else { failure }
            }
            Some((name, Outcome::Skipped { kind, reason })) => {
                let failure = failure.with_source(format!("{name}: {reason}"));
                if is_of_streams { failure.of_stream(*kind, None, None) } else { failure }
            }
            _ => failure,
        })
    }

    fn row(&self, name: &str, records: u64, counts: &Counts, requests: u64, seconds: f64) -> Vec<String> {
        let mut row = vec![name.to_owned(), thousands(records)];
        if self.keeps_count() {
            row.extend([counts.new, counts.changed, counts.deleted].map(thousands));
        } else {
            row.extend([counts.written, counts.deleted].map(thousands));
        }
        row.extend([thousands(requests), format!("{seconds:.1}")]);
        row
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let header: &[&str] = if self.keeps_count() {
            &["stream", "records", "new", "changed", "deleted", "requests", "seconds"]
        } else {
            &["stream", "records", "written", "deleted", "requests", "seconds"]
        };
        let numeric: Vec<usize> = (1..header.len()).collect();
        let mut total = Counts::default();
        let mut records = 0;
        let mut rows = Vec::new();
        for (name, stream) in &self.report.streams {
            total += stream.counts;
            records += stream.records;
            let Counts { new, changed, deleted, written, .. } = stream.counts;
            let has_news = new + changed + deleted + written > 0
                || matches!(stream.outcome, Outcome::Failed { .. })
                // One that was stopped before its first record says no more than the last line does.
                || (matches!(stream.outcome, Outcome::Interrupted) && stream.records > 0);
            // What was not tried has nothing to count.
            if !matches!(stream.outcome, Outcome::Skipped { .. }) && (has_news || self.is_verbose) {
                rows.push(self.row(name, stream.records, &stream.counts, stream.requests, stream.seconds));
            }
        }
        let is_quiet = rows.is_empty();
        if !is_quiet {
            rows.push(self.row("total", records, &total, self.requests, self.seconds));
            f.write_str(&table_to_say(header, &numeric, rows))?;
        }
        for (name, stream) in &self.report.streams {
            // A watch has said them when they came.
            for note in stream.notes.iter().filter(|_| self.rounds.is_none()) {
                writeln!(f, "note: {name}: {note}")?;
            }
            if stream.set_aside > 0 {
                writeln!(
                    f,
                    "note: {name}: {} set aside, to be tried again by later syncs",
                    thousands(stream.set_aside)
                )?;
            }
        }
        self.write_kept(f)?;
        self.write_skipped(f)?;
        for (name, stream) in &self.report.streams {
            if let Outcome::Failed { reason, hint, .. } = &stream.outcome {
                writeln!(f, "failed: {name}: {reason}")?;
                if let Some(hint) = hint {
                    writeln!(f, "        hint: {hint}")?;
                }
            }
        }
        self.write_left_out(f)?;
        if !is_quiet {
            self.write_off(f)?;
        }
        let elapsed = duration(self.seconds);
        let mut parts = vec![endings(self.up_to_date, self.failed, self.skipped)];
        if self.in_trouble {
            parts.push("stopped while it could not work".to_owned());
        } else if self.report.output_closed {
            parts.push("stopped: nobody reads the output any more".to_owned());
        } else if let Some(rounds) = self.rounds {
            parts.push(format!("stopped after {}", counted(rounds, "round")));
        } else if self.report.interrupted {
            parts.push("interrupted: the next run continues here".to_owned());
        }
        let is_through = !self.in_trouble && !self.report.interrupted;
        let news = if is_quiet && is_through { " · nothing new" } else { "" };
        writeln!(f, "{}{news} · {} in {elapsed}", parts.join(", "), requests(self.requests))
    }
}

impl Summary {
    /// Rows that listings did not see; streams that share a reason share a line.
    fn write_kept(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut by_reason: BTreeMap<(&str, bool), Vec<String>> = BTreeMap::new();
        for (name, stream) in &self.report.streams {
            let Some(kept) = &stream.kept else { continue };
            let rows = format!("{} of {} of {name}", thousands(kept.rows), counted(kept.of, "row"));
            by_reason.entry((&kept.reason, kept.needs_decision)).or_default().push(rows);
        }
        for ((reason, needs_decision), rows) in &by_reason {
            let word = if *needs_decision { "decide" } else { "note" };
            writeln!(f, "{word}: not listed and kept all the same: {}: {reason}", rows.join(", "))?;
        }
        if !by_reason.is_empty() {
            let hint = "`--reconcile accept` marks them as deleted and makes this key the yardstick";
            writeln!(f, "      ({hint})")?;
        }
        Ok(())
    }

    /// What the destination holds and was not asked for gets old.
    fn write_left_out(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(oldest) = self.left_out.first() else { return Ok(()) };
        let names: Vec<&str> = self.left_out.iter().map(|left_out| left_out.stream.as_str()).collect();
        let as_of = oldest.committed_at.strftime("%FT%TZ");
        let ago = age(oldest.committed_at, Timestamp::now());
        let names = names.join(", ");
        writeln!(
            f,
            "not synced this time: {names}; the oldest is as of {as_of}, {ago} ago (`--all` syncs them)"
        )
    }

    /// What is not on by itself; streams that share a parent share their cost.
    fn write_off(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut by_parent: Vec<(&Off, Vec<&str>)> = Vec::new();
        for off in &self.off {
            match by_parent.iter_mut().find(|(other, _)| other.parent == off.parent) {
                Some((_, names)) => names.push(&off.stream),
                None => by_parent.push((off, vec![&off.stream])),
            }
        }
        let groups: Vec<String> = by_parent
            .iter()
            .map(|(off, names)| {
                let each = if names.len() > 1 { " each" } else { "" };
                let cost = match off.requests {
                    Some(requests) => format!("about {}{each}", thousands(requests)),
                    None => format!("one per record of {}{each}", off.parent),
                };
                format!("{} ({cost})", names.join(", "))
            })
            .collect();
        if groups.is_empty() {
            return Ok(());
        }
        writeln!(
            f,
            "off unless named, with the requests of a first sync: {} (`--all` syncs them)",
            groups.join("; ")
        )
    }

    /// Streams that share a reason share a line.
    fn write_skipped(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut by_reason: Vec<(&str, Vec<&str>)> = Vec::new();
        for (name, stream) in &self.report.streams {
            let Outcome::Skipped { reason, .. } = &stream.outcome else { continue };
            match by_reason.iter_mut().find(|(other, _)| other == reason) {
                Some((_, names)) => names.push(name),
                None => by_reason.push((reason, vec![name])),
            }
        }
        for (reason, names) in by_reason {
            writeln!(f, "skipped: {}: {reason}", names.join(", "))?;
        }
        Ok(())
    }
}
