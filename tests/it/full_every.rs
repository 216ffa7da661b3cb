//! `--full-every`: streams are listed whole in turn. `--since`: what is older is left out, and left alone.

use std::collections::BTreeSet;

use ashby_sim::{Fault, FaultRule, Kind, Mutation};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader};

use crate::support::listening::get;
use crate::support::{Ran, Site, query, said, signal, sqlite, start, truth};

/// Makes it look as if everything had been listed so many days ago.
async fn listed_days_ago(site: &Site, days: i64) {
    let mut state: Value = serde_json::from_str(&site.done("state export").await.stdout).unwrap();
    let then = (Timestamp::now() - SignedDuration::from_hours(24 * days)).to_string();
    for stream in state["streams"].as_object_mut().unwrap().values_mut() {
        assert!(stream["listed"]["last_full_at"].is_string(), "{stream}");
        stream["listed"]["last_full_at"] = then.as_str().into();
    }
    std::fs::write(site.path("state.json"), state.to_string()).unwrap();
    site.done("state import state.json").await;
}

fn delete_a_candidate(site: &Site) {
    let id = site.past_candidate();
    site.organisation().mutate(&Mutation::Delete { kind: Kind::Candidate, id }).unwrap();
}

/// Requests of a list for everything, from its first page on.
fn first_pages(site: &Site, operation: &str) -> usize {
    let entries = site.log().of(operation);
    entries.iter().filter(|entry| !entry.has_token && !entry.parameters.contains_key("cursor")).count()
}

const AGAIN: &str = "everything is listed again, as it is every ";

#[tokio::test(flavor = "multi_thread")]
async fn runs_from_a_timer_list_what_has_its_turn_and_mark_what_is_gone() {
    let site = Site::new().await;
    site.done("sync candidates archive_reasons").await;
    listed_days_ago(&site, 3).await;
    delete_a_candidate(&site);
    site.log().clear();
    let sync = "sync candidates archive_reasons --full-every 24h --output json";
    let deleted = |ran: &Ran| {
        let told: Value = serde_json::from_str(&ran.stdout).unwrap();
        told["streams"]["candidates"]["deleted"].as_u64().unwrap()
    };
    let never = site.done("sync candidates archive_reasons --output json").await;
    assert_eq!((deleted(&never), first_pages(&site, "candidate.list")), (0, 0), "{never:#?}");
    assert!(!never.stderr.contains(AGAIN), "{never:#?}");

    let estimate = site.done("sync candidates archive_reasons --full-every 24h --dry-run").await.stdout;
    assert!(
        estimate.lines().any(|line| line.starts_with("candidates") && line.contains("everything")),
        "{estimate}"
    );
    let ran = site.done(sync).await;
    assert_eq!((deleted(&ran), first_pages(&site, "candidate.list")), (1, 1), "{ran:#?}");
    let said = ran.stderr.lines().filter(|line| line.contains(AGAIN)).collect::<Vec<_>>();
    assert!(
        said.len() == 1 && said[0].contains("\"candidates: ") && said[0].contains("1d (the last"),
        "{said:?}"
    );
    // Once.
    let ran = site.done(sync).await;
    assert_eq!((first_pages(&site, "candidate.list"), ran.stderr.contains(AGAIN)), (1, false), "{ran:#?}");
    let shown: Value = serde_json::from_str(&site.done("state show --output json").await.stdout).unwrap();
    let at: Timestamp = shown[1]["full_listing_at"].as_str().unwrap().parse().unwrap();
    assert!(Timestamp::now().duration_since(at) < SignedDuration::from_hours(1), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_was_cut_off_goes_on_and_is_not_begun_again() {
    let site = Site::new().await;
    let sync = "sync candidates --page-size 30 --full-every 24h";
    site.done(sync).await;
    listed_days_ago(&site, 3).await;
    site.log().clear();
    site.server.faults().add(FaultRule::new("candidate.list", Fault::Hold).after(2));
    let child = start(site.ashby(sync));
    site.held().await;
    signal(&child, "TERM");
    let ran = crate::support::ended(child).await;
    assert!(ran.code == Some(130) && ran.stderr.contains(AGAIN), "{ran:#?}");
    site.server.faults().clear();
    let ran = site.done(sync).await;
    assert_eq!((first_pages(&site, "candidate.list"), ran.stderr.contains(AGAIN)), (1, false), "{ran:#?}");
    site.done(sync).await;
    assert_eq!(first_pages(&site, "candidate.list"), 1);
    assert_eq!(sqlite(&site.path("ashby.db"), "candidates"), truth(site.organisation(), "candidates"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_does_it_every_week_and_a_restart_does_not_restart_the_clock() {
    let site = Site::new().await;
    site.done("sync candidates users candidate_notes").await;
    listed_days_ago(&site, 30).await;
    site.log().clear();
    let mut said = Vec::new();
    for arguments in ["", "", "--full-every never"] {
        if arguments.ends_with("never") {
            listed_days_ago(&site, 30).await;
        }
        let watch = format!("sync --watch --interval 1s candidates users candidate_notes {arguments}");
        let mut child = start(site.ashby(&watch));
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut again = BTreeSet::new();
        let until = async {
            while let Some(line) = lines.next_line().await.unwrap() {
                if line.starts_with("round 2 ") {
                    break;
                }
                if line.contains(AGAIN) {
                    assert!(line.contains("every 7d"), "{line}");
                    again.insert(line.split(':').next().unwrap().to_owned());
                }
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(60), until).await.unwrap();
        signal(&child, "TERM");
        child.wait().await.unwrap();
        said.push(again.into_iter().collect::<Vec<_>>());
    }
    // What costs a request a candidate is listed whole where somebody says so.
    assert_eq!(said, [vec!["candidates".to_owned(), "users".to_owned()], Vec::new(), Vec::new()]);
    assert_eq!(first_pages(&site, "candidate.list"), 1);
    let notes = "sync candidate_notes --full-every 24h";
    assert!(site.done(notes).await.stderr.contains(AGAIN));
}

/// What is said of listings of everything, by stream.
fn reconciled(text: &str) -> Vec<&str> {
    text.lines().filter_map(|line| line.strip_prefix("reconciled: ")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listing_in_turn_tells_what_is_gone_and_what_polls_had_missed_and_nothing_else() {
    for misses in [true, false] {
        let site = Site::new().await;
        site.done("sync users candidates").await;
        listed_days_ago(&site, 30).await;
        delete_a_candidate(&site);
        let user = truth(site.organisation(), "users").into_keys().next().unwrap();
        site.organisation().mutate(&Mutation::Archive { kind: Kind::User, id: user }).unwrap();
        if misses {
            // The poll leaves out the one that changed; the listing of everything does not.
            site.server.faults().add(FaultRule::new("user.list", Fault::NoRecords).token(true).times(1));
        }
        let users = truth(site.organisation(), "users").len();
        let candidates = truth(site.organisation(), "candidates").len();
        let ran = site.done("sync users candidates --full-every 24h").await;
        let missed = if misses { "; 1 had changed, and polls did not bring them" } else { "" };
        assert_eq!(
            reconciled(&ran.stderr).into_iter().collect::<BTreeSet<_>>(),
            BTreeSet::from([
                format!("candidates: {candidates} records checked, 1 gone").as_str(),
                format!("users: {users} records checked, 0 gone{missed}").as_str(),
            ]),
            "{ran:#?}"
        );
        assert_eq!(sqlite(&site.path("ashby.db"), "users"), truth(site.organisation(), "users"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changes_while_everything_is_listed_was_not_missed() {
    let site = Site::new().await;
    site.done("sync candidates").await;
    listed_days_ago(&site, 30).await;
    site.server.faults().add(FaultRule::new("candidate.list", Fault::Hold).after(2).times(1));
    let child = start(site.ashby("sync candidates --full-every 24h --page-size 20"));
    site.held().await;
    site.organisation().churn(60, 7);
    site.server.faults().release();
    let ran = crate::support::ended(child).await;
    let told = reconciled(&ran.stderr);
    assert!(told.len() == 1 && !told[0].contains("polls did not bring"), "{ran:#?}");
    assert_eq!(sqlite(&site.path("ashby.db"), "candidates"), truth(site.organisation(), "candidates"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_tells_metrics_and_status_of_it() {
    let site = Site::new().await;
    site.done("sync users candidates").await;
    listed_days_ago(&site, 30).await;
    delete_a_candidate(&site);
    let checked = truth(site.organisation(), "candidates").len();
    let mut watch = start(site.ashby("sync users candidates --watch --interval 1s --metrics 127.0.0.1:0"));
    let mut lines = BufReader::new(watch.stderr.take().unwrap()).lines();
    let metrics = said(&mut lines, "metrics are at").await;
    said(&mut lines, "reconciled: candidates").await;
    said(&mut lines, "round 2 ").await;
    let address = metrics.split("http://").nth(1).unwrap().split('/').next().unwrap();
    let metrics = get(address, "/metrics").await;
    for (figure, value) in [("checked", checked), ("missed", 0), ("gone", 1)] {
        let line = format!("ashby_stream_reconciled_{figure}_records{{stream=\"candidates\"}} {value}");
        assert!(metrics.lines().any(|found| found.trim_end_matches(".0") == line), "{line}: {metrics}");
    }
    // A run writes down where it stands every now and then.
    let found = loop {
        let status: Value = serde_json::from_str(&site.done("status --output json").await.stdout).unwrap();
        let streams = status["streams"].as_array().unwrap();
        let candidates = streams.iter().find(|stream| stream["stream"] == "candidates").unwrap();
        if candidates["reconciled"].is_object() {
            break candidates["reconciled"].clone();
        }
        assert!(watch.try_wait().unwrap().is_none(), "{status:#}");
    };
    let expected = [("checked", checked.into()), ("missed", 0.into()), ("gone", 1.into())];
    expected.iter().for_each(|(name, value): &(&str, Value)| assert_eq!(found[name], *value, "{found}"));
    signal(&watch, "TERM");
    assert_eq!(watch.wait().await.unwrap().code(), Some(0));
}

/// The candidates that were created since then, that instant included.
fn younger(site: &Site, since: &str) -> BTreeSet<String> {
    let since: Timestamp = since.parse().unwrap();
    let is_younger = |candidate: &Value| {
        candidate["createdAt"].as_str().is_some_and(|at| at.parse::<Timestamp>().unwrap() >= since)
    };
    truth(site.organisation(), "candidates")
        .into_iter()
        .filter(|(_, of)| is_younger(of))
        .map(|(id, _)| id)
        .collect()
}

fn live(site: &Site) -> BTreeSet<String> {
    let rows = query(&site.path("ashby.db"), "select _key from candidates where _deleted_at is null");
    rows.into_iter().map(|row| row[0].clone()).collect()
}

/// Instants before which a quarter, and a half, of the candidates were created.
fn dates(site: &Site) -> [String; 2] {
    let candidates = truth(site.organisation(), "candidates");
    let mut dates: Vec<&str> =
        candidates.values().filter_map(|candidate| candidate["createdAt"].as_str()).collect();
    dates.sort_unstable();
    [dates[dates.len() / 4].to_owned(), dates[dates.len() / 2].to_owned()]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_date_leaves_out_what_is_older_and_another_one_lists_anew() {
    let site = Site::new().await;
    let [early, late] = dates(&site);
    site.done(&format!("sync candidates candidate_notes users --since {late}")).await;
    assert_eq!(live(&site), younger(&site, &late));
    assert_eq!(
        sqlite(&site.path("ashby.db"), "users"),
        truth(site.organisation(), "users"),
        "it has no such date"
    );

    let estimate = site.done(&format!("sync candidates users --since {early} --dry-run")).await.stdout;
    assert!(estimate.contains("everything since 20"), "{estimate}");
    assert!(
        estimate.lines().any(|line| line.starts_with("users") && line.contains("what changed")),
        "{estimate}"
    );
    let ran = site.done(&format!("sync candidates --since {early}")).await;
    assert!(ran.stderr.contains("the request has changed"), "{ran:#?}");
    assert_eq!(live(&site), younger(&site, &early));
    // From the file, as from the command line.
    std::fs::write(site.path("ashby.toml"), format!("since = \"{early}\"\n")).unwrap();
    site.log().clear();
    site.done("sync candidates").await;
    assert_eq!(first_pages(&site, "candidate.list"), 0);
    std::fs::remove_file(site.path("ashby.toml")).unwrap();
    site.done("sync candidates").await;
    assert_eq!(sqlite(&site.path("ashby.db"), "candidates"), truth(site.organisation(), "candidates"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_older_than_the_start_date_is_never_swept() {
    let site = Site::new().await;
    let [_, late] = dates(&site);
    site.done("sync candidates candidate_notes").await;
    let all = live(&site);
    let estimate = site.done(&format!("sync candidates --since {late} --full --dry-run")).await.stdout;
    assert!(estimate.contains("everything since 20") && estimate.contains("2 at most"), "{estimate}");
    for reconcile in ["auto", "accept"] {
        let ran = site
            .done(&format!("sync candidates candidate_notes --since {late} --full --reconcile {reconcile}"))
            .await;
        assert_eq!(live(&site), all, "{ran:#?}");
        assert!(ran.stderr.contains("stay: it shows only what was created since"), "{ran:#?}");
        let notes = query(
            &site.path("ashby.db"),
            "select count(*) from candidate_notes where _deleted_at is not null",
        );
        assert_eq!(notes[0][0], "0");
    }
    // What changes still comes, and a listing of everything marks again.
    delete_a_candidate(&site);
    site.done(&format!("sync candidates --since {late}")).await;
    assert_eq!(live(&site).len(), all.len());
    site.done("sync candidates --full").await;
    assert_eq!(live(&site).len(), all.len() - 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_date_is_in_the_past_and_its_streams_are_named() {
    let site = Site::new().await;
    for date in ["2999-01-01", "soon"] {
        let ran = site.run(&format!("sync candidates --since {date}")).await;
        assert!(ran.code == Some(2) && ran.stderr.contains("a date in the past"), "{ran:#?}");
    }
    assert_eq!(site.log().total(), 0);
    let help = site.done("sync --help").await.stdout;
    let about = help.split("--since").nth(1).unwrap().split("--").next().unwrap();
    for stream in
        ashby_source::streams().iter().filter(|stream| stream.has_start_date && stream.parent.is_none())
    {
        assert!(about.contains(stream.name()), "{}: {about}", stream.name());
    }
}
