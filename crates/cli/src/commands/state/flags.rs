//! What `ashby state` is to do.

use std::path::PathBuf;

use clap::Subcommand;

#[derive(Debug, Clone, PartialEq, Subcommand)]
pub(crate) enum StateAction {
    /// What is saved of each stream
    Show,
    /// Forget streams, so that they are listed whole again
    Reset {
        /// The streams
        #[arg(required = true, value_name = "STREAM")]
        streams: Vec<String>,
    },
    /// Print the state as JSON
    Export,
    /// Replace the state by an exported one
    Import {
        /// A file written by `ashby state export`; - is standard input
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Take it even if the destination holds fewer records than it says
        #[arg(long)]
        force: bool,
    },
}
