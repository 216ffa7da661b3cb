//! A watch with webhooks whose database server is away when it starts.

use std::time::Duration;

use ashby_sim::{Kind, Mutation};
use private_postgres::{Cluster, SUPERUSER};
use serde_json::{Value, json};

use crate::support::listening::{Listening, SECRET, body, deliver, get};
use crate::support::{Site, truth};

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_away_at_the_start_is_waited_for_and_deliveries_are_kept_meanwhile() {
    let Some(cluster) = Cluster::start("") else { return };
    let site = Site::new().await;
    let to = cluster.address(SUPERUSER, "postgres", "schema=raw");
    let rows = |sql: &str| cluster.sql("postgres", sql);
    site.done(&format!("sync candidates users --to {to}")).await;
    cluster.crash();
    std::fs::write(site.path("s"), format!("{SECRET}\n")).unwrap();
    let command = site.ashby(&format!(
        "sync candidates users --watch --interval 1h --to {to} --webhooks --listen 127.0.0.1:0 --secret-file s \
         --metrics 127.0.0.1:0"
    ));
    let mut watch = Listening::of(command).await;
    let mut said = Vec::new();
    let mut next = async |wanted: &str| {
        loop {
            let line = tokio::time::timeout(Duration::from_secs(60), watch.said.next_line()).await;
            let line = line.unwrap_or_else(|_| panic!("{wanted}: {said:#?}")).unwrap().expect("it runs on");
            said.push(line);
            if said.last().unwrap().contains(wanted) {
                return;
            }
        }
    };
    next("the database server at").await;
    let metrics = watch.metrics.clone().unwrap();
    assert!(get(&metrics, "/readyz").await.starts_with("HTTP/1.1 503"));
    assert!(get(&metrics, "/healthz").await.starts_with("HTTP/1.1 200"));
    // What comes meanwhile is kept, and done once the server is back.
    let gone = truth(site.organisation(), "candidates").into_keys().next().unwrap();
    site.organisation().mutate(&Mutation::Delete { kind: Kind::Candidate, id: gone.clone() }).unwrap();
    let event =
        json!({"webhookActionId": "1", "action": "candidateDelete", "data": {"candidate": {"id": gone}}});
    assert_eq!(deliver(&watch.address, &event.to_string()).await, 200);
    assert_eq!(deliver(&watch.address, &body("2", "somethingNew")).await, 200);
    // Where rows are counted and the state is there is nobody to ask.
    let status = site.run(&format!("status --to {to} --output json")).await;
    assert!(status.code.is_some_and(|code| code > 0) && status.stdout.is_empty(), "{status:#?}");
    assert!(status.stderr.contains("database server"), "{status:#?}");
    cluster.resume();
    next("round 1 ").await;
    assert!(get(&metrics, "/readyz").await.starts_with("HTTP/1.1 200"));
    let why = format!("SELECT _deleted_why FROM raw.candidates WHERE _key = '{gone}'");
    crate::support::until("the event is done", || rows(&why) == "reported").await;
    let inbox = ashby_webhooks::Reader::open(site.path("ashby-inbox.db")).unwrap();
    crate::support::until("all events are", move || inbox.kept().unwrap().pending == 0).await;
    let status = site.done(&format!("status --to {to} --output json")).await.stdout;
    let status: Value = serde_json::from_str(&status).unwrap();
    assert_eq!(status["pending_events"], 0, "{status:#}");
    for of in status["streams"].as_array().unwrap() {
        let stream = of["stream"].as_str().unwrap();
        assert_eq!(of["records"], truth(site.organisation(), stream).len(), "{status:#}");
        assert!(of["as_of"].is_string(), "{status:#}");
    }
    let (rest, code) = watch.stop().await;
    assert_eq!(code, Some(0), "{rest}");
    let told = said.iter().filter(|line| line.contains("the database server at")).count();
    assert_eq!(told, 1, "once: {said:#?}");
    let live = rows("SELECT count(*) FROM raw.candidates WHERE _deleted_at IS NULL");
    assert_eq!(live, truth(site.organisation(), "candidates").len().to_string());
}
