//! Reading `success: false`: the code, the message and what they mean, out of every shape Ashby uses.
//!
//! The same refusal arrives as a string in `errors`, as an object there (`{message, parameter}` or
//! `{code, message}`), as `errorInfo`, or as several of these; with HTTP 200 or with a status of its own.

use serde_json::Value;

use crate::{ErrorKind, Recovery};

/// What Ashby said when it refused, word for word: not fit for logs until cleaned.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: Option<String>,
    pub(crate) message: Option<String>,
    pub(crate) request_id: Option<String>,
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

/// Reads the members `errors` and `errorInfo`.
pub(crate) fn read(errors: Option<&[u8]>, error_info: Option<&[u8]>) -> Refusal {
    let parse = |json: Option<&[u8]>| json.and_then(|json| json_slices::read::<Value>(json).ok());
    let error_info = parse(error_info).unwrap_or(Value::Null);
    let errors = match parse(errors) {
        Some(Value::Array(entries)) => entries,
        Some(Value::Null) | None => Vec::new(),
        Some(single) => vec![single],
    };

    let info = |name: &str| error_info[name].as_str().filter(|text| !text.is_empty());
    let entry_texts = || {
        errors.iter().flat_map(|entry| {
            [entry.as_str(), entry["code"].as_str(), entry["message"].as_str()].into_iter().flatten()
        })
    };
    let mentioned =
        |code: &str| info("code").into_iter().chain(entry_texts()).any(|text| mentions(text, code));
    let code = KNOWN_CODES
        .iter()
        .map(|(code, ..)| *code)
        // A recovery is recognised wherever it is written; other codes give way to the one Ashby names.
        .find(|code| {
            mentioned(code) && (known(code).is_some_and(|known| known.2.is_some()) || info("code").is_none())
        })
        .or(info("code"))
        .or_else(|| entry_texts().find(|text| is_code(text)));

    let mut messages: Vec<&str> = errors.iter().filter_map(entry_message).collect();
    messages.dedup();
    let message = match info("message") {
        Some(message) => message.to_owned(),
        None => messages.join("; "),
    };
    Refusal {
        message: Some(message).filter(|message| !message.is_empty() && Some(message.as_str()) != code),
        code: code.map(str::to_owned),
        request_id: info("requestId").map(str::to_owned),
    }
}

/// The text of an entry of `errors` or `warnings`.
pub(crate) fn entry_message(entry: &Value) -> Option<&str> {
    entry.as_str().or_else(|| entry["message"].as_str()).or_else(|| entry["code"].as_str())
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
fn mentions(text: &str, code: &str) -> bool {
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
        let refusal =
            read(bytes(String::leak(errors.to_owned())), bytes(String::leak(error_info.to_owned())));
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
                );
                assert_eq!(refusal.recovery(), Some(recovery), "{errors} {error_info}");
            }
        }
        assert_eq!(read(Some(br#"["my_sync_token_expired_x"]"#), None).recovery(), None);
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
