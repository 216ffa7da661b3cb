//! Public job boards as a source: one stream, `public_postings`, that needs no key.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use ashby_client::{ErrorKind as ClientErrorKind, JobBoard, JobBoardClient};
use async_trait::async_trait;
use bytes::Bytes;
use capture_core::{
    Batch, Capture, Completion, Error, ErrorKind, Key, Mode, Op, Part, Record, Result, Shape, Source, Step,
    StreamDescriptor, StreamRequest,
};
use json_slices::Prefix;
use serde::{Deserialize, Serialize};

use crate::clock::now_ms;
use crate::listing::{from_checkpoint, to_checkpoint};
use crate::streams::fields;

/// The name of the stream.
pub const PUBLIC_POSTINGS: &str = "public_postings";

/// The member in front of each record: Ashby does not say on which board a posting is.
const BOARD: &str = "board";

const FIELDS: &str = "board id title department team employmentType location secondaryLocations:array address:object isRemote:boolean workplaceType publishedAt:instant isListed:boolean jobUrl applyUrl descriptionHtml descriptionPlain shouldDisplayCompensationOnJobPostings:boolean compensation:object";

/// Version of the persisted form.
const VERSION: u32 = 1;

/// Describes `public_postings`: the postings of public job boards as Ashby shows them, what they pay included, with
/// the name of their board in front.
pub fn public_postings() -> StreamDescriptor {
    StreamDescriptor {
        name: PUBLIC_POSTINGS.to_owned(),
        // A posting can be on several boards.
        key: vec![BOARD.to_owned(), "id".to_owned()],
        mode: Mode::Snapshot,
        fields: fields(FIELDS),
    }
}

/// Opens `public_postings` for some boards. Each costs one request a poll.
///
/// What is not on a board any more is gone once that board was read. A board that cannot be read keeps its rows, and
/// so does one that was captured in an earlier run and is not among these; the others are captured all the same.
#[derive(Debug, Clone)]
pub struct BoardSource {
    client: JobBoardClient,
    boards: Vec<String>,
}

impl BoardSource {
    /// Captures the boards of these names through this client.
    pub fn new(client: JobBoardClient, boards: impl IntoIterator<Item = String>) -> Self {
        let mut seen = BTreeSet::new();
        let boards = boards.into_iter().filter(|board| seen.insert(board.clone())).collect();
        Self { client, boards }
    }
}

#[async_trait]
impl Source for BoardSource {
    async fn open(&self, requests: Vec<StreamRequest>) -> Result<Vec<Box<dyn Capture>>> {
        let mut captures: Vec<Box<dyn Capture>> = Vec::with_capacity(requests.len());
        for request in requests {
            if request.stream != PUBLIC_POSTINGS {
                let message = format!("job boards have no stream named {}", request.stream);
                let hint = format!("without a key there is only {PUBLIC_POSTINGS}");
                return Err(Error::new(ErrorKind::Configuration, message).with_hint(hint));
            }
            let progress = match &request.checkpoint {
                Some(checkpoint) => from_checkpoint::<Progress>(PUBLIC_POSTINGS, checkpoint)?.restored()?,
                None => Progress::default(),
            };
            captures.push(Box::new(BoardCapture::new(self.clone(), progress, request.full)));
        }
        Ok(captures)
    }
}

/// Where the capture of boards stands: persisted as it is in the checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Progress {
    version: u32,
    /// The newest round over all boards: milliseconds since 1970 at its start, and larger than any before it.
    pass: u64,
    /// Boards whose rows may be in the destination.
    captured: BTreeSet<String>,
}

impl Default for Progress {
    fn default() -> Self {
        Self { version: VERSION, pass: 0, captured: BTreeSet::new() }
    }
}

impl Progress {
    fn restored(self) -> Result<Self> {
        if self.version == VERSION {
            return Ok(self);
        }
        let message =
            format!("a checkpoint has version {}; this program reads version {VERSION}", self.version);
        Err(Error::new(ErrorKind::State, message).with_hint("use the program that wrote it"))
    }
}

/// A round over the boards, one after the other.
struct BoardCapture {
    source: BoardSource,
    descriptors: [Arc<StreamDescriptor>; 1],
    progress: Progress,
    /// The boards that are left of this round; `None` between rounds.
    pending: Option<VecDeque<String>>,
    /// The boards of this round that could not be read.
    failed: Vec<(String, ashby_client::Error)>,
    /// The round is complete and its last batch handed out.
    complete: bool,
}

impl BoardCapture {
    fn new(source: BoardSource, mut progress: Progress, full: bool) -> Self {
        if full {
            // The boards of this run are all that is to be there.
            progress.captured.clear();
        }
        let descriptors = [Arc::new(public_postings())];
        Self { source, descriptors, progress, pending: None, failed: Vec::new(), complete: false }
    }

    /// All postings of one board, which are the whole of its scope.
    fn board(&mut self, board: &JobBoard) -> Result<Step> {
        let scope = Key::from(board.name.as_str());
        let prefix = Prefix::new([(BOARD, board.name.as_str())]);
        let postings = board.split();
        let record = |index: usize| {
            let name = Bytes::copy_from_slice(board.name.as_bytes());
            let key = Key::from_parts(&[name, postings.key_part(index, 0)]).map_err(|_| {
                let message = format!("job {index} of job board {} has an id that is not text", board.name);
                Error::new(ErrorKind::Data, message)
            })?;
            let shape = Shape::new(prefix.shape(postings.shape(index)).to_u64());
            let body = Op::Upsert(prefix.join(&postings.record(index)));
            Ok(Record { key, scope: Some(scope.clone()), op: body, shape: Some(shape) })
        };
        let records = (0..postings.len()).map(record).collect::<Result<Vec<_>>>()?;
        let empty = board.is_empty();
        let note = empty.then(|| format!("job board {} has no postings; is its name right?", board.name));
        self.progress.captured.insert(board.name.clone());
        let completion = Completion::Scopes(vec![scope.clone()]);
        self.batch(records, Some(completion), board.requests, note)
    }

    /// Every board of the round has had its turn.
    fn finish(&mut self) -> Result<Step> {
        self.pending = None;
        let failed = std::mem::take(&mut self.failed);
        if !failed.is_empty() {
            return Err(failure(failed, self.source.boards.len()));
        }
        self.complete = true;
        let others = self.progress.captured.iter().filter(|board| !self.source.boards.contains(board));
        let others: Vec<&str> = others.map(String::as_str).collect();
        if others.is_empty() {
            return self.batch(Vec::new(), Some(Completion::Everything), 0, None);
        }
        let note =
            format!("not among the boards of this run, so that their postings stay: {}", others.join(", "));
        self.batch(Vec::new(), None, 0, Some(note))
    }

    fn batch(
        &self,
        records: Vec<Record>,
        completion: Option<Completion>,
        requests: u32,
        note: Option<String>,
    ) -> Result<Step> {
        let part = Part { stream: 0, pass: self.progress.pass, records, completion };
        let checkpoint = to_checkpoint(&self.progress)?;
        let notes = note.into_iter().collect();
        Ok(Step::Batch(Batch { parts: vec![part], checkpoint, requests, notes, progress: None }))
    }
}

#[async_trait]
impl Capture for BoardCapture {
    fn streams(&self) -> &[Arc<StreamDescriptor>] {
        &self.descriptors
    }

    async fn next(&mut self) -> Result<Step> {
        if std::mem::take(&mut self.complete) {
            return Ok(Step::UpToDate { requests: 0 });
        }
        loop {
            let pending = match &self.pending {
                Some(pending) => pending,
                None => {
                    self.progress.pass = now_ms().max(self.progress.pass + 1);
                    self.pending.insert(self.source.boards.iter().cloned().collect())
                }
            };
            let Some(name) = pending.front().cloned() else { return self.finish() };
            let asked = self.source.client.board(&name, true).await;
            // Only now is the board done with: a dropped call has asked for nothing.
            if let Some(pending) = &mut self.pending {
                pending.pop_front();
            }
            match asked {
                Ok(board) => return self.board(&board),
                Err(error) => self.failed.push((name, error)),
            }
        }
    }
}

/// What it means that some of `all` boards could not be read.
fn failure(mut failed: Vec<(String, ashby_client::Error)>, all: usize) -> Error {
    let kind = |error: &ashby_client::Error| match error.kind() {
        kind if error.is_retryable() || kind == ClientErrorKind::Tls => ErrorKind::Transient,
        ClientErrorKind::Configuration => ErrorKind::Configuration,
        _ => ErrorKind::Data,
    };
    // What may pass is tried again, for the sake of the board that can then be read.
    let worth_trying = failed.iter().position(|(_, error)| kind(error) == ErrorKind::Transient);
    let requests = failed.iter().map(|(_, error)| error.requests()).sum();
    let names: Vec<String> = failed.iter().map(|(name, _)| name.clone()).collect();
    let (_, error) = failed.swap_remove(worth_trying.unwrap_or(0));
    let message = match all {
        1 => "cannot read the job board".to_owned(),
        _ => format!("cannot read {} of {all} job boards ({})", names.len(), names.join(", ")),
    };
    let wrapped = Error::new(kind(&error), message).with_requests(requests);
    let wrapped = match error.hint() {
        Some(hint) => wrapped.with_hint(hint),
        None => wrapped,
    };
    wrapped.with_source(error)
}
