//! `ashby call … --each`: no row twice, none lost, whatever happens.

use ashby_sim::{Fault, FaultRule, Key, ServerOptions};
use serde_json::{Map, Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};

use crate::support::stub::{Stub, request};
use crate::support::{Ran, Site, ended, run, shape, signal, start, until};

const ROWS: usize = 8;
const BATCH: &str = "call candidate.createNote --each rows.ndjson";

/// An organisation, and rows that each make a note with a text of its own.
struct Batch {
    site: Site,
    candidate: String,
}

impl Batch {
    async fn new() -> Self {
        Self::with(ServerOptions::default()).await
    }

    async fn with(options: ServerOptions) -> Self {
        let site = Site::with(&shape(), options).await;
        let candidate = site.some("candidates");
        let batch = Self { site, candidate };
        let rows: String = (1..=ROWS).map(|row| format!("{}\n", batch.row(row))).collect();
        std::fs::write(batch.site.path("rows.ndjson"), rows).unwrap();
        batch
    }

    fn row(&self, row: usize) -> Value {
        json!({"candidateId": self.candidate, "note": text(row)})
    }

    fn fault(&self, rule: FaultRule) {
        self.site.server.faults().add(rule);
    }

    /// How often each row happened.
    fn notes(&self) -> Vec<usize> {
        let parameters = Map::from_iter([("candidateId".to_owned(), json!(self.candidate))]);
        let notes = self.site.organisation().truth("candidate.listNotes", &parameters);
        let is = |note: &&Value, row| note["content"].as_str().is_some_and(|content| content == text(row));
        (1..=ROWS).map(|row| notes.iter().filter(|note| is(note, row)).count()).collect()
    }

    fn journal(&self) -> String {
        std::fs::read_to_string(self.site.path("rows.ndjson.journal")).unwrap()
    }
}

fn text(row: usize) -> String {
    format!("told in confidence {row}")
}

fn lines(ran: &Ran) -> Vec<Value> {
    ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn statuses(ran: &Ran) -> Vec<String> {
    lines(ran)
        .into_iter()
        .map(|line| format!("{} {}", line["row"], line["status"].as_str().unwrap()))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_row_is_sent_once_and_never_again() {
    let batch = Batch::new().await;
    let ran = batch.site.done(BATCH).await;
    assert_eq!(batch.notes(), [1; ROWS]);
    let told = lines(&ran);
    assert_eq!(told.len(), ROWS);
    assert!(told.iter().all(|line| line["status"] == "done" && line["id"].is_string()), "{told:#?}");

    let again = batch.site.done(BATCH).await;
    assert_eq!(batch.notes(), [1; ROWS]);
    assert!(
        lines(&again)
            .iter()
            .zip(&told)
            .all(|(new, old)| new["status"] == "skipped" && new["id"] == old["id"])
    );
    let journal = batch.journal();
    assert!(!journal.contains("confidence") && !journal.contains(&batch.candidate), "{journal}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sent_unless_every_row_can_be() {
    let batch = Batch::new().await;
    let mut rows = std::fs::read_to_string(batch.site.path("rows.ndjson")).unwrap();
    rows.push_str(r#"{"candidateId":"nobody-in-particular","note":"x"}"#);
    std::fs::write(batch.site.path("rows.ndjson"), rows).unwrap();
    let ran = batch.site.run(BATCH).await;
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("row 9: candidateId must be a UUID"), "{ran:#?}");
    assert!(!ran.stderr.contains("nobody-in-particular"));
    assert_eq!(batch.site.log().total(), 0);
    assert!(!batch.site.path("rows.ndjson.journal").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn csv_rows_come_over_common_flags_and_a_dry_run_sends_nothing() {
    let batch = Batch::new().await;
    std::fs::write(batch.site.path("rows.csv"), "note,isPrivate\n\"a, b\",true\nc,\n").unwrap();
    let command = format!("call candidate.createNote --candidate-id {} --each rows.csv", batch.candidate);
    let dry = batch.site.done(&format!("{command} --dry-run")).await;
    let bodies: Vec<Value> = lines(&dry).into_iter().map(|request| request["body"].clone()).collect();
    let expected = [
        json!({"candidateId": batch.candidate, "note": "a, b", "isPrivate": true}),
        json!({"candidateId": batch.candidate, "note": "c"}),
    ];
    assert_eq!((&bodies[..], batch.site.log().total()), (&expected[..], 0));
    batch.site.done(&command).await;
    let sent = batch.site.log().of("candidate.createNote");
    assert_eq!(sent.into_iter().map(|entry| entry.parameters.into()).collect::<Vec<Value>>(), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn csv_of_ours_comes_back_as_it_was() {
    let titles = ["=1", "-12.5", "+49 30 1234", "@x, \"y\"", "1.10"];
    let records: Vec<Value> = titles.iter().map(|title| json!({"title": title})).collect();
    let answer = json!({"success": true, "results": records, "moreDataAvailable": false}).to_string();
    let stub = Stub::start(move |_| answer.clone()).await;
    let site = Site::new().await;
    let mut command = site.ashby("list candidateTags --output csv");
    command.env("ASHBY_BASE_URL", &stub.url);
    let csv = run(command).await;
    assert!(csv.stdout.contains(",\"'=1\",\n") && csv.stdout.contains("\n,-12.5,\n"), "{csv:#?}");
    // Of what was listed the title is what can be created.
    let title = |line: &str| line.strip_prefix(',').unwrap().strip_suffix(',').unwrap().to_owned() + "\n";
    let rows: String = csv.stdout.lines().skip(1).map(title).collect();
    std::fs::write(site.path("tags.csv"), format!("title\n{rows}")).unwrap();
    let dry = site.done("call candidateTag.create --each tags.csv --dry-run").await;
    let sent: Vec<Value> = lines(&dry).into_iter().map(|request| request["body"].clone()).collect();
    assert_eq!(sent, records);
}

#[tokio::test(flavor = "multi_thread")]
async fn half_a_character_in_a_row_is_mended_and_told_once() {
    let batch = Batch::new().await;
    let row = |cut: &str| format!(r#"{{"candidateId":"{}","note":"{cut} \ud83d"}}"#, batch.candidate);
    std::fs::write(batch.site.path("rows.ndjson"), format!("{}\n{}\n", row("one"), row("two"))).unwrap();
    let ran = batch.site.done(BATCH).await;
    assert_eq!(statuses(&ran), ["1 done", "2 done"]);
    assert_eq!(ran.stderr.matches("some text holds half a character").count(), 1, "{ran:#?}");
    let sent = batch.site.log().of("candidate.createNote");
    let notes: Vec<&Value> = sent.iter().map(|entry| &entry.parameters["note"]).collect();
    assert_eq!(notes, ["one \u{fffd}", "two \u{fffd}"]);
}

/// A connection that the server has just closed is no reason not to know what became of a row.
#[tokio::test(flavor = "multi_thread")]
async fn no_row_is_in_doubt_because_a_connection_was_closed_meanwhile() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                // The first request of a connection is answered; at the second the server's patience has ended.
                let answer = r#"{"success":true,"results":{"id":"n-1"}}"#;
                let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", answer.len());
                request(&mut stream).await?;
                stream.write_all((head + answer).as_bytes()).await.ok()?;
                stream.read_u8().await.ok()
            });
        }
    });
    let batch = Batch::new().await;
    let mut command = batch.site.ashby(BATCH);
    command.env("ASHBY_BASE_URL", &url);
    let ran = run(command).await;
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    let expected: Vec<String> = (1..=ROWS).map(|row| format!("{row} done")).collect();
    assert_eq!(statuses(&ran), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn failed_rows_are_tried_again_and_may_be_corrected() {
    let batch = Batch::new().await;
    let refused =
        Fault::Error { code: "candidate_not_found".to_owned(), shape: Default::default(), status: 200 };
    batch.fault(FaultRule::new("candidate.createNote", refused).after(2).times(1));
    let ran = batch.site.run(BATCH).await;
    assert_eq!(ran.code, Some(4), "{ran:#?}");
    assert_eq!(statuses(&ran)[2], "3 failed");
    assert!(lines(&ran)[2]["error"].as_str().unwrap().contains("candidate_not_found"));
    assert_eq!(batch.notes(), [1, 1, 0, 1, 1, 1, 1, 1]);

    // What was confirmed must stay as it was; what failed may be put right.
    let rows = std::fs::read_to_string(batch.site.path("rows.ndjson")).unwrap();
    std::fs::write(batch.site.path("rows.ndjson"), rows.replace(&text(1), "other")).unwrap();
    let changed = batch.site.run(BATCH).await;
    assert!(changed.code == Some(2) && changed.stderr.contains("row 1"), "{changed:#?}");
    std::fs::write(batch.site.path("rows.ndjson"), rows.replace(&text(3), "corrected")).unwrap();
    let ran = batch.site.done(BATCH).await;
    assert_eq!(statuses(&ran)[2], "3 done");
    assert_eq!(batch.site.log().of("candidate.createNote").len(), ROWS + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn throttled_rows_are_sent_again() {
    let batch = Batch::new().await;
    let throttled = Fault::RetryAfter { status: 429, seconds: 0, date: false };
    batch.fault(FaultRule::new("candidate.createNote", throttled).after(1).times(2));
    batch.site.done(BATCH).await;
    assert_eq!(batch.notes(), [1; ROWS]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_goes_out_once_whatever_a_refusal_says_of_limits() {
    let batch = Batch::new().await;
    let refused = |code: &str| Fault::Error {
        code: format!("{code}: the HRIS said rate_limit_exceeded"),
        shape: ashby_sim::ErrorShape::Objects,
        status: 200,
    };
    batch.fault(FaultRule::new("candidate.createNote", refused("note_refused")));
    let mut command = batch.site.ashby(BATCH);
    command.env("ASHBY_MAX_ATTEMPTS", "6");
    let ran = crate::support::run(command).await;
    assert_eq!(ran.code, Some(4), "{ran:#?}");
    assert_eq!(batch.site.log().of("candidate.createNote").len(), ROWS, "each once");
    assert!(statuses(&ran).iter().all(|status| status.ends_with("failed")), "{ran:#?}");
    assert_eq!(batch.journal().matches("\"failed\"").count(), ROWS, "{}", batch.journal());

    // Of this refusal nobody knows what came before it.
    let application = batch.site.some("applications");
    let row = json!({"applicationId": application, "externalSystem": "bob"});
    std::fs::write(batch.site.path("push.ndjson"), format!("{row}\n")).unwrap();
    batch.fault(FaultRule::new("candidate.pushToHris", refused("candidate_hris_push_failed")));
    let mut command = batch.site.ashby("call candidate.pushToHris --each push.ndjson --yes");
    command.env("ASHBY_MAX_ATTEMPTS", "6");
    let ran = crate::support::run(command).await;
    assert_eq!((ran.code, statuses(&ran)), (Some(4), vec!["1 ambiguous".to_owned()]), "{ran:#?}");
    assert_eq!(batch.site.log().of("candidate.pushToHris").len(), 1);
    let journal = std::fs::read_to_string(batch.site.path("push.ndjson.journal")).unwrap();
    assert!(journal.contains("ambiguous") && !journal.contains("\"failed\""), "{journal}");
    // The next start asks, and sends nothing.
    let asked = batch.site.run("call candidate.pushToHris --each push.ndjson --yes").await;
    assert_eq!((asked.code, batch.site.log().of("candidate.pushToHris").len()), (Some(2), 1), "{asked:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_unknown_fate_are_not_guessed_at() {
    for (applied, choice) in [(true, "skip"), (false, "retry")] {
        let batch = Batch::new().await;
        let mut rule =
            FaultRule::new("candidate.createNote", Fault::Status { status: 500 }).after(4).times(1);
        rule.applied = applied;
        batch.fault(rule);
        let ran = batch.site.run(BATCH).await;
        assert_eq!((ran.code, statuses(&ran)[4].as_str()), (Some(4), "5 ambiguous"), "{ran:#?}");

        let asked = batch.site.run(BATCH).await;
        assert_eq!(asked.code, Some(2));
        assert!(asked.stderr.contains("row 5") && asked.stderr.contains("--ambiguous"), "{asked:#?}");
        assert!(asked.stdout.is_empty());

        batch.site.done(&format!("{BATCH} --ambiguous {choice}")).await;
        assert_eq!(batch.notes(), [1; ROWS]);
        // Decided once and for all.
        batch.site.done(BATCH).await;
        assert_eq!(batch.notes(), [1; ROWS]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_row_it_goes_on_there() {
    for after in 0..ROWS as u32 {
        let batch = Batch::new().await;
        batch.fault(FaultRule::new("candidate.createNote", Fault::Hold).after(after));
        let mut child = start(batch.site.ashby(BATCH));
        batch.site.held().await;
        let busy = batch.site.run(BATCH).await;
        assert!(busy.code != Some(0) && busy.stderr.contains("in use by process"), "{busy:#?}");
        child.kill().await.unwrap();
        batch.site.server.faults().clear();

        let asked = batch.site.run(BATCH).await;
        assert_eq!(asked.code, Some(2), "{asked:#?}");
        assert!(asked.stderr.contains(&format!("row {}", after + 1)), "{asked:#?}");
        batch.site.done(&format!("{BATCH} --ambiguous retry")).await;
        assert_eq!(batch.notes(), [1; ROWS], "killed after {after}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_finishes_the_row_under_way() {
    let batch = Batch::new().await;
    batch.fault(FaultRule::new("candidate.createNote", Fault::Hold).after(2));
    let mut child = start(batch.site.ashby(BATCH));
    batch.site.held().await;
    signal(&child, "INT");
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines();
    assert!(said.next_line().await.unwrap().unwrap().starts_with("interrupted"));
    batch.site.server.faults().clear();
    assert_eq!(said.next_line().await.unwrap().as_deref(), Some("8 rows: 3 done, 5 not tried"));
    let ran = ended(child).await;
    assert_eq!(ran.code, Some(130), "{ran:#?}");
    assert_eq!(statuses(&ran), ["1 done", "2 done", "3 done"]);
    batch.site.done(BATCH).await;
    assert_eq!(batch.notes(), [1; ROWS]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_would_stop_every_row_stops_the_batch() {
    let key = Key::limited("sim-key", ["candidates:read"]);
    let batch = Batch::with(ServerOptions { keys: vec![key], ..ServerOptions::default() }).await;
    let ran = batch.site.run(BATCH).await;
    assert_eq!((ran.code, batch.site.log().total()), (Some(3), 1), "{ran:#?}");
    assert!(ran.stderr.contains("Candidates: Write"), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_undone_is_confirmed_once_for_all_rows() {
    let batch = Batch::new().await;
    let row = json!({"candidateId": batch.site.past_candidate()});
    std::fs::write(batch.site.path("gone.ndjson"), format!("{row}\n")).unwrap();
    let command = "call candidate.anonymize --each gone.ndjson";
    let ran = batch.site.run(command).await;
    assert_eq!((ran.code, batch.site.log().total()), (Some(2), 0), "{ran:#?}");
    assert!(ran.stderr.contains("--yes"), "{ran:#?}");
    batch.site.done(&format!("{command} --yes")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reads_answer_what_they_found() {
    let batch = Batch::new().await;
    std::fs::write(batch.site.path("ids.csv"), format!("id\n{}\n", batch.candidate)).unwrap();
    let ran = batch.site.done("call candidate.info --each ids.csv").await;
    assert_eq!(lines(&ran)[0]["results"]["id"], batch.candidate.as_str());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_has_one_process_by_whatever_name() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let batch = Batch::new().await;
    batch.fault(FaultRule::new("candidate.createNote", Fault::Hold).after(2));
    let child = start(batch.site.ashby(BATCH));
    batch.site.held().await;
    let journal = batch.site.path("rows.ndjson.journal");
    assert_eq!(std::fs::metadata(&journal).unwrap().permissions().mode() & 0o777, 0o600);
    std::fs::hard_link(&journal, batch.site.path("hard")).unwrap();
    symlink(&journal, batch.site.path("soft")).unwrap();
    symlink(batch.site.directory.path(), batch.site.path("folder")).unwrap();
    for (name, says) in [
        ("rows.ndjson.journal", "in use by process"),
        ("./rows.ndjson.journal", "in use by process"),
        ("folder/rows.ndjson.journal", "in use by process"),
        ("hard", "in use by another process"),
        ("soft", "is a symbolic link"),
    ] {
        let second = batch.site.run(&format!("{BATCH} --journal {name} --ambiguous skip")).await;
        assert_eq!(second.code, Some(1), "{name}: {second:#?}");
        assert!(second.stderr.contains(says) && second.stderr.contains("hint:"), "{name}: {second:#?}");
    }
    batch.site.server.faults().clear();
    assert_eq!(ended(child).await.code, Some(0));
    assert_eq!(batch.notes(), [1; ROWS]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_whose_locks_were_removed_is_fenced_off_by_the_next() {
    let batch = Batch::new().await;
    batch.fault(FaultRule::new("candidate.createNote", Fault::Hold).after(2));
    let first = start(batch.site.ashby(BATCH));
    batch.site.held().await;
    // As a backup that is put back does: the same lines in another file, and no lock beside it.
    let journal = batch.site.path("rows.ndjson.journal");
    std::fs::copy(&journal, batch.site.path("copy")).unwrap();
    std::fs::rename(batch.site.path("copy"), &journal).unwrap();
    for entry in std::fs::read_dir(batch.site.directory.path()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "lock") {
            std::fs::remove_file(path).unwrap();
        }
    }
    // The held row is the first one's; the second leaves it and sends the others.
    let second = start(batch.site.ashby(&format!("{BATCH} --ambiguous skip")));
    until("the second announces a row", || batch.journal().contains(r#""row":4"#)).await;
    batch.site.server.faults().clear();
    let (first, second) = (ended(first).await, ended(second).await);
    assert_eq!(second.code, Some(0), "{second:#?}");
    assert_eq!(first.code, Some(1), "{first:#?}");
    assert!(first.stderr.contains("taken over by another process"), "{first:#?}");
    assert_eq!(batch.notes(), [1; ROWS]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_journal_is_neither_cut_nor_written_to() {
    let batch = Batch::new().await;
    let text = "{\"version\":1,\"oper\nmine";
    std::fs::write(batch.site.path("mine"), text).unwrap();
    let ran = batch.site.run(&format!("{BATCH} --journal mine")).await;
    assert_eq!((ran.code, batch.site.log().total()), (Some(1), 0), "{ran:#?}");
    assert_eq!(std::fs::read_to_string(batch.site.path("mine")).unwrap(), text);
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_may_be_sent_side_by_side() {
    let batch = Batch::new().await;
    batch.fault(FaultRule::new("candidate.createNote", Fault::Hold));
    let child = start(batch.site.ashby(&format!("{BATCH} --at-once 3")));
    let held = batch.site.server.faults().wait_held(3);
    tokio::time::timeout(std::time::Duration::from_secs(60), held).await.unwrap();
    batch.site.server.faults().clear();
    assert_eq!(ended(child).await.code, Some(0));
    assert_eq!(batch.notes(), [1; ROWS]);
}
