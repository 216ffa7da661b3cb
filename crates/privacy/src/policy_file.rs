//! `privacy.toml`: a policy as a person writes it.
//!
//! ```toml
//! preset = "no-contact"            # where it begins; what follows is changed
//! name = "people-analytics"        # how it is called
//! unknown = "drop"                 # fields that nobody knows
//! key_file = "privacy.key"         # for hashes; told from where this file is
//!
//! [classes]
//! contact = "hash"
//!
//! [fields]                         # a field, and all that is in it; lists are passed through
//! "candidates.location" = "generalise"
//! "*.customFields" = "keep"
//!
//! [rows]
//! departments = ["…"]
//! jobs = ["…"]
//! confidential = "exclude"
//! ```

use std::collections::BTreeSet;
use std::fmt;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ashby_catalog::{Class, nearest};
use capture_core::private_file;
use toml_edit::{ImDocument, Item, TableLike};

use crate::action::Action;
use crate::contract::{Contract, names};
use crate::hash::HashKey;
use crate::policy::{CLASSES, PRESETS, Pattern, Policy, Rule};

/// What is wrong with a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where, and what: `privacy.toml, line 3, column 1: there is no class …`.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Problem {}

const TOP: [&str; 7] = ["preset", "name", "unknown", "key_file", "classes", "fields", "rows"];
const ROWS: [&str; 3] = ["jobs", "departments", "confidential"];

impl Policy {
    /// The preset of this name, or what the file at this path says.
    ///
    /// # Errors
    /// What is wrong with the name or the file.
    pub fn load(spec: &str, contract: &Contract) -> Result<Self, Problem> {
        if let Some(policy) = Self::preset(spec) {
            return Ok(policy);
        }
        let path = Path::new(spec);
        let is_path = spec.contains(['/', '\\', '.']) || path.exists();
        if !is_path {
            let known: Vec<&str> = PRESETS.iter().map(|preset| preset.name).collect();
            let near = nearest(spec, known.iter().copied());
            let hint = match near.is_empty() {
                true => format!(
                    "presets are {}; a file is named by its path, such as ./privacy.toml",
                    known.join(", ")
                ),
                false => format!("did you mean {}?", near.join(" or ")),
            };
            return Err(Problem {
                message: format!("there is no privacy policy `{}`", outside_text::name(spec)),
                hint: Some(hint),
            });
        }
        let read = private_file::read_small(path)
            .and_then(|text| String::from_utf8(text).map_err(|_| io::Error::other("it is not UTF-8 text")));
        let text = read.map_err(|error| Problem {
            message: format!("the policy {} cannot be read: {error}", path.display()),
            hint: Some("name a preset or a file; `ashby privacy presets` lists the presets".to_owned()),
        })?;
        Self::parse(&text, path, contract)
    }

    /// What the text of a file says. `path` is where the file is, for messages and for the file of the key.
    ///
    /// # Errors
    /// The first thing that is wrong, with its line.
    pub fn parse(text: &str, path: &Path, contract: &Contract) -> Result<Self, Problem> {
        let reader = Reader { text, path, contract };
        let document = ImDocument::parse(text).map_err(|error| {
            // Its message may quote.
            reader.at(error.span(), "it is no TOML: a line is NAME = VALUE, and text stands in double quotes")
        })?;
        reader.policy(document.as_table())
    }
}

struct Reader<'a> {
    text: &'a str,
    path: &'a Path,
    contract: &'a Contract,
}

impl Reader<'_> {
    fn at(&self, span: Option<Range<usize>>, what: impl fmt::Display) -> Problem {
        let file = self.path.display();
        let message = match span.and_then(|span| self.text.get(..span.start)) {
            Some(before) => {
                let line = before.matches('\n').count() + 1;
                let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
                format!("{file}, line {line}, column {column}: {what}")
            }
            None => format!("{file}: {what}"),
        };
        Problem { message, hint: None }
    }

    /// Refuses names that are none.
    fn known(&self, table: &dyn TableLike, known: &[&str], what: &str) -> Result<(), Problem> {
        for (name, _) in table.iter() {
            if known.contains(&name) {
                continue;
            }
            let span = table.key(name).and_then(toml_edit::Key::span);
            let near = nearest(name, known.iter().copied());
            let more = match near.is_empty() {
                true => format!("there are {}", known.join(", ")),
                false => format!("did you mean {}?", near.join(" or ")),
            };
            return Err(self.at(span, format!("there is no {what} of this name; {more}")));
        }
        Ok(())
    }

    fn text_of<'b>(&self, item: &'b Item, what: &str) -> Result<&'b str, Problem> {
        item.as_str().ok_or_else(|| self.at(item.span(), format!("{what} is text in double quotes")))
    }

    fn action(&self, item: &Item) -> Result<Action, Problem> {
        let name = self.text_of(item, "an action")?;
        Action::named(name).ok_or_else(|| {
            let known = Action::ALL.map(Action::name);
            let near = nearest(name, known);
            let more = match near.is_empty() {
                true => format!("actions are {}", known.join(", ")),
                false => format!("did you mean {}?", near.join(" or ")),
            };
            self.at(item.span(), format!("there is no such action; {more}"))
        })
    }

    fn table<'b>(&self, table: &'b dyn TableLike, name: &str) -> Result<Option<&'b dyn TableLike>, Problem> {
        match table.get(name) {
            None => Ok(None),
            Some(item) => match item.as_table_like() {
                Some(table) => Ok(Some(table)),
                None => Err(self.at(item.span(), format!("{name} is a table: [{name}]"))),
            },
        }
    }

    fn policy(&self, table: &dyn TableLike) -> Result<Policy, Problem> {
        self.known(table, &TOP, "setting of a policy")?;
        let presets: Vec<&str> = PRESETS.iter().map(|preset| preset.name).collect();
        let preset = match table.get("preset") {
            None => {
                let mut problem = self.at(None, "it does not say which preset it begins with");
                problem.hint = Some(format!("preset = \"analytics\"; there are {}", presets.join(", ")));
                return Err(problem);
            }
            Some(item) => {
                let name = self.text_of(item, "a preset")?;
                Policy::preset(name).ok_or_else(|| {
                    let near = nearest(name, presets.iter().copied());
                    let more = match near.is_empty() {
                        true => format!("there are {}", presets.join(", ")),
                        false => format!("did you mean {}?", near.join(" or ")),
                    };
                    self.at(item.span(), format!("there is no such preset; {more}"))
                })?
            }
        };
        let mut policy = preset;
        policy.name = match table.get("name") {
            Some(item) => {
                let name = self.text_of(item, "a name")?;
                let is_odd = |letter: char| !(letter.is_ascii_alphanumeric() || "-_.".contains(letter));
                if name.is_empty() || name.len() > 64 || name.contains(is_odd) {
                    return Err(self.at(item.span(), "a name has 1 to 64 letters, digits and - _ ."));
                }
                name.to_owned()
            }
            None => self.path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default(),
        };
        if PRESETS.iter().any(|preset| preset.name == policy.name) {
            // It would pass for what it is not.
            policy.name = format!("{}-file", policy.name);
        }
        if let Some(item) = table.get("unknown") {
            policy.unknown = self.action(item)?;
        }
        if let Some(classes) = self.table(table, "classes")? {
            let known: Vec<&str> = CLASSES.iter().map(|class| class.name()).collect();
            self.known(classes, &known, "class")?;
            for (name, item) in classes.iter() {
                if let Some(at) = CLASSES.iter().position(|class| class.name() == name) {
                    policy.classes[at] = self.action(item)?;
                    let is_id = CLASSES[at] == Class::Identifier;
                    if is_id && !matches!(policy.classes[at], Action::Keep | Action::Hash) {
                        return Err(self.at(
                            item.span(),
                            "identifiers are kept or hashed: records are told apart by them; single ones may be dropped \
                             under [fields]",
                        ));
                    }
                }
            }
        }
        if let Some(fields) = self.table(table, "fields")? {
            for (name, item) in fields.iter() {
                let span = fields.key(name).and_then(toml_edit::Key::span);
                let pattern = Pattern::parse(name).ok_or_else(|| {
                    self.at(
                        span.clone(),
                        "a field is \"STREAM.FIELD\" in double quotes, with * for any stream",
                    )
                })?;
                if let Some(why) = unknown_field(&pattern, self.contract) {
                    return Err(self.at(span, why));
                }
                policy.rules.push(Rule { pattern, action: self.action(item)? });
            }
        }
        if let Some(rows) = self.table(table, "rows")? {
            self.known(rows, &ROWS, "rule of rows")?;
            policy.rows.jobs = self.ids(rows, "jobs")?;
            policy.rows.departments = self.ids(rows, "departments")?;
            if let Some(item) = rows.get("confidential") {
                policy.rows.without_confidential = match self.text_of(item, "confidential")? {
                    "exclude" => true,
                    "include" => false,
                    _ => return Err(self.at(item.span(), "confidential is \"exclude\" or \"include\"")),
                };
            }
        }
        policy.key = self.key(table)?;
        let hashes = policy.classes.contains(&Action::Hash)
            || policy.unknown == Action::Hash
            || policy.rules.iter().any(|rule| rule.action == Action::Hash);
        if hashes && policy.key.is_none() {
            let mut problem = self.at(None, "it hashes, and names no file with the key for that");
            problem.hint = Some(
                "make one with `ashby privacy key privacy.key`, and say key_file = \"privacy.key\""
                    .to_owned(),
            );
            return Err(problem);
        }
        Ok(policy)
    }

    fn ids(&self, table: &dyn TableLike, name: &str) -> Result<BTreeSet<String>, Problem> {
        let Some(item) = table.get(name) else { return Ok(BTreeSet::new()) };
        let wrong = || self.at(item.span(), format!("{name} is a list of ids: [\"…\"]"));
        let items = item.as_array().ok_or_else(wrong)?;
        let ids: BTreeSet<String> =
            items.iter().map(|id| id.as_str().map(str::to_owned)).collect::<Option<_>>().ok_or_else(wrong)?;
        // No id at all would mean that all may leave.
        if ids.is_empty() { Err(wrong()) } else { Ok(ids) }
    }

    fn key(&self, table: &dyn TableLike) -> Result<Option<Arc<HashKey>>, Problem> {
        let Some(item) = table.get("key_file") else { return Ok(None) };
        let named = PathBuf::from(self.text_of(item, "a file")?);
        let path = self.path.parent().unwrap_or(Path::new("")).join(named);
        let hinted = |what: String| {
            let mut problem = self.at(item.span(), what);
            problem.hint = Some(format!("`ashby privacy key {}` makes one", path.display()));
            problem
        };
        let text = private_file::read_small(&path)
            .map_err(|error| hinted(format!("the key cannot be read: {error}")))?;
        let key = HashKey::new(&text).ok_or_else(|| hinted("the key is too short".to_owned()))?;
        Ok(Some(Arc::new(key)))
    }
}

/// Why a pattern means nothing, if it does.
pub(crate) fn unknown_field(pattern: &Pattern, contract: &Contract) -> Option<String> {
    if let Some(stream) = &pattern.stream
        && contract.stream(stream).is_none()
    {
        let near = nearest(stream, contract.streams().map(|shape| &*shape.name));
        let more =
            if near.is_empty() { String::new() } else { format!("; did you mean {}?", near.join(" or ")) };
        return Some(format!("there is no stream named `{}`{more}", stream.escape_debug()));
    }
    let shapes = contract.streams().filter(|shape| pattern.is_of(&[&shape.name]));
    let mut near: Vec<String> = Vec::new();
    for shape in shapes {
        for place in &shape.places {
            let path = names(&place.path);
            // What is below a place of anything is not known.
            if pattern.is_within(&path[..path.len().min(pattern.path.len())]) {
                return None;
            }
            for end in 1..=path.len() {
                near.push(path[..end].join("."));
            }
        }
    }
    near.sort();
    near.dedup();
    let wanted = pattern.path.iter().map(|name| name.as_deref().unwrap_or("*")).collect::<Vec<_>>().join(".");
    let near = nearest(&wanted, near.iter().map(String::as_str));
    let stream = pattern.stream.as_deref().unwrap_or("*");
    let near: Vec<String> = near.iter().map(|name| format!("{stream}.{name}")).collect();
    let more = if near.is_empty() { String::new() } else { format!("; did you mean {}?", near.join(" or ")) };
    Some(format!("no field is called `{}`{more}", outside_text::name(&format!("{stream}.{wanted}"))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Policy, Problem> {
        Policy::parse(text, Path::new("privacy.toml"), &Contract::ashby())
    }

    #[test]
    fn a_file_begins_with_a_preset_and_changes_it() {
        let policy = parse(
            r#"
            preset = "no-contact"
            [classes]
            free_text = "mask"
            [fields]
            "candidates.location" = "generalise"
            "*.customFields" = "keep"
            [rows]
            jobs = ["j"]
            confidential = "exclude"
            "#,
        )
        .unwrap();
        assert_eq!(policy.name(), "privacy");
        assert_eq!(policy.class(Class::FreeText), Action::Mask);
        assert_eq!(policy.class(Class::Contact), Action::Drop);
        assert!(policy.rows().without_confidential && policy.rows().jobs.contains("j"));
        let path = ["location".to_owned(), "locationSummary".to_owned()];
        assert_eq!(policy.rule(&["candidates"], &path), Some(Action::Generalise));
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line_and_what_was_meant() {
        for (text, said) in [
            ("", "does not say which preset"),
            ("preset = 1", "line 1, column 10: a preset is text"),
            ("preset = \"no-contacts\"", "did you mean no-contact?"),
            ("preset = \"full\"\nnmae = \"x\"", "line 2, column 1: there is no setting of a policy"),
            (
                "preset = \"full\"\n[classes]\ncontacts = \"drop\"",
                "line 3, column 1: there is no class of this name; did you mean contact?",
            ),
            (
                "preset = \"full\"\n[classes]\ncontact = \"dorp\"",
                "line 3, column 11: there is no such action; did you mean drop?",
            ),
            ("preset = \"full\"\n[classes]\nidentifier = \"drop\"", "kept or hashed"),
            ("preset = \"full\"\n[fields]\n\"candidate.name\" = \"drop\"", "did you mean candidates"),
            ("preset = \"full\"\n[fields]\n\"candidates.phoneNumber\" = \"drop\"", "candidates.phoneNumbers"),
            ("preset = \"full\"\n[fields]\n\"*.nonesuch\" = \"drop\"", "no field is called `*.nonesuch`"),
            ("preset = \"full\"\n[rows]\njobs = []", "a list of ids"),
            ("preset = \"full\"\n[rows]\nconfidential = true", "is text"),
            ("preset = \"full\"\n[classes]\ncontact = \"hash\"", "names no file with the key"),
            ("preset = \"full\"\nkey_file = \"none.key\"", "the key cannot be read"),
            ("preset = ", "line 1"),
            ("preset = \"full\"\nunknown = \"keep\"\nunknown = \"drop\"", "line 3"),
        ] {
            let problem = parse(text).unwrap_err();
            assert!(problem.message.contains(said), "{text}: {problem}");
            assert!(problem.message.contains("privacy.toml"), "{problem}");
        }
    }

    #[test]
    fn policies_are_named_by_preset_or_path() {
        let contract = Contract::ashby();
        assert_eq!(Policy::load("minimal", &contract).unwrap().name(), "minimal");
        assert!(Policy::load("minimall", &contract).unwrap_err().hint.unwrap().contains("minimal"));
        assert!(Policy::load("./none.toml", &contract).unwrap_err().message.contains("cannot be read"));
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("full.toml");
        HashKey::make(&directory.path().join("own.key")).unwrap();
        std::fs::write(&path, "preset = \"full\"\nkey_file = \"own.key\"\n[classes]\ncontact = \"hash\"\n")
            .unwrap();
        let policy = Policy::load(path.to_str().unwrap(), &contract).unwrap();
        assert_eq!(policy.name(), "full-file");
        assert!(policy.key.is_some());
    }
}
