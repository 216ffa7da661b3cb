//! Webhooks: what they are told, how they are signed, when they are tried again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use ashby_sim::{
    DeliveryOutcome, DeliverySettings, Kind, Mutation, Organisation, Server, ServerOptions, Shape,
    Subscription,
};
use bytes::Bytes;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http_body_util::{BodyExt as _, Empty};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::net::TcpListener;

use crate::support::{object, post, send, start};

/// A delivery: what it says, its bytes, its signature.
#[derive(Debug, Clone)]
struct Received {
    said: Value,
    body: Bytes,
    signature: Option<String>,
    agent: Option<String>,
}

impl Received {
    fn action(&self) -> &str {
        self.said["action"].as_str().unwrap_or_default()
    }
}

/// An address that answers each delivery with the next of its statuses, the last one for ever.
#[derive(Clone)]
struct Receiver {
    url: String,
    received: Arc<Mutex<Vec<Received>>>,
    statuses: Arc<Mutex<Vec<u16>>>,
}

impl Receiver {
    async fn start(statuses: &[u16]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let receiver = Self {
            url: format!("http://{}/hooks", listener.local_addr().expect("it is bound")),
            received: Arc::default(),
            statuses: Arc::new(Mutex::new(statuses.to_vec())),
        };
        let shared = receiver.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let shared = shared.clone();
                let service = service_fn(move |request| shared.clone().receive(request));
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
            }
        });
        receiver
    }

    async fn receive(self, request: Request<Incoming>) -> Result<Response<Empty<Bytes>>, hyper::Error> {
        let (head, body) = request.into_parts();
        let body = body.collect().await?.to_bytes();
        let header =
            |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let said = serde_json::from_slice(&body).expect("a delivery is JSON");
        let received =
            Received { said, body, signature: header("ashby-signature"), agent: header("user-agent") };
        self.received.lock().expect("no test panics with it").push(received);
        let mut statuses = self.statuses.lock().expect("no test panics with it");
        let status = if statuses.len() > 1 { statuses.remove(0) } else { statuses[0] };
        let mut response = Response::new(Empty::new());
        *response.status_mut() = status.try_into().expect("a status");
        Ok(response)
    }

    fn all(&self) -> Vec<Received> {
        self.received.lock().expect("no test panics with it").clone()
    }

    fn actions(&self) -> Vec<String> {
        self.all()
            .iter()
            .map(|received| received.action().to_owned())
            .filter(|action| action != "ping")
            .collect()
    }

    fn answers(&self, statuses: &[u16]) {
        *self.statuses.lock().expect("no test panics with it") = statuses.to_vec();
    }

    async fn subscribe(&self, server: &Server, webhook_type: &str) -> String {
        let subscription = Subscription {
            webhook_type: webhook_type.to_owned(),
            request_url: self.url.clone(),
            secret_token: Some("hush".to_owned()),
        };
        let (id, enabled) = server.subscribe(&subscription).await.expect("it is a type");
        assert!(enabled);
        id
    }

    async fn subscribe_to_all(&self, server: &Server) {
        for webhook_type in Organisation::event_types() {
            self.subscribe(server, webhook_type).await;
        }
    }
}

async fn serve(deliveries: DeliverySettings) -> Server {
    start(&Shape::small(), ServerOptions { deliveries, ..ServerOptions::default() }).await
}

/// In order, on a fast clock.
fn orderly() -> DeliverySettings {
    DeliverySettings { speed: 10_000.0, concurrency: 1, ..DeliverySettings::default() }
}

fn some(server: &Server, operation: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    let records = server.organisation().truth(operation, &object(json!({})));
    records.into_iter().find(wanted).expect("there is one")
}

fn id(record: &Value) -> String {
    record["id"].as_str().expect("it has an id").to_owned()
}

fn change(server: &Server, mutation: &Mutation) -> Vec<String> {
    server.organisation().mutate(mutation).expect("it can be changed")
}

#[tokio::test]
async fn deliveries_are_signed_over_their_bytes() {
    let (server, receiver) = (serve(orderly()).await, Receiver::start(&[200]).await);
    receiver.subscribe(&server, "applicationUpdate").await;
    let unsigned =
        json!({"subscribe": {"webhookType": "applicationUpdate", "requestUrl": receiver.url}}).to_string();
    let made = send(&server, "_sim/admin", &[], unsigned.as_bytes()).await.expect("it answers").json();
    assert_eq!(made["enabled"], true);
    let application = some(&server, "application.list", |_| true);
    let patch = object(json!({"customFields": []}));
    change(&server, &Mutation::Update { kind: Kind::Application, id: id(&application), patch });
    server.deliveries().settled().await;
    let all = receiver.all();
    assert_eq!(all.iter().filter(|received| received.signature.is_some()).count(), 2, "a ping and an event");
    for received in &all {
        assert_eq!(received.agent.as_deref(), Some("Ashby-Webhook"));
        let Some(signature) = &received.signature else { continue };
        let mut key: Hmac<Sha256> = Hmac::new_from_slice(b"hush").expect("any key will do");
        key.update(&received.body);
        let digits: String = key.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(*signature, format!("sha256={digits}"));
    }
    let events: Vec<_> = all.iter().filter(|received| received.action() != "ping").collect();
    assert_eq!(events.len(), 2);
    assert_eq!(
        events[0].said["webhookActionId"], events[1].said["webhookActionId"],
        "one event, two webhooks"
    );
    let now = some(&server, "application.list", |record| record["id"] == application["id"]);
    assert_eq!(events[0].said["data"]["application"], now);
}

#[tokio::test]
async fn a_webhook_whose_ping_fails_is_disabled_until_it_is_enabled_again() {
    let (server, receiver) = (serve(orderly()).await, Receiver::start(&[500, 200]).await);
    let wanted = json!({"webhookType": "candidateDelete", "requestUrl": receiver.url, "secretToken": "hush"});
    let made = post(&server, "webhook.create", &wanted).await.json()["results"].clone();
    assert_eq!((&made["enabled"], &made["secretToken"]), (&json!(false), &json!("hush")));
    let erased = |server: &Server| {
        let candidate = some(server, "candidate.list", |_| true);
        change(server, &Mutation::Delete { kind: Kind::Candidate, id: id(&candidate) });
        candidate
    };
    erased(&server);
    let again = json!({"webhookId": made["id"], "enabled": true});
    assert_eq!(post(&server, "webhook.update", &again).await.json()["results"]["enabled"], true);
    let candidate = erased(&server);
    server.deliveries().settled().await;
    assert_eq!(receiver.actions(), ["candidateDelete"]);
    let last = receiver.all().pop().expect("there is one");
    assert_eq!(last.said["data"], json!({"candidate": {"id": candidate["id"]}}));
    assert_eq!(receiver.all()[0].said, json!({"action": "ping", "data": {"webhookActionType": "ping"}}));
    let off = json!({"webhookId": made["id"], "enabled": false});
    assert_eq!(post(&server, "webhook.update", &off).await.json()["results"]["enabled"], false);
    erased(&server);
    assert_eq!(server.deliveries().pending(), 0);
    // Nobody listens there, and nothing but http is spoken.
    for url in ["http://127.0.0.1:1/", "https://hooks.example.com/"] {
        let there = json!({"webhookType": "candidateDelete", "requestUrl": url, "secretToken": "s"});
        assert_eq!(post(&server, "webhook.create", &there).await.json()["results"]["enabled"], false);
    }
}

#[tokio::test]
async fn changes_cascade_as_ashbys_do() {
    let (server, receiver) = (serve(orderly()).await, Receiver::start(&[200]).await);
    receiver.subscribe_to_all(&server).await;
    let told = async |mutation: Mutation| {
        let before = receiver.actions().len();
        let ids = change(&server, &mutation);
        server.deliveries().settled().await;
        (receiver.actions().split_off(before), ids)
    };
    let stages = server.organisation().truth("interviewPlan.list", &object(json!({})));
    assert!(stages.len() > 1);
    let application = some(&server, "application.list", |record| record["status"] == "Active");
    let moved = Mutation::MoveStage { application: id(&application), stage: None };
    let (first, _) = told(moved.clone()).await;
    assert!(first == ["candidateStageChange", "applicationUpdate"] || first.len() == 3, "{first:?}");
    let mut hire = first;
    while hire.len() < 3 {
        hire = told(moved.clone()).await.0;
    }
    assert_eq!(hire, ["candidateHire", "candidateStageChange", "applicationUpdate"]);
    let of_hire: BTreeSet<String> =
        receiver.all().iter().rev().take(3).map(|hire| hire.said["webhookActionId"].to_string()).collect();
    assert_eq!(of_hire.len(), 1, "what is triggered carries the identifier of its trigger");
    let create = |kind, parent: Option<&Value>, fields: Value| Mutation::Create {
        kind,
        parent: parent.map(id),
        fields: object(fields),
    };
    let (actions, ids) = told(create(Kind::InterviewSchedule, Some(&application), json!({}))).await;
    assert_eq!(actions, ["interviewScheduleCreate", "interviewScheduleUpdate"]);
    let last = receiver.all().pop().expect("there is one").said;
    assert_eq!(last["data"]["interviewSchedule"]["id"], json!(ids[0]));
    assert_eq!(last["data"]["interviewSchedule"]["candidateId"], application["candidate"]["id"]);
    let (actions, ids) = told(create(Kind::Offer, Some(&application), json!({}))).await;
    assert_eq!(actions, ["offerCreate"]);
    let (actions, _) = told(Mutation::Delete { kind: Kind::Offer, id: ids[0].clone() }).await;
    assert_eq!(actions, ["offerDelete"]);
    let last = receiver.all().pop().expect("there is one").said;
    assert_eq!(last["data"], json!({"offer": {"id": ids[0], "applicationId": application["id"]}}));
    let posting = some(&server, "jobPosting.list", |record| record["status"] != "Draft");
    for (status, action) in [("Draft", "jobPostingUnpublish"), ("Published", "jobPostingPublish")] {
        let patch = object(json!({"status": status}));
        let (actions, _) = told(Mutation::Update { kind: Kind::JobPosting, id: id(&posting), patch }).await;
        assert_eq!(actions, [action, "jobPostingUpdate"]);
    }
    let (actions, _) = told(Mutation::Delete { kind: Kind::JobPosting, id: id(&posting) }).await;
    assert_eq!(actions[0], "jobPostingDelete");
    let job = some(&server, "job.list", |record| record["id"] == application["job"]["id"]);
    let plan = some(&server, "interviewPlan.list", |plan| plan["id"] != job["defaultInterviewPlanId"]);
    let (actions, _) = told(Mutation::ChangePlan { job: id(&job), plan: id(&plan) }).await;
    assert_eq!(actions, ["interviewPlanTransition", "jobUpdate"]);
    // Nobody is told of changes of candidates, notes and settings, nor what goes with something else.
    let candidate = some(&server, "candidate.list", |record| record["id"] == application["candidate"]["id"]);
    let patch = object(json!({"name": "Ada Fairweather"}));
    for mutation in [
        Mutation::Update { kind: Kind::Candidate, id: id(&candidate), patch },
        Mutation::AddNote { candidate: id(&candidate), content: "Call".to_owned(), private: false },
        Mutation::Anonymize { candidate: id(&candidate) },
        create(Kind::Feedback, Some(&application), json!({})),
        create(Kind::Department, None, json!({})),
    ] {
        assert_eq!(told(mutation.clone()).await.0, [""; 0], "{mutation:?}");
    }
    let other = some(&server, "candidate.list", |record| record["id"] != candidate["id"]);
    let (actions, _) = told(Mutation::MergeCandidates { from: id(&other), into: id(&candidate) }).await;
    assert_eq!(actions, ["candidateMerge"]);
    let last = receiver.all().pop().expect("there is one").said;
    assert_eq!(
        last["data"],
        json!({"deletedCandidate": {"id": other["id"]}, "mergedCandidate": {"id": candidate["id"]}})
    );
    assert_eq!(
        told(Mutation::Delete { kind: Kind::Candidate, id: id(&candidate) }).await.0,
        ["candidateDelete"]
    );
}

#[tokio::test]
async fn writes_of_the_api_are_told_too() {
    let (server, receiver) = (serve(orderly()).await, Receiver::start(&[200]).await);
    receiver.subscribe_to_all(&server).await;
    let candidate = some(&server, "candidate.list", |_| true);
    let job = some(&server, "job.list", |record| record["status"] == "Open");
    let wanted = json!({"candidateId": candidate["id"], "jobId": job["id"]});
    assert_eq!(post(&server, "application.create", &wanted).await.json()["success"], true);
    let mail = json!({
        "candidateId": candidate["id"], "emailProviderEmailId": "1", "subject": "Hello", "from": "a@example.com",
        "to": "b@example.com", "body": "Hi",
    });
    receiver.answers(&[500, 200]);
    server.deliveries().settled().await;
    assert_eq!(post(&server, "candidate.addEmailMessage", &mail).await.json()["success"], true);
    server.deliveries().settled().await;
    let actions = receiver.actions();
    assert_eq!(actions[0], "applicationSubmit");
    assert!(actions.iter().any(|action| action == "candidateRecentEmailMessagesUpdated"), "{actions:?}");
}

#[tokio::test]
async fn failed_deliveries_are_tried_ten_times_and_refused_ones_once() {
    let (server, receiver) = (serve(orderly()).await, Receiver::start(&[200]).await);
    receiver.subscribe(&server, "candidateDelete").await;
    let attempts = async |statuses: &[u16]| {
        let before = receiver.all().len();
        receiver.answers(statuses);
        let data = json!({"candidate": {"id": "c-1"}});
        assert_eq!(server.organisation().tell("candidateDelete", data), 1);
        server.deliveries().settled().await;
        let received = receiver.all().split_off(before);
        let ids: BTreeSet<_> = received.iter().map(|each| each.said["webhookActionId"].to_string()).collect();
        assert_eq!(ids.len(), 1, "an event keeps its identifier");
        let last = server.deliveries().entries().pop().expect("something was logged");
        (received.len(), last.outcome)
    };
    assert_eq!(attempts(&[500, 503, 429, 400, 302, 204]).await, (6, DeliveryOutcome::Delivered));
    for status in [401, 403, 404, 405, 410] {
        assert_eq!(attempts(&[status]).await, (1, DeliveryOutcome::Refused));
    }
    assert_eq!(attempts(&[503]).await, (10, DeliveryOutcome::GivenUp));
}

#[tokio::test]
async fn a_retry_brings_a_watermark_of_its_own() {
    let (server, receiver) = (serve(orderly()).await, Receiver::start(&[200]).await);
    let action = "candidateRecentEmailMessagesUpdated";
    receiver.subscribe(&server, action).await;
    receiver.answers(&[500, 200]);
    let data = server.organisation().event_data(action, 0).expect("there are candidates");
    server.organisation().tell(action, data);
    server.deliveries().settled().await;
    let received: Vec<Value> = receiver.all().into_iter().skip(1).map(|received| received.said).collect();
    assert_eq!(received.len(), 2);
    assert_eq!(received[0]["webhookActionId"], received[1]["webhookActionId"]);
    assert_ne!(received[0]["data"]["watermark"], received[1]["data"]["watermark"]);
}

#[tokio::test]
async fn deliveries_are_lost_copied_late_and_held_if_wanted() {
    let (server, receiver) = (serve(orderly()).await, Receiver::start(&[200]).await);
    receiver.subscribe(&server, "candidateDelete").await;
    let admin = async |command: Value| {
        let body = command.to_string();
        let answer = send(&server, "_sim/admin", &[], body.as_bytes()).await.expect("the server answers");
        assert_eq!(answer.status, 200, "{command}: {}", answer.json());
        answer.json()
    };
    let deliver = async |settings: Value, count: usize| {
        let before = receiver.actions().len();
        admin(json!({"deliveries": settings})).await;
        for number in 0..count {
            let data = json!({"candidate": {"id": number}});
            assert_eq!(
                admin(json!({"tell": {"action": "candidateDelete", "data": data}})).await["webhooks"],
                1
            );
        }
        server.deliveries().settled().await;
        let events = receiver.all().into_iter().filter(|received| received.action() != "ping");
        events.skip(before).map(|event| event.said["data"]["candidate"]["id"].as_u64()).collect::<Vec<_>>()
    };
    let order: Vec<_> = (0..20).map(Some).collect();
    assert_eq!(deliver(json!({}), 20).await, order, "undisturbed, they come in order");
    assert_eq!(deliver(json!({"lossPercent": 100}), 5).await, []);
    let some_lost = deliver(json!({"lossPercent": 50}), 60).await.len();
    assert!((1..60).contains(&some_lost), "{some_lost}");
    assert_eq!(deliver(json!({"lossPercent": 0, "copyPercent": 100}), 5).await.len(), 10);
    let late = deliver(json!({"copyPercent": 0, "latePercent": 50, "lateMs": 200}), 20).await;
    let sorted: Vec<_> = late.iter().copied().collect::<BTreeSet<_>>().into_iter().collect();
    assert!(late != order && sorted == order, "{late:?}");
    server.deliveries().set(DeliverySettings { held: true, ..orderly() });
    server.organisation().tell("candidateDelete", json!({}));
    assert_eq!(admin(json!({"delivered": true})).await["pending"], 1);
    admin(json!({"deliveries": {"held": false}})).await;
    server.deliveries().settled().await;
    let counts = admin(json!({"delivered": true})).await["counts"].clone();
    assert!(counts["lost"].as_u64() >= Some(5) && counts["delivered"].as_u64() > Some(50), "{counts}");
}

#[tokio::test]
async fn days_of_work_and_of_losses_are_told() {
    let (server, receiver) = (serve(DeliverySettings::default()).await, Receiver::start(&[200]).await);
    receiver.subscribe_to_all(&server).await;
    server.organisation().churn(200, 3);
    let candidates = server.organisation().truth("candidate.list", &object(json!({}))).len();
    server.organisation().erode(40, 3);
    server.deliveries().settled().await;
    assert!(server.organisation().truth("candidate.list", &object(json!({}))).len() < candidates);
    let mut counts = BTreeMap::new();
    receiver.actions().into_iter().for_each(|action| *counts.entry(action).or_insert(0) += 1);
    for action in ["applicationSubmit", "candidateStageChange", "candidateDelete", "candidateMerge"] {
        assert!(counts.contains_key(action), "{action}: {counts:?}");
    }
    assert!(counts["applicationUpdate"] >= counts["candidateStageChange"], "{counts:?}");
}

#[test]
fn every_type_has_an_example() {
    let organisation = Organisation::new(&Shape::small());
    assert_eq!(Organisation::event_types().count(), 28);
    for action in Organisation::event_types() {
        let data = organisation.event_data(action, 0).unwrap_or_else(|| panic!("{action}"));
        assert!(data.as_object().is_some_and(|members| !members.is_empty()), "{action}: {data}");
    }
    let hires: Vec<_> = (0..3).map(|choice| organisation.event_data("candidateHire", choice)).collect();
    assert!(
        hires[0] != hires[1]
            && hires.iter().all(|hire| hire.as_ref().is_some_and(|hire| hire["offer"]["id"].is_string()))
    );
}
