//! Documents that are read again: states, journals, rows, requests of a runtime, deliveries.

use std::io::Write as _;

use ashby_calls::{Draft, Form, Journal, rows as read_rows};
use ashby_client::catalog;
use ashby_webhooks::{Event, Signature};
use bytes::Bytes;
use capture_core::State;
use sink_estuary::Codec;

const OPERATION: &str = "candidate.createNote";

/// A state is read whole or not at all, and written so that it is read as the same.
pub(super) fn state(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(state) = State::from_document(text) else { return };
    let written = state.to_document().to_string();
    let again = State::from_document(&written).expect("what was written can be read");
    assert_eq!(again.streams, state.streams);
}

/// A journal that is refused stays as it was; one that is taken says the same the next time.
pub(super) fn journal(data: &[u8]) {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("rows.journal");
    let mut file = std::fs::File::create(&path).expect("a file");
    file.write_all(data).expect("room");
    drop(file);
    let Ok(first) = Journal::open(&path, OPERATION) else {
        assert_eq!(std::fs::read(&path).expect("it is there"), data, "what is refused is left untouched");
        return;
    };
    let entries: Vec<_> = first.entries().values().map(|entry| (entry.row, entry.status)).collect();
    drop(first);
    let again = Journal::open(&path, OPERATION).expect("what was taken is taken again");
    let told: Vec<_> = again.entries().values().map(|entry| (entry.row, entry.status)).collect();
    assert_eq!(told, entries);
}

/// Rows of a batch are checked before anything is sent: none passes that is no request.
pub(super) fn rows(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let operation = catalog::find(OPERATION).expect("it is in the catalog");
    let mut common = Draft::new(operation);
    common.set_texts("candidateId", &["0f9b2f46-5a3d-4b7c-9c0e-7a1f3b5d9e11"]);
    for form in [Form::Csv, Form::Lines] {
        if let Ok(rows) = read_rows(&text, form, &common) {
            assert!(rows.iter().all(|row| row.plan.parameters().contains_key("note")));
        }
    }
}

/// What Estuary's runtime sends, in both forms.
pub(super) fn requests(data: &[u8]) {
    for codec in [Codec::Protobuf, Codec::Json] {
        let mut input = data;
        while let Ok(Some(request)) = codec.read(&mut input) {
            assert!(!request.kind().is_empty());
        }
    }
}

/// What a webhook delivers: the body is an event or not, and names what can be read again.
pub(super) fn webhooks(data: &[u8]) {
    if let Some(signature) = Signature::parse(data) {
        let text = signature.to_string();
        assert_eq!(Signature::parse(text.as_bytes()).map(|again| again.to_string()), Some(text));
    }
    let Ok(event) = Event::parse(Bytes::copy_from_slice(data)) else { return };
    assert!(serde_json::from_slice::<serde::de::IgnoredAny>(event.data()).is_ok() || event.data().is_empty());
    for touched in event.touched() {
        assert!(!format!("{touched:?}").is_empty());
    }
}
