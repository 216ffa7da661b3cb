//! Privacy as policy: what of a record may leave.
//!
//! A [`Policy`] says for each class of what records hold (`contact`, `compensation`, `free_text` …) and for single fields
//! what is done with it: kept, made coarser, hashed under a key, masked, or dropped. A [`Selection`] says which fields are
//! wanted at all. Together, with the [`Contract`] that says what stands where, they are a [`Veil`], and that makes a
//! [`Plan`] for each stream and operation: a tree that is walked beside a record's JSON. What a plan does not change
//! passes byte for byte; what it does not know is treated as the policy says, which is to drop it for all but `full`.
//!
//! Whoever lets records out asks a veil: a destination by the layer around it ([`veiled`]), other doors by
//! [`Veil::plan`] and [`Veil::operation`].
//!
//! ```
//! use privacy::{Contract, Policy, Veil};
//!
//! let veil = Veil::new(Contract::ashby(), [Policy::preset("no-contact").unwrap()]);
//! let record = br#"{"id":"1","name":"Mia","updatedAt":"2026-01-31T00:00:00Z","shoeSize":38}"#;
//! let left = veil.plan("candidates").apply(record).unwrap();
//! assert_eq!(&*left, br#"{"id":"1","updatedAt":"2026-01-31T00:00:00Z"}"#);
//! ```

mod action;
mod apply;
mod contract;
mod fingerprint;
mod hash;
mod layer;
mod place;
mod plan;
mod policy;
mod policy_file;
mod report;
mod rows;
mod selection;
mod veil;

pub use action::Action;
pub use apply::Unreadable;
pub use contract::{Contract, StreamShape};
pub use hash::HashKey;
pub use layer::{Run, Veiled};
pub use place::veiled;
pub use plan::{Fate, Plan};
pub use policy::{CLASSES, PRESETS, Policy, Preset};
pub use policy_file::Problem;
pub use report::{Line, Report};
pub use rows::{JobFacts, Reach, Rows, Unknown};
pub use selection::Selection;
pub use veil::Veil;
