//! `ashby state`.

mod flags;

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use capture_core::{Place, State, StateUpdate};
use serde_json::json;

use crate::failure::{FAILED, Failure, USAGE};
use crate::output::{self, counted, thousands};
use crate::settings::Settings;
use crate::table::Table;
use crate::{ages, destination, text};

pub(crate) use flags::StateAction;

pub(crate) async fn run(settings: &Settings, action: StateAction) -> Result<ExitCode, Failure> {
    let place = destination::with_state(settings)?;
    match action {
        StateAction::Show => show(settings, &place.peek()?)?,
        StateAction::Export => output::print_json(&kept(&*place)?.to_document())?,
        StateAction::Reset { streams } => reset(settings, &*place, streams).await?,
        StateAction::Import { file, force } => import(settings, &*place, &file, force).await?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The state of a destination that there is: whoever keeps a copy of it wants to know if there is none.
fn kept(place: &dyn Place) -> Result<State, Failure> {
    let state = place.peek()?;
    if place.exists() {
        return Ok(state);
    }
    Err(Failure::new(USAGE, format!("there is nothing at {}", place.address()))
        .with_hint("check `--to`; `ashby sync` makes what it names"))
}

/// Changes the state, and nothing else.
async fn change(
    place: &dyn Place,
    change: impl FnOnce(State) -> Result<StateUpdate, Failure>,
) -> Result<(), Failure> {
    let mut sink = place.open()?;
    let state = sink.load().await?;
    let update = change(state)?;
    sink.commit(&update).await?;
    Ok(sink.close().await?)
}

async fn reset(settings: &Settings, place: &dyn Place, streams: Vec<String>) -> Result<(), Failure> {
    let reset = |state: State| {
        if let Some(unknown) = streams.iter().find(|name| !state.streams.contains_key(*name)) {
            let known: Vec<&str> = state.streams.keys().map(String::as_str).collect();
            return Err(Failure::new(USAGE, format!("nothing is saved of a stream named `{unknown}`"))
                .with_hint(format!("saved are: {}", known.join(", "))));
        }
        // The rows stay, and so does what is known of them: who saw them, and what was left out of them.
        let listed_again = |name: &String| {
            let mut next = state.streams.get(name)?.clone();
            next.list_again();
            Some(next)
        };
        Ok(StateUpdate::new(streams.iter().map(|name| (name.clone(), listed_again(name)))))
    };
    change(place, reset).await?;
    let told = format!(
        "{} will be listed whole by the next sync; records stay where they are\n",
        streams.join(", ")
    );
    output::print_done(settings, &told, &json!({ "listed_again": streams }))
}

async fn import(settings: &Settings, place: &dyn Place, file: &Path, force: bool) -> Result<(), Failure> {
    // Read before the destination is taken: it may be what someone is still typing.
    let text = read(file)?;
    let mut imported = State::from_document(&text).map_err(|error| {
        // It speaks of a destination's own.
        let message = format!("{} holds no state that can be imported", file.display());
        Failure::new(FAILED, message)
            .with_hint("`ashby state export` writes one; nothing was changed")
            .with_source(error.chain())
    })?;
    let rows = if force { None } else { place.rows()? };
    let (mut anew, mut forgotten) = (Vec::new(), Vec::new());
    for (name, state) in &mut imported.streams {
        let claimed = state.listed.last_full.unwrap_or(0);
        let held = rows.as_ref().map(|rows| rows.get(name).copied().unwrap_or(0));
        if held.is_some_and(|held| held < claimed) {
            let message = format!(
                "the state says that {name} had {}, and {} holds {}",
                counted(claimed, "record"),
                place.address(),
                thousands(held.unwrap_or(0))
            );
            return Err(Failure::new(USAGE, message)
                .with_hint("it belongs to another destination; --force takes it all the same, and what is missing stays so"));
        }
        // What a listing under way has handed out is where the state comes from, not here.
        let was_listing = ashby_source::is_listing(&state.checkpoint);
        match ashby_source::between_listings(name, &state.checkpoint)? {
            Some(checkpoint) => {
                // Without a token there is nothing to go on from.
                if was_listing && checkpoint.token.is_none() {
                    anew.push(name.clone());
                }
                state.checkpoint = checkpoint;
            }
            None => {
                anew.push(name.clone());
                forgotten.push(name.clone());
            }
        }
        state.listing = None;
    }
    for name in &forgotten {
        imported.streams.remove(name);
    }
    let count = imported.streams.len();
    let mut replaced = State::default();
    let import = |state: State| {
        // What is here was seen by whoever the present state says, and since then: only from where to continue changes.
        let mut update = StateUpdate::default();
        for (name, here) in &state.streams {
            let mut next = here.clone();
            next.list_again();
            if let Some(imported) = imported.streams.remove(name) {
                next.stamp = next.stamp.max(imported.stamp);
                next.asked_by = imported.asked_by;
                next.checkpoint = imported.checkpoint;
                next.listed = imported.listed;
                next.committed_at = imported.committed_at;
            }
            update.streams.insert(name.clone(), Some(next));
        }
        let others = std::mem::take(&mut imported.streams).into_iter();
        update.streams.extend(others.map(|(name, state)| (name, Some(state))));
        replaced = state;
        Ok(update)
    };
    change(place, import).await?;
    let mut told = String::new();
    let backup = if replaced.streams.is_empty() { None } else { Some(keep(&replaced)?) };
    if let Some(backup) = &backup {
        told.push_str(&format!("the state that it replaces is kept in {}\n", backup.display()));
    }
    if !anew.is_empty() {
        told.push_str(&format!(
            "in the middle of a listing, and so to be listed again: {}\n",
            anew.join(", ")
        ));
    }
    told.push_str(&format!("imported: {}\n", counted(count as u64, "stream")));
    output::print_done(
        settings,
        &told,
        &json!({ "imported": count, "listed_again": anew, "replaced_state": backup }),
    )
}

/// Keeps a state in a file of its own.
fn keep(state: &State) -> Result<std::path::PathBuf, Failure> {
    let now = jiff::Timestamp::now().strftime("%Y%m%dT%H%M%SZ");
    for number in 1.. {
        let more = if number == 1 { String::new() } else { format!("-{number}") };
        let path = std::path::PathBuf::from(format!("ashby-state-{now}{more}.json"));
        let written =
            capture_core::private_file::options().write(true).create_new(true).open(&path).and_then(
                |mut file| {
                    file.write_all(state.to_document().to_string().as_bytes())?;
                    file.sync_all()
                },
            );
        match written {
            Ok(()) => return Ok(path),
            // What was kept within the same second stays.
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists && number < 100 => {}
            Err(error) => {
                let message = format!("cannot write {}", path.display());
                return Err(Failure::new(FAILED, message).with_source(error));
            }
        }
    }
    Err(Failure::new(FAILED, "there is no name left for the state that is replaced"))
}

fn read(file: &Path) -> Result<String, Failure> {
    text::of_file(file).map_err(|error| {
        let code = if file.exists() { FAILED } else { USAGE };
        Failure::new(code, format!("cannot read {}", file.display())).with_source(error)
    })
}

fn show(settings: &Settings, state: &State) -> Result<(), Failure> {
    #[derive(serde::Serialize)]
    struct Shown<'a> {
        stream: &'a str,
        committed_at: String,
        age_seconds: u64,
        /// A listing was under way.
        listing: bool,
        /// Nothing to go on from: the next sync lists everything.
        to_be_listed: bool,
        full_listing_records: Option<u64>,
        full_listing_at: Option<String>,
    }
    let now = jiff::Timestamp::now();
    let shown: Vec<Shown<'_>> = state
        .streams
        .iter()
        .map(|(stream, state)| Shown {
            stream,
            committed_at: state.committed_at.strftime("%FT%TZ").to_string(),
            age_seconds: now.duration_since(state.committed_at).as_secs().unsigned_abs(),
            listing: ashby_source::is_listing(&state.checkpoint),
            to_be_listed: state.checkpoint.is_empty(),
            full_listing_records: state.listed.last_full,
            full_listing_at: state.listed.last_full_at.map(|at| at.strftime("%FT%TZ").to_string()),
        })
        .collect();
    let rows = shown.iter().map(|stream| {
        let position = match stream {
            Shown { to_be_listed: true, .. } => "listed whole by the next sync",
            Shown { listing: true, .. } => "in the middle of a listing",
            _ => "up to date then",
        };
        let records = stream.full_listing_records.map(thousands).unwrap_or_default();
        let full = stream.full_listing_at.clone().unwrap_or_default();
        vec![stream.stream.to_owned(), stream.committed_at.clone(), position.to_owned(), records, full]
    });
    let header = ["stream", "saved at", "position", "records in last full listing", "which ended at"];
    output::print_listed(settings, &shown, Table::new(&header).numeric(&[3]).rows(rows))?;
    if let Some(behind) = ages::behind(state, now) {
        output::explain(&format!("warning: {behind}\nhint: {}\n", ages::HINT));
    }
    if shown.is_empty() {
        output::explain("nothing is saved yet: the next sync lists everything\n");
    }
    Ok(())
}
