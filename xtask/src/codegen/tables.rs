//! The catalog as static tables.

use std::fmt::Write as _;

use super::rust::pascal;
use super::{header, screaming};
use crate::catalog::classes::UNCLASSIFIED;
use crate::catalog::events::{Again, Event, Touch};
use crate::catalog::{Catalog, Category, Field, Kind, Operation, Paging, Rate, Shape, Type};

/// Names and texts of the files.
pub(super) fn files(catalog: &Catalog) -> Vec<(String, String)> {
    vec![
        ("mod.rs".to_owned(), categories(catalog)),
        ("operations.rs".to_owned(), operations(catalog)),
        ("shapes.rs".to_owned(), shapes(catalog)),
        ("enumerations.rs".to_owned(), enumerations(catalog)),
        ("events.rs".to_owned(), events(catalog)),
    ]
}

fn categories(catalog: &Catalog) -> String {
    let mut code = header("The catalog's categories.");
    code += "mod enumerations;\nmod events;\nmod operations;\nmod shapes;\n\npub(crate) use events::EVENTS;\n\nuse super::Category;\n\n";
    code += "/// All categories, by name.\npub static CATEGORIES: &[Category] = &[\n";
    for Category { name, about, .. } in &catalog.categories {
        // A string takes any text, here and below.
        let _ = writeln!(
            code,
            "Category {{ name: {name:?}, about: {about:?}, operations: operations::{} }},",
            screaming(name)
        );
    }
    code + "];\n"
}

fn operations(catalog: &Catalog) -> String {
    let mut code = header("The catalog's operations.");
    code += "use super::{enumerations, shapes};\n";
    code += "use crate::{Class, Field, Kind, Operation, Paging, Permission, Rate, Rule, Type};\n\n";
    for category in &catalog.categories {
        let _ = writeln!(code, "pub(super) static {}: &[Operation] = &[", screaming(&category.name));
        category.operations.iter().for_each(|operation| code += &self::operation(operation));
        code += "];\n\n";
    }
    code
}

fn operation(operation: &Operation) -> String {
    let entry = &operation.entry;
    let permission = match &entry.permission[..] {
        "" => "None".to_owned(),
        permission => format!("Some(Permission::new({permission:?}))"),
    };
    let kind = match entry.kind {
        Kind::Read => "Read",
        Kind::Write => "Write",
        Kind::Destructive => "Destructive",
        Kind::Notifies => "Notifies",
    };
    let paging = match entry.paging {
        Paging::None => "None",
        Paging::Cursor => "Cursor",
        Paging::Token => "Token",
    };
    let rate = match entry.rate {
        Rate::Key => "Key",
        Rate::Reports => "Reports",
    };
    let group = |rule: &'static str| move |names: &Vec<String>| format!("Rule::{rule}(&{names:?})");
    let rules = entry.exactly_one.iter().map(group("ExactlyOne"));
    let rules = rules.chain(entry.at_most_one.iter().map(group("AtMostOne")));
    let rules = rules.chain(entry.at_least_one.iter().map(group("AtLeastOne")));
    let requires =
        entry.requires.iter().map(|(name, others)| format!("Rule::Requires({name:?}, &{others:?})"));
    let rules: Vec<String> = rules.chain(requires).collect();
    let returns =
        operation.returns.as_ref().map_or("None".to_owned(), |kind| format!("Some({})", self::kind(kind)));
    format!(
        "Operation {{ name: {:?}, summary: {:?}, permission: {permission}, kind: Kind::{kind}, effect: {:?},
            warning: {:?}, open_codes: &{:?}, parameters: &[{}], rules: &[{}], paging: Paging::{paging}, rate: Rate::{rate},
            returns: {returns}, omits: &{:?}, deprecated: {:?}, is_beta: {}, since: {:?}, is_open: {}, documentation: {:?} }},\n",
        operation.name,
        entry.summary,
        entry.effect,
        entry.warning,
        entry.open_codes,
        fields(&operation.parameters),
        rules.join(", "),
        entry.omits,
        entry.deprecated,
        entry.beta,
        entry.since,
        entry.undocumented,
        operation.documentation(),
    )
}

fn shapes(catalog: &Catalog) -> String {
    let mut code = header("Objects that the catalog's operations take and answer.");
    code += "use super::{enumerations, shapes};\nuse crate::{Class, Field, Shape, Type};\n\n";
    let mut shapes: Vec<(&String, &Shape)> = catalog.inputs.iter().chain(&catalog.types).collect();
    shapes.sort_by_key(|(name, _)| *name);
    for (name, shape) in shapes {
        let _ = writeln!(
            code,
            "pub(super) static {}: Shape = Shape {{ name: {name:?}, about: {:?}, fields: &[{}] }};\n",
            screaming(name),
            shape.about,
            fields(&shape.fields),
        );
    }
    code
}

fn enumerations(catalog: &Catalog) -> String {
    let mut code = header("Sets of words in the catalog.");
    code += "use crate::Enumeration;\n\n";
    let mut enumerations: Vec<_> = catalog.enumerations.iter().collect();
    enumerations.sort();
    for (name, values) in enumerations {
        let _ = writeln!(
            code,
            "pub(super) static {}: Enumeration = Enumeration {{ name: {name:?}, values: &{values:?} }};\n",
            screaming(name),
        );
    }
    code
}

fn events(catalog: &Catalog) -> String {
    let mut code = header("What Ashby sends to webhooks.");
    code += "use super::shapes;\nuse crate::{Change, Event, Reread, Touch};\n\n";
    code += "/// All events, by name.\npub(crate) static EVENTS: &[Event] = &[\n";
    for (name, Event { summary, payload, triggers, beta, since, touches }) in &catalog.events {
        let touches: Vec<String> = touches.iter().map(touch).collect();
        let _ = writeln!(
            code,
            "Event {{ name: {name:?}, summary: {summary:?}, payload: &shapes::{}, example: include_str!(\"examples/{name}.json\"),
                triggers: &{triggers:?},
                is_beta: {beta}, since: {since:?}, touches: &[{}] }},",
            screaming(payload),
            touches.join(", "),
        );
    }
    code + "];\n"
}

fn touch(touch: &Touch) -> String {
    let change = match (&touch.merged_into, touch.deleted) {
        (Some(survivor), _) => format!("Change::Merged {{ into: {survivor:?} }}"),
        (None, true) => "Change::Deleted".to_owned(),
        (None, false) => "Change::Upserted".to_owned(),
    };
    let again = match &touch.again {
        None => "Reread::Nothing".to_owned(),
        Some(Again::Listing(_)) => "Reread::Listing".to_owned(),
        Some(Again::Operation(operation, parameter)) => {
            format!("Reread::Operation {{ operation: {operation:?}, parameter: {parameter:?} }}")
        }
    };
    format!(
        "Touch {{ stream: {:?}, key: {:?}, change: {change}, when: {:?}, again: {again}, dependants: &{:?} }}",
        touch.stream, touch.key, touch.when, touch.dependants,
    )
}

fn fields(fields: &[Field]) -> String {
    let field = |field: &Field| {
        format!(
            "Field {{ name: {:?}, about: {:?}, kind: {}, required: {}, nullable: {}, class: Class::{} }}",
            field.name,
            field.about,
            kind(&field.kind),
            field.required,
            field.nullable,
            pascal(field.class.unwrap_or(UNCLASSIFIED)),
        )
    };
    fields.iter().map(field).collect::<Vec<_>>().join(", ")
}

fn kind(kind: &Type) -> String {
    match kind {
        Type::Plain(name) => format!("Type::{}{}", name[..1].to_uppercase(), &name[1..]),
        Type::Id(name) => format!("Type::Id({name:?})"),
        Type::Enumeration(name) => format!("Type::Enumeration(&enumerations::{})", screaming(name)),
        Type::Input(name) | Type::Answer(name) => format!("Type::Record(&shapes::{})", screaming(name)),
        Type::List { of, min, max } => {
            let max = if *max == usize::MAX { "usize::MAX".to_owned() } else { max.to_string() };
            format!("Type::List {{ of: &{}, min: {min}, max: {max} }}", self::kind(of))
        }
        Type::Either(kinds) => {
            format!("Type::Either(&[{}])", kinds.iter().map(self::kind).collect::<Vec<_>>().join(", "))
        }
    }
}
