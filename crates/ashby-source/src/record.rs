//! From slices of a response to records: the key, the scope, and what Ashby leaves out.

use ashby_client::{Records, ScanError, ScanErrorKind};
use bytes::Bytes;
use capture_core::{Key, Op, Record, Shape};
use jiff::Timestamp;
use json_slices::{Prefix, Text, find};

use crate::table::Row;

/// The record that the records of a response belong to.
#[derive(Clone, Copy)]
pub(crate) struct Owner<'a> {
    /// Its key.
    pub(crate) key: &'a Key,
    /// The field under which the key is part of the child's key.
    pub(crate) field: Option<&'static str>,
    /// Members to put in front of each record: they are not in what Ashby sends.
    pub(crate) prefix: &'a Prefix,
}

/// The fields of `row`'s key that the records themselves hold; the owner's field is not among them.
pub(crate) fn key_fields(row: &Row, owner_field: Option<&str>) -> Vec<String> {
    row.key.iter().filter(|field| Some(**field) != owner_field).map(|field| (*field).to_owned()).collect()
}

/// What the elements of a response came to.
#[derive(Debug, Default)]
pub(crate) struct Assembled {
    pub(crate) records: Vec<Record>,
    /// Positions of elements that cannot be used: they are no objects, or their key is missing or no text.
    pub(crate) unusable: Vec<usize>,
}

/// What is missing in lists of records.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Gaps {
    /// Positions of elements that could not be used, each in its own list.
    pub(crate) unusable: Vec<usize>,
    /// A list was left out.
    pub(crate) hollow: bool,
}

impl Gaps {
    pub(crate) fn is_empty(&self) -> bool {
        self.unusable.is_empty() && !self.hollow
    }
}

pub(crate) fn count(positions: &[usize]) -> u32 {
    u32::try_from(positions.len()).unwrap_or(u32::MAX)
}

/// The records of a response, in their order.
pub(crate) fn assemble(row: &Row, records: &Records, owner: Option<Owner<'_>>) -> Assembled {
    let unusable = records.unusable().iter().filter_map(position);
    let mut assembled =
        Assembled { records: Vec::with_capacity(records.len()), unusable: unusable.collect() };
    for index in 0..records.len() {
        let Some(key) = key_of(row, records, index, owner) else {
            assembled.unusable.push(index);
            continue;
        };
        let (body, shape) = (records.record(index), records.shape(index));
        let (body, shape) = match owner {
            Some(owner) => (owner.prefix.join(&body), owner.prefix.shape(shape)),
            None => (body, shape),
        };
        let mut record = Record::upsert(key, body).with_shape(Shape::new(shape.to_u64()));
        record.scope = match owner {
            Some(owner) => Some(owner.key.clone()),
            None => row.owner.and_then(|owner| owned_by(&records.record(index), owner.path)),
        };
        assembled.records.push(record);
    }
    assembled
}

/// The key that stands at `path` of a record.
fn owned_by(record: &Bytes, path: &[&str]) -> Option<Key> {
    let value = find(record, path).ok()??;
    let text = Text::of(value)?.exact()?;
    // A copy: a slice would keep the whole page.
    Some(Key::from(text.into_owned()))
}

/// Whether a record says that it was created before that, in milliseconds since 1970; what is filled in was when it was
/// handed in.
pub(crate) fn was_created_before(record: &Record, start_ms: i64) -> bool {
    let Some(body) = record.body() else { return false };
    let created = ["createdAt", "submittedAt"].iter().find_map(|name| find(body, &[name]).ok()?);
    let created = created.and_then(|value| Text::of(value)?.exact()?.parse::<Timestamp>().ok());
    created.is_some_and(|created| created.as_millisecond() < start_ms)
}

/// The same record apart from the response that it is a slice of, so that the rest of that need not stay.
pub(crate) fn detached(mut record: Record) -> Record {
    record.key = Key::from(record.key.as_str());
    if let Op::Upsert(body) = &mut record.op {
        *body = Bytes::copy_from_slice(body);
    }
    record
}

fn position(defect: &ScanError) -> Option<usize> {
    match defect.kind() {
        ScanErrorKind::NotAnObject { record } | ScanErrorKind::InvalidKey { record, .. } => Some(*record),
        _ => None,
    }
}

fn key_of(row: &Row, records: &Records, index: usize, owner: Option<Owner<'_>>) -> Option<Key> {
    let mut field = 0;
    let mut part = |name: &str| match owner {
        Some(owner) if owner.field == Some(name) => Bytes::copy_from_slice(owner.key.as_str().as_bytes()),
        _ => {
            field += 1;
            records.key_part(index, field - 1)
        }
    };
    match row.key {
        [only] => Key::from_part(part(only)),
        several => Key::from_parts(&several.iter().map(|name| part(name)).collect::<Vec<_>>()).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::row;

    fn split(json: &'static str, fields: &[String]) -> Records {
        ashby_client::split_usable(&Bytes::from_static(json.as_bytes()), &[], fields).unwrap().unwrap()
    }

    #[test]
    fn a_child_carries_its_parents_key() {
        let row = row("candidate_projects").unwrap();
        let key = Key::from("c\"1");
        let prefix = Prefix::new([("candidateId", "c\"1")]);
        let owner = Owner { key: &key, field: Some("candidateId"), prefix: &prefix };
        let records = split(r#"[{ "id":"p1" , "title":"x"}]"#, &key_fields(row, owner.field));
        let [record] = &assemble(row, &records, Some(owner)).records[..] else { panic!("one record") };
        assert_eq!(record.key.parts(2), ["c\"1", "p1"]);
        assert_eq!(record.scope.as_ref(), Some(&key));
        assert_eq!(&record.body().unwrap()[..], br#"{"candidateId":"c\"1", "id":"p1" , "title":"x"}"#);
    }

    #[test]
    fn what_has_no_usable_key_is_named_by_its_position() {
        let row = row("jobs").unwrap();
        let json = r#"[{"id":"1"},{},{"id":null},7,{"id":"5"},{"id":"\ud83d"}]"#;
        let assembled = assemble(row, &split(json, &key_fields(row, None)), None);
        let keys: Vec<&str> = assembled.records.iter().map(|record| record.key.as_str()).collect();
        assert_eq!((keys, assembled.unusable), (vec!["1", "5"], vec![1, 2, 3, 5]));
    }

    #[test]
    fn a_record_of_a_list_belongs_to_what_it_names() {
        let scopes = |stream: &str, json: &'static str| {
            let records = assemble(row(stream).unwrap(), &split(json, &["id".to_owned()]), None).records;
            records.iter().map(|record| record.scope.clone()).collect::<Vec<_>>()
        };
        let applications =
            r#"[{"id":"1","candidate":{"name":"x","id":"c\u0031"}},{"id":"2","candidate":null},{"id":"3"}]"#;
        assert_eq!(scopes("applications", applications), [Some(Key::from("c1")), None, None]);
        assert_eq!(scopes("offers", r#"[{"id":"1","applicationId":"a"}]"#), [Some(Key::from("a"))]);
        assert_eq!(scopes("jobs", r#"[{"id":"1","applicationId":"a"}]"#), [None]);
    }

    #[test]
    fn only_what_says_that_it_is_older_is() {
        let is_older = |json: &'static str| was_created_before(&Record::upsert("1", json), 1_000);
        assert!(is_older(r#"{"createdAt":"1970-01-01T00:00:00.999Z"}"#));
        assert!(is_older(r#"{"submittedAt":"1970-01-01T00:00:00Z"}"#));
        for kept in [
            "{}",
            r#"{"createdAt":null}"#,
            r#"{"createdAt":"soon"}"#,
            r#"{"createdAt":"1970-01-01T00:00:01Z"}"#,
        ] {
            assert!(!is_older(kept), "{kept}");
        }
    }

    #[test]
    fn records_pass_untouched() {
        let row = row("jobs").unwrap();
        let json = "[{\"id\":\"1\",\n \"n\": 1.50}]";
        let records = assemble(row, &split(json, &key_fields(row, None)), None).records;
        assert_eq!(&records[0].body().unwrap()[..], &json.as_bytes()[1..json.len() - 1]);
    }

    #[test]
    fn shapes_tell_names_apart_and_nothing_else() {
        let row = row("candidate_projects").unwrap();
        let key = Key::from("c1");
        let prefix = |value| Prefix::new([("candidateId", value)]);
        let shapes = |json, prefix: &Prefix| {
            let owner = Owner { key: &key, field: Some("candidateId"), prefix };
            let records = split(json, &key_fields(row, owner.field));
            let records = assemble(row, &records, Some(owner)).records;
            records.iter().map(|record| record.shape.unwrap()).collect::<Vec<_>>()
        };
        let json = r#"[{"id":"p1","a":1},{"id":"p2","a":null},{"a":1,"id":"p3"},{"id":"p4","b":1}]"#;
        let with = shapes(json, &prefix("c1"));
        assert_eq!(with[0], with[1]);
        assert!(with[0] != with[2] && with[0] != with[3] && with[2] != with[3]);
        assert_eq!(with, shapes(json, &prefix("c2")));
        assert!(with.iter().zip(shapes(json, &Prefix::new([]))).all(|(with, without)| *with != without));
    }
}
