//! I8: the limit is kept and used, and a 429 stops everything for as long as it says.

use std::time::{Duration, Instant};

use ashby_sim::{Fault, FaultRule, ServerOptions};
use serde_json::Value;

use crate::support::{Site, ended, shape, start, until};

#[tokio::test(flavor = "multi_thread")]
async fn requests_keep_the_pace_and_use_it() {
    let options = ServerOptions { requests_per_minute: Some(2_400), ..ServerOptions::default() };
    let site = Site::with(&shape(), options).await;
    let started = Instant::now();
    site.done("sync candidate_notes --max-rpm 2400").await;
    let elapsed = started.elapsed();
    assert_eq!(site.log().refused(), 0);
    let requests = site.log().total() as f64;
    assert!(requests > 120.0);
    let paced = Duration::from_secs_f64(requests / 40.0);
    assert!(elapsed > paced.mul_f64(0.9), "{requests} requests in {elapsed:?}");
    // Starting and committing take their time too, and other tests run beside this one.
    assert!(elapsed < paced * 2, "{requests} requests in {elapsed:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_with_a_time_pauses_everything() {
    let site = Site::new().await;
    let fault = Fault::RetryAfter { status: 429, seconds: 1, date: false };
    site.server.faults().add(FaultRule::new("candidate.listNotes", fault).after(20).times(1));
    let child =
        start(site.ashby("sync candidate_notes applications --page-size 10 --max-attempts 3 --output json"));
    until("the refusal", || site.log().refused() == 1).await;
    let (refused, before) = (Instant::now(), site.log().total());
    // Eight may be under way.
    until("the next request", || site.log().total() > before + 8).await;
    assert!(refused.elapsed() > Duration::from_millis(700), "after {:?}", refused.elapsed());
    let ran = ended(child).await;
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    let summary: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(summary["throttled"], 1);
}
