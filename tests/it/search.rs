//! `ashby search`.

use serde_json::Value;

use crate::support::Site;

#[tokio::test]
async fn words_are_looked_up_in_what_was_synced() {
    let site = Site::new().await;
    let ran = site.run("search anything").await;
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(ran.stderr.contains("ashby sync"), "{}", ran.stderr);
    assert_eq!(site.run("sync candidates applications jobs candidate_notes").await.code, Some(0));

    let listed = site.run("list candidates --limit 1").await;
    let listed: Value = serde_json::from_str(&listed.stdout).unwrap();
    let (id, name) = (listed[0]["id"].as_str().unwrap(), listed[0]["name"].as_str().unwrap());
    let found = |ran: &crate::support::Ran| -> Vec<Value> {
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        serde_json::from_str(&ran.stdout).unwrap()
    };
    let ran = site.run(&format!("search {name} --output json")).await;
    let all = found(&ran);
    assert!(
        all.iter().any(|hit| hit["id"] == id && hit["kind"] == "candidates" && hit["title"] == name),
        "{all:?}"
    );
    let ran = site.run(&format!("search {name} --kind applications --output json")).await;
    assert!(found(&ran).iter().all(|hit| hit["stream"] == "applications"));
    let ran = site.run("search zzzzzzz").await;
    assert!(ran.code == Some(0) && ran.stderr.contains("nothing was found"), "{ran:?}");
    let ran = site.run("search x --kind users").await;
    assert!(ran.code == Some(2) && ran.stderr.contains("candidates, applications, jobs"), "{ran:?}");
    let ran = site.run("search x --to jsonl:out").await;
    assert!(ran.code == Some(2) && ran.stderr.contains("sqlite:PATH"), "{ran:?}");

    // Off, and on again by hand.
    assert_eq!(site.run("sync candidates applications jobs candidate_notes --no-index").await.code, Some(0));
    let ran = site.run(&format!("search {name}")).await;
    assert!(ran.code == Some(1) && ran.stderr.contains("search --rebuild"), "{ran:?}");
    let ran = site.run("search --rebuild").await;
    assert!(ran.code == Some(0) && ran.stderr.contains("candidates: 120 records"), "{ran:?}");
    assert!(!found(&site.run(&format!("search {name} --output json")).await).is_empty());
}
