//! `--discover`.

use ashby_source::{Mode, Readable, Stream, Survey, streams};
use capture_core::Field;
use serde_json::{Value, json};
use typed_records::{Shape, schema};

/// The streams as a catalog. What the survey says cannot be read is left out.
pub(crate) fn catalog(survey: Option<&Survey>) -> Value {
    let is_readable = |stream: &Stream| {
        survey.is_none_or(|survey| survey.streams.get(stream.name()) != Some(&Readable::No))
    };
    let streams: Vec<Value> = streams().iter().filter(|stream| is_readable(stream)).map(describe).collect();
    json!({"streams": streams})
}

/// How the records of a stream look to targets.
pub(crate) fn shape(stream: &Stream) -> Shape {
    Shape::new(&stream.descriptor.fields).storable(true).with_names_for_columns()
}

fn describe(stream: &Stream) -> Value {
    let key = &stream.descriptor.key;
    let method = if stream.descriptor.mode == Mode::Snapshot { "FULL_TABLE" } else { "LOG_BASED" };
    let is_default = stream.is_default();
    let mut metadata = vec![json!({"breadcrumb": [], "metadata": {
        "inclusion": "available",
        "selected-by-default": is_default,
        "table-key-properties": key,
        "forced-replication-method": method,
    }})];
    let of = |field: &Field| {
        let inclusion = if key.contains(&field.name) { "automatic" } else { "available" };
        json!({"breadcrumb": ["properties", field.name], "metadata": {"inclusion": inclusion}})
    };
    metadata.extend(stream.descriptor.fields.iter().map(of));
    let mut schema = schema(&stream.descriptor.fields);
    for part in key {
        if let Some(property) = schema["properties"].get_mut(part) {
            property["type"] = json!(["string"]);
        }
    }
    json!({
        "tap_stream_id": stream.name(),
        "stream": stream.name(),
        "key_properties": key,
        "replication_method": method,
        "schema": schema,
        "metadata": metadata,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_member_of_the_catalog_keeps_its_name() {
        for stream in streams() {
            let called: BTreeSet<String> =
                shape(&stream).fields().into_iter().map(|field| field.name).collect();
            let named = stream.descriptor.fields.iter().map(|field| field.name.clone());
            assert_eq!(called, named.collect(), "{}", stream.name());
        }
    }
}
