//! Laws of every sink.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use serde_json::{Value, json};

use super::{SinkHarness, body, keyed_stream, stream, update, upsert};
use crate::{Counts, Gone, Key, Record, Sink, Stamp, State, StateUpdate, StreamDescriptor, Write};

/// A sink that is open for `streams`.
pub(super) async fn opened(harness: &dyn SinkHarness, streams: &[Arc<StreamDescriptor>]) -> Box<dyn Sink> {
    loaded(harness, streams).await.0
}

/// The same, with the state that it had.
pub(super) async fn loaded(
    harness: &dyn SinkHarness,
    streams: &[Arc<StreamDescriptor>],
) -> (Box<dyn Sink>, State) {
    let mut sink = harness.open().await;
    let state = sink.load().await.expect("loading");
    sink.open(streams).await.expect("opening");
    (sink, state)
}

/// Writes with stamp 1.
pub(super) async fn write(sink: &mut dyn Sink, stream: &Arc<StreamDescriptor>, records: &[Record]) {
    write_at(sink, stream, 1, records).await;
}

pub(super) async fn write_at(
    sink: &mut dyn Sink,
    stream: &Arc<StreamDescriptor>,
    seen: u64,
    records: &[Record],
) {
    let write = Write::new(Arc::clone(stream), Stamp::new(seen), records.to_vec());
    sink.write(write).await.expect("writing");
}

/// Commits, and returns what became of all records since the commit before.
pub(super) async fn commit(sink: &mut dyn Sink) -> Counts {
    let committed = sink.commit(&StateUpdate::default()).await.expect("committing");
    let mut all = Counts::default();
    committed.counts.into_values().for_each(|counts| all += counts);
    all
}

pub(super) fn gone(key: impl Into<Key>) -> Record {
    Record::gone(key, Gone::NotFound)
}

/// The rows that are not tombstones.
pub(super) async fn live(harness: &dyn SinkHarness, stream: &StreamDescriptor) -> BTreeMap<String, Value> {
    let mut rows = BTreeMap::new();
    for (key, value) in harness.rows(stream).await {
        assert!(!rows.contains_key(&key), "{}: two rows have one key", stream.name);
        if let Some(value) = value {
            rows.insert(key, value);
        }
    }
    rows
}

/// Asserts what the live rows of a stream are: keys, and the value that [`upsert`] gave them.
pub(super) async fn assert_live(
    harness: &dyn SinkHarness,
    stream: &StreamDescriptor,
    expected: &[(&str, &str)],
) {
    let expected: BTreeMap<String, Value> =
        expected.iter().map(|(key, value)| ((*key).to_owned(), body(key, value))).collect();
    assert_eq!(live(harness, stream).await, expected, "live rows of {}", stream.name);
}

/// When `commit` returns, what was written can be read, before and after the sink is closed.
pub async fn committed_is_readable(harness: &dyn SinkHarness) {
    let stream = stream("pets");
    let mut sink = opened(harness, &[Arc::clone(&stream)]).await;
    write(&mut *sink, &stream, &[upsert("a", "1"), upsert("b", "1")]).await;
    commit(&mut *sink).await;
    assert_live(harness, &stream, &[("a", "1"), ("b", "1")]).await;
    sink.close().await.expect("closing");
    drop(sink);
    assert_live(harness, &stream, &[("a", "1"), ("b", "1")]).await;
}

/// A sink that is dropped without a commit, as in a crash, leaves a destination that opens and takes the same
/// records again. What it had not committed may be seen (as repeats) or not; what it had committed is there.
pub async fn a_dropped_sink_has_committed_nothing_more(harness: &dyn SinkHarness) {
    let stream = stream("pets");
    let mut sink = opened(harness, &[Arc::clone(&stream)]).await;
    write(&mut *sink, &stream, &[upsert("a", "1")]).await;
    sink.commit(&update("pets", 1)).await.expect("committing");
    write(&mut *sink, &stream, &[upsert("b", "1"), upsert("c", "1")]).await;
    drop(sink);

    let mut sink = opened(harness, &[Arc::clone(&stream)]).await;
    let rows = live(harness, &stream).await;
    assert_eq!(rows.get("a"), Some(&body("a", "1")), "a committed row is gone");
    write(&mut *sink, &stream, &[upsert("b", "1"), upsert("c", "1")]).await;
    commit(&mut *sink).await;
    assert_live(harness, &stream, &[("a", "1"), ("b", "1"), ("c", "1")]).await;
}

/// Records that come again after a crash change nothing.
pub async fn replays_converge(harness: &dyn SinkHarness) {
    let stream = stream("pets");
    let records = [upsert("a", "1"), upsert("b", "1"), gone("a"), upsert("b", "2"), upsert("c", "1")];
    for _ in 0..3 {
        for from in 0..records.len() {
            let mut sink = opened(harness, &[Arc::clone(&stream)]).await;
            write(&mut *sink, &stream, &records[from..]).await;
            commit(&mut *sink).await;
            drop(sink);
        }
    }
    assert_live(harness, &stream, &[("b", "2"), ("c", "1")]).await;
}

/// Of several writes of one key the last one counts: within a batch, across batches, across commits.
pub async fn the_later_write_wins(harness: &dyn SinkHarness) {
    let stream = stream("pets");
    let mut sink = opened(harness, &[Arc::clone(&stream)]).await;
    write(&mut *sink, &stream, &[upsert("a", "1"), upsert("b", "1"), upsert("a", "2")]).await;
    commit(&mut *sink).await;
    assert_live(harness, &stream, &[("a", "2"), ("b", "1")]).await;
    write(&mut *sink, &stream, &[upsert("a", "3"), gone("b")]).await;
    write(&mut *sink, &stream, &[upsert("b", "4"), upsert("a", "4"), upsert("c", "4"), gone("c")]).await;
    commit(&mut *sink).await;
    assert_live(harness, &stream, &[("a", "4"), ("b", "4")]).await;
    write(&mut *sink, &stream, &[upsert("b", "1")]).await;
    commit(&mut *sink).await;
    assert_live(harness, &stream, &[("a", "4"), ("b", "1")]).await;
}

/// A tombstone hides its record, means nothing for a key that is not there, and a later record revives it.
pub async fn deleting_and_reviving(harness: &dyn SinkHarness) {
    let stream = stream("pets");
    let mut sink = opened(harness, &[Arc::clone(&stream)]).await;
    write(&mut *sink, &stream, &[upsert("a", "1"), upsert("b", "1")]).await;
    commit(&mut *sink).await;
    write(&mut *sink, &stream, &[gone("a"), gone("unknown")]).await;
    commit(&mut *sink).await;
    assert_live(harness, &stream, &[("b", "1")]).await;
    write(&mut *sink, &stream, &[upsert("a", "1"), upsert("unknown", "1"), gone("b")]).await;
    commit(&mut *sink).await;
    assert_live(harness, &stream, &[("a", "1"), ("unknown", "1")]).await;
}

/// Batches without records, commits without batches, runs without either.
pub async fn writing_nothing_is_fine(harness: &dyn SinkHarness) {
    let stream = stream("pets");
    let mut sink = opened(harness, &[Arc::clone(&stream)]).await;
    sink.close().await.expect("closing");
    drop(sink);
    let mut sink = opened(harness, &[Arc::clone(&stream)]).await;
    commit(&mut *sink).await;
    write(&mut *sink, &stream, &[]).await;
    assert_eq!(commit(&mut *sink).await, Counts::default());
    assert_eq!(commit(&mut *sink).await, Counts::default());
    assert_live(harness, &stream, &[]).await;
    write(&mut *sink, &stream, &[upsert("a", "1")]).await;
    commit(&mut *sink).await;
    commit(&mut *sink).await;
    sink.close().await.expect("closing");
    assert_live(harness, &stream, &[("a", "1")]).await;
}

/// Keys are any text, of one field or several; no two of them meet.
pub async fn odd_keys_stay_apart(harness: &dyn SinkHarness) {
    let simple = stream("pets");
    let odd = [
        "",
        " ",
        "a",
        "A",
        "a ",
        "1",
        "1.0",
        "01",
        "NULL",
        "\"",
        "'",
        "\\",
        "\n",
        "\r\n",
        "\t",
        "\u{0}",
        "a\u{0}b",
        "é",
        "e\u{301}",
        "🐈",
        "\u{feff}",
        "\u{2028}",
        "%",
        "_",
        "--",
        "'; DROP TABLE pets; --",
        "[\"a\",\"b\"]",
        "{}",
        "../x",
    ];
    let composite = keyed_stream("visits", &["petId", "at"]);
    let pairs =
        [["a", "b"], ["b", "a"], ["a,", "b"], ["a", ",b"], ["a\"", "b"], ["", ""], ["ü\n", "'"], ["a", ""]];
    let key = |pair: &[&str; 2]| {
        Key::from_parts(&pair.map(|part| Bytes::copy_from_slice(part.as_bytes())))
            .expect("the parts are text")
    };

    let mut sink = opened(harness, &[Arc::clone(&simple), Arc::clone(&composite)]).await;
    let records: Vec<Record> = odd.iter().map(|key| upsert(key, key)).collect();
    write(&mut *sink, &simple, &records).await;
    let visit = |pair: &[&str; 2]| json!({"petId": pair[0], "at": pair[1]});
    let visits: Vec<Record> =
        pairs.iter().map(|pair| Record::upsert(key(pair), visit(pair).to_string())).collect();
    write(&mut *sink, &composite, &visits).await;
    commit(&mut *sink).await;
    let expected: Vec<(&str, &str)> = odd.iter().map(|key| (*key, *key)).collect();
    assert_live(harness, &simple, &expected).await;
    let expected: BTreeMap<String, Value> =
        pairs.iter().map(|pair| (key(pair).as_str().to_owned(), visit(pair))).collect();
    assert_eq!(live(harness, &composite).await, expected);

    let tombstones: Vec<Record> = odd.iter().map(|key| gone(*key)).collect();
    write(&mut *sink, &simple, &tombstones).await;
    let tombstones: Vec<Record> = pairs[1..].iter().map(|pair| gone(key(pair))).collect();
    write(&mut *sink, &composite, &tombstones).await;
    commit(&mut *sink).await;
    assert_live(harness, &simple, &[]).await;
    let left: Vec<String> = live(harness, &composite).await.into_keys().collect();
    assert_eq!(left, [key(&pairs[0]).as_str()]);
}

/// Stream names that mean something to a database or a file system are still only names.
pub async fn any_stream_name_is_fine(harness: &dyn SinkHarness) {
    let long = "long_".repeat(20);
    let names = [
        "select", "order", "group", "table", "index", "state", "main", "con", "rowid", "x", "9_lives", &long,
    ];
    let streams = names.map(stream);
    let mut sink = opened(harness, &streams).await;
    for stream in &streams {
        write(&mut *sink, stream, &[upsert("a", &stream.name)]).await;
    }
    commit(&mut *sink).await;
    for stream in &streams {
        assert_live(harness, stream, &[("a", &stream.name)]).await;
    }
}

/// Records arrive as they are: empty, large, deep, spread over lines, with fields that resemble a sink's own.
pub async fn any_record_arrives(harness: &dyn SinkHarness) {
    let stream = stream("pets");
    let large = json!({"id": "large", "text": "ü\"\\\n".repeat(300_000)});
    let mut many_fields: serde_json::Map<String, Value> =
        (0..3_000).map(|number| (format!("field{number}"), json!(number))).collect();
    many_fields.insert("id".to_owned(), json!("many"));
    let odd_fields = json!({
        "id": "odd", "ID": 1, "Id": 2, "rowid": 3, "_row": 4, "_key": 5, "_record": 6, "_captured_at": 7, "": 8,
        "\"": 9, "'": 10, "\\": 11, "a.b": 12, "[0]": 13, "$": 14, "two words": 15, "\u{0}": 16, "ü": 17, "select": 18,
        "_Key": 19, "0": 20, "\n": 21,
    });
    let deep = (0..50).fold(json!(null), |inner, _| json!({"id": "deep", "deep": [inner]}));
    let records = [
        ("least", r#"{"id":"least"}"#.to_owned()),
        ("large", large.to_string()),
        ("many", Value::from(many_fields).to_string()),
        ("odd", odd_fields.to_string()),
        ("deep", deep.to_string()),
        (
            "spread",
            concat!(
                "\r\n{\n  \"id\" :\r\"spread\",\"text\":\"a  b\\n\\\" { c\"\n,\t\"list\": [ 1,\n 2 ] ,",
                "\"after\\\\\" : \"\"\n}\n",
            )
            .to_owned(),
        ),
        (
            "numbers",
            r#"{"id":"numbers","big":12345678901234567890,"exact":1.10,"exponent":1E+2,"zero":-0.0}"#
                .to_owned(),
        ),
        ("escapes", r#"{"text":"\u00fc\ud83d\udc08\u0000\/","\u0069d":"escapes"}"#.to_owned()),
    ];
    let mut sink = opened(harness, &[Arc::clone(&stream)]).await;
    for (key, json) in &records {
        write(&mut *sink, &stream, &[Record::upsert(*key, json.clone())]).await;
    }
    commit(&mut *sink).await;
    let rows = live(harness, &stream).await;
    for (key, json) in &records {
        let expected: Value = serde_json::from_str(json).expect("the record is JSON");
        // Not `assert_eq`, which would print a megabyte.
        assert!(rows.get(*key) == Some(&expected), "the record {key:?} did not arrive as it was sent");
    }
    assert_eq!(rows.len(), records.len());
}

/// Streams written in turns, more of them than there are, say, spare file handles in a naive design.
pub async fn streams_do_not_mix(harness: &dyn SinkHarness) {
    let streams: Vec<_> = (0..60).map(|number| stream(&format!("stream_{number}"))).collect();
    let mut sink = opened(harness, &streams).await;
    for round in ["1", "2"] {
        for stream in &streams {
            write(&mut *sink, stream, &[upsert("same", &stream.name), upsert(&stream.name, round)]).await;
        }
        commit(&mut *sink).await;
    }
    for stream in &streams {
        assert_live(harness, stream, &[("same", &stream.name), (&stream.name, "2")]).await;
    }
}

/// A later run finds what the earlier one left, also with other streams than before.
pub async fn reopening_continues(harness: &dyn SinkHarness) {
    let (pets, toys) = (stream("pets"), stream("toys"));
    let mut sink = opened(harness, &[Arc::clone(&pets)]).await;
    write(&mut *sink, &pets, &[upsert("a", "1"), upsert("b", "1")]).await;
    commit(&mut *sink).await;
    sink.close().await.expect("closing");
    drop(sink);

    let mut sink = opened(harness, &[Arc::clone(&toys)]).await;
    write(&mut *sink, &toys, &[upsert("ball", "1")]).await;
    commit(&mut *sink).await;
    sink.close().await.expect("closing");
    drop(sink);

    let mut sink = opened(harness, &[Arc::clone(&pets), Arc::clone(&toys)]).await;
    write(&mut *sink, &pets, &[upsert("b", "2"), upsert("c", "2")]).await;
    commit(&mut *sink).await;
    sink.close().await.expect("closing");
    assert_live(harness, &pets, &[("a", "1"), ("b", "2"), ("c", "2")]).await;
    assert_live(harness, &toys, &[("ball", "1")]).await;
}
