//! Names, types and documentation as Rust has them.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::snake;
use crate::catalog::{Field, Type};

/// Words that cannot be names as they are.
const KEYWORDS: [&str; 14] = [
    "abstract", "as", "async", "await", "box", "const", "enum", "fn", "for", "in", "match", "move", "ref",
    "type",
];

/// Figures, as the beginnings of names.
const FIGURES: [&str; 10] = ["Zero", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine"];

/// `createdAt` as the name of a field or function; `@type` becomes `at_type`.
pub(super) fn identifier(name: &str) -> String {
    let name = snake(&name.replace('@', "at_"));
    if KEYWORDS.contains(&&*name) { format!("r#{name}") } else { name }
}

/// `createNote` as the name of a type, `1 HOUR` as that of a variant: `CreateNote`, `OneHour`.
pub(super) fn pascal(name: &str) -> String {
    let mut text = String::new();
    for (index, word) in name.split(|letter: char| !letter.is_ascii_alphanumeric()).enumerate() {
        if index > 0 && word.starts_with(|letter: char| letter.is_ascii_digit()) {
            text += "Point";
        }
        let is_shouted = word.chars().all(|letter| letter.is_ascii_uppercase());
        for (place, letter) in word.chars().enumerate() {
            match letter.to_digit(10) {
                Some(figure) => text += FIGURES[figure as usize],
                None if place == 0 => text.push(letter.to_ascii_uppercase()),
                None if is_shouted => text.push(letter.to_ascii_lowercase()),
                None => text.push(letter),
            }
        }
    }
    text
}

/// Text for documentation, so that nothing in it is markup.
pub(super) fn plain(text: &str) -> String {
    let mut plain = String::new();
    for word in text.split(' ') {
        if !plain.is_empty() {
            plain.push(' ');
        }
        if word.contains("://") {
            let _ = write!(plain, "<{word}>");
            continue;
        }
        for letter in word.chars() {
            if matches!(letter, '[' | ']' | '<' | '>' | '*' | '_' | '\\') {
                plain.push('\\');
            }
            plain.push(letter);
        }
    }
    plain
}

/// A sentence, whether or not the text has its full stop.
pub(super) fn sentence(text: &str) -> String {
    let text = plain(text);
    if text.is_empty() || text.ends_with('.') { text } else { text + "." }
}

/// Paragraphs as a doc comment, in lines that are not too long. An item of a list is a line of its paragraph.
pub(super) fn documentation(paragraphs: &[String]) -> String {
    let paragraphs = paragraphs.iter().filter(|text| !text.is_empty());
    let wrapped = paragraphs.map(|text| text.lines().map(wrapped).collect::<String>());
    wrapped.collect::<Vec<_>>().join("///\n")
}

fn wrapped(text: &str) -> String {
    let indent = if text.starts_with("- ") { "  " } else { "" };
    let (mut code, mut line) = (String::new(), String::from("///"));
    for word in text.split(' ') {
        if line.len() + word.len() > 100 && line.len() > 10 {
            code += &line;
            line = format!("\n/// {indent}{word}");
        } else {
            line.push(' ');
            line += word;
        }
    }
    code + &line + "\n"
}

/// What a file has to bring into scope.
#[derive(Default)]
pub(super) struct Used {
    /// Whether it uses `types`.
    types: bool,
    /// Whether it uses `serde_json::Map`, `Number`, `Value`.
    json: BTreeSet<&'static str>,
}

impl Used {
    /// The Rust type for values of this type.
    pub(super) fn rust(&mut self, kind: &Type) -> String {
        let name = match kind {
            Type::Plain(name) => match &name[..] {
                "boolean" => return "bool".to_owned(),
                "integer" | "milliseconds" => return "i64".to_owned(),
                "number" => return self.json("Number"),
                "json" => return self.json("Value"),
                "object" => return format!("{}<String, {}>", self.json("Map"), self.json("Value")),
                "instant" => "Instant",
                "date" => "Date",
                _ => return "String".to_owned(),
            },
            Type::List { of, .. } => return format!("Vec<{}>", self.rust(of)),
            Type::Either(kinds) => &alternative(kinds),
            Type::Id(name) | Type::Enumeration(name) | Type::Input(name) | Type::Answer(name) => name,
        };
        self.of_types(name)
    }

    /// The Rust type for the values of a member or parameter. Handles of files have one of their own.
    pub(super) fn field(&mut self, field: &Field) -> String {
        if field.kind == Type::Plain("string".to_owned()) && is_handle(&field.name) {
            return "crate::FileHandle".to_owned();
        }
        self.rust(&field.kind)
    }

    pub(super) fn of_types(&mut self, name: &str) -> String {
        self.types = true;
        format!("types::{name}")
    }

    pub(super) fn json(&mut self, name: &'static str) -> String {
        self.json.insert(name);
        name.to_owned()
    }

    /// A parameter of a function, and the call that adds it to what is sent.
    pub(super) fn argument(&mut self, field: &Field) -> (String, String) {
        let (wire, name) = (&field.name, identifier(&field.name));
        let is_cleared = field.nullable && field.required && field.kind != Type::Plain("json".to_owned());
        if let (Type::List { of, .. }, false) = (&field.kind, is_cleared) {
            let item = self.rust(of);
            let argument = format!("{name}: impl IntoIterator<Item = impl Into<{item}>>");
            return (argument, format!(".set_list::<{item}>({wire:?}, {name})"));
        }
        if field.kind == Type::Plain("milliseconds".to_owned()) {
            let set = format!(".set::<i64>({wire:?}, {name}.as_millisecond())");
            return (format!("{name}: jiff::Timestamp"), set);
        }
        let kind = self.field(field);
        if is_cleared {
            return (format!("{name}: Option<{kind}>"), format!(".set::<Option<{kind}>>({wire:?}, {name})"));
        }
        let argument = match &field.kind {
            Type::Enumeration(_) | Type::Input(_) => format!("{name}: {kind}"),
            Type::Plain(plain) if plain == "boolean" => format!("{name}: bool"),
            _ => format!("{name}: impl Into<{kind}>"),
        };
        (argument, format!(".set::<{kind}>({wire:?}, {name})"))
    }

    /// The lines that bring it into scope.
    pub(super) fn imports(&self) -> String {
        let mut code = String::new();
        if !self.json.is_empty() {
            let names: Vec<&str> = self.json.iter().copied().collect();
            let _ = writeln!(code, "use serde_json::{{{}}};\n", names.join(", "));
        }
        if self.types {
            code += "use crate::types;\n";
        }
        code
    }
}

/// Whether this is what members are called that stand for files.
fn is_handle(name: &str) -> bool {
    name == "handle" || name.ends_with("Handle")
}

/// The name of the type for values of one of these types: `TextOrNoteContent`.
pub(super) fn alternative(kinds: &[Type]) -> String {
    kinds.iter().map(variant).collect::<Vec<_>>().join("Or")
}

/// The name of one of several types.
pub(super) fn variant(kind: &Type) -> String {
    match kind {
        Type::Plain(name) if name == "string" => "Text".to_owned(),
        Type::Plain(name) => pascal(name),
        Type::List { of, .. } => variant(of) + "s",
        Type::Either(kinds) => alternative(kinds),
        Type::Id(name) | Type::Enumeration(name) | Type::Input(name) | Type::Answer(name) => name.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_names() {
        for (word, name) in [
            ("createNote", "CreateNote"),
            ("1 HOUR", "OneHour"),
            ("0.5 MONTH", "ZeroPointFiveMonth"),
            ("text/plain", "TextPlain"),
            ("Reverse-Shadow", "ReverseShadow"),
            ("Organization Admin", "OrganizationAdmin"),
            ("FULL_TIME", "FullTime"),
            ("EEOC", "Eeoc"),
            ("set_entered_at", "SetEnteredAt"),
        ] {
            assert_eq!(pascal(word), name);
        }
        assert_eq!(identifier("@type"), "at_type");
        assert_eq!(identifier("type"), "r#type");
        assert_eq!(identifier("externalMappingId"), "external_mapping_id");
    }

    #[test]
    fn nothing_in_a_text_is_markup() {
        assert_eq!(
            plain("a <b> [c] https://example.com/ d_e"),
            "a \\<b\\> \\[c\\] <https://example.com/> d\\_e"
        );
        assert_eq!(sentence("Adds a note"), "Adds a note.");
    }
}
