//! What the client's errors mean for a stream.

use ashby_client::ErrorKind as Client;
use ashby_client::catalog::Permission;
use capture_core::{Error, ErrorKind};

use crate::table::Row;

/// The client's error, as the runner's policy sees it.
pub(crate) fn from_client(row: &Row, error: ashby_client::Error) -> Error {
    let missing_feature = error.code().is_some_and(|code| code.ends_with("_not_enabled"));
    let kind = match error.kind() {
        Client::Credentials => ErrorKind::Credentials,
        Client::Permission => ErrorKind::Denied,
        // Its contract is not known in full. An answer that makes no sense is an error all the same.
        Client::NotFound | Client::InvalidRequest if row.experimental && error.status().is_some() => {
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
            lacks_permission(row.permission_name()),
            Some("tick it for this key in Ashby, under Admin > Integrations > API Keys".to_owned()),
        ),
        ErrorKind::Unsupported => (format!("{} is not available to this organisation", row.operation), None),
        ErrorKind::Credentials => {
            ("Ashby refused the API key".to_owned(), error.hint().map(|hint| hint.to_string()))
        }
        _ => (format!("cannot list {}", row.name), error.hint().map(|hint| hint.to_string())),
    };
    let wrapped = Error::new(kind, message)
        .with_requests(error.requests())
        .with_reference(error.code(), error.request_id());
    let wrapped = match hint {
        Some(hint) => wrapped.with_hint(hint),
        None => wrapped,
    };
    // That the permission is missing is all there is to say.
    if kind == ErrorKind::Denied { wrapped } else { wrapped.with_source(error) }
}

/// Why a stream cannot be read, in the words of Ashby's screen for API keys.
pub fn lacks_permission(permission: &'static str) -> String {
    match permission {
        "" => "the key may not read it".to_owned(),
        permission => format!("the key lacks the permission {}", screen_name(permission)),
    }
}

/// A permission as Ashby's screen for API keys words it: `candidatesRead` is "Candidates: Read".
pub fn screen_name(permission: &'static str) -> String {
    Permission::new(permission).screen_name()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permissions_read_as_on_ashbys_screen() {
        assert_eq!(screen_name("candidatesRead"), "Candidates: Read");
        assert_eq!(screen_name("hiringProcessMetadataRead"), "Hiring Process: Read");
        assert_eq!(screen_name("apiKeysWrite"), "API Keys: Write");
        assert_eq!(lacks_permission(""), "the key may not read it");
    }
}
