//! `ashby report run`.

use serde_json::Value;

use crate::support::stub::Stub;
use crate::support::{Site, bare, run};

pub(crate) const REPORT: &str = "f9e52a51-a075-4116-a7b8-484deba69004";

#[tokio::test(flavor = "multi_thread")]
async fn a_report_is_printed_in_every_format() {
    let site = Site::new().await;
    let csv = site.done(&format!("report run {REPORT} --output csv")).await;
    let bare = site.done(&format!("report run {REPORT} --no-headers --output csv")).await;
    let (heading, rows) = csv.stdout.split_once('\n').unwrap();
    assert_eq!(rows, bare.stdout);

    let json: Value =
        serde_json::from_str(&site.done(&format!("report run {REPORT} --output json")).await.stdout).unwrap();
    let columns: Vec<&str> =
        json["columns"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    assert_eq!(columns.join(","), heading);
    assert_eq!(json["rows"].as_array().unwrap().len(), bare.stdout.lines().count());
    let table = site.done(&format!("report run {REPORT} --output table")).await;
    assert!(columns.iter().all(|name| table.stdout.contains(name)), "{table:#?}");

    site.done(&format!("report run {REPORT} -o report.csv")).await;
    assert_eq!(std::fs::read_to_string(site.path("report.csv")).unwrap(), csv.stdout);
    site.done(&format!("report run {REPORT} -o report.ndjson")).await;
    let lines = std::fs::read_to_string(site.path("report.ndjson")).unwrap();
    assert_eq!(lines, site.done(&format!("report run {REPORT} --output ndjson")).await.stdout);
    let first: Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
    assert_eq!(first[columns[0]], json["rows"][0][0]);
    assert_eq!(lines.lines().count(), bare.stdout.lines().count());
    let piped = site.done(&format!("report run {REPORT}")).await.stdout;
    assert_eq!(
        serde_json::from_str::<Value>(&piped).unwrap()["rows"],
        json["rows"],
        "JSON where no terminal is"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn no_heading_of_a_report_is_run_by_a_spreadsheet() {
    let stub = Stub::start(|_| {
        r#"{"success":true,"results":{"requestId":"r","status":"complete",
            "reportData":{"data":[["-12.5","@x"]],"columnNames":["=1+1","+a"]}}}"#
            .to_owned()
    })
    .await;
    let directory = tempfile::tempdir().unwrap();
    let mut command = bare(directory.path(), &format!("report run {REPORT} --output csv"));
    command.env("ASHBY_API_KEY", "k").env("ASHBY_BASE_URL", &stub.url);
    let ran = run(command).await;
    assert_eq!(ran.stdout, "\"'=1+1\",\"'+a\"\n-12.5,\"'@x\"\n", "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_report_says_why() {
    let site = Site::new().await;
    let ran = site.run(&format!("report run {}", ashby_sim::FAILING_REPORT)).await;
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert!(ran.stderr.contains("QueryTimeout") && ran.stderr.contains("hint:"), "{ran:#?}");
    let ran = site.run("report run funnel").await;
    assert!(ran.code == Some(2) && ran.stderr.contains("UUID"), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_is_run_by_the_name_that_settings_give_it() {
    let site = Site::new().await;
    let none = site.done("report list").await;
    assert!(none.stderr.contains("Ashby's API lists no reports"), "{none:#?}");
    let unknown = site.run("report run pipeline").await;
    assert!(unknown.code == Some(2) && unknown.stderr.contains("reports.NAME"), "{unknown:#?}");
    std::fs::write(site.path("ashby.toml"), format!("[reports]\npipeline = \"{REPORT}\"\nodd = \"x\"\n"))
        .unwrap();
    let named = site.done("report run pipeline --output json").await;
    assert_eq!(named.stdout, site.done(&format!("report run {REPORT} --output json")).await.stdout);
    let listed: Value = serde_json::from_str(&site.done("report list --output json").await.stdout).unwrap();
    assert_eq!(listed[1], serde_json::json!({"name": "pipeline", "id": REPORT}));
    for (name, says) in [("pipelin", "did you mean pipeline"), ("odd", "reports.odd is no id")] {
        let ran = site.run(&format!("report run {name}")).await;
        assert!(ran.code == Some(2) && ran.stderr.contains(says), "{ran:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_replaces_nothing_unasked_and_is_its_owners() {
    let site = Site::new().await;
    std::fs::write(site.path("ashby.db"), "somebody's").unwrap();
    let ran = site.run(&format!("report run {REPORT} -o ashby.db")).await;
    assert!(ran.code == Some(2) && ran.stderr.contains("--force"), "{ran:#?}");
    let ran = site.run(&format!("report run {REPORT} -o ashby.toml --force")).await;
    assert!(ran.code == Some(2) && !site.path("ashby.toml").exists(), "{ran:#?}");
    assert_eq!(
        (std::fs::read(site.path("ashby.db")).unwrap(), site.log().total()),
        (b"somebody's".to_vec(), 0)
    );
    site.done(&format!("report run {REPORT} -o report.csv")).await;
    site.done(&format!("report run {REPORT} -o report.csv --force")).await;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(site.path("report.csv").metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
}
