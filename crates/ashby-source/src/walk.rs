//! Walks a listing page by page: what [`Listing`] decides, carried out.

use ashby_client::{CycleGuard, ListRequest, Page, Recovery};
use capture_core::{Error, Result};

use crate::AshbySource;
use crate::clock::now_ms;
use crate::error::from_client;
use crate::listing::Listing;
use crate::record::key_fields;
use crate::table::{Refresh, Row};

/// What has happened since the last batch: the next one carries it.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) requests: u32,
    pub(crate) notes: Vec<String>,
}

/// Fetches the pages of one operation. The [`Listing`] itself stays with the caller, in its checkpoint.
pub(crate) struct Walk {
    pub(crate) source: AshbySource,
    pub(crate) row: &'static Row,
    pub(crate) refresh: Refresh,
    guard: CycleGuard,
    failure: Option<Error>,
}

impl Walk {
    pub(crate) fn new(source: AshbySource, row: &'static Row, refresh: Refresh) -> Self {
        Self { source, row, refresh, guard: CycleGuard::new(), failure: None }
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
        listing.begin(self.refresh, now_ms());
        loop {
            let recovery = match self.source.client.page(&self.request(listing)?).await {
                Ok(page) => {
                    tally.requests += page.requests;
                    let Some(circle) = self.guard.check(&page) else {
                        tally
                            .notes
                            .extend(page.warnings.iter().map(|warning| format!("Ashby warns: {warning}")));
                        return Ok(Some(page));
                    };
                    tally.notes.push(format!("{}: {circle}", self.row.operation));
                    Recovery::DropCursor
                }
                Err(error) => match error.recovery() {
                    Some(recovery) => {
                        tally.requests += error.requests();
                        recovery
                    }
                    None => return Err(from_client(self.row, error)),
                },
            };
            self.guard = CycleGuard::new();
            match listing.refused(recovery, now_ms()) {
                Ok(note) => tally.notes.push(note.to_owned()),
                Err(error) => {
                    self.failure = Some(error);
                    return Ok(None);
                }
            }
        }
    }

    fn request(&self, listing: &Listing) -> Result<ListRequest> {
        let (cursor, sync_token) = listing.position();
        Ok(ListRequest {
            cursor: cursor.cloned(),
            sync_token: sync_token.cloned(),
            ..self.source.requests.list(self.row, key_fields(self.row, None))?
        })
    }

    /// What the caller's last batch did not say.
    pub(crate) fn take_failure(&mut self) -> Result<()> {
        self.failure.take().map_or(Ok(()), Err)
    }

    /// The same page may come again, or another listing begins: what was seen before is no sign of a circle.
    pub(crate) fn forget_cursors(&mut self) {
        self.guard = CycleGuard::new();
    }
}
