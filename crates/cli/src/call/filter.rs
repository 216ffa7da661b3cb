//! `--jq`: a filter over results, and JSON as people read it.

use jaq_core::load::{self, Arena, File, Loader};
use jaq_core::{Compiler, Ctx, Filter as Compiled, Vars, data, unwrap_valr};
use jaq_json::write::{Pp, write};
use jaq_json::{Val, read};

use crate::failure::{FAILED, Failure, USAGE};

/// A jq expression, compiled.
pub(crate) struct Filter(Compiled<data::JustLut<Val>>);

/// What jq has and an expression here has not, and why.
const ABSENT: &[(&str, &str)] =
    &[("env", SECRET), ("$ENV", SECRET), ("input", ONE), ("inputs", ONE), ("input_filename", ONE)];
const SECRET: &str =
    "an expression sees results only: the environment holds the key. Let the shell write a value into it";
const ONE: &str = "an expression sees the results, which are one input: `.` is all of it";

fn wrong(what: &str) -> Failure {
    Failure::new(USAGE, what)
        .with_hint("for example: --jq '.[].name'; the language is that of jq, https://jqlang.org/manual")
}

/// Where an expression goes wrong, in words.
fn place(expression: &str, error: &load::Error<&str>) -> Option<String> {
    // What is left of it there, or what stands there.
    let (expected, found) = match error {
        load::Error::Lex(errors) => errors.first().map(|(expected, rest)| (expected.as_str(), *rest))?,
        load::Error::Parse(errors) => errors.first().map(|(expected, found)| (expected.as_str(), *found))?,
        load::Error::Io(_) => return None,
    };
    let before = (found.as_ptr() as usize).checked_sub(expression.as_ptr() as usize)?;
    let number = expression.get(..before)?.chars().count() + 1;
    let found = if found.is_empty() { "its end".to_owned() } else { format!("character {number}") };
    Some(format!(": {expected} expected at {found}"))
}

/// There is nothing of this name.
fn no(name: &str) -> Failure {
    let failure = wrong(&format!("--jq: there is no `{}`", outside_text::name(name)));
    match ABSENT.iter().find(|(absent, _)| *absent == name) {
        Some((_, why)) => failure.with_hint(*why),
        None => failure,
    }
}

impl Filter {
    /// Compiles an expression.
    ///
    /// # Errors
    /// If it is not one.
    pub(crate) fn new(expression: &str) -> Result<Self, Failure> {
        let definitions = jaq_core::defs().chain(jaq_std::defs()).chain(jaq_json::defs());
        let functions = jaq_core::funs().chain(jaq_std::funs()).chain(jaq_json::funs());
        // The environment holds the key. An expression is about the results.
        let functions = functions.filter(|(name, ..)| *name != "env");
        let arena = Arena::default();
        let program = File { code: expression, path: () };
        let modules = Loader::new(definitions).load(&arena, program);
        let modules = modules.map_err(|errors| {
            let at = errors.iter().find_map(|(_, error)| place(expression, error));
            wrong(&format!("what --jq gives is not a jq expression{}", at.unwrap_or_default()))
        })?;
        let compiled = Compiler::default().with_funs(functions).compile(modules);
        compiled.map(Self).map_err(|errors| {
            let mut unknown = errors.iter().flat_map(|(_, errors)| errors.iter().map(|(name, _)| *name));
            match unknown.next() {
                Some(name) => no(name),
                None => wrong("what --jq gives is not a jq expression"),
            }
        })
    }

    /// What it makes of a JSON text: a line for each output, text bare.
    ///
    /// # Errors
    /// If the expression does not fit the text. The message may quote it: that is what the expression is for.
    pub(crate) fn apply(&self, json: &[u8], pretty: bool) -> Result<Vec<u8>, Failure> {
        let input = parse(json)?;
        let context = Ctx::<data::JustLut<Val>>::new(&self.0.lut, Vars::new([]));
        let mut text = Vec::new();
        for output in self.0.id.run((context, input)).map(unwrap_valr) {
            match output {
                Ok(Val::TStr(bare)) => text.extend_from_slice(&bare),
                Ok(output) => print(&mut text, &output, pretty, 0)?,
                Err(_) => {
                    return Err(Failure::new(FAILED, "the expression after --jq does not fit the results")
                        .with_hint("`--jq keys` or `--jq .` shows what there is"));
                }
            }
            text.push(b'\n');
        }
        Ok(text)
    }
}

/// JSON on several lines, `level` steps to the right; numbers and the order of members stay as they are.
///
/// # Errors
/// If it is not JSON.
pub(crate) fn pretty(json: &[u8], level: usize) -> Result<Vec<u8>, Failure> {
    let mut text = Vec::with_capacity(json.len() * 2);
    print(&mut text, &parse(json)?, true, level)?;
    Ok(text)
}

fn parse(json: &[u8]) -> Result<Val, Failure> {
    read::parse_single(json).map_err(|_| Failure::new(FAILED, "the results cannot be read as JSON"))
}

fn print(text: &mut Vec<u8>, value: &Val, pretty: bool, level: usize) -> Result<(), Failure> {
    let printer = Pp { indent: pretty.then(|| "  ".to_owned()), sep_space: pretty, ..Pp::default() };
    write(text, &printer, level, value)
        .map_err(|error| Failure::new(FAILED, "the results cannot be written as JSON").with_source(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_applied_and_text_is_bare() {
        let apply = |expression: &str, json: &str| {
            String::from_utf8(Filter::new(expression).unwrap().apply(json.as_bytes(), false).unwrap())
                .unwrap()
        };
        assert_eq!(apply(".[].name", r#"[{"name":"A \"b\""},{"name":null}]"#), "A \"b\"\nnull\n");
        assert_eq!(apply("map(.n) | add", r#"[{"n":1},{"n":2}]"#), "3\n");
        assert_eq!(
            apply(".", r#"{"z":1.10,"a":12345678901234567890}"#),
            "{\"z\":1.10,\"a\":12345678901234567890}\n"
        );
        for expression in
            ["env", "$ENV", "env.ASHBY_API_KEY", "$__prog_args", "include \"a\"; .", "input_filename"]
        {
            assert!(Filter::new(expression).is_err(), "{expression}");
        }
        for (expression, name) in [(".[] | env", "env"), ("$ENV.PATH", "$ENV"), ("input", "input")] {
            let failure = Filter::new(expression).err().unwrap();
            assert!(failure.with_causes().contains(&format!("there is no `{name}`")), "{failure:?}");
            assert!(failure.hint().unwrap().contains("an expression"), "{failure:?}");
        }
        assert!(Filter::new("now > 0").is_ok());
        let failure = Filter::new("nothing_of_that_name").err().unwrap();
        assert!(failure.with_causes().contains("nothing_of_that_name"), "{failure:?}");
        assert!(Filter::new(".[").is_err() && Filter::new("nothing_of_that_name").is_err());
        assert!(Filter::new(".a").unwrap().apply(b"[1]", false).is_err());
    }

    #[test]
    fn json_is_laid_out_and_otherwise_unchanged() {
        let text = pretty(br#"{"z":[1.10,{}],"a":[]}"#, 0).unwrap();
        assert_eq!(
            String::from_utf8(text).unwrap(),
            "{\n  \"z\": [\n    1.10,\n    {}\n  ],\n  \"a\": []\n}"
        );
    }
}
