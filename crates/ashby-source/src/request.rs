//! Rows of the table as requests.

use ashby_client::{ListRequest, ReadOperation};
use capture_core::Result;
use serde_json::{Map, Value};
use xxhash_rust::xxh3::xxh3_128;

use crate::listing::Listing;
use crate::overlay::{Overlay, object};
use crate::table::Row;

/// Which of the possible requests for a stream is sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Requests {
    /// Records a page, where Ashby takes that.
    pub(crate) page_limit: Option<u32>,
    /// As another program sends them, for the streams that it has.
    pub(crate) overlay: Overlay,
    /// Leaves out older records, where that is [possible](Row::has_start_date). Milliseconds since 1970.
    pub(crate) created_after_ms: Option<i64>,
}

impl Requests {
    /// Those to which a sync token belongs that the other program saved.
    pub(crate) const fn of(overlay: Overlay) -> Self {
        Self { page_limit: None, overlay, created_after_ms: None }
    }

    /// The parameters of a stream's operation.
    pub(crate) fn parameters(&self, row: &Row) -> Result<Map<String, Value>> {
        let mut parameters = match self.overlay.parameters(row.name)? {
            Some(parameters) => parameters,
            None => object(row.name, row.parameters)?,
        };
        if let Some(created_after_ms) = self.created_after_ms.filter(|_| self.is_dated(row)) {
            parameters.insert("createdAfter".to_owned(), created_after_ms.into());
        }
        Ok(parameters)
    }

    /// The first request of a listing. The page limit is for operations with pages: the others reject it.
    pub(crate) fn list(&self, row: &Row, key_fields: Vec<String>) -> Result<ListRequest> {
        Ok(ListRequest::new(ReadOperation::new(row.operation))
            .parameters(self.parameters(row)?)
            .limit(self.page_limit.filter(|_| row.is_paged()))
            .key_fields(key_fields)
            .leave_out_unusable(true))
    }

    /// The fingerprint of the other program's request for a stream that it has, to which a token alone belongs.
    pub(crate) fn bare(&self, row: &Row, primary: &Row) -> Result<Option<String>> {
        let bare = || Self::of(self.overlay).fingerprint(&[primary]);
        self.overlay.has(row.name).then(bare).transpose()
    }

    /// The start date in the request of these rows, if they take one.
    fn start_date(&self, rows: &[&Row]) -> Option<i64> {
        self.created_after_ms.filter(|_| rows.iter().any(|row| self.is_dated(row)))
    }

    /// Whether older records of a stream are left out.
    fn is_dated(&self, row: &Row) -> bool {
        row.has_start_date && self.overlay.is_dated(row.name).unwrap_or(true)
    }

    /// A listing that never ran, of these rows.
    pub(crate) fn listing(&self, rows: &[&Row]) -> Result<Listing> {
        Ok(Listing::new(self.fingerprint(rows)?).dated(self.start_date(rows)))
    }

    /// Goes on with a saved listing, or begins anew where the request has changed; says so in the note.
    ///
    /// A start date that leaves more out than the one before (or than none) is no reason to begin anew: what it asks for
    /// is there, and a token goes on as long as its own request is sent.
    pub(crate) fn restored(&self, saved: Listing, rows: &[&Row]) -> Result<(Listing, Option<&'static str>)> {
        let fingerprint = self.fingerprint(rows)?;
        let (before, now) = (saved.created_after_ms(), self.start_date(rows));
        let leaves_more_out = now.is_some_and(|now| before.is_none_or(|before| before < now));
        if leaves_more_out && saved.lists_changes() && !saved.asks(&fingerprint) {
            let its_own = Self { created_after_ms: before, ..*self }.fingerprint(rows)?;
            if saved.asks(&its_own) {
                return Ok((saved.narrowed(fingerprint, now), None));
            }
        }
        let (listing, note) = saved.restored(&fingerprint);
        Ok((listing.dated(now), note))
    }

    /// Tells requests with different results apart: 32 hexadecimal digits over the operations and parameters of
    /// `rows` (a child's listing also depends on its parent's).
    pub(crate) fn fingerprint(&self, rows: &[&Row]) -> Result<String> {
        let mut text = String::new();
        for row in rows {
            // Parsed and written again, so that the spelling in the table does not matter.
            text.push_str(&format!("{} {}\n", row.operation, Value::from(self.parameters(row)?)));
        }
        Ok(format!("{:032x}", xxh3_128(text.as_bytes())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::{Refresh, row};
    use ashby_client::{Recovery, SyncToken};

    fn sent(requests: Requests, stream: &str) -> String {
        Value::from(requests.parameters(row(stream).unwrap()).unwrap()).to_string()
    }

    #[test]
    fn an_overlay_replaces_parameters_and_makes_another_request() {
        let overlay = Requests::of(Overlay::new(&[("applications", Some("{}")), ("jobs", None)]));
        let ours = Requests::default();
        assert_eq!(sent(overlay, "applications"), "{}");
        assert_ne!(sent(ours, "applications"), "{}");
        for stream in ["jobs", "locations"] {
            assert_eq!(sent(overlay, stream), sent(ours, stream));
        }
        let fingerprint = |requests: Requests| requests.fingerprint(&[row("applications").unwrap()]).unwrap();
        assert_ne!(fingerprint(overlay), fingerprint(ours));
    }

    #[test]
    fn a_later_start_date_goes_on_and_an_earlier_one_begins_anew() {
        let rows = [row("offers").unwrap()];
        let from = |created_after_ms| Requests { created_after_ms, ..Requests::default() };
        let token = SyncToken::from("t");
        // As it comes back from a checkpoint.
        let saved = |created_after_ms| {
            let never = from(created_after_ms).listing(&rows).unwrap();
            Listing::of(Some(token.clone()), Some(never.parts().1.clone()), None)
        };
        for (before, now, goes_on, asks_from) in [
            (None, Some(5), true, None),
            (Some(5), Some(7), true, Some(5)),
            (Some(5), Some(5), true, Some(5)),
            (Some(5), Some(3), false, Some(3)),
            (Some(5), None, false, None),
        ] {
            let (mut listing, note) = from(now).restored(saved(before), &rows).unwrap();
            assert_eq!(
                (note.is_none(), listing.created_after_ms()),
                (goes_on, asks_from),
                "{before:?} {now:?}"
            );
            assert_eq!(listing.lists_changes(), goes_on);
            // What is saved of it continues in the same way.
            let again = Listing::of(listing.parts().0.cloned(), Some(listing.parts().1.clone()), None);
            assert!(from(now).restored(again, &rows).unwrap().1.is_none());
            // And a listing of everything asks for what is wanted now.
            listing.begin(Refresh::Token);
            if goes_on {
                listing.refused(Recovery::DropToken).unwrap();
            }
            assert_eq!(listing, {
                let mut anew = from(now).listing(&rows).unwrap();
                anew.begin(Refresh::Token);
                anew
            });
        }
        // A first listing that is under way makes no use of what it has.
        let mut first = from(None).listing(&rows).unwrap();
        first.begin(Refresh::Token);
        assert!(from(Some(5)).restored(first, &rows).unwrap().1.is_some());
    }

    #[test]
    fn a_start_date_is_for_history_only_and_makes_another_request() {
        let dated = Requests { created_after_ms: Some(1_700_000_000_000), ..Requests::default() };
        assert_eq!(sent(dated, "offers"), r#"{"createdAfter":1700000000000}"#);
        assert_eq!(sent(dated, "jobs"), sent(Requests::default(), "jobs"));
        let offers = row("offers").unwrap();
        assert_ne!(
            dated.fingerprint(&[offers]).unwrap(),
            Requests::default().fingerprint(&[offers]).unwrap()
        );
    }
}
