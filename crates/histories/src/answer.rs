//! What the operations answer.

use std::fmt::Write as _;

use serde_json::Value;

use crate::keys::Key;
use crate::site::Site;
use crate::stream::{OWN_SCOPE, ROWS, Row, Shape, Stream};
use crate::world::{Organisation, Record};

/// A 200 of Ashby's, taken apart.
#[derive(Debug, Clone, Default)]
pub(crate) struct Answer {
    /// JSON texts of an array, …
    pub(crate) records: Option<Vec<String>>,
    /// … or something else.
    pub(crate) results: Option<String>,
    pub(crate) more: Option<bool>,
    pub(crate) cursor: Option<String>,
    pub(crate) token: Option<String>,
}

/// What a request comes to before anything goes wrong with it.
pub(crate) enum Outcome {
    Answer(Answer),
    /// A status of its own, or 200, with `success: false` and a code.
    Refused(u16, &'static str),
}

impl Answer {
    fn whole(records: Vec<String>) -> Self {
        Self { records: Some(records), ..Self::default() }
    }

    fn one(results: String) -> Self {
        Self { results: Some(results), ..Self::default() }
    }

    pub(crate) fn render(&self) -> String {
        let mut text = String::from(r#"{"success":true"#);
        let results = match (&self.records, &self.results) {
            (Some(records), _) => Some(format!("[{}]", records.join(","))),
            (None, results) => results.clone(),
        };
        if let Some(results) = results {
            let _ = write!(text, r#","results":{results}"#);
        }
        if let Some(more) = self.more {
            let _ = write!(text, r#","moreDataAvailable":{more}"#);
        }
        for (name, value) in [("nextCursor", &self.cursor), ("syncToken", &self.token)] {
            if let Some(value) = value {
                let _ = write!(text, r#","{name}":"{value}""#);
            }
        }
        text.push('}');
        text
    }
}

/// `success: false`.
pub(crate) fn refusal(code: &str) -> String {
    format!(
        r#"{{"success":false,"errors":["refused"],"errorInfo":{{"code":"{code}","message":"refused","requestId":"01HISTORY"}}}}"#
    )
}

/// A place in a listing, as the server's cursors spell it.
struct Place {
    /// Changes after this one; 0 for everything.
    since: u64,
    /// When the listing began: the token at its end.
    began: u64,
    position: u64,
}

impl Site {
    pub(crate) fn answer(
        &self,
        key: &Key,
        organisation: &Organisation,
        operation: &str,
        body: &Value,
    ) -> Outcome {
        if operation == "apiKey.info" {
            if !key.scopes.contains(OWN_SCOPE) {
                return Outcome::Refused(403, "missing_endpoint_permission");
            }
            let scopes: Vec<String> = key.scopes.iter().map(|scope| format!("\"{scope}\"")).collect();
            return Outcome::Answer(Answer::one(format!(
                r#"{{"title":"{:?}","createdAt":"2026-01-01T00:00:00Z","scopes":[{}]}}"#,
                key.name,
                scopes.join(",")
            )));
        }
        // The row that is listed itself comes before those that are found in its records.
        let row = ROWS.iter().find(|row| row.operation == operation);
        let info = ROWS.iter().find(|row| row.info.is_some_and(|(info, _)| info == operation));
        match (row, info) {
            (_, Some(row)) => self.info(key, organisation, row, body),
            (Some(row), None) if !key.reads(row.stream) => {
                Outcome::Refused(403, "missing_endpoint_permission")
            }
            (Some(row), None) => self.list(key, organisation, row, body),
            (None, None) if operation.ends_with(".list") || operation.contains(".list") => {
                Outcome::Answer(Answer {
                    token: Some(self.token(organisation, operation, organisation.now)),
                    more: Some(false),
                    ..Answer::whole(Vec::new())
                })
            }
            (None, None) => Outcome::Refused(200, "record_not_found"),
        }
    }

    fn info(&self, key: &Key, organisation: &Organisation, row: &Row, body: &Value) -> Outcome {
        if !key.reads(row.stream) {
            return Outcome::Refused(403, "missing_endpoint_permission");
        }
        let id = row.info.and_then(|(_, parameter)| body[parameter].as_str()).unwrap_or_default();
        let Some(record) =
            organisation.find(row.stream, id).filter(|record| key.sees(organisation, row.stream, record))
        else {
            return Outcome::Refused(200, row.missing);
        };
        let text = organisation.body(row.stream, record);
        if row.stream != Stream::Offers {
            return Outcome::Answer(Answer::one(text));
        }
        let versions = self.children(organisation, Stream::Versions, id);
        let versions: Vec<String> =
            versions.iter().map(|version| organisation.body(Stream::Versions, version)).collect();
        let rest = text.trim_end().trim_end_matches('}');
        Outcome::Answer(Answer::one(format!(r#"{rest},"versions":[{}]}}"#, versions.join(","))))
    }

    fn children<'a>(&self, organisation: &'a Organisation, stream: Stream, parent: &str) -> Vec<&'a Record> {
        let records = organisation.records(stream).iter();
        records.filter(|record| !record.deleted && record.parent.as_deref() == Some(parent)).collect()
    }

    fn list(&self, key: &Key, organisation: &Organisation, row: &Row, body: &Value) -> Outcome {
        let text = |record: &&Record| organisation.body(row.stream, record);
        match row.shape {
            Shape::Snapshot => {
                let records = organisation.records(row.stream).iter();
                let seen = records.filter(|record| key.sees(organisation, row.stream, record));
                Outcome::Answer(Answer::whole(seen.map(|record| text(&record)).collect()))
            }
            Shape::Children { parameter, paged } => {
                let id = body[parameter].as_str().unwrap_or_default();
                let parents = row.parent.unwrap_or(row.stream);
                let parent =
                    organisation.find(parents, id).filter(|parent| key.sees(organisation, parents, parent));
                if parent.is_none() {
                    return Outcome::Refused(200, row.missing);
                }
                let children = self.children(organisation, row.stream, id);
                if !paged {
                    let records = children.iter().map(text).collect();
                    return Outcome::Answer(Answer { more: Some(false), ..Answer::whole(records) });
                }
                let after = match self.place(organisation, row.operation, body) {
                    Ok(place) => place.map_or(0, |place| place.position),
                    Err(code) => return Outcome::Refused(200, code),
                };
                // Children move between parents, so they are paged by when they came.
                let rest: Vec<&Record> = children.into_iter().filter(|child| child.created > after).collect();
                self.page(
                    organisation,
                    row,
                    &rest,
                    body,
                    |last| Place { since: 0, began: 0, position: last.created },
                    None,
                )
            }
            Shape::NewestFirst => {
                let newest_first: Vec<&Record> = organisation.records(row.stream).iter().rev().collect();
                let after = match self.place(organisation, row.operation, body) {
                    Ok(place) => place.map(|place| place.position),
                    Err(code) => return Outcome::Refused(200, code),
                };
                let start =
                    after.and_then(|after| newest_first.iter().position(|event| event.created == after));
                let rest = &newest_first[start.map_or(0, |start| start + 1)..];
                self.page(
                    organisation,
                    row,
                    rest,
                    body,
                    |last| Place { since: 0, began: 0, position: last.created },
                    None,
                )
            }
            Shape::Token | Shape::Embedded | Shape::ParentItself { .. } | Shape::InInfo { .. } => {
                self.listing(key, organisation, row, body)
            }
        }
    }

    /// A page of everything, or of what changed since a token.
    fn listing(&self, key: &Key, organisation: &Organisation, row: &Row, body: &Value) -> Outcome {
        let place = match self.place(organisation, row.operation, body) {
            Ok(Some(place)) => place,
            Ok(None) => match self.since(organisation, row.operation, body) {
                Ok(since) => Place { since, began: organisation.now, position: 0 },
                Err(code) => return Outcome::Refused(200, code),
            },
            Err(code) => return Outcome::Refused(200, code),
        };
        let Place { since, began, position } = place;
        let records = organisation.records(row.stream).iter();
        let mut listed: Vec<&Record> = records
            .filter(|record| record.touched > since && key.sees(organisation, row.stream, record))
            .collect();
        let rank = |record: &Record| if since > 0 { record.touched } else { record.created };
        listed.sort_by_key(|record| rank(record));
        let rest: Vec<&Record> = if self.offset_pages {
            listed.split_off((position as usize).min(listed.len()))
        } else {
            listed.into_iter().filter(|record| rank(record) > position).collect()
        };
        let taken = self.page_size(body).min(rest.len()) as u64;
        let next = |last: &Record| Place {
            since,
            began,
            position: if self.offset_pages { position + taken } else { rank(last) },
        };
        self.page(organisation, row, &rest, body, next, Some(began))
    }

    fn page_size(&self, body: &Value) -> usize {
        let asked = body["limit"].as_u64().unwrap_or(100) as usize;
        self.page_size.min(asked).max(1)
    }

    fn page(
        &self,
        organisation: &Organisation,
        row: &Row,
        rest: &[&Record],
        body: &Value,
        next: impl Fn(&Record) -> Place,
        token: Option<u64>,
    ) -> Outcome {
        let (page, more) = rest.split_at(self.page_size(body).min(rest.len()));
        let more = !more.is_empty();
        Outcome::Answer(Answer {
            records: Some(page.iter().map(|record| organisation.body(row.stream, record)).collect()),
            results: None,
            more: Some(more),
            cursor: page.last().filter(|_| more).map(|last| {
                let Place { since, began, position } = next(last);
                let serial = self.serial;
                format!("c.{}.{}.{since}.{began}.{position}.{serial}", organisation.number, row.operation)
            }),
            token: token.filter(|_| !more).map(|began| self.token(organisation, row.operation, began)),
        })
    }

    fn token(&self, organisation: &Organisation, operation: &str, began: u64) -> String {
        format!("t.{}.{operation}.{began}.{}", organisation.number, self.serial)
    }

    /// Where a request's cursor stands.
    fn place(
        &self,
        organisation: &Organisation,
        operation: &str,
        body: &Value,
    ) -> Result<Option<Place>, &'static str> {
        let Some(cursor) = body["cursor"].as_str() else { return Ok(None) };
        let unknown = if operation == "auditLog.list" { "cursor_invalid" } else { "invalid_next_cursor" };
        let numbers = numbers(cursor, "c", organisation.number, operation).ok_or(unknown)?;
        let [since, began, position, serial] = numbers[..] else { return Err(unknown) };
        match self.cursors_refused {
            Some((before, code)) if serial < before => Err(code),
            _ => Ok(Some(Place { since, began, position })),
        }
    }

    /// Since when a request's token asks.
    fn since(&self, organisation: &Organisation, operation: &str, body: &Value) -> Result<u64, &'static str> {
        let Some(token) = body["syncToken"].as_str() else { return Ok(0) };
        // Nobody promises that a token of another organisation is refused.
        let numbers = numbers(token, "t", organisation.number, operation)
            .or_else(|| numbers(token, "t", 1 - organisation.number, operation))
            .ok_or("sync_token_invalid")?;
        let [since, serial] = numbers[..] else { return Err("sync_token_invalid") };
        match self.tokens_refused {
            Some((before, code)) if serial < before => Err(code),
            _ => Ok(since),
        }
    }
}

/// The numbers of `KIND.ORGANISATION.CATEGORY.METHOD.N.N.N`.
fn numbers(text: &str, kind: &str, organisation: usize, operation: &str) -> Option<Vec<u64>> {
    let rest = text.strip_prefix(&format!("{kind}.{organisation}.{operation}."))?;
    rest.split('.').map(|number| number.parse().ok()).collect()
}
