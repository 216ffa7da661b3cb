//! A client as connectors need it.

use ashby_client::{ApiKey, Client, SMALL_BODY_BYTES};
use capture_core::{Error, ErrorKind, Result};

/// The largest answer that is accepted unless something else is configured, in megabytes. Ashby's pages are far smaller.
pub const MAX_PAGE_MB: u32 = 32;

/// What a client is made of.
#[derive(Debug, Clone)]
pub struct Connection<'a> {
    /// The key.
    pub api_key: ApiKey,
    /// Where Ashby is, if somewhere else.
    pub base_url: Option<&'a str>,
    /// At most so many requests; 0 does not pace.
    pub requests_per_minute: Option<u32>,
    /// The largest answer that is accepted, in megabytes when it is unpacked.
    pub max_page_mb: u32,
    /// What to do about a larger one.
    pub too_large_hint: &'static str,
    /// How the program calls itself.
    pub user_agent: &'a str,
    /// What the platform calls all this, for errors.
    pub configuration: &'a str,
}

impl Connection<'_> {
    /// The client.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] if what is configured cannot work.
    pub fn client(self) -> Result<Client> {
        let mut builder = Client::builder()
            .api_key(self.api_key)
            .max_body_bytes((self.max_page_mb as usize).saturating_mul(1_000_000))
            .too_large_hint(self.too_large_hint)
            // Large answers come one at a time: they are handed on while the next one is on its way.
            .body_budget_bytes(Some(SMALL_BODY_BYTES))
            .user_agent(self.user_agent);
        if let Some(url) = self.base_url {
            builder = builder.base_url(url).base_url_named_by(format!("base_url in {}", self.configuration));
        }
        match self.requests_per_minute {
            None => {}
            Some(0) => builder = builder.requests_per_minute(None),
            limit => builder = builder.requests_per_minute(limit),
        }
        builder.build().map_err(|error| {
            let configuration = self.configuration;
            let hint =
                error.hint().map_or_else(|| format!("correct {configuration}"), |hint| hint.to_string());
            Error::new(ErrorKind::Configuration, format!("{configuration} cannot work"))
                .with_hint(hint)
                .with_source(error)
        })
    }
}
