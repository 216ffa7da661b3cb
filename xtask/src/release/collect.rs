//! What is made of the files of all platforms together: their checksums, and the formula for Homebrew.

use std::fs;
use std::path::Path;

use sha2::{Digest as _, Sha256};

use super::contents::archive_name;
use super::platform::PLATFORMS;
use super::version::{Version, section};
use crate::Result;
use crate::workspace::root;

/// The file of checksums, as `sha256sum --check` reads it.
const SUMS: &str = "SHA256SUMS";

/// What the changelog tells of the version.
const NOTES: &str = "NOTES.md";

const FORMULA: &str = "ashby.rb";

/// Writes the checksums of all files in a folder, and the formula if the archives that it names are there.
pub(crate) fn collect(folder: &Path, version: &Version, repository: &str) -> Result<()> {
    let sums = sums(folder)?;
    let text: String = sums.iter().map(|(name, sum)| format!("{sum}  {name}\n")).collect();
    fs::write(folder.join(SUMS), text)?;
    println!("{}: checksums of {} files", folder.join(SUMS).display(), sums.len());
    let changelog = fs::read_to_string(root().join("CHANGELOG.md"))?;
    let news = section(&changelog, version);
    let news = news.ok_or_else(|| format!("CHANGELOG.md tells nothing of {version}; write what is new"))?;
    fs::write(folder.join(NOTES), news)?;
    let template = fs::read_to_string(root().join("packaging/homebrew/ashby.rb.in"))?;
    match formula(&template, &sums, version, repository) {
        Ok(formula) => {
            fs::write(folder.join(FORMULA), formula)?;
            println!("{}: the formula for Homebrew", folder.join(FORMULA).display());
        }
        Err(missing) => println!("no formula for Homebrew: {missing} is not here"),
    }
    Ok(())
}

/// Name and sum of each file, in order, but for what this module writes.
fn sums(folder: &Path) -> Result<Vec<(String, String)>> {
    let mut sums = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.file_type()?.is_file() && ![SUMS, NOTES, FORMULA].contains(&name.as_str()) {
            let sum = Sha256::digest(fs::read(entry.path())?);
            sums.push((name, sum.iter().map(|byte| format!("{byte:02x}")).collect()));
        }
    }
    sums.sort();
    Ok(sums)
}

/// The formula; the archive that is missing otherwise.
fn formula(
    template: &str,
    sums: &[(String, String)],
    version: &Version,
    repository: &str,
) -> Result<String, String> {
    let mut formula = template
        .replace("@SUMMARY@", super::SUMMARY)
        .replace("@REPOSITORY@", repository)
        .replace("@VERSION@", &version.to_string());
    for platform in PLATFORMS.into_iter().filter(|platform| !platform.is_windows()) {
        let name = format!("{}.tar.gz", archive_name(version, platform));
        let sum =
            sums.iter().find(|(found, _)| *found == name).map(|(_, sum)| sum).ok_or_else(|| name.clone())?;
        let url = format!("https://github.com/{repository}/releases/download/v{version}/{name}");
        formula = formula
            .replace(&format!("@URL:{}@", platform.triple), &url)
            .replace(&format!("@SHA256:{}@", platform.triple), sum);
    }
    Ok(formula)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_formula_names_each_archive_with_its_sum() {
        let version: Version = "0.3.0".parse().unwrap();
        let template = fs::read_to_string(root().join("packaging/homebrew/ashby.rb.in")).unwrap();
        let of = |platform| (format!("{}.tar.gz", archive_name(&version, platform)), "ab".repeat(32));
        let mut sums: Vec<(String, String)> = PLATFORMS.into_iter().map(of).collect();
        let formula = super::formula(&template, &sums, &version, "me/ashby").unwrap();
        assert!(!formula.lines().any(|line| line.contains("\"@") || line.contains("@\"")), "{formula}");
        assert_eq!(formula.matches("sha256 \"abab").count(), 4);
        sums.retain(|(name, _)| !name.contains("aarch64-apple-darwin"));
        assert!(super::formula(&template, &sums, &version, "me/ashby").unwrap_err().contains("apple-darwin"));
    }

    #[test]
    fn sums_are_of_every_file_but_themselves() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("b"), "").unwrap();
        fs::write(folder.path().join("a"), "x").unwrap();
        let version: Version = env!("CARGO_PKG_VERSION").parse().unwrap();
        collect(folder.path(), &version, "me/ashby").unwrap();
        collect(folder.path(), &version, "me/ashby").unwrap();
        let text = fs::read_to_string(folder.path().join(SUMS)).unwrap();
        assert_eq!(text.lines().count(), 2, "{text}");
        assert!(
            text.ends_with("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  b\n"),
            "{text}"
        );
    }
}
