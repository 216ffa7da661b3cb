//! Public job boards as a source: one stream, `public_postings`, that needs no key.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use ashby_client::catalog::Class;
use ashby_client::{ErrorKind as ClientErrorKind, JobBoard, JobBoardClient, job_board_name};
use async_trait::async_trait;
use bytes::Bytes;
use capture_core::{
    Batch, Capture, Ends, Error, ErrorKind, Extent, Field, FieldKind, Key, Mode, Part, Record, Result, Shape,
    Source, Step, StreamDescriptor, StreamRequest,
};
use json_slices::Prefix;
use serde::{Deserialize, Serialize};

use crate::checkpoint;

/// The name of the stream.
pub const PUBLIC_POSTINGS: &str = "public_postings";

/// The member in front of each record: Ashby does not say on which board a posting is.
const BOARD: &str = "board";

/// What the public board says of a posting; no operation of the catalog answers it.
const FIELDS: [(&str, FieldKind, Class); 19] = [
    (BOARD, FieldKind::String, Class::Plain),
    ("id", FieldKind::String, Class::Identifier),
    ("title", FieldKind::String, Class::Plain),
    ("department", FieldKind::String, Class::Plain),
    ("team", FieldKind::String, Class::Plain),
    ("employmentType", FieldKind::String, Class::Plain),
    ("location", FieldKind::String, Class::Plain),
    ("secondaryLocations", FieldKind::Array, Class::Plain),
    ("address", FieldKind::Object, Class::Plain),
    ("isRemote", FieldKind::Boolean, Class::Plain),
    ("workplaceType", FieldKind::String, Class::Plain),
    ("publishedAt", FieldKind::Instant, Class::Plain),
    ("isListed", FieldKind::Boolean, Class::Plain),
    ("jobUrl", FieldKind::String, Class::Plain),
    ("applyUrl", FieldKind::String, Class::Plain),
    ("descriptionHtml", FieldKind::String, Class::Plain),
    ("descriptionPlain", FieldKind::String, Class::Plain),
    ("shouldDisplayCompensationOnJobPostings", FieldKind::Boolean, Class::Plain),
    ("compensation", FieldKind::Object, Class::Compensation),
];

/// Describes `public_postings`: the postings of public job boards as Ashby shows them, what they pay included, with
/// the name of their board in front. Postings that are not for everybody are not among them, whatever a board shows.
pub fn public_postings() -> StreamDescriptor {
    let fields = FIELDS.map(|(name, kind, class)| Field::new(name, kind).with_class(class.name()));
    // A posting can be on several boards.
    StreamDescriptor::new(PUBLIC_POSTINGS, [BOARD, "id"]).with_mode(Mode::Snapshot).with_fields(fields)
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
        let names = boards.into_iter().map(|board| job_board_name(&board));
        let boards = names.filter(|board| seen.insert(board.to_lowercase())).collect();
        Self { client, boards }
    }

    fn has(&self, board: &str) -> bool {
        self.boards.iter().any(|known| is_same(known, board))
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
                Some(saved) => checkpoint::read(PUBLIC_POSTINGS, saved)?.1.unwrap_or_default(),
                None => Progress::default(),
            };
            captures.push(Box::new(BoardCapture::new(self.clone(), progress, request.full)));
        }
        Ok(captures)
    }
}

/// Case does not tell boards apart.
fn is_same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

/// Where the capture of boards stands: persisted as it is in the checkpoint.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Progress {
    /// Boards whose rows may be in the destination.
    captured: BTreeSet<String>,
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
    /// The boards of this round without postings.
    empty: Vec<String>,
    /// The boards of this round that show jobs which cannot be used.
    odd: Vec<String>,
    /// No batch of this round has been handed out.
    is_new: bool,
    /// The round is complete and its last batch handed out.
    complete: bool,
}

impl BoardCapture {
    fn new(mut source: BoardSource, mut progress: Progress, full: bool) -> Self {
        if full {
            // The boards of this run are all that is to be there.
            progress.captured.clear();
        }
        // A board stays called what its rows are called.
        for board in &mut source.boards {
            if let Some(captured) = progress.captured.iter().find(|captured| is_same(captured, board)) {
                board.clone_from(captured);
            }
        }
        let descriptors = [Arc::new(public_postings())];
        Self {
            source,
            descriptors,
            progress,
            pending: None,
            failed: Vec::new(),
            empty: Vec::new(),
            odd: Vec::new(),
            is_new: true,
            complete: false,
        }
    }

    /// All postings of one board, which are the whole of its scope.
    fn board(&mut self, board: &JobBoard) -> Result<Step> {
        let scope = Key::from(board.name.as_str());
        let prefix = Prefix::new([(BOARD, board.name.as_str())]);
        let postings = board.split();
        let now = jiff::Timestamp::now();
        let record = |index: usize| {
            let name = Bytes::copy_from_slice(board.name.as_bytes());
            let key = Key::from_parts(&[name, postings.key_part(index, 0)]).map_err(|_| {
                let message = format!("job {index} of job board {} has an id that is not text", board.name);
                Error::new(ErrorKind::Data, message)
            })?;
            let shape = Shape::new(prefix.shape(postings.shape(index)).to_u64());
            let record = Record::upsert(key, prefix.join(&postings.record(index)));
            Ok(record.with_shape(shape).in_scope(scope.clone()))
        };
        let is_shown = |index: &usize| ashby_postings::withheld(&postings.record(*index), now).is_none();
        let records = (0..postings.len()).filter(is_shown).map(record).collect::<Result<Vec<_>>>()?;
        self.progress.captured.insert(board.name.clone());
        // The same board as earlier versions captured it, under another spelling: its rows are here now.
        let others: Vec<String> =
            self.progress.captured.iter().filter(|other| is_same(other, &board.name)).cloned().collect();
        let others = others.into_iter().filter(|other| *other != board.name);
        let mut part = Part::new(0, records);
        let mut note = None;
        if let Some(error) = board.unusable().first() {
            // What is not among its postings may be the one without an id.
            note = Some(format!("job board {} shows a job that cannot be used ({error})", board.name));
            self.odd.push(board.name.clone());
        } else if board.is_empty() {
            // A board that was renamed looks the same.
            note = Some(format!("job board {} has no postings; is its name right?", board.name));
            self.empty.push(board.name.clone());
        } else {
            part.whole_scopes.push(scope);
            for other in others {
                self.progress.captured.remove(&other);
                part.whole_scopes.push(Key::from(other.as_str()));
            }
        }
        self.batch(part, board.requests, note)
    }

    /// Every board of the round has had its turn.
    fn finish(&mut self) -> Result<Step> {
        self.pending = None;
        let (failed, empty) = (std::mem::take(&mut self.failed), std::mem::take(&mut self.empty));
        let odd = std::mem::take(&mut self.odd);
        if !failed.is_empty() {
            return Err(failure(failed, self.source.boards.len()));
        }
        self.complete = true;
        let others = self.progress.captured.iter().filter(|board| !self.source.has(board));
        let others: Vec<&str> = others.map(String::as_str).collect();
        let ends = if !others.is_empty() {
            Ends::Incomplete(format!("these boards were not among those of this run: {}", others.join(", ")))
        } else if !odd.is_empty() {
            Ends::Incomplete(format!("these boards show jobs that cannot be used: {}", odd.join(", ")))
        } else if !empty.is_empty() {
            Ends::Doubtful(format!("these boards have no postings at all: {}", empty.join(", ")))
        } else {
            Ends::Complete
        };
        self.batch(Part::new(0, Vec::new()).ends(ends), 0, None)
    }

    fn batch(&mut self, mut part: Part, requests: u32, note: Option<String>) -> Result<Step> {
        part.begins = std::mem::take(&mut self.is_new).then_some(Extent::Everything);
        let mut batch = Batch::new(vec![part], checkpoint::write(None, &self.progress)?);
        (batch.requests, batch.notes) = (requests, note.into_iter().collect());
        Ok(Step::Batch(batch))
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
                    self.is_new = true;
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
