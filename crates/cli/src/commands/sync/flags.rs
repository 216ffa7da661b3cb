//! The flags of `ashby sync`: settings, and names of streams.

use clap::Args;

use crate::settings::{Given, ReceiverSettings, SyncSettings, WebhookSettings};

#[derive(Debug, Args)]
pub(crate) struct SyncFlags {
    /// Streams to sync [default: all but those that cost a request for each of many parent records; of these, what the
    /// destination holds is kept up where only parents that have changed cost one]
    #[arg(value_name = "STREAM")]
    names: Vec<String>,
    #[command(flatten)]
    settings: SyncSettings,
    #[command(flatten)]
    receiver: ReceiverSettings,
    #[command(flatten)]
    webhooks: WebhookSettings,
}

impl SyncFlags {
    /// The settings that were given.
    pub(crate) fn given(self) -> Given {
        let mut given = self.settings.0;
        given.extend(self.receiver.0);
        given.extend(self.webhooks.0);
        if !self.names.is_empty() {
            let more = given.remove("streams").unwrap_or_default();
            let more = more.as_array().cloned().unwrap_or_default();
            let names = self.names.into_iter().map(Into::into).chain(more);
            given.insert("streams".to_owned(), names.collect());
        }
        given
    }
}
