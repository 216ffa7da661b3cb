//! What `--watch` says where no terminal shows it, and how it ends.

use ashby_sim::{Fault, FaultRule, Kind, Mutation};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStderr};

use crate::support::{PATIENCE, Site, parquet, signal, start, truth, until};

type Said = Lines<BufReader<ChildStderr>>;

fn watch(site: &Site, arguments: &str) -> (Child, Said) {
    let mut child = start(site.ashby(&format!("sync --watch --interval 1s {arguments}")));
    let said = BufReader::new(child.stderr.take().unwrap()).lines();
    (child, said)
}

/// All lines up to and with the first that is wanted.
async fn until_said(said: &mut Said, is_wanted: impl Fn(&str) -> bool) -> Vec<String> {
    let mut lines = Vec::new();
    let wait = async {
        loop {
            let line = said.next_line().await.unwrap().expect("it runs on");
            lines.push(line.clone());
            if is_wanted(&line) {
                return;
            }
        }
    };
    let is_said = tokio::time::timeout(std::time::Duration::from_secs(60), wait).await;
    assert!(is_said.is_ok(), "in vain: {lines:#?}");
    lines
}

async fn rest(mut child: Child, mut said: Said) -> (Option<i32>, Vec<String>) {
    signal(&child, "TERM");
    let mut lines = Vec::new();
    while let Some(line) = said.next_line().await.unwrap() {
        lines.push(line);
    }
    (child.wait().await.unwrap().code(), lines)
}

#[tokio::test(flavor = "multi_thread")]
async fn who_stops_a_watch_within_a_round_hears_how_things_stood() {
    let site = Site::new().await;
    let (child, mut said) = watch(&site, "users archive_reasons");
    until_said(&mut said, |line| line.starts_with("round 1 ")).await;
    site.server.faults().add(FaultRule::new("user.list", Fault::Hold));
    tokio::time::timeout(PATIENCE, site.server.faults().wait_held(1)).await.unwrap();
    let (code, lines) = rest(child, said).await;
    assert_eq!(code, Some(0), "{lines:#?}");
    assert!(lines.last().unwrap().starts_with("2 streams up to date, stopped after "), "{lines:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_round_is_one_line_that_counts_what_came_in_it() {
    let site = Site::new().await;
    let (child, mut said) = watch(&site, "users archive_reasons");
    let lines = until_said(&mut said, |line| line.starts_with("round 2 ")).await;
    assert_eq!(lines.len(), 2, "nothing else: {lines:#?}");
    let first = &lines[0];
    assert!(
        first.starts_with("round 1 at 20")
            && first.contains(": 2 streams up to date · 48 new · 3 requests in "),
        "{first}"
    );
    assert!(first.contains("Z, next "), "{first}");
    // What is gone counts in the round that found it.
    let id = truth(site.organisation(), "archive_reasons").into_keys().next().unwrap();
    site.organisation().mutate(&Mutation::Delete { kind: Kind::ArchiveReason, id }).unwrap();
    let lines = until_said(&mut said, |line| line.contains("1 deleted")).await;
    assert!(lines.iter().all(|line| line.contains(": 2 streams up to date · ")), "{lines:#?}");
    let (code, lines) = rest(child, said).await;
    assert_eq!(code, Some(0));
    let last = lines.last().unwrap();
    assert!(last.starts_with("2 streams up to date, stopped after "), "{lines:#?}");
    assert!(
        lines.iter().any(|line| line.starts_with("users ") && line.contains(" 30 ")),
        "of all rounds: {lines:#?}"
    );
}

/// A lake is kept up round by round, read while it is, and goes on after a kill.
#[tokio::test(flavor = "multi_thread")]
async fn a_lake_is_kept_up_as_well() {
    let site = Site::new().await;
    let streams = ["users", "archive_reasons"];
    let arguments = format!("{} --to parquet:lake", streams.join(" "));
    let lake = site.path("lake");
    let (mut child, mut said) = watch(&site, &arguments);
    until_said(&mut said, |line| line.starts_with("round 2 ")).await;
    for stream in streams {
        assert_eq!(parquet(&lake, stream), truth(site.organisation(), stream), "{stream}");
    }
    let id = truth(site.organisation(), "archive_reasons").into_keys().next().unwrap();
    site.organisation().mutate(&Mutation::Delete { kind: Kind::ArchiveReason, id }).unwrap();
    until_said(&mut said, |line| line.contains("1 deleted")).await;
    child.start_kill().unwrap();
    child.wait().await.unwrap();
    site.organisation().churn(10, 1);
    let (child, mut said) = watch(&site, &arguments);
    until_said(&mut said, |line| line.starts_with("round 2 ")).await;
    let (code, lines) = rest(child, said).await;
    assert_eq!(code, Some(0), "{lines:#?}");
    for stream in streams {
        assert_eq!(parquet(&lake, stream), truth(site.organisation(), stream), "{stream}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn trouble_is_said_once_and_its_end_too() {
    let site = Site::new().await;
    let (child, mut said) = watch(&site, "users archive_reasons");
    until_said(&mut said, |line| line.starts_with("round 1 ")).await;
    site.server.faults().add(FaultRule::new("user.list", Fault::Status { status: 500 }));
    let failing = |line: &str| line.contains("1 stream up to date, 1 failed");
    let mut lines = until_said(&mut said, failing).await;
    lines.extend(until_said(&mut said, failing).await);
    let troubles =
        |lines: &[String]| lines.iter().filter(|line| line.starts_with("trouble: users: ")).count();
    assert_eq!(troubles(&lines), 1, "{lines:#?}");
    site.server.faults().clear();
    let lines = until_said(&mut said, |line| line.contains("2 streams up to date")).await;
    assert!(lines.iter().any(|line| line == "users is up to date again"), "{lines:#?}");
    assert_eq!(rest(child, said).await.0, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn how_a_watch_ends_says_whether_it_was_well() {
    // Something else failed when it was stopped.
    let site = Site::new().await;
    site.server.faults().add(FaultRule::new("user.list", Fault::Status { status: 500 }));
    let (child, mut said) = watch(&site, "users archive_reasons");
    until_said(&mut said, |line| line.starts_with("round 1 ")).await;
    let (code, lines) = rest(child, said).await;
    assert_eq!(code, Some(4), "{lines:#?}");
    assert!(lines.iter().any(|line| line.starts_with("failed: users: ")), "{lines:#?}");

    // Nothing worked when it was stopped.
    let site = Site::new().await;
    site.server.faults().add(FaultRule::new("apiKey.info", Fault::Status { status: 503 }));
    let (child, mut said) = watch(&site, "users");
    until_said(&mut said, |line| line.starts_with("trouble: cannot ask Ashby")).await;
    let (code, lines) = rest(child, said).await;
    assert_eq!(code, Some(1), "{lines:#?}");
}

fn token_expires_once() -> FaultRule {
    let expired =
        Fault::Error { code: "sync_token_expired".to_owned(), shape: Default::default(), status: 200 };
    FaultRule::new("user.list", expired).token(true).times(1)
}

#[tokio::test(flavor = "multi_thread")]
async fn notes_are_said_once_whatever_follows() {
    let site = Site::new().await;
    site.done("sync users").await;
    site.server.faults().add(token_expires_once());
    let (child, mut said) = watch(&site, "users");
    let mut lines = until_said(&mut said, |line| line.starts_with("round 2 ")).await;
    let (_, more) = rest(child, said).await;
    lines.extend(more);
    let notes = lines.iter().filter(|line| line.contains("no longer accepts the sync token")).count();
    assert_eq!(notes, 1, "{lines:#?}");

    // Also of a single run.
    let site = Site::new().await;
    site.done("sync users").await;
    site.server.faults().add(token_expires_once());
    let ran = site.done("sync users -v").await;
    assert_eq!(ran.stderr.matches("no longer accepts the sync token").count(), 1, "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_are_told_in_json_a_line_each() {
    let site = Site::new().await;
    site.server.faults().add(FaultRule::new("user.list", Fault::Status { status: 500 }).times(1));
    let (child, mut said) = watch(&site, "users archive_reasons --log-format json --log debug");
    let is_round = |line: &str| line.contains(r#""event":"round""#);
    let mut lines = until_said(&mut said, is_round).await;
    lines.extend(until_said(&mut said, is_round).await);
    let (_, more) = rest(child, said).await;
    lines.extend(more);
    let objects: Vec<Value> = lines.iter().map(|line| serde_json::from_str(line).expect(line)).collect();
    for object in &objects {
        assert!(object["timestamp"].is_string() && object["level"].is_string(), "{object}");
        assert!(object["message"].is_string(), "{object}");
    }
    let of = |event: &str| objects.iter().filter(|object| object["event"] == event).collect::<Vec<_>>();
    assert_eq!((&of("round")[0]["number"], &of("round")[0]["failed"]), (&1.into(), &1.into()));
    assert_eq!(of("trouble")[0]["stream"], "users");
    assert_eq!(of("ended")[0]["streams"]["users"]["outcome"], "up_to_date");
    assert!(objects.iter().any(|object| object["level"] == "DEBUG"), "logs, too");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quiet_sync_is_one_line_and_less_if_asked() {
    let site = Site::new().await;
    let first = site.done("sync users archive_reasons").await;
    assert!(first.stderr.lines().count() > 3, "{first:#?}");
    let second = site.done("sync users archive_reasons").await;
    assert_eq!(second.stderr.lines().count(), 1, "{second:#?}");
    assert!(second.stderr.starts_with("2 streams up to date · nothing new · 3 requests in "), "{second:#?}");
    let verbose = site.done("sync users archive_reasons -v").await;
    assert!(verbose.stderr.contains("archive_reasons") && verbose.stderr.contains("total"), "{verbose:#?}");
    assert_eq!(site.done("sync users -q").await.stderr, "");

    // Only what has something to tell has a line.
    site.organisation().churn(40, 3);
    let third = site.done("sync users applications archive_reasons").await;
    assert!(third.stderr.contains("applications") && !third.stderr.contains("archive_reasons"), "{third:#?}");

    // Quiet is not deaf.
    site.server.faults().add(FaultRule::new("user.list", Fault::Status { status: 500 }));
    let failed = site.run("sync users -q").await;
    assert_eq!(failed.code, Some(1));
    assert!(failed.stderr.contains("failed: users: "), "{failed:#?}");
    until("it was asked", || site.log().count("user.list") > 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_may_have_intervals_of_their_own() {
    let site = Site::new().await;
    std::fs::write(site.path("ashby.toml"), "interval.default = \"1h\"\ninterval.users = \"1s\"\n").unwrap();
    let mut child = start(site.ashby("sync --watch users archive_reasons"));
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines();
    until_said(&mut said, |line| line.starts_with("round 3 ")).await;
    assert_eq!(site.log().count("archiveReason.list"), 1);
    assert!(site.log().count("user.list") >= 3);
    assert_eq!(rest(child, said).await.0, Some(0));
    let unknown = site.run("sync --watch --interval 5m,usres=1m users").await;
    assert_eq!(unknown.code, Some(2));
    assert!(unknown.stderr.contains("did you mean users"), "{unknown:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn word_of_trouble_is_sent_by_a_single_run_too() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let site = Site::new().await;
    site.server.faults().add(FaultRule::new("user.list", Fault::Status { status: 500 }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let told = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = Vec::new();
        while !request.ends_with(b"}") {
            assert!(stream.read_buf(&mut request).await.unwrap() > 0);
        }
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await.unwrap();
        String::from_utf8(request).unwrap()
    });
    let ran = site.run(&format!("sync users archive_reasons --notify {url}")).await;
    assert_eq!(ran.code, Some(4), "{ran:#?}");
    let request = told.await.unwrap();
    assert!(request.contains("the stream users is failing"), "{request}");
}
