//! How much memory a run takes, whatever the server sends.
#![cfg(target_os = "linux")]

use std::io;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::support::BINARY;
use crate::support::evil::{MOST_BYTES, STREAMS, evil, most_memory_so_far, packed, repeated, serve};

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
