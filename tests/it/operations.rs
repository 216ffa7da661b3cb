//! What the command knows without asking Ashby: operations, their flags, completions, manual pages.

use serde_json::Value;

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
    assert_eq!(candidates, names("--permission candidates:write").await);
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
    for operation in &listed {
        let name = operation["name"].as_str().unwrap();
        let ran = site.done(&format!("describe {name}")).await;
        assert!(
            ran.stdout.contains("\nExample:\n  ashby call ") && ran.stdout.contains("https://"),
            "{ran:#?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn shells_complete_operations_and_their_flags() {
    let site = Site::new().await;
    for shell in ["bash", "zsh", "fish"] {
        let script = site.done(&format!("completions {shell}")).await.stdout;
        for word in ["candidate.createNote", "candidate-id", "interviewStages", "send-notifications"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
    let script = site.path("ashby.bash");
    std::fs::write(&script, site.done("completions bash").await.stdout).unwrap();
    let asked = "source ./ashby.bash; COMP_WORDS=(ashby call candidate.createN); COMP_CWORD=2; \
                 _ashby ashby candidate.createN call; echo \"${COMPREPLY[@]}\"";
    let completed =
        std::process::Command::new("bash").args(["-c", asked]).current_dir(site.directory.path()).output();
    assert_eq!(String::from_utf8(completed.unwrap().stdout).unwrap().trim(), "candidate.createNote");
}

#[tokio::test(flavor = "multi_thread")]
async fn manual_pages_are_written() {
    let site = Site::new().await;
    assert!(site.done("help man").await.stdout.contains(".TH ashby 1"));
    site.done("help man --dir pages").await;
    for page in ["ashby.1", "ashby-call.1", "ashby-sync.1", "ashby-state-import.1"] {
        assert!(site.path("pages").join(page).is_file(), "{page}");
    }
}
