//! Calls of Ashby: `call_operation`, tools of single operations, and what other tools ask when the copy cannot answer.

use ashby_calls::Plan;
use ashby_client::catalog::{self, Kind, Operation, Type};
use ashby_client::{Client, Cursor, ListRequest, ReadOperation};
use ashby_source::Nested;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{Does, Tool};
use crate::agent::{self, Agent, Answer, Call};
use crate::arguments::Given;
use crate::error::Error;
use crate::sight::Live;
use crate::{budget, cursor, tools};

/// Names of tools have no more letters: hosts put theirs before them.
const NAME_LETTERS: usize = 40;

/// Behind so many records of the page that begins at this cursor.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Place {
    cursor: Option<String>,
    skip: usize,
}

/// A page of Ashby's, and where it lay.
pub(super) struct Page {
    records: Vec<Value>,
    place: Place,
    next: Option<String>,
}

/// The operation that reads one record of a stream, and the parameter that takes its id.
pub(crate) fn info_of(stream: &str) -> Option<(&'static Operation, &'static str)> {
    let operation = catalog::find(ashby_source::stream(stream)?.operation)?;
    match ashby_source::nested(stream) {
        None => info(operation.category()),
        // There is one for each parent, and it goes by that one's id.
        Some(Nested::PerParent { parameter, is_plain: true }) if !operation.is_list() => {
            Some((operation, parameter))
        }
        // The ids of its category are those of other records.
        Some(_) => None,
    }
}

/// Refuses to list a stream live whose operation answers other records than the stream's. Lists of one parent's records are
/// good where that parent is named.
pub(crate) fn check_own_list(
    stream: &str,
    operation: &Operation,
    params: &Map<String, Value>,
) -> Result<(), Error> {
    let name = operation.name;
    let (message, hint) = match ashby_source::nested(stream) {
        None => return Ok(()),
        Some(Nested::PerParent { parameter, is_plain: true }) if operation.is_list() => {
            if params.contains_key(parameter) {
                return Ok(());
            }
            (
                format!(
                    "{stream} is not in the local copy, and {name} lists what belongs to one {parameter}"
                ),
                format!("`ashby sync {stream}` brings it; or name {parameter}"),
            )
        }
        Some(_) => (
            format!("{stream} is not in the local copy, and {name} answers other records with these in them"),
            format!("`ashby sync {stream}` brings it; or call_operation {name}"),
        ),
    };
    Err(Error::new("not_synced", message).hint(hint))
}

/// The operation that reads one thing of a category, and the parameter that takes its id.
pub(crate) fn info(category: &str) -> Option<(&'static Operation, &'static str)> {
    let info = catalog::find(&format!("{category}.info"))?;
    let own = format!("{category}Id");
    let is_id = |name: &str| name == "id" || name == own;
    let parameter = info
        .parameters
        .iter()
        .find(|field| is_id(field.name) && matches!(field.kind, Type::Id(_) | Type::Uuid));
    Some((info, parameter?.name))
}

/// What a read operation answers.
pub(crate) async fn send(
    live: Live<'_>,
    operation: &'static Operation,
    params: Map<String, Value>,
) -> Result<Value, Error> {
    let plan = Plan::new(operation, params)?;
    Ok(agent::record(&live.send(&plan).await?))
}

/// The same, whether it may be seen or not: for whoever has asked that already, and hands out nothing of it.
pub(crate) async fn unseen(
    client: &Client,
    operation: &'static Operation,
    params: Map<String, Value>,
) -> Result<Value, Error> {
    let plan = Plan::new(operation, params)?;
    Ok(agent::record(&ashby_calls::send(client, &plan).await?.results))
}

/// One page of a list.
pub(super) async fn page(
    live: Live<'_>,
    operation: &'static Operation,
    mut params: Map<String, Value>,
    limit: Option<usize>,
    place: Option<Place>,
) -> Result<Page, Error> {
    let place = place.unwrap_or(Place { cursor: None, skip: 0 });
    if operation.paging == catalog::Paging::None {
        let answered = send(live, operation, params).await?;
        let records = match answered {
            Value::Array(records) => records,
            one => vec![one],
        };
        return Ok(Page { records, place, next: None });
    }
    if let (Some(limit), true) = (limit, operation.parameter("limit").is_some()) {
        params.entry("limit").or_insert_with(|| limit.into());
    }
    // Checked as any other call, though it is sent as a list.
    let plan = Plan::new(operation, params)?;
    let request = ListRequest::new(ReadOperation::new(operation.name))
        .cursor(place.cursor.clone().map(Cursor::from))
        .parameters(plan.parameters().clone());
    let (records, next) = live.page(&plan, &request).await?;
    let records = records.iter().map(|bytes| agent::record(bytes)).collect();
    Ok(Page { records, place, next })
}

impl Page {
    /// As many records as there is room for, and where the rest is.
    pub(super) fn taken(self, shown: impl Fn(Value) -> Value, limit: usize) -> (Vec<Value>, Option<Place>) {
        let all = self.records.len();
        let skip = self.place.skip.min(all);
        let rest = self.records.into_iter().skip(skip).take(limit);
        let taken = budget::take(rest.map(shown), budget::LETTERS);
        let end = skip + taken.len();
        let next = if end < all {
            Some(Place { cursor: self.place.cursor, skip: end })
        } else {
            self.next.map(|cursor| Place { cursor: Some(cursor), skip: 0 })
        };
        (taken, next)
    }
}

/// `call_operation`.
pub(super) async fn call(agent: &Agent, given: &Given) -> Result<Answer, Error> {
    let operation = super::catalog::operation(given.required("operation"))?;
    read(agent, operation, given.object("params"), given.text("cursor"), &given.question()).await
}

async fn read(
    agent: &Agent,
    operation: &'static Operation,
    params: Map<String, Value>,
    cursor: Option<&str>,
    question: &Value,
) -> Result<Answer, Error> {
    if !operation.is_read() {
        let hint = match agent.inner.writes {
            Some(_) => "use plan_write, then apply_plan",
            None => "start with --allow-writes and use plan_write",
        };
        let message =
            format!("{} changes something ({}); nothing was sent", operation.name, operation.kind.name());
        return Err(Error::new("writes_not_allowed", message).field("operation").hint(hint));
    }
    let live = agent.live().ok_or_else(|| {
        Error::new("not_synced", format!("there is no API key to call {} with", operation.name))
            .hint("set ASHBY_API_KEY")
    })?;
    let mut answer = Answer::new();
    if operation.is_list() {
        let place = match cursor {
            Some(text) => Some(cursor::open("call_operation", question, text)?),
            None => None,
        };
        let page = page(live, operation, params, None, place).await?;
        let (records, next) = page.taken(
            |mut record| {
                budget::shorten(&mut record);
                record
            },
            usize::MAX,
        );
        answer.insert("result".to_owned(), records.into());
        answer.insert("has_more".to_owned(), next.is_some().into());
        if let Some(next) = next {
            answer.insert("cursor".to_owned(), cursor::seal("call_operation", question, &next).into());
        }
    } else {
        let mut result = send(live, operation, params).await?;
        let omitted = budget::fit(&mut result, budget::LETTERS);
        answer.insert("result".to_owned(), result);
        if !omitted.is_empty() {
            answer.insert("omitted_fields".to_owned(), omitted.into());
        }
    }
    answer.insert("untrusted".to_owned(), true.into());
    agent::live(&mut answer, "");
    Ok(answer)
}

/// A tool of one operation: a read calls it, a write plans it.
pub(super) fn tool(operation: &'static Operation) -> Tool {
    let permission = operation.permission.map_or_else(|| "none".to_owned(), catalog::Permission::screen_name);
    let plans = if operation.is_read() {
        "Live, one request."
    } else {
        "Plans it and changes nothing itself; apply_plan carries it out."
    };
    let effect = operation.effect.map(|effect| format!(" {effect}")).unwrap_or_default();
    Tool {
        name: tool_name(operation.name),
        title: operation.summary.to_owned(),
        description: format!(
            "{} ({}). {plans} Permission: {permission}. Kind: {}.{effect}",
            operation.summary,
            operation.name,
            operation.kind.name()
        ),
        schema: tools::catalog::plain_schema(operation),
        is_read_only: true,
        is_live: true,
        kind: Does::Operation(operation),
    }
}

/// `candidate.createNote` as `candidate_create_note`.
fn tool_name(operation: &str) -> String {
    let mut name = String::new();
    for letter in operation.chars() {
        match letter {
            '.' => name.push('_'),
            letter if letter.is_ascii_uppercase() => {
                name.push('_');
                name.push(letter.to_ascii_lowercase());
            }
            letter => name.push(letter),
        }
    }
    name.truncate(NAME_LETTERS);
    name
}

/// Calls the tool of one operation.
pub(super) async fn run(
    agent: &Agent,
    operation: &'static Operation,
    arguments: Option<Map<String, Value>>,
    call: &Call,
) -> Result<Answer, Error> {
    let mut params = arguments.unwrap_or_default();
    if operation.kind != Kind::Read {
        return crate::writes::plan(agent, operation, params, None, call).await;
    }
    let cursor = params.remove("cursor");
    params.remove("syncToken");
    let question = json!({"operation": operation.name, "params": params});
    read(agent, operation, params, cursor.as_ref().and_then(Value::as_str), &question).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_has_a_name_that_hosts_take_and_no_two_have_the_same() {
        let mut names: Vec<String> = catalog::operations()
            .filter(|operation| operation.deprecated.is_none())
            .map(|operation| tool_name(operation.name))
            .collect();
        for name in &names {
            assert!(
                name.len() <= NAME_LETTERS && name.starts_with(|letter: char| letter.is_ascii_lowercase()),
                "{name}"
            );
            assert!(name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_')), "{name}");
        }
        let all = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), all);
    }

    #[test]
    fn single_records_are_read_by_their_ids() {
        assert_eq!(
            info_of("candidates").map(|(operation, name)| (operation.name, name)),
            Some(("candidate.info", "id"))
        );
        let application = info_of("applications").map(|(operation, name)| (operation.name, name));
        assert_eq!(application, Some(("application.info", "applicationId")));
        assert!(info_of("candidate_notes").is_none() && info_of("sources").is_none());
        assert!(info_of("offer_versions").is_none() && info_of("job_board_postings").is_none());
        let details = info_of("job_posting_details").map(|(operation, name)| (operation.name, name));
        assert_eq!(details, Some(("jobPosting.info", "jobPostingId")));
    }
}
