//! What is done to a destination between runs: files made fewer, rows and streams taken out.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use capture_core::{Gone, Key, Record, Result, Stamp, StateUpdate, StreamDescriptor, Write};

use crate::compaction;
use crate::family::Compacted;
use crate::files;
use crate::known::KeyId;
use crate::merge::only;
use crate::reading::{Source, text, texts};
use crate::schema::{self, Of};
use crate::session::Session;
use crate::store::Store;
use crate::stream::Stream;
use crate::writing::Writer;

/// See [`compact`](crate::compact).
pub(crate) fn compact(store: &Arc<dyn Store>, lease: Duration) -> Result<Compacted> {
    let mut session = Session::new(Arc::clone(store), lease, false);
    session.load()?;
    session.repair()?;
    session.remove_strays()?;
    let count = || -> Result<u64> {
        Ok(store.list(files::CHANGES)?.iter().filter(|path| files::change_of(path).is_some()).count() as u64)
    };
    let files_before = count()?;
    let mut streams: BTreeSet<String> = session.stand(true)?.into_iter().collect();
    for name in session.document()?.streams.into_keys() {
        if session.make_fewer(&name)? {
            streams.insert(name);
        }
    }
    let files_after = count()?;
    session.close()?;
    Ok(Compacted { streams, files_before, files_after })
}

/// A row of a file of changes.
struct Change<'a> {
    key: &'a str,
    /// As it came.
    exact: &'a str,
    why: Option<&'a str>,
}

/// How records stand, by hashes of their keys and of themselves.
#[derive(Default)]
pub(crate) struct Newest(HashMap<KeyId, KeyId>);

impl Newest {
    /// Whether a record stands so.
    pub(crate) fn is(&self, key: &str, exact: &str) -> bool {
        self.0.get(&KeyId::of(key)) == Some(&KeyId::of(exact))
    }
}

impl Session {
    /// Puts a stream's old files of changes together, those of each day.
    fn make_fewer(&mut self, name: &str) -> Result<bool> {
        let store = self.store();
        let Some(mut stream) = self.by_name(name)? else { return Ok(false) };
        let changes = compaction::all_changes(&*store, &stream.folder)?;
        let mut obsolete = compaction::fewer(&mut stream, changes, &*store, self.hold()?)?;
        if obsolete.is_empty() {
            return Ok(false);
        }
        self.hold()?.save(|document| document.obsolete.append(&mut obsolete))?;
        self.hold()?.clear_away(&*store)?;
        Ok(true)
    }

    /// A stream as the state has it.
    fn by_name(&self, name: &str) -> Result<Option<Stream>> {
        let document = self.document()?;
        let of = |files| Stream::new(&Arc::new(StreamDescriptor::new(name, ["id"])), Some(files));
        Ok(document.streams.get(name).map(of))
    }

    /// The file of a stream as it stands.
    pub(crate) fn standing(&self, name: &str) -> Result<Option<Source>> {
        match self.by_name(name)? {
            Some(stream) if stream.files.current.is_some() => {
                Source::whole(&*self.store(), &files::current(&stream.folder)).map(Some)
            }
            _ => Ok(None),
        }
    }

    /// Every file of changes of a stream.
    pub(crate) fn files_of_changes(&self, name: &str) -> Result<Vec<Source>> {
        let (store, folder) = (self.store(), files::folder(name));
        let changes = compaction::all_changes(&*store, &folder)?;
        changes
            .iter()
            .map(|change| Source::whole(&*store, &files::change(&folder, change.on, change.commit)))
            .collect()
    }

    /// Both.
    pub(crate) fn all_files(&self, name: &str) -> Result<Vec<Source>> {
        let mut all = self.files_of_changes(name)?;
        all.extend(self.standing(name)?);
        Ok(all)
    }

    /// Forgets streams, with all that is held of them.
    pub(crate) fn forget(&mut self, streams: &BTreeSet<String>) -> Result<()> {
        let update = StateUpdate::new(streams.iter().map(|name| (name.clone(), None)));
        self.commit(&update)?;
        let store = self.store();
        // From then on their files do not count, and whoever comes next removes what is left.
        self.hold()?.save(|document| document.streams.retain(|name, _| !streams.contains(name)))?;
        for name in streams {
            let folder = files::folder(name);
            let seen = format!("{}/seen/{folder}", files::OURS);
            for within in
                [format!("{}/{folder}", files::CHANGES), format!("{}/{folder}", files::CURRENT), seen]
            {
                for path in store.list(&within)? {
                    store.delete(&path)?;
                }
            }
        }
        Ok(())
    }

    /// Leaves nothing of these records but their keys, and that they were erased.
    pub(crate) fn erase(&mut self, descriptor: &Arc<StreamDescriptor>, keys: &BTreeSet<Key>) -> Result<()> {
        self.open(&[Arc::clone(descriptor)])?;
        let records = keys.iter().map(|key| Record::gone(key.clone(), Gone::Erased)).collect();
        self.write(&Write::new(Arc::clone(descriptor), Stamp::NEVER, records))?;
        self.commit(&StateUpdate::default())?;
        let ids: HashSet<KeyId> = keys.iter().map(|key| KeyId::of(key.as_str())).collect();
        self.rewrite_changes(&descriptor.name, &ids, |row| row.why == Some("erased"))?;
        // What stands has the records still; what is said of them since takes their place.
        self.stand(false).map(drop)
    }

    /// Takes out of all changes what these records were before.
    pub(crate) fn take_out_earlier(&mut self, name: &str, keys: &BTreeSet<Key>) -> Result<()> {
        let ids: HashSet<KeyId> = keys.iter().map(|key| KeyId::of(key.as_str())).collect();
        let newest = self.newest(name, |key| ids.contains(&KeyId::of(key)))?;
        self.rewrite_changes(name, &ids, |row| newest.is(row.key, row.exact))
    }

    /// How records stand that are meant.
    pub(crate) fn newest(&self, name: &str, is_meant: impl Fn(&str) -> bool) -> Result<Newest> {
        let store = self.store();
        let mut newest = Newest::default();
        let Some(source) = self.standing(name)? else { return Ok(newest) };
        for batch in source.few(&*store, &["_key", "_record", "_original"])? {
            let batch = batch?;
            let (keys, records, originals) =
                (texts(&batch, "_key")?, texts(&batch, "_record")?, texts(&batch, "_original")?);
            for row in (0..batch.num_rows()).filter(|row| is_meant(keys.value(*row))) {
                let exact = text(originals, row).unwrap_or_else(|| records.value(row));
                newest.0.insert(KeyId::of(keys.value(row)), KeyId::of(exact));
            }
        }
        Ok(newest)
    }

    /// Takes these rows out of everything.
    pub(crate) fn take_out(
        &mut self,
        descriptor: &Arc<StreamDescriptor>,
        ids: &HashSet<KeyId>,
    ) -> Result<()> {
        self.rewrite_changes(&descriptor.name, ids, |_| false)?;
        let name = descriptor.name.clone();
        let left = self.rewrite_standing(&name, ids)?;
        self.hold()?.save(|document| {
            if let (Some(stream), Some((live, gone))) = (document.streams.get_mut(&name), left) {
                (stream.live, stream.gone) = (live, gone);
            }
        })
    }

    /// Writes every file of changes anew that has one of these rows, without them, but for those that stay all the same.
    fn rewrite_changes(
        &self,
        name: &str,
        ids: &HashSet<KeyId>,
        stays: impl Fn(&Change<'_>) -> bool,
    ) -> Result<()> {
        let store = self.store();
        let Some(stream) = self.by_name(name)? else { return Ok(()) };
        let schema = schema::schema(stream.encoder.columns(), Of::Changes);
        for change in compaction::all_changes(&*store, &stream.folder)? {
            let path = files::change(&stream.folder, change.on, change.commit);
            let source = Source::whole(&*store, &path)?;
            if source.chosen(&*store, &schema, |key| ids.contains(&key))?.is_none() {
                continue;
            }
            let properties = schema::properties(name, stream.encoder.columns(), change.commit);
            let mut writer = Writer::new(&*store, &path, Arc::clone(&schema), properties)?;
            for batch in source.all(&*store, &schema)? {
                let batch = batch?;
                let (keys, why) = (texts(&batch, "_key")?, texts(&batch, "_deleted_why")?);
                let (records, originals) = (texts(&batch, "_record")?, texts(&batch, "_original")?);
                writer.write(&only(&batch, |row| {
                    let key = keys.value(row);
                    let exact = text(originals, row).unwrap_or_else(|| records.value(row));
                    !ids.contains(&KeyId::of(key)) || stays(&Change { key, exact, why: text(why, row) })
                })?)?;
            }
            self.hold()?.confirm()?;
            store.put(&path, writer.finish()?)?;
        }
        Ok(())
    }

    /// The same for the stream as it stands; how many rows are left that are not gone, and that are.
    fn rewrite_standing(&self, name: &str, ids: &HashSet<KeyId>) -> Result<Option<(u64, u64)>> {
        use arrow_array::Array as _;
        let store = self.store();
        let Some(stream) = self.by_name(name)? else { return Ok(None) };
        let Some(commit) = stream.files.current else { return Ok(None) };
        let path = files::current(&stream.folder);
        let schema = schema::schema(stream.encoder.columns(), Of::Current);
        let properties = schema::properties(name, stream.encoder.columns(), commit);
        let mut writer = Writer::new(&*store, &path, Arc::clone(&schema), properties)?;
        let (mut live, mut gone) = (0, 0);
        for batch in Source::whole(&*store, &path)?.all(&*store, &schema)? {
            let batch = batch?;
            let keys = texts(&batch, "_key")?;
            let left = only(&batch, |row| !ids.contains(&KeyId::of(keys.value(row))))?;
            let nulls = left.column_by_name("_deleted_at").map_or(0, |column| column.null_count());
            (live, gone) = (live + nulls as u64, gone + (left.num_rows() - nulls) as u64);
            writer.write(&left)?;
        }
        self.hold()?.confirm()?;
        store.put(&path, writer.finish()?)?;
        Ok(Some((live, gone)))
    }
}
