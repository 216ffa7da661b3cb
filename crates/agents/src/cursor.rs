//! Cursors: where a result goes on. Opaque, and good only for the question that they came from.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::error::Error;

#[derive(Serialize, Deserialize)]
struct Sealed<P> {
    /// Tells questions apart.
    q: String,
    p: P,
}

/// A cursor to this place in the answer to a question.
pub(crate) fn seal(tool: &str, question: &Value, place: &impl Serialize) -> String {
    let sealed = Sealed { q: mark(tool, question), p: place };
    // Places are plain data.
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(&sealed).unwrap_or_default())
}

/// The place that a cursor leads to.
pub(crate) fn open<P: DeserializeOwned>(tool: &str, question: &Value, cursor: &str) -> Result<P, Error> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| Error::invalid_cursor("it is none of ours"))?;
    let sealed: Sealed<P> =
        serde_json::from_slice(&bytes).map_err(|_| Error::invalid_cursor("it is none of ours"))?;
    if sealed.q != mark(tool, question) {
        return Err(Error::invalid_cursor("it belongs to another question"));
    }
    Ok(sealed.p)
}

fn mark(tool: &str, question: &Value) -> String {
    let digest = Sha256::new().chain_update(tool).chain_update([0]).chain_update(sorted(question)).finalize();
    URL_SAFE_NO_PAD.encode(&digest[..9])
}

/// The same text for the same value, in whatever order its members stand.
pub(crate) fn sorted(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let mut names: Vec<&String> = members.keys().collect();
            names.sort();
            let members: Vec<String> = names
                .into_iter()
                .map(|name| format!("{}:{}", Value::from(name.as_str()), sorted(&members[name])))
                .collect();
            format!("{{{}}}", members.join(","))
        }
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(sorted).collect();
            format!("[{}]", items.join(","))
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_cursor_is_good_for_its_question_only() {
        let question = json!({"stream": "jobs", "where": {"a": 1}});
        let cursor = seal("list", &question, &7_i64);
        assert_eq!(open::<i64>("list", &json!({"where": {"a": 1}, "stream": "jobs"}), &cursor), Ok(7));
        let (other, text) = (json!({"stream": "users"}), "x".to_owned());
        for (tool, question, cursor) in
            [("search", &question, &cursor), ("list", &other, &cursor), ("list", &question, &text)]
        {
            assert_eq!(open::<i64>(tool, question, cursor).unwrap_err().code, "invalid_cursor");
        }
    }
}
