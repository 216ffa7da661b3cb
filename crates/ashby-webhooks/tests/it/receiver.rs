//! Deliveries as Ashby makes them.

use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ashby_webhooks::{PATH, Signature};
use http_service::Limits;
use tokio::io::AsyncWriteExt as _;

use crate::support::{PATIENCE, SECRET, Site, answer, body, open};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_answered_with_success_is_in_the_inbox() {
    let site = Site::new().await;
    assert_eq!(site.deliver(&body("1", "candidateHire")).await, 200);
    assert_eq!(site.deliver(&body("1", "candidateHire")).await, 200, "a copy is no failure");
    assert_eq!(site.deliver(&body("1", "applicationUpdate")).await, 200);
    assert_eq!(site.deliver(&body("2", "cometSighted")).await, 200, "of kinds that are new, too");
    let by_the_older = body("3", "jobUpdate");
    let signature = Signature::of("older", by_the_older.as_bytes()).to_string();
    assert_eq!(site.post(by_the_older.as_bytes(), Some(&signature)).await.status, 200);
    let pending = site.inbox.pending(9).await.unwrap();
    let actions: Vec<_> = pending.iter().map(|delivery| delivery.event.action()).collect();
    assert_eq!(actions, ["candidateHire", "applicationUpdate", "cometSighted", "jobUpdate"]);
    let counters = site.intake.counters();
    let counts = [&counters.received, &counters.verified, &counters.duplicate, &counters.failed];
    assert_eq!(counts.map(|counter| counter.get()), [5, 5, 1, 0]);
    let mut registry = prometheus_client::registry::Registry::default();
    site.intake.register(&mut registry);
    let mut text = String::new();
    prometheus_client::encoding::text::encode(&mut text, &registry).unwrap();
    for line in [
        "ashby_webhook_events_received_total 5",
        "ashby_webhook_events_duplicate_total 1",
        r#"ashby_webhook_events_kept_total{kind="candidateHire"} 1"#,
        r#"ashby_webhook_events_kept_total{kind="other"} 1"#,
        "ashby_webhook_inbox_pending 4",
    ] {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
    assert!(!text.contains("comet"), "what comes from outside is no label");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ping_is_answered_whether_or_not_anything_can_be_kept() {
    let site = Site::new().await;
    let mut pings = site.intake.pings();
    site.intake.keep_no_more();
    let ping = r#"{"action":"ping","data":{"webhookActionType":"ping"}}"#;
    assert_eq!(site.deliver(ping).await, 200);
    pings.changed().await.unwrap();
    assert_eq!(site.deliver(&body("1", "jobUpdate")).await, 503);
    site.intake.keep_in(site.inbox.clone());
    assert_eq!(site.deliver(&body("1", "jobUpdate")).await, 200);
    assert_eq!(site.inbox.pending_count(), 1, "pings are not kept");
    let before = jiff::Timestamp::now() - jiff::SignedDuration::from_mins(1);
    let reader = ashby_webhooks::Reader::open(site.inbox.path()).unwrap();
    assert_eq!(reader.pings(before).unwrap(), 0, "the first one came to nobody's inbox");
    assert_eq!(site.deliver(ping).await, 200);
    assert_eq!(site.deliver(&body("3", "jobUpdate")).await, 200);
    assert_eq!(reader.pings(before).unwrap(), 1, "but it is known that one came");
    // What is closed keeps nothing, and says so.
    site.inbox.close().await;
    assert_eq!(site.deliver(&body("2", "jobUpdate")).await, 503);
    assert_eq!(site.intake.counters().refused.get(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_answers_what_is_under_way_and_takes_nothing_new() {
    let site = Site::new().await;
    let body = body("1", "jobUpdate");
    let head = format!(
        "POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\nAshby-Signature: {}\r\n\r\n",
        body.len(),
        Signature::of(SECRET, body.as_bytes())
    );
    let mut idle = site.connect().await;
    let mut stream = site.connect().await;
    stream.write_all(&[head.as_bytes(), &body.as_bytes()[..5]].concat()).await.unwrap();
    let received = site.intake.counters().received.clone();
    while received.get() == 0 {
        tokio::task::yield_now().await;
    }
    site.stop.cancel();
    assert_eq!(answer(&mut idle).await.status, 0, "nothing is under way on it");
    stream.write_all(&body.as_bytes()[5..]).await.unwrap();
    assert_eq!(answer(&mut stream).await.status, 200);
    tokio::time::timeout(PATIENCE, site.server).await.unwrap().unwrap();
    assert!(tokio::net::TcpStream::connect(site.address).await.is_err());
    assert_eq!(site.inbox.pending_count(), 1);
}

/// A process of its own takes deliveries and is killed at once, without warning, again and again: what it acknowledged
/// must be there afterwards.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_when_the_process_is_killed() {
    if let Some(directory) = std::env::var_os("ASHBY_WEBHOOKS_TEST_RECEIVER") {
        return be_the_receiver(std::path::Path::new(&directory)).await;
    }
    let directory = tempfile::tempdir().unwrap();
    let mut acknowledged = Vec::new();
    for round in 0..4 {
        let mut receiver = tokio::process::Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "receiver::nothing_acknowledged_is_lost_when_the_process_is_killed",
                "--nocapture",
            ])
            .env("ASHBY_WEBHOOKS_TEST_RECEIVER", directory.path())
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let place = directory.path().join("address");
        let address: std::net::SocketAddr = loop {
            if let Some(address) =
                std::fs::read_to_string(&place).ok().and_then(|text| text.trim_end_matches('.').parse().ok())
            {
                break address;
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        };
        std::fs::remove_file(&place).unwrap();
        let is_over = Arc::new(AtomicBool::new(false));
        let senders: Vec<_> = (0..8)
            .map(|sender| {
                let is_over = Arc::clone(&is_over);
                tokio::spawn(async move {
                    let mut taken = Vec::new();
                    for number in 0.. {
                        let id = format!("{round}-{sender}-{number}");
                        let body = body(&id, "jobUpdate");
                        let signature = Signature::of(SECRET, body.as_bytes());
                        let request = format!(
                            "POST {PATH} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n\
                             Ashby-Signature: {signature}\r\n\r\n{body}",
                            body.len()
                        );
                        let Ok(mut stream) = tokio::net::TcpStream::connect(address).await else { break };
                        let _ = stream.write_all(request.as_bytes()).await;
                        if answer(&mut stream).await.status == 200 {
                            taken.push(id);
                        }
                        if is_over.load(Ordering::Relaxed) {
                            break;
                        }
                    }
                    taken
                })
            })
            .collect();
        // In the middle of everything, after some hundred.
        let path = directory.path().join("inbox.db");
        let count = || {
            ashby_webhooks::Reader::open(&path).and_then(|reader| reader.kept()).map_or(0, |kept| kept.all)
        };
        let goal = count() + 100 + round * 37;
        while count() < goal {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
        receiver.kill().await.unwrap();
        is_over.store(true, Ordering::Relaxed);
        for sender in senders {
            acknowledged.extend(sender.await.unwrap());
        }
    }
    let inbox = open(&directory.path().join("inbox.db"));
    let kept: std::collections::HashSet<String> = inbox
        .pending(usize::MAX)
        .await
        .unwrap()
        .iter()
        .filter_map(|delivery| delivery.event.id().map(str::to_owned))
        .collect();
    assert!(acknowledged.len() > 300, "{}", acknowledged.len());
    let lost: Vec<_> = acknowledged.iter().filter(|id| !kept.contains(*id)).collect();
    assert!(lost.is_empty(), "{lost:?}");
}

async fn be_the_receiver(directory: &std::path::Path) {
    let intake = ashby_webhooks::Intake::new(ashby_webhooks::Keyring::fixed(
        ashby_webhooks::Secrets::new([SECRET]).unwrap(),
    ));
    intake.keep_in(open(&directory.join("inbox.db")));
    let listener = http_service::bind(([127, 0, 0, 1], 0).into()).await.unwrap();
    // Complete once the point stands behind it.
    std::fs::write(directory.join("address.new"), format!("{}.", listener.local_addr().unwrap())).unwrap();
    std::fs::rename(directory.join("address.new"), directory.join("address")).unwrap();
    let limits = Limits::default();
    http_service::serve(listener, ashby_webhooks::router(intake, PATH, limits), limits, Default::default())
        .await;
}

/// Another implementation of the same signature.
#[test]
fn pythons_hmac_agrees() {
    let body = r#"{"action":"candidateHire","data":{"name":"Zoë 東京"}}"#;
    let program = "import hmac,sys; body=sys.stdin.buffer.read(); \
                   print('sha256='+hmac.new(sys.argv[1].encode(), body, 'sha256').hexdigest())";
    let started = std::process::Command::new("python3")
        .args(["-c", program, SECRET])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut python) = started else {
        eprintln!("skipped: there is no python3");
        return;
    };
    std::io::Write::write_all(&mut python.stdin.take().unwrap(), body.as_bytes()).unwrap();
    let output = python.wait_with_output().unwrap();
    let signed = String::from_utf8(output.stdout).unwrap();
    assert_eq!(signed.trim(), Signature::of(SECRET, body.as_bytes()).to_string());
    let secrets = ashby_webhooks::Secrets::new(["older", SECRET]).unwrap();
    assert!(secrets.verify(&Signature::parse(signed.trim().as_bytes()).unwrap(), body.as_bytes()));
}

#[tokio::test(flavor = "multi_thread")]
async fn more_connections_than_allowed_wait_their_turn() {
    let site = Site::with({
        let mut limits = Limits::default();
        limits.connections = 2;
        limits.head_patience = std::time::Duration::from_millis(300);
        limits
    })
    .await;
    let _idle = (site.connect().await, site.connect().await);
    // Both places are taken by connections that say nothing, until their patience is over.
    assert_eq!(site.deliver(&body("1", "jobUpdate")).await, 200);
}
