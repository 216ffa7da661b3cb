//! Models of records that were made by hand.

// Clippy takes only the test functions themselves for tests, not what they call.
#![allow(clippy::unwrap_used)]

mod company;
mod edges;
mod figures;
mod law;
mod shapes;
