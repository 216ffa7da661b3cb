//! Custom fields of every type: values that are null or empty, titles that are alike or were changed since.

use serde_json::{Value, json};

use super::super::people::CustomFieldEntry;
use super::super::words::CUSTOM_FIELDS;
use super::super::{DAY_MS, NOW_MS, World, instant};
use super::thousand;
use crate::dice::Dice;
use crate::kind::Kind;

type Definition = (&'static str, &'static str, &'static str, bool, &'static [&'static str]);

/// Those that a lifelike company has beside the plain one's: title, object type, field type, private, choices.
const MORE: &[Definition] = &[
    ("Priority", "Candidate", "ValueSelect", false, &["High", "Medium", "Low"]),
    ("Priority", "Application", "String", false, &[]),
    ("Expected hours", "Application", "NumberRange", false, &[]),
    ("Expected pay", "Candidate", "CompensationRange", true, &[]),
    ("Start by", "Application", "Date", false, &[]),
    (
        "Skills",
        "Application",
        "MultiValueSelect",
        false,
        &["Rust", "Go", "SQL", "Negotiation", "Writing", "Public speaking"],
    ),
    ("Portfolio", "Candidate", "String", false, &[]),
    ("Visa notes", "Candidate", "LongText", true, &[]),
    ("Old fit score", "Application", "Number", false, &[]),
    ("Remote days", "Offer", "NumberRange", false, &[]),
    ("Offer expires", "Offer", "Date", false, &[]),
    ("Bonus eligible", "Offer", "Boolean", false, &[]),
    ("Backfill", "Job", "Boolean", false, &[]),
    ("Interview languages", "Job", "MultiValueSelect", false, &["English", "German", "Japanese"]),
    ("Büro", "Employee", "String", false, &[]),
    ("2nd language", "Candidate", "ValueSelect", false, &["English", "German", "Spanish"]),
];

/// The fields that long texts are padded with; nobody fills them in otherwise.
const PADDING: [usize; 2] = [10, 11];
/// The field whose title was changed, and what values that were given before still call it.
const RENAMED: (usize, &str) = (5, "Pool");

pub(crate) fn count() -> usize {
    CUSTOM_FIELDS.len() + MORE.len()
}

/// What a choice is called where values are compared.
pub(crate) fn choice_value(choice: &str) -> String {
    choice.to_lowercase().replace(' ', "_")
}

impl World {
    /// The definition of a custom field.
    pub(crate) fn field_definition(&self, field: u32) -> Definition {
        let field = field as usize;
        match &self.life {
            Some(_) => {
                let all = field % count();
                CUSTOM_FIELDS.get(all).copied().unwrap_or_else(|| MORE[all - CUSTOM_FIELDS.len()])
            }
            None => CUSTOM_FIELDS[field % CUSTOM_FIELDS.len()],
        }
    }

    /// Fields of an object: in a plain world these, each with its chance in a hundred.
    pub(in crate::world) fn fields_of(
        &self,
        object_type: &str,
        plain: &[(u32, u32)],
        dice: &mut Dice,
    ) -> Vec<CustomFieldEntry> {
        if self.life.is_some() {
            self.lived_fields(object_type, dice)
        } else {
            self.custom_fields(plain, dice)
        }
    }

    /// Fields of an object of a lifelike company.
    pub(in crate::world) fn lived_fields(&self, object_type: &str, dice: &mut Dice) -> Vec<CustomFieldEntry> {
        const CHANCES: [u32; 7] = [34, 26, 18, 14, 30, 9, 40];
        let nulls = self.life.as_ref().map_or(0, |life| life.rates.null_values);
        let mut entries = Vec::new();
        for (field, &(title, of, field_type, is_private, choices)) in
            CUSTOM_FIELDS.iter().chain(MORE).enumerate()
        {
            if of != object_type || PADDING.contains(&field) || !dice.chance(CHANCES[field % CHANCES.len()]) {
                continue;
            }
            let title = if field == RENAMED.0 && dice.chance(30) { RENAMED.1 } else { title };
            let (value, value_label) = match thousand(dice, nulls) {
                true => (Value::Null, None),
                false => lived_value(field_type, choices, dice),
            };
            let id = self.id(Kind::CustomField, field as u32);
            entries.push(CustomFieldEntry { id, title, is_private, value, value_label });
        }
        entries
    }
}

fn lived_value(field_type: &str, choices: &[&str], dice: &mut Dice) -> (Value, Option<Value>) {
    let currency = dice.pick(&["USD", "USD", "USD", "EUR", "GBP"]);
    let value = match field_type {
        "Boolean" => json!(dice.chance(60)),
        "Number" if dice.chance(12) => json!(f64::from(dice.below(200)) / 4.0),
        "Number" => json!(dice.below(21)),
        "Currency" => json!({"value": 500 * (1 + dice.below(360)), "currencyCode": currency}),
        "NumberRange" => {
            let low = 10 + dice.below(20);
            json!({"type": "number-range", "minValue": low, "maxValue": low + dice.below(20)})
        }
        "CompensationRange" => {
            let low = 60_000 + 5_000 * dice.below(24);
            json!({
                "type": "compensation-range", "minValue": low, "maxValue": low + 10_000 + 5_000 * dice.below(6),
                "currencyCode": currency, "interval": "1 YEAR",
            })
        }
        "ValueSelect" => {
            let choice = dice.pick(choices);
            return (json!(choice_value(choice)), Some(json!(choice)));
        }
        "MultiValueSelect" => {
            let count = dice.weighted(&[3, 40, 35, 22]);
            let mut chosen: Vec<&str> = Vec::new();
            for _ in 0..count {
                let choice = dice.pick(choices);
                if !chosen.contains(&choice) {
                    chosen.push(choice);
                }
            }
            let values: Vec<String> = chosen.iter().map(|choice| choice_value(choice)).collect();
            return (json!(values), Some(json!(chosen)));
        }
        // A day is said as the instant at which it begins.
        "Date" => json!(instant((NOW_MS - dice.between(-200, 700) * DAY_MS) / DAY_MS * DAY_MS)),
        _ if dice.chance(4) => json!(""),
        _ => json!(dice.pick(&[
            "One month",
            "Two weeks",
            "None",
            "Three months",
            "CC-4410",
            "CC-2075",
            "https://portfolio.example.com/work",
        ])),
    };
    (value, None)
}
