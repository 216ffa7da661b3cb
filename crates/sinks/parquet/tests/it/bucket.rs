//! The same laws in object stores: servers of others that speak as S3 and as Azure do.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use capture_core::conformance::{self, Grave, Rows, SinkHarness};
use capture_core::{ErrorKind, Sink, StreamDescriptor};
use futures_util::TryStreamExt as _;
use object_store::aws::AmazonS3Builder;
use object_store::azure::MicrosoftAzureBuilder;
use object_store::{ObjectStore, ObjectStoreExt as _, PutPayload};
use sink_parquet::ParquetSink;

use crate::reader;

/// Python with `moto[server]`; `None`, said aloud, if none is named.
#[allow(clippy::print_stderr, reason = "a test's message")]
fn python() -> Option<String> {
    let python = std::env::var("ASHBY_LAKE_PYTHON").ok();
    if python.is_none() {
        assert!(std::env::var_os("ASHBY_NEEDS_LAKE").is_none(), "ASHBY_LAKE_PYTHON names no Python");
        eprintln!("skipped: ASHBY_LAKE_PYTHON names no Python with moto[server]");
    }
    python
}

/// A folder of npm's with `azurite` and `@azure/storage-blob`; `None`, said aloud, if none is named.
#[allow(clippy::print_stderr, reason = "a test's message")]
fn azurite() -> Option<PathBuf> {
    let folder = std::env::var_os("ASHBY_AZURITE").map(PathBuf::from);
    if folder.is_none() {
        assert!(std::env::var_os("ASHBY_NEEDS_LAKE").is_none(), "ASHBY_AZURITE names no folder");
        eprintln!("skipped: ASHBY_AZURITE names no folder with azurite");
    }
    folder
}

/// The account of every Azurite, which its documentation tells.
const ACCOUNT: &str = "devstoreaccount1";
const ACCOUNT_KEY: &str =
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

/// Makes the container.
const MAKE: &str =
    "const {BlobServiceClient: S, StorageSharedKeyCredential: K} = require('@azure/storage-blob');
    const [endpoint, account, key] = process.argv.slice(1);
    new S(endpoint, new K(account, key)).getContainerClient('lake').createIfNotExists()
        .then(() => process.exit(0), error => { console.error(error); process.exit(1) });";

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Credentials come from the environment, which a test must not change for others: so the laws are in a process of their own.
#[test]
fn the_sink_obeys_the_laws_of_sinks_in_an_object_store() {
    let Some(python) = python() else { return };
    let free = free();
    let mut moto = Command::new(python);
    moto.args(["-m", "moto.server", "-H", "127.0.0.1", "-p", &free.port().to_string()]);
    let _moto = running(moto, free);
    laws(
        &format!("s3 http://{free}"),
        &[
            ("AWS_ENDPOINT", &format!("http://{free}")),
            ("AWS_ALLOW_HTTP", "true"),
            ("AWS_ACCESS_KEY_ID", "x"),
            ("AWS_SECRET_ACCESS_KEY", "x"),
            ("AWS_REGION", "us-east-1"),
        ],
    );
}

#[test]
fn the_sink_obeys_the_laws_of_sinks_in_azure_too() {
    let Some(folder) = azurite() else { return };
    let (free, data) = (free(), tempfile::tempdir().unwrap());
    let mut server = Command::new("node");
    server
        .current_dir(&folder)
        .arg("node_modules/.bin/azurite-blob")
        .args(["--silent", "--skipApiVersionCheck"]);
    server.arg("--location").arg(data.path());
    server.args(["--blobHost", "127.0.0.1", "--blobPort", &free.port().to_string()]);
    let _server = running(server, free);
    let endpoint = format!("http://{free}/{ACCOUNT}");
    let mut make = Command::new("node");
    make.current_dir(&folder).args(["-e", MAKE, &endpoint, ACCOUNT, ACCOUNT_KEY]);
    let made = make.output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    laws(
        &format!("az {endpoint}"),
        &[
            ("AZURE_ENDPOINT", &endpoint),
            ("AZURE_ALLOW_HTTP", "true"),
            ("AZURE_STORAGE_ACCOUNT_NAME", ACCOUNT),
            ("AZURE_STORAGE_ACCOUNT_KEY", ACCOUNT_KEY),
        ],
    );
}

fn free() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// Waits until a server listens.
fn running(mut server: Command, at: SocketAddr) -> Running {
    let mut running = Running(server.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
    for _ in 0..600 {
        if TcpStream::connect(at).is_ok() {
            return running;
        }
        assert!(running.0.try_wait().unwrap().is_none(), "it ended");
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("it never listened at {at}");
}

/// Starts this program again, with a store and an environment of its own.
fn laws(store: &str, environment: &[(&str, &str)]) {
    let laws = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "bucket::laws_of_sinks_in_this_environment", "--nocapture"])
        .env(SERVER, store)
        .envs(environment.iter().copied())
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&laws.stderr).into_owned() + &String::from_utf8_lossy(&laws.stdout);
    assert!(laws.status.success() && told.contains("1 passed"), "{told}");
}

/// A prefix of its own for each law.
struct Prefix {
    scheme: &'static str,
    name: String,
    directory: tempfile::TempDir,
}

impl Prefix {
    fn new(scheme: &'static str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let name = directory.path().file_name().unwrap().to_str().unwrap().trim_start_matches('.').to_owned();
        Self { scheme, name, directory }
    }

    fn address(&self) -> String {
        format!("parquet:{}://lake/{}?lease_s=2", self.scheme, self.name)
    }

    fn store(&self) -> Arc<dyn ObjectStore> {
        match self.scheme {
            "s3" => Arc::new(AmazonS3Builder::from_env().with_bucket_name("lake").build().unwrap()),
            _ => Arc::new(MicrosoftAzureBuilder::from_env().with_container_name("lake").build().unwrap()),
        }
    }

    /// All that is there, as files.
    async fn fetched(&self) -> PathBuf {
        let root = self.directory.path().join("fetched");
        let _ = std::fs::remove_dir_all(&root);
        std::fs::create_dir_all(&root).unwrap();
        let store = self.store();
        let prefix = object_store::path::Path::from(&*self.name);
        let found: Vec<_> = store.list(Some(&prefix)).try_collect().await.unwrap();
        for object in found {
            let path = root.join(object.location.as_ref().strip_prefix(&format!("{}/", self.name)).unwrap());
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            let content = store.get(&object.location).await.unwrap().bytes().await.unwrap();
            std::fs::write(path, content).unwrap();
        }
        root
    }
}

#[async_trait]
impl SinkHarness for Prefix {
    async fn open(&self) -> Box<dyn Sink> {
        Box::new(ParquetSink::new(&self.address()).unwrap())
    }

    async fn rows(&self, stream: &StreamDescriptor) -> Rows {
        let rows = reader::now(&self.fetched().await, &stream.name).into_values();
        rows.map(|row| (row.key, row.deleted_at_us.is_none().then_some(row.record))).collect()
    }

    async fn graves(&self, stream: &StreamDescriptor) -> Option<Vec<Grave>> {
        let rows = reader::now(&self.fetched().await, &stream.name).into_values();
        let graves = rows.filter_map(|row| {
            let at = jiff::Timestamp::from_microsecond(row.deleted_at_us?).unwrap().to_string();
            Some(Grave { key: row.key, why: row.why?, at, merged_into: row.merged_into })
        });
        Some(graves.collect())
    }
}

/// Tells a process of this test where the object store is.
const SERVER: &str = "TEST_OBJECT_STORE";

/// Not a test: what the process of the one above does, in the environment that it makes.
#[tokio::test(flavor = "multi_thread")]
async fn laws_of_sinks_in_this_environment() {
    let Ok(store) = std::env::var(SERVER) else { return };
    let (scheme, endpoint) = store.split_once(' ').unwrap();
    let scheme = if scheme == "s3" { "s3" } else { "az" };
    if scheme == "s3" {
        let address = endpoint.trim_start_matches("http://");
        let request = format!(
            "PUT /lake HTTP/1.1\r\nHost: {address}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        );
        let mut made = TcpStream::connect(address).unwrap();
        std::io::Write::write_all(&mut made, request.as_bytes()).unwrap();
        std::io::Read::read_to_end(&mut made, &mut Vec::new()).unwrap();
    }
    conformance::sink(|| Prefix::new(scheme)).await;

    // Somebody else has written the state: nothing more is written, and what is there stays.
    let place = Prefix::new(scheme);
    let mut sink = place.open().await;
    sink.load().await.unwrap();
    sink.open(&[]).await.unwrap();
    let state = object_store::path::Path::from(format!("{}/_ashby/state.json", place.name));
    let store = place.store();
    let content = store.get(&state).await.unwrap().bytes().await.unwrap();
    store.put(&state, PutPayload::from(content.clone())).await.unwrap();
    let mut other = content.to_vec();
    other.push(b'\n');
    store.put(&state, PutPayload::from(other.clone())).await.unwrap();
    let update = capture_core::StateUpdate::new([(
        "pets".to_owned(),
        Some(capture_core::StreamState::new(
            capture_core::Checkpoint::default(),
            jiff::Timestamp::UNIX_EPOCH,
        )),
    )]);
    let error = sink.commit(&update).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Busy, "{error:?}");
    assert_eq!(store.get(&state).await.unwrap().bytes().await.unwrap(), other);
}
