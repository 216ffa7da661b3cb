//! Answers before they are sent.

use std::io::Write as _;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use hyper::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::{HeaderMap, Response, StatusCode};
use serde_json::{Value, json};

use super::connection::ReplyBody;

/// An answer.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
    /// Ashby's error code, if it is an error of Ashby's.
    pub(super) code: Option<String>,
    pub(super) records: usize,
}

impl Outcome {
    pub(super) fn new(status: StatusCode, content_type: &'static str, body: impl Into<Vec<u8>>) -> Self {
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(content_type))]);
        Self { status, headers, body: body.into(), code: None, records: 0 }
    }

    pub(super) fn text(status: StatusCode, text: impl Into<String>) -> Self {
        Self::new(status, "text/plain; charset=utf-8", text.into())
    }

    pub(super) fn json(status: StatusCode, value: &Value) -> Self {
        Self::new(status, "application/json; charset=utf-8", value.to_string())
    }

    pub(super) fn success(body: Vec<u8>, records: usize) -> Self {
        Self { records, ..Self::new(StatusCode::OK, "application/json; charset=utf-8", body) }
    }

    pub(super) fn error(status: StatusCode, request_id: &str, code: &str, message: &str) -> Self {
        let body = json!({
            "success": false,
            "errors": [message],
            "errorInfo": {"code": code, "message": message, "requestId": request_id},
        });
        Self { code: Some(code.to_owned()), ..Self::json(status, &body) }
    }

    /// A key without the scope: here `errors` holds objects.
    pub(super) fn missing_permission(request_id: &str, scope: &str) -> Self {
        let code = "missing_endpoint_permission";
        let message = format!("The API key lacks the permission {scope}");
        let body = json!({
            "success": false,
            "errors": [{"message": message, "parameter": null}],
            "errorInfo": {"code": code, "message": message, "requestId": request_id},
        });
        Self { code: Some(code.to_owned()), ..Self::json(StatusCode::FORBIDDEN, &body) }
    }

    /// Adds a header; one that is not a header value is left out.
    pub(super) fn with_header(mut self, name: &'static str, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(HeaderName::from_static(name), value);
        }
        self
    }

    pub(super) fn compressed(mut self) -> Self {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        let compressed = encoder.write_all(&self.body).and_then(|()| encoder.finish());
        if let Ok(body) = compressed {
            self.body = body;
            self.headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        self
    }

    pub(super) fn respond(self, cut_after: Option<usize>) -> Response<ReplyBody> {
        let mut response = Response::new(ReplyBody::new(Bytes::from(self.body), cut_after));
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response
    }
}
