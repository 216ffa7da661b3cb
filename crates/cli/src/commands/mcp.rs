//! `ashby mcp`: tools for agents, over standard input and output.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use agents::{Agent, Allowed, Options, Writes};
use ashby_client::Client;
use ashby_client::catalog::{self, Operation};
use clap::Args;
use document_text::Reader;

use crate::commands::Context;
use crate::failure::{FAILED, Failure, USAGE};
use crate::settings::{Settings, duration};
use crate::{local, signals, text, veil};

/// What ChatGPT wants, among the names of tools.
const FETCH: &str = "chatgpt";

/// What agents may do.
#[derive(Debug, Args)]
pub(crate) struct McpFlags {
    /// What agents may see: full, no-contact, no-compensation, analytics, minimal, or a file [default: as `privacy` in the
    /// settings says]
    #[arg(id = "mcp_privacy", long = "privacy", value_name = "POLICY")]
    privacy: Option<String>,
    #[command(flatten)]
    agents: AgentFlags,
}

/// What agents may do, by whichever door they come.
#[derive(Debug, Args)]
pub(crate) struct AgentFlags {
    /// Let agents write, in two steps (plan_write, apply_plan): operations of kind write, or those of LIST: kinds (write,
    /// notifies, destructive), operations and permissions, with commas between them
    #[arg(long, value_name = "LIST", num_args = 0..=1, require_equals = true)]
    allow_writes: Option<Option<String>>,
    /// Also a tool for each of these operations (candidate.listNotes) or for all of a group (candidate), with commas between
    /// them; a tool of a write plans it; `chatgpt` is `fetch`, which ChatGPT wants
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    tools: Vec<String>,
    /// Where writes are noted, before and after
    #[arg(long, value_name = "FILE", default_value = "ashby-writes.jsonl")]
    journal: PathBuf,
    /// Ask Ashby for lists and single records when the copy is older than this: 10m, 24h [default: the copy answers, and
    /// says how old it is]
    #[arg(long, value_name = "DURATION", value_parser = time)]
    max_age: Option<Duration>,
}

fn time(text: &str) -> Result<Duration, String> {
    duration(text).ok_or_else(|| "write a duration such as 10m or 24h".to_owned())
}

impl McpFlags {
    pub(crate) async fn run(&self, context: &Context) -> Result<ExitCode, Failure> {
        let settings = &context.settings;
        let client = if settings.has_key() { Some(settings.client()?) } else { None };
        let agent = self.agents.agent(settings, client, self.privacy.as_deref())?;
        let stop =
            signals::cancellation_with("stopping: answering what is under way (again to stop at once)\n")?;
        let served = agents::serve_stdio(agent, stop).await;
        served
            .map_err(|error| Failure::new(FAILED, "the conversation could not go on").with_source(error))?;
        Ok(ExitCode::SUCCESS)
    }
}

impl AgentFlags {
    /// The agent that the settings and these flags make.
    pub(crate) fn agent(
        &self,
        settings: &Settings,
        client: Option<Client>,
        privacy: Option<&str>,
    ) -> Result<Agent, Failure> {
        let veil = veil::of(settings, privacy)?;
        let agent = Agent::new(Options {
            copy: Some(local::copy(settings)?),
            client,
            writes: self.writes()?,
            operations: operations(&self.tools)?,
            fetch: self.tools.iter().any(|name| name == FETCH),
            documents: Reader::of_this_program().ok(),
            max_age: self.max_age,
        });
        Ok(agent.behind(Arc::new(veil)))
    }

    /// How old the copy may be.
    pub(crate) fn max_age(&self) -> Option<Duration> {
        self.max_age
    }

    fn writes(&self) -> Result<Option<Writes>, Failure> {
        let allowed = match &self.allow_writes {
            None => return Ok(None),
            Some(None) => Allowed::usual(),
            Some(Some(list)) => Allowed::parse(list).map_err(|error| usage(error).about("--allow-writes"))?,
        };
        Ok(Some(Writes::new(allowed, &self.journal)))
    }
}

/// What is wrong with what a person gave.
pub(crate) fn usage(error: agents::Error) -> Failure {
    let failure = Failure::new(USAGE, text::line(&error.message).into_owned());
    match error.hint {
        Some(hint) => failure.with_hint(hint),
        None => failure,
    }
}

/// The operations of these names and groups. One that is not known must not be passed over: somebody means something by it.
fn operations(names: &[String]) -> Result<Vec<&'static Operation>, Failure> {
    let mut operations = Vec::new();
    for name in names.iter().filter(|name| *name != FETCH) {
        if let Some(category) = catalog::category(name) {
            operations.extend(category.operations.iter().filter(|operation| operation.deprecated.is_none()));
            continue;
        }
        let operation = catalog::find(name).ok_or_else(|| {
            let known = catalog::operations().map(|operation| operation.name);
            let groups = catalog::CATEGORIES.iter().map(|category| category.name);
            let nearest = catalog::nearest(name, known.chain(groups));
            let failure =
                Failure::new(USAGE, format!("--tools: {} is no operation and no group", text::line(name)));
            match nearest.is_empty() {
                true => failure.with_hint("`ashby operations` lists them"),
                false => failure.meaning(&nearest),
            }
        })?;
        operations.push(operation.deprecated.and_then(catalog::find).unwrap_or(operation));
    }
    Ok(operations)
}
