//! A reader for the tests: all elements of a document with their text.

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::escape::unescape;
use quick_xml::events::{BytesStart, Event};

#[derive(Debug, Default, Clone, PartialEq)]
pub(crate) struct Element {
    /// The names of the elements around it and its own, such as `rss/channel/title`.
    pub(crate) path: String,
    pub(crate) attributes: Vec<(String, String)>,
    /// Its own text, without that of elements in it.
    pub(crate) text: String,
}

impl Element {
    fn new(path: &[String], start: &BytesStart<'_>) -> Self {
        let attributes = start.attributes().map(|attribute| {
            let attribute = attribute.unwrap();
            let value = attribute.normalized_value(XmlVersion::Explicit1_0).unwrap();
            (attribute.key.as_ref().to_owned(), value.into_owned())
        });
        Self { attributes: attributes.collect(), path: path.join("/"), text: String::new() }
    }
}

/// The elements in the order of their ends.
pub(crate) fn elements(document: &str) -> Vec<Element> {
    let mut reader = Reader::from_str(document);
    let (mut path, mut open, mut done) = (Vec::new(), Vec::new(), Vec::new());
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) => {
                path.push(start.name().as_ref().to_owned());
                open.push(Element::new(&path, &start));
            }
            Event::Empty(start) => {
                path.push(start.name().as_ref().to_owned());
                done.push(Element::new(&path, &start));
                path.pop();
            }
            Event::Text(text) => {
                if let Some(element) = open.last_mut() {
                    element.text.push_str(&text.xml10_content());
                }
            }
            Event::GeneralRef(reference) => {
                let reference = format!("&{};", reference.xml10_content());
                open.last_mut().unwrap().text.push_str(&unescape(&reference).unwrap());
            }
            Event::End(_) => {
                done.push(open.pop().unwrap());
                path.pop();
            }
            Event::Eof => return done,
            _ => {}
        }
    }
}

/// The texts of the elements at a path.
pub(crate) fn texts(document: &str, path: &str) -> Vec<String> {
    elements(document)
        .into_iter()
        .filter(|element| element.path == path)
        .map(|element| element.text)
        .collect()
}
