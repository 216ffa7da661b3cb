//! A company of a few records, kept as a sync keeps them.

use std::path::PathBuf;
use std::sync::Arc;

use capture_core::{
    Checkpoint, Field, FieldKind, Gone, Listed, Record, Sink, Stamp, StateUpdate, StreamDescriptor,
    StreamState, Write,
};
use models::{BuildReport, Options};
use rusqlite::types::ValueRef;
use serde_json::{Value, json};
use sink_sqlite::SqliteSink;
use tempfile::TempDir;

pub(crate) struct Company {
    directory: TempDir,
    waiting: Vec<(&'static str, Record)>,
    seen: u64,
    pub(crate) options: Options,
}

pub(crate) fn day(day: u32) -> String {
    format!("2026-{:02}-{:02}T12:00:00.000Z", 1 + (day - 1) / 28, 1 + (day - 1) % 28)
}

impl Company {
    pub(crate) fn empty() -> Self {
        let mut options = Options::default();
        options.as_of = Some("2026-12-01T00:00:00Z".parse().unwrap());
        Self {
            directory: tempfile::tempdir().unwrap(),
            waiting: Vec::new(),
            seen: 1_700_000_000_000,
            options,
        }
    }

    /// With a plan of seven stages, groups, a job, reasons and sources.
    pub(crate) fn new() -> Self {
        let mut company = Self::empty();
        let types = ["Lead", "PreInterviewScreen", "Active", "Active", "Offer", "Hired", "Archived"];
        let titles = ["Lead", "Review", "Screen", "Onsite", "Offer", "Hired", "Archived"];
        for (order, kind) in
            ["Lead", "PreInterviewScreen", "Active", "Offer", "Hired", "Archived"].iter().enumerate()
        {
            company.put("interview_stage_groups", json!({"id": format!("group-{kind}"), "title": format!("Group {kind}"), "order": order, "stageType": kind}));
        }
        for plan in ["p", "q"] {
            company.put(
                "interview_plans",
                json!({"id": plan, "title": format!("Plan {plan}"), "isArchived": false}),
            );
            for (place, (kind, title)) in types.iter().zip(titles).enumerate() {
                let order = if *kind == "Archived" { 1006 } else { place };
                company.put("interview_stages", json!({
                    "id": format!("{plan}-{}", title.to_lowercase()), "interviewPlanId": plan, "title": title, "type": kind,
                    "orderInInterviewPlan": order, "interviewStageGroupId": format!("group-{kind}"),
                }));
            }
        }
        company.put(
            "jobs",
            json!({"id": "j", "title": "Job", "status": "Open", "confidential": false, "departmentId": "d",
            "openedAt": day(1), "createdAt": day(1)}),
        );
        company.put("departments", json!({"id": "d", "name": "Department", "isArchived": false}));
        for (id, kind) in [
            ("org", json!("RejectedByOrg")),
            ("self", json!("RejectedByCandidate")),
            ("other", json!("Other")),
            ("none", Value::Null),
        ] {
            company.put(
                "archive_reasons",
                json!({"id": id, "text": id, "reasonType": kind, "isArchived": false}),
            );
        }
        company.put(
            "sources",
            json!({"id": "s", "title": "Board", "isArchived": false,
            "sourceType": {"id": "st", "title": "Job boards", "isArchived": false}}),
        );
        company
    }

    pub(crate) fn records(&self) -> PathBuf {
        self.directory.path().join("ashby.db")
    }

    pub(crate) fn model(&self) -> PathBuf {
        models::path_of(&self.records())
    }

    pub(crate) fn put(&mut self, stream: &'static str, record: Value) {
        let key = match stream {
            "candidate_projects" => {
                format!("{}/{}", record["candidateId"].as_str().unwrap(), record["id"].as_str().unwrap())
            }
            "job_board_postings" => {
                format!("{}/{}", record["jobBoardId"].as_str().unwrap(), record["id"].as_str().unwrap())
            }
            _ => record["id"].as_str().unwrap().to_owned(),
        };
        self.waiting.push((stream, Record::upsert(key, record.to_string())));
    }

    pub(crate) fn remove(&mut self, stream: &'static str, key: &str) {
        self.waiting.push((stream, Record::gone(key, Gone::NotFound)));
    }

    pub(crate) fn erase(&mut self, stream: &'static str, key: &str) {
        self.waiting.push((stream, Record::gone(key, Gone::Erased)));
    }

    /// An application of a candidate of its own, in a stage; `more` is merged into its record.
    pub(crate) fn application(&mut self, id: &str, status: &str, stage: &str, more: Value) {
        let plan = stage.split('-').next().unwrap();
        let mut record = json!({
            "id": id, "status": status, "createdAt": day(1), "updatedAt": day(1),
            "candidate": {"id": format!("c-{id}"), "name": "Somebody"},
            "job": {"id": "j", "title": "Job"}, "source": {"id": "s", "title": "Board"},
            "currentInterviewStage": {"id": stage, "title": "?", "interviewPlanId": plan},
        });
        let members = record.as_object_mut().unwrap();
        members.extend(
            more.as_object().into_iter().flatten().map(|(name, value)| (name.clone(), value.clone())),
        );
        self.put("candidates", json!({"id": format!("c-{id}"), "name": "Somebody", "createdAt": day(1)}));
        self.put("applications", record);
    }

    /// Its history: stage, day.
    pub(crate) fn history(&mut self, application: &str, visits: &[(&str, u32)]) {
        for (number, (stage, at)) in visits.iter().enumerate() {
            self.put("application_history", json!({
                "id": format!("{application}-h{number}"), "applicationId": application, "stageId": stage,
                "title": format!("{stage} then"), "enteredStageAt": day(*at), "stageNumber": number, "actorId": "u",
            }));
        }
    }

    /// Writes what waits, as one sync.
    pub(crate) fn sync(&mut self) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let mut streams: Vec<&'static str> = self.waiting.iter().map(|(stream, _)| *stream).collect();
            streams.sort_unstable();
            streams.dedup();
            let descriptors: Vec<Arc<StreamDescriptor>> = streams
                .iter()
                .map(|name| {
                    let fields = [Field::new("id", FieldKind::String)];
                    let key: &[&str] = match *name {
                        "candidate_projects" => &["candidateId", "id"],
                        "job_board_postings" => &["jobBoardId", "id"],
                        _ => &["id"],
                    };
                    Arc::new(StreamDescriptor::new(*name, key.iter().copied()).with_fields(fields))
                })
                .collect();
            let mut sink = SqliteSink::new(self.records());
            sink.load().await.unwrap();
            sink.open(&descriptors).await.unwrap();
            let mut update = StateUpdate::default();
            for descriptor in &descriptors {
                self.seen += 1;
                let records = self.waiting.iter().filter(|(stream, _)| *stream == descriptor.name);
                let records: Vec<Record> = records.map(|(_, record)| record.clone()).collect();
                let mut state = StreamState::new(Checkpoint::default(), jiff::Timestamp::now());
                state.listed = Listed::new(0, Some(records.len() as u64));
                state.listed.last_full_at = Some(jiff::Timestamp::now());
                state.stamp = Stamp::new(self.seen);
                sink.write(Write::new(Arc::clone(descriptor), Stamp::new(self.seen), records)).await.unwrap();
                update.streams.insert(descriptor.name.clone(), Some(state));
            }
            sink.commit(&update).await.unwrap();
            sink.close().await.unwrap();
        });
        self.waiting.clear();
    }

    pub(crate) fn build(&self) -> BuildReport {
        models::build(&self.records(), &self.model(), &self.options).unwrap()
    }

    /// Writes what waits, and builds.
    pub(crate) fn made(&mut self) -> &Self {
        self.sync();
        self.build();
        self
    }

    /// Rows as text, values between bars.
    pub(crate) fn rows(&self, sql: &str) -> Vec<String> {
        rows(&models::open(&self.model()).unwrap(), sql)
    }

    /// The one row, as text.
    pub(crate) fn row(&self, sql: &str) -> String {
        let rows = self.rows(sql);
        assert_eq!(rows.len(), 1, "{sql}: {rows:?}");
        rows[0].clone()
    }

    /// Columns of the application `a`.
    pub(crate) fn a(&self, columns: &str) -> String {
        self.row(&format!("SELECT {columns} FROM applications WHERE application_id = 'a'"))
    }
}

pub(crate) fn rows(connection: &rusqlite::Connection, sql: &str) -> Vec<String> {
    let mut select = connection.prepare(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    let width = select.column_count();
    let mut rows = select.query([]).unwrap();
    let mut all = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        let values: Vec<String> = (0..width)
            .map(|column| match row.get_ref(column).unwrap() {
                ValueRef::Null => "-".to_owned(),
                ValueRef::Integer(number) => number.to_string(),
                ValueRef::Real(number) => number.to_string(),
                ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
                ValueRef::Blob(_) => "blob".to_owned(),
            })
            .collect();
        all.push(values.join("|"));
    }
    all
}
