//! Servers that quote back what they were sent: nothing of it reaches screens, logs, reports or journals.

use std::path::Path;

use serde_json::{Value, json};

use crate::mcp::Host;
use crate::serve::Server;
use crate::support::hostile::{ENCODED_KEY, Hostile, KEY, MANNERS, Manner};
use crate::support::{Ran, Site, bare, ended, private, run, signal, start, until};

/// In every text that a person keeps to themselves.
const MARK: &str = "c0nf1dent1al";
/// Ids are as telling.
const ID: &str = "0f9b2f46-5a3d-4b7c-9c0e-7a1f3b5d9e11";

/// Every command that sends something of its own, by what follows `ashby`; `~` is a space within a word.
const COMMANDS: &[&str] = &[
    "call candidate.create --name c0nf1dent1al~Ada --email c0nf1dent1al@example.com --phone-number +4915c0nf1dent1al",
    "call candidate.createNote --candidate-id ID --note c0nf1dent1al~note",
    "call candidate.createNote --json {\"candidateId\":\"ID\",\"note\":\"c0nf1dent1al~note\"} --on-behalf-of ID",
    "call candidate.search --email c0nf1dent1al@example.com --output csv",
    "call candidate.list --cursor c0nf1dent1al-cursor --all",
    "call candidate.list --sync-token c0nf1dent1al-token",
    "call --raw newer.thing --json {\"text\":\"c0nf1dent1al~text\"} --yes",
    "call candidate.createNote --candidate-id ID --each rows.jsonl",
    "call applicationForm.submit --job-posting-id ID --application-form {\"fieldSubmissions\":[]} --attach _systemfield_resume=letter.txt --yes",
    "get candidates ID",
    "list applications --all --json {\"status\":\"Hired\"} --set text=\"c0nf1dent1al\"",
    "list users --limit 5 --envelope",
    "execute {\"entity\":\"candidates\",\"action\":\"get\",\"params\":{\"id\":\"ID\"}}",
    "postings --careers",
    "postings --careers --job-board ID",
    "webhook setup https://c0nf1dent1al.example.com/hook --types offerCreate --yes --secret-file secret",
    "webhook info",
    "webhook info ID",
    "webhook enable ID --yes",
    "webhook update ID --url https://c0nf1dent1al.example.com/other --yes",
    "webhook rotate ID --yes",
    "webhook delete ID --yes",
    "init --key environment --to sqlite:ashby.db --schedule none --yes --config made.toml",
    "reconcile users --to sqlite:kept.db",
    "resume upload ID letter.txt",
    "resume download ID",
    "resume download --all --dir resumes",
    "resume text ID",
    "file upload ID letter.txt",
    "file download c0nf1dent1al-handle",
    "file download --candidate ID --all",
    "report run ID -o report.csv",
    "check",
    "check --output json",
    "doctor -v",
    "doctor --output json",
    "streams --readable",
    "sync users candidates applications candidate_notes",
    "sync users candidates --to jsonl:out",
    "sync users --dry-run",
    // Until it has asked.
    "sync users --watch --interval 1s",
];

/// What the commands read, and what one of them is given to keep.
const INPUTS: [&str; 3] = ["rows.jsonl", "secret", "letter.txt"];

fn prepare(directory: &Path) {
    std::fs::write(
        directory.join("rows.jsonl"),
        "{\"note\":\"c0nf1dent1al row\"}\n{\"note\":\"c0nf1dent1al other\"}\n",
    )
    .unwrap();
    std::fs::write(directory.join("secret"), "c0nf1dent1al-secret-of-webhooks\n").unwrap();
    std::fs::write(directory.join("letter.txt"), "c0nf1dent1al letter").unwrap();
    let webhook = json!({
        "id": ID, "kind": "candidateHire", "url": "https://c0nf1dent1al.example.com/hook", "enabled": true,
        "created_at": "2026-01-02T09:00:00Z", "secret": "c0nf1dent1al-secret-of-webhooks",
    });
    let kept = json!({"version": 1, "webhooks": [webhook]});
    private(&directory.join("ashby-webhooks.json"), &kept.to_string());
}

/// Everything in the files of a directory but the inputs and what keeps webhooks.
fn written(directory: &Path) -> String {
    let mut text = String::new();
    for entry in std::fs::read_dir(directory).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        if entry.path().is_dir() {
            text.push_str(&written(&entry.path()));
        } else if !INPUTS.contains(&name.as_str()) && !name.starts_with("ashby-webhooks") {
            text.push_str(&format!("\n[{name}] "));
            text.push_str(&String::from_utf8_lossy(&std::fs::read(entry.path()).unwrap()));
        }
    }
    text
}

async fn told(directory: &Path, server: &Hostile, arguments: &str, format: &str) -> Ran {
    let mut command = bare(directory, "");
    // Above, a word's spaces are written so that the words can be told apart.
    command.args(arguments.split_whitespace().map(|word| word.replace("ID", ID).replace('~', " ")));
    command.args(["--log", "trace", "--log-format", format, "--api-version", "2026-01-01"]);
    command.env("ASHBY_API_KEY", KEY).env("ASHBY_BASE_URL", &server.url);
    if !arguments.contains("--watch") {
        return run(command).await;
    }
    let before = server.requests();
    let child = start(command);
    until("it has asked", || server.requests() > before).await;
    signal(&child, "TERM");
    ended(child).await
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_a_server_quotes_back_goes_further() {
    let site = Site::new().await;
    site.done("sync users").await;
    for manner in MANNERS {
        let server = Hostile::start(manner, None).await;
        for (number, arguments) in COMMANDS.iter().enumerate() {
            let directory = tempfile::tempdir().unwrap();
            prepare(directory.path());
            std::fs::copy(site.path("ashby.db"), directory.path().join("kept.db")).unwrap();
            let format = if number % 2 == 0 { "text" } else { "json" };
            let before = server.requests();
            let ran = told(directory.path(), &server, arguments, format).await;
            assert!(server.requests() > before, "{arguments} was not sent: {ran:#?}");
            // What an operation answers is what its caller wants to see, the server's doing or not.
            let stdout = if manner == Manner::Warn { "" } else { ran.stdout.as_str() };
            let heard = format!("{stdout}{}{}", ran.stderr, written(directory.path()));
            // A command that is suggested is about what was asked for.
            let heard = heard.replace(&format!("`ashby file download --candidate {ID} --all`"), "");
            nothing_leaked(&heard, &format!("{manner:?}: {arguments}"));
        }
    }
}

fn nothing_leaked(heard: &str, about: &str) {
    for secret in [MARK, ID, KEY, ENCODED_KEY] {
        let around = heard.find(secret).map(|at| {
            let starts = (0..=at.saturating_sub(200)).rev().find(|start| heard.is_char_boundary(*start));
            heard[starts.unwrap_or(0)..].chars().take(400).collect::<String>()
        });
        assert_eq!(around, None, "{about}: {secret}");
    }
}

/// What agents ask for, by tool.
fn asked() -> [(&'static str, Value); 5] {
    let search = json!({"email": "c0nf1dent1al@example.com"});
    [
        ("call_operation", json!({"operation": "candidate.info", "params": {"id": ID}})),
        ("call_operation", json!({"operation": "candidate.search", "params": search})),
        ("get", json!({"stream": "candidates", "id": ID, "live": true})),
        ("list", json!({"stream": "users"})),
        ("read_resume", json!({"candidate_id": ID})),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn agents_hear_nothing_that_a_server_quotes_back() {
    for manner in MANNERS.into_iter().filter(|manner| *manner != Manner::Warn) {
        let server = Hostile::start(manner, None).await;
        let directory = tempfile::tempdir().unwrap();
        let mut command = bare(directory.path(), "mcp --log trace");
        command.env("ASHBY_API_KEY", KEY).env("ASHBY_BASE_URL", &server.url);
        let mut host = Host::modern(command);
        let mut heard = String::new();
        for (tool, arguments) in asked() {
            let before = server.requests();
            let call = json!({"name": tool, "arguments": arguments});
            let answer = host.request("tools/call", call).await;
            assert!(server.requests() > before, "{tool} {arguments} was not sent: {answer}");
            heard.push_str(&answer.to_string());
        }
        heard.push_str(&host.end().await);
        nothing_leaked(&(heard + &written(directory.path())), &format!("{manner:?}"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_hear_nothing_that_a_server_quotes_back() {
    let site = Site::new().await;
    std::fs::write(site.path("key"), KEY).unwrap();
    for manner in MANNERS.into_iter().filter(|manner| *manner != Manner::Warn) {
        let hostile = Hostile::start(manner, None).await;
        let flags = format!("--base-url {} --api-key-file key --log trace", hostile.url);
        let mut server = Server::start(&site, &flags).await;
        let mut heard = String::new();
        for params in [json!({"id": ID}), json!({"id": ID, "live": true})] {
            let before = hostile.requests();
            let get = json!({"entity": "candidates", "action": "get", "params": params});
            let response = server.post("/execute", &get).send().await.unwrap();
            heard.push_str(&format!("{:?}", response.headers()));
            heard.push_str(&response.text().await.unwrap());
            assert!(hostile.requests() > before, "{get} was not sent: {heard}");
        }
        signal(&server.child, "TERM");
        while let Some(line) = server.stderr.next_line().await.unwrap() {
            heard.push_str(&line);
        }
        nothing_leaked(&heard, &format!("{manner:?}"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn cursors_and_tokens_that_are_quoted_back_go_no_further() {
    let site = Site::new().await;
    let behind = site.server.base_url().replace("http://", "");
    let sim_key = |directory: &Path, url: &str, arguments: &str| {
        let mut command = bare(directory, arguments);
        command.env("ASHBY_API_KEY", "sim-key").env("ASHBY_BASE_URL", url);
        command
    };
    let server = Hostile::start(Manner::RefuseLaterPages, Some(behind)).await;
    let directory = tempfile::tempdir().unwrap();
    let mut heard = String::new();
    for arguments in [
        "sync users candidates applications --page-size 50 --log trace",
        "sync users candidates applications --page-size 50 --log trace",
        "sync users candidates --to jsonl:out --page-size 20 --log trace --log-format json",
        "list candidates --all --page-size 20 --log trace --output table",
    ] {
        let ran = run(sim_key(directory.path(), &server.url, arguments)).await;
        heard.push_str(&ran.stderr);
        heard.push_str(&ran.stdout);
    }
    let texts = server.texts(|text| text.len() >= 16);
    assert!(texts.len() >= 3, "cursors and tokens were sent: {texts:?}");
    let leaked: Vec<&String> = texts.iter().filter(|text| heard.contains(text.as_str())).collect();
    assert!(leaked.is_empty(), "{leaked:?}: {heard}");
}

/// Pages of candidates without end.
async fn endless(page: fn(usize) -> Value) -> String {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let mut number = 0;
        while let Ok((mut stream, _)) = listener.accept().await {
            number += 1;
            let mut page = page(number);
            page["success"] = true.into();
            page["moreDataAvailable"] = true.into();
            page["nextCursor"] = format!("cursor-{number}").into();
            let body = page.to_string();
            let mut request = [0; 16 * 1024];
            let _ = stream.read(&mut request).await;
            let head =
                format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
            let _ = stream.write_all((head + &body).as_bytes()).await;
        }
    });
    url
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_without_an_end_end_with_what_is_wrong() {
    let board = |_| json!({"results": [{"id": ID, "title": "x", "isInternal": false}]});
    let same = endless(board).await;
    let empty = endless(|_| json!({"results": []})).await;
    for (url, says) in
        [(&same, "the same page comes again under another cursor"), (&empty, "pages in a row are empty")]
    {
        for arguments in [
            "list candidates --all",
            "list candidates --limit 100000",
            "call candidate.list --all",
            "call candidate.list --all --output ndjson",
            "postings --careers",
        ] {
            let directory = tempfile::tempdir().unwrap();
            let mut command = bare(directory.path(), arguments);
            command.env("ASHBY_API_KEY", "k").env("ASHBY_BASE_URL", url);
            let ran = run(command).await;
            assert!(ran.code == Some(1) && ran.stderr.contains(says), "{arguments}: {ran:#?}");
        }
    }
}
