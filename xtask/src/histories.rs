//! `cargo xtask histories`: random histories against the real binary.

use std::path::PathBuf;
use std::time::Duration;

use ::histories::{Feature, Options as Histories};

use crate::Result;
use crate::workspace::{cargo, run as run_command, target_directory};

/// What to run.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Histories of a watch that receives webhooks, whose deliveries are lost, doubled, late, and interrupted by kills. Only
    /// --histories and --seed apply
    #[arg(long)]
    webhooks: bool,
    /// Begin no new history after this time
    #[arg(long, value_name = "N")]
    seconds: Option<u64>,
    /// How many histories [default: 300, or without end if --seconds is given]
    #[arg(long, value_name = "N")]
    histories: Option<u64>,
    /// The first one's seed; the others follow
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Histories of this feature only: keys, rights, organisations, hollow …
    #[arg(long, value_name = "FEATURE", value_parser = feature)]
    only: Option<Feature>,
    /// Only these steps of each history, by number, as a failure prints them
    #[arg(long, value_name = "N", value_delimiter = ',')]
    steps: Option<Vec<usize>>,
    /// The binary under test [default: built here, in release mode]
    #[arg(long, value_name = "FILE", env = "ASHBY_BIN")]
    binary: Option<PathBuf>,
    /// Failures that are made smaller before they are printed
    #[arg(long, value_name = "N", default_value_t = 3)]
    shrink: usize,
    /// Rules whose violations are only counted
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    tolerate: Vec<String>,
    /// Histories side by side [default: as many as there are cores]
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
}

/// They are a test of the binary, since the simulator with its deliveries lives in that process.
fn with_webhooks(options: &Options) -> Result<()> {
    let histories = options.histories.unwrap_or(300).to_string();
    let test = "hybrid_histories::whatever_happens_to_deliveries_the_end_is_the_truth";
    let mut command =
        cargo(&["test", "--quiet", "--package", "ashby-cli", "--test", "it", "--", "--exact", test]);
    command.env("ASHBY_WEBHOOK_HISTORIES", histories);
    command.env("ASHBY_WEBHOOK_SEED", options.seed.max(1).to_string());
    run_command(&mut command)
}

fn feature(name: &str) -> Result<Feature, String> {
    let names: Vec<String> = Feature::ALL.into_iter().map(Feature::name).collect();
    Feature::named(name).ok_or_else(|| format!("features are: {}", names.join(", ")))
}

pub(crate) fn run(options: &Options) -> Result<()> {
    if options.webhooks {
        return with_webhooks(options);
    }
    let binary = match &options.binary {
        Some(binary) => binary.canonicalize().map_err(|error| format!("{}: {error}", binary.display()))?,
        None => {
            run_command(&mut cargo(&["build", "--quiet", "--release", "--workspace", "--bins"]))?;
            target_directory()?.join("release/ashby")
        }
    };
    let defaults = Histories::new(binary);
    let report = ::histories::run(&Histories {
        seed: options.seed,
        histories: options.histories.unwrap_or(if options.seconds.is_some() { u64::MAX } else { 300 }),
        limit: options.seconds.map(Duration::from_secs),
        only: options.only,
        steps: options.steps.clone(),
        threads: options.threads.unwrap_or(defaults.threads),
        shrink: options.shrink,
        tolerated: options.tolerate.clone(),
        ..defaults
    });
    print!("{report}");
    match (report.failures.len(), report.broken.len()) {
        (0, 0) => Ok(()),
        (failures, broken) => {
            Err(format!("{failures} histories broke a rule, {broken} could not be run").into())
        }
    }
}
