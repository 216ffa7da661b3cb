//! Postings for everybody: public job boards, feeds, and the same with a key.

use std::collections::BTreeSet;

use ashby_sim::{Fault, FaultRule, Kind, Mutation};
use serde_json::{Map, Value, json};
use tokio::process::Command;

use crate::support::{Ran, Site, bare, query, run, snapshot};

const OUTPUTS: [&str; 8] = [
    "postings sim --output table",
    "postings sim --output json",
    "postings sim --output ndjson",
    "postings sim --output csv",
    "postings sim --output rss",
    "postings sim --output atom",
    "feed sim --organization-id o --organization-name Sim",
    "feed sim --organization-id o --organization-name Sim --output json",
];

/// The command without a key.
fn keyless(site: &Site, arguments: &str) -> Command {
    let mut command = bare(site.directory.path(), arguments);
    command.env("ASHBY_BASE_URL", site.server.base_url());
    command
}

async fn done(site: &Site, arguments: &str) -> Ran {
    let ran = run(keyless(site, arguments)).await;
    assert_eq!(ran.code, Some(0), "ashby {arguments}: {ran:#?}");
    ran
}

fn truth(site: &Site, operation: &str, parameters: Value) -> Vec<Value> {
    site.organisation().truth(operation, &serde_json::from_value::<Map<_, _>>(parameters).unwrap())
}

/// The ids of the postings that are for everybody.
fn public(site: &Site) -> BTreeSet<String> {
    let jobs = truth(site, "job.list", json!({}));
    let confidential =
        |posting: &Value| jobs.iter().any(|job| job["id"] == posting["jobId"] && job["confidential"] == true);
    let listed = truth(site, "jobPosting.list", json!({"listedOnly": true})).into_iter();
    listed
        .filter(|posting| !confidential(posting))
        .map(|posting| posting["id"].as_str().unwrap().to_owned())
        .collect()
}

fn ids(json: &str) -> BTreeSet<String> {
    let postings: Vec<Value> = serde_json::from_str(json).unwrap();
    postings.iter().map(|posting| posting["id"].as_str().unwrap().to_owned()).collect()
}

fn update(site: &Site, id: &str, patch: Value) {
    let patch = serde_json::from_value(patch).unwrap();
    site.organisation()
        .mutate(&Mutation::Update { kind: Kind::JobPosting, id: id.to_owned(), patch })
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_board_is_printed_without_a_key() {
    let site = Site::new().await;
    let public = public(&site);
    assert!(public.len() > 2);
    for arguments in OUTPUTS {
        let ran = done(&site, arguments).await;
        assert_eq!(ran.stderr, "", "{arguments}");
        for id in &public {
            assert!(ran.stdout.contains(id), "{arguments}");
        }
    }
    assert_eq!(ids(&done(&site, "postings sim").await.stdout), public, "JSON where no terminal is");
    assert_eq!(ids(&done(&site, "postings https://jobs.ashbyhq.com/Sim/x").await.stdout), public);
    let nobody = done(&site, "feed sim").await;
    assert!(nobody.stderr.contains("--organization-id"), "{nobody:#?}");
    assert_eq!(ids(&done(&site, "feed sim --output json").await.stdout), public);
    let twice: Vec<Value> =
        serde_json::from_str(&done(&site, "feed sim sim-campus SIM --output json").await.stdout).unwrap();
    assert_eq!(twice.len(), 2 * public.len());
    snapshot("postings", &site, &done(&site, "postings sim --compensation --output table").await.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_listed_is_not_printed_even_if_the_board_has_it() {
    let site = Site::new().await;
    let id = public(&site).pop_first().unwrap();
    update(&site, &id, json!({"isListed": false, "title": "nobody's business"}));
    site.server.faults().add(FaultRule::new("posting-api/job-board/sim", Fault::UnlistedPostings));
    for arguments in OUTPUTS {
        let ran = done(&site, arguments).await;
        assert!(!ran.stdout.contains(&id) && !ran.stdout.contains("business"), "{arguments}");
        assert!(ran.stderr.contains("held back") && ran.stderr.contains("not listed"), "{ran:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_api_with_a_key_gives_the_same_view() {
    let site = Site::new().await;
    let ran = site.done("postings --careers --output json").await;
    assert_eq!(ids(&ran.stdout), public(&site));
    let boards = truth(&site, "jobBoard.list", json!({}));
    let board = |internal: bool| {
        let board = boards.iter().find(|board| board["isInternal"] == internal).unwrap();
        format!("postings --careers --output json --job-board {}", board["id"].as_str().unwrap())
    };
    assert_eq!(ids(&site.done(&board(false)).await.stdout), public(&site));
    let internal = site.run(&board(true)).await;
    assert_eq!((internal.code, internal.stdout.as_str()), (Some(1), ""));
    snapshot("postings_internal", &site, &internal.stderr);

    let ran = run(keyless(&site, "postings --careers")).await;
    assert_eq!(ran.code, Some(3));
    assert!(ran.stderr.contains("ASHBY_API_KEY"), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_board_is_told_and_leaves_no_half_a_feed() {
    let site = Site::new().await;
    for arguments in ["postings Nobody", "feed sim Nobody", "sync --board Nobody --to stdout"] {
        let ran = run(keyless(&site, arguments)).await;
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""), "{arguments}: {ran:#?}");
        assert!(ran.stderr.contains("job board Nobody") && ran.stderr.contains("hint:"), "{ran:#?}");
    }
    snapshot("postings_unknown", &site, &run(keyless(&site, "postings Nobody")).await.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_network_it_says_so() {
    let site = Site::new().await;
    let mut command = keyless(&site, "postings sim");
    command.env("ASHBY_BASE_URL", "http://127.0.0.1:1");
    let ran = run(command).await;
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.starts_with("error: job board sim: no connection to 127.0.0.1:"), "{ran:#?}");
    assert!(ran.stderr.contains("hint: check the network"), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn impossible_wishes_are_refused() {
    let site = Site::new().await;
    for arguments in [
        "postings",
        "postings sim --careers",
        "postings sim --job-board x",
        "postings sim --output yaml",
        "feed",
        "feed sim --format rss",
        "feed sim --output csv",
        "streams --output rss",
        "sync --board sim --output atom",
        "sync jobs --board sim",
    ] {
        let ran = run(keyless(&site, arguments)).await;
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{arguments}: {ran:#?}");
    }
    assert_eq!(site.log().total(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn boards_are_synced_without_a_key() {
    let site = Site::new().await;
    let shown = public(&site).len();
    let plan = done(&site, "sync --board sim --board sim-campus --dry-run").await;
    assert!(plan.stdout.contains("2 requests"), "{plan:#?}");
    assert_eq!(site.log().total(), 0);

    let counted = |sql: &str| query(&site.path("ashby.db"), sql)[0][0].parse::<usize>().unwrap();
    let live = "select count(*) from public_postings where _deleted_at is null";
    let mut command = keyless(&site, "sync");
    command.env("ASHBY_BOARD", "sim,sim-campus");
    assert_eq!(run(command).await.code, Some(0));
    assert_eq!(counted(live), 2 * shown);
    assert_eq!(counted("select count(*) from public_postings where board = 'sim' and isListed"), shown);

    let id = public(&site).pop_first().unwrap();
    update(&site, &id, json!({"isListed": false}));
    let ran = done(&site, "sync --board sim --board sim-campus").await;
    assert_eq!(counted(live), 2 * (shown - 1), "{ran:#?}");

    let lines = done(&site, "sync --board sim --to stdout").await.stdout;
    assert_eq!(lines.lines().count(), shown - 1);
    assert!(lines.lines().all(|line| line.contains(r#""board":"sim""#)), "{lines}");
}

#[tokio::test(flavor = "multi_thread")]
async fn boards_and_a_key_can_share_a_database() {
    let site = Site::new().await;
    site.done("sync users archive_reasons").await;
    let id = public(&site).pop_first().unwrap();
    done(&site, "sync --board sim").await;
    update(&site, &id, json!({"isListed": false}));
    let reason = truth(&site, "archiveReason.list", json!({}))[0]["id"].as_str().unwrap().to_owned();
    site.organisation().mutate(&Mutation::Delete { kind: Kind::ArchiveReason, id: reason }).unwrap();
    for (ran, stream) in [
        (done(&site, "sync --board sim").await, "public_postings"),
        (site.done("sync users archive_reasons").await, "archive_reasons"),
    ] {
        assert!(!ran.stderr.contains("did not show stay"), "{ran:#?}");
        let gone = format!("select count(*) from {stream} where _deleted_at is not null");
        assert_eq!(query(&site.path("ashby.db"), &gone), [["1"]], "{stream}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_odd_posting_is_left_out_and_named_and_the_others_are_printed() {
    let site = Site::new().await;
    let mut others = public(&site);
    let odd = others.pop_first().unwrap();
    update(&site, &odd, json!({"title": 7}));
    for arguments in OUTPUTS.into_iter().chain(["postings --careers", "postings --careers --output csv"]) {
        let ran = site.run(arguments).await;
        assert_eq!(ran.code, Some(4), "{arguments}: {ran:#?}");
        assert!(ran.stderr.contains(&format!("left out: {odd}: ")), "{arguments}: {ran:#?}");
        assert!(!ran.stdout.contains(&odd), "{arguments}: {ran:#?}");
        for id in &others {
            assert!(ran.stdout.contains(id), "{arguments}: {id}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_posting_appears_before_its_day() {
    let site = Site::new().await;
    let mut others = public(&site);
    let early = others.pop_first().unwrap();
    let rows = || {
        let live = "select id from public_postings where _deleted_at is null order by id";
        query(&site.path("ashby.db"), live).into_iter().flatten().collect::<BTreeSet<String>>()
    };
    for (day, is_there) in [("9999-01-01", false), ("2026-01-01", true), ("9999-01-01", false)] {
        update(&site, &early, json!({"publishedDate": day}));
        let mut expected = others.clone();
        expected.extend(is_there.then(|| early.clone()));
        assert_eq!(ids(&site.done("postings --careers --output json").await.stdout), expected, "{day}");
        assert_eq!(ids(&done(&site, "postings sim --output json").await.stdout), expected, "{day}");
        done(&site, "sync --board sim").await;
        assert_eq!(rows(), expected, "{day}");
    }
}
