//! Reading `success: false`: the code, the message and what they mean, out of every shape Ashby uses.
//!
//! The same refusal arrives as a string in `errors`, as an object there (`{message, parameter}` or
//! `{code, message}`), as `errorInfo`, or as several of these; with HTTP 200 or with a status of its own.

use json_slices::{Scanner, Text};

use crate::{ErrorKind, Recovery};

/// No more entries of `errors` and `warnings` are looked at.
const MAX_ENTRIES: usize = 20;
/// … nor longer texts in them: what is longer is not there.
const MAX_TEXT_BYTES: usize = 64 * 1024;

/// Where the code of a refusal is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Codes {
    /// Wherever Ashby may write it, also in the middle of a sentence: of a read nothing is lost by a mistake.
    InProse,
    /// Where it stands by itself. A write that is refused for one reason must not be taken for one that was refused
    /// for another, only because that is mentioned.
    Exact,
}

/// What Ashby said when it refused, word for word: not fit for logs until cleaned.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: Option<String>,
    pub(crate) message: Option<String>,
    pub(crate) request_id: Option<String>,
    /// The code is that of `errorInfo`, where nothing else can be meant.
    pub(crate) is_certain: bool,
}

/// The codes that mean more than "refused", most telling first: where several are mentioned, the first of this
/// table counts.
const KNOWN_CODES: &[(&str, ErrorKind, Option<Recovery>)] = &[
    ("sync_token_expired", ErrorKind::Rejected, Some(Recovery::DropToken)),
    ("sync_token_invalid", ErrorKind::Rejected, Some(Recovery::DropToken)),
    ("incremental_sync_too_large", ErrorKind::Rejected, Some(Recovery::DropToken)),
    ("next_cursor_expired", ErrorKind::Rejected, Some(Recovery::DropCursor)),
    ("invalid_next_cursor", ErrorKind::Rejected, Some(Recovery::DropCursor)),
    ("cursor_invalid", ErrorKind::Rejected, Some(Recovery::DropCursor)),
    ("missing_endpoint_permission", ErrorKind::Permission, None),
    ("invalid_api_key", ErrorKind::Credentials, None),
    ("rate_limit_exceeded", ErrorKind::RateLimited, None),
    ("concurrent_limit_exceeded", ErrorKind::RateLimited, None),
    ("generic_internal_error", ErrorKind::Server, None),
    ("invalid_input", ErrorKind::InvalidRequest, None),
];

impl Refusal {
    /// What kind of error the code means; `None` for codes without a meaning of their own, and without a code.
    pub(crate) fn kind(&self) -> Option<ErrorKind> {
        let code = self.code.as_deref()?;
        match known(code) {
            Some((_, kind, _)) => Some(*kind),
            None if code.ends_with("_not_found") => Some(ErrorKind::NotFound),
            None => None,
        }
    }

    pub(crate) fn recovery(&self) -> Option<Recovery> {
        known(self.code.as_deref()?).and_then(|(_, _, recovery)| *recovery)
    }
}

fn known(code: &str) -> Option<&'static (&'static str, ErrorKind, Option<Recovery>)> {
    KNOWN_CODES.iter().find(|(known, ..)| *known == code)
}

/// Reads the members `errors` and `errorInfo`, as far as they are of a sensible length.
pub(crate) fn read(errors: Option<&[u8]>, error_info: Option<&[u8]>, codes: Codes) -> Refusal {
    let errors = errors.map(entries).unwrap_or_default();
    let info = error_info.and_then(entry).unwrap_or_default();
    let entry_texts = || errors.iter().flat_map(Entry::texts);
    let says = |text: &str, code: &str| match codes {
        Codes::InProse => mentions(text, code),
        Codes::Exact => text == code,
    };
    let mentioned = |code: &str| info.code().into_iter().chain(entry_texts()).any(|text| says(text, code));
    let code = KNOWN_CODES
        .iter()
        .map(|(code, ..)| *code)
        // A recovery is recognised wherever it is written; other codes give way to the one Ashby names.
        .find(|code| {
            mentioned(code) && (known(code).is_some_and(|known| known.2.is_some()) || info.code().is_none())
        })
        .or(info.code())
        .or_else(|| entry_texts().find(|text| is_code(text)));

    let mut messages: Vec<&str> = errors.iter().filter_map(Entry::message).collect();
    messages.dedup();
    let message = match info.message.as_deref().filter(|text| !text.is_empty()) {
        Some(message) => message.to_owned(),
        None => messages.join("; "),
    };
    Refusal {
        message: Some(message).filter(|message| !message.is_empty() && Some(message.as_str()) != code),
        is_certain: code.is_some() && code == info.code(),
        code: code.map(str::to_owned),
        request_id: info.request_id.clone().filter(|text| !text.is_empty()),
    }
}

/// Warnings of whatever shape, as text.
pub(crate) fn texts(json: Option<&[u8]>) -> Vec<String> {
    match json {
        Some(json) if json.first() == Some(&b'[') => {
            entries(json).iter().filter_map(|entry| entry.message().map(str::to_owned)).collect()
        }
        _ => Vec::new(),
    }
}

/// An entry of `errors` or `warnings`, or what `errorInfo` says.
#[derive(Debug, Default)]
struct Entry {
    /// It is nothing but this.
    text: Option<String>,
    code: Option<String>,
    message: Option<String>,
    request_id: Option<String>,
}

impl Entry {
    fn texts(&self) -> impl Iterator<Item = &str> {
        [&self.text, &self.code, &self.message].into_iter().flatten().map(String::as_str)
    }

    fn message(&self) -> Option<&str> {
        self.text.as_deref().or(self.message.as_deref()).or(self.code.as_deref())
    }

    fn code(&self) -> Option<&str> {
        self.code.as_deref().filter(|code| !code.is_empty())
    }
}

/// The first entries of a list, or the only one. What is none is left out.
fn entries(json: &[u8]) -> Vec<Entry> {
    if json.first() != Some(&b'[') {
        return entry(json).into_iter().collect();
    }
    let mut found = Vec::new();
    // The envelope has been scanned: an error has nothing to add, and what follows the last entry is not read.
    let _ = Scanner::new(json).and_then(|mut scanner| {
        scanner.array(|scanner| {
            let span = scanner.value(1)?;
            if found.len() == MAX_ENTRIES {
                return Err(scanner.error(json_slices::ScanErrorKind::TooLong));
            }
            found.extend(entry(scanner.slice(span)));
            Ok(())
        })
    });
    found
}

fn entry(json: &[u8]) -> Option<Entry> {
    let mut entry = Entry::default();
    match json.first()? {
        b'"' => entry.text = Some(text(json)?),
        b'{' => {
            let scanned = Scanner::new(json).and_then(|mut scanner| {
                scanner.object(|scanner, name| {
                    let place = match &*scanner.text(name).lossy() {
                        "code" => Some(&mut entry.code),
                        "message" => Some(&mut entry.message),
                        "requestId" => Some(&mut entry.request_id),
                        _ => None,
                    };
                    let value = scanner.value(1)?;
                    if let Some(place) = place {
                        *place = text(scanner.slice(value));
                    }
                    Ok(())
                })
            });
            scanned.ok()?;
        }
        _ => return None,
    }
    Some(entry)
}

/// A string of a sensible length.
fn text(json: &[u8]) -> Option<String> {
    let text = Some(json).filter(|json| json.len() <= MAX_TEXT_BYTES).and_then(Text::of)?;
    Some(text.lossy().into_owned())
}

/// Whether it is one of the codes that are no secret, wherever they come from.
pub(crate) fn is_known_code(code: &str) -> bool {
    known(code).is_some()
}

/// Whether a text looks like a code rather than prose.
fn is_code(text: &str) -> bool {
    text.contains('_')
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

/// Whether `text` contains `code` as a word.
pub(crate) fn mentions(text: &str, code: &str) -> bool {
    let is_word = |character: char| character.is_ascii_alphanumeric() || character == '_';
    text.match_indices(code).any(|(start, _)| {
        !text[..start].ends_with(is_word) && !text[start + code.len()..].starts_with(is_word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(errors: &str, error_info: &str, code: Option<&str>, message: Option<&str>) {
        let bytes = |text: &'static str| (!text.is_empty()).then_some(text.as_bytes());
        let (errors_json, info_json) = (String::leak(errors.to_owned()), String::leak(error_info.to_owned()));
        let refusal = read(bytes(errors_json), bytes(info_json), Codes::InProse);
        assert_eq!(refusal.code.as_deref(), code, "{errors} {error_info}");
        assert_eq!(refusal.message.as_deref(), message, "{errors} {error_info}");
    }

    #[test]
    fn every_shape_is_read() {
        let info = r#"{"code":"invalid_input","message":"no such field","requestId":"01J"}"#;
        check("", info, Some("invalid_input"), Some("no such field"));
        check(r#"["invalid_input"]"#, info, Some("invalid_input"), Some("no such field"));
        check(r#"["invalid_input"]"#, "", Some("invalid_input"), None);
        check(r#"["invalid_input"]"#, "null", Some("invalid_input"), None);
        check("null", r#"{"code":"opening_in_use"}"#, Some("opening_in_use"), None);
        check("", "", None, None);
        check("null", "null", None, None);
        check("[]", "{}", None, None);
        check(r#""job_not_found""#, "", Some("job_not_found"), None);
        check(r#"["Rate limit exceeded"]"#, "", None, Some("Rate limit exceeded"));
        check(
            r#"[{"message":"missing_endpoint_permission","parameter":"x"}]"#,
            "",
            Some("missing_endpoint_permission"),
            None,
        );
        check(r#"[{"code":"a_b","message":"Text"},{"code":"c_d"}]"#, "", Some("a_b"), Some("Text; c_d"));
        check(r#"[1,null,["x"]]"#, "7", None, None);
    }

    #[test]
    fn recoveries_are_recognised_wherever_they_are_written() {
        for (code, recovery) in [
            ("sync_token_expired", Recovery::DropToken),
            ("sync_token_invalid", Recovery::DropToken),
            ("incremental_sync_too_large", Recovery::DropToken),
            ("next_cursor_expired", Recovery::DropCursor),
            ("invalid_next_cursor", Recovery::DropCursor),
            ("cursor_invalid", Recovery::DropCursor),
        ] {
            for (errors, error_info) in [
                (String::new(), format!(r#"{{"code":"{code}"}}"#)),
                (format!(r#"["{code}"]"#), String::new()),
                (format!(r#"["Error {code}: start again"]"#), String::new()),
                (format!(r#"[{{"code":"{code}","message":"x"}}]"#), "null".to_owned()),
                (format!(r#"[{{"message":"{code}","parameter":"cursor"}}]"#), String::new()),
                (format!(r#"["{code}"]"#), r#"{"code":"invalid_input"}"#.to_owned()),
            ] {
                let refusal = read(
                    Some(errors.as_bytes()).filter(|json| !json.is_empty()),
                    Some(error_info.as_bytes()).filter(|json| !json.is_empty()),
                    Codes::InProse,
                );
                assert_eq!(refusal.recovery(), Some(recovery), "{errors} {error_info}");
            }
        }
        assert_eq!(read(Some(br#"["my_sync_token_expired_x"]"#), None, Codes::InProse).recovery(), None);
    }

    #[test]
    fn of_writes_a_code_counts_only_where_it_stands_by_itself() {
        let prose = r#"["the HRIS said rate_limit_exceeded"]"#;
        let read =
            |errors: &str, info: &str| read(Some(errors.as_bytes()), Some(info.as_bytes()), Codes::Exact);
        assert_eq!(read(prose, "null").code, None);
        let named = read(prose, r#"{"code":"candidate_hris_push_failed"}"#);
        assert_eq!((named.code.as_deref(), named.is_certain), (Some("candidate_hris_push_failed"), true));
        let alone = read(r#"["rate_limit_exceeded"]"#, "null");
        assert_eq!((alone.kind(), alone.is_certain), (Some(ErrorKind::RateLimited), false));
        assert!(read("null", r#"{"code":"rate_limit_exceeded"}"#).is_certain);
    }

    #[test]
    fn what_is_too_long_is_not_there() {
        let long = "x".repeat(MAX_TEXT_BYTES);
        let many = format!(r#"[{}"last_of_many"]"#, r#""a b","#.repeat(100_000));
        for errors in
            [format!(r#"["{long}","some_code"]"#), format!(r#"[{{"message":"{long}","code":"some_code"}}]"#)]
        {
            let refusal = read(Some(errors.as_bytes()), None, Codes::InProse);
            assert_eq!(refusal.code.as_deref(), Some("some_code"));
            assert!(refusal.message.is_none_or(|message| message.len() < 10));
        }
        assert_eq!(read(Some(many.as_bytes()), None, Codes::InProse).message.as_deref(), Some("a b"));
        assert_eq!(texts(Some(many.as_bytes())).len(), MAX_ENTRIES);
    }

    #[test]
    fn half_a_character_hides_no_refusal() {
        let refusal = read(Some(br#"["no \ud83d", {"code":"a_b"}]"#), None, Codes::InProse);
        assert_eq!(
            (refusal.code.as_deref(), refusal.message.as_deref()),
            (Some("a_b"), Some("no \u{fffd}; a_b"))
        );
    }

    #[test]
    fn codes_have_kinds() {
        for (code, kind) in [
            ("missing_endpoint_permission", Some(ErrorKind::Permission)),
            ("application_not_found", Some(ErrorKind::NotFound)),
            ("concurrent_limit_exceeded", Some(ErrorKind::RateLimited)),
            ("generic_internal_error", Some(ErrorKind::Server)),
            ("invalid_input", Some(ErrorKind::InvalidRequest)),
            ("sync_token_expired", Some(ErrorKind::Rejected)),
            ("opening_in_use", None),
        ] {
            let refusal = Refusal { code: Some(code.to_owned()), ..Refusal::default() };
            assert_eq!(refusal.kind(), kind, "{code}");
        }
    }
}
