//! Files: up and down, through a storage that must not learn the key.

use std::path::Path;
use std::time::Duration;

use ashby_client::{Client, DownloadedFile, Error, ErrorKind, FileContext, FileHandle, RetryPolicy, Upload};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::server::{KEY, Request, Server, Step, ok, response};

/// Ashby and the storage, each a server of its own.
struct Pair {
    ashby: Server,
    storage: Server,
    directory: TempDir,
}

impl Pair {
    /// Ashby gives out an address as often as it is asked.
    async fn new(storage: impl IntoIterator<Item = Step>) -> Self {
        let storage = Server::start(storage).await;
        let url = format!("{}/bucket?X-Amz-Signature=s3cr3t", storage.url());
        let results = json!({
            "url": url, "handle": "h-1", "fields": {"key": "uploads/1", "policy": "p=="}
        });
        let answer = json!({"success": true, "results": results}).to_string();
        Self {
            ashby: Server::start(vec![ok(answer); 3]).await,
            storage,
            directory: tempfile::tempdir().unwrap(),
        }
    }

    fn client(&self) -> Client {
        self.ashby.client()
    }

    async fn upload(&self, file: Upload) -> Result<FileHandle, Error> {
        self.client().upload(FileContext::CandidateResume, file).await
    }

    async fn download(&self) -> Result<DownloadedFile, Error> {
        self.client().download(&FileHandle::from("h-1"), &self.directory.path().join("cv.pdf")).await
    }

    fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.directory.path()).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }
}

fn write(directory: &Path, name: &str, content: &str) -> std::path::PathBuf {
    let path = directory.join(name);
    std::fs::write(&path, content).unwrap();
    path
}

fn knows_nothing_of_ashby(request: &Request) {
    for (name, value) in &request.headers {
        assert!(name != "authorization" && !name.contains("ashby"), "{name}");
        assert!(!value.contains(KEY));
    }
    assert!(!request.body.contains(KEY));
}

#[tokio::test]
async fn an_upload_goes_to_the_address_that_ashby_gives() {
    let pair = Pair::new([response(204, &[], "")]).await;
    let content = "%PDF ".repeat(50_000);
    let path = write(pair.directory.path(), "Jane Doe.pdf", &content);
    let file = Upload::from_path(&path).await.unwrap();
    assert_eq!(
        (file.name(), file.content_type(), file.length_bytes()),
        ("Jane Doe.pdf", "application/pdf", 250_000)
    );
    assert!(!format!("{file:?}").contains("Jane"));
    let handle = pair.upload(file).await.unwrap();
    assert_eq!((handle.as_str(), format!("{handle:?}").contains("h-1")), ("h-1", false));

    let wanted: Value = serde_json::from_str(&pair.ashby.requests()[0].body).unwrap();
    assert_eq!(
        wanted,
        json!({"fileUploadContext": "CandidateResume", "filename": "Jane Doe.pdf", "contentType": "application/pdf", "contentLength": 250_000})
    );
    let [request] = &pair.storage.requests()[..] else { panic!("one upload") };
    knows_nothing_of_ashby(request);
    assert_eq!(request.line, "POST /bucket?X-Amz-Signature=s3cr3t HTTP/1.1");
    assert_eq!(request.header("transfer-encoding"), None);
    assert_eq!(request.header("content-length"), Some(request.body.len().to_string().as_str()));
    let boundary =
        request.header("content-type").unwrap().strip_prefix("multipart/form-data; boundary=").unwrap();
    let parts: Vec<&str> = request.body.split(&format!("--{boundary}")).collect();
    let ["", key, policy, file, "--\r\n"] = parts[..] else { panic!("{} parts", parts.len()) };
    assert!(key.contains("name=\"key\"") && key.ends_with("\r\n\r\nuploads/1\r\n"), "{key}");
    assert!(policy.contains("name=\"policy\""));
    let (head, sent) = file.split_once("\r\n\r\n").unwrap();
    assert!(head.contains("name=\"file\"") && head.contains("Content-Type: application/pdf"), "{head}");
    assert_eq!(sent.strip_suffix("\r\n"), Some(content.as_str()));
}

#[tokio::test]
async fn a_failed_upload_is_tried_once_more_from_the_beginning() {
    let expired = response(403, &[], "<Error><Code>AccessDenied</Code></Error>");
    for first in [expired, response(503, &[], ""), Step::Reset] {
        let pair = Pair::new([first.clone(), response(201, &[], "")]).await;
        pair.upload(Upload::from_bytes("a.txt", "hello")).await.unwrap();
        assert_eq!((pair.ashby.requests().len(), pair.storage.requests().len()), (2, 2), "a fresh address");
        assert!(pair.storage.requests()[1].body.contains("hello"));

        let pair = Pair::new([first]).await;
        let once = Upload::from_reader("a.txt", 5, std::io::Cursor::new(b"hello"));
        assert!(pair.upload(once).await.is_err());
        assert_eq!(pair.ashby.requests().len(), 1, "a reader is empty after the first time");
    }
}

#[tokio::test]
async fn refusals_of_the_storage_are_told_apart() {
    for (status, body, times, kind, says) in [
        (413, "", 1, ErrorKind::TooLarge, "5 bytes"),
        (400, "<Error><Code>EntityTooLarge</Code></Error>", 1, ErrorKind::TooLarge, "5 bytes"),
        (403, "<Error><Code>AccessDenied</Code></Error>", 2, ErrorKind::Rejected, "AccessDenied"),
        (307, "", 1, ErrorKind::Rejected, "redirect"),
        (400, "<Error><Code>InvalidArgument</Code></Error>", 1, ErrorKind::Rejected, "InvalidArgument"),
        (500, "", 2, ErrorKind::Server, "HTTP 500"),
    ] {
        let pair = Pair::new(vec![response(status, &[], body); 2]).await;
        let error = pair.upload(Upload::from_bytes("a.txt", "hello")).await.unwrap_err();
        assert_eq!((error.kind(), pair.storage.requests().len()), (kind, times), "{status} {body}");
        assert!(error.to_string().contains(says), "{error}");
        assert!(!format!("{error:?}").contains("s3cr3t") && !error.may_have_taken_effect());
        if status == 403 {
            assert!(error.hint().unwrap().contains("ten minutes"));
        }
    }
    // Under a policy of no retries, nothing is tried again.
    let pair = Pair::new(vec![response(500, &[], ""); 2]).await;
    let client = pair.ashby.builder().retry(RetryPolicy::never()).build().unwrap();
    client.upload(FileContext::CandidateFiles, Upload::from_bytes("a", "b")).await.unwrap_err();
    assert_eq!(pair.storage.requests().len(), 1);
}

#[tokio::test]
async fn what_cannot_be_uploaded_is_found_before_anything_is_sent() {
    let pair = Pair::new([]).await;
    for path in ["absent.pdf", "."] {
        let error = Upload::from_path(pair.directory.path().join(path)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::LocalFile, "{path}");
    }
    let odd = Upload::from_bytes("a.pdf", "x").with_content_type("not a type");
    assert_eq!(pair.upload(odd).await.unwrap_err().kind(), ErrorKind::InvalidRequest);
    assert!(pair.storage.requests().is_empty());
}

#[tokio::test]
async fn a_download_arrives_whole_under_its_name() {
    let headers = [
        ("content-type", "application/pdf"),
        ("content-disposition", "attachment; filename=\"../Jane.pdf\""),
    ];
    // Content that says it is compressed stays compressed.
    let steps = [response(200, &headers, "%PDF"), response(200, &[("content-encoding", "gzip")], "raw")];
    let pair = Pair::new(steps).await;
    let open = pair.client().open_file(&FileHandle::from("h-1")).await.unwrap();
    assert_eq!(open.suggested_name.as_deref(), Some("Jane.pdf"));
    let saved = open.save(&pair.directory.path().join("cv.pdf"), false).await.unwrap();
    assert_eq!((saved.length_bytes, saved.content_type.as_deref()), (4, Some("application/pdf")));
    assert_eq!(std::fs::read(&saved.path).unwrap(), b"%PDF");
    knows_nothing_of_ashby(&pair.storage.requests()[0]);
    assert_eq!(pair.ashby.requests()[0].body, r#"{"fileHandle":"h-1"}"#);

    pair.download().await.unwrap();
    assert_eq!(std::fs::read(&saved.path).unwrap(), b"raw", "replaced");
    assert_eq!(pair.files(), ["cv.pdf"]);
    assert!(
        !pair.storage.requests()[1].header("accept-encoding").is_some_and(|value| value.contains("gzip"))
    );
}

#[tokio::test]
async fn a_file_is_not_replaced_unasked() {
    let pair = Pair::new(vec![ok("new"); 2]).await;
    let path = write(pair.directory.path(), "cv.pdf", "old");
    let open = pair.client().open_file(&FileHandle::from("h-1")).await.unwrap();
    let error = open.save(&path, false).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LocalFile);
    assert_eq!(std::fs::read(&path).unwrap(), b"old");
    let open = pair.client().open_file(&FileHandle::from("h-1")).await.unwrap();
    let nowhere = pair.directory.path().join("absent/cv.pdf");
    assert_eq!(open.save(&nowhere, true).await.unwrap_err().kind(), ErrorKind::LocalFile);
}

#[tokio::test]
async fn a_cut_download_leaves_nothing_behind() {
    let cut = |body: &str| Step::Send(format!("HTTP/1.1 200 X\r\n{body}").into_bytes());
    for step in [
        cut("content-length: 9\r\n\r\n%PDF"),
        cut("transfer-encoding: chunked\r\n\r\n4\r\n%PDF\r\n"),
        Step::Stall(b"HTTP/1.1 200 X\r\ncontent-length: 9\r\n\r\n%PDF".to_vec()),
    ] {
        let pair = Pair::new([step]).await;
        let error = pair.download().await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Transport | ErrorKind::Timeout), "{error}");
        assert!(pair.files().is_empty(), "{:?}", pair.files());
        assert!(!format!("{error:?}").contains("s3cr3t"));
    }
}

#[tokio::test]
async fn an_expired_link_is_asked_for_once_more() {
    let denied = || response(403, &[], "<Error><Code>AccessDenied</Code></Error>");
    let pair = Pair::new([denied(), ok("%PDF")]).await;
    pair.download().await.unwrap();
    assert_eq!((pair.ashby.requests().len(), pair.storage.requests().len()), (2, 2));

    for (step, requests, kind) in [
        (denied(), 2, ErrorKind::Rejected),
        (response(404, &[], ""), 1, ErrorKind::NotFound),
        (response(302, &[("location", "http://127.0.0.1:1/")], ""), 1, ErrorKind::Rejected),
        (response(503, &[], ""), 2, ErrorKind::Server),
    ] {
        let pair = Pair::new([step.clone(), step]).await;
        let error = pair.download().await.unwrap_err();
        assert_eq!((error.kind(), pair.storage.requests().len()), (kind, requests), "{error}");
        assert!(pair.files().is_empty());
    }
}

#[tokio::test]
async fn bad_addresses_are_not_followed() {
    for url in ["http://example.invalid/x", "ftp://127.0.0.1/x", "x", "file:///etc/passwd"] {
        let answer =
            json!({"success": true, "results": {"url": url, "handle": "h", "fields": {}}}).to_string();
        let ashby = Server::start(vec![ok(answer); 2]).await;
        let error = ashby.client().open_file(&FileHandle::from("h")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Malformed, "{url}");
        let file = Upload::from_bytes("a", "b");
        let error = ashby.client().upload(FileContext::CandidateFiles, file).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Malformed, "{url}");
    }
}

#[tokio::test]
async fn a_form_may_be_submitted_together_with_its_files() {
    let server = Server::start([ok(r#"{"success":true,"results":{}}"#), response(500, &[], "")]).await;
    let client = server.client();
    let body = json!({"jobPostingId": "p-1", "applicationForm": {"fieldSubmissions": [{"path": "_systemfield_resume", "value": "resume_1"}]}});
    let files = || vec![("resume_1".to_owned(), Upload::from_bytes("cv.txt", "hello"))];
    client.submit_application_form(&body, files()).await.unwrap();
    let request = &server.requests()[0];
    assert_eq!(request.line, "POST /applicationForm.submit HTTP/1.1");
    assert!(request.header("authorization").is_some());
    assert_eq!(request.header("ashby-version"), Some("2026-01-01"));
    let types: Vec<_> = request.headers.iter().filter(|(name, _)| name == "content-type").collect();
    assert!(types.len() == 1 && types[0].1.starts_with("multipart/form-data"), "{types:?}");
    for part in [
        "name=\"jobPostingId\"\r\n\r\np-1\r\n",
        "name=\"applicationForm\"\r\n\r\n{\"fieldSubmissions\":",
        "name=\"resume_1\"; filename=\"cv.txt\"\r\nContent-Type: text/plain\r\n\r\nhello\r\n",
    ] {
        assert!(request.body.contains(part), "{part}\n{}", request.body);
    }

    let error = client.submit_application_form(&body, files()).await.unwrap_err();
    assert!(error.may_have_taken_effect());
    assert_eq!(server.requests().len(), 2, "sent once");
}

#[tokio::test]
async fn many_headers_beside_a_file_are_fine() {
    let names: Vec<String> = (0..300).map(|number| format!("x-header-{number}")).collect();
    let many: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "x")).collect();
    let pair = Pair::new([response(200, &many, "%PDF")]).await;
    assert_eq!(pair.download().await.unwrap().length_bytes, 4);

    let server = Server::start([response(200, &many, r#"{"success":true,"results":{}}"#)]).await;
    let body = json!({"jobPostingId": "p-1", "applicationForm": {"fieldSubmissions": []}});
    let files = vec![("resume_1".to_owned(), Upload::from_bytes("cv.txt", "hello"))];
    server.client().submit_application_form(&body, files).await.unwrap();
}

#[tokio::test]
async fn a_growing_file_is_sent_as_long_as_it_was() {
    let pair = Pair::new([response(204, &[], "")]).await;
    let path = write(pair.directory.path(), "a.txt", "hello");
    let file = Upload::from_path(&path).await.unwrap();
    write(pair.directory.path(), "a.txt", "hello world");
    pair.upload(file).await.unwrap();
    assert!(pair.storage.requests()[0].body.contains("\r\n\r\nhello\r\n--"));
}

/// A busy machine is silent for a while, too.
const PATIENT: Duration = Duration::from_secs(30);

#[tokio::test]
async fn a_download_is_neither_endless_nor_endlessly_slow() {
    let announced = b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n".to_vec();
    let endless = [&b"HTTP/1.1 200 OK\r\n\r\n"[..], &[b'x'; 1000]].concat();
    for step in [Step::Stall(announced), Step::Stall(endless)] {
        let pair = Pair::new([step]).await;
        let client = pair.ashby.builder().read_timeout(PATIENT).build().unwrap();
        let open = client.open_file(&FileHandle::from("h")).await.unwrap().limit_bytes(999);
        let error = open.save(&pair.directory.path().join("x"), false).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TooLarge, "{error}");
        assert_eq!(pair.files(), Vec::<String>::new());
    }
    // Never silent for long, and yet never done.
    let slow = [&b"HTTP/1.1 200 OK\r\n\r\n"[..], &[b'x'; 2_000]].concat();
    let pair = Pair::new([Step::Trickle(slow)]).await;
    let client = pair.ashby.builder().read_timeout(PATIENT).total_timeout(Duration::from_secs(2)).build();
    let client = client.unwrap();
    let open = client.open_file(&FileHandle::from("h")).await.unwrap();
    let error = open.save(&pair.directory.path().join("x"), false).await.unwrap_err();
    assert_eq!((error.kind(), pair.files()), (ErrorKind::Timeout, Vec::new()), "{error}");
}
