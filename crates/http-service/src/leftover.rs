//! What is left of a request's body when the answer is known before it was read.
//!
//! A connection that is closed on bytes which nobody read is reset, and the sender may never see why it was refused; one
//! that looks as if it could be used again, and is closed, fails whoever uses it next. So what nobody wants is read all
//! the same, within the bounds of bodies.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use axum::body::{Body, HttpBody};
use axum::extract::Request;
use axum::http::HeaderValue;
use axum::http::header::CONNECTION;
use axum::middleware::Next;
use axum::response::Response;
use bytes::Bytes;
use hyper::body::{Frame, SizeHint};

use crate::body::discard_body;
use crate::serve::Limits;

/// Answers a request; its body is read to its end by somebody, or else the answer says that the connection ends with it.
pub(crate) async fn answer(request: Request, next: Next, limits: Limits) -> Response {
    let is_abandoned = Arc::new(AtomicBool::new(false));
    let leftover = |body| Leftover { body: Some(body), limits, is_abandoned: Arc::clone(&is_abandoned) };
    let mut response = next.run(request.map(|body| Body::new(leftover(body)))).await;
    if is_abandoned.load(Ordering::Relaxed) {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

struct Leftover {
    /// `None` once it has ended.
    body: Option<Body>,
    limits: Limits,
    /// Nobody reads the rest.
    is_abandoned: Arc<AtomicBool>,
}

impl HttpBody for Leftover {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let Some(body) = &mut self.body else { return Poll::Ready(None) };
        let frame = Pin::new(body).poll_frame(context);
        if matches!(frame, Poll::Ready(None | Some(Err(_)))) {
            self.body = None;
        }
        if matches!(frame, Poll::Ready(Some(Err(_)))) {
            self.is_abandoned.store(true, Ordering::Relaxed);
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or_else(|| SizeHint::with_exact(0), HttpBody::size_hint)
    }
}

impl Drop for Leftover {
    fn drop(&mut self) {
        let Some(body) = self.body.take().filter(|body| !body.is_end_stream()) else { return };
        // One that announces more than is allowed is not worth waiting for.
        if body.size_hint().lower() > self.limits.body_bytes as u64 {
            self.is_abandoned.store(true, Ordering::Relaxed);
            return;
        }
        // Without a runtime the connection is gone, too.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let Limits { body_bytes, body_patience, .. } = self.limits;
            runtime.spawn(async move { discard_body(body, body_bytes, body_patience).await });
        }
    }
}
