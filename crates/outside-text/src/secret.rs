//! Secrets in the wrong place. People paste a key where a name belongs, and what is wrong with a name is told by repeating
//! it; so what looks like a key is not repeated.

use std::borrow::Cow;
use std::ops::Range;

/// What stands for what is not shown.
pub const MASKED: &str = "[masked]";

/// Keys and tokens are at least so long.
const SHORTEST: usize = 20;
/// And those that are hexadecimal digits, so long.
const SHORTEST_HEXADECIMAL: usize = 16;
/// No name that anybody would repeat is longer.
const LONGEST_NAME: usize = 100;

/// A name as a message may repeat it: not if it may be a secret, and no more of it than a line can hold.
pub fn name(text: &str) -> Cow<'_, str> {
    if may_be_secret(text) {
        return Cow::Borrowed(MASKED);
    }
    match text.char_indices().nth(LONGEST_NAME) {
        Some((at, _)) => Cow::Owned(format!("{}…", crate::line(&text[..at]))),
        None => crate::line(text),
    }
}

/// Whether there is something in a text that may be a key, a token or a password which a program has made. UUIDs are none:
/// they are what things are called in Ashby.
pub fn may_be_secret(text: &str) -> bool {
    words(text).any(|word| is_suspicious(&text[word]))
}

/// The parts of a text between characters that stand in no key.
fn words(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || "_-+/.~".contains(letter);
    let mut begin = None;
    let ends = text.char_indices().map(Some).chain([None]);
    ends.filter_map(move |next| {
        let (at, is_part) = next.map_or((text.len(), false), |(at, letter)| (at, is_part(letter)));
        match (begin, is_part) {
            (None, true) => {
                begin = Some(at);
                None
            }
            (Some(_), false) => begin.take().map(|begin| begin..at),
            _ => None,
        }
    })
}

fn is_suspicious(word: &str) -> bool {
    let word = without_uuids(word);
    let runs = || word.split(|letter: char| !letter.is_ascii_alphanumeric());
    if runs().any(is_suspicious_run) {
        return true;
    }
    // Random characters with a few separators among them: kinds of characters alternate as they do in no name.
    let letters = runs().map(str::len).sum::<usize>();
    let turns = runs().map(turns).sum::<usize>();
    letters >= SHORTEST && turns >= letters / 3
}

fn is_suspicious_run(run: &str) -> bool {
    let has = |is: fn(&u8) -> bool| run.bytes().any(|byte| is(&byte));
    let is_mixed = has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic);
    let is_hexadecimal = run.bytes().all(|byte| byte.is_ascii_hexdigit());
    (is_mixed && run.len() >= SHORTEST)
        || (is_mixed && is_hexadecimal && run.len() >= SHORTEST_HEXADECIMAL)
        || (run.len() >= SHORTEST && turns(run) >= run.len() / 4)
}

/// How often small letters, capitals and digits follow each other, a capital at the beginning of a word apart.
fn turns(run: &str) -> usize {
    let kind = |byte: u8| match byte {
        b'a'..=b'z' => 0,
        b'A'..=b'Z' => 1,
        _ => 2,
    };
    let pairs = run.as_bytes().windows(2);
    pairs.filter(|pair| kind(pair[0]) != kind(pair[1]) && (kind(pair[0]), kind(pair[1])) != (1, 0)).count()
}

/// The word with a gap for each UUID.
fn without_uuids(word: &str) -> Cow<'_, str> {
    const LENGTH: usize = 36;
    let is_uuid = |bytes: &[u8]| {
        bytes.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
    };
    match word.as_bytes().windows(LENGTH).position(is_uuid) {
        None => Cow::Borrowed(word),
        Some(at) => {
            let (before, after) = (&word[..at], &word[at + LENGTH..]);
            Cow::Owned(format!("{before} {}", without_uuids(after)))
        }
    }
}

/// What was given that may be a secret, and where: it is taken out of what is said.
#[derive(Default)]
pub struct Blots(Vec<(String, String)>);

impl Blots {
    /// None.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Looks for what may be a secret in a text that was given at a place (`argument 2`). `is_path` tells of a word that it
    /// leads somewhere, and so is no secret.
    pub fn look(&mut self, text: &str, place: &str, is_path: impl Fn(&str) -> bool) {
        for word in words(text).map(|word| &text[word]) {
            if !is_suspicious(word) || is_path(word) {
                continue;
            }
            // A path is shown but for the parts that are suspicious; keys may have slashes, too.
            if !["/", "./", "../", "~/"].iter().any(|begin| word.starts_with(begin)) {
                self.add(word, place);
            }
            word.split('/').filter(|part| is_suspicious(part)).for_each(|part| self.add(part, place));
            // Of a word with dots a message may repeat a part.
            let runs = word.split(|letter: char| !letter.is_ascii_alphanumeric());
            runs.filter(|run| is_suspicious_run(run)).for_each(|run| self.add(run, place));
        }
    }

    /// Adds what is a secret, whatever it looks like.
    pub fn add(&mut self, secret: &str, place: &str) {
        if !self.0.iter().any(|(known, _)| known == secret) {
            self.0.push((secret.to_owned(), place.to_owned()));
            // What holds another one goes first.
            self.0.sort_by_key(|(secret, _)| std::cmp::Reverse(secret.len()));
        }
    }

    /// A text in which each of them is masked, with the place where it was given.
    pub fn blotted<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut blotted = Cow::Borrowed(text);
        for (secret, place) in &self.0 {
            if blotted.contains(secret.as_str()) {
                blotted = Cow::Owned(blotted.replace(secret.as_str(), &format!("[masked: {place}]")));
            }
        }
        blotted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEYS: [&str; 9] = [
        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        "deadbeef01234567",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "sk-live-4eC39HqLyjWDarjtT1zdp7dc",
        "xoxb-17653672481-19874698323-pdFZKVeTuE8sk7oOcHrzqqgy",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1g",
        "QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
        "AbCdEfGhIjKlMnOpQrStUvWx",
        "aB3-dE6_gH9-jK2_mN5-pQ8_sT1",
    ];

    #[test]
    fn keys_are_told_from_names() {
        for key in KEYS {
            assert!(may_be_secret(key), "{key}");
            assert!(may_be_secret(&format!("--output={key}")) && may_be_secret(&format!("a,{key} b")));
            assert_eq!(name(key), MASKED);
        }
        for plain in [
            "candidates",
            "application_criteria_evaluations",
            "customField.updateSelectableValues",
            "interviewSchedule.listScheduledInterviewEvents",
            "3fa85f64-5717-4562-b3fc-2c963f66afa6",
            "postgres://ashby@db.example.com:5432/recruiting_2024?schema=ashby",
            "2024-01-31T09:00:00.123+01:00",
            "/tmp/.tmpAbC12x/ashby-2024-01-31-backup.db",
            "acme-emea-2024-candidates-and-applications",
            "Q4-2024-Report-EMEA-v2-Final",
            "candidates.*,-candidates.phoneNumbers",
            "",
        ] {
            assert!(!may_be_secret(plain), "{plain}");
            assert_eq!(name(plain), plain);
        }
        assert_eq!(name(&"x ".repeat(80)).chars().count(), LONGEST_NAME + 1);
        assert_eq!(name("a\nb\u{1b}"), "a b ");
    }

    #[test]
    fn what_was_given_and_may_be_a_secret_is_masked_with_its_place() {
        let mut blots = Blots::new();
        for (at, key) in KEYS.iter().enumerate() {
            blots.look(&format!("--stream={key}"), &format!("argument {at}"), |_| false);
        }
        for (at, key) in KEYS.iter().enumerate() {
            let key = key.trim_end_matches('=');
            let said = blots.blotted(&format!("there is no stream `{key}`")).into_owned();
            assert_eq!(said, format!("there is no stream `[masked: argument {at}]`"));
        }
        blots.look(&format!("{}.phoneNumbers", KEYS[1].repeat(2)), "x", |_| false);
        assert_eq!(blots.blotted(&KEYS[1].repeat(2)), "[masked: x]");
        let text = "there is no stream `candidats`";
        assert!(matches!(blots.blotted(text), Cow::Borrowed(same) if same == text));
    }

    #[test]
    fn paths_that_lead_somewhere_are_shown_and_of_others_what_is_no_key() {
        let path = "/data/0123456789abcdef/x.db";
        let mut blots = Blots::new();
        blots.look(&format!("sqlite:{path}"), "argument 1", |word| word == path);
        assert_eq!(blots.blotted(path), path);
        blots.look(path, "argument 2", |_| false);
        assert_eq!(blots.blotted(path), "/data/[masked: argument 2]/x.db");
    }
}
