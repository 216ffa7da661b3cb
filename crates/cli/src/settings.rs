//! One merged set of settings: defaults, then the user's own file, then `./ashby.toml` (or what `--config` names instead),
//! then `ASHBY_*`, then the command line; a profile stands where it was named. What there is stands in [`table`].
//!
//! Where a key comes from and goes to, and where something is written, is decided by whoever runs the program: by a file
//! that lies where it is started only if that file is trusted.

mod file;
mod flags;
mod key;
mod layers;
mod masked;
pub(crate) mod setup;
mod show;
pub(crate) mod table;
mod trust;
mod values;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use ashby_client::{ApiKey, Client, ClientBuilder, JobBoardClient, RetryPolicy, SMALL_BODY_BYTES};
use capture_core::{Locking, ReconcilePolicy, StreamRetry};
use clap::ValueEnum as _;
use secrecy::ExposeSecret;
use secrecy::zeroize::Zeroizing;

use crate::failure::{Failure, USAGE};
use file::{HERE, Parsed};
pub(crate) use flags::{
    ConnectionFlags, DestinationFlags, GeneralFlags, Given, ReceiverSettings, SyncSettings, WebhookSettings,
};
use layers::{Layer, Layers, Problem, Source};
pub(crate) use masked::address as masked;
pub(crate) use table::Setting;
use table::{Group, Merged, SETTINGS};
use trust::Trust;
use values::HowOften;
pub(crate) use values::{ErrorFormat, LogFormat, LogLevel, OutputFormat, duration};
use values::{Intervals, KeepModel};

/// The shortest interval of `--watch`: below it, polls would only eat the key's budget.
const MIN_INTERVAL: Duration = Duration::from_secs(1);

/// How often a watch lists streams whole unless somebody says otherwise.
const USUAL_FULL_EVERY: Duration = Duration::from_secs(7 * 24 * 3600);

/// Where a setting comes from that nobody set.
const DEFAULT: &str = "default";

/// The settings of a command.
#[derive(Clone)]
pub(crate) struct Settings {
    merged: Merged,
    layers: Layers,
    /// What `./ashby.toml` may not decide.
    untrusted: Vec<&'static str>,
    /// Whether that file was trusted, and is another now.
    has_changed: bool,
    /// Which files were read.
    files: Vec<PathBuf>,
    problems: Vec<Problem>,
    /// What a person should know, whatever the command.
    notes: Vec<String>,
    /// The key, once it was asked for: a command may take a person's time.
    key: OnceLock<ApiKey>,
    /// Whether the command that they are for never speaks to Ashby.
    is_local: bool,
}

/// What the command line says of where settings are.
#[derive(Debug, Clone, Default)]
pub(crate) struct Files {
    /// Another file than `./ashby.toml`.
    pub(crate) config: Option<PathBuf>,
    pub(crate) profile: Option<String>,
}

/// What is read before it is merged.
#[derive(Default)]
struct Found {
    layers: Vec<Layer>,
    files: Vec<PathBuf>,
    problems: Vec<Problem>,
    notes: Vec<String>,
    untrusted: Vec<&'static str>,
    has_changed: bool,
    /// What the files that may have profiles say.
    with_profiles: Vec<(PathBuf, Parsed)>,
    /// A file that is read as if this stood in it.
    instead: Option<(PathBuf, Vec<u8>)>,
}

impl Found {
    /// Reads a file that a person has named, or that is the person's own.
    fn own_file(&mut self, path: &Path, is_users: bool) {
        let instead =
            self.instead.as_ref().filter(|(file, _)| file == path).map(|(_, content)| content.clone());
        let content = match instead.map_or_else(|| capture_core::private_file::read_small(path), Ok) {
            Ok(content) => content,
            Err(error) if is_users && error.kind() == std::io::ErrorKind::NotFound => return,
            Err(error) => {
                let why = if path.is_dir() { "it is a directory".to_owned() } else { error.to_string() };
                let hint = if is_users { "" } else { "; check the path after --config, or in ASHBY_CONFIG" };
                let message = format!("cannot read the configuration file {}: {why}{hint}", path.display());
                return self.problems.push(Problem(message));
            }
        };
        self.files.push(path.to_owned());
        let mut parsed = self.parse(path, content);
        if is_users {
            file::resolve_paths(&mut parsed.values, path);
            parsed.profiles.values_mut().for_each(|values| file::resolve_paths(values, path));
        }
        let values = std::mem::take(&mut parsed.values);
        self.layers.push(Layer { source: Source::File(path.to_owned()), values });
        self.with_profiles.push((path.to_owned(), parsed));
    }

    /// Reads `./ashby.toml`, if there is one, and leaves out what it may not decide.
    fn file_here(&mut self) {
        let path = Path::new(HERE);
        let content = match capture_core::private_file::read_small_file(path) {
            Ok(content) => content,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return,
            Err(_) if path.is_dir() => {
                return self.notes.push(format!("{HERE} here is a directory: no settings are read from it"));
            }
            Err(error) => {
                return self.problems.push(Problem(format!("cannot read ./{HERE}: {error}")));
            }
        };
        self.files.push(path.to_owned());
        let trust = trust::of(path, &content);
        let Parsed { mut values, profiles } = self.parse(path, content);
        if !profiles.is_empty() {
            self.notes.push(format!("the profiles in ./{HERE} do not count: they belong into your own file"));
        }
        if trust != Trust::Trusted {
            let routing = SETTINGS.iter().filter(|setting| setting.routes).map(|setting| setting.name);
            self.untrusted = routing.filter(|name| values.remove(name).is_some()).collect();
            self.has_changed = trust == Trust::Changed;
        }
        self.layers.push(Layer { source: Source::File(path.to_owned()), values });
    }

    fn parse(&mut self, path: &Path, content: Vec<u8>) -> Parsed {
        match file::text(content) {
            Ok(text) => file::parse(path, &text, &mut self.problems),
            Err(what) => {
                self.problems.push(Problem(format!("{}: {what}", path.display())));
                Parsed::default()
            }
        }
    }

    /// The profile of this name: of the file that was named, or else of the user's own.
    fn profile(&mut self, name: &str) -> Option<Layer> {
        for (file, parsed) in self.with_profiles.iter_mut().rev() {
            if let Some(values) = parsed.profiles.remove(name) {
                let source = Source::Profile { name: name.to_owned(), file: file.clone() };
                return Some(Layer { source, values });
            }
        }
        let there: Vec<&str> = self
            .with_profiles
            .iter()
            .flat_map(|(_, parsed)| parsed.profiles.keys().map(String::as_str))
            .collect();
        let files: Vec<&Path> = self.with_profiles.iter().map(|(path, _)| path.as_path()).collect();
        self.problems.push(file::no_profile(name, &there, &files));
        None
    }
}

/// What the command line or else the environment says, before either has been understood.
fn at_first_sight(flag: &str, variable: &str) -> String {
    let words: Vec<String> = std::env::args_os().skip(1).filter_map(|word| word.into_string().ok()).collect();
    let behind = words.iter().position(|word| word == flag).and_then(|at| words.get(at + 1)).cloned();
    let joined = words.iter().find_map(|word| word.strip_prefix(flag)?.strip_prefix('=').map(str::to_owned));
    behind.or(joined).or_else(|| std::env::var(variable).ok()).unwrap_or_default()
}

impl Settings {
    /// Merges what is set. What is wrong is kept for [`check`](Self::check).
    ///
    /// # Errors
    /// If nothing can be merged at all.
    pub(crate) fn load(given: &Given, files: &Files) -> Result<Self, Failure> {
        Self::load_with(given, files, None)
    }

    /// The same as if `instead` stood in a file: what is about to be written is read as it will be.
    ///
    /// # Errors
    /// If nothing can be merged at all.
    pub(crate) fn load_with(
        given: &Given,
        files: &Files,
        instead: Option<(PathBuf, Vec<u8>)>,
    ) -> Result<Self, Failure> {
        let mut found = Found { instead, ..Found::default() };
        found.layers.push(Layer::defaults());
        if let Some(path) = file::of_user() {
            found.own_file(&path, true);
        }
        match files.config.clone().or_else(|| file::variable("ASHBY_CONFIG")) {
            Some(path) => {
                found.own_file(&path, false);
                let is_here = path.canonicalize().ok() == Path::new(HERE).canonicalize().ok();
                if !is_here && Path::new(HERE).exists() {
                    found.notes.push(format!("./{HERE} is not read: {} is read instead", path.display()));
                }
            }
            None => found.file_here(),
        }
        let by_variable = file::variable("ASHBY_PROFILE").and_then(|name| name.to_str().map(str::to_owned));
        // A profile that is named for this one command is stronger than what is set for all of them.
        let (below, above) = match &files.profile {
            Some(name) => (None, found.profile(name)),
            None => (by_variable.and_then(|name| found.profile(&name)), None),
        };
        let environment = Layer::environment(std::env::vars_os(), &mut found.problems);
        let layers = [below, Some(environment), above, Some(Layer::flags(given))];
        found.layers.extend(layers.into_iter().flatten());

        let Found { layers, files, mut problems, mut notes, untrusted, has_changed, .. } = found;
        layers.iter().for_each(Layer::look_for_secrets);
        let layers = Layers::new(layers);
        let Some(merged) = Merged::read(&layers, &mut problems) else {
            return Err(Failure::new(USAGE, "the settings are not usable"));
        };
        let Intervals { usual, streams } = &merged.interval;
        if merged.watch && streams.values().chain([usual]).any(|interval| *interval < MIN_INTERVAL) {
            problems.push(Problem("the interval must be at least one second".to_owned()));
        }
        let unused: Vec<&str> = untrusted.iter().copied().filter(|name| is_told(&layers, name)).collect();
        let by_user = |name: &&str| matches!(layers.find(name), Some((Source::File(_), _)));
        if unused.iter().any(by_user) {
            notes.push(format!(
                "{} in ./{HERE} was not used: the file is not trusted (`ashby config trust`)",
                unused.join(", ")
            ));
        }
        let key = OnceLock::new();
        Ok(Self { merged, layers, untrusted, has_changed, files, problems, notes, key, is_local: false })
    }

    /// The same for a command that never speaks to Ashby.
    pub(crate) fn without_ashby(self) -> Self {
        Self { is_local: true, ..self }
    }

    /// Says what a person should know of where the settings come from.
    pub(crate) fn explain(&self) {
        self.notes.iter().for_each(|note| crate::output::explain(&format!("note: {note}\n")));
    }

    /// Refuses settings that are wrong.
    ///
    /// # Errors
    /// With all that is wrong.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        let message = match &self.problems[..] {
            [] => return Ok(()),
            [Problem(problem)] => problem.clone(),
            problems => {
                let lines: Vec<&str> = problems.iter().map(|Problem(problem)| problem.as_str()).collect();
                format!("{} settings are wrong:\n  {}", lines.len(), lines.join("\n  "))
            }
        };
        let hint = "`ashby --show-config` prints what counts; `ashby sync --help` explains each";
        Err(Failure::new(USAGE, message).with_hint(hint))
    }

    /// Refuses to go on where only a file that is not trusted says how.
    ///
    /// # Errors
    /// If one of these settings stands in `./ashby.toml` and nowhere else.
    fn settled(&self, names: &[&str]) -> Result<(), Failure> {
        let doubtful: Vec<&str> = self
            .untrusted
            .iter()
            .copied()
            .filter(|name| names.contains(name) && !is_told(&self.layers, name))
            .collect();
        if doubtful.is_empty() {
            return Ok(());
        }
        let why = match self.has_changed {
            true => "which has changed since it was trusted",
            false => "which is not trusted to say where keys and records go",
        };
        let first = Setting::named(doubtful[0]);
        let instead = first.map_or_else(String::new, |setting| match setting.flag {
            Some(_) => format!("--{}", setting.long()),
            None => format!("ASHBY_{}", setting.name.to_uppercase()),
        });
        let message = format!("{} is set by ./{HERE}, {why}; nothing was done", doubtful.join(", "));
        Err(Failure::new(USAGE, message).with_hint(format!(
            "read it, then `ashby config trust`; or say yourself what counts, for example with {instead}"
        )))
    }

    /// The API key.
    pub(crate) fn api_key(&self) -> Result<ApiKey, Failure> {
        self.settled(&key::SOURCES)?;
        if let Some(key) = self.key.get() {
            return Ok(key.clone());
        }
        let key = key::read(&self.layers)?;
        Ok(self.key.get_or_init(|| key).clone())
    }

    /// A client with these settings.
    pub(crate) fn client(&self) -> Result<Client, Failure> {
        self.client_of(self.client_builder())
    }

    /// The same for a capture: what it reads is on its way to a destination soon, so large answers come one at a time.
    pub(crate) fn capture_client(&self) -> Result<Client, Failure> {
        self.client_of(self.client_builder().body_budget_bytes(Some(SMALL_BODY_BYTES)))
    }

    fn client_of(&self, builder: ClientBuilder) -> Result<Client, Failure> {
        debug_assert!(!self.is_local, "a command of `arguments/local.rs` asks Ashby");
        self.settled(&["base_url"])?;
        let client = builder.api_key(self.api_key()?).build().map_err(unusable)?;
        self.tell_host();
        Ok(client)
    }

    /// A client for public job boards with these settings. It needs no key.
    pub(crate) fn job_board_client(&self) -> Result<JobBoardClient, Failure> {
        debug_assert!(!self.is_local, "a command of `arguments/local.rs` asks Ashby");
        self.settled(&["base_url"])?;
        self.client_builder().build_job_board_client().map_err(unusable)
    }

    /// Says once to whom the key goes, if that is not Ashby. What was said for this command about this machine needs no
    /// repetition.
    fn tell_host(&self) {
        static TOLD: std::sync::Once = std::sync::Once::new();
        let Some(host) = url::Url::parse(&self.merged.base_url).ok().and_then(|url| {
            let host = url.host_str()?.to_owned();
            Some(url.port().map_or_else(|| host.clone(), |port| format!("{host}:{port}")))
        }) else {
            return;
        };
        let name = host.split(':').next().unwrap_or_default();
        if name == "ashbyhq.com" || name.ends_with(".ashbyhq.com") {
            return;
        }
        let is_here = name == "localhost" || name.starts_with("127.") || host.starts_with("[::1]");
        let is_said =
            matches!(self.layers.find("base_url"), Some((Source::Environment | Source::CommandLine, _)));
        if is_here && is_said {
            return;
        }
        let origin = self.layers.origin("base_url").unwrap_or_default();
        TOLD.call_once(|| {
            crate::output::explain(&format!(
                "note: the key goes to {host}, which is not Ashby's, as {origin} says\n"
            ));
        });
    }

    fn client_builder(&self) -> ClientBuilder {
        let merged = &self.merged;
        let builder = match self.layers.origin("base_url").filter(|origin| origin != DEFAULT) {
            Some(origin) => Client::builder().base_url_named_by(origin),
            None => Client::builder(),
        };
        builder
            .base_url(&merged.base_url)
            .requests_per_minute((merged.max_rpm > 0).then_some(merged.max_rpm))
            .concurrency(merged.concurrency)
            .retry(RetryPolicy::default().max_attempts(merged.max_attempts.get()))
            .connect_timeout(merged.connect_timeout.0)
            .read_timeout(merged.read_timeout.0)
            .total_timeout(merged.total_timeout.0)
            .max_body_bytes(merged.max_page_mb.get() as usize * 1_000_000)
            .too_large_hint("ask for fewer records at once with --page-size, or raise --max-page-mb")
            .version(&merged.api_version)
            .user_agent(concat!("ashby/", env!("CARGO_PKG_VERSION")))
    }

    pub(crate) fn has_key(&self) -> bool {
        key::chosen(&self.layers).is_some() || self.settled(&key::SOURCES).is_err()
    }

    /// Whether the command line itself says what a setting is.
    pub(crate) fn is_on_command_line(&self, name: &str) -> bool {
        matches!(self.layers.find(name), Some((Source::CommandLine, _)))
    }

    /// Refuses a destination that only a file names that is not trusted, and to go without its lock because of such a file.
    ///
    /// # Errors
    /// If it does.
    pub(crate) fn check_destination(&self) -> Result<(), Failure> {
        self.settled(&["to", "state", "without_lock"])
    }

    pub(crate) fn max_rpm(&self) -> Option<u32> {
        (self.merged.max_rpm > 0).then_some(self.merged.max_rpm)
    }

    pub(crate) fn page_size(&self) -> Option<u32> {
        self.merged.page_size.map(|size| size.0)
    }

    /// How often a stream is tried again: as ever, but no more often than a request.
    pub(crate) fn stream_retry(&self) -> StreamRetry {
        let retry = StreamRetry::default();
        retry.attempts(retry.attempts.min(self.merged.max_attempts.get() - 1))
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
        let format = match &*at_first_sight("--errors", "ASHBY_ERRORS") {
            "" => at_first_sight("--output", "ASHBY_OUTPUT"),
            format => format.to_owned(),
        };
        if format == "json" { ErrorFormat::Json } else { ErrorFormat::Text }
    }

    /// The same of all that is said on standard error.
    pub(crate) fn log_format_at_first_sight() -> LogFormat {
        let is_json = at_first_sight("--log-format", "ASHBY_LOG_FORMAT") == "json";
        if is_json { LogFormat::Json } else { LogFormat::Text }
    }

    /// How to print, if that is settled.
    pub(crate) fn output(&self) -> Option<OutputFormat> {
        self.merged.output
    }

    /// The ids of reports, by the names that somebody gave them.
    pub(crate) fn reports(&self) -> &BTreeMap<String, String> {
        &self.merged.reports.0
    }

    /// Refuses an output format that a command does not have.
    pub(crate) fn require_format(&self, formats: &[OutputFormat]) -> Result<(), Failure> {
        match self.output() {
            Some(format) if !formats.contains(&format) => {
                let name = |format: &OutputFormat| {
                    format.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
                };
                let has: Vec<String> = formats.iter().map(name).collect();
                Err(Failure::new(USAGE, format!("this command does not print {}", name(&format)))
                    .with_hint(format!("it has --output {}", has.join(", "))))
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
        match is_told(&self.layers, "log") {
            false if self.merged.quiet => LogLevel::Error,
            false if self.merged.verbose => LogLevel::Info,
            _ => self.merged.log,
        }
    }

    /// How standard error is written.
    pub(crate) fn log_format(&self) -> LogFormat {
        self.merged.log_format
    }

    /// What every command has and was set, as variables for another process.
    pub(crate) fn general_variables(&self) -> impl Iterator<Item = (String, String)> + '_ {
        let general = SETTINGS.iter().filter(|setting| setting.group == Group::General);
        general.filter(|setting| is_told(&self.layers, setting.name)).filter_map(|setting| {
            let value = self.layers.shown(setting.name)?;
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            Some((setting.variable(), text))
        })
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
    pub(crate) fn api_key_file(&self) -> Option<&Path> {
        match key::chosen(&self.layers)? {
            (_, "api_key_file", layers::Value { raw: values::Raw::Text(path), .. }) => {
                Some(Path::new(path.as_str()))
            }
            _ => None,
        }
    }

    pub(crate) fn to(&self) -> &str {
        &self.merged.to
    }

    /// What to do where the destination's file system cannot lock.
    pub(crate) fn locking(&self) -> Locking {
        if self.merged.without_lock { Locking::WhereSupported } else { Locking::Required }
    }

    /// Whether the analyst's model is kept beside the copy.
    pub(crate) fn keeps_model(&self) -> bool {
        self.merged.models == KeepModel::Auto
    }

    pub(crate) fn timezone(&self) -> &str {
        &self.merged.timezone
    }

    pub(crate) fn holidays(&self) -> &[String] {
        &self.merged.holidays.0
    }

    pub(crate) fn source_categories(&self) -> &BTreeMap<String, String> {
        &self.merged.source_categories.0
    }

    pub(crate) fn recruiter_roles(&self) -> &[String] {
        &self.merged.recruiter_roles.0
    }

    pub(crate) fn hiring_manager_roles(&self) -> &[String] {
        &self.merged.hiring_manager_roles.0
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

    /// What may leave, if somebody said: a policy's name, or its file.
    ///
    /// # Errors
    /// If only a file that is not trusted says so: to go on without would let out more.
    pub(crate) fn privacy(&self) -> Result<Option<&str>, Failure> {
        self.settled(&["privacy"])?;
        Ok(self.merged.privacy.as_deref())
    }

    /// Which fields are wanted.
    pub(crate) fn select(&self) -> &[String] {
        &self.merged.select
    }

    /// Public job boards to sync, if it is about them.
    pub(crate) fn boards(&self) -> &[String] {
        &self.merged.board
    }

    /// Whether destinations that can keep an index of words.
    pub(crate) fn index(&self) -> bool {
        !self.merged.no_index
    }

    pub(crate) fn full(&self) -> bool {
        self.merged.full
    }

    /// From when on things count, for streams that can leave out what is older.
    pub(crate) fn since(&self) -> Option<jiff::Timestamp> {
        self.merged.since.map(|since| since.0)
    }

    /// How often everything of a stream is listed again, and whether somebody said so.
    pub(crate) fn full_every(&self) -> (Option<Duration>, bool) {
        match self.merged.full_every {
            Some(HowOften::Every(time)) => (Some(time), true),
            Some(HowOften::Never) => (None, true),
            None => (self.merged.watch.then_some(USUAL_FULL_EVERY), false),
        }
    }

    pub(crate) fn dry_run(&self) -> bool {
        self.merged.dry_run
    }

    pub(crate) fn count(&self) -> bool {
        self.merged.count
    }

    pub(crate) fn interval(&self) -> Option<Duration> {
        self.merged.watch.then_some(self.merged.interval.usual)
    }

    /// Of a watch: how often some streams are polled, by name.
    pub(crate) fn intervals(&self) -> &BTreeMap<String, Duration> {
        static NONE: BTreeMap<String, Duration> = BTreeMap::new();
        if self.merged.watch { &self.merged.interval.streams } else { &NONE }
    }

    /// What becomes of rows that a complete listing did not see.
    ///
    /// # Errors
    /// If only a file that is not trusted says so: it could have rows marked as gone.
    pub(crate) fn reconcile(&self) -> Result<ReconcilePolicy, Failure> {
        self.settled(&["reconcile"])?;
        Ok(self.merged.reconcile)
    }

    /// Of a watch: whether webhooks are received.
    pub(crate) fn webhooks(&self) -> bool {
        self.merged.webhooks
    }

    /// Where word of trouble is sent.
    ///
    /// # Errors
    /// Here and below: if only a file that is not trusted says so.
    pub(crate) fn notify(&self) -> Result<Option<&str>, Failure> {
        self.settled(&["notify"])?;
        Ok(self.merged.notify.as_ref().map(ExposeSecret::expose_secret))
    }

    /// Where webhooks are received.
    pub(crate) fn listen(&self) -> Result<&str, Failure> {
        self.settled(&["listen"])?;
        Ok(&self.merged.listen)
    }

    /// Where monitoring is answered, if it is.
    pub(crate) fn metrics(&self) -> Result<Option<&str>, Failure> {
        self.settled(&["metrics"])?;
        Ok(self.merged.metrics.as_deref())
    }

    /// A file of webhooks' secrets, one a line.
    pub(crate) fn secret_file(&self) -> Result<Option<&Path>, Failure> {
        self.settled(&["secret_file"])?;
        Ok(self.merged.secret_file.as_deref())
    }

    /// Where the ids and secrets of webhooks are kept.
    pub(crate) fn webhooks_file(&self) -> Result<&Path, Failure> {
        self.settled(&["webhooks_file"])?;
        Ok(&self.merged.webhooks_file)
    }

    /// Where received events are kept, if somebody said.
    pub(crate) fn inbox(&self) -> Result<Option<&Path>, Failure> {
        self.settled(&["inbox"])?;
        Ok(self.merged.inbox.as_deref())
    }

    /// Where a setting comes from, for a message about what it says.
    pub(crate) fn said_by(&self, name: &'static str) -> String {
        self.layers.origin(name).unwrap_or_default()
    }

    /// The settings that somebody set, and where.
    pub(crate) fn origins(&self) -> Vec<(&'static str, String)> {
        let origin = |setting: &Setting| {
            let (source, _) = self.layers.find(setting.name)?;
            let is_set = *source != Source::Default;
            is_set.then(|| Some((setting.name, self.layers.origin(setting.name)?))).flatten()
        };
        SETTINGS.iter().filter_map(origin).collect()
    }
}

/// Settings with which nothing can be asked.
fn unusable(error: ashby_client::Error) -> Failure {
    let has_hint_of_its_own = error.hint() != ashby_client::ErrorKind::Configuration.hint();
    let failure = Failure::from(error);
    if has_hint_of_its_own {
        return failure;
    }
    failure.with_hint("`ashby --show-config` prints the settings that count, and where each comes from")
}

/// Whether anybody who may says what a setting is; of the key, where to find it.
fn is_told(layers: &Layers, name: &str) -> bool {
    let told = |name: &str| layers.find(name).is_some_and(|(source, _)| *source != Source::Default);
    if key::SOURCES.contains(&name) { key::SOURCES.iter().any(|name| told(name)) } else { told(name) }
}

/// A file that is to be trusted: what it would decide, by name and as it may be shown.
///
/// # Errors
/// If it cannot be read, or something is wrong in it.
pub(crate) fn trust_file(path: &Path) -> Result<(PathBuf, Vec<String>), Failure> {
    let unreadable = |error: std::io::Error| {
        let failure = Failure::new(USAGE, format!("cannot read {}", path.display()));
        failure.with_source(error).with_hint("`ashby config trust FILE` trusts a file of settings elsewhere")
    };
    let content =
        capture_core::private_file::read_small_file(path).map(Zeroizing::new).map_err(unreadable)?;
    let mut found = Found::default();
    let parsed = found.parse(path, content.to_vec());
    if let Some(Problem(problem)) = found.problems.first() {
        return Err(Failure::new(USAGE, problem.clone()).with_hint("nothing was trusted"));
    }
    let routing = SETTINGS.iter().filter(|setting| setting.routes);
    let decided = routing.filter_map(|setting| {
        let value = parsed.values.get(setting.name)?;
        Some(format!("{} = {}", setting.name, masked::shown(setting.name, &value.raw)))
    });
    let decided = decided.collect();
    Ok((trust::set(path, Some(&content))?, decided))
}

/// No longer trusts a file.
///
/// # Errors
/// If that cannot be recorded.
pub(crate) fn distrust_file(path: &Path) -> Result<PathBuf, Failure> {
    trust::set(path, None)
}

/// The user's own file, wherever the program is started.
pub(crate) fn user_file() -> Option<PathBuf> {
    file::of_user()
}

/// Whether a file of this name would be read by this program, or written where it keeps things.
pub(crate) fn is_ours(name: &str) -> bool {
    let name = name.to_lowercase();
    name.starts_with("ashby") || name.ends_with(".journal") || name == "config.toml"
}
