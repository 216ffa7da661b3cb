//! RSS 2.0 (<https://www.rssboard.org/rss-specification>).

use std::io::{self, Write};

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;

use super::{board_url, link, xml};
use crate::{Published, PublishedPosting};

/// Writes a channel with an item for each posting. Department, team, places, kind of employment and what it pays
/// are categories, told apart by their domain.
///
/// # Errors
/// Those of `out`.
pub fn rss(published: &Published, out: impl Write) -> io::Result<()> {
    let mut writer = xml::document(out)?;
    writer.create_element("rss").with_attribute(("version", "2.0")).write_inner_content(|writer| {
        writer.create_element("channel").write_inner_content(|writer| {
            xml::text(writer, "title", &published.title)?;
            xml::text(writer, "link", board_url(published))?;
            xml::text(writer, "description", "Open positions")?;
            for posting in &published.postings {
                writer.create_element("item").write_inner_content(|writer| item(writer, posting))?;
            }
            Ok(())
        })?;
        Ok(())
    })?;
    xml::end(writer)
}

fn item<W: Write>(writer: &mut quick_xml::Writer<W>, posting: &PublishedPosting) -> io::Result<()> {
    xml::text(writer, "title", &posting.title)?;
    if let Some(url) = link(&posting.url) {
        xml::text(writer, "link", url)?;
    }
    xml::with_attributes(writer, "guid", &[("isPermaLink", "false")], &posting.id)?;
    xml::text(writer, "pubDate", &date(posting.published)?)?;
    let single = [
        ("department", &posting.department),
        ("team", &posting.team),
        ("location", &posting.location),
        ("employmentType", &posting.employment_type),
        ("workplaceType", &posting.workplace_type),
        ("compensation", &posting.compensation),
    ];
    let single = single.into_iter().filter_map(|(domain, value)| Some((domain, value.as_ref()?)));
    let places = posting.secondary_locations.iter().map(|place| ("location", place));
    for (domain, value) in single.chain(places) {
        xml::with_attributes(writer, "category", &[("domain", domain)], value)?;
    }
    match posting.description_html.as_ref().or(posting.description_plain.as_ref()) {
        Some(description) => xml::text(writer, "description", description),
        None => Ok(()),
    }
}

fn date(instant: Timestamp) -> io::Result<String> {
    DateTimePrinter::new().timestamp_to_rfc9110_string(&instant).map_err(io::Error::other)
}
