//! What operations answer, printed: JSON, a record a line, tables, CSV, and what jq makes of it.

use ashby_sim::{Fault, FaultRule};
use serde_json::Value;

use crate::support::stub::Stub;
use crate::support::{Ran, Site, bare, run, snapshot, truth};

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

    let ran = site.done("list candidates --all --page-size 50 --output ndjson").await;
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
    let ran = site.run("list candidates --all --output ndjson --page-size 50").await;
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert_eq!(lines(&ran).len(), 50, "the pages before it");
    let ran = site.run("list candidates --all --output table --page-size 50").await;
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""), "half a table would pass for a whole one");
}

/// The records of an envelope, and where it goes on.
fn envelope(ran: &Ran) -> (Vec<Value>, Value) {
    let mut document: Value = serde_json::from_str(&ran.stdout).unwrap();
    let Value::Array(records) = document["results"].take() else { panic!("no list: {ran:#?}") };
    assert_eq!(document["moreDataAvailable"], !document["nextCursor"].is_null(), "{document}");
    (records, document["nextCursor"].clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_is_a_number_of_records_and_an_envelope_goes_on_from_there() {
    let site = Site::new().await;
    for (kind, operation, stream, limit, pages) in [
        ("candidates", "candidate.list", "candidates", 45, vec![25, 20]),
        ("candidates", "candidate.list", "candidates", 25, vec![25]),
        ("candidates", "candidate.list", "candidates", 7, vec![7]),
        // Ashby does not page these.
        ("hiringTeamRoles", "hiringTeamRole.list", "hiring_team_roles", 3, vec![]),
    ] {
        let expected = truth(site.organisation(), stream).len();
        let base = format!("list {kind} --limit {limit} --envelope");
        let (mut all, mut cursor) = (Vec::new(), Value::Null);
        loop {
            site.log().clear();
            let mut command = site.ashby(&base);
            if !pages.is_empty() {
                command.args(["--page-size", "25"]);
            }
            if let Some(cursor) = cursor.as_str() {
                command.args(["--cursor", cursor]);
            }
            let ran = crate::support::run(command).await;
            assert_eq!(ran.code, Some(0), "{ran:#?}");
            let (records, next) = envelope(&ran);
            assert!(records.len() <= limit, "{base}");
            if all.is_empty() && !pages.is_empty() {
                let asked = site.log().of(operation);
                assert_eq!(asked.len(), pages.len(), "{base}: no page more than it takes");
            }
            assert!(next.is_null() || records.len() == limit, "{base}: {} records", records.len());
            all.extend(records);
            cursor = next;
            if cursor.is_null() {
                break;
            }
        }
        let mut ids: Vec<String> = all.iter().map(Value::to_string).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!((all.len(), ids.len()), (expected, expected), "{base}: all of them, none twice");
    }
    let ran = site.done("list candidates --all --envelope").await;
    let (records, _) = envelope(&ran);
    assert_eq!(records.len(), truth(site.organisation(), "candidates").len());
    let token = serde_json::from_str::<Value>(&ran.stdout).unwrap()["syncToken"].clone();
    let ran =
        site.done(&format!("list candidates --envelope --sync-token {}", token.as_str().unwrap())).await;
    assert_eq!(envelope(&ran), (Vec::new(), Value::Null), "nothing has changed: {ran:#?}");
    // Of what there is one, there is nothing to name.
    let own: Value = serde_json::from_str(&site.done("get apiKeys").await.stdout).unwrap();
    assert!(own["createdAt"].is_string(), "{own:#}");
    let one = site.done(&format!("get candidates {} --envelope", site.some("candidates"))).await;
    assert!(one.stdout.starts_with("{\"results\":{"), "{one:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_pages_cannot_be_is_refused_before_anything_is_sent() {
    let site = Site::new().await;
    for arguments in [
        "list candidates --page-size 101",
        "list candidates --page-size 0",
        "list candidates --limit 0",
        "list candidates --limit 5 --all",
        "list candidates --envelope --output csv",
        "list candidates --envelope --output ndjson",
        "list candidates --envelope --jq .",
    ] {
        let ran = site.run(arguments).await;
        assert_eq!(ran.code, Some(2), "{arguments}: {ran:#?}");
    }
    assert_eq!(site.log().total(), 0);
}

const ID: &str = "0b1f3c5e-1111-4222-8333-444455556666";

/// Everything that it says has half a character in it.
fn cut(operation: &str) -> String {
    let results = match operation {
        "candidate.list" => r#"[{"id":"ID","name":"Cut \ud83d"}]"#,
        "report.generate" => {
            r#"{"requestId":"r","status":"complete","reportData":{"data":[["Cut \ud83d"]],"columnNames":["a"]}}"#
        }
        "jobBoard.list" => r#"[{"id":"ID","title":"Jobs","isInternal":false}]"#,
        "jobPosting.list" => r#"[{"id":"ID","isListed":true,"status":"Published"}]"#,
        "jobPosting.info" => {
            r#"{"id":"ID","title":"Cut \ud83d","isListed":true,"status":"Published","publishedDate":"2026-01-02",
                "externalLink":"https://jobs.ashbyhq.com/x/ID","job":{"confidential":false}}"#
        }
        board if board.starts_with("posting-api/") => {
            return r#"{"apiVersion":"1","jobs":[{"id":"ID","title":"Cut \ud83d","isListed":true,"isRemote":false,
                "publishedAt":"2026-01-02T09:00:00Z","employmentType":"FullTime","secondaryLocations":[],
                "descriptionHtml":"x","descriptionPlain":"x","jobUrl":"https://jobs.ashbyhq.com/acme/ID",
                "applyUrl":"https://jobs.ashbyhq.com/acme/ID/apply"}]}"#
                .replace("ID", ID);
        }
        _ => "null",
    };
    format!(r#"{{"success":true,"moreDataAvailable":false,"results":{}}}"#, results.replace("ID", ID))
}

#[tokio::test(flavor = "multi_thread")]
async fn text_that_had_to_be_mended_is_told_once() {
    let stub = Stub::start(cut).await;
    let directory = tempfile::tempdir().unwrap();
    let report = format!("report run {ID}");
    let report_as_csv = format!("report run {ID} --output csv");
    for (arguments, is_mended) in [
        ("list candidates --output csv", true),
        ("list candidates --jq .[].name", true),
        (&report, true),
        (&report_as_csv, true),
        ("postings --careers", true),
        ("postings --careers --output csv", true),
        ("postings acme", true),
        ("feed acme --organization-id o --organization-name n", true),
        // A record for a program is what Ashby sent.
        ("list candidates", false),
    ] {
        let mut command = bare(directory.path(), arguments);
        command.env("ASHBY_API_KEY", "k").env("ASHBY_BASE_URL", &stub.url);
        let ran = run(command).await;
        assert_eq!(ran.code, Some(0), "{arguments}: {ran:#?}");
        assert_eq!(ran.stdout.contains("Cut \u{fffd}"), is_mended, "{arguments}: {ran:#?}");
        assert_eq!(ran.stdout.contains(r"Cut \ud83d"), !is_mended, "{arguments}: {ran:#?}");
        let times = ran.stderr.matches("some text holds half a character").count();
        assert_eq!(times, usize::from(is_mended), "{arguments}: {ran:#?}");
        assert!(is_mended || ran.stderr.is_empty(), "{arguments}: {ran:#?}");
    }
}

/// What a destination shows otherwise than Ashby sent it is said once a run, of whatever streams; what it keeps as it came is
/// no matter.
#[tokio::test(flavor = "multi_thread")]
async fn text_that_a_destination_had_to_mend_is_told_once_a_run() {
    let stub = Stub::start(|operation| {
        let results = match operation {
            "apiKey.info" => r#"{"title":"k","scopes":[]}"#,
            _ => r#"[{"id":"a","name":"Cut \ud83d"},{"id":"b","name":"Cut \ud83d, too"}]"#,
        };
        format!(r#"{{"success":true,"moreDataAvailable":false,"syncToken":"t","results":{results}}}"#)
    })
    .await;
    let directory = tempfile::tempdir().unwrap();
    for (to, times) in [
        ("sqlite:a.db", 1),
        // It has them by now.
        ("sqlite:a.db", 0),
        #[cfg(feature = "parquet")]
        ("parquet:lake", 1),
        ("jsonl:out", 0),
        ("stdout", 0),
    ] {
        let mut command = bare(directory.path(), &format!("sync candidates users --to {to}"));
        command.env("ASHBY_API_KEY", "k").env("ASHBY_BASE_URL", &stub.url);
        let ran = run(command).await;
        assert_eq!(ran.code, Some(0), "{to}: {ran:#?}");
        assert_eq!(ran.stderr.matches("some text holds half a character").count(), times, "{to}: {ran:#?}");
    }
}
