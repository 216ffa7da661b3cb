//! Ashby's webhooks, received.
//!
//! - [`Secrets`] and [`Signature`]: whether a delivery comes from Ashby. [`Keyring`] follows a file of secrets.
//! - [`Event`]: what a delivery says, of every kind in the catalog and of those that are not there yet.
//! - [`Inbox`]: deliveries, durable before they are acknowledged, each until somebody has done what follows from it.
//! - [`Intake`]: from the bytes of a request to a verdict, and the route that answers it.
//!
//! A signature says who made a delivery, not when: whoever saw one can send it again. So an event is a reason to read its
//! records from Ashby, and never what they are.
//!
//! ```
//! use ashby_webhooks::{Event, Secrets, Signature};
//!
//! let secrets = Secrets::parse("the old one\nthe new one\n").unwrap();
//! let body = br#"{"webhookActionId":"1","action":"offerUpdate","data":{"offer":{"id":"o-1"}}}"#;
//! let header = Signature::of("the new one", body).to_string();
//!
//! let signature = Signature::parse(header.as_bytes()).unwrap();
//! assert!(secrets.verify(&signature, body));
//! let event = Event::parse(body.to_vec().into()).unwrap();
//! let touched = event.touched();
//! assert_eq!((touched[0].touch.stream, touched[0].key.as_deref()), ("offers", Some("o-1")));
//! ```

mod counters;
mod event;
mod inbox;
mod intake;
mod keyring;
#[cfg(feature = "typed")]
mod payload;
mod route;
mod signature;

pub use counters::Counters;
pub use event::{Event, Malformed, Touched};
pub use inbox::{Added, Delivery, Inbox, InboxOptions, Kept, Reader};
pub use intake::{Intake, Unsigned, Verdict};
pub use keyring::Keyring;
#[cfg(feature = "typed")]
pub use payload::Payload;
pub use route::{PATH, router};
pub use signature::{HEADER, NoSecrets, Secrets, Signature};

/// What the README shows runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
