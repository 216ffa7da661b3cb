//! Privacy as a whole: random records under random policies, and the layer around real destinations.

#![allow(clippy::unwrap_used)]

mod layer;
mod random;
