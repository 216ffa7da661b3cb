//! Exchanges with the storage that holds files: at addresses that Ashby hands out, without the key and without any
//! of Ashby's headers.

use std::sync::OnceLock;
use std::time::Duration;

use reqwest::header::HeaderValue;
use reqwest::{Url, redirect, retry};
use tokio::time::Instant;

use crate::builder::is_loopback;
use crate::connections::MAX_HEADERS;
use crate::transport::{Failure, SystemResolver};
use crate::{Error, ErrorKind};
use crate::{decode, tls};

/// A transfer that is slower than this is given up.
const SLOWEST_BYTES_PER_SECOND: u64 = 16 * 1024;

/// How long a transfer may take: as long as it likes, while it is neither silent nor slower than [`SLOWEST_BYTES_PER_SECOND`]
/// for good.
pub(crate) struct Patience {
    began: Instant,
    silence: Duration,
    /// What any transfer may take, however short.
    grace: Duration,
}

impl Patience {
    /// How long to wait for more after so many bytes.
    pub(crate) fn after(&self, received_bytes: u64) -> Duration {
        let allowed = self.grace + Duration::from_secs(received_bytes / SLOWEST_BYTES_PER_SECOND);
        self.silence.min(allowed.saturating_sub(self.began.elapsed()))
    }
}

/// How to reach the storage.
pub(crate) struct StorageSettings {
    pub(crate) user_agent: HeaderValue,
    pub(crate) connect_timeout: Duration,
    pub(crate) read_timeout: Duration,
    pub(crate) total_timeout: Duration,
    /// Where Ashby itself is, if that is reached in clear, so that the storage may be too.
    pub(crate) plain: Option<Url>,
}

/// Clients for the storage, made when a file is first transferred.
pub(crate) struct Storage {
    settings: StorageSettings,
    remote: OnceLock<reqwest::Client>,
    plain: OnceLock<reqwest::Client>,
    /// Ashby's own: a connection for each request, as all writes have.
    ashby: OnceLock<reqwest::Client>,
}

impl Storage {
    pub(crate) fn new(settings: StorageSettings) -> Self {
        Self { settings, remote: OnceLock::new(), plain: OnceLock::new(), ashby: OnceLock::new() }
    }

    /// The client for an address, and the address, if it is one that files may travel to and from: encrypted, or
    /// beside Ashby if that is reached in clear.
    pub(crate) fn client(&self, operation: &str, address: &str) -> Result<(&reqwest::Client, Url), Error> {
        let malformed = |what: &str| Error::new(ErrorKind::Malformed, operation, what);
        let url = Url::parse(address).map_err(|_| malformed("the file's address is not a URL"))?;
        let is_plain = match url.scheme() {
            "https" => false,
            "http" if self.settings.plain.as_ref().is_some_and(|ashby| is_beside(ashby, &url)) => true,
            _ => return Err(malformed("the file's address does not begin with https")),
        };
        Ok((self.of(is_plain)?, url))
    }

    fn of(&self, is_plain: bool) -> Result<&reqwest::Client, Error> {
        let place = if is_plain { &self.plain } else { &self.remote };
        Self::made(place, self.builder(is_plain))
    }

    fn builder(&self, is_plain: bool) -> reqwest::ClientBuilder {
        // Nothing is decompressed: a file is kept as it is, and its length is compared.
        let http = decode::never(reqwest::Client::builder())
            .user_agent(self.settings.user_agent.clone())
            .connect_timeout(self.settings.connect_timeout)
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .http1_max_headers(MAX_HEADERS)
            .dns_resolver(SystemResolver);
        if is_plain { tls::plain(http) } else { tls::remote(http) }
    }

    fn made(
        place: &OnceLock<reqwest::Client>,
        builder: reqwest::ClientBuilder,
    ) -> Result<&reqwest::Client, Error> {
        if let Some(client) = place.get() {
            return Ok(client);
        }
        let client = builder.build().map_err(|error| {
            let what = "the HTTP client cannot be set up; are the system's root certificates installed?";
            Error::new(ErrorKind::Configuration, "", what).with_source(error)
        })?;
        Ok(place.get_or_init(|| client))
    }

    /// A client for requests to Ashby itself that carry files.
    pub(crate) fn client_for_ashby(&self) -> Result<&reqwest::Client, Error> {
        Self::made(&self.ashby, self.builder(self.settings.plain.is_some()).pool_max_idle_per_host(0))
    }

    /// How patient a transfer is of which the length is not known.
    pub(crate) fn patience(&self) -> Patience {
        Patience {
            began: Instant::now(),
            silence: self.settings.read_timeout,
            grace: self.settings.total_timeout,
        }
    }

    /// How long a transfer of so many bytes may take.
    pub(crate) fn timeout(&self, length_bytes: u64) -> Duration {
        self.settings.total_timeout + Duration::from_secs(length_bytes / SLOWEST_BYTES_PER_SECOND)
    }

    /// Waits for the next thing the storage says, but not forever.
    pub(crate) async fn next<T>(
        &self,
        said: impl Future<Output = Result<T, reqwest::Error>>,
    ) -> Result<T, Failure> {
        next(self.settings.read_timeout, said).await
    }
}

/// Whether an address is on the same machine as Ashby.
fn is_beside(ashby: &Url, url: &Url) -> bool {
    url.host_str() == ashby.host_str() || is_loopback(url) && is_loopback(ashby)
}

/// Waits for the next thing the storage says, but no longer than this.
pub(crate) async fn next<T>(
    patience: Duration,
    said: impl Future<Output = Result<T, reqwest::Error>>,
) -> Result<T, Failure> {
    match tokio::time::timeout(patience, said).await {
        Ok(said) => said.map_err(Failure::of),
        Err(_) => Err(Failure { kind: ErrorKind::Timeout, what: "no answer in time", ..Failure::NONE }),
    }
}

/// The code in what the storage says when it refuses: `<Error><Code>AccessDenied</Code>…`.
pub(crate) fn refusal_code(body: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(body);
    let (_, rest) = text.split_once("<Code>")?;
    let (code, _) = rest.split_once("</Code>")?;
    let is_code = (1..=64).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_code.then(|| code.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_storage_names_what_is_wrong() {
        let error = b"<?xml version=\"1.0\"?><Error><Code>EntityTooLarge</Code><Message>no</Message></Error>";
        assert_eq!(refusal_code(error).as_deref(), Some("EntityTooLarge"));
        for text in ["", "<Code>", "<Code></Code>", "<Code>a secret\n</Code>", "\u{fffd}"] {
            assert_eq!(refusal_code(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn files_travel_encrypted() {
        let settings = |plain: Option<&str>| StorageSettings {
            user_agent: HeaderValue::from_static("t"),
            connect_timeout: Duration::from_secs(1),
            read_timeout: Duration::from_secs(1),
            total_timeout: Duration::from_secs(1),
            plain: plain.map(|url| Url::parse(url).unwrap()),
        };
        let storage = |plain| Storage::new(settings(plain));
        let (far, near) = (storage(None), storage(Some("http://localhost:1")));
        let container = storage(Some("http://ashby-sim:8080"));
        assert!(container.client("file download", "http://ashby-sim:9/x").is_ok());
        assert!(container.client("file download", "http://elsewhere/x").is_err());
        let local = "http://127.0.0.1:9/x?y";
        assert!(near.client("file download", local).is_ok());
        assert!(far.client("file download", local).is_err());
        for address in ["http://example.com/x", "ftp://127.0.0.1/x", "file:///etc/passwd", "", "/x"] {
            let error = near.client("file download", address).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Malformed, "{address}");
            assert!(address.is_empty() || !error.to_string().contains(address), "{error}");
        }
    }
}
