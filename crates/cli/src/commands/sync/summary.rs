//! What a sync came to: the table at the end, or one JSON object.

use std::collections::BTreeMap;
use std::fmt;
use std::process::ExitCode;
use std::time::Duration;

use ashby_client::Usage;
use capture_core::{Counts, ErrorKind, Outcome, Report};
use serde::Serialize;

use super::selection::{LeftOut, Off};
use crate::failure::{CREDENTIALS, FAILED, INTERRUPTED, PARTIAL, USAGE};
use crate::output::{duration, table, thousands};

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

    /// Whether the destination told new records from others.
    fn keeps_count(&self) -> bool {
        self.report.streams.values().all(|stream| stream.counts.written == 0)
    }

    /// See the list of exit codes in `ashby --help`. An interrupt is the ordinary end of `--watch`.
    pub(crate) fn exit_code(&self, is_explicit: bool, watch: bool) -> ExitCode {
        if self.report.interrupted && !watch {
            return ExitCode::from(INTERRUPTED);
        }
        let denied = |outcome: &Outcome| matches!(outcome, Outcome::Skipped { kind: ErrorKind::Denied, .. });
        let denied = is_explicit && self.report.streams.values().any(|stream| denied(&stream.outcome));
        match (self.failed > 0, denied, self.up_to_date > 0) {
            // Nothing failed, and nothing more can be done without a word.
            (false, false, _) if self.report.needs_decision() => ExitCode::from(USAGE),
            (false, false, _) => ExitCode::SUCCESS,
            (_, _, true) => ExitCode::from(PARTIAL),
            (true, _, false) => ExitCode::from(FAILED),
            (false, true, false) => ExitCode::from(CREDENTIALS),
        }
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
            // What was not tried has nothing to count.
            if !matches!(stream.outcome, Outcome::Skipped { .. }) {
                rows.push(self.row(name, stream.records, &stream.counts, stream.requests, stream.seconds));
            }
        }
        rows.push(self.row("total", records, &total, self.requests, self.seconds));
        f.write_str(&table(header, &numeric, rows))?;
        for (name, stream) in &self.report.streams {
            for note in &stream.notes {
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
        self.write_off(f)?;
        let elapsed = duration(self.seconds);
        let streams = if self.up_to_date == 1 { "stream" } else { "streams" };
        let mut parts = vec![format!("{} {streams} up to date", self.up_to_date)];
        parts.extend((self.skipped > 0).then(|| format!("{} skipped", self.skipped)));
        parts.extend((self.failed > 0).then(|| format!("{} failed", self.failed)));
        if self.report.output_closed {
            parts.push("stopped: nobody reads the output any more".to_owned());
        } else if self.report.interrupted {
            parts.push("interrupted: the next run continues here".to_owned());
        }
        writeln!(f, "{} · {} requests in {elapsed}", parts.join(", "), thousands(self.requests))
    }
}

impl Summary {
    /// Rows that listings did not see; streams that share a reason share a line.
    fn write_kept(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut by_reason: BTreeMap<(&str, bool), Vec<String>> = BTreeMap::new();
        for (name, stream) in &self.report.streams {
            let Some(kept) = &stream.kept else { continue };
            let rows = format!("{} of {} rows of {name}", thousands(kept.rows), thousands(kept.of));
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
        writeln!(
            f,
            "not synced this time: {}; the oldest is as of {as_of} (`--all` syncs them)",
            names.join(", ")
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
