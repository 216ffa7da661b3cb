//! `ashby postings`: what a company publishes, from its public board or with a key.

use std::process::ExitCode;

use ashby_postings::{Careers, Error, Published, render};
use clap::Args;

use crate::commands::Context;
use crate::failure::{FAILED, Failure, PARTIAL};
use crate::output;
use crate::settings::OutputFormat;
use crate::text;

/// Of odd postings no more are named.
const NAMED_ODD: usize = 20;

/// Which postings to print.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit code 4: a posting is not as Ashby describes postings, and was left out and named."
)]
pub(crate) struct PostingsFlags {
    /// The board's name or address: what follows jobs.ashbyhq.com/
    #[arg(value_name = "BOARD", required_unless_present = "careers", conflicts_with = "careers")]
    name: Option<String>,
    /// Ask the API instead, with a key: the postings of all job boards that are not internal
    #[arg(long)]
    careers: bool,
    /// Only those of this job board, by its id
    #[arg(long = "job-board", value_name = "ID", requires = "careers", conflicts_with = "name")]
    job_board_id: Option<String>,
    /// Also what they pay, where it may be shown
    #[arg(long)]
    compensation: bool,
}

impl PostingsFlags {
    pub(crate) async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let settings = &context.settings;
        let published = match self.name {
            Some(name) => {
                let board = settings.job_board_client()?.board(&name, self.compensation).await?;
                if board.is_empty() {
                    output::explain(&format!(
                        "the job board {} has no postings; if it should have some, check its name\n",
                        text::line(&board.name)
                    ));
                }
                Published::from_board(&board)
            }
            None => {
                let careers = Careers::default()
                    .job_board_id(self.job_board_id)
                    .include_compensation(self.compensation);
                Published::from_careers(&settings.client()?, &careers).await?
            }
        };
        text::note_mended(published.is_mended);
        let postings = &published.postings;
        match output::records_format(settings) {
            // A feed has it: it is not this command's (`Command::formats`).
            OutputFormat::Table | OutputFormat::Xml => output::print(&table(&published, self.compensation))?,
            OutputFormat::Json => print(|out| render::json(postings, out))?,
            OutputFormat::Ndjson => print(|out| render::ndjson(postings, out))?,
            OutputFormat::Csv => print(|out| render::csv(postings, out))?,
            OutputFormat::Rss => print(|out| render::rss(&published, out))?,
            OutputFormat::Atom => print(|out| render::atom(&published, out))?,
        }
        explain_withheld(&published);
        Ok(ended(&[published]))
    }
}

/// Names the postings that could not be read; the exit code.
pub(super) fn ended(all: &[Published]) -> ExitCode {
    let odd: Vec<_> = all.iter().flat_map(|published| &published.odd).collect();
    if odd.is_empty() {
        return ExitCode::SUCCESS;
    }
    for odd in odd.iter().take(NAMED_ODD) {
        output::explain(&format!("left out: {}: {}\n", text::line(&odd.posting), text::line(&odd.what)));
    }
    if odd.len() > NAMED_ODD {
        output::explain(&format!("left out: {} more\n", odd.len() - NAMED_ODD));
    }
    ExitCode::from(PARTIAL)
}

/// Prints a document.
pub(super) fn print(render: impl FnOnce(&mut Vec<u8>) -> std::io::Result<()>) -> Result<(), Failure> {
    let mut document = Vec::new();
    render(&mut document)
        .map_err(|error| Failure::new(FAILED, "cannot write the postings").with_source(error))?;
    output::print(&String::from_utf8_lossy(&document))
}

/// Says what was held back, and why.
pub(super) fn explain_withheld(published: &Published) {
    if !published.withheld.is_empty() {
        let reasons = published.withheld.iter().map(|(reason, count)| format!("{count} {reason}"));
        let reasons = reasons.collect::<Vec<_>>().join(", ");
        output::explain(&format!("held back, because they are not for everybody: {reasons}\n"));
    }
}

fn table(published: &Published, compensation: bool) -> String {
    let mut header = vec!["title", "department", "team", "location", "employment", "published"];
    header.extend(compensation.then_some("compensation"));
    header.push("url");
    let rows = published.postings.iter().map(|posting| {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let places = posting.location.iter().chain(&posting.secondary_locations);
        let mut row = vec![
            posting.title.clone(),
            text(&posting.department),
            text(&posting.team),
            places.cloned().collect::<Vec<_>>().join("; "),
            text(&posting.employment_type),
            posting.published.strftime("%F").to_string(),
        ];
        row.extend(compensation.then(|| text(&posting.compensation)));
        row.push(text(&posting.url));
        row
    });
    output::table(&header, &[], rows)
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::Ashby(error) => error.into(),
            other => match other.hint() {
                Some(hint) => Self::new(FAILED, other.to_string()).with_hint(hint),
                None => Self::new(FAILED, other.to_string()),
            },
        }
    }
}
