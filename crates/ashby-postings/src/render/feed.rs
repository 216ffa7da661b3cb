//! The document that dedicated job feeds for partners consist of: a flat list of all published postings, the same in
//! JSON and in XML. Ashby describes it at <https://developers.ashbyhq.com/docs/dedicated-partner-job-feeds>.

use std::borrow::Cow;
use std::io::{self, Write};

use quick_xml::Writer;
use serde::ser::{Serialize, Serializer};

use super::{link, postal, text, xml};
use crate::{PostalAddress, PublishedPosting};

/// What a field holds.
enum Value<'a> {
    Text(Cow<'a, str>),
    /// Texts, and what each is called in XML.
    Texts(&'static str, &'a [String]),
    Address(&'a PostalAddress),
}

/// A field: its name, and its value. An optional field without a value is left out.
type Field = (&'static str, for<'a> fn(&'a PublishedPosting) -> Option<Value<'a>>);

const FIELDS: [Field; 18] = [
    ("id", |posting| Some(Value::Text(posting.id.as_str().into()))),
    ("organizationId", |posting| value(&posting.organization_id)),
    ("organizationName", |posting| value(&posting.organization)),
    ("jobBoardName", |posting| Some(Value::Text(posting.board.as_str().into()))),
    ("title", |posting| Some(Value::Text(posting.title.as_str().into()))),
    // Required.
    ("departmentName", |posting| Some(Value::Text(text(&posting.department).unwrap_or_default()))),
    ("teamName", |posting| value(&posting.team)),
    ("descriptionPlain", |posting| value(&posting.description_plain)),
    ("descriptionHtml", |posting| value(&posting.description_html)),
    ("employmentType", |posting| value(&posting.employment_type)),
    ("locationName", |posting| value(&posting.location)),
    ("secondaryLocationNames", |posting| {
        let names = &posting.secondary_locations[..];
        (!names.is_empty()).then_some(Value::Texts("secondaryLocationName", names))
    }),
    ("address", |posting| postal(posting).map(Value::Address)),
    ("workplaceType", |posting| value(&posting.workplace_type)),
    ("publishedDate", |posting| Some(Value::Text(posting.published.to_string().into()))),
    ("compensationTierSummary", |posting| value(&posting.compensation)),
    ("externalLink", |posting| Some(Value::Text(link(&posting.url)?.into()))),
    ("applyLink", |posting| Some(Value::Text(link(&posting.apply_url)?.into()))),
];

fn value(text: &Option<String>) -> Option<Value<'_>> {
    super::text(text).map(Value::Text)
}

/// The members of an address that are known.
fn members(address: &PostalAddress) -> impl Iterator<Item = (&'static str, &str)> {
    let members = [
        ("addressLocality", &address.address_locality),
        ("addressRegion", &address.address_region),
        ("addressCountry", &address.address_country),
    ];
    members.into_iter().filter_map(|(name, text)| Some((name, text.as_deref()?)))
}

impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Texts(_, texts) => serializer.collect_seq(*texts),
            Self::Address(address) => serializer.collect_map(members(address)),
        }
    }
}

impl Value<'_> {
    fn write<W: Write>(&self, writer: &mut Writer<W>, name: &str) -> io::Result<()> {
        match self {
            Self::Text(text) => xml::text(writer, name, text),
            Self::Texts(each, texts) => xml::parent(writer, name, |writer| {
                texts.iter().try_for_each(|text| xml::text(writer, each, text))
            }),
            Self::Address(address) => xml::parent(writer, name, |writer| {
                members(address).try_for_each(|(name, text)| xml::text(writer, name, text))
            }),
        }
    }
}

struct Entry<'a>(&'a PublishedPosting);

impl Entry<'_> {
    fn fields(&self) -> impl Iterator<Item = (&'static str, Value<'_>)> {
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
    xml::parent(&mut writer, "jobPostings", |writer| {
        postings.into_iter().try_for_each(|posting| {
            xml::parent(writer, "jobPosting", |writer| {
                Entry(posting).fields().try_for_each(|(name, value)| value.write(writer, name))
            })
        })
    })?;
    xml::end(writer)
}
