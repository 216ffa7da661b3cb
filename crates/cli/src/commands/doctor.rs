//! `ashby doctor`: everything that a sync needs, looked at one by one.

mod ashby;
mod place;

use std::num::NonZeroUsize;
use std::process::ExitCode;

use ashby_source::Survey;
use clap::{Args, ValueEnum};
use serde::Serialize;

use crate::commands::Context;
use crate::failure::{CREDENTIALS, FAILED, Failure};
use crate::output;
use crate::settings::{OutputFormat, Settings};
use crate::table::Table;

/// How to look.
#[derive(Debug, Clone, Args)]
pub(crate) struct DoctorFlags {
    /// From which finding on the command fails
    #[arg(long, value_name = "LEVEL", default_value = "fail")]
    fail_on: FailOn,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FailOn {
    Warn,
    Fail,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
enum Level {
    Ok,
    Warn,
    Fail,
}

/// Something that was looked at.
#[derive(Debug, Serialize)]
struct Finding {
    about: &'static str,
    level: Level,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    details: Vec<String>,
}

#[derive(Serialize)]
struct Findings<'a> {
    level: Level,
    findings: &'a [Finding],
}

impl DoctorFlags {
    pub(crate) async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let settings = &context.settings;
        let mut findings = vec![place::configuration(settings)];
        let looked = ashby::look(settings, &mut findings).await;
        let key_is_refused = looked.is_err_and(|failure| failure.code() == CREDENTIALS);
        place::key_file(settings, &mut findings);
        place::destination(settings, &mut findings);

        let level = findings.iter().map(|finding| finding.level).max().unwrap_or(Level::Ok);
        match settings.output() {
            Some(OutputFormat::Json) => output::print_json(&Findings { level, findings: &findings })?,
            Some(OutputFormat::Ndjson | OutputFormat::Csv) => {
                output::print_listed(settings, &findings, table(&findings))?;
            }
            _ => output::print(&describe(&findings, settings.verbose(), output::width()))?,
        }
        let fails_from = match self.fail_on {
            FailOn::Warn => Level::Warn,
            FailOn::Fail => Level::Fail,
        };
        Ok(match level >= fails_from {
            true if key_is_refused => ExitCode::from(CREDENTIALS),
            true => ExitCode::from(FAILED),
            false => ExitCode::SUCCESS,
        })
    }
}

/// Looks at the key and at Ashby. Says what a person should know of them; what the key may read, or why nothing can be.
pub(crate) async fn of_key(settings: &Settings) -> (String, Result<Survey, Failure>) {
    let mut findings = Vec::new();
    let looked = ashby::look(settings, &mut findings).await;
    findings.retain(|finding| finding.level != Level::Ok || finding.about == "key");
    // What failed is told by what is returned.
    findings.retain(|finding| looked.is_ok() || finding.level != Level::Fail);
    (describe(&findings, false, output::width()), looked)
}

/// Looks at the destination.
///
/// # Errors
/// With what keeps records from being written there.
pub(crate) fn of_destination(settings: &Settings) -> Result<String, Failure> {
    crate::destination::from_settings(settings)?;
    let mut findings = Vec::new();
    place::destination(settings, &mut findings);
    match findings.iter().find(|finding| finding.level == Level::Fail) {
        None => Ok(describe(&findings, false, output::width())),
        Some(finding) => {
            let failure = Failure::new(FAILED, finding.message.clone());
            Err(match &finding.hint {
                Some(hint) => failure.with_hint(hint.clone()),
                None => failure,
            })
        }
    }
}

impl Level {
    fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}

fn table(findings: &[Finding]) -> Table {
    let row = |finding: &Finding| {
        vec![
            finding.level.name().to_owned(),
            finding.about.to_owned(),
            finding.message.clone(),
            finding.hint.clone().unwrap_or_default(),
            finding.details.join("; "),
        ]
    };
    Table::new(&["level", "about", "message", "hint", "details"]).rows(findings.iter().map(row))
}

fn describe(findings: &[Finding], verbose: bool, width: Option<NonZeroUsize>) -> String {
    let none: [&str; 0] = [];
    let mut table = Table::new(&none);
    let mut line = |mark: &str, text: String| table.add([format!("{mark:<4}"), text]);
    for finding in findings {
        let level = match finding.level {
            Level::Fail => "FAIL",
            level => level.name(),
        };
        line(level, format!("{}: {}", finding.about, finding.message));
        if let Some(hint) = &finding.hint {
            line("", format!("hint: {hint}"));
        }
        if verbose {
            finding.details.iter().for_each(|detail| line("", format!("- {detail}")));
        }
    }
    table.draw(width)
}

impl Finding {
    fn new(about: &'static str, level: Level, message: impl Into<String>) -> Self {
        Self { about, level, message: message.into(), hint: None, details: Vec::new() }
    }

    fn ok(about: &'static str, message: impl Into<String>) -> Self {
        Self::new(about, Level::Ok, message)
    }

    fn warn(about: &'static str, message: impl Into<String>) -> Self {
        Self::new(about, Level::Warn, message)
    }

    /// What kept something from being looked at.
    fn fail(about: &'static str, failure: &Failure) -> Self {
        Self {
            hint: failure.hint().map(str::to_owned),
            ..Self::new(about, Level::Fail, failure.with_causes())
        }
    }

    fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    fn details(self, details: Vec<String>) -> Self {
        Self { details, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn details_are_for_those_who_ask() {
        let findings = [
            Finding::ok("clock", "right"),
            Finding::warn("state", "old").hint("sync").details(vec!["jobs".to_owned()]),
            Finding::fail("key", &Failure::new(FAILED, "refused").with_source("why")),
        ];
        let short = "ok    clock: right\nwarn  state: old\n      hint: sync\nFAIL  key: refused (why)\n";
        assert_eq!(describe(&findings, false, None), short);
        assert!(describe(&findings, true, None).contains("\n      - jobs\n"));
    }
}
