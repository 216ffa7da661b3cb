//! What a read is asked for.

use capture_core::{Error, ErrorKind, Result};
use serde::Deserialize;
use serde_json::Value;

/// The member by which destinations know that a record is gone.
pub const DELETED_AT: &str = "_ab_cdc_deleted_at";

/// The streams to read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConfiguredCatalog {
    /// In the order in which they were given.
    pub streams: Vec<ConfiguredStream>,
}

/// A stream to read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConfiguredStream {
    /// Its name.
    pub name: String,
    /// From where the read before ended, where the stream can; otherwise everything.
    pub is_incremental: bool,
}

impl ConfiguredCatalog {
    /// Reads a configured catalog; what else it says is passed over.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] if it is none, asks for a mode that does not exist, or names a stream twice.
    pub fn read(text: &str) -> Result<Self> {
        #[derive(Deserialize)]
        struct Catalog {
            streams: Vec<Configured>,
        }
        #[derive(Deserialize)]
        struct Configured {
            stream: Named,
            sync_mode: Option<Value>,
        }
        #[derive(Deserialize)]
        struct Named {
            name: String,
        }
        let wrong = |message: String| Error::new(ErrorKind::Configuration, message);
        // Not the parser's words: they may quote.
        let catalog: Catalog = serde_json::from_str(text).map_err(|error| {
            wrong(format!(
                "the catalog is no configured catalog (line {}, column {})",
                error.line(),
                error.column()
            ))
            .with_hint(
                "it is what the platform makes of the answer to `discover`: streams, each with a sync_mode",
            )
        })?;
        let mut streams: Vec<ConfiguredStream> = Vec::new();
        for Configured { stream: Named { name }, sync_mode } in catalog.streams {
            let is_incremental = match sync_mode.as_ref().map(Value::as_str) {
                None | Some(Some("full_refresh")) => false,
                Some(Some("incremental")) => true,
                _ => {
                    return Err(wrong(format!(
                        "the sync mode of {name} is neither full_refresh nor incremental"
                    )));
                }
            };
            if streams.iter().any(|other| other.name == name) {
                return Err(wrong(format!("the catalog names {name} twice")));
            }
            streams.push(ConfiguredStream { name, is_incremental });
        }
        Ok(Self { streams })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_platforms_send_is_read_and_nothing_else() {
        let text = r#"{"streams": [
            {"stream": {"name": "jobs", "json_schema": {}, "namespace": null}, "sync_mode": "incremental",
             "destination_sync_mode": "append_dedup", "cursor_field": null, "primary_key": [["id"]], "generation_id": 3},
            {"stream": {"name": "users"}, "sync_mode": "full_refresh"}
        ]}"#;
        let streams = ConfiguredCatalog::read(text).unwrap().streams;
        let told: Vec<_> = streams.iter().map(|stream| (&*stream.name, stream.is_incremental)).collect();
        assert_eq!(told, [("jobs", true), ("users", false)]);
        for wrong in [
            "",
            "[]",
            r#"{"streams": [{"stream": {"name": "SECRET"}, "sync_mode": "x"}, {}]}"#,
            r#"{"streams": [{"stream": {"name": "a"}, "sync_mode": "append"}]}"#,
            r#"{"streams": [{"stream": {"name": "a"}}, {"stream": {"name": "a"}}]}"#,
        ] {
            let error = ConfiguredCatalog::read(wrong).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Configuration, "{wrong}");
            assert!(!error.chain().contains("SECRET"), "{error}");
        }
    }
}
