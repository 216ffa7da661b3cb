//! Companies that are synced into SQLite in this process.

use std::path::Path;

use ashby_client::Client;
use ashby_sim::Server;
use ashby_source::AshbySource;
use capture_core::{Identity, Runner, Selection};
use sink_sqlite::SqliteSink;
use tokio_util::sync::CancellationToken;

/// What the figures are computed from.
pub(crate) const STREAMS: &[&str] = &[
    "applications",
    "candidates",
    "application_history",
    "application_feedback",
    "interview_schedules",
    "interview_events",
    "interviews",
    "interview_plans",
    "interview_stages",
    "interview_stage_groups",
    "jobs",
    "openings",
    "offers",
    "offer_versions",
    "archive_reasons",
    "sources",
];

/// Later than everything that the simulator does.
pub(crate) const AS_OF: &str = "2026-11-02T12:00:00Z";

/// Syncs these streams.
pub(crate) async fn sync(server: &Server, path: &Path, streams: &[&str]) {
    let client = Client::builder()
        .api_key("sim-key")
        .base_url(&server.base_url())
        .requests_per_minute(None)
        .build()
        .unwrap();
    let identity = Identity::new(client.key_fingerprint(), client.base_url());
    let selections: Vec<_> = streams.iter().map(|stream| Selection::new(*stream)).collect();
    Runner::new(AshbySource::new(client), SqliteSink::new(path))
        .run(selections, identity, CancellationToken::new())
        .await
        .unwrap();
}
