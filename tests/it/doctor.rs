//! `ashby doctor`: what it finds, and when it fails.

use ashby_sim::{Key, ServerOptions};
use serde_json::Value;

use crate::support::{Ran, Site, bare, run, shape, snapshot};

async fn site_with(key: Key) -> Site {
    Site::with(&shape(), ServerOptions { keys: vec![key], ..ServerOptions::default() }).await
}

/// Paced as people are, in contrast to other tests.
async fn doctor(site: &Site, arguments: &str) -> Ran {
    let mut command = site.ashby(&format!("doctor {arguments}"));
    command.env_remove("ASHBY_MAX_RPM");
    run(command).await
}

fn findings(ran: &Ran) -> Vec<(String, String)> {
    let found: Value = serde_json::from_str(&ran.stdout).unwrap();
    let text = |finding: &Value, member: &str| finding[member].as_str().unwrap().to_owned();
    let findings = found["findings"].as_array().unwrap().iter();
    findings.map(|finding| (text(finding, "about"), text(finding, "level"))).collect()
}

fn level(ran: &Ran, about: &str) -> Vec<String> {
    findings(ran).into_iter().filter(|(name, _)| name == about).map(|(_, level)| level).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_healthy_setup_is_all_right() {
    let site = Site::new().await;
    let ran = doctor(&site, "").await;
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    snapshot("doctor_before_a_sync", &site, &ran.stdout);
    site.done("sync jobs users").await;
    let ran = doctor(&site, "--output json --fail-on warn").await;
    assert_eq!((ran.code, level(&ran, "state")), (Some(0), vec!["ok".to_owned()]), "{ran:#?}");
    assert!(ran.stdout.contains("jobs: "), "streams are named in JSON");
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_permissions_cost_streams_and_operations() {
    let scopes = ["apiKeys:read", "candidates:read", "jobs:read"];
    let key = Key { can_read_key_info: true, ..Key::limited("sim-key", scopes) };
    let site = site_with(key).await;
    let ran = doctor(&site, "").await;
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    assert!(ran.stdout.contains("Offers: Read is not ticked, which costs"), "{}", ran.stdout);
    assert!(!ran.stdout.contains("stream offers"));
    let ran = doctor(&site, "--verbose --fail-on warn").await;
    assert_eq!(ran.code, Some(1));
    assert!(ran.stdout.contains("stream offers") && ran.stdout.contains("operation offer.list"));

    let site = site_with(Key { can_read_key_info: false, ..Key::limited("sim-key", ["jobs:read"]) }).await;
    let ran = doctor(&site, "").await;
    assert!(ran.stdout.contains("Candidates: Read is not ticked"), "found by trying: {}", ran.stdout);
    assert!(ran.stdout.contains("cannot tell: "), "{}", ran.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_key_and_an_unreachable_server_fail() {
    let site = Site::new().await;
    let mut command = site.ashby("doctor --output json");
    command.env("ASHBY_API_KEY", "quite-wrong");
    let ran = run(command).await;
    assert_eq!((ran.code, level(&ran, "key")), (Some(3), vec!["fail".to_owned()]), "{ran:#?}");
    assert!(!ran.stdout.contains("quite-wrong"));
    assert_eq!(level(&ran, "destination"), ["ok"], "the rest is looked at nevertheless");

    let ran = run(bare(site.directory.path(), "doctor --output json")).await;
    assert_eq!((ran.code, level(&ran, "key")), (Some(3), vec!["fail".to_owned()]), "{ran:#?}");
    let mut command = site.ashby("doctor --output json");
    command.env("ASHBY_BASE_URL", "http://127.0.0.1:1");
    let ran = run(command).await;
    assert_eq!((ran.code, level(&ran, "Ashby")), (Some(1), vec!["fail".to_owned()]), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn check_and_doctor_say_the_same_of_what_a_key_sees() {
    let full = Site::new().await;
    let narrow = site_with(Key::limited("sim-key", ["jobs:read"])).await;
    let mut seen = Vec::new();
    for site in [&full, &narrow] {
        let (checked, found) = (site.done("check").await.stdout, doctor(site, "--output json").await.stdout);
        let found: Value = serde_json::from_str(&found).unwrap();
        for about in ["confidential", "private"] {
            let finding =
                found["findings"].as_array().unwrap().iter().find(|of| of["about"] == about).unwrap();
            assert!(checked.contains(finding["message"].as_str().unwrap()), "{about}: {checked}");
        }
        let checked: Value = serde_json::from_str(&site.done("check --output json").await.stdout).unwrap();
        seen.push(checked["confidential"].clone());
    }
    assert_eq!(seen, [Value::Bool(true), Value::Null]);
}

#[tokio::test(flavor = "multi_thread")]
async fn hints_can_be_followed() {
    let site = Site::new().await;
    let ran = site.run("doctor --output json --max-rpm 0").await;
    assert!(ran.stdout.contains("--max-rpm 0 paces nothing") && !ran.stdout.contains("lower"), "{ran:#?}");
    let ran = site.run("doctor --output json --base-url htp:/x").await;
    assert_eq!(
        (ran.code, level(&ran, "settings")),
        (Some(1), vec!["ok".to_owned(), "fail".to_owned()]),
        "{ran:#?}"
    );
    assert!(ran.stdout.contains("ashby --show-config"), "{ran:#?}");
    let ran = site.run("sync users --base-url htp:/x").await;
    assert!(ran.code == Some(2) && ran.stderr.contains("ashby --show-config"), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_destination_fails() {
    let site = Site::new().await;
    std::fs::write(site.path("notes.db"), "these are notes").unwrap();
    for to in ["sqlite:notes.db", "sqlite:absent/ashby.db", "jsonl:absent/deeper/out"] {
        let ran = doctor(&site, &format!("--to {to} --output json")).await;
        assert_eq!(ran.code, Some(1), "{to} {ran:#?}");
        assert!(level(&ran, "destination").contains(&"fail".to_owned()), "{to} {ran:#?}");
    }
    std::fs::create_dir(site.path("out")).unwrap();
    std::fs::write(site.path("out/state.json"), "{").unwrap();
    let ran = doctor(&site, "--to jsonl:out --output json").await;
    assert_eq!((ran.code, level(&ran, "state")), (Some(1), vec!["fail".to_owned()]), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_key_cannot_see_is_not_guessed() {
    let blind = site_with(Key { confidential: false, ..Key::full("sim-key") }).await;
    let ran = doctor(&blind, "").await;
    assert!(ran.stdout.contains("cannot tell: none is confidential"), "{}", ran.stdout);
    let seeing = site_with(Key { confidential: true, ..Key::full("sim-key") }).await;
    let ran = doctor(&seeing, "").await;
    assert!(ran.stdout.contains("sees confidential jobs"), "{}", ran.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ashby_says_of_version_limit_and_time_is_passed_on() {
    let long_ago = "Mon, 02 Jan 2006 15:04:05 GMT";
    for (headers, about, level_found, code, says) in [
        (vec![("ashby-version-status", "deprecated")], "API version", "warn", 0, "2026-01-01 is deprecated"),
        (
            vec![("ashby-version-status", "unsupported")],
            "API version",
            "fail",
            1,
            "2026-01-01 is unsupported",
        ),
        (
            vec![("ratelimit-limit", "1000"), ("ratelimit-remaining", "20")],
            "limit",
            "warn",
            0,
            "20 of 1,000 requests are left",
        ),
        (
            vec![("ratelimit-limit", "1000"), ("ratelimit-remaining", "900")],
            "limit",
            "ok",
            0,
            "900 of 1,000 requests are left",
        ),
        (vec![("date", long_ago)], "clock", "warn", 0, "ahead of Ashby"),
    ] {
        let headers = headers.into_iter().map(|(name, value)| (name, value.to_owned())).collect();
        let site = Site::with(&shape(), ServerOptions { headers, ..ServerOptions::default() }).await;
        let ran = doctor(&site, "--output json").await;
        assert_eq!((ran.code, level(&ran, about)), (Some(code), vec![level_found.to_owned()]), "{ran:#?}");
        assert!(ran.stdout.contains(says), "{says}: {ran:#?}");
        let strict = doctor(&site, "--fail-on warn").await;
        assert_eq!(strict.code == Some(0), level_found == "ok", "{strict:#?}");
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn what_others_can_read_is_warned_of() {
    use std::os::unix::fs::PermissionsExt as _;
    let site = Site::new().await;
    let mut sync = site.ashby("sync users candidates applications jobs");
    sync.env("ASHBY_MODELS", "auto");
    assert_eq!(run(sync).await.code, Some(0));
    std::fs::write(site.path("key"), "sim-key").unwrap();
    std::fs::write(site.path("ashby-inbox.db"), "").unwrap();
    std::fs::write(site.path("ashby.db-wal"), "").unwrap();
    let files =
        ["key", "ashby.db", "ashby-inbox.db", "ashby.db-wal", "ashby.model.db", ".ashby.db.status.json"];
    let warnings = vec!["key file", "destination", "file", "file", "file", "file"];
    for (mode, about) in [(0o600, vec![]), (0o644, warnings)] {
        for name in files {
            std::fs::set_permissions(site.path(name), std::fs::Permissions::from_mode(mode)).unwrap();
        }
        let mut command = site.ashby("doctor --output json --api-key-file key");
        command.env_remove("ASHBY_API_KEY");
        let ran = run(command).await;
        let found: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        let warned: Vec<&str> = found["findings"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|finding| finding["level"] == "warn" && finding.to_string().contains("chmod"))
            .map(|finding| finding["about"].as_str().unwrap())
            .collect();
        assert_eq!(warned, about, "{ran:#?}");
    }
}
