//! A server whose answers are small on the wire, and large for whoever believes them.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;

use flate2::Compression;
use flate2::write::GzEncoder;

/// What is asked for.
pub(crate) const STREAMS: [&str; 4] = ["candidates", "jobs", "applications", "offers"];
/// What a program may take meanwhile.
pub(crate) const MOST_BYTES: u64 = 256_000_000;

/// Answers each operation with what `answer` makes of its name, compressed. Returns where.
pub(crate) fn serve(answer: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> String {
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
pub(crate) fn packed(parts: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    parts.into_iter().for_each(|part| encoder.write_all(part.as_ref()).unwrap());
    encoder.finish().unwrap()
}

/// An answer that is `times` times `part` between these.
pub(crate) fn repeated(before: &str, part: &str, times: usize, after: &str) -> Vec<u8> {
    let many = part.repeat(1_000);
    let parts = std::iter::repeat_n(many.as_str(), times / 1_000);
    packed(std::iter::once(before).chain(parts).chain(std::iter::once(after)))
}

/// The most memory that a process has had so far.
pub(crate) fn most_memory_so_far(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? * 1024)
}

pub(crate) type Answer = Box<dyn Fn() -> Vec<u8>>;

/// Answers that are small on the wire, and large for whoever believes them.
pub(crate) fn evil() -> Vec<(&'static str, Answer)> {
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
