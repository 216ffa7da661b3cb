//! What a long run offers over HTTP.
//!
//! - [`serve`] runs a router on a socket and bounds what a stranger can cost: connections, the size of heads, the time for
//!   a head, a body and a connection that does not move ([`Limits`]). It stops in order: what is under way is answered.
//! - [`Vitals`] are `/healthz`, `/readyz` and `/metrics`, for whatever has something to tell: parts report whether they
//!   are ready, and register their metrics.
//!
//! It speaks HTTP/1.1 only: what stands in front of it (a proxy, a tunnel, a probe) does too, and what is not spoken
//! cannot be abused.

mod activity;
mod body;
mod leftover;
mod memory;
mod serve;
mod vitals;

pub use body::{BodyRefusal, discard_body, read_body};
pub use serve::{Limits, bind, serve};
pub use vitals::{Part, Vitals};

/// What the README shows runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
