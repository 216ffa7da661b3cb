//! Webhooks beside a watch: what nobody should send, and what happens to those who are alone.

use std::process::Stdio;

use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

use crate::hybrid::{first_round, pending, some, untrue, watch, watch_of};
use crate::support::listening::{Listening, SECRET, deliver};
use crate::support::{BINARY, Site, query, run, until};

#[tokio::test(flavor = "multi_thread")]
async fn an_id_of_another_kind_changes_nothing_and_an_end_is_put_to_it() {
    let site = Site::new().await;
    let mut watch = watch(&site, "").await;
    first_round(&mut watch).await;
    let database = site.path("ashby.db");
    let id = |stream: &str| some(&site, stream).swap_remove(0).0;
    let (candidate, application, job, offer) =
        (id("candidates"), id("applications"), id("jobs"), id("offers"));
    let before = site.log().total();
    for (number, (action, data)) in [
        ("candidateDelete", json!({"candidate": {"id": application}})),
        ("candidateMerge", json!({"deletedCandidate": {"id": candidate}, "mergedCandidate": {"id": job}})),
        ("candidateMerge", json!({"deletedCandidate": {"id": job}, "mergedCandidate": {"id": application}})),
        ("offerDelete", json!({"offer": {"id": candidate, "applicationId": job}})),
        ("jobPostingDelete", json!({"jobPosting": {"id": offer, "jobId": candidate}})),
        ("applicationUpdate", json!({"application": {"id": offer, "candidate": {"id": job}}})),
        ("candidateHire", json!({"application": {"id": job}, "offer": {"id": application}})),
        ("interviewScheduleUpdate", json!({"interviewSchedule": {"id": job, "applicationId": candidate}})),
        ("jobUpdate", json!({"job": {"id": [candidate]}})),
        ("openingCreate", json!({"opening": "x"})),
    ]
    .into_iter()
    .enumerate()
    {
        let event = json!({"webhookActionId": number.to_string(), "action": action, "data": data});
        assert_eq!(deliver(&watch.address, &event.to_string()).await, 200, "{action}");
    }
    until("an end is put to each", || pending(&database) == 0).await;
    assert_eq!(untrue(&site, &database), Vec::<&str>::new());
    for stream in ["candidates", "applications", "jobs", "offers", "interview_schedules"] {
        let gone = query(&database, &format!("SELECT count(*) FROM {stream} WHERE _deleted_at IS NOT NULL"));
        assert_eq!(gone, [["0"]], "{stream}");
    }
    // A few attempts at each, and no more.
    assert!(site.log().total() < before + 100, "{} requests", site.log().total() - before);
    assert_eq!(watch.stop().await.1, Some(0));
}

/// A client that has nothing of ours.
const CLIENT: &str = r#"
import hmac, http.client, json, sys
address, secret = sys.argv[1], sys.argv[2]
for line in sys.stdin:
    body = json.dumps(json.loads(line), ensure_ascii=False, indent=1).encode()
    signature = 'sha256=' + hmac.new(secret.encode(), body, 'sha256').hexdigest()
    connection = http.client.HTTPConnection(address, timeout=30)
    connection.request('POST', '/webhooks/ashby', body,
        {'Content-Type': 'application/json', 'Ashby-Signature': signature})
    print(connection.getresponse().status)
"#;

#[tokio::test(flavor = "multi_thread")]
async fn what_python_signs_and_sends_is_captured() {
    if !Command::new("python3")
        .arg("-V")
        .stdout(Stdio::null())
        .status()
        .await
        .is_ok_and(|done| done.success())
    {
        eprintln!("skipped: there is no python3");
        return;
    }
    let site = Site::new().await;
    let mut watch = watch(&site, "").await;
    first_round(&mut watch).await;
    let database = site.path("ashby.db");
    let (gone, record) = some(&site, "candidates").swap_remove(3);
    let change = ashby_sim::Mutation::Delete { kind: ashby_sim::Kind::Candidate, id: gone.clone() };
    site.organisation().mutate(&change).unwrap();
    let name = &record["name"];
    let event = json!({"webhookActionId": "1", "action": "candidateDelete", "data": {"candidate": {"id": gone, "name": name}, "x": "Zoë 東京 \u{1f600}"}});
    let mut python = Command::new("python3")
        .args(["-c", CLIENT, &watch.address, SECRET])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = python.stdin.take().unwrap();
    input.write_all(format!("{event}\n").as_bytes()).await.unwrap();
    drop(input);
    let sent = python.wait_with_output().await.unwrap();
    assert_eq!(String::from_utf8(sent.stdout).unwrap().trim(), "200");
    until("it is done", || pending(&database) == 0).await;
    assert_eq!(untrue(&site, &database), Vec::<&str>::new());
    let why = query(&database, &format!("SELECT _deleted_why FROM candidates WHERE _key = '{gone}'"));
    assert_eq!(why, [["reported"]]);
    assert_eq!(watch.stop().await.1, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_on_a_full_disk_acknowledges_nothing_that_it_loses() {
    let site = Site::new().await;
    let mut watch = watch(&site, "").await;
    first_round(&mut watch).await;
    assert_eq!(watch.stop().await.1, Some(0));
    let database = site.path("ashby.db");
    let kib = database.metadata().unwrap().len() / 1024;
    // No file may grow beyond a little more than the database has now (in blocks of 512 or 1024 bytes).
    let mut command = site.ashby("");
    let line = format!(
        "trap '' XFSZ; ulimit -f {}; exec {BINARY} sync --watch --interval 1h --webhooks --listen 127.0.0.1:0 --secret-file s jobs",
        2 * kib + 400
    );
    let mut limited = Command::new("sh");
    limited.args(["-c", &line]).current_dir(site.directory.path()).kill_on_drop(true).env_clear();
    let environment = command.as_std_mut().get_envs().filter_map(|(name, value)| Some((name, value?)));
    limited.envs(environment);
    let watch = Listening::of(limited).await;
    let filling = "x".repeat(60_000);
    let event = |id: usize| {
        let data = json!({"job": {"id": "none"}, "x": filling});
        json!({"webhookActionId": id.to_string(), "action": "somethingNew", "data": data}).to_string()
    };
    let mut taken = 0;
    let refused = loop {
        match deliver(&watch.address, &event(taken)).await {
            200 => taken += 1,
            status => break status,
        }
        assert!(taken < 2_000, "it never was full");
    };
    assert_eq!(refused, 503);
    let (said, code) = watch.stop().await;
    assert_eq!(code, Some(0), "{said}");
    // With room again it goes on with all that it had taken.
    let inbox = ashby_webhooks::Inbox::beside(&database).unwrap();
    assert_eq!(ashby_webhooks::Reader::open(&inbox).unwrap().kept().unwrap().all, taken as u64);
    let watch = self::watch(&site, "").await;
    assert_eq!(deliver(&watch.address, &event(taken)).await, 200);
    until("all is done", || pending(&database) == 0).await;
    assert_eq!(untrue(&site, &database), Vec::<&str>::new());
    assert_eq!(watch.stop().await.1, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_on_one_inbox_the_second_is_told_who_has_it() {
    let site = Site::new().await;
    let mut first = watch(&site, "--inbox events.db").await;
    first_round(&mut first).await;
    let process = first.child.id().unwrap();
    for second in [
        "sync jobs --to sqlite:other.db --watch --webhooks --listen 127.0.0.1:0 --secret-file s --inbox events.db",
        "sync jobs --to jsonl:other --watch --webhooks --listen 127.0.0.1:0 --secret-file s --inbox ./events.db",
        "listen --listen 127.0.0.1:0 --secret-file s --inbox events.db",
    ] {
        let ran = run(site.ashby(second)).await;
        assert_eq!(ran.code, Some(1), "{second}: {ran:#?}");
        assert!(ran.stderr.contains(&format!("process {process}")), "{ran:#?}");
    }
    let event: Value = json!({"webhookActionId": "1", "action": "somethingNew", "data": {}});
    assert_eq!(deliver(&first.address, &event.to_string()).await, 200, "the first one goes on");
    assert_eq!(first.stop().await.1, Some(0));
    let second = watch_of(&site, "--inbox events.db --to sqlite:other.db", "jobs").await;
    assert_eq!(deliver(&second.address, &event.to_string()).await, 200, "and the next may have it");
    assert_eq!(second.stop().await.1, Some(0));
}
