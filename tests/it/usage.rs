//! Mistakes on the command line and in the settings: exit code 2, what is wrong, what would be right.

use crate::support::{Site, run, snapshot};

#[tokio::test(flavor = "multi_thread")]
async fn unknown_streams_bring_the_near_matches() {
    let site = Site::new().await;
    for (arguments, near) in [
        ("sync aplications", "applications"),
        ("sync candidate", "candidates"),
        ("sync --stream users,job", "jobs"),
        ("sync --except interview_event", "interview_events"),
    ] {
        let ran = site.run(arguments).await;
        assert_eq!(ran.code, Some(2), "{arguments}: {ran:#?}");
        assert!(ran.stderr.contains("did you mean") && ran.stderr.contains(near), "{arguments}: {ran:#?}");
    }
    let hopeless = site.run("sync zzzzzzzzzzzzzzz").await;
    assert_eq!(hopeless.code, Some(2));
    assert!(hopeless.stderr.contains("`ashby streams`"), "{hopeless:#?}");
    assert_eq!(site.log().total(), 0, "found before anything is asked");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_in_the_settings_is_named() {
    let site = Site::new().await;
    for (content, names) in [
        ("max_rpm = ", "ashby.toml"),
        ("max_rmp = 5", "max_rmp"),
        ("max_rpm = \"many\"", "max_rpm"),
        ("max_attempts = 0", "max_attempts"),
        ("interval = \"soon\"", "interval"),
        ("reconcile = \"perhaps\"", "reconcile"),
        ("api_key = 5", "api_key"),
    ] {
        std::fs::write(site.path("ashby.toml"), content).unwrap();
        let mut command = site.ashby("sync users");
        command.env_remove("ASHBY_MAX_RPM").env_remove("ASHBY_MAX_ATTEMPTS");
        if content.starts_with("api_key") {
            command.env_remove("ASHBY_API_KEY");
        }
        let ran = run(command).await;
        assert_eq!(ran.code, Some(2), "{content}: {ran:#?}");
        assert!(ran.stderr.contains(names) && ran.stderr.contains("hint:"), "{content}: {ran:#?}");
    }
    std::fs::write(site.path("ashby.toml"), "max_rmp = 5\n").unwrap();
    snapshot("settings_unknown", &site, &site.run("sync users").await.stderr);
    assert_eq!(site.log().total(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_level_is_one_of_a_few_words() {
    let site = Site::new().await;
    let ran = site.run("sync users --log loud").await;
    assert_eq!((ran.code, site.log().total()), (Some(2), 0), "{ran:#?}");
    assert!(ran.stderr.contains("log must be one of off, error, warn, info, debug, trace"), "{ran:#?}");
    let mut command = site.ashby("streams");
    command.env("ASHBY_LOG", "verbose");
    assert_eq!(run(command).await.code, Some(2));
    site.done("streams --readable --log INFO").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn impossible_combinations_are_refused() {
    let site = Site::new().await;
    for arguments in [
        "",
        "sink",
        "sync --api-key secret",
        "sync --to postgres:x",
        "sync --to sqlite:x.db --state y",
        "sync --watch --interval 10ms",
        "sync --page-size 0",
        "sync --output yaml",
        "sync users --except users",
        "sync --config absent.toml",
        "state show --to stdout",
        "state import",
        "sim serve --shape odd",
    ] {
        let ran = site.run(arguments).await;
        assert_eq!(ran.code, Some(2), "{arguments}: {ran:#?}");
        assert!(!ran.stderr.is_empty());
    }
    assert_eq!(site.log().total(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_flag_is_passed_over_without_a_word() {
    let site = Site::new().await;
    for (arguments, says) in [
        ("sync users --interval 3m", "`--interval` goes with `--watch`"),
        ("sync users --watch --dry-run", "`--watch` does not go with `--dry-run`"),
        ("sync --all jobs", "`--all` does not go with streams"),
        ("sync users --count", "`--count` goes with `--dry-run`"),
        ("sync users --webhooks", "`--webhooks` goes with `--watch`"),
        ("sync users --watch --inbox x.db", "`--inbox` goes with `--webhooks`"),
        ("sync --board sim --all", "`--all` does not go with `--board`"),
        ("sync users --watch --interval 0s", "above zero"),
        ("sync --to foo.db", "perhaps sqlite:foo.db"),
        ("sync --to out/users.jsonl", "perhaps jsonl:out"),
        ("get candidates", "ashby get candidates ID"),
    ] {
        let ran = site.run(arguments).await;
        assert!(ran.code == Some(2) && ran.stderr.contains(says), "{arguments}: {ran:#?}");
    }
    assert_eq!(site.log().total(), 0);
    // What a file says is for other commands, too.
    std::fs::write(site.path("ashby.toml"), "interval = \"3m\"\nall = true\n").unwrap();
    site.done("sync users").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_are_listed_without_a_request_and_in_eighty_columns() {
    let site = Site::new().await;
    let ran = site.done("streams").await;
    assert!(ran.stdout.contains("1 per change of candidates"), "{ran:#?}");
    assert_eq!(site.log().total(), 0);
    let ran = site.done("streams --readable --output json").await;
    assert!(ran.stdout.contains("\"readable\": \"yes\""), "{ran:#?}");
    assert!(site.log().total() > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_does_not_travel_in_clear() {
    let site = Site::new().await;
    for url in [
        "http://api.ashbyhq.com",
        "http://192.0.2.1:8080",
        "ftp://127.0.0.1",
        "nonsense",
        "https://user:password@127.0.0.1",
    ] {
        let ran = site.run(&format!("sync users --base-url {url}")).await;
        assert_eq!(ran.code, Some(2), "{url}: {ran:#?}");
        assert!(!ran.stderr.contains("password@"), "{ran:#?}");
    }
    snapshot("http_refused", &site, &site.run("sync --base-url http://192.0.2.1:8080").await.stderr);
}

/// What somebody has named is not made unasked, nor what is above it.
#[tokio::test(flavor = "multi_thread")]
async fn a_missing_directory_is_named_and_nothing_is_made() {
    let site = Site::new().await;
    let candidate = crate::support::truth(site.organisation(), "candidates").into_keys().next().unwrap();
    std::fs::write(site.path("rows.ndjson"), format!("{{\"candidateId\":\"{candidate}\",\"note\":\"x\"}}\n"))
        .unwrap();
    for arguments in [
        "sync users --to stdout --state absent/state.json",
        "sync users --to sqlite:absent/ashby.db",
        "sync users --to jsonl:absent/lines",
        "sync users --to parquet:absent/lake",
        "resume download --all --dir absent/resumes",
        "call candidate.createNote --each rows.ndjson --journal absent/journal",
        "listen --listen 127.0.0.1:0 --inbox absent/inbox.db",
        "listen --listen 127.0.0.1:0 --webhooks-file absent/webhooks.json",
        "webhook setup https://hooks.example.com/x --yes --webhooks-file absent/webhooks.json",
        "help man --dir absent/pages",
        "token create agent --tokens-file absent/tokens.json",
    ] {
        let ran = site.run(arguments).await;
        assert!(!matches!(ran.code, Some(0) | None), "{arguments}: {ran:#?}");
        assert!(ran.stderr.contains("absent"), "{arguments}: {ran:#?}");
        assert!(ran.stderr.contains("no directory"), "{arguments}: {ran:#?}");
        assert!(!site.path("absent").exists(), "{arguments}");
    }
}
