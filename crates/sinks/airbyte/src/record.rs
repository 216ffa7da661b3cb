//! What says that a record is gone.

use capture_core::{Key, StreamDescriptor};
use jiff::Timestamp;
use typed_records::{Shape, push_texts};

use crate::catalog::DELETED_AT;

/// The member by which the other connector's tables tell which of two rows is newer.
const UPDATED_AT: &str = "updatedAt";

/// Appends it: the key and when it was noticed, also as the time of the last change, so that it is newer than the row
/// that it ends.
pub(crate) fn push_tombstone(
    line: &mut Vec<u8>,
    stream: &StreamDescriptor,
    shape: &Shape,
    (key, scope): (&Key, Option<&Key>),
    now: Timestamp,
) {
    let now = now.to_string();
    let parts = key.parts(stream.key.len());
    let moves = stream.fields.iter().any(|field| field.name == UPDATED_AT).then_some(UPDATED_AT);
    let key = stream.key.iter().map(String::as_str).zip(parts.iter().map(String::as_str));
    let times = moves.into_iter().chain([DELETED_AT]).map(|name| (name, &*now));
    push_texts(line, key.chain(shape.scope(scope)).chain(times));
}

#[cfg(test)]
mod tests {
    use capture_core::{Field, FieldKind};
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn a_tombstone_is_newer_than_the_row_that_it_ends() {
        let stream =
            StreamDescriptor::new("pets", ["id"]).with_fields([Field::new(UPDATED_AT, FieldKind::Instant)]);
        let shape = Shape::new(&stream.fields).with_scope_as(Some("owner_id"));
        let mut line = Vec::new();
        let (key, owner) = (Key::from("a"), Key::from("o"));
        push_tombstone(&mut line, &stream, &shape, (&key, Some(&owner)), Timestamp::UNIX_EPOCH);
        let then = "1970-01-01T00:00:00Z";
        let record: Value = serde_json::from_slice(&line).unwrap();
        assert_eq!(record, json!({"id": "a", "owner_id": "o", UPDATED_AT: then, DELETED_AT: then}));
    }
}
