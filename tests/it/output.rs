//! What a sync and the state look like.

use ashby_sim::{Fault, FaultRule, Kind, Mutation, PagePosition};
use serde_json::{Value, json};

use crate::support::{PATIENCE, Site, ended, signal, snapshot, sqlite, start, truth};

const STREAMS: &str = "applications archive_reasons interview_events interview_schedules users";

#[tokio::test(flavor = "multi_thread")]
async fn a_sync_ends_with_a_table() {
    let site = Site::new().await;
    let ran = site.done(&format!("sync {STREAMS}")).await;
    assert_eq!(ran.stdout, "", "nothing asked for the table on standard output");
    snapshot("sync_first", &site, &ran.stderr);
    site.organisation().churn(40, 3);
    snapshot("sync_second", &site, &site.done(&format!("sync {STREAMS}")).await.stderr);
    snapshot("sync_jsonl", &site, &site.done(&format!("sync {STREAMS} --to jsonl:out")).await.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sync_ends_with_a_json_object_if_asked() {
    let site = Site::new().await;
    let ran = site.done("sync archive_reasons users --output json").await;
    let summary: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(summary["streams"]["users"]["outcome"], "up_to_date");
    snapshot("sync_json", &site, &ran.stdout);

    let ran = site.done("sync users --output json --to stdout").await;
    assert!(ran.stdout.lines().all(|line| line.starts_with(r#"{"stream":"users""#)), "records only");
    let summary: Value = serde_json::from_str(&ran.stderr).unwrap();
    assert_eq!(summary["streams"]["users"]["records"], ran.stdout.lines().count());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_requests_only_the_permissions() {
    let site = Site::new().await;
    let ran = site.done(&format!("sync {STREAMS} candidate_notes --dry-run --max-rpm 600")).await;
    snapshot("dry_run", &site, &ran.stdout);
    assert_eq!(site.log().counts().into_keys().collect::<Vec<_>>(), ["apiKey.info"]);
    assert!(!site.path("ashby.db").exists());

    let counted = site.done("sync candidate_notes --dry-run --count --output json").await;
    let counted: Value = serde_json::from_str(&counted.stdout).unwrap();
    let parents = truth(site.organisation(), "candidates").len();
    assert_eq!(counted["requests"], parents + parents.div_ceil(100), "{counted}");
    assert_eq!(counted["is_unknown"], false);
    assert_eq!(site.run("sync --count").await.code, Some(2));
    assert!(!site.path("ashby.db").exists());

    site.done(&format!("sync {STREAMS}")).await;
    snapshot("dry_run_later", &site, &site.done(&format!("sync {STREAMS} --dry-run")).await.stdout);
    let full = site.done(&format!("sync {STREAMS} --dry-run --full --output json")).await;
    let estimate: Value = serde_json::from_str(&full.stdout).unwrap();
    let pages = |stream: &str| truth(site.organisation(), stream).len().div_ceil(100);
    let listed = ["applications", "archive_reasons", "interview_schedules", "users"];
    assert_eq!(estimate["requests"], listed.map(pages).iter().sum::<usize>());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_state_is_shown_and_forgotten_and_moved() {
    let site = Site::new().await;
    snapshot("state_none", &site, &{
        let ran = site.done("state show").await;
        format!("{}--\n{}", ran.stdout, ran.stderr)
    });
    site.done(&format!("sync {STREAMS}")).await;
    snapshot("state_show", &site, &site.done("state show").await.stdout);

    let exported = site.done("state export").await.stdout;
    let state: Value = serde_json::from_str(&exported).unwrap();
    assert_eq!((state["version"].as_u64(), state["streams"].as_object().unwrap().len()), (Some(2), 5));

    let reset = site.done("state reset users").await;
    snapshot("state_reset", &site, &reset.stderr);
    let unknown = site.run("state reset nothing").await;
    assert_eq!(unknown.code, Some(2));
    snapshot("state_reset_unknown", &site, &unknown.stderr);
    site.log().clear();
    site.done(&format!("sync {STREAMS}")).await;
    assert!(site.log().of("user.list").iter().all(|entry| !entry.has_token), "users are listed whole");
    assert!(site.log().of("application.list").iter().all(|entry| entry.has_token), "applications are not");

    std::fs::write(site.path("state.exported"), exported).unwrap();
    // It claims records that are not there.
    let refused = site.run("state import state.exported --to sqlite:other.db").await;
    assert_eq!(refused.code, Some(2), "{refused:#?}");
    assert!(refused.stderr.contains("--force") && !site.path("other.db").exists(), "{refused:#?}");
    snapshot(
        "state_import",
        &site,
        &site.done("state import state.exported --force --to sqlite:other.db").await.stderr,
    );
    site.log().clear();
    site.done("sync applications users --to sqlite:other.db").await;
    assert!(
        site.log().of("user.list").iter().all(|entry| entry.has_token),
        "the other one goes on from there"
    );

    std::fs::write(site.path("state.broken"), "{\"version\": 99, \"streams\": {}}").unwrap();
    let newer = site.run("state import state.broken").await;
    assert_eq!(newer.code, Some(1), "{newer:#?}");
    assert!(newer.stderr.contains("version"), "{newer:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_imported_listing_begins_anew_and_buries_nothing() {
    let site = Site::new().await;
    let sync = "sync candidates candidate_notes --page-size 10";
    site.server.faults().add(FaultRule::new("candidate.list", Fault::Hold).page(PagePosition::Later));
    let child = start(site.ashby(sync));
    // Both streams list candidates.
    tokio::time::timeout(PATIENCE, site.server.faults().wait_held(2)).await.unwrap();
    signal(&child, "INT");
    assert_eq!(ended(child).await.code, Some(130));
    site.server.faults().clear();
    assert_eq!(site.to_be_listed("sqlite:ashby.db").await.len(), 2);
    let middle = site.done("state export").await.stdout;
    std::fs::write(site.path("middle"), middle).unwrap();
    site.done(sync).await;
    let before = site.done("state export").await.stdout;
    let id = truth(site.organisation(), "candidates").into_keys().next().unwrap();
    site.organisation().mutate(&Mutation::Delete { kind: Kind::Candidate, id }).unwrap();

    let ran = site.done("state import middle --output json").await;
    let told: Value = serde_json::from_str(&ran.stdout).unwrap();
    // Neither has a token to go on from. Of the children nothing is kept, of the list what it asks for, and that it begins.
    assert_eq!(
        (&told["imported"], &told["listed_again"]),
        (&1.into(), &json!(["candidate_notes", "candidates"])),
        "{told:#}"
    );
    let kept = std::fs::read_to_string(site.path(told["replaced_state"].as_str().unwrap())).unwrap();
    let parsed = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    assert_eq!(parsed(&kept), parsed(&before), "the state that it replaces is kept whole");
    site.log().clear();
    site.done(sync).await;
    let first = site.log().of("candidate.list");
    assert!(!first[0].has_cursor && !first[0].has_token, "from the first page");
    for stream in ["candidates", "candidate_notes"] {
        assert_eq!(sqlite(&site.path("ashby.db"), stream), truth(site.organisation(), stream), "{stream}");
    }
}

/// Whether lines were received, their ledger tells; where there is none, none were.
#[tokio::test(flavor = "multi_thread")]
async fn a_state_is_imported_beside_lines_that_were_received_or_by_force() {
    let site = Site::new().await;
    site.done("sync users --to jsonl:out").await;
    std::fs::write(site.path("exported"), site.done("state export --to jsonl:out").await.stdout).unwrap();
    let again = site.done("state import exported --to jsonl:out").await;
    assert!(again.stderr.contains("imported"), "{again:#?}");
    for to in ["--to jsonl:other", "--to stdout --state other.json"] {
        let refused = site.run(&format!("state import exported {to}")).await;
        assert_eq!(refused.code, Some(2), "{refused:#?}");
        assert!(refused.stderr.contains("--force"), "{refused:#?}");
        site.done(&format!("state import exported --force {to}")).await;
        for _ in 0..2 {
            site.log().clear();
            site.done(&format!("sync users archive_reasons {to}")).await;
            assert!(site.log().of("user.list").iter().all(|entry| entry.has_token), "it goes on from there");
        }
    }
}

/// The streams of an estimate, by name.
fn estimated(estimate: &Value, name: &str) -> Value {
    let streams = estimate["streams"].as_array().unwrap();
    streams.iter().find(|stream| stream["stream"] == name).unwrap_or_else(|| panic!("no {name}")).clone()
}

async fn json_of(site: &Site, command: &str) -> Value {
    serde_json::from_str(&site.done(&format!("{command} --output json")).await.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_of_everything_says_what_it_does_not_know() {
    let site = Site::new().await;
    let command = "sync --all --dry-run --max-rpm 600";
    let unknown = json_of(&site, command).await;
    assert_eq!((&unknown["is_unknown"], &unknown["seconds"]), (&json!(true), &Value::Null));
    for (name, parent) in [("candidate_notes", "candidates"), ("interviewer_pauses", "users")] {
        let stream = estimated(&unknown, name);
        assert_eq!(stream["requests"], Value::Null, "{stream}");
        assert_eq!(stream["rate"], json!({"of": parent, "requests_per_thousand": 1000}));
    }
    let text = site.done(command).await.stdout;
    let last = text.lines().last().unwrap();
    assert!(last.contains("and those that are unknown; 1,000 take about 1 min 40 s"), "{last}");
    assert_eq!(site.log().counts().into_keys().collect::<Vec<_>>(), ["apiKey.info"]);

    // Once the parents are known, so is what their children cost.
    site.done("sync candidates users").await;
    let known = json_of(&site, command).await;
    for (name, parent) in [("candidate_notes", "candidates"), ("interviewer_pauses", "users")] {
        let parents = truth(site.organisation(), parent).len();
        assert_eq!(estimated(&known, name)["requests"], parents + parents.div_ceil(100), "{name}");
    }
    // What a sync of everything has listed, it requests for about as much as was said.
    site.done("sync --all").await;
    let again = json_of(&site, "sync --all --dry-run --full --max-rpm 600").await;
    assert_eq!(again["is_unknown"], false, "{again}");
    site.log().clear();
    site.done("sync --all --full").await;
    // The permissions are asked for, too.
    let (said, made) = (again["requests"].as_u64().unwrap(), site.log().total() as u64 - 1);
    assert!(made <= said && said <= made + made / 5, "{said} were said, {made} made");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listing_that_went_over_two_runs_counts_all_its_records() {
    let site = Site::new().await;
    let records = truth(site.organisation(), "applications").len();
    let shown = async || json_of(&site, "state show").await[0].clone();
    for command in ["sync applications --page-limit 30", "sync applications --page-limit 30 --full"] {
        let is_first = !command.contains("--full");
        site.server.faults().add(FaultRule::new("application.list", Fault::Hold).after(3));
        let child = start(site.ashby(command));
        site.held().await;
        signal(&child, "INT");
        assert_eq!(ended(child).await.code, Some(130));
        site.server.faults().clear();

        let halfway = shown().await;
        assert_eq!(halfway["listing"], true);
        let before = if is_first { Value::Null } else { records.into() };
        assert_eq!(halfway["full_listing_records"], before, "half a listing says nothing of all records");
        let left = json_of(&site, "sync applications --dry-run").await;
        let expected = if is_first { Value::Null } else { (records - 90).div_ceil(100).into() };
        assert_eq!(estimated(&left, "applications")["requests"], expected, "{left}");
        assert_eq!(estimated(&left, "applications")["lists"], "what is left");

        site.done("sync applications --page-limit 30").await;
        let whole = shown().await;
        assert_eq!((&whole["listing"], &whole["full_listing_records"]), (&json!(false), &json!(records)));
        let everything = json_of(&site, "sync applications --dry-run --full").await;
        assert_eq!(everything["requests"], records.div_ceil(100));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_kept_up_is_warned_of_with_its_age() {
    let site = Site::new().await;
    site.done("sync jobs users").await;
    let fresh = site.done("state show").await;
    assert!(!fresh.stderr.contains("not kept up"), "{fresh:#?}");

    // Somebody has synced only the jobs for three days.
    let mut state = json_of(&site, "state export").await;
    let then = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(75);
    state["streams"]["users"]["committed_at"] = then.to_string().into();
    std::fs::write(site.path("state.old"), state.to_string()).unwrap();
    site.done("state import state.old").await;

    let warned = site.done("state show").await;
    let line = "warning: not kept up with the others: users; the oldest is as of 3 days ago";
    assert!(warned.stderr.contains(line) && warned.stderr.contains("hint: name them"), "{warned:#?}");
    let ages = json_of(&site, "state show").await;
    let age = |name: &str| {
        let streams = ages.as_array().unwrap().iter();
        let mut ages = streams.filter(|shown| shown["stream"] == name).map(|shown| &shown["age_seconds"]);
        ages.next().unwrap().as_u64().unwrap()
    };
    assert!((75 * 3600..76 * 3600).contains(&age("users")), "{ages}");
    assert!(age("jobs") < 3600, "{ages}");
    let doctor = site.run("doctor").await;
    assert!(doctor.stdout.contains("not kept up with the others: users"), "{doctor:#?}");

    site.done("sync jobs users").await;
    assert!(!site.done("state show").await.stderr.contains("not kept up"));
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_printed_as_json_lines_and_csv_too() {
    let site = Site::new().await;
    site.done("sync users").await;
    for (command, name) in [
        ("streams", "name"),
        ("operations candidate", "name"),
        ("check", "stream"),
        ("doctor", "about"),
        ("state show", "stream"),
    ] {
        let json: Value =
            serde_json::from_str(&site.done(&format!("{command} --output json")).await.stdout).unwrap();
        let lines = site.done(&format!("{command} --output ndjson")).await.stdout;
        let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert!(!lines.is_empty() && lines.iter().all(|line| line[name].is_string()), "{command}: {lines:?}");
        if let Some(all) = json.as_array() {
            assert_eq!(*all, lines, "{command}");
        }
        let csv = site.done(&format!("{command} --output csv")).await.stdout;
        assert_eq!(csv.lines().count(), lines.len() + 1, "{command}: {csv}");
        let cells = csv.lines().next().unwrap().split(',').count();
        assert!(cells >= 3, "{command}: {csv}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_destination_holds_is_kept_up_for_the_parents_that_changed() {
    let site = Site::new().await;
    site.done("sync candidates candidate_notes interviewer_pauses").await;
    site.log().clear();
    let ran = site.done("sync --output json").await;
    let summary: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(summary["streams"]["candidate_notes"]["outcome"], "up_to_date");
    assert_eq!(site.log().count("candidate.listNotes"), 0, "nobody has changed");
    assert_eq!(site.log().count("user.listInterviewerPauses"), 0, "it would cost a request for each user");
    let left_out = summary["left_out"].as_array().unwrap();
    assert!(left_out.len() == 1 && left_out[0]["stream"] == "interviewer_pauses", "{summary}");
    let told = site.done("sync").await.stderr;
    assert!(told.contains("not synced this time: interviewer_pauses; the oldest is as of "), "{told}");
    assert!(told.contains(" ago (`--all` syncs them)"), "{told}");
    let except = site.done("sync --except candidate_notes --output json").await;
    let summary: Value = serde_json::from_str(&except.stdout).unwrap();
    assert!(summary["streams"].get("candidate_notes").is_none());
}
