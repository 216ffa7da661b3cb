//! Values of custom fields and answers of forms: one row for each, typed.

use std::collections::{HashMap, HashSet};

use rusqlite::{CachedStatement, Connection};

use crate::json::Json;
use crate::options::Options;
use crate::special;
use crate::table::Kind;
use crate::tables::activity::{CUSTOM_FIELDS, FORMS};
use crate::values::{Cell, cell, date_of};

/// What a value comes to.
#[derive(Debug, Default)]
struct Value<'a> {
    text: Option<String>,
    number: Option<f64>,
    boolean: Option<bool>,
    date: Option<String>,
    at: Option<Cell<'a>>,
    currency: Option<&'a str>,
    min: Option<f64>,
    max: Option<f64>,
    interval: Option<&'a str>,
    json: Option<String>,
}

/// The type of a value of which nobody says it.
fn inferred(value: &Json<'_>) -> &'static str {
    match value {
        Json::Bool(_) => "Boolean",
        Json::Int(_) | Json::Real(_) => "Number",
        Json::List(_) => "MultiValueSelect",
        Json::Object(_) => match value.get("type").text() {
            Some("number-range") => "NumberRange",
            Some("compensation-range") => "CompensationRange",
            _ if !value.get("currencyCode").is_null() => "Currency",
            _ => "Object",
        },
        _ => "String",
    }
}

/// A value of a type; what fits nowhere is JSON.
fn typed<'a>(value: &'a Json<'a>, kind: &str, options: &Options) -> Value<'a> {
    let mut typed = Value::default();
    match (kind, value) {
        (_, Json::Bool(value)) => typed.boolean = Some(*value),
        ("Date" | "DateTime", Json::Text(text)) => {
            typed.date = date_of(text, &options.zone).map(|date| date.to_string());
            if text.len() > 10 {
                typed.at = cell(value, Kind::Instant, &options.zone);
            }
            typed.text = typed.date.is_none().then(|| text.to_string());
        }
        ("Number", Json::Text(text)) => {
            typed.number = text.trim().parse().ok();
            typed.text = Some(text.to_string());
        }
        (_, Json::Text(text)) => typed.text = Some(text.to_string()),
        (_, Json::Int(_) | Json::Real(_)) => typed.number = value.number(),
        (_, Json::Object(_)) => match inferred(value) {
            "Currency" => {
                typed.number = value.get("value").number();
                typed.currency = value.get("currencyCode").text();
            }
            "NumberRange" | "CompensationRange" => {
                typed.min = value.get("minValue").number();
                typed.max = value.get("maxValue").number();
                typed.currency = value.get("currencyCode").text();
                typed.interval = value.get("interval").text();
            }
            _ => typed.json = Some(value.written()),
        },
        _ => typed.json = Some(value.written()),
    }
    typed
}

/// Reads custom fields of a stream's records.
pub(crate) struct CustomFields<'c> {
    array: Vec<Vec<&'static str>>,
    object_type: &'static str,
    insert: CachedStatement<'c>,
    pub(crate) rows: u64,
}

const FIELD_COLUMNS: &str = "object_type, object_id, custom_field_id, value_index, field_type, value_text, value_number, value_bool,
    value_date, value_at, value_currency, value_min, value_max, value_interval, value_label, is_private, value_json,
    _title, deleted_at, is_live";

impl<'c> CustomFields<'c> {
    pub(crate) fn of(connection: &'c Connection, stream: &str, into: &str) -> rusqlite::Result<Vec<Self>> {
        let marks = vec!["?"; 20].join(", ");
        let sql = format!("INSERT INTO {into} ({FIELD_COLUMNS}) VALUES ({marks})");
        CUSTOM_FIELDS
            .iter()
            .filter(|(of, ..)| *of == stream)
            .map(|(_, array, object_type, _)| {
                let array = array.split('|').map(|path| path.split('.').collect()).collect();
                Ok(Self { array, object_type, insert: connection.prepare_cached(&sql)?, rows: 0 })
            })
            .collect()
    }

    pub(crate) fn read(
        &mut self,
        record: &Json<'_>,
        deleted_at: Option<&str>,
        types: &HashMap<String, String>,
        options: &Options,
    ) -> rusqlite::Result<()> {
        let Some(object) = record.get("id").text() else { return Ok(()) };
        let mut seen = HashSet::new();
        let entries = self.array.iter().map(|path| record.at(path)).find(|value| !value.is_null());
        for entry in entries.map_or(&[][..], Json::list) {
            let (Some(id), value) = (entry.get("id").text(), entry.get("value")) else { continue };
            if value.is_null() || !seen.insert(id) {
                continue;
            }
            let kind = types.get(id).map_or_else(|| inferred(value), String::as_str);
            let labels = entry.get("valueLabel");
            let one = std::slice::from_ref(value);
            let values = if let Json::List(values) = value { &values[..] } else { one };
            for (place, value) in values.iter().enumerate().filter(|(_, value)| !value.is_null()) {
                let label = match labels {
                    Json::List(labels) => labels.get(place).and_then(Json::text),
                    label => label.text(),
                };
                let typed = typed(value, kind, options);
                let insert = &mut self.insert;
                insert.raw_bind_parameter(1, self.object_type)?;
                insert.raw_bind_parameter(2, object)?;
                insert.raw_bind_parameter(3, id)?;
                insert.raw_bind_parameter(4, place as i64)?;
                insert.raw_bind_parameter(5, kind)?;
                insert.raw_bind_parameter(6, typed.text)?;
                insert.raw_bind_parameter(7, typed.number)?;
                insert.raw_bind_parameter(8, typed.boolean)?;
                insert.raw_bind_parameter(9, typed.date)?;
                insert.raw_bind_parameter(10, typed.at.unwrap_or(Cell::Null))?;
                insert.raw_bind_parameter(11, typed.currency)?;
                insert.raw_bind_parameter(12, typed.min)?;
                insert.raw_bind_parameter(13, typed.max)?;
                insert.raw_bind_parameter(14, typed.interval)?;
                insert.raw_bind_parameter(15, label)?;
                let is_private =
                    if let Json::Bool(value) = entry.get("isPrivate") { Some(*value) } else { None };
                insert.raw_bind_parameter(16, is_private)?;
                insert.raw_bind_parameter(17, typed.json)?;
                insert.raw_bind_parameter(18, entry.get("title").text())?;
                insert.raw_bind_parameter(19, deleted_at)?;
                insert.raw_bind_parameter(20, deleted_at.is_none())?;
                insert.raw_execute()?;
                self.rows += 1;
            }
        }
        Ok(())
    }
}

/// Reads answers of a stream's records.
pub(crate) struct Answers<'c> {
    array: &'static str,
    kind: &'static str,
    form: &'static str,
    insert: CachedStatement<'c>,
    pub(crate) rows: u64,
}

const ANSWER_COLUMNS: &str = "submission_kind, submission_id, field_path, value_index, application_id, candidate_id, form_definition_id,
    section_title, field_id, field_title, field_type, value_text, value_number, value_bool, value_date, value_label,
    value_json, deleted_at, is_live";

impl<'c> Answers<'c> {
    pub(crate) fn of(connection: &'c Connection, stream: &str, into: &str) -> rusqlite::Result<Vec<Self>> {
        let marks = vec!["?"; 19].join(", ");
        let sql = format!("INSERT INTO {into} ({ANSWER_COLUMNS}) VALUES ({marks})");
        FORMS
            .iter()
            .filter(|(of, ..)| *of == stream)
            .map(|(_, array, kind, form)| {
                Ok(Self { array, kind, form, insert: connection.prepare_cached(&sql)?, rows: 0 })
            })
            .collect()
    }

    pub(crate) fn read(
        &mut self,
        record: &Json<'_>,
        deleted_at: Option<&str>,
        options: &Options,
    ) -> rusqlite::Result<()> {
        if self.array.is_empty() {
            return self.submission(record, record, deleted_at, options);
        }
        let mut seen = HashSet::new();
        for submission in record.get(self.array).list() {
            if submission.get("id").text().is_some_and(|id| seen.insert(id)) {
                self.submission(record, submission, deleted_at, options)?;
            }
        }
        Ok(())
    }

    fn submission(
        &mut self,
        record: &Json<'_>,
        submission: &Json<'_>,
        deleted_at: Option<&str>,
        options: &Options,
    ) -> rusqlite::Result<()> {
        let Some(id) = submission.get("id").text() else { return Ok(()) };
        let Json::Object(answers) = submission.get("submittedValues") else { return Ok(()) };
        let fields = special::fields(submission);
        let application = if self.array.is_empty() { record.get("applicationId") } else { record.get("id") };
        let candidate = match record.get("candidateId") {
            Json::Null => record.at(&["candidate", "id"]),
            id => id,
        };
        let mut seen = HashSet::new();
        for (path, answer) in answers {
            if answer.is_null() || !seen.insert(path) {
                continue;
            }
            let found = fields.iter().find(|(_, field)| field.at(&["field", "path"]).text() == Some(path));
            let field = found.map(|(_, field)| field.get("field"));
            let kind = field.and_then(|field| field.get("type").text());
            let one = std::slice::from_ref(answer);
            let values = if let Json::List(values) = answer { &values[..] } else { one };
            for (place, value) in values.iter().enumerate().filter(|(_, value)| !value.is_null()) {
                let kind_here = kind.unwrap_or_else(|| inferred(value));
                let mut typed = typed(value, kind_here, options);
                if kind == Some("Score") {
                    typed.number = special::score(value);
                    typed.json = None;
                    typed.text = typed.text.or_else(|| special::score(value).map(|score| score.to_string()));
                } else if let Some(text) = rich_text(value) {
                    typed.text = Some(text);
                }
                let insert = &mut self.insert;
                insert.raw_bind_parameter(1, self.kind)?;
                insert.raw_bind_parameter(2, id)?;
                insert.raw_bind_parameter(3, &**path)?;
                insert.raw_bind_parameter(4, place as i64)?;
                insert.raw_bind_parameter(5, application.text())?;
                insert.raw_bind_parameter(6, candidate.text())?;
                insert.raw_bind_parameter(7, submission.get(self.form).text())?;
                insert.raw_bind_parameter(8, found.and_then(|(section, _)| section.text()))?;
                insert.raw_bind_parameter(9, field.and_then(|field| field.get("id").text()))?;
                let title = field.and_then(|field| field.get("title").text()).unwrap_or(path);
                insert.raw_bind_parameter(10, title)?;
                insert.raw_bind_parameter(11, kind_here)?;
                insert.raw_bind_parameter(12, typed.text)?;
                insert.raw_bind_parameter(13, typed.number)?;
                insert.raw_bind_parameter(14, typed.boolean)?;
                insert.raw_bind_parameter(15, typed.date)?;
                let label = field.and_then(|field| special::label(field, value));
                insert.raw_bind_parameter(16, label)?;
                insert.raw_bind_parameter(17, typed.json)?;
                insert.raw_bind_parameter(18, deleted_at)?;
                insert.raw_bind_parameter(19, deleted_at.is_none())?;
                insert.raw_execute()?;
                self.rows += 1;
            }
        }
        Ok(())
    }
}

/// The plain text of rich text: `{"type": "PlainText", "value": …}` and its like.
fn rich_text(value: &Json<'_>) -> Option<String> {
    let Json::Object(_) = value else { return None };
    ["plainText", "plain", "text", "value", "content"]
        .iter()
        .find_map(|name| value.get(name).text())
        .map(str::to_owned)
}
