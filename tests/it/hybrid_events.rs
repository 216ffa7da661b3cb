//! Webhooks beside a watch: when an event is done, and what it costs.

use std::path::Path;

use ashby_sim::{Fault, FaultRule, Kind, Mutation};
use serde_json::{Value, json};

use crate::hybrid::{first_round, pending, some, subscribe, watch_of};
use crate::support::listening::{Listening, deliver};
use crate::support::{Site, query, said, sqlite, truth, until};

fn is_true(site: &Site, database: &Path, stream: &str) -> bool {
    sqlite(database, stream) == truth(site.organisation(), stream)
}

/// An organisation and a watch of these streams past its first round, which polls no more by itself.
async fn watched(streams: &str) -> (Site, Listening) {
    let site = Site::new().await;
    let mut watch = watch_of(&site, "", streams).await;
    first_round(&mut watch).await;
    (site, watch)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_done_only_once_its_record_was_shown() {
    let (site, watch) = watched("interview_schedules interview_events job_postings").await;
    subscribe(&site, &watch).await;
    let database = site.path("ashby.db");
    let change = |mutation: Mutation| site.organisation().mutate(&mutation).unwrap();
    let application = some(&site, "applications").swap_remove(0).0;
    let posting =
        site.organisation().truth("jobPosting.list", &ashby_source::parameters("job_postings").unwrap());
    let posting = posting.last().unwrap()["id"].as_str().unwrap().to_owned();
    let patch = json!({"title": "Something else"}).as_object().unwrap().clone();
    // What is read after each change lags behind it: once it does not show the record.
    for (operation, fault, stream, mutation) in [
        (
            "interviewSchedule.list",
            Fault::NoRecords,
            "interview_schedules",
            Mutation::Create {
                kind: Kind::InterviewSchedule,
                parent: Some(application),
                fields: Default::default(),
            },
        ),
        (
            "jobPosting.list",
            Fault::VanishRecord,
            "job_postings",
            Mutation::Update { kind: Kind::JobPosting, id: posting, patch },
        ),
    ] {
        site.log().clear();
        site.server.faults().add(FaultRule::new(operation, fault).times(1));
        change(mutation);
        assert!(!is_true(&site, &database, stream), "{stream}: the change shows");
        until("it is asked for", || site.log().count(operation) > 0).await;
        until("the row is there", || {
            // Looked at in this order: what is done was there before.
            let is_done = pending(&database) == 0;
            let is_there = is_true(&site, &database, stream);
            assert!(is_there || !is_done, "{stream}: done, and the row is not there");
            is_there
        })
        .await;
        until("it is done", || pending(&database) == 0).await;
    }
    assert_eq!(watch.stop().await.1, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_belongs_to_one_who_is_deleted_follows_where_candidates_are_not_captured() {
    let (site, watch) = watched("applications candidate_notes").await;
    subscribe(&site, &watch).await;
    let database = site.path("ashby.db");
    let (application, record) = some(&site, "applications").swap_remove(0);
    let candidate = record["candidate"]["id"].as_str().unwrap().to_owned();
    site.organisation().mutate(&Mutation::Delete { kind: Kind::Candidate, id: candidate }).unwrap();
    until("its applications and notes are gone", || {
        is_true(&site, &database, "applications") && is_true(&site, &database, "candidate_notes")
    })
    .await;
    until("it is done", || pending(&database) == 0).await;
    let why = format!("SELECT _deleted_why FROM applications WHERE _key = '{application}'");
    assert_eq!(query(&database, &why), [["reported"]]);
    // Who is only said to be deleted keeps what is theirs.
    let (_, record) = some(&site, "applications").swap_remove(0);
    let lie = json!({"webhookActionId": "lie", "action": "candidateDelete", "data": {"candidate": {"id": record["candidate"]["id"]}}});
    assert_eq!(deliver(&watch.address, &lie.to_string()).await, 200);
    until("it is done", || pending(&database) == 0).await;
    assert!(is_true(&site, &database, "applications"));
    assert_eq!(watch.stop().await.1, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_that_names_its_record_elsewhere_is_seen_by_a_listing() {
    let (site, watch) = watched("job_postings").await;
    let database = site.path("ashby.db");
    let (posting, _) = some(&site, "job_postings").swap_remove(0);
    site.organisation().mutate(&Mutation::Delete { kind: Kind::JobPosting, id: posting.clone() }).unwrap();
    let event =
        json!({"webhookActionId": "1", "action": "jobPostingDelete", "data": {"jobPostingId": posting}});
    assert_eq!(deliver(&watch.address, &event.to_string()).await, 200);
    until("it is gone", || is_true(&site, &database, "job_postings")).await;
    assert_eq!(watch.stop().await.1, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_changes_at_once_a_listing_tells_and_that_is_said() {
    let (site, mut watch) = watched("offers").await;
    let database = site.path("ashby.db");
    let offers = some(&site, "offers");
    let patch = json!({"acceptanceStatus": "Declined"}).as_object().unwrap().clone();
    for (id, _) in &offers[..6] {
        let change = Mutation::Update { kind: Kind::Offer, id: id.clone(), patch: patch.clone() };
        site.organisation().mutate(&change).unwrap();
    }
    let event = |number: usize| {
        let offer: &Value = &json!({"id": offers[number].0});
        json!({"webhookActionId": number.to_string(), "action": "offerUpdate", "data": {"offer": offer}})
            .to_string()
    };
    site.log().clear();
    // While the first is being read the others come.
    site.server.faults().add(FaultRule::new("offer.info", Fault::Hold).times(1));
    assert_eq!(deliver(&watch.address, &event(0)).await, 200);
    site.held().await;
    for number in 1..6 {
        assert_eq!(deliver(&watch.address, &event(number)).await, 200);
    }
    site.server.faults().release();
    said(&mut watch.said, "note: offers: events named 5 records at once").await;
    until("all are there", || is_true(&site, &database, "offers")).await;
    until("all are done", || pending(&database) == 0).await;
    assert_eq!((site.log().count("offer.info"), site.log().count("offer.list")), (1, 1));
    assert!(site.log().of("offer.list")[0].has_token, "of what changed");
    assert_eq!(watch.stop().await.1, Some(0));
}
