//! Settings that are about to be written: what `ashby init` needs of them.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use ashby_client::ApiKey;
use serde_json::Value;

use super::file::{self, HERE};
use super::layers::Source;
use super::table::{Group, Takes};
use super::{Files, Given, Setting, Settings, masked};

impl Settings {
    /// The same settings with this key, wherever they take one from.
    pub(crate) fn with_key(self, key: ApiKey) -> Self {
        Self { key: OnceLock::from(key), ..self }
    }

    /// Where a setting comes from, if that is above one's own file and its profiles.
    pub(crate) fn overruled_by(&self, name: &'static str) -> Option<String> {
        match self.layers.find(name)? {
            (Source::Environment | Source::CommandLine, _) => self.layers.origin(name),
            (Source::File(path), _) if path == Path::new(HERE) => self.layers.origin(name),
            _ => None,
        }
    }
}

/// Which file `--config` or its variable names, and which profile `--profile` or its variable does.
pub(crate) fn named_by(files: &Files) -> (Option<PathBuf>, Option<String>) {
    let profile = || file::variable("ASHBY_PROFILE").and_then(|name| name.to_str().map(str::to_owned));
    (files.config.clone().or_else(|| file::variable("ASHBY_CONFIG")), files.profile.clone().or_else(profile))
}

/// What a command line says of how Ashby is reached and where records go.
pub(crate) fn lasting(given: &Given) -> Given {
    let is_lasting = |name: &str| {
        let group = Setting::named(name).map(|setting| setting.group);
        matches!(group, Some(Group::Connection | Group::Destination))
    };
    let lasting = given.iter().filter(|(name, _)| is_lasting(name));
    // As people write it in a file.
    let spelled = |name: &str, value: &Value| {
        let flag = Setting::named(name).and_then(|setting| setting.flag.as_ref());
        let is_number = flag.is_some_and(|flag| matches!(flag.takes, Takes::Number(_)));
        let number = value.as_str().filter(|_| is_number).and_then(|text| text.parse::<u32>().ok());
        number.map_or_else(|| value.clone(), Value::from)
    };
    lasting.map(|(name, value)| (name.clone(), spelled(name, value))).collect()
}

/// A value as it may be shown, by the setting that it is of. A path that nothing is at may be a key in its place, unless it
/// is a whole one.
pub(crate) fn shown_as(name: &str, text: &str) -> String {
    let is_path = name == "api_key_file" && Path::new(text).is_absolute();
    match masked::shown(name, &super::values::Raw::text(text)) {
        Value::String(shown) if !is_path => shown,
        _ => text.to_owned(),
    }
}

/// The home directory.
pub(crate) fn home() -> Option<PathBuf> {
    file::variable("HOME")
}
