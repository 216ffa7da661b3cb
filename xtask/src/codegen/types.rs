//! What requests and answers are made of, as Rust types.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::described::described;
use super::rust::{Used, alternative, documentation, identifier, pascal, sentence, variant};
use super::{header, methods};
use crate::Result;
use crate::catalog::{Catalog, Field, Shape, Type};

/// Names and texts of the files.
pub(super) fn files(catalog: &Catalog) -> Result<Vec<(String, String)>> {
    Ok(vec![
        ("alternatives.rs".to_owned(), alternatives(catalog)),
        ("answers.rs".to_owned(), answers(catalog)),
        ("enumerations.rs".to_owned(), enumerations(catalog)?),
        ("ids.rs".to_owned(), ids(catalog)),
        ("inputs.rs".to_owned(), inputs(catalog)?),
    ])
}

/// The types of all parameters and of members of inputs.
fn sent(catalog: &Catalog) -> Vec<&Type> {
    let operations = || catalog.categories.iter().flat_map(|category| &category.operations);
    let parameters = operations().flat_map(|operation| &operation.parameters);
    let inputs = catalog.inputs.values().flat_map(|shape| &shape.fields);
    parts(parameters.chain(inputs).map(|field| &field.kind))
}

/// The types of all answers and their members.
fn answered(catalog: &Catalog) -> Vec<&Type> {
    let operations = catalog.categories.iter().flat_map(|category| &category.operations);
    let members = catalog.types.values().flat_map(|shape| &shape.fields).map(|field| &field.kind);
    parts(operations.filter_map(|operation| operation.returns.as_ref()).chain(members))
}

/// Types, with those that they consist of.
fn parts<'a>(kinds: impl Iterator<Item = &'a Type>) -> Vec<&'a Type> {
    fn walk<'a>(kind: &'a Type, found: &mut Vec<&'a Type>) {
        found.push(kind);
        match kind {
            Type::List { of, .. } => walk(of, found),
            Type::Either(kinds) => kinds.iter().for_each(|kind| walk(kind, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    kinds.for_each(|kind| walk(kind, &mut found));
    found
}

fn ids(catalog: &Catalog) -> String {
    let ids = sent(catalog).into_iter().chain(answered(catalog)).filter_map(|kind| match kind {
        Type::Id(name) => Some((name, ())),
        _ => None,
    });
    let mut code = header("Ids of records.") + "crate::operations::ids! {\n";
    for name in ids.collect::<BTreeMap<_, _>>().keys() {
        // A string takes any text, here and below.
        let _ = writeln!(code, "/// {}.\n{name},", of_id(name));
    }
    code + "}\n"
}

/// What an id of this type is the id of.
pub(super) fn of_id(name: &str) -> String {
    let of = super::snake(name.trim_end_matches("Id")).replace('_', " ");
    let article = if of.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" };
    format!("The id of {article} {of}")
}

fn alternatives(catalog: &Catalog) -> String {
    fn either(kind: &Type) -> Option<(String, &Vec<Type>)> {
        match kind {
            Type::Either(kinds) => Some((alternative(kinds), kinds)),
            _ => None,
        }
    }
    let sent: BTreeMap<String, &Vec<Type>> = sent(catalog).into_iter().filter_map(either).collect();
    let answered: BTreeMap<String, &Vec<Type>> = answered(catalog).into_iter().filter_map(either).collect();
    let mut used = Used::default();
    let mut code = String::from("crate::operations::alternatives! {\n");
    let mut texts = Vec::new();
    let mut conversions = String::new();
    for (name, kinds) in sent.iter().chain(answered.iter().filter(|(name, _)| !sent.contains_key(*name))) {
        let serde = if answered.contains_key(name) {
            "#[derive(PartialEq, Serialize, Deserialize)]\n#[serde(untagged)]\n"
        } else {
            ""
        };
        let names: Vec<String> = kinds.iter().map(|kind| used.rust(kind)).collect();
        let said: Vec<String> =
            names.iter().map(|name| format!("`{}`", name.replace("types::", ""))).collect();
        let _ = writeln!(code, "/// One of several: {}.\n{serde}{name} {{", said.join(" or "));
        for ((kind, rust), said) in kinds.iter().zip(&names).zip(said) {
            let _ = writeln!(code, "/// {said}.\n{}({rust}),", variant(kind));
            let is_text = rust == "String" || matches!(kind, Type::Id(_));
            if is_text && texts.last().is_none_or(|(last, _)| *last != name) {
                texts.push((name, variant(kind)));
            }
        }
        code += "}\n";
        if sent.contains_key(name) {
            let arms =
                kinds.iter().map(|kind| format!("types::{name}::{}(value) => value.into(),", variant(kind)));
            let value = used.json("Value");
            let _ = writeln!(
                conversions,
                "\nimpl From<types::{name}> for {value} {{ fn from(value: types::{name}) -> Self {{ match value {{ {} }} }} }}",
                arms.collect::<String>()
            );
        }
    }
    code += "}\n";
    code += &conversions;
    for (name, variant) in texts {
        let _ = writeln!(
            code,
            "\nimpl From<&str> for types::{name} {{ fn from(text: &str) -> Self {{ Self::{variant}(text.into()) }} }}"
        );
    }
    let imports = format!("use serde::{{Deserialize, Serialize}};\n{}\n", used.imports());
    header("Values of one of several types.") + &imports + &code
}

fn enumerations(catalog: &Catalog) -> Result<String> {
    let mut code = header("Sets of words.") + "crate::operations::words! {\n";
    let mut enumerations: Vec<_> = catalog.enumerations.iter().collect();
    enumerations.sort();
    for (name, values) in enumerations {
        let words: BTreeMap<String, &String> = values.iter().map(|word| (pascal(word), word)).collect();
        if words.len() < values.len() || words.contains_key("Unrecognized") {
            return Err(format!("{name}: two of its words would have the same name in Rust").into());
        }
        let _ = writeln!(code, "/// One of the words that Ashby has for `{name}`.\n{name} {{");
        for word in values {
            let _ = writeln!(code, "{} = {word:?},", pascal(word));
        }
        code += "}\n";
    }
    Ok(code + "}\n")
}

fn inputs(catalog: &Catalog) -> Result<String> {
    let mut used = Used::default();
    let mut inputs: Vec<(&String, &Shape)> = catalog.inputs.iter().collect();
    inputs.sort_by_key(|(name, _)| *name);
    let mut code = String::new();
    for (name, Shape { about, fields }) in inputs {
        code += &documentation(&[sentence(about)]);
        let default = if fields.iter().any(|field| field.required) { "" } else { ", Default" };
        let _ = writeln!(
            code,
            "#[derive(Debug, Clone{default})]\n#[must_use]\npub struct {name}(Parameters);\n\n\
             impl From<{name}> for Value {{ fn from(input: {name}) -> Self {{ input.0.into() }} }}\n"
        );
        code += &methods::builder(&mut used, name, fields, None)?;
    }
    used.json("Value");
    let imports = format!("{}use crate::operations::Parameters;\n\n", used.imports());
    Ok(header("Objects that operations take.") + &imports + &code)
}

fn answers(catalog: &Catalog) -> String {
    let mut used = Used::default();
    let mut types: Vec<(&String, &Shape)> = catalog.types.iter().collect();
    types.sort_by_key(|(name, _)| *name);
    let mut code = String::new();
    for (name, shape) in &types {
        code += &documentation(&[sentence(&shape.about)]);
        let _ = writeln!(
            code,
            "#[derive(Clone, PartialEq, Serialize, Deserialize)]\n#[non_exhaustive]\npub struct {name} {{"
        );
        for field in &shape.fields {
            code += &member(catalog, &mut used, name, field);
        }
        code += "/// Members that this version does not know.\n#[serde(flatten)]\n\
                 pub other: Map<String, Value>,\n}\n\n";
    }
    code += "crate::operations::records! {\n";
    for (name, shape) in &types {
        let ids: Vec<String> =
            shape.fields.iter().filter(|field| is_id(field)).map(|field| identifier(&field.name)).collect();
        let _ = writeln!(code, "{name} {{ {} }},", ids.join(", "));
    }
    code += "}\n";
    used.json("Map");
    used.json("Value");
    let imports = format!("use serde::{{Deserialize, Serialize}};\n{}\n", used.imports());
    header("Objects that operations answer.") + &imports + &code
}

/// Whether a member says which record is meant, and nothing of what is in it.
fn is_id(field: &Field) -> bool {
    matches!(field.kind, Type::Id(_)) || field.name == "id" && field.kind == Type::Plain("string".to_owned())
}

/// A member of an answer.
fn member(catalog: &Catalog, used: &mut Used, of: &str, field: &Field) -> String {
    let Field { name, about, required, nullable, .. } = field;
    let mut kind = used.field(field);
    if matches!(&field.kind, Type::Answer(part) if leads_to(catalog, part, of, 0)) {
        kind = format!("Box<{kind}>");
    }
    let identifier = identifier(name);
    let mut attributes = Vec::new();
    if identifier.trim_start_matches("r#") != name {
        attributes.push(format!("rename = {name:?}"));
    }
    if !required || *nullable {
        kind = format!("{}<{kind}>", used.of_types("Member"));
        attributes.push("default".to_owned());
        attributes.push("skip_serializing_if = \"types::Member::is_absent\"".to_owned());
    }
    let mut code =
        documentation(&[if about.is_empty() { described(catalog, of, field) } else { sentence(about) }]);
    if !attributes.is_empty() {
        let _ = writeln!(code, "#[serde({})]", attributes.join(", "));
    }
    code + &format!("pub {identifier}: {kind},\n")
}

/// Whether a record contains another, without a list in between.
fn leads_to(catalog: &Catalog, from: &str, to: &str, depth: usize) -> bool {
    let parts = catalog.types.get(from).into_iter().flat_map(|shape| &shape.fields);
    from == to
        || depth < catalog.types.len()
            && parts
                .filter_map(|field| match &field.kind {
                    Type::Answer(part) => Some(part),
                    _ => None,
                })
                .any(|part| leads_to(catalog, part, to, depth + 1))
}
