//! Pages and sync tokens: nothing is lost, nothing is made up.

use std::collections::BTreeSet;
use std::time::Duration;

use ashby_sim::{Kind, Mutation, Organisation, ServerOptions, Shape};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::{ids, keyed, list, object, post, small, start};

#[tokio::test]
async fn every_list_shows_the_truth() {
    let server = small().await;
    for operation in server.organisation().operations().into_iter().filter(|name| name.ends_with(".list")) {
        let parameters = match operation {
            "interviewEvent.list" => {
                json!({"interviewScheduleId": first(server.organisation(), "interviewSchedule.list")})
            }
            "interviewStage.list" => {
                json!({"interviewPlanId": first(server.organisation(), "interviewPlan.list")})
            }
            "surveyRequest.list" | "surveySubmission.list" => json!({"surveyType": "CandidateExperience"}),
            _ => json!({}),
        };
        let (records, _) = list(&server, operation, &parameters).await;
        assert_eq!(records, server.organisation().truth(operation, &object(parameters)), "{operation}");
        assert!(!records.is_empty(), "{operation} shows nothing");
    }
    for (operation, least) in
        [("application.list", 700), ("candidate.list", 500), ("interviewSchedule.list", 250)]
    {
        assert!(server.log().count(operation) > 2, "{operation} has few pages");
        assert!(server.organisation().truth(operation, &object(json!({}))).len() >= least, "{operation}");
    }
}

fn first(organisation: &Organisation, operation: &str) -> Value {
    organisation.truth(operation, &object(json!({})))[0]["id"].clone()
}

#[tokio::test]
async fn an_empty_organisation_has_nothing_but_tokens() {
    let server = start(&Shape::empty(), ServerOptions::default()).await;
    for operation in ["application.list", "candidate.list", "job.list", "department.list", "user.list"] {
        let page = post(&server, operation, &json!({})).await.json();
        assert_eq!(
            (&page["results"], &page["moreDataAvailable"]),
            (&json!([]), &json!(false)),
            "{operation}"
        );
        let token = page["syncToken"].as_str().expect("also an empty listing ends with a token");
        let (records, again) = list(&server, operation, &json!({"syncToken": token})).await;
        assert!(records.is_empty() && again.is_some(), "{operation}");
    }
    // What a record refers to comes to life with it.
    let created = Mutation::Create { kind: Kind::Application, parent: None, fields: object(json!({})) };
    server.organisation().mutate(&created).expect("an application can be made");
    let application = &server.organisation().truth("application.list", &object(json!({})))[0];
    for (operation, path) in [
        ("candidate.list", "/candidate/id"),
        ("job.list", "/job/id"),
        ("source.list", "/source/id"),
        ("department.list", "/job/departmentId"),
        ("interviewPlan.list", "/currentInterviewStage/interviewPlanId"),
    ] {
        let records = server.organisation().truth(operation, &object(json!({})));
        let wanted = application.pointer(path).and_then(Value::as_str).expect("the application refers to it");
        assert!(ids(&records).iter().any(|id| id == wanted), "{operation}");
    }
}

#[tokio::test]
async fn only_the_last_page_has_a_token_and_only_the_others_a_cursor() {
    let server = small().await;
    let mut body = json!({"limit": 90});
    for page_number in 0.. {
        let page = post(&server, "candidate.list", &body).await.json();
        let more = page["moreDataAvailable"] == json!(true);
        assert_eq!(page["nextCursor"].is_string(), more);
        assert_eq!(page["syncToken"].is_string(), !more);
        if !more {
            assert_eq!(page_number, 5);
            break;
        }
        assert_eq!(page["results"].as_array().map(Vec::len), Some(90));
        body["cursor"] = page["nextCursor"].clone();
    }
}

#[tokio::test]
async fn an_incremental_listing_shows_exactly_what_changed_in_the_order_of_change() {
    let server = small().await;
    let organisation = server.organisation();
    let (candidates, token) = list(&server, "candidate.list", &json!({})).await;
    let token = token.expect("the listing ends with a token");
    let changed =
        [3, 400, 77].map(|place: usize| candidates[place]["id"].as_str().unwrap_or_default().to_owned());
    for id in &changed {
        let patch = object(json!({"company": "Quillon"}));
        organisation
            .mutate(&Mutation::Update { kind: Kind::Candidate, id: id.clone(), patch })
            .expect("it exists");
    }
    let (delta, next) = list(&server, "candidate.list", &json!({"syncToken": token})).await;
    assert_eq!(ids(&delta), changed);
    assert!(delta.iter().all(|record| record["company"] == json!("Quillon")));
    // The first one again: it is shown once, at its new place; the older token still works and shows both ways.
    let patch = object(json!({"company": "Opaline"}));
    organisation
        .mutate(&Mutation::Update { kind: Kind::Candidate, id: changed[0].clone(), patch })
        .expect("it exists");
    let (delta, _) = list(&server, "candidate.list", &json!({"syncToken": next})).await;
    assert_eq!(ids(&delta), [changed[0].as_str()]);
    let (delta, _) = list(&server, "candidate.list", &json!({"syncToken": token})).await;
    assert_eq!(ids(&delta), [changed[1].as_str(), &changed[2], &changed[0]]);
}

#[tokio::test]
async fn a_token_may_come_along_on_every_page_or_on_the_first_one_only() {
    let server = small().await;
    let (_, token) = list(&server, "application.list", &json!({})).await;
    server.organisation().churn(600, 1);
    let (both, _) = list(&server, "application.list", &json!({"syncToken": token, "limit": 40})).await;
    let mut alone = Vec::new();
    let mut body = json!({"syncToken": token, "limit": 40});
    loop {
        let page = post(&server, "application.list", &body).await.json();
        alone.extend(page["results"].as_array().cloned().unwrap_or_default());
        match page["nextCursor"].as_str() {
            Some(cursor) => body = json!({"cursor": cursor, "limit": 40}),
            None => break,
        }
    }
    assert!(both.len() > 120);
    assert_eq!(both, alone);
}

#[tokio::test]
async fn cursors_and_tokens_belong_to_what_they_were_made_for() {
    let server = small().await;
    let page = post(&server, "application.list", &json!({})).await.json();
    let (_, token) = list(&server, "application.list", &json!({})).await;
    let cursor = &page["nextCursor"];
    let code = async |operation: &str, body: Value| post(&server, operation, &body).await.code();
    assert_eq!(
        code("application.list", json!({"cursor": cursor, "status": "Active"})).await,
        "invalid_next_cursor"
    );
    assert_eq!(code("candidate.list", json!({"cursor": cursor})).await, "invalid_next_cursor");
    assert_eq!(code("application.list", json!({"cursor": "nonsense"})).await, "invalid_next_cursor");
    assert_eq!(
        code("application.list", json!({"cursor": cursor, "syncToken": token})).await,
        "invalid_next_cursor"
    );
    assert_eq!(
        code("application.list", json!({"syncToken": token, "status": "Active"})).await,
        "sync_token_invalid"
    );
    assert_eq!(code("candidate.list", json!({"syncToken": token})).await, "sync_token_invalid");
    assert_eq!(code("application.list", json!({"syncToken": "nonsense"})).await, "sync_token_invalid");
    // Another page size is no other list.
    assert_eq!(code("application.list", json!({"cursor": cursor, "limit": 7})).await, "");
    let audit = post(&server, "auditLog.list", &json!({"cursor": cursor})).await;
    assert_eq!((audit.status, audit.code().as_str()), (200, "cursor_invalid"));
}

#[tokio::test]
async fn cursors_and_tokens_can_expire() {
    let options = ServerOptions { cursor_lifetime: Some(Duration::ZERO), ..ServerOptions::default() };
    for (server, by_age) in [(small().await, false), (start(&Shape::small(), options).await, true)] {
        let cursor = post(&server, "application.list", &json!({})).await.json()["nextCursor"].clone();
        if by_age {
            // A lifetime of zero ends within the next milliseconds.
            while post(&server, "application.list", &json!({"cursor": cursor})).await.code()
                != "next_cursor_expired"
            {}
            continue;
        }
        let (_, token) = list(&server, "application.list", &json!({})).await;
        server.organisation().expire_cursors();
        assert_eq!(
            post(&server, "application.list", &json!({"cursor": cursor})).await.code(),
            "next_cursor_expired"
        );
        assert_eq!(post(&server, "application.list", &json!({"syncToken": token})).await.code(), "");
        server.organisation().expire_tokens();
        assert_eq!(
            post(&server, "application.list", &json!({"syncToken": token})).await.code(),
            "sync_token_expired"
        );
        let (_, token) = list(&server, "application.list", &json!({})).await;
        assert_eq!(post(&server, "application.list", &json!({"syncToken": token})).await.code(), "");
    }
}

#[tokio::test]
async fn an_incremental_listing_can_be_too_large_a_full_one_cannot() {
    let server =
        start(&Shape::small(), ServerOptions { incremental_pages: Some(2), ..ServerOptions::default() })
            .await;
    let (records, token) = list(&server, "application.list", &json!({})).await;
    assert!(records.len() > 500);
    server.organisation().churn(700, 3);
    let mut body = json!({"syncToken": token});
    for _ in 0..2 {
        let page = post(&server, "application.list", &body).await.json();
        body["cursor"] = page["nextCursor"].clone();
    }
    let refused = post(&server, "application.list", &body).await;
    assert_eq!((refused.status, refused.code().as_str()), (200, "incremental_sync_too_large"));
}

#[tokio::test]
async fn the_audit_log_is_newest_first() {
    let server = small().await;
    let (records, token) = list(&server, "auditLog.list", &json!({})).await;
    let dates: Vec<&str> = records.iter().filter_map(|record| record["createdAt"].as_str()).collect();
    assert_eq!((dates.len(), token), (260, None));
    assert!(dates[0] > dates[259] && dates[100] > dates[200]);
}

#[tokio::test]
async fn archived_and_hidden_records_need_their_flags() {
    let server = small().await;
    for (operation, flag) in [
        ("archiveReason.list", "includeArchived"),
        ("candidateTag.list", "includeArchived"),
        ("closeReason.list", "includeArchived"),
        ("customField.list", "includeArchived"),
        ("department.list", "includeArchived"),
        ("feedbackFormDefinition.list", "includeArchived"),
        ("interview.list", "includeArchived"),
        ("interview.list", "includeNonSharedInterviews"),
        ("interviewPlan.list", "includeArchived"),
        ("interviewerPool.list", "includeArchivedPools"),
        ("jobPosting.list", "includeUnpublishedJobPostings"),
        ("location.list", "includeArchived"),
        ("location.list", "includeLocationHierarchy"),
        ("sequenceTemplate.list", "includeArchived"),
        ("source.list", "includeArchived"),
        ("sourceTrackingLink.list", "includeDisabled"),
        ("user.list", "includeDeactivated"),
    ] {
        let (without, _) = list(&server, operation, &json!({})).await;
        let (with, _) = list(&server, operation, &json!({flag: true})).await;
        assert!(with.len() > without.len(), "{operation} {flag}: {} and {}", without.len(), with.len());
    }
    let (all, _) = list(&server, "jobPosting.list", &json!({})).await;
    let (listed, _) = list(&server, "jobPosting.list", &json!({"listedOnly": true})).await;
    assert!(listed.len() < all.len() && !listed.is_empty());
    let stages = async |body: Value| {
        let (pools, _) = list(&server, "interviewerPool.list", &body).await;
        pools
            .iter()
            .map(|pool| pool["trainingPath"]["trainingStages"].as_array().map_or(0, Vec::len))
            .sum::<usize>()
    };
    assert!(stages(json!({"includeArchivedTrainingStages": true})).await > stages(json!({})).await);
}

#[tokio::test]
async fn filters_keep_what_they_say() {
    let server = small().await;
    let (all, _) = list(&server, "application.list", &json!({})).await;
    let count = |wanted: &dyn Fn(&Value) -> bool| all.iter().filter(|record| wanted(record)).count();
    for status in ["Active", "Archived", "Hired", "Lead"] {
        let (records, _) = list(&server, "application.list", &json!({"status": status})).await;
        assert_eq!(records.len(), count(&|record| record["status"] == status), "{status}");
        assert!(!records.is_empty());
    }
    let job = &all[0]["job"]["id"];
    let (records, _) = list(&server, "application.list", &json!({"jobId": job})).await;
    assert_eq!(records.len(), count(&|record| &record["job"]["id"] == job));
    let (records, _) =
        list(&server, "application.list", &json!({"createdAfter": 1_767_225_600_000_i64})).await;
    assert_eq!(
        records.len(),
        count(&|record| record["createdAt"].as_str() >= Some("2026-01-01T00:00:00.000Z"))
    );
    assert!(!records.is_empty() && records.len() < all.len());
    // A span holds both its ends; one that is none, or that reaches into the future, is refused.
    let created =
        |record: &Value| -> jiff::Timestamp { record["createdAt"].as_str().unwrap().parse().unwrap() };
    let mut instants: Vec<i64> = all.iter().map(|record| created(record).as_millisecond()).collect();
    instants.sort_unstable();
    let [after, before] = [instants[3], instants[instants.len() - 4]];
    let (records, _) =
        list(&server, "application.list", &json!({"createdAfter": after, "createdBefore": before})).await;
    assert_eq!(records.len(), count(&|record| (after..=before).contains(&created(record).as_millisecond())));
    assert!(records.iter().any(|record| created(record).as_millisecond() == after));
    assert!(records.iter().any(|record| created(record).as_millisecond() == before));
    let ahead = jiff::Timestamp::now().as_millisecond() + 400 * 24 * 3_600_000;
    for operation in ["application.list", "candidate.list"] {
        for wrong in [
            json!({"createdAfter": before, "createdBefore": after}),
            json!({"createdAfter": ahead}),
            json!({"createdBefore": ahead}),
        ] {
            let code = post(&server, operation, &wrong).await.code();
            assert_eq!(code, "invalid_input", "{operation} {wrong}");
        }
    }
    let (jobs, _) = list(&server, "job.list", &json!({})).await;
    assert!(jobs.iter().all(|job| job["status"] != "Draft"));
    let (drafts, _) = list(&server, "job.list", &json!({"status": ["Draft"]})).await;
    assert!(!drafts.is_empty() && drafts.iter().all(|job| job["status"] == "Draft"));
    let (names, _) = list(&server, "hiringTeamRole.list", &json!({})).await;
    let (roles, _) = list(&server, "hiringTeamRole.list", &json!({"namesOnly": false})).await;
    assert!(names.iter().all(Value::is_string) && roles.iter().all(Value::is_object));
}

#[test]
fn the_same_seed_makes_the_same_organisation() {
    let none = object(json!({}));
    let make = |seed: u64| {
        let organisation = Organisation::new(&Shape { seed, ..Shape::small() });
        organisation.churn(200, 5);
        organisation
    };
    let (one, same, other) = (make(9), make(9), make(10));
    for operation in one.operations().into_iter().filter(|name| name.ends_with(".list")) {
        assert_eq!(one.truth(operation, &none), same.truth(operation, &none), "{operation}");
    }
    assert_ne!(one.truth("candidate.list", &none), other.truth("candidate.list", &none));
}

#[test]
fn references_lead_somewhere() {
    let organisation = Organisation::new(&Shape::small());
    organisation.churn(300, 8);
    let truth = |operation: &str, parameters: Value| organisation.truth(operation, &object(parameters));
    let known = |operation: &str, parameters: Value| {
        ids(&truth(operation, parameters)).into_iter().collect::<BTreeSet<_>>()
    };
    let archived = json!({"includeArchived": true});
    let applications = truth("application.list", json!({}));
    let candidates = truth("candidate.list", json!({}));
    let application_ids = known("application.list", json!({}));
    let check = |records: &[Value], path: &str, known: &BTreeSet<String>| {
        for record in records {
            match record.pointer(path) {
                None | Some(Value::Null) => {}
                Some(id) => assert!(known.contains(id.as_str().unwrap_or_default()), "{path} of {record}"),
            }
        }
    };
    let jobs = known("job.list", json!({"status": ["Open", "Closed", "Archived", "Draft"]}));
    check(&applications, "/candidate/id", &known("candidate.list", json!({})));
    check(&applications, "/job/id", &jobs);
    check(&applications, "/source/id", &known("source.list", archived.clone()));
    check(&applications, "/archiveReason/id", &known("archiveReason.list", archived.clone()));
    check(&applications, "/creditedToUser/id", &known("user.list", json!({"includeDeactivated": true})));
    let postings = known("jobPosting.list", json!({"includeUnpublishedJobPostings": true}));
    check(&applications, "/appliedViaJobPostingId", &postings);
    for operation in
        ["applicationFeedback.list", "offer.list", "interviewSchedule.list", "takeHomeAssignment.list"]
    {
        check(&truth(operation, json!({})), "/applicationId", &application_ids);
    }
    let versions: BTreeSet<String> = truth("offer.list", json!({}))
        .iter()
        .map(|offer| offer["latestVersion"]["id"].as_str().unwrap_or_default().to_owned())
        .collect();
    check(&truth("approval.list", json!({})), "/entityId", &versions);
    check(&truth("opening.list", json!({})), "/latestVersion/jobIds/0", &jobs);
    // Candidates and applications agree on who belongs to whom.
    let mut listed = BTreeSet::new();
    for candidate in &candidates {
        for id in candidate["applicationIds"].as_array().expect("there is a list") {
            listed.insert((id.as_str().unwrap_or_default().to_owned(), candidate["id"].clone().to_string()));
        }
    }
    let own: BTreeSet<_> = applications
        .iter()
        .map(|record| {
            (record["id"].as_str().unwrap_or_default().to_owned(), record["candidate"]["id"].to_string())
        })
        .collect();
    assert_eq!(listed, own);
    // Feedback is about interviews that took place in a schedule.
    let events: BTreeSet<String> = truth("interviewSchedule.list", json!({}))
        .iter()
        .flat_map(|schedule| ids(schedule["interviewEvents"].as_array().map_or(&[][..], Vec::as_slice)))
        .collect();
    let base = Organisation::new(&Shape::small()).truth("applicationFeedback.list", &object(json!({})));
    check(&base, "/interviewEventId", &events);
}

#[test]
fn the_demo_looks_like_a_company() {
    let organisation = Organisation::new(&Shape::demo());
    let applications = organisation.truth("application.list", &object(json!({})));
    assert_eq!(applications.len(), 20_000);
    let share = |status: &str| {
        applications.iter().filter(|record| record["status"] == status).count() * 100 / applications.len()
    };
    assert!((80..95).contains(&share("Archived")), "{}", share("Archived"));
    assert!((3..15).contains(&share("Active")), "{}", share("Active"));
    assert!((1..6).contains(&share("Hired")), "{}", share("Hired"));
    assert!(
        applications.iter().all(|record| record["createdAt"].as_str() < Some("2026-11-01T09:00:00.000Z"))
    );
    assert!(applications.iter().all(|record| record["createdAt"].as_str() <= record["updatedAt"].as_str()));
    assert!(
        applications.iter().all(|record| record["updatedAt"].as_str() <= Some("2026-11-01T09:00:00.000Z"))
    );
}

#[test]
fn bulk_records_have_their_size() {
    let records = Organisation::new(&Shape::bulk(300)).truth("application.list", &object(json!({})));
    let sizes: Vec<usize> = records.iter().map(|record| record.to_string().len()).collect();
    let mean = sizes.iter().sum::<usize>() / sizes.len();
    assert!((2_000..2_300).contains(&mean), "{mean}");
}

/// What a client does, one request at a time, while the organisation changes.
#[derive(Debug, Clone)]
enum Step {
    Page,
    Churn(usize, u64),
    Delete(usize),
    Merge(usize, usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        6 => Just(Step::Page),
        3 => (1_usize..12, any::<u64>()).prop_map(|(count, seed)| Step::Churn(count, seed)),
        1 => any::<prop::sample::Index>().prop_map(|index| Step::Delete(index.index(1_000))),
        1 => (0_usize..1_000, 0_usize..1_000).prop_map(|(from, into)| Step::Merge(from, into)),
    ];
    prop::collection::vec(step, 1..60)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn no_interleaving_loses_a_record(steps in steps(), operation in prop::sample::select(vec!["application.list", "candidate.list", "interviewSchedule.list", "applicationFeedback.list"])) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let shape = Shape { candidates: 40, applications: 60, jobs: 8, users: 9, ..Shape::small() };
            let server = start(&shape, ServerOptions { page_limit: 7, ..ServerOptions::default() }).await;
            let organisation = server.organisation();
            let candidate = |place: usize| {
                let candidates = ids(&organisation.truth("candidate.list", &object(json!({}))));
                candidates[place % candidates.len()].clone()
            };
            let mut rows = std::collections::BTreeMap::new();
            let mut body = json!({});
            let mut steps = steps.into_iter();
            let mut finishing = 0;
            // After the last step the client ends its listing and makes one more, undisturbed.
            while finishing < 2 {
                match steps.next() {
                    Some(Step::Churn(count, seed)) => { organisation.churn(count, seed); }
                    Some(Step::Delete(place)) => {
                        let id = candidate(place);
                        organisation.mutate(&Mutation::Delete { kind: Kind::Candidate, id }).expect("it exists");
                    }
                    Some(Step::Merge(from, into)) => {
                        let (from, into) = (candidate(from), candidate(into));
                        organisation.mutate(&Mutation::MergeCandidates { from, into }).expect("both exist");
                    }
                    step => {
                        let page = post(&server, operation, &body).await.json();
                        assert_eq!(page["success"], json!(true), "{page}");
                        rows.extend(keyed(page["results"].as_array().cloned().unwrap_or_default()));
                        body = match (page["nextCursor"].as_str(), page["syncToken"].as_str()) {
                            (Some(cursor), _) => {
                                let mut next = body.clone();
                                next["cursor"] = json!(cursor);
                                next
                            }
                            (None, Some(token)) => {
                                finishing += u32::from(step.is_none());
                                json!({"syncToken": token})
                            }
                            (None, None) => panic!("a page leads nowhere"),
                        };
                    }
                }
            }
            // Deletions leave no trace, so a client has at least the truth; every row that is true is current.
            for (id, record) in keyed(organisation.truth(operation, &object(json!({})))) {
                assert_eq!(rows.get(&id), Some(&record));
            }
        });
    }

}

proptest! {
    // Each case compares every record of every list.
    #![proptest_config(ProptestConfig { cases: 8, ..ProptestConfig::default() })]

    #[test]
    fn churn_says_how_much_changed(count in 0_usize..80, seed: u64) {
        let organisation = Organisation::new(&Shape { candidates: 50, applications: 70, ..Shape::small() });
        let lists: Vec<(&str, Value)> = organisation.operations().into_iter().filter(|name| name.ends_with(".list")).map(|name| {
            let parameters = match name {
                "surveySubmission.list" => json!({"surveyType": "CandidateExperience"}),
                "interview.list" | "candidateTag.list" | "department.list" => json!({"includeArchived": true}),
                "user.list" => json!({"includeDeactivated": true}),
                "job.list" => json!({"status": ["Open", "Closed", "Archived", "Draft"]}),
                _ => json!({}),
            };
            (name, parameters)
        }).collect();
        let all = || lists.iter().map(|(name, parameters)| organisation.truth(name, &object(parameters.clone()))).collect::<Vec<_>>();
        let before = all();
        let changed = organisation.churn(count, seed);
        let differing: usize = before.iter().zip(all()).map(|(before, after)| {
            let before: BTreeSet<String> = before.iter().map(Value::to_string).collect();
            after.iter().filter(|record| !before.contains(&record.to_string())).count()
        }).sum();
        // A questionnaire is in no list above; an edit may set what was set already.
        prop_assert!(differing <= changed && changed <= differing + count / 2 + 4, "{} differ, {} said to", differing, changed);
    }
}
