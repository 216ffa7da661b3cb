//! `ashby purge`: what was taken out is in no byte of any file, and everything else is as it was.

use std::path::{Path, PathBuf};

use ashby_sim::{Kind, Mutation};
use ashby_webhooks::{Event, Inbox, InboxOptions, Reader};
use serde_json::{Value, json};

use crate::support::listening::{Listening, deliver};
use crate::support::{Records, Site, bare, jsonl, postgres, query, run, sqlite, truth};

const STREAMS: &str = "candidates applications candidate_notes offers interview_schedules interview_events \
                       application_history jobs projects candidate_projects";

const CHECKED: [&str; 7] =
    ["candidates", "applications", "candidate_notes", "offers", "interview_schedules", "jobs", "projects"];

/// All files below a directory that hold a text.
fn holding(directory: &Path, text: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(holding(&path, text));
        } else if std::fs::read(&path).unwrap().windows(text.len()).any(|window| window == text.as_bytes()) {
            found.push(path);
        }
    }
    found
}

/// Every kind of destination that can be purged here.
fn kinds() -> impl Iterator<Item = &'static str> {
    let servers = private_postgres::shared().map(|_| "postgres");
    ["sqlite:out.db", "jsonl:out"].into_iter().chain(servers)
}

/// A destination of this kind, and a directory in which all is that this destination holds.
fn place(site: &Site, kind: &str) -> String {
    if kind == "postgres" { postgres::address(site) } else { kind.to_owned() }
}

/// Files that hold a text, and tables.
fn traces(site: &Site, to: &str, text: &str) -> Vec<PathBuf> {
    let mut found = holding(site.directory.path(), text);
    if to.starts_with("postgres") {
        // As the file has it.
        let sql = format!(
            "CHECKPOINT; SELECT c.relname FROM pg_class c WHERE c.relkind IN ('r', 't')
                AND (c.relnamespace = quote_ident(current_schema())::regnamespace OR c.oid IN (SELECT reltoastrelid FROM pg_class
                    WHERE relnamespace = quote_ident(current_schema())::regnamespace))
                AND position('{}'::bytea IN pg_read_binary_file(pg_relation_filepath(c.oid))) > 0",
            text.replace('\'', "''")
        );
        found.extend(postgres::sql(site, &sql).lines().map(PathBuf::from));
    }
    found
}

fn held(site: &Site, to: &str, stream: &str) -> Records {
    match to.split_once(':').unwrap() {
        ("sqlite", path) => sqlite(&site.path(path), stream),
        ("postgres", _) => postgres::records(site, stream),
        (_, path) => jsonl(&site.path(path), stream),
    }
}

fn email(candidate: &Value) -> String {
    candidate["primaryEmailAddress"]["value"].as_str().unwrap().to_owned()
}

/// A candidate with an application and an offer.
fn somebody(site: &Site) -> (String, Value) {
    let offers = truth(site.organisation(), "offers");
    let applications = truth(site.organisation(), "applications");
    let of = offers.values().next().unwrap()["applicationId"].as_str().unwrap();
    let id = applications[of]["candidate"]["id"].as_str().unwrap().to_owned();
    let candidate = truth(site.organisation(), "candidates")[&id].clone();
    (id, candidate)
}

/// Webhooks that came for this destination: two about somebody, of which one names only an application of theirs, and one
/// about somebody else.
struct Told {
    bodies: [String; 3],
    inboxes: Vec<PathBuf>,
}

impl Told {
    /// They came to `ashby listen`, and to a watch if the destination is a file.
    async fn of(site: &Site, to: &str, candidate: &Value) -> Self {
        let applications = truth(site.organisation(), "applications");
        let is_theirs = |application: &Value| application["candidate"]["id"] == candidate["id"];
        let (application, _) = applications.iter().find(|(_, record)| is_theirs(record)).unwrap();
        let (_, other) = applications.iter().find(|(_, record)| !is_theirs(record)).unwrap();
        let shown = json!({"id": application, "candidate": {"id": candidate["id"], "primaryEmailAddress": candidate["primaryEmailAddress"]}});
        let bodies = [
            ("applicationUpdate", json!({"application": shown})),
            ("signatureRequestUpdate", json!({"applicationId": application})),
            ("candidateDelete", json!({"candidate": {"id": other["candidate"]["id"]}})),
        ];
        let bodies = bodies.map(|(action, data)| {
            json!({"webhookActionId": format!("of {action}"), "action": action, "data": data}).to_string()
        });
        let listening = Listening::start(site.directory.path(), "").await;
        for body in &bodies {
            assert_eq!(deliver(&listening.address, body).await, 200);
        }
        assert_eq!(listening.stop().await.1, Some(0));
        let mut inboxes = vec![site.path("ashby-inbox.db")];
        if let Some((_, path)) = to.split_once(':').filter(|_| !to.starts_with("postgres")) {
            let beside = Inbox::beside(&site.path(path)).unwrap();
            let inbox = Inbox::open(&beside, InboxOptions::default()).unwrap();
            for body in &bodies {
                inbox.add(event(body), None).await.unwrap();
            }
            inbox.close().await;
            inboxes.push(beside);
        }
        Self { bodies, inboxes }
    }

    /// What names them has gone from each inbox, as it was said, and will not come again; the other is still there.
    async fn have_gone(&self, told: &Value) {
        let said = told["inboxes"].as_array().unwrap();
        assert_eq!(said.len(), self.inboxes.len(), "{told:#}");
        for inbox in &self.inboxes {
            let name = inbox.file_name().unwrap().to_str().unwrap();
            let of = said.iter().find(|said| said["file"].as_str().unwrap().ends_with(name)).unwrap();
            assert_eq!(of["deliveries"], 2, "{told:#}");
            let left = Reader::open(inbox).unwrap().history(0, None, &[], 10).unwrap();
            let left: Vec<&[u8]> = left.iter().map(|delivery| &delivery.event.body()[..]).collect();
            assert_eq!(left, [self.bodies[2].as_bytes()]);
            let inbox = Inbox::open(inbox, InboxOptions::default()).unwrap();
            for body in &self.bodies {
                assert!(inbox.add(event(body), None).await.unwrap().is_copy);
            }
            inbox.close().await;
        }
    }
}

fn event(body: &str) -> Event {
    Event::parse(body.to_owned().into()).unwrap()
}

/// Whom Ashby made anonymous is overwritten by the next read, wherever a row is one; what they were before goes from lines,
/// changes, free pages, deliveries and downloads, and what they are now stays.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_known_of_those_who_are_anonymous_now_goes_and_they_stay() {
    for kind in kinds().chain(["parquet:lake"]) {
        let site = Site::new().await;
        let to = &*place(&site, kind);
        site.done(&format!("sync {STREAMS} --to {to}")).await;
        let none = site.done(&format!("purge --anonymized --yes --to {to}")).await;
        assert!(none.stdout.contains("nothing to take out"), "{none:#?}");
        let (id, candidate) = somebody(&site);
        let mut patch = serde_json::Map::new();
        patch.insert("name".to_owned(), json!("Somebody Else Entirely"));
        let change = Mutation::Update { kind: Kind::Candidate, id: id.clone(), patch };
        site.organisation().mutate(&change).unwrap();
        site.done(&format!("sync {STREAMS} --to {to}")).await;
        site.organisation().mutate(&Mutation::Anonymize { candidate: id.clone() }).unwrap();
        site.done(&format!("sync {STREAMS} --to {to} --full")).await;
        std::fs::create_dir_all(site.path(&format!("ashby-files/{id}"))).unwrap();
        std::fs::write(site.path(&format!("ashby-files/{id}/cv.pdf")), email(&candidate)).unwrap();
        let events = Told::of(&site, to, &candidate).await;

        let refused = site.run(&format!("purge --anonymized --to {to}")).await;
        assert_eq!(refused.code, Some(2), "{refused:#?}");
        assert!(refused.stderr.contains("earlier data of 1 candidate would be taken out"), "{refused:#?}");
        let ran = site.done(&format!("purge --anonymized --yes --output json --to {to}")).await;
        let told: Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!((&told["candidates"], &told["downloads"][0]["files"]), (&json!(1), &json!(1)), "{ran:#?}");
        events.have_gone(&told).await;
        if kind.starts_with("jsonl") || kind.starts_with("parquet") {
            assert_eq!(told["streams"]["candidates"]["lines"], 2, "{ran:#?}");
        }
        for text in [email(&candidate), "Somebody Else Entirely".to_owned()] {
            assert_eq!(traces(&site, to, &text), Vec::<PathBuf>::new(), "{to}: {text}");
        }
        for stream in CHECKED {
            let held = match kind.strip_prefix("parquet:") {
                Some(directory) => crate::support::parquet(&site.path(directory), stream),
                None => held(&site, to, stream),
            };
            assert_eq!(held, truth(site.organisation(), stream), "{to} {stream}");
        }
        let again = site.done(&format!("purge --anonymized --yes --output json --to {to}")).await;
        let told: Value = serde_json::from_str(&again.stdout).unwrap();
        assert!(told["streams"].as_object().unwrap().is_empty(), "{again:#?}");
        // Files go on from where they are.
        site.organisation().churn(20, 3);
        site.done(&format!("sync {STREAMS} --to {to}")).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_gone_goes_with_all_its_versions_and_nothing_else() {
    for kind in kinds() {
        let site = Site::new().await;
        let to = &*place(&site, kind);
        site.done(&format!("sync {STREAMS} --to {to}")).await;
        let (id, candidate) = somebody(&site);
        let events = Told::of(&site, to, &candidate).await;
        // An earlier version, which files keep.
        let mut patch = serde_json::Map::new();
        patch.insert("name".to_owned(), json!("Somebody Else Entirely"));
        let change = Mutation::Update { kind: Kind::Candidate, id: id.clone(), patch };
        site.organisation().mutate(&change).unwrap();
        site.done(&format!("sync {STREAMS} --to {to}")).await;
        site.organisation().mutate(&Mutation::Delete { kind: Kind::Candidate, id: id.clone() }).unwrap();
        site.done(&format!("sync {STREAMS} --to {to} --full")).await;
        assert!(!traces(&site, to, &email(&candidate)).is_empty(), "tombstones keep it");

        let shown = site.done(&format!("purge --to {to} --dry-run --output json")).await;
        let account: Value = serde_json::from_str(&shown.stdout).unwrap();
        assert_eq!(account["streams"]["candidates"]["gone"], 1, "{shown:#?}");
        assert_eq!(account["streams"]["candidates"]["live"], 0, "{shown:#?}");
        assert!(account["purged_at"].is_null() && account["streams"]["jobs"].is_null(), "{shown:#?}");
        let refused = site.run(&format!("purge --to {to}")).await;
        assert_eq!(refused.code, Some(2), "{refused:#?}");
        let young = site.done(&format!("purge --to {to} --older-than 1d --yes")).await;
        assert!(young.stdout.contains("nothing to take out"), "{young:#?}");
        assert!(!traces(&site, to, &email(&candidate)).is_empty(), "nothing went yet");

        let receipt = site.path("receipt.json");
        let ran = site.done(&format!("purge --to {to} --yes --receipt receipt.json --output json")).await;
        let told: Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!(told["streams"], account["streams"], "what was said is what went");
        events.have_gone(&told).await;
        let kept: Value = serde_json::from_slice(&std::fs::read(receipt).unwrap()).unwrap();
        assert_eq!(kept, told);
        assert!(told["purged_at"].is_string());
        for text in [email(&candidate), "Somebody Else Entirely".to_owned()] {
            assert_eq!(traces(&site, to, &text), Vec::<PathBuf>::new(), "{to}: {text}");
        }
        let again = site.done(&format!("purge --to {to} --yes")).await;
        assert!(again.stdout.contains("nothing to take out"), "{again:#?}");

        // The next sync goes on as if nothing had been: it asks for changes only.
        site.log().clear();
        site.done(&format!("sync {STREAMS} --to {to}")).await;
        let asked = site.log().of("application.list");
        assert!(asked.iter().all(|entry| entry.parameters.contains_key("syncToken")), "{to}: no listing");
        site.organisation().churn(40, 3);
        site.done(&format!("sync {STREAMS} --to {to}")).await;
        site.done(&format!("sync {STREAMS} --to {to} --full --reconcile accept")).await;
        for stream in CHECKED {
            assert_eq!(held(&site, to, stream), truth(site.organisation(), stream), "{to} {stream}");
        }
    }
}

/// What cannot be told of afterwards is not begun, and what was told stays.
#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_is_sure_of_its_place_before_anything_goes_and_is_never_written_over() {
    let site = Site::new().await;
    site.done("sync candidates").await;
    let id = truth(site.organisation(), "candidates").into_keys().next().unwrap();
    let purge = format!("purge --candidate {id} --yes --receipt");
    let nowhere = site.run(&format!("{purge} nowhere/x.json")).await;
    assert_eq!(nowhere.code, Some(1), "{nowhere:#?}");
    assert!(nowhere.stderr.contains("nothing was taken out"), "{nowhere:#?}");
    let live = || sqlite(&site.path("ashby.db"), "candidates").contains_key(&id);
    assert!(live());

    std::fs::write(site.path("notes.txt"), "mine").unwrap();
    let taken = site.run(&format!("{purge} notes.txt")).await;
    assert_eq!(taken.code, Some(2), "{taken:#?}");
    assert!(live() && std::fs::read_to_string(site.path("notes.txt")).unwrap() == "mine");
    // One that is refused for another reason leaves nothing behind.
    let unsure = site.run(&format!("purge --candidate {id} --receipt r.json")).await;
    assert!(unsure.code == Some(2) && !site.path("r.json").exists(), "{unsure:#?}");

    site.done(&format!("{purge} r.json")).await;
    assert!(!live());
    let told = std::fs::read_to_string(site.path("r.json")).unwrap();
    assert!(told.contains("purged_at"));
    assert_eq!(site.run(&format!("{purge} r.json")).await.code, Some(2));
    assert_eq!(std::fs::read_to_string(site.path("r.json")).unwrap(), told);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_was_gone_for_long_enough_goes() {
    let site = Site::new().await;
    site.done("sync candidates").await;
    let candidates = truth(site.organisation(), "candidates");
    let [(older, old), (younger, young)] = &candidates.iter().take(2).collect::<Vec<_>>()[..] else {
        panic!("there are two")
    };
    for id in [older, younger] {
        site.organisation().mutate(&Mutation::Delete { kind: Kind::Candidate, id: id.to_string() }).unwrap();
    }
    site.done("sync candidates --full").await;
    let database = rusqlite::Connection::open(site.path("ashby.db")).unwrap();
    let earlier =
        "UPDATE _rows_candidates SET _deleted_at = strftime('%Y-%m-%dT%H:%M:%fZ', _deleted_at, '-1 hour')
                   WHERE _key = ?1 AND _deleted_at IS NOT NULL";
    assert_eq!(database.execute(earlier, [older]).unwrap(), 1);
    drop(database);
    let to = "sqlite:ashby.db";
    for candidate in [old, young] {
        assert!(!traces(&site, to, &email(candidate)).is_empty(), "tombstones keep it");
    }
    site.done("purge --older-than 30m --yes").await;
    assert_eq!(traces(&site, to, &email(old)), Vec::<PathBuf>::new());
    let kept = "SELECT _key FROM _rows_candidates WHERE _deleted_at IS NOT NULL AND _record LIKE '%' || ";
    let kept = query(&site.path("ashby.db"), &format!("{kept}'{}%'", email(young)));
    assert_eq!(kept, [[younger.to_string()]], "the younger one stays as it was");
}

#[tokio::test(flavor = "multi_thread")]
async fn whole_streams_go_with_their_state_and_come_back_whole() {
    for kind in kinds() {
        let site = Site::new().await;
        let to = &*place(&site, kind);
        site.done(&format!("sync candidates jobs --to {to}")).await;
        let (_, candidate) = somebody(&site);
        Told::of(&site, to, &candidate).await;
        let records = truth(site.organisation(), "candidates").len();
        let ran = site.done(&format!("purge candidates --everything --to {to} --yes --output json")).await;
        let told: Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!(told["streams"]["candidates"]["live"], records, "{ran:#?}");
        // What names an application alone is of a stream that stays.
        let inboxes = told["inboxes"].as_array().unwrap();
        assert!(!inboxes.is_empty() && inboxes.iter().all(|inbox| inbox["deliveries"] == 2), "{ran:#?}");
        assert_eq!(traces(&site, to, &email(&candidate)), Vec::<PathBuf>::new());
        assert_eq!(held(&site, to, "jobs"), truth(site.organisation(), "jobs"));
        site.log().clear();
        site.done(&format!("sync candidates jobs --to {to}")).await;
        let asked = site.log().of("candidate.list");
        assert!(!asked[0].parameters.contains_key("syncToken"), "listed from the start");
        let asked = site.log().of("job.list");
        assert!(asked[0].parameters.contains_key("syncToken"), "the other stream goes on");
        for stream in ["candidates", "jobs"] {
            assert_eq!(held(&site, to, stream), truth(site.organisation(), stream), "{to} {stream}");
        }
    }
    let site = Site::new().await;
    site.done("sync jobs").await;
    let unknown = site.run("purge candidats --everything --yes").await;
    assert_eq!(unknown.code, Some(2), "{unknown:#?}");
    let nowhere = site.run("purge --to sqlite:absent.db --yes").await;
    assert_eq!(nowhere.code, Some(2), "{nowhere:#?}");
    assert!(!site.path("absent.db").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn of_one_candidate_nothing_stays_but_keys() {
    for kind in kinds() {
        let site = Site::new().await;
        let to = &*place(&site, kind);
        site.done(&format!("sync {STREAMS} --to {to}")).await;
        let (id, candidate) = somebody(&site);
        std::fs::create_dir_all(site.path(&format!("ashby-files/{id}"))).unwrap();
        std::fs::write(site.path(&format!("ashby-files/{id}/cv.txt")), email(&candidate)).unwrap();
        let before: usize = held(&site, to, "candidates").len();
        let notes = held(&site, to, "candidate_notes");
        let theirs = |record: &&Value| record["candidateId"] == *id;
        let (own, others): (Vec<_>, Vec<_>) = notes.values().partition(theirs);
        let events = Told::of(&site, to, &candidate).await;
        // Who receives could bring in what is being taken out.
        let listening = Listening::start(site.directory.path(), "").await;
        let busy = site.run(&format!("purge --candidate {id} --to {to} --yes")).await;
        assert_eq!(busy.code, Some(1), "{busy:#?}");
        for stream in CHECKED {
            assert_eq!(held(&site, to, stream), truth(site.organisation(), stream), "{to} {stream}");
        }
        assert_eq!(listening.stop().await.1, Some(0));

        let ran = site.done(&format!("purge --candidate {id} --to {to} --yes --output json")).await;
        let told: Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!(told["streams"]["candidates"]["live"], 1, "{ran:#?}");
        assert!(told["streams"]["offers"]["live"].as_u64() >= Some(1), "{ran:#?}");
        assert!(told["streams"]["application_history"]["live"].as_u64() >= Some(1), "{ran:#?}");
        assert!(told["streams"]["jobs"].is_null() && told["streams"]["projects"].is_null(), "{ran:#?}");
        assert_eq!(told["downloads"][0]["files"], 1, "{ran:#?}");
        events.have_gone(&told).await;
        if kind == "postgres" {
            let left =
                format!("SELECT _deleted_why, _record->>'id', name FROM candidates WHERE _key = '{id}'");
            assert_eq!(postgres::sql(&site, &left), format!("erased|{id}|"));
        }
        let found = told["found"]["files"].as_array().unwrap();
        assert!(!found.is_empty() && found.iter().all(|file| file["found"] == 0), "{ran:#?}");
        for text in [email(&candidate), format!("\"{}\"", candidate["name"].as_str().unwrap())] {
            assert_eq!(traces(&site, to, &text), Vec::<PathBuf>::new(), "{to}: {text}");
        }
        assert_eq!(held(&site, to, "candidates").len(), before - 1);
        let left = held(&site, to, "candidate_notes");
        assert_eq!(left.len(), others.len(), "{} were theirs", own.len());
        if to.starts_with("sqlite") {
            let erased = format!("SELECT _deleted_why, _record FROM candidates WHERE _key = '{id}'");
            assert_eq!(
                query(&site.path("out.db"), &erased),
                [["erased".to_owned(), json!({"id": id}).to_string()]]
            );
        }
        // Whoever asks again is told that nothing is there, and the next sync goes on.
        let again = site.done(&format!("purge --candidate {id} --to {to} --yes")).await;
        assert!(again.stdout.contains("nothing to take out"), "{again:#?}");
        site.log().clear();
        site.done(&format!("sync {STREAMS} --to {to}")).await;
        assert!(site.log().of("candidate.list")[0].parameters.contains_key("syncToken"));
        assert_eq!(held(&site, to, "candidates").len(), before - 1, "nobody brought them back");
    }
    let site = Site::new().await;
    let slip = site.run("purge --candidate kept-to-ourselves --yes").await;
    assert!(slip.code == Some(2) && !slip.stderr.contains("kept-to-ourselves"), "{slip:#?}");
}

#[tokio::test]
async fn what_can_be_purged_is_listed() {
    let directory = tempfile::tempdir().unwrap();
    let ran = run(bare(directory.path(), "purge --to stdout --yes")).await;
    assert_eq!(ran.code, Some(2), "{ran:#?}");
    for family in ["sqlite:PATH", "postgres://", "parquet:DIR", "jsonl:DIR"] {
        assert!(ran.stderr.contains(family), "{family}: {ran:#?}");
    }
}
