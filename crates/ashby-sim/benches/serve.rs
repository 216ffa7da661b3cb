//! How many 2 KB applications per second the simulator serves over HTTP to a client that only counts bytes, both
//! on one thread: a lower bound. Run with `cargo bench -p ashby-sim`; `SIM_BENCH_RECORDS` sets the size.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

#[expect(dead_code, reason = "each test binary uses a part of it")]
#[path = "../tests/support/mod.rs"]
mod support;

use std::time::Instant;

use ashby_sim::{ServerOptions, Shape};
use http_body_util::{BodyExt as _, Full};
use hyper::Request;
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let records: usize =
        std::env::var("SIM_BENCH_RECORDS").ok().and_then(|text| text.parse().ok()).unwrap_or(200_000);
    let begun = Instant::now();
    let server = support::start(&Shape::bulk(records), ServerOptions::default()).await;
    println!("ready after {:.3} s", begun.elapsed().as_secs_f64());
    let stream = TcpStream::connect(server.address()).await.expect("the server listens");
    let (mut sender, connection) =
        http1::handshake(TokioIo::new(stream)).await.expect("the server speaks HTTP");
    tokio::spawn(connection);
    let authorization = support::basic("sim-key");
    let (begun, mut body, mut bytes) = (Instant::now(), "{}".to_owned(), 0);
    loop {
        let request = Request::post("/application.list")
            .header("host", "sim")
            .header("authorization", &authorization)
            .header("content-type", "application/json")
            .body(Full::new(Bytes::from(body)))
            .expect("the request is well formed");
        let response = sender.send_request(request).await.expect("the server answers");
        let page = response.into_body().collect().await.expect("the page is whole").to_bytes();
        bytes += page.len();
        // The cursor is the last member of a page.
        let tail = std::str::from_utf8(&page[page.len() - 200..]).expect("the page is text");
        let Some((_, cursor)) = tail.split_once(r#""nextCursor":""#) else {
            break;
        };
        body = format!(r#"{{"cursor":"{}"}}"#, cursor.trim_end_matches("\"}"));
    }
    let seconds = begun.elapsed().as_secs_f64();
    println!(
        "{records} records, {:.1} MB, {seconds:.2} s: {:.0} records/s, {:.0} MB/s",
        bytes as f64 / 1e6,
        records as f64 / seconds,
        bytes as f64 / 1e6 / seconds
    );
    if let Ok(status) = std::fs::read_to_string("/proc/self/status") {
        status.lines().filter(|line| line.starts_with("VmHWM")).for_each(|line| println!("{line}"));
    }
}
