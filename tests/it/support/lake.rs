//! Programs of others that read Parquet files, and an S3 server.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use super::{Records, Site};

/// Python with `duckdb`, `pyarrow` and `moto[server]`; `None`, said aloud, if none is named. Where they must be there, that
/// fails.
pub(crate) fn python() -> Option<String> {
    super::named("ASHBY_LAKE_PYTHON", "ASHBY_NEEDS_LAKE", "Python with duckdb, pyarrow and moto[server]")
}

/// An S3 server, which lasts as long as the tests.
pub(crate) struct Moto {
    pub(crate) endpoint: String,
    process: Child,
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The server of one test.
pub(crate) fn moto(python: &str) -> Moto {
    // One after the other, so that no two find the same port free.
    static STARTING: Mutex<()> = Mutex::new(());
    let _starting = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let process = Command::new(python)
        .args(["-m", "moto.server", "-H", "127.0.0.1", "-p", &free.port().to_string()])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let moto = Moto { endpoint: format!("http://{free}"), process };
    for _ in 0..600 {
        if TcpStream::connect(free).is_ok() {
            break;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    let mut made = TcpStream::connect(free).unwrap();
    let request =
        format!("PUT /lake HTTP/1.1\r\nHost: {free}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    made.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    made.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    moto
}

/// Lets a command talk to the server.
pub(crate) fn with_moto<'a>(
    command: &'a mut tokio::process::Command,
    moto: &Moto,
) -> &'a mut tokio::process::Command {
    command
        .env("AWS_ENDPOINT", &moto.endpoint)
        .env("AWS_ALLOW_HTTP", "true")
        .env("AWS_ACCESS_KEY_ID", "AKIATEST")
        .env("AWS_SECRET_ACCESS_KEY", "s3cr3t-0f-moto")
        .env("AWS_REGION", "us-east-1")
}

/// The live records of all streams as pyarrow and DuckDB read them.
pub(crate) fn read(python: &str, site: &Site, root: &str, moto: Option<&Moto>) -> BTreeMap<String, Records> {
    static SCRIPT: OnceLock<tempfile::NamedTempFile> = OnceLock::new();
    let script = SCRIPT.get_or_init(|| {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(include_bytes!("lake.py")).unwrap();
        file
    });
    let mut command = Command::new(python);
    command.arg(script.path()).arg(root).args(moto.map(|moto| moto.endpoint.clone()));
    let read = command.current_dir(site.directory.path()).output().unwrap();
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    serde_json::from_slice(&read.stdout).unwrap()
}
