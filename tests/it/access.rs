//! Keys: none, wrong ones, and those that may read some things only.

use ashby_sim::{Key, ServerOptions};
use serde_json::Value;

use crate::support::stub::Stub;
use crate::support::{Site, bare, jsonl, run, shape, snapshot};

async fn site_with(key: Key) -> Site {
    Site::with(&shape(), ServerOptions { keys: vec![key], ..ServerOptions::default() }).await
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_key_it_says_where_one_comes_from() {
    let site = Site::new().await;
    for arguments in ["check", "sync", "sync --dry-run"] {
        let ran = run(bare(site.directory.path(), arguments)).await;
        assert_eq!(ran.code, Some(3));
        assert!(ran.stderr.contains("ASHBY_API_KEY"), "{ran:#?}");
    }
    let ran = run(bare(site.directory.path(), "check")).await;
    snapshot("key_missing", &site, &ran.stderr);
    let mut command = bare(site.directory.path(), "check --api-key-file absent");
    command.env("ASHBY_BASE_URL", site.server.base_url());
    let ran = run(command).await;
    assert_eq!(ran.code, Some(3));
    assert!(ran.stderr.contains("api_key_file") && !ran.stderr.contains("absent"), "{ran:#?}");
    assert_eq!(std::fs::read_dir(site.directory.path()).unwrap().count(), 0, "nothing was made");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_may_come_from_a_file() {
    let site = Site::new().await;
    std::fs::write(site.path("key"), "sim-key\n").unwrap();
    let mut command = bare(site.directory.path(), "sync users --api-key-file key");
    command.env("ASHBY_BASE_URL", site.server.base_url());
    assert_eq!(run(command).await.code, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_key_is_told_apart_from_other_trouble() {
    let site = Site::new().await;
    for arguments in ["check", "sync", "streams --readable"] {
        let mut command = site.ashby(arguments);
        command.env("ASHBY_API_KEY", "quite-wrong");
        let ran = run(command).await;
        assert_eq!(ran.code, Some(3), "{ran:#?}");
        assert!(!ran.stderr.contains("quite-wrong"));
        if arguments == "sync" {
            snapshot("key_wrong", &site, &ran.stderr);
        }
    }
    assert!(!site.path("ashby.db").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn check_says_what_a_key_may_read() {
    let site = Site::new().await;
    snapshot("check_full", &site, &site.done("check").await.stdout);
    let checked: Value = serde_json::from_str(&site.done("check --output json").await.stdout).unwrap();
    assert_eq!(checked["title"], "Simulated key");

    let silent = site_with(Key { can_read_key_info: false, ..Key::full("sim-key") }).await;
    snapshot("check_without_key_info", &silent, &silent.done("check").await.stdout);

    let scopes = ["apiKeys:read", "candidates:read", "jobs:read"];
    let limited = site_with(Key { can_read_key_info: true, ..Key::limited("sim-key", scopes) }).await;
    snapshot("check_limited", &limited, &limited.done("check").await.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_are_marked_as_readable() {
    let scopes = ["apiKeys:read", "jobs:read"];
    let site = site_with(Key { can_read_key_info: true, ..Key::limited("sim-key", scopes) }).await;
    let streams: Value =
        serde_json::from_str(&site.done("streams --readable --output json").await.stdout).unwrap();
    let readable = |name: &str| {
        let stream = streams
            .as_array()
            .unwrap()
            .iter()
            .find(|stream| stream.to_string().contains(&format!("\"{name}\"")));
        stream.unwrap()["readable"].clone()
    };
    assert_eq!([readable("jobs"), readable("offers"), readable("audit_log")], ["yes", "no", "unknown"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn denied_streams_are_skipped_unless_they_were_named() {
    for can_read_key_info in [true, false] {
        let scopes = ["candidates:read", "jobs:read"];
        let site = site_with(Key { can_read_key_info, ..Key::limited("sim-key", scopes) }).await;
        let ran = site.done("sync").await;
        snapshot(&format!("denied_key_info_{can_read_key_info}"), &site, &ran.stderr);

        let named = site.run("sync offers").await;
        assert_eq!(named.code, Some(3), "{named:#?}");
        assert!(named.stderr.contains("Offers: Read"), "{named:#?}");
        let some = site.run("sync offers jobs").await;
        assert_eq!(some.code, Some(4), "{some:#?}");
    }
}

/// Without a word that is known Ashby is asked, and in any spelling a word is known.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_whose_permissions_are_spelled_otherwise_is_tried() {
    for (scopes, held) in [
        ("[]", 1),
        (r#"["all:things"]"#, 1),
        (r#"["jobsRead"]"#, 1),
        (r#"["jobs_read"]"#, 1),
        (r#"["Jobs: Read"]"#, 1),
        // Words that are known, and none that fits: nobody need be asked.
        (r#"["candidatesRead"]"#, 0),
    ] {
        let stub = Stub::start(move |operation| match operation {
            "apiKey.info" => format!(r#"{{"success":true,"results":{{"title":"k","scopes":{scopes}}}}}"#),
            "job.list" => {
                r#"{"success":true,"results":[{"id":"j-1","title":"Cook"}],"moreDataAvailable":false,"syncToken":"t"}"#
                    .to_owned()
            }
            _ => r#"{"success":false,"errors":["missing_endpoint_permission"]}"#.to_owned(),
        })
        .await;
        let directory = tempfile::tempdir().unwrap();
        let mut command = bare(directory.path(), "sync --to jsonl:out");
        command.env("ASHBY_API_KEY", "k").env("ASHBY_BASE_URL", &stub.url);
        let ran = run(command).await;
        assert!(!ran.stderr.contains("0 readable"), "{scopes}: {ran:#?}");
        let out = directory.path().join("out");
        let rows = if out.exists() { jsonl(&out, "jobs").len() } else { 0 };
        assert_eq!((rows, ran.code), (held, Some(0)), "{scopes}: {ran:#?}");
    }
}
