//! Models of records that were made by hand.

// Clippy takes only the test functions themselves for tests, not what they call.
#![allow(clippy::unwrap_used)]
// Records read best where they are made.
#![allow(clippy::needless_pass_by_value)]

mod company;
mod edges;
mod figures;
mod law;
mod promises;
mod shapes;
