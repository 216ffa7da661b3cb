//! Ashby over HTTP: operations, pages, errors, rate limit, retries.
//!
//! A [`Client`] sends operations under one API key. Reads ([`ReadOperation`]) are retried as a [`RetryPolicy`]
//! says; writes ([`WriteOperation`]) are sent once, because Ashby has no idempotency keys. All clones of a client
//! share one pace, so that the key's limit holds for all of them together; [`Client::in_lane`] says who goes first.
//!
//! With the feature `typed`, which is on by default, every operation is a method with types of its own
//! ([`operations`]):
//!
//! ```no_run
//! # #[cfg(feature = "typed")]
//! # async fn example() -> Result<(), ashby_client::Error> {
//! use ashby_client::Client;
//! use ashby_client::candidate::CreateNote;
//! use ashby_client::types::{ApplicationStatus, CandidateId};
//!
//! let ashby = Client::from_env()?;
//! let candidate_id = CandidateId::from("9d1b7c0e-2f5e-4d9c-8b1a-3c2f5e4d9c8b");
//! let note = ashby.candidate().create_note(CreateNote::new(candidate_id, "Strong systems background")).await?;
//! println!("wrote note {}", note.id);
//!
//! let mut pages = ashby.application().list().status(ApplicationStatus::Active).pages();
//! while let Some(page) = pages.next().await? {
//!     for application in page.records {
//!         println!("{} for {}", application.candidate.name, application.job.title);
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Without types, answers stay what they were on the wire: a [`Page`] hands out its records as slices of the body, after one
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
//!
//! # Features
//!
//! All but the last are on by default.
//!
//! | feature | what it adds |
//! |---|---|
//! | `typed` | operations as methods with types ([`operations`]) |
//! | `gzip`, `brotli` | compressed answers: a tenth of the bytes on the way |
//! | `http2` | HTTP/2 where the server speaks it |
//! | `system-proxy` | the proxy that macOS or Windows is set to; those of environment variables are used anyway |
//! | `webpki-roots` | Mozilla's root certificates beside the system's, for containers that have none |
//!
//! TLS is rustls with the provider that the process has installed, or else with aws-lc, which reqwest and rustls come
//! with. This crate installs none, and a program that uses reqwest itself can do so before and after.

mod budget;
mod builder;
mod cleaner;
mod client;
mod connections;
mod cycle;
mod decode;
mod envelope;
mod error;
mod exchange;
mod files;
mod holds;
mod lane;
mod operation;
#[cfg(feature = "typed")]
pub mod operations;
mod pace;
mod page;
mod proxy;
mod refusal;
mod request;
mod retry;
mod secret;
mod secret_file;
mod storage;
mod system;
mod tls;
mod transport;
mod usage;
mod way;

// The categories of operations have these names outside.
mod public_board;
mod report_run;

pub use ashby_catalog as catalog;
// Crates whose types stand in this one's interface.
#[doc(no_inline)]
pub use {bytes, jiff, secrecy, serde_json};

pub use builder::{
    ClientBuilder, DEFAULT_BASE_URL, DEFAULT_CONCURRENCY, DEFAULT_CONNECT_TIMEOUT, DEFAULT_MAX_BODY_BYTES,
    DEFAULT_READ_TIMEOUT, DEFAULT_REQUESTS_PER_MINUTE, DEFAULT_TOTAL_TIMEOUT, DEFAULT_VERSION,
    SMALL_BODY_BYTES,
};
pub use client::{ApiKeyInfo, Client, Response};
pub use cycle::{Circle, CycleGuard};
pub use error::{Error, ErrorKind, Recovery};
pub use files::{
    DEFAULT_MAX_FILE_BYTES, DownloadedFile, FileContext, FileDownload, FileHandle, Upload, safe_file_name,
};
pub use json_slices::{Records, ScanError, ScanErrorKind, Shape, split_array, split_usable};
pub use lane::Lane;
pub use operation::{ReadOperation, WriteOperation};
#[cfg(feature = "typed")]
pub use operations::generated::*;
#[cfg(feature = "typed")]
pub use operations::{Output, TypedPage, TypedPages, types};
pub use page::{ListRequest, Page, Pages};
pub use public_board::{
    Address, Compensation, JobBoard, JobBoardClient, PostalAddress, Posting, SecondaryLocation,
    job_board_name,
};
pub use report_run::{Report, ReportOptions};
pub use retry::RetryPolicy;
pub use secret::{ApiKey, Cursor, SyncToken};
pub use system::forbid_core_dumps;
pub use usage::{ServerNote, Usage};
