//! When rows are taken for gone, and when they are kept.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use capture_core::{
    Ends, ErrorKind, Event, Identity, MemorySink, ReconcilePolicy, Report, Result, Runner, RunnerOptions,
};
use tokio_util::sync::CancellationToken;

use crate::scripted::{Act, Scripted, changes, first, full, full_that, last, me, middle, part};

async fn run_as(
    source: &Scripted,
    sink: &MemorySink,
    identity: Identity,
    policy: ReconcilePolicy,
) -> Result<Report> {
    let options = RunnerOptions::default().reconcile(policy);
    let runner = Runner::new(source.clone(), sink.clone()).options(options);
    runner.run(source.names(), identity, CancellationToken::new()).await
}

async fn run(source: &Scripted, sink: &MemorySink) -> Report {
    run_as(source, sink, me(), ReconcilePolicy::Auto).await.unwrap()
}

fn rows(sink: &MemorySink, stream: &str) -> Vec<String> {
    sink.rows(stream).keys().map(|key| key.as_str().to_owned()).collect()
}

fn other() -> Identity {
    Identity::new("other", "https://example.org")
}

/// Many keys that begin alike.
fn keys(prefix: &str, count: usize) -> Vec<String> {
    (0..count).map(|number| format!("{prefix}{number:03}")).collect()
}

fn refs(keys: &[String]) -> Vec<&str> {
    keys.iter().map(String::as_str).collect()
}

#[tokio::test]
async fn i2_what_a_full_listing_did_not_show_is_gone() {
    let acts = [
        full(&["a", "b", "c"]),
        Act::UpToDate,
        changes(&["d"]),
        Act::UpToDate,
        first(&["a"]),
        middle(&["d"]),
        last(&["e"]),
    ];
    let source = Scripted::default().stream("pets", acts);
    let sink = MemorySink::new();
    run(&source, &sink).await;
    run(&source, &sink).await;
    assert_eq!(rows(&sink, "pets"), ["a", "b", "c", "d"]);
    let report = run(&source, &sink).await;
    assert_eq!(rows(&sink, "pets"), ["a", "d", "e"]);
    assert_eq!(report.streams["pets"].counts.deleted, 2);
    assert_eq!(sink.state().streams["pets"].sweep_due, None);
}

#[tokio::test]
async fn i2_a_listing_goes_over_several_runs_and_owes_its_sweep_until_it_is_paid() {
    let acts = [
        full(&["a", "b", "c"]),
        Act::UpToDate,
        first(&["a"]),
        Act::Fail(ErrorKind::Data),
        last(&["b"]),
        Act::UpToDate,
        changes(&[]),
    ];
    let source = Scripted::default().stream("pets", acts);
    let sink = MemorySink::new();
    run(&source, &sink).await;
    run(&source, &sink).await;
    assert_eq!(rows(&sink, "pets"), ["a", "b", "c"]);
    run(&source, &sink).await;
    assert_eq!(rows(&sink, "pets"), ["a", "b"]);
}

#[tokio::test]
async fn i2_a_debt_is_durable() {
    let acts = [full(&["a", "b"]), Act::UpToDate, full(&["a"]), Act::UpToDate, changes(&[])];
    let source = Scripted::default().stream("pets", acts);
    let sink = MemorySink::new();
    run(&source, &sink).await;
    run_as(&source, &sink, me(), ReconcilePolicy::Never).await.unwrap();
    assert!(sink.state().streams["pets"].sweep_due.is_some());
    assert_eq!(rows(&sink, "pets"), ["a", "b"]);
    run(&source, &sink).await;
    assert_eq!(rows(&sink, "pets"), ["a"]);
}

#[tokio::test]
async fn i4_listings_that_prove_nothing_bury_nothing() {
    for (ends, there) in [
        (Ends::Incomplete("no token".to_owned()), None),
        (Ends::Incomplete("no token".to_owned()), Some(vec![])),
        (Ends::Doubtful("an empty page".to_owned()), None),
        (Ends::Doubtful("an empty page".to_owned()), Some(vec!["b"])),
    ] {
        let acts = [full(&["a", "b"]), Act::UpToDate, full_that(&["a"], ends.clone())];
        let source = match &there {
            Some(there) => Scripted::default().stream_with("pets", there, acts),
            None => Scripted::default().stream("pets", acts),
        };
        let sink = MemorySink::new();
        run(&source, &sink).await;
        let report = run(&source, &sink).await;
        assert_eq!(rows(&sink, "pets"), ["a", "b"], "{ends:?} {there:?}");
        let said = report.streams["pets"].kept.is_some() || !report.streams["pets"].notes.is_empty();
        assert!(said, "{ends:?} {there:?}");
    }
}

#[tokio::test]
async fn i4_a_doubtful_listing_buries_what_is_missing_when_asked_for() {
    let acts = [
        full(&["a", "b", "c"]),
        Act::UpToDate,
        full_that(&["a"], Ends::Doubtful("an empty page".to_owned())),
    ];
    let source = Scripted::default().stream_with("pets", &["b"], acts);
    let sink = MemorySink::new();
    run(&source, &sink).await;
    run(&source, &sink).await;
    assert_eq!(rows(&sink, "pets"), ["a", "b"]);
    assert_eq!(source.rereads("pets"), [["b", "c"]]);
}

#[tokio::test]
async fn i4_one_that_is_found_when_asked_for_keeps_what_was_not_asked_for() {
    let many = keys("k", 1500);
    let all = [&["a".to_owned()][..], &many].concat();
    // So many are missing that not all can be asked for, and few enough that nobody need be.
    let rest: Vec<&str> = all.iter().map(String::as_str).take(1251).collect();
    for (there, expected) in [(vec![], 1251), (vec!["k1300"], 1251 + 51)] {
        let acts = [full(&refs(&all)), Act::UpToDate, full(&rest)];
        let source = Scripted::default().stream_with("pets", &there, acts);
        let sink = MemorySink::new();
        run(&source, &sink).await;
        let report = run(&source, &sink).await;
        assert_eq!(source.rereads("pets")[0].len(), 200);
        assert_eq!(rows(&sink, "pets").len(), expected, "{there:?}");
        assert_eq!(report.streams["pets"].kept.is_some(), !there.is_empty());
        assert_eq!(report.streams["pets"].notes, unstable(there.len()), "{there:?}");
    }
}

/// What is said where so many records were found that a listing had left out.
fn unstable(found: usize) -> Vec<String> {
    let note = format!("the listing was not stable: it left out {found} records that are there");
    if found > 0 { vec![note] } else { Vec::new() }
}

#[tokio::test]
async fn i4_those_that_are_found_live_and_the_others_are_marked_where_all_were_asked_for() {
    let acts = [full(&["a", "b", "c", "d"]), Act::UpToDate, full(&["a"])];
    let source = Scripted::default().stream_with("pets", &["b", "d"], acts);
    let sink = MemorySink::new();
    run(&source, &sink).await;
    let report = run(&source, &sink).await;
    assert_eq!(rows(&sink, "pets"), ["a", "b", "d"]);
    assert_eq!((&report.streams["pets"].kept, &report.streams["pets"].notes), (&None, &unstable(2)));
    assert_eq!(sink.state().streams["pets"].sweep_due, None);
}

#[tokio::test]
async fn so_many_are_rarely_gone_at_once() {
    let many = keys("k", 100);
    let acts = [full(&refs(&many)), Act::UpToDate, full(&refs(&many[..40])), Act::UpToDate, changes(&[])];
    let source = Scripted::default().stream_with("pets", &[], acts);
    let sink = MemorySink::new();
    run(&source, &sink).await;
    let report = run(&source, &sink).await;
    assert_eq!(rows(&sink, "pets").len(), 100);
    assert!(report.needs_decision());
    assert_eq!(report.streams["pets"].kept.as_ref().map(|kept| (kept.rows, kept.of)), Some((60, 100)));
    run_as(&source, &sink, me(), ReconcilePolicy::Accept).await.unwrap();
    assert_eq!(rows(&sink, "pets").len(), 40);
}

#[tokio::test]
async fn a_stream_that_was_lost_keeps_the_rows_of_all_whatever_its_name() {
    for lost in ["a_lost", "z_lost"] {
        let source = Scripted::default()
            .stream(lost, [full(&["x"]), Act::UpToDate, Act::Fail(ErrorKind::Denied), full(&["x"])])
            .stream("pets", [full(&["a", "b"]), Act::UpToDate, full(&["a"]), Act::UpToDate, full(&["a"])]);
        let sink = MemorySink::new();
        run(&source, &sink).await;
        let report = run(&source, &sink).await;
        assert_eq!(rows(&sink, "pets"), ["a", "b"], "{lost}");
        assert!(report.streams["pets"].kept.as_ref().is_some_and(|kept| kept.reason.contains(lost)));
        // It comes back, and the next listing decides.
        run(&source, &sink).await;
        assert_eq!(rows(&sink, "pets"), ["a"], "{lost}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_was_lost_keeps_the_rows_of_its_own_round_only() {
    let minutes = |minutes: u64| Duration::from_secs(minutes * 60);
    for (is_lost, expected) in [(true, [2, 2, 1]), (false, [2, 1, 1])] {
        let second =
            if is_lost { vec![Act::Fail(ErrorKind::Denied)] } else { vec![full(&["x"]), Act::UpToDate] };
        // It is heard of last in every round, which settles what the other owes.
        let last = || Act::Wait(minutes(1));
        let mut acts = vec![last(), full(&["x"]), Act::UpToDate, last()];
        acts.extend(second);
        acts.extend([last(), full(&["x"])]);
        let source = Scripted::default()
            .stream("others", acts)
            .stream("pets", [full(&["a", "b"]), Act::UpToDate, full(&["a"]), Act::UpToDate, full(&["a"])]);
        let (sink, cancel) = (MemorySink::new(), CancellationToken::new());
        let (seen, stop) = (sink.clone(), cancel.clone());
        let watch = async move {
            let mut counts = Vec::new();
            // On the test's own clock: in the middle between two rounds.
            tokio::time::sleep(minutes(5)).await;
            for _ in 0..3 {
                counts.push(rows(&seen, "pets").len());
                tokio::time::sleep(minutes(10)).await;
            }
            stop.cancel();
            counts
        };
        let options = RunnerOptions::default().interval(Some(minutes(10)));
        let runner = Runner::new(source.clone(), sink).options(options);
        let (report, counts) = tokio::join!(runner.run(source.names(), me(), cancel), watch);
        report.unwrap();
        assert_eq!(counts, expected, "lost: {is_lost}");
    }
}

#[tokio::test]
async fn a_stream_that_could_never_be_read_is_no_loss() {
    let source = Scripted::default()
        .stream("secret", [Act::Fail(ErrorKind::Denied), Act::Fail(ErrorKind::Denied)])
        .stream("pets", [full(&["a", "b"]), Act::UpToDate, full(&["a"])]);
    let sink = MemorySink::new();
    run(&source, &sink).await;
    run(&source, &sink).await;
    assert_eq!(rows(&sink, "pets"), ["a"]);
}

#[tokio::test]
async fn another_key_lists_everything_buries_nothing_and_continues_nothing() {
    let acts = [
        full(&["a", "b", "c"]),
        Act::UpToDate,
        // Somebody else, who sees less.
        full(&["a"]),
        Act::UpToDate,
        changes(&["a"]),
        Act::UpToDate,
        // The first one again: nothing of the other's can be continued.
        full(&["a", "b"]),
    ];
    let source = Scripted::default().stream("pets", acts);
    let sink = MemorySink::new();
    run(&source, &sink).await;
    let report = run_as(&source, &sink, other(), ReconcilePolicy::Auto).await.unwrap();
    assert_eq!(rows(&sink, "pets"), ["a", "b", "c"]);
    assert!(report.streams["pets"].kept.is_some() && !report.streams["pets"].notes.is_empty());
    run_as(&source, &sink, other(), ReconcilePolicy::Auto).await.unwrap();
    assert_eq!(rows(&sink, "pets"), ["a", "b", "c"]);
    run(&source, &sink).await;
    assert_eq!(rows(&sink, "pets"), ["a", "b"]);
    assert_eq!(source.resumed_from("pets"), [None, None, Some(1), None]);
}

#[tokio::test]
async fn a_listing_that_another_key_began_is_not_continued() {
    let acts = [
        full(&["a", "b", "c"]),
        Act::UpToDate,
        first(&["a"]),
        Act::Fail(ErrorKind::Data),
        full(&["a", "b", "c"]),
    ];
    let source = Scripted::default().stream("pets", acts);
    let sink = MemorySink::new();
    run(&source, &sink).await;
    run_as(&source, &sink, other(), ReconcilePolicy::Auto).await.unwrap();
    run(&source, &sink).await;
    assert_eq!(source.resumed_from("pets"), [None, None, None]);
    assert_eq!(rows(&sink, "pets"), ["a", "b", "c"]);
}

#[tokio::test]
async fn what_another_keys_listing_owes_is_not_paid_by_this_one() {
    for policy in [ReconcilePolicy::Auto, ReconcilePolicy::Accept] {
        let acts = [
            full(&["a", "b"]),
            Act::UpToDate,
            full(&["a"]),
            Act::UpToDate,
            Act::Fail(ErrorKind::Data),
            Act::UpToDate,
            changes(&[]),
        ];
        let source = Scripted::default().stream("pets", acts);
        let sink = MemorySink::new();
        run(&source, &sink).await;
        run_as(&source, &sink, other(), ReconcilePolicy::Never).await.unwrap();
        assert!(sink.state().streams["pets"].sweep_due.is_some());
        run_as(&source, &sink, me(), policy).await.unwrap();
        assert_eq!(rows(&sink, "pets"), ["a", "b"], "{policy:?}");
    }
}

#[tokio::test]
async fn a_rotated_key_that_sees_every_row_becomes_the_yardstick_by_itself() {
    let acts = [full(&["a", "b"]), Act::UpToDate, full(&["a", "b", "c"]), Act::UpToDate, full(&["a"])];
    let source = Scripted::default().stream("pets", acts);
    let sink = MemorySink::new();
    run(&source, &sink).await;
    run_as(&source, &sink, other(), ReconcilePolicy::Auto).await.unwrap();
    run_as(&source, &sink, other(), ReconcilePolicy::Auto).await.unwrap();
    assert_eq!(rows(&sink, "pets"), ["a"]);
}

#[tokio::test]
async fn a_key_with_further_permissions_sweeps_and_one_that_lost_some_does_not() {
    for (grants, expected) in [(vec!["p", "q"], vec!["a"]), (vec![], vec!["a", "b"])] {
        let acts = [full(&["a", "b"]), Act::UpToDate, full(&["a"])];
        let source = Scripted::default().stream("pets", acts);
        let sink = MemorySink::new();
        run_as(&source, &sink, me().with_grants(["p"]), ReconcilePolicy::Auto).await.unwrap();
        run_as(&source, &sink, me().with_grants(grants), ReconcilePolicy::Auto).await.unwrap();
        assert_eq!(rows(&sink, "pets"), expected);
        assert_eq!(source.resumed_from("pets"), [None, None]);
    }
}

#[tokio::test]
async fn another_organisation_is_refused_before_anything_is_written() {
    let mine = full(&["a", "b", "c"]);
    for identity in [other(), Identity::new("me", "https://elsewhere.example")] {
        let acts = [full(&["a", "b", "c"]), Act::UpToDate, full(&["x", "y", "z"])];
        let source = Scripted::default().stream("pets", acts).stream("a_new", []);
        let sink = MemorySink::new();
        run(&source, &sink).await;
        let state = sink.state();
        let error = run_as(&source, &sink, identity.clone(), ReconcilePolicy::Auto).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(error.to_string().contains("another organisation"), "{error}");
        assert_eq!((rows(&sink, "pets"), sink.state()), (vec!["a".into(), "b".into(), "c".into()], state));
    }
    let source = Scripted::default().stream("pets", [mine, Act::UpToDate, full(&["x", "y", "z"])]);
    let sink = MemorySink::new();
    run(&source, &sink).await;
    run_as(&source, &sink, other(), ReconcilePolicy::Accept).await.unwrap();
    assert_eq!(rows(&sink, "pets"), ["x", "y", "z"]);
}

#[tokio::test]
async fn what_came_before_anybody_was_recognised_is_committed_once_somebody_is() {
    let source = Scripted::default()
        .stream("a_new", [Act::UpToDate, full(&["n"])])
        .stream("pets", [full(&["a", "b", "c"]), Act::UpToDate, full(&["c", "d"])]);
    let sink = MemorySink::new();
    run(&source, &sink).await;
    run_as(&source, &sink, other(), ReconcilePolicy::Auto).await.unwrap();
    assert_eq!((rows(&sink, "a_new"), rows(&sink, "pets").len()), (vec!["n".to_owned()], 4));
}

#[tokio::test]
async fn scopes_are_swept_at_once_and_only_by_the_yardstick() {
    let scoped = |keys: &[&str]| {
        let mut part = crate::scripted::part(keys).whole_scopes(vec!["s".into()]);
        part.records.iter_mut().for_each(|record| record.scope = Some("s".into()));
        part
    };
    let acts = [
        Act::Part(scoped(&["a", "b", "c"]).begins(capture_core::Extent::Everything).ends(Ends::Complete)),
        Act::UpToDate,
        Act::Part(scoped(&["a", "b"])),
        Act::UpToDate,
        Act::Part(scoped(&["a"])),
    ];
    let source = Scripted::default().stream("toys", acts);
    let sink = MemorySink::new();
    run(&source, &sink).await;
    run(&source, &sink).await;
    assert_eq!(rows(&sink, "toys"), ["a", "b"]);
    run_as(&source, &sink, other(), ReconcilePolicy::Auto).await.unwrap();
    assert_eq!(rows(&sink, "toys"), ["a", "b"]);
}

#[tokio::test(start_paused = true)]
async fn a_debt_that_is_paid_in_any_case_waits_for_no_other_stream() {
    let sink = MemorySink::new();
    run(&Scripted::default().stream("pets", [full(&["a", "b"])]), &sink).await;
    let source = Scripted::default().stream("pets", [full(&["a"])]).stream("toys", [Act::Hang]);
    let cancel = CancellationToken::new();
    let (stop, seen) = (cancel.clone(), sink.clone());
    let observer = move |event: &Event<'_>| {
        if matches!(event, Event::Committed { .. }) && rows(&seen, "pets") == ["a"] {
            stop.cancel();
        }
    };
    let run = Runner::new(source.clone(), sink)
        .options(RunnerOptions::default().reconcile(ReconcilePolicy::Accept))
        .observer(Arc::new(observer))
        .run(source.names(), me(), cancel);
    let report = tokio::time::timeout(Duration::from_secs(60), run).await.expect("it is paid").unwrap();
    assert_eq!(report.streams["pets"].counts.deleted, 1);
}

#[tokio::test]
async fn what_is_set_aside_is_said_when_it_changes() {
    let aside = |set_aside| {
        let mut part = part(&[]);
        part.set_aside = Some(set_aside);
        Act::Part(part)
    };
    let source = Scripted::default().stream("pets", [full(&["a"]), aside(2), aside(2), aside(0)]);
    let said: Arc<Mutex<Vec<u64>>> = Arc::default();
    let log = Arc::clone(&said);
    let observer = move |event: &Event<'_>| {
        if let Event::SetAside { stream: "pets", set_aside } = event {
            log.lock().unwrap().push(*set_aside);
        }
    };
    let runner = Runner::new(source.clone(), MemorySink::new()).observer(Arc::new(observer));
    runner.run(source.names(), me(), CancellationToken::new()).await.unwrap();
    assert_eq!(*said.lock().unwrap(), [2, 0]);
}

/// What becomes confidential looks to another key as if it were gone.
#[tokio::test]
async fn another_key_buries_nothing_not_even_what_it_has_seen_itself() {
    for there in [None, Some(vec![])] {
        let acts = [
            full(&["a", "b", "c"]),
            Act::UpToDate,
            // Somebody else, who does not see c, and sees d.
            full(&["a", "b", "d"]),
            Act::UpToDate,
            full(&["a"]),
        ];
        let source = match &there {
            Some(there) => Scripted::default().stream_with("pets", there, acts),
            None => Scripted::default().stream("pets", acts),
        };
        let sink = MemorySink::new();
        run(&source, &sink).await;
        run_as(&source, &sink, other(), ReconcilePolicy::Auto).await.unwrap();
        let report = run_as(&source, &sink, other(), ReconcilePolicy::Auto).await.unwrap();
        assert_eq!(rows(&sink, "pets"), ["a", "b", "c", "d"], "{there:?}");
        assert_eq!(report.streams["pets"].kept.as_ref().map(|kept| kept.rows), Some(3));
    }
}

#[tokio::test]
async fn the_yardstick_does_not_bury_what_only_others_have_seen() {
    let acts = [
        full(&["a", "b", "c"]),
        Act::UpToDate,
        // Somebody else, who sees more, and does not see b any more.
        full(&["a", "c", "x"]),
        Act::UpToDate,
        // The first one again: b is gone, and c is, and x is none of its business.
        full(&["a"]),
        Act::UpToDate,
        full(&[]),
    ];
    let source = Scripted::default().stream("pets", acts);
    let sink = MemorySink::new();
    run(&source, &sink).await;
    run_as(&source, &sink, other(), ReconcilePolicy::Auto).await.unwrap();
    let report = run(&source, &sink).await;
    assert_eq!(rows(&sink, "pets"), ["a", "c", "x"], "who alone saw c last is not known");
    assert_eq!(report.streams["pets"].kept.as_ref().map(|kept| kept.rows), Some(2));
    run(&source, &sink).await;
    assert_eq!(rows(&sink, "pets"), ["c", "x"], "a was seen since");
}

#[tokio::test]
async fn the_yardstick_goes_on_after_one_who_brought_nothing_new() {
    let acts = [full(&["a", "b", "c"]), Act::UpToDate, full(&["a"]), Act::UpToDate, full(&["b"])];
    let source = Scripted::default().stream("pets", acts);
    let sink = MemorySink::new();
    run(&source, &sink).await;
    run_as(&source, &sink, other(), ReconcilePolicy::Auto).await.unwrap();
    run(&source, &sink).await;
    assert_eq!(rows(&sink, "pets"), ["b"]);
}
