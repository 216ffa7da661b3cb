//! The rows of a batch, each made into a request and checked before the first is sent.

use std::io::{BufRead as _, Cursor};

use ashby_client::catalog;
use outside_text::unguarded;
use serde_json::Value;

use crate::{Draft, Error, ErrorKind, Plan, Problems, Spelling};

/// Of mistakes no more than this are said.
const SHOWN_MISTAKES: usize = 20;

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Form {
    /// A JSON object a line.
    Lines,
    /// CSV with parameter names in its heading (`location.city` for members); an empty cell leaves its parameter out. What
    /// guards a cell against spreadsheets ([`outside_text::push_row`]) is taken away again.
    Csv,
}

/// A row whose request was checked.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Row {
    /// From 1; heading and empty lines do not count.
    pub number: usize,
    /// The request.
    pub plan: Plan,
}

/// Reads all rows. They come over what `common` holds.
///
/// # Errors
/// [`ErrorKind::Rows`] if there are none or any is not what the operation takes; values are not quoted.
pub fn rows(text: &str, form: Form, common: &Draft) -> Result<Vec<Row>, Error> {
    let drafts = match form {
        Form::Csv => from_csv(text, common)?,
        Form::Lines => from_ndjson(text, common),
    };
    let mut rows = Vec::with_capacity(drafts.len());
    let mut mistakes = Vec::new();
    for (number, draft) in (1..).zip(drafts) {
        let plan = draft.and_then(|draft| {
            let lines = |problems: Problems| problems.lines(Spelling::Members).collect::<Vec<_>>().join("; ");
            draft.plan().map_err(lines)
        });
        match plan {
            Ok(plan) => rows.push(Row { number, plan }),
            Err(mistake) => mistakes.push(format!("row {number}: {mistake}")),
        }
    }
    match &mistakes[..] {
        [] if rows.is_empty() => Err(Error::new(ErrorKind::Rows, "there are no rows")),
        [] => Ok(rows),
        mistakes => {
            let more = mistakes.len().saturating_sub(SHOWN_MISTAKES);
            let more = if more > 0 { format!("\n  and {more} more") } else { String::new() };
            let list = mistakes[..mistakes.len().min(SHOWN_MISTAKES)].join("\n  ");
            let rows = if mistakes.len() == 1 { "row" } else { "rows" };
            let message =
                format!("{} {rows} cannot be sent, so nothing was:\n  {list}{more}", mistakes.len());
            Err(Error::new(ErrorKind::Rows, message))
        }
    }
}

type Drafts = Vec<Result<Draft, String>>;

fn from_ndjson(text: &str, common: &Draft) -> Drafts {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines = Cursor::new(text).lines().map_while(Result::ok);
    lines
        .filter(|line| !line.trim().is_empty())
        .map(|line| match json_slices::read(line.as_bytes()) {
            Ok(Value::Object(members)) => {
                let mut draft = common.clone();
                draft.merge(members);
                Ok(draft)
            }
            _ => Err("this is not a JSON object".to_owned()),
        })
        .collect()
}

fn from_csv(text: &str, common: &Draft) -> Result<Drafts, Error> {
    let operation = common.operation();
    let wrong = |message: String| Error::new(ErrorKind::Rows, message);
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let not_csv =
        |_| wrong("the rows have no heading: the names of the parameters in their first line".to_owned());
    let heading: Vec<String> =
        reader.headers().map_err(not_csv)?.iter().map(|name| unguarded(name.trim()).into_owned()).collect();
    for (index, name) in heading.iter().enumerate() {
        let parameter = name.split('.').next().unwrap_or_default();
        if operation.parameter(parameter).is_none() {
            let names = operation.parameters.iter().map(|field| field.name);
            if let ([only], Some(between)) =
                (&heading[..], name.chars().find(|letter| ";\t".contains(*letter)))
                && only.len() > 1
            {
                let between = if between == ';' { "semicolons" } else { "tabs" };
                return Err(wrong(format!("the cells are separated by {between}"))
                    .with_hint("save it as CSV with commas between the cells"));
            }
            let error = wrong(format!(
                "column {} is named `{parameter}`, which {} does not take",
                index + 1,
                operation.name
            ));
            return Err(match &catalog::nearest(parameter, names)[..] {
                [] => error,
                near => error.with_hint(format!("did you mean {}?", near.join(" or "))),
            });
        }
        if heading[..index].contains(name) {
            return Err(wrong(format!("two columns are named `{name}`")));
        }
    }
    let record = |record: Result<csv::StringRecord, csv::Error>| {
        let record = record.map_err(|error| match error.kind() {
            csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
                format!("it has {len} cells, and the heading has {expected_len}")
            }
            _ => "this is not CSV".to_owned(),
        })?;
        let mut draft = common.clone();
        // An empty cell leaves the parameter out.
        for (place, cell) in heading.iter().zip(&record).filter(|(_, cell)| !cell.is_empty()) {
            draft.set_texts(place, &[unguarded(cell)]);
        }
        Ok(draft)
    };
    Ok(reader.records().map(record).collect())
}

#[cfg(test)]
mod tests {
    use outside_text::push_row;
    use proptest::prelude::*;

    use super::*;

    const ID: &str = "9d1b7c0e-2f5e-4d9c-8b1a-3c2f5e4d9c8b";

    fn made(form: Form, text: &str, operation: &str, common: &Value) -> Result<Vec<Value>, Error> {
        let mut draft = Draft::new(catalog::find(operation).unwrap());
        draft.merge(common.as_object().unwrap().clone());
        Ok(rows(text, form, &draft)?.into_iter().map(|row| row.plan.parameters().clone().into()).collect())
    }

    #[test]
    fn both_forms_make_the_same_requests() {
        let expected = [
            serde_json::json!({"candidateId": ID, "note": "a, \"b\"\nc", "sendNotifications": true}),
            serde_json::json!({"candidateId": ID, "note": "=1", "sendNotifications": false}),
        ];
        let common = serde_json::json!({"candidateId": ID, "sendNotifications": false});
        let csv = "\u{feff}note,sendNotifications\n\"a, \"\"b\"\"\nc\",true\n=1,\n";
        let found = made(Form::Csv, csv, "candidate.createNote", &common).unwrap();
        assert_eq!(found, expected);
        let ndjson = "{\"note\":\"a, \\\"b\\\"\\nc\",\"sendNotifications\":true}\n\n{\"note\":\"=1\"}";
        let found = made(Form::Lines, ndjson, "candidate.createNote", &common).unwrap();
        assert_eq!(found, expected);
    }

    #[test]
    fn cells_stay_what_they_are_where_text_is_allowed() {
        let csv = format!("objectId,objectType,fieldId,fieldValue\n{}", {
            let row = |cell: &str| format!("{ID},Candidate,{ID},{cell}\n");
            ["02139", "1.10", "1e5", "12345678901234567890123", "12", "-1.5", "true", "'=1+1", "''=x"]
                .map(row)
                .concat()
        });
        let found = made(Form::Csv, &csv, "customField.setValue", &serde_json::json!({})).unwrap();
        let values: Vec<&Value> = found.iter().map(|row| &row["fieldValue"]).collect();
        let expected = serde_json::json!([
            "02139",
            "1.10",
            "1e5",
            "12345678901234567890123",
            12,
            -1.5,
            true,
            "=1+1",
            "'=x"
        ]);
        assert_eq!(values, expected.as_array().unwrap().iter().collect::<Vec<_>>());
    }

    #[test]
    fn mistakes_are_said_by_row_and_without_values() {
        for (form, text, says) in [
            (Form::Csv, "candidateId,note\nsecret,x\n,secret\n", &["row 1", "row 2", "UUID"][..]),
            (Form::Csv, "candidateId,nota\n", &["column 2", "note"]),
            (Form::Csv, "note,note\n", &["two columns"]),
            (Form::Csv, "candidateId,note\nsecret\n", &["row 1", "1 cells"]),
            (Form::Csv, "candidateId,note\n", &["no rows"]),
            (Form::Lines, "secret\n", &["row 1", "JSON object"]),
            (Form::Lines, "", &["no rows"]),
            (Form::Lines, "{\"candidateId\":\"secret\",\"note\":5}", &["candidateId", "note"]),
        ] {
            let failure = made(form, text, "candidate.createNote", &serde_json::json!({})).unwrap_err();
            let text = format!("{failure:?}");
            assert!(says.iter().all(|part| text.contains(part)) && !text.contains("secret"), "{text}");
        }
        let many = "secret\n".repeat(30);
        let failure = made(Form::Lines, &many, "candidate.createNote", &serde_json::json!({})).unwrap_err();
        assert!(format!("{failure:?}").contains("and 10 more"), "{failure:?}");
    }

    proptest! {
        #[test]
        fn texts_arrive_as_they_stand_in_the_row(notes in prop::collection::vec("[^\u{0}]{1,20}", 1..5)) {
            let mut csv = Vec::new();
            push_row(&mut csv, ["candidateId", "note"]);
            let mut lines = String::new();
            for note in &notes {
                push_row(&mut csv, [ID, note]);
                lines += &format!("{}\n", serde_json::json!({"candidateId": ID, "note": note}));
            }
            let csv = String::from_utf8(csv).unwrap();
            for (form, text) in [(Form::Csv, csv), (Form::Lines, lines)] {
                let found = made(form, &text, "candidate.createNote", &serde_json::json!({})).unwrap();
                let found: Vec<_> = found.iter().map(|row| row["note"].as_str().unwrap()).collect();
                prop_assert_eq!(&found, &notes);
            }
        }
    }
}
