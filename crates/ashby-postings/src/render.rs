//! Published postings as documents.
//!
//! XML is version 1.0. Characters that it cannot hold (most control characters) are left out; everything else is
//! escaped, so that any text comes out as it went in. HTML descriptions are escaped text there, too, as RSS and Atom
//! have it. Feeds link to `http` and `https` only: what else stands where an address belongs is left out.

mod atom;
mod feed;
mod rss;
mod xml;

use std::borrow::Cow;
use std::io::{self, Write};

use outside_text::push_row;

use crate::{PostalAddress, Published, PublishedPosting};

pub use atom::atom;
pub use feed::{feed_json, feed_xml};
pub use rss::rss;

/// Where a company's postings are, if none of them says.
const ANY_BOARD: &str = "https://jobs.ashbyhq.com/";

/// A column: its name, and its cell for a posting. A cell without value is empty.
type Column = (&'static str, for<'a> fn(&'a PublishedPosting) -> Option<Cow<'a, str>>);

const COLUMNS: [Column; 22] = [
    ("id", |posting| Some(posting.id.as_str().into())),
    ("title", |posting| Some(posting.title.as_str().into())),
    ("board", |posting| Some(posting.board.as_str().into())),
    ("organization", |posting| text(&posting.organization)),
    ("organizationId", |posting| text(&posting.organization_id)),
    ("department", |posting| text(&posting.department)),
    ("team", |posting| text(&posting.team)),
    ("employmentType", |posting| text(&posting.employment_type)),
    ("location", |posting| text(&posting.location)),
    ("addressLocality", |posting| text(&postal(posting)?.address_locality)),
    ("addressRegion", |posting| text(&postal(posting)?.address_region)),
    ("addressCountry", |posting| text(&postal(posting)?.address_country)),
    ("secondaryLocations", |posting| Some(posting.secondary_locations.join("; ").into())),
    ("workplaceType", |posting| text(&posting.workplace_type)),
    ("isRemote", |posting| {
        posting.is_remote.map(|is_remote| if is_remote { "true" } else { "false" }.into())
    }),
    ("published", |posting| Some(posting.published.to_string().into())),
    ("url", |posting| text(&posting.url)),
    ("applyUrl", |posting| text(&posting.apply_url)),
    ("compensation", |posting| text(&posting.compensation)),
    ("scrapeableCompensationSalarySummary", |posting| text(&posting.scrapeable_compensation_salary_summary)),
    ("descriptionHtml", |posting| text(&posting.description_html)),
    ("descriptionPlain", |posting| text(&posting.description_plain)),
];

fn postal(posting: &PublishedPosting) -> Option<&PostalAddress> {
    posting.address.as_ref()?.postal_address.as_ref()
}

/// An address that a reader may follow.
fn link(value: &Option<String>) -> Option<&str> {
    outside_text::web_link(value.as_deref()?)
}

fn text(value: &Option<String>) -> Option<Cow<'_, str>> {
    value.as_deref().map(Cow::from)
}

/// Writes a JSON array of all postings.
///
/// # Errors
/// Those of `out`.
pub fn json<'a>(
    postings: impl IntoIterator<Item = &'a PublishedPosting>,
    mut out: impl Write,
) -> io::Result<()> {
    let postings: Vec<_> = postings.into_iter().collect();
    serde_json::to_writer_pretty(&mut out, &postings)?;
    out.write_all(b"\n")
}

/// Writes a JSON object a line, one for each posting.
///
/// # Errors
/// Those of `out`.
pub fn ndjson<'a>(
    postings: impl IntoIterator<Item = &'a PublishedPosting>,
    mut out: impl Write,
) -> io::Result<()> {
    for posting in postings {
        serde_json::to_writer(&mut out, posting)?;
        out.write_all(b"\n")?;
    }
    out.flush()
}

/// Writes a table with a header, one posting a record (RFC 4180).
///
/// What a spreadsheet would take for a formula gets an apostrophe in front, which it does not show and which other readers
/// have to strip ([`outside_text::unguarded`]).
///
/// # Errors
/// Those of `out`.
pub fn csv<'a>(
    postings: impl IntoIterator<Item = &'a PublishedPosting>,
    mut out: impl Write,
) -> io::Result<()> {
    let mut row = Vec::new();
    push_row(&mut row, COLUMNS.map(|(name, _)| name));
    for posting in postings {
        out.write_all(&row)?;
        row.clear();
        push_row(&mut row, COLUMNS.map(|(_, cell)| cell(posting).unwrap_or_default()));
    }
    out.write_all(&row)?;
    out.flush()
}

/// The address of the board that the postings are on: what the first posting's address is below of.
fn board_url(published: &Published) -> &str {
    let url = published.postings.first().and_then(|posting| link(&posting.url));
    let folder = url.and_then(|url| {
        let path = url.split(['?', '#']).next()?.trim_end_matches('/');
        let host = path.find("://")? + 3;
        let end = host + path.get(host..)?.rfind('/')?;
        path.get(..=end)
    });
    folder.unwrap_or(ANY_BOARD)
}
