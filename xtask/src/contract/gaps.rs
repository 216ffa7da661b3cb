//! What the catalog itself does not know.

use crate::catalog::{Catalog, Kind, Type};

/// Its gaps, in the order of the catalog: what nobody has published, or nobody has looked up yet.
pub(super) fn of(catalog: &Catalog) -> Vec<String> {
    let mut gaps = Vec::new();
    for operation in catalog.categories.iter().flat_map(|category| &category.operations) {
        let mut gap = |what: &str| gaps.push(format!("{}: {what}", operation.name));
        if operation.entry.permission.is_empty() {
            gap("no permission is known");
        }
        if operation.entry.undocumented {
            gap("its parameters are not known in full");
        }
        if operation.entry.kind == Kind::Read && operation.returns.is_none() {
            gap("what it answers is not described");
        }
        for parameter in operation.parameters.iter().filter(|parameter| is_open(&parameter.kind)) {
            gap(&format!("the form of {} is not described", parameter.name));
        }
    }
    for (name, shape) in &catalog.types {
        for field in &shape.fields {
            if is_open(&field.kind) {
                gaps.push(format!("{name}: the form of {} is not described", field.name));
            }
            if field.class == Some("unclassified") {
                gaps.push(format!("{name}: nobody has judged what {} holds", field.name));
            }
        }
    }
    gaps
}

/// Whether anything can stand there.
fn is_open(kind: &Type) -> bool {
    match kind {
        Type::Plain(word) => word == "object" || word == "json",
        Type::List { of, .. } => is_open(of),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_catalog_does_not_know_is_listed() {
        let gaps = of(&crate::catalog::load().unwrap());
        for expected in [
            "candidate.getRecentEmailMessages: its parameters are not known in full",
            "Sequence: the form of stages is not described",
        ] {
            assert!(gaps.iter().any(|gap| gap == expected), "{expected}");
        }
        assert!(!gaps.iter().any(|gap| gap.starts_with("job.list: no permission")), "{gaps:?}");
    }
}
