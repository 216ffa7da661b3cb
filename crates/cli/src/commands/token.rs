//! `ashby token`: who may ask `ashby serve`.

use std::path::PathBuf;
use std::process::ExitCode;

use agents::Tokens;
use clap::{Args, Subcommand};
use jiff::{SignedDuration, Timestamp};
use privacy::{Contract, Policy};

use super::mcp::usage;
use super::serve::TOKENS;
use crate::failure::{Failure, USAGE};
use crate::output::{self, explain};
use crate::settings::Settings;
use crate::table::Table;
use crate::{system, veil};

#[derive(Debug, Args)]
pub(crate) struct TokenFlags {
    #[command(subcommand)]
    action: TokenAction,
    /// The file of tokens
    #[arg(long, global = true, value_name = "FILE", default_value = TOKENS)]
    tokens_file: PathBuf,
}

#[derive(Debug, Subcommand)]
enum TokenAction {
    /// Make a token, and print it: it is shown this once
    Create {
        /// Who has it
        #[arg(value_name = "NAME")]
        name: String,
        /// How long it is good: 90d, 12h [default: until it is revoked]
        #[arg(long, value_name = "DURATION")]
        expires: Option<String>,
        /// It may only read, whatever the server allows
        #[arg(long)]
        read_only: bool,
        /// It sees no more than this policy leaves (full, no-contact, no-compensation, analytics, minimal, or a file), and no
        /// more than the server's
        #[arg(long, value_name = "POLICY")]
        privacy: Option<String>,
    },
    /// List the tokens by their names
    List,
    /// Make a token good no more
    Revoke {
        /// Whose
        #[arg(value_name = "NAME")]
        name: String,
    },
    /// Make another token in the place of one, and print it
    Rotate {
        /// Whose
        #[arg(value_name = "NAME")]
        name: String,
    },
}

impl TokenFlags {
    pub(crate) fn run(&self, settings: &Settings) -> Result<ExitCode, Failure> {
        let tokens = Tokens::new(&self.tokens_file);
        match &self.action {
            TokenAction::Create { name, expires, read_only, privacy } => {
                let expires = expires.as_deref().map(span).transpose()?.map(|span| Timestamp::now() + span);
                if system::output_goes_nowhere() {
                    return Err(Failure::new(
                        USAGE,
                        "standard output is closed or the null device: nobody would see the token",
                    )
                    .with_hint("print it to a terminal, a pipe or a file; nothing was made"));
                }
                let token = tokens.create_under(
                    name,
                    expires,
                    *read_only,
                    privacy.as_deref().map(named).transpose()?,
                );
                let token = token.map_err(usage)?;
                // One that nobody has seen is of no use to those who should have it.
                shown_once(settings, name, &token).map_err(|failure| match tokens.revoke(name) {
                    Ok(()) => failure.with_hint("the token was not shown, and is revoked again"),
                    Err(_) => {
                        failure.with_hint(format!("revoke it, and make another: `ashby token revoke {name}`"))
                    }
                })?;
            }
            TokenAction::List => {
                let all = tokens.list().map_err(usage)?;
                let day = |time: Timestamp| time.strftime("%F").to_string();
                let cells = |kept: &agents::Kept| {
                    let rights = if kept.read_only { "reads" } else { "what the server allows" };
                    let expires = kept.expires.map_or("never".to_owned(), day);
                    let privacy = kept.privacy.clone().unwrap_or_default();
                    vec![kept.name.clone(), rights.to_owned(), privacy, day(kept.created), expires]
                };
                let shown: Vec<serde_json::Value> = all
                    .iter()
                    .map(|kept| {
                        serde_json::json!({
                            "name": kept.name, "read_only": kept.read_only, "privacy": kept.privacy,
                            "created": kept.created, "expires": kept.expires,
                        })
                    })
                    .collect();
                let table =
                    Table::new(&["name", "may", "privacy", "made", "expires"]).rows(all.iter().map(cells));
                output::print_listed(settings, &shown, table)?;
            }
            TokenAction::Revoke { name } => {
                tokens.revoke(name).map_err(usage)?;
                let told = "revoked: a server that runs refuses it from now on\n";
                output::print_done(settings, told, &serde_json::json!({ "name": name, "revoked": true }))?;
            }
            TokenAction::Rotate { name } => {
                shown_once(settings, name, &tokens.rotate(name).map_err(usage)?).map_err(|failure| {
                    failure.with_hint(format!(
                        "the earlier token is no longer good: `ashby token rotate {name}` once more"
                    ))
                })?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// A policy as a server finds it, wherever that is started. One that is wrong is refused now and not by the server.
fn named(spec: &str) -> Result<String, Failure> {
    veil::load(spec, &Contract::ashby())?;
    if Policy::preset(spec).is_some() {
        return Ok(spec.to_owned());
    }
    let path = std::path::absolute(spec)
        .map_err(|error| Failure::new(USAGE, "the path of the policy cannot be told").with_source(error))?;
    Ok(path.display().to_string())
}

/// Prints a token, which nobody can look up later.
fn shown_once(settings: &Settings, name: &str, token: &str) -> Result<(), Failure> {
    if settings.json() {
        return output::print_json(&serde_json::json!({ "name": name, "token": token }));
    }
    output::print(&format!("{token}\n"))?;
    explain("it is shown this once; programs send it as `Authorization: Bearer …`\n");
    Ok(())
}

/// `90d`, `12h`, `P90D`.
fn span(text: &str) -> Result<SignedDuration, Failure> {
    let wrong = || Failure::new(USAGE, "--expires is no duration").with_hint("such as 90d or 12h");
    let span: jiff::Span = text.parse().map_err(|_| wrong())?;
    let days = jiff::SpanRelativeTo::days_are_24_hours();
    span.to_duration(days).ok().filter(|span| span.is_positive()).ok_or_else(wrong)
}
