//! Whom the HTTP client trusts.

use reqwest::ClientBuilder;

/// For servers on other machines.
pub(crate) fn remote(http: ClientBuilder) -> ClientBuilder {
    #[cfg(feature = "webpki-roots")]
    let http = http.tls_certs_merge(
        // All of them are certificates, as a test says; one that were not would merely not be trusted.
        webpki_root_certs::TLS_SERVER_ROOT_CERTS
            .iter()
            .filter_map(|certificate| reqwest::Certificate::from_der(certificate).ok()),
    );
    http
}

/// For servers that are reached in clear: no proxy and no certificates are needed, and a container may have none.
pub(crate) fn plain(http: ClientBuilder) -> ClientBuilder {
    http.no_proxy().tls_certs_only([])
}

#[cfg(all(test, feature = "webpki-roots"))]
mod tests {
    #[test]
    fn mozillas_roots_are_certificates() {
        let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS;
        assert!(roots.len() > 50);
        assert!(roots.iter().all(|root| reqwest::Certificate::from_der(root).is_ok()));
        assert!(super::remote(reqwest::Client::builder()).build().is_ok());
    }
}
