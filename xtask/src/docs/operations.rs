//! `docs/operations.md`: what can be called.

use std::fmt::Write as _;

use ashby_client::DEFAULT_VERSION;
use ashby_client::catalog::{
    CATEGORIES, Category, Enumeration, Field, Operation, Paging, Rule, Type, operations,
};

use crate::workspace::table;

/// The page.
pub(super) fn reference() -> String {
    let writes = operations().filter(|operation| !operation.is_read()).count();
    let mut text = format!(
        "# Operations\n\n\
         <!-- Written by `cargo xtask docs` from crates/ashby-catalog/catalog. -->\n\n\
         {} operations; {writes} of them change something. `ashby operations` lists them, `ashby describe NAME` says \
         what is said here, and `ashby call NAME` calls them.\n\n\
         - **kind**: *read* changes nothing; *write* changes something that can be changed again; *destructive* changes \
         it for good; *notifies* may tell people or other systems at once. The last two ask before they are sent.\n\
         - Parameters in bold are required. *nullable*: null clears what was set.\n\n\
         All of this is of the API's version `{DEFAULT_VERSION}` (`Ashby-Version`), which every request asks for; there is \
         no operation that needs a later one.\n\n",
        operations().count(),
    );
    for category in CATEGORIES {
        text += &section(category);
    }
    text
}

fn section(category: &Category) -> String {
    let Category { name, about, operations, .. } = category;
    let mut text = format!("## {name}\n\n{about}\n\n");
    let row = |operation: &Operation| {
        let permission = super::permission(operation.permission);
        let name = format!("[`{0}`](#{1})", operation.name, operation.name.to_lowercase().replace('.', ""));
        vec![name, operation.summary.to_owned(), permission, operation.kind.name().to_owned()]
    };
    text += &table(&["operation", "", "permission", "kind"], operations.iter().map(row));
    for operation in *operations {
        text += "\n";
        text += &entry(operation);
    }
    text + "\n"
}

fn entry(operation: &Operation) -> String {
    let mut text = format!("### {}\n\n{}.", operation.name, operation.summary);
    for sentence in [operation.effect, operation.warning].into_iter().flatten() {
        // A string takes any text, here and below.
        let _ = write!(text, " {sentence}");
    }
    if !operation.open_codes.is_empty() {
        let codes = operation.open_codes.join("`, `");
        let _ = write!(text, " After `{codes}` it may have been carried out nevertheless.");
    }
    if let Some(other) = operation.deprecated {
        let _ = write!(text, " Deprecated: call `{other}` instead.");
    }
    if operation.is_beta {
        text += " Ashby calls it a beta.";
    }
    if operation.is_open {
        text += " Ashby's description of it is not complete: further parameters are sent as they are given.";
    }
    if let Some(kind) = &operation.returns {
        let _ = write!(text, " Answers {}.", answer(kind));
    }
    let _ = writeln!(text, " [Ashby's page]({})\n", operation.documentation);
    operation.parameters.iter().for_each(|field| text += &parameter(field));
    for rule in operation.rules {
        let _ = writeln!(text, "- {}", sentence(*rule));
    }
    if operation.paging == Paging::None && operation.parameters.is_empty() {
        text += "It takes no parameters.\n";
    }
    text
}

fn parameter(field: &Field) -> String {
    let name = format!("`{}`", field.name);
    let name = if field.required { format!("**{name}**") } else { name };
    let nullable = if field.nullable { ", nullable" } else { "" };
    format!("- {name} ({}{nullable}): {}{}\n", field.kind.name(), field.about, words(&field.kind))
}

/// What a value is made of, where that fits a line.
fn words(kind: &Type) -> String {
    match kind {
        Type::Enumeration(Enumeration { values, .. }) => {
            format!(
                "; one of {}",
                values.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
            )
        }
        Type::Record(shape) => {
            let names: Vec<String> = shape.fields.iter().map(|field| format!("`{}`", field.name)).collect();
            format!("; members {}", names.join(", "))
        }
        Type::List { of, .. } => words(of),
        _ => String::new(),
    }
}

fn answer(kind: &Type) -> String {
    match kind {
        Type::List { of, .. } => format!("a list of {}", of.name()),
        kind => kind.name().into_owned(),
    }
}

fn sentence(rule: Rule) -> String {
    let list = |names: &[&str]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    match rule {
        Rule::ExactlyOne(names) => format!("Exactly one of {} must be given.", list(names)),
        Rule::AtMostOne(names) => format!("Only one of {} may be given.", list(names)),
        Rule::AtLeastOne(names) => format!("One of {} must be given.", list(names)),
        Rule::Requires(name, others) => format!("`{name}` needs {} beside it.", list(others)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_has_its_entry() {
        let text = reference();
        for operation in operations() {
            assert!(text.contains(&format!("\n### {}\n", operation.name)), "{}", operation.name);
        }
        assert!(text.contains("- **`candidateId`** (CandidateId): "));
    }
}
