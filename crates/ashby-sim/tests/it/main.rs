//! The simulator through its public door: HTTP and [`ashby_sim::Organisation`].

#[path = "../support/mod.rs"]
mod support;

mod access;
mod admin;
mod changes;
mod faults;
mod infos;
mod listing;
mod strictness;
