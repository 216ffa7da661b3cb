//! A body becomes a page only if serde_json, too, finds a successful envelope with usable paging in it; and then
//! the page is the one serde_json finds.
//!
//! `cargo +nightly fuzz run envelope fuzz/corpus/envelope fuzz/seeds/envelope`
#![no_main]

use ashby_client::{ErrorKind, Page};
use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use serde::Deserialize;
use serde_json::value::RawValue;

/// Refuses members that occur twice, as the client does.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope<'a> {
    success: bool,
    #[serde(borrow)]
    results: Option<&'a RawValue>,
    more_data_available: Option<bool>,
    next_cursor: Option<String>,
    sync_token: Option<String>,
}

fuzz_target!(|data: &[u8]| {
    let page = Page::from_body("candidate.list", Bytes::copy_from_slice(data), &["id".to_owned()]);
    let envelope = std::str::from_utf8(data)
        .ok()
        .and_then(|text| serde_json::from_str::<Envelope<'_>>(text).ok());
    match (page, envelope) {
        (Ok(page), Some(envelope)) => {
            assert!(envelope.success, "a refusal became a page");
            let results = envelope.results.expect("a page has results");
            let elements: Vec<&RawValue> = serde_json::from_str(results.get()).expect("results are a list");
            assert!(page.records().eq(elements.iter().map(|element| element.get())));
            assert!((0..page.len()).all(|record| std::str::from_utf8(&page.key_part(record, 0)).is_ok()));
            // The cursor decides, and the flag does not contradict it.
            let cursor = envelope.next_cursor.filter(|cursor| !cursor.is_empty());
            let more = cursor.is_some();
            assert!(envelope.more_data_available.is_none_or(|flag| flag == more));
            assert_eq!(
                page.next_cursor.as_ref().map(|cursor| cursor.as_str()),
                cursor.as_deref()
            );
            let token = envelope.sync_token.filter(|token| !more && !token.is_empty());
            assert_eq!(
                page.sync_token.as_ref().map(|token| token.as_str()),
                token.as_deref()
            );
        }
        // serde_json also minds a lone surrogate in the name of a member that does not matter.
        (Ok(_), None) => assert!(data.windows(3).any(|escape| escape.eq_ignore_ascii_case(b"\\ud"))),
        (Err(error), Some(envelope)) if !envelope.success => {
            assert!(!error.to_string().chars().any(char::is_control));
        }
        (Err(error), _) => assert_eq!(error.kind(), ErrorKind::Malformed),
    }
});
