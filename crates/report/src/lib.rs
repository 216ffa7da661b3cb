//! The analyst's model as a page: eight figures, each a picture and a table of the same values, in one HTML document that
//! asks for nothing else and needs no script.
//!
//! [`page`] reads a model (`ashby.model.db`) and nothing else. A figure is data first (`figure.rs`); its picture (`svg.rs`) and
//! its table (`markup.rs`) are made of the same cells, so every mark stands in the table with the same value, unrounded:
//!
//! ```html
//! <figure data-chart="funnel" data-n="9812">
//!   <figcaption>…</figcaption>
//!   <svg role="img" aria-labelledby="…"><rect data-key="Offer" data-col="reached" data-value="412"/>…</svg>
//!   <details><table><caption>…</caption>…<tr data-key="Offer"><td data-col="reached" data-value="412">412</td>…
//! ```
//!
//! No candidate's name, address or note is on it; confidential jobs are called "Confidential job" unless [`Confidential`] says
//! otherwise.

mod error;
mod figure;
mod figures;
mod markup;
mod model;
mod numbers;
mod period;
mod scale;
mod svg;

use std::path::Path;

pub use crate::error::Error;
pub use crate::period::Period;

/// What becomes of jobs that are confidential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Confidential {
    /// They count, under a name that says nothing.
    #[default]
    Mask,
    /// They count, under their own names.
    Show,
    /// They are left out, and so is what belongs to them.
    Exclude,
}

impl Confidential {
    /// As command lines and addresses have it.
    pub const NAMES: [(&'static str, Self); 3] =
        [("mask", Self::Mask), ("show", Self::Show), ("exclude", Self::Exclude)];

    /// By its name.
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMES.into_iter().find(|(known, _)| *known == name).map(|(_, confidential)| confidential)
    }

    fn name(self) -> &'static str {
        Self::NAMES.into_iter().find(|(_, known)| *known == self).map_or("mask", |(name, _)| name)
    }
}

/// What the page is of.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Which months.
    pub period: Period,
    /// Ids of the only jobs to count; none: all.
    pub jobs: Vec<String>,
    /// Ids of the only departments to count, with those below them; none: all.
    pub departments: Vec<String>,
    /// What becomes of confidential jobs.
    pub confidential: Confidential,
    /// Whose page it is, if somebody says so.
    pub organisation: Option<String>,
    /// Where the page is served, if it is: then it has a form of filters, which asks that address.
    pub served_at: Option<String>,
}

/// A page.
#[derive(Debug)]
#[non_exhaustive]
pub struct Page {
    /// The document.
    pub html: String,
    /// What `Content-Security-Policy` should say where it is served; the document says so itself, but for who may frame it.
    pub content_security_policy: String,
    /// Until when it knows; RFC 3339.
    pub as_of: String,
    /// How many figures have something to show.
    pub figures: usize,
}

/// Reads a model and makes its page.
///
/// # Errors
/// [`Error::NoModel`], [`Error::NotAModel`], [`Error::UnknownJob`], [`Error::UnknownDepartment`], [`Error::TimeZone`];
/// [`Error::Sqlite`] if it cannot be read otherwise.
pub fn page(model: &Path, options: &Options) -> Result<Page, Error> {
    let model = model::Model::open(model, options)?;
    let figures = figures::all(&model)?;
    let headlines = figures::headlines(&model)?;
    let shown = figures.iter().filter(|figure| !figure.is_empty()).count();
    Ok(Page {
        html: markup::document(&model, options, &headlines, &figures)?.into_string(),
        content_security_policy: markup::policy_header(options.served_at.is_some()),
        as_of: model.window.as_of.to_string(),
        figures: shown,
    })
}

/// A page that asks for a token, in the same dress, and posts it to this address as `token`. `was_wrong` says that one was given.
pub fn sign_in_page(action: &str, was_wrong: bool) -> Page {
    plain(markup::sign_in(action, was_wrong).into_string())
}

/// A page that says that something is not there or does not work, in the same dress; what to do next is a sentence of its own.
pub fn notice_page(what: &str, hint: Option<&str>) -> Page {
    plain(markup::notice(what, hint).into_string())
}

fn plain(html: String) -> Page {
    Page { html, content_security_policy: markup::policy_header(true), as_of: String::new(), figures: 0 }
}
