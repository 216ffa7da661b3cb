//! What leaves under a policy, by stream and field; and what differs under another.

use serde::Serialize;

use crate::contract::names;
use crate::plan::Fate;
use crate::veil::Veil;

/// What leaves.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The policy.
    pub policy: String,
    /// The one that it is compared with; then only what differs is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub against: Option<String>,
    /// What is done with each field.
    pub fields: Vec<Line>,
    /// Streams of which nothing leaves, since what tells their records apart may not.
    pub withheld: Vec<String>,
    /// Streams of which only some records leave.
    pub scoped: Vec<String>,
}

/// A field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// Its stream.
    pub stream: String,
    /// Its name, with those of what it stands in: `location.locationSummary`; `*` for what is not known.
    pub field: String,
    /// What it holds in the eyes of privacy.
    pub class: String,
    /// What becomes of it.
    pub action: &'static str,
    /// What becomes of it under the other policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub against: Option<&'static str>,
}

impl Report {
    /// What a veil leaves of everything, or of these streams.
    pub fn of(veil: &Veil, streams: &[String]) -> Self {
        let (mut fields, mut withheld, mut scoped) = (Vec::new(), Vec::new(), Vec::new());
        for shape in veil.contract().streams() {
            if !streams.is_empty() && !streams.contains(&shape.name) {
                continue;
            }
            let plan = veil.plan(&shape.name);
            if plan.is_withheld() {
                withheld.push(shape.name.clone());
            }
            if plan.has_rows() {
                scoped.push(shape.name.clone());
            }
            let said = |fate: &Fate| if plan.is_withheld() { "drop" } else { said(fate) };
            for place in &shape.places {
                let path = names(&place.path);
                fields.push(Line {
                    stream: shape.name.clone(),
                    field: path.join("."),
                    class: place.class.name().to_owned(),
                    action: said(plan.fate(&path)),
                    against: None,
                });
            }
            fields.push(Line {
                stream: shape.name.clone(),
                field: "*".to_owned(),
                class: "unknown".to_owned(),
                action: said(plan.fate(&["\u{0}"])),
                against: None,
            });
        }
        fields.dedup();
        Self { policy: named(veil), against: None, fields, withheld, scoped }
    }

    /// Only what is otherwise under another.
    #[must_use]
    pub fn against(mut self, other: &Self) -> Self {
        self.against = Some(other.policy.clone());
        let fields = self.fields.into_iter().zip(&other.fields);
        let differing = fields.filter(|(own, other)| own.action != other.action);
        self.fields = differing.map(|(own, other)| Line { against: Some(other.action), ..own }).collect();
        self
    }
}

fn named(veil: &Veil) -> String {
    let name = veil.name();
    if name.is_empty() { "full".to_owned() } else { name }
}

fn said(fate: &Fate) -> &'static str {
    match fate {
        Fate::Keep => "keep",
        Fate::Drop => "drop",
        Fate::Mask => "mask",
        Fate::Hash(_) => "hash",
        Fate::Year => "year",
        Fate::Country => "country",
        Fate::Into(_) => "in part",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Contract, Policy};

    fn veil(name: &str) -> Veil {
        Veil::new(Contract::ashby(), Policy::preset(name))
    }

    #[test]
    fn a_report_tells_of_every_field_and_of_what_differs() {
        let full = Report::of(&veil("full"), &[]);
        assert!(full.fields.iter().all(|line| line.action == "keep") && full.withheld.is_empty());
        let strict = Report::of(&veil("no-contact"), &[]);
        assert_eq!(strict.withheld, ["email_senders"]);
        let line = |report: &Report, field: &str| {
            report
                .fields
                .iter()
                .find(|line| line.stream == "candidates" && line.field == field)
                .cloned()
                .unwrap()
        };
        assert_eq!(line(&strict, "name").action, "drop");
        assert_eq!(line(&strict, "emailAddresses.isPrimary").action, "drop", "it says nothing by itself");
        assert_eq!(line(&strict, "id").action, "keep");
        assert_eq!(line(&strict, "*").action, "drop");
        let differing = strict.against(&full);
        assert_eq!(line(&differing, "name").against, Some("keep"));
        assert!(differing.fields.iter().all(|line| line.action != "keep"));
        let some = Report::of(&veil("analytics"), &["candidates".to_owned()]);
        assert_eq!(line(&some, "location.locationComponents.name").action, "country");
        assert!(some.fields.iter().all(|line| line.stream == "candidates"));
    }
}
