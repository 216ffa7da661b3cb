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

/// Where an address leads, for messages: never who asks, and nothing behind it, which may let in whoever has it.
pub(crate) fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// An address that a flag names. It is not repeated: whoever has it may write there.
pub(crate) fn address(text: &str, flag: &str) -> Result<Url, Failure> {
    let url = Url::parse(text).ok().filter(|url| ["http", "https"].contains(&url.scheme()));
    url.ok_or_else(|| {
        Failure::new(USAGE, format!("{flag} must be an address such as http://localhost:3000/hooks"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_named_without_what_may_be_secret() {
        let host = |text: &str| host(&Url::parse(text).unwrap());
        assert_eq!(
            host("https://user:SECRET@hooks.example.com/services/T0/SECRET?key=SECRET"),
            "hooks.example.com"
        );
        assert_eq!(host("http://SECRET@[::1]:3000/x"), "[::1]:3000");
    }
}
