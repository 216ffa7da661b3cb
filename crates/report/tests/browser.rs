//! The page in Chromium: no request, no console message, nothing that does not fit, nothing that accessibility rules forbid, in
//! both schemes, at three widths, and printed. `.ci/run` installs what it needs; a test that finds none says so and is passed over.

// Clippy takes only the test functions themselves for tests, not what they call.
#![allow(clippy::unwrap_used)]

#[path = "fixture/mod.rs"]
mod fixture;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use report::{Options, Period, page};

/// A folder in which npm has put `playwright-core` and `axe-core`, and Chromium.
#[expect(clippy::print_stderr, reason = "whoever runs the tests is to know what was not tested")]
fn browser() -> Option<(String, String)> {
    let is_needed = std::env::var_os("ASHBY_NEEDS_PAGE").is_some();
    let packages = std::env::var("ASHBY_PAGE_NODE").ok();
    let program = std::env::var("ASHBY_CHROMIUM").ok().or_else(|| {
        let path = std::env::var_os("PATH")?;
        let found = std::env::split_paths(&path)
            .flat_map(|folder| {
                ["chromium", "chromium-browser", "google-chrome"].map(|name| folder.join(name))
            })
            .find(|program| program.is_file())?;
        Some(found.to_string_lossy().into_owned())
    });
    let found = packages.zip(program);
    if found.is_none() {
        assert!(
            !is_needed,
            "ASHBY_PAGE_NODE names no folder with playwright-core and axe-core, or there is no Chromium"
        );
        eprintln!(
            "skipped: ASHBY_PAGE_NODE names no folder with playwright-core and axe-core, or there is no Chromium"
        );
    }
    found
}

/// Where pictures of the page are kept.
fn kept() -> PathBuf {
    let kept = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target"), PathBuf::from)
        .join("report-pages");
    std::fs::create_dir_all(&kept).unwrap();
    kept
}

#[test]
fn chromium_has_nothing_to_say_against_it() {
    let Some((packages, program)) = browser() else { return };
    let (directory, kept) = (tempfile::tempdir().unwrap(), kept());
    let full = fixture::company(directory.path(), 20_000);
    let small_directory = tempfile::tempdir().unwrap();
    let small = fixture::company(small_directory.path(), 150);
    let empty = fixture::empty(directory.path());
    let organisation = Some("Bellwether Instruments".to_owned());
    let year = Options { organisation, ..Options::default() };
    let served =
        Options { served_at: Some("/dashboard".to_owned()), period: Period::All, ..Options::default() };
    let mut pages = Vec::new();
    for (name, html) in [
        ("year", page(&full, &year).unwrap().html),
        ("served", page(&full, &served).unwrap().html),
        ("small", page(&small, &Options { period: Period::All, ..Options::default() }).unwrap().html),
        ("empty", page(&empty, &Options::default()).unwrap().html),
        ("sign-in", report::sign_in_page("/dashboard/sign-in", true).html),
    ] {
        let path = kept.join(format!("{name}.html"));
        std::fs::write(&path, html).unwrap();
        pages.push(path);
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser.mjs");
    let mut node = Command::new("node");
    node.arg(script).arg(program).arg(&kept).args(&pages).env("ASHBY_PAGE_NODE", packages);
    let ran = node.stdin(Stdio::null()).output().unwrap();
    let (said, failed) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    assert!(ran.status.success(), "{failed}");
    assert_eq!(said.trim(), "[]", "{}", said.replace("\",\"", "\",\n\""));
}
