//! A bug ends the process with an explanation, not with a backtrace over several lines.

use std::process::Command;

use serde_json::Value;

use crate::process::ALONE;

#[test]
fn a_panic_is_the_last_log_line_and_gives_no_value_away() {
    if std::env::var_os(ALONE).is_some() {
        source_ashby::start_logging();
        let value = std::hint::black_box("SECRET");
        panic!("a record was {value}");
    }
    let name = "panics::a_panic_is_the_last_log_line_and_gives_no_value_away";
    let ended = Command::new(std::env::current_exe().expect("this is a program"))
        .args(["--exact", name, "--nocapture", "--test-threads=1"])
        .env(ALONE, "1")
        .output()
        .expect("it starts");
    assert_eq!(ended.status.code(), Some(1));
    let log = String::from_utf8(ended.stderr).expect("logs are text");
    let last: Value = serde_json::from_str(log.lines().last().expect("there is a line")).expect("it is JSON");
    let message = last["message"].as_str().expect("there is a message");
    assert_eq!(last["level"], "ERROR");
    assert!(message.contains("the connector has a bug") && message.contains("panics.rs"), "{message}");
    assert!(!log.contains("SECRET"), "{log}");
}
