//! Results of all operations, read into the types of the client and written again: the examples of Ashby's OpenAPI
//! document, where a copy of it lies at hand, and everything that the simulator answers.

mod examples;

use std::collections::BTreeMap;

use ashby_client::catalog::{self, Field, Operation, Type};
use ashby_client::round_trip::round_trip;
use ashby_client::{Client, ReadOperation};
use ashby_sim::{Organisation, Server, ServerOptions, Shape};
use serde_json::{Map, Value, json};

use crate::contract::document;

/// Records whose ids are asked for, of each kind.
const PARENTS: usize = 40;

/// What is wrong with results after they were read and written again.
fn finding(operation: &str, results: &Value) -> Option<String> {
    match round_trip(operation, results)? {
        Err(error) => Some(error.to_string()),
        Ok(again) if again != *results => {
            Some(format!("{operation}: {}", difference("results", results, &again)))
        }
        Ok(_) => None,
    }
}

/// The first place at which two different values differ.
fn difference(path: &str, before: &Value, after: &Value) -> String {
    match (before, after) {
        (Value::Object(left), Value::Object(right)) => {
            let names = left.keys().chain(right.keys());
            let differing = names.into_iter().find(|name| left.get(*name) != right.get(*name));
            match differing.map(|name| (name, left.get(name), right.get(name))) {
                Some((name, Some(left), Some(right))) => difference(&format!("{path}.{name}"), left, right),
                Some((name, _, _)) => format!("{path}.{name}"),
                None => path.to_owned(),
            }
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            match left.iter().zip(right).position(|(left, right)| left != right) {
                Some(index) => difference(&format!("{path}[{index}]"), &left[index], &right[index]),
                None => path.to_owned(),
            }
        }
        _ => path.to_owned(),
    }
}

#[test]
fn a_lost_member_is_noticed() {
    let whole = json!({"a": [{"b": null, "c": 1}]});
    for (other, place) in [
        (json!({"a": [{"c": 1}]}), "results.a[0].b"),
        (json!({"a": [{"b": null, "c": 1, "d": null}]}), "results.a[0].d"),
        (json!({"a": []}), "results.a"),
    ] {
        assert_eq!(difference("results", &whole, &other), place);
    }
}

#[test]
fn examples_of_the_published_api_survive_their_types() {
    let Some(path) = document() else {
        println!("skipped: no copy of Ashby's OpenAPI document (ASHBY_OPENAPI names one)");
        return;
    };
    let document: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let mut findings = Vec::new();
    let mut read = 0;
    for (operation, results) in examples::of(&document) {
        let typed = catalog::find(&operation).is_some_and(|operation| operation.returns.is_some());
        read += if typed { results.len() } else { 0 };
        findings.extend(results.iter().filter_map(|results| finding(&operation, results)));
    }
    assert!(read > 500, "{read} examples");
    findings.sort();
    findings.dedup();
    assert!(findings.is_empty(), "{} of {read}: {findings:#?}", findings.len());
}

/// Parameters with which an operation is asked, so that it answers much: each parent or word, all that can be
/// expanded or included.
fn requests(organisation: &Organisation, operation: &Operation) -> Vec<Map<String, Value>> {
    let is_paging = |field: &Field| matches!(field.name, "cursor" | "limit" | "syncToken");
    let mut requests = vec![Map::new()];
    for flag in [true, false] {
        let mut flags = Map::new();
        for field in operation.parameters.iter().filter(|field| !is_paging(field)) {
            match field.kind {
                Type::Boolean => _ = flags.insert(field.name.to_owned(), json!(flag)),
                Type::List { of: Type::Enumeration(words), .. } if flag && field.name == "expand" => {
                    flags.insert(field.name.to_owned(), json!(words.values));
                }
                _ => {}
            }
        }
        requests.push(flags);
    }
    requests.dedup();
    let rules = operation.rules.iter().filter_map(|rule| match rule {
        catalog::Rule::ExactlyOne(names) | catalog::Rule::AtLeastOne(names) => names.first(),
        _ => None,
    });
    let needed = operation.parameters.iter().filter(|field| field.required).map(|field| field.name);
    for name in needed.chain(rules.copied()) {
        let values = match (name, operation.parameter(name).map(|field| field.kind)) {
            ("fileHandle", _) => handles(organisation),
            (_, Some(Type::Id(id))) => ids(organisation, id),
            (_, Some(Type::Enumeration(words))) => words.values.iter().map(|word| json!(word)).collect(),
            _ => Vec::new(),
        };
        requests = requests
            .iter()
            .flat_map(|request| {
                values.iter().map(|value| {
                    let mut request = request.clone();
                    request.insert(name.to_owned(), value.clone());
                    request
                })
            })
            .collect();
    }
    requests
}

/// Handles of files.
fn handles(organisation: &Organisation) -> Vec<Value> {
    let candidates = organisation.truth("candidate.list", &Map::new()).into_iter();
    let handles = candidates.map(|candidate| candidate["resumeFileHandle"]["handle"].clone());
    handles.filter(Value::is_string).take(PARENTS).collect()
}

/// Ids of this type: `JobId` are those of `job.list`.
fn ids(organisation: &Organisation, id: &str) -> Vec<Value> {
    let truth = |operation: &str| organisation.truth(operation, &Map::new());
    let events = || {
        let schedules = truth("interviewSchedule.list").into_iter();
        schedules.flat_map(|schedule| schedule["interviewEvents"].as_array().cloned().unwrap_or_default())
    };
    let records = match id {
        "InterviewEventId" => events().collect(),
        "InterviewStageId" => {
            let applications = truth("application.list").into_iter();
            applications.map(|application| application["currentInterviewStage"].clone()).collect()
        }
        "NotetakerTranscriptId" => {
            let transcripts = events().map(|event| json!({"id": event["notetakerTranscriptId"]}));
            transcripts.filter(|transcript| transcript["id"].is_string()).collect()
        }
        _ => {
            let name = id.trim_end_matches("Id");
            truth(&format!("{}{}.list", name[..1].to_lowercase(), &name[1..]))
        }
    };
    records.iter().take(PARENTS).map(|record| record["id"].clone()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_simulator_answers_survives_its_types() {
    let server = Server::start(Organisation::new(&Shape::small()), ServerOptions::default()).await.unwrap();
    let builder = Client::builder().api_key("sim-key").base_url(&server.base_url());
    let client = builder.requests_per_minute(None).build().unwrap();
    let answered = server.organisation().operations();
    let mut findings = Vec::new();
    let mut read: BTreeMap<&str, usize> = BTreeMap::new();
    for operation in catalog::operations().filter(|operation| answered.contains(&operation.name)) {
        let is_asked = operation.action().starts_with("list") || operation.action() == "info";
        if !is_asked || operation.returns.is_none() {
            continue;
        }
        let typed = ReadOperation::new(operation.name);
        for mut request in requests(server.organisation(), operation) {
            loop {
                let Ok(response) = client.read(&typed, &request).await else {
                    findings.push(format!("{}: refused {:?}", operation.name, request.keys()));
                    break;
                };
                let results: Value = serde_json::from_slice(&response.results).unwrap();
                *read.entry(operation.name).or_default() += results.as_array().map_or(1, Vec::len);
                findings.extend(finding(operation.name, &results));
                match response.next_cursor {
                    Some(cursor) => _ = request.insert("cursor".to_owned(), json!(cursor.as_str())),
                    None => break,
                }
            }
        }
    }
    findings.sort();
    findings.dedup();
    assert!(findings.is_empty(), "{findings:#?}");
    let unread: Vec<_> = answered
        .iter()
        .filter(|operation| operation.contains(".list") || operation.ends_with(".info"))
        // The answers of the first have no type; there are no webhooks until one is made.
        .filter(|operation| !matches!(**operation, "version.list" | "webhook.info"))
        .filter(|operation| read.get(**operation).is_none_or(|records| *records == 0))
        .collect();
    assert!(unread.is_empty(), "no records of {unread:?}");
}
