//! The simulator through its public door: HTTP and [`ashby_sim::Organisation`].

#[path = "../support/mod.rs"]
mod support;

mod access;
mod admin;
mod board;
mod changes;
mod faults;
mod files;
mod infos;
mod lifelike;
mod listing;
mod reports;
mod strictness;
mod webhooks;
mod writes;
