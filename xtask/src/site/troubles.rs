//! The texts of docs/troubleshooting.md are those of the programs.

use std::fs;
use std::path::Path;

use crate::workspace::root;

/// Everything that the programs' sources say, in one text: literals that go over several lines are put together.
fn said(folder: &Path, text: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            said(&path, text);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let source = fs::read_to_string(&path).unwrap();
            let mut parts = source.split("\\\n");
            text.push_str(parts.next().unwrap_or_default());
            parts.for_each(|part| text.push_str(part.trim_start()));
        }
    }
}

/// The titles of its entries that are what a program says.
fn titles() -> Vec<String> {
    let page = fs::read_to_string(root().join("docs/troubleshooting.md")).unwrap();
    let title = |line: &str| Some(line.strip_prefix("### `")?.strip_suffix('`')?.to_owned());
    page.lines().filter_map(title).collect()
}

#[test]
fn every_text_that_is_explained_is_one_that_a_program_says() {
    let mut text = String::new();
    said(&root().join("crates"), &mut text);
    let titles = titles();
    assert!(titles.len() > 50, "{}", titles.len());
    for title in titles {
        for part in title.split('…').map(str::trim).filter(|part| !part.is_empty()) {
            assert!(text.contains(part), "no program says `{part}` (docs/troubleshooting.md: {title})");
        }
    }
}
