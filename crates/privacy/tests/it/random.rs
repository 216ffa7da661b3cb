//! Random records, well-formed and hostile, under random policies. What each of them may show is worked out a second time
//! here, place by place and without a tree, and every value is a word of its own, so that it is seen wherever it stands.

use std::fmt::Write as _;
use std::time::Instant;

use ashby_catalog::{Class, Holds, Place};
use privacy::{CLASSES, Contract, PRESETS, Policy, StreamShape, Veil};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng};

const ACTIONS: [&str; 5] = ["keep", "generalise", "hash", "mask", "drop"];

/// A policy as it was made up.
struct Made {
    classes: Vec<&'static str>,
    unknown: &'static str,
    rules: Vec<(Option<String>, Vec<String>, &'static str)>,
}

fn one<'a, T>(rng: &mut StdRng, of: &'a [T]) -> &'a T {
    &of[rng.random_range(0..of.len())]
}

fn names(place: &Place) -> Vec<String> {
    steps(place).into_iter().filter(|name| name != "*").collect()
}

fn steps(place: &Place) -> Vec<String> {
    place.path.split('/').skip(1).map(str::to_owned).collect()
}

/// A stream, with the places of its records split into steps.
struct Known<'a> {
    shape: &'a StreamShape,
    steps: Vec<Vec<String>>,
}

impl<'a> Known<'a> {
    fn new(shape: &'a StreamShape) -> Self {
        Self { shape, steps: shape.places.iter().map(steps).collect() }
    }
}

impl Made {
    fn new(rng: &mut StdRng, shapes: &[&Known<'_>]) -> Self {
        let preset = one(rng, PRESETS);
        let mut classes: Vec<&str> = preset.classes.iter().map(|action| action.name()).collect();
        for at in 0..classes.len() {
            if rng.random_bool(0.3) {
                let of = if CLASSES[at] == Class::Identifier { &ACTIONS[..1] } else { &ACTIONS[..] };
                classes[at] = *one(rng, of);
            }
        }
        let unknown = if rng.random_bool(0.3) {
            *one(rng, &["keep", "mask", "hash", "drop"])
        } else {
            preset.unknown.name()
        };
        let mut rules = Vec::new();
        for _ in 0..rng.random_range(0..4) {
            let shape = one(rng, shapes).shape;
            let place = names(one(rng, &shape.places));
            let length = rng.random_range(1..=place.len());
            let stream = rng.random_bool(0.7).then(|| shape.name.clone());
            let action = one(rng, &ACTIONS);
            let rule = (stream, place[..length].to_vec(), *action);
            if !rules.iter().any(|(stream, path, _)| (stream, path) == (&rule.0, &rule.1)) {
                rules.push(rule);
            }
        }
        Self { classes, unknown, rules }
    }

    fn text(&self) -> String {
        let mut text =
            format!("preset = \"full\"\nunknown = \"{}\"\nkey_file = \"key\"\n[classes]\n", self.unknown);
        for (class, action) in CLASSES.iter().zip(&self.classes) {
            let _ = writeln!(text, "{} = \"{action}\"", class.name());
        }
        text.push_str("[fields]\n");
        for (stream, path, action) in &self.rules {
            let _ =
                writeln!(text, "\"{}.{}\" = \"{action}\"", stream.as_deref().unwrap_or("*"), path.join("."));
        }
        text
    }

    fn rule(&self, stream: &str, path: &[String]) -> Option<&'static str> {
        let mut best: Option<(usize, bool, &'static str)> = None;
        for (of, prefix, action) in &self.rules {
            if of.as_deref().is_none_or(|of| of == stream) && path.starts_with(prefix) {
                let own = (prefix.len(), of.is_some());
                if best.is_none_or(|(length, exact, _)| own >= (length, exact)) {
                    best = Some((own.0, own.1, action));
                }
            }
        }
        best.map(|(.., action)| action)
    }

    /// Whether a value may be seen as it is, and whether it must be.
    fn may_show(&self, known: &Known<'_>, path: &[String]) -> bool {
        let shape = known.shape;
        let leaf = known.steps.iter().position(|steps| path.starts_with(steps)).map(|at| &shape.places[at]);
        let plain = |path: &[String]| path.iter().filter(|name| *name != "*").cloned().collect::<Vec<_>>();
        match leaf {
            Some(place) => {
                let own = names(place);
                let class = CLASSES.iter().position(|class| *class == place.class);
                let action = self.rule(&shape.name, &own).unwrap_or_else(|| match class {
                    Some(at) => self.classes[at],
                    None => self.unknown,
                });
                let means_nothing = matches!(place.class, Class::Identifier | Class::Plain);
                if own.len() == 1 && shape.key.contains(&own[0]) && means_nothing {
                    return action != "hash";
                }
                match action {
                    "keep" => true,
                    "generalise" => {
                        matches!(place.holds, Holds::Word | Holds::Number | Holds::Truth)
                            || matches!(own.last().map(String::as_str), Some("addressCountry" | "country"))
                    }
                    _ => false,
                }
            }
            None => {
                // As far as it is known.
                let far = (0..path.len())
                    .rev()
                    .map(|length| &path[..length])
                    .find(|path| path.is_empty() || known.steps.iter().any(|steps| steps.starts_with(path)))
                    .unwrap_or(&[]);
                self.rule(&shape.name, &plain(far)).unwrap_or(self.unknown) == "keep"
            }
        }
    }
}

/// A record, and what was put where.
struct Record<'a> {
    rng: &'a mut StdRng,
    known: &'a Known<'a>,
    json: String,
    planted: Vec<(String, Vec<String>)>,
    hostile: bool,
}

impl Record<'_> {
    fn word(&mut self, path: &[String]) {
        let word = format!("w{}w", self.planted.len());
        self.planted.push((word.clone(), path.to_vec()));
        match self.rng.random_range(0..8) {
            // As a name of a member below, and as text with escapes around.
            0 if self.hostile => {
                let _ = write!(self.json, "{{\"x\":[\"\\u00e4{word}\\n\"]}}");
            }
            1 if self.hostile => {
                let _ = write!(self.json, "[[\"{word}\"]]");
            }
            2 if self.hostile => {
                let _ = write!(self.json, "{{\"{word}\":null}}");
            }
            _ => {
                let _ = write!(self.json, "\"{word}\"");
            }
        }
    }

    fn value(&mut self, path: &mut Vec<String>) {
        let known = self.known;
        let below: Vec<&Vec<String>> =
            known.steps.iter().filter(|place| place.len() > path.len() && place.starts_with(path)).collect();
        let is_odd = self.hostile && !path.is_empty() && self.rng.random_bool(0.05);
        if below.is_empty() || is_odd {
            if self.rng.random_bool(0.03) {
                return self.json.push_str("null");
            }
            return self.odd_word(path, !below.is_empty());
        }
        if below.iter().any(|place| place[path.len()] == "*") {
            self.json.push('[');
            for item in 0..self.rng.random_range(0..3) {
                if item > 0 {
                    self.json.push(',');
                }
                path.push("*".to_owned());
                self.value(path);
                path.pop();
            }
            return self.json.push(']');
        }
        let mut members: Vec<String> = below.iter().map(|place| place[path.len()].clone()).collect();
        members.dedup();
        members.sort();
        members.dedup();
        if self.hostile {
            for _ in 0..self.rng.random_range(0..3) {
                let at = self.rng.random_range(0..=members.len());
                let again = members.get(at).cloned();
                members.insert(
                    at,
                    again.filter(|_| self.rng.random_bool(0.3)).unwrap_or_else(|| "Unheard".to_owned()),
                );
            }
        }
        self.json.push('{');
        let mut is_first = true;
        for name in members {
            let is_key = path.is_empty() && known.shape.key.contains(&name);
            if !is_key && self.rng.random_bool(0.3) {
                continue;
            }
            if !is_first {
                self.json.push_str(if self.hostile { " ,\n" } else { "," });
            }
            is_first = false;
            let first = name.as_bytes()[0];
            match self.hostile && first.is_ascii_alphabetic() && self.rng.random_bool(0.2) {
                true => {
                    let _ = write!(self.json, "\"\\u{first:04x}{}\":", &name[1..]);
                }
                false => {
                    let _ = write!(self.json, "\"{name}\":");
                }
            }
            path.push(name);
            self.value(path);
            path.pop();
        }
        self.json.push('}');
    }

    /// A word where one is expected, or where something else is.
    fn odd_word(&mut self, path: &[String], is_odd: bool) {
        if !is_odd {
            return self.word(path);
        }
        // Text where an object or a list should be: nothing is known of it but what it stands in.
        let word = format!("w{}w", self.planted.len());
        let mut beyond = path.to_vec();
        beyond.push("\u{0}".to_owned());
        self.planted.push((word.clone(), beyond));
        let _ = write!(self.json, "\"{word}\"");
    }
}

/// How many words of a record stand in what is left of it, and where one does that may not.
fn judge(
    made: &Made,
    known: &Known<'_>,
    planted: &[(String, Vec<String>)],
    left: &str,
) -> Result<usize, String> {
    let mut shown = 0;
    for (word, path) in planted {
        if !left.contains(word.as_str()) {
            continue;
        }
        shown += 1;
        if !made.may_show(known, path) {
            return Err(format!("{} of {}", path.join("/"), known.shape.name));
        }
    }
    Ok(shown)
}

#[test]
fn nothing_leaves_that_may_not() {
    let (policies, records) = (1_000, 100);
    let contract = Contract::ashby();
    let shapes: Vec<Known<'_>> = contract.streams().map(Known::new).collect();
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("key"), "k".repeat(40)).unwrap();
    let path = directory.path().join("privacy.toml");
    let (mut shown, mut planted, started) = (0, 0, Instant::now());
    for seed in 0..policies {
        let mut rng = StdRng::seed_from_u64(seed);
        let of: Vec<&Known<'_>> = (0..2).map(|_| one(&mut rng, &shapes)).collect();
        let made = Made::new(&mut rng, &of);
        let policy = Policy::parse(&made.text(), &path, &contract)
            .unwrap_or_else(|problem| panic!("{problem}\n{}", made.text()));
        let veil = Veil::new(contract.clone(), [policy]);
        for number in 0..records {
            let known = of[number % of.len()];
            let hostile = rng.random_bool(0.5);
            let mut record =
                Record { rng: &mut rng, known, json: String::new(), planted: Vec::new(), hostile };
            record.value(&mut Vec::new());
            let (json, words) = (record.json, record.planted);
            let left = veil
                .plan(&known.shape.name)
                .apply(json.as_bytes())
                .unwrap_or_else(|error| panic!("{error}: {json}"));
            let left = std::str::from_utf8(&left).unwrap();
            serde_json::from_str::<serde_json::Value>(left).unwrap_or_else(|error| panic!("{error}: {left}"));
            match judge(&made, known, &words, left) {
                Ok(some) => (shown, planted) = (shown + some, planted + words.len()),
                Err(at) => panic!("seed {seed}: {at} was shown\n{}\n{json}\n{left}", made.text()),
            }
        }
    }
    eprintln!(
        "{} records in {:?}: {shown} of {planted} values were shown",
        policies * records as u64,
        started.elapsed()
    );
    assert!(shown * 10 > planted, "a policy that hides everything proves nothing");
}

#[test]
fn a_policy_that_keeps_everything_changes_nothing_and_a_hidden_word_is_noticed() {
    let contract = Contract::ashby();
    let mut rng = StdRng::seed_from_u64(1);
    let known = Known::new(contract.stream("candidates").unwrap());
    let veil = Veil::new(contract.clone(), [Policy::preset("full").unwrap()]);
    for _ in 0..100 {
        let mut record =
            Record { rng: &mut rng, known: &known, json: String::new(), planted: Vec::new(), hostile: true };
        record.value(&mut Vec::new());
        let json = record.json;
        assert_eq!(&*veil.plan("candidates").apply(json.as_bytes()).unwrap(), json.as_bytes());
    }
    let made = Made { classes: vec!["drop"; CLASSES.len()], unknown: "drop", rules: Vec::new() };
    let planted = [("w0w".to_owned(), vec!["name".to_owned()])];
    assert!(judge(&made, &known, &planted, r#"{"name":"w0w"}"#).is_err(), "the judge sees it");
}
