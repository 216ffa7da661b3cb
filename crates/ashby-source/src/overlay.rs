//! Requests as another program sends them.

use capture_core::{Error, ErrorKind, Result};
use serde_json::{Map, Value};

/// How another program asks for some of the streams. Who continues from sync tokens that it saved must send what it
/// sent: a token belongs to its request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Overlay {
    streams: &'static [(&'static str, Option<&'static str>)],
    dated: Option<&'static [&'static str]>,
}

impl Overlay {
    /// The streams that it has, each with the parameters that it sends, a JSON object, or `None` where they are those
    /// of this source.
    pub const fn new(streams: &'static [(&'static str, Option<&'static str>)]) -> Self {
        Self { streams, dated: None }
    }

    /// The streams of which it leaves out older records, where those of this source are others.
    #[must_use]
    pub const fn dating(self, streams: &'static [&'static str]) -> Self {
        Self { dated: Some(streams), ..self }
    }

    /// Whether it leaves out older records of this stream; `None` if those of this source do as it does.
    pub(crate) fn is_dated(&self, stream: &str) -> Option<bool> {
        self.dated.map(|dated| dated.contains(&stream))
    }

    /// The streams that it has.
    pub fn streams(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.streams.iter().map(|(stream, _)| *stream)
    }

    /// Whether it has the stream.
    pub fn has(&self, stream: &str) -> bool {
        self.streams().any(|name| name == stream)
    }

    /// The parameters that it sends for the stream; `None` if they are those of this source.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] if they are not a JSON object.
    pub fn parameters(&self, stream: &str) -> Result<Option<Map<String, Value>>> {
        let found = self.streams.iter().find(|(name, _)| *name == stream);
        found.and_then(|(_, parameters)| *parameters).map(|text| object(stream, text)).transpose()
    }
}

/// Parameters of a stream as a table spells them.
pub(crate) fn object(stream: &str, text: &str) -> Result<Map<String, Value>> {
    serde_json::from_str(text).map_err(|error| {
        let message = format!("the parameters of {stream} are not a JSON object");
        Error::new(ErrorKind::Configuration, message).with_source(error)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_overlay_knows_its_streams_and_what_it_sends_for_them() {
        let overlay = Overlay::new(&[("jobs", Some(r#"{"a":1}"#)), ("offers", None), ("users", Some("[]"))]);
        assert!(overlay.has("offers") && !overlay.has("brands"));
        assert_eq!(overlay.parameters("jobs").unwrap().unwrap()["a"], 1);
        assert!(overlay.parameters("offers").unwrap().is_none());
        assert!(overlay.parameters("brands").unwrap().is_none());
        assert_eq!(overlay.parameters("users").unwrap_err().kind(), ErrorKind::Configuration);
    }
}
