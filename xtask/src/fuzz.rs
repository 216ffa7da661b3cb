//! `cargo xtask fuzz`: what reads bytes from outside is handed bytes that nobody would write.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use fuzzing::{TARGETS, Target};

use crate::Result;
use crate::workspace::{root, run as run_command};

/// What to run.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// How long each target is run
    #[arg(long, value_name = "N", default_value_t = 60)]
    seconds: u64,
    /// These targets only
    #[arg(long, value_name = "TARGET", value_delimiter = ',', value_parser = target)]
    only: Vec<&'static str>,
    /// Of the inputs, where this compiler makes them
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Do not look for cargo-fuzz
    #[arg(long)]
    stable: bool,
}

fn target(name: &str) -> Result<&'static str, String> {
    let known = || TARGETS.iter().map(|target| target.name);
    known()
        .find(|known| *known == name)
        .ok_or_else(|| format!("targets are {}", known().collect::<Vec<_>>().join(", ")))
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let targets =
        TARGETS.iter().filter(|target| options.only.is_empty() || options.only.contains(&target.name));
    let has_cargo_fuzz = !options.stable && has_cargo_fuzz();
    if !has_cargo_fuzz {
        println!(
            "cargo-fuzz and a nightly compiler are not both here (rustup toolchain install nightly; cargo install cargo-fuzz): \
             the same targets run on this compiler, over seeds that are changed at random and without a look at coverage"
        );
    }
    let mut broken = Vec::new();
    for target in targets {
        let ended = if has_cargo_fuzz { guided(target, options) } else { blind(target, options) };
        if let Err(error) = ended {
            println!("{}: {error}", target.name);
            broken.push(target.name);
        }
    }
    match broken[..] {
        [] => Ok(()),
        _ => Err(format!("these do not stand everything: {}", broken.join(", ")).into()),
    }
}

fn has_cargo_fuzz() -> bool {
    let mut command = Command::new("cargo");
    let asked = command.args(["+nightly", "fuzz", "--version"]).stdout(Stdio::null()).stderr(Stdio::null());
    asked.status().is_ok_and(|status| status.success())
}

/// By libFuzzer, which sees which inputs lead further.
fn guided(target: &Target, options: &Options) -> Result<()> {
    let corpus = root().join("fuzz/corpus").join(target.name);
    fs::create_dir_all(&corpus)?;
    for (number, seed) in fuzzing::seeds(target).iter().enumerate() {
        fs::write(corpus.join(format!("seed-{number}")), seed)?;
    }
    let limit = format!("-max_total_time={}", options.seconds);
    let mut command = Command::new("cargo");
    command
        .current_dir(root())
        .args(["+nightly", "fuzz", "run", target.name])
        .arg(&corpus)
        .args(["--", &limit]);
    run_command(&mut command)
}

/// By inputs that are made without looking.
fn blind(target: &Target, options: &Options) -> Result<()> {
    // What is found is told once, below.
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let ended = fuzzing::run(target, options.seed, Duration::from_secs(options.seconds), u64::MAX);
    std::panic::set_hook(hook);
    let found = match ended {
        Ok(calls) => {
            println!("{}: {calls} inputs", target.name);
            return Ok(());
        }
        Err(found) => found,
    };
    let folder: PathBuf = root().join("fuzz/artifacts").join(target.name);
    fs::create_dir_all(&folder)?;
    let path = folder.join(format!("found-{}", options.seed));
    fs::write(&path, &found.input)?;
    let message = found.message.lines().next().unwrap_or_default().to_owned();
    Err(format!("{message}; the input is in {}", path.strip_prefix(root()).unwrap_or(&path).display()).into())
}
