//! The document that dedicated job feeds for partners consist of: a flat list of all published postings, the same in
//! JSON and in XML. Ashby describes it at <https://developers.ashbyhq.com/docs/dedicated-partner-job-feeds>.

use std::borrow::Cow;
use std::io::{self, Write};

use serde::ser::{Serialize, Serializer};

use super::xml;
use crate::PublishedPosting;

/// A field: its name, and its value. An optional field without a value is left out.
type Field = (&'static str, for<'a> fn(&'a PublishedPosting) -> Option<Cow<'a, str>>);

const FIELDS: [Field; 15] = [
    ("id", |posting| Some(posting.id.as_str().into())),
    ("organizationName", |posting| super::text(&posting.organization)),
    ("jobBoardName", |posting| Some(posting.board.as_str().into())),
    ("title", |posting| Some(posting.title.as_str().into())),
    // Required.
    ("departmentName", |posting| Some(super::text(&posting.department).unwrap_or_default())),
    ("teamName", |posting| super::text(&posting.team)),
    ("descriptionPlain", |posting| super::text(&posting.description_plain)),
    ("descriptionHtml", |posting| super::text(&posting.description_html)),
    ("employmentType", |posting| super::text(&posting.employment_type)),
    ("locationName", |posting| super::text(&posting.location)),
    ("workplaceType", |posting| super::text(&posting.workplace_type)),
    ("publishedDate", |posting| Some(posting.published.to_string().into())),
    ("compensationTierSummary", |posting| super::text(&posting.compensation)),
    ("externalLink", |posting| super::text(&posting.url)),
    ("applyLink", |posting| super::text(&posting.apply_url)),
];

struct Entry<'a>(&'a PublishedPosting);

impl Entry<'_> {
    fn fields(&self) -> impl Iterator<Item = (&'static str, Cow<'_, str>)> {
        FIELDS.iter().filter_map(|(name, value)| Some((*name, value(self.0)?)))
    }
}

impl Serialize for Entry<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.fields())
    }
}

/// Writes the feed as a JSON array.
///
/// # Errors
/// Those of `out`.
pub fn feed_json<'a>(
    postings: impl IntoIterator<Item = &'a PublishedPosting>,
    mut out: impl Write,
) -> io::Result<()> {
    let entries: Vec<_> = postings.into_iter().map(Entry).collect();
    serde_json::to_writer_pretty(&mut out, &entries)?;
    out.write_all(b"\n")
}

/// Writes the feed as XML: an element `jobPosting` for each posting, its fields as elements in it.
///
/// # Errors
/// Those of `out`.
pub fn feed_xml<'a>(
    postings: impl IntoIterator<Item = &'a PublishedPosting>,
    out: impl Write,
) -> io::Result<()> {
    let mut writer = xml::document(out)?;
    writer.create_element("jobPostings").write_inner_content(|writer| {
        for posting in postings {
            writer.create_element("jobPosting").write_inner_content(|writer| {
                Entry(posting).fields().try_for_each(|(name, value)| xml::text(writer, name, &value))
            })?;
        }
        Ok(())
    })?;
    xml::end(writer)
}
