//! Answers that lack something: records without a key, lists that were left out, parents that cannot be read. The others go
//! on, nothing is taken for gone, and what is missing is said (I4).

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::stub::Stub;
use crate::support::{Ran, bare, run, sqlite};

const GRANTS: &str = r#"{"success":true,"results":{"title":"k","createdAt":"2026-01-01T00:00:00Z",
    "scopes":["candidates:read","interviews:read","jobs:read","offers:read"]}}"#;

const NOT_THERE: &str =
    r#"{"success":false,"errors":["gone"],"errorInfo":{"code":"record_not_found","message":"gone"}}"#;

fn listed(results: &str) -> String {
    format!(r#"{{"success":true,"results":{results},"moreDataAvailable":false,"syncToken":"t"}}"#)
}

/// A server whose answers lack something as long as `lacks` is set, and a directory.
struct World {
    stub: Stub,
    directory: TempDir,
    lacks: Arc<AtomicBool>,
}

impl World {
    /// `answer` says what it answers to an operation's parameters, and whether something is to be missing.
    async fn new(answer: impl Fn(&str, &Value, bool) -> Option<String> + Send + Sync + 'static) -> Self {
        let lacks = Arc::new(AtomicBool::new(false));
        let now = Arc::clone(&lacks);
        let stub = Stub::asked(move |operation, asked| match operation {
            "apiKey.info" => GRANTS.to_owned(),
            _ => answer(operation, asked, now.load(Ordering::Relaxed)).unwrap_or_else(|| {
                if operation.ends_with(".info") { NOT_THERE.to_owned() } else { listed("[]") }
            }),
        });
        Self { stub: stub.await, directory: tempfile::tempdir().unwrap(), lacks }
    }

    fn lacks(&self, lacks: bool) {
        self.lacks.store(lacks, Ordering::Relaxed);
    }

    async fn run(&self, arguments: &str) -> Ran {
        let mut command = bare(self.directory.path(), arguments);
        command.env("ASHBY_API_KEY", "k").env("ASHBY_BASE_URL", &self.stub.url);
        run(command).await
    }

    fn rows(&self, stream: &str) -> BTreeSet<String> {
        sqlite(&self.directory.path().join("ashby.db"), stream).into_keys().collect()
    }
}

fn keys(keys: &[&str]) -> BTreeSet<String> {
    keys.iter().map(|key| (*key).to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_no_key_is_counted_and_named_and_the_others_go_on() {
    let world = World::new(|operation, asked, lacks| {
        Some(listed(match (operation, asked["candidateId"].as_str(), lacks) {
            ("job.list", _, false) => r#"[{"id":"a"},{"id":"b"},{"id":"c"}]"#,
            ("job.list", _, true) => r#"[{"id":"a"},{"title":"no key"},{"id":"d"}]"#,
            ("candidate.list", ..) => r#"[{"id":"p1"},{"id":"p2"}]"#,
            ("candidate.listNotes", Some("p1"), false) => r#"[{"id":"n1"},{"id":"n2"}]"#,
            ("candidate.listNotes", Some("p1"), true) => r#"[{"id":"n1"},{"content":"no key"}]"#,
            ("candidate.listNotes", Some("p2"), false) => r#"[{"id":"n3"}]"#,
            ("candidate.listNotes", Some("p2"), true) => r#"[{"id":"n4"}]"#,
            ("interviewSchedule.list", _, false) => {
                r#"[{"id":"s1","interviewEvents":[{"id":"e1"},{"id":"e2"}]},{"id":"s2","interviewEvents":[{"id":"e3"}]}]"#
            }
            ("interviewSchedule.list", _, true) => {
                r#"[{"id":"s1","interviewEvents":[{"no":"key"},{"id":"e2"}]},{"id":"s2","interviewEvents":[{"id":"e4"}]}]"#
            }
            _ => return None,
        }))
    })
    .await;
    let sync = "sync jobs candidates candidate_notes interview_schedules interview_events --full";
    assert_eq!(world.run(sync).await.code, Some(0));
    world.lacks(true);
    let ran = world.run(sync).await;
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    assert_eq!(world.rows("jobs"), keys(&["a", "b", "c", "d"]));
    // Of a parent whose children are all known, the others are gone.
    assert_eq!(world.rows("candidate_notes"), keys(&["n1", "n2", "n4"]));
    assert_eq!(world.rows("interview_events"), keys(&["e1", "e2", "e4"]));
    for (stream, place) in [
        ("jobs", "position 1 of a page of job.list"),
        ("candidate_notes", "position 1 of an answer of candidate.listNotes"),
        ("interview_events", "position 0 of what records of interview_schedules embed"),
    ] {
        assert!(ran.stderr.contains(place), "{place}: {ran:#?}");
        assert!(ran.stderr.contains(&format!("note: {stream}: 1 set aside")), "{stream}: {ran:#?}");
    }
    assert!(ran.stderr.contains("records without a usable key: 1"), "{ran:#?}");
    assert!(!ran.stderr.contains("left out lists") && !ran.stderr.contains("what they embed:"), "{ran:#?}");

    world.lacks(false);
    let ran = world.run(sync).await;
    assert!(ran.code == Some(0) && !ran.stderr.contains("set aside"), "{ran:#?}");
    assert_eq!(world.rows("jobs"), keys(&["a", "b", "c"]));
    assert_eq!(world.rows("candidate_notes"), keys(&["n1", "n2", "n3"]));
    assert_eq!(world.rows("interview_events"), keys(&["e1", "e2", "e3"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn versions_that_an_answer_leaves_out_are_not_gone() {
    for hollow in [
        r#"{"success":true}"#,
        r#"{"success":true,"results":null}"#,
        r#"{"success":true,"results":{"id":"o1"}}"#,
        r#"{"success":true,"results":{"id":"o1","versions":null}}"#,
    ] {
        let world = World::new(move |operation, asked, lacks| {
            Some(match (operation, asked["offerId"].as_str()) {
                ("offer.list", _) => listed(r#"[{"id":"o1"},{"id":"o2"}]"#),
                ("offer.info", Some("o1")) if lacks => hollow.to_owned(),
                ("offer.info", Some(offer)) => {
                    let version = format!(r#"{{"id":"v-{offer}"}}"#);
                    format!(r#"{{"success":true,"results":{{"id":"{offer}","versions":[{version}]}}}}"#)
                }
                _ => return None,
            })
        })
        .await;
        assert_eq!(world.run("sync offers offer_versions --full").await.code, Some(0), "{hollow}");
        world.lacks(true);
        let ran = world.run("sync offers offer_versions --full").await;
        assert!(matches!(ran.code, Some(0 | 1 | 4)), "{hollow}: {ran:#?}");
        assert_eq!(world.rows("offer_versions"), keys(&["v-o1", "v-o2"]), "{hollow}: {ran:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parent_that_cannot_be_read_is_set_aside_and_comes_later() {
    let world = World::new(|operation, asked, lacks| {
        Some(match (operation, asked["candidateId"].as_str()) {
            ("candidate.list", _) => listed(r#"[{"id":"p1"},{"id":"p2"},{"id":"p3"}]"#),
            ("candidate.listNotes", Some("p2")) if lacks => "<html>".to_owned(),
            ("candidate.listNotes", Some("p3")) if lacks => listed("[]"),
            ("candidate.listNotes", Some(parent)) => listed(&format!(r#"[{{"id":"n-{parent}"}}]"#)),
            _ => return None,
        })
    })
    .await;
    world.lacks(true);
    let ran = world.run("sync candidates candidate_notes").await;
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    assert!(ran.stderr.contains("note: candidate_notes: 1 set aside, to be tried again"), "{ran:#?}");
    assert_eq!(world.rows("candidate_notes"), keys(&["n-p1"]));
    // Nothing of it counts as gone as long as not all is known.
    world.lacks(false);
    assert_eq!(world.run("sync candidate_notes --full").await.code, Some(0));
    assert_eq!(world.rows("candidate_notes"), keys(&["n-p1", "n-p2", "n-p3"]));
    world.lacks(true);
    let ran = world.run("sync candidate_notes --full").await;
    assert!(ran.stderr.contains("parents whose children could not be read: 1"), "{ran:#?}");
    assert_eq!(world.rows("candidate_notes"), keys(&["n-p1", "n-p2"]), "of p3 it is known that it has none");
    world.lacks(false);
    let ran = world.run("sync candidate_notes --full").await;
    assert!(!ran.stderr.contains("set aside"), "{ran:#?}");
    assert_eq!(world.rows("candidate_notes"), keys(&["n-p1", "n-p2", "n-p3"]));
}
