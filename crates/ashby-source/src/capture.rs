//! The capture of a list operation: one listing, one stream, or two where the records of one are embedded in those
//! of the other.

use std::sync::Arc;

use ashby_client::{CycleGuard, ListRequest, Page, Recovery, split_array};
use async_trait::async_trait;
use capture_core::{
    Batch, Capture, Completion, Error, ErrorKind, Key, Part, Record, Result, Step, StreamDescriptor,
};

use crate::AshbySource;
use crate::clock::now_ms;
use crate::error::from_client;
use crate::listing::{Listing, to_checkpoint};
use crate::record::{Owner, assemble, key_fields};
use crate::request;
use crate::table::{Plan, Row, Refresh};

/// Lists `primary`'s operation and hands out the records of `rows`.
pub(crate) struct ListCapture {
    source: AshbySource,
    /// The stream whose operation is listed; not necessarily one that is captured.
    primary: &'static Row,
    refresh: Refresh,
    rows: Vec<&'static Row>,
    descriptors: Vec<Arc<StreamDescriptor>>,
    listing: Listing,
    guard: CycleGuard,
    /// The listing is complete and its last batch handed out.
    complete: bool,
    /// What the next call reports.
    failure: Option<Error>,
    notes: Vec<String>,
}

impl ListCapture {
    pub(crate) fn new(
        source: AshbySource,
        primary: &'static Row,
        refresh: Refresh,
        rows: Vec<&'static Row>,
        descriptors: Vec<Arc<StreamDescriptor>>,
        listing: Listing,
        notes: Vec<String>,
    ) -> Self {
        let guard = CycleGuard::new();
        Self { source, primary, refresh, rows, descriptors, listing, guard, complete: false, failure: None, notes }
    }

    /// Turns a page into one part a stream, and says whether it reached what is known already.
    fn parts(&mut self, page: &Page) -> Result<(Vec<Part>, bool)> {
        let mut records = assemble(self.primary, page.split(), None)?;
        let reached = match self.refresh {
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
        let mut found = Vec::new();
        let mut scopes = Vec::with_capacity(records.len());
        for record in records {
            let Some(body) = record.body() else { continue };
            let split = split_array(body, &[array], &fields).map_err(|error| {
                Error::new(ErrorKind::Data, format!("cannot read {array} of a record of {}", self.primary.name))
                    .with_source(error)
            })?;
            found.extend(assemble(row, &split, Some(Owner { key: &record.key, field: None, prefix: &[] }))?);
            scopes.push(record.key.clone());
        }
        Ok((found, scopes))
    }

    /// A token or a cursor is of no use any more: the listing starts again, or, when that has happened too often,
    /// the restart is handed out as a checkpoint and the failure after it. (A failure alone would leave the dead
    /// cursor in the saved checkpoint for ever.)
    fn restart(&mut self, recovery: Recovery, requests: &mut u32) -> Result<Option<Step>> {
        self.guard = CycleGuard::new();
        match self.listing.refused(recovery, now_ms()) {
            Ok(note) => {
                self.notes.push(note.to_owned());
                Ok(None)
            }
            Err(error) => {
                self.failure = Some(error);
                let requests = std::mem::take(requests);
                self.batch(Vec::new(), requests).map(Some)
            }
        }
    }

    fn batch(&mut self, parts: Vec<Part>, requests: u32) -> Result<Step> {
        let checkpoint = to_checkpoint(&self.listing)?;
        Ok(Step::Batch(Batch { parts, checkpoint, requests, notes: std::mem::take(&mut self.notes), progress: None }))
    }

    fn request(&self) -> Result<ListRequest> {
        let (cursor, sync_token) = self.listing.position();
        let fields = key_fields(self.primary, None);
        Ok(ListRequest {
            cursor: cursor.cloned(),
            sync_token: sync_token.cloned(),
            ..request::list(self.primary, fields, self.source.page_limit)?
        })
    }
}

#[async_trait]
impl Capture for ListCapture {
    fn streams(&self) -> &[Arc<StreamDescriptor>] {
        &self.descriptors
    }

    async fn next(&mut self) -> Result<Step> {
        if let Some(failure) = self.failure.take() {
            return Err(failure);
        }
        if std::mem::take(&mut self.complete) {
            self.guard = CycleGuard::new();
            return Ok(Step::UpToDate { requests: 0 });
        }
        self.listing.begin(self.refresh, now_ms());
        let mut requests = 0;
        let page = loop {
            let refused = match self.source.client.page(&self.request()?).await {
                Ok(page) => {
                    requests += page.requests;
                    if !page.next_cursor.as_ref().is_some_and(|cursor| self.guard.repeats(cursor)) {
                        break page;
                    }
                    self.notes.push(format!("{} hands out the same page cursors again", self.primary.operation));
                    Recovery::DropCursor
                }
                Err(error) => match error.recovery() {
                    Some(recovery) => {
                        requests += error.requests();
                        recovery
                    }
                    None => return Err(from_client(self.primary, error)),
                },
            };
            if let Some(step) = self.restart(refused, &mut requests)? {
                return Ok(step);
            }
        };
        let (mut parts, reached) = self.parts(&page).inspect_err(|_| self.guard = CycleGuard::new())?;
        self.notes.extend(page.warnings.iter().map(|warning| format!("Ashby warns: {warning}")));
        let has_token = page.sync_token.is_some();
        let progress = self.listing.page(page.next_cursor.filter(|_| !reached), page.sync_token);
        if progress.last {
            self.complete = true;
            if self.refresh == Refresh::Token && !has_token && !self.primary.experimental {
                self.notes.push("Ashby gave no sync token: the next run lists everything again".to_owned());
            }
            if progress.full && self.refresh != Refresh::NewestFirst {
                finish(&mut parts, &self.rows, self.listing.pass());
            }
        }
        self.batch(parts, requests)
    }
}

/// The listing was of everything and this is its end. A part that already speaks of scopes keeps that for itself.
fn finish(parts: &mut Vec<Part>, rows: &[&Row], pass: u64) {
    for stream in 0..rows.len() {
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
