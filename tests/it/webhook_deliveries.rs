//! Deliveries that are made up, and deliveries of a simulated organisation.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use ashby_webhooks::{Event, Secrets, Signature};

use crate::support::{Site, bare, run, start, until};

/// A delivery: its signature, if it has one, and its body.
type Delivery = (Option<String>, Vec<u8>);

/// An address that takes everything.
fn receiver() -> (String, Arc<Mutex<Vec<Delivery>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/webhooks/ashby", listener.local_addr().unwrap());
    let deliveries = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&deliveries);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let kept = Arc::clone(&kept);
            thread::spawn(move || while receive(&stream, &kept).is_some() {});
        }
    });
    (url, deliveries)
}

fn receive(stream: &TcpStream, kept: &Mutex<Vec<Delivery>>) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let (mut length, mut signature) = (None, None);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
        let Some((name, value)) = line.trim_end().split_once(": ") else {
            if line.trim_end().is_empty() {
                break;
            }
            continue;
        };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().ok(),
            "ashby-signature" => signature = Some(value.to_owned()),
            _ => {}
        }
    }
    let mut body = vec![0; length?];
    reader.read_exact(&mut body).ok()?;
    kept.lock().unwrap().push((signature, body));
    (&mut &*stream).write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").ok()
}

fn events(deliveries: &Mutex<Vec<Delivery>>) -> Vec<serde_json::Value> {
    deliveries.lock().unwrap().iter().map(|(_, body)| serde_json::from_slice(body).unwrap()).collect()
}

#[tokio::test]
async fn triggered_events_are_signed_and_say_what_was_asked_for() {
    let site = Site::new().await;
    let (url, deliveries) = receiver();
    std::fs::write(site.path("secrets"), "hush\nlater\n").unwrap();
    let ran = site
        .done(&format!(
            "webhook trigger candidateDelete --url {url} --secret-file secrets --count 20 --set data.candidate.id=c-{{number}}"
        ))
        .await;
    assert!(ran.stdout.starts_with("20 events in"), "{}", ran.stdout);
    let secrets = Secrets::parse("hush").unwrap();
    for (signature, body) in deliveries.lock().unwrap().iter() {
        let signature = Signature::parse(signature.as_ref().unwrap().as_bytes()).unwrap();
        assert!(secrets.verify(&signature, body));
        let event = Event::parse(body.clone().into()).unwrap();
        assert_eq!(event.touched()[0].touch.stream, "candidates");
    }
    let events = events(&deliveries);
    let mut named: Vec<_> = events.iter().map(|event| event["data"]["candidate"]["id"].to_string()).collect();
    let mut ids: Vec<_> = events.iter().map(|event| event["webhookActionId"].to_string()).collect();
    for distinct in [&mut named, &mut ids] {
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!(distinct.len(), 20);
    }
    let hire = site.done("webhook trigger candidateHire --url http://127.0.0.1:1/ --dry-run").await;
    let hire: serde_json::Value = serde_json::from_str(&hire.stdout).unwrap();
    assert_eq!(hire["action"], "candidateHire");
    assert!(hire["data"]["application"]["id"].is_string() && hire["data"]["offer"]["id"].is_string());
    let unheard = site.run("webhook trigger ping --url http://127.0.0.1:1/").await;
    assert_eq!(unheard.code, Some(1), "{}", unheard.stderr);
    let unknown = site.run("webhook trigger candidateHired --url http://127.0.0.1:1/").await;
    assert_eq!(unknown.code, Some(2), "{}", unknown.stderr);
    assert!(unknown.stderr.contains("did you mean candidateHire?"), "{}", unknown.stderr);
}

#[tokio::test]
async fn triggered_events_come_no_faster_than_they_were_asked_for() {
    let directory = tempfile::tempdir().unwrap();
    let (url, deliveries) = receiver();
    let trigger =
        |rest: &str| bare(directory.path(), &format!("webhook trigger jobUpdate --url {url} {rest}"));
    let ran = run(trigger("--count 20 --rate 50 --output json")).await;
    let told: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((ran.code, &told["statuses"]), (Some(0), &serde_json::json!({"200": 20})), "{ran:?}");
    assert!(told["seconds"].as_f64().unwrap() >= 0.38, "nineteen pauses: {told}");
    assert_eq!(events(&deliveries).len(), 20);
    for rate in ["0", "-1", "x", "inf"] {
        let ran = run(trigger(&format!("--rate={rate}"))).await;
        assert_eq!(ran.code, Some(2), "{ran:?}");
    }
    assert_eq!(events(&deliveries).len(), 20);
}

#[tokio::test]
async fn a_simulated_organisation_tells_of_its_working_day() {
    let directory = tempfile::tempdir().unwrap();
    let (url, deliveries) = receiver();
    let flags = format!("sim serve --changes-per-minute 3000 --losses-per-minute 1200 --webhook {url}");
    let child = start(bare(directory.path(), &flags));
    let told = |action: &str| events(&deliveries).iter().any(|event| event["action"] == action);
    until("changes are told", || told("candidateStageChange") && told("candidateDelete")).await;
    assert!(told("ping"));
    crate::support::signal(&child, "TERM");
    let ended = crate::support::ended(child).await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let wrong = format!("sim serve --webhook {url} --webhook-types candidateHired");
    assert_eq!(run(bare(directory.path(), &wrong)).await.code, Some(2));
}
