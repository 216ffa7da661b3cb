//! What a database is on the disk: its names, its files, who may read them.

use capture_core::{ErrorKind, Record, Sink};
use sink_sqlite::{SqliteSink, query, tables};

use crate::{Place, commit, stream, write};

fn names(place: &Place) -> Vec<String> {
    let names = std::fs::read_dir(place.0.path())
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_name_that_keeps_nothing_is_refused() {
    for name in [":memory:", ""] {
        let mut errors = vec![SqliteSink::new(name).open(&[stream("pets", &[])]).await.unwrap_err()];
        errors.push(SqliteSink::new(name).load().await.unwrap_err());
        errors.push(tables(name.as_ref()).unwrap_err());
        errors.push(query(name.as_ref(), "SELECT 1", 1).unwrap_err());
        for error in errors {
            assert_eq!(error.kind(), ErrorKind::Configuration, "{error:?}");
            assert!(error.hint().is_some());
        }
    }
}

#[tokio::test]
async fn a_run_that_ended_leaves_one_file() {
    let place = Place::new();
    let pets = stream("pets", &[]);
    for is_closed in [true, false] {
        let mut sink = place.open(&[&pets]).await;
        write(&mut sink, &pets, &[Record::upsert("a", "{}")]).await;
        commit(&mut sink).await;
        assert_eq!(names(&place), [".x.db.lock", "x.db", "x.db-shm", "x.db-wal"]);
        if is_closed {
            sink.close().await.unwrap();
        }
        drop(sink);
        assert_eq!(names(&place), ["x.db"]);
        let mut sink = SqliteSink::new(place.path());
        sink.load().await.unwrap();
        drop(sink);
        // Versions of the file format for writing and reading: 2 is WAL, which a reader needs to write beside for.
        assert_eq!(std::fs::read(place.path()).unwrap()[18..20], [1, 1]);
        assert_eq!(names(&place), ["x.db"]);
    }
}

#[tokio::test]
async fn a_reader_in_the_middle_of_reading_delays_no_run_and_no_end_of_one() {
    let place = Place::new();
    let pets = stream("pets", &[]);
    let mut sink = place.open(&[&pets]).await;
    write(&mut sink, &pets, &[Record::upsert("a", "{}")]).await;
    commit(&mut sink).await;
    let reader = rusqlite::Connection::open(place.path()).unwrap();
    reader.execute_batch("BEGIN; SELECT * FROM pets").unwrap();
    write(&mut sink, &pets, &[Record::upsert("b", "{}")]).await;
    commit(&mut sink).await;
    let began = std::time::Instant::now();
    sink.close().await.unwrap();
    assert!(began.elapsed().as_secs() < 3, "waiting for a reader takes five");
    reader.execute_batch("COMMIT").unwrap();
    drop(reader);
    place.open(&[&pets]).await.close().await.unwrap();
    assert_eq!(place.rows("SELECT _key FROM pets ORDER BY 1"), ["a", "b"]);
    assert_eq!(names(&place), ["x.db"]);
}

#[tokio::test]
async fn the_log_does_not_outgrow_a_small_database() {
    const LOG_BYTES: u64 = 8 * 1024 * 1024;
    let place = Place::new();
    let pets = stream("pets", &[]);
    let mut sink = place.open(&[&pets]).await;
    let length = |name: &str| std::fs::metadata(place.0.path().join(name)).unwrap().len();
    let mut emptied = 0;
    for round in 0..40 {
        let body = |id| format!(r#"{{"id":"{id}","round":{round},"text":"{}"}}"#, "x".repeat(3_000));
        let records: Vec<_> = (0..300).map(|id| Record::upsert(id.to_string().as_str(), body(id))).collect();
        write(&mut sink, &pets, &records).await;
        commit(&mut sink).await;
        emptied += usize::from(length("x.db-wal") == 0);
        assert!(length("x.db-wal") <= LOG_BYTES.max(length("x.db")), "in round {round}");
    }
    assert!((1..10).contains(&emptied), "emptied {emptied} times");
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::path::Path;
    use std::process::Command;

    use super::*;

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[tokio::test]
    async fn all_its_files_are_its_owners() {
        let place = Place::new();
        let pets = stream("pets", &[]);
        let mut sink = place.open(&[&pets]).await;
        write(&mut sink, &pets, &[Record::upsert("a", "{}")]).await;
        commit(&mut sink).await;
        for name in [".x.db.lock", "x.db", "x.db-shm", "x.db-wal"] {
            assert_eq!(mode(&place.0.path().join(name)), 0o600, "{name}");
        }
    }

    #[tokio::test]
    async fn a_link_leads_to_the_same_database_and_the_same_lock() {
        let place = Place::new();
        let at = |name: &str| place.0.path().join(name);
        symlink("x.db", at("link.db")).unwrap();
        let pets = stream("pets", &[]);
        let mut sink = SqliteSink::new(at("link.db"));
        sink.open(std::slice::from_ref(&pets)).await.unwrap();
        write(&mut sink, &pets, &[Record::upsert("a", "{}")]).await;
        commit(&mut sink).await;
        let error = SqliteSink::new(place.path()).open(&[pets]).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Busy);
        assert_eq!(tables(&at("link.db")).unwrap()[0].live, 1);
        sink.close().await.unwrap();
        assert_eq!(names(&place), ["link.db", "x.db"]);
    }

    #[tokio::test]
    async fn who_may_read_the_file_but_not_write_beside_it_can_open_it() {
        let place = Place::new();
        let pets = stream("pets", &[]);
        let mut sink = place.open(&[&pets]).await;
        write(&mut sink, &pets, &[Record::upsert("a", "{}")]).await;
        commit(&mut sink).await;
        sink.close().await.unwrap();
        std::fs::set_permissions(place.path(), PermissionsExt::from_mode(0o444)).unwrap();
        std::fs::set_permissions(place.0.path(), PermissionsExt::from_mode(0o555)).unwrap();
        let is_root = std::fs::write(place.0.path().join("probe"), "").is_ok();
        if !is_root {
            assert_eq!(tables(&place.path()).unwrap()[0].live, 1);
        } else {
            // Whom no permission stops asks somebody else to try.
            let copied = copy_for_all(&place).unwrap();
            let run = Command::new("setpriv")
                .args(["--reuid=65534", "--clear-groups"])
                .arg(copied.path().join("it"))
                .args(["--exact", "files::unix::read_what_the_environment_names"])
                .env(PATH, copied.path().join("x.db"))
                .output();
            match run {
                Ok(run) => assert!(run.status.success(), "{run:?}"),
                Err(error) => {
                    eprintln!("skipped: root may write everywhere, and setpriv makes nobody else: {error}")
                }
            }
        }
        std::fs::set_permissions(place.0.path(), PermissionsExt::from_mode(0o755)).unwrap();
    }

    /// Tells the other process which database to read.
    const PATH: &str = "TEST_READ_PATH";

    /// Not a test: what the other user of the one above does.
    #[test]
    fn read_what_the_environment_names() {
        let Some(path) = std::env::var_os(PATH) else { return };
        assert_eq!(tables(Path::new(&path)).unwrap()[0].live, 1);
    }

    /// The database and this program, where every user can reach them.
    fn copy_for_all(place: &Place) -> std::io::Result<tempfile::TempDir> {
        let directory = tempfile::tempdir()?;
        std::fs::copy(place.path(), directory.path().join("x.db"))?;
        std::fs::copy(std::env::current_exe()?, directory.path().join("it"))?;
        std::fs::set_permissions(directory.path(), PermissionsExt::from_mode(0o555))?;
        Ok(directory)
    }
}
