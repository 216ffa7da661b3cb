//! `ashby privacy`: what may leave.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use privacy::{CLASSES, Contract, HashKey, PRESETS, Policy, Report, Veil};
use serde_json::json;

use crate::failure::{FAILED, Failure, USAGE};
use crate::output::{self, counted, explain};
use crate::settings::Settings;
use crate::table::Table;
use crate::{destination, veil};

#[derive(Debug, Subcommand)]
pub(crate) enum PrivacyAction {
    /// List the policies that there are without a file, and what each does with what records hold
    Presets,
    /// Say whether a policy is sound, and which streams of the destination were written under another
    Check {
        /// A policy's name or file [default: as the settings say]
        #[arg(value_name = "POLICY")]
        policy: Option<String>,
    },
    /// Say what leaves under a policy, stream by stream and field by field; or what differs under two
    Report {
        /// Only these streams
        #[arg(value_name = "STREAM")]
        streams: Vec<String>,
        /// A policy's name or file [default: as the settings say]
        #[arg(long, value_name = "POLICY")]
        policy: Option<String>,
        /// Only what is otherwise under this one
        #[arg(long, value_name = "POLICY")]
        against: Option<String>,
    },
    /// Make a key for hashes, in a file for its owner only
    Key {
        /// Where; there must be no such file
        #[arg(value_name = "FILE", default_value = "privacy.key")]
        file: PathBuf,
    },
}

impl PrivacyAction {
    pub(crate) fn run(&self, settings: &Settings) -> Result<ExitCode, Failure> {
        match self {
            Self::Presets => presets(settings)?,
            Self::Check { policy } => check(settings, policy.as_deref())?,
            Self::Report { streams, policy, against } => {
                report(settings, streams, policy.as_deref(), against.as_deref())?;
            }
            Self::Key { file } => {
                HashKey::make(file).map_err(|error| {
                    Failure::new(FAILED, format!("cannot make the key {}", file.display()))
                        .with_source(error)
                        .with_hint("a key that is replaced changes all hashes; name another file")
                })?;
                let told = format!(
                    "made {}: keep it, and keep it from those who get the hashes; say it in the policy: key_file = \"{}\"\n",
                    file.display(),
                    file.display()
                );
                output::print_done(settings, &told, &json!({ "key_file": file }))?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn presets(settings: &Settings) -> Result<(), Failure> {
    let shown: Vec<_> = PRESETS
        .iter()
        .map(|preset| {
            let mut classes: BTreeMap<&str, &str> = CLASSES
                .iter()
                .zip(preset.classes)
                .map(|(class, action)| (class.name(), action.name()))
                .collect();
            classes.insert("unknown", preset.unknown.name());
            json!({"name": preset.name, "about": preset.about, "classes": classes})
        })
        .collect();
    let mut header = vec!["policy"];
    header.extend(CLASSES.iter().map(|class| class.name()));
    header.push("unknown");
    let rows = PRESETS.iter().map(|preset| {
        let actions = preset.classes.iter().chain([&preset.unknown]).map(|action| action.name().to_owned());
        [preset.name.to_owned()].into_iter().chain(actions).collect()
    });
    output::print_listed(settings, &shown, Table::new(&header).rows(rows))?;
    if !settings.json() {
        for preset in PRESETS {
            explain(&format!("{}: {}\n", preset.name, preset.about));
        }
    }
    Ok(())
}

/// The policy that was named, or that of the settings; and how to call it.
fn policy(settings: &Settings, named: Option<&str>) -> Result<Policy, Failure> {
    let spec = match named {
        Some(spec) => spec,
        None => settings.privacy()?.ok_or_else(|| {
            Failure::new(USAGE, "no policy is named, and the settings have none").with_hint(
                "`ashby privacy presets` lists them; privacy = \"no-contact\" in ashby.toml sets one",
            )
        })?,
    };
    veil::load(spec, &Contract::ashby())
}

/// What the settings let out where they say nothing, too.
fn veiled(settings: &Settings, named: Option<&str>) -> Result<Veil, Failure> {
    let veil = match named {
        Some(spec) => Veil::new(Contract::ashby(), [veil::load(spec, &Contract::ashby())?]),
        None => veil::of(settings, None)?,
    };
    Ok(veil.selected(veil::selection(settings.select())?))
}

fn check(settings: &Settings, named: Option<&str>) -> Result<(), Failure> {
    let policy = policy(settings, named)?;
    let name = policy.name().to_owned();
    let veil = Veil::new(Contract::ashby(), [policy]).selected(veil::selection(settings.select())?);
    let report = Report::of(&veil, &[]);
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    report.fields.iter().for_each(|line| *counts.entry(line.action).or_default() += 1);
    let state =
        destination::from_settings(settings).ok().and_then(|place| place.peek().ok()).unwrap_or_default();
    let others: Vec<&String> = state
        .streams
        .iter()
        .filter(|(name, saved)| {
            saved.policy.as_ref().map(|mark| &mark.fingerprint)
                != veil.mark(name).as_ref().map(|mark| &mark.fingerprint)
        })
        .map(|(name, _)| name)
        .collect();
    let told: Vec<String> = counts.iter().map(|(action, count)| format!("{count} {action}")).collect();
    let mut text = format!(
        "{name} is sound; of {}: {}\n",
        counted(report.fields.len() as u64, "field"),
        told.join(", ")
    );
    if !report.withheld.is_empty() {
        text.push_str(&format!(
            "nothing leaves of {}: what tells their records apart may not\n",
            report.withheld.join(", ")
        ));
    }
    if !report.scoped.is_empty() {
        text.push_str(&format!("only some records leave of {}\n", report.scoped.join(", ")));
    }
    if !others.is_empty() {
        let names: Vec<&str> = others.iter().map(|name| name.as_str()).collect();
        text.push_str(&format!(
            "the destination has rows that were written otherwise; the next sync writes them anew: {}\n",
            names.join(", ")
        ));
    }
    let shown = json!({
        "policy": name, "fields": counts, "withheld": report.withheld, "scoped": report.scoped, "written_anew": others,
    });
    output::print_done(settings, &text, &shown)
}

fn report(
    settings: &Settings,
    streams: &[String],
    named: Option<&str>,
    against: Option<&str>,
) -> Result<(), Failure> {
    for name in streams {
        super::sync::find(name)?;
    }
    let mut report = Report::of(&veiled(settings, named)?, streams);
    if let Some(against) = against {
        report = report.against(&Report::of(&veiled(settings, Some(against))?, streams));
    }
    if settings.json() {
        return output::print_json(&report);
    }
    let other = report.against.clone();
    let mut header = vec!["stream", "field", "holds", report.policy.as_str()];
    header.extend(other.as_deref());
    let rows = report.fields.iter().map(|line| {
        let mut row =
            vec![line.stream.clone(), line.field.clone(), line.class.clone(), line.action.to_owned()];
        row.extend(line.against.map(str::to_owned));
        row
    });
    output::print_listed(settings, &report.fields, Table::new(&header).rows(rows))?;
    if !report.withheld.is_empty() {
        explain(&format!(
            "nothing leaves of {}: what tells their records apart may not\n",
            report.withheld.join(", ")
        ));
    }
    if !report.scoped.is_empty() {
        explain(&format!("only some records leave of {}\n", report.scoped.join(", ")));
    }
    Ok(())
}
