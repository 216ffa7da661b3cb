//! The endpoint's configuration.

use std::net::{SocketAddr, ToSocketAddrs as _};
use std::time::Duration;

use ashby_client::{ApiKey, Client};
use capture_core::{Error, ErrorKind, Result};
use connecting::{Connection, MAX_PAGE_MB};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use sink_estuary::{Numbers, Origin};

use crate::interval;

/// The only kind of credentials there is.
const CREDENTIALS_TITLE: &str = "Private App Credentials";
/// With this key nothing is asked of Ashby: bindings can be discovered without an account.
const OFFLINE_KEY: &str = "ESTUARY_TEST_ACCESS_TOKEN";

/// How long a binding may be in trouble before the task fails, where nothing else is configured.
pub(crate) const FAIL_AFTER: Duration = Duration::from_secs(60 * 60);
/// In the place of a time: the task goes on whatever becomes of a binding.
const NEVER: &str = "never";

/// What a person configured.
pub(crate) struct Endpoint {
    api_key: ApiKey,
    /// The key is a stand-in that may see everything.
    pub(crate) is_offline: bool,
    base_url: Option<String>,
    requests_per_minute: Option<u32>,
    max_page_mb: u32,
    /// `None` if it depends on what the capture began with.
    numbers: Option<Numbers>,
    /// For so long a binding may be in trouble; `None` for ever.
    pub(crate) fail_after: Option<Duration>,
    pub(crate) created_after_ms: Option<i64>,
    /// Where monitoring is answered.
    pub(crate) metrics_listen: Option<SocketAddr>,
}

impl Endpoint {
    /// Reads a configuration. Errors say where it is wrong, and never quote it.
    pub(crate) fn parse(config: &str) -> Result<Self> {
        let mut config: Value = serde_json::from_str(config).map_err(|_| wrong("is not JSON", ""))?;
        // Taken out of it, so that it is in one place, which is zeroed.
        let api_key = match config.pointer_mut("/credentials/access_token").map(Value::take) {
            Some(Value::String(key)) if !key.trim().is_empty() => key,
            Some(Value::String(_) | Value::Null) | None => {
                return Err(wrong("is missing: it is the Ashby API key", "/credentials/access_token"));
            }
            Some(_) => return Err(wrong("is not text", "/credentials/access_token")),
        };
        if member(&config, "/credentials/credentials_title").is_some_and(|title| title != CREDENTIALS_TITLE) {
            return Err(wrong("is not \"Private App Credentials\"", "/credentials/credentials_title"));
        }
        let base_url = member(&config, "/advanced/base_url")
            .map(|url| {
                url.as_str().map(str::to_owned).ok_or_else(|| wrong("is not text", "/advanced/base_url"))
            })
            .transpose()?;
        let requests_per_minute = member(&config, "/advanced/requests_per_minute")
            .map(|limit| {
                let limit = limit.as_u64().and_then(|limit| u32::try_from(limit).ok());
                limit.ok_or_else(|| wrong("is not a number of requests", "/advanced/requests_per_minute"))
            })
            .transpose()?;
        let max_page_mb = match member(&config, "/advanced/max_page_mb") {
            None => MAX_PAGE_MB,
            Some(limit) => {
                let limit =
                    limit.as_u64().and_then(|limit| u32::try_from(limit).ok()).filter(|limit| *limit > 0);
                limit
                    .ok_or_else(|| wrong("is not a number of megabytes from 1 on", "/advanced/max_page_mb"))?
            }
        };
        let numbers = match member(&config, "/advanced/numbers").map(Value::as_str) {
            None => None,
            Some(Some("exact")) => Some(Numbers::Exact),
            Some(Some("strings")) => Some(Numbers::Strings),
            Some(_) => return Err(wrong("is neither \"exact\" nor \"strings\"", "/advanced/numbers")),
        };
        let fail_after = match member(&config, "/advanced/fail_after") {
            None => Some(FAIL_AFTER),
            Some(never) if never == NEVER => None,
            Some(time) => Some(interval::duration(time).ok_or_else(|| {
                wrong("is neither a duration such as PT1H nor \"never\"", "/advanced/fail_after")
            })?),
        };
        let created_after_ms = member(&config, "/advanced/start_date")
            .map(|date| {
                date.as_str().and_then(instant_ms).ok_or_else(|| {
                    wrong("is not a date such as 2024-01-31 or an RFC 3339 instant", "/advanced/start_date")
                })
            })
            .transpose()?;
        let metrics_listen = member(&config, "/advanced/metrics_listen")
            .map(|text| {
                let found = text.as_str().and_then(|text| text.to_socket_addrs().ok()?.next());
                found.ok_or_else(|| {
                    wrong("is not an address and a port such as 127.0.0.1:9090", "/advanced/metrics_listen")
                })
            })
            .transpose()?;
        Ok(Self {
            is_offline: api_key == OFFLINE_KEY,
            api_key: api_key.into(),
            base_url,
            requests_per_minute,
            max_page_mb,
            numbers,
            fail_after,
            created_after_ms,
            metrics_listen,
        })
    }

    /// What becomes of numbers in a capture that began like this. Where nothing is configured they stay of the type
    /// that its collections have: another one would widen every schema that was inferred from them.
    pub(crate) fn numbers(&self, origin: Origin) -> Numbers {
        self.numbers.unwrap_or(match origin {
            Origin::Python => Numbers::Strings,
            Origin::Ours => Numbers::Exact,
        })
    }

    /// A client for the configured key.
    pub(crate) fn client(&self) -> Result<Client> {
        let connection = Connection {
            api_key: self.api_key.clone(),
            base_url: self.base_url.as_deref(),
            requests_per_minute: self.requests_per_minute,
            max_page_mb: self.max_page_mb,
            too_large_hint: "raise advanced.max_page_mb in the capture's endpoint configuration",
            user_agent: concat!("source-ashby/", env!("CARGO_PKG_VERSION")),
            configuration: "the endpoint's configuration",
        };
        connection.client()
    }
}

/// A member that is there and not null.
fn member<'a>(config: &'a Value, pointer: &str) -> Option<&'a Value> {
    config.pointer(pointer).filter(|value| !value.is_null())
}

fn wrong(what: &str, pointer: &str) -> Error {
    Error::new(
        ErrorKind::Configuration,
        format!("the endpoint's configuration {pointer} {what}").replace("  ", " "),
    )
    .with_hint("edit the capture's endpoint configuration")
}

fn instant_ms(text: &str) -> Option<i64> {
    let day = || text.parse::<Date>().ok()?.to_zoned(TimeZone::UTC).ok().map(|start| start.timestamp());
    Some(text.parse::<Timestamp>().ok().or_else(day)?.as_millisecond())
}

/// JSON schema of the configuration.
pub(crate) fn schema() -> Value {
    json!({
        "title": "EndpointConfig",
        "type": "object",
        "required": ["credentials"],
        "properties": {
            "credentials": {
                "title": "Authentication",
                "order": 0,
                "oneOf": [{"$ref": "#/$defs/AccessToken"}],
                "discriminator": {
                    "propertyName": "credentials_title",
                    "mapping": {CREDENTIALS_TITLE: "#/$defs/AccessToken"},
                },
            },
            "advanced": {
                "title": "Advanced Options",
                "description": "Options that most captures do not need.",
                "type": "object",
                "order": 1,
                "advanced": true,
                "properties": {
                    "base_url": {
                        "title": "Base URL",
                        "description": "Where Ashby's API is. Change it only for a proxy or a test server.",
                        "type": "string",
                        "default": ashby_client::DEFAULT_BASE_URL,
                        "order": 0,
                    },
                    "requests_per_minute": {
                        "title": "Requests Per Minute",
                        "description": "The most requests sent in a minute. Ashby allows 1000 for each API key; lower it if others use the same key. 0 sends them as fast as they are answered.",
                        "type": "integer",
                        "minimum": 0,
                        "default": ashby_client::DEFAULT_REQUESTS_PER_MINUTE,
                        "order": 1,
                    },
                    "numbers": {
                        "title": "Numbers",
                        "description": "\"exact\" captures numbers as they are. \"strings\" captures those with a fraction or an exponent as strings, as the Python connector did. If it is left out, a capture that began with the Python connector stays with strings, and any other is exact.",
                        "type": "string",
                        "enum": ["exact", "strings"],
                        "order": 2,
                    },
                    "start_date": {
                        "title": "Start Date",
                        "description": "Leaves out candidates, applications, and what belongs to them, if they were created before this date (2024-01-31, or an RFC 3339 instant). What has been captured already stays, and its changes are captured. An earlier date lists them again. Everything is captured without it.",
                        "type": "string",
                        "order": 3,
                    },
                    "fail_after": {
                        "title": "Fail After",
                        "description": "How long a binding may be in trouble (a permission that was withdrawn, say) before the task fails, so that alerts are sent: a duration such as PT1H, or \"never\". The other bindings go on until then, and again after the task has been restarted.",
                        "type": "string",
                        "default": "PT1H",
                        "order": 4,
                    },
                    "max_page_mb": {
                        "title": "Largest Page",
                        "description": "The largest answer of Ashby's that is accepted, in megabytes when it is unpacked.",
                        "type": "integer",
                        "minimum": 1,
                        "default": MAX_PAGE_MB,
                        "order": 5,
                    },
                    "metrics_listen": {
                        "title": "Metrics Address",
                        "description": "An address and port of the connector's machine (127.0.0.1:9090) where /healthz, /readyz and /metrics (Prometheus) are answered while a capture runs. It says names of streams and numbers, to everybody who can reach it. Nothing listens without it.",
                        "type": "string",
                        "order": 6,
                    },
                },
            },
        },
        "$defs": {
            "AccessToken": {
                "title": "AccessToken",
                "type": "object",
                "required": ["access_token"],
                "properties": {
                    "credentials_title": {
                        "title": "Credentials Title",
                        "type": "string",
                        "const": CREDENTIALS_TITLE,
                        "default": CREDENTIALS_TITLE,
                    },
                    "access_token": {
                        "title": "Access Token",
                        "description": "An Ashby API key with read permissions for what is to be captured.",
                        "type": "string",
                        "secret": true,
                    },
                },
            },
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(config: &Value) -> Result<Endpoint> {
        Endpoint::parse(&config.to_string())
    }

    #[test]
    fn a_key_is_enough() {
        let endpoint =
            parse(&json!({"credentials": {"access_token": "k"}, "sops": {}, "advanced": null})).unwrap();
        assert!(!endpoint.is_offline && endpoint.created_after_ms.is_none());
        assert_eq!((endpoint.fail_after, endpoint.requests_per_minute), (Some(FAIL_AFTER), None));
        let credentials = json!({"credentials_title": CREDENTIALS_TITLE, "access_token": OFFLINE_KEY});
        assert!(parse(&json!({"credentials": credentials})).unwrap().is_offline);
    }

    #[test]
    fn advanced_options_are_read() {
        let with =
            |advanced: Value| parse(&json!({"credentials": {"access_token": "k"}, "advanced": advanced}));
        for (advanced, of_python, of_ours) in [
            (json!({}), Numbers::Strings, Numbers::Exact),
            (json!({"numbers": null, "of a later version": 1}), Numbers::Strings, Numbers::Exact),
            (json!({"numbers": "strings"}), Numbers::Strings, Numbers::Strings),
            (json!({"numbers": "exact"}), Numbers::Exact, Numbers::Exact),
        ] {
            let endpoint = with(advanced).unwrap();
            let numbers = [Origin::Python, Origin::Ours].map(|origin| endpoint.numbers(origin));
            assert_eq!(numbers, [of_python, of_ours]);
        }
        let fail_after = |time| with(json!({"fail_after": time})).unwrap().fail_after;
        assert_eq!(fail_after(json!("PT90M")), Some(Duration::from_secs(5400)));
        assert_eq!(fail_after(json!("never")), None);
        assert_eq!(with(json!({"requests_per_minute": 0})).unwrap().requests_per_minute, Some(0));
        for (date, instant_ms) in
            [("2024-01-31", 1_706_659_200_000), ("2024-01-31T01:00:00+01:00", 1_706_659_200_000)]
        {
            assert_eq!(with(json!({"start_date": date})).unwrap().created_after_ms, Some(instant_ms));
        }
    }

    #[test]
    fn errors_name_the_place_and_quote_nothing() {
        for (config, place) in [
            (json!({}), "/credentials/access_token"),
            (json!({"credentials": "SECRET"}), "/credentials/access_token"),
            (json!({"credentials": {"access_token": " "}}), "/credentials/access_token"),
            (json!({"credentials": {"access_token": ["SECRET"]}}), "/credentials/access_token"),
            (
                json!({"credentials": {"access_token": "SECRET", "credentials_title": "x"}}),
                "/credentials/credentials_title",
            ),
            (
                json!({"credentials": {"access_token": "SECRET"}, "advanced": {"base_url": 1}}),
                "/advanced/base_url",
            ),
            (
                json!({"credentials": {"access_token": "SECRET"}, "advanced": {"max_page_mb": 0}}),
                "/advanced/max_page_mb",
            ),
            (
                json!({"credentials": {"access_token": "SECRET"}, "advanced": {"requests_per_minute": -1}}),
                "requests_per_minute",
            ),
            (
                json!({"credentials": {"access_token": "SECRET"}, "advanced": {"numbers": "x"}}),
                "/advanced/numbers",
            ),
            (
                json!({"credentials": {"access_token": "SECRET"}, "advanced": {"fail_after": "SECRET"}}),
                "/advanced/fail_after",
            ),
            (
                json!({"credentials": {"access_token": "SECRET"}, "advanced": {"start_date": "soon"}}),
                "/advanced/start_date",
            ),
            (
                json!({"credentials": {"access_token": "SECRET"}, "advanced": {"metrics_listen": "9090"}}),
                "/advanced/metrics_listen",
            ),
        ] {
            let error = parse(&config).err().unwrap();
            assert!(error.to_string().contains(place), "{error}");
            assert!(!error.chain().contains("SECRET"), "{error}");
        }
    }

    #[test]
    fn a_base_url_that_gives_the_key_away_is_refused() {
        let config =
            json!({"credentials": {"access_token": "k"}, "advanced": {"base_url": "http://example.com"}});
        let error = parse(&config).unwrap().client().err().unwrap();
        assert!(error.chain().contains("https"), "{}", error.chain());
    }
}
