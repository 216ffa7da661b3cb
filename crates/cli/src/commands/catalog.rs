//! `ashby operations` and `describe`: what is known without asking Ashby.

use std::process::ExitCode;

use ashby_calls::{flag, list_item, members};
use ashby_client::catalog::{self, Operation, Paging, Permission, Rate, Rule, Type};
use clap::Args;
use serde::Serialize;

use crate::call::flags::{self, describe, is_for_pages};
use crate::failure::{Failure, USAGE};
use crate::output;
use crate::settings::Settings;
use crate::table::Table;
use crate::text;

/// Which operations to list.
#[derive(Debug, Args)]
pub(crate) struct OperationsFlags {
    /// Only those with this in their name, their summary or their parameters
    #[arg(value_name = "SEARCH")]
    search: Option<String>,
    /// Only those that change something
    #[arg(long)]
    writes: bool,
    /// Only those that need this permission: "Candidates: Write", candidatesWrite or candidates:write
    #[arg(long, value_name = "PERMISSION")]
    permission: Option<String>,
}

/// Which operation to describe.
#[derive(Debug, Args)]
pub(crate) struct DescribeFlags {
    /// Its name, such as candidate.create
    #[arg(value_name = "OPERATION")]
    operation: String,
}

impl DescribeFlags {
    pub(crate) fn run(&self, settings: &Settings) -> Result<ExitCode, Failure> {
        let operation = flags::operation(&self.operation)?;
        match settings.json() {
            true => output::print_json(&catalog::describe(operation))?,
            false => output::print(&page(operation))?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl OperationsFlags {
    pub(crate) fn run(&self, settings: &Settings) -> Result<ExitCode, Failure> {
        operations(settings, self)?;
        Ok(ExitCode::SUCCESS)
    }
}

/// An operation in a list.
#[derive(Serialize)]
struct Listed {
    name: &'static str,
    summary: &'static str,
    kind: &'static str,
    /// As Ashby's reference spells it.
    permission: Option<&'static str>,
    paged: bool,
    deprecated: Option<&'static str>,
    beta: bool,
    documentation: &'static str,
}

fn operations(settings: &Settings, wanted: &OperationsFlags) -> Result<(), Failure> {
    let permission = wanted.permission.as_deref().map(permission).transpose()?;
    let found: Vec<&Operation> = catalog::operations()
        .filter(|operation| !(wanted.writes && operation.is_read()))
        .filter(|operation| permission.is_none() || operation.permission == permission)
        .filter(|operation| wanted.search.as_deref().is_none_or(|search| mentions(operation, search)))
        .collect();
    let listed = |operation: &&Operation| Listed {
        name: operation.name,
        summary: operation.summary,
        kind: operation.kind.name(),
        permission: operation.permission.map(Permission::name),
        paged: operation.paging != Paging::None,
        deprecated: operation.deprecated,
        beta: operation.is_beta,
        documentation: operation.documentation,
    };
    if found.is_empty() {
        output::explain("no operation is like that; `ashby operations` lists them all\n");
    }
    let rows = found.iter().map(|operation| {
        let summary = match operation.deprecated {
            Some(instead) => format!("{} (deprecated: use {instead})", operation.summary),
            None => operation.summary.to_owned(),
        };
        let permission = operation.permission.map_or_else(|| "-".to_owned(), Permission::screen_name);
        vec![operation.name.to_owned(), operation.kind.name().to_owned(), permission, summary]
    });
    let table = Table::new(&["operation", "kind", "permission", "summary"]).rows(rows);
    output::print_listed(settings, &found.iter().map(listed).collect::<Vec<_>>(), table)
}

/// Whether every word of a search stands somewhere in what an operation is and takes.
fn mentions(operation: &Operation, search: &str) -> bool {
    let parameters = operation.parameters.iter().flat_map(|field| [field.name, field.about]);
    let texts: Vec<String> =
        [operation.name, operation.summary].into_iter().chain(parameters).map(str::to_lowercase).collect();
    search.to_lowercase().split_whitespace().all(|word| texts.iter().any(|text| text.contains(word)))
}

/// The permission that a person means, in any of its spellings.
fn permission(name: &str) -> Result<Permission, Failure> {
    Permission::parse(name).ok_or_else(|| {
        let known = Permission::all();
        let failure = Failure::new(USAGE, format!("no operation needs a permission named `{name}`"));
        let names = known.iter().map(|permission| permission.name());
        match &catalog::nearest(name, names.clone())[..] {
            [] => failure.with_hint(format!("there are {}", names.collect::<Vec<_>>().join(", "))),
            near => failure.meaning(near),
        }
    })
}

/// How lists are read.
const PAGING: &str =
    "--limit N prints the first N records, --all all of them, --cursor goes on; --page-size is Ashby's limit";

/// What is known of an operation, for people.
fn page(operation: &Operation) -> String {
    let mut text = format!("{}: {}\n", operation.name, operation.summary);
    let mut fact = |name: &str, value: String| text.push_str(&format!("  {name:<11} {value}\n"));
    fact("kind", operation.kind.name().to_owned());
    for (name, value) in [("effect", operation.effect), ("warning", operation.warning)] {
        value.into_iter().for_each(|value| fact(name, value.to_owned()));
    }
    if !operation.open_codes.is_empty() {
        let codes = operation.open_codes.join(", ");
        fact("left open", format!("refused as {codes}, it may have been carried out nevertheless"));
    }
    match operation.permission {
        Some(permission) => fact("permission", format!("{} ({permission})", permission.screen_name())),
        None => fact("permission", "none is known to be needed".to_owned()),
    }
    match operation.paging {
        Paging::None => {}
        Paging::Cursor => fact("paging", PAGING.to_owned()),
        Paging::Token => fact("paging", format!("{PAGING}; --sync-token lists what has changed")),
    }
    if operation.rate == Rate::Reports {
        fact("limit", "15 a minute, 3 at a time, for all reports of the organisation".to_owned());
    }
    operation.deprecated.into_iter().for_each(|instead| fact("deprecated", format!("use {instead}")));
    operation.since.into_iter().for_each(|day| fact("since", day.to_owned()));
    if operation.is_beta {
        fact("beta", "Ashby may still change it".to_owned());
    }

    text.push_str(match (operation.parameters, operation.is_open) {
        ([], false) => "\nIt takes no parameters.\n",
        ([], true) => "\nIts parameters are not known here: give them with --json or --set NAME=JSON.\n",
        (_, false) => "\nParameters:\n",
        (_, true) => "\nParameters, beside others that are not known here (--json, --set NAME=JSON):\n",
    });
    for field in operation.parameters.iter().filter(|field| !is_for_pages(operation, field)) {
        let required = if field.required { " (required)" } else { "" };
        text.push_str(&format!(
            "  {}{required}\n      {}\n",
            flag(field.name),
            about(field.about, &describe(&field.kind))
        ));
    }
    operation.rules.iter().for_each(|rule| text.push_str(&format!("  {}\n", sentence(rule))));

    match &operation.returns {
        None => text.push_str("\nWhat it answers is not known here.\n"),
        Some(kind) => {
            text.push_str(&format!("\nAnswers: {}\n", kind.name()));
            for field in members(list_item(kind).unwrap_or(kind)) {
                let may_lack = if field.required { "" } else { ", not always" };
                let kind = format!("{}{may_lack}", field.kind.name());
                text.push_str(&format!("  {:<28} {}\n", field.name, about(field.about, &kind)));
            }
        }
    }
    text.push_str(&format!("\nExample:\n  {}\n\n{}\n", example(operation), operation.documentation));
    text
}

fn about(about: &str, kind: &str) -> String {
    if about.is_empty() { kind.to_owned() } else { format!("{about}; {kind}") }
}

fn sentence(rule: &Rule) -> String {
    let flags = |names: &[&str]| names.iter().map(|name| flag(name)).collect::<Vec<_>>().join(", ");
    match rule {
        Rule::ExactlyOne(names) => format!("exactly one of {}", flags(names)),
        Rule::AtMostOne(names) => format!("at most one of {}", flags(names)),
        Rule::AtLeastOne(names) => format!("at least one of {}", flags(names)),
        Rule::Requires(name, others) => format!("{} only with {}", flag(name), flags(others)),
    }
}

/// A command line that calls an operation with what it must have.
fn example(operation: &Operation) -> String {
    let one_of = |rule: &Rule| match rule {
        Rule::ExactlyOne(names) | Rule::AtLeastOne(names) => names.first().copied(),
        Rule::AtMostOne(_) | Rule::Requires(..) => None,
    };
    let chosen: Vec<&str> = operation.rules.iter().filter_map(one_of).collect();
    let mut line = format!("ashby call {}", operation.name);
    for field in operation.parameters.iter().filter(|field| field.required || chosen.contains(&field.name)) {
        line.push_str(&format!(" {}{}", flag(field.name), example_value(&field.kind)));
    }
    line.push_str(match (operation.paging, operation.is_read()) {
        (Paging::None, true) => "",
        (Paging::None, false) => " --dry-run",
        _ => " --all --output ndjson",
    });
    line
}

fn example_value(kind: &Type) -> String {
    match kind {
        Type::Boolean => String::new(),
        Type::Integer | Type::Number => " 1".to_owned(),
        Type::Uuid | Type::Id(_) => " ID".to_owned(),
        Type::Instant | Type::Milliseconds => " 2026-01-31T09:00:00Z".to_owned(),
        Type::Date => " 2026-01-31".to_owned(),
        Type::Email => " someone@example.com".to_owned(),
        Type::Url => " https://example.com/".to_owned(),
        Type::Enumeration(enumeration) => {
            format!(" {}", text::word(enumeration.values.first().unwrap_or(&"…")))
        }
        Type::String | Type::Json => " '…'".to_owned(),
        Type::Object | Type::Record(_) => " '{…}'".to_owned(),
        Type::List { of, .. } => example_value(of),
        Type::Either(kinds) => kinds.first().map(example_value).unwrap_or_default(),
    }
}
