//! From slices of a response to records: the key, the scope, and what Ashby leaves out.

use ashby_client::Records;
use bytes::Bytes;
use capture_core::{Error, ErrorKind, Key, Op, Record, Result, Shape};
use json_slices::Prefix;

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

/// The records of a response, in their order.
pub(crate) fn assemble(row: &Row, records: &Records, owner: Option<Owner<'_>>) -> Result<Vec<Record>> {
    (0..records.len())
        .map(|index| {
            let key = key_of(row, records, index, owner)?;
            let (body, shape) = (records.record(index), records.shape(index));
            let (body, shape) = match owner {
                Some(owner) => (owner.prefix.join(&body), owner.prefix.shape(shape)),
                None => (body, shape),
            };
            let scope = owner.map(|owner| owner.key.clone());
            Ok(Record { key, scope, op: Op::Upsert(body), shape: Some(Shape::new(shape.to_u64())) })
        })
        .collect()
}

fn key_of(row: &Row, records: &Records, index: usize, owner: Option<Owner<'_>>) -> Result<Key> {
    let mut field = 0;
    let mut part = |name: &str| match owner {
        Some(owner) if owner.field == Some(name) => Bytes::copy_from_slice(owner.key.as_str().as_bytes()),
        _ => {
            field += 1;
            records.key_part(index, field - 1)
        }
    };
    let key = match row.key {
        [only] => Key::from_part(part(only)),
        several => Key::from_parts(&several.iter().map(|name| part(name)).collect::<Vec<_>>()).ok(),
    };
    key.ok_or_else(|| {
        Error::new(ErrorKind::Data, format!("record {index} of {} has a key that is not text", row.name))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::row;

    fn split(json: &'static str, fields: &[String]) -> Records {
        ashby_client::split_array(&Bytes::from_static(json.as_bytes()), &[], fields).unwrap().unwrap()
    }

    #[test]
    fn a_child_carries_its_parents_key() {
        let row = row("candidate_projects").unwrap();
        let key = Key::from("c\"1");
        let prefix = Prefix::new([("candidateId", "c\"1")]);
        let owner = Owner { key: &key, field: Some("candidateId"), prefix: &prefix };
        let records = split(r#"[{ "id":"p1" , "title":"x"}]"#, &key_fields(row, owner.field));
        let [record] = &assemble(row, &records, Some(owner)).unwrap()[..] else { panic!("one record") };
        assert_eq!(record.key.parts(2), ["c\"1", "p1"]);
        assert_eq!(record.scope.as_ref(), Some(&key));
        assert_eq!(&record.body().unwrap()[..], br#"{"candidateId":"c\"1", "id":"p1" , "title":"x"}"#);
    }

    #[test]
    fn records_pass_untouched() {
        let row = row("jobs").unwrap();
        let json = "[{\"id\":\"1\",\n \"n\": 1.50}]";
        let records = assemble(row, &split(json, &key_fields(row, None)), None).unwrap();
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
            let records = assemble(row, &records, Some(owner)).unwrap();
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
