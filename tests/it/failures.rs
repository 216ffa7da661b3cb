//! What is said where something fails, to people and to programs.

use ashby_sim::{ErrorShape, Fault, FaultRule, PagePosition};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader};

use crate::support::{Site, bare, ended, run, signal, start, truth};

/// The objects on standard error.
fn objects(stderr: &str) -> Vec<Value> {
    stderr.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{stderr}"))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn in_logs_for_programs_a_failure_is_an_error_of_its_own() {
    let site = Site::new().await;
    site.server.faults().add(FaultRule::new("job.list", Fault::Status { status: 503 }));
    for (line, code) in [
        ("list jobs --log-format json --errors json", 1),
        ("list jobs --log-format json", 1),
        ("--log-format json --max-rpm x check", 2),
        ("--log-format json synk", 2),
        ("get jobs --log-format json", 2),
    ] {
        let ran = site.run(line).await;
        assert_eq!(ran.code, Some(code), "{line}: {ran:#?}");
        let objects = objects(&ran.stderr);
        let last = objects.last().unwrap_or_else(|| panic!("{line}: {ran:#?}"));
        assert_eq!((&last["level"], &last["event"]), (&"ERROR".into(), &"failed".into()), "{line}: {ran:#?}");
        assert_eq!(last["exit_code"], code, "{line}: {ran:#?}");
        assert!(!last["message"].as_str().unwrap().contains("{"), "{line}: {ran:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_clap_refuses_is_one_object_that_names_what_is_missing() {
    let site = Site::new().await;
    for (line, named) in [
        ("resume download --output json", "<CANDIDATE_ID>"),
        ("postings --output json", "<"),
        ("call candidate.createNote --note a --note b --output json", "--note"),
        ("list jobs --limit 3 --all --output json", "--all"),
        ("list jobs --limit --output json", "--limit"),
    ] {
        let ran = site.run(line).await;
        assert_eq!(ran.code, Some(2), "{line}: {ran:#?}");
        let told = objects(&ran.stderr);
        assert_eq!(told.len(), 1, "{line}: {ran:#?}");
        assert!(told[0]["message"].as_str().unwrap().contains(named), "{line}: {ran:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn cursors_that_lead_in_a_circle_are_called_that() {
    let site = Site::new().await;
    site.server.faults().add(FaultRule::new("candidate.list", Fault::CursorLoop).page(PagePosition::Later));
    let ran = site.run("sync candidates --page-size 5").await;
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert!(ran.stderr.contains("lead in a circle") && !ran.stderr.contains("refused"), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_is_stopped_says_that_its_fate_is_open() {
    let site = Site::new().await;
    let candidate = truth(site.organisation(), "candidates").keys().next().unwrap().clone();
    site.server.faults().add(FaultRule::new("candidate.createNote", Fault::Hold));
    let child = start(site.ashby(&format!("call candidate.createNote --candidate-id {candidate} --note x")));
    site.held().await;
    signal(&child, "INT");
    let ran = ended(child).await;
    assert_eq!(ran.code, Some(130), "{ran:#?}");
    assert!(
        ran.stderr.contains("may have been carried out") && ran.stderr.contains("look before"),
        "{ran:#?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_would_be_told_is_asked_for_first() {
    let site = Site::new().await;
    let candidate = truth(site.organisation(), "candidates").keys().next().unwrap().clone();
    let note = format!("call candidate.createNote --candidate-id {candidate} --note x");
    let ran = site.run(&format!("{note} --send-notifications")).await;
    assert!(ran.code == Some(2) && ran.stderr.contains("--yes"), "{ran:#?}");
    assert_eq!(site.log().count("candidate.createNote"), 0);
    site.done(&format!("{note} --send-notifications --yes")).await;
    site.done(&note).await;
    assert_eq!(site.log().count("candidate.createNote"), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_no_state_is_named_and_the_destination_not_blamed() {
    let site = Site::new().await;
    site.done("sync jobs").await;
    std::fs::write(site.path("e.json"), "{\"a\":1}").unwrap();
    let ran = site.run("state import e.json").await;
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert!(ran.stderr.contains("e.json") && !ran.stderr.contains("move it away"), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_not_counted_as_an_answer() {
    let site = Site::new().await;
    let ran = site.run("webhook trigger candidateHire --url http://127.0.0.1:1/x").await;
    assert!(
        ran.code == Some(1) && ran.stdout.contains("no answer") && !ran.stdout.contains("answered in"),
        "{ran:#?}"
    );
    std::fs::write(site.path("rows.jsonl"), "{\"title\":\"x\"}\n").unwrap();
    let ran = site.run("call candidateTag.create --each rows.jsonl --output csv").await;
    assert!(ran.code == Some(2) && ran.stderr.contains("csv"), "{ran:#?}");
    assert_eq!(site.log().count("candidateTag.create"), 0);
}

/// Where failures are objects, everything on standard error is, so that a program can read all of it.
#[tokio::test(flavor = "multi_thread")]
async fn notes_are_objects_where_failures_are() {
    let site = Site::new().await;
    let mut command =
        bare(site.directory.path(), "--output json get jobs 8b0f2a32-7a0f-4f0e-9a53-3a5a0c1d0e0f");
    command.env("ASHBY_API_KEY", "wrong").env("XDG_CONFIG_HOME", site.path("own"));
    std::fs::create_dir_all(site.path("own/ashby")).unwrap();
    let own = format!("base_url = \"{}\"\n", site.server.base_url());
    std::fs::write(site.path("own/ashby/config.toml"), own).unwrap();
    let ran = run(command).await;
    assert_eq!(ran.code, Some(3), "{ran:#?}");
    let told = objects(&ran.stderr);
    assert_eq!(told.len(), 2, "{ran:#?}");
    assert!(told[0]["message"].as_str().unwrap().starts_with("note: the key goes to"), "{ran:#?}");
    assert_eq!((&told[0]["type"], &told[1]["exit_code"]), (&"note".into(), &3.into()), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sync_that_could_not_read_a_stream_tells_programs_which() {
    let site = Site::new().await;
    site.server.faults().add(FaultRule::new("job.list", Fault::Status { status: 503 }));
    for (line, code) in [
        ("sync users jobs --errors json", 4),
        ("sync jobs --output json", 1),
        ("sync jobs --log-format json", 1),
        ("sync users --errors json", 0),
    ] {
        let ran = site.run(line).await;
        assert_eq!(ran.code, Some(code), "{line}: {ran:#?}");
        let of_programs = |line: &&str| line.starts_with('{') && line.contains("\"exit_code\"");
        let told: Vec<Value> =
            ran.stderr.lines().filter(of_programs).map(|line| serde_json::from_str(line).unwrap()).collect();
        if code == 0 || line.contains("--log-format") {
            assert!(told.is_empty(), "{line}: {ran:#?}");
            continue;
        }
        assert_eq!(told.len(), 1, "{line}: {ran:#?}");
        assert_eq!(told[0]["exit_code"], code, "{line}: {ran:#?}");
        assert!(
            told[0]["message"].as_str().unwrap().contains("1 stream could not be read: jobs"),
            "{ran:#?}"
        );
        assert!(told[0]["causes"][0].as_str().unwrap().contains("503"), "{line}: {ran:#?}");
        assert_eq!(
            (&told[0]["type"], &told[0]["retryable"]),
            (&"transient".into(), &true.into()),
            "{ran:#?}"
        );
    }
    // How Ashby calls it, and the request, for whoever asks there.
    site.server.faults().clear();
    let refusal = Fault::Error { code: "odd_code".to_owned(), shape: ErrorShape::Both, status: 200 };
    site.server.faults().add(FaultRule::new("job.list", refusal));
    let ran = site.run("sync users jobs --errors json").await;
    assert_eq!(ran.code, Some(4), "{ran:#?}");
    let told = objects(&ran.stderr).pop().unwrap();
    assert_eq!((&told["type"], &told["retryable"]), (&"data".into(), &false.into()), "{told:#}");
    assert_eq!(told["code"], "odd_code", "{told:#}");
    assert!(told["request_id"].as_str().is_some_and(|id| !id.is_empty()), "{told:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn all_that_a_sync_says_is_objects_where_failures_are() {
    let site = Site::new().await;
    site.server.faults().add(FaultRule::new("job.list", Fault::Status { status: 503 }));
    let ran = site.run("sync users jobs --errors json").await;
    assert_eq!(ran.code, Some(4), "{ran:#?}");
    let told = objects(&ran.stderr);
    assert!(told.iter().any(|object| object["event"] == "ended"), "{ran:#?}");

    let mut command = site.ashby("sync users jobs --watch --interval 1s --errors json --log info");
    // What is going on is told, too.
    command.env("ASHBY_NO_PROGRESS", "false").env("ASHBY_PROGRESS_INTERVAL", "1s");
    let mut child = start(command);
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let (mut rounds, mut is_stopped) = (0, false);
    while let Some(line) = lines.next_line().await.unwrap() {
        let object: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("{line}"));
        rounds += usize::from(object["event"] == "round");
        if rounds >= 2 && !is_stopped {
            is_stopped = true;
            signal(&child, "TERM");
        }
    }
    assert!(is_stopped && child.wait().await.unwrap().code() == Some(4));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_asked_for_is_a_mistake_in_the_command_line_and_a_bad_key_one_of_credentials() {
    let site = Site::new().await;
    let mut odd = site.ashby("check");
    odd.env("ASHBY_API_KEY", "no\u{1}key");
    let ran = run(odd).await;
    assert_eq!(ran.code, Some(3), "{ran:#?}");
    assert!(ran.stderr.contains("hint: copy it anew") && !ran.stderr.contains("no\u{1}key"), "{ran:#?}");

    let code = "invalid_api_key".to_owned();
    let refusal = Fault::Error { code, shape: ErrorShape::default(), status: 200 };
    site.server.faults().add(FaultRule::new("job.list", refusal));
    let ran = site.run("list jobs").await;
    assert_eq!(ran.code, Some(3), "{ran:#?}");
    assert!(ran.stderr.contains("hint: check that the API key is complete"), "{ran:#?}");

    let mut board = site.ashby("postings");
    board.arg("..");
    let ran = run(board).await;
    assert_eq!(ran.code, Some(2), "{ran:#?}");
    let ran = site.run("list nosuch").await;
    assert!(ran.stderr.contains("brands,") && !ran.stderr.contains("apiKeys"), "{ran:#?}");
    let ran = site.run("get nosuch").await;
    assert!(ran.stderr.contains("apiKeys,"), "{ran:#?}");
    let ran = site.run("sync --select nosuch.a").await;
    assert!(ran.stderr.contains("there is no stream named `nosuch`"), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_another_kind_of_file_are_called_what_they_are() {
    let site = Site::new().await;
    let call = "call candidate.createNote --each rows.csv --dry-run";
    for (content, told) in [
        (&b"candidateId;note\nx;y\n"[..], "separated by semicolons"),
        (b"candidateId\tnote\nx\ty\n", "separated by tabs"),
        (b"\xff\xfec\0", "it is UTF-16 text"),
        (b"candidateId,note\nx,\xe4\n", "it is not UTF-8 text"),
    ] {
        std::fs::write(site.path("rows.csv"), content).unwrap();
        let ran = site.run(call).await;
        assert_eq!(ran.code, Some(2), "{told}: {ran:#?}");
        assert!(ran.stderr.contains(told), "{told}: {ran:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_shows_no_secret() {
    let site = Site::new().await;
    let call = "call webhook.create --webhook-type candidateHire --request-url https://example.com/hook \
                --secret-token very-secret-0123456789 --dry-run";
    for output in ["table", "json"] {
        let ran = site.run(&format!("{call} --output {output}")).await;
        assert_eq!(ran.code, Some(0), "{ran:#?}");
        assert!(ran.stdout.contains("[masked]") && !ran.stdout.contains("very-secret"), "{ran:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_would_be_purged_is_counted_before_a_word_is_asked_for() {
    let site = Site::new().await;
    site.done("sync users").await;
    let ran = site.run("purge users --everything").await;
    assert_eq!(ran.code, Some(2), "{ran:#?}");
    let count = truth(site.organisation(), "users").len();
    assert!(ran.stderr.contains(&format!("{count} records would be taken out")), "{ran:#?}");
    assert_eq!(crate::support::sqlite(&site.path("ashby.db"), "users").len(), count);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_is_taken_leaves_nothing_behind() {
    let site = Site::new().await;
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let ran = site.run(&format!("listen --listen {}", taken.local_addr().unwrap())).await;
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    let left: Vec<_> = std::fs::read_dir(site.directory.path()).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
}

/// What people write is small, and what lies where somebody else may have put it is a plain file.
#[tokio::test(flavor = "multi_thread")]
async fn devices_and_pipes_in_the_place_of_files_are_refused_at_once() {
    let site = Site::new().await;
    let mut key = site.ashby("check");
    key.env_remove("ASHBY_API_KEY").env("ASHBY_API_KEY_FILE", "/dev/zero");
    let ran = run(key).await;
    assert_eq!(ran.code, Some(3), "{ran:#?}");
    assert!(ran.stderr.contains("no plain file"), "{ran:#?}");
    let ran = site.run("listen --listen 127.0.0.1:0 --secret-file /dev/zero").await;
    assert_eq!(ran.code, Some(3), "{ran:#?}");
    let ran = site.run("listen --listen 127.0.0.1:0 --secret-file a-secret-by-mistake").await;
    assert!(ran.code == Some(3) && !ran.stderr.contains("by-mistake"), "{ran:#?}");
    let made = std::process::Command::new("mkfifo").arg(site.path("ashby.toml")).status().unwrap();
    assert!(made.success());
    let ran = site.run("streams").await;
    assert_eq!(ran.code, Some(2), "{ran:#?}");
    assert!(ran.stderr.contains("no plain file"), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_that_lay_there_before_are_not_believed() {
    let site = Site::new().await;
    let kept = site.path("ashby-webhooks.json");
    std::fs::write(&kept, r#"{"version":1,"secret":"somebody-elses","webhooks":[]}"#).unwrap();
    std::fs::set_permissions(&kept, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
    for line in ["listen --listen 127.0.0.1:0", "webhook setup https://example.com/h --yes", "webhook list"] {
        let ran = site.run(line).await;
        assert_eq!(ran.code, Some(2), "{line}: {ran:#?}");
        assert!(ran.stderr.contains("chmod 600") && !ran.stderr.contains("somebody-elses"), "{ran:#?}");
    }
    assert_eq!(site.log().count("webhook.create"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_that_was_kept_is_not_written_over() {
    let site = Site::new().await;
    site.done("sync users").await;
    std::fs::write(site.path("one.json"), site.done("state export").await.stdout).unwrap();
    for _ in 0..3 {
        site.done("state import one.json").await;
    }
    let kept = std::fs::read_dir(site.directory.path()).unwrap().flatten();
    let kept = kept.filter(|entry| entry.file_name().to_string_lossy().starts_with("ashby-state-"));
    assert_eq!(kept.count(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_was_killed_is_not_said_to_be_on() {
    let site = Site::new().await;
    let mut child = start(site.ashby("sync users --watch --interval 1h"));
    let status = site.path(".ashby.db.status.json");
    let is_told = || std::fs::read_to_string(&status).is_ok_and(|text| text.contains("users"));
    crate::support::until("the run says where it stands", is_told).await;
    let ran = site.done("status --output json").await;
    assert!(ran.stdout.contains("\"is_on\": true"), "{ran:#?}");
    // Whoever is refused meanwhile says nothing in its place.
    let refused = site.run("sync users").await;
    assert!(refused.code == Some(1) && refused.stderr.contains("in use"), "{refused:#?}");
    let ran = site.done("status --output json").await;
    assert!(ran.stdout.contains("\"is_on\": true"), "{ran:#?}");
    child.start_kill().unwrap();
    child.wait().await.unwrap();
    let ran = site.done("status --output json").await;
    assert!(ran.stdout.contains("\"is_on\": false"), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_shows_what_would_be_sent() {
    let site = Site::new().await;
    let ran = site.done("list jobs --limit 3 --dry-run --output json").await;
    let shown: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(shown["body"], serde_json::json!({"limit": 3}));
    let ran = site.run("resume download 7c1b5c39-4c4f-4a53-8a3f-2f5f4f5f4f5f --dir .").await;
    assert_eq!(ran.code, Some(2), "{ran:#?}");
}

/// Who closes the terminal wants a sync to end; one that was started to outlive it (as these tests may be) goes on.
#[tokio::test(flavor = "multi_thread")]
async fn a_sync_ends_in_order_when_its_terminal_goes_away() {
    let site = Site::new().await;
    let sync = site.ashby("sync users");
    let mut command = tokio::process::Command::new("env");
    command.arg("--default-signal=HUP").arg(sync.as_std().get_program()).args(sync.as_std().get_args());
    command.current_dir(site.directory.path()).env_clear().kill_on_drop(true);
    command.envs(sync.as_std().get_envs().filter_map(|(name, value)| Some((name, value?))));
    site.server.faults().add(FaultRule::new("user.list", Fault::Hold));
    let child = start(command);
    site.held().await;
    signal(&child, "HUP");
    let ran = ended(child).await;
    assert_eq!(ran.code, Some(130), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn records_that_go_nowhere_are_told_of() {
    use std::process::Stdio;

    let site = Site::new().await;
    let told = "records go nowhere";
    let sync = "sync users --to stdout --state";
    assert!(!site.run(&format!("{sync} piped.json")).await.stderr.contains(told));
    // Without a state, the next run brings them again.
    let mut aside = site.ashby("sync users --to stdout");
    let ran = aside.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap().wait_with_output().await;
    assert!(!String::from_utf8(ran.unwrap().stderr).unwrap().contains(told));

    let mut led = site.ashby(&format!("{sync} led.json"));
    let led = led.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    // A shell closes it.
    let ours = site.ashby(&format!("{sync} closed.json"));
    let mut closed = tokio::process::Command::new("sh");
    closed.current_dir(ours.as_std().get_current_dir().unwrap()).env_clear();
    closed.arg("-c").arg("exec \"$0\" \"$@\" >&-").arg(ours.as_std().get_program());
    closed
        .args(ours.as_std().get_args())
        .envs(ours.as_std().get_envs().filter_map(|(name, value)| value.map(|value| (name, value))));
    let closed = closed.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    for child in [led, closed] {
        let said = String::from_utf8(child.wait_with_output().await.unwrap().stderr).unwrap();
        assert_eq!(said.matches(told).count(), 1, "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_made_has_the_code_of_what_was_wrong() {
    let site = Site::new().await;
    // A place that cannot be is a slip in the command line; one that is forbidden is none.
    let resumes = "resume download --all --dir";
    assert_eq!(site.run(&format!("{resumes} absent/resumes")).await.code, Some(2));
    let ran = site.run(&format!("{resumes} /sys/resumes")).await;
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert!(ran.stderr.contains("hint: name another with --dir"), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn how_the_newest_run_ended_is_known_later() {
    let site = Site::new().await;
    site.done("sync users").await;
    let ran = site.done("status").await;
    assert!(
        ran.stdout.contains("no run is on; the last ended") && !ran.stdout.contains("failed"),
        "{ran:#?}"
    );
    let mut refused = site.ashby("sync users");
    refused.env("ASHBY_API_KEY", "another");
    assert_eq!(run(refused).await.code, Some(3));
    let ran = site.done("status").await;
    assert!(ran.stdout.contains(" ago and failed: "), "{ran:#?}");
    let ran = site.done("status --output json").await;
    let told: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert!(told["run"]["ended"]["failed"].is_string(), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_quiet_still_says_what_its_exit_code_is_about() {
    let site = Site::new().await;
    site.server.faults().add(FaultRule::new(
        "user.list",
        Fault::Error {
            code: "missing_endpoint_permission".to_owned(),
            shape: ErrorShape::Objects,
            status: 403,
        },
    ));
    let ran = site.run("sync users jobs -q").await;
    assert!(ran.code != Some(0) && ran.stderr.contains("users"), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_nobody_could_see_is_not_good() {
    let site = Site::new().await;
    let mut command = site.ashby("token create full");
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let child = command.stdout(full).stderr(std::process::Stdio::piped()).spawn().unwrap();
    let said = String::from_utf8(child.wait_with_output().await.unwrap().stderr).unwrap();
    assert!(said.contains("is revoked again"), "{said}");
    let mut command = site.ashby("token create nowhere");
    let child =
        command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::piped()).spawn().unwrap();
    let said = String::from_utf8(child.wait_with_output().await.unwrap().stderr).unwrap();
    assert!(said.contains("nobody would see the token"), "{said}");
    let ran = site.done("token list --output json").await;
    assert!(!ran.stdout.contains("full") && !ran.stdout.contains("nowhere"), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_looks_leaves_no_proof_and_no_demo_takes_another_page() {
    let site = Site::new().await;
    site.done("sync candidates").await;
    let candidate = truth(site.organisation(), "candidates").keys().next().unwrap().clone();
    let ran = site.run(&format!("purge --candidate {candidate} --dry-run --receipt r.json")).await;
    assert!(ran.code == Some(2) && !site.path("r.json").exists(), "{ran:#?}");

    std::fs::write(site.path("ashby-demo.html"), "mine").unwrap();
    let ran = run(bare(site.directory.path(), "demo")).await;
    assert!(ran.code == Some(1) && ran.stderr.contains("ashby-demo.html"), "{ran:#?}");
    assert_eq!(std::fs::read_to_string(site.path("ashby-demo.html")).unwrap(), "mine");
}
