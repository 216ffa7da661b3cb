//! The configuration file that is to be: what stands there, with the answers put in, read as it will be.

use std::path::{Path, PathBuf};

use capture_core::private_file;
use secrecy::zeroize::Zeroizing;
use toml_edit::{Array, DocumentMut, Item, Table, TableLike, Value};

use crate::failure::{Failure, USAGE};
use crate::settings::setup::{home, named_by, shown_as};
use crate::settings::{Files, Given, Settings, user_file};

/// What stands at the top of a file that this program has made.
const HEAD: &str = "# Written by `ashby init`. `ashby --show-config` says what counts, `ashby sync --help` what there is.\n\n";

/// The table of the profiles.
const PROFILES: &str = "profiles";

/// A configuration file that is being written.
#[derive(Clone)]
pub(super) struct Draft {
    pub(super) path: PathBuf,
    pub(super) profile: Option<String>,
    document: DocumentMut,
    is_new: bool,
    files: Files,
    /// What the command line says for this run only.
    given: Given,
}

impl Draft {
    /// Reads what stands there.
    ///
    /// # Errors
    /// If nothing says where, or what stands there cannot be read.
    pub(super) fn read(files: &Files, given: Given) -> Result<Self, Failure> {
        let (config, profile) = named_by(files);
        let path = config.or_else(user_file).ok_or_else(|| {
            Failure::new(USAGE, "there is no home directory to keep the configuration in")
                .with_hint("set HOME, or name the file with --config FILE")
        })?;
        let unreadable = |what: String| {
            Failure::new(USAGE, format!("cannot read the configuration file {}: {what}", path.display()))
                .with_hint("mend it, or name another with --config FILE; nothing was written")
        };
        let (text, is_new) = match private_file::read_small(&path) {
            Ok(content) => (
                crate::text::decoded(content)
                    .map(Zeroizing::new)
                    .map_err(|what| unreadable(what.to_owned()))?,
                false,
            ),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => (Zeroizing::default(), true),
            Err(error) => return Err(unreadable(error.to_string())),
        };
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        // Nothing of the message: it may quote. What is wrong is told below, by line and column.
        let document = text.parse::<DocumentMut>().ok();
        let is_toml = document.is_some();
        let document = document.unwrap_or_default();
        let mut draft = Self { path, profile, document, is_new, files: files.clone(), given };
        if !is_toml {
            draft.load(text.as_bytes().to_vec())?.check()?;
            return Err(Failure::new(USAGE, format!("{} is no TOML", draft.path.display())));
        }
        draft.table()?;
        Ok(draft)
    }

    /// The table that the answers go into: that of the profile, or the whole file.
    fn table(&mut self) -> Result<&mut dyn TableLike, Failure> {
        let Some(name) = &self.profile else { return Ok(self.document.as_table_mut()) };
        let profiles = self.document.entry(PROFILES).or_insert_with(|| {
            let mut table = Table::new();
            table.set_implicit(true);
            Item::Table(table)
        });
        let profile = profiles
            .as_table_like_mut()
            .map(|profiles| profiles.entry(name).or_insert_with(toml_edit::table));
        profile.and_then(Item::as_table_like_mut).ok_or_else(|| {
            Failure::new(USAGE, format!("{}: profiles are tables: [profiles.NAME]", self.path.display()))
        })
    }

    /// Sets a setting, or takes it out. What stands there already stays as it is spelled.
    ///
    /// # Errors
    /// If there is no room for settings.
    pub(super) fn set(&mut self, name: &str, value: Option<&serde_json::Value>) -> Result<(), Failure> {
        let table = self.table()?;
        match value.and_then(spelled) {
            None => drop(table.remove(name)),
            Some(value) => match table.get_mut(name).and_then(Item::as_value_mut) {
                Some(there) if is_same(there, &value) => {}
                // Comments before and behind it stay.
                Some(there) => {
                    let around = there.decor().clone();
                    *there = value;
                    *there.decor_mut() = around;
                }
                None => drop(table.insert(name, Item::Value(value))),
            },
        }
        Ok(())
    }

    /// Whether something is set there.
    pub(super) fn has(&self, name: &str) -> bool {
        let root = Some(self.document.as_table() as &dyn TableLike);
        let table = match &self.profile {
            None => root,
            Some(name) => {
                self.document.get(PROFILES).and_then(|profiles| profiles.get(name)?.as_table_like())
            }
        };
        table.is_some_and(|table| table.contains_key(name))
    }

    /// What the file will say.
    pub(super) fn text(&self) -> Zeroizing<String> {
        let head = if self.is_new { HEAD } else { "" };
        Zeroizing::new(format!("{head}{}", self.document))
    }

    /// The same as it may be shown.
    pub(super) fn shown(&self) -> String {
        masked(&self.text())
    }

    fn load(&self, content: Vec<u8>) -> Result<Settings, Failure> {
        Settings::load_with(&self.given, &self.files, Some((self.path.clone(), content)))
    }

    /// The settings that count once the file is there, by the loader that every command has.
    ///
    /// # Errors
    /// If something in them is wrong.
    pub(super) fn settings(&self) -> Result<Settings, Failure> {
        let settings = self.load(self.text().as_bytes().to_vec())?;
        settings.check()?;
        Ok(settings)
    }

    /// The flags with which other commands find it; those of a timer, which has no variables of this shell, or of this shell.
    pub(super) fn flags(&self, is_for_timer: bool) -> Vec<String> {
        let usual = home().map(|home| home.join(".config/ashby/config.toml"));
        let is_found = match is_for_timer {
            true => usual.as_deref() == Some(&self.path),
            false => user_file().as_deref() == Some(&self.path),
        };
        let path = std::path::absolute(&self.path).unwrap_or_else(|_| self.path.clone());
        let path = if is_for_timer { path } else { self.path.clone() };
        let config = (!is_found).then(|| ["--config".to_owned(), path.display().to_string()]);
        let profile = self.profile.as_ref().map(|name| ["--profile".to_owned(), name.clone()]);
        config.into_iter().chain(profile).flatten().collect()
    }

    /// Where a key is kept that belongs to it.
    pub(super) fn key_file(&self) -> Result<PathBuf, Failure> {
        let name = |before: &str| match &self.profile {
            Some(profile) => format!("{before}key-{}", super::schedule::plain(profile)),
            None => format!("{before}key"),
        };
        let is_users = user_file().as_deref() == Some(&self.path);
        let stem = self.path.file_stem().and_then(|stem| stem.to_str()).unwrap_or("ashby");
        let name = if is_users { name("") } else { name(&format!("{stem}.")) };
        absolute(&self.path.with_file_name(name))
    }
}

/// A path as it is from everywhere.
///
/// # Errors
/// If that cannot be told.
pub(super) fn absolute(path: &Path) -> Result<PathBuf, Failure> {
    let path = match (path.strip_prefix("~"), home()) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => path.to_owned(),
    };
    std::path::absolute(path).map_err(|error| Failure::new(USAGE, "a path cannot be told").with_source(error))
}

/// As TOML has it; what is null is not there.
fn spelled(value: &serde_json::Value) -> Option<Value> {
    match value {
        serde_json::Value::String(text) => Some(text.as_str().into()),
        serde_json::Value::Bool(switch) => Some((*switch).into()),
        serde_json::Value::Number(number) => number.as_i64().map(Into::into),
        serde_json::Value::Array(items) => {
            let texts = items.iter().filter_map(serde_json::Value::as_str);
            Some(Value::Array(texts.collect::<Array>()))
        }
        _ => None,
    }
}

/// Whether two values are the same, however they are spelled.
fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::String(one), Value::String(other)) => one.value() == other.value(),
        (Value::Integer(one), Value::Integer(other)) => one.value() == other.value(),
        (Value::Boolean(one), Value::Boolean(other)) => one.value() == other.value(),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| is_same(one, other))
        }
        _ => false,
    }
}

/// A file as it may be shown: keys and what opens something are masked.
pub(super) fn masked(text: &str) -> String {
    let Ok(mut document) = text.trim_start_matches('\u{feff}').parse::<DocumentMut>() else {
        return "[masked]\n".to_owned();
    };
    mask(document.as_table_mut());
    if let Some(profiles) = document.get_mut(PROFILES).and_then(Item::as_table_like_mut) {
        profiles.iter_mut().filter_map(|(_, profile)| profile.as_table_like_mut()).for_each(mask);
    }
    document.to_string()
}

fn mask(table: &mut dyn TableLike) {
    for (name, item) in table.iter_mut() {
        let shown = item.as_str().map(|text| (text.to_owned(), shown_as(&name, text)));
        if let Some((text, shown)) = shown
            && shown != text
        {
            *item = toml_edit::value(shown);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_secret_is_shown_of_a_file() {
        let text = "api_key = \"SECRET\" # c\nto = \"postgres://u:SECRET@h/d\"\nmax_rpm = 5\n\n[profiles.a]\nnotify = \"https://SECRET\"\n";
        let shown = masked(text);
        assert!(!shown.contains("SECRET") && shown.contains("max_rpm = 5\n"), "{shown}");
        assert_eq!(masked("api_key = SECRET"), "[masked]\n");
    }

    #[test]
    fn answers_go_where_they_belong_and_the_rest_stays() {
        let there = "# mine\nto = 'sqlite:x'   # here\nmax_rpm = 5\n\n[profiles.b]\nwatch = true\n";
        let draft = |profile: Option<&str>, text: &str| Draft {
            path: PathBuf::from("/c"),
            profile: profile.map(str::to_owned),
            document: text.parse().unwrap(),
            is_new: false,
            files: Files::default(),
            given: Given::new(),
        };
        let mut same = draft(None, there);
        same.set("to", Some(&"sqlite:x".into())).unwrap();
        assert_eq!(*same.text(), there, "the same, spelled otherwise");
        let mut whole = draft(None, there);
        whole.set("to", Some(&"jsonl:out".into())).unwrap();
        whole.set("streams", Some(&serde_json::json!(["a", "b"]))).unwrap();
        whole.set("max_rpm", None).unwrap();
        let text = whole.text();
        assert!(text.starts_with("# mine\nto = \"jsonl:out\"   # here\n"), "{}", *text);
        assert!(text.contains("streams = [\"a\", \"b\"]\n") && !text.contains("max_rpm"), "{}", *text);
        assert!(text.ends_with("[profiles.b]\nwatch = true\n"), "{}", *text);

        let mut profile = draft(Some("new one"), there);
        profile.set("all", Some(&true.into())).unwrap();
        let text = profile.text();
        assert!(
            text.starts_with(there) && text.ends_with("[profiles.\"new one\"]\nall = true\n"),
            "{}",
            *text
        );
        // The same answers change nothing.
        let mut again = draft(Some("new one"), &text);
        again.set("all", Some(&true.into())).unwrap();
        assert_eq!(*again.text(), *text);
    }
}
