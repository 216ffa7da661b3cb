//! Objects in which a member occurs twice: JSON does not forbid it, and readers differ in what they make of it.

use std::borrow::Cow;

use crate::scan::{Scanner, Walk};
use crate::shape::Shape;
use crate::text::Text;

/// How many lists of names are remembered: records of a stream have a few.
const KNOWN: usize = 1024;

/// Looks for members that occur twice in an object, at any depth. Names of objects that were seen before are not compared
/// again.
#[derive(Debug)]
pub struct Repeats {
    /// Hashes of lists of names that are all different, each in the place that its lowest bits say.
    known: Box<[u64]>,
    /// Hashes of the names in the objects that are open.
    names: Vec<u64>,
    open: Vec<Open>,
}

/// An object that is open.
#[derive(Debug, Clone, Copy)]
struct Open {
    /// Where its names begin.
    begin: usize,
    /// A hash of them all in their order.
    list: u64,
}

impl Default for Repeats {
    fn default() -> Self {
        Self { known: vec![0; KNOWN].into(), names: Vec::new(), open: Vec::new() }
    }
}

impl Repeats {
    /// Whether some object in `json` has a member twice, however their names are escaped, or the outermost one has a
    /// member `unwanted`. Of JSON that was not checked before it may say anything.
    pub fn has(&mut self, json: &[u8], unwanted: Option<&str>) -> bool {
        self.names.clear();
        self.open.clear();
        let unwanted = unwanted.map(|name| hash(name.as_bytes()));
        let mut walk = Watch { all: self, unwanted, found: false };
        let mut scanner = Scanner::checked(json);
        scanner.peek();
        let walked = scanner.walk(&mut walk);
        walk.found || walked.is_err()
    }
}

struct Watch<'a> {
    all: &'a mut Repeats,
    unwanted: Option<u64>,
    found: bool,
}

impl Walk for Watch<'_> {
    #[inline(always)]
    fn open(&mut self) {
        self.all.open.push(Open { begin: self.all.names.len(), list: 0 });
    }

    #[inline(always)]
    fn name(&mut self, raw: &[u8], is_escaped: bool) {
        let name = if is_escaped { hash_of_escaped(raw) } else { hash(raw) };
        self.all.names.push(name);
        self.found |= self.all.open.len() == 1 && Some(name) == self.unwanted;
        if let Some(object) = self.all.open.last_mut() {
            object.list = (object.list.rotate_left(23) ^ name).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        }
    }

    #[inline(always)]
    fn close(&mut self) {
        let Some(Open { begin, list }) = self.all.open.pop() else { return };
        let known = &mut self.all.known[list as usize % KNOWN];
        if *known != list {
            let names = &mut self.all.names[begin..];
            if are_different(names) {
                *known = list;
            } else {
                self.found = true;
            }
        }
        self.all.names.truncate(begin);
    }
}

#[cold]
fn are_different(names: &mut [u64]) -> bool {
    names.sort_unstable();
    names.windows(2).all(|pair| pair[0] != pair[1])
}

#[inline(always)]
fn hash(name: &[u8]) -> u64 {
    Shape::EMPTY.with_name(name).to_u64()
}

/// The same for every spelling of a name; one that says nothing in Unicode is its spelling.
#[cold]
fn hash_of_escaped(raw: &[u8]) -> u64 {
    let token = [b"\"", raw, b"\""].concat();
    let text = Text::new(&token).exact().map(Cow::into_owned);
    hash(text.as_deref().map_or(raw, str::as_bytes))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    #[test]
    fn repeats_are_found_in_every_object_and_spelling() {
        let mut repeats = Repeats::default();
        for (json, has) in [
            (r#"{"a":1,"b":2,"a":3}"#, true),
            (r#"{"a":1,"\u0061":3}"#, true),
            (r#" { "x": [ 1, {"a": 1 , "b": {"b":1,"c":[],"b":2}} ] }"#, true),
            (r#"[{"a":1},{"a":2}]"#, false),
            (r#"{ "a": {"a": {"a":"a"}}, "b": {}, "c": "a" }"#, false),
            (r#"{"\ud83d":1,"\ud83d":2}"#, true),
            (r#"{"\ud83d":1,"\ud83e":2}"#, false),
            (r#"{"a":{"_meta":1},"b":"_meta"}"#, false),
            (r#"{"_meta":1}"#, true),
            ("{}", false),
        ] {
            // Known by now or not.
            for _ in 0..2 {
                assert_eq!(repeats.has(json.as_bytes(), Some("_meta")), has, "{json}");
            }
        }
    }

    fn object(names: &[String], value: &str) -> String {
        let members: Vec<String> = names.iter().map(|name| format!("\"{name}\":{value}")).collect();
        format!("{{{}}}", members.join(","))
    }

    fn count(value: &Value) -> usize {
        match value {
            Value::Object(members) => members.len() + members.values().map(count).sum::<usize>(),
            Value::Array(items) => items.iter().map(count).sum(),
            _ => 0,
        }
    }

    proptest! {
        #[test]
        fn a_reader_that_keeps_one_of_each_has_as_many(
            all in proptest::collection::vec(
                (proptest::collection::vec("[abcdef]", 0..4), proptest::collection::vec("[abcdef]", 0..4)),
                1..40,
            ),
        ) {
            let mut repeats = Repeats::default();
            for (outer, inner) in all {
                let json = object(&outer, &format!("[{},0]", object(&inner, "1")));
                let read: Value = serde_json::from_str(&json).unwrap();
                let has = count(&read) < outer.len() + outer.len() * inner.len();
                prop_assert_eq!(repeats.has(json.as_bytes(), None), has, "{}", json);
            }
        }

        #[test]
        fn broken_json_harms_nobody(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            Repeats::default().has(&bytes, Some("a"));
        }
    }
}
