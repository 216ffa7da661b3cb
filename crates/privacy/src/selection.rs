//! Which fields are wanted at all.

use crate::contract::Contract;
use crate::policy::Pattern;
use crate::policy_file::unknown_field;

/// Fields that are wanted, and fields that are not: `candidates.*`, `-candidates.phoneNumbers`. Of streams that are not
/// named everything is wanted; what a key is made of always stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    wanted: Vec<Pattern>,
    unwanted: Vec<Pattern>,
}

impl Selection {
    /// Reads patterns, one or several in each text, with commas between them.
    ///
    /// # Errors
    /// A sentence, if one of them names no field of the contract.
    pub fn parse<S: AsRef<str>>(
        patterns: impl IntoIterator<Item = S>,
        contract: &Contract,
    ) -> Result<Self, String> {
        let mut selection = Self::default();
        for text in patterns {
            for text in text.as_ref().split(',').map(str::trim).filter(|text| !text.is_empty()) {
                let (text, list) = match text.strip_prefix(['-', '!']) {
                    Some(text) => (text, &mut selection.unwanted),
                    None => (text, &mut selection.wanted),
                };
                match Pattern::parse(text) {
                    Some(pattern) => match unknown_field(&pattern, contract) {
                        None => list.push(pattern),
                        Some(why) => return Err(why),
                    },
                    None => {
                        return Err(
                            "a selection is STREAM.FIELD, such as candidates.*, with - before what is \
                                    not wanted"
                                .to_owned(),
                        );
                    }
                }
            }
        }
        Ok(selection)
    }

    /// Whether everything is wanted.
    pub fn is_everything(&self) -> bool {
        self.wanted.is_empty() && self.unwanted.is_empty()
    }

    /// The streams of which something is wanted, if it says so; `None` if it does not choose among streams.
    pub fn streams<'a>(&self, of: impl IntoIterator<Item = &'a str>) -> Option<Vec<&'a str>> {
        let is_wanted = |stream: &&str| self.wanted.iter().any(|pattern| pattern.is_of(&[stream]));
        (!self.wanted.is_empty()).then(|| of.into_iter().filter(is_wanted).collect())
    }

    /// Whether this place is wanted, in records that these streams have.
    pub(crate) fn keeps(&self, streams: &[&str], path: &[String]) -> bool {
        let mut wanted = self.wanted.iter().filter(|pattern| pattern.is_of(streams)).peekable();
        let is_wanted = wanted.peek().is_none() || wanted.any(|pattern| pattern.covers(path));
        is_wanted && !self.unwanted.iter().any(|pattern| pattern.is_of(streams) && pattern.covers(path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_wanted_and_not_wanted() {
        let contract = Contract::ashby();
        let parse = |text: &str| Selection::parse([text], &contract);
        let selection = parse("candidates.*, -candidates.phoneNumbers,jobs.title").unwrap();
        let keeps = |stream: &str, path: &str| {
            selection.keeps(&[stream], &path.split('.').map(str::to_owned).collect::<Vec<_>>())
        };
        assert!(keeps("candidates", "name") && keeps("candidates", "unknown"));
        assert!(!keeps("candidates", "phoneNumbers") && !keeps("candidates", "phoneNumbers.value"));
        assert!(keeps("jobs", "title") && !keeps("jobs", "status") && keeps("users", "email"));
        assert_eq!(selection.streams(["candidates", "users", "jobs"]).unwrap(), ["candidates", "jobs"]);
        assert!(parse("").unwrap().is_everything());
        assert_eq!(parse("-users.email").unwrap().streams(["users"]), None);
        let error = parse("candidates.phoneNumber").unwrap_err();
        assert!(error.contains("phoneNumbers"), "{error}");
        assert!(parse("candidate.*").unwrap_err().contains("candidates"));
        assert!(parse("candidates..x").is_err());
    }
}
