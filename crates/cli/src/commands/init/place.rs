//! Files that are put in place, all at the end: each whole or not at all, and none over another unless that is wanted.

use std::fs;
use std::path::{Path, PathBuf};

use capture_core::private_file;
use secrecy::zeroize::Zeroizing;
use similar::{ChangeTag, TextDiff};

use super::draft;
use crate::failure::{FAILED, Failure};

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    /// Nothing of it is shown.
    Key,
    /// It is shown masked.
    Settings,
    Unit,
}

/// A file that is to be.
pub(super) struct Planned {
    pub(super) path: PathBuf,
    pub(super) holds: Holds,
    pub(super) content: Zeroizing<String>,
}

/// What is where a file is to be.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Standing {
    New,
    Same,
    /// Something else; how they differ, as it may be shown.
    Other(String),
}

impl Planned {
    /// Looks at what is there.
    ///
    /// # Errors
    /// If that cannot be read.
    pub(super) fn standing(&self) -> Result<Standing, Failure> {
        let there = match private_file::read_small(&self.path) {
            Ok(content) => Zeroizing::new(content),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Standing::New),
            Err(error) => {
                let message = format!("cannot read {}, which is there", self.path.display());
                return Err(Failure::new(FAILED, message).with_source(error));
            }
        };
        if *there == self.content.as_bytes() {
            return Ok(Standing::Same);
        }
        let there = Zeroizing::new(String::from_utf8_lossy(&there).into_owned());
        Ok(Standing::Other(match self.holds {
            Holds::Key if there.trim() == self.content.trim() => return Ok(Standing::Same),
            Holds::Key => "it holds another key, or something else\n".to_owned(),
            Holds::Settings => difference(&draft::masked(&there), &draft::masked(&self.content)),
            Holds::Unit => difference(&there, &self.content),
        }))
    }
}

/// The lines that differ.
fn difference(old: &str, new: &str) -> String {
    let lines = TextDiff::from_lines(old, new);
    let changed = lines.iter_all_changes().filter_map(|change| {
        let sign = match change.tag() {
            ChangeTag::Delete => '-',
            ChangeTag::Insert => '+',
            ChangeTag::Equal => return None,
        };
        Some(format!("{sign} {}\n", change.value().trim_end()))
    });
    let changed: String = changed.collect();
    if changed.is_empty() { "what is masked differs\n".to_owned() } else { changed }
}

/// Puts files in place, in this order. If one fails, those that were new are gone again.
///
/// # Errors
/// If one cannot be written.
pub(super) fn put(files: &[&Planned]) -> Result<(), Failure> {
    let mut made: Vec<&Path> = Vec::new();
    for file in files {
        let is_new = fs::symlink_metadata(&file.path).is_err();
        if let Err(error) = write(file) {
            for path in made {
                // It was not there before, and nobody has it yet.
                let _ = fs::remove_file(path);
            }
            return Err(Failure::new(FAILED, format!("cannot write {}", file.path.display()))
                .with_source(error)
                .with_hint("nothing new was left behind; choose another place, or mend this one"));
        }
        if is_new {
            made.push(&file.path);
        }
    }
    Ok(())
}

fn write(file: &Planned) -> std::io::Result<()> {
    let _made = private_file::make_directories(private_file::directory_of(&file.path))?;
    private_file::replace(&file.path, file.content.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planned(path: PathBuf, holds: Holds, content: &str) -> Planned {
        Planned { path, holds, content: Zeroizing::new(content.to_owned()) }
    }

    #[test]
    fn what_differs_is_shown_and_no_key() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        let standing =
            |name: &str, holds, content: &str| planned(at(name), holds, content).standing().unwrap();
        assert_eq!(standing("key", Holds::Key, "a"), Standing::New);
        fs::write(at("key"), "SECRET\n").unwrap();
        assert_eq!(standing("key", Holds::Key, "SECRET"), Standing::Same);
        let Standing::Other(said) = standing("key", Holds::Key, "HIDDEN") else { panic!("it differs") };
        assert!(!said.contains("SECRET") && !said.contains("HIDDEN"));
        fs::write(at("c"), "api_key = \"SECRET\"\nmax_rpm = 5\n# note\n").unwrap();
        let other = standing("c", Holds::Settings, "api_key = \"HIDDEN\"\nmax_rpm = 6\n# note\n");
        assert_eq!(other, Standing::Other("- max_rpm = 5\n+ max_rpm = 6\n".to_owned()));
        let other = standing("c", Holds::Settings, "api_key = \"HIDDEN\"\nmax_rpm = 5\n# note\n");
        assert_eq!(other, Standing::Other("what is masked differs\n".to_owned()));
    }

    #[test]
    fn a_failure_leaves_nothing_new_behind() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        fs::write(at("file"), "").unwrap();
        let key = planned(at("deep/key"), Holds::Key, "k\n");
        let config = planned(at("file/config"), Holds::Settings, "");
        put(&[&key, &config]).unwrap_err();
        assert!(!at("deep/key").exists());
        put(&[&key]).unwrap();
        assert_eq!(
            capture_core::private_file::permissions_wider_than_private(&at("deep/key")).unwrap(),
            None
        );
    }
}
