//! Ashby as a capture source.
//!
//! [`AshbySource`] opens any of Ashby's streams for a [`Runner`](capture_core::Runner). Which streams there are is
//! one table (`table.rs`), how a listing proceeds one state machine (`listing.rs`); the rest is glue: lists
//! (`capture.rs`), children that cost a request per parent (`children.rs`), and what a key may read ([`survey`]).
//! [`sync`] puts all of it together with a sink, in one call. [`BoardSource`] does the same for public job boards, which need no key.

mod aside;
mod board;
mod capture;
mod checkpoint;
mod children;
mod clock;
mod earlier;
mod error;
mod fields;
mod going;
pub mod hybrid;
mod listing;
mod overlay;
mod parent;
mod record;
mod request;
mod reread;
mod searchable;
mod streams;
mod survey;
mod table;
mod walk;
mod wiring;

use std::sync::Arc;

use ashby_client::{Client, Lane};
use async_trait::async_trait;
use capture_core::{Capture, Checkpoint, Error, ErrorKind, Result, Source, StreamDescriptor, StreamRequest};

use crate::capture::ListCapture;
use crate::children::{ChildCapture, Progress};
use crate::listing::Listing;
use crate::request::Requests;
use crate::table::{Plan, Refresh, Row, row};
use crate::walk::Walk;

pub use crate::board::{BoardSource, PUBLIC_POSTINGS, public_postings};
pub use crate::checkpoint::{between_listings, is_listing};
pub use crate::error::{lacks_permission, screen_name};
pub use crate::fields::places;
pub use crate::overlay::Overlay;
pub use crate::searchable::{kind, kinds};
pub use crate::streams::{Cost, Nested, Stream, names, near_matches, nested, parameters, stream, streams};
pub use crate::survey::{Readable, Survey, count, explore, probe, survey, who_asks};
pub use crate::wiring::sync;
pub use capture_core::{Field, FieldKind, Mode};

/// Opens Ashby's streams. All captures share the client, and with it the rate limit.
#[derive(Debug, Clone)]
pub struct AshbySource {
    client: Client,
    requests: Requests,
    is_searchable: bool,
}

impl AshbySource {
    /// Captures through this client.
    pub fn new(client: Client) -> Self {
        Self { client, requests: Requests::default(), is_searchable: true }
    }

    /// Records a page, where Ashby takes that; its default is 100, which is also the most it gives.
    #[must_use]
    pub fn page_limit(mut self, records: Option<u32>) -> Self {
        self.requests.page_limit = records;
        self
    }

    /// Sends what another program sends for the streams that it has, so that the sync tokens that it saved stay good
    /// and its records stay the same.
    #[must_use]
    pub fn with_overlay(mut self, overlay: Overlay) -> Self {
        self.requests.overlay = overlay;
        self
    }

    /// Leaves out candidates, applications and what belongs to them if they are older than this, in milliseconds
    /// since 1970. What was listed from an earlier date on stays, and its changes come; an earlier date than before lists
    /// those streams again.
    #[must_use]
    pub fn created_after_ms(mut self, instant_ms: Option<i64>) -> Self {
        self.requests.created_after_ms = instant_ms;
        self
    }

    /// Whether destinations are told what people look for in records, so that those that can keep an index of words.
    #[must_use]
    pub fn searchable(mut self, is_searchable: bool) -> Self {
        self.is_searchable = is_searchable;
        self
    }

    /// Whether a stream that is at this point is listed whole all the same, because the request for it is another one now.
    ///
    /// # Errors
    /// [`Configuration`](ErrorKind::Configuration) for an unknown stream, [`State`](ErrorKind::State) for a checkpoint that
    /// is none of this source.
    pub fn lists_anew(&self, stream: &str, checkpoint: &Checkpoint) -> Result<bool> {
        let row = known(stream)?;
        Ok(match row.plan {
            Plan::PerParent { parent, .. } => {
                let saved = Progress::from_checkpoint(row.name, checkpoint)?;
                saved.restored(&self.requests, &[known(parent)?, row])?.1.is_some()
            }
            Plan::List(_) | Plan::Embedded { .. } => {
                let primary = if let Plan::Embedded { within, .. } = row.plan { known(within)? } else { row };
                let bare = self.requests.bare(row, primary)?;
                let saved = Listing::from_checkpoint(row.name, checkpoint, bare.as_deref())?;
                self.requests.restored(saved, &[primary])?.1.is_some()
            }
        })
    }

    fn describe(&self, row: &Row) -> Arc<StreamDescriptor> {
        let stream = streams::describe(row);
        Arc::new(if self.is_searchable { stream } else { stream.with_searchable(None) })
    }

    /// The same, in another lane.
    #[must_use]
    pub fn in_lane(&self, lane: Lane) -> Self {
        Self { client: self.client.in_lane(lane), ..self.clone() }
    }

    fn children(
        &self,
        row: &'static Row,
        parent: &'static str,
        request: &StreamRequest,
    ) -> Result<Box<dyn Capture>> {
        let parent = known(parent)?;
        let rows = [parent, row];
        let (mut progress, note) = match &request.checkpoint {
            Some(checkpoint) => {
                Progress::from_checkpoint(row.name, checkpoint)?.restored(&self.requests, &rows)?
            }
            None => (Progress::new(self.requests.listing(&rows)?), None),
        };
        if request.full {
            progress.forget();
        }
        let notes = note.map(str::to_owned).into_iter().collect();
        let descriptor = self.describe(row);
        Ok(Box::new(ChildCapture::new(self.clone(), row, parent, descriptor, progress, notes)))
    }

    fn list(&self, primary: &'static Row, refresh: Refresh, members: &[Member]) -> Result<Box<dyn Capture>> {
        let first = members.first();
        let bare = match first {
            Some(member) => self.requests.bare(member.row, primary)?,
            None => None,
        };
        let (mut listing, note) = match first.and_then(|member| Some((member.row, member.checkpoint()?))) {
            Some((row, checkpoint)) => {
                let saved = Listing::from_checkpoint(row.name, checkpoint, bare.as_deref())?;
                self.requests.restored(saved, &[primary])?
            }
            None => (self.requests.listing(&[primary])?, None),
        };
        if first.is_some_and(|member| member.request.full) {
            listing.forget();
        }
        let notes = note.map(str::to_owned).into_iter().collect();
        let (rows, descriptors) =
            members.iter().map(|member| (member.row, self.describe(member.row))).unzip();
        Ok(Box::new(ListCapture::new(
            Walk::new(self.clone(), primary, refresh),
            rows,
            descriptors,
            listing,
            bare,
            notes,
        )))
    }
}

/// A stream that is captured by a listing.
struct Member {
    row: &'static Row,
    request: StreamRequest,
}

impl Member {
    fn checkpoint(&self) -> Option<&capture_core::Checkpoint> {
        self.request.checkpoint.as_ref()
    }

    /// Whether one listing can serve both: they are at the same point.
    fn goes_with(&self, other: &StreamRequest) -> bool {
        self.request.full == other.full && self.request.checkpoint == other.checkpoint
    }
}

fn known(name: &str) -> Result<&'static Row> {
    row(name).ok_or_else(|| {
        let message = format!("there is no stream named {}", outside_text::name(name));
        let error = Error::new(ErrorKind::Configuration, message);
        match near_matches(name).as_slice() {
            [] => error.with_hint("`ashby streams` lists them all"),
            near => error.with_hint(format!("did you mean {}?", near.join(" or "))),
        }
    })
}

#[async_trait]
impl Source for AshbySource {
    async fn open(&self, requests: Vec<StreamRequest>) -> Result<Vec<Box<dyn Capture>>> {
        let mut captures = Vec::with_capacity(requests.len());
        // Streams with a listing of their own, or in common. A new one joins the first that is at the same point.
        let mut listings: Vec<(&'static Row, Refresh, Vec<Member>)> = Vec::new();
        for request in requests {
            let row = known(&request.stream)?;
            let (primary, refresh) = match row.plan {
                Plan::PerParent { parent, .. } => {
                    captures.push(self.children(row, parent, &request)?);
                    continue;
                }
                Plan::List(refresh) => (row, refresh),
                Plan::Embedded { within, .. } => match known(within)? {
                    within @ Row { plan: Plan::List(refresh), .. } => (within, *refresh),
                    within => {
                        let message = format!("{} cannot be taken from {}", row.name, within.name);
                        return Err(Error::new(ErrorKind::Configuration, message));
                    }
                },
            };
            let shared = listings.iter_mut().find(|(other, _, members)| {
                other.name == primary.name && members.iter().all(|member| member.goes_with(&request))
            });
            match shared {
                Some((_, _, members)) => members.push(Member { row, request }),
                None => listings.push((primary, refresh, vec![Member { row, request }])),
            }
        }
        for (primary, refresh, members) in listings {
            captures.push(self.list(primary, refresh, &members)?);
        }
        Ok(captures)
    }
}

/// What the README shows runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
