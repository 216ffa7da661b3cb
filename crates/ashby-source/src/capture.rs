//! The capture of a list operation: one listing, one stream, or two where the records of one are embedded in those
//! of the other.

use std::sync::Arc;

use ashby_client::{Page, split_array};
use async_trait::async_trait;
use capture_core::{
    Batch, Capture, Completion, Error, ErrorKind, Key, Part, Record, Result, Step, StreamDescriptor,
};
use json_slices::Prefix;

use crate::listing::{Listing, to_checkpoint};
use crate::record::{Owner, assemble, key_fields};
use crate::table::{Plan, Refresh, Row};
use crate::walk::{Tally, Walk};

/// Walks a listing and hands out the records of `rows`.
pub(crate) struct ListCapture {
    walk: Walk,
    rows: Vec<&'static Row>,
    descriptors: Vec<Arc<StreamDescriptor>>,
    listing: Listing,
    tally: Tally,
    /// The listing is complete and its last batch handed out.
    complete: bool,
}

impl ListCapture {
    pub(crate) fn new(
        walk: Walk,
        rows: Vec<&'static Row>,
        descriptors: Vec<Arc<StreamDescriptor>>,
        listing: Listing,
        notes: Vec<String>,
    ) -> Self {
        Self { walk, rows, descriptors, listing, tally: Tally { requests: 0, notes }, complete: false }
    }

    /// Turns a page into one part a stream, and says whether it reached what is known already.
    fn parts(&mut self, page: &Page) -> Result<(Vec<Part>, bool)> {
        let mut records = assemble(self.walk.row, page.split(), None)?;
        let reached = match self.walk.refresh {
            Refresh::NewestFirst => self.listing.count_new(records.iter().map(|record| record.key.as_str())),
            Refresh::Token | Refresh::Snapshot => None,
        };
        let pass = self.listing.pass();
        let mut parts = Vec::with_capacity(self.rows.len());
        let mut own = None;
        for (stream, row) in self.rows.iter().enumerate() {
            match row.plan {
                Plan::Embedded { array, .. } => {
                    let (embedded, scopes) = self.embedded(row, array, &records)?;
                    if scopes.len() < records.len() {
                        self.listing.note_hollow();
                    }
                    let completion = (!scopes.is_empty()).then_some(Completion::Scopes(scopes));
                    parts.push(Part { stream, pass, records: embedded, completion });
                }
                Plan::List(_) | Plan::PerParent { .. } => own = Some(stream),
            }
        }
        if let Some(stream) = own {
            records.truncate(reached.unwrap_or(usize::MAX));
            parts.push(Part { stream, pass, records, completion: None });
        }
        Ok((parts, reached.is_some()))
    }

    fn embedded(&self, row: &Row, array: &str, records: &[Record]) -> Result<(Vec<Record>, Vec<Key>)> {
        let fields = key_fields(row, None);
        let nothing = Prefix::new([]);
        let mut found = Vec::new();
        let mut scopes = Vec::with_capacity(records.len());
        for record in records {
            let Some(body) = record.body() else { continue };
            let split = split_array(body, &[array], &fields).map_err(|error| {
                Error::new(
                    ErrorKind::Data,
                    format!("cannot read {array} of a record of {}", self.walk.row.name),
                )
                .with_source(error)
            })?;
            // Without the array nothing was said of what the record embeds: it need not be gone.
            let Some(split) = split else { continue };
            found.extend(assemble(
                row,
                &split,
                Some(Owner { key: &record.key, field: None, prefix: &nothing }),
            )?);
            scopes.push(record.key.clone());
        }
        Ok((found, scopes))
    }

    fn batch(&mut self, parts: Vec<Part>) -> Result<Step> {
        let checkpoint = to_checkpoint(&self.listing)?;
        let Tally { requests, notes } = std::mem::take(&mut self.tally);
        Ok(Step::Batch(Batch { parts, checkpoint, requests, notes, progress: None }))
    }
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
        let Some(page) = self.walk.next_page(&mut self.listing, &mut self.tally).await? else {
            return self.batch(Vec::new());
        };
        let (mut parts, reached) = self.parts(&page).inspect_err(|_| self.walk.forget_cursors())?;
        let has_token = page.sync_token.is_some();
        let progress = self.listing.page(page.next_cursor.filter(|_| !reached), page.sync_token);
        if progress.last {
            self.complete = true;
            let expects_token = self.walk.refresh == Refresh::Token && !self.walk.row.experimental;
            if expects_token && !has_token {
                let note = "Ashby gave no sync token: the next run lists everything again";
                self.tally.notes.push(note.to_owned());
            }
            if progress.full && self.walk.refresh != Refresh::NewestFirst {
                finish(&mut parts, &self.rows, self.listing.pass(), progress.hollow);
            }
        }
        self.batch(parts)
    }
}

/// The listing was of everything and this is its end. A part that already speaks of scopes keeps that for itself. If the
/// listing is `hollow`, nothing is said of records that are embedded in others.
fn finish(parts: &mut Vec<Part>, rows: &[&Row], pass: u64, hollow: bool) {
    for (stream, row) in rows.iter().enumerate() {
        if hollow && matches!(row.plan, Plan::Embedded { .. }) {
            continue;
        }
        match parts.iter_mut().find(|part| part.stream == stream && part.completion.is_none()) {
            Some(part) => part.completion = Some(Completion::Everything),
            None => parts.push(Part {
                stream,
                pass,
                records: Vec::new(),
                completion: Some(Completion::Everything),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use ashby_client::Client;

    use super::*;
    use crate::AshbySource;
    use crate::table::row;

    #[test]
    fn a_record_without_the_array_says_nothing_of_what_it_embeds() {
        let schedules = row("interview_schedules").unwrap();
        let source = AshbySource::new(Client::builder().api_key("key").build().unwrap());
        let rows = vec![row("interview_events").unwrap()];
        let walk = Walk::new(source, schedules, Refresh::Token);
        let mut capture = ListCapture::new(walk, rows, Vec::new(), Listing::new("a"), Vec::new());
        let body = r#"{"success":true,"results":[
            {"id":"absent"},{"id":"null","interviewEvents":null},{"id":"none","interviewEvents":[]},
            {"id":"one","interviewEvents":[{"id":"e1"}]}]}"#;
        let page = Page::from_body(schedules.operation, body.into(), &key_fields(schedules, None)).unwrap();
        let (parts, _) = capture.parts(&page).unwrap();
        let [Part { records, completion: Some(Completion::Scopes(scopes)), .. }] = &parts[..] else {
            panic!("one part with scopes")
        };
        assert_eq!(records.iter().map(|record| record.key.as_str()).collect::<Vec<_>>(), ["e1"]);
        assert_eq!(scopes.iter().map(Key::as_str).collect::<Vec<_>>(), ["none", "one"]);
    }

    #[test]
    fn a_full_listing_with_such_a_record_does_not_bury_what_it_embeds() {
        let rows = [row("interview_schedules").unwrap(), row("interview_events").unwrap()];
        for (hollow, complete) in [(false, vec![0, 1]), (true, vec![0])] {
            let mut listing = Listing::new("a");
            listing.begin(Refresh::Snapshot, 1);
            if hollow {
                listing.note_hollow();
            }
            // Also if it comes on an earlier page, and after a restart of the process.
            listing.page(Some("c".to_owned().into()), None);
            let mut listing: Listing =
                crate::listing::from_checkpoint("a", &to_checkpoint(&listing).unwrap()).unwrap();
            let progress = listing.page(None, None);
            let mut parts = Vec::new();
            finish(&mut parts, &rows, 1, progress.hollow);
            assert!(progress.last && progress.full);
            assert_eq!(parts.iter().map(|part| part.stream).collect::<Vec<_>>(), complete);
        }
    }
}
