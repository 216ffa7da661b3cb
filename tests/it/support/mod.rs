//! A simulated organisation, a directory to work in, and the binary.

pub(crate) mod console;
#[cfg(target_os = "linux")]
pub(crate) mod evil;
pub(crate) mod hostile;
pub(crate) mod lake;
pub(crate) mod listening;
pub(crate) mod postgres;
mod records;
pub(crate) mod stub;

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use ashby_sim::{Organisation, RequestLog, Server, ServerOptions, Shape};
use tempfile::TempDir;
use tokio::io::{BufReader, Lines};
use tokio::process::{Child, ChildStderr, Command};

pub(crate) use records::{Records, jsonl, own, parquet, query, sqlite, sqlite_in, truth};

/// Longer than any run here takes on a busy machine. What takes longer hangs.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// The binary, which cargo has built for these tests.
pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_ashby");

/// An organisation of a few pages in every list, some hundred requests in all.
pub(crate) fn shape() -> Shape {
    Shape {
        candidates: 120,
        applications: 180,
        jobs: 12,
        users: 30,
        projects: 6,
        audit_events: 30,
        ..Shape::small()
    }
}

/// A simulated organisation, and a directory for what is synced from it.
pub(crate) struct Site {
    pub(crate) server: Server,
    pub(crate) directory: TempDir,
}

/// How a run ended.
#[derive(Debug)]
pub(crate) struct Ran {
    /// `None` when a signal ended it.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Site {
    pub(crate) async fn new() -> Self {
        Self::with(&shape(), ServerOptions::default()).await
    }

    pub(crate) async fn with(shape: &Shape, options: ServerOptions) -> Self {
        let server = Server::start(Organisation::new(shape), options).await.unwrap();
        Self { server, directory: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn organisation(&self) -> &Organisation {
        self.server.organisation()
    }

    pub(crate) fn log(&self) -> RequestLog {
        self.server.log()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// The command with these arguments (separated by white space), in the directory, with the organisation's key,
    /// unpaced, and without patience for failures.
    pub(crate) fn ashby(&self, arguments: &str) -> Command {
        let mut command = bare(self.directory.path(), arguments);
        command.env("ASHBY_API_KEY", "sim-key").env("ASHBY_BASE_URL", self.server.base_url());
        command
    }

    pub(crate) async fn run(&self, arguments: &str) -> Ran {
        run(self.ashby(arguments)).await
    }

    /// A run that ends well.
    pub(crate) async fn done(&self, arguments: &str) -> Ran {
        let ran = self.run(arguments).await;
        assert_eq!(ran.code, Some(0), "ashby {arguments}: {ran:#?}");
        ran
    }

    /// By stream of a destination, whether the next sync lists all of it.
    pub(crate) async fn to_be_listed(&self, to: &str) -> Vec<(String, bool)> {
        let shown = self.done(&format!("state show --to {to} --output json")).await.stdout;
        let shown: Vec<serde_json::Value> = serde_json::from_str(&shown).unwrap();
        let of = |shown: serde_json::Value| {
            (shown["stream"].as_str().unwrap().to_owned(), shown["to_be_listed"] == true)
        };
        shown.into_iter().map(of).collect()
    }

    /// Waits until a request is held.
    pub(crate) async fn held(&self) {
        let held = tokio::time::timeout(PATIENCE, self.server.faults().wait_held(1)).await;
        held.expect("a request comes that is held");
    }
}

/// The command in a directory, with nothing from the environment but what programs need.
pub(crate) fn bare(directory: &Path, arguments: &str) -> Command {
    let mut command = Command::new(BINARY);
    command
        .args(arguments.split_whitespace())
        .current_dir(directory)
        .env_clear()
        .envs(std::env::vars_os().filter(|(name, _)| name == "PATH" || name == "TMPDIR"))
        .env("ASHBY_MAX_RPM", "0")
        .env("ASHBY_MAX_ATTEMPTS", "1")
        .env("ASHBY_NO_PROGRESS", "true")
        // Tests of the model turn it on.
        .env("ASHBY_MODELS", "off")
        .stdin(Stdio::null())
        .kill_on_drop(true);
    command
}

/// Runs to the end.
pub(crate) async fn run(mut command: Command) -> Ran {
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    ended(command.spawn().unwrap()).await
}

/// Waits for the end of a process with piped output.
pub(crate) async fn ended(child: Child) -> Ran {
    let output =
        tokio::time::timeout(PATIENCE, child.wait_with_output()).await.expect("the run ends").unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// Starts in the background.
pub(crate) fn start(mut command: Command) -> Child {
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Writes a file that is for its owner alone.
pub(crate) fn private(path: &Path, content: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::write(path, content).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}

/// Sends a signal (`INT`, `TERM`) to a running process.
pub(crate) fn signal(child: &Child, name: &str) {
    let pid = child.id().expect("it runs");
    let sent = std::process::Command::new("sh").args(["-c", &format!("kill -{name} {pid}")]).status();
    assert!(sent.unwrap().success());
}

/// Waits for a line of standard error that begins like this.
pub(crate) async fn said(lines: &mut Lines<BufReader<ChildStderr>>, beginning: &str) -> String {
    let wait = async {
        loop {
            let line = lines.next_line().await.unwrap().expect("it runs on");
            if line.starts_with(beginning) {
                return line;
            }
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.expect("it is said")
}

/// Waits until a condition holds.
pub(crate) async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let wait = async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    assert!(tokio::time::timeout(PATIENCE, wait).await.is_ok(), "in vain: {what}");
}

/// Says that something is not there that a test wants; where it must be, that fails.
#[allow(clippy::print_stderr, reason = "whoever runs the tests is to know what was not tested")]
pub(crate) fn skipped(needs: &str, what: &str) {
    assert!(std::env::var_os(needs).is_none(), "{what}");
    eprintln!("skipped: {what}");
}

/// What a variable of `.ci/run` names.
pub(crate) fn named(variable: &str, needs: &str, what: &str) -> Option<String> {
    let found = std::env::var(variable).ok();
    if found.is_none() {
        skipped(needs, &format!("{variable} names no {what}"));
    }
    found
}

/// A snapshot of what people see, with what changes from run to run replaced.
pub(crate) fn snapshot(name: &str, site: &Site, text: &str) {
    let directory = site.directory.path().to_str().unwrap();
    let text = text.replace(directory, "[DIRECTORY]").replace(&site.server.base_url(), "[SERVER]");
    let filters = [
        (r"\b\d+\.\d+ s\b", "[SECONDS] s"),
        (r"(?m) +\d+\.\d$", " [SECONDS]"),
        (r#""seconds": [0-9.e-]+"#, r#""seconds": [SECONDS]"#),
        (r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z", "[INSTANT]"),
        (r"process \d+", "process [PID]"),
        (r"01KSIM[0-9A-F]{20}", "[REQUEST]"),
        (r"\bashby \d+\.\d+\.\d+", "ashby [VERSION]"),
    ];
    insta::with_settings!({ filters => filters, prepend_module_to_snapshot => false, snapshot_path => "../snapshots", omit_expression => true }, {
        insta::assert_snapshot!(name, text);
    });
}

/// SQL in what people read that shows rows of streams without leaving out those that are deleted.
pub(crate) fn unfiltered_queries(text: &str) -> Vec<String> {
    let streams: Vec<String> =
        ashby_source::streams().iter().map(|stream| stream.name().to_owned()).collect();
    let text = text.to_lowercase();
    let mut unfiltered = Vec::new();
    // A query ends where its paragraph does.
    for paragraph in text.split("\n\n").filter(|paragraph| paragraph.contains("select ")) {
        let words: Vec<&str> = paragraph
            .split(|letter: char| !letter.is_alphanumeric() && letter != '_')
            .filter(|word| !word.is_empty())
            .collect();
        let reads =
            |pair: &&[&str]| matches!(pair[0], "from" | "join") && streams.iter().any(|name| name == pair[1]);
        let tables = words.windows(2).filter(reads).count();
        if tables > paragraph.matches("_deleted_at is null").count() {
            unfiltered.push(paragraph.to_owned());
        }
    }
    unfiltered
}
