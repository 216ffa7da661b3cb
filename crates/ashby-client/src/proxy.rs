//! Proxies, as the environment names them. The HTTP client goes without a proxy whose address it cannot read, and the key
//! goes with it: so that is found out before.

use std::ffi::OsString;

use hyper_util::client::proxy::matcher::Matcher;

use crate::{Error, ErrorKind};

/// The variables that count for addresses with `https`. Of each pair the first that is set does.
pub(crate) const VARIABLES: [[&str; 2]; 2] = [["HTTPS_PROXY", "https_proxy"], ["ALL_PROXY", "all_proxy"]];

/// Refuses variables that name a proxy and cannot be understood.
pub(crate) fn check(variable: impl Fn(&str) -> Option<OsString>) -> Result<(), Error> {
    for names in VARIABLES {
        let Some((name, value)) = names.into_iter().find_map(|name| Some((name, variable(name)?))) else {
            continue;
        };
        let is_proxy = |address: &str| {
            let matcher = Matcher::builder().all(address.to_owned()).build();
            // Who connects takes what follows the host for a port only if it can be one, and else another port.
            let with_scheme =
                if address.contains("://") { address.to_owned() } else { format!("http://{address}") };
            reqwest::Url::parse(&with_scheme).is_ok_and(|url| url.has_host())
                && matcher.intercept(&http::Uri::from_static("https://ashby.example")).is_some()
        };
        if !value.is_empty() && !value.to_str().is_some_and(is_proxy) {
            let what = format!("the variable {name} does not hold the address of a proxy");
            return Err(Error::new(ErrorKind::Configuration, "", what).with_hint(
                "write it as http://HOST:PORT or socks5h://HOST:PORT, or unset it; nothing is sent past a proxy",
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_names_a_proxy_must_be_understood() {
        for (name, value, is_right) in [
            ("HTTPS_PROXY", "http://proxy.example:3128", true),
            ("https_proxy", "proxy.example:3128", true),
            ("HTTPS_PROXY", "http://user:p%40ss@proxy.example:3128/", true),
            ("ALL_PROXY", "socks5h://localhost:1080", true),
            ("ALL_PROXY", "socks5://localhost", true),
            ("HTTPS_PROXY", "", true),
            ("HTTP_PROXY", "http://not used", true),
            ("HTTPS_PROXY", "http://proxy example:3128", false),
            ("https_proxy", "ftp://proxy.example", false),
            ("all_proxy", "http://user:SECRET@", false),
            ("HTTPS_PROXY", "http:/proxy.example", false),
            ("HTTPS_PROXY", "http://user:SECRET@127.0.0.1:99999", false),
            ("ALL_PROXY", "127.0.0.1:31x8", false),
        ] {
            let checked = check(|asked| (asked == name).then(|| value.into()));
            assert_eq!(checked.is_ok(), is_right, "{name}={value}");
            if let Err(error) = checked {
                assert!(error.to_string().contains(name) && !error.to_string().contains("SECRET"), "{error}");
            }
        }
    }

    #[test]
    fn the_first_of_a_pair_counts_also_if_it_is_empty() {
        assert!(check(|name| Some(if name == "https_proxy" { "no proxy" } else { "" }.into())).is_ok());
    }
}
