//! Examples in the help of every command. A test reads each of them as the command line would.

use std::collections::BTreeSet;

use clap::Command;

/// By command, with what comes after `ashby`.
const EXAMPLES: &[(&str, &[&str])] = &[
    // The program by itself.
    ("", &["demo", "init", "check", "sync", "list jobs --limit 20", "help sync"]),
    (
        "init",
        &[
            "init",
            "init --key file --to sqlite:ashby.db --schedule systemd --write-units ~/.config/systemd/user",
            "init --profile lake --key environment --to parquet:lake/ --streams all --schedule none --yes",
        ],
    ),
    ("check", &["check", "check --output json"]),
    ("doctor", &["doctor", "doctor -v --fail-on warn"]),
    (
        "resume download",
        &["resume download CANDIDATE_ID -o cv.pdf", "resume download --all --dir resumes --max-size 20MB"],
    ),
    ("resume text", &["resume text CANDIDATE_ID"]),
    ("resume upload", &["resume upload CANDIDATE_ID cv.pdf"]),
    ("file download", &["file download FILE_HANDLE"]),
    ("file upload", &["file upload CANDIDATE_ID letter.pdf"]),
    ("report run", &["report run REPORT_ID --output csv", "report run pipeline -o pipeline.csv"]),
    ("report list", &["report list"]),
    (
        "report html",
        &[
            "report html -o report.html",
            "report html --period 2026-01-01..2026-06-30 --job JOB_ID -o half.html",
        ],
    ),
    ("streams", &["streams", "streams --readable"]),
    (
        "sync",
        &[
            "sync",
            "sync candidates applications --to jsonl:out",
            "sync --all --dry-run --count",
            "sync --watch --interval 5m,applications=1m --log-format json",
        ],
    ),
    ("models build", &["models build", "models build --full --output json"]),
    ("models list", &["models list"]),
    ("models describe", &["models describe applications"]),
    ("models sql", &["models sql --dialect duckdb"]),
    ("models check", &["models check", "models check -v"]),
    ("models rename", &["models rename", "models rename CUSTOM_FIELD_ID notice_period_days"]),
    (
        "search",
        &["search staff engineer berlin", "search --kind notes,feedback kubernetes", "search --rebuild"],
    ),
    (
        "schema",
        &[
            "schema applications",
            "schema --all --dialect postgres",
            "schema candidates --format jsonschema",
            "schema --all --format views --dialect duckdb --to parquet:out",
        ],
    ),
    (
        "query",
        &[
            "query 'select table_name, column_name, description from model_columns'",
            "query 'select * from metric_offers' --output csv",
        ],
    ),
    #[cfg(feature = "parquet")]
    ("compact", &["compact --to parquet:out"]),
    ("serve", &["serve", "serve --listen 0.0.0.0:8080 --allow-remote --allow-host ashby.example.com"]),
    ("execute", &["execute --entities", r#"execute '{"entity":"jobs","action":"list"}'"#]),
    ("token create", &["token create bot --expires 90d --read-only"]),
    ("token list", &["token list"]),
    ("token revoke", &["token revoke bot"]),
    ("token rotate", &["token rotate bot"]),
    (
        "mcp",
        &["mcp", "mcp --allow-writes", "mcp --allow-writes=candidate.createNote --tools candidate,job.list"],
    ),
    (
        "listen",
        &[
            "listen --secret-file secrets.txt",
            "listen --secret-file secrets.txt --forward-to http://localhost:3000/hooks",
        ],
    ),
    ("webhook setup", &["webhook setup https://hooks.example.com/webhooks/ashby --types all"]),
    ("webhook list", &["webhook list"]),
    ("webhook info", &["webhook info", "webhook info candidateHire"]),
    ("webhook update", &["webhook update all --url https://hooks.example.com/webhooks/ashby"]),
    ("webhook enable", &["webhook enable candidateHire"]),
    ("webhook rotate", &["webhook rotate all", "webhook rotate --finish"]),
    ("webhook delete", &["webhook delete candidateHire"]),
    (
        "webhook trigger",
        &[
            "webhook trigger candidateHire --url http://127.0.0.1:8787/webhooks/ashby --secret-file s",
            "webhook trigger candidateDelete --url http://127.0.0.1:8787/webhooks/ashby --set data.candidate.id=ID",
            "webhook trigger candidateHire --url http://127.0.0.1:8787/webhooks/ashby --count 1000 --rate 100",
        ],
    ),
    ("webhook replay", &["webhook replay --since 2h --type candidateHire --url http://localhost:3000/hooks"]),
    ("config trust", &["config trust"]),
    ("config untrust", &["config untrust"]),
    #[cfg(feature = "postgres")]
    (
        "migrate check",
        &[
            "migrate check --from 'postgres://me@warehouse.example/dwh?schema=airbyte_ashby' --to sqlite:ashby.db",
        ],
    ),
    ("privacy presets", &["privacy presets"]),
    ("privacy check", &["privacy check privacy.toml"]),
    (
        "privacy report",
        &["privacy report candidates", "privacy report --policy minimal --against no-contact"],
    ),
    ("privacy key", &["privacy key privacy.key"]),
    ("reconcile", &["reconcile", "reconcile candidates applications --dry-run"]),
    ("status", &["status", "status --output json"]),
    ("state show", &["state show --output json"]),
    ("state reset", &["state reset candidates"]),
    ("state export", &["state export"]),
    ("state import", &["state import state.json --to sqlite:copy.db"]),
    (
        "purge",
        &[
            "purge --dry-run",
            "purge --older-than 90d --yes",
            "purge application_history --everything --to jsonl:out",
            "purge --candidate CANDIDATE_ID --receipt erased.json",
            "purge --anonymized --dry-run",
        ],
    ),
    ("postings", &["postings BOARD --output table"]),
    ("feed", &["feed BOARD OTHER_BOARD --output xml"]),
    ("demo", &["demo", "demo --live"]),
    ("sim serve", &["sim serve --port 8080 --shape demo"]),
    ("operations", &["operations note", "operations --writes --permission candidatesWrite"]),
    ("describe", &["describe candidate.createNote"]),
    ("call", &["call candidate.search --email a@b.c", "call offer.list --all --output ndjson"]),
    ("get", &["get candidates ID"]),
    ("list", &["list jobs --limit 20"]),
    ("completions", &["completions bash"]),
    ("help", &["help sync", "help candidate.createNote", "help man --dir man"]),
    ("version", &["version"]),
];

/// Adds them.
pub(super) fn with_examples(command: Command) -> Command {
    let shown = |lines: &[&str]| {
        let lines: Vec<String> = lines.iter().map(|line| format!("  ashby {line}")).collect();
        format!("Examples:\n{}", lines.join("\n"))
    };
    let command = EXAMPLES.iter().fold(command, |command, (path, lines)| {
        let words: Vec<&str> = path.split_whitespace().collect();
        at(command, &words, |found| found.after_help(shown(lines)))
    });
    // A group shows the first of each of its commands.
    let groups: BTreeSet<&str> =
        EXAMPLES.iter().filter_map(|(path, _)| Some(path.rsplit_once(' ')?.0)).collect();
    groups.into_iter().fold(command, |command, group| {
        let of_group = EXAMPLES
            .iter()
            .filter(|(path, _)| path.rsplit_once(' ').is_some_and(|(first, _)| first == group));
        let first: Vec<&str> = of_group.filter_map(|(_, lines)| lines.first().copied()).collect();
        let words: Vec<&str> = group.split(' ').collect();
        at(command, &words, |found| found.after_help(shown(&first)))
    })
}

pub(super) fn at(command: Command, words: &[&str], change: impl FnOnce(Command) -> Command) -> Command {
    match words {
        [] => change(command),
        [word, rest @ ..] if command.find_subcommand(word).is_some() => {
            let word = (*word).to_owned();
            command.mut_subcommand(word, |found| at(found, rest, change))
        }
        _ => command,
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::arguments::CommandLine;

    fn leaves(command: &Command, path: &str, found: &mut Vec<(String, bool)>) {
        for inner in command.get_subcommands() {
            let path = format!("{path} {}", inner.get_name()).trim().to_owned();
            if inner.has_subcommands() {
                leaves(inner, &path, found);
            } else {
                found.push((path, inner.get_after_help().is_some()));
            }
        }
    }

    /// As a shell takes them apart.
    fn words(line: &str) -> Vec<String> {
        let mut words = vec![String::new()];
        for (place, part) in line.split('\'').enumerate() {
            let mut parts = if place % 2 == 0 { part.split(' ').collect() } else { vec![part] }.into_iter();
            words.last_mut().unwrap().push_str(parts.next().unwrap());
            words.extend(parts.map(str::to_owned));
        }
        words
    }

    #[test]
    fn every_command_has_examples_and_they_are_right() {
        let command = with_examples(CommandLine::command());
        let mut found = Vec::new();
        leaves(&command, "", &mut found);
        let without: Vec<_> = found.iter().filter(|(_, has)| !has).collect();
        assert!(without.is_empty(), "{without:?}");
        for (path, lines) in EXAMPLES {
            assert!(path.is_empty() || found.iter().any(|(leaf, _)| leaf == path), "there is no {path}");
            for line in *lines {
                let words = std::iter::once("ashby".to_owned()).chain(words(line));
                let read = command.clone().try_get_matches_from(words);
                assert!(read.is_ok(), "{line}: {}", read.unwrap_err());
            }
        }
    }
}
