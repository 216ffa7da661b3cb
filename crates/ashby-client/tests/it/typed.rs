//! Operations as methods: what they send, and what becomes of the answers.

use ashby_client::candidate::{CreateNote, Info};
use ashby_client::types::{
    ApplicationStatus, Candidate, CandidateId, GlobalRole, Instant, Member, PayInterval,
};
use ashby_client::{ErrorKind, SyncToken, hiring_team, job, opening};
use serde_json::{Value, json};

use crate::server::{Server, ok, response};

const ID: &str = "9d1b7c0e-2f5e-4d9c-8b1a-3c2f5e4d9c8b";
const OTHER: &str = "0b1f5d8e-6c3a-4f2b-9d7e-1a2b3c4d5e6f";
const NOTE: &str = r#"{"success":true,"warnings":["late"],"results":{"id":"n1","createdAt":"2026-01-02T03:04:05+01:00",
    "isPrivate":false,"content":"Strong systems background","author":{"id":"u1","firstName":"A","lastName":"B",
    "email":null},"reactions":[1]}}"#;

fn sent(server: &Server, index: usize) -> Value {
    serde_json::from_str(&server.requests()[index].body).unwrap()
}

fn candidate() -> Value {
    json!({
        "id": ID, "name": "Ann", "emailAddresses": [], "phoneNumbers": [], "socialLinks": [], "tags": [],
        "applicationIds": [], "fileHandles": [], "profileUrl": "https://example.com/",
    })
}

fn application() -> Value {
    json!({
        "id": "a1", "createdAt": "2026-01-01T00:00:00.000Z", "updatedAt": "2026-01-01T00:00:00.000Z",
        "status": "Sleeping", "candidate": {"id": ID, "name": "Ann"}, "job": {"id": "j1", "title": "Cook"},
        "currentInterviewStage": {
            "id": "s1", "title": "Lead", "type": "Lead", "orderInInterviewPlan": 0, "interviewPlanId": "p1",
        },
        "hiringTeam": [],
    })
}

fn page(records: &[Value], cursor: Option<&str>, token: Option<&str>) -> String {
    json!({
        "success": true, "results": records, "moreDataAvailable": cursor.is_some(), "nextCursor": cursor,
        "syncToken": token,
    })
    .to_string()
}

#[tokio::test]
async fn a_note_is_written_with_what_was_set_and_nothing_else() {
    let server = Server::start([response(200, &[("x-ashby-request-id", "01J")], NOTE), ok(NOTE)]).await;
    let ashby = server.client();
    let candidate_id = CandidateId::from(ID);
    let note = ashby
        .candidate()
        .create_note(CreateNote::new(&candidate_id, "Strong systems background"))
        .await
        .unwrap();

    assert_eq!(server.requests()[0].line, "POST /candidate.createNote HTTP/1.1");
    assert_eq!(sent(&server, 0), json!({"candidateId": ID, "note": "Strong systems background"}));
    assert_eq!((&note.warnings[..], note.request_id.as_deref()), (&["late".to_owned()][..], Some("01J")));
    assert_eq!(note.id.as_str(), "n1");
    assert_eq!(note.created_at.as_str(), "2026-01-02T03:04:05+01:00");
    assert_eq!(note.created_at.timestamp().unwrap(), "2026-01-02T02:04:05Z".parse().unwrap());
    assert_eq!((note.author.email.is_null(), note.author.manager_id.is_absent()), (true, true));
    assert_eq!(note.into_value().other["reactions"], json!([1]));

    let request =
        CreateNote::new(ID, "x").is_private(true).created_at(jiff::Timestamp::UNIX_EPOCH).with("x", [1]);
    // Ids say nothing of anybody.
    let shown = format!(
        r#"CreateNote({{"candidateId": "{ID}", "createdAt": _, "isPrivate": _, "note": _, "x": _}})"#
    );
    assert_eq!(format!("{request:?}"), shown);
    ashby.candidate().create_note(request).await.unwrap();
    let expected = json!({"candidateId": ID, "note": "x", "isPrivate": true, "createdAt": "1970-01-01T00:00:00Z", "x": [1]});
    assert_eq!(sent(&server, 1), expected);
}

#[tokio::test]
async fn lists_are_read_page_by_page() {
    let pages = || {
        [
            ok(page(&[application(), application()], Some("c1"), None)),
            ok(page(&[application()], None, Some("t1"))),
        ]
    };
    let server = Server::start(pages().into_iter().chain(pages())).await;
    let ashby = server.client();
    let since: jiff::Timestamp = "2026-01-01T00:00:00.123Z".parse().unwrap();
    let list = ashby.application().list().status(ApplicationStatus::Active).created_after(since).limit(2);
    let mut pages = list.clone().sync_token("t0").pages();
    let mut seen = Vec::new();
    while let Some(page) = pages.next().await.unwrap() {
        for application in &page.records {
            assert_eq!(application.status, ApplicationStatus::Unrecognized("Sleeping".to_owned()));
        }
        seen.push((page.records.len(), page.sync_token.as_ref().map(SyncToken::as_str).map(str::to_owned)));
    }
    assert_eq!(seen, [(2, None), (1, Some("t1".to_owned()))]);
    let first =
        json!({"status": "Active", "createdAfter": 1_767_225_600_123_i64, "limit": 2, "syncToken": "t0"});
    assert_eq!(sent(&server, 0), first);
    assert_eq!(sent(&server, 1)["cursor"], "c1");
    assert_eq!(list.all().await.unwrap().len(), 3);
}

#[tokio::test]
async fn parameters_are_left_out_set_or_cleared() {
    let job = json!({"success": true, "results": {}}).to_string();
    let server = Server::start([ok(&job), ok(&job), ok(&job)]).await;
    let ashby = server.client();
    let unchanged = || job::Update::new(ID).title("Cook");
    for request in [unchanged(), unchanged().team_id(OTHER), unchanged().team_id(OTHER).clear_team_id()] {
        // The answer is not one; what was sent counts.
        let error = ashby.job().update(request).await.unwrap_err();
        assert!(error.may_have_taken_effect(), "{error}");
    }
    assert_eq!(sent(&server, 0), json!({"jobId": ID, "title": "Cook"}));
    assert_eq!(sent(&server, 1), json!({"jobId": ID, "title": "Cook", "teamId": OTHER}));
    assert_eq!(sent(&server, 2), json!({"jobId": ID, "title": "Cook", "teamId": null}));
}

#[tokio::test]
async fn of_some_parameters_exactly_one_is_given() {
    let found = json!({"success": true, "results": candidate()}).to_string();
    let server = Server::start([ok(&found), ok(&found), ok(&found)]).await;
    let candidates = server.client();
    candidates.candidate().info(Info::by_id(ID)).await.unwrap();
    candidates.candidate().info(CandidateId::from(ID)).await.unwrap();
    candidates.candidate().info(Info::by_external_mapping_id("hris-7")).await.unwrap();
    assert_eq!(sent(&server, 0), json!({"id": ID}));
    assert_eq!(sent(&server, 1), json!({"id": ID}));
    assert_eq!(sent(&server, 2), json!({"externalMappingId": "hris-7"}));
    let request = hiring_team::AddMember::with_job_id(ID, OTHER, ID);
    assert_eq!(format!("{request:?}").matches("Id").count(), 3, "{request:?}");
}

#[tokio::test]
async fn requests_are_checked_before_they_are_sent() {
    let server = Server::start([ok(page(&[], None, None))]).await;
    let ashby = server.client();
    let error = ashby.candidate().create_note(CreateNote::new("Ann's id", "x")).await.unwrap_err();
    assert_eq!((error.kind(), error.requests()), (ErrorKind::InvalidRequest, 0));
    assert_eq!(error.to_string(), "candidate.createNote: candidateId must be a UUID");
    let odd = ApplicationStatus::from("Sleeping");
    let error = ashby.application().list().status(odd.clone()).page().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    let mut pages = ashby.application().list().status(odd).pages();
    for _ in 0..2 {
        assert_eq!(pages.next().await.unwrap_err().kind(), ErrorKind::InvalidRequest);
    }
    assert!(server.requests().is_empty());
    // Who knows better may say so.
    ashby.application().list().with("status", "Sleeping").page().await.unwrap();
    assert_eq!(sent(&server, 0), json!({"status": "Sleeping"}));
}

#[tokio::test]
async fn an_answer_that_is_another_is_told_by_its_place() {
    let mut odd = candidate();
    odd["emailAddresses"] =
        json!([{"value": "ann@example.com", "type": "Work", "isPrimary": "Ann, expected 1"}]);
    let one = json!({"success": true, "results": odd.clone()}).to_string();
    let server = Server::start([
        ok(one),
        ok(page(&[candidate(), odd], Some("c1"), None)),
        ok(r#"{"success":true,"results":{}}"#),
    ])
    .await;
    let ashby = server.client();
    let error = ashby.candidate().info(Info::by_id(ID)).await.unwrap_err();
    assert_eq!((error.kind(), error.requests()), (ErrorKind::Malformed, 1));
    assert!(error.hint().unwrap().contains("untyped"));
    let whole = format!("{error:?} {error}");
    assert!(
        whole.contains("candidate.info: ")
            && whole.contains("emailAddresses[0].isPrimary: expected a boolean")
    );
    assert!(!whole.contains("Ann"), "{whole}");

    let mut pages = ashby.candidate().list().pages();
    for _ in 0..2 {
        let error = pages.next().await.unwrap_err();
        assert!(error.to_string().contains("[1].emailAddresses[0].isPrimary: "), "{error}");
    }
    assert_eq!(server.requests().len(), 2, "a page that cannot be read is not skipped");
    assert_eq!(
        ashby.opening().search(opening::Search::new("7")).await.unwrap_err().kind(),
        ErrorKind::Malformed
    );
}

#[test]
fn answers_keep_what_they_were() {
    let mut json = candidate();
    json["position"] = Value::Null;
    json["company"] = json!("Café");
    json["createdAt"] = json!("2026-01-02T03:04:05.000+01:00");
    json["fraudStatus"] = json!("Undecided");
    json["newcomer"] = json!({"a": [1.5, null]});
    let candidate: Candidate = serde_json::from_value(json.clone()).unwrap();
    assert!(candidate.position.is_null() && candidate.school.is_absent());
    assert_eq!(candidate.company.value().map(String::as_str), Some("Café"));
    assert_eq!(candidate.other["newcomer"]["a"][0], 1.5);
    let shown = format!("{candidate:?}");
    assert!(shown.starts_with("Candidate { id: ") && shown.contains(ID), "{shown}");
    assert!(!shown.contains("Café") && !shown.contains("Ann"), "{shown}");
    assert_eq!(serde_json::to_value(&candidate).unwrap(), json);
    let without_name: Result<Candidate, _> = serde_json::from_value(json!({"id": ID}));
    assert!(without_name.unwrap_err().to_string().contains("missing field"));
}

#[test]
fn fields_words_and_instants_are_themselves() {
    let field = Member::from("x");
    assert_eq!(
        (field.value(), field.into_value(), field.as_ref()),
        (Some(&"x"), Some("x"), Member::Value(&"x"))
    );
    assert_eq!(Member::<u8>::default(), Member::Absent);
    assert_eq!("1 HOUR".parse::<PayInterval>().unwrap(), PayInterval::OneHour);
    assert_eq!(GlobalRole::from("Organization Admin"), GlobalRole::OrganizationAdmin);
    assert_eq!(GlobalRole::OrganizationAdmin.to_string(), "Organization Admin");
    assert_eq!(GlobalRole::from("Janitor").as_str(), "Janitor");
    let odd: Instant = serde_json::from_value(json!("yesterday")).unwrap();
    assert_eq!(odd.as_str(), "yesterday");
    assert!(!odd.timestamp().unwrap_err().to_string().contains("yesterday"));
}
