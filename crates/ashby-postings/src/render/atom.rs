//! Atom (RFC 4287).

use std::io::{self, Write};

use jiff::Timestamp;

use super::{board_url, link, xml};
use crate::{Published, PublishedPosting};

/// Writes a feed with an entry for each posting. Department, team, places, kind of employment and what it pays are
/// categories. The feed counts as updated when its newest posting was published.
///
/// # Errors
/// Those of `out`.
pub fn atom(published: &Published, out: impl Write) -> io::Result<()> {
    let mut writer = xml::document(out)?;
    let feed = writer.create_element("feed").with_attribute(("xmlns", "http://www.w3.org/2005/Atom"));
    feed.write_inner_content(|writer| {
        let url = board_url(published);
        let newest = published.postings.iter().map(|posting| posting.published).max();
        xml::text(writer, "id", url)?;
        xml::text(writer, "title", &published.title)?;
        xml::text(writer, "updated", &newest.unwrap_or(Timestamp::UNIX_EPOCH).to_string())?;
        xml::empty(writer, "link", &[("rel", "alternate"), ("href", url)])?;
        writer
            .create_element("author")
            .write_inner_content(|writer| xml::text(writer, "name", &published.title))?;
        for posting in &published.postings {
            writer.create_element("entry").write_inner_content(|writer| entry(writer, posting))?;
        }
        Ok(())
    })?;
    xml::end(writer)
}

fn entry<W: Write>(writer: &mut quick_xml::Writer<W>, posting: &PublishedPosting) -> io::Result<()> {
    xml::text(writer, "id", &format!("urn:uuid:{}", posting.id))?;
    xml::text(writer, "title", &posting.title)?;
    let published = posting.published.to_string();
    xml::text(writer, "published", &published)?;
    xml::text(writer, "updated", &published)?;
    if let Some(url) = link(&posting.url) {
        xml::empty(writer, "link", &[("rel", "alternate"), ("href", url)])?;
    }
    let categories = [
        &posting.department,
        &posting.team,
        &posting.location,
        &posting.employment_type,
        &posting.workplace_type,
        &posting.compensation,
    ];
    for category in categories.into_iter().flatten().chain(&posting.secondary_locations) {
        xml::empty(writer, "category", &[("term", category)])?;
    }
    let contents = [("html", &posting.description_html), ("text", &posting.description_plain)];
    match contents.into_iter().find_map(|(kind, content)| Some((kind, content.as_ref()?))) {
        Some((kind, content)) => xml::with_attributes(writer, "content", &[("type", kind)], content),
        None => Ok(()),
    }
}
