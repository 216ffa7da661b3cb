//! Connections to Ashby: many reads share a few, each write has one of its own.
//!
//! A server may close an idle connection at the very moment when a request goes out on it. A read is then sent again. Of
//! a write nobody could say whether it was carried out, so it never meets a connection that others have left.
//!
//! A connection that falls silent (a proxy that hangs, a route that is gone) is not noticed by those who use it next, least
//! of all over HTTP/2, where everybody shares it. So after a request has waited in vain the shared connections are left
//! alone, and what is sent from then on makes new ones.

use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderValue};
use reqwest::{Client, ClientBuilder, RequestBuilder, redirect, retry};

use crate::transport::SystemResolver;
use crate::{decode, tls};

/// How an HTTP/2 connection on which an answer is waited for is asked whether it is still there.
#[cfg(feature = "http2")]
#[derive(Clone, Copy)]
pub(crate) struct Pings {
    /// It is asked this often …
    interval: Duration,
    /// … and given up if it does not answer within this time.
    timeout: Duration,
}

#[cfg(feature = "http2")]
pub(crate) const PINGS: Pings = Pings { interval: Duration::from_secs(15), timeout: Duration::from_secs(10) };

/// Servers and proxies like to say a lot.
pub(crate) const MAX_HEADERS: usize = 1_000;

/// How connections are made.
#[derive(Clone)]
pub(crate) struct ConnectionSettings {
    pub(crate) headers: HeaderMap,
    pub(crate) user_agent: HeaderValue,
    pub(crate) connect_timeout: Duration,
    pub(crate) read_timeout: Duration,
    pub(crate) total_timeout: Duration,
    /// In clear.
    pub(crate) is_plain: bool,
    #[cfg(feature = "http2")]
    pub(crate) pings: Pings,
}

pub(crate) struct Connections {
    settings: ConnectionSettings,
    /// Those that reads share, and how many there were before.
    shared: RwLock<(u64, Client)>,
    /// One for each request.
    own: Client,
}

impl Connections {
    pub(crate) fn new(settings: ConnectionSettings) -> Result<Self, reqwest::Error> {
        let shared = RwLock::new((0, settings.client().build()?));
        let own = settings.client().pool_max_idle_per_host(0).build()?;
        Ok(Self { settings, shared, own })
    }

    /// For reads.
    pub(crate) fn shared(&self) -> Client {
        self.read().1.clone()
    }

    /// For writes.
    pub(crate) fn own(&self) -> &Client {
        &self.own
    }

    /// Tells the shared connections of now from later ones.
    pub(crate) fn generation(&self) -> u64 {
        self.read().0
    }

    /// Leaves the shared connections of a generation alone, unless others have done so already. Requests that are under
    /// way on them go on.
    pub(crate) fn leave(&self, generation: u64) {
        if self.generation() != generation {
            return;
        }
        // The settings were good once. Should they not be any more, what there is has to do.
        let Ok(client) = self.settings.client().build() else { return };
        let mut shared = self.shared.write().unwrap_or_else(PoisonError::into_inner);
        if shared.0 == generation {
            *shared = (generation + 1, client);
        }
    }

    /// The same request over the shared connections of now.
    pub(crate) fn moved(&self, request: RequestBuilder) -> Option<RequestBuilder> {
        let (_, request) = request.build_split();
        request.ok().map(|request| RequestBuilder::from_parts(self.shared(), request))
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, (u64, Client)> {
        self.shared.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ConnectionSettings {
    fn client(&self) -> ClientBuilder {
        let mut headers = self.headers.clone();
        if let Some(accepted) = decode::ACCEPTED {
            headers.insert(reqwest::header::ACCEPT_ENCODING, HeaderValue::from_static(accepted));
        }
        let http = decode::never(Client::builder())
            .default_headers(headers)
            .user_agent(self.user_agent.clone())
            .connect_timeout(self.connect_timeout)
            .read_timeout(self.read_timeout)
            .timeout(self.total_timeout)
            // The key must not follow a redirect.
            .redirect(redirect::Policy::none())
            // What is sent again is decided elsewhere.
            .retry(retry::never())
            .http1_max_headers(MAX_HEADERS)
            .dns_resolver(SystemResolver);
        #[cfg(feature = "http2")]
        let http =
            http.http2_keep_alive_interval(self.pings.interval).http2_keep_alive_timeout(self.pings.timeout);
        if self.is_plain { tls::plain(http) } else { tls::remote(http) }
    }
}

#[cfg(all(test, feature = "http2"))]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;

    /// Long before the patience with a server that is silent has an end, it is known that nobody is there.
    #[tokio::test]
    async fn a_connection_that_answers_no_ping_is_left() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            // An empty SETTINGS frame; from then on it only listens.
            stream.write_all(&[0, 0, 0, 4, 0, 0, 0, 0, 0]).await.unwrap();
            let mut heard = [0; 1024];
            while stream.read(&mut heard).await.is_ok_and(|count| count > 0) {}
        });
        let minute = Duration::from_secs(60);
        let instant = Duration::from_millis(100);
        let settings = ConnectionSettings {
            headers: HeaderMap::new(),
            user_agent: HeaderValue::from_static("t"),
            connect_timeout: minute,
            read_timeout: minute,
            total_timeout: minute,
            is_plain: true,
            pings: Pings { interval: instant, timeout: instant },
        };
        let client = settings.client().http2_prior_knowledge().build().unwrap();
        let answer = client.get(format!("http://{address}/")).send();
        let left = tokio::time::timeout(Duration::from_secs(5), answer).await;
        assert!(left.expect("it does not wait for a minute").is_err());
    }
}
