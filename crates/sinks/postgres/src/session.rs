//! A run's work on its schema: transactions, the tables, and how it goes on when the connection is lost.
//!
//! What was written since the last commit is kept until the next one. So a server that restarts costs a pause: over the
//! new connection it is worked off again, unless the commit whose answer was lost turns out to have happened.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use capture_core::{
    Committed, Counts, Error, ErrorKind, Key, Result as Outcome, Share, State, StateUpdate, StreamDescriptor,
    Sweep, Write,
};
use xxhash_rust::xxh3::xxh3_64;

use crate::address::Address;
use crate::failure::Failure;
use crate::layout::{Layout, Run};
use crate::link::{Backend, End, Link, Result};
use crate::lock;
use crate::rehearsal;
use crate::table::Table;

/// So much is collected before it is sent: looking rows up one page at a time would be all waiting.
const FLUSH_BYTES: usize = 4 << 20;

/// Pauses between attempts to connect again.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// What was asked for since the last commit.
enum Action {
    Write(Write),
    Sweep(Sweep),
}

/// What can be tried again over another connection.
#[derive(Clone, Copy)]
pub(crate) enum Job<'a> {
    Open(&'a [Arc<StreamDescriptor>]),
    /// Sends what is waiting.
    Flush,
    Unseen(&'a Sweep),
    Known(&'a str, &'a [Key]),
    Commit(&'a StateUpdate),
}

/// What came of it.
pub(crate) enum Done {
    Nothing,
    Share(Share),
    Known(u64),
    Committed(Committed),
}

pub(crate) struct Session {
    address: Address,
    layout: Layout,
    /// How long the server may be away before it is given up.
    patience: Duration,
    link: Option<Link>,
    /// The run that had the place when it was read; this one from [`Session::take`] on.
    run: Option<Run>,
    is_taken: bool,
    token: i64,
    in_transaction: bool,
    streams: Vec<Arc<StreamDescriptor>>,
    tables: HashMap<String, Table>,
    actions: Vec<Action>,
    /// How many of the actions were sent in this transaction.
    sent: usize,
    waiting_bytes: usize,
    counts: BTreeMap<String, Counts>,
    /// A commit was asked for, and its answer is not known.
    is_unsure: bool,
    /// … and it has turned out to have happened.
    has_happened: bool,
    trouble: Option<Trouble>,
    /// The process that served the last connection, if that was for us alone.
    backend: Option<Backend>,
    /// All that is done is done to copies: it is gone with the connection.
    is_rehearsal: bool,
    /// Whether they were made.
    is_copied: bool,
}

/// Since when the server is away, and how long to wait for it next.
struct Trouble {
    since: Instant,
    pause: Duration,
}

impl Session {
    pub(crate) fn new(address: Address, patience: Duration) -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let token = xxh3_64(format!("{} {now:?} {:p}", std::process::id(), &address).as_bytes());
        Self {
            layout: Layout::new(&address),
            address,
            patience,
            link: None,
            run: None,
            is_taken: false,
            token: token.cast_signed(),
            in_transaction: false,
            streams: Vec::new(),
            tables: HashMap::new(),
            actions: Vec::new(),
            sent: 0,
            waiting_bytes: 0,
            counts: BTreeMap::new(),
            is_unsure: false,
            has_happened: false,
            trouble: None,
            backend: None,
            is_rehearsal: false,
            is_copied: false,
        }
    }

    /// One that commits nothing.
    pub(crate) fn rehearsal(address: Address) -> Self {
        // What a lost connection has taken along cannot be had again.
        Self { is_rehearsal: true, ..Self::new(address, Duration::ZERO) }
    }

    fn link(&self) -> Result<&Link> {
        self.link.as_ref().ok_or_else(|| lost(&self.address))
    }

    /// Connects, takes the place, and reads the state.
    pub(crate) async fn load(&mut self) -> Outcome<State> {
        let start = Instant::now();
        loop {
            match self.try_to_load().await {
                Ok(state) => return Ok(state),
                // A server that is starting is worth a moment; one that does not answer is not.
                Err(failure) if failure.is_not_ready() && start.elapsed() < self.patience => {
                    tokio::time::sleep(FIRST_PAUSE).await;
                }
                Err(failure) => return Err(failure.of(&self.address)),
            }
        }
    }

    async fn try_to_load(&mut self) -> Result<State> {
        let link = match self.link.take() {
            Some(link) => link,
            None => Link::connect(&self.address).await?,
        };
        if link.server.is_read_only {
            let message = format!(
                "the database {:?} at {} takes no writes",
                self.address.database,
                self.address.server()
            );
            return Err(Error::new(ErrorKind::Configuration, message)
                .with_hint("name the primary server, not a replica; or ALTER ROLE … SET default_transaction_read_only = off")
                .into());
        }
        link.settle().await?;
        let link = match self.is_rehearsal && !self.is_copied {
            true => {
                let (link, layout) = rehearsal::begin(link, &self.layout, &self.address).await?;
                (self.layout, self.is_copied) = (layout, true);
                link
            }
            false => link,
        };
        link.begin("").await?;
        let run = self.layout.run(&link, &self.address).await?;
        let holder = run.as_ref().map_or("", |run| &run.holder);
        if !self.is_rehearsal {
            lock::take(&link, &self.address, None, holder).await?;
        }
        // Who had it may have written until a moment ago.
        let run = self.layout.run(&link, &self.address).await?;
        let mut state = State::default();
        if run.is_some() {
            state = self.layout.state(&link, &self.address).await?;
            for stream in self.layout.lost(&link).await? {
                if let Some(saved) = state.streams.get_mut(&stream) {
                    tracing::warn!(
                        "the table of {stream} is gone from {}: it is listed again",
                        self.address.place()
                    );
                    saved.list_again();
                }
            }
        }
        link.end(End::Commit).await?;
        self.run = run;
        self.keep(link);
        Ok(state)
    }

    /// Keeps records until they are sent, which is at the latest with the commit.
    pub(crate) async fn write(&mut self, write: Write) -> Outcome<()> {
        self.known_stream(&write.stream.name)?;
        self.waiting_bytes += write.records.iter().map(|record| record.len_bytes() + 64).sum::<usize>();
        self.actions.push(Action::Write(write));
        if self.waiting_bytes >= FLUSH_BYTES {
            self.steadily(Job::Flush).await?;
        }
        Ok(())
    }

    pub(crate) async fn sweep(&mut self, sweep: Sweep) -> Outcome<()> {
        self.known_stream(&sweep.stream.name)?;
        self.actions.push(Action::Sweep(sweep));
        self.steadily(Job::Flush).await.map(drop)
    }

    fn known_stream(&self, stream: &str) -> Outcome<()> {
        let not_opened = || Error::new(ErrorKind::Contract, format!("the stream {stream} was not opened"));
        self.tables.contains_key(stream).then_some(()).ok_or_else(not_opened)
    }

    /// Does a job, over as many connections as it takes.
    pub(crate) async fn steadily(&mut self, job: Job<'_>) -> Outcome<Done> {
        loop {
            match Box::pin(self.attempt(job)).await {
                Ok(done) => {
                    self.trouble = None;
                    return Ok(done);
                }
                Err(failure) if failure.may_pass() => Box::pin(self.come_back(failure)).await?,
                Err(failure) => return Err(failure.of(&self.address)),
            }
        }
    }

    /// Waits until there is a connection again on which everything is as it was.
    async fn come_back(&mut self, mut failure: Failure) -> Outcome<()> {
        loop {
            let now = Instant::now();
            let trouble = self.trouble.get_or_insert(Trouble { since: now, pause: FIRST_PAUSE });
            let (waited, pause) = (trouble.since.elapsed(), trouble.pause);
            trouble.pause = (pause * 2).min(LONGEST_PAUSE);
            let left = self.patience.saturating_sub(waited);
            let error = failure.of(&self.address);
            if left.is_zero() {
                return Err(error);
            }
            if waited < FIRST_PAUSE {
                tracing::warn!("{}; it is tried again for {} s", error.chain(), left.as_secs());
            }
            tokio::time::sleep(pause.min(left)).await;
            failure = match Box::pin(self.restore()).await {
                Ok(()) => return Ok(()),
                Err(next) if next.may_pass() => next,
                Err(next) => return Err(next.of(&self.address)),
            };
        }
    }

    /// Connects again, and finds out what the last transaction came to.
    async fn restore(&mut self) -> Result<()> {
        self.link = None;
        (self.in_transaction, self.sent) = (false, 0);
        let link = Link::connect(&self.address).await?;
        link.settle().await?;
        link.begin("").await?;
        lock::take(&link, &self.address, self.backend.as_ref(), "").await?;
        let found = self.layout.run(&link, &self.address).await?;
        link.end(End::Commit).await?;
        if self.is_taken {
            let found = found.unwrap_or_default();
            let run = self.run.get_or_insert_default();
            if (found.epoch, found.token) != (run.epoch, run.token) {
                return Err(lock::busy(&self.address, &found.holder).into());
            }
            let has_happened = self.is_unsure && found.commits > run.commits;
            run.commits = found.commits;
            self.has_happened = has_happened;
        }
        self.is_unsure = false;
        if !self.has_happened {
            self.counts.clear();
        }
        self.keep(link);
        // Columns that were added and not committed are not there.
        if self.is_taken && !self.streams.is_empty() { self.open().await } else { Ok(()) }
    }

    fn keep(&mut self, link: Link) {
        self.backend = (!link.server.is_pooled).then(|| link.server.backend.clone());
        self.link = Some(link);
    }

    async fn attempt(&mut self, job: Job<'_>) -> Result<Done> {
        let was_in_transaction = self.in_transaction;
        match job {
            Job::Open(streams) => {
                self.streams = streams.to_vec();
                self.open().await?;
                Ok(Done::Nothing)
            }
            Job::Flush => {
                self.flush().await?;
                Ok(Done::Nothing)
            }
            Job::Unseen(sweep) => {
                self.flush().await?;
                let share = self.table(&sweep.stream.name)?.unseen(self.link()?, sweep).await?;
                self.end_looking(was_in_transaction).await?;
                Ok(Done::Share(share))
            }
            Job::Known(stream, keys) => {
                self.flush().await?;
                let known = self.table(stream)?.known(self.link()?, keys).await?;
                self.end_looking(was_in_transaction).await?;
                Ok(Done::Known(known))
            }
            Job::Commit(update) => self.commit(update).await.map(Done::Committed),
        }
    }

    fn table(&self, stream: &str) -> Result<&Table, Error> {
        self.known_stream(stream)?;
        Ok(&self.tables[stream])
    }

    /// Makes this the run that has the place.
    async fn take(&mut self) -> Result<()> {
        if self.is_taken {
            return Ok(());
        }
        let link = self.link.as_ref().ok_or_else(|| lost(&self.address))?;
        link.begin("").await?;
        if link.server.is_pooled && !self.is_rehearsal {
            // Of two that begin at the same time one waits for nothing.
            lock::take(link, &self.address, None, "").await?;
        }
        match &self.run {
            Some(run) => {
                let taken = link.run_counting(&self.layout.take(run.epoch, self.token)).await?;
                if taken == 0 {
                    return Err(lock::busy(&self.address, "").into());
                }
            }
            None => match self.layout.run(link, &self.address).await? {
                // The answer was lost.
                Some(found) if found.token == self.token => {}
                Some(found) => return Err(lock::busy(&self.address, &found.holder).into()),
                None => self.layout.make(link, self.token).await?,
            },
        }
        let run = self.layout.run(link, &self.address).await?;
        link.end(End::Commit).await?;
        (self.run, self.is_taken) = (run, true);
        Ok(())
    }

    /// Begins a transaction unless there is one.
    ///
    /// # Errors
    /// [`ErrorKind::Busy`] if another run has taken over.
    async fn begin(&mut self) -> Result<()> {
        self.take().await?;
        if self.in_transaction {
            return Ok(());
        }
        let link = self.link.as_ref().ok_or_else(|| lost(&self.address))?;
        let run = self.run.get_or_insert_default();
        if link.begin(&self.layout.fence(run)).await? == 0 {
            let message = format!("another run has taken over {}", self.address.place());
            return Err(Error::new(ErrorKind::Busy, message)
                .with_hint("nothing of this run was mixed in; start it again when the other has ended")
                .into());
        }
        self.in_transaction = true;
        Ok(())
    }

    async fn end(&mut self, how: End) -> Result<()> {
        self.link()?.end(how).await?;
        self.in_transaction = false;
        Ok(())
    }

    /// Between commits no transaction is left open that holds nothing.
    async fn end_looking(&mut self, was_in_transaction: bool) -> Result<()> {
        if !was_in_transaction && self.actions.is_empty() {
            self.end(End::RollBack).await?;
        }
        Ok(())
    }

    /// Whether some run has had the place before, as was seen when it was taken.
    pub(crate) fn has_found_a_run(&self) -> bool {
        self.run.is_some()
    }

    /// Looks at what is there, in a transaction that changes nothing.
    pub(crate) async fn look<T>(&self, look: impl AsyncFnOnce(&Link, &Layout) -> Result<T>) -> Outcome<T> {
        let looked = async {
            let link = self.link()?;
            link.begin("SET TRANSACTION READ ONLY").await?;
            let looked = look(link, &self.layout).await?;
            link.end(End::RollBack).await?;
            Ok(looked)
        };
        looked.await.map_err(|failure: Failure| failure.of(&self.address))
    }

    /// Changes what is there, all of it or nothing.
    pub(crate) async fn change<T>(
        &mut self,
        change: impl AsyncFnOnce(&Link, &Layout) -> Result<T>,
    ) -> Outcome<T> {
        let changed = async {
            self.begin().await?;
            let changed = change(self.link()?, &self.layout).await?;
            self.end(End::Commit).await?;
            self.has_committed();
            Ok(changed)
        };
        changed.await.map_err(|failure: Failure| failure.of(&self.address))
    }

    /// Writes tables anew, without what is free in them.
    pub(crate) async fn rewrite(&self, tables: &[String]) -> Outcome<()> {
        let rewritten = async {
            let link = self.link()?;
            if !link.server.is_pooled {
                // Whoever reads for long is not waited for without end.
                link.run("SET lock_timeout = '60s'").await?;
            }
            for table in tables {
                link.run(&format!("VACUUM FULL {table}")).await?;
            }
            Ok(())
        };
        rewritten.await.map_err(|failure: Failure| failure.of(&self.address))
    }

    /// Makes the tables of the streams, and what they lack.
    async fn open(&mut self) -> Result<()> {
        self.begin().await?;
        let link = self.link.as_ref().ok_or_else(|| lost(&self.address))?;
        let mut contents = self.layout.contents(link).await?;
        let mut statements = String::new();
        let mut tables = HashMap::new();
        for stream in &self.streams {
            let table = Table::plan(&self.layout, link, &mut contents, stream, &mut statements)?;
            tables.insert(stream.name.clone(), table);
        }
        if statements.is_empty() {
            self.end(End::RollBack).await?;
        } else {
            link.run(&statements).await?;
            self.end(End::Commit).await?;
            self.has_committed();
        }
        self.tables = tables;
        Ok(())
    }

    fn has_committed(&mut self) {
        self.run.get_or_insert_default().commits += 1;
    }

    /// Sends what is waiting.
    async fn flush(&mut self) -> Result<()> {
        self.begin().await?;
        let link = self.link.as_ref().ok_or_else(|| lost(&self.address))?;
        let mut waiting: BTreeMap<&str, Vec<&Write>> = BTreeMap::new();
        for action in &self.actions[self.sent..] {
            match action {
                Action::Write(write) => waiting.entry(&write.stream.name).or_default().push(write),
                Action::Sweep(sweep) => {
                    let stream = &*sweep.stream.name;
                    let Some(table) = self.tables.get_mut(stream) else { continue };
                    let writes = waiting.remove(stream).unwrap_or_default();
                    let mut counts = table.write(link, &writes).await?;
                    counts += table.sweep(link, sweep).await?;
                    *self.counts.entry(stream.to_owned()).or_default() += counts;
                }
            }
        }
        for (stream, writes) in waiting {
            let Some(table) = self.tables.get_mut(stream) else { continue };
            *self.counts.entry(stream.to_owned()).or_default() += table.write(link, &writes).await?;
        }
        (self.sent, self.waiting_bytes) = (self.actions.len(), 0);
        Ok(())
    }

    async fn commit(&mut self, update: &StateUpdate) -> Result<Committed> {
        if std::mem::take(&mut self.has_happened) {
            return Ok(self.forget_actions());
        }
        // What brings nothing leaves everything as it is.
        if self.actions.is_empty() && update.is_empty() && !self.in_transaction {
            return Ok(self.forget_actions());
        }
        self.flush().await?;
        let link = self.link()?;
        for (stream, state) in &update.streams {
            self.layout.save(link, stream, state.as_ref()).await?;
            if state.is_none() {
                self.layout.unsee(link, stream).await?;
            }
        }
        self.is_unsure = true;
        self.end(End::Commit).await?;
        self.is_unsure = false;
        self.has_committed();
        Ok(self.forget_actions())
    }

    fn forget_actions(&mut self) -> Committed {
        self.actions.clear();
        (self.sent, self.waiting_bytes) = (0, 0);
        let mended = self.tables.values_mut().map(Table::take_mended).sum();
        Committed::new(std::mem::take(&mut self.counts)).mended(mended)
    }

    /// Forgets what was not committed, and gives the place up.
    pub(crate) async fn close(&mut self) {
        self.actions.clear();
        for (stream, table) in &self.tables {
            let columns: Vec<String> =
                table.misfits().iter().map(|(column, values)| format!("{column} {values}")).collect();
            if !columns.is_empty() {
                tracing::warn!(
                    "values of {stream} that do not fit their columns are null there, and whole in _record: {}",
                    columns.join(", ")
                );
            }
        }
        self.tables.clear();
        (self.sent, self.waiting_bytes) = (0, 0);
        if self.is_rehearsal {
            if self.in_transaction {
                // If it is lost, so is everything.
                let _ = self.end(End::RollBack).await;
            }
            return;
        }
        if let Some(link) = self.link.take() {
            link.close().await;
        }
    }
}

fn lost(address: &Address) -> Failure {
    Error::new(ErrorKind::Unavailable, format!("the connection to {} is lost", address.server())).into()
}
