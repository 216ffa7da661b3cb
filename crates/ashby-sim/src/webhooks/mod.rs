//! Webhooks: which events a change sends, and how they get to the addresses that asked for them.

mod event;
mod log;
mod payload;
mod post;
mod queue;
mod settings;

pub(crate) use event::{Changed, Event, changed, is_told};
pub use log::{DeliveryEntry, DeliveryOutcome};
pub(crate) use payload::{data, example, find, merge, transition, types};
pub use queue::Deliveries;
pub(crate) use queue::{Outbox, Outgoing};
pub use settings::{DeliverySettings, Subscription};
