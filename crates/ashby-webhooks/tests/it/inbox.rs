//! Deliveries that are kept.

use ashby_webhooks::{Added, Inbox, InboxOptions, Reader, Signature};
use capture_core::ErrorKind;
use rusqlite::Connection;

use crate::support::{event, open};

fn added(added: Added) -> (u64, bool) {
    (added.sequence, added.is_copy)
}

#[tokio::test]
async fn what_was_added_is_pending_until_it_is_done_also_after_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("inbox.db");
    let inbox = open(&path);
    let mut arrivals = inbox.arrivals();
    let signature = Signature::of("s", b"x");
    for number in 1..=5 {
        let kept = inbox.add(event(&number.to_string(), "offerUpdate"), Some(signature)).await.unwrap();
        assert_eq!(added(kept), (number, false));
    }
    arrivals.changed().await.unwrap();
    assert_eq!(*arrivals.borrow_and_update(), 5);
    inbox.done(vec![1, 3, 3, 99]).await.unwrap();
    assert_eq!(inbox.pending_count(), 3);
    let places = |deliveries: Vec<ashby_webhooks::Delivery>| -> Vec<u64> {
        deliveries.iter().map(|delivery| delivery.sequence).collect()
    };
    assert_eq!(places(inbox.pending(2).await.unwrap()), [2, 4]);
    assert_eq!(places(inbox.pending_after(2, 9).await.unwrap()), [4, 5]);
    inbox.close().await;
    assert_eq!(inbox.pending(1).await.unwrap_err().kind(), ErrorKind::Unavailable);

    let inbox = open(&path);
    assert_eq!((inbox.pending_count(), *inbox.arrivals().borrow()), (3, 5));
    let pending = inbox.pending(9).await.unwrap();
    assert_eq!(pending[0].event, event("2", "offerUpdate"));
    assert_eq!((pending[0].signature, pending[0].done_at), (Some(signature), None));
    assert_eq!(added(inbox.add(event("6", "offerUpdate"), None).await.unwrap()), (6, false));
}

#[tokio::test]
async fn a_copy_has_the_same_id_and_the_same_action() {
    let directory = tempfile::tempdir().unwrap();
    let inbox = open(&directory.path().join("inbox.db"));
    let first = inbox.add(event("1", "candidateHire"), None).await.unwrap();
    inbox.done(vec![first.sequence]).await.unwrap();
    assert_eq!(added(inbox.add(event("1", "candidateHire"), None).await.unwrap()), (1, true));
    let other_action = inbox.add(event("1", "applicationUpdate"), None).await.unwrap();
    assert!(other_action.sequence > 1 && !other_action.is_copy);
    let anonymous = || ashby_webhooks::Event::parse(br#"{"action":"jobUpdate","data":{}}"#.to_vec().into());
    let one = inbox.add(anonymous().unwrap(), None).await.unwrap();
    let other = inbox.add(anonymous().unwrap(), None).await.unwrap();
    assert!(one.sequence != other.sequence && !other.is_copy, "without an id nothing is a copy");
    assert_eq!(inbox.pending_count(), 3);
    // Copies that wait for the same commit, too.
    let both = tokio::join!(inbox.add(event("2", "x"), None), inbox.add(event("2", "x"), None));
    let both = (added(both.0.unwrap()), added(both.1.unwrap()));
    assert_eq!(both.0.0, both.1.0);
    assert_eq!([both.0.1, both.1.1].iter().filter(|is_copy| **is_copy).count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_at_once_share_commits_and_each_is_there() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("inbox.db");
    let inbox = open(&path);
    let tasks: Vec<_> = (0..2_000)
        .map(|number| {
            let inbox = inbox.clone();
            tokio::spawn(
                async move { inbox.add(event(&number.to_string(), "jobUpdate"), None).await.unwrap() },
            )
        })
        .collect();
    let mut places = Vec::new();
    for task in tasks {
        places.push(task.await.unwrap().sequence);
    }
    places.sort_unstable();
    assert_eq!(places, (1..=2_000).collect::<Vec<_>>());
    assert_eq!(inbox.pending(usize::MAX).await.unwrap().len(), 2_000);
}

#[tokio::test]
async fn a_second_instance_is_refused_and_one_that_only_looks_is_not() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("inbox.db");
    assert_eq!(Reader::open(&path).unwrap_err().kind(), ErrorKind::Configuration);
    let inbox = open(&path);
    inbox.add(event("1", "offerUpdate"), None).await.unwrap();
    inbox.add(event("2", "jobUpdate"), None).await.unwrap();
    let error = Inbox::open(&path, InboxOptions::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Busy);
    let reader = Reader::open(&path).unwrap();
    assert_eq!((reader.kept().unwrap().all, reader.kept().unwrap().pending), (2, 2));
    let of_jobs = reader.history(0, None, &["jobUpdate".to_owned()], 9).unwrap();
    assert_eq!(of_jobs.iter().map(|delivery| delivery.sequence).collect::<Vec<_>>(), [2]);
    let later = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(1);
    assert!(reader.history(0, Some(later), &[], 9).unwrap().is_empty());
    inbox.close().await;
    open(&path).close().await;
    let private = capture_core::private_file::permissions_wider_than_private(&path).unwrap();
    assert_eq!(private, None, "its owner's only");
}

#[tokio::test]
async fn of_a_start_that_came_to_nothing_nothing_is_left() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("inbox.db");
    open(&path).abandon().await;
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
    // What was ever received is known by the next one.
    let inbox = open(&path);
    let first = inbox.add(event("1", "offerUpdate"), None).await.unwrap();
    inbox.done(vec![first.sequence]).await.unwrap();
    inbox.abandon().await;
    assert!(open(&path).add(event("1", "offerUpdate"), None).await.unwrap().is_copy);
}

#[tokio::test]
async fn what_is_no_inbox_is_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let text = directory.path().join("notes.txt");
    std::fs::write(&text, "my notes").unwrap();
    let other = directory.path().join("other.db");
    Connection::open(&other).unwrap().execute_batch("CREATE TABLE t (x)").unwrap();
    let newer = directory.path().join("newer.db");
    open(&newer).close().await;
    Connection::open(&newer).unwrap().pragma_update(None, "user_version", 99).unwrap();
    for path in [&text, &other, &newer] {
        let before = std::fs::read(path).unwrap();
        let error = Inbox::open(path, InboxOptions::default()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::State, "{error:?}");
        assert_eq!(std::fs::read(path).unwrap(), before);
    }
}

#[tokio::test]
async fn what_is_erased_is_gone_from_the_disk_and_its_copies_stay_copies() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("inbox.db");
    let inbox = open(&path);
    for id in ["1", "2", "3"] {
        inbox.add(event(id, "candidateStageChange"), None).await.unwrap();
    }
    inbox.done(vec![1]).await.unwrap();
    assert_eq!(inbox.erase(vec!["c-1".to_owned(), "c-2".to_owned(), String::new()]).await.unwrap(), 2);
    assert_eq!(inbox.pending_count(), 1);
    assert_eq!(inbox.pending(9).await.unwrap().len(), 1);
    assert!(inbox.add(event("1", "candidateStageChange"), None).await.unwrap().is_copy);
    for file in std::fs::read_dir(directory.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        for text in ["c-1", "c-2"] {
            let is_there = bytes.windows(text.len()).any(|window| window == text.as_bytes());
            assert!(!is_there, "{text} is still on the disk");
        }
    }
}
