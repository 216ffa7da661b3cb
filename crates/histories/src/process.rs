//! The binary under test, as a process.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::keys::KeyName;

/// No run of these takes longer, unless it hangs.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);
/// How often a process is asked whether it has ended.
const GLANCE: Duration = Duration::from_micros(500);

/// A process and where its output goes.
pub(crate) struct Process {
    child: Child,
    stderr: PathBuf,
}

/// How it ended.
pub(crate) struct Ended {
    /// `None` if a signal ended it.
    pub(crate) code: Option<i32>,
    pub(crate) hung: bool,
    pub(crate) stderr: String,
}

/// Starts `ashby` with these arguments.
pub(crate) fn start(
    binary: &Path,
    directory: &Path,
    arguments: &[String],
    (url, key): (&str, KeyName),
    stdout: &Path,
) -> io::Result<Process> {
    let stderr = stdout.with_extension("stderr");
    let child = Command::new(binary)
        .args(arguments)
        .current_dir(directory)
        .env_clear()
        .envs(std::env::vars_os().filter(|(name, _)| name == "PATH" || name == "TMPDIR"))
        .env("HOME", directory)
        .env("ASHBY_API_KEY", key.secret())
        .env("ASHBY_BASE_URL", url)
        .env("ASHBY_MAX_RPM", "0")
        .env("ASHBY_MODELS", "off")
        .env("ASHBY_MAX_ATTEMPTS", "1")
        .env("ASHBY_NO_PROGRESS", "true")
        .stdin(Stdio::null())
        .stdout(File::create(stdout)?)
        .stderr(File::create(&stderr)?)
        .spawn()?;
    Ok(Process { child, stderr })
}

impl Process {
    pub(crate) fn number(&self) -> u32 {
        self.child.id()
    }

    /// How it ended, if it has.
    pub(crate) fn peek(&mut self) -> io::Result<Option<ExitStatus>> {
        self.child.try_wait()
    }

    /// Waits for the end, and makes one when it takes too long.
    pub(crate) fn wait(mut self) -> io::Result<Ended> {
        let deadline = Instant::now() + PATIENCE;
        let mut hung = false;
        let status = loop {
            match self.child.try_wait()? {
                Some(status) => break status,
                None if Instant::now() > deadline => {
                    hung = true;
                    self.child.kill()?;
                    break self.child.wait()?;
                }
                None => thread::sleep(GLANCE),
            }
        };
        let stderr = String::from_utf8_lossy(&fs::read(&self.stderr)?).into_owned();
        Ok(Ended { code: status.code(), hung, stderr })
    }
}

/// Waits until something holds; `false` if it does not within the patience for a run.
pub(crate) fn until(holds: impl FnMut() -> bool) -> bool {
    until_seen(GLANCE, holds)
}

/// The same for what takes a while to look at.
pub(crate) fn until_seen(glance: Duration, mut holds: impl FnMut() -> bool) -> bool {
    let deadline = Instant::now() + PATIENCE;
    while !holds() {
        if Instant::now() > deadline {
            return false;
        }
        thread::sleep(glance);
    }
    true
}
