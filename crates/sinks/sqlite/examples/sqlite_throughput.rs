//! Measures the sink: `cargo run --release -p sink-sqlite --example sqlite_throughput -- [records] [bytes a record] [words]`.
//! With a number of words above 0, each record has so many of 20,000, and an index of words is kept.
//!
//! Lists records with random keys, then the same records again, and prints records a second, the size of the
//! database and the highest memory use of the process.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use capture_core::{
    Counts, Field, FieldKind, Record, Searchable, Shape, Sink, Stamp, StateUpdate, StreamDescriptor, Sweep,
    Within, Write,
};

const PAGE_RECORDS: u64 = 100;

/// A well-mixed number, so that keys are as random as UUIDs and come again in the second listing.
fn mixed(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

fn key(number: u64) -> String {
    let (high, low) = (mixed(number), mixed(!number));
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xffff,
        low >> 48,
        low & 0xffff_ffff_ffff
    )
}

/// The tail that all records have, so that making them takes no time worth measuring.
fn tail(record_bytes: usize) -> String {
    let width = (record_bytes / 20).saturating_sub(14);
    let fields = (0..20).map(|field| format!(",\"field{field}\":\"{:x>width$}\"", field));
    fields.collect::<String>() + "}"
}

fn record(number: u64, words: u64, tail: &str) -> Record {
    let key = key(number);
    // Some words are much commoner than others.
    let word = |place: u64| {
        let random = mixed(number * 64 + place);
        format!("w{:x} ", mixed((random % 20_000) % (random >> 40 & 0x7fff).max(1)) & 0xff_ffff)
    };
    let words: String = (0..words).map(word).collect();
    let body = ["{\"id\":\"", &key, "\",\"words\":\"", &words, "\"", tail].concat();
    // All of them have the same fields, and sources that read the JSON anyway say so.
    Record::upsert(key, body).with_shape(Shape::new(1))
}

/// Seconds of processor time so far, from the hundredths that Linux counts.
fn processor_seconds() -> f64 {
    let status = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = status.rsplit(')').next().unwrap_or_default().split_whitespace();
    fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}

fn memory_peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or("unknown".to_owned(), |value| value.trim().to_owned())
}

fn megabytes(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |file| file.len() >> 20)
}

#[allow(clippy::print_stdout)]
#[tokio::main(flavor = "current_thread")]
async fn main() -> capture_core::Result<()> {
    let mut arguments = std::env::args().skip(1).filter_map(|argument| argument.parse().ok());
    let records: u64 = arguments.next().unwrap_or(1_000_000);
    let record_bytes = arguments.next().unwrap_or(2_000) as usize;
    let words: u64 = arguments.next().unwrap_or(0);
    let searchable = Searchable { title: Vec::new(), body: vec!["/words".to_owned()] };
    let tail = tail(record_bytes);
    let directory = tempfile::tempdir().expect("a directory for temporary files");
    let path = directory.path().join("throughput.db");
    let fields = [Field::new("id", FieldKind::String)];
    let stream = StreamDescriptor::new("candidates", ["id"]).with_fields(fields);
    let stream = Arc::new(stream.with_searchable((words > 0).then_some(searchable)));
    for listing in 1..=2 {
        let mut sink = sink_sqlite::SqliteSink::new(&path);
        sink.open(&[Arc::clone(&stream)]).await?;
        let (started, processor_before) = (Instant::now(), processor_seconds());
        let (mut counts, mut uncommitted_bytes, mut wal) = (Counts::default(), 0, 0);
        for page in 0..records.div_ceil(PAGE_RECORDS) {
            let numbers = page * PAGE_RECORDS..((page + 1) * PAGE_RECORDS).min(records);
            let (is_last, numbers_start) = (numbers.end == records, numbers.start);
            let page: Vec<Record> = numbers.map(|number| record(number, words, &tail)).collect();
            uncommitted_bytes += page.iter().map(|record| record.len_bytes() as u64).sum::<u64>();
            // Each page has a stamp of its own, as the runner gives them.
            let (begin, seen) = (listing * records, listing * records + numbers_start);
            sink.write(Write::new(Arc::clone(&stream), Stamp::new(seen), page)).await?;
            if is_last {
                sink.sweep(Sweep::new(Arc::clone(&stream), Stamp::new(begin), Within::Everything)).await?;
            }
            if uncommitted_bytes >= sink.pace().bytes || is_last {
                let committed = sink.commit(&StateUpdate::default()).await?;
                committed.counts.into_values().for_each(|more| counts += more);
                uncommitted_bytes = 0;
                wal = wal.max(megabytes(&directory.path().join("throughput.db-wal")));
            }
        }
        let seconds = started.elapsed().as_secs_f64();
        sink.close().await?;
        println!(
            "listing {listing}: {:.0} records/s ({seconds:.1} s, {:.1} s of processor time, closing {:.1} s), {counts:?}, \
             database {} MB, WAL at most {wal} MB, memory at most {}",
            records as f64 / seconds,
            processor_seconds() - processor_before,
            started.elapsed().as_secs_f64() - seconds,
            megabytes(&path),
            memory_peak(),
        );
    }
    Ok(())
}
