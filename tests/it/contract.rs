//! Every request of a sync of all streams against Ashby's OpenAPI document, where a copy of it lies at hand.

use std::path::PathBuf;

use ashby_sim::contract::Contract;

use crate::support::Site;

pub(crate) fn document() -> Option<PathBuf> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/ashby-api/openapi.json");
    std::env::var_os("ASHBY_OPENAPI")
        .map(PathBuf::from)
        .into_iter()
        .chain([beside])
        .find(|path| path.exists())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_request_agrees_with_the_published_api() {
    let Some(document) = document() else {
        eprintln!("skipped: no copy of Ashby's OpenAPI document (ASHBY_OPENAPI names one)");
        return;
    };
    let contract = Contract::load(&document).unwrap();
    let site = Site::new().await;
    site.done("sync --all --page-size 50").await;
    site.organisation().churn(200, 3);
    site.done("sync --all --page-size 50").await;
    site.done("check").await;
    assert!(site.log().counts().len() > 40, "{:?}", site.log().counts());
    let mut findings = site.log().check(|operation, body| contract.check_request(operation, body));
    findings.sort();
    findings.dedup();
    assert!(findings.is_empty(), "{findings:#?}");
}
