//! Requests to addresses of the user's own, such as receivers of events; never to Ashby.

use std::time::Duration;

use reqwest::Client;
use reqwest::redirect::Policy;
use url::Url;

use crate::failure::{FAILED, Failure, USAGE};

/// How long connecting may take.
const CONNECTING: Duration = Duration::from_secs(10);

/// A client that waits so long for an answer. What is sent goes where it was addressed to, and nowhere else.
pub(crate) fn client(patience: Duration) -> Result<Client, Failure> {
    Client::builder()
        .connect_timeout(CONNECTING)
        .timeout(patience)
        .redirect(Policy::none())
        .user_agent(concat!("ashby/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| Failure::new(FAILED, "cannot make an HTTP client").with_source(error))
}

/// An address that a flag names. It is not repeated: whoever has it may write there.
pub(crate) fn address(text: &str, flag: &str) -> Result<Url, Failure> {
    let url = Url::parse(text).ok().filter(|url| ["http", "https"].contains(&url.scheme()));
    url.ok_or_else(|| {
        Failure::new(USAGE, format!("{flag} must be an address such as http://localhost:3000/hooks"))
    })
}
