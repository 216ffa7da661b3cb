//! `cargo xtask mcpb`: `ashby` as a bundle that hosts of the Model Context Protocol install with a click, and what the
//! registry of servers wants to know of it.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::Result;
use crate::archive::{Packing, Tree};
use crate::workspace::{cargo, commit_moment, root, run, target_directory, without_paths};

/// What to build.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// A program that is built already, instead of building one
    #[arg(long)]
    program: Option<PathBuf>,
    /// Where bundle and server.json go; target/mcpb unless given
    #[arg(long)]
    folder: Option<PathBuf>,
    /// The repository whose releases will have the bundle, as OWNER/NAME on GitHub
    #[arg(long, default_value = "OWNER/ashby")]
    repository: String,
    /// The platform that the program is for, as hosts call it: linux, darwin or win32
    #[arg(long, default_value = platform())]
    platform: String,
}

/// How hosts call this machine's platform.
const fn platform() -> &'static str {
    if cfg!(windows) {
        "win32"
    } else if cfg!(target_os = "macos") {
        "darwin"
    } else {
        "linux"
    }
}

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What the manifest must be, by the project that defines it.
const SCHEMA: &str = include_str!("../../dist/mcpb/manifest.schema.json");

pub(crate) fn run_chore(options: &Options) -> Result<()> {
    let target = target_directory()?;
    let program = match &options.program {
        Some(program) => {
            let found = program.canonicalize();
            found.map_err(|error| format!("{}: {error}", program.display()))?
        }
        None => {
            let mut build = cargo(&["build", "--locked", "--release", "--package", "ashby-cli"]);
            without_paths(&mut build, &target);
            run(&mut build)?;
            target.join("release").join(if cfg!(windows) { "ashby.exe" } else { "ashby" })
        }
    };
    let folder = options.folder.clone().unwrap_or_else(|| target.join("mcpb"));
    let packing = Packing { moment: commit_moment()?, is_quick: false };
    make(&program, &folder, &options.repository, &options.platform, packing).map(drop)
}

/// Packs a program, with what the registry wants to know of the bundle beside it; returns the bundle's name.
pub(crate) fn make(
    program: &Path,
    folder: &Path,
    repository: &str,
    platform: &str,
    packing: Packing,
) -> Result<String> {
    fs::create_dir_all(folder)?;
    let manifest = manifest(
        &listed(program, "tools/list", "tools")?,
        &listed(program, "prompts/list", "prompts")?,
        platform,
    );
    validate(&manifest)?;
    let name = format!("ashby-{VERSION}-{platform}-{}.mcpb", std::env::consts::ARCH);
    let bundle = folder.join(&name);
    pack(&bundle, &manifest, program, platform, packing)?;
    // For the official validator, and for people.
    fs::write(folder.join("manifest.json"), serde_json::to_string_pretty(&manifest)? + "\n")?;
    let server = server(repository, &name, &hash(&bundle)?);
    fs::write(folder.join("server.json"), serde_json::to_string_pretty(&server)? + "\n")?;
    println!("{}: the bundle; its manifest fits the schema", bundle.display());
    println!("{}: for the registry", folder.join("server.json").display());
    Ok(name)
}

/// What the program itself lists.
fn listed(program: &Path, method: &str, member: &str) -> Result<Vec<Value>> {
    let directory = tempfile::tempdir()?;
    let mut child = Command::new(program)
        .arg("mcp")
        .current_dir(directory.path())
        .env_remove("ASHBY_API_KEY")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("cannot start {}: {error}", program.display()))?;
    let mut input = child.stdin.take().ok_or("it has no input")?;
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
        "io.modelcontextprotocol/clientInfo": {"name": "xtask", "version": VERSION},
    });
    writeln!(input, "{}", json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": {"_meta": meta}}))?;
    let mut line = String::new();
    BufReader::new(child.stdout.take().ok_or("it has no output")?).read_line(&mut line)?;
    drop(input);
    child.wait()?;
    let answer: Value = serde_json::from_str(&line)?;
    let items =
        answer["result"][member].as_array().ok_or_else(|| format!("no answer to {method}: {line}"))?;
    Ok(items.clone())
}

fn manifest(tools: &[Value], prompts: &[Value], platform: &str) -> Value {
    let tool = |tool: &Value| json!({"name": tool["name"], "description": tool["title"]});
    let prompt = |prompt: &Value| {
        let arguments = prompt["arguments"].as_array().into_iter().flatten();
        let names: Vec<&Value> = arguments.map(|argument| &argument["name"]).collect();
        // Hosts put it together again from the server's own answer.
        json!({"name": prompt["name"], "description": prompt["description"], "arguments": names, "text": prompt["title"]})
    };
    json!({
        "manifest_version": "0.3",
        "name": "ashby",
        "display_name": "Ashby",
        "version": VERSION,
        "description": "Recruiting data of one company in Ashby: search, SQL and reports on a local copy, any read operation live",
        "long_description": "Tools over a local copy that `ashby sync` keeps (search, get, list, SQL, pipeline overview, résumés) and over \
            Ashby's API. Nothing can be written unless the server is started with --allow-writes, and then only in two steps.",
        "author": {"name": "The authors of ashby"},
        "server": {
            "type": "binary",
            "entry_point": "server/ashby",
            "mcp_config": {
                "command": "${__dirname}/server/ashby",
                "args": ["mcp"],
                "env": {
                    "ASHBY_API_KEY": "${user_config.api_key}",
                    "ASHBY_TO": "sqlite:${user_config.database}",
                },
                "platform_overrides": {"win32": {"command": "${__dirname}/server/ashby.exe"}},
            },
        },
        "tools": tools.iter().map(tool).collect::<Vec<_>>(),
        "tools_generated": true,
        "prompts": prompts.iter().map(prompt).collect::<Vec<_>>(),
        "prompts_generated": true,
        "keywords": ["ashby", "recruiting", "ats"],
        "license": "MIT OR Apache-2.0",
        "privacy_policies": ["https://www.ashbyhq.com/privacy"],
        "compatibility": {"platforms": [platform]},
        "user_config": {
            "api_key": {
                "type": "string",
                "title": "Ashby API key",
                "description": "Made in Ashby under Admin, Integrations, API Keys; what it may read, tools may read",
                "sensitive": true,
                "required": true,
            },
            "database": {
                "type": "file",
                "title": "Local copy",
                "description": "The database that `ashby sync` fills; without one everything is asked of Ashby",
                "default": "${HOME}/ashby.db",
                "required": false,
            },
        },
    })
}

/// Compares a manifest with the schema of those who define it.
fn validate(manifest: &Value) -> Result<()> {
    let schema: Value = serde_json::from_str(SCHEMA)?;
    let validator = jsonschema::validator_for(&schema).map_err(|error| format!("the schema: {error}"))?;
    let errors: Vec<String> =
        validator.iter_errors(manifest).map(|error| format!("{}: {error}", error.instance_path())).collect();
    if errors.is_empty() { Ok(()) } else { Err(format!("the manifest: {}", errors.join("; ")).into()) }
}

fn pack(bundle: &Path, manifest: &Value, program: &Path, platform: &str, packing: Packing) -> Result<()> {
    let mut tree = Tree::default();
    tree.add("manifest.json", serde_json::to_string_pretty(manifest)?);
    let entry = if platform == "win32" { "server/ashby.exe" } else { "server/ashby" };
    tree.add_program(entry, fs::read(program)?);
    for licence in ["LICENSE-APACHE", "LICENSE-MIT"] {
        tree.add(licence, fs::read(root().join(licence))?);
    }
    fs::write(bundle, tree.zip(packing)?)?;
    Ok(())
}

fn hash(path: &Path) -> Result<String> {
    Ok(Sha256::digest(fs::read(path)?).iter().map(|byte| format!("{byte:02x}")).collect())
}

/// What the registry of servers wants to know.
fn server(repository: &str, bundle: &str, sha256: &str) -> Value {
    let owner = repository.split('/').next().unwrap_or_default().to_lowercase();
    json!({
        "$schema": "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json",
        "name": format!("io.github.{owner}/ashby"),
        "title": "Ashby",
        "description": "Recruiting data in Ashby: search, SQL and reports on a local copy, any operation live",
        "version": VERSION,
        "repository": {"url": format!("https://github.com/{repository}"), "source": "github"},
        "packages": [{
            "registryType": "mcpb",
            "identifier": format!("https://github.com/{repository}/releases/download/v{VERSION}/{bundle}"),
            "version": VERSION,
            "fileSha256": sha256,
            "transport": {"type": "stdio"},
            "environmentVariables": [
                {"name": "ASHBY_API_KEY", "description": "The API key", "isRequired": true, "isSecret": true},
                {"name": "ASHBY_TO", "description": "The local copy: sqlite:PATH", "isRequired": false, "isSecret": false},
            ],
        }],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manifest_fits_its_schema_and_what_does_not_is_told() {
        let tool = json!({"name": "search", "title": "Search", "description": "…"});
        let prompt = json!({"name": "p", "title": "P", "description": "…", "arguments": [{"name": "days"}]});
        let mut manifest = manifest(&[tool], &[prompt], "linux");
        validate(&manifest).unwrap();
        manifest["server"]["type"] = "rust".into();
        manifest["unheard_of"] = 1.into();
        let error = validate(&manifest).unwrap_err().to_string();
        assert!(error.contains("/server/type") && error.contains("unheard_of"), "{error}");
    }

    #[test]
    fn the_registry_gets_a_version_and_a_hash() {
        let server = server("Acme/ashby", "ashby-1-linux-x86_64.mcpb", &"0".repeat(64));
        assert_eq!(server["name"], "io.github.acme/ashby");
        let package = &server["packages"][0];
        assert!(
            package["identifier"]
                .as_str()
                .unwrap()
                .starts_with("https://github.com/Acme/ashby/releases/download/v")
        );
        assert_eq!(package["fileSha256"].as_str().unwrap().len(), 64);
        assert_ne!(server["version"], "latest");
        // What the registry's schema of 2025-12-11 bounds.
        assert!(server["description"].as_str().unwrap().chars().count() <= 100);
        assert!(server["title"].as_str().unwrap().chars().count() <= 100);
    }

    #[test]
    fn a_bundle_has_the_program_where_the_manifest_says_and_may_run_it() {
        let directory = tempfile::tempdir().unwrap();
        let program = directory.path().join("ashby");
        fs::write(&program, "#!/bin/sh\n").unwrap();
        let bundle = directory.path().join("x.mcpb");
        let manifest = manifest(&[], &[], "linux");
        pack(&bundle, &manifest, &program, "linux", Packing::example()).unwrap();
        let first = hash(&bundle).unwrap();
        let mut archive = zip::ZipArchive::new(fs::File::open(&bundle).unwrap()).unwrap();
        let entry = manifest["server"]["entry_point"].as_str().unwrap();
        assert_eq!(archive.by_name(entry).unwrap().unix_mode().unwrap() & 0o777, 0o755);
        assert!(archive.by_name("manifest.json").is_ok());
        pack(&bundle, &manifest, &program, "linux", Packing::example()).unwrap();
        assert_eq!(hash(&bundle).unwrap(), first, "the same program is the same bundle");
    }
}
