//! Laws of sinks with keys.

use std::sync::Arc;

use super::sink::{assert_live, commit, gone, opened, write, write_at};
use super::{Grave, SinkHarness, scoped, stream, update, upsert};
use crate::{Counts, Gone, Key, Record, Share, Sink, Stamp, StateUpdate, StreamDescriptor, Sweep, Within};

const NONE: Counts = Counts { new: 0, changed: 0, unchanged: 0, deleted: 0, written: 0 };

fn whole(stream: &Arc<StreamDescriptor>, since: u64) -> Sweep {
    Sweep::new(Arc::clone(stream), Stamp::new(since), Within::Everything)
}

fn scopes(stream: &Arc<StreamDescriptor>, since: u64, scopes: &[&str]) -> Sweep {
    let scopes = scopes.iter().map(|scope| Key::from(*scope)).collect();
    Sweep::new(Arc::clone(stream), Stamp::new(since), Within::Scopes(scopes))
}

async fn sweep(sink: &mut dyn Sink, sweep: Sweep) {
    sink.sweep(sweep).await.expect("sweeping");
}

/// What a sweep would mark, keys in order.
async fn unseen(sink: &mut dyn Sink, sweep: &Sweep) -> Share {
    let mut share = sink.unseen(sweep).await.expect("asking what is unseen");
    share.keys.sort();
    share
}

fn share(keys: &[&str], of: u64) -> Share {
    Share::new(keys.len() as u64, of, keys.iter().map(|key| Key::from(*key)).collect())
}

/// After a crash the rows are those of the last commit.
pub async fn uncommitted_rows_are_absent(harness: &dyn SinkHarness) {
    let stream = stream("pets");
    let mut sink = opened(harness, &[Arc::clone(&stream)]).await;
    write(&mut *sink, &stream, &[upsert("a", "1"), upsert("b", "1")]).await;
    commit(&mut *sink).await;
    write_at(&mut *sink, &stream, 2, &[upsert("a", "2"), upsert("c", "1")]).await;
    sweep(&mut *sink, whole(&stream, 2)).await;
    assert_live(harness, &stream, &[("a", "1"), ("b", "1")]).await;
    drop(sink);
    assert_live(harness, &stream, &[("a", "1"), ("b", "1")]).await;

    let mut sink = opened(harness, &[Arc::clone(&stream)]).await;
    write(&mut *sink, &stream, &[upsert("d", "1")]).await;
    sink.close().await.expect("closing");
    drop(sink);
    assert_live(harness, &stream, &[("a", "1"), ("b", "1")]).await;
}

/// Every record is counted as exactly one of new, changed, unchanged or deleted (a tombstone for what is not there
/// as none); a revived record is new. A commit counts what came since the one before.
pub async fn counts_are_exact(harness: &dyn SinkHarness) {
    let stream = stream("pets");
    let mut sink = opened(harness, &[Arc::clone(&stream)]).await;
    let records = [upsert("a", "1"), upsert("b", "1"), upsert("a", "1"), upsert("b", "2")];
    write(&mut *sink, &stream, &records).await;
    assert_eq!(commit(&mut *sink).await, Counts { new: 2, unchanged: 1, changed: 1, ..NONE });
    write(&mut *sink, &stream, &[upsert("a", "1"), upsert("b", "3"), upsert("c", "1"), gone("x")]).await;
    assert_eq!(commit(&mut *sink).await, Counts { new: 1, unchanged: 1, changed: 1, ..NONE });
    write(&mut *sink, &stream, &[gone("a"), gone("a"), upsert("a", "1")]).await;
    assert_eq!(commit(&mut *sink).await, Counts { new: 1, deleted: 1, ..NONE });
    drop(sink);

    let mut sink = opened(harness, &[Arc::clone(&stream)]).await;
    write_at(&mut *sink, &stream, 2, &[upsert("a", "1")]).await;
    sweep(&mut *sink, whole(&stream, 2)).await;
    assert_eq!(commit(&mut *sink).await, Counts { unchanged: 1, deleted: 2, ..NONE });
    sweep(&mut *sink, whole(&stream, 3)).await;
    assert_eq!(commit(&mut *sink).await, Counts { deleted: 1, ..NONE });
    sweep(&mut *sink, whole(&stream, 4)).await;
    assert_eq!(commit(&mut *sink).await, NONE);
}

/// What was last seen before a listing began becomes a tombstone, however many batches and runs the listing took; what
/// it saw again does not, whether it changed or not, nor what was read by itself meanwhile.
pub async fn a_sweep_buries_what_was_not_seen_since(harness: &dyn SinkHarness) {
    let (pets, toys) = (stream("pets"), stream("toys"));
    let streams = [Arc::clone(&pets), Arc::clone(&toys)];
    let mut sink = opened(harness, &streams).await;
    write(&mut *sink, &toys, &[upsert("ball", "1")]).await;
    let records = [upsert("a", "1"), upsert("b", "1"), upsert("c", "1"), scoped("d", "s", "1")];
    write(&mut *sink, &pets, &records).await;
    commit(&mut *sink).await;

    write_at(&mut *sink, &pets, 2, &[upsert("a", "1")]).await;
    commit(&mut *sink).await;
    assert_live(harness, &pets, &[("a", "1"), ("b", "1"), ("c", "1"), ("d", "1")]).await;
    drop(sink);
    let mut sink = opened(harness, &streams).await;
    write_at(&mut *sink, &pets, 3, &[upsert("b", "2"), upsert("e", "2")]).await;
    assert_eq!(unseen(&mut *sink, &whole(&pets, 2)).await, share(&["c", "d"], 5));
    sweep(&mut *sink, whole(&pets, 2)).await;
    assert_eq!(unseen(&mut *sink, &whole(&pets, 2)).await, share(&[], 3));
    commit(&mut *sink).await;
    assert_live(harness, &pets, &[("a", "1"), ("b", "2"), ("e", "2")]).await;
    assert_live(harness, &toys, &[("ball", "1")]).await;

    // The buried come back like any other, and the newest stamp counts, also if it is not the largest.
    write_at(&mut *sink, &pets, 4, &[upsert("c", "3")]).await;
    write_at(&mut *sink, &pets, 2, &[upsert("c", "3")]).await;
    commit(&mut *sink).await;
    assert_live(harness, &pets, &[("a", "1"), ("b", "2"), ("c", "3"), ("e", "2")]).await;
    sweep(&mut *sink, whole(&pets, 3)).await;
    commit(&mut *sink).await;
    assert_live(harness, &pets, &[("b", "2"), ("e", "2")]).await;
    write_at(&mut *sink, &pets, 5, &[upsert("c", "3"), gone("c")]).await;
    sweep(&mut *sink, whole(&pets, 5)).await;
    commit(&mut *sink).await;
    assert_live(harness, &pets, &[]).await;
}

/// Rows that were last seen before a sweep's beginning are not its business.
pub async fn a_sweep_leaves_alone_what_was_seen_before_it_may_speak(harness: &dyn SinkHarness) {
    let stream = stream("pets");
    let mut sink = opened(harness, &[Arc::clone(&stream)]).await;
    for (seen, key) in [(1, "a"), (2, "b"), (3, "c"), (4, "d")] {
        write_at(&mut *sink, &stream, seen, &[scoped(key, "s", "1")]).await;
    }
    commit(&mut *sink).await;
    for within in [Within::Everything, Within::Scopes(vec![Key::from("s")])] {
        let own = Sweep::new(Arc::clone(&stream), Stamp::new(4), within).seen_since(Stamp::new(3));
        assert_eq!(unseen(&mut *sink, &own).await, share(&["c"], 4));
    }
    sweep(&mut *sink, whole(&stream, 3).seen_since(Stamp::new(2))).await;
    assert_eq!(commit(&mut *sink).await, Counts { deleted: 1, ..NONE });
    assert_live(harness, &stream, &[("a", "1"), ("c", "1"), ("d", "1")]).await;
    sweep(&mut *sink, scopes(&stream, 4, &["s"]).seen_since(Stamp::new(2))).await;
    commit(&mut *sink).await;
    assert_live(harness, &stream, &[("a", "1"), ("d", "1")]).await;
}

/// A sweep of some scopes buries what belongs to them and was last seen before, and nothing else.
pub async fn a_sweep_of_scopes_buries_only_what_belongs_to_them(harness: &dyn SinkHarness) {
    let stream = stream("toys");
    let mut sink = opened(harness, &[Arc::clone(&stream)]).await;
    let records = [
        scoped("a", "mia", "1"),
        scoped("b", "mia", "1"),
        scoped("c", "leo", "1"),
        scoped("d", "leo", "1"),
        scoped("e", "'\"ü", "1"),
        scoped("f", "tom", "1"),
        upsert("g", "1"),
    ];
    write(&mut *sink, &stream, &records).await;
    commit(&mut *sink).await;
    let records = [scoped("a", "mia", "1"), scoped("h", "mia", "1"), gone("h")];
    write_at(&mut *sink, &stream, 2, &records).await;
    let within = scopes(&stream, 2, &["mia", "nobody", "'\"ü", "mia"]);
    assert_eq!(unseen(&mut *sink, &within).await, share(&["b", "e"], 3));
    sweep(&mut *sink, within).await;
    assert_eq!(commit(&mut *sink).await, Counts { new: 1, unchanged: 1, deleted: 3, ..NONE });
    assert_live(harness, &stream, &[("a", "1"), ("c", "1"), ("d", "1"), ("f", "1"), ("g", "1")]).await;

    // A record that moved, unchanged, to another scope is judged by that one.
    write_at(&mut *sink, &stream, 3, &[scoped("d", "tom", "1")]).await;
    sweep(&mut *sink, scopes(&stream, 3, &["leo"])).await;
    assert_eq!(commit(&mut *sink).await, Counts { unchanged: 1, deleted: 1, ..NONE });
    write_at(&mut *sink, &stream, 4, &[scoped("f", "tom", "2")]).await;
    sweep(&mut *sink, scopes(&stream, 4, &["tom"])).await;
    commit(&mut *sink).await;
    assert_live(harness, &stream, &[("a", "1"), ("f", "2"), ("g", "1")]).await;

    // What was buried is found by no later sweep, and comes back like any other record.
    write_at(&mut *sink, &stream, 5, &[scoped("c", "leo", "1")]).await;
    sweep(&mut *sink, scopes(&stream, 5, &["mia", "leo"])).await;
    assert_eq!(commit(&mut *sink).await, Counts { new: 1, deleted: 1, ..NONE });
    sweep(&mut *sink, scopes(&stream, 6, &[])).await;
    assert_eq!(commit(&mut *sink).await, NONE);
    assert_live(harness, &stream, &[("c", "1"), ("f", "2"), ("g", "1")]).await;
}

/// Which of some keys are rows that are not gone.
pub async fn known_keys_are_counted(harness: &dyn SinkHarness) {
    let (pets, toys) = (stream("pets"), stream("toys"));
    let mut sink = opened(harness, &[Arc::clone(&pets), Arc::clone(&toys)]).await;
    write(&mut *sink, &pets, &[upsert("a", "1"), upsert("b", "1"), upsert("c", "1")]).await;
    write(&mut *sink, &pets, &[gone("c")]).await;
    let keys = ["a", "b", "c", "d"].map(Key::from);
    assert_eq!(sink.known(&pets, &keys).await.expect("asking"), Some(2));
    commit(&mut *sink).await;
    assert_eq!(sink.known(&pets, &keys).await.expect("asking"), Some(2));
    assert_eq!(sink.known(&pets, &[]).await.expect("asking"), Some(0));
    assert_eq!(sink.known(&toys, &keys).await.expect("asking"), Some(0));
}

/// A stream whose state is forgotten keeps its rows, as if nothing had seen them: whatever stamps come next, a listing
/// that does not show them buries them.
pub async fn a_forgotten_stream_keeps_its_rows_unseen(harness: &dyn SinkHarness) {
    let stream = stream("pets");
    let mut sink = opened(harness, &[Arc::clone(&stream)]).await;
    write_at(&mut *sink, &stream, 900, &[upsert("a", "1"), upsert("b", "1")]).await;
    sink.commit(&update("pets", 1)).await.expect("committing");
    let forget = StateUpdate::new([("pets".to_owned(), None)]);
    sink.commit(&forget).await.expect("committing");
    sink.close().await.expect("closing");
    drop(sink);
    let (mut sink, state) = super::sink::loaded(harness, &[Arc::clone(&stream)]).await;
    assert!(!state.streams.contains_key("pets"));
    assert_live(harness, &stream, &[("a", "1"), ("b", "1")]).await;
    write_at(&mut *sink, &stream, 3, &[upsert("b", "1")]).await;
    sweep(&mut *sink, whole(&stream, 2)).await;
    commit(&mut *sink).await;
    assert_live(harness, &stream, &[("b", "1")]).await;
}

/// Where readers are told more of a record that is gone than that it is, each reason arrives with its time, and a merge
/// with the key of the record that is left.
pub async fn tombstones_tell_why_and_since_when(harness: &dyn SinkHarness) {
    let stream = stream("pets");
    let mut sink = opened(harness, &[Arc::clone(&stream)]).await;
    let keys = ["a", "b", "c", "d", "e"];
    write(&mut *sink, &stream, &keys.map(|key| upsert(key, "1"))).await;
    let owned = ["f", "g"].map(|key| upsert(key, "1").in_scope("owner"));
    write(&mut *sink, &stream, &owned).await;
    write_at(&mut *sink, &stream, 2, &["b", "c", "d", "e"].map(|key| upsert(key, "1"))).await;
    let of_owner =
        Sweep::new(Arc::clone(&stream), Stamp::new(u64::MAX), Within::Scopes(vec!["owner".into()]));
    let at: jiff::Timestamp = "2026-01-02T03:04:05Z".parse().expect("a time");
    sweep(&mut *sink, of_owner.because(Gone::Reported { at: Some(at) })).await;
    sweep(&mut *sink, whole(&stream, 2)).await;
    let gone = [
        Record::gone("b", Gone::NotFound),
        Record::gone("c", Gone::Reported { at: Some(at) }),
        Record::gone("d", Gone::MergedInto(Key::from("x\"y"))),
        Record::gone("e", Gone::Erased),
    ];
    write_at(&mut *sink, &stream, 3, &gone).await;
    assert_eq!(commit(&mut *sink).await.deleted, 7);
    assert_live(harness, &stream, &[]).await;
    let Some(mut graves) = harness.graves(&stream).await else { return };
    graves.sort();
    let told: Vec<(&str, &str, Option<&str>)> = graves
        .iter()
        .map(|Grave { key, why, merged_into, .. }| (&**key, &**why, merged_into.as_deref()))
        .collect();
    let expected = [
        ("a", "unseen", None),
        ("b", "not_found", None),
        ("c", "reported", None),
        ("d", "merged", Some("x\"y")),
        ("e", "erased", None),
        ("f", "reported", None),
        ("g", "reported", None),
    ];
    assert_eq!(told, expected);
    for Grave { key, at: told, .. } in &graves {
        let told: jiff::Timestamp = told.parse().expect("a time");
        assert_eq!(
            told == at,
            ["c", "f", "g"].contains(&&**key),
            "{key} is gone since when the other side said, or since it was found"
        );
    }
}
