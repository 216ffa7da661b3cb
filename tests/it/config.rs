//! Where settings come from, and which of them may say where the key goes.

use std::path::Path;

use serde_json::{Value, json};

use crate::support::{Ran, Site, bare, run, snapshot};

/// A run that knows its home, and where the organisation is only from files.
async fn at_home(site: &Site, home: &Path, arguments: &str, variables: &[(&str, &str)]) -> Ran {
    let mut command = bare(site.directory.path(), arguments);
    command.env("HOME", home).envs(variables.iter().copied());
    run(command).await
}

const KEY: (&str, &str) = ("ASHBY_API_KEY", "sim-key");

fn user_file(home: &Path, content: &str) {
    std::fs::create_dir_all(home.join(".config/ashby")).unwrap();
    std::fs::write(home.join(".config/ashby/config.toml"), content).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_lies_there_does_not_say_where_the_key_goes() {
    let site = Site::new().await;
    let home = tempfile::tempdir().unwrap();
    std::fs::write(site.path("secret"), "some-other-token\n").unwrap();
    let secret = site.path("secret");
    for (content, variables) in [
        (format!("base_url = \"{}\"\n", site.server.base_url()), &[KEY][..]),
        (format!("base_url = \"{}\"\napi_key_file = {secret:?}\n", site.server.base_url()), &[]),
        (format!("base_url = \"{}\"\napi_key_command = \"echo x > ran\"\n", site.server.base_url()), &[]),
        ("to = \"sqlite:elsewhere.db\"\n".to_owned(), &[KEY]),
    ] {
        std::fs::write(site.path("ashby.toml"), &content).unwrap();
        for arguments in ["sync users", "doctor", "sync --board acme"] {
            let ran = at_home(&site, home.path(), arguments, variables).await;
            assert_ne!(ran.code, Some(0), "{content} {ran:#?}");
            let said = format!("{}{}", ran.stdout, ran.stderr);
            assert!(said.contains("ashby config trust"), "{content} {arguments}: {ran:#?}");
        }
    }
    assert_eq!(site.log().total(), 0);
    assert!(!site.path("elsewhere.db").exists() && !site.path("ran").exists());
    // What is harmless counts, and what is said elsewhere is not in doubt.
    std::fs::write(site.path("ashby.toml"), "base_url = \"https://example.com\"\nexcept = [\"users\"]\n")
        .unwrap();
    let url = ("ASHBY_BASE_URL", &*site.server.base_url());
    let ran = at_home(&site, home.path(), "sync users jobs", &[KEY, url]).await;
    assert!(ran.code == Some(0) && !ran.stderr.contains("users"), "{ran:#?}");
    let ran = at_home(&site, home.path(), "sync jobs", &[KEY, url]).await;
    assert_eq!(ran.code, Some(0), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_lies_there_does_not_say_where_anything_goes_or_what_becomes_of_rows() {
    let site = Site::new().await;
    let home = tempfile::tempdir().unwrap();
    let url = ("ASHBY_BASE_URL", &*site.server.base_url());
    for (setting, commands) in [
        ("listen = \"127.0.0.1:0\"", &["listen", "sync users --watch --webhooks"][..]),
        ("metrics = \"127.0.0.1:0\"", &["listen --listen 127.0.0.1:0", "sync users"]),
        ("notify = \"https://example.com/x\"", &["sync users"]),
        (
            "secret_file = \"elsewhere\"",
            &["listen --listen 127.0.0.1:0", "webhook setup https://example.com/x"],
        ),
        ("webhooks_file = \"elsewhere\"", &["listen --listen 127.0.0.1:0"]),
        // Rows would be marked as gone, or two runs write at once.
        ("reconcile = \"accept\"", &["sync users", "sync --board acme"]),
        ("without_lock = true", &["sync users", "state show", "purge --dry-run", "search x"]),
        ("inbox = \"elsewhere\"", &["listen --listen 127.0.0.1:0", "webhook replay", "status"]),
    ] {
        std::fs::write(site.path("ashby.toml"), setting).unwrap();
        for arguments in commands {
            let ran = at_home(&site, home.path(), arguments, &[KEY, url]).await;
            assert_eq!(ran.code, Some(2), "{setting} {arguments}: {ran:#?}");
            assert!(ran.stderr.contains("ashby config trust"), "{setting} {arguments}: {ran:#?}");
        }
    }
    assert!(site.log().count("user.list") == 0 && !site.path("elsewhere").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn paths_of_ones_own_file_are_told_from_there() {
    let site = Site::new().await;
    let home = tempfile::tempdir().unwrap();
    user_file(
        home.path(),
        "secret_file = \"secrets\"\nwebhooks_file = \"~/kept.json\"\ninbox = \"inbox.db\"\n",
    );
    let ran = at_home(&site, home.path(), "--show-config --output json", &[]).await;
    let shown: Value = serde_json::from_str(&ran.stdout).unwrap();
    let directory = home.path().join(".config/ashby");
    for (setting, path) in [
        ("secret_file", directory.join("secrets")),
        ("webhooks_file", home.path().join("kept.json")),
        ("inbox", directory.join("inbox.db")),
    ] {
        assert_eq!(shown["settings"][setting]["value"], json!(path), "{shown:#}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_counts_once_it_is_trusted_and_until_it_changes() {
    let site = Site::new().await;
    let home = tempfile::tempdir().unwrap();
    let content = format!("base_url = \"{}\"\nto = \"jsonl:out\"\n", site.server.base_url());
    std::fs::write(site.path("ashby.toml"), &content).unwrap();
    let trusted = at_home(&site, home.path(), "config trust", &[]).await;
    assert_eq!(trusted.code, Some(0), "{trusted:#?}");
    assert!(trusted.stdout.contains("to = \"jsonl:out\""), "{trusted:#?}");
    let ran = at_home(&site, home.path(), "sync users", &[KEY]).await;
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    assert!(site.path("out").exists());
    let host = site.server.base_url().replace("http://", "");
    let told = format!("the key goes to {host}, which is not Ashby's, as ashby.toml, line 1 says");
    assert_eq!(ran.stderr.matches(&told).count(), 1, "{ran:#?}");

    std::fs::write(site.path("ashby.toml"), content + "# more\n").unwrap();
    let requests = site.log().total();
    let ran = at_home(&site, home.path(), "sync users", &[KEY]).await;
    assert_eq!((ran.code, site.log().total()), (Some(2), requests), "{ran:#?}");
    assert!(ran.stderr.contains("has changed since it was trusted"), "{ran:#?}");
    at_home(&site, home.path(), "config trust ashby.toml", &[]).await;
    assert_eq!(at_home(&site, home.path(), "sync users", &[KEY]).await.code, Some(0));
    at_home(&site, home.path(), "config untrust", &[]).await;
    assert_eq!(at_home(&site, home.path(), "sync users", &[KEY]).await.code, Some(2));
    // Whoever names it has looked at it.
    assert_eq!(at_home(&site, home.path(), "sync users --config ashby.toml", &[KEY]).await.code, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn ones_own_file_counts_everywhere_and_has_profiles() {
    let site = Site::new().await;
    let home = tempfile::tempdir().unwrap();
    let url = site.server.base_url();
    user_file(
        home.path(),
        &format!(
            "base_url = \"{url}\"\napi_key_file = \"key\"\n\n[profiles.acme]\nmax_rpm = 7\napi_key_file = \"other\"\n"
        ),
    );
    // A path is told from the file that it stands in.
    std::fs::write(home.path().join(".config/ashby/key"), "\u{feff}ASHBY_API_KEY='sim-key'\r\n").unwrap();
    let ran = at_home(&site, home.path(), "call apiKey.info", &[]).await;
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    // The key of a profile that is named for this command is stronger than the environment's.
    let ran = at_home(&site, home.path(), "call apiKey.info --profile acme", &[KEY]).await;
    assert!(ran.code == Some(3) && ran.stderr.contains("api_key_file"), "{ran:#?}");
    let ran = at_home(&site, home.path(), "call apiKey.info", &[KEY, ("ASHBY_PROFILE", "acme")]).await;
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    let ran = at_home(&site, home.path(), "--show-config --profile acme", &[]).await;
    assert!(ran.stdout.contains("profile acme in "), "{ran:#?}");
    let ran = at_home(&site, home.path(), "streams --profile acne", &[]).await;
    assert!(ran.code == Some(2) && ran.stderr.contains("did you mean acme?"), "{ran:#?}");
    // Where a file that is not trusted says otherwise, one's own counts, and that is said.
    std::fs::write(site.path("ashby.toml"), "base_url = \"https://example.com\"\n").unwrap();
    let ran = at_home(&site, home.path(), "call apiKey.info", &[KEY]).await;
    assert!(ran.code == Some(0) && ran.stderr.contains("`ashby config trust`"), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_comes_from_a_file_or_a_command_whatever_is_around_it() {
    let site = Site::new().await;
    let home = tempfile::tempdir().unwrap();
    let url = ("ASHBY_BASE_URL", &*site.server.base_url());
    let file = site.path("key").to_str().unwrap().to_owned();
    let files: [&[u8]; 4] =
        [b"\xef\xbb\xbfsim-key\r\n", b"\"sim-key\"", b"export ASHBY_API_KEY=sim-key\n", b"# a\n\nsim-key"];
    for content in files {
        std::fs::write(&file, content).unwrap();
        let ran =
            at_home(&site, home.path(), "call apiKey.info", &[url, ("ASHBY_API_KEY_FILE", &file)]).await;
        assert_eq!(ran.code, Some(0), "{ran:#?}");
    }
    std::fs::write(&file, "s3cr3t-a\ns3cr3t-b\n").unwrap();
    let ran = at_home(&site, home.path(), "call apiKey.info", &[url, ("ASHBY_API_KEY_FILE", &file)]).await;
    assert!(ran.code == Some(3) && ran.stderr.contains(&file) && !ran.stderr.contains("s3cr3t"), "{ran:#?}");

    let command = |command| ("ASHBY_API_KEY_COMMAND", command);
    let ran = at_home(&site, home.path(), "call apiKey.info", &[url, command("echo sim-key")]).await;
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    for (bad, said) in [("echo s3cr3t; exit 3", "failed (exit status: 3)"), ("true", "printed no key")] {
        let ran = at_home(&site, home.path(), "call apiKey.info", &[url, command(bad)]).await;
        assert!(ran.code == Some(3) && ran.stderr.contains(said), "{ran:#?}");
        assert!(!ran.stderr.contains("s3cr3t"), "{ran:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_slip_shows_the_key() {
    let site = Site::new().await;
    let home = tempfile::tempdir().unwrap();
    const SECRET: &str = "0123456789abcdef0123456789abcdef";
    for (arguments, variables) in [
        ("sync users", &[("ASHBY_API_KEY_FILE", SECRET)][..]),
        ("--show-config", &[("ASHBY_API_KEY_FILE", SECRET)]),
        ("doctor", &[("ASHBY_API_KEY_FILE", SECRET)]),
        ("--show-config", &[("ASHBY_API_KEY_COMMAND", SECRET)]),
        ("--show-config", &[("ASHBY_BASE_URL", "https://0123456789abcdef@host")]),
        ("--show-config --output json", &[("ASHBY_BASE_URL", "https://0123456789abcdef@host")]),
        ("sync users", &[KEY, ("ASHBY_BASE_URL", "https://0123456789abcdef@host")]),
        ("call candidate.list --dry-run", &[("ASHBY_BASE_URL", "https://0123456789abcdef@host")]),
        ("sync users --to postgres://u:0123456789abcdef@h", &[KEY]),
        ("sync users --to sqlite:postgres://u:0123456789abcdef@h/x", &[KEY]),
        ("doctor --to postgres://u:0123456789abcdef@h", &[KEY]),
        ("state show --to postgres://u:0123456789abcdef@h", &[]),
        ("--show-config --to postgres://u:0123456789abcdef@h/x?password=0123456789abcdef", &[]),
        ("sync users", &[KEY, ("ASHBY_MAX_RPM", SECRET)]),
        ("sync users", &[("ASHBY_API_KEYS", SECRET)]),
        ("sync users --api-key=0123456789abcdef", &[]),
        ("sync users --log 0123456789abcdef", &[KEY]),
        ("sync users --output 0123456789abcdef", &[KEY]),
        ("sync users --max-rpm 0123456789abcdef", &[KEY]),
    ] {
        let mut variables = variables.to_vec();
        if !variables.iter().any(|(name, _)| *name == "ASHBY_BASE_URL") {
            variables.push(("ASHBY_BASE_URL", "http://127.0.0.1:9"));
        }
        let ran = at_home(&site, home.path(), arguments, &variables).await;
        let said = format!("{}{}", ran.stdout, ran.stderr);
        assert!(!said.is_empty() && !said.contains("0123456789"), "{arguments} {variables:?}: {ran:#?}");
    }
    for slip in [
        "api_key = KEY",
        "api_key: \"KEY\"",
        "api_key = \"KEY",
        "apikey = \"KEY\"",
        "KEY",
        "KEY = 1\nKEY = 2",
    ] {
        std::fs::write(site.path("ashby.toml"), slip.replace("KEY", SECRET)).unwrap();
        for arguments in ["sync users", "--show-config"] {
            let ran = at_home(&site, home.path(), arguments, &[]).await;
            let said = format!("{}{}", ran.stdout, ran.stderr);
            assert!(said.contains("ashby.toml, line ") && !said.contains("0123456789"), "{slip}: {ran:#?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_shown_beside_what_counts() {
    let site = Site::new().await;
    let home = tempfile::tempdir().unwrap();
    std::fs::write(site.path("ashby.toml"), "max_rpm = 5\nmax_rmp = 6\nwatch = perhaps\n").unwrap();
    let ran = at_home(&site, home.path(), "--show-config --output json", &[("ASHBY_MAX_RPM", "")]).await;
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    let shown: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(shown["problems"].as_array().map(Vec::len), Some(1), "{shown:#}");

    std::fs::write(site.path("ashby.toml"), "max_rpm = 5\nmax_rmp = 6\nwatch = \"on\"\nto = \"stdout\"\n")
        .unwrap();
    let ran =
        at_home(&site, home.path(), "--show-config --output json --log wran", &[("ASHBY_MAX_RPM", "")]).await;
    let shown: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(shown["settings"]["max_rpm"], json!({"value": 5, "origin": "ashby.toml, line 1"}));
    assert_eq!(shown["settings"]["output"]["origin"], "option --output");
    assert_eq!(shown["settings"]["to"]["origin"], "default");
    assert_eq!(shown["untrusted"], json!(["to"]));
    let problems = shown["problems"].to_string();
    assert!(
        problems.contains("line 2, column 1: there is no setting `max_rmp`; did you mean max_rpm?"),
        "{problems}"
    );
    assert!(
        problems.contains("option --log: log must be one of off") && problems.contains("did you mean warn?")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_are_not_read_are_named() {
    let site = Site::new().await;
    std::fs::create_dir(site.path("ashby.toml")).unwrap();
    let ran = site.done("streams").await;
    assert!(ran.stderr.contains("ashby.toml here is a directory"), "{ran:#?}");
    std::fs::remove_dir(site.path("ashby.toml")).unwrap();
    std::fs::write(site.path("ashby.toml"), "").unwrap();
    std::fs::write(site.path("other.toml"), "").unwrap();
    let ran = site.done("streams --config other.toml").await;
    assert!(ran.stderr.contains("./ashby.toml is not read: other.toml is read instead"), "{ran:#?}");
    let ran = site.run("streams --config .").await;
    assert!(ran.code == Some(2) && ran.stderr.contains("it is a directory"), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn variables_are_checked_as_options_are() {
    let site = Site::new().await;
    let mut command = site.ashby("streams");
    command.env("ASHBY_MAX_RPN", "5").env("ASHBY_WATCH", "ye").env("ASHBY_INTERVAL", "soon");
    let ran = run(command).await;
    assert_eq!(ran.code, Some(2), "{ran:#?}");
    snapshot("settings_variables", &site, &ran.stderr);
    for (value, code) in [("yes", 0), ("ON", 0), ("0", 0), ("", 0), ("perhaps", 2)] {
        let mut command = site.ashby("streams");
        command.env("ASHBY_NO_PROGRESS", value).env("ASHBY_CONFIG", "").env("ASHBY_PROFILE", "");
        assert_eq!(run(command).await.code, Some(code), "{value}");
    }
}
