//! Where the key is kept, and which it is.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use ashby_client::ApiKey;
use clap::ValueEnum;
use secrecy::zeroize::Zeroizing;

use super::ask::{self, choice};
use super::draft::{Draft, absolute};
use crate::failure::{CREDENTIALS, Failure, USAGE};
use crate::settings::Given;

/// Where the key comes from, and where it is kept from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum KeptIn {
    /// It stays in ASHBY_API_KEY, and nothing of it is written.
    Environment,
    /// What ASHBY_API_KEY holds goes into a file that only you can read.
    File,
    /// What standard input gives goes there.
    Stdin,
}

/// Settings that lead to a key.
const SETTINGS: [&str; 3] = ["api_key", "api_key_file", "api_key_command"];

/// Where the key is.
pub(super) enum Source {
    Environment,
    /// Where the file that is there says.
    AsBefore,
    /// It goes into a file.
    New(Zeroizing<String>),
    File(PathBuf),
    Command(String),
}

impl Source {
    /// As the command line says, if it does.
    ///
    /// # Errors
    /// If it says two things, or there is no key where it says.
    pub(super) fn said(kept_in: Option<KeptIn>, lasting: &Given) -> Result<Option<Self>, Failure> {
        let named = |name: &str| lasting.get(name).and_then(serde_json::Value::as_str);
        match (kept_in, named("api_key_file"), named("api_key_command")) {
            (None, None, None) => Ok(None),
            (Some(KeptIn::Environment), None, None) => Ok(Some(Self::Environment)),
            (Some(KeptIn::File), None, None) => {
                of_environment().map(|key| Some(Self::New(key))).ok_or_else(|| {
                    Failure::new(CREDENTIALS, "ASHBY_API_KEY holds no key that could go into a file")
                        .with_hint("set it, or give the key to standard input with --key stdin")
                })
            }
            (Some(KeptIn::Stdin), None, None) => of_input().map(|key| Some(Self::New(key))),
            (None, Some(path), None) => Ok(Some(Self::File(PathBuf::from(path)))),
            (None, None, Some(command)) => Ok(Some(Self::Command(command.to_owned()))),
            _ => Err(Failure::new(USAGE, "it is said twice where the key is")
                .with_hint("give one of --key, --api-key-file and --api-key-command")),
        }
    }

    /// As a person says.
    pub(super) fn asked(draft: &Draft) -> Result<Self, Failure> {
        #[derive(Clone, Copy)]
        enum From {
            Before,
            Typed,
            Environment,
            Copied,
            File,
            Command,
        }
        let file = draft.key_file()?;
        let file = file.display();
        let mut choices = Vec::new();
        if is_led_to(draft) {
            choices.push(choice(From::Before, "where the configuration file says already"));
        }
        if of_environment().is_some() {
            choices.push(choice(
                From::Copied,
                format!("copy it from ASHBY_API_KEY into {file}, which only you can read"),
            ));
            choices.push(choice(From::Environment, "leave it in the variable ASHBY_API_KEY"));
        }
        choices
            .push(choice(From::Typed, format!("type it in; it is kept in {file}, which only you can read")));
        choices.push(choice(From::File, "it is in another file"));
        choices.push(choice(From::Command, "a command prints it (a keyring, a secret manager)"));
        Ok(match ask::one("Where is the API key (Ashby: Admin > Integrations > API Keys)?", choices, 0)? {
            From::Before => Self::AsBefore,
            From::Environment => Self::Environment,
            From::Copied => Self::New(of_environment().unwrap_or_default()),
            From::Typed => Self::New(ask::hidden("API key:", "it is not shown")?),
            From::File => Self::File(PathBuf::from(ask::line("File:", "", "it holds the key alone")?)),
            From::Command => Self::Command(ask::line("Command:", "", "it prints the key and nothing else")?),
        })
    }

    /// Where nobody says: where the file leads to one, or else the environment.
    pub(super) fn usual(draft: &Draft) -> Self {
        if is_led_to(draft) { Self::AsBefore } else { Self::Environment }
    }

    /// Puts it into the configuration; returns the key if it is to go into a file of its own.
    ///
    /// # Errors
    /// If it is none.
    pub(super) fn apply(self, draft: &mut Draft) -> Result<Option<NewKey>, Failure> {
        if matches!(self, Self::AsBefore) {
            return Ok(None);
        }
        let kept = match self {
            Self::Environment | Self::AsBefore => None,
            Self::Command(_) => Some("api_key_command"),
            Self::File(_) | Self::New(_) => Some("api_key_file"),
        };
        // What is there and stays, stays where it is.
        for name in SETTINGS.into_iter().filter(|name| Some(*name) != kept) {
            draft.set(name, None)?;
        }
        let path = |path: &Path| {
            let path = absolute(path)?;
            path.to_str()
                .map(serde_json::Value::from)
                .ok_or_else(|| Failure::new(USAGE, "the path of the key is no text"))
        };
        match self {
            Self::Environment | Self::AsBefore => Ok(None),
            Self::Command(command) => draft.set("api_key_command", Some(&command.into())).map(|()| None),
            Self::File(file) => draft.set("api_key_file", Some(&path(&file)?)).map(|()| None),
            Self::New(key) => {
                let held = ApiKey::from_file_content(key.as_bytes()).map_err(|error| {
                    Failure::new(CREDENTIALS, "that is no API key").with_source(error.to_string())
                })?;
                let file = draft.key_file()?;
                draft.set("api_key_file", Some(&path(&file)?))?;
                let line = Zeroizing::new(format!("{}\n", key.trim()));
                Ok(Some(NewKey { key: held, file, line }))
            }
        }
    }
}

/// A key that goes into a file.
pub(super) struct NewKey {
    pub(super) key: ApiKey,
    pub(super) file: PathBuf,
    pub(super) line: Zeroizing<String>,
}

fn is_led_to(draft: &Draft) -> bool {
    SETTINGS.iter().any(|name| draft.has(name))
}

/// The key in the variable itself.
pub(super) fn of_environment() -> Option<Zeroizing<String>> {
    std::env::var("ASHBY_API_KEY").ok().map(Zeroizing::new).filter(|key| !key.trim().is_empty())
}

fn of_input() -> Result<Zeroizing<String>, Failure> {
    let mut key = Zeroizing::new(String::new());
    let read = std::io::stdin().lock().take(capture_core::private_file::SMALL_BYTES).read_to_string(&mut key);
    match read {
        Ok(_) if !key.trim().is_empty() => Ok(key),
        _ => Err(Failure::new(CREDENTIALS, "standard input gave no key")
            .with_hint("ashby init --key stdin … <FILE")),
    }
}
