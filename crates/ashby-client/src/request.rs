//! A call's body, checked before it is sent.

use bytes::Bytes;
use json_slices::Scanner;
use serde::Serialize;

use crate::cleaner::Cleaner;
use crate::operation::is_valid_name;
use crate::{ApiKey, Error, ErrorKind, ReadOperation, Recovery, WriteOperation};

/// The operation of a call, and with it whether it may be sent again.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Operation<'a> {
    Read(&'a ReadOperation),
    Write(&'a WriteOperation),
}

impl Operation<'_> {
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Read(operation) => operation.as_str(),
            Self::Write(operation) => operation.as_str(),
        }
    }

    pub(crate) fn is_write(&self) -> bool {
        matches!(self, Self::Write(_))
    }
}

/// A body that Ashby can be asked to read.
pub(crate) struct RequestBody {
    pub(crate) json: Bytes,
    /// What to leave out first if Ashby finds the request invalid: its cursor, or else its sync token.
    pub(crate) position: Option<Recovery>,
}

impl RequestBody {
    /// Writes the parameters as JSON. They must be an object. In a read no parameter may be null, for Ashby
    /// rejects nulls where a parameter is optional; in a write a null can be meant (it clears a custom field).
    pub(crate) fn new<B: Serialize + ?Sized>(
        operation: Operation<'_>,
        parameters: &B,
    ) -> Result<Self, Error> {
        let invalid = |what: &str| Error::new(ErrorKind::InvalidRequest, operation.name(), what);
        if !is_valid_name(operation.name()) {
            return Err(invalid("this cannot be the name of an operation"));
        }
        let Ok(json) = serde_json::to_vec(parameters) else {
            return Err(invalid("the parameters cannot be written as JSON"));
        };
        let mut position = None;
        let mut null = None;
        let scanned = Scanner::new(&json).and_then(|mut scanner| {
            scanner.object(|scanner, name| {
                let value = scanner.value(1)?;
                let value = scanner.slice(value);
                let name = scanner.text(name).lossy();
                if value == b"null" {
                    null = Some(name.into_owned());
                } else {
                    position = match (&*name, position) {
                        ("cursor", _) => Some(Recovery::DropCursor),
                        ("syncToken", None) => Some(Recovery::DropToken),
                        (_, found) => found,
                    };
                }
                Ok(())
            })?;
            scanner.finish()
        });
        match (scanned, null) {
            (Err(_), _) => Err(invalid("the parameters are not a JSON object")),
            (Ok(()), Some(name)) if !operation.is_write() => {
                Err(invalid(&format!("the parameter `{name}` is null; leave it out instead")))
            }
            (Ok(()), _) => Ok(Self { json: json.into(), position }),
        }
    }

    /// Keeps what this request must not give away out of what the server says about it.
    pub(crate) fn cleaner<'a>(&'a self, key: &'a ApiKey) -> Cleaner<'a> {
        Cleaner::new(&self.json, key)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const READ: ReadOperation = ReadOperation::new("candidate.list");
    const WRITE: WriteOperation = WriteOperation::new("customField.setValue");

    #[test]
    fn reads_take_objects_without_nulls() {
        let read = |parameters| RequestBody::new(Operation::Read(&READ), &parameters);
        assert_eq!(read(json!({})).ok().unwrap().json, "{}");
        assert_eq!(read(json!({"a": {"b": null}})).ok().unwrap().json, r#"{"a":{"b":null}}"#);
        for parameters in [json!(null), json!([]), json!("x"), json!({"limit": 1, "cursor": null})] {
            let error = read(parameters.clone()).err().unwrap();
            assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{parameters}");
            assert_eq!(error.requests(), 0);
        }
    }

    #[test]
    fn writes_may_clear_with_null() {
        let write = |parameters| RequestBody::new(Operation::Write(&WRITE), &parameters);
        assert!(write(json!({"fieldValue": null})).is_ok());
        assert!(write(json!([null])).is_err());
    }

    #[test]
    fn a_position_is_the_cursor_or_else_the_token() {
        for (parameters, position) in [
            (json!({"syncToken": "T", "cursor": "C"}), Some(Recovery::DropCursor)),
            (json!({"cursor": "C", "syncToken": "T"}), Some(Recovery::DropCursor)),
            (json!({"cursor": "C"}), Some(Recovery::DropCursor)),
            (json!({"syncToken": "T"}), Some(Recovery::DropToken)),
            (json!({"filter": {"cursor": "C"}}), None),
        ] {
            let body = RequestBody::new(Operation::Read(&READ), &parameters).ok().unwrap();
            assert_eq!(body.position, position, "{parameters}");
        }
    }
}
