//! `ashby models`, and the model beside a sync.

use std::path::Path;
use std::time::Duration;

use ashby_sim::{Kind, Mutation};
use serde_json::{Map, Value};

use crate::support::{Ran, Site, query, signal, start, truth, until};

impl Site {
    /// The command, with a model kept.
    async fn modelled(&self, arguments: &str) -> Ran {
        let mut command = self.ashby(arguments);
        command.env("ASHBY_MODELS", "auto");
        crate::support::run(command).await
    }
}

fn count(site: &Site, table: &str) -> u64 {
    query(&site.path("ashby.model.db"), &format!("SELECT count(*) FROM {table}"))[0][0].parse().unwrap()
}

/// How many there are in truth.
fn applications(site: &Site) -> u64 {
    truth(site.organisation(), "applications").len() as u64
}

/// Somebody applies.
fn apply(site: &Site) {
    let new = Mutation::Create { kind: Kind::Application, parent: None, fields: Map::new() };
    site.organisation().mutate(&new).unwrap();
}

fn json(ran: &Ran) -> Value {
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    serde_json::from_str(&ran.stdout).unwrap()
}

#[tokio::test]
async fn a_sync_keeps_the_model_up() {
    let site = Site::new().await;
    assert_eq!(site.modelled("sync --all").await.code, Some(0));
    assert_eq!(count(&site, "applications"), applications(&site));
    assert!(count(&site, "application_stage_intervals") > 100);
    assert_eq!(site.run("models check").await.code, Some(0));
    let report = json(&site.modelled("models build --output json").await);
    assert_eq!((&report["mode"], report["tables"].as_object().unwrap().len()), (&"incremental".into(), 0));
    // What changed, and nothing else.
    apply(&site);
    apply(&site);
    assert_eq!(site.modelled("sync applications candidates").await.code, Some(0));
    assert_eq!(count(&site, "applications"), applications(&site));
    assert_eq!(site.run("models check").await.code, Some(0));
    // Another zone is another model.
    let mut command = site.ashby("models build --output json");
    command.env("ASHBY_TIMEZONE", "Asia/Tokyo");
    let report = json(&crate::support::run(command).await);
    assert_eq!(report["mode"], "full");
    let ran = site.run("models describe applications --output json").await;
    assert!(json(&ran).as_array().unwrap().iter().any(|column| column["column"] == "hired_at"));
}

#[tokio::test]
async fn none_is_made_where_none_is_wanted() {
    let site = Site::new().await;
    assert_eq!(site.run("sync users").await.code, Some(0));
    assert!(!site.path("ashby.model.db").exists());
    let ran = site.run("models check").await;
    assert!(ran.code == Some(1) && ran.stderr.contains("ashby models build"), "{ran:?}");
    // What stands in its place is left alone, and fails no sync.
    std::fs::write(site.path("ashby.model.db"), "a letter to my aunt, which is long enough to be read")
        .unwrap();
    let ran = site.modelled("sync users jobs").await;
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stderr.contains("not a model"), "{ran:?}");
    assert!(std::fs::read_to_string(site.path("ashby.model.db")).unwrap().contains("aunt"));
}

#[tokio::test]
async fn who_is_purged_is_purged_from_the_model() {
    let site = Site::new().await;
    assert_eq!(site.modelled("sync --all").await.code, Some(0));
    let database = site.path("ashby.model.db");
    let person = query(
        &database,
        "SELECT candidate_id, primary_email FROM candidates WHERE application_count > 0 LIMIT 1",
    )
    .remove(0);
    let holds = |path: &Path| {
        let bytes = std::fs::read(path).unwrap();
        bytes.windows(person[1].len()).any(|window| window == person[1].as_bytes())
    };
    assert!(holds(&database));
    let ran = site.run(&format!("purge --candidate {} --yes", person[0])).await;
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(!holds(&database));
    assert_eq!(site.run("models check").await.code, Some(0));
}

#[tokio::test]
async fn a_build_that_is_killed_leaves_the_model_that_there_was() {
    let site = Site::new().await;
    assert_eq!(site.modelled("sync --all").await.code, Some(0));
    let before = count(&site, "applications");
    for milliseconds in [5, 20, 60, 120, 250] {
        let child = start(site.ashby("models build --full"));
        tokio::time::sleep(Duration::from_millis(milliseconds)).await;
        signal(&child, "KILL");
        let _ = crate::support::ended(child).await;
        assert_eq!(count(&site, "applications"), before);
    }
    assert_eq!(site.run("models build").await.code, Some(0));
    assert_eq!(site.run("models check").await.code, Some(0));
}

#[tokio::test]
async fn a_watch_keeps_the_model_up_after_each_round() {
    let site = Site::new().await;
    let mut command = site.ashby("sync applications candidates jobs --watch --interval 1s");
    command.env("ASHBY_MODELS", "auto");
    let child = start(command);
    let model = site.path("ashby.model.db");
    let rows = || {
        let connection = rusqlite::Connection::open(&model).ok()?;
        connection.query_row("SELECT count(*) FROM applications", [], |row| row.get::<_, i64>(0)).ok()
    };
    let all = applications(&site) as i64;
    until("the model is there", || model.exists() && rows() == Some(all)).await;
    apply(&site);
    until("the model has what is new", || rows() == Some(all + 1)).await;
    signal(&child, "TERM");
    assert_eq!(crate::support::ended(child).await.code, Some(0));
}

#[tokio::test]
async fn a_sync_that_brings_nothing_mends_a_model_that_is_behind() {
    let site = Site::new().await;
    assert_eq!(site.modelled("sync applications candidates").await.code, Some(0));
    apply(&site);
    // As after a run that was interrupted: the records are there, and the model says nothing of them.
    site.done("sync applications candidates").await;
    assert_eq!(count(&site, "applications") + 1, applications(&site));
    assert_eq!(site.modelled("sync applications candidates").await.code, Some(0));
    assert_eq!(count(&site, "applications"), applications(&site));
}
