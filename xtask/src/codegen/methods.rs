//! Operations as methods, with the requests that they take.

use std::fmt::Write as _;

use super::rust::{Used, documentation, identifier, pascal, plain, sentence};
use super::{header, snake};
use crate::Result;
use crate::catalog::{Catalog, Category, Field, Kind, Operation, Paging, Type};

/// Parameters of lists with places of their own.
const PAGING: [&str; 3] = ["cursor", "limit", "syncToken"];

/// Names of functions that requests and lists have anyway.
const TAKEN: [&str; 6] = ["all", "new", "page", "pages", "with", "default"];

/// What can go wrong with any method.
const ERRORS: &str = "The errors of these methods are those of [`Client::read`] and [`Client::write`], and two more: \
    [`ErrorKind::InvalidRequest`](crate::ErrorKind::InvalidRequest) without sending anything if a request is not what \
    the operation takes, and [`ErrorKind::Malformed`](crate::ErrorKind::Malformed) if the answer is not the \
    documented one.";

/// Names and texts of the files.
pub(super) fn files(catalog: &Catalog) -> Result<Vec<(String, String)>> {
    let mut files =
        vec![("mod.rs".to_owned(), client(catalog)), ("round_trip.rs".to_owned(), round_trip(catalog))];
    for category in &catalog.categories {
        files.push((format!("{}.rs", snake(&category.name)), module(category)?));
    }
    Ok(files)
}

fn client(catalog: &Catalog) -> String {
    let mut code = header("Operations with types.");
    code += "pub(super) mod alternatives;\npub(super) mod answers;\npub(super) mod enumerations;\n\
             pub(super) mod ids;\npub(super) mod inputs;\n\
             #[cfg(feature = \"round-trip\")]\n#[doc(hidden)]\npub mod round_trip;\n";
    for category in &catalog.categories {
        // A string takes any text, here and below.
        let _ = writeln!(code, "pub mod {};", snake(&category.name));
    }
    code += "\nuse crate::Client;\n\n/// Operations, by category.\nimpl Client {\n";
    for category in &catalog.categories {
        let name = snake(&category.name);
        code += &documentation(&[sentence(&category.about)]);
        let _ = writeln!(
            code,
            "pub fn {name}(&self) -> {name}::Operations<'_> {{ {name}::Operations {{ client: self }} }}\n"
        );
    }
    code + "}\n"
}

/// Reading and writing answers by the operation's name, for tests.
fn round_trip(catalog: &Catalog) -> String {
    let mut used = Used::default();
    let mut arms = String::new();
    for operation in catalog.categories.iter().flat_map(|category| &category.operations) {
        if let Some(returns) = &operation.returns {
            let _ = writeln!(
                arms,
                "{:?} => again::<{}>(operation, results),",
                operation.name,
                used.rust(returns)
            );
        }
    }
    used.json("Value");
    header("Answers there and back.")
        + &used.imports()
        + "use crate::Error;\nuse crate::operations::again;\n\n\
           /// Reads the results of an operation and writes them again; `None` if its answers have no type.\n\
           ///\n/// # Errors\n/// If they are not what the operation answers.\n\
           pub fn round_trip(operation: &str, results: &Value) -> Option<Result<Value, Error>> {\n\
           Some(match operation {\n"
        + &arms
        + "_ => return None,\n})\n}\n"
}

/// A category's file.
fn module(category: &Category) -> Result<String> {
    let mut used = Used::default();
    let (mut methods, mut types) = (String::new(), String::new());
    let mut names: Vec<String> = Vec::new();
    for operation in &category.operations {
        let mut name = snake(operation.action());
        // The old spelling of a name that is otherwise the same.
        if category
            .operations
            .iter()
            .any(|other| other.name != operation.name && snake(other.action()) == name)
            && operation.entry.deprecated.is_some()
        {
            name += "_deprecated";
        }
        if names.contains(&name) {
            return Err(format!("{}: two operations would have the same name in Rust", operation.name).into());
        }
        methods += &method(&mut used, operation, &name);
        types += &request(&mut used, operation, &name)?;
        names.push(name);
    }
    let mut code = header(&sentence(&category.about));
    code += &used.imports();
    let support: Vec<&str> = [
        ("Listing", "Listing::new("),
        ("Parameters", "Parameters"),
        ("read", " read("),
        ("write", " write("),
    ]
    .iter()
    .filter(|(_, mark)| methods.contains(mark) || types.contains(mark))
    .map(|(name, _)| *name)
    .collect();
    let _ = writeln!(code, "use crate::operations::{{{}}};", support.join(", "));
    let mut names = vec!["Client"];
    names.extend(methods.contains("Error>").then_some("Error"));
    names.extend(methods.contains("Output<").then_some("Output"));
    names.extend(types.contains("SyncToken").then_some("SyncToken"));
    let _ = writeln!(code, "use crate::{{{}}};\n", names.join(", "));
    let _ = writeln!(
        code,
        "{}#[derive(Debug, Clone, Copy)]\npub struct Operations<'a> {{ pub(super) client: &'a Client }}\n\n\
         impl Operations<'_> {{\n{methods}}}\n\n{types}",
        documentation(&[format!("What [`Client::{}`] leads to.", snake(&category.name)), ERRORS.to_owned()]),
    );
    Ok(code)
}

/// What is said of an operation.
fn about(operation: &Operation) -> Vec<String> {
    let entry = &operation.entry;
    let mut paragraphs = vec![sentence(&entry.summary)];
    paragraphs.extend(entry.effect.as_deref().map(sentence));
    paragraphs.extend(entry.warning.as_deref().map(sentence));
    paragraphs.push(match entry.kind {
        Kind::Destructive => "What it does cannot be taken back.".to_owned(),
        Kind::Notifies => "People or other systems may be told of it at once.".to_owned(),
        Kind::Read | Kind::Write => String::new(),
    });
    if entry.beta {
        paragraphs.push("Ashby may still change this operation.".to_owned());
    }
    if entry.undocumented {
        paragraphs.push("Ashby's reference does not describe it in full.".to_owned());
    }
    let permission = match &entry.permission[..] {
        "" => String::new(),
        permission => format!("The key needs the permission `{permission}`. "),
    };
    paragraphs.push(format!(
        "{permission}See [{}]({}) in Ashby's reference.",
        plain(&operation.name),
        operation.documentation()
    ));
    paragraphs
}

/// The parameters that callers set, as opposed to those of paging.
fn own(operation: &Operation) -> Vec<Field> {
    let is_own = |field: &&Field| operation.entry.paging == Paging::None || !PAGING.contains(&&*field.name);
    operation.parameters.iter().filter(is_own).cloned().collect()
}

/// Whether there is anything to put together for a call.
fn has_request(operation: &Operation) -> bool {
    !operation.parameters.is_empty() || operation.entry.undocumented
}

fn is_paged(operation: &Operation) -> bool {
    operation.entry.paging != Paging::None && matches!(operation.returns, Some(Type::List { .. }))
}

fn method(used: &mut Used, operation: &Operation, name: &str) -> String {
    let mut code = documentation(&about(operation));
    if let Some(other) = &operation.entry.deprecated {
        let _ = writeln!(code, "#[deprecated(note = \"{other} has replaced it\")]");
    }
    let (kind, wire) = (pascal(name), &operation.name);
    if is_paged(operation) {
        let required = own(operation).into_iter().filter(|field| field.required);
        let (arguments, sets): (Vec<_>, Vec<_>) = required.map(|field| used.argument(&field)).unzip();
        let _ = writeln!(
            code,
            "pub fn {name}(self, {}) -> {kind} {{ {kind}(Listing::new(self.client, {wire:?}){}) }}\n",
            arguments.join(", "),
            sets.concat()
        );
        return code;
    }
    let returns = match &operation.returns {
        Some(returns) => used.rust(returns),
        None => used.json("Value"),
    };
    let call = if operation.entry.kind == Kind::Read { "read" } else { "write" };
    let (argument, parameters) = match has_request(operation) {
        true => (format!("request: impl Into<{kind}>"), "request.into().0"),
        false => (String::new(), "Parameters::default()"),
    };
    let _ = writeln!(
        code,
        "pub async fn {}(self, {argument}) -> Result<Output<{returns}>, Error> {{\n {call}(self.client, {wire:?}, {parameters}).await\n}}\n",
        identifier(name)
    );
    code
}

/// The type that an operation takes, or is asked through.
fn request(used: &mut Used, operation: &Operation, name: &str) -> Result<String> {
    let kind = pascal(name);
    let about = format!("What [`Operations::{name}`] takes.");
    if is_paged(operation) {
        let Some(Type::List { of, .. }) = &operation.returns else {
            return Err(format!("{}: pages of what?", operation.name).into());
        };
        let mut code = format!(
            "crate::operations::listings! {{\n/// A list that [`Operations::{name}`] asks for.\n{kind} of {}\n}}\n\n",
            used.rust(of)
        );
        let optional: Vec<Field> = own(operation).into_iter().filter(|field| !field.required).collect();
        let mut setters = setters(used, &optional)?;
        if operation.entry.paging == Paging::Token {
            setters += "/// Lists only what changed since the listing that ended with this token.\n\
                        pub fn sync_token(self, token: impl Into<SyncToken>) -> Self { Self(self.0.sync_token(token.into())) }\n";
        }
        if !setters.is_empty() {
            let _ = writeln!(code, "impl {kind} {{\n{setters}}}\n");
        }
        return Ok(code);
    }
    if !has_request(operation) {
        return Ok(String::new());
    }
    let fields = own(operation);
    let default = if fields.iter().any(|field| field.required) || choice(operation, &fields).is_some() {
        ""
    } else {
        "#[derive(Default)]\n"
    };
    let mut code = format!("crate::operations::requests! {{\n/// {about}\n{default}{kind}\n}}\n\n");
    code += &builder(used, &kind, &fields, choice(operation, &fields))?;
    Ok(code)
}

/// Parameters of which one must be given, and no other unless the flag says so.
type Choice<'a> = (&'a [String], bool);

fn choice<'a>(operation: &'a Operation, fields: &[Field]) -> Option<Choice<'a>> {
    let entry = &operation.entry;
    if let Some(names) = entry.exactly_one.first() {
        return Some((names, false));
    }
    let names = entry.at_least_one.first().filter(|_| !fields.iter().any(|field| field.required))?;
    Some((names, true))
}

/// Constructors and setters of something that is put together step by step.
pub(super) fn builder(
    used: &mut Used,
    kind: &str,
    fields: &[Field],
    choice: Option<Choice<'_>>,
) -> Result<String> {
    let required: Vec<&Field> = fields.iter().filter(|field| field.required).collect();
    let mut code = format!("impl {kind} {{\n");
    let mut conversions = Vec::new();
    match choice {
        None => {
            code += &constructor(used, "new", &required);
            if let [only] = required[..] {
                conversions.push(("new".to_owned(), only.clone()));
            }
        }
        Some((names, _)) => {
            for field in fields.iter().filter(|field| names.contains(&field.name)) {
                let way = if required.is_empty() { "by" } else { "with" };
                let name = format!("{way}_{}", snake(&field.name));
                code += &constructor(used, &name, &[&required[..], &[field]].concat());
                if required.is_empty() && matches!(field.kind, Type::Id(_)) {
                    conversions.push((name, field.clone()));
                }
            }
        }
    }
    let is_settable = |field: &&Field| match choice {
        Some((names, false)) => !names.contains(&field.name),
        _ => true,
    };
    let optional: Vec<Field> =
        fields.iter().filter(|field| !field.required).filter(is_settable).cloned().collect();
    code += &setters(used, &optional)?;
    code += "}\n\n";
    for (name, field) in conversions {
        code += &conversion(used, kind, &name, &field);
    }
    Ok(code)
}

fn constructor(used: &mut Used, name: &str, fields: &[&Field]) -> String {
    let (arguments, sets): (Vec<_>, Vec<_>) = fields.iter().map(|field| used.argument(field)).unzip();
    let list = fields.iter().map(|field| {
        let about = if field.about.is_empty() { String::new() } else { format!(": {}", plain(&field.about)) };
        format!("- `{}`{about}", snake(&field.name))
    });
    let what = if fields.is_empty() { "With nothing set." } else { "With what it needs:" };
    format!(
        "{}pub fn {name}({}) -> Self {{ Self(Parameters::default(){}) }}\n\n",
        documentation(&[what.to_owned(), list.collect::<Vec<_>>().join("\n")]),
        arguments.join(", "),
        sets.concat()
    )
}

/// What needs only one thing can be made of that.
fn conversion(used: &mut Used, kind: &str, constructor: &str, field: &Field) -> String {
    if field.nullable || field.kind == Type::Plain("milliseconds".to_owned()) {
        return String::new();
    }
    let from = used.field(field);
    let name = identifier(&field.name);
    format!(
        "impl From<{from}> for {kind} {{ fn from({name}: {from}) -> Self {{ Self::{constructor}({name}) }} }}\n\n"
    )
}

fn setters(used: &mut Used, fields: &[Field]) -> Result<String> {
    let mut code = String::new();
    for field in fields {
        let name = snake(&field.name);
        if TAKEN.contains(&&*name) {
            return Err(format!("there is another function for the parameter {name}").into());
        }
        let (argument, set) = used.argument(field);
        let about = match &field.about[..] {
            "" => format!("Sets `{}`.", field.name),
            about => format!("Sets `{}`: {}.", field.name, plain(about)),
        };
        code += &documentation(&[about]);
        let _ = writeln!(
            code,
            "pub fn {}(self, {argument}) -> Self {{ Self(self.0{set}) }}\n",
            identifier(&field.name)
        );
        if field.nullable {
            let wire = &field.name;
            used.json("Value");
            code += &documentation(&[format!("Sends null as `{wire}`, which clears it.")]);
            let _ = writeln!(
                code,
                "pub fn clear_{name}(self) -> Self {{ Self(self.0.set::<Value>({wire:?}, Value::Null)) }}\n"
            );
        }
    }
    Ok(code)
}
