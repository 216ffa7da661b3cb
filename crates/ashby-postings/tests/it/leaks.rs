//! What is unlisted, a draft or confidential is in no document, from neither source, whatever Ashby answers.

use std::collections::BTreeMap;

use ashby_client::{Client, JobBoardClient};
use ashby_postings::{Careers, Error, Published, Reason};
use ashby_sim::{Fault, FaultRule, Kind, Mutation, Organisation, Server, ServerOptions, Shape};
use serde_json::{Map, Value, json};

use crate::{board, documents};

const SECRETS: [&str; 3] = ["unlisted-secret", "draft-secret", "confidential-secret"];

async fn start() -> Server {
    Server::start(Organisation::new(&Shape::small()), ServerOptions::default()).await.unwrap()
}

fn client(server: &Server) -> Client {
    let builder = Client::builder().api_key("sim-key").base_url(&server.base_url());
    builder.requests_per_minute(None).build().unwrap()
}

fn listed(server: &Server, operation: &str, parameters: &Value) -> Vec<Value> {
    server.organisation().truth(operation, parameters.as_object().unwrap_or(&Map::new()))
}

fn change(server: &Server, kind: Kind, id: &Value, patch: Value) {
    let id = id.as_str().unwrap().to_owned();
    let Value::Object(patch) = patch else { panic!("not an object") };
    server.organisation().mutate(&Mutation::Update { kind, id, patch }).unwrap();
}

/// Makes three public postings secret, each in its way.
fn make_secret(server: &Server, postings: &[Value]) {
    let [unlisted, draft, confidential, ..] = postings else { panic!("three postings") };
    for (posting, title) in [unlisted, draft, confidential].into_iter().zip(SECRETS) {
        change(server, Kind::JobPosting, &posting["id"], json!({"title": title}));
    }
    change(server, Kind::JobPosting, &unlisted["id"], json!({"isListed": false}));
    change(server, Kind::JobPosting, &draft["id"], json!({"status": "Draft", "publishedDate": null}));
    change(server, Kind::Job, &confidential["jobId"], json!({"confidential": true}));
}

/// Postings that are public as far as can be seen.
fn public(server: &Server) -> Vec<Value> {
    let jobs: BTreeMap<String, Value> = listed(server, "job.list", &json!({}))
        .into_iter()
        .map(|job| (job["id"].as_str().unwrap().to_owned(), job["confidential"].clone()))
        .collect();
    let mut postings = listed(server, "jobPosting.list", &json!({"listedOnly": true}));
    postings.retain(|posting| jobs.get(posting["jobId"].as_str().unwrap()) == Some(&json!(false)));
    postings
}

fn assert_nothing_leaks(published: &Published, secret: &[Value]) {
    assert!(!published.postings.is_empty());
    for (name, document) in documents(published) {
        for title in SECRETS {
            assert!(!document.contains(title), "{title} in {name}");
        }
        for posting in &secret[..3] {
            assert!(!document.contains(posting["id"].as_str().unwrap()), "an id in {name}");
        }
        let shown = published.postings[0].id.as_str();
        assert!(document.contains(shown), "{name} shows what may be shown");
    }
}

#[tokio::test]
async fn from_a_board_even_if_ashby_shows_it() {
    let server = start().await;
    let postings = public(&server);
    let boards = JobBoardClient::builder().base_url(&server.base_url()).build_job_board_client().unwrap();
    let before = Published::from_board(&boards.board("sim", true).await.unwrap());
    assert_eq!(before.postings.len(), postings.len());

    make_secret(&server, &postings);
    server.faults().add(FaultRule::new("posting-api/job-board/sim", Fault::UnlistedPostings));
    let leaking = boards.board("sim", true).await.unwrap();
    assert!(leaking.split().iter().any(|record| record.windows(15).any(|part| part == b"unlisted-secret")));
    let published = Published::from_board(&leaking);
    assert_nothing_leaks(&published, &postings);
    assert_eq!(published.postings.len(), postings.len() - 3);
    assert!(published.withheld[&Reason::Unlisted] >= 1);
}

#[test]
fn from_a_board_that_does_not_say() {
    let mut jobs = Vec::new();
    for (listed, published) in [
        (json!(true), json!("2026-03-02T09:00:00Z")),
        (json!(false), json!("2026-03-02T09:00:00Z")),
        (Value::Null, json!("2026-03-02T09:00:00Z")),
        (json!(true), Value::Null),
    ] {
        let id = format!("id-{}", jobs.len());
        jobs.push(json!({"id": id, "isListed": listed, "publishedAt": published, "jobUrl": "https://x/y"}));
    }
    jobs.push(json!({"id": "id-4", "publishedAt": "2026-03-02T09:00:00Z", "jobUrl": "https://x/y"}));
    let published = board(&json!(jobs));
    let ids: Vec<&str> = published.postings.iter().map(|posting| posting.id.as_str()).collect();
    assert_eq!(ids, ["id-0"]);
    assert_eq!(published.withheld, BTreeMap::from([(Reason::Unlisted, 3), (Reason::Unpublished, 1)]));
}

#[test]
fn from_a_board_that_says_more_than_boards_do() {
    let job = |more: &Value| {
        let mut job = json!({"id": "a", "isListed": true, "publishedAt": "2026-03-02T09:00:00Z", "jobUrl": "https://x/y"});
        job.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        job
    };
    for (more, reason) in [
        (json!({"status": "Published", "confidential": false}), None),
        (json!({"status": null, "isConfidential": null}), None),
        (json!({"status": "Draft"}), Some(Reason::Unpublished)),
        (json!({"status": 1}), Some(Reason::Unpublished)),
        (json!({"confidential": true}), Some(Reason::Confidential)),
        (json!({"isConfidential": "yes"}), Some(Reason::Confidential)),
        (json!({"isListed": "true"}), Some(Reason::Unlisted)),
        (json!({"publishedAt": "9999-01-01T00:00:00Z"}), Some(Reason::Scheduled)),
        (json!({"publishedAt": "soon"}), Some(Reason::Unpublished)),
        (json!({"jobUrl": null}), Some(Reason::Internal)),
    ] {
        let job = job(&more);
        let published = board(&json!([job]));
        assert_eq!(published.withheld.keys().next().copied(), reason, "{more}");
        assert_eq!(published.postings.len(), usize::from(reason.is_none()), "{more}");
        let withheld = ashby_postings::withheld(job.to_string().as_bytes(), jiff::Timestamp::now());
        assert_eq!(withheld, reason, "{more}");
    }
}

#[tokio::test]
async fn from_the_api_that_does_not_say_published() {
    let server = start().await;
    let client = client(&server);
    let postings = public(&server);
    for (posting, status) in postings.iter().zip([Value::Null, json!("published")]) {
        let id = posting["id"].as_str().unwrap().to_owned();
        let patch = serde_json::from_value(json!({"status": status})).unwrap();
        server.organisation().mutate(&Mutation::Update { kind: Kind::JobPosting, id, patch }).unwrap();
    }
    let published = Published::from_careers(&client, &Careers::default()).await.unwrap();
    assert_eq!(published.postings.len(), postings.len() - 2);
    assert!(
        published.postings.iter().all(|posting| !postings[..2].iter().any(|other| other["id"] == posting.id))
    );
}

#[tokio::test]
async fn from_the_api_even_if_it_changes_while_it_is_read() {
    let server = start().await;
    let client = client(&server);
    let postings = public(&server);
    let before = Published::from_careers(&client, &Careers::default()).await.unwrap();
    assert_eq!(before.postings.len(), postings.len());
    let confidential = before.withheld.get(&Reason::Confidential).copied().unwrap_or_default();
    assert!(confidential > 0, "the key sees confidential jobs, the public must not");

    // The lists are answered, the details not yet: only those tell.
    server.faults().add(FaultRule::new("jobPosting.info", Fault::Hold));
    let reading = tokio::spawn({
        let client = client.clone();
        async move { Published::from_careers(&client, &Careers::default()).await }
    });
    server.faults().wait_held(1).await;
    make_secret(&server, &postings);
    server.faults().clear();
    let published = reading.await.unwrap().unwrap();
    assert_nothing_leaks(&published, &postings);
    assert_eq!(published.postings.len(), postings.len() - 3);
    let withheld =
        [(Reason::Unlisted, 1), (Reason::Unpublished, 1), (Reason::Confidential, confidential + 1)];
    assert_eq!(published.withheld, BTreeMap::from(withheld));

    // The next time the lists tell, too.
    let again = Published::from_careers(&client, &Careers::default()).await.unwrap();
    assert_nothing_leaks(&again, &postings);
    assert_eq!(again.postings, published.postings);
}

#[tokio::test]
async fn internal_boards_are_not_published() {
    let server = start().await;
    let client = client(&server);
    let boards = listed(&server, "jobBoard.list", &json!({}));
    let id = |internal: bool| {
        let board = boards.iter().find(|board| board["isInternal"] == json!(internal)).unwrap();
        Some(board["id"].as_str().unwrap().to_owned())
    };
    let of = async |job_board_id| {
        Published::from_careers(&client, &Careers::default().job_board_id(job_board_id)).await
    };
    assert!(!of(id(false)).await.unwrap().postings.is_empty());
    assert!(matches!(of(id(true)).await, Err(Error::InternalBoard { .. })));
    assert!(matches!(of(Some("none".to_owned())).await, Err(Error::UnknownBoard { .. })));
    // No request asked for what is on the internal board.
    let internal = id(true).unwrap();
    of(None).await.unwrap();
    assert!(
        server
            .log()
            .entries()
            .iter()
            .all(|entry| entry.parameters.get("jobBoardId") != Some(&json!(internal)))
    );

    // A posting without a public address is on internal boards only.
    let posting = &public(&server)[0];
    change(&server, Kind::JobPosting, &posting["id"], json!({"externalLink": null}));
    let published = of(None).await.unwrap();
    assert_eq!(published.withheld[&Reason::Internal], 1);
    assert!(published.postings.iter().all(|other| other.id != posting["id"].as_str().unwrap()));
}

#[tokio::test]
async fn pay_is_shown_when_asked_for_and_allowed() {
    let server = start().await;
    let client = client(&server);
    let of = async |include_compensation| {
        let careers = Careers::default().include_compensation(include_compensation);
        Published::from_careers(&client, &careers).await.unwrap()
    };
    let paid = |published: &Published| {
        published.postings.iter().filter(|posting| posting.compensation.is_some()).count()
    };
    let with = of(true).await;
    assert_eq!(paid(&with), with.postings.len());
    assert_eq!(paid(&of(false).await), 0);
    let hidden = json!({"compensation": {"compensationTierSummary": "$1", "shouldDisplayCompensationOnJobBoard": false}});
    change(&server, Kind::JobPosting, &public(&server)[0]["id"], hidden);
    assert_eq!(paid(&of(true).await), with.postings.len() - 1);
}

#[tokio::test]
async fn failures_leave_nothing_out_in_silence() {
    let server = start().await;
    let client = client(&server);
    server.faults().add(
        FaultRule::new(
            "jobPosting.info",
            Fault::Error {
                code: "missing_endpoint_permission".to_owned(),
                shape: ashby_sim::ErrorShape::Both,
                status: 403,
            },
        )
        .after(2)
        .times(1),
    );
    let error = Published::from_careers(&client, &Careers::default()).await.unwrap_err();
    assert!(matches!(&error, Error::Ashby(error) if error.missing_permission()), "{error}");

    // What has gone since it was listed is no failure.
    server.faults().clear();
    server.faults().add(
        FaultRule::new(
            "jobPosting.info",
            Fault::Error {
                code: "job_posting_not_found".to_owned(),
                shape: ashby_sim::ErrorShape::Both,
                status: 200,
            },
        )
        .times(1),
    );
    let published = Published::from_careers(&client, &Careers::default()).await.unwrap();
    assert_eq!(published.withheld[&Reason::Gone], 1);
}
