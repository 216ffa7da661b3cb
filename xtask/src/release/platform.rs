//! The platforms that releases are for, and what each ecosystem calls them.

use crate::Result;

/// A platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Platform {
    /// As Rust calls it.
    pub(crate) triple: &'static str,
    /// As npm's packages are called: operating system and processor.
    pub(crate) npm: [&'static str; 2],
    /// The tags of Python's wheels. A program that needs no library runs on every Linux, with whatever C library.
    pub(crate) wheel: &'static str,
    /// As Debian calls the processor, where there is a package for it.
    pub(crate) debian: Option<&'static str>,
    /// As hosts of the Model Context Protocol call the operating system.
    pub(crate) mcp: &'static str,
}

/// All of them. The workflow of releases has a machine for each.
pub(crate) const PLATFORMS: [Platform; 5] = [
    Platform {
        triple: "x86_64-unknown-linux-gnu",
        npm: ["linux", "x64"],
        wheel: "manylinux_2_17_x86_64.manylinux2014_x86_64.musllinux_1_1_x86_64",
        debian: Some("amd64"),
        mcp: "linux",
    },
    Platform {
        triple: "aarch64-unknown-linux-gnu",
        npm: ["linux", "arm64"],
        wheel: "manylinux_2_17_aarch64.manylinux2014_aarch64.musllinux_1_1_aarch64",
        debian: Some("arm64"),
        mcp: "linux",
    },
    Platform {
        triple: "x86_64-apple-darwin",
        npm: ["darwin", "x64"],
        wheel: "macosx_10_12_x86_64",
        debian: None,
        mcp: "darwin",
    },
    Platform {
        triple: "aarch64-apple-darwin",
        npm: ["darwin", "arm64"],
        wheel: "macosx_11_0_arm64",
        debian: None,
        mcp: "darwin",
    },
    Platform {
        triple: "x86_64-pc-windows-msvc",
        npm: ["win32", "x64"],
        wheel: "win_amd64",
        debian: None,
        mcp: "win32",
    },
];

impl Platform {
    /// This machine's.
    ///
    /// # Errors
    /// If there are no releases for it.
    pub(crate) fn here() -> Result<Self> {
        let (system, processor) = (std::env::consts::OS, std::env::consts::ARCH);
        let here = PLATFORMS.into_iter().find(|platform| {
            platform.triple.starts_with(processor)
                && match system {
                    "macos" => platform.npm[0] == "darwin",
                    "windows" => platform.npm[0] == "win32",
                    system => platform.npm[0] == system,
                }
        });
        here.ok_or_else(|| format!("there are no releases for {system} on {processor}").into())
    }

    pub(crate) fn is_windows(self) -> bool {
        self.npm[0] == "win32"
    }

    /// The program's file.
    pub(crate) fn program(self) -> &'static str {
        if self.is_windows() { "ashby.exe" } else { "ashby" }
    }

    /// The name of its npm package, without the scope.
    pub(crate) fn npm_name(self) -> String {
        self.npm.join("-")
    }

    /// What builds on it, in GitHub's words.
    #[cfg(test)]
    pub(crate) fn runner(self) -> &'static str {
        match self.triple {
            "x86_64-unknown-linux-gnu" => "ubuntu-22.04",
            "aarch64-unknown-linux-gnu" => "ubuntu-22.04-arm",
            "x86_64-apple-darwin" => "macos-15-intel",
            "aarch64-apple-darwin" => "macos-15",
            _ => "windows-2025",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::root;

    #[test]
    fn the_workflow_of_releases_builds_for_every_platform() {
        let workflow = std::fs::read_to_string(root().join(".github/workflows/release.yml")).unwrap();
        for platform in PLATFORMS {
            let line = format!("- {{ runner: {}, triple: {} }}", platform.runner(), platform.triple);
            assert!(workflow.contains(&line), "release.yml lacks {line}");
        }
    }

    #[test]
    fn tests_run_on_a_platform_that_has_releases() {
        assert!(Platform::here().is_ok_and(|here| here.triple.starts_with(std::env::consts::ARCH)));
    }
}
