//! The walks over checked JSON agree with serde_json.

// A test file of its own has no documentation.
#![allow(missing_docs)]

use std::collections::HashMap;

use bytes::Bytes;
use json_slices::{Prefix, Shape, Text, find, members, push_line, push_string, split_array, tokens};
use proptest::prelude::*;
use serde_json::Value;
use serde_json::value::RawValue;

fn json() -> impl Strategy<Value = Value> {
    let text = prop_oneof![any::<String>(), "[ \t\n\r\"\\\\{}\\[\\]:,a0-9.e-]{0,12}"];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<i32>().prop_map(|number| Value::from(f64::from(number) / 4.0)),
        text.clone().prop_map(Value::from)
    ];
    leaf.prop_recursive(4, 32, 4, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map(text.clone(), inner, 0..4).prop_map(Value::from_iter),
        ]
    })
}

/// An object, as pairs in any order, with names that come twice.
fn object() -> impl Strategy<Value = Vec<(String, Value)>> {
    let name = prop_oneof![any::<String>(), "[ab]{0,2}", "[a-z]{5,40}"];
    proptest::collection::vec((name, json()), 0..6)
}

fn written(object: &[(String, Value)]) -> String {
    let members: Vec<_> =
        object.iter().map(|(name, value)| format!("{}:{value}", Value::from(name.as_str()))).collect();
    format!("{{{}}}", members.join(","))
}

fn shape(object: &str) -> Shape {
    let records = split_array(&Bytes::copy_from_slice(object.as_bytes()), &[], &[""; 0]);
    records.expect("it is JSON").expect("an object is a record").shape(0)
}

/// Escapes of all kinds, halves of characters among them.
fn string_token() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[ -!#-\\[\\]-~é😀]{0,8}",
        proptest::sample::select(vec![
            r"\n",
            r"\/",
            r"\\",
            "\\\"",
            r"\u0041",
            r"\u00e9",
            r"\ud83d\ude00",
            r"\ud83d",
            r"\uDE00",
            r"\ud83dx",
            r"\ud83d\n",
            r"\ud83d\u0041",
        ])
        .prop_map(str::to_owned),
    ];
    proptest::collection::vec(piece, 0..6).prop_map(|pieces| format!("\"{}\"", pieces.concat()))
}

proptest! {
    #[test]
    fn json_over_several_lines_becomes_the_same_on_one(value in json()) {
        let pretty = format!("{}\r\n", serde_json::to_string_pretty(&value).unwrap());
        let mut line = Vec::new();
        push_line(&mut line, pretty.as_bytes());
        prop_assert_eq!(String::from_utf8(line).unwrap(), value.to_string());
    }

    #[test]
    fn json_on_one_line_is_not_touched(value in json()) {
        let spaced = value.to_string().replace(':', " :\t");
        let mut line = Vec::new();
        push_line(&mut line, spaced.as_bytes());
        prop_assert_eq!(String::from_utf8(line).unwrap(), spaced);
    }

    #[test]
    fn broken_json_harms_nobody(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        let mut line = Vec::new();
        push_line(&mut line, &bytes);
        prop_assert!(line.len() <= bytes.len());
        prop_assert!(tokens(&bytes).count() <= bytes.len());
        if let Some(text) = Text::of(&bytes) {
            let exact = text.exact();
            prop_assert!(exact.is_none_or(|exact| exact == text.lossy()));
        }
    }

    #[test]
    fn strings_are_written_as_serde_json_writes_them(text in any::<String>(), low in "[\0-\"\\\\\u{7f}a]{0,40}") {
        for text in [text, low] {
            let mut output = Vec::new();
            push_string(&mut output, &text);
            prop_assert_eq!(String::from_utf8(output).unwrap(), Value::from(text).to_string());
        }
    }

    #[test]
    fn strings_are_read_as_serde_json_reads_them(token in string_token()) {
        let text = Text::of(token.as_bytes()).unwrap();
        let expected = serde_json::from_str::<String>(&token).ok();
        prop_assert_eq!(text.exact().map(|text| text.into_owned()), expected.clone());
        // The other reading of serde_json: bytes, with the halves as if they were characters of three bytes.
        let halves = serde_json::from_str::<serde::de::IgnoredAny>(&token);
        prop_assert!(halves.is_ok());
        match expected {
            Some(expected) => prop_assert_eq!(text.lossy(), expected),
            None => prop_assert!(text.lossy().contains(char::REPLACEMENT_CHARACTER), "no sign of the half"),
        }
    }

    #[test]
    fn members_are_those_that_serde_json_finds(object in object()) {
        let json = written(&object);
        let mut found = Vec::new();
        members(json.as_bytes(), |name, value| {
            found.push((name.exact().unwrap().into_owned(), serde_json::from_slice::<Value>(value).unwrap()));
        })
        .unwrap();
        prop_assert_eq!(found.len(), object.len());
        let expected: HashMap<String, Value> = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(found.into_iter().collect::<HashMap<_, _>>(), expected);
    }

    #[test]
    fn objects_of_one_shape_have_the_same_names(a in object(), b in object()) {
        let names = |object: &[(String, Value)]| -> Vec<String> { object.iter().map(|member| member.0.clone()).collect() };
        prop_assert_eq!(shape(&written(&a)) == shape(&written(&b)), names(&a) == names(&b));
        let others: Vec<_> = a.iter().map(|member| (member.0.clone(), Value::Null)).collect();
        prop_assert_eq!(shape(&written(&a)), shape(&written(&others)));
    }

    #[test]
    fn a_prefix_adds_members_and_nothing_else(
        object in object(),
        prefix in proptest::collection::vec(any::<(String, String)>(), 0..3),
        space in "[ \n]{0,2}",
    ) {
        let json = Bytes::from(format!("{{{space}{}", &written(&object)[1..]));
        let added = Prefix::new(prefix.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        let joined = added.join(&json);
        let mut all: Vec<_> = prefix.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect();
        all.extend(object.clone());
        let mut found = Vec::new();
        members(&joined, |name, value| {
            found.push((name.exact().unwrap().into_owned(), serde_json::from_slice::<Value>(value).unwrap()));
        })
        .unwrap();
        let values = |members: &[(String, Value)]| members.iter().map(|(name, value)| format!("{name}:{value}")).collect::<Vec<_>>();
        prop_assert_eq!(values(&found), values(&all));
        let before = shape(&written(&object));
        prop_assert_eq!(added.shape(before) == before, prefix.is_empty());
    }

    #[test]
    fn what_is_found_is_what_a_pointer_finds(value in json(), names in proptest::collection::vec("[ab]", 0..3)) {
        let nested = serde_json::json!({"a": {"b": value, "a": 1}, "b": value});
        let path: Vec<&str> = names.iter().map(String::as_str).collect();
        let pointer: String = names.iter().map(|name| format!("/{name}")).collect();
        let json = nested.to_string();
        let found = find(json.as_bytes(), &path).unwrap().map(|found| serde_json::from_slice::<Value>(found).unwrap());
        let expected = nested.pointer(&pointer).cloned();
        prop_assert_eq!(found.map(|found| found.to_string()), expected.map(|expected| expected.to_string()));
    }
}

#[test]
fn values_are_found_as_they_are_written() {
    let json = br#"{ "job" : { "id" : 1.50 }, "job": {"id": "x\ud83d" }, "n": [ ] }"#;
    let found = |path: &[&str]| find(json, path).unwrap().map(|found| std::str::from_utf8(found).unwrap());
    assert_eq!(found(&["job", "id"]), Some(r#""x\ud83d""#), "the last one counts");
    assert_eq!(found(&["n"]), Some("[ ]"));
    assert_eq!((found(&["job", "no"]), found(&["n", "id"]), found(&["no"])), (None, None, None));
    let raw: &RawValue = serde_json::from_slice(json).unwrap();
    assert_eq!(found(&[]), Some(raw.get()));
    assert!(find(br#"{"a":1"#, &["a"]).is_err());
}

#[test]
fn half_a_character_has_one_rule() {
    let lossy = |token: &'static str| Text::of(token.as_bytes()).unwrap().lossy();
    assert_eq!(lossy(r#""a\ud83d""#), "a\u{fffd}");
    assert_eq!(lossy(r#""\ud83d\ud83d\ude00\ude00""#), "\u{fffd}😀\u{fffd}");
    assert_eq!(Text::of(br#""\ud83d""#).unwrap().exact(), None);

    let json = br#"{"id":"1","\ud83d":"x","b":2}"#;
    let mut names = Vec::new();
    members(json, |name, _| names.push(name.exact().map(|name| name.into_owned()))).unwrap();
    assert_eq!(names, [Some("id".to_owned()), None, Some("b".to_owned())]);
    let records = split_array(&Bytes::from_static(json), &[], &["id"]).unwrap().unwrap();
    assert_eq!(records.record(0), &json[..], "byte for byte");
}

#[test]
fn only_objects_have_members() {
    for json in ["", "[]", "1", "{", "{} {}", "{\"a\":}", "null"] {
        assert!(members(json.as_bytes(), |_, _| {}).is_err(), "{json}");
    }
}
