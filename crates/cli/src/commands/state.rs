//! `ashby state`.

mod flags;

use std::io::Read as _;
use std::path::Path;
use std::process::ExitCode;

use capture_core::{State, StateUpdate};

use crate::destination::Destination;
use crate::failure::{FAILED, Failure, USAGE};
use crate::output::{self, table, thousands};
use crate::settings::Settings;

pub(crate) use flags::StateAction;

pub(crate) async fn run(settings: &Settings, action: StateAction) -> Result<ExitCode, Failure> {
    let destination = Destination::from_settings(settings)?;
    // Read before the destination is taken: it may be what someone is still typing.
    let imported = match &action {
        StateAction::Import { file } => Some(State::from_document(&read(file)?)?),
        _ => None,
    };
    let mut store = destination.open_state()?;
    let state = store.load().await?;
    match action {
        StateAction::Show => show(settings, &state)?,
        StateAction::Export => output::print_json(&state.to_document())?,
        StateAction::Reset { streams } => {
            if let Some(unknown) = streams.iter().find(|name| !state.streams.contains_key(*name)) {
                let known: Vec<&str> = state.streams.keys().map(String::as_str).collect();
                return Err(Failure::new(USAGE, format!("nothing is saved of a stream named `{unknown}`"))
                    .with_hint(format!("saved are: {}", known.join(", "))));
            }
            let streams: std::collections::BTreeMap<_, _> =
                streams.into_iter().map(|name| (name, None)).collect();
            output::explain(&format!(
                "{} will be listed whole by the next sync; records stay where they are\n",
                streams.keys().cloned().collect::<Vec<_>>().join(", ")
            ));
            store.save(&StateUpdate { streams, access: None }).await?;
        }
        StateAction::Import { .. } => {
            let imported = imported.unwrap_or_default();
            let mut streams: std::collections::BTreeMap<_, _> =
                state.streams.into_keys().map(|name| (name, None)).collect();
            streams.extend(imported.streams.into_iter().map(|(name, state)| (name, Some(state))));
            output::explain(&format!("{} streams imported\n", streams.values().flatten().count()));
            store.save(&StateUpdate { streams, access: imported.access }).await?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn read(file: &Path) -> Result<String, Failure> {
    let mut text = String::new();
    let read = match file.to_str() {
        Some("-") => std::io::stdin().lock().read_to_string(&mut text).map(drop),
        _ => std::fs::read_to_string(file).map(|content| text = content),
    };
    read.map_err(|error| Failure::new(FAILED, format!("cannot read {}", file.display())).with_source(error))?;
    Ok(text)
}

fn show(settings: &Settings, state: &State) -> Result<(), Failure> {
    #[derive(serde::Serialize)]
    struct Shown<'a> {
        stream: &'a str,
        committed_at: String,
        /// A listing was under way.
        listing: bool,
        full_listing_records: Option<u64>,
    }
    let shown: Vec<Shown<'_>> = state
        .streams
        .iter()
        .map(|(stream, state)| Shown {
            stream,
            committed_at: state.committed_at.strftime("%FT%TZ").to_string(),
            listing: ashby_source::is_listing(&state.checkpoint),
            full_listing_records: state.full_listing_records,
        })
        .collect();
    if settings.json() {
        return output::print_json(&shown);
    }
    let rows = shown.iter().map(|stream| {
        let position = if stream.listing { "in the middle of a listing" } else { "up to date then" };
        let records = stream.full_listing_records.map(thousands).unwrap_or_default();
        vec![stream.stream.to_owned(), stream.committed_at.clone(), position.to_owned(), records]
    });
    output::print(&table(&["stream", "saved at", "position", "records in last full listing"], &[3], rows))?;
    if shown.is_empty() {
        output::explain("nothing is saved yet: the next sync lists everything\n");
    }
    Ok(())
}
