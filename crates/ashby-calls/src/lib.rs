//! Calls of Ashby's operations, for everything that lets somebody make them: a command line, an agent, a server.
//!
//! A [`Draft`] takes named values, texts or JSON, and makes of them what the catalog says. Its
//! [`plan`](Draft::plan) is a checked request that says what it would do and whether somebody must
//! [want](Plan::approve) it first; [`send`] sends it, a read until it is answered, a write once. A [`Batch`] sends one plan a
//! row, notes before and after in a [`Journal`], so that no row happens twice, and hands out what happens as
//! [`Event`]s. Nothing here prints, asks or reads a command line; messages never quote values.
//!
//! ```no_run
//! # async fn example(client: &ashby_client::Client) -> Result<(), Box<dyn std::error::Error>> {
//! use ashby_calls::Draft;
//! use ashby_client::catalog;
//!
//! let operation = catalog::find("candidate.anonymize").ok_or("no such operation")?;
//! let mut draft = Draft::new(operation);
//! draft.set("candidateId", "9d1b7c0e-2f5e-4d9c-8b1a-3c2f5e4d9c8b".into());
//! let plan = draft.plan()?;
//! if let Some(confirmation) = plan.confirmation() {
//!     // Show this, and come back with the digest if it is wanted.
//!     let shown = (plan.effect(), plan.target(), confirmation.why(), plan.digest());
//! }
//! let plan = plan.approve();
//! let response = ashby_calls::send(client, &plan).await?;
//! # Ok(())
//! # }
//! ```

mod batch;
mod draft;
mod error;
mod file;
mod journal;
mod names;
mod plan;
mod rows;
mod send;
mod values;
mod window;

pub use batch::{Batch, BatchOptions, Ended, Event, Summary, Unknown};
pub use draft::{Draft, Problems, Spelling};
pub use error::{Error, ErrorKind};
pub use journal::{Entry, Journal, Status};
pub use names::{flag, kebab};
pub use plan::{Confirmation, Plan};
pub use rows::{Form, Row, rows};
pub use send::{Continuation, Listing, list, list_items, send, shows};
pub use values::{list_item, members};
pub use window::Window;

/// What the README shows runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
