//! The least that a sync could cost: downloads the pages of `candidate.list` with an HTTP client set up as
//! ashby-client's is, validates each body in one pass and writes it to standard output.
//!
//! `floor BASE_URL KEY`, started by `cargo xtask bench`; prints what it did as JSON on standard error.

#![allow(clippy::print_stderr)]

use std::error::Error;
use std::io::{Write as _, stdout};
use std::time::Duration;

use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, redirect, retry};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::json;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope {
    #[serde(rename = "results")]
    _results: IgnoredAny,
    next_cursor: Option<String>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(base_url), Some(key)) = (arguments.next(), arguments.next()) else {
        return Err("usage: floor BASE_URL KEY".into());
    };
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(download(&base_url, &key))
}

async fn download(base_url: &str, key: &str) -> Result<(), Box<dyn Error>> {
    let client = client()?;
    let url = format!("{base_url}/candidate.list");
    let mut output = stdout().lock();
    let (mut requests, mut bytes, mut cursor) = (0_u64, 0, None::<String>);
    loop {
        let parameters = cursor.map_or(json!({}), |cursor| json!({"cursor": cursor}));
        let request = client.post(&url).basic_auth(key, Some("")).body(parameters.to_string());
        let body = request.send().await?.error_for_status()?.bytes().await?;
        let envelope: Envelope = serde_json::from_slice(&body)?;
        output.write_all(&body)?;
        requests += 1;
        bytes += body.len();
        cursor = envelope.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    eprintln!("{}", json!({"requests": requests, "bytes": bytes}));
    Ok(())
}

/// As `ClientBuilder::build` of ashby-client does it for an address of this machine.
fn client() -> Result<Client, Box<dyn Error>> {
    let headers = HeaderMap::from_iter([
        (ACCEPT, HeaderValue::from_static("application/json")),
        (CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (HeaderName::from_static("ashby-version"), HeaderValue::from_static("2026-01-01")),
    ]);
    let client = Client::builder()
        .default_headers(headers)
        .user_agent("floor")
        .connect_timeout(Duration::from_secs(10))
        .read_timeout(Duration::from_secs(60))
        .timeout(Duration::from_secs(300))
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .no_proxy()
        .tls_certs_only([]);
    Ok(client.build()?)
}
