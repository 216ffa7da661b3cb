//! Published postings through the crate's public door.

// Helpers outside of test functions, too, may stop a test this way.
#![allow(clippy::unwrap_used)]

mod documents;
mod leaks;
mod round_trips;
mod xml;

use ashby_client::JobBoard;
use ashby_postings::{Published, render};
use serde_json::Value;

/// A board with these jobs.
pub(crate) fn board(jobs: &Value) -> Published {
    let body = serde_json::json!({"apiVersion": "1", "jobs": jobs}).to_string();
    Published::from_board(&JobBoard::from_body("acme", body.into()).unwrap())
}

/// Everything that can be rendered.
pub(crate) fn documents(published: &Published) -> [(&'static str, String); 7] {
    type Renderer = fn(&Published, &mut Vec<u8>) -> std::io::Result<()>;
    let renderers: [(&str, Renderer); 7] = [
        ("json", |published, out| render::json(&published.postings, out)),
        ("ndjson", |published, out| render::ndjson(&published.postings, out)),
        ("csv", |published, out| render::csv(&published.postings, out)),
        ("rss", |published, out| render::rss(published, out)),
        ("atom", |published, out| render::atom(published, out)),
        ("feed as JSON", |published, out| render::feed_json(&published.postings, out)),
        ("feed as XML", |published, out| render::feed_xml(&published.postings, out)),
    ];
    renderers.map(|(name, renderer)| {
        let mut out = Vec::new();
        renderer(published, &mut out).unwrap();
        (name, String::from_utf8(out).unwrap())
    })
}
