//! The tools that others check servers with, and their clients, unchanged. `.ci/run` installs them; a test that finds none says
//! so and is passed over, and fails where `ASHBY_NEEDS_MCP` is set.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tokio::process::Command;

use crate::serve::Server;
use crate::support::{BINARY, Ran, Site};

/// A folder in which npm has put the packages, a `node` new enough for them among these.
fn npm() -> Option<PathBuf> {
    named("ASHBY_MCP_NODE", "a folder with npm's packages of the Model Context Protocol").map(PathBuf::from)
}

/// What a variable of `.ci/run` names.
fn named(variable: &str, what: &str) -> Option<String> {
    crate::support::named(variable, "ASHBY_NEEDS_MCP", what)
}

fn script(name: &str) -> String {
    format!("{}/../../tests/official/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// A program of somebody else's, with what ours needs in its environment.
fn theirs(site: &Site, program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    command
        .current_dir(site.directory.path())
        .env_clear()
        .envs(std::env::vars_os().filter(|(name, _)| name == "PATH" || name == "TMPDIR"))
        .envs([("ASHBY_API_KEY", "sim-key"), ("ASHBY_MAX_RPM", "0"), ("ASHBY_NO_PROGRESS", "true")])
        .env("ASHBY_BASE_URL", site.server.base_url())
        .env("HOME", site.directory.path())
        .envs([("PYTHONDONTWRITEBYTECODE", "1"), ("PYTHONWARNINGS", "ignore"), ("DO_NOT_TRACK", "1")])
        .env("AIRBYTE_TELEMETRY_MODE", "disabled")
        .stdin(Stdio::null())
        .kill_on_drop(true);
    command
}

/// With the packages' own node before any other.
fn node(site: &Site, npm: &Path) -> Command {
    let programs = npm.join("node_modules/.bin");
    let path = std::env::var("PATH").unwrap_or_default();
    let mut command = theirs(site, programs.join("node"));
    command.env("PATH", format!("{}:{path}", programs.display())).env("ASHBY_MCP_NODE", npm);
    command
}

async fn ran(mut command: Command) -> Ran {
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let output = tokio::time::timeout(Duration::from_secs(120), child.wait_with_output());
    let output = output.await.expect("it ends").unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Ran { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// The last line of what a script prints.
fn said(ran: &Ran) -> Value {
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    serde_json::from_str(ran.stdout.trim().lines().last().unwrap_or_default())
        .unwrap_or_else(|_| panic!("{ran:#?}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_inspector_finds_no_schema_that_a_host_refuses() {
    let Some(npm) = npm() else { return };
    let site = Site::new().await;
    let groups: Vec<&str> = ashby_client::catalog::CATEGORIES.iter().map(|group| group.name).collect();
    let all =
        ["--allow-writes=write,notifies,destructive".to_owned(), "--tools".to_owned(), groups.join(",")];
    for (arguments, least) in [(&[][..], 10), (&all[..], 150)] {
        let mut lists = Vec::new();
        for era in ["modern", "legacy"] {
            let mut command = node(&site, &npm);
            command
                .arg(npm.join("node_modules/.bin/mcp-inspector"))
                .args([
                    "--cli",
                    "--protocol-era",
                    era,
                    "--method",
                    "tools/list",
                    "--strict",
                    "--format",
                    "json",
                ])
                .args([BINARY, "mcp"])
                .args(arguments);
            // A schema that some host refuses is exit code 6.
            lists.push(said(&ran(command).await)["result"]["tools"].clone());
        }
        assert!(lists[0].as_array().unwrap().len() >= least);
        assert_eq!(lists[0], lists[1], "both eras have the same tools");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_official_scenarios_pass() {
    let Some(npm) = npm() else { return };
    let site = Site::new().await;
    site.done("sync candidates jobs").await;
    let server = Server::start(&site, "").await;
    let url = format!("http://{}/mcp", server.address);
    let of_legacy = [
        "server-initialize",
        "ping",
        "tools-list",
        "dns-rebinding-protection",
        "resources-list",
        "prompts-list",
    ];
    let of_modern = [
        "http-header-validation",
        "server-stateless",
        "tools-list",
        "caching",
        "sep-2164-resource-not-found",
    ];
    let scenarios = of_legacy.iter().map(|name| ("@modelcontextprotocol/conformance", None, *name));
    let scenarios =
        scenarios.chain(of_modern.iter().map(|name| ("conformance-next", Some("2026-07-28"), *name)));
    for (package, version, scenario) in scenarios {
        let mut command = node(&site, &npm);
        command.arg(npm.join("node_modules").join(package).join("dist/index.js")).args([
            "server",
            "--url",
            &url,
            "--scenario",
            scenario,
        ]);
        if let Some(version) = version {
            command.args(["--spec-version", version]);
        }
        let ran = ran(command).await;
        if scenario == "server-stateless" {
            // Four checks call tools of the suite's own server, which no other has.
            assert!(ran.stdout.contains("Passed: 21/25, 4 failed, 0 warnings"), "{ran:#?}");
            continue;
        }
        assert_eq!(ran.code, Some(0), "{package} {scenario}: {ran:#?}");
        assert!(ran.stdout.contains(" 0 failed, 0 warnings"), "{package} {scenario}: {ran:#?}");
    }
}

/// What a client was told in one era.
fn check(told: &Value, name: &str) {
    let count = told["data"]["streams"].as_array().unwrap().iter();
    let candidates = count.clone().find(|stream| stream["stream"] == "candidates").unwrap();
    assert_eq!(candidates["records"], 120, "{name}");
    assert_eq!(told["list"]["records"].as_array().unwrap().len(), 2, "{name}");
    assert_eq!(told["list"]["source"], "local", "{name}");
    assert_eq!(told["refused"]["is_error"], true, "{name}");
    assert!(told["refused"]["text"].as_str().unwrap().starts_with("missing_parameter: id"), "{name}");
    assert!(
        told["resources"].as_array().unwrap().len() == 3 && told["prompts"].as_array().unwrap().len() == 3
    );
    assert!(told["status"]["streams"].is_array(), "{name}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_official_clients_understand_it_in_both_eras() {
    let (npm, python) = (npm(), named("ASHBY_MCP_PYTHON", "Python with mcp and airbyte-agent-sdk"));
    if npm.is_none() && python.is_none() {
        return;
    }
    let site = Site::new().await;
    site.done("sync candidates jobs").await;
    let token = site.done("token create bot").await.stdout.trim().to_owned();
    let server = Server::start(&site, "").await;
    let url = format!("http://{}/mcp", server.address);
    for arguments in [vec!["stdio", BINARY], vec!["http", &url, &token]] {
        let mut all = Vec::new();
        if let Some(npm) = &npm {
            let mut command = node(&site, npm);
            command.arg(script("client.mjs")).args(&arguments);
            all.push(("npm", said(&ran(command).await), 3));
        }
        if let Some(python) = &python {
            let mut command = theirs(&site, python);
            command.arg(script("client.py")).args(&arguments);
            all.push(("python", said(&ran(command).await), 2));
        }
        for (name, told, modes) in &all {
            let told = told.as_object().unwrap();
            assert_eq!(told.len(), *modes);
            for (mode, told) in told {
                check(told, &format!("{name} {mode} {}", arguments[0]));
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn airbytes_own_clients_get_all_their_entities() {
    let (sdk, pyairbyte) = (
        named("ASHBY_MCP_PYTHON", "Python with airbyte-agent-sdk"),
        named("ASHBY_PYAIRBYTE", "Python with airbyte"),
    );
    if sdk.is_none() && pyairbyte.is_none() {
        return;
    }
    let site = Site::new().await;
    site.done("sync candidates jobs").await;
    let token = site.done("token create bot").await.stdout.trim().to_owned();
    let server = Server::start(&site, "").await;
    let root = format!("http://{}", server.address);
    if let Some(python) = sdk {
        let mut command = theirs(&site, python);
        command.arg(script("agent_sdk.py")).env("SDK_DEV_ADP_API_HOST", &root);
        command.env("AIRBYTE_CLIENT_ID", "bot").env("AIRBYTE_CLIENT_SECRET", &token);
        let told = said(&ran(command).await);
        let lists = told["lists"].as_object().unwrap();
        assert_eq!(lists.len(), 12, "{told}");
        for (entity, page) in lists {
            assert!(page["data"].as_array().is_some_and(|records| !records.is_empty()), "{entity}: {page}");
            assert!(page["meta"]["has_more"].is_boolean(), "{entity}: {page}");
        }
        let gets = told["gets"].as_object().unwrap();
        assert_eq!(gets.len(), 7, "{told}");
        for (entity, one) in gets {
            let text = one.to_string();
            assert!(text.contains(told["ids"][entity].as_str().unwrap()), "{entity}: {one}");
        }
        assert!(told["refused"].as_str().unwrap().contains("there is no entity"), "{}", told["refused"]);
    }
    if let Some(python) = pyairbyte {
        let mut command = theirs(&site, python);
        command.arg(script("pyairbyte.py")).env("AIRBYTE_AGENTS_API_URL", format!("{root}/api/v1"));
        command.env("ASHBY_TOKEN", &token);
        let told = said(&ran(command).await);
        assert_eq!(
            (&told["status"], &told["jobs"], &told["has_next_page"]),
            (&"success".into(), &12.into(), &true.into())
        );
        assert_eq!(told["one"]["result"]["results"]["id"], told["ids"][0], "{told}");
    }
}
