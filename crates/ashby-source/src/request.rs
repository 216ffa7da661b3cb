//! Rows of the table as requests.

use ashby_client::{ListRequest, ReadOperation};
use capture_core::{Error, ErrorKind, Result};
use serde_json::{Map, Value};
use xxhash_rust::xxh3::xxh3_128;

use crate::table::Row;

/// The fixed parameters of a stream.
pub(crate) fn parameters(row: &Row) -> Result<Map<String, Value>> {
    serde_json::from_str(row.parameters).map_err(|error| {
        Error::new(ErrorKind::Configuration, format!("the parameters of {} are not JSON", row.name)).with_source(error)
    })
}

/// The first request of a listing. `page_limit` is for operations with pages: the others reject it.
pub(crate) fn list(row: &Row, key_fields: Vec<String>, page_limit: Option<u32>) -> Result<ListRequest> {
    Ok(ListRequest {
        operation: ReadOperation::new(row.operation),
        parameters: parameters(row)?,
        limit: page_limit.filter(|_| row.is_paged()),
        cursor: None,
        sync_token: None,
        key_fields,
    })
}

/// Tells requests with different results apart: 32 hexadecimal digits over the operations and parameters of `rows`
/// (a child's listing also depends on its parent's).
pub(crate) fn fingerprint(rows: &[&Row]) -> Result<String> {
    let mut text = String::new();
    for row in rows {
        // Parsed and written again, so that the spelling in the table does not matter.
        text.push_str(&format!("{} {}\n", row.operation, Value::from(parameters(row)?)));
    }
    Ok(format!("{:032x}", xxh3_128(text.as_bytes())))
}
