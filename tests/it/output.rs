//! What a sync and the state look like.

use serde_json::Value;

use crate::support::{Site, snapshot, truth};

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
