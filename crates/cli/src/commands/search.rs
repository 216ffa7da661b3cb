//! `ashby search`: words in the records of the copy.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use local_copy::{Hit, Search};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::failure::{Failure, USAGE};
use crate::output;
use crate::settings::Settings;
use crate::table::Table;
use crate::{local, text, veil};

/// What is looked for.
#[derive(Debug, Args)]
pub(crate) struct SearchFlags {
    /// The words: records that have all of them (the last one may be begun), or if there are none, some of them
    #[arg(value_name = "WORDS", required_unless_present = "rebuild")]
    words: Vec<String>,
    /// Only records of this kind: candidates, applications, jobs, notes or feedback; may be given several times
    #[arg(long = "kind", value_name = "KIND", value_delimiter = ',')]
    kinds: Vec<String>,
    /// So many at most
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=1000))]
    limit: u16,
    /// Make the index of words anew from the records
    #[arg(long)]
    rebuild: bool,
}

/// A record that was found.
#[derive(Serialize)]
struct Found<'a> {
    kind: &'a str,
    stream: &'a str,
    id: &'a str,
    title: &'a str,
    snippet: &'a str,
    record: Option<&'a RawValue>,
}

impl SearchFlags {
    pub(crate) fn run(&self, settings: &Settings) -> Result<ExitCode, Failure> {
        let veil = veil::of(settings, None)?;
        let copy = agents::behind(local::copy(settings)?, Arc::new(veil));
        if self.rebuild {
            let counts = sink_sqlite::rebuild(copy.path(), settings.locking(), &local::searchable())?;
            let told: String = counts
                .iter()
                .map(|(stream, records)| format!("{stream}: {}\n", output::counted(*records, "record")))
                .collect();
            if self.words.is_empty() {
                let counts: BTreeMap<_, _> = counts.into_iter().collect();
                output::print_done(settings, &told, &serde_json::json!({ "rebuilt": counts }))?;
                return Ok(ExitCode::SUCCESS);
            }
            output::explain(&told);
        }
        let streams = match &*self.kinds {
            [] => ashby_source::kinds().map(|(_, stream)| stream).collect(),
            kinds => kinds.iter().map(|kind| stream(kind)).collect::<Result<Vec<_>, _>>()?,
        };
        let text = self.words.join(" ");
        let search = Search { text: &text, streams, limit: usize::from(self.limit), after: None };
        let hits = copy.snapshot()?.search(&search)?;
        for stream in hits.not_held.iter().filter(|_| !self.kinds.is_empty()) {
            output::explain(&format!(
                "the stream {stream} is not in the copy; `ashby sync {stream}` brings it\n"
            ));
        }
        if hits.any && !hits.hits.is_empty() {
            output::explain("no record has all of these words; these have some of them\n");
        }
        if hits.hits.is_empty() {
            output::explain("nothing was found\n");
        }
        if hits.next.is_some() {
            output::explain("there is more: narrow it down, or raise --limit\n");
        }
        print(settings, &hits.hits)?;
        Ok(ExitCode::SUCCESS)
    }
}

fn print(settings: &Settings, hits: &[Hit]) -> Result<(), Failure> {
    let found: Vec<Found<'_>> = hits
        .iter()
        .map(|hit| Found {
            kind: ashby_source::kind(&hit.stream),
            stream: &hit.stream,
            id: &hit.held.key,
            title: &hit.title,
            snippet: &hit.snippet,
            record: serde_json::from_slice(&hit.held.record).ok(),
        })
        .collect();
    let cells =
        |found: &Found<'_>| [found.kind, found.title, found.snippet, found.id].map(str::to_owned).to_vec();
    let table = Table::new(&["kind", "title", "snippet", "id"]).rows(found.iter().map(cells));
    output::print_listed(settings, &found, table)
}

/// The stream of a kind of records.
fn stream(kind: &str) -> Result<&'static str, Failure> {
    let mut kinds = ashby_source::kinds();
    kinds.find(|(name, stream)| *name == kind || *stream == kind).map(|(_, stream)| stream).ok_or_else(|| {
        let known: Vec<&str> = ashby_source::kinds().map(|(name, _)| name).collect();
        Failure::new(USAGE, format!("there is no index of {}", text::line(kind)))
            .with_hint(format!("kinds are {}", known.join(", ")))
    })
}
