//! The rows of a batch, each made into a request and checked before the first is sent.

use std::io::{BufRead as _, Cursor, Read as _};
use std::path::Path;

use ashby_client::catalog::{self, Operation};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use crate::call::request::{Draft, Spelling};
use crate::failure::{Failure, USAGE};

/// Of mistakes no more than this are printed.
const SHOWN_MISTAKES: usize = 20;

/// A checked request.
pub(super) struct Row {
    /// From 1; heading and empty lines do not count.
    pub(super) number: usize,
    pub(super) body: Map<String, Value>,
    /// Of operation and body: the same row asked the same way.
    pub(super) digest: String,
}

/// Reads all rows: CSV with parameter names in its heading if the file's name ends in `.csv`, else a JSON object a
/// line. Both come over what `common` holds. `-` is standard input, a JSON object a line.
///
/// # Errors
/// If the file cannot be read or any row is not what the operation takes; values are not quoted.
pub(super) fn read(path: &Path, operation: &'static Operation, common: &Draft) -> Result<Vec<Row>, Failure> {
    let shown = path.display();
    let mut text = String::new();
    let read = match path.to_str() {
        Some("-") => std::io::stdin().lock().read_to_string(&mut text).map(drop),
        _ => std::fs::read_to_string(path).map(|content| text = content),
    };
    read.map_err(|error| Failure::new(USAGE, format!("cannot read the rows in {shown}")).with_source(error))?;
    let is_csv = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
    let drafts = if is_csv { from_csv(&text, operation, common)? } else { from_ndjson(&text, common) };

    let mut rows = Vec::with_capacity(drafts.len());
    let mut mistakes = Vec::new();
    for (number, draft) in (1..).zip(drafts) {
        let body = draft.and_then(|draft| {
            let finished = draft.finish();
            finished.map_err(|problems| problems.lines(Spelling::Members).collect::<Vec<_>>().join("; "))
        });
        match body {
            Ok(body) => rows.push(Row { number, digest: digest(operation, &body)?, body }),
            Err(mistake) => mistakes.push(format!("row {number}: {mistake}")),
        }
    }
    match &mistakes[..] {
        [] if rows.is_empty() => Err(Failure::new(USAGE, format!("there are no rows in {shown}"))),
        [] => Ok(rows),
        mistakes => {
            let more = mistakes.len().saturating_sub(SHOWN_MISTAKES);
            let more = if more > 0 { format!("\n  and {more} more") } else { String::new() };
            let list = mistakes[..mistakes.len().min(SHOWN_MISTAKES)].join("\n  ");
            let rows = if mistakes.len() == 1 { "row" } else { "rows" };
            let message = format!(
                "{} {rows} of {shown} cannot be sent, so nothing was:\n  {list}{more}",
                mistakes.len()
            );
            Err(Failure::new(USAGE, message)
                .with_hint(format!("`ashby describe {}` lists what it takes", operation.name)))
        }
    }
}

type Drafts = Vec<Result<Draft, String>>;

fn from_ndjson(text: &str, common: &Draft) -> Drafts {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines = Cursor::new(text).lines().map_while(Result::ok);
    lines
        .filter(|line| !line.trim().is_empty())
        .map(|line| match serde_json::from_str(&line) {
            Ok(Value::Object(members)) => {
                let mut draft = common.clone();
                draft.merge(members);
                Ok(draft)
            }
            _ => Err("this is not a JSON object".to_owned()),
        })
        .collect()
}

fn from_csv(text: &str, operation: &'static Operation, common: &Draft) -> Result<Drafts, Failure> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let not_csv =
        |_| Failure::new(USAGE, "the rows have no heading: the names of the parameters in their first line");
    let heading: Vec<String> =
        reader.headers().map_err(not_csv)?.iter().map(|name| name.trim().to_owned()).collect();
    for (index, name) in heading.iter().enumerate() {
        let parameter = name.split('.').next().unwrap_or_default();
        if operation.parameter(parameter).is_none() {
            let names = operation.parameters.iter().map(|field| field.name);
            let failure = Failure::new(
                USAGE,
                format!(
                    "column {} is named `{parameter}`, which {} does not take",
                    index + 1,
                    operation.name
                ),
            );
            return Err(match &catalog::nearest(parameter, names)[..] {
                [] => failure.with_hint(format!("`ashby describe {}` lists what it takes", operation.name)),
                near => failure.with_hint(format!("did you mean {}?", near.join(" or "))),
            });
        }
        if heading[..index].contains(name) {
            return Err(Failure::new(USAGE, format!("two columns are named `{name}`")));
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
            draft.set_texts(place, &[cell]);
        }
        Ok(draft)
    };
    Ok(reader.records().map(record).collect())
}

fn digest(operation: &Operation, body: &Map<String, Value>) -> Result<String, Failure> {
    use std::fmt::Write as _;
    let body = serde_json::to_vec(body)
        .map_err(|error| Failure::new(USAGE, "a row cannot be written as JSON").with_source(error))?;
    let digest = Sha256::new().chain_update(operation.name).chain_update([0]).chain_update(body).finalize();
    Ok(digest.iter().take(16).fold(String::with_capacity(32), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    }))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ID: &str = "9d1b7c0e-2f5e-4d9c-8b1a-3c2f5e4d9c8b";

    fn rows(name: &str, text: &str, operation: &str, common: &Value) -> Result<Vec<Value>, Failure> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(name);
        std::fs::write(&path, text).unwrap();
        let operation = catalog::find(operation).unwrap();
        let mut draft = Draft::new(operation);
        draft.merge(common.as_object().unwrap().clone());
        Ok(read(&path, operation, &draft)?.into_iter().map(|row| row.body.into()).collect())
    }

    #[test]
    fn both_forms_make_the_same_requests() {
        let expected = [
            serde_json::json!({"candidateId": ID, "note": "a, \"b\"\nc", "sendNotifications": true}),
            serde_json::json!({"candidateId": ID, "note": "=1", "sendNotifications": false}),
        ];
        let common = serde_json::json!({"candidateId": ID, "sendNotifications": false});
        let csv = "\u{feff}note,sendNotifications\n\"a, \"\"b\"\"\nc\",true\n=1,\n";
        let found = rows("r.csv", csv, "candidate.createNote", &common).ok().unwrap();
        assert_eq!(found, expected);
        let ndjson = "{\"note\":\"a, \\\"b\\\"\\nc\",\"sendNotifications\":true}\n\n{\"note\":\"=1\"}";
        let found = rows("r.ndjson", ndjson, "candidate.createNote", &common).ok().unwrap();
        assert_eq!(found, expected);
    }

    #[test]
    fn mistakes_are_said_by_row_and_without_values() {
        for (name, text, says) in [
            ("r.csv", "candidateId,note\nsecret,x\n,secret\n", &["row 1", "row 2", "UUID"][..]),
            ("r.csv", "candidateId,nota\n", &["column 2", "note"]),
            ("r.csv", "note,note\n", &["two columns"]),
            ("r.csv", "candidateId,note\nsecret\n", &["row 1", "1 cells"]),
            ("r.csv", "candidateId,note\n", &["no rows"]),
            ("r.ndjson", "secret\n", &["row 1", "JSON object"]),
            ("r.ndjson", "", &["no rows"]),
            ("r.ndjson", "{\"candidateId\":\"secret\",\"note\":5}", &["candidateId", "note"]),
        ] {
            let failure = rows(name, text, "candidate.createNote", &serde_json::json!({})).err().unwrap();
            let text = format!("{failure:?}");
            assert!(says.iter().all(|part| text.contains(part)) && !text.contains("secret"), "{text}");
        }
        let many = "secret\n".repeat(30);
        let failure = rows("r.ndjson", &many, "candidate.createNote", &serde_json::json!({})).err().unwrap();
        assert!(format!("{failure:?}").contains("and 10 more"), "{failure:?}");
    }

    proptest! {
        #[test]
        fn texts_arrive_as_they_stand_in_the_row(notes in prop::collection::vec("[^\u{0}]{1,20}", 1..5)) {
            let mut writer = csv::Writer::from_writer(Vec::new());
            writer.write_record(["candidateId", "note"]).unwrap();
            let mut lines = String::new();
            for note in &notes {
                writer.write_record([ID, note]).unwrap();
                lines += &format!("{}\n", serde_json::json!({"candidateId": ID, "note": note}));
            }
            let csv = String::from_utf8(writer.into_inner().unwrap()).unwrap();
            for (name, text) in [("r.csv", csv), ("r.ndjson", lines)] {
                let found = rows(name, &text, "candidate.createNote", &serde_json::json!({})).ok().unwrap();
                let found: Vec<_> = found.iter().map(|row| row["note"].as_str().unwrap()).collect();
                prop_assert_eq!(&found, &notes);
            }
        }
    }
}
