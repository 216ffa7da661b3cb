//! Connections that are lost, servers that restart, runs that meet.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use capture_core::{ErrorKind, Record, Sink, StateUpdate};
use private_postgres::{Cluster, SUPERUSER};
use sink_postgres::PostgresSink;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::Place;
use crate::support::{commit, open, pet, pets, position, state, sweep, write};

/// Between us and the server: passes on what comes, until it is told to cut.
struct Proxy {
    port: u16,
    /// Cuts every connection after so many bytes more from the server.
    bytes_left: Arc<AtomicU64>,
    /// Takes no connection.
    is_closed: Arc<AtomicBool>,
}

impl Proxy {
    async fn before(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (bytes_left, is_closed) = (Arc::new(AtomicU64::new(u64::MAX)), Arc::new(AtomicBool::new(false)));
        let (left, closed) = (Arc::clone(&bytes_left), Arc::clone(&is_closed));
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                if closed.load(Ordering::Relaxed) {
                    continue;
                }
                let server = TcpStream::connect(("127.0.0.1", server)).await.unwrap();
                tokio::spawn(pass(client, server, Arc::clone(&left)));
            }
        });
        Self { port, bytes_left, is_closed }
    }

    fn sink(&self, place: &Place) -> PostgresSink {
        let address = format!(
            "postgres://{SUPERUSER}@127.0.0.1:{}/postgres?schema={}&sslmode=disable",
            self.port, place.schema
        );
        PostgresSink::new(&address).unwrap().patience(Duration::from_secs(20))
    }
}

async fn pass(client: TcpStream, server: TcpStream, left: Arc<AtomicU64>) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let there = tokio::io::copy(&mut from_client, &mut to_server);
    let back = async {
        let mut buffer = vec![0; 16 * 1024];
        loop {
            let count = from_server.read(&mut buffer).await.unwrap_or(0) as u64;
            let before = left.load(Ordering::Relaxed);
            if count == 0 || before < count {
                // Cut once; the next connection lives.
                left.store(u64::MAX, Ordering::Relaxed);
                return;
            }
            if before != u64::MAX {
                left.store(before - count, Ordering::Relaxed);
            }
            if to_client.write_all(&buffer[..count as usize]).await.is_err() {
                return;
            }
        }
    };
    tokio::select! {
        _ = there => {}
        () = back => {}
    }
}

#[tokio::test]
async fn wherever_the_connection_is_cut_nothing_is_lost_or_there_twice() {
    let Some(place) = Place::new() else { return };
    let proxy = Proxy::before(place.cluster.port()).await;
    let stream = pets();
    let mut sink = proxy.sink(&place);
    open(&mut sink, &stream).await.unwrap();
    // From "at the next answer" to "somewhere behind the commit".
    for (round, bytes) in (1_u64..).zip((0..900).step_by(60)) {
        proxy.bytes_left.store(bytes, Ordering::Relaxed);
        let new = |number: u64| pet(&format!("{round} {number}"), "1");
        write(&mut sink, &stream, round, (0..20).map(new).chain([pet("same", &round.to_string())]).collect())
            .await;
        let counts = commit(&mut sink, round).await;
        let is_first = u64::from(round == 1);
        assert_eq!(
            (counts.new, counts.changed, counts.unchanged),
            (20 + is_first, 1 - is_first, 0),
            "after {bytes}"
        );
        proxy.bytes_left.store(u64::MAX, Ordering::Relaxed);
        assert_eq!(place.sql("SELECT count(*) FROM pets"), (20 * round + 1).to_string());
        let saved = place.sql("SELECT state -> 'checkpoint' ->> 'progress' FROM _ashby_state");
        assert_eq!(saved, round.to_string());
    }
    sink.close().await.unwrap();
}

#[tokio::test]
async fn a_server_that_stays_away_is_given_up_and_the_next_run_goes_on() {
    let Some(place) = Place::new() else { return };
    let proxy = Proxy::before(place.cluster.port()).await;
    let stream = pets();
    let mut sink = proxy.sink(&place).patience(Duration::from_secs(1));
    open(&mut sink, &stream).await.unwrap();
    write(&mut sink, &stream, 1, vec![pet("a", "1")]).await;
    commit(&mut sink, 1).await;
    proxy.is_closed.store(true, Ordering::Relaxed);
    proxy.bytes_left.store(0, Ordering::Relaxed);
    write(&mut sink, &stream, 2, vec![pet("b", "1")]).await;
    let error = sink.commit(&state(2)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert!(error.hint().is_some());
    drop(sink);
    let mut sink = place.sink();
    assert_eq!(position(&mut sink).await, 1);
    assert_eq!(place.sql("SELECT string_agg(_key, ',') FROM pets"), "a");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_restarts_costs_a_pause() {
    let Some(cluster) = Cluster::start("") else { return };
    let address = cluster.address(SUPERUSER, "postgres", "schema=raw");
    let stream = pets();
    let mut sink = PostgresSink::new(&address).unwrap();
    open(&mut sink, &stream).await.unwrap();
    write(&mut sink, &stream, 1, vec![pet("a", "1"), pet("gone", "1")]).await;
    commit(&mut sink, 1).await;
    // In the middle of a transaction, which has added a column.
    write(&mut sink, &stream, 2, vec![Record::upsert("b", r#"{"id":"b","new":1}"#), pet("a", "2")]).await;
    sweep(&mut sink, &stream, 2).await;
    cluster.crash();
    let committing = async {
        write(&mut sink, &stream, 3, vec![pet("c", "1")]).await;
        commit(&mut sink, 2).await
    };
    let (counts, ()) = tokio::join!(committing, async {
        tokio::time::sleep(Duration::from_millis(700)).await;
        tokio::task::block_in_place(|| cluster.resume());
    });
    assert_eq!((counts.new, counts.changed, counts.deleted), (2, 1, 1));
    sink.close().await.unwrap();
    let rows = "SELECT string_agg(_key, ',' ORDER BY _key) FILTER (WHERE _deleted_at IS NULL), max(new::text) FROM raw.pets";
    assert_eq!(cluster.sql("postgres", rows), "a,b,c|1");
}

#[tokio::test]
async fn a_second_run_ends_at_once_and_names_the_first() {
    let Some(place) = Place::new() else { return };
    let mut first = place.sink();
    open(&mut first, &pets()).await.unwrap();
    let error = place.sink().load().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Busy);
    let holder = format!("process {}", std::process::id());
    assert!(error.to_string().contains(&holder) && error.to_string().contains(&place.schema), "{error}");
    // Another schema of the same database is another place.
    let other = Place::new().unwrap();
    open(&mut other.sink(), &pets()).await.unwrap();
}

#[tokio::test]
async fn a_run_that_was_taken_over_writes_nothing_more() {
    let Some(place) = Place::new() else { return };
    let stream = pets();
    let mut first = place.sink();
    open(&mut first, &stream).await.unwrap();
    write(&mut first, &stream, 1, vec![pet("a", "1")]).await;
    commit(&mut first, 1).await;
    // Its connection is lost, and somebody is quicker than its next one.
    let end = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND pid IN
        (SELECT pid FROM pg_stat_activity WHERE query LIKE '%COMMIT%' OR query <> '')";
    let own = format!("{end} AND pid IN (SELECT l.pid FROM pg_locks l WHERE l.locktype = 'advisory')");
    let mut second = place.sink();
    let taking = async {
        loop {
            place.sql(&own);
            if open(&mut second, &stream).await.is_ok() {
                break;
            }
            second = place.sink();
        }
        write(&mut second, &stream, 2, vec![pet("b", "1")]).await;
        commit(&mut second, 2).await;
    };
    taking.await;
    write(&mut first, &stream, 3, vec![pet("c", "1")]).await;
    let error = first.commit(&state(3)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Busy, "{error:?}");
    drop(first);
    second.close().await.unwrap();
    assert_eq!(place.sql("SELECT string_agg(_key, ',' ORDER BY _key) FROM pets"), "a,b");
    assert_eq!(position(&mut place.sink()).await, 2);
}

#[tokio::test]
async fn behind_a_pooler_everything_works_and_the_later_run_takes_over() {
    let Some(place) = Place::new() else { return };
    let Some(pooler) = place.cluster.pooler() else { return };
    let sink = || {
        let address = format!(
            "postgres://{SUPERUSER}@127.0.0.1:{}/postgres?schema={}&sslmode=disable",
            pooler.port(),
            place.schema
        );
        PostgresSink::new(&address).unwrap()
    };
    let stream = pets();
    let mut first = sink();
    open(&mut first, &stream).await.unwrap();
    let many = (0..3_000).map(|number| pet(&number.to_string(), "1")).collect();
    write(&mut first, &stream, 1, many).await;
    write(
        &mut first,
        &stream,
        1,
        vec![pet("0", "2"), Record::upsert("x", r#"{"id":"x","newMember":[1.5]}"#)],
    )
    .await;
    assert_eq!(commit(&mut first, 1).await.new, 3_001);
    write(&mut first, &stream, 2, vec![pet("0", "3"), pet("x", "1")]).await;
    sweep(&mut first, &stream, 2).await;
    assert_eq!(commit(&mut first, 2).await.deleted, 2_999);
    let mut second = sink();
    open(&mut second, &stream).await.unwrap();
    write(&mut first, &stream, 3, vec![pet("late", "1")]).await;
    let error = first.commit(&state(3)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Busy);
    drop(first);
    write(&mut second, &stream, 3, vec![pet("y", "1")]).await;
    commit(&mut second, 4).await;
    // One without a pooler sees no lock, takes over, and keeps those behind it out.
    let mut direct = place.sink();
    open(&mut direct, &stream).await.unwrap();
    assert_eq!(second.commit(&state(5)).await.unwrap_err().kind(), ErrorKind::Busy);
    assert_eq!(sink().load().await.unwrap_err().kind(), ErrorKind::Busy);
    assert_eq!(direct.commit(&StateUpdate::default()).await.unwrap(), Default::default());
    direct.close().await.unwrap();
    let live = place.sql("SELECT string_agg(_key, ',' ORDER BY _key) FROM pets WHERE _deleted_at IS NULL");
    assert_eq!(live, "0,x,y");
    // No lock is left behind in a connection that others use.
    drop(second);
    let mut next = sink();
    open(&mut next, &stream).await.unwrap();
    next.close().await.unwrap();
}
