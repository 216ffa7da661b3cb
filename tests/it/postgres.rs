//! `--to postgres://…` as people run it.

use std::time::Duration;

use ashby_sim::{Fault, FaultRule};
use private_postgres::{Cluster, SUPERUSER};
use serde_json::Value;

use crate::support::postgres::{address, records, schema, sql};
use crate::support::{Site, ended, run, start, truth};

const STREAMS: [&str; 6] =
    ["applications", "candidates", "jobs", "users", "interview_events", "archive_reasons"];

fn assert_exact(site: &Site) {
    for stream in STREAMS {
        assert_eq!(records(site, stream), truth(site.organisation(), stream), "{stream}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_company_is_kept_up_to_date_and_can_be_asked() {
    if private_postgres::shared().is_none() {
        return;
    }
    let site = Site::new().await;
    let sync = format!("sync --to {}", address(&site));
    site.done(&sync).await;
    assert_exact(&site);
    let counted = sql(
        &site,
        "SELECT status, count(*) FROM applications WHERE _deleted_at IS NULL GROUP BY 1 ORDER BY 1",
    );
    let of_truth = truth(site.organisation(), "applications");
    let hired = of_truth.values().filter(|application| application["status"] == "Hired").count();
    assert!(counted.lines().any(|line| line == format!("Hired|{hired}")), "{counted}");
    // What the catalog knows has the catalog's types, and no value was left out for them.
    let types = "SELECT DISTINCT data_type FROM information_schema.columns
        WHERE table_schema = current_schema() AND column_name IN ('created_at', 'updated_at')
          AND table_name IN ('applications', 'candidates')";
    assert_eq!(sql(&site, types), "timestamp with time zone");
    let empty = "SELECT count(*) FROM candidates WHERE created_at IS NULL OR name IS NULL OR name <> _record ->> 'name'";
    let filled = sql(&site, empty);
    assert_eq!(filled, "0");

    site.organisation().churn(40, 5);
    site.done(&sync).await;
    let before = sql(&site, "SELECT count(*), max(_captured_at) FROM candidates");
    let ran = site.done(&sync).await;
    assert_eq!(sql(&site, "SELECT count(*), max(_captured_at) FROM candidates"), before, "{ran:#?}");
    site.done(&format!("{sync} --full")).await;
    assert_exact(&site);
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_that_reads_a_destination_reads_this_one() {
    if private_postgres::shared().is_none() {
        return;
    }
    let site = Site::new().await;
    let to = address(&site);
    let ran = site.done(&format!("doctor --to {to} --output json")).await;
    assert!(ran.stdout.contains("not there yet"), "{}", ran.stdout);
    let ran = site.done(&format!("state show --to {to}")).await;
    assert!(ran.stderr.contains("nothing is saved yet"), "{ran:#?}");
    let ran = site.done(&format!("sync users jobs --dry-run --to {to}")).await;
    assert!(ran.stdout.contains("users") || ran.stderr.contains("users"), "{ran:#?}");
    assert_eq!(
        private_postgres::shared().unwrap().sql(
            "postgres",
            &format!("SELECT count(*) FROM pg_namespace WHERE nspname = '{}'", schema(&site))
        ),
        "0",
        "looking has made something"
    );

    site.done(&format!("sync users jobs --to {to}")).await;
    let ran = site.done(&format!("doctor --to {to} --output json")).await;
    let users = truth(site.organisation(), "users").len();
    assert!(ran.stdout.contains(&format!("users: {users} records")), "{}", ran.stdout);
    assert!(ran.stdout.contains("PostgreSQL 1"), "{}", ran.stdout);
    let ran = site.done(&format!("state export --to {to}")).await;
    let state: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert!(state["streams"]["users"].is_object(), "{state}");
    std::fs::write(site.path("state.json"), &ran.stdout).unwrap();
    site.done(&format!("state reset users --to {to}")).await;
    assert_eq!(site.to_be_listed(&to).await, [("jobs".to_owned(), false), ("users".to_owned(), true)]);
    site.done(&format!("state import state.json --to {to}")).await;
    assert_eq!(site.to_be_listed(&to).await, [("jobs".to_owned(), false), ("users".to_owned(), false)]);
    site.done(&format!("sync users jobs --to {to}")).await;
    assert_eq!(records(&site, "users"), truth(site.organisation(), "users"));
    let ran = site.done(&format!("status --to {to}")).await;
    assert!(ran.stdout.contains("users"), "{ran:#?}");
    let ran = site.done(&format!("--show-config --to {to}")).await;
    assert!(ran.stdout.contains("postgres://"), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_run_is_told_who_has_it() {
    if private_postgres::shared().is_none() {
        return;
    }
    let site = Site::new().await;
    let sync = format!("sync users --to {}", address(&site));
    site.server.faults().add(FaultRule::new("user.list", Fault::Hold));
    let first = start(site.ashby(&sync));
    site.held().await;
    let process = first.id().unwrap();
    let ran = site.run(&format!("sync jobs --to {}", address(&site))).await;
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert!(ran.stderr.contains("another run") && ran.stderr.contains(&process.to_string()), "{ran:#?}");
    site.server.faults().clear();
    assert_eq!(ended(first).await.code, Some(0));
    assert_eq!(records(&site, "users"), truth(site.organisation(), "users"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_goes_nowhere_but_to_the_server() {
    let Some(cluster) = private_postgres::shared() else { return };
    const SECRET: &str = "pa55-w0rd";
    let site = Site::new().await;
    cluster.sql(
        "postgres",
        &format!("CREATE ROLE scram LOGIN PASSWORD '{SECRET}'; CREATE SCHEMA locked AUTHORIZATION scram"),
    );
    let to = cluster.address("scram", "postgres", "schema=locked");
    for (password, code) in [(SECRET, 0), ("wr0ng-0ne", 3)] {
        for arguments in
            ["sync users --log debug -v", "doctor", "state show", "status", "--show-config", "sync --dry-run"]
        {
            let mut command = site.ashby(&format!("{arguments} --to {to}"));
            command.env("PGPASSWORD", password);
            let ran = run(command).await;
            let told = format!("{}{}", ran.stdout, ran.stderr);
            assert!(!told.contains(password), "{arguments}: {told}");
            if arguments.starts_with("sync users") || (code == 0 && arguments != "doctor") {
                assert_eq!(ran.code, Some(code), "{arguments}: {told}");
            }
        }
    }
    for to in ["postgres://scram:pa55-w0rd@127.0.0.1/x", "postgres://scram@127.0.0.1/x?password=pa55-w0rd"] {
        let ran = site.run(&format!("sync users --to {to}")).await;
        assert_eq!(ran.code, Some(2), "{ran:#?}");
        assert!(ran.stderr.contains("PGPASSWORD") && !ran.stderr.contains(SECRET), "{ran:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_restarts_in_the_middle_is_waited_for() {
    let Some(cluster) = Cluster::start("") else { return };
    let site = Site::new().await;
    let to = cluster.address(SUPERUSER, "postgres", "schema=raw");
    site.server.faults().add(FaultRule::new("*", Fault::Hold).after(12));
    let child =
        start(site.ashby(&format!("sync candidates applications users jobs --page-limit 20 --to {to}")));
    site.held().await;
    cluster.crash();
    site.server.faults().clear();
    tokio::time::sleep(Duration::from_millis(300)).await;
    cluster.resume();
    let ran = ended(child).await;
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    assert!(ran.stderr.contains("it is tried again"), "{ran:#?}");
    for stream in ["candidates", "applications", "users", "jobs"] {
        let count =
            cluster.sql("postgres", &format!("SELECT count(*) FROM raw.{stream} WHERE _deleted_at IS NULL"));
        assert_eq!(count, truth(site.organisation(), stream).len().to_string(), "{stream}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_not_there_is_told_with_what_to_do() {
    let site = Site::new().await;
    let to = "postgres://u@127.0.0.1:1/x";
    let ran = site.run(&format!("sync users --to {to}")).await;
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert!(ran.stderr.contains("127.0.0.1:1") && ran.stderr.contains("hint:"), "{ran:#?}");
    let ran = site.run(&format!("doctor --to {to} --output json")).await;
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert!(ran.stdout.contains("127.0.0.1:1"), "{ran:#?}");
    let ran = site.run(&format!("state show --to {to}")).await;
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    let ran = site.run("sync users --to postgres://u@127.0.0.1/x?shema=y").await;
    assert!(ran.code == Some(2) && ran.stderr.contains("did you mean `schema`?"), "{ran:#?}");
}
