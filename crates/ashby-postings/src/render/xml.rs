//! Elements of XML documents.

use std::borrow::Cow;
use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

/// Begins a document; indented, for people look at feeds, too.
pub(super) fn document<W: Write>(out: W) -> io::Result<Writer<W>> {
    let mut writer = Writer::new_with_indent(out, b' ', 2);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    Ok(writer)
}

/// Ends a document.
pub(super) fn end<W: Write>(writer: Writer<W>) -> io::Result<()> {
    let mut out = writer.into_inner();
    out.write_all(b"\n")?;
    out.flush()
}

/// An element that holds text.
pub(super) fn text<W: Write>(writer: &mut Writer<W>, name: &str, text: &str) -> io::Result<()> {
    with_attributes(writer, name, &[], text)
}

/// An element with attributes that holds text.
pub(super) fn with_attributes<W: Write>(
    writer: &mut Writer<W>,
    name: &str,
    attributes: &[(&str, &str)],
    text: &str,
) -> io::Result<()> {
    let attributes = attributes.iter().map(|(name, value)| (*name, legal(value)));
    let element = writer.create_element(name).with_attributes(attributes);
    element.write_text_content(BytesText::new(&legal(text)))?;
    Ok(())
}

/// An element with others in it.
pub(super) fn parent<W: Write>(
    writer: &mut Writer<W>,
    name: &str,
    inside: impl FnOnce(&mut Writer<W>) -> io::Result<()>,
) -> io::Result<()> {
    writer.create_element(name).write_inner_content(inside)?;
    Ok(())
}

/// An element with attributes and nothing in it.
pub(super) fn empty<W: Write>(
    writer: &mut Writer<W>,
    name: &str,
    attributes: &[(&str, &str)],
) -> io::Result<()> {
    let attributes = attributes.iter().map(|(name, value)| (*name, legal(value)));
    writer.create_element(name).with_attributes(attributes).write_empty()?;
    Ok(())
}

/// The text without what XML 1.0 cannot hold, not even escaped (its production `Char`).
fn legal(text: &str) -> Cow<'_, str> {
    let is_illegal = |character: char| matches!(character, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}');
    if text.contains(is_illegal) { text.replace(is_illegal, "").into() } else { text.into() }
}
