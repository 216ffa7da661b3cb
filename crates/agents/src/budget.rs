//! How large an answer may be: hosts cut, move away or refuse what is larger, and whatever a model reads pushes something
//! else out of its sight. So answers are cut here, between records, and say what is missing.

use serde_json::{Map, Value};

/// Letters of an answer's JSON. It stands in a message twice, as text and as structure.
pub(crate) const LETTERS: usize = 36_000;

/// Letters of one text in a list of records.
const FIELD_LETTERS: usize = 2_000;

/// Letters and bytes, whichever is more: a message is bounded in both.
pub(crate) fn size(value: &Value) -> usize {
    // As text inside JSON, quotes and line breaks are escaped once more.
    let text = value.to_string();
    let escaped = text.bytes().filter(|byte| matches!(byte, b'"' | b'\\')).count();
    (text.len() + escaped / 4).min(text.len() * 2)
}

/// Cuts long texts of a record; says how long they were.
pub(crate) fn shorten(value: &mut Value) {
    cut(value, "`get` with `fields` reads all of it");
}

/// Cuts long texts of a request, as it is shown to a person.
pub(crate) fn shorten_request(value: &mut Value) {
    cut(value, "all of it would be sent");
}

fn cut(value: &mut Value, rest: &str) {
    match value {
        Value::String(text) => {
            let letters = text.chars().count();
            if letters > FIELD_LETTERS {
                let end = text.char_indices().nth(FIELD_LETTERS).map_or(text.len(), |(at, _)| at);
                text.truncate(end);
                text.push_str(&format!("… [cut: {letters} characters; {rest}]"));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| cut(item, rest)),
        Value::Object(members) => members.iter_mut().for_each(|(_, value)| cut(value, rest)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Takes records until the room is used up, at least one; returns them and how many were taken.
pub(crate) fn take(records: impl IntoIterator<Item = Value>, room: usize) -> Vec<Value> {
    let mut taken = Vec::new();
    let mut used = 0;
    for mut record in records {
        let own = size(&record) + 1;
        if used + own > room {
            if !taken.is_empty() {
                break;
            }
            let omitted = fit(&mut record, room);
            if let Value::Object(members) = &mut record {
                members.insert("omitted_fields".to_owned(), omitted.into());
            }
        }
        used += own;
        taken.push(record);
    }
    taken
}

/// Leaves the largest members of a record out until it fits; returns their names.
pub(crate) fn fit(record: &mut Value, room: usize) -> Vec<String> {
    let mut omitted = Vec::new();
    let Value::Object(members) = record else {
        if size(record) > room {
            *record = Value::Null;
        }
        return omitted;
    };
    let mut sizes: Vec<(usize, String)> =
        members.iter().map(|(name, value)| (size(value) + name.len() + 4, name.clone())).collect();
    let mut total: usize = sizes.iter().map(|(size, _)| size).sum();
    sizes.sort();
    while total > room
        && let Some((size, name)) = sizes.pop()
    {
        total -= size;
        members.remove(&name);
        omitted.push(name);
    }
    omitted
}

/// The members of a record at these paths (`job.title`); all of it without any.
pub(crate) fn pick(record: Value, fields: &[&str]) -> Value {
    if fields.is_empty() {
        return record;
    }
    let mut picked = Map::new();
    for field in fields {
        let found = field.split('.').try_fold(&record, |value, name| value.get(name));
        if let Some(found) = found {
            picked.insert((*field).to_owned(), found.clone());
        }
    }
    picked.into()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn answers_are_cut_between_records() {
        let record = |length: usize| json!({"id": "1", "text": "x".repeat(length)});
        assert_eq!(take([record(100), record(100), record(100)], 300).len(), 2);
        assert_eq!(take([], 300).len(), 0);
        let one = take([record(1_000), record(1)], 300);
        assert_eq!(
            one,
            [json!({"id": "1", "omitted_fields": ["text"]})],
            "one that is too large says what it lacks"
        );
    }

    #[test]
    fn long_texts_say_how_long_they_were() {
        let mut value = json!({"a": ["ä".repeat(3_000)], "b": "short"});
        shorten(&mut value);
        let text = value["a"][0].as_str().unwrap();
        assert!(text.starts_with("ää") && text.contains("3000 characters") && text.chars().count() < 2_100);
        assert_eq!(value["b"], "short");
    }

    #[test]
    fn members_are_picked_by_path() {
        let record = json!({"id": "1", "job": {"title": "T", "id": "2"}, "x": 1});
        assert_eq!(pick(record.clone(), &["id", "job.title", "none"]), json!({"id": "1", "job.title": "T"}));
        assert_eq!(pick(record.clone(), &[]), record);
    }
}
