//! Public job boards: what arrives is what they show, and what cannot be read stays.

use std::collections::BTreeSet;

use ashby_client::{JobBoardClient, RetryPolicy};
use ashby_sim::{Fault, FaultRule, Kind, Mutation, Organisation, Server, ServerOptions, Shape};
use ashby_source::{BoardSource, PUBLIC_POSTINGS};
use capture_core::{
    Checkpoint, Error, ErrorKind, Identity, MemorySink, Outcome, Report, Runner, RunnerOptions, Selection,
    Source as _, StreamRequest, StreamRetry,
};
use serde_json::{Map, Value, json};
use tokio_util::sync::CancellationToken;

struct Site {
    server: Server,
    sink: MemorySink,
}

impl Site {
    async fn new() -> Self {
        let organisation = Organisation::new(&Shape::small());
        let server = Server::start(organisation, ServerOptions::default()).await.unwrap();
        Self { server, sink: MemorySink::new() }
    }

    fn source(&self, boards: &[&str]) -> BoardSource {
        let client = JobBoardClient::builder()
            .base_url(&self.server.base_url())
            .retry(RetryPolicy::never())
            .build_job_board_client();
        BoardSource::new(client.unwrap(), boards.iter().map(|board| (*board).to_owned()))
    }

    async fn run(&self, boards: &[&str], full: bool) -> Result<Report, Error> {
        let retry = StreamRetry::default().attempts(0);
        Runner::new(self.source(boards), self.sink.clone())
            .options(RunnerOptions::default().retry(retry))
            .run(
                [Selection::new(PUBLIC_POSTINGS).full(full)],
                Identity::anyone("boards"),
                CancellationToken::new(),
            )
            .await
    }

    async fn sync(&self, boards: &[&str]) -> Report {
        self.run(boards, false).await.unwrap()
    }

    /// The keys of all rows, as board and id.
    fn rows(&self) -> BTreeSet<(String, String)> {
        let pair = |parts: Vec<String>| (parts[0].clone(), parts[1].clone());
        self.sink.rows(PUBLIC_POSTINGS).keys().map(|key| pair(key.parts(2))).collect()
    }

    /// The keys of the rows that these boards make.
    fn shown(&self, boards: &[&str]) -> BTreeSet<(String, String)> {
        let listed = Map::from_iter([("listedOnly".to_owned(), json!(true))]);
        let organisation = self.server.organisation();
        let confidential: Vec<Value> = organisation
            .truth("job.list", &Map::new())
            .into_iter()
            .filter(|job| job["confidential"] == json!(true))
            .map(|job| job["id"].clone())
            .collect();
        let postings = organisation.truth("jobPosting.list", &listed).into_iter();
        let public = postings.filter(|posting| !confidential.contains(&posting["jobId"]));
        public
            .flat_map(|posting| {
                let id = posting["id"].as_str().unwrap().to_owned();
                boards.iter().map(move |board| ((*board).to_owned(), id.clone()))
            })
            .collect()
    }

    fn unlist_one(&self) {
        let id = self.shown(&["sim"]).pop_first().unwrap().1;
        self.server.organisation().mutate(&Mutation::Archive { kind: Kind::JobPosting, id }).unwrap();
    }
}

fn outcome(report: &Report) -> &Outcome {
    &report.streams[PUBLIC_POSTINGS].outcome
}

#[tokio::test]
async fn boards_are_captured_whole_each_time() {
    let site = Site::new().await;
    let boards = ["sim", "sim-campus", "sim"];
    let report = site.sync(&boards).await;
    assert_eq!(outcome(&report), &Outcome::UpToDate);
    assert_eq!(report.streams[PUBLIC_POSTINGS].requests, 2, "one request a board");
    let shown = site.shown(&boards);
    assert!(shown.len() > 6);
    assert_eq!(site.rows(), shown);
    for (key, row) in site.sink.rows(PUBLIC_POSTINGS) {
        let body: Value = serde_json::from_slice(&row.body).unwrap();
        assert_eq!([&body["board"], &body["id"]], [&json!(key.parts(2)[0]), &json!(key.parts(2)[1])]);
        assert!(body["compensation"].is_object() && body["isListed"] == json!(true));
    }

    site.unlist_one();
    let report = site.sync(&boards).await;
    assert_eq!(report.streams[PUBLIC_POSTINGS].counts.deleted, 2);
    assert_eq!(site.rows(), site.shown(&boards));
    assert_eq!(site.rows().len(), shown.len() - 2);
}

#[tokio::test]
async fn an_unknown_board_is_its_own_trouble() {
    let site = Site::new().await;
    let report = site.sync(&["nobody", "sim"]).await;
    let Outcome::Failed { kind, reason, hint, .. } = outcome(&report) else { panic!("{report:?}") };
    assert_eq!(*kind, ErrorKind::Data);
    assert!(reason.contains("1 of 2 job boards (nobody)"), "{reason}");
    assert!(hint.as_ref().unwrap().contains("jobs.ashbyhq.com/"));
    assert_eq!(site.rows(), site.shown(&["sim"]));
}

#[tokio::test]
async fn what_cannot_be_read_stays() {
    let site = Site::new().await;
    let both = ["sim", "sim-campus"];
    site.sync(&both).await;
    let before = site.shown(&both);
    site.unlist_one();
    for (status, kind) in [(404, ErrorKind::Data), (503, ErrorKind::Transient)] {
        let fault = FaultRule::new("posting-api/job-board/sim", Fault::Status { status });
        site.server.faults().add(fault.times(1));
        let report = site.sync(&both).await;
        assert!(matches!(outcome(&report), Outcome::Failed { kind: found, .. } if *found == kind));
    }
    assert_eq!(site.rows().len(), before.len() - 1, "only the board that was read has lost one");
    site.sync(&both).await;
    assert_eq!(site.rows(), site.shown(&both));
}

#[tokio::test]
async fn a_cut_or_odd_answer_is_never_an_empty_board() {
    let site = Site::new().await;
    site.sync(&["sim"]).await;
    let before = site.rows();
    for fault in [Fault::CutBody { after_bytes: 900 }, Fault::EmptyBody, Fault::Html, Fault::Garbage] {
        site.server.faults().add(FaultRule::new("*", fault).times(1));
        let report = site.sync(&["sim"]).await;
        assert!(matches!(outcome(&report), Outcome::Failed { .. }));
        assert_eq!(site.rows(), before);
    }
}

#[tokio::test]
async fn boards_of_earlier_runs_stay_until_everything_is_listed_again() {
    let site = Site::new().await;
    site.sync(&["sim-campus"]).await;
    let report = site.sync(&["sim"]).await;
    assert_eq!(outcome(&report), &Outcome::UpToDate);
    assert!(format!("{report:?}").contains("these boards were not among those of this run: sim-campus"));
    assert_eq!(site.rows(), site.shown(&["sim", "sim-campus"]));

    site.unlist_one();
    site.sync(&["sim"]).await;
    assert!(site.rows().is_superset(&site.shown(&["sim"])));
    let gone = site.rows().len() - site.shown(&["sim", "sim-campus"]).len();
    assert_eq!(gone, 1, "the row of the board that was not read");

    site.run(&["sim"], true).await.unwrap();
    assert_eq!(site.rows(), site.shown(&["sim"]));
}

#[tokio::test]
async fn what_is_not_for_everybody_is_no_row_even_if_the_board_has_it() {
    let site = Site::new().await;
    site.sync(&["sim"]).await;
    let before = site.rows().len();
    site.unlist_one();
    site.server.faults().add(FaultRule::new("posting-api/job-board/sim", Fault::UnlistedPostings));
    site.sync(&["sim"]).await;
    assert_eq!((site.rows().len(), site.rows()), (before - 1, site.shown(&["sim"])));
}

#[tokio::test]
async fn a_board_is_one_however_it_is_spelled() {
    let site = Site::new().await;
    site.sync(&["sim"]).await;
    let report = site.sync(&["SIM", "https://jobs.ashbyhq.com/Sim/1", "sim"]).await;
    assert_eq!(outcome(&report), &Outcome::UpToDate);
    assert_eq!(site.rows(), site.shown(&["sim"]), "its rows keep the name they have");
}

#[tokio::test]
async fn what_is_none_of_its_own_is_refused() {
    let site = Site::new().await;
    let open = async |stream: &str, checkpoint: Option<Value>| {
        let checkpoint = checkpoint.map(Checkpoint::from);
        let request = StreamRequest::new(stream, checkpoint);
        site.source(&["sim"]).open(vec![request]).await.err().map(|error| error.kind())
    };
    assert_eq!(open(PUBLIC_POSTINGS, None).await, None);
    assert_eq!(open("jobs", None).await, Some(ErrorKind::Configuration));
    for checkpoint in [json!({}), json!(5), json!({"version": 3, "captured": []})] {
        assert_eq!(open(PUBLIC_POSTINGS, Some(checkpoint)).await, Some(ErrorKind::State));
    }
}
