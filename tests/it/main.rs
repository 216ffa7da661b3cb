//! The `ashby` binary as people run it, against a simulated Ashby: crashes, bad days, what it prints.
#![cfg(unix)]
// Clippy takes only the test functions themselves for tests, not what they call.
#![allow(clippy::unwrap_used)]

mod access;
mod answers;
mod batch;
mod call;
mod config;
mod contract;
mod contract_examples;
mod contract_server;
mod crash;
mod demo;
mod destinations;
mod disaster;
mod doctor;
mod documents;
mod echoes;
mod errors;
mod every_operation;
mod files;
mod full_every;
mod help;
mod histories;
mod hybrid;
mod hybrid_adversaries;
mod hybrid_histories;
mod hybrid_postgres;
mod mcp;
mod memory;
mod operations;
mod output;
mod pace;
mod postgres;
mod postings;
mod privacy;
mod purge;
mod reconcile;
mod report;
mod resumes;
mod search;
mod secrets;
mod serve;
mod serve_sync;
mod signals;
mod simulator;
mod support;
mod terminal;
mod tls;
mod usage;
mod watch;
mod webhook_deliveries;
mod webhooks;
