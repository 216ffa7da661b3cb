//! Word documents: a zip of XML files, of which those with text are read.

use std::io::{Cursor, Read as _};

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;
use zip::ZipArchive;
use zip::result::ZipError;

use crate::Error;

/// What a document unpacks to at most. Its text is a small part of that: each word has tags around it.
const UNPACKED_BYTES: u64 = 64 << 20;

/// Deeper than any document.
const DEPTH: usize = 1_000;

/// The files with text, in the order in which people read them.
fn rank(name: &str) -> Option<u8> {
    let part = name.strip_prefix("word/")?.strip_suffix(".xml")?;
    let is = |begin: &str| {
        part.strip_prefix(begin).is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()))
    };
    match part {
        _ if is("header") => Some(0),
        _ if is("document") => Some(1),
        "footnotes" | "endnotes" | "comments" => Some(2),
        _ if is("footer") => Some(3),
        _ => None,
    }
}

pub(crate) fn text(bytes: &[u8]) -> Result<String, Error> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| Error::Malformed)?;
    let names = archive.file_names().filter_map(Result::ok);
    let mut names: Vec<(u8, String)> =
        names.filter_map(|name| Some((rank(&name)?, name.into_owned()))).collect();
    names.sort();
    if !names.iter().any(|(rank, _)| *rank == 1) {
        // Any other zip: a spreadsheet, somebody's pictures.
        return Err(Error::Unknown);
    }
    let (mut text, mut left) = (String::new(), UNPACKED_BYTES);
    for (_, name) in names {
        let file = archive.by_name(&name).map_err(|error| match error {
            ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => Error::Encrypted,
            _ => Error::Malformed,
        })?;
        let mut xml = Vec::new();
        // What it says of its size is a claim.
        let read = file.take(left + 1).read_to_end(&mut xml).map_err(|_| Error::Malformed)?;
        left = left.checked_sub(read as u64).ok_or(Error::TooCostly)?;
        part(&xml, &mut text)?;
    }
    Ok(text)
}

/// Adds the text of one file.
fn part(xml: &[u8], text: &mut String) -> Result<(), Error> {
    let mut reader = Reader::from_reader(xml);
    reader.config_mut().check_end_names = false;
    // Inside of how many elements; inside of `w:t`; inside of how many that are no text of the document.
    let (mut depth, mut is_text, mut skipped) = (0_usize, false, 0_usize);
    loop {
        match reader.read_event().map_err(|_| Error::Malformed)? {
            Event::Eof => break,
            Event::Start(element) => {
                depth += 1;
                if depth > DEPTH {
                    return Err(Error::TooCostly);
                }
                skipped += usize::from(skipped > 0 || is_no_text(&element));
                is_text = local(&element) == "t";
            }
            Event::End(element) => {
                depth = depth.saturating_sub(1);
                match element.local_name().into_inner() {
                    "p" if skipped == 0 => text.push('\n'),
                    "tc" if skipped == 0 => {
                        // Cells stand beside one another.
                        if text.ends_with('\n') {
                            text.pop();
                        }
                        text.push('\t');
                    }
                    "tr" if skipped == 0 => text.push('\n'),
                    _ => {}
                }
                skipped = skipped.saturating_sub(1);
                is_text = false;
            }
            Event::Empty(element) if skipped == 0 => match local(&element) {
                "tab" | "ptab" => text.push('\t'),
                "br" | "cr" | "p" => text.push('\n'),
                "noBreakHyphen" => text.push('-'),
                _ => {}
            },
            Event::Text(found) if is_text && skipped == 0 => {
                text.push_str(&found.xml_content(XmlVersion::Implicit1_0));
            }
            // `&amp;` and numbers; what a document declares itself is not expanded.
            Event::GeneralRef(reference) if is_text && skipped == 0 => {
                if let Ok(Some(letter)) = reference.resolve_char_ref() {
                    text.push(letter);
                } else {
                    let name = reference.xml_content(XmlVersion::Implicit1_0);
                    text.push_str(quick_xml::escape::resolve_predefined_entity(&name).unwrap_or_default());
                }
            }
            Event::CData(found) if is_text && skipped == 0 => {
                text.push_str(&found.xml_content(XmlVersion::Implicit1_0));
            }
            _ => {}
        }
    }
    Ok(())
}

fn local<'a>(element: &'a BytesStart<'_>) -> &'a str {
    element.local_name().into_inner()
}

/// What was deleted, what a field computes, and what is there twice for older programs.
fn is_no_text(element: &BytesStart<'_>) -> bool {
    matches!(local(element), "del" | "moveFrom" | "instrText" | "Fallback" | "delText")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_breaks_and_cells_are_kept_and_what_was_deleted_is_not() {
        let xml = br#"<?xml version="1.0"?><!DOCTYPE x [<!ENTITY big "boom">]><w:document xmlns:w="w"><w:body>
            <w:p><w:r><w:t>Ada &amp; </w:t></w:r><w:r><w:t xml:space="preserve">Co &#228;</w:t><w:tab/><w:t>x</w:t><w:br/><w:t>y</w:t></w:r></w:p>
            <w:p><w:del><w:r><w:delText>gone</w:delText><w:t>gone</w:t></w:r></w:del><w:r><w:t>&big;left</w:t></w:r></w:p>
            <w:tbl><w:tr><w:tc><w:p><w:r><w:t>a</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>b</w:t></w:r></w:p></w:tc></w:tr></w:tbl>
            </w:body></w:document>"#;
        let mut text = String::new();
        part(xml, &mut text).unwrap();
        assert_eq!(text, "Ada & Co ä\tx\ny\nleft\na\tb\t\n");
    }

    #[test]
    fn what_is_nested_without_end_is_given_up() {
        let xml = "<a>".repeat(2_000);
        assert_eq!(part(xml.as_bytes(), &mut String::new()), Err(Error::TooCostly));
    }

    #[test]
    fn parts_are_read_in_their_order() {
        for (name, expected) in [
            ("word/header1.xml", Some(0)),
            ("word/document.xml", Some(1)),
            ("word/footnotes.xml", Some(2)),
            ("word/footer12.xml", Some(3)),
            ("word/theme/theme1.xml", None),
            ("word/headers.xml", None),
            ("xl/workbook.xml", None),
            ("../word/document.xml", None),
        ] {
            assert_eq!(rank(name), expected, "{name}");
        }
    }
}
