//! `--to parquet:DIR` as people run it.

use std::path::{Path, PathBuf};

use ashby_sim::{Fault, FaultRule, Kind, Mutation};
use serde_json::Value;

use crate::support::{Site, ended, parquet, start, truth};

const STREAMS: [&str; 6] =
    ["applications", "candidates", "jobs", "users", "interview_events", "archive_reasons"];

fn assert_exact(site: &Site) {
    for stream in STREAMS {
        assert_eq!(parquet(&site.path("lake"), stream), truth(site.organisation(), stream), "{stream}");
    }
}

/// Every Parquet file below a folder, with when it was written.
fn files(folder: &Path) -> Vec<(PathBuf, std::time::SystemTime)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.path() {
            path if path.is_dir() => found.extend(files(&path)),
            path if path.extension().is_some_and(|extension| extension == "parquet") => {
                found.push((path, entry.metadata().unwrap().modified().unwrap()));
            }
            _ => {}
        }
    }
    found.sort();
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn a_company_is_kept_up_to_date_and_quiet_runs_write_no_file() {
    let site = Site::new().await;
    site.done("sync --to parquet:lake").await;
    assert_exact(&site);
    site.organisation().churn(40, 5);
    site.done("sync --to parquet:lake").await;
    let before = files(&site.path("lake"));
    site.done("sync --to parquet:lake").await;
    assert_eq!(files(&site.path("lake")), before, "nothing had changed");
    site.done("sync --full --to parquet:lake").await;
    assert_exact(&site);
    let ran = site.done("compact --to parquet:lake --output json").await;
    let done: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert!(done["files_after"].as_u64().unwrap() <= done["files_before"].as_u64().unwrap(), "{done}");
    assert_exact(&site);
    // What stands is made anew from what was brought.
    let stands = site.path("lake/current/users/users.parquet");
    std::fs::remove_file(&stands).unwrap();
    let ran = site.done("compact --to parquet:lake --output json").await;
    assert!(ran.stdout.contains("users") && stands.exists(), "{ran:#?}");
    assert_exact(&site);
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_that_reads_a_destination_reads_this_one() {
    let site = Site::new().await;
    let ran = site.done("doctor --to parquet:lake --output json").await;
    assert!(ran.stdout.contains("not there yet"), "{}", ran.stdout);
    let ran = site.done("state show --to parquet:lake").await;
    assert!(ran.stderr.contains("nothing is saved yet"), "{ran:#?}");
    let ran = site.done("sync users jobs --dry-run --to parquet:lake").await;
    assert!(ran.stdout.contains("users") || ran.stderr.contains("users"), "{ran:#?}");
    assert!(!site.path("lake").exists(), "looking has made something");

    site.done("sync users jobs --to parquet:lake").await;
    let before = files(&site.path("lake"));
    site.organisation().churn(20, 3);
    site.done("sync users jobs --dry-run --to parquet:lake").await;
    site.done("reconcile users --dry-run --to parquet:lake").await;
    assert_eq!(files(&site.path("lake")), before, "only tried");
    let ran = site.done("doctor --to parquet:lake --output json").await;
    assert!(ran.stdout.contains("users: ") && ran.stdout.contains("commits with records"), "{}", ran.stdout);
    let ran = site.done("state export --to parquet:lake").await;
    let state: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert!(state["streams"]["users"].is_object(), "{state}");
    std::fs::write(site.path("state.json"), &ran.stdout).unwrap();
    site.done("state reset users --to parquet:lake").await;
    assert_eq!(
        site.to_be_listed("parquet:lake").await,
        [("jobs".to_owned(), false), ("users".to_owned(), true)]
    );
    site.done("state import state.json --to parquet:lake").await;
    assert_eq!(
        site.to_be_listed("parquet:lake").await,
        [("jobs".to_owned(), false), ("users".to_owned(), false)]
    );
    site.done("sync users jobs --to parquet:lake").await;
    assert_eq!(parquet(&site.path("lake"), "users"), truth(site.organisation(), "users"));
    let ran = site.done("status --to parquet:lake").await;
    assert!(ran.stdout.contains("users"), "{ran:#?}");
    let ran = site.done("reconcile users --to parquet:lake").await;
    assert_eq!(ran.code, Some(0), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_run_is_told_who_has_it() {
    let site = Site::new().await;
    site.server.faults().add(FaultRule::new("user.list", Fault::Hold));
    let first = start(site.ashby("sync users --to parquet:lake"));
    site.held().await;
    let process = first.id().unwrap();
    let ran = site.run("sync jobs --to parquet:lake").await;
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert!(ran.stderr.contains(&process.to_string()), "{ran:#?}");
    let ran = site.run("compact --to parquet:lake").await;
    assert_ne!(ran.code, Some(0), "{ran:#?}");
    site.server.faults().clear();
    assert_eq!(ended(first).await.code, Some(0));
    assert_eq!(parquet(&site.path("lake"), "users"), truth(site.organisation(), "users"));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_left_of_a_person_who_is_to_be_forgotten() {
    let site = Site::new().await;
    let sync = "sync candidates applications candidate_notes --to parquet:lake";
    site.done(sync).await;
    let candidates = truth(site.organisation(), "candidates");
    let (id, record) = candidates.iter().next().unwrap();
    let name = record["name"].as_str().unwrap();
    site.organisation().churn(30, 9);
    site.done(sync).await;
    let holds = || {
        let streams = ["candidates", "applications", "candidate_notes"];
        let rows = |stream| histories::lake::rows(&site.path("lake"), stream).unwrap();
        streams.iter().flat_map(|stream| rows(stream)).filter(|(_, row)| row.body.contains(name)).count()
    };
    assert!(holds() > 0);
    let versions = |text: &str| {
        let all = files(&site.path("lake")).into_iter().map(|(path, _)| texts_in(&path));
        all.flatten().filter(|row| row.contains(text)).count()
    };
    assert!(versions(id) > 1);
    let ran = site.run(&format!("purge --candidate {id} --yes --to parquet:lake")).await;
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    assert_eq!(holds(), 0, "what stands or is newer");
    assert_eq!(versions(&format!("\"name\":\"{name}\"")), 0, "in any file");

    let ran = site.run("purge applications --everything --yes --to parquet:lake").await;
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    assert!(
        !site.path("lake/current/applications").exists() && !site.path("lake/changes/applications").exists()
    );
    site.done(sync).await;
    assert_eq!(parquet(&site.path("lake"), "applications"), truth(site.organisation(), "applications"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_gone_goes_from_every_file_and_the_next_sync_goes_on() {
    let site = Site::new().await;
    let sync = "sync candidates --to parquet:lake";
    site.done(sync).await;
    let (id, record) = truth(site.organisation(), "candidates").into_iter().next().unwrap();
    let email = record["primaryEmailAddress"]["value"].as_str().unwrap();
    site.organisation().mutate(&Mutation::Delete { kind: Kind::Candidate, id }).unwrap();
    site.done(&format!("{sync} --full")).await;
    let holds = || {
        let texts = files(&site.path("lake")).into_iter().map(|(path, _)| texts_in(&path));
        texts.flatten().filter(|row| row.contains(email)).count()
    };
    assert!(holds() > 0, "a change from earlier has it");
    let ran = site.done("purge --yes --to parquet:lake --output json").await;
    let told: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(told["streams"]["candidates"]["gone"], 1, "{told:#}");
    assert_eq!(holds(), 0);
    site.log().clear();
    site.done(sync).await;
    let asked = site.log().of("candidate.list");
    assert!(!asked.is_empty() && asked.iter().all(|entry| entry.parameters.contains_key("syncToken")));
    assert_eq!(parquet(&site.path("lake"), "candidates"), truth(site.organisation(), "candidates"));
}

/// The records in a file, whether they count or not.
fn texts_in(path: &Path) -> Vec<String> {
    use arrow_array::cast::AsArray as _;
    let reader = ::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(
        std::fs::File::open(path).unwrap(),
    );
    let mut texts = Vec::new();
    for batch in reader.unwrap().build().unwrap() {
        let batch = batch.unwrap();
        let Some(records) = batch.column_by_name("_record") else { continue };
        texts.extend(records.as_string::<i32>().iter().flatten().map(str::to_owned));
    }
    texts
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_in_an_address_are_refused_and_not_repeated() {
    let site = Site::new().await;
    for to in ["parquet:s3://AKIAX:pa55w0rd@lake/x", "parquet:s3://lake/x?secret_access_key=pa55w0rd"] {
        let ran = site.run(&format!("sync users --to {to}")).await;
        assert_eq!(ran.code, Some(2), "{ran:#?}");
        assert!(ran.stderr.contains("AWS_ACCESS_KEY_ID") && !ran.stderr.contains("pa55w0rd"), "{ran:#?}");
        let ran = site.run(&format!("--show-config --to {to}")).await;
        assert!(!format!("{ran:?}").contains("pa55w0rd"), "{ran:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn schemas_are_told_in_every_language() {
    let site = Site::new().await;
    site.done("sync candidates --to parquet:lake").await;
    let arrow = site.done("schema candidates --format arrow").await;
    let said: Value = serde_json::from_str(&arrow.stdout).unwrap();
    let said: Vec<&str> = said["schema"]["fields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|field| field["name"].as_str().unwrap())
        .collect();
    let file = std::fs::File::open(site.path("lake/current/candidates/candidates.parquet")).unwrap();
    let reader = ::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
    let there: Vec<&str> = reader.schema().fields().iter().map(|field| field.name().as_str()).collect();
    // What nobody declared stands behind.
    assert_eq!(there.iter().filter(|name| said.contains(name)).copied().collect::<Vec<_>>(), said);

    for (arguments, expected) in [
        ("schema candidates --dialect postgres", "\"created_at\" timestamptz"),
        ("schema candidates --to sqlite:x.db", "\"createdAt\" TEXT"),
        ("schema --all --dialect bigquery", "CREATE TABLE `applications`"),
        ("schema candidates --format jsonschema", "\"createdAt\""),
        ("schema candidates --format avro", "timestamp-micros"),
        ("schema candidates --format dbt", "- name: \"candidates\""),
        (
            "schema candidates --format views --to parquet:lake",
            "read_parquet('lake/current/candidates/*.parquet')",
        ),
    ] {
        let ran = site.done(arguments).await;
        assert!(ran.stdout.contains(expected), "{arguments}: {}", ran.stdout);
    }
    for wrong in ["schema", "schema nothing", "schema jobs --dialect mysql", "schema jobs --format views"] {
        assert_eq!(site.run(wrong).await.code, Some(2), "{wrong}");
    }
}
