//! What faults do to answers.

use std::time::{Duration, SystemTime};

use hyper::StatusCode;
use serde_json::{Map, Value, json};

use super::outcome::Outcome;
use crate::faults::{ErrorShape, Fault};

/// The answer that is given instead of the right one.
pub(super) fn instead(fault: &Fault, request_id: &str) -> Option<Outcome> {
    let status = |status: u16| StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    Some(match fault {
        Fault::Status { status: code } => Outcome::text(status(*code), "Simulated failure"),
        Fault::RetryAfter { status: code, seconds, date } => {
            let value = match date {
                true => httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(*seconds)),
                false => seconds.to_string(),
            };
            let outcome =
                Outcome::error(status(*code), request_id, "rate_limit_exceeded", "Rate limit exceeded");
            outcome.with_header("retry-after", &value)
        }
        Fault::Error { code, shape, status: http } => {
            let body = error_body(code, *shape, request_id);
            Outcome { code: Some(code.clone()), ..Outcome::json(status(*http), &body) }
        }
        Fault::Garbage => {
            Outcome::new(StatusCode::OK, "application/json", vec![0x7b, 0xff, 0x00, 0xfe, 0x22, 0xc3])
        }
        Fault::Html => Outcome::new(
            StatusCode::OK,
            "text/html",
            "<!doctype html><title>Bad gateway</title><h1>Bad gateway</h1>",
        ),
        Fault::Forbidden => Outcome::new(
            StatusCode::FORBIDDEN,
            "text/html",
            "<!doctype html><title>Forbidden</title><h1>The proxy does not let this through</h1>",
        ),
        Fault::EmptyBody => Outcome::new(StatusCode::OK, "application/json", Vec::new()),
        // The connection ends without this answer.
        Fault::Reset => Outcome::text(StatusCode::OK, ""),
        _ => return None,
    })
}

fn error_body(code: &str, shape: ErrorShape, request_id: &str) -> Value {
    let message = format!("Simulated error {code}");
    let info = json!({"code": code, "message": message, "requestId": request_id});
    match shape {
        ErrorShape::Strings => json!({"success": false, "errors": [code]}),
        ErrorShape::Objects => {
            json!({"success": false, "errors": [{"message": format!("{code}: {message}"), "parameter": null}]})
        }
        ErrorShape::InfoOnly => json!({"success": false, "errorInfo": info}),
        ErrorShape::Both => json!({"success": false, "errors": [message], "errorInfo": info}),
        ErrorShape::NullErrors => json!({"success": false, "errors": null, "errorInfo": info}),
    }
}

/// The right answer, made wrong. Errors stay as they are.
pub(super) fn after(
    fault: Option<&Fault>,
    parameters: Option<&Map<String, Value>>,
    mut outcome: Outcome,
) -> Outcome {
    let Some(fault) = fault.filter(|_| outcome.code.is_none() && outcome.status == StatusCode::OK) else {
        return outcome;
    };
    let Ok(Value::Object(mut envelope)) = serde_json::from_slice(&outcome.body) else {
        return outcome;
    };
    let cursor = parameters.and_then(|parameters| parameters.get("cursor"));
    if let Some(records) = change(fault, cursor, &mut envelope) {
        outcome.records = records.unwrap_or(outcome.records);
        outcome.body = match fault {
            Fault::PrettyPrint => format!("{:#}", Value::Object(envelope)).into_bytes(),
            _ => Value::Object(envelope).to_string().into_bytes(),
        };
    }
    outcome
}

/// Changes an envelope. None: it stays as it is. Some: it changed, and so did, perhaps, the number of records.
fn change(fault: &Fault, cursor: Option<&Value>, envelope: &mut Map<String, Value>) -> Option<Option<usize>> {
    let mut count = None;
    match fault {
        Fault::MissingSuccess => drop(envelope.remove("success")),
        Fault::NoSyncToken => drop(envelope.remove("syncToken")),
        Fault::MoreWithoutCursor => {
            envelope.insert("moreDataAvailable".to_owned(), json!(true));
            envelope.remove("nextCursor");
        }
        Fault::CursorLoop => {
            envelope.insert("nextCursor".to_owned(), cursor?.clone());
            envelope.insert("moreDataAvailable".to_owned(), json!(true));
            envelope.remove("syncToken");
        }
        Fault::DuplicateRecords => {
            let records = records(envelope)?;
            records.push(records.first()?.clone());
            count = Some(records.len());
        }
        Fault::VanishRecord => {
            let records = records(envelope)?;
            records.pop()?;
            count = Some(records.len());
        }
        Fault::NoRecords => {
            records(envelope)?.clear();
            count = Some(0);
        }
        Fault::UnknownFields => {
            for record in records(envelope)? {
                if let Value::Object(members) = record {
                    members.insert(
                        "newMember".to_owned(),
                        json!({"nested": [1, {"deep": null}], "text": "\u{1f980}"}),
                    );
                }
            }
            envelope.insert("newEnvelopeMember".to_owned(), json!({"results": [{"id": "not a record"}]}));
        }
        Fault::WrongTypes => {
            let first = records(envelope)?.first_mut().and_then(Value::as_object_mut);
            if let Some(first) = first {
                first.insert("id".to_owned(), json!([]));
            }
            envelope.insert("moreDataAvailable".to_owned(), json!("no"));
        }
        Fault::PrettyPrint => {}
        _ => return None,
    }
    Some(count)
}

fn records(envelope: &mut Map<String, Value>) -> Option<&mut Vec<Value>> {
    envelope.get_mut("results")?.as_array_mut()
}
