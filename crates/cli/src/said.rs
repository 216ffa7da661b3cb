//! What is said on standard error: lines for people, or an object a line for programs.

use std::io::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};

use connecting::given::blotted;
use jiff::Timestamp;
use serde::Serialize;

use crate::settings::LogFormat;
use crate::text;

/// How it is written. One for the process, as standard error is.
static AS_JSON: AtomicBool = AtomicBool::new(false);

/// Settles how it is written from now on.
pub(crate) fn choose(format: LogFormat) {
    AS_JSON.store(format == LogFormat::Json, Ordering::Relaxed);
}

/// Whether programs read it.
pub(crate) fn is_json() -> bool {
    AS_JSON.load(Ordering::Relaxed)
}

/// Whether all that is said is an object a line: programs read it, or are told of failures there.
pub(crate) fn are_objects() -> bool {
    is_json() || crate::failure::are_told_as_json()
}

/// How bad it is, in the words of logs.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Level {
    Info,
    Warn,
    Error,
}

#[derive(Serialize)]
struct Object<'a, T> {
    timestamp: String,
    level: Level,
    event: &'a str,
    message: &'a str,
    #[serde(flatten)]
    fields: T,
}

/// Says what people should know. Where failures are told as JSON, it is an object a line, so that all of standard error is.
pub(crate) fn note(lines: &str) {
    #[derive(Serialize)]
    struct Note<'a> {
        r#type: &'a str,
        message: &'a str,
    }
    if is_json() || !are_objects() {
        return event("said", Level::Info, lines, &());
    }
    // Texts can be written as JSON.
    let note = Note { r#type: "note", message: lines.trim_end() };
    verbatim(&(serde_json::to_string(&note).unwrap_or_default() + "\n"));
}

/// Asks a person, on a terminal: never as JSON.
pub(crate) fn question(lines: &str) {
    verbatim(&text::lines(lines));
}

/// Writes to standard error what is cleaned already; what may be a secret among what was given is not repeated.
pub(crate) fn verbatim(text: &str) {
    // A reader that has gone needs no word.
    let _ = std::io::stderr().lock().write_all(blotted(text).as_bytes());
}

/// Says something: the lines to people, and to programs the same with what it is made of.
pub(crate) fn event(name: &str, level: Level, lines: &str, fields: &impl Serialize) {
    match are_objects() {
        true => verbatim(&object(name, level, lines, fields)),
        false => verbatim(&text::lines(lines)),
    }
}

fn object(name: &str, level: Level, lines: &str, fields: &impl Serialize) -> String {
    let message = lines.trim_end();
    let timestamp = Timestamp::now().strftime("%FT%T%.3fZ").to_string();
    let object = Object { timestamp, level, event: name, message, fields };
    serde_json::to_string(&object).unwrap_or_default() + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_one_line_and_holds_what_it_is_made_of() {
        let text = object("round", Level::Info, "round 1:\nall is well\n", &serde_json::json!({"number": 1}));
        assert_eq!(text.matches('\n').count(), 1);
        let object: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(
            (&object["level"], &object["event"], &object["number"]),
            (&"INFO".into(), &"round".into(), &1.into())
        );
        assert_eq!(object["message"], "round 1:\nall is well");
    }
}
