//! What may leave, as the settings say.

use std::sync::Arc;

use ashby_source::streams;
use capture_core::Place;
use privacy::{Contract, Policy, Run, Selection, Veil};

use crate::failure::{Failure, USAGE};
use crate::settings::Settings;

/// What the settings let out, or a flag that stands before them.
pub(crate) fn of(settings: &Settings, privacy: Option<&str>) -> Result<Veil, Failure> {
    let contract = Contract::ashby();
    let policy = match privacy {
        Some(spec) => Some(spec),
        None => settings.privacy()?,
    };
    let policy = policy.map(|spec| load(spec, &contract)).transpose()?;
    Ok(Veil::new(contract, policy))
}

/// The policy of this name, or in this file.
pub(crate) fn load(spec: &str, contract: &Contract) -> Result<Policy, Failure> {
    Policy::load(spec, contract).map_err(|problem| {
        let failure = Failure::new(USAGE, problem.message);
        match problem.hint {
            Some(hint) => failure.with_hint(hint),
            None => failure,
        }
    })
}

/// Which fields the settings want.
pub(crate) fn selection(patterns: &[String]) -> Result<Selection, Failure> {
    Selection::parse(patterns, &Contract::ashby()).map_err(|why| {
        Failure::new(USAGE, format!("--select: {why}")).with_hint("`ashby privacy report` names all fields")
    })
}

/// The destination that the settings name, to which no more comes than they let out. A run of `streams` only says so.
pub(crate) fn around(
    settings: &Settings,
    place: Box<dyn Place>,
    privacy: Option<&str>,
    streams: Option<Vec<String>>,
) -> Result<Box<dyn Place>, Failure> {
    let veil = of(settings, privacy)?.selected(selection(settings.select())?);
    let is_withheld = |name: &&String| veil.plan(name).is_withheld();
    let withheld: Vec<&str> = streams.iter().flatten().filter(is_withheld).map(String::as_str).collect();
    if !withheld.is_empty() && !settings.quiet() {
        crate::output::explain(&format!(
            "note: nothing leaves of {}: the policy leaves out what tells their records apart\n",
            withheld.join(", ")
        ));
    }
    let is_said = privacy.is_some() || settings.privacy()?.is_some();
    let run = Run { is_said, streams: streams.map(|streams| streams.into_iter().collect()) };
    Ok(privacy::veiled(place, Arc::new(veil), run))
}

/// The names of the streams of which the selection wants something; `None` if it does not choose among them.
pub(crate) fn selected_streams(settings: &Settings) -> Result<Option<Vec<String>>, Failure> {
    let selection = selection(settings.select())?;
    let all = streams();
    let names = selection.streams(all.iter().map(|stream| stream.name()));
    Ok(names.map(|names| names.into_iter().map(str::to_owned).collect()))
}
