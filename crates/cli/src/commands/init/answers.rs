//! What is synced, where to, and when: as flags say, or a person who is asked.

use std::path::{Path, PathBuf};
use std::time::Duration;

use ashby_source::{Readable, Survey, streams};
use jiff::tz::TimeZone;
use serde_json::Value;

use super::InitFlags;
use super::ask::{self, choice};
use super::draft::{Draft, absolute};
use super::schedule::Kind;
use crate::commands::{streams as listing, sync};
use crate::failure::{Failure, USAGE};
use crate::output::{counted, span};
use crate::settings::setup::home;
use crate::settings::{Settings, duration};

/// Kinds of destinations whose address is a path.
const PATHS: [&str; 3] = ["sqlite:", "parquet:", "jsonl:"];

/// An address as it is from everywhere.
///
/// # Errors
/// If its path cannot be told.
pub(super) fn address(text: &str) -> Result<String, Failure> {
    for kind in PATHS {
        if let Some(path) = text.strip_prefix(kind).filter(|path| !path.contains("://") && !path.is_empty()) {
            let path = absolute(Path::new(path))?;
            let path =
                path.to_str().ok_or_else(|| Failure::new(USAGE, "the path of the destination is no text"))?;
            return Ok(format!("{kind}{path}"));
        }
    }
    Ok(text.to_owned())
}

/// Asks where records go; what counts now is suggested.
pub(super) fn destination(now: &Settings) -> Result<String, Failure> {
    let there = address(now.to())?;
    let kinds = [
        (
            "sqlite:",
            "a SQLite database: one file, with a view for each stream, and the analyst's model",
            "sqlite:ashby.db",
        ),
        #[cfg(feature = "postgres")]
        (
            "postgres://",
            "PostgreSQL: a schema with a table for each stream",
            "postgres://USER@HOST/DATABASE?schema=ashby",
        ),
        #[cfg(feature = "parquet")]
        ("parquet:", "Parquet files, in a directory or an object store", "parquet:ashby-lake/"),
        ("jsonl:", "JSON lines: a file for each stream, a line for each version of a record", "jsonl:ashby/"),
    ];
    let start = kinds.iter().position(|(kind, ..)| there.starts_with(kind)).unwrap_or(0);
    let choices = kinds.into_iter().map(|(kind, shown, usual)| choice((kind, usual), shown)).collect();
    let (kind, usual) = ask::one("Where do records go?", choices, start)?;
    let suggested = if there.starts_with(kind) { there } else { address(usual)? };
    let help = match kind {
        "postgres://" => "the password comes from PGPASSWORD, ~/.pgpass or a file, never from here",
        "parquet:" => "a directory, or parquet:s3://BUCKET/PREFIX?region=…, gs://, az://",
        _ => "its directory must be there",
    };
    ask::line("Destination:", &suggested, help)
}

/// Which streams.
pub(super) enum Streams {
    Usual,
    All,
    These(Vec<String>),
}

impl Streams {
    /// As flags say.
    ///
    /// # Errors
    /// If there is no stream of a name.
    pub(super) fn said(names: &[String]) -> Result<Option<Self>, Failure> {
        match names {
            [] => Ok(None),
            [name] if name == "default" => Ok(Some(Self::Usual)),
            [name] if name == "all" => Ok(Some(Self::All)),
            names => {
                names.iter().try_for_each(|name| sync::find(name).map(drop))?;
                Ok(Some(Self::These(names.to_vec())))
            }
        }
    }

    /// As it is now.
    pub(super) fn now(now: &Settings) -> Self {
        match now.streams() {
            [] if now.all() => Self::All,
            [] => Self::Usual,
            names => Self::These(names.to_vec()),
        }
    }

    /// As a person says, who is told what each costs and what the key may not read.
    pub(super) fn asked(now: &Settings, survey: Option<&Survey>) -> Result<Self, Failure> {
        let all = streams();
        let usual = all.iter().filter(|stream| stream.is_default()).count() as u64;
        let more = counted(all.len() as u64 - usual, "stream");
        let choices = vec![
            choice(
                0,
                format!("the usual {usual}: about a request per 100 records, and later per 100 changes"),
            ),
            choice(
                1,
                format!("all {}: {more} more that cost a request for each of many parent records", all.len()),
            ),
            choice(2, "a choice"),
        ];
        let start = match Self::now(now) {
            Self::Usual => 0,
            Self::All => 1,
            Self::These(_) => 2,
        };
        match ask::one("Which streams?", choices, start)? {
            0 => return Ok(Self::Usual),
            1 => return Ok(Self::All),
            _ => {}
        }
        let named = now.streams();
        let is_chosen = |name: &str, is_usual: bool| match named {
            [] => is_usual,
            named => named.iter().any(|other| other == name),
        };
        let chosen: Vec<usize> =
            (0..all.len()).filter(|at| is_chosen(all[*at].name(), all[*at].is_default())).collect();
        let choices = all.iter().map(|stream| {
            let readable = survey.and_then(|survey| survey.streams.get(stream.name()));
            let denied = if readable == Some(&Readable::No) { " (the key may not read it)" } else { "" };
            choice(
                stream.name().to_owned(),
                format!("{:<32} {}{denied}", stream.name(), listing::cost(stream)),
            )
        });
        ask::several("Streams, and what each costs a sync in requests:", choices.collect(), &chosen)
            .map(Self::These)
    }

    /// Puts it into the configuration.
    ///
    /// # Errors
    /// If there is no room.
    pub(super) fn apply(&self, draft: &mut Draft) -> Result<(), Failure> {
        let names = match self {
            Self::These(names) => Some(Value::from(names.clone())),
            _ => None,
        };
        draft.set("streams", names.as_ref())?;
        draft.set("all", matches!(self, Self::All).then_some(&Value::Bool(true)))
    }
}

/// Whether the analyst's model is kept, and the zone in which it cuts days. Only a SQLite database has it.
///
/// # Errors
/// If there is no answer, or no such zone.
pub(super) fn model(flags: &InitFlags, asks: bool, now: &Settings, draft: &mut Draft) -> Result<(), Failure> {
    let is_sqlite = draft.settings()?.to().starts_with("sqlite:");
    let asks = asks && is_sqlite;
    let keeps = match flags.models {
        Some(models) => models == super::Models::Auto,
        None if asks => ask::whether(
            "Keep the analyst's model beside the copy (typed tables, metrics, a report)?",
            now.keeps_model(),
        )?,
        None => now.keeps_model(),
    };
    let zone = match &flags.timezone {
        Some(zone) => zone.clone(),
        None if asks && keeps => loop {
            let zone =
                ask::line("Time zone of its days:", &zone_of(now), "an IANA name, such as Europe/Berlin")?;
            match TimeZone::get(&zone) {
                Ok(_) => break zone,
                Err(_) => crate::output::explain("there is no such time zone\n"),
            }
        },
        None => now.timezone().to_owned(),
    };
    if TimeZone::get(&zone).is_err() {
        return Err(Failure::new(USAGE, "--timezone names no time zone")
            .with_hint("write an IANA name, such as Europe/Berlin"));
    }
    draft.set("models", (!keeps).then_some(&"off".into()))?;
    draft.set("timezone", (zone != "UTC").then_some(&zone.into()))
}

/// The zone that was set, or else that of this machine.
fn zone_of(now: &Settings) -> String {
    match now.timezone() {
        "UTC" => TimeZone::system().iana_name().unwrap_or("UTC").to_owned(),
        zone => zone.to_owned(),
    }
}

/// What starts a sync, how often, and where its units go.
pub(super) struct Schedule {
    pub(super) kind: Kind,
    pub(super) every: Duration,
    pub(super) directory: Option<PathBuf>,
}

impl Schedule {
    /// As flags say, or a person.
    ///
    /// # Errors
    /// If there is no answer, or an interval is none.
    pub(super) fn new(flags: &InitFlags, asks: bool) -> Result<Self, Failure> {
        let kind = match flags.schedule {
            Some(kind) => kind,
            None if asks => {
                let choices = vec![
                    choice(Kind::None, "nothing: I start it"),
                    choice(Kind::Systemd, "a timer of systemd"),
                    choice(Kind::Cron, "a line of cron"),
                    choice(Kind::Watch, "nothing, it stays up: a service of systemd"),
                ];
                ask::one("What starts a sync?", choices, 0)?
            }
            None => Kind::None,
        };
        let usual = span(kind.usual());
        let read = |text: &str| {
            let wrong = || Failure::new(USAGE, "--every is no duration").with_hint("such as 15m or 1h");
            duration(text.trim()).ok_or_else(wrong)
        };
        let every = match &flags.every {
            Some(every) => read(every)?,
            None if asks && kind != Kind::None => loop {
                match duration(ask::line("How often?", &usual, "such as 5m, 15m, 1h")?.trim()) {
                    Some(every) => break every,
                    None => crate::output::explain("that is no duration\n"),
                }
            },
            None => kind.usual(),
        };
        let own = home().map(|home| home.join(".config/systemd/user"));
        let is_unit = matches!(kind, Kind::Systemd | Kind::Watch);
        let directory = match (&flags.write_units, own) {
            (Some(directory), _) => Some(absolute(directory)?),
            (None, Some(own)) if asks && is_unit => {
                let question = format!("Write its units into {}?", own.display());
                ask::whether(&question, true)?.then_some(own)
            }
            _ => None,
        };
        Ok(Self { kind, every, directory })
    }

    /// Puts what of it is a setting into the configuration.
    ///
    /// # Errors
    /// If there is no room.
    pub(super) fn apply(&self, draft: &mut Draft) -> Result<(), Failure> {
        if self.kind == Kind::Watch {
            draft.set("interval", Some(&span(self.every).into()))?;
        }
        // A timer's runs find what is gone in turn only if they are told to.
        if self.kind.has_no_shell() && !draft.has("full_every") {
            draft.set("full_every", Some(&"7d".into()))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn destinations_are_the_same_from_everywhere() {
        let here = std::env::current_dir().unwrap();
        assert_eq!(address("sqlite:a.db").unwrap(), format!("sqlite:{}/a.db", here.display()));
        for same in ["sqlite:/x/a.db", "parquet:s3://b/p?region=x", "postgres://u@h/d", "stdout"] {
            assert_eq!(address(same).unwrap(), same);
        }
    }
}
