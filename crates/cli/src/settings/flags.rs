//! The flags of settings, made from their table.

use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};
use serde_json::{Map, Value};

use super::table::{Default, Group, SETTINGS, Setting, Takes};

/// Settings that the command line gave, by name.
pub(crate) type Given = Map<String, Value>;

impl Setting {
    /// The setting of this name.
    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        SETTINGS.iter().find(|setting| setting.name == name)
    }

    /// The setting of a variable, by what follows `ASHBY_`.
    pub(crate) fn of_variable(name: &str) -> Option<&'static Self> {
        SETTINGS.iter().find(|setting| setting.name.to_uppercase() == name)
    }

    /// Its flag without the dashes, whether or not it has one.
    pub(crate) fn long(&self) -> String {
        let long = self.flag.as_ref().and_then(|flag| flag.long);
        long.map_or_else(|| self.name.replace('_', "-"), str::to_owned)
    }

    /// Its variable.
    pub(super) fn variable(&self) -> String {
        format!("ASHBY_{}", self.name.to_uppercase())
    }

    /// Its flag; `None` if it has none.
    fn argument(&self) -> Option<Arg> {
        let flag = self.flag.as_ref()?;
        let default = match self.default {
            Default::Text(text) => format!(" [default: {text}]"),
            Default::Number(number) => format!(" [default: {number}]"),
            _ => String::new(),
        };
        let help = format!("{}{default} [env: {}]", self.help, self.variable());
        let argument = Arg::new(self.name).long(self.long()).help(help);
        let argument = match flag.short {
            Some(letter) => argument.short(letter),
            None => argument,
        };
        let argument = flag.once.into_iter().fold(argument, Arg::alias);
        let argument = match self.group {
            Group::Connection => argument.global(true).help_heading("Connection"),
            Group::General | Group::Destination => argument.global(true).help_heading("General"),
            Group::Sync | Group::Receiver => argument,
            Group::Webhooks => argument.global(true).help_heading("Webhooks"),
        };
        Some(match flag.takes {
            Takes::Nothing => {
                let argument = argument.action(ArgAction::Set).num_args(0).default_missing_value("true");
                argument.value_parser(clap::value_parser!(bool)).overrides_with(self.name)
            }
            Takes::Number(name) => argument.value_name(name).allow_negative_numbers(true),
            Takes::Value(name, parser) => argument.value_name(name).value_parser(parser()),
            Takes::Values(name, delimiter) => {
                let argument = argument.value_name(name).action(ArgAction::Append);
                match delimiter {
                    Some(delimiter) => argument.value_delimiter(delimiter),
                    None => argument,
                }
            }
        })
    }

    /// What was given, if anything was.
    fn given(&self, matches: &ArgMatches) -> Result<Option<Value>, clap::Error> {
        let Some(flag) = &self.flag else { return Ok(None) };
        let Some(texts) = matches.get_raw(self.name) else { return Ok(None) };
        let texts: Option<Vec<&str>> = texts.map(|text| text.to_str()).collect();
        let texts = texts.ok_or_else(|| {
            clap::Error::raw(clap::error::ErrorKind::InvalidUtf8, format!("{} is not text\n", self.name))
        })?;
        Ok(match (&flag.takes, &texts[..]) {
            (Takes::Nothing, _) => Some(true.into()),
            (Takes::Values(..), []) | (_, []) => None,
            (Takes::Values(..), texts) => Some(texts.iter().map(|text| Value::from(*text)).collect()),
            (Takes::Number(_) | Takes::Value(..), [.., text]) => Some((*text).into()),
        })
    }
}

fn augment(command: Command, group: Group) -> Command {
    SETTINGS
        .iter()
        .filter(|setting| setting.group == group)
        .filter_map(Setting::argument)
        .fold(command, |command, argument| command.arg(argument))
}

fn read(matches: &ArgMatches, group: Group) -> Result<Given, clap::Error> {
    let mut given = Given::new();
    for setting in SETTINGS.iter().filter(|setting| setting.group == group) {
        if let Some(value) = setting.given(matches)? {
            given.insert(setting.name.to_owned(), value);
        }
    }
    Ok(given)
}

macro_rules! flags {
    ($($(#[$about:meta])* $name:ident of $group:expr;)*) => {$(
        $(#[$about])*
        #[derive(Debug, Clone)]
        pub(crate) struct $name(pub(crate) Given);

        impl FromArgMatches for $name {
            fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
                read(matches, $group).map(Self)
            }

            fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
                self.0.extend(read(matches, $group)?);
                Ok(())
            }
        }

        impl Args for $name {
            fn augment_args(command: Command) -> Command {
                augment(command, $group)
            }

            fn augment_args_for_update(command: Command) -> Command {
                augment(command, $group)
            }
        }
    )*};
}

flags! {
    /// How Ashby is reached.
    ConnectionFlags of Group::Connection;
    /// What every command has.
    GeneralFlags of Group::General;
    /// Where records go.
    DestinationFlags of Group::Destination;
    /// What is synced, and how.
    SyncSettings of Group::Sync;
    /// Where webhooks are received.
    ReceiverSettings of Group::Receiver;
    /// Where secrets, ids and events of webhooks are.
    WebhookSettings of Group::Webhooks;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flag_names_its_variable_and_its_default() {
        for setting in SETTINGS {
            let Some(argument) = setting.argument() else { continue };
            let help = argument.get_help().unwrap().to_string();
            assert!(help.ends_with(&format!("[env: {}]", setting.variable())), "{help}");
            assert_eq!(help.matches("[default:").count(), usize::from(help.contains("default")), "{help}");
        }
    }

    #[test]
    fn names_differ_and_flags_are_read_back() {
        let mut names: Vec<_> = SETTINGS.iter().map(|setting| setting.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), SETTINGS.len());
        let words = ["x", "--stream", "a,b", "--stream", "c", "--full", "--interval", "5m"];
        let matches = SyncSettings::augment_args(Command::new("x")).get_matches_from(words);
        let given = SyncSettings::from_arg_matches(&matches).unwrap().0;
        let expected = serde_json::json!({"streams": ["a", "b", "c"], "full": true, "interval": "5m"});
        assert_eq!(Value::Object(given), expected);
    }
}
