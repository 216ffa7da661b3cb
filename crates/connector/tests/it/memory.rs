//! How much memory a session takes, whatever the server sends.

// A failed unwrap is a failed test, in helpers as well.
#![allow(clippy::unwrap_used)]

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::evil::{MOST_BYTES, STREAMS, evil, most_memory_so_far, serve};
use crate::process::PATIENCE;
use crate::task::Task;

/// The most memory that a session takes until it has committed something, or says that something is wrong.
fn most_bytes(open: &Value) -> u64 {
    let mut child = Command::new(env!("CARGO_BIN_EXE_source-ashby"))
        .env_remove("FLOW_RUNTIME_CODEC")
        .env_remove("LOG_LEVEL")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    writeln!(input, "{open}").unwrap();
    let is_over = Arc::new(AtomicBool::new(false));
    let watch = |output: Box<dyn std::io::Read + Send>, words: &'static [&'static str]| {
        let is_over = Arc::clone(&is_over);
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if words.iter().any(|word| line.contains(word)) {
                    is_over.store(true, Ordering::Relaxed);
                }
            }
        })
    };
    let reading = [
        watch(Box::new(child.stdout.take().unwrap()), &[r#"{"checkpoint""#]),
        watch(Box::new(child.stderr.take().unwrap()), &[r#""level":"WARN""#, r#""level":"ERROR""#]),
    ];
    let began = Instant::now();
    let mut peak_bytes = 0;
    while !is_over.load(Ordering::Relaxed) && child.try_wait().unwrap().is_none() {
        peak_bytes = peak_bytes.max(most_memory_so_far(child.id()).unwrap_or(0));
        assert!(began.elapsed() < PATIENCE, "nothing came of it");
        std::thread::sleep(Duration::from_millis(1));
    }
    peak_bytes = peak_bytes.max(most_memory_so_far(child.id()).unwrap_or(0));
    let _ = child.kill();
    child.wait().unwrap();
    reading.into_iter().for_each(|reading| reading.join().unwrap());
    assert!(peak_bytes > 1_000_000, "nothing was measured");
    peak_bytes
}

#[test]
fn a_session_stays_small_whatever_the_server_sends() {
    for (name, answer) in evil() {
        let body = answer();
        let task = Task::new(&serve(move |_| body.clone()), &STREAMS);
        let peak_bytes = most_bytes(&task.open_request());
        assert!(peak_bytes < MOST_BYTES, "{name}: {} MB", peak_bytes / 1_000_000);
    }
}
