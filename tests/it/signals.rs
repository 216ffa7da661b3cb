//! Ctrl-C, SIGTERM, `--watch`.

use ashby_sim::{Fault, FaultRule};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};

use crate::support::listening::Listening;
use crate::support::{PATIENCE, Site, ended, run, said, signal, sqlite, start, truth, until};

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_commits_what_came_and_the_next_run_goes_on() {
    for name in ["INT", "TERM"] {
        let site = Site::new().await;
        // Three pages have been read, the fourth does not come.
        site.server.faults().add(FaultRule::new("application.list", Fault::Hold).after(3));
        let sync = "sync applications users --page-size 30";
        let child = start(site.ashby(sync));
        site.held().await;
        signal(&child, name);
        let ran = ended(child).await;
        assert_eq!(ran.code, Some(130), "{ran:#?}");
        assert!(ran.stderr.contains("interrupted: the next run continues here"), "{ran:#?}");
        assert_eq!(sqlite(&site.path("ashby.db"), "applications").len(), 90);

        site.server.faults().clear();
        site.log().clear();
        site.done(sync).await;
        assert_eq!(
            sqlite(&site.path("ashby.db"), "applications"),
            truth(site.organisation(), "applications")
        );
        let entries = site.log().of("application.list");
        assert_eq!(
            entries.iter().filter(|entry| !entry.has_token).count(),
            3,
            "only the pages that were left"
        );
        assert_eq!(entries.len(), 4, "what changed since the earlier run began comes, too");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_before_anything_came_is_no_failure() {
    let site = Site::new().await;
    site.server.faults().add(FaultRule::new("apiKey.info", Fault::Hold));
    let child = start(site.ashby("sync users"));
    site.held().await;
    signal(&child, "INT");
    assert_eq!(ended(child).await.code, Some(130));
    assert!(!site.path("ashby.db").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_before_the_first_record_is_told_in_a_line() {
    let site = Site::new().await;
    site.server.faults().add(FaultRule::new("user.list", Fault::Hold));
    let child = start(site.ashby("sync users"));
    site.held().await;
    signal(&child, "INT");
    let ran = ended(child).await;
    assert_eq!(ran.code, Some(130));
    assert!(ran.stderr.contains("interrupted: the next run continues here"), "{ran:#?}");
    assert!(!ran.stderr.contains("records  new") && !ran.stderr.contains("nothing new"), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_interrupt_stops_at_once() {
    let site = Site::new().await;
    // More than a pipe holds has been read, and nobody takes it: the first interrupt cannot end the run.
    site.server.faults().add(FaultRule::new("application.list", Fault::Hold).after(1));
    let mut child = start(site.ashby("sync applications --to stdout"));
    site.held().await;
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    signal(&child, "INT");
    let line = lines.next_line().await.unwrap().unwrap();
    assert!(line.starts_with("interrupted") && line.contains("again to stop at once"), "{line}");
    assert!(child.try_wait().unwrap().is_none(), "it waits for its reader");
    signal(&child, "INT");
    assert_eq!(child.wait().await.unwrap().code(), Some(130));
}

#[tokio::test(flavor = "multi_thread")]
async fn watching_goes_on_until_it_is_stopped() {
    let site = Site::new().await;
    let child = start(site.ashby("sync candidates archive_reasons --watch --interval 1s"));
    until("two polls", || site.log().count("candidate.list") >= 4).await;
    site.organisation().churn(30, 3);
    let current = || sqlite(&site.path("ashby.db"), "candidates") == truth(site.organisation(), "candidates");
    until("the changes", current).await;
    signal(&child, "TERM");
    let ran = ended(child).await;
    assert_eq!(ran.code, Some(0), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn watching_survives_a_server_that_comes_and_goes() {
    let site = Site::new().await;
    let child = start(site.ashby("sync users --watch --interval 1s"));
    until("a poll", || site.log().count("user.list") >= 1).await;
    site.server.faults().add(FaultRule::new("user.list", Fault::Status { status: 503 }));
    until("a failure", || site.log().of("user.list").iter().any(|entry| entry.status == 503)).await;
    site.server.faults().clear();
    let failed = site.log().count("user.list");
    until("another poll", || site.log().count("user.list") > failed).await;
    signal(&child, "INT");
    assert_eq!(ended(child).await.code, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn watching_survives_a_proxy_that_forbids_something_once() {
    let site = Site::new().await;
    let child = start(site.ashby("sync users --watch --interval 1s"));
    until("a poll", || site.log().count("user.list") >= 1).await;
    site.server.faults().add(FaultRule::new("user.list", Fault::Forbidden).times(1));
    let polls = || site.log().of("user.list");
    until("a refusal", || polls().iter().any(|entry| entry.status == 403)).await;
    let refused = polls().len();
    until("two polls more", || polls().len() > refused + 1).await;
    signal(&child, "TERM");
    let ran = ended(child).await;
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    let told = |beginning: &str| ran.stderr.lines().filter(|line| line.contains(beginning)).count();
    assert_eq!((told("trouble"), told("recovered")), (1, 1), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn watching_waits_for_an_ashby_that_is_away_at_the_start() {
    let site = Site::new().await;
    site.server.faults().add(FaultRule::new("apiKey.info", Fault::Status { status: 503 }));
    let mut child = start(site.ashby("sync users --watch --interval 1s"));
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    said(&mut lines, "trouble: cannot ask Ashby").await;
    site.server.faults().clear();
    said(&mut lines, "recovered after").await;
    assert_eq!(sqlite(&site.path("ashby.db"), "users"), truth(site.organisation(), "users"));
    signal(&child, "TERM");
    assert_eq!(child.wait().await.unwrap().code(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn watching_waits_for_a_database_that_another_program_has_locked() {
    let site = Site::new().await;
    let mut child = start(site.ashby("sync candidates --watch --interval 1s"));
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    until("a poll", || site.log().count("candidate.list") >= 3).await;
    let other = rusqlite::Connection::open(site.path("ashby.db")).unwrap();
    other.busy_timeout(std::time::Duration::from_secs(10)).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    site.organisation().churn(30, 3);
    let line = said(&mut lines, "trouble:").await;
    assert!(line.contains("locked by another program") && line.contains("trying again"), "{line}");
    other.execute_batch("COMMIT").unwrap();
    drop(other);
    said(&mut lines, "recovered after").await;
    let current = || sqlite(&site.path("ashby.db"), "candidates") == truth(site.organisation(), "candidates");
    until("the changes", current).await;
    signal(&child, "TERM");
    assert_eq!(child.wait().await.unwrap().code(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn watching_goes_on_in_a_new_file_after_rotation_and_hang_up() {
    let site = Site::new().await;
    let child = start(site.ashby("sync candidates --watch --interval 1s --to jsonl:out"));
    until("a poll", || site.log().count("candidate.list") >= 3).await;
    std::fs::rename(site.path("out/candidates.jsonl"), site.path("out/candidates.jsonl.1")).unwrap();
    signal(&child, "HUP");
    site.organisation().churn(30, 3);
    until("a new file", || {
        std::fs::metadata(site.path("out/candidates.jsonl")).is_ok_and(|found| found.len() > 0)
    })
    .await;
    signal(&child, "TERM");
    let ran = ended(child).await;
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    // Both files together are what there is.
    let mut records = crate::support::jsonl(&site.path("out"), "candidates");
    std::fs::rename(site.path("out/candidates.jsonl.1"), site.path("out/earlier.jsonl")).unwrap();
    for (key, record) in crate::support::jsonl(&site.path("out"), "earlier") {
        records.entry(key).or_insert(record);
    }
    assert_eq!(records, truth(site.organisation(), "candidates"));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_beside_a_watch_holds_up_its_end() {
    let site = Site::new().await;
    site.done("sync applications candidates").await;
    // A round that does not end, trouble that is told to one who is deaf, a delivery that does not come to its end, and
    // a model that is due.
    site.server.faults().add(FaultRule::new("candidate.list", Fault::Hold));
    site.server.faults().add(FaultRule::new("user.list", Fault::Status { status: 500 }));
    let deaf = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    std::fs::write(site.path("s"), "a secret\n").unwrap();
    let mut command = site.ashby(
        "sync --watch --interval 1s --webhooks --listen 127.0.0.1:0 --secret-file s applications candidates users",
    );
    command.env("ASHBY_NOTIFY", format!("http://{}/", deaf.local_addr().unwrap()));
    command.env("ASHBY_MODELS", "auto");
    let watch = Listening::of(command).await;
    let told = tokio::time::timeout(PATIENCE, deaf.accept()).await.expect("trouble is told").unwrap();
    let mut delivery = tokio::net::TcpStream::connect(&watch.address).await.unwrap();
    delivery
        .write_all(b"POST /webhooks/ashby HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{")
        .await
        .unwrap();
    // It is in hand once another one has been answered.
    assert_eq!(crate::support::listening::deliver_signed(&watch.address, "{}", "none").await, 401);
    let began = std::time::Instant::now();
    let (said, code) = watch.stop().await;
    // One stream failed.
    assert_eq!(code, Some(4), "{said}");
    assert!(began.elapsed() < std::time::Duration::from_secs(8), "{:?}: {said}", began.elapsed());
    assert!(!site.path("ashby.model.db").exists(), "nobody waits for a build");
    drop((told, delivery));
    // The next run finds it due.
    site.server.faults().clear();
    let mut next = site.ashby("sync applications candidates");
    next.env("ASHBY_MODELS", "auto");
    assert_eq!(run(next).await.code, Some(0));
    assert!(site.path("ashby.model.db").exists());
}
