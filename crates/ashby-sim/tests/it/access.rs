//! Keys, scopes, what is confidential or private, and the rate limit.

use ashby_sim::{Key, ServerOptions, Shape};
use serde_json::{Value, json};

use crate::support::{basic, post_as, send, start};

fn options(keys: Vec<Key>) -> ServerOptions {
    ServerOptions { keys, ..ServerOptions::default() }
}

#[tokio::test]
async fn a_request_needs_a_key_that_is_known() {
    let server = start(&Shape::empty(), options(vec![Key::full("right")])).await;
    let json_type = ("content-type", "application/json");
    let none = send(&server, "candidate.list", &[json_type], b"{}").await.expect("the server answers");
    assert_eq!(none.status, 401);
    let wrong = post_as(&server, "wrong", "candidate.list", &json!({})).await;
    assert_eq!(wrong.status, 403);
    assert!(serde_json::from_slice::<Value>(&wrong.body).is_err(), "this one is text");
    assert_eq!(post_as(&server, "right", "candidate.list", &json!({})).await.status, 200);
}

#[tokio::test]
async fn a_request_needs_its_scope() {
    let keys = vec![Key::limited("jobs-only", ["jobs:read"])];
    let server = start(&Shape::small(), options(keys)).await;
    assert_eq!(post_as(&server, "jobs-only", "job.list", &json!({})).await.status, 200);
    for operation in ["candidate.list", "offer.list", "user.list", "apiKey.info"] {
        let answer = post_as(&server, "jobs-only", operation, &json!({})).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (403, "missing_endpoint_permission"),
            "{operation}"
        );
        assert!(answer.json()["errors"][0]["message"].is_string());
    }
    assert_eq!(post_as(&server, "jobs-only", "version.list", &json!({})).await.status, 200);
}

#[tokio::test]
async fn a_key_can_be_asked_about_itself() {
    let key = Key {
        can_read_key_info: true,
        title: "Warehouse".to_owned(),
        ..Key::limited("k", ["jobs:read", "offers:read"])
    };
    let server = start(&Shape::empty(), options(vec![key])).await;
    let info = post_as(&server, "k", "apiKey.info", &json!({})).await.json();
    assert_eq!(info["results"]["title"], json!("Warehouse"));
    assert_eq!(info["results"]["scopes"], json!(["jobs:read", "offers:read"]));
}

#[tokio::test]
async fn confidential_and_private_data_need_a_key_for_it() {
    let keys = vec![Key::full("full"), Key::limited("plain", Key::READ_SCOPES)];
    let server = start(&Shape::small(), options(keys)).await;
    let all = async |token: &str, operation: &str, mut body: Value| {
        let mut records = Vec::new();
        loop {
            let page = post_as(&server, token, operation, &body).await.json();
            records.extend(page["results"].as_array().expect("there are results").iter().cloned());
            match page["nextCursor"].as_str() {
                Some(cursor) => body["cursor"] = json!(cursor),
                None => return records,
            }
        }
    };
    let mut hidden_job = None;
    for operation in [
        "job.list",
        "project.list",
        "application.list",
        "candidate.list",
        "interviewSchedule.list",
        "jobPosting.list",
    ] {
        let (full, plain) =
            (all("full", operation, json!({})).await, all("plain", operation, json!({})).await);
        assert!(
            plain.len() < full.len() && !plain.is_empty(),
            "{operation}: {} of {}",
            plain.len(),
            full.len()
        );
        if operation == "job.list" {
            assert!(plain.iter().all(|job| job["confidential"] == json!(false)));
            hidden_job = full.iter().find(|job| job["confidential"] == json!(true)).cloned();
        }
    }
    let hidden_job = hidden_job.expect("there is a confidential job");
    let answer = post_as(&server, "plain", "job.info", &json!({"id": hidden_job["id"]})).await;
    assert_eq!(answer.code(), "job_not_found");
    let applications = all("plain", "application.list", json!({})).await;
    assert!(applications.iter().all(|application| application["job"]["id"] != hidden_job["id"]));
    assert!(!Value::Array(applications).to_string().contains(r#""isPrivate":true"#));
    let full = Value::Array(all("full", "application.list", json!({})).await);
    assert!(full.to_string().contains(r#""isPrivate":true"#));
    let (mut full, mut plain) = (0, 0);
    for candidate in all("plain", "candidate.list", json!({})).await.iter().take(120) {
        let body = json!({"candidateId": candidate["id"]});
        full += all("full", "candidate.listNotes", body.clone()).await.len();
        plain += all("plain", "candidate.listNotes", body).await.len();
    }
    assert!(plain < full && plain > 0, "{plain} of {full} notes");
}

#[tokio::test]
async fn the_rate_limit_is_per_key() {
    let keys = vec![Key::full("one"), Key::full("two")];
    let server =
        start(&Shape::empty(), ServerOptions { requests_per_minute: Some(3), ..options(keys) }).await;
    for _ in 0..3 {
        assert_eq!(post_as(&server, "one", "candidate.list", &json!({})).await.status, 200);
    }
    let refused = post_as(&server, "one", "candidate.list", &json!({})).await;
    assert_eq!((refused.status, refused.code().as_str()), (429, "rate_limit_exceeded"));
    let seconds: u64 =
        refused.header("retry-after").and_then(|value| value.parse().ok()).expect("it says when");
    assert!((1..=60).contains(&seconds));
    assert_eq!(post_as(&server, "two", "candidate.list", &json!({})).await.status, 200);
    assert_eq!((server.log().total(), server.log().refused()), (5, 1));
}

#[tokio::test]
async fn answers_are_compressed_when_both_sides_like_it() {
    let server = start(&Shape::small(), ServerOptions { compress: true, ..ServerOptions::default() }).await;
    let key = basic("sim-key");
    let headers = [
        ("authorization", key.as_str()),
        ("content-type", "application/json"),
        ("accept-encoding", "gzip, br"),
    ];
    let compressed = send(&server, "application.list", &headers, b"{}").await.expect("the server answers");
    let plain = send(&server, "application.list", &headers[..2], b"{}").await.expect("the server answers");
    assert_eq!(
        (compressed.header("content-encoding"), plain.header("content-encoding")),
        (Some("gzip"), None)
    );
    let mut decoded = Vec::new();
    std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&compressed.body[..]), &mut decoded)
        .expect("it is gzip");
    let decoded: Value = serde_json::from_slice(&decoded).expect("it is JSON");
    assert_eq!(decoded["results"], plain.json()["results"]);
    assert!(compressed.body.len() * 4 < plain.body.len());
}
