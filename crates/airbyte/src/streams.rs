//! Streams as a catalog describes them.

use ashby_source::{Mode, Readable, Stream, Survey, streams};
use capture_core::{Field, FieldKind};
use serde_json::{Value, json};
use sink_airbyte::DELETED_AT;
use typed_records::{Shape, schema};

use crate::predecessor;

/// The streams that a catalog lists. What the survey says cannot be read is left out.
pub(crate) fn catalog(survey: &Survey) -> Vec<Value> {
    let is_readable = |stream: &Stream| {
        let is_readable = survey.streams.get(stream.name()) != Some(&Readable::No);
        if !is_readable {
            let permission = ashby_source::screen_name(stream.permission);
            tracing::info!("{} is left out: the API key lacks the permission {permission}", stream.name());
        }
        is_readable
    };
    streams().iter().filter(|stream| is_readable(stream)).map(describe).collect()
}

/// Whether a stream can go on from where it ended before.
pub(crate) fn is_incremental(stream: &Stream) -> bool {
    stream.descriptor.mode != Mode::Snapshot
}

/// The members of a stream's records, of the types that destinations make columns of.
fn fields(stream: &Stream) -> Vec<Field> {
    let name = stream.name();
    let of_predecessor = |field: &Field| match predecessor::kind(name, &field.name) {
        Some((kind, _)) => Field::new(&field.name, kind),
        None => field.clone(),
    };
    let mut fields: Vec<Field> = stream.descriptor.fields.iter().map(of_predecessor).collect();
    fields.extend(predecessor::scope_as(name).map(|name| Field::new(name, FieldKind::String)));
    fields
}

/// How the records of a stream look.
pub(crate) fn shape(stream: &Stream) -> Shape {
    let fields = fields(stream);
    let is_date = |field: &&Field| {
        predecessor::kind(stream.name(), &field.name)
            .is_some_and(|(_, declared)| declared["format"] == "date")
    };
    let dates: Vec<String> = fields.iter().filter(is_date).map(|field| field.name.clone()).collect();
    Shape::new(&fields).with_scope_as(predecessor::scope_as(stream.name())).with_dates(dates)
}

fn describe(stream: &Stream) -> Value {
    let is_incremental = is_incremental(stream);
    let mut fields = fields(stream);
    if is_incremental {
        fields.push(Field::new(DELETED_AT, FieldKind::Instant));
    }
    let mut schema = schema(&fields);
    for field in &fields {
        if let Some((_, declared)) = predecessor::kind(stream.name(), &field.name) {
            schema["properties"][&field.name] = declared;
        }
    }
    let modes: &[&str] = if is_incremental { &["full_refresh", "incremental"] } else { &["full_refresh"] };
    let key: Vec<[String; 1]> = predecessor::key(stream).into_iter().map(|part| [part]).collect();
    let mut described = json!({
        "name": stream.name(),
        "json_schema": schema,
        "supported_sync_modes": modes,
        "source_defined_primary_key": key,
    });
    if is_incremental {
        // What is newer, the state knows; no member of the records does.
        described["source_defined_cursor"] = true.into();
    }
    described
}
