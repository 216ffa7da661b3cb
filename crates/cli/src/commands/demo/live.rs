//! `ashby demo --live`: events on their way to rows.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use ashby_sim::{Kind, Mutation, Organisation, Subscription};
use serde_json::{Map, Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, ChildStderr};
use tokio_util::sync::CancellationToken;

use super::{DATABASE, Sync};
use crate::failure::{FAILED, Failure};
use crate::output::print;
use crate::system::terminate;
use crate::webhooks;

/// The streams that events are about.
const WATCH: &str = "sync --to sqlite:ashby-demo.db --watch --webhooks --listen 127.0.0.1:0 --interval 1h \
                     candidates applications offers";

/// How long a row may take to be there.
const PATIENCE: Duration = Duration::from_secs(30);

/// A watch with its receiver, as a process of its own.
struct Watch {
    child: Child,
    said: tokio::io::Lines<BufReader<ChildStderr>>,
    secret_file: std::path::PathBuf,
}

/// Something that happens, and what then stands in a row.
struct Scene {
    tells: &'static str,
    mutation: Mutation,
    sql: String,
}

/// Lets some things happen, and shows when each is in the database.
pub(super) async fn run(sync: &Sync<'_>, organisation: &Organisation) -> Result<(), Failure> {
    let secret = webhooks::random();
    let mut watch = Watch::start(sync, &secret)?;
    let played = tokio::select! {
        played = watch.play(organisation, &secret) => played,
        () = sync.cancel.cancelled() => Ok(()),
    };
    watch.end(&sync.cancel).await;
    played
}

impl Watch {
    fn start(sync: &Sync<'_>, secret: &str) -> Result<Self, Failure> {
        let secret_file = std::env::temp_dir().join(format!("ashby-demo-{}.secret", std::process::id()));
        capture_core::private_file::replace(&secret_file, format!("{secret}\n").as_bytes())
            .map_err(|error| Failure::new(FAILED, "cannot write the demo's secret").with_source(error))?;
        print(&format!("\nNow with webhooks, polling once an hour only:\n\n$ ashby {WATCH}\n"))?;
        let mut command = sync.command()?;
        command.args(WATCH.split_whitespace()).arg("--secret-file").arg(&secret_file);
        let failed = |error| Failure::new(FAILED, "cannot run the command").with_source(error);
        let mut child = command.stderr(Stdio::piped()).kill_on_drop(true).spawn().map_err(failed)?;
        let said = child.stderr.take().ok_or_else(|| Failure::new(FAILED, "the command says nothing"))?;
        Ok(Self { child, said: BufReader::new(said).lines(), secret_file })
    }

    /// The address that it listens on, once its first round is through.
    async fn address(&mut self) -> Result<String, Failure> {
        let mut address = None;
        while let Ok(Some(line)) = self.said.next_line().await {
            if let Some((_, rest)) = line.split_once("listening on ") {
                address = rest.split(';').next().map(str::to_owned);
            }
            if line.starts_with("round 1 ")
                && let Some(address) = address
            {
                return Ok(address);
            }
        }
        Err(Failure::new(FAILED, "the watch ended before it was up to date"))
    }

    async fn play(&mut self, organisation: &Organisation, secret: &str) -> Result<(), Failure> {
        let request_url = self.address().await?;
        for kind in Organisation::event_types().filter(|kind| *kind != "ping") {
            organisation.subscribe(&Subscription {
                webhook_type: kind.to_owned(),
                request_url: request_url.clone(),
                secret_token: Some(secret.to_owned()),
            });
        }
        for scene in scenes(organisation) {
            let began = Instant::now();
            if organisation.mutate(&scene.mutation).is_err() {
                continue;
            }
            while !is_there(&scene.sql)? {
                if began.elapsed() > PATIENCE {
                    return Err(Failure::new(FAILED, format!("{} did not arrive", scene.tells)));
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            print(&format!(
                "{:<44} in the database after {:>4} ms\n",
                scene.tells,
                began.elapsed().as_millis()
            ))?;
        }
        Ok(())
    }

    /// Ends it in order.
    async fn end(mut self, cancel: &CancellationToken) {
        if let Some(process) = self.child.id()
            && !cancel.is_cancelled()
        {
            terminate(process);
        }
        // What it still says is read, so that it does not wait for a reader.
        let rest = async { while let Ok(Some(_)) = self.said.next_line().await {} };
        let _ = tokio::time::timeout(super::PATIENCE, async { tokio::join!(rest, self.child.wait()) }).await;
        let _ = std::fs::remove_file(&self.secret_file);
    }
}

fn is_there(sql: &str) -> Result<bool, Failure> {
    let rows = sink_sqlite::query(Path::new(DATABASE), sql, 1)?.rows;
    Ok(rows.into_iter().flatten().next().flatten().is_some_and(|count| count != "0"))
}

fn scenes(organisation: &Organisation) -> Vec<Scene> {
    let applications = organisation.truth("application.list", &Map::new());
    let active = |application: &&Value| application["status"] == "Active";
    let mut active = applications.iter().filter(active);
    let id = |value: &Value| value["id"].as_str().unwrap_or_default().to_owned();
    let mut scenes = Vec::new();
    if let Some(application) = active.next().map(id) {
        let sql =
            format!("select count(*) from applications where id = '{application}' and status = 'Hired'");
        let patch = Map::from_iter([("status".to_owned(), json!("Hired"))]);
        let mutation = Mutation::Update { kind: Kind::Application, id: application, patch };
        scenes.push(Scene { tells: "Somebody is hired (three events, one read):", mutation, sql });
    }
    if let Some(application) = active.next().map(id) {
        let sql = format!("select count(*) from offers where applicationId = '{application}'");
        let mutation = Mutation::Create { kind: Kind::Offer, parent: Some(application), fields: Map::new() };
        scenes.push(Scene { tells: "An offer is made:", mutation, sql });
    }
    if let Some(candidate) = active.next().map(|application| id(&application["candidate"])) {
        let sql = format!(
            "select count(*) from applications where candidate ->> 'id' = '{candidate}' and _deleted_at is not null"
        );
        let mutation = Mutation::Delete { kind: Kind::Candidate, id: candidate };
        scenes.push(Scene { tells: "A candidate is deleted, with applications:", mutation, sql });
    }
    scenes
}
