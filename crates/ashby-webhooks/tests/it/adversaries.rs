//! What nobody should send, and somebody will.

use std::time::Duration;

use ashby_webhooks::{PATH, Signature};
use http_service::Limits;
use tokio::io::AsyncWriteExt as _;

use crate::support::{SECRET, Site, answer, body};

#[tokio::test(flavor = "multi_thread")]
async fn only_what_is_signed_is_kept() {
    let site = Site::new().await;
    let body = body("1", "candidateDelete");
    let right = Signature::of(SECRET, body.as_bytes()).to_string();
    let digits = &right["sha256=".len()..];
    let other = Signature::of("another secret", body.as_bytes()).to_string();
    let wrong = [
        String::new(),
        digits.to_owned(),
        other,
        format!("sha1={}", &digits[..40]),
        format!("sha512={digits}{digits}"),
        format!("sha256={}", digits.to_uppercase()),
        format!("sha256={}", &digits[..62]),
        format!("sha256={digits}00"),
        format!("{right},{right}"),
        "sha256=".to_owned(),
        "x".repeat(5_000),
    ];
    for signature in &wrong {
        assert_eq!(site.post(body.as_bytes(), Some(signature)).await.status, 401, "{signature}");
    }
    assert_eq!(site.post(body.as_bytes(), None).await.status, 401);
    let changed = body.replace("c-1", "c-2");
    assert_eq!(site.post(changed.as_bytes(), Some(&right)).await.status, 401);
    assert_eq!(site.post(&body.as_bytes()[..body.len() - 1], Some(&right)).await.status, 401);
    let twice = format!("{right}\r\nAshby-Signature: {right}");
    assert_eq!(site.post(body.as_bytes(), Some(&twice)).await.status, 401, "which of them is it?");
    assert_eq!(site.inbox.pending_count(), 0);
    assert_eq!(site.intake.counters().failed.get(), wrong.len() as u64 + 4);
    assert_eq!(site.post(body.as_bytes(), Some(&right)).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_signed_and_no_event_is_refused_and_not_a_failure_of_ours() {
    let site = Site::new().await;
    let deep = format!(r#"{{"action":"a","data":{}"#, "[".repeat(200_000));
    for body in [
        &b""[..],
        b"null",
        b"[]",
        b"{}",
        b"{\"action\":7}",
        b"{\"action\":\"\xff\"}",
        b"\0\xff",
        deep.as_bytes(),
    ] {
        let signature = Signature::of(SECRET, body).to_string();
        assert_eq!(site.post(body, Some(&signature)).await.status, 400);
    }
    assert_eq!(site.intake.counters().malformed.get(), 8);
    assert_eq!(site.inbox.pending_count(), 0);
    assert_eq!(site.deliver(&body("1", "jobUpdate")).await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn other_paths_and_methods_are_said_to_be_wrong() {
    let site = Site::new().await;
    for (line, status) in [
        ("GET /webhooks/ashby", 405),
        ("PUT /webhooks/ashby", 405),
        ("POST /", 404),
        ("POST /webhooks/ashby/", 404),
        ("POST /webhooks/ashby/../ashby", 404),
    ] {
        let request = format!("{line} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        assert_eq!(site.raw(request.as_bytes()).await.status, status, "{line}");
    }
    assert_eq!(site.raw(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 hello").await.status, 400);
    assert_eq!(site.deliver(&body("1", "jobUpdate")).await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_huge_body_is_not_read() {
    let site = Site::new().await;
    let signature = Signature::of(SECRET, b"x").to_string();
    let announced = format!(
        "POST {PATH} HTTP/1.1\r\nHost: x\r\nAshby-Signature: {signature}\r\nContent-Length: 99999999999\r\n\r\n"
    );
    assert_eq!(site.raw(announced.as_bytes()).await.status, 413);
    // One that does not say how long it is, and never ends.
    let mut stream = site.connect().await;
    let head = format!(
        "POST {PATH} HTTP/1.1\r\nHost: x\r\nAshby-Signature: {signature}\r\nTransfer-Encoding: chunked\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let chunk = [b"10000\r\n".to_vec(), vec![b'x'; 0x10000], b"\r\n".to_vec()].concat();
    let mut sent = 0;
    while stream.write_all(&chunk).await.is_ok() {
        sent += chunk.len();
        assert!(sent < 64 << 20, "nobody stops it");
    }
    // Headers without end.
    let mut stream = site.connect().await;
    stream.write_all(b"POST / HTTP/1.1\r\n").await.unwrap();
    let mut sent = 0;
    while stream.write_all(format!("X-{sent}: {}\r\n", "y".repeat(1_000)).as_bytes()).await.is_ok() {
        sent += 1_000;
        assert!(sent < 64 << 20, "nobody stops it");
    }
    assert_eq!(site.deliver(&body("1", "jobUpdate")).await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_dawdles_is_sent_away() {
    let mut limits = Limits::default();
    limits.head_patience = Duration::from_millis(200);
    limits.body_patience = Duration::from_millis(300);
    limits.stall_patience = Duration::from_secs(1);
    let site = Site::with(limits).await;
    let signature = Signature::of(SECRET, b"x").to_string();
    let head = format!(
        "POST {PATH} HTTP/1.1\r\nHost: x\r\nAshby-Signature: {signature}\r\nContent-Length: 100\r\n\r\n"
    );

    // A head, drop by drop: being slow is what is tested.
    let mut stream = site.connect().await;
    let began = std::time::Instant::now();
    for byte in head.bytes().cycle() {
        if stream.write_all(&[byte]).await.is_err() || began.elapsed() > crate::support::PATIENCE {
            break;
        }
        // Being slow is what is tested.
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(began.elapsed() < crate::support::PATIENCE);

    // A body, drop by drop.
    let mut stream = site.connect().await;
    stream.write_all(head.as_bytes()).await.unwrap();
    let (mut reading, mut writing) = stream.into_split();
    let dripping = tokio::spawn(async move {
        while writing.write_all(b"x").await.is_ok() {
            // … as here.
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    let mut read = Vec::new();
    let ended = tokio::io::AsyncReadExt::read_to_end(&mut reading, &mut read);
    let _ = tokio::time::timeout(crate::support::PATIENCE, ended).await.unwrap();
    assert!(read.starts_with(b"HTTP/1.1 408"), "{}", String::from_utf8_lossy(&read));
    dripping.await.unwrap();

    // A connection that says nothing, and one that asks and asks and never reads.
    let mut silent = site.connect().await;
    assert_eq!(answer(&mut silent).await.status, 0);
    let mut deaf = site.connect().await;
    let asking = async {
        let request = b"GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n".repeat(1_000);
        while deaf.write_all(&request).await.is_ok() {}
    };
    tokio::time::timeout(crate::support::PATIENCE, asking).await.expect("it is sent away");
    assert_eq!(site.deliver(&body("1", "jobUpdate")).await, 200);
}
