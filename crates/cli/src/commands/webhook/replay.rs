//! `ashby webhook replay`: events again, from the inbox.

use std::process::ExitCode;

use ashby_webhooks::Reader;
use clap::Args;
use jiff::Timestamp;

use super::event;
use crate::failure::{FAILED, Failure, USAGE};
use crate::output::{self, Items, counted, explain, thousands};
use crate::settings::{Settings, duration};
use crate::webhooks::{self, Recipient};

/// Events that are read at once.
const AT_ONCE: usize = 200;

/// Which events, and where to.
#[derive(Debug, Args)]
pub(crate) struct Replay {
    /// Only what was received in so long a time: 2h, 30m [default: all that the inbox has]
    #[arg(long, value_name = "DURATION")]
    since: Option<String>,
    /// Only events of these types
    #[arg(long = "type", value_name = "TYPE", value_delimiter = ',')]
    types: Vec<String>,
    /// Send them here, with the signatures that they came with, and show the answers; otherwise they are printed
    #[arg(long, value_name = "URL")]
    url: Option<String>,
}

impl Replay {
    pub(super) async fn run(self, settings: &Settings) -> Result<ExitCode, Failure> {
        let since = match &self.since {
            Some(text) => {
                let wanted = duration(text).and_then(|since| Timestamp::now().checked_sub(since).ok());
                Some(
                    wanted
                        .ok_or_else(|| Failure::new(USAGE, "--since must be a duration such as 2h or 30m"))?,
                )
            }
            None => None,
        };
        for kind in &self.types {
            event(kind)?;
        }
        let recipient = self.url.as_ref().map(|url| Recipient::new(url, "--url")).transpose()?;
        let reader = Reader::open(webhooks::inbox_to_read(settings)?)?;
        let (mut after, mut events, mut failed) = (0, 0_u64, 0_u64);
        let mut items = Items::new(settings);
        loop {
            let found = reader.history(after, since, &self.types, AT_ONCE)?;
            let Some(last) = found.last() else { break };
            after = last.sequence;
            for delivery in &found {
                events += 1;
                match &recipient {
                    Some(recipient) => {
                        let outcome = recipient.send(delivery).await;
                        failed += u64::from(!outcome.is_success());
                        let shown = outcome.shown(settings.output());
                        match settings.json() {
                            true => _ = items.item(shown.as_bytes())?,
                            false => output::print(&shown)?,
                        }
                    }
                    None if !items.item(&webhooks::line(delivery))? => return Ok(ExitCode::SUCCESS),
                    None => {}
                }
            }
        }
        items.finish()?;
        explain(&format!("{}\n", counted(events, "event")));
        if failed > 0 {
            return Err(Failure::new(
                FAILED,
                format!("not taken: {} of {}", thousands(failed), counted(events, "event")),
            ));
        }
        Ok(ExitCode::SUCCESS)
    }
}
