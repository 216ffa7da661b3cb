//! Policies: what is done with each class, and with single fields.

use std::sync::Arc;

use ashby_catalog::Class;

use crate::action::Action;
use crate::hash::HashKey;
use crate::rows::Rows;

/// The classes that a policy speaks of. What is of no class is unknown to it.
pub const CLASSES: [Class; 8] = [
    Class::Plain,
    Class::Identifier,
    Class::Contact,
    Class::Compensation,
    Class::FreeText,
    Class::Protected,
    Class::NetworkAddress,
    Class::File,
];

/// A policy that has a name of its own.
#[derive(Debug)]
pub struct Preset {
    /// Its name.
    pub name: &'static str,
    /// What it is for, in a sentence without a full stop.
    pub about: &'static str,
    /// What is done with each of [`CLASSES`].
    pub classes: [Action; CLASSES.len()],
    /// What is done with what is unknown.
    pub unknown: Action,
}

/// The policies that there are without a file.
#[rustfmt::skip]
pub const PRESETS: &[Preset] = {
    use Action::{Drop, Generalise, Keep};
    &[
        Preset { name: "full", about: "Everything leaves as it is", unknown: Keep,
            classes: [Keep, Keep, Keep, Keep, Keep, Keep, Keep, Keep] },
        Preset { name: "no-contact",
            about: "Nothing that names or reaches a person, nor what may hold it: texts and answers that people wrote, files",
            unknown: Drop, classes: [Keep, Keep, Drop, Keep, Drop, Drop, Drop, Drop] },
        Preset { name: "no-compensation",
            about: "Nothing of pay, nor what may hold it: texts and answers that people wrote, files",
            unknown: Drop, classes: [Keep, Keep, Keep, Drop, Drop, Drop, Keep, Drop] },
        Preset { name: "analytics",
            about: "What can be counted: ids, states, times, titles of jobs; of people no more than the country",
            unknown: Drop, classes: [Keep, Keep, Generalise, Drop, Drop, Drop, Drop, Drop] },
        Preset { name: "minimal",
            about: "Ids, states, numbers and switches; of times the year; no text",
            unknown: Drop, classes: [Generalise, Keep, Drop, Drop, Drop, Drop, Drop, Drop] },
    ]
};

/// What may leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    pub(crate) name: String,
    pub(crate) classes: [Action; CLASSES.len()],
    pub(crate) unknown: Action,
    pub(crate) rules: Vec<Rule>,
    pub(crate) rows: Rows,
    pub(crate) key: Option<Arc<HashKey>>,
}

/// What is done with a field, whatever its class, and with all that stands below.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rule {
    pub(crate) pattern: Pattern,
    pub(crate) action: Action,
}

/// Fields by their names. Lists on the way are passed through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pattern {
    /// `None` for all streams.
    pub(crate) stream: Option<String>,
    /// `None` for any member.
    pub(crate) path: Vec<Option<String>>,
}

impl Pattern {
    /// `candidates.location.name`, `*.customFields`, `candidates`; `candidates.*` is the same as that.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut names = text.split('.').map(str::trim);
        let some = |name: &str| (name != "*").then(|| name.to_owned());
        let stream = names.next().filter(|name| !name.is_empty()).map(some)?;
        let mut path: Vec<Option<String>> = names.map(some).collect();
        if path.iter().flatten().any(String::is_empty) {
            return None;
        }
        while path.last() == Some(&None) {
            path.pop();
        }
        Some(Self { stream, path })
    }

    pub(crate) fn is_of(&self, streams: &[&str]) -> bool {
        self.stream.as_ref().is_none_or(|stream| streams.contains(&&**stream))
    }

    /// Whether this place is meant, or stands below what is.
    pub(crate) fn covers<S: AsRef<str>>(&self, path: &[S]) -> bool {
        self.path.len() <= path.len() && self.agrees(path)
    }

    /// Whether what is meant stands below this place, or is it.
    pub(crate) fn is_within<S: AsRef<str>>(&self, path: &[S]) -> bool {
        self.path.len() >= path.len() && self.agrees(path)
    }

    fn agrees<S: AsRef<str>>(&self, path: &[S]) -> bool {
        let same = |(own, name): (&Option<String>, &S)| own.as_deref().is_none_or(|own| own == name.as_ref());
        self.path.iter().zip(path).all(same)
    }
}

impl Policy {
    /// The preset of this name.
    pub fn preset(name: &str) -> Option<Self> {
        let preset = PRESETS.iter().find(|preset| preset.name == name)?;
        Some(Self {
            name: preset.name.to_owned(),
            classes: preset.classes,
            unknown: preset.unknown,
            rules: Vec::new(),
            rows: Rows::default(),
            key: None,
        })
    }

    /// How it is called: a preset's name, or that in the file.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What is done with what is of this class, where no rule says otherwise.
    pub fn class(&self, class: Class) -> Action {
        let at = CLASSES.iter().position(|known| *known == class);
        at.map_or(self.unknown, |at| self.classes[at])
    }

    /// What is done with fields that nobody knows.
    pub fn unknown(&self) -> Action {
        self.unknown
    }

    /// Which records may leave at all.
    pub fn rows(&self) -> &Rows {
        &self.rows
    }

    /// The rule that says what is done with a place, and with all below: the most exact one, and of those the last.
    pub(crate) fn rule(&self, streams: &[&str], path: &[String]) -> Option<Action> {
        let exactness = |pattern: &Pattern| {
            let names = pattern.path.iter().flatten().count();
            (pattern.path.len(), names, pattern.stream.is_some())
        };
        self.rules
            .iter()
            .filter(|rule| rule.pattern.is_of(streams) && rule.pattern.covers(path))
            .max_by_key(|rule| exactness(&rule.pattern))
            .map(|rule| rule.action)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> Vec<String> {
        text.split('.').map(str::to_owned).collect()
    }

    #[test]
    fn patterns_are_stream_and_names() {
        let pattern = |text: &str| Pattern::parse(text).unwrap();
        assert!(pattern("candidates").covers(&path("a.b")) && pattern("candidates.*").covers(&path("a")));
        assert!(pattern("*.a").covers(&path("a.b")) && !pattern("*.a.b").covers(&path("a")));
        assert!(pattern("x.*.b").covers(&path("a.b")) && !pattern("x.*.b").covers(&path("a.c")));
        assert!(pattern("x.a.b").is_within(&path("a")) && !pattern("x.a.b").is_within(&path("c")));
        assert!(pattern("*.a").is_of(&["any"]) && !pattern("x.a").is_of(&["y"]));
        for wrong in ["", ".a", "x.", "x..b"] {
            assert_eq!(Pattern::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_most_exact_rule_counts() {
        let mut policy = Policy::preset("full").unwrap();
        for (pattern, action) in [
            ("x.a", Action::Drop),
            ("*.a", Action::Mask),
            ("x.a.b", Action::Keep),
            ("x.c", Action::Mask),
            ("x.c", Action::Drop),
        ] {
            policy.rules.push(Rule { pattern: Pattern::parse(pattern).unwrap(), action });
        }
        let rule = |stream: &str, text: &str| policy.rule(&[stream], &path(text));
        assert_eq!(rule("x", "a"), Some(Action::Drop));
        assert_eq!(rule("x", "a.z"), Some(Action::Drop));
        assert_eq!(rule("x", "a.b.c"), Some(Action::Keep));
        assert_eq!(rule("y", "a"), Some(Action::Mask));
        assert_eq!(rule("x", "c"), Some(Action::Drop), "the later of two");
        assert_eq!(rule("x", "d"), None);
    }

    #[test]
    fn presets_are_as_strict_as_they_say() {
        for preset in PRESETS {
            let policy = Policy::preset(preset.name).unwrap();
            assert_eq!(policy.unknown() == Action::Keep, preset.name == "full");
            assert_eq!(policy.class(Class::Unclassified), policy.unknown());
            assert_eq!(policy.class(Class::Identifier), Action::Keep);
        }
        assert!(Policy::preset("none").is_none());
    }
}
