//! What operations answer, printed: JSON, a record a line, tables, CSV, and what jq makes of it.

use ashby_sim::{Fault, FaultRule};
use serde_json::Value;

use crate::support::{Ran, Site, snapshot, truth};

fn lines(ran: &Ran) -> Vec<Value> {
    ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_page_says_how_to_go_on() {
    let site = Site::new().await;
    let first = site.done("list candidates --limit 50 --output ndjson").await;
    assert_eq!((lines(&first).len(), site.log().total()), (50, 1));
    // Where nobody looks, a cursor belongs into no log; `terminal.rs` sees it.
    assert_eq!(first.stderr, "there is more: --all prints everything\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn all_pages_come_as_one_list_in_every_format() {
    let site = Site::new().await;
    let mut expected: Vec<Value> = truth(site.organisation(), "candidates").into_values().collect();
    let order = |record: &Value| record["id"].as_str().unwrap().to_owned();
    expected.sort_by_key(order);

    let ran = site.done("list candidates --all --page-limit 50 --output ndjson").await;
    let mut records = lines(&ran);
    records.sort_by_key(order);
    assert_eq!(records, expected);
    assert_eq!(site.log().count("candidate.list"), expected.len().div_ceil(50) as u64);

    let ran = site.done("list candidates --all").await;
    let mut records: Vec<Value> = serde_json::from_str(&ran.stdout).unwrap();
    records.sort_by_key(order);
    assert_eq!(records, expected, "one array");

    let csv = site.done("list candidates --all --output csv").await.stdout;
    assert!(csv.starts_with("id,"), "{csv}");
    let quotes = csv.matches('"').count();
    assert!(quotes.is_multiple_of(2));
    assert!(expected.iter().all(|record| csv.contains(record["id"].as_str().unwrap())));

    let table = site.done("list candidates --all --output table").await.stdout;
    assert_eq!(table.lines().count(), expected.len() + 1);
    let emails = expected.iter().filter_map(|record| record["primaryEmailAddress"]["value"].as_str());
    assert!(emails.into_iter().all(|email| table.contains(email)), "nothing is cut where no terminal is");

    let names = site.done("list candidates --all --jq .[].name").await;
    let mut names: Vec<&str> = names.stdout.lines().collect();
    let mut wanted: Vec<&str> = expected.iter().map(|record| record["name"].as_str().unwrap()).collect();
    names.sort_unstable();
    wanted.sort_unstable();
    assert_eq!(names, wanted);
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_and_records_look_like_this() {
    let site = Site::new().await;
    let text = site.done("list jobs --limit 3 --output table").await.stdout;
    snapshot("list_table", &site, &text);
    let id = site.some("archive_reasons");
    let mut shown = String::new();
    for arguments in [
        "list archiveReasons --output csv".to_owned(),
        "list archive-reasons --output ndjson".to_owned(),
        "list hiring-team-roles --output table".to_owned(),
        format!("call candidate.search --name {id}"),
        format!("call candidate.search --name {id} --output csv"),
        "call apiKey.info --output table".to_owned(),
    ] {
        let ran = site.done(&arguments).await;
        shown.push_str(&format!("{}\n{}\n", arguments.replace(&id, "…"), ran.stdout));
    }
    snapshot("answers", &site, &shown);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_printed_of_a_list_that_breaks_but_its_error() {
    let site = Site::new().await;
    site.server.faults().add(FaultRule::new("candidate.list", Fault::Garbage).after(1));
    let ran = site.run("list candidates --all --output ndjson --limit 50").await;
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert_eq!(lines(&ran).len(), 50, "the pages before it");
    let ran = site.run("list candidates --all --output table --limit 50").await;
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""), "half a table would pass for a whole one");
}
