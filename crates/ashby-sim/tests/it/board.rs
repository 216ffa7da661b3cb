//! The public job board.

use ashby_sim::{Fault, FaultRule, Kind, Mutation, Server};
use http_body_util::{BodyExt as _, Empty};
use hyper::Request;
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::{Map, Value, json};
use tokio::net::TcpStream;

use crate::support::{keyed, object, small};

async fn get(server: &Server, path: &str) -> (u16, Value) {
    let stream = TcpStream::connect(server.address()).await.expect("the server answers");
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.expect("the server answers");
    tokio::spawn(connection);
    let request =
        Request::get(path).header("host", "sim").body(Empty::<Bytes>::new()).expect("the server answers");
    let (head, body) = sender.send_request(request).await.expect("the server answers").into_parts();
    let body = body.collect().await.expect("the server answers").to_bytes();
    (head.status.as_u16(), serde_json::from_slice(&body).unwrap_or_default())
}

async fn board(server: &Server) -> Vec<Value> {
    let (status, body) = get(server, "/posting-api/job-board/sim").await;
    assert_eq!((status, &body["apiVersion"]), (200, &json!("1")));
    body["jobs"].as_array().expect("a list").clone()
}

fn change(server: &Server, kind: Kind, id: &Value, patch: Value) {
    let id = id.as_str().expect("an id").to_owned();
    server.organisation().mutate(&Mutation::Update { kind, id, patch: object(patch) }).expect("it exists");
}

#[tokio::test]
async fn it_shows_what_is_published_listed_and_not_confidential() {
    let server = small().await;
    let all = keyed(server.organisation().truth("jobPosting.list", &Map::new()));
    let jobs = board(&server).await;
    assert!(jobs.len() > 3 && jobs.len() < all.len());
    assert!(jobs.iter().all(|job| job["isListed"] == json!(true) && job["publishedAt"].is_string()));

    let posting = |job: &Value| all[job["id"].as_str().unwrap()].clone();
    let job_id = posting(&jobs[0])["jobId"].clone();
    change(&server, Kind::Job, &job_id, json!({"confidential": true}));
    change(&server, Kind::JobPosting, &jobs[1]["id"], json!({"isListed": false}));
    change(&server, Kind::JobPosting, &jobs[2]["id"], json!({"status": "Draft", "publishedDate": null}));
    assert_eq!(board(&server).await, jobs[3..]);

    server.faults().add(FaultRule::new("posting-api/job-board/sim", Fault::UnlistedPostings));
    let leaking = board(&server).await;
    let unlisted = leaking.iter().find(|job| job["id"] == jobs[1]["id"]).unwrap();
    assert_eq!(unlisted["isListed"], json!(false));
    assert!(!leaking.iter().any(|job| job["id"] == jobs[0]["id"] || job["id"] == jobs[2]["id"]));
}

#[tokio::test]
async fn what_is_paid_is_told_when_asked_for() {
    let server = small().await;
    let (_, with) = get(&server, "/posting-api/job-board/sim?includeCompensation=true").await;
    assert!(with["jobs"][0]["compensation"]["compensationTierSummary"].is_string());
    for query in ["", "?includeCompensation=false"] {
        let (_, without) = get(&server, &format!("/posting-api/job-board/sim{query}")).await;
        assert_eq!(without["jobs"][0].get("compensation"), None);
    }
}

#[tokio::test]
async fn other_names_are_not_found() {
    let server = small().await;
    for path in ["/posting-api/job-board/other", "/posting-api/job-board/", "/posting-api/job-board/sim/x"] {
        assert_eq!(get(&server, path).await.0, 404, "{path}");
    }
    assert_eq!(get(&server, "/posting-api/job-board/Sim").await.0, 200, "case makes no other board");
}
