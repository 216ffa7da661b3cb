//! Pages: what a list asks, what it yields, and what it refuses to take for a page.

use ashby_client::{Cursor, ErrorKind, ListRequest, ReadOperation, Recovery, RetryPolicy, SyncToken};
use serde_json::{Value, json};

use crate::server::{Server, ok, response};

fn request() -> ListRequest {
    ListRequest::new(ReadOperation::new("candidate.list")).key_fields(vec!["id".to_owned()])
}

#[tokio::test]
async fn pages_are_followed_to_the_last() {
    let server = Server::start([
        ok(r#"{"success":true,"results":[{"id":"a"},{"id":"b"}],"moreDataAvailable":true,"nextCursor":"c1"}"#),
        // Empty, but not the last one.
        ok(r#"{"success":true,"results":[],"moreDataAvailable":true,"nextCursor":"c2","syncToken":"not yet"}"#),
        // What counts may come last.
        ok(r#"{"syncToken":"t2","nextCursor":"","results":[{"id":7}],"moreDataAvailable":false,"success":true}"#),
    ])
    .await;
    let mut pages = server.client().pages(
        request()
            .parameters(json!({"includeArchived": true}).as_object().unwrap().clone())
            .limit(Some(2))
            .sync_token(Some(SyncToken::from("t1"))),
    );
    let mut keys = Vec::new();
    let mut tokens = Vec::new();
    while let Some(page) = pages.next().await.unwrap() {
        keys.extend((0..page.len()).map(|record| page.key_part(record, 0)));
        tokens.push(page.sync_token.map(|token| token.as_str().to_owned()));
    }
    assert_eq!(keys, ["a", "b", "7"]);
    assert_eq!(tokens, [None, None, Some("t2".to_owned())]);
    assert!(pages.next().await.unwrap().is_none());

    let bodies: Vec<Value> =
        server.requests().iter().map(|request| serde_json::from_str(&request.body).unwrap()).collect();
    assert_eq!(
        bodies,
        [
            json!({"includeArchived": true, "limit": 2, "syncToken": "t1"}),
            json!({"includeArchived": true, "limit": 2, "syncToken": "t1", "cursor": "c1"}),
            json!({"includeArchived": true, "limit": 2, "syncToken": "t1", "cursor": "c2"}),
        ]
    );
}

#[tokio::test]
async fn what_an_invalid_request_carried_is_suspected() {
    let refused = ok(r#"{"success":false,"errorInfo":{"code":"invalid_input"}}"#);
    let expired = ok(r#"{"success":false,"errorInfo":{"code":"sync_token_expired"}}"#);
    let (cursor, token) = (Some(Cursor::from("c")), Some(SyncToken::from("t")));
    for (cursor, sync_token, step, is_invalid, suspected) in [
        (cursor.clone(), token.clone(), &refused, true, Some(Recovery::DropCursor)),
        (None, token.clone(), &refused, true, Some(Recovery::DropToken)),
        (None, token.clone(), &response(400, &[], ""), true, Some(Recovery::DropToken)),
        (None, None, &refused, true, None),
        (cursor, token, &expired, false, None),
    ] {
        let server = Server::start([step.clone()]).await;
        let error = server.client().page(&request().cursor(cursor).sync_token(sync_token)).await.unwrap_err();
        assert_eq!((error.is_invalid_input(), error.suspected()), (is_invalid, suspected), "{error}");
    }
    let unsent = request().parameters(json!({"a": null}).as_object().unwrap().clone());
    let error = Server::start([]).await.client().page(&unsent).await.unwrap_err();
    assert_eq!((error.kind(), error.is_invalid_input()), (ErrorKind::InvalidRequest, false));
}

#[tokio::test]
async fn records_are_slices_of_the_body() {
    let server =
        Server::start([ok(r#"{"success":true,"results":[ {"id":"a", "n":1.0} ,{"id":"\u0062"}]}"#)]).await;
    let page = server.client().page(&request()).await.unwrap();
    assert_eq!(page.record(0), r#"{"id":"a", "n":1.0}"#);
    assert_eq!(page.record(0).as_ptr(), page.body[28..].as_ptr());
    assert_eq!(page.records().len(), 2);
    assert_eq!(page.key_part(1, 0), "b");
    assert!(page.next_cursor.is_none() && !page.is_empty());
}

#[tokio::test]
async fn what_is_no_page_is_an_error() {
    for (body, says) in [
        (r#"{"success":true}"#, "no list"),
        (r#"{"success":true,"results":null}"#, "no list"),
        (r#"{"success":true,"results":{"id":1}}"#, "no list"),
        (r#"{"success":true,"results":[],"moreDataAvailable":true}"#, "no cursor"),
        (r#"{"success":true,"results":[],"moreDataAvailable":true,"nextCursor":null}"#, "no cursor"),
        (r#"{"success":true,"results":[],"moreDataAvailable":true,"nextCursor":""}"#, "no cursor"),
        (
            r#"{"success":true,"results":[],"moreDataAvailable":false,"nextCursor":"c"}"#,
            "says that there are none",
        ),
        (r#"{"success":true,"results":[],"moreDataAvailable":"yes"}"#, "unexpected types"),
        (r#"{"success":true,"results":[],"moreDataAvailable":true,"nextCursor":7}"#, "unexpected types"),
        (r#"{"success":true,"results":[{"id":"a"},{"key":"secret"}]}"#, "record"),
        (r#"{"success":true,"results":["secret"]}"#, "record"),
        ("", "empty"),
    ] {
        let server = Server::start(vec![ok(body); 3]).await;
        let error = server.client().page(&request()).await.unwrap_err();
        assert_eq!((error.kind(), error.requests()), (ErrorKind::Malformed, 3), "{body}");
        assert!(error.to_string().contains(says), "{body}: {error}");
        assert!(!format!("{error:?}").contains("secret"), "{body}: {error:?}");
    }
}

#[tokio::test]
async fn the_bad_record_is_named() {
    let server = Server::start([ok(r#"{"success":true,"results":[{"id":"a"},{"key":1}]}"#)]).await;
    let client = server.builder().retry(RetryPolicy::never()).build().unwrap();
    let error = client.page(&request()).await.unwrap_err();
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert!(source.contains("record 1") && source.contains("`id`"), "{source}");
}

#[tokio::test]
async fn a_refusal_is_not_mistaken_for_records() {
    let body = r#"{"results":["not a record"],"success":false,"errors":["sync_token_expired"]}"#;
    let server = Server::start([ok(body)]).await;
    let error = server.client().page(&request()).await.unwrap_err();
    assert_eq!(error.recovery(), Some(Recovery::DropToken));
}

#[tokio::test]
async fn absent_and_null_paging_members_mean_the_last_page() {
    for body in [
        r#"{"success":true,"results":[]}"#,
        r#"{"success":true,"results":[],"moreDataAvailable":null,"nextCursor":null,"syncToken":null}"#,
        r#"{"success":true,"results":[],"moreDataAvailable":false,"nextCursor":""}"#,
    ] {
        let server = Server::start([ok(body)]).await;
        let page = server.client().page(&request()).await.unwrap();
        assert!(page.next_cursor.is_none() && page.sync_token.is_none() && page.is_empty(), "{body}");
    }
}

#[tokio::test]
async fn a_cursor_means_more_whatever_the_flag_leaves_open() {
    for flag in ["", r#""moreDataAvailable":null,"#] {
        let first =
            format!(r#"{{"success":true,"results":[],{flag}"nextCursor":"c","syncToken":"not yet"}}"#);
        let server = Server::start([ok(first), ok(r#"{"success":true,"results":[{"id":1}]}"#)]).await;
        let mut pages = server.client().pages(request());
        assert!(pages.next().await.unwrap().unwrap().sync_token.is_none());
        assert_eq!(pages.next().await.unwrap().unwrap().len(), 1, "{flag}");
        assert!(pages.next().await.unwrap().is_none());
    }
}

#[tokio::test]
async fn a_known_read_without_results_is_an_error_and_an_unknown_one_is_not() {
    let parameters = json!({"candidateId": "c"});
    for body in [r#"{"success":true}"#, r#"{"success":true,"results":null}"#] {
        let server = Server::start([ok(body), ok(body), ok(body), ok(body)]).await;
        let client = server.builder().retry(RetryPolicy::never()).build().unwrap();
        let error = client.read(&ReadOperation::new("candidate.info"), &parameters).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Malformed);
        assert!(error.to_string().contains("no results"), "{error}");
        let unknown = client.read(&ReadOperation::new("candidate.unheardOf"), &parameters).await;
        assert_eq!(unknown.unwrap().results, "null");
    }
}

#[tokio::test]
async fn lists_without_end_end_and_say_why() {
    let page = |cursor: String, records: String| {
        ok(format!(
            r#"{{"success":true,"results":[{records}],"moreDataAvailable":true,"nextCursor":"{cursor}"}}"#
        ))
    };
    let circle = |index: usize| page(["a", "b", "c"][index % 3].to_owned(), String::new());
    let same = |index: usize| page(index.to_string(), format!(r#"{{"id":{}}}"#, index % 3));
    let empty = |index: usize| page(index.to_string(), String::new());
    let cases: [(Vec<_>, &str, usize); 3] = [
        ((0..20).map(circle).collect(), "cursors lead in a circle", 12),
        ((0..20).map(same).collect(), "same page", 12),
        ((0..120).map(empty).collect(), "empty", 101),
    ];
    for (answers, says, requests_max) in cases {
        let server = Server::start(answers).await;
        let mut pages = server.client().pages(request());
        let error = loop {
            match pages.next().await {
                Ok(page) => assert!(page.is_some()),
                Err(error) => break error,
            }
        };
        assert_eq!(error.kind(), ErrorKind::Malformed);
        assert!(error.to_string().contains(says), "{error}");
        assert!(server.requests().len() <= requests_max, "{says}");
    }
}

#[tokio::test]
async fn a_list_continues_from_a_cursor_and_after_an_error() {
    let server = Server::start([
        ok(r#"{"success":false,"errorInfo":{"code":"invalid_input"}}"#),
        ok(r#"{"success":true,"results":[{"id":1}]}"#),
    ])
    .await;
    let mut pages = server.client().pages(request().cursor(Some(Cursor::from("c9"))));
    assert!(pages.next().await.is_err());
    assert_eq!(pages.next().await.unwrap().unwrap().len(), 1);
    assert!(server.requests().iter().all(|request| request.body == r#"{"cursor":"c9"}"#));
}
