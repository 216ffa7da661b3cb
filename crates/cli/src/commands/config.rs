//! `ashby config`: which files may say where the key and records go.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;
use serde_json::json;

use crate::failure::Failure;
use crate::output;
use crate::settings::{Settings, distrust_file, trust_file};

/// What `ashby config` is to do.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum ConfigAction {
    /// Let ./ashby.toml, as it is now, say where the key comes from and goes to and where records are written
    ///
    /// Without this, what routes keys, secrets and records never counts from there (base_url, api_key and its file and command,
    /// to, state, listen, metrics, notify, privacy, reconcile, without_lock, inbox, files of secrets and the like): whoever put the file there would
    /// decide where the key goes. Once the file is changed, it must be trusted again. What a file decides is told then.
    Trust {
        /// The file
        #[arg(value_name = "FILE", default_value = "ashby.toml")]
        file: PathBuf,
    },
    /// No longer trust a file
    Untrust {
        /// The file
        #[arg(value_name = "FILE", default_value = "ashby.toml")]
        file: PathBuf,
    },
}

impl ConfigAction {
    pub(crate) fn run(&self, settings: &Settings) -> Result<ExitCode, Failure> {
        match self {
            Self::Trust { file } => {
                let (path, decided) = trust_file(file)?;
                tell(settings, &path, true, &decided)?;
            }
            Self::Untrust { file } => tell(settings, &distrust_file(file)?, false, &[])?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn tell(settings: &Settings, path: &Path, trusted: bool, decides: &[String]) -> Result<(), Failure> {
    if settings.json() {
        return output::print_json(&json!({ "file": path, "trusted": trusted, "decides": decides }));
    }
    let shown = path.display();
    output::print(&match (trusted, decides) {
        (false, _) => format!("{shown} is not trusted\n"),
        (true, []) => format!("{shown} is trusted as it is now; it decides nothing that needs it\n"),
        (true, decides) => {
            format!("{shown} is trusted as it is now. It decides\n  {}\n", decides.join("\n  "))
        }
    })
}
