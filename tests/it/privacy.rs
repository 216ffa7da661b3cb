//! Privacy as policy: what a policy drops is in no byte of a destination, whatever was there before, and whatever happens on
//! the way.

use std::path::PathBuf;
use std::sync::Arc;

use ashby_sim::{Fault, FaultRule, Mutation};
use privacy::{Contract, Plan, Policy, Veil};
use serde_json::Value;

use crate::hybrid;
use crate::support::{Records, Site, jsonl, postgres, query, sqlite, start, truth, until};

const STREAMS: [&str; 5] = ["applications", "candidates", "candidate_notes", "jobs", "users"];

fn sync(to: &str) -> String {
    format!("sync {} --page-size 20 --to {to}", STREAMS.join(" "))
}

/// Every kind of destination that there is here.
fn kinds() -> impl Iterator<Item = &'static str> {
    let servers = private_postgres::shared().map(|_| "postgres");
    ["sqlite:out.db", "jsonl:out"].into_iter().chain(servers)
}

fn place(site: &Site, kind: &str) -> String {
    if kind == "postgres" { postgres::address(site) } else { kind.to_owned() }
}

fn held(site: &Site, to: &str, stream: &str) -> Records {
    match to.split_once(':').unwrap() {
        ("sqlite", path) => sqlite(&site.path(path), stream),
        ("jsonl", path) => jsonl(&site.path(path), stream),
        _ => postgres::records(site, stream),
    }
}

/// Names, addresses and numbers of people.
fn secrets(site: &Site) -> Vec<String> {
    let mut all = Vec::new();
    for candidate in truth(site.organisation(), "candidates").values() {
        let texts = [
            &candidate["name"],
            &candidate["primaryEmailAddress"]["value"],
            &candidate["phoneNumbers"][0]["value"],
        ];
        all.extend(texts.iter().filter_map(|text| text.as_str()).map(str::to_owned));
    }
    all.sort();
    all.dedup();
    assert!(all.len() > 100);
    all
}

/// Files of the destination that hold one of these.
fn traces(site: &Site, texts: &[String]) -> Vec<(PathBuf, String)> {
    let mut files = vec![site.directory.path().to_owned()];
    let mut found = Vec::new();
    while let Some(path) = files.pop() {
        if path.is_dir() {
            files.extend(std::fs::read_dir(&path).unwrap().flatten().map(|entry| entry.path()));
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        let is_in = |text: &&String| memchr::memmem::find(&bytes, text.as_bytes()).is_some();
        found.extend(texts.iter().find(is_in).map(|text| (path.clone(), text.clone())));
    }
    found
}

/// How many records were new, other than before, or gone, by the summary of a sync.
fn news(summary: &str) -> u64 {
    let summary: Value = serde_json::from_str(summary).unwrap();
    let streams = summary["streams"].as_object().unwrap().values();
    streams.flat_map(|stream| ["new", "changed", "deleted"].map(|what| stream[what].as_u64().unwrap())).sum()
}

fn plan(policy: &str, stream: &str) -> Arc<Plan> {
    Veil::new(Contract::ashby(), [Policy::preset(policy).unwrap()]).plan(stream)
}

/// That a destination holds what there is, as a policy leaves it.
fn assert_left(site: &Site, to: &str, policy: &str) {
    for stream in STREAMS {
        let plan = plan(policy, stream);
        let left = truth(site.organisation(), stream).into_iter().map(|(key, record)| {
            let left = plan.apply(record.to_string().as_bytes()).unwrap().into_owned();
            (key, serde_json::from_slice(&left).unwrap())
        });
        assert_eq!(held(site, to, stream), left.collect::<Records>(), "{to} {stream}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_policy_leaves_no_byte_of_what_it_drops() {
    for kind in kinds() {
        let site = Site::new().await;
        let to = place(&site, kind);
        let secrets = secrets(&site);
        site.done(&sync(&to)).await;
        assert_left(&site, &to, "full");
        if kind != "postgres" {
            assert!(!traces(&site, &secrets).is_empty(), "{kind}: they would be found");
        }

        let ran = site.done(&format!("{} --privacy no-contact", sync(&to))).await;
        assert!(ran.stderr.contains("candidates"), "it is said: {ran:#?}");
        assert_left(&site, &to, "no-contact");
        assert_eq!(traces(&site, &secrets), [], "{kind}");

        // The same again finds nothing to do.
        let before = site.log().total();
        let ran = site.done(&format!("{} --privacy no-contact --output json", sync(&to))).await;
        assert_eq!(news(&ran.stdout), 0, "{ran:#?}");
        assert!(site.log().total() - before < 30, "by tokens");

        // Nothing more comes out because somebody forgot to say so.
        let ran = site.run(&sync(&to)).await;
        assert_eq!(ran.code, Some(2), "{ran:#?}");
        assert!(ran.stderr.contains("no-contact") && ran.stderr.contains("--privacy full"), "{ran:#?}");
        assert_left(&site, &to, "no-contact");

        site.done(&format!("{} --privacy full", sync(&to))).await;
        assert_left(&site, &to, "full");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_moment_it_ends_all_the_same() {
    for kind in kinds() {
        for requests in [0, 5, 60] {
            let site = Site::new().await;
            let to = place(&site, kind);
            let secrets = secrets(&site);
            site.done(&sync(&to)).await;
            let command = format!("{} --privacy analytics", sync(&to));
            site.server.faults().add(FaultRule::new("*", Fault::Hold).after(requests));
            let mut child = start(site.ashby(&command));
            site.held().await;
            child.kill().await.unwrap();
            site.server.faults().clear();
            site.done(&command).await;
            assert_left(&site, &to, "analytics");
            assert_eq!(traces(&site, &secrets), [], "{kind} after {requests} requests");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_rows_are_taken_out_it_ends_all_the_same() {
    for _ in 0..4 {
        let site = Site::new().await;
        let secrets = secrets(&site);
        site.done(&sync("sqlite:out.db")).await;
        let command = format!("{} --privacy analytics", sync("sqlite:out.db"));
        let mut child = start(site.ashby(&command));
        let log = site.path("out.db-wal");
        until("it writes", || log.metadata().is_ok_and(|log| log.len() > 0)).await;
        child.kill().await.unwrap();
        site.done(&command).await;
        assert_left(&site, "sqlite:out.db", "analytics");
        assert_eq!(traces(&site, &secrets), []);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_index_of_words_knows_nothing_that_is_dropped() {
    let site = Site::new().await;
    site.done("sync candidates jobs --to sqlite:out.db").await;
    let candidates = truth(site.organisation(), "candidates");
    let name = candidates.values().next().unwrap()["name"].as_str().unwrap().to_owned();
    let search = format!("search {name} --kind candidates --output json --to sqlite:out.db");
    assert!(site.done(&search).await.stdout.contains(&name));
    site.done("sync candidates jobs --to sqlite:out.db --privacy no-contact").await;
    let ran = site.done(&search).await;
    assert_eq!(ran.stdout.trim(), "[]", "{ran:#?}");
    let columns = query(&site.path("out.db"), "SELECT name FROM pragma_table_info('candidates')");
    let columns: Vec<&str> = columns.iter().map(|row| row[0].as_str()).collect();
    assert!(columns.contains(&"id") && !columns.contains(&"name"), "{columns:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_are_selected_for_every_destination() {
    for kind in kinds() {
        let site = Site::new().await;
        let to = place(&site, kind);
        site.done(&format!("sync --select candidates.*,-candidates.phoneNumbers,jobs.title --to {to}")).await;
        let candidates = held(&site, &to, "candidates");
        assert_eq!(candidates.len(), truth(site.organisation(), "candidates").len());
        assert!(
            candidates
                .values()
                .all(|candidate| candidate.get("phoneNumbers").is_none() && candidate["name"].is_string())
        );
        let job = held(&site, &to, "jobs").into_values().next().unwrap();
        let members: Vec<&String> = job.as_object().unwrap().keys().collect();
        assert_eq!(members.len(), 2, "{members:?}");
        let ran = site.done(&format!("state show --output json --to {to}")).await;
        assert_eq!(
            ran.stdout.matches("\"stream\"").count(),
            2,
            "what is not selected is not synced: {ran:#?}"
        );

        // A run of something else leaves them as they are; one of the same without the selection brings all of it.
        site.done(&format!("sync users --to {to}")).await;
        assert_eq!(held(&site, &to, "candidates"), candidates);
        site.done(&format!("sync candidates --to {to}")).await;
        assert_eq!(held(&site, &to, "candidates"), truth(site.organisation(), "candidates"));
        assert_eq!(held(&site, &to, "jobs").into_values().next().unwrap(), job);
    }
    let site = Site::new().await;
    let ran = site.run("sync --select candidates.phoneNumber").await;
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("candidates.phoneNumbers"), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn hashed_ids_join_and_a_person_is_found_by_the_real_one() {
    let site = Site::new().await;
    site.done("privacy key own.key").await;
    let policy = "preset = \"no-contact\"\nkey_file = \"own.key\"\n[classes]\nidentifier = \"hash\"\n";
    std::fs::write(site.path("policy.toml"), policy).unwrap();
    site.done(&format!("{} --privacy ./policy.toml", sync("sqlite:out.db"))).await;
    let database = site.path("out.db");
    let joined = query(
        &database,
        "SELECT count(*), (SELECT count(*) FROM applications) FROM applications a
            JOIN candidates c ON c.id = json_extract(a.candidate, '$.id') AND c._key = c.id",
    );
    assert!(joined[0][0] == joined[0][1] && joined[0][0] != "0", "{joined:?}");
    let ids: Vec<String> = truth(site.organisation(), "candidates").into_keys().collect();
    assert_eq!(traces(&site, &ids), []);
    // A second full listing, and what was seen before is known again.
    let ran =
        site.done(&format!("{} --privacy ./policy.toml --full --output json", sync("sqlite:out.db"))).await;
    assert_eq!(news(&ran.stdout), 0, "{ran:#?}");

    let mut purge =
        site.ashby(&format!("purge --candidate {} --yes --output json --to sqlite:out.db", ids[0]));
    purge.env("ASHBY_PRIVACY", "./policy.toml");
    let ran = crate::support::run(purge).await;
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    let receipt: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(receipt["streams"]["candidates"]["live"], 1, "{receipt}");
}

#[tokio::test(flavor = "multi_thread")]
async fn reconciling_and_forgetting_keep_to_the_policy() {
    let site = Site::new().await;
    let to = "--to sqlite:out.db";
    let secrets = secrets(&site);
    site.done(&format!("{} --privacy no-contact", sync("sqlite:out.db"))).await;
    let ran = site.run(&format!("reconcile {to}")).await;
    assert_eq!(ran.code, Some(2), "{ran:#?}");
    site.done(&format!("reconcile --dry-run --privacy no-contact {to}")).await;
    site.done(&format!("reconcile --privacy no-contact {to}")).await;
    assert_left(&site, "sqlite:out.db", "no-contact");
    // A dry run under another policy takes nothing out.
    let ran = site.run(&format!("reconcile --dry-run --privacy minimal {to}")).await;
    assert_eq!(ran.code, Some(2), "{ran:#?}");
    assert_left(&site, "sqlite:out.db", "no-contact");

    site.done(&format!("state reset candidates {to}")).await;
    assert_eq!(site.run(&sync("sqlite:out.db")).await.code, Some(2), "what was left out is not forgotten");
    site.done(&format!("{} --privacy no-contact", sync("sqlite:out.db"))).await;
    assert_left(&site, "sqlite:out.db", "no-contact");
    assert_eq!(traces(&site, &secrets), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn policies_are_listed_checked_and_compared() {
    let site = Site::new().await;
    let json = async |arguments: &str| -> Value {
        serde_json::from_str(&site.done(&format!("{arguments} --output json")).await.stdout).unwrap()
    };
    let presets = json("privacy presets").await;
    assert_eq!(presets.as_array().unwrap().len(), 5);
    assert_eq!(presets[1]["classes"]["contact"], "drop");
    let report = json("privacy report candidates --policy no-contact --against full").await;
    assert_eq!((&report["policy"], &report["against"]), (&"no-contact".into(), &"full".into()));
    let name = report["fields"].as_array().unwrap().iter().find(|line| line["field"] == "name").unwrap();
    assert_eq!(
        (&name["action"], &name["against"], &name["class"]),
        (&"drop".into(), &"keep".into(), &"contact".into())
    );
    assert!(report["fields"].as_array().unwrap().iter().all(|line| line["action"] != "keep"));
    site.done("sync jobs users --to sqlite:ashby.db").await;
    let check = json("privacy check no-contact").await;
    assert_eq!(check["written_anew"], serde_json::json!(["jobs", "users"]));
    assert_eq!(check["withheld"], serde_json::json!(["email_senders"]));
    let ran = site.done("sync users email_senders --privacy no-contact --to sqlite:senders.db").await;
    assert!(ran.stderr.contains("note: nothing leaves of email_senders"), "{ran:#?}");
    let ran = site.done("sync users email_senders --privacy no-contact --to sqlite:senders.db -q").await;
    assert_eq!(ran.stderr, "", "nothing went wrong, and nothing is to be decided");
    let ran = site.done("sync users --privacy no-contact --to sqlite:senders.db").await;
    assert!(!ran.stderr.contains("nothing leaves"), "{ran:#?}");
    std::fs::write(site.path("privacy.toml"), "preset = \"full\"\n[classes]\ncontacts = \"drop\"\n").unwrap();
    let ran = site.run("privacy check ./privacy.toml").await;
    assert_eq!(ran.code, Some(2));
    assert!(
        ran.stderr.contains("privacy.toml, line 3, column 1") && ran.stderr.contains("contact"),
        "{ran:#?}"
    );
    let ran = site.run("sync --privacy no-contract").await;
    assert!(ran.code == Some(2) && ran.stderr.contains("no-contact"), "{ran:#?}");
    assert_eq!(site.run("privacy check").await.code, Some(2), "none is named");
    // A file that nobody trusts decides nothing, and what it says is not passed over either.
    std::fs::write(site.path("ashby.toml"), "privacy = \"full\"\n").unwrap();
    let ran = site.run("sync jobs").await;
    assert!(ran.code == Some(2) && ran.stderr.contains("not trusted"), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_webhooks_bring_passes_the_same_layer() {
    let site = Site::new().await;
    let mut watch = hybrid::watch_of(&site, "--privacy no-contact", "applications candidates").await;
    hybrid::first_round(&mut watch).await;
    hybrid::subscribe(&site, &watch).await;
    let plan = plan("no-contact", "applications");
    let left = || -> Records {
        let all = truth(site.organisation(), "applications").into_iter();
        let left = |record: Value| plan.apply(record.to_string().as_bytes()).unwrap().into_owned();
        all.map(|(key, record)| (key, serde_json::from_slice(&left(record)).unwrap())).collect()
    };
    let before = left();
    let moved = before.keys().find(|id| {
        let change = Mutation::MoveStage { application: (*id).clone(), stage: None };
        site.organisation().mutate(&change).is_ok()
    });
    assert!(moved.is_some() && left() != before);
    until("the event has brought it", || sqlite(&site.path("ashby.db"), "applications") == left()).await;
    drop(watch);
    let secrets = secrets(&site);
    let in_database =
        |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("ashby.db"));
    let found: Vec<_> = traces(&site, &secrets).into_iter().filter(|(path, _)| in_database(path)).collect();
    assert_eq!(found, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_policy_takes_out_is_said() {
    let site = Site::new().await;
    site.done("sync users jobs --to sqlite:out.db").await;
    let ran = site.done("sync jobs --privacy minimal --to sqlite:out.db").await;
    assert!(
        ran.stderr.contains("are taken out of sqlite:out.db") && ran.stderr.contains("users"),
        "{ran:#?}"
    );
    let ran = site.done("sync jobs --privacy minimal --to sqlite:out.db").await;
    assert!(!ran.stderr.contains("taken out"), "{ran:#?}");
}
