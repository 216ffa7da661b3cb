//! The execute API: one request form for every entity and action, as Airbyte's hosted connector has it, and answers in two:
//! ours, and that of the hosted API, which its clients read.

mod entity;

use ashby_client::Cursor;
use ashby_client::catalog::{Operation, Paging};
use ashby_client::{ListRequest, ReadOperation};
use local_copy::{Filter, Wanted};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use self::entity::{Action, resolve};
use crate::agent::{Agent, Call};
use crate::error::Error;
use crate::tools::live;
use crate::{agent, cursor, request};

/// Records of a page, and the most that there are.
const LIMIT: usize = 100;

/// Of what a caller says that it is for.
const INTENT_LETTERS: usize = 512;

/// What is asked.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    entity: String,
    action: String,
    #[serde(default)]
    params: Option<Map<String, Value>>,
    #[serde(default)]
    select_fields: Option<Vec<String>>,
    #[serde(default)]
    exclude_fields: Option<Vec<String>>,
    /// Nothing is truncated here.
    #[serde(default)]
    #[allow(dead_code)]
    skip_truncation: Option<bool>,
    /// For whoever reads the journal of writes.
    #[serde(default)]
    intent: Option<String>,
    #[serde(default)]
    plan_id: Option<String>,
}

/// What is answered.
#[derive(Debug)]
pub struct Executed {
    /// As HTTP has it.
    pub status: u16,
    /// One JSON document.
    pub body: String,
    /// After how many seconds the same may work.
    pub retry_after_s: Option<u16>,
}

/// The form of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `{data, meta}`.
    Ours,
    /// That of the hosted API.
    Hosted,
}

/// Records, as they are written, or what else there is to say.
enum Found {
    List { records: Vec<Box<RawValue>>, cursor: Option<String>, source: Source },
    One { record: Box<RawValue>, source: Source },
    Plan(Map<String, Value>),
    Applied(Value),
}

#[derive(Clone, Copy)]
enum Source {
    Local(jiff::Timestamp),
    Live,
}

/// Where a list goes on.
#[derive(Serialize, Deserialize)]
enum Place {
    Row(i64),
    Page(Option<String>, usize),
}

/// Carries a request out.
pub async fn execute(agent: &Agent, body: &[u8], form: Form, call: &Call) -> Executed {
    let started = std::time::Instant::now();
    // Only names of our tables are told to monitoring.
    let mut name = "unknown".to_owned();
    let found = run(agent, body, call, &mut name).await;
    let outcome = found.as_ref().err().map_or("ok", |error| error.code);
    agent.inner.measures.called(call.door, &name, outcome, started.elapsed());
    match found {
        Ok(found) => {
            let (status, body) = told(found, form, started.elapsed());
            Executed { status, body, retry_after_s: None }
        }
        Err(error) => {
            Executed { status: status(&error), body: failed(&error), retry_after_s: error.retry_after_s }
        }
    }
}

/// The entities that there are, with what can be done to them.
pub fn entities() -> Value {
    entity::all()
}

async fn run(agent: &Agent, body: &[u8], call: &Call, name: &mut String) -> Result<Found, Error> {
    let request: Request = serde_json::from_slice(body).map_err(|error| {
        let text = error.to_string();
        let code = match error.classify() {
            serde_json::error::Category::Data if text.starts_with("missing field") => "missing_field",
            serde_json::error::Category::Data if text.starts_with("unknown field") => "unknown_field",
            serde_json::error::Category::Data => "invalid_parameter",
            _ => "invalid_json",
        };
        // Places and names of ours; of what was sent only what is no value.
        Error::new(code, text)
            .hint("{\"entity\": \"candidates\", \"action\": \"list\", \"params\": {\"limit\": 50}}")
    })?;
    let mut params = request.params.unwrap_or_default();
    let (stream, action) = resolve(&request.entity, &request.action)?;
    *name = match &action {
        Action::List(operation)
        | Action::Get(operation, _)
        | Action::Held(operation)
        | Action::Call(operation) => operation.name.to_owned(),
    };
    if request.intent.as_ref().is_some_and(|intent| intent.chars().count() > INTENT_LETTERS) {
        return Err(Error::new(
            "invalid_parameter",
            format!("intent has {INTENT_LETTERS} characters at most"),
        )
        .field("intent"));
    }
    let is_write = matches!(&action, Action::Call(operation) if !operation.is_read());
    if request.plan_id.is_some() && !is_write {
        return Err(Error::new("invalid_parameter", "a read has no plan")
            .field("plan_id")
            .hint("leave it out"));
    }
    let live = !is_write && is_live(&mut params)?;
    let call = &Call { intent: request.intent, ..call.clone() };
    let found = match action {
        Action::List(operation) => list(agent, stream, operation, params, live).await?,
        Action::Get(operation, parameter) => get(agent, stream, operation, parameter, params, live).await?,
        Action::Held(operation) => held(agent, stream.unwrap_or_default(), operation, &params, live).await?,
        Action::Call(operation) if operation.is_read() => one(agent, operation, params).await?,
        Action::Call(operation) => match request.plan_id {
            Some(id) => {
                let request = Some((operation, params));
                Found::Applied(crate::writes::apply(agent, &id, request, call).await?.into())
            }
            None => Found::Plan(crate::writes::plan(agent, operation, params, None, call).await?),
        },
    };
    selected(found, request.select_fields.as_deref(), request.exclude_fields.as_deref())
}

/// Whether Ashby is to be asked whatever the copy has.
fn is_live(params: &mut Map<String, Value>) -> Result<bool, Error> {
    match params.remove("live") {
        None | Some(Value::Null) => Ok(false),
        Some(Value::Bool(live)) => Ok(live),
        Some(_) => Err(Error::new("invalid_parameter", "live must be true or false").field("live")),
    }
}

/// What parameters of Ashby's list ask of records, as the copy is asked for it; `None` where it cannot tell.
fn filters(operation: &Operation, params: &Map<String, Value>) -> Option<Vec<Filter>> {
    let has = |name: &str| operation.members().any(|member| member.name == name);
    let filter = |(name, value): (&String, &Value)| {
        let path: &[&str] = match name.as_str() {
            "status" if has("status") => &["status"],
            "jobId" if has("jobId") => &["jobId"],
            "jobId" if has("job") => &["job", "id"],
            _ => return None,
        };
        let value = match value {
            Value::Array(only) if only.len() == 1 => only.first()?,
            value => value,
        };
        let path = path.iter().map(|name| (*name).to_owned()).collect();
        value.is_string().then(|| Filter { path, value: value.clone() })
    };
    params.iter().map(filter).collect()
}

async fn list(
    agent: &Agent,
    stream: Option<&'static str>,
    operation: &'static Operation,
    mut params: Map<String, Value>,
    live: bool,
) -> Result<Found, Error> {
    let limit = match params.remove("limit") {
        None | Some(Value::Null) => LIMIT,
        Some(value) => match value.as_u64() {
            Some(limit @ 1..) => usize::try_from(limit).unwrap_or(LIMIT).min(LIMIT),
            _ => {
                return Err(Error::new("invalid_parameter", "limit must be a whole number from 1 to 100")
                    .field("limit"));
            }
        },
    };
    let asked = match params.remove("cursor") {
        None | Some(Value::Null) => None,
        Some(Value::String(cursor)) => Some(cursor),
        Some(_) => return Err(Error::invalid_cursor("it is no text")),
    };
    let question = json!({"operation": operation.name, "params": params});
    let place: Option<Place> = asked.map(|text| cursor::open("execute", &question, &text)).transpose()?;
    let filters = match params.is_empty() {
        true => Some(Vec::new()),
        false => {
            // Wrong parameters are wrong whoever answers.
            ashby_calls::Plan::new(operation, params.clone())?;
            filters(operation, &params)
        }
    };
    let filters = filters.filter(|_| !live && !matches!(place, Some(Place::Page(..))));
    if let (Some(stream), Some(filters)) = (stream, filters) {
        let after = match place {
            Some(Place::Row(row)) => Some(row),
            _ => None,
        };
        let wanted = Wanted { filters, after, limit, ..Wanted::default() };
        let found = agent
            .locally(move |copy| match copy.as_of([stream]) {
                Some(as_of) => Ok(Some((as_of, copy.page(stream, &wanted)?))),
                None => Ok(None),
            })
            .await?
            .flatten();
        // What has begun with the copy goes on with it; and what only the copy can tell is told as old as it is.
        let is_bound = after.is_some() || ashby_source::nested(stream).is_some();
        let found = found.filter(|(as_of, _)| is_bound || !agent.is_too_old(Some(*as_of)));
        if let Some((as_of, page)) = found {
            let cursor = page.next.map(|row| cursor::seal("execute", &question, &Place::Row(row)));
            let records = page.records.into_iter().map(|held| raw(&held.record)).collect::<Result<_, _>>()?;
            return Ok(Found::List { records, cursor, source: Source::Local(as_of) });
        }
        if after.is_some() {
            return Err(Error::invalid_cursor("the copy that it is of is gone"));
        }
    }
    if let Some(stream) = stream {
        live::check_own_list(stream, operation, &params)?;
    }
    let client = agent.client(&format!("{} (of {})", operation.category(), operation.name))?;
    let (page_cursor, skip) = match place {
        Some(Place::Page(cursor, skip)) => (cursor, skip),
        _ => (None, 0),
    };
    for (name, value) in stream.and_then(ashby_source::parameters).unwrap_or_default() {
        params.entry(name).or_insert(value);
    }
    if operation.paging != Paging::None && operation.parameter("limit").is_some() {
        params.insert("limit".to_owned(), limit.into());
    }
    let plan = ashby_calls::Plan::new(operation, params)?;
    let (all, next) = if operation.paging == Paging::None {
        (ashby_calls::list_items(&client.send(&plan).await?).unwrap_or_default(), None)
    } else {
        let request = ListRequest::new(ReadOperation::new(operation.name))
            .cursor(page_cursor.clone().map(Cursor::from))
            .parameters(plan.parameters().clone());
        client.page(&plan, &request).await?
    };
    let end = (skip + limit).min(all.len());
    let records = all.get(skip..end).unwrap_or_default();
    let records = records.iter().map(|record| raw(record)).collect::<Result<_, _>>()?;
    let place = if end < all.len() {
        Some(Place::Page(page_cursor, end))
    } else {
        next.map(|next| Place::Page(Some(next), 0))
    };
    let cursor = place.map(|place| cursor::seal("execute", &question, &place));
    Ok(Found::List { records, cursor, source: Source::Live })
}

async fn get(
    agent: &Agent,
    stream: Option<&'static str>,
    operation: &'static Operation,
    parameter: &'static str,
    params: Map<String, Value>,
    live: bool,
) -> Result<Found, Error> {
    let id = params.get(parameter).and_then(Value::as_str).map(str::to_owned);
    if let (Some(stream), Some(id), false, 1) = (stream, id, live, params.len()) {
        let found = agent
            .locally(move |copy| match copy.get(stream, &id) {
                Ok(held) => Ok(held.filter(|held| held.gone.is_none()).zip(copy.as_of([stream]))),
                Err(local_copy::Error::UnknownStream(_)) => Ok(None),
                Err(error) => Err(error.into()),
            })
            .await?
            .flatten();
        if let Some((held, as_of)) = found.filter(|(_, as_of)| !agent.is_too_old(Some(*as_of))) {
            return Ok(Found::One { record: raw(&held.record)?, source: Source::Local(as_of) });
        }
    }
    one(agent, operation, params).await
}

/// A record that only the copy can give.
async fn held(
    agent: &Agent,
    stream: &'static str,
    operation: &'static Operation,
    params: &Map<String, Value>,
    live: bool,
) -> Result<Found, Error> {
    let id = params.get("id").and_then(Value::as_str).filter(|_| params.len() == 1).map(str::to_owned);
    let id = id.ok_or_else(|| {
        Error::new(
            "invalid_parameter",
            format!("get of {stream} takes the id of the record, and nothing else"),
        )
        .field("id")
    })?;
    if live {
        let message = format!("Ashby has no operation that reads one record of {stream}");
        return Err(Error::new("invalid_parameter", message)
            .field("live")
            .hint(format!("leave it out to read the local copy; or ask {}", operation.name)));
    }
    let found = agent
        .locally(move |copy| match copy.as_of([stream]) {
            Some(as_of) => Ok((Some(as_of), copy.get(stream, &id)?)),
            None => Ok((None, None)),
        })
        .await?;
    match found {
        Some((Some(as_of), Some(held))) if held.gone.is_none() => {
            Ok(Found::One { record: raw(&held.record)?, source: Source::Local(as_of) })
        }
        Some((Some(_), _)) => {
            Err(Error::new("not_found", format!("there is no such record of {stream} in the local copy"))
                .field("id"))
        }
        _ => Err(Error::new(
            "not_synced",
            format!("{stream} is not in the local copy, and Ashby has no operation that reads one of it"),
        )
        .hint(format!("`ashby sync {stream}` brings it; or ask {}", operation.name))),
    }
}

async fn one(
    agent: &Agent,
    operation: &'static Operation,
    params: Map<String, Value>,
) -> Result<Found, Error> {
    let plan = ashby_calls::Plan::new(operation, params)?;
    let client = agent.client(&format!("what {} answers", operation.name))?;
    let results = client.send(&plan).await?;
    Ok(match ashby_calls::list_items(&results) {
        Some(items) => {
            let records = items.iter().map(|item| raw(item)).collect::<Result<_, _>>()?;
            Found::List { records, cursor: None, source: Source::Live }
        }
        None => Found::One { record: raw(&results)?, source: Source::Live },
    })
}

/// JSON as it is written.
fn raw(bytes: &[u8]) -> Result<Box<RawValue>, Error> {
    let text = std::str::from_utf8(bytes).ok().map(str::to_owned);
    text.and_then(|text| RawValue::from_string(text).ok())
        .ok_or_else(|| Error::new("ashby_refused", "a record is no JSON"))
}

/// Leaves of records what was asked for; what is left is written anew.
fn selected(found: Found, select: Option<&[String]>, exclude: Option<&[String]>) -> Result<Found, Error> {
    let (select, exclude) = (select.unwrap_or_default(), exclude.unwrap_or_default());
    if select.is_empty() && exclude.is_empty() {
        return Ok(found);
    }
    let cut = |record: Box<RawValue>| -> Result<Box<RawValue>, Error> {
        let record: Value = agent::record(record.get().as_bytes());
        let left = if select.is_empty() { without(record, exclude) } else { only(&record, select) };
        serde_json::value::to_raw_value(&left)
            .map_err(|_| Error::new("internal", "a record could not be written"))
    };
    Ok(match found {
        Found::List { records, cursor, source } => {
            Found::List { records: records.into_iter().map(cut).collect::<Result<_, _>>()?, cursor, source }
        }
        Found::One { record, source } => Found::One { record: cut(record)?, source },
        other => other,
    })
}

/// The members at these paths, in their places.
fn only(record: &Value, paths: &[String]) -> Value {
    let mut left = Map::new();
    for path in paths {
        let names: Vec<&str> = path.split('.').collect();
        copy(record, &names, &mut left);
    }
    left.into()
}

fn copy(from: &Value, names: &[&str], into: &mut Map<String, Value>) {
    let [name, rest @ ..] = names else { return };
    let Some(value) = from.get(*name) else { return };
    if rest.is_empty() {
        into.insert((*name).to_owned(), value.clone());
    } else if let Value::Object(inner) = into.entry(*name).or_insert_with(|| json!({})) {
        copy(value, rest, inner);
    }
}

fn without(mut record: Value, paths: &[String]) -> Value {
    for path in paths {
        let (parents, name) = path.rsplit_once('.').unwrap_or(("", path));
        let parent = parents
            .split('.')
            .filter(|name| !name.is_empty())
            .try_fold(&mut record, |value, name| value.get_mut(name));
        if let Some(Value::Object(members)) = parent {
            members.remove(name);
        }
    }
    record
}

fn told(found: Found, form: Form, took: std::time::Duration) -> (u16, String) {
    let source = |source: Source| match source {
        Source::Local(as_of) => json!({"source": "local", "as_of": as_of.strftime("%FT%TZ").to_string()}),
        Source::Live => json!({"source": "live"}),
    };
    let hosted = |result: Value| {
        json!({
            "status": "success", "result": result, "connector_metadata": null,
            "execution_metadata": {"connector_instance_id": "ashby", "execution_time_ms": took.as_millis() as u64},
        })
    };
    match (found, form) {
        (Found::List { records, cursor, source: from }, Form::Ours) => {
            let mut meta = json!({"cursor": cursor, "has_more": cursor.is_some()});
            merge(&mut meta, source(from));
            (200, format!("{{\"data\":{},\"meta\":{meta}}}", array(&records)))
        }
        (Found::List { records, cursor, .. }, Form::Hosted) => {
            let more = cursor.is_some();
            let metadata =
                json!({"cursor": cursor, "has_more": more, "end_cursor": cursor, "has_next_page": more});
            let execution = &hosted(Value::Null)["execution_metadata"];
            let body = format!(
                "{{\"status\":\"success\",\"result\":{},\"connector_metadata\":{metadata},\"execution_metadata\":{execution}}}",
                array(&records)
            );
            (200, body)
        }
        (Found::One { record, source: from }, Form::Ours) => {
            (200, format!("{{\"data\":{},\"meta\":{}}}", record.get(), source(from)))
        }
        (Found::One { record, .. }, Form::Hosted) => {
            let execution = &hosted(Value::Null)["execution_metadata"];
            let body = format!(
                "{{\"status\":\"success\",\"result\":{{\"success\":true,\"results\":{}}},\"connector_metadata\":null,\"execution_metadata\":{execution}}}",
                record.get()
            );
            (200, body)
        }
        (Found::Plan(plan), Form::Ours) => (202, json!({"plan": plan}).to_string()),
        (Found::Plan(plan), Form::Hosted) => (202, hosted(json!({"plan": plan})).to_string()),
        (Found::Applied(applied), Form::Ours) => {
            (200, json!({"data": applied, "meta": {"source": "live"}}).to_string())
        }
        (Found::Applied(applied), Form::Hosted) => (200, hosted(applied).to_string()),
    }
}

fn array(records: &[Box<RawValue>]) -> String {
    let records: Vec<&str> = records.iter().map(|record| record.get()).collect();
    format!("[{}]", records.join(","))
}

fn merge(into: &mut Value, more: Value) {
    if let (Value::Object(into), Value::Object(more)) = (into, more) {
        into.extend(more);
    }
}

/// An error as a document.
pub(crate) fn failed(error: &Error) -> String {
    json!({
        "type": kind(error), "message": error.message, "code": error.code, "hint": error.hint, "request_id": request::id(),
        "ashby_request_id": error.ashby_request_id, "retryable": error.retryable, "retry_after_s": error.retry_after_s,
        "errors": [{
            "field": error.field, "message": error.message, "error_code": error.code,
            "details": {"retryable": error.retryable},
        }],
    })
    .to_string()
}

/// What kind of failure it is, in the words in which all our programs tell theirs.
fn kind(error: &Error) -> &'static str {
    match (error.code, status(error)) {
        ("not_found" | "rate_limited", _) => error.code,
        ("missing_permission", _) => "permission",
        (_, 401 | 403) => "credentials",
        (_, 400 | 404 | 405 | 408 | 409 | 413 | 415) => "usage",
        _ => "failed",
    }
}

/// An error's status, as HTTP has it.
pub(crate) fn status(error: &Error) -> u16 {
    match error.code {
        "unauthorized" => 401,
        "writes_not_allowed" | "missing_permission" | "not_visible" | "host_refused" | "origin_refused" => {
            403
        }
        "unknown_entity" | "unknown_action" | "unknown_stream" | "unknown_operation" | "not_found"
        | "plan_unknown" => 404,
        "method_not_allowed" => 405,
        "too_slow" => 408,
        "precondition_moved" | "plan_used" | "plan_expired" => 409,
        "too_large" => 413,
        "unsupported_media_type" => 415,
        "busy" | "rate_limited" => 429,
        "internal" | "journal_unwritable" | "copy_unreadable" | "configuration" => 500,
        "ashby_key_refused" | "ashby_refused" | "ashby_unreachable" | "fate_unknown" => 502,
        "timed_out" => 504,
        "not_synced" | "no_index" => 503,
        _ => 400,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_left_or_left_out_in_their_places() {
        let record = json!({"id": "1", "job": {"id": "2", "title": "T"}, "x": 1});
        let paths = |paths: &[&str]| paths.iter().map(|path| (*path).to_owned()).collect::<Vec<_>>();
        assert_eq!(
            only(&record, &paths(&["id", "job.title", "none.x"])),
            json!({"id": "1", "job": {"title": "T"}})
        );
        assert_eq!(
            without(record, &paths(&["x", "job.title", "none.x"])),
            json!({"id": "1", "job": {"id": "2"}})
        );
    }
}
