//! Singer's messages and a [`Sink`](capture_core::Sink) that speaks them.
//!
//! A tap is a program that prints one JSON message a line for a target to read: `SCHEMA` before the first record of a
//! stream, `RECORD`, `STATE` with the places of all streams, `ACTIVATE_VERSION` when everything there is has come, so that
//! what has an older version is gone. [`SingerSink`] prints them; [`Catalog`] says which streams and members are wanted, and
//! [`Bookmarks`] from where.
//!
//! The messages: <https://hub.meltano.com/singer/spec>.
//!
//! Nothing in here knows what is captured.

mod bookmarks;
mod catalog;
mod sink;

pub use bookmarks::Bookmarks;
pub use catalog::{Catalog, Selected};
pub use sink::{Listings, SingerSink, schema_message};

/// What the README shows runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
