//! Which streams and members are wanted.

use std::collections::BTreeSet;

use capture_core::{Error, ErrorKind, Result};
use serde_json::Value;

/// A catalog as it comes back from whoever made choices in it.
#[derive(Debug, Clone)]
pub struct Catalog {
    /// In its order.
    pub streams: Vec<Selected>,
}

/// What was chosen of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Selected {
    /// The stream.
    pub name: String,
    /// Whether it is read at all.
    pub is_selected: bool,
    /// Members that are left out.
    pub left_out: BTreeSet<String>,
}

impl Catalog {
    /// Reads a catalog.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] if it is none.
    pub fn read(text: &str) -> Result<Self> {
        let wrong = |what: &str| {
            Error::new(ErrorKind::Configuration, format!("the catalog {what}"))
                .with_hint("it is what --discover prints, with choices in its metadata")
        };
        let catalog: Value = serde_json::from_str(text).map_err(|_| wrong("is not JSON"))?;
        let streams = catalog["streams"].as_array().ok_or_else(|| wrong("has no streams"))?;
        let selected = streams
            .iter()
            .map(|stream| Selected::read(stream).ok_or_else(|| wrong("has a stream without a name")));
        Ok(Self { streams: selected.collect::<Result<_>>()? })
    }
}

impl Selected {
    fn read(stream: &Value) -> Option<Self> {
        let name = stream["tap_stream_id"].as_str().or_else(|| stream["stream"].as_str())?;
        let metadata = stream["metadata"].as_array().map(Vec::as_slice).unwrap_or_default();
        let at = |place: &[&str]| {
            let entry = metadata.iter().find(|entry| {
                entry["breadcrumb"].as_array().is_some_and(|breadcrumb| {
                    breadcrumb.len() == place.len()
                        && breadcrumb.iter().zip(place).all(|(one, other)| one == other)
                })
            });
            entry.map_or(&Value::Null, |entry| &entry["metadata"])
        };
        // Taps of long ago wrote the choice beside the schema.
        let is_selected = is_chosen(at(&[]))
            .or_else(|| stream["selected"].as_bool())
            .or_else(|| stream["schema"]["selected"].as_bool());
        let is_selected = is_selected.unwrap_or(false);
        let properties = stream["schema"]["properties"].as_object();
        let key: BTreeSet<&str> =
            stream["key_properties"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let names = properties.into_iter().flat_map(|properties| properties.keys());
        let left_out = names.filter(|name| {
            let metadata = at(&["properties", name]);
            !key.contains(name.as_str()) && !is_chosen(metadata).unwrap_or(is_selected)
        });
        Some(Self { name: name.to_owned(), is_selected, left_out: left_out.cloned().collect() })
    }
}

/// What the metadata of a place says; `None` if whatever it belongs to decides.
fn is_chosen(metadata: &Value) -> Option<bool> {
    match metadata["inclusion"].as_str() {
        Some("unsupported") => Some(false),
        Some("automatic") => Some(true),
        _ => metadata["selected"].as_bool().or_else(|| metadata["selected-by-default"].as_bool()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn choices_are_read_in_their_order() {
        let stream = |metadata: Value| {
            json!({"tap_stream_id": "jobs", "stream": "jobs", "key_properties": ["id"],
                   "schema": {"properties": {"id": {}, "title": {}, "notes": {}}}, "metadata": metadata})
        };
        let at = |place: &[&str], metadata: Value| json!({"breadcrumb": place, "metadata": metadata});
        let read = |metadata: Value| {
            let catalog = Catalog::read(&json!({"streams": [stream(metadata)]}).to_string()).unwrap();
            let selected = &catalog.streams[0];
            (selected.is_selected, selected.left_out.iter().map(String::as_str).collect::<Vec<_>>().join(","))
        };
        assert_eq!(read(json!([])), (false, "notes,title".to_owned()));
        assert_eq!(read(json!([at(&[], json!({"selected": true}))])), (true, String::new()));
        assert_eq!(read(json!([at(&[], json!({"selected-by-default": true}))])), (true, String::new()));
        let both = json!({"selected": false, "selected-by-default": true});
        assert!(!read(json!([at(&[], both)])).0);
        let members = json!([
            at(&[], json!({"selected": true})),
            at(&["properties", "id"], json!({"selected": false, "inclusion": "automatic"})),
            at(&["properties", "title"], json!({"selected": false})),
            at(&["properties", "notes"], json!({"selected": true, "inclusion": "unsupported"})),
        ]);
        assert_eq!(read(members), (true, "notes,title".to_owned()));
        for odd in ["", "{}", r#"{"streams": [{}]}"#] {
            assert_eq!(Catalog::read(odd).unwrap_err().kind(), ErrorKind::Configuration, "{odd}");
        }
    }
}
