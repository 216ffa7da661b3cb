//! What mdBook is given: the pages of docs/, and those of the repository's root that belong to them, with links that hold
//! on the site. Files of the repository that a page links to are brought along.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path, PathBuf};

use crate::Result;
use crate::workspace::root;

/// Pages of the root, with how they are called on the site.
const OF_THE_ROOT: [(&str, &str); 5] = [
    ("ARCHITECTURE.md", "Architecture"),
    ("BENCHMARKS.md", "Benchmarks"),
    ("CHANGELOG.md", "Changes"),
    ("CONTRIBUTING.md", "Contributing"),
    ("SECURITY.md", "Security"),
];

/// Lays everything out in `place`; gives the pages by where they are in the repository.
///
/// # Errors
/// If a link leads nowhere: all of them, with their pages.
pub(super) fn stage(place: &Path) -> Result<BTreeMap<PathBuf, PathBuf>> {
    let _ = fs::remove_dir_all(place);
    let mut pages = BTreeMap::new();
    let mut wrong = Vec::new();
    let mut chapters = String::from("\n# The project\n\n");
    for (file, title) in OF_THE_ROOT {
        let page = format!("project/{}", file.to_lowercase());
        chapters += &format!("- [{title}]({page})\n");
        pages.insert(PathBuf::from(file), PathBuf::from(page));
    }
    let docs = root().join("docs");
    let mut files = Vec::new();
    below(&docs, &mut files)?;
    for file in &files {
        let page = file.strip_prefix(&docs)?;
        pages.insert(Path::new("docs").join(page), page.to_owned());
    }
    for (file, page) in &pages {
        let to = place.join(page);
        fs::create_dir_all(to.parent().unwrap_or(place))?;
        if page.extension().is_some_and(|extension| extension == "md") {
            let text = fs::read_to_string(root().join(file))
                .map_err(|error| format!("{}: {error}", file.display()))?;
            let mut moved = with_links(&text, |link| {
                let moved = moved(file, page, link, &pages);
                moved.unwrap_or_else(|what| {
                    wrong.push(format!("{}: {what}", file.display()));
                    Moved::Kept
                })
            });
            if page == Path::new("SUMMARY.md") {
                moved += &chapters;
            }
            fs::write(&to, moved)?;
        } else if page == Path::new("book.toml") {
            // Who searches wants to know how something is done, and not since when.
            let unsearched = "\n[output.html.search.chapter]\n\"project\" = { enable = false }\n";
            fs::write(&to, fs::read_to_string(root().join(file))? + unsearched)?;
        } else {
            fs::copy(root().join(file), &to)?;
        }
    }
    for file in brought(&pages)? {
        let to = place.join("repository").join(&file);
        fs::create_dir_all(to.parent().unwrap_or(place))?;
        fs::copy(root().join(&file), to)?;
    }
    if wrong.is_empty() { Ok(pages) } else { Err(wrong.join("\n").into()) }
}

/// All files below a folder.
fn below(folder: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { below(&path, found)? } else { found.push(path) }
    }
    found.sort();
    Ok(())
}

/// What becomes of a link.
#[derive(Debug, PartialEq)]
enum Moved {
    Kept,
    To(String),
    /// It is no link on the site: only its text stays.
    Text,
}

/// Where a link of a page leads on the site.
fn moved(file: &Path, page: &Path, link: &str, pages: &BTreeMap<PathBuf, PathBuf>) -> Result<Moved, String> {
    if link.starts_with('#') || link.contains("://") || link.starts_with("mailto:") {
        return Ok(Moved::Kept);
    }
    let (path, anchor) =
        link.split_once('#').map_or((link, String::new()), |(path, anchor)| (path, format!("#{anchor}")));
    let target = plain(&file.parent().unwrap_or(Path::new("")).join(path));
    let on_site = match pages.get(&target) {
        // mdBook calls it so, and minds only its own list.
        Some(to) if to.ends_with("README.md") && page != Path::new("SUMMARY.md") => {
            to.with_file_name("index.md")
        }
        Some(to) => to.clone(),
        None if root().join(&target).is_file() && !path.ends_with(".md") => {
            Path::new("repository").join(&target)
        }
        None if root().join(&target).exists() => return Ok(Moved::Text),
        None => return Err(format!("the link to {link} leads nowhere")),
    };
    let up = page.components().count() - 1;
    Ok(Moved::To(format!("{}{}{anchor}", "../".repeat(up), on_site.display())))
}

/// Without `.` and `..`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => _ = plain.pop(),
            Component::CurDir => {}
            part => plain.push(part),
        }
    }
    plain
}

/// Files of the repository that are no pages, and that pages link to.
fn brought(pages: &BTreeMap<PathBuf, PathBuf>) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for (file, page) in
        pages.iter().filter(|(file, _)| file.extension().is_some_and(|extension| extension == "md"))
    {
        with_links(&fs::read_to_string(root().join(file))?, |link| {
            if let Ok(Moved::To(to)) = moved(file, page, link, pages)
                && let Some(path) = to.trim_start_matches("../").strip_prefix("repository/")
            {
                files.push(PathBuf::from(path));
            }
            Moved::Kept
        });
    }
    Ok(files)
}

/// The text with its links (`[text](link)`, none in code) as `change` has them.
fn with_links(text: &str, mut change: impl FnMut(&str) -> Moved) -> String {
    let mut changed = String::with_capacity(text.len());
    let mut is_code = false;
    for line in text.split_inclusive('\n') {
        if line.trim_start().starts_with("```") {
            is_code = !is_code;
        }
        if is_code || !line.contains("](") {
            changed.push_str(line);
            continue;
        }
        // Code within a line stands between marks: every second part.
        for (number, part) in line.split('`').enumerate() {
            if number > 0 {
                changed.push('`');
            }
            if number % 2 == 1 {
                changed.push_str(part);
                continue;
            }
            let mut rest = part;
            while let Some(at) = rest.find("](") {
                let Some(end) = rest[at..].find(')') else { break };
                let link = &rest[at + 2..at + end];
                match change(link) {
                    Moved::Kept => changed.push_str(&rest[..=at + end]),
                    Moved::To(to) => changed.extend([&rest[..at], "](", &to, ")"]),
                    Moved::Text => {
                        // The bracket may stand in front of code: then it is in what has been written already.
                        let start = rest[..at].rfind('[').map(|open| (&rest[..open], &rest[open + 1..at]));
                        match start {
                            Some((before, text)) => changed.extend([before, text]),
                            None => {
                                if let Some(open) = changed.rfind('[') {
                                    changed.remove(open);
                                }
                                changed.push_str(&rest[..at]);
                            }
                        }
                    }
                }
                rest = &rest[at + end + 1..];
            }
            changed.push_str(rest);
        }
    }
    changed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_link_of_the_pages_leads_somewhere() {
        let place = tempfile::tempdir().unwrap();
        let pages = stage(place.path()).unwrap();
        assert!(pages.len() > 30, "{}", pages.len());
        let summary = fs::read_to_string(place.path().join("SUMMARY.md")).unwrap();
        let chapters: Vec<&str> =
            summary.split("](").skip(1).filter_map(|rest| rest.split(')').next()).collect();
        for page in pages.values().filter(|page| page.extension().is_some_and(|extension| extension == "md"))
        {
            let page = page.to_str().unwrap();
            assert!(
                page == "SUMMARY.md" || chapters.contains(&page),
                "{page} is in no chapter of SUMMARY.md"
            );
        }
        assert!(place.path().join("repository/dist/Dockerfile").is_file());
    }

    #[test]
    fn links_are_moved_and_code_is_not() {
        let pages = BTreeMap::from([
            (PathBuf::from("docs/a/b.md"), PathBuf::from("a/b.md")),
            (PathBuf::from("README.md"), PathBuf::from("project/readme.md")),
            (PathBuf::from("docs/c/README.md"), PathBuf::from("c/README.md")),
        ]);
        let moved = |link: &str| moved(Path::new("docs/a/b.md"), Path::new("a/b.md"), link, &pages);
        assert_eq!(moved("../../README.md#x"), Ok(Moved::To("../project/readme.md#x".to_owned())));
        assert_eq!(moved("../c/README.md"), Ok(Moved::To("../c/index.md".to_owned())));
        assert_eq!(moved("../../Cargo.toml"), Ok(Moved::To("../repository/Cargo.toml".to_owned())));
        assert_eq!(moved("../../xtask"), Ok(Moved::Text));
        assert_eq!(moved("https://example.com/"), Ok(Moved::Kept));
        assert!(moved("../nothing.md").is_err());
        let text = "[a](x) `[b](y)` [`c`](z)\n```\n[d](w)\n```\n";
        assert_eq!(
            with_links(text, |link| if link == "z" { Moved::Text } else { Moved::To("n".to_owned()) }),
            "[a](n) `[b](y)` `c`\n```\n[d](w)\n```\n"
        );
    }
}
