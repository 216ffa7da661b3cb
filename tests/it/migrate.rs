//! `ashby migrate check` as people run it.

use ashby_sim::{Kind, Mutation};
use serde_json::Value;

use crate::support::postgres::{address, schema, sql};
use crate::support::{Site, truth};

/// Tables as Airbyte's destination leaves them, beside ours in the site's schema: named in lower case, with its own columns.
fn fill(site: &Site) {
    make_schema(site);
    sql(
        site,
        "CREATE TABLE old_candidates (_airbyte_raw_id text, _airbyte_meta jsonb, id text, createdat timestamptz,
             shoesize text);
         CREATE TABLE old_jobs (_airbyte_raw_id text, id text, title text);",
    );
    for (table, stream) in [("old_candidates", "candidates"), ("old_jobs", "jobs")] {
        for id in truth(site.organisation(), stream).keys() {
            sql(site, &format!("INSERT INTO {table} (_airbyte_raw_id, id) VALUES ('x', '{id}')"));
        }
    }
}

fn make_schema(site: &Site) {
    sql(site, &format!("CREATE SCHEMA IF NOT EXISTS \"{}\"", schema(site)));
}

fn of<'a>(compared: &'a Value, stream: &str) -> &'a Value {
    compared.as_array().unwrap().iter().find(|of| of["stream"] == stream).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_connector_has_brought_is_compared_with_what_is_held() {
    if private_postgres::shared().is_none() {
        return;
    }
    let site = Site::new().await;
    fill(&site);
    let candidates = truth(site.organisation(), "candidates").len() as u64;
    let gone = truth(site.organisation(), "candidates").keys().next().unwrap().clone();
    for to in ["sqlite:ashby.db".to_owned(), address(&site)] {
        site.done(&format!("sync candidates jobs --to {to}")).await;
    }
    // One that Ashby deletes, one that it never had, one that came twice, one without a key.
    site.organisation().mutate(&Mutation::Delete { kind: Kind::Candidate, id: gone }).unwrap();
    sql(
        &site,
        "INSERT INTO old_candidates (id) VALUES ('c0ffee00-0000-4000-8000-000000000000'), (NULL);
         INSERT INTO old_jobs SELECT * FROM old_jobs LIMIT 1;",
    );
    let from = address(&site);
    for to in ["sqlite:ashby.db".to_owned(), address(&site)] {
        site.done(&format!("sync candidates --full --to {to}")).await;
        let check = format!("migrate check --from {from} --prefix OLD_ --to {to} --output json");
        let ran = site.run(&check).await;
        assert_eq!(ran.code, Some(1), "{ran:#?}");
        let compared: Value = serde_json::from_str(&ran.stdout).unwrap();
        let people = of(&compared, "candidates");
        for (what, count) in [
            ("there", candidates + 1),
            ("here", candidates - 1),
            ("both", candidates - 1),
            ("gone", 1),
            ("missing", 1),
            ("new", 0),
            ("without_key", 1),
            ("repeated", 0),
        ] {
            assert_eq!(people[what], count, "{what}: {people}");
        }
        assert_eq!(people["missing_keys"], serde_json::json!(["c0ffee00-0000-4000-8000-000000000000"]));
        assert_eq!(people["missing_fields"], serde_json::json!(["shoesize"]));
        let jobs = of(&compared, "jobs");
        assert_eq!((&jobs["repeated"], &jobs["missing"]), (&1.into(), &0.into()), "{jobs}");

        let covered = site.done(&format!("migrate check jobs --from {from} --prefix old_ --to {to}")).await;
        assert!(covered.stderr.contains("everything there is here"), "{covered:#?}");
    }
    assert_eq!(sql(&site, "SELECT count(*) FROM old_jobs WHERE title IS NOT NULL"), "0", "{}", schema(&site));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_other_connector_copied_from_a_parent_is_there_and_what_nobody_declared_is_here() {
    if private_postgres::shared().is_none() {
        return;
    }
    let site = Site::new().await;
    make_schema(&site);
    sql(
        &site,
        "CREATE TABLE old_application_history (id text, application_id text, application_status text,
             application_created_at text, application_updated_at text);
         CREATE TABLE old_interview_stages (id text, interview_plan_is_archived boolean);
         CREATE TABLE old_candidates (id text, shoesize text);",
    );
    let candidate = truth(site.organisation(), "candidates").keys().next().unwrap().clone();
    let patch = serde_json::Map::from_iter([("shoeSize".to_owned(), "44".into())]);
    site.organisation().mutate(&Mutation::Update { kind: Kind::Candidate, id: candidate, patch }).unwrap();
    let from = address(&site);
    for to in ["sqlite:ashby.db".to_owned(), address(&site)] {
        site.done(&format!("sync candidates application_history interview_stages --to {to}")).await;
        let ran = site.done(&format!("migrate check --from {from} --prefix old_ --to {to}")).await;
        assert!(
            ran.stderr.contains("application_status") && ran.stderr.contains("in the parent"),
            "{ran:#?}"
        );
        assert!(ran.stderr.contains("interview_plan_is_archived"), "{ran:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_compared_is_said_and_no_password_with_it() {
    if private_postgres::shared().is_none() {
        return;
    }
    let site = Site::new().await;
    let from = address(&site);
    for (line, expected) in [
        ("migrate check --from mysql://me:hunter2@h/d".to_owned(), "names no PostgreSQL schema"),
        (format!("migrate check --from {from}"), "no table at"),
        (format!("migrate check jobs --from {from}"), "has no table jobs"),
    ] {
        let ran = site.run(&line).await;
        assert_eq!(ran.code, Some(2), "{ran:#?}");
        assert!(ran.stderr.contains(expected) && !ran.stderr.contains("hunter2"), "{ran:#?}");
    }
    make_schema(&site);
    sql(&site, "CREATE TABLE jobs (title text)");
    let ran = site.run(&format!("migrate check --from {from}")).await;
    assert!(ran.stderr.contains("lacks a column for id"), "{ran:#?}");
}
