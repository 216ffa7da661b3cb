//! What a person at a terminal sees and is asked: the binary behind a pseudoterminal.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::process::Stdio;
use std::sync::{Arc, Mutex};

use ashby_sim::{Fault, FaultRule};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};
use tokio::process::{Child, Command};

use crate::support::stub::Stub;
use crate::support::{Site, bare, private, signal, truth, until};

/// A running binary whose standard input and error are a terminal; standard output goes nowhere, or there too.
pub(crate) struct Terminal {
    child: Child,
    keyboard: File,
    /// Everything that was shown so far.
    shown: Arc<Mutex<String>>,
}

impl Terminal {
    pub(crate) fn start(command: Command) -> Self {
        Self::with(command, 120, false)
    }

    /// A terminal of so many columns, for standard output too if it `shows_output`.
    fn with(mut command: Command, columns: u16, shows_output: bool) -> Self {
        let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&ours).unwrap();
        unlockpt(&ours).unwrap();
        let size = Winsize { ws_row: 40, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&ours, size).unwrap();
        let name = ptsname(&ours, Vec::new()).unwrap().into_string().unwrap();
        let theirs = OpenOptions::new().read(true).write(true).open(name).unwrap();
        let child = command
            .env("TERM", "xterm")
            .env_remove("ASHBY_NO_PROGRESS")
            .stdin(theirs.try_clone().unwrap())
            .stdout(if shows_output { Stdio::from(theirs.try_clone().unwrap()) } else { Stdio::null() })
            .stderr(theirs)
            .spawn()
            .unwrap();
        // It holds their side, too.
        drop(command);
        let keyboard = File::from(ours);
        let mut screen = keyboard.try_clone().unwrap();
        let shown = Arc::new(Mutex::new(String::new()));
        let showing = Arc::clone(&shown);
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            // A terminal that everybody has left fails instead of ending.
            while let Ok(count @ 1..) = screen.read(&mut bytes) {
                showing.lock().unwrap().push_str(&String::from_utf8_lossy(&bytes[..count]));
            }
        });
        Self { child, keyboard, shown }
    }

    pub(crate) fn shown(&self) -> String {
        self.shown.lock().unwrap().clone()
    }

    pub(crate) async fn shows(&self, text: &str) {
        until(text, || self.shown().contains(text)).await;
    }

    pub(crate) fn types(&mut self, text: &str) {
        self.keyboard.write_all(text.as_bytes()).unwrap();
    }

    pub(crate) async fn ends(mut self) -> Option<i32> {
        self.child.wait().await.unwrap().code()
    }
}

/// What a command shows on a terminal, line by line.
async fn shown(command: Command, columns: u16) -> Vec<String> {
    lines_of(Terminal::with(command, columns, true)).await
}

/// What is shown until it ends, line by line.
async fn lines_of(terminal: Terminal) -> Vec<String> {
    let shown = Arc::clone(&terminal.shown);
    // The last thing that is written is on the screen when nobody is left to write.
    terminal.ends().await;
    let end = || shown.lock().unwrap().ends_with('\n');
    until("the last line", end).await;
    let text = shown.lock().unwrap().clone();
    text.lines().map(|line| line.trim_end_matches('\r').to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_are_as_wide_as_the_terminal_that_shows_them() {
    let site = Site::new().await;
    site.done("sync users archive_reasons candidates jobs").await;
    for name in ["somebody-who-reads-the-board", "somebody-else"] {
        site.done(&format!("token create {name} --read-only")).await;
    }
    // Nobody answers there: they are disabled, and listed all the same.
    site.run("webhook setup https://example.com/a/rather/long/path/to/a/hook --types candidateHire,offerUpdate --yes").await;
    let report = format!("report run {}", crate::report::REPORT);
    let somebody = truth(site.organisation(), "candidates").into_values().next().unwrap();
    let search = format!("search {}", somebody["name"].as_str().unwrap());
    let says_sentences = [
        "check",
        "status",
        &search,
        "query select/**/id,email,globalRole/**/from/**/ashby.users",
        &report,
        "webhook list",
    ];
    for command in [
        "streams",
        "operations interview",
        "doctor --verbose",
        "state show",
        "check",
        "status",
        &*search,
        "query select/**/id,email,globalRole/**/from/**/ashby.users",
        "postings sim",
        &report,
        "models list",
        "token list",
        "webhook list",
        "list candidates --limit 5",
        "list jobs --limit 3",
        "sync --all --dry-run",
    ] {
        for columns in [40, 80, 120] {
            let lines = shown(site.ashby(command), columns).await;
            let widest = lines.iter().max_by_key(|line| line.chars().count()).unwrap();
            // What follows a listing is a command to be copied, on one line; sentences are the terminal's to wrap.
            let is_command =
                |line: &&String| line.starts_with("there is more") || line.starts_with("--sync-token");
            let is_sentence = |line: &&String| says_sentences.contains(&command) && !line.contains("  ");
            let is_table = |line: &&String| !is_command(line) && !is_sentence(line);
            let wide = lines.iter().filter(is_table).filter(|line| line.chars().count() > columns.into());
            assert_eq!(wide.count(), 0, "{command} in {columns} columns: {widest}");
            assert!(lines.len() >= 3, "{command}: {lines:#?}");
            if command == "streams" && columns >= 80 {
                let all = ashby_source::streams().len();
                assert_eq!(lines.len(), all + 1, "a line each in {columns} columns: {lines:#?}");
            }
        }
        let piped = site.done(command).await.stdout;
        // A snippet is a piece by itself.
        let has_its_own = command == "doctor --verbose" || command == search;
        assert!(!piped.contains('…') || has_its_own, "{command}: cut\n{piped}");
    }
}

/// Standard output may be elsewhere.
#[tokio::test(flavor = "multi_thread")]
async fn the_table_of_a_sync_is_as_wide_as_the_terminal_that_standard_error_is() {
    let site = Site::new().await;
    let columns = 40;
    let terminal = Terminal::with(site.ashby("sync users archive_reasons --no-progress"), columns, false);
    let lines = lines_of(terminal).await;
    let table: Vec<&String> = lines.iter().take_while(|line| !line.starts_with("total")).collect();
    assert!(table.len() >= 3 && table.len() < lines.len(), "{lines:#?}");
    assert!(table.iter().all(|line| line.chars().count() <= columns.into()), "{lines:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_shows_what_the_last_round_came_to_and_when_the_next_is() {
    let site = Site::new().await;
    let terminal = Terminal::start(site.ashby("sync users --watch --interval 1s"));
    terminal.shows("round 1 at ").await;
    terminal.shows(", next ").await;
    signal(&terminal.child, "TERM");
    assert_eq!(terminal.ends().await, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_says_on_a_terminal_how_to_go_on() {
    let site = Site::new().await;
    let command = "list candidates --limit 50 --output ndjson";
    let lines = shown(site.ashby(command), 400).await;
    let words: Vec<&str> = lines.iter().flat_map(|line| line.split_whitespace()).collect();
    let cursor = words.windows(2).find(|words| words[0] == "--cursor").expect("a cursor")[1];
    let second = site.done(&format!("{command} --cursor {cursor}")).await;
    assert_eq!(second.stdout.lines().count(), 50);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_from_outside_is_obeyed_by_a_terminal() {
    let site = Site::new().await;
    let name = "Eve\u{9b}2J\u{202e}\u{200b}evil\u{1b}]0;owned\u{7}";
    let mut create = site.ashby("call candidate.create --name");
    create.arg(name);
    let made = crate::support::run(create).await;
    assert_eq!(made.code, Some(0), "{made:#?}");
    let id =
        serde_json::from_str::<serde_json::Value>(&made.stdout).unwrap()["id"].as_str().unwrap().to_owned();
    // Where a program reads it, it is what it is.
    assert!(made.stdout.contains('\u{202e}'), "{made:#?}");
    for format in ["table", "json", "ndjson", "csv", "json --jq .name"] {
        let lines = shown(site.ashby(&format!("get candidates {id} --output {format}")), 120).await;
        let text = lines.join("\n");
        assert!(text.contains("evil") && text.contains("Eve"), "{format}: {text}");
        assert!(!text.contains(is_obeyed), "{format}: {text:?}");
    }
}

/// Whether a terminal does something else with it than to show it.
fn is_obeyed(letter: char) -> bool {
    letter.is_control() && !"\n\t".contains(letter) || ('\u{200b}'..='\u{202e}').contains(&letter)
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_ashby_says_is_obeyed_wherever_it_is_shown() {
    const ID: &str = "0b1f3c5e-1111-4222-8333-444455556666";
    const EVIL: &str = r"Eve\u001b[2J\u009b31m\u202e\u001b]0;owned\u0007evil";
    let storage = Stub::start(|_| "a file".to_owned()).await;
    let link = format!(r#"{{"url":"{}/x"}}"#, storage.url);
    let stub = Stub::start(move |operation| {
        let results = match operation {
            "apiKey.info" => r#"{"title":"EVIL","scopes":["jobs:read","organization:read","EVIL"]}"#,
            "report.generate" => {
                r#"{"requestId":"r","status":"complete","reportData":
                    {"data":[["EVIL"]],"columnNames":["EVIL"],"metadata":{"title":"EVIL"}}}"#
            }
            "candidate.list" => r#"[{"id":"ID","name":"EVIL"}],"moreDataAvailable":true,"nextCursor":"EVIL""#,
            "candidate.info" => {
                r#"{"id":"ID","name":"EVIL","fileHandles":[{"id":"ID","name":"EVIL.txt","handle":"h"}]}"#
            }
            "file.info" => &link,
            board if board.starts_with("posting-api/") => {
                return r#"{"apiVersion":"1","jobs":[{"id":"ID","title":"EVIL","isListed":true,"isRemote":false,
                    "publishedAt":"2026-01-02T09:00:00Z","department":"EVIL","team":"EVIL","location":"EVIL",
                    "employmentType":"FullTime","secondaryLocations":[],"descriptionHtml":"EVIL","descriptionPlain":"EVIL",
                    "jobUrl":"https://jobs.ashbyhq.com/acme/ID","applyUrl":"https://jobs.ashbyhq.com/acme/ID/apply"}]}"#
                    .replace("EVIL", EVIL)
                    .replace("ID", ID);
            }
            "job.list" => r#"[{"id":"ID","title":"EVIL"}],"moreDataAvailable":false,"syncToken":"EVIL""#,
            _ => return r#"{"success":false,"errors":["EVIL"]}"#.replace("EVIL", EVIL),
        };
        format!(r#"{{"success":true,"results":{results}}}"#).replace("EVIL", EVIL).replace("ID", ID)
    })
    .await;
    let directory = tempfile::tempdir().unwrap();
    let kept = r#"{"version":1,"webhooks":[{"id":"ID","kind":"EVIL","url":"https://example.com/EVIL","enabled":true,
        "created_at":"2026-01-02T09:00:00Z"}]}"#;
    private(&directory.path().join("ashby-webhooks.json"), &kept.replace("EVIL", EVIL).replace("ID", ID));
    let names = r#"reports."EVIL" = "ID""#.replace("EVIL", r"Eve\u001b[2Jevil").replace("ID", ID);
    std::fs::write(directory.path().join("ashby.toml"), names).unwrap();
    for (arguments, tells) in [
        (&*format!("report run {ID}"), true),
        (&format!("report run {ID} --output csv"), true),
        (&format!("report run {ID} --output json"), true),
        (&format!("file download --candidate {ID} --all"), true),
        ("check", true),
        ("doctor --verbose", true),
        ("list candidates", true),
        ("list users", true),
        ("sync jobs users --no-progress", true),
        ("search evil", true),
        ("query select/**/title/**/from/**/ashby.jobs", true),
        ("postings acme", true),
        ("postings acme --output table", true),
        ("feed acme", true),
        ("feed acme --output json", true),
        ("webhook list", true),
        ("report list", true),
        ("status", false),
        ("purge --dry-run", false),
        // The token's own text is nobody's business.
        ("state show", false),
        ("state show --output json", false),
    ] {
        let mut command = bare(directory.path(), arguments);
        command.env("ASHBY_API_KEY", "k").env("ASHBY_BASE_URL", &stub.url).env("NO_COLOR", "1");
        let text = shown(command, 400).await.join("\n");
        assert!(text.contains("evil") || !tells, "{arguments}: {text:?}");
        assert!(!text.contains(is_obeyed), "{arguments}: {text:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_undone_is_asked_and_only_a_yes_is_one() {
    let site = Site::new().await;
    let candidate = site.past_candidate();
    for (answer, code, sent) in [("n\n", 1, 0), ("\n", 1, 0), ("\u{4}", 1, 0), ("y\n", 0, 1)] {
        let mut terminal =
            Terminal::start(site.ashby(&format!("call candidate.anonymize --candidate-id {candidate}")));
        terminal.shows("Go on? [y/N]").await;
        let shown = terminal.shown();
        assert!(shown.contains("Removes the candidate's personal data for good"), "{shown}");
        assert!(shown.contains(&candidate) && shown.contains("cannot be undone"), "{shown}");
        assert_eq!(site.log().total(), 0, "nothing is sent while it is asked");
        terminal.types(answer);
        assert_eq!(terminal.ends().await, Some(code), "{answer:?}");
        assert_eq!(site.log().count("candidate.anonymize"), sent, "{answer:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_unknown_fate_are_asked_about() {
    let site = Site::new().await;
    let row = format!(r#"{{"candidateId":"{}","note":"x"}}"#, site.some("candidates"));
    std::fs::write(site.path("rows.ndjson"), row + "\n").unwrap();
    let batch = "call candidate.createNote --each rows.ndjson";
    site.server.faults().add(FaultRule::new("candidate.createNote", Fault::Status { status: 500 }).times(1));
    assert_eq!(site.run(batch).await.code, Some(4));
    for (answer, code, sent) in [("\n", 2, 1), ("retry\n", 0, 2)] {
        let mut terminal = Terminal::start(site.ashby(batch));
        terminal.shows("[skip/retry/STOP]").await;
        terminal.types(answer);
        assert_eq!(terminal.ends().await, Some(code), "{answer:?}");
        assert_eq!(site.log().count("candidate.createNote"), sent, "{answer:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_running_stream_has_a_line_with_records_pages_and_rate() {
    let site = Site::new().await;
    for operation in ["application.list", "candidate.list"] {
        site.server.faults().add(FaultRule::new(operation, Fault::Hold).after(2).times(1));
    }
    let sync = "sync applications candidates users --page-size 30 --max-rpm 60000";
    let terminal = Terminal::start(site.ashby(sync));
    site.held().await;
    terminal.shows("1 stream done, 2 running · ").await;
    terminal.shows("of 60,000 requests a minute").await;
    for stream in ["applications", "candidates"] {
        terminal.shows(&format!("{stream:<32} 60 records, 2 pages, ")).await;
    }
    assert!(terminal.shown().contains("/s"), "a rate");
    site.server.faults().clear();
    assert_eq!(terminal.ends().await, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_terminal_a_line_comes_now_and_then() {
    let site = Site::new().await;
    site.server.faults().add(FaultRule::new("application.list", Fault::Hold).after(2).times(1));
    let mut command = site.ashby("sync applications users --page-size 30");
    command.env_remove("ASHBY_NO_PROGRESS").stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut lines =
        tokio::io::AsyncBufReadExt::lines(tokio::io::BufReader::new(child.stderr.take().unwrap()));
    let line = lines.next_line().await.unwrap().unwrap();
    assert!(line.starts_with("1 stream done, 1 running · "), "{line}");
    assert!(line.contains(" · applications 60 records, 2 pages, "), "{line}");
    assert!(!line.contains('\u{1b}'), "no terminal's signs: {line}");
    site.server.faults().clear();
    while lines.next_line().await.unwrap().is_some() {}
    assert_eq!(child.wait().await.unwrap().code(), Some(0));
}
