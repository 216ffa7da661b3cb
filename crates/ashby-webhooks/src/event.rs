//! What a delivery says.

use std::borrow::Cow;
use std::fmt;

use ashby_catalog::{Change, Touch};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

/// No name of an event and no id of a delivery is longer.
const MAX_NAME_BYTES: usize = 200;

/// The event that asks whether an address answers.
const PING: &str = "ping";

/// An event, of whatever kind.
#[derive(Clone, PartialEq, Eq)]
pub struct Event {
    action: Box<str>,
    id: Option<Box<str>>,
    data: Option<Bytes>,
    body: Bytes,
}

/// A body that is no event, although somebody signed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Malformed {
    /// Not JSON, not an object, or a member twice.
    #[error("the body is no JSON object that can be read")]
    NotAnObject,
    /// `action` is missing, empty, no text, or of absurd length.
    #[error("the body does not say which event it is")]
    NoAction,
}

/// A record that an event is about.
#[derive(Clone)]
#[non_exhaustive]
pub struct Touched {
    /// What follows for its stream.
    pub touch: &'static Touch,
    /// Which record; `None` if the event does not say which one of the stream.
    pub key: Option<String>,
    /// The record that took over what belonged to it.
    pub into: Option<String>,
}

impl fmt::Debug for Touched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Touched").field("stream", &self.touch.stream).finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow, default)]
    action: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "webhookActionId")]
    id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    data: Option<&'a RawValue>,
}

impl Event {
    /// Reads a body. Kinds and members that nobody knows yet are fine.
    ///
    /// # Errors
    /// If it is no JSON object with an `action`.
    pub fn parse(body: Bytes) -> Result<Self, Malformed> {
        // An array of three would do for the members, too.
        if body.iter().find(|byte| !byte.is_ascii_whitespace()) != Some(&b'{') {
            return Err(Malformed::NotAnObject);
        }
        let envelope: Envelope<'_> = serde_json::from_slice(&body).map_err(|_| Malformed::NotAnObject)?;
        let action = envelope.action.and_then(text).ok_or(Malformed::NoAction)?.into();
        let id = envelope.id.and_then(name).map(Into::into);
        let data = envelope.data.map(|data| body.slice_ref(data.get().as_bytes()));
        Ok(Self { action, id, data, body })
    }

    /// Which kind of event, as Ashby spells it.
    pub fn action(&self) -> &str {
        &self.action
    }

    /// What is the same for all deliveries of one event (with [`action`](Self::action): several kinds can have one id).
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// Its kind, if the catalog knows it.
    pub fn kind(&self) -> Option<&'static ashby_catalog::Event> {
        ashby_catalog::event(&self.action)
    }

    /// Whether it only asks for an answer.
    pub fn is_ping(&self) -> bool {
        &*self.action == PING
    }

    /// The body as it came: what was signed.
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// `data`, as JSON.
    pub fn data(&self) -> &[u8] {
        self.data.as_deref().unwrap_or(b"null")
    }

    /// The records that it is about, as the catalog and its data say. What the data does not name is left out; what it
    /// does name need not be true.
    pub fn touched(&self) -> Vec<Touched> {
        let Some(kind) = self.kind() else { return Vec::new() };
        let data: Value = json_slices::read(self.data()).unwrap_or_default();
        let named = |pointer: &str| data.pointer(pointer).and_then(Value::as_str).filter(|name| fits(name));
        let touched = kind.touches.iter().filter_map(|touch| {
            if touch.when.is_some_and(|(pointer, text)| named(pointer) != Some(text)) {
                return None;
            }
            let key = match touch.key {
                Some(pointer) => Some(named(pointer)?.to_owned()),
                None => None,
            };
            let into = match touch.change {
                Change::Merged { into } => named(into).map(str::to_owned),
                _ => None,
            };
            Some(Touched { touch, key, into })
        });
        touched.collect()
    }
}

fn fits(name: &str) -> bool {
    !name.is_empty() && name.len() <= MAX_NAME_BYTES
}

fn text(value: &RawValue) -> Option<Cow<'_, str>> {
    let text: String = serde_json::from_str(value.get()).ok()?;
    fits(&text).then_some(Cow::Owned(text))
}

/// A text, or a number as it is written.
fn name(value: &RawValue) -> Option<Cow<'_, str>> {
    let written = value.get();
    if written.starts_with(|letter: char| letter.is_ascii_digit()) && fits(written) {
        return Some(Cow::Borrowed(written));
    }
    text(value)
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = self.kind().map_or("[unknown]", |kind| kind.name);
        f.debug_struct("Event")
            .field("action", &known)
            .field("bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(body: &[u8]) -> Result<Event, Malformed> {
        Event::parse(Bytes::copy_from_slice(body))
    }

    #[test]
    fn every_kind_names_the_records_it_is_about() {
        for kind in ashby_catalog::events() {
            let mut data = serde_json::json!({});
            for touch in kind.touches {
                for pointer in touch.key.into_iter().chain(match touch.change {
                    Change::Merged { into } => Some(into),
                    _ => None,
                }) {
                    put(&mut data, pointer, "k");
                }
            }
            for (pointer, text) in kind.touches.iter().filter_map(|touch| touch.when).take(1) {
                put(&mut data, pointer, text);
            }
            let body =
                serde_json::json!({"webhookActionId": "w", "action": kind.name, "data": data, "new": [1]});
            let event = parse(body.to_string().as_bytes()).unwrap();
            assert_eq!((event.action(), event.id()), (kind.name, Some("w")));
            assert_eq!(event.kind().unwrap().name, kind.name);
            let touched = event.touched();
            let first = kind.touches.iter().find_map(|touch| touch.when);
            let expected: Vec<_> =
                kind.touches.iter().filter(|touch| touch.when.is_none() || touch.when == first).collect();
            assert_eq!(touched.len(), expected.len(), "{}", kind.name);
            for (touched, touch) in touched.iter().zip(expected) {
                assert_eq!(touched.key.as_deref(), touch.key.map(|_| "k"), "{}", kind.name);
            }
            // Without data there is nothing to say, and nothing goes wrong.
            for data in ["null", "[]", "3", r#"{"candidate":3}"#] {
                let body = format!(r#"{{"action":"{}","data":{data}}}"#, kind.name);
                assert!(
                    parse(body.as_bytes()).unwrap().touched().iter().all(|touched| touched.key.is_none())
                );
            }
        }
    }

    fn put(value: &mut Value, pointer: &str, text: &str) {
        let mut place = value;
        for name in pointer.split('/').skip(1) {
            if !place.is_object() {
                *place = serde_json::json!({});
            }
            place = place.as_object_mut().unwrap().entry(name).or_insert(Value::Null);
        }
        *place = text.into();
    }

    #[test]
    fn what_is_new_is_kept_as_it_came() {
        let body = br#" {"data":{"x": 1.0 },"action":"comet\u0041","later":{"action":1}} "#;
        let event = parse(body).unwrap();
        assert_eq!((event.action(), event.id(), event.data()), ("cometA", None, &br#"{"x": 1.0 }"#[..]));
        assert!(event.kind().is_none() && event.touched().is_empty());
        assert_eq!(event.body().as_ref(), body);
        let id = |id: &str| parse(format!(r#"{{"action":"a","webhookActionId":{id}}}"#).as_bytes()).unwrap();
        assert_eq!(id("7").id(), Some("7"));
        for none in ["null", "\"\"", "{}", "[1]", "true", "-1"] {
            assert_eq!(id(none).id(), None, "{none}");
        }
        assert_eq!(id("\"x\"").data(), b"null");
    }

    #[test]
    fn what_is_no_event_is_said_to_be_none() {
        let deep = [b"{\"action\":\"a\",\"data\":".to_vec(), vec![b'['; 100_000]].concat();
        for body in [
            &b""[..],
            b"null",
            b"[\"a\",null,null]",
            b"{\"action\":\"a\"",
            b"{\"action\":\"a\"} x",
            b"{\"action\":\"a\",\"action\":\"b\"}",
            b"{\"action\":\"\xff\"}",
            b"\xff\xfe{\0}\0",
            &deep,
        ] {
            assert_eq!(parse(body), Err(Malformed::NotAnObject));
        }
        let long = format!(r#"{{"action":"{}"}}"#, "a".repeat(300));
        for body in [
            "{}",
            r#"{"action":null}"#,
            r#"{"action":""}"#,
            r#"{"action":7}"#,
            r#"{"action":"\ud800"}"#,
            &long,
        ] {
            assert_eq!(parse(body.as_bytes()), Err(Malformed::NoAction), "{body}");
        }
    }

    #[test]
    fn half_a_character_hides_no_record() {
        let of = |name: &str| {
            let body = format!(
                r#"{{"action":"candidateDelete","data":{{"candidate":{{"id":"c","name":"{name}"}}}}}}"#
            );
            parse(body.as_bytes()).unwrap().touched()
        };
        let keys: Vec<_> = of(r"Cut \ud83d").into_iter().map(|touched| touched.key).collect();
        assert_eq!(keys, [Some("c".to_owned())]);
    }

    #[test]
    fn debug_output_holds_no_values() {
        let body = br#"{"action":"SECRETaction","webhookActionId":"SECRETid","data":{"candidate":{"id":"SECRETkey"}}}"#;
        let event = parse(body).unwrap();
        assert!(!format!("{event:?}").contains("SECRET"));
        let body = br#"{"action":"candidateDelete","data":{"candidate":{"id":"SECRETkey"}}}"#;
        let touched = parse(body).unwrap().touched();
        assert_eq!(touched.len(), 1);
        assert!(!format!("{touched:?}").contains("SECRET"));
    }
}
