//! The only place that writes: batches into the sink, then the sweeps that are due, then the commit with the state.

mod belongings;
mod debts;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use super::RunnerOptions;
use super::ask::{Ask, Awaited, Due, PollNow, ReadAgain, Rereading, told, unanswered};
use super::audit::Audit;
use super::handle::Board;
use super::poll::{Command, Content, Message, Schedule};
use super::probation::{Probation, Verdict, foreign};
use super::stream::{Stream, in_future};
use super::sweeps::Rounds;
use crate::{
    Batch, CommitPace, Difference, Ends, Error, ErrorKind, Event, Extent, Identity, Kept, Key, Observer, Op,
    Outcome, Part, Purpose, ReconcilePolicy, Record, Report, Result, Sink, Stamp, State, StateUpdate,
    StreamDescriptor, Sweep, Within, Write,
};

/// A capture that has been opened.
pub(super) struct Opened {
    pub(super) streams: Vec<Arc<StreamDescriptor>>,
    pub(super) commands: mpsc::Sender<Command>,
    /// By stream: whether its records can be read one by one.
    pub(super) rereads: Vec<bool>,
    pub(super) schedule: Schedule,
}

/// What somebody waits for is durable so soon after it came, whatever the pace.
const SOON: Duration = Duration::from_millis(50);

/// A capture, as the writer sees it.
struct Captured {
    streams: Vec<Stream>,
    /// `None` once nothing more will be asked of it.
    commands: Option<mpsc::Sender<Command>>,
    rereads: Vec<bool>,
    schedule: Schedule,
    rounds: Rounds,
    /// When the round began in which its debts were made.
    owes_since: Option<Instant>,
    /// Those who wait for the poll that is under way.
    awaited: Vec<Awaited>,
}

/// Rows that are asked for before a sweep.
struct Verification {
    capture: usize,
    stream: usize,
    about: Asked,
    unseen: u64,
    of: u64,
    asked: u64,
    is_doubtful: bool,
}

/// Of which rows some are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    /// Of all that are unseen.
    All,
    /// Of those that others have not brought.
    Own,
}

pub(super) struct Writer<K> {
    sink: K,
    captures: Vec<Captured>,
    identity: Identity,
    probation: Option<Probation>,
    verification: Option<Verification>,
    /// The number of the newest command, and who waits for which.
    ticket: u64,
    polls_asked: HashMap<u64, Awaited>,
    rereads_asked: HashMap<u64, Rereading>,
    /// What the next commit makes true.
    answers: Vec<Due>,
    uncommitted_bytes: u64,
    /// Rows have been marked since the last commit, whatever else has happened.
    has_swept: bool,
    commit_due: Option<Instant>,
    pace: CommitPace,
    options: RunnerOptions,
    observer: Arc<dyn Observer>,
    board: Board,
}

impl<K: Sink> Writer<K> {
    pub(super) fn new(
        sink: K,
        state: &State,
        captures: Vec<Opened>,
        identity: Identity,
        options: RunnerOptions,
        observer: Arc<dyn Observer>,
        board: Board,
    ) -> Self {
        let first_of = |opened: &Opened| opened.streams.first().map(|stream| stream.name.clone());
        let open = |opened: Opened| Captured {
            streams: opened
                .streams
                .into_iter()
                .map(|descriptor| {
                    let saved = state.streams.get(&descriptor.name);
                    board.note(&descriptor.name, |status| {
                        status.listing_everything = saved.is_some_and(|saved| saved.listing.is_some());
                        status.committed_at = saved.map(|saved| saved.committed_at);
                    });
                    Stream::new(descriptor, saved)
                })
                .collect(),
            commands: Some(opened.commands),
            rereads: opened.rereads,
            schedule: opened.schedule,
            rounds: Rounds::default(),
            owes_since: None,
            awaited: Vec::new(),
        };
        for opened in &captures {
            let first = first_of(opened).unwrap_or_default();
            for stream in &opened.streams {
                board.note(&stream.name, |status| status.listed_with.clone_from(&first));
            }
        }
        let captures = captures.into_iter().map(open).collect();
        let pace = options.commit_pace.unwrap_or_else(|| sink.pace());
        Self {
            sink,
            captures,
            identity,
            probation: None,
            verification: None,
            ticket: 0,
            polls_asked: HashMap::new(),
            rereads_asked: HashMap::new(),
            answers: Vec::new(),
            uncommitted_bytes: 0,
            has_swept: false,
            commit_due: None,
            pace,
            options,
            observer,
            board,
        }
    }

    /// Says which streams somebody else read before, and puts them on probation. What was owed for their listings is
    /// not for this one to pay: it may see what they do not show.
    pub(super) fn greet(&mut self, strangers: BTreeMap<String, Difference>) {
        for stream in self.captures.iter_mut().flat_map(|capture| &mut capture.streams) {
            if let Some(difference) = strangers.get(stream.name()) {
                let note = format!("everything is listed again: {difference}");
                say(&*self.observer, stream, &note);
                stream.state.sweep_due = None;
                stream.state.listing = None;
            }
        }
        if self.options.reconcile != ReconcilePolicy::Accept {
            self.probation = Probation::new(strangers);
        }
    }

    /// Writes until all stream tasks have ended, then commits the rest.
    pub(super) async fn run(
        &mut self,
        mut receiver: mpsc::Receiver<Message>,
        mut controls: mpsc::Receiver<Ask>,
        tasks: &mut JoinSet<()>,
    ) -> Result<()> {
        let mut may_be_nudged = true;
        loop {
            let due = self.commit_due;
            let commit_time = async {
                match due {
                    Some(due) => sleep_until(due).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                // Its messages were sent before a task ended, and are received first.
                biased;
                message = receiver.recv() => match message {
                    Some(message) => self.receive(message).await?,
                    None => break,
                },
                ask = controls.recv(), if may_be_nudged => match ask {
                    Some(ask) => self.pass_on(ask).await?,
                    None => may_be_nudged = false,
                },
                Some(_) = tasks.join_next() => self.note_who_is_over().await?,
                () = commit_time => self.commit_if_allowed().await?,
            }
        }
        // On probation still, what came may be somebody else's.
        self.commit_if_allowed().await?;
        // What that commit has taught about the rows.
        self.commit_if_allowed().await
    }

    async fn receive(&mut self, Message { capture, content }: Message) -> Result<()> {
        match content {
            Content::Started { tickets, looks_back } => self.started(capture, &tickets, looks_back),
            Content::ListsAgain { since, every } => {
                // What came before belongs to the poll before.
                self.commit_if_allowed().await?;
                for stream in &mut self.captures[capture].streams {
                    stream.audit = Some(Audit::default());
                    self.observer.observe(&Event::ListsAgain { stream: stream.name(), since, every });
                }
            }
            Content::Batch(batch, permit) => {
                let streams = &mut self.captures[capture].streams;
                let ends_audit = batch.parts.iter().any(|part| {
                    let audit = streams.get_mut(part.stream).and_then(|stream| stream.audit.as_mut());
                    audit.is_some_and(|audit| audit.note(part))
                });
                let requests = batch.requests;
                self.write(capture, batch).await?;
                drop(permit);
                for awaited in &mut self.captures[capture].awaited {
                    awaited.costs(requests);
                }
                // A stream that never pauses must not put the commit off for ever.
                let is_overdue = self.commit_due.is_some_and(|due| due <= Instant::now());
                if is_overdue || ends_audit || self.uncommitted_bytes >= self.pace.bytes {
                    self.commit_if_allowed().await?;
                }
            }
            Content::Reread { stream, purpose, ticket, batch, permit } => {
                self.reread(capture, stream, purpose, ticket, batch).await?;
                drop(permit);
            }
            Content::UpToDate { requests } => {
                if let Some(first) = self.captures[capture].streams.first_mut() {
                    first.report.requests += u64::from(requests);
                }
                self.poll_ended(capture, false)?;
                let mut awaited = std::mem::take(&mut self.captures[capture].awaited);
                awaited.iter_mut().for_each(|awaited| awaited.costs(requests));
                self.answers.extend(awaited.into_iter().map(Awaited::into_answer));
                for stream in &mut self.captures[capture].streams {
                    stream.is_lost = false;
                    if let Some(audit) = &mut stream.audit {
                        audit.is_up_to_date();
                    }
                }
                self.outcome(capture, &Outcome::UpToDate).await?;
                self.settle_durably().await?;
                self.tell_audits();
                for stream in &self.captures[capture].streams {
                    self.observer.observe(&Event::UpToDate { stream: stream.name() });
                }
            }
            Content::Failed { error, retry_in, ends_poll } => {
                if !error.kind().is_stream_only() {
                    self.commit_if_allowed().await?;
                    return Err(error);
                }
                self.failed(capture, &error, retry_in, ends_poll).await?;
            }
        }
        Ok(())
    }

    fn started(&mut self, capture: usize, tickets: &[u64], looks_back: bool) {
        let now = Instant::now();
        let capture = &mut self.captures[capture];
        capture.awaited.extend(tickets.iter().filter_map(|ticket| self.polls_asked.remove(ticket)));
        if looks_back {
            capture.awaited.iter_mut().for_each(Awaited::looks_back);
        }
        capture.rounds.polling_since = Some(now);
        for stream in &mut capture.streams {
            stream.started = Some(now);
            if std::mem::take(&mut stream.asks_again) {
                stream.report.kept = None;
            }
            self.board.note(stream.name(), |status| status.polling = true);
            self.observer.observe(&Event::Started { stream: stream.name() });
            if stream.state.listing.is_some() {
                let expected_records = stream.state.listed.still_expected();
                self.observer.observe(&Event::Listing { stream: stream.name(), expected_records });
            }
        }
    }

    /// Notes that a capture's poll is over, and that it owes sweeps if it does.
    fn poll_ended(&mut self, capture: usize, has_failed: bool) -> Result<()> {
        let capture = &mut self.captures[capture];
        let began = capture.rounds.polling_since.take();
        capture.rounds.ended_at = Some(Instant::now());
        if capture.streams.iter().any(|stream| stream.state.sweep_due.is_some()) {
            capture.owes_since = began.or(capture.owes_since);
        }
        if let Some(probation) = &mut self.probation {
            for stream in &capture.streams {
                if has_failed {
                    probation.excuse_unless_begun(stream.name());
                } else {
                    probation.excuse(stream.name());
                }
            }
            if probation.is_over()? {
                self.probation = None;
            }
        }
        Ok(())
    }

    async fn outcome(&mut self, capture: usize, outcome: &Outcome) -> Result<()> {
        // What has ended is durable before anybody hears of it.
        self.commit_if_allowed().await?;
        let next = self.captures[capture].schedule.interval;
        for index in 0..self.captures[capture].streams.len() {
            let stream = &mut self.captures[capture].streams[index];
            stream.report.outcome = outcome.clone();
            stream.stops_the_clock();
            self.board.note(stream.name(), |status| {
                status.outcome = Some(outcome.clone());
                status.polling = false;
                status.next_poll_at = next.and_then(in_future);
                if *outcome == Outcome::UpToDate {
                    status.up_to_date_at = Some(jiff::Timestamp::now());
                }
            });
            let descriptor = Arc::clone(&stream.descriptor);
            self.sink.ended(&descriptor, outcome).await?;
        }
        Ok(())
    }

    async fn failed(
        &mut self,
        capture: usize,
        error: &Error,
        retry_in: Option<Duration>,
        ends_poll: bool,
    ) -> Result<()> {
        let (reason, kind) = (error.chain(), error.kind());
        let outcome = match kind {
            kind if kind.is_left_out() => Outcome::Skipped { kind, reason: reason.clone() },
            _ => Outcome::Failed {
                kind,
                reason: reason.clone(),
                hint: error.hint().map(str::to_owned),
                code: error.code().map(str::to_owned),
                request_id: error.request_id().map(str::to_owned),
            },
        };
        if let Some(first) = self.captures[capture].streams.first_mut() {
            first.report.requests += u64::from(error.requests());
        }
        for stream in &mut self.captures[capture].streams {
            stream.is_lost = kind == ErrorKind::Denied && stream.was_read;
            stream.report.outcome = outcome.clone();
        }
        if ends_poll {
            for awaited in std::mem::take(&mut self.captures[capture].awaited) {
                awaited.fails(error);
            }
            self.poll_ended(capture, true)?;
            self.outcome(capture, &outcome).await?;
            self.settle_durably().await?;
        }
        for stream in &self.captures[capture].streams {
            self.observer.observe(&Event::Failed {
                stream: stream.name(),
                kind,
                message: &reason,
                hint: error.hint(),
                retry_in,
                ends_poll,
            });
        }
        Ok(())
    }

    async fn write(&mut self, capture: usize, batch: Batch) -> Result<()> {
        let Batch { parts, checkpoint, mut requests, notes, steps } = batch;
        self.check(capture, &parts)?;
        // What the batch as a whole cost and said is told once, with the capture's first stream.
        let first = parts.iter().map(|part| part.stream).min();
        for part in parts {
            // A stream may have several parts.
            let told = if Some(part.stream) == first { std::mem::take(&mut requests) } else { 0 };
            self.write_part(capture, part, told, steps).await?;
        }
        let streams = &mut self.captures[capture].streams;
        if let Some(stream) = streams.first_mut() {
            stream.report.requests += u64::from(requests);
            for note in notes {
                say(&*self.observer, stream, &note);
            }
        }
        for stream in streams {
            stream.moves_to(checkpoint.clone());
        }
        self.commit_due.get_or_insert_with(|| Instant::now() + self.pace.interval);
        Ok(())
    }

    /// Whether the parts are of streams that the capture has.
    fn check(&self, capture: usize, parts: &[Part]) -> Result<()> {
        let streams = &self.captures[capture].streams;
        match parts.iter().find(|part| part.stream >= streams.len()) {
            None => Ok(()),
            Some(part) => {
                let name = streams.first().map_or("nothing", Stream::name);
                let message = format!(
                    "the capture of {name} handed out a part of stream {}, and has {}",
                    part.stream,
                    streams.len()
                );
                Err(Error::new(ErrorKind::Contract, message).with_hint("this is a bug in the source"))
            }
        }
    }

    async fn write_part(
        &mut self,
        capture: usize,
        mut part: Part,
        requests: u32,
        steps: Option<(u64, u64)>,
    ) -> Result<()> {
        self.recognise(capture, &part).await?;
        for awaited in &mut self.captures[capture].awaited {
            awaited.note(&part);
        }
        let stream = &mut self.captures[capture].streams[part.stream];
        if part.begins.is_some() || part.ends.is_some() {
            let everything = part.begins == Some(Extent::Everything) && part.ends.is_none();
            self.board.note(stream.name(), |status| status.listing_everything = everything);
        }
        if part.begins == Some(Extent::Everything) {
            let expected_records = stream.state.listed.last_full;
            self.observer.observe(&Event::Listing { stream: stream.name(), expected_records });
        }
        let set_aside_before = stream.report.set_aside;
        let seen = stream.take(&part, &self.identity);
        if stream.report.set_aside != set_aside_before {
            self.observer
                .observe(&Event::SetAside { stream: stream.name(), set_aside: stream.report.set_aside });
        }
        if let Some(note) = stream.unsaid.take() {
            say(&*self.observer, stream, &note);
        }
        let records = part.records_there();
        let bytes: u64 = part.records.iter().map(|record| record.len_bytes() as u64).sum();
        stream.report.records += records;
        stream.report.bytes += bytes;
        stream.report.requests += u64::from(requests);
        if let Some(Ends::Incomplete(_)) = part.ends {
            stream.report.kept = None;
        }
        let may_mark = stream.may_mark(&self.identity, self.options.reconcile);
        let descriptor = Arc::clone(&stream.descriptor);
        part.records.retain(|record| match &record.op {
            Op::Gone(gone) => may_mark || gone.is_reported(),
            Op::Upsert(_) => true,
        });
        self.put(&descriptor, seen, part.records).await?;
        self.sweep_scopes(&descriptor, seen, part.whole_scopes, part.gone_scopes, may_mark).await?;
        self.ask_for_unnamed(part.belongings).await?;
        self.uncommitted_bytes += bytes;
        self.board.note(&descriptor.name, |status| status.records += records);
        self.observer.observe(&Event::Written { stream: &descriptor.name, records, bytes, requests, steps });
        Ok(())
    }

    async fn put(&mut self, stream: &Arc<StreamDescriptor>, seen: Stamp, records: Vec<Record>) -> Result<()> {
        if records.is_empty() {
            return Ok(());
        }
        self.sink.write(Write::new(Arc::clone(stream), seen, records)).await
    }

    async fn sweep(&mut self, sweep: Sweep) -> Result<()> {
        self.has_swept = true;
        self.sink.sweep(sweep).await
    }

    /// On probation: whether the destination holds any of these records already.
    async fn recognise(&mut self, capture: usize, part: &Part) -> Result<()> {
        let stream = &self.captures[capture].streams[part.stream];
        let Some(probation) = self.probation.as_mut().filter(|probation| probation.is_about(stream.name()))
        else {
            return Ok(());
        };
        let descriptor = Arc::clone(&stream.descriptor);
        let keys = probation.fresh(&descriptor.name, part.records.iter().map(|record| record.key.clone()));
        let rows = match probation.rows(&descriptor.name) {
            Some(rows) => rows,
            None => {
                let everything = Sweep::new(Arc::clone(&descriptor), Stamp::NEVER, Within::Everything);
                self.sink.unseen(&everything).await?.of
            }
        };
        let verdict = match self.sink.known(&descriptor, &keys).await? {
            Some(known) => probation.page(&descriptor.name, known, rows, part.ends.is_some()),
            None => Verdict::Undecided,
        };
        match verdict {
            Verdict::Recognised => self.probation = None,
            Verdict::Undecided => {
                probation.excuse(&descriptor.name);
                if probation.is_over()? {
                    self.probation = None;
                }
            }
            Verdict::GoOn => {}
            Verdict::Foreign(difference) => return Err(foreign(&descriptor.name, difference)),
        }
        Ok(())
    }

    /// Records that were read again by themselves, for whoever asked or before a sweep.
    async fn reread(
        &mut self,
        capture: usize,
        stream: usize,
        purpose: Purpose,
        ticket: u64,
        batch: Result<Batch>,
    ) -> Result<()> {
        let asked = self.rereads_asked.remove(&ticket);
        let is_ours = self
            .verification
            .as_ref()
            .is_some_and(|pending| (pending.capture, pending.stream) == (capture, stream));
        let pending = (purpose == Purpose::Check && is_ours).then(|| self.verification.take()).flatten();
        match batch {
            Ok(mut batch) => {
                let back = asked.map(|asked| (asked.judge(&mut batch, stream), asked.reply));
                let records = batch.parts.iter().flat_map(|part| &part.records);
                let gone = records.filter(|record| matches!(record.op, Op::Gone(_))).count() as u64;
                self.write(capture, batch).await?;
                if let Some((back, reply)) = back {
                    self.answers.push(Due::ReadBack(reply, back));
                    self.commit_soon();
                }
                if let Some(pending) = pending {
                    self.conclude(&pending, pending.asked.saturating_sub(gone)).await?;
                }
            }
            Err(error) if !error.kind().is_stream_only() => {
                self.commit_if_allowed().await?;
                return Err(error);
            }
            Err(error) => {
                let stream = &mut self.captures[capture].streams[stream];
                stream.report.requests += u64::from(error.requests());
                // Whoever waits for it knows what to do.
                let is_told = asked.is_some_and(|asked| asked.reply.send(Err(told(&error))));
                match pending {
                    // The debt stays; the next round tries again.
                    Some(pending) => {
                        let reason = format!("they could not be asked for by themselves: {}", error.chain());
                        let kept =
                            Kept { rows: pending.unseen, of: pending.of, reason, needs_decision: false };
                        stream.report.kept = Some(kept);
                        stream.asks_again = true;
                    }
                    None if is_told => {}
                    None => {
                        let note = format!("records could not be read again: {}", error.chain());
                        say(&*self.observer, stream, &note);
                    }
                }
            }
        }
        self.settle().await
    }

    /// Hands a question to the capture that can answer it.
    async fn pass_on(&mut self, ask: Ask) -> Result<()> {
        match ask {
            Ask::Poll { ask: PollNow { stream, awaited, look_back }, reply } => {
                let Some((capture, index)) = self.find(&stream) else {
                    reply.send(Err(not_captured(&stream)));
                    return Ok(());
                };
                self.ticket += 1;
                match self.command(capture, Command::Poll { look_back, ticket: self.ticket }) {
                    Ok(()) => {
                        _ = self.polls_asked.insert(self.ticket, Awaited::new(index, awaited, reply));
                    }
                    Err(error) => _ = reply.send(Err(error)),
                }
            }
            Ask::Reread { ask: ReadAgain { stream, what, purpose }, reply } => {
                let Some((capture, index)) = self.find(&stream) else {
                    reply.send(Err(not_captured(&stream)));
                    return Ok(());
                };
                self.ticket += 1;
                let rereading = Rereading::new(&what, reply);
                let command = Command::Reread { stream: index, what, purpose, ticket: self.ticket };
                match self.command(capture, command) {
                    Ok(()) => _ = self.rereads_asked.insert(self.ticket, rereading),
                    Err(error) => _ = rereading.reply.send(Err(error)),
                }
            }
            Ask::OwnerGone { stream, owner, gone, reply } => {
                let Some((capture, index)) = self.find(&stream) else {
                    reply.send(Err(not_captured(&stream)));
                    return Ok(());
                };
                self.owner_is_gone(capture, index, owner, gone).await?;
                self.answers.push(Due::Marked(reply));
                self.commit_soon();
            }
            Ask::Note { stream, note } => {
                if let Some((capture, index)) = self.find(&stream) {
                    say(&*self.observer, &mut self.captures[capture].streams[index], &note);
                }
            }
            Ask::Belonging { stream, owner, reply } => {
                let found = match self.find(&stream) {
                    Some((capture, index)) => Ok(self.belonging(capture, index, owner).await?),
                    None => Err(not_captured(&stream)),
                };
                reply.send(found);
            }
        }
        Ok(())
    }

    fn find(&self, name: &str) -> Option<(usize, usize)> {
        self.captures.iter().enumerate().find_map(|(index, capture)| {
            let stream = capture.streams.iter().position(|stream| stream.name() == name)?;
            Some((index, stream))
        })
    }

    fn command(&self, capture: usize, command: Command) -> Result<()> {
        let capture = &self.captures[capture];
        let sent = capture.commands.as_ref().map(|commands| commands.try_send(command));
        if matches!(sent, Some(Ok(()))) {
            return Ok(());
        }
        let name = capture.streams.first().map_or("nothing", Stream::name);
        tracing::warn!(stream = name, "too much is asked of the stream at once; its next poll will bring it");
        Err(unanswered(name))
    }

    /// Keys of rows that belong to a record.
    async fn belonging(&mut self, capture: usize, index: usize, owner: Key) -> Result<Vec<Key>> {
        let stream = Arc::clone(&self.captures[capture].streams[index].descriptor);
        Ok(self.sink.unseen(&everything_of(stream, owner)).await?.keys)
    }

    /// Somebody waits.
    fn commit_soon(&mut self) {
        let soon = Instant::now() + SOON;
        self.commit_due = Some(self.commit_due.map_or(soon, |due| due.min(soon)));
    }

    /// A task has ended, perhaps by a panic.
    async fn note_who_is_over(&mut self) -> Result<()> {
        for capture in &mut self.captures {
            if capture.commands.as_ref().is_some_and(mpsc::Sender::is_closed) {
                capture.rounds.is_over = true;
            }
        }
        let is_asked = |pending: &Verification| !self.captures[pending.capture].rounds.is_over;
        self.verification = self.verification.take().filter(is_asked);
        self.settle().await
    }

    /// Commits unless it is not clear yet whether the records belong here.
    async fn commit_if_allowed(&mut self) -> Result<()> {
        if self.probation.is_some() {
            self.commit_due = self.commit_due.map(|_| Instant::now() + self.pace.interval);
            return Ok(());
        }
        self.commit().await
    }

    /// Records and the checkpoints that speak of them (I1).
    async fn commit(&mut self) -> Result<()> {
        self.commit_due = None;
        let streams = self.captures.iter_mut().flat_map(|capture| &mut capture.streams);
        let saved =
            streams.filter_map(|stream| Some((stream.name().to_owned(), Some(stream.take_unsaved()?))));
        let update = StateUpdate::new(saved);
        let has_swept = std::mem::take(&mut self.has_swept);
        if update.is_empty() && !has_swept {
            // Everything that they speak of is durable already.
            self.answers.drain(..).for_each(Due::send);
            return Ok(());
        }
        let started = Instant::now();
        let committed = self.sink.commit(&update).await?;
        for stream in self.captures.iter_mut().flat_map(|capture| &mut capture.streams) {
            if let Some(counts) = committed.counts.get(stream.name()) {
                stream.report.counts += *counts;
                if let Some(audit) = &mut stream.audit {
                    audit.committed(*counts);
                }
                if counts.new + counts.written > 0 {
                    stream.has_new_rows(&self.identity);
                }
            }
            if let Some(audit) = &mut stream.audit {
                audit.is_durable();
            }
            if let Some(Some(saved)) = update.streams.get(stream.name()) {
                self.board.note(stream.name(), |status| status.committed_at = Some(saved.committed_at));
            }
        }
        self.answers.drain(..).for_each(Due::send);
        let bytes = std::mem::take(&mut self.uncommitted_bytes);
        self.observer.observe(&Event::Committed {
            bytes,
            elapsed: started.elapsed(),
            counts: &committed.counts,
            mended: committed.mended,
        });
        self.tell_audits();
        Ok(())
    }

    /// Says what listings in their turn have found, once it is durable.
    fn tell_audits(&mut self) {
        for stream in self.captures.iter_mut().flat_map(|capture| &mut capture.streams) {
            if let Some((audit, kept)) = stream.take_audit() {
                self.observer.observe(&audit.event(&stream.descriptor, kept));
            }
        }
    }

    /// Closes the sink and reports.
    pub(super) async fn finish(mut self, interrupted: bool) -> Result<Report> {
        self.sink.close().await?;
        Ok(self.into_report(interrupted, false))
    }

    pub(super) fn into_report(self, interrupted: bool, output_closed: bool) -> Report {
        let streams = self.captures.into_iter().flat_map(|capture| capture.streams);
        let reports = streams.map(|mut stream| {
            if stream.started.is_some() {
                stream.stops_the_clock();
                stream.report.outcome = if interrupted || output_closed {
                    Outcome::Interrupted
                } else {
                    let reason = "its task ended unexpectedly; this is a bug".to_owned();
                    Outcome::Failed {
                        kind: ErrorKind::Transient,
                        reason,
                        hint: None,
                        code: None,
                        request_id: None,
                    }
                };
            }
            (stream.name().to_owned(), stream.report)
        });
        Report { streams: reports.collect(), interrupted, output_closed }
    }
}

impl Captured {
    /// Whether it is polled once, and has been.
    fn is_through(&self) -> bool {
        self.rounds.is_over || (self.schedule.interval.is_none() && self.rounds.ended_at.is_some())
    }
}

/// All that belongs to a record, whenever it was seen.
fn everything_of(stream: Arc<StreamDescriptor>, owner: Key) -> Sweep {
    Sweep::new(stream, Stamp::new(u64::MAX), Within::Scopes(vec![owner]))
}

fn not_captured(stream: &str) -> Error {
    Error::new(ErrorKind::Configuration, format!("the stream {stream} is not captured by this run"))
}

/// Tells a person, once.
fn say(observer: &dyn Observer, stream: &mut Stream, note: &str) {
    if stream.report.add_note(note) {
        tracing::warn!(target: crate::NOTES, stream = stream.name(), "{note}");
        observer.observe(&Event::Note { stream: stream.name(), message: note });
    }
}
