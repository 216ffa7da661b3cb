//! What the client's errors mean for a stream.

use ashby_client::ErrorKind as Client;
use capture_core::{Error, ErrorKind};

use crate::table::Row;

/// The client's error, as the runner's policy sees it.
pub(crate) fn from_client(row: &Row, error: ashby_client::Error) -> Error {
    let missing_feature = error.code().is_some_and(|code| code.ends_with("_not_enabled"));
    let kind = match error.kind() {
        Client::Credentials => ErrorKind::Credentials,
        Client::Permission => ErrorKind::Denied,
        Client::NotFound | Client::Rejected | Client::Malformed | Client::InvalidRequest
            if row.experimental =>
        {
            ErrorKind::Unsupported
        }
        Client::Rejected if missing_feature => ErrorKind::Unsupported,
        // Refused by Ashby, it is this stream's trouble only.
        Client::InvalidRequest if error.status().is_some() => ErrorKind::Data,
        Client::Configuration | Client::InvalidRequest => ErrorKind::Configuration,
        Client::RateLimited
        | Client::Connect
        | Client::Dns
        | Client::Timeout
        | Client::Tls
        | Client::Transport
        | Client::Server => ErrorKind::Transient,
        _ => ErrorKind::Data,
    };
    let (message, hint) = match kind {
        ErrorKind::Denied => (
            format!("{} needs the permission {}", row.operation, row.permission),
            Some(format!("tick it for this key under Admin > API Keys ({})", screen_name(row.permission))),
        ),
        ErrorKind::Unsupported => (format!("{} is not available to this organisation", row.operation), None),
        ErrorKind::Credentials => {
            ("Ashby refused the API key".to_owned(), error.hint().map(|hint| hint.to_string()))
        }
        _ => (format!("cannot list {}", row.name), error.hint().map(|hint| hint.to_string())),
    };
    let wrapped = Error::new(kind, message).with_requests(error.requests());
    let wrapped = match hint {
        Some(hint) => wrapped.with_hint(hint),
        None => wrapped,
    };
    wrapped.with_source(error)
}

/// A permission as Ashby's screen for API keys words it: `candidatesRead` is "Candidates: Read".
pub fn screen_name(permission: &str) -> String {
    let (module, right) = match permission.strip_suffix("Read") {
        Some(module) => (module, "Read"),
        None => (permission.strip_suffix("Write").unwrap_or(permission), "Write"),
    };
    let module = match module {
        "hiringProcessMetadata" => "Hiring Process".to_owned(),
        "apiKeys" => "API Keys".to_owned(),
        "auditLogs" => "Audit Logs".to_owned(),
        other => other[..1].to_uppercase() + &other[1..],
    };
    format!("{module}: {right}")
}
