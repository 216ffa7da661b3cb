//! `ashby streams`.

use std::process::ExitCode;

use ashby_source::{Cost, Mode, Readable, Stream, Survey, screen_name, streams};
use clap::Args;
use serde::Serialize;

use crate::failure::Failure;
use crate::output;
use crate::settings::Settings;
use crate::table::Table;

#[derive(Serialize)]
struct Listed {
    #[serde(flatten)]
    stream: Stream,
    /// Captured by a plain `ashby sync`.
    default: bool,
    readable: Option<Readable>,
}

/// What to say of them.
#[derive(Debug, Clone, Args)]
pub(crate) struct StreamsFlags {
    /// Ask Ashby which of them the key can read
    #[arg(long)]
    readable: bool,
}

impl StreamsFlags {
    pub(crate) async fn run(&self, settings: &Settings) -> Result<ExitCode, Failure> {
        // What there is is known without a request.
        let survey =
            if self.readable { Some(ashby_source::survey(&settings.client()?).await?) } else { None };
        list(settings, survey.as_ref())?;
        Ok(ExitCode::SUCCESS)
    }
}

/// A column's name, and what stands in it.
type Column = (&'static str, fn(&Listed) -> String);

fn list(settings: &Settings, survey: Option<&Survey>) -> Result<(), Failure> {
    let listed: Vec<Listed> = streams()
        .into_iter()
        .map(|stream| {
            let readable = survey.and_then(|survey| survey.streams.get(stream.name()).copied());
            Listed { default: stream.is_default(), stream, readable }
        })
        .collect();
    // In the order in which a terminal that has no room leaves them out, from the end.
    let columns: &[Column] = &[
        ("stream", |of| of.stream.name().to_owned()),
        ("readable", |of| readable(of.readable).to_owned()),
        ("by default", |of| if of.default { "yes" } else { "no" }.to_owned()),
        ("requests of a sync", |of| cost(&of.stream)),
        ("mode", |of| mode(of.stream.descriptor.mode).to_owned()),
        ("permission", |of| permission(of.stream.permission)),
        ("operation", |of| of.stream.operation.to_owned()),
        ("parent", |of| of.stream.parent.unwrap_or("-").to_owned()),
        ("key", |of| of.stream.descriptor.key.join(", ")),
        ("experimental", |of| if of.stream.experimental { "yes" } else { "" }.to_owned()),
    ];
    let header: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    let rows = listed.iter().map(|of| columns.iter().map(|(_, cell)| cell(of)).collect());
    output::print_listed(settings, &listed, Table::new(&header).ranked().rows(rows))
}

/// As the screen has it on which keys are made.
fn permission(name: &'static str) -> String {
    if name.is_empty() { String::new() } else { screen_name(name) }
}

fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::Incremental => "incremental",
        Mode::Snapshot => "snapshot",
        Mode::Child => "child",
    }
}

/// What a stream costs a sync.
pub(crate) fn cost(stream: &Stream) -> String {
    let parent = stream.parent.unwrap_or_default();
    match stream.cost {
        Cost::Pages => "1 per 100 changes".to_owned(),
        Cost::One => "1".to_owned(),
        Cost::Shared => format!("none beside {parent}"),
        Cost::PerChangedParent => format!("1 per change of {parent}"),
        Cost::PerParent => format!("1 per record of {parent}"),
    }
}

fn readable(readable: Option<Readable>) -> &'static str {
    match readable {
        Some(Readable::Yes) => "yes",
        Some(Readable::No) => "no",
        Some(Readable::Unknown) => "on trial",
        None => "",
    }
}
