use std::collections::HashMap;

use bytes::Bytes;
use proptest::prelude::*;
use serde::de::IgnoredAny;
use serde_json::Value;
use serde_json::value::RawValue;

use super::*;

fn scan(bytes: &[u8]) -> Result<(), ScanError> {
    let mut scanner = Scanner::new(bytes)?;
    scanner.value(0)?;
    scanner.finish()
}

fn accepted_by_serde_json(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| serde_json::from_str::<IgnoredAny>(text).is_ok())
}

fn split(json: &str, path: &[&str], key_fields: &[&str]) -> Result<Records, ScanError> {
    split_array(&Bytes::copy_from_slice(json.as_bytes()), path, key_fields).map(Option::unwrap_or_default)
}

#[test]
fn the_grammar_is_checked() {
    use ScanErrorKind::*;
    for (json, kind, offset_bytes) in [
        ("", UnexpectedEnd, 0),
        ("  ", UnexpectedEnd, 2),
        ("{", UnexpectedEnd, 1),
        ("[1,", UnexpectedEnd, 3),
        ("\"abc", UnexpectedEnd, 4),
        ("[1,]", UnexpectedByte, 3),
        ("{\"a\":1,}", UnexpectedByte, 7),
        ("{\"a\"}", UnexpectedByte, 4),
        ("{a:1}", UnexpectedByte, 1),
        ("[1}", UnexpectedByte, 2),
        ("tru", UnexpectedByte, 0),
        ("<html>", UnexpectedByte, 0),
        ("\u{feff}{}", UnexpectedByte, 0),
        ("\0", UnexpectedByte, 0),
        ("{} {}", TrailingBytes, 3),
        ("1\0", TrailingBytes, 1),
        ("01", TrailingBytes, 1),
        ("-", InvalidNumber, 1),
        ("1.", InvalidNumber, 2),
        ("1e+", InvalidNumber, 3),
        ("\"\\x\"", InvalidEscape, 1),
        ("\"\\u12g4\"", InvalidEscape, 1),
        ("\"a\nb\"", ControlCharacter, 2),
        ("\"a\0", ControlCharacter, 2),
        ("\"12345678\u{1}\"", ControlCharacter, 9),
    ] {
        let error = scan(json.as_bytes()).expect_err(json);
        assert_eq!((error.kind(), error.offset_bytes()), (&kind, offset_bytes), "{json:?}");
        assert!(!accepted_by_serde_json(json.as_bytes()), "{json:?}");
    }
    assert_eq!(scan(b"\"\xff\"").expect_err("no UTF-8").kind(), &InvalidUtf8);
    for json in
        ["0", "-0.5e-7", " [ ] ", "{ }", "\"\\u00e9\\/\"", "\"\u{7f}é\"", "null", "[{\"a\":[]}]", "1e999"]
    {
        assert_eq!(scan(json.as_bytes()), Ok(()), "{json}");
    }
}

#[test]
fn a_lone_surrogate_is_no_reason_to_lose_a_page() {
    assert_eq!(scan(br#"{"name":"cut \ud83d"}"#), Ok(()));
    let records = split(r#"[{"id":1,"\ud83d":2,"name":"\ud83d"}]"#, &[], &["id"]).unwrap();
    assert_eq!(records.key_part(0, 0), "1");
    let error = split(r#"[{"id":"\ud83d"}]"#, &[], &["id"]).unwrap_err();
    assert_eq!(error.kind(), &ScanErrorKind::InvalidKey { record: 0, field: "id".to_owned() });
}

#[test]
fn nesting_is_limited() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let nested = |depth: usize| format!("{}1{}", open.repeat(depth), close.repeat(depth));
        assert_eq!(scan(nested(128).as_bytes()), Ok(()));
        assert_eq!(scan(nested(129).as_bytes()).unwrap_err().kind(), &ScanErrorKind::TooDeep);
        assert_eq!(scan(nested(100_000).as_bytes()).unwrap_err().kind(), &ScanErrorKind::TooDeep);
    }
    // The limit counts from the outermost container, whoever opened it.
    let in_record = |depth: usize| format!("[{{\"id\":1,\"a\":{}{}}}]", "[".repeat(depth), "]".repeat(depth));
    assert!(split(&in_record(126), &[], &["id"]).is_ok());
    assert_eq!(split(&in_record(127), &[], &["id"]).unwrap_err().kind(), &ScanErrorKind::TooDeep);
}

#[test]
fn records_are_limited_whatever_they_are() {
    for element in ["{}", "1", "{\"id\":1}"] {
        let json = |records: usize| format!("[{}{element}]", format!("{element},").repeat(records - 1));
        let split = |text: String| split_usable(&Bytes::from(text), &[], &["id"]);
        assert!(split(json(250_000)).is_ok());
        assert_eq!(split(json(250_001)).unwrap_err().kind(), &ScanErrorKind::TooManyRecords);
    }
}

#[test]
fn records_are_exact_slices_with_their_keys() {
    let json = r#" [ {"id": "a\u0062c" , "x":{"id":"no"}},{"n":-1.50,"id":"\"","\u0069d":"last wins"} ] "#;
    let records = split(json, &[], &["id"]).unwrap();
    let texts: Vec<_> = records.iter().collect();
    assert_eq!(texts[0], r#"{"id": "a\u0062c" , "x":{"id":"no"}}"#);
    assert_eq!(texts[1], r#"{"n":-1.50,"id":"\"","\u0069d":"last wins"}"#);
    assert_eq!(records.key_part(0, 0), "abc");
    assert_eq!(records.key_part(1, 0), "last wins");

    let records = split(r#"[{"b":1.0e2,"a":""},{"a":"x","b":-7}]"#, &[], &["a", "b"]).unwrap();
    let keys: Vec<_> =
        (0..2).map(|record| (records.key_part(record, 0), records.key_part(record, 1))).collect();
    assert_eq!(keys, [("".into(), "1.0e2".into()), ("x".into(), "-7".into())]);
}

#[test]
fn keys_without_escapes_are_not_copied() {
    let json = Bytes::from_static(br#"[{"id":"abc"}]"#);
    let records = split_array(&json, &[], &["id"]).unwrap().unwrap();
    assert_eq!(records.key_part(0, 0).as_ptr(), json[8..].as_ptr());
    assert_eq!(records.record(0).as_ptr(), json[1..].as_ptr());
}

#[test]
fn what_is_no_record_is_named() {
    let invalid = |record, field: &str| ScanErrorKind::InvalidKey { record, field: field.to_owned() };
    for (json, kind) in [
        (r#"[{"id":1,"k":1},{"id":2}]"#, invalid(1, "k")),
        (r#"[{"k":1}]"#, invalid(0, "id")),
        (r#"[{"id":null,"k":1}]"#, invalid(0, "id")),
        (r#"[{"id":[1],"k":1}]"#, invalid(0, "id")),
        (r#"[{"id":true,"k":1}]"#, invalid(0, "id")),
        (r#"[{"id":1,"k":1},7]"#, ScanErrorKind::NotAnObject { record: 1 }),
        (r#"["x"]"#, ScanErrorKind::NotAnObject { record: 0 }),
    ] {
        let error = split(json, &[], &["id", "k"]).unwrap_err();
        assert_eq!(error.kind(), &kind, "{json}");
    }
    let error = split(r#"[{"id":{"secret":1}}]"#, &[], &["id"]).unwrap_err();
    assert!(!error.to_string().contains("secret") && !format!("{error:?}").contains("secret"));
    assert!(split("[1]", &[], &[""; 0]).is_err());
}

#[test]
fn nested_records_are_found() {
    for (json, path, count) in [
        (r#"{"events":[{"id":1},{"id":2}],"id":9}"#, &["events"][..], 2),
        (r#"{"a":{"x":[],"b":[{"id":1}]}}"#, &["a", "b"], 1),
        (r#"{"a":{"b":{"id":1}}}"#, &["a", "b"], 1),
        (r#"{"id":1}"#, &[], 1),
        (r#"{"events":null}"#, &["events"], 0),
        (r#"{"id":1}"#, &["events"], 0),
        (r#"{"a":null}"#, &["a", "b"], 0),
        ("null", &[], 0),
        (r#"{"events":[{"id":1}],"events":[]}"#, &["events"], 0),
    ] {
        assert_eq!(split(json, path, &["id"]).unwrap().len(), count, "{json}");
    }
    for (json, path) in [(r#"{"events":7}"#, &["events"][..]), (r#"{"a":[]}"#, &["a", "b"]), ("7", &[])] {
        assert_eq!(split(json, path, &["id"]).unwrap_err().kind(), &ScanErrorKind::WrongType, "{json}");
    }
    assert!(split(r#"{"events":[{"id":1}]"#, &["events"], &["id"]).is_err());
}

/// JSON texts, valid and nearly valid, in the spellings that servers do not use but may.
fn json_text() -> impl Strategy<Value = String> {
    let text = prop_oneof![
        "[ -~]{0,20}".prop_map(|text| Value::from(text).to_string()),
        "\\PC{0,10}".prop_map(|text| Value::from(text).to_string()),
        Just(r#""\ud83d\ude00 \u0041\/""#.to_owned()),
        Just(r#""id""#.to_owned()),
        Just(r#""\u0069d""#.to_owned()),
    ];
    let number = prop_oneof![
        any::<i64>().prop_map(|n| n.to_string()),
        any::<f64>().prop_map(|n| Value::from(n).to_string())
    ];
    let leaf = prop_oneof![
        4 => text.clone(),
        3 => number,
        1 => prop_oneof![Just("true"), Just("false"), Just("null")].prop_map(str::to_owned),
    ];
    let space = || prop_oneof![4 => Just(""), 1 => Just(" "), 1 => Just("\n\t\r")];
    leaf.prop_recursive(5, 60, 6, move |inner| {
        let padded =
            (space(), inner, space()).prop_map(|(before, value, after)| format!("{before}{value}{after}"));
        let member = (text.clone(), space(), padded.clone())
            .prop_map(|(name, space, value)| format!("{name}{space}:{value}"));
        prop_oneof![
            prop::collection::vec(padded, 0..6).prop_map(|values| format!("[{}]", values.join(","))),
            prop::collection::vec(member, 0..6).prop_map(|members| format!("{{{}}}", members.join(", "))),
        ]
    })
}

/// Pieces of JSON in any order: mostly wrong in ways that whole values are not.
fn json_pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "{", "}", "[", "]", ",", ":", " ", "\n", "\"id\"", "\"\\n\"", "\"\\u12", "ab\"", "\"", "\\", "1",
        "-", "0", ".5", "e", "E+", "true", "null", "fals", "é", "\"é", "\u{1}", "/",
    ]);
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn valid_texts_are_accepted(text in json_text()) {
        prop_assert_eq!(scan(text.as_bytes()), Ok(()));
    }

    #[test]
    fn pieces_are_judged_as_serde_json_judges_them(text in json_pieces()) {
        prop_assert_eq!(scan(text.as_bytes()).is_ok(), accepted_by_serde_json(text.as_bytes()), "{}", text);
    }

    #[test]
    fn damaged_texts_are_judged_as_serde_json_judges_them(
        text in json_text(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3), 1..4),
    ) {
        let mut bytes = text.into_bytes();
        for (index, byte, kind) in damage {
            if bytes.is_empty() {
                break;
            }
            let at = index.index(bytes.len());
            match kind {
                0 => bytes[at] = byte,
                1 => bytes.truncate(at),
                _ => bytes.insert(at, byte),
            }
        }
        prop_assert_eq!(scan(&bytes).is_ok(), accepted_by_serde_json(&bytes));
    }

    #[test]
    fn records_and_keys_are_what_serde_json_finds(elements in prop::collection::vec(json_text(), 0..5)) {
        let json = format!("[{}]", elements.join(" , "));
        let expected: Vec<&RawValue> = serde_json::from_str(&json).unwrap();
        let key = |record: &RawValue| -> Option<String> {
            let members: HashMap<String, &RawValue> = serde_json::from_str(record.get()).ok()?;
            match serde_json::from_str(members.get("id")?.get()).ok()? {
                Value::String(text) => Some(text),
                Value::Number(_) => Some(members["id"].get().to_owned()),
                _ => None,
            }
        };
        let keys: Option<Vec<String>> = expected.iter().map(|record| key(record)).collect();
        match split(&json, &[], &["id"]) {
            Ok(records) => {
                let found: Vec<_> = records.iter().collect();
                prop_assert_eq!(found, expected.iter().map(|record| record.get()).collect::<Vec<_>>());
                let found: Vec<_> = (0..records.len()).map(|record| records.key_part(record, 0)).collect();
                prop_assert_eq!(found, keys.expect("every record has a key"));
            }
            Err(_) => prop_assert!(keys.is_none()),
        }
    }
}
