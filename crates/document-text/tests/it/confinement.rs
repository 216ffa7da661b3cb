//! Who reads can do nothing else.

use std::process::{Command, Stdio};

use document_text::{Error, FLAG, Reader};

#[tokio::test]
async fn a_program_that_does_not_read_is_no_reader() {
    assert_eq!(Reader::new("/nowhere/at/all").read(b"x".to_vec()).await, Err(Error::NoReader));
    // It says something else.
    assert_eq!(Reader::new("/bin/echo").read(b"x".to_vec()).await, Err(Error::NoReader));
}

/// As the system tells it, while the reader waits for its document.
#[cfg(target_os = "linux")]
#[test]
fn files_memory_and_time_are_given_up_before_the_first_byte() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_document-text"))
        .arg(FLAG)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let read =
        |what: &str| std::fs::read_to_string(format!("/proc/{}/{what}", child.id())).unwrap_or_default();
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
    // Of system calls, a filter (2) is in force last.
    while !read("status").lines().any(|line| line.starts_with("Seccomp:") && line.ends_with('2')) {
        assert!(std::time::Instant::now() < deadline, "{}", read("status"));
        std::thread::yield_now();
    }
    assert!(read("status").contains("NoNewPrivs:\t1"));
    let limits = read("limits");
    for (name, most) in [
        ("Max open files", "0"),
        ("Max file size", "0"),
        ("Max processes", "0"),
        ("Max core file size", "0"),
        ("Max cpu time", "10"),
        ("Max address space", "671088640"),
    ] {
        let line = limits.lines().find(|line| line.starts_with(name)).unwrap();
        assert_eq!(line.trim_start_matches(name).split_whitespace().next(), Some(most), "{line}");
    }
    assert_eq!(read("environ"), "");
    drop(child.stdin.take());
    assert!(child.wait_with_output().unwrap().status.success());
}
