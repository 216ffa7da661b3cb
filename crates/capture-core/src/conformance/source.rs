//! Laws of every source.

use std::collections::BTreeSet;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use async_trait::async_trait;
use serde_json::json;

use super::mirror::Mirror;
use crate::{
    Batch, Capture, Checkpoint, ErrorKind, Gone, Key, Op, Purpose, Source, Step, StreamDescriptor,
    StreamRequest,
};

/// Data, and sources over it. Dropping it removes the data.
#[async_trait]
pub trait SourceHarness: Send + Sync {
    /// A source on the data as it is now, as a restarted process would make it.
    async fn open(&self) -> Box<dyn Source>;

    /// The streams to ask for. They should have records enough for several steps, and a few dozen of those at most.
    fn streams(&self) -> Vec<String>;

    /// Changes the data in ways that the source can show: a record more, one that differs. Returns whether such a
    /// thing is possible here.
    async fn change(&self) -> bool {
        false
    }

    /// Makes the source's next request fail in a passing way, once. Returns whether such a thing is possible here.
    async fn fail_once(&self) -> bool {
        false
    }
}

/// More steps than any of these listings takes.
const STEPS: usize = 10_000;

/// From how many places of a listing it is resumed.
const PLACES: usize = 40;

async fn captures(harness: &dyn SourceHarness, requests: Vec<StreamRequest>) -> Vec<Box<dyn Capture>> {
    harness.open().await.open(requests).await.expect("opening streams")
}

/// Captures of all streams that go on from where the mirror is; of fresh ones if it is empty.
async fn resumed(harness: &dyn SourceHarness, mirror: &Mirror) -> Vec<Box<dyn Capture>> {
    let request = |stream: String| {
        let checkpoint = mirror.checkpoint(&stream).cloned();
        StreamRequest::new(stream, checkpoint)
    };
    captures(harness, harness.streams().into_iter().map(request).collect()).await
}

fn streams(capture: &dyn Capture) -> Vec<Arc<StreamDescriptor>> {
    capture.streams().to_vec()
}

/// Polls until everything has been handed out.
async fn drain(capture: &mut dyn Capture, mirror: &mut Mirror) -> Vec<Batch> {
    let streams = streams(capture);
    let mut batches = Vec::new();
    for _ in 0..STEPS {
        match capture.next().await.expect("the next step") {
            Step::UpToDate { .. } => return batches,
            Step::Batch(batch) => {
                mirror.take(&streams, &batch);
                batches.push(batch);
            }
        }
    }
    panic!("a capture was not up to date after {STEPS} steps")
}

async fn drain_all(mut captures: Vec<Box<dyn Capture>>, mirror: &mut Mirror) {
    for capture in &mut captures {
        drain(&mut **capture, mirror).await;
    }
}

/// What a run that nothing disturbs comes to.
async fn undisturbed(harness: &dyn SourceHarness) -> Mirror {
    let mut mirror = Mirror::default();
    drain_all(resumed(harness, &mirror).await, &mut mirror).await;
    mirror
}

/// Each stream that is asked for is in exactly one capture, and nothing else is.
pub async fn each_stream_is_in_exactly_one_capture(harness: &dyn SourceHarness) {
    let all = harness.streams();
    let singles = all.iter().map(|stream| vec![stream.clone()]);
    for asked in singles.chain([all.clone()]) {
        let requests = asked.iter().map(|stream| StreamRequest::new(stream, None)).collect();
        let captures = captures(harness, requests).await;
        let mut given: Vec<String> =
            captures.iter().flat_map(|capture| capture.streams()).map(|stream| stream.name.clone()).collect();
        let mut asked = asked;
        given.sort();
        asked.sort();
        assert_eq!(given, asked, "streams in captures, and streams asked for");
    }
}

/// A stream that there is not, and a checkpoint of somebody else, are errors when the captures are opened.
pub async fn what_is_not_its_own_is_refused(harness: &dyn SourceHarness) {
    let refused = async |request: StreamRequest| match harness.open().await.open(vec![request]).await {
        Ok(_) => panic!("a stream or a checkpoint that is not this source's was accepted"),
        Err(error) => error,
    };
    let error = refused(StreamRequest::new("no such stream", None)).await;
    assert_eq!(error.kind(), ErrorKind::Configuration, "of an unknown stream: {error}");
    for stream in harness.streams() {
        let foreign = Checkpoint::from(json!(["not", "yours"]));
        let error = refused(StreamRequest::new(stream, Some(foreign))).await;
        assert_eq!(error.kind(), ErrorKind::State, "of a foreign checkpoint: {error}");
    }
}

/// A listing says once that it begins and once how it ends; when a capture is up to date, none is under way, and each
/// stream has had one. A poll without changes leaves everything as it is.
pub async fn a_listing_begins_once_and_ends_once(harness: &dyn SourceHarness) {
    let mut mirror = Mirror::default();
    let mut captures = resumed(harness, &mirror).await;
    for capture in &mut captures {
        drain(&mut **capture, &mut mirror).await;
    }
    mirror.assert_orderly();
    let first = mirror.clone();
    for capture in &mut captures {
        drain(&mut **capture, &mut mirror).await;
    }
    mirror.assert_orderly();
    mirror.assert_is(&first, "after a poll without changes");
}

/// Whichever batch was the last that counted: a capture opened from its checkpoint hands out the rest, and its listings
/// end as they would have ended.
pub async fn resuming_from_any_checkpoint_gives_the_rest(harness: &dyn SourceHarness) {
    let whole = undisturbed(harness).await;
    let fresh = resumed(harness, &Mirror::default()).await.len();
    for capture in 0..fresh {
        // The others are through, this one is taken step by step.
        let (mut before, mut steps, mut its_streams) = (Mirror::default(), Vec::new(), Vec::new());
        for (index, mut other) in resumed(harness, &Mirror::default()).await.into_iter().enumerate() {
            if index == capture {
                its_streams = streams(&*other);
                steps = drain(&mut *other, &mut Mirror::default()).await;
            } else {
                drain(&mut *other, &mut before).await;
            }
        }
        let stride = steps.len().div_ceil(PLACES).max(1);
        for (place, batch) in steps.iter().enumerate() {
            before.take(&its_streams, batch);
            if place % stride != 0 && place + 1 != steps.len() {
                continue;
            }
            let mut mirror = before.clone();
            drain_all(resumed(harness, &mirror).await, &mut mirror).await;
            mirror.assert_is(&whole, &format!("after resuming from batch {place} of {}", steps.len()));
        }
    }
}

/// A request for everything lists everything, whatever the checkpoint says.
pub async fn a_full_listing_can_be_asked_for(harness: &dyn SourceHarness) {
    let whole = undisturbed(harness).await;
    let request = |stream: String| {
        let mut request = StreamRequest::new(&stream, whole.checkpoint(&stream).cloned());
        request.full = true;
        request
    };
    let requests = harness.streams().into_iter().map(request).collect();
    let mut mirror = Mirror::default();
    drain_all(captures(harness, requests).await, &mut mirror).await;
    mirror.assert_is(&whole, "after a full listing");
    mirror.assert_orderly();
}

/// What changes after a poll is in the next, of the same capture and of one that was resumed.
pub async fn changes_are_in_the_next_poll(harness: &dyn SourceHarness) {
    let mut polled = Mirror::default();
    let mut captures = resumed(harness, &polled).await;
    for capture in &mut captures {
        drain(&mut **capture, &mut polled).await;
    }
    if !harness.change().await {
        return;
    }
    let mut restarted = polled.clone();
    for capture in &mut captures {
        drain(&mut **capture, &mut polled).await;
    }
    drain_all(resumed(harness, &restarted).await, &mut restarted).await;
    let whole = undisturbed(harness).await;
    polled.assert_is(&whole, "in the next poll");
    restarted.assert_is(&whole, "in the poll of the next run");
}

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

/// Polls a future at most so often, then drops it.
async fn polled<T>(future: impl Future<Output = T>, times: u64) -> Option<T> {
    if times == 0 {
        return None;
    }
    let mut future = pin!(future);
    let mut left = times;
    poll_fn(|context| {
        left -= 1;
        match future.as_mut().poll(context) {
            Poll::Ready(done) => Poll::Ready(Some(done)),
            Poll::Pending if left == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

/// Dropping the future of a step, wherever it waits, loses nothing: the next call does that work again.
pub async fn dropping_a_step_loses_nothing(harness: &dyn SourceHarness) {
    let whole = undisturbed(harness).await;
    for seed in 0..8 {
        let (mut dice, mut mirror) = (Dice(seed), Mirror::default());
        for capture in &mut resumed(harness, &mirror).await {
            let streams = streams(&**capture);
            let mut steps = 0;
            let mut drops = 0;
            loop {
                assert!(steps < STEPS, "a capture was not up to date after {STEPS} steps");
                // Now and then a step is left in peace, so that there is an end.
                let step = match drops {
                    6.. => Some(capture.next().await),
                    _ => polled(capture.next(), dice.below(6)).await,
                };
                let Some(step) = step else {
                    drops += 1;
                    continue;
                };
                (steps, drops) = (steps + 1, 0);
                match step.expect("the next step") {
                    Step::UpToDate { .. } => break,
                    Step::Batch(batch) => mirror.take(&streams, &batch),
                }
            }
        }
        mirror.assert_is(&whole, "after steps were dropped");
    }
}

/// After an error the capture goes on where it was.
pub async fn an_error_leaves_the_capture_usable(harness: &dyn SourceHarness) {
    let whole = undisturbed(harness).await;
    let mut mirror = Mirror::default();
    for capture in &mut resumed(harness, &mirror).await {
        let streams = streams(&**capture);
        let mut errors = 0;
        for step in 0..=STEPS {
            assert!(step < STEPS, "a capture was not up to date after {STEPS} steps");
            if step % 2 == 0 && !harness.fail_once().await {
                return;
            }
            match capture.next().await {
                Ok(Step::UpToDate { .. }) => break,
                Ok(Step::Batch(batch)) => {
                    errors = 0;
                    mirror.take(&streams, &batch);
                }
                Err(error) => {
                    assert!(error.kind().is_stream_only(), "of a request that failed once: {error:?}");
                    errors += 1;
                    assert!(errors < 10, "a failure that passed stays: {error:?}");
                }
            }
        }
    }
    mirror.assert_is(&whole, "after errors");
}

/// A key that no record has.
fn unknown_key(stream: &StreamDescriptor) -> Key {
    let parts: Vec<_> = stream.key.iter().map(|_| bytes::Bytes::from_static(b"no such record")).collect();
    Key::from_parts(&parts).expect("the parts are text")
}

/// Records that are read again come as upserts, what is not there as not found, and nothing else comes; the checkpoint
/// and the listing stay where they are. Where records cannot be read one by one, that is said.
pub async fn reading_again_gives_what_is_there_and_moves_nothing(harness: &dyn SourceHarness) {
    let whole = undisturbed(harness).await;
    let mut mirror = Mirror::default();
    for capture in &mut resumed(harness, &mirror).await {
        let streams = streams(&**capture);
        for step in 0..=STEPS {
            assert!(step < STEPS, "a capture was not up to date after {STEPS} steps");
            let Step::Batch(batch) = capture.next().await.expect("the next step") else { break };
            mirror.take(&streams, &batch);
            if step % 3 != 0 {
                continue;
            }
            for (index, stream) in streams.iter().enumerate() {
                let mut known = mirror.keys(&stream.name);
                known.truncate(3);
                read_again(&mut **capture, index, stream, known, &batch.checkpoint).await;
            }
        }
    }
    mirror.assert_is(&whole, "after records were read again");
}

async fn read_again(
    capture: &mut dyn Capture,
    index: usize,
    stream: &StreamDescriptor,
    known: Vec<Key>,
    checkpoint: &Checkpoint,
) {
    let name = &stream.name;
    let mut keys = known.clone();
    keys.push(unknown_key(stream));
    for purpose in [Purpose::Refresh, Purpose::Check] {
        let answer = capture.reread(index, &keys, purpose).await;
        if !capture.rereads(index) {
            let error = answer.expect_err("records were read again that cannot be");
            assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
            return;
        }
        let batch = answer.expect("reading again");
        assert!(batch.checkpoint == *checkpoint, "reading records of {name} again moved the checkpoint");
        let (found, missing) = sorted(&batch, index, name);
        assert_eq!(missing, [&unknown_key(stream)], "records of {name} that are not there");
        // Who only checks need not be given what is there.
        let expected = known.iter().collect();
        let is_right = if purpose == Purpose::Check { found.is_subset(&expected) } else { found == expected };
        assert!(is_right, "records of {name} that are there, for {purpose:?}: {found:?}");
    }
}

/// The keys of records that were read again: those that are there, and those that are not.
fn sorted<'a>(batch: &'a Batch, index: usize, name: &str) -> (BTreeSet<&'a Key>, Vec<&'a Key>) {
    let (mut found, mut missing) = (BTreeSet::new(), Vec::new());
    for part in &batch.parts {
        assert_eq!(part.stream, index, "records of another stream than {name} came");
        assert!(part.begins.is_none() && part.ends.is_none(), "reading again is no listing");
        for record in &part.records {
            match &record.op {
                Op::Upsert(_) => _ = found.insert(&record.key),
                Op::Gone(Gone::NotFound) => missing.push(&record.key),
                Op::Gone(_) => panic!("a record of {name} that is not there is gone for another reason"),
            }
        }
    }
    (found, missing)
}
