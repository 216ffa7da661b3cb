//! Airbyte's protocol and a [`Sink`](capture_core::Sink) that speaks it.
//!
//! A source connector is a program that is started with a command (`spec`, `check`, `discover`, `read`) and answers with
//! one JSON [message](Output) a line on standard output. Within `read`, [`AirbyteSink`] turns records into record
//! messages and commits into state messages; [`ConfiguredCatalog`] says what is read and [`SavedState`] from where.
//!
//! Protocol and messages: <https://docs.airbyte.com/understanding-airbyte/airbyte-protocol>, version 0.3.2.
//!
//! Nothing in here knows what is captured.

mod catalog;
mod message;
mod record;
mod rows;
mod sink;
mod state;

pub use catalog::{ConfiguredCatalog, ConfiguredStream, DELETED_AT};
pub use message::{FailureType, Output, PROTOCOL_VERSION, StreamStatus};
pub use sink::{AirbyteSink, failure_type};
pub use state::SavedState;

/// What the README shows runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
