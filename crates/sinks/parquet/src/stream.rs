//! One stream: what is known of its rows, and what has come since the last commit.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use arrow_array::Array as _;
use bytes::Bytes;
use capture_core::{
    Counts, Gone, Key, Op, Record, Result, Shape, Share, Stamp, StreamDescriptor, Sweep, Within, Write,
};
use typed_records::{Column, ColumnType, Wanted};

use crate::document::{Floor, Stream as Files};
use crate::encode::Encoder;
use crate::files;
use crate::grave::{self, Grave};
use crate::known::{KeyId, Known, Row, hash_of, hash_of_bytes, scope_of};
use crate::reading::{Source, keys_of, missing, numbers, text, texts};
use crate::sightings;
use crate::store::Store;

/// A row that is to be written.
pub(crate) struct Pending {
    pub(crate) key: Key,
    pub(crate) body: Bytes,
    pub(crate) shape: Option<Shape>,
    pub(crate) scope: Option<Key>,
    pub(crate) grave: Option<Grave>,
    /// Where it is among what is known.
    pub(crate) place: usize,
}

/// What has come since the last commit.
#[derive(Default)]
pub(crate) struct News {
    /// Rows that are to be written, and where they are by key.
    pub(crate) rows: Vec<Pending>,
    pub(crate) places: HashMap<KeyId, usize>,
    /// Rows whose records are in files alone, and that are gone.
    pub(crate) graves: HashMap<KeyId, Arc<Grave>>,
    /// Rows that were seen and have not changed.
    pub(crate) seen: HashSet<u32>,
    /// Rows that are not gone were all seen since then.
    pub(crate) floor: Option<Stamp>,
    pub(crate) counts: Counts,
}

pub(crate) struct Stream {
    pub(crate) descriptor: Arc<StreamDescriptor>,
    pub(crate) folder: String,
    pub(crate) files: Files,
    pub(crate) encoder: Encoder,
    /// Read when it is first needed: a stream of which nothing comes costs nothing.
    known: Option<Known>,
    pub(crate) news: News,
    /// The file of the stream as it stands, once it was fetched, and the commit that it goes up to.
    fetched: Option<(u64, Source)>,
    /// Values that did not fit their columns, since the run began.
    pub(crate) misfits: BTreeMap<String, u64>,
}

impl Stream {
    pub(crate) fn new(descriptor: &Arc<StreamDescriptor>, files: Option<&Files>) -> Self {
        let files = files.cloned().unwrap_or_default();
        let columns = files.columns.iter().map(|column| Column {
            member: column.member.clone(),
            name: column.name.clone(),
            column_type: Some(column.kind.into()),
        });
        let mut encoder = Encoder::new(&descriptor.name, columns.collect());
        let wanted: Wanted =
            descriptor.fields.iter().map(|field| (field.name.clone(), ColumnType::of(field.kind))).collect();
        encoder.add(&wanted);
        Self {
            descriptor: Arc::clone(descriptor),
            folder: files::folder(&descriptor.name),
            files,
            encoder,
            known: None,
            news: News::default(),
            fetched: None,
            misfits: BTreeMap::new(),
        }
    }

    /// Whether there is anything to commit of it.
    pub(crate) fn has_news(&self) -> bool {
        let news = &self.news;
        !news.rows.is_empty() || !news.graves.is_empty() || !news.seen.is_empty() || news.floor.is_some()
    }

    /// The files with its rows, the stream as it stands first; `whole` if most of them is to be read.
    pub(crate) fn sources(&mut self, store: &dyn Store, whole: bool) -> Result<Vec<Source>> {
        let open = |path: &str| if whole { Source::whole(store, path) } else { Source::part(store, path) };
        let mut sources = Vec::new();
        if let Some(commit) = self.files.current {
            let path = files::current(&self.folder);
            match &self.fetched {
                Some((of, source)) if *of == commit => sources.push(source.again()?),
                _ => {
                    let source = open(&path)?;
                    if whole {
                        self.fetched = Some((commit, source.again()?));
                    }
                    sources.push(source);
                }
            }
        }
        for change in &self.files.changes {
            sources.push(open(&files::change(&self.folder, change.on, change.commit))?);
        }
        Ok(sources)
    }

    /// What is known of its rows, read if that has not been done.
    pub(crate) fn known(&mut self, store: &dyn Store) -> Result<&mut Known> {
        if self.known.is_none() {
            self.known = Some(self.read_known(store)?);
        }
        Ok(self.known.get_or_insert_with(Known::default))
    }

    fn read_known(&mut self, store: &dyn Store) -> Result<Known> {
        const COLUMNS: [&str; 7] =
            ["_key", "_deleted_at", "_deleted_why", "_scope", "_hash", "_seen", "_commit"];
        let mut known = Known::default();
        // Of which commit each row is, by its place, as far as that matters.
        let mut commits: Vec<i64> = Vec::new();
        let forgotten = self.files.forgotten.unwrap_or(0);
        let floor = self.files.floor.clone();
        // What stands is of one version a key, and older than all changes, of which the newest counts.
        let current = self.files.current;
        let needs_commits = sightings::oldest(&self.files)
            .is_some_and(|oldest| current.is_some_and(|current| oldest <= current));
        for (index, source) in self.sources(store, false)?.iter().enumerate() {
            for batch in source.some(store, &COLUMNS)? {
                let batch = batch?;
                let (keys, why, scopes) =
                    (texts(&batch, "_key")?, texts(&batch, "_deleted_why")?, texts(&batch, "_scope")?);
                let (hashes, seen, of) =
                    (numbers(&batch, "_hash")?, numbers(&batch, "_seen")?, numbers(&batch, "_commit")?);
                let deleted = batch.column_by_name("_deleted_at").ok_or_else(|| missing("_deleted_at"))?;
                for row in 0..batch.num_rows() {
                    let key = KeyId::of(keys.value(row));
                    let numbered = of.value(row);
                    let matters = needs_commits || index > 0 || current.is_none();
                    let newest = known.place(key).and_then(|place| commits.get(place));
                    if matters && newest.is_some_and(|newest| *newest > numbered) {
                        continue;
                    }
                    let commit = numbered.unsigned_abs();
                    let mut stamp = if commit <= forgotten { 0 } else { seen.value(row).unsigned_abs() };
                    if let Some(floor) = &floor
                        && commit < floor.commit
                    {
                        stamp = stamp.max(floor.seen.get());
                    }
                    let rank = if deleted.is_null(row) { 0 } else { grave::rank(text(why, row)) };
                    let scope = scope_of(text(scopes, row));
                    let hash = hashes.value(row).cast_unsigned();
                    let place = known.put(Row::new(key, hash, scope, Stamp::new(stamp), rank));
                    if matters {
                        commits.resize(commits.len().max(place + 1), i64::MIN);
                        commits[place] = numbered;
                    }
                }
            }
        }
        sightings::each(&self.files, &self.folder, store, |of| {
            // A row that was written later says itself when it was seen.
            let Some(place) = known.place(of.key) else { return };
            let is_newer = commits.get(place).is_some_and(|commit| *commit > of.commit.cast_signed());
            if !is_newer {
                known.see(place, of.seen);
            }
        })?;
        Ok(known)
    }

    /// Takes records, in order.
    pub(crate) fn write(&mut self, store: &dyn Store, write: &Write, now_us: i64) -> Result<()> {
        self.known(store)?;
        for record in &write.records {
            match &record.op {
                Op::Upsert(body) => self.upsert(record, body, write.seen)?,
                Op::Gone(gone) => self.bury(&record.key, gone, now_us),
            }
        }
        Ok(())
    }

    fn upsert(&mut self, record: &Record, body: &Bytes, seen: Stamp) -> Result<()> {
        let Some(known) = &mut self.known else { return Ok(()) };
        let key = KeyId::of(record.key.as_str());
        let (hash, scope) = (hash_of(body), scope_of(record.scope.as_ref().map(Key::as_str)));
        let before = known.place(key).map(|place| (place, *known.row(place)));
        if let Some((place, row)) = before
            && row.is_live()
            && (row.hash == hash || row.hash == hash_of_bytes(body))
        {
            self.news.counts.unchanged += 1;
            known.see(place, seen);
            if row.scope == scope {
                if !self.news.places.contains_key(&key) {
                    self.news.seen.insert(u32::try_from(place).unwrap_or(u32::MAX));
                }
                return Ok(());
            }
        } else {
            self.encoder.make_room(body, record.shape)?;
            match before {
                Some((_, row)) if row.is_live() => self.news.counts.changed += 1,
                _ => self.news.counts.new += 1,
            }
        }
        let place = known.put(Row::new(key, hash, scope, seen, 0));
        let (shape, scope) = (record.shape, record.scope.clone());
        self.put(
            key,
            Pending { key: record.key.clone(), body: body.clone(), shape, scope, grave: None, place },
        );
        Ok(())
    }

    fn put(&mut self, key: KeyId, pending: Pending) {
        self.news.graves.remove(&key);
        self.news.seen.remove(&u32::try_from(pending.place).unwrap_or(u32::MAX));
        match self.news.places.get(&key) {
            Some(place) => self.news.rows[*place] = pending,
            None => {
                self.news.places.insert(key, self.news.rows.len());
                self.news.rows.push(pending);
            }
        }
    }

    /// One that is gone already hears a reason that says more.
    fn bury(&mut self, key: &Key, gone: &Gone, now_us: i64) {
        let Some(known) = &mut self.known else { return };
        let (id, rank) = (KeyId::of(key.as_str()), grave::rank(Some(gone.why())));
        let Some(place) = known.place(id) else { return };
        let before = known.row(place).rank();
        if before >= rank {
            return;
        }
        self.news.counts.deleted += u64::from(before == 0);
        let grave = Grave::new(gone, now_us);
        if matches!(gone, Gone::Erased) {
            let body = Bytes::from(key_only(key, &self.descriptor.key));
            let row = *known.row(place);
            known.put(Row::new(id, hash_of(&body), 0, row.seen(), rank));
            let grave = Some(grave);
            self.put(id, Pending { key: key.clone(), body, shape: None, scope: None, grave, place });
            return;
        }
        known.bury(place, rank);
        self.lay(id, &Arc::new(grave));
    }

    /// Notes the grave of a row.
    fn lay(&mut self, id: KeyId, grave: &Arc<Grave>) {
        match self.news.places.get(&id) {
            Some(place) => self.news.rows[*place].grave = Some((**grave).clone()),
            None => {
                self.news.graves.insert(id, Arc::clone(grave));
            }
        }
    }

    pub(crate) fn sweep(&mut self, store: &dyn Store, sweep: &Sweep, now_us: i64) -> Result<()> {
        let grave = Arc::new(Grave::new(&sweep.gone, now_us));
        let rank = grave::rank(Some(grave.why));
        let known = self.known(store)?;
        let (places, _) = known.unseen(sweep);
        let mut ids = Vec::with_capacity(places.len());
        for place in places {
            ids.push(known.row(place).key);
            known.bury(place, rank);
        }
        self.news.counts.deleted += ids.len() as u64;
        ids.into_iter().for_each(|id| self.lay(id, &grave));
        if sweep.within == Within::Everything && sweep.from == Stamp::NEVER {
            // What is left was seen since; it need not be said of each row.
            self.news.floor = Some(sweep.since);
            self.news.seen.clear();
        }
        Ok(())
    }

    pub(crate) fn unseen(&mut self, store: &dyn Store, sweep: &Sweep) -> Result<Share> {
        let known = self.known(store)?;
        let (places, of) = known.unseen(sweep);
        let mut wanted: HashSet<KeyId> =
            places.iter().take(Share::KEYS).map(|place| known.row(*place).key).collect();
        let mut keys = Vec::with_capacity(wanted.len());
        for pending in &self.news.rows {
            if wanted.remove(&KeyId::of(pending.key.as_str())) {
                keys.push(pending.key.clone());
            }
        }
        if !wanted.is_empty() {
            for source in self.sources(store, false)? {
                keys_of(&source, store, &mut wanted, |key| keys.push(Key::from(key)))?;
            }
        }
        Ok(Share::new(places.len() as u64, of, keys))
    }

    pub(crate) fn count_known(&mut self, store: &dyn Store, keys: &[Key]) -> Result<u64> {
        let known = self.known(store)?;
        let is_live =
            |key: &&Key| known.place(KeyId::of(key.as_str())).is_some_and(|place| known.row(place).is_live());
        Ok(keys.iter().filter(is_live).count() as u64)
    }

    /// As if nothing had seen its rows.
    pub(crate) fn forget_sightings(&mut self) {
        if let Some(known) = &mut self.known {
            known.forget_sightings();
        }
        self.news.seen.clear();
        self.news.floor = None;
    }

    /// Rows that are not gone, and that are.
    pub(crate) fn totals(&self) -> Option<(u64, u64)> {
        self.known.as_ref().map(|known| (known.live(), known.gone()))
    }

    /// When a row that is to be written was seen, and the hash of what it holds.
    pub(crate) fn seen_and_hash(&self, place: usize) -> (u64, u64) {
        self.known.as_ref().map_or((0, 0), |known| {
            let row = known.row(place);
            (row.seen().get(), row.hash)
        })
    }

    /// What was seen and has not changed, by key.
    pub(crate) fn sightings(&self) -> Vec<(KeyId, Stamp)> {
        let Some(known) = &self.known else { return Vec::new() };
        let rows = self.news.seen.iter().map(|place| known.row(*place as usize));
        let mut sightings: Vec<(KeyId, Stamp)> =
            rows.filter(|row| row.is_live()).map(|row| (row.key, row.seen())).collect();
        sightings.sort_unstable();
        sightings
    }

    /// The floor that a commit lays.
    pub(crate) fn floor(&self, commit: u64) -> Option<Floor> {
        self.news.floor.map(|seen| Floor { seen, commit })
    }

    /// Forgets what has come since the last commit, and what takes memory.
    pub(crate) fn rest(&mut self) {
        (self.news, self.known) = (News::default(), None);
    }

    /// The file that was fetched is another by now.
    pub(crate) fn forget_fetched(&mut self) {
        self.fetched = None;
    }
}

/// A record that holds its key and nothing else.
fn key_only(key: &Key, key_fields: &[String]) -> String {
    let parts = key.parts(key_fields.len());
    let fields = key_fields.iter().cloned().zip(parts.into_iter().map(Into::into));
    serde_json::Value::Object(fields.collect()).to_string()
}
