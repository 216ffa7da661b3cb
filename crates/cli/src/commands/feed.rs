//! `ashby feed`: published postings of several boards as one document for job sites.

use std::process::ExitCode;

use ashby_client::job_board_name;
use ashby_postings::{Published, render};
use clap::Args;

use crate::commands::Context;
use crate::failure::{Failure, USAGE};
use crate::output;
use crate::settings::OutputFormat;
use crate::text;

use super::postings::{ended, explain_withheld, print};

/// Which boards to print, and how.
#[derive(Debug, Args)]
#[command(
    after_help = "The document is XML, or JSON with --output json. A posting that is not as Ashby describes \
postings is left out, and the exit code is 4: keep the document of the run before."
)]
pub(crate) struct FeedFlags {
    /// The boards' names or addresses: what follows jobs.ashbyhq.com/
    #[arg(required = true, value_name = "BOARD")]
    boards: Vec<String>,
    /// The company's id, which job sites want to have and boards do not tell; BOARD=ID if it is that of one board
    #[arg(long, value_name = "[BOARD=]ID")]
    organization_id: Vec<String>,
    /// The company's name; BOARD=NAME if it is that of one board
    #[arg(long, value_name = "[BOARD=]NAME")]
    organization_name: Vec<String>,
    /// What --output was called
    #[arg(long, value_name = "FORMAT", hide = true)]
    format: Option<OutputFormat>,
}

impl FeedFlags {
    pub(crate) async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let format = self.format.or(context.settings.output()).unwrap_or(OutputFormat::Xml);
        if !matches!(format, OutputFormat::Xml | OutputFormat::Json) {
            return Err(Failure::new(USAGE, "a feed is printed as xml or json"));
        }
        let mut names: Vec<String> = Vec::with_capacity(self.boards.len());
        for board in &self.boards {
            let name = job_board_name(board);
            // A board's name is the same in capitals.
            if !names.iter().any(|known| is_same(known, &name)) {
                names.push(name);
            }
        }
        let client = context.settings.job_board_client()?;
        let mut all = Vec::with_capacity(names.len());
        for name in &names {
            // A feed without a company's postings would tell its readers that they are gone: all boards, or no feed.
            let board = client.board(name, true).await?;
            let mut published = Published::from_board(&board);
            text::note_mended(published.is_mended);
            let organization = [&self.organization_id, &self.organization_name];
            let [id, organization] = organization.map(|given| of_board(given, name, &names));
            published.set_organization(id, organization);
            all.push(published);
        }
        let postings = || all.iter().flat_map(|published| &published.postings);
        match format {
            OutputFormat::Json => print(|out| render::feed_json(postings(), out))?,
            _ => print(|out| render::feed_xml(postings(), out))?,
        }
        all.iter().for_each(explain_withheld);
        if postings().any(|posting| posting.organization_id.is_none() || posting.organization.is_none()) {
            output::explain(
                "job sites want organizationId and organizationName with each posting, and boards do not tell them: \
                 --organization-id and --organization-name do\n",
            );
        }
        Ok(ended(&all))
    }
}

fn is_same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

/// What was given for a board, or else for all; the last one counts.
fn of_board<'a>(given: &'a [String], board: &str, boards: &[String]) -> Option<&'a str> {
    let read = |text: &'a String| match text.split_once('=') {
        Some((name, value)) if boards.iter().any(|known| is_same(known, &job_board_name(name))) => {
            (Some(job_board_name(name)), value)
        }
        _ => (None, text.as_str()),
    };
    let given: Vec<_> = given.iter().map(read).collect();
    let find = |is_it: &dyn Fn(&Option<String>) -> bool| {
        given.iter().rev().find(|(name, _)| is_it(name)).map(|(_, value)| *value)
    };
    find(&|name| name.as_ref().is_some_and(|name| is_same(name, board))).or_else(|| find(&Option::is_none))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_company_is_named_for_all_boards_or_for_one() {
        let boards = ["acme".to_owned(), "The Flex".to_owned()];
        let of = |given: &[&str], board| {
            let given: Vec<String> = given.iter().map(|&text| text.to_owned()).collect();
            of_board(&given, board, &boards).map(str::to_owned)
        };
        assert_eq!(of(&["Acme Inc"], "The Flex").as_deref(), Some("Acme Inc"));
        assert_eq!(of(&["The%20flex=Flex = Fun", "ACME=Acme"], "The Flex").as_deref(), Some("Flex = Fun"));
        assert_eq!(of(&["acme=Acme"], "The Flex"), None);
        assert_eq!(of(&["a=b"], "acme").as_deref(), Some("a=b"));
    }
}
