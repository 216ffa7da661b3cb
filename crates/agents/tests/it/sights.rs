//! Agents that may not see everything: whatever they ask, by whichever door, nothing comes out that a policy hides.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;

use agents::{Agent, Allowed, Call, Crowd, Form, Options, Sent, Writes, execute};
use ashby_client::{Client, RetryPolicy};
use ashby_sim::{Organisation, Server, ServerOptions, Shape};
use capture_core::{Checkpoint, Listed, Record, Sink, Stamp, StateUpdate, StreamState, Write};
use local_copy::LocalCopy;
use privacy::{Contract, JobFacts, Policy, Reach, Veil};
use serde_json::{Map, Value, json};
use sink_sqlite::SqliteSink;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use crate::doors::Served;

const STREAMS: [&str; 12] = [
    "applications",
    "application_feedback",
    "candidates",
    "departments",
    "email_senders",
    "interview_schedules",
    "jobs",
    "job_postings",
    "locations",
    "offers",
    "projects",
    "users",
];

/// So many texts are looked for in what is said.
const HIDDEN_MAX: usize = 150;

/// An organisation, a copy of it, and what is in both.
struct Site {
    _server: Server,
    agent: Agent,
    truth: BTreeMap<&'static str, Vec<Value>>,
    directory: TempDir,
}

impl Site {
    async fn new() -> Self {
        let organisation = Organisation::new(&Shape::small());
        let truth: BTreeMap<&str, Vec<Value>> = STREAMS
            .into_iter()
            .map(|name| {
                let parameters = ashby_source::parameters(name).unwrap();
                (name, organisation.truth(ashby_source::stream(name).unwrap().operation, &parameters))
            })
            .collect();
        let server = Server::start(organisation, ServerOptions::default()).await.unwrap();
        let directory = tempfile::tempdir().unwrap();
        let copy = directory.path().join("copy.db");
        write(&copy, &truth).await;
        let client = Client::builder()
            .api_key("sim-key")
            .base_url(&server.base_url())
            .requests_per_minute(None)
            .retry(RetryPolicy::default().max_attempts(1))
            .build()
            .unwrap();
        let writes = Writes::new(Allowed::parse("write").unwrap(), directory.path().join("journal.jsonl"));
        let agent = Agent::new(Options {
            copy: Some(LocalCopy::new(copy)),
            client: Some(client),
            writes: Some(writes),
            fetch: true,
            ..Options::default()
        });
        Self { _server: server, agent, truth, directory }
    }

    fn ids(&self, stream: &str) -> Vec<String> {
        self.truth[stream].iter().filter_map(|record| record["id"].as_str().map(str::to_owned)).collect()
    }

    /// What a veil lets through of all, as text; and texts that are not in it.
    fn visible_and_hidden(&self, veil: &Veil) -> (String, BTreeSet<String>) {
        let known = Known::of(&self.truth);
        let (mut visible, mut all) = (String::new(), BTreeSet::new());
        for (stream, records) in &self.truth {
            let plan = veil.plan(stream);
            for record in records {
                texts(record, &mut all);
                let json = record.to_string();
                if plan.allows(json.as_bytes(), &known) {
                    visible.push_str(std::str::from_utf8(&plan.apply(json.as_bytes()).unwrap()).unwrap());
                    visible.push('\n');
                }
            }
        }
        let mut seen = BTreeSet::new();
        visible.lines().for_each(|line| texts(&serde_json::from_str(line).unwrap(), &mut seen));
        // Short ones are words that stand elsewhere, too.
        let hidden: Vec<String> = all.difference(&seen).filter(|text| text.len() > 9).cloned().collect();
        let some = hidden.iter().step_by((hidden.len() / HIDDEN_MAX).max(1));
        let all = some.filter(|text| !visible.contains(text.as_str())).cloned().collect();
        (visible, all)
    }
}

async fn write(path: &Path, truth: &BTreeMap<&'static str, Vec<Value>>) {
    let mut sink = SqliteSink::new(path);
    sink.load().await.unwrap();
    let streams: Vec<_> =
        truth.keys().map(|name| Arc::new(ashby_source::stream(name).unwrap().descriptor)).collect();
    sink.open(&streams).await.unwrap();
    let mut update = StateUpdate::default();
    for stream in streams {
        let records = &truth[stream.name.as_str()];
        let key = |record: &Value| record[&*stream.key[0]].as_str().unwrap().to_owned();
        let written = records.iter().map(|record| Record::upsert(key(record), record.to_string())).collect();
        sink.write(Write::new(Arc::clone(&stream), Stamp::new(1), written)).await.unwrap();
        let mut state = StreamState::new(Checkpoint::default(), jiff::Timestamp::now());
        state.listed = Listed::new(0, Some(records.len() as u64));
        update.streams.insert(stream.name.clone(), Some(state));
    }
    sink.commit(&update).await.unwrap();
    sink.close().await.unwrap();
}

fn texts(value: &Value, all: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => _ = all.insert(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| texts(item, all)),
        Value::Object(members) => members.values().for_each(|value| texts(value, all)),
        _ => {}
    }
}

/// What is true of jobs and what belongs to them.
#[derive(Default)]
struct Known {
    jobs: HashMap<String, JobFacts>,
    applications: HashMap<String, String>,
    candidates: HashMap<String, Vec<String>>,
}

impl Known {
    fn of(truth: &BTreeMap<&'static str, Vec<Value>>) -> Self {
        let mut known = Self::default();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        for job in &truth["jobs"] {
            let facts = JobFacts {
                department: job["departmentId"].as_str().map(str::to_owned),
                is_confidential: job["confidential"].as_bool(),
            };
            known.jobs.insert(text(&job["id"]), facts);
        }
        for application in &truth["applications"] {
            let job = text(&application["job"]["id"]);
            known.applications.insert(text(&application["id"]), job.clone());
            known.candidates.entry(text(&application["candidate"]["id"])).or_default().push(job);
        }
        known
    }
}

impl Reach for Known {
    fn job(&self, id: &str) -> Option<JobFacts> {
        self.jobs.get(id).cloned()
    }

    fn job_of_application(&self, id: &str) -> Option<String> {
        self.applications.get(id).cloned()
    }

    fn jobs_of_candidate(&self, id: &str) -> Vec<String> {
        self.candidates.get(id).cloned().unwrap_or_default()
    }
}

fn call() -> Call {
    Call {
        caller: "x".to_owned(),
        door: "test",
        intent: None,
        cancel: CancellationToken::new(),
        sent: Sent::default(),
    }
}

/// What a tool says, whatever it is.
async fn said(agent: &Agent, tool: &str, arguments: Value) -> String {
    let Value::Object(arguments) = arguments else { panic!("arguments are an object") };
    match agent.call(tool, Some(arguments), &call()).await.unwrap() {
        Ok(answer) => Value::Object(answer).to_string(),
        Err(error) => format!("{error} {:?}", error.hint),
    }
}

/// Everything that can be asked for, by every door; what was asked is not among what was said.
async fn everything(site: &Site, agent: &Agent, words: &[String]) -> Vec<(String, String)> {
    let mut all = Vec::new();
    let mut asked: Vec<(&str, Value)> = vec![("describe_data", json!({})), ("pipeline_overview", json!({}))];
    for stream in STREAMS {
        asked.push(("describe_data", json!({"stream": stream})));
        asked.push(("list", json!({"stream": stream})));
        asked.push((
            "list",
            json!({"stream": stream, "since": "2000-01-01", "fields": ["name", "id", "candidate.name"]}),
        ));
        for sql in [
            format!("SELECT _record FROM {stream}"),
            format!("SELECT max(_record), count(*) FROM {stream} AS x GROUP BY _scope"),
            format!("WITH w AS (SELECT * FROM {stream}) SELECT w.*, j.title FROM w LEFT JOIN jobs j ON 1"),
        ] {
            asked.push(("query", json!({"sql": sql, "limit": 60})));
        }
        for id in site.ids(stream).iter().take(2) {
            asked.push(("fetch", json!({"id": format!("{stream}/{id}")})));
            asked.push(("get", json!({"stream": stream, "id": id})));
            asked.push(("get", json!({"stream": stream, "id": id, "live": true})));
        }
        let operation = ashby_source::stream(stream).unwrap().operation;
        let params = ashby_source::parameters(stream).unwrap();
        asked.push(("call_operation", json!({"operation": operation, "params": params})));
    }
    for word in words {
        asked.push(("search", json!({"query": word, "limit": 50})));
    }
    // Bare ids are looked for in all streams.
    for stream in ["candidates", "jobs", "application_feedback"] {
        asked.push(("fetch", json!({"id": site.ids(stream)[0]})));
    }
    for id in site.ids("candidates").iter().take(2) {
        asked.push(("call_operation", json!({"operation": "candidate.info", "params": {"id": id}})));
        asked.push((
            "call_operation",
            json!({"operation": "candidate.listNotes", "params": {"candidateId": id}}),
        ));
        asked.push((
            "plan_write",
            json!({"operation": "candidate.createNote", "params": {"candidateId": id, "note": "x"}}),
        ));
    }
    for (tool, arguments) in asked {
        let told = format!("{tool} {arguments}");
        all.push((told, said(agent, tool, arguments).await));
    }
    // What a plan that is carried out says, of whom it is about and of what was made.
    for id in site.ids("candidates").iter().take(2) {
        let note = json!({"operation": "candidate.createNote", "params": {"candidateId": id, "note": "x"}});
        let planned = agent.call("plan_write", object(note), &call()).await.unwrap();
        let Ok(planned) = planned else { continue };
        let told = format!("apply_plan {id}");
        all.push((told, said(agent, "apply_plan", json!({"plan_id": planned["plan_id"]})).await));
    }
    let served = Served::new(agent.clone(), site.directory.path(), Crowd::default()).await;
    let streams = ["candidates", "applications", "jobs"].map(|stream| format!("ashby://data/{stream}"));
    for uri in
        ["ashby://data", "ashby://status", "ashby://operations"].map(str::to_owned).iter().chain(&streams)
    {
        let read = json!({"jsonrpc": "2.0", "id": 1, "method": "resources/read", "params": {"uri": uri}});
        let answered = served.post("/mcp", read).send().await.unwrap().text().await.unwrap();
        assert!(answered.contains("contents"), "{uri}: {answered}");
        all.push((uri.clone(), answered));
    }
    let searches = words.iter().take(3).flat_map(|word| {
        [json!({"name": word}), json!({"email": word})].map(|params| ("candidates", "api_search", params))
    });
    for (entity, action, params) in [
        ("candidates", "list", json!({})),
        ("candidates", "list", json!({"live": true})),
        ("applications", "list", json!({"live": true, "limit": 100})),
        ("users", "list", json!({})),
        ("candidates", "get", json!({"id": site.ids("candidates")[0]})),
        ("candidates", "get", json!({"id": site.ids("candidates")[0], "live": true})),
        ("applications", "get", json!({"applicationId": site.ids("applications")[0], "live": true})),
        ("offers", "list", json!({"live": true})),
        ("jobs", "api_search", json!({"title": "Engineer"})),
    ]
    .into_iter()
    .chain(searches)
    {
        let body = json!({"entity": entity, "action": action, "params": params}).to_string();
        for form in [Form::Ours, Form::Hosted] {
            let executed = execute(agent, body.as_bytes(), form, &call()).await;
            all.push((format!("execute {body}"), executed.body));
        }
    }
    all
}

fn policies(site: &Site) -> Vec<(String, String)> {
    let job = &site.truth["jobs"][0];
    let key = "0123456789abcdef0123456789abcdef";
    std::fs::write(site.directory.path().join("key"), key).unwrap();
    let mut all: Vec<(String, String)> =
        ["no-contact", "analytics"].map(|name| (name.to_owned(), format!("preset = \"{name}\"\n"))).to_vec();
    let own = |name: &str, text: String| (name.to_owned(), format!("name = \"{name}\"\n{text}"));
    all.push(own("one-job", format!("preset = \"full\"\n[rows]\njobs = [{}]\n", job["id"])));
    all.push(own("public", "preset = \"full\"\n[rows]\nconfidential = \"exclude\"\n".to_owned()));
    all.push(own(
        "department",
        format!("preset = \"analytics\"\n[rows]\ndepartments = [{}]\n", job["departmentId"]),
    ));
    all.push(own(
        "hashed",
        "preset = \"no-contact\"\nkey_file = \"key\"\n[classes]\nidentifier = \"hash\"\ncontact = \"hash\"\n"
            .to_owned(),
    ));
    all.push(own("masked", "preset = \"full\"\n[classes]\ncontact = \"mask\"\nfree_text = \"mask\"\n[fields]\n\"jobs.title\" = \"drop\"\n".to_owned()));
    all
}

#[tokio::test]
async fn nothing_that_a_policy_hides_comes_out_at_any_door() {
    let site = Site::new().await;
    let contract = Contract::ashby();
    for (name, text) in policies(&site) {
        let policy = Policy::parse(&text, &site.directory.path().join("privacy.toml"), &contract);
        let policy = policy.unwrap_or_else(|problem| panic!("{name}: {problem}"));
        let veil = Arc::new(Veil::new(contract.clone(), [policy]));
        let (visible, hidden) = site.visible_and_hidden(&veil);
        assert!(hidden.len() > 20, "{name}: {} texts", hidden.len());
        let agent = site.agent.behind(Arc::clone(&veil));
        // Words that are hidden, and some that are not.
        let step = hidden.len() / 6;
        let mut words: Vec<String> = hidden.iter().step_by(step).cloned().collect();
        words.push("a".to_owned());
        words.push("engineer".to_owned());
        let said = everything(&site, &agent, &words).await;
        let mut is_said = 0;
        for (asked, said) in &said {
            let found =
                hidden.iter().find(|text| said.contains(text.as_str()) && !asked.contains(text.as_str()));
            assert_eq!(found, None, "{name}: {asked}: {said:.600}");
            is_said += said.len();
        }
        assert!(is_said > 50_000 && !visible.is_empty(), "{name}: an agent that says nothing proves nothing");
    }
}

#[tokio::test]
async fn without_a_policy_everything_comes_out_and_of_two_the_strictest_counts() {
    let site = Site::new().await;
    let names = |agent: Agent| async move {
        said(&agent, "query", json!({"sql": "SELECT * FROM candidates", "limit": 1}))
            .await
            .contains("\"name\"")
    };
    assert!(names(site.agent.clone()).await);
    let preset = |name: &str| Policy::preset(name).unwrap();
    assert!(names(site.agent.under(preset("no-compensation"))).await);
    let both = site.agent.under(preset("no-contact")).under(preset("full"));
    assert!(!names(both.clone()).await && !names(both.reader()).await);
    let answer = both.call("query", object(json!({"sql": "SELECT 1"})), &call()).await.unwrap().unwrap();
    assert_eq!(answer["privacy"], "no-contact");
}

#[allow(clippy::needless_pass_by_value)]
fn object(value: Value) -> Option<Map<String, Value>> {
    value.as_object().cloned()
}

#[tokio::test]
async fn nobody_is_found_by_what_may_not_be_seen_of_them() {
    let site = Site::new().await;
    let agent = site.agent.under(Policy::preset("no-contact").unwrap());
    let email = &site.truth["candidates"][0]["primaryEmailAddress"]["value"];
    let name = &site.truth["candidates"][0]["name"];
    for (tool, arguments) in [
        ("call_operation", json!({"operation": "candidate.search", "params": {"email": email}})),
        ("call_operation", json!({"operation": "candidate.search", "params": {"name": name}})),
        ("call_operation", json!({"operation": "user.search", "params": {"email": email}})),
        ("list", json!({"stream": "candidates", "where": {"name": name}})),
        ("list", json!({"stream": "applications", "where": {"candidate.name": name}})),
    ] {
        let refused = agent.call(tool, object(arguments.clone()), &call()).await.unwrap();
        assert_eq!(refused.unwrap_err().code, "not_visible", "{tool} {arguments}");
    }
    let id = &site.truth["candidates"][0]["id"];
    let refused = agent.call("read_resume", object(json!({"candidate_id": id})), &call()).await.unwrap();
    assert_eq!(refused.unwrap_err().code, "not_visible");
    // What was found by the index is looked at as it is seen.
    let found = agent.call("search", object(json!({"query": name})), &call()).await.unwrap().unwrap();
    assert_eq!(found["results"], json!([]), "{found:?}");
}

#[tokio::test]
async fn a_copy_that_was_written_under_the_policy_is_not_changed_a_second_time() {
    let site = Site::new().await;
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("key"), "k".repeat(40)).unwrap();
    let contract = Contract::ashby();
    let text = "preset = \"full\"\nkey_file = \"key\"\n[classes]\nidentifier = \"hash\"\n";
    let policy = Policy::parse(text, &directory.path().join("privacy.toml"), &contract).unwrap();
    let veil = Arc::new(Veil::new(contract, [policy]));
    let path = directory.path().join("copy.db");
    let mut sink = SqliteSink::new(&path);
    sink.load().await.unwrap();
    let stream = Arc::new(ashby_source::stream("jobs").unwrap().descriptor);
    sink.open(std::slice::from_ref(&stream)).await.unwrap();
    let plan = veil.plan("jobs");
    let job = site.truth["jobs"][0].to_string();
    let key = plan.key(&site.ids("jobs")[0].as_str().into());
    let written = Record::upsert(key.clone(), plan.apply(job.as_bytes()).unwrap().into_owned());
    sink.write(Write::new(Arc::clone(&stream), Stamp::new(1), vec![written])).await.unwrap();
    let mut state = StreamState::new(Checkpoint::default(), jiff::Timestamp::now());
    (state.listed, state.policy) = (Listed::new(0, Some(1)), veil.mark("jobs"));
    sink.commit(&StateUpdate::new([("jobs".to_owned(), Some(state))])).await.unwrap();
    sink.close().await.unwrap();
    let agent = Agent::new(Options { copy: Some(LocalCopy::new(path)), ..Options::default() }).behind(veil);
    let got =
        agent.call("get", object(json!({"stream": "jobs", "id": key.as_str()})), &call()).await.unwrap();
    assert_eq!(got.unwrap()["record"]["id"], key.as_str());
}
