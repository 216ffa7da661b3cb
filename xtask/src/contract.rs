//! `cargo xtask contract`: the catalog beside an OpenAPI document of Ashby's.

mod gaps;
mod schema;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use self::schema::{Document, Schema};
use crate::Result;
use crate::catalog::{self, Catalog, Field, Operation, Paging, Shape, Type};
use crate::workspace::root;

/// What to compare with.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Ashby's OpenAPI document, as JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) openapi: PathBuf,
    /// List what the catalog itself does not know, too
    #[arg(long)]
    pub(crate) gaps: bool,
}

/// Differences that are meant, with their reasons.
const EXCEPTIONS: &str = "xtask/contract-exceptions.toml";

/// Prints what differs.
///
/// # Errors
/// If something differs that is not among [`EXCEPTIONS`], or if one of those differs no longer.
pub(crate) fn run(options: &Options) -> Result<()> {
    let (unexpected, stale, expected) = compare(&options.openapi)?;
    for difference in &unexpected {
        println!("{difference}");
    }
    for difference in &stale {
        println!("no longer so: {difference}");
    }
    let gaps = gaps::of(&catalog::load()?);
    if options.gaps {
        for gap in &gaps {
            println!("not known: {gap}");
        }
    }
    println!("{} gaps of the catalog's own (--gaps lists them)", gaps.len());
    println!("{} differences, {expected} more that {EXCEPTIONS} gives a reason for", unexpected.len());
    if unexpected.is_empty() && stale.is_empty() {
        return Ok(());
    }
    Err(format!("bring the catalog up to date, or give a reason in {EXCEPTIONS}").into())
}

/// Unexpected differences, exceptions without a difference, and the number of the others.
fn compare(openapi: &Path) -> Result<(Vec<String>, Vec<String>, usize)> {
    let text =
        fs::read_to_string(openapi).map_err(|error| format!("cannot read {}: {error}", openapi.display()))?;
    let document = serde_json::from_str(&text)?;
    let document = Document::new(document).map_err(|error| format!("{}: {error}", openapi.display()))?;
    let exceptions: BTreeMap<String, Vec<String>> =
        toml::from_str(&fs::read_to_string(root().join(EXCEPTIONS))?)?;
    let exceptions: BTreeSet<String> = exceptions.into_values().flatten().collect();
    let differences = Comparison::new(&catalog::load()?).of(&document);
    let (meant, unexpected): (Vec<String>, Vec<String>) =
        differences.into_iter().partition(|difference| exceptions.contains(difference));
    let stale = exceptions.into_iter().filter(|exception| !meant.contains(exception)).collect();
    Ok((unexpected, stale, meant.len()))
}

struct Comparison<'a> {
    catalog: &'a Catalog,
    differences: BTreeSet<String>,
    /// Members of answered types that the document has, so that the others can be told.
    seen: BTreeMap<&'a str, BTreeSet<&'a str>>,
    /// Pairs of types and places under comparison: a type that contains itself is compared once.
    under_way: Vec<&'a str>,
}

/// Which way values go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Sent,
    Answered,
}

impl<'a> Comparison<'a> {
    fn new(catalog: &'a Catalog) -> Self {
        Self { catalog, differences: BTreeSet::new(), seen: BTreeMap::new(), under_way: Vec::new() }
    }

    fn of(mut self, document: &Document) -> Vec<String> {
        let catalog = self.catalog;
        let operations: BTreeMap<&str, &Operation> = catalog
            .categories
            .iter()
            .flat_map(|category| &category.operations)
            .map(|operation| (&operation.name[..], operation))
            .collect();
        let mut documented = BTreeSet::new();
        for (name, description) in document.operations() {
            documented.insert(name);
            match operations.get(name) {
                Some(operation) => {
                    self.operation(operation, document.request(description), document.results(description));
                }
                None => self.differs(name, "the catalog lacks it"),
            }
        }
        for name in operations.keys().filter(|name| !documented.contains(**name)) {
            self.differs(name, "the document lacks it");
        }
        self.events(document);
        for (name, seen) in std::mem::take(&mut self.seen) {
            for field in &catalog.types[name].fields {
                if !seen.contains(&field.name[..]) {
                    self.differs(name, &format!("the document has no member {}", field.name));
                }
            }
        }
        self.differences.into_iter().collect()
    }

    fn events(&mut self, document: &Document) {
        let catalog = self.catalog;
        let mut documented = BTreeSet::new();
        for (name, data) in document.events() {
            documented.insert(name);
            let Some(event) = catalog.events.get(name) else {
                self.differs(name, "the catalog lacks the event");
                continue;
            };
            let payload = &catalog.types[&event.payload];
            let data = data.united();
            self.shape(name, Way::Answered, &event.payload, payload, &data);
            for touch in &event.touches {
                let pointers = touch.key.iter().chain(&touch.merged_into);
                for pointer in pointers.chain(touch.when.iter().map(|(pointer, _)| pointer)) {
                    if !data.holds(pointer) {
                        self.differs(name, &format!("{pointer} leads nowhere in the document"));
                    }
                }
            }
        }
        for name in catalog.events.keys().filter(|name| !documented.contains(&name[..])) {
            self.differs(name, "the document lacks the event");
        }
    }

    fn differs(&mut self, place: &str, what: &str) {
        self.differences.insert(format!("{place}: {what}"));
    }

    fn operation(&mut self, operation: &'a Operation, request: Schema, results: Option<Schema>) {
        let paging =
            match (request.properties.contains_key("cursor"), request.properties.contains_key("syncToken")) {
                (_, true) => Paging::Token,
                (true, false) => Paging::Cursor,
                (false, false) => Paging::None,
            };
        if paging != operation.entry.paging {
            self.differs(&operation.name, &format!("paging is {paging:?} in the document"));
        }
        let is_paging = |name: &str| ["cursor", "syncToken", "limit"].contains(&name);
        let parameters: Vec<&Field> =
            operation.parameters.iter().filter(|field| !is_paging(&field.name)).collect();
        let mut request = request;
        request.properties.retain(|name, _| !is_paging(name));
        self.members(&operation.name, Way::Sent, &parameters, &request);
        let answered = results.as_ref().map(|results| results.items.as_deref().unwrap_or(results));
        for name in &operation.entry.omits {
            if answered.is_some_and(|answered| answered.properties.contains_key(name)) {
                self.differs(&operation.name, &format!("the document says that it answers {name}"));
            }
        }
        match (&operation.returns, results) {
            (Some(kind), Some(results)) => {
                self.value(&format!("{} answer", operation.name), Way::Answered, kind, &results);
            }
            (None, Some(_)) => self.differs(&operation.name, "the document says what it answers"),
            (_, None) => {}
        }
    }

    fn members(&mut self, place: &str, way: Way, fields: &[&'a Field], schema: &Schema) {
        for (name, property) in &schema.properties {
            let Some(field) = fields.iter().find(|field| field.name == *name) else {
                self.differs(place, &format!("the catalog lacks {name}"));
                continue;
            };
            let place = format!("{place}.{name}");
            let required = schema.required.contains(name);
            // What is always answered may be taken for less; what is not, must not be relied on.
            if field.required != required && (way == Way::Sent || field.required) {
                let is = if required { "required" } else { "optional" };
                self.differs(&place, &format!("it is {is} in the document"));
            }
            if way == Way::Sent && property.nullable && !field.nullable {
                self.differs(&place, "it may be null in the document");
            }
            self.value(&place, way, &field.kind, property);
        }
        if way == Way::Sent {
            for field in fields.iter().filter(|field| !schema.properties.contains_key(&field.name)) {
                self.differs(place, &format!("the document lacks {}", field.name));
            }
        }
    }

    fn shape(&mut self, place: &str, way: Way, name: &'a str, shape: &'a Shape, schema: &Schema) {
        // Named by the type, what holds wherever it is used is said once.
        let place = if way == Way::Answered { name } else { place };
        if way == Way::Answered {
            if self.under_way.contains(&name) {
                return;
            }
            let seen = self.seen.entry(name).or_default();
            seen.extend(
                shape
                    .fields
                    .iter()
                    .map(|field| &field.name[..])
                    .filter(|name| schema.properties.contains_key(*name)),
            );
            self.under_way.push(name);
        }
        self.members(place, way, &shape.fields.iter().collect::<Vec<_>>(), schema);
        if way == Way::Answered {
            self.under_way.pop();
        }
    }

    fn value(&mut self, place: &str, way: Way, kind: &'a Type, schema: &Schema) {
        let silent =
            schema.types.is_empty() && schema.alternatives.is_empty() && schema.properties.is_empty();
        if silent || matches!(kind, Type::Plain(name) if name == "json") {
            return;
        }
        if !schema.alternatives.is_empty() && schema.properties.is_empty() {
            return self.alternatives(place, way, kind, schema);
        }
        let types = &schema.types;
        let is = |name: &str| types.is_empty() || types.contains(name);
        let format = schema.format.as_deref();
        match kind {
            Type::Either(kinds) => {
                if let Some(kind) =
                    kinds.iter().find(|kind| json_types(kind).iter().any(|name| types.contains(*name)))
                {
                    self.value(place, way, kind, schema);
                } else {
                    self.differs(place, &format!("it is {types:?} in the document"));
                }
            }
            Type::List { of, min, max } if types.contains("array") || schema.items.is_some() => {
                if way == Way::Sent && schema.bounds != (*min, *max) {
                    self.differs(place, &format!("its bounds are {:?} in the document", schema.bounds));
                }
                if let Some(items) = &schema.items {
                    self.value(&format!("{place}[]"), way, of, items);
                }
            }
            Type::Input(name) if is("object") => {
                let shape = &self.catalog.inputs[name];
                self.shape(place, way, name, shape, schema);
            }
            Type::Answer(name) if is("object") => {
                let shape = &self.catalog.types[name];
                self.shape(place, way, name, shape, schema);
            }
            Type::Enumeration(name) if is("string") => {
                let known: BTreeSet<&str> =
                    self.catalog.enumerations[name].iter().map(|word| &word[..]).collect();
                let Some(words) = &schema.words else {
                    return self.differs(place, "it is free text in the document");
                };
                for word in words.iter().filter(|word| !known.contains(&word[..])) {
                    self.differs(place, &format!("the catalog lacks the word {word}"));
                }
                if way == Way::Sent {
                    for word in known.iter().filter(|word| !words.contains(**word)) {
                        self.differs(place, &format!("the document lacks the word {word}"));
                    }
                }
            }
            kind if json_types(kind).iter().any(|name| types.contains(*name)) => {
                if schema.words.as_ref().is_some_and(|words| !words.is_empty()) && way == Way::Sent {
                    self.differs(place, "it is one of several words in the document");
                }
                if let Some(format) = format.filter(|format| !fits(kind, format)) {
                    self.differs(place, &format!("its format is {format} in the document"));
                }
            }
            _ => self.differs(place, &format!("it is {types:?} in the document")),
        }
    }

    /// Every alternative must be one that the catalog allows.
    fn alternatives(&mut self, place: &str, way: Way, kind: &'a Type, schema: &Schema) {
        let kinds: Vec<&Type> = match kind {
            Type::Either(kinds) => kinds.iter().collect(),
            kind => vec![kind],
        };
        for alternative in &schema.alternatives {
            let fits = |kind: &&&'a Type| {
                let types = json_types(kind);
                alternative.types.is_empty() || types.iter().any(|name| alternative.types.contains(*name))
            };
            match kinds.iter().find(fits) {
                Some(kind) => self.value(place, way, kind, alternative),
                None => self.differs(place, &format!("it may be {:?} in the document", alternative.types)),
            }
        }
    }
}

/// JSON types that values of a type may have.
fn json_types(kind: &Type) -> &'static [&'static str] {
    match kind {
        Type::Plain(name) => match &name[..] {
            "boolean" => &["boolean"],
            "integer" | "milliseconds" => &["integer"],
            "number" => &["number", "integer"],
            "object" => &["object"],
            "json" => &["boolean", "integer", "number", "object", "array", "string"],
            _ => &["string"],
        },
        Type::Id(_) | Type::Enumeration(_) => &["string"],
        Type::Input(_) | Type::Answer(_) => &["object"],
        Type::List { .. } => &["array"],
        Type::Either(_) => &["boolean", "integer", "number", "object", "array", "string"],
    }
}

/// Whether a type is what a format promises. Text may be taken for less than it is when it is answered, but what is
/// known of a format should not be lost.
fn fits(kind: &Type, format: &str) -> bool {
    match (kind, format) {
        (Type::Id(_), "uuid") => true,
        (Type::Plain(name), _) => matches!(
            (&name[..], format),
            ("uuid", "uuid")
                | ("instant", "date-time")
                | ("date", "date")
                | ("url", "uri" | "url")
                | ("email", "email")
                | ("integer" | "milliseconds" | "number", _)
        ),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ashby's document where it is at hand: `ASHBY_OPENAPI`, or beside the workspace.
    fn openapi() -> Option<PathBuf> {
        let beside = root().join("../shared/ashby-api/openapi.json");
        let path = std::env::var_os("ASHBY_OPENAPI").map_or(beside, PathBuf::from);
        path.exists().then_some(path)
    }

    #[test]
    fn the_catalog_is_what_ashbys_document_says() {
        let Some(openapi) = openapi() else {
            return eprintln!("skipped: Ashby's OpenAPI document is not at hand (ASHBY_OPENAPI)");
        };
        let (unexpected, stale, _) = compare(&openapi).unwrap();
        assert!(unexpected.is_empty() && stale.is_empty(), "{unexpected:#?}\nno longer so: {stale:#?}");
    }

    /// The comparison of a document with one operation like `archiveReason.list`.
    fn differences(request: &str, item: &str) -> Vec<String> {
        let document = format!(
            r#"{{"paths": {{"/archiveReason.list": {{"post": {{
                "requestBody": {{"content": {{"application/json": {{"schema": {request}}}}}}},
                "responses": {{"200": {{"content": {{"application/json": {{"schema":
                    {{"properties": {{"results": {{"type": "array", "items": {item}}}}}}}}}}}}}}}}}}}}}}}"#
        );
        let document = Document::new(serde_json::from_str(&document).unwrap()).unwrap();
        let differences = Comparison::new(&catalog::load().unwrap()).of(&document);
        differences.into_iter().filter(|text| !text.ends_with("the document lacks it")).collect()
    }

    #[test]
    fn what_a_newer_document_changes_is_said() {
        let request = r#"{"properties": {"includeArchived": {"type": "string"}, "cursor": {"type": "string"},
            "color": {"type": "string"}}, "required": ["includeArchived"]}"#;
        let item = r#"{"type": "object", "properties": {"id": {"type": "integer"}, "colour": {"type": "string"},
            "reasonType": {"type": "string", "enum": ["Other", "Moon"]}}}"#;
        let found = differences(request, item).join("\n");
        for expected in [
            "archiveReason.list: paging is Cursor in the document",
            "archiveReason.list.includeArchived: it is {\"string\"} in the document",
            "archiveReason.list.includeArchived: it is required in the document",
            "archiveReason.list: the catalog lacks color",
            "ArchiveReason: the catalog lacks colour",
            "ArchiveReason: the document has no member text",
            "ArchiveReason.id: it is {\"integer\"} in the document",
            "ArchiveReason.reasonType: the catalog lacks the word Moon",
        ] {
            assert!(found.lines().any(|line| line == expected), "{expected}\nis not in\n{found}");
        }
    }

    #[test]
    fn an_event_whose_key_moved_is_noticed() {
        let document = r#"{"paths": {}, "webhooks": {
            "candidateMerge": {"post": {"requestBody": {"content": {"application/json": {"schema": {"properties":
                {"data": {"properties": {
                    "mergedCandidate": {"type": "object", "properties": {"id": {"type": "string", "format": "uuid"}}},
                    "gone": {"type": "object", "properties": {"id": {"type": "string", "format": "uuid"}}}
                }}}}}}}}},
            "candidateSplit": {"post": {}}}}"#;
        let document = Document::new(serde_json::from_str(document).unwrap()).unwrap();
        let found = Comparison::new(&catalog::load().unwrap()).of(&document);
        for expected in [
            "candidateMerge: /deletedCandidate/id leads nowhere in the document",
            "MergePayload: the catalog lacks gone",
            "candidateSplit: the catalog lacks the event",
            "ping: the document lacks the event",
        ] {
            assert!(found.iter().any(|line| line == expected), "{expected}\nis not in\n{found:#?}");
        }
        assert!(!found.iter().any(|line| line.contains("/mergedCandidate/id")), "{found:#?}");
    }

    #[test]
    fn what_a_list_shall_omit_and_does_not_is_noticed() {
        let document = r##"{"paths": {"/offer.list": {"post": {"responses": {"200": {"content": {"application/json":
            {"schema": {"properties": {"results": {"type": "array", "items": {"type": "object", "properties":
            {"versions": {"type": "array"}}}}}}}}}}}}}}"##;
        let document = Document::new(serde_json::from_str(document).unwrap()).unwrap();
        let found = Comparison::new(&catalog::load().unwrap()).of(&document);
        let omitted = found.iter().filter(|line| line.contains("says that it answers"));
        assert_eq!(omitted.collect::<Vec<_>>(), ["offer.list: the document says that it answers versions"]);
    }
}
