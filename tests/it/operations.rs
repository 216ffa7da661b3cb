//! What the command knows without asking Ashby: operations, their flags, completions, manual pages.

use ashby_client::catalog;
use serde_json::{Value, json};

use crate::support::{Site, bare, run, snapshot};

#[tokio::test(flavor = "multi_thread")]
async fn operations_are_found_by_what_they_are() {
    let site = Site::new().await;
    let names = async |arguments: &str| -> Vec<String> {
        let ran = site.done(&format!("operations {arguments} --output json")).await;
        let listed: Vec<Value> = serde_json::from_str(&ran.stdout).unwrap();
        listed.iter().map(|operation| operation["name"].as_str().unwrap().to_owned()).collect()
    };
    let all = names("").await;
    assert!(all.len() >= 170 && all.is_sorted_by_key(|name| name.split('.').next().unwrap().to_owned()));
    let writes = names("--writes").await;
    assert!(
        writes.contains(&"candidate.create".to_owned()) && !writes.contains(&"candidate.list".to_owned())
    );
    let candidates = names("--permission candidatesWrite").await;
    for spelled in ["candidates:write", "candidates_write", "CANDIDATESWRITE", "Candidates: Write"] {
        let mut command = site.ashby("operations --output json --permission");
        command.arg(spelled);
        let listed: Vec<Value> = serde_json::from_str(&run(command).await.stdout).unwrap();
        let listed: Vec<&str> = listed.iter().map(|operation| operation["name"].as_str().unwrap()).collect();
        assert_eq!(candidates, listed, "{spelled}");
    }
    let unknown = site.run("operations --permission candidateWrite").await;
    assert!(unknown.code == Some(2) && unknown.stderr.contains("candidatesWrite"), "{unknown:#?}");
    assert_eq!(names("--permission candidatesDelete").await, ["application.delete"]);
    assert!(names("alternateEmail").await.contains(&"candidate.update".to_owned()), "by a parameter");
    assert!(names("zzzzzz").await.is_empty());
    snapshot("operations", &site, &site.done("operations interviewer --writes").await.stdout);
    assert_eq!(site.log().total(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn operations_are_described_and_explained_without_a_key() {
    let site = Site::new().await;
    for (name, arguments) in [
        ("describe_write", "describe candidate.createNote"),
        ("describe_list", "describe application.list"),
        ("describe_destructive", "describe application.delete"),
        ("describe_json", "describe candidateTag.create --output json"),
        ("call_help", "call candidate.createNote --help"),
        ("call_help_list", "call offer.list --help"),
        ("get_help", "get candidates --help"),
        ("help_call", "call --help"),
    ] {
        let ran = run(bare(site.directory.path(), arguments)).await;
        assert_eq!(ran.code, Some(0), "{arguments}: {ran:#?}");
        snapshot(name, &site, &ran.stdout);
    }
    let help = site.done("help call candidate.createNote").await.stdout;
    assert_eq!(help, site.done("call candidate.createNote --help").await.stdout);
    assert_eq!(site.done("help sync").await.stdout, site.done("sync --help").await.stdout);
    assert_eq!(site.run("help nothing").await.code, Some(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_can_be_described() {
    let site = Site::new().await;
    let ran = site.done("operations --output json").await;
    let listed: Vec<Value> = serde_json::from_str(&ran.stdout).unwrap();
    let mut left_open = 0;
    for operation in &listed {
        let name = operation["name"].as_str().unwrap();
        let ran = site.done(&format!("describe {name}")).await;
        assert!(
            ran.stdout.contains("\nExample:\n  ashby call ") && ran.stdout.contains("https://"),
            "{ran:#?}"
        );
        // What leaves the fate of a call open is known before it is sent.
        let open = catalog::find(name).unwrap().open_codes;
        for code in open {
            assert!(ran.stdout.contains(code) && ran.stdout.contains("  left open "), "{ran:#?}");
        }
        if !open.is_empty() {
            let ran = site.done(&format!("describe {name} --output json")).await;
            let described: Value = serde_json::from_str(&ran.stdout).unwrap();
            assert_eq!(described["openCodes"], json!(open), "{name}");
            left_open += 1;
        }
    }
    assert!(left_open > 0, "there is one");
}

/// What a TAB after these words offers.
async fn offered(site: &Site, words: &str) -> Vec<String> {
    let mut command = site.ashby("-- ashby");
    command.args(words.split(' ')).env("_ASHBY_COMPLETE", "fish");
    let ran = run(command).await;
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    ran.stdout.lines().map(|line| line.split('\t').next().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn shells_ask_for_what_there_is() {
    let site = Site::new().await;
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = site.done(&format!("completions {shell}")).await.stdout;
        assert!(script.contains("_ASHBY_COMPLETE") && script.len() < 8_000, "{shell}: {}", script.len());
    }
    for (words, offers) in [
        ("call candidate.createN", "candidate.createNote"),
        ("call candidate.createNote --candi", "--candidate-id"),
        ("call application.list --status Act", "Active"),
        ("get interviewSt", "interviewStages"),
        ("sync appl", "application_history"),
        ("sync --except appl", "applications"),
        ("sync --to sq", "sqlite:"),
        ("state reset cand", "candidate_notes"),
        ("describe offer.ap", "offer.approve"),
        ("help offer.ap", "offer.approve"),
        ("sy", "sync"),
    ] {
        let found = offered(&site, words).await;
        assert!(found.iter().any(|word| word == offers), "{words}: {found:?}");
    }
    assert_eq!(site.log().total(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn help_knows_operations_and_their_neighbours() {
    let site = Site::new().await;
    let help = site.done("help candidate.createNote").await.stdout;
    assert_eq!(help, site.done("call candidate.createNote --help").await.stdout);
    let near = site.run("help candidate.createNot").await;
    assert_eq!(near.code, Some(2));
    assert!(near.stderr.contains("did you mean candidate.createNote"), "{near:#?}");
    assert_eq!(site.done("version").await.stdout, site.done("--version").await.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn manual_pages_are_written() {
    let site = Site::new().await;
    let nowhere = site.run("help man").await;
    assert_eq!(nowhere.code, Some(2));
    assert!(nowhere.stderr.contains("--dir DIR"), "{nowhere:#?}");
    site.done("help man --dir pages").await;
    for page in ["ashby.1", "ashby-call.1", "ashby-sync.1", "ashby-state-import.1"] {
        assert!(site.path("pages").join(page).is_file(), "{page}");
    }
}
