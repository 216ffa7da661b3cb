//! `ashby demo`, which needs no account.

use std::process::Stdio;
use std::time::Duration;

use rusqlite::Connection;

use crate::support::{bare, query, run};

/// It lists a hundred thousand records, here without optimisation and beside other tests.
const PATIENCE: Duration = Duration::from_secs(600);

/// The number in front of some words, as people write it.
fn before(text: &str, words: &str) -> u64 {
    let (text, _) = text.split_once(words).unwrap_or_else(|| panic!("{words} is not in {text}"));
    let number = text.rsplit(|letter: char| letter != ',' && !letter.is_ascii_digit()).next().unwrap();
    number.replace(',', "").parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_brings_everything_then_only_what_changed_and_answers_three_questions() {
    let directory = tempfile::tempdir().unwrap();
    let mut command = bare(directory.path(), "demo");
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let output = tokio::time::timeout(PATIENCE, child.wait_with_output()).await.expect("it ends").unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}");

    let database = directory.path().join("ashby-demo.db");
    let count = |sql: &str| query(&database, sql)[0][0].parse::<u64>().unwrap();
    assert!((20_000..20_300).contains(&count("SELECT count(*) FROM applications")));
    assert!((15_000..15_300).contains(&count("SELECT count(*) FROM candidates")));
    let (first, second) = text.split_once("A working day goes by: ").expect("two syncs");
    // The second sync brought what changed, and nothing else.
    let (new, changed) =
        (before(second, " new and "), before(second, " changed records came, and nothing else"));
    assert!((200..1_000).contains(&(new + changed)), "{second}");
    assert_eq!(before(second, " records in "), before(first, " records of ") + new, "{text}");
    for question in [
        "Where is everybody in the funnel?",
        "Which sources bring people who are hired?",
        "Where do open jobs stand?",
    ] {
        let (_, answer) = second.split_once(question).unwrap_or_else(|| panic!("{question} is not asked"));
        assert!(answer.lines().count() > 6, "{answer}");
    }
    let bars = second.lines().filter(|line| line.contains('█')).count();
    assert!(bars >= 4, "{second}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_does_not_take_the_place_of_another_database() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("ashby-demo.db");
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE mine (x)").unwrap();
    let before = std::fs::read(&path).unwrap();
    let ran = run(bare(directory.path(), "demo")).await;
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert!(ran.stderr.contains("ashby-demo.db") && ran.stderr.contains("hint: "), "{ran:#?}");
    assert_eq!(std::fs::read(&path).unwrap(), before);
}
