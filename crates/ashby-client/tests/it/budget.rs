//! Large answers, one at a time.

use std::fmt::Write as _;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use ashby_client::{Client, ListRequest, Page, ReadOperation};
use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

use crate::server::KEY;

const SMALL_BYTES: usize = 64 * 1024;
/// More than what fits into the buffers of a connection that nobody reads.
const LARGE_BYTES: usize = 24 * 1024 * 1024;

/// Answers every `candidate.list` with a large page and everything else with a small one; counts the bytes that were
/// taken of large pages which nobody read to the end, and the large pages that were.
#[derive(Default)]
struct Served {
    large: AtomicUsize,
    given_up: AtomicUsize,
    given_up_bytes: AtomicUsize,
}

async fn serve(is_announced: bool) -> (String, Arc<Served>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let served = Arc::new(Served::default());
    let counts = Arc::clone(&served);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let counts = Arc::clone(&counts);
            tokio::spawn(async move {
                let mut request = vec![0; 4096];
                let mut length = 0;
                while !request[..length].windows(4).any(|window| window == b"\r\n\r\n") {
                    length +=
                        tokio::io::AsyncReadExt::read(&mut stream, &mut request[length..]).await.unwrap();
                }
                let is_large = request.starts_with(b"POST /candidate.list");
                let padding = if is_large { LARGE_BYTES } else { 10 };
                let body = [
                    br#"{"success":true,"results":[{"id":"1","padding":""#,
                    &*vec![b'x'; padding],
                    br#""}],"moreDataAvailable":false}"#,
                ]
                .concat();
                let mut head = "HTTP/1.1 200 OK\r\nconnection: close\r\n".to_owned();
                if is_announced {
                    write!(head, "content-length: {}\r\n", body.len()).unwrap();
                }
                head.push_str("\r\n");
                stream.write_all(head.as_bytes()).await.unwrap();
                let mut sent = 0;
                while sent < body.len() {
                    match stream.write(&body[sent..]).await {
                        Ok(taken) => sent += taken,
                        Err(_) => break,
                    }
                }
                let _ = stream.shutdown().await;
                if is_large && sent == body.len() {
                    counts.large.fetch_add(1, Ordering::SeqCst);
                } else if is_large {
                    counts.given_up.fetch_add(1, Ordering::SeqCst);
                    counts.given_up_bytes.fetch_add(sent, Ordering::SeqCst);
                }
            });
        }
    });
    (url, served)
}

fn client(url: &str) -> Client {
    Client::builder()
        .api_key(KEY)
        .base_url(url)
        .requests_per_minute(None)
        .concurrency(NonZeroUsize::new(8).unwrap())
        .body_budget_bytes(Some(SMALL_BYTES))
        .build()
        .unwrap()
}

async fn page(client: &Client) -> Page {
    client.page(&ListRequest::new(ReadOperation::new("candidate.list"))).await.unwrap()
}

#[tokio::test]
async fn large_answers_come_one_at_a_time_and_all_of_them_come() {
    for is_announced in [true, false] {
        let (url, served) = serve(is_announced).await;
        let client = client(&url);
        let held = Arc::new(AtomicUsize::new(0));
        let tasks: Vec<_> = (0..4)
            .map(|_| {
                let (client, held) = (client.clone(), Arc::clone(&held));
                tokio::spawn(async move {
                    let page = page(&client).await;
                    // A slice keeps the place as the whole does.
                    let record = page.record(0);
                    drop(page);
                    assert_eq!(held.fetch_add(1, Ordering::SeqCst), 0, "two large answers are held");
                    // Small answers come meanwhile.
                    client.read(&ReadOperation::new("user.list"), &json!({})).await.unwrap();
                    held.fetch_sub(1, Ordering::SeqCst);
                    assert!(record.len() > LARGE_BYTES);
                })
            })
            .collect();
        for task in tasks {
            tokio::time::timeout(Duration::from_secs(60), task).await.unwrap().unwrap();
        }
        // What was given up was given up early, and asked for once more.
        let given_up = served.given_up.load(Ordering::SeqCst);
        let bytes = served.given_up_bytes.load(Ordering::SeqCst);
        assert!(given_up <= 3 && bytes <= given_up * LARGE_BYTES * 2 / 3, "{given_up}: {bytes} bytes");
        let requests = 4 + 4 + u64::try_from(given_up).unwrap();
        assert_eq!((client.usage().requests, served.large.load(Ordering::SeqCst)), (requests, 4));
    }
}

#[tokio::test]
async fn the_next_large_page_comes_when_the_last_is_dropped() {
    let (url, _served) = serve(true).await;
    let client = client(&url);
    let first = page(&client).await;
    let next = tokio::spawn({
        let client = client.clone();
        async move { page(&client).await.len() }
    });
    // Waits without a request under way: there is no more of them than the first.
    client.read(&ReadOperation::new("user.list"), &json!({})).await.unwrap();
    assert_eq!((client.usage().requests, next.is_finished()), (2, false));
    drop(first);
    assert_eq!(tokio::time::timeout(Duration::from_secs(30), next).await.unwrap().unwrap(), 1);
}
