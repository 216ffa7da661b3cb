//! `ashby streams`.

use std::process::ExitCode;

use ashby_source::{Cost, Mode, Readable, Stream, streams};
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

pub(crate) async fn run(settings: &Settings) -> Result<ExitCode, Failure> {
    // Without a key the list is as useful; it only cannot say what is readable.
    let survey =
        if settings.has_key() { Some(ashby_source::survey(&settings.client()?).await?) } else { None };
    let listed: Vec<Listed> = streams()
        .into_iter()
        .map(|stream| {
            let readable = survey.as_ref().and_then(|survey| survey.streams.get(stream.name()).copied());
            Listed { default: stream.is_default(), stream, readable }
        })
        .collect();
    let rows = listed.iter().map(|listed| {
        let stream = &listed.stream;
        vec![
            format!("{}{}", stream.name(), if stream.experimental { " (experimental)" } else { "" }),
            stream.operation.to_owned(),
            stream.permission.to_owned(),
            mode(stream.descriptor.mode).to_owned(),
            stream.descriptor.key.join(", "),
            stream.parent.unwrap_or("-").to_owned(),
            cost(stream),
            if listed.default { "yes" } else { "no" }.to_owned(),
            readable(listed.readable).to_owned(),
        ]
    });
    let header = [
        "stream",
        "operation",
        "permission",
        "mode",
        "key",
        "parent",
        "cost of a sync",
        "by default",
        "readable",
    ];
    output::print_listed(settings, &listed, Table::new(&header).rows(rows))?;
    if survey.is_none() {
        output::explain("set ASHBY_API_KEY to see which of them your key can read\n");
    }
    Ok(ExitCode::SUCCESS)
}

fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::Incremental => "incremental",
        Mode::Snapshot => "snapshot",
        Mode::Child => "child",
    }
}

fn cost(stream: &Stream) -> String {
    let parent = stream.parent.unwrap_or_default();
    match stream.cost {
        Cost::Pages => "a request per 100 changed records".to_owned(),
        Cost::One => "one request".to_owned(),
        Cost::Shared => format!("nothing beside {parent}"),
        Cost::PerChangedParent => format!("a request per changed record of {parent}"),
        Cost::PerParent => format!("a request per record of {parent}"),
    }
}

fn readable(readable: Option<Readable>) -> &'static str {
    match readable {
        Some(Readable::Yes) => "yes",
        Some(Readable::No) => "no",
        Some(Readable::Unknown) => "on trial",
        None => "?",
    }
}
