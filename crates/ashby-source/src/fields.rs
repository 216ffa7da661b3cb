//! The known fields of a stream's records: what the catalog says of the operation that brings them.

use std::collections::BTreeSet;

use ashby_client::catalog::{self, Class, Type};
use capture_core::{Field, FieldKind};

use crate::table::{Plan, Row, row};

/// The parent's key where it is added, a tag, then the members of the answers in the catalog's order.
pub(crate) fn of(row: &Row) -> Vec<Field> {
    let mut fields: Vec<Field> = Vec::new();
    let mut seen = BTreeSet::new();
    let mut add = |name: &str, kind: FieldKind, class: Class| {
        if seen.insert(name.to_owned()) {
            fields.push(Field::new(name, kind).with_class(class.name()));
        }
    };
    if let Plan::PerParent { add_parent_as, arrays, .. } = row.plan {
        if let Some(parent) = add_parent_as {
            add(parent, FieldKind::String, Class::Identifier);
        }
        for (tag, _) in arrays.iter().filter_map(|(_, tag)| *tag) {
            add(tag, FieldKind::String, Class::Plain);
        }
    }
    for member in members(row) {
        add(member.name, kind(&member.kind), member.class);
    }
    fields
}

/// Members of a stream's records as Ashby sends them. Where several lists of a result hold them, one may come twice.
fn members(row: &Row) -> Vec<&'static catalog::Field> {
    let Some(operation) = row.entry() else { return Vec::new() };
    let inside = |array: &str| {
        let shape =
            operation.members().find(|member| member.name == array).and_then(|member| member.kind.shape());
        shape.map_or(&[][..], |shape| shape.fields)
    };
    match row.plan {
        Plan::List(_) => operation.members().collect(),
        Plan::Embedded { array, .. } => inside(array).iter().collect(),
        Plan::PerParent { arrays, .. } => {
            let of_array = |array: &str| -> Vec<&'static catalog::Field> {
                if array.is_empty() { operation.members().collect() } else { inside(array).iter().collect() }
            };
            arrays.iter().flat_map(|(array, _)| of_array(array)).collect()
        }
    }
}

/// Members that a record shows when it is asked for by itself, and its list never shows.
pub(crate) fn only_by_itself(row: &Row, operation: &catalog::Operation) -> Vec<&'static str> {
    let listed = members(row);
    let alone = operation.members().map(|member| member.name);
    alone.filter(|name| listed.iter().all(|member| member.name != *name)).collect()
}

fn kind(of: &Type) -> FieldKind {
    match of {
        Type::Boolean => FieldKind::Boolean,
        Type::Integer | Type::Milliseconds => FieldKind::Integer,
        Type::Number => FieldKind::Number,
        Type::Instant => FieldKind::Instant,
        Type::Object | Type::Record(_) => FieldKind::Object,
        Type::List { .. } => FieldKind::Array,
        Type::String
        | Type::Uuid
        | Type::Id(_)
        | Type::Date
        | Type::Email
        | Type::Url
        | Type::Enumeration(_) => FieldKind::String,
        Type::Json => FieldKind::Any,
        Type::Either(types) => {
            let mut kinds = types.iter().map(kind);
            let first = kinds.next().unwrap_or(FieldKind::Any);
            if kinds.all(|kind| kind == first) { first } else { FieldKind::Any }
        }
    }
}

/// Every place in the records of a stream with what stands there in the eyes of privacy, as JSON pointers in which `*`
/// stands for each item of a list; `None` for an unknown stream.
pub fn places(stream: &str) -> Option<Vec<catalog::Place>> {
    let row = row(stream)?;
    let members = members(row);
    let added = of(row).into_iter().filter(|field| members.iter().all(|member| member.name != field.name));
    let is_parent = |name: &str| matches!(row.plan, Plan::PerParent { add_parent_as: Some(parent), .. } if parent == name);
    let mut places: Vec<catalog::Place> = added
        .map(|field| match is_parent(&field.name) {
            true => catalog::Place { path: field.path, class: Class::Identifier, holds: parent_id(row) },
            false => catalog::Place { path: field.path, class: Class::Plain, holds: catalog::Holds::Word },
        })
        .collect();
    for place in members.into_iter().flat_map(catalog::Field::places) {
        if !places.contains(&place) {
            places.push(place);
        }
    }
    Some(places)
}

/// What the key of a parent is: the parameter that takes it says so.
fn parent_id(row: &Row) -> catalog::Holds {
    let Plan::PerParent { parameter, .. } = row.plan else { return catalog::Holds::Text };
    let taken = row.entry().and_then(|operation| operation.parameter(parameter));
    match taken.map(|taken| taken.kind) {
        Some(Type::Id(name)) => catalog::Holds::Id(name),
        Some(Type::Uuid) => catalog::Holds::Id("Uuid"),
        _ => catalog::Holds::Text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::STREAMS;

    fn names(stream: &str) -> Vec<String> {
        of(row(stream).unwrap()).into_iter().map(|field| field.name).collect()
    }

    fn known(stream: &str, name: &str) -> Field {
        let fields = of(row(stream).unwrap());
        fields.into_iter().find(|field| field.name == name).unwrap_or_else(|| panic!("{stream}.{name}"))
    }

    #[test]
    fn every_stream_has_more_than_a_key() {
        for row in STREAMS {
            assert!(of(row).len() > row.key.len(), "{}", row.name);
        }
    }

    #[test]
    fn what_is_added_comes_first() {
        assert_eq!(names("candidate_notes")[..2], ["candidateId", "id"]);
        assert_eq!(names("interviewer_pool_members")[..3], ["interviewerPoolId", "memberType", "id"]);
        assert_eq!(names("candidate_client_info")[0], "id", "Ashby sends the candidate's id itself");
    }

    #[test]
    fn arrays_inside_results_give_the_fields_of_their_items() {
        assert_eq!(known("offer_versions", "salary").kind, FieldKind::Object);
        assert_eq!(known("interview_events", "startTime").kind, FieldKind::Instant);
        let members = names("interviewer_pool_members");
        assert_eq!(members.iter().filter(|name| *name == "firstName").count(), 1, "it is in both lists");
        assert!(members.contains(&"currentProgress".to_owned()), "it is in one of them");
        assert!(!names("offer_versions").contains(&"offerStatus".to_owned()));
    }

    #[test]
    fn what_only_other_operations_answer_is_no_field() {
        assert!(!names("applications").contains(&"referrals".to_owned()));
        assert!(!names("offers").contains(&"versions".to_owned()));
    }

    #[test]
    fn fields_know_kind_and_class() {
        for (stream, name, kind, class) in [
            ("applications", "createdAt", FieldKind::Instant, "plain"),
            ("applications", "submitterClientIp", FieldKind::String, "network_address"),
            ("candidates", "name", FieldKind::String, "contact"),
            ("candidates", "emailAddresses", FieldKind::Array, "contact"),
            ("candidates", "resumeFileHandle", FieldKind::Object, "file"),
            ("offer_versions", "offerId", FieldKind::String, "identifier"),
            ("offer_versions", "salary", FieldKind::Object, "compensation"),
            ("survey_submissions", "submittedValues", FieldKind::Object, "protected"),
            ("hiring_team_roles", "title", FieldKind::String, "plain"),
            ("take_home_assignments", "submission", FieldKind::Object, "free_text"),
            ("audit_log", "changedFields", FieldKind::Any, "unclassified"),
        ] {
            let field = known(stream, name);
            assert_eq!((field.kind, field.class.as_deref()), (kind, Some(class)), "{stream}.{name}");
        }
    }

    #[test]
    fn places_reach_into_objects() {
        let found = places("applications").unwrap();
        let at = |path: &str| found.iter().find(|place| place.path == path).map(|place| place.class);
        assert_eq!(at("/candidate/emailAddresses/*/value"), Some(Class::Contact));
        assert_eq!(at("/referrals/*/referredAt"), None);
        let notes = places("candidate_notes").unwrap();
        assert_eq!((&*notes[0].path, notes[0].class), ("/candidateId", Class::Identifier));
        assert!(places("nothing").is_none());
    }

    #[test]
    fn events_speak_of_streams_that_there_are() {
        for event in catalog::events() {
            for touch in event.touches {
                for stream in touch.dependants.iter().chain([&touch.stream]) {
                    assert!(row(stream).is_some(), "{}: {stream}", event.name);
                }
            }
        }
    }
}
