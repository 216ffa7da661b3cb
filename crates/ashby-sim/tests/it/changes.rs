//! Changes and what follows from them.

use ashby_sim::{Kind, Mutation, Organisation, Shape, SimError};
use serde_json::{Value, json};

use crate::support::{ids, list, object, post, small};

fn truth(organisation: &Organisation, operation: &str, parameters: Value) -> Vec<Value> {
    organisation.truth(operation, &object(parameters))
}

fn find(organisation: &Organisation, operation: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    let records = truth(organisation, operation, json!({}));
    records.into_iter().find(|record| wanted(record)).expect("there is one")
}

fn id(record: &Value) -> String {
    record["id"].as_str().expect("a record has an id").to_owned()
}

#[tokio::test]
async fn a_stage_move_adds_to_the_history() {
    let server = small().await;
    let organisation = server.organisation();
    let application = find(organisation, "application.list", |record| record["status"] == "Lead");
    let history = async || {
        list(&server, "application.listHistory", &json!({"applicationId": application["id"]})).await.0
    };
    assert_eq!(history().await.len(), 1);
    for step in 1..=6 {
        let moved = Mutation::MoveStage { application: id(&application), stage: None };
        organisation.mutate(&moved).expect("there is a next stage");
        let entries = history().await;
        assert_eq!(entries.len(), step + 1);
        assert_eq!(entries[step - 1]["leftStageAt"], entries[step]["enteredStageAt"]);
    }
    let now = find(organisation, "application.list", |record| record["id"] == application["id"]);
    assert_eq!((&now["status"], &now["currentInterviewStage"]["type"]), (&json!("Hired"), &json!("Hired")));
    assert!(now["updatedAt"].as_str() > application["updatedAt"].as_str());
    let refused = organisation.mutate(&Mutation::MoveStage { application: id(&application), stage: None });
    assert_eq!(refused, Err(SimError::NoNextStage(id(&application))));
    let info = post(&server, "application.info", &json!({"applicationId": application["id"]})).await.json();
    assert_eq!(info["results"]["applicationHistory"].as_array().map(Vec::len), Some(7));
    // Archiving moves it once more.
    organisation
        .mutate(&Mutation::Archive { kind: Kind::Application, id: id(&application) })
        .expect("it exists");
    let now = find(organisation, "application.list", |record| record["id"] == application["id"]);
    assert_eq!(now["status"], json!("Archived"));
    assert!(now["archiveReason"]["id"].is_string() && now["archivedAt"].is_string());
}

#[test]
fn a_merge_moves_everything_to_one_candidate() {
    let organisation = Organisation::new(&Shape::small());
    let notes = |id: &str| truth(&organisation, "candidate.listNotes", json!({"candidateId": id}));
    let with_notes = |record: &Value| !notes(&id(record)).is_empty() && record["applicationIds"] != json!([]);
    let mut candidates = truth(&organisation, "candidate.list", json!({})).into_iter().filter(with_notes);
    let (from, into) = (candidates.next().expect("one"), candidates.next().expect("another"));
    let (from_notes, into_notes) = (notes(&id(&from)), notes(&id(&into)));
    organisation.mutate(&Mutation::MergeCandidates { from: id(&from), into: id(&into) }).expect("both exist");
    assert!(!ids(&truth(&organisation, "candidate.list", json!({}))).contains(&id(&from)));
    let merged = find(&organisation, "candidate.list", |record| record["id"] == into["id"]);
    for application in from["applicationIds"].as_array().expect("it has applications") {
        assert!(merged["applicationIds"].as_array().is_some_and(|ids| ids.contains(application)));
        let application = find(&organisation, "application.list", |record| &record["id"] == application);
        assert_eq!(
            (&application["candidate"]["id"], &application["candidate"]["name"]),
            (&into["id"], &into["name"])
        );
    }
    assert_eq!(notes(&id(&into)).len(), from_notes.len() + into_notes.len());
    let everything: String = organisation
        .operations()
        .into_iter()
        .filter(|operation| operation.ends_with(".list") && *operation != "auditLog.list")
        .map(|operation| {
            Value::Array(truth(&organisation, operation, json!({"surveyType": "CandidateExperience"})))
                .to_string()
        })
        .collect();
    assert!(!everything.contains(&id(&from)), "something still names the merged candidate");
}

#[test]
fn a_deletion_leaves_no_trace() {
    let organisation = Organisation::new(&Shape::small());
    let offer = truth(&organisation, "offer.list", json!({}))[0].clone();
    let application =
        find(&organisation, "application.list", |record| record["id"] == offer["applicationId"]);
    organisation
        .mutate(&Mutation::Delete { kind: Kind::Application, id: id(&application) })
        .expect("it exists");
    for operation in [
        "application.list",
        "offer.list",
        "interviewSchedule.list",
        "applicationFeedback.list",
        "candidate.list",
        "approval.list",
    ] {
        let text = Value::Array(truth(&organisation, operation, json!({}))).to_string();
        assert!(!text.contains(&id(&application)), "{operation}");
        assert!(!text.contains(&id(&offer)), "{operation}");
    }
    let again = organisation.mutate(&Mutation::Delete { kind: Kind::Application, id: id(&application) });
    assert_eq!(again, Err(SimError::NotFound { kind: Kind::Application, id: id(&application) }));
}

#[tokio::test]
async fn a_note_is_a_change_of_its_candidate() {
    let server = small().await;
    let (candidates, token) = list(&server, "candidate.list", &json!({})).await;
    let notes = json!({"candidateId": candidates[5]["id"]});
    let (before, notes_token) = list(&server, "candidate.listNotes", &notes).await;
    let note =
        Mutation::AddNote { candidate: id(&candidates[5]), content: "Call again".to_owned(), private: true };
    let touched = server.organisation().mutate(&note).expect("the candidate exists");
    let (changed, _) = list(&server, "candidate.list", &json!({"syncToken": token})).await;
    assert_eq!(ids(&changed), [id(&candidates[5])]);
    let (after, _) = list(&server, "candidate.listNotes", &notes).await;
    assert_eq!(after.len(), before.len() + 1);
    let (delta, _) = list(
        &server,
        "candidate.listNotes",
        &json!({"candidateId": notes["candidateId"], "syncToken": notes_token}),
    )
    .await;
    assert_eq!(
        (ids(&delta), &delta[0]["content"], &delta[0]["isPrivate"]),
        (vec![touched[0].clone()], &json!("Call again"), &json!(true))
    );
}

#[test]
fn a_new_name_shows_on_the_applications_too() {
    let organisation = Organisation::new(&Shape::small());
    let candidate = truth(&organisation, "candidate.list", json!({}))[0].clone();
    let patch = object(json!({"name": "Ada Fairweather", "school": null}));
    let touched = organisation
        .mutate(&Mutation::Update { kind: Kind::Candidate, id: id(&candidate), patch })
        .expect("it exists");
    assert_eq!(touched[0], id(&candidate));
    let candidate = find(&organisation, "candidate.list", |record| record["id"] == candidate["id"]);
    assert_eq!((&candidate["name"], candidate.get("school")), (&json!("Ada Fairweather"), None));
    let application =
        find(&organisation, "application.list", |record| record["candidate"]["id"] == candidate["id"]);
    assert_eq!(application["candidate"]["name"], json!("Ada Fairweather"));
    assert!(touched.contains(&id(&application)));
}

#[test]
fn every_kind_can_be_made_changed_and_deleted() {
    for shape in [Shape::small(), Shape::empty()] {
        let organisation = Organisation::new(&shape);
        for &kind in Kind::ALL {
            let created = organisation.mutate(&Mutation::Create {
                kind,
                parent: None,
                fields: object(json!({"marker": 1})),
            });
            let made = created.expect("every kind can be made")[0].clone();
            let patch = object(json!({"marker": 2}));
            organisation.mutate(&Mutation::Update { kind, id: made.clone(), patch }).expect("it exists");
            let archived = organisation.mutate(&Mutation::Archive { kind, id: made.clone() });
            assert!(archived.is_ok() || archived == Err(SimError::NotArchivable(kind)), "{kind}");
            organisation.mutate(&Mutation::Delete { kind, id: made.clone() }).expect("it exists");
            let refused =
                organisation.mutate(&Mutation::Update { kind, id: made.clone(), patch: object(json!({})) });
            assert_eq!(refused, Err(SimError::NotFound { kind, id: made }));
        }
    }
}

#[tokio::test]
async fn an_offer_keeps_its_versions() {
    let server = small().await;
    let offer = truth(server.organisation(), "offer.list", json!({}))[0].clone();
    let versions = async || {
        post(&server, "offer.info", &json!({"offerId": offer["id"]})).await.json()["results"]["versions"]
            .clone()
    };
    let before = versions().await.as_array().map_or(0, Vec::len);
    let mut version = offer["latestVersion"].clone();
    version["id"] = json!("8f1a8cf4-5d6f-4f7e-9a94-0a8b8a1a7d10");
    let patch = object(json!({"latestVersion": version}));
    server
        .organisation()
        .mutate(&Mutation::Update { kind: Kind::Offer, id: id(&offer), patch })
        .expect("it exists");
    let after = versions().await;
    assert_eq!((after.as_array().map_or(0, Vec::len), &after[0]), (before + 1, &version));
}
