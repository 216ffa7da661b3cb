//! One module a command.

pub(crate) mod call;
pub(crate) mod catalog;
pub(crate) mod check;
#[cfg(feature = "parquet")]
pub(crate) mod compact;
pub(crate) mod config;
pub(crate) mod demo;
pub(crate) mod doctor;
pub(crate) mod execute;
pub(crate) mod feed;
pub(crate) mod file;
pub(crate) mod init;
pub(crate) mod listen;
pub(crate) mod mcp;
#[cfg(feature = "postgres")]
pub(crate) mod migrate;
pub(crate) mod models;
pub(crate) mod postings;
pub(crate) mod privacy;
pub(crate) mod purge;
pub(crate) mod query;
pub(crate) mod reconcile;
pub(crate) mod report;
pub(crate) mod schema;
pub(crate) mod search;
pub(crate) mod serve;
pub(crate) mod sim;
pub(crate) mod state;
pub(crate) mod status;
pub(crate) mod streams;
pub(crate) mod sync;
pub(crate) mod token;
pub(crate) mod webhook;

use crate::logging::Screen;
use crate::settings::Settings;

/// What a command works with, beside its own flags.
pub(crate) struct Context {
    pub(crate) settings: Settings,
    /// Standard error, where progress is shown.
    pub(crate) screen: Screen,
}
