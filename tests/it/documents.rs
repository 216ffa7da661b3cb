//! `--output json`: what each command then has on standard output.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::{Site, bare, ended, run, signal, start};

/// What is on standard output.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Holds {
    /// One JSON document.
    Document,
    /// A JSON object a line: what comes one by one, or has no end.
    Lines,
    /// What its help says instead of JSON: a file's content, a script, text for people, a protocol.
    Other,
}
use Holds::{Document, Lines, Other};

/// In this order, since later ones are about what earlier ones made. `CANDIDATE` and such stand for ids.
const TABLE: &[(&str, Holds)] = &[
    ("version", Document),
    ("init --yes --key environment --config init.toml --to sqlite:init.db --schedule none", Document),
    ("streams", Document),
    ("streams --readable", Document),
    ("check", Document),
    ("doctor", Document),
    ("sync --dry-run", Document),
    ("sync candidates users", Document),
    ("sync users", Document),
    ("sync users --to jsonl:out", Document),
    ("sync users --to stdout", Lines),
    ("sync --board sim", Document),
    ("sync --board sim --dry-run", Document),
    ("reconcile users --dry-run", Document),
    ("reconcile users", Document),
    ("status", Document),
    ("privacy presets", Document),
    ("privacy key own.key", Document),
    ("privacy check full", Document),
    ("privacy report users --policy minimal", Document),
    ("privacy report users --policy minimal --against full", Document),
    ("search a", Document),
    ("search zzzzzz", Document),
    ("search --rebuild", Document),
    ("search --rebuild a", Document),
    ("models build", Document),
    ("models build --full", Document),
    ("models list", Document),
    ("models describe applications", Document),
    ("models sql", Other),
    ("models check", Document),
    ("models rename", Document),
    ("state show", Document),
    ("state export", Document),
    ("state reset users", Document),
    ("state import state.json", Document),
    ("purge --dry-run", Document),
    ("purge --yes", Document),
    ("operations", Document),
    ("operations --writes note", Document),
    ("describe candidate.list", Document),
    ("call user.list", Document),
    ("call candidateTag.create --title x --dry-run", Document),
    ("call candidateTag.create --title x", Document),
    ("call candidateTag.create --each rows.jsonl --dry-run", Lines),
    ("call candidateTag.create --each rows.jsonl", Lines),
    ("get candidates CANDIDATE", Document),
    ("list users", Document),
    ("list users --all", Document),
    ("execute {\"entity\":\"jobs\",\"action\":\"list\"}", Document),
    ("execute --entities", Document),
    ("file upload CANDIDATE letter.txt --dry-run", Document),
    ("file upload CANDIDATE letter.txt", Document),
    ("file download --candidate CANDIDATE --name letter.txt", Document),
    ("resume upload CANDIDATE letter.txt", Document),
    ("resume download CANDIDATE --force", Document),
    ("resume download CANDIDATE -o cv.txt", Document),
    ("resume download CANDIDATE -o -", Other),
    ("resume download --all --dir resumes", Document),
    ("resume text CANDIDATE", Document),
    ("report run REPORT", Document),
    ("report run REPORT -o report.csv", Other),
    ("report list", Document),
    ("report html -o page.html", Document),
    ("report html", Other),
    ("query select/**/1", Document),
    ("postings sim", Document),
    ("feed sim", Document),
    ("config trust", Document),
    ("config untrust", Document),
    ("token create bot", Document),
    ("token list", Document),
    ("token rotate bot", Document),
    ("token revoke bot", Document),
    ("webhook list", Document),
    ("webhook setup http://127.0.0.1:1/x --types candidateHire --yes", Document),
    ("webhook list", Document),
    ("webhook info", Document),
    ("webhook enable all --yes", Document),
    ("webhook update --url http://127.0.0.1:2/x --yes", Document),
    ("webhook rotate --yes", Document),
    ("webhook rotate --finish --yes", Document),
    ("webhook delete all --yes", Document),
    ("webhook trigger candidateHire --url http://127.0.0.1:1/x", Document),
    ("webhook trigger candidateHire --count 3 --dry-run", Document),
    ("webhook replay", Document),
    ("sim serve", Document),
    ("help man --dir man", Document),
    ("completions bash", Other),
    ("schema jobs", Other),
    // They have tests of their own.
    ("demo", Other),
    ("listen", Lines),
    ("mcp", Other),
    ("compact", Document),
    ("migrate check", Document),
    ("serve", Other),
];

/// Not run here: they stay up, take long, or need what others have not.
const APART: [&str; 6] = ["compact", "demo", "listen", "mcp", "migrate check", "serve"];

/// The commands that have no commands below them, as help names them.
async fn leaves(path: String, found: &mut BTreeSet<String>) {
    let directory = tempfile::tempdir().unwrap();
    let help = run(bare(directory.path(), &format!("{path} --help"))).await.stdout;
    let below = help.split_once("\nCommands:\n").map(|(_, below)| below.split("\n\n").next().unwrap());
    let Some(below) = below else {
        found.insert(path);
        return;
    };
    let is_name = |line: &&str| line.starts_with("  ") && !line.starts_with("   ");
    for name in below.lines().filter(is_name).filter_map(|line| line.split_whitespace().next()) {
        // Of each group, too; it only helps.
        if name != "help" || path.is_empty() {
            Box::pin(leaves(format!("{path} {name}").trim().to_owned(), found)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_is_in_the_table() {
    let mut found = BTreeSet::new();
    leaves(String::new(), &mut found).await;
    assert!(found.len() > 40, "{found:?}");
    let is_missing =
        |path: &&String| !TABLE.iter().any(|(arguments, _)| arguments.starts_with(path.as_str()));
    let missing: Vec<_> = found.iter().filter(is_missing).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn standard_output_is_json_where_json_is_asked_for() {
    let site = Site::new().await;
    let candidate = site.some("candidates");
    std::fs::write(site.path("letter.txt"), "Dear all").unwrap();
    std::fs::write(site.path("rows.jsonl"), "{\"title\":\"one\"}\n{\"title\":\"two\"}\n").unwrap();
    std::fs::write(site.path("ashby.toml"), "max_rpm = 0\n").unwrap();
    ashby_webhooks_inbox(&site).await;
    for (arguments, holds) in TABLE {
        if APART.contains(arguments) {
            continue;
        }
        if arguments.starts_with("state import") {
            let state = site.done("state export").await.stdout;
            std::fs::write(site.path("state.json"), state).unwrap();
        }
        let words = arguments.replace("CANDIDATE", &candidate).replace("REPORT", crate::report::REPORT);
        let mut command = site.ashby(&words);
        command.env("ASHBY_OUTPUT", "json").env("HOME", site.directory.path());
        let ran = match *arguments {
            "sim serve" => {
                let mut child = start(command);
                let mut lines = tokio::io::BufReader::new(child.stderr.take().unwrap());
                let mut line = String::new();
                tokio::io::AsyncBufReadExt::read_line(&mut lines, &mut line).await.unwrap();
                signal(&child, "TERM");
                ended(child).await
            }
            _ => run(command).await,
        };
        assert_ne!(ran.code, Some(2), "{arguments}: {ran:#?}");
        match holds {
            Document => {
                let parsed = serde_json::from_str::<Value>(&ran.stdout);
                assert!(parsed.is_ok(), "{arguments}: {ran:#?}");
            }
            Lines => {
                assert!(!ran.stdout.is_empty(), "{arguments}: {ran:#?}");
                for line in ran.stdout.lines() {
                    assert!(
                        serde_json::from_str::<Value>(line).is_ok_and(|line| line.is_object()),
                        "{arguments}: {line}"
                    );
                }
            }
            Other => assert_eq!(ran.code, Some(0), "{arguments}: {ran:#?}"),
        }
    }
}

/// An inbox that holds two events.
async fn ashby_webhooks_inbox(site: &Site) {
    use crate::support::listening::{Listening, body, deliver};
    let listening = Listening::start(site.directory.path(), "").await;
    for id in ["1", "2"] {
        assert_eq!(deliver(&listening.address, &body(id, "candidateHire")).await, 200);
    }
    listening.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn events_that_are_replayed_are_one_array_or_lines() {
    let site = Site::new().await;
    ashby_webhooks_inbox(&site).await;
    let ran = site.done("webhook replay --output json").await;
    assert_eq!(serde_json::from_str::<Vec<Value>>(&ran.stdout).unwrap().len(), 2, "{ran:#?}");
    let ran = site.done("webhook replay --output ndjson").await;
    assert_eq!(ran.stdout.lines().count(), 2, "{ran:#?}");
    assert_eq!(ran.stderr, "2 events\n");
    let ran = site.done("webhook replay --type candidateDelete --output json").await;
    assert_eq!(ran.stdout, "[]\n");
    let ran = site.run("webhook replay --type candidateHires").await;
    assert!(ran.code == Some(2) && ran.stderr.contains("did you mean candidateHire"), "{ran:#?}");
}
