//! Two runs on one database, in two processes, where no lock kept them apart.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use std::sync::Arc;

use capture_core::{ErrorKind, Record, Sink, Stamp, StateUpdate, Write as Writing};
use sink_sqlite::SqliteSink;

use crate::{Place, commit, stream, write};

/// Tells the other process which database to write to.
const PATH: &str = "TEST_DATABASE_PATH";

/// Not a test: what the other process of the tests here does. Each line of its input is a key to write and commit.
#[tokio::test]
async fn write_what_standard_input_names() {
    let Some(path) = std::env::var_os(PATH) else { return };
    let pets = stream("pets", &[]);
    let mut sink = SqliteSink::new(path);
    println!();
    match sink.open(std::slice::from_ref(&pets)).await {
        Ok(()) => println!("answer: open"),
        Err(error) => return println!("answer: {error:?}"),
    }
    for key in std::io::stdin().lines() {
        let records = vec![Record::upsert(key.unwrap().as_str(), "{}")];
        let written = sink.write(Writing::new(Arc::clone(&pets), Stamp::new(1), records)).await;
        let done = match written {
            Ok(()) => sink.commit(&StateUpdate::default()).await,
            Err(error) => Err(error),
        };
        match done {
            Ok(_) => println!("answer: done"),
            Err(error) => println!("answer: {error:?}"),
        }
    }
    sink.close().await.unwrap();
}

struct Other {
    child: Child,
    stdout: BufReader<ChildStdout>,
}

impl Other {
    fn start(path: &Path) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "--nocapture", "fence::write_what_standard_input_names"])
            .env(PATH, path)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        Self { child, stdout }
    }

    fn answer(&mut self) -> String {
        let mut lines = self.stdout.by_ref().lines().map(Result::unwrap);
        lines.find_map(|line| line.strip_prefix("answer: ").map(str::to_owned)).unwrap()
    }

    fn write(&mut self, key: &str) -> String {
        writeln!(self.child.stdin.as_mut().unwrap(), "{key}").unwrap();
        self.answer()
    }

    fn end(mut self) {
        drop(self.child.stdin.take());
        std::io::copy(&mut self.stdout, &mut std::io::sink()).unwrap();
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// As somebody does who takes it for a leftover.
fn remove_lock(place: &Place) {
    std::fs::remove_file(place.0.path().join(".x.db.lock")).unwrap();
}

#[test]
fn the_later_run_takes_over_and_the_earlier_one_writes_nothing_more() {
    let place = Place::new();
    let mut first = Other::start(&place.path());
    assert_eq!(first.answer(), "open");
    assert_eq!(first.write("first"), "done");
    assert!(Other::start(&place.path()).answer().starts_with("Busy"), "the lock keeps it out");

    remove_lock(&place);
    let mut second = Other::start(&place.path());
    assert_eq!(second.answer(), "open");
    let refused = first.write("first again");
    assert!(refused.starts_with("Busy: another run has taken over the database"), "{refused}");
    assert_eq!(second.write("second"), "done");
    assert!(first.write("first at last").starts_with("Busy"));
    first.end();
    assert_eq!(second.write("second again"), "done", "the end of the other one changes nothing");
    second.end();
    assert_eq!(place.rows("SELECT _key FROM pets ORDER BY 1"), ["first", "second", "second again"]);
    assert_eq!(place.rows("PRAGMA integrity_check"), ["ok"]);
}

#[tokio::test]
async fn what_a_run_read_before_another_wrote_is_not_written_on() {
    let place = Place::new();
    Other::start(&place.path()).end();
    let mut sink = SqliteSink::new(place.path());
    sink.load().await.unwrap();
    remove_lock(&place);
    let mut other = Other::start(&place.path());
    assert_eq!((other.answer().as_str(), other.write("a").as_str()), ("open", "done"));
    assert_eq!(sink.commit(&StateUpdate::default()).await.unwrap_err().kind(), ErrorKind::Busy);
    other.end();
}

#[tokio::test]
async fn looking_at_the_state_disturbs_no_run() {
    let place = Place::new();
    let mut run = Other::start(&place.path());
    assert_eq!(run.answer(), "open");
    remove_lock(&place);
    SqliteSink::new(place.path()).load().await.unwrap();
    assert_eq!(run.write("a"), "done");
    run.end();
}

#[tokio::test]
async fn a_transaction_that_was_not_committed_does_not_shut_its_own_run_out() {
    let place = Place::new();
    let pets = stream("pets", &[]);
    for _ in 0..3 {
        let mut sink = place.open(&[&pets]).await;
        for key in ["a", "b"] {
            write(&mut sink, &pets, &[Record::upsert(key, "{}")]).await;
            commit(&mut sink).await;
        }
        write(&mut sink, &pets, &[Record::upsert("c", "{}")]).await;
        // Dropped, not closed: as after an error.
    }
    assert_eq!(place.rows("SELECT _key FROM pets"), ["a", "b"]);
}

#[cfg(unix)]
#[tokio::test]
async fn a_database_that_was_replaced_under_a_run_is_no_place_to_write_to() {
    let place = Place::new();
    let pets = stream("pets", &[]);
    let mut sink = place.open(&[&pets]).await;
    write(&mut sink, &pets, &[Record::upsert("a", "{}")]).await;
    commit(&mut sink).await;
    for name in ["x.db", "x.db-wal", "x.db-shm", ".x.db.lock"] {
        std::fs::remove_file(place.0.path().join(name)).unwrap();
    }
    let mut other = Other::start(&place.path());
    assert_eq!((other.answer().as_str(), other.write("b").as_str()), ("open", "done"));
    let error = sink.commit(&StateUpdate::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Storage);
    assert!(error.to_string().contains("removed or replaced"), "{error}");
    sink.close().await.unwrap();
    assert_eq!(other.write("c"), "done");
    other.end();
    assert_eq!(place.rows("SELECT _key FROM pets ORDER BY 1"), ["b", "c"]);
}
