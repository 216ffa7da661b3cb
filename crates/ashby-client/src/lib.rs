//! Ashby over HTTP: operations, pages, errors, rate limit, retries.
//!
//! A [`Client`] sends operations under one API key. Reads ([`ReadOperation`]) are retried as a [`RetryPolicy`]
//! says; writes ([`WriteOperation`]) are sent once, because Ashby has no idempotency keys. All clones of a client
//! share one pace, so that the key's limit holds for all of them together.
//!
//! Answers stay what they were on the wire: a [`Page`] hands out its records as slices of the body, after one
//! pass that checked the whole of it. An answer that is not a complete, successful envelope is an [`Error`],
//! never an empty page.
//!
//! ```no_run
//! # async fn example() -> Result<(), ashby_client::Error> {
//! use ashby_client::{Client, ListRequest, ReadOperation};
//!
//! let client = Client::builder().api_key("the key").build()?;
//! let mut pages = client.pages(ListRequest {
//!     key_fields: vec!["id".to_owned()],
//!     ..ListRequest::new(ReadOperation::new("candidate.list"))
//! });
//! while let Some(page) = pages.next().await? {
//!     for (index, record) in page.records().enumerate() {
//!         let id = page.key_part(index, 0);
//!         // … store `record` (JSON text) under `id`
//!         # let _ = (id, record);
//!     }
//! }
//! # Ok(())
//! # }
//! ```

mod builder;
mod client;
mod cycle;
mod envelope;
mod error;
mod json;
mod operation;
mod pace;
mod page;
mod refusal;
mod request;
mod retry;
mod secret;
mod transport;
mod usage;

pub use builder::{
    ClientBuilder, DEFAULT_BASE_URL, DEFAULT_CONCURRENCY, DEFAULT_CONNECT_TIMEOUT, DEFAULT_MAX_BODY_BYTES,
    DEFAULT_READ_TIMEOUT, DEFAULT_REQUESTS_PER_MINUTE, DEFAULT_TOTAL_TIMEOUT, DEFAULT_VERSION,
};
pub use client::{ApiKeyInfo, Client, Response};
pub use cycle::CycleGuard;
pub use error::{Error, ErrorKind, Recovery};
pub use json::{Records, ScanError, ScanErrorKind, split_array};
pub use operation::{ReadOperation, WriteOperation};
pub use page::{ListRequest, Page, Pages};
pub use retry::RetryPolicy;
pub use secret::{ApiKey, Cursor, SyncToken};
pub use usage::Usage;
