//! `ashby check`: whose key, what it may read, what will be missing.

use std::collections::BTreeMap;
use std::process::ExitCode;

use ashby_client::catalog::Permission;
use ashby_source::{Readable, Survey, lacks_permission, screen_name, streams};
use serde::Serialize;

use crate::failure::Failure;
use crate::output;
use crate::settings::{OutputFormat, Settings};
use crate::sight::{self, Sight, WHERE};
use crate::table::Table;
use crate::text;

#[derive(Serialize)]
struct Checked {
    /// The key's name, if it may read it.
    title: Option<String>,
    created_at: Option<String>,
    /// Its permissions, if it may read them.
    scopes: Option<Vec<String>>,
    readable: Vec<&'static str>,
    /// Streams that cannot be read, by the permission they need.
    missing: BTreeMap<&'static str, Vec<&'static str>>,
    /// What it sees of what Ashby leaves out without an error.
    #[serde(flatten)]
    sight: Sight,
    /// Streams that are not there for this organisation, or could not be tried.
    unavailable: Vec<&'static str>,
}

/// What the key can do with a stream.
#[derive(Serialize)]
struct Row {
    stream: &'static str,
    /// `yes`, `no`, or `unavailable`.
    readable: &'static str,
    /// Which one it needs, as Ashby's reference spells it.
    permission: &'static str,
}

pub(crate) async fn run(settings: &Settings) -> Result<ExitCode, Failure> {
    let client = settings.client()?;
    let mut survey = ashby_source::survey(&client).await?;
    ashby_source::probe(&client, &mut survey).await?;
    let checked = Checked::new(&survey, sight::look(&client).await);
    match settings.output() {
        Some(OutputFormat::Json) => output::print_json(&checked)?,
        Some(OutputFormat::Ndjson | OutputFormat::Csv) => {
            let rows = checked.rows();
            let permission =
                |name: &'static str| if name.is_empty() { String::new() } else { screen_name(name) };
            let cells =
                |row: &Row| vec![row.stream.to_owned(), row.readable.to_owned(), permission(row.permission)];
            let table = Table::new(&["stream", "readable", "permission"]).rows(rows.iter().map(cells));
            output::print_listed(settings, &rows, table)?;
        }
        _ => output::print(&checked.describe())?,
    }
    Ok(ExitCode::SUCCESS)
}

impl Checked {
    fn new(survey: &Survey, sight: Sight) -> Self {
        let mut checked = Self {
            title: survey.key.as_ref().and_then(|key| key.title.clone()),
            created_at: survey.key.as_ref().and_then(|key| key.created_at.clone()),
            scopes: survey.key.as_ref().map(|key| key.scopes.clone()),
            readable: Vec::new(),
            missing: BTreeMap::new(),
            unavailable: Vec::new(),
            sight,
        };
        for (name, readable) in &survey.streams {
            match readable {
                Readable::Yes => checked.readable.push(name),
                Readable::No => {
                    let permission = ashby_source::stream(name).map_or("", |stream| stream.permission);
                    checked.missing.entry(permission).or_default().push(name);
                }
                Readable::Unknown => checked.unavailable.push(name),
            }
        }
        checked
    }

    fn rows(&self) -> Vec<Row> {
        let missing = self.missing.values().flatten().map(|stream| (*stream, "no"));
        let readable = self.readable.iter().map(|stream| (*stream, "yes"));
        let unavailable = self.unavailable.iter().map(|stream| (*stream, "unavailable"));
        let mut rows: Vec<Row> = readable
            .chain(missing)
            .chain(unavailable)
            .map(|(stream, readable)| {
                let permission = ashby_source::stream(stream).map_or("", |stream| stream.permission);
                Row { stream, readable, permission }
            })
            .collect();
        rows.sort_by_key(|row| row.stream);
        rows
    }

    fn describe(&self) -> String {
        let mut text = match (&self.title, &self.scopes) {
            (_, None) => format!(
                "The key works. It may not read its own name and permissions ({} is not ticked), so each was tried.\n",
                screen_name("apiKeysRead")
            ),
            (title, Some(_)) => {
                let created = self
                    .created_at
                    .as_deref()
                    .map(|at| format!(", made {}", text::line(at)))
                    .unwrap_or_default();
                format!(
                    "The key works: {}{created}.\n",
                    title.as_deref().map_or("it has no name".into(), text::line)
                )
            }
        };
        if let Some(scopes) = &self.scopes {
            let names: Vec<String> = scopes.iter().map(|scope| as_on_screen(scope)).collect();
            text.push_str(&format!("Permissions: {}\n", text::line(&names.join(", "))));
        }
        text.push_str(&format!("Readable: {} of {} streams\n", self.readable.len(), streams().len()));
        for (permission, names) in &self.missing {
            let why = lacks_permission(permission);
            text.push_str(&format!("Missing, because {why}: {}\n", names.join(", ")));
        }
        if !self.missing.is_empty() {
            text.push_str("(Permissions are ticked in Ashby under Admin > Integrations > API Keys.)\n");
        }
        if !self.unavailable.is_empty() {
            text.push_str(&format!("Not available to this organisation: {}\n", self.unavailable.join(", ")));
        }
        text.push_str(&format!("Confidential: {}\n", self.sight.of_confidential()));
        text.push_str(&format!("Private: {}\n", self.sight.of_private()));
        text.push_str(&format!("(Both are switches of the key; {WHERE}.)\n"));
        text
    }
}

/// A permission as the screen has it on which keys are made; one that is not known as Ashby says it.
fn as_on_screen(scope: &str) -> String {
    Permission::parse(scope).map_or_else(|| scope.to_owned(), Permission::screen_name)
}
