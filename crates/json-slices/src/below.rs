//! The texts at and below places of a JSON text.

use crate::error::ScanError;
use crate::scan::{MAX_DEPTH, Scanner};
use crate::text::Text;

/// Member names from the outermost object inwards. Lists on the way are passed through: the path stands for the place in
/// each of their items.
pub type Path = Vec<String>;

/// More paths than these are not looked for.
const PATHS_MAX: usize = 64;

/// Calls `found` for each text that stands at one of the first 64 paths, or anywhere below, in the order of the JSON, with the number of the
/// path; where several lead there, with the first. Member names are no texts.
///
/// # Errors
/// [`ScanError`] if `json` is not valid JSON; what came before the fault has been told.
pub fn texts_below<'a>(
    json: &'a [u8],
    paths: &[Path],
    found: &mut impl FnMut(usize, Text<'a>),
) -> Result<(), ScanError> {
    let mut scanner = Scanner::new(json)?;
    let paths = &paths[..paths.len().min(PATHS_MAX)];
    let mut walk = Walk { paths, found };
    let all = (0..paths.len()).fold(0, |all, path| all | 1 << path);
    let arrived = walk.arrived(all, 0);
    walk.value(&mut scanner, 0, 0, all, arrived)?;
    scanner.finish()
}

struct Walk<'p, F> {
    paths: &'p [Path],
    found: F,
}

impl<'a, F: FnMut(usize, Text<'a>)> Walk<'_, &mut F> {
    /// The first path of a set that ends at this level.
    fn arrived(&self, set: u64, level: usize) -> Option<usize> {
        let ends = |path: &usize| set & 1 << path != 0 && self.paths[*path].len() == level;
        (0..self.paths.len()).find(ends)
    }

    /// A value inside `depth` containers, to which the paths of `set` have led with their first `level` names.
    fn value(
        &mut self,
        scanner: &mut Scanner<'a>,
        depth: u32,
        level: usize,
        set: u64,
        at: Option<usize>,
    ) -> Result<(), ScanError> {
        match scanner.peek() {
            b'{' if depth < MAX_DEPTH => scanner.object(|scanner, name| {
                let follows = |path: &usize| {
                    set & 1 << path != 0
                        && self.paths[*path].get(level).is_some_and(|next| scanner.is_named(name, next))
                };
                let next = (0..self.paths.len()).filter(follows).fold(0, |next, path| next | 1 << path);
                let at = at.or_else(|| self.arrived(next, level + 1));
                if at.is_none() && next == 0 {
                    return scanner.value(depth + 1).map(drop);
                }
                self.value(scanner, depth + 1, level + 1, next, at)
            }),
            b'[' if depth < MAX_DEPTH => {
                scanner.array(|scanner| self.value(scanner, depth + 1, level, set, at))
            }
            _ => {
                let span = scanner.value(depth)?;
                if let (Some(path), Some(text)) = (at, Text::of(scanner.slice(span))) {
                    (self.found)(path, text);
                }
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(json: &str, paths: &[&str]) -> Vec<String> {
        let paths: Vec<Path> = paths
            .iter()
            .map(|path| path.split('/').filter(|name| !name.is_empty()).map(str::to_owned).collect())
            .collect();
        let mut all = Vec::new();
        let mut found = |path: usize, text: Text<'_>| all.push(format!("{path}:{}", text.lossy()));
        texts_below(json.as_bytes(), &paths, &mut found).unwrap();
        all
    }

    #[test]
    fn texts_are_found_where_paths_lead_and_below() {
        let json = r#"{"name":"Mia","n":1,"tags":[{"title":"a","id":"x"},{"title":"b\n"}],"deep":{"x":["p",{"y":"q"},2,null]},"name2":"no"}"#;
        assert_eq!(found(json, &["name"]), ["0:Mia"]);
        assert_eq!(found(json, &["tags/title", "name"]), ["1:Mia", "0:a", "0:b\n"]);
        assert_eq!(found(json, &["deep"]), ["0:p", "0:q"]);
        assert_eq!(found(json, &["deep/x/y", "n", "none"]), ["0:q"]);
        assert_eq!(found(json, &["deep/x", "deep"]), ["1:p", "1:q"], "the one that ends first");
        assert_eq!(found(json, &[""]).len(), 7);
        assert_eq!(found(json, &[]), [""; 0]);
        assert_eq!(found(r#"{"\u006eame":"Mia"}"#, &["name"]), ["0:Mia"], "however a name is escaped");
        assert_eq!(found(r#""alone""#, &[""]), ["0:alone"]);
    }

    #[test]
    fn what_is_no_json_is_an_error_however_deep() {
        let mut nothing = |_: usize, _: Text<'_>| {};
        let deep = format!("{}1{}", "[".repeat(500), "]".repeat(500));
        for json in ["{", "{\"a\":}", "[1,]", &deep] {
            assert!(texts_below(json.as_bytes(), &[vec![]], &mut nothing).is_err(), "{json:.20}");
        }
    }
}
