//! How much memory a run takes, whatever the server sends.
#![cfg(target_os = "linux")]

use std::io::{self, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;

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
    sync_of(&STREAMS, url, more)
}

fn sync_of(streams: &[&str], url: &str, more: &[&str]) -> (Option<i32>, u64, String) {
    run_of(&[&["sync"], streams, more].concat(), url)
}

/// The same of any command.
fn run_of(arguments: &[&str], url: &str) -> (Option<i32>, u64, String) {
    let directory = tempfile::tempdir().unwrap();
    let mut child = Command::new(BINARY)
        .args(arguments)
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
    let (stdout, stderr) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    let stdout = std::thread::spawn(move || io::read_to_string(stdout).unwrap());
    let stderr = std::thread::spawn(move || io::read_to_string(stderr).unwrap());
    // What `wait4` tells would include the memory of this process, from which the other one came.
    let mut peak_bytes = 0;
    let status = loop {
        peak_bytes = peak_bytes.max(most_memory_so_far(child.id()).unwrap_or(0));
        match child.try_wait().unwrap() {
            Some(status) => break status,
            None => std::thread::sleep(Duration::from_millis(1)),
        }
    };
    stdout.join().unwrap();
    assert!(peak_bytes > 1_000_000, "nothing was measured");
    (status.code(), peak_bytes, stderr.join().unwrap())
}

fn most_memory_so_far(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? * 1024)
}

type Answer = Box<dyn Fn() -> Vec<u8>>;

/// Answers that are small on the wire, and large for whoever believes them.
fn evil() -> Vec<(&'static str, Answer)> {
    let last = r#","moreDataAvailable":false,"syncToken":"t"}"#;
    vec![
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
    ]
}

#[test]
fn a_run_stays_small_whatever_the_server_sends() {
    for (name, answer) in evil() {
        let body = answer();
        let (code, peak_bytes, said) = sync(&serve(move |_| body.clone()), &[]);
        assert!(peak_bytes < MOST_BYTES, "{name}: {} MB; {said}", peak_bytes / 1_000_000);
        assert!(matches!(code, Some(0 | 1)), "{name}: {code:?} {said}");
        assert!(!said.is_empty(), "{name}");
    }
}

/// What is only printed is held by nobody, either.
#[test]
fn every_command_stays_small_whatever_the_server_sends() {
    const ID: &str = "0b1f3c5e-1111-4222-8333-444455556666";
    let mut bodies: Vec<(&str, Vec<u8>)> =
        evil().into_iter().map(|(name, answer)| (name, answer())).collect();
    bodies.push((
        "tiny jobs",
        repeated(r#"{"apiVersion":"1","jobs":["#, r#"{"id":1},"#, 3_000_000, r#"{"id":2}]}"#),
    ));
    let report = r#"{"success":true,"results":{"requestId":"r","status":"complete","reportData":{"columnNames":["a"],"data":["#;
    bodies.push(("tiny rows", repeated(report, "[1],", 7_000_000, "[1]]}}}")));
    bodies.push(("as many rows as are taken", repeated(report, "[1],", 550_000, "[1]]}}}")));
    for (name, body) in bodies {
        let url = serve(move |_| body.clone());
        for arguments in [
            &["sync", "candidates", "jobs", "--to", "jsonl:out"][..],
            #[cfg(feature = "parquet")]
            &["sync", "candidates", "jobs", "--to", "parquet:out"],
            &["list", "candidates", "--all"],
            &["call", "candidate.list", "--output", "table"],
            &["postings", "acme"],
            &["report", "run", ID],
        ] {
            let (_, peak_bytes, said) = run_of(arguments, &url);
            assert!(peak_bytes < MOST_BYTES, "{name}: {arguments:?}: {} MB; {said}", peak_bytes / 1_000_000);
        }
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

#[test]
fn the_children_of_one_parent_are_not_held_without_limit() {
    let next = std::sync::atomic::AtomicUsize::new(0);
    let number = move || next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let url = serve(move |operation| {
        if operation == "candidate.list" {
            let candidates: Vec<String> = (0..12).map(|number| format!(r#"{{"id":"c{number}"}}"#)).collect();
            let list = format!(r#"{{"success":true,"results":[{}],"#, candidates.join(","));
            return packed([list.as_str(), r#""moreDataAvailable":false,"syncToken":"t"}"#]);
        }
        // Notes without end, each of them new, under ever new cursors.
        let text = "x".repeat(700_000);
        let notes: Vec<String> =
            (0..4).map(|_| format!(r#"{{"id":"n{}","content":"{text}"}}"#, number())).collect();
        let end = format!(r#"],"moreDataAvailable":true,"nextCursor":"c{}"}}"#, number());
        packed([r#"{"success":true,"results":["#, notes.join(",").as_str(), end.as_str()])
    });
    let (code, peak_bytes, said) = sync_of(&["candidate_notes"], &url, &[]);
    assert!(matches!(code, Some(1 | 4)), "{code:?} {said}");
    assert!(said.contains("the children of one parent take more than 16 MB"), "{said}");
    assert!(peak_bytes < MOST_BYTES, "{} MB", peak_bytes / 1_000_000);
}
