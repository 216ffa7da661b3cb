//! An Ashby organisation that lives in memory behind HTTP: data, changes, faults.
//!
//! An [`Organisation`] follows from a [`Shape`] and its seed; a [`Server`] answers Ashby's read operations from
//! it, with keys, scopes, pages, sync tokens, strict input checks and a rate limit. Change the data with
//! [`Organisation::mutate`] or [`Organisation::churn`], let the server misbehave with [`Faults`], and compare what
//! a client has got with [`Organisation::truth`]. From another process, `POST /_sim/admin` does the same.
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
mod kind;
mod listing;
mod log;
mod mutation;
mod operations;
mod options;
mod organisation;
mod server;
mod shape;
mod view;
mod world;

pub use faults::{ErrorShape, Fault, FaultRule, Faults, PagePosition};
pub use kind::Kind;
pub use log::{RequestEntry, RequestLog};
pub use mutation::{Mutation, SimError};
pub use options::{Key, ServerOptions};
pub use organisation::Organisation;
pub use server::Server;
pub use shape::Shape;
