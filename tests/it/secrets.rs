//! I5: whatever happens, and however much is logged, secrets and record values stay out of it.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use ashby_sim::{ErrorShape, Fault, FaultRule, Key, ServerOptions};
use ashby_webhooks::PATH;
use serde_json::{Value, json};
use tokio::process::Child;

use crate::hybrid::pending;
use crate::support::listening::{Listening, SECRET, deliver, deliver_signed, get};
use crate::support::{Site, ended, run, shape, signal, start, truth, until};

const KEY: &str = "k3y-0f-a-c0mpany";
/// The key as HTTP Basic authentication has it, without the last digits, which depend on what follows.
const ENCODED_KEY: &str = "azN5LTBmLWEtYzBtcGFue";

/// Every text that is long enough to be told from the program's own words.
fn texts(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) if text.len() >= 12 => _ = found.insert(text.clone()),
        Value::Array(values) => values.iter().for_each(|value| texts(value, found)),
        Value::Object(members) => members.values().for_each(|value| texts(value, found)),
        _ => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_secret_is_logged_whatever_happens() {
    let options = ServerOptions { keys: vec![Key::full(KEY)], ..ServerOptions::default() };
    let site = Site::with(&shape(), options).await;
    let error = |code: &str, shape| Fault::Error { code: code.to_owned(), shape, status: 200 };
    let mut heard = String::new();
    let sync = "sync applications candidates candidate_notes interview_events archive_reasons --page-size 20 --log trace";
    let faults = [
        Fault::Latency { milliseconds: 1 },
        Fault::Status { status: 500 },
        Fault::RetryAfter { status: 429, seconds: 0, date: false },
        error("invalid_input", ErrorShape::Both),
        error("sync_token_expired", ErrorShape::Objects),
        error("next_cursor_expired", ErrorShape::Strings),
        Fault::CutBody { after_bytes: 600 },
        Fault::Reset,
        Fault::Garbage,
        Fault::Html,
        Fault::MissingSuccess,
        Fault::MoreWithoutCursor,
        Fault::CursorLoop,
        Fault::WrongTypes,
        Fault::UnknownFields,
        Fault::VanishRecord,
    ];
    for (seed, fault) in (0..).zip(faults) {
        for operation in [
            "application.list",
            "candidate.list",
            "candidate.listNotes",
            "interviewSchedule.list",
            "archiveReason.list",
        ] {
            site.server.faults().add(FaultRule::new(operation, fault.clone()).after(1).times(4));
        }
        site.organisation().churn(60, seed);
        for to in ["--to sqlite:ashby.db", "--to jsonl:out"] {
            let mut command = site.ashby(&format!("{sync} {to}"));
            command.env("ASHBY_API_KEY", KEY).env("ASHBY_MAX_ATTEMPTS", "1");
            heard.push_str(&run(command).await.stderr);
        }
        site.server.faults().clear();
    }
    for arguments in [
        "check --log trace",
        "state show --log trace",
        "sync users --show-config",
        "sync users --dry-run --log trace",
    ] {
        let mut command = site.ashby(arguments);
        command.env("ASHBY_API_KEY", KEY);
        let ran = run(command).await;
        heard.push_str(&ran.stdout);
        heard.push_str(&ran.stderr);
    }
    assert!(heard.len() > 10_000, "there is something to search");

    let mut secrets = BTreeSet::from([KEY.to_owned(), ENCODED_KEY.to_owned(), "{\"id\"".to_owned()]);
    for entry in site.log().entries() {
        ["cursor", "syncToken", "candidateId"]
            .iter()
            .filter_map(|name| entry.parameters.get(*name))
            .for_each(|value| texts(value, &mut secrets));
    }
    for stream in ["applications", "candidates", "candidate_notes", "interview_events"] {
        truth(site.organisation(), stream).values().for_each(|record| texts(record, &mut secrets));
    }
    assert!(secrets.len() > 1_000);
    let leaked: Vec<_> = secrets.iter().filter(|secret| heard.contains(secret.as_str())).collect();
    assert!(leaked.is_empty(), "{leaked:?}");
}

/// Keeps what a program says, so that it is never held up by a full pipe. Gives the program, which says it.
fn overheard(mut listening: Listening, heard: &Arc<Mutex<String>>) -> Child {
    let heard = Arc::clone(heard);
    tokio::spawn(async move {
        while let Ok(Some(line)) = listening.said.next_line().await {
            *heard.lock().unwrap() += &(line + "\n");
        }
    });
    tokio::spawn(async move { while let Ok(Some(_)) = listening.lines.next_line().await {} });
    listening.child
}

/// Whether something is signed in it.
fn is_signed(text: &str) -> bool {
    text.match_indices("sha256=").any(|(at, found)| {
        text[at + found.len()..].chars().next().is_some_and(|digit| digit.is_ascii_hexdigit())
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_webhooks_is_logged() {
    const MARK: &str = "M4RK-0f-an-address";
    let site = Site::new().await;
    std::fs::write(site.path("s"), SECRET).unwrap();
    let streams = ["candidates", "applications", "offers", "interview_schedules"];
    let watch = format!(
        "sync --watch --interval 1h --webhooks --listen 127.0.0.1:0 --secret-file s --log trace --metrics 127.0.0.1:0 {}",
        streams.join(" ")
    );
    let heard = Arc::new(Mutex::new(String::new()));
    let has_heard = |text: &str| heard.lock().unwrap().contains(text);
    let database = site.path("ashby.db");
    let record = |stream: &str| truth(site.organisation(), stream).into_values().next().unwrap();
    let (application, offer, candidate) = (record("applications"), record("offers"), record("candidates"));
    let mut ids = Vec::new();
    let mut event = |action: &str, data: &Value| {
        let id = format!("5e1f0000-0000-4000-8000-{:012}", ids.len());
        ids.push(id.clone());
        json!({"webhookActionId": id, "action": action, "data": data}).to_string()
    };

    let listening = Listening::of(site.ashby(&watch)).await;
    let (address, metrics) = (listening.address.clone(), listening.metrics.clone().unwrap());
    let mut child = overheard(listening, &heard);
    until("the first round is over", || has_heard("\nround 1 ")).await;
    for fault in [Fault::Status { status: 500 }, Fault::Garbage, Fault::Html, Fault::WrongTypes] {
        for operation in ["application.info", "offer.info"] {
            site.server.faults().add(FaultRule::new(operation, fault.clone()).times(1));
        }
        let hire = event("candidateHire", &json!({"application": application, "offer": offer}));
        assert_eq!(deliver(&address, &hire).await, 200);
        until("it is done nevertheless", || pending(&database) == 0).await;
        site.server.faults().clear();
    }
    let lie = event("candidateDelete", &json!({"candidate": candidate}));
    assert_eq!(deliver_signed(&address, &lie, "sha256=0123456789abcdef").await, 401);
    for (body, status) in [
        (&*lie, 200),
        (&lie[..lie.len() - 1], 400),
        (&*json!({"data": candidate}).to_string(), 400),
        (&*event("somethingNew", &json!({"candidate": candidate})), 200),
        (
            &*event(
                "candidateDelete",
                &json!({"candidate": {"id": application["id"], "name": candidate["name"]}}),
            ),
            200,
        ),
    ] {
        assert_eq!(deliver(&address, body).await, status);
    }
    until("all are done", || pending(&database) == 0).await;
    let figures = get(&metrics, "/metrics").await;
    *heard.lock().unwrap() += &figures;
    child.kill().await.unwrap();
    let listening = Listening::of(site.ashby(&watch)).await;
    assert_eq!(deliver(&listening.address, &lie).await, 200);
    let child = overheard(listening, &heard);
    signal(&child, "TERM");
    assert_eq!(ended(child).await.code, Some(0));

    // What is passed on, and what is changed in Ashby.
    let forward = format!("http://user:{MARK}@127.0.0.1:1/{MARK}");
    let listen = format!("listen --listen 127.0.0.1:0 --secret-file s --log trace --forward-to {forward}");
    let listening = Listening::of(site.ashby(&listen)).await;
    let address = listening.address.clone();
    let child = overheard(listening, &heard);
    let update = event("applicationUpdate", &json!({"application": application}));
    assert_eq!(deliver(&address, &update).await, 200);
    let url = format!("http://{address}{PATH}");
    for command in [
        format!("setup {url} --types candidateHire,offerUpdate --yes"),
        "rotate --yes".to_owned(),
        "enable all --yes".to_owned(),
        format!("replay --inbox .ashby.db.inbox.db --url {url}"),
        format!("trigger candidateHire --url {url}"),
    ] {
        let ran = site.done(&format!("webhook {command} --secret-file s --log trace")).await;
        *heard.lock().unwrap() += &ran.stderr;
    }
    signal(&child, "TERM");
    assert_eq!(ended(child).await.code, Some(0));

    let heard = heard.lock().unwrap();
    for said in ["application.info", "offer.info", "webhook.update", "401"] {
        assert!(heard.contains(said), "{said} is spoken of");
    }
    let signing = std::fs::read_to_string(site.path("s")).unwrap();
    assert_eq!(signing.lines().count(), 2);
    let mut secrets: BTreeSet<String> = signing.lines().map(str::to_owned).chain(ids).collect();
    secrets.extend(["{\"id\"".to_owned(), MARK.to_owned()]);
    for stream in streams {
        truth(site.organisation(), stream).values().for_each(|record| texts(record, &mut secrets));
    }
    let leaked: Vec<_> = secrets.iter().filter(|secret| heard.contains(secret.as_str())).collect();
    assert!(leaked.is_empty() && !is_signed(&heard), "{leaked:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn logs_do_say_something() {
    let site = Site::new().await;
    let ran = site.done("sync users --log trace").await;
    assert!(ran.stderr.contains("user.list"), "{ran:#?}");
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_running_sync_leaves_no_core_behind() {
    let site = Site::new().await;
    site.server.faults().add(FaultRule::new("user.list", Fault::Hold));
    let child = start(site.ashby("sync users"));
    site.held().await;
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", child.id().unwrap())).unwrap();
    let line = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(line.split_whitespace().skip(4).collect::<Vec<_>>(), ["0", "0", "bytes"]);
    site.server.faults().clear();
    assert_eq!(ended(child).await.code, Some(0));
}

/// How often a text stands in the memory that a process can write, in small letters or capitals; `None` if that may not be
/// looked at.
#[cfg(target_os = "linux")]
fn times_in_memory(process: u32, text: &str) -> Option<usize> {
    use std::os::unix::fs::FileExt as _;
    let maps = std::fs::read_to_string(format!("/proc/{process}/maps")).ok()?;
    let memory = std::fs::File::open(format!("/proc/{process}/mem")).ok()?;
    let wanted = text.to_ascii_lowercase();
    let (mut times, mut bytes) = (0, Vec::new());
    for line in maps.lines() {
        let mut words = line.split_whitespace();
        let (range, rights) = (words.next()?, words.next()?);
        if !rights.starts_with("rw") {
            continue;
        }
        let (start, end) = range.split_once('-')?;
        let [start, end] = [start, end].map(|number| u64::from_str_radix(number, 16).unwrap());
        bytes.resize(usize::try_from(end - start).unwrap(), 0);
        // What nothing was ever written to cannot be read.
        let read = memory.read_at(&mut bytes, start).unwrap_or(0);
        bytes[..read].make_ascii_lowercase();
        times += memchr::memmem::find_iter(&bytes[..read], wanted.as_bytes()).count();
    }
    (!bytes.is_empty()).then_some(times)
}

/// What is read, compared and sent leaves nothing behind: the key is there once, however many clients have it. (What is
/// sent is another text, and SECURITY.md says what becomes of that.)
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn the_key_is_in_memory_no_more_often_than_it_must() {
    const KEY: &str = "K3y-of-a-C0mpany-th4t-Stands-Nowhere-Else";
    let options = ServerOptions { keys: vec![Key::full(KEY)], ..ServerOptions::default() };
    let site = Site::with(&shape(), options).await;
    std::fs::write(site.path("key"), format!("{KEY}\n")).unwrap();
    site.server.faults().add(FaultRule::new("user.list", Fault::Hold));
    let mut command = site.ashby("sync users --api-key-file key");
    command.env_remove("ASHBY_API_KEY");
    let child = start(command);
    site.held().await;
    let times = times_in_memory(child.id().unwrap(), KEY);
    site.server.faults().clear();
    assert_eq!(ended(child).await.code, Some(0));
    match times {
        Some(times) => assert_eq!(times, 1),
        None => eprintln!("skipped: the memory of another process cannot be looked at here"),
    }
}
