//! Answers: splitting them into records, reading their envelopes, and refusals.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use ashby_client::{ErrorKind, Page, ScanErrorKind, split_array};
use bytes::Bytes;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
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

/// A body becomes a page only if `serde_json`, too, finds a successful envelope with usable paging in it; and then the page is
/// the one that `serde_json` finds.
pub(super) fn envelope(data: &[u8]) {
    let page = Page::from_body("candidate.list", Bytes::copy_from_slice(data), &["id".to_owned()]);
    let envelope =
        std::str::from_utf8(data).ok().and_then(|text| serde_json::from_str::<Envelope<'_>>(text).ok());
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
            assert_eq!(page.next_cursor.as_ref().map(|cursor| cursor.as_str()), cursor.as_deref());
            let token = envelope.sync_token.filter(|token| !more && !token.is_empty());
            assert_eq!(page.sync_token.as_ref().map(|token| token.as_str()), token.as_deref());
        }
        // serde_json also minds a lone surrogate in the name of a member that does not matter.
        (Ok(_), None) => assert!(data.windows(3).any(|escape| escape.eq_ignore_ascii_case(b"\\ud"))),
        (Err(error), Some(envelope)) if !envelope.success => {
            assert!(!error.to_string().chars().any(char::is_control));
        }
        (Err(error), _) => assert_eq!(error.kind(), ErrorKind::Malformed),
    }
}

/// The splitter judges as `serde_json` does, and finds the same records and keys.
pub(super) fn splitter(data: &[u8]) {
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
        assert!(!elements.iter().all(|record| readable(record) && key(record).is_some()), "refused records");
        return;
    };
    assert_eq!(records.len(), elements.len());
    for (index, element) in elements.iter().enumerate() {
        assert_eq!(records.record(index), element.get());
        if serde_json::from_str::<HashMap<String, &RawValue>>(element.get()).is_ok() {
            assert_eq!(Some(records.key_part(index, 0)), key(element).map(Bytes::from));
        }
    }
}

/// Whatever a refusal holds, it costs little, and what is said of it is short and fit for a terminal.
pub(super) fn refusals(data: &[u8]) {
    let began = Instant::now();
    let read = Page::from_body("candidate.list", Bytes::copy_from_slice(data), &["id".to_owned()]);
    if let Err(error) = read {
        let text = error.to_string();
        assert!(text.len() < 4_000, "{} bytes", text.len());
        assert!(!text.chars().any(char::is_control), "{text:?}");
    }
    let allowed = Duration::from_millis(250 + data.len() as u64 / 16);
    assert!(began.elapsed() < allowed, "{} bytes took {:?}", data.len(), began.elapsed());
}
