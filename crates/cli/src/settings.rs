//! One merged set of settings: defaults, then `ashby.toml`, then `ASHBY_*`, then the command line. What there is stands in
//! [`table`].

mod flags;
mod table;
mod values;

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ashby_client::{ApiKey, Client, ClientBuilder, JobBoardClient, RetryPolicy, SMALL_BODY_BYTES};
use capture_core::{ReconcilePolicy, StreamRetry};
use figment::providers::{Env, Format, Serialized, Toml};
use figment::value::Value;
use figment::{Figment, Metadata, Profile, Provider};
use secrecy::ExposeSecret;

use crate::failure::{CREDENTIALS, Failure, USAGE};
pub(crate) use flags::{ConnectionFlags, DestinationFlags, GeneralFlags, Given, SyncSettings};
use table::{Default, Merged, SETTINGS};
pub(crate) use values::{ErrorFormat, LogFormat, LogLevel, OutputFormat, duration};

/// The file that is read if it exists.
const CONFIGURATION_FILE: &str = "ashby.toml";

/// The shortest interval of `--watch`: below it, polls would only eat the key's budget.
const MIN_INTERVAL: Duration = Duration::from_secs(1);

/// The settings of a command.
#[derive(Clone)]
pub(crate) struct Settings {
    merged: Merged,
    figment: Figment,
}

impl Settings {
    /// Merges what is set; `config` is another file than `ashby.toml`.
    pub(crate) fn load(given: &Given, config: Option<&Path>) -> Result<Self, Failure> {
        let file = match config {
            Some(path) if !path.is_file() => {
                let message = format!("cannot read the configuration file {}", path.display());
                return Err(Failure::new(USAGE, message).with_hint("check the path after --config"));
            }
            Some(path) => Toml::file_exact(path),
            None if Path::new(CONFIGURATION_FILE).is_file() => Toml::file_exact(CONFIGURATION_FILE),
            None => Toml::string(""),
        };
        let variables: Vec<&str> =
            SETTINGS.iter().map(|setting| setting.name).filter(|name| *name != KEY).collect();
        let figment = Figment::from(Defaults)
            .merge(file)
            .merge(Env::prefixed("ASHBY_").only(&variables))
            .merge(KeyVariable)
            .merge(Flags(given));
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

    /// The same for a capture: what it reads is on its way to a destination soon, so large answers come one at a time.
    pub(crate) fn capture_client(&self) -> Result<Client, Failure> {
        let builder = self.client_builder().body_budget_bytes(Some(SMALL_BODY_BYTES));
        Ok(builder.api_key(self.api_key()?).build()?)
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
            .max_body_bytes(merged.max_page_mb.get() as usize * 1_000_000)
            .too_large_hint("ask for fewer records at once with --page-limit, or raise --max-page-mb")
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

    /// How failures are told.
    pub(crate) fn errors(&self) -> ErrorFormat {
        let as_output = if self.json() { ErrorFormat::Json } else { ErrorFormat::Text };
        self.merged.errors.unwrap_or(as_output)
    }

    /// The same as far as words and variables tell before either has been understood: what is wrong with them is told so.
    pub(crate) fn errors_at_first_sight() -> ErrorFormat {
        let words: Vec<String> = std::env::args().skip(1).collect();
        let said = |flag: &str, variable: &str| {
            let behind = words.iter().position(|word| word == flag).and_then(|at| words.get(at + 1)).cloned();
            let joined =
                words.iter().find_map(|word| word.strip_prefix(flag)?.strip_prefix('=').map(str::to_owned));
            behind.or(joined).or_else(|| std::env::var(variable).ok()).unwrap_or_default()
        };
        let format = match &*said("--errors", "ASHBY_ERRORS") {
            "" => said("--output", "ASHBY_OUTPUT"),
            format => format.to_owned(),
        };
        if format == "json" { ErrorFormat::Json } else { ErrorFormat::Text }
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

    /// From which level on things are logged: as set, or as much as the run says otherwise.
    pub(crate) fn log(&self) -> LogLevel {
        match self.origin("log") {
            None if self.merged.quiet => LogLevel::Error,
            None if self.merged.verbose => LogLevel::Info,
            _ => self.merged.log,
        }
    }

    /// How standard error is written.
    pub(crate) fn log_format(&self) -> LogFormat {
        self.merged.log_format
    }

    /// Whether more is to be said than is needed.
    pub(crate) fn verbose(&self) -> bool {
        self.merged.verbose && !self.merged.quiet
    }

    /// Whether only trouble is to be said.
    pub(crate) fn quiet(&self) -> bool {
        self.merged.quiet
    }

    pub(crate) fn progress_interval(&self) -> Option<Duration> {
        (!self.merged.no_progress && !self.merged.quiet).then_some(self.merged.progress_interval.0)
    }

    /// The file that the key is read from, if it is.
    pub(crate) fn api_key_file(&self) -> Option<&PathBuf> {
        self.merged.api_key_file.as_ref()
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

    pub(crate) fn count(&self) -> bool {
        self.merged.count
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
        (origin != DEFAULT).then_some(origin)
    }

    /// The keys that somebody set, and where.
    pub(crate) fn origins(&self) -> Vec<(&'static str, String)> {
        SETTINGS.iter().filter_map(|setting| Some((setting.name, self.origin(setting.name)?))).collect()
    }
}

/// `--show-config`: each key with its value and where that comes from.
impl fmt::Display for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for key in SETTINGS.iter().map(|setting| setting.name) {
            let value = match self.figment.find_value(key) {
                Ok(_) if key == KEY => "\"[masked]\"".to_owned(),
                Ok(value) => serde_json::to_string(&value).map_err(|_| fmt::Error)?,
                Err(_) => "(not set)".to_owned(),
            };
            let origin = self.origin(key);
            let origin =
                origin.as_deref().unwrap_or(if self.figment.find_value(key).is_ok() { DEFAULT } else { "" });
            writeln!(f, "{}", format!("{key:<18} {value:<28} {origin}").trim_end())?;
        }
        Ok(())
    }
}

/// The setting that is a secret.
const KEY: &str = "api_key";

/// Where a setting comes from that nobody set.
const DEFAULT: &str = "default";

/// What the table says.
struct Defaults;

impl Provider for Defaults {
    fn metadata(&self) -> Metadata {
        Metadata::named(DEFAULT)
    }

    fn data(&self) -> Result<figment::value::Map<Profile, figment::value::Dict>, figment::Error> {
        let mut values = figment::value::Dict::new();
        for setting in SETTINGS.iter().filter(|setting| !matches!(setting.default, Default::None)) {
            values.insert(setting.name.to_owned(), Value::serialize(setting.default)?);
        }
        Ok(figment::value::Map::from([(Profile::Default, values)]))
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
            values.insert(KEY.to_owned(), Value::from(key));
        }
        Ok(figment::value::Map::from([(Profile::Default, values)]))
    }
}

/// What the command line gave.
struct Flags<'a>(&'a Given);

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
    let about_key = error.path.iter().any(|part| part == KEY);
    if about_key {
        failure = Failure::new(USAGE, "the setting api_key is not text");
    } else {
        failure = failure.with_source(error);
    }
    failure.with_hint("`ashby --show-config` prints them; `ashby sync --help` explains each")
}
