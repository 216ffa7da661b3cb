//! A target that others wrote, for PostgreSQL.

use std::collections::BTreeMap;
use std::process::{Command, Stdio};

use ashby_sim::{Kind, Mutation};
use jiff::Timestamp;
use private_postgres::Cluster;
use serde_json::{Map, Value, json};

use crate::{Place, Said, program};

struct Warehouse {
    program: String,
    cluster: &'static Cluster,
    database: String,
}

impl Warehouse {
    fn new(place: &Place) -> Option<Self> {
        let program = program("ASHBY_TARGET_POSTGRES", "target-postgres")?;
        let cluster = private_postgres::shared()?;
        let database = cluster.database();
        let config = json!({
            "host": "127.0.0.1", "port": cluster.port(), "user": private_postgres::SUPERUSER, "password": "none",
            "database": database, "default_target_schema": "ats",
        });
        place.file("target.json", &config);
        Some(Self { program, cluster, database })
    }

    /// Reads into it what is selected; the state that it prints is for the next read.
    async fn take(&self, place: &Place, state: Option<&Value>) -> Value {
        let mut arguments = "--config config.json --catalog catalog.json".to_owned();
        if let Some(state) = state {
            place.file("state.json", state);
            arguments.push_str(" --state state.json");
        }
        let Said { code, output, log, .. } = place.run(&arguments).await;
        assert_eq!(code, Some(0), "{log}");
        let directory = place.directory.path();
        std::fs::write(directory.join("messages"), output).expect("it can be written");
        let messages = std::fs::File::open(directory.join("messages")).expect("it is there");
        let taken = Command::new(&self.program)
            .args(["--config", "target.json"])
            .current_dir(directory)
            .stdin(Stdio::from(messages))
            .output()
            .expect("the target is there");
        assert!(taken.status.success(), "{}", String::from_utf8_lossy(&taken.stderr));
        let states = String::from_utf8_lossy(&taken.stdout).into_owned();
        serde_json::from_str(states.lines().last().expect("a state")).expect("JSON")
    }

    /// Rows of a stream that are not gone.
    fn rows(&self, stream: &str) -> BTreeMap<String, Map<String, Value>> {
        let sql = format!("SELECT row_to_json(t) FROM ats.{stream} t WHERE _sdc_deleted_at IS NULL");
        let rows = self.cluster.sql(&self.database, &sql);
        let rows = rows.lines().map(|row| serde_json::from_str::<Map<String, Value>>(row).expect("JSON"));
        rows.map(|row| (row["id"].as_str().expect("an id").to_owned(), row)).collect()
    }

    fn holds(&self, stream: &str, truth: &BTreeMap<String, Value>) {
        let rows = self.rows(stream);
        assert_eq!(rows.len(), truth.len(), "{stream}");
        for (id, record) in truth {
            let row = rows.get(id).unwrap_or_else(|| panic!("{stream} lacks {id}"));
            for (member, value) in record.as_object().expect("a record") {
                assert!(is_same(&row[member], value), "{stream}.{member}: {} is not {value}", row[member]);
            }
            let further = row.iter().filter(|(column, value)| {
                !column.starts_with("_sdc_") && record.get(column.as_str()).is_none() && !value.is_null()
            });
            assert_eq!(further.count(), 0, "{stream} {id} has more than was sent");
        }
    }
}

/// By value: an instant is a column of its own type.
fn is_same(column: &Value, value: &Value) -> bool {
    let instant = |value: &Value| {
        let text = value.as_str()?;
        text.parse::<Timestamp>().or_else(|_| format!("{text}Z").parse()).ok()
    };
    column == value || instant(column).zip(instant(value)).is_some_and(|(column, value)| column == value)
}

#[tokio::test(flavor = "multi_thread")]
async fn target_postgres_holds_the_truth_and_marks_what_is_gone() {
    let place = Place::new().await;
    let Some(warehouse) = Warehouse::new(&place) else { return };
    place.select(&["candidates", "applications", "archive_reasons"], |_| {}).await;
    let streams = ["candidates", "applications", "archive_reasons"];
    let truth = |stream: &str| match stream {
        "applications" => place.truth_with("application.list", &json!({"expand": ["openings"]})),
        "archive_reasons" => place.truth_with("archiveReason.list", &json!({"includeArchived": true})),
        _ => place.truth("candidate.list"),
    };
    let state = warehouse.take(&place, None).await;
    streams.iter().for_each(|stream| warehouse.holds(stream, &truth(stream)));

    let edited = place.truth("candidate.list").into_keys().next().unwrap();
    let patch = Map::from_iter([("name".to_owned(), json!("Somebody Else"))]);
    place.mutate(&Mutation::Update { kind: Kind::Candidate, id: edited, patch });
    let reason = warehouse.rows("archive_reasons").into_keys().next().unwrap();
    place.mutate(&Mutation::Delete { kind: Kind::ArchiveReason, id: reason.clone() });
    warehouse.take(&place, Some(&state)).await;
    streams.iter().for_each(|stream| warehouse.holds(stream, &truth(stream)));
    let sql = format!("SELECT _sdc_deleted_at IS NOT NULL FROM ats.archive_reasons WHERE id = '{reason}'");
    assert_eq!(warehouse.cluster.sql(&warehouse.database, &sql), "t");
}
