//! Child processes: measured ones, and the simulator that serves them.

use std::fs;
use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use rustix::param::clock_ticks_per_second;
use rustix::process::{Pid, Signal, kill_process};
use wait4::Wait4 as _;

use crate::Result;

/// No measured process takes longer, and none hangs for longer.
const LIMIT: Duration = Duration::from_secs(900);

/// What a process cost.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cost {
    pub(crate) wall: Duration,
    /// User and system time of all its threads.
    pub(crate) processor: Duration,
    /// Its largest resident set.
    pub(crate) peak_bytes: u64,
    /// Cores that processes other than it and the simulator kept busy meanwhile, where the system says so.
    pub(crate) others_cores: Option<f64>,
}

/// Where a process prints its result; what it prints elsewhere is thrown away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ResultOn<'a> {
    Stdout,
    /// Standard output goes to the null device.
    Stderr,
    /// The same, of a process that is told something first, and that its input has ended once it says this.
    StderrOfSession {
        input: &'a str,
        until: &'a str,
    },
}

/// Runs a process that `simulator` serves to its end; returns its cost and its result.
///
/// # Errors
/// If it cannot be started, fails, or takes longer than [`LIMIT`].
pub(crate) fn measure_served(
    command: &mut Command,
    result_on: ResultOn<'_>,
    simulator: &Simulator,
) -> Result<(Cost, String)> {
    let others_seconds = || Some(busy_seconds()? - simulator.processor_seconds()?);
    let before = others_seconds();
    let (mut cost, result) = measure(command, result_on)?;
    cost.others_cores = before.zip(others_seconds()).map(|(before, after)| {
        // Ticks are counted roughly.
        ((after - before - cost.processor.as_secs_f64()) / cost.wall.as_secs_f64()).max(0.0)
    });
    Ok((cost, result))
}

/// Time for which the cores of this machine were busy, or taken from it, since it started.
fn busy_seconds() -> Option<f64> {
    let text = fs::read_to_string("/proc/stat").ok()?;
    // user, nice, system, idle, waiting for a disk, interrupts, soft interrupts, taken by other virtual machines
    let ticks: Vec<f64> = text.lines().next()?.split_whitespace().skip(1).flat_map(str::parse).collect();
    let [user, nice, system, _, _, interrupts, soft_interrupts, stolen, ..] = ticks[..] else { return None };
    Some((user + nice + system + interrupts + soft_interrupts + stolen) / clock_ticks_per_second() as f64)
}

/// The same of a process that something else serves.
///
/// # Errors
/// Those of [`measure_served`].
pub(crate) fn measure(command: &mut Command, result_on: ResultOn<'_>) -> Result<(Cost, String)> {
    let stdout = if result_on == ResultOn::Stdout { Stdio::piped() } else { Stdio::null() };
    let name = command.get_program().display().to_string();
    let started = Instant::now();
    let stdin =
        if matches!(result_on, ResultOn::StderrOfSession { .. }) { Stdio::piped() } else { Stdio::null() };
    let mut child = command.stdin(stdin).stdout(stdout).stderr(Stdio::piped()).spawn()?;
    let pid = Pid::from_child(&child);
    let stdout = reader(child.stdout.take(), None);
    let session = match (child.stdin.take(), result_on) {
        (Some(mut stdin), ResultOn::StderrOfSession { input, until }) => {
            stdin.write_all(input.as_bytes())?;
            Some((stdin, until.to_owned()))
        }
        _ => None,
    };
    let stderr = reader(child.stderr.take(), session);
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || sender.send(child.wait4()));
    let ended = match receiver.recv_timeout(LIMIT) {
        Ok(ended) => ended?,
        Err(_) => {
            kill_process(pid, Signal::KILL)?;
            return Err(format!("{name} took longer than {} s and was stopped", LIMIT.as_secs()).into());
        }
    };
    let wall = started.elapsed();
    let stdout = stdout.join().unwrap_or_default();
    let stderr = stderr.join().unwrap_or_default();
    if !ended.status.success() {
        return Err(format!("{name} failed ({}):\n{stderr}{stdout}", ended.status).into());
    }
    let cost = Cost {
        wall,
        processor: ended.rusage.utime + ended.rusage.stime,
        peak_bytes: ended.rusage.maxrss,
        others_cores: None,
    };
    Ok((cost, if result_on == ResultOn::Stdout { stdout } else { stderr }))
}

/// Reads a pipe to its end beside everything else, so that nobody waits for its reader. With a session, its input ends
/// at the first line that holds the text beside it.
fn reader(
    pipe: Option<impl Read + Send + 'static>,
    mut session: Option<(ChildStdin, String)>,
) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut text = String::new();
        let Some(mut pipe) = pipe.map(BufReader::new) else { return text };
        let mut line = Vec::new();
        // What cannot be read is missing where it is looked for.
        while pipe.read_until(b'\n', &mut line).is_ok_and(|count| count > 0) {
            let said = String::from_utf8_lossy(&line);
            session = session.filter(|(_, until)| !said.contains(until.as_str()));
            text += &said;
            line.clear();
        }
        text
    })
}

/// `ashby sim serve` in a process of its own; ends with this value.
pub(crate) struct Simulator {
    process: Child,
    pub(crate) base_url: String,
}

impl Simulator {
    /// Starts it with an organisation of this shape, and waits until it answers.
    ///
    /// # Errors
    /// If it does not print its address in time.
    pub(crate) fn start(ashby: &Path, shape: &str, more: &[&str]) -> Result<Self> {
        let mut command = Command::new(ashby);
        command.args(["sim", "serve", "--no-compression", "--shape", shape]).args(more);
        let mut process =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let stdout = process.stdout.take();
        let mut simulator = Self { process, base_url: String::new() };
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || {
            let mut line = String::new();
            let read = stdout.map(|stdout| BufReader::new(stdout).read_line(&mut line));
            sender.send(matches!(read, Some(Ok(1..))).then_some(line))
        });
        let line = receiver.recv_timeout(LIMIT).ok().flatten();
        let line = line.ok_or_else(|| format!("the simulator of shape {shape} did not come up"))?;
        line.trim().clone_into(&mut simulator.base_url);
        Ok(simulator)
    }

    /// User and system time so far.
    fn processor_seconds(&self) -> Option<f64> {
        let text = fs::read_to_string(format!("/proc/{}/stat", self.process.id())).ok()?;
        // The name, in brackets, may hold anything; user and system time are the 12th and 13th field after it.
        let fields = text.rsplit_once(')')?.1.split_whitespace().skip(11).take(2);
        let ticks = fields.map(str::parse::<f64>).collect::<Result<Vec<_>, _>>().ok()?;
        Some(ticks.iter().sum::<f64>() / clock_ticks_per_second() as f64)
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        // One that has ended already needs neither.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_measured_and_its_result_read() {
        let (cost, result) = measure(Command::new("sh").args(["-c", "echo text"]), ResultOn::Stdout).unwrap();
        assert_eq!(result, "text\n");
        assert!(cost.peak_bytes > 100_000 && cost.wall > Duration::ZERO, "{cost:?}");
        let (_, result) =
            measure(Command::new("sh").args(["-c", "echo no; echo yes >&2"]), ResultOn::Stderr).unwrap();
        assert_eq!(result, "yes\n");
    }

    #[test]
    fn a_session_ends_when_the_process_says_so() {
        let script = "read line; echo got $line >&2; cat; echo ended >&2";
        let session = ResultOn::StderrOfSession { input: "hello\n", until: "got hello" };
        let (_, result) = measure(Command::new("sh").args(["-c", script]), session).unwrap();
        assert_eq!(result, "got hello\nended\n");
    }

    #[test]
    fn a_failing_process_is_an_error_that_holds_what_it_said() {
        let failed = measure(Command::new("sh").args(["-c", "echo why >&2; exit 3"]), ResultOn::Stdout);
        assert!(failed.unwrap_err().to_string().contains("why"));
    }
}
