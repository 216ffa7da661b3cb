//! Events through a run: what they name is read, what they say is gone is asked for.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::time::Duration;

use ashby_sim::{Kind, Mutation, Shape};
use ashby_source::AshbySource;
use ashby_source::hybrid::{Delivery, Inbox, follow};
use async_trait::async_trait;
use capture_core::{Gone, Key, PollNow, Result, Runner, RunnerOptions, Selection};
use serde_json::{Value, json};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::support::{World, identity};

#[derive(Default)]
struct Memory {
    all: Mutex<Vec<Delivery>>,
    done: Mutex<BTreeSet<u64>>,
    arrived: Notify,
}

impl Memory {
    fn add(&self, action: &str, data: &Value) {
        let mut all = self.all.lock().unwrap();
        let sequence = all.len() as u64 + 1;
        let data = data.to_string().into();
        let received_at = jiff::Timestamp::now();
        all.push(Delivery::new(sequence, received_at, action, data));
        self.arrived.notify_one();
    }

    fn is_through(&self) -> bool {
        self.all.lock().unwrap().len() == self.done.lock().unwrap().len()
    }
}

#[async_trait]
impl Inbox for Memory {
    async fn pending_after(&self, sequence: u64, limit: usize) -> Result<Vec<Delivery>> {
        let done = self.done.lock().unwrap();
        let all = self.all.lock().unwrap();
        let pending = all.iter().filter(|one| one.sequence > sequence && !done.contains(&one.sequence));
        Ok(pending.take(limit).cloned().collect())
    }

    async fn done(&self, sequences: Vec<u64>) -> Result<()> {
        self.done.lock().unwrap().extend(sequences);
        Ok(())
    }

    async fn arrival(&self, _: u64) {
        self.arrived.notified().await;
    }
}

async fn until(is_so: impl Fn() -> bool) {
    let waited = async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), waited).await.expect("it did not come to pass");
}

fn of<'a>(rows: &'a BTreeMap<String, Value>, pointer: &str, id: &str) -> Vec<&'a str> {
    let is_of = |row: &&Value| row.pointer(pointer).and_then(Value::as_str) == Some(id);
    rows.values().filter(is_of).filter_map(|row| row["id"].as_str()).collect()
}

#[tokio::test]
async fn events_are_done_once_what_they_name_is_as_ashby_has_it() {
    let world = World::new(&Shape::small()).await;
    let streams = [
        "candidates",
        "applications",
        "application_feedback",
        "application_history",
        "application_criteria_evaluations",
        "offers",
        "offer_versions",
        "approvals",
        "candidate_notes",
        "candidate_client_info",
        "candidate_fraud_checks",
        "interview_schedules",
        "interview_events",
        "take_home_assignments",
        "survey_requests",
        "survey_submissions",
        "questionnaire_submissions",
        "jobs",
    ];
    let options = RunnerOptions::default().interval(Some(Duration::from_secs(3600)));
    let runner = Runner::new(AshbySource::new(world.client.clone()), world.sink.clone()).options(options);
    let selections = streams.map(Selection::new);
    let (handle, run) = runner.start(selections, identity(&world.client), CancellationToken::new());
    let run = tokio::spawn(run);
    until(|| {
        streams.iter().all(|name| handle.status().get(*name).is_some_and(|s| s.up_to_date_at.is_some()))
    })
    .await;

    let applications = world.rows("applications");
    let candidate = |application: &Value| application["candidate"]["id"].as_str().unwrap().to_owned();
    let mut with_applications: Vec<String> = applications.values().map(candidate).collect();
    with_applications.sort();
    with_applications.dedup();
    // One who is deleted has an offer, and what belongs to that.
    let offered = world.rows("offers").into_values().find_map(|offer| {
        let application = offer["applicationId"].as_str()?;
        Some(candidate(applications.get(application)?))
    });
    let deleted = &offered.expect("somebody was made an offer");
    with_applications.retain(|id| id != deleted);
    let [merged, survivor, changed] = &with_applications[..3] else { panic!("too few") };
    let orphans: Vec<String> =
        of(&applications, "/candidate/id", deleted).into_iter().map(str::to_owned).collect();
    let moved: Vec<String> =
        of(&applications, "/candidate/id", merged).into_iter().map(str::to_owned).collect();
    let touched = of(&applications, "/candidate/id", changed)[0].to_owned();
    // Whatever names the deleted candidate, or what is named by what does.
    let mut theirs = BTreeMap::new();
    let mut names: BTreeSet<String> = [deleted.clone()].into();
    loop {
        let before = theirs.len();
        for stream in streams.iter().filter(|stream| **stream != "jobs") {
            for (key, row) in world.rows(stream) {
                let text = row.to_string();
                if names.iter().any(|name| text.contains(name))
                    && !theirs.contains_key(&(*stream, key.clone()))
                {
                    // Tags of records that are nobody's own would lead to everybody.
                    names.insert(key.clone());
                    theirs.insert((*stream, key), ());
                }
            }
        }
        if theirs.len() == before {
            break;
        }
    }
    let kinds: BTreeSet<&str> = theirs.keys().map(|(stream, _)| *stream).collect();
    for stream in ["applications", "offers", "offer_versions", "approvals", "application_history"] {
        assert!(kinds.contains(stream), "the test would show nothing of {stream}: {kinds:?}");
    }
    let organisation = world.server.organisation();
    organisation.mutate(&Mutation::Delete { kind: Kind::Candidate, id: deleted.clone() }).unwrap();
    organisation.mutate(&Mutation::MergeCandidates { from: merged.clone(), into: survivor.clone() }).unwrap();
    let patch =
        json!({"source": null, "archivedAt": "2026-01-01T00:00:00.000Z"}).as_object().unwrap().clone();
    organisation.mutate(&Mutation::Update { kind: Kind::Application, id: touched.clone(), patch }).unwrap();

    let inbox = Memory::default();
    inbox.add("candidateDelete", &json!({"candidate": {"id": deleted}}));
    let merge = json!({"deletedCandidate": {"id": merged}, "mergedCandidate": {"id": survivor}});
    inbox.add("candidateMerge", &merge);
    inbox.add("applicationUpdate", &json!({"application": {"id": touched}}));
    // It lies: that candidate is there.
    inbox.add("candidateDelete", &json!({"candidate": {"id": changed}}));
    inbox.add("somethingNew", &json!({}));
    tokio::select! {
        ended = follow(&inbox, &handle) => panic!("{ended:?}"),
        () = until(|| inbox.is_through()) => {}
    }

    let gone = |stream: &str, key: &str| world.sink.all_rows(stream)[&Key::from(key)].gone.clone();
    assert!(matches!(gone("candidates", deleted), Some(Gone::Reported { at: Some(_) })));
    assert_eq!(gone("candidates", merged), Some(Gone::MergedInto(Key::from(survivor.as_str()))));
    assert_eq!(gone("candidates", changed), None);
    assert!(!orphans.is_empty() && !moved.is_empty());
    for orphan in &orphans {
        assert!(gone("applications", orphan).is_some(), "it went with its candidate");
    }
    let applications = world.rows("applications");
    for moved in &moved {
        assert_eq!(applications[moved]["candidate"]["id"], **survivor);
    }
    assert_eq!(applications[&touched]["archivedAt"], "2026-01-01T00:00:00.000Z");
    let notes = world.rows("candidate_notes");
    for candidate in [deleted, merged] {
        assert!(of(&notes, "/candidateId", candidate).is_empty(), "notes follow");
    }
    for (stream, key) in theirs.keys() {
        let gone = gone(stream, key);
        assert!(matches!(gone, Some(Gone::Reported { at: Some(_) })), "{stream} followed: {gone:?}");
    }

    // Of an application that is deleted by itself nothing is told. A candidate who is read again no longer names it …
    let applications = world.rows("applications");
    let [told, listed] = [changed, survivor].map(|candidate| {
        let (key, _) = applications.iter().find(|(_, row)| row["candidate"]["id"] == **candidate).unwrap();
        organisation.mutate(&Mutation::Delete { kind: Kind::Application, id: key.clone() }).unwrap();
        key.clone()
    });
    inbox.add("candidateMerge", &json!({"mergedCandidate": {"id": changed}}));
    tokio::select! {
        ended = follow(&inbox, &handle) => panic!("{ended:?}"),
        () = until(|| gone("applications", &told).is_some()) => {}
    }
    assert_eq!(gone("applications", &told), Some(Gone::NotFound));
    // … and neither does one that a listing of what changed shows.
    handle.poll(PollNow::new("candidates")).await.unwrap();
    until(|| gone("applications", &listed).is_some()).await;
    assert_eq!(gone("applications", &listed), Some(Gone::NotFound));
    handle.stop();
    run.await.unwrap().unwrap();
}

/// Events come a while after what they tell of, which another listing may have shown meanwhile.
#[tokio::test]
async fn late_events_of_many_changes_cost_a_listing_and_not_a_request_each() {
    let world = World::new(&Shape { applications: 150, ..Shape::small() }).await;
    let options = RunnerOptions::default().interval(Some(Duration::from_secs(3600)));
    let runner = Runner::new(AshbySource::new(world.client.clone()), world.sink.clone()).options(options);
    let selections = [Selection::new("applications")];
    let (handle, run) = runner.start(selections, identity(&world.client), CancellationToken::new());
    let run = tokio::spawn(run);
    let is_up_to_date =
        || handle.status().get("applications").is_some_and(|status| status.up_to_date_at.is_some());
    until(is_up_to_date).await;

    let changed: Vec<String> = world.rows("applications").into_keys().take(120).collect();
    let patch = json!({"archivedAt": "2026-01-01T00:00:00.000Z"}).as_object().unwrap().clone();
    for id in &changed {
        let change = Mutation::Update { kind: Kind::Application, id: id.clone(), patch: patch.clone() };
        world.server.organisation().mutate(&change).unwrap();
    }
    let keys = || changed.iter().map(|id| Key::from(id.as_str()));
    let polled = handle.poll(PollNow::new("applications").awaiting(keys())).await.unwrap();
    assert_eq!((polled.shown.len(), polled.requests), (120, 2), "the next token is behind them");
    assert_eq!(handle.poll(PollNow::new("applications").awaiting(keys())).await.unwrap().shown, []);

    world.server.log().clear();
    let inbox = Memory::default();
    for id in &changed {
        inbox.add("applicationUpdate", &json!({"application": {"id": id}}));
    }
    tokio::select! {
        ended = follow(&inbox, &handle) => panic!("{ended:?}"),
        () = until(|| inbox.is_through()) => {}
    }
    // More than two pages if so much time passed meanwhile that it had to look further back.
    let counts = world.server.log().counts();
    assert!(counts.len() == 1 && (2..10).contains(&counts["application.list"]), "{counts:?}");
    handle.stop();
    run.await.unwrap().unwrap();
}
