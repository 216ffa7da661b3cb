//! What each package carries beside the program: its manual pages, what shells complete it with, licences.

use std::fs;
use std::path::Path;

use super::platform::Platform;
use super::program::asked;
use super::version::Version;
use crate::Result;
use crate::archive::Tree;
use crate::workspace::root;

/// A program and what belongs to it, as packages take it from here.
pub(crate) struct Contents {
    pub(crate) version: Version,
    pub(crate) platform: Platform,
    pub(crate) program: Vec<u8>,
    /// `ashby.1` and those of its commands.
    pub(crate) manual: Vec<(String, Vec<u8>)>,
    /// Of each shell: its name, and what it reads.
    pub(crate) completions: Vec<(Shell, Vec<u8>)>,
    /// Name and text of each.
    pub(crate) licences: Vec<(&'static str, Vec<u8>)>,
    /// For people who find it in a registry.
    pub(crate) read_me: String,
}

/// A shell whose completions are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shell {
    Bash,
    Zsh,
    Fish,
}

impl Shell {
    pub(crate) const ALL: [Self; 3] = [Self::Bash, Self::Zsh, Self::Fish];

    /// As `ashby completions` calls it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Bash => "bash",
            Self::Zsh => "zsh",
            Self::Fish => "fish",
        }
    }

    /// Where systems look for them, below `/usr`.
    pub(crate) fn place(self) -> &'static str {
        match self {
            Self::Bash => "share/bash-completion/completions/ashby",
            Self::Zsh => "share/zsh/vendor-completions/_ashby",
            Self::Fish => "share/fish/vendor_completions.d/ashby.fish",
        }
    }
}

impl Contents {
    /// Asks the program itself, which must run on this machine and be of this version.
    pub(crate) fn of(program: &Path, version: &Version, platform: Platform) -> Result<Self> {
        let told = String::from_utf8(asked(program, &["--version"])?)?;
        let expected = format!("ashby {version}");
        if told.trim() != expected {
            let message = format!("{} is {}, not {expected}", program.display(), told.trim());
            return Err(message.into());
        }
        let pages = tempfile::tempdir()?;
        let words = ["help", "man", "--dir", pages.path().to_str().ok_or("a folder's name is no text")?];
        asked(program, &words)?;
        let mut manual = Vec::new();
        for entry in fs::read_dir(pages.path())? {
            let entry = entry?;
            manual.push((entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path())?));
        }
        manual.sort();
        let completions =
            Shell::ALL.into_iter().map(|shell| Ok((shell, asked(program, &["completions", shell.name()])?)));
        let licences = ["LICENSE-APACHE", "LICENSE-MIT"].into_iter();
        Ok(Self {
            version: version.clone(),
            platform,
            program: fs::read(program)?,
            manual,
            completions: completions.collect::<Result<_>>()?,
            licences: licences.map(|name| Ok((name, fs::read(root().join(name))?))).collect::<Result<_>>()?,
            read_me: fs::read_to_string(root().join("packaging/README.md"))?,
        })
    }

    /// Its archive's name, without a suffix.
    pub(crate) fn archive_name(&self) -> String {
        archive_name(&self.version, self.platform)
    }

    /// As it is unpacked by hand.
    pub(crate) fn archive(&self) -> Tree {
        let mut tree = Tree::default();
        tree.add_program(self.platform.program(), self.program.clone());
        for (name, page) in &self.manual {
            tree.add(format!("share/man/man1/{name}"), page.clone());
        }
        for (shell, script) in &self.completions {
            tree.add(shell.place(), script.clone());
        }
        for (name, text) in &self.licences {
            tree.add(*name, text.clone());
        }
        tree.add("README.md", self.read_me.clone());
        tree
    }

    /// What tests pack.
    #[cfg(test)]
    pub(crate) fn example(triple: &str) -> Self {
        let platform = super::platform::PLATFORMS.into_iter().find(|platform| platform.triple == triple);
        Self {
            version: "0.3.0".parse().unwrap(),
            platform: platform.unwrap(),
            program: b"#!/bin/sh\necho ashby 0.3.0\n".to_vec(),
            manual: vec![("ashby.1".to_owned(), b".TH ashby 1\n".to_vec())],
            completions: Shell::ALL.map(|shell| (shell, shell.name().into())).into(),
            licences: vec![("LICENSE-APACHE", b"apache".to_vec()), ("LICENSE-MIT", b"mit".to_vec())],
            read_me: "# Ashby\n".to_owned(),
        }
    }
}

/// What the archive of a platform is called, without a suffix.
pub(crate) fn archive_name(version: &Version, platform: Platform) -> String {
    format!("ashby-{version}-{}", platform.triple)
}
