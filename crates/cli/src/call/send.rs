//! One call: what it would send, whether a person wants it, sending it, and what went wrong.

use std::fmt;
use std::io::{BufRead as _, IsTerminal as _};

use ashby_client::catalog::{self, Kind, Operation, Type};
use ashby_client::{Client, Error, ErrorKind, ReadOperation, Response, WriteOperation};
use indexmap::IndexMap;
use serde::Serialize;
use serde_json::{Map, Value};

use super::request::flag;
use crate::failure::{FAILED, Failure, USAGE};
use crate::output::explain;
use crate::settings::Settings;

/// A request as it would be sent, the key masked.
#[derive(Serialize)]
pub(crate) struct DryRun<'a> {
    method: &'static str,
    url: String,
    headers: IndexMap<&'static str, String>,
    body: &'a Map<String, Value>,
}

impl<'a> DryRun<'a> {
    /// Needs no key.
    pub(crate) fn new(
        settings: &Settings,
        operation: &Operation,
        body: &'a Map<String, Value>,
        on_behalf_of: Option<&str>,
    ) -> Self {
        let mut headers = IndexMap::new();
        let mut header = |name, value: &str| headers.insert(name, value.to_owned());
        header("Authorization", "Basic [masked]");
        header("Accept", "application/json");
        header("Content-Type", "application/json");
        header("Ashby-Version", settings.api_version());
        if let Some(user) = on_behalf_of {
            header("X-On-Behalf-Of", user);
        }
        let url = format!("{}/{}", settings.base_url().trim_end_matches('/'), operation.name);
        Self { method: "POST", url, headers, body }
    }
}

/// As it goes over the wire, more or less.
impl fmt::Display for DryRun<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} {}", self.method, self.url)?;
        for (name, value) in &self.headers {
            writeln!(f, "{name}: {value}")?;
        }
        let body = serde_json::to_string_pretty(self.body).map_err(|_| fmt::Error)?;
        writeln!(f, "\n{body}")
    }
}

/// Makes sure that what cannot be taken back, or what others will hear of, is wanted: by `yes`, or by an answer on
/// the terminal. `target` says what it happens to: ids, or how many rows of what.
///
/// # Errors
/// If it is not wanted, or nobody can be asked.
pub(crate) fn confirm(operation: &Operation, target: &str, yes: bool) -> Result<(), Failure> {
    if yes || !operation.kind.needs_confirmation() {
        return Ok(());
    }
    let why = match operation.kind {
        Kind::Destructive => "cannot be undone",
        _ => "may be noticed by people or other systems at once",
    };
    if !(std::io::stdin().is_terminal() && std::io::stderr().is_terminal()) {
        let message = format!("{} {why}: it needs --yes; nothing was sent", operation.name);
        let hint = operation.effect.unwrap_or("`ashby describe` says what it does");
        return Err(Failure::new(USAGE, message).with_hint(hint));
    }
    let effect = operation.effect.unwrap_or(operation.summary);
    explain(&format!("{effect}\n{} {target}\nThis {why}. Go on? [y/N] ", operation.name));
    let mut answer = String::new();
    let read = std::io::stdin().lock().read_line(&mut answer);
    if read.is_ok() && ["y", "yes"].contains(&answer.trim().to_ascii_lowercase().as_str()) {
        return Ok(());
    }
    Err(Failure::new(FAILED, "not confirmed; nothing was sent"))
}

/// The ids in a request, for [`confirm`].
pub(crate) fn target(operation: &Operation, body: &Map<String, Value>) -> String {
    let is_id = |kind: &Type| matches!(kind, Type::Id(_) | Type::Uuid);
    let ids = operation.parameters.iter().filter(|field| is_id(&field.kind));
    let ids = ids.filter_map(|field| Some(format!("{} {}", field.name, body.get(field.name)?.as_str()?)));
    ids.collect::<Vec<_>>().join(", ")
}

/// Sends a request that was checked: a read until it is answered or given up, a write once.
///
/// # Errors
/// What went wrong; see [`failure`] for how to say it.
pub(crate) async fn send(
    client: &Client,
    operation: &Operation,
    body: &Map<String, Value>,
) -> Result<Response, Error> {
    if operation.is_read() {
        client.read(&ReadOperation::new(operation.name), body).await
    } else {
        client.write(&WriteOperation::new(operation.name), body).await
    }
}

/// What became of a call that failed, and what to do next.
pub(crate) fn failure(operation: &Operation, error: Error) -> Failure {
    let hint = match (error.kind(), operation.permission) {
        _ if error.may_have_taken_effect() => {
            let look = look(operation).map(|command| format!(": `{command}`")).unwrap_or_default();
            Some(format!("the change may have been made; look before sending it again{look}"))
        }
        (ErrorKind::Permission, Some(permission)) => Some(format!(
            "tick \"{}\" ({permission}) for the key in Ashby, under Admin > Integrations > API Keys",
            permission.screen_name(),
        )),
        (ErrorKind::InvalidRequest, _) => {
            Some(format!("`ashby describe {}` lists what it takes", operation.name))
        }
        _ => None,
    };
    let failure = Failure::from(error);
    match hint {
        Some(hint) => failure.with_hint(hint),
        None => failure,
    }
}

/// The command that shows whether a write has happened.
fn look(operation: &Operation) -> Option<String> {
    let category = catalog::category(operation.category())?;
    let read = |action: &str| {
        let is_it = |other: &&Operation| other.is_read() && other.action().eq_ignore_ascii_case(action);
        category.operations.iter().find(is_it)
    };
    let action = operation.action();
    // createNote is seen in listNotes.
    let verb = action.find(|character: char| character.is_ascii_uppercase());
    let of_noun = verb.and_then(|at| read(&format!("list{}s", &action[at..])));
    let makes = ["create", "submit", "add"].iter().any(|verb| action.starts_with(verb));
    let orders =
        if makes && verb.is_none() { ["list", "search", "info"] } else { ["info", "list", "search"] };
    let found = of_noun.or_else(|| orders.into_iter().find_map(read))?;
    let required = found.parameters.iter().filter(|field| field.required);
    let flags: String = required.map(|field| format!(" {} …", flag(field.name))).collect();
    let flags = match (flags.is_empty(), found.parameters.first()) {
        (true, Some(field)) if found.action() == "info" => format!(" {} …", flag(field.name)),
        _ => flags,
    };
    Some(format!("ashby call {}{flags}", found.name))
}
