//! Laws of sinks with keys: those that asked for [`SnapshotDelivery::Reconcile`](crate::SnapshotDelivery).

use std::sync::Arc;

use super::sink::{assert_live, commit, opened, write, write_pass};
use super::{SinkHarness, scoped, stream, upsert};
use crate::{Completion, Counts, Key, Record};

/// After a crash the rows are those of the last commit.
pub async fn uncommitted_rows_are_absent(harness: &dyn SinkHarness) {
    let stream = stream("pets");
    let mut sink = opened(harness, &[Arc::clone(&stream)]).await;
    write(&mut *sink, &stream, &[upsert("a", "1"), upsert("b", "1")]).await;
    commit(&mut *sink).await;
    write_pass(&mut *sink, &stream, 2, &[upsert("a", "2"), upsert("c", "1")], Some(&Completion::Everything))
        .await;
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
/// as none); a revived record is new.
pub async fn counts_are_exact(harness: &dyn SinkHarness) {
    let stream = stream("pets");
    let mut sink = opened(harness, &[Arc::clone(&stream)]).await;
    let none = Counts::default();
    let records = [upsert("a", "1"), upsert("b", "1"), upsert("a", "1"), upsert("b", "2")];
    let counts = write(&mut *sink, &stream, &records).await;
    assert_eq!(counts, Counts { new: 2, unchanged: 1, changed: 1, ..none });
    commit(&mut *sink).await;
    let records = [upsert("a", "1"), upsert("b", "3"), upsert("c", "1"), Record::delete("x")];
    let counts = write(&mut *sink, &stream, &records).await;
    assert_eq!(counts, Counts { new: 1, unchanged: 1, changed: 1, ..none });
    let counts =
        write(&mut *sink, &stream, &[Record::delete("a"), Record::delete("a"), upsert("a", "1")]).await;
    assert_eq!(counts, Counts { new: 1, deleted: 1, ..none });
    commit(&mut *sink).await;
    drop(sink);

    let mut sink = opened(harness, &[Arc::clone(&stream)]).await;
    let counts = write_pass(&mut *sink, &stream, 2, &[upsert("a", "1")], Some(&Completion::Everything)).await;
    assert_eq!(counts, Counts { unchanged: 1, deleted: 2, ..none });
    let counts = write_pass(&mut *sink, &stream, 3, &[], Some(&Completion::Everything)).await;
    assert_eq!(counts, Counts { deleted: 1, ..none });
    let counts = write_pass(&mut *sink, &stream, 4, &[], Some(&Completion::Everything)).await;
    assert_eq!(counts, none);
}

/// What a complete listing, however many batches and runs it took, did not see becomes a tombstone; what it saw
/// again does not, whether it changed or not.
pub async fn a_complete_listing_buries_the_rest(harness: &dyn SinkHarness) {
    let (pets, toys) = (stream("pets"), stream("toys"));
    let streams = [Arc::clone(&pets), Arc::clone(&toys)];
    let mut sink = opened(harness, &streams).await;
    write(&mut *sink, &toys, &[upsert("ball", "1")]).await;
    let records = [upsert("a", "1"), upsert("b", "1"), upsert("c", "1"), scoped("d", "s", "1")];
    write(&mut *sink, &pets, &records).await;
    commit(&mut *sink).await;

    write_pass(&mut *sink, &pets, 2, &[upsert("a", "1")], None).await;
    commit(&mut *sink).await;
    assert_live(harness, &pets, &[("a", "1"), ("b", "1"), ("c", "1"), ("d", "1")]).await;
    drop(sink);
    let mut sink = opened(harness, &streams).await;
    write_pass(&mut *sink, &pets, 2, &[upsert("b", "2"), upsert("e", "2")], Some(&Completion::Everything))
        .await;
    commit(&mut *sink).await;
    assert_live(harness, &pets, &[("a", "1"), ("b", "2"), ("e", "2")]).await;
    assert_live(harness, &toys, &[("ball", "1")]).await;

    // Changes between listings belong to the pass they came in; the buried come back like any other.
    write_pass(&mut *sink, &pets, 2, &[upsert("c", "3")], None).await;
    commit(&mut *sink).await;
    assert_live(harness, &pets, &[("a", "1"), ("b", "2"), ("c", "3"), ("e", "2")]).await;
    write_pass(&mut *sink, &pets, 3, &[upsert("c", "3"), Record::delete("c")], Some(&Completion::Everything))
        .await;
    commit(&mut *sink).await;
    assert_live(harness, &pets, &[]).await;
}

/// A write that holds all records of some scopes buries their other rows, whichever pass those came in, and no
/// others.
pub async fn a_complete_scope_buries_the_rest_of_it(harness: &dyn SinkHarness) {
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
    let scopes = Completion::Scopes(["mia", "nobody", "'\"ü", "mia"].map(Key::from).to_vec());
    let records = [scoped("a", "mia", "1"), scoped("h", "mia", "1"), Record::delete("h")];
    let counts = write_pass(&mut *sink, &stream, 1, &records, Some(&scopes)).await;
    assert_eq!(counts, Counts { new: 1, unchanged: 1, deleted: 3, ..Counts::default() });
    commit(&mut *sink).await;
    assert_live(harness, &stream, &[("a", "1"), ("c", "1"), ("d", "1"), ("f", "1"), ("g", "1")]).await;

    // A record that moved, unchanged, to another scope is judged by that one.
    let scopes = Completion::Scopes(vec![Key::from("leo")]);
    let counts = write_pass(&mut *sink, &stream, 2, &[scoped("d", "tom", "1")], Some(&scopes)).await;
    assert_eq!(counts, Counts { unchanged: 1, deleted: 1, ..Counts::default() });
    let scopes = Completion::Scopes(vec![Key::from("tom")]);
    write_pass(&mut *sink, &stream, 2, &[scoped("f", "tom", "2")], Some(&scopes)).await;
    commit(&mut *sink).await;
    assert_live(harness, &stream, &[("a", "1"), ("f", "2"), ("g", "1")]).await;

    // What was buried is found by no later completion, and comes back like any other record.
    let scopes = Completion::Scopes(vec![Key::from("mia"), Key::from("leo")]);
    let counts = write_pass(&mut *sink, &stream, 2, &[scoped("c", "leo", "1")], Some(&scopes)).await;
    assert_eq!(counts, Counts { new: 1, deleted: 1, ..Counts::default() });
    let counts = write_pass(&mut *sink, &stream, 2, &[], Some(&Completion::Scopes(Vec::new()))).await;
    assert_eq!(counts, Counts::default());
    commit(&mut *sink).await;
    assert_live(harness, &stream, &[("c", "1"), ("f", "2"), ("g", "1")]).await;
}
