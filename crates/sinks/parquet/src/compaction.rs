//! Files of changes made fewer, and the stream as it stands made of them.

use std::collections::BTreeMap;

use arrow_schema::SchemaRef;
use capture_core::Result;
use jiff::civil::Date;

use crate::document::Change;
use crate::files;
use crate::hold::Hold;
use crate::merge::{Merge, Versions};
use crate::reading::{Batches, Source};
use crate::schema::{self, Of};
use crate::store::Store;
use crate::stream::Stream;
use crate::writing::Writer;

/// Files that are read side by side: each takes a megabyte or two.
const SIDE_BY_SIDE: usize = 16;

/// More files of a day than these are put together.
const FILES_OF_A_DAY: usize = 8;

/// Makes the stream as it stands out of what stood and the changes since then. On return that counts.
pub(crate) fn stream(stream: &mut Stream, store: &dyn Store, hold: &Hold) -> Result<()> {
    let Some(commit) = stream.files.changes.iter().map(|change| change.commit).max() else { return Ok(()) };
    let changes = stream.files.changes.clone();
    let mut obsolete = fewer(stream, changes, store, hold)?;
    current(stream, store, hold, commit)?;
    stream.files.current = Some(commit);
    stream.files.changes.clear();
    stream.forget_fetched();
    let (name, files) = (stream.descriptor.name.clone(), stream.files.clone());
    hold.save(|document| {
        document.streams.insert(name, files);
        document.obsolete.append(&mut obsolete);
    })?;
    hold.clear_away(store)
}

/// Makes it anew out of all that was ever brought.
pub(crate) fn anew(stream: &mut Stream, store: &dyn Store, hold: &Hold) -> Result<()> {
    stream.files.current = None;
    stream.files.changes = all_changes(store, &stream.folder)?;
    self::stream(stream, store, hold)
}

/// Every file of changes of a stream.
pub(crate) fn all_changes(store: &dyn Store, folder: &str) -> Result<Vec<Change>> {
    let paths = store.list(&format!("{}/{folder}", files::CHANGES))?;
    let found = paths.iter().filter_map(|path| files::change_of(path));
    let mut changes: Vec<Change> = found.map(|(_, on, commit)| Change { commit, on }).collect();
    changes.sort_unstable_by_key(|change| change.commit);
    Ok(changes)
}

/// Puts files of changes of one day together, if there are many, and says which are not needed then.
///
/// What is put together has the name of the newest of its files, and so takes its place at once. Until the others are
/// removed some rows are there twice, alike; which of them is read makes no difference.
pub(crate) fn fewer(
    stream: &mut Stream,
    mut changes: Vec<Change>,
    store: &dyn Store,
    hold: &Hold,
) -> Result<Vec<String>> {
    let mut obsolete = Vec::new();
    loop {
        let mut days: BTreeMap<Date, Vec<Change>> = BTreeMap::new();
        for change in &changes {
            days.entry(change.on).or_default().push(change.clone());
        }
        let Some((_, many)) = days.into_iter().find(|(_, files)| files.len() > FILES_OF_A_DAY) else {
            return Ok(obsolete);
        };
        for together in many.chunks(SIDE_BY_SIDE).filter(|together| together.len() > 1) {
            let Some(last) = together.last() else { continue };
            let path = |change: &Change| files::change(&stream.folder, change.on, change.commit);
            let mut sources = Vec::new();
            for change in together {
                sources.push(Source::whole(store, &path(change))?);
            }
            let schema = schema::schema(stream.encoder.columns(), Of::Changes);
            let batches = read(&sources, store, &schema)?;
            let properties =
                schema::properties(&stream.descriptor.name, stream.encoder.columns(), last.commit);
            let writer = Writer::new(store, &path(last), schema, properties)?;
            let spool = writer.filled(Merge::new(batches, Versions::All)?)?;
            hold.confirm()?;
            store.put(&path(last), spool)?;
            obsolete.extend(together.iter().filter(|change| *change != last).map(path));
            let gone: Vec<Change> = together[..together.len() - 1].to_vec();
            changes.retain(|change| !gone.contains(change));
            stream.files.changes.retain(|change| !gone.contains(change));
        }
    }
}

fn read(sources: &[Source], store: &dyn Store, schema: &SchemaRef) -> Result<Vec<Batches<'static>>> {
    sources.iter().map(|source| source.all(store, schema)).collect()
}

fn current(stream: &mut Stream, store: &dyn Store, hold: &Hold, commit: u64) -> Result<()> {
    let schema = schema::schema(stream.encoder.columns(), Of::Current);
    let name = stream.descriptor.name.clone();
    let mut sources = stream.sources(store, true)?;
    while sources.len() > SIDE_BY_SIDE {
        let some: Vec<Source> = sources.drain(..SIDE_BY_SIDE).collect();
        let path = "files for the time being";
        let properties = schema::properties(&name, stream.encoder.columns(), commit);
        let mut writer = Writer::new(store, path, SchemaRef::clone(&schema), properties)?;
        for batch in Merge::new(read(&some, store, &schema)?, Versions::Newest)? {
            writer.write(&batch?)?;
        }
        let blob =
            writer.finish()?.into_blob().map_err(|error| crate::reading::unreadable(store, path, error))?;
        sources.insert(0, Source::of_blob(path, blob));
    }
    let path = files::current(&stream.folder);
    let properties = schema::properties(&name, stream.encoder.columns(), commit);
    let mut writer = Writer::new(store, &path, SchemaRef::clone(&schema), properties)?;
    for batch in Merge::new(read(&sources, store, &schema)?, Versions::Newest)? {
        writer.write(&batch?)?;
    }
    let spool = writer.finish()?;
    // What guards it is not a condition: nothing tells a store which of two files is the later one.
    hold.confirm()?;
    store.put(&path, spool)
}
