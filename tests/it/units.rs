//! The files that others start the program by: units, Compose, Kubernetes. Each of their command lines is one that it takes.

use std::path::Path;
use std::process::Command;

use crate::support::BINARY;

const FILES: [&str; 8] = [
    "dist/ashby.service",
    "dist/compose.yaml",
    "docs/operations/ashby-sync-once.service",
    "docs/operations/ashby-sync.service",
    "docs/operations/compose.yaml",
    "docs/operations/kubernetes.yaml",
    "packaging/debian/ashby-serve.service",
    "packaging/debian/ashby-sync.service",
];

/// The arguments on a line, if it starts the program.
fn arguments(line: &str) -> Option<Vec<String>> {
    if let Some(command) = line.strip_prefix("ExecStart=") {
        return Some(command.split(' ').skip(1).map(str::to_owned).collect());
    }
    let list = line.trim().strip_prefix("args: [").or_else(|| line.trim().strip_prefix("command: ["))?;
    let words = list.strip_suffix(']')?.split(", ").map(|word| word.trim_matches('"').to_owned());
    // The proxy's.
    let words: Vec<String> = words.collect();
    (words[0] != "caddy").then_some(words)
}

#[test]
fn what_others_start_is_a_command_of_the_program() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut tried = 0;
    for file in FILES {
        let text = std::fs::read_to_string(root.join(file)).expect(file);
        for line in text.lines() {
            let Some(arguments) = arguments(line) else { continue };
            // What is before it is read first; nothing is started.
            let output = Command::new(BINARY).args(&arguments).arg("--help").output().unwrap();
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{file}: ashby {}\n{said}", arguments.join(" "));
            tried += 1;
        }
    }
    assert!(tried >= 8, "{tried}");
    let unknown = Command::new(BINARY).args(["sync", "--no-such", "--help"]).output().unwrap();
    assert_eq!(unknown.status.code(), Some(2), "a word that is none is noticed");
}
