//! `ashby listen` and `ashby webhook`.

use ashby_webhooks::{PATH, Signature};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::process::Command;

use crate::hybrid_histories::free_port;
use crate::support::listening::{Listening, SECRET, body, deliver, deliver_signed, get};
use crate::support::{Ran, Site, bare, private, run, until};

#[tokio::test(flavor = "multi_thread")]
async fn events_are_printed_once_and_forgeries_are_said_loudly() {
    let directory = tempfile::tempdir().unwrap();
    let mut listening = Listening::start(directory.path(), "--metrics 127.0.0.1:0").await;
    let address = listening.address.clone();
    let first = r#"{ "webhookActionId": "1", "action": "candidateHire",
        "data": {"x": "a\nb"} }"#;
    assert_eq!(deliver(&address, first).await, 200);
    assert_eq!(deliver(&address, first).await, 200);
    assert_eq!(deliver_signed(&address, first, "sha256=00").await, 401);
    assert_eq!(deliver(&address, r#"{"action":"ping","data":{"webhookActionType":"ping"}}"#).await, 200);
    assert_eq!(deliver(&address, &body("2", "somethingNew")).await, 200);
    let event = listening.line().await;
    assert_eq!((&event["action"], &event["webhookActionId"]), (&"candidateHire".into(), &"1".into()));
    assert_eq!(event["data"], serde_json::json!({"x": "a\nb"}));
    assert!(event["received_at"].as_str().unwrap().parse::<jiff::Timestamp>().is_ok());
    assert_eq!(listening.line().await["action"], "somethingNew");

    let metrics = listening.metrics.clone().unwrap();
    assert!(get(&metrics, "/healthz").await.starts_with("HTTP/1.1 200"));
    assert!(get(&metrics, "/readyz").await.starts_with("HTTP/1.1 200"));
    let figures = get(&metrics, "/metrics").await;
    for line in [
        "events_received_total 5",
        "events_verified_total 4",
        "events_duplicate_total 1",
        "events_failed_total 1",
    ] {
        assert!(figures.contains(&format!("ashby_webhook_{line}\n")), "{line}: {figures}");
    }
    assert!(figures.contains("process_resident_memory_bytes ") && figures.ends_with("# EOF\n"), "{figures}");
    assert!(!figures.contains("somethingNew") && !figures.contains("c-2"), "{figures}");

    let (said, code) = listening.stop().await;
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("(401)") && said.contains("does not send it again"), "{said}");
    assert!(!said.contains("pending"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_and_not_printed_comes_after_a_kill() {
    let directory = tempfile::tempdir().unwrap();
    let mut listening = Listening::start(directory.path(), "").await;
    // More than a pipe holds: nobody reads it.
    let filling = "x".repeat(50_000);
    for id in 0..40 {
        let body = format!(r#"{{"webhookActionId":"{id}","action":"jobUpdate","data":{{"x":"{filling}"}}}}"#);
        assert_eq!(deliver(&listening.address, &body).await, 200);
    }
    let busy = run(bare(directory.path(), "listen --secret-file s --listen 127.0.0.1:0")).await;
    assert_eq!(busy.code, Some(1), "{busy:?}");
    assert!(busy.stderr.contains("in use by process"), "{busy:?}");
    listening.child.kill().await.unwrap();
    let mut seen = std::collections::BTreeSet::new();
    while let Some(line) = listening.lines.next_line().await.unwrap() {
        if let Ok(event) = serde_json::from_str::<Value>(&line) {
            seen.insert(event["sequence"].as_u64().unwrap());
        }
    }
    assert!(seen.len() < 40);
    let mut listening = Listening::start(directory.path(), "").await;
    while seen.len() < 40 {
        seen.insert(listening.line().await["sequence"].as_u64().unwrap());
    }
    assert_eq!(listening.stop().await.1, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_refuses_what_can_be_sent_again_and_passes() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("s"), SECRET).unwrap();
    // No file may grow beyond this (in blocks of 512 or 1024 bytes), as if the disk were full.
    let mut command = Command::new("sh");
    let line = format!(
        "trap '' XFSZ; ulimit -f 300; exec {} listen --secret-file s --listen 127.0.0.1:0",
        crate::support::BINARY
    );
    command.args(["-c", &line]).current_dir(directory.path()).kill_on_drop(true);
    let listening = Listening::of(command).await;
    let filling = "x".repeat(20_000);
    let event = |id: usize| {
        format!(r#"{{"webhookActionId":"{id}","action":"jobUpdate","data":{{"x":"{filling}"}}}}"#)
    };
    let mut taken = 0;
    let refused = loop {
        match deliver(&listening.address, &event(taken)).await {
            200 => taken += 1,
            status => break status,
        }
        assert!(taken < 1_000, "it never was full");
    };
    assert_eq!(refused, 503);
    assert_eq!(deliver(&listening.address, r#"{"action":"ping","data":{}}"#).await, 200);
    let (said, code) = listening.stop().await;
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("deliveries cannot be kept"), "{said}");
    // With room again, everything that was acknowledged is there, and what was refused can come.
    let listening = Listening::start(directory.path(), "").await;
    assert_eq!(deliver(&listening.address, &event(taken)).await, 200);
    listening.stop().await;
    let replayed = run(bare(directory.path(), "webhook replay")).await;
    assert_eq!(replayed.stdout.lines().count(), taken + 1, "{}", replayed.stderr);
}

/// Answers requests with these statuses, one after another, the last one for ever; gives what it was sent.
async fn application(statuses: &'static [u16]) -> (String, std::sync::Arc<std::sync::Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let requests = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let seen = std::sync::Arc::clone(&requests);
    tokio::spawn(async move {
        for number in 0.. {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut read = Vec::new();
            loop {
                let mut part = [0; 4096];
                let length = stream.read(&mut part).await.unwrap();
                read.extend_from_slice(&part[..length]);
                // Bodies here end so, and heads do not.
                if length == 0 || read.ends_with(b"}}}") {
                    break;
                }
            }
            seen.lock().unwrap().push(String::from_utf8(read).unwrap());
            let status = statuses[std::cmp::min(number, statuses.len() - 1)];
            let answer = format!("HTTP/1.1 {status} x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    (address, requests)
}

#[tokio::test(flavor = "multi_thread")]
async fn events_are_passed_on_as_they_came_until_they_are_taken() {
    let directory = tempfile::tempdir().unwrap();
    let (application, requests) = application(&[500, 200, 410, 204]).await;
    let forward = format!("--forward-to http://{application}/hooks --output ndjson");
    let mut listening = Listening::start(directory.path(), &forward).await;
    let body = body("1", "candidateHire");
    let signature = Signature::of(SECRET, body.as_bytes()).to_string();
    assert_eq!(deliver(&listening.address, &body).await, 200);
    let line = listening.line().await;
    assert_eq!((&line["action"], &line["status"]), (&"candidateHire".into(), &500.into()));
    assert!(line["latency_ms"].is_u64());
    assert_eq!(listening.line().await["status"], 200, "it is sent again");
    assert_eq!(deliver(&listening.address, &self::body("2", "jobUpdate")).await, 200);
    assert_eq!(listening.line().await["status"], 410);
    let (said, _) = listening.stop().await;
    assert!(said.contains("given up") && !said.contains("pending"), "{said}");
    {
        let requests = requests.lock().unwrap();
        assert_eq!(requests.len(), 3);
        for request in &requests[..2] {
            assert!(request.starts_with("POST /hooks ") && request.ends_with(&body), "{request}");
            assert!(request.contains(&format!("ashby-signature: {signature}\r\n")), "{request}");
        }
    }
    // And again, from the inbox.
    let replay = |rest: &str| bare(directory.path(), &format!("webhook replay {rest}"));
    let replayed = run(replay("--since 1h --type jobUpdate")).await;
    let event: Value = serde_json::from_str(&replayed.stdout).unwrap();
    assert_eq!((replayed.code, &event["webhookActionId"]), (Some(0), &"2".into()));
    let replayed = run(replay(&format!("--url http://{application}/again"))).await;
    assert_eq!(replayed.code, Some(0), "{replayed:?}");
    assert!(replayed.stdout.contains("candidateHire") && replayed.stdout.contains("204"), "{replayed:?}");
    assert_eq!(requests.lock().unwrap().len(), 5);
    let replayed = run(replay("--url http://user:SECRET@127.0.0.1:9/SECRET?key=SECRET")).await;
    assert_eq!(replayed.code, Some(1), "{replayed:?}");
    assert!(replayed.stdout.contains("127.0.0.1:9: "), "{replayed:?}");
    assert!(!format!("{replayed:?}").contains("SECRET"), "{replayed:?}");
    assert!(replayed.stderr.contains("not taken: 2 of 2 events"), "{replayed:?}");
    let sent = run(bare(directory.path(), "webhook trigger ping --url http://127.0.0.1:9/SECRET")).await;
    assert!(sent.code == Some(1) && !format!("{sent:?}").contains("SECRET"), "{sent:?}");
    assert!(sent.stdout.contains("no answer (1)") && sent.stderr.contains("refused"), "{sent:?}");
}

fn webhooks(ran: &Ran) -> Vec<Value> {
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran:#?}"))
}

/// How many of the webhooks that are shown are enabled.
fn enabled(ran: &Ran) -> usize {
    webhooks(ran).iter().filter(|webhook| webhook["enabled"] == true).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn webhooks_are_set_up_once_and_looked_after() {
    let site = Site::new().await;
    // A receiver makes the secret that is not there yet.
    let mut command = site.ashby("listen --listen 127.0.0.1:0");
    command.env("ASHBY_LOG", "off");
    let listening = Listening::of(command).await;
    let url = format!("http://{}{PATH}", listening.address);
    let file = site.path("ashby-webhooks.json");
    let kept = || -> Value { serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap() };
    let secret = kept()["secret"].as_str().unwrap().to_owned();
    assert_eq!(secret.len(), 64);

    let setup = format!("webhook setup {url} --types candidateHire,offerUpdate --output json");
    let refused = site.run(&setup).await;
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert!(refused.stderr.contains("--yes") && site.log().count("webhook.create") == 0, "{refused:?}");
    let made = site.run(&format!("{setup} --yes")).await;
    let types = |webhooks: &[Value]| -> Vec<String> {
        webhooks.iter().map(|webhook| webhook["type"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(types(&webhooks(&made)), ["candidateHire", "offerUpdate"], "{made:?}");
    assert_eq!((made.code, enabled(&made)), (Some(0), 2), "{made:?}");
    assert!(made.stderr.contains("came to the inbox here: 2 of 2 pings"), "{made:?}");
    assert!(!made.stdout.contains(&secret) && !made.stderr.contains(&secret));
    let created = site.log().of("webhook.create");
    assert!(created.iter().all(|entry| entry.parameters["secretToken"] == secret.as_str()));
    let again = site.run(&format!("{setup} --yes")).await;
    assert!(again.stderr.contains("set up already: candidateHire, offerUpdate"), "{again:?}");
    assert_eq!(site.log().count("webhook.create"), 2);
    assert_eq!(types(&webhooks(&site.done("webhook list --output json").await)).len(), 2);
    #[cfg(unix)]
    assert_eq!(
        std::os::unix::fs::PermissionsExt::mode(&file.metadata().unwrap().permissions()) & 0o777,
        0o600
    );

    // The running receiver takes what either secret signed.
    let rotated = site.run("webhook rotate --yes --output json").await;
    let new = kept()["secret"].as_str().unwrap().to_owned();
    assert!(new != secret && webhooks(&rotated).len() == 2, "{rotated:?}");
    assert_eq!((rotated.code, enabled(&rotated)), (Some(0), 2), "{rotated:?}");
    for (id, secret) in [("1", &secret), ("2", &new)] {
        let body = body(id, "candidateHire");
        let signature = Signature::of(secret, body.as_bytes()).to_string();
        assert_eq!(deliver_signed(&listening.address, &body, &signature).await, 200);
    }
    let early = site.run("webhook rotate --finish").await;
    assert_eq!(early.code, Some(2), "deliveries may be under way: {early:#?}");
    site.done("webhook rotate --finish --yes").await;
    let old = body("3", "candidateHire");
    let signature = Signature::of(&secret, old.as_bytes()).to_string();
    let mut status = 200;
    // Within a second.
    for _ in 0..1_000 {
        status = deliver_signed(&listening.address, &old, &signature).await;
        if status != 200 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_eq!(status, 401);
    listening.stop().await;

    let moved =
        site.run("webhook update offerUpdate --url https://hooks.example.com/x --yes --output json").await;
    assert_eq!(webhooks(&moved)[0]["url"], "https://hooks.example.com/x", "{moved:?}");
    let told = site.run("webhook info offerUpdate --output json").await;
    assert_eq!(webhooks(&told)[0]["url"], "https://hooks.example.com/x", "{told:?}");
    let unknown = site.run("webhook enable jobCreate --yes").await;
    assert_eq!(unknown.code, Some(2), "{unknown:?}");
    let refused = site.run("webhook delete all").await;
    assert_eq!((refused.code, site.log().count("webhook.delete")), (Some(2), 0), "{refused:?}");
    site.done("webhook delete all --yes").await;
    assert_eq!(site.log().count("webhook.delete"), 2);
    assert!(webhooks(&site.done("webhook list --output json").await).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_set_up_must_be_enabled() {
    let site = Site::new().await;
    std::fs::write(site.path("s"), SECRET).unwrap();
    // Nobody answers there.
    let made =
        site.run("webhook setup https://hooks.example.com/ashby --secret-file s --types candidateHire,offerUpdate --yes").await;
    assert_eq!(made.code, Some(1), "{made:?}");
    for said in [
        "answered with success: candidateHire, offerUpdate\n",
        "`ashby webhook enable candidateHire offerUpdate`\n",
    ] {
        assert!(made.stderr.contains(said), "{said}: {made:?}");
    }
    let list = site.done("webhook list --output json").await;
    assert_eq!((webhooks(&list).len(), enabled(&list)), (2, 0), "{list:?}");
    for arguments in ["webhook setup nonsense --yes", "webhook setup https://x.example --types comet --yes"] {
        assert_eq!(site.run(arguments).await.code, Some(2), "{arguments}");
    }
    until("the file is there", || site.path("ashby-webhooks.json").exists()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_all_types_those_that_the_api_takes_are_set_up_and_the_others_are_named() {
    let site = Site::new().await;
    let listening = Listening::of(site.ashby("listen --listen 127.0.0.1:0 --webhooks-file all.json")).await;
    let url = format!("http://{}{PATH}", listening.address);
    let setup = format!("webhook setup {url} --webhooks-file all.json --types all --yes --output json");
    let all = site.run(&setup).await;
    let (refused, taken): (Vec<_>, Vec<_>) =
        site.log().of("webhook.create").into_iter().partition(|entry| entry.code.is_some());
    assert!(!refused.is_empty() && taken.len() >= 17, "{all:?}");
    assert_eq!(
        (all.code, webhooks(&all).len(), enabled(&all)),
        (Some(0), taken.len(), taken.len()),
        "{all:?}"
    );
    let named = all.stderr.lines().find(|line| line.contains("refuses to make webhooks for")).unwrap();
    for entry in refused {
        assert!(named.contains(entry.parameters["webhookType"].as_str().unwrap()), "{named}");
    }
    assert!(named.contains("all.json") && !all.stderr.contains("not created"), "{all:?}");
    listening.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_webhook_is_enabled_again() {
    let site = Site::new().await;
    let address = format!("127.0.0.1:{}", free_port());
    // Nobody is there yet.
    let setup = format!("webhook setup http://{address}{PATH} --types candidateHire --yes --output json");
    let made = site.run(&setup).await;
    assert_eq!((made.code, webhooks(&made).len(), enabled(&made)), (Some(1), 1, 0), "{made:?}");
    assert!(made.stderr.contains("`ashby webhook enable candidateHire`"), "{made:?}");
    let listening = Listening::of(site.ashby(&format!("listen --listen {address}"))).await;
    let again = site.run("webhook enable candidateHire --yes --output json").await;
    assert_eq!((again.code, enabled(&again)), (Some(0), 1), "{again:?}");
    assert_eq!(site.log().of("webhook.update")[0].parameters["enabled"], true);
    let told = site.done("webhook info candidateHire --output json").await;
    assert_eq!(enabled(&told), 1, "{told:?}");
    listening.stop().await;
}

#[tokio::test]
async fn a_setup_that_is_refused_leaves_no_secret_behind() {
    let site = Site::new().await;
    let setup = "webhook setup https://hooks.example.com/x --types candidateHire,jobUpdate --yes";
    let left = || {
        let names = std::fs::read_dir(site.directory.path()).unwrap().map(|entry| entry.unwrap().file_name());
        names.collect::<Vec<_>>()
    };
    let mut refused = site.ashby(setup);
    refused.env("ASHBY_API_KEY", "wrong");
    let refused = run(refused).await;
    assert_eq!((refused.code, left().len()), (Some(3), 0), "{refused:#?} {:?}", left());
    let refused = run(bare(site.directory.path(), setup)).await;
    assert_eq!((refused.code, left().len()), (Some(3), 0), "without a key: {refused:#?} {:?}", left());
    // One that is there already stays.
    let kept = r#"{"version": 1, "secret": "0123456789abcdef0123456789abcdef"}"#;
    private(&site.path("ashby-webhooks.json"), kept);
    let mut refused = site.ashby(setup);
    refused.env("ASHBY_API_KEY", "wrong");
    assert_eq!(run(refused).await.code, Some(3));
    assert_eq!(std::fs::read_to_string(site.path("ashby-webhooks.json")).unwrap(), kept);
}
