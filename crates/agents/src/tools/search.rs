//! `search`.

use local_copy::{After, Error as Lack, Hits, Search};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{LIMIT_10, live};
use crate::agent::{self, Agent, Answer};
use crate::arguments::Given;
use crate::error::Error;
use crate::{budget, cursor};

/// Where an answer goes on. Scores are kept bit for bit.
#[derive(Serialize, Deserialize)]
struct Place {
    score_bits: u64,
    stream: String,
    row: i64,
    any: bool,
}

pub(super) async fn run(agent: &Agent, given: &Given) -> Result<Answer, Error> {
    let question = given.question();
    let place: Option<Place> = match given.text("cursor") {
        Some(text) => Some(cursor::open("search", &question, text)?),
        None => None,
    };
    let text = given.required("query").to_owned();
    let kinds: Vec<String> = given.texts("kinds").into_iter().map(str::to_owned).collect();
    let limit = given.number(&LIMIT_10);
    let found = agent
        .locally({
            let (text, kinds) = (text.clone(), kinds.clone());
            move |copy| {
                let of_kinds = ashby_source::kinds()
                    .filter(|(kind, _)| kinds.is_empty() || kinds.iter().any(|one| one == kind));
                let after = place.map(|place| After {
                    score: f64::from_bits(place.score_bits),
                    stream: place.stream,
                    row: place.row,
                    any: place.any,
                });
                let streams = of_kinds.map(|(_, stream)| stream).collect();
                let hits = match copy.search(&Search { text: &text, streams, limit, after }) {
                    Err(error @ (Lack::NoIndex | Lack::NotHeld { .. })) => return Ok(Err(error)),
                    other => other?,
                };
                let as_of = copy.as_of(hits.streams.iter().map(String::as_str));
                Ok(Ok((hits, as_of)))
            }
        })
        .await;
    // Only candidates are found without the copy; whoever wants others is told what it lacks.
    let is_of_candidates = kinds.is_empty() || kinds.iter().any(|kind| kind == "candidates");
    match found? {
        Some(Ok((hits, as_of))) => {
            let mut answer = local(hits, &question, !kinds.is_empty());
            agent::local(&mut answer, as_of);
            Ok(answer)
        }
        Some(Err(lack)) if agent.live().is_some() && is_of_candidates => {
            ask(agent, &text, &kinds, &lack.to_string()).await
        }
        Some(Err(lack)) => Err(Error::from(lack)),
        None => ask(agent, &text, &kinds, "there is no local copy").await,
    }
}

fn local(found: Hits, question: &Value, is_of_kinds: bool) -> Answer {
    let results = found.hits.iter().map(|hit| {
        let record = agent::record(&hit.held.record);
        let text = |name: &str| record.get(name).cloned().filter(Value::is_string);
        let mut result = Map::new();
        result.insert("stream".to_owned(), hit.stream.clone().into());
        result.insert("id".to_owned(), hit.held.key.clone().into());
        result.insert("title".to_owned(), hit.title.clone().into());
        result.insert("snippet".to_owned(), hit.snippet.clone().into());
        if let Some(url) = text("profileUrl") {
            result.insert("url".to_owned(), url);
        }
        if let Some(updated_at) =
            text("updatedAt").or_else(|| text("createdAt")).or_else(|| text("submittedAt"))
        {
            result.insert("updated_at".to_owned(), updated_at);
        }
        result.insert("untrusted".to_owned(), true.into());
        Value::Object(result)
    });
    let results = budget::take(results, budget::LETTERS);
    let is_cut = results.len() < found.hits.len();
    let next = if is_cut {
        results.len().checked_sub(1).map(|last| found.hits[last].after.clone())
    } else {
        found.next
    };
    let mut answer = agent::answer(json!({"results": results, "has_more": next.is_some()}));
    if let Some(after) = next {
        let place =
            Place { score_bits: after.score.to_bits(), stream: after.stream, row: after.row, any: after.any };
        answer.insert("cursor".to_owned(), cursor::seal("search", question, &place).into());
    }
    let mut notes = Vec::new();
    if found.any && !found.hits.is_empty() {
        notes.push("no record has all of these words; these have some of them".to_owned());
    }
    for stream in found.not_held.iter().filter(|_| is_of_kinds) {
        notes.push(format!("the stream {stream} is not in the copy; `ashby sync {stream}` brings it"));
    }
    if !notes.is_empty() {
        answer.insert("note".to_owned(), notes.join(". ").into());
    }
    answer
}

/// Ashby finds candidates, by name or e-mail.
async fn ask(agent: &Agent, text: &str, kinds: &[String], why: &str) -> Result<Answer, Error> {
    if !kinds.is_empty() && !kinds.iter().any(|kind| kind == "candidates") {
        return Err(Error::new("not_synced", format!("{why}, and Ashby itself searches candidates only"))
            .hint("run `ashby sync`, or use call_operation"));
    }
    let client = agent.client("the index of words")?;
    let operation = super::catalog::operation("candidate.search")?;
    let member = if text.contains('@') { "email" } else { "name" };
    let params: Map<String, Value> = [(member.to_owned(), text.trim().into())].into_iter().collect();
    let found = live::send(client, operation, params).await?;
    let results = found.as_array().cloned().unwrap_or_default().into_iter().map(|record| {
        json!({
            "stream": "candidates", "id": record["id"], "title": record["name"], "untrusted": true,
            "snippet": record["primaryEmailAddress"]["value"], "url": record["profileUrl"], "updated_at": record["updatedAt"],
        })
    });
    let mut answer =
        agent::answer(json!({"results": budget::take(results, budget::LETTERS), "has_more": false}));
    agent::live(&mut answer, &format!("{why}: candidates only, by name or e-mail"));
    Ok(answer)
}
