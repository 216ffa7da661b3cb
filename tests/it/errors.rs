//! Failures: why, for people, and as one object for programs.

use serde_json::Value;

use crate::support::{Ran, Site, bare, run};

const NOBODY: &str = "9d1b7c0e-2f5e-4d9c-8b1a-3c2f5e4d9c8b";

/// The one line of standard error.
fn told(ran: &Ran) -> Value {
    assert_eq!(ran.stderr.lines().count(), 1, "{ran:#?}");
    serde_json::from_str(&ran.stderr).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_is_one_object_for_programs() {
    let site = Site::new().await;
    for arguments in ["--output json", "--errors json", "--errors=json --output ndjson"] {
        let ran = site.run(&format!("call candidate.info --id {NOBODY} {arguments}")).await;
        let told = told(&ran);
        assert_eq!(
            (ran.code, &told["type"], &told["retryable"]),
            (Some(1), &"not_found".into(), &false.into())
        );
        assert!(told["code"].as_str().unwrap().ends_with("_not_found"), "{told}");
        assert!(told["request_id"].is_string() && told["hint"].is_string(), "{told}");
    }
    // Also what is found out before settings are.
    for arguments in
        ["sync --nonsense --errors json", "nonsense --errors=json", "call candidate.info --errors json"]
    {
        let ran = site.run(arguments).await;
        assert_eq!((ran.code, &told(&ran)["type"]), (Some(2), &"usage".into()), "{arguments}");
    }
    let ran = site.run(&format!("call candidate.info --id {NOBODY} --output json --errors text")).await;
    assert!(ran.stderr.starts_with("error: "), "{ran:#?}");
}

#[tokio::test]
async fn why_there_is_no_connection_is_said() {
    let directory = tempfile::tempdir().unwrap();
    for arguments in
        ["call apiKey.info", "list jobs", "get jobs 9d1b7c0e-2f5e-4d9c-8b1a-3c2f5e4d9c8b", "postings Acme"]
    {
        let mut command = bare(directory.path(), arguments);
        command.env("ASHBY_API_KEY", "k").env("ASHBY_BASE_URL", "http://127.0.0.1:1");
        let ran = run(command).await;
        assert!(ran.stderr.contains("refused"), "{ran:#?}");
        let mut command = bare(directory.path(), arguments);
        command
            .env("ASHBY_API_KEY", "k")
            .env("ASHBY_BASE_URL", "http://127.0.0.1:1")
            .env("ASHBY_ERRORS", "json");
        let told = told(&run(command).await);
        assert_eq!((&told["type"], &told["retryable"]), (&"connect".into(), &true.into()));
        assert!(told["causes"].to_string().contains("refused"), "{told}");
    }
}

#[tokio::test]
async fn nothing_is_sent_past_a_proxy_that_cannot_be_understood() {
    let directory = tempfile::tempdir().unwrap();
    for arguments in ["list jobs", "sync jobs", "postings Acme"] {
        let mut command = bare(directory.path(), arguments);
        command.env("ASHBY_API_KEY", "k").env("ASHBY_BASE_URL", "https://ashby.invalid");
        let ran = run({
            command.env("HTTPS_PROXY", "http://user:SECRET@proxy example:3128");
            command
        })
        .await;
        assert_eq!(ran.code, Some(2), "{ran:#?}");
        assert!(ran.stderr.contains("HTTPS_PROXY") && !ran.stderr.contains("SECRET"), "{ran:#?}");
    }
}
