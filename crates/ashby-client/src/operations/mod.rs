//! Every operation as a method with types: what it takes, what it answers.
//!
//! A [`Client`](crate::Client) has a method for each category ([`Client::candidate`](crate::Client::candidate)), which
//! leads to the category's operations. What they take is built by the types of the category's module; what they
//! answer, and the parts of both, are in [`types`]. All of it is generated from the [catalog](crate::catalog), so a
//! request is checked with [`catalog::check`](crate::catalog::check) before it is sent.
//!
//! Answers are kept whole: a member can be absent, null or a value ([`Member`]), a word that this version does not
//! list is kept as it is, and so are members that it does not know.
//!
//! What an operation cannot do without is an argument of its request's constructor, so that leaving it out does not
//! compile:
//!
//! ```compile_fail,E0061
//! use ashby_client::candidate::CreateNote;
//! CreateNote::new("9d1b7c0e-2f5e-4d9c-8b1a-3c2f5e4d9c8b");
//! ```
//!
//! A parameter that is left out is not sent. One that can be cleared has two functions:
//!
//! ```
//! use ashby_client::job::Update;
//! let unchanged = Update::new("0b1f5d8e-6c3a-4f2b-9d7e-1a2b3c4d5e6f").title("Engineer");
//! let cleared = unchanged.clone().clear_team_id();
//! let set = unchanged.team_id("5e4d9c8b-2f5e-4d9c-8b1a-9d1b7c0e3c2f");
//! ```

mod call;
pub mod generated;
mod listing;
mod macros;
mod member;
mod parameters;
mod time;

pub use call::Output;
pub use listing::{TypedPage, TypedPages};
pub use member::Member;
pub use time::{Date, Instant, TimeError};

#[cfg(feature = "round-trip")]
pub(crate) use call::again;
pub(crate) use call::{read, write};
pub(crate) use listing::Listing;
pub(crate) use macros::{alternatives, ids, listings, records, requests, textual, words};
pub(crate) use parameters::Parameters;

/// What requests and answers are made of: records, words, ids, instants.
pub mod types {
    pub use super::generated::alternatives::*;
    pub use super::generated::answers::*;
    pub use super::generated::enumerations::*;
    pub use super::generated::ids::*;
    pub use super::generated::inputs::*;
    pub use super::{Date, Instant, Member, TimeError};
}
