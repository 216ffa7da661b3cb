//! Files and databases: what stands in them, what is wrong with them, who else has them.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Stdio;

use ashby_sim::{Fault, FaultRule};
use rusqlite::Connection;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;

use crate::support::{
    BINARY, Site, ended, jsonl, query, run, said, signal, snapshot, sqlite, start, truth, until,
};

#[tokio::test(flavor = "multi_thread")]
async fn the_database_can_be_asked_at_once() {
    let site = Site::new().await;
    site.done("sync applications").await;
    let counted = query(&site.path("ashby.db"), "select status, count(*) from applications group by 1");
    let counted: BTreeMap<String, usize> =
        counted.into_iter().map(|row| (row[0].clone(), row[1].parse().unwrap())).collect();
    let mut expected = BTreeMap::new();
    for application in truth(site.organisation(), "applications").values() {
        *expected.entry(application["status"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    assert!(expected.len() > 1);
    assert_eq!(counted, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_that_nobody_documented_become_columns() {
    let site = Site::new().await;
    site.done("sync users").await;
    site.server.faults().add(FaultRule::new("user.list", Fault::UnknownFields));
    site.done("sync users --full").await;
    let users = truth(site.organisation(), "users").len().to_string();
    let counted = "select count(*) from users where newMember ->> '$.text' = '\u{1f980}'";
    assert_eq!(query(&site.path("ashby.db"), counted), [[users]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn pretty_printed_answers_become_single_lines() {
    let site = Site::new().await;
    site.server.faults().add(FaultRule::new("*", Fault::PrettyPrint));
    site.done("sync applications users --to jsonl:out").await;
    for stream in ["applications", "users"] {
        let text = fs::read_to_string(site.path(&format!("out/{stream}.jsonl"))).unwrap();
        let truth = truth(site.organisation(), stream);
        assert_eq!(text.lines().count(), truth.len());
        assert_eq!(jsonl(&site.path("out"), stream), truth);
    }
    let ran = site.done("sync users --to stdout").await;
    assert_eq!(ran.stdout.lines().count(), truth(site.organisation(), "users").len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_torn_last_line_is_cut_off() {
    let site = Site::new().await;
    site.done("sync users jobs --to jsonl:out").await;
    let path = site.path("out/users.jsonl");
    OpenOptions::new().append(true).open(&path).unwrap().write_all(b"{\"id\":\"torn").unwrap();
    let ran = site.done("sync users jobs --to jsonl:out").await;
    assert!(ran.stderr.contains("cut"), "{ran:#?}");
    assert_eq!(jsonl(&site.path("out"), "users"), truth(site.organisation(), "users"));
}

#[tokio::test(flavor = "multi_thread")]
async fn snapshots_leave_tombstones_in_files() {
    let site = Site::new().await;
    site.done("sync archive_reasons --to jsonl:out").await;
    let id = truth(site.organisation(), "archive_reasons").into_keys().next().unwrap();
    let delete = ashby_sim::Mutation::Delete { kind: ashby_sim::Kind::ArchiveReason, id };
    site.organisation().mutate(&delete).unwrap();
    site.done("sync archive_reasons --to jsonl:out").await;
    assert_eq!(jsonl(&site.path("out"), "archive_reasons"), truth(site.organisation(), "archive_reasons"));
}

/// The lines that runs to this destination have written.
fn lines_of(site: &Site, to: &str, printed: &str) -> Vec<Value> {
    let text = match to.strip_prefix("jsonl:") {
        Some(directory) => ["candidates", "candidate_notes"]
            .map(|stream| fs::read_to_string(site.path(&format!("{directory}/{stream}.jsonl"))).unwrap())
            .concat(),
        None => printed.to_owned(),
    };
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_tell_what_is_gone_of_streams_of_every_kind_and_nothing_that_was_told() {
    for to in ["jsonl:out", "stdout --state state.json"] {
        let site = Site::new().await;
        let sync = format!("sync candidates candidate_notes --to {to}");
        let mut printed = site.done(&sync).await.stdout;
        let notes = truth(site.organisation(), "candidate_notes");
        let id = notes.values().next().unwrap()["candidateId"].as_str().unwrap().to_owned();
        let gone = 1 + notes.values().filter(|note| note["candidateId"] == id.as_str()).count();
        let delete = ashby_sim::Mutation::Delete { kind: ashby_sim::Kind::Candidate, id };
        site.organisation().mutate(&delete).unwrap();
        let before = lines_of(&site, to, &printed);
        printed.push_str(&site.done(&format!("{sync} --full")).await.stdout);
        let after = lines_of(&site, to, &printed);
        let deleted = |lines: &[Value]| {
            lines.iter().filter(|line| line["_deleted"] == true || line["op"] == "delete").count()
        };
        assert_eq!((after.len() - before.len(), deleted(&after)), (gone, gone), "{to}");
        printed.push_str(&site.done(&format!("{sync} --full")).await.stdout);
        assert_eq!(lines_of(&site, to, &printed).len(), after.len(), "{to}: everything had been told");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_of_the_first_version_is_read_and_that_is_said_once() {
    let site = Site::new().await;
    site.done("sync users archive_reasons --to jsonl:out").await;
    let state = site.path("out/state.json");
    let streams = |path: &Path| -> Value {
        serde_json::from_str::<Value>(&fs::read_to_string(path).unwrap()).unwrap()["streams"].take()
    };
    let users = streams(&state)["users"]["checkpoint"].clone();
    let first = serde_json::json!({"version": 1, "streams": {"users": {
        "checkpoint": users["progress"], "committed_at": "2026-11-22T11:44:44Z"}}});
    fs::write(&state, first.to_string()).unwrap();
    let says = |ran: &crate::support::Ran| ran.stderr.matches("of an earlier version").count();
    let ran = site.done("sync users --to jsonl:out").await;
    assert_eq!(says(&ran), 1, "{ran:#?}");
    let ran = site.done("sync users --to jsonl:out").await;
    assert_eq!(says(&ran), 0, "{ran:#?}");
}

/// Refused with exit code 1, and left as it was to the byte.
async fn assert_refused(site: &Site, arguments: &str, file: &Path) {
    let before = fs::read(file).unwrap();
    let ran = site.run(arguments).await;
    assert_eq!(ran.code, Some(1), "{arguments}: {ran:#?}");
    assert!(ran.stderr.starts_with("error: ") && ran.stderr.contains("hint: "), "{arguments}: {ran:#?}");
    assert!(fs::read(file).unwrap() == before, "{arguments}: the file has changed");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_ours_stays_as_it_is() {
    let site = Site::new().await;
    fs::write(site.path("notes.txt"), "Dear diary, ".repeat(400)).unwrap();
    let foreign = Connection::open(site.path("foreign.db")).unwrap();
    foreign.execute_batch("create table applications (id); insert into applications values (1)").unwrap();
    drop(foreign);
    for name in ["notes.txt", "foreign.db"] {
        assert_refused(&site, &format!("sync users --to sqlite:{name}"), &site.path(name)).await;
        assert_refused(&site, &format!("state show --to sqlite:{name}"), &site.path(name)).await;
        assert_refused(&site, &format!("state reset users --to sqlite:{name}"), &site.path(name)).await;
    }
    snapshot("database_foreign", &site, &site.run("sync users --to sqlite:foreign.db").await.stderr);

    fs::create_dir(site.path("out")).unwrap();
    fs::write(site.path("out/users.jsonl"), "id,name\n1,Ada\n").unwrap();
    assert_refused(&site, "sync users --to jsonl:out", &site.path("out/users.jsonl")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_newer_version_wrote_stays_as_it_is() {
    let site = Site::new().await;
    site.done("sync users").await;
    Connection::open(site.path("ashby.db")).unwrap().pragma_update(None, "user_version", 99).unwrap();
    for arguments in ["sync users", "state show", "state export", "sync users --dry-run"] {
        assert_refused(&site, arguments, &site.path("ashby.db")).await;
    }
    snapshot("database_newer", &site, &site.run("sync users").await.stderr);

    site.done("sync users --to jsonl:out").await;
    let state = site.path("out/state.json");
    let written = fs::read_to_string(&state).unwrap();
    for broken in [r#"{"version": 99, "streams": {}}"#, "{", "", "[]"] {
        fs::write(&state, broken).unwrap();
        let records = fs::read(site.path("out/users.jsonl")).unwrap();
        assert_refused(&site, "sync users --to jsonl:out", &state).await;
        assert_refused(&site, "state reset users --to jsonl:out", &state).await;
        assert!(fs::read(site.path("out/users.jsonl")).unwrap() == records);
    }
    fs::write(site.path("other"), "not a state").unwrap();
    assert_refused(&site, "sync users --to stdout --state other", &site.path("other")).await;
    fs::write(&state, written).unwrap();
    site.done("sync users --to jsonl:out").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_run_is_told_who_is_first() {
    for to in ["--to sqlite:ashby.db", "--to jsonl:out", "--to stdout --state state.json"] {
        let site = Site::new().await;
        site.server.faults().add(FaultRule::new("user.list", Fault::Hold));
        let mut first = start(site.ashby(&format!("sync users {to}")));
        site.held().await;
        let holder = format!("process {}", first.id().unwrap());
        for arguments in [format!("sync jobs {to}"), format!("state reset users {to}")] {
            let second = site.run(&arguments).await;
            assert_eq!(second.code, Some(1), "{arguments}: {second:#?}");
            assert!(second.stderr.contains(&holder), "{arguments}: {second:#?}");
        }
        // Whoever only looks is in nobody's way.
        site.done(&format!("state show {to}")).await;
        first.kill().await.unwrap();
        site.server.faults().clear();
        // The lock died with its holder.
        site.done(&format!("sync users {to}")).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_another_program_writes_to_is_named_and_waited_for() {
    let site = Site::new().await;
    site.done("sync users").await;
    let other = Connection::open(site.path("ashby.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    for signal in [None, Some("TERM")] {
        let mut child = start(site.ashby("sync users jobs"));
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let line = said(&mut lines, "the database ").await;
        assert!(
            line.contains("locked by another program")
                && line.contains("fuser -v")
                && line.contains("30s at most"),
            "{line}"
        );
        match signal {
            Some(signal) => crate::support::signal(&child, signal),
            None => other.execute_batch("ROLLBACK").unwrap(),
        }
        let code = child.wait().await.unwrap().code();
        assert_eq!(code, Some(if signal.is_some() { 130 } else { 0 }));
        if signal.is_none() {
            other.execute_batch("BEGIN IMMEDIATE").unwrap();
        }
    }
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(sqlite(&site.path("ashby.db"), "jobs"), truth(site.organisation(), "jobs"));
}

/// The command under `sh`, which sets it limits first.
fn limited(site: &Site, limits: &str, arguments: &str) -> Command {
    let plain = site.ashby(arguments);
    let mut command = Command::new("sh");
    command
        .args(["-c", &format!("{limits}; exec \"$0\" \"$@\"")])
        .arg(BINARY)
        .args(plain.as_std().get_args());
    command.current_dir(site.directory.path()).env_clear().kill_on_drop(true);
    for (name, value) in plain.as_std().get_envs() {
        command.env(name, value.unwrap());
    }
    command
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_stops_the_run_and_the_next_one_goes_on() {
    let site = Site::new().await;
    for to in ["sqlite:full.db", "jsonl:full"] {
        let sync = format!("sync applications candidates users --to {to}");
        // Files of at most 64 blocks; a write beyond that fails instead of killing.
        let ran = run(limited(&site, "trap '' XFSZ; ulimit -f 64", &sync)).await;
        assert_eq!(ran.code, Some(1), "{to}: {ran:#?}");
        assert!(ran.stderr.starts_with("error: ") && ran.stderr.contains("hint: "), "{to}: {ran:#?}");
        site.done(&sync).await;
    }
    for stream in ["applications", "candidates", "users"] {
        assert_eq!(sqlite(&site.path("full.db"), stream), truth(site.organisation(), stream));
        assert_eq!(jsonl(&site.path("full"), stream), truth(site.organisation(), stream));
    }
}

/// Answers as the file systems do that have no locks.
#[cfg(target_os = "linux")]
const NO_FLOCK: &str = "#include <errno.h>\nint flock(int file, int how) { errno = ENOLCK; return -1; }\n";

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn where_nothing_can_be_locked_a_run_goes_on_once_it_is_told_to() {
    let site = Site::new().await;
    fs::write(site.path("none.c"), NO_FLOCK).unwrap();
    let mut compiler = Command::new("cc");
    compiler.args(["-shared", "-fPIC", "-o", "none.so", "none.c"]).current_dir(site.directory.path());
    assert!(compiler.status().await.unwrap().success());
    let there = |arguments: &str| {
        let mut command = site.ashby(arguments);
        command.env("LD_PRELOAD", site.path("none.so"));
        run(command)
    };
    for to in ["sqlite:a.db", "jsonl:lines", "parquet:lake", "stdout --state state.json"] {
        let refused = there(&format!("sync users --to {to}")).await;
        assert_eq!(refused.code, Some(1), "{to}: {refused:#?}");
        for said in ["cannot lock files", "--without-lock"] {
            assert!(refused.stderr.contains(said), "{to}: {}", refused.stderr);
        }
        let ran = there(&format!("sync users --to {to} --without-lock")).await;
        assert_eq!(ran.code, Some(0), "{to}: {ran:#?}");
        if !to.starts_with("stdout") {
            let purged = there(&format!("purge users --everything --yes --to {to} --without-lock")).await;
            assert_eq!(purged.code, Some(0), "{to}: {purged:#?}");
        }
    }
    // Nor can the model's file.
    let mut modelled = site.ashby("sync users --without-lock");
    modelled.env("LD_PRELOAD", site.path("none.so")).env("ASHBY_MODELS", "auto");
    let ran = run(modelled).await;
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    assert!(!ran.stderr.contains("cannot lock"), "{ran:#?}");
    assert!(
        fs::read_dir(site.directory.path())
            .unwrap()
            .any(|entry| { entry.unwrap().file_name().to_string_lossy().contains("model") })
    );
    // What cannot be used otherwise is changed by nothing.
    let held = start(site.ashby("sync users --to jsonl:held --watch --interval 1s"));
    until("the first run", || site.path("held/users.jsonl").exists()).await;
    assert_eq!(site.run("sync users --to jsonl:held --without-lock").await.code, Some(1));
    signal(&held, "TERM");
    assert_eq!(ended(held).await.code, Some(0));
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_full_device_is_named() {
    let site = Site::new().await;
    fs::create_dir(site.path("out")).unwrap();
    symlink("/dev/full", site.path("out/users.jsonl")).unwrap();
    let ran = site.run("sync users --to jsonl:out").await;
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert!(ran.stderr.contains("users.jsonl") && ran.stderr.contains("make room"), "{ran:#?}");

    site.done("sync users").await;
    for arguments in [
        "sync users --to stdout",
        "state export",
        "streams",
        "check",
        "sync users --output json",
        "streams --output json",
    ] {
        let mut command = site.ashby(arguments);
        command.stdout(File::create("/dev/full").unwrap()).stderr(Stdio::piped());
        let ran = ended(command.spawn().unwrap()).await;
        assert_eq!(ran.code, Some(1), "{arguments}: {ran:#?}");
        assert!(ran.stderr.contains("No space left"), "{arguments}: {ran:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_cannot_begin_says_that_and_nothing_else() {
    let site = Site::new().await;
    fs::write(site.path("notes.db"), "these are notes, and no database\n".repeat(100)).unwrap();
    let mut command = site.ashby("sync users --to sqlite:notes.db");
    command.env("ASHBY_MODELS", "auto").stderr(Stdio::piped());
    let ran = ended(command.spawn().unwrap()).await;
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert!(ran.stderr.starts_with("error: ") && !ran.stderr.contains("model"), "{ran:#?}");
}

/// It is made once more, and what is said is true of that one.
#[tokio::test(flavor = "multi_thread")]
async fn a_listing_that_is_suddenly_empty_is_told_as_it_is() {
    let site = Site::new().await;
    site.done("sync archive_reasons").await;
    let rows = truth(site.organisation(), "archive_reasons").len();
    site.server.faults().add(FaultRule::new("archiveReason.list", Fault::NoRecords).times(1));
    let once = site.done("sync archive_reasons").await;
    assert!(
        once.stderr.contains("did not show stay: it had no records any more; it is listed once more"),
        "{once:#?}"
    );
    let live = |site: &Site| crate::support::sqlite(&site.path("ashby.db"), "archive_reasons").len();
    assert_eq!(live(&site), rows, "the second showed them");
    site.server.faults().add(FaultRule::new("archiveReason.list", Fault::NoRecords));
    let twice = site.done("sync archive_reasons").await;
    assert!(twice.stderr.contains("it is listed once more, which counts"), "{twice:#?}");
    assert_eq!(live(&site), 0, "{twice:#?}");
}

/// Between rounds, too, in which nothing is written that could fail.
#[tokio::test(flavor = "multi_thread")]
async fn a_watch_does_not_go_on_for_a_reader_that_has_gone() {
    let site = Site::new().await;
    let mut child = start(site.ashby("sync users --to stdout --state state.json --watch --interval 1s"));
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    // All that there is, so that nothing is left to be written.
    for _ in 0..truth(site.organisation(), "users").len() {
        assert!(lines.next_line().await.unwrap().is_some());
    }
    drop(lines);
    let ran = ended(child).await;
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    assert!(ran.stderr.contains("nobody reads"), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_has_seen_enough_ends_the_run() {
    let site = Site::new().await;
    let sync = "sync applications candidates --to stdout --state state.json --page-size 20";
    let mut child = start(site.ashby(sync));
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.next_line().await.unwrap().unwrap().starts_with(r#"{"stream":"#));
    drop(lines);
    let ran = ended(child).await;
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    assert!(ran.stderr.contains("nobody reads"), "{ran:#?}");
    assert!(!ran.stderr.contains("error"), "{ran:#?}");

    // What was not taken comes again.
    let rest = site.done(sync).await;
    let records = |stream: &str| {
        rest.stdout.lines().filter(|line| line.contains(&format!(r#""stream":"{stream}""#))).count()
    };
    assert!(records("applications") + records("candidates") > 0);
}
