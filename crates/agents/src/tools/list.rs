//! `list`.

use ashby_client::catalog;
use local_copy::{Filter, Wanted};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{LIMIT_20, live};
use crate::agent::{self, Agent, Answer, TOO_OLD};
use crate::arguments::Given;
use crate::error::Error;
use crate::{budget, cursor};

/// Where an answer goes on.
#[derive(Serialize, Deserialize)]
enum Place {
    /// Behind this row of the copy.
    Row(i64),
    /// Behind so many records of a page of Ashby's.
    Page(live::Place),
}

pub(super) async fn run(agent: &Agent, given: &Given) -> Result<Answer, Error> {
    let stream = given.required("stream").to_owned();
    let question = given.question();
    let place: Option<Place> = match given.text("cursor") {
        Some(text) => Some(cursor::open("list", &question, text)?),
        None => None,
    };
    let filters = given.object("where");
    let wanted = Wanted {
        filters: filters.iter().map(filter).collect(),
        since: given.instant("since"),
        after: match place {
            Some(Place::Row(row)) => Some(row),
            _ => None,
        },
        limit: given.number(&LIMIT_20),
    };
    let fields = given.texts("fields");
    let is_simple = filters.is_empty() && given.text("since").is_none();
    let mut why = "the stream was never synced whole";
    let place = match place {
        Some(Place::Page(place)) => Some(place),
        place => {
            let name = stream.clone();
            let found = agent
                .locally(move |copy| match (copy.as_of([&*name]), copy.page(&name, &wanted)) {
                    (Some(as_of), page) => Ok(Some((as_of, page?))),
                    (None, _) => Ok(None),
                })
                .await?;
            match (found.flatten(), place) {
                // What has begun with the copy goes on with it; nor is Ashby asked what only the copy can tell.
                (Some((as_of, _)), None)
                    if is_simple
                        && ashby_source::nested(&stream).is_none()
                        && agent.is_too_old(Some(as_of)) =>
                {
                    why = TOO_OLD;
                    None
                }
                (Some((as_of, page)), _) => return Ok(local(&page, as_of, &fields, &question)),
                (None, Some(_)) => return Err(Error::invalid_cursor("the copy that it is of is gone")),
                (None, None) => None,
            }
        }
    };
    ask(agent, &stream, &filters, given, place, why).await
}

fn filter((path, value): (&String, &Value)) -> Filter {
    Filter { path: path.split('.').map(str::to_owned).collect(), value: value.clone() }
}

fn shown(record: Value, fields: &[&str]) -> Value {
    let mut record = budget::pick(record, fields);
    budget::shorten(&mut record);
    record
}

fn local(page: &local_copy::Page, as_of: jiff::Timestamp, fields: &[&str], question: &Value) -> Answer {
    let records = page.records.iter().map(|held| shown(agent::record(&held.record), fields));
    let records = budget::take(records, budget::LETTERS);
    let next = if records.len() < page.records.len() {
        page.rows.get(records.len().wrapping_sub(1)).copied()
    } else {
        page.next
    };
    let mut answer =
        agent::answer(json!({"records": records, "has_more": next.is_some(), "untrusted": true}));
    if let Some(total) = page.total {
        answer.insert("total".to_owned(), total.into());
    }
    if let Some(row) = next {
        answer.insert("cursor".to_owned(), cursor::seal("list", question, &Place::Row(row)).into());
    }
    agent::local(&mut answer, Some(as_of));
    answer
}

/// A page of Ashby's.
async fn ask(
    agent: &Agent,
    stream: &str,
    filters: &Map<String, Value>,
    given: &Given,
    place: Option<live::Place>,
    why: &str,
) -> Result<Answer, Error> {
    let known = ashby_source::stream(stream);
    let operation = known.as_ref().and_then(|stream| catalog::find(stream.operation));
    let operation = operation.ok_or_else(|| {
        Error::new("unknown_stream", format!("there is no stream {}", outside_text::name(stream)))
    })?;
    live::check_own_list(stream, operation, filters)?;
    let client = agent.client(&format!("the stream {stream}"))?;
    if given.text("since").is_some() {
        let message = format!(
            "{stream} was never synced, and Ashby's list cannot be asked for what changed since an instant"
        );
        return Err(Error::new("not_synced", message)
            .field("since")
            .hint("run `ashby sync`, or leave `since` out"));
    }
    let mut params = ashby_source::parameters(stream).unwrap_or_default();
    for (name, value) in filters {
        if operation.parameter(name).is_none() {
            let known: Vec<&str> = operation.parameters.iter().map(|parameter| parameter.name).collect();
            let message =
                format!("{stream} was never synced, and {} has no parameter {name}", operation.name);
            return Err(Error::new("invalid_parameter", message).field("where").hint(format!(
                "its parameters are {}; after `ashby sync`, any member will do",
                known.join(", ")
            )));
        }
        params.insert(name.clone(), value.clone());
    }
    let question = given.question();
    let limit = given.number(&LIMIT_20);
    let page = live::page(client, operation, params, Some(limit), place).await?;
    let fields = given.texts("fields");
    let (records, next) = page.taken(|record| shown(record, &fields), limit);
    let mut answer =
        agent::answer(json!({"records": records, "has_more": next.is_some(), "untrusted": true}));
    if let Some(next) = next {
        answer.insert("cursor".to_owned(), cursor::seal("list", &question, &Place::Page(next)).into());
    }
    agent::live(&mut answer, why);
    Ok(answer)
}
