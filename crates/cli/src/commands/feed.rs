//! `ashby feed`: published postings of several boards as one document for job sites.

use std::process::ExitCode;

use ashby_postings::{Published, render};

use crate::arguments::{FeedFormat, FeedRequest};
use crate::failure::Failure;
use crate::settings::Settings;

use super::postings::{explain_withheld, print};

pub(crate) async fn run(settings: &Settings, request: FeedRequest) -> Result<ExitCode, Failure> {
    let client = settings.job_board_client()?;
    let mut all = Vec::with_capacity(request.boards.len());
    for name in &request.boards {
        // A feed without a company's postings would tell its readers that they are gone: all boards, or no feed.
        all.push(Published::from_board(&client.board(name, true).await?)?);
    }
    let postings = || all.iter().flat_map(|published| &published.postings);
    match request.format {
        FeedFormat::Xml => print(|out| render::feed_xml(postings(), out))?,
        FeedFormat::Json => print(|out| render::feed_json(postings(), out))?,
    }
    all.iter().for_each(explain_withheld);
    Ok(ExitCode::SUCCESS)
}
