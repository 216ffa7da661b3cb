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
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::support::bare;

/// What `apiKey.info` answers.
const KEY: &str = r#"{"success":true,"results":{"title":"k","scopes":["jobs:read"]}}"#;

struct TlsServer {
    url: String,
    directory: TempDir,
    certificate: PathBuf,
    versions: Arc<Mutex<Vec<Version>>>,
}

impl TlsServer {
    /// Offers these protocols by ALPN, and answers everything as `apiKey.info`.
    async fn start(protocols: &[&[u8]]) -> Self {
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
        let seen = Arc::clone(&versions);
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
        Self { url, directory, certificate, versions }
    }

    /// `ashby streams`: one request. `trusted` adds the certificate to those of the system.
    async fn ask(&self, trusted: bool) -> (Option<i32>, String) {
        let mut command = bare(self.directory.path(), "streams --max-attempts 1");
        command.env("ASHBY_API_KEY", "k").env("ASHBY_BASE_URL", &self.url);
        if trusted {
            command.env("SSL_CERT_FILE", &self.certificate);
        }
        let output = command.output().await.unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    }
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
