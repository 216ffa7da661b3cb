//! `ashby reconcile`: what is there against what is held.

use ashby_sim::{Fault, FaultRule, Key, Kind, Mutation, ServerOptions, Shape};
use serde_json::{Map, Value, json};

use crate::support::{Site, postgres, run, shape, sqlite, truth};

fn files(site: &Site) -> Vec<String> {
    let entries = std::fs::read_dir(site.directory.path()).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn of<'a>(found: &'a Value, stream: &str) -> &'a Value {
    found.as_array().unwrap().iter().find(|found| found["stream"] == stream).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_gone_and_what_tokens_missed_is_found_and_a_dry_run_changes_nothing() {
    let site = Site::new().await;
    let database = site.path("ashby.db");
    let nothing = site.run("reconcile").await;
    assert_eq!(nothing.code, Some(2), "{}", nothing.stderr);
    site.done("sync candidates applications openings users").await;
    // No token shows a candidate who is deleted, nor an application whose opening was renamed.
    let gone = truth(site.organisation(), "candidates").into_keys().next().unwrap();
    site.organisation().mutate(&Mutation::Delete { kind: Kind::Candidate, id: gone.clone() }).unwrap();
    let opening = truth(site.organisation(), "openings").into_keys().next().unwrap();
    let patch: Map<String, Value> = serde_json::from_value(json!({"archived": true})).unwrap();
    site.organisation().mutate(&Mutation::Update { kind: Kind::Opening, id: opening, patch }).unwrap();
    let user = truth(site.organisation(), "users").into_keys().next().unwrap();
    site.organisation().mutate(&Mutation::Archive { kind: Kind::User, id: user }).unwrap();

    let before = (files(&site), std::fs::read(&database).unwrap());
    let ran = site.done("reconcile --dry-run --output json").await;
    let found: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(of(&found, "candidates")["gone"], 1, "{found:#}");
    assert_eq!(of(&found, "users")["caught_up"], 1, "{found:#}");
    assert_eq!(of(&found, "users")["missed"], 0, "{found:#}");
    assert_eq!(of(&found, "candidates")["checked"], truth(site.organisation(), "candidates").len());
    assert_eq!(
        before,
        (files(&site), std::fs::read(&database).unwrap()),
        "nothing was changed, nothing is left"
    );
    assert!(sqlite(&database, "candidates").contains_key(&gone));

    let ran = site.done("reconcile candidates applications").await;
    assert!(ran.stderr.contains("are marked as gone"), "{}", ran.stderr);
    for stream in ["candidates", "applications"] {
        assert_eq!(sqlite(&database, stream), truth(site.organisation(), stream), "{stream}");
    }
    let ran = site.done("reconcile --output json").await;
    let found: Value = serde_json::from_str(&ran.stdout).unwrap();
    for stream in ["candidates", "applications", "openings", "users"] {
        let of = of(&found, stream);
        assert_eq!((&of["gone"], &of["missed"]), (&json!(0), &json!(0)), "{of:#}");
    }

    for wrong in ["reconcile candidate", "reconcile jobs", "reconcile --to stdout"] {
        let ran = site.run(wrong).await;
        assert_eq!(ran.code, Some(2), "{wrong}: {}", ran.stderr);
    }
    site.done("sync users --to jsonl:out").await;
    let ran = site.run("reconcile --dry-run --to jsonl:out").await;
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(ran.stderr.contains("cannot be copied"), "{}", ran.stderr);
    site.done("reconcile --to jsonl:out").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_so_many_are_gone_at_once_somebody_is_asked() {
    let site = Site::new().await;
    let database = site.path("ashby.db");
    site.done("sync candidates").await;
    let before = truth(site.organisation(), "candidates");
    for id in before.keys().take(before.len() * 2 / 3).cloned() {
        site.organisation().mutate(&Mutation::Delete { kind: Kind::Candidate, id }).unwrap();
    }
    let ran = site.run("sync candidates --full").await;
    assert_eq!(ran.code, Some(2), "{ran:#?}");
    let asks = format!(
        "decide: not listed and kept all the same: {} of {} rows",
        before.len() * 2 / 3,
        before.len()
    );
    assert!(ran.stderr.contains(&asks) && ran.stderr.contains("--reconcile accept"), "{ran:#?}");
    assert_eq!(sqlite(&database, "candidates").len(), before.len());
    // Nobody has decided yet.
    assert_eq!(site.run("sync candidates --full").await.code, Some(2));
    assert_eq!(sqlite(&database, "candidates").len(), before.len());
    site.done("sync candidates --full --reconcile accept").await;
    assert_eq!(sqlite(&database, "candidates"), truth(site.organisation(), "candidates"));
    site.done("sync candidates --full").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_token_hid_is_told_as_missed() {
    let site = Site::new().await;
    site.done("sync users").await;
    let user = truth(site.organisation(), "users").into_keys().next().unwrap();
    site.organisation().mutate(&Mutation::Archive { kind: Kind::User, id: user }).unwrap();
    // The listing by token leaves out the one that changed, the listing of everything does not.
    site.server.faults().add(FaultRule::new("user.list", Fault::NoRecords).token(true).times(2));
    for command in ["reconcile --dry-run --output json", "reconcile --output json"] {
        let ran = site.done(command).await;
        let found: Value = serde_json::from_str(&ran.stdout).unwrap();
        let users = of(&found, "users");
        assert_eq!(
            (&users["missed"], &users["caught_up"], &users["gone"]),
            (&json!(1), &json!(0), &json!(0)),
            "{command}: {found:#}"
        );
    }
    assert_eq!(sqlite(&site.path("ashby.db"), "users"), truth(site.organisation(), "users"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_in_a_database_server_is_rolled_back() {
    if private_postgres::shared().is_none() {
        return;
    }
    let site = Site::new().await;
    let to = postgres::address(&site);
    site.done(&format!("sync candidates applications users --to {to}")).await;
    let gone = truth(site.organisation(), "candidates").into_keys().next().unwrap();
    site.organisation().mutate(&Mutation::Delete { kind: Kind::Candidate, id: gone }).unwrap();
    let user = truth(site.organisation(), "users").into_keys().next().unwrap();
    site.organisation().mutate(&Mutation::Archive { kind: Kind::User, id: user }).unwrap();
    let everything = "SELECT (SELECT json_agg(c ORDER BY _key) FROM candidates c), (SELECT json_agg(u ORDER BY _key) FROM users u),
        (SELECT json_agg(r) FROM _ashby_run r), (SELECT json_agg(s ORDER BY stream) FROM _ashby_state s)";
    let before = postgres::sql(&site, everything);
    for _ in 0..2 {
        let ran = site.done(&format!("reconcile --dry-run --output json --to {to}")).await;
        let found: Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!(of(&found, "candidates")["gone"], 1, "{found:#}");
        assert_eq!(of(&found, "users")["caught_up"], 1, "{found:#}");
        assert_eq!(of(&found, "users")["missed"], 0, "what the first pass brought is there: {found:#}");
    }
    assert_eq!(postgres::sql(&site, everything), before, "nothing was changed");
    site.done(&format!("reconcile --to {to}")).await;
    for stream in ["candidates", "applications", "users"] {
        assert_eq!(postgres::records(&site, stream), truth(site.organisation(), stream), "{stream}");
    }
}

/// What another key does not see is not gone, and that this key is another one is not forgotten with a position (I6).
#[tokio::test(flavor = "multi_thread")]
async fn a_reset_forgets_from_where_to_go_on_and_not_who_saw_the_rows() {
    let keys = vec![Key::full("sim-key"), Key::full("a-narrower-key")];
    let site = Site::with(&shape(), ServerOptions { keys, ..ServerOptions::default() }).await;
    for to in ["sqlite:a.db", "jsonl:lines", "parquet:lake"] {
        site.done(&format!("sync jobs --to {to}")).await;
        site.done(&format!("state reset jobs --to {to}")).await;
        let hidden = truth(site.organisation(), "jobs").into_keys().next().unwrap();
        site.organisation().mutate(&Mutation::Delete { kind: Kind::Job, id: hidden }).unwrap();
        let mut narrower = site.ashby(&format!("sync jobs --to {to}"));
        narrower.env("ASHBY_API_KEY", "a-narrower-key");
        let ran = run(narrower).await;
        assert_eq!(ran.code, Some(0), "{ran:#?}");
        assert!(ran.stderr.contains("with another key before"), "{to}: {}", ran.stderr);
        assert!(ran.stderr.contains("others have seen them"), "{to}: {}", ran.stderr);
        assert!(!ran.stderr.contains("is marked as deleted"), "{to}: {}", ran.stderr);
    }
}

/// What the seed makes of a company of this size: no record of one is another's.
async fn company(seed: u64) -> Site {
    Site::with(&Shape { seed, ..shape() }, ServerOptions::default()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_organisation_is_refused_before_anything_of_it_is_written() {
    let (mine, theirs) = (company(1).await, company(2).await);
    let database = mine.path("ashby.db");
    mine.done("sync users candidates").await;
    let held = || async {
        let rows = ["users", "candidates"].map(|stream| sqlite(&database, stream));
        (rows, mine.done("state export").await.stdout)
    };
    let before = held().await;
    let from_theirs = |arguments: &str| {
        let mut command = mine.ashby(arguments);
        command.env("ASHBY_BASE_URL", theirs.server.base_url());
        run(command)
    };
    let ran = from_theirs("sync users candidates").await;
    assert_eq!(ran.code, Some(2), "{ran:#?}");
    for said in ["this looks like another organisation", "another destination", "--reconcile accept"] {
        assert!(ran.stderr.contains(said), "{}", ran.stderr);
    }
    assert!(held().await == before, "something was written");
    let ran = from_theirs("sync users candidates --reconcile accept").await;
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    for stream in ["users", "candidates"] {
        assert_eq!(sqlite(&database, stream), truth(theirs.organisation(), stream), "{stream}");
    }
}
