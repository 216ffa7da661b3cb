//! What destinations have of a stream, as far as it is few enough to travel with the state.

use std::collections::BTreeMap;

use capture_core::{Error, ErrorKind, Key, Record, Result, Share, Stamp, Sweep, Within};
use serde_json::Value;

/// More rows than this are not kept: platforms hold states in memory and send each one around.
pub(crate) const ROWS_MAX: usize = 10_000;

/// The rows that were sent and are not gone, each with what it belongs to and when it was last seen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Rows(BTreeMap<Key, (Option<Key>, Stamp)>);

/// As a state holds them. Rows that were seen together, and belong together, name that once.
type Written = Vec<(Stamp, Vec<(Option<String>, Vec<String>)>)>;

impl Rows {
    /// Reads what [`to_value`](Self::to_value) wrote.
    ///
    /// # Errors
    /// [`ErrorKind::State`] if it is something else.
    pub(crate) fn read(value: &Value) -> Result<Self> {
        let written: Written = serde_json::from_value(value.clone()).map_err(|_| {
            // Not the parser's words: they may quote.
            Error::new(ErrorKind::State, "the rows in the state cannot be read")
                .with_hint("clear the connection's state in the platform to list everything again")
        })?;
        let mut rows = BTreeMap::new();
        for (seen, scopes) in written {
            for (scope, keys) in scopes {
                let scope = scope.map(Key::from);
                rows.extend(keys.into_iter().map(|key| (Key::from(key), (scope.clone(), seen))));
            }
        }
        Ok(Self(rows))
    }

    pub(crate) fn to_value(&self) -> Value {
        let mut by_stamp: BTreeMap<Stamp, BTreeMap<Option<&str>, Vec<&str>>> = BTreeMap::new();
        for (key, (scope, seen)) in &self.0 {
            let scope = scope.as_ref().map(Key::as_str);
            by_stamp.entry(*seen).or_default().entry(scope).or_default().push(key.as_str());
        }
        let stamps =
            by_stamp.into_iter().map(|(seen, scopes)| (seen, scopes.into_iter().collect::<Vec<_>>()));
        serde_json::json!(stamps.collect::<Vec<_>>())
    }

    /// Takes note of a record that is sent. Whether there is room for it: otherwise they are worth nothing any more.
    #[must_use]
    pub(crate) fn note(&mut self, record: &Record, seen: Stamp) -> bool {
        if record.body().is_some() {
            self.0.insert(record.key.clone(), (record.scope.clone(), seen));
        } else {
            self.0.remove(&record.key);
        }
        self.0.len() <= ROWS_MAX
    }

    /// What a row belongs to.
    pub(crate) fn scope(&self, key: &Key) -> Option<&Key> {
        self.0.get(key)?.0.as_ref()
    }

    /// What a sweep would take.
    pub(crate) fn unseen(&self, sweep: &Sweep) -> Share {
        let mut share = Share::default();
        for (key, row) in self.0.iter().filter(|(_, row)| is_within(row, sweep)) {
            share.of += 1;
            if sweep.takes(row.1) {
                share.unseen += 1;
                if share.keys.len() < Share::KEYS {
                    share.keys.push(key.clone());
                }
            }
        }
        share
    }

    /// Takes it.
    pub(crate) fn take(&mut self, sweep: &Sweep) -> Vec<(Key, Option<Key>)> {
        let mut taken = Vec::new();
        self.0.retain(|key, row| {
            let is_gone = is_within(row, sweep) && sweep.takes(row.1);
            if is_gone {
                taken.push((key.clone(), row.0.take()));
            }
            !is_gone
        });
        taken
    }
}

fn is_within((scope, _): &(Option<Key>, Stamp), sweep: &Sweep) -> bool {
    match &sweep.within {
        Within::Everything => true,
        Within::Scopes(scopes) => scope.as_ref().is_some_and(|scope| scopes.contains(scope)),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use capture_core::{Gone, StreamDescriptor};

    use super::*;

    fn rows() -> Rows {
        let mut rows = Rows::default();
        for (key, scope, seen) in
            [("a", Some("x"), 1), ("b", Some("x"), 2), ("c", Some("y"), 1), ("d", None, 2)]
        {
            let mut record = Record::upsert(key, "{}");
            record.scope = scope.map(Key::from);
            assert!(rows.note(&record, Stamp::new(seen)));
        }
        rows
    }

    #[test]
    fn they_are_read_as_they_were_written() {
        let written = rows().to_value();
        assert_eq!(Rows::read(&written).unwrap(), rows());
        assert_eq!(written.to_string(), r#"[[1,[["x",["a"]],["y",["c"]]]],[2,[[null,["d"]],["x",["b"]]]]]"#);
        let odd = Rows::read(&serde_json::json!(["SECRET"])).unwrap_err();
        assert!(odd.kind() == ErrorKind::State && !odd.chain().contains("SECRET"), "{odd}");
    }

    #[test]
    fn a_sweep_takes_what_was_not_seen_since_of_what_it_speaks_of() {
        let stream = Arc::new(StreamDescriptor::new("pets", ["id"]));
        let (x, a) = (Key::from("x"), Key::from("a"));
        let sweep = Sweep::new(stream, Stamp::new(2), Within::Scopes(vec![x.clone()]));
        let mut rows = rows();
        assert_eq!(rows.unseen(&sweep), Share::new(1, 2, vec![a.clone()]));
        assert_eq!(rows.take(&sweep), [(a, Some(x))]);
        assert_eq!(rows.unseen(&sweep), Share::new(0, 1, Vec::new()));
        assert!(rows.note(&Record::gone("b", Gone::NotFound), Stamp::new(3)));
        assert_eq!(rows.unseen(&sweep).of, 0);
    }

    #[test]
    fn too_many_are_told() {
        let mut rows = Rows::default();
        let upsert = |number: usize| Record::upsert(number.to_string(), "{}");
        assert!((0..ROWS_MAX).all(|number| rows.note(&upsert(number), Stamp::new(1))));
        assert!(rows.note(&upsert(0), Stamp::new(2)), "the same again");
        assert!(!rows.note(&upsert(ROWS_MAX), Stamp::new(2)));
    }
}
