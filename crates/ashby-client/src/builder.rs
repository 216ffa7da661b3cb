//! Setting up a client.

use std::ffi::OsString;
use std::net::IpAddr;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Url;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};

use crate::budget::BodyBudget;
use crate::client::Client;
use crate::connections::{ConnectionSettings, Connections};
use crate::exchange::Inner;
use crate::pace::Pace;
use crate::report_run::{REPORTS_AT_ONCE, REPORTS_PER_MINUTE};
use crate::storage::{Storage, StorageSettings};
use crate::transport::Transport;
use crate::way::{Way, host_of};
use crate::{ApiKey, Error, ErrorKind, JobBoardClient, Lane, RetryPolicy, proxy};

/// Where Ashby's API is.
pub const DEFAULT_BASE_URL: &str = "https://api.ashbyhq.com";
/// The version of Ashby's API that this crate was written for (`Ashby-Version`).
pub const DEFAULT_VERSION: &str = "2026-01-01";
/// The limit that Ashby publishes: 1000 requests a minute and key.
pub const DEFAULT_REQUESTS_PER_MINUTE: u32 = 1_000;
/// How many requests may be under way at once.
pub const DEFAULT_CONCURRENCY: NonZeroUsize = NonZeroUsize::new(8).expect("8 is not 0");
/// How long connecting may take, TLS included.
pub const DEFAULT_CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long the server may stay silent.
pub const DEFAULT_READ_TIMEOUT: Duration = Duration::from_secs(60);
/// How long one attempt may take from connecting to the last byte.
pub const DEFAULT_TOTAL_TIMEOUT: Duration = Duration::from_secs(300);
/// The largest response body, decompressed.
pub const DEFAULT_MAX_BODY_BYTES: usize = 256 * 1024 * 1024;
/// A good value for [`ClientBuilder::body_budget_bytes`]: Ashby's pages are far smaller.
pub const SMALL_BODY_BYTES: usize = 4 * 1024 * 1024;

const API_KEY: &str = "ASHBY_API_KEY";
const API_KEY_FILE: &str = "ASHBY_API_KEY_FILE";
const BASE_URL: &str = "ASHBY_BASE_URL";

/// Settings for a [`Client`], where only the key has no default, or for a [`JobBoardClient`], which needs none.
#[derive(Debug, Clone)]
pub struct ClientBuilder {
    api_key: Option<ApiKey>,
    base_url: String,
    named_by: Option<String>,
    allows_http: bool,
    version: String,
    user_agent: String,
    requests_per_minute: Option<u32>,
    concurrency: NonZeroUsize,
    connect_timeout: Duration,
    read_timeout: Duration,
    total_timeout: Duration,
    max_body_bytes: usize,
    too_large_hint: Option<&'static str>,
    body_budget_bytes: Option<usize>,
    retry: RetryPolicy,
}

impl Default for ClientBuilder {
    fn default() -> Self {
        Self {
            api_key: None,
            base_url: DEFAULT_BASE_URL.to_owned(),
            named_by: None,
            allows_http: false,
            version: DEFAULT_VERSION.to_owned(),
            user_agent: concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION")).to_owned(),
            requests_per_minute: Some(DEFAULT_REQUESTS_PER_MINUTE),
            concurrency: DEFAULT_CONCURRENCY,
            connect_timeout: DEFAULT_CONNECT_TIMEOUT,
            read_timeout: DEFAULT_READ_TIMEOUT,
            total_timeout: DEFAULT_TOTAL_TIMEOUT,
            max_body_bytes: DEFAULT_MAX_BODY_BYTES,
            too_large_hint: None,
            body_budget_bytes: None,
            retry: RetryPolicy::default(),
        }
    }
}

impl ClientBuilder {
    /// Takes the key from the environment variable `ASHBY_API_KEY`, or else from the file that
    /// `ASHBY_API_KEY_FILE` names, and the base URL from `ASHBY_BASE_URL` if that is set. An empty variable counts
    /// as none.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`], with the variable's name, if there is no key, if its file cannot be read, or
    /// if what a variable holds cannot be a key or a base URL.
    pub fn from_env() -> Result<Self, Error> {
        Self::from_variables(|name| std::env::var_os(name))
    }

    fn from_variables(variable: impl Fn(&str) -> Option<OsString>) -> Result<Self, Error> {
        let variable = |name: &str| variable(name).filter(|value| !value.is_empty());
        let text = |name: &str| match variable(name).map(OsString::into_string) {
            Some(Err(_)) => Err(wrong(format!("the variable {name} is not valid UTF-8"))),
            Some(Ok(text)) => Ok(Some(text)),
            None => Ok(None),
        };
        let key = match (text(API_KEY)?, variable(API_KEY_FILE)) {
            (Some(key), _) => {
                let key = ApiKey::from(key);
                if !key.is_usable() {
                    return Err(wrong(format!("what {API_KEY} holds cannot be an API key")));
                }
                key
            }
            (None, Some(path)) => {
                let unusable = |error: Box<dyn std::error::Error + Send + Sync>| {
                    wrong(format!("the file that {API_KEY_FILE} names cannot be used")).with_source(error)
                };
                let content = std::fs::read(path).map_err(|error| unusable(error.into()))?;
                let content = secrecy::zeroize::Zeroizing::new(content);
                ApiKey::from_file_content(&content).map_err(|error| unusable(error.into()))?
            }
            (None, None) => {
                return Err(wrong(format!("there is no API key: {API_KEY} and {API_KEY_FILE} are not set")));
            }
        };
        let mut builder = Self { api_key: Some(key), ..Self::default() };
        if let Some(url) = text(BASE_URL)? {
            checked_base_url(&url, false)
                .map_err(|error| wrong(format!("{BASE_URL} cannot be used")).with_source(error))?;
            builder.base_url = url;
        }
        Ok(builder)
    }

    /// The API key. Required for a [`Client`].
    #[must_use]
    pub fn api_key(mut self, key: impl Into<ApiKey>) -> Self {
        self.api_key = Some(key.into());
        self
    }

    /// Where the API is; [`DEFAULT_BASE_URL`] by default. Must be `https`, so that the key does not travel in
    /// clear; `http` only for a server on this machine (`localhost` or a loopback address), or after
    /// [`allow_http`](Self::allow_http).
    #[must_use]
    pub fn base_url(mut self, url: &str) -> Self {
        url.clone_into(&mut self.base_url);
        self
    }

    /// Who says what the base URL is (`variable ASHBY_BASE_URL`), for errors about the way there.
    #[must_use]
    pub fn base_url_named_by(mut self, named_by: impl Into<String>) -> Self {
        self.named_by = Some(named_by.into());
        self
    }

    /// Accepts a base URL with `http` on any machine, and files at addresses of the same host with `http`. The key
    /// and every record travel in clear: for a server of one's own on a network of one's own, such as a simulator in
    /// a container beside this one.
    #[must_use]
    pub fn allow_http(mut self) -> Self {
        self.allows_http = true;
        self
    }

    /// The API version to ask for; [`DEFAULT_VERSION`] by default.
    #[must_use]
    pub fn version(mut self, version: &str) -> Self {
        version.clone_into(&mut self.version);
        self
    }

    /// What the client calls itself (`User-Agent`).
    #[must_use]
    pub fn user_agent(mut self, user_agent: &str) -> Self {
        user_agent.clone_into(&mut self.user_agent);
        self
    }

    /// The limit to keep below; [`DEFAULT_REQUESTS_PER_MINUTE`] by default, `None` for no pacing. Also without
    /// pacing a 429 pauses everything.
    #[must_use]
    pub fn requests_per_minute(mut self, limit: Option<u32>) -> Self {
        self.requests_per_minute = limit;
        self
    }

    /// How many requests may be under way at once; [`DEFAULT_CONCURRENCY`] by default. One of them is kept for
    /// [`Lane::Interactive`] where there are handles in that lane.
    #[must_use]
    pub fn concurrency(mut self, concurrency: NonZeroUsize) -> Self {
        self.concurrency = concurrency;
        self
    }

    /// How long connecting may take; [`DEFAULT_CONNECT_TIMEOUT`] by default.
    #[must_use]
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// How long the server may stay silent, before and within a response; [`DEFAULT_READ_TIMEOUT`] by default.
    #[must_use]
    pub fn read_timeout(mut self, timeout: Duration) -> Self {
        self.read_timeout = timeout;
        self
    }

    /// How long one attempt may take altogether; [`DEFAULT_TOTAL_TIMEOUT`] by default. Waiting for the pace and
    /// for retries does not count.
    #[must_use]
    pub fn total_timeout(mut self, timeout: Duration) -> Self {
        self.total_timeout = timeout;
        self
    }

    /// The largest response body, decompressed; [`DEFAULT_MAX_BODY_BYTES`] by default.
    #[must_use]
    pub fn max_body_bytes(mut self, limit_bytes: usize) -> Self {
        self.max_body_bytes = limit_bytes;
        self
    }

    /// What to do where an answer is larger than that: [`Error::hint`] of [`ErrorKind::TooLarge`]. For programs whose
    /// users know this limit by another name.
    #[must_use]
    pub fn too_large_hint(mut self, hint: &'static str) -> Self {
        self.too_large_hint = Some(hint);
        self
    }

    /// Keeps large response bodies from adding up: bodies of up to this many bytes, decompressed, come as they are
    /// ([`SMALL_BODY_BYTES`] is a good value), while of larger ones there is only one at a time, from its first byte
    /// until the last slice of it is dropped: [`Page`](crate::Page), its records,
    /// [`Response::results`](crate::Response::results). `None`, the default, for no such budget.
    ///
    /// An answer to a read that turns out to be large while another one is held is given up and asked for again
    /// when its turn comes; that request counts like any other. So whoever asks for the next large answer should
    /// drop the last one, or have somebody else drop it: where one is held for half a minute, the next comes beside it.
    #[must_use]
    pub fn body_budget_bytes(mut self, small_bytes: Option<usize>) -> Self {
        self.body_budget_bytes = small_bytes;
        self
    }

    /// When reads are retried.
    #[must_use]
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Builds the client. Opens no connection.
    ///
    /// TLS is rustls, with the provider that the process has installed, or else with aws-lc; nothing is installed
    /// here. Servers are checked with the system's root certificates, with the feature `webpki-roots` with
    /// Mozilla's as well.
    ///
    /// # Errors
    /// [`ErrorKind::Credentials`] if the key is missing or cannot be one; [`ErrorKind::Configuration`] if the base URL is not acceptable, if the
    /// system offers no certificates to check servers with, or if the environment names a proxy that cannot be
    /// understood: nothing is sent past it.
    pub fn build(self) -> Result<Client, Error> {
        let Some(key) = self.api_key.clone().filter(ApiKey::is_usable) else {
            let message = "the API key is missing, or has characters that no key has";
            return Err(Error::new(ErrorKind::Credentials, "", message)
                .with_hint("copy it anew from Ashby: Admin > Integrations > API Keys"));
        };
        let headers = HeaderMap::from_iter([
            (ACCEPT, HeaderValue::from_static("application/json")),
            (CONTENT_TYPE, HeaderValue::from_static("application/json")),
            (HeaderName::from_static("ashby-version"), header(&self.version, "API version")?),
        ]);
        let inner = Arc::new(self.inner(headers)?);
        Ok(Client { inner, key: Arc::new(key), on_behalf_of: None, lane: Lane::default() })
    }

    /// Builds a client for public job boards. Opens no connection; the key and the API version play no part.
    ///
    /// # Errors
    /// As for [`build`](Self::build), apart from the key.
    pub fn build_job_board_client(self) -> Result<JobBoardClient, Error> {
        let headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("application/json"))]);
        Ok(JobBoardClient::new(self.inner(headers)?))
    }

    /// Says of an error about the base URL who named it, and which host that is.
    fn with_place(&self, mut error: Error) -> Error {
        let host = Url::parse(&self.base_url).ok().filter(Url::has_host).map(|url| host_of(&url));
        let place: Vec<String> = self.named_by.iter().cloned().chain(host).collect();
        if !place.is_empty() {
            let named = format!("the base URL ({})", place.join(": "));
            error.0.what = error.0.what.replacen("the base URL", &named, 1);
        }
        error
    }

    fn inner(self, headers: HeaderMap) -> Result<Inner, Error> {
        if self.requests_per_minute == Some(0) {
            return Err(wrong("a limit of 0 requests a minute allows no request"));
        }
        let checked = checked_base_url(&self.base_url, self.allows_http);
        let (base_url, is_plain) = checked.map_err(|error| self.with_place(error))?;
        let user_agent = header(&self.user_agent, "user agent")?;
        let storage = Storage::new(StorageSettings {
            user_agent: user_agent.clone(),
            connect_timeout: self.connect_timeout,
            read_timeout: self.read_timeout,
            total_timeout: self.total_timeout,
            plain: is_plain.then(|| base_url.clone()),
        });
        if !is_plain {
            proxy::check(|name| std::env::var_os(name))?;
        }
        let connections = Connections::new(ConnectionSettings {
            headers: headers.clone(),
            user_agent,
            connect_timeout: self.connect_timeout,
            read_timeout: self.read_timeout,
            total_timeout: self.total_timeout,
            is_plain,
            #[cfg(feature = "http2")]
            pings: crate::connections::PINGS,
        });
        let connections = connections.map_err(|error| {
            wrong("the HTTP client cannot be set up; are the system's root certificates installed?")
                .with_source(error)
        })?;
        Ok(Inner {
            transport: Transport {
                connections,
                headers,
                way: Way::to(&base_url, self.named_by),
                base_url,
                max_body_bytes: self.max_body_bytes,
                too_large_hint: self.too_large_hint,
            },
            pace: Pace::new(self.requests_per_minute, self.concurrency),
            reports: Pace::new(Some(REPORTS_PER_MINUTE), REPORTS_AT_ONCE),
            holds: Default::default(),
            budget: self.body_budget_bytes.map(BodyBudget::new),
            retry: self.retry,
            counters: Default::default(),
            note: Default::default(),
            storage,
        })
    }
}

fn header(value: &str, name: &str) -> Result<HeaderValue, Error> {
    HeaderValue::from_str(value).map_err(|_| wrong(format!("the {name} has characters that no header can")))
}

fn wrong(what: impl Into<String>) -> Error {
    Error::new(ErrorKind::Configuration, "", what)
}

/// The URL, ending in a slash so that operations can be appended; and whether it is reached in clear.
fn checked_base_url(text: &str, allows_http: bool) -> Result<(Url, bool), Error> {
    let mut url = Url::parse(text).map_err(|error| wrong("the base URL is not a URL").with_source(error))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("the base URL must not hold credentials"));
    }
    if url.query().is_some() || url.fragment().is_some() || url.cannot_be_a_base() {
        return Err(wrong("the base URL must be an address without query and fragment"));
    }
    let is_allowed = allows_http || is_loopback(&url);
    let is_plain = match url.scheme() {
        "https" => false,
        "http" if is_allowed => true,
        "http" => {
            return Err(wrong("the base URL must begin with https: the API key would travel in clear"));
        }
        _ => return Err(wrong("the base URL must begin with https")),
    };
    if !url.path().ends_with('/') {
        let path = format!("{}/", url.path());
        url.set_path(&path);
    }
    Ok((url, is_plain))
}

/// Whether an address is on this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_never_travels_in_clear() {
        for (url, accepted) in [
            ("https://api.ashbyhq.com", Some("https://api.ashbyhq.com/")),
            ("https://proxy.example/ashby", Some("https://proxy.example/ashby/")),
            ("http://127.0.0.1:8080", Some("http://127.0.0.1:8080/")),
            ("http://[::1]:8080/x/", Some("http://[::1]:8080/x/")),
            ("http://localhost:1", Some("http://localhost:1/")),
            ("http://api.ashbyhq.com", None),
            ("http://localhost.example", None),
            ("http://192.168.0.1", None),
            ("ftp://localhost", None),
            ("https://key:@api.ashbyhq.com", None),
            ("https://api.ashbyhq.com/?a=b", None),
            ("mailto:a@b", None),
            ("api.ashbyhq.com", None),
            ("", None),
        ] {
            let checked = checked_base_url(url, false);
            assert_eq!(checked.as_ref().ok().map(|(url, _)| url.as_str()), accepted, "{url}");
            if let Err(error) = checked {
                assert_eq!(error.kind(), ErrorKind::Configuration);
            }
        }
    }

    #[test]
    fn http_to_another_machine_takes_a_word() {
        let builder = || Client::builder().api_key("key").base_url("http://ashby-sim:8080");
        assert_eq!(builder().build().unwrap_err().kind(), ErrorKind::Configuration);
        assert!(builder().allow_http().build().is_ok());
        assert!(builder().allow_http().base_url("ftp://ashby-sim").build().is_err());
    }

    #[test]
    fn impossible_settings_are_refused() {
        let local = || Client::builder().base_url("http://127.0.0.1:1").api_key("key");
        assert!(local().build().is_ok());
        for builder in
            [Client::builder().base_url("http://127.0.0.1:1"), local().api_key(""), local().api_key("a:b")]
        {
            assert_eq!(builder.build().err().map(|error| error.kind()), Some(ErrorKind::Credentials));
        }
        for builder in
            [local().version("a\nb"), local().user_agent("a\nb"), local().requests_per_minute(Some(0))]
        {
            assert_eq!(builder.build().err().map(|error| error.kind()), Some(ErrorKind::Configuration));
        }
    }

    #[test]
    fn the_environment_sets_up_a_client() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "from-file\n").unwrap();
        let path = file.path().to_str().unwrap();
        let builder = |variables: &[(&str, &str)]| {
            let find =
                |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| value.into());
            ClientBuilder::from_variables(find)
        };
        for (variables, key, url) in [
            (&[("ASHBY_API_KEY", "k1")][..], "k1", DEFAULT_BASE_URL),
            (&[("ASHBY_API_KEY", "k1"), ("ASHBY_API_KEY_FILE", "absent")], "k1", DEFAULT_BASE_URL),
            (
                &[("ASHBY_API_KEY", ""), ("ASHBY_API_KEY_FILE", path), ("ASHBY_BASE_URL", "http://[::1]:1")],
                "from-file",
                "http://[::1]:1",
            ),
        ] {
            let builder = builder(variables).unwrap();
            assert_eq!(builder.api_key.as_ref().map(ApiKey::expose), Some(key));
            assert_eq!(builder.base_url, url);
        }
        for (variables, said) in [
            (&[][..], "ASHBY_API_KEY and ASHBY_API_KEY_FILE are not set"),
            (&[("ASHBY_API_KEY", "se cret")], "ASHBY_API_KEY holds"),
            (&[("ASHBY_API_KEY_FILE", "/absent/se cret")], "ASHBY_API_KEY_FILE names"),
            (&[("ASHBY_API_KEY", "k1"), ("ASHBY_BASE_URL", "http://se cret")], "ASHBY_BASE_URL"),
        ] {
            let error = builder(variables).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Configuration);
            assert!(error.to_string().contains(said), "{error}");
            assert!(!format!("{error:?}").contains("se cret"));
        }
    }
}
