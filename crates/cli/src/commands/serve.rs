//! `ashby serve`: agents and programs, over HTTP.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use agents::{HttpOptions, Tokens, router};
use clap::Args;
use http_service::{Limits, Vitals, bind, serve};

use super::mcp::AgentFlags;
use crate::commands::Context;
use crate::failure::{FAILED, Failure, USAGE};
use crate::output::explain;
use crate::{local, signals, webhooks};

/// Where tokens are kept unless somebody says otherwise.
pub(crate) const TOKENS: &str = "ashby-tokens.json";

/// Where, and for whom.
#[derive(Debug, Args)]
pub(crate) struct ServeFlags {
    /// Address and port; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    listen: String,
    /// Let other machines in; there must be a token
    #[arg(long)]
    allow_remote: bool,
    /// Another name by which this server is asked for, as behind a proxy; may be given several times
    #[arg(long, value_name = "HOST", value_delimiter = ',')]
    allow_host: Vec<String>,
    /// Pages that may ask from a browser, such as `https://app.example.com`; may be given several times
    #[arg(long, value_name = "ORIGIN", value_delimiter = ',')]
    allow_origin: Vec<String>,
    /// The file of tokens, as `ashby token` makes them
    #[arg(long, value_name = "FILE", default_value = TOKENS)]
    tokens_file: PathBuf,
    #[command(flatten)]
    agents: AgentFlags,
}

impl ServeFlags {
    pub(crate) async fn run(&self, context: &Context) -> Result<ExitCode, Failure> {
        let settings = &context.settings;
        let address = webhooks::address(&self.listen, "listen")?;
        let tokens = Arc::new(Tokens::new(&self.tokens_file));
        let has_tokens = !tokens.list().map_err(super::mcp::usage)?.is_empty();
        let may_be_remote = self.allow_remote && has_tokens;
        if !address.ip().is_loopback() && !may_be_remote {
            return Err(Failure::new(USAGE, format!("{address} lets other machines in"))
                .with_hint("make a token (ashby token create NAME), and say --allow-remote"));
        }
        let agent = self.agents.agent(settings)?;
        let stop =
            signals::cancellation_with("stopping: answering what is under way (again to stop at once)\n")?;
        let listener = bind(address).await.map_err(|error| {
            Failure::new(FAILED, format!("cannot listen on {address}"))
                .with_source(error)
                .with_hint("stop what listens there, or choose another address with --listen")
        })?;
        let address = listener.local_addr().unwrap_or(address);
        let mut limits = Limits::default();
        limits.stop_patience = std::time::Duration::from_secs(10);
        let vitals = Vitals::new();
        let part = vitals.part("data", "there is neither a copy nor a key");
        if settings.has_key() || local::copy(settings)?.exists() {
            part.ready();
        }
        let options = HttpOptions {
            tokens,
            hosts: self.allow_host.clone(),
            origins: self.allow_origin.clone(),
            limits,
            stop: stop.clone(),
        };
        let who = if has_tokens { "those with a token" } else { "everybody on this machine" };
        explain(&format!("serving {who} on http://{address}: /mcp, /execute, /healthz, /readyz, /metrics\n"));
        serve(listener, router(agent, &vitals, options), limits, stop).await;
        Ok(ExitCode::SUCCESS)
    }
}
