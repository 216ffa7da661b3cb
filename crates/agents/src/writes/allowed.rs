//! Which writes are allowed.

use ashby_client::catalog::{self, Kind, Operation, Permission};

use crate::error::Error;

/// The words for kinds.
const KINDS: [(&str, Kind); 3] =
    [("write", Kind::Write), ("notifies", Kind::Notifies), ("destructive", Kind::Destructive)];

/// Kinds, operations and permissions that were named.
#[derive(Debug, Clone, Default)]
pub struct Allowed {
    kinds: Vec<Kind>,
    operations: Vec<&'static str>,
    permissions: Vec<Permission>,
}

impl Allowed {
    /// What can be changed again, and tells nobody.
    pub fn usual() -> Self {
        Self { kinds: vec![Kind::Write], ..Self::default() }
    }

    /// Of a list of kinds (`write`, `notifies`, `destructive`), operations and permissions, with commas between them.
    ///
    /// # Errors
    /// A name that is none of these: what was meant must not be guessed.
    pub fn parse(list: &str) -> Result<Self, Error> {
        let mut allowed = Self::default();
        for name in list.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            if let Some((_, kind)) = KINDS.iter().find(|(word, _)| *word == name) {
                allowed.kinds.push(*kind);
            } else if let Some(operation) = catalog::find(name) {
                if operation.is_read() {
                    return Err(Error::new(
                        "invalid_parameter",
                        format!("{name} changes nothing: it needs no allowance"),
                    ));
                }
                allowed.operations.push(operation.name);
            } else if let Some(permission) = Permission::parse(name) {
                allowed.permissions.push(permission);
            } else {
                let nearest = catalog::nearest(name, catalog::operations().map(|operation| operation.name));
                let shown: String = name.chars().filter(|letter| !letter.is_control()).take(64).collect();
                let message =
                    format!("{shown} is no kind (write, notifies, destructive), operation or permission");
                let error = Error::new("invalid_parameter", message);
                return Err(match nearest.is_empty() {
                    true => error.hint("`ashby operations --writes` lists what there is"),
                    false => error.hint(format!("did you mean {}?", nearest.join(" or "))),
                });
            }
        }
        Ok(allowed)
    }

    /// Whether an operation may be sent. A permission stands for what can be changed again only: what tells people or
    /// destroys must be named itself, or its kind.
    pub fn allows(&self, operation: &Operation) -> bool {
        self.kinds.contains(&operation.kind)
            || self.operations.contains(&operation.name)
            || operation.kind == Kind::Write
                && operation.permission.is_some_and(|needed| self.permissions.contains(&needed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(list: &str, operation: &str) -> bool {
        Allowed::parse(list).unwrap().allows(catalog::find(operation).unwrap())
    }

    #[test]
    fn what_is_not_named_is_not_allowed() {
        let (note, gone, told) = ("candidate.createNote", "candidate.anonymize", "offer.start");
        let told = catalog::operations().find(|one| one.kind == Kind::Notifies).map_or(told, |one| one.name);
        assert!(allows("write", note) && !allows("write", gone) && !allows("write", told));
        assert!(allows("destructive", gone) && !allows("destructive", note));
        assert!(allows(gone, gone) && !allows(gone, note));
        for spelled in ["candidatesWrite", "candidates:write", "Candidates: Write"] {
            assert!(allows(spelled, note) && !allows(spelled, gone), "{spelled}");
        }
        assert!(allows("write, notifies", told) && !allows("", note));
        let usual = Allowed::usual();
        assert!(usual.allows(catalog::find(note).unwrap()) && !usual.allows(catalog::find(gone).unwrap()));
        for wrong in ["writes", "candidate.creatNote", "candidate.info", "all"] {
            assert_eq!(Allowed::parse(wrong).unwrap_err().code, "invalid_parameter", "{wrong}");
        }
    }
}
