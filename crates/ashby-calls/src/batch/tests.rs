use std::path::Path;

use ashby_client::catalog;
use ashby_sim::{Fault, FaultRule, Organisation, Server, ServerOptions, Shape};
use serde_json::{Map, Value, json};

use super::*;
use crate::{Draft, Form, rows};

const ROWS: usize = 9;

/// An organisation, rows that each make a note, and a place for the journal.
struct Site {
    server: Server,
    directory: tempfile::TempDir,
    candidate: String,
}

impl Site {
    async fn new() -> Self {
        let server =
            Server::start(Organisation::new(&Shape::small()), ServerOptions::default()).await.unwrap();
        let candidates = server.organisation().truth("candidate.list", &Map::new());
        let candidate = candidates[0]["id"].as_str().unwrap().to_owned();
        Self { server, directory: tempfile::tempdir().unwrap(), candidate }
    }

    fn client(&self) -> Client {
        let client = Client::builder().api_key("sim-key").base_url(&self.server.base_url());
        client.requests_per_minute(None).build().unwrap()
    }

    fn batch(&self, operation: &str) -> Result<Batch, Error> {
        let mut draft = Draft::new(catalog::find(operation).unwrap());
        draft.set("candidateId", self.candidate.as_str().into());
        let text: String = match operation {
            "candidate.createNote" => {
                (1..=ROWS).map(|row| format!("{}\n", json!({"note": text(row)}))).collect()
            }
            _ => "{}\n".to_owned(),
        };
        let rows = rows(&text, Form::Lines, &draft)?;
        Batch::new(rows, Journal::open(&self.journal(), operation)?)
    }

    fn journal(&self) -> std::path::PathBuf {
        self.directory.path().join("journal")
    }

    /// How often each row happened.
    fn notes(&self) -> Vec<usize> {
        let parameters = Map::from_iter([("candidateId".to_owned(), json!(self.candidate))]);
        let notes = self.server.organisation().truth("candidate.listNotes", &parameters);
        let is = |note: &&Value, row| note["content"].as_str() == Some(&text(row));
        (1..=ROWS).map(|row| notes.iter().filter(|note| is(note, row)).count()).collect()
    }
}

fn text(row: usize) -> String {
    format!("in confidence {row}")
}

fn options(at_once: usize, unknown: Option<Unknown>) -> BatchOptions {
    BatchOptions { unknown, at_once: NonZeroUsize::new(at_once).unwrap() }
}

/// Runs it, and says what happened.
async fn run(batch: Batch, client: &Client, options: &BatchOptions) -> (Summary, Vec<String>) {
    let mut told = Vec::new();
    let mut on = |event: Event<'_>| {
        told.push(match event {
            Event::Started { rows, pending } => format!("started {rows} {pending}"),
            Event::Skipped { row, .. } => format!("skipped {row}"),
            Event::Done { row, id, .. } => format!("done {row} {}", id.is_some()),
            Event::Failed { row, .. } => format!("failed {row}"),
            Event::Ambiguous { row, .. } => format!("ambiguous {row}"),
        });
        ControlFlow::Continue(())
    };
    let summary = batch.run(client, options, &CancellationToken::new(), &mut on).await;
    (summary, told)
}

#[tokio::test]
async fn rows_at_once_happen_once_each() {
    for at_once in [1, 4, 100] {
        let site = Site::new().await;
        let client = site.client();
        let batch = site.batch("candidate.createNote").unwrap();
        let (summary, told) = run(batch, &client, &options(at_once, None)).await;
        assert!(matches!(summary.ended, Ended::Finished), "{summary:?}");
        assert_eq!((summary.done, summary.left()), (ROWS, 0));
        assert_eq!(told[0], format!("started {ROWS} {ROWS}"));
        assert_eq!(site.notes(), [1; ROWS]);
        let (again, _) =
            run(site.batch("candidate.createNote").unwrap(), &client, &options(at_once, None)).await;
        assert_eq!((again.skipped, again.done), (ROWS, 0));
        assert_eq!(site.notes(), [1; ROWS]);
    }
}

#[tokio::test]
async fn as_many_are_under_way_as_may_be() {
    let site = Site::new().await;
    site.server.faults().add(FaultRule::new("candidate.createNote", Fault::Hold));
    let (client, options) = (site.client(), options(3, None));
    let batch = site.batch("candidate.createNote").unwrap();
    let release = async {
        let held = site.server.faults().wait_held(3);
        tokio::time::timeout(Duration::from_secs(60), held).await.unwrap();
        let journal = std::fs::read_to_string(site.journal()).unwrap();
        assert_eq!(journal.matches("sending").count(), 3, "no more than that");
        site.server.faults().clear();
    };
    let ((summary, _), ()) = tokio::join!(run(batch, &client, &options), release);
    assert_eq!(summary.done, ROWS);
    assert_eq!(site.notes(), [1; ROWS]);
}

#[tokio::test]
async fn what_must_be_wanted_is_not_sent_unasked() {
    let site = Site::new().await;
    let client = site.client();
    let batch = site.batch("candidate.anonymize").unwrap();
    assert_eq!(batch.confirmation(), Some(Confirmation::Irreversible));
    let (summary, told) = run(batch, &client, &BatchOptions::default()).await;
    assert!(matches!(&summary.ended, Ended::Refused(error) if error.kind() == ErrorKind::Unconfirmed));
    assert_eq!((summary.left(), told.len(), site.server.log().total()), (1, 0, 0));
    let batch = site.batch("candidate.anonymize").unwrap().approve();
    assert_eq!(run(batch, &client, &BatchOptions::default()).await.0.done, 1);
}

#[tokio::test]
async fn rows_of_unknown_fate_wait_for_a_decision() {
    let site = Site::new().await;
    let client = site.client();
    site.server
        .faults()
        .add(FaultRule::new("candidate.createNote", Fault::Status { status: 500 }).after(2).times(1));
    let batch = || site.batch("candidate.createNote").unwrap();
    let (summary, told) = run(batch(), &client, &BatchOptions::default()).await;
    assert_eq!((summary.done, summary.ambiguous), (ROWS - 1, 1));
    assert_eq!(told[3], "ambiguous 3");
    let sent = site.server.log().total();

    assert_eq!(batch().unknown(), [3]);
    let pending = [Unknown::Skip, Unknown::Retry].map(|unknown| batch().pending(unknown));
    assert_eq!(pending, [0, 1]);
    let (summary, _) = run(batch(), &client, &BatchOptions::default()).await;
    assert!(matches!(&summary.ended, Ended::Refused(error) if error.kind() == ErrorKind::Undecided));
    assert_eq!(site.server.log().total(), sent);
    let (summary, _) = run(batch(), &client, &options(1, Some(Unknown::Retry))).await;
    assert_eq!((summary.skipped, summary.done), (ROWS - 1, 1));
}

#[tokio::test]
async fn whoever_is_told_may_break_it_off() {
    let site = Site::new().await;
    let client = site.client();
    let batch = site.batch("candidate.createNote").unwrap();
    let mut on = |event: Event<'_>| match event {
        Event::Done { row: 2, .. } => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    };
    let cancel = CancellationToken::new();
    let summary = batch.run(&client, &BatchOptions::default(), &cancel, &mut on).await;
    assert!(matches!(summary.ended, Ended::Stopped), "{summary:?}");
    assert_eq!((summary.done, summary.left()), (2, ROWS - 2));

    cancel.cancel();
    let batch = site.batch("candidate.createNote").unwrap();
    let summary = batch.run(&client, &BatchOptions::default(), &cancel, &mut on).await;
    assert!(matches!(summary.ended, Ended::Cancelled), "{summary:?}");
    assert_eq!((summary.skipped, summary.done), (2, 0));
}

/// Begins another run in the journal, as a process does that no lock kept out.
fn take_over(journal: &Path) {
    use std::io::Write as _;
    let mut file = std::fs::OpenOptions::new().append(true).open(journal).unwrap();
    file.write_all(b"{\"run\":2,\"nonce\":\"another\"}\n").unwrap();
}

#[tokio::test]
async fn a_batch_that_was_taken_over_sends_nothing_more() {
    let site = Site::new().await;
    let client = site.client();
    let batch = site.batch("candidate.createNote").unwrap();
    let journal = site.journal();
    let mut on = |event: Event<'_>| {
        if matches!(event, Event::Done { row: 4, .. }) {
            take_over(&journal);
        }
        ControlFlow::Continue(())
    };
    let summary = batch.run(&client, &BatchOptions::default(), &CancellationToken::new(), &mut on).await;
    assert!(
        matches!(&summary.ended, Ended::Refused(error) if error.kind() == ErrorKind::TakenOver),
        "{summary:?}"
    );
    assert_eq!((summary.done, site.server.log().total()), (4, 4));
}

#[tokio::test]
async fn a_journal_of_other_rows_is_refused() {
    let site = Site::new().await;
    run(site.batch("candidate.createNote").unwrap(), &site.client(), &BatchOptions::default()).await;
    let mut draft = Draft::new(catalog::find("candidate.createNote").unwrap());
    draft.set("candidateId", site.candidate.as_str().into());
    let other = rows("{\"note\":\"secret\"}\n", Form::Lines, &draft).unwrap();
    let journal = Journal::open(&site.journal(), "candidate.createNote").unwrap();
    let error = Batch::new(other, journal).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OtherBatch);
    assert!(!error.to_string().contains("secret"));
}
