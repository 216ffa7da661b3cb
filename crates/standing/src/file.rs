//! The file that says where a run stands, beside its destination.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use capture_core::private_file;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{Standing, StreamStanding, Trouble};
use crate::system::{is_there, namespace};

const VERSION: u32 = 1;

/// How often it is written at most, and at least.
const OFTEN: Duration = Duration::from_secs(1);
const SELDOM: Duration = Duration::from_secs(10);

/// A run that has not written for so long is no more.
const SILENCE: SignedDuration = SignedDuration::from_secs(40);

/// What the file says.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Saved {
    version: u32,
    /// Which process.
    pub process: u32,
    /// When it began.
    pub began_at: Timestamp,
    /// When this was written.
    pub updated_at: Timestamp,
    /// In which namespace of processes its number is, where there are such.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// None while it is on, and of one that was killed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// Whether it stays up.
    pub watch: bool,
    /// Requests sent.
    pub requests: u64,
    /// Commits.
    pub commits: u64,
    /// Received events of which something is still to be done, where webhooks are received.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending_events: Option<u64>,
    /// How it ended, once it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Ended>,
    /// Why the run as a whole cannot go on at present.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<Trouble>,
    /// Where each stream stands.
    pub streams: BTreeMap<String, StreamStanding>,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// It was all through.
    Done,
    /// Somebody stopped it.
    Interrupted,
    /// It could not begin, or not go on; and why.
    Failed(String),
}

impl Saved {
    /// Whether the run is on, as far as can be told.
    pub fn is_on(&self, now: Timestamp) -> bool {
        self.ended_at.is_none() && now.duration_since(self.updated_at) < SILENCE && self.may_be_there()
    }

    /// Whether it is of another run, which is on.
    fn is_anothers(&self, own: &Self) -> bool {
        let is_own = self.process == own.process && self.began_at == own.began_at;
        !is_own && self.is_on(own.updated_at)
    }

    /// Whether its process is there, or could only be seen from elsewhere.
    fn may_be_there(&self) -> bool {
        let Some(own) = namespace() else { return true };
        self.namespace.as_ref() != Some(&own) || is_there(self.process)
    }
}

/// Where the file of a destination is: hidden, beside it (`.NAME.status.json`).
pub fn beside(destination: &Path) -> io::Result<PathBuf> {
    private_file::beside(destination, "status.json")
}

/// Reads it; none if it is not there, or says something that this version does not understand.
pub fn read(path: &Path) -> Option<Saved> {
    let text = std::fs::read(path).ok()?;
    serde_json::from_slice(&text).ok().filter(|saved: &Saved| saved.version == VERSION)
}

/// Keeps the file up.
pub struct Keeper {
    standing: Standing,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Keeper {
    /// From now on.
    pub fn start(standing: Standing, path: PathBuf, watch: bool) -> Self {
        let stop = CancellationToken::new();
        let task = tokio::spawn(keep(standing.clone(), path, watch, stop.clone()));
        Self { standing, stop, task }
    }

    /// Says in it that the run has ended, and how.
    pub async fn end(self, ended: Ended) {
        self.standing.live().ended = Some(ended);
        self.stop.cancel();
        let _ = self.task.await;
    }
}

async fn keep(standing: Standing, path: PathBuf, watch: bool, stop: CancellationToken) {
    let mut is_told = false;
    loop {
        let is_over = stop.is_cancelled();
        let saved = standing.saved(watch, is_over);
        let path = path.clone();
        let has_begun = standing.has_begun();
        let written = tokio::task::spawn_blocking(move || {
            // The destination is another's, who says where it stands.
            if !has_begun && read(&path).is_some_and(|other| other.is_anothers(&saved)) {
                return Ok(());
            }
            let text = serde_json::to_vec_pretty(&saved)?;
            private_file::replace(&path, &text)
        });
        if let Ok(Err(error)) = written.await
            && !std::mem::replace(&mut is_told, true)
        {
            tracing::info!("`ashby status` will not see this run: {error}");
        }
        if is_over {
            return;
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(SELDOM) => {}
            () = async { standing.0.changed.notified().await; tokio::time::sleep(OFTEN).await } => {}
        }
    }
}

impl Standing {
    fn saved(&self, watch: bool, is_over: bool) -> Saved {
        let now = Timestamp::now();
        let streams = self.streams();
        let pending_events = self.pending_events();
        let live = self.live();
        Saved {
            version: VERSION,
            process: std::process::id(),
            namespace: namespace(),
            began_at: self.0.began_at,
            updated_at: now,
            ended_at: is_over.then_some(now),
            ended: live.ended.clone(),
            watch,
            requests: (self.0.usage)().requests,
            commits: live.commits,
            pending_events,
            trouble: live.trouble.clone(),
            streams,
        }
    }
}
