//! One merged set of settings: defaults, then `ashby.toml`, then `ASHBY_*`, then the command line.

use std::fmt;
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::{Path, PathBuf};
use std::time::Duration;

use ashby_client::{ApiKey, Client, ClientBuilder, JobBoardClient, RetryPolicy};
use capture_core::{ReconcilePolicy, StreamRetry};
use figment::providers::{Env, Format, Serialized, Toml};
use figment::value::Value;
use figment::{Figment, Metadata, Profile, Provider};
use secrecy::{ExposeSecret, SecretString};
use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize};

use crate::arguments::{Arguments, OutputFormat};
use crate::failure::{CREDENTIALS, Failure, USAGE};

/// Every key, in the order of `--show-config`.
pub(crate) const KEYS: [&str; 26] = [
    "api_key",
    "api_key_file",
    "base_url",
    "max_rpm",
    "concurrency",
    "page_limit",
    "max_attempts",
    "connect_timeout",
    "read_timeout",
    "total_timeout",
    "api_version",
    "output",
    "log",
    "no_progress",
    "to",
    "state",
    "streams",
    "except",
    "all",
    "board",
    "full",
    "dry_run",
    "watch",
    "interval",
    "reconcile",
    "progress_interval",
];

/// The file that is read if it exists.
const CONFIGURATION_FILE: &str = "ashby.toml";

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Merged {
    api_key: Option<SecretString>,
    api_key_file: Option<PathBuf>,
    base_url: String,
    max_rpm: u32,
    concurrency: NonZeroUsize,
    page_limit: Option<u32>,
    max_attempts: NonZeroU32,
    connect_timeout: Span,
    read_timeout: Span,
    total_timeout: Span,
    api_version: String,
    output: Option<OutputFormat>,
    log: LogLevel,
    no_progress: bool,
    to: String,
    state: Option<PathBuf>,
    #[serde(deserialize_with = "names")]
    streams: Vec<String>,
    #[serde(deserialize_with = "names")]
    except: Vec<String>,
    all: bool,
    #[serde(deserialize_with = "names")]
    board: Vec<String>,
    full: bool,
    dry_run: bool,
    watch: bool,
    interval: Span,
    reconcile: ReconcilePolicy,
    progress_interval: Span,
}

/// Defaults, spelled as a person would spell them in `ashby.toml`.
#[derive(Serialize)]
struct Defaults {
    base_url: &'static str,
    max_rpm: u32,
    concurrency: usize,
    max_attempts: u32,
    connect_timeout: &'static str,
    read_timeout: &'static str,
    total_timeout: &'static str,
    api_version: &'static str,
    log: &'static str,
    no_progress: bool,
    to: &'static str,
    streams: [&'static str; 0],
    except: [&'static str; 0],
    all: bool,
    board: [&'static str; 0],
    full: bool,
    dry_run: bool,
    watch: bool,
    interval: &'static str,
    reconcile: ReconcilePolicy,
    progress_interval: &'static str,
}

const DEFAULTS: Defaults = Defaults {
    base_url: ashby_client::DEFAULT_BASE_URL,
    max_rpm: ashby_client::DEFAULT_REQUESTS_PER_MINUTE,
    concurrency: ashby_client::DEFAULT_CONCURRENCY.get(),
    max_attempts: 6,
    connect_timeout: "10s",
    read_timeout: "60s",
    total_timeout: "5m",
    api_version: ashby_client::DEFAULT_VERSION,
    log: "warn",
    no_progress: false,
    to: "sqlite:ashby.db",
    streams: [],
    except: [],
    all: false,
    board: [],
    full: false,
    dry_run: false,
    watch: false,
    interval: "5m",
    reconcile: ReconcilePolicy::Auto,
    progress_interval: "5s",
};

/// The shortest interval of `--watch`: below it, polls would only eat the key's budget.
const MIN_INTERVAL: Duration = Duration::from_secs(1);

/// The settings of a command.
#[derive(Clone)]
pub(crate) struct Settings {
    merged: Merged,
    figment: Figment,
}

impl Settings {
    pub(crate) fn load(arguments: &Arguments) -> Result<Self, Failure> {
        let file = match &arguments.config {
            Some(path) if !path.is_file() => {
                let message = format!("cannot read the configuration file {}", path.display());
                return Err(Failure::new(USAGE, message).with_hint("check the path after --config"));
            }
            Some(path) => Toml::file_exact(path),
            None if Path::new(CONFIGURATION_FILE).is_file() => Toml::file_exact(CONFIGURATION_FILE),
            None => Toml::string(""),
        };
        let variables: Vec<&str> = KEYS.iter().copied().filter(|key| *key != "api_key").collect();
        let figment = Figment::from(Serialized::defaults(DEFAULTS))
            .merge(file)
            .merge(Env::prefixed("ASHBY_").only(&variables))
            .merge(KeyVariable)
            .merge(Flags(&arguments.flags));
        let mut merged: Merged = figment.extract().map_err(explain)?;
        if merged.watch && merged.interval.0 < MIN_INTERVAL {
            return Err(Failure::new(USAGE, "the interval must be at least one second"));
        }
        if merged.page_limit == Some(0) {
            return Err(Failure::new(USAGE, "the page limit must be at least 1"));
        }
        merged.api_key = merged.api_key.filter(|key| !key.expose_secret().trim().is_empty());
        Ok(Self { merged, figment })
    }

    /// The API key.
    pub(crate) fn api_key(&self) -> Result<ApiKey, Failure> {
        if let Some(key) = &self.merged.api_key {
            return Ok(ApiKey::new(key.clone()));
        }
        let Some(path) = &self.merged.api_key_file else {
            return Err(Failure::new(CREDENTIALS, "there is no API key").with_hint(
                "set ASHBY_API_KEY, or ASHBY_API_KEY_FILE to a file that holds it (Ashby: Admin > Integrations > \
                 API Keys); `ashby demo` needs none",
            ));
        };
        let key = std::fs::read_to_string(path).map_err(|error| {
            Failure::new(CREDENTIALS, format!("cannot read the API key from {}", path.display()))
                .with_source(error)
        })?;
        if key.trim().is_empty() {
            return Err(Failure::new(CREDENTIALS, format!("the API key file {} is empty", path.display())));
        }
        Ok(ApiKey::from(key))
    }

    /// A client with these settings.
    pub(crate) fn client(&self) -> Result<Client, Failure> {
        Ok(self.client_builder().api_key(self.api_key()?).build()?)
    }

    /// A client for public job boards with these settings. It needs no key.
    pub(crate) fn job_board_client(&self) -> Result<JobBoardClient, Failure> {
        Ok(self.client_builder().build_job_board_client()?)
    }

    fn client_builder(&self) -> ClientBuilder {
        let merged = &self.merged;
        Client::builder()
            .base_url(&merged.base_url)
            .requests_per_minute((merged.max_rpm > 0).then_some(merged.max_rpm))
            .concurrency(merged.concurrency)
            .retry(RetryPolicy { max_attempts: merged.max_attempts.get(), ..RetryPolicy::default() })
            .connect_timeout(merged.connect_timeout.0)
            .read_timeout(merged.read_timeout.0)
            .total_timeout(merged.total_timeout.0)
            .version(&merged.api_version)
            .user_agent(concat!("ashby/", env!("CARGO_PKG_VERSION")))
    }

    pub(crate) fn has_key(&self) -> bool {
        self.merged.api_key.is_some() || self.merged.api_key_file.is_some()
    }

    pub(crate) fn max_rpm(&self) -> Option<u32> {
        (self.merged.max_rpm > 0).then_some(self.merged.max_rpm)
    }

    pub(crate) fn page_limit(&self) -> Option<u32> {
        self.merged.page_limit
    }

    /// How often a stream is tried again: as ever, but no more often than a request.
    pub(crate) fn stream_retry(&self) -> StreamRetry {
        let retry = StreamRetry::default();
        StreamRetry { attempts: retry.attempts.min(self.merged.max_attempts.get() - 1), ..retry }
    }

    pub(crate) fn json(&self) -> bool {
        self.output() == Some(OutputFormat::Json)
    }

    /// How to print, if that is settled.
    pub(crate) fn output(&self) -> Option<OutputFormat> {
        self.merged.output
    }

    /// Refuses an output format that a command does not have.
    pub(crate) fn require_format(&self, formats: &[OutputFormat]) -> Result<(), Failure> {
        match self.output() {
            Some(format) if !formats.contains(&format) => {
                Err(Failure::new(USAGE, "this command does not print in the format that --output names")
                    .with_hint("--output table and --output json are there for every command"))
            }
            _ => Ok(()),
        }
    }

    /// Where Ashby's API is.
    pub(crate) fn base_url(&self) -> &str {
        &self.merged.base_url
    }

    /// The version of Ashby's API.
    pub(crate) fn api_version(&self) -> &str {
        &self.merged.api_version
    }

    pub(crate) fn log(&self) -> LogLevel {
        self.merged.log
    }

    pub(crate) fn progress_interval(&self) -> Option<Duration> {
        (!self.merged.no_progress).then_some(self.merged.progress_interval.0)
    }

    pub(crate) fn to(&self) -> &str {
        &self.merged.to
    }

    pub(crate) fn state(&self) -> Option<&PathBuf> {
        self.merged.state.as_ref()
    }

    pub(crate) fn streams(&self) -> &[String] {
        &self.merged.streams
    }

    pub(crate) fn except(&self) -> &[String] {
        &self.merged.except
    }

    pub(crate) fn all(&self) -> bool {
        self.merged.all
    }

    /// Public job boards to sync, if it is about them.
    pub(crate) fn boards(&self) -> &[String] {
        &self.merged.board
    }

    pub(crate) fn full(&self) -> bool {
        self.merged.full
    }

    pub(crate) fn dry_run(&self) -> bool {
        self.merged.dry_run
    }

    pub(crate) fn interval(&self) -> Option<Duration> {
        self.merged.watch.then_some(self.merged.interval.0)
    }

    pub(crate) fn reconcile(&self) -> ReconcilePolicy {
        self.merged.reconcile
    }

    /// Where the value of a key comes from, unless it is the default.
    fn origin(&self, key: &str) -> Option<String> {
        let metadata = self.figment.find_metadata(key)?;
        let origin = match &metadata.source {
            Some(source) => format!("{} ({source})", metadata.name),
            None => metadata.name.to_string(),
        };
        (!origin.contains("Defaults")).then_some(origin)
    }

    /// The keys that somebody set, and where.
    pub(crate) fn origins(&self) -> Vec<(&'static str, String)> {
        KEYS.iter().filter_map(|key| Some((*key, self.origin(key)?))).collect()
    }
}

/// `--show-config`: each key with its value and where that comes from.
impl fmt::Display for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for key in KEYS {
            let value = match self.figment.find_value(key) {
                Ok(_) if key == "api_key" => "\"[masked]\"".to_owned(),
                Ok(value) => serde_json::to_string(&value).map_err(|_| fmt::Error)?,
                Err(_) => "(not set)".to_owned(),
            };
            let origin = self.origin(key);
            let origin = origin.as_deref().unwrap_or(if self.figment.find_value(key).is_ok() {
                "default"
            } else {
                ""
            });
            writeln!(f, "{}", format!("{key:<18} {value:<28} {origin}").trim_end())?;
        }
        Ok(())
    }
}

/// The key's variable, apart from the others: their values are read as TOML, and a key of digits is still text.
struct KeyVariable;

impl Provider for KeyVariable {
    fn metadata(&self) -> Metadata {
        Metadata::named("`ASHBY_API_KEY` environment variable")
    }

    fn data(&self) -> Result<figment::value::Map<Profile, figment::value::Dict>, figment::Error> {
        let mut values = figment::value::Dict::new();
        if let Ok(key) = std::env::var("ASHBY_API_KEY") {
            values.insert("api_key".to_owned(), Value::from(key));
        }
        Ok(figment::value::Map::from([(Profile::Default, values)]))
    }
}

/// What the command line gave.
struct Flags<'a>(&'a serde_json::Map<String, serde_json::Value>);

impl Provider for Flags<'_> {
    fn metadata(&self) -> Metadata {
        Metadata::named("command line")
    }

    fn data(&self) -> Result<figment::value::Map<Profile, figment::value::Dict>, figment::Error> {
        Serialized::defaults(self.0).data()
    }
}

/// A mistake in a setting, without the value if it is the key.
fn explain(error: figment::Error) -> Failure {
    let mut failure = Failure::new(USAGE, "the settings are not usable");
    let about_key = error.path.iter().any(|part| part == "api_key");
    if about_key {
        failure = Failure::new(USAGE, "the setting api_key is not text");
    } else {
        failure = failure.with_source(error);
    }
    failure.with_hint("`ashby --show-config` prints them; `ashby sync --help` explains each")
}

/// From which level on things are logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogLevel {
    Off,
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

impl<'de> Deserialize<'de> for LogLevel {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Ok(match text.to_ascii_lowercase().as_str() {
            "off" => Self::Off,
            "error" => Self::Error,
            "warn" => Self::Warn,
            "info" => Self::Info,
            "debug" => Self::Debug,
            "trace" => Self::Trace,
            _ => {
                let message = format!("`{text}` is not one of off, error, warn, info, debug, trace");
                return Err(de::Error::custom(message));
            }
        })
    }
}

/// A duration: `5m`, `90s`, `1h 30m` or `PT5M`.
#[derive(Debug, Clone, Copy)]
struct Span(Duration);

/// Reads a duration as settings are spelled; none is zero.
pub(crate) fn duration(text: &str) -> Option<Duration> {
    let duration: jiff::SignedDuration = text.parse().ok()?;
    Duration::try_from(duration).ok().filter(|duration| !duration.is_zero())
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        duration(&text)
            .map(Span)
            .ok_or_else(|| de::Error::custom(format!("`{text}` is not a duration such as 5m, 90s or PT5M")))
    }
}

/// A list, or one text with commas (as in an environment variable).
fn names<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    struct Names;
    impl<'de> Visitor<'de> for Names {
        type Value = Vec<String>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list of stream names")
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
            Ok(text.split([',', ' ']).filter(|name| !name.is_empty()).map(str::to_owned).collect())
        }

        fn visit_seq<A: de::SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            let mut names = Vec::new();
            while let Some(name) = list.next_element()? {
                names.push(name);
            }
            Ok(names)
        }
    }
    deserializer.deserialize_any(Names)
}
