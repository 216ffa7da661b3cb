//! The reference of the documentation, as far as it follows from this program: commands, settings, failures.
//! `ashby help reference --dir DIR` writes it; a test holds the pages of docs/reference to it.

mod commands;
mod failures;
mod settings;

use std::path::Path;

use crate::failure::{FAILED, Failure};
use crate::output;
use crate::settings::Settings;

/// Writes the pages into a directory.
pub(crate) fn pages(settings: &Settings, directory: &Path) -> Result<(), Failure> {
    let failed = |error| Failure::new(FAILED, "the reference cannot be written").with_source(error);
    std::fs::create_dir_all(directory).map_err(failed)?;
    for (name, page) in [
        ("commands.md", commands::page()),
        ("settings.md", settings::page()),
        ("exit-codes.md", failures::page()),
    ] {
        std::fs::write(directory.join(name), page).map_err(failed)?;
    }
    let told = format!("the reference is in {}\n", directory.display());
    output::print_done(settings, &told, &serde_json::json!({ "directory": directory }))
}

/// Help as Markdown in one line: what Markdown would obey is text, but for code.
fn text(help: &str) -> String {
    let mut shown = String::with_capacity(help.len());
    for (number, part) in help.split('`').enumerate() {
        if number > 0 {
            shown.push('`');
        }
        for letter in part.chars() {
            match letter {
                '<' if number % 2 == 0 => shown.push_str("&lt;"),
                '>' if number % 2 == 0 => shown.push_str("&gt;"),
                '*' | '_' if number % 2 == 0 => shown.extend(['\\', letter]),
                '\n' => shown.push(' '),
                _ => shown.push(letter),
            }
        }
    }
    shown.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn what_markdown_would_obey_is_text_but_for_code() {
        assert_eq!(text("a <b> `<c_d>`\n*e_f*"), "a &lt;b&gt; `<c_d>` \\*e\\_f\\*");
    }
}
