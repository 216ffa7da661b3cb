//! Measures the sink: `cargo run --release -p sink-parquet --example parquet_throughput -- [records] [bytes a record]`.
//!
//! Lists records with random keys, then the same records again, then one in a hundred changed, each in a run of its own,
//! and prints records a second, the size of the files and the highest memory use of the process.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use capture_core::{
    Counts, Field, FieldKind, Record, Shape, Sink, Stamp, StateUpdate, StreamDescriptor, Sweep, Within, Write,
};

const PAGE_RECORDS: u64 = 100;

/// A well-mixed number, so that keys are as random as UUIDs and come again in the second listing.
fn mixed(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

fn uuid(number: u64) -> String {
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

/// As an application looks: ids, instants, a few words, and objects that are alike in most records.
fn record(number: u64, version: u64, tail: &str) -> Record {
    let key = uuid(number);
    let (random, other) = (mixed(number * 3), mixed(number * 5));
    let body = format!(
        "{{\"id\":\"{key}\",\"createdAt\":\"2025-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z\",\"updatedAt\":\"2026-01-{:02}T00:00:00.{:03}Z\",\
         \"status\":\"{}\",\"candidate\":{{\"id\":\"{}\",\"name\":\"Name {} Surname {}\"}},\"stage\":{{\"id\":\"{}\",\"orderInInterviewPlan\":{}}},\
         \"version\":{version},\"customFields\":[{{\"id\":\"{}\",\"value\":{}}}]{tail}",
        random % 12 + 1,
        random / 12 % 28 + 1,
        other % 24,
        other / 24 % 60,
        other / 1_440 % 60,
        random % 1_000,
        other % 28 + 1,
        other % 1_000,
        ["Active", "Hired", "Archived", "Lead"][(random % 4) as usize],
        uuid(number + 1_000_000_000),
        random % 30_000,
        other % 70_000,
        uuid(random % 200),
        random % 9,
        uuid(other % 50),
        random % 100_000,
    );
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

/// Files in a folder and those below it, and their bytes.
fn files(folder: &Path) -> (u64, u64) {
    let mut total = (0, 0);
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let (files, bytes) = match entry.path() {
            path if path.is_dir() => files(&path),
            path => (1, std::fs::metadata(path).map_or(0, |file| file.len())),
        };
        total = (total.0 + files, total.1 + bytes);
    }
    total
}

#[allow(clippy::print_stdout)]
#[tokio::main(flavor = "current_thread")]
async fn main() -> capture_core::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number =
        |at: usize, usual: u64| arguments.get(at).and_then(|text| text.parse().ok()).unwrap_or(usual);
    let (records, record_bytes) = (number(0, 1_000_000), number(1, 2_000));
    if let Some(directory) = arguments.get(2) {
        return run(records, record_bytes as usize, Path::new(directory), number(3, 1)).await;
    }
    // Each run is a process of its own: what one has taken of memory says nothing of another.
    let directory = tempfile::tempdir().expect("a directory for temporary files");
    for run in 1..=3 {
        let program = std::env::current_exe().expect("this program");
        let mut process = std::process::Command::new(program);
        process
            .args([records.to_string(), record_bytes.to_string()])
            .arg(directory.path())
            .arg(run.to_string());
        assert!(process.status().expect("it starts").success(), "run {run} failed");
    }
    Ok(())
}

#[allow(clippy::print_stdout)]
async fn run(records: u64, record_bytes: usize, directory: &Path, run: u64) -> capture_core::Result<()> {
    let width = (record_bytes / 20).saturating_sub(44);
    let fields = (0..20).map(|field| format!(",\"field{field}\":\"{:x>width$}\"", field));
    let tail = fields.collect::<String>() + "}";
    let path = directory.join("lake");
    let known = [
        ("id", FieldKind::String),
        ("createdAt", FieldKind::Instant),
        ("updatedAt", FieldKind::Instant),
        ("status", FieldKind::String),
        ("candidate", FieldKind::Object),
        ("stage", FieldKind::Object),
        ("customFields", FieldKind::Array),
        ("version", FieldKind::Integer),
    ];
    let fields = known.map(|(name, kind)| Field::new(name, kind));
    let stream = Arc::new(StreamDescriptor::new("applications", ["id"]).with_fields(fields));
    let mut sink = sink_parquet::ParquetSink::new(&format!("parquet:{}", path.display()))?;
    sink.load().await?;
    sink.open(&[Arc::clone(&stream)]).await?;
    let (started, processor_before) = (Instant::now(), processor_seconds());
    let (mut counts, mut uncommitted_bytes, mut all_bytes) = (Counts::default(), 0, 0);
    let mut committed_at = Instant::now();
    for page in 0..records.div_ceil(PAGE_RECORDS) {
        let numbers = page * PAGE_RECORDS..((page + 1) * PAGE_RECORDS).min(records);
        let (is_last, numbers_start) = (numbers.end == records, numbers.start);
        let version = |number: u64| if run == 3 && number.is_multiple_of(100) { 3 } else { 1 };
        let page: Vec<Record> = numbers.map(|number| record(number, version(number), &tail)).collect();
        let bytes = page.iter().map(|record| record.len_bytes() as u64).sum::<u64>();
        (uncommitted_bytes, all_bytes) = (uncommitted_bytes + bytes, all_bytes + bytes);
        // Each page has a stamp of its own, as the runner gives them.
        let (begin, seen) = (run * records, run * records + numbers_start);
        sink.write(Write::new(Arc::clone(&stream), Stamp::new(seen), page)).await?;
        if is_last {
            sink.sweep(Sweep::new(Arc::clone(&stream), Stamp::new(begin), Within::Everything)).await?;
        }
        let pace = sink.pace();
        if uncommitted_bytes >= pace.bytes || committed_at.elapsed() >= pace.interval || is_last {
            let committed = sink.commit(&StateUpdate::default()).await?;
            committed.counts.into_values().for_each(|more| counts += more);
            (uncommitted_bytes, committed_at) = (0, Instant::now());
        }
    }
    let seconds = started.elapsed().as_secs_f64();
    let (files_before, memory_before) = (files(&path).0, memory_peak());
    sink.close().await?;
    let (files_after, files_bytes) = files(&path);
    println!(
        "run {run}: {:.0} records/s ({seconds:.1} s, {:.1} s of processor time, closing {:.1} s), {counts:?}, {} MB of \
         JSON, {files_before} files, then {files_after} of {} MB, memory at most {memory_before} before \
         closing and {} then",
        records as f64 / seconds,
        processor_seconds() - processor_before,
        started.elapsed().as_secs_f64() - seconds,
        all_bytes >> 20,
        files_bytes >> 20,
        memory_peak(),
    );
    Ok(())
}
