//! The capture of a list operation: one listing, one stream, or two where the records of one are embedded in those
//! of the other.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use ashby_client::{Page, split_usable};
use async_trait::async_trait;
use capture_core::{
    Batch, Belongings, Capture, Error, ErrorKind, Key, Part, Purpose, Record, Result, Step, StreamDescriptor,
};
use futures_util::stream::{self, StreamExt, TryStreamExt};
use json_slices::Prefix;

use crate::earlier::Earlier;
use crate::listing::{Arrived, Listing, Turned};
use crate::record::{Assembled, Gaps, Owner, assemble, count, key_fields};
use crate::reread::{Single, filter, pages_within};
use crate::table::{Plan, Refresh, Row, STREAMS};
use crate::walk::{Tally, Walk};

/// How many records below the newest known one a listing that goes newest first still looks at: one may appear there
/// late. Less than a page, so that a quiet stream costs one request.
const BEYOND: u64 = 50;

/// Records whose belongings are listed side by side.
const SCOPES_AT_ONCE: usize = 4;

/// Walks a listing and hands out the records of `rows`.
pub(crate) struct ListCapture {
    walk: Walk,
    rows: Vec<&'static Row>,
    descriptors: Vec<Arc<StreamDescriptor>>,
    listing: Listing,
    /// The request to which a token alone belongs.
    bare: Option<String>,
    tally: Tally,
    /// Tokens with which it has gone on.
    earlier: Earlier,
    /// The listing is complete and its last batch handed out.
    complete: bool,
}

/// A page's records by stream.
struct Sorted {
    parts: Vec<Part>,
    arrived: Arrived,
}

impl ListCapture {
    pub(crate) fn new(
        walk: Walk,
        rows: Vec<&'static Row>,
        descriptors: Vec<Arc<StreamDescriptor>>,
        listing: Listing,
        bare: Option<String>,
        notes: Vec<String>,
    ) -> Self {
        let tally = Tally { requests: 0, notes };
        // How old a saved token is nobody knows: to go back to it may mean to list a month again.
        let earlier = Earlier::default();
        Self { walk, rows, descriptors, listing, bare, tally, earlier, complete: false }
    }

    /// Turns a page into one part a stream.
    fn sort(&mut self, page: Page) -> Result<Sorted> {
        let Assembled { records, unusable } = self.walk.records(&self.listing, &page);
        self.tally.note_unusable(&unusable, &format!("a page of {}", self.walk.row.operation));
        let mut arrived = Arrived {
            next: page.next_cursor,
            token: page.sync_token,
            records: u32::try_from(records.len()).unwrap_or(u32::MAX),
            unusable: count(&unusable),
            ..Arrived::default()
        };
        if self.walk.refresh == Refresh::NewestFirst
            && self.listing.reaches(records.iter().map(|record| record.key.as_str()), BEYOND)
        {
            arrived.next = None;
        }
        let (parts, gaps) = self.parts(records)?;
        self.tally.note_unusable(&gaps.unusable, &format!("what records of {} embed", self.walk.row.name));
        (arrived.hollow, arrived.embedded_unusable) = (gaps.hollow, count(&gaps.unusable));
        Ok(Sorted { parts, arrived })
    }

    /// One part a stream, and what is missing in what the records embed.
    fn parts(&self, records: Vec<Record>) -> Result<(Vec<Part>, Gaps)> {
        let mut parts = Vec::with_capacity(self.rows.len());
        let (mut own, mut gaps) = (None, Gaps::default());
        for (stream, row) in self.rows.iter().enumerate() {
            match row.plan {
                Plan::Embedded { array, .. } => {
                    let (embedded, scopes) = embedded(row, array, self.walk.row, &records)?;
                    gaps = scopes.gaps;
                    parts.push(Part::new(stream, embedded).whole_scopes(scopes.whole));
                }
                Plan::List(_) | Plan::PerParent { .. } => own = Some(stream),
            }
        }
        if let Some(stream) = own {
            parts.push(Part::new(stream, records));
        }
        Ok((parts, gaps))
    }

    /// Takes down what records say of others that belong to them.
    fn note_belongings(&self, parts: &mut [Part]) {
        for part in parts {
            let row = self.rows[part.stream];
            for (stream, member) in listed_in(row.name) {
                part.belongings
                    .extend(part.records.iter().filter_map(|record| belongings(record, stream, member)));
            }
        }
    }

    fn batch(&mut self, parts: Vec<Part>) -> Result<Step> {
        let mut batch = Batch::new(parts, self.listing.to_checkpoint(self.bare.as_deref())?);
        (batch.requests, batch.notes) = (self.tally.requests, std::mem::take(&mut self.tally.notes));
        self.tally.requests = 0;
        Ok(Step::Batch(batch))
    }

    /// Says of each part whether the listing begins and how it ends with it.
    fn mark(&self, parts: &mut [Part], turned: &Turned) {
        for part in parts {
            let is_embedded = matches!(self.rows[part.stream].plan, Plan::Embedded { .. });
            part.begins = turned.begins;
            let (ends, unusable) = if is_embedded {
                (&turned.embedded_ends, turned.unusable + turned.embedded_unusable)
            } else {
                (&turned.ends, turned.unusable)
            };
            part.ends.clone_from(ends);
            part.set_aside = part.ends.as_ref().map(|_| u64::from(unusable));
        }
    }
}

/// Streams all of whose records are named by those of this one to which they belong, and the members that do so.
fn listed_in(row: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    STREAMS.iter().filter_map(move |other| {
        let owner = other.owner.filter(|owner| owner.stream == row)?;
        Some((other.name, owner.listed_in?))
    })
}

/// What a record says of those that belong to it; nothing, if the list is not there or not one of keys.
fn belongings(record: &Record, stream: &str, member: &str) -> Option<Belongings> {
    let list = json_slices::find(record.body()?, &[member]).ok()??;
    let keys: Vec<String> = json_slices::read(list).ok()?;
    let keys = keys.into_iter().map(Key::from).collect();
    Some(Belongings::new(stream, Key::from(record.key.as_str()), keys))
}

/// Records that are named as the owners of others.
struct Scopes {
    /// Those whose others are all known.
    whole: Vec<Key>,
    /// What is missing in those of others.
    gaps: Gaps,
}

/// The records that are embedded in others. Of an owner that comes twice in a page the later copy counts.
fn embedded(row: &Row, array: &str, within: &Row, records: &[Record]) -> Result<(Vec<Record>, Scopes)> {
    let fields = key_fields(row, None);
    let nothing = Prefix::new([]);
    let newest: HashMap<&Key, usize> =
        records.iter().enumerate().map(|(index, record)| (&record.key, index)).collect();
    let mut found = Vec::new();
    let mut scopes = Scopes { whole: Vec::with_capacity(records.len()), gaps: Gaps::default() };
    for (index, record) in records.iter().enumerate() {
        let Some(body) = record.body().filter(|_| newest[&record.key] == index) else { continue };
        let split = split_usable(body, &[array], &fields).map_err(|error| {
            Error::new(ErrorKind::Data, format!("cannot read {array} of a record of {}", within.name))
                .with_source(error)
        })?;
        // Without the array nothing was said of what the record embeds: it need not be gone.
        let Some(split) = split else {
            scopes.gaps.hollow = true;
            continue;
        };
        let owner = Owner { key: &record.key, field: None, prefix: &nothing };
        let Assembled { records, unusable } = assemble(row, &split, Some(owner));
        found.extend(records);
        if unusable.is_empty() {
            scopes.whole.push(record.key.clone());
        }
        scopes.gaps.unusable.extend(unusable);
    }
    Ok((found, scopes))
}

#[async_trait]
impl Capture for ListCapture {
    fn streams(&self) -> &[Arc<StreamDescriptor>] {
        &self.descriptors
    }

    async fn next(&mut self) -> Result<Step> {
        self.walk.take_failure()?;
        if std::mem::take(&mut self.complete) {
            self.walk.forget_cursors();
            return Ok(Step::UpToDate { requests: 0 });
        }
        let looked_back = self.listing.looks_back();
        let page = self.walk.next_page(&mut self.listing, &mut self.tally).await?;
        if looked_back && !self.listing.looks_back() {
            // Ashby has refused one of them, or too much has changed since.
            self.earlier.forget();
        }
        let Some(page) = page else { return self.batch(Vec::new()) };
        let lists_changes = self.listing.lists_changes();
        // Its request may be another one.
        if !lists_changes {
            self.earlier.forget();
        }
        let Sorted { mut parts, arrived } = self.sort(page).inspect_err(|_| self.walk.forget_cursors())?;
        let turned = self.listing.page(self.walk.refresh, arrived);
        self.complete = turned.ends.is_some() && !turned.is_to_be_confirmed;
        if let Some(token) = self.listing.token().filter(|_| self.complete) {
            self.earlier.note(token);
        }
        if self.complete {
            self.walk.has_time_no_more();
        }
        if turned.is_to_be_confirmed {
            self.walk.forget_cursors();
        }
        if turned.has_no_token && !self.walk.row.experimental {
            self.tally.note("Ashby gave no sync token: the next run lists everything again");
        }
        // A listing of everything shows by itself what is gone.
        if lists_changes {
            self.note_belongings(&mut parts);
        }
        self.mark(&mut parts, &turned);
        self.batch(parts)
    }

    fn list_again(&mut self) -> bool {
        if self.walk.refresh == Refresh::Snapshot || self.listing.lists_everything() {
            return false;
        }
        self.listing.forget();
        self.walk.forget_cursors();
        self.walk.has_time();
        self.complete = false;
        true
    }

    fn look_back(&mut self, span: Duration) -> bool {
        self.earlier.before(span).is_some_and(|token| self.listing.look_back(token))
    }

    fn rereads(&self, stream: usize) -> bool {
        self.rows.get(stream).is_some_and(|row| Single::of(row).is_some())
    }

    async fn reread(&mut self, stream: usize, keys: &[Key], purpose: Purpose) -> Result<Batch> {
        let row = self.rows.get(stream).copied();
        let single = row.and_then(Single::of).ok_or_else(|| {
            Error::new(ErrorKind::Unsupported, "records of this stream cannot be read one by one")
        })?;
        let (records, requests) = single.read(&self.walk.source, keys, purpose).await?;
        let checkpoint = self.listing.to_checkpoint(self.bare.as_deref())?;
        let mut parts = vec![Part::new(stream, records)];
        if purpose == Purpose::Refresh {
            self.note_belongings(&mut parts);
        }
        let mut batch = Batch::new(parts, checkpoint);
        batch.requests = requests;
        Ok(batch)
    }

    fn rereads_within(&self, _: usize) -> bool {
        filter(self.walk.row).is_some()
    }

    async fn reread_within(&mut self, _: usize, scopes: &[Key]) -> Result<Batch> {
        let row = self.walk.row;
        let parameter = filter(row).ok_or_else(|| {
            let message = format!("{} cannot be listed by what they belong to", row.name);
            Error::new(ErrorKind::Unsupported, message)
        })?;
        let source = &self.walk.source;
        let lists = stream::iter(scopes.to_vec())
            .map(|owner| async move { pages_within(source, row, parameter, &owner).await });
        let lists: Vec<Vec<Page>> = lists.buffered(SCOPES_AT_ONCE).try_collect().await?;
        let (mut records, mut requests, mut whole) = (Vec::new(), 0, Vec::new());
        for (pages, owner) in lists.into_iter().zip(scopes) {
            let mut is_whole = true;
            for page in pages {
                requests += page.requests;
                let assembled = assemble(row, page.split(), None);
                // What was asked for is what came, or else the question was not understood.
                is_whole &= assembled.unusable.is_empty()
                    && assembled.records.iter().all(|record| record.scope.as_ref() == Some(owner));
                records.extend(assembled.records);
            }
            whole.extend(is_whole.then(|| owner.clone()));
        }
        let (mut parts, _) = self.parts(records)?;
        for part in &mut parts {
            if matches!(self.rows[part.stream].plan, Plan::List(_)) {
                part.whole_scopes.clone_from(&whole);
            }
        }
        let mut batch = Batch::new(parts, self.listing.to_checkpoint(self.bare.as_deref())?);
        batch.requests = requests;
        Ok(batch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::row;

    fn schedules(json: &str) -> Vec<Record> {
        let row = row("interview_schedules").unwrap();
        let body = format!(r#"{{"success":true,"results":[{json}]}}"#);
        let page = Page::from_body(row.operation, body.into(), &key_fields(row, None)).unwrap();
        assemble(row, page.split(), None).records
    }

    /// Keys of the events and of the schedules whose events are all known, and whether there are others.
    fn events(json: &str) -> (Vec<String>, Vec<String>, bool) {
        let (row, within) = (row("interview_events").unwrap(), row("interview_schedules").unwrap());
        let (records, scopes) = embedded(row, "interviewEvents", within, &schedules(json)).unwrap();
        let text = |key: &Key| key.as_str().to_owned();
        let keys = records.iter().map(|record| text(&record.key)).collect();
        (keys, scopes.whole.iter().map(text).collect(), !scopes.gaps.is_empty())
    }

    #[test]
    fn i4_a_record_without_the_array_says_nothing_of_what_it_embeds() {
        let (keys, whole, is_partial) = events(
            r#"{"id":"absent"},{"id":"null","interviewEvents":null},{"id":"none","interviewEvents":[]},
               {"id":"one","interviewEvents":[{"id":"e1"}]}"#,
        );
        assert_eq!((keys, whole, is_partial), (vec!["e1".into()], vec!["none".into(), "one".into()], true));
    }

    #[test]
    fn of_a_record_that_comes_twice_the_later_copy_counts() {
        let (keys, whole, is_partial) = events(
            r#"{"id":"s","interviewEvents":[{"id":"e1"},{"id":"e2"}]},{"id":"t","interviewEvents":[]},
               {"id":"s","interviewEvents":[{"id":"e2"}]}"#,
        );
        assert_eq!((keys, whole, is_partial), (vec!["e2".into()], vec!["t".into(), "s".into()], false));
    }
}
