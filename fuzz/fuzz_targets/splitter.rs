//! The record splitter judges as serde_json does and finds the same records and keys.
//!
//! `cargo +nightly fuzz run splitter fuzz/corpus/splitter fuzz/seeds/splitter`
#![no_main]

use std::collections::HashMap;

use ashby_client::{ScanErrorKind, split_array};
use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use serde::de::IgnoredAny;
use serde_json::Value;
use serde_json::value::RawValue;

fuzz_target!(|data: &[u8]| {
    let json = Bytes::copy_from_slice(data);
    let text = std::str::from_utf8(data).ok();
    let is_json = text.is_some_and(|text| serde_json::from_str::<IgnoredAny>(text).is_ok());

    match split_array(&json, &[], &[""; 0]) {
        Ok(_) => assert!(is_json, "accepted what is not JSON"),
        Err(error) => match error.kind() {
            // About content, found after the grammar was checked.
            ScanErrorKind::WrongType | ScanErrorKind::NotAnObject { .. } => {}
            ScanErrorKind::TooDeep => return,
            _ => assert!(!is_json, "refused JSON: {error}"),
        },
    }

    let Some(Ok(elements)) = text.map(serde_json::from_str::<Vec<&RawValue>>) else {
        return;
    };
    let key = |record: &RawValue| -> Option<String> {
        let members: HashMap<String, &RawValue> = serde_json::from_str(record.get()).ok()?;
        let key = members.get("id")?;
        match key.get().as_bytes().first()? {
            b'"' => serde_json::from_str(key.get()).ok(),
            b'-' | b'0'..=b'9' => Some(key.get().to_owned()),
            _ => None,
        }
    };
    let Ok(Some(records)) = split_array(&json, &[], &["id"]) else {
        // A name with a lone surrogate is no obstacle to the splitter, but it is to the comparison.
        let readable =
            |record: &&RawValue| serde_json::from_str::<HashMap<String, Value>>(record.get()).is_ok();
        assert!(
            !elements
                .iter()
                .all(|record| readable(record) && key(record).is_some()),
            "refused records"
        );
        return;
    };
    assert_eq!(records.len(), elements.len());
    for (index, element) in elements.iter().enumerate() {
        assert_eq!(records.record(index), element.get());
        if serde_json::from_str::<HashMap<String, &RawValue>>(element.get()).is_ok() {
            assert_eq!(Some(records.key_part(index, 0)), key(element).map(Bytes::from));
        }
    }
});
