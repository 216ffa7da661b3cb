//! The session in `docs/agents.md`: each call is made, and what it answers is what stands there.

use serde_json::{Map, Value, json};

use super::Host;
use crate::support::{Site, truth};

const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/agents.md");
const BEGIN: &str = "<!-- session -->\n";
const END: &str = "<!-- end of session -->\n";

/// What is asked, and why.
struct Step {
    why: &'static str,
    tool: &'static str,
    arguments: Value,
}

/// What changes from run to run is told as it was once.
fn settled(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, value) in members.iter_mut() {
                match name.as_str() {
                    "as_of" if value.is_string() => *value = "2026-01-31T09:00:00Z".into(),
                    "expires_at" => *value = "2026-01-31T09:05:00Z".into(),
                    "age_s" => *value = 3.into(),
                    "plan_id" => *value = "plan_0123456789abcdef0123456789abcdef".into(),
                    "cursor" if value.is_string() => *value = "eyJxIjoi…".into(),
                    _ => settled(value),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(settled),
        _ => {}
    }
}

/// JSON as it is written for people: short things on a line.
fn shown(value: &Value, indent: usize) -> String {
    let line = value.to_string();
    if indent + line.chars().count() <= 116 {
        return line;
    }
    let (inner, outer) = (" ".repeat(indent + 2), " ".repeat(indent));
    match value {
        Value::Object(members) => {
            let members: Vec<String> = members
                .iter()
                .map(|(name, value)| format!("{inner}\"{name}\": {}", shown(value, indent + 2)))
                .collect();
            format!("{{\n{}\n{outer}}}", members.join(",\n"))
        }
        Value::Array(items) => {
            let items: Vec<String> =
                items.iter().map(|item| format!("{inner}{}", shown(item, indent + 2))).collect();
            format!("[\n{}\n{outer}]", items.join(",\n"))
        }
        _ => line,
    }
}

fn steps(site: &Site) -> Vec<Step> {
    let candidates = truth(site.organisation(), "candidates");
    let jobs = truth(site.organisation(), "jobs");
    let (candidate, _) =
        candidates.iter().find(|(_, one)| one["resumeFileHandle"]["name"].is_string()).expect("there is one");
    let (job, _) = jobs.iter().find(|(_, one)| one["status"] == "Open").expect("there is one");
    let step = |why, tool, arguments| Step { why, tool, arguments };
    vec![
        step("What is there, and how old?", "describe_data", json!({"stream": "sources"})),
        step(
            "Who has these words?",
            "search",
            json!({"query": "berlin", "kinds": ["candidates"], "limit": 2}),
        ),
        step(
            "One of them, as far as it matters here.",
            "get",
            json!({"stream": "candidates", "id": candidate, "fields": ["name", "position", "company", "location.locationSummary"]}),
        ),
        step(
            "Some jobs.",
            "list",
            json!({"stream": "jobs", "where": {"status": "Open"}, "fields": ["id", "title"], "limit": 2}),
        ),
        step(
            "Counting is for SQL.",
            "query",
            json!({"sql": "SELECT status, count(*) AS n FROM applications GROUP BY 1 ORDER BY n DESC, 1"}),
        ),
        step("Where a job stands.", "pipeline_overview", json!({"job_id": job, "since": "2020-01-01"})),
        step("What the résumé says.", "read_resume", json!({"candidate_id": candidate})),
        step(
            "Is there an operation for what is wanted?",
            "find_operations",
            json!({"query": "tag candidate", "kind": "write"}),
        ),
        step("What does it take?", "describe_operation", json!({"operation": "candidate.addTag"})),
        step(
            "What the copy does not have is asked of Ashby.",
            "call_operation",
            json!({"operation": "apiKey.info"}),
        ),
        step(
            "With `--allow-writes`: what would happen?",
            "plan_write",
            json!({"operation": "candidate.createNote", "params": {"candidateId": candidate, "note": "Met at the fair"}}),
        ),
    ]
}

/// The session as it is now.
async fn session() -> String {
    let site = Site::new().await;
    site.done("sync candidates applications jobs sources interview_stages").await;
    let steps = steps(&site);
    let mut host = Host::modern(site.ashby("mcp --allow-writes"));
    let mut text = String::from("\n");
    let mut plan = Value::Null;
    for Step { why, tool, arguments } in steps {
        let mut answer = host.call(tool, arguments.clone()).await;
        if tool == "plan_write" {
            plan = answer["plan_id"].clone();
        }
        settled(&mut answer);
        text.push_str(&format!("{why}\n\n```text\n> {tool} {arguments}\n{}\n```\n\n", shown(&answer, 0)));
    }
    let mut applied = host.call("apply_plan", json!({"plan_id": plan})).await;
    // The note's own id and time are Ashby's.
    if let Some(result) = applied["result"].as_object_mut() {
        let kept: Map<String, Value> =
            result.clone().into_iter().filter(|(name, _)| name == "content").collect();
        *result = kept;
    }
    settled(&mut applied);
    let mut arguments = json!({"plan_id": plan});
    settled(&mut arguments);
    text.push_str(&format!(
        "And once a person agrees, once (of `result` only a part is shown):\n\n```text\n> apply_plan {arguments}\n{}\n```\n\n",
        shown(&applied, 0)
    ));
    host.end().await;
    text
}

/// `ASHBY_UPDATE_DOCUMENTS=1` writes it anew.
#[tokio::test]
async fn the_session_in_the_documentation_is_what_happens() {
    let document = std::fs::read_to_string(DOCUMENT).unwrap();
    let (before, rest) = document.split_once(BEGIN).expect("the session begins");
    let (there, after) = rest.split_once(END).expect("the session ends");
    let now = session().await;
    if std::env::var_os("ASHBY_UPDATE_DOCUMENTS").is_some() {
        std::fs::write(DOCUMENT, format!("{before}{BEGIN}{now}{END}{after}")).unwrap();
        return;
    }
    assert!(now == there, "ASHBY_UPDATE_DOCUMENTS=1 writes it anew; now it is:\n{now}");
}
