//! `ashby execute`: what `POST /execute` answers, once.

use std::io::Read as _;
use std::process::ExitCode;
use std::sync::Arc;

use agents::{Agent, Call, Form, Options, Sent, execute};
use clap::Args;
use tokio_util::sync::CancellationToken;

use crate::commands::Context;
use crate::failure::{CREDENTIALS, FAILED, Failure, USAGE};
use crate::{local, output, veil};

/// What is to be done.
#[derive(Debug, Args)]
pub(crate) struct ExecuteFlags {
    /// A JSON object with entity, action and params; - reads it from standard input
    #[arg(value_name = "JSON", required_unless_present = "entities")]
    request: Option<String>,
    /// Print the entities that there are, and what can be done with each
    #[arg(long)]
    entities: bool,
    /// What may be seen: a policy's name or file [default: as `privacy` in the settings says]
    #[arg(id = "execute_privacy", long = "privacy", value_name = "POLICY")]
    privacy: Option<String>,
}

impl ExecuteFlags {
    pub(crate) async fn run(&self, context: &Context) -> Result<ExitCode, Failure> {
        if self.entities {
            output::print_json(&agents::entities())?;
            return Ok(ExitCode::SUCCESS);
        }
        let settings = &context.settings;
        let mut request = self.request.clone().unwrap_or_default();
        if request == "-" {
            request.clear();
            let read = std::io::stdin().lock().read_to_string(&mut request);
            read.map_err(|error| Failure::new(FAILED, "standard input cannot be read").with_source(error))?;
        }
        let agent = Agent::new(Options {
            copy: local::copy(settings).ok(),
            client: if settings.has_key() { Some(settings.client()?) } else { None },
            // Plans live as long as their process; a person has `ashby call`.
            writes: None,
            operations: Vec::new(),
            fetch: false,
            documents: None,
            max_age: None,
        });
        let agent = agent.behind(Arc::new(veil::of(settings, self.privacy.as_deref())?));
        let call = Call {
            caller: format!("shell:{}", std::process::id()),
            door: "shell",
            intent: None,
            cancel: CancellationToken::new(),
            sent: Sent::default(),
        };
        let executed = execute(&agent, request.as_bytes(), Form::Ours, &call).await;
        output::print(&format!("{}\n", executed.body))?;
        Ok(match executed.status {
            200..300 => ExitCode::SUCCESS,
            400 | 404 | 405 | 413 | 415 => ExitCode::from(USAGE),
            401 | 403 => ExitCode::from(CREDENTIALS),
            _ => ExitCode::from(FAILED),
        })
    }
}
