//! Walks over JSON bytes, compared with `serde_json`.

use json_slices::{find, members, push_line, read, storable, unicode};
use serde::de::IgnoredAny;
use serde_json::Value;

pub(super) fn slices(data: &[u8]) {
    let Ok(json) = std::str::from_utf8(data) else { return };
    let is_json = serde_json::from_str::<IgnoredAny>(json).is_ok();
    if !is_json {
        return;
    }
    // Every reader takes what was mended, and mending twice is mending once.
    let mended = storable(data);
    assert!(serde_json::from_slice::<Value>(&mended).is_ok(), "{mended:?}");
    assert_eq!(storable(&mended).as_ref(), mended.as_ref());
    assert!(serde_json::from_slice::<Value>(&unicode(data)).is_ok());
    let value: Value = read(data).expect("half a character is no obstacle");

    // On one line it is the same JSON.
    let mut line = Vec::new();
    push_line(&mut line, &unicode(data));
    assert!(!line.contains(&b'\n') && !line.contains(&b'\r'));
    let compact: Value = serde_json::from_slice(&line).expect("it is JSON still");
    assert_eq!(compact, value);

    // What is found is what is there.
    if let Value::Object(object) = &value {
        let mut names = 0;
        if members(data, |_, member| {
            names += 1;
            assert!(serde_json::from_slice::<IgnoredAny>(member).is_ok());
        })
        .is_ok()
        {
            assert!(names >= object.len());
        }
        for name in object.keys() {
            if let Ok(Some(found)) = find(data, &[name]) {
                assert!(serde_json::from_slice::<IgnoredAny>(found).is_ok());
            }
        }
    }
}
