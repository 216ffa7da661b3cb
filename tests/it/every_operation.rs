//! Every operation of the catalog, called once by its flags.

#[expect(dead_code, reason = "the simulator's own tests use the rest")]
#[path = "../../crates/ashby-sim/tests/support/mod.rs"]
mod sim;

use std::collections::BTreeSet;

use ashby_client::catalog::{self, Field, Operation, Rule, Type};
use ashby_sim::Shape;
use serde_json::{Map, Value, json};

use crate::contract_server::ContractServer;
use crate::support::Site;

/// The flags that say a body.
fn flags(operation: &str, body: &Map<String, Value>) -> Vec<String> {
    let mut words = vec!["call".to_owned(), operation.to_owned(), "--yes".to_owned()];
    for (name, value) in body {
        let flag: String = name
            .chars()
            .flat_map(|letter| match letter {
                '_' => vec!['-'],
                upper if upper.is_uppercase() => vec!['-', upper.to_ascii_lowercase()],
                other => vec![other],
            })
            .collect();
        words.push(match value {
            Value::Null => format!("--clear={flag}"),
            Value::String(text) => format!("--{flag}={text}"),
            other => format!("--{flag}={other}"),
        });
    }
    words
}

/// Calls an operation; what it answers. A contract server, if there is one, gets the same call, and must accept it.
async fn call(
    site: &Site,
    contract: Option<&ContractServer>,
    operation: &str,
    body: &Map<String, Value>,
) -> Value {
    let words = flags(operation, body);
    if let Some(contract) = contract.filter(|contract| contract.knows(operation)) {
        let address = ["--base-url".to_owned(), contract.base_url().to_owned()];
        let words: Vec<&str> = words.iter().chain(&address).map(String::as_str).collect();
        let ran = site.called(&words).await;
        // The document does not say of every operation what it answers.
        let accepted = ran.code == Some(0) || ran.stderr.contains("the answer is empty (HTTP 200)");
        assert!(accepted, "{operation}, by the contract server: {ran:#?}");
    }
    let before = site.log().count(operation);
    let ran = site.called(&words.iter().map(String::as_str).collect::<Vec<_>>()).await;
    assert_eq!(ran.code, Some(0), "{operation}: {ran:#?}");
    assert_eq!(site.log().count(operation), before + 1, "{operation}: one request");
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{operation}: {error}: {}", ran.stdout))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_is_called_by_its_flags() {
    let site = Site::with(&Shape::small(), Default::default()).await;
    let contract = ContractServer::start().await;
    if contract.is_none() {
        eprintln!("without a contract server: ASHBY_PRISM and a copy of Ashby's OpenAPI document make one");
    }
    let contract = contract.as_ref();
    let mut called = BTreeSet::new();
    // There is no webhook yet.
    let reads =
        catalog::operations().filter(|operation| operation.is_read() && operation.name != "webhook.info");
    for operation in reads {
        call(&site, contract, operation.name, &minimal(&site, operation)).await;
        called.insert(operation.name.to_owned());
    }
    sim::writes::every_write(&site.server, async |operation, body| {
        called.insert(operation.to_owned());
        let answer = call(&site, contract, operation, body.as_object().unwrap()).await;
        if operation == "webhook.create" {
            called.insert("webhook.info".to_owned());
            call(&site, contract, "webhook.info", &sim::object(json!({"webhookId": answer["id"]}))).await;
        }
        answer
    })
    .await;
    let missing: Vec<&str> = catalog::operations()
        .map(|operation| operation.name)
        .filter(|name| !called.contains(*name))
        .collect();
    assert_eq!(missing, Vec::<&str>::new());
}

/// What a read must have.
fn minimal(site: &Site, operation: &'static Operation) -> Map<String, Value> {
    let chosen = operation.rules.iter().filter_map(|rule| match rule {
        Rule::ExactlyOne(names) | Rule::AtLeastOne(names) => names.first(),
        Rule::AtMostOne(_) | Rule::Requires(..) => None,
    });
    let chosen: Vec<&str> = chosen.copied().collect();
    let needed = |field: &&Field| field.required || chosen.contains(&field.name);
    let fields = operation.parameters.iter().filter(needed);
    fields.map(|field| (field.name.to_owned(), example(site, operation.name, field))).collect()
}

/// A value of a parameter: an id is that of a record that there is.
fn example(site: &Site, operation: &str, field: &Field) -> Value {
    let list = |operation: &str| site.organisation().truth(operation, &Map::new());
    let some = |operation: &str, pointer: &str| {
        let found = list(operation)
            .iter()
            .find_map(|record| record.pointer(pointer).filter(|value| !value.is_null()).cloned());
        found.unwrap_or_else(|| panic!("{operation}: none with {pointer}"))
    };
    match (operation, field.name) {
        ("file.info", _) => return some("candidate.list", "/resumeFileHandle/handle"),
        ("interviewBriefing.info", _) => return some("interviewSchedule.list", "/interviewEvents/0/id"),
        ("interviewStage.info", _) => return some("application.list", "/currentInterviewStage/id"),
        ("notetakerTranscript.info", _) => {
            return some("interviewSchedule.list", "/interviewEvents/0/notetakerTranscriptId");
        }
        ("report.generate" | "report.synchronous", _) => return json!(sim::SOME_REPORT),
        _ => {}
    }
    match &field.kind {
        Type::Id(name) => {
            let (first, rest) = name.strip_suffix("Id").unwrap().split_at(1);
            some(&format!("{}{rest}.list", first.to_lowercase()), "/id")
        }
        Type::String => json!("example"),
        Type::Enumeration(words) => json!(words.values[0]),
        Type::Email => json!("someone@example.com"),
        Type::Boolean => json!(true),
        other => panic!("{operation}: an example of {other:?} for {}", field.name),
    }
}
