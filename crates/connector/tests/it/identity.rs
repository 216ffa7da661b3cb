//! Who asked belongs to what is remembered.

use ashby_sim::{Key, ServerOptions, Shape};
use serde_json::json;

use crate::fixture::{self, truth};
use crate::process::Ended;
use crate::task::Task;

const WIDE: &str = "sim-key";
const NARROW: &str = "narrow-key";

fn keys() -> ServerOptions {
    let narrow = Key { can_read_key_info: true, ..Key::limited(NARROW, Key::READ_SCOPES) };
    ServerOptions { keys: vec![Key::full(WIDE), narrow], ..ServerOptions::default() }
}

fn asked_by(task: &Task, member: &str) -> String {
    task.parked("applications")["asked_by"][member].as_str().unwrap_or_default().to_owned()
}

/// Runs a session until whoever asks now has listed everything.
async fn catch_up_as_another(task: &mut Task) -> Ended {
    let before = task.parked("applications")["asked_by"].clone();
    let mut session = task.open().await;
    task.run_until(&mut session, |task| {
        task.parked("applications")["asked_by"] != before && task.is_complete()
    })
    .await;
    task.end(session).await
}

fn warnings(ended: &Ended) -> Vec<&str> {
    let warnings = ended.log.iter().filter(|line| line["level"] == "WARN");
    warnings.filter_map(|line| line["message"].as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn another_key_lists_everything_and_leaves_the_token_alone() {
    let server = fixture::server(&Shape::small(), keys()).await;
    let all = truth(&server, "application.list", &json!({}));
    let mut task = Task::new(&server.base_url(), &["applications"]);
    task.config["credentials"]["access_token"] = json!(NARROW);
    task.catch_up().await.assert_success();
    let narrow = task.records("applications").len();
    assert!(narrow < all.len(), "{narrow} of {}", all.len());
    assert!(!task.state.to_string().contains(NARROW), "the key itself is nowhere in the state");

    for key in [WIDE, NARROW] {
        server.log().clear();
        task.config["credentials"]["access_token"] = json!(key);
        let committed = task.committed;
        let ended = catch_up_as_another(&mut task).await;
        ended.assert_success();
        let first = &server.log().of("application.list")[0];
        assert!(!first.has_token && !first.has_cursor, "{key}: {first:?}");
        let captured = task.records("applications").into_keys();
        assert!(captured.eq(all.keys().cloned()), "what the narrow key does not see is not gone");
        assert_eq!(task.committed - committed, if key == WIDE { all.len() } else { narrow });
        let note = "everything is listed again: it was read with another key before";
        assert_eq!(warnings(&ended), [note], "{key}");
        assert!(ended.statuses()[1].starts_with("Backfilling 1 of 1 streams"), "{:?}", ended.statuses());
    }

    // The same key once more continues.
    server.log().clear();
    let session = task.open().await;
    server.log().until(|log| log.count("application.list") > 0).await;
    task.end(session).await.assert_success();
    assert!(server.log().of("application.list").iter().all(|request| request.has_token));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_address_lists_everything() {
    let server = fixture::small().await;
    let mut task = Task::new(&server.base_url(), &["applications"]);
    task.catch_up().await.assert_success();
    let place = asked_by(&task, "place");
    task.config["advanced"]["base_url"] = json!(server.base_url().replace("127.0.0.1", "localhost"));
    server.log().clear();
    let ended = catch_up_as_another(&mut task).await;
    ended.assert_success();
    assert_ne!(asked_by(&task, "place"), place);
    assert!(!server.log().of("application.list")[0].has_token);
    assert_eq!(warnings(&ended), ["everything is listed again: it was read from another address before"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listing_of_another_key_that_is_killed_leaves_its_own_beginning() {
    let server = fixture::server(&Shape::small(), keys()).await;
    let mut task = Task::new(&server.base_url(), &["applications"]);
    task.config["credentials"]["access_token"] = json!(NARROW);
    task.catch_up().await.assert_success();
    let narrow = asked_by(&task, "credential");

    task.config["credentials"]["access_token"] = json!(WIDE);
    let hold = ashby_sim::FaultRule::new("application.list", ashby_sim::Fault::Hold);
    server.faults().add(hold.after(2));
    let mut session = task.open().await;
    task.run_until(&mut session, |task| asked_by(task, "credential") != narrow).await;
    session.process.kill().await;
    server.faults().clear();
    assert_eq!(task.token("applications"), "", "the narrow key's token is gone");

    // Its place is not the narrow key's either.
    task.config["credentials"]["access_token"] = json!(NARROW);
    server.log().clear();
    catch_up_as_another(&mut task).await.assert_success();
    let first = &server.log().of("application.list")[0];
    assert!(!first.has_token && !first.has_cursor, "{first:?}");
}
