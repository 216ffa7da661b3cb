//! The endpoint for tests in other processes.

use ashby_sim::{Fault, FaultRule, Kind, Mutation, Server};
use serde_json::{Value, json};

use crate::support::{list, object, post, send, small};

async fn admin(server: &Server, command: Value) -> (u16, Value) {
    let answer =
        send(server, "_sim/admin", &[], command.to_string().as_bytes()).await.expect("the server answers");
    (answer.status, answer.json())
}

#[tokio::test]
async fn it_does_what_the_library_does() {
    let server = small().await;
    let (_, token) = list(&server, "candidate.list", &json!({})).await;
    let candidate = server.organisation().truth("candidate.list", &object(json!({})))[0]["id"].clone();
    let change = json!({"mutate": {"change": "update", "kind": "candidate", "id": candidate, "patch": {"company": "Quillon"}}});
    assert_eq!(admin(&server, change).await, (200, json!({"ids": [candidate]})));
    let (delta, token) = list(&server, "candidate.list", &json!({"syncToken": token})).await;
    assert_eq!(delta.len(), 1);
    let (_, churned) = admin(&server, json!({"churn": 20})).await;
    assert!(churned["changed"].as_u64() >= Some(15));
    let (_, truth) = admin(&server, json!({"truth": {"operation": "candidate.list"}})).await;
    assert_eq!(
        truth["records"],
        Value::Array(server.organisation().truth("candidate.list", &object(json!({}))))
    );
    assert_eq!(admin(&server, json!({"expire": "tokens"})).await.0, 200);
    assert_eq!(
        post(&server, "candidate.list", &json!({"syncToken": token})).await.code(),
        "sync_token_expired"
    );
    let fault =
        json!({"fault": {"operation": "job.list", "times": 1, "fault": {"kind": "status", "status": 502}}});
    assert_eq!(admin(&server, fault.clone()).await.0, 200);
    assert_eq!(post(&server, "job.list", &json!({})).await.status, 502);
    assert_eq!(admin(&server, fault).await.0, 200);
    assert_eq!(admin(&server, json!({"clear_faults": true})).await.0, 200);
    assert_eq!(post(&server, "job.list", &json!({})).await.status, 200);
    let (_, log) = admin(&server, json!({"log": true})).await;
    assert_eq!((&log["counts"]["job.list"], log["total"].as_u64()), (&json!(2), Some(server.log().total())));
}

#[tokio::test]
async fn it_says_what_it_did_not_understand() {
    let server = small().await;
    for command in [
        json!({"nothing": true}),
        json!({"mutate": {"change": "delete", "kind": "candidate", "id": "nobody"}}),
        json!({"fault": {"fault": {"kind": "unheard"}}}),
    ] {
        let (status, answer) = admin(&server, command.clone()).await;
        assert_eq!(status, 400, "{command}");
        assert!(answer["error"].is_string());
    }
}

#[test]
fn changes_and_rules_survive_json() {
    let change = Mutation::Create {
        kind: Kind::InterviewSchedule,
        parent: None,
        fields: object(json!({"status": "OnHold"})),
    };
    let text = serde_json::to_string(&change).expect("a change is JSON");
    assert_eq!(serde_json::from_str::<Mutation>(&text).expect("and back"), change);
    let rule = FaultRule::new("*", Fault::CutBody { after_bytes: 9 }).after(2).times(3).token(false);
    let text = serde_json::to_string(&rule).expect("a rule is JSON");
    assert_eq!(serde_json::from_str::<FaultRule>(&text).expect("and back"), rule);
}
