//! The way to a server, as errors tell it: which host it is, who named that one, and which proxy is in between. Names and
//! passwords in addresses, and what stands behind a host, are never told.

use std::ffi::OsString;
use std::io;

use hyper_util::client::proxy::matcher::Matcher;
use reqwest::Url;

use crate::proxy;
use crate::transport::find;
use crate::{Error, ErrorKind};

/// How a server is reached.
pub(crate) struct Way {
    host: String,
    named_by: Option<String>,
    /// The proxy, and the variable that names it.
    proxy: Option<(String, &'static str)>,
}

impl Way {
    /// The way to a server; what goes in clear goes past proxies.
    pub(crate) fn to(url: &Url, named_by: Option<String>) -> Self {
        let proxy =
            (url.scheme() == "https").then(|| proxy_for(url, |name| std::env::var_os(name))).flatten();
        Self { host: host_of(url), named_by, proxy }
    }

    fn told(&self) -> String {
        let named_by = self.named_by.as_ref().map(|by| format!(" ({by})")).unwrap_or_default();
        let proxy = self.proxy.as_ref();
        let proxy = proxy.map(|(host, variable)| format!(" through the proxy {host} ({variable})"));
        format!("{}{named_by}{}", self.host, proxy.unwrap_or_default())
    }

    /// Says of an error which way it was, if it failed on that: where no answer came, or one that leads elsewhere
    /// (`redirected`, its host).
    pub(crate) fn tell(&self, error: &mut Error, redirected: Option<&str>) {
        let what = std::mem::take(&mut error.0.what);
        let way = self.told();
        let is_answered = error.0.status.is_some();
        error.0.what = match error.kind() {
            ErrorKind::Connect => {
                let why = why(error).map(|why| format!(": {why}")).unwrap_or_default();
                format!("{what} to {way}{why}")
            }
            ErrorKind::Tls => format!("{what} to {way}"),
            ErrorKind::Timeout if !is_answered => format!("{what} from {way}"),
            ErrorKind::Dns | ErrorKind::Transport if !is_answered => format!("{what}: {way}"),
            ErrorKind::Configuration if is_answered => {
                let elsewhere = redirected.map(|host| format!(" to {host}")).unwrap_or_default();
                format!("{way} answered with a redirect{elsewhere}, which is not followed")
            }
            _ => what,
        };
    }

    /// Says of an error with which the storage of files answered where that is.
    pub(crate) fn tell_of_storage(&self, error: &mut Error, redirected: Option<&str>) {
        let elsewhere = redirected.map(|host| format!(", and leads to {host}")).unwrap_or_default();
        error.0.what.push_str(&format!("; it is at {}{elsewhere}", self.told()));
    }
}

/// Why there is no connection, in words that need no numbers.
fn why(error: &Error) -> Option<&'static str> {
    let source = error.0.source.as_deref()?;
    if find::<reqwest::Error>(source).is_some_and(reqwest::Error::is_timeout) {
        return Some("nobody answered in time");
    }
    match find::<io::Error>(source)?.kind() {
        io::ErrorKind::ConnectionRefused => Some("it was refused"),
        io::ErrorKind::TimedOut => Some("nobody answered in time"),
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => Some("there is no route to it"),
        _ => None,
    }
}

/// An address's host, with its port if it is no usual one.
pub(crate) fn host_of(url: &Url) -> String {
    let host = url.host_str().unwrap_or("an address without a host");
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// The proxy for an address, and the variable that names it.
fn proxy_for(url: &Url, variable: impl Fn(&str) -> Option<OsString>) -> Option<(String, &'static str)> {
    let text = |name: &str| variable(name)?.into_string().ok();
    let (name, address) = proxy::VARIABLES
        .iter()
        .filter_map(|names| names.iter().find_map(|name| Some((*name, text(name)?))))
        .find(|(_, address)| !address.is_empty())?;
    let no = text("NO_PROXY").or_else(|| text("no_proxy")).unwrap_or_default();
    let intercept = Matcher::builder().all(address).no(no).build().intercept(&url.as_str().parse().ok()?)?;
    let host = intercept.uri().host()?.to_owned();
    Some((intercept.uri().port_u16().map_or_else(|| host.clone(), |port| format!("{host}:{port}")), name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        text.parse().unwrap()
    }

    #[test]
    fn a_proxy_is_told_with_its_variable_and_without_what_is_secret() {
        let through = |variables: &[(&str, &str)], address: &str| {
            let value = |name: &str| {
                variables.iter().find(|(known, _)| *known == name).map(|(_, value)| value.into())
            };
            proxy_for(&url(address), value).map(|(host, name)| format!("{host} {name}"))
        };
        let ashby = "https://api.ashbyhq.com";
        let proxy = ("HTTPS_PROXY", "http://user:SECRET@proxy.example:3128/x?y");
        assert_eq!(through(&[proxy], ashby).as_deref(), Some("proxy.example:3128 HTTPS_PROXY"));
        assert_eq!(through(&[proxy, ("NO_PROXY", "ashbyhq.com")], ashby), None);
        let all = through(&[("HTTPS_PROXY", ""), ("all_proxy", "socks5h://127.0.0.1:1080")], ashby);
        assert_eq!(all.as_deref(), Some("127.0.0.1:1080 all_proxy"));
        assert_eq!(through(&[], ashby), None);
    }

    #[test]
    fn an_error_tells_where_and_who_said_so() {
        let way = Way {
            host: host_of(&url("https://user:SECRET@api.example:8443/x?token=SECRET")),
            named_by: Some("variable ASHBY_BASE_URL".to_owned()),
            proxy: Some(("proxy.example:3128".to_owned(), "HTTPS_PROXY")),
        };
        let told = |kind, what: &str, status, redirected| {
            let mut error = Error::new(kind, "job.list", what).with_status(status);
            way.tell(&mut error, redirected);
            error.0.what
        };
        let through =
            "api.example:8443 (variable ASHBY_BASE_URL) through the proxy proxy.example:3128 (HTTPS_PROXY)";
        assert_eq!(told(ErrorKind::Connect, "no connection", 0, None), format!("no connection to {through}"));
        assert_eq!(told(ErrorKind::Dns, "not found", 0, None), format!("not found: {through}"));
        let redirect = told(ErrorKind::Configuration, "", 302, Some("elsewhere.example"));
        assert_eq!(
            redirect,
            format!("{through} answered with a redirect to elsewhere.example, which is not followed")
        );
        assert_eq!(told(ErrorKind::Server, "Ashby failed", 500, None), "Ashby failed");
        assert_eq!(told(ErrorKind::Timeout, "Ashby gave up", 408, None), "Ashby gave up");
    }
}
