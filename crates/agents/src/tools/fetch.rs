//! `fetch`: what ChatGPT's research wants beside `search`, by the ids that `search` gives.

use serde_json::{Map, Value, json};

use super::get;
use crate::agent::{Agent, Answer};
use crate::arguments::Given;
use crate::budget;
use crate::error::Error;

pub(super) async fn run(agent: &Agent, given: &Given) -> Result<Answer, Error> {
    let asked = given.required("id").to_owned();
    let (stream, id) = match asked.split_once('/') {
        Some((stream, id)) if ashby_source::stream(stream).is_some() => (stream.to_owned(), id.to_owned()),
        Some(_) => {
            return Err(Error::new("unknown_stream", "there is no such stream")
                .field("id")
                .hint("an id is one that search gives, or STREAM/ID: candidates/…"));
        }
        None => (of_some_stream(agent, &asked).await?, asked.clone()),
    };
    let arguments: Map<String, Value> =
        [("stream".to_owned(), stream.clone().into()), ("id".to_owned(), id.clone().into())]
            .into_iter()
            .collect();
    let mut found = get::run(agent, &Given::trusted(arguments)).await?;
    let record = found.remove("record").unwrap_or_default();
    let text = |name: &str| record.get(name).and_then(Value::as_str);
    let title = text("name").or_else(|| text("title")).unwrap_or(&stream).to_owned();
    let url = text("profileUrl").map_or_else(|| format!("ashby://{stream}/{id}"), str::to_owned);
    let mut whole = record.to_string();
    if whole.len() > budget::LETTERS {
        whole = format!("too large; get reads it with `fields`: {stream} {id}");
    }
    let mut metadata = Map::new();
    metadata.insert("stream".to_owned(), stream.into());
    for name in ["source", "as_of", "age_s", "note", "related", "omitted_fields", "untrusted"] {
        if let Some(value) = found.remove(name) {
            metadata.insert(name.to_owned(), value);
        }
    }
    let answer = json!({
        "id": asked, "title": title, "text": whole, "url": url,
        "source": metadata.get("source"), "untrusted": true, "metadata": metadata,
    });
    Ok(crate::agent::answer(answer))
}

/// The stream that has a record of this id, among those that are searched.
async fn of_some_stream(agent: &Agent, id: &str) -> Result<String, Error> {
    let id = id.to_owned();
    let found = agent
        .locally(move |copy| {
            for (_, stream) in ashby_source::kinds() {
                match copy.get(stream, &id) {
                    Ok(Some(_)) => return Ok(Some(stream.to_owned())),
                    Ok(None) | Err(local_copy::Error::UnknownStream(_)) => {}
                    Err(error) => return Err(error.into()),
                }
            }
            Ok(None)
        })
        .await?;
    // Without a copy, only candidates are found.
    Ok(found.flatten().unwrap_or_else(|| "candidates".to_owned()))
}
