//! Flags of `ashby sync` that would mean nothing beside others: whoever gives one wants something that would not happen.
//! What stands in a file or a variable is for other commands, too, and is passed over.

use crate::failure::{Failure, USAGE};
use crate::settings::Settings;

/// A flag that means nothing under a condition.
#[derive(Clone, Copy)]
struct Rule {
    setting: &'static str,
    is_idle: fn(&Settings) -> bool,
    /// What is to be said of it, behind the flag.
    why: &'static str,
    hint: Option<&'static str>,
}

const fn rule(setting: &'static str, is_idle: fn(&Settings) -> bool, why: &'static str) -> Rule {
    Rule { setting, is_idle, why, hint: None }
}

const fn hinted(rule: Rule, hint: &'static str) -> Rule {
    Rule { hint: Some(hint), ..rule }
}

fn once(settings: &Settings) -> bool {
    settings.interval().is_none()
}

fn without_webhooks(settings: &Settings) -> bool {
    !settings.webhooks()
}

fn of_boards(settings: &Settings) -> bool {
    !settings.boards().is_empty()
}

const RULES: &[Rule] = &[
    rule("interval", once, "goes with `--watch`"),
    rule("count", |settings| !settings.dry_run(), "goes with `--dry-run`"),
    hinted(
        rule("webhooks", once, "goes with `--watch`"),
        "`ashby listen` receives webhooks and captures nothing",
    ),
    rule("webhooks", of_boards, "has nothing to receive: public job boards have no webhooks"),
    rule("listen", without_webhooks, "goes with `--webhooks`"),
    rule("inbox", without_webhooks, "goes with `--webhooks`"),
    rule("secret_file", without_webhooks, "goes with `--webhooks`"),
    rule("webhooks_file", without_webhooks, "goes with `--webhooks`"),
    hinted(
        rule("watch", Settings::dry_run, "does not go with `--dry-run`, which looks once"),
        "leave out `--watch` to see what a round would request",
    ),
    hinted(
        rule("all", |settings| !settings.streams().is_empty(), "does not go with streams that are named"),
        "leave out either; `--except STREAM` leaves streams out of all",
    ),
    rule("all", of_boards, "does not go with `--board`: job boards have one stream"),
    rule("except", of_boards, "does not go with `--board`: job boards have one stream"),
    rule("since", of_boards, "does not go with `--board`: job boards show what is published now"),
    rule("full_every", of_boards, "does not go with `--board`: job boards are listed whole each time"),
    rule("privacy", of_boards, "does not go with `--board`: what job boards show is published"),
    rule("select", of_boards, "does not go with `--board`: postings come whole"),
    rule("count", of_boards, "does not go with `--board`: job boards have no parent records"),
];

/// Refuses a flag that would mean nothing.
///
/// # Errors
/// With the first of them, and what it goes with.
pub(super) fn check(settings: &Settings) -> Result<(), Failure> {
    refuse(RULES, settings)
}

const fn never(setting: &'static str, why: &'static str) -> Rule {
    rule(setting, |_| true, why)
}

/// Of a server.
const WITHIN: &[Rule] = &[
    never("dry_run", "does not go with `serve`, which stays up"),
    never("count", "does not go with `serve`, which stays up"),
    never("board", "does not go with `serve`: agents read what is synced with a key"),
];

/// The same for the watch of a server.
///
/// # Errors
/// With the first flag that would mean nothing.
pub(super) fn check_within(settings: &Settings) -> Result<(), Failure> {
    refuse(WITHIN, settings)?;
    if of_boards(settings) {
        return Err(Failure::new(USAGE, "`serve --sync` keeps the records of a key up, not job boards")
            .with_hint("take `board` out of the configuration of this command"));
    }
    check(settings)
}

/// Refuses settings of a sync where there is none.
///
/// # Errors
/// With the first of them.
pub(crate) fn check_without(settings: &Settings, given: &crate::settings::Given) -> Result<(), Failure> {
    // What may leave is said of agents as well.
    let idle = |name: &&String| *name != "privacy" && settings.is_on_command_line(name);
    let Some(name) = given.keys().find(idle) else { return Ok(()) };
    let flag = crate::settings::Setting::named(name).map_or_else(|| name.clone(), |setting| setting.long());
    Err(Failure::new(USAGE, format!("`--{flag}` goes with `--sync`")))
}

fn refuse(rules: &[Rule], settings: &Settings) -> Result<(), Failure> {
    let idle =
        rules.iter().find(|rule| settings.is_on_command_line(rule.setting) && (rule.is_idle)(settings));
    let Some(rule) = idle else { return Ok(()) };
    let failure = Failure::new(USAGE, format!("`--{}` {}", rule.setting.replace('_', "-"), rule.why));
    Err(match rule.hint {
        Some(hint) => failure.with_hint(hint),
        None => failure,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Setting;

    #[test]
    fn every_rule_is_about_a_flag() {
        for rule in RULES {
            let setting = Setting::named(rule.setting).expect(rule.setting);
            assert_eq!(setting.long(), rule.setting.replace('_', "-"));
        }
    }
}
