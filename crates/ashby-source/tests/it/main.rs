//! The source against the simulator: what arrives is what the organisation holds.

mod capture;
mod support;
