//! How fast records get into PostgreSQL, beside a bare binary `COPY` of the very same rows, in turns:
//! `cargo run --release -p sink-postgres --example postgres_throughput -- 100000 3`.
//!
//! The server is one of its own, with `fsync` on, on the same machine. The bare `COPY` has its rows ready in memory, in one
//! transaction, into a table that is declared just like the sink's.
#![cfg(unix)]
#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::pin::pin;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use capture_core::{
    Field, FieldKind, Record, Sink as _, Stamp, StateUpdate, StreamDescriptor, Sweep, Within, Write,
};
use futures_util::{SinkExt as _, TryStreamExt as _};
use private_postgres::{Cluster, SUPERUSER};
use sink_postgres::PostgresSink;
use tokio_postgres::{Client, NoTls};

/// Records a page.
const PAGE: usize = 100;

/// A number that looks random and is the same each time.
fn random(seed: u64) -> u64 {
    let mixed = (seed + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed ^ mixed >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9) ^ mixed >> 32
}

fn uuid(seed: u64) -> String {
    let (high, low) = (random(seed), random(seed ^ 0x5555));
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        high >> 32,
        high >> 16 & 0xffff,
        high & 0xfff,
        low >> 48,
        low & 0xffff_ffff_ffff
    )
}

/// A record like an application: 2.6 KB.
fn record(number: u64) -> Record {
    let id = |part: u64| uuid(number * 64 + part);
    let words =
        ["pilot", "engineer", "analyst", "Zürich", "remote", "senior", "design", "sales", "north", "winter"];
    let text = |part: u64, count: u64| -> String {
        (0..count)
            .map(|word| words[(random(number * 977 + part * 31 + word) % 10) as usize])
            .collect::<Vec<_>>()
            .join(" ")
    };
    let mut history = String::new();
    for stage in 0..6 {
        history.push_str(&format!(
            r#"{{"id":"{}","title":"{}","enteredStageAt":"2026-0{}-11T10:20:30.{:03}Z","stageId":"{}","actorId":"{}"}},"#,
            id(stage), text(stage, 2), stage + 1, random(number) % 1000, id(stage + 10), id(stage + 20)
        ));
    }
    history.pop();
    let json = format!(
        r#"{{"id":"{key}","createdAt":"2026-01-02T03:04:05.678Z","updatedAt":"2026-03-04T05:06:07.{ms:03}Z","status":"{status}","archivedAt":null,"isArchived":{archived},"order":{order},"score":{score}.25,"candidate":{{"id":"{c}","name":"{name}","primaryEmailAddress":{{"value":"{c}@example.org","type":"Personal","isPrimary":true}}}},"currentInterviewStage":{{"id":"{s}","title":"{title}","type":"Active","orderInInterviewPlan":{order},"interviewPlanId":"{p}"}},"source":{{"id":"{so}","title":"{title2}","isArchived":false,"sourceType":{{"id":"{st}","title":"Inbound"}}}},"job":{{"id":"{j}","title":"{jt}","locationId":"{l}","departmentId":"{d}"}},"hiringTeam":[{{"firstName":"{n1}","lastName":"{n2}","email":"{u}@example.org","role":"Recruiter","userId":"{u}"}}],"customFields":[{{"id":"{cf}","title":"{t3}","value":"{long}"}}],"applicationHistory":[{history}]}}"#,
        key = id(40),
        ms = random(number) % 1000,
        status = ["Active", "Hired", "Archived", "Lead"][(number % 4) as usize],
        archived = number % 4 == 2,
        order = number % 17,
        score = random(number) % 100,
        c = id(41),
        name = text(1, 2),
        s = id(42),
        title = text(2, 2),
        p = id(43),
        so = id(44),
        title2 = text(3, 3),
        st = id(45),
        j = id(46),
        jt = text(4, 3),
        l = id(47),
        d = id(48),
        n1 = text(5, 1),
        n2 = text(6, 1),
        u = id(49),
        cf = id(50),
        t3 = text(7, 2),
        long = text(8, 40),
    );
    Record::upsert(id(40), json)
}

fn stream() -> Arc<StreamDescriptor> {
    use FieldKind::{Array, Boolean, Instant, Integer, Number, Object, String};
    let fields = [
        ("id", String),
        ("createdAt", Instant),
        ("updatedAt", Instant),
        ("status", String),
        ("archivedAt", Instant),
        ("isArchived", Boolean),
        ("order", Integer),
        ("score", Number),
        ("candidate", Object),
        ("currentInterviewStage", Object),
        ("source", Object),
        ("job", Object),
        ("hiringTeam", Array),
        ("customFields", Array),
        ("applicationHistory", Array),
    ];
    let fields = fields.map(|(name, kind)| Field::new(name, kind));
    Arc::new(StreamDescriptor::new("applications", ["id"]).with_fields(fields))
}

/// A listing: pages, with commits at the sink's own pace.
async fn list(sink: &mut PostgresSink, stream: &Arc<StreamDescriptor>, seen: u64, records: &[Record]) -> f64 {
    let start = Instant::now();
    let pace = sink.pace();
    let (mut bytes, mut since) = (0, Instant::now());
    for page in records.chunks(PAGE) {
        bytes += page.iter().map(|record| record.len_bytes() as u64).sum::<u64>();
        sink.write(Write::new(Arc::clone(stream), Stamp::new(seen), page.to_vec())).await.unwrap();
        if bytes >= pace.bytes || since.elapsed() >= pace.interval {
            sink.commit(&StateUpdate::default()).await.unwrap();
            (bytes, since) = (0, Instant::now());
        }
    }
    sink.sweep(Sweep::new(Arc::clone(stream), Stamp::new(seen), Within::Everything)).await.unwrap();
    sink.commit(&StateUpdate::default()).await.unwrap();
    start.elapsed().as_secs_f64()
}

async fn copy(client: &Client, rows: &[Bytes]) -> f64 {
    client.batch_execute("DROP SCHEMA IF EXISTS bare CASCADE; CREATE SCHEMA bare; CREATE TABLE bare.applications (LIKE raw.applications INCLUDING ALL); CHECKPOINT").await.unwrap();
    let start = Instant::now();
    let mut copy = pin!(client.copy_in("COPY bare.applications FROM STDIN (FORMAT binary)").await.unwrap());
    for rows in rows {
        copy.send(rows.clone()).await.unwrap();
    }
    copy.as_mut().finish().await.unwrap();
    start.elapsed().as_secs_f64()
}

fn median(mut seconds: Vec<f64>) -> f64 {
    seconds.sort_by(f64::total_cmp);
    seconds[seconds.len() / 2]
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut arguments = std::env::args().skip(1).map(|number| number.parse().unwrap());
    let (count, runs): (u64, u64) = (arguments.next().unwrap_or(100_000), arguments.next().unwrap_or(3));
    let Some(cluster) = Cluster::start("fsync = on\nmax_wal_size = 4GB\nshared_buffers = 256MB") else {
        return;
    };
    let records: Vec<Record> = (0..count).map(record).collect();
    let bytes: usize = records.iter().map(Record::len_bytes).sum();
    let address = format!("host=127.0.0.1 port={} user={SUPERUSER} dbname=postgres", cluster.port());
    let (client, connection) = tokio_postgres::connect(&address, NoTls).await.unwrap();
    tokio::spawn(connection);
    let stream = stream();
    let (mut first, mut again, mut bare) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..runs {
        client.batch_execute("DROP SCHEMA IF EXISTS raw CASCADE; CHECKPOINT").await.unwrap();
        let mut sink =
            PostgresSink::new(&cluster.address(SUPERUSER, "postgres", "schema=raw&sslmode=disable")).unwrap();
        sink.load().await.unwrap();
        sink.open(&[Arc::clone(&stream)]).await.unwrap();
        first.push(list(&mut sink, &stream, 1, &records).await);
        again.push(list(&mut sink, &stream, 2, &records).await);
        sink.close().await.unwrap();
        let rows = client.copy_out("COPY raw.applications TO STDOUT (FORMAT binary)").await.unwrap();
        let rows: Vec<Bytes> = rows.try_collect().await.unwrap();
        bare.push(copy(&client, &rows).await);
    }
    let (first, again, bare) = (median(first), median(again), median(bare));
    let rate = |seconds: f64| count as f64 / seconds;
    println!(
        "{count} records of {} bytes, median of {runs}, PostgreSQL on the same machine",
        bytes as u64 / count
    );
    println!("bare binary COPY        {bare:6.2} s {:7.0} records/s", rate(bare));
    println!(
        "first listing           {first:6.2} s {:7.0} records/s  {:.2} of the bare COPY",
        rate(first),
        bare / first
    );
    println!("the same again          {again:6.2} s {:7.0} records/s", rate(again));
}
