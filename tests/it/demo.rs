//! `ashby demo`, which needs no account.

use std::process::Stdio;
use std::time::Duration;

use rusqlite::Connection;

use crate::support::{bare, query, run, unfiltered_queries};

/// It lists a hundred thousand records, here without optimisation and beside other tests.
const PATIENCE: Duration = Duration::from_secs(600);

/// The number in front of some words, as people write it.
fn before(text: &str, words: &str) -> u64 {
    let (text, _) = text.split_once(words).unwrap_or_else(|| panic!("{words} is not in {text}"));
    let number = text.rsplit(|letter: char| letter != ',' && !letter.is_ascii_digit()).next().unwrap();
    number.replace(',', "").parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_runs_what_it_prints_explains_its_numbers_and_answers_three_questions() {
    let directory = tempfile::tempdir().unwrap();
    let mut command = bare(directory.path(), "demo");
    // A person's own settings are for other companies.
    command
        .env("ASHBY_API_KEY", "mine")
        .env("ASHBY_EXCEPT", "applications")
        .env("ASHBY_BASE_URL", "https://127.0.0.1:9");
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let output = tokio::time::timeout(PATIENCE, child.wait_with_output()).await.expect("it ends").unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{text}\n{said}");

    // It is the command that speaks, in its own words.
    assert_eq!(text.matches("\n$ ashby sync --to sqlite:ashby-demo.db\n").count(), 2, "{text}");
    let totals: Vec<Vec<u64>> = said
        .lines()
        .filter_map(|line| line.strip_prefix("total"))
        .map(|line| line.split_whitespace().flat_map(|word| word.replace(',', "").parse()).collect())
        .collect();
    let [first, second] = &totals[..] else { panic!("two syncs: {said}") };
    let streams = ashby_source::streams().iter().filter(|stream| stream.is_default()).count();
    assert_eq!(said.matches(&format!("{streams} streams up to date · ")).count(), 2, "{said}");

    let database = directory.path().join("ashby-demo.db");
    let count = |sql: &str| query(&database, sql)[0][0].parse::<u64>().unwrap();
    assert!((20_000..20_300).contains(&count("SELECT count(*) FROM applications")));
    assert!((15_000..15_300).contains(&count("SELECT count(*) FROM candidates")));
    // The second sync brought what changed, and nothing else.
    let [_, new, changed, deleted, ..] = second[..] else { panic!("{second:?}") };
    let churned = before(&text, " records change. The same command again:");
    assert_eq!(before(&text, " records changed, which makes "), churned);
    assert_eq!(before(&text, " rows: an interview's events"), new + changed + deleted, "{text}\n{said}");
    assert!((200..1_000).contains(&(new + changed)), "{said}");
    assert_eq!(before(&text, " records in "), first[1] + new - deleted, "{text}\n{said}");
    for question in [
        "Where is everybody in the funnel?",
        "Which sources bring people who are hired?",
        "Where do open jobs stand?",
    ] {
        let (_, answer) = text.split_once(question).unwrap_or_else(|| panic!("{question} is not asked"));
        assert!(answer.lines().count() > 6, "{answer}");
    }
    assert_eq!(unfiltered_queries(&text), [""; 0]);
    // It ends with the page of the model, which is not empty.
    assert!(text.contains("ashby-demo.html shows "), "{text}");
    let page = std::fs::read_to_string(directory.path().join("ashby-demo.html")).unwrap();
    assert!(page.matches("<svg class=\"picture\"").count() >= 6 && page.len() < 400_000, "{}", page.len());
    let bars = text.lines().filter(|line| line.contains('█')).count();
    assert!(bars >= 4, "{text}");
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

#[tokio::test(flavor = "multi_thread")]
async fn the_live_demo_shows_events_become_rows() {
    let directory = tempfile::tempdir().unwrap();
    let child =
        bare(directory.path(), "demo --live").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let output = tokio::time::timeout(PATIENCE, child.wait_with_output()).await.expect("it ends").unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(text.matches(" in the database after ").count(), 3, "{text}");
    assert!(text.contains("Where is everybody in the funnel?"), "{text}");
}
