//! I1, I2 and I3: `ashby sync` is killed at many points while the organisation changes, and continues.

use std::collections::BTreeSet;
use std::path::Path;

use ashby_sim::{Fault, FaultRule, Kind, Mutation, Organisation};
use serde_json::{Map, Value, json};
use tokio::process::Child;

use crate::support::postgres::{
    address as postgres_address, has_saved, log_bytes as postgres_log_bytes, records as postgres,
};
use crate::support::{Records, Site, jsonl, parquet, query, sqlite, start, truth, until};

const STREAMS: [&str; 6] = [
    "applications",
    "archive_reasons",
    "candidate_notes",
    "candidates",
    "interview_events",
    "interview_schedules",
];

#[derive(Debug, Clone, Copy)]
enum Target {
    Sqlite,
    Jsonl,
    Postgres,
    Parquet,
}

impl Target {
    /// Whether there is such a place on this machine.
    fn is_here(self) -> bool {
        !matches!(self, Self::Postgres) || private_postgres::shared().is_some()
    }

    fn sync(self, site: &Site) -> String {
        let to = match self {
            Self::Sqlite => "sqlite:out.db".to_owned(),
            Self::Jsonl => "jsonl:out".to_owned(),
            Self::Postgres => postgres_address(site),
            Self::Parquet => "parquet:lake".to_owned(),
        };
        format!("sync {} --page-size 20 --to {to}", STREAMS.join(" "))
    }

    fn records(self, site: &Site, stream: &str) -> Records {
        match self {
            Self::Sqlite => sqlite(&site.path("out.db"), stream),
            Self::Jsonl => jsonl(&site.path("out"), stream),
            Self::Postgres => postgres(site, stream),
            Self::Parquet => parquet(&site.path("lake"), stream),
        }
    }

    /// Whether anything has been committed.
    fn has_committed(self, site: &Site) -> bool {
        match self {
            Self::Sqlite => has_state(&site.path("out.db")),
            Self::Jsonl => site.path("out/state.json").exists(),
            Self::Postgres => has_saved(site),
            Self::Parquet => std::fs::read_to_string(site.path("lake/_ashby/state.json"))
                .is_ok_and(|state| state.contains("committed_at")),
        }
    }

    /// How much has been written, committed or not.
    fn written_bytes(self, site: &Site) -> u64 {
        let length = |path: &Path| std::fs::metadata(path).map_or(0, |file| file.len());
        match self {
            Self::Sqlite => length(&site.path("out.db-wal")),
            Self::Jsonl => {
                STREAMS.iter().map(|stream| length(&site.path(&format!("out/{stream}.jsonl")))).sum()
            }
            // Of everybody who writes to the server: the moment is to be random.
            Self::Postgres => postgres_log_bytes(),
            Self::Parquet => folder_bytes(&site.path("lake")),
        }
    }
}

/// Bytes of all files in a folder and those below it, as far as they stay while they are looked at.
fn folder_bytes(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let bytes = |path: std::path::PathBuf| match path.is_dir() {
        true => folder_bytes(&path),
        false => std::fs::metadata(&path).map_or(0, |file| file.len()),
    };
    entries.map(|entry| bytes(entry.path())).sum()
}

fn has_state(database: &Path) -> bool {
    let saved = "SELECT count(*) FROM _capture_state";
    let tables = "SELECT count(*) FROM sqlite_master WHERE name = '_capture_state'";
    database.exists() && query(database, tables)[0][0] == "1" && query(database, saved)[0][0] != "0"
}

/// Runs until the request after the first `requests` ones, where everything stands still.
async fn run_until_request(site: &Site, command: &str, requests: u32) -> Child {
    site.server.faults().add(FaultRule::new("*", Fault::Hold).after(requests));
    let child = start(site.ashby(command));
    site.held().await;
    child
}

async fn kill(site: &Site, mut child: Child) {
    child.kill().await.unwrap();
    site.server.faults().clear();
}

/// All that can happen to records: they appear, change, disappear, and become one.
fn change(organisation: &Organisation) {
    let ids = |stream: &str| truth(organisation, stream).into_keys().collect::<Vec<_>>();
    let mutate = |mutation: Mutation| organisation.mutate(&mutation).unwrap();
    let patch = |value: Value| -> Map<String, Value> { serde_json::from_value(value).unwrap() };
    let (candidates, applications, schedules) =
        (ids("candidates"), ids("applications"), ids("interview_schedules"));
    mutate(Mutation::Update {
        kind: Kind::Candidate,
        id: candidates[0].clone(),
        patch: patch(json!({"position": "Pilot"})),
    });
    mutate(Mutation::Create {
        kind: Kind::Application,
        parent: Some(candidates[1].clone()),
        fields: Map::new(),
    });
    mutate(Mutation::Create { kind: Kind::Candidate, parent: None, fields: Map::new() });
    mutate(Mutation::AddNote {
        candidate: candidates[2].clone(),
        content: "Called back".to_owned(),
        private: false,
    });
    mutate(Mutation::MergeCandidates { from: candidates[3].clone(), into: candidates[4].clone() });
    mutate(Mutation::Delete { kind: Kind::Candidate, id: candidates[5].clone() });
    mutate(Mutation::Delete { kind: Kind::InterviewSchedule, id: schedules[0].clone() });
    mutate(Mutation::Delete { kind: Kind::ArchiveReason, id: ids("archive_reasons")[0].clone() });
    mutate(Mutation::Create { kind: Kind::ArchiveReason, parent: None, fields: Map::new() });
    let lives = |id: &&String| truth(organisation, "applications").contains_key(*id);
    let application = applications.iter().find(lives).unwrap().clone();
    mutate(Mutation::Delete { kind: Kind::Application, id: application });
    organisation.churn(30, 11);
}

/// Every record that there is, as it is; beyond that only records that were deleted, which Ashby does not tell.
fn assert_nothing_lost(target: Target, site: &Site, before: &[Records]) {
    for (stream, before) in STREAMS.iter().zip(before) {
        let held = target.records(site, stream);
        let truth = truth(site.organisation(), stream);
        for (key, record) in &truth {
            assert_eq!(held.get(key), Some(record), "{target:?}, {stream}, {key}");
        }
        let invented = held.keys().find(|key| !truth.contains_key(*key) && !before.contains_key(*key));
        assert_eq!(invented, None, "{target:?}, {stream}");
    }
}

fn assert_exact(target: Target, site: &Site, streams: &[&str]) {
    for stream in streams {
        assert_eq!(target.records(site, stream), truth(site.organisation(), stream), "{target:?}, {stream}");
    }
}

async fn crash(target: Target, requests: u32, after_commit: bool, changes: bool) {
    if !target.is_here() {
        return;
    }
    let site = Site::new().await;
    let before = STREAMS.map(|stream| truth(site.organisation(), stream));
    let child = run_until_request(&site, &target.sync(&site), requests).await;
    if after_commit {
        until("a commit", || target.has_committed(&site)).await;
    }
    kill(&site, child).await;
    if changes {
        change(site.organisation());
    }
    site.done(&target.sync(&site)).await;
    if !changes {
        return assert_exact(target, &site, &STREAMS);
    }
    // The listing that was interrupted began before the changes; the next one brings them.
    site.done(&target.sync(&site)).await;
    assert_nothing_lost(target, &site, &before);
    assert_exact(target, &site, &["archive_reasons"]);
    if !matches!(target, Target::Jsonl) {
        site.done(&format!("{} --full", target.sync(&site))).await;
        assert_exact(target, &site, &STREAMS);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_first_sync_loses_nothing_in_sqlite() {
    for requests in [0, 1, 3, 9, 20, 50, 110] {
        crash(Target::Sqlite, requests, false, true).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_first_sync_loses_nothing_in_jsonl() {
    for requests in [0, 1, 3, 9, 20, 50, 110] {
        crash(Target::Jsonl, requests, false, true).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_first_sync_loses_nothing_in_postgres() {
    for requests in [0, 3, 20, 110] {
        crash(Target::Postgres, requests, false, true).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sync_killed_after_a_commit_goes_on_from_there_in_postgres() {
    crash(Target::Postgres, 30, true, true).await;
    crash(Target::Postgres, 60, true, false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sync_killed_after_a_commit_goes_on_from_there_in_sqlite() {
    for requests in [9, 30, 100] {
        crash(Target::Sqlite, requests, true, true).await;
    }
    crash(Target::Sqlite, 60, true, false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sync_killed_after_a_commit_goes_on_from_there_in_jsonl() {
    for requests in [9, 30, 100] {
        crash(Target::Jsonl, requests, true, true).await;
    }
    crash(Target::Jsonl, 60, true, false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_first_sync_loses_nothing_in_parquet() {
    for requests in [0, 1, 3, 9, 20, 50, 110] {
        crash(Target::Parquet, requests, false, true).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sync_killed_after_a_commit_goes_on_from_there_in_parquet() {
    for requests in [30, 100] {
        crash(Target::Parquet, requests, true, true).await;
    }
    crash(Target::Parquet, 60, true, false).await;
}

/// What can be told of a request: its operation, page and parent, and whether it asks for changes only.
fn place(entry: &ashby_sim::RequestEntry) -> (String, String, String, bool) {
    let text = |name: &str| entry.parameters.get(name).map(ToString::to_string).unwrap_or_default();
    (entry.operation.clone(), text("cursor"), text("candidateId"), entry.has_token)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_committed_is_not_requested_again() {
    let sync = "sync applications interview_schedules interview_events candidate_notes --page-size 20 --to sqlite:out.db";
    let (mut pages, mut parents) = (0, 0);
    for requests in [8, 25, 70, 120] {
        let site = Site::new().await;
        let child = run_until_request(&site, sync, requests).await;
        until("a commit", || has_state(&site.path("out.db"))).await;
        kill(&site, child).await;
        let first: Vec<_> =
            site.log().entries().iter().filter(|entry| entry.status == 200).map(place).collect();
        site.log().clear();

        let state: Value =
            serde_json::from_str(&site.done("state export --to sqlite:out.db").await.stdout).unwrap();
        site.done(sync).await;
        let second: BTreeSet<_> = site.log().entries().iter().map(place).collect();
        for (stream, operation) in
            [("applications", "application.list"), ("interview_schedules", "interviewSchedule.list")]
        {
            let Some(checkpoint) = state.pointer(&format!("/streams/{stream}/checkpoint/progress")) else {
                continue;
            };
            // Pages up to the one that the saved cursor leads to; all of them if the listing was complete.
            let cursor = checkpoint.pointer("/running/cursor").map(ToString::to_string);
            let listed = first.iter().filter(|place| place.0 == operation);
            let committed: Vec<_> = match cursor {
                Some(cursor) => listed.take_while(|place| place.1 != cursor).collect(),
                None => continue,
            };
            pages += committed.len();
            for place in committed {
                assert!(!second.contains(place), "{operation} was listed again after {requests} requests");
            }
        }
        let Some(round) = state.pointer("/streams/candidate_notes/checkpoint/progress/round") else {
            continue;
        };
        // Parents that were done with are not asked about again. Eight are asked about side by side, so that the log may
        // have them in another order.
        let done = round["done"].as_u64().unwrap() as usize;
        let asked = |place: &&(String, String, String, bool)| place.0 == "candidate.listNotes";
        let (once, again): (Vec<_>, Vec<_>) =
            first.iter().filter(asked).partition(|place| !second.contains(*place));
        assert!(once.len() >= done, "after {requests} requests {} are asked about again", again.len());
        parents += done;
    }
    assert!(pages > 10 && parents > 10, "{pages} pages and {parents} parents are hardly a test");
}

/// Killed again and again, at requests and in the middle of writing and committing, always on the same destination.
async fn kill_at_random(target: Target) {
    const ROUNDS: u64 = 25;
    if !target.is_here() {
        return;
    }
    let site = Site::new().await;
    let mut killed = 0;
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    for round in 0..ROUNDS {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let (by_request, amount) = (random >> 63 == 0, (random >> 33) % 1_000);
        if round % 4 == 3 {
            site.organisation().expire_tokens();
        }
        if round % 5 == 4 {
            site.organisation().expire_cursors();
        }
        let before = target.written_bytes(&site);
        let limit = if by_request { (amount % 150) as u32 } else { u32::MAX };
        site.server.faults().add(FaultRule::new("*", Fault::Hold).after(limit));
        let requests = site.log().total();
        let mut child = start(site.ashby(&target.sync(&site)));
        // A WAL is begun anew when it has been copied into the database, so it may well shrink.
        let wrote = || target.written_bytes(&site).abs_diff(before) > amount * 500;
        let held = || by_request && site.log().total() - requests >= u64::from(limit);
        until("the moment to kill", || {
            wrote() && !by_request || held() || child.try_wait().unwrap().is_some()
        })
        .await;
        killed += u64::from(child.try_wait().unwrap().is_none());
        kill(&site, child).await;
        site.organisation().churn(15, round);
    }
    assert!(killed > ROUNDS / 2, "only {killed} runs were killed");
    site.done(&target.sync(&site)).await;
    site.done(&target.sync(&site)).await;
    assert_exact(target, &site, &STREAMS);
}

#[tokio::test(flavor = "multi_thread")]
async fn kills_at_random_moments_lose_nothing_in_sqlite() {
    kill_at_random(Target::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn kills_at_random_moments_lose_nothing_in_jsonl() {
    kill_at_random(Target::Jsonl).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn kills_at_random_moments_lose_nothing_in_postgres() {
    kill_at_random(Target::Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn kills_at_random_moments_lose_nothing_in_parquet() {
    kill_at_random(Target::Parquet).await;
}
