//! How a server behaves.

use std::collections::BTreeSet;
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use crate::webhooks::DeliverySettings;

/// The settings of a [`Server`](crate::Server).
#[derive(Debug, Clone)]
pub struct ServerOptions {
    /// Where it listens; port 0 takes a free one. Default `127.0.0.1:0`.
    pub address: SocketAddr,
    /// The keys that it knows. Default: one full key, `sim-key`.
    pub keys: Vec<Key>,
    /// Requests allowed per key in any 60 seconds; more are answered with 429 and `Retry-After`. Default none.
    pub requests_per_minute: Option<u32>,
    /// The largest page, in records. Default 100, which is also Ashby's.
    pub page_limit: usize,
    /// Added to every answer. Default none.
    pub latency: Option<Duration>,
    /// Whether requests are checked as strictly as Ashby does: unknown members, wrong types, nulls, a `limit`
    /// that is out of range or on an unpaged list, a missing `Content-Type`. Default true.
    pub strict: bool,
    /// How long a page cursor works. Default: for ever.
    pub cursor_lifetime: Option<Duration>,
    /// The most pages that an incremental listing may have before it is refused as too large. Default: no limit.
    pub incremental_pages: Option<usize>,
    /// Whether answers are compressed with gzip when the client accepts it. Default false.
    pub compress: bool,
    /// Headers of every answer, in place of those of the same name that it would have. Default none.
    pub headers: Vec<(&'static str, String)>,
    /// How webhooks are told of changes.
    pub deliveries: DeliverySettings,
}

impl Default for ServerOptions {
    fn default() -> Self {
        Self {
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            keys: vec![Key::full("sim-key")],
            requests_per_minute: None,
            page_limit: 100,
            latency: None,
            strict: true,
            cursor_lifetime: None,
            incremental_pages: None,
            compress: false,
            headers: Vec::new(),
            deliveries: DeliverySettings::default(),
        }
    }
}

/// An API key and what it may see.
#[derive(Clone)]
pub struct Key {
    /// The secret: the user name of HTTP Basic authentication.
    pub token: String,
    /// Its title, as `apiKey.info` tells it.
    pub title: String,
    /// Its scopes in the form of `apiKey.info`, such as `candidates:read`.
    pub scopes: BTreeSet<String>,
    /// Whether it may ask `apiKey.info`, whatever its scopes say.
    pub can_read_key_info: bool,
    /// Whether it sees confidential jobs and projects, and the applications and candidates of such jobs.
    pub confidential: bool,
    /// Whether it sees private notes and private custom fields.
    pub private_fields: bool,
}

impl Key {
    /// Every scope that a read needs.
    pub const READ_SCOPES: [&'static str; 13] = [
        "apiKeys:read",
        "approvals:read",
        "auditLogs:read",
        "candidates:read",
        "emails:read",
        "hiringProcessMetadata:read",
        "interviews:read",
        "jobs:read",
        "notetaker:read",
        "offers:read",
        "organization:read",
        "reports:read",
        "sourcing:read",
    ];

    /// Every scope that a write needs.
    pub const WRITE_SCOPES: [&'static str; 11] = [
        "apiKeys:write",
        "approvals:write",
        "candidates:delete",
        "candidates:write",
        "hiringProcessMetadata:write",
        "interviews:write",
        "jobs:write",
        "offers:write",
        "organization:write",
        "projects:write",
        "sourcing:write",
    ];

    /// A key that may read and write everything.
    pub fn full(token: impl Into<String>) -> Self {
        Self {
            can_read_key_info: true,
            confidential: true,
            private_fields: true,
            ..Self::limited(token, Self::READ_SCOPES.into_iter().chain(Self::WRITE_SCOPES))
        }
    }

    /// A key with these scopes that sees nothing confidential or private and cannot ask about itself.
    pub fn limited<S: Into<String>>(token: impl Into<String>, scopes: impl IntoIterator<Item = S>) -> Self {
        Self {
            token: token.into(),
            title: "Simulated key".to_owned(),
            scopes: scopes.into_iter().map(Into::into).collect(),
            can_read_key_info: false,
            confidential: false,
            private_fields: false,
        }
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Key")
            .field("token", &"[masked]")
            .field("title", &self.title)
            .field("scopes", &self.scopes)
            .field("can_read_key_info", &self.can_read_key_info)
            .field("confidential", &self.confidential)
            .field("private_fields", &self.private_fields)
            .finish()
    }
}
