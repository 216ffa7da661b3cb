//! Whoever holds connections open must not keep others out, nor cost more than is allowed.

#![allow(clippy::unwrap_used)]

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::StatusCode;
use axum::routing::post;
use http_service::{Limits, bind, read_body, serve};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

/// Nothing here ends by itself.
const FOR_EVER: Duration = Duration::from_secs(24 * 60 * 60);
const HANGS: Duration = Duration::from_secs(60);

async fn served(connections: usize) -> SocketAddr {
    let read = async |body: Body| match read_body(body, 1 << 20, FOR_EVER).await {
        Ok(_) => StatusCode::OK,
        Err(refusal) => refusal.status(),
    };
    let router = Router::new().route("/", post(read)).route("/refused", post(async || StatusCode::FORBIDDEN));
    serving(connections, router).await
}

async fn serving(connections: usize, router: Router) -> SocketAddr {
    let mut limits = Limits::default();
    limits.connections = connections;
    (limits.head_patience, limits.body_patience, limits.stall_patience) = (FOR_EVER, FOR_EVER, FOR_EVER);
    let listener = bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(serve(listener, router, limits, CancellationToken::new()));
    address
}

async fn sent(address: SocketAddr, text: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    stream
}

/// The status of the answer to a request with a body of so many bytes.
async fn status(address: SocketAddr, bytes: usize) -> String {
    let head = format!("POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {bytes}\r\n\r\n");
    let mut stream = sent(address, &(head + &"x".repeat(bytes))).await;
    let mut answer = String::new();
    tokio::time::timeout(HANGS, stream.read_to_string(&mut answer)).await.expect("it is answered").unwrap();
    answer.split(' ').nth(1).unwrap_or_default().to_owned()
}

#[tokio::test]
async fn connections_that_only_wait_make_room() {
    let address = served(4).await;
    let mut held = Vec::new();
    for _ in 0..12 {
        held.push(sent(address, "POST / HTTP/1.1\r\nHo").await);
    }
    assert_eq!(status(address, 5).await, "200");
}

#[tokio::test]
async fn no_more_are_inside_at_once_than_allowed_and_each_has_its_turn() {
    let (inside, doors) = (Arc::new(Mutex::new((0, 0))), Arc::new(Semaphore::new(0)));
    let visit = {
        let (inside, doors) = (Arc::clone(&inside), Arc::clone(&doors));
        move || {
            let (inside, doors) = (Arc::clone(&inside), Arc::clone(&doors));
            async move {
                {
                    let mut inside = inside.lock().unwrap();
                    inside.0 += 1;
                    inside.1 = inside.0.max(inside.1);
                }
                doors.acquire().await.unwrap().forget();
                inside.lock().unwrap().0 -= 1;
                StatusCode::OK
            }
        }
    };
    let address = serving(2, Router::new().route("/", post(visit))).await;
    let visitors: Vec<_> = (0..5).map(|_| tokio::spawn(status(address, 5))).collect();
    let are_two = async {
        while inside.lock().unwrap().0 < 2 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(HANGS, are_two).await.expect("two come in");
    doors.add_permits(5);
    for visitor in visitors {
        assert_eq!(visitor.await.unwrap(), "200");
    }
    assert_eq!(*inside.lock().unwrap(), (0, 2));
}

#[tokio::test]
async fn large_bodies_that_never_end_leave_room_for_small_ones() {
    let address = served(64).await;
    let half =
        format!("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n{}", "x".repeat(500_000));
    let mut held = Vec::new();
    for _ in 0..16 {
        held.push(sent(address, &half).await);
    }
    // The last of them is read once the next one is refused.
    let refused = async { while status(address, 100_000).await != "503" {} };
    tokio::time::timeout(HANGS, refused).await.expect("there is an end to large bodies");
    assert_eq!(status(address, 50_000).await, "200");
    drop(held);
}

#[tokio::test]
async fn a_connection_on_which_something_was_refused_unread_is_used_again() {
    let address = served(4).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    for _ in 0..20 {
        let body = "x".repeat(60_000);
        let head = format!("POST /refused HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n", body.len());
        stream.write_all(head.as_bytes()).await.unwrap();
        // The answer may come before the body has gone.
        stream.write_all(body.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            let read = tokio::time::timeout(HANGS, stream.read(&mut byte)).await.expect("it is answered");
            assert_eq!(read.unwrap(), 1, "it stays open");
            answer.extend(byte);
        }
        assert!(answer.starts_with(b"HTTP/1.1 403"), "{}", String::from_utf8_lossy(&answer));
    }
}

#[tokio::test]
async fn who_announces_too_much_is_told_that_the_connection_ends() {
    let address = served(4).await;
    let mut stream = sent(address, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2000000\r\n\r\n").await;
    let mut answer = String::new();
    tokio::time::timeout(HANGS, stream.read_to_string(&mut answer)).await.expect("it is answered").unwrap();
    let answer = answer.to_ascii_lowercase();
    assert!(answer.starts_with("http/1.1 413") && answer.contains("\r\nconnection: close\r\n"), "{answer}");
}
