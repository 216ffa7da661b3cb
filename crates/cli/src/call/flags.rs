//! The flags of an operation: built from the catalog when it is called, and read back.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::num::NonZeroU64;
use std::path::Path;

use ashby_calls::{Draft, Plan, Spelling, flag, kebab, list_item, members};
use ashby_client::catalog::{self, Category, Field, Kind, Operation, Shape, Type};
use clap::builder::PossibleValuesParser;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches as _};
use serde_json::{Map, Value};

use super::send::mistakes;
use crate::batch::BatchFlags;
use crate::failure::{Failure, USAGE, of_command_line};

/// Flags that every operation has, as far as they make sense for it.
#[derive(Clone, Default, Args)]
#[command(next_help_heading = "Calling")]
pub(crate) struct CallFlags {
    /// Parameters as a JSON object: text, @FILE, or - for standard input. Flags win over its members
    #[arg(long, value_name = "JSON")]
    pub(crate) json: Option<String>,
    /// Set a parameter as it is, also one that is newer than this program: it is sent whatever is known of it
    #[arg(long = "set", value_name = "NAME=JSON")]
    pub(crate) set: Vec<String>,
    /// Send words that are newer than this program, where only some are known
    #[arg(id = "force_words", long = "force")]
    pub(crate) force: bool,
    /// Call an operation that is newer than this program; its parameters come from --json and --set
    #[arg(long)]
    pub(crate) raw: bool,
    /// With --raw: it changes nothing, so that it may be sent without asking, and again if it fails
    #[arg(id = "raw_read", long = "read")]
    pub(crate) read: bool,
    /// Send null for a parameter, which takes back what was set
    #[arg(long, value_name = "NAME")]
    pub(crate) clear: Vec<String>,
    /// Print everything, not only a page
    #[arg(long)]
    pub(crate) all: bool,
    /// Print the first N records, over as many pages as they take; --page-size is how many Ashby sends at once
    #[arg(id = "first", long = "limit", value_name = "N", conflicts_with_all = ["all", "each"])]
    pub(crate) limit: Option<String>,
    /// Go on where a list was left: nextCursor of what was printed before
    #[arg(id = "from", long = "cursor", value_name = "CURSOR", conflicts_with = "each")]
    pub(crate) cursor: Option<String>,
    /// Print one JSON object with what goes on: {"results": …, "moreDataAvailable", "nextCursor", "syncToken"}
    #[arg(long, conflicts_with_all = ["each", "jq"])]
    pub(crate) envelope: bool,
    /// Print what a jq expression makes of the results: of each page, if there are several. Text is printed bare
    #[arg(long, value_name = "EXPRESSION")]
    pub(crate) jq: Option<String>,
    /// Show the request and send nothing; works without a key
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Do not ask before something that cannot be taken back, or that others will notice
    #[arg(long)]
    pub(crate) yes: bool,
    /// Let Ashby attribute the change to this user; the key needs the switch "Allow acting on behalf of a user"
    #[arg(long, value_name = "USER_ID")]
    pub(crate) on_behalf_of: Option<String>,
    /// Upload a file and make it the answer to the form field at PATH; several times for several
    #[arg(long, value_name = "PATH=FILE", conflicts_with = "each")]
    pub(crate) attach: Vec<String>,
    #[command(flatten)]
    pub(crate) batch: BatchFlags,
}

impl CallFlags {
    /// No flag that every operation has gives a parameter.
    fn names_nothing(&self) -> bool {
        self.json.is_none() && self.set.is_empty() && self.batch.each.is_none()
    }
}

/// What the words after `ashby call`, `get` and `list` name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum View {
    /// An operation.
    Call,
    /// A kind of record, and the id of one.
    Get,
    /// A kind of record.
    List,
}

/// An operation, and what was given for it.
pub(crate) struct Invocation {
    pub(crate) operation: &'static Operation,
    pub(crate) common: CallFlags,
    /// Texts by the parameter that they are for: `candidateId`, `location.city`.
    given: Vec<(String, Vec<String>)>,
    /// Files by the parameter whose text they hold.
    files: Vec<(String, String)>,
}

impl Invocation {
    /// The request as far as it was given; not checked yet.
    ///
    /// # Errors
    /// If a file cannot be read, or `--json` is not a JSON object.
    pub(crate) fn draft(&self) -> Result<Draft, Failure> {
        let mut draft = Draft::new(self.operation);
        if let Some(json) = &self.common.json {
            draft.merge(object(json)?);
        }
        for (place, texts) in &self.given {
            for path in texts.iter().filter_map(|text| text.strip_prefix('@')) {
                // It used to be read; now it is easily sent by mistake.
                if Path::new(path).is_file() {
                    let flag = flag(place);
                    crate::output::explain(&format!(
                        "note: {flag} begins with @ and is taken as it is; {flag}-file reads a file\n"
                    ));
                }
            }
            draft.set_texts(place, texts);
        }
        for (place, path) in &self.files {
            draft.set_texts(place, &[content(path, place)?]);
        }
        for assignment in &self.common.set {
            crate::text::note_halves(assignment);
            draft.set_other(assignment);
        }
        if self.common.force {
            draft.trust_words();
        }
        self.common.clear.iter().for_each(|name| draft.clear(name));
        if let Some(user) = &self.common.on_behalf_of {
            behalf(&mut draft, user)?;
        }
        Ok(draft)
    }

    /// How many records are wanted; `None` for all, or a page.
    ///
    /// # Errors
    /// If it is no number of records.
    pub(crate) fn limit(&self) -> Result<Option<NonZeroU64>, Failure> {
        let Some(limit) = &self.common.limit else { return Ok(None) };
        // Parsed here, since clap would quote it: it may be a value in the wrong place.
        let limit = limit.trim().parse().map_err(|_| {
            Failure::new(USAGE, format!("{}: --limit must be a whole number from 1 on", self.operation.name))
        })?;
        Ok(Some(limit))
    }

    /// The whole request, checked.
    ///
    /// # Errors
    /// As for [`draft`](Self::draft), and everything that is wrong with the request.
    pub(crate) fn plan(&self) -> Result<Plan, Failure> {
        self.draft()?.plan().map_err(|problems| mistakes(&problems, Spelling::Flags))
    }
}

/// Takes the user whose doing a change is.
fn behalf(draft: &mut Draft, user: &str) -> Result<(), Failure> {
    let is_read = draft.operation().is_read();
    draft.on_behalf_of(user).map_err(|_| match is_read {
        true => Failure::new(USAGE, "--on-behalf-of is for changes, and this changes nothing"),
        false => {
            Failure::new(USAGE, "--on-behalf-of must be a UUID").with_hint("`ashby list users` shows them")
        }
    })
}

/// Reads the words after `ashby call`, `get` or `list`; help ends the process. `shared` are the flags of every
/// command; what was given for them is left in the matches.
///
/// # Errors
/// If nothing of that name is there, or if a flag is not one of it.
pub(crate) fn parse(
    view: View,
    words: Vec<OsString>,
    shared: impl FnOnce(Command) -> Command,
) -> Result<(Invocation, ArgMatches), Failure> {
    let words = words.into_iter().map(OsString::into_string).collect::<Result<Vec<_>, _>>();
    let mut words = words.map_err(|_| Failure::new(USAGE, "an argument is not UTF-8 text"))?;
    let is_it = |word: &String| view.operation(word).is_ok();
    let is_name = |word: &String| !word.starts_with('-');
    let raw = words.iter().position(|word| word == "--raw").filter(|_| view == View::Call);
    let behind_raw = raw.map(|raw| raw + 1).filter(|at| words.get(*at).is_some_and(is_name));
    let named =
        behind_raw.or_else(|| words.iter().position(is_it)).or_else(|| words.iter().position(is_name));
    let Some(named) = named else { return Err(view.nothing_named()) };
    let name = words.remove(named);
    let operation = match raw {
        Some(_) => raw_operation(&name, words.iter().any(|word| word == "--read")),
        None => view.operation(&name)?,
    };
    let command = shared(command(operation, view)).no_binary_name(true).bin_name(view.usage(&name));
    let matches = command.try_get_matches_from(words).map_err(|error| refuse(&error, operation))?;
    let common = CallFlags::from_arg_matches(&matches).unwrap_or_else(|error| of_command_line(&error));
    let texts = |id: &str| -> Vec<String> {
        matches.get_many(id).map(|values| values.cloned().collect()).unwrap_or_default()
    };
    let mut given = Vec::new();
    for (place, _) in places(operation) {
        given.push((place.clone(), texts(&id(&place))));
    }
    if let (View::Get, Some(first)) = (view, places(operation).map(|(_, field)| field).next()) {
        given.push((first.name.to_owned(), texts(POSITIONAL)));
    }
    given.retain(|(_, texts)| !texts.is_empty());
    let files =
        places(operation).filter(|(_, field)| may_be_in_a_file(&field.kind)).filter_map(|(place, _)| {
            let path = matches.try_get_one::<String>(&file_id(&place)).ok()??.clone();
            Some((place, path))
        });
    let files: Vec<_> = files.collect();
    let takes_any = places(operation).next().is_some();
    if view == View::Get && takes_any && given.is_empty() && files.is_empty() && common.names_nothing() {
        let message = format!("it is not said which record: `ashby get {name}` needs an id");
        return Err(Failure::new(USAGE, message)
            .with_hint(format!("ashby get {name} ID; `ashby get {name} --help` says what else names one")));
    }
    Ok((Invocation { operation, common, given, files }, matches))
}

impl View {
    /// The operation that a word stands for.
    ///
    /// # Errors
    /// If there is none, with what may have been meant.
    pub(crate) fn operation(self, word: &str) -> Result<&'static Operation, Failure> {
        let action = match self {
            Self::Call => return operation(word),
            Self::Get => "info",
            Self::List => "list",
        };
        let category = entity(word, action)?;
        let of = |operation: &&Operation| operation.action() == action;
        category.operations.iter().find(of).ok_or_else(|| {
            let names: Vec<_> = category.operations.iter().map(|operation| operation.name).collect();
            Failure::new(USAGE, format!("there is no {}.{action}", category.name))
                .with_hint(format!("there is {}", names.join(", ")))
        })
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Get => "get",
            Self::List => "list",
        }
    }

    fn usage(self, name: &str) -> String {
        format!("ashby {} {name}", self.name())
    }

    fn nothing_named(self) -> Failure {
        let (what, hint) = match self {
            Self::Call => {
                ("no operation is named", "`ashby operations` lists them: ashby call candidate.info --id …")
            }
            Self::Get => ("no kind of record is named", "for example: ashby get candidates ID"),
            Self::List => ("no kind of record is named", "for example: ashby list jobs"),
        };
        Failure::new(USAGE, what).with_hint(hint)
    }
}

/// The operation of this name.
///
/// # Errors
/// If there is none, with the near ones.
pub(crate) fn operation(name: &str) -> Result<&'static Operation, Failure> {
    catalog::find(name).ok_or_else(|| {
        let failure = Failure::new(USAGE, format!("there is no operation named `{name}`"));
        match &catalog::nearest(name, catalog::operations().map(|operation| operation.name))[..] {
            [] => failure.with_hint("`ashby operations` lists them all"),
            near => failure.meaning(near),
        }
    })
}

/// An operation of which nothing is known but its name: whatever is not said to be a read must be wanted.
fn raw_operation(name: &str, is_read: bool) -> &'static Operation {
    // One for each process, which sends it and ends.
    Box::leak(Box::new(Operation {
        name: Box::leak(name.to_owned().into_boxed_str()),
        summary: "An operation that this program does not know",
        permission: None,
        kind: if is_read { Kind::Read } else { Kind::Notifies },
        effect: (!is_read).then_some("This program does not know what it does."),
        warning: None,
        open_codes: &[],
        parameters: &[],
        rules: &[],
        paging: catalog::Paging::None,
        rate: catalog::Rate::Key,
        returns: None,
        omits: &[],
        deprecated: None,
        is_beta: false,
        since: None,
        is_open: true,
        documentation: "https://developers.ashbyhq.com/reference",
    }))
}

/// The category whose things a word names: `candidates`, `interview_stages`, `interviewStage`, `interview-stages`.
/// Where there is none, those are named of which the action can be asked.
fn entity(word: &str, action: &str) -> Result<&'static Category, Failure> {
    let plain = |text: &str| text.replace(['-', '_'], "").to_lowercase();
    let wanted = plain(word);
    let is_it = |category: &&Category| {
        [category.name.to_owned(), plural(category.name)].iter().any(|name| plain(name) == wanted)
    };
    catalog::CATEGORIES.iter().find(is_it).ok_or_else(|| {
        let failure = Failure::new(USAGE, format!("there is no kind of record named `{word}`"));
        let has_it = |category: &&Category| category.operations.iter().any(|known| known.action() == action);
        let plurals: Vec<String> =
            catalog::CATEGORIES.iter().filter(has_it).map(|category| plural(category.name)).collect();
        match &catalog::nearest(word, plurals.iter().map(String::as_str))[..] {
            [] => failure.with_hint(format!("there are {}", plurals.join(", "))),
            near => failure.meaning(near),
        }
    })
}

/// `opening` as `openings`, `company` as `companies`, `apiKey` as `apiKeys`.
pub(crate) fn plural(name: &str) -> String {
    match name.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ies"),
        _ if name.ends_with(['s', 'x']) => format!("{name}es"),
        _ => format!("{name}s"),
    }
}

/// The positional argument of `ashby get`.
const POSITIONAL: &str = "the id";

/// Every place that has a flag: the parameters, and the members of those that are objects.
fn places(operation: &'static Operation) -> impl Iterator<Item = (String, &'static Field)> {
    operation.parameters.iter().filter(|field| !is_for_pages(operation, field)).flat_map(|field| {
        let of = |member: &'static Field| (format!("{}.{}", field.name, member.name), member);
        std::iter::once((field.name.to_owned(), field)).chain(members(&field.kind).iter().map(of))
    })
}

/// Whether a parameter only says which page it is: there are flags for that which every list has.
pub(crate) fn is_for_pages(operation: &Operation, field: &Field) -> bool {
    operation.paging != catalog::Paging::None && ["cursor", "limit"].contains(&field.name)
}

/// The name of a place's argument within clap, where none of the common flags can have it too.
fn id(place: &str) -> String {
    format!("parameter {place}")
}

/// The same of the argument that names a file with its text.
fn file_id(place: &str) -> String {
    format!("file of {place}")
}

/// Whether a parameter is a text that is long enough to come from a file.
fn may_be_in_a_file(kind: &Type) -> bool {
    match kind {
        Type::String | Type::Json | Type::Object | Type::Record(_) | Type::Either(_) => true,
        Type::List { of, .. } => may_be_in_a_file(of),
        _ => false,
    }
}

/// The command of an operation.
pub(crate) fn command(operation: &'static Operation, view: View) -> Command {
    let mut command = Command::new(operation.name).next_help_heading("Parameters").next_line_help(true);
    for (place, field) in places(operation) {
        let is_member = place.contains('.');
        let long = place.split('.').map(kebab).collect::<Vec<_>>().join(".");
        let mut argument =
            Arg::new(id(&place)).long(long).help(help(field, is_member)).value_name(value_name(&field.kind));
        argument = match field.kind {
            Type::Boolean => argument.num_args(0..=1).require_equals(true).default_missing_value("true"),
            _ if list_item(&field.kind).is_some() => argument.action(ArgAction::Append),
            _ => argument,
        };
        command = command.arg(argument);
    }
    let taken: Vec<String> = all_flags(operation).collect();
    for (place, _) in places(operation).filter(|(_, field)| may_be_in_a_file(&field.kind)) {
        let long = format!("{}-file", place.split('.').map(kebab).collect::<Vec<_>>().join("."));
        if !taken.contains(&long) {
            let argument = Arg::new(file_id(&place)).long(long).value_name("FILE").hide(true);
            command = command.arg(argument.conflicts_with(id(&place)));
        }
    }
    if let (View::Get, Some(first)) = (view, places(operation).map(|(_, field)| field).next()) {
        let argument =
            Arg::new(POSITIONAL).value_name("ID").help(format!("The same as {}", flag(first.name)));
        command = command.arg(argument.conflicts_with(id(first.name)).help_heading("Arguments"));
    }
    let hidden = hidden(operation);
    with_call_flags(command)
        .about(operation.summary)
        .long_about(long_about(operation))
        .mut_args(|argument| match hidden.contains(&argument.get_id().as_str()) {
            true => argument.hide(true),
            false => argument,
        })
        .after_help(format!(
            "--NAME-file FILE reads the text of --NAME from a file; - is standard input.\n{}\n",
            operation.documentation
        ))
}

/// Adds the common flags, and nothing else: clap takes what is written on them for what the command is about.
pub(crate) fn with_call_flags(command: Command) -> Command {
    let about = command.get_about().cloned().unwrap_or_default();
    let long_about = command.get_long_about().cloned().unwrap_or_else(|| about.clone());
    CallFlags::augment_args(command).about(about).long_about(long_about)
}

/// Adds the words that a parameter may be to its flag: for completion only, for otherwise case does not count.
pub(crate) fn with_words(command: Command, operation: &'static Operation) -> Command {
    places(operation).fold(command, |command, (place, field)| match field.kind {
        // Shells take the words apart at spaces.
        Type::Enumeration(words) if !words.values.iter().any(|word| word.contains(' ')) => command
            .mut_arg(id(&place), |argument| argument.value_parser(PossibleValuesParser::new(words.values))),
        _ => command,
    })
}

/// The common flags that mean nothing to an operation.
fn hidden(operation: &Operation) -> Vec<&'static str> {
    let is_paged = operation.paging != catalog::Paging::None;
    let is_list = is_paged || operation.returns.as_ref().and_then(list_item).is_some() || operation.is_open;
    let is_nullable = operation.parameters.iter().any(|field| field.nullable);
    [
        ("raw", false),
        ("raw_read", false),
        ("force_words", takes_words(operation.parameters)),
        ("clear", is_nullable),
        ("all", is_paged),
        ("first", operation.is_read() && is_list),
        ("from", operation.is_read() && is_list),
        ("envelope", operation.is_read() && is_list),
        ("yes", operation.kind.needs_confirmation()),
        ("attach", operation.name == "applicationForm.submit"),
        ("on_behalf_of", !operation.is_read()),
    ]
    .into_iter()
    .filter(|(_, is_meant)| !is_meant)
    .map(|(name, _)| name)
    .collect()
}

/// Whether some parameter is one of several words.
fn takes_words(fields: &'static [Field]) -> bool {
    fn is_words(kind: &Type) -> bool {
        match kind {
            Type::Enumeration(_) => true,
            Type::List { of, .. } => is_words(of),
            Type::Either(kinds) => kinds.iter().any(is_words),
            _ => false,
        }
    }
    fields.iter().any(|field| {
        is_words(&field.kind) || members(&field.kind).iter().any(|member| is_words(&member.kind))
    })
}

fn long_about(operation: &Operation) -> String {
    let mut text = operation.summary.to_owned();
    let mut add = |part: String| text.push_str(&format!("\n\n{part}"));
    if let Some(instead) = operation.deprecated {
        add(format!("Deprecated: use {instead}."));
    }
    operation.effect.into_iter().chain(operation.warning).for_each(|part| add(part.to_owned()));
    if let Some(permission) = operation.permission {
        add(format!("The key needs the permission \"{}\".", permission.screen_name()));
    }
    text
}

fn help(field: &Field, is_member: bool) -> String {
    let mut parts = Vec::new();
    if !field.about.is_empty() {
        parts.push(field.about.to_owned());
    }
    parts.push(describe(&field.kind));
    if field.required && !is_member {
        parts.push("required".to_owned());
    }
    if field.nullable && !is_member {
        parts.push(format!("--clear {} takes it back", kebab(field.name)));
    }
    parts.join("; ")
}

/// What may stand there: the type, its words and its bounds.
pub(crate) fn describe(kind: &Type) -> String {
    match kind {
        Type::Enumeration(enumeration) => format!("one of {}", enumeration.values.join(", ")),
        Type::Id(name) => format!("{name} (a UUID)"),
        Type::Instant => "an instant such as 2026-01-31T09:00:00Z, or a date".to_owned(),
        Type::Milliseconds => {
            "an instant such as 2026-01-31T09:00:00Z, a date, or milliseconds since 1970".to_owned()
        }
        Type::Date => "a date such as 2026-01-31".to_owned(),
        Type::Record(shape) => format!("{}: a JSON object, or its members one by one", shape.name),
        // Items have no flags for their members, so these stand here.
        Type::List { of: Type::Record(shape), .. } => {
            let bounds = bounds(kind);
            format!("list{bounds}: give it several times or as JSON; each {}", members_of(shape))
        }
        Type::Object => "a JSON object".to_owned(),
        Type::Json => "any JSON, or text".to_owned(),
        Type::List { of, .. } => {
            format!("list{}: give it several times or as JSON; each {}", bounds(kind), describe(of))
        }
        Type::Either(kinds) => kinds.iter().map(describe).collect::<Vec<_>>().join(", or "),
        other => other.name().into_owned(),
    }
}

/// How many a list may hold.
fn bounds(kind: &Type) -> String {
    match kind {
        Type::List { min: 0, max: usize::MAX, .. } => String::new(),
        Type::List { min, max: usize::MAX, .. } => format!(", {min} or more"),
        Type::List { min: 0, max, .. } => format!(", {max} at most"),
        Type::List { min, max, .. } => format!(", {min} to {max}"),
        _ => String::new(),
    }
}

/// A JSON object and its members, those with an exclamation mark required.
fn members_of(shape: &Shape) -> String {
    let member = |field: &Field| {
        let mark = if field.required { "!" } else { "" };
        format!("{}{mark} ({})", field.name, short(&field.kind))
    };
    let members: Vec<String> = shape.fields.iter().map(member).collect();
    format!("{}: {{{}}}; ! is required", shape.name, members.join(", "))
}

/// What may stand for a member, in few words.
fn short(kind: &Type) -> String {
    match kind {
        Type::Record(shape) => {
            let names: Vec<&str> = shape.fields.iter().map(|field| field.name).collect();
            format!("{{{}}}", names.join(", "))
        }
        Type::List { of, .. } => format!("list of {}", short(of)),
        Type::Enumeration(words) => words.values.join(" | "),
        Type::Either(kinds) => kinds.iter().map(short).collect::<Vec<_>>().join(" | "),
        other => other.name().into_owned(),
    }
}

fn value_name(kind: &Type) -> &'static str {
    match kind {
        Type::Boolean => "BOOLEAN",
        Type::Integer | Type::Number => "NUMBER",
        Type::Uuid | Type::Id(_) => "ID",
        Type::Instant | Type::Milliseconds => "INSTANT",
        Type::Date => "DATE",
        Type::Email => "EMAIL",
        Type::Url => "URL",
        Type::Enumeration(_) => "WORD",
        Type::Json | Type::Object | Type::Record(_) => "JSON",
        Type::List { of, .. } => value_name(of),
        Type::Either(kinds) => kinds.first().map_or("VALUE", value_name),
        Type::String => "TEXT",
    }
}

/// What clap has against the words. It must not quote them: what is no flag is part of a value.
fn refuse(error: &clap::Error, operation: &Operation) -> Failure {
    let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidArg) else { of_command_line(error) };
    let is_flag =
        |name: &str| name.chars().all(|letter| letter.is_ascii_alphanumeric() || "-._".contains(letter));
    match word.strip_prefix("--") {
        _ if error.kind() != ErrorKind::UnknownArgument => of_command_line(error),
        Some(name) if !name.is_empty() && is_flag(name) => {
            let flags: BTreeSet<String> = all_flags(operation).collect();
            let failure = Failure::new(USAGE, format!("{} has no flag --{name}", operation.name));
            match &catalog::nearest(name, flags.iter().map(String::as_str))[..] {
                [] => failure.with_hint(format!("`ashby call {} --help` lists its flags", operation.name)),
                near => {
                    let near: Vec<String> = near.iter().map(|near| format!("--{near}")).collect();
                    failure.meaning(&near)
                },
            }
        }
        _ => Failure::new(USAGE, format!("{}: a value stands where a flag should", operation.name)).with_hint(
            "put values with spaces in quotes, join those that begin with - to their flag (--note=-…), and write \
             --flag=false for booleans",
        ),
    }
}

fn all_flags(operation: &Operation) -> impl Iterator<Item = String> {
    let common = CallFlags::augment_args(Command::new("common"));
    let common: Vec<String> =
        common.get_arguments().filter_map(|argument| argument.get_long().map(str::to_owned)).collect();
    operation.parameters.iter().map(|field| kebab(field.name)).chain(common)
}

/// The text of a file for a parameter, without the end of its last line, which is not part of a value.
fn content(path: &str, place: &str) -> Result<String, Failure> {
    let mut content = read(path, &format!("{}-file", flag(place)))?;
    if content.ends_with('\n') {
        content.pop();
    }
    if content.ends_with('\r') {
        content.pop();
    }
    Ok(content)
}

/// The object that `--json` gives.
fn object(json: &str) -> Result<Map<String, Value>, Failure> {
    let text = match (json, json.strip_prefix('@')) {
        ("-", _) => read("-", "--json")?,
        (_, Some(path)) => read(path, "--json")?,
        (text, None) => text.to_owned(),
    };
    crate::text::given(&text).map_err(|error| {
        let place = match (error.line(), error.column()) {
            (0, _) => String::new(),
            (line, column) => format!(" (line {line}, column {column})"),
        };
        Failure::new(USAGE, format!("what --json gives is not a JSON object{place}"))
    })
}

fn read(path: &str, flag: &str) -> Result<String, Failure> {
    crate::text::of_file(Path::new(path)).map_err(|error| {
        Failure::new(USAGE, format!("cannot read {path}, which {flag} names"))
            .with_source(error)
            .with_hint("check the path; it must be a file of UTF-8 text")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_has_a_sound_command() {
        for operation in catalog::operations() {
            for view in [View::Call, View::Get, View::List] {
                command(operation, view).debug_assert();
            }
        }
    }

    #[test]
    fn help_lists_the_members_of_objects_in_lists() {
        let update = catalog::find("candidate.update").unwrap();
        let links = update.parameters.iter().find(|field| field.name == "socialLinks").unwrap();
        let help = describe(&links.kind);
        assert!(help.contains("type! (") && help.contains("url! ("), "{help}");
        for operation in catalog::operations() {
            for (place, field) in places(operation) {
                if let Some(Type::Record(shape)) = list_item(&field.kind) {
                    let help = describe(&field.kind);
                    let lacks = shape.fields.iter().find(|member| !help.contains(member.name));
                    assert!(lacks.is_none(), "{} {place}: {help}", operation.name);
                }
            }
        }
    }

    #[test]
    fn kinds_of_records_are_spelled_in_many_ways() {
        for word in
            ["interviewStage", "interviewStages", "interview_stages", "interview-stage", "InterviewStages"]
        {
            assert_eq!(entity(word, "list").unwrap().name, "interviewStage", "{word}");
        }
        assert_eq!(entity("apiKeys", "info").unwrap().name, "apiKey");
        assert!(entity("stages", "list").is_err());
        let plain: Vec<String> = catalog::CATEGORIES
            .iter()
            .flat_map(|category| [category.name.to_owned(), plural(category.name)])
            .collect();
        let distinct: std::collections::BTreeSet<String> =
            plain.iter().map(|name| name.to_lowercase()).collect();
        assert_eq!(distinct.len(), plain.len(), "no word means two kinds");
    }
}
