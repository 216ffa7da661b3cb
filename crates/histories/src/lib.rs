//! Random histories of an organisation, synced by the real binary and compared with the truth.
//!
//! A history is a seed. It makes a small organisation that keeps the truth and speaks Ashby's HTTP API
//! (envelope, pages, sync tokens, permissions), and some dozen steps: records change, keys and their rights change,
//! answers go wrong, runs are killed, files get lost. After every run it is checked that nothing is marked as deleted
//! that lives and stood still, that nothing is there that never was, that no record goes back to an older version, and
//! that "up to date" is true. At the end two quiet syncs and a quiet `--full` must make the destination the truth,
//! record by record, byte for byte.
//!
//! It knows nothing of the code under test but the command line, the API, and the layout that README documents.
//!
//! ```no_run
//! let options = histories::Options { histories: 100, ..histories::Options::new("target/debug/ashby") };
//! let report = histories::run(&options);
//! assert!(report.failures.is_empty(), "{report}");
//! ```

// Runs are killed by signals.
#![cfg(unix)]

mod answer;
mod body;
mod destination;
mod dice;
mod fault;
mod judge;
mod keys;
pub mod lake;
mod plan;
mod play;
mod process;
mod server;
mod shrink;
mod site;
mod step;
mod stream;
mod tally;
mod world;

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

pub use judge::Violation;
pub use step::Feature;
pub use tally::Tally;

/// A report tells no more histories in full.
const MOST_PRINTED: usize = 12;

/// What to run.
#[derive(Debug, Clone)]
pub struct Options {
    /// The `ashby` binary.
    pub binary: PathBuf,
    /// The first history's seed; the others follow.
    pub seed: u64,
    /// How many histories.
    pub histories: u64,
    /// No new history begins after this time.
    pub limit: Option<Duration>,
    /// Histories of this feature only.
    pub only: Option<Feature>,
    /// Only these steps of each history, by their numbers.
    pub steps: Option<Vec<usize>>,
    /// Histories side by side.
    pub threads: usize,
    /// Failures that are made smaller before they are told.
    pub shrink: usize,
    /// Rules whose violations are counted and otherwise left alone.
    pub tolerated: Vec<String>,
}

impl Options {
    /// One history, with this binary.
    pub fn new(binary: impl Into<PathBuf>) -> Self {
        Self {
            binary: binary.into(),
            seed: 0,
            histories: 1,
            limit: None,
            only: None,
            steps: None,
            threads: thread::available_parallelism().map_or(2, usize::from),
            shrink: 3,
            tolerated: Vec::new(),
        }
    }
}

/// A history that broke rules.
#[derive(Debug, Clone)]
pub struct Failure {
    /// The history.
    pub seed: u64,
    /// What it broke, in the order in which it was noticed.
    pub violations: Vec<Violation>,
    /// The steps that suffice for the first violation, if they were sought; with their numbers.
    pub steps: Vec<(usize, String)>,
    only: Option<Feature>,
}

/// What came of it.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Histories with violations.
    pub failures: Vec<Failure>,
    /// What was done.
    pub tally: Tally,
    /// Histories that could not be run at all, and why.
    pub broken: Vec<String>,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "history {}", self.seed)?;
        for violation in &self.violations {
            writeln!(f, "  {} (step {}): {}", violation.rule, violation.step, violation.text)?;
        }
        let only = self.only.map_or(String::new(), |feature| format!(" --only {}", feature.name()));
        if self.steps.is_empty() {
            return writeln!(f, "  again: cargo xtask histories --seed {}{only} --histories 1", self.seed);
        }
        writeln!(f, "  these steps suffice for the first:")?;
        for (number, step) in &self.steps {
            writeln!(f, "    {number}: {step}")?;
        }
        let numbers: Vec<String> = self.steps.iter().map(|(number, _)| number.to_string()).collect();
        writeln!(
            f,
            "  again: cargo xtask histories --seed {}{only} --histories 1 --steps {}",
            self.seed,
            numbers.join(",")
        )
    }
}

impl Report {
    /// The histories that broke each rule.
    pub fn seeds(&self) -> BTreeMap<&'static str, Vec<u64>> {
        let mut seeds: BTreeMap<&'static str, Vec<u64>> = BTreeMap::new();
        for failure in &self.failures {
            for violation in &failure.violations {
                seeds.entry(violation.rule).or_default().push(failure.seed);
            }
        }
        seeds
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.tally)?;
        self.broken.iter().try_for_each(|broken| writeln!(f, "could not be run: {broken}"))?;
        self.failures.iter().take(MOST_PRINTED).try_for_each(|failure| write!(f, "{failure}"))?;
        for (rule, seeds) in &self.seeds() {
            let some: Vec<String> = seeds.iter().take(MOST_PRINTED).map(u64::to_string).collect();
            writeln!(f, "{rule}: {} histories, {}", seeds.len(), some.join(" "))?;
        }
        Ok(())
    }
}

/// Runs histories, side by side.
pub fn run(options: &Options) -> Report {
    let deadline = options.limit.map(|limit| Instant::now() + limit);
    let next = AtomicU64::new(0);
    let report = Mutex::new(Report::default());
    let work = || loop {
        let number = next.fetch_add(1, Ordering::SeqCst);
        if number >= options.histories || deadline.is_some_and(|deadline| Instant::now() > deadline) {
            return;
        }
        let seed = options.seed + number;
        let one = one(options, seed);
        let mut report = report.lock().unwrap_or_else(PoisonError::into_inner);
        report.tally.join(one.tally);
        report.failures.extend(one.failures);
        report.broken.extend(one.broken);
    };
    thread::scope(|scope| {
        for _ in 0..options.threads.max(1) {
            scope.spawn(work);
        }
    });
    let mut report = report.into_inner().unwrap_or_else(PoisonError::into_inner);
    report.failures.sort_by_key(|failure| failure.seed);
    for failure in report.failures.iter_mut().take(options.shrink) {
        shrink(options, failure);
    }
    report
}

fn one(options: &Options, seed: u64) -> Report {
    let plan = plan::plan(seed, options.only);
    let mut report = Report::default();
    match play::play(&plan, options.steps.as_deref(), &options.binary) {
        Err(error) => report.broken.push(format!("history {seed}: {error}")),
        Ok((found, tally)) => {
            report.tally = tally;
            for violation in &found {
                report.tally.count(&format!("violation: {}", violation.rule));
            }
            let is_tolerated =
                |violation: &Violation| options.tolerated.iter().any(|rule| rule == violation.rule);
            let violations: Vec<Violation> =
                found.into_iter().filter(|violation| !is_tolerated(violation)).collect();
            if !violations.is_empty() {
                report.failures.push(Failure { seed, violations, steps: Vec::new(), only: options.only });
            }
        }
    }
    report
}

fn shrink(options: &Options, failure: &mut Failure) {
    let plan = plan::plan(failure.seed, options.only);
    let Some(rule) = failure.violations.first().map(|violation| violation.rule) else { return };
    let all = options.steps.clone().unwrap_or_else(|| (0..plan.steps.len()).collect());
    let breaks = |kept: &[usize]| {
        play::play(&plan, Some(kept), &options.binary)
            .is_ok_and(|(found, _)| found.iter().any(|violation| violation.rule == rule))
    };
    let kept = shrink::shrink(all, breaks);
    failure.steps = kept.into_iter().map(|number| (number, format!("{:?}", plan.steps[number]))).collect();
}
