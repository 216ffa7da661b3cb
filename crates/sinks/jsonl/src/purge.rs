//! Taking lines out of files for good: each file that holds some of them is written anew without.
//!
//! The last line of a record that is gone says so and holds its key only. It stays, for whoever reads the file from where
//! they left off; all lines before it go. Files that were put aside within the directory (`jobs.jsonl.1`) are read, too.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader, BufWriter, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use capture_core::{
    Account, FileStateStore, Gone, Held, Key, Ledger as _, Locking, Purge, Purging, Record, Removal, Removed,
    Result, Stamp, StateStore as _, StateUpdate, StreamDescriptor, Watermark, Write, chosen, private_file,
};
use capture_ledger::SqliteLedger;
use jiff::Timestamp;
use json_slices::{Text, members};

use crate::directory::{marks, state_path};
use crate::failure::storage;
use crate::line::{push_key, push_reason};
use crate::mark::{Fate, Mark};
use crate::stream_file::file_in;

/// A directory that is taken for it.
pub(crate) struct Purger {
    directory: PathBuf,
    purge: Purge,
    descriptors: Vec<Arc<StreamDescriptor>>,
    ledger: SqliteLedger,
    /// Of the current files.
    marks: BTreeMap<String, Mark>,
    /// What goes, once it was looked for.
    found: Option<BTreeMap<String, Found>>,
    /// Declared after the ledger, which its lock guards.
    store: FileStateStore,
    is_loaded: bool,
}

/// The files of a stream, the current one last, and the records in them that go.
#[derive(Default)]
struct Found {
    files: Vec<(PathBuf, u64)>,
    keys: BTreeSet<Key>,
    /// Of those records whose earlier lines go only, where the newest stands: in which file, and in which line.
    newest: HashMap<Key, (usize, u64)>,
    removed: Removed,
}

/// What a line says.
struct Line {
    key: Key,
    is_gone: bool,
    since: Option<Timestamp>,
}

impl Purger {
    pub(crate) fn new(
        directory: &Path,
        locking: Locking,
        purge: Purge,
        streams: &[Arc<StreamDescriptor>],
    ) -> Self {
        let state = state_path(directory);
        Self {
            directory: directory.to_owned(),
            purge,
            descriptors: streams.to_vec(),
            ledger: SqliteLedger::beside(&state),
            marks: BTreeMap::new(),
            found: None,
            store: FileStateStore::new(state).with_locking(locking),
            is_loaded: false,
        }
    }

    /// Takes the directory, once.
    async fn load(&mut self) -> Result<()> {
        if !self.is_loaded {
            self.store.load().await?;
            let account = self.ledger.load().await?;
            if let Some(Account { watermark: Some(watermark), .. }) = &account {
                self.marks = marks(watermark)?;
            }
            self.is_loaded = true;
        }
        Ok(())
    }

    /// Every file that holds lines of a stream, with how much of it counts; those put aside first, by age.
    fn files_of(&self, stream: &str) -> Result<Vec<(PathBuf, u64)>> {
        let current = file_in(&self.directory, stream)?;
        let read = |error| storage("read", &self.directory, error);
        let prefix = format!("{stream}.");
        let mut files = Vec::new();
        for entry in fs::read_dir(&self.directory).map_err(read)? {
            let path = entry.map_err(read)?.path();
            let is_of_it = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&prefix));
            if is_of_it && path != current && is_lines(&path) {
                let found = fs::metadata(&path).map_err(read)?;
                files.push((found.modified().ok(), path, found.len()));
            }
        }
        files.sort();
        let mut files: Vec<_> = files.into_iter().map(|(_, path, length)| (path, length)).collect();
        match fs::metadata(&current) {
            Ok(found) if found.is_file() => {
                // What an earlier run had not committed is taken back by the next one: it counts no more.
                let committed = match self.marks.get(stream) {
                    Some(mark) if mark.fate(&current, &[]).map_err(read)? == Fate::Whole => mark.length,
                    _ => found.len(),
                };
                files.push((current, committed));
            }
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(read(error)),
        }
        Ok(files)
    }

    fn find(&mut self) -> Result<()> {
        if self.found.is_some() {
            return Ok(());
        }
        let mut found = BTreeMap::new();
        for stream in self.descriptors.iter().filter(|stream| self.purge.concerns(&stream.name)) {
            let files = self.files_of(&stream.name)?;
            if !files.is_empty() {
                found.insert(stream.name.clone(), Found { files, ..Found::default() });
            }
        }
        let descriptors = self.descriptors.clone();
        let key_of = |name: &str| {
            descriptors
                .iter()
                .find(|stream| stream.name == name)
                .map(|stream| &stream.key[..])
                .unwrap_or_default()
        };
        if let Some(choose) = self.purge.chooser() {
            let keys = chosen(choose, |show| {
                for (name, of) in &found {
                    for (path, length) in &of.files {
                        each_line(path, *length, |text| {
                            if let Some(line) = read_line(text, key_of(name)).filter(|line| !line.is_gone) {
                                show(&Held::new(name, line.key.as_str(), text));
                            }
                        })?;
                    }
                }
                Ok::<_, capture_core::Error>(())
            })?;
            for (name, keys) in keys {
                found.entry(name).or_default().keys = keys;
            }
        }
        for (name, of) in &mut found {
            of.look(&self.purge, key_of(name))?;
        }
        self.found = Some(found);
        Ok(())
    }

    async fn take_out(&mut self) -> Result<()> {
        let found = self.found.take().unwrap_or_default();
        let mut update = StateUpdate::default();
        let mut stamps = BTreeMap::new();
        let nothing = Found::default();
        for stream in self.descriptors.clone() {
            let of = found.get(&stream.name);
            let of = match of.filter(|of| of.removed.lines > 0) {
                Some(of) => of,
                // Its files may have gone in a purge that was cut off, before what is known of it.
                None if matches!(self.purge, Purge::Streams(_)) && self.purge.concerns(&stream.name) => {
                    of.unwrap_or(&nothing)
                }
                None => continue,
            };
            let current = file_in(&self.directory, &stream.name)?;
            match &self.purge {
                Purge::Streams(_) => {
                    for (path, _) in &of.files {
                        fs::remove_file(path).map_err(|error| storage("remove", path, error))?;
                    }
                    self.marks.remove(&stream.name);
                    self.ledger.forget(&stream).await?;
                    update.streams.insert(stream.name.clone(), None);
                    stamps.insert(stream.name.clone(), None);
                }
                purge => {
                    let erases = matches!(purge, Purge::Chosen(_));
                    for (number, (path, length)) in of.files.iter().enumerate() {
                        let end = if erases && *path == current { &of.keys } else { &BTreeSet::new() };
                        let goes = |line: &Line, place: u64| {
                            let newest = of.newest.get(&line.key);
                            of.keys.contains(&line.key)
                                && newest.map_or(erases || !line.is_gone, |newest| *newest != (number, place))
                        };
                        rewrite(path, *length, &stream, goes, end)?;
                    }
                    if current.exists() {
                        let file = File::open(&current).map_err(|error| storage("open", &current, error))?;
                        let length = file.metadata().map_err(|error| storage("read", &current, error))?.len();
                        match length {
                            0 => self.marks.remove(&stream.name),
                            _ => self.marks.insert(
                                stream.name.clone(),
                                Mark::of(&file, length).map_err(|error| storage("read", &current, error))?,
                            ),
                        };
                    }
                    if erases {
                        let gone =
                            of.keys.iter().map(|key| Record::gone(key.clone(), Gone::Erased)).collect();
                        self.ledger.sift(&mut Write::new(Arc::clone(&stream), Stamp::NEVER, gone)).await?;
                    }
                }
            }
        }
        let marks = serde_json::to_value(&self.marks).unwrap_or_default();
        self.ledger.commit(Some(&Watermark(marks)), &stamps).await?;
        if !update.is_empty() {
            self.store.save(&update).await?;
        }
        self.ledger.close().await?;
        private_file::sync_directory(&self.directory).map_err(|error| storage("sync", &self.directory, error))
    }

    /// Files that are neither a stream's nor ours.
    fn unread(&self) -> Result<Vec<String>> {
        let read = |error| storage("read", &self.directory, error);
        let known: BTreeSet<&PathBuf> = self
            .found
            .iter()
            .flat_map(|found| found.values())
            .flat_map(|of| of.files.iter().map(|(path, _)| path))
            .collect();
        let is_stream =
            |name: &str| self.descriptors.iter().any(|stream| name == format!("{}.jsonl", stream.name));
        let mut unread = Vec::new();
        for entry in fs::read_dir(&self.directory).map_err(read)? {
            let path = entry.map_err(read)?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let is_ours = name.starts_with('.') || name == "state.json" || is_stream(&name);
            if !is_ours && !known.contains(&path) && !self.is_put_aside(&name, &path) {
                unread.push(name);
            }
        }
        unread.sort();
        Ok(unread)
    }

    fn is_put_aside(&self, name: &str, path: &Path) -> bool {
        let is_of_it = |stream: &Arc<StreamDescriptor>| name.starts_with(&format!("{}.", stream.name));
        self.descriptors.iter().any(is_of_it) && is_lines(path)
    }
}

impl Found {
    /// Which records go, and how many lines that is.
    fn look(&mut self, purge: &Purge, key: &[String]) -> Result<()> {
        // The newest line of each record, and how many lines hold more than its key.
        let mut records: HashMap<Key, (bool, Option<Timestamp>, u64, u64)> = HashMap::new();
        let leaves_newest = matches!(purge, Purge::Earlier(_));
        for (number, (path, length)) in self.files.iter().enumerate() {
            let mut place = 0;
            each_line(path, *length, |text| {
                if let Some(line) = read_line(text, key) {
                    if leaves_newest && self.keys.contains(&line.key) {
                        self.newest.insert(line.key.clone(), (number, place));
                    }
                    let (is_gone, since, full, all) = records.entry(line.key).or_default();
                    (*is_gone, *since) = (line.is_gone, line.since);
                    *full += u64::from(!line.is_gone);
                    *all += 1;
                }
                place += 1;
            })?;
        }
        if leaves_newest {
            let lines = |key: &Key| records.get(key).map_or(0, |(_, _, _, all)| all - 1);
            self.removed.lines = self.keys.iter().map(lines).sum();
            return Ok(());
        }
        for (key, (is_gone, since, full, all)) in records {
            let goes = match purge {
                Purge::Gone { before, .. } => {
                    let is_old = before.is_none_or(|before| since.is_some_and(|since| since < before));
                    is_gone && is_old && full > 0
                }
                Purge::Streams(_) => true,
                _ => self.keys.contains(&key),
            };
            if !goes {
                continue;
            }
            match is_gone {
                true => self.removed.gone += 1,
                false => self.removed.live += 1,
            }
            self.removed.lines += if matches!(purge, Purge::Streams(_)) { all } else { full };
            self.keys.insert(key);
        }
        Ok(())
    }
}

#[async_trait]
impl Purging for Purger {
    async fn removal(&mut self) -> Result<Removal> {
        self.load().await?;
        self.find()?;
        let mut removal = Removal::default();
        for (name, of) in self.found.iter().flatten().filter(|(_, of)| of.removed.lines > 0) {
            removal.streams.insert(name.clone(), of.removed);
        }
        removal.unread = self.unread()?;
        Ok(removal)
    }

    async fn going(&mut self, stream: &str) -> Result<BTreeSet<Key>> {
        self.load().await?;
        self.find()?;
        let found = self.found.iter().flatten().find(|(name, _)| *name == stream);
        Ok(found.map(|(_, of)| of.keys.clone()).unwrap_or_default())
    }

    async fn carry_out(&mut self) -> Result<()> {
        self.load().await?;
        self.find()?;
        self.take_out().await
    }

    fn files(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(&self.directory).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).filter(|path| path.is_file()).collect()
    }
}

/// Whether a file begins with a line of JSON; one that was compressed does not.
fn is_lines(path: &Path) -> bool {
    let first = || {
        let mut first = [0];
        File::open(path).and_then(|mut file| file.read_exact(&mut first)).map(|()| first[0])
    };
    fs::metadata(path).is_ok_and(|found| found.is_file()) && first().is_ok_and(|first| first == b'{')
}

/// Shows the whole lines of the first `length` bytes, without their ends.
fn each_line(path: &Path, length: u64, mut show: impl FnMut(&[u8])) -> Result<()> {
    let mut read = || -> io::Result<()> {
        let mut reader = BufReader::new(File::open(path)?.take(length));
        let mut line = Vec::new();
        while reader.read_until(b'\n', &mut line)? > 0 {
            show(line.strip_suffix(b"\n").unwrap_or(&line));
            line.clear();
        }
        Ok(())
    };
    read().map_err(|error| storage("read", path, error))
}

fn read_line(text: &[u8], fields: &[String]) -> Option<Line> {
    let mut parts: Vec<Option<Bytes>> = vec![None; fields.len()];
    let (mut is_gone, mut since) = (false, None);
    let take = |name: Text<'_>, value: &[u8]| {
        let Some(name) = name.exact() else { return };
        let text = || Text::of(value).and_then(|text| text.exact().map(|text| text.into_owned()));
        match &*name {
            "_deleted" => is_gone |= value == b"true",
            "_deleted_at" => since = text().and_then(|text| text.parse().ok()),
            _ => {}
        }
        if let Some(index) = fields.iter().position(|field| *field == name) {
            parts[index] = match Text::of(value) {
                Some(_) => text().map(Bytes::from),
                None => Some(Bytes::copy_from_slice(value)),
            };
        }
    };
    members(text, take).ok()?;
    let key = Key::from_parts(&parts.into_iter().collect::<Option<Vec<_>>>()?).ok()?;
    Some(Line { key, is_gone, since })
}

/// Writes a file anew without the lines that go, which are told with their places, from 0; then a line for each of `end`,
/// which says that it was erased.
fn rewrite(
    path: &Path,
    length: u64,
    stream: &StreamDescriptor,
    goes: impl Fn(&Line, u64) -> bool,
    end: &BTreeSet<Key>,
) -> Result<()> {
    let mut place = 0;
    let written = private_file::replace_with(path, |staged| {
        let mut staged = BufWriter::new(staged);
        let mut result = Ok(());
        let kept = each_line(path, length, |text| {
            let goes = read_line(text, &stream.key).is_some_and(|line| goes(&line, place));
            place += 1;
            if !goes && result.is_ok() {
                result = staged.write_all(text).and_then(|()| staged.write_all(b"\n"));
            }
        });
        kept.map_err(io::Error::other)?;
        result?;
        for key in end {
            let mut line = vec![b'{'];
            push_key(&mut line, &stream.key, key);
            line.extend_from_slice(br#","_deleted":true"#);
            push_reason(&mut line, ["_deleted_why", "_deleted_at", "_merged_into"], &Gone::Erased);
            line.extend_from_slice(b"}\n");
            staged.write_all(&line)?;
        }
        staged.flush()
    });
    written.map_err(|error| storage("write", path, error))
}
