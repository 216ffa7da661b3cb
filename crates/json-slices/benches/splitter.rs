//! How fast pages are split into records, beside serde_json reading the same bytes and keeping nothing.
//!
//! `cargo bench -p json-slices` prints gigabytes per second, the best of several rounds.

// A bench prints its result.
#![allow(clippy::print_stdout)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use bytes::Bytes;
use json_slices::split_array;
use serde::de::IgnoredAny;

const RECORDS: usize = 100;
const ROUNDS: usize = 9;
const ROUND: Duration = Duration::from_millis(200);

fn main() {
    for (name, extra_fields) in [("0.5 KB records", 0), ("2 KB records", 14), ("20 KB records", 190)] {
        let body = page(extra_fields);
        let key_fields = ["id"];
        let splitter = gigabytes_per_second(body.len(), || {
            let records = split_array(&body, &["results"], &key_fields).ok().flatten();
            assert_eq!(records.map(|records| records.len()), Some(RECORDS));
        });
        let serde_json = gigabytes_per_second(body.len(), || {
            assert!(serde_json::from_slice::<IgnoredAny>(&body).is_ok());
        });
        let utf8 = gigabytes_per_second(body.len(), || {
            assert!(std::str::from_utf8(black_box(&body)).is_ok());
        });
        println!(
            "{name} ({} bytes a page): splitter {splitter:.2} GB/s, serde_json IgnoredAny {serde_json:.2} GB/s \
             ({:.1} times), UTF-8 alone {utf8:.2} GB/s",
            body.len(),
            splitter / serde_json,
        );
    }
}

/// A page like those of `candidate.list`.
fn page(extra_fields: usize) -> Bytes {
    let record = |index: usize| {
        let fields: Vec<_> = (0..extra_fields)
            .map(|field| {
                serde_json::json!({
                    "id": format!("8f3c2c1e-0000-4000-8000-{field:012}"),
                    "title": "Years of professional experience",
                    "value": field * 7,
                })
            })
            .collect();
        serde_json::json!({
            "id": format!("8f3c2c1e-3b1a-4c6e-9f50-{index:012}"),
            "createdAt": "2026-03-02T09:41:27.512Z",
            "updatedAt": "2026-09-14T16:05:00.000Z",
            "name": "Łucja Nowak-Álvarez",
            "primaryEmailAddress": {"value": "lucja@example.com", "type": "Work", "isPrimary": true},
            "emailAddresses": [{"value": "lucja@example.com", "type": "Work", "isPrimary": true}],
            "company": "Example \"Holdings\" Ltd",
            "profileUrl": "https://app.example.com/candidates/8f3c2c1e",
            "tags": [], "fraudStatus": null, "customFields": fields,
        })
    };
    let results: Vec<_> = (0..RECORDS).map(record).collect();
    let envelope = serde_json::json!({
        "success": true, "results": results, "moreDataAvailable": true, "nextCursor": "G8x2",
    });
    Bytes::from(envelope.to_string())
}

fn gigabytes_per_second(bytes: usize, mut work: impl FnMut()) -> f64 {
    let mut best = 0.0_f64;
    for _ in 0..ROUNDS {
        let (began, cpu_began) = (Instant::now(), cpu_time());
        let mut passes = 0_u32;
        while began.elapsed() < ROUND {
            work();
            passes += 1;
        }
        let elapsed = cpu_began.zip(cpu_time()).map_or_else(|| began.elapsed(), |(began, now)| now - began);
        let bytes = bytes as f64 * f64::from(passes);
        best = best.max(bytes / elapsed.as_secs_f64() / 1e9);
    }
    best
}

/// What this thread has spent, where Linux tells: others on the machine then matter less.
fn cpu_time() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}
