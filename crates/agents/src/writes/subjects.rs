//! Whom and what a write is about, as far as it can be read: what a person must see before it is done, and what must not
//! have changed when it is.

use ashby_calls::Plan;
use ashby_client::Client;
use ashby_client::catalog::{Operation, Type};
use bytes::Bytes;
use serde_json::{Map, Value, json};

use crate::error::Error;
use crate::sight::Live;
use crate::tools::live;
use crate::{agent, budget};

/// More are not read.
const SUBJECTS_MAX: usize = 6;

/// What matters of a record.
const VALUES: [&str; 16] = [
    "name",
    "title",
    "status",
    "candidate.name",
    "job.title",
    "currentInterviewStage.id",
    "currentInterviewStage.title",
    "source.title",
    "archiveReason.text",
    "archivedAt",
    "isArchived",
    "isEnabled",
    "offerStatus",
    "approvalStatus",
    "closedAt",
    "updatedAt",
];

/// A record that a write names.
#[derive(Debug)]
pub(super) struct Subject {
    /// The parameter that names it.
    parameter: &'static str,
    operation: &'static Operation,
    params: Map<String, Value>,
    /// What stood there, whoever may see it; or why that could not be read.
    values: Result<Value, Error>,
    /// What may be seen of that.
    shown: Value,
}

/// Reads what a plan names.
///
/// # Errors
/// What is not there cannot be written to. What may not be read is said and left at that.
pub(super) async fn read(live: Live<'_>, plan: &Plan) -> Result<Vec<Subject>, Error> {
    let mut subjects = Vec::new();
    for field in plan.operation().parameters {
        let (Type::Id(kind), Some(id)) =
            (field.kind, plan.parameters().get(field.name).and_then(Value::as_str))
        else {
            continue;
        };
        let Some((operation, name)) = kind.strip_suffix("Id").and_then(|kind| live::info(&lower_first(kind)))
        else {
            continue;
        };
        if subjects.len() == SUBJECTS_MAX {
            break;
        }
        let params: Map<String, Value> = [(name.to_owned(), id.into())].into_iter().collect();
        let (values, shown) = match record(live.client, operation, &params).await {
            Err(error) if error.code == "not_found" => return Err(error.field(field.name)),
            Err(error) => (Err(error), Value::Null),
            Ok(record) => {
                let shown = live.sight.shown(operation, record.clone()).await?;
                (Ok(picked(&record)), shown.map_or(Value::Null, |shown| picked(&shown)))
            }
        };
        subjects.push(Subject { parameter: field.name, operation, params, values, shown });
    }
    Ok(subjects)
}

async fn record(
    client: &Client,
    operation: &'static Operation,
    params: &Map<String, Value>,
) -> Result<Bytes, Error> {
    let plan = Plan::new(operation, params.clone())?;
    Ok(ashby_calls::send(client, &plan).await?.results)
}

fn picked(record: &[u8]) -> Value {
    budget::pick(agent::record(record), &VALUES)
}

fn lower_first(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(letters).collect()
}

impl Subject {
    pub(super) fn name(&self) -> String {
        format!("the {} of {}", self.operation.category(), self.parameter)
    }

    pub(super) fn told(&self) -> Value {
        match &self.values {
            Ok(_) => {
                json!({"parameter": self.parameter, "is": self.operation.category(), "now": self.shown})
            }
            Err(error) => json!({
                "parameter": self.parameter, "is": self.operation.category(),
                "unread": format!("it could not be read ({}), and will not be looked at again", error.code),
            }),
        }
    }

    /// Whether what matters is as it was.
    pub(super) async fn is_unmoved(&self, client: &Client) -> Result<bool, Error> {
        match &self.values {
            Ok(before) => match record(client, self.operation, &self.params).await {
                Ok(now) => Ok(picked(&now) == *before),
                Err(error) if error.code == "not_found" => Ok(false),
                Err(error) => Err(error),
            },
            Err(_) => Ok(true),
        }
    }
}
