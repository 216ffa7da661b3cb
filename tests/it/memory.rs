//! How much memory a run takes, whatever the server sends.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::Arc;

use flate2::Compression;
use flate2::write::GzEncoder;
use wait4::Wait4 as _;

use crate::support::BINARY;

const STREAMS: [&str; 4] = ["candidates", "jobs", "applications", "offers"];
const MOST_BYTES: u64 = 256_000_000;

/// Answers each operation with what `answer` makes of its name, compressed. Returns where.
fn serve(answer: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let answer = Arc::new(answer);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (stream, answer) = (stream.unwrap(), Arc::clone(&answer));
            std::thread::spawn(move || talk(stream, &*answer));
        }
    });
    url
}

fn talk(mut stream: TcpStream, answer: &(dyn Fn(&str) -> Vec<u8> + Send + Sync)) {
    let mut request = Vec::new();
    let mut bytes = [0; 4096];
    while !request.windows(4).any(|window| window == b"\r\n\r\n") {
        match stream.read(&mut bytes) {
            Ok(read) if read > 0 => request.extend_from_slice(&bytes[..read]),
            _ => return,
        }
    }
    let line = String::from_utf8_lossy(&request);
    let operation = line.split(['/', ' ']).nth(2).unwrap_or_default();
    let body = match operation {
        "apiKey.info" => {
            let scopes = ["candidates:read", "jobs:read", "interviews:read", "offers:read", "apiKeys:read"];
            packed([format!(r#"{{"success":true,"results":{{"title":"t","scopes":{scopes:?}}}}}"#)])
        }
        other => answer(other),
    };
    let head = format!(
        "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    // A client that has seen enough hangs up.
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body));
}

/// Compressed without ever being whole.
fn packed(parts: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    parts.into_iter().for_each(|part| encoder.write_all(part.as_ref()).unwrap());
    encoder.finish().unwrap()
}

/// An answer that is `times` times `part` between these.
fn repeated(before: &str, part: &str, times: usize, after: &str) -> Vec<u8> {
    let many = part.repeat(1_000);
    let parts = std::iter::repeat_n(many.as_str(), times / 1_000);
    packed(std::iter::once(before).chain(parts).chain(std::iter::once(after)))
}

/// The exit code, the most memory it ever took, and what it said.
fn sync(url: &str, more: &[&str]) -> (Option<i32>, u64, String) {
    let directory = tempfile::tempdir().unwrap();
    let mut child = Command::new(BINARY)
        .arg("sync")
        .args(STREAMS)
        .args(more)
        .current_dir(directory.path())
        .env_clear()
        .env("ASHBY_API_KEY", "k")
        .env("ASHBY_BASE_URL", url)
        .env("ASHBY_MAX_ATTEMPTS", "1")
        .env("ASHBY_MAX_RPM", "0")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stderr = child.stderr.take().unwrap();
    let mut stdout = child.stdout.take().unwrap();
    let reader = std::thread::spawn(move || {
        let mut text = String::new();
        stdout.read_to_string(&mut text).unwrap();
    });
    let mut said = String::new();
    stderr.read_to_string(&mut said).unwrap();
    reader.join().unwrap();
    let used = child.wait4().unwrap();
    (used.status.code(), used.rusage.maxrss, said)
}

#[test]
fn a_run_stays_small_whatever_the_server_sends() {
    let last = r#","moreDataAvailable":false,"syncToken":"t"}"#;
    type Answer = Box<dyn Fn() -> Vec<u8>>;
    let evil: [(&str, Answer); 6] = [
        ("refusals", Box::new(|| repeated(r#"{"success":false,"errors":["#, "{},", 9_000_000, "{}]}"))),
        (
            "warnings",
            Box::new(move || {
                let before = r#"{"success":true,"results":[],"warnings":["#;
                repeated(before, r#""a","#, 7_000_000, &format!(r#""a"]{last}"#))
            }),
        ),
        (
            "numbers for records",
            Box::new(move || {
                repeated(r#"{"success":true,"results":["#, "1,", 15_000_000, &format!("1]{last}"))
            }),
        ),
        (
            "tiny records",
            Box::new(move || {
                repeated(
                    r#"{"success":true,"results":["#,
                    r#"{"id":1},"#,
                    3_000_000,
                    &format!(r#"{{"id":2}}]{last}"#),
                )
            }),
        ),
        (
            "one record",
            Box::new(move || {
                let before = r#"{"success":true,"results":[{"id":"1","text":""#;
                repeated(before, "xxxxxxxxxx", 3_000_000, &format!(r#""}}]{last}"#))
            }),
        ),
        ("a bomb", Box::new(|| repeated(r#"{"success":true,"results":[""#, "xxxxxxxxxx", 10_000_000, ""))),
    ];
    for (name, answer) in evil {
        let body = answer();
        let (code, peak_bytes, said) = sync(&serve(move |_| body.clone()), &[]);
        assert!(peak_bytes < MOST_BYTES, "{name}: {} MB; {said}", peak_bytes / 1_000_000);
        assert!(matches!(code, Some(0 | 1)), "{name}: {code:?} {said}");
        assert!(!said.is_empty(), "{name}");
    }
}

#[test]
fn large_pages_come_one_at_a_time() {
    let record = |number: usize| format!(r#"{{"id":"{number}","text":"{}"}}"#, "x".repeat(1_000_000));
    let records: Vec<String> = (0..28).map(record).collect();
    let page = [
        r#"{"success":true,"results":["#,
        &records.join(","),
        r#"],"moreDataAvailable":false,"syncToken":"t"}"#,
    ];
    let page = packed(page);
    let url = serve(move |_| page.clone());
    let (code, peak_bytes, said) = sync(&url, &[]);
    assert_eq!(code, Some(0), "{said}");
    assert!(peak_bytes < MOST_BYTES, "{} MB", peak_bytes / 1_000_000);
    let (code, _, said) = sync(&url, &["--max-page-mb", "20"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("--max-page-mb"), "{said}");
}
