//! `--to`: which sink, and where its state is.

use std::path::PathBuf;
use std::str::FromStr;

use capture_core::{FileStateStore, MemoryStateStore, Sink, StateStore};

use crate::failure::{Failure, USAGE};
use crate::settings::Settings;

/// Where records go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Destination {
    Sqlite(PathBuf),
    Jsonl(PathBuf),
    Stdout {
        /// Where the state is kept, if it is.
        state: Option<PathBuf>,
    },
}

/// Both sides of a destination.
pub(crate) type Opened = (Box<dyn Sink>, Box<dyn StateStore>);

impl Destination {
    pub(crate) fn from_settings(settings: &Settings) -> Result<Self, Failure> {
        let destination: Self = settings.to().parse()?;
        match (destination, settings.state()) {
            (Self::Stdout { .. }, state) => Ok(Self::Stdout { state: state.cloned() }),
            (_, Some(_)) => Err(Failure::new(USAGE, "only `--to stdout` takes a state file")
                .with_hint("databases and directories keep their state themselves; leave --state out")),
            (destination, None) => Ok(destination),
        }
    }

    pub(crate) fn open(&self) -> Result<Opened, Failure> {
        Ok(match self {
            Self::Sqlite(path) => {
                let (sink, store) = sink_sqlite::open(path);
                (Box::new(sink), Box::new(store))
            }
            Self::Jsonl(directory) => {
                let sink = sink_jsonl::JsonlSink::new(directory);
                let store = FileStateStore::new(sink_jsonl::JsonlSink::state_path(directory));
                (Box::new(sink), Box::new(store))
            }
            Self::Stdout { state } => {
                let sink = sink_jsonl::LineSink::new(std::io::stdout());
                match state {
                    Some(path) => (Box::new(sink), Box::new(FileStateStore::new(path))),
                    None => (Box::new(sink), Box::new(MemoryStateStore::new())),
                }
            }
        })
    }

    /// Only the state.
    pub(crate) fn open_state(&self) -> Result<Box<dyn StateStore>, Failure> {
        match self {
            Self::Stdout { state: None } => Err(Failure::new(USAGE, "`--to stdout` keeps no state")
                .with_hint("name its file with --state, or another destination with --to")),
            _ => Ok(self.open()?.1),
        }
    }

    /// Whether standard output carries records.
    pub(crate) fn takes_stdout(&self) -> bool {
        matches!(self, Self::Stdout { .. })
    }
}

impl FromStr for Destination {
    type Err = Failure;

    fn from_str(text: &str) -> Result<Self, Failure> {
        match text.split_once(':') {
            Some(("sqlite", path)) if !path.is_empty() => Ok(Self::Sqlite(path.into())),
            Some(("jsonl", directory)) if !directory.is_empty() => Ok(Self::Jsonl(directory.into())),
            None if text == "stdout" || text == "-" => Ok(Self::Stdout { state: None }),
            _ => Err(Failure::new(USAGE, format!("`{text}` is not a destination"))
                .with_hint("destinations are sqlite:PATH, jsonl:DIR and stdout")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn destinations_are_spelled_kind_colon_path() {
        let parse = |text: &str| text.parse::<Destination>().ok();
        assert_eq!(parse("sqlite:a:b.db"), Some(Destination::Sqlite("a:b.db".into())));
        assert_eq!(parse("jsonl:out/"), Some(Destination::Jsonl("out/".into())));
        assert_eq!(parse("stdout"), Some(Destination::Stdout { state: None }));
        assert_eq!([parse("sqlite:"), parse("postgres:x"), parse("")], [None, None, None]);
    }
}
