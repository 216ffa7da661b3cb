//! The configuration.

use ashby_client::{ApiKey, Client, catalog};
use capture_core::{Error, ErrorKind, Result};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::connection::{Connection, MAX_PAGE_MB};

/// What a person configured.
pub struct Config {
    api_key: ApiKey,
    /// What is older is left out, in milliseconds since 1970.
    pub start_date_ms: Option<i64>,
    base_url: Option<String>,
    requests_per_minute: Option<u32>,
    max_page_mb: u32,
}

impl Config {
    /// Reads a configuration, a JSON object. Errors say where it is wrong, and never quote it.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`].
    pub fn parse(text: &str) -> Result<Self> {
        let config: Value =
            serde_json::from_str(text).map_err(|_| wrong("the configuration is not JSON".to_owned()))?;
        Self::of(&config)
    }

    /// The same, once it is JSON.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`].
    pub fn of(config: &Value) -> Result<Self> {
        // What platforms add is passed over; what was probably meant to be one of ours is not.
        let others = config.as_object().into_iter().flat_map(serde_json::Map::keys);
        for name in others.filter(|name| !MEMBERS.contains(&name.as_str())) {
            if let [near, ..] = catalog::nearest(name, MEMBERS)[..] {
                return Err(wrong(format!("there is no `{name}`; did you mean {near}?")));
            }
        }
        let member = |name: &str| config.get(name).filter(|value| !value.is_null());
        let text = |name: &str, what: &str| {
            let read = |value: &Value| {
                value.as_str().map(str::to_owned).ok_or_else(|| wrong(format!("{name} is not {what}")))
            };
            member(name).map(read).transpose()
        };
        let api_key = text("api_key", "text")?.filter(|key| !key.trim().is_empty());
        let api_key = api_key.ok_or_else(|| wrong("api_key, an Ashby API key, is missing".to_owned()))?;
        let start_date_ms = text("start_date", "text")?
            .filter(|date| !date.is_empty())
            .map(|date| {
                date.parse().map(Timestamp::as_millisecond).map_err(|_| {
                    wrong("start_date is not an instant such as 2024-01-31T00:00:00Z".to_owned())
                })
            })
            .transpose()?;
        let number = |name: &str, what: &str| {
            let read = |number: &Value| {
                let number = number.as_u64().and_then(|number| u32::try_from(number).ok());
                number.ok_or_else(|| wrong(format!("{name} is not {what}")))
            };
            member(name).map(read).transpose()
        };
        let requests_per_minute = number("requests_per_minute", "a number of requests")?;
        let max_page_mb = number("max_page_mb", "a number of megabytes")?.unwrap_or(MAX_PAGE_MB);
        if max_page_mb == 0 {
            return Err(wrong("max_page_mb is not a number of megabytes".to_owned()));
        }
        let base_url = text("base_url", "text")?.filter(|url| !url.is_empty());
        Ok(Self { api_key: api_key.into(), start_date_ms, base_url, requests_per_minute, max_page_mb })
    }

    /// A client for the configured key, which says that it is this program.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] if what is configured cannot work.
    pub fn client(&self, user_agent: &str) -> Result<Client> {
        let connection = Connection {
            api_key: self.api_key.clone(),
            base_url: self.base_url.as_deref(),
            requests_per_minute: self.requests_per_minute,
            max_page_mb: self.max_page_mb,
            too_large_hint: "raise max_page_mb in the configuration",
            user_agent,
            configuration: "the configuration",
        };
        connection.client()
    }
}

fn wrong(message: String) -> Error {
    Error::new(ErrorKind::Configuration, message).with_hint("edit the configuration")
}

/// The members of a configuration.
pub const MEMBERS: [&str; 5] = ["api_key", "start_date", "requests_per_minute", "max_page_mb", "base_url"];

/// How a platform's schemas mark members, and what differs in what they say.
#[derive(Debug, Clone, Copy)]
pub struct Marks {
    /// One that is a secret.
    pub secret: &'static str,
    /// One that people need not see.
    pub hidden: &'static str,
    /// What a start date leaves out.
    pub dated: &'static str,
}

/// JSON schema of the configuration.
pub fn schema(marks: Marks) -> Value {
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Ashby",
        "type": "object",
        "required": ["api_key"],
        "additionalProperties": true,
        "properties": {
            "api_key": {
                "type": "string",
                "title": "Ashby API key",
                "description": "An Ashby API key with read permissions for what is to be read.",
                marks.secret: true,
                "order": 0,
            },
            "start_date": {
                "type": "string",
                "title": "Start date",
                "description": format!("Leaves out {} that were created before this instant. Everything is read without it.", marks.dated),
                "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$",
                "format": "date-time",
                "examples": ["2017-01-25T00:00:00Z"],
                "order": 1,
            },
            "requests_per_minute": {
                "type": "integer",
                "title": "Requests per minute",
                "description": "The most requests sent in a minute. Ashby allows 1000 for each API key; lower it if others use the same key. 0 sends them as fast as they are answered.",
                "minimum": 0,
                "default": ashby_client::DEFAULT_REQUESTS_PER_MINUTE,
                "order": 2,
            },
            "max_page_mb": {
                "type": "integer",
                "title": "Largest page",
                "description": "The largest answer of Ashby's that is accepted, in megabytes when it is unpacked.",
                "minimum": 1,
                "default": MAX_PAGE_MB,
                "order": 3,
            },
            "base_url": {
                "type": "string",
                "title": "Base URL",
                "description": "Where Ashby's API is. Change it only for a proxy or a test server.",
                marks.hidden: true,
                "default": ashby_client::DEFAULT_BASE_URL,
                "order": 4,
            },
        },
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_slip_of_the_pen_is_no_member_that_is_passed_over() {
        let read = |name: &str| Config::of(&json!({"api_key": "k", name: "x"})).map(drop);
        assert!(read("stream_maps").is_ok() && read("batch_config").is_ok());
        let message = read("bse_url").unwrap_err().to_string();
        assert_eq!(message, "there is no `bse_url`; did you mean base_url?");
    }

    #[test]
    fn the_schema_has_every_member() {
        let schema = schema(Marks { secret: "s", hidden: "h", dated: "pets" });
        let members: BTreeSet<&str> =
            schema["properties"].as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(members, BTreeSet::from(MEMBERS));
        assert_eq!(schema["properties"]["api_key"]["s"], true);
    }

    #[test]
    fn what_the_other_connector_was_given_is_enough_and_more_may_be_left_out() {
        let text =
            r#"{"api_key": "k", "start_date": "2017-01-25T00:00:00Z", "__injected": [1], "base_url": null}"#;
        let config = Config::parse(text).unwrap();
        assert_eq!(config.start_date_ms, Some(1_485_302_400_000));
        assert!(config.client("x/1").is_ok());
        let config = Config::parse(r#"{"api_key": "k", "start_date": ""}"#).unwrap();
        assert_eq!((config.start_date_ms, config.requests_per_minute), (None, None));
    }

    #[test]
    fn what_is_wrong_is_named_and_never_quoted() {
        for (text, place) in [
            ("SECRET", "not JSON"),
            ("{}", "api_key"),
            (r#"{"api_key": " "}"#, "api_key"),
            (r#"{"api_key": {"a": "SECRET"}}"#, "api_key"),
            (r#"{"api_key": "SECRET", "start_date": "SECRET"}"#, "start_date"),
            (r#"{"api_key": "SECRET", "requests_per_minute": -1}"#, "requests_per_minute"),
            (r#"{"api_key": "SECRET", "max_page_mb": 0}"#, "max_page_mb"),
            (r#"{"api_key": "SECRET", "base_url": 1}"#, "base_url"),
        ] {
            let error = Config::parse(text).err().unwrap();
            assert_eq!(error.kind(), ErrorKind::Configuration);
            assert!(error.to_string().contains(place) && !error.chain().contains("SECRET"), "{error}");
        }
        let plain = Config::parse(r#"{"api_key": "k", "base_url": "http://example.com"}"#).unwrap();
        assert!(plain.client("x/1").err().unwrap().chain().contains("https"));
    }
}
