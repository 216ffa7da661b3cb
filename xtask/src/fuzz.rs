//! `cargo xtask fuzz`: what reads bytes from outside is handed bytes that nobody would write.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use fuzzing::{TARGETS, Target};

use crate::Result;
use crate::workspace::{cargo, root, run as run_command};

/// A target in the tests of a program, since only the program can call it: its name, the crate, and the test.
const IN_PROGRAMS: [(&str, &str, &str); 1] = [(
    "settings",
    "ashby-cli",
    "settings::file::tests::nothing_that_stands_in_a_file_stops_the_program_or_shows_the_key",
)];

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
    let known = || TARGETS.iter().map(|target| target.name).chain(IN_PROGRAMS.map(|(name, ..)| name));
    known()
        .find(|known| *known == name)
        .ok_or_else(|| format!("targets are {}", known().collect::<Vec<_>>().join(", ")))
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let is_wanted = |name: &str| options.only.is_empty() || options.only.contains(&name);
    let has_cargo_fuzz = !options.stable && has_cargo_fuzz();
    if !has_cargo_fuzz {
        println!(
            "cargo-fuzz and a nightly compiler are not both here (rustup toolchain install nightly; cargo install cargo-fuzz): \
             the same targets run on this compiler, over seeds that are changed at random and without a look at coverage"
        );
    }
    let mut broken = Vec::new();
    for target in TARGETS.iter().filter(|target| is_wanted(target.name)) {
        let ended = if has_cargo_fuzz { guided(target, options) } else { blind(target, options) };
        if let Err(error) = ended {
            println!("{}: {error}", target.name);
            broken.push(target.name);
        }
    }
    for (name, package, test) in IN_PROGRAMS.into_iter().filter(|(name, ..)| is_wanted(name)) {
        if let Err(error) = in_program(package, test, options) {
            println!("{name}: {error}");
            broken.push(name);
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

/// By the test of a program, for as long.
fn in_program(package: &str, test: &str, options: &Options) -> Result<()> {
    let mut command = cargo(&["test", "--quiet", "--package", package, "--bins", "--", "--exact", test]);
    command.env(fuzzing::SECONDS, options.seconds.to_string());
    run_command(command.env(fuzzing::SEED, options.seed.to_string()))
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
