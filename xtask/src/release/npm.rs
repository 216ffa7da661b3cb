//! The program as npm packages: one for each platform that holds it, and `ashby-toolkit`, which asks for all of them and gets the
//! one that fits. Nothing runs when they are installed.

use serde_json::{Value, json};

use super::contents::Contents;
use super::platform::{PLATFORMS, Platform};
use super::version::Version;
use crate::Result;
use crate::archive::{Packing, Tree};

/// Whose packages those of the platforms are.
const SCOPE: &str = "@ashby-toolkit";

/// What people install.
const NAME: &str = "ashby-toolkit";

/// What starts the program that fits.
const LAUNCHER: &str = include_str!("../../../packaging/npm/launcher.js");

/// Name and bytes of the package of one platform.
pub(crate) fn of_platform(
    contents: &Contents,
    repository: &str,
    packing: Packing,
) -> Result<(String, Vec<u8>)> {
    let platform = contents.platform;
    let [system, processor] = platform.npm;
    let mut manifest = manifest(&package(platform), &contents.version, repository);
    manifest["description"] = format!("The program of {NAME} for {system} on {processor}").into();
    manifest["os"] = json!([system]);
    manifest["cpu"] = json!([processor]);
    manifest["preferUnplugged"] = true.into();
    let mut tree = described(contents, &manifest)?;
    tree.add_program(format!("bin/{}", platform.program()), contents.program.clone());
    let name = format!("{NAME}-{}-{}.tgz", platform.npm_name(), contents.version);
    Ok((name, tree.tar_gz("package/", false, packing)?))
}

/// Name and bytes of the package that people install.
pub(crate) fn of_all(contents: &Contents, repository: &str, packing: Packing) -> Result<(String, Vec<u8>)> {
    let mut manifest = manifest(NAME, &contents.version, repository);
    manifest["description"] = super::SUMMARY.into();
    manifest["keywords"] = json!(["ashby", "ats", "recruiting", "etl", "mcp"]);
    manifest["bin"] = json!({ "ashby": "bin/launcher.js", NAME: "bin/launcher.js" });
    manifest["engines"] = json!({ "node": ">=18" });
    let version = contents.version.to_string();
    let of = |platform: Platform| (package(platform), Value::from(version.clone()));
    manifest["optionalDependencies"] = Value::Object(PLATFORMS.into_iter().map(of).collect());
    let mut tree = described(contents, &manifest)?;
    tree.add_program("bin/launcher.js", LAUNCHER);
    Ok((format!("{NAME}-{version}.tgz"), tree.tar_gz("package/", false, packing)?))
}

/// The name of a platform's package.
fn package(platform: Platform) -> String {
    format!("{SCOPE}/{}", platform.npm_name())
}

fn manifest(name: &str, version: &Version, repository: &str) -> Value {
    json!({
        "name": name,
        "version": version.to_string(),
        "license": "MIT OR Apache-2.0",
        "repository": {"type": "git", "url": format!("git+https://github.com/{repository}.git")},
        // Packages of a scope are private unless they say otherwise.
        "publishConfig": {"access": "public"},
    })
}

fn described(contents: &Contents, manifest: &Value) -> Result<Tree> {
    let mut tree = Tree::default();
    tree.add("package.json", serde_json::to_string_pretty(manifest)? + "\n");
    tree.add("README.md", contents.read_me.clone());
    for (name, text) in &contents.licences {
        tree.add(*name, text.clone());
    }
    Ok(tree)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::io::Read as _;

    use super::*;

    fn unpacked(package: &[u8]) -> BTreeMap<String, (u32, String)> {
        let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(package));
        let read = |entry: std::io::Result<tar::Entry<'_, _>>| {
            let mut entry = entry.unwrap();
            let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
            let mode = entry.header().mode().unwrap();
            let mut text = String::new();
            entry.read_to_string(&mut text).unwrap();
            (path, (mode, text))
        };
        archive.entries().unwrap().map(read).collect()
    }

    #[test]
    fn the_package_that_people_install_asks_for_every_platforms_and_runs_nothing_by_itself() {
        let contents = Contents::example("x86_64-unknown-linux-gnu");
        let (name, bytes) = of_all(&contents, "OWNER/ashby", Packing::example()).unwrap();
        assert_eq!(name, "ashby-toolkit-0.3.0.tgz");
        assert_eq!(of_all(&contents, "OWNER/ashby", Packing::example()).unwrap().1, bytes);
        let files = unpacked(&bytes);
        let manifest: Value = serde_json::from_str(&files["package/package.json"].1).unwrap();
        assert_eq!(manifest["optionalDependencies"].as_object().unwrap().len(), PLATFORMS.len());
        assert_eq!(manifest["optionalDependencies"]["@ashby-toolkit/linux-x64"], "0.3.0");
        assert!(manifest.get("scripts").is_none());
        assert_eq!(files["package/bin/launcher.js"].0, 0o755);
        for platform in PLATFORMS {
            let [system, processor] = platform.npm;
            assert!(
                LAUNCHER.contains(&format!("\"{system} {processor}\"")),
                "the launcher knows {system} {processor}"
            );
        }
    }

    #[test]
    fn a_platforms_package_is_installed_nowhere_else() {
        let contents = Contents::example("aarch64-apple-darwin");
        let (name, bytes) = of_platform(&contents, "OWNER/ashby", Packing::example()).unwrap();
        assert_eq!(name, "ashby-toolkit-darwin-arm64-0.3.0.tgz");
        let files = unpacked(&bytes);
        let manifest: Value = serde_json::from_str(&files["package/package.json"].1).unwrap();
        assert_eq!((&manifest["os"][0], &manifest["cpu"][0]), (&json!("darwin"), &json!("arm64")));
        assert_eq!(files["package/bin/ashby"].0, 0o755);
    }
}
