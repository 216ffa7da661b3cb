//! What is sent, while it is put together.

use std::fmt;

use serde_json::{Map, Value};

use crate::catalog::{self, Problem};
use crate::{Error, ErrorKind};

/// Parameters of an operation, or members of an object among them.
#[derive(Clone, Default)]
pub(crate) struct Parameters {
    /// Those that the catalog knows.
    members: Map<String, Value>,
    /// Those that the caller knows better.
    newer: Map<String, Value>,
}

/// Shows names and ids, no other values.
impl fmt::Debug for Parameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_map();
        for (name, value) in self.members.iter().chain(&self.newer) {
            // What is called an id need not be one; a UUID says nothing of anybody.
            let is_id = (name == "id" || name.ends_with("Id"))
                && catalog::check_value(name, &catalog::Type::Uuid, value).is_ok();
            match value.as_str().filter(|_| is_id) {
                Some(id) => shown.entry(name, &id),
                None => shown.entry(name, &format_args!("_")),
            };
        }
        shown.finish()
    }
}

impl Parameters {
    pub(crate) fn set<T: Into<Value>>(mut self, name: &str, value: impl Into<T>) -> Self {
        self.members.insert(name.to_owned(), value.into().into());
        self
    }

    pub(crate) fn set_list<T: Into<Value>>(
        self,
        name: &str,
        items: impl IntoIterator<Item = impl Into<T>>,
    ) -> Self {
        let items = items.into_iter().map(|item| item.into().into()).collect();
        self.set::<Value>(name, Value::Array(items))
    }

    pub(crate) fn with_newer(mut self, name: String, value: Value) -> Self {
        self.newer.insert(name, value);
        self
    }

    /// The parameters as they are sent, after the catalog's check of those that it knows.
    pub(crate) fn checked(&self, operation: &str) -> Result<Map<String, Value>, Error> {
        let entry = catalog::find(operation).expect("methods and tables come from one catalog");
        let is_newer = |name: &str| self.newer.contains_key(name);
        let mut known = self.members.clone();
        known.retain(|name, _| !is_newer(name));
        let problems = catalog::check(entry, &known).err().unwrap_or_default();
        // What is missing among the known ones may be among the newer ones.
        let problems: Vec<String> =
            problems.iter().filter(|problem| !is_newer(&problem.path)).map(Problem::to_string).collect();
        if !problems.is_empty() {
            return Err(Error::new(ErrorKind::InvalidRequest, operation, problems.join("; ")));
        }
        known.extend(self.newer.clone());
        Ok(known)
    }
}

impl From<Parameters> for Value {
    fn from(parameters: Parameters) -> Self {
        Self::Object(parameters.members)
    }
}
