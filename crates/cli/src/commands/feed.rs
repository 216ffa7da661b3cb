//! `ashby feed`: published postings of several boards as one document for job sites.

use std::process::ExitCode;

use ashby_postings::{Published, render};
use clap::{Args, ValueEnum};

use crate::commands::Context;
use crate::failure::Failure;

use super::postings::{explain_withheld, print};

/// Which boards to print, and how.
#[derive(Debug, Args)]
pub(crate) struct FeedFlags {
    /// The boards' names: what follows jobs.ashbyhq.com/ in their addresses
    #[arg(required = true, value_name = "BOARD")]
    boards: Vec<String>,
    /// The form of the document
    #[arg(long, value_name = "FORMAT", default_value = "xml")]
    format: FeedFormat,
}

/// The form of a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FeedFormat {
    Xml,
    Json,
}

impl FeedFlags {
    pub(crate) async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let client = context.settings.job_board_client()?;
        let mut all = Vec::with_capacity(self.boards.len());
        for name in &self.boards {
            // A feed without a company's postings would tell its readers that they are gone: all boards, or no feed.
            all.push(Published::from_board(&client.board(name, true).await?)?);
        }
        let postings = || all.iter().flat_map(|published| &published.postings);
        match self.format {
            FeedFormat::Xml => print(|out| render::feed_xml(postings(), out))?,
            FeedFormat::Json => print(|out| render::feed_json(postings(), out))?,
        }
        all.iter().for_each(explain_withheld);
        Ok(ExitCode::SUCCESS)
    }
}
