//! Random histories with webhooks: an organisation changes at random, its deliveries are lost, doubled, late and out of order,
//! the watch that receives them is killed and started again. Meanwhile the database never holds what the organisation never
//! had, and never goes back to an earlier version of a record; in the end one reconcile makes it equal.
//!
//! `cargo xtask histories --webhooks` lets as many happen as it is told to, by way of `ASHBY_WEBHOOK_HISTORIES` (how many)
//! and `ASHBY_WEBHOOK_SEED` (the first one's seed).

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

use ashby_sim::{DeliverySettings, Kind, Mutation, Organisation, ServerOptions, Shape, Subscription};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use rusqlite::{Connection, OpenFlags};
use serde_json::Value;

use crate::support::listening::{Listening, SECRET};
use crate::support::{Records, Site, query, sqlite_in, truth};

const STREAMS: [&str; 11] = [
    "candidates",
    "candidate_notes",
    "applications",
    "application_feedback",
    "jobs",
    "job_postings",
    "openings",
    "offers",
    "approvals",
    "interview_schedules",
    "interview_events",
];

/// Unless the environment says otherwise. On a slow machine fewer may have to do: after that time none begins.
const HISTORIES: u64 = 300;
const LIMIT: Duration = Duration::from_secs(420);

/// Histories side by side for each core: they wait more than they work.
const AT_ONCE: usize = 3;

/// All that an organisation has had, each version of a record with its place among those of its key.
#[derive(Default)]
struct Ever(HashMap<(&'static str, String), Vec<Value>>);

impl Ever {
    fn note(&mut self, organisation: &Organisation) {
        for stream in STREAMS {
            for (key, record) in truth(organisation, stream) {
                let versions = self.0.entry((stream, key)).or_default();
                if versions.last() != Some(&record) {
                    versions.push(record);
                }
            }
        }
    }
}

struct History {
    seed: u64,
    site: Site,
    chance: StdRng,
    database: PathBuf,
    /// Opened once: to read the schema takes longer than to read the rows.
    rows: Option<Connection>,
    port: u16,
    ever: Ever,
    /// The newest version that was seen of each row.
    seen: BTreeMap<(&'static str, String), usize>,
}

impl History {
    async fn new(seed: u64) -> Self {
        let shape =
            Shape { candidates: 12, applications: 18, jobs: 3, users: 4, seed, ..crate::support::shape() };
        let site = Site::with(&shape, ServerOptions::default()).await;
        let mut chance = StdRng::seed_from_u64(seed);
        let mut trouble = |most: u32| if chance.random_bool(0.5) { chance.random_range(0..=most) } else { 0 };
        site.server.deliveries().set(DeliverySettings {
            // Three hours of attempts are four seconds, or less than it takes to start again.
            speed: if seed.is_multiple_of(2) { 3_000.0 } else { 60_000.0 },
            loss_percent: trouble(50),
            copy_percent: trouble(50),
            late_percent: trouble(80),
            late_ms: 150,
            seed,
            ..DeliverySettings::default()
        });
        let port = free_port();
        std::fs::write(site.path("s"), format!("{SECRET}\n")).unwrap();
        let database = site.path("ashby.db");
        Self { seed, site, chance, database, rows: None, port, ever: Ever::default(), seen: BTreeMap::new() }
    }

    async fn watch(&mut self) -> Listening {
        let port = self.port;
        let streams = STREAMS.join(" ");
        let command = format!(
            "sync --watch --interval 1h --webhooks --listen 127.0.0.1:{port} --secret-file s {streams}"
        );
        Listening::of(self.site.ashby(&command)).await
    }

    async fn first_round(&mut self, watch: &mut Listening) {
        while !watch.said.next_line().await.unwrap().expect("it runs on").starts_with("round 1 ") {}
    }

    async fn subscribe(&mut self) {
        for kind in Organisation::event_types().filter(|kind| *kind != "ping") {
            let subscription = Subscription {
                webhook_type: kind.to_owned(),
                request_url: format!("http://127.0.0.1:{}/webhooks/ashby", self.port),
                secret_token: Some(SECRET.to_owned()),
            };
            self.site.server.subscribe(&subscription).await.unwrap();
        }
    }

    fn change(&mut self) {
        let organisation = self.site.organisation();
        let seed = self.chance.random();
        match self.chance.random_range(0..10) {
            0 => organisation.erode(1, seed),
            1 => {
                let candidates: Vec<String> = truth(organisation, "candidates").into_keys().collect();
                if let [from, into, ..] = &candidates[..] {
                    let (from, into) = (from.clone(), into.clone());
                    let _ = organisation.mutate(&Mutation::MergeCandidates { from, into });
                }
            }
            2 => {
                let offers: Vec<String> = truth(organisation, "offers").into_keys().collect();
                if let Some(id) = offers.first() {
                    let _ = organisation.mutate(&Mutation::Delete { kind: Kind::Offer, id: id.clone() });
                }
            }
            _ => _ = organisation.churn(1, seed),
        }
        self.ever.note(self.site.organisation());
    }

    fn held(&mut self, stream: &str) -> Records {
        let open = || Connection::open_with_flags(&self.database, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
        sqlite_in(self.rows.get_or_insert_with(open), stream)
    }

    /// What the database holds now was there once, and is no older than what it held before.
    fn look(&mut self) {
        for stream in STREAMS {
            for (key, record) in self.held(stream) {
                let place = (stream, key);
                let versions = self.ever.0.get(&place).map_or(&[][..], Vec::as_slice);
                let Some(version) = versions.iter().rposition(|version| *version == record) else {
                    panic!("seed {}: {} {} was never so: {record}", self.seed, place.0, place.1);
                };
                let seen = self.seen.entry(place.clone()).or_insert(version);
                assert!(*seen <= version, "seed {}: {} {} has gone back", self.seed, place.0, place.1);
                *seen = version;
            }
        }
    }

    async fn happen(mut self) {
        self.ever.note(self.site.organisation());
        // Webhooks may be there before anything was listed, and the first listing may be cut short.
        let is_first_interrupted = self.chance.random_bool(0.3);
        if is_first_interrupted {
            let mut watch = self.watch().await;
            self.subscribe().await;
            self.change();
            let requests = self.chance.random_range(1..20);
            let log = self.site.server.log().clone();
            crate::support::until("some requests", move || log.total() >= requests).await;
            watch.child.kill().await.unwrap();
        }
        let mut watch = self.watch().await;
        self.first_round(&mut watch).await;
        if !is_first_interrupted {
            self.subscribe().await;
        }
        for _ in 0..self.chance.random_range(2..5) {
            for _ in 0..self.chance.random_range(1..12) {
                self.change();
                self.look();
            }
            match self.chance.random_range(0..4) {
                // It is down for a while, in which there are changes, too.
                0 => {
                    watch.child.kill().await.unwrap();
                    self.change();
                    watch = self.watch().await;
                }
                1 => {
                    let (said, code) = watch.stop().await;
                    assert_eq!(code, Some(0), "seed {}: {said}", self.seed);
                    self.change();
                    self.look();
                    watch = self.watch().await;
                }
                2 => self.site.server.deliveries().settled().await,
                _ => {}
            }
            self.look();
        }
        self.site.server.deliveries().settled().await;
        let inbox = ashby_webhooks::Inbox::beside(&self.database).unwrap();
        let inbox = ashby_webhooks::Reader::open(&inbox).unwrap();
        crate::support::until("all events are done", move || inbox.kept().unwrap().pending == 0).await;
        self.look();
        let (said, code) = watch.stop().await;
        assert_eq!(code, Some(0), "seed {}: {said}", self.seed);
        self.site.done("reconcile").await;
        self.look();
        for stream in STREAMS {
            let (held, there) = (self.held(stream), truth(self.site.organisation(), stream));
            assert_eq!(held, there, "seed {}: {stream}", self.seed);
        }
        self.tombstones();
    }

    /// What is gone says why, and nothing is merged into itself.
    fn tombstones(&self) {
        for stream in STREAMS {
            let sql = format!(
                "SELECT _key, _deleted_why, _merged_into FROM {stream} WHERE _deleted_at IS NOT NULL"
            );
            for row in query(&self.database, &sql) {
                assert!(!row[1].is_empty() && row[0] != row[2], "seed {}: {stream} {row:?}", self.seed);
            }
        }
    }
}

/// A port of its own, which no connection is given by accident: those are numbers above.
pub(crate) fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = 15_000 + u16::try_from(std::process::id() % 8_000).unwrap();
    loop {
        let port = first + NEXT.fetch_add(1, Ordering::Relaxed) % 8_000;
        if std::net::TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_happens_to_deliveries_the_end_is_the_truth() {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().expect("a number"));
    let first = number("ASHBY_WEBHOOK_SEED").unwrap_or(1);
    let wanted = number("ASHBY_WEBHOOK_HISTORIES");
    let histories = wanted.unwrap_or(HISTORIES);
    let (began, mut ran) = (Instant::now(), 0);
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    let room = Arc::new(tokio::sync::Semaphore::new(AT_ONCE * cores));
    let mut playing = tokio::task::JoinSet::new();
    let mut broken = Vec::new();
    for seed in first..first + histories {
        let place = Arc::clone(&room).acquire_owned().await.unwrap();
        while let Some(ended) = playing.try_join_next() {
            broken.extend(ended.unwrap());
        }
        if wanted.is_none() && began.elapsed() > LIMIT {
            break;
        }
        ran += 1;
        playing.spawn(async move {
            let history = tokio::spawn(async move { History::new(seed).await.happen().await });
            let is_broken = history.await.is_err();
            drop(place);
            is_broken.then_some(seed)
        });
    }
    while let Some(ended) = playing.join_next().await {
        broken.extend(ended.unwrap());
    }
    assert!(
        broken.is_empty(),
        "histories {broken:?} went wrong, as said above; one again: cargo xtask histories --webhooks --histories 1 --seed {}",
        broken[0]
    );
    assert!(ran >= histories / 5, "only {ran} histories in {LIMIT:?}");
}
