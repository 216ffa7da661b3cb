//! What was done, counted: so that one sees that everything is really exercised.

use std::collections::BTreeMap;
use std::fmt;

/// Counts by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally(BTreeMap<String, u64>);

impl Tally {
    pub(crate) fn count(&mut self, name: &str) {
        self.add(name, 1);
    }

    pub(crate) fn add(&mut self, name: &str, count: u64) {
        *self.0.entry(name.to_owned()).or_default() += count;
    }

    pub(crate) fn join(&mut self, other: Self) {
        other.0.into_iter().for_each(|(name, count)| self.add(&name, count));
    }

    /// How often something happened.
    pub fn get(&self, name: &str) -> u64 {
        self.0.get(name).copied().unwrap_or_default()
    }

    /// Everything whose name begins like this, and how often it happened.
    pub fn kinds(&self, beginning: &str) -> Vec<(&str, u64)> {
        let named = self.0.iter().filter(|(name, _)| name.starts_with(beginning));
        named.map(|(name, count)| (name.as_str(), *count)).collect()
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|(name, count)| writeln!(f, "{count:>9}  {name}"))
    }
}
