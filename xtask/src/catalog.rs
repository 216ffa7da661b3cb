//! The catalog of operations as it stands in crates/ashby-catalog/catalog: read, and checked for sense.

pub(crate) mod classes;
pub(crate) mod events;

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use indexmap::IndexMap;
use serde::Deserialize;

use self::events::Event;
use crate::Result;
use crate::workspace::root;

/// Where Ashby documents an operation.
const REFERENCE: &str = "https://developers.ashbyhq.com/reference/";

/// Everything there is.
#[derive(Debug, Default)]
pub(crate) struct Catalog {
    /// By name.
    pub(crate) categories: Vec<Category>,
    /// Words, by the set's name.
    pub(crate) enumerations: IndexMap<String, Vec<String>>,
    /// Objects that are sent.
    pub(crate) inputs: IndexMap<String, Shape>,
    /// Objects that are answered.
    pub(crate) types: IndexMap<String, Shape>,
    /// What webhooks are sent, by name.
    pub(crate) events: IndexMap<String, Event>,
}

#[derive(Debug)]
pub(crate) struct Category {
    pub(crate) name: String,
    pub(crate) about: String,
    /// By name.
    pub(crate) operations: Vec<Operation>,
}

#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) name: String,
    pub(crate) entry: Entry,
    /// The required ones first, those of paging last.
    pub(crate) parameters: Vec<Field>,
    pub(crate) returns: Option<Type>,
}

#[derive(Debug, Clone)]
pub(crate) struct Shape {
    pub(crate) about: String,
    pub(crate) fields: Vec<Field>,
}

#[derive(Debug, Clone)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) about: String,
    pub(crate) kind: Type,
    pub(crate) required: bool,
    pub(crate) nullable: bool,
    /// What a member of an answer is in the eyes of privacy: one of [`classes::CLASSES`].
    pub(crate) class: Option<&'static str>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Type {
    /// One of [`PLAIN`].
    Plain(String),
    /// The id of a record.
    Id(String),
    Enumeration(String),
    Input(String),
    Answer(String),
    List {
        of: Box<Type>,
        min: usize,
        max: usize,
    },
    Either(Vec<Type>),
}

/// Types that need no further description.
const PLAIN: [&str; 12] = [
    "boolean",
    "date",
    "email",
    "instant",
    "integer",
    "json",
    "milliseconds",
    "number",
    "object",
    "string",
    "url",
    "uuid",
];

/// An operation as it stands in a file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    pub(crate) summary: String,
    pub(crate) permission: String,
    pub(crate) kind: Kind,
    pub(crate) effect: Option<String>,
    pub(crate) warning: Option<String>,
    /// Codes of refusals that leave open whether it was carried out.
    #[serde(default)]
    pub(crate) open_codes: Vec<String>,
    #[serde(default)]
    pub(crate) paging: Paging,
    #[serde(default)]
    pub(crate) rate: Rate,
    returns: Option<String>,
    pub(crate) deprecated: Option<String>,
    #[serde(default)]
    pub(crate) beta: bool,
    pub(crate) since: Option<String>,
    /// Members of what it returns that only other operations answer.
    #[serde(default)]
    pub(crate) omits: Vec<String>,
    #[serde(default)]
    pub(crate) undocumented: bool,
    #[serde(default)]
    pub(crate) exactly_one: Vec<Vec<String>>,
    #[serde(default)]
    pub(crate) at_most_one: Vec<Vec<String>>,
    #[serde(default)]
    pub(crate) at_least_one: Vec<Vec<String>>,
    #[serde(default)]
    pub(crate) requires: IndexMap<String, Vec<String>>,
    docs: Option<String>,
    #[serde(default)]
    parameters: IndexMap<String, (String, String)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    Read,
    Write,
    Destructive,
    Notifies,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Paging {
    #[default]
    None,
    Cursor,
    Token,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Rate {
    #[default]
    Key,
    Reports,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    about: String,
    #[serde(default)]
    operations: IndexMap<String, Entry>,
    #[serde(default)]
    enums: IndexMap<String, Vec<String>>,
    #[serde(default)]
    inputs: IndexMap<String, InputEntry>,
    #[serde(default)]
    types: IndexMap<String, TypeEntry>,
    #[serde(default)]
    events: IndexMap<String, Event>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct InputEntry {
    about: String,
    fields: IndexMap<String, (String, String)>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TypeEntry {
    about: String,
    fields: IndexMap<String, String>,
}

/// Where the files are.
pub(crate) fn folder() -> PathBuf {
    root().join("crates").join("ashby-catalog").join("catalog")
}

/// Reads the catalog.
///
/// # Errors
/// The first thing in a file that cannot be read or makes no sense, with its place.
pub(crate) fn load() -> Result<Catalog> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder())? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            let text = fs::read_to_string(&path)?;
            let file: File = toml::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            files.push((name, file));
        }
    }
    files.sort_by(|(left, _), (right, _)| left.cmp(right));
    Names::of(&files)?.resolve(files)
}

/// All names that types can have.
struct Names {
    enumerations: BTreeSet<String>,
    inputs: BTreeSet<String>,
    types: BTreeSet<String>,
}

impl Names {
    fn of(files: &[(String, File)]) -> Result<Self> {
        let mut names =
            Self { enumerations: BTreeSet::new(), inputs: BTreeSet::new(), types: BTreeSet::new() };
        let mut all = BTreeSet::new();
        for (name, file) in files {
            let here = file.enums.keys().map(|word| (word, 0));
            let here = here.chain(file.inputs.keys().map(|word| (word, 1)));
            for (word, group) in here.chain(file.types.keys().map(|word| (word, 2))) {
                if !all.insert(word.clone()) {
                    return Err(format!("{name}.toml: there is another {word}").into());
                }
                match group {
                    0 => names.enumerations.insert(word.clone()),
                    1 => names.inputs.insert(word.clone()),
                    _ => names.types.insert(word.clone()),
                };
            }
        }
        Ok(names)
    }

    fn resolve(&self, files: Vec<(String, File)>) -> Result<Catalog> {
        let mut catalog = Catalog::default();
        for (name, file) in files {
            for (event, entry) in file.events {
                if catalog.events.insert(event.clone(), entry).is_some() {
                    return Err(format!("{name}.toml: there is another event {event}").into());
                }
            }
            let at = |place: &str| format!("{name}.toml: {place}");
            for (word, values) in file.enums {
                catalog.enumerations.insert(word, values);
            }
            for (word, entry) in file.inputs {
                let fields = self.fields(&at(&word), entry.fields)?;
                catalog.inputs.insert(word, Shape { about: entry.about, fields });
            }
            for (word, entry) in file.types {
                let fields = entry.fields.iter().map(|(field, spelled)| {
                    let (kind, class) = classes::separated(spelled);
                    let field = self.field(&at(&word), field.clone(), kind, String::new())?;
                    Ok(Field { class, ..field })
                });
                let fields = fields.collect::<Result<_>>()?;
                catalog.types.insert(word, Shape { about: entry.about, fields });
            }
            let mut operations = Vec::new();
            for (action, entry) in file.operations {
                operations.push(self.operation(format!("{name}.{action}"), entry)?);
            }
            operations.sort_by(|left, right| left.name.cmp(&right.name));
            if !operations.is_empty() {
                catalog.categories.push(Category { name, about: file.about, operations });
            }
        }
        catalog.events.sort_keys();
        classes::settle(&mut catalog);
        catalog.check_omissions()?;
        events::check(&catalog)?;
        Ok(catalog)
    }

    fn operation(&self, name: String, mut entry: Entry) -> Result<Operation> {
        let mut parameters = self.fields(&name, std::mem::take(&mut entry.parameters))?;
        parameters.sort_by_key(|field| !field.required);
        let paging: &[(&str, &str, &str)] = match entry.paging {
            Paging::None => &[],
            Paging::Cursor => &[CURSOR, LIMIT],
            Paging::Token => &[SYNC_TOKEN, CURSOR, LIMIT],
        };
        for (field, kind, about) in paging {
            parameters.push(self.field(&name, (*field).to_owned(), kind, (*about).to_owned())?);
        }
        let groups = [&entry.exactly_one, &entry.at_most_one, &entry.at_least_one];
        let grouped = groups.into_iter().flatten().flatten();
        for member in
            grouped.chain(entry.requires.iter().flat_map(|(one, others)| others.iter().chain([one])))
        {
            if !parameters.iter().any(|field| field.name == *member) {
                return Err(format!("{name}: {member} stands in a rule and is no parameter").into());
            }
        }
        let returns = entry.returns.as_deref().map(|kind| self.kind(&name, kind)).transpose()?;
        Ok(Operation { name, entry, parameters, returns })
    }

    fn fields(
        &self,
        place: &str,
        fields: impl IntoIterator<Item = (String, (String, String))>,
    ) -> Result<Vec<Field>> {
        fields.into_iter().map(|(name, (kind, about))| self.field(place, name, &kind, about)).collect()
    }

    /// `Type!?`: required, nullable.
    fn field(&self, place: &str, name: String, kind: &str, about: String) -> Result<Field> {
        let bare = kind.trim_end_matches(['!', '?']);
        let marks = &kind[bare.len()..];
        let place = format!("{place}.{name}");
        let kind = self.kind(&place, bare)?;
        let (required, nullable) = (marks.contains('!'), marks.contains('?'));
        Ok(Field { name, about, kind, required, nullable, class: None })
    }

    fn kind(&self, place: &str, text: &str) -> Result<Type> {
        let text = text.trim();
        let alternatives = split(text, '|');
        if alternatives.len() > 1 {
            let kinds: Result<Vec<Type>> = alternatives.iter().map(|kind| self.kind(place, kind)).collect();
            return Ok(Type::Either(kinds?));
        }
        if let Some(inner) = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) {
            let (of, bounds) = inner.split_once(';').unwrap_or((inner, ".."));
            let (min, max) = bounds.trim().split_once("..").ok_or_else(|| format!("{place}: {text}"))?;
            let bound = |text: &str, open: usize| if text.is_empty() { Ok(open) } else { text.parse() };
            let of = self.kind(place, of.trim_end_matches('?'))?;
            return Ok(Type::List { of: Box::new(of), min: bound(min, 0)?, max: bound(max, usize::MAX)? });
        }
        let name = text.to_owned();
        Ok(match text {
            _ if PLAIN.contains(&text) => Type::Plain(name),
            _ if self.enumerations.contains(text) => Type::Enumeration(name),
            _ if self.inputs.contains(text) => Type::Input(name),
            _ if self.types.contains(text) => Type::Answer(name),
            _ if text.ends_with("Id") && text.starts_with(|letter: char| letter.is_ascii_uppercase()) => {
                Type::Id(name)
            }
            _ => return Err(format!("{place}: there is no type {text}").into()),
        })
    }
}

impl Catalog {
    /// The object that a type is, or is a list of.
    pub(crate) fn shape_of<'a>(&'a self, kind: &Type) -> Option<&'a Shape> {
        match kind {
            Type::Answer(name) => self.types.get(name),
            Type::List { of, .. } => self.shape_of(of),
            Type::Either(kinds) => kinds.iter().find_map(|kind| self.shape_of(kind)),
            Type::Plain(_) | Type::Id(_) | Type::Enumeration(_) | Type::Input(_) => None,
        }
    }

    fn check_omissions(&self) -> Result<()> {
        for operation in self.categories.iter().flat_map(|category| &category.operations) {
            let shape = operation.returns.as_ref().and_then(|kind| self.shape_of(kind));
            let has = |name: &String| {
                shape.is_some_and(|shape| {
                    shape.fields.iter().any(|field| field.name == *name && !field.required)
                })
            };
            if let Some(name) = operation.entry.omits.iter().find(|name| !has(name)) {
                let name = format!("{}: {name} is no member that could be missing", operation.name);
                return Err(name.into());
            }
        }
        Ok(())
    }
}

/// Splits at a mark that stands in no brackets.
fn split(text: &str, mark: char) -> Vec<&str> {
    let (mut depth, mut start, mut parts) = (0, 0, Vec::new());
    for (index, letter) in text.char_indices() {
        match letter {
            '[' => depth += 1,
            ']' => depth -= 1,
            _ if letter == mark && depth == 0 => {
                parts.push(text[start..index].trim());
                start = index + 1;
            }
            _ => {}
        }
    }
    parts.push(text[start..].trim());
    parts
}

const CURSOR: (&str, &str, &str) =
    ("cursor", "string", "Where the page begins: nextCursor of the page before");
const SYNC_TOKEN: (&str, &str, &str) =
    ("syncToken", "string", "Lists only what changed since the listing that ended with this token");
const LIMIT: (&str, &str, &str) = ("limit", "integer", "Records a page, 100 at most and by default");

impl Operation {
    /// What the name ends with: `createNote`.
    pub(crate) fn action(&self) -> &str {
        self.name.split_once('.').map_or(&self.name, |(_, action)| action)
    }

    pub(crate) fn documentation(&self) -> String {
        let page =
            self.entry.docs.clone().unwrap_or_else(|| self.name.replace(['.', '_'], "").to_lowercase());
        format!("{REFERENCE}{page}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_described() {
        let catalog = load().unwrap();
        for category in &catalog.categories {
            assert!(!category.about.is_empty(), "{}", category.name);
            for Operation { name, entry, parameters, .. } in &category.operations {
                let ends_well = !entry.summary.is_empty() && !entry.summary.ends_with('.');
                assert!(ends_well && entry.summary.len() <= 90, "{name}: the summary");
                let cannot_be_taken_back = matches!(entry.kind, Kind::Destructive | Kind::Notifies);
                assert!(!cannot_be_taken_back || entry.effect.is_some(), "{name}: what it does must be said");
                for sentence in entry.effect.iter().chain(&entry.warning) {
                    assert!(sentence.ends_with('.'), "{name}: {sentence}");
                }
                for Field { name: parameter, about, .. } in parameters {
                    assert!(!about.is_empty() && !about.ends_with('.'), "{name}: {parameter}");
                }
            }
        }
        for (name, shape) in &catalog.inputs {
            assert!(
                !shape.about.is_empty() && shape.fields.iter().all(|field| !field.about.is_empty()),
                "{name}"
            );
        }
        for (name, shape) in &catalog.types {
            assert!(!shape.about.is_empty(), "{name}");
        }
    }

    /// What Ashby says elsewhere than in its OpenAPI document, which no comparison with that would miss.
    #[test]
    fn what_section_14_found_is_there() {
        let catalog = load().unwrap();
        let operation = |name: &str| {
            let mut operations = catalog.categories.iter().flat_map(|category| &category.operations);
            operations
                .find(|operation| operation.name == name)
                .unwrap_or_else(|| panic!("there is no {name}"))
        };
        for (name, parameter) in [
            ("application.list", "createdBefore"),
            ("candidate.list", "createdBefore"),
            ("candidate.getRecentEmailMessages", "watermark"),
            ("jobPosting.setCustomFieldValue", "fieldValue"),
            ("jobPosting.setCustomFieldValues", "values"),
            ("jobPosting.setStatus", "status"),
            ("report.synchronous", "resultStyle"),
            ("sourceTrackingLink.list", "sourceId"),
        ] {
            let has = operation(name).parameters.iter().any(|field| field.name == parameter);
            assert!(has, "{name}: {parameter}");
        }
        for (name, permission) in [
            ("candidate.getRecentEmailMessages", "emailsRead"),
            ("emailSender.list", "sourcingRead"),
            ("jobPosting.setStatus", "jobsWrite"),
            ("sequence.updateStage", "sourcingWrite"),
        ] {
            assert_eq!(operation(name).entry.permission, permission, "{name}");
        }
        for name in
            ["jobPosting.info", "jobPosting.list", "jobPosting.update", "jobPosting.updateCompensation"]
        {
            let shape = operation(name).returns.as_ref().and_then(|kind| catalog.shape_of(kind)).unwrap();
            assert!(shape.fields.iter().any(|field| field.name == "status"), "{name} answers no status");
        }
        assert_eq!(catalog.events.len(), 28);
        assert!(catalog.events.contains_key("candidateRecentEmailMessagesUpdated"));
        // Those that webhook.create is documented to take are among them.
        let documented = &catalog.enumerations["WebhookType"];
        let unknown: Vec<_> = documented.iter().filter(|name| !catalog.events.contains_key(*name)).collect();
        assert!(unknown.is_empty(), "{unknown:?}");
    }

    #[test]
    fn what_replaces_a_deprecated_operation_is_there() {
        let catalog = load().unwrap();
        let operations = || catalog.categories.iter().flat_map(|category| &category.operations);
        for operation in operations() {
            if let Some(other) = &operation.entry.deprecated {
                assert!(
                    operations().any(|operation| operation.name == *other),
                    "{}: {other}",
                    operation.name
                );
            }
        }
    }
}
