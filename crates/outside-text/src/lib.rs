//! Text from outside is data, wherever it goes: nothing in it that a terminal obeys or hides ([`line()`], [`lines`],
//! [`json`]), nothing that a spreadsheet runs ([`push_row`]), no link but to the web ([`web_link`]), and no key that somebody
//! has put where a name belongs ([`name`], [`Blots`]).
//!
//! Candidates choose their names, and companies the titles of their postings. So whatever comes from outside passes one
//! of these functions where it leaves, and none before: inside it stays what it is.

mod secret;
mod spreadsheet;
mod terminal;

pub use secret::{Blots, MASKED, may_be_secret, name};
pub use spreadsheet::{push_row, unguarded};
pub use terminal::{json, line, lines, log_line};

/// The address, if a reader may follow it: `http` or `https`, and in one piece. Anything else (`javascript:`, `data:`)
/// acts where it is clicked.
pub fn web_link(address: &str) -> Option<&str> {
    let (scheme, rest) = address.split_once("://")?;
    let is_web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    let is_whole =
        !rest.is_empty() && !address.contains(|letter: char| letter.is_whitespace() || letter.is_control());
    (is_web && is_whole).then_some(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_leads_to_the_web_is_a_link() {
        for address in ["https://jobs.ashbyhq.com/a%20b/1?x#y", "HTTP://x"] {
            assert_eq!(web_link(address), Some(address));
        }
        for address in [
            "javascript:alert(1)",
            "javascript://x/%0aalert(1)",
            "data:text/html,x",
            "//x",
            "https://",
            "https://x y",
            " https://x",
            "",
        ] {
            assert_eq!(web_link(address), None, "{address}");
        }
    }
}
