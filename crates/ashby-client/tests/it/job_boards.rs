//! Public job boards: without a key, and with the same care as everything else.

use std::error::Error as _;
use std::io::Write as _;

use ashby_client::{ErrorKind, JobBoardClient};

use crate::server::{KEY, Server, Step, ok, response};

const BOARD: &str = r#"{"apiVersion":"1","jobs":[
    {"id":"a","title":"Cook","isListed":true,"n":1.50,"secondaryLocations":[{"location":"Lund","address":null}]},
    {"id":"b","title":null,"isListed":null,"secondaryLocations":null,"compensation":{"compensationTierSummary":"$1"}}]}"#;

fn client(server: &Server) -> JobBoardClient {
    server.builder().build_job_board_client().unwrap()
}

#[tokio::test]
async fn a_board_is_asked_for_without_the_key() {
    let server = Server::start([ok(BOARD), ok(BOARD)]).await;
    let board = client(&server).board("Acme", true).await.unwrap();
    client(&server).board("Acme", false).await.unwrap();

    let requests = server.requests();
    assert_eq!(requests[0].line, "GET /posting-api/job-board/Acme?includeCompensation=true HTTP/1.1");
    assert_eq!(requests[1].line, "GET /posting-api/job-board/Acme?includeCompensation=false HTTP/1.1");
    assert_eq!(requests[0].header("authorization"), None);
    assert!(!format!("{requests:?}").contains(KEY));
    let encodings = requests[0].header("accept-encoding").unwrap();
    assert!(encodings.contains("gzip") && encodings.contains("br"), "{encodings}");
    assert!(requests[0].header("user-agent").unwrap().starts_with("ashby-client/"));

    assert_eq!((board.name.as_str(), board.api_version.as_deref(), board.requests), ("Acme", Some("1"), 1));
    let id = |index| board.split().key_part(index, 0);
    assert_eq!((board.len(), id(0), id(1)), (2, "a".into(), "b".into()));
    let first = board.split().record(0);
    assert!(BOARD.contains(std::str::from_utf8(&first).unwrap()), "byte for byte");
}

#[tokio::test]
async fn what_is_absent_or_null_is_none() {
    let server = Server::start([ok(BOARD)]).await;
    let postings = client(&server).board("acme", true).await.unwrap().postings().unwrap();
    let [cook, other] = &postings[..] else { panic!("two postings") };
    assert_eq!((cook.title.as_deref(), cook.is_listed), (Some("Cook"), Some(true)));
    assert_eq!(cook.secondary_locations[0].location.as_deref(), Some("Lund"));
    assert_eq!(
        (other.is_listed, other.published_at.as_deref(), other.secondary_locations.len()),
        (None, None, 0)
    );
    assert!(other.compensation.is_some());
    assert!(!format!("{postings:?}").contains("Cook"), "what is in postings is not for logs");
}

#[tokio::test]
async fn a_posting_of_other_types_is_refused_without_quoting_it() {
    let server = Server::start([ok(r#"{"jobs":[{"id":"a","title":["secret"]}]}"#)]).await;
    let error = client(&server).board("acme", false).await.unwrap().postings().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Malformed);
    assert!(!format!("{error}{error:?}").contains("secret"));
}

#[tokio::test]
async fn names_are_one_segment_of_the_path() {
    let names = [("a/b", "a%2Fb"), ("a b?c#d", "a%20b%3Fc%23d"), ("é%41", "%C3%A9A"), ("..a", "..a")];
    let server = Server::start(names.map(|_| ok(r#"{"jobs":[]}"#))).await;
    let nested = server.builder().base_url(&format!("{}/proxy", server.url())).build_job_board_client();
    let nested = nested.unwrap();
    for (index, (name, segment)) in names.into_iter().enumerate() {
        assert!(nested.board(name, false).await.unwrap().is_empty());
        let path = format!("GET /proxy/posting-api/job-board/{segment}?");
        assert!(server.requests()[index].line.starts_with(&path), "{}", server.requests()[index].line);
    }
    for name in ["", ".", ".."] {
        let error = nested.board(name, false).await.unwrap_err();
        assert_eq!((error.kind(), error.requests()), (ErrorKind::InvalidRequest, 0));
    }
    assert_eq!(server.requests().len(), names.len());
}

#[tokio::test]
async fn an_unknown_board_says_where_names_come_from() {
    let server = Server::start([response(404, &[("x-ashby-request-id", "01J")], "Not Found")]).await;
    let error = client(&server).board("acme", false).await.unwrap_err();
    assert_eq!((error.kind(), error.requests(), error.status()), (ErrorKind::NotFound, 1, Some(404)));
    assert_eq!(
        error.to_string(),
        "job board acme: there is no board of this name (HTTP 404, request id 01J)"
    );
    assert!(error.hint().unwrap().contains("jobs.ashbyhq.com/"));
}

#[tokio::test]
async fn passing_failures_are_tried_again_and_others_are_not() {
    let passing = [
        response(503, &[], "busy"),
        response(429, &[("retry-after", "0")], ""),
        Step::Reset,
        ok(r#"{"jobs":["#),
    ];
    let server = Server::start(passing.into_iter().chain([ok(BOARD)])).await;
    let boards = client(&server);
    assert_eq!(boards.board("acme", false).await.unwrap().requests, 5);
    let usage = boards.usage();
    assert_eq!((usage.requests, usage.retries, usage.throttled), (5, 4, 1));

    for (status, kind) in
        [(403, ErrorKind::Rejected), (400, ErrorKind::InvalidRequest), (302, ErrorKind::Configuration)]
    {
        let server = Server::start([response(status, &[("location", "http://127.0.0.1:1/")], "")]).await;
        let error = client(&server).board("acme", false).await.unwrap_err();
        assert_eq!((error.kind(), error.requests()), (kind, 1), "{status}");
    }
}

#[tokio::test]
async fn what_is_no_board_is_never_an_empty_one() {
    for body in [
        "",
        "{}",
        "[]",
        r#"{"jobs":null}"#,
        r#"{"jobs":{}}"#,
        r#"{"jobs":[],"jobs":[]}"#,
        r#"{"jobs":[{"title":"no id"}]}"#,
        r#"{"jobs":["a"]}"#,
        r#"{"jobs":[]} x"#,
        "<html>",
    ] {
        let server = Server::start([ok(body), ok(body), ok(body)]).await;
        let error = client(&server).board("acme", false).await.unwrap_err();
        assert_eq!((error.kind(), error.requests()), (ErrorKind::Malformed, 3), "{body}: {error}");
        assert!(body.is_empty() || error.source().is_some() || !error.to_string().contains(body));
    }
}

#[tokio::test]
async fn bodies_are_decompressed_and_bounded() {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(BOARD.as_bytes()).unwrap();
    let gzip = gzip.finish().unwrap();
    let answer = || response(200, &[("content-encoding", "gzip")], &gzip);
    let server = Server::start([answer(), answer()]).await;
    assert_eq!(client(&server).board("acme", false).await.unwrap().len(), 2);
    let small = server.builder().max_body_bytes(BOARD.len() - 1).build_job_board_client().unwrap();
    assert_eq!(small.board("acme", false).await.unwrap_err().kind(), ErrorKind::TooLarge);
}

#[test]
fn settings_are_checked_as_for_any_client() {
    let builder = || JobBoardClient::builder().base_url("http://127.0.0.1:1");
    assert!(builder().build_job_board_client().is_ok(), "no key is needed");
    for builder in [builder().base_url("http://api.ashbyhq.com"), builder().user_agent("a\nb")] {
        let refused = builder.build_job_board_client().err().map(|error| error.kind());
        assert_eq!(refused, Some(ErrorKind::Configuration));
    }
}
