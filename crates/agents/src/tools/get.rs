//! `get`.

use serde_json::{Map, Value, json};

use super::live;
use crate::agent::{self, Agent, Answer, TOO_OLD};
use crate::arguments::Given;
use crate::budget;
use crate::error::Error;

pub(super) async fn run(agent: &Agent, given: &Given) -> Result<Answer, Error> {
    let (stream, id) = (given.required("stream").to_owned(), given.required("id").to_owned());
    let fields = given.texts("fields");
    let mut why = "asked for live".to_owned();
    // What no operation reads is told as old as it is.
    let is_asked = live::info_of(&stream).is_some();
    if !given.truth("live") {
        let (name, key) = (stream.clone(), id.clone());
        let found = agent
            .locally(move |copy| match copy.get(&name, &key) {
                Ok(held) => Ok((held, copy.as_of([&*name]))),
                Err(local_copy::Error::UnknownStream(_)) => Ok((None, None)),
                Err(error) => Err(error.into()),
            })
            .await?;
        match found {
            Some((Some(held), as_of)) if held.gone.is_none() && agent.is_too_old(as_of) && is_asked => {
                why = TOO_OLD.to_owned();
            }
            Some((Some(held), as_of)) if held.gone.is_none() => {
                let mut answer = shown(agent::record(&held.record), &fields);
                agent::local(&mut answer, as_of);
                return Ok(answer);
            }
            // It was merged: the other one is meant.
            Some((Some(held), _)) if held.merged_into.is_some() => {
                let into = held.merged_into.unwrap_or_default();
                return Err(Error::new(
                    "not_found",
                    format!("this record of {stream} was merged into another"),
                )
                .field("id")
                .hint(format!("get {into} instead")));
            }
            Some((Some(_), _)) => {
                return Err(Error::new("not_found", format!("this record of {stream} is gone"))
                    .field("id")
                    .hint("`live: true` asks Ashby again"));
            }
            Some((None, _)) => why = "the local copy does not have it".to_owned(),
            None => why = "there is no local copy".to_owned(),
        }
    }
    let Some((operation, parameter)) = live::info_of(&stream) else {
        let message = format!(
            "there is no such record of {stream} in the local copy, and Ashby has no operation that reads one"
        );
        return Err(Error::new("not_found", message).field("id").hint("`list` reads the stream"));
    };
    let client = agent.client(&format!("this record of {stream}"))?;
    let params: Map<String, Value> = [(parameter.to_owned(), id.into())].into_iter().collect();
    let record = live::send(client, operation, params).await?;
    let mut answer = shown(record, &fields);
    agent::live(&mut answer, &why);
    Ok(answer)
}

fn shown(record: Value, fields: &[&str]) -> Answer {
    let related = related(&record);
    let mut record = budget::pick(record, fields);
    let omitted = budget::fit(&mut record, budget::LETTERS);
    let mut answer = agent::answer(json!({"record": record, "untrusted": true}));
    if !related.is_empty() {
        answer.insert("related".to_owned(), related.into());
    }
    if !omitted.is_empty() {
        answer.insert("omitted_fields".to_owned(), omitted.into());
        answer.insert(
            "note".to_owned(),
            "the record is too large for one answer: read the rest with `fields`".into(),
        );
    }
    answer
}

/// Members that name another record: how they are called there.
const RELATED: [(&str, &str, &str); 4] = [
    ("candidate", "candidates", "name"),
    ("job", "jobs", "title"),
    ("currentInterviewStage", "interview_stages", "title"),
    ("source", "sources", "title"),
];

/// Ids and names of the records that this one belongs to.
fn related(record: &Value) -> Map<String, Value> {
    let mut related = Map::new();
    for (member, stream, name) in RELATED {
        if let Some(id) = record.get(member).and_then(|other| other.get("id")).and_then(Value::as_str) {
            let name = record[member].get(name).cloned().unwrap_or_default();
            related.insert(member.to_owned(), json!({"stream": stream, "id": id, "name": name}));
        }
    }
    for (member, stream) in
        [("candidateId", "candidates"), ("applicationId", "applications"), ("jobId", "jobs")]
    {
        if let Some(id) = record.get(member).and_then(Value::as_str) {
            related.insert(member.to_owned(), json!({"stream": stream, "id": id}));
        }
    }
    related
}
