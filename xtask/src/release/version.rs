//! The version that a release has: where it stands, and its section in the changelog.

use std::fmt;
use std::str::FromStr;

use crate::Result;

/// A version, as Cargo and npm spell it: `0.3.0`, `0.3.0-rc.1`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Version {
    numbers: [u64; 3],
    /// What comes before the version: `rc` and its number.
    before: Option<(String, u64)>,
}

/// The words for what comes before a version, and Python's for them.
const BEFORE: [(&str, &str); 3] = [("alpha", "a"), ("beta", "b"), ("rc", "rc")];

impl FromStr for Version {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text} is no version: they are like 0.3.0, or 0.3.0-rc.1 (alpha, beta, rc)");
        let number = |text: &str| {
            let is_plain = text == "0" || !text.starts_with('0');
            text.parse::<u64>().ok().filter(|_| is_plain && text.bytes().all(|byte| byte.is_ascii_digit()))
        };
        let (numbers, before) =
            text.split_once('-').map_or((text, None), |(numbers, rest)| (numbers, Some(rest)));
        let numbers: Vec<u64> = numbers.split('.').map(number).collect::<Option<_>>().ok_or_else(wrong)?;
        let numbers = numbers.try_into().map_err(|_| wrong())?;
        let before = match before {
            None => None,
            Some(before) => {
                let (word, count) = before.split_once('.').ok_or_else(wrong)?;
                let (word, _) = BEFORE.into_iter().find(|known| known.0 == word).ok_or_else(wrong)?;
                Some((word.to_owned(), number(count).ok_or_else(wrong)?))
            }
        };
        Ok(Self { numbers, before })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, patch] = self.numbers;
        write!(formatter, "{major}.{minor}.{patch}")?;
        match &self.before {
            Some((word, count)) => write!(formatter, "-{word}.{count}"),
            None => Ok(()),
        }
    }
}

impl Version {
    /// As Python spells it: `0.3.0rc1`.
    pub(crate) fn python(&self) -> String {
        let [major, minor, patch] = self.numbers;
        let before = self.before.as_ref().map(|(word, count)| {
            let short = BEFORE.into_iter().find(|known| known.0 == word).map_or("rc", |known| known.1);
            format!("{short}{count}")
        });
        format!("{major}.{minor}.{patch}{}", before.unwrap_or_default())
    }

    /// As Debian spells it: `0.3.0~rc.1`, which comes before `0.3.0`.
    pub(crate) fn debian(&self) -> String {
        self.to_string().replacen('-', "~", 1)
    }
}

/// The version of the workspace.
pub(crate) fn of_workspace(manifest: &str) -> Result<Version> {
    let line = manifest.lines().skip_while(|line| *line != "[workspace.package]");
    let version = line.filter_map(|line| line.strip_prefix("version = ")).next();
    let version = version.ok_or("the root Cargo.toml has no version under [workspace.package]")?;
    Ok(version.trim().trim_matches('"').parse::<Version>()?)
}

/// The manifest with another version: of the workspace, and of what it has in folders of its own.
pub(crate) fn with_version(manifest: &str, old: &Version, new: &Version) -> String {
    let mut in_package = false;
    let changed = manifest.lines().map(|line| {
        if line.starts_with('[') {
            in_package = line == "[workspace.package]";
        }
        let is_ours = (in_package && line.starts_with("version = ")) || line.contains("path = \"crates/");
        if is_ours {
            line.replace(&format!("\"{old}\""), &format!("\"{new}\""))
                .replace(&format!("\"={old}\""), &format!("\"={new}\""))
        } else {
            line.to_owned()
        }
    });
    let mut changed: String = changed.collect::<Vec<_>>().join("\n");
    changed.push('\n');
    changed
}

/// The changelog with a section for the version, which what was not released becomes; as it is if it has one.
///
/// # Errors
/// If nothing is told of the version.
pub(crate) fn changelog(text: &str, version: &Version, date: &str) -> Result<String> {
    if section(text, version).is_some() {
        return Ok(text.to_owned());
    }
    let nothing = || format!("CHANGELOG.md tells nothing of {version}; write what is new").into();
    if text.contains(&format!("\n## {version} ")) {
        return Err(nothing());
    }
    let unreleased = "\n## Unreleased\n";
    if !text.contains(unreleased) {
        let message = format!(
            "CHANGELOG.md has neither a section {version} nor one that is called Unreleased; write what is new"
        );
        return Err(message.into());
    }
    let released = text.replacen(unreleased, &format!("\n## {version} ({date})\n"), 1);
    if section(&released, version).is_none() {
        return Err(nothing());
    }
    Ok(released)
}

/// A lock file with another version of the crates that are of this workspace: those that come from nowhere else.
pub(crate) fn locked(text: &str, version: &Version) -> String {
    let ours = |package: &str| {
        let lines = package.lines().map(|line| match line.strip_prefix("version = ") {
            Some(_) => format!("version = \"{version}\""),
            None => line.to_owned(),
        });
        lines.collect::<Vec<_>>().join("\n") + if package.ends_with('\n') { "\n" } else { "" }
    };
    let mut packages = text.split("[[package]]\n");
    let mut locked = packages.next().unwrap_or_default().to_owned();
    for package in packages {
        locked.push_str("[[package]]\n");
        let is_ours = !package.contains("\nsource = ") && !package.contains("version = \"0.0.0\"");
        locked.push_str(&if is_ours { ours(package) } else { package.to_owned() });
    }
    locked
}

/// What the changelog tells of a version.
pub(crate) fn section<'a>(text: &'a str, version: &Version) -> Option<&'a str> {
    let heading = format!("\n## {version} ");
    let begins = text.find(&heading)? + 1;
    let rest = &text[begins..];
    let body = rest.split_once('\n')?.1;
    let body = body.find("\n## ").map_or(body, |end| &body[..end]).trim();
    (!body.is_empty()).then_some(body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::root;

    fn version(text: &str) -> Version {
        text.parse().unwrap()
    }

    #[test]
    fn each_ecosystem_has_a_spelling_of_its_own() {
        let preview = version("0.3.0-rc.1");
        assert_eq!(preview.to_string(), "0.3.0-rc.1");
        assert_eq!((preview.python().as_str(), preview.debian().as_str()), ("0.3.0rc1", "0.3.0~rc.1"));
        assert_eq!(version("1.20.3").python(), "1.20.3");
        for wrong in ["1.2", "v1.2.3", "1.2.3.4", "1.02.3", "1.2.3-rc", "1.2.3-x.1", "1.2.+3", ""] {
            assert!(wrong.parse::<Version>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_bump_changes_our_version_and_nobody_elses() {
        let manifest = "[workspace.package]\nversion = \"0.1.0\"\nedition = \"2024\"\n[workspace.dependencies]\n\
            a = { path = \"crates/a\", version = \"0.1.0\" }\nb = { path = \"crates/b\", version = \"=0.1.0\" }\nc = \"0.1.0\"\n";
        let old = of_workspace(manifest).unwrap();
        let bumped = with_version(manifest, &old, &version("0.2.0"));
        assert_eq!(of_workspace(&bumped).unwrap(), version("0.2.0"));
        assert!(bumped.contains("a\", version = \"0.2.0\" }") && bumped.contains("\"=0.2.0\""), "{bumped}");
        assert!(bumped.contains("c = \"0.1.0\""), "{bumped}");
        assert_eq!(with_version(&bumped, &version("0.2.0"), &old), manifest);
    }

    #[test]
    fn what_was_not_released_becomes_the_versions_section_once() {
        let text = "# Changelog\n\n## Unreleased\n\n### Added\n- x\n\n## 0.1.0 (2026-01-01)\n\n- y\n";
        let released = changelog(text, &version("0.2.0"), "2026-11-30").unwrap();
        assert!(released.contains("\n## 0.2.0 (2026-11-30)\n\n### Added\n- x\n"), "{released}");
        assert_eq!(section(&released, &version("0.2.0")), Some("### Added\n- x"));
        assert_eq!(section(&released, &version("0.1.0")), Some("- y"));
        assert_eq!(changelog(&released, &version("0.2.0"), "2027-01-01").unwrap(), released);
        assert!(changelog(&released, &version("0.3.0"), "2027-01-01").is_err());
        for empty in ["## Unreleased\n\n", "## 0.2.0 (2026-11-30)\n\n"] {
            let text = format!("# Changelog\n\n{empty}## 0.1.0 (2026-01-01)\n\n- y\n");
            let error = changelog(&text, &version("0.2.0"), "2026-11-30").unwrap_err().to_string();
            assert!(error.contains("nothing of 0.2.0"), "{error}");
        }
    }

    #[test]
    fn only_what_comes_from_here_is_locked_at_our_version() {
        let text = "version = 4\n\n[[package]]\nname = \"ours\"\nversion = \"0.1.0\"\ndependencies = [\n \"itoa\",\n]\n\n\
            [[package]]\nname = \"itoa\"\nversion = \"0.1.0\"\nsource = \"registry\"\n";
        let locked = locked(text, &version("0.3.0"));
        assert_eq!(locked, text.replacen("version = \"0.1.0\"", "version = \"0.3.0\"", 1));
    }

    #[test]
    fn the_changelog_tells_of_the_workspaces_version() {
        let read = |name: &str| std::fs::read_to_string(root().join(name)).unwrap();
        let version = of_workspace(&read("Cargo.toml")).unwrap();
        assert_eq!(version.to_string(), env!("CARGO_PKG_VERSION"));
        assert!(section(&read("CHANGELOG.md"), &version).is_some(), "CHANGELOG.md has no section {version}");
        assert!(read("dbt/ashby/dbt_project.yml").contains(&format!("version: \"{version}\"")));
    }
}
