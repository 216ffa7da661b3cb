//! PostgreSQL servers of their own, for tests and measurements: each in a temporary directory, listening on 127.0.0.1 and
//! on a socket, gone with the process that started it.
//!
//! The programs are looked for where `ASHBY_POSTGRES_BIN` points, in `PATH`, and where Debian, Fedora and Homebrew put
//! them. Where there are none, [`Cluster::start`] says so and returns `None`, unless `ASHBY_NEEDS_POSTGRES` is set: then
//! it panics, so that nobody takes a test that was skipped for one that has passed.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "what fails here fails a test")]

use std::fs;
use std::io::Write as _;
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// The role that may do anything.
pub const SUPERUSER: &str = "postgres";

/// A server, or a pooler beside one.
#[derive(Debug)]
pub struct Cluster {
    programs: PathBuf,
    directory: PathBuf,
    port: u16,
    /// Ends the server once its input is closed, which happens with this process.
    guard: Child,
}

/// Names for schemas and databases, each once.
pub fn fresh_name(kind: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    format!("{kind}_{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// The server that the tests of this process share; `None` (and a word on standard error) if there is none.
pub fn shared() -> Option<&'static Cluster> {
    static SHARED: OnceLock<Option<Cluster>> = OnceLock::new();
    SHARED.get_or_init(|| Cluster::start("")).as_ref()
}

impl Cluster {
    /// Starts a server with these lines in its `postgresql.conf`. It believes everybody who says who they are, but for
    /// roles whose names begin with `scram`, which give a password, and `tls`, which come encrypted.
    pub fn start(settings: &str) -> Option<Self> {
        let Some(programs) = programs() else {
            skipped("PostgreSQL's server programs");
            return None;
        };
        let directory = tempfile::Builder::new().prefix("pg").tempdir().unwrap().keep();
        fs::set_permissions(&directory, fs::Permissions::from_mode(0o755)).unwrap();
        if let Some((user, group)) = somebody() {
            chown(&directory, Some(user), Some(group)).unwrap();
        }
        let port = free_port();
        let data = directory.join("data");
        let mut initdb = as_somebody(programs.join("initdb"));
        initdb.args([
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
            "--username",
            SUPERUSER,
            "-D",
        ]);
        run(initdb.arg(&data));
        let settings = format!(
            "listen_addresses = '127.0.0.1'\nport = {port}\nunix_socket_directories = '{}'\nfsync = off\n\
             max_connections = 50\n{settings}\n",
            directory.display()
        );
        append(&data.join("postgresql.conf"), &settings);
        let access = data.join("pg_hba.conf");
        let rules = "hostssl all tls 127.0.0.1/32 trust\nhostnossl all tls 127.0.0.1/32 reject\n\
                     host all scram 127.0.0.1/32 scram-sha-256\n";
        let others = fs::read_to_string(&access).unwrap();
        fs::write(&access, format!("{rules}{others}")).unwrap();
        let guard = guard(&programs, &directory);
        let cluster = Self { programs, directory, port, guard };
        cluster.resume();
        Some(cluster)
    }

    /// Where it listens, on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The directory of its socket.
    pub fn sockets(&self) -> &Path {
        &self.directory
    }

    /// An address for this role, database and further parameters.
    pub fn address(&self, role: &str, database: &str, parameters: &str) -> String {
        format!("postgres://{role}@127.0.0.1:{}/{database}?{parameters}", self.port)
    }

    /// Puts a file where the server can read it and others cannot; returns its path.
    pub fn put(&self, name: &str, content: &str) -> PathBuf {
        let path = self.directory.join(name);
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        if let Some((user, group)) = somebody() {
            chown(&path, Some(user), Some(group)).unwrap();
        }
        path
    }

    /// Changes `postgresql.conf` and lets the server read it again.
    pub fn set(&self, settings: &str) {
        append(&self.directory.join("data/postgresql.conf"), settings);
        self.control(&["reload"]);
    }

    /// Ends the server as a crash does.
    pub fn crash(&self) {
        self.control(&["stop", "-m", "immediate"]);
    }

    /// Starts it again after [`crash`](Self::crash).
    pub fn resume(&self) {
        let log = self.directory.join("log");
        self.control(&["start", "-l", log.to_str().unwrap()]);
    }

    fn control(&self, arguments: &[&str]) {
        let mut control = as_somebody(self.programs.join("pg_ctl"));
        run(control.arg("-D").arg(self.directory.join("data")).arg("-w").args(arguments));
    }

    /// Runs SQL as the superuser; rows as lines, with `|` between columns.
    ///
    /// # Panics
    /// If it fails, with what the server said.
    pub fn sql(&self, database: &str, sql: &str) -> String {
        self.try_sql(database, sql).unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// The same, where others may be in the way.
    ///
    /// # Errors
    /// What `psql` says.
    pub fn try_sql(&self, database: &str, sql: &str) -> Result<String, String> {
        let mut psql = Command::new(self.programs.join("psql"));
        let port = self.port.to_string();
        psql.args([
            "-X",
            "-q",
            "-A",
            "-t",
            "-v",
            "ON_ERROR_STOP=1",
            "-h",
            "127.0.0.1",
            "-U",
            SUPERUSER,
            "-p",
            &port,
            "-d",
            database,
        ]);
        psql.env_remove("PGOPTIONS").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut psql = psql.spawn().unwrap();
        psql.stdin.take().unwrap().write_all(sql.as_bytes()).unwrap();
        let output = psql.wait_with_output().unwrap();
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned());
        }
        Ok(String::from_utf8(output.stdout).unwrap().trim_end_matches('\n').to_owned())
    }

    /// A new database.
    pub fn database(&self) -> String {
        let name = fresh_name("db");
        self.sql("postgres", &format!("CREATE DATABASE {name}"));
        name
    }

    /// A pgbouncer that hands each transaction some connection to this server; `None` if there is none.
    pub fn pooler(&self) -> Option<Pooler> {
        let Some(program) = find("pgbouncer", &["/usr/sbin", "/usr/local/bin", "/opt/homebrew/bin"]) else {
            skipped("pgbouncer");
            return None;
        };
        let port = free_port();
        let users = self.put(&fresh_name("users"), &format!("\"{SUPERUSER}\" \"\"\n"));
        let settings = format!(
            "[databases]\n* = host=127.0.0.1 port={} user={SUPERUSER}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
             unix_socket_dir =\nauth_type = any\nauth_file = {}\npool_mode = transaction\ndefault_pool_size = 2\n\
             ignore_startup_parameters = extra_float_digits\n",
            self.port,
            users.display()
        );
        let settings = self.put(&fresh_name("pooler"), &settings);
        let mut pgbouncer = as_somebody(program);
        let child = pgbouncer
            .arg(settings)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            std::thread::yield_now();
        }
        Some(Pooler { port, child })
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        let _ = self.guard.wait();
    }
}

/// A pooler in front of a server.
#[derive(Debug)]
pub struct Pooler {
    port: u16,
    child: Child,
}

impl Pooler {
    /// Where it listens, on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[allow(clippy::print_stderr, reason = "a test's message")]
fn skipped(what: &str) {
    assert!(std::env::var_os("ASHBY_NEEDS_POSTGRES").is_none(), "{what} are needed and not there");
    eprintln!("skipped: there is no {what} on this machine");
}

/// Where the server's programs are.
fn programs() -> Option<PathBuf> {
    let found = std::env::var_os("ASHBY_POSTGRES_BIN").map(PathBuf::from);
    let configured = || {
        let output = Command::new("pg_config").arg("--bindir").output().ok()?;
        Some(PathBuf::from(String::from_utf8(output.stdout).ok()?.trim()))
    };
    let installed = || {
        let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
        versions.map(|version| version.path().join("bin")).max()
    };
    let usual =
        ["/usr/bin", "/usr/local/bin", "/usr/local/pgsql/bin", "/opt/homebrew/bin"].map(PathBuf::from);
    let places = found.into_iter().chain(configured()).chain(installed()).chain(usual);
    places
        .into_iter()
        .find(|place| ["initdb", "pg_ctl", "psql", "postgres"].iter().all(|name| place.join(name).is_file()))
}

fn find(program: &str, places: &[&str]) -> Option<PathBuf> {
    places.iter().map(|place| Path::new(place).join(program)).find(|path| path.is_file())
}

/// The server does not run as root; whom it runs as then.
fn somebody() -> Option<(u32, u32)> {
    let is_root =
        fs::metadata("/proc/self").is_ok_and(|found| std::os::unix::fs::MetadataExt::uid(&found) == 0);
    if !is_root {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").ok()?;
    ["postgres", "nobody"].iter().find_map(|name| {
        let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut fields = line.split(':').skip(2);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    })
}

fn as_somebody(program: impl AsRef<Path>) -> Command {
    let mut command = Command::new(program.as_ref());
    command.current_dir("/");
    if let Some((user, group)) = somebody() {
        command.uid(user).gid(group);
    }
    command
}

/// Waits for its input to end, which it does with this process, however that ends; then ends the server.
fn guard(programs: &Path, directory: &Path) -> Child {
    let mut guard = as_somebody("/bin/sh");
    guard
        .arg("-c")
        .arg("read line; \"$1\" -D \"$2/data\" stop -m immediate >/dev/null 2>&1; rm -rf \"$2\"")
        .arg("guard")
        .arg(programs.join("pg_ctl"))
        .arg(directory)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0);
    guard.spawn().unwrap()
}

fn run(command: &mut Command) {
    // A server that it starts must not keep our pipes.
    let output = tempfile::tempfile().unwrap();
    let mut shown = output.try_clone().unwrap();
    let status =
        command.stdin(Stdio::null()).stdout(output.try_clone().unwrap()).stderr(output).status().unwrap();
    if !status.success() {
        use std::io::{Read as _, Seek as _};
        let mut text = String::new();
        shown.rewind().unwrap();
        shown.read_to_string(&mut text).unwrap();
        panic!("{command:?}: {status}: {text}");
    }
}

fn append(path: &Path, text: &str) {
    let mut file = fs::File::options().append(true).open(path).unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}
