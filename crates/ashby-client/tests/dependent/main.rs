//! A program that depends on this crate and uses reqwest itself: Cargo gives both of them one reqwest, with the features
//! of both, so the crate's choice of features must not break the program's use.

// Helpers outside of test functions, too, may stop a test this way.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;
use std::process::Command;

const MANIFEST: &str = r#"
[package]
name = "dependent"
version = "0.0.0"
edition = "2024"

[workspace]

[features]
default = ["ashby-client/default"]

[dependencies]
ashby-client = { path = "ASHBY_CLIENT", default-features = false }
reqwest = { version = "0.13", default-features = false }
tokio = { version = "1", features = ["macros", "rt"] }
"#;

/// Uses reqwest before there is any client of ours, and names what it needs of other crates through ours.
const PROGRAM: &str = r##"
#[tokio::main(flavor = "current_thread")]
async fn main() {
    let http = reqwest::Client::new();
    assert!(http.get("http://127.0.0.1:9/").send().await.is_err());
    assert!(reqwest::Client::builder().build().unwrap().get("https://127.0.0.1:9/").send().await.is_err());

    let body = ashby_client::bytes::Bytes::from_static(br#"{"success":true,"results":[{"id":"1"}]}"#);
    let page = ashby_client::Page::from_body("candidate.list", body, &["id".to_owned()]).unwrap();
    assert_eq!(page.len(), 1);
    let parameters = ashby_client::serde_json::json!({"id": "1"});
    let client = ashby_client::Client::builder().api_key("k").base_url("http://127.0.0.1:9").build().unwrap();
    let read = ashby_client::ReadOperation::new("candidate.info");
    assert!(client.read(&read, &parameters).await.is_err());
    println!("done");
}
"##;

#[test]
fn a_program_can_use_reqwest_before_any_client_is_built() {
    runs(&[]);
}

/// Nothing that works because of a feature of ours which happens to be on.
#[test]
fn so_can_one_that_takes_the_crate_without_its_features() {
    runs(&["--no-default-features"]);
}

fn runs(features: &[&str]) {
    let crate_directory = Path::new(env!("CARGO_MANIFEST_DIR"));
    // Below the target directory of the workspace, which it shares.
    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let directory = scratch.join(format!("dependent{}", features.concat()));
    fs::create_dir_all(directory.join("src")).unwrap();
    let path = crate_directory.to_str().unwrap().replace('\\', "/");
    // The profiles are the workspace's, so that what is compiled already serves.
    let workspace = fs::read_to_string(crate_directory.join("../../Cargo.toml")).unwrap();
    let profiles = workspace.find("\n[profile").map_or("", |start| &workspace[start..]);
    fs::write(directory.join("Cargo.toml"), MANIFEST.replace("ASHBY_CLIENT", &path) + profiles).unwrap();
    fs::write(directory.join("src/main.rs"), PROGRAM).unwrap();
    // The versions that are here already, and no network.
    fs::copy(crate_directory.join("../../Cargo.lock"), directory.join("Cargo.lock")).unwrap();

    let output = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--offline"])
        .args(features)
        .arg("--manifest-path")
        .arg(directory.join("Cargo.toml"))
        .env("CARGO_TARGET_DIR", scratch.parent().unwrap())
        .output()
        .unwrap();
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && stdout.ends_with("done\n"), "{stdout}{stderr}");
}
