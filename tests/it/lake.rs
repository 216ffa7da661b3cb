//! `--to parquet:…` read by the programs that it is for, from directories and from an S3 server.

use ashby_sim::{Fault, FaultRule};
use tokio::process::Command;

use crate::support::lake::{Moto, moto, python, read, with_moto};
use crate::support::{Ran, Site, ended, own, run, signal, start, truth};

const TO: &str = "parquet:s3://lake/ashby?lease_s=2";

fn assert_exact(site: &Site, told: &std::collections::BTreeMap<String, crate::support::Records>) {
    for (stream, records) in told.iter().filter(|(stream, _)| !EMPTY_TRUTH.contains(&&***stream)) {
        assert_eq!(own(stream, records.clone()), truth(site.organisation(), stream), "{stream}");
    }
}

/// What the simulator does not list as the stream has it: children of others, and keys of several fields.
const EMPTY_TRUTH: [&str; 6] = [
    "application_history",
    "application_criteria_evaluations",
    "api_versions",
    "api_key",
    "referral_form_info",
    "files",
];

fn command(site: &Site, arguments: &str, moto: &Moto) -> Command {
    let mut command = site.ashby(arguments);
    with_moto(&mut command, moto);
    command
}

async fn done(site: &Site, arguments: &str, moto: &Moto) -> Ran {
    let ran = run(command(site, arguments, moto)).await;
    assert_eq!(ran.code, Some(0), "ashby {arguments}: {ran:#?}");
    assert!(!format!("{ran:?}").contains("s3cr3t"), "{ran:#?}");
    ran
}

const STREAMS: &str = "applications candidates jobs users interview_schedules interview_events offers archive_reasons \
                       candidate_notes sources";

#[tokio::test(flavor = "multi_thread")]
async fn duckdb_and_pyarrow_read_from_a_directory_what_ashby_lists() {
    let Some(python) = python() else { return };
    let site = Site::new().await;
    let sync = format!("sync {STREAMS} --to parquet:lake");
    site.done(&sync).await;
    assert_exact(&site, &read(&python, &site, "lake", None));
    site.organisation().churn(60, 4);
    site.done(&sync).await;
    site.organisation().churn(60, 5);
    site.done(&format!("{sync} --full")).await;
    let told = read(&python, &site, "lake", None);
    assert_eq!(told.len(), STREAMS.split_whitespace().count());
    assert_exact(&site, &told);
    let views = site.done("schema jobs users --format views --to parquet:lake").await.stdout;
    let counted = std::process::Command::new(&python)
        .args(["-c", "import duckdb, sys; duckdb.sql(sys.argv[1]); print(duckdb.sql('select (select count(*) from jobs), (select count(*) > 0 from users_changes)').fetchall())", &views])
        .current_dir(site.directory.path())
        .output()
        .unwrap();
    let jobs = truth(site.organisation(), "jobs").len();
    assert_eq!(String::from_utf8_lossy(&counted.stdout).trim(), format!("[({jobs}, True)]"), "{counted:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_store_holds_what_ashby_lists() {
    let Some(python) = python() else { return };
    let moto = moto(&python);
    let site = Site::new().await;
    let sync = format!("sync {STREAMS} --to {TO}");
    done(&site, &format!("sync users --dry-run --to {TO}"), &moto).await;
    done(&site, &sync, &moto).await;
    assert_exact(&site, &read(&python, &site, "lake/ashby", Some(&moto)));
    site.organisation().churn(60, 4);
    done(&site, &sync, &moto).await;
    site.organisation().churn(60, 5);
    done(&site, &format!("{sync} --full"), &moto).await;
    assert_exact(&site, &read(&python, &site, "lake/ashby", Some(&moto)));
    let ran = run(command(&site, &format!("doctor --to {TO} --output json"), &moto)).await;
    assert!(ran.stdout.contains("written to on conditions"), "{ran:#?}");
    done(&site, &format!("compact --to {TO}"), &moto).await;
    done(&site, &format!("status --to {TO}"), &moto).await;
    let exported = done(&site, &format!("state export --to {TO}"), &moto).await;
    assert!(exported.stdout.contains("\"users\""), "{exported:#?}");
    done(&site, &format!("state reset users --to {TO}"), &moto).await;
    done(&site, &sync, &moto).await;
    let (id, _) = truth(site.organisation(), "candidates").into_iter().next().unwrap();
    done(&site, &format!("purge --candidate {id} --yes --to {TO}"), &moto).await;
    let told = read(&python, &site, "lake/ashby", Some(&moto));
    assert!(!told["candidates"].contains_key(&id));
    assert_eq!(told["candidates"].len() + 1, truth(site.organisation(), "candidates").len());
}

/// Runs that stand still in the middle: one is killed, another one only sleeps until a third has taken its place.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_gone_is_followed_and_one_that_was_only_asleep_writes_nothing_more() {
    let Some(python) = python() else { return };
    let moto = moto(&python);
    let site = Site::new().await;
    let sync = format!("sync {STREAMS} --page-size 20 --to {TO}");
    for requests in [1, 15, 30] {
        site.server.faults().add(FaultRule::new("*", Fault::Hold).after(requests));
        let mut killed = start(command(&site, &format!("{sync} --full"), &moto));
        site.held().await;
        if requests == 15 {
            let second = run(command(&site, &sync, &moto)).await;
            assert_eq!(second.code, Some(1), "{second:#?}");
            assert!(second.stderr.contains(&killed.id().unwrap().to_string()), "{second:#?}");
        }
        killed.kill().await.unwrap();
        site.server.faults().clear();
        site.organisation().churn(20, u64::from(requests));
        done(&site, &sync, &moto).await;
    }
    done(&site, &format!("{sync} --full"), &moto).await;
    assert_exact(&site, &read(&python, &site, "lake/ashby", Some(&moto)));

    site.server.faults().add(FaultRule::new("*", Fault::Hold).after(12));
    let asleep = start(command(&site, &format!("{sync} --full"), &moto));
    site.held().await;
    signal(&asleep, "STOP");
    site.server.faults().clear();
    site.organisation().churn(20, 77);
    done(&site, &format!("{sync} --full"), &moto).await;
    let told = read(&python, &site, "lake/ashby", Some(&moto));
    assert_exact(&site, &told);
    signal(&asleep, "CONT");
    let ran = ended(asleep).await;
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert!(ran.stderr.contains("another run has taken over"), "{ran:#?}");
    assert_eq!(read(&python, &site, "lake/ashby", Some(&moto)), told);
    done(&site, &sync, &moto).await;
    assert_exact(&site, &read(&python, &site, "lake/ashby", Some(&moto)));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_object_store_refuses_is_told_with_what_to_do() {
    let Some(python) = python() else { return };
    let moto = moto(&python);
    let site = Site::new().await;
    let ran = run(command(&site, "sync users --to parquet:s3://nobodys/ashby", &moto)).await;
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert!(
        ran.stderr.contains("s3://nobodys/ashby") && ran.stderr.contains("bucket must be there"),
        "{ran:#?}"
    );
    assert!(!format!("{ran:?}").contains("s3cr3t"), "{ran:#?}");
}
