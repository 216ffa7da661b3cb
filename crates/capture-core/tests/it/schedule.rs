//! When streams are polled.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use capture_core::{
    Batch, Capture, Checkpoint, Identity, MemorySink, Result, Runner, RunnerOptions, Selection, Source, Step,
    StreamDescriptor, StreamRequest,
};
use serde_json::json;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

type Polls = Arc<Mutex<BTreeMap<String, Vec<Duration>>>>;

/// Streams without records that note when they are polled. `pairs` share a capture.
struct Clocked {
    began: Instant,
    polls: Polls,
    shared: bool,
}

struct ClockedCapture {
    began: Instant,
    polls: Polls,
    streams: Vec<Arc<StreamDescriptor>>,
    is_complete: bool,
}

#[async_trait]
impl Source for Clocked {
    async fn open(&self, requests: Vec<StreamRequest>) -> Result<Vec<Box<dyn Capture>>> {
        let describe = |request: StreamRequest| Arc::new(StreamDescriptor::new(request.stream, ["id"]));
        let streams: Vec<_> = requests.into_iter().map(describe).collect();
        let groups = if self.shared {
            vec![streams]
        } else {
            streams.into_iter().map(|stream| vec![stream]).collect()
        };
        let open = |streams| -> Box<dyn Capture> {
            let (began, polls) = (self.began, Arc::clone(&self.polls));
            Box::new(ClockedCapture { began, polls, streams, is_complete: false })
        };
        Ok(groups.into_iter().map(open).collect())
    }
}

#[async_trait]
impl Capture for ClockedCapture {
    fn streams(&self) -> &[Arc<StreamDescriptor>] {
        &self.streams
    }

    async fn next(&mut self) -> Result<Step> {
        if std::mem::take(&mut self.is_complete) {
            return Ok(Step::UpToDate { requests: 0 });
        }
        self.is_complete = true;
        for stream in &self.streams {
            let mut polls = self.polls.lock().unwrap();
            polls.entry(stream.name.clone()).or_default().push(self.began.elapsed());
        }
        Ok(Step::Batch(Batch::new(Vec::new(), Checkpoint::from(json!({})))))
    }
}

/// Runs the selections for an hour of the test's own clock.
async fn polls(shared: bool, selections: [Selection; 2]) -> BTreeMap<String, Vec<Duration>> {
    let polls = Polls::default();
    let source = Clocked { began: Instant::now(), polls: Arc::clone(&polls), shared };
    let cancel = CancellationToken::new();
    let stop = cancel.clone();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_secs(3600)).await;
        stop.cancel();
    });
    let options = RunnerOptions::default().interval(Some(Duration::from_secs(600)));
    let runner = Runner::new(source, MemorySink::new()).options(options);
    runner.run(selections, Identity::anyone("clock"), cancel).await.unwrap();
    let polls = polls.lock().unwrap();
    polls.clone()
}

fn with_interval(stream: &str, seconds: u64) -> Selection {
    Selection::new(stream).every(Duration::from_secs(seconds))
}

#[tokio::test(start_paused = true)]
async fn each_stream_keeps_its_own_interval() {
    let polls = polls(false, [with_interval("often", 60), Selection::new("seldom")]).await;
    // The jitter adds up to a twentieth.
    assert!((57..=60).contains(&polls["often"].len()), "{}", polls["often"].len());
    assert_eq!(polls["seldom"].len(), 6, "the run's interval is the default");
}

#[tokio::test(start_paused = true)]
async fn a_first_poll_can_wait() {
    let delay = Duration::from_secs(1234);
    let late = Selection::new("late").after(delay);
    let polls = polls(false, [late, Selection::new("prompt")]).await;
    assert!(polls["late"][0] >= delay && polls["late"][0] < delay + Duration::from_secs(1));
    assert!(polls["prompt"][0] < Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn streams_that_share_a_listing_take_the_shorter_interval_and_delay() {
    let hasty = with_interval("hasty", 120).after(Duration::from_secs(60));
    let calm = with_interval("calm", 900).after(Duration::from_secs(900));
    let polls = polls(true, [calm, hasty]).await;
    assert_eq!(polls["calm"], polls["hasty"]);
    assert!(polls["calm"][0] < Duration::from_secs(61));
    assert!((28..=30).contains(&polls["calm"].len()), "{}", polls["calm"].len());
}
