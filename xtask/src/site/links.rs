//! Links of a site that has been made: each leads to a file that is there, and to a place in it that is there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::Result;

/// Pages of mdBook's own: one for all, one for what is not found, and the list of chapters of those without scripts.
const OF_MDBOOK: [&str; 3] = ["print.html", "404.html", "toc.html"];

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Checked {
    /// Links that lead somewhere within the site.
    pub(super) internal: usize,
    /// Where links lead that go elsewhere.
    pub(super) external: BTreeSet<String>,
}

/// A page: what can be linked to in it, and where it links to.
#[derive(Debug, Default)]
struct Page {
    anchors: BTreeSet<String>,
    links: Vec<String>,
}

/// Checks every page below a folder.
///
/// # Errors
/// All links that lead nowhere, with their pages.
pub(super) fn check(site: &Path) -> Result<Checked> {
    let site = &site.canonicalize()?;
    let mut pages = BTreeMap::new();
    read(site, &mut pages)?;
    if pages.is_empty() {
        return Err(format!("{} holds no page", site.display()).into());
    }
    let (mut checked, mut wrong) = (Checked::default(), Vec::new());
    for (path, page) in &pages {
        for link in &page.links {
            if link.contains("://") {
                checked.external.insert(link.clone());
                continue;
            }
            if link.starts_with("mailto:") || link.starts_with("data:") || link.starts_with("javascript:") {
                continue;
            }
            match target(path, link, &pages) {
                Ok(()) => checked.internal += 1,
                Err(what) => wrong.push(format!("{}: {what}", path.strip_prefix(site)?.display())),
            }
        }
    }
    if wrong.is_empty() { Ok(checked) } else { Err(wrong.join("\n").into()) }
}

fn read(folder: &Path, pages: &mut BTreeMap<PathBuf, Page>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            read(&path, pages)?;
        } else if path.extension().is_some_and(|extension| extension == "html")
            && !OF_MDBOOK.iter().any(|name| path.ends_with(name))
        {
            pages.insert(path.clone(), page(&fs::read_to_string(&path)?));
        }
    }
    Ok(())
}

/// What the attributes of a page's tags say; what stands in a page's text has its brackets escaped.
fn page(html: &str) -> Page {
    let mut page = Page::default();
    for tag in html.split('<').skip(1).filter_map(|rest| rest.split_once('>')).map(|(tag, _)| tag) {
        let value = |name: &str| {
            let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
            Some(rest.split('"').next()?.replace("&amp;", "&"))
        };
        page.anchors.extend(value("id"));
        page.links.extend(value("href"));
        page.links.extend(value("src"));
    }
    page
}

fn target(from: &Path, link: &str, pages: &BTreeMap<PathBuf, Page>) -> Result<(), String> {
    let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
    let path = path.split('?').next().unwrap_or(path);
    let to = match path {
        "" => from.to_owned(),
        path => from.parent().unwrap_or(Path::new("")).join(path),
    };
    let Ok(to) = to.canonicalize() else { return Err(format!("the link to {link} leads to no file")) };
    let to = if to.is_dir() { to.join("index.html") } else { to };
    match pages.get(&to) {
        _ if anchor.is_empty() => Ok(()),
        Some(page) if page.anchors.contains(&decoded(anchor)) => Ok(()),
        _ => Err(format!("the link to {link} leads to no place of that page")),
    }
}

/// An anchor without percent signs for what is no ASCII.
fn decoded(anchor: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = anchor.as_bytes();
    while let [first, behind @ ..] = rest {
        let hex = behind.get(..2).and_then(|two| u8::from_str_radix(std::str::from_utf8(two).ok()?, 16).ok());
        match (first, hex) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &behind[2..];
            }
            _ => {
                bytes.push(*first);
                rest = behind;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_to_no_file_and_to_no_place_are_told() {
        let site = tempfile::tempdir().unwrap();
        let at = |name: &str| site.path().join(name);
        fs::create_dir(at("b")).unwrap();
        fs::write(at("a.html"), "<h1 id=\"é\">x</h1><a href=\"b/c.html#y\">y</a> <a href=\"#%C3%A9\">z</a>")
            .unwrap();
        fs::write(
            at("b/c.html"),
            "<p id=\"y\"><a href=\"../a.html\">a</a><a href=\"https://example.com/\">e</a>",
        )
        .unwrap();
        let checked = check(site.path()).unwrap();
        assert_eq!((checked.internal, checked.external.len()), (3, 1));
        fs::write(at("d.html"), "<a href=\"b/c.html#n\">n</a><img src=\"no.png\">").unwrap();
        let told = check(site.path()).unwrap_err().to_string();
        assert!(told.contains("d.html: the link to b/c.html#n leads to no place of that page"), "{told}");
        assert!(told.contains("d.html: the link to no.png leads to no file"), "{told}");
    }
}
