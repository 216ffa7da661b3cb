//! The model beside the copy that the settings name, and the page that is made of it.

use std::path::{Path, PathBuf};

use report::{Confidential, Options, Page, Period};

use crate::failure::{FAILED, Failure, USAGE};
use crate::output::explain;
use crate::settings::Settings;
use crate::{local, text};

/// Where the model of this copy is.
pub(crate) fn path(records: &Path) -> PathBuf {
    models::path_of(records)
}

/// The model of the copy that the settings name. It is built first if there is none and there are records.
pub(crate) fn ready(settings: &Settings) -> Result<PathBuf, Failure> {
    let copy = local::copy(settings)?;
    let model = path(copy.path());
    if !model.exists() {
        if !copy.exists() {
            return Err(local_copy::Error::NoCopy(copy.path().to_owned()).into());
        }
        explain(&format!("there is no model yet: building {}\n", text::line(&model.display().to_string())));
        return of(copy.path());
    }
    Ok(model)
}

/// The model of these records, brought up to date.
pub(crate) fn of(records: &Path) -> Result<PathBuf, Failure> {
    let model = path(records);
    models::build(records, &model, &models::Options::default()).map_err(failed)?;
    Ok(model)
}

fn failed(error: models::Error) -> Failure {
    let failure = Failure::new(FAILED, error.to_string());
    match error.hint().map(str::to_owned) {
        Some(hint) => failure.with_hint(hint),
        None => failure.with_source(error),
    }
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

/// How confidential jobs are treated, by name, for command lines.
pub(crate) fn confidential(text: &str) -> Result<Confidential, String> {
    Confidential::named(text).ok_or_else(|| "it is mask, show or exclude".to_owned())
}

/// A period, for command lines.
pub(crate) fn period(text: &str) -> Result<Period, String> {
    text.parse::<Period>().map_err(|error| match error.hint() {
        Some(hint) => format!("it is {hint}"),
        None => error.to_string(),
    })
}

/// The page of a model.
pub(crate) fn page(model: &Path, options: &Options) -> Result<Page, report::Error> {
    report::page(model, options)
}
