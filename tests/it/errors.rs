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
    // What may have been meant is a member, whoever found out.
    for (arguments, meant) in [
        ("sinc --output json", "sync"),
        ("sync jbos --output json", "jobs"),
        ("sync --strem jobs --output json", "--stream"),
        ("call job.list --limt 3 --output json", "--limit"),
    ] {
        let told = told(&site.run(arguments).await);
        let meant_by_it = told["did_you_mean"].as_array().unwrap();
        assert!(meant_by_it.contains(&meant.into()), "{arguments}: {told}");
    }
    let ran = site.run("execute {").await;
    let told_on_stdout: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((ran.code, &told_on_stdout["type"]), (Some(2), &"usage".into()), "{ran:#?}");
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
        let why = "no connection to 127.0.0.1:1 (variable ASHBY_BASE_URL): it was refused";
        assert!(ran.stderr.contains(why), "{ran:#?}");
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

/// What stands where a name belongs may be a key: it is not repeated, and where it stood is told.
#[tokio::test]
async fn what_may_be_a_key_is_not_repeated_wherever_it_stands() {
    const KEY: &str = "0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f9";
    let directory = tempfile::tempdir().unwrap();
    for arguments in [
        "KEY",
        "sync KEY",
        "sync --stream jobs,KEY",
        "sync --except=KEY",
        "sync --select KEY.*",
        "sync --KEY",
        "sync --to KEY",
        "sync --to KEY:x",
        "sync --interval 5m,KEY=1m --watch",
        "streams --output KEY",
        "streams --log KEY",
        "schema --dialect KEY",
        "schema KEY",
        "describe KEY",
        "help KEY",
        "get KEY x",
        "list KEY",
        "call KEY",
        "call job.list --KEY 1",
        "call job.list --limit KEY",
        "operations --category KEY",
        "state reset KEY",
        "token revoke KEY",
        "privacy check KEY",
        "models describe KEY",
        "models sql KEY",
        "report run KEY",
        "webhook trigger KEY --url http://127.0.0.1:1",
        "completions KEY",
        "check --profile KEY",
        "check --config KEY",
        "check --api-key-file KEY",
        "check --base-url KEY",
        "check --base-url http://KEY/",
        "listen --secret-file KEY",
        "config trust KEY",
        "postings KEY",
        "sim serve --shape KEY",
    ] {
        for errors in ["text", "json"] {
            let mut command = bare(directory.path(), &arguments.replace("KEY", KEY));
            command.env("ASHBY_ERRORS", errors).env("ASHBY_API_KEY", "k");
            // Nothing is sent anywhere.
            if !arguments.contains("base-url") {
                command.env("ASHBY_BASE_URL", "http://127.0.0.1:1");
            }
            let ran = run(command).await;
            assert_ne!(ran.code, Some(0), "{arguments}: {ran:#?}");
            assert!(!format!("{ran:?}").contains(&KEY[..12]), "{arguments}: {ran:#?}");
        }
    }
    let told = run(bare(directory.path(), &format!("sync jobs {KEY}"))).await.stderr;
    assert!(told.contains("[masked: argument 3]"), "{told}");
    for variable in [
        "ASHBY_CONFIG",
        "ASHBY_PROFILE",
        "ASHBY_STREAMS",
        "ASHBY_TO",
        "ASHBY_OUTPUT",
        "ASHBY_INTERVAL",
        "ASHBY_BASE_URL",
        "ASHBY_TIMEZONE",
        "ASHBY_PRIVACY",
        "ASHBY_SELECT",
    ] {
        let mut command = bare(directory.path(), "sync");
        command.env("ASHBY_API_KEY", "k").env("ASHBY_BASE_URL", "http://127.0.0.1:1").env(variable, KEY);
        let ran = run(command).await;
        assert_ne!(ran.code, Some(0), "{variable}: {ran:#?}");
        assert!(!format!("{ran:?}").contains(&KEY[..12]), "{variable}: {ran:#?}");
    }
    std::fs::write(directory.path().join("c.toml"), format!("max_rpm = 0\nstreams = [\"{KEY}\"]\n")).unwrap();
    let ran = run(bare(directory.path(), "sync --config c.toml")).await;
    assert!(ran.stderr.contains("[masked: c.toml, line 2]") && !ran.stderr.contains(KEY), "{ran:#?}");
}

#[tokio::test]
async fn what_is_refused_says_where_to_look_and_nothing_that_leads_astray() {
    let directory = tempfile::tempdir().unwrap();
    for (arguments, said, hint) in [
        ("sync --timezone X", "unexpected argument '--timezone'", "For more information, try '--help'.\n"),
        ("query --db x", "unexpected argument '--db'", "Usage: ashby query "),
        ("token revoke bot", "there is no token bot", "hint: `ashby token list` shows them\n"),
        ("token rotate bot", "there is no token bot", "hint: `ashby token list` shows them\n"),
        ("config trust", "cannot read ashby.toml", "hint: `ashby config trust FILE` trusts a file"),
    ] {
        let ran = run(bare(directory.path(), arguments)).await;
        assert_eq!(ran.code, Some(2), "{ran:#?}");
        assert!(ran.stderr.starts_with(&format!("error: {said}")) && ran.stderr.contains(hint), "{ran:#?}");
        assert!(!ran.stderr.contains("as a value") && !ran.stderr.contains("\n\n\n"), "{ran:#?}");
    }
}
