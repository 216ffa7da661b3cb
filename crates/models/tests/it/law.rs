//! A model that followed every change equals one that is built from scratch, row for row.

use models::Mode;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};

use crate::company::{Company, day, rows};

struct Life {
    company: Company,
    dice: StdRng,
}

impl Life {
    fn new(seed: u64) -> Self {
        Self { company: Company::new(), dice: StdRng::seed_from_u64(seed) }
    }

    fn below(&mut self, end: u32) -> u32 {
        self.dice.random_range(0..end)
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.dice.random_range(0..of.len())]
    }

    fn id(&mut self, kind: &str, count: u32) -> String {
        format!("{kind}{}", self.below(count))
    }

    fn maybe(&mut self, value: Value) -> Value {
        if self.below(3) == 0 { Value::Null } else { value }
    }

    fn stage(&mut self) -> String {
        let plan = self.one(&["p", "q"]);
        let stage =
            self.one(&["lead", "review", "screen", "onsite", "offer", "hired", "archived", "unheard-of"]);
        format!("{plan}-{stage}")
    }

    /// Now and then it is none.
    fn day(&mut self) -> String {
        if self.below(12) == 0 {
            return "some day".to_owned();
        }
        let at = 1 + self.below(200);
        day(at)
    }

    fn fields(&mut self) -> Value {
        let all = [
            json!({"id": "f1", "title": "Level", "value": self.below(5)}),
            json!({"id": "f2", "title": "Level", "value": ["b", "a"], "valueLabel": ["B", "A"]}),
            json!({"id": "f3", "title": "Pay", "value": {"value": 4, "currencyCode": "EUR"}}),
            json!({"id": "f4", "title": "When", "value": day(3)}),
        ];
        all.into_iter().filter(|_| self.below(2) == 0).collect()
    }

    fn application(&mut self) -> Value {
        let (id, candidate, stage) = (self.id("a", 8), self.id("c", 5), self.stage());
        let (status, reason) = (
            self.one(&["Active", "Archived", "Hired", "Lead"]),
            self.one(&["org", "self", "other", "none", "x"]),
        );
        let (made, archived, job, source) = (self.day(), self.day(), self.id("j", 3), self.id("s", 3));
        let source = self.maybe(json!({"id": source, "sourceType": {"title": "Internal mobility"}}));
        let reason = self.maybe(json!({"id": reason, "reasonType": "Other"}));
        let archived = self.maybe(json!(archived));
        let posting = self.id("post", 2);
        json!({"id": id, "status": status, "createdAt": made, "candidate": {"id": candidate}, "job": {"id": job},
            "source": source, "currentInterviewStage": {"id": stage, "interviewPlanId": &stage[..1]}, "archiveReason": reason,
            "archivedAt": archived, "appliedViaJobPostingId": self.maybe(json!(posting)), "customFields": self.fields(),
            "hiringTeam": [{"userId": self.id("u", 3), "role": self.one(&["Recruiter", "Hiring Manager"])}],
            "openings": [{"id": self.id("o", 2)}]})
    }

    /// Something happens.
    fn step(&mut self) {
        let application = self.id("a", 8);
        let (at, later) = (self.day(), self.day());
        match self.below(55) {
            0..=9 => {
                let record = self.application();
                self.company.put("applications", record);
            }
            10 => self.company.remove("applications", &application),
            11 => self.company.erase("applications", &application),
            12..=15 => {
                let (id, tag, fields) = (self.id("c", 5), self.id("t", 3), self.fields());
                let record = json!({"id": id, "name": "N", "createdAt": at, "customFields": fields,
                    "tags": [{"id": tag}], "emailAddresses": [{"value": "x@example.com"}]});
                self.company.put("candidates", record);
            }
            16 => {
                let id = self.id("c", 5);
                self.company.remove("candidates", &id);
            }
            17 => {
                let id = self.id("c", 5);
                self.company.erase("candidates", &id);
            }
            18..=23 => {
                let (id, stage, left) = (self.id("h", 30), self.stage(), self.maybe(json!(later)));
                {
                    let record = json!({"id": id, "applicationId": application, "stageId": stage,
                    "title": "Then", "enteredStageAt": at, "leftStageAt": left, "stageNumber": self.below(4)});
                    self.company.put("application_history", record);
                }
            }
            24 => {
                let id = self.id("h", 30);
                self.company.remove("application_history", &id);
            }
            25 | 26 => {
                let (id, status) =
                    (self.id("offer", 5), self.one(&["Accepted", "Declined", "Created", "Cancelled"]));
                let decided = self.maybe(json!(later));
                {
                    let record = json!({"id": id, "applicationId": application, "acceptanceStatus": status, "decidedAt": decided,
                    "latestVersion": {"id": format!("v-{id}"), "createdAt": at, "openingId": self.id("o", 2), "customFields": self.fields()}});
                    self.company.put("offers", record);
                }
            }
            27 => {
                let id = self.id("offer", 5);
                {
                    let record = json!({"id": self.id("v", 6), "offerId": id, "createdAt": at});
                    self.company.put("offer_versions", record);
                }
            }
            28 => {
                let id = self.id("offer", 5);
                if self.below(2) == 0 {
                    self.company.remove("offers", &id)
                } else {
                    self.company.erase("offers", &id)
                }
            }
            29 | 30 => {
                let status = self.one(&["Complete", "Cancelled"]);
                {
                    let record = json!({"id": self.id("i", 5), "applicationId": application, "status": status,
                    "interviewStageId": self.stage()});
                    self.company.put("interview_schedules", record);
                }
            }
            31 => {
                let id = self.id("i", 5);
                if self.below(2) == 0 {
                    self.company.remove("interview_schedules", &id)
                } else {
                    self.company.erase("interview_schedules", &id)
                }
            }
            32 | 33 => {
                let schedule = self.id("i", 5);
                {
                    let record = json!({"id": self.id("e", 6), "interviewScheduleId": schedule, "startTime": at,
                    "endTime": at, "interviewId": self.id("n", 2), "interviewers": [{"id": self.id("u", 3), "isFeedbackRequired": true}]});
                    self.company.put("interview_events", record);
                }
            }
            34 => {
                let (event, user) = (self.id("e", 6), self.id("u", 3));
                {
                    let record = json!({"id": self.id("k", 6), "applicationId": application, "interviewEventId": event,
                    "submittedByUser": {"id": user}, "submittedAt": at, "submittedValues": {"overall_recommendation": self.below(5)}});
                    self.company.put("application_feedback", record);
                }
            }
            35 => {
                let id = self.id("k", 6);
                self.company.remove("application_feedback", &id);
            }
            36 => {
                let id = self.one(&["org", "self", "other", "none"]);
                {
                    let record = json!({"id": id, "text": "T", "reasonType": self.one(&["RejectedByOrg", "RejectedByCandidate", "Other"])});
                    self.company.put("archive_reasons", record);
                }
            }
            37 => {
                let title = self.one(&["Job boards", "Internal", "Agencies"]);
                {
                    let record = json!({"id": self.id("s", 3), "title": title, "sourceType": {"id": "t", "title": title}});
                    self.company.put("sources", record);
                }
            }
            38 => {
                let record = json!({"id": self.id("j", 3), "title": "T", "status": "Open", "openedAt": at,
                    "departmentId": self.id("d", 2), "confidential": true});
                self.company.put("jobs", record);
            }
            39 => {
                let record = json!({"id": self.id("o", 2), "openedAt": at, "openingState": "Open",
                    "latestVersion": {"jobIds": [self.id("j", 3)]}});
                self.company.put("openings", record);
            }
            40 => {
                let id = self.id("n", 2);
                {
                    let record = json!({"id": id, "title": "T", "isDebrief": self.below(2) == 0});
                    self.company.put("interviews", record);
                }
            }
            41 => {
                let kind = self.one(&["String", "Number", "MultiValueSelect", "Date"]);
                {
                    let record = json!({"id": self.id("f", 6), "title": "Level", "objectType": "Candidate", "fieldType": kind});
                    self.company.put("custom_fields", record);
                }
            }
            42 | 43 => {
                let (project, candidate) = (self.id("p", 3), self.id("c", 5));
                match self.below(6) {
                    0 => self.company.remove("candidate_projects", &format!("{candidate}/{project}")),
                    1 => self.company.erase("candidate_projects", &format!("{candidate}/{project}")),
                    _ => self
                        .company
                        .put("candidate_projects", json!({"id": project, "candidateId": candidate})),
                }
            }
            44 => {
                let board = self.id("b", 2);
                {
                    let record = json!({"id": board, "title": "B", "isInternal": self.below(2) == 0});
                    self.company.put("job_boards", record);
                }
                {
                    let record = json!({"jobBoardId": board, "id": self.id("post", 2), "jobId": "j0"});
                    self.company.put("job_board_postings", record);
                }
            }
            45 => {
                // Settings are taken out, too, and come back with the next change of theirs.
                let (stream, key) = match self.below(8) {
                    0 => ("interview_stages", self.stage()),
                    1 => ("jobs", self.id("j", 3)),
                    2 => ("sources", self.id("s", 3)),
                    3 => ("archive_reasons", self.one(&["org", "self", "other", "none"]).to_owned()),
                    4 => ("openings", self.id("o", 2)),
                    5 => ("job_boards", self.id("b", 2)),
                    6 => ("departments", self.id("d", 2)),
                    _ => ("interviews", self.id("n", 2)),
                };
                self.company.remove(stream, &key);
            }
            46 => {
                let kind = self.one(&["Lead", "Active", "Offer"]);
                let record = json!({"id": format!("group-{kind}"), "title": self.one(&["One", "Other"]),
                    "order": self.below(6), "stageType": kind});
                self.company.put("interview_stage_groups", record);
            }
            47 => {
                let record = json!({"id": self.id("u", 3), "firstName": self.one(&["U", "V"]), "lastName": "W",
                    "managerId": self.id("u", 3), "customFields": self.fields()});
                self.company.put("users", record);
            }
            48 => {
                let parent = self.id("d", 2);
                let record =
                    json!({"id": self.id("d", 2), "name": "D", "parentId": self.maybe(json!(parent))});
                self.company.put("departments", record);
            }
            49 | 50 => {
                let (stream, id) =
                    self.one(&[("survey_submissions", "y"), ("questionnaire_submissions", "z")]);
                let id = self.id(id, 3);
                if self.below(4) == 0 {
                    self.company.remove(stream, &id);
                } else {
                    let record = json!({"id": id, "candidateId": self.id("c", 5), "applicationId": application,
                        "surveyFormDefinitionId": "form", "submittedAt": at, "submittedValues": {"how": self.below(5)}});
                    self.company.put(stream, record);
                }
            }
            51 => {
                let record = json!({"id": self.id("p", 3), "title": "P", "createdAt": at,
                    "customFieldEntries": self.fields()});
                self.company.put("projects", record);
            }
            52 => {
                if self.below(4) == 0 {
                    self.company.remove("application_details", &application);
                } else {
                    let stage = self.stage();
                    let record = json!({"id": application, "referrals": [],
                        "applicationHistory": [{"id": self.id(&format!("x-{application}-"), 4), "stageId": stage, "enteredStageAt": at}],
                        "applicationFormSubmissions": [{"id": self.id(&format!("w-{application}-"), 3), "formDefinitionId": "form",
                            "submittedValues": {"why": self.below(5)}}]});
                    self.company.put("application_details", record);
                }
            }
            _ => {
                let stage = self.one(&["p-screen", "q-onsite"]);
                let order = self.below(8);
                {
                    let record = json!({"id": stage, "interviewPlanId": &stage[..1], "title": "Renamed",
                    "type": self.one(&["Active", "Active", "Active", "PreInterviewScreen"]), "orderInInterviewPlan": order});
                    self.company.put("interview_stages", record);
                }
            }
        }
    }
}

/// Every row of every table and view, but what is only about the build.
fn everything(model: &std::path::Path) -> Vec<String> {
    let connection = models::open(model).unwrap();
    let names = rows(
        &connection,
        "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite%' ORDER BY 1",
    );
    let mut all = Vec::new();
    for name in names {
        let sql = match name.as_str() {
            "custom_field_columns" | "model_columns" | "dates" => continue,
            "model_info" => "SELECT * FROM model_info WHERE key <> 'built_at'".to_owned(),
            name if name.ends_with("_custom_fields") && name != "_custom_fields" => {
                all.append(&mut wide(&connection, name));
                continue;
            }
            name => format!("SELECT * FROM {name}"),
        };
        let mut these: Vec<String> =
            rows(&connection, &sql).into_iter().map(|row| format!("{name}: {row}")).collect();
        these.sort();
        all.append(&mut these);
    }
    all
}

/// A wide table by fields, of which what is there is said: columns keep their names, so they may come in another order or
/// have numbers, and those of fields that are no more are empty.
fn wide(connection: &rusqlite::Connection, view: &str) -> Vec<String> {
    let fields = format!(
        "SELECT f.custom_field_id || substr(t.name, length(f.column_name) + 1), t.name
         FROM custom_field_columns f JOIN pragma_table_info('{view}') t ON t.name IN (f.column_name, f.column_name || '_amount',
             f.column_name || '_currency', f.column_name || '_min', f.column_name || '_max', f.column_name || '_interval')
         WHERE f.view = '{view}' ORDER BY 1"
    );
    let cells: Vec<String> = rows(connection, &fields)
        .iter()
        .filter_map(|row| row.split_once('|'))
        .map(|(field, name)| format!("coalesce(' {field}=' || \"{name}\", '')"))
        .collect();
    let key = view.replace("_custom_fields", "_id");
    let cells = if cells.is_empty() { "''".to_owned() } else { cells.join(" || ") };
    let mut rows = rows(connection, &format!("SELECT '{view}: ' || {key} || {cells} FROM {view}"));
    rows.sort();
    rows
}

#[track_caller]
fn assert_same(seed: u64, step: u32, company: &Company) {
    let scratch = company.model().with_file_name("scratch.db");
    models::build(&company.records(), &scratch, &company.options).unwrap();
    let (kept, anew) = (everything(&company.model()), everything(&scratch));
    let more: Vec<_> = kept.iter().filter(|row| !anew.contains(row)).take(6).collect();
    let less: Vec<_> = anew.iter().filter(|row| !kept.contains(row)).take(6).collect();
    assert!(kept == anew, "seed {seed}, step {step}\nonly kept up: {more:#?}\nonly from scratch: {less:#?}");
    std::fs::remove_file(scratch).unwrap();
    let broken: Vec<_> =
        models::check(&company.model()).unwrap().into_iter().filter(|found| found.broken > 0).collect();
    assert!(broken.is_empty(), "seed {seed}, step {step}: {broken:#?}");
}

#[test]
fn whatever_happens_a_model_that_follows_equals_one_from_scratch() {
    let seeds = std::env::var("MODELS_SEEDS").ok().and_then(|text| text.parse().ok()).unwrap_or(4);
    let from = std::env::var("MODELS_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(0);
    let mut followed = 0;
    for seed in from..from + seeds {
        let mut life = Life::new(seed);
        (0..60).for_each(|_| life.step());
        life.company.sync();
        life.company.build();
        for step in 0..12 {
            (0..1 + life.below(6)).for_each(|_| life.step());
            life.company.sync();
            if life.below(3) == 0 {
                continue;
            }
            let report = life.company.build();
            followed += u32::from(report.mode == Mode::Incremental);
            assert_same(seed, step, &life.company);
        }
    }
    assert!(
        followed > 2 * u32::try_from(seeds).unwrap(),
        "{followed} builds followed, the rest were from scratch"
    );
}

#[test]
fn where_nothing_changed_nothing_is_written() {
    let mut life = Life::new(99);
    (0..80).for_each(|_| life.step());
    life.company.sync();
    life.company.build();
    let before = std::fs::read(life.company.model()).unwrap();
    let report = life.company.build();
    assert_eq!((report.mode, report.changes()), (Mode::Incremental, 0));
    assert!(std::fs::read(life.company.model()).unwrap() == before);
}

#[test]
fn a_change_writes_few_rows() {
    let mut company = Company::new();
    for number in 0..200 {
        let id = format!("a{number}");
        company.application(&id, "Active", "p-review", json!({}));
        company.history(&id, &[("p-review", 1)]);
    }
    company.sync();
    company.build();
    company.application("a7", "Active", "p-screen", json!({}));
    company.history("a7", &[("p-review", 1), ("p-screen", 3)]);
    company.sync();
    let report = company.build();
    assert_eq!(report.mode, Mode::Incremental);
    assert!(report.changes() < 40, "{report:#?}");
    assert_same(0, 0, &company);
    // A rename touches no fact.
    company.put(
        "sources",
        json!({"id": "s", "title": "Other board", "sourceType": {"id": "st", "title": "Job boards"}}),
    );
    company.sync();
    let report = company.build();
    assert_eq!(report.tables.keys().collect::<Vec<_>>(), ["sources"]);
    assert_eq!(company.row("SELECT DISTINCT source_title FROM metric_source_yield"), "Other board");
}

#[test]
fn syncs_and_builds_go_on_beside_each_other() {
    let mut company = Company::new();
    for number in 0..300 {
        let id = format!("a{number}");
        company.application(&id, "Active", "p-review", json!({"text": "x".repeat(8_000)}));
        company.history(&id, &[("p-review", 1)]);
    }
    company.sync();
    let (records, model) = (company.records(), company.model());
    let mut options = company.options.clone();
    options.full = true;
    let is_over = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        let builder = scope.spawn(|| {
            let mut builds = 0;
            while !is_over.load(std::sync::atomic::Ordering::Relaxed) || builds == 0 {
                models::build(&records, &model, &options).unwrap();
                builds += 1;
            }
        });
        for day in 2..22 {
            company.history("a7", &[("p-review", 1), ("p-screen", day)]);
            // It would fail if it had to wait for long.
            company.sync();
        }
        is_over.store(true, std::sync::atomic::Ordering::Relaxed);
        builder.join().unwrap();
    });
    company.build();
    assert_same(0, 0, &company);
}
