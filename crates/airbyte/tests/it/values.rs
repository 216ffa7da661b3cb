//! What is read is what Ashby has, stream by stream and by value.

use std::collections::BTreeSet;

use ashby_source::Stream;
use serde_json::Value;

use crate::Place;

/// Members whose types are those of the other connector's columns: what does not fit is null.
const OVERLAID: [&str; 6] =
    ["publishedDate", "archiveReason", "orderInInterviewPlan", "stageNumber", "order", "outcomeNumber"];

/// Without what is overlaid, so that it can be compared.
fn bare(mut record: Value) -> String {
    let members = record.as_object_mut().expect("a record");
    members.retain(|name, _| !OVERLAID.contains(&name.as_str()));
    record.to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_list_is_the_truth_by_value() {
    let place = Place::new().await;
    let lists: Vec<Stream> =
        ashby_source::streams().into_iter().filter(|stream| stream.parent.is_none()).collect();
    let selected: Vec<(&str, &str)> = lists.iter().map(|stream| (stream.name(), "incremental")).collect();
    place.select(&selected);
    let said = place.read(None).await;
    assert_eq!(said.code, Some(0), "{}", said.log);
    let mut compared = 0;
    for stream in &lists {
        let parameters = ashby_source::parameters(stream.name()).expect("it is a stream");
        let truth = place.server.organisation().truth(stream.operation, &parameters);
        let truth: BTreeSet<String> = truth.into_iter().map(bare).collect();
        if truth.is_empty() {
            continue;
        }
        let of_stream = said.messages.iter().filter(|message| message["record"]["stream"] == *stream.name());
        let read: BTreeSet<String> =
            of_stream.map(|message| bare(message["record"]["data"].clone())).collect();
        assert_eq!(read, truth, "{}", stream.name());
        compared += 1;
    }
    assert!(compared > 25, "only {compared} lists were compared");
}
