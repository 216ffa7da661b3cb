//! `ashby init`: asks what a first sync needs, checks the key, says what it will cost, and writes the configuration and what
//! starts a sync. Every answer is a flag, too; nothing is written before the end.

mod answers;
mod ask;
mod draft;
mod key;
mod place;
mod schedule;

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::process::ExitCode;

use ashby_source::Survey;
use clap::{Args, ValueEnum};
use secrecy::zeroize::Zeroizing;
use serde::Serialize;

use self::answers::{Schedule, Streams};
use self::draft::Draft;
use self::key::{KeptIn, NewKey, Source};
use self::place::{Holds, Planned, Standing};
use self::schedule::{Kind, Scheduled, Started};
use super::{Context, doctor, sync};
use crate::failure::{CREDENTIALS, FAILED, Failure, INTERRUPTED, USAGE};
use crate::output::{self, explain};
use crate::settings::setup::lasting;
use crate::settings::{Files, Given, Settings};
use crate::{destination, said, signals, text};

/// Answers, and what may be done.
#[derive(Debug, Args)]
pub(crate) struct InitFlags {
    /// Where the key is kept; where it is already, --api-key-file or --api-key-command says instead
    #[arg(long, value_name = "WHERE", value_enum)]
    key: Option<KeptIn>,
    /// What is synced: `default`, `all`, or names of streams with commas between them
    #[arg(long, value_name = "STREAMS", value_delimiter = ',')]
    streams: Vec<String>,
    /// What starts a sync
    #[arg(long, value_name = "WHAT", value_enum)]
    schedule: Option<Kind>,
    /// How often [default: 15m, and 5m for one that stays up]
    #[arg(long, value_name = "DURATION")]
    every: Option<String>,
    /// Write units of systemd, or the line of cron, into this directory instead of printing them
    #[arg(long, value_name = "DIR")]
    write_units: Option<PathBuf>,
    /// Whether the analyst's model is kept beside a SQLite database
    #[arg(long, value_name = "WHETHER", value_enum)]
    models: Option<Models>,
    /// The zone in which the model cuts months, weeks and dates: an IANA name, Europe/Berlin
    #[arg(long, value_name = "ZONE")]
    timezone: Option<String>,
    /// List parent records, to know what streams cost that need a request for each
    #[arg(long)]
    count: bool,
    /// Ask neither Ashby about the key nor the destination
    #[arg(long)]
    no_check: bool,
    /// Ask nothing: what is not said is as it was, or as it would be suggested
    #[arg(long)]
    yes: bool,
    /// Replace files that say something else
    #[arg(long)]
    force: bool,
    /// Check everything and show what would be written; write nothing
    #[arg(long)]
    dry_run: bool,
    /// What the command line says of settings.
    #[arg(skip)]
    given: Given,
    /// Which file is written, and which profile.
    #[arg(skip)]
    files: Files,
}

/// Whether the model is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Models {
    Auto,
    Off,
}

impl InitFlags {
    /// With the settings that the command line gives beside them, and the file that it names.
    pub(crate) fn with(self, given: Given, files: Files) -> Self {
        Self { given, files, ..self }
    }

    pub(crate) async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let cancel = signals::cancellation_in_person("interrupted: nothing was written\n")?;
        let is_seen = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
        let asks = is_seen && !self.yes && !said::is_json();
        let lasting = lasting(&self.given);
        let given = self.given.clone().into_iter().filter(|(name, _)| !lasting.contains_key(name)).collect();
        let draft = Draft::read(&self.files, given)?;
        let setup = Setup { now: draft.settings()?, draft, lasting, asks, new_key: None, flags: self };
        // What is written is written without a pause in which it could be cancelled.
        tokio::select! {
            ended = setup.run(&context.settings) => ended,
            () = cancel.cancelled() => Ok(ExitCode::from(INTERRUPTED)),
        }
    }
}

/// An installation that is being set up.
struct Setup {
    flags: InitFlags,
    /// What the command line says of how Ashby is reached and where records go.
    lasting: Given,
    /// Whether a person answers.
    asks: bool,
    /// What counts before anything is written.
    now: Settings,
    draft: Draft,
    new_key: Option<NewKey>,
}

/// What was made, for programs.
#[derive(Serialize)]
struct Made<'a> {
    config: &'a PathBuf,
    profile: Option<&'a str>,
    written: Vec<&'a PathBuf>,
    unchanged: Vec<&'a PathBuf>,
    units: Vec<Shown<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    then: Option<&'a str>,
    /// The command of the next sync.
    next: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    estimate: Option<sync::Estimate>,
    dry_run: bool,
}

#[derive(Serialize)]
struct Shown<'a> {
    name: &'a str,
    content: &'a str,
}

impl Setup {
    async fn run(mut self, settings: &Settings) -> Result<ExitCode, Failure> {
        self.complete()?;
        self.record()?;
        let survey = self.key().await?;
        self.destination()?;
        let streams = match Streams::said(&self.flags.streams)? {
            Some(streams) => streams,
            None if self.asks => Streams::asked(&self.now, survey.as_ref())?,
            None => Streams::now(&self.now),
        };
        streams.apply(&mut self.draft)?;
        answers::model(&self.flags, self.asks, &self.now, &mut self.draft)?;
        let schedule = self.schedule()?;
        let estimate = match &survey {
            Some(survey) => {
                let (estimate, said) = sync::estimated(&self.settings()?, survey, self.flags.count).await?;
                explain(&format!("\nThe first sync:\n{said}"));
                Some(estimate)
            }
            None => None,
        };
        self.finish(settings, &schedule, estimate)
    }

    /// Refuses to go on where something is not said and nobody can be asked.
    fn complete(&self) -> Result<(), Failure> {
        if self.asks || self.flags.yes {
            return Ok(());
        }
        let is_key_said =
            ["api_key_file", "api_key_command"].iter().any(|name| self.lasting.contains_key(*name));
        let needed = [
            ("--key", is_key_said || self.flags.key.is_some()),
            ("--to", self.lasting.contains_key("to")),
            ("--schedule", self.flags.schedule.is_some()),
        ];
        let missing: Vec<&str> =
            needed.iter().filter(|(_, is_said)| !is_said).map(|(flag, _)| *flag).collect();
        if missing.is_empty() {
            return Ok(());
        }
        Err(Failure::new(
            USAGE,
            format!("nobody can be asked without a terminal: {} must be given", missing.join(", ")),
        )
        .with_hint("or --yes, which takes what would be suggested; `ashby init --help` explains each"))
    }

    /// What the command line says that has no question of its own.
    fn record(&mut self) -> Result<(), Failure> {
        const ASKED: [&str; 3] = ["to", "api_key_file", "api_key_command"];
        for (name, value) in self.lasting.iter().filter(|(name, _)| !ASKED.contains(&name.as_str())) {
            self.draft.set(name, Some(value))?;
        }
        Ok(())
    }

    /// The settings that will count, with the key that is not where they say yet.
    fn settings(&self) -> Result<Settings, Failure> {
        let settings = self.draft.settings()?;
        Ok(match &self.new_key {
            Some(new) => settings.with_key(new.key.clone()),
            None => settings,
        })
    }

    /// Settles where the key is, and asks Ashby about it. A person may try again.
    async fn key(&mut self) -> Result<Option<Survey>, Failure> {
        let mut said = Source::said(self.flags.key, &self.lasting)?;
        let before = self.draft.clone();
        loop {
            let is_asked = said.is_none() && self.asks;
            let source = match said.take() {
                Some(source) => source,
                None if self.asks => Source::asked(&self.draft)?,
                None => Source::usual(&self.draft),
            };
            let found = match source.apply(&mut self.draft) {
                Ok(new) => {
                    self.new_key = new;
                    self.ask_ashby().await
                }
                Err(failure) => Err(failure),
            };
            match found {
                Err(failure) if is_asked && failure.code() == CREDENTIALS => {
                    explain(&format!("{}\n", failure.with_causes()));
                    self.draft = before.clone();
                }
                Err(failure) => return Err(failure.about("nothing was written")),
                Ok(survey) => return Ok(survey),
            }
        }
    }

    async fn ask_ashby(&self) -> Result<Option<Survey>, Failure> {
        let settings = self.settings()?;
        if self.flags.no_check {
            return Ok(None);
        }
        let (said, looked) = doctor::of_key(&settings).await;
        explain(&said);
        looked.map(Some)
    }

    /// Settles where records go, and looks whether they can. A person may try again.
    fn destination(&mut self) -> Result<(), Failure> {
        let mut said = self.lasting.get("to").and_then(|to| to.as_str().map(str::to_owned));
        loop {
            let is_asked = said.is_none() && self.asks;
            let to = match said.take() {
                Some(to) => to,
                None if self.asks => answers::destination(&self.now)?,
                None => self.now.to().to_owned(),
            };
            self.draft.set("to", Some(&answers::address(&to)?.into()))?;
            let settings = self.settings()?;
            let looked = match self.flags.no_check {
                true => destination::from_settings(&settings).map(|_| String::new()),
                false => doctor::of_destination(&settings),
            };
            match looked {
                Ok(said) => {
                    explain(&said);
                    return Ok(());
                }
                Err(failure) if is_asked => explain(&format!("{}\n", failure.with_causes())),
                Err(failure) => return Err(failure.about("nothing was written")),
            }
        }
    }

    /// Settles what starts a sync. What has no shell does not see its variables.
    fn schedule(&mut self) -> Result<Schedule, Failure> {
        let schedule = loop {
            let schedule = Schedule::new(&self.flags, self.asks)?;
            let is_kept =
                ["api_key", "api_key_file", "api_key_command"].iter().any(|name| self.draft.has(name));
            if is_kept || !schedule.kind.has_no_shell() {
                break schedule;
            }
            let Some(key) = key::of_environment().filter(|_| self.asks) else {
                return Err(Failure::new(
                    USAGE,
                    "a timer does not see the variables of this shell, which have the key",
                )
                .with_hint("keep the key in a file: --key file, or --api-key-file; nothing was written"));
            };
            let file = self.draft.key_file()?;
            let question = format!(
                "It does not see ASHBY_API_KEY of this shell. Copy the key into {}, which only you can read?",
                file.display()
            );
            if ask::whether(&question, true)? {
                self.new_key = Source::New(key).apply(&mut self.draft)?;
                break schedule;
            }
            if self.flags.schedule.is_some() {
                return Err(Failure::new(
                    FAILED,
                    "the key stays where a timer does not see it; nothing was written",
                ));
            }
        };
        schedule.apply(&mut self.draft)?;
        Ok(schedule)
    }

    /// All files that are to be, in the order in which they are written.
    fn planned(&self, schedule: &Schedule, scheduled: Option<&Scheduled>) -> Vec<Planned> {
        let mut planned = Vec::new();
        if let Some(new) = &self.new_key {
            planned.push(Planned { path: new.file.clone(), holds: Holds::Key, content: new.line.clone() });
        }
        let config = self.draft.text();
        planned.push(Planned { path: self.draft.path.clone(), holds: Holds::Settings, content: config });
        let units = scheduled.iter().flat_map(|scheduled| &scheduled.units);
        planned.extend(schedule.directory.iter().flat_map(|directory| {
            units.clone().map(|unit| Planned {
                path: directory.join(&unit.name),
                holds: Holds::Unit,
                content: Zeroizing::new(unit.content.clone()),
            })
        }));
        planned
    }

    /// Shows what is to be written, writes it if that is wanted, and says how to go on.
    fn finish(
        self,
        settings: &Settings,
        schedule: &Schedule,
        estimate: Option<sync::Estimate>,
    ) -> Result<ExitCode, Failure> {
        let started = Started::this(self.draft.flags(true), self.draft.profile.clone())?;
        let scheduled =
            schedule::made(schedule.kind, schedule.every, &started, schedule.directory.as_deref())?;
        // By the loader that the next command has.
        let final_settings = self.settings()?;
        crate::modelling::options(&final_settings)?;
        self.tell_what_is_overruled(&final_settings);

        let planned = self.planned(schedule, scheduled.as_ref());
        let mut others = Vec::new();
        let (mut written, mut unchanged) = (Vec::new(), Vec::new());
        for file in &planned {
            let path = file.path.display();
            match file.standing()? {
                Standing::Same => unchanged.push(file),
                Standing::New => {
                    if file.holds == Holds::Settings && (self.asks || self.flags.dry_run) {
                        explain(&format!("\n{path} will say:\n{}", self.draft.shown()));
                    }
                    written.push(file);
                }
                Standing::Other(difference) => {
                    explain(&format!("\n{path} is there, and would change:\n{difference}"));
                    others.push(path.to_string());
                    written.push(file);
                }
            }
        }
        if !self.flags.dry_run {
            self.consent(&others, written.is_empty())?;
            place::put(&written)?;
        }
        let flags: String =
            self.draft.flags(false).iter().map(|word| format!(" {}", text::word(word))).collect();
        let next = format!("ashby sync{}{flags}", if schedule.kind == Kind::Watch { " --watch" } else { "" });
        let is_printed = schedule.directory.is_none();
        if settings.json() {
            let units = scheduled.iter().flat_map(|scheduled| &scheduled.units);
            output::print_json(&Made {
                config: &self.draft.path,
                profile: self.draft.profile.as_deref(),
                written: written.iter().map(|file| &file.path).collect(),
                unchanged: unchanged.iter().map(|file| &file.path).collect(),
                units: units.map(|unit| Shown { name: &unit.name, content: &unit.content }).collect(),
                then: scheduled.as_ref().map(|scheduled| scheduled.then.as_str()),
                next,
                estimate,
                dry_run: self.flags.dry_run,
            })?;
            return Ok(ExitCode::SUCCESS);
        }
        let done = if self.flags.dry_run { "would be written" } else { "written" };
        let paths: Vec<String> = written.iter().map(|file| file.path.display().to_string()).collect();
        match &paths[..] {
            [] => explain("everything is as it should be\n"),
            paths => explain(&format!("\n{done}: {}\n", paths.join(", "))),
        }
        if let Some(scheduled) = &scheduled {
            for unit in scheduled.units.iter().filter(|_| is_printed) {
                let name =
                    if scheduled.units.len() > 1 { format!("# {}\n", unit.name) } else { String::new() };
                output::print(&format!("{name}{}", unit.content))?;
            }
            explain(&format!("then: {}\n", scheduled.then));
        }
        explain(&format!("next: {next}\n"));
        Ok(ExitCode::SUCCESS)
    }

    /// Says which settings are written and do not count here.
    fn tell_what_is_overruled(&self, settings: &Settings) {
        let held = key::of_environment().map(|key| ashby_client::ApiKey::from(key.as_str()).fingerprint());
        let is_same_key = self.new_key.as_ref().is_some_and(|new| held == Some(new.key.fingerprint()));
        let is_key_written = self.draft.has("api_key_file") || self.draft.has("api_key_command");
        let written = [
            ("to", true),
            ("streams", self.draft.has("streams")),
            ("api_key", is_key_written && !is_same_key),
        ];
        for (name, _) in written.into_iter().filter(|(_, is_written)| *is_written) {
            if let Some(origin) = settings.overruled_by(name) {
                explain(&format!("note: {origin} counts above what is written here, as long as it is set\n"));
            }
        }
    }

    /// Whether a person or a flag wants what is about to be written.
    fn consent(&self, others: &[String], is_nothing: bool) -> Result<(), Failure> {
        if is_nothing || (self.flags.force && !self.asks) {
            return Ok(());
        }
        if self.asks {
            let question = if others.is_empty() { "Write it?" } else { "Write it, with these changes?" };
            return match ask::whether(question, others.is_empty() || self.flags.force)? {
                true => Ok(()),
                false => Err(Failure::new(FAILED, "not confirmed; nothing was written")),
            };
        }
        if others.is_empty() {
            return Ok(());
        }
        let verb = if others.len() == 1 { "is there and says" } else { "are there and say" };
        Err(Failure::new(USAGE, format!("{} {verb} something else; nothing was written", others.join(", ")))
            .with_hint("the difference is above; --force replaces it, --profile NAME writes beside it"))
    }
}
