//! One call: what it would send, whether a person wants it, and what went wrong.

use std::borrow::Cow;
use std::fmt;
use std::io::{BufRead as _, IsTerminal as _};

use ashby_calls::{Confirmation, Plan, Problems, Spelling, flag};
use ashby_client::catalog::Operation;
use ashby_client::{Error, ErrorKind};
use indexmap::IndexMap;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::failure::{FAILED, Failure, USAGE};
use crate::said;
use crate::settings::Settings;

/// A request as it would be sent, the key masked.
#[derive(Serialize)]
pub(crate) struct DryRun<'a> {
    method: &'static str,
    url: String,
    headers: IndexMap<&'static str, String>,
    body: Cow<'a, Map<String, Value>>,
}

/// Members that are secrets.
const SECRETS: [&str; 1] = ["secretToken"];

/// A body as it may be shown.
fn without_secrets(body: &Map<String, Value>) -> Cow<'_, Map<String, Value>> {
    let mut body = Cow::Borrowed(body);
    for name in SECRETS {
        if body.get(name).is_some_and(|value| !value.is_null()) {
            body.to_mut().insert(name.to_owned(), "[masked]".into());
        }
    }
    body
}

impl<'a> DryRun<'a> {
    /// Needs no key.
    pub(crate) fn new(settings: &Settings, plan: &'a Plan) -> Self {
        Self::of(settings, plan.operation(), plan.parameters(), plan.user())
    }

    /// The same of a request that is not complete.
    pub(crate) fn of(
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
        Self { method: "POST", url: crate::settings::masked(&url), headers, body: without_secrets(body) }
    }
}

/// As it goes over the wire, more or less.
impl fmt::Display for DryRun<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} {}", self.method, self.url)?;
        for (name, value) in &self.headers {
            writeln!(f, "{name}: {value}")?;
        }
        let body = serde_json::to_string_pretty(&*self.body).map_err(|_| fmt::Error)?;
        writeln!(f, "\n{body}")
    }
}

/// A plan that may be sent: what cannot be taken back, or what others will hear of, is wanted by `yes` or by an answer on
/// the terminal.
///
/// # Errors
/// If it is not wanted, or nobody can be asked.
pub(crate) fn wanted(plan: Plan, yes: bool) -> Result<Plan, Failure> {
    if let Some(confirmation) = plan.confirmation() {
        confirm(plan.operation(), confirmation, &plan.target(), yes)?;
    }
    Ok(plan.approve())
}

/// Asks, unless `yes` answers. `target` says what it happens to: ids, or how many rows of what.
///
/// # Errors
/// If it is not wanted, or nobody can be asked.
pub(crate) fn confirm(
    operation: &Operation,
    confirmation: Confirmation,
    target: &str,
    yes: bool,
) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    let why = confirmation.why();
    if !(std::io::stdin().is_terminal() && std::io::stderr().is_terminal()) {
        let message = format!("{} {why}: it needs --yes; nothing was sent", operation.name);
        let hint = operation.effect.unwrap_or("`ashby describe` says what it does");
        return Err(Failure::new(USAGE, message).with_hint(hint));
    }
    let effect = operation.effect.unwrap_or(operation.summary);
    said::question(&format!("{effect}\n{} {target}\nThis {why}. Go on? [y/N] ", operation.name));
    let mut answer = String::new();
    let read = std::io::stdin().lock().read_line(&mut answer);
    if read.is_ok() && ["y", "yes"].contains(&answer.trim().to_ascii_lowercase().as_str()) {
        return Ok(());
    }
    Err(Failure::new(FAILED, "not confirmed; nothing was sent"))
}

/// What is wrong with a request.
pub(crate) fn mistakes(problems: &Problems, spelling: Spelling) -> Failure {
    let name = problems.operation().name;
    let lines: Vec<String> = problems.lines(spelling).collect();
    let message = match &lines[..] {
        [line] => format!("{name}: {line}"),
        lines => format!("{name}: {} things are wrong:\n  {}", lines.len(), lines.join("\n  ")),
    };
    let newer = if problems.is_about_words() {
        "; --force sends words that are newer than this program"
    } else if problems.names_what_is_unknown() {
        "; --set NAME=JSON sends what is newer than this program"
    } else {
        ""
    };
    Failure::new(USAGE, message).with_hint(format!("`ashby call {name} --help` lists its flags{newer}"))
}

/// What became of a call that failed, and what to do next.
pub(crate) fn failure(operation: &Operation, error: ashby_calls::Error) -> Failure {
    match error.into_ashby() {
        Ok(error) => of_ashby(operation, error),
        Err(error) => error.into(),
    }
}

/// The same for what the client says.
pub(crate) fn of_ashby(operation: &Operation, error: Error) -> Failure {
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
    let found = ashby_calls::shows(operation)?;
    let required = found.parameters.iter().filter(|field| field.required);
    let flags: String = required.map(|field| format!(" {} …", flag(field.name))).collect();
    let flags = match (flags.is_empty(), found.parameters.first()) {
        (true, Some(field)) if found.action() == "info" => format!(" {} …", flag(field.name)),
        _ => flags,
    };
    Some(format!("ashby call {}{flags}", found.name))
}
