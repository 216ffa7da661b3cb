//! Locks, between real processes.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use capture_core::{ErrorKind, FileStateStore, Lock, StateStore};

/// Tells the other process which file to hold.
const PATH: &str = "TEST_LOCK_PATH";

/// Not a test: what the other process of the tests here does.
#[test]
fn hold_until_standard_input_ends() {
    let Some(path) = std::env::var_os(PATH) else { return };
    let held = Lock::acquire(Path::new(&path));
    match &held {
        Ok(_) => println!("\nholds"),
        Err(error) => println!("\nrefused: {error}"),
    }
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
}

/// Another process, which was told to hold a file.
struct Other {
    child: Child,
    stdin: Option<ChildStdin>,
    /// Kept open for what else it prints.
    _stdout: BufReader<ChildStdout>,
    answer: String,
}

impl Other {
    fn start(path: &Path) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "--nocapture", "lock::hold_until_standard_input_ends"])
            .env(PATH, path)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut lines = stdout.by_ref().lines().map(Result::unwrap);
        let answer = lines.find(|line| line == "holds" || line.starts_with("refused")).unwrap();
        Self { stdin: child.stdin.take(), _stdout: stdout, child, answer }
    }

    fn end(mut self) {
        self.stdin = None;
        self.child.wait().unwrap();
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn names(directory: &Path) -> Vec<String> {
    let names = fs::read_dir(directory).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.collect();
    names.sort();
    names
}

#[test]
fn a_lock_keeps_another_process_out_until_it_is_given_up_or_its_holder_dies() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("x.db");
    let other = Other::start(&path);
    assert_eq!(other.answer, "holds");
    let error = Lock::acquire(&path).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Busy);
    assert!(error.to_string().contains(&format!("process {}", other.child.id())), "{error}");
    other.end();
    assert_eq!(names(directory.path()), [""; 0], "a lock that was given up left something");

    let mut killed = Other::start(&path);
    killed.child.kill().unwrap();
    killed.child.wait().unwrap();
    let held = Lock::acquire(&path).unwrap();
    assert!(Other::start(&path).answer.starts_with("refused"));
    drop(held);
    assert_eq!(Other::start(&path).answer, "holds");
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn every_name_of_a_file_has_the_same_lock() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        fs::create_dir(at("real")).unwrap();
        symlink("real", at("alias")).unwrap();
        symlink("alias/x.db", at("link.db")).unwrap();
        for exists in [false, true] {
            if exists {
                fs::write(at("real/x.db"), "").unwrap();
            }
            let other = Other::start(&at("link.db"));
            assert_eq!(other.answer, "holds");
            for name in ["link.db", "alias/x.db", "real/x.db"] {
                assert_eq!(Lock::acquire(&at(name)).unwrap_err().kind(), ErrorKind::Busy, "{name}");
            }
            assert_eq!(fs::metadata(at("real/.x.db.lock")).unwrap().permissions().mode() & 0o777, 0o600);
            other.end();
        }
    }

    #[test]
    fn what_is_no_lock_of_ours_is_left_alone() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        let long = format!("process {}", "1".repeat(300));
        for content in ["theirs\n", &long, "process one\nprocess two\n"] {
            fs::write(at("profile"), content).unwrap();
            fs::write(at("Cargo.lock"), content).unwrap();
            fs::write(at(".x.db.lock"), content).unwrap();
            for (hidden, what) in [(".x.db.lock", "x.db"), (".y.db.lock", "y.db")] {
                if hidden == ".y.db.lock" {
                    let _ = fs::remove_file(at(hidden));
                    symlink("profile", at(hidden)).unwrap();
                }
                let error = Lock::acquire(&at(what)).unwrap_err();
                assert_eq!(error.kind(), ErrorKind::Storage);
                assert!(error.to_string().contains(hidden) && error.hint().is_some(), "{error}");
                assert_eq!(fs::read_to_string(at(hidden)).unwrap(), content);
            }
            // Names that no lock of ours has are not even looked into.
            let _ = fs::remove_file(at("z.db.lock"));
            symlink("profile", at("z.db.lock")).unwrap();
            drop(Lock::acquire(&at("z.db")).unwrap());
            drop(Lock::acquire(&at("Cargo")).unwrap());
            assert_eq!(fs::read_to_string(at("profile")).unwrap(), content);
            assert_eq!(fs::read_to_string(at("Cargo.lock")).unwrap(), content);
        }
    }

    #[test]
    fn a_run_of_an_earlier_version_is_a_holder_too() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        symlink("x.db", at("link.db")).unwrap();
        for (lock, note, is_ours) in [
            ("x.db.lock", "process 4711 (since 2026-01-01T00:00:00Z)\n", true),
            ("link.db.lock", "process 4711 (since 2026-01-01T00:00:00Z)\n", true),
            ("x.db.lock", "", false),
        ] {
            fs::write(at(lock), note).unwrap();
            let earlier = fs::File::open(at(lock)).unwrap();
            earlier.lock().unwrap();
            match Lock::acquire(&at("link.db")) {
                Err(error) if is_ours => assert!(error.to_string().contains("process 4711"), "{error}"),
                other => assert!(other.is_ok() && !is_ours, "{other:?}"),
            }
            drop(earlier);
            // A child that another test is just starting may hold what was dropped for a moment.
            let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
            let held = loop {
                match Lock::acquire(&at("link.db")) {
                    Err(_) if std::time::Instant::now() < deadline => std::thread::yield_now(),
                    acquired => break acquired.unwrap(),
                }
            };
            let is_locked = || fs::File::open(at(lock)).unwrap().try_lock().is_err();
            while is_locked() != is_ours && std::time::Instant::now() < deadline {
                std::thread::yield_now();
            }
            assert_eq!(is_locked(), is_ours);
            drop(held);
            assert_eq!(fs::read_to_string(at(lock)).unwrap(), note);
            fs::remove_file(at(lock)).unwrap();
        }
    }
}

#[tokio::test]
async fn a_refused_start_leaves_nothing_of_its_own() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a/state.json");
    drop(FileStateStore::new(&path).making_directory().load().await.unwrap());
    assert_eq!(names(directory.path()), [""; 0]);
    // What somebody has named is not made unasked, and above a directory nothing is.
    let deeper = FileStateStore::new(directory.path().join("a/b/state.json")).making_directory();
    for mut store in [FileStateStore::new(&path), deeper] {
        let error = store.load().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Storage);
        assert!(
            error.chain().contains("there is no directory") && error.chain().ends_with("/a"),
            "{}",
            error.chain()
        );
    }
    assert_eq!(names(directory.path()), [""; 0]);

    let path = directory.path().join("state.json");
    let other = Other::start(&path);
    assert_eq!(FileStateStore::new(&path).load().await.unwrap_err().kind(), ErrorKind::Busy);
    assert_eq!(names(directory.path()), [".state.json.lock"], "the holder's stays");
    other.end();

    fs::write(&path, "{}").unwrap();
    assert_eq!(FileStateStore::new(&path).load().await.unwrap_err().kind(), ErrorKind::State);
    assert_eq!(names(directory.path()), ["state.json"]);
}

#[test]
fn the_lock_of_a_hidden_file_has_one_dot_and_keeps_earlier_versions_out() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(".x.db.inbox.db");
    let lock = Lock::acquire(&path).unwrap();
    assert_eq!(names(directory.path()), [".x.db.inbox.db.lock"]);
    drop(lock);
    let earlier = directory.path().join("..x.db.inbox.db.lock");
    fs::write(&earlier, "process 4711 (since 2026-01-01T00:00:00Z)\n").unwrap();
    let held = fs::File::open(&earlier).unwrap();
    held.try_lock().unwrap();
    assert_eq!(Lock::acquire(&path).unwrap_err().kind(), ErrorKind::Busy);
    // At once, also where a process that another test starts has it as well for a moment.
    held.unlock().unwrap();
    drop(Lock::acquire(&path).unwrap());
}
