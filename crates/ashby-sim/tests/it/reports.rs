//! Reports: begun, asked for, limited.

use ashby_sim::{FAILING_REPORT, SLOW_REPORT};
use serde_json::{Value, json};

use crate::support::{SOME_REPORT, object, post, small};

#[tokio::test]
async fn a_report_is_ready_after_some_polls() {
    let server = small().await;
    let mut body = json!({"reportId": SOME_REPORT});
    let ask = async |body: &mut Value| {
        let run = post(&server, "report.generate", body).await.json()["results"].clone();
        body["requestId"] = run["requestId"].clone();
        run
    };
    let statuses = [ask(&mut body).await, ask(&mut body).await].map(|run| run["status"].clone());
    assert_eq!(statuses, ["in_progress", "in_progress"]);
    let done = ask(&mut body).await;
    let jobs = server
        .organisation()
        .truth("job.list", &object(json!({"status": ["Draft", "Open", "Closed", "Archived"]})))
        .len();
    let data = done["reportData"]["data"].as_array().expect("there is data");
    assert_eq!((data.len(), &data[0]), (jobs + 1, &done["reportData"]["columnNames"]));
    let bare = json!({"reportId": SOME_REPORT, "includeHeadersInData": false});
    let bare = post(&server, "report.synchronous", &bare).await.json()["results"].clone();
    assert_eq!(bare["reportData"]["data"].as_array().map(Vec::len), Some(jobs));
    let failed = post(&server, "report.synchronous", &json!({"reportId": FAILING_REPORT})).await.json();
    assert_eq!(
        (&failed["success"], &failed["results"]["failureReason"]),
        (&json!(true), &json!("QueryTimeout"))
    );
    let slow = post(&server, "report.synchronous", &json!({"reportId": SLOW_REPORT})).await.json();
    assert_eq!(slow["results"]["status"], "in_progress");
    let unknown = json!({"reportId": SLOW_REPORT, "requestId": body["requestId"]});
    assert_eq!(post(&server, "report.generate", &unknown).await.code(), "invalid_input");
}

#[tokio::test]
async fn reports_are_limited_for_the_organisation() {
    let server = small().await;
    let body = json!({"reportId": SOME_REPORT});
    for _ in 0..3 {
        assert_eq!(post(&server, "report.generate", &body).await.status, 200);
    }
    let refused = post(&server, "report.synchronous", &body).await;
    assert_eq!((refused.status, refused.code().as_str()), (429, "concurrent_limit_exceeded"));
    assert_eq!(refused.json()["errors"], json!(["Concurrent limit exceeded"]));
    assert_eq!(server.log().refused(), 1);
    let server = small().await;
    for _ in 0..15 {
        assert_eq!(post(&server, "report.synchronous", &body).await.status, 200);
    }
    let refused = post(&server, "report.synchronous", &body).await;
    assert_eq!((refused.status, refused.code().as_str()), (429, "rate_limit_exceeded"));
}
