//! What is set where: the default, files, the environment, the command line, each above the one before.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use ashby_client::catalog::nearest;
use figment::value::{Dict, Map};
use figment::{Figment, Metadata, Profile, Provider};
use serde_json::Value as Json;

use super::flags::Given;
use super::masked;
use super::table::{Default, SETTINGS, Setting};
use super::values::{Raw, Read};

/// Where settings come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    Default,
    /// A file: the user's, one that `--config` names, or `./ashby.toml`.
    File(PathBuf),
    Profile {
        name: String,
        file: PathBuf,
    },
    Environment,
    CommandLine,
}

/// A value, and the line of the file that it stands in.
#[derive(Clone)]
pub(crate) struct Value {
    pub(crate) raw: Raw,
    pub(crate) line: Option<usize>,
}

/// What one source says.
#[derive(Clone)]
pub(crate) struct Layer {
    pub(crate) source: Source,
    pub(crate) values: BTreeMap<&'static str, Value>,
}

/// Everything that is set, the weakest first.
#[derive(Clone)]
pub(crate) struct Layers {
    pub(crate) all: Vec<Layer>,
    /// What counts, as it may be shown, with where it comes from.
    merged: Figment,
}

/// Something wrong, in one line: where, what, and what would be right. It quotes no value.
#[derive(Debug, Clone)]
pub(crate) struct Problem(pub(crate) String);

impl Layer {
    /// What the table says.
    pub(crate) fn defaults() -> Self {
        let raw = |default| match default {
            Default::None => None,
            Default::Text(text) => Some(Raw::text(text)),
            Default::Number(number) => Some(Raw::Number(number.into())),
            Default::Off => Some(Raw::Switch(false)),
            Default::Nothing => Some(Raw::List(Vec::new())),
        };
        let values = SETTINGS
            .iter()
            .filter_map(|setting| Some((setting.name, Value { raw: raw(setting.default)?, line: None })));
        Self { source: Source::Default, values: values.collect() }
    }

    /// What the variables say. An empty one says nothing; one that is nearly ours is a mistake.
    pub(crate) fn environment(
        variables: impl Iterator<Item = (std::ffi::OsString, std::ffi::OsString)>,
        problems: &mut Vec<Problem>,
    ) -> Self {
        let mut values = BTreeMap::new();
        for (name, value) in variables {
            let Some(name) = name.to_str().and_then(|name| name.strip_prefix("ASHBY_")) else { continue };
            if value.is_empty() {
                continue;
            }
            match Setting::of_variable(name) {
                Some(setting) => match value.into_string() {
                    Ok(text) => {
                        values.insert(setting.name, Value { raw: Raw::text(text), line: None });
                    }
                    Err(_) => {
                        problems.push(Problem(format!("the variable ASHBY_{name} is not UTF-8 text")));
                    }
                },
                None => problems.extend(slip(name)),
            }
        }
        Self { source: Source::Environment, values }
    }

    /// What the command line gave.
    pub(crate) fn flags(given: &Given) -> Self {
        let raw = |value: &Json| match value {
            Json::String(text) => Raw::text(text),
            Json::Bool(switch) => Raw::Switch(*switch),
            Json::Array(items) => {
                Raw::List(items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect())
            }
            _ => Raw::Other,
        };
        let values = SETTINGS.iter().filter_map(|setting| {
            Some((setting.name, Value { raw: raw(given.get(setting.name)?), line: None }))
        });
        Self { source: Source::CommandLine, values: values.collect() }
    }
}

impl Layer {
    /// Looks for keys where names belong: what files say is repeated in messages as what the process was started with is.
    pub(crate) fn look_for_secrets(&self) {
        if !matches!(self.source, Source::File(_) | Source::Profile { .. }) {
            return;
        }
        for (name, value) in &self.values {
            let place = Place { source: &self.source, name, line: value.line }.to_string();
            let look = |text: &str| connecting::given::look(text, &place);
            match &value.raw {
                Raw::Text(text) => look(text),
                Raw::List(texts) => texts.iter().for_each(|text| look(text)),
                Raw::Table(pairs) => {
                    pairs.iter().flat_map(|(name, text)| [name, text]).for_each(|text| look(text));
                }
                Raw::Number(_) | Raw::Switch(_) | Raw::Other => {}
            }
        }
    }
}

/// Values as they may be shown: what is secret stays where its memory is zeroed.
impl Provider for Layer {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.source.name())
    }

    fn data(&self) -> figment::Result<Map<Profile, Dict>> {
        let mut values = Dict::new();
        for (name, value) in &self.values {
            let shown = figment::value::Value::serialize(masked::shown(name, &value.raw))?;
            values.insert((*name).to_owned(), shown);
        }
        Ok(Profile::Default.collect(values))
    }
}

impl Source {
    /// No two of them are called alike.
    fn name(&self) -> String {
        match self {
            Self::Default => "default".to_owned(),
            Self::File(path) => format!("file {}", path.display()),
            Self::Profile { name, file } => format!("profile {name} in {}", file.display()),
            Self::Environment => "environment".to_owned(),
            Self::CommandLine => "command line".to_owned(),
        }
    }
}

/// A variable that is ours but for a letter or two. Others of that beginning may be anybody's: systems that link
/// containers make some of a service's name.
fn slip(name: &str) -> Option<Problem> {
    const OTHERS: [&str; 2] = ["CONFIG", "PROFILE"];
    if OTHERS.contains(&name) || name.contains("_SERVICE_") || name.contains("_PORT") {
        return None;
    }
    let variables: Vec<String> = SETTINGS.iter().map(|setting| setting.name.to_uppercase()).collect();
    let ours = variables.iter().map(String::as_str).chain(OTHERS);
    let distance = |ours: &str| strsim::osa_distance(&name.to_uppercase(), ours);
    let near = ours.filter(|ours| ours.len() > 4).min_by_key(|ours| distance(ours))?;
    (distance(near) <= 2).then(|| {
        Problem(format!("the variable ASHBY_{name} is none of ours; did you mean ASHBY_{near}? Unset it if it is not meant for us"))
    })
}

impl Layers {
    /// Merges them.
    pub(crate) fn new(all: Vec<Layer>) -> Self {
        let merged = all.iter().fold(Figment::new(), |merged, layer| merged.merge(layer));
        Self { all, merged }
    }

    /// What counts of a setting, and where it comes from.
    pub(crate) fn find(&self, name: &str) -> Option<(&Source, &Value)> {
        let origin = &self.merged.find_metadata(name)?.name;
        let layer = self.all.iter().find(|layer| layer.source.name() == **origin)?;
        Some((&layer.source, layer.values.get(name)?))
    }

    /// What counts of a setting, as it may be shown.
    pub(crate) fn shown(&self, name: &str) -> Option<Json> {
        serde_json::to_value(self.merged.find_value(name).ok()?).ok()
    }

    /// A setting's value. What cannot be read is a problem, and the default stands for it.
    pub(crate) fn read<T: Read>(&self, name: &'static str, problems: &mut Vec<Problem>) -> Option<T> {
        let Some((source, value)) = self.find(name) else { return T::unset() };
        let expected = match T::read(&value.raw) {
            Ok(read) => return Some(read),
            Err(expected) => expected,
        };
        let near = match &expected.near[..] {
            [] => String::new(),
            near => format!("; did you mean {}?", near.join(" or ")),
        };
        let place = Place { source, name, line: value.line };
        problems.push(Problem(format!("{place}: {name} must be {}{near}", expected.what)));
        let default = self.all.first().and_then(|layer| layer.values.get(name));
        default.map_or_else(T::unset, |default| T::read(&default.raw).ok())
    }

    /// Where a setting comes from.
    pub(crate) fn origin(&self, name: &'static str) -> Option<String> {
        let (source, value) = self.find(name)?;
        Some(Place { source, name, line: value.line }.to_string())
    }
}

/// Where a value stands.
pub(crate) struct Place<'a> {
    pub(crate) source: &'a Source,
    pub(crate) name: &'static str,
    pub(crate) line: Option<usize>,
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { source, name, line } = self;
        match source {
            Source::Default => f.write_str(super::DEFAULT)?,
            Source::File(path) => write!(f, "{}", path.display())?,
            Source::Profile { name: profile, file } => {
                write!(f, "profile {profile} in {}", file.display())?;
            }
            Source::Environment => write!(f, "variable ASHBY_{}", name.to_uppercase())?,
            Source::CommandLine => {
                let setting = SETTINGS.iter().find(|setting| setting.name == *name);
                write!(f, "option --{}", setting.map_or_else(|| (*name).to_owned(), Setting::long))?;
            }
        }
        line.map_or(Ok(()), |line| write!(f, ", line {line}"))
    }
}

/// What a name that is none of ours may have meant; it is quoted only then, for it may be a key.
pub(crate) fn unknown(name: &str) -> String {
    match &nearest(name, SETTINGS.iter().map(|setting| setting.name))[..] {
        [] => "there is no setting of this name".to_owned(),
        near => format!("there is no setting `{name}`; did you mean {}?", near.join(" or ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(variables: &[(&str, &str)]) -> (Layer, Vec<Problem>) {
        let mut problems = Vec::new();
        let variables = variables.iter().map(|(name, value)| (name.into(), value.into()));
        (Layer::environment(variables, &mut problems), problems)
    }

    #[test]
    fn an_empty_variable_says_nothing() {
        let (layer, problems) = environment(&[("ASHBY_MAX_RPM", ""), ("ASHBY_TO", "stdout"), ("OTHER", "x")]);
        assert_eq!(layer.values.keys().copied().collect::<Vec<_>>(), ["to"]);
        assert!(problems.is_empty());
    }

    #[test]
    fn a_variable_that_is_nearly_ours_is_a_mistake_and_others_are_anybodys() {
        for (name, meant) in [
            ("ASHBY_MAX_RPN", Some("ASHBY_MAX_RPM")),
            ("ASHBY_APIKEY", Some("ASHBY_API_KEY")),
            ("ASHBY_BASEURL", Some("ASHBY_BASE_URL")),
            ("ASHBY_CONFIGS", Some("ASHBY_CONFIG")),
            ("ASHBY_CONFIG", None),
            ("ASHBY_PORT", None),
            ("ASHBY_STATE_SERVICE_HOST", None),
            ("ASHBY_COLOUR", None),
        ] {
            let (_, problems) = environment(&[(name, "se-cret")]);
            let said: String = problems.into_iter().map(|Problem(said)| said).collect();
            assert_eq!(said.is_empty(), meant.is_none(), "{name}: {said}");
            assert!(said.contains(meant.unwrap_or_default()) && !said.contains("se-cret"), "{said}");
        }
    }

    #[test]
    fn the_strongest_source_counts_and_is_named_and_secrets_are_not_merged() {
        let layer = |source, name: &'static str, raw| Layer {
            source,
            values: BTreeMap::from([(name, Value { raw, line: Some(3) })]),
        };
        let table = |stream: &str| Raw::Table(vec![(stream.to_owned(), "1m".to_owned())]);
        let layers = Layers::new(vec![
            Layer::defaults(),
            layer(Source::File("a.toml".into()), "interval", table("jobs")),
            layer(Source::File("b.toml".into()), "interval", table("users")),
            layer(Source::Environment, "api_key", Raw::text("se-cret")),
        ]);
        // One source's table takes the place of another's.
        assert_eq!(layers.shown("interval"), Some("users=1m".into()));
        assert_eq!(layers.origin("interval").as_deref(), Some("b.toml, line 3"));
        assert!(!format!("{:?}", layers.merged).contains("se-cret"));
        assert!(matches!(layers.find("api_key"), Some((Source::Environment, _))));
        assert!(layers.find("state").is_none() && layers.find("log").is_some());
    }
}
