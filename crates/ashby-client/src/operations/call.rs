//! Calls with types.

use std::fmt;
use std::ops::Deref;

use serde::de::DeserializeOwned;

use super::Parameters;
use crate::{Client, Error, ErrorKind, ReadOperation, Response, WriteOperation};

/// What an operation answered. It stands for the value itself wherever that is only looked at.
#[derive(Clone)]
#[non_exhaustive]
pub struct Output<T> {
    /// The member `results`.
    pub value: T,
    /// What Ashby remarked beside the success.
    pub warnings: Vec<String>,
    /// The id under which Ashby's support finds the request.
    pub request_id: Option<String>,
}

impl<T> Output<T> {
    /// The value alone.
    pub fn into_value(self) -> T {
        self.value
    }
}

impl<T> Deref for Output<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

/// Shows everything but the value.
impl<T> fmt::Debug for Output<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Output")
            .field("warnings", &self.warnings.len())
            .field("request_id", &self.request_id)
            .finish_non_exhaustive()
    }
}

/// Calls an operation that changes nothing.
pub(crate) async fn read<T: DeserializeOwned>(
    client: &Client,
    operation: &'static str,
    parameters: Parameters,
) -> Result<Output<T>, Error> {
    let response = client.read(&ReadOperation::new(operation), &parameters.checked(operation)?).await?;
    output(operation, response)
}

/// Calls an operation that changes something.
pub(crate) async fn write<T: DeserializeOwned>(
    client: &Client,
    operation: &'static str,
    parameters: Parameters,
) -> Result<Output<T>, Error> {
    let response = client.write(&WriteOperation::new(operation), &parameters.checked(operation)?).await?;
    output(operation, response).map_err(|mut error| {
        error.0.is_write = true;
        error
    })
}

fn output<T: DeserializeOwned>(operation: &str, response: Response) -> Result<Output<T>, Error> {
    let Response { results, warnings, request_id, requests, .. } = response;
    match decode(operation, "", &results) {
        Ok(value) => Ok(Output { value, warnings, request_id }),
        Err(mut error) => {
            error.0.request_id = request_id;
            error.0.requests = requests;
            Err(error)
        }
    }
}

/// Reads an answer, or the part of it at `place`.
pub(crate) fn decode<T: DeserializeOwned>(operation: &str, place: &str, json: &[u8]) -> Result<T, Error> {
    let json = json_slices::unicode(json);
    let mut deserializer = serde_json::Deserializer::from_slice(&json);
    serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        unexpected(operation, place, &path, &error.inner().to_string())
    })
}

/// Reads results and writes them again.
#[cfg(feature = "round-trip")]
pub(crate) fn again<T: DeserializeOwned + serde::Serialize>(
    operation: &str,
    results: &serde_json::Value,
) -> Result<serde_json::Value, Error> {
    let cannot =
        |_| Error::new(ErrorKind::InvalidRequest, operation, "the results cannot be written as JSON");
    let json = serde_json::to_vec(results).map_err(cannot)?;
    serde_json::to_value(decode::<T>(operation, "", &json)?).map_err(cannot)
}

/// The error for something that is not what the catalog says.
fn unexpected(operation: &str, place: &str, path: &str, said: &str) -> Error {
    let path = match (place, path) {
        ("", ".") => "results".to_owned(),
        (place, ".") => place.to_owned(),
        ("", path) => path.to_owned(),
        (place, path) if path.starts_with('[') => format!("{place}{path}"),
        (place, path) => format!("{place}.{path}"),
    };
    let what = format!("the answer is not the documented one: {path}: {}", without_values(said));
    let mut error = Error::new(ErrorKind::Malformed, operation, what);
    error.0.hint =
        Some("call the operation untyped (`Client::read`, `Client::write`), and report what does not fit");
    error
}

/// What serde says of an answer, without the values that it quotes: what it expected, or what is missing.
fn without_values(said: &str) -> String {
    let said = said.rfind(" at line ").map_or(said, |end| &said[..end]);
    if let Some((_, expected)) = said.rsplit_once(", expected ") {
        format!("expected {expected}")
    } else if said.starts_with("missing field ") || said.starts_with("data did not match any variant ") {
        said.to_owned()
    } else {
        "cannot be read".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn half_a_character_spoils_no_answer() {
        let read: Vec<String> = decode("x", "", br#"["cut \ud83d","\ud83d\ude00"]"#).unwrap();
        assert_eq!(read, ["cut \u{fffd}", "😀"]);
    }

    #[test]
    fn no_value_gets_into_an_error() {
        for (said, told) in [
            (
                "invalid type: string \"a, expected b\", expected a boolean at line 1 column 9",
                "expected a boolean",
            ),
            ("invalid value: integer `-7`, expected u32", "expected u32"),
            ("missing field `id` at line 1 column 2", "missing field `id`"),
            ("something about Ann", "cannot be read"),
        ] {
            assert_eq!(without_values(said), told);
        }
    }

    #[test]
    fn places_are_put_together() {
        let text = |place, path| unexpected("a.b", place, path, "missing field `x`").to_string();
        for (place, path, whole) in [
            ("", ".", "results"),
            ("", "[0].name", "[0].name"),
            ("[3]", ".", "[3]"),
            ("[3]", "name", "[3].name"),
            ("[3]", "[1]", "[3][1]"),
        ] {
            let expected = format!("a.b: the answer is not the documented one: {whole}: missing field `x`");
            assert_eq!(text(place, path), expected);
        }
    }

    #[test]
    fn outputs_show_nothing_of_the_value() {
        let output = Output { value: Value::from("Ann"), warnings: Vec::new(), request_id: None };
        assert!(!format!("{output:?}").contains("Ann"));
        assert_eq!(output.as_str(), Some("Ann"));
    }
}
