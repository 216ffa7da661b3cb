//! Uploads and downloads.

use ashby_sim::{Fault, FaultRule, Server};
use serde_json::{Value, json};

use crate::support::writes::{upload, upload_form, uploaded};
use crate::support::{Answer, basic, object, post, send, small};

const CONTENT: &[u8] = b"%PDF-1.4 a resume";

async fn target(server: &Server, content_bytes: usize) -> Value {
    let body = json!({
        "fileUploadContext": "CandidateResume", "filename": "R\u{e9}sum\u{e9} 1.pdf", "contentType": "application/pdf",
        "contentLength": content_bytes,
    });
    post(server, "file.createFileUploadHandle", &body).await.json()["results"].clone()
}

fn fields(target: &Value) -> Vec<(&str, &str)> {
    let fields = target["fields"].as_object().into_iter().flatten();
    fields.map(|(name, value)| (name.as_str(), value.as_str().unwrap_or_default())).collect()
}

fn code(answer: &Answer) -> (u16, String) {
    let text = String::from_utf8_lossy(&answer.body).into_owned();
    let code = text.split_once("<Code>").and_then(|(_, rest)| Some(rest.split_once("</Code>")?.0.to_owned()));
    (answer.status, code.unwrap_or_default())
}

async fn download(server: &Server, handle: &Value) -> Answer {
    let url =
        post(server, "file.info", &json!({"fileHandle": handle})).await.json()["results"]["url"].clone();
    let path =
        url.as_str().and_then(|url| url.strip_prefix(&server.base_url())).expect("it is on the server");
    send(server, path.trim_start_matches('/'), &[], b"").await.expect("the server answers")
}

fn candidate(server: &Server) -> Value {
    server.organisation().truth("candidate.list", &object(json!({})))[0].clone()
}

#[tokio::test]
async fn what_was_uploaded_is_what_is_downloaded() {
    let server = small().await;
    let before = candidate(&server);
    let target = target(&server, CONTENT.len()).await;
    let body = json!({"candidateId": before["id"], "resumeHandle": target["handle"]});
    assert_eq!(
        post(&server, "candidate.uploadResume", &body).await.code(),
        "invalid_input",
        "nothing is there yet"
    );
    assert_eq!(upload(&server, &target, CONTENT).await, 204);
    let wrong = json!({"candidateId": before["id"], "fileHandle": target["handle"]});
    assert_eq!(post(&server, "candidate.uploadFile", &wrong).await.code(), "invalid_input", "it is a resume");
    post(&server, "candidate.uploadResume", &body).await;
    let after = candidate(&server);
    assert_ne!(after["resumeFileHandle"], before["resumeFileHandle"]);
    let count = |record: &Value| record["fileHandles"].as_array().map_or(0, Vec::len);
    assert_eq!(count(&after), count(&before) + 1);
    let file = download(&server, &after["resumeFileHandle"]["handle"]).await;
    assert_eq!((file.status, &file.body[..]), (200, CONTENT));
    assert_eq!(file.header("content-type"), Some("application/pdf"));
    assert_eq!(file.header("content-length"), Some("17"));
    let disposition = file.header("content-disposition").expect("it has a name");
    assert!(disposition.ends_with("filename*=UTF-8''R%C3%A9sum%C3%A9%201.pdf"), "{disposition}");
    assert!(server.log().count("_sim/upload") == 1 && server.log().count("_sim/files") == 1);
}

#[tokio::test]
async fn generated_files_are_the_same_each_time() {
    let server = small().await;
    let candidates = server.organisation().truth("candidate.list", &object(json!({})));
    let handles: Vec<&Value> = candidates
        .iter()
        .filter_map(|candidate| candidate.get("resumeFileHandle"))
        .map(|file| &file["handle"])
        .take(2)
        .collect();
    let (one, again) = (download(&server, handles[0]).await, download(&server, handles[0]).await);
    assert!(one.body.starts_with(b"%PDF-") && one.body == again.body);
    assert_ne!(one.body, download(&server, handles[1]).await.body);
    assert!(one.header("content-disposition").is_some_and(|value| value.contains("-resume.pdf")));
    assert_eq!(send(&server, "_sim/files/nothing", &[], b"").await.expect("the server answers").status, 404);
}

#[tokio::test]
async fn uploads_must_keep_to_what_was_announced() {
    let server = small().await;
    let expected = target(&server, CONTENT.len()).await;
    let all = fields(&expected);
    let send_form = async |before: &[(&str, &str)], file: Option<&[u8]>, after: &[(&str, &str)]| {
        code(&upload_form(&server, &expected, before, file, after).await)
    };
    assert_eq!(send_form(&all, Some(&[0; 18]), &[]).await, (413, "EntityTooLarge".to_owned()));
    assert_eq!(send_form(&all, Some(&[0; 16]), &[]).await, (400, "EntityTooSmall".to_owned()));
    assert_eq!(send_form(&all, None, &[]).await, (400, "InvalidArgument".to_owned()));
    assert_eq!(send_form(&all[1..], Some(CONTENT), &all[..1]).await, (400, "InvalidArgument".to_owned()));
    assert_eq!(send_form(&all[1..], Some(CONTENT), &[]).await, (403, "AccessDenied".to_owned()));
    let other: Vec<(&str, &str)> = all
        .iter()
        .map(|(name, value)| (*name, if *name == "Content-Type" { "text/plain" } else { value }))
        .collect();
    assert_eq!(send_form(&other, Some(CONTENT), &[]).await, (403, "AccessDenied".to_owned()));
    server.faults().add(FaultRule::new("_sim/upload", Fault::Status { status: 503 }).times(1));
    assert_eq!(send_form(&all, Some(CONTENT), &[]).await.0, 503);
    assert_eq!(send_form(&all, Some(CONTENT), &[]).await.0, 204);
    server.organisation().expire_uploads();
    assert_eq!(send_form(&all, Some(CONTENT), &[]).await, (403, "AccessDenied".to_owned()));
}

#[tokio::test]
async fn the_store_wants_no_key_and_ashby_no_forms() {
    let server = small().await;
    let handle = uploaded(&server, "CandidateFiles", "a.pdf", CONTENT).await;
    let key = basic("sim-key");
    let with_key = send(&server, "_sim/files/x", &[("authorization", key.as_str())], b"")
        .await
        .expect("the server answers");
    assert_eq!(code(&with_key), (400, "InvalidArgument".to_owned()));
    let headers = [("authorization", key.as_str()), ("content-type", "multipart/form-data; boundary=BREAK")];
    let form =
        send(&server, "candidate.uploadFile", &headers, b"--BREAK--\r\n").await.expect("the server answers");
    assert_eq!((form.status, form.code().as_str()), (400, "invalid_input"));
    let id = candidate(&server)["id"].clone();
    let attached =
        post(&server, "candidate.uploadFile", &json!({"candidateId": id, "fileHandle": handle})).await;
    assert_eq!(attached.json()["success"], json!(true));
}
