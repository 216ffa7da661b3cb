//! Applying a plan to a record's JSON: one pass beside the scanner. What does not change is handed back as it was.

use std::borrow::Cow;

use json_slices::{ScanError, Scanner, Text, find, push_string};

use crate::plan::{Fate, Node, Plan};

/// As deep as the scanner goes.
const MAX_DEPTH: u32 = 128;

/// What stands in the place of what is masked.
const MASK: &[u8] = b"\"***\"";

/// A record that is no JSON: nothing of it may leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a record is no JSON, so that it cannot be told what of it may leave")]
pub struct Unreadable;

impl Plan {
    /// What is left of a record, byte for byte as it was if it loses nothing.
    ///
    /// # Errors
    /// [`Unreadable`].
    pub fn apply<'a>(&self, json: &'a [u8]) -> Result<Cow<'a, [u8]>, Unreadable> {
        if self.root == Fate::Keep {
            return Ok(Cow::Borrowed(json));
        }
        let mut walk = Walk { out: Vec::with_capacity(json.len()), is_changed: false };
        let mut scanner = Scanner::new(json).map_err(|_| Unreadable)?;
        let is_there = walk.value(&mut scanner, 0, &self.root, false).map_err(|_| Unreadable)?;
        scanner.finish().map_err(|_| Unreadable)?;
        if !is_there {
            return Ok(Cow::Borrowed(b"null"));
        }
        Ok(if walk.is_changed { Cow::Owned(walk.out) } else { Cow::Borrowed(json) })
    }
}

struct Walk {
    out: Vec<u8>,
    is_changed: bool,
}

impl Walk {
    /// Writes what is left of the value that starts here; whether anything is.
    fn value(
        &mut self,
        scanner: &mut Scanner<'_>,
        depth: u32,
        fate: &Fate,
        is_country: bool,
    ) -> Result<bool, ScanError> {
        match fate {
            Fate::Into(node) => match scanner.peek() {
                b'{' if depth < MAX_DEPTH => self.object(scanner, depth, node),
                b'[' if depth < MAX_DEPTH => self.array(scanner, depth, node),
                // Nothing is there, and that is all it says.
                b'n' => self.raw(scanner, depth),
                _ => self.value(scanner, depth, &node.other, false),
            },
            Fate::Keep => self.raw(scanner, depth),
            Fate::Country if is_country => self.raw(scanner, depth),
            Fate::Drop | Fate::Country => {
                scanner.value(depth)?;
                self.is_changed = true;
                Ok(false)
            }
            Fate::Mask | Fate::Hash(_) | Fate::Year => {
                let span = scanner.value(depth)?;
                Ok(self.instead(scanner.slice(span), fate))
            }
        }
    }

    fn raw(&mut self, scanner: &mut Scanner<'_>, depth: u32) -> Result<bool, ScanError> {
        let span = scanner.value(depth)?;
        self.out.extend_from_slice(scanner.slice(span));
        Ok(true)
    }

    /// Writes what stands in the place of a value.
    fn instead(&mut self, value: &[u8], fate: &Fate) -> bool {
        if value == b"null" {
            self.out.extend_from_slice(value);
            return true;
        }
        self.is_changed = true;
        match fate {
            Fate::Hash(key) => {
                // The same text has the same hash, however it is escaped.
                let hash = match Text::of(value).map(|text| text.exact().ok_or(text)) {
                    Some(Ok(text)) => key.hash(text.as_bytes()),
                    Some(Err(text)) => key.hash(text.raw()),
                    None => key.hash(value),
                };
                push_string(&mut self.out, &hash);
                true
            }
            Fate::Year => match year(value) {
                Some(year) => {
                    push_string(&mut self.out, year);
                    true
                }
                None => false,
            },
            _ => {
                self.out.extend_from_slice(MASK);
                true
            }
        }
    }

    fn object(&mut self, scanner: &mut Scanner<'_>, depth: u32, node: &Node) -> Result<bool, ScanError> {
        if node.may_be_country {
            // What it is may stand behind what is asked.
            let span = scanner.value(depth)?;
            let object = scanner.slice(span);
            let is_country = find(object, &["type"])? == Some(b"\"Country\"");
            return self.members(&mut Scanner::new(object)?, depth, node, is_country);
        }
        self.members(scanner, depth, node, false)
    }

    fn members(
        &mut self,
        scanner: &mut Scanner<'_>,
        depth: u32,
        node: &Node,
        is_country: bool,
    ) -> Result<bool, ScanError> {
        self.out.push(b'{');
        let mut is_first = true;
        scanner.object(|scanner, token| {
            let name = scanner.text(token);
            let fate = match name.exact() {
                Some(name) => node.members.get(&*name).unwrap_or(&node.other),
                None => &node.other,
            };
            let before = self.out.len();
            if !is_first {
                self.out.push(b',');
            }
            self.out.push(b'"');
            self.out.extend_from_slice(name.raw());
            self.out.extend_from_slice(b"\":");
            match self.value(scanner, depth + 1, fate, is_country)? {
                true => is_first = false,
                false => self.out.truncate(before),
            }
            Ok(())
        })?;
        self.out.push(b'}');
        Ok(true)
    }

    fn array(&mut self, scanner: &mut Scanner<'_>, depth: u32, node: &Node) -> Result<bool, ScanError> {
        let fate = node.items.as_ref().unwrap_or(&node.other);
        if *fate == Fate::Drop {
            scanner.value(depth)?;
            self.is_changed = true;
            return Ok(false);
        }
        self.out.push(b'[');
        let mut is_first = true;
        scanner.array(|scanner| {
            let before = self.out.len();
            if !is_first {
                self.out.push(b',');
            }
            match self.value(scanner, depth + 1, fate, false)? {
                true => is_first = false,
                false => self.out.truncate(before),
            }
            Ok(())
        })?;
        self.out.push(b']');
        Ok(true)
    }
}

/// The year of a time that is written as Ashby writes them.
fn year(value: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(Text::of(value)?.raw()).ok()?;
    let (year, rest) = text.split_at_checked(4)?;
    let is_year =
        year.bytes().all(|byte| byte.is_ascii_digit()) && (rest.is_empty() || rest.starts_with('-'));
    is_year.then_some(year)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::{Contract, HashKey, Policy, Selection, Veil};

    fn veil(text: &str) -> Veil {
        let contract = Contract::ashby();
        let policy = Policy::parse(text, Path::new("privacy.toml"), &contract).unwrap();
        Veil::new(contract, [policy])
    }

    fn left(veil: &Veil, stream: &str, json: &str) -> String {
        String::from_utf8(veil.plan(stream).apply(json.as_bytes()).unwrap().into_owned()).unwrap()
    }

    #[test]
    fn what_does_not_change_is_the_same_bytes() {
        let veil = veil("preset = \"no-contact\"");
        let json = "{ \"id\" : \"1\",\n \"createdAt\":\"2026-01-31T00:00:00Z\" , \"tags\":null}";
        assert!(matches!(veil.plan("candidates").apply(json.as_bytes()), Ok(Cow::Borrowed(_))));
        let full = Veil::open();
        assert!(full.plan("candidates").is_open() && full.plan("candidates").fingerprint().is_none());
        assert!(matches!(full.plan("candidates").apply(b"no json"), Ok(Cow::Borrowed(b"no json"))));
        assert_eq!(veil.plan("candidates").apply(b"{\"id\":"), Err(Unreadable));
    }

    #[test]
    fn members_go_however_they_are_written() {
        let veil = veil("preset = \"no-contact\"");
        for (json, expected) in [
            (r#"{"name":"Mia","id":"1"}"#, r#"{"id":"1"}"#),
            (r#"{"id":"1","n\u0061me":"Mia"}"#, r#"{"id":"1"}"#),
            (r#"{"id":"1","name":"Mia","name":"Ida"}"#, r#"{"id":"1"}"#),
            (r#"{"id":"1","Name":"Mia","\ud83d":"Mia"}"#, r#"{"id":"1"}"#),
            (r#"{"id":"1","source":"Mia"}"#, r#"{"id":"1"}"#),
            (r#"{"id":"1","source":[{"title":"Mia"}]}"#, r#"{"id":"1"}"#),
            (
                r#"{"id":"1","source":{"id":"2","title":"Job fair","by":"Mia"}}"#,
                r#"{"id":"1","source":{"id":"2","title":"Job fair"}}"#,
            ),
            (r#"{"id":"1","emailAddresses":[{"value":"a@b","isPrimary":true}]}"#, r#"{"id":"1"}"#),
            (
                r#"{"id":"1","applicationIds":["2","3"],"tags":[]}"#,
                r#"{"id":"1","applicationIds":["2","3"],"tags":[]}"#,
            ),
            (r#"["Mia"]"#, "null"),
            (r#""Mia""#, "null"),
        ] {
            assert_eq!(left(&veil, "candidates", json), expected, "{json}");
        }
    }

    #[test]
    fn values_are_made_coarser_masked_and_hashed() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("privacy.toml");
        let key = directory.path().join("k");
        std::fs::write(&key, "0123456789abcdef0123456789abcdef").unwrap();
        let text = "preset = \"minimal\"\nkey_file = \"k\"\n[classes]\nidentifier = \"hash\"\n[fields]\n\
            \"candidates.name\" = \"hash\"\n\"candidates.primaryEmailAddress.value\" = \"mask\"\n\
            \"candidates.location\" = \"generalise\"\n";
        let contract = Contract::ashby();
        let veil = Veil::new(contract.clone(), [Policy::parse(text, &path, &contract).unwrap()]);
        let json = r#"{"id":"1","name":"Mi\u0061","createdAt":"2026-01-31T00:00:00Z","updatedAt":"soon",
            "primaryEmailAddress":{"value":"a@b","isPrimary":true},
            "location":{"id":"l","locationSummary":"Bonn, Germany","locationComponents":[
                {"name":"Bonn","type":"City"},{"name":"Germany","type":"Country"}]}}"#;
        let hash =
            |text: &str| HashKey::new(b"0123456789abcdef0123456789abcdef").unwrap().hash(text.as_bytes());
        let expected = format!(
            r#"{{"id":"{}","name":"{}","createdAt":"2026","primaryEmailAddress":{{"value":"***","isPrimary":true}},"location":{{"locationComponents":[{{"type":"City"}},{{"name":"Germany","type":"Country"}}]}}}}"#,
            hash("1"),
            hash("Mia"),
        );
        assert_eq!(left(&veil, "candidates", json), expected);
        let plan = veil.plan("candidates");
        assert_eq!(plan.key(&"1".into()).as_str(), hash("1"));
        assert_eq!(plan.owner(&"9".into()).as_str(), hash("9"));
        let pair =
            capture_core::Key::from_parts(&[bytes::Bytes::from("1"), bytes::Bytes::from("2")]).unwrap();
        assert_eq!(veil.plan("candidate_projects").key(&pair).parts(2), [hash("1"), hash("2")]);
    }

    #[test]
    fn a_selection_leaves_what_is_wanted_and_the_key() {
        let contract = Contract::ashby();
        let selected = |text: &str| Veil::open().selected(Selection::parse([text], &contract).unwrap());
        let json = r#"{"id":"1","name":"Mia","phoneNumbers":[{"value":"1"}],"new":1}"#;
        let some = selected("candidates.*,-candidates.phoneNumbers");
        assert_eq!(left(&some, "candidates", json), r#"{"id":"1","name":"Mia","new":1}"#);
        assert_eq!(left(&selected("candidates.name"), "candidates", json), r#"{"id":"1","name":"Mia"}"#);
        assert_eq!(
            left(&selected("-candidates.id,-candidates.name"), "candidates", json),
            r#"{"id":"1","phoneNumbers":[{"value":"1"}],"new":1}"#
        );
        assert!(some.plan("users").is_open() && some.plan("users").fingerprint().is_none());
    }

    #[test]
    fn of_several_policies_the_strictest_counts() {
        let veil = veil("preset = \"no-compensation\"").and(Policy::preset("no-contact").unwrap());
        assert_eq!(veil.name(), "privacy+no-contact");
        assert_eq!(left(&veil, "candidates", r#"{"id":"1","name":"Mia"}"#), r#"{"id":"1"}"#);
        assert!(!veil.plan("offers").shows(&["latestVersion", "salary", "value"]));
        assert!(veil.plan("offers").shows(&["offerStatus"]) && veil.plan("email_senders").is_withheld());
    }

    #[test]
    fn what_operations_answer_follows_the_rules_of_their_streams() {
        let veil = veil("preset = \"full\"\n[fields]\n\"candidates.name\" = \"drop\"");
        let operation = |name: &str| veil.operation(ashby_catalog::find(name).unwrap());
        let one = operation("candidate.info").apply(br#"{"id":"1","name":"Mia"}"#).unwrap().into_owned();
        assert_eq!(one, br#"{"id":"1"}"#);
        let list = operation("candidate.search").apply(br#"[{"id":"1","name":"Mia"}]"#).unwrap().into_owned();
        assert_eq!(list, br#"[{"id":"1"}]"#);
        assert!(operation("job.info").is_open());
    }
}
