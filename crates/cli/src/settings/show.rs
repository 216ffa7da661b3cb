//! `--show-config`: each setting with its value, what is secret masked, and where it comes from; also of files that are
//! wrong.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::layers::{Problem, Source};
use super::table::SETTINGS;
use super::{DEFAULT, HERE, Settings, masked};

impl Settings {
    /// For people.
    pub(crate) fn shown(&self) -> String {
        let mut text = String::new();
        // Writing to a String cannot fail.
        for name in SETTINGS.iter().map(|setting| setting.name) {
            let (value, origin) = match self.layers.find(name) {
                Some((_, value)) => (
                    masked::shown(name, &value.raw).to_string(),
                    self.layers.origin(name).unwrap_or_else(|| DEFAULT.to_owned()),
                ),
                None => ("(not set)".to_owned(), String::new()),
            };
            let _ = writeln!(text, "{}", format!("{name:<18} {value:<28} {origin}").trim_end());
        }
        for remark in self.remarks() {
            let _ = writeln!(text, "\n{remark}");
        }
        text
    }

    /// For programs.
    pub(crate) fn shown_json(&self) -> Value {
        let settings: Map<String, Value> = SETTINGS
            .iter()
            .map(|setting| {
                let name = setting.name;
                let value = self.layers.find(name).map(|(_, value)| masked::shown(name, &value.raw));
                (name.to_owned(), json!({ "value": value, "origin": self.layers.origin(name) }))
            })
            .collect();
        let files: Vec<String> = self.files.iter().map(|path| path.display().to_string()).collect();
        let profile = self.layers.0.iter().find_map(|layer| match &layer.source {
            Source::Profile { name, .. } => Some(name.clone()),
            _ => None,
        });
        let problems: Vec<&str> = self.problems.iter().map(|Problem(problem)| problem.as_str()).collect();
        json!({
            "settings": settings,
            "profile": profile,
            "files": files,
            "untrusted": self.untrusted,
            "notes": self.notes,
            "problems": problems,
        })
    }

    fn remarks(&self) -> Vec<String> {
        let mut remarks: Vec<String> =
            self.problems.iter().map(|Problem(problem)| format!("wrong: {problem}")).collect();
        if !self.untrusted.is_empty() {
            let why = if self.has_changed { "has changed since it was trusted" } else { "is not trusted" };
            remarks.push(format!(
                "not used: {} in ./{HERE}, which {why} (`ashby config trust`)",
                self.untrusted.join(", ")
            ));
        }
        remarks.extend(self.notes.iter().map(|note| format!("note: {note}")));
        remarks
    }
}
