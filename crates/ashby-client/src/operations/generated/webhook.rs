//! Webhooks: where Ashby sends its events. Written by `cargo xtask codegen` from catalog/*.toml.

use crate::operations::{Parameters, read, write};
use crate::types;
use crate::{Client, Error, Output};

/// What [`Client::webhook`] leads to.
///
/// The errors of these methods are those of [`Client::read`] and [`Client::write`], and two more:
/// [`ErrorKind::InvalidRequest`](crate::ErrorKind::InvalidRequest) without sending anything if a
/// request is not what the operation takes, and
/// [`ErrorKind::Malformed`](crate::ErrorKind::Malformed) if the answer is not the documented one.
#[derive(Debug, Clone, Copy)]
pub struct Operations<'a> {
    pub(super) client: &'a Client,
}

impl Operations<'_> {
    /// Creates a webhook for one type of event.
    ///
    /// Sends a ping to the URL and from then on every event of that type, with the data of its records.
    ///
    /// If the ping is not answered with success, the webhook is created but disabled. There is no
    /// operation that lists webhooks: keep the id.
    ///
    /// People or other systems may be told of it at once.
    ///
    /// The key needs the permission `apiKeysWrite`. See
    /// [webhook.create](https://developers.ashbyhq.com/reference/webhookcreate-1) in Ashby's reference.
    pub async fn create(self, request: impl Into<Create>) -> Result<Output<types::Webhook>, Error> {
        write(self.client, "webhook.create", request.into().0).await
    }

    /// Deletes a webhook.
    ///
    /// Deletes the webhook for good: its URL gets no more events.
    ///
    /// What it does cannot be taken back.
    ///
    /// The key needs the permission `apiKeysWrite`. See
    /// [webhook.delete](https://developers.ashbyhq.com/reference/webhookdelete-1) in Ashby's reference.
    pub async fn delete(self, request: impl Into<Delete>) -> Result<Output<types::DeletedWebhook>, Error> {
        write(self.client, "webhook.delete", request.into().0).await
    }

    /// Gets a webhook, without its secret.
    ///
    /// The key needs the permission `apiKeysRead`. See
    /// [webhook.info](https://developers.ashbyhq.com/reference/webhookinfo) in Ashby's reference.
    pub async fn info(self, request: impl Into<Info>) -> Result<Output<types::Webhook>, Error> {
        read(self.client, "webhook.info", request.into().0).await
    }

    /// Changes a webhook's URL or secret, or switches it on or off.
    ///
    /// Changes the webhook and sends a ping to its URL; events go to the new URL with the new secret at
    /// once.
    ///
    /// If the ping is not answered with success, the webhook is disabled.
    ///
    /// People or other systems may be told of it at once.
    ///
    /// The key needs the permission `apiKeysWrite`. See
    /// [webhook.update](https://developers.ashbyhq.com/reference/webhookupdate-1) in Ashby's reference.
    pub async fn update(self, request: impl Into<Update>) -> Result<Output<types::Webhook>, Error> {
        write(self.client, "webhook.update", request.into().0).await
    }
}

crate::operations::requests! {
/// What [`Operations::create`] takes.
Create
}

impl Create {
    /// With what it needs:
    ///
    /// - `webhook_type`: Which events; the latest types may be refused and are then set up in Ashby's
    ///   pages
    /// - `request_url`: Where events are sent
    /// - `secret_token`: Secret that signs each event (header Ashby-Signature, HMAC-SHA256 of the body)
    pub fn new(
        webhook_type: types::WebhookType,
        request_url: impl Into<String>,
        secret_token: impl Into<String>,
    ) -> Self {
        Self(
            Parameters::default()
                .set::<types::WebhookType>("webhookType", webhook_type)
                .set::<String>("requestUrl", request_url)
                .set::<String>("secretToken", secret_token),
        )
    }
}

crate::operations::requests! {
/// What [`Operations::delete`] takes.
Delete
}

impl Delete {
    /// With what it needs:
    ///
    /// - `webhook_id`: Which webhook
    pub fn new(webhook_id: impl Into<types::WebhookId>) -> Self {
        Self(Parameters::default().set::<types::WebhookId>("webhookId", webhook_id))
    }
}

impl From<types::WebhookId> for Delete {
    fn from(webhook_id: types::WebhookId) -> Self {
        Self::new(webhook_id)
    }
}

crate::operations::requests! {
/// What [`Operations::info`] takes.
Info
}

impl Info {
    /// With what it needs:
    ///
    /// - `webhook_id`: Which webhook
    pub fn new(webhook_id: impl Into<types::WebhookId>) -> Self {
        Self(Parameters::default().set::<types::WebhookId>("webhookId", webhook_id))
    }
}

impl From<types::WebhookId> for Info {
    fn from(webhook_id: types::WebhookId) -> Self {
        Self::new(webhook_id)
    }
}

crate::operations::requests! {
/// What [`Operations::update`] takes.
Update
}

impl Update {
    /// With what it needs:
    ///
    /// - `webhook_id`: Which webhook
    pub fn new(webhook_id: impl Into<types::WebhookId>) -> Self {
        Self(Parameters::default().set::<types::WebhookId>("webhookId", webhook_id))
    }

    /// Sets `enabled`: Whether events are sent.
    pub fn enabled(self, enabled: bool) -> Self {
        Self(self.0.set::<bool>("enabled", enabled))
    }

    /// Sets `requestUrl`: Where events are sent.
    pub fn request_url(self, request_url: impl Into<String>) -> Self {
        Self(self.0.set::<String>("requestUrl", request_url))
    }

    /// Sets `secretToken`: Secret that signs each event (header Ashby-Signature, HMAC-SHA256 of the
    /// body).
    pub fn secret_token(self, secret_token: impl Into<String>) -> Self {
        Self(self.0.set::<String>("secretToken", secret_token))
    }
}

impl From<types::WebhookId> for Update {
    fn from(webhook_id: types::WebhookId) -> Self {
        Self::new(webhook_id)
    }
}
