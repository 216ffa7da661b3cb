//! `ashby report html`: the analyst's page, as one file.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use capture_core::private_file;
use clap::Args;
use report::{Confidential, Options, Period};
use serde_json::json;

use super::may_write;
use crate::failure::{FAILED, Failure, USAGE};
use crate::output::{self, explain};
use crate::settings::Settings;
use crate::{local, modelling, text};

/// Where the page goes from a terminal, which nobody wants to read it on.
const USUAL: &str = "ashby-report.html";

/// What the page is of, and where it goes.
#[derive(Debug, Clone, Args)]
pub(crate) struct HtmlFlags {
    /// Write to this file, for its owner only [default: standard output; ashby-report.html where that is a terminal]
    #[arg(short = 'o', long = "out", value_name = "FILE")]
    out: Option<PathBuf>,
    /// Replace a file that is there already
    #[arg(long)]
    force: bool,
    /// Which months: 12m, 90d, all, or two dates as in 2026-01-01..2026-06-30; whole months are counted
    #[arg(long, value_name = "PERIOD", default_value = "12m", value_parser = period)]
    period: Period,
    /// Only this job, by its id; may be given several times
    #[arg(long = "job", value_name = "ID")]
    jobs: Vec<String>,
    /// Only this department and those below it, by its id; may be given several times
    #[arg(long = "department", value_name = "ID")]
    departments: Vec<String>,
    /// Confidential jobs: mask their names, show them, or exclude the jobs
    #[arg(long, value_name = "HOW", default_value = "mask", value_parser = confidential)]
    confidential: Confidential,
}

impl HtmlFlags {
    pub(super) fn run(&self, settings: &Settings) -> Result<ExitCode, Failure> {
        let usual = || std::io::stdout().is_terminal().then(|| PathBuf::from(USUAL));
        let path = self.out.clone().or_else(usual);
        if let Some(path) = &path {
            may_write(path, self.force)?;
        }
        let options = Options {
            period: self.period,
            jobs: self.jobs.clone(),
            departments: self.departments.clone(),
            confidential: self.confidential,
            ..Options::default()
        };
        let page = report::page(&ready(settings)?, &options)?;
        match path {
            None => output::print_bytes(page.html.as_bytes()).map(drop)?,
            Some(path) => {
                write(&path, &page.html)?;
                let shown = path.display().to_string();
                let said = format!("{shown}: {} figures, as of {}\n", page.figures, page.as_of);
                let made_of = json!({
                    "file": shown, "asOf": page.as_of, "figures": page.figures, "bytes": page.html.len(),
                });
                output::print_done(settings, &said, &made_of)?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// How confidential jobs are treated, by name.
fn confidential(text: &str) -> Result<Confidential, String> {
    Confidential::named(text).ok_or_else(|| "it is mask, show or exclude".to_owned())
}

fn period(text: &str) -> Result<Period, String> {
    text.parse::<Period>().map_err(|error| match error.hint() {
        Some(hint) => format!("it is {hint}"),
        None => error.to_string(),
    })
}

/// The model of the copy that the settings name. It is built first if there is none and there are records.
fn ready(settings: &Settings) -> Result<PathBuf, Failure> {
    let copy = local::copy(settings)?;
    let model = models::path_of(copy.path());
    if !model.exists() {
        if !copy.exists() {
            return Err(local_copy::Error::NoCopy(copy.path().to_owned()).into());
        }
        let shown = model.display().to_string();
        explain(&format!("there is no model yet: building {}\n", text::line(&shown)));
        models::build(copy.path(), &model, &modelling::options(settings)?)?;
    }
    Ok(model)
}

impl From<report::Error> for Failure {
    fn from(error: report::Error) -> Self {
        let code = if error.is_usage() { USAGE } else { FAILED };
        let failure = Self::new(code, error.to_string());
        match error.hint() {
            Some(hint) => failure.with_hint(hint),
            None => failure.with_source(error),
        }
    }
}

/// Puts the page into a file of its owner, whole or not at all.
pub(crate) fn write(path: &Path, html: &str) -> Result<(), Failure> {
    private_file::replace(path, html.as_bytes())
        .map_err(|error| Failure::new(FAILED, format!("cannot write {}", path.display())).with_source(error))
}
