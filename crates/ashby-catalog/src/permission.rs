//! Permissions, in the three spellings that Ashby has for them.

use std::fmt;

use crate::operations;

/// What a key is allowed, such as `candidatesWrite`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Permission(&'static str);

/// Endings of permissions, with the words for them in scopes and on the screen.
const RIGHTS: [(&str, &str, &str); 3] =
    [("Read", "read", "Read"), ("Write", "write", "Write"), ("Delete", "delete", "Delete")];

impl Permission {
    /// The permission of this name in Ashby's reference.
    pub const fn new(name: &'static str) -> Self {
        Self(name)
    }

    /// Every permission that an operation needs, in order.
    pub fn all() -> Vec<Self> {
        let mut all: Vec<Self> = operations().filter_map(|operation| operation.permission).collect();
        all.sort();
        all.dedup();
        all
    }

    /// The permission that somebody means, in any of the spellings and any case: what is copied from the screen, from
    /// `apiKey.info` or from the reference is the same permission. `None` if no operation needs such a one.
    pub fn parse(text: &str) -> Option<Self> {
        let plain = |text: &str| text.replace([':', '-', '_', ' '], "").to_lowercase();
        let wanted = plain(text);
        // The scope is the name but for the colon.
        let is_it = |one: &Self| plain(one.name()) == wanted || plain(&one.screen_name()) == wanted;
        Self::all().into_iter().find(is_it)
    }

    /// As Ashby's reference spells it: `candidatesWrite`.
    pub fn name(self) -> &'static str {
        self.0
    }

    /// As `apiKey.info` spells it: `candidates:write`.
    pub fn scope(self) -> String {
        let (module, right, _) = self.parts();
        format!("{module}:{right}")
    }

    /// As Ashby's screen for API keys words it: "Candidates: Write".
    pub fn screen_name(self) -> String {
        let (module, _, right) = self.parts();
        let module = match module {
            "hiringProcessMetadata" => "Hiring Process".to_owned(),
            "apiKeys" => "API Keys".to_owned(),
            "auditLogs" => "Audit Logs".to_owned(),
            other => {
                let mut letters = other.chars();
                letters.next().map(char::to_uppercase).into_iter().flatten().chain(letters).collect()
            }
        };
        format!("{module}: {right}")
    }

    fn parts(self) -> (&'static str, &'static str, &'static str) {
        RIGHTS
            .into_iter()
            .find_map(|(ending, scope, screen)| Some((self.0.strip_suffix(ending)?, scope, screen)))
            .unwrap_or((self.0, "read", "Read"))
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_permission_has_three_spellings() {
        for (name, scope, screen) in [
            ("candidatesRead", "candidates:read", "Candidates: Read"),
            ("candidatesDelete", "candidates:delete", "Candidates: Delete"),
            ("hiringProcessMetadataWrite", "hiringProcessMetadata:write", "Hiring Process: Write"),
            ("apiKeysWrite", "apiKeys:write", "API Keys: Write"),
        ] {
            let permission = Permission::new(name);
            assert_eq!((permission.scope(), permission.screen_name()), (scope.to_owned(), screen.to_owned()));
            let others =
                [name.to_uppercase(), screen.to_lowercase(), scope.replace(':', "_"), format!(" {screen} ")];
            for text in [name, scope, screen].into_iter().chain(others.iter().map(String::as_str)) {
                assert_eq!(Permission::parse(text), Some(permission), "{text}");
            }
        }
        for text in ["", "candidates", "candidate:read", "Candidates: Readd", "read:candidates"] {
            assert_eq!(Permission::parse(text), None, "{text}");
        }
    }

    #[test]
    fn no_two_permissions_are_spelled_alike() {
        for permission in Permission::all() {
            for text in [permission.name(), &permission.scope(), &permission.screen_name()] {
                assert_eq!(Permission::parse(text), Some(permission), "{text}");
            }
        }
    }
}
