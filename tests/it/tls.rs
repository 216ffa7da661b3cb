//! TLS and HTTP/2, against a server with a certificate of its own.

use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, Version};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::support::{bare, run};

/// What `apiKey.info` answers.
const KEY: &str = r#"{"success":true,"results":{"title":"k","scopes":["jobs:read"]}}"#;

struct TlsServer {
    url: String,
    directory: TempDir,
    certificate: PathBuf,
    versions: Arc<Mutex<Vec<Version>>>,
}

impl TlsServer {
    /// Listens, offering these protocols by ALPN.
    async fn listen(protocols: &[&[u8]]) -> (Self, TcpListener, TlsAcceptor) {
        let directory = tempfile::tempdir().unwrap();
        let own = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let certificate = directory.path().join("certificate.pem");
        std::fs::write(&certificate, own.cert.pem()).unwrap();
        let key = PrivateKeyDer::try_from(own.signing_key.serialize_der()).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![own.cert.der().clone()], key)
            .unwrap();
        config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
        let versions = Arc::new(Mutex::new(Vec::new()));
        (Self { url, directory, certificate, versions }, listener, acceptor)
    }

    /// Offers these protocols by ALPN, and answers everything as `apiKey.info`.
    async fn start(protocols: &[&[u8]]) -> Self {
        let (server, listener, acceptor) = Self::listen(protocols).await;
        let seen = Arc::clone(&server.versions);
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let (acceptor, seen) = (acceptor.clone(), Arc::clone(&seen));
                tokio::spawn(async move {
                    // A client that does not trust the certificate ends here.
                    let Ok(stream) = acceptor.accept(socket).await else { return };
                    let is_h2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
                    let answer = service_fn(move |request: Request<Incoming>| {
                        seen.lock().unwrap().push(request.version());
                        async {
                            Ok::<_, Infallible>(Response::new(Full::new(Bytes::from_static(KEY.as_bytes()))))
                        }
                    });
                    let io = TokioIo::new(stream);
                    let served = if is_h2 {
                        hyper::server::conn::http2::Builder::new(TokioExecutor::new())
                            .serve_connection(io, answer)
                            .await
                    } else {
                        hyper::server::conn::http1::Builder::new().serve_connection(io, answer).await
                    };
                    drop(served);
                });
            }
        });
        server
    }

    /// Speaks HTTP/2 and does with the requests, in the order in which they come, what is said here. A connection on which
    /// it has been silent once stays silent.
    async fn http2(does: &[Does]) -> Self {
        let (server, listener, acceptor) = Self::listen(&[b"h2"]).await;
        let (seen, does) = (Arc::clone(&server.versions), Arc::new(does.to_vec()));
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let (acceptor, seen, does) = (acceptor.clone(), Arc::clone(&seen), Arc::clone(&does));
                tokio::spawn(async move {
                    let next = || {
                        let mut seen = seen.lock().unwrap();
                        seen.push(Version::HTTP_2);
                        does[seen.len() - 1]
                    };
                    let stream = acceptor.accept(socket).await?;
                    talk(stream, next).await
                });
            }
        });
        server
    }

    /// A command with the certificate trusted.
    async fn run(&self, arguments: &str) -> (Option<i32>, String) {
        let mut command = bare(self.directory.path(), arguments);
        command.env("ASHBY_API_KEY", "k").env("ASHBY_BASE_URL", &self.url);
        let output = command.env("SSL_CERT_FILE", &self.certificate).output().await.unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    }

    /// `ashby streams`: one request. `trusted` adds the certificate to those of the system.
    async fn ask(&self, trusted: bool) -> (Option<i32>, String) {
        let mut command = bare(self.directory.path(), "streams --readable --max-attempts 1");
        command.env("ASHBY_API_KEY", "k").env("ASHBY_BASE_URL", &self.url);
        if trusted {
            command.env("SSL_CERT_FILE", &self.certificate);
        }
        let output = command.output().await.unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    }
}

/// What a server does with a request.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Does {
    Answer,
    /// RST_STREAM with this code.
    Reset(u8),
    /// GOAWAY that names no stream as looked at.
    GoAway,
    /// GOAWAY that names the stream as one that it has begun with, and the end of the connection.
    GoAwayLater,
    /// Nothing, now and for good.
    Nothing,
}

const REFUSED_STREAM: u8 = 7;
const CANCEL: u8 = 8;

/// HTTP/2, frame by frame: what libraries do not do, proxies and balancers do.
async fn talk(mut stream: TlsStream<TcpStream>, mut next: impl FnMut() -> Does) -> std::io::Result<()> {
    fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
        let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
        [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
    }
    let mut preface = [0; 24];
    stream.read_exact(&mut preface).await?;
    stream.write_all(&frame(4, 0, 0, &[])).await?;
    loop {
        let mut head = [0; 9];
        stream.read_exact(&mut head).await?;
        let mut payload = vec![0; u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize];
        stream.read_exact(&mut payload).await?;
        let (kind, flags) = (head[3], head[4]);
        let id = u32::from_be_bytes([head[5], head[6], head[7], head[8]]);
        let said = match kind {
            4 if flags & 1 == 0 => frame(4, 1, 0, &[]),
            6 if flags & 1 == 0 => frame(6, 1, 0, &payload),
            // The last frame of a request.
            0 | 1 if flags & 1 == 1 => match next() {
                Does::Answer => [frame(1, 4, id, &[0x88]), frame(0, 1, id, KEY.as_bytes())].concat(),
                Does::Reset(code) => frame(3, 0, id, &[0, 0, 0, code]),
                Does::GoAway => frame(7, 0, 0, &[0; 8]),
                Does::GoAwayLater => {
                    let last = [id.to_be_bytes(), [0; 4]].concat();
                    stream.write_all(&frame(7, 0, 0, &last)).await?;
                    return stream.shutdown().await;
                }
                Does::Nothing => return std::future::pending().await,
            },
            _ => continue,
        };
        stream.write_all(&said).await?;
        stream.flush().await?;
    }
}

const NOTE: &str =
    "call candidate.createNote --candidate-id 9d1b7c0e-2f5e-4d9c-8b1a-3c2f5e4d9c8b --note x --max-attempts 4";

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_the_server_did_not_begin_with_is_sent_again() {
    let server = TlsServer::http2(&[Does::Reset(REFUSED_STREAM), Does::GoAway, Does::Answer]).await;
    let (code, stderr) = server.run(NOTE).await;
    assert_eq!((code, server.versions.lock().unwrap().len()), (Some(0), 3), "{stderr}");

    // If it never begins, nothing is in doubt.
    let server = TlsServer::http2(&[Does::Reset(REFUSED_STREAM); 4]).await;
    let (code, stderr) = server.run(NOTE).await;
    assert_eq!((code, server.versions.lock().unwrap().len()), (Some(1), 4), "{stderr}");
    assert!(!stderr.contains("may have been made"), "{stderr}");

    // Of any other end nobody knows what became of it.
    for end in [Does::Reset(CANCEL), Does::GoAwayLater] {
        let server = TlsServer::http2(&[end, Does::Answer]).await;
        let (code, stderr) = server.run(NOTE).await;
        assert_eq!((code, server.versions.lock().unwrap().len()), (Some(1), 1), "{end:?}: {stderr}");
        assert!(stderr.contains("may have been made"), "{end:?}: {stderr}");
    }
}

/// A SOCKS5 proxy that notes where it is asked to lead, and leads there on this machine.
async fn socks5() -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let notes = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let notes = Arc::clone(&notes);
            tokio::spawn(async move {
                let mut greeting = [0; 2];
                client.read_exact(&mut greeting).await?;
                client.read_exact(&mut vec![0; greeting[1].into()]).await?;
                // Without a password.
                client.write_all(&[5, 0]).await?;
                let mut request = [0; 5];
                client.read_exact(&mut request).await?;
                assert_eq!(request[..4], [5, 1, 0, 3], "it is asked to connect to a name");
                let mut host = vec![0; request[4].into()];
                client.read_exact(&mut host).await?;
                let port = client.read_u16().await?;
                notes.lock().unwrap().push(String::from_utf8_lossy(&host).into_owned());
                let mut server = TcpStream::connect(("127.0.0.1", port)).await?;
                client.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).await?;
                tokio::io::copy_bidirectional(&mut client, &mut server).await
            });
        }
    });
    (address, asked)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socks_proxy_is_told_the_name_and_led_through() {
    let server = TlsServer::start(&[b"http/1.1"]).await;
    let (proxy, asked) = socks5().await;
    let mut command = bare(server.directory.path(), "streams --readable --max-attempts 1");
    command.env("ASHBY_API_KEY", "k").env("ASHBY_BASE_URL", &server.url);
    command.env("SSL_CERT_FILE", &server.certificate).env("ALL_PROXY", format!("socks5h://{proxy}"));
    let ran = run(command).await;
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    assert_eq!(*asked.lock().unwrap(), ["localhost"]);
    assert_eq!(server.versions.lock().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_leaves_a_connection_that_has_fallen_silent() {
    let server = TlsServer::http2(&[Does::Nothing, Does::Answer]).await;
    let (code, stderr) = server.run("streams --readable --max-attempts 2 --read-timeout 1s").await;
    assert_eq!((code, server.versions.lock().unwrap().len()), (Some(0), 2), "{stderr}");
}

#[tokio::test(flavor = "multi_thread")]
async fn http_2_is_spoken_where_the_server_does() {
    for (protocols, version) in [
        (&[b"h2".as_slice(), b"http/1.1"][..], Version::HTTP_2),
        (&[b"http/1.1".as_slice()][..], Version::HTTP_11),
    ] {
        let server = TlsServer::start(protocols).await;
        let (code, stderr) = server.ask(true).await;
        assert_eq!(code, Some(0), "{stderr}");
        assert_eq!(*server.versions.lock().unwrap(), [version]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_nobody_vouches_for_is_refused() {
    let server = TlsServer::start(&[b"h2"]).await;
    let (code, stderr) = server.ask(false).await;
    assert_eq!(code, Some(1), "{stderr}");
    assert!(stderr.contains("certificate"), "{stderr}");
    assert!(stderr.contains("hint: check the clock and the system's certificate store"), "{stderr}");
    assert!(server.versions.lock().unwrap().is_empty(), "the key must not have been sent");
}
