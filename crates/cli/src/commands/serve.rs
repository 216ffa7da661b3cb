//! `ashby serve`: agents, programs and people, over HTTP; with `--sync` the copy is kept up by the same process.

mod copy_age;
mod dashboard;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use agents::{Crowd, HttpOptions, Tokens, router};
use clap::Args;
use http_service::{Limits, Vitals, bind, serve};

use super::mcp::AgentFlags;
use super::sync::{self, Within};
use crate::commands::Context;
use crate::failure::{FAILED, Failure, USAGE};
use crate::output::explain;
use crate::settings::{Given, SyncSettings, WebhookSettings};
use crate::{local, signals, system, webhooks};

/// Where tokens are kept unless somebody says otherwise.
pub(crate) const TOKENS: &str = "ashby-tokens.json";

/// So many connections may stand open, if the system gives files for them; a few are for the copy and for Ashby.
const CONNECTIONS: u64 = 12_000;
const OTHER_FILES: u64 = 200;

/// How many connections there may be, after the system was asked for as many files as it gives.
fn connections() -> usize {
    let files = system::open_files(CONNECTIONS + OTHER_FILES);
    let connections = files.saturating_sub(OTHER_FILES).clamp(64, CONNECTIONS);
    usize::try_from(connections).unwrap_or(usize::MAX)
}

/// How long what is under way may take at the end.
const STOP_PATIENCE: Duration = Duration::from_secs(10);

/// Where, and for whom.
#[derive(Debug, Args)]
pub(crate) struct ServeFlags {
    /// Address and port; port 0 takes a free one
    #[arg(id = "serve_listen", long = "listen", value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
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
    /// What agents may see, if not what --privacy says: a policy's name or file. Tokens may have stricter ones of their own
    #[arg(long, value_name = "POLICY")]
    agents_privacy: Option<String>,
    /// Keep the copy up as well, as `ashby sync --watch` does, with the flags of that: one process, one pace for all requests
    #[arg(long)]
    sync: bool,
    #[command(flatten)]
    settings: SyncSettings,
    #[command(flatten)]
    webhooks: WebhookSettings,
}

impl ServeFlags {
    /// The settings that were given.
    pub(crate) fn given(&self) -> Given {
        let mut given = self.settings.0.clone();
        given.extend(self.webhooks.0.clone());
        if self.sync {
            given.entry("watch").or_insert(true.into());
        }
        given
    }

    pub(crate) async fn run(&self, context: &Context) -> Result<ExitCode, Failure> {
        let settings = &context.settings;
        if !self.sync {
            sync::fits::check_without(settings, &self.settings.0)?;
        } else if self.settings.0.contains_key("watch") {
            return Err(Failure::new(USAGE, "`--watch` is what `--sync` does").with_hint("leave it out"));
        }
        let address = webhooks::address(&self.listen, "listen")?;
        let tokens = Arc::new(Tokens::new(&self.tokens_file));
        let has_tokens = !tokens.list().map_err(super::mcp::usage)?.is_empty();
        let may_be_remote = self.allow_remote && has_tokens;
        if !address.ip().is_loopback() && !may_be_remote {
            return Err(Failure::new(USAGE, format!("{address} lets other machines in"))
                .with_hint("make a token (ashby token create NAME), and say --allow-remote"));
        }
        let copy = local::copy(settings)?;
        // One client for all: what agents ask goes first, and counts in the same minute.
        let client = match (self.sync, settings.has_key()) {
            (true, _) => Some(settings.capture_client()?),
            (false, true) => Some(settings.client()?),
            (false, false) => None,
        };
        let agent = self.agents.agent(settings, client.clone(), self.agents_privacy.as_deref())?;
        let words = match self.sync {
            true => {
                "stopping: answering what is under way, and committing what has been read (again to stop at once)\n"
            }
            false => "stopping: answering what is under way (again to stop at once)\n",
        };
        let stop = signals::cancellation_with(words)?;
        let listener = bind(address).await.map_err(|error| {
            Failure::new(FAILED, format!("cannot listen on {address}"))
                .with_source(error)
                .with_hint("stop what listens there, or choose another address with --listen")
        })?;
        let address = listener.local_addr().unwrap_or(address);
        let mut limits = Limits::default();
        limits.stop_patience = STOP_PATIENCE;
        limits.connections = connections();
        let vitals = Vitals::new();
        copy_age::watch(&vitals, &copy, self.agents.max_age(), client.is_some());
        let mut within = Within { vitals: vitals.clone(), limits, routes: None };
        let prepared = match client.filter(|_| self.sync) {
            Some(client) => Some(sync::within(settings, client, stop.clone(), &mut within).await?),
            None => None,
        };
        let is_under_policy = self.agents_privacy.is_some() || settings.privacy()?.is_some();
        let options = HttpOptions {
            tokens,
            needs_token: has_tokens || !address.ip().is_loopback(),
            hosts: self.allow_host.clone(),
            origins: self.allow_origin.clone(),
            limits,
            crowd: Crowd::default(),
            open: within.routes.take().unwrap_or_default(),
            pages: Some(dashboard::pages(copy.path(), is_under_policy)),
        };
        let who = if has_tokens { "those with a token" } else { "everybody on this machine" };
        explain(&format!(
            "serving {who} on http://{address}: /mcp, /execute, /dashboard, /healthz, /readyz, /metrics\n"
        ));
        let router = router(agent.clone(), &vitals, options);
        let served = async {
            serve(listener, router, limits, stop.clone()).await;
            // One whose caller was cut off is noted all the same before the process ends.
            agent.writes_ended().await;
        };
        let Some(prepared) = prepared else {
            served.await;
            return Ok(ExitCode::SUCCESS);
        };
        let synced = async {
            let ended = prepared.run(&context.screen).await;
            // Whatever ended it: a copy that nobody keeps up is not what was asked for.
            stop.cancel();
            ended
        };
        let ((), ended) = tokio::join!(served, Box::pin(synced));
        ended
    }
}
