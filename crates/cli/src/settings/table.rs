//! Every setting, in one place: its name, its type, what it is unless somebody says otherwise, from where it may come,
//! and what it is for. The file and the environment know them all; those with a flag, the command line too.

use std::ffi::OsStr;
use std::marker::PhantomData;
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;

use capture_core::ReconcilePolicy;
use clap::builder::{PossibleValue, StringValueParser, TypedValueParser, ValueParser};
use clap::{ValueEnum, value_parser};
use secrecy::SecretString;

use super::layers::{Layers, Problem};
use super::values::{
    ErrorFormat, HowOften, Intervals, KeepModel, LogFormat, LogLevel, Named, OutputFormat, PageSize, Since,
    Span, Titles,
};

/// A setting, apart from its type.
pub(crate) struct Setting {
    /// As `ashby.toml` has it; `ASHBY_` and this in capitals is its variable.
    pub(crate) name: &'static str,
    /// Which flags it stands among.
    pub(crate) group: Group,
    pub(crate) default: Default,
    pub(crate) flag: Option<Flag>,
    /// Whether it says where a key comes from and goes to, where something is written, what becomes of rows and their lock, or
    /// who may connect: a file that lies where the program is started decides that only if it is trusted.
    pub(crate) routes: bool,
    /// One sentence without a full stop, or several.
    pub(crate) help: &'static str,
}

/// What is the same for several settings: which commands have their flags, and under which heading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Group {
    Connection,
    General,
    Destination,
    Sync,
    /// Of what receives webhooks.
    Receiver,
    /// Of everything about webhooks.
    Webhooks,
}

/// What a setting is unless somebody says otherwise, spelled as a person would in `ashby.toml`.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Default {
    /// It is not set, or the help says in words what it is then.
    None,
    Text(&'static str),
    Number(u32),
    Off,
    /// An empty list.
    Nothing,
}

const OFF: Default = Default::Off;

/// A setting on the command line.
pub(crate) struct Flag {
    /// Without the dashes, if it is not the setting's name.
    pub(crate) long: Option<&'static str>,
    /// How it was called before; not shown.
    pub(crate) once: Option<&'static str>,
    /// A letter that stands for it.
    pub(crate) short: Option<char>,
    pub(crate) takes: Takes,
}

/// What a flag takes.
pub(crate) enum Takes {
    /// Nothing: it is there or not.
    Nothing,
    Number(&'static str),
    /// A value, by what stands for it in the help, and what it may be.
    Value(&'static str, fn() -> ValueParser),
    /// Values, given several times or with commas in between if they may be.
    Values(&'static str, Option<char>),
}

const fn flag(takes: Takes) -> Option<Flag> {
    Some(Flag { long: None, once: None, short: None, takes })
}

const fn letter(short: char) -> Option<Flag> {
    Some(Flag { long: None, once: None, short: Some(short), takes: Takes::Nothing })
}

const fn value(name: &'static str) -> Option<Flag> {
    flag(Takes::Value(name, text))
}

fn text() -> ValueParser {
    ValueParser::string()
}

fn path() -> ValueParser {
    value_parser!(PathBuf)
}

/// The names of what a setting can be, for help and completion; what else is given is refused where all settings are read.
#[derive(Clone)]
struct Names<T>(PhantomData<T>);

impl<T: ValueEnum + Clone + Send + Sync + 'static> TypedValueParser for Names<T> {
    type Value = String;

    fn parse_ref(
        &self,
        command: &clap::Command,
        argument: Option<&clap::Arg>,
        value: &OsStr,
    ) -> Result<String, clap::Error> {
        StringValueParser::new().parse_ref(command, argument, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(T::value_variants().iter().filter_map(ValueEnum::to_possible_value)))
    }
}

fn format() -> ValueParser {
    Names::<OutputFormat>(PhantomData).into()
}

fn errors_format() -> ValueParser {
    Names::<ErrorFormat>(PhantomData).into()
}

const fn is_there(names: &[&str]) -> bool {
    !names.is_empty()
}

/// Makes the table, and the struct that holds what the settings are.
macro_rules! settings {
    ($($group:ident { $($(#[$routes:ident])? $name:ident: $type:ty, $default:expr, $flag:expr, $help:expr;)* })*) => {
        // Where the key comes from is found out by layer (`key.rs`); here it is only checked.
        #[allow(dead_code)]
        #[derive(Debug, Clone)]
        pub(super) struct Merged {
            $($(pub(super) $name: $type,)*)*
        }

        impl Merged {
            /// Reads what counts; what is wrong is a problem. `None` if a default is.
            pub(super) fn read(layers: &Layers, problems: &mut Vec<Problem>) -> Option<Self> {
                Some(Self { $($($name: layers.read::<$type>(stringify!($name), problems)?,)*)* })
            }
        }

        /// Every setting, in the order of `--show-config` and of the help.
        pub(crate) const SETTINGS: &[Setting] = &[
            $($(Setting {
                name: stringify!($name),
                group: Group::$group,
                default: $default,
                flag: $flag,
                routes: is_there(&[$(stringify!($routes))?]),
                help: $help,
            },)*)*
        ];
    };
}

settings! {
    Connection {
        #[routes]
        api_key: Option<SecretString>, Default::None, None, "The API key";
        #[routes]
        api_key_file: Option<PathBuf>, Default::None, flag(Takes::Value("FILE", path)),
            "Read the API key from this file";
        #[routes]
        api_key_command: Option<SecretString>, Default::None, value("COMMAND"),
            "Take the API key from what this command prints, such as that of a keyring";
        #[routes]
        base_url: String, Default::Text(ashby_client::DEFAULT_BASE_URL), value("URL"),
            "Where Ashby's API is";
        max_rpm: u32, Default::Number(ashby_client::DEFAULT_REQUESTS_PER_MINUTE), flag(Takes::Number("N")),
            "Requests a minute, for everything this process does; 0 does not pace";
        concurrency: NonZeroUsize, Default::Number(ashby_client::DEFAULT_CONCURRENCY.get() as u32),
            flag(Takes::Number("N")), "Requests under way at once";
        page_size: Option<PageSize>, Default::None,
            Some(Flag { long: None, once: Some("page-limit"), short: None, takes: Takes::Number("N") }),
            "Records a page, from 1 to 100; Ashby gives 100 unless told less";
        max_page_mb: NonZeroU32, Default::Number(32), flag(Takes::Number("N")),
            "The largest answer that is accepted, in megabytes when it is unpacked";
        max_attempts: NonZeroU32, Default::Number(6), flag(Takes::Number("N")),
            "Attempts of a request before it counts as failed; 1 tries everything once";
        connect_timeout: Span, Default::Text("10s"), value("DURATION"), "How long connecting may take";
        read_timeout: Span, Default::Text("60s"), value("DURATION"), "How long the server may stay silent, also in the middle of a file";
        total_timeout: Span, Default::Text("5m"), value("DURATION"), "How long one request may take in all; a file that is transferred, a second more for each 16 KiB of it";
        api_version: String, Default::Text(ashby_client::DEFAULT_VERSION), value("VERSION"),
            "The `Ashby-Version` to ask for";
    }
    General {
        output: Option<OutputFormat>, Default::None, flag(Takes::Value("FORMAT", format)),
            "How results are printed [default: records as json, lists of them as a table on a terminal; all else as a table]";
        errors: Option<ErrorFormat>, Default::None, flag(Takes::Value("FORMAT", errors_format)),
            "How a failure is told on standard error: as text, or as one JSON object (type, code, message, retryable, \
             hint, request_id) [default: json with --output json, else text]";
        log: LogLevel, Default::Text("warn"), value("LEVEL"),
            "Log level on standard error: off, error, warn, info, debug or trace";
        log_format: LogFormat, Default::Text("text"), value("FORMAT"),
            "How standard error is written: text, or json (an object a line: logs, rounds, trouble, what is said)";
        verbose: bool, OFF, letter('v'),
            "Say more: every stream of a sync, what each finding of doctor is about, logs from info on";
        quiet: bool, OFF, letter('q'), "Say only what went wrong or needs a decision";
        no_progress: bool, OFF, flag(Takes::Nothing), "No progress on standard error";
        reports: Named, Default::Nothing, None, "Names of reports, and the id of each: reports.pipeline = \"ID\"";
    }
    Destination {
        #[routes]
        to: String, Default::Text("sqlite:ashby.db"), value("DESTINATION"),
            "Where records go: sqlite:PATH, postgres://USER@HOST/DATABASE?schema=NAME, parquet:DIR, parquet:s3://BUCKET/PREFIX \
             (gs://, az://), jsonl:DIR or stdout";
        #[routes]
        state: Option<PathBuf>, Default::None, flag(Takes::Value("FILE", path)),
            "Where the state of `--to stdout` is kept; without it, everything is listed each time";
        #[routes]
        without_lock: bool, OFF, flag(Takes::Nothing),
            "Go on without a lock where the destination's file system has none, as some network file systems: see to it \
             yourself that nothing else runs there at the same time. Elsewhere it changes nothing";
        models: KeepModel, Default::Text("auto"), None,
            "Whether `sync` also keeps the analyst's model up (`ashby models`), beside a SQLite database: auto or off";
        timezone: String, Default::Text("UTC"), None,
            "The zone in which the model cuts months, weeks and dates: an IANA name, Europe/Berlin";
        holidays: Titles, Default::Nothing, None, "Dates that are no business days in the model: [\"2026-12-25\"]";
        source_categories: Named, Default::Nothing, None,
            "Categories of source types in the model, by their titles (inbound, referral, sourced, agency, internal, event, \
             other): source_categories.\"Job boards\" = \"inbound\"";
        recruiter_roles: Titles, Default::Nothing, None,
            "Roles of a hiring team that make somebody the recruiter in the model [default: Recruiter]";
        hiring_manager_roles: Titles, Default::Nothing, None,
            "Roles of a hiring team that make somebody the hiring manager in the model [default: Hiring Manager]";
    }
    Sync {
        streams: Vec<String>, Default::Nothing,
            Some(Flag { long: Some("stream"), once: None, short: None, takes: Takes::Values("STREAM", Some(',')) }),
            "A stream to sync, as the positional ones";
        except: Vec<String>, Default::Nothing, flag(Takes::Values("STREAM", Some(','))), "Streams to leave out";
        all: bool, OFF, flag(Takes::Nothing), "Also the streams that cost a request per parent record";
        full: bool, OFF, flag(Takes::Nothing), "List everything again, and mark what is gone";
        since: Option<Since>, Default::None, value("DATE"),
            "Leave out what was created before this date (2024-01-31, or an instant): applications, candidates, \
             application_feedback, survey_requests, survey_submissions, questionnaire_submissions, interview_schedules, \
             offers, and what belongs to them. What is older and there already stays, also after a full listing. An earlier \
             date, or none, lists these streams anew";
        full_every: Option<HowOften>, Default::None, value("DURATION"),
            "List everything of each stream again once in this time (24h, 7d), and mark what is gone: streams take turns, \
             spread over it, in --watch and in runs from a timer alike. With `never` only what changed is listed [default: 7d for \
             --watch, of streams that cost a request per 100 records; otherwise never]";
        board: Vec<String>, Default::Nothing, flag(Takes::Values("NAME", None)),
            "Sync a public job board instead, into the stream public_postings; needs no key. NAME is what follows \
             jobs.ashbyhq.com/ in its address; may be given several times";
        dry_run: bool, OFF, flag(Takes::Nothing),
            "Say what would be requested and about how long it takes; request nothing but the key's permissions";
        count: bool, OFF, flag(Takes::Nothing),
            "With --dry-run: list the parent records of streams that cost a request for each, to know how many";
        watch: bool, OFF, flag(Takes::Nothing),
            "Stay up and sync again at every interval, until Ctrl-C or SIGTERM. What passes is waited for. The exit code \
             is then 0 if all was well, 4 if some streams were failing, 1 if nothing worked; else that of what ended it";
        interval: Intervals, Default::Text("5m"), value("DURATION"),
            "Time from one sync of a stream to the next, for --watch: 5m, PT5M. Streams may have their own: \
             5m,applications=1m, or in the file interval.applications = \"1m\" (and interval.default = \"5m\")";
        #[routes]
        reconcile: ReconcilePolicy, Default::Text("auto"), value("POLICY"),
            "Whether rows that a complete listing did not see are marked as deleted: auto (unless the key sees less \
             than before), accept (always; this key becomes the yardstick) or never";
        #[routes]
        privacy: Option<String>, Default::None, value("POLICY"),
            "What of records may leave, to the destination and from there to agents: full, no-contact, no-compensation, \
             analytics, minimal, or a file (./privacy.toml). What was written under another policy is taken out, and written \
             anew; what it drops is gone from the destination";
        select: Vec<String>, Default::Nothing, flag(Takes::Values("FIELDS", Some(','))),
            "Only these fields, or all but those with a minus: candidates.*,-candidates.phoneNumbers. Keys stay. Of \
             streams without a plus all fields come; if no streams are named, those that are selected are synced. Another \
             selection writes its streams anew";
        no_index: bool, OFF, flag(Takes::Nothing),
            "Keep no index of words in a SQLite database (that of `ashby search`), and drop one that is there";
        webhooks: bool, OFF, flag(Takes::Nothing),
            "With --watch: receive webhooks at --listen, and capture at once what they name; polling brings the rest";
        #[routes]
        notify: Option<SecretString>, Default::None, value("URL"),
            "Post a line of JSON to this address when a stream begins to fail and when it no longer does; `text` in it is \
             what Slack shows";
        progress_interval: Span, Default::Text("5s"), None,
            "How often progress is told where no terminal shows it";
    }
    Receiver {
        #[routes]
        listen: String, Default::Text("127.0.0.1:8787"), value("ADDRESS"),
            "Where webhooks are received: address and port; port 0 takes a free one";
        #[routes]
        metrics: Option<String>, Default::None, value("ADDRESS"),
            "Answer /healthz, /readyz and /metrics (Prometheus) at this address and port";
    }
    Webhooks {
        #[routes]
        secret_file: Option<PathBuf>, Default::None, flag(Takes::Value("FILE", path)),
            "Read the webhooks' secrets from this file: one a line, all of them valid. Otherwise they are those that \
             --webhooks-file keeps";
        #[routes]
        webhooks_file: PathBuf, Default::Text("ashby-webhooks.json"), flag(Takes::Value("FILE", path)),
            "Where `ashby webhook setup` keeps ids and secrets";
        #[routes]
        inbox: Option<PathBuf>, Default::None, flag(Takes::Value("FILE", path)),
            "Where received events are kept [default: ashby-inbox.db for `ashby listen`; for `ashby sync`, a hidden file \
             beside the destination]";
    }
}
