//! Kill -9 at many points, each followed by a session from the state that the runtime holds.

use std::time::Duration;

use ashby_sim::{Fault, FaultRule, ServerOptions, Shape};
use serde_json::json;

use crate::fixture::{self, true_events, truth};
use crate::task::Task;

/// Longer than commits are apart.
const STALLED: Duration = Duration::from_millis(1500);

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_and_nothing_committed_twice_however_often_it_is_killed() {
    let options = ServerOptions { page_limit: 20, ..ServerOptions::default() };
    let server = fixture::server(&Shape::small(), options).await;
    let bindings = [
        "applications",
        "candidates",
        "interview_schedules",
        "interview_events",
        "archive_reasons",
        "interview_stages",
    ];
    let mut task = Task::new(&server.base_url(), &bindings);
    let mut sessions = 0;
    // Killed after so many messages; twice the same number in a row gets further through what was checkpointed.
    for messages in
        [1, 2, 3, 10, 30, 60, 100, 150, 250, 400, 600, 800, 1000, 50, 5].into_iter().cycle().take(24)
    {
        sessions += 1;
        let mut session = task.open().await;
        // The listings stop somewhere, so that not everything is in one transaction.
        server.faults().add(FaultRule::new("*", Fault::Hold).after(9));
        let mut taken = 0;
        let mut is_complete = false;
        while taken < messages && !is_complete {
            // Where everything waits, what had been read before is checkpointed.
            let stepped = tokio::time::timeout(STALLED, task.step(&mut session)).await;
            match stepped {
                Ok(went_on) => assert!(went_on),
                Err(_) => break,
            }
            taken += 1;
            is_complete = task.is_complete();
        }
        session.process.kill().await;
        server.faults().clear();
        if is_complete {
            break;
        }
    }
    task.catch_up().await.assert_success();
    assert!(sessions > 10, "{sessions} sessions were enough");
    assert_eq!(task.records("applications"), truth(&server, "application.list", &json!({})));
    assert_eq!(task.records("candidates"), truth(&server, "candidate.list", &json!({})));
    assert_eq!(task.records("interview_schedules"), truth(&server, "interviewSchedule.list", &json!({})));
    assert_eq!(task.records("interview_events"), true_events(&server));
    assert_eq!(
        task.records("archive_reasons"),
        truth(&server, "archiveReason.list", &json!({"includeArchived": true}))
    );
    // Documents and state are one transaction: what was committed is never sent again.
    let distinct: usize = task.collections.values().map(|collection| collection.len()).sum();
    assert_eq!(task.committed, distinct);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listing_is_resumed_where_it_was_checkpointed() {
    let server = fixture::small().await;
    let mut task = Task::new(&server.base_url(), &["applications"]);
    server.faults().add(FaultRule::new("application.list", Fault::Hold).after(5));
    let mut session = task.open().await;
    task.run_until(&mut session, |task| task.committed == 500).await;
    assert_eq!(task.token("applications"), "");
    session.process.kill().await;

    server.faults().clear();
    server.log().clear();
    let ended = task.catch_up().await;
    ended.assert_success();
    assert!(ended.statuses()[1].starts_with("Backfilling 1 of 1 streams: applications"));
    let pages = truth(&server, "application.list", &json!({})).len().div_ceil(100) as u64;
    let resumed = server.log().of("application.list");
    let with_cursor = resumed.iter().filter(|request| request.has_cursor).count() as u64;
    assert_eq!(with_cursor, pages - 5, "five pages were checkpointed");
    // What was begun by an earlier session is followed by a listing of what has changed since.
    assert!(resumed.iter().all(|request| request.has_cursor != request.has_token), "{resumed:?}");
    assert_eq!(task.records("applications"), truth(&server, "application.list", &json!({})));

    // The same within an incremental listing.
    let token = task.token("applications").to_owned();
    assert!(server.organisation().churn(900, 5) > 300);
    server.faults().add(FaultRule::new("application.list", Fault::Hold).after(2));
    let committed = task.committed;
    let mut session = task.open().await;
    task.run_until(&mut session, |task| task.committed == committed + 200).await;
    assert_eq!(task.token("applications"), token, "the token moves at the end of the listing");
    session.process.kill().await;
    server.faults().clear();
    server.log().clear();
    task.catch_up().await.assert_success();
    let resumed = server.log().of("application.list");
    assert!(resumed[0].has_cursor && resumed.iter().all(|request| request.has_token), "{resumed:?}");
    assert_eq!(task.records("applications"), truth(&server, "application.list", &json!({})));
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_a_snapshot_that_was_begun_anew_are_not_delivered_twice() {
    let options = ServerOptions { page_limit: 2, ..ServerOptions::default() };
    let server = fixture::server(&Shape::small(), options).await;
    let expired = Fault::Error {
        code: "next_cursor_expired".to_owned(),
        shape: ashby_sim::ErrorShape::Strings,
        status: 200,
    };
    server.faults().add(FaultRule::new("interviewPlan.list", expired).after(2).times(1));
    let mut task = Task::new(&server.base_url(), &["interview_stages"]);
    task.catch_up().await.assert_success();
    let refused = server.log().of("interviewPlan.list").iter().filter(|asked| asked.code.is_some()).count();
    assert_eq!(refused, 1);
    let plans = truth(&server, "interviewPlan.list", &json!({"includeArchived": true}));
    let stages = plans
        .keys()
        .map(|plan| truth(&server, "interviewStage.list", &json!({"interviewPlanId": plan})).len());
    assert_eq!(task.committed, stages.sum::<usize>());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_waits_for_no_other_stream() {
    let server = fixture::small().await;
    server.faults().add(FaultRule::new("application.list", Fault::Hold));
    let mut task = Task::new(&server.base_url(), &["applications", "archive_reasons"]);
    let mut session = task.open().await;
    task.run_until(&mut session, |task| task.binding_state("archive_reasons")["snapshot"].is_object()).await;
    // The other one waits still.
    server.faults().wait_held(1).await;
    assert_eq!(task.committed, task.collections["archive_reasons"].len());
    task.end(session).await.assert_success();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_that_was_cut_leaves_no_trace() {
    let server = fixture::small().await;
    let mut task = Task::new(&server.base_url(), &["interview_stages"]);
    server.faults().add(FaultRule::new("interviewStage.list", Fault::Hold).after(2));
    let mut session = task.open().await;
    task.run_until(&mut session, |task| task.checkpoints == 1).await;
    server.faults().wait_held(1).await;
    session.process.kill().await;
    assert_eq!(task.committed, 0);
    assert!(task.binding_state("interview_stages").get("snapshot").is_none());
    server.faults().clear();
    task.catch_up().await.assert_success();
    assert_eq!(task.committed, task.collections["interview_stages"].len());
}
