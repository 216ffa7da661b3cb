//! What members of answers are in the eyes of privacy.

use indexmap::IndexMap;

use super::{Catalog, Shape, Type};

/// Classes that an entry can name, as it spells them. What no class is known of is `unclassified`.
pub(crate) const CLASSES: [&str; 8] =
    ["compensation", "contact", "file", "free_text", "identifier", "network_address", "plain", "protected"];

/// No class is known.
pub(crate) const UNCLASSIFIED: &str = "unclassified";

/// An object whose members are of several classes.
pub(crate) const NESTED: &str = "nested";

/// `string! contact` without its class, which may be missing.
pub(super) fn separated(spelled: &str) -> (&str, Option<&'static str>) {
    let named = spelled.rsplit_once(' ').and_then(|(kind, word)| {
        let class = CLASSES.into_iter().find(|class| *class == word)?;
        Some((kind, Some(class)))
    });
    named.unwrap_or((spelled, None))
}

/// Gives every member of every answer its class: what its entry says, or what follows from its type.
pub(super) fn settle(catalog: &mut Catalog) {
    let types = catalog.types.clone();
    for shape in catalog.types.values_mut() {
        for field in &mut shape.fields {
            field.class = Some(field.class.unwrap_or_else(|| of(&field.kind, &types, &mut Vec::new())));
        }
    }
}

fn of<'a>(kind: &'a Type, types: &'a IndexMap<String, Shape>, under_way: &mut Vec<&'a str>) -> &'static str {
    match kind {
        Type::Plain(name) => match &name[..] {
            "boolean" | "date" | "instant" | "integer" | "milliseconds" => "plain",
            "email" => "contact",
            "uuid" => "identifier",
            _ => UNCLASSIFIED,
        },
        Type::Id(_) => "identifier",
        Type::Enumeration(_) => "plain",
        Type::Input(_) => UNCLASSIFIED,
        Type::List { of: item, .. } => of(item, types, under_way),
        Type::Either(kinds) => together(kinds.iter().map(|kind| of(kind, types, under_way)).collect()),
        Type::Answer(name) => {
            if under_way.contains(&&name[..]) {
                return "plain";
            }
            under_way.push(name);
            let fields = &types[name].fields;
            let classes =
                fields.iter().map(|field| field.class.unwrap_or_else(|| of(&field.kind, types, under_way)));
            let classes = classes.collect();
            under_way.pop();
            together(classes)
        }
    }
}

/// The class of what has parts of these classes: the one that says something, if there is only one.
fn together(classes: Vec<&'static str>) -> &'static str {
    let mut found = "plain";
    for class in classes {
        found = match (found, class) {
            (UNCLASSIFIED, _) | (_, UNCLASSIFIED) => UNCLASSIFIED,
            (found, "plain" | "identifier") => found,
            ("plain", class) => class,
            (found, class) if found == class => found,
            _ => NESTED,
        };
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_stands_behind_the_type() {
        assert_eq!(separated("string! contact"), ("string!", Some("contact")));
        assert_eq!(separated("[CandidateId; 1..100]"), ("[CandidateId; 1..100]", None));
    }

    #[test]
    fn a_whole_is_what_its_parts_are() {
        assert_eq!(together(vec!["plain", "contact", "identifier"]), "contact");
        assert_eq!(together(vec!["contact", "free_text"]), NESTED);
        assert_eq!(together(vec!["contact", "free_text", UNCLASSIFIED]), UNCLASSIFIED);
        assert_eq!(together(vec!["identifier"]), "plain");
    }
}
