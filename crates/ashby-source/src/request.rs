//! Rows of the table as requests.

use ashby_client::{ListRequest, ReadOperation};
use capture_core::Result;
use serde_json::{Map, Value};
use xxhash_rust::xxh3::xxh3_128;

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
        if let Some(created_after_ms) = self.created_after_ms.filter(|_| row.has_start_date) {
            parameters.insert("createdAfter".to_owned(), created_after_ms.into());
        }
        Ok(parameters)
    }

    /// The first request of a listing. The page limit is for operations with pages: the others reject it.
    pub(crate) fn list(&self, row: &Row, key_fields: Vec<String>) -> Result<ListRequest> {
        Ok(ListRequest {
            operation: ReadOperation::new(row.operation),
            parameters: self.parameters(row)?,
            limit: self.page_limit.filter(|_| row.is_paged()),
            cursor: None,
            sync_token: None,
            key_fields,
            leave_out_unusable: true,
        })
    }

    /// The fingerprint of the other program's request for a stream that it has, to which a token alone belongs.
    pub(crate) fn bare(&self, row: &Row, primary: &Row) -> Result<Option<String>> {
        let bare = || Self::of(self.overlay).fingerprint(&[primary]);
        self.overlay.has(row.name).then(bare).transpose()
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
    use crate::table::row;

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
