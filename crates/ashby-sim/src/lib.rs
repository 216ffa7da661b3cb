//! An Ashby organisation that lives in memory behind HTTP: data, changes, faults.
//!
//! An [`Organisation`] follows from a [`Shape`] and its seed; a [`Server`] answers Ashby's operations from it, with
//! keys, scopes, pages, sync tokens, strict input checks and rate limits. Its writes change the organisation, so
//! that lists show them, and are as little idempotent as Ashby's. Files go to and come from the same server, as
//! from an object store. Change the data behind its back with [`Organisation::mutate`] or
//! [`Organisation::churn`], let the server misbehave with [`Faults`], and compare what a client has got with
//! [`Organisation::truth`]. From another process, `POST /_sim/admin` does the same.
//!
//! Changes are told to webhooks, as Ashby tells them: signed, tried again after the same pauses (on a clock that can
//! go faster), and, if [`DeliverySettings`] say so, lost, sent twice or late.
//!
//! The simulator loses nothing: a sync token stands for the moment at which its listing *began*. Deleted records
//! vanish without a trace, as they do in Ashby.

mod answer;
mod check;
mod churn;
#[cfg(feature = "contract")]
pub mod contract;
mod cursor;
mod dice;
mod edit;
mod faults;
mod files;
mod kind;
mod listing;
mod log;
mod mutation;
mod operations;
mod options;
mod organisation;
mod papers;
mod rates;
mod server;
mod shape;
mod view;
mod webhooks;
mod world;
mod writing;

pub use faults::{ErrorShape, Fault, FaultRule, Faults, PagePosition};
pub use kind::Kind;
pub use log::{RequestEntry, RequestLog};
pub use mutation::{Mutation, SimError};
pub use options::{Key, ServerOptions};
pub use organisation::Organisation;
pub use rates::Rates;
pub use server::{FAILING_REPORT, SLOW_REPORT, Server};
pub use shape::Shape;
pub use webhooks::{Deliveries, DeliveryEntry, DeliveryOutcome, DeliverySettings, Subscription};

/// What the README shows runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
