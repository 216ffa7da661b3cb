//! What is said of a copy that lacks a stream.

use std::sync::Arc;

use agents::{Agent, Answer, Call, Error, Options, Sent};
use capture_core::{
    Checkpoint, Listed, Record, Searchable, Sink, Stamp, StateUpdate, StreamDescriptor, StreamState, Write,
};
use local_copy::LocalCopy;
use serde_json::{Value, json};
use sink_sqlite::SqliteSink;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// Writes records of a stream as a whole listing of it.
    async fn write(&self, name: &str, titles: &[&str], records: &[Value]) {
        let mut stream = StreamDescriptor::new(name, ["id"]);
        if !titles.is_empty() {
            let title = titles.iter().map(|title| (*title).to_owned()).collect();
            stream = stream.with_searchable(Some(Searchable { title, body: vec!["/content".into()] }));
        }
        let stream = Arc::new(stream);
        let mut sink = SqliteSink::new(self.0.path().join("copy.db"));
        sink.load().await.unwrap();
        sink.open(&[Arc::clone(&stream)]).await.unwrap();
        let records: Vec<Record> = records
            .iter()
            .map(|record| Record::upsert(record["id"].as_str().unwrap(), record.to_string()))
            .collect();
        let mut state = StreamState::new(Checkpoint::default(), jiff::Timestamp::now());
        state.listed = Listed::new(0, Some(records.len() as u64));
        sink.write(Write::new(Arc::clone(&stream), Stamp::new(1), records)).await.unwrap();
        let mut update = StateUpdate::default();
        update.streams.insert(stream.name.clone(), Some(state));
        sink.commit(&update).await.unwrap();
        sink.close().await.unwrap();
    }

    async fn call(&self, tool: &str, arguments: Value) -> Result<Answer, Error> {
        let copy = Some(LocalCopy::new(self.0.path().join("copy.db")));
        let agent = Agent::new(Options { copy, ..Options::default() });
        let call = Call {
            caller: "x".to_owned(),
            door: "test",
            intent: None,
            cancel: CancellationToken::new(),
            sent: Sent::default(),
        };
        let Value::Object(arguments) = arguments else { panic!("arguments are an object") };
        agent.call(tool, Some(arguments), &call).await.unwrap()
    }
}

#[tokio::test]
async fn moves_are_counted_from_the_history_and_unknown_without_it() {
    let place = Place::new();
    let application = json!({
        "id": "1", "job": {"id": "j", "title": "Baker"}, "status": "Active", "createdAt": "2026-01-01T00:00:00Z",
        "currentInterviewStage": {"id": "b", "title": "B"},
    });
    place.write("applications", &[], &[application]).await;
    let since = json!({"since": "2020-01-01"});
    let answer = place.call("pipeline_overview", since.clone()).await.unwrap();
    let stages = &answer["jobs"][0]["stages"];
    assert_eq!(
        stages,
        &json!([{"stage_id": "b", "title": "B", "active": 1, "moved_in": null, "median_days": null}])
    );
    assert!(answer["note"].as_str().unwrap().contains("`ashby sync application_history`"), "{answer:?}");

    let entered = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(36);
    place
        .write(
            "application_history",
            &[],
            &[
                json!({"id": "x", "applicationId": "1", "stageId": "a", "title": "A", "stageNumber": 0,
                    "enteredStageAt": "2026-01-01T00:00:00Z", "leftStageAt": entered.to_string()}),
                json!({"id": "y", "applicationId": "1", "stageId": "b", "title": "B", "stageNumber": 1,
                    "enteredStageAt": entered.to_string()}),
            ],
        )
        .await;
    let answer = place.call("pipeline_overview", since).await.unwrap();
    assert_eq!(
        answer["jobs"][0]["stages"],
        json!([
            {"stage_id": "a", "title": "A", "active": 0, "moved_in": 1, "median_days": null},
            {"stage_id": "b", "title": "B", "active": 1, "moved_in": 1, "median_days": 1.5},
        ])
    );
    assert!(!answer.contains_key("note"), "{answer:?}");
}

/// What the analyst's model has counted is not counted again, and says the same.
#[tokio::test]
async fn the_overview_is_the_same_from_the_model() {
    let place = Place::new();
    let path = place.0.path().join("copy.db");
    let stage =
        |id: &str, order: u64| json!({"id": id, "title": id.to_uppercase(), "orderInInterviewPlan": order});
    let application = |id: &str, job: &str, status: &str, at: &str, created: &str| {
        json!({"id": id, "job": {"id": job, "title": format!("Job {job}")}, "status": status, "createdAt": created,
            "currentInterviewStage": stage(at, if at == "a" { 0 } else { 1 })})
    };
    let (old, new) = ("2025-01-01T00:00:00Z", "2026-06-01T00:00:00.000Z");
    place
        .write(
            "applications",
            &[],
            &[
                application("1", "j", "Active", "a", old),
                application("2", "j", "Active", "b", new),
                application("3", "j", "Hired", "b", new),
                application("4", "k", "Archived", "b", old),
                application("5", "k", "Lead", "a", new),
            ],
        )
        .await;
    let visit = |id: &str, application: &str, stage: &str, entered: &str, left: Option<&str>| {
        json!({"id": id, "applicationId": application, "stageId": stage, "title": stage.to_uppercase(),
            "stageNumber": u64::from(stage == "b"), "enteredStageAt": entered, "leftStageAt": left})
    };
    let (moved, until) = ("2026-05-01T00:00:00.000Z", "2026-05-02T00:00:00.000Z");
    place
        .write(
            "application_history",
            &[],
            &[
                visit("v1", "1", "a", old, None),
                visit("v2", "2", "a", moved, Some(until)),
                visit("v3", "2", "b", until, None),
                visit("v4", "3", "b", moved, None),
                visit("v5", "5", "a", new, None),
            ],
        )
        .await;
    let plain = |id: &str| json!({"id": id, "title": format!("Job {id}"), "status": "Open"});
    place.write("jobs", &[], &[plain("j"), plain("k")]).await;
    let described = |id: &str, order| {
        let mut stage = stage(id, order);
        stage["type"] = "Active".into();
        stage["interviewPlanId"] = "p".into();
        stage
    };
    place.write("interview_stages", &[], &[described("a", 0), described("b", 1)]).await;
    let streams = ["applications", "jobs", "interview_stages"];
    let asked = || async {
        let mut answers = Vec::new();
        for arguments in [json!({"since": "2026-04-01"}), json!({"since": "2026-05-15", "job_id": "j"})] {
            let mut answer = place.call("pipeline_overview", arguments).await.unwrap();
            answer.remove("age_s");
            answers.push(answer);
        }
        answers
    };
    assert!(models::current(&path, &streams).unwrap().is_none());
    let counted = asked().await;
    assert_eq!(counted[0]["totals"]["new_in_period"], 3, "{counted:?}");
    models::build(&path, &models::path_of(&path), &models::Options::default()).unwrap();
    let model = models::current(&path, &streams).unwrap().expect("it says what the records say");
    assert!(models::current(&path, &["offers"]).unwrap().is_none());
    drop(model);
    assert_eq!(asked().await, counted);

    // A model that is behind is not asked.
    place.write("applications", &[], &[application("6", "j", "Active", "a", new)]).await;
    assert!(models::current(&path, &streams).unwrap().is_none());
    assert_eq!(asked().await[0]["totals"]["new_in_period"], 4);
}

#[tokio::test]
async fn a_search_says_which_stream_the_copy_lacks() {
    let place = Place::new();
    place.write("candidates", &["/name"], &[json!({"id": "1", "name": "Mia"})]).await;
    let notes = json!({"query": "mia", "kinds": ["notes"]});
    let error = place.call("search", notes.clone()).await.unwrap_err();
    assert_eq!(error.code, "not_synced");
    assert!(error.message.contains("candidate_notes"), "{error}");
    assert_eq!(error.hint.as_deref(), Some("`ashby sync candidate_notes` brings it"));
    let both = place.call("search", json!({"query": "mia", "kinds": ["notes", "candidates"]})).await.unwrap();
    assert_eq!(both["results"][0]["id"], "1");
    assert!(both["note"].as_str().unwrap().contains("`ashby sync candidate_notes`"), "{both:?}");
    let all = place.call("search", json!({"query": "mia"})).await.unwrap();
    assert!(all["results"][0]["id"] == "1" && !all.contains_key("note"), "{all:?}");

    let note = json!({"id": "n", "content": "<p>Mia is <b>kind</b></p>",
        "author": {"firstName": "Theo", "lastName": "Thompson"}});
    place.write("candidate_notes", &["/author/firstName", "/author/lastName"], &[note]).await;
    let found = place.call("search", notes).await.unwrap();
    let hit = &found["results"][0];
    assert_eq!((&hit["title"], &hit["snippet"]), (&json!("Theo Thompson"), &json!("Mia is kind")));
}

#[tokio::test]
async fn a_copy_of_other_streams_needs_a_sync_and_no_index() {
    let place = Place::new();
    place.write("users", &[], &[json!({"id": "1"})]).await;
    let error = place.call("search", json!({"query": "mia"})).await.unwrap_err();
    assert_eq!(
        (error.code, error.hint.as_deref()),
        ("not_synced", Some("`ashby sync candidates` brings it"))
    );
    place.write("candidates", &[], &[json!({"id": "1", "name": "Mia"})]).await;
    assert_eq!(place.call("search", json!({"query": "mia"})).await.unwrap_err().code, "no_index");
}
