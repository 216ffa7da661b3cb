//! What is said where something fails, to people and to programs.

use ashby_sim::{Fault, FaultRule, PagePosition};
use serde_json::Value;

use crate::support::{Site, ended, signal, start, truth};

/// The objects on standard error.
fn objects(stderr: &str) -> Vec<Value> {
    stderr.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{stderr}"))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn in_logs_for_programs_a_failure_is_an_error_of_its_own() {
    let site = Site::new().await;
    site.server.faults().add(FaultRule::new("job.list", Fault::Status { status: 503 }));
    for (line, code) in [
        ("list jobs --log-format json --errors json", 1),
        ("list jobs --log-format json", 1),
        ("--log-format json --max-rpm x check", 2),
        ("--log-format json synk", 2),
        ("get jobs --log-format json", 2),
    ] {
        let ran = site.run(line).await;
        assert_eq!(ran.code, Some(code), "{line}: {ran:#?}");
        let objects = objects(&ran.stderr);
        let last = objects.last().unwrap_or_else(|| panic!("{line}: {ran:#?}"));
        assert_eq!((&last["level"], &last["event"]), (&"ERROR".into(), &"failed".into()), "{line}: {ran:#?}");
        assert_eq!(last["exit_code"], code, "{line}: {ran:#?}");
        assert!(!last["message"].as_str().unwrap().contains("{"), "{line}: {ran:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_clap_refuses_is_one_object_that_names_what_is_missing() {
    let site = Site::new().await;
    for (line, named) in [
        ("resume download --output json", "<CANDIDATE_ID>"),
        ("postings --output json", "<"),
        ("call candidate.createNote --note a --note b --output json", "--note"),
        ("list jobs --limit 3 --all --output json", "--all"),
        ("list jobs --limit --output json", "--limit"),
    ] {
        let ran = site.run(line).await;
        assert_eq!(ran.code, Some(2), "{line}: {ran:#?}");
        let told = objects(&ran.stderr);
        assert_eq!(told.len(), 1, "{line}: {ran:#?}");
        assert!(told[0]["message"].as_str().unwrap().contains(named), "{line}: {ran:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn cursors_that_lead_in_a_circle_are_called_that() {
    let site = Site::new().await;
    site.server.faults().add(FaultRule::new("candidate.list", Fault::CursorLoop).page(PagePosition::Later));
    let ran = site.run("sync candidates --page-size 5").await;
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert!(ran.stderr.contains("lead in a circle") && !ran.stderr.contains("refused"), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_is_stopped_says_that_its_fate_is_open() {
    let site = Site::new().await;
    let candidate = truth(site.organisation(), "candidates").keys().next().unwrap().clone();
    site.server.faults().add(FaultRule::new("candidate.createNote", Fault::Hold));
    let child = start(site.ashby(&format!("call candidate.createNote --candidate-id {candidate} --note x")));
    site.held().await;
    signal(&child, "INT");
    let ran = ended(child).await;
    assert_eq!(ran.code, Some(130), "{ran:#?}");
    assert!(
        ran.stderr.contains("may have been carried out") && ran.stderr.contains("look before"),
        "{ran:#?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_would_be_told_is_asked_for_first() {
    let site = Site::new().await;
    let candidate = truth(site.organisation(), "candidates").keys().next().unwrap().clone();
    let note = format!("call candidate.createNote --candidate-id {candidate} --note x");
    let ran = site.run(&format!("{note} --send-notifications")).await;
    assert!(ran.code == Some(2) && ran.stderr.contains("--yes"), "{ran:#?}");
    assert_eq!(site.log().count("candidate.createNote"), 0);
    site.done(&format!("{note} --send-notifications --yes")).await;
    site.done(&note).await;
    assert_eq!(site.log().count("candidate.createNote"), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_no_state_is_named_and_the_destination_not_blamed() {
    let site = Site::new().await;
    site.done("sync jobs").await;
    std::fs::write(site.path("e.json"), "{\"a\":1}").unwrap();
    let ran = site.run("state import e.json").await;
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert!(ran.stderr.contains("e.json") && !ran.stderr.contains("move it away"), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_not_counted_as_an_answer() {
    let site = Site::new().await;
    let ran = site.run("webhook trigger candidateHire --url http://127.0.0.1:1/x").await;
    assert!(
        ran.code == Some(1) && ran.stdout.contains("no answer") && !ran.stdout.contains("answered in"),
        "{ran:#?}"
    );
    std::fs::write(site.path("rows.jsonl"), "{\"title\":\"x\"}\n").unwrap();
    let ran = site.run("call candidateTag.create --each rows.jsonl --output csv").await;
    assert!(ran.code == Some(2) && ran.stderr.contains("csv"), "{ran:#?}");
    assert_eq!(site.log().count("candidateTag.create"), 0);
}
