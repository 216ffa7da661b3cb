//! `query`.

use local_copy::Query;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::LIMIT_100;
use crate::agent::{self, Agent, Answer, Call};
use crate::arguments::Given;
use crate::error::Error;
use crate::{budget, cursor};

/// Where an answer goes on: behind so many rows, of that moment.
#[derive(Serialize, Deserialize)]
struct Place {
    offset: u64,
    moment: u64,
}

pub(super) async fn run(agent: &Agent, given: &Given, call: &Call) -> Result<Answer, Error> {
    let question = given.question();
    let place: Option<Place> = match given.text("cursor") {
        Some(text) => Some(cursor::open("query", &question, text)?),
        None => None,
    };
    let mut query = Query::new(given.required("sql"));
    query.rows_max = given.number(&LIMIT_100);
    query.offset = place.as_ref().map_or(0, |place| place.offset);
    query.moment = place.map(|place| place.moment);
    query.limits.answer_bytes = 4 * budget::LETTERS;
    let offset = query.offset;
    let found = agent.query(query, call).await?;
    let row = |values: Vec<Value>| -> Value {
        let mut row: Value =
            found.columns.iter().cloned().zip(values).collect::<serde_json::Map<_, _>>().into();
        budget::shorten(&mut row);
        row
    };
    let count = found.rows.len();
    let rows = budget::take(found.rows.into_iter().map(row), budget::LETTERS);
    let is_more = found.truncated || rows.len() < count;
    let mut answer = agent::answer(json!({"columns": found.columns, "rows": rows, "truncated": is_more}));
    if is_more {
        let place = Place { offset: offset + rows.len() as u64, moment: found.moment };
        answer.insert("cursor".to_owned(), cursor::seal("query", &question, &place).into());
    }
    answer.insert("untrusted".to_owned(), true.into());
    agent::local(&mut answer, found.as_of);
    Ok(answer)
}
