//! Configuration files: which are read, and what they say.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use ashby_client::catalog::nearest;
use secrecy::zeroize::Zeroizing;
use toml_edit::{ImDocument, Item, TableLike};

use super::layers::{Problem, Value, unknown};
use super::table::Setting;
use super::values::Raw;

/// The file that is read where it is; what it may decide is a matter of trust.
pub(crate) const HERE: &str = "ashby.toml";

/// The table of the profiles.
const PROFILES: &str = "profiles";

pub(crate) type Values = BTreeMap<&'static str, Value>;

/// What a file says.
#[derive(Default)]
pub(crate) struct Parsed {
    pub(crate) values: Values,
    pub(crate) profiles: BTreeMap<String, Values>,
}

/// A variable that is set, and not to nothing.
pub(crate) fn variable(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// A directory of the user's for this program: `XDG_CONFIG_HOME` and such, or the one below the home directory.
pub(crate) fn directory(xdg: &str, below_home: &str, windows: &str) -> Option<PathBuf> {
    let absolute = variable(xdg).filter(|path| path.is_absolute());
    let windows = || if cfg!(windows) { variable(windows) } else { None };
    let home = || variable("HOME").map(|home| home.join(below_home));
    Some(absolute.or_else(windows).or_else(home)?.join("ashby"))
}

/// The user's own file, wherever the program is started.
pub(crate) fn of_user() -> Option<PathBuf> {
    Some(directory("XDG_CONFIG_HOME", ".config", "APPDATA")?.join("config.toml"))
}

/// The bytes of a file as text; why it cannot be had otherwise.
pub(crate) fn text(content: Vec<u8>) -> Result<Zeroizing<String>, &'static str> {
    crate::text::decoded(content).map(Zeroizing::new)
}

/// Reads what a file says. What is wrong in it is said by line and column, and never quoted.
pub(crate) fn parse(path: &Path, text: &str, problems: &mut Vec<Problem>) -> Parsed {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut parsed = Parsed::default();
    let document = match ImDocument::parse(text) {
        Ok(document) => document,
        Err(error) => {
            // Nothing else of the message: it may quote.
            let message = error.message();
            let wanted = message.lines().find(|line| line.starts_with("expected ")).map(str::to_owned);
            let wanted = match wanted {
                _ if message.starts_with("duplicate key") => "this name stands here twice".to_owned(),
                Some(wanted) => {
                    format!("{wanted}; a setting is NAME = VALUE, and text stands in double quotes")
                }
                None => "a setting is NAME = VALUE, and text stands in double quotes".to_owned(),
            };
            problems.push(Problem(format!("{}: {wanted}", place(path, text, error.span()))));
            return parsed;
        }
    };
    let mut reader = Reader { path, text, problems };
    let table = document.as_table();
    parsed.values = reader.values(table);
    if let Some(profiles) = table.get(PROFILES) {
        match profiles.as_table_like() {
            Some(profiles) => {
                for (name, item) in profiles.iter() {
                    match item.as_table_like() {
                        Some(profile) => {
                            drop(parsed.profiles.insert(name.to_owned(), reader.values(profile)))
                        }
                        None => reader.wrong(item.span(), "a profile is a table: [profiles.NAME]"),
                    }
                }
            }
            None => reader.wrong(profiles.span(), "profiles are tables: [profiles.NAME]"),
        }
    }
    parsed
}

/// `PATH, line 3, column 7`.
fn place(path: &Path, text: &str, span: Option<Range<usize>>) -> String {
    let Some(before) = span.and_then(|span| text.get(..span.start)) else {
        return path.display().to_string();
    };
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    format!("{}, line {}, column {column}", path.display(), line(before))
}

fn line(before: &str) -> usize {
    before.matches('\n').count() + 1
}

struct Reader<'a> {
    path: &'a Path,
    text: &'a str,
    problems: &'a mut Vec<Problem>,
}

impl Reader<'_> {
    fn wrong(&mut self, span: Option<Range<usize>>, what: &str) {
        self.problems.push(Problem(format!("{}: {what}", place(self.path, self.text, span))));
    }

    fn values(&mut self, table: &dyn TableLike) -> Values {
        let mut values = Values::new();
        for (name, item) in table.iter() {
            let span = table.key(name).and_then(toml_edit::Key::span);
            if name == PROFILES && item.is_table_like() {
                continue;
            }
            let Some(setting) = Setting::named(name) else {
                self.wrong(span, &unknown(name));
                continue;
            };
            let line = span.and_then(|span| self.text.get(..span.start)).map(line);
            values.insert(setting.name, Value { raw: raw(item), line });
        }
        values
    }
}

fn raw(item: &Item) -> Raw {
    if let Some(table) = item.as_table_like() {
        let text = |(name, item): (&str, &Item)| Some((name.to_owned(), item.as_str()?.to_owned()));
        return table.iter().map(text).collect::<Option<Vec<_>>>().map_or(Raw::Other, Raw::Table);
    }
    match item.as_value() {
        Some(toml_edit::Value::String(text)) => Raw::text(text.value()),
        Some(toml_edit::Value::Integer(number)) => Raw::Number(*number.value()),
        Some(toml_edit::Value::Boolean(switch)) => Raw::Switch(*switch.value()),
        Some(toml_edit::Value::Array(items)) => {
            let texts: Option<Vec<String>> =
                items.iter().map(|item| item.as_str().map(str::to_owned)).collect();
            texts.map_or(Raw::Other, Raw::List)
        }
        _ => Raw::Other,
    }
}

/// Paths of a user's own file are told from where that file is, not from where the program is started; `~/` is the home
/// directory.
pub(crate) fn resolve_paths(values: &mut Values, file: &Path) {
    for name in ["api_key_file", "state", "privacy", "secret_file", "webhooks_file", "inbox"] {
        let Some(Value { raw: Raw::Text(text), .. }) = values.get_mut(name) else { continue };
        if privacy::Policy::preset(text).is_some() {
            continue;
        }
        let resolved = match (text.strip_prefix("~/"), variable("HOME")) {
            (Some(rest), Some(home)) => home.join(rest),
            _ => file.parent().unwrap_or(file).join(&**text),
        };
        if let Some(resolved) = resolved.to_str() {
            **text = resolved.to_owned();
        }
    }
}

/// Why there is no such profile.
pub(crate) fn no_profile(name: &str, there: &[&str], files: &[&Path]) -> Problem {
    let files: Vec<String> = files.iter().map(|path| path.display().to_string()).collect();
    let more = match (&nearest(name, there.iter().copied())[..], there) {
        ([_, ..], _) => format!("; did you mean {}?", nearest(name, there.iter().copied()).join(" or ")),
        ([], [_, ..]) => {
            let names: Vec<_> = there.iter().map(|name| outside_text::name(name)).collect();
            format!("; there are {}", names.join(", "))
        }
        ([], []) if files.is_empty() => "; no file was read that could have one".to_owned(),
        ([], []) => format!("; {} has none: a profile is a table [profiles.NAME]", files.join(" and ")),
    };
    Problem(format!("there is no profile `{}`{more}", outside_text::name(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "0123456789abcdef0123456789abcdef";

    fn problems(text: &str) -> Vec<String> {
        let mut problems = Vec::new();
        parse(Path::new("ashby.toml"), text, &mut problems);
        problems.into_iter().map(|Problem(said)| said).collect()
    }

    #[test]
    fn no_slip_on_the_line_of_the_key_shows_it() {
        for slip in [
            "api_key = KEY",
            "api_key: \"KEY\"",
            "api_key \"KEY\"",
            "api_key = \"KEY",
            "api_key = 'KEY\"",
            "api_key = \"KEY\" x",
            "apikey = \"KEY\"",
            "API_KEY = \"KEY\"",
            "key = \"KEY\"",
            "KEY",
            "KEY = 1",
            "KEY = 1\nKEY = 2",
            "[KEY]",
            "[KEY]\na = 1\n[KEY]\n",
            "KEY.a = 1\nKEY = 2",
            "api_key = \"a\"\napi_key = \"KEY\"",
            "api_key = \"\\KEY\"",
            "export ASHBY_API_KEY=KEY",
            "profiles.KEY = 1",
            "profiles = \"KEY\"",
        ] {
            let said = problems(&slip.replace("KEY", KEY)).join("\n");
            assert!(said.contains("ashby.toml, line "), "{slip}: {said}");
            assert!(!said.contains(&KEY[..8]), "{slip}: {said}");
        }
    }

    /// Settings are read here and nowhere else, so their fuzz target is here too; `cargo xtask fuzz` runs it.
    #[test]
    fn nothing_that_stands_in_a_file_stops_the_program_or_shows_the_key() {
        let seeds = [
            format!("api_key = \"{KEY}\"\nmax_rpm = 5\n\n[profiles.acme]\ninterval = \"5m\"\n"),
            format!("[interval]\ndefault = \"5m\"\n[reports]\na = \"{KEY}\"\n"),
            format!("ASHBY_API_KEY={KEY}\nto = 'x'\nexcept = [\"a\", \"b\"]\n"),
        ];
        let seeds = seeds.map(String::into_bytes).to_vec();
        for input in fuzzing::inputs(seeds, 20_000) {
            let Ok(text) = text(input) else { continue };
            let said = problems(&text).join("\n");
            assert!(!said.contains(&KEY[..8]), "{said}: {:?}", &**text);
        }
    }

    #[test]
    fn mistakes_are_told_by_place_and_by_near_names() {
        let said = problems("max_rpm = 5\nmax_rmp = 5\n\n[profiles.acme]\ninterva = \"5m\"\n");
        assert_eq!(
            said,
            [
                "ashby.toml, line 2, column 1: there is no setting `max_rmp`; did you mean max_rpm?",
                "ashby.toml, line 5, column 1: there is no setting `interva`; did you mean interval?",
            ]
        );
    }

    #[test]
    fn profiles_and_values_are_read() {
        let text = "\u{feff}to = \"x\"\nexcept = [\"a\"]\n[profiles.acme]\nwatch = true\n[profiles.b]\nmax_rpm = 3\n";
        let mut problems = Vec::new();
        let parsed = parse(Path::new("c"), text, &mut problems);
        assert!(problems.is_empty(), "{problems:?}");
        assert_eq!(parsed.values.keys().copied().collect::<Vec<_>>(), ["except", "to"]);
        assert_eq!(parsed.values["except"].line, Some(2));
        assert_eq!(parsed.profiles.keys().collect::<Vec<_>>(), ["acme", "b"]);
    }
}
