//! `ashby call`, `get` and `list`: from a command line to a request, and what stops it on the way.

use ashby_sim::{Fault, FaultRule, Key, ServerOptions};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;

use crate::support::{Ran, Site, bare, ended, run, shape, snapshot, start, truth};

/// Stands where nothing may be quoted.
const SECRET: &str = "kept-to-ourselves";

impl Site {
    /// A run with these arguments, white space and all.
    pub(crate) async fn called(&self, arguments: &[&str]) -> Ran {
        let mut command = self.ashby("");
        command.args(arguments);
        run(command).await
    }

    /// The id of some record of a stream.
    pub(crate) fn some(&self, stream: &str) -> String {
        let records = truth(self.organisation(), stream);
        records.values().next().unwrap()["id"].as_str().unwrap().to_owned()
    }

    /// The id of a candidate whose applications are all over.
    pub(crate) fn past_candidate(&self) -> String {
        let applications = truth(self.organisation(), "applications");
        let is_under_way = |id: &Value| {
            let mut own = applications.values().filter(|application| application["candidate"]["id"] == *id);
            own.any(|application| !["Archived", "Hired"].map(Value::from).contains(&application["status"]))
        };
        let candidates = truth(self.organisation(), "candidates");
        let found = candidates.values().find(|candidate| !is_under_way(&candidate["id"])).unwrap();
        found["id"].as_str().unwrap().to_owned()
    }
}

fn parameters(site: &Site, operation: &str) -> Vec<Value> {
    site.log().of(operation).into_iter().map(|entry| Value::Object(entry.parameters)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn flags_become_the_request() {
    let site = Site::new().await;
    let candidate = site.some("candidates");
    let ran = site
        .called(&[
            "call",
            "candidate.createNote",
            "--candidate-id",
            &candidate,
            "--note",
            "true",
            "--is-private",
        ])
        .await;
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    assert_eq!(
        parameters(&site, "candidate.createNote"),
        [json!({"candidateId": candidate, "note": "true", "isPrivate": true})]
    );
    let made: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(made["content"], "true", "{ran:#?}");

    site.log().clear();
    for arguments in [
        vec!["get", "candidates", &candidate],
        vec!["get", "candidate", "--id", &candidate],
        vec!["call", "candidate.info", "--id", &candidate, "--output", "json"],
        vec!["--output", "json", "call", "--json", &format!("{{\"id\": \"{candidate}\"}}"), "candidate.info"],
    ] {
        let ran = site.called(&arguments).await;
        assert_eq!(ran.code, Some(0), "{ran:#?}");
        assert_eq!(serde_json::from_str::<Value>(&ran.stdout).unwrap()["id"], candidate);
    }
    assert_eq!(parameters(&site, "candidate.info"), vec![json!({"id": candidate}); 4]);

    site.log().clear();
    let ran = site
        .called(&["list", "jobs", "--status", "open", "--status", "Closed", "--opened-after", "2020-01-31"])
        .await;
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    assert_eq!(
        parameters(&site, "job.list"),
        [json!({"status": ["Open", "Closed"], "openedAfter": 1_580_428_800_000_i64})]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn values_come_from_files_and_from_standard_input() {
    let site = Site::new().await;
    let candidate = site.some("candidates");
    std::fs::write(site.path("note.txt"), "First line\nsecond\n").unwrap();
    std::fs::write(site.path("body.json"), json!({"candidateId": candidate, "note": "replaced"}).to_string())
        .unwrap();
    for (flag, note) in
        [("--note-file", "note.txt"), ("--note", "@note.txt"), ("--note", "@/proc/self/environ")]
    {
        let ran = site.called(&["call", "candidate.createNote", "--json", "@body.json", flag, note]).await;
        assert_eq!(ran.code, Some(0), "{ran:#?}");
        let is_told = note.starts_with('@');
        assert_eq!(ran.stderr.contains("--note-file reads a file"), is_told, "{ran:#?}");
    }
    let notes: Vec<Value> = parameters(&site, "candidate.createNote")
        .iter()
        .map(|parameters| parameters["note"].clone())
        .collect();
    assert_eq!(notes, ["First line\nsecond", "@note.txt", "@/proc/self/environ"]);

    let mut command = site.ashby("call candidate.info --json -");
    command.stdin(std::process::Stdio::piped());
    let mut child = start(command);
    let body = json!({"id": candidate}).to_string();
    child.stdin.take().unwrap().write_all(body.as_bytes()).await.unwrap();
    assert_eq!(ended(child).await.code, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn mistakes_are_found_before_anything_is_sent() {
    let site = Site::new().await;
    let candidate = site.some("candidates");
    std::fs::write(site.path("broken.json"), "{\"id\": kept-to-ourselves}").unwrap();
    std::fs::write(site.path("binary"), [0xff, 0xfe]).unwrap();
    let cases: &[(&str, &[&str])] = &[
        ("unknown_operation", &["call", "candidate.creatNote"]),
        ("no_operation", &["call"]),
        ("unknown_flag", &["call", "candidate.createNote", "--candidat-id", SECRET]),
        ("stray_value", &["call", "candidate.createNote", "--note", "a", SECRET]),
        ("missing", &["call", "candidate.createNote", "--send-notifications=perhaps"]),
        ("wrong_types", &["call", "job.list", "--opened-after", SECRET, "--status", SECRET]),
        ("wrong_limit", &["list", "jobs", "--limit", SECRET]),
        ("not_a_uuid", &["call", "candidate.info", "--id", SECRET]),
        ("exclusive_pair", &["call", "candidate.info", "--id", &candidate, "--external-mapping-id", SECRET]),
        ("neither_of_a_pair", &["get", "candidates"]),
        ("unreadable_file", &["call", "candidate.createNote", "--note-file", "absent.txt"]),
        ("no_text_file", &["call", "candidate.createNote", "--note-file", "binary"]),
        ("broken_json", &["call", "candidate.info", "--json", "@broken.json"]),
        ("unknown_member", &["call", "candidate.info", "--json", "{\"idd\": \"kept-to-ourselves\"}"]),
        ("not_clearable", &["call", "candidate.createNote", "--clear", "note", "--candidate-id", &candidate]),
        ("not_open", &["call", "candidate.createNote", "--set", "more=\"kept-to-ourselves\""]),
        ("unknown_kind", &["list", "candidats"]),
        ("no_list", &["list", "apiKeys"]),
        ("no_jq", &["call", "candidate.list", "--jq", ".["]),
        ("no_jq_term", &["call", "candidate.list", "--jq", ".[0] | | .id"]),
        ("no_kind_to_list", &["list", "nonesuch"]),
        ("jq_table", &["call", "candidate.list", "--jq", ".", "--output", "table"]),
        ("on_behalf_of_read", &["call", "candidate.list", "--on-behalf-of", SECRET]),
        ("describe_unknown", &["describe", "candidate"]),
        ("unknown_permission", &["operations", "--permission", "candidateWrites"]),
        ("unknown_format", &["operations", "--output", "rss"]),
    ];
    let mut all = String::new();
    for (name, arguments) in cases {
        let ran = site.called(arguments).await;
        assert_eq!(ran.code, Some(2), "{name}: {ran:#?}");
        assert_eq!(ran.stdout, "", "{name}");
        assert!(!ran.stderr.contains(SECRET), "{name}: {ran:#?}");
        all.push_str(&format!("{name}\n{}\n", ran.stderr));
    }
    snapshot("call_mistakes", &site, &all);
    assert_eq!(site.log().total(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_shows_the_request_and_sends_nothing() {
    let site = Site::new().await;
    let arguments = [
        "call",
        "application.changeStage",
        "--application-id",
        "9d1b7c0e-2f5e-4d9c-8b1a-3c2f5e4d9c8b",
        "--interview-stage-id",
        "0b1b7c0e-2f5e-4d9c-8b1a-3c2f5e4d9c8b",
        "--on-behalf-of",
        "7a1b7c0e-2f5e-4d9c-8b1a-3c2f5e4d9c8b",
        "--dry-run",
    ];
    let mut without_key = bare(site.directory.path(), "");
    without_key.args(arguments);
    let ran = run(without_key).await;
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    snapshot("call_dry_run", &site, &ran.stdout);

    let ran = site.called(&[&arguments[..], &["--output", "json"]].concat()).await;
    let request: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(request["url"], format!("{}/application.changeStage", site.server.base_url()));
    assert!(!ran.stdout.contains("sim-key") && ran.stdout.contains("[masked]"), "{ran:#?}");
    assert_eq!(site.log().total(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_taken_back_or_is_noticed_needs_a_yes() {
    let site = Site::new().await;
    let candidate = site.past_candidate();
    for arguments in [
        ["call", "candidate.anonymize", "--candidate-id", &candidate],
        ["call", "candidate.update", "--candidate-id", &candidate],
    ] {
        let ran = site.called(&arguments).await;
        assert_eq!(ran.code, Some(2), "{ran:#?}");
        assert!(ran.stderr.contains("--yes") && ran.stderr.contains("nothing was sent"), "{ran:#?}");
    }
    assert_eq!(site.log().total(), 0);
    snapshot(
        "call_needs_yes",
        &site,
        &site.called(&["call", "candidate.anonymize", "--candidate-id", &candidate]).await.stderr,
    );

    let ran = site.called(&["call", "candidate.anonymize", "--candidate-id", &candidate, "--yes"]).await;
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    assert_eq!(site.log().total(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_is_sent_once_whatever_happens_to_it() {
    let site = Site::new().await;
    let candidate = site.some("candidates");
    let mut all = String::new();
    for (name, fault) in [
        ("server", Fault::Status { status: 500 }),
        ("cut", Fault::CutBody { after_bytes: 10 }),
        ("reset", Fault::Reset),
        ("garbage", Fault::Garbage),
    ] {
        site.server.faults().add(FaultRule::new("candidate.createNote", fault).times(1));
        site.log().clear();
        let mut command = site.ashby("call candidate.createNote --note");
        command.args([SECRET, "--candidate-id", &candidate]).env("ASHBY_MAX_ATTEMPTS", "6");
        let ran = run(command).await;
        assert_eq!(ran.code, Some(1), "{name}: {ran:#?}");
        assert_eq!(site.log().count("candidate.createNote"), 1, "{name}");
        assert!(
            ran.stderr.contains("may have been made") && ran.stderr.contains("candidate.listNotes"),
            "{ran:#?}"
        );
        assert!(!ran.stderr.contains(SECRET), "{name}: {ran:#?}");
        if name == "server" {
            all.push_str(&ran.stderr);
        }
    }
    snapshot("call_ambiguous", &site, &all);
}

#[tokio::test(flavor = "multi_thread")]
async fn half_a_character_that_is_given_is_mended_and_told() {
    let site = Site::new().await;
    let candidate = site.some("candidates");
    let json = format!(r#"{{"candidateId":"{candidate}","note":"Cut \ud83d"}}"#);
    let create = ["call", "candidate.createNote"];
    for given in [&["--json", &json][..], &["--candidate-id", &candidate, "--set", r#"note="Cut \ud83d""#]] {
        site.log().clear();
        let ran = site.called(&[&create[..], given].concat()).await;
        assert_eq!(ran.code, Some(0), "{given:?}: {ran:#?}");
        assert_eq!(ran.stderr.matches("some text holds half a character").count(), 1, "{given:?}: {ran:#?}");
        let sent = &site.log().of("candidate.createNote")[0].parameters["note"];
        assert_eq!(sent, "Cut \u{fffd}", "{given:?}");
    }
    // Text is text: a backslash in it stands for itself.
    let plain =
        site.called(&[&create[..], &["--candidate-id", &candidate, "--note", r"Cut \ud83d"]].concat()).await;
    assert!(plain.code == Some(0) && !plain.stderr.contains("half a character"), "{plain:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_permission_is_named_as_the_screen_names_it() {
    let key = Key::limited("sim-key", ["candidates:read"]);
    let site = Site::with(&shape(), ServerOptions { keys: vec![key], ..ServerOptions::default() }).await;
    let candidate = site.some("candidates");
    let ran =
        site.called(&["call", "candidate.createNote", "--candidate-id", &candidate, "--note", "x"]).await;
    assert_eq!(ran.code, Some(3), "{ran:#?}");
    assert!(ran.stderr.contains("\"Candidates: Write\""), "{ran:#?}");
    snapshot("call_permission", &site, &ran.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ashby_refuses_is_said_with_its_code() {
    let site = Site::new().await;
    let ran = site.called(&["get", "candidates", "9d1b7c0e-2f5e-4d9c-8b1a-3c2f5e4d9c8b"]).await;
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert!(ran.stderr.contains("candidate_not_found") && ran.stderr.contains("request id"), "{ran:#?}");

    let refused = Fault::Error { code: "invalid_input".into(), shape: Default::default(), status: 200 };
    site.server.faults().add(FaultRule::new("job.list", refused).times(1));
    let ran = site.called(&["list", "jobs"]).await;
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert!(
        ran.stderr.contains("`invalid_input`") && ran.stderr.contains("ashby describe job.list"),
        "{ran:#?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn deprecated_operations_work_and_say_what_to_use_instead() {
    let site = Site::new().await;
    let ran = site
        .called(&[
            "call",
            "application.change_stage",
            "--application-id",
            "9d1b7c0e-2f5e-4d9c-8b1a-3c2f5e4d9c8b",
            "--interview-stage-id",
            "9d1b7c0e-2f5e-4d9c-8b1a-3c2f5e4d9c8b",
            "--dry-run",
        ])
        .await;
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    assert!(ran.stderr.contains("use application.changeStage"), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_newer_than_the_catalog_can_be_sent() {
    let site = Site::new().await;
    let candidate = site.some("candidates");
    let id = format!("{{\"id\": \"{candidate}\"}}");

    // An operation of which nothing is known changes something, unless somebody says that it does not.
    let raw = ["call", "--raw", "candidate.brandNew", "--json", "{}"];
    let ran = site.called(&raw).await;
    assert_eq!((ran.code, site.log().total()), (Some(2), 0), "{ran:#?}");
    assert!(ran.stderr.contains("--yes"), "{ran:#?}");
    let ran = site.called(&[&raw[..], &["--yes", "--set", "a=[1]"]].concat()).await;
    assert_eq!(ran.code, Some(1), "the simulator does not know it either: {ran:#?}");
    assert_eq!(site.log().total(), 1);
    let ran = site.called(&["call", "--raw", "candidate.info", "--read", "--json", &id]).await;
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    assert!(ran.stdout.contains(&candidate), "{ran:#?}");
    let ran = site.called(&["call", "--raw", "../x", "--read"]).await;
    assert_ne!(ran.code, Some(0), "{ran:#?}");

    // A parameter.
    site.log().clear();
    let note = ["call", "candidate.createNote", "--candidate-id", &candidate, "--note", "x"];
    let ran = site.called(&[&note[..], &["--set", "brandNew={\"a\":1}"]].concat()).await;
    assert!(ran.stderr.contains("warning: candidate.createNote: brandNew"), "{ran:#?}");
    assert_eq!(parameters(&site, "candidate.createNote")[0]["brandNew"], json!({"a": 1}));

    // A word.
    let list = ["call", "job.list", "--status", "Paused"];
    let ran = site.called(&list).await;
    assert_eq!(ran.code, Some(2), "{ran:#?}");
    assert!(ran.stderr.contains("--force"), "{ran:#?}");
    let ran = site.called(&[&list[..], &["--force"]].concat()).await;
    assert!(ran.stderr.contains("warning: job.list: status[0]"), "{ran:#?}");
    assert_eq!(parameters(&site, "job.list")[0]["status"], json!(["Paused"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nothing_brings_back_is_asked_about() {
    let site = Site::new().await;
    let id = "9d1b7c0e-2f5e-4d9c-8b1a-3c2f5e4d9c8b";
    for arguments in [
        ["offer.approve", "--offer-version-id", id],
        ["candidateTag.archive", "--tag-id", id],
        ["sequence.cancel", "--sequence-id", id],
    ] {
        let ran = site.called(&[&["call"][..], &arguments].concat()).await;
        assert_eq!(ran.code, Some(2), "{ran:#?}");
        assert!(ran.stderr.contains("cannot be undone"), "{ran:#?}");
    }
    let values = r#"[{"label":"A","value":"a"}]"#;
    for (arguments, why) in [
        (
            ["customField.updateSelectableValues", "--custom-field-id", id, "--selectable-values", values],
            "cannot be undone",
        ),
        (["job.setStatus", "--job-id", id, "--status", "Closed"], "needs --yes"),
    ] {
        let ran = site.called(&[&["call"][..], &arguments].concat()).await;
        assert_eq!(ran.code, Some(2), "{ran:#?}");
        assert!(ran.stderr.contains(why) && ran.stderr.contains("nothing was sent"), "{ran:#?}");
    }
    assert_eq!(site.log().total(), 0);
}
