//! Walks a listing page by page: what [`Listing`] decides, carried out.

use ashby_client::{Circle, CycleGuard, Lane, ListRequest, Page, Recovery};
use capture_core::{Error, ErrorKind, Result};

use crate::AshbySource;
use crate::error::from_client;
use crate::listing::Listing;
use crate::record::{Assembled, assemble, key_fields, was_created_before};
use crate::request::Requests;
use crate::table::{Refresh, Row};

/// What has happened since the last batch: the next one carries it.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) requests: u32,
    pub(crate) notes: Vec<String>,
}

impl Tally {
    pub(crate) fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// Says of elements at these positions, in such a place, that they are no records with a key.
    pub(crate) fn note_unusable(&mut self, positions: &[usize], place: &str) {
        if !positions.is_empty() {
            let positions: Vec<String> = positions.iter().map(ToString::to_string).collect();
            let positions = positions.join(", ");
            self.note(format!(
                "records without a usable key were left out: those at position {positions} of {place}"
            ));
        }
    }
}

/// Fetches the pages of one operation. The [`Listing`] itself stays with the caller, in its checkpoint.
pub(crate) struct Walk {
    pub(crate) source: AshbySource,
    pub(crate) row: &'static Row,
    pub(crate) refresh: Refresh,
    guard: CycleGuard,
    failure: Option<Error>,
    /// In which lane it asks otherwise, while it asks in the low one.
    usual_lane: Option<Lane>,
}

impl Walk {
    pub(crate) fn new(source: AshbySource, row: &'static Row, refresh: Refresh) -> Self {
        Self { source, row, refresh, guard: CycleGuard::new(), failure: None, usual_lane: None }
    }

    /// What follows can wait until nothing else does.
    pub(crate) fn has_time(&mut self) {
        let lane = self.source.client.lane();
        self.usual_lane.get_or_insert(lane);
        self.source = self.source.in_lane(Lane::Low);
    }

    /// What could wait is over.
    pub(crate) fn has_time_no_more(&mut self) {
        if let Some(lane) = self.usual_lane.take() {
            self.source = self.source.in_lane(lane);
        }
    }

    /// The listing's next page, from wherever Ashby lets it go on. The caller tells the listing once it has made
    /// sense of the page ([`Listing::page`]).
    ///
    /// `None` means that the listing has failed and starts anew: the caller hands out a batch with that checkpoint,
    /// and asks [`take_failure`](Self::take_failure) at its next call. (An error alone would leave a dead cursor in
    /// the saved checkpoint for ever.)
    ///
    /// Cancel-safe.
    pub(crate) async fn next_page(
        &mut self,
        listing: &mut Listing,
        tally: &mut Tally,
    ) -> Result<Option<Page>> {
        listing.begin(self.refresh);
        loop {
            let mut circle = None;
            let recovery = match self.source.client.page(&self.request(listing)?).await {
                Ok(page) => {
                    tally.requests += page.requests;
                    match self.guard.check(&page) {
                        None => {
                            let warnings = page.warnings.iter();
                            tally.notes.extend(warnings.map(|warning| format!("Ashby warns: {warning}")));
                            return Ok(Some(page));
                        }
                        // The next attempt may be given other cursors, but not other pages.
                        Some(Circle::CursorRepeats) => {
                            circle = Some(Circle::CursorRepeats);
                            Recovery::DropCursor
                        }
                        Some(circle) => {
                            self.guard = CycleGuard::new();
                            listing.give_up();
                            let message = format!("{}: {circle}", self.row.operation);
                            self.failure = Some(Error::new(ErrorKind::Data, message));
                            return Ok(None);
                        }
                    }
                }
                Err(error) => match recovery(&error, listing) {
                    Some(recovery) => {
                        tally.requests += error.requests();
                        recovery
                    }
                    None => return Err(from_client(self.row, error)),
                },
            };
            self.guard = CycleGuard::new();
            match (listing.refused(recovery), circle) {
                (Ok(note), None) => tally.note(note),
                (Ok(_), Some(_)) => {
                    tally.note(
                        "the page cursors lead in a circle: this listing starts again from its first page",
                    );
                }
                (Err(error), circle) => {
                    // Nothing was refused where they did.
                    let of_circle =
                        |circle| Error::new(ErrorKind::Data, format!("{}: {circle}", self.row.operation));
                    self.failure = Some(circle.map_or(error, of_circle));
                    return Ok(None);
                }
            }
        }
    }

    /// The records of a page; of changes, without those that the listing's start date leaves out: Ashby does not say
    /// whether it holds that against them, too.
    pub(crate) fn records(&self, listing: &Listing, page: &Page) -> Assembled {
        let mut assembled = assemble(self.row, page.split(), None);
        if let Some(start_ms) = listing.created_after_ms().filter(|_| listing.lists_changes()) {
            assembled.records.retain(|record| !was_created_before(record, start_ms));
        }
        assembled
    }

    fn request(&self, listing: &Listing) -> Result<ListRequest> {
        let (cursor, sync_token) = listing.position();
        // A token belongs to the request that it came from.
        let requests = Requests { created_after_ms: listing.created_after_ms(), ..self.source.requests };
        let mut request = requests.list(self.row, key_fields(self.row, None))?;
        request.cursor = cursor.cloned();
        request.sync_token = sync_token.cloned();
        Ok(request)
    }

    /// What the caller's last batch did not say.
    pub(crate) fn take_failure(&mut self) -> Result<()> {
        self.failure.take().map_or(Ok(()), Err)
    }

    /// The same page may come again, or another listing begins: cursors seen before are no sign of a circle.
    pub(crate) fn forget_cursors(&mut self) {
        self.guard = CycleGuard::new();
    }
}

/// How a listing goes on after a refusal. What Ashby calls invalid is tried once without what may have made it so: the
/// cursor, then the token.
fn recovery(error: &ashby_client::Error, listing: &Listing) -> Option<Recovery> {
    let of_invalid = || {
        let is_refusal = error.kind() == ashby_client::ErrorKind::InvalidRequest && error.status().is_some();
        match listing.position() {
            (Some(_), _) if is_refusal => Some(Recovery::DropCursor),
            (None, Some(_)) if is_refusal => Some(Recovery::DropToken),
            _ => None,
        }
    };
    error.recovery().or_else(of_invalid)
}
