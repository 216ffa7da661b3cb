//! Exit codes, and what a failure says to programs.

use std::fmt::Write as _;

use ashby_client::ErrorKind as Client;
use capture_core::ErrorKind as Capture;

use super::text;
use crate::failure::{CREDENTIALS, FAILED, Failure, INTERRUPTED, PARTIAL, USAGE, snake};

const CODES: [(u8, &str); 6] = [
    (0, "done"),
    (FAILED, "failed"),
    (USAGE, "the command line or the settings are wrong, or a decision is needed: the report asks it"),
    (CREDENTIALS, "no key, a refused key, or a missing permission"),
    (PARTIAL, "some streams, rows or postings failed, others did not"),
    (INTERRUPTED, "interrupted; the next run goes on there"),
];

/// Members of a failure that is told as JSON.
const MEMBERS: [(&str, &str); 11] = [
    ("message", "what happened, to what; for people"),
    ("type", "what kind of failure it is: a word of the lists below"),
    ("code", "Ashby's code, such as `invalid_input`, or null"),
    ("causes", "why, one reason behind the other"),
    ("retryable", "whether the same may succeed later"),
    ("may_have_taken_effect", "whether a write may have been carried out: look before sending it again"),
    ("hint", "what to do next, or null"),
    ("did_you_mean", "names that may have been meant"),
    ("request_id", "Ashby's id of the request, for their support, or null"),
    ("http_status", "the answer's status, or null"),
    ("exit_code", "with which code the command ends"),
];

/// Kinds of a capture.
const CAPTURE: [(Capture, &str); 12] = [
    (Capture::Credentials, "the key is refused: no stream can work"),
    (Capture::Denied, "the stream may not be read with this key; the others go on"),
    (Capture::Unsupported, "the stream is not there for this organisation; the others go on"),
    (Capture::Transient, "a passing fault; the stream is tried again"),
    (Capture::Data, "Ashby sent something that cannot be used; the stream fails, the others go on"),
    (Capture::Configuration, "settings that cannot work"),
    (Capture::State, "the saved state is unreadable, newer, or another destination's; it was left untouched"),
    (Capture::Busy, "another run has the destination"),
    (Capture::Unavailable, "the destination cannot be had at this moment"),
    (Capture::Storage, "the destination cannot take more: disk, right, input and output"),
    (Capture::Closed, "whoever read the output has gone"),
    (Capture::Contract, "a part of the program broke its own rules: please report it"),
];

/// Kinds of a call.
const CALLS: [(Client, &str); 16] = [
    (Client::InvalidRequest, "the request is not one that Ashby can accept"),
    (Client::Credentials, "the key is missing, wrong or deactivated"),
    (Client::Permission, "the key lacks the permission for this operation"),
    (Client::NotFound, "no such record, or none that this key may see"),
    (Client::Rejected, "Ashby refused for another reason; `code` says which"),
    (Client::RateLimited, "too many requests"),
    (Client::Connect, "no connection could be made"),
    (Client::Timeout, "no answer in time"),
    (Client::Tls, "the server's certificate is not acceptable"),
    (Client::Dns, "the host name was not found"),
    (Client::Transport, "the connection broke"),
    (Client::Server, "Ashby or something before it failed"),
    (Client::Malformed, "the answer is not one of Ashby's"),
    (Client::TooLarge, "the answer is larger than is accepted"),
    (Client::Configuration, "the settings cannot work"),
    (Client::LocalFile, "a file on this machine cannot be read or written"),
];

/// The page.
pub(super) fn page() -> String {
    let mut page = "# Errors and exit codes\n\n\
         <!-- Written by the program; a test compares: ASHBY_UPDATE_DOCUMENTS=1 writes it anew. -->\n\n\
         What a message means and what to do is in [Troubleshooting](../troubleshooting.md), by its text.\n\n\
         ## Exit codes\n\n| code | |\n|---|---|\n"
        .to_owned();
    for (code, means) in CODES {
        let _ = writeln!(page, "| {code} | {means} |");
    }
    page += "\nA watch that is stopped ends with 0 if all was well, 4 if some streams were failing, 1 if nothing worked; one that \
             ends by itself, with the code of what ended it.\n\n\
             ## For programs\n\n\
             With `--errors json`, and with `--output json`, a failure is one JSON object in a line of standard error:\n\n\
             | member | |\n|---|---|\n";
    for (member, means) in MEMBERS {
        let _ = writeln!(page, "| `{member}` | {means} |");
    }
    page += "\n`type` is `usage`, `credentials`, `partial`, `interrupted` or `failed`, by the exit code, unless something more exact is \
             known.\n\n### Of a sync\n\n| type | | exit code | may pass by itself |\n|---|---|---|---|\n";
    for (kind, means) in CAPTURE {
        let code = Failure::from(capture_core::Error::new(kind, "")).code();
        // As the summary of a sync has it: what is left out is no failure unless it was named.
        let code = match kind {
            Capture::Denied => format!("0; of a stream that was named {PARTIAL} beside others, {code} alone"),
            // Who takes what there is and leaves, as `head` does, has what was wanted.
            Capture::Unsupported | Capture::Closed => "0".to_owned(),
            kind if kind.is_stream_only() => format!("{PARTIAL} beside others, {code} alone"),
            _ => code.to_string(),
        };
        let passes = if kind.may_pass() { "yes" } else { "" };
        let _ = writeln!(page, "| `{}` | {means} | {code} | {passes} |", kind.name());
    }
    page += "\n### Of a call\n\n| type | | what to do |\n|---|---|---|\n";
    for (kind, means) in CALLS {
        let hint = text(kind.hint().unwrap_or(""));
        let _ = writeln!(page, "| `{}` | {means} | {hint} |", snake(&format!("{kind:?}")));
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_member_of_a_failure_is_explained() {
        let told: serde_json::Value = serde_json::from_str(&Failure::new(FAILED, "x").as_json()).unwrap();
        let mut told: Vec<&str> = told.as_object().unwrap().keys().map(String::as_str).collect();
        let mut explained: Vec<&str> = MEMBERS.iter().map(|(member, _)| *member).collect();
        told.sort_unstable();
        explained.sort_unstable();
        assert_eq!(told, explained);
        assert!(page().contains("| 130 | interrupted"));
    }
}
