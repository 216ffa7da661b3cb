//! Questions on a terminal. What is typed is read key by key, so that Ctrl-C is an answer as well, and a key is never on the
//! screen.

use std::fmt;

use inquire::validator::Validation;
use inquire::{Confirm, InquireError, MultiSelect, Password, PasswordDisplayMode, Select, Text};
use secrecy::zeroize::Zeroizing;

use crate::failure::{FAILED, Failure, INTERRUPTED};
use crate::text;

/// Something to choose.
pub(super) struct Choice<T> {
    pub(super) value: T,
    pub(super) shown: String,
}

impl<T> fmt::Display for Choice<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

/// A choice, and the words for it.
pub(super) fn choice<T>(value: T, shown: impl Into<String>) -> Choice<T> {
    // Some of it is from outside.
    Choice { value, shown: text::line(&shown.into()).into_owned() }
}

/// What was answered.
///
/// # Errors
/// If nothing was.
fn answered<T>(answer: Result<T, InquireError>) -> Result<T, Failure> {
    answer.map_err(|error| match error {
        InquireError::OperationCanceled | InquireError::OperationInterrupted => {
            Failure::new(INTERRUPTED, "interrupted: nothing was written")
        }
        error => Failure::new(FAILED, "cannot ask on this terminal; nothing was written")
            .with_source(error)
            .with_hint("every answer is a flag, too: `ashby init --help`"),
    })
}

/// One of several; the first is suggested, or the one at `start`.
pub(super) fn one<T>(question: &str, choices: Vec<Choice<T>>, start: usize) -> Result<T, Failure> {
    answered(Select::new(question, choices).with_starting_cursor(start).without_filtering().prompt())
        .map(|choice| choice.value)
}

/// Some of many, at least one; `chosen` are suggested.
pub(super) fn several<T>(
    question: &str,
    choices: Vec<Choice<T>>,
    chosen: &[usize],
) -> Result<Vec<T>, Failure> {
    let some = |chosen: &[inquire::list_option::ListOption<&Choice<T>>]| {
        Ok(if chosen.is_empty() {
            Validation::Invalid("choose at least one".into())
        } else {
            Validation::Valid
        })
    };
    let number = |chosen: &[inquire::list_option::ListOption<&Choice<T>>]| format!("{} chosen", chosen.len());
    let asked = MultiSelect::new(question, choices)
        .with_default(chosen)
        .with_page_size(15)
        .with_help_message("space chooses, letters filter, enter goes on")
        .with_formatter(&number)
        .with_validator(some);
    answered(asked.prompt()).map(|chosen| chosen.into_iter().map(|choice| choice.value).collect())
}

/// A line of text, with what is taken if nothing is typed.
pub(super) fn line(question: &str, suggested: &str, help: &str) -> Result<String, Failure> {
    let asked = Text::new(question).with_help_message(help);
    let asked = if suggested.is_empty() { asked } else { asked.with_default(suggested) };
    answered(asked.prompt()).map(|line| line.trim().to_owned())
}

/// Yes or no.
pub(super) fn whether(question: &str, suggested: bool) -> Result<bool, Failure> {
    answered(Confirm::new(question).with_default(suggested).prompt())
}

/// Something that nobody may see.
pub(super) fn hidden(question: &str, help: &str) -> Result<Zeroizing<String>, Failure> {
    let asked = Password::new(question)
        .with_display_mode(PasswordDisplayMode::Hidden)
        .without_confirmation()
        .with_help_message(help);
    answered(asked.prompt()).map(Zeroizing::new)
}
